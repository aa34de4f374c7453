//! Filters over records, in three values: a blank of an `unknown` field makes them neither true nor false.
//!
//! A filter ([`super::schema`]) is first resolved against a dataset (`resolved`): names become indexes, refs and `in`
//! become maps. Then it is asked of each record, or, by [`Matcher`], of each distinct value of a column.

mod check;
mod matcher;
mod meaning;
mod resolved;
mod words;

pub use super::schema::{Condition, Filter};
pub use check::check;
pub use matcher::{Columns, Matcher};
pub(crate) use meaning::{Meaning, Says, meaning};
pub(super) use words::fields_used;
pub(crate) use words::in_words;
pub use words::lacking;

use super::schema::Schema;
use super::{Data, Dataset, Record};
use resolved::resolve;

/// Views within views, and refs through refs, are followed this deep; the loader refuses cycles.
const DEEPEST: usize = 32;

/// Whether `filter` holds for `record` of `dataset`; None is *not known*. For many records or filters a
/// [`Matcher`] is faster.
pub fn matches(filter: &Filter, dataset: &Dataset, record: &Record, data: &Data, schema: &Schema) -> Option<bool> {
    resolve(filter, dataset, data, schema, 0).holds(record)
}

#[cfg(test)]
mod tests;
