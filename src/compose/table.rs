//! One table: axes, cells, figures. What it prints is final but for titles and notes, which may name any figure.

use super::axes::{ColumnItem, Context, RowItem, Scope, join_filters, look_value};
use super::parts::{prove_columns, prove_rows};
use super::session::{Chain, Figure, Id, Session, Source};
use super::{heads, short_key};
use crate::data::filter::Filter;
use crate::data::{Dataset, Kind};
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Align, ColumnKind, Origin, RowKind};
use crate::layout::{
    CellContent, CellDecl, ColumnDecl, LookPatch, Parts, RowDecl, RowStyle, TableLayout, template_message,
};
use crate::money::{Look, Unit};
use minijinja::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A table composed but not yet placed.
pub struct Composed {
    /// `t5`, or `jx.专项补助` for an instance.
    pub id: String,
    /// Stem of its layout.
    pub file: String,
    /// No money passes its filters.
    pub empty: bool,
    pub look: Look,
    /// What an instance's filters say: `project` = its name.
    pub instance: Context,
    pub columns: Vec<Column>,
    /// What each column is, for whoever asks about figures; one per column.
    pub axis: Vec<AxisColumn>,
    pub header: Vec<Line>,
    pub body: Vec<Line>,
    /// Every row by name, in order; the sides of one line follow each other.
    pub rows: Vec<NamedRow>,
    /// Fixed rows that are not printed and have figures all the same.
    pub hidden: Vec<NamedRow>,
    /// It cannot be placed: an error was reported.
    pub broken: bool,
}

/// A column as the document has it.
pub struct Column {
    pub kind: ColumnKind,
    pub width: Option<f64>,
    pub align: Align,
}

/// A column by its declaration.
pub struct AxisColumn {
    /// Of a column of figures.
    pub key: Option<Arc<str>>,
    /// Of a column of texts: `label`, `code`, a record's field.
    pub field: Option<String>,
    pub head: Vec<String>,
    /// None: before the sides.
    pub side: Option<usize>,
    /// Made by `calc` from its row's figures.
    pub calc: bool,
}

/// One row of cells.
pub struct Line {
    pub kind: RowKind,
    pub cells: Vec<Cell>,
    pub origin: Option<Origin>,
}

pub struct Cell {
    pub column: usize,
    pub colspan: usize,
    pub rowspan: usize,
    pub content: Content,
    pub align: Option<Align>,
    pub indent: f64,
    pub header: bool,
    pub place: Place,
}

pub enum Content {
    Text(String),
    /// A figure and the look it has here.
    Figure(Id, Look),
}

/// A row as templates and rules see it.
pub struct NamedRow {
    pub side: usize,
    pub key: Arc<str>,
    pub level: usize,
    pub generated: bool,
    pub context: Context,
    /// By the column's key, each with the look it has here.
    pub figures: Vec<NamedFigure>,
    /// What its label column prints.
    pub label: String,
    /// The field whose codes made it.
    pub code_field: Option<Arc<str>>,
    /// It stands in the foot.
    pub foot: bool,
    /// It is the sum of other rows.
    pub total: bool,
    /// It is an 其中 of another.
    pub of: bool,
    /// Key of the row it lies below.
    pub under: Option<Arc<str>>,
}

/// A figure of a row.
#[derive(Clone)]
pub struct NamedFigure {
    pub key: Arc<str>,
    pub id: Id,
    pub look: Look,
}

/// Composes a table, or returns it composed before.
pub fn composed(session: &Session, layout: &TableLayout, instance: &[(String, String)]) -> Option<Arc<Composed>> {
    let id = match instance.first() {
        Some((_, value)) => format!("{}.{}", layout.id, short_key(value)),
        None => layout.id.clone(),
    };
    if let Some(known) = session.composed(&id) {
        return Some(known);
    }
    if !session.begin_table(&id) {
        session.report(
            Diagnostic::error("E311", format!("表“{id}”在自己的标签或条件里又用到了自己的数字"))
                .at(layout.place.clone()),
        );
        return None;
    }
    let composed = Arc::new(compose(session, layout, id.clone(), instance));
    session.end_table(&id, composed.clone());
    Some(composed)
}

