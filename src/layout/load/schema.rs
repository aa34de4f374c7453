//! `schema.toml`: the data a set takes.

use super::filter::filter;
use crate::data::Class;
use crate::data::filter::Filter;
use crate::data::schema::{FieldDecl, FieldDefault, FileDecl, Kind, Schema};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::toml_tree::{Node, overlay, read, suggestion};
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClass {
    file: String,
    levels: Vec<String>,
    lengths: Vec<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    title: Option<String>,
    path: Option<String>,
    #[serde(default)]
    required: bool,
    role: Option<String>,
    like: Option<String>,
    required_fields: Option<Vec<String>>,
    #[serde(default)]
    unknown: Vec<String>,
    #[serde(default)]
    unique: Vec<Vec<String>>,
    #[serde(default)]
    field: IndexMap<String, Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    head: Option<String>,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    words: IndexMap<String, Vec<String>>,
    kind: String,
    class: Option<String>,
    level: Option<String>,
    values: Option<Vec<String>>,
    #[serde(default)]
    groups: IndexMap<String, Vec<String>>,
    to: Option<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    expected: bool,
    adds: Option<bool>,
    required_when: Option<Node>,
    default: Option<String>,
    default_by: Option<RawDefaultBy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDefaultBy {
    field: String,
    #[serde(default)]
    map: IndexMap<String, String>,
    #[serde(default)]
    named: bool,
}

/// Keys of `[report.KEY]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReportField {
    #[serde(default)]
    required: bool,
    default: Option<String>,
    kind: Option<String>,
    head: Option<String>,
}

/// Everything `schema.toml` declares; class names, those of `year`, come from their files, read by `class_text`.
pub fn schema(
    node: &Node,
    year: Option<u16>,
    mut class_text: impl FnMut(&str, &mut Diagnostics) -> Option<(std::sync::Arc<str>, String)>,
    diagnostics: &mut Diagnostics,
) -> Schema {
    let mut schema = Schema::default();
    let sections = ["class", "report", "file", "view", "list"];
    for (key, entry) in node.table().into_iter().flatten().filter(|(key, _)| !sections.contains(&key.as_str())) {
        let found = Diagnostic::error("E201", format!("没有“{key}”这个键"));
        diagnostics.push(found.at(entry.key.clone()).hint(suggestion(key, &sections)));
    }
    for (id, entry) in tables(node, "class") {
        let Some(raw) = read::<RawClass>(&entry.node, diagnostics) else { continue };
        schema.classes.insert(id.clone(), class(id, raw, year, &entry.key, &mut class_text, diagnostics));
    }
    let files = node.get("file");
    for (id, entry) in tables(node, "file") {
        if let Some(file) = file(id, &entry.node, &entry.key, files, &schema, diagnostics) {
            schema.files.insert(id.clone(), file);
        }
    }
    for (name, entry) in tables(node, "view") {
        schema.views.insert(name.clone(), filter(&entry.node, diagnostics));
    }
    bound_views(&mut schema.views, node, diagnostics);
    check_references(&schema, diagnostics);
    schema
}

/// Conditions of a view, those of the views that it names among them.
const MOST_CONDITIONS: usize = 2_000;
/// Views within views that are looked into.
const DEEPEST: usize = 32;

/// A view that names others, and they others, three times each, is soon a condition without end: told, and met by nothing.
fn bound_views(views: &mut IndexMap<String, Filter>, node: &Node, diagnostics: &mut Diagnostics) {
    let mut known = BTreeMap::new();
    let endless: Vec<String> = views
        .iter()
        .filter(|(_, view)| size(view, views, 0, &mut known) > MOST_CONDITIONS)
        .map(|(name, _)| name.clone())
        .collect();
    for name in endless {
        let place = tables(node, "view").find(|(view, _)| **view == name).map(|(_, entry)| entry.key.clone());
        let found = Diagnostic::error("E212", format!("口径“{name}”一层套一层，共有 {MOST_CONDITIONS} 个以上条件"));
        let found = found.hint("同一个口径不要重复写；合并成几个简单的口径");
        diagnostics.push(place.into_iter().fold(found, Diagnostic::at));
        views.insert(name, Filter::Never);
    }
}

