//! Tables: rows whose cells, spans and widths add up, every merge true, every cell in a named style.

use super::Error;
use super::fixed_styles::table_style_id;
use super::lengths::half_points;
use super::plan::{Piece, Planner, linked, with_breaks};
use super::styles::{Kind, LAYOUT_TABLE, Purpose, StyleId, Variant};
use super::xml::{TURN, twips};
use crate::document::{Align, Cell, Change, ColumnKind, Row, RowKind, Table, plain_text};
use crate::style::TableStyle;
use crate::typeset::frame::TableGeometry;
use std::collections::HashMap;

pub struct TablePlan<'a> {
    /// Id of its table style.
    pub style: String,
    /// Twips; their sum is the table's width.
    pub widths: Vec<i64>,
    pub rows: Vec<RowPlan<'a>>,
    /// How many rows, from the first, repeat on every page.
    pub header_rows: usize,
    pub caption: String,
    pub description: String,
}

pub struct RowPlan<'a> {
    pub cells: Vec<CellPlan<'a>>,
    /// Least height in twips: what it takes in print; 0: none. It grows with what is typed into it.
    pub height: i64,
    /// It may break across pages: it is taller than one.
    pub splits: bool,
    /// It came or went as a whole, and the id of that tracked change.
    pub change: Change,
    pub first_change: u32,
}

pub struct CellPlan<'a> {
    pub style: StyleId,
    /// Twips over all columns it covers.
    pub width: i64,
    pub span: usize,
    pub merge: Merge,
    pub pieces: Vec<Piece<'a>>,
    /// The address of a figure that prints as nothing here.
    pub blank: Option<&'a str>,
    /// Lightness of its ground, from 0, black, to 255.
    pub shade: Option<u8>,
    /// The id of its first tracked change.
    pub first_change: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Merge {
    None,
    /// It goes on in the row below.
    Begins,
    /// It is covered from above.
    Covered,
}

/// Column widths in twips: each edge rounded once, so that the sum is the rounded sum.
fn widths(columns: &[f64]) -> Vec<i64> {
    let mut edge = 0.0;
    let mut before = 0;
    let mut widths = Vec::with_capacity(columns.len());
    for column in columns {
        edge += column;
        let after = twips(edge);
        widths.push((after - before).max(1));
        before = after;
    }
    widths
}

/// The line above: three cells, left, middle and right, as wide as in print; equal ones where print has them under each
/// other.
pub fn plan_above<'a>(
    planner: &mut Planner<'a>,
    table: &'a Table,
    role: &str,
    geometry: &TableGeometry,
) -> Result<TablePlan<'a>, Error> {
    let total: f64 = geometry.columns.iter().sum();
    let parts = geometry.above.unwrap_or([total / 3.0; 3]);
    let scale = total / parts.iter().sum::<f64>().max(1.0);
    let widths = widths(&parts.map(|part| part * scale));
    let mut cells = Vec::with_capacity(3);
    for (index, (align, &width)) in [Kind::Left, Kind::Center, Kind::Right].into_iter().zip(&widths).enumerate() {
        let style = planner.styles.id(Variant { align: Some(align), ..Variant::of(role, Purpose::Cell) })?;
        let pieces = table.above.get(index).map(|part| planner.pieces(part)).unwrap_or_default();
        let first_change = planner.reserve_changes(table.above.get(index).map(Vec::as_slice).unwrap_or_default());
        cells.push(CellPlan {
            style,
            width,
            span: 1,
            merge: Merge::None,
            pieces,
            blank: None,
            shade: None,
            first_change,
        });
    }
    let (change, first_change) = (table.change, planner.reserve_changes(&[]));
    Ok(TablePlan {
        style: LAYOUT_TABLE.to_owned(),
        widths,
        rows: vec![RowPlan { cells, height: 0, splits: false, change, first_change }],
        header_rows: 0,
        caption: String::new(),
        description: "版式表格，无表头：下表的部门、年度和单位".to_owned(),
    })
}