fn compose(session: &Session, layout: &TableLayout, id: String, instance: &[(String, String)]) -> Composed {
    let look = layout.numbers.apply(&session.job.set.numbers);
    let mut composed = Composed {
        id,
        file: layout.file.clone(),
        empty: true,
        look: look.clone(),
        instance: instance.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect(),
        columns: Vec::new(),
        axis: Vec::new(),
        header: Vec::new(),
        body: Vec::new(),
        rows: Vec::new(),
        hidden: Vec::new(),
        broken: false,
    };
    let Some(base) = session.dataset(&layout.from) else {
        composed.broken = true; // reported by the loader
        return composed;
    };
    let mut filters = vec![layout.filter.clone()];
    filters.extend(instance.iter().map(|(field, value)| super::axes::is(field, value)));
    let mut scope = Scope { session, layout, base, filters, look, empty: true };
    scope.empty = is_empty(&scope);
    composed.empty = scope.empty;
    TableComposer::new(&scope, &mut composed).run();
    composed
}

/// No money passes the table's filters (for a dataset without amounts: no record does).
fn is_empty(scope: &Scope<'_>) -> bool {
    let points = scope.session.all_points(scope.base, &scope.filters);
    let mut amounts = scope.base.fields.iter().enumerate().filter(|(_, f)| f.kind == Kind::Amount).peekable();
    if amounts.peek().is_none() {
        return points.yes.is_empty();
    }
    let fields: Vec<usize> = amounts.map(|(i, _)| i).collect();
    !points.yes.iter().any(|i| fields.iter().any(|&f| !scope.base.records[i].values[f].number().is_zero()))
}

/// One side: its columns, body and foot.
struct SideItems<'a> {
    columns: Vec<ColumnItem<'a>>,
    body: Vec<RowItem<'a>>,
    foot: Vec<RowItem<'a>>,
    /// Its first column in the table.
    at: usize,
}

struct TableComposer<'a, 'c> {
    scope: &'c Scope<'a>,
    out: &'c mut Composed,
    /// Per column: for how many more rows a cell from above covers it.
    held: Vec<usize>,
    /// Per column: the cell that a merging one below would join: line, cell, its text, its declaration.
    above: Vec<Option<(usize, usize, String, *const CellDecl)>>,
    sequence: usize,
}

impl<'a, 'c> TableComposer<'a, 'c> {
    fn new(scope: &'c Scope<'a>, out: &'c mut Composed) -> TableComposer<'a, 'c> {
        TableComposer { scope, out, held: Vec::new(), above: Vec::new(), sequence: 0 }
    }

