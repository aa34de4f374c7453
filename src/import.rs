//! Records from another program: a workbook or a CSV file as a budget platform exports it becomes the workbook of records
//! of a department, in the set's own words.

use crate::compose::Job;
use crate::data::own_words::OWN_WORDS;
use crate::data::schema::FileDecl;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::folder::{Bytes, Folder};
use crate::layout::Layouts;
use crate::prepare::prepare_whole;
use crate::toml_tree::{parse, toml_string};
use crate::workbook::is_workbook;
use crate::write::xlsx::records::{Handout, write};
use std::sync::Arc;

/// A word of another program and what it means in the set's: what `--means` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// The column whose value it is; none: it is a heading.
    pub column: Option<String>,
    /// The other program's word.
    pub word: String,
    /// The set's.
    pub means: String,
}

impl Meaning {
    /// `经费渠道=资金来源`: a heading; `资金来源.财拨=一般公共预算`: a value of a column. E168: it is neither.
    pub fn read(text: &str) -> Result<Meaning, Diagnostic> {
        let parts = text.split_once('=').map(|(word, means)| (word.trim(), means.trim()));
        let (word, means) = parts.filter(|(word, means)| !word.is_empty() && !means.is_empty()).ok_or_else(|| {
            Diagnostic::error("E168", format!("“{text}”看不出什么当作什么"))
                .hint("写成 平台的列名=版式集的列名，或 版式集的列名.平台的词=可填的值")
        })?;
        let (column, word) = match word.split_once('.') {
            Some((column, word)) if !column.trim().is_empty() && !word.trim().is_empty() => {
                (Some(column.trim().to_owned()), word.trim())
            }
            _ => (None, word),
        };
        Ok(Meaning { column, word: word.to_owned(), means: means.to_owned() })
    }
}

/// The folder with meanings written into its import.toml, whose other lines stay. E168: a word stands there already with
/// another meaning, or the file is written in a way that nothing can be added to.
pub fn remember(folder: &Folder, meanings: &[Meaning]) -> Result<Folder, Diagnostic> {
    if meanings.is_empty() {
        return Ok(folder.clone());
    }
    let before = folder.text_if_there(OWN_WORDS)?.unwrap_or_default();
    let mut text = before.clone();
    for meaning in meanings {
        let section =
            meaning.column.as_ref().map_or("[columns]".to_owned(), |c| format!("[values.{}]", toml_string(c)));
        let own = |text: &str| said(text, meaning);
        match own(&text) {
            Some(other) if other == meaning.means => continue,
            Some(other) => {
                let message = format!("{OWN_WORDS} 里“{}”已写作“{other}”", meaning.word);
                return Err(Diagnostic::error("E168", message).at(Place::file(OWN_WORDS)).hint("请在那里改"));
            }
            None => {}
        }
        let line = format!("{} = {}\n", toml_string(&meaning.word), toml_string(&meaning.means));
        let head = text.lines().position(|line| line.trim() == section);
        text = match head {
            Some(at) => {
                let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
                let ends = lines[at].ends_with('\n');
                let new = if ends { line.clone() } else { format!("\n{line}") };
                lines.insert(at + 1, &new);
                lines.concat()
            }
            None => {
                let apart = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                format!("{text}{apart}{}{section}\n{line}", if text.is_empty() { "" } else { "\n" })
            }
        };
        if own(&text).as_deref() != Some(&meaning.means) {
            let message = format!("{OWN_WORDS} 的写法没法自动加上“{}”", meaning.word);
            return Err(Diagnostic::error("E168", message)
                .at(Place::file(OWN_WORDS))
                .hint(format!("请自己加：{section} 下写 {}", line.trim_end())));
        }
    }
    match text == before {
        true => Ok(folder.clone()),
        false => folder.with_text(OWN_WORDS, &text),
    }
}

/// What an import.toml says of a word; none: nothing, or it has mistakes.
fn said(text: &str, meaning: &Meaning) -> Option<String> {
    let mut wrong = Diagnostics::default();
    let node = parse(text, &Arc::from(OWN_WORDS), &mut wrong);
    let section = match &meaning.column {
        None => node.get("columns")?,
        Some(column) => node.get("values")?.get(column)?,
    };
    section.get(&meaning.word)?.str().map(str::to_owned).filter(|_| !wrong.has_errors())
}

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
