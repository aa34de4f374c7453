//! Retyped figures: which record explains each. A figure made of one record gives its value; where several could, all
//! are named; what two figures say of one record and cannot both be true is said.

use super::base::Base;
use crate::compose::Composition;
use crate::data::{Correction, Kind, Record, Value, unit_of};
use crate::document::{Document, Origin};
use crate::money::{Unit, spoken};
use crate::read_docx::{ReadFigure, Reading, number};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// A figure that someone typed over.
pub struct Changed {
    pub address: String,
    pub old: String,
    pub new: String,
    /// As exact as it was typed, in 元 (or ones), with the sign the figure has.
    typed: Decimal,
    /// How far the exact amount may be from that and print the same.
    slack: Decimal,
}

/// One record's field with a new value, and the figures that say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureEdit {
    /// The cell to change, and what it becomes.
    pub correction: Correction,
    /// The value it has now.
    pub old: String,
    /// What the record says, for people.
    pub record: String,
    /// Addresses of the retyped figures it explains.
    pub addresses: Vec<String>,
}

/// The figures whose numbers differ, one for each address. What is no number is told.
pub fn changed(base: &Base, before: &Reading, file: &Reading, told: &mut Vec<String>) -> Vec<Changed> {
    let was: BTreeMap<(&str, u32), &ReadFigure> =
        before.figures.iter().map(|f| ((f.address.as_str(), f.printing), f)).collect();
    let mut found: Vec<Changed> = Vec::new();
    for is in &file.figures {
        let Some(was) = was.get(&(is.address.as_str(), is.printing)) else { continue };
        if was.text == is.text
            || number::value(&was.text) == number::value(&is.text) && number::value(&is.text).is_some()
        {
            continue;
        }
        let Some(change) = change(base, was, is) else {
            told.push(format!("{} 由 {} 改成了“{}”，不是数字，没有采用", is.address, was.text, is.text));
            continue;
        };
        match found.iter().find(|c| c.address == change.address) {
            Some(first) if (first.typed - change.typed).abs() > first.slack.max(change.slack) => told.push(format!(
                "{} 在文件里有两处改得不一样，互相矛盾：{} 和 {}",
                change.address, first.new, change.new
            )),
            Some(_) => {}
            None => found.push(change),
        }
    }
    let present: BTreeSet<(&str, u32)> = file.figures.iter().map(|f| (f.address.as_str(), f.printing)).collect();
    let lost: Vec<&str> = was.keys().filter(|key| !present.contains(*key)).map(|(address, _)| *address).collect();
    if !lost.is_empty() {
        let some = lost.iter().take(5).copied().collect::<Vec<_>>().join("、");
        told.push(format!("{} 个数字在文件里找不到了，没有采用：{some}", lost.len()));
    }
    found
}

fn change(base: &Base, was: &ReadFigure, is: &ReadFigure) -> Option<Changed> {
    let value = number::value(&is.text)?;
    let exact = base.made.composition.amount(&is.address)?;
    let scale = scale(was, is, value);
    // A sentence prints a decrease without its sign.
    let unsigned = exact < Decimal::ZERO && number::value(&was.text).is_some_and(|v| v > Decimal::ZERO);
    let typed = if unsigned { -value * scale } else { value * scale };
    let slack = scale * Decimal::new(5, value.scale() + 1);
    Some(Changed { address: is.address.clone(), old: was.text.clone(), new: is.text.clone(), typed, slack })
}

/// How many 元 make one of the unit printed.
fn scale(was: &ReadFigure, is: &ReadFigure, value: Decimal) -> Decimal {
    let of = |amount: Option<Decimal>, value: Option<Decimal>| amount?.checked_div(value?);
    of(is.amount, Some(value)).or_else(|| of(was.amount, number::value(&was.text))).unwrap_or(Unit::WanYuan.scale())
}

