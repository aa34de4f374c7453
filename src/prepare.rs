//! A data folder becomes jobs: its report, its layout set with the department's own wording over it, its data.

use crate::compose::{DocumentDecl, Job, Report, read_report};
use crate::data::printed::read_printed;
use crate::data::{Data, read_folder_with, read_text};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::layout::{self, Layer, SetFiles};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Texts that stand in for files of the data folder, by their paths in it: what the folder would be with a correction.
pub type Instead = BTreeMap<String, String>;

/// A document to make from a folder.
pub struct Prepared {
    /// What `[[document]]` adds to the output's name.
    pub name: Option<String>,
    pub job: Job,
}

/// Reads a data folder. Every mistake found goes to `diagnostics`; a document that cannot be made is left out.
pub fn prepare(folder: &Path, layout_roots: &[PathBuf], diagnostics: &mut Diagnostics) -> Vec<Prepared> {
    prepare_with(folder, layout_roots, &Instead::new(), diagnostics)
}

/// [`prepare`], with record files replaced by the texts of `instead`.
pub fn prepare_with(
    folder: &Path,
    layout_roots: &[PathBuf],
    instead: &Instead,
    diagnostics: &mut Diagnostics,
) -> Vec<Prepared> {
    let Some(report) = report(folder, diagnostics) else { return Vec::new() };
    let documents = match report.documents.is_empty() {
        true => vec![DocumentDecl::default()],
        false => report.documents.clone(),
    };
    let one = |document: &DocumentDecl| {
        let job = prepare_one(folder, report.narrowed(document), document, layout_roots, instead, diagnostics)?;
        Some(Prepared { name: document.name.clone(), job })
    };
    documents.iter().filter_map(one).collect()
}

fn report(folder: &Path, diagnostics: &mut Diagnostics) -> Option<Report> {
    let path = folder.join("report.toml");
    if !folder.is_dir() {
        let message = format!("没有这个数据文件夹：{}", folder.display());
        diagnostics
            .push(Diagnostic::error("E100", message).hint("检查路径；数据文件夹里应有 report.toml 和 ledger.csv"));
        return None;
    }
    match read_text(&path, "report.toml") {
        Ok(text) => read_report(&text, diagnostics),
        Err(found) => {
            diagnostics.push(found);
            None
        }
    }
}

fn prepare_one(
    folder: &Path,
    mut report: Report,
    document: &DocumentDecl,
    layout_roots: &[PathBuf],
    instead: &Instead,
    diagnostics: &mut Diagnostics,
) -> Option<Job> {
    let mut own = Layer::from_folder(&folder.join("layout"), "layout/", true, diagnostics);
    let mut prose = Layer::from_folder(&folder.join("text"), "text/", true, diagnostics).unwrap_or_default();
    for layer in own.iter_mut().chain([&mut prose]) {
        layer.replace(instead);
    }
    let asked = document.place.clone().filter(|_| document.layout.is_some()).unwrap_or_else(|| report.place("layout"));
    let files = SetFiles::find(&report.layout, Some(asked), layout_roots, own, diagnostics)?;
    let before = diagnostics.count(Severity::Error);
    let mut set = layout::load(&files, &prose, diagnostics)?;
    let broken = diagnostics.count(Severity::Error) > before;
    report.complete(&set.report, diagnostics);
    // Printed tables are of the whole department.
    let printed = if report.scope.is_empty() { read_printed(folder, diagnostics) } else { Vec::new() };
    let mut found = Diagnostics::default();
    let mut data = read_folder_with(folder, instead, &mut set.schema, &mut found);
    narrow(&mut data, &report, document, &mut found);
    let job = Job { set, data, report, printed };
    let only_printed = job.only_printed();
    // Tables given as printed stand for files that are absent.
    found.retain(|d| !(only_printed && d.code == "E101"));
    diagnostics.extend(found);
    // Composing with a broken set would only repeat its mistakes as others.
    (!broken).then_some(job)
}

/// Keeps only the records of a document's scope, in every dataset that has its fields.
fn narrow(data: &mut Data, report: &Report, document: &DocumentDecl, diagnostics: &mut Diagnostics) {
    for (field, value) in &report.scope {
        let mut used = false;
        for dataset in data.datasets.values_mut() {
            if let Some(index) = dataset.field(field) {
                used |= dataset.records.iter().any(|r| r.values[index].text() == value);
                dataset.records.retain(|r| r.values[index].text() == value);
            }
        }
        if !used {
            let place = document.place.clone().unwrap_or_else(|| Place::file("report.toml"));
            diagnostics.push(
                Diagnostic::error("E185", format!("scope 中“{field}”为“{value}”的记录一条也没有"))
                    .at(place)
                    .hint("检查字段名和值是否与数据一致"),
            );
        }
    }
}
