//! Filters as conditions on fields, so that what one set asks can be asked of another's records, and written again.

use crate::data::Schema;
use crate::data::schema::{Condition, Filter, Kind};
use crate::toml_tree::toml_string;
use std::collections::{BTreeMap, BTreeSet};

/// What a field must be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// One of these values, or a code below one of them.
    Any(BTreeSet<String>),
    /// None of these.
    Not(BTreeSet<String>),
}

/// Conditions on fields, all of which must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Terms(BTreeMap<String, Ask>);

impl Terms {
    /// One condition.
    pub fn of(field: &str, ask: Ask) -> Terms {
        Terms(BTreeMap::from([(field.to_owned(), ask)]))
    }

    /// It asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many fields it asks for.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// As a filter of a layout: `["支出", { fund = "一般公共预算" }]`. None: it asks for nothing.
    pub fn written(&self, schema: &Schema) -> Option<String> {
        let mut left = self.0.clone();
        let mut views: Vec<(&String, Terms)> = schema
            .views
            .iter()
            .filter_map(|(name, filter)| Some((name, terms(filter, schema, schema).filter(|terms| !terms.is_empty())?)))
            .collect();
        // What says most first.
        views.sort_by_key(|(_, terms)| std::cmp::Reverse(terms.len()));
        let mut parts = Vec::new();
        for (name, terms) in views {
            if terms.0.iter().all(|(field, ask)| left.get(field) == Some(ask)) {
                left.retain(|field, _| !terms.0.contains_key(field));
                parts.push(toml_string(name));
            }
        }
        if !left.is_empty() {
            let asks: Vec<String> =
                left.iter().map(|(field, ask)| format!("{} = {}", key(field), written(field, ask, schema))).collect();
            parts.push(format!("{{ {} }}", asks.join(", ")));
        }
        match parts.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => Some(format!("[{}]", several.join(", "))),
        }
    }
}

fn key(field: &str) -> String {
    if field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') { field.to_owned() } else { toml_string(field) }
}

fn written(field: &str, ask: &Ask, schema: &Schema) -> String {
    let any = |values: &BTreeSet<String>| {
        let kind = schema.files.get("ledger").and_then(|file| file.field(field)).map(|field| &field.kind);
        if let Some(Kind::Choice { groups, values: all }) = kind {
            let group = groups.iter().find(|(_, of)| of.iter().collect::<BTreeSet<_>>() == values.iter().collect());
            if let Some((group, _)) = group.filter(|_| values.len() > 1) {
                return toml_string(group);
            }
            let ordered: Vec<String> =
                all.iter().filter(|value| values.contains(*value)).map(|value| toml_string(value)).collect();
            if let [one] = ordered.as_slice() {
                return one.clone();
            }
            if !ordered.is_empty() {
                return format!("[{}]", ordered.join(", "));
            }
        }
        let values: Vec<String> = values.iter().map(|value| toml_string(value)).collect();
        if let [one] = values.as_slice() { one.clone() } else { format!("[{}]", values.join(", ")) }
    };
    match ask {
        Ask::Any(values) => any(values),
        Ask::Not(values) => format!("{{ not = {} }}", any(values)),
    }
}

/// What a filter of one schema asks of the records of another; None: it asks for what they do not have. A view that both
/// have is the other's own.
pub fn terms(filter: &Filter, of: &Schema, target: &Schema) -> Option<Terms> {
    flattened(filter, of, target, 0)
}

fn flattened(filter: &Filter, of: &Schema, target: &Schema, depth: usize) -> Option<Terms> {
    /// Views within views.
    const DEEPEST: usize = 16;
    if depth > DEEPEST {
        return None;
    }
    match filter {
        Filter::Never => None,
        Filter::View { name, .. } => match target.views.get(name) {
            Some(view) => flattened(view, target, target, depth + 1),
            None => flattened(of.views.get(name)?, of, target, depth + 1),
        },
        Filter::All(all) => {
            let mut terms = Terms::default();
            for one in all {
                terms = merged(&terms, &flattened(one, of, target, depth + 1)?)?;
            }
            Some(terms)
        }
        Filter::Field { path, condition, .. } => {
            let ask = asked(path, condition, of)?;
            has(path, &ask, target).then(|| Terms::of(path, ask))
        }
    }
}