pub fn plan<'a>(
    planner: &mut Planner<'a>,
    table: &'a Table,
    looks: &'a TableStyle,
    kind: usize,
    geometry: &TableGeometry,
) -> Result<TablePlan<'a>, Error> {
    let widths = widths(&geometry.columns);
    let page = planner.page_height();
    // Where print has it whole on a page under other text, Word is to move it whole too.
    let whole = geometry.pages == 1 && planner.under_text();
    let ground = looks.shade.filter(|l| (0.0..1.0).contains(l)).map(|lightness| (lightness * 255.0).round() as u8);
    let form_rows = form_rows(table, geometry, page);
    let mut rows = Vec::with_capacity(table.header.len() + table.body.len());
    let mut styles: HashMap<(CellLook, bool), StyleId> = HashMap::new();
    for (part, is_header) in [(&table.header, true), (&table.body, false)] {
        let first = if is_header { 0 } else { table.header.len() };
        let height = |row: usize| geometry.rows.get(first + row).copied().unwrap_or(looks.row);
        let heights: Vec<f64> = (0..part.len()).map(height).collect();
        let mut keeps: Vec<bool> = if is_header || whole {
            let last = if is_header || !table.notes.is_empty() { part.len() } else { part.len().saturating_sub(1) };
            (0..part.len()).map(|row| row < last).collect()
        } else {
            kept_rows(part, &heights, page, !table.notes.is_empty())
        };
        let filled = fill(part, widths.len());
        // A form's first rows repeat as a head does, and stay together.
        if !is_header {
            keeps[..form_rows].fill(true);
        }
        for (index, (row, cells)) in part.iter().zip(filled).enumerate() {
            let mut planned = Vec::with_capacity(cells.len());
            planner.change = row.change;
            for slot in cells {
                let look = cell_look(table, row, &slot, is_header, looks.total.is_some());
                let style = match styles.get(&(look, keeps[index])) {
                    Some(style) => *style,
                    None => {
                        let style = cell_style(planner, looks, look, keeps[index], geometry.scale)?;
                        styles.insert((look, keeps[index]), style);
                        style
                    }
                };
                let (pieces, blank) = match slot.cell {
                    Some(cell) if slot.merge != Merge::Covered => {
                        let mut pieces: Vec<Piece> =
                            planner.pieces(&cell.inlines).into_iter().flat_map(linked).collect();
                        if let (Some(breaks), true) =
                            (geometry.heads.get(&(first + index, slot.column)), row.change.is_same())
                        {
                            pieces = with_breaks(pieces, breaks, TURN);
                        }
                        (pieces, planner.blank(&cell.inlines))
                    }
                    _ => (Vec::new(), None),
                };
                let width = widths[slot.column..slot.column + slot.span].iter().sum();
                let inlines = slot.cell.filter(|_| slot.merge != Merge::Covered).map(|c| c.inlines.as_slice());
                let first_change = planner.reserve_changes(inlines.unwrap_or_default());
                let (span, merge) = (slot.span, slot.merge);
                let shade = if row.kind == RowKind::Header { ground } else { None };
                planned.push(CellPlan { style, width, span, merge, pieces, blank, shade, first_change });
            }
            let taller = heights[index] > page * 0.95;
            let splits = taller;
            let height = if taller { 0 } else { twips(heights[index]) };
            let (change, first_change) = (row.change, planner.reserve_changes(&[]));
            rows.push(RowPlan { cells: planned, height, splits, change, first_change });
        }
    }
    planner.change = table.change;
    Ok(TablePlan {
        style: table_style_id(kind),
        widths,
        rows,
        header_rows: table.header.len().max(form_rows),
        caption: table.title.as_ref().map(|t| plain_text(&t.inlines).replace('\n', "")).unwrap_or_default(),
        description: table.description.clone(),
    })
}

/// A place in a row: the cell that begins there, or is held from above, or nothing.
struct Slot<'a> {
    cell: Option<&'a Cell>,
    column: usize,
    span: usize,
    merge: Merge,
}

/// Every row with all its places: covered ones present, gaps filled, nothing beyond the last column or row.
fn fill(rows: &[Row], columns: usize) -> Vec<Vec<Slot<'_>>> {
    // By column: the cell that covers it from above, where that begins and ends, and how many rows it still takes.
    let mut held: Vec<Option<(&Cell, usize, usize)>> = vec![None; columns];
    let mut filled = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let mut slots = Vec::with_capacity(columns);
        let mut cells = row.cells.iter().peekable();
        let mut column = 0;
        while column < columns {
            if let Some((cell, span, left)) = held[column] {
                held[column] = if left > 1 { Some((cell, span, left - 1)) } else { None };
                slots.push(Slot { cell: Some(cell), column, span, merge: Merge::Covered });
                column += span;
                continue;
            }
            while cells.peek().is_some_and(|c| c.column < column) {
                cells.next();
            }
            let free = (column..columns).take_while(|&c| held[c].is_none()).count();
            match cells.next_if(|c| c.column == column) {
                Some(cell) => {
                    let next = cells.peek().map_or(columns, |c| c.column.max(column + 1));
                    let span = cell.colspan.clamp(1, free.min(next - column));
                    let below = cell.rowspan.min(rows.len() - index);
                    if below > 1 {
                        held[column] = Some((cell, span, below - 1));
                    }
                    let merge = if below > 1 { Merge::Begins } else { Merge::None };
                    slots.push(Slot { cell: Some(cell), column, span, merge });
                    column += span;
                }
                None => {
                    slots.push(Slot { cell: None, column, span: 1, merge: Merge::None });
                    column += 1;
                }
            }
        }
        filled.push(slots);
    }
    filled
}

