//! What data a layout set takes: record files, their fields, classifications, views and lists (`schema.toml`).

use super::filter::Filter;
use crate::diagnostic::Place;
use indexmap::IndexMap;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// `[class.ID]`: classifications of codes.
    pub classes: IndexMap<String, Class>,
    /// `[file.ID]`: record files.
    pub files: IndexMap<String, FileDecl>,
    /// `[view]`: named filters (口径), each defined once.
    pub views: IndexMap<String, Filter>,
}

/// A classification: codes of declared lengths, each with a name, in levels from the widest.
#[derive(Debug, Clone, Default)]
pub struct Class {
    pub id: String,
    /// Name of its list: `function.csv`. A list of this name in the data folder's `classification/` is laid over it.
    pub file: String,
    /// `["类", "款", "项"]`
    pub levels: Vec<String>,
    /// Digits of a code at each level: `[3, 5, 7]`.
    pub lengths: Vec<usize>,
    /// Code → name. Names a department adds (科目名称 column, its own list) are put in while reading.
    pub names: BTreeMap<String, String>,
}

impl Class {
    /// Level index of a code, by its length; none if it is not all digits.
    pub fn level(&self, code: &str) -> Option<usize> {
        let is_code = code.bytes().all(|b| b.is_ascii_digit());
        self.lengths.iter().position(|&n| is_code && n == code.len())
    }

    /// The code and its ancestors, widest first: 2010350 → 201, 20103, 2010350.
    pub fn path<'a>(&self, code: &'a str) -> Vec<&'a str> {
        self.lengths.iter().filter(|&&n| n <= code.len()).filter_map(|&n| code.get(..n)).collect()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_as_long_as_a_code_is_none() {
        let class = Class { lengths: vec![3, 5, 7], ..Class::default() };
        assert_eq!((class.level("栏次-"), class.level("2010350"), class.level("20l")), (None, Some(2), None));
        assert_eq!(class.path("栏次-"), ["栏", "栏次-"]);
        assert_eq!(class.path("2010350"), ["201", "20103", "2010350"]);
    }
}
