//! What turns a row or a column into many, and what totals are made of.

use super::table::TableLoader;
use crate::layout::{Each, ListEntry, NamedEntry, Parts, Values};
use crate::toml_tree::{Node, Tree, read};
use serde::Deserialize;

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    Nonzero,
    All,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawListEntry {
    key: String,
    name: Option<String>,
    head: Option<Node>,
    #[serde(rename = "where")]
    filter: Option<Node>,
    from: Option<String>,
    of: Option<String>,
}

impl TableLoader<'_> {
    pub(super) fn parts(&mut self, node: Option<Node>) -> Parts {
        let Some(node) = node else { return Parts::None };
        match &node.value {
            Tree::String(star) if star == "*" => Parts::Rest,
            Tree::Array(items) if items.iter().all(|i| i.str().is_some()) => {
                Parts::Named(items.iter().filter_map(Node::str).map(str::to_string).collect())
            }
            _ => {
                self.error("E222", "parts 应为 \"*\"（其余各项），或键的数组 [\"购置\", \"运行\"]", &node);
                Parts::None
            }
        }
    }

    pub(super) fn each(&mut self, node: &Node) -> Option<Each> {
        match &node.value {
            Tree::String(record) if record == "record" => Some(Each::Record),
            Tree::String(name) => Some(Each::Field(name.clone())), // or a list; `resolve` knows both
            Tree::Array(items) if !items.is_empty() && items.iter().all(|i| i.str().is_some()) => {
                Some(Each::Fields(items.iter().filter_map(Node::str).map(str::to_string).collect()))
            }
            Tree::Array(items) => Some(Each::Entries(self.list(items))),
            _ => {
                self.error("E226", "each 应为字段名、字段名数组、\"record\"、清单名，或清单", node);
                None
            }
        }
    }

    pub(super) fn values(&mut self, node: &Node) -> Option<Values> {
        match &node.value {
            Tree::String(list) => Some(Values::List(list.clone())),
            Tree::Array(items) => Some(Values::Here(self.list(items))),
            _ => {
                self.error("E226", "values 应为清单名，或值的数组", node);
                None
            }
        }
    }

    /// A list of values and entries.
    pub fn list(&mut self, nodes: &[Node]) -> Vec<ListEntry> {
        nodes.iter().filter_map(|n| self.list_entry(n)).collect()
    }

    pub(super) fn list_entry(&mut self, node: &Node) -> Option<ListEntry> {
        if let Some(value) = node.str() {
            return Some(ListEntry::Value(value.to_string(), node.place.clone()));
        }
        let raw: RawListEntry = read(node, self.diagnostics)?;
        self.check_key(&raw.key, 16, node);
        Some(ListEntry::Entry(Box::new(NamedEntry {
            name: raw.name.unwrap_or_else(|| raw.key.clone()),
            key: raw.key,
            head: raw.head.and_then(|n| self.template(&n)),
            filter: self.filter(raw.filter),
            from: raw.from,
            of: raw.of,
            place: node.place.clone(),
        })))
    }
}
