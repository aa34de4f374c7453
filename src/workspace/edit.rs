//! One edit of a department's files, and what becomes of it where the files are others than it was made upon.

use super::merge::merged;
use crate::data::grid::{Grid, decl_of, delete_rows, grid_of, insert_rows, no_cell};
use crate::data::{Correction, Kind, Schema, correct_all};
use crate::diagnostic::Diagnostic;
use crate::folder::Folder;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A cell and what it is to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellEdit {
    /// The line its row begins on, from 1.
    pub line: u32,
    /// Index of the column in the file, from 0.
    pub column: usize,
    /// As typed.
    pub value: String,
    /// The cells of its row as they were seen by whoever asks for it; none: as the cell before
    /// it has them, or as they are when the edit is made.
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
        /// The cells of the row they come after, as they were seen.
        #[serde(default)]
        row: Vec<String>,
    },
    /// Rows that go.
    Delete {
        /// The id of the file in the schema.
        file: String,
        /// Their lines, and their cells as they were seen.
        rows: Vec<(u32, Vec<String>)>,
    },
    /// The whole text of a file: prose, report.toml, corrections.toml.
    Text {
        /// Relative to the data folder.
        file: String,
        /// As it was seen; none: there was no such file.
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

/// An edit, and the files as they are now.
#[derive(Debug)]
pub struct Again {
    /// What of it can be made.
    pub edit: Option<Edit>,
    /// What of it cannot.
    pub waits: Option<Waits>,
}

/// An edit that waits for the user to decide.
#[derive(Debug, Clone)]
pub struct Waits {
    /// As it was to be made.
    pub edit: Edit,
    /// Why it was not.
    pub conflicts: Vec<Conflict>,
}

impl Edit {
    /// Takes down what stands where the edit is about to be made, by which it is known again, unless whoever asks for it has
    /// said what they saw there. E161: there is no such place.
    pub fn upon(mut self, folder: &Folder, schema: &Schema) -> Result<Edit, Diagnostic> {
        match &mut self {
            Edit::Cells { file, cells } => {
                let rows = Rows::of(folder, schema, file)?;
                // Of several cells of a row the first says what was seen.
                let mut seen: HashMap<u32, Vec<String>> = HashMap::new();
                for cell in cells {
                    if cell.row.is_empty() {
                        cell.row = seen.get(&cell.line).cloned().map_or_else(|| rows.at(cell.line), Ok)?;
                    }
                    seen.entry(cell.line).or_insert_with(|| cell.row.clone());
                }
            }
            Edit::Insert { file, after, row, .. } if row.is_empty() => {
                let rows = Rows::of(folder, schema, file)?;
                *row = if *after == rows.grid.heading { Vec::new() } else { rows.at(*after)? };
            }
            Edit::Delete { file, rows: lines } => {
                let rows = Rows::of(folder, schema, file)?;
                for (line, cells) in lines.iter_mut().filter(|(_, cells)| cells.is_empty()) {
                    *cells = rows.at(*line)?;
                }
            }
            Edit::Text { file, was, .. } if was.is_none() => *was = folder.text_if_there(file)?,
            Edit::Insert { .. } | Edit::Text { .. } => {}
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

    /// The same edit upon files as they are now: each row found again by its cells, be it on another line; of a text, the
    /// paragraphs that one side alone has changed. What someone else has changed too waits.
    pub fn again(&self, folder: &Folder, schema: &Schema) -> Again {
        self.found(folder, schema, false)
    }

    /// The same edit, made over what stands there now: what the user chose to keep. What has no place any more still waits.
    pub fn over(&self, folder: &Folder, schema: &Schema) -> Again {
        self.found(folder, schema, true)
    }

    fn found(&self, folder: &Folder, schema: &Schema, over: bool) -> Again {
        let mut again = Again { edit: None, waits: None };
        let waits = |edit, conflicts: Vec<Conflict>| (!conflicts.is_empty()).then_some(Waits { edit, conflicts });
        match self {
            Edit::Cells { file, cells } => {
                let mut rows = Rows::of(folder, schema, file).ok();
                let (mut made, mut left, mut conflicts) = (Vec::new(), Vec::new(), Vec::new());
                for cell in cells {
                    let has_column = |rows: &&mut Rows| cell.column < rows.grid.columns.len();
                    let line = rows.as_mut().filter(has_column);
                    let line = line.and_then(|rows| rows.find(cell.line, &cell.row, Some(cell.column)));
                    let found = rows.as_ref().zip(line).map(|(rows, line)| (rows, line, rows.cell(line, cell.column)));
                    match found {
                        Some((rows, line, now)) if over || rows.is_same(cell.column, now, cell.was()) => {
                            let mut row = cell.row.clone();
                            row.resize(row.len().max(cell.column + 1), String::new());
                            row[cell.column] = now.to_string();
                            made.push(CellEdit { line, row, ..cell.clone() });
                        }
                        _ => {
                            conflicts.push(Conflict {
                                file: file.clone(),
                                line,
                                head: rows.as_ref().and_then(|r| Some(r.grid.columns.get(cell.column)?.head.clone())),
                                was: cell.was().to_string(),
                                mine: cell.value.clone(),
                                theirs: found.map(|(_, _, now)| now.to_string()),
                            });
                            left.push(cell.clone());
                        }
                    }
                }
                again.edit = (!made.is_empty()).then(|| Edit::Cells { file: file.clone(), cells: made });
                again.waits = waits(Edit::Cells { file: file.clone(), cells: left }, conflicts);
            }
            Edit::Insert { file, after, rows: new, row } => {
                let mut rows = Rows::of(folder, schema, file).ok();
                let place = rows.as_mut().and_then(|rows| match row.is_empty() {
                    true => Some(rows.grid.heading),
                    false => rows.find_but_one(*after, row),
                });
                // Its rows are the user's, wherever they stand.
                let last = |rows: &Rows| rows.grid.rows.last().map_or(rows.grid.heading, |row| row.line);
                match place.or_else(|| rows.as_ref().filter(|_| over).map(last)) {
                    Some(after) => {
                        let row = rows.and_then(|rows| rows.at(after).ok()).unwrap_or_default();
                        again.edit = Some(Edit::Insert { file: file.clone(), after, rows: new.clone(), row });
                    }
                    None => again.waits = waits(self.clone(), vec![whole(file, row, &new.concat())]),
                }
            }
            Edit::Delete { file, rows: lines } => {
                let mut rows = Rows::of(folder, schema, file).ok();
                let (mut made, mut left, mut conflicts) = (Vec::new(), Vec::new(), Vec::new());
                for (line, cells) in lines {
                    let found = rows.as_mut().and_then(|rows| match over {
                        true => rows.find_but_one(*line, cells),
                        false => rows.find(*line, cells, None),
                    });
                    match found {
                        Some(found) => made.push((found, cells.clone())),
                        None => {
                            conflicts.push(whole(file, cells, &[]));
                            left.push((*line, cells.clone()));
                        }
                    }
                }
                again.edit = (!made.is_empty()).then(|| Edit::Delete { file: file.clone(), rows: made });
                again.waits = waits(Edit::Delete { file: file.clone(), rows: left }, conflicts);
            }
            Edit::Text { file, was, text } => {
                let now = folder.text_if_there(file).ok().flatten();
                let both = match (was, &now) {
                    (was, now) if was == now => Some(text.clone()),
                    (Some(was), Some(now)) => merged(was, text, now, over),
                    _ => over.then(|| text.clone()),
                };
                match both {
                    Some(text) => again.edit = Some(Edit::Text { file: file.clone(), was: now, text }),
                    None => again.waits = waits(self.clone(), self.unmade(now)),
                }
            }
        }
        again
    }

    /// All that an edit says, where nothing of it can be made.
    pub fn refused(&self, folder: &Folder) -> Waits {
        let conflicts = match self {
            Edit::Cells { file, cells } => {
                let conflict = |cell: &CellEdit| Conflict {
                    file: file.clone(),
                    line: Some(cell.line),
                    head: None,
                    was: cell.was().to_string(),
                    mine: cell.value.clone(),
                    theirs: Some(cell.was().to_string()),
                };
                cells.iter().map(conflict).collect()
            }
            Edit::Insert { file, row, rows, .. } => vec![whole(file, row, &rows.concat())],
            Edit::Delete { file, rows } => rows.iter().map(|(_, cells)| whole(file, cells, &[])).collect(),
            Edit::Text { file, .. } => self.unmade(folder.text_if_there(file).ok().flatten()),
        };
        Waits { edit: self.clone(), conflicts }
    }

    /// Of a text.
    fn unmade(&self, theirs: Option<String>) -> Vec<Conflict> {
        let Edit::Text { file, was, text } = self else { return Vec::new() };
        let (was, mine) = (was.clone().unwrap_or_default(), text.clone());
        vec![Conflict { file: file.clone(), line: None, head: None, was, mine, theirs }]
    }
}

impl CellEdit {
    /// What the cell said before.
    pub fn was(&self) -> &str {
        self.row.get(self.column).map_or("", String::as_str)
    }
}

fn whole(file: &str, was: &[String], mine: &[String]) -> Conflict {
    let (was, mine) = (was.join("，"), mine.join("，"));
    Conflict { file: file.to_string(), line: None, head: None, was, mine, theirs: None }
}

/// The rows of a record file, to be found again by what they say.
struct Rows {
    grid: Grid,
    /// Columns in which one number may be typed in several ways.
    numbers: Vec<bool>,
    by_line: HashMap<u32, usize>,
    /// By what all columns say but one: the line of the only row, none where there are several.
    by_cells: HashMap<Option<usize>, HashMap<Vec<String>, Option<u32>>>,
    /// The lines that were found, and on which they were sought: two rows are not found in one.
    taken: HashMap<u32, u32>,
}

impl Rows {
    /// E161: there is no such file.
    fn of(folder: &Folder, schema: &Schema, file: &str) -> Result<Rows, Diagnostic> {
        let (grid, decl) = (grid_of(folder, schema, file)?, decl_of(schema, file)?);
        let is_number = |field: usize| matches!(decl.fields[field].kind, Kind::Amount | Kind::Number);
        let numbers = grid.columns.iter().map(|column| column.field.is_some_and(is_number)).collect();
        let by_line = grid.rows.iter().enumerate().map(|(index, row)| (row.line, index)).collect();
        Ok(Rows { grid, numbers, by_line, by_cells: HashMap::new(), taken: HashMap::new() })
    }

    /// The cells of the row that begins on a line. E161: none does.
    fn at(&self, line: u32) -> Result<Vec<String>, Diagnostic> {
        let index = self.by_line.get(&line).ok_or_else(|| no_cell(&self.grid.file, line))?;
        Ok(self.grid.rows[*index].cells.clone())
    }

    fn cell(&self, line: u32, column: usize) -> &str {
        self.by_line.get(&line).and_then(|&index| self.grid.rows[index].cells.get(column)).map_or("", String::as_str)
    }

    fn is_same(&self, column: usize, a: &str, b: &str) -> bool {
        said(&self.numbers, column, a) == said(&self.numbers, column, b)
    }

    /// The line of a row that had these cells, but for one column: where it was, else the only other one that has them.
    fn find(&mut self, line: u32, cells: &[String], but: Option<usize>) -> Option<u32> {
        let sought = key(&self.numbers, cells, but);
        let here = self.by_line.get(&line).map(|&index| &self.grid.rows[index].cells);
        let found = match here.is_some_and(|here| key(&self.numbers, here, but) == sought) {
            true => line,
            false => {
                let (grid, numbers) = (&self.grid, &self.numbers);
                let all = self.by_cells.entry(but).or_insert_with(|| {
                    let mut all = HashMap::new();
                    for row in &grid.rows {
                        let only = |line: &mut Option<u32>| *line = None;
                        all.entry(key(numbers, &row.cells, but)).and_modify(only).or_insert(Some(row.line));
                    }
                    all
                });
                all.get(&sought).copied().flatten()?
            }
        };
        (*self.taken.entry(found).or_insert(line) == line).then_some(found)
    }

    /// The same of a row of which one cell, whichever, may have been changed.
    fn find_but_one(&mut self, line: u32, cells: &[String]) -> Option<u32> {
        let columns = (0..self.grid.columns.len()).map(Some);
        [None].into_iter().chain(columns).find_map(|but| self.find(line, cells, but))
    }
}

/// What a row says, but for one column, whatever way its numbers are typed.
fn key(numbers: &[bool], cells: &[String], but: Option<usize>) -> Vec<String> {
    let cell = |(column, cell): (usize, &String)| {
        if Some(column) == but { String::new() } else { said(numbers, column, cell) }
    };
    let mut key: Vec<String> = cells.iter().enumerate().map(cell).collect();
    key.truncate(key.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
    key
}

fn said(numbers: &[bool], column: usize, cell: &str) -> String {
    let cell = cell.trim();
    let number = || cell.replace(',', "").parse::<Decimal>().ok();
    let is_number = numbers.get(column).copied().unwrap_or_default();
    is_number.then(number).flatten().map_or_else(|| cell.to_string(), |number| number.normalize().to_string())
}
