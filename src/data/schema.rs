//! What data a layout set takes: record files, their fields, classifications, views and lists (`schema.toml`).

use super::classification::Class;
use crate::diagnostic::Place;
use indexmap::IndexMap;

/// What records a set reads (`schema.toml`): classifications, record files, views.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// `[class.ID]`: classifications of codes.
    pub classes: IndexMap<String, Class>,
    /// `[file.ID]`: record files.
    pub files: IndexMap<String, FileDecl>,
    /// `[view]`: named filters (口径), each defined once.
    pub views: IndexMap<String, Filter>,
}

/// A condition on records, as declared: a view's name, `{ field = condition }`, a list, or false.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Filter {
    /// Of no record.
    Never,
    /// What a view of the schema says.
    View {
        /// Id in `[view]`.
        name: String,
        /// Where it is named, for messages.
        place: Place,
    },
    /// All must hold.
    All(Vec<Filter>),
    /// Of records whose field meets a condition.
    Field {
        /// Id of the field, or `file.field` through a reference.
        path: String,
        /// What the field must be.
        condition: Condition,
        /// Where it is asked, for messages.
        place: Place,
    },
}

/// What a field must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The value; a code matches itself and all below, a choice also takes a group's name, "" is blank.
    Is(String),
    /// One of these.
    Any(Vec<Condition>),
    /// Anything else.
    Not(Box<Condition>),
    /// A value of another file's field: `{ in = "targets.project" }`.
    In {
        /// Id of the other file.
        file: String,
        /// Id of its field.
        field: String,
    },
}

/// `[file.ID]`
#[derive(Debug, Clone)]
pub struct FileDecl {
    /// What layouts call it: `ledger`.
    pub id: String,
    /// What users call it: 预算明细.
    pub title: String,
    /// Relative to the data folder: `ledger.csv`.
    pub path: String,
    /// Whether a folder without it is refused.
    pub required: bool,
    /// Id of the file whose fields it takes: last year's of this year's.
    pub like: Option<String>,
    /// `reasons` marks the file that `reason` reads.
    pub role: Option<String>,
    /// Its fields, in the order of the declaration.
    pub fields: Vec<FieldDecl>,
    /// Fields whose blank means "not known" rather than "none".
    pub unknown: Vec<String>,
    /// Sets of fields no two records may share the values of.
    pub unique: Vec<Vec<String>>,
    /// Where it is declared.
    pub place: Place,
}

/// One field of a record file.
#[derive(Debug, Clone)]
pub struct FieldDecl {
    /// What layouts call it: `amount`.
    pub id: String,
    /// The heading users know, without unit: 金额. A heading 金额（万元） says its unit.
    pub head: String,
    /// Other headings it is found under.
    pub also: Vec<String>,
    /// Of a choice: other words for its values, each with the value.
    pub words: IndexMap<String, String>,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may not be blank.
    pub required: bool,
    /// Whether a blank is worth a warning.
    pub expected: bool,
    /// Of an amount: those of several records are something together; a price is not.
    pub adds: bool,
    /// Required of records this holds for.
    pub required_when: Option<Filter>,
    /// What fills it where it is blank.
    pub default: Option<FieldDefault>,
    /// Where it is declared.
    pub place: Place,
}

/// What fills a blank field.
#[derive(Debug, Clone)]
pub enum FieldDefault {
    /// This text.
    Value(String),
    /// The other file's only record (for refs): with several, the field is required.
    Only,
    /// By the value of another field; a code's longest prefix in the map counts, else the code's own name where `named`.
    By {
        /// Id of the other field.
        field: String,
        /// Its value, or the beginning of its code → what fills this one.
        map: IndexMap<String, String>,
        /// A code that the map has nothing for fills it with its name.
        named: bool,
    },
}

/// Kinds of fields.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Money; its heading says the unit, 元 or 万元; at most 分.
    Amount,
    /// A plain number: counts, areas, people.
    Number,
    /// A code of `class`, of the given level (index into its levels) when one is declared.
    Code {
        /// Id of the classification.
        class: String,
        /// Index into its levels; none: any level.
        level: Option<usize>,
    },
    /// One of `values`; `groups` name several.
    Choice {
        /// In the order of the declaration, which is that of rows made from them.
        values: Vec<String>,
        /// Name of a group → its values.
        groups: IndexMap<String, Vec<String>>,
    },
    /// Any text.
    Text,
    /// ISO `2023-02-10` inside; read as 2023-02-10, 2023/2/10, 2023年2月10日, 20230210.
    Date,
    /// A value of another file's field.
    Ref {
        /// Id of the other file.
        file: String,
        /// Id of its field.
        field: String,
    },
}

impl FileDecl {
    /// The role of the file that takes what a correction changed: the program writes it, nobody gives it.
    pub const CORRECTIONS: &str = "corrections";

    /// Whether a department gives it.
    pub fn is_given(&self) -> bool {
        self.role.as_deref() != Some(FileDecl::CORRECTIONS)
    }

    /// The field of an id; none if there is none.
    pub fn field(&self, id: &str) -> Option<&FieldDecl> {
        self.fields.iter().find(|f| f.id == id)
    }
}
