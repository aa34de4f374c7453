//! A filter resolved against a dataset: what it looks at, found once, and what it says of a record.

use super::{Condition, DEEPEST, Filter};
use crate::data::schema::{FieldDecl, Kind, Schema};
use crate::data::{Data, Dataset, Record, Value};
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

/// A filter resolved against a dataset.
pub(super) enum Test<'a> {
    /// The same for every record.
    Says(Option<bool>),
    All(Vec<Test<'a>>),
    Column {
        field: usize,
        blank_unknown: bool,
        check: Check<'a>,
    },
}

/// A condition resolved against a field.
pub(super) enum Check<'a> {
    Blank,
    Text(&'a str),
    /// A code and all below it.
    Under(&'a str),
    /// The members of a group, and its name.
    Group(&'a str, &'a [String]),
    Number(Decimal),
    Any(Vec<Check<'a>>),
    Not(Box<Check<'a>>),
    /// The values of another file; `otherwise` for the rest, not known if that file has an unknown blank.
    In {
        values: HashSet<&'a str>,
        otherwise: Option<bool>,
    },
    /// What the condition says of the record each value refers to, and of a blank.
    Through {
        says: HashMap<&'a str, Option<bool>>,
        blank: Option<bool>,
    },
    /// Names nothing that exists.
    NotKnown,
}

impl Test<'_> {
    pub(super) fn holds(&self, record: &Record) -> Option<bool> {
        match self {
            Test::Says(says) => *says,
            Test::All(tests) => all_hold(tests.iter().map(|test| test.holds(record))),
            Test::Column { field, blank_unknown, check } => {
                check_value(check, record.values.get(*field).unwrap_or(&Value::Blank), *blank_unknown)
            }
        }
    }
}

/// False wins, then not known.
fn all_hold(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut so_far = Some(true);
    for says in each {
        match says {
            Some(true) => {}
            Some(false) => return Some(false),
            None => so_far = None,
        }
    }
    so_far
}

/// True wins, then not known.
fn any_holds(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let none_holds = all_hold(each.map(|says| says.map(|holds| !holds)));
    none_holds.map(|none| !none)
}

pub(super) fn check_value(check: &Check, value: &Value, blank_unknown: bool) -> Option<bool> {
    if blank_unknown && *value == Value::Blank { None } else { check.holds(value) }
}

impl Check<'_> {
    fn holds(&self, value: &Value) -> Option<bool> {
        let text = || match value {
            Value::Text(text) => Some(text.as_ref()),
            _ => None,
        };
        match self {
            Check::Blank => Some(*value == Value::Blank),
            Check::Text(wanted) => Some(text() == Some(wanted)),
            Check::Under(code) => Some(text().is_some_and(|t| t.starts_with(code))),
            Check::Group(name, members) => Some(text().is_some_and(|t| t == *name || members.iter().any(|m| m == t))),
            Check::Number(wanted) => Some(matches!(value, Value::Number(number) if number == wanted)),
            Check::Any(checks) => any_holds(checks.iter().map(|check| check.holds(value))),
            Check::Not(check) => check.holds(value).map(|holds| !holds),
            Check::In { values, otherwise } => match text() {
                Some(text) if values.contains(text) => Some(true),
                Some(_) => *otherwise,
                None => Some(false),
            },
            Check::Through { says, blank } => match text() {
                Some(text) => says.get(text).copied().flatten(),
                None => *blank,
            },
            Check::NotKnown => None,
        }
    }
}

pub(super) fn resolve<'a>(
    filter: &'a Filter,
    dataset: &'a Dataset,
    data: &'a Data,
    schema: &'a Schema,
    depth: usize,
) -> Test<'a> {
    if depth > DEEPEST {
        return Test::Says(None);
    }
    match filter {
        Filter::Never => Test::Says(Some(false)),
        Filter::View { name, .. } => match schema.views.get(name) {
            Some(view) => resolve(view, dataset, data, schema, depth + 1),
            None => Test::Says(None),
        },
        Filter::All(all) => Test::All(all.iter().map(|f| resolve(f, dataset, data, schema, depth + 1)).collect()),
        Filter::Field { path, condition, .. } => resolve_field(path, condition, dataset, data, schema, depth),
    }
}