/// The field that a path of the ledger ends at.
fn field<'s>(path: &str, schema: &'s Schema) -> Option<&'s Kind> {
    let ledger = schema.files.get("ledger")?;
    match path.split_once('.') {
        None => Some(&ledger.field(path)?.kind),
        Some((through, path)) => match &ledger.field(through)?.kind {
            Kind::Ref { file, .. } => Some(&schema.files.get(file)?.field(path)?.kind),
            _ => None,
        },
    }
}

fn asked(path: &str, condition: &Condition, of: &Schema) -> Option<Ask> {
    let groups = match field(path, of) {
        Some(Kind::Choice { groups, .. }) => Some(groups),
        _ => None,
    };
    let values = |value: &String| match groups.and_then(|groups| groups.get(value)) {
        Some(values) => values.iter().cloned().collect(),
        None => BTreeSet::from([value.clone()]),
    };
    match condition {
        Condition::Is(value) => Some(Ask::Any(values(value))),
        Condition::Any(all) => {
            let mut any = BTreeSet::new();
            for one in all {
                match asked(path, one, of)? {
                    Ask::Any(values) => any.extend(values),
                    Ask::Not(_) => return None,
                }
            }
            Some(Ask::Any(any))
        }
        Condition::Not(one) => match asked(path, one, of)? {
            Ask::Any(values) => Some(Ask::Not(values)),
            Ask::Not(values) => Some(Ask::Any(values)),
        },
        Condition::In { .. } => None,
    }
}

/// Whether records of a schema can be asked this.
fn has(path: &str, ask: &Ask, schema: &Schema) -> bool {
    let (Ask::Any(values) | Ask::Not(values)) = ask;
    match field(path, schema) {
        Some(Kind::Choice { values: all, .. }) => values.iter().all(|value| value.is_empty() || all.contains(value)),
        Some(_) => true,
        None => false,
    }
}

/// Both. None: they exclude each other.
pub fn merged(one: &Terms, other: &Terms) -> Option<Terms> {
    let mut all = one.0.clone();
    for (field, ask) in &other.0 {
        let both = match (all.get(field), ask) {
            (None, ask) => ask.clone(),
            (Some(known), ask) if known == ask => continue,
            (Some(Ask::Not(some)), Ask::Not(others)) => Ask::Not(some.union(others).cloned().collect()),
            (Some(Ask::Any(some)), Ask::Not(others)) | (Some(Ask::Not(others)), Ask::Any(some)) => {
                Ask::Any(some.difference(others).cloned().collect())
            }
            (Some(Ask::Any(some)), Ask::Any(others)) => {
                // Codes match all below them.
                let within = |value: &&String| some.iter().any(|of| !of.is_empty() && value.starts_with(of.as_str()));
                let around = |value: &&String| others.iter().any(|of| !of.is_empty() && value.starts_with(of.as_str()));
                let is_code = some.iter().chain(others).all(|value| value.bytes().all(|b| b.is_ascii_digit()));
                let both = match is_code {
                    true => others.iter().filter(within).chain(some.iter().filter(around)).cloned().collect(),
                    false => some.intersection(others).cloned().collect(),
                };
                Ask::Any(both)
            }
        };
        if matches!(&both, Ask::Any(values) if values.is_empty()) {
            return None;
        }
        all.insert(field.clone(), both);
    }
    Some(Terms(all))
}

/// Either, where both ask the same fields: of a total over them. None: no filter asks for just these.
pub fn joined<'t>(all: impl IntoIterator<Item = &'t Terms>) -> Option<Terms> {
    let mut all = all.into_iter();
    let mut union = all.next()?.clone();
    for other in all {
        if !union.0.keys().eq(other.0.keys()) {
            return None;
        }
        let unlike: Vec<&String> = union.0.keys().filter(|field| union.0[*field] != other.0[*field]).collect();
        let [field] = unlike.as_slice() else {
            if unlike.is_empty() {
                continue;
            }
            return None;
        };
        let (Ask::Any(some), Ask::Any(others)) = (&union.0[*field], &other.0[*field]) else { return None };
        let both = Ask::Any(some.union(others).cloned().collect());
        let field = (*field).clone();
        union.0.insert(field, both);
    }
    Some(union)
}

/// Whether no record can be of both, by some field.
pub fn are_apart(one: &Terms, other: &Terms) -> bool {
    merged(one, other).is_none()
}
