//! The structure of a table: head and body, rows, and cells that name the heads they stand under
//! (ISO 32000-1 14.8.4.3.4; PDF/UA-1 7.5). It is one table however many pages it takes.

use super::grid::{Grid, GridCell};
use crate::document::{Document, RowKind};
use crate::typeset::frame::{ElementId, ElementKind, Scope};
use crate::typeset::structure::Tree;
use std::ops::Range;
use std::sync::Arc;

/// Gives every cell its element, cells without text too.
pub fn tag_cells(tree: &mut Tree, document: &Document, grid: &mut Grid, table: ElementId, index: usize) {
    let mut heads = Heads {
        columns: vec![Vec::new(); grid.columns],
        rows: Vec::new(),
        body_head: false,
        prefix: format!("t{index}h"),
    };
    let (header, rows) = (head_rows(grid), grid.rows());
    for (range, kind) in [(0..header, ElementKind::TableHead), (header..rows, ElementKind::TableBody)] {
        if range.is_empty() {
            continue;
        }
        let part = tree.add(table, kind);
        for row in range {
            let tr = tree.add(part, ElementKind::TableRow);
            tree.expect(tr, grid.begins[row].len());
            heads.begin_row(row, grid.kinds[row], row >= grid.header_rows);
            for c in grid.begins[row].clone() {
                let cell = &grid.cells[c];
                let kind = heads.element_of(cell, c, grid.kinds[row], row < grid.header_rows);
                let element = tree.add(tr, kind);
                let tags = tree.tag_cell(element, &cell.cell.inlines, document);
                grid.cells[c].tags = Some(tags);
            }
        }
    }
}

/// Rows of the table's head: its own, or, in a form without (绩效目标表), those down to its first row of heads, where
/// that is among the first.
fn head_rows(grid: &Grid) -> usize {
    const FIRST: usize = 3;
    let heads = grid.kinds.iter().take(FIRST).position(|kind| *kind == RowKind::Header);
    let alone = |end: usize| grid.cells.iter().all(|c| c.row >= end || c.rows().end <= end);
    match heads {
        Some(row) if grid.header_rows == 0 && row + 1 < grid.rows() && alone(row + 1) => row + 1,
        _ => grid.header_rows,
    }
}

/// The heads in force: ids by column, and those of rows with the rows they reach.
struct Heads {
    columns: Vec<Vec<Arc<str>>>,
    rows: Vec<(Range<usize>, Arc<str>)>,
    /// The last row was a head within the body; the next such row adds to it, a later one replaces it.
    body_head: bool,
    /// What the ids of the table's heads begin with.
    prefix: String,
}

impl Heads {
    fn begin_row(&mut self, row: usize, kind: RowKind, in_body: bool) {
        let is_head = in_body && kind == RowKind::Header;
        if is_head && !self.body_head {
            self.columns.iter_mut().for_each(Vec::clear);
        }
        self.body_head = is_head;
        self.rows.retain(|(rows, _)| rows.contains(&row));
    }

    fn element_of(&mut self, cell: &GridCell, n: usize, row: RowKind, in_header: bool) -> ElementKind {
        let (colspan, rowspan) = (cell.colspan as u32, cell.rowspan as u32);
        let column_head = in_header || row == RowKind::Header;
        if column_head || cell.cell.header {
            let id = [&*self.prefix, &n.to_string()].concat();
            let shared: Arc<str> = id.as_str().into();
            let scope = if column_head { Scope::Column } else { Scope::Row };
            if !column_head {
                self.rows.push((cell.rows(), shared));
            } else if row != RowKind::Numbering {
                // 栏次 says nothing of what stands under it.
                self.columns[cell.columns()].iter_mut().for_each(|ids| ids.push(shared.clone()));
            }
            return ElementKind::HeaderCell { scope, colspan, rowspan, id };
        }
        let over = &self.columns[cell.columns()];
        let mut headers = Vec::with_capacity(over.iter().map(Vec::len).sum::<usize>() + self.rows.len());
        for ids in over {
            let before = headers.len();
            for id in ids {
                if !headers[..before].contains(id) {
                    headers.push(id.clone());
                }
            }
        }
        headers.extend(self.rows.iter().map(|(_, id)| id.clone()));
        ElementKind::DataCell { colspan, rowspan, headers }
    }
}
