//! What a department's files call columns and values, where the set does not know it: `import.toml`, which holds for
//! everything read from its folder.

use super::schema::{FieldDecl, Kind, Schema};
use super::typed::words;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::folder::Folder;
use crate::toml_tree::{Entry, Node, parse};
use std::sync::Arc;

/// The file, in the data folder.
pub const OWN_WORDS: &str = "import.toml";

/// Lays a department's own words over a schema: `[columns]`, a heading = a column of the set; `[values."列"]`, a word = a
/// value of that column. E167: what is named there is not known.
pub(super) fn take_own_words(folder: &Folder, schema: &mut Schema, diagnostics: &mut Diagnostics) {
    let text = match folder.text_if_there(OWN_WORDS) {
        Ok(Some(text)) => text,
        Ok(None) => return,
        Err(found) => return diagnostics.push(found),
    };
    let file: Arc<str> = OWN_WORDS.into();
    let node = parse(&text, &file, diagnostics);
    for (key, entry) in node.table().into_iter().flatten() {
        match (key.as_str(), entry.node.table()) {
            ("columns", Some(columns)) => {
                for (heading, entry) in columns {
                    add_column(heading, entry, schema, diagnostics);
                }
            }
            ("values", Some(fields)) => {
                for (head, entry) in fields {
                    add_values(head, entry, schema, diagnostics);
                }
            }
            _ => diagnostics.push(
                Diagnostic::error("E167", format!("没有“{key}”这一节"))
                    .at(entry.key.clone())
                    .hint("写 [columns] 和 [values.\"资金来源\"] 两种"),
            ),
        }
    }
}

fn text<'a>(node: &'a Node, diagnostics: &mut Diagnostics) -> Option<&'a str> {
    let text = node.str();
    if text.is_none() {
        diagnostics.push(Diagnostic::error("E167", "应为文字，写在引号里").at(node.place.clone()));
    }
    text
}

fn fields(schema: &mut Schema) -> impl Iterator<Item = &mut FieldDecl> {
    schema.files.values_mut().flat_map(|file| &mut file.fields)
}

/// The fields of a heading, in every file.
fn named<'a>(
    schema: &'a mut Schema,
    head: &str,
    place: &Place,
    diagnostics: &mut Diagnostics,
) -> Vec<&'a mut FieldDecl> {
    let wanted = words(head);
    let is_it = |field: &FieldDecl| [&field.head].into_iter().chain(&field.also).any(|own| words(own) == wanted);
    if !fields(schema).any(|field| is_it(field)) {
        let known: Vec<String> = fields(schema).map(|field| field.head.clone()).collect();
        let found = Diagnostic::error("E167", format!("没有“{head}”这一列")).at(place.clone());
        let near = nearest(head, known.iter().map(String::as_str)).map(|near| format!("您是否指“{near}”？"));
        diagnostics.push(found.hint(near.unwrap_or_else(|| format!("可用的列：{}", distinct(&known).join("、")))));
    }
    fields(schema).filter(|field| is_it(field)).collect()
}

fn distinct(all: &[String]) -> Vec<&str> {
    let set: indexmap::IndexSet<&str> = all.iter().map(String::as_str).collect();
    set.into_iter().collect()
}

fn add_column(heading: &str, entry: &Entry, schema: &mut Schema, diagnostics: &mut Diagnostics) {
    let Some(head) = text(&entry.node, diagnostics) else { return };
    for field in named(schema, head, &entry.node.place, diagnostics) {
        field.also.push(heading.to_owned());
    }
}

fn add_values(head: &str, entry: &Entry, schema: &mut Schema, diagnostics: &mut Diagnostics) {
    let Some(values) = entry.node.table() else {
        diagnostics.push(Diagnostic::error("E167", "应为一节，如 [values.\"资金来源\"]").at(entry.key.clone()));
        return;
    };
    let mut fields = named(schema, head, &entry.key, diagnostics);
    for (word, entry) in values {
        let Some(value) = text(&entry.node, diagnostics) else { continue };
        let mut taken = false;
        let mut known: Vec<String> = Vec::new();
        for field in &mut fields {
            let Kind::Choice { values, .. } = &field.kind else { continue };
            known.extend(values.iter().cloned());
            if values.iter().any(|one| one == value) {
                field.words.insert(word.clone(), value.to_owned());
                taken = true;
            }
        }
        if !taken && !fields.is_empty() {
            let found = Diagnostic::error("E167", format!("“{head}”没有“{value}”这个值")).at(entry.node.place.clone());
            let all = distinct(&known).join("、");
            diagnostics.push(found.hint(if all.is_empty() {
                format!("“{head}”不是选填的")
            } else {
                format!("可用的值：{all}")
            }));
        }
    }
}
