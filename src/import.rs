//! Records from another program: a workbook or a CSV file as a budget platform exports it becomes the workbook of records
//! of a department, in the set's own words.

use crate::compose::Job;
use crate::data::own_words::OWN_WORDS;
use crate::data::schema::FileDecl;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::folder::{Bytes, Folder};
use crate::layout::Layouts;
use crate::prepare::prepare_whole;
use crate::workbook::is_workbook;
use crate::write::xlsx::records::{Handout, write};

/// The workbook that importing writes.
pub const IMPORTED: &str = "导入.xlsx";

/// Records that came in.
pub struct Imported {
    /// What the file says, as the department's set reads it.
    pub job: Job,
    /// The workbook of them: [`IMPORTED`].
    pub workbook: Vec<u8>,
}

/// Reads a file for the department in `folder`, whose report.toml says which set it is of and whose import.toml how it
/// calls columns and values. Errors are told at the file's own cells. E569: it holds no records; E517: there is no report.toml.
pub fn records(
    name: &str,
    bytes: &[u8],
    folder: &Folder,
    layouts: &Layouts,
    found: &mut Diagnostics,
) -> Option<Imported> {
    if !says_its_set(folder, found) {
        return None;
    }
    let alone = alone(name, bytes, folder, layouts, found)?;
    let mut read = Diagnostics::default();
    let job = prepare_whole(&alone, layouts, &mut read);
    // What other files would hold is not this file's to say; what they refer to is told when the folder is checked.
    read.retain(|d| d.code != "E101" && d.code != "E151");
    found.extend(read);
    let job = job.filter(|_| !found.has_errors())?;
    let given = |decl: &FileDecl| decl.is_given() && job.data.datasets.get(&decl.id).is_some_and(|d| d.given);
    let files: Vec<_> = job
        .set
        .schema
        .files
        .values()
        .filter(|decl| given(decl))
        .map(|decl| (decl, job.data.datasets[&decl.id].records.as_slice()))
        .filter(|(_, records)| !records.is_empty())
        .collect();
    if files.is_empty() {
        let titles: Vec<&str> =
            job.set.schema.files.values().filter(|d| d.is_given()).map(|decl| decl.title.as_str()).collect();
        let message = "文件里没有认出一种数据";
        let hint = format!(
            "表名或列名要与这些对得上：{}；平台的叫法写进 {OWN_WORDS}，如 [columns] 下写 \"平台的列名\" = \"金额\"",
            titles.join("、")
        );
        found.push(Diagnostic::error("E569", message).at(Place::file(name)).hint(hint));
        return None;
    }
    let title = format!("{}{}年部门预算数据", job.report.name, job.report.year);
    let handout = Handout {
        schema: &job.set.schema,
        files,
        facts: Vec::new(),
        texts: Vec::new(),
        title,
        date: job.report.date.clone(),
    };
    match write(&handout) {
        Ok(workbook) => Some(Imported { job, workbook }),
        Err(wrong) => {
            found.push(wrong);
            None
        }
    }
}

/// E517: a set is named for records, which are read in the terms of the set that their folder's report names.
pub fn layout_is_the_folders() -> Diagnostic {
    let message = "导入明细时版式集由 report.toml 定，--layout 不起作用";
    Diagnostic::error("E517", message).hint("去掉 --layout，或改 report.toml 的 layout")
}

/// E517: there is no report.toml, so that nobody knows which set a folder is of.
fn says_its_set(folder: &Folder, found: &mut Diagnostics) -> bool {
    let says = folder.is_file("report.toml");
    if !says {
        let hint = "先建文件夹：gongkai new 632-2026 --layout 版式集；版式集和年度写在 report.toml 里";
        found.push(Diagnostic::error("E517", format!("{folder} 里没有 report.toml，不知道用哪个版式集")).hint(hint));
    }
    says
}

/// The department in a folder, for whom something comes in: its report and its set. Errors: E517, those of the two.
pub fn department(folder: &Folder, layouts: &Layouts, found: &mut Diagnostics) -> Option<Job> {
    if !says_its_set(folder, found) {
        return None;
    }
    let says_how = |name: &String| name == "report.toml" || name.starts_with("layout/");
    let mut files: Vec<(String, Bytes)> = Vec::new();
    for own in folder.files_of_text().into_iter().filter(says_how) {
        match folder.bytes(&own) {
            Ok(bytes) => files.extend(bytes.map(|bytes| (own, bytes))),
            Err(wrong) => found.push(wrong),
        }
    }
    let mut read = Diagnostics::default();
    let job = prepare_whole(&Folder::of_files(folder.shown(), files), layouts, &mut read);
    read.retain(|d| d.code != "E101");
    found.extend(read);
    job.filter(|_| !found.has_errors())
}

/// The file with what says how it is to be read, and without any other records.
fn alone(name: &str, bytes: &[u8], folder: &Folder, layouts: &Layouts, found: &mut Diagnostics) -> Option<Folder> {
    let mut files: Vec<(String, Bytes)> = Vec::new();
    for own in folder.files_of_text() {
        let says_how = own == "report.toml" || own == OWN_WORDS;
        if says_how || own.starts_with("layout/") || own.starts_with("classification/") {
            match folder.bytes(&own) {
                Ok(bytes) => files.extend(bytes.map(|bytes| (own, bytes))),
                Err(wrong) => found.push(wrong),
            }
        }
    }
    let bytes = Bytes::from(bytes.to_vec());
    if is_workbook(name) {
        files.push((name.to_owned(), bytes));
        return Some(Folder::of_files(folder.shown(), files));
    }
    // A CSV file is one kind of records: that of its name, else the ledger's, the first that the set declares.
    let how = Folder::of_files(folder.shown(), files.iter().cloned());
    let job = prepare_whole(&how, layouts, &mut Diagnostics::default());
    let Some(job) = job else {
        files.push((name.to_owned(), bytes));
        return Some(Folder::of_files(folder.shown(), files));
    };
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let decls = || job.set.schema.files.values().filter(|decl| decl.is_given());
    let decl =
        decls().find(|decl| decl.id == stem || decl.title == stem || decl.path == name).or_else(|| decls().next());
    files.push((decl.map_or(name, |decl| decl.path.as_str()).to_owned(), bytes));
    Some(Folder::of_files(folder.shown(), files))
}
