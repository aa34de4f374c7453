//! Tables, their rows and cells, by the columns of the grid.

use super::{KEPT, OF_TABLE, Open, Parser, ReadCell, ReadTable, Sink, number, short};
use crate::package::attribute;
use quick_xml::events::BytesStart;

pub(super) struct OpenTable {
    /// Index into [`Content::tables`].
    pub index: usize,
    pub captioned: bool,
    pub column: usize,
    pub skipped: bool,
    pub style: Option<String>,
    pub cell: Option<OpenCell>,
}

#[derive(Default)]
pub(super) struct OpenCell {
    pub column: usize,
    pub span: usize,
    pub covered: bool,
    /// A tracked change took it out of this view.
    pub gone: bool,
    pub order: usize,
    pub sink: Sink,
    pub controls: Vec<usize>,
}

impl Parser<'_> {
    pub(super) fn table_start(&mut self) -> Open {
        let titles: Vec<String> = self.recent.iter().rev().cloned().collect();
        self.kept += OF_TABLE;
        let nested = !self.tables.is_empty();
        self.content.tables.push(ReadTable { titles, rows: Vec::new(), nested });
        let index = self.content.tables.len() - 1;
        self.tables.push(OpenTable { index, captioned: false, column: 0, skipped: false, style: None, cell: None });
        Open::Table
    }

    pub(super) fn row_start(&mut self) -> Open {
        self.kept += KEPT;
        if let Some(table) = self.tables.last_mut() {
            table.column = 0;
            table.skipped = false;
            self.content.tables[table.index].rows.push(Vec::new());
        }
        Open::Row
    }

    pub(super) fn grid_before(&mut self, element: &BytesStart) {
        if let Some(table) = self.tables.last_mut() {
            table.column += number(element).min(4096);
        }
    }

    pub(super) fn cell_start(&mut self) -> Open {
        self.order += 1;
        self.kept += KEPT;
        if let Some(table) = self.tables.last_mut() {
            table.cell = Some(OpenCell { column: table.column, span: 1, order: self.order, ..OpenCell::default() });
        }
        Open::Cell
    }

    pub(super) fn cell_property(&mut self, change: impl FnOnce(&mut OpenCell)) {
        if let Some(cell) = self.tables.last_mut().and_then(|t| t.cell.as_mut()) {
            change(cell);
        }
    }

    /// A tracked change of a cell that may hide it: all of it, with the figures in it.
    pub(super) fn cell_change(&mut self, hides: bool) {
        if let Some(cell) = self.tables.last_mut().and_then(|t| t.cell.as_mut())
            && hides
            && !std::mem::replace(&mut cell.gone, true)
        {
            self.hidden += 1;
        }
    }

    pub(super) fn caption(&mut self, element: &BytesStart) {
        let Some(table) = self.tables.last_mut().filter(|table| !table.captioned) else { return };
        if let Some(title) = attribute(element, "val").filter(|n| short(n)) {
            self.content.tables[table.index].titles.insert(0, title);
            table.captioned = true;
        }
    }

    pub(super) fn row_end(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        if std::mem::take(&mut table.skipped) {
            let rows = &mut self.content.tables[table.index].rows;
            let gone = rows.pop().unwrap_or_default();
            let mut lost: Vec<usize> = gone.into_iter().flat_map(|cell| cell.controls).collect();
            lost.sort_unstable();
            // Controls of the row end the list, unless a control around the row follows them.
            for index in lost.into_iter().rev() {
                if index < self.content.controls.len() {
                    let gone = self.content.controls.remove(index);
                    self.content.tracked_away.insert(gone.tag);
                }
            }
        }
    }

    pub(super) fn cell_end(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let Some(cell) = table.cell.take() else { return };
        table.column = cell.column + cell.span;
        if cell.gone {
            self.hidden -= 1;
            return;
        }
        let read = ReadCell {
            column: cell.column,
            end: table.column,
            text: cell.sink.text,
            order: cell.order,
            controls: cell.controls,
            covered: cell.covered,
        };
        if let Some(row) = self.content.tables[table.index].rows.last_mut() {
            row.push(read);
        }
    }
}
