//! A correction of one cell, as a user says it: `ledger.csv:11 金额=108300.00`, `数据.xlsx 预算明细!G17=108300.00`.

use super::Data;
use super::given::Content;
use super::heading::Headings;
use super::schema::{FileDecl, Kind, Schema};
use super::sheet::{Classes, Sheet};
use super::typed::words;
use crate::cell_name::{self, letters, read_letters, sheet_name, sheet_of};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::file_findings::FileFindings;
use crate::folder::Folder;
use crate::money::Unit;
use crate::workbook::{Cells, Change, Entry, NotMade, Workbook, patch_what_can};
use rust_decimal::Decimal;
use std::collections::HashSet;
use std::sync::Arc;

/// One cell to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Relative to the data folder: `ledger.csv`; of a workbook, with its sheet: `数据.xlsx 预算明细`.
    pub file: String,
    /// The line the record begins on, from 1.
    pub line: u32,
    /// Heading of the column, with or without its unit; in a workbook its letters too.
    pub head: String,
    /// In the column's unit, as it would be typed.
    pub value: String,
}

impl Correction {
    /// What is said of a correction of a file that the layout set does not know.
    pub fn no_such_file(&self) -> Diagnostic {
        Diagnostic::error("E612", format!("没有“{}”这个数据文件", self.file))
    }

    /// Reads `FILE:LINE HEADING=VALUE`, or in a workbook `FILE SHEET!CELL=VALUE` and `FILE SHEET!ROW HEADING=VALUE`; E160
    /// says what is wrong with it.
    pub fn read(text: &str) -> Result<Correction, Diagnostic> {
        let wrong = || {
            Diagnostic::error("E160", format!("更正“{text}”读不懂"))
                .hint("写作 文件:行 列名=新值，如 'ledger.csv:11 金额=108300.00'")
        };
        // A file that holds one is not read any more.
        let unprintable =
            |c: &char| c.is_control() && !matches!(c, '\n' | '\r' | '\t') || ('\u{FDD0}'..='\u{FDEF}').contains(c);
        if let Some(c) = text.chars().find(unprintable) {
            let message = format!("更正“{text}”含有不能印出的字符（U+{:04X}）", c as u32);
            return Err(Diagnostic::error("E160", message).hint("请重新输入新值"));
        }
        if let Some((file, change)) = text.trim().split_once(['!', '！'])
            && sheet_of(file).is_some()
        {
            return Correction::in_sheet(file, change).ok_or_else(wrong);
        }
        let (place, change) = text.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
        let (file, line) = place.rsplit_once([':', '：']).ok_or_else(wrong)?;
        let (head, value) = change.split_once(['=', '＝']).ok_or_else(wrong)?;
        let line: u32 = line.parse().map_err(|_| wrong())?;
        if file.is_empty() || line == 0 || head.trim().is_empty() {
            return Err(wrong());
        }
        let (head, value) = (head.trim().to_string(), value.trim().to_string());
        Ok(Correction { file: file.to_string(), line, head, value })
    }

    /// `G17=VALUE`, `17 HEADING=VALUE`
    fn in_sheet(file: &str, change: &str) -> Option<Correction> {
        let (place, value) = change.split_once(['=', '＝'])?;
        let (line, head) = match cell_name::read(place.trim()) {
            Some((column, row)) => (row, letters(column)),
            None => {
                let (line, head) = place.trim().split_once(char::is_whitespace)?;
                (line.parse().ok()?, head.trim().to_string())
            }
        };
        let is_whole = line > 0 && !head.is_empty();
        is_whole.then(|| Correction { file: file.to_string(), line, head, value: value.trim().to_string() })
    }

    /// As it is written on a command line.
    pub fn spelled(&self) -> String {
        let mark = if sheet_of(&self.file).is_some() { '!' } else { ':' };
        format!("{}{mark}{} {}={}", self.file, self.line, self.head, self.value)
    }
}

