//! Texts, conditions and looks of numbers wherever a declaration has them.

use super::table::TableLoader;
use crate::layout::template::{compile, expression};
use crate::layout::{Expression, LookPatch, Template};
use crate::money::Unit;
use crate::toml_tree::{Node, Tree, read};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLook {
    unit: Option<Unit>,
    decimals: Option<u32>,
    commas: Option<bool>,
    zero: Option<Node>,
    trim: Option<bool>,
}

impl TableLoader<'_> {
    /// A text as a template.
    pub fn template(&mut self, node: &Node) -> Option<Template> {
        match node.str() {
            Some(text) => Some(compile(self.env, text, &node.place, self.diagnostics)),
            None => {
                self.error("E201", "值的类型不对：应为文字（加引号）", node);
                None
            }
        }
    }

    pub(super) fn templates(&mut self, nodes: &[Node]) -> Vec<Template> {
        nodes.iter().filter_map(|n| self.template(n)).collect()
    }

    pub fn expression(&mut self, node: Option<Node>) -> Option<Expression> {
        let node = node?;
        match &node.value {
            Tree::String(text) => Some(expression(self.env, text, &node.place, self.diagnostics)),
            Tree::Boolean(value) => Some(Expression { source: value.to_string(), place: node.place.clone() }),
            _ => {
                self.error("E201", "条件应为加引号的表达式，如 when = \"not empty\"", &node);
                None
            }
        }
    }

    /// `numbers = { unit = "元", zero = false, … }`
    pub fn look(&mut self, node: Option<&Node>) -> LookPatch {
        let Some(raw) = node.and_then(|n| read::<RawLook>(n, self.diagnostics)) else { return LookPatch::default() };
        let zero = raw.zero.map(|zero| match &zero.value {
            Tree::String(text) => Some(text.clone()),
            Tree::Boolean(false) => None,
            _ => {
                self.error("E201", "zero 应为文字（零的写法），或 false（与其他数字一样）", &zero);
                None
            }
        });
        LookPatch { unit: raw.unit, decimals: raw.decimals, commas: raw.commas, zero, trim: raw.trim }
    }

    pub(super) fn head(&mut self, node: Option<&Node>) -> Vec<Template> {
        match node {
            None => Vec::new(),
            Some(node) => match &node.value {
                Tree::Array(items) => self.templates(items),
                _ => self.template(node).into_iter().collect(),
            },
        }
    }
}
