//! `gongkai pull`: what someone changed in the Word file, and where in the data folder it belongs.
//!
//! ```text
//! DOCX ─ read ───────────────┐
//!                            ├ prose (words around figures → lines of text/*.md)
//! the edition it came from ──┤ figures (retyped numbers → records that explain them)   → edits, tried before they count
//!   written and read alike   └ structure (all else: said, not taken)
//! ```
//!
//! Both sides are read by the same reader, so what Word or LibreOffice do to any file is no difference. Every edit is
//! tried: the folder is composed with it, and must then say what the file says, and nothing else may have changed.

mod base;
mod figures;
mod prose;
mod structure;

use crate::build::{Output, Side, compose_all};
use crate::data::{Correction, ExactText};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::fonts::Fonts;
use crate::prepare::Instead;
use crate::read_docx::{Options, Reading, read};
use base::Base;
use std::path::{Path, PathBuf};

pub use figures::FigureEdit;
pub use prose::{ProseEdit, rewrite};

/// What was found in a DOCX.
#[derive(Default)]
pub struct Pulled {
    /// Prose that can be written back.
    pub prose: Vec<ProseEdit>,
    /// Figures explained by one record each.
    pub figures: Vec<FigureEdit>,
    /// Figures with several explanations, or none: sentences.
    pub open: Vec<String>,
    /// Printed figures that the edits move and that the file leaves as they were: address, before, after.
    pub following: Vec<(String, String, String)>,
    /// What was changed and is not taken: sentences.
    pub structure: Vec<String>,
    /// The folder's files with all edits in, by name relative to it.
    pub files: Vec<Output>,
    /// Those files as they were when they were read.
    pub before: Vec<Output>,
    /// The edition it came from is known, so that its own changes are told from those of the folder.
    pub known: bool,
}

impl Pulled {
    pub fn is_same(&self) -> bool {
        self.prose.is_empty() && self.figures.is_empty() && self.open.is_empty() && self.structure.is_empty()
    }
}

/// Reads a DOCX against a data folder. Nothing is written. Conflicts with changes made in the folder meanwhile are
/// errors (E712); so is a file that comes from another folder (E711).
pub fn pull(
    bytes: &[u8],
    folder: &Path,
    layout_roots: &[PathBuf],
    fonts: &Fonts,
    diagnostics: &mut Diagnostics,
) -> Option<Pulled> {
    let file = match read(bytes, &Options::default()) {
        Ok(file) => file,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    let base = Base::find(&file, folder, layout_roots, diagnostics)?;
    let before = match base.read_back(fonts) {
        Ok(before) => before,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    let mut pulled = Pulled { known: base.known, ..Pulled::default() };
    structure::compare(&before, &file, &mut pulled.structure);
    let mut instead = Instead::new();
    take_prose(&base, &before, &file, layout_roots, &mut instead, &mut pulled, diagnostics);
    take_figures(&base, &before, &file, layout_roots, &mut instead, &mut pulled, diagnostics);
    encode(folder, &instead, &mut pulled, diagnostics);
    Some(pulled)
}

/// Prose edits that, when tried, say exactly what the file says.
fn take_prose(
    base: &Base,
    before: &Reading,
    file: &Reading,
    layout_roots: &[PathBuf],
    instead: &mut Instead,
    pulled: &mut Pulled,
    diagnostics: &mut Diagnostics,
) {
    let edits = prose::edits(base, before, file, &mut pulled.structure, diagnostics);
    let mut kept = Vec::new();
    for edit in edits {
        let mut tried = instead.clone();
        if prose::apply(base, &edit, &mut tried).is_err() {
            pulled.structure.push(edit.refused());
            continue;
        }
        let Some(side) = composed(base, layout_roots, &tried) else {
            pulled.structure.push(edit.refused());
            continue;
        };
        if prose::says(side.document(), &edit) {
            *instead = tried;
            kept.push(edit);
        } else {
            pulled.structure.push(edit.refused());
        }
    }
    pulled.prose = kept;
}

fn take_figures(
    base: &Base,
    before: &Reading,
    file: &Reading,
    layout_roots: &[PathBuf],
    instead: &mut Instead,
    pulled: &mut Pulled,
    diagnostics: &mut Diagnostics,
) {
    let changed = figures::changed(base, before, file, &mut pulled.open);
    if changed.is_empty() {
        return;
    }
    let mut edits = figures::by_one_record(base, &changed, &mut pulled.open);
    let apply = |edits: &[FigureEdit], instead: &Instead, diagnostics: &mut Diagnostics| {
        let mut tried = instead.clone();
        for edit in edits {
            if let Err(found) = base.correct(&edit.correction, &mut tried) {
                diagnostics.push(found);
            }
        }
        tried
    };
    let mut tried = apply(&edits, instead, diagnostics);
    let mut found = Diagnostics::default();
    let mut side = base.compose_now(layout_roots, &tried, &mut found);
    if let Some(now) = &side
        && let Some(common) = figures::by_common_record(base, &changed, &edits, &now.composition)
    {
        edits.push(common);
        tried = apply(&edits, instead, diagnostics);
        side = base.compose_now(layout_roots, &tried, &mut found);
    }
    let Some(side) = side else {
        let wrong = found.sorted().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        pulled.open.push(format!("照文件里的数字更正后，数据有错误，没有采用：\n{wrong}"));
        return;
    };
    figures::unexplained(base, &changed, &edits, &side.composition, &mut pulled.open);
    pulled.following = figures::following(base, &changed, side.document());
    *instead = tried;
    pulled.figures = edits;
}

/// The folder's document as it would be; None if it could not be made.
fn composed(base: &Base, layout_roots: &[PathBuf], instead: &Instead) -> Option<Side> {
    base.compose_now(layout_roots, instead, &mut Diagnostics::default())
}

/// The changed files in their own encoding and with their own line ends.
fn encode(folder: &Path, instead: &Instead, pulled: &mut Pulled, diagnostics: &mut Diagnostics) {
    for (name, text) in instead {
        let original = std::fs::read(folder.join(name)).unwrap_or_default();
        match ExactText::read(&folder.join(name)).and_then(|exact| exact.bytes_of_lines(text)) {
            Some(bytes) => pulled.files.push(Output { name: name.clone(), bytes }),
            None => diagnostics.push(
                Diagnostic::error("E713", "改后的文字写不进这个文件的编码")
                    .at(Place::file(name.as_str()))
                    .hint("请把这个文件另存为 UTF-8"),
            ),
        }
        pulled.before.push(Output { name: name.clone(), bytes: original });
    }
}

/// A correction as `gongkai diff --what-if` takes it.
pub fn spelled(correction: &Correction) -> String {
    format!("{}:{} {}={}", correction.file, correction.line, correction.head, correction.value)
}

/// The side of a folder's documents that a file was written as.
fn side_of(sides: Vec<Side>, file_stem: &str) -> Option<Side> {
    let alone = sides.len() == 1;
    sides.into_iter().find(|side| alone || stem(side) == file_stem)
}

fn stem(side: &Side) -> String {
    let stem = &side.document().meta.file_stem;
    match &side.name {
        Some(name) => crate::compose::file_name(&format!("{stem}-{name}")),
        None => stem.clone(),
    }
}

fn sides(folder: &Path, layout_roots: &[PathBuf], instead: &Instead, diagnostics: &mut Diagnostics) -> Vec<Side> {
    compose_all(folder, layout_roots, instead, diagnostics)
}
