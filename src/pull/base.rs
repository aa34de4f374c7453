//! The edition a DOCX came from, and the way from its lines to those of the folder as it is now.

use super::written_as;
use crate::cell_name::sheet_of;
use crate::data::{Correction, FileDecl, correct, decl_of, read_folder};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::diff::align::{align, likeness};
use crate::diff::records::{pair_records, same_record};
use crate::edition;
use crate::folder::{Folder, former_id};
use crate::fonts::Fonts;
use crate::layout::Layouts;
use crate::made::Made;
use crate::prepare::{Prepared, data_id, prepare};
use crate::read_docx::{Options, Reading, read};
use crate::workshop::compose_all;
use crate::write::{Format, write};

/// The data a DOCX was made from.
pub struct Base {
    pub made: Made,
    /// Its data folder: that of the edition, or the folder itself.
    pub data: Folder,
    /// The folder as it is now.
    pub folder: Folder,
    /// False where the folder has changed since and no edition is that of the file: then `made` is the folder as it is.
    pub known: bool,
    layouts: Layouts,
    file_stem: String,
}

impl Base {
    /// Finds it by the id of the data that the file bears. E711: the file is none of this folder's.
    pub fn find(file: &Reading, folder: &Folder, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<Base> {
        let Some(identity) = &file.identity else {
            let message = "这个 DOCX 不是本程序生成的，或它的文件属性被清除了，无从知道出自哪份数据";
            diagnostics.push(Diagnostic::error("E711", message).hint("请用本程序生成的 DOCX 修改"));
            return None;
        };
        let id = identity.data.as_deref();
        let (known, data, own_layouts) = if is_of(folder, layouts, id) {
            (true, folder.clone(), layouts.clone())
        } else {
            match edition_of(folder, id) {
                Some((data, layouts)) => (true, data, layouts),
                None => (false, folder.clone(), layouts.clone()),
            }
        };
        let all = compose_all(&data, &own_layouts, diagnostics);
        if diagnostics.has_errors() {
            return None;
        }
        let made = written_as(all, &identity.file_stem);
        let same =
            |made: &Made| made.document().meta.code == identity.code && made.document().meta.year == identity.year;
        let Some(made) = made.filter(same) else {
            let message = format!(
                "这个 DOCX 是 {} 号部门 {} 年的“{}”，不是 {folder} 里的文件",
                identity.code, identity.year, identity.file_stem,
            );
            diagnostics.push(Diagnostic::error("E711", message).hint("检查文件和文件夹是否对应"));
            return None;
        };
        let (folder, layouts, file_stem) = (folder.clone(), layouts.clone(), identity.file_stem.clone());
        Some(Base { made, data, folder, known, layouts, file_stem })
    }

    /// What the reader makes of the file as it was written.
    pub fn read_back(&self, fonts: &Fonts) -> Result<Reading, Diagnostic> {
        let made = &self.made;
        let bytes = write(made.document(), made.style(), made.pages(fonts), fonts, Format::Docx)?;
        read(&bytes, &Options::default())
    }

    /// The document of the folder as it would be; None with errors.
    pub fn compose(&self, folder: &Folder, diagnostics: &mut Diagnostics) -> Option<Made> {
        written_as(compose_all(folder, &self.layouts, diagnostics), &self.file_stem)
    }

    /// Where line `line` of the edition's file, a text, stands in the folder's; `asked` is what the Word file makes of it.
    /// A line that only moved is the same. E712: it is another line now, and not the one asked for.
    pub fn line_now(&self, name: &str, line: u32, asked: &str) -> Result<Now, Diagnostic> {
        let before = self.data.text(name)?;
        let now = self.folder.text(name)?;
        if before == now {
            return Ok(Now::At(line));
        }
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let (old, new) = (lines(&before), lines(&now));
        let pairs = align(&old, &new, |i, j| likeness(&old[i], &new[j]));
        let at = line.saturating_sub(1) as usize;
        let found = pairs.iter().find(|(old, _)| *old == Some(at)).and_then(|(_, new)| *new);
        let moved = || {
            let left = pairs.iter().filter(|(before, _)| before.is_none()).filter_map(|(_, now)| *now);
            left.into_iter().find(|&now| old.get(at) == new.get(now))
        };
        match found.or_else(moved) {
            Some(now) if old.get(at) == new.get(now) => Ok(Now::At(now as u32 + 1)),
            Some(now) if new[now] == asked => Ok(Now::Given),
            _ => Err(conflict(name, &before, line)),
        }
    }

    /// Puts a correction of the edition's record into a folder: the folder as it is now, or with edits so far; with the
    /// line it is made in. None: the record says already what is asked. Records are found by what they say, wherever
    /// they stand now. E712: the record was changed in the folder, or is there no more.
    pub fn correct(&self, folder: &Folder, correction: &Correction) -> Result<Option<(Folder, u32)>, Diagnostic> {
        let decl = self.decl(&correction.file).ok_or_else(|| correction.no_such_file())?;
        // The records may stand in another file now: in a workbook in place of a CSV.
        let file = self.file_now(decl).unwrap_or_else(|| correction.file.clone());
        let (before, now) = (lines_of(&self.data, &correction.file)?, lines_of(&self.folder, &file)?);
        let line = if before == now && file == correction.file {
            correction.line
        } else {
            match self
                .record_now(decl, correction)
                .ok_or_else(|| conflict(&correction.file, &before, correction.line))?
            {
                Now::At(line) => line,
                Now::Given => return Ok(None),
            }
        };
        let folder = correct(folder, decl, &Correction { line, file, ..correction.clone() })?;
        Ok(Some((folder, line)))
    }

    /// Where the record of a correction stands in the folder as it is; None where it is not as it was.
    fn record_now(&self, decl: &FileDecl, correction: &Correction) -> Option<Now> {
        let read = |folder: &Folder| {
            let mut schema = self.made.job().set.schema.clone();
            let data = read_folder(folder, &mut schema, &mut Diagnostics::default());
            data.datasets.into_values().find(|dataset| dataset.id == decl.id)
        };
        let (before, now) = (read(&self.data)?, read(&self.folder)?);
        let at = before.records.iter().position(|record| record.origin.line == correction.line)?;
        let pairs = pair_records(&before, &now, &decl.unique);
        let found = pairs.into_iter().find(|(old, _)| *old == Some(at)).and_then(|(_, new)| new)?;
        let (was, is) = (&before.records[at], &now.records[found]);
        if same_record(&before, was, &now, is) {
            return Some(Now::At(is.origin.line));
        }
        // The fields that the correction changes, in the edition: the folder may have been given it already.
        let asked = read(&correct(&self.data, decl, correction).ok()?)?;
        let wanted = asked.records.get(at)?;
        let changed = (0..before.fields.len()).filter(|&field| was.values[field] != wanted.values[field]);
        let given = |field: usize| {
            now.field(&before.fields[field].id).is_some_and(|other| is.values[other] == wanted.values[field])
        };
        let mut changed = changed.peekable();
        (changed.peek().is_some() && changed.all(given)).then_some(Now::Given)
    }

    pub fn decl(&self, file: &str) -> Option<&FileDecl> {
        let job = self.made.job();
        decl_of(&job.set.schema, &job.data, file)
    }

    /// What the file of a declaration is called in the folder as it is now.
    fn file_now(&self, decl: &FileDecl) -> Option<String> {
        let mut schema = self.made.job().set.schema.clone();
        let data = read_folder(&self.folder, &mut schema, &mut Diagnostics::default());
        data.datasets.get(&decl.id).filter(|dataset| dataset.given).map(|dataset| dataset.file.to_string())
    }
}

/// A file's text; of a sheet, its rows as lines.
fn lines_of(folder: &Folder, file: &str) -> Result<String, Diagnostic> {
    let Some((workbook, sheet)) = sheet_of(file) else { return folder.text(file) };
    let Some(book) = folder.workbook(workbook)? else { return Ok(String::new()) };
    let Some(found) = book.sheets().iter().find(|known| known.name == sheet) else { return Ok(String::new()) };
    let mut text = String::new();
    let mut line = 1;
    for row in &book.read(found)?.rows {
        text.extend((line..row.number).map(|_| '\n'));
        line = row.number;
        let cells: Vec<String> = row.cells.iter().map(|cell| cell.text.replace('\n', " ")).collect();
        text += &cells.join(" ");
    }
    Ok(text)
}

/// Where something of the edition stands in the folder.
pub enum Now {
    /// As it was, on this line.
    At(u32),
    /// As the Word file asks for: the folder has the change already.
    Given,
}

fn conflict(name: &str, before: &str, line: u32) -> Diagnostic {
    Diagnostic::error("E712", format!("这一行在文件夹里也改过了：{}", shown_line(before, line)))
        .at(Place::field(name, line, 0))
        .hint("DOCX 里的改动和文件夹里的改动冲突，请人工决定取哪一个")
}

/// Whether a folder's data has an id, of today's form or the former one.
fn is_of(folder: &Folder, layouts: &Layouts, id: Option<&str>) -> bool {
    let Some(id) = id else { return false };
    let prepared = prepare(folder, layouts, &mut Diagnostics::default());
    let declared = |p: &Prepared| p.job.set.schema.files.values().map(|file| file.path.clone()).collect::<Vec<_>>();
    let declared: Vec<String> = prepared.iter().flat_map(declared).collect();
    data_id(folder, &prepared) == id || former_id(folder, declared.iter().map(String::as_str)).as_deref() == Some(id)
}

/// The last edition whose data has an id.
fn edition_of(folder: &Folder, id: Option<&str>) -> Option<(Folder, Layouts)> {
    let all = edition::all(folder.shown(), &mut Diagnostics::default());
    // What was changed since it was recorded is no edition to compare with.
    let mut parts = all.iter().rev().filter_map(|edition| edition.open_verified(&mut Diagnostics::default()));
    parts.find(|(data, layouts)| is_of(data, layouts, id))
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
