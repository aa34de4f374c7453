//! Filters as they are written in TOML.

use crate::data::filter::{Condition, Filter};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::toml_tree::{Node, Tree};

/// A view's name, `{ field = condition }`, a list of filters that must all hold, or true/false.
pub fn filter(node: &Node, diagnostics: &mut Diagnostics) -> Filter {
    match &node.value {
        Tree::String(name) => Filter::View { name: name.clone(), place: node.place.clone() },
        Tree::Boolean(true) => Filter::All(Vec::new()),
        Tree::Boolean(false) => Filter::Never,
        Tree::Array(items) => Filter::All(items.iter().map(|item| filter(item, diagnostics)).collect()),
        Tree::Table(fields) => {
            let one = |(path, entry): (&String, &crate::toml_tree::Entry)| Filter::Field {
                path: path.clone(),
                condition: condition(&entry.node, diagnostics),
                place: entry.key.clone(),
            };
            let mut all: Vec<Filter> = fields.iter().map(one).collect();
            if all.len() == 1 { all.remove(0) } else { Filter::All(all) }
        }
        Tree::Integer(_) | Tree::Float(_) => {
            diagnostics.push(wrong(node, "条件应为口径名、{ 字段 = 值 }、它们的数组，或 false"));
            Filter::All(Vec::new())
        }
    }
}

/// A value, a list of which any, `{ not = … }` or `{ in = "file.field" }`.
fn condition(node: &Node, diagnostics: &mut Diagnostics) -> Condition {
    match &node.value {
        Tree::String(value) => Condition::Is(value.clone()),
        Tree::Integer(value) => Condition::Is(value.to_string()),
        Tree::Array(items) => Condition::Any(items.iter().map(|item| condition(item, diagnostics)).collect()),
        Tree::Table(table) if table.len() == 1 => {
            match table.get_index(0).map(|(key, entry)| (key.as_str(), &entry.node)) {
                Some(("not", inner)) => Condition::Not(Box::new(condition(inner, diagnostics))),
                Some(("in", inner)) => match inner.str().and_then(|path| path.split_once('.')) {
                    Some((file, field)) => Condition::In { file: file.to_string(), field: field.to_string() },
                    None => {
                        diagnostics.push(wrong(inner, "in 应写作 \"文件.字段\"，如 { in = \"targets.project\" }"));
                        Condition::Any(Vec::new())
                    }
                },
                _ => {
                    diagnostics.push(wrong(node, "只能用 { not = … } 或 { in = \"文件.字段\" }"));
                    Condition::Any(Vec::new())
                }
            }
        }
        _ => {
            diagnostics.push(wrong(node, "条件的值应为文字、数组、{ not = … } 或 { in = … }"));
            Condition::Any(Vec::new())
        }
    }
}

fn wrong(node: &Node, hint: &str) -> Diagnostic {
    Diagnostic::error("E212", "条件写法不对").at(node.place.clone()).hint(hint)
}
