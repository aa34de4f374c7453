//! The composed tables and figures as rules and `why` see them: keys, codes, levels, amounts; no cells, no geometry.

use super::session::{Figure, Id, Session, Source};
use super::table::{Composed, NamedRow, composed};
use super::{Composition, Job};
use crate::data::{Data, Kind};
use crate::diagnostic::{Diagnostics, Place};
use crate::document::Origin;
use crate::layout::{Each, RowDecl};
use crate::money::{Unit, printed_number, show};
use minijinja::Value;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A table of figures: every row by its key, every column of figures by its key.
#[derive(Debug, Clone)]
pub struct TableView {
    /// `t5`, or `jx.专项补助` for an instance.
    pub id: Arc<str>,
    /// Its title as printed; else its id.
    pub title: String,
    /// No money passes its filters.
    pub empty: bool,
    /// The file it reads is there.
    pub known: bool,
    /// Where its layout begins.
    pub place: Place,
    /// The columns of figures, left to right.
    pub columns: Vec<ColumnView>,
    /// Rows in order; those of a line's sides follow each other. Fixed rows that are not printed come last.
    pub rows: Vec<RowView>,
    /// Per side: the classification whose codes make its rows, if codes do.
    pub classes: Vec<Option<String>>,
    /// Per side: texts of the data make its rows, so that a name that the data lacks is a row all the same.
    pub named_by_data: Vec<bool>,
    /// All columns of the table as printed, for whoever reads one back: field or key, heads, side.
    pub printed_columns: Vec<PrintedColumn>,
}

/// A column of figures.
#[derive(Debug, Clone)]
pub struct ColumnView {
    pub key: Arc<str>,
    /// One text per header row, the last reaches the bottom.
    pub head: Vec<String>,
    /// Which side it stands on, from 0.
    pub side: usize,
    /// Computed from its row's figures: a difference, a percentage.
    pub calc: bool,
}

/// A column of a table, of figures or of texts.
#[derive(Debug, Clone)]
pub struct PrintedColumn {
    /// Of a column of figures.
    pub key: Option<Arc<str>>,
    /// `code`, `code.款`, `label`, a record's field.
    pub field: Option<String>,
    pub head: Vec<String>,
    pub side: usize,
}

/// A row of one side.
#[derive(Debug, Clone)]
pub struct RowView {
    pub key: Arc<str>,
    /// What its label column prints.
    pub label: String,
    /// Its code's name; without a code, its label.
    pub name: String,
    /// Its code, if it is made from codes; else empty.
    pub code: String,
    /// The classification of its code and the name of the code's level, `function` and 款; empty without a code.
    pub class: String,
    pub level: String,
    pub side: usize,
    pub foot: bool,
    /// Made by `each`.
    pub generated: bool,
    /// It is the sum of other rows.
    pub total: bool,
    /// It is an 其中 of another.
    pub of: bool,
    /// Key of the row it lies below.
    pub under: Option<Arc<str>>,
    /// It stands on paper.
    pub printed: bool,
    /// The line it was read from, where it was given and not computed.
    pub place: Option<Place>,
    /// One per column of the table; none where the row has no such figure.
    pub figures: Vec<Option<FigureView>>,
}

/// A figure where it stands in a table.
#[derive(Debug, Clone)]
pub struct FigureView {
    pub address: Arc<str>,
    /// Exact, in 元 for money; none: not known.
    pub amount: Option<Decimal>,
    /// As printed here; empty for a blank cell.
    pub text: String,
    /// `Plain` for counts and percentages.
    pub unit: Unit,
    pub decimals: u32,
    /// Where it was read, when it was given and not computed.
    pub place: Option<Place>,
}

/// What a figure is made of.
#[derive(Debug, Clone)]
pub enum SourceView {
    /// The sum of one field over lines of a file: each line's place, its record's texts, its amount.
    Lines { file: Arc<str>, field: String, lines: Vec<(Origin, String, Decimal)> },
    /// Computed from the figures at these addresses.
    Figures(Vec<Arc<str>>),
    /// One value of one record.
    Record(Origin),
}

impl FigureView {
    /// The number it prints, in 元 for money; a blank is zero. None if it is no number.
    pub fn printed(&self) -> Option<Decimal> {
        let scale = self.unit.scale();
        printed_number(&self.text, scale).map(|n| n * scale)
    }
}

