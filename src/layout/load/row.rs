//! The rows of a table, and cells that rows write themselves.

use super::axis::Keep;
use super::limits::{SPAN, count};
use super::table::TableLoader;
use crate::data::filter::Filter;
use crate::diagnostic::Place;
use crate::document::Align;
use crate::layout::{CellContent, CellDecl, Indent, LookPatch, Order, Parts, RowDecl, RowStyle, Template};
use crate::toml_tree::{Node, Tree, read};
use indexmap::IndexMap;
use serde::Deserialize;

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawStyle {
    Header,
    Total,
    Plain,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    key: Option<String>,
    label: Option<Node>,
    #[serde(rename = "where")]
    filter: Option<Node>,
    from: Option<String>,
    join: Option<IndexMap<String, String>>,
    parts: Option<Node>,
    of: Option<String>,
    #[serde(default)]
    skip: Vec<String>,
    #[serde(default)]
    cells: Vec<Node>,
    indent: Option<Node>,
    style: Option<RawStyle>,
    numbers: Option<Node>,
    when: Option<Node>,
    each: Option<Node>,
    values: Option<Node>,
    #[serde(default)]
    levels: Vec<String>,
    keep: Option<Keep>,
    order: Option<RawOrder>,
    #[serde(default)]
    id: Vec<String>,
    #[serde(default)]
    rows: Vec<Node>,
    row: Option<bool>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawOrder {
    Natural,
    File,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCell {
    text: Option<Node>,
    key: Option<String>,
    value: Option<RawValue>,
    cols: Option<usize>,
    rows: Option<usize>,
    #[serde(default)]
    merge: bool,
    align: Option<Align>,
    #[serde(default)]
    header: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawValue {
    from: Option<String>,
    #[serde(rename = "where")]
    filter: Option<Node>,
    of: Option<String>,
    join: Option<IndexMap<String, String>>,
    numbers: Option<Node>,
}

impl TableLoader<'_> {
    pub(super) fn rows(&mut self, nodes: &[Node]) -> Vec<RowDecl> {
        nodes.iter().filter_map(|n| self.row(n)).collect()
    }

    pub(super) fn row(&mut self, node: &Node) -> Option<RowDecl> {
        if node.str() == Some("") {
            return Some(blank_row(node));
        }
        let raw: RawRow = read(node, self.diagnostics)?;
        if raw.each.is_none() && raw.key.is_none() && raw.row != Some(false) {
            self.error("E223", "没有 each 的行需要 key（地址的一部分）", node);
        }
        if let Some(key) = &raw.key {
            self.check_key(key, 16, node);
        }
        Some(RowDecl {
            blank: false,
            key: raw.key,
            label: raw.label.and_then(|n| self.template(&n)),
            filter: self.filter(raw.filter),
            from: raw.from,
            join: raw.join.map(|j| j.into_iter().collect()),
            parts: self.parts(raw.parts),
            of: raw.of,
            skip: raw.skip,
            cells: raw.cells.iter().filter_map(|n| self.cell(n)).collect(),
            indent: raw.indent.map_or(Indent::Fixed(0.0), |n| self.indent(&n)),
            style: raw.style.map(|s| match s {
                RawStyle::Header => RowStyle::Header,
                RawStyle::Total => RowStyle::Total,
                RawStyle::Plain => RowStyle::Plain,
            }),
            numbers: self.look(raw.numbers.as_ref()),
            when: self.expression(raw.when),
            each: raw.each.and_then(|n| self.each(&n)),
            values: raw.values.and_then(|n| self.values(&n)),
            levels: raw.levels,
            keep_all: raw.keep.map(|k| k == Keep::All),
            order: raw.order.map_or(Order::Natural, |o| match o {
                RawOrder::Natural => Order::Natural,
                RawOrder::File => Order::File,
            }),
            id: raw.id,
            rows: self.rows(&raw.rows),
            row: raw.row.unwrap_or(true),
            place: node.place.clone(),
        })
    }

    pub(super) fn indent(&mut self, node: &Node) -> Indent {
        match &node.value {
            Tree::Integer(n) => Indent::Fixed(*n as f64),
            Tree::Float(n) => Indent::Fixed(*n),
            Tree::String(level) if level == "level" => Indent::Level(1.0),
            _ => {
                self.error("E201", "indent 应为字数，或 \"level\"（每级缩进一字）", node);
                Indent::Fixed(0.0)
            }
        }
    }

    pub(super) fn cell(&mut self, node: &Node) -> Option<CellDecl> {
        let plain = |content, place: &Place| CellDecl {
            content,
            cols: 1,
            rows: 1,
            merge: false,
            align: None,
            header: false,
            place: place.clone(),
        };
        if node.str().is_some() {
            return Some(plain(CellContent::Text(self.template(node)?), &node.place));
        }
        let raw: RawCell = read(node, self.diagnostics)?;
        let content = match (raw.text, raw.key, raw.value) {
            (Some(text), None, None) => CellContent::Text(self.template(&text)?),
            (None, Some(key), value) => {
                self.check_key(&key, 12, node);
                let value = value.unwrap_or(RawValue { from: None, filter: None, of: None, join: None, numbers: None });
                CellContent::Figure {
                    key,
                    from: value.from,
                    filter: self.filter(value.filter),
                    of: value.of,
                    join: value.join.map(|j| j.into_iter().collect()),
                    numbers: self.look(value.numbers.as_ref()),
                }
            }
            (None, None, None) => CellContent::Text(Template::literal("", &node.place)),
            _ => {
                self.error("E227", "单元格只能有 text，或 key 和 value", node);
                return None;
            }
        };
        if raw.cols == Some(0) || raw.rows == Some(0) {
            self.error("E228", "cols 和 rows 至少为 1", node);
        }
        Some(CellDecl {
            content,
            cols: count(raw.cols.unwrap_or(1).max(1), &SPAN, "cols", node, self.diagnostics),
            rows: count(raw.rows.unwrap_or(1).max(1), &SPAN, "rows", node, self.diagnostics),
            merge: raw.merge,
            align: raw.align,
            header: raw.header,
            place: node.place.clone(),
        })
    }
}

fn blank_row(node: &Node) -> RowDecl {
    RowDecl {
        blank: true,
        key: None,
        label: None,
        filter: Filter::All(Vec::new()),
        from: None,
        join: None,
        parts: Parts::None,
        of: None,
        skip: Vec::new(),
        cells: Vec::new(),
        indent: Indent::Fixed(0.0),
        style: None,
        numbers: LookPatch::default(),
        when: None,
        each: None,
        values: None,
        levels: Vec::new(),
        keep_all: None,
        order: Order::Natural,
        id: Vec::new(),
        rows: Vec::new(),
        row: true,
        place: node.place.clone(),
    }
}
