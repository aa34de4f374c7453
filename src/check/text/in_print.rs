//! What a figure is called beside tables given as printed. There nobody's word is an address, and what the document does not
//! print is nothing to compare with.

use super::amounts::Amount;
use super::statements::{Statement, interval, sum_of};
use super::texts::Texts;
use crate::compose::{Basis, ColumnView, Composition, FigureView, RowView, TableView};
use crate::money::Unit;
use rust_decimal::{Decimal, RoundingStrategy};
use std::sync::Arc;

/// A figure as given tables print it, or as what they print comes to it.
pub struct InPrint {
    /// Where: 《支出总表》“合计”的“基本支出”.
    pub name: String,
    /// In 元.
    pub amount: Decimal,
    /// In the table's unit.
    text: String,
    unit: Unit,
}

impl InPrint {
    /// As one says it beside a typed amount: where and how much, in the amount's unit too.
    pub fn says(&self, beside: Option<&Amount>) -> String {
        let InPrint { name, text, .. } = self;
        let other = beside.and_then(|typed| Some((typed, typed.money_unit()?)));
        match other.filter(|(_, unit)| *unit != self.unit && self.unit != Unit::Plain) {
            Some((typed, unit)) => {
                let value = shown((self.amount / unit.scale()).abs(), typed.decimals);
                format!("{name}（{text}，合 {value}{}）", unit.name())
            }
            None => format!("{name}（{text}）"),
        }
    }
}

/// The figures of an address that given tables print.
struct Found<'c> {
    table: &'c TableView,
    row: &'c RowView,
    column: &'c ColumnView,
    figure: &'c FigureView,
}

fn found<'c>(composition: &'c Composition, address: &str) -> Option<Found<'c>> {
    let id = address.split('/').next()?;
    let table = composition.given().iter().find(|table| *table.id == *id)?;
    table.rows.iter().chain(&table.absent).find_map(|row| {
        let at = row.figures.iter().position(|figure| figure.as_ref().is_some_and(|f| *f.address == *address))?;
        Some(Found { table, row, column: table.columns.get(at)?, figure: row.figures[at].as_ref()? })
    })
}

/// The printed figures that a figure is made of, or is the same as.
fn printed<'c>(composition: &'c Composition, address: &str, depth: usize, all: &mut Vec<Found<'c>>) {
    /// A figure is made of others in so many steps at most, and of so many.
    const MOST: (usize, usize) = (4, 16);
    if depth > MOST.0 || all.len() > MOST.1 {
        return;
    }
    if let Some(found) = found(composition, address) {
        return all.push(found);
    }
    let of: Vec<Arc<str>> = match composition.basis(address) {
        Some(Basis::Figures(of)) if address.contains(['~', '+']) => of,
        _ => composition.same_in_print(address).map(<[_]>::to_vec).unwrap_or_default(),
    };
    of.iter().for_each(|one| printed(composition, one, depth + 1, all));
}

fn shown(value: Decimal, decimals: u32) -> String {
    let value = value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    format!("{value:.*}", decimals as usize)
}

impl Texts<'_> {
    /// Whether the tables beside the text are given as printed.
    pub fn beside_print(&self) -> bool {
        !self.composition.given().is_empty()
    }

    /// A figure as the document prints it. None: it prints nothing of it.
    pub fn in_print(&self, address: &str) -> Option<InPrint> {
        let composition = self.composition;
        let mut all = Vec::new();
        printed(composition, address, 0, &mut all);
        let first = all.first()?;
        let unit = first.figure.unit;
        let same = || sum_of(composition, composition.same_in_print(address)?);
        let known = interval(composition, address).or_else(same)?;
        let amount = (known.low + known.high) / Decimal::TWO;
        let decimals = all.iter().map(|one| one.figure.decimals).max().unwrap_or(0);
        let unit_name = if unit == Unit::Plain { "" } else { unit.name() };
        let text = shown((amount / unit.scale()).abs(), decimals) + unit_name;
        let mut names: Vec<String> = all.iter().map(Found::name).collect();
        names.dedup();
        const EACH: usize = 3;
        let more = if names.len() > EACH { format!("等 {} 个数", names.len()) } else { String::new() };
        names.truncate(EACH);
        let what = if address.contains('~') { "相比的增减" } else { "" };
        Some(InPrint { name: names.join("、") + &more + what, amount, text, unit })
    }

    /// Whether a passage says the name of a statement's figure: of its row or its column. A sentence that is only like the
    /// set's may speak of anything else.
    pub fn is_spoken_of(&self, statement: &Statement) -> bool {
        let Some(found) = found(self.composition, &statement.address) else { return true };
        let words: String = self.passages[statement.passage].chars.iter().filter(|c| !c.is_whitespace()).collect();
        let is_said = |name: &str| {
            let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
            name.chars().count() > 1 && words.contains(&name)
        };
        is_said(&found.row.name)
            || is_said(&found.row.label)
            || self.label(&statement.address).is_some_and(is_said)
            || found.column.head.iter().any(|head| is_said(head))
    }
}

impl Found<'_> {
    fn name(&self) -> String {
        let label = self.row.label.trim();
        let head = self.column.head.iter().rev().find(|head| !head.is_empty());
        let row = if label.is_empty() { String::new() } else { format!("“{label}”") };
        match head {
            Some(head) if label.is_empty() => format!("《{}》“{head}”", self.table.title),
            Some(head) => format!("《{}》{row}的“{head}”", self.table.title),
            None => format!("《{}》{row}", self.table.title),
        }
    }
}