/// What a cell looks like, by the table's style: its part, alignment and indent in hundredths of 字.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct CellLook {
    part: Part,
    align: Kind,
    indent: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Head,
    Text,
    Number,
    Total,
}

fn cell_look(table: &Table, row: &Row, slot: &Slot, in_header: bool, totals: bool) -> CellLook {
    let column = table.columns.get(slot.column);
    let numbers = column.is_some_and(|c| c.kind == ColumnKind::Number);
    let label = slot.cell.is_some_and(|c| c.header);
    let (part, usual) = match row.kind {
        RowKind::Numbering => (Part::Text, Align::Center),
        _ if in_header || row.kind == RowKind::Header => (Part::Head, Align::Center),
        RowKind::Total if totals && numbers && !label => (Part::Total, column.map_or(Align::Right, |c| c.align)),
        RowKind::Total if totals => (Part::Total, column.map_or(Align::Left, |c| c.align)),
        _ if numbers && !label => (Part::Number, column.map_or(Align::Right, |c| c.align)),
        _ => (Part::Text, column.map_or(Align::Left, |c| c.align)),
    };
    let align = slot.cell.and_then(|c| c.align).unwrap_or(usual).into();
    let indent = slot.cell.map_or(0.0, |c| c.indent);
    CellLook { part, align, indent: (indent * 100.0).round().clamp(0.0, 6000.0) as u16 }
}

/// The named style of a look. Type smaller than declared falls by half points.
fn cell_style(
    planner: &mut Planner,
    looks: &TableStyle,
    look: CellLook,
    keep: bool,
    scale: f64,
) -> Result<StyleId, Error> {
    let role = role_of(looks, look.part);
    let scaled = scale > 0.0 && scale != 1.0;
    let size = if scaled { half_points(planner.styles.text(role)?.size * scale).max(2) } else { 0 };
    let (align, indent) = (Some(look.align), look.indent);
    planner.styles.id(Variant { align, indent, size, keep, ..Variant::of(role, Purpose::Cell) })
}

fn role_of(looks: &TableStyle, part: Part) -> &str {
    match part {
        Part::Head => &looks.head,
        Part::Text => &looks.text,
        Part::Number => &looks.number,
        Part::Total => looks.total.as_ref().unwrap_or(&looks.text),
    }
}

/// Rows of a form (绩效目标表) that repeat on its pages: those down to its first row of heads, for only rows from the first
/// can (ECMA-376-1 17.4.49), if they leave enough of a page. 0 for a table with a head of its own.
fn form_rows(table: &Table, geometry: &TableGeometry, page: f64) -> usize {
    const FIRST: usize = 3;
    const MOST: f64 = 0.4;
    let heads = table.body.iter().take(FIRST).position(|row| row.kind == RowKind::Header).map_or(0, |row| row + 1);
    let alone = table.body[..heads].iter().enumerate().all(|(n, row)| row.cells.iter().all(|c| n + c.rowspan <= heads));
    let height: f64 = geometry.rows.iter().take(heads).sum();
    let repeats = table.header.is_empty() && heads < table.body.len() && alone && height <= MOST * page;
    if repeats { heads } else { 0 }
}

/// Rows of a body that spans pages whose paragraphs keep with the next: before a total, within a vertical merge that
/// a page can hold, before a note.
fn kept_rows(rows: &[Row], heights: &[f64], page: f64, noted: bool) -> Vec<bool> {
    let mut keeps = vec![false; rows.len()];
    for (index, row) in rows.iter().enumerate() {
        let next_is_total = rows.get(index + 1).is_some_and(|r| r.kind == RowKind::Total);
        keeps[index] |= next_is_total || (noted && index + 1 == rows.len());
        for cell in row.cells.iter().filter(|c| c.rowspan > 1) {
            let end = (index + cell.rowspan).min(rows.len());
            if heights[index..end].iter().sum::<f64>() < page * 0.8 {
                keeps[index..end - 1].fill(true);
            }
        }
    }
    keeps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_sum_to_the_rounded_sum() {
        let columns = vec![33.333, 33.333, 33.334, 342.2];
        assert_eq!(widths(&columns).iter().sum::<i64>(), twips(columns.iter().sum()));
    }
}
