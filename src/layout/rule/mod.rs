//! `checks.toml`: rules over figures. A rule is quantified over tables, rows and columns, and demands a relation between
//! figures, an order of rows, or the same rows in two tables.

mod names;
mod read;
mod relation;

pub use names::check;
pub use read::rules;
pub(crate) use read::{RawSeverity, placed_texts};
pub use relation::{CellPattern, Compare, Expr, Relation, parse_relation};

use crate::data::filter::Filter;
use crate::diagnostic::{Place, Severity};
use serde::Deserialize;

/// A rule of a set over its figures.
#[derive(Debug, Clone)]
pub struct FigureRule {
    /// `C0xx` inside a table, `X0xx` across tables.
    pub code: String,
    /// What it demands, in words.
    pub says: String,
    /// None: switched off by an overlay.
    pub severity: Option<Severity>,
    /// Why it is so, for the reader of a finding.
    pub why: Option<String>,
    /// Statute and article.
    pub source: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// What it is asked of, in turn.
    pub each: Each,
    /// It is asked only where these certainly hold.
    pub when: Vec<Relation>,
    /// What must hold.
    pub demand: Demand,
    /// Where it is declared.
    pub place: Place,
}

/// What a rule is asked of, in turn: `{table}`, then `{row}`, then `{column}`. Empty: not quantified.
#[derive(Debug, Clone, Default)]
pub struct Each {
    /// Ids of tables.
    pub tables: Vec<String>,
    /// Rows of `{table}`, or of a named one: `[类]`, `t3/[类]`, `301*`, keys.
    pub rows: Vec<String>,
    /// `*`: every column of money.
    pub columns: Vec<String>,
}

/// What a rule asks for.
#[derive(Debug, Clone)]
pub enum Demand {
    /// Of amounts.
    Relation(Relation),
    /// Of the rows of codes of each table.
    Rows(RowsDemand),
    /// Two tables have rows of the same names.
    Same(String, String),
    /// Of single records, whatever table shows them.
    Records(RecordsDemand),
    /// Each record of these files stands there once.
    Once(Vec<String>),
}

/// Records of some files for which one filter holds are such that another does.
#[derive(Debug, Clone)]
pub struct RecordsDemand {
    /// Ids of record files.
    pub files: Vec<String>,
    /// Which records it is asked of.
    pub of: Filter,
    /// What they must be.
    pub are: Filter,
}

/// What the rows of a table of codes must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowsDemand {
    /// In the order of their codes.
    Ordered,
    /// No code twice.
    Unique,
    /// Each by the name its classification has for its code.
    Named,
    /// Each with a row for every code above its own.
    Whole,
    /// Each with rows below it, down to the last level of its classification.
    Deep,
}

impl FigureRule {
    /// Those of `when`, and the one it demands.
    fn relations(&self) -> impl Iterator<Item = &Relation> {
        let demanded = if let Demand::Relation(relation) = &self.demand { Some(relation) } else { None };
        self.when.iter().chain(demanded)
    }

    /// The ids of the tables it reads.
    pub fn tables(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.each.tables.iter().map(String::as_str).collect();
        ids.extend(self.each.rows.iter().filter_map(|row| Some(row.split_once('/')?.0)));
        for relation in self.relations() {
            for cell in relation.left.cells().into_iter().chain(relation.right.cells()) {
                ids.push(&cell.table);
            }
        }
        if let Demand::Same(one, other) = &self.demand {
            ids.extend([one.as_str(), other.as_str()]);
        }
        ids.retain(|id| !id.contains('{'));
        ids.sort();
        ids.dedup();
        ids
    }
}

/// The reason, the hint and the source of a rule behind one of its findings; none: it gives none.
pub(crate) fn in_words(why: Option<&str>, hint: Option<&str>, source: Option<&str>) -> Option<String> {
    let mut words = String::new();
    for part in [why, hint].into_iter().flatten() {
        words.push_str(part);
        if !part.ends_with(['。', '；', '？']) {
            words.push('。');
        }
    }
    if let Some(source) = source {
        words += "依据：";
        words += source;
    }
    let words = words.trim_end_matches('。');
    (!words.is_empty()).then(|| words.to_string())
}
