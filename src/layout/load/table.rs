//! A table's TOML file: the table itself and its sides.

use super::filter::filter;
use super::limits::{ROWS, count};
use crate::data::filter::Filter;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::layout::{Empty, Side, TableLayout};
use crate::toml_tree::{Node, read};
use indexmap::IndexMap;
use minijinja::Environment;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    id: String,
    title: Option<Node>,
    #[serde(default)]
    above: Vec<Node>,
    numbering: Option<String>,
    from: Option<String>,
    #[serde(rename = "where")]
    filter: Option<Node>,
    measure: Option<String>,
    #[serde(default)]
    columns: Vec<Node>,
    #[serde(default)]
    rows: Vec<Node>,
    #[serde(default)]
    foot: Vec<Node>,
    #[serde(default)]
    side: Vec<Node>,
    #[serde(default)]
    min_rows: usize,
    numbers: Option<Node>,
    #[serde(default)]
    notes: Vec<Node>,
    empty: Option<Node>,
    page: Option<String>,
    style: Option<String>,
    level: Option<u8>,
    description: Option<Node>,
    #[serde(default)]
    list: IndexMap<String, Vec<Node>>,
    #[serde(default)]
    label: IndexMap<String, Node>,
    #[serde(default)]
    head: IndexMap<String, Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSide {
    #[serde(default)]
    columns: Vec<Node>,
    #[serde(default)]
    rows: Vec<Node>,
    #[serde(default)]
    foot: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEmpty {
    note: Option<Node>,
    first: Option<Node>,
    rows: Option<usize>,
}

/// Reads declarations; gathers every mistake.
pub struct TableLoader<'a> {
    pub env: &'a mut Environment<'static>,
    pub diagnostics: &'a mut Diagnostics,
}

impl TableLoader<'_> {
    pub fn table(&mut self, file: &str, node: &Node) -> Option<TableLayout> {
        let raw: RawTable = read(node, self.diagnostics)?;
        let two_sided = !raw.side.is_empty();
        let sides = if two_sided {
            if !raw.rows.is_empty() || !raw.foot.is_empty() {
                self.error("E220", "有 [[side]] 的表，rows 和 foot 应写在各侧之内", node);
            }
            raw.side.iter().filter_map(|side| self.side(side)).collect()
        } else {
            vec![Side { columns: Vec::new(), rows: self.rows(&raw.rows), foot: self.rows(&raw.foot) }]
        };
        if raw.id.chars().count() > 6 || !is_key(&raw.id) {
            self.error("E221", &format!("表的 id“{}”应为 1–6 个字符，不含空格和 / @ ~ % # . *", raw.id), node);
        }
        Some(TableLayout {
            file: file.to_string(),
            id: raw.id,
            title: raw.title.and_then(|n| self.template(&n)),
            above: self.templates(&raw.above),
            numbering: raw.numbering,
            from: raw.from.unwrap_or_else(|| "ledger".to_string()),
            filter: self.filter(raw.filter),
            measure: raw.measure,
            columns: self.columns(&raw.columns),
            sides,
            two_sided,
            min_rows: count(raw.min_rows, &ROWS, "min_rows", node, self.diagnostics),
            numbers: self.look(raw.numbers.as_ref()),
            notes: self.templates(&raw.notes),
            empty: raw.empty.and_then(|n| self.empty(&n)),
            page: raw.page,
            style: raw.style.unwrap_or_else(|| "table".to_string()),
            level: raw.level,
            description: raw.description.and_then(|n| self.template(&n)),
            lists: raw.list.into_iter().map(|(name, entries)| (name, self.list(&entries))).collect(),
            labels: raw.label.into_iter().filter_map(|(key, n)| Some((key, self.template(&n)?))).collect(),
            heads: raw.head.into_iter().map(|(key, n)| (key, self.head(Some(&n)))).collect(),
            place: node.place.clone(),
        })
    }

    pub(super) fn error(&mut self, code: &'static str, message: &str, node: &Node) {
        self.diagnostics.push(Diagnostic::error(code, message).at(node.place.clone()));
    }

    pub(super) fn filter(&mut self, node: Option<Node>) -> Filter {
        node.map_or(Filter::All(Vec::new()), |n| filter(&n, self.diagnostics))
    }

    fn side(&mut self, node: &Node) -> Option<Side> {
        let raw: RawSide = read(node, self.diagnostics)?;
        Some(Side { columns: self.columns(&raw.columns), rows: self.rows(&raw.rows), foot: self.rows(&raw.foot) })
    }

    fn empty(&mut self, node: &Node) -> Option<Empty> {
        let raw: RawEmpty = read(node, self.diagnostics)?;
        Some(Empty {
            note: raw.note.and_then(|n| self.template(&n)),
            first: raw.first.and_then(|n| self.template(&n)),
            rows: count(raw.rows.unwrap_or(1), &ROWS, "rows", node, self.diagnostics),
        })
    }

    pub(super) fn check_key(&mut self, key: &str, limit: usize, node: &Node) {
        if !is_key(key) {
            self.error("E224", &format!("键“{key}”不能为空，也不能含空格和 / @ ~ % # . *"), node);
        } else if key.chars().count() > limit {
            self.error("E225", &format!("键“{key}”太长，最多 {limit} 个字符"), node);
        }
    }
}

/// A key as it may stand in an address.
pub fn is_key(key: &str) -> bool {
    !key.is_empty() && !key.chars().any(|c| c.is_whitespace() || "/@~%#.*".contains(c))
}
