//! Many filters of one dataset, each asked of the distinct values of a column and answered as sets of records.

use super::Filter;
use super::resolved::{Check, Test, check_value, resolve};
use crate::data::points::{Bits, Points};
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

/// The distinct values of a field, each with the records that have it, the first of which shows it.
struct DistinctColumn {
    records: Vec<Bits>,
    /// The indexes of the texts among them, in order of the texts: one is found without asking all.
    texts: Vec<u32>,
    /// Those texts, one behind the other, and where each ends: what is sought reads few places of memory.
    words: String,
    ends: Vec<usize>,
    /// The index of the blank.
    blank: Option<u32>,
}

impl Columns {
    /// The fields of a dataset, in their columns.
    pub fn of(dataset: &Dataset) -> Columns {
        Columns(dataset.fields.iter().map(|_| OnceLock::new()).collect())
    }

    fn column(&self, dataset: &Dataset, field: usize) -> &DistinctColumn {
        self.0[field].get_or_init(|| DistinctColumn::new(dataset, field))
    }

    /// The first record of the dataset that has a text in a field.
    pub fn first_with(&self, dataset: &Dataset, field: usize, text: &str) -> Option<usize> {
        let column = self.column(dataset, field);
        if text.is_empty() {
            return column.blank.map(|blank| column.first(blank));
        }
        let at = column.not_before(text);
        (column.texts.get(at).is_some() && column.text(at) == text).then(|| column.first(column.texts[at]))
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
                let column = self.columns.column(self.dataset, *field);
                // A text or a code is sought; other conditions are asked of every value.
                let asked: Vec<u32> = match check {
                    Check::Text(text) | Check::Under(text) => column.beginning_with(text).chain(column.blank).collect(),
                    _ => (0..column.records.len() as u32).collect(),
                };
                let says = |&value: &u32| {
                    let value = &self.dataset.records[column.first(value)].values[*field];
                    check_value(check, value, *blank_unknown)
                };
                let of = |wanted: Option<bool>| {
                    let values = asked.iter().filter(|value| says(value) == wanted);
                    Bits::union(length, values.map(|&value| &column.records[value as usize]))
                };
                Points { yes: of(Some(true)), unknown: of(None) }
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
        let mut column = DistinctColumn {
            records: Vec::new(),
            texts: Vec::new(),
            words: String::new(),
            ends: Vec::new(),
            blank: None,
        };
        let mut texts: Vec<(&str, u32)> = Vec::new();
        for (number, record) in dataset.records.iter().enumerate() {
            let value = &record.values[field];
            let key = match value {
                Value::Blank => Key::Blank,
                Value::Text(text) => Key::Text(text),
                Value::Number(number) => Key::Number(*number),
            };
            let index = *indexes.entry(key).or_insert_with(|| {
                let index = column.records.len() as u32;
                column.records.push(Bits::new(dataset.records.len()));
                match value {
                    Value::Blank => column.blank = Some(index),
                    Value::Text(text) => texts.push((text, index)),
                    Value::Number(_) => {}
                }
                index
            });
            column.records[index as usize].insert(number);
        }
        texts.sort_unstable();
        for (text, index) in texts {
            column.words.push_str(text);
            column.ends.push(column.words.len());
            column.texts.push(index);
        }
        column
    }

    /// The first record that has a value.
    fn first(&self, value: u32) -> usize {
        self.records[value as usize].iter().next().expect("every value is of a record")
    }

    /// The text at a place of their order.
    fn text(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[start..self.ends[at]]
    }

    /// How many texts are before one in their order.
    fn not_before(&self, text: &str) -> usize {
        let (mut from, mut to) = (0, self.texts.len());
        while from < to {
            let middle = from.midpoint(to);
            if self.text(middle) < text { from = middle + 1 } else { to = middle }
        }
        from
    }

    /// The texts that begin with one, in order; that one first.
    fn beginning_with<'s>(&'s self, begin: &'s str) -> impl Iterator<Item = u32> + 's {
        let from = self.not_before(begin);
        (from..self.texts.len()).take_while(move |&at| self.text(at).starts_with(begin)).map(|at| self.texts[at])
    }
}
