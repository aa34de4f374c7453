//! Axes: declared entries become rows and columns, each with its key, its filters and what its label knows.

mod columns;
mod given;
mod items;
mod rows;

use super::session::Session;
use crate::data::filter::{Condition, Filter};
use crate::data::points::{Bits, Points};
use crate::data::{Dataset, Kind};
use crate::diagnostic::Place;
use crate::layout::narrative_lines::as_it_was;
use crate::layout::{ColumnDecl, Expression, Indent, RowDecl, TableLayout, Template};
use crate::money::Look;
use indexmap::IndexMap;
use items::SharedIds;
use minijinja::Value;
use minijinja::value::{Enumerator, Object};
use rust_decimal::Decimal;
use rustc_hash::{FxBuildHasher, FxHashMap as HashMap};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// What labels of a row know: its own names and those of the rows around it.
pub type Context = BTreeMap<String, Value>;

/// Raw values of a row's fields, for joins and split codes.
pub type Fields = IndexMap<String, Arc<str>, FxBuildHasher>;

/// A table being composed: its layout, the instance's filters, the dataset it reads.
pub struct Scope<'a> {
    pub session: &'a Session,
    pub layout: &'a TableLayout,
    pub base: &'a Dataset,
    /// The table's own filter and the instance's.
    pub filters: Vec<Filter>,
    pub look: Look,
    /// The same as labels see it.
    pub look_value: Value,
    /// No money passes the table's filters.
    pub empty: bool,
    /// Per `id` of the rows of records: the keys that more than one of them would have.
    pub shared: Mutex<HashMap<usize, SharedIds>>,
}

/// A row of a table, before its cells.
pub struct RowItem<'a> {
    pub decl: &'a RowDecl,
    pub key: Arc<str>,
    pub context: Arc<Context>,
    pub fields: Arc<Fields>,
    pub filters: Arc<[Filter]>,
    pub dataset: &'a Dataset,
    pub points: Arc<Points>,
    /// It is one record: no other dataset has it.
    pub record: Option<usize>,
    /// Made by `each`.
    pub generated: bool,
    pub level: usize,
    /// The field of a row made from codes.
    pub code_field: Option<&'a str>,
    /// Key of the row it lies below.
    pub under: Option<Arc<str>>,
    /// The amount field its list entry sums.
    pub measure: Option<String>,
    /// It lies below another printed row.
    pub nested: bool,
    /// A blank ruled row.
    pub blank: bool,
}

/// A column of a table, before its cells.
pub struct ColumnItem<'a> {
    pub decl: &'a ColumnDecl,
    pub key: Option<Arc<str>>,
    pub head: Vec<String>,
    pub filters: Arc<[Filter]>,
    pub from: Option<String>,
    /// An amount field, or the column it is an 其中 of.
    pub of: Option<String>,
    /// Key of the item that `each` made it from.
    pub item: Option<Arc<str>>,
}

impl<'a> Scope<'a> {
    /// Index of the amount field a dataset is summed by here.
    pub fn measure(&self, dataset: &Dataset) -> Option<usize> {
        if dataset.id == self.layout.from
            && let Some(measure) = &self.layout.measure
        {
            return dataset.field(measure);
        }
        dataset.fields.iter().position(|f| f.kind == Kind::Amount)
    }

    /// A record has money here: in the field the table sums, else in any amount.
    pub fn counts(&self, dataset: &Dataset, record: usize) -> bool {
        match self.layout.measure.as_deref().filter(|_| dataset.id == self.layout.from).and_then(|m| dataset.field(m)) {
            Some(measure) => !dataset.records[record].values[measure].number().is_zero(),
            None => has_amount(dataset, record),
        }
    }

    /// Whether `when` holds, with `empty` known.
    pub fn holds(&self, when: &Option<Expression>) -> bool {
        let Some(when) = when else { return true };
        let empty = BTreeMap::from([("empty".to_string(), Value::from(self.empty))]);
        self.session.holds(when, Value::from(empty))
    }

