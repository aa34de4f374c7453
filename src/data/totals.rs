//! Rows of totals among the records, as officers' sheets have them: recognised, added up again, compared, left out. What a
//! total says is never believed; platforms print 0 beside parts that are not.

use super::Record;
use super::schema::{FileDecl, Kind};
use super::typed::{shown, words};
use crate::diagnostic::{Diagnostic, Severity};
use crate::file_findings::FileFindings;
use rust_decimal::Decimal;
use std::collections::{BTreeSet, HashMap};

const WORDS: [&str; 5] = ["合计", "小计", "总计", "共计", "累计"];

/// A row that says what others add up to.
pub(super) struct Total {
    pub line: u32,
    /// What it calls itself.
    pub label: String,
    /// How many records stand above it.
    pub above: usize,
    /// The beginning of the codes that it is the total of, in this field.
    pub code: Option<(usize, String)>,
    /// By amount field: what it says, with the column (from 1) it says it in; none where it says nothing or no number.
    pub says: Vec<(usize, u32, Decimal)>,
}

/// A word for a total, alone or behind what it is the total of: 合计, 管委会本级小计; people space it out.
pub(super) fn is_total(cell: &str) -> bool {
    const LONGEST: usize = 30;
    if !cell.contains(['计', '計']) || cell.chars().count() > LONGEST {
        return false;
    }
    let cell = words(cell);
    let cell = cell.trim_end_matches([':', '数']);
    WORDS.iter().any(|word| cell.ends_with(word) || cell.starts_with(word))
}

/// Tells of the totals of a file: one line for all that agree, a warning for each that does not.
pub(super) fn compare(totals: &[Total], records: &[Record], whole: bool, file: &FileDecl, findings: &mut FileFindings) {
    if totals.is_empty() {
        return;
    }
    let mut agree: Vec<u32> = Vec::new();
    let mut blank: Vec<u32> = Vec::new();
    let sums = whole.then(|| Sums::of(totals, records, file));
    for (index, total) in totals.iter().enumerate() {
        let wrong = sums.as_ref().and_then(|sums| difference(index, totals, sums));
        match wrong {
            None => agree.push(total.line),
            Some(_) if total.label.is_empty() => {
                let place = findings.place(total.line, 1);
                findings.error(|| {
                    Diagnostic::error("E127", "这一行像是合计行，又不等于各行之和")
                        .at(place)
                        .hint("合计由程序算出，请删去这一行；是明细的，请填写其余各列")
                });
            }
            Some((.., said, _)) if said.is_zero() => blank.push(total.line),
            Some((field, column, said, is)) => {
                let place = findings.place(total.line, column);
                findings.warning(|| {
                    let head = &file.fields[field].head;
                    let message = format!("“{}”的{head}写 {} 元，各行之和是 {} 元", shown(&total.label), said, is);
                    Diagnostic::warning("E136", message)
                        .at(place)
                        .compared((format!("“{}”", shown(&total.label)), said), ("各行之和".to_owned(), is))
                        .hint("合计由程序按各行算出，不取这里的数；请核对是否少了或多了行")
                });
            }
        }
    }
    let checked = if whole { "，与各行之和相符" } else { "" };
    let mut told = Vec::new();
    if !agree.is_empty() {
        told.push(format!("合计、小计 {} 行（{}）没有计入{checked}", agree.len(), lines(&agree)));
    }
    if !blank.is_empty() {
        told.push(format!("合计、小计 {} 行（{}）写的是 0，没有计入，按各行重新算出", blank.len(), lines(&blank)));
    }
    if let Some(first) = agree.iter().chain(&blank).min() {
        let place = findings.place(*first, 0);
        findings.note(|| Diagnostic::new(Severity::Note, "E127", told.join("；")).at(place));
    }
}

/// 第 5、9 行
fn lines(lines: &[u32]) -> String {
    const LISTED: usize = 5;
    let mut text: Vec<String> = lines.iter().take(LISTED).map(u32::to_string).collect();
    if lines.len() > LISTED {
        text.push("…".to_owned());
    }
    format!("第 {} 行", text.join("、"))
}

/// The first amount of a total that no group of rows which it can mean adds up to: its field, column, what it says, and the
/// sum of the rows it most likely means.
fn difference(index: usize, totals: &[Total], sums: &Sums) -> Option<(usize, u32, Decimal, Decimal)> {
    let total = &totals[index];
    let groups = sums.groups(index, totals);
    let sum = |field: usize, group: &[Decimal]| sums.fields.iter().position(|&f| f == field).map(|at| group[at]);
    let agrees = |group: &Vec<Decimal>| total.says.iter().all(|&(field, _, said)| sum(field, group) == Some(said));
    if groups.iter().any(agrees) {
        return None;
    }
    let likely = groups.first()?;
    let (field, column, said) = total.says.iter().find(|&&(field, _, said)| sum(field, likely) != Some(said))?;
    Some((*field, *column, *said, sum(*field, likely)?))
}

