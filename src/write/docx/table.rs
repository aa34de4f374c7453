//! Tables: rows whose cells, spans and widths add up, every merge true, every cell in a named style.

use super::Error;
use super::plan::{Piece, Planner};
use super::styles::{Kind, LAYOUT_TABLE, Purpose, StyleId, Variant, half_points, table_style_id};
use super::xml::twips;
use crate::document::{Cell, ColumnKind, Row, RowKind, Table, plain_text};
use crate::style::{MM, TableStyle};
use crate::typeset::frame::TableGeometry;

pub struct TablePlan<'a> {
    /// Id of its table style.
    pub style: String,
    /// Twips; their sum is the table's width.
    pub widths: Vec<i64>,
    pub rows: Vec<RowPlan<'a>>,
    /// How many rows, from the first, repeat on every page.
    pub header_rows: usize,
    /// Least height of a row in twips; 0: none.
    pub row_height: i64,
    pub caption: String,
    pub description: String,
}

pub struct RowPlan<'a> {
    pub cells: Vec<CellPlan<'a>>,
    /// Taller than a page: it must be allowed to break.
    pub splits: bool,
}

pub struct CellPlan<'a> {
    pub style: StyleId,
    /// Twips over all columns it covers.
    pub width: i64,
    pub span: usize,
    pub merge: Merge,
    pub pieces: Vec<Piece<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The line above: as many equal cells as it has parts.
pub fn plan_above<'a>(
    planner: &mut Planner<'a>,
    table: &'a Table,
    role: &str,
    aligns: &[Kind],
    width: f64,
) -> Result<TablePlan<'a>, Error> {
    let widths = widths(&vec![width / aligns.len() as f64; aligns.len()]);
    let mut cells = Vec::with_capacity(aligns.len());
    for ((part, &align), &width) in table.above.iter().zip(aligns).zip(&widths) {
        let variant = Variant { align: Some(align), ..Variant::of(role, Purpose::Cell) };
        let style = planner.styles.id(variant)?;
        cells.push(CellPlan { style, width, span: 1, merge: Merge::None, pieces: planner.pieces(part) });
    }
    Ok(TablePlan {
        style: LAYOUT_TABLE.to_owned(),
        widths,
        rows: vec![RowPlan { cells, splits: false }],
        header_rows: 0,
        row_height: 0,
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
    let mut rows = Vec::with_capacity(table.header.len() + table.body.len());
    for (part, is_header) in [(&table.header, true), (&table.body, false)] {
        let heights: Vec<f64> = part.iter().map(|row| row_height(planner, row, looks, geometry)).collect();
        let keeps = kept_rows(part, &heights, page, is_header, !table.notes.is_empty());
        let filled = fill(part, widths.len());
        for (index, (row, cells)) in part.iter().zip(filled).enumerate() {
            let mut planned = Vec::with_capacity(cells.len());
            for slot in cells {
                let variant = variant(planner, table, looks, row, &slot, geometry.scale)?;
                let style = planner.styles.id(Variant { keep: keeps[index], ..variant })?;
                let pieces = match slot.cell {
                    Some(cell) if slot.merge != Merge::Covered => planner.pieces(&cell.inlines),
                    _ => Vec::new(),
                };
                let width = widths[slot.column..slot.column + slot.span].iter().sum();
                planned.push(CellPlan { style, width, span: slot.span, merge: slot.merge, pieces });
            }
            rows.push(RowPlan { cells: planned, splits: heights[index] > page * 0.9 });
        }
    }
    Ok(TablePlan {
        style: table_style_id(kind),
        widths,
        rows,
        header_rows: table.header.len(),
        row_height: twips(looks.row),
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

/// The role and the look of a cell. Type smaller than declared falls by half points.
fn variant(
    planner: &Planner,
    table: &Table,
    looks: &TableStyle,
    row: &Row,
    slot: &Slot,
    scale: f64,
) -> Result<Variant, Error> {
    let column = &table.columns[slot.column];
    let heading = matches!(row.kind, RowKind::Header | RowKind::Numbering);
    let role = match (heading, column.kind) {
        (true, _) => &looks.head,
        (_, ColumnKind::Number) => &looks.number,
        _ => &looks.text,
    };
    let own = slot.cell.and_then(|c| c.align);
    let align = own.or(if heading { None } else { Some(column.align) }).map(Kind::from);
    let indent = slot.cell.map_or(0.0, |c| c.indent);
    let smaller = scale > 0.0 && scale < 1.0;
    let size = if smaller { half_points(planner.styles.text(role)?.size * scale).max(2) } else { 0 };
    let indent = (indent * 100.0).round().clamp(0.0, 6000.0) as u16;
    Ok(Variant { align, indent, size, ..Variant::of(role, Purpose::Cell) })
}

/// Rows whose paragraphs keep with the next: before a total, within a vertical merge that a page can hold, before
/// a note; headers always.
fn kept_rows(rows: &[Row], heights: &[f64], page: f64, header: bool, noted: bool) -> Vec<bool> {
    let mut keeps = vec![header; rows.len()];
    if header {
        return keeps;
    }
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

/// About how tall a row will be in pt; only whole pages hang on it.
fn row_height(planner: &Planner, row: &Row, looks: &TableStyle, geometry: &TableGeometry) -> f64 {
    let Some(text) = planner.style.text.get(&looks.text) else { return looks.row };
    let size = text.size * geometry.scale.clamp(0.1, 1.0);
    let pitch = text.pitch.map_or(size * 1.3, |p| p.max(size));
    let lines = row.cells.iter().map(|cell| {
        let end = (cell.column + cell.colspan.max(1)).min(geometry.columns.len());
        let columns = geometry.columns.get(cell.column..end).unwrap_or_default();
        let width = (columns.iter().sum::<f64>() - 2.0 * looks.padding[1] * MM).max(size);
        let length = |line: &str| line.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum::<f64>() * size;
        let text = plain_text(&cell.inlines);
        let lines: f64 = text.split('\n').map(|line| (length(line) / width).ceil().max(1.0)).sum();
        lines / cell.rowspan.max(1) as f64
    });
    let lines = lines.fold(1.0, f64::max);
    (lines * pitch + 2.0 * looks.padding[0] * MM).max(looks.row)
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
