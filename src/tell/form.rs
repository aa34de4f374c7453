//! The form of a table as text: its heads and rows between bars, the address of each figure in its cell.

use crate::document::{Inline, Row, Table, one_line, plain_text};

/// The title, the line above, the rows in columns of even width, the notes. No line end at the end.
pub fn as_text(table: &Table) -> String {
    let rows: Vec<Vec<String>> =
        table.header.iter().chain(&table.body).map(|row| texts(row, table.columns.len())).collect();
    let mut widths = vec![0; table.columns.len()];
    for row in &rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(cells_wide(text));
        }
    }
    let mut out: Vec<String> = Vec::new();
    out.extend(table.title.as_ref().map(|title| said(&title.inlines)));
    let above: Vec<String> = table.above.iter().map(|part| said(part)).filter(|part| !part.is_empty()).collect();
    out.extend((!above.is_empty()).then(|| above.join("　")));
    for (index, row) in rows.iter().enumerate() {
        let cells =
            row.iter().zip(&widths).map(|(text, &width)| format!("{text}{}", " ".repeat(width - cells_wide(text))));
        out.push(format!("| {} |", cells.collect::<Vec<_>>().join(" | ")));
        if index + 1 == table.header.len() {
            let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
            out.push(format!("| {} |", rule.join(" | ")));
        }
    }
    out.extend(table.notes.iter().map(|note| said(note)));
    out.join("\n")
}

/// The texts of a row by column; columns that a cell covers are blank.
fn texts(row: &Row, columns: usize) -> Vec<String> {
    let mut texts = vec![String::new(); columns];
    for cell in &row.cells {
        if let Some(text) = texts.get_mut(cell.column) {
            *text = said(&cell.inlines);
        }
    }
    texts
}

fn said(inlines: &[Inline]) -> String {
    one_line(&plain_text(inlines))
}

/// Columns of a terminal: two for a character that is as wide as it is high.
pub(super) fn cells_wide(text: &str) -> usize {
    let wide = |c: char| {
        matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}'
        | '\u{20000}'..='\u{3FFFD}')
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}
