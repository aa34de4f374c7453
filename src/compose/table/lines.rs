//! The lines of a table: columns, head, body and foot, the sides of one line next to each other.

use super::{AxisColumn, Cell, Column, Composed, Content, Line, NamedRow, RowFigure};
use crate::compose::axes::{ColumnItem, RowItem, Scope};
use crate::compose::heads;
use crate::compose::parts::{prove_columns, prove_rows};
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Align, ColumnKind, RowKind};
use crate::layout::{CellContent, CellDecl, ColumnDecl, Parts, RowStyle};
use std::sync::Arc;

/// One side: its columns, body and foot.
pub(super) struct SideItems<'a> {
    pub columns: Vec<ColumnItem<'a>>,
    body: Vec<RowItem<'a>>,
    foot: Vec<RowItem<'a>>,
    /// Its first column in the table.
    pub at: usize,
}

pub(super) struct TableComposer<'a, 'c> {
    pub scope: &'c Scope<'a>,
    pub out: &'c mut Composed,
    /// Per column: for how many more rows a cell from above covers it.
    held: Vec<usize>,
    /// Per column: the cell that a merging one below would join: line, cell, its text, its declaration.
    above: Vec<Option<(usize, usize, String, *const CellDecl)>>,
    sequence: usize,
}

impl<'a, 'c> TableComposer<'a, 'c> {
    pub fn new(scope: &'c Scope<'a>, out: &'c mut Composed) -> TableComposer<'a, 'c> {
        TableComposer { scope, out, held: Vec::new(), above: Vec::new(), sequence: 0 }
    }

    pub fn run(&mut self) {
        let layout = self.scope.layout;
        let given = self.scope.session.given_tables.get(self.out.id.as_str());
        let mut lead = if layout.two_sided { self.scope.columns(&layout.columns) } else { Vec::new() };
        let mut sides = Vec::new();
        let mut at = lead.len();
        // Fixed rows that a given table does not have.
        let mut absent = Vec::new();
        for (index, side) in layout.sides.iter().enumerate() {
            let columns = self.scope.columns(if layout.two_sided { &side.columns } else { &layout.columns });
            let width = columns.len();
            let (body, foot) = (self.scope.rows(&side.rows, &columns), self.scope.rows(&side.foot, &columns));
            let (body, foot) = match given {
                None => (body, foot),
                Some(given) => {
                    let rows = self.scope.as_given(given, (index, side), body, foot);
                    absent.push(rows.absent);
                    self.out.grounds.extend(self.scope.grounds(index, &columns));
                    (rows.body, rows.foot)
                }
            };
            sides.push(SideItems { columns, body, foot, at });
            at += width;
        }
        // Of what is given as printed it is not known which lines a figure is made of.
        for side in sides.iter().filter(|_| given.is_none()) {
            prove_rows(self.scope, &side.columns, &side.body, &side.foot);
            prove_columns(self.scope, &side.columns, &side.body);
        }
        let all: Vec<&ColumnItem<'_>> = lead.iter().chain(sides.iter().flat_map(|s| &s.columns)).collect();
        self.columns(&all);
        self.out.axis.extend(lead.iter().map(|c| axis_column(c, None)));
        for (index, side) in sides.iter().enumerate() {
            self.out.axis.extend(side.columns.iter().map(|c| axis_column(c, Some(index))));
        }
        self.header(&all);
        self.held = vec![0; all.len()];
        self.above = (0..all.len()).map(|_| None).collect();
        self.lines(&mut lead, &sides);
        for (index, (side, decl)) in sides.iter().zip(&layout.sides).enumerate() {
            let mut rows = decl.rows.iter().chain(&decl.foot);
            if rows.any(|r| r.when.is_some()) {
                self.unprinted(index, side, self.scope.unprinted_rows(&decl.rows, &side.columns), false);
                self.unprinted(index, side, self.scope.unprinted_rows(&decl.foot, &side.columns), true);
            }
        }
        for (index, absent) in absent.into_iter().enumerate() {
            for (row, foot) in absent {
                self.unprinted(index, &sides[index], vec![row], foot);
            }
        }
    }