/// The records a figure is the plain sum of, each with its share; None for differences and percentages.
fn shares(base: &Base, address: &str) -> Option<BTreeMap<Origin, Decimal>> {
    let mut shares: BTreeMap<Origin, Decimal> = BTreeMap::new();
    for (origin, amount) in base.made.composition.amounts_behind(address) {
        *shares.entry(origin).or_default() += amount;
    }
    (shares.values().sum::<Decimal>() == base.made.composition.amount(address)?).then_some(shares)
}

/// Edits for the figures that one record each is behind.
pub fn by_one_record(base: &Base, changed: &[Changed], told: &mut Vec<String>) -> Vec<FigureEdit> {
    let mut edits: Vec<FigureEdit> = Vec::new();
    let mut typed: Vec<&Changed> = Vec::new();
    for change in changed {
        let Some(shares) = shares(base, &change.address).filter(|s| s.len() == 1) else { continue };
        let Some((origin, share)) = shares.into_iter().next() else { continue };
        let Some(edit) = edit(base, &origin, share, change.typed, &change.address) else { continue };
        let same =
            |e: &FigureEdit| (&e.correction.file, e.correction.line) == (&edit.correction.file, edit.correction.line);
        match edits.iter().position(same) {
            None => {
                edits.push(edit);
                typed.push(change);
            }
            Some(at) if (typed[at].typed - change.typed).abs() <= typed[at].slack.max(change.slack) => {
                edits[at].addresses.push(change.address.clone());
                // Typed more exactly, it is nearer to what is meant.
                if change.slack < typed[at].slack {
                    edits[at].correction = edit.correction;
                    typed[at] = change;
                }
            }
            Some(at) => told.push(format!(
                "{} 和 {} 都出自 {origin}，文件里却改得互相矛盾：{} 和 {}；没有采用后一个",
                typed[at].address, change.address, typed[at].new, change.new
            )),
        }
    }
    edits
}

/// Where several figures moved by the same amount and have only one record in common, that record.
pub fn by_common_record(
    base: &Base,
    changed: &[Changed],
    edits: &[FigureEdit],
    now: &Composition,
) -> Option<FigureEdit> {
    let left: Vec<&Changed> = changed.iter().filter(|c| !is_explained(c, now)).collect();
    let first = left.first()?;
    let residual = first.typed - now.amount(&first.address)?;
    let mut common: Option<BTreeMap<Origin, Decimal>> = None;
    for change in &left {
        let moved = change.typed - now.amount(&change.address)?;
        if (moved - residual).abs() > change.slack + first.slack {
            return None;
        }
        let mine = shares(base, &change.address)?;
        common = Some(match common {
            None => mine,
            Some(before) => before.into_iter().filter(|(origin, _)| mine.contains_key(origin)).collect(),
        });
    }
    let edited = |o: &Origin| edits.iter().any(|e| e.correction.file == *o.file && e.correction.line == o.line);
    let common: Vec<(Origin, Decimal)> = common?.into_iter().filter(|(origin, _)| !edited(origin)).collect();
    let [(origin, share)] = &common[..] else { return None };
    let mut edit = edit(base, origin, *share, *share + residual, &first.address)?;
    edit.addresses = left.iter().map(|c| c.address.clone()).collect();
    Some(edit)
}

