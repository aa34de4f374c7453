//! What a filter looks at, and how messages say it.

use super::{Condition, DEEPEST, Filter};
use crate::data::schema::{FieldDecl, FileDecl, Kind, Schema};
use crate::data::{Dataset, Record, Value};

/// A filter in a few words, for messages: 基本支出, 财政拨款或事业收入.
pub(crate) fn in_words(filter: &Filter, file: &FileDecl) -> String {
    match filter {
        Filter::Never => "（无）".to_owned(),
        Filter::View { name, .. } => name.clone(),
        Filter::All(all) => all.iter().map(|f| in_words(f, file)).collect::<Vec<_>>().join("、"),
        Filter::Field { path, condition, .. } => {
            let field = path.split('.').next().and_then(|id| file.field(id));
            condition_in_words(condition, field)
        }
    }
}

fn condition_in_words(condition: &Condition, field: Option<&FieldDecl>) -> String {
    let head = field.map_or("", |f| f.head.as_str());
    let is_choice = field.is_some_and(|f| matches!(f.kind, Kind::Choice { .. }));
    match condition {
        Condition::Is(value) if value.is_empty() => format!("没有{head}"),
        Condition::Is(value) if is_choice => value.clone(),
        Condition::Is(value) => format!("{head} {value} "),
        Condition::Any(any) => any.iter().map(|c| condition_in_words(c, field)).collect::<Vec<_>>().join("或"),
        Condition::Not(not) if **not == Condition::Is(String::new()) => format!("填了{head}"),
        Condition::Not(not) => format!("不是{}", condition_in_words(not, field)),
        Condition::In { file, .. } => format!("{head}在 {file} 中"),
    }
}

/// The fields of its own file that a filter looks at, those of its views too.
pub(in crate::data) fn fields_used<'a>(filter: &'a Filter, schema: &'a Schema) -> Vec<&'a str> {
    fn collect<'a>(filter: &'a Filter, schema: &'a Schema, depth: usize, fields: &mut Vec<&'a str>) {
        match filter {
            Filter::View { name, .. } if depth < DEEPEST => {
                schema.views.get(name).into_iter().for_each(|view| collect(view, schema, depth + 1, fields));
            }
            Filter::All(all) if depth < DEEPEST => {
                all.iter().for_each(|filter| collect(filter, schema, depth + 1, fields));
            }
            Filter::Field { path, .. } => fields.push(path.split('.').next().unwrap_or(path)),
            _ => {}
        }
    }
    let mut fields = Vec::new();
    collect(filter, schema, 0, &mut fields);
    fields
}

/// The heads of the columns that a record leaves blank, not known, and that filters must know of it; each once.
pub fn lacking<'a, 'f>(
    filters: impl IntoIterator<Item = &'f Filter>,
    dataset: &'a Dataset,
    record: &Record,
    schema: &'f Schema,
) -> Vec<&'a str> {
    let mut heads: Vec<&str> = Vec::new();
    for id in filters.into_iter().flat_map(|filter| fields_used(filter, schema)) {
        let Some(field) = dataset.field(id).filter(|_| dataset.unknown.iter().any(|u| u == id)) else { continue };
        let head = dataset.fields[field].head.as_str();
        if record.values[field] == Value::Blank && !heads.contains(&head) {
            heads.push(head);
        }
    }
    heads
}
