//! One table: axes, cells, figures. What it prints is final but for titles and notes, which may name any figure.

mod cells;
mod empty;
mod figures;
mod lines;

use super::axes::{Context, Scope, is, look_value};
use super::figure::Id;
use super::session::Session;
use super::short_key;
use super::sums::GroundFilters;
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Align, ColumnKind, Origin, RowKind};
use crate::layout::TableLayout;
use crate::money::Look;
use indexmap::IndexMap;
use lines::TableComposer;
use minijinja::Value;
use std::sync::{Arc, MutexGuard, PoisonError};

/// The tables composed so far, by id, in the order they were needed.
#[derive(Default)]
pub struct Tables {
    pub composed: IndexMap<String, Arc<Composed>>,
    /// Those that are being composed: none may need itself.
    composing: Vec<String>,
}

impl Session {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A table already composed.
    pub fn composed(&self, id: &str) -> Option<Arc<Composed>> {
        self.tables().composed.get(id).cloned()
    }

    /// The number by which a token names a composed table.
    pub fn table_number(&self, id: &str) -> Option<usize> {
        self.tables().composed.get_index_of(id)
    }

    pub fn table_by_number(&self, number: usize) -> Option<Arc<Composed>> {
        self.tables().composed.get_index(number).map(|(_, t)| t.clone())
    }

    /// Guards against a table that needs itself; true if it may be composed now.
    fn begin_table(&self, id: &str) -> bool {
        let mut tables = self.tables();
        let free = !tables.composing.iter().any(|t| t == id);
        if free {
            tables.composing.push(id.to_string());
        }
        free
    }

    fn end_table(&self, id: String, composed: Arc<Composed>) {
        let mut tables = self.tables();
        tables.composing.retain(|t| *t != id);
        tables.composed.insert(id, composed);
    }
}

/// A table composed but not yet placed.
pub struct Composed {
    /// `t5`, or `jx.专项补助` for an instance.
    pub id: String,
    /// Stem of its layout.
    pub file: String,
    /// Nothing is printed in it: no money, no record.
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
    /// Of a given table: what its rows of codes count.
    pub grounds: Vec<GroundFilters>,
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
    /// It has no condition.
    pub always: bool,
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
    Figure(Id),
}

/// A row as templates and rules see it.
pub struct NamedRow {
    pub side: usize,
    pub key: Arc<str>,
    pub level: usize,
    pub generated: bool,
    pub context: Arc<Context>,
    /// By the column's key.
    pub figures: Vec<RowFigure>,
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

/// A figure of a row, by its column.
#[derive(Clone)]
pub struct RowFigure {
    pub key: Arc<str>,
    pub id: Id,
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
    session.end_table(id, composed.clone());
    Some(composed)
}

fn compose(session: &Session, layout: &TableLayout, id: String, instance: &[(String, String)]) -> Composed {
    let look = layout.numbers.apply(&session.job.set.numbers);
    let mut composed = Composed {
        id,
        file: layout.file.clone(),
        empty: true,
        look: look.clone(),
        instance: instance.iter().map(|(k, v)| (k.as_str().into(), Value::from(v.as_str()))).collect(),
        columns: Vec::new(),
        axis: Vec::new(),
        header: Vec::new(),
        body: Vec::new(),
        rows: Vec::new(),
        hidden: Vec::new(),
        broken: false,
        grounds: Vec::new(),
    };
    let Some(base) = session.dataset(&layout.from) else {
        composed.broken = true; // reported by the loader
        return composed;
    };
    let mut filters = vec![layout.filter.clone()];
    filters.extend(instance.iter().map(|(field, value)| is(field, value)));
    let look_value = look_value(&look);
    let mut scope = Scope { session, layout, base, filters, look, look_value, empty: false, keys: Default::default() };
    scope.empty = match session.given_tables.get(composed.id.as_str()) {
        Some(given) => given.prints_nothing(),
        None => session.unheard(|| empty::is_empty(&scope)),
    };
    composed.empty = scope.empty;
    TableComposer::new(&scope, &mut composed).run();
    composed
}

/// What title and notes of a table know; `no`: which placing of its layout this is, from 1.
pub fn table_context(composed: &Composed, no: u32) -> Value {
    let mut context = composed.instance.clone();
    context.insert("no".into(), Value::from(no));
    context.insert("look".into(), look_value(&composed.look));
    context.insert("empty".into(), Value::from(composed.empty));
    Value::from(context)
}
