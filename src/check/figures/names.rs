//! What tables, rows, columns and cells are called in messages.

use super::book::{Book, CellId, Sheet};

pub fn table_name(sheet: &Sheet) -> String {
    match sheet.view.title == *sheet.view.id {
        true => format!("表 {}", sheet.view.id),
        false => format!("《{}》", sheet.view.title),
    }
}

pub fn row_name(book: &Book, cell: CellId) -> String {
    let row = book.row(cell);
    let name = if row.label.trim().is_empty() { row.name.as_str() } else { row.label.trim() };
    match (row.code.is_empty(), name.is_empty()) {
        (false, _) => format!("{} {}", row.code, row.name),
        (true, true) => row.key.to_string(),
        (true, false) => name.to_string(),
    }
}

pub fn column_name(sheet: &Sheet, column: usize) -> String {
    let column = &sheet.view.columns[column];
    column.head.last().map(|h| h.replace('\n', "")).filter(|h| !h.is_empty()).unwrap_or_else(|| column.key.to_string())
}

/// A cell's place in words: 《…》“…”行“…”.
pub fn cell_name(book: &Book, cell: CellId) -> String {
    let sheet = &book.sheets()[cell.table];
    format!("{}“{}”行“{}”", table_name(sheet), row_name(book, cell), column_name(sheet, cell.column))
}
