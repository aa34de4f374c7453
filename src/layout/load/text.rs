//! Texts, conditions and looks of numbers wherever a declaration has them.

use super::table::TableLoader;
use crate::layout::template::{compile, expression};
use crate::layout::{Expression, LookPatch, Template};
use crate::money::{MOST_DECIMALS, Unit};
use crate::toml_tree::{Node, Tree, read};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLook {
    unit: Option<Unit>,
    decimals: Option<Node>,
    commas: Option<bool>,
    zero: Option<Node>,
    trim: Option<bool>,
    from: Option<RawFrom>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum RawFrom {
    Exact,
    Printed,
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
        LookPatch {
            unit: raw.unit,
            decimals: raw.decimals.and_then(|n| self.decimals(&n)),
            commas: raw.commas,
            zero,
            trim: raw.trim,
            printed: raw.from.map(|from| from == RawFrom::Printed),
        }
    }

    /// `decimals = 2`, or `[0, 2]`: at least none, at most two.
    fn decimals(&mut self, node: &Node) -> Option<(Option<u32>, u32)> {
        let most = |n: i64| u32::try_from(n).ok().filter(|n| *n <= MOST_DECIMALS);
        let number = |node: &Node| match node.value {
            Tree::Integer(n) => most(n),
            _ => None,
        };
        let decimals = match &node.value {
            Tree::Array(ends) => match ends[..] {
                [ref least, ref most] => {
                    number(least).zip(number(most)).filter(|(l, m)| l <= m).map(|(l, m)| (Some(l), m))
                }
                _ => None,
            },
            _ => number(node).map(|n| (None, n)),
        };
        if decimals.is_none() {
            let message = format!("decimals 应为小数位数（0 到 {MOST_DECIMALS}），或 [至少, 至多]，如 [0, 2]");
            self.error("E201", &message, node);
        }
        decimals
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
