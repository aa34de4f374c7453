//! A folder and a schema to [`Data`], every problem told at once: open each file, take the names it gives to codes,
//! read its records, then complete what needs all files ([`super::across`]).

mod misnamed;

use super::across::complete;
use super::class_list::{GivenNames, lay_own_lists};
use super::classification::not_digits;
use super::csv_file::Row;
use super::findings::FileFindings;
use super::given::{self, Given};
use super::heading::Holds;
use super::problem::describe;
use super::schema::{FieldDefault, FileDecl, Kind, Schema};
use super::sheet::{Sheet, report_broken};
use super::typed::{cleaned, half_width, shown};
use super::value::{read_value, text_value};
use super::{Data, Dataset, Record, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Origin;
use crate::folder::Folder;
use misnamed::report_misnamed;
use std::collections::BTreeSet;
use std::sync::Arc;

pub use misnamed::{folders_that_do_not_count, report_endings};

/// The most records a sheet of Excel has.
const MAX_RECORDS: usize = 1_048_576;

/// One file while it is read.
pub(super) struct FileRead {
    pub findings: FileFindings,
    /// None if absent or not readable.
    pub sheet: Option<Sheet>,
    pub dataset: Dataset,
    pub bad: Bad,
    /// All of it was read, so a value that is not in it is missing.
    pub whole: bool,
}

/// Cells that are an error already, so that a blank in their place is not told as another.
#[derive(Debug, Default)]
pub(super) struct Bad {
    records: BTreeSet<usize>,
    /// Record and field.
    cells: BTreeSet<(usize, usize)>,
}

impl Bad {
    pub fn insert(&mut self, record: usize, field: usize) {
        self.cells.insert((record, field));
    }

    /// All cells of a record.
    pub fn insert_record(&mut self, record: usize) {
        self.records.insert(record);
    }

    pub fn contains(&self, record: usize, field: usize) -> bool {
        self.records.contains(&record) || self.cells.contains(&(record, field))
    }
}

/// Reads the files that `schema` declares from `folder`. Names of codes that the folder gives are put into
/// `schema`. Records with errors are kept, their wrong cells blank; nothing may be made of data with errors.
pub fn read_folder(folder: &Folder, schema: &mut Schema, diagnostics: &mut Diagnostics) -> Data {
    lay_own_lists(folder, schema, diagnostics);
    report_misnamed(folder, schema, diagnostics);
    report_endings(folder, diagnostics);
    let given = given::find(folder, schema, diagnostics);
    let mut files: Vec<FileRead> =
        schema.files.values().zip(given).map(|(decl, given)| open_file(decl, given)).collect();
    take_names(&mut files, schema);
    for (file, decl) in files.iter_mut().zip(schema.files.values()) {
        file.findings.next_pass();
        read_records(file, decl, schema);
    }
    complete(files, schema, diagnostics)
}

fn open_file(decl: &FileDecl, given: Result<Option<Given>, Diagnostic>) -> FileRead {
    let is_given = matches!(given, Ok(Some(_)));
    let mut findings = match &given {
        Ok(Some(given)) => given.findings(),
        _ => FileFindings::new(Arc::from(decl.path.as_str())),
    };
    let file = findings.file().clone();
    let sheet = match given {
        Ok(given) => given.and_then(|given| Sheet::open(given.content, decl, &mut findings)),
        Err(diagnostic) => {
            findings.error(|| diagnostic);
            None
        }
    };
    let (fields, unknown) = (decl.fields.clone(), decl.unknown.clone());
    let dataset = Dataset { id: decl.id.clone(), file, fields, records: Vec::new(), unknown, given: is_given };
    FileRead { findings, whole: sheet.is_some(), sheet, dataset, bad: Bad::default() }
}

/// The names that 科目名称 columns give, of all files, before any code is checked.
fn take_names(files: &mut [FileRead], schema: &mut Schema) {
    let mut given = GivenNames::default();
    let Schema { classes, files: decls, .. } = schema;
    for (file, decl) in files.iter_mut().zip(decls.values()) {
        let Some(sheet) = &file.sheet else { continue };
        let columns = sheet.headings.columns.iter().enumerate();
        let pairs: Vec<(usize, usize, usize)> = columns
            .filter_map(|(names, column)| match column.holds {
                Holds::NamesOf(field) => Some((names, sheet.headings.of_field[field]?, field)),
                _ => None,
            })
            .collect();
        if pairs.is_empty() {
            continue;
        }
        for row in sheet.rows().map_while(Result::ok) {
            for &(names, codes, field) in &pairs {
                let Kind::Code { class, level } = &decl.fields[field].kind else { continue };
                let Some(class) = classes.get_mut(class) else { continue };
                let cell = |column: usize| row.fields.get(column).map(|f| cleaned(f)).unwrap_or_default();
                let (code, name) = (cell(codes), cell(names));
                let code = half_width(&code);
                let at = class.level(&code);
                let well_formed = not_digits(&code).is_none() && at.is_some() && (level.is_none() || at == *level);
                if well_formed && !name.is_empty() {
                    let place = (row.line, names as u32 + 1);
                    given.take(&code, &name, &decl.fields[field].head, class, place, &mut file.findings);
                }
            }
        }
    }
}

fn read_records(file: &mut FileRead, decl: &FileDecl, schema: &Schema) {
    let FileRead { findings, sheet: Some(sheet), dataset, bad, whole } = file else { return };
    let mut unnamed: Vec<usize> = sheet.headings.unnamed().collect();
    for row in sheet.rows() {
        let row = match row {
            Ok(row) => row,
            Err(broken) => {
                report_broken(broken, findings);
                *whole = false;
                return;
            }
        };
        if dataset.records.len() == MAX_RECORDS {
            let place = findings.place(row.line, 0);
            findings.error(|| {
                Diagnostic::error("E119", format!("超过 {MAX_RECORDS} 行，以下没有读取"))
                    .at(place)
                    .hint("请确认放的是这个文件")
            });
            *whole = false;
            return;
        }
        unnamed.retain(|&column| !report_unnamed(&row, column, findings));
        let index = dataset.records.len();
        let is_misshapen = check_shape(&row, sheet, decl, findings);
        if is_misshapen {
            bad.insert_record(index);
        }
        let mut reader = RowReader { row: &row, sheet, decl, schema, findings, told: is_misshapen };
        dataset.records.push(reader.record(|field| bad.insert(index, field)));
    }
}

/// Whether something stands in a column without heading: told, once for each.
fn report_unnamed(row: &Row, column: usize, findings: &mut FileFindings) -> bool {
    let Some(cell) = row.fields.get(column).map(|cell| cleaned(cell)).filter(|cell| !cell.is_empty()) else {
        return false;
    };
    let place = findings.place(row.line, column as u32 + 1);
    findings.warning(|| {
        Diagnostic::warning("E122", format!("第 {} 列没有列名，未使用，如这里的“{}”", column + 1, shown(&cell)))
            .at(place)
            .hint("请在首行写上列名，或删去这一列")
    });
    true
}

/// Whether the row's fields cannot be told apart: more than headings, or too few. Told here.
fn check_shape(row: &Row, sheet: &Sheet, decl: &FileDecl, findings: &mut FileFindings) -> bool {
    let headings = &sheet.headings;
    let width = headings.columns.len();
    if let Some((field, rest)) = row.after_quote {
        let place = findings.place(row.line, field as u32 + 1);
        findings.error(|| {
            Diagnostic::error("E116", format!("引号结束后还有文字“{}”", shown(rest)))
                .at(place)
                .hint("文字里的英文引号要写成两个（\"\"），或改用中文引号“ ”")
        });
        return true;
    }
    if is_of_totals(row, sheet, decl) {
        let place = findings.place(row.line, 1);
        findings.error(|| Diagnostic::error("E127", "这一行像是合计行").at(place).hint("合计由程序算出，请删去这一行"));
        return true;
    }
    let filled = row.fields.iter().rposition(|f| !f.trim().is_empty()).map_or(0, |last| last + 1);
    if filled > width {
        let place = findings.place(row.line, width as u32 + 1);
        findings.error(|| {
            let beyond: Vec<String> = row.fields[width..filled].iter().map(|f| format!("“{}”", shown(f))).collect();
            Diagnostic::error("E117", format!("有 {filled} 格，比列名多 {} 格：{}", filled - width, beyond.join("")))
                .at(place)
                .hint("金额的千位逗号、文字里的英文逗号，要把整格用英文引号括起；否则请删去多余的格")
        });
        return true;
    }
    if let Some((column, whole)) = split_amount(row, sheet, decl) {
        let place = findings.place(row.line, column as u32 + 1);
        findings.error(|| {
            Diagnostic::error("E117", format!("比首行多 {} 格：“{whole}”像是一个数", row.fields.len() - headings.typed))
                .at(place)
                .hint(format!("千位逗号把它分成了两格：请去掉逗号，或把整格用英文引号括起：\"{whole}\""))
        });
        return true;
    }
    let count = row.fields.len();
    let lost = |(_, field): &(usize, &super::FieldDecl)| field.required;
    let missing: Vec<&str> = decl
        .fields
        .iter()
        .enumerate()
        .filter(lost)
        .filter(|&(index, _)| headings.of_field[index].is_some_and(|column| column >= count))
        .map(|(_, field)| field.head.as_str())
        .collect();
    if missing.is_empty() {
        return false;
    }
    let place = findings.place(row.line, count as u32);
    findings.error(|| {
        Diagnostic::error("E118", format!("只有 {count} 格，比列名少 {} 格，缺“{}”", width - count, missing.join("”“")))
            .at(place)
            .hint("没有内容的格也要留着逗号")
    });
    true
}

/// Whether someone typed a total below the records: an amount, and what a record needs beside it is blank; the row
/// says so (合计), or says nothing else at all.
fn is_of_totals(row: &Row, sheet: &Sheet, decl: &FileDecl) -> bool {
    let cell = |field: usize| {
        let column = sheet.headings.of_field[field]?;
        row.fields.get(column).map(|f| cleaned(f)).filter(|f| !f.is_empty() && !is_total(f))
    };
    let (amounts, others): (Vec<_>, Vec<_>) = decl.fields.iter().enumerate().partition(|(_, f)| f.kind == Kind::Amount);
    let has_amount = amounts.iter().any(|(index, _)| cell(*index).is_some());
    let lacks = others
        .iter()
        .any(|(index, f)| f.required && sheet.headings.of_field[*index].is_some() && cell(*index).is_none());
    has_amount
        && lacks
        && (row.fields.iter().any(|f| is_total(&cleaned(f))) || others.iter().all(|(index, _)| cell(*index).is_none()))
}

/// 合计, and 合 计 as people space it out.
fn is_total(cell: &str) -> bool {
    cell.starts_with(['合', '小', '总', '共', '累'])
        && ["合计", "小计", "总计", "共计", "累计"].contains(&cell.replace([' ', '\u{3000}', ':', '：'], "").as_str())
}

/// A row longer than the heading line whose amount was cut at an unquoted thousands separator: its column and the
/// whole number. The end of the number would be lost in a column not used.
fn split_amount(row: &Row, sheet: &Sheet, decl: &FileDecl) -> Option<(usize, String)> {
    if row.fields.len() <= sheet.headings.typed {
        return None;
    }
    let is_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let amounts = decl.fields.iter().zip(&sheet.headings.of_field).filter(|(f, _)| f.kind == Kind::Amount);
    amounts.filter_map(|(_, &column)| column).find_map(|column| {
        let (head, tail) = (row.fields.get(column)?.trim(), row.fields.get(column + 1)?.trim());
        let (group, decimals) = tail.split_once('.').unwrap_or((tail, "0"));
        let is_cut = head.len() <= 3 && is_digits(head) && group.len() == 3 && is_digits(group) && is_digits(decimals);
        is_cut.then(|| (column, format!("{head},{tail}")))
    })
}

/// Reads the cells of one row into a record.
struct RowReader<'a> {
    row: &'a Row<'a>,
    sheet: &'a Sheet,
    decl: &'a FileDecl,
    schema: &'a Schema,
    findings: &'a mut FileFindings,
    /// An error is told of the whole row already.
    told: bool,
}

