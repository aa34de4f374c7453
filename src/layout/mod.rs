//! Layout sets: what a document consists of, declared in TOML and Markdown. Declarations only; no geometry, no data.

mod check;
mod compared;
pub mod doubts;
mod files;
mod load;
mod loaded;
pub mod narrative_lines;
pub mod picture_line;
pub mod rule;
mod template;
pub mod template_message;

pub use files::{IN_WORKING_FOLDER, Layer, Layouts, SetFiles, embedded_sets, export};
pub use load::{load, schema_alone};
pub use template::{Expression, FUEL, FUEL_OF_A_RECORD, Template, place_in};

use crate::data::Schema;
use crate::data::filter::Filter;
use crate::diagnostic::{Place, Severity};
use crate::document::{Align, ChartKind, Numbering, Start};
use crate::money::{Look, Unit};
use crate::style::Style;
use indexmap::IndexMap;
use minijinja::Environment;
use std::sync::Arc;

/// A layout set, loaded and checked.
#[derive(Clone)]
pub struct LayoutSet {
    /// Its folder's name: `hebei-department-budget-2023`.
    pub id: String,
    /// The year whose classification it uses; empty if neither it nor its report says one.
    pub classification: String,
    /// Title of the document.
    pub title: Template,
    /// Name of its files without ending.
    pub file_stem: Template,
    /// What records it reads.
    pub schema: Schema,
    /// What its pages look like.
    pub style: Style,
    /// How figures look in tables, and in sentences.
    pub numbers: Look,
    /// What figures in sentences have otherwise.
    pub text_numbers: LookPatch,
    /// What the set makes of rules that are the program's own, by their codes.
    pub tuned: IndexMap<String, Tuned>,
    /// How percentages are printed where they differ from two decimals.
    pub percent_numbers: LookPatch,
    /// `[say]`: phrases by the sign of a difference.
    pub say: IndexMap<String, Say>,
    /// `[reasons]`: which changes must be explained.
    pub reasons: Option<ReasonsAsked>,
    /// `[complete]`: what the document must have.
    pub complete: Complete,
    /// The document's parts, in order.
    pub parts: Vec<Part>,
    /// `[correction]`: the statement that is published with a corrected edition.
    pub correction: Option<Notice>,
    /// By file stem, `table-01`.
    pub tables: Arc<IndexMap<String, TableLayout>>,
    /// By file stem, `02-arrangement`; and the department's own prose as `text/NAME`.
    pub narratives: IndexMap<String, Narrative>,
    /// `charts.toml`: figures as pictures, by name.
    pub charts: IndexMap<String, ChartLayout>,
    /// Whether the document has its charts (`charts = false` in set.toml: it has none).
    pub has_charts: bool,
    /// Lists that tables name, by id.
    pub lists: IndexMap<String, Vec<ListEntry>>,
    /// `checks.toml`: the rules over figures.
    pub rules: Arc<[rule::FigureRule]>,
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
    /// What users call it.
    pub head: String,
    /// What it is where report.toml does not say.
    pub default: Option<String>,
    /// Whether report.toml must say it.
    pub required: bool,
    /// It is a day.
    pub date: bool,
    /// Where it is declared.
    pub place: Place,
}

/// Phrases for a difference that prints as more, less, or zero; `base0` where last year had nothing.
#[derive(Debug, Clone)]
pub struct Say {
    /// Of more than last year.
    pub up: Template,
    /// Of less than last year.
    pub down: Template,
    /// Of as much as prints the same.
    pub same: Template,
    /// Of any amount where last year had nothing.
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
    /// At least one.
    pub words: Vec<String>,
    /// Where it is declared.
    pub place: Place,
}

/// A document of its own, made from the set's files.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Title of the document.
    pub title: Template,
    /// Name of its files without ending.
    pub file_stem: Template,
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// One part of the document, in order.
#[derive(Debug, Clone)]
pub struct Part {
    /// Stem of a table or narrative of the set.
    pub file: String,
    /// It stands there only where this holds.
    pub when: Option<Expression>,
    /// Where and how it stands.
    pub placement: Placement,
    /// Where it is declared.
    pub place: Place,
}

