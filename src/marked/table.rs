//! Tables of the same columns, merged row by row. Rows that cells join go and come together: half a joined cell is no
//! table.

use super::blocks::{merge_heading, merge_lines};
use super::{Figures, text};
use crate::diff::align::{align, likeness};
use crate::document::{Cell, Change, Row, Table, plain_text};
use std::ops::Range;

/// Both tables in one; none where their columns or heads are built differently.
pub fn merge(old: &Table, new: &Table, figures: &Figures) -> Option<Table> {
    let kinds = |table: &Table| table.columns.iter().map(|c| c.kind).collect::<Vec<_>>();
    if kinds(old) != kinds(new) || !same_form(&old.header, &new.header) || old.title.is_some() != new.title.is_some() {
        return None;
    }
    let title = old.title.as_ref().zip(new.title.as_ref()).map(|(was, is)| merge_heading(was, is, figures));
    let mut above = Vec::new();
    for index in 0..old.above.len().max(new.above.len()) {
        let part = |table: &Table| table.above.get(index).cloned().unwrap_or_default();
        above.push(text::merge(&part(old), &part(new), figures));
    }
    let header = old.header.iter().zip(&new.header).map(|(was, is)| merge_row(was, is, figures)).collect();
    Some(Table {
        title,
        above,
        header,
        body: merge_rows(&old.body, &new.body, figures),
        notes: merge_lines(&old.notes, &new.notes, figures),
        ..new.clone()
    })
}

fn merge_rows(old: &[Row], new: &[Row], figures: &Figures) -> Vec<Row> {
    let (before, after) = (units(old), units(new));
    let keys = |rows: &[Row], units: &[Range<usize>]| -> Vec<String> {
        units.iter().map(|unit| rows[unit.clone()].iter().map(|r| row_key(r, figures)).collect()).collect()
    };
    let (old_keys, new_keys) = (keys(old, &before), keys(new, &after));
    let alike = |i: usize, j: usize| {
        let (was, is) = (&old[before[i].clone()], &new[after[j].clone()]);
        if same_form(was, is) { likeness(&texts(was), &texts(is)) } else { 0.0 }
    };
    let mut merged = Vec::with_capacity(new.len());
    for step in align(&old_keys, &new_keys, alike) {
        match step {
            (Some(i), Some(j)) if same_form(&old[before[i].clone()], &new[after[j].clone()]) => {
                let pairs = old[before[i].clone()].iter().zip(&new[after[j].clone()]);
                merged.extend(pairs.map(|(was, is)| merge_row(was, is, figures)));
            }
            (Some(i), Some(j)) => {
                merged.extend(old[before[i].clone()].iter().map(|r| whole(r, Change::Deleted)));
                merged.extend(new[after[j].clone()].iter().map(|r| whole(r, Change::Inserted)));
            }
            (Some(i), None) => merged.extend(old[before[i].clone()].iter().map(|r| whole(r, Change::Deleted))),
            (None, Some(j)) => merged.extend(new[after[j].clone()].iter().map(|r| whole(r, Change::Inserted))),
            (None, None) => {}
        }
    }
    merged
}

/// Runs of rows that joined cells hold together.
fn units(rows: &[Row]) -> Vec<Range<usize>> {
    let mut units = Vec::new();
    let (mut start, mut end) = (0, 0);
    for (index, row) in rows.iter().enumerate() {
        if index == end && index > start {
            units.push(start..end);
            start = index;
        }
        let reach = row.cells.iter().map(|c| c.rowspan.max(1)).max().unwrap_or(1);
        end = end.max(index + reach).min(rows.len());
    }
    if start < rows.len() {
        units.push(start..rows.len());
    }
    units
}

/// What a row is known by: the address of a figure in it without its column, else what its cells say.
fn row_key(row: &Row, figures: &Figures) -> String {
    let figure = row.cells.iter().flat_map(|c| &c.inlines).find_map(|i| i.figure);
    match figure.and_then(|id| figures.address(id).rsplit_once('/')) {
        Some((row_address, _)) => format!("\u{1}{row_address}\u{2}"),
        None => format!("{}\u{2}", texts(std::slice::from_ref(row))),
    }
}

fn texts(rows: &[Row]) -> String {
    rows.iter().flat_map(|r| &r.cells).map(|c| plain_text(&c.inlines) + "|").collect()
}

/// The cells of both begin and end in the same columns and rows.
fn same_form(old: &[Row], new: &[Row]) -> bool {
    let place = |c: &Cell| (c.column, c.colspan, c.rowspan);
    let same = |(a, b): (&Row, &Row)| a.kind == b.kind && a.cells.iter().map(place).eq(b.cells.iter().map(place));
    old.len() == new.len() && old.iter().zip(new).all(same)
}

fn merge_row(old: &Row, new: &Row, figures: &Figures) -> Row {
    let cell =
        |(was, is): (&Cell, &Cell)| Cell { inlines: text::merge(&was.inlines, &is.inlines, figures), ..is.clone() };
    Row { cells: old.cells.iter().zip(&new.cells).map(cell).collect(), ..new.clone() }
}

fn whole(row: &Row, change: Change) -> Row {
    let cell = |cell: &Cell| Cell { inlines: super::all(&cell.inlines, change), ..cell.clone() };
    Row { cells: row.cells.iter().map(cell).collect(), change, ..row.clone() }
}