    /// A label's words.
    pub fn label(&self, template: &Template, context: &Arc<Context>) -> String {
        match template.name {
            // Most labels are plain words: nothing is put in.
            None => template.source.clone(),
            Some(_) => as_it_was(&self.session.render(template, &self.label_context(context))).into_owned(),
        }
    }

    /// What a label of a row knows, as one value for its template.
    pub fn label_context(&self, context: &Arc<Context>) -> Value {
        let (look, empty) = (self.look_value.clone(), Value::from(self.empty));
        Value::from_object(OfLabel { row: context.clone(), table: [("look", look), ("empty", empty)] })
    }

    /// The other datasets that columns read without a join.
    pub fn other_datasets(&self, columns: &[ColumnItem<'a>]) -> Vec<(&'a Dataset, Bits)> {
        let mut others: Vec<(&Dataset, Bits)> = Vec::new();
        for column in columns.iter().filter(|c| c.decl.join.is_none() && c.key.is_some()) {
            let Some(dataset) = column.from.as_deref().and_then(|id| self.session.dataset(id)) else { continue };
            if dataset.id == self.base.id {
                continue;
            }
            let shown = &self.session.all_points(dataset, &*column.filters).yes;
            match others.iter_mut().find(|(d, _)| d.id == dataset.id) {
                Some((_, all)) => *all = all.or(shown),
                None => others.push((dataset, shown.clone())),
            }
        }
        others
    }

    fn has_money(&self, dataset: &Dataset, points: &Points) -> bool {
        match self.measure(dataset) {
            Some(measure) => points.yes.iter().any(|i| dataset.records[i].values[measure].number() != Decimal::ZERO),
            None => !points.yes.is_empty(),
        }
    }

    /// 字 a row's label is indented by.
    pub fn indent(&self, row: &RowItem<'_>) -> f64 {
        match row.decl.indent {
            Indent::Fixed(n) => n,
            Indent::Level(n) => n * (row.level.saturating_sub(1)) as f64,
        }
    }
}

/// What a label knows: of its table, then of its row, which all labels of the row share.
#[derive(Debug)]
struct OfLabel {
    row: Arc<Context>,
    table: [(&'static str, Value); 2],
}

impl Object for OfLabel {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let of_table = self.table.iter().find(|(name, _)| *name == key).map(|(_, value)| value);
        of_table.or_else(|| self.row.get(key)).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let of_row = self.row.keys().map(String::as_str);
        let names: BTreeSet<&str> = of_row.chain(self.table.iter().map(|(name, _)| *name)).collect();
        Enumerator::Values(names.into_iter().map(Value::from).collect())
    }
}

/// The filter that a field has a value.
pub fn is(field: &str, value: &str) -> Filter {
    let (condition, place) = (Condition::Is(value.to_string()), Place::file(Arc::default()));
    Filter::Field { path: field.to_string(), condition, place }
}

/// `join = { field there = "field here" }` for a row; none where the row has no such field.
pub fn join_filters(join: &[(String, String)], fields: &Fields, place: &Place) -> Option<Vec<Filter>> {
    let one = |(there, here): &(String, String)| {
        let value = fields.get(here)?;
        let condition = Condition::Is(value.to_string());
        Some(Filter::Field { path: there.clone(), condition, place: place.clone() })
    };
    join.iter().map(one).collect()
}

/// The look of a table's numbers, as its labels see it.
pub fn look_value(look: &Look) -> Value {
    Value::from(BTreeMap::from([
        ("unit".to_string(), Value::from(look.unit.name())),
        ("decimals".to_string(), Value::from(look.decimals)),
    ]))
}

/// Any amount of a record is not zero.
fn has_amount(dataset: &Dataset, record: usize) -> bool {
    let fields = dataset.fields.iter().zip(&dataset.records[record].values);
    fields.into_iter().any(|(field, value)| field.kind == Kind::Amount && !value.number().is_zero())
}