impl RowReader<'_> {
    /// The record; `wrong` hears of the fields whose cells are wrong.
    fn record(&mut self, mut wrong: impl FnMut(usize)) -> Record {
        let count = self.decl.fields.len();
        let origin = Origin { file: self.findings.file().clone(), line: self.row.line };
        let mut record = Record { origin, values: Vec::with_capacity(count), columns: Vec::with_capacity(count) };
        for field in 0..count {
            let (value, column) = match self.typed(field) {
                Some(Ok(value)) => (value, self.sheet.headings.shown_column(field)),
                Some(Err(kept)) => {
                    wrong(field);
                    (kept, self.sheet.headings.shown_column(field))
                }
                None => self.blank(field),
            };
            record.values.push(value);
            record.columns.push(column);
        }
        record
    }

    /// What is typed for a field: its value, or what is kept of a wrong one, told here. None if nothing is typed.
    fn typed(&mut self, field: usize) -> Option<Result<Value, Value>> {
        let decl = &self.decl.fields[field];
        let headings = &self.sheet.headings;
        let cell = cleaned(self.row.fields.get(headings.of_field[field]?)?);
        if cell.is_empty() {
            return None;
        }
        let unit = headings.units[field];
        Some(read_value(&cell, decl, unit, self.schema).map_err(|problem| {
            if !self.told {
                let place = self.findings.place(self.row.line, headings.shown_column(field));
                self.findings.error(|| describe(&problem, &cell, decl, unit, self.schema).at(place));
            }
            // Texts are kept: what refers to them is not wrong for that.
            match decl.kind {
                Kind::Text | Kind::Ref { .. } => text_value(&cell),
                _ => Value::Blank,
            }
        }))
    }

    /// The declared default of a field, or blank; and the column: 0 for a default.
    fn blank(&self, field: usize) -> (Value, u32) {
        let decl = &self.decl.fields[field];
        match &decl.default {
            Some(FieldDefault::Value(value)) if !self.decl.unknown.contains(&decl.id) => {
                (default_value(value, &decl.kind), 0)
            }
            _ => (Value::Blank, self.sheet.headings.shown_column(field)),
        }
    }
}

/// A declared default as a value; an amount's is in 元.
pub(super) fn default_value(value: &str, kind: &Kind) -> Value {
    match kind {
        // A blank that is known to be one.
        _ if value.is_empty() => Value::Blank,
        Kind::Amount | Kind::Number => value.parse().map_or(Value::Blank, Value::Number),
        _ => text_value(value),
    }
}

#[cfg(test)]
mod tests;
