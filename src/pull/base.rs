//! The edition a DOCX came from, and the way from its lines to those of the folder as it is now.

use super::written_as;
use crate::cell_name::sheet_of;
use crate::data::{Correction, Dataset, FileDecl, correct_what_can, decl_of, read_folder};
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
use std::collections::{BTreeMap, HashMap};

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

    /// Puts corrections of the edition's records into the folder as it is now with edits so far, each file in one pass;
    /// with the line that each is made in, none where the record says already what is asked. Records are found by what
    /// they say, wherever they stand now. E712: a record was changed in the folder, or is there no more; and those of
    /// [`correct_what_can`]: such a correction is not made, and keeps its line.
    pub fn correct(
        &self,
        folder: &Folder,
        corrections: &[&Correction],
        diagnostics: &mut Diagnostics,
    ) -> (Folder, Vec<Option<u32>>) {
        let mut lines: Vec<Option<u32>> = corrections.iter().map(|correction| Some(correction.line)).collect();
        let mut by_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, correction) in corrections.iter().enumerate() {
            by_file.entry(&correction.file).or_default().push(index);
        }
        let mut folder = folder.clone();
        for (name, of_file) in by_file {
            let asked: Vec<&Correction> = of_file.iter().map(|&index| corrections[index]).collect();
            let Some(decl) = self.decl(name) else {
                diagnostics.push(asked[0].no_such_file());
                continue;
            };
            let mut made = Vec::new();
            match self.stand_now(decl, name, &asked) {
                Ok((file, found)) => {
                    for ((&index, correction), found) in of_file.iter().zip(&asked).zip(found) {
                        match found {
                            Ok(Now::At(line)) => {
                                lines[index] = Some(line);
                                made.push(Correction { line, file: file.clone(), ..(*correction).clone() });
                            }
                            Ok(Now::Given) => lines[index] = None,
                            Err(conflict) => diagnostics.push(conflict),
                        }
                    }
                }
                Err(wrong) => diagnostics.push(wrong),
            }
            match correct_what_can(&folder, decl, &made) {
                Ok((corrected, refused)) => {
                    folder = corrected;
                    refused.into_iter().for_each(|(_, refused)| diagnostics.push(refused));
                }
                Err(wrong) => diagnostics.push(wrong),
            }
        }
        (folder, lines)
    }

    /// What a file is called in the folder as it is now (its records may stand in a workbook in place of a CSV), and where
    /// the records of corrections stand in it.
    #[allow(clippy::type_complexity)]
    fn stand_now(
        &self,
        decl: &FileDecl,
        name: &str,
        corrections: &[&Correction],
    ) -> Result<(String, Vec<Result<Now, Diagnostic>>), Diagnostic> {
        let read = |folder: &Folder| {
            let mut schema = self.made.job().set.schema.clone();
            let data = read_folder(folder, &mut schema, &mut Diagnostics::default());
            data.datasets.into_values().find(|dataset| dataset.id == decl.id)
        };
        let now = read(&self.folder);
        let file = now.as_ref().filter(|dataset| dataset.given).map_or(name, |dataset| &dataset.file).to_owned();
        let text = lines_of(&self.data, name)?;
        if file == name && text == lines_of(&self.folder, name)? {
            return Ok((file, corrections.iter().map(|correction| Ok(Now::At(correction.line))).collect()));
        }
        let all: Vec<Correction> = corrections.iter().map(|&correction| correction.clone()).collect();
        let asked = correct_what_can(&self.data, decl, &all).ok().and_then(|(asked, _)| read(&asked));
        let versions = read(&self.data).zip(now).zip(asked);
        let records = versions.as_ref().map(|((before, now), asked)| Records::pair(before, now, asked, decl));
        let conflict = |correction: &Correction| conflict(name, &text, correction.line);
        let find = |correction: &&Correction| {
            let found = records.as_ref().and_then(|records| records.find(correction.line));
            found.ok_or_else(|| conflict(correction))
        };
        Ok((file, corrections.iter().map(find).collect()))
    }

    pub fn decl(&self, file: &str) -> Option<&FileDecl> {
        let job = self.made.job();
        decl_of(&job.set.schema, &job.data, file)
    }
}

/// The records of a file in the edition, in the folder as it is now, and in the edition with what is asked.
struct Records<'a> {
    before: &'a Dataset,
    now: &'a Dataset,
    asked: &'a Dataset,
    /// By the line in the edition: the record there, and the one that it is now.
    by_line: HashMap<u32, (usize, Option<usize>)>,
}

impl<'a> Records<'a> {
    fn pair(before: &'a Dataset, now: &'a Dataset, asked: &'a Dataset, decl: &FileDecl) -> Records<'a> {
        let pairs = pair_records(before, now, &decl.unique);
        let pairs = pairs.into_iter().filter_map(|(old, new)| Some((old?, new)));
        let by_line = pairs.map(|(old, new)| (before.records[old].origin.line, (old, new))).collect();
        Records { before, now, asked, by_line }
    }

    /// None: the record was changed to something else, or is there no more.
    fn find(&self, line: u32) -> Option<Now> {
        let (at, found) = *self.by_line.get(&line)?;
        let (was, is) = (&self.before.records[at], &self.now.records[found?]);
        if same_record(self.before, was, self.now, is) {
            return Some(Now::At(is.origin.line));
        }
        // The fields that the corrections change: the folder may have been given them already.
        let wanted = self.asked.records.get(at)?;
        let changed = (0..self.before.fields.len()).filter(|&field| was.values[field] != wanted.values[field]);
        let given = |field: usize| {
            let other = self.now.field(&self.before.fields[field].id);
            other.is_some_and(|other| is.values[other] == wanted.values[field])
        };
        let mut changed = changed.peekable();
        (changed.peek().is_some() && changed.all(given)).then_some(Now::Given)
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
    // What was changed since it was recorded is no edition to compare with.
    let editions = edition::each(folder.shown()).rev().filter_map(Result::ok);
    let mut parts = editions.filter_map(|edition| edition.open_verified(&mut Diagnostics::default()));
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
