//! The columns of a table.

use super::axis::Keep;
use super::limits::{COLUMN, within};
use super::table::TableLoader;
use crate::document::Align;
use crate::layout::ColumnDecl;
use crate::toml_tree::{Node, read};
use indexmap::IndexMap;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    head: Option<Node>,
    key: Option<String>,
    #[serde(rename = "where")]
    filter: Option<Node>,
    from: Option<String>,
    of: Option<String>,
    join: Option<IndexMap<String, String>>,
    parts: Option<Node>,
    calc: Option<Node>,
    each: Option<Node>,
    values: Option<Node>,
    #[serde(default)]
    levels: Vec<String>,
    keep: Option<Keep>,
    field: Option<String>,
    text: Option<Node>,
    numbers: Option<Node>,
    width: Option<f64>,
    align: Option<Align>,
    when: Option<Node>,
}

impl TableLoader<'_> {
    pub(super) fn columns(&mut self, nodes: &[Node]) -> Vec<ColumnDecl> {
        nodes.iter().filter_map(|n| self.column(n)).collect()
    }

    pub(super) fn column(&mut self, node: &Node) -> Option<ColumnDecl> {
        let raw: RawColumn = read(node, self.diagnostics)?;
        let figure = raw.filter.is_some() || raw.parts.is_some() || raw.calc.is_some() || raw.of.is_some();
        if figure && raw.key.is_none() {
            self.error("E223", "有数字的列需要 key（地址的一部分）", node);
        }
        if let Some(key) = &raw.key {
            self.check_key(key, 12, node);
        }
        within(node, "列", COLUMN, self.diagnostics);
        Some(ColumnDecl {
            head: self.head(raw.head.as_ref()),
            key: raw.key,
            filter: self.filter(raw.filter),
            from: raw.from,
            of: raw.of,
            join: raw.join.map(|j| j.into_iter().collect()),
            parts: self.parts(raw.parts),
            calc: self.expression(raw.calc),
            each: raw.each.and_then(|n| self.each(&n)),
            values: raw.values.and_then(|n| self.values(&n)),
            levels: raw.levels,
            keep_all: raw.keep.map(|k| k == Keep::All),
            field: raw.field,
            text: raw.text.and_then(|n| self.template(&n)),
            numbers: self.look(raw.numbers.as_ref()),
            width: raw.width,
            align: raw.align,
            when: self.expression(raw.when),
            place: node.place.clone(),
        })
    }
}