/// How many conditions a filter is made of, as far down as is looked.
fn size<'f>(
    filter: &'f Filter,
    views: &'f IndexMap<String, Filter>,
    depth: usize,
    known: &mut BTreeMap<(&'f str, usize), usize>,
) -> usize {
    match filter {
        Filter::View { name, .. } if depth < DEEPEST => {
            let Some((name, view)) = views.get_key_value(name) else { return 1 };
            if let Some(size) = known.get(&(&**name, depth)) {
                return *size;
            }
            let size = size(view, views, depth + 1, known);
            known.insert((name, depth), size);
            size
        }
        Filter::All(all) => all.iter().fold(1, |sum: usize, one| sum.saturating_add(size(one, views, depth, known))),
        _ => 1,
    }
}

/// Keys a set's `report.toml` may have: `[report]`.
pub fn report_fields(node: &Node, diagnostics: &mut Diagnostics) -> IndexMap<String, super::ReportField> {
    let mut fields = IndexMap::new();
    for (key, entry) in tables(node, "report") {
        if let Some(raw) = read::<RawReportField>(&entry.node, diagnostics) {
            let date = raw.kind.as_deref() == Some("date");
            let head = raw.head.unwrap_or_else(|| key.clone());
            let (default, required, place) = (raw.default, raw.required, entry.key.clone());
            let field = super::ReportField { head, default, required, date, place };
            fields.insert(key.clone(), field);
        }
    }
    fields
}

fn tables<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = (&'a String, &'a crate::toml_tree::Entry)> {
    node.get(key).and_then(Node::table).into_iter().flatten()
}

fn class(
    id: &str,
    raw: RawClass,
    year: Option<u16>,
    place: &Place,
    class_text: &mut impl FnMut(&str, &mut Diagnostics) -> Option<(std::sync::Arc<str>, String)>,
    diagnostics: &mut Diagnostics,
) -> Class {
    let mut class = Class {
        id: id.to_string(),
        file: raw.file.clone(),
        levels: raw.levels,
        lengths: raw.lengths,
        year,
        ..Class::default()
    };
    if class.levels.len() != class.lengths.len() || !class.lengths.is_sorted() || class.lengths.is_empty() {
        diagnostics.push(
            Diagnostic::error("E213", format!("分类“{id}”的 levels 与 lengths 应一一对应，位数由少到多"))
                .at(place.clone()),
        );
        class.levels.truncate(class.lengths.len());
        class.lengths.truncate(class.levels.len());
    }
    match class_text(&raw.file, diagnostics) {
        Some((shown, text)) => crate::data::read_class_list(&text, &shown, &mut class, diagnostics),
        None => diagnostics
            .push(Diagnostic::error("E214", format!("找不到分类“{id}”的科目表 {}", raw.file)).at(place.clone())),
    }
    class
}