/// Where and how a part stands on its pages; each key may be given by the part or by the file itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Placement {
    /// Name of a page setup of style.toml.
    pub page: Option<String>,
    /// On which page it begins.
    pub start: Option<Start>,
    /// How its pages are numbered.
    pub numbering: Option<Numbering>,
    /// Numbers begin again at 1.
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
    /// What it says.
    pub template: Template,
    /// Shown to users: `02-arrangement.md`, `text/goals.md`.
    pub file: std::sync::Arc<str>,
    /// From the department's folder.
    pub own: bool,
    /// How its figures look.
    pub numbers: LookPatch,
    /// It stands there only where this holds.
    pub when: Option<Expression>,
    /// Where and how it stands.
    pub placement: Placement,
}

/// Overrides of a [`Look`], key by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LookPatch {
    /// 元, 万元, 亿元, or a plain number.
    pub unit: Option<Unit>,
    /// Places after the point, and the fewest that stand.
    pub decimals: Option<(Option<u32>, u32)>,
    /// Thousands are set apart.
    pub commas: Option<bool>,
    /// `Some(None)`: zero prints like any number.
    pub zero: Option<Option<String>>,
    /// Noughts at the end are left out.
    pub trim: Option<bool>,
    /// What is made of figures is made of them as printed.
    pub printed: Option<bool>,
}

impl LookPatch {
    /// A look with these keys laid over it.
    pub fn apply(&self, base: &Look) -> Look {
        let mut look = base.clone();
        self.lay_over(&mut look);
        look
    }

    /// Lays these keys over those of a look.
    pub fn lay_over(&self, look: &mut Look) {
        look.unit = self.unit.unwrap_or(look.unit);
        if let Some((least, most)) = self.decimals {
            (look.least, look.decimals) = (least, most);
        }
        look.commas = self.commas.unwrap_or(look.commas);
        if let Some(zero) = &self.zero {
            look.zero.clone_from(zero);
        }
        look.trim = self.trim.unwrap_or(look.trim);
        look.printed = self.printed.unwrap_or(look.printed);
    }
}

/// What a set makes of a rule of the program's own: its gravity, and words that are right in this form.
#[derive(Debug, Clone)]
pub struct Tuned {
    /// None: as the rule has it; `Some(None)`: never told.
    pub severity: Option<Option<Severity>>,
    /// Offending words that the form has as they stand.
    pub except: Vec<String>,
    /// Where it is said.
    pub place: Place,
}

/// A table: points of a dataset, filtered by a row and a column, summed into figures.
#[derive(Debug, Clone)]
pub struct TableLayout {
    /// Stem of its file.
    pub file: String,
    /// Prefix of its figures' addresses, at most 6 characters.
    pub id: String,
    /// None: it has none.
    pub title: Option<Template>,
    /// Left, middle and right of the line above it.
    pub above: Vec<Template>,
    /// First cell of the row of column numbers: 栏次.
    pub numbering: Option<String>,
    /// The dataset it reads.
    pub from: String,
    /// Records it reads.
    pub filter: Filter,
    /// The amount field it sums; none: the dataset's only one.
    pub measure: Option<String>,
    /// Columns before the sides (text only) when there are sides, else all.
    pub columns: Vec<ColumnDecl>,
    /// One for a plain table, more for tables whose sides stand next to each other.
    pub sides: Vec<Side>,
    /// Its sides are income and expenditure, told apart by readers.
    pub two_sided: bool,
    /// Rows it has at least, blank ones under the others.
    pub min_rows: usize,
    /// How its figures look.
    pub numbers: LookPatch,
    /// Lines under it.
    pub notes: Vec<Template>,
    /// What it says without data; none: what it always says.
    pub empty: Option<Empty>,
    /// Page setup; none: that of the part it stands in.
    pub page: Option<String>,
    /// Name of a table kind of style.toml.
    pub style: String,
    /// Outline level of its title; 0: a caption outside the contents. None: 1 as a part, 0 in a narrative.
    pub level: Option<u8>,
    /// What a screen reader says of it.
    pub description: Option<Template>,
    /// Lists of its own, before those of the schema.
    pub lists: IndexMap<String, Vec<ListEntry>>,
    /// Labels of rows by key, and heads of columns by key, laid over the declared ones.
    pub labels: IndexMap<String, Template>,
    /// By the column's key.
    pub heads: IndexMap<String, Vec<Template>>,
    /// Where it begins.
    pub place: Place,
}

