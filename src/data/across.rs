//! What needs all files: refs and defaults are resolved, then what is required, what refers to nothing and what
//! occurs twice is told.

use super::characters::meant_for;
use super::classification::with_name;
use super::filter::{Columns, Filter, Matcher, fields_used, in_words};
use super::heading::{Headings, head_with_unit};
use super::read::{Bad, FileRead, default_value};
use super::schema::{FieldDecl, FieldDefault, FileDecl, Kind, Schema};
use super::typed::{shown, words};
use super::{Data, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::file_findings::FileFindings;
use indexmap::{IndexMap, IndexSet};
use std::collections::HashMap;
use std::sync::Arc;

/// Makes [`Data`] of the files read, and hands on all their findings.
pub(super) fn complete(mut files: Vec<FileRead>, schema: &Schema, diagnostics: &mut Diagnostics) -> Data {
    let targets = find_targets(&files, schema);
    for (file, decl) in files.iter_mut().zip(schema.files.values()) {
        resolve_refs(file, decl, &targets);
        fill_by_other_fields(file, decl, schema);
        columns_not_known(file, decl);
        report_blank(file, decl);
        report_left_out(file, decl);
        report_twice(file, decl);
    }
    let mut data = Data::default();
    let mut checked = Vec::with_capacity(files.len());
    for file in files {
        checked.push(Checked { findings: file.findings, headings: file.sheet.map(|s| s.headings), bad: file.bad });
        data.datasets.insert(file.dataset.id.clone(), file.dataset);
    }
    for (mut file, decl) in checked.into_iter().zip(schema.files.values()) {
        report_required_when(&mut file, decl, &data, schema);
        file.findings.finish(diagnostics);
    }
    data
}

/// A file whose records are in [`Data`].
struct Checked {
    findings: FileFindings,
    headings: Option<Headings>,
    bad: Bad,
}

/// The values that refs to one field may have.
struct Targets {
    values: IndexSet<Arc<str>>,
    /// By their words, for values that differ in blanks or widths only.
    by_words: HashMap<String, usize>,
    /// All values are known, so one that is not among them is wrong.
    whole: bool,
    /// How messages call the file and the field.
    path: String,
    head: String,
}

type AllTargets<'a> = IndexMap<(&'a str, &'a str), Targets>;

/// The targets of every ref, of the files that are there.
fn find_targets<'a>(files: &[FileRead], schema: &'a Schema) -> AllTargets<'a> {
    let mut all = AllTargets::new();
    let fields = schema.files.values().flat_map(|decl| &decl.fields);
    for (to, field) in fields.filter_map(|f| match &f.kind {
        Kind::Ref { file, field } => Some((file.as_str(), field.as_str())),
        _ => None,
    }) {
        let Some(file) = files.iter().find(|f| f.dataset.id == to && f.dataset.given) else { continue };
        let Some(column) = file.dataset.field(field) else { continue };
        all.entry((to, field)).or_insert_with(|| targets_in(file, column));
    }
    all
}

