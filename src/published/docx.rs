//! A DOCX of any producer: its paragraphs and tables in order, tracked changes accepted.

use super::arrange::{is_of_contents, number_of};
use super::lines::joined;
use super::unpaged::{Piece, Rows, arrange};
use super::{Doubt, PaperCell, PaperRow, PaperText, Published, Spot};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::read_docx::{ReadCell, content_of};
use std::collections::BTreeSet;

/// Reads a DOCX.
pub(super) fn read(bytes: &[u8], shown: &str) -> Result<Published, Diagnostic> {
    let content = content_of(bytes).map_err(|wrong| match wrong.place {
        Some(_) => wrong,
        None => wrong.at(Place::file(shown)),
    })?;
    let mut published = Published { found: told(&content.unread, shown), ..Published::default() };
    let mut pieces = Vec::new();
    let mut paragraphs = content.paragraphs.iter().zip(&content.tables_before).enumerate().peekable();
    for (at, table) in content.tables.iter().enumerate() {
        while let Some((index, (text, _))) = paragraphs.next_if(|(_, (_, before))| **before <= at) {
            pieces.extend(paragraph(text, index).map(Piece::Text));
        }
        let place = || Place::file(format!("{shown} 第 {} 张表", at + 1));
        if table.nested {
            let message = "表格里套着的表没有读取";
            published.found.push(Diagnostic::warning("E564", message).at(place()).hint("请另行核对这张表"));
            continue;
        }
        let spot = Spot { part: at as u32 + 1, ..Spot::default() };
        pieces.push(Piece::Rows(Rows { rows: rows(&table.rows, spot), heads: 0, spot }));
    }
    pieces.extend(paragraphs.filter_map(|(index, (text, _))| paragraph(text, index)).map(Piece::Text));
    published.parts = arrange(pieces);
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
