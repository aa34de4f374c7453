//! The points behind filters, each found once, and exact sums over them.

use super::figure::Chain;
use super::figure::{NO_FILE, Unknown};
use super::session::Session;
use crate::data::filter::{Columns, Filter, Matcher, lacking};
use crate::data::points::Points;
use crate::data::{Data, Dataset};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap as HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What filters hold for, as far as they were asked.
pub struct Found {
    /// By dataset.
    columns: HashMap<String, Columns>,
    points: HashMap<String, Mutex<HashMap<Filter, Arc<Points>>>>,
}

impl Found {
    pub fn of(data: &Data) -> Found {
        let columns = data.datasets.iter().map(|(id, dataset)| (id.clone(), Columns::of(dataset))).collect();
        Found { columns, points: data.datasets.keys().map(|id| (id.clone(), Mutex::default())).collect() }
    }
}

impl Session {
    /// The first record of a dataset that has a text in a field.
    pub fn first_with(&self, dataset: &Dataset, field: usize, text: &str) -> Option<usize> {
        self.found.columns[&dataset.id].first_with(dataset, field, text)
    }

    /// The points of a dataset a filter holds for; computed once.
    pub fn points(&self, dataset: &Dataset, filter: &Filter) -> Arc<Points> {
        let known = || self.found.points[&dataset.id].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(points) = known().get(filter) {
            return points.clone();
        }
        let columns = &self.found.columns[&dataset.id];
        let points = Arc::new(Matcher::new(dataset, columns, &self.job.data, &self.job.set.schema).points(filter));
        known().insert(filter.clone(), points.clone());
        points
    }

    /// The points all of `filters` hold for.
    pub fn all_points<'f>(&self, dataset: &Dataset, filters: impl IntoIterator<Item = &'f Filter>) -> Arc<Points> {
        let mut iter = filters.into_iter().filter(|f| !matches!(f, Filter::All(all) if all.is_empty()));
        let Some(first) = iter.next() else { return self.points(dataset, &Filter::All(Vec::new())) };
        let mut points = self.points(dataset, first);
        for next in iter {
            points = Arc::new(points.and(&self.points(dataset, next)));
        }
        points
    }

    /// The exact sum over the points of a row and a column, which the filters of `chain` hold for: none, with the reason, where it
    /// is not known.
    pub fn sum(
        &self,
        dataset: &Dataset,
        row: &Points,
        column: &Points,
        measure: usize,
        chain: &Chain,
    ) -> Result<Decimal, Unknown> {
        if !dataset.given {
            return Err(format!("{NO_FILE}{}", dataset.file).as_str().into());
        }
        let amount = |record: usize| dataset.records[record].values[measure].number();
        // Most filters know of every record.
        let knows_all = row.unknown.is_empty() && column.unknown.is_empty();
        let unsure = match knows_all {
            true => None,
            false => row.and(column).unknown.iter().find(|&record| !amount(record).is_zero()),
        };
        if let Some(index) = unsure {
            let record = &dataset.records[index];
            let lacking = lacking(chain.filters(), dataset, record, &self.job.set.schema);
            let what = match lacking[..] {
                [] => "足够的信息".to_string(),
                _ => lacking.iter().map(|head| format!("“{head}”")).collect::<Vec<_>>().join("、"),
            };
            let origin = &record.origin;
            let reason = format!("{origin} 没有填写{what}，无法判断是否应计入");
            return Err(Unknown { reason, place: Some(origin.place()) });
        }
        Ok(row.yes.iter_both(&column.yes).map(amount).sum())
    }
}