fn targets_in(file: &FileRead, column: usize) -> Targets {
    let values: IndexSet<Arc<str>> = file
        .dataset
        .records
        .iter()
        .filter_map(|record| match &record.values[column] {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    let mut by_words = HashMap::new();
    for (index, value) in values.iter().enumerate() {
        by_words.entry(words(value)).or_insert(index);
    }
    let has_column = file.sheet.as_ref().is_some_and(|sheet| sheet.headings.of_field[column].is_some());
    Targets {
        values,
        by_words,
        whole: file.whole && has_column,
        path: file.dataset.file.to_string(),
        head: file.dataset.fields[column].head.clone(),
    }
}

/// Gives refs the value they mean, and blank ones the only value there is.
fn resolve_refs(file: &mut FileRead, decl: &FileDecl, targets: &AllTargets) {
    for (index, field) in decl.fields.iter().enumerate() {
        let Kind::Ref { file: to, field: named } = &field.kind else { continue };
        let Some(targets) = targets.get(&(to.as_str(), named.as_str())) else { continue };
        file.findings.next_pass();
        let takes_only = matches!(field.default, Some(FieldDefault::Only));
        let must_say = !decl.unknown.contains(&field.id);
        for (number, record) in file.dataset.records.iter_mut().enumerate() {
            let place = file.findings.place(record.origin.line, record.columns[index]);
            let is_bad = file.bad.contains(number, index);
            match &record.values[index] {
                Value::Text(text) if !targets.values.contains(text) => {
                    if let Some(&meant) = targets.by_words.get(&words(text)) {
                        record.values[index] = Value::Text(targets.values[meant].clone());
                    } else if targets.whole && !is_bad {
                        file.bad.insert(number, index);
                        file.findings.error(|| not_there(text, field, targets).at(place));
                    }
                }
                Value::Blank if takes_only && !is_bad && targets.values.len() == 1 => {
                    record.values[index] = Value::Text(targets.values[0].clone());
                    record.columns[index] = 0;
                }
                Value::Blank if takes_only && must_say && !is_bad && targets.values.len() > 1 => {
                    file.bad.insert(number, index);
                    file.findings.error(|| which_of(field, targets).at(place));
                }
                _ => {}
            }
        }
    }
}

fn not_there(text: &str, field: &FieldDecl, targets: &Targets) -> Diagnostic {
    let message = format!("{}“{}”不在 {} 的“{}”列中", field.head, shown(text), targets.path, targets.head);
    let diagnostic = Diagnostic::error("E151", message);
    match nearest(text, targets.values.iter().map(AsRef::as_ref)) {
        Some(near) => diagnostic.hint(meant_for(text, near)),
        None => diagnostic.hint(format!("请改正名称，或在 {} 中加上", targets.path)),
    }
}

fn which_of(field: &FieldDecl, targets: &Targets) -> Diagnostic {
    const LISTED: usize = 5;
    let count = targets.values.len();
    let some: Vec<String> = targets.values.iter().take(LISTED).map(|v| shown(v)).collect();
    let more = if count > LISTED { "等" } else { "" };
    Diagnostic::error("E147", format!("没有填写{}，而 {} 中有 {count} 个", field.head, targets.path))
        .hint(format!("请写明是哪一个：{}{more}", some.join("、")))
}

/// Fills blanks whose default follows from another field, such as 三公 from 经济科目.
fn fill_by_other_fields(file: &mut FileRead, decl: &FileDecl, schema: &Schema) {
    for (index, field) in decl.fields.iter().enumerate() {
        let Some(FieldDefault::By { field: source, map, named }) = &field.default else { continue };
        let Some(source) = decl.fields.iter().position(|f| f.id == *source) else { continue };
        if decl.unknown.contains(&field.id) {
            continue;
        }
        let class = match &decl.fields[source].kind {
            Kind::Code { class, .. } => Some(class),
            _ => None,
        };
        let names = class.filter(|_| *named).and_then(|class| schema.classes.get(class)).map(|class| &class.names);
        for (number, record) in file.dataset.records.iter_mut().enumerate() {
            if record.values[index] != Value::Blank || file.bad.contains(number, index) {
                continue;
            }
            let given = record.values[source].text();
            if let Some(value) = look_up(given, map, class.is_some()).or_else(|| names?.get(given)) {
                record.values[index] = default_value(value, &field.kind);
                record.columns[index] = 0;
            }
        }
    }
}

/// In a file that may be coarse, a column that is not there, or in which no record says anything, tells nothing: its
/// blanks are not known. Where one record says something, the others' blanks mean none. A default stays one, unless it
/// follows from a field that is not known of every record.
fn columns_not_known(file: &mut FileRead, decl: &FileDecl) {
    if file.sheet.is_none() || decl.unknown.is_empty() {
        return;
    }
    for (index, field) in decl.fields.iter().enumerate() {
        let says = match &field.default {
            Some(FieldDefault::By { named: true, .. }) => false,
            Some(FieldDefault::By { field: source, .. }) => {
                !file.dataset.unknown.contains(source) || file.dataset.field(source).is_some_and(|s| all_say(file, s))
            }
            Some(_) => true,
            None => matches!(field.kind, Kind::Amount | Kind::Number),
        };
        let told = file.dataset.records.iter().any(|record| record.values[index] != Value::Blank);
        if !says && !told && !file.dataset.unknown.contains(&field.id) {
            file.dataset.unknown.push(field.id.clone());
        }
    }
}

fn all_say(file: &FileRead, field: usize) -> bool {
    file.dataset.records.iter().all(|record| record.values[field] != Value::Blank)
}

/// The entry of `key`; for a code, that of its longest prefix.
fn look_up<'a>(key: &str, map: &'a IndexMap<String, String>, by_code: bool) -> Option<&'a String> {
    if !by_code {
        return map.get(key);
    }
    (1..=key.len()).rev().find_map(|length| map.get(key.get(..length)?))
}

/// Blanks of required fields. A missing column is told with the headings.
fn report_blank(file: &mut FileRead, decl: &FileDecl) {
    let Some(sheet) = &file.sheet else { return };
    file.findings.next_pass();
    for (number, record) in file.dataset.records.iter().enumerate() {
        for (index, field) in decl.fields.iter().enumerate().filter(|(_, f)| f.required) {
            let is_told = file.bad.contains(number, index) || sheet.headings.of_field[index].is_none();
            if record.values[index] != Value::Blank || is_told || decl.unknown.contains(&field.id) {
                continue;
            }
            let place = file.findings.place(record.origin.line, record.columns[index]);
            file.findings.error(|| {
                Diagnostic::error("E145", format!("{}没有填写", field.head)).at(place).hint(format!(
                    "每行都要填“{}”，合并的单元格要拆开逐行填写；整行不用时请删去",
                    head_with_unit(field)
                ))
            });
        }
    }
}