/// The declaration of the file that messages call by a name: its path, or the sheet its records were read from.
pub fn decl_of<'a>(schema: &'a Schema, data: &Data, file: &str) -> Option<&'a FileDecl> {
    let read = data.datasets.values().find(|dataset| *dataset.file == *file);
    read.and_then(|dataset| schema.files.get(&dataset.id)).or_else(|| schema.files.values().find(|d| d.path == file))
}

/// The unit in which a file's column of this heading is typed; 元 where it says none.
pub fn unit_of(folder: &Folder, decl: &FileDecl, file: &str, head: &str) -> Unit {
    let content = match sheet_of(file) {
        Some((workbook, sheet)) => cells_of(folder, workbook, sheet).map(|(_, cells)| Content::Cells(cells)),
        None => folder.text(file).map(Content::Text),
    };
    let opened = content
        .ok()
        .and_then(|content| Sheet::open(content, decl, &Classes::new(), &mut FileFindings::new(file.into())));
    let field = decl.fields.iter().position(|field| field.head == head);
    opened.zip(field).map_or(Unit::Yuan, |(sheet, field)| sheet.headings.units[field])
}

/// A workbook of a folder and the cells of one of its sheets. E161: there is none; those of [`Folder::workbook`].
pub(super) fn cells_of(
    folder: &Folder,
    workbook: &str,
    sheet: &str,
) -> Result<(Arc<Workbook>, Arc<Cells>), Diagnostic> {
    let book = folder.workbook(workbook)?;
    let found = book.and_then(|book| {
        let found = book.sheets().iter().find(|known| known.name == sheet).cloned();
        found.map(|found| (book, found))
    });
    let (book, found) = found.ok_or_else(|| {
        Diagnostic::error("E161", format!("工作簿 {workbook} 没有工作表“{sheet}”"))
            .at(Place::file(workbook))
            .hint("请核对工作表的名称")
    })?;
    let cells = book.read(&found)?;
    Ok((book, cells))
}

/// A folder with one cell of one of its files changed, the rest of the file as it was. Errors: as [`correct_all`].
pub fn correct(folder: &Folder, decl: &FileDecl, correction: &Correction) -> Result<Folder, Diagnostic> {
    correct_all(folder, decl, std::slice::from_ref(correction))
}

/// A folder with cells of one file changed. Errors: as [`correct_what_can`], the first of the corrections' among them.
pub fn correct_all(folder: &Folder, decl: &FileDecl, corrections: &[Correction]) -> Result<Folder, Diagnostic> {
    let (folder, refused) = correct_what_can(folder, decl, corrections)?;
    refused.into_iter().next().map_or(Ok(folder), |(_, refused)| Err(refused))
}

/// A folder with cells of one file changed in one pass, whatever their number, the rest of the file as it was; and the
/// corrections that are not made, each with its E161 (no such line or column) or E718 ([`patch_what_can`]). Errors, of
/// the whole file: E161, and those of [`Folder::text`] and [`Folder::with_text`].
pub fn correct_what_can(
    folder: &Folder,
    decl: &FileDecl,
    corrections: &[Correction],
) -> Result<(Folder, Vec<NotMade>), Diagnostic> {
    let Some(file) = corrections.first().map(|first| first.file.as_str()) else {
        return Ok((folder.clone(), Vec::new()));
    };
    if let Some(sheet) = sheet_of(file).filter(|(workbook, _)| folder.is_file(workbook)) {
        return correct_cells(folder, decl, sheet, corrections);
    }
    let (text, refused) = correct_text(folder.text(file)?, decl, corrections)?;
    Ok((folder.with_text(file, &text)?, refused))
}

