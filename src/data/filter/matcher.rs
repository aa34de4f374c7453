//! Many filters of one dataset, each asked of the distinct values of a column and answered as sets of records.

use super::Filter;
use super::resolved::{Test, check_value, resolve};
use crate::data::points::Points;
use crate::data::schema::Schema;
use crate::data::{Data, Dataset, Value};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap as HashMap;
use std::sync::OnceLock;

/// Asks many filters of one dataset: a condition is asked once for each distinct value of a column.
pub struct Matcher<'a> {
    dataset: &'a Dataset,
    data: &'a Data,
    schema: &'a Schema,
    columns: &'a Columns,
}

/// The distinct values of each field of a dataset, found when first asked for.
pub struct Columns(Vec<OnceLock<DistinctColumn>>);

/// The distinct values of a field, each by the first record that has it, and for each record the index of its value
/// among them.
struct DistinctColumn {
    first: Vec<usize>,
    of_record: Vec<u32>,
}

impl Columns {
    /// The fields of a dataset, in their columns.
    pub fn of(dataset: &Dataset) -> Columns {
        Columns(dataset.fields.iter().map(|_| OnceLock::new()).collect())
    }
}

impl<'a> Matcher<'a> {
    /// `columns` must be of the dataset.
    pub fn new(dataset: &'a Dataset, columns: &'a Columns, data: &'a Data, schema: &'a Schema) -> Matcher<'a> {
        Matcher { dataset, data, schema, columns }
    }

    /// The records of a dataset that a filter holds for, and those of which it is not known.
    pub fn points(&self, filter: &Filter) -> Points {
        self.ask(&resolve(filter, self.dataset, self.data, self.schema, 0))
    }

    fn ask(&self, test: &Test) -> Points {
        let length = self.dataset.records.len();
        match test {
            Test::Says(Some(true)) => Points::all(length),
            Test::Says(says) => {
                let mut points = Points::none(length);
                if says.is_none() {
                    std::mem::swap(&mut points.unknown, &mut Points::all(length).yes);
                }
                points
            }
            Test::All(tests) => tests.iter().fold(Points::all(length), |points, test| points.and(&self.ask(test))),
            Test::Column { field, blank_unknown, check } => {
                let column = self.columns.0[*field].get_or_init(|| DistinctColumn::new(self.dataset, *field));
                let value = |&record: &usize| &self.dataset.records[record].values[*field];
                let says: Vec<_> = column.first.iter().map(|r| check_value(check, value(r), *blank_unknown)).collect();
                let mut points = Points::none(length);
                for (record, &value) in column.of_record.iter().enumerate() {
                    points.set(record, says[value as usize]);
                }
                points
            }
        }
    }
}

impl DistinctColumn {
    fn new(dataset: &Dataset, field: usize) -> DistinctColumn {
        #[derive(PartialEq, Eq, Hash)]
        enum Key<'a> {
            Blank,
            Text(&'a str),
            Number(Decimal),
        }
        let mut indexes: HashMap<Key, u32> = HashMap::default();
        let mut column = DistinctColumn { first: Vec::new(), of_record: Vec::with_capacity(dataset.records.len()) };
        for (number, record) in dataset.records.iter().enumerate() {
            let value = &record.values[field];
            let key = match value {
                Value::Blank => Key::Blank,
                Value::Text(text) => Key::Text(text),
                Value::Number(number) => Key::Number(*number),
            };
            let index = *indexes.entry(key).or_insert_with(|| {
                column.first.push(number);
                column.first.len() as u32 - 1
            });
            column.of_record.push(index);
        }
        column
    }
}