/// Figures as a picture: which, and of what.
#[derive(Debug, Clone)]
pub struct ChartLayout {
    /// Its name, by which narratives place it.
    pub name: String,
    /// The picture.
    pub kind: ChartKind,
    /// What stands under it, after its number.
    pub title: Template,
    /// What each figure of an item is of; empty where items have one.
    pub series: Vec<Template>,
    /// What it shows, in order.
    pub items: Vec<ChartEntry>,
    /// How its figures look where they differ from those of sentences.
    pub numbers: LookPatch,
    /// Where it begins.
    pub place: Place,
}

/// An item of a chart, or with `rows` one for each row that a table's `each` makes.
#[derive(Debug, Clone)]
pub struct ChartEntry {
    /// The id of a table.
    pub rows: Option<String>,
    /// The level of those rows; none: all of them.
    pub level: Option<usize>,
    /// What it is called; none: the row's name.
    pub label: Option<Template>,
    /// One for each series: addresses, or keys of the rows' columns.
    pub figures: Vec<String>,
    /// Where it is declared.
    pub place: Place,
}

/// One side of a table.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// Its columns, left to right.
    pub columns: Vec<ColumnDecl>,
    /// Its rows, top to bottom.
    pub rows: Vec<RowDecl>,
    /// Rows at the bottom, beside the last of the other sides.
    pub foot: Vec<RowDecl>,
}

/// What an empty table says.
#[derive(Debug, Clone)]
pub struct Empty {
    /// Line under it.
    pub note: Option<Template>,
    /// Text in the first cell of its first row.
    pub first: Option<Template>,
    /// Ruled blank rows.
    pub rows: usize,
}

/// The parts an entry is the exact union of.
#[derive(Debug, Clone, PartialEq)]
pub enum Parts {
    /// It has none.
    None,
    /// All other entries that no other `parts` claims and that are no 其中.
    Rest,
    /// Entries of these keys.
    Named(Vec<String>),
}

/// A column, or with `each` several.
#[derive(Debug, Clone)]
pub struct ColumnDecl {
    /// One text per header row; the last reaches the bottom.
    pub head: Vec<Template>,
    /// In addresses of its figures; none: of no figures.
    pub key: Option<String>,
    /// Records it sums, beside the row's.
    pub filter: Filter,
    /// Another dataset than the table's.
    pub from: Option<String>,
    /// An amount field, or the column this one is an 其中 of.
    pub of: Option<String>,
    /// Field of this dataset = field of the row's dataset, in pairs.
    pub join: Option<Vec<(String, String)>>,
    /// Columns it is the sum of.
    pub parts: Parts,
    /// It is computed from its row's figures.
    pub calc: Option<Expression>,
    /// What makes several of it.
    pub each: Option<Each>,
    /// Values that make them; none: all there are.
    pub values: Option<Values>,
    /// Levels of the classification that make them; empty: all.
    pub levels: Vec<String>,
    /// Values without money make one too.
    pub keep_all: Option<bool>,
    /// It prints this field of a record, or `label`, `code`.
    pub field: Option<String>,
    /// It prints these words.
    pub text: Option<Template>,
    /// How its figures look.
    pub numbers: LookPatch,
    /// In 字 of the table's type; none: as its text asks.
    pub width: Option<f64>,
    /// How its text stands; none: by what it holds.
    pub align: Option<Align>,
    /// It stands there only where this holds.
    pub when: Option<Expression>,
    /// Where it is declared.
    pub place: Place,
}