/// A file's declaration; `like` takes the fields of another, its own laid over them.
fn file(
    id: &str,
    node: &Node,
    place: &Place,
    files: Option<&Node>,
    schema: &Schema,
    diagnostics: &mut Diagnostics,
) -> Option<FileDecl> {
    let raw: RawFile = read(node, diagnostics)?;
    let mut fields: IndexMap<String, Node> = IndexMap::new();
    if let Some(like) = &raw.like {
        let base = files.and_then(|f| f.get(like)).and_then(|f| f.get("field")).and_then(Node::table);
        let Some(base) = base else {
            let known: Vec<&str> = files.and_then(Node::table).into_iter().flatten().map(|(k, _)| k.as_str()).collect();
            diagnostics.push(
                Diagnostic::error("E217", format!("like = “{like}”没有对应的文件声明"))
                    .at(place.clone())
                    .hint(suggestion(like, &known)),
            );
            return None;
        };
        fields.extend(base.iter().map(|(k, e)| (k.clone(), e.node.clone())));
    }
    for (name, own) in raw.field {
        let merged = match fields.get(&name) {
            Some(base) => overlay(base.clone(), own, diagnostics),
            None => own,
        };
        fields.insert(name, merged);
    }
    let mut decls = Vec::new();
    for (name, node) in &fields {
        let node = match node.get("like") {
            Some(_) => field_like(node, files, diagnostics),
            None => node.clone(),
        };
        if let Some(mut field) = field(name, &node, schema, diagnostics) {
            if let Some(required) = &raw.required_fields {
                field.required = required.contains(name);
                field.required_when = None;
            }
            decls.push(field);
        }
    }
    let known: Vec<&str> = decls.iter().map(|f| f.id.as_str()).collect();
    for name in raw.unknown.iter().chain(raw.unique.iter().flatten()).chain(raw.required_fields.iter().flatten()) {
        if !known.contains(&name.as_str()) {
            diagnostics.push(unknown_field(name, id, &known, place));
        }
    }
    Some(FileDecl {
        id: id.to_string(),
        title: raw.title.unwrap_or_else(|| id.to_string()),
        path: raw.path.unwrap_or_else(|| format!("{id}.csv")),
        required: raw.required,
        role: raw.role,
        like: raw.like,
        fields: decls,
        unknown: raw.unknown,
        unique: raw.unique,
        place: place.clone(),
    })
}

fn unknown_field(name: &str, file: &str, known: &[&str], place: &Place) -> Diagnostic {
    Diagnostic::error("E218", format!("{file} 没有字段“{name}”")).at(place.clone()).hint(suggestion(name, known))
}

/// `like = "ledger.fund"`: another file's field, with this one's keys laid over it.
fn field_like(node: &Node, files: Option<&Node>, diagnostics: &mut Diagnostics) -> Node {
    let mut own = node.clone();
    let like = own.remove("like");
    let path = like.as_ref().and_then(Node::str).and_then(|p| p.split_once('.'));
    let base = path.and_then(|(file, field)| files?.get(file)?.get("field")?.get(field));
    match base {
        Some(base) => overlay(base.clone(), own, diagnostics),
        None => {
            diagnostics.push(
                Diagnostic::error("E217", "字段的 like 应写作 \"文件.字段\"，且该字段已声明").at(node.place.clone()),
            );
            own
        }
    }
}

