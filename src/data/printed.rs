//! Tables handed over as printed: `tables/t5.csv`, as a budget platform exports them, read as plain grids. What the
//! cells mean is decided by whoever knows the table's form.

use super::csv_file::{Row, Rows};
use super::typed::cleaned;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::folder::Folder;
use crate::toml_tree::{self, Node};
use std::sync::Arc;

/// The folder of such tables, in the data folder.
pub const TABLES: &str = "tables";

/// A file of [`TABLES`].
#[derive(Debug, Clone)]
pub struct PrintedTable {
    /// Its name without ending: the id of a table, or the name of its layout's file.
    pub name: String,
    /// As users see it: `tables/t5.csv`.
    pub file: Arc<str>,
    /// Rows that are not blank, each with its line from 1.
    pub rows: Vec<(u32, Vec<String>)>,
}

/// The most rows of a printed table: thousands of pages.
const MOST_ROWS: usize = 100_000;

/// The name of the file that holds what last year's documents printed, figure by figure.
pub const LAST_YEAR: &str = "上年公布";

impl PrintedTable {
    /// It is no table of this year, but what was published last year.
    pub fn is_of_last_year(&self) -> bool {
        self.name == LAST_YEAR
    }
}

/// The file of cells that may have been misread where tables came from a published file: each is confirmed by taking it out.
pub const DOUBTS: &str = "doubts.toml";

/// E572: a cell that may have been misread, that nobody has changed and nobody has confirmed.
pub fn unconfirmed(folder: &Folder, printed: &[PrintedTable], diagnostics: &mut Diagnostics) {
    if !folder.is_file(DOUBTS) {
        return;
    }
    let text = match folder.text(DOUBTS) {
        Ok(text) => text,
        Err(found) => return diagnostics.push(found),
    };
    let tree = toml_tree::parse(&text, &DOUBTS.into(), diagnostics);
    for doubt in tree.get("doubt").and_then(Node::array).unwrap_or_default() {
        let says = |key: &str| doubt.get(key).and_then(Node::str).unwrap_or_default();
        let number = |key: &str| doubt.get(key).and_then(Node::int).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let (file, line, column, read) = (says("file"), number("line"), number("column"), says("text"));
        let table = printed.iter().find(|table| &*table.file == file);
        let row = table.and_then(|table| table.rows.iter().find(|(of, _)| *of == line));
        let cell = row.and_then(|(_, cells)| cells.get((column as usize).checked_sub(1)?));
        if cell.is_some_and(|cell| cleaned(cell) == cleaned(read)) {
            let message = format!("这一格由公开的文件读来，{}：“{read}”，还没有核对", says("why"));
            let hint = format!("对照{}：不对就改这一格；对的，在 {DOUBTS} 里删去这一条", says("at"));
            diagnostics.push(Diagnostic::error("E572", message).at(Place::field(file, line, column)).hint(hint));
        }
    }
}

/// Reads every CSV file of the folder `tables/`, by name; none if there is no such folder.
pub fn read_printed(folder: &Folder, diagnostics: &mut Diagnostics) -> Vec<PrintedTable> {
    let names = folder.names(TABLES);
    let one = |name: &String| {
        let file: Arc<str> = format!("{TABLES}/{name}").into();
        match folder.text(&file) {
            Ok(text) => Some(printed_table(name, file, &text, diagnostics)),
            Err(found) => {
                diagnostics.push(found);
                None
            }
        }
    };
    names.iter().filter(|name| name.to_lowercase().ends_with(".csv")).filter_map(one).collect()
}

/// A grid from a file's text ([`crate::folder::decode`]); the separator is the one that makes the most columns.
pub fn printed_table(name: &str, file: Arc<str>, text: &str, diagnostics: &mut Diagnostics) -> PrintedTable {
    let width = |&&separator: &&u8| {
        Rows::new(text, separator).filter_map(Result::ok).map(|row| row.fields.len()).max().unwrap_or(0)
    };
    let separator = b";\t,".iter().max_by_key(width).copied().unwrap_or(b',');
    let mut rows = Vec::new();
    for row in Rows::new(text, separator) {
        match row {
            Ok(row) if row.is_blank() => {}
            Ok(row) if rows.len() == MOST_ROWS => {
                let found = Diagnostic::error("E119", format!("超过 {MOST_ROWS} 行，以下没有读取"));
                diagnostics.push(found.at(Place::field(file.clone(), row.line, 0)).hint("请确认放的是这个文件"));
                break;
            }
            Ok(row) => rows.push((row.line, cells(&row))),
            Err(broken) => diagnostics.push(broken.diagnostic(&file)),
        }
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    PrintedTable { name: stem.to_string(), file, rows }
}

fn cells(row: &Row<'_>) -> Vec<String> {
    row.fields.iter().map(|field| cleaned(field).into_owned()).collect()
}