impl TableView {
    /// The row of a key.
    pub fn row(&self, key: &str) -> Option<&RowView> {
        self.rows.iter().find(|r| &*r.key == key)
    }

    /// The index of a column by its key, on a row's side.
    pub fn column(&self, key: &str, side: usize) -> Option<usize> {
        self.columns.iter().position(|c| &*c.key == key && c.side == side)
    }
}

impl Composition {
    /// A table by its id, composed now if no part needed it so far; none if the set has no such table.
    pub fn table(&self, id: &str) -> Option<TableView> {
        self.session.table_view(id)
    }

    /// Every table composed, instances too, in the order they were first needed.
    pub fn tables(&self) -> Vec<TableView> {
        self.session.all_composed().iter().map(|t| self.session.view(t)).collect()
    }

    /// What a figure is made of.
    pub fn source(&self, address: &str) -> Option<SourceView> {
        let id = self.session.find(address)?;
        Some(self.session.source_view(&self.session.figure(id)))
    }

    /// A figure by its address, printed or not: its exact amount, and how its table prints it.
    pub fn figure(&self, address: &str) -> Option<FigureView> {
        let id = self.session.find(address)?;
        Some(figure_view(&self.session.figure(id), None))
    }

    /// The addresses of every figure.
    pub fn addresses(&self) -> Vec<String> {
        self.session.addresses()
    }
}

/// The tables of a set over some data, without a document: for tables that are given as figures.
#[derive(Clone)]
pub struct Forms(Arc<Session>);

impl Forms {
    /// Whatever mistakes composing meets are left to who composes the document.
    pub fn new(job: Job) -> Forms {
        Forms(Session::new(job))
    }

    pub fn job(&self) -> &Job {
        &self.0.job
    }

    pub(super) fn shared_job(&self) -> Arc<Job> {
        self.0.job.clone()
    }

    pub fn table(&self, id: &str) -> Option<TableView> {
        self.0.table_view(id)
    }

    /// What composing the tables found.
    pub fn take_diagnostics(&self) -> Diagnostics {
        self.0.take_diagnostics()
    }
}

impl Session {
    fn table_view(&self, id: &str) -> Option<TableView> {
        if let Some(known) = self.composed(id) {
            return Some(self.view(&known));
        }
        let layout = self.job.set.tables.values().find(|t| t.id == id)?;
        composed(self, layout, &[]).map(|t| self.view(&t))
    }

    fn view(&self, table: &Composed) -> TableView {
        let layout = &self.job.set.tables[&table.file];
        let title = layout.title.as_ref().and_then(|t| self.try_render(t, &super::table::table_context(table, 1)));
        let columns: Vec<ColumnView> = table
            .axis
            .iter()
            .filter_map(|c| {
                let key = c.key.clone()?;
                Some(ColumnView { key, head: c.head.clone(), side: c.side.unwrap_or(0), calc: c.calc })
            })
            .collect();
        let printed = |c: &super::table::AxisColumn| PrintedColumn {
            key: c.key.clone(),
            field: c.field.clone(),
            head: c.head.clone(),
            side: c.side.unwrap_or(0),
        };
        let shown = table.rows.iter().map(|r| self.row_view(table, r, &columns, true));
        let hidden = table.hidden.iter().map(|r| self.row_view(table, r, &columns, false));
        TableView {
            id: table.id.as_str().into(),
            title: title.unwrap_or_else(|| table.id.clone()),
            empty: table.empty,
            known: self.dataset(&layout.from).is_some_and(|d| d.given),
            place: layout.place.clone(),
            rows: shown.chain(hidden).collect(),
            classes: layout.sides.iter().map(|s| self.class_of_rows(&layout.from, &s.rows)).collect(),
            named_by_data: layout.sides.iter().map(|s| self.named_by_data(&layout.from, &s.rows)).collect(),
            printed_columns: table.axis.iter().map(printed).collect(),
            columns,
        }
    }

