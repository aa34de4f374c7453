//! A workbook whose sheets are tables as they were published.

use super::arrange::{heads, is_form_number, is_title, is_unit};
use super::{PaperCell, PaperRow, PaperTable, PaperText, Part, Published, Spot, is_note};
use crate::cell_name::sheet_name;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::folder::Bytes;
use crate::workbook::{Cell, CellRow, Cells, Merged, Workbook};
use std::path::Path;

/// Columns and rows of the largest table that was ever published; more are a ledger.
const MOST: (u32, usize) = (200, 20_000);
/// Lines over a table: title, form number, department, unit.
const OVER: usize = 5;
/// What such lines begin with: 单位：万元, 编制部门：…, 预算年度：2023; a head may speak of its unit within.
const BEGINS: [&str; 7] = ["单位", "金额单位", "编制", "部门", "预算年度", "年度", "填报"];

/// Reads a workbook.
pub(super) fn read(bytes: &[u8], shown: &str) -> Result<Published, Diagnostic> {
    let name = Path::new(shown).file_name().and_then(|name| name.to_str()).unwrap_or(shown);
    let book = Workbook::open(&Bytes::from(bytes), name)?;
    let mut published = Published::default();
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
        let (table, notes) = table(&cells, &sheet.name, index as u32 + 1, widest as usize);
        published.parts.push(Part::Table(table));
        published.parts.extend(notes.into_iter().map(Part::Text));
    }
    Ok(published)
}

/// The table of a sheet, and the notes below it.
fn table(cells: &Cells, name: &str, part: u32, columns: usize) -> (PaperTable, Vec<PaperText>) {
    let says = |text: &&str| text.contains(['：', ':']) && BEGINS.iter().any(|begin| text.starts_with(begin));
    let is_over = |row: &&CellRow| {
        let texts: Vec<&str> =
            row.cells.iter().map(|cell| cell.shown().trim()).filter(|text| !text.is_empty()).collect();
        texts.len() <= 1 || texts.len() <= 3 && texts.iter().any(says)
    };
    // Below the unit nothing stands over the table any more but what says whose it is: a lone head is one.
    let mut has_unit = false;
    let mut still_over = |row: &&CellRow| {
        let texts: Vec<&str> = row.cells.iter().map(|cell| cell.shown().trim()).filter(|t| !t.is_empty()).collect();
        let is_over = is_over(row) && (!has_unit || texts.is_empty() || texts.iter().any(says));
        has_unit |= texts.iter().any(|text| is_unit(text));
        is_over
    };
    let over: Vec<&CellRow> = cells.rows.iter().take(OVER).take_while(|row| still_over(row)).collect();
    let texts = |row: &&CellRow| {
        let text = |cell: &Cell| cell.shown().trim().replace('\n', "");
        row.cells.iter().map(text).filter(|text| !text.is_empty()).collect::<Vec<String>>()
    };
    let mut above: Vec<String> = over.iter().flat_map(texts).collect();
    let named = above.iter().position(|text| is_title(text) && !is_unit(text));
    let could = |text: &String| !is_unit(text) && !is_form_number(text) && !says(&text.as_str());
    let named = named.or_else(|| above.iter().position(could));
    let of_sheet = named.is_none();
    let title = named.map_or_else(|| name.to_owned(), |at| above.remove(at));
    let mut kept = &cells.rows[over.len()..];
    let mut notes = Vec::new();
    while let Some((last, before)) = kept.split_last() {
        let mut filled = last.cells.iter().filter(|cell| !cell.shown().trim().is_empty());
        match (filled.next(), filled.next()) {
            (Some(cell), None) if is_note(cell.shown()) => {
                let text = cell.shown().split('\n').map(str::trim).collect();
                let spot = Spot { part, row: last.number, column: cell.column, ..Spot::default() };
                notes.insert(0, PaperText { text, level: 0, spot });
            }
            // A row without words parts the notes from the table.
            (None, _) if last.cells.is_empty() || !notes.is_empty() => {}
            _ => break,
        }
        kept = before;
    }
    let rows: Vec<PaperRow> = kept.iter().map(|row| read_row(row, cells, kept, part)).collect();
    let spot = Spot { part, row: kept.first().map_or(1, |row| row.number), ..Spot::default() };
    (PaperTable { title, above, columns, heads: heads(&rows), rows, spot, of_sheet }, notes)
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