/// A row, or with `each` several; or a blank one.
#[derive(Debug, Clone)]
pub struct RowDecl {
    /// A row without content.
    pub blank: bool,
    /// In addresses of its figures; none: its label.
    pub key: Option<String>,
    /// What its first text column prints.
    pub label: Option<Template>,
    /// Records it sums, beside the column's.
    pub filter: Filter,
    /// Another dataset than the table's.
    pub from: Option<String>,
    /// Field of this dataset = field of the column's dataset, in pairs.
    pub join: Option<Vec<(String, String)>>,
    /// Rows it is the sum of.
    pub parts: Parts,
    /// The row this one is an 其中 of.
    pub of: Option<String>,
    /// Figure columns left blank.
    pub skip: Vec<String>,
    /// Cells in place of its leading ones.
    pub cells: Vec<CellDecl>,
    /// How far its label is moved in.
    pub indent: Indent,
    /// How it is set off; none: as what it is.
    pub style: Option<RowStyle>,
    /// How its figures look.
    pub numbers: LookPatch,
    /// It stands there only where this holds.
    pub when: Option<Expression>,
    /// What makes several of it.
    pub each: Option<Each>,
    /// Values that make them; none: all there are.
    pub values: Option<Values>,
    /// Levels of the classification that make them; empty: all.
    pub levels: Vec<String>,
    /// Values without money make one too.
    pub keep_all: Option<bool>,
    /// In which order they stand.
    pub order: Order,
    /// Fields that identify a record.
    pub id: Vec<String>,
    /// Entries under each row, and its filter.
    pub rows: Vec<RowDecl>,
    /// It prints a row of its own.
    pub row: bool,
    /// Where it is declared.
    pub place: Place,
}

/// Indent of a label in 字.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Indent {
    /// So many 字.
    Fixed(f64),
    /// 字 for each level below the first.
    Level(f64),
}

/// How a row is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowStyle {
    /// As a head.
    Header,
    /// As a total.
    Total,
    /// As the others.
    Plain,
}

/// The order of rows that `each` makes.
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
    /// A list by its name.
    List(String),
}

/// Given values of a field, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Written in place.
    Here(Vec<ListEntry>),
    /// A list by its name.
    List(String),
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq)]
pub enum ListEntry {
    /// A value of the field.
    Value(String, Place),
    /// One with a key and a filter of its own.
    Entry(Box<NamedEntry>),
}

/// A list's entry with a key, its own filter, dataset and amount field.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedEntry {
    /// In addresses.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// What its column is headed; none: its name.
    pub head: Option<Template>,
    /// Records it sums.
    pub filter: Filter,
    /// Another dataset than the table's.
    pub from: Option<String>,
    /// The amount field it sums.
    pub of: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

/// A cell that replaces one of a row's leading cells.
#[derive(Debug, Clone)]
pub struct CellDecl {
    /// What it holds.
    pub content: CellContent,
    /// Columns it covers.
    pub cols: usize,
    /// Rows it covers.
    pub rows: usize,
    /// One with the cell above if equal and all left of it is merged.
    pub merge: bool,
    /// How its text stands; none: as its column's.
    pub align: Option<Align>,
    /// It heads its row or rows.
    pub header: bool,
    /// Where it is declared.
    pub place: Place,
}

/// What a declared cell holds.
#[derive(Debug, Clone)]
pub enum CellContent {
    /// Words.
    Text(Template),
    /// A figure of its own.
    Figure {
        /// In its address, in place of a column's.
        key: String,
        /// Another dataset than the table's.
        from: Option<String>,
        /// Records it sums.
        filter: Filter,
        /// The amount field it sums.
        of: Option<String>,
        /// Field of this dataset = field of the row's dataset, in pairs.
        join: Option<Vec<(String, String)>>,
        /// How it looks.
        numbers: LookPatch,
    },
}