/// Cells of one sheet of a workbook, by [`patch_what_can`].
fn correct_cells(
    folder: &Folder,
    decl: &FileDecl,
    (workbook, name): (&str, &str),
    corrections: &[Correction],
) -> Result<(Folder, Vec<NotMade>), Diagnostic> {
    let file = sheet_name(workbook, name);
    let file = file.as_str();
    let wrong = |line: u32, what: &str| Diagnostic::error("E161", what).at(Place::field(file, line, 0));
    let (book, cells) = cells_of(folder, workbook, name)?;
    let rows: HashSet<u32> = cells.rows.iter().map(|row| row.number).collect();
    let opened = Sheet::open(Content::Cells(cells), decl, &Classes::new(), &mut FileFindings::new(file.into()));
    let line = corrections.first().map_or(0, |first| first.line);
    let Some(sheet) = opened else {
        return Err(wrong(line, "工作表里没有列名，无法更正").hint("先用 gongkai check 检查这个工作簿"));
    };
    let change = |correction: &Correction| {
        let Correction { line, head, value, .. } = correction;
        let column = column_of(&sheet.headings, decl, head).map(|column| column as u32 + 1);
        let Some(column) = column.or_else(|| read_letters(head)) else {
            return Err(no_column(&sheet.headings, head).at(Place::field(file, *line, 0)));
        };
        if *line <= sheet.headings.line || !rows.contains(line) {
            return Err(wrong(*line, "这一行不是一条记录").hint("记录在列名以下有内容的行里"));
        }
        let field = sheet.headings.of_field.iter().position(|&of| of == Some(column as usize - 1));
        let entry = entry(value, field.map(|field| &decl.fields[field].kind));
        Ok(Change { sheet: name.to_owned(), cell: (column, *line), entry })
    };
    let (changes, mut refused) = apart(corrections.iter().map(change));
    let (of, changes): (Vec<usize>, Vec<Change>) = changes.into_iter().unzip();
    let (written, not_made) = patch_what_can(&book, &changes)?;
    refused.extend(not_made.into_iter().map(|(index, refused)| (of[index], refused)));
    refused.sort_by_key(|(index, _)| *index);
    Ok((folder.with(workbook, written), refused))
}

/// The text of a record file with cells changed, as [`correct_what_can`].
pub fn correct_text(
    text: String,
    decl: &FileDecl,
    corrections: &[Correction],
) -> Result<(String, Vec<NotMade>), Diagnostic> {
    let place = |of: &Correction| Place::new(of.file.as_str(), of.line, 0);
    let lines = text.lines().count();
    let file = corrections.first().map_or("", |first| &first.file);
    let no_heads = || {
        let wrong = Diagnostic::error("E161", "首行不是列名，无法更正").hint("先用 gongkai check 检查这个文件");
        match corrections.first() {
            Some(first) => wrong.at(place(first)),
            None => wrong,
        }
    };
    let opened = Sheet::open(Content::Text(text), decl, &Classes::new(), &mut FileFindings::new(file.into()));
    let sheet = opened.ok_or_else(no_heads)?;
    let place_of = |correction: &Correction| {
        let column = column_of(&sheet.headings, decl, &correction.head);
        let column = column.ok_or_else(|| no_column(&sheet.headings, &correction.head).at(place(correction)))?;
        if correction.line == sheet.headings.line {
            let wrong = Diagnostic::error("E161", "这一行是列名").at(place(correction));
            return Err(wrong.hint("记录从下一行起"));
        }
        Ok((correction.line, column))
    };
    let (places, mut refused) = apart(corrections.iter().map(place_of));
    let (of, places): (Vec<usize>, Vec<(u32, usize)>) = places.into_iter().unzip();
    let values = of.iter().map(|&index| corrections[index].value.as_str());
    let changes: Vec<_> = places.into_iter().zip(values).map(|((line, column), value)| (line, column, value)).collect();
    let (text, missing) = sheet.with_fields(&changes).ok_or_else(no_heads)?;
    for &index in of.iter().filter(|&&index| missing.binary_search(&corrections[index].line).is_ok()) {
        let message = format!("第 {} 行不是一条记录的开头", corrections[index].line);
        let wrong = Diagnostic::error("E161", message).at(place(&corrections[index]));
        refused.push((index, wrong.hint(format!("这个文件共 {lines} 行；行号从 1 数起，首行是列名"))));
    }
    refused.sort_by_key(|(index, _)| *index);
    Ok((text, refused))
}

