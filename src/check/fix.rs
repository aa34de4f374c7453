//! Changes that are certain, in the user's own files: encoding and line ends kept, all files or none, never a figure.

use crate::cell_name::{letters, sheet_of};
use crate::data::csv_file::{fields_of, separator_of};
use crate::diagnostic::{Column, Diagnostic, Diagnostics, Fix, Place};
use crate::folder::Folder;
use crate::printable::half_width;
use crate::workbook::{self, CellKind, Cells, Change, Entry};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

/// One file and what becomes of it.
pub struct Patch {
    /// Relative to the data folder.
    pub file: String,
    before: String,
    after: String,
    bytes: Vec<u8>,
    /// How many findings it mends.
    pub mended: usize,
}

/// The patches of what was found in a folder. What cannot be found again in its file, or would touch a figure, is
/// left to the user.
pub fn patches(folder: &Folder, found: &Diagnostics) -> Vec<Patch> {
    let mut by_file: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    let mut by_workbook: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for finding in found.sorted().into_iter().filter(|d| d.fix.is_some() && d.acknowledged.is_none()) {
        if let Some(place) = finding.place.as_ref().filter(|place| matches!(place.column, Column::Cell(1..))) {
            let workbook = sheet_of(&place.file).map_or("", |(workbook, _)| workbook);
            by_workbook.entry(workbook).or_default().push(finding);
            continue;
        }
        if let Some(place) = finding.place.as_ref().filter(|p| !p.file.starts_with("layouts/") && p.line > 0) {
            by_file.entry(&place.file).or_default().push(finding);
        }
    }
    let in_files = by_file.into_iter().filter_map(|(file, findings)| patch(folder, file, &findings));
    in_files
        .chain(by_workbook.into_iter().filter_map(|(file, findings)| patch_workbook(folder, file, &findings)))
        .collect()
}

/// The words of cells: every one whose words are found in it, unless it is a formula.
fn patch_workbook(folder: &Folder, file: &str, findings: &[&Diagnostic]) -> Option<Patch> {
    let book = folder.workbook(file).ok()??;
    let mut texts: BTreeMap<(&str, u32, u32), (String, String)> = BTreeMap::new();
    let mut read: BTreeMap<&str, Arc<Cells>> = BTreeMap::new();
    let mut mended = 0;
    for finding in findings {
        let (Some(place), Some(fix)) = (&finding.place, finding.fix.as_ref().filter(|fix| keeps_figures(fix))) else {
            continue;
        };
        let (Some((_, sheet)), Some(column)) = (sheet_of(&place.file), place.column.number()) else { continue };
        if !read.contains_key(sheet) {
            let found = book.sheets().iter().find(|known| known.name == sheet)?;
            read.insert(sheet, book.read(found).ok()?);
        }
        let cell = read[sheet].row(place.line).and_then(|row| row.at(column));
        let Some(cell) = cell.filter(|cell| cell.kind == CellKind::Text && cell.formula().is_none()) else { continue };
        let (_, text) =
            texts.entry((sheet, column, place.line)).or_insert_with(|| (cell.text.to_string(), cell.text.to_string()));
        if let Some(at) = text.find(&fix.old) {
            text.replace_range(at..at + fix.old.len(), &fix.new);
            mended += 1;
        }
    }
    texts.retain(|_, (before, after)| before != after);
    let change = |((sheet, column, row), (_, new)): (&(&str, u32, u32), &(String, String))| Change {
        sheet: (*sheet).to_owned(),
        cell: (*column, *row),
        entry: Entry::Text(new.clone()),
    };
    let changes: Vec<Change> = texts.iter().map(change).collect();
    // What cannot be written is left to the user.
    let (bytes, refused) = workbook::patch_what_can(&book, &changes).ok()?;
    if refused.len() == changes.len() {
        return None;
    }
    let refused: HashSet<usize> = refused.into_iter().map(|(index, _)| index).collect();
    let (mut before, mut after) = (String::new(), String::new());
    let written = texts.iter().enumerate().filter(|(index, _)| !refused.contains(index));
    for (_, ((sheet, column, row), (old, new))) in written {
        let name = format!("{sheet}!{}{row}", letters(*column));
        before += &format!("{name}\t{}\n", old.replace('\n', "⏎"));
        after += &format!("{name}\t{}\n", new.replace('\n', "⏎"));
    }
    Some(Patch { file: file.to_string(), before, after, bytes, mended })
}

