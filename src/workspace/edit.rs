//! One edit of a department's files, and what becomes of it where the files are others than it was made upon.

use crate::data::grid::{Grid, decl_of, delete_rows, grid_of, insert_rows, no_cell};
use crate::data::{Correction, Schema, correct_all};
use crate::diagnostic::Diagnostic;
use crate::folder::Folder;
use serde::{Deserialize, Serialize};

/// A cell and what it is to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellEdit {
    /// The line its row begins on, from 1.
    pub line: u32,
    /// Index of the column in the file, from 0.
    pub column: usize,
    /// As typed.
    pub value: String,
    /// The cells of its row as they were; filled in when the edit is made.
    #[serde(default)]
    pub row: Vec<String>,
}

/// One step of work, as it is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Edit {
    /// Cells of a record file.
    Cells {
        /// The id of the file in the schema.
        file: String,
        /// At least one.
        cells: Vec<CellEdit>,
    },
    /// Rows that come.
    Insert {
        /// The id of the file in the schema.
        file: String,
        /// The line of the row, or of the headings, that they come after.
        after: u32,
        /// Their cells, in the order of the file's columns.
        rows: Vec<Vec<String>>,
        /// The cells of the row they come after.
        #[serde(default)]
        row: Vec<String>,
    },
    /// Rows that go.
    Delete {
        /// The id of the file in the schema.
        file: String,
        /// Their lines, and their cells as they were.
        rows: Vec<(u32, Vec<String>)>,
    },
    /// The whole text of a file: prose, report.toml, corrections.toml.
    Text {
        /// Relative to the data folder.
        file: String,
        /// As it was; none: there was no such file.
        #[serde(default)]
        was: Option<String>,
        /// As it is to be.
        text: String,
    },
}

/// An edit that cannot be made upon the files as they are now, because someone else has changed the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The id of the record file, or the name of the file of text.
    pub file: String,
    /// Of a cell: its line in the file as it is now, where its row was found again.
    pub line: Option<u32>,
    /// Of a cell: the heading of its column.
    pub head: Option<String>,
    /// When the edit was made.
    pub was: String,
    /// What the edit says.
    pub mine: String,
    /// What the file says now; none: the row or the file is gone.
    pub theirs: Option<String>,
}

impl Edit {
    /// Takes down what stands where the edit is about to be made, by which it is known again. E161: there is no such place.
    pub fn upon(mut self, folder: &Folder, schema: &Schema) -> Result<Edit, Diagnostic> {
        match &mut self {
            Edit::Cells { file, cells } => {
                let grid = grid_of(folder, schema, file)?;
                for cell in cells {
                    cell.row = grid.row(cell.line)?;
                }
            }
            Edit::Insert { file, after, row, .. } => {
                let grid = grid_of(folder, schema, file)?;
                *row = if *after == grid.heading { Vec::new() } else { grid.row(*after)? };
            }
            Edit::Delete { file, rows } => {
                let grid = grid_of(folder, schema, file)?;
                for (line, cells) in rows {
                    *cells = grid.row(*line)?;
                }
            }
            Edit::Text { file, was, .. } => *was = folder.text_if_there(file)?,
        }
        Ok(self)
    }

    /// The folder with the edit made. Errors: E161, E713, E718.
    pub fn made(&self, folder: &Folder, schema: &Schema) -> Result<Folder, Diagnostic> {
        match self {
            Edit::Cells { file, cells } => {
                let grid = grid_of(folder, schema, file)?;
                let correction = |cell: &CellEdit| {
                    let head = grid.columns.get(cell.column).ok_or_else(|| no_cell(&grid.file, cell.line))?;
                    let value = cell.value.clone();
                    Ok(Correction { file: grid.file.to_string(), line: cell.line, head: head.head.clone(), value })
                };
                let corrections = cells.iter().map(correction).collect::<Result<Vec<_>, Diagnostic>>()?;
                correct_all(folder, decl_of(schema, file)?, &corrections)
            }
            Edit::Insert { file, after, rows, .. } => {
                let grid = grid_of(folder, schema, file)?;
                insert_rows(folder, decl_of(schema, file)?, &grid.file, *after, rows)
            }
            Edit::Delete { file, rows } => {
                let grid = grid_of(folder, schema, file)?;
                let lines: Vec<u32> = rows.iter().map(|(line, _)| *line).collect();
                delete_rows(folder, decl_of(schema, file)?, &grid.file, &lines)
            }
            Edit::Text { file, text, .. } => folder.with_text(file, text),
        }
    }

