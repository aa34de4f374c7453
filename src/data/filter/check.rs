//! What is wrong with a filter as declared.

use super::{Condition, DEEPEST, Filter};
use crate::data::classification::{nearest_codes, with_name};
use crate::data::schema::{FieldDecl, FileDecl, Kind, Schema};
use crate::diagnostic::{Diagnostic, Place, nearest};
use rust_decimal::Decimal;

/// What is wrong with a filter declared for records of `file`: names of views, fields and values, each with the
/// nearest that exists, at the filter's place.
pub fn check(filter: &Filter, file: &FileDecl, schema: &Schema) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    check_filter(filter, file, schema, None, &mut found);
    found
}

/// The view a filter is reached through, and where it is named.
type Via<'a> = Option<(&'a str, &'a Place, usize)>;

fn check_filter(filter: &Filter, file: &FileDecl, schema: &Schema, via: Via, found: &mut Vec<Diagnostic>) {
    match filter {
        Filter::Never => {}
        Filter::View { name, place } => match (schema.views.get(name), via) {
            (_, Some((.., depth))) if depth >= DEEPEST => {}
            (Some(view), None) => check_filter(view, file, schema, Some((name, place, 1)), found),
            (Some(view), Some((outer, at, depth))) => {
                check_filter(view, file, schema, Some((outer, at, depth + 1)), found);
            }
            (None, _) => {
                let diagnostic = Diagnostic::error("E270", format!("没有叫“{name}”的口径"));
                found.push(placed(with_nearest(diagnostic, name, schema.views.keys()), place, via));
            }
        },
        Filter::All(all) => all.iter().for_each(|f| check_filter(f, file, schema, via, found)),
        Filter::Field { path, condition, place } => {
            let mut wrong = Vec::new();
            check_field(path, condition, file, schema, &mut wrong);
            found.extend(wrong.into_iter().map(|diagnostic| placed(diagnostic, place, via)));
        }
    }
}

/// At the place where the user's text names the view, and where the view says it.
fn placed(diagnostic: Diagnostic, place: &Place, via: Via) -> Diagnostic {
    match via {
        None => diagnostic.at(place.clone()),
        Some((view, at, _)) => diagnostic.at(at.clone()).related(place.clone(), format!("口径“{view}”在这里用到")),
    }
}

fn check_field(path: &str, condition: &Condition, file: &FileDecl, schema: &Schema, found: &mut Vec<Diagnostic>) {
    let (id, beyond) = path.split_once('.').map_or((path, None), |(id, beyond)| (id, Some(beyond)));
    let Some(field) = file.field(id) else {
        let diagnostic = Diagnostic::error("E271", format!("{} 没有字段“{id}”", file.id));
        found.push(with_nearest(diagnostic, id, file.fields.iter().map(|f| &f.id)));
        return;
    };
    match (beyond, &field.kind) {
        (None, _) => check_condition(condition, field, schema, found),
        (Some(beyond), Kind::Ref { file: other, .. }) => match schema.files.get(other) {
            Some(other) => check_field(beyond, condition, other, schema, found),
            None => found.push(no_file(other, schema)),
        },
        (Some(_), _) => found.push(
            Diagnostic::error("E274", format!("“{path}”：字段“{id}”不指向别的文件，后面不能再接“.”"))
                .hint("只有 kind = \"ref\" 的字段可以这样写"),
        ),
    }
}

fn check_condition(condition: &Condition, field: &FieldDecl, schema: &Schema, found: &mut Vec<Diagnostic>) {
    match condition {
        Condition::Is(value) if value.is_empty() => {}
        Condition::Is(value) => found.extend(check_declared_value(value, field, schema)),
        Condition::Any(any) => any.iter().for_each(|c| check_condition(c, field, schema, found)),
        Condition::Not(not) => check_condition(not, field, schema, found),
        Condition::In { file, field } => match schema.files.get(file) {
            None => found.push(no_file(file, schema)),
            Some(file) if file.field(field).is_none() => {
                let diagnostic = Diagnostic::error("E271", format!("{} 没有字段“{field}”", file.id));
                found.push(with_nearest(diagnostic, field, file.fields.iter().map(|f| &f.id)));
            }
            Some(_) => {}
        },
    }
}

fn check_declared_value(value: &str, field: &FieldDecl, schema: &Schema) -> Option<Diagnostic> {
    match &field.kind {
        Kind::Choice { values, groups } => {
            let known = || values.iter().chain(groups.keys());
            let diagnostic = || Diagnostic::error("E272", format!("字段“{}”没有值或组“{value}”", field.id));
            (!known().any(|v| v == value)).then(|| with_nearest(diagnostic(), value, known()))
        }
        Kind::Code { class, .. } => {
            let class = schema.classes.get(class)?;
            if class.names.contains_key(value) {
                return None;
            }
            let diagnostic = Diagnostic::error("E273", format!("科目表 {} 没有编码“{value}”", class.id));
            match nearest_codes(value, class, None).first() {
                Some(near) => Some(diagnostic.hint(format!("是否应为 {}？", with_name(near, class)))),
                None => Some(diagnostic),
            }
        }
        Kind::Amount | Kind::Number if value.parse::<Decimal>().is_err() => {
            Some(Diagnostic::error("E272", format!("字段“{}”是数，“{value}”不是", field.id)))
        }
        _ => None,
    }
}

fn no_file(file: &str, schema: &Schema) -> Diagnostic {
    with_nearest(Diagnostic::error("E275", format!("schema.toml 没有声明文件“{file}”")), file, schema.files.keys())
}

fn with_nearest<'a>(diagnostic: Diagnostic, word: &str, known: impl Iterator<Item = &'a String>) -> Diagnostic {
    match nearest(word, known.map(String::as_str)) {
        Some(near) => diagnostic.hint(format!("是否应为“{near}”？")),
        None => diagnostic,
    }
}
