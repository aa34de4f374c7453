//! Layout sets: what a document consists of, declared in TOML and Markdown. Declarations only; no geometry, no data.

mod check;
mod files;
mod load;
pub mod narrative_lines;
pub mod rule;
mod template;
pub mod template_message;

pub use files::{IN_WORKING_FOLDER, Layer, Layouts, SetFiles, embedded_sets, export};
pub use load::load;
pub use template::{Expression, FUEL, FUEL_OF_A_RECORD, Template, place_in};

use crate::data::Schema;
use crate::data::filter::Filter;
use crate::diagnostic::Place;
use crate::document::{Align, Numbering, Start};
use crate::money::{Look, Unit};
use crate::style::Style;
use indexmap::IndexMap;
use minijinja::Environment;

/// A layout set, loaded and checked.
pub struct LayoutSet {
    pub id: String,
    pub title: Template,
    pub file_stem: Template,
    pub schema: Schema,
    pub style: Style,
    /// How figures look in tables, and in sentences.
    pub numbers: Look,
    pub text_numbers: LookPatch,
    /// `[say]`: phrases by the sign of a difference.
    pub say: IndexMap<String, Say>,
    /// `[reasons]`: which changes must be explained.
    pub reasons: Option<ReasonsAsked>,
    /// `[complete]`: what the document must have.
    pub complete: Complete,
    pub parts: Vec<Part>,
    /// `[correction]`: the statement that is published with a corrected edition.
    pub correction: Option<Notice>,
    /// By file stem, `table-01`.
    pub tables: IndexMap<String, TableLayout>,
    /// By file stem, `02-arrangement`; and the department's own prose as `text/NAME`.
    pub narratives: IndexMap<String, Narrative>,
    pub lists: IndexMap<String, Vec<ListEntry>>,
    /// `checks.toml`: the rules over figures.
    pub rules: Vec<rule::FigureRule>,
    /// Keys `report.toml` may have beyond the fixed ones, with defaults.
    pub report: IndexMap<String, ReportField>,
    /// The texts it was read from, all layers and the department's prose, by the names messages give them.
    pub sources: std::collections::BTreeMap<String, String>,
    /// Holds every compiled template.
    pub env: Environment<'static>,
}

/// A key of `report.toml` that a set declares.
#[derive(Debug, Clone)]
pub struct ReportField {
    pub default: Option<String>,
    pub required: bool,
    pub date: bool,
    pub place: Place,
}

/// Phrases for a difference that prints as more, less, or zero; `base0` where last year had nothing.
#[derive(Debug, Clone)]
pub struct Say {
    pub up: Template,
    pub down: Template,
    pub same: Template,
    pub base0: Option<Template>,
}

/// The changes against last year that need a reason: those of some addresses, from a size on.
#[derive(Debug, Clone)]
pub struct ReasonsAsked {
    /// Addresses, their beginnings, or patterns with `*`.
    pub of: Vec<String>,
    /// A change of at least so many per cent of last year's amount.
    pub percent: Option<rust_decimal::Decimal>,
    /// A change of at least so many 元.
    pub yuan: Option<rust_decimal::Decimal>,
}

/// What a whole document of a set must have, by the names that findings call it; nothing where the set does not say.
#[derive(Debug, Clone, Default)]
pub struct Complete {
    /// Each table with the words that stand in its title, in this order.
    pub tables: IndexMap<String, Words>,
    /// Each section with the words of which one stands in its heading.
    pub sections: IndexMap<String, Words>,
    /// Labels of rows that the glossary explains where they have money, each with a word that its entry contains.
    pub terms: IndexMap<String, String>,
    /// It has a table of contents.
    pub contents: bool,
}

/// Words that a set knows a title or a heading by.
#[derive(Debug, Clone)]
pub struct Words {
    pub words: Vec<String>,
    pub place: Place,
}

/// A document of its own, made from the set's files.
#[derive(Debug, Clone)]
pub struct Notice {
    pub title: Template,
    pub file_stem: Template,
    pub parts: Vec<Part>,
}

