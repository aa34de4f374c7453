//! A table's cells resolved onto rows and columns, and shaped; free of widths and pages.

use crate::diagnostic::{Diagnostics, Place};
use crate::document::{Align, Cell, Row, RowKind, Table};
use crate::typeset::flow::place_of;
use crate::typeset::linebreak::natural_width;
use crate::typeset::sense;
use crate::typeset::structure::Tags;
use crate::typeset::text::{Setting, Shaper, Text};
use std::cell::OnceCell;
use std::ops::Range;

/// Which of a table's text roles a cell is set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Head,
    Text,
    Number,
    /// Of a row of totals, where the style has a role for it.
    Total,
}

/// How many parts there are.
pub const PARTS: usize = 4;

/// A cell with its place. Rows count through header and body.
pub struct GridCell<'a> {
    pub cell: &'a Cell,
    pub row: usize,
    pub column: usize,
    pub rowspan: usize,
    pub colspan: usize,
    pub part: Part,
    pub align: Align,
    /// It stands in a column whose texts are joined over rows, and says what stands beside it: its words are as whole as
    /// those of a head.
    pub label: bool,
    /// Its lines are justified, as those of long texts at the left are.
    pub prose: bool,
    pub text: Text<'a>,
    /// Width of its text in ems, where lines end only where forced.
    pub natural: f64,
    costs: OnceCell<Vec<f64>>,
    /// Its lines in [`super::Measured::lines`].
    pub lines: Range<usize>,
    pub tags: Option<Tags>,
}

impl GridCell<'_> {
    pub fn rows(&self) -> Range<usize> {
        self.row..self.row + self.rowspan
    }

    pub fn columns(&self) -> Range<usize> {
        self.column..self.column + self.colspan
    }

    /// What breaks after each of its signs cost its sense ([`sense::costs`]).
    pub fn costs(&self) -> &[f64] {
        self.costs.get_or_init(|| sense::costs(&self.text))
    }
}

/// No cell owns the slot: the row is shorter than the table.
pub const UNOWNED: u32 = u32::MAX;

/// All cells of a table in reading order.
pub struct Grid<'a> {
    pub columns: usize,
    pub header_rows: usize,
    pub kinds: Vec<RowKind>,
    pub cells: Vec<GridCell<'a>>,
    /// The cells that begin in each row.
    pub begins: Vec<Range<usize>>,
    /// The cell at each row and column, row by row.
    owners: Vec<u32>,
}

impl<'a> Grid<'a> {
    pub fn rows(&self) -> usize {
        self.kinds.len()
    }

    pub fn owner(&self, row: usize, column: usize) -> u32 {
        self.owners[row * self.columns + column]
    }

    /// Places and shapes the cells. Spans that leave the table are cut at its edge; header and body are apart.
    pub fn new(
        table: &'a Table,
        settings: [Setting<'a>; PARTS],
        totals: bool,
        shaper: &mut Shaper<'a>,
        diagnostics: &mut Diagnostics,
    ) -> Grid<'a> {
        let header_rows = table.header.len();
        let rows = header_rows + table.body.len();
        let columns = column_count(table);
        let mut grid = Grid {
            columns,
            header_rows,
            kinds: Vec::with_capacity(rows),
            cells: Vec::with_capacity(rows * columns),
            begins: Vec::with_capacity(rows),
            owners: vec![UNOWNED; rows * columns],
        };
        for (index, row) in table.header.iter().chain(&table.body).enumerate() {
            let first = grid.cells.len();
            let end = if index < header_rows { header_rows } else { rows };
            for cell in &row.cells {
                let part = match part_of(table, row, cell, index < header_rows) {
                    Part::Text | Part::Number if totals && row.kind == RowKind::Total => Part::Total,
                    part => part,
                };
                let setting = settings[part as usize];
                let place = || {
                    let record = row.origin.as_ref().map(|o| Place::new(o.file.clone(), o.line, 0));
                    record.or_else(|| table.title.as_ref()?.source.as_ref().map(place_of))
                };
                let text = shaper.shape(&cell.inlines, setting, &place, diagnostics);
                grid.cells.push(GridCell {
                    cell,
                    row: index,
                    column: cell.column,
                    rowspan: cell.rowspan.clamp(1, end - index),
                    colspan: cell.colspan.clamp(1, columns - cell.column),
                    part,
                    align: align_of(table, row, cell, index < header_rows),
                    label: false,
                    prose: false,
                    natural: natural_width(&text),
                    text,
                    costs: OnceCell::new(),
                    lines: 0..0,
                    tags: None,
                });
                grid.own(grid.cells.len() - 1);
            }
            grid.begins.push(first..grid.cells.len());
            grid.kinds.push(row.kind);
        }
        grid.find_labels();
        grid
    }

    fn find_labels(&mut self) {
        let mut joined = vec![false; self.columns];
        let texts = |cell: &&mut GridCell| cell.part == Part::Text && cell.colspan == 1;
        for cell in self.cells.iter_mut().filter(texts) {
            joined[cell.column] |= cell.rowspan > 1;
        }
        for cell in self.cells.iter_mut().filter(texts) {
            cell.label = joined[cell.column] && self.kinds[cell.row] != RowKind::Numbering;
        }
    }

    fn own(&mut self, index: usize) {
        let cell = &self.cells[index];
        for row in cell.rows() {
            for column in cell.columns() {
                self.owners[row * self.columns + column] = index as u32;
            }
        }
    }
}

/// Columns declared, or more where a cell begins beyond them.
fn column_count(table: &Table) -> usize {
    let cells = table.header.iter().chain(&table.body).flat_map(|r| &r.cells);
    cells.map(|c| c.column + 1).max().unwrap_or(0).max(table.columns.len()).max(1)
}

fn part_of(table: &Table, row: &Row, cell: &Cell, in_header: bool) -> Part {
    use crate::document::ColumnKind::Number;
    match row.kind {
        RowKind::Numbering => Part::Text,
        _ if in_header || row.kind == RowKind::Header => Part::Head,
        _ if cell.header => Part::Text,
        _ if table.columns.get(cell.column).is_some_and(|c| c.kind == Number) => Part::Number,
        _ => Part::Text,
    }
}

fn align_of(table: &Table, row: &Row, cell: &Cell, in_header: bool) -> Align {
    let heads = in_header || matches!(row.kind, RowKind::Header | RowKind::Numbering);
    match cell.align {
        Some(align) => align,
        None if heads => Align::Center,
        None => table.columns.get(cell.column).map_or(Align::Left, |c| c.align),
    }
}
