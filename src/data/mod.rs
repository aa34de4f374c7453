//! The user's data: datasets of records, as a set's `schema.toml` declares them. Rust knows kinds of fields
//! (amount, code, choice, …) and nothing of 功能科目.
//!
//! [`read_folder`] is the way in: text (from its `Folder`) → rows (`csv_file`) → columns (`heading`) → values
//! (`value`, whose mistakes `problem` puts in words) → records (`read`) → what needs all files (`across`).
//!
//! Each code of a finding stands for one kind of mistake:
//!
//! | code | what is wrong | | code | what is wrong |
//! |---|---|---|---|---|
//! | E101 | a required file is missing | | E122 | a column is not used (warning) |
//! | E102 | a code has a character that is no digit | | E123 | two columns hold one field |
//! | E103 | a code has the wrong length | | E124 | an amount's heading says no unit (warning) |
//! | E104 | a code is not in the classification | | E125 | an amount's heading says an unknown unit |
//! | E105 | a code is taken by its 科目名称 (warning) | | E126 | the first line holds no headings |
//! | E106 | a name differs from the list's (warning) | | E131 | not a number |
//! | E109 | a file is not used, perhaps misnamed (warning) | | E132 | more decimals than 分, or than a number may have |
//! | E110 | a file cannot be read | | E133 | a number is too large |
//! | E111 | a file is too large | | E134 | the unit behind an amount is not its heading's |
//! | E112 | bytes of no known encoding, or of no text | | E135 | scientific notation |
//! | E113 | a NUL | | E141 | not one of the choices |
//! | E114 | a file is empty | | E142 | the name of a group of choices |
//! | E115 | a quote never ends | | E143 | not a date |
//! | E116 | text after a closed quote | | E144 | a character that cannot be printed |
//! | E117 | a line has more fields than headings | | E145 | a required cell is blank |
//! | E118 | a line has too few fields | | E146 | a cell is blank that this line requires |
//! | E119 | more rows, columns or characters than a sheet of Excel, more errors than are read | | E147 | a ref is blank, and there are several to refer to |
//! | E120 | full-width commas between columns | | E148 | a key or code occurs twice |
//! | E121 | a required column is missing | | E151 | a ref names nothing |
//! | E128 | headings not in the first line (note) | | E136 | a total is not the sum of its rows (warning) |
//! | E129 | hidden rows or columns (warning) | | E175 | an error of Excel |
//! | E176 | a formula without its result | | | |
//! | E160 | no such correction: wrong form | | E199 | how many more findings there are |
//! | E161 | no such file, line or column to correct | | E127 | a line of totals |
//! | E149 | a year of a list of codes cannot be read | | | |
//!
//! E270 to E275 are of declared filters: no such view, field, value, code; a path through no ref; no such file.

mod across;
mod characters;
mod class_list;
mod class_names;
mod classification;
mod correction;
pub(crate) mod csv_file;
#[cfg(test)]
mod example;
pub mod filter;
mod given;
pub mod grid;
mod head_row;
mod heading;
pub(crate) mod own_words;
pub mod points;
pub mod printed;
mod problem;
mod read;
pub mod schema;
mod sheet;
mod totals;
mod typed;
mod value;

use crate::diagnostic::Place;
use crate::document::Origin;
use indexmap::IndexMap;
use rust_decimal::Decimal;
use std::sync::Arc;

pub(crate) use class_list::lay_own_lists;
pub use class_list::{latest_year_of, own_list, read_class_list};
pub use class_names::ClassNames;
pub(crate) use class_names::NamesInTexts;
pub use classification::{Class, Elsewhere, Fate, Years};
pub use correction::{Correction, correct, correct_all, correct_text, correct_what_can, decl_of, unit_of};
pub(crate) use given::TWICE;
pub(crate) use heading::head_with_unit;
pub use points::{Bits, Points};
pub use read::read_folder;
pub(crate) use read::{folders_that_do_not_count, report_endings};
pub(crate) use typed::cleaned;
pub use value::read_date;

pub use schema::{FieldDecl, FileDecl, Kind, Schema};

/// Everything read from a data folder, by the file ids of the schema.
#[derive(Debug, Clone, Default)]
pub struct Data {
    /// By the id of the record file.
    pub datasets: IndexMap<String, Dataset>,
}

/// The records of one file. Fields are those of its declaration, in declared order.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// The id in the schema, e.g. `ledger`.
    pub id: String,
    /// Relative to the data folder, e.g. `ledger.csv`.
    pub file: Arc<str>,
    /// In the order of the declaration, not of the file's columns.
    pub fields: Vec<FieldDecl>,
    /// In the order of the file.
    pub records: Vec<Record>,
    /// Ids of the fields whose blank is not known: those the schema says, and in a file that may be coarse the columns it
    /// lacks altogether.
    pub unknown: Vec<String>,
    /// The file exists and its text could be read. A dataset of an absent file has no records and its figures are not known.
    pub given: bool,
    /// How its columns and words were taken.
    pub taken: Taken,
}

/// How a file's columns and words were taken, where it is not in the set's own words.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Each heading as it stands there, and the column of the set it was taken for; none where it is not used.
    pub columns: Vec<(String, Option<String>)>,
    /// Column of the set, word as it stands there → the value it was taken for.
    pub words: IndexMap<(usize, String), Arc<str>>,
}

/// One line: a point with its codes, choices and amounts.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its file and line.
    pub origin: Origin,
    /// One per field of the dataset.
    pub values: Vec<Value>,
    /// The column (from 1) in the user's file each value was typed in; 0 where it is a default.
    pub columns: Vec<u32>,
}

impl Record {
    /// Where the value of a field was typed; the whole record where it is a default.
    pub fn place(&self, field: usize) -> Place {
        Place::field(self.origin.file.clone(), self.origin.line, self.columns[field])
    }
}

/// A value, checked against its kind. Codes, choices, refs, dates and text are text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Nothing typed and no default.
    Blank,
    /// Of any other kind, cleaned; empty where blank.
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
