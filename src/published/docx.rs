//! A DOCX of any producer: its paragraphs and tables in order, tracked changes accepted.

use super::arrange::{heads, is_form_number, is_of_contents, is_title, is_unit, number_of, without_goes_on};
use super::lines::joined;
use super::{Doubt, PaperCell, PaperRow, PaperTable, PaperText, Part, Published, Spot};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::read_docx::{ReadCell, content_of};
use std::collections::BTreeSet;

/// Lines that a title, its number, the department and the unit take at most.
const OVER: usize = 5;

/// Reads a DOCX.
pub(super) fn read(bytes: &[u8], shown: &str) -> Result<Published, Diagnostic> {
    let content = content_of(bytes).map_err(|wrong| match wrong.place {
        Some(_) => wrong,
        None => wrong.at(Place::file(shown)),
    })?;
    let mut published = Published { found: told(&content.unread, shown), ..Published::default() };
    let mut waiting: Vec<PaperText> = Vec::new();
    let mut paragraphs = content.paragraphs.iter().zip(&content.tables_before).enumerate().peekable();
    for (at, table) in content.tables.iter().enumerate() {
        while let Some((index, (text, _))) = paragraphs.next_if(|(_, (_, before))| **before <= at) {
            waiting.extend(paragraph(text, index));
        }
        let place = || Place::file(format!("{shown} 第 {} 张表", at + 1));
        if table.nested {
            let message = "表格里套着的表没有读取";
            published.found.push(Diagnostic::warning("E564", message).at(place()).hint("请另行核对这张表"));
            continue;
        }
        let spot = Spot { part: at as u32 + 1, ..Spot::default() };
        let read = rows(&table.rows, spot);
        // A row without rules that spreads 部门 and 单位 over the width stands over the table that follows.
        let texts = || read.iter().flat_map(|row| &row.cells).map(|cell| cell.text.as_str()).filter(|t| !t.is_empty());
        let followed =
            at + 1 < content.tables.len() && paragraphs.peek().is_none_or(|(_, (_, before))| **before > at + 1);
        if read.len() == 1 && texts().count() <= 4 && (followed || texts().any(is_unit)) {
            waiting.extend(texts().map(|text| PaperText { text: text.to_owned(), level: 0, spot }));
            continue;
        }
        let from = waiting.len() - over(&waiting);
        let lines = waiting.split_off(from);
        published.parts.extend(waiting.drain(..).map(Part::Text));
        published.parts.push(Part::Table(titled(lines, read, spot)));
    }
    waiting.extend(paragraphs.filter_map(|(index, (text, _))| paragraph(text, index)));
    published.parts.extend(waiting.into_iter().map(Part::Text));
    Ok(published)
}

/// What Word shows and is not read.
fn told(unread: &[String], shown: &str) -> Diagnostics {
    let mut found = Diagnostics::default();
    for what in unread.iter().take(20) {
        let message = format!("有不能读取的内容：{what}");
        found.push(Diagnostic::new(Severity::Note, "E564", message).at(Place::file(shown.to_owned())));
    }
    found
}

pub(super) fn paragraph(text: &str, index: usize) -> Option<PaperText> {
    // A line of the contents ends in a tab and a page.
    let page = text.trim_end().rsplit_once('\t').map_or("", |(_, page)| page.trim());
    if !page.is_empty() && page.len() <= 4 && page.bytes().all(|b| b.is_ascii_digit() || b"ivxIVX".contains(&b)) {
        return None;
    }
    let text = text.split('\n').map(str::trim).fold(String::new(), joined);
    let text = text.trim().to_owned();
    if text.is_empty() || is_of_contents(&text) {
        return None;
    }
    let short = text.chars().count() <= 45 && !text.ends_with(['。', '；', '，']) && !text.contains('。');
    let level = number_of(&text).filter(|level| short && *level < 4).unwrap_or(0);
    Some(PaperText { text, level, spot: Spot { part: index as u32 + 1, ..Spot::default() } })
}

/// How many of the paragraphs before a table stand over it.
pub(super) fn over(before: &[PaperText]) -> usize {
    let could = |text: &&PaperText| {
        let words = text.text.as_str();
        let is_numbered = number_of(words).is_some() && !without_goes_on(words).ends_with('表');
        words.chars().count() <= 60 && (is_unit(words) || !words.ends_with(['。', '：', '；', '，']) && !is_numbered)
    };
    let near: Vec<&PaperText> = before.iter().rev().take(OVER).take_while(could).collect();
    let says = |text: &&PaperText| is_title(&text.text) || is_unit(&text.text) || is_form_number(&text.text);
    near.iter().rposition(says).map_or(0, |last| last + 1)
}

pub(super) fn titled(lines: Vec<PaperText>, rows: Vec<PaperRow>, spot: Spot) -> PaperTable {
    let named = lines.iter().rposition(|line| is_title(&line.text) && !is_unit(&line.text));
    let named = named.or_else(|| lines.iter().rposition(|line| !is_unit(&line.text) && !is_form_number(&line.text)));
    let title = named.map_or(String::new(), |at| lines[at].text.clone());
    let above = lines.iter().enumerate().filter(|(at, _)| Some(*at) != named).map(|(_, line)| line.text.clone());
    let columns = rows.iter().flat_map(|row| &row.cells).map(|cell| cell.column + cell.colspan).max().unwrap_or(0);
    PaperTable { title, above: above.collect(), columns, heads: heads(&rows), rows, spot, of_sheet: false }
}

/// Rows of cells, by the edges that any row has.
fn rows(read: &[Vec<ReadCell>], spot: Spot) -> Vec<PaperRow> {
    let edges: BTreeSet<usize> = read.iter().flatten().flat_map(|cell| [cell.column, cell.end]).collect();
    let edges: Vec<usize> = edges.into_iter().collect();
    let seen = |column: usize| edges.partition_point(|edge| *edge < column);
    let covers = |row: usize, column: usize| {
        let below = read[row + 1..].iter().map(|row| row.iter().find(|cell| cell.column == column));
        1 + below.take_while(|cell| cell.is_some_and(|cell| cell.covered)).count()
    };
    let cell = |row: usize, cell: &ReadCell| PaperCell {
        column: seen(cell.column),
        colspan: (seen(cell.end) - seen(cell.column)).max(1),
        rowspan: covers(row, cell.column),
        text: cell.text.split('\n').map(str::trim).fold(String::new(), joined).trim().replace('\u{FFFC}', "\u{FFFD}"),
        spot,
        doubt: cell.text.contains('\u{FFFC}').then_some(Doubt::Unnamed),
    };
    let row = |(at, row): (usize, &Vec<ReadCell>)| PaperRow {
        cells: row.iter().filter(|cell| !cell.covered).map(|one| cell(at, one)).collect(),
    };
    read.iter().enumerate().map(row).collect()
}