    /// Figures of fixed rows that are not printed, where no printed row has their address.
    fn unprinted(&mut self, index: usize, side: &SideItems<'a>, rows: Vec<RowItem<'a>>, foot: bool) {
        let session = self.scope.session;
        for row in rows {
            let mut figures = Vec::new();
            let mut label = row.decl.cells.iter().find_map(|cell| match &cell.content {
                CellContent::Text(template) => Some(self.scope.label(template, &row.context)),
                CellContent::Figure { .. } => None,
            });
            for column in side.columns.iter().filter(|c| c.decl.calc.is_none()) {
                if column.decl.field.as_deref() == Some("label") {
                    label.get_or_insert_with(|| self.field_text(&row, column, "label", ""));
                }
                let Some(key) = &column.key else { continue };
                let address = format!("{}/{}/{key}", self.out.id, row.key);
                if session.find(&address).is_none() || session.given.contains_key(address.as_str()) {
                    self.content(&row, column, "", &mut figures);
                }
            }
            if !figures.is_empty() {
                self.out.hidden.push(named_row(&row, index, foot, label.unwrap_or_default(), figures));
            }
        }
    }

    fn columns(&mut self, columns: &[&ColumnItem<'_>]) {
        for column in columns {
            let kind = column_kind(column.decl);
            let align = column.decl.align.unwrap_or(match kind {
                ColumnKind::Sequence => Align::Center,
                ColumnKind::Code | ColumnKind::Text => Align::Left,
                ColumnKind::Number => Align::Right,
            });
            self.out.columns.push(Column { kind, width: column.decl.width, align });
        }
    }

    fn header(&mut self, columns: &[&ColumnItem<'_>]) {
        let texts: Vec<Vec<String>> = columns.iter().map(|c| c.head.clone()).collect();
        let figure: Vec<bool> = columns.iter().map(|c| c.key.is_some()).collect();
        let (rows, tiles) = heads::tile(&texts, &figure);
        let place = &self.scope.layout.place;
        for row in 0..rows {
            let cells = tiles.iter().filter(|h| h.row == row).map(|h| Cell {
                column: h.column,
                colspan: h.colspan,
                rowspan: h.rowspan,
                content: Content::Text(h.text.clone()),
                align: Some(Align::Center),
                indent: 0.0,
                header: true,
                place: place.clone(),
            });
            self.out.header.push(Line { kind: RowKind::Header, cells: cells.collect(), origin: None });
        }
        if let Some(first) = &self.scope.layout.numbering {
            let text = |c: usize| if c == 0 { first.clone() } else { c.to_string() };
            let cells = (0..columns.len()).map(|c| Cell { align: Some(Align::Center), ..text_cell(c, text(c), place) });
            self.out.header.push(Line { kind: RowKind::Numbering, cells: cells.collect(), origin: None });
        }
    }

    fn lines(&mut self, lead: &mut [ColumnItem<'a>], sides: &[SideItems<'a>]) {
        let layout = self.scope.layout;
        let mut body = sides.iter().map(|s| s.body.len()).max().unwrap_or(0).max(layout.min_rows);
        if let (true, Some(empty)) = (self.scope.empty, &layout.empty) {
            body = body.max(empty.rows);
        }
        let foot = sides.iter().map(|s| s.foot.len()).max().unwrap_or(0);
        for index in 0..body + foot {
            let row = |s: &'_ SideItems<'a>| -> Option<usize> {
                let (items, at) = if index < body { (&s.body, index) } else { (&s.foot, index - body) };
                items.get(at).filter(|r| !r.blank).map(|_| at)
            };
            let rows: Vec<Option<&RowItem<'a>>> =
                sides.iter().map(|s| row(s).map(|at| if index < body { &s.body[at] } else { &s.foot[at] })).collect();
            let line = self.line(lead, sides, &rows, index >= body);
            self.out.body.push(line);
            self.held.iter_mut().for_each(|held| *held = held.saturating_sub(1));
        }
        self.check_held();
        if let (true, Some(first)) = (self.scope.empty, layout.empty.as_ref().and_then(|e| e.first.as_ref())) {
            let text = self.scope.label(first, &Arc::default());
            let cell = self.out.body.first_mut().and_then(|l| l.cells.first_mut());
            if let Some(cell) = cell {
                cell.content = Content::Text(text);
            }
        }
    }

    /// Cells that reach below the table's last row.
    fn check_held(&mut self) {
        if self.held.iter().all(|&rows| rows == 0) {
            return;
        }
        let lines = self.out.body.len();
        for (index, line) in self.out.body.iter_mut().enumerate() {
            for cell in line.cells.iter_mut().filter(|c| index + c.rowspan > lines) {
                let message = format!("这一格竖跨 {} 行，下面只剩 {} 行", cell.rowspan, lines - index);
                self.scope.session.report(Diagnostic::error("E312", message).at(cell.place.clone()));
                cell.rowspan = lines - index;
            }
        }
    }

    fn line(
        &mut self,
        lead: &[ColumnItem<'a>],
        sides: &[SideItems<'a>],
        rows: &[Option<&RowItem<'a>>],
        foot: bool,
    ) -> Line {
        let filled = rows.iter().any(Option::is_some);
        if filled {
            self.sequence += 1;
        }
        let number = if filled { self.sequence.to_string() } else { String::new() };
        let mut cells = Vec::with_capacity(lead.len() + sides.iter().map(|side| side.columns.len()).sum::<usize>());
        for (column, item) in lead.iter().enumerate() {
            let sequence = item.decl.field.as_deref() == Some("seq");
            let text = if sequence { number.clone() } else { String::new() };
            cells.push(text_cell(column, text, &item.decl.place));
        }
        for (index, (side, row)) in sides.iter().zip(rows).enumerate() {
            match row {
                Some(row) => self.side_cells(side, row, (index, foot), &number, &mut cells),
                None => cells.extend(
                    side.columns
                        .iter()
                        .enumerate()
                        .map(|(c, item)| text_cell(side.at + c, String::new(), &item.decl.place)),
                ),
            }
        }
        let kind = line_kind(rows, foot);
        let origin = rows.iter().flatten().find_map(|r| Some(r.dataset.records[r.record?].origin.clone()));
        Line { kind, cells, origin }
    }

    /// Cells of a row on its side: the declared ones first, then a cell per remaining column.
    fn side_cells(
        &mut self,
        side: &SideItems<'a>,
        row: &RowItem<'a>,
        (index, foot): (usize, bool),
        number: &str,
        cells: &mut Vec<Cell>,
    ) {
        let mut at = side.at;
        let end = side.at + side.columns.len();
        let mut figures: Vec<RowFigure> = Vec::with_capacity(side.columns.len());
        let mut name = String::new();
        let mut left_merged = true;
        for decl in &row.decl.cells {
            while at < end && self.held[at] > 0 {
                at += 1;
            }
            if at + decl.cols > end || (at..at + decl.cols).any(|c| self.held[c] > 0) {
                self.scope.session.report(
                    Diagnostic::error("E312", format!("表“{}”的这一行放不下声明的单元格", self.out.id))
                        .at(decl.place.clone()),
                );
                break;
            }
            left_merged = self.declared_cell(decl, row, at, left_merged, &mut figures, cells);
            let label = side.columns[at - side.at].decl.field.as_deref() == Some("label");
            // A row is called what its label says, else what the first of its declared cells says.
            if let (true, Some(Content::Text(text))) =
                (label || name.is_empty(), cells.last().map(|cell| &cell.content))
            {
                name.clone_from(text);
            }
            at += decl.cols;
        }
        for column in at..end {
            if self.held[column] > 0 {
                continue;
            }
            self.above[column] = None;
            let item = &side.columns[column - side.at];
            let content = self.content(row, item, number, &mut figures);
            let label = item.decl.field.as_deref() == Some("label");
            if let (true, Content::Text(text)) = (label, &content) {
                name.clone_from(text);
            }
            let indent = if label { self.scope.indent(row) } else { 0.0 };
            cells.push(Cell { content, indent, header: label, ..text_cell(column, String::new(), &item.decl.place) });
        }
        self.calculate(side, row, &mut figures, cells);
        self.out.rows.push(named_row(row, index, foot, name, figures));
    }

    /// A declared cell; returns whether it and all left of it merged with the cells above.
    fn declared_cell(
        &mut self,
        decl: &'a CellDecl,
        row: &RowItem<'a>,
        at: usize,
        left_merged: bool,
        figures: &mut Vec<RowFigure>,
        cells: &mut Vec<Cell>,
    ) -> bool {
        let content = match &decl.content {
            CellContent::Text(template) => Content::Text(self.scope.label(template, &row.context)),
            CellContent::Figure { .. } => self.declared_figure(decl, row, figures),
        };
        if let (Content::Text(text), true) = (&content, decl.merge) {
            if left_merged
                && let Some((line, cell, above, of)) = &self.above[at]
                && above == text
                && std::ptr::eq(*of, decl)
            {
                self.out.body[*line].cells[*cell].rowspan += 1;
                return true;
            }
            self.above[at] = Some((self.out.body.len(), cells.len(), text.clone(), decl));
        } else {
            self.above[at] = None;
        }
        for column in at..at + decl.cols {
            self.held[column] = if decl.rows > 1 { decl.rows } else { self.held[column] };
        }
        cells.push(Cell {
            column: at,
            colspan: decl.cols,
            rowspan: decl.rows,
            content,
            align: decl.align,
            indent: 0.0,
            header: decl.header,
            place: decl.place.clone(),
        });
        false
    }
}

/// What a line is: what its first row is, but a total only where no row of another side on it is plain.
fn line_kind(rows: &[Option<&RowItem<'_>>], foot: bool) -> RowKind {
    let kinds = || rows.iter().flatten().map(|row| (row_kind(row, foot), row.decl.blank));
    match kinds().next() {
        Some((RowKind::Total, _)) if kinds().any(|(kind, blank)| kind == RowKind::Data && !blank) => RowKind::Data,
        first => first.map_or(RowKind::Blank, |(kind, _)| kind),
    }
}

fn row_kind(row: &RowItem<'_>, foot: bool) -> RowKind {
    match row.decl.style {
        Some(RowStyle::Header) => RowKind::Header,
        Some(RowStyle::Total) => RowKind::Total,
        Some(RowStyle::Plain) => RowKind::Data,
        None if foot || row.decl.parts != Parts::None && !row.nested => RowKind::Total,
        None => RowKind::Data,
    }
}

fn axis_column(column: &ColumnItem<'_>, side: Option<usize>) -> AxisColumn {
    AxisColumn {
        key: column.key.clone(),
        field: column.decl.field.clone(),
        head: column.head.clone(),
        side,
        calc: column.decl.calc.is_some(),
        always: column.decl.when.is_none(),
    }
}

fn named_row(row: &RowItem<'_>, side: usize, foot: bool, label: String, figures: Vec<RowFigure>) -> NamedRow {
    NamedRow {
        side,
        key: row.key.clone(),
        level: row.level,
        generated: row.generated,
        context: row.context.clone(),
        figures,
        label,
        code_field: row.code_field.map(Into::into),
        foot,
        total: row.decl.parts != Parts::None,
        of: row.decl.of.is_some(),
        under: row.under.clone().filter(|_| row.nested),
    }
}

fn column_kind(decl: &ColumnDecl) -> ColumnKind {
    match decl.field.as_deref() {
        Some("seq" | "no") => ColumnKind::Sequence,
        Some("code") => ColumnKind::Code,
        Some(level) if level.starts_with("code.") => ColumnKind::Code,
        Some(_) => ColumnKind::Text,
        None if decl.key.is_some() => ColumnKind::Number,
        None => ColumnKind::Text,
    }
}

fn text_cell(column: usize, text: String, place: &Place) -> Cell {
    Cell {
        column,
        colspan: 1,
        rowspan: 1,
        content: Content::Text(text),
        align: None,
        indent: 0.0,
        header: false,
        place: place.clone(),
    }
}
