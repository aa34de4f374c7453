//! What data a layout set takes: record files, their fields, classifications, views and lists (`schema.toml`).

use super::classification::Class;
use crate::diagnostic::Place;
use indexmap::IndexMap;

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
    Never,
    View {
        name: String,
        place: Place,
    },
    /// All must hold.
    All(Vec<Filter>),
    Field {
        path: String,
        condition: Condition,
        place: Place,
    },
}

/// What a field must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The value; a code matches itself and all below, a choice also takes a group's name, "" is blank.
    Is(String),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// A value of another file's field: `{ in = "targets.project" }`.
    In {
        file: String,
        field: String,
    },
}

/// `[file.ID]`
#[derive(Debug, Clone)]
pub struct FileDecl {
    pub id: String,
    /// What users call it: 预算明细.
    pub title: String,
    /// Relative to the data folder: `ledger.csv`.
    pub path: String,
    pub required: bool,
    /// `reasons` marks the file that `reason` reads.
    pub role: Option<String>,
    pub fields: Vec<FieldDecl>,
    /// Fields whose blank means "not known" rather than "none".
    pub unknown: Vec<String>,
    /// Sets of fields no two records may share the values of.
    pub unique: Vec<Vec<String>>,
    pub place: Place,
}

/// One field of a record file.
#[derive(Debug, Clone)]
pub struct FieldDecl {
    pub id: String,
    /// The heading users know, without unit: 金额. A heading 金额（万元） says its unit.
    pub head: String,
    /// Other headings it is found under.
    pub also: Vec<String>,
    pub kind: Kind,
    pub required: bool,
    /// Required of records this holds for.
    pub required_when: Option<Filter>,
    pub default: Option<FieldDefault>,
    pub place: Place,
}

/// What fills a blank field.
#[derive(Debug, Clone)]
pub enum FieldDefault {
    Value(String),
    /// The other file's only record (for refs): with several, the field is required.
    Only,
    /// By the value of another field; a code's longest prefix in the map counts.
    By {
        field: String,
        map: IndexMap<String, String>,
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
        class: String,
        level: Option<usize>,
    },
    /// One of `values`; `groups` name several.
    Choice {
        values: Vec<String>,
        groups: IndexMap<String, Vec<String>>,
    },
    Text,
    /// ISO `2023-02-10` inside; read as 2023-02-10, 2023/2/10, 2023年2月10日, 20230210.
    Date,
    /// A value of another file's field.
    Ref {
        file: String,
        field: String,
    },
}

impl FileDecl {
    pub fn field(&self, id: &str) -> Option<&FieldDecl> {
        self.fields.iter().find(|f| f.id == id)
    }
}
