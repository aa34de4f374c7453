//! Parts that a sentence lists: the figures printed there are together the lines of their total, each once. What is
//! proven is what is printed.

use super::amount::{Amount, amount as amount_of};
use super::figure::{Id, Operation, Terms};
use super::session::Session;
use crate::data::Dataset;
use crate::data::points::Bits;
use crate::diagnostic::{Diagnostic, Place};
use crate::layout::narrative_lines::PROBLEM;
use crate::money::{Look, MOST_DECIMALS, told};
use minijinja::{Error, ErrorKind, Value};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the parts of a list make up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// The whole total: `{% filter parts(total) %}`.
    All,
    /// Some of it: `{% filter within(total) %}`.
    Some,
}

/// A file's field that figures sum, and whether with its sign turned: a difference takes away what it is compared with.
type Summed = (bool, Arc<str>, Arc<str>);

/// The lines a figure is made of.
type Lines = BTreeMap<Summed, Bits>;

/// Proves a list: `text` is what a filter block printed. Its figures are in no other list then.
pub fn prove(session: &Session, text: &str, totals: &[Value], whole: Whole) -> Result<Value, Error> {
    let printed = session.claim(text);
    let mut proven = text.to_string();
    if totals.is_empty() {
        return Err(wrong("parts、within 的括号里写合计，如 {% filter parts(f(\"t1/合计/金额\")) %}".to_string()));
    }
    if session.lenient {
        return Ok(Value::from_safe_string(proven)); // typed texts are compared amount by amount
    }
    for total in totals {
        let total: Arc<Amount> = amount_of(total)?;
        let Some(id) = total.id() else { continue };
        let figure = session.figure(id);
        let Some(lines) = lines(session, id) else {
            return Err(wrong(format!("“{}”不是几行金额之和或它们的差，不能有分项", figure.address)));
        };
        if figure.amount.is_none() {
            continue; // told where it is printed
        }
        let alike = |part: &Lines| part.keys().eq(lines.keys());
        let lines_of = |&part: &Id| Some((part, self::lines(session, part)?)).filter(|(_, lines)| alike(lines));
        let parts: Vec<(Id, Lines)> = printed.iter().filter(|&&p| p != id).filter_map(lines_of).collect();
        if !session.given_tables.is_empty() && lines.keys().all(|(_, dataset, _)| is_absent(session, dataset)) {
            // What is not known is told where it is printed; a list with it adds up to nothing.
            if text.contains(PROBLEM) {
                continue;
            }
            let off = off_as_printed(session, id, parts.iter().map(|(part, _)| *part), whole);
            proven.extend(off.map(|(total, sum)| {
                let message = format!("“{}”印作 {}，列出的各项合计却是 {}", figure.address, told(total), told(sum));
                let found = Diagnostic::error("E310", message);
                session.problem(found.hint("在句子里补上漏掉的一项，或改正印错的数"))
            }));
            continue;
        }
        for (summed, total_lines) in &lines {
            let of_parts: Vec<&Bits> = parts.iter().map(|(_, part)| &part[summed]).collect();
            let found = compare(session, &figure.address, summed, total_lines, &of_parts, whole);
            proven.extend(found.map(|d| session.problem_shown(d, "这里列出它的分项")));
        }
    }
    Ok(Value::from_safe_string(proven))
}

fn is_absent(session: &Session, dataset: &str) -> bool {
    session.dataset(dataset).is_some_and(|dataset| !dataset.given)
}

/// Figures that are known as printed alone are together their total within what rounding each of them leaves open; else
/// the total and what they come to. None too where one of them is not known.
pub(super) fn off_as_printed(
    session: &Session,
    total: Id,
    parts: impl Iterator<Item = Id>,
    whole: Whole,
) -> Option<(Decimal, Decimal)> {
    let figure = session.figure(total);
    let exact = figure.amount?;
    let (mut sum, mut open) = (Decimal::ZERO, half_step(&figure.look));
    for part in parts {
        let part = session.figure(part);
        sum += part.amount?;
        open += half_step(&part.look);
    }
    let off = exact - sum;
    let differs = if whole == Whole::All { off.abs() > open } else { -off > open };
    differs.then_some((exact, sum))
}

/// How far the amount may be from what is printed, in 元.
fn half_step(look: &Look) -> Decimal {
    look.unit.scale() / Decimal::from(2 * 10u64.pow(look.decimals.min(MOST_DECIMALS)))
}

fn wrong(detail: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail)
}

/// The lines a figure is made of; none for what is no sum of lines: a percentage, one value of a record, a sum that
/// counts a line twice.
fn lines(session: &Session, id: Id) -> Option<Lines> {
    let figure = session.figure(id);
    match &figure.terms {
        Terms::Record(_) => None,
        Terms::Points { dataset, row, column, chain } => {
            let summed = (false, dataset.clone(), chain.measure.clone());
            Some(Lines::from([(summed, row.and(column).yes)]))
        }
        Terms::Figures(Operation::Same, of) => lines(session, *of.first()?),
        Terms::Figures(Operation::Ratio, _) => None,
        Terms::Figures(operation, of) => {
            let mut all = Lines::new();
            for (at, &part) in of.iter().enumerate() {
                let turned = *operation == Operation::Difference && at == 1;
                for ((sign, dataset, measure), bits) in lines(session, part)? {
                    let there =
                        all.entry((sign != turned, dataset, measure)).or_insert_with(|| Bits::new(bits.length()));
                    if !there.and(&bits).is_empty() {
                        return None;
                    }
                    *there = there.or(&bits);
                }
            }
            Some(all)
        }
    }
}

/// What is wrong with a list: lines that no part has, that two have, or that are not in the total. One finding for each.
fn compare(
    session: &Session,
    address: &str,
    (_, dataset, measure): &Summed,
    total: &Bits,
    parts: &[&Bits],
    whole: Whole,
) -> Option<Diagnostic> {
    let dataset = session.dataset(dataset)?;
    let field = dataset.field(measure)?;
    let (once, twice) = Bits::once_and_twice(total.length(), parts.iter().copied());
    let missing = total.and_not(&once);
    let says = |lines: &Bits, says: &str| finding(dataset, field, lines, &format!("“{address}”的分项：{says}"));
    // What is left out and comes to nothing leaves a list that adds up.
    let left_out = (whole == Whole::All).then(|| amount(dataset, field, &missing)).filter(|a| !a.is_zero());
    let left_out =
        left_out.and_then(|a| says(&missing, &format!("列出的各项合计差 {}，这一行不在任何一项中", told(a))));
    left_out
        .or_else(|| says(&total.and(&twice), "这一行同时在两项中，会重复计算"))
        .or_else(|| says(&once.and_not(total), "这一行在分项中，却不在合计中"))
}

fn amount(dataset: &Dataset, field: usize, lines: &Bits) -> Decimal {
    lines.iter().map(|i| dataset.records[i].values[field].number()).sum()
}

fn finding(dataset: &Dataset, field: usize, lines: &Bits, says: &str) -> Option<Diagnostic> {
    let money = |&i: &usize| !dataset.records[i].values[field].number().is_zero();
    let lines: Vec<u32> = lines.iter().filter(money).map(|i| dataset.records[i].origin.line).collect();
    let (first, others) = lines.split_first()?;
    let also = super::parts::also(others);
    Some(
        Diagnostic::error("E310", format!("{says}{also}"))
            .at(Place::new(dataset.file.clone(), *first, 0))
            .hint("在句子里补上这一项，或改正这一行的类别、科目和资金来源"),
    )
}
