//! From a data folder to the bytes of its files: compose, typeset and write. [`crate::place`] puts them in place.

use crate::check::{acknowledge, check, check_printed};
use crate::compose::{Composition, Job, compose, file_name};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::document::Document;
use crate::fonts::Fonts;
use crate::prepare::{Instead, Prepared, prepare, prepare_with};
use crate::style::Style;
use crate::typeset::{Pages, typeset};
use crate::write;
use std::path::{Path, PathBuf};

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Pdf,
    Docx,
}

impl Format {
    pub fn ending(self) -> &'static str {
        match self {
            Format::Pdf => "pdf",
            Format::Docx => "docx",
        }
    }
}

/// A document with its pages, ready for the writers.
pub struct Typeset {
    pub composition: Composition,
    pub pages: Pages,
}

impl Typeset {
    pub fn document(&self) -> &Document {
        &self.composition.document
    }

    pub fn style(&self) -> &Style {
        &self.composition.job().set.style
    }
}

/// The bytes of one output file and the name it gets.
#[derive(Clone)]
pub struct Output {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// One document of a folder, composed: what a comparison compares.
pub struct Side {
    /// What `[[document]]` adds to the names of its files.
    pub name: Option<String>,
    pub composition: Composition,
}

impl Side {
    pub fn document(&self) -> &Document {
        &self.composition.document
    }

    /// Its pages, as a build lays them.
    pub fn pages(&self, fonts: &Fonts) -> Pages {
        typeset(self.document(), &self.composition.job().set.style, fonts, &mut Diagnostics::default())
    }
}

/// Composes every document of a folder, nothing typeset or written; `instead` stands in for files of the folder.
/// With errors nothing is returned.
pub fn compose_all(
    folder: &Path,
    layout_roots: &[PathBuf],
    instead: &Instead,
    diagnostics: &mut Diagnostics,
) -> Vec<Side> {
    let prepared = prepare_with(folder, layout_roots, instead, diagnostics);
    if diagnostics.has_errors() {
        return Vec::new();
    }
    let side = |p: Prepared| Some(Side { name: p.name, composition: compose(p.job, diagnostics)? });
    let sides: Vec<Side> = prepared.into_iter().filter_map(side).collect();
    if diagnostics.has_errors() { Vec::new() } else { sides }
}

/// Whether the rules of `check` are asked. What was published once is made again whatever today's rules say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    Asked,
    Passed,
}

/// Composes, checks and typesets one job; the pages are laid while the checks run. None if there were errors.
pub fn typeset_job(job: Job, rules: Rules, fonts: &Fonts, diagnostics: &mut Diagnostics) -> Option<Typeset> {
    let composition = compose(job, diagnostics)?;
    let style = &composition.job().set.style;
    let mut of_pages = Diagnostics::default();
    let findings = || match rules {
        Rules::Asked => check(&composition),
        Rules::Passed => Diagnostics::default(),
    };
    let (pages, found) = rayon::join(|| typeset(&composition.document, style, fonts, &mut of_pages), findings);
    diagnostics.extend(found);
    diagnostics.extend(of_pages);
    (!diagnostics.has_errors()).then_some(Typeset { composition, pages })
}

/// Writes one document in the wanted formats, at the same time.
pub fn write_formats(typeset: &Typeset, fonts: &Fonts, formats: &[Format]) -> Result<Vec<Output>, Diagnostic> {
    use rayon::prelude::*;
    let (document, style, pages) = (typeset.document(), typeset.style(), &typeset.pages);
    let stem = &document.meta.file_stem;
    let one = |format: &Format| {
        let bytes = match format {
            Format::Pdf => write::pdf::write(document, pages, fonts)?,
            Format::Docx => docx(document, style, fonts, pages)?,
        };
        Ok(Output { name: format!("{stem}.{}", format.ending()), bytes })
    };
    formats.par_iter().map(one).collect()
}

/// The bytes of a document's DOCX.
pub fn docx(document: &Document, style: &Style, fonts: &Fonts, pages: &Pages) -> Result<Vec<u8>, Diagnostic> {
    write::docx::write(document, style, fonts, pages)
        .map_err(|error| Diagnostic::error("E510", format!("无法生成 DOCX：{error}")))
}

/// Everything a folder becomes, in memory. With errors nothing is returned.
pub fn outputs(
    folder: &Path,
    layout_roots: &[PathBuf],
    fonts: &Fonts,
    formats: &[Format],
    diagnostics: &mut Diagnostics,
) -> Vec<Output> {
    outputs_by(folder, layout_roots, Rules::Asked, fonts, formats, diagnostics)
}

/// The same, with or without the rules.
pub fn outputs_by(
    folder: &Path,
    layout_roots: &[PathBuf],
    rules: Rules,
    fonts: &Fonts,
    formats: &[Format],
    diagnostics: &mut Diagnostics,
) -> Vec<Output> {
    let made = typeset_all(folder, layout_roots, rules, fonts, formats, diagnostics);
    let documents: Vec<&Typeset> = made.iter().map(|(_, typeset)| typeset).collect();
    let outputs = write_all(&documents, fonts, formats, diagnostics);
    // Nobody waits until thousands of cells are given back.
    rayon::spawn(move || drop(made));
    outputs
}