/// One part of the document, in order.
#[derive(Debug, Clone)]
pub struct Part {
    /// Stem of a table or narrative of the set.
    pub file: String,
    pub when: Option<Expression>,
    pub placement: Placement,
    pub place: Place,
}

/// Where and how a part stands on its pages; each key may be given by the part or by the file itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Placement {
    pub page: Option<String>,
    pub start: Option<Start>,
    pub numbering: Option<Numbering>,
    pub restart: Option<bool>,
}

impl Placement {
    /// This placement's keys, else those of `other`.
    pub fn or(&self, other: &Placement) -> Placement {
        Placement {
            page: self.page.clone().or_else(|| other.page.clone()),
            start: self.start.or(other.start),
            numbering: self.numbering.or(other.numbering),
            restart: self.restart.or(other.restart),
        }
    }
}

/// A Markdown narrative: a template whose rendered lines are headings, paragraphs and tables.
#[derive(Debug, Clone)]
pub struct Narrative {
    pub template: Template,
    /// Shown to users: `02-arrangement.md`, `text/goals.md`.
    pub file: std::sync::Arc<str>,
    /// From the department's folder.
    pub own: bool,
    pub numbers: LookPatch,
    pub when: Option<Expression>,
    pub placement: Placement,
}

/// Overrides of a [`Look`], key by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LookPatch {
    pub unit: Option<Unit>,
    pub decimals: Option<u32>,
    pub commas: Option<bool>,
    /// `Some(None)`: zero prints like any number.
    pub zero: Option<Option<String>>,
    pub trim: Option<bool>,
}

impl LookPatch {
    pub fn apply(&self, base: &Look) -> Look {
        Look {
            unit: self.unit.unwrap_or(base.unit),
            decimals: self.decimals.unwrap_or(base.decimals),
            commas: self.commas.unwrap_or(base.commas),
            zero: self.zero.clone().unwrap_or_else(|| base.zero.clone()),
            trim: self.trim.unwrap_or(base.trim),
        }
    }
}

/// A table: points of a dataset, filtered by a row and a column, summed into figures.
#[derive(Debug, Clone)]
pub struct TableLayout {
    /// Stem of its file.
    pub file: String,
    /// Prefix of its figures' addresses, at most 6 characters.
    pub id: String,
    pub title: Option<Template>,
    pub above: Vec<Template>,
    /// First cell of the row of column numbers: 栏次.
    pub numbering: Option<String>,
    /// The dataset it reads.
    pub from: String,
    pub filter: Filter,
    /// The amount field it sums; none: the dataset's only one.
    pub measure: Option<String>,
    /// Columns before the sides (text only) when there are sides, else all.
    pub columns: Vec<ColumnDecl>,
    /// One for a plain table, more for tables whose sides stand next to each other.
    pub sides: Vec<Side>,
    pub two_sided: bool,
    pub min_rows: usize,
    pub numbers: LookPatch,
    pub notes: Vec<Template>,
    pub empty: Option<Empty>,
    /// Page setup; none: that of the part it stands in.
    pub page: Option<String>,
    pub style: String,
    /// Outline level of its title; 0: a caption outside the contents. None: 1 as a part, 0 in a narrative.
    pub level: Option<u8>,
    pub description: Option<Template>,
    /// Lists of its own, before those of the schema.
    pub lists: IndexMap<String, Vec<ListEntry>>,
    /// Labels of rows by key, and heads of columns by key, laid over the declared ones.
    pub labels: IndexMap<String, Template>,
    pub heads: IndexMap<String, Vec<Template>>,
    pub place: Place,
}

/// One side of a table.
#[derive(Debug, Clone, Default)]
pub struct Side {
    pub columns: Vec<ColumnDecl>,
    pub rows: Vec<RowDecl>,
    pub foot: Vec<RowDecl>,
}

/// What an empty table says.
#[derive(Debug, Clone)]
pub struct Empty {
    pub note: Option<Template>,
    /// Text in the first cell of its first row.
    pub first: Option<Template>,
    /// Ruled blank rows.
    pub rows: usize,
}