/// The record's field that holds a figure's share, set so that the share becomes `typed`.
fn edit(base: &Base, origin: &Origin, share: Decimal, typed: Decimal, address: &str) -> Option<FigureEdit> {
    let decl = base.decl(&origin.file)?;
    let data = &base.made.composition.job().data;
    let dataset = data.datasets.values().find(|d| *d.file == *origin.file)?;
    let record = dataset.records.iter().find(|r| r.origin == *origin)?;
    let is_number = |kind: &Kind| matches!(kind, Kind::Amount | Kind::Number);
    let holds = |n: &usize| {
        let value = &record.values[*n];
        is_number(&dataset.fields[*n].kind) && matches!(value, Value::Number(v) if *v == share || *v == -share)
    };
    let field = (0..dataset.fields.len()).find(holds)?;
    let old = record.values[field].number();
    let new = if old == share { typed } else { -typed };
    let head = &dataset.fields[field].head;
    let unit = unit_of(&base.data, decl, &origin.file, head).scale();
    let shown = |amount: Decimal| {
        let value = (amount / unit).normalize();
        let decimals = value.scale().max(if dataset.fields[field].kind == Kind::Amount { 2 } else { 0 });
        format!("{value:.*}", decimals as usize)
    };
    Some(FigureEdit {
        correction: Correction {
            file: origin.file.to_string(),
            line: origin.line,
            head: head.clone(),
            value: shown(new),
        },
        old: shown(old),
        record: in_words(record),
        addresses: vec![address.to_owned()],
    })
}

/// A record's texts, the first few.
fn in_words(record: &Record) -> String {
    const SHOWN: usize = 4;
    let texts = record.values.iter().map(Value::text).filter(|t| !t.is_empty());
    texts.take(SHOWN).map(|t| t.chars().take(16).collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn is_explained(change: &Changed, now: &Composition) -> bool {
    now.amount(&change.address).is_some_and(|amount| (amount - change.typed).abs() <= change.slack)
}

/// What the edits do not explain: the records that could, or the other figures it contradicts.
pub fn unexplained(base: &Base, changed: &[Changed], edits: &[FigureEdit], now: &Composition, told: &mut Vec<String>) {
    const SHOWN: usize = 12;
    for change in changed.iter().filter(|c| !is_explained(c, now)) {
        let head = format!("{} 由 {} 改成了 {}", change.address, change.old, change.new);
        let Some(shares) = shares(base, &change.address) else {
            told.push(format!("{head}：它由别的数字算出，请改那些数字"));
            continue;
        };
        let edited = |o: &Origin| edits.iter().find(|e| e.correction.file == *o.file && e.correction.line == o.line);
        let moved: Vec<&FigureEdit> = shares.keys().filter_map(edited).collect();
        let mut says = head;
        if let Some(amount) = now.amount(&change.address).filter(|_| !moved.is_empty()) {
            let others: Vec<String> = moved.iter().flat_map(|e| &e.addresses).cloned().collect();
            says += &format!(
                "，与文件里 {} 的改动矛盾：照那个改动它应是 {} 元",
                others.join("、"),
                spoken(amount, Unit::Yuan)
            );
        }
        let free: Vec<(&Origin, &Decimal)> = shares.iter().filter(|(o, _)| edited(o).is_none()).collect();
        if free.is_empty() {
            told.push(says);
            continue;
        }
        let residual = change.typed - now.amount(&change.address).unwrap_or_default();
        says += &format!("；改下面 {} 条中的一条（或几条）都能得到它：", free.len());
        for (origin, share) in free.iter().take(SHOWN) {
            if let Some(edit) = edit(base, origin, **share, **share + residual, &change.address) {
                says += &format!("\n    {}（{}，原 {}）", edit.correction.spelled(), edit.record, edit.old);
            }
        }
        if free.len() > SHOWN {
            says += "\n    ……";
        }
        told.push(says);
    }
}

/// Figures that print otherwise with the edits, and that the file leaves as they were.
pub fn following(base: &Base, changed: &[Changed], now: &Document) -> Vec<(String, String, String)> {
    let typed: BTreeSet<&str> = changed.iter().map(|c| c.address.as_str()).collect();
    let after: BTreeMap<&str, &str> = now.figures.iter().map(|f| (f.address.as_str(), f.text.as_str())).collect();
    let mut moved = Vec::new();
    for figure in &base.made.document().figures {
        let Some(new) = after.get(figure.address.as_str()) else { continue };
        if **new != *figure.text && !typed.contains(figure.address.as_str()) {
            moved.push((figure.address.clone(), figure.text.clone(), (*new).to_owned()));
        }
    }
    moved
}
