//! Sizes as pages and type can have them. A set may come from others: numbers that no page can show, or that would make a
//! page of nothing, are told where they stand (E257).

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::style::Style;
use crate::toml_tree::{Node, Tree};
use std::ops::RangeInclusive;

/// Rows that a table may ask for beyond those of its data, and cells that one may span.
pub(super) const ROWS: RangeInclusive<usize> = 0..=1000;
pub(super) const SPAN: RangeInclusive<usize> = 1..=1000;

/// Keys of `style.toml` by their table, with what they may be: mm of pages, pt of type and rules, characters of indents.
const PAGE: &[(&str, RangeInclusive<f64>)] =
    &[("paper", 50.0..=2000.0), ("margin", 0.0..=1000.0), ("lines", 1.0..=200.0), ("chars", 1.0..=300.0)];
const TEXT: &[(&str, RangeInclusive<f64>)] = &[
    ("size", 2.0..=400.0),
    ("pitch", 2.0..=1000.0),
    ("indent", -100.0..=100.0),
    ("left", -100.0..=100.0),
    ("right", -100.0..=100.0),
    ("before", 0.0..=5000.0),
    ("after", 0.0..=5000.0),
    ("least", 2.0..=400.0),
    ("lines", 1.0..=1000.0),
];
const TABLE: &[(&str, RangeInclusive<f64>)] = &[
    ("least", 2.0..=400.0),
    ("most", 2.0..=400.0),
    ("rule", 0.0..=50.0),
    ("frame", 0.0..=50.0),
    ("padding", 0.0..=100.0),
    ("row", 0.0..=5000.0),
    ("tall", 0.0..=5000.0),
    ("after", 0.0..=5000.0),
    ("shade", 0.0..=1.0),
];
const NUMBER: &[(&str, RangeInclusive<f64>)] = &[("below", -500.0..=500.0), ("inset", -100.0..=100.0)];
/// Its weight beside the others of its table.
pub(super) const COLUMN: &[(&str, RangeInclusive<f64>)] = &[("width", 0.001..=10_000.0)];
const HEAD: &[(&str, RangeInclusive<f64>)] = &[("above", 0.0..=500.0)];

/// The least width and height of a type area, in pt: one character of the largest type that a body has.
const LEAST_AREA: f64 = 50.0;

/// Tells every number of `style.toml` that is none a page can have; false: the style must not be used.
pub(super) fn style(style: &Style, node: &Node, diagnostics: &mut Diagnostics) -> bool {
    let before = diagnostics.count(Severity::Error);
    for (table, limits) in [("page", PAGE), ("text", TEXT), ("table", TABLE)] {
        let entries = node.get(table).and_then(Node::table).into_iter().flatten();
        entries.for_each(|(name, entry)| within(&entry.node, &format!("{table}.{name}"), limits, diagnostics));
    }
    if let Some(head) = node.get("head") {
        within(head, "head", HEAD, diagnostics);
    }
    if let Some(number) = node.get("number") {
        within(number, "number", NUMBER, diagnostics);
    }
    for (name, page) in &style.page {
        let (_, _, width, height) = page.type_area();
        let upright = page.upright().type_area();
        if ![width, height, upright.2, upright.3].into_iter().all(|side| side >= LEAST_AREA) {
            let entry = node.get("page").and_then(|pages| pages.get(name));
            let place = entry.map_or_else(|| Place::file("style.toml"), |entry| entry.place.clone());
            let message = format!("页面“{name}”除去页边距，没有可排的地方");
            diagnostics.push(Diagnostic::error("E257", message).at(place).hint("检查 paper 和 margin，都以毫米计"));
        }
    }
    diagnostics.count(Severity::Error) == before
}

/// Tells numbers of a table's keys that lie without their limits, each at its place.
pub(super) fn within(table: &Node, shown: &str, limits: &[(&str, RangeInclusive<f64>)], diagnostics: &mut Diagnostics) {
    for (key, range) in limits {
        let Some(node) = table.get(key) else { continue };
        let numbers = node.array().unwrap_or(std::slice::from_ref(node));
        // Not a number is within no range.
        for (number, node) in numbers.iter().filter_map(|node| Some((number(node)?, node))) {
            if !range.contains(&number) {
                let message = format!("{shown} 的 {key} = {number} 不在 {} 到 {} 之间", range.start(), range.end());
                diagnostics
                    .push(Diagnostic::error("E257", message).at(node.place.clone()).hint("写一个页面能有的大小"));
            }
        }
    }
}

fn number(node: &Node) -> Option<f64> {
    match node.value {
        Tree::Integer(number) => Some(number as f64),
        Tree::Float(number) => Some(number),
        _ => None,
    }
}

/// A count within bounds; beyond, the nearest bound, told at its node.
pub(super) fn count(
    count: usize,
    range: &RangeInclusive<usize>,
    key: &str,
    node: &Node,
    diagnostics: &mut Diagnostics,
) -> usize {
    if range.contains(&count) {
        return count;
    }
    let place = node.get(key).map_or(&node.place, |node| &node.place);
    let message = format!("{key} = {count} 不在 {} 到 {} 之间", range.start(), range.end());
    diagnostics.push(Diagnostic::error("E257", message).at(place.clone()).hint("写一个页面放得下的数"));
    count.clamp(*range.start(), *range.end())
}
