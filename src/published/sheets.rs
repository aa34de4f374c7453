//! A workbook whose sheets are tables as they were published.

use super::unpaged::{Piece, Rows, arrange};
use super::{PaperCell, PaperRow, Published, Spot};
use crate::cell_name::sheet_name;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::folder::Bytes;
use crate::workbook::{Cell, CellRow, Cells, Merged, Workbook};
use std::path::Path;

/// Columns and rows of the largest table that was ever published; more are a ledger.
const MOST: (u32, usize) = (200, 20_000);

/// Reads a workbook.
pub(super) fn read(bytes: &[u8], shown: &str) -> Result<Published, Diagnostic> {
    let name = Path::new(shown).file_name().and_then(|name| name.to_str()).unwrap_or(shown);
    let book = Workbook::open(&Bytes::from(bytes), name)?;
    let mut published = Published::default();
    let mut pieces = Vec::new();
    for (index, sheet) in book.sheets().iter().enumerate() {
        published.sheets.push(sheet.name.clone());
        let place = || Place::file(sheet_name(name, &sheet.name));
        let cells = match book.read(sheet) {
            Ok(cells) => cells,
            Err(wrong) => {
                published.found.push(wrong);
                continue;
            }
        };
        let widest = cells.rows.iter().filter_map(|row| row.cells.last()).map(|cell| cell.column).max().unwrap_or(0);
        if cells.rows.is_empty() {
            continue;
        }
        if sheet.hidden || widest > MOST.0 || cells.rows.len() > MOST.1 {
            let why = if sheet.hidden { "隐藏着" } else { "太大，不像公开的表" };
            let message = format!("这个工作表{why}，没有读取");
            published.found.push(Diagnostic::new(Severity::Note, "E564", message).at(place()));
            continue;
        }
        pieces.push(Piece::Sheet(sheet.name.clone()));
        pieces.push(Piece::Rows(rows(&cells, index as u32 + 1)));
    }
    published.parts = arrange(pieces);
    Ok(published)
}

/// The rows of a sheet; where it has none of a number, a row without cells stands for them.
fn rows(cells: &Cells, part: u32) -> Rows {
    let mut rows = Vec::new();
    let mut before = None;
    for row in &cells.rows {
        if before.is_some_and(|before| row.number > before + 1) {
            rows.push(PaperRow::default());
        }
        rows.push(read_row(row, cells, &cells.rows, part));
        before = Some(row.number);
    }
    let spot = Spot { part, row: cells.rows.first().map_or(1, |row| row.number), ..Spot::default() };
    Rows { rows, heads: 0, spot }
}

/// A row's cells that are no covered part of a merged range.
fn read_row(row: &CellRow, cells: &Cells, kept: &[CellRow], part: u32) -> PaperRow {
    let here = |merged: &&Merged| (merged.first.1..=merged.last.1).contains(&row.number);
    let merged: Vec<_> = cells.merged.iter().filter(here).collect();
    let one = |cell: &Cell| {
        let of = merged.iter().find(|merged| (merged.first.0..=merged.last.0).contains(&cell.column));
        if of.is_some_and(|merged| merged.first != (cell.column, row.number)) {
            return None;
        }
        let below =
            |merged: &Merged| kept.iter().filter(|other| (row.number..=merged.last.1).contains(&other.number)).count();
        Some(PaperCell {
            column: cell.column as usize - 1,
            colspan: of.map_or(1, |merged| (merged.last.0 - cell.column) as usize + 1),
            rowspan: of.map_or(1, |merged| below(merged)).max(1),
            text: cell.shown().split('\n').map(str::trim).collect(),
            spot: Spot { part, row: row.number, column: cell.column, ..Spot::default() },
            doubt: None,
        })
    };
    PaperRow { cells: row.cells.iter().filter_map(one).collect() }
}
