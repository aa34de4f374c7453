//! Record files as they stand, for whoever edits them: headings and rows as typed, and rows and cells changed with every
//! other byte kept. What the words mean is asked of the folder that comes of it.

use super::classification::Class;
use super::correction::{cells_of, entry};
use super::given::{Content, Given, find};
use super::schema::{FileDecl, Kind, Schema};
use super::sheet::{Classes, Sheet};
use crate::cell_name::sheet_of;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::file_findings::FileFindings;
use crate::folder::Folder;
use crate::workbook::{Change, Entry, patch};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A record file as it stands.
#[derive(Debug, Clone)]
pub struct Grid {
    /// The id in the schema: `ledger`.
    pub id: String,
    /// What users call it: 预算明细.
    pub title: String,
    /// What messages call it: `ledger.csv`, `数据.xlsx 预算明细`.
    pub file: Arc<str>,
    /// From the left.
    pub columns: Vec<GridColumn>,
    /// The line of the headings, from 1.
    pub heading: u32,
    /// Below the headings; blank ones are left out.
    pub rows: Vec<GridRow>,
}

/// A column as it stands in the file.
#[derive(Debug, Clone)]
pub struct GridColumn {
    /// As typed, with its unit: `金额（元）`.
    pub head: String,
    /// Index into the declared fields; none: it is not used.
    pub field: Option<usize>,
    /// In which amounts are typed in it, as many 元; 1 for all else.
    pub scale: rust_decimal::Decimal,
}

/// A row as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridRow {
    /// The line it begins on, from 1.
    pub line: u32,
    /// As typed; it may be shorter or longer than the headings.
    pub cells: Vec<String>,
}

/// The record files that a folder has, in the order of the schema; those without headings are left out, for nothing in
/// them can be told apart.
pub fn grids(folder: &Folder, schema: &Schema) -> Vec<Grid> {
    let found = find(folder, schema, &mut Diagnostics::default());
    let given = schema.files.values().zip(found).filter_map(|(decl, given)| Some((decl, given.ok()??)));
    given.filter_map(|(decl, given)| grid(decl, given)).collect()
}

/// A record file of a folder by its id. E161: it is not there, or has no headings.
pub fn grid_of(folder: &Folder, schema: &Schema, id: &str) -> Result<Grid, Diagnostic> {
    grids(folder, schema).into_iter().find(|grid| grid.id == id).ok_or_else(|| no_file(id))
}

/// The declaration of a record file by its id. E161: there is none.
pub fn decl_of<'a>(schema: &'a Schema, id: &str) -> Result<&'a FileDecl, Diagnostic> {
    schema.files.get(id).ok_or_else(|| no_file(id))
}

/// E161: the row that was to be changed no longer stands as it was seen.
pub fn no_such_row(file: &str, line: u32) -> Diagnostic {
    Diagnostic::error("E161", format!("第 {line} 行刚在别处改过或移走了，没有改"))
        .at(Place::field(file, line, 0))
        .hint("现在显示的是新的；请看过再改")
}

fn no_file(id: &str) -> Diagnostic {
    Diagnostic::error("E161", format!("没有“{id}”这个数据文件")).hint("请核对文件是否还在，首行是否是列名")
}

/// E161: a line of a file has no such cell.
pub fn no_cell(file: &str, line: u32) -> Diagnostic {
    Diagnostic::error("E161", format!("第 {line} 行没有这一格")).at(Place::field(file, line, 0))
}

fn grid(decl: &FileDecl, given: Given) -> Option<Grid> {
    let sheet = Sheet::open(given.content, decl, &Classes::new(), &mut FileFindings::new(given.file.clone()))?;
    let field_of = |column: usize| sheet.headings.of_field.iter().position(|&of| of == Some(column));
    let column = |(index, column): (usize, &super::heading::Column)| {
        let field = field_of(index);
        let is_amount = field.is_some_and(|field| decl.fields[field].kind == Kind::Amount);
        let scale = field.filter(|_| is_amount).map_or(rust_decimal::Decimal::ONE, |f| sheet.headings.units[f].scale());
        GridColumn { head: column.heading.clone(), field, scale }
    };
    let rows = sheet.rows().map_while(Result::ok);
    let rows = rows.map(|row| GridRow { line: row.line, cells: row.fields.iter().map(|f| f.to_string()).collect() });
    Some(Grid {
        id: decl.id.clone(),
        title: decl.title.clone(),
        file: given.file,
        columns: sheet.headings.columns.iter().enumerate().map(column).collect(),
        heading: sheet.headings.line,
        rows: rows.collect(),
    })
}

