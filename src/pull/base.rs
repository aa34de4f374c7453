//! The edition a DOCX came from, and the way from its lines to those of the folder as it is now.

use super::{side_of, sides};
use crate::build::{Side, docx};
use crate::data::{Correction, FileDecl, corrected, read_text, snapshot_id};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::diff::align::align;
use crate::edition::{self, Edition};
use crate::fonts::Fonts;
use crate::prepare::Instead;
use crate::read_docx::{Options, Reading, read};
use std::path::{Path, PathBuf};

/// The data a DOCX was made from.
pub struct Base {
    pub side: Side,
    /// Its data folder: that of the edition, or the folder itself.
    pub data: PathBuf,
    /// The folder as it is now.
    pub folder: PathBuf,
    /// False where the folder has changed since and no edition is that of the file: then `side` is the folder as it is.
    pub known: bool,
    file_stem: String,
}

impl Base {
    /// Finds it by the hash of the data that the file bears. E711: the file is none of this folder's.
    pub fn find(
        file: &Reading,
        folder: &Path,
        layout_roots: &[PathBuf],
        diagnostics: &mut Diagnostics,
    ) -> Option<Base> {
        let Some(identity) = &file.identity else {
            let message = "这个 DOCX 不是本程序生成的，或它的文件属性被清除了，无从知道出自哪份数据";
            diagnostics.push(Diagnostic::error("E711", message).hint("请用本程序生成的 DOCX 修改"));
            return None;
        };
        let is_current = identity.data.as_deref() == Some(snapshot_id(folder).as_str());
        let edition = if is_current { None } else { edition_of(folder, identity.data.as_deref()) };
        let (data, own_layouts) = match &edition {
            Some(edition) => (edition.data(), Some(vec![edition.layouts()])),
            None => (folder.to_path_buf(), None),
        };
        let roots = own_layouts.as_deref().unwrap_or(layout_roots);
        let all = sides(&data, roots, &Instead::new(), diagnostics);
        if diagnostics.has_errors() {
            return None;
        }
        let side = side_of(all, &identity.file_stem);
        let same =
            |side: &Side| side.document().meta.code == identity.code && side.document().meta.year == identity.year;
        let Some(side) = side.filter(same) else {
            let message = format!(
                "这个 DOCX 是 {} 号部门 {} 年的“{}”，不是 {} 里的文件",
                identity.code,
                identity.year,
                identity.file_stem,
                folder.display()
            );
            diagnostics.push(Diagnostic::error("E711", message).hint("检查文件和文件夹是否对应"));
            return None;
        };
        let known = is_current || edition.is_some();
        Some(Base { side, data, folder: folder.to_path_buf(), known, file_stem: identity.file_stem.clone() })
    }

    /// What the reader makes of the file as it was written.
    pub fn read_back(&self, fonts: &Fonts) -> Result<Reading, Diagnostic> {
        let style = &self.side.composition.job().set.style;
        let bytes = docx(self.side.document(), style, fonts, &self.side.pages(fonts))?;
        read(&bytes, &Options::default())
    }

    /// The folder's document with some files replaced; None with errors.
    pub fn compose_now(
        &self,
        layout_roots: &[PathBuf],
        instead: &Instead,
        diagnostics: &mut Diagnostics,
    ) -> Option<Side> {
        side_of(sides(&self.folder, layout_roots, instead, diagnostics), &self.file_stem)
    }

    /// A file of the folder as it is now, edits so far included.
    pub fn text_now(&self, name: &str, instead: &Instead) -> Result<String, Diagnostic> {
        match instead.get(name) {
            Some(text) => Ok(text.clone()),
            None => read_text(&self.folder.join(name), name),
        }
    }

    /// The line of the folder's file that is line `line` of the edition's, unchanged; E712 where it is not.
    pub fn line_now(&self, name: &str, line: u32) -> Result<u32, Diagnostic> {
        let before = read_text(&self.data.join(name), name)?;
        let now = read_text(&self.folder.join(name), name)?;
        let conflict = || {
            Diagnostic::error("E712", format!("这一行在文件夹里也改过了：{}", shown_line(&before, line)))
                .at(Place::new(name, line, 0))
                .hint("DOCX 里的改动和文件夹里的改动冲突，请人工决定取哪一个")
        };
        if before == now {
            return Ok(line);
        }
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let pairs = align(&lines(&before), &lines(&now), |_, _| 0.0);
        let at = line.checked_sub(1).map(|l| l as usize);
        let pair = pairs.iter().find(|(old, new)| *old == at && new.is_some());
        pair.and_then(|(_, new)| *new).map(|n| n as u32 + 1).ok_or_else(conflict)
    }

    /// Puts a correction of the edition's line into the folder's file.
    pub fn correct(&self, correction: &Correction, instead: &mut Instead) -> Result<(), Diagnostic> {
        let line = self.line_now(&correction.file, correction.line)?;
        let correction = Correction { line, ..correction.clone() };
        let decl = self.decl(&correction.file).ok_or_else(|| correction.no_such_file())?;
        let text = corrected(self.text_now(&correction.file, instead)?, decl, &correction)?;
        instead.insert(correction.file, text);
        Ok(())
    }

    pub fn decl(&self, file: &str) -> Option<&FileDecl> {
        self.side.composition.job().set.schema.files.values().find(|decl| decl.path == file)
    }
}

fn edition_of(folder: &Path, data: Option<&str>) -> Option<Edition> {
    let all = edition::all(folder, &mut Diagnostics::default());
    all.into_iter().rev().find(|edition| Some(snapshot_id(&edition.data()).as_str()) == data)
}

/// A line as messages show it.
pub fn shown_line(text: &str, line: u32) -> String {
    const SHOWN: usize = 40;
    let words = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let mut shown: String = words.chars().take(SHOWN).collect();
    if words.chars().count() > SHOWN {
        shown.push('…');
    }
    shown
}
