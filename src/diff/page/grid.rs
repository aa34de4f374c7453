//! A table as its rows and figures are compared: the addresses of its cells, and the sides that stand next to each
//! other.

use super::view::{View, shortened, table_title, words};
use crate::diff::Spot;
use crate::document::{ColumnKind, Row, RowKind, Table, plain_text};
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::ops::Range;

/// A table with the addresses of its cells, in lanes: the sides of a table whose sides stand next to each other.
pub struct Grid<'t> {
    pub title: String,
    pub table: &'t Table,
    /// Text of the heads over each column.
    pub heads: Vec<String>,
    pub lanes: Vec<Range<usize>>,
    pub figures: IndexMap<String, FigureCell>,
    pub addresses: BTreeMap<(usize, usize), String>,
    base: Spot,
    pages: Vec<Vec<(Option<usize>, String)>>,
}

pub struct FigureCell {
    pub address: String,
    pub text: String,
    pub spot: Spot,
}

/// The cells of one row in one lane.
pub struct Strip {
    pub row: usize,
    pub key: String,
    /// The key is an address.
    pub addressed: bool,
    pub texts: Vec<usize>,
    pub figures: Vec<usize>,
}

impl<'t> Grid<'t> {
    pub fn new(view: &View, table: &'t Table, block: usize) -> Grid<'t> {
        let mut addresses = BTreeMap::new();
        for (r, row) in table.body.iter().enumerate() {
            for c in 0..row.cells.len() {
                if let Some(figure) = view.composition.figure_in(&table.id, r, c) {
                    addresses.insert((r, c), figure.address.to_string());
                }
            }
        }
        let places = &view.places.blocks[block].cells;
        let page = |r: usize, c: usize| {
            let page = places.get(table.header.len() + r).and_then(|row| row.get(c)).copied().flatten();
            (page, view.places.label(page))
        };
        let pages = table.body.iter().enumerate();
        let pages = pages.map(|(r, row)| (0..row.cells.len()).map(|c| page(r, c)).collect()).collect();
        let base = Spot { title: table_title(table), table: Some(table.id.clone()), ..view.spot(block) };
        let mut grid = Grid {
            title: table_title(table),
            table,
            heads: table.column_heads(plain_text),
            lanes: if has_sides(table, &addresses) { lanes(table) } else { std::iter::once(0..usize::MAX).collect() },
            figures: IndexMap::new(),
            addresses,
            base,
            pages,
        };
        for (&(r, c), address) in &grid.addresses {
            let text = words(&table.body[r].cells[c].inlines);
            let cell = FigureCell { address: address.clone(), text, spot: grid.spot(r, c) };
            grid.figures.insert(address.clone(), cell);
        }
        grid
    }

    pub fn address(&self, row: usize, cell: usize) -> Option<String> {
        self.addresses.get(&(row, cell)).cloned()
    }

    pub fn spot(&self, row: usize, cell: usize) -> Spot {
        let column = self.table.body[row].cells[cell].column;
        let lane = self.lanes.iter().find(|lane| lane.contains(&column)).cloned().unwrap_or(0..usize::MAX);
        let (page, label) = self.pages[row][cell].clone();
        let column = self.heads.get(column).cloned().unwrap_or_default();
        Spot { row: self.label(row, &lane), column, page, label, ..self.base.clone() }
    }

    /// What a reader calls the row: its code and name.
    fn label(&self, row: usize, lane: &Range<usize>) -> String {
        let cells = self.table.body[row].cells.iter().enumerate();
        let is_label = |(c, cell): &(usize, &crate::document::Cell)| {
            let kind = self.table.columns.get(cell.column).map(|column| column.kind);
            lane.contains(&cell.column)
                && kind != Some(ColumnKind::Sequence)
                && !self.addresses.contains_key(&(row, *c))
        };
        let texts = cells.filter(is_label).map(|(_, cell)| words(&cell.inlines)).filter(|t| !t.is_empty());
        let all: Vec<String> = texts.take(3).collect();
        shortened(&all.join(" "), 48)
    }

    pub fn strips(&self, lane: usize) -> Vec<Strip> {
        let Some(lane) = self.lanes.get(lane) else { return Vec::new() };
        let rows = self.table.body.iter().enumerate().filter(|(_, row)| row.kind != RowKind::Blank);
        rows.filter_map(|(r, row)| self.strip(r, row, lane)).collect()
    }

    fn strip(&self, r: usize, row: &Row, lane: &Range<usize>) -> Option<Strip> {
        let cells: Vec<usize> = (0..row.cells.len()).filter(|&c| lane.contains(&row.cells[c].column)).collect();
        let (figures, texts): (Vec<usize>, Vec<usize>) =
            cells.into_iter().partition(|&c| self.addresses.contains_key(&(r, c)));
        let address = figures.first().and_then(|&c| self.addresses.get(&(r, c)));
        let words = || -> String {
            let is_sequence = |column: usize| {
                self.table.columns.get(column).is_some_and(|column| column.kind == ColumnKind::Sequence)
            };
            let texts = texts.iter().filter(|&&c| !is_sequence(row.cells[c].column));
            texts.map(|&c| format!("{}|", words(&row.cells[c].inlines))).collect()
        };
        let key = match address {
            Some(address) => address.rsplit_once('/').map_or(address.as_str(), |(row, _)| row).to_string(),
            None => words(),
        };
        let blank = address.is_none() && key.chars().all(|c| c == '|');
        (!blank).then_some(Strip { row: r, addressed: address.is_some(), key, texts, figures })
    }
}

/// Sides stand next to each other where the figures of one row belong to different rows.
fn has_sides(table: &Table, addresses: &BTreeMap<(usize, usize), String>) -> bool {
    let row_of = |address: &'_ String| address.rsplit_once('/').map(|(row, _)| row.to_string());
    (0..table.body.len()).any(|row| {
        let mut rows = addresses.range((row, 0)..(row + 1, 0)).map(|(_, address)| row_of(address));
        let first = rows.next();
        rows.any(|other| Some(&other) != first.as_ref())
    })
}

/// A lane ends after its figures, where a text column follows.
fn lanes(table: &Table) -> Vec<Range<usize>> {
    let mut lanes = Vec::new();
    let mut from = 0;
    let kinds: Vec<ColumnKind> = table.columns.iter().map(|c| c.kind).collect();
    for column in 1..kinds.len() {
        let sides = kinds[from..column].contains(&ColumnKind::Number) && kinds[column] != ColumnKind::Number;
        // Text after the figures belongs to the row, unless figures follow it once more.
        if sides && kinds[column..].contains(&ColumnKind::Number) {
            lanes.push(from..column);
            from = column;
        }
    }
    lanes.push(from..usize::MAX);
    lanes
}