/// The codes of a classification that begin with, or whose names hold, what is typed, with their names; at most `most`.
pub fn codes<'a>(class: &'a Class, typed: &str, most: usize) -> Vec<(&'a str, &'a str)> {
    let typed = typed.trim();
    let fits = |(code, name): &(&String, &String)| code.starts_with(typed) || name.contains(typed);
    class.names.iter().filter(fits).take(most).map(|(code, name)| (code.as_str(), name.as_str())).collect()
}

/// A folder with rows added to one of its files after a line (that of the headings, or of a record); cells in the order
/// of the file's columns. In a workbook they go below the last row. Errors: E161, E718, those of [`Folder::with_text`].
pub fn insert_rows(
    folder: &Folder,
    decl: &FileDecl,
    file: &str,
    after: u32,
    rows: &[Vec<String>],
) -> Result<Folder, Diagnostic> {
    let (sheet, last) = opened(folder, decl, file)?;
    if let Some((workbook, name)) = sheet_of(file) {
        let mut changes = Vec::new();
        for (row, cells) in (last + 1..).zip(rows) {
            let filled = (1..).zip(cells).filter(|(_, text)| !text.is_empty());
            changes.extend(filled.map(|(column, text)| {
                let field = sheet.headings.of_field.iter().position(|&of| of == Some(column as usize - 1));
                Change {
                    sheet: name.to_owned(),
                    cell: (column, row),
                    entry: entry(text, field.map(|f| &decl.fields[f].kind)),
                }
            }));
        }
        return patched(folder, (workbook, name), &changes);
    }
    let text = sheet.with_rows(after, rows).ok_or_else(|| no_record(file, after))?;
    folder.with_text(file, &text)
}

/// A folder without some rows of one of its files; in a workbook their cells are emptied. Errors: E161, E718.
pub fn delete_rows(folder: &Folder, decl: &FileDecl, file: &str, lines: &[u32]) -> Result<Folder, Diagnostic> {
    let (sheet, _) = opened(folder, decl, file)?;
    if let Some((workbook, name)) = sheet_of(file) {
        let mut changes = Vec::new();
        for row in sheet.rows().map_while(Result::ok).filter(|row| lines.contains(&row.line)) {
            let filled = (1..).zip(&row.fields).filter(|(_, text)| !text.is_empty());
            changes.extend(filled.map(|(column, _)| {
                let entry = Entry::Text(String::new());
                Change { sheet: name.to_owned(), cell: (column, row.line), entry }
            }));
        }
        return patched(folder, (workbook, name), &changes);
    }
    let text = sheet.without_rows(lines).map_err(|line| no_record(file, line))?;
    folder.with_text(file, &text)
}

fn no_record(file: &str, line: u32) -> Diagnostic {
    let message = format!("第 {line} 行不是一条记录的开头");
    Diagnostic::error("E161", message).at(Place::field(file, line, 0)).hint("行号从 1 数起，首行是列名")
}

/// The sheet of a file, and the number of its last row.
fn opened(folder: &Folder, decl: &FileDecl, file: &str) -> Result<(Sheet, u32), Diagnostic> {
    let (content, last) = match sheet_of(file) {
        Some((workbook, name)) => {
            let (_, cells) = cells_of(folder, workbook, name)?;
            let last = cells.rows.last().map_or(0, |row| row.number);
            (Content::Cells(cells), last)
        }
        None => (Content::Text(folder.text(file)?), 0),
    };
    let sheet = Sheet::open(content, decl, &Classes::new(), &mut FileFindings::new(file.into()));
    let sheet = sheet.ok_or_else(|| {
        Diagnostic::error("E161", "首行不是列名，无法更正")
            .at(Place::file(file))
            .hint("先用 gongkai check 检查这个文件")
    })?;
    Ok((sheet, last))
}

fn patched(folder: &Folder, (workbook, sheet): (&str, &str), changes: &[Change]) -> Result<Folder, Diagnostic> {
    let (book, _) = cells_of(folder, workbook, sheet)?;
    Ok(folder.with(workbook, patch(&book, changes)?))
}