/// Those that can be made, by their index, and those that cannot.
fn apart<T>(each: impl Iterator<Item = Result<T, Diagnostic>>) -> (Vec<(usize, T)>, Vec<NotMade>) {
    let (mut made, mut refused) = (Vec::new(), Vec::new());
    for (index, one) in each.enumerate() {
        match one {
            Ok(one) => made.push((index, one)),
            Err(wrong) => refused.push((index, wrong)),
        }
    }
    (made, refused)
}

/// What a typed value becomes in a cell of a workbook: a number where the column holds numbers.
pub(super) fn entry(typed: &str, kind: Option<&Kind>) -> Entry {
    let is_number = matches!(kind, Some(Kind::Amount | Kind::Number));
    let number = typed.replace(',', "").parse::<Decimal>().ok().filter(|_| is_number);
    match number.map(|n| n.normalize()).filter(|n| n.mantissa().unsigned_abs() < 1_000_000_000_000_000) {
        Some(number) => Entry::Number(number.to_string()),
        None => Entry::Text(typed.to_owned()),
    }
}

/// The column (from 0) of a heading, with or without its unit, or of the field it is of.
fn column_of(headings: &Headings, decl: &FileDecl, head: &str) -> Option<usize> {
    let named = |column: &super::heading::Column| words(&column.heading) == words(head);
    let by_field = || {
        let field =
            decl.fields.iter().position(|f| words(&f.head) == words(head) || f.also.iter().any(|a| a == head))?;
        headings.of_field[field]
    };
    headings.columns.iter().position(named).or_else(by_field)
}

fn no_column(headings: &Headings, head: &str) -> Diagnostic {
    let known: Vec<&str> = headings.columns.iter().map(|column| column.heading.as_str()).collect();
    let hint = match nearest(head, known.iter().copied()) {
        Some(near) => format!("您是否指“{near}”？"),
        None => format!("这个文件的列：{}", known.join("、")),
    };
    Diagnostic::error("E161", format!("没有“{head}”这一列")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_correction_is_a_place_a_heading_and_a_value() {
        let read = Correction::read("ledger.csv:11 金额 = 108,300.00").expect("a correction");
        assert_eq!((&*read.file, read.line, &*read.head, &*read.value), ("ledger.csv", 11, "金额", "108,300.00"));
        for wrong in
            ["", "ledger.csv", "ledger.csv:11", "ledger.csv:x 金额=1", "ledger.csv:0 金额=1", ":1 金额=1", "a:1 =2"]
        {
            assert!(Correction::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_no_file_may_hold_is_not_written_into_one() {
        for c in ['\0', '\u{7}', '\u{18}', '\u{85}', '\u{FDD0}'] {
            let found = Correction::read(&format!("ledger.csv:2 用途=甲{c}乙")).expect_err("it cannot be printed");
            let code = format!("（U+{:04X}）", c as u32);
            assert!(found.code == "E160" && found.message.ends_with(&code), "{found}");
        }
        assert!(Correction::read("ledger.csv:2 用途=甲\n乙").is_ok());
    }

    #[test]
    fn one_cell_is_changed_and_the_rest_stays() {
        let schema = example::schema();
        let decl = &schema.files["ledger"];
        let heads: Vec<&str> = decl.fields.iter().map(|f| f.head.as_str()).collect();
        let row = vec!["\"甲,\n乙\""; heads.len()].join(",");
        let text = format!("{}\n\n{row}\n{row}\n", heads.join(","));
        let correction =
            Correction { file: "ledger.csv".into(), line: 3, head: heads[1].into(), value: "新,值".into() };
        let (new, refused) = correct_text(text.clone(), decl, std::slice::from_ref(&correction)).expect("corrected");
        assert!(refused.is_empty());
        assert_eq!(new, text.replacen(&row, &row.replacen(",\"甲,\n乙\"", ",\"新,值\"", 1), 1));
        let inside = Correction { line: 4, ..correction };
        let (kept, refused) = correct_text(text.clone(), decl, &[inside]).expect("read");
        assert_eq!(kept, text);
        assert!(refused[0].1.message.contains("不是一条记录的开头"), "{refused:?}");
    }
}
