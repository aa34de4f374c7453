//! What filters say, however they are put: two figures that sum the same records are found to be the same.

use super::{Condition, DEEPEST, Filter};
use crate::data::Dataset;
use crate::data::schema::{Kind, Schema};
use std::collections::{BTreeMap, BTreeSet};

/// What a conjunction of filters says of each field that it speaks of.
pub type Meaning = BTreeMap<String, Says>;

/// What it says of one field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Says {
    /// Of a choice: its value is one of these, "" a blank. Of a text: it is one of these, none of them blank.
    OneOf(BTreeSet<String>),
    /// Of a code: it is one of these or below; none of them is below another.
    Under(BTreeSet<String>),
    /// What is compared as it is put.
    AsPut(BTreeSet<String>),
}

impl Says {
    /// It as a union of the least parts that something may say by itself; none where it has no parts.
    pub fn parts(&self) -> Option<Vec<Says>> {
        let each = |values: &BTreeSet<String>, one: fn(BTreeSet<String>) -> Says| {
            values.iter().map(|value| one(BTreeSet::from([value.clone()]))).collect::<Vec<_>>()
        };
        let parts = match self {
            Says::OneOf(values) => each(values, Says::OneOf),
            Says::Under(codes) => each(codes, Says::Under),
            Says::AsPut(_) => return None,
        };
        (parts.len() > 1).then_some(parts)
    }
}

/// What filters say together of records of a dataset; none where no record can meet them.
pub fn meaning<'f>(
    filters: impl IntoIterator<Item = &'f Filter>,
    dataset: &Dataset,
    schema: &Schema,
) -> Option<Meaning> {
    let mut meaning = Meaning::new();
    filters.into_iter().try_for_each(|filter| add(filter, dataset, schema, &mut meaning, 0))?;
    // A choice that may be anything says nothing.
    meaning.retain(|path, says| match (says, choices(dataset, path)) {
        (Says::OneOf(values), Some((all, _))) => values.len() < all.len() + 1,
        _ => true,
    });
    Some(meaning)
}

type Groups = indexmap::IndexMap<String, Vec<String>>;

fn choices<'a>(dataset: &'a Dataset, path: &str) -> Option<(&'a [String], &'a Groups)> {
    match &dataset.fields[dataset.field(path)?].kind {
        Kind::Choice { values, groups } => Some((values, groups)),
        _ => None,
    }
}

fn add(filter: &Filter, dataset: &Dataset, schema: &Schema, meaning: &mut Meaning, depth: usize) -> Option<()> {
    if depth > DEEPEST {
        return None;
    }
    match filter {
        Filter::Never => None,
        Filter::View { name, .. } => add(schema.views.get(name)?, dataset, schema, meaning, depth + 1),
        Filter::All(all) => all.iter().try_for_each(|one| add(one, dataset, schema, meaning, depth + 1)),
        Filter::Field { path, condition, .. } => {
            let says = of_field(path, condition, dataset);
            let both = match (meaning.remove(path), says) {
                (None, says) => says,
                (Some(Says::OneOf(one)), Says::OneOf(other)) => {
                    Says::OneOf(one.intersection(&other).cloned().collect())
                }
                (Some(Says::Under(one)), Says::Under(other)) => Says::Under(both_under(&one, &other)),
                (Some(one), other) => Says::AsPut(as_put(one).into_iter().chain(as_put(other)).collect()),
            };
            if matches!(&both, Says::OneOf(none) | Says::Under(none) if none.is_empty()) {
                return None;
            }
            meaning.insert(path.clone(), both);
            Some(())
        }
    }
}

fn of_field(path: &str, condition: &Condition, dataset: &Dataset) -> Says {
    if let Some((values, groups)) = choices(dataset, path) {
        let blank = String::new();
        let meets = |value: &&String| holds(condition, value, groups);
        let met: Option<BTreeSet<String>> = values
            .iter()
            .chain([&blank])
            .filter_map(|value| match meets(&value) {
                Some(false) => None,
                met => Some(met.map(|_| value.clone())),
            })
            .collect();
        return met.map_or_else(|| Says::AsPut(BTreeSet::from([format!("{condition:?}")])), Says::OneOf);
    }
    let is_text = dataset.field(path).is_some_and(|field| dataset.fields[field].kind == Kind::Text);
    if let Some(texts) = codes(condition).filter(|_| is_text) {
        return Says::OneOf(texts);
    }
    let is_code = dataset.field(path).is_some_and(|field| matches!(dataset.fields[field].kind, Kind::Code { .. }));
    match codes(condition).filter(|_| is_code) {
        Some(codes) => Says::Under(both_under(&codes, &codes)),
        None => Says::AsPut(BTreeSet::from([format!("{condition:?}")])),
    }
}

/// Whether a choice's value meets a condition; none where that hangs on other files.
fn holds(condition: &Condition, value: &str, groups: &Groups) -> Option<bool> {
    match condition {
        Condition::Is(wanted) => {
            Some(value == wanted || groups.get(wanted).is_some_and(|members| members.iter().any(|m| m == value)))
        }
        Condition::Any(any) => any.iter().try_fold(false, |so_far, one| Some(so_far | holds(one, value, groups)?)),
        Condition::Not(not) => holds(not, value, groups).map(|holds| !holds),
        Condition::In { .. } => None,
    }
}

/// The codes, or texts, a condition names, where it names nothing else.
fn codes(condition: &Condition) -> Option<BTreeSet<String>> {
    match condition {
        Condition::Is(code) if !code.is_empty() => Some(BTreeSet::from([code.clone()])),
        Condition::Any(any) => any.iter().map(codes).try_fold(BTreeSet::new(), |mut all, one| {
            all.extend(one?);
            Some(all)
        }),
        _ => None,
    }
}

/// The codes that are, or lie below, one of each; of one that lies below another of them only the upper.
fn both_under(one: &BTreeSet<String>, other: &BTreeSet<String>) -> BTreeSet<String> {
    let below = |codes: &BTreeSet<String>, code: &str| codes.iter().any(|above| code.starts_with(above.as_str()));
    let both = one.iter().filter(|code| below(other, code)).chain(other.iter().filter(|code| below(one, code)));
    let both: BTreeSet<String> = both.cloned().collect();
    let upper = |code: &&String| !both.iter().any(|above| code.starts_with(above.as_str()) && above != *code);
    both.iter().filter(upper).cloned().collect()
}

fn as_put(says: Says) -> BTreeSet<String> {
    match says {
        Says::AsPut(put) => put,
        Says::OneOf(values) => BTreeSet::from([format!("one of {values:?}")]),
        Says::Under(codes) => BTreeSet::from([format!("under {codes:?}")]),
    }
}