/// What each code that a column holds is called, by column.
pub fn names_of_codes(grid: &Grid, decl: &FileDecl, classes: &Classes) -> BTreeMap<usize, BTreeMap<String, String>> {
    let mut names: BTreeMap<usize, BTreeMap<String, String>> = BTreeMap::new();
    for (index, column) in grid.columns.iter().enumerate() {
        let Some(Kind::Code { class, .. }) = column.field.map(|field| &decl.fields[field].kind) else { continue };
        let Some(class) = classes.get(class) else { continue };
        let typed = grid.rows.iter().filter_map(|row| row.cells.get(index)).map(|code| code.trim());
        let known = typed.filter_map(|code| Some((code.to_string(), class.names.get(code)?.clone())));
        names.insert(index, known.collect());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;
    use crate::data::{Correction, correct, correct_all};
    use std::path::Path;

    fn folder(text: &str) -> Folder {
        Folder::of_files(Path::new("甲"), [("ledger.csv".to_string(), text.as_bytes().into())])
    }

    fn ledger(rows: &[&str]) -> (Schema, String) {
        let schema = example::schema();
        let heads: Vec<&str> = schema.files["ledger"].fields.iter().map(|f| f.head.as_str()).collect();
        let text = format!("{}\r\n{}", heads.join(","), rows.iter().map(|r| format!("{r}\r\n")).collect::<String>());
        (schema, text)
    }

    #[test]
    fn a_file_is_shown_as_it_is_typed_with_its_lines() {
        let (schema, text) = ledger(&["a,\"b,\r\nc\"", "", "d"]);
        let all = grids(&folder(&text), &schema);
        let grid = all.iter().find(|grid| grid.id == "ledger").expect("it is there");
        assert_eq!(
            grid.rows,
            [
                GridRow { line: 2, cells: vec!["a".into(), "b,\nc".into()] },
                GridRow { line: 5, cells: vec!["d".into()] },
            ]
        );
        assert!(grid.columns.iter().all(|column| column.field.is_some()));
    }

    #[test]
    fn rows_come_and_go_and_every_other_byte_stays() {
        let (schema, text) = ledger(&["a,b", "\"c\r\nc\",d", "e,f"]);
        let (folder, decl) = (folder(&text), &schema.files["ledger"]);
        let bytes = |folder: &Folder| String::from_utf8(folder.bytes("ledger.csv").unwrap().unwrap().to_vec()).unwrap();
        let new = [vec!["说“好”, 是".to_string(), "1".to_string()], vec!["x".to_string()]];
        let added = insert_rows(&folder, decl, "ledger.csv", 3, &new).expect("added");
        assert_eq!(bytes(&added), text.replace("d\r\n", "d\r\n\"说“好”, 是\",1\r\nx\r\n"));
        let back = delete_rows(&added, decl, "ledger.csv", &[5, 6]).expect("deleted");
        assert_eq!(bytes(&back), text);
        let first = insert_rows(&folder, decl, "ledger.csv", 1, &new[1..]).expect("under the headings");
        assert_eq!(bytes(&first), text.replace("\r\na,b", "\r\nx\r\na,b"));
        let gone = delete_rows(&folder, decl, "ledger.csv", &[3]).expect("deleted");
        assert_eq!(bytes(&gone), text.replace("\"c\r\nc\",d\r\n", ""));
        // A last line without its end gets one.
        let open = folder.with("ledger.csv", text.trim_end().as_bytes());
        let added = insert_rows(&open, decl, "ledger.csv", 5, &new[1..]).expect("added");
        assert_eq!(bytes(&added), format!("{}\r\nx\r\n", text.trim_end()));
        for line in [0, 4, 9] {
            assert_eq!(insert_rows(&folder, decl, "ledger.csv", line, &new).err().expect("refused").code, "E161");
            assert_eq!(delete_rows(&folder, decl, "ledger.csv", &[line]).err().expect("refused").code, "E161");
        }
        assert_eq!(delete_rows(&folder, decl, "ledger.csv", &[1]).err().expect("refused").code, "E161", "the headings");
    }

    #[test]
    fn many_cells_are_changed_in_one_pass_as_one_by_one() {
        let (schema, text) = ledger(&["a,b,1", "c,d,2", "e,f"]);
        let (folder, decl) = (folder(&text), &schema.files["ledger"]);
        let head = |n: usize| decl.fields[n].head.clone();
        let one = |line, field, value: &str| Correction {
            file: "ledger.csv".into(),
            line,
            head: head(field),
            value: value.into(),
        };
        let all = [one(4, 2, "3"), one(2, 0, "甲,乙"), one(3, 1, ""), one(2, 1, "长长的")];
        let together = correct_all(&folder, decl, &all).expect("changed");
        let in_turn = all.iter().fold(folder.clone(), |folder, one| correct(&folder, decl, one).expect("changed"));
        assert_eq!(together.bytes("ledger.csv"), in_turn.bytes("ledger.csv"));
        let none = correct_all(&folder, decl, &[one(2, 0, "x"), one(9, 0, "y")]).err().expect("refused");
        assert_eq!(none.code, "E161");
    }
}