/// The parts an entry is the exact union of.
#[derive(Debug, Clone, PartialEq)]
pub enum Parts {
    None,
    /// All other entries that no other `parts` claims and that are no 其中.
    Rest,
    Named(Vec<String>),
}

/// A column, or with `each` several.
#[derive(Debug, Clone)]
pub struct ColumnDecl {
    /// One text per header row; the last reaches the bottom.
    pub head: Vec<Template>,
    pub key: Option<String>,
    pub filter: Filter,
    pub from: Option<String>,
    /// An amount field, or the column this one is an 其中 of.
    pub of: Option<String>,
    pub join: Option<Vec<(String, String)>>,
    pub parts: Parts,
    pub calc: Option<Expression>,
    pub each: Option<Each>,
    pub values: Option<Values>,
    pub levels: Vec<String>,
    pub keep_all: Option<bool>,
    pub field: Option<String>,
    pub text: Option<Template>,
    pub numbers: LookPatch,
    pub width: Option<f64>,
    pub align: Option<Align>,
    pub when: Option<Expression>,
    pub place: Place,
}

/// A row, or with `each` several; or a blank one.
#[derive(Debug, Clone)]
pub struct RowDecl {
    pub blank: bool,
    pub key: Option<String>,
    pub label: Option<Template>,
    pub filter: Filter,
    pub from: Option<String>,
    pub join: Option<Vec<(String, String)>>,
    pub parts: Parts,
    /// The row this one is an 其中 of.
    pub of: Option<String>,
    /// Figure columns left blank.
    pub skip: Vec<String>,
    pub cells: Vec<CellDecl>,
    pub indent: Indent,
    pub style: Option<RowStyle>,
    pub numbers: LookPatch,
    pub when: Option<Expression>,
    pub each: Option<Each>,
    pub values: Option<Values>,
    pub levels: Vec<String>,
    pub keep_all: Option<bool>,
    pub order: Order,
    /// Fields that identify a record.
    pub id: Vec<String>,
    /// Entries under each row, and its filter.
    pub rows: Vec<RowDecl>,
    /// It prints a row of its own.
    pub row: bool,
    pub place: Place,
}

/// Indent of a label in 字.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Indent {
    Fixed(f64),
    /// 字 for each level below the first.
    Level(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowStyle {
    Header,
    Total,
    Plain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Codes by code, choices as declared, texts as they first occur.
    Natural,
    /// As they first occur in the file.
    File,
}

/// What turns one entry into many.
#[derive(Debug, Clone, PartialEq)]
pub enum Each {
    /// A code, choice, text or ref field: its values.
    Field(String),
    /// Distinct pairs, triples … of fields.
    Fields(Vec<String>),
    /// A row per record.
    Record,
    /// Entries declared in place, or a list by its name.
    Entries(Vec<ListEntry>),
    List(String),
}

/// Given values of a field, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    Here(Vec<ListEntry>),
    List(String),
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq)]
pub enum ListEntry {
    /// A value of the field.
    Value(String, Place),
    Entry(Box<NamedEntry>),
}

/// A list's entry with a key, its own filter, dataset and amount field.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedEntry {
    pub key: String,
    pub name: String,
    pub head: Option<Template>,
    pub filter: Filter,
    pub from: Option<String>,
    /// The amount field it sums.
    pub of: Option<String>,
    pub place: Place,
}

/// A cell that replaces one of a row's leading cells.
#[derive(Debug, Clone)]
pub struct CellDecl {
    pub content: CellContent,
    pub cols: usize,
    pub rows: usize,
    /// One with the cell above if equal and all left of it is merged.
    pub merge: bool,
    pub align: Option<Align>,
    pub header: bool,
    pub place: Place,
}

#[derive(Debug, Clone)]
pub enum CellContent {
    Text(Template),
    Figure {
        key: String,
        from: Option<String>,
        filter: Filter,
        of: Option<String>,
        join: Option<Vec<(String, String)>>,
        numbers: LookPatch,
    },
}