/// Blanks of fields that are expected to be filled: warnings. A column that is not there says that none is.
fn report_left_out(file: &mut FileRead, decl: &FileDecl) {
    let Some(sheet) = &file.sheet else { return };
    file.findings.next_pass();
    for (number, record) in file.dataset.records.iter().enumerate() {
        for (index, field) in decl.fields.iter().enumerate().filter(|(_, f)| f.expected) {
            let is_told = file.bad.contains(number, index) || sheet.headings.of_field[index].is_none();
            if record.values[index] != Value::Blank || is_told {
                continue;
            }
            let place = file.findings.place(record.origin.line, record.columns[index]);
            file.findings.warning(|| {
                Diagnostic::warning("E150", format!("{}空着", field.head))
                    .at(place)
                    .hint(format!("请填写“{}”，没有的写“无”", head_with_unit(field)))
            });
        }
    }
}

/// Records that share the values of a `unique` set of fields.
fn report_twice(file: &mut FileRead, decl: &FileDecl) {
    for key in &decl.unique {
        let fields: Vec<usize> = key.iter().filter_map(|id| decl.fields.iter().position(|f| f.id == *id)).collect();
        let mut seen: HashMap<Vec<String>, usize> = HashMap::new();
        file.findings.next_pass();
        for (number, record) in file.dataset.records.iter().enumerate() {
            let values: Vec<String> = fields.iter().map(|&f| as_text(&record.values[f])).collect();
            let is_bad = fields.iter().any(|&f| file.bad.contains(number, f));
            if is_bad || values.iter().all(String::is_empty) {
                continue;
            }
            let Some(&first) = seen.get(&values) else {
                seen.insert(values, number);
                continue;
            };
            let first = &file.dataset.records[first];
            let column = |r: &super::Record| fields.first().map_or(0, |&f| r.columns[f]);
            let place = file.findings.place(record.origin.line, column(record));
            let before = file.findings.place(first.origin.line, column(first));
            file.findings.error(|| {
                let pairs = fields.iter().zip(&values);
                let each: Vec<String> = pairs.map(|(&f, v)| format!("{}“{}”", decl.fields[f].head, shown(v))).collect();
                Diagnostic::error("E148", format!("{}重复", each.join("、")))
                    .at(place)
                    .related(before, "先在这里")
                    .hint("请删去或合并其中一行")
            });
        }
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Blank => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Number(number) => number.normalize().to_string(),
    }
}

fn report_required_when(file: &mut Checked, decl: &FileDecl, data: &Data, schema: &Schema) {
    let (Some(headings), Some(dataset)) = (&file.headings, data.datasets.get(&decl.id)) else { return };
    let columns = Columns::of(dataset);
    let matcher = Matcher::new(dataset, &columns, data, schema);
    for (index, field) in decl.fields.iter().enumerate() {
        let Some(filter) = field.required_when.as_ref().filter(|_| !decl.unknown.contains(&field.id)) else { continue };
        let mut looked_at: Vec<usize> = fields_used(filter, schema).iter().filter_map(|id| dataset.field(id)).collect();
        looked_at.push(index);
        let is_told = |number: usize| looked_at.iter().any(|&f| file.bad.contains(number, f));
        let holds = matcher.points(filter).yes;
        let blank: Vec<usize> =
            holds.iter().filter(|&n| dataset.records[n].values[index] == Value::Blank && !is_told(n)).collect();
        file.findings.next_pass();
        if headings.of_field[index].is_none() {
            if !blank.is_empty() {
                let place = file.findings.place(headings.line, 0);
                file.findings.error(|| missing_column(filter, field, decl, blank.len()).at(place));
            }
            continue;
        }
        for number in blank {
            let record = &dataset.records[number];
            let place = file.findings.place(record.origin.line, record.columns[index]);
            file.findings.error(|| {
                Diagnostic::error("E146", must_fill(filter, field, decl)).at(place).hint(what_to_fill(field, schema))
            });
        }
    }
}

fn must_fill(filter: &Filter, field: &FieldDecl, decl: &FileDecl) -> String {
    format!("{}的行必须填写{}", in_words(filter, decl).trim_end(), field.head)
}

fn missing_column(filter: &Filter, field: &FieldDecl, decl: &FileDecl, count: usize) -> Diagnostic {
    Diagnostic::error("E121", format!("缺少“{}”列：{}，有 {count} 行", field.head, must_fill(filter, field, decl)))
        .hint(format!("请加上“{}”列", head_with_unit(field)))
}

fn what_to_fill(field: &FieldDecl, schema: &Schema) -> String {
    match &field.kind {
        Kind::Code { class, level } => {
            let class = schema.classes.get(class);
            let example = class.and_then(|class| {
                let fits = |code: &&String| level.is_none() || class.level(code) == *level;
                class.names.keys().find(fits).map(|code| with_name(code, class))
            });
            match example {
                Some(example) => format!("填写编码，如 {example}"),
                None => "填写编码".to_owned(),
            }
        }
        Kind::Choice { values, .. } => format!("可填：{}", values.join("、")),
        _ => format!("请填写“{}”", head_with_unit(field)),
    }
}
