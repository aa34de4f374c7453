//! A department's data as one workbook: everything that its documents are made of, so that the workbook is a department by
//! itself, or stands in the folder in place of its CSV files.

use crate::compose::Job;
use crate::data::Record;
use crate::data::schema::FileDecl;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::prepare::prepare_whole;
use crate::workbook::{HEADS, is_workbook};
use crate::write::xlsx::records::{Fact, Handout, write};

/// The workbook of a folder's data; what it cannot hold is told (E369). None, with what is wrong, where the data has errors or a file of it cannot be read.
pub fn export(folder: &Folder, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<Vec<u8>> {
    let job = prepare_whole(folder, layouts, diagnostics)?;
    if diagnostics.has_errors() {
        return None;
    }
    match handout(folder, &job).and_then(|handout| write(&handout)) {
        Ok(bytes) => {
            for (file, _) in job.pictures.all() {
                let found = Diagnostic::new(Severity::Note, "E369", "工作簿里放不下图片，这个文件不在其中");
                diagnostics.push(found.at(Place::file(file)).hint("工作簿单独交出时，请把 pictures/ 文件夹一起交"));
            }
            Some(bytes)
        }
        Err(found) => {
            diagnostics.push(found);
            None
        }
    }
}

fn handout<'a>(folder: &Folder, job: &'a Job) -> Result<Handout<'a>, Diagnostic> {
    let schema = &job.set.schema;
    let given = |decl: &'a FileDecl| {
        let dataset = job.data.datasets.get(&decl.id).filter(|dataset| dataset.given)?;
        Some((decl, dataset.records.as_slice()))
    };
    let files: Vec<(&FileDecl, &[Record])> = schema.files.values().filter_map(given).collect();
    let report = &job.report;
    Ok(Handout {
        schema,
        files,
        facts: facts(job),
        texts: texts(folder, job)?,
        title: format!("{}{}年部门预算数据", report.name, report.year),
        date: report.date.clone(),
    })
}

/// The keys of report.toml: those that every set has, those that are written, those of the set that are not.
pub(crate) fn facts(job: &Job) -> Vec<Fact> {
    let report = &job.report;
    let value = |key: &str| report.values.get(key).filter(|_| report.is_typed(key)).cloned().unwrap_or_default();
    let fixed = HEADS.iter().map(|(key, head)| (key.to_string(), head.to_string()));
    let declared = job.set.report.iter().map(|(key, field)| (key.clone(), field.head.clone()));
    let fact = |key: String, head: String| Fact { value: value(&key), head, key, needed: false };
    let mut facts: Vec<Fact> = fixed.chain(declared).map(|(key, head)| fact(key, head)).collect();
    let others = report.values.keys().filter(|key| report.is_typed(key));
    let others: Vec<&String> = others.filter(|key| facts.iter().all(|fact| fact.key != **key)).collect();
    facts.extend(others.into_iter().map(|key| fact(key.clone(), key.clone())));
    facts
}

/// Every file that counts and is no records: its text. Of report.toml, the tables behind the keys.
fn texts(folder: &Folder, job: &Job) -> Result<Vec<(String, String)>, Diagnostic> {
    let declared = || job.set.schema.files.values().filter(|decl| decl.is_given());
    let mut texts = Vec::new();
    for name in folder.files_of_text() {
        let is_of_records = declared().any(|decl| decl.path == name);
        // CSV files of the folder itself that nothing declares are read by nobody.
        let is_unread = !name.contains('/') && name.ends_with(".csv");
        if is_of_records || is_unread || is_workbook(&name) {
            continue;
        }
        let text = folder.text(&name)?;
        match name.as_str() {
            "report.toml" => {
                let at = text.lines().position(|line| line.trim_start().starts_with('['));
                if let Some(at) = at {
                    let rest: Vec<&str> = text.split('\n').skip(at).collect();
                    texts.push((name, rest.join("\n")));
                }
            }
            _ => texts.push((name, text)),
        }
    }
    Ok(texts)
}
