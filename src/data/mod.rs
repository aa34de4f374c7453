//! The user's data: datasets of records, as a set's `schema.toml` declares them. Rust knows kinds of fields
//! (amount, code, choice, …) and nothing of 功能科目.

mod classification;
mod csv_file;
#[cfg(test)]
mod example;
pub mod filter;
mod findings;
mod heading;
pub mod points;
mod problem;
mod read;
pub mod schema;
mod settle;
mod sheet;
mod text_file;
mod value;

use crate::document::Origin;
use indexmap::IndexMap;
use rust_decimal::Decimal;
use std::sync::Arc;

pub use classification::read_class_list;
pub use points::{Bits, Points};
pub use read::{read_files, read_folder};
pub use text_file::{MAX_BYTES, decode, read_text};
pub use value::read_date;

pub use schema::{Class, FieldDecl, FileDecl, Kind, Schema};

/// Everything read from a data folder, by the file ids of the schema.
#[derive(Debug, Clone, Default)]
pub struct Data {
    pub datasets: IndexMap<String, Dataset>,
}

/// The records of one file. Fields are those of its declaration, in declared order.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// The id in the schema, e.g. `ledger`.
    pub id: String,
    /// Relative to the data folder, e.g. `ledger.csv`.
    pub file: Arc<str>,
    pub fields: Vec<FieldDecl>,
    pub records: Vec<Record>,
    /// The file exists and its text could be read. A dataset of an absent file has no records and its figures are not known.
    pub given: bool,
}

/// One line: a point with its codes, choices and amounts.
#[derive(Debug, Clone)]
pub struct Record {
    pub origin: Origin,
    /// One per field of the dataset.
    pub values: Vec<Value>,
    /// The column (from 1) in the user's file each value was typed in; 0 where it is a default.
    pub columns: Vec<u32>,
}

/// A value, checked against its kind. Codes, choices, refs, dates and text are text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing typed and no default.
    Blank,
    Text(Arc<str>),
    /// 元 for amounts, ones for numbers.
    Number(Decimal),
}

impl Value {
    /// Its text; blank is empty, a number has none.
    pub fn text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// Its number; anything else is zero.
    pub fn number(&self) -> Decimal {
        match self {
            Value::Number(number) => *number,
            _ => Decimal::ZERO,
        }
    }
}

impl Dataset {
    /// Index of a field by its id.
    pub fn field(&self, id: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.id == id)
    }
}