fn patch(folder: &Folder, file: &str, findings: &[&Diagnostic]) -> Option<Patch> {
    let exact = folder.exact(file)?;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for finding in findings {
        let (Some(place), Some(fix)) = (&finding.place, &finding.fix) else { continue };
        let edit = edit(&exact.text, place, fix).filter(|_| keeps_figures(fix));
        let Some((range, new)) = edit else { continue };
        // Two changes of the same words: the second waits for the next run.
        if !edits.iter().any(|(r, _)| r.start < range.end && range.start < r.end) {
            edits.push((range, new));
        }
    }
    if edits.is_empty() {
        return None;
    }
    let mended = edits.len();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut after = exact.text.clone();
    edits.into_iter().for_each(|(range, new)| after.replace_range(range, &new));
    let bytes = exact.bytes(&after)?;
    Some(Patch { file: file.to_string(), before: exact.text, after, bytes, mended })
}

/// The digits stay, whatever else changes; a bound amount is a template that prints the same digits.
fn keeps_figures(fix: &Fix) -> bool {
    let digits = |text: &str| text.chars().map(half_width).filter(char::is_ascii_digit).collect::<String>();
    fix.new.contains("{{") || digits(&fix.old) == digits(&fix.new)
}

/// Where the words of a fix stand, in bytes, and what to put there; only what differs is replaced.
fn edit(text: &str, place: &Place, fix: &Fix) -> Option<(Range<usize>, String)> {
    let csv = place.is_of_record();
    let start = line_start(text, place.line)?;
    let column = place.column.number().unwrap_or_default();
    let (region, from) = if csv {
        let fields = fields_of(&text[start..], separator_of(text, |_| 0));
        let from = fields.get((column as usize).wrapping_sub(1)).map_or(0, |field| field.start);
        (&text[start..start + fields.last()?.end], from)
    } else {
        let line = &text[start..start + line_length(&text[start..])];
        (line, column_start(line, column))
    };
    let new = if csv { fix.new.replace('"', "'") } else { fix.new.clone() };
    // A comma would make another cell of it.
    if csv && (fix.old.contains('"') || new.matches(',').count() > fix.old.matches(',').count()) {
        return None;
    }
    let at = region.match_indices(&fix.old).map(|(at, _)| at).min_by_key(|at| at.abs_diff(from))?;
    let (old, new) = (fix.old.as_str(), new.as_str());
    let same = old.char_indices().zip(new.chars()).take_while(|((_, a), b)| a == b).last();
    let head = same.map_or(0, |((i, c), _)| i + c.len_utf8());
    let tail: usize = old[head..]
        .chars()
        .rev()
        .zip(new[head..].chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let begin = start + at;
    Some((begin + head..begin + old.len() - tail, new[head..new.len() - tail].to_string()))
}

fn line_start(text: &str, line: u32) -> Option<usize> {
    let mut at = 0;
    for _ in 1..line {
        at += line_length(&text[at..]);
        let end = text[at..].chars().next()?;
        at += if text[at..].starts_with("\r\n") { 2 } else { end.len_utf8() };
    }
    Some(at)
}

fn line_length(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

fn column_start(line: &str, column: u32) -> usize {
    line.char_indices().nth(column.saturating_sub(1) as usize).map_or(0, |(at, _)| at)
}

impl Patch {
    /// A unified diff without context. Changes never add or remove lines.
    pub fn diff(&self) -> String {
        let mut text = format!("--- {0}\n+++ {0}\n", self.file);
        let lines = |text: &str| {
            text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(str::to_string).collect::<Vec<_>>()
        };
        for (index, (before, after)) in lines(&self.before).iter().zip(&lines(&self.after)).enumerate() {
            if before != after {
                let _ = writeln!(text, "@@ -{0} +{0} @@\n-{before}\n+{after}", index + 1);
            }
        }
        text
    }
}

/// The folder with all patches in.
pub fn patched(folder: &Folder, patches: &[Patch]) -> Folder {
    patches.iter().fold(folder.clone(), |folder, patch| folder.with(&patch.file, &patch.bytes[..]))
}
