//! Where the headings of a file stand: below a title and a unit, in one row or in two or three.

use super::csv_file::Row;
use super::heading::{find_field, is_level, known_headings};
use super::schema::FileDecl;
use super::sheet::{AllRows, Classes};
use super::typed::{cleaned, words};
use crate::money::Unit;

/// How far down headings are looked for, in rows that are not blank.
pub(super) const LOOK_DOWN: usize = 30;
/// Rows that headings may take.
const MOST_ROWS: usize = 3;

/// The headings of a file, column by column.
pub(super) struct Head {
    /// Of its first row.
    pub first: u32,
    /// Of its last row: records stand below.
    pub line: u32,
    pub texts: Vec<String>,
    /// What stands above about all amounts.
    pub unit: Option<AboveUnit>,
}

/// 单位：万元
pub(super) struct AboveUnit {
    pub line: u32,
    pub text: String,
    pub unit: Unit,
}

impl Head {
    /// Of the first row of a file.
    pub fn of(row: Row) -> Head {
        let texts = row.fields.iter().map(|field| field.to_string()).collect();
        // Rows above it are blank: it is as good as the first line.
        Head { first: 1, line: row.line, texts, unit: None }
    }
}

/// The headings, and how many rows end with them: of the rows that may be theirs, alone or with those beside it, the ones
/// with the most that are known; of equals the fewest, then the first. None where no row has any.
pub(super) fn find_head(rows: &AllRows, file: &FileDecl, classes: &Classes) -> Option<(Head, usize)> {
    let near = rows.iter().map_while(Result::ok).enumerate().filter(|(_, row)| !row.is_blank());
    let near: Vec<(usize, Row)> = near.take(LOOK_DOWN).collect();
    let known = |row: &Row| known_headings(row, file) + levels(row, classes);
    let best = (0..near.len()).rev().max_by_key(|&at| known(&near[at].1)).filter(|&at| known(&near[at].1) > 0)?;
    let mut found = (best, best + 1, texts_of(&near[best..=best], file, classes));
    let mut most = count(&found.2, file, classes);
    for rows in 2..=MOST_ROWS {
        for from in (best + 1).saturating_sub(rows)..=best {
            let Some(together) = near.get(from..from + rows).filter(|rows| are_adjacent(rows)) else { continue };
            let texts = texts_of(together, file, classes);
            let more = count(&texts, file, classes);
            if more > most {
                most = more;
                found = (from, from + rows, texts);
            }
        }
    }
    let (from, to, texts) = found;
    let unit = near[..from].iter().rev().find_map(|(_, row)| unit_in(row));
    let is_first = from == 0;
    let first = if is_first { 1 } else { near[from].1.line };
    let (last, row) = &near[to - 1];
    Some((Head { first, line: row.line, texts, unit }, last + 1))
}

fn levels(row: &Row, classes: &Classes) -> usize {
    row.fields.iter().filter(|field| is_level(field, classes)).count()
}

fn are_adjacent(rows: &[(usize, Row)]) -> bool {
    rows.windows(2).all(|pair| pair[0].1.line + 1 == pair[1].1.line)
}

fn is_known(text: &str, file: &FileDecl, classes: &Classes) -> bool {
    find_field(&cleaned(text), file).is_some() || is_level(text, classes)
}

fn count(texts: &[String], file: &FileDecl, classes: &Classes) -> usize {
    texts.iter().filter(|text| is_known(text, file, classes)).count()
}

/// The heading of each column over all rows: what stands lowest, behind what stands above it where only both together, or
/// that alone, are known. A head over several columns stands in the first of them.
fn texts_of(rows: &[(usize, Row)], file: &FileDecl, classes: &Classes) -> Vec<String> {
    let width = rows.iter().map(|(_, row)| row.fields.len()).max().unwrap_or_default();
    let cell = |row: &Row, column: usize| row.fields.get(column).map_or(String::new(), |f| cleaned(f).into_owned());
    let mut texts: Vec<String> = vec![String::new(); width];
    for (depth, (_, row)) in rows.iter().enumerate() {
        let is_last = depth + 1 == rows.len();
        let mut over = String::new();
        for (column, text) in texts.iter_mut().enumerate() {
            let own = cell(row, column);
            let below = || rows[depth + 1..].iter().any(|(_, row)| !cell(row, column).is_empty());
            if !own.is_empty() {
                over.clone_from(&own);
            } else if is_last || !below() {
                over.clear();
            }
            let own = if own.is_empty() { over.clone() } else { own };
            *text = match (text.is_empty(), own.is_empty()) {
                (true, _) => own,
                (_, true) => continue,
                _ if is_known(&own, file, classes) => own,
                _ if is_known(&format!("{text}{own}"), file, classes) => format!("{text}{own}"),
                _ if is_known(text, file, classes) => continue,
                _ => own,
            };
        }
    }
    texts
}

/// 单位：万元, 金额单位:元, anywhere in a row above the headings.
fn unit_in(row: &Row) -> Option<AboveUnit> {
    row.fields.iter().find_map(|field| {
        let text = words(field);
        let unit = Unit::named_in(&text).filter(|_| text.contains("单位"))?;
        Some(AboveUnit { line: row.line, text: cleaned(field).into_owned(), unit })
    })
}
