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
mod pictures;
mod prose;
mod structure;

use crate::diagnostic::Diagnostics;
use crate::folder::Folder;
use crate::made::Made;
use crate::read_docx::{Options, Reading, read};
use crate::workshop::Workshop;
use base::Base;

pub use figures::FigureEdit;
pub use prose::{ProseEdit, rewrite};

/// What was found in a DOCX.
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
    /// Pictures whose content was replaced.
    pub pictures: Vec<String>,
    /// How many changes of the file the folder has already: it was pulled before, or someone made them by hand.
    pub given: usize,
    /// The folder with all edits in.
    pub folder: Folder,
    /// The edition it came from is known, so that its own changes are told from those of the folder.
    pub known: bool,
}

impl Pulled {
    fn new(folder: Folder, known: bool) -> Pulled {
        Pulled {
            prose: Vec::new(),
            figures: Vec::new(),
            open: Vec::new(),
            following: Vec::new(),
            structure: Vec::new(),
            pictures: Vec::new(),
            given: 0,
            folder,
            known,
        }
    }

    /// There is something to write back.
    pub fn has_edits(&self) -> bool {
        self.folder.edits().next().is_some()
    }

    /// Whether the DOCX asks for nothing that is not there.
    pub fn is_same(&self) -> bool {
        self.prose.is_empty()
            && self.figures.is_empty()
            && self.pictures.is_empty()
            && self.open.is_empty()
            && self.structure.is_empty()
    }
}

/// Reads a DOCX against a data folder. Nothing is written. Conflicts with changes made in the folder meanwhile are
/// errors (E712); so is a file that comes from another folder (E711).
pub fn pull(bytes: &[u8], folder: &Folder, workshop: &Workshop, diagnostics: &mut Diagnostics) -> Option<Pulled> {
    let file = match read(bytes, &Options::default()) {
        Ok(file) => file,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    let base = Base::find(&file, folder, &workshop.layouts, diagnostics)?;
    let before = match base.read_back(&workshop.fonts) {
        Ok(before) => before,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    let mut pulled = Pulled::new(folder.clone(), base.known);
    structure::compare(&before, &file, &mut pulled.structure);
    take_prose(&base, &before, &file, &mut pulled, diagnostics);
    take_figures(&base, &before, &file, &mut pulled, diagnostics);
    pictures::take(&base, &before, &file, &mut pulled);
    Some(pulled)
}

/// Prose edits that, when tried, say exactly what the file says.
fn take_prose(base: &Base, before: &Reading, file: &Reading, pulled: &mut Pulled, diagnostics: &mut Diagnostics) {
    let edits = prose::edits(base, before, file, &mut pulled.structure, &mut pulled.given, diagnostics);
    try_prose(base, &edits, pulled, diagnostics);
}

/// All at once; those among which one does not come out, by halves.
fn try_prose(base: &Base, edits: &[ProseEdit], pulled: &mut Pulled, diagnostics: &mut Diagnostics) {
    if edits.is_empty() {
        return;
    }
    let tried = prose::apply(&pulled.folder, edits);
    let comes_out = |tried: &Folder| {
        let made = base.compose(tried, &mut Diagnostics::default());
        made.is_some_and(|made| prose::says(made.document(), edits))
    };
    match (tried, edits) {
        (Ok(tried), _) if comes_out(&tried) => {
            pulled.folder = tried;
            pulled.prose.extend_from_slice(edits);
        }
        // It would be written, and cannot be in the file's encoding.
        (Err(found), [_]) if found.code == "E713" => diagnostics.push(found),
        (_, [edit]) => pulled.structure.push(edit.refused()),
        (_, edits) => {
            let (first, second) = edits.split_at(edits.len() / 2);
            try_prose(base, first, pulled, diagnostics);
            try_prose(base, second, pulled, diagnostics);
        }
    }
}

fn take_figures(base: &Base, before: &Reading, file: &Reading, pulled: &mut Pulled, diagnostics: &mut Diagnostics) {
    let changed = figures::changed(base, before, file, &mut pulled.open);
    if changed.is_empty() {
        return;
    }
    let mut edits = figures::by_one_record(base, &changed, &mut pulled.open);
    let apply = |edits: &[FigureEdit], diagnostics: &mut Diagnostics| {
        let corrections: Vec<_> = edits.iter().map(|edit| &edit.correction).collect();
        base.correct(&pulled.folder, &corrections, diagnostics)
    };
    let (mut tried, mut lines) = apply(&edits, diagnostics);
    let mut found = Diagnostics::default();
    let mut made = base.compose(&tried, &mut found);
    if let Some(now) = &made
        && let Some(common) = figures::by_common_record(base, &changed, &edits, &now.composition)
    {
        edits.push(common);
        (tried, lines) = apply(&edits, diagnostics);
        made = base.compose(&tried, &mut found);
    }
    let Some(made) = made else {
        let wrong = found.sorted().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        pulled.open.push(format!("照文件里的数字更正后，数据有错误，没有采用：\n{wrong}"));
        return;
    };
    figures::unexplained(base, &changed, &edits, &made.composition, &mut pulled.open);
    if lines.iter().any(Option::is_some) {
        pulled.following = figures::following(base, &changed, made.document());
    }
    pulled.folder = tried;
    for (mut edit, line) in edits.into_iter().zip(lines) {
        match line {
            Some(line) => {
                edit.correction.line = line;
                pulled.figures.push(edit);
            }
            None => pulled.given += 1,
        }
    }
}

/// The one of a folder's documents that a file was written as.
fn written_as(made: Vec<Made>, file_stem: &str) -> Option<Made> {
    let alone = made.len() == 1;
    made.into_iter().find(|made| alone || made.document().meta.file_stem == file_stem)
}