fn resolve_field<'a>(
    path: &str,
    condition: &'a Condition,
    dataset: &'a Dataset,
    data: &'a Data,
    schema: &'a Schema,
    depth: usize,
) -> Test<'a> {
    let (id, beyond) = path.split_once('.').map_or((path, None), |(id, beyond)| (id, Some(beyond)));
    let Some(field) = dataset.field(id) else { return Test::Says(None) };
    let decl = &dataset.fields[field];
    let blank_unknown = is_unknown(dataset, id);
    let check = match (beyond, &decl.kind) {
        (None, _) => resolve_condition(condition, decl, data),
        (Some(beyond), Kind::Ref { file, field }) => {
            through_ref(beyond, condition, (file, field), blank_unknown, data, schema, depth + 1)
        }
        (Some(_), _) => Check::NotKnown,
    };
    // What a reference says of a blank it says itself.
    let blank_unknown = blank_unknown && !matches!(check, Check::Through { .. });
    Test::Column { field, blank_unknown, check }
}

fn is_unknown(dataset: &Dataset, field: &str) -> bool {
    dataset.unknown.iter().any(|u| u == field)
}

fn resolve_condition<'a>(condition: &'a Condition, field: &'a FieldDecl, data: &'a Data) -> Check<'a> {
    match condition {
        Condition::Is(value) => resolve_value(value, field),
        Condition::Any(any) => Check::Any(any.iter().map(|c| resolve_condition(c, field, data)).collect()),
        Condition::Not(not) => Check::Not(Box::new(resolve_condition(not, field, data))),
        Condition::In { file, field } => values_of(file, field, data),
    }
}

fn resolve_value<'a>(value: &'a str, field: &'a FieldDecl) -> Check<'a> {
    match &field.kind {
        _ if value.is_empty() => Check::Blank,
        Kind::Code { .. } => Check::Under(value),
        Kind::Choice { groups, .. } => match groups.get(value) {
            Some(members) => Check::Group(value, members),
            None => Check::Text(value),
        },
        Kind::Amount | Kind::Number => value.parse().map_or(Check::NotKnown, Check::Number),
        Kind::Text | Kind::Date | Kind::Ref { .. } => Check::Text(value),
    }
}

fn values_of<'a>(file: &str, field: &str, data: &'a Data) -> Check<'a> {
    let Some(other) = data.datasets.get(file).filter(|d| d.given) else { return Check::NotKnown };
    let Some(column) = other.field(field) else { return Check::NotKnown };
    let values: HashSet<&str> = other.records.iter().map(|r| r.values[column].text()).collect();
    let otherwise = if is_unknown(other, field) && values.contains("") { None } else { Some(false) };
    Check::In { values, otherwise }
}

/// Asks the condition of the records that a ref's values name. Where several have one value and do not agree, it
/// is not known. A blank that is not known is one of those records: what all of them say is said of it too.
fn through_ref<'a>(
    path: &str,
    condition: &'a Condition,
    (file, field): (&str, &str),
    blank_unknown: bool,
    data: &'a Data,
    schema: &'a Schema,
    depth: usize,
) -> Check<'a> {
    let Some(other) = data.datasets.get(file).filter(|d| d.given) else { return Check::NotKnown };
    let Some(named_by) = other.field(field).filter(|_| depth <= DEEPEST) else { return Check::NotKnown };
    let test = resolve_field(path, condition, other, data, schema, depth);
    let mut says: HashMap<&str, Option<bool>> = HashMap::default();
    for record in &other.records {
        let Value::Text(name) = &record.values[named_by] else { continue };
        let here = test.holds(record);
        says.entry(name).and_modify(|says| *says = says.filter(|_| *says == here)).or_insert(here);
    }
    let blank = match &test {
        _ if blank_unknown => {
            let mut all = says.values();
            let first = all.next().copied().flatten();
            first.filter(|_| all.all(|says| *says == first))
        }
        Test::Column { blank_unknown, check, .. } => check_value(check, &Value::Blank, *blank_unknown),
        _ => None,
    };
    Check::Through { says, blank }
}