/// Every document of a folder with its pages, by what `[[document]]` adds to its name. With errors among them those
/// that could be made are returned all the same. `formats` are those they are to be written in; none: to be checked.
pub fn typeset_all(
    folder: &Path,
    layout_roots: &[PathBuf],
    rules: Rules,
    fonts: &Fonts,
    formats: &[Format],
    diagnostics: &mut Diagnostics,
) -> Vec<(Option<String>, Typeset)> {
    let mut documents = Vec::new();
    let prepared = prepare(folder, layout_roots, diagnostics);
    // A check makes no file that would carry it.
    let id = (!formats.is_empty()).then(|| crate::data::snapshot_id(folder));
    let records_lost = diagnostics.iter().any(is_of_records);
    let accepted = prepared.first().map(|p| p.job.report.acknowledged.clone()).unwrap_or_default();
    for Prepared { name, job } in prepared {
        if job.only_printed() {
            diagnostics.extend(check_printed(job));
            diagnostics.push(only_printed(formats));
            continue;
        }
        if diagnostics.has_errors() {
            compose_for_mistakes(job, records_lost, diagnostics);
            continue;
        }
        let Some(mut typeset) = typeset_job(job, rules, fonts, diagnostics) else { continue };
        identify(&mut typeset.composition.document, name.as_deref(), id.clone());
        documents.push((name, typeset));
    }
    // With mistakes in the data or the layout the checks have not seen everything.
    if rules == Rules::Asked && !diagnostics.iter().any(|d| d.severity == Severity::Error && d.code.is_mistake()) {
        // Of several documents, any may be the one that an acknowledgement speaks of.
        acknowledge::stale(&accepted, diagnostics).into_iter().for_each(|found| diagnostics.push(found));
    }
    documents
}

/// Marks a document with what tells it from the folder's others, in its file's name, and with the id of its data.
pub fn identify(document: &mut Document, name: Option<&str>, data: Option<String>) {
    document.meta.data = data;
    if let Some(name) = name {
        let stem = &mut document.meta.file_stem;
        *stem = file_name(&format!("{stem}-{name}"));
    }
}

/// The files of typeset documents. With errors, here or before, nothing is returned.
pub fn write_all(
    documents: &[&Typeset],
    fonts: &Fonts,
    formats: &[Format],
    diagnostics: &mut Diagnostics,
) -> Vec<Output> {
    let mut outputs = Vec::new();
    for typeset in documents {
        match write_formats(typeset, fonts, formats) {
            Ok(files) => outputs.extend(files),
            Err(found) => diagnostics.push(found),
        }
    }
    report_same_names(&outputs, diagnostics);
    if diagnostics.has_errors() { Vec::new() } else { outputs }
}

/// Without a ledger there are rounded figures only: they can be checked, and no document can be made.
fn only_printed(formats: &[Format]) -> Diagnostic {
    let message = "没有明细，只有 tables/ 里的表：各条规则都已检查，但不能由此生成公开文本";
    let hint = "表里的数已经四舍五入，正文要用的明细（经济科目、上年数）也不在其中；有了明细文件就能生成";
    let severity = if formats.is_empty() { Severity::Note } else { Severity::Error };
    Diagnostic::new(severity, "E511", message).hint(hint)
}

fn is_of_records(found: &Diagnostic) -> bool {
    found.severity == Severity::Error && found.place.as_ref().is_some_and(|place| place.file.ends_with(".csv"))
}

/// Findings about figures: records that could not be read may well have caused them.
const OF_FIGURES: [&str; 6] = ["E303", "E304", "E305", "E310", "E324", "E342"];

/// Composes what will not be written, so that mistakes in templates show at once with those in the data, but not
/// what only follows from records that were left out.
fn compose_for_mistakes(job: Job, records_lost: bool, diagnostics: &mut Diagnostics) {
    let mut found = Diagnostics::default();
    compose(job, &mut found);
    let follows = |found: &&Diagnostic| records_lost && OF_FIGURES.contains(&&*found.code);
    found.iter().filter(|found| !follows(found)).for_each(|found| diagnostics.push(found.clone()));
}

/// Two documents under one name would overwrite each other; on Windows, capital letters make no difference.
fn report_same_names(outputs: &[Output], diagnostics: &mut Diagnostics) {
    let names: Vec<String> = outputs.iter().map(|output| output.name.to_lowercase()).collect();
    for (index, output) in outputs.iter().enumerate() {
        if names[..index].contains(&names[index]) {
            diagnostics.push(
                Diagnostic::error("E505", format!("有两份文件都叫“{}”，会互相覆盖", output.name))
                    .at(Place::file("report.toml"))
                    .hint("给每个 [[document]] 写不同的 name"),
            );
        }
    }
}