/// What groups of records add up to, by amount field; made in one pass, so that many totals cost no more than many records.
struct Sums {
    fields: Vec<usize>,
    /// Of the first so many records.
    first: Vec<Vec<Decimal>>,
    by_code: HashMap<(usize, String), Vec<Decimal>>,
    by_word: HashMap<String, Vec<Decimal>>,
}

impl Sums {
    fn of(totals: &[Total], records: &[Record], file: &FileDecl) -> Sums {
        let fields: Vec<usize> = amounts(file).collect();
        let mut first = vec![vec![Decimal::ZERO; fields.len()]];
        let codes: BTreeSet<(usize, usize)> =
            totals.iter().filter_map(|total| total.code.as_ref()).map(|(field, code)| (*field, code.len())).collect();
        let named = totals.iter().any(|total| name_in(&total.label).is_some());
        let mut by_code: HashMap<(usize, String), Vec<Decimal>> = HashMap::new();
        let mut by_word: HashMap<String, Vec<Decimal>> = HashMap::new();
        for (index, record) in records.iter().enumerate() {
            let says: Vec<Decimal> = fields.iter().map(|&field| record.values[field].number()).collect();
            let add = |sums: &mut Vec<Decimal>| {
                sums.resize(says.len(), Decimal::ZERO);
                sums.iter_mut().zip(&says).for_each(|(sum, said)| *sum += said);
            };
            let mut so_far = first[index].clone();
            add(&mut so_far);
            first.push(so_far);
            for &(field, length) in &codes {
                if let Some(code) = record.values[field].text().get(..length) {
                    add(by_code.entry((field, code.to_owned())).or_default());
                }
            }
            if named {
                let said: BTreeSet<String> =
                    record.values.iter().map(|value| words(value.text())).filter(|text| !text.is_empty()).collect();
                said.into_iter().for_each(|word| add(by_word.entry(word).or_default()));
            }
        }
        Sums { fields, first, by_code, by_word }
    }

    /// The sums that a total can mean, the likeliest first: of the records below its code; that bear the words of its label;
    /// all; since the total before it; up to the next.
    fn groups(&self, index: usize, totals: &[Total]) -> Vec<Vec<Decimal>> {
        let total = &totals[index];
        let nothing = || vec![Decimal::ZERO; self.fields.len()];
        if let Some(code) = &total.code {
            return vec![self.by_code.get(code).cloned().unwrap_or_else(nothing)];
        }
        let between = |from: usize, to: usize| -> Vec<Decimal> {
            self.first[to].iter().zip(&self.first[from]).map(|(to, from)| to - from).collect()
        };
        // Totals that stand together, of a part and of the whole, have the same rows above them.
        let before = totals[..index].iter().rev().map(|t| t.above).take(NEAR).find(|&above| above < total.above);
        let after = totals[index + 1..].iter().map(|t| t.above).take(NEAR).find(|&above| above > total.above);
        let count = self.first.len() - 1;
        let all = between(0, count);
        // A total of no rows would agree with any that prints 0.
        let some = |from: usize, to: usize| (from < to).then(|| between(from, to));
        let block = some(before.unwrap_or(0), total.above);
        let next = some(total.above, after.unwrap_or(count));
        let named = name_in(&total.label).and_then(|name| self.by_word.get(&name).cloned());
        let mut groups: Vec<Vec<Decimal>> = named.into_iter().collect();
        match total.label.contains("小计") {
            true => groups.extend(block.into_iter().chain(next).chain([all])),
            false => groups.extend([all].into_iter().chain(block).chain(next)),
        }
        groups
    }
}

/// How many totals that stand together are looked past.
const NEAR: usize = 20;

/// What a label says beside the word for a total: 管委会本级 of 管委会本级小计.
fn name_in(label: &str) -> Option<String> {
    let label = words(label);
    let name = WORDS.iter().find_map(|word| label.strip_suffix(word))?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The amount fields of a file.
pub(super) fn amounts(file: &FileDecl) -> impl Iterator<Item = usize> {
    file.fields.iter().enumerate().filter(|(_, field)| field.kind == Kind::Amount).map(|(index, _)| index)
}
