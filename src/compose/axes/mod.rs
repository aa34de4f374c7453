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
use crate::layout::narrative_lines::{as_it_was, as_text};
use crate::layout::{ColumnDecl, Expression, Indent, RowDecl, TableLayout, Template};
use crate::money::Look;
use indexmap::IndexMap;
use items::KeysById;
use minijinja::Value;
use minijinja::value::{Enumerator, Object};
use rust_decimal::Decimal;
use rustc_hash::{FxBuildHasher, FxHashMap as HashMap};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

/// What labels of a row know: its own names and those of the rows around it.
pub type Context = BTreeMap<Arc<str>, Value>;

/// Raw values of a row's fields, for joins and split codes.
pub type Fields = IndexMap<Arc<str>, Arc<str>, FxBuildHasher>;

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
    /// Per `id` of the rows of records: the keys that they have by it.
    pub keys: Mutex<HashMap<usize, Arc<KeysById>>>,
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
    /// The points of its filters, once they were asked for, and of which dataset: the same in every row, mostly.
    pub points: OnceLock<(Arc<str>, Arc<Points>)>,
}

impl ColumnItem<'_> {
    /// The points of a dataset that its filters hold for.
    pub fn points(&self, session: &Session, dataset: &Dataset) -> Arc<Points> {
        let find = || session.all_points(dataset, &*self.filters);
        let (of, points) = self.points.get_or_init(|| (session.names.of_dataset(&dataset.id).id.clone(), find()));
        if **of == *dataset.id { points.clone() } else { find() }
    }
}

impl<'a> Scope<'a> {
    /// Index of the amount field a dataset is summed by here.
    pub fn measure(&self, dataset: &Dataset) -> Option<usize> {
        if dataset.id == self.layout.from
            && let Some(measure) = &self.layout.measure
        {
            return dataset.field(measure);
        }
        dataset.fields.iter().position(|f| matches!(f.kind, Kind::Amount))
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
        // Most labels are plain words, or one of the row's texts: nothing is put in.
        if template.name.is_none() {
            return template.source.clone();
        }
        if let Some(text) = alone(template, context) {
            return self.session.within_bounds(text.to_owned(), template);
        }
        as_it_was(&self.session.render(template, &self.label_context(context))).into_owned()
    }

    /// What a label of a row knows, as one value for its template.
    pub fn label_context(&self, context: &Arc<Context>) -> Value {
        let (look, empty) = (self.look_value.clone(), Value::from(self.empty));
        Value::from_object(OfLabel { row: context.clone(), table: [(OF_TABLE[0], look), (OF_TABLE[1], empty)] })
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

/// The text that a template prints by itself, `{{ name }}`: one of the row's that stands for what it says.
fn alone<'c>(template: &Template, context: &'c Context) -> Option<&'c str> {
    let value = context.get(template.only_name().filter(|name| !OF_TABLE.contains(name))?)?;
    let text = value.as_str().filter(|_| !value.is_safe())?;
    let as_it_is = |text: Cow<str>| matches!(text, Cow::Borrowed(_));
    (as_it_is(as_text(text)) && as_it_is(as_it_was(text))).then_some(text)
}

/// What labels know of their table, whatever a row calls its own.
const OF_TABLE: [&str; 2] = ["look", "empty"];

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
        let of_row = self.row.keys().map(|name| &**name);
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
        let value = fields.get(here.as_str())?;
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