    fn run(&mut self) {
        let layout = self.scope.layout;
        let mut lead = if layout.two_sided { self.scope.columns(&layout.columns) } else { Vec::new() };
        let mut sides = Vec::new();
        let mut at = lead.len();
        for side in &layout.sides {
            let columns = self.scope.columns(if layout.two_sided { &side.columns } else { &layout.columns });
            let width = columns.len();
            let (body, foot) = (self.scope.rows(&side.rows, &columns), self.scope.rows(&side.foot, &columns));
            sides.push(SideItems { columns, body, foot, at });
            at += width;
        }
        for side in &sides {
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
                self.unprinted(index, side, &decl.rows, false);
                self.unprinted(index, side, &decl.foot, true);
            }
        }
    }

    /// Figures of fixed rows that are not printed, where no printed row has their address.
    fn unprinted(&mut self, index: usize, side: &SideItems<'a>, decls: &'a [RowDecl], foot: bool) {
        for row in self.scope.unprinted_rows(decls, &side.columns) {
            let mut figures = Vec::new();
            let mut label = String::new();
            for column in side.columns.iter().filter(|c| c.decl.calc.is_none()) {
                if column.decl.field.as_deref() == Some("label") {
                    label = self.field_text(&row, column, "label", "");
                }
                let Some(key) = &column.key else { continue };
                let address = format!("{}/{}/{key}", self.out.id, row.key);
                if self.scope.session.find(&address).is_none() {
                    self.content(&row, column, "", &mut figures);
                }
            }
            if !figures.is_empty() {
                self.out.hidden.push(named_row(&row, index, foot, label, figures));
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
            let text = self.scope.label(first, &Context::new());
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
        let mut cells = Vec::new();
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
        let kind = rows.iter().flatten().map(|r| row_kind(r, foot)).next().unwrap_or(RowKind::Blank);
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
        let mut figures: Vec<NamedFigure> = Vec::new();
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
        figures: &mut Vec<NamedFigure>,
        cells: &mut Vec<Cell>,
    ) -> bool {
        let content = match &decl.content {
            CellContent::Text(template) => Content::Text(self.scope.label(template, &row.context)),
            CellContent::Figure { key, from, filter, of, join, numbers } => {
                let spec =
                    FigureSpec { key, from, filters: std::slice::from_ref(filter), of, join, place: &decl.place };
                match self.figure(row, &spec) {
                    Some(id) => {
                        let look = self.look_of(id, row, numbers);
                        figures.push(NamedFigure { key: key.as_str().into(), id, look: look.clone() });
                        Content::Figure(id, look)
                    }
                    None => Content::Text(String::new()),
                }
            }
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

    fn content(
        &self,
        row: &RowItem<'a>,
        column: &ColumnItem<'a>,
        number: &str,
        figures: &mut Vec<NamedFigure>,
    ) -> Content {
        let decl = column.decl;
        if let Some(field) = &decl.field {
            return Content::Text(self.field_text(row, column, field, number));
        }
        if let Some(template) = &decl.text {
            return Content::Text(self.scope.label(template, &row.context));
        }
        let Some(key) = &column.key else { return Content::Text(String::new()) };
        let skipped = row.decl.skip.iter().any(|s| s == key.as_ref() || decl.key.as_ref() == Some(s));
        if skipped || decl.calc.is_some() {
            return Content::Text(String::new());
        }
        let spec = FigureSpec {
            key,
            from: &column.from,
            filters: &column.filters,
            of: &column.of,
            join: &decl.join,
            place: &decl.place,
        };
        match self.figure(row, &spec) {
            Some(id) => {
                let look = self.look_of(id, row, &decl.numbers);
                figures.push(NamedFigure { key: key.clone(), id, look: look.clone() });
                Content::Figure(id, look)
            }
            None => Content::Text(String::new()),
        }
    }

    /// How a figure prints in its cell: a plain number (a count, a percentage) is not shown in 元 or 万元.
    fn look_of(&self, id: Id, row: &RowItem<'_>, column: &LookPatch) -> Look {
        let figure = self.scope.session.figure(id);
        if figure.look.unit != Unit::Plain {
            return self.look(row, column);
        }
        let base = Look { zero: self.scope.look.zero.clone(), ..figure.look.clone() };
        row.decl.numbers.apply(&column.apply(&base))
    }

    /// set < table < column < row
    fn look(&self, row: &RowItem<'_>, column: &LookPatch) -> Look {
        row.decl.numbers.apply(&column.apply(&self.scope.look))
    }

    fn field_text(&self, row: &RowItem<'a>, column: &ColumnItem<'a>, field: &str, number: &str) -> String {
        match field {
            "seq" => number.to_string(),
            "label" => {
                let own = row.decl.key.as_deref().or(Some(&row.key)).and_then(|k| self.scope.layout.labels.get(k));
                match own.or(row.decl.label.as_ref()) {
                    Some(template) => self.scope.label(template, &row.context),
                    None => context_text(&row.context, "name"),
                }
            }
            level if level.starts_with("code.") => self.code_part(row, &level["code.".len()..]),
            field => match (row.record, row.dataset.field(field)) {
                (Some(record), Some(index))
                    if matches!(row.dataset.fields[index].kind, Kind::Amount | Kind::Number) =>
                {
                    let look = match row.dataset.fields[index].kind {
                        Kind::Number => Look { unit: Unit::Plain, trim: true, ..self.look(row, &column.decl.numbers) },
                        _ => self.look(row, &column.decl.numbers),
                    };
                    crate::money::show(row.dataset.records[record].values[index].number(), &look)
                }
                _ => context_text(&row.context, field),
            },
        }
    }

    /// The digits of one level of a row's code: 03 of 20103.
    fn code_part(&self, row: &RowItem<'a>, level: &str) -> String {
        let classes = &self.scope.session.job.set.schema.classes;
        let field = row.code_field.and_then(|f| row.dataset.field(f)).map(|i| &row.dataset.fields[i].kind);
        let Some(Kind::Code { class, .. }) = field else { return String::new() };
        let Some(class) = classes.get(class) else { return String::new() };
        let code = context_text(&row.context, "code");
        let Some(index) = class.levels.iter().position(|l| l == level) else { return String::new() };
        let start = if index == 0 { 0 } else { class.lengths[index - 1] };
        code.get(start..class.lengths[index]).unwrap_or_default().to_string()
    }

    /// The figure of a row and a column; none where the row cannot have it.
    fn figure(&self, row: &RowItem<'a>, spec: &FigureSpec<'_>) -> Option<Id> {
        let session = self.scope.session;
        let from = spec.from.as_deref().or(row.decl.from.as_deref());
        let dataset = from.and_then(|id| session.dataset(id)).unwrap_or(row.dataset);
        let measure = self.measure(dataset, spec.of, row)?;
        let (row_points, filters, record) = match spec.join {
            Some(join) => {
                let filters = join_filters(join, &row.fields, spec.place)?;
                (session.all_points(dataset, &filters), filters, false)
            }
            None if dataset.id == row.dataset.id => (row.points.clone(), row.filters.clone(), row.record.is_some()),
            None if row.record.is_some() || row.decl.join.is_some() => return None,
            None => (session.all_points(dataset, &row.filters), row.filters.clone(), false),
        };
        let column = session.all_points(dataset, spec.filters);
        let address = format!("{}/{}/{}", self.out.id, row.key, spec.key);
        if address.chars().count() > 64 {
            session.report(Diagnostic::error("E313", format!("地址超过 64 个字符：{address}")).at(spec.place.clone()));
        }
        let (amount, unknown) = match session.sum(dataset, &row_points, &column, measure) {
            Ok(sum) => (Some(sum), None),
            Err(reason) => (None, Some(reason)),
        };
        let chain = Chain {
            filters: filters.iter().chain(spec.filters).cloned().collect(),
            measure: dataset.fields[measure].id.clone(),
            record,
        };
        let source =
            Source::Sum { dataset: dataset.id.as_str().into(), row: row_points, column, chain: Arc::new(chain) };
        let look = match dataset.fields[measure].kind {
            Kind::Number => Look { unit: Unit::Plain, trim: true, ..self.scope.look.clone() },
            _ => self.scope.look.clone(),
        };
        // Two records at one address are told apart in the data.
        let place = row.record.filter(|_| row.generated).map(|i| &row.dataset.records[i].origin);
        let place = place.map_or_else(|| spec.place.clone(), |o| Place::new(o.file.clone(), o.line, 0));
        Some(session.add_figure(Figure { address, amount, unknown, look, source }, &place))
    }

    /// The field a column sums: its own `of` where that names an amount or number, else the row's, else the table's.
    fn measure(&self, dataset: &Dataset, of: &Option<String>, row: &RowItem<'_>) -> Option<usize> {
        let named = |of: &Option<String>| of.as_deref().and_then(|name| dataset.field(name));
        named(of).or_else(|| named(&row.measure)).or_else(|| self.scope.measure(dataset))
    }

    /// Columns with `calc`, from the row's figures.
    fn calculate(&self, side: &SideItems<'a>, row: &RowItem<'a>, figures: &mut Vec<NamedFigure>, cells: &mut [Cell]) {
        for (index, column) in side.columns.iter().enumerate() {
            let (Some(calc), Some(key)) = (&column.decl.calc, &column.key) else { continue };
            let skipped = row.decl.skip.iter().any(|s| s == key.as_ref());
            let Some(cell) = cells.iter_mut().find(|c| c.column == side.at + index).filter(|_| !skipped) else {
                continue;
            };
            let session = self.scope.session;
            let known: BTreeMap<String, Value> =
                figures.iter().map(|f| (f.key.to_string(), super::amount::value(session, f.id))).collect();
            let context = Value::from(BTreeMap::from([("c".to_string(), Value::from(known))]));
            let result = session.env().compile_expression(&calc.source).and_then(|e| e.eval(context.clone()));
            match result {
                Ok(value) => {
                    let address = format!("{}/{}/{}", self.out.id, row.key, key);
                    let own = &self.scope.look;
                    if let Some(id) = super::amount::register(session, &value, address, own, &column.decl.place) {
                        let look = self.look_of(id, row, &column.decl.numbers);
                        figures.push(NamedFigure { key: key.clone(), id, look: look.clone() });
                        let unknown = session.figure(id).amount.is_none();
                        cell.content = if unknown { Content::Text(String::new()) } else { Content::Figure(id, look) };
                    }
                }
                Err(error) => session.report(template_message::runtime(&error, &calc.place, session.env(), &context)),
            }
        }
    }
}

/// What a figure column or cell asks of a row.
struct FigureSpec<'b> {
    key: &'b str,
    from: &'b Option<String>,
    filters: &'b [Filter],
    of: &'b Option<String>,
    join: &'b Option<Vec<(String, String)>>,
    place: &'b Place,
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
    }
}

fn named_row(row: &RowItem<'_>, side: usize, foot: bool, label: String, figures: Vec<NamedFigure>) -> NamedRow {
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

fn context_text(context: &Context, key: &str) -> String {
    context.get(key).map(ToString::to_string).unwrap_or_default()
}

/// What title and notes of a table know; `no`: which placing of its layout this is, from 1.
pub fn table_context(composed: &Composed, no: u32) -> Value {
    let mut context = composed.instance.clone();
    context.insert("no".to_string(), Value::from(no));
    context.insert("look".to_string(), look_value(&composed.look));
    context.insert("empty".to_string(), Value::from(composed.empty));
    Value::from(context)
}