    fn row_view(&self, table: &Composed, row: &NamedRow, columns: &[ColumnView], printed: bool) -> RowView {
        let text = |key: &str| row.context.get(key).map(ToString::to_string).unwrap_or_default();
        let code = if row.code_field.is_some() { text("code") } else { String::new() };
        let (class, level) = row.code_field.as_deref().map(|f| self.class_level(table, f, &code)).unwrap_or_default();
        let name = match row.context.get("name").filter(|_| row.code_field.is_some()) {
            Some(name) => Value::to_string(name),
            None => row.label.trim().to_string(),
        };
        let figure = |column: &ColumnView| {
            let named = row.figures.iter().find(|f| f.key == column.key && column.side == row.side)?;
            Some(figure_view(&self.figure(named.id), Some(&named.look)))
        };
        RowView {
            key: row.key.clone(),
            label: row.label.clone(),
            name,
            code,
            class,
            level,
            side: row.side,
            foot: row.foot,
            generated: row.generated,
            total: row.total,
            of: row.of,
            under: row.under.clone(),
            printed,
            place: None,
            figures: columns.iter().map(figure).collect(),
        }
    }

    /// The classification of the first rows that codes make.
    fn class_of_rows(&self, from: &str, rows: &[RowDecl]) -> Option<String> {
        rows.iter().find_map(|row| {
            let dataset = self.dataset(row.from.as_deref().unwrap_or(from))?;
            let own = match &row.each {
                Some(Each::Field(name)) => match &dataset.fields[dataset.field(name)?].kind {
                    Kind::Code { class, .. } => Some(class.clone()),
                    _ => None,
                },
                _ => None,
            };
            own.or_else(|| self.class_of_rows(from, &row.rows))
        })
    }

    /// Whether a row stands for each value of a text, with no rows below.
    fn named_by_data(&self, from: &str, rows: &[RowDecl]) -> bool {
        let is_text = |row: &RowDecl| {
            let Some(Each::Field(name)) = &row.each else { return false };
            let dataset = self.dataset(row.from.as_deref().unwrap_or(from));
            dataset.is_some_and(|d| d.field(name).is_some_and(|f| d.fields[f].kind == Kind::Text))
        };
        rows.iter().any(|row| row.rows.is_empty() && is_text(row))
    }

    /// The classification of a field, and the name of a code's level in it.
    fn class_level(&self, table: &Composed, field: &str, code: &str) -> (String, String) {
        let layout = &self.job.set.tables[&table.file];
        let kind = self.dataset(&layout.from).and_then(|d| Some(&d.fields[d.field(field)?].kind));
        let Some(Kind::Code { class: id, .. }) = kind else { return Default::default() };
        let class = self.job.set.schema.classes.get(id);
        let level = class.and_then(|c| c.levels.get(c.level(code)?).cloned());
        (id.clone(), level.unwrap_or_default())
    }

    fn source_view(&self, figure: &Figure) -> SourceView {
        match &figure.source {
            Source::Line(origin) => SourceView::Record(origin.clone()),
            Source::Derived(of) => SourceView::Figures(of.iter().map(|&id| self.address(id)).collect()),
            Source::Sum { dataset, row, column, chain } => {
                let data = &self.job.data;
                lines(data, dataset, &row.and(column), &chain.measure)
            }
        }
    }

    fn address(&self, id: Id) -> Arc<str> {
        self.figure(id).address.as_str().into()
    }
}

fn lines(data: &Data, dataset: &str, points: &crate::data::Points, measure: &str) -> SourceView {
    let Some(dataset) = data.datasets.get(dataset) else { return SourceView::Figures(Vec::new()) };
    let Some(field) = dataset.field(measure) else { return SourceView::Figures(Vec::new()) };
    let text = |record: &crate::data::Record| -> String {
        let texts = record.values.iter().map(|v| v.text()).filter(|t| !t.is_empty());
        texts.collect::<Vec<_>>().join("，")
    };
    let line = |index: usize| {
        let record = &dataset.records[index];
        (record.origin.clone(), text(record), record.values[field].number())
    };
    SourceView::Lines {
        file: dataset.file.clone(),
        field: dataset.fields[field].head.clone(),
        lines: points.yes.iter().map(line).collect(),
    }
}

fn figure_view(figure: &Figure, look: Option<&crate::money::Look>) -> FigureView {
    let look = look.unwrap_or(&figure.look);
    FigureView {
        address: figure.address.as_str().into(),
        amount: figure.amount,
        text: figure.amount.map(|a| show(a, look)).unwrap_or_default(),
        unit: look.unit,
        decimals: look.decimals,
        place: None,
    }
}