fn field(id: &str, node: &Node, schema: &Schema, diagnostics: &mut Diagnostics) -> Option<FieldDecl> {
    let raw: RawField = read(node, diagnostics)?;
    let mut wrong = |message: String, hint: String| {
        diagnostics.push(Diagnostic::error("E219", message).at(node.place.clone()).hint(hint));
    };
    let kind = match raw.kind.as_str() {
        "amount" => Kind::Amount,
        "number" => Kind::Number,
        "text" => Kind::Text,
        "date" => Kind::Date,
        "choice" => {
            let values = raw.values.clone().unwrap_or_default();
            if values.is_empty() {
                wrong(format!("选项字段“{id}”没有 values"), "写出全部可选的值".into());
            }
            for value in raw.groups.values().flatten().filter(|v| !values.contains(v)) {
                let known: Vec<&str> = values.iter().map(String::as_str).collect();
                wrong(format!("字段“{id}”的分组含有不存在的值“{value}”"), suggestion(value, &known));
            }
            Kind::Choice { values, groups: raw.groups.clone() }
        }
        "code" => {
            let class = raw.class.clone().unwrap_or_default();
            let Some(decl) = schema.classes.get(&class) else {
                let known: Vec<&str> = schema.classes.keys().map(String::as_str).collect();
                wrong(format!("编码字段“{id}”的分类“{class}”没有声明"), suggestion(&class, &known));
                return None;
            };
            let level = raw.level.as_ref().and_then(|l| {
                let found = decl.levels.iter().position(|x| x == l);
                if found.is_none() {
                    let known: Vec<&str> = decl.levels.iter().map(String::as_str).collect();
                    wrong(format!("分类“{class}”没有“{l}”这一级"), suggestion(l, &known));
                }
                found
            });
            Kind::Code { class, level }
        }
        "ref" => match raw.to.as_deref().and_then(|t| t.split_once('.')) {
            Some((file, field)) => Kind::Ref { file: file.to_string(), field: field.to_string() },
            None => {
                wrong(format!("引用字段“{id}”缺少 to"), "写作 to = \"文件.字段\"，如 to = \"units.name\"".into());
                return None;
            }
        },
        other => {
            let kinds = ["amount", "number", "code", "choice", "text", "date", "ref"];
            wrong(format!("没有“{other}”这种字段"), suggestion(other, &kinds));
            return None;
        }
    };
    let values: &[String] = match &kind {
        Kind::Choice { values, .. } => values,
        _ => &[],
    };
    let mut words = IndexMap::new();
    for (value, others) in raw.words {
        if !values.contains(&value) {
            let known: Vec<&str> = values.iter().map(String::as_str).collect();
            let message = format!("字段“{id}”的 words 含有不存在的值“{value}”");
            diagnostics
                .push(Diagnostic::error("E219", message).at(node.place.clone()).hint(suggestion(&value, &known)));
        }
        words.extend(others.into_iter().map(|other| (other, value.clone())));
    }
    let default = match (raw.default, raw.default_by) {
        (_, Some(by)) => Some(FieldDefault::By { field: by.field, map: by.map, named: by.named }),
        (Some(only), None) if only == "only" && matches!(kind, Kind::Ref { .. }) => Some(FieldDefault::Only),
        (Some(value), None) => Some(FieldDefault::Value(value)),
        (None, None) => None,
    };
    Some(FieldDecl {
        id: id.to_string(),
        head: raw.head.unwrap_or_else(|| id.to_string()),
        also: raw.also,
        words,
        kind,
        required: raw.required,
        expected: raw.expected,
        adds: raw.adds.unwrap_or(true),
        required_when: raw.required_when.map(|n| filter(&n, diagnostics)),
        default,
        place: node.place.clone(),
    })
}

/// Refs and defaults that name what does not exist.
fn check_references(schema: &Schema, diagnostics: &mut Diagnostics) {
    for file in schema.files.values() {
        for field in &file.fields {
            if let Kind::Ref { file: to, field: of } = &field.kind
                && schema.files.get(to).and_then(|f| f.field(of)).is_none()
            {
                let all =
                    schema.files.values().flat_map(|f| f.fields.iter().map(move |x| format!("{}.{}", f.id, x.id)));
                let all: Vec<String> = all.collect();
                let path = format!("{to}.{of}");
                let mut found = Diagnostic::error("E219", format!("字段“{}”引用的“{path}”不存在", field.id))
                    .at(field.place.clone());
                if let Some(near) = nearest(&path, all.iter().map(String::as_str)) {
                    found = found.hint(format!("您是否指“{near}”？"));
                }
                diagnostics.push(found);
            }
            if let Some(FieldDefault::By { field: by, .. }) = &field.default
                && file.field(by).is_none()
            {
                let known: Vec<&str> = file.fields.iter().map(|f| f.id.as_str()).collect();
                diagnostics.push(unknown_field(by, &file.id, &known, &field.place));
            }
            if let Some(FieldDefault::By { field: by, named: true, .. }) = &field.default
                && (field.kind != Kind::Text || file.field(by).is_some_and(|by| !matches!(by.kind, Kind::Code { .. })))
            {
                let message = format!("字段“{}”的 named 只用于空着时填编码名称的文字", field.id);
                diagnostics.push(
                    Diagnostic::error("E219", message)
                        .at(field.place.clone())
                        .hint("这个字段的 kind 要是 text，所按的字段要是 code；其他的写在 map 里"),
                );
            }
        }
    }
}
