//! Which cells of a printed table are the sums of which others: those whose lines of data are, without a rest and none
//! twice, the lines of the others, and whose amount is theirs together. No name of a row is asked.

use super::tables::in_printed_unit;
use crate::cell_name::letters;
use crate::document::{Document, Inline, PrintedFigure, RowKind, Table, plain_text};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Row and column of a sheet, from 0 → the formula that stands there.
pub(super) type Sums = BTreeMap<(u32, u16), String>;

/// A figure in a cell, with what it is in the unit that is printed.
struct Summed<'d> {
    at: (u32, u16),
    in_total: bool,
    printed: Decimal,
    figure: &'d PrintedFigure,
}

/// The formulas of a table whose first row stands in row `first` of its sheet: down its columns, and along its rows where
/// there is none down.
pub(super) fn live(document: &Document, table: &Table, first: u32) -> Sums {
    let mut cells: Vec<Summed<'_>> = Vec::new();
    let mut beside: BTreeSet<(u32, u16)> = BTreeSet::new();
    for (row, laid) in (first..).zip(table.header.iter().chain(&table.body)) {
        for cell in &laid.cells {
            let [Inline { figure: Some(id), .. }] = cell.inlines.as_slice() else { continue };
            let (figure, at) = (document.figure(*id), (row, cell.column as u16));
            let printed = in_printed_unit(figure.amount, &plain_text(&cell.inlines));
            match printed.filter(|_| !figure.origins.is_empty()) {
                Some(printed) => {
                    cells.push(Summed { at, in_total: laid.kind == RowKind::Total, printed, figure });
                }
                None if figure.amount.is_zero() => {}
                None => drop(beside.insert(at)),
            }
        }
    }
    let mut columns: BTreeMap<u16, Vec<&Summed<'_>>> = BTreeMap::new();
    let mut rows: BTreeMap<u32, Vec<&Summed<'_>>> = BTreeMap::new();
    for cell in &cells {
        columns.entry(cell.at.1).or_default().push(cell);
        rows.entry(cell.at.0).or_default().push(cell);
        beside.insert(cell.at);
    }
    let down: Vec<Whole> = columns.values().flat_map(|line| wholes(line, 1)).collect();
    // A row sums the same rows in every column: what is nought in one may be filled in there.
    let mut rows_of: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (whole, parts) in &down {
        rows_of.entry(whole.0).or_default().extend(parts.iter().map(|part| part.0));
    }
    let mut sums = Sums::new();
    for (whole, mut parts) in down {
        let noughts = rows_of[&whole.0].iter().map(|&row| (row, whole.1)).filter(|at| !beside.contains(at));
        parts.extend(noughts);
        sums.insert(whole, formula(parts));
    }
    // Of a circle all would hold the same lines: down a column they go one way, along a row a sum has parts that differ.
    for (whole, parts) in rows.values().flat_map(|line| wholes(line, 2)) {
        sums.entry(whole).or_insert_with(|| formula(parts));
    }
    sums
}

/// A cell and those that it is the sum of.
type Whole = ((u32, u16), Vec<(u32, u16)>);

/// The cells of a line that are the sums of at least so many others in it, with the largest of those.
fn wholes(line: &[&Summed<'_>], fewest: usize) -> Vec<Whole> {
    // The larger first; of those with the same lines totals, the lower before the upper, then rows as they stand.
    let mut order: Vec<usize> = (0..line.len()).collect();
    order.sort_by_key(|&index| {
        let cell = line[index];
        let upper = if cell.in_total { line.len() - index } else { index };
        (std::cmp::Reverse(cell.figure.origins.len()), !cell.in_total, upper)
    });
    // Each line of data, and the last cell down the chain that holds it.
    let mut under: FxHashMap<(&str, u32), Vec<usize>> = FxHashMap::default();
    for &index in &order {
        for (file, number) in line[index].figure.origins.lines() {
            under.entry((file, number)).or_default().push(index);
        }
    }
    let mut found = Vec::new();
    for &index in &order {
        let whole = line[index];
        // What comes next below the whole, line by line.
        let next = |line| {
            let chain = under.get(&line)?;
            let at = chain.iter().position(|&other| other == index)?;
            chain.get(at + 1).copied()
        };
        let parts: Option<BTreeSet<usize>> = whole.figure.origins.lines().map(next).collect();
        let Some(parts) = parts.filter(|parts| parts.len() >= fewest) else { continue };
        let held: usize = parts.iter().map(|&part| line[part].figure.origins.len()).sum();
        let amount: Decimal = parts.iter().map(|&part| line[part].printed).sum();
        if held == whole.figure.origins.len() && amount == whole.printed {
            found.push((whole.at, parts.into_iter().map(|part| line[part].at).collect()));
        }
    }
    found
}

/// `=SUM(B3:B5,B8)`: cells side by side as ranges.
fn formula(mut parts: Vec<(u32, u16)>) -> String {
    parts.sort_unstable();
    let name = |at: (u32, u16)| format!("{}{}", letters(u32::from(at.1) + 1), at.0 + 1);
    let mut ranges: Vec<((u32, u16), (u32, u16))> = Vec::new();
    for at in parts {
        match ranges.last_mut() {
            Some((_, last)) if at == (last.0 + 1, last.1) || at == (last.0, last.1 + 1) => *last = at,
            _ => ranges.push((at, at)),
        }
    }
    let named = ranges.into_iter().map(|(first, last)| match first == last {
        true => name(first),
        false => format!("{}:{}", name(first), name(last)),
    });
    format!("=SUM({})", named.collect::<Vec<_>>().join(","))
}
