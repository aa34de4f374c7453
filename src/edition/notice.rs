//! 更正说明: the statement that is published with a corrected edition. Its words are the layout set's (`[correction]`
//! of set.toml); the changes reach it as a dataset of records, a change each, which this module alone fills.

use super::corrections::{FILE, Reasons};
use super::{Built, Edition, order};
use crate::compose::Job;
use crate::data::{Dataset, FileDecl, Record, Taken, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::diff::{DocumentDiff, Spot, compare_all};
use crate::document::Origin;
use crate::made::Made;
use crate::prepare::{Prepared, prepare};
use crate::workshop::Workshop;
use crate::write::Output;
use std::collections::BTreeMap;

/// The statement of what changed in what was built since `edition`, in its formats. Nothing is made where nothing on the
/// page changed. `date`: of the statement, ISO.
pub fn notice(
    built: &Built<'_>,
    edition: &Edition,
    date: &str,
    workshop: &Workshop,
    diagnostics: &mut Diagnostics,
) -> Vec<Output> {
    let &Built { folder, made, formats, .. } = built;
    // What is doubtful in the old edition was told when that was published, and in the folder by its build.
    let mut again = Diagnostics::default();
    let old = edition.compose(&mut again);
    let jobs = prepare(folder, &workshop.layouts, &mut again);
    if again.has_errors() {
        diagnostics.extend(again);
        return Vec::new();
    }
    let diff = compare_all(&old, made, None);
    for one in &diff.not_compared {
        diagnostics.push(left_out(one));
    }
    let reasons = Reasons::read(folder, &edition.id, diagnostics);
    let mut outputs = Vec::new();
    for Prepared { name, job } in jobs {
        let Some(diff) = diff.documents.iter().find(|d| d.name == name).filter(|d| !d.is_same()) else { continue };
        let changes = changes(diff, &reasons, diagnostics);
        if diagnostics.has_errors() {
            continue;
        }
        let since = Since { id: &edition.id, date: &order(&edition.id).0 };
        let Some(job) = job_of_notice(job, changes, &since, date, diagnostics) else { continue };
        let Some(statement) = Made::compose(Prepared { name, job }, None, diagnostics) else { continue };
        diagnostics.extend(statement.found_on_pages(&workshop.fonts).clone());
        if diagnostics.has_errors() {
            continue;
        }
        match statement.write(&workshop.fonts, formats) {
            Ok(files) => outputs.extend(files),
            Err(found) => diagnostics.push(found),
        }
    }
    reasons.report_unused(&diff.documents, diagnostics);
    if outputs.is_empty() && !diagnostics.has_errors() {
        diagnostics.push(same_in_print(&edition.id));
    }
    if diagnostics.has_errors() { Vec::new() } else { outputs }
}

/// E623: what a statement does not tell.
pub(crate) fn left_out(what: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::warning("E623", format!("更正说明没有包括：{what}"))
}

/// E624: there is nothing to state since `what`.
pub(crate) fn same_in_print(what: &str) -> Diagnostic {
    Diagnostic::new(Severity::Note, "E624", format!("印出来的与 {what} 相同，没有写更正说明"))
}

/// What a statement corrects.
pub(crate) struct Since<'a> {
    /// `2023-02-10-1`
    pub id: &'a str,
    /// ISO; empty where it is not known.
    pub date: &'a str,
}

/// A change as the record's fields, by their ids.
pub(crate) type Change = BTreeMap<&'static str, String>;

