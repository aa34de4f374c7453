//! The line of the user's file that a finding speaks of, with the words in it.

use crate::cell_name::sheet_of;
use crate::data::csv_file::{fields_of, separator_of};
use crate::diagnostic::{Column, Diagnostic, Place};
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::workbook::Cells;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The files of one data folder and of the layout sets, read when first asked for.
pub struct Sources<'a> {
    folder: &'a Folder,
    layouts: &'a Layouts,
    read: RefCell<HashMap<String, Option<Rc<Lines>>>>,
    sheets: RefCell<HashMap<String, Option<Arc<Cells>>>>,
}

/// A text by its lines.
struct Lines {
    text: String,
    /// Where each begins.
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: String) -> Lines {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(end, _)| end + 1));
        Lines { text, starts }
    }

    /// A line, counted from 0, without its end.
    fn get(&self, line: usize) -> Option<&str> {
        (line < self.starts.len()).then(|| self.some(line, 1))
    }

    /// So many lines from one on, as far as there are any, without the end of the last.
    fn some(&self, from: usize, count: usize) -> &str {
        let Some(&start) = self.starts.get(from) else { return "" };
        let end = self.starts.get(from + count).map_or(self.text.len(), |next| next - 1);
        &self.text[start..end]
    }
}

/// A line's words around the finding: what stands before, the words themselves, what stands after.
pub struct Excerpt {
    /// Words before it, shortened with ….
    pub before: String,
    /// The words the finding is about.
    pub words: String,
    /// Words after it, shortened with ….
    pub after: String,
}

/// Characters shown on either side of the words.
const AROUND: usize = 18;
/// A cell may go on over several lines of its file.
const CELL_LINES: usize = 20;

impl<'a> Sources<'a> {
    /// The texts of a folder and of the layouts its set is read from; each file is read when first asked for.
    pub fn new(folder: &'a Folder, layouts: &'a Layouts) -> Sources<'a> {
        Sources { folder, layouts, read: RefCell::default(), sheets: RefCell::default() }
    }

    fn lines(&self, file: &str) -> Option<Rc<Lines>> {
        let mut read = self.read.borrow_mut();
        let entry = read.entry(file.to_string()).or_insert_with(|| {
            let text = match file.strip_prefix("layouts/") {
                Some(path) => self.layouts.text(path),
                None => self.folder.text(file).ok(),
            };
            text.map(|text| Rc::new(Lines::of(text)))
        });
        entry.clone()
    }

    fn cells(&self, file: &str) -> Option<Arc<Cells>> {
        let mut sheets = self.sheets.borrow_mut();
        let entry = sheets.entry(file.to_string()).or_insert_with(|| {
            let (workbook, sheet) = sheet_of(file)?;
            let book = self.folder.workbook(workbook).ok()??;
            let sheet = book.sheets().iter().find(|known| known.name == sheet)?;
            book.read(sheet).ok()
        });
        entry.clone()
    }

    /// The excerpt of a finding; none where its line cannot be read.
    pub fn excerpt(&self, finding: &Diagnostic) -> Option<Excerpt> {
        let place = finding.place.as_ref().filter(|p| p.line > 0)?;
        let words = finding.text.as_deref().unwrap_or_default();
        if let Column::Cell(column) = place.column {
            let cells = self.cells(&place.file)?;
            return cut_from(cells.row(place.line)?.at(column)?.shown(), 0, words);
        }
        let lines = self.lines(&place.file)?;
        let first = place.line as usize - 1;
        if place.is_of_record() {
            let column = place.column.number().unwrap_or_default();
            let separator = separator_of(lines.some(0, CELL_LINES), |_| 0);
            return cut_in_cell(lines.some(first, CELL_LINES), words, column, separator);
        }
        let line = lines.get(first)?;
        let found = if words.is_empty() { None } else { cut_at_words(line, words, place) };
        found.or_else(|| cut_at_column(line, place))
    }
}

/// The words in the cell of a record, or the beginning of the cell, without the cells before it.
fn cut_in_cell(record: &str, words: &str, column: u32, separator: u8) -> Option<Excerpt> {
    let fields = fields_of(record, separator);
    let field = (column as usize).saturating_sub(1).min(fields.len().saturating_sub(1));
    let start = fields.get(field).map_or(0, |field| field.start);
    cut_from(record, start, words)
}

/// The first of the words from `start`, or what begins there.
fn cut_from(text: &str, start: usize, words: &str) -> Option<Excerpt> {
    let found = text[start..].find(words).filter(|_| !words.is_empty());
    let excerpt = match found {
        Some(at) => {
            let (before, after) = (&text[..start + at], &text[start + at + words.len()..]);
            let before = before.rsplit('\n').next().unwrap_or_default();
            cut(before, words, after.split('\n').next().unwrap_or_default())
        }
        None => cut("", "", text[start..].split('\n').next().unwrap_or_default()),
    };
    Some(excerpt).filter(|e| !(e.before.is_empty() && e.words.is_empty() && e.after.trim().is_empty()))
}

fn cut_at_words(line: &str, words: &str, place: &Place) -> Option<Excerpt> {
    let from = characters_before(place);
    let from = line.char_indices().nth(from).map_or(0, |(at, _)| at);
    let at = line[from..].find(words).map(|at| at + from).or_else(|| line.find(words))?;
    Some(cut(&line[..at], words, &line[at + words.len()..]))
}

fn cut_at_column(line: &str, place: &Place) -> Option<Excerpt> {
    let at = line.char_indices().nth(characters_before(place)).map_or(0, |(at, _)| at);
    let excerpt = cut(&line[..at], "", &line[at..]);
    (!excerpt.before.trim().is_empty() || !excerpt.after.trim().is_empty()).then_some(excerpt)
}

fn characters_before(place: &Place) -> usize {
    place.column.number().unwrap_or(1).saturating_sub(1) as usize
}

fn cut(before: &str, words: &str, after: &str) -> Excerpt {
    let skipped = before.chars().count().saturating_sub(AROUND);
    let start: String = before.chars().skip(skipped).collect();
    let room = if words.is_empty() { 3 * AROUND } else { AROUND };
    let end: String = after.chars().take(room).collect();
    let cut_after = after.chars().count() > room;
    Excerpt {
        before: if skipped > 0 { format!("…{start}") } else { start },
        words: words.to_string(),
        after: if cut_after { format!("{end}…") } else { end },
    }
}