    /// The same edit upon files as they are now: each row found again by its cells, be it on another line. Where what it
    /// changes was changed by someone else, there is a conflict and no edit.
    pub fn again(&self, folder: &Folder, schema: &Schema) -> Result<Edit, Vec<Conflict>> {
        let mut edit = self.clone();
        let mut conflicts = Vec::new();
        match &mut edit {
            Edit::Cells { file, cells } => {
                let grid = grid_of(folder, schema, file).ok();
                for cell in cells {
                    match grid.as_ref().and_then(|grid| found_again(grid, cell.line, &cell.row, Some(cell.column))) {
                        Some(line) if cell_at(grid.as_ref(), line, cell.column) == cell.was() => cell.line = line,
                        found => conflicts.push(Conflict {
                            file: file.clone(),
                            line: found,
                            head: grid.as_ref().and_then(|g| Some(g.columns.get(cell.column)?.head.clone())),
                            was: cell.was().to_string(),
                            mine: cell.value.clone(),
                            theirs: found.map(|line| cell_at(grid.as_ref(), line, cell.column).to_string()),
                        }),
                    }
                }
            }
            Edit::Insert { file, after, rows, row } => {
                let grid = grid_of(folder, schema, file).ok();
                let found = match (&grid, row.is_empty()) {
                    (Some(grid), true) => Some(grid.heading),
                    // Where the row it comes after was changed in one cell meanwhile, it is still that row.
                    (Some(grid), false) => found_again(grid, *after, row, None)
                        .or_else(|| (0..grid.columns.len()).find_map(|c| found_again(grid, *after, row, Some(c)))),
                    (None, _) => None,
                };
                match found {
                    Some(line) => *after = line,
                    None => conflicts.push(whole(file, row, &rows.concat(), None)),
                }
            }
            Edit::Delete { file, rows } => {
                let grid = grid_of(folder, schema, file).ok();
                for (line, cells) in rows {
                    match grid.as_ref().and_then(|grid| found_again(grid, *line, cells, None)) {
                        Some(found) => *line = found,
                        None => conflicts.push(whole(file, cells, &[], None)),
                    }
                }
            }
            Edit::Text { file, was, text } => {
                let now = folder.text_if_there(file).ok().flatten();
                if now != *was {
                    conflicts.push(Conflict {
                        file: file.clone(),
                        line: None,
                        head: None,
                        was: was.clone().unwrap_or_default(),
                        mine: text.clone(),
                        theirs: now,
                    });
                }
            }
        }
        if conflicts.is_empty() { Ok(edit) } else { Err(conflicts) }
    }

    /// The same edit, made upon what stands there now, whatever that is: what the user chose to keep.
    pub fn over(&self, folder: &Folder, schema: &Schema) -> Option<Edit> {
        let mut edit = self.clone();
        if let Edit::Cells { file, cells } = &mut edit {
            let grid = grid_of(folder, schema, file).ok()?;
            for cell in cells {
                cell.line = found_again(&grid, cell.line, &cell.row, Some(cell.column))?;
            }
        }
        edit.upon(folder, schema).ok()
    }
}

impl CellEdit {
    /// What the cell said before.
    pub fn was(&self) -> &str {
        self.row.get(self.column).map_or("", String::as_str)
    }
}

fn whole(file: &str, was: &[String], mine: &[String], theirs: Option<String>) -> Conflict {
    let (was, mine) = (was.join("，"), mine.join("，"));
    Conflict { file: file.to_string(), line: None, head: None, was, mine, theirs }
}

fn cell_at(grid: Option<&Grid>, line: u32, column: usize) -> &str {
    let row = grid.and_then(|grid| grid.rows.iter().find(|row| row.line == line));
    row.and_then(|row| row.cells.get(column)).map_or("", String::as_str)
}

/// The line of a row that had these cells, but for one column: where it was, else the only other one that has them.
fn found_again(grid: &Grid, line: u32, cells: &[String], but: Option<usize>) -> Option<u32> {
    let is_same = |row: &[String]| {
        let width = row.len().max(cells.len());
        (0..width).filter(|&n| Some(n) != but).all(|n| {
            let at = |cells: &[String]| cells.get(n).cloned().unwrap_or_default();
            at(row) == at(cells)
        })
    };
    let rows = || grid.rows.iter().filter(|row| is_same(&row.cells));
    if rows().any(|row| row.line == line) {
        return Some(line);
    }
    let mut found = rows();
    let first = found.next()?;
    found.next().is_none().then_some(first.line)
}