/// Every change of the page with its reason, those of one reason together, in reading order.
pub(crate) fn changes(diff: &DocumentDiff, reasons: &Reasons, diagnostics: &mut Diagnostics) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    let mut add = |kind: &str, spot: &Spot, old: &str, new: &str, address: Option<&str>, numbers: &[usize]| {
        let causes: Vec<_> = numbers.iter().map(|&n| &diff.causes[n]).collect();
        let told: Vec<String> = causes.iter().map(ToString::to_string).collect();
        let places: Vec<String> = causes.iter().map(|cause| cause.place()).collect();
        all.push(Change::from([
            ("kind", kind.to_string()),
            ("reason", reasons.of(address, &causes, diagnostics)),
            ("cause", told.join("；")),
            ("place", places.join("；")),
            ("title", spot.title.clone()),
            ("row", spot.row.clone()),
            ("column", spot.column.clone()),
            ("page", spot.label.clone()),
            ("before", old.to_string()),
            ("after", new.to_string()),
        ]));
    };
    let in_rows = |address: &String| diff.rows.iter().any(|row| row.figures.contains(address));
    for figure in &diff.figures {
        for p in figure.printings.iter().filter(|p| p.spot.table.is_some()) {
            // The cells of a row that came or went are told with the row.
            if (p.old.is_some() && p.new.is_some()) || !in_rows(&figure.address) {
                let (old, new) = (p.old.as_deref().unwrap_or(""), p.new.as_deref().unwrap_or(""));
                add("数字", &p.spot, old, new, Some(&figure.address), &figure.causes);
            }
        }
    }
    for row in &diff.rows {
        let cells: Vec<&str> = row.cells.iter().map(|(_, text)| text.as_str()).collect();
        let text = cells.join(" ");
        let (old, new) = if row.added { ("", &*text) } else { (&*text, "") };
        add("整行", &row.spot, old, new, row.figures.first().map(String::as_str), &row.causes);
    }
    for text in &diff.texts {
        use crate::diff::TextKind::{Heading, Sentence};
        let kind = if matches!(text.kind, Sentence | Heading) { "句子" } else { "文字" };
        let (old, new) = (text.old.as_deref().unwrap_or(""), text.new.as_deref().unwrap_or(""));
        add(kind, &text.spot, old, new, None, &text.causes);
    }
    for line in &diff.layout {
        let spot = Spot { title: "版式".to_string(), ..Spot::default() };
        all.push(Change::from([("kind", "版式".to_string()), ("title", spot.title), ("after", line.clone())]));
    }
    let mut order: Vec<String> = Vec::new();
    for change in &all {
        let reason = change.get("reason").cloned().unwrap_or_default();
        if !order.contains(&reason) {
            order.push(reason);
        }
    }
    all.sort_by_key(|change| order.iter().position(|reason| Some(reason) == change.get("reason")));
    all
}

/// The job of the statement: the set's `[correction]` in place of its parts, the changes in place of their file.
pub(crate) fn job_of_notice(
    mut job: Job,
    changes: Vec<Change>,
    since: &Since<'_>,
    date: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Job> {
    let decl = job.set.schema.files.values().find(|file| !file.is_given()).cloned();
    let (Some(notice), Some(decl)) = (job.set.correction.clone(), decl) else {
        diagnostics.push(
            Diagnostic::error("E625", format!("版式集“{}”没有更正说明", job.set.id)).at(Place::file("set.toml")).hint(
                format!(
                    "在 set.toml 中写 [correction]，在 schema.toml 中声明 role = \"{}\" 的文件",
                    FileDecl::CORRECTIONS
                ),
            ),
        );
        return None;
    };
    (job.set.title, job.set.file_stem, job.set.parts) = (notice.title, notice.file_stem, notice.parts);
    job.data.datasets.insert(decl.id.clone(), dataset(&decl, changes));
    let values = &mut job.report.values;
    for (key, value) in [("since", since.id), ("since_date", since.date), ("notice_date", date)] {
        values.insert(key.to_string(), value.to_string());
    }
    Some(job)
}

fn dataset(decl: &FileDecl, changes: Vec<Change>) -> Dataset {
    let file: std::sync::Arc<str> = FILE.into();
    let record = |change: Change| {
        let value = |id: &str| change.get(id).filter(|text| !text.is_empty()).map(|text| text.as_str().into());
        let values: Vec<Value> =
            decl.fields.iter().map(|field| value(&field.id).map_or(Value::Blank, Value::Text)).collect();
        Record { origin: Origin { file: file.clone(), line: 0 }, columns: vec![0; values.len()], values }
    };
    Dataset {
        id: decl.id.clone(),
        file: file.clone(),
        fields: decl.fields.clone(),
        records: changes.into_iter().map(record).collect(),
        unknown: Vec::new(),
        given: true,
        taken: Taken::default(),
    }
}
