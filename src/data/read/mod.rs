//! A folder and a schema to [`Data`], every problem told at once: open each file, take the names it gives to codes,
//! read its records, then complete what needs all files ([`super::across`]).

mod misnamed;

use super::across::complete;
use super::class_list::{GivenNames, lay_own_lists};
use super::classification::{Class, not_digits};
use super::csv_file::Row;
use super::given::{self, Given};
use super::heading::{Column, Holds};
use super::own_words::take_own_words;
use super::problem::describe;
use super::schema::{FieldDefault, FileDecl, Kind, Schema};
use super::sheet::{Sheet, report_broken};
use super::totals::{self, Total, is_total};
use super::typed::{cleaned, code_and_name, half_width, shown, unforced, words};
use super::value::{read_value, text_value};
use super::{Data, Dataset, Record, Taken, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Origin;
use crate::file_findings::FileFindings;
use crate::folder::Folder;
use crate::workbook::CellKind;
use indexmap::IndexMap;
use misnamed::report_misnamed;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

pub use misnamed::{folders_that_do_not_count, report_endings};

/// The most records a sheet of Excel has.
const MAX_RECORDS: usize = 1_048_576;
/// A file with more wrong cells and rows is another file, or has another form: what follows is not read.
const MOST_WRONG: usize = 10_000;
/// The most lines of totals among the records.
const MOST_TOTALS: usize = 100_000;

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

    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.cells.is_empty()
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
    take_own_words(folder, schema, diagnostics);
    lay_own_lists(folder, schema, diagnostics);
    report_misnamed(folder, schema, diagnostics);
    report_endings(folder, diagnostics);
    let given = given::find(folder, schema, diagnostics);
    let mut files: Vec<FileRead> =
        schema.files.values().zip(given).map(|(decl, given)| open_file(decl, given, schema)).collect();
    take_names(&mut files, schema);
    for (file, decl) in files.iter_mut().zip(schema.files.values()) {
        file.findings.next_pass();
        read_records(file, decl, schema);
    }
    complete(files, schema, diagnostics)
}

fn open_file(decl: &FileDecl, given: Result<Option<Given>, Diagnostic>, schema: &Schema) -> FileRead {
    let is_given = matches!(given, Ok(Some(_)));
    let mut findings = match &given {
        Ok(Some(given)) => given.findings(),
        _ => FileFindings::new(Arc::from(decl.path.as_str())),
    };
    let file = findings.file().clone();
    let sheet = match given {
        Ok(given) => given.and_then(|given| Sheet::open(given.content, decl, &schema.classes, &mut findings)),
        Err(diagnostic) => {
            findings.error(|| diagnostic);
            None
        }
    };
    let (fields, unknown) = (decl.fields.clone(), decl.unknown.clone());
    let dataset = Dataset {
        id: decl.id.clone(),
        file,
        fields,
        records: Vec::new(),
        unknown,
        given: is_given,
        taken: Taken::default(),
    };
    FileRead { findings, whole: sheet.is_some(), sheet, dataset, bad: Bad::default() }
}

/// The names that 科目名称 columns give, of all files, before any code is checked.
fn take_names(files: &mut [FileRead], schema: &mut Schema) {
    let mut given = GivenNames::default();
    let Schema { classes, files: decls, .. } = schema;
    for (file, decl) in files.iter_mut().zip(decls.values()) {
        let Some(sheet) = &file.sheet else { continue };
        let columns = sheet.headings.columns.iter().enumerate();
        let mut pairs: Vec<(usize, usize, usize)> = columns
            .filter_map(|(names, column)| match column.holds {
                Holds::NamesOf(field) => Some((names, sheet.headings.of_field[field]?, field)),
                _ => None,
            })
            .collect();
        pairs.extend(codes_with_names(sheet, decl));
        if pairs.is_empty() {
            continue;
        }
        for row in sheet.rows().map_while(Result::ok) {
            for &(names, codes, field) in &pairs {
                let Kind::Code { class, level } = &decl.fields[field].kind else { continue };
                let Some(class) = classes.get_mut(class) else { continue };
                let name = row.fields.get(names).map(|f| cleaned(f)).unwrap_or_default();
                let code = code_of(&row, sheet, field, Some(class));
                let code = half_width(&code);
                let (code, name) = if names == codes { code_and_name(&code) } else { (&*code, &*name) };
                let at = class.level(code);
                let well_formed = not_digits(code).is_none() && at.is_some() && (level.is_none() || at == *level);
                if well_formed && !name.is_empty() {
                    let place = (row.line, names as u32 + 1);
                    given.take(code, name, &decl.fields[field].head, class, place, &mut file.findings);
                }
            }
        }
    }
}

/// Columns whose cells hold codes with their names: 2050201-学前教育.
fn codes_with_names(sheet: &Sheet, decl: &FileDecl) -> Vec<(usize, usize, usize)> {
    const LOOKED_AT: usize = 20;
    let columns = decl.fields.iter().enumerate().filter(|(_, field)| matches!(field.kind, Kind::Code { .. }));
    let columns = columns.filter_map(|(index, _)| Some((sheet.headings.of_field[index]?, index)));
    let has_name = |column: usize| {
        let rows = sheet.rows().map_while(Result::ok).take(LOOKED_AT);
        rows.filter_map(|row| Some(row.fields.get(column)?.to_string()))
            .any(|cell| !cell.is_ascii() && !code_and_name(&half_width(&cleaned(&cell))).1.is_empty())
    };
    columns.filter(|(column, _)| has_name(*column)).map(|(column, field)| (column, column, field)).collect()
}

/// The code that a row says for a field: what stands in its column, or its parts in theirs, put together.
fn code_of<'r>(row: &'r Row, sheet: &Sheet, field: usize, class: Option<&Class>) -> Cow<'r, str> {
    let cell = |column: usize| row.fields.get(column).map(|f| cleaned(f)).unwrap_or_default();
    let parts = &sheet.headings.parts[field];
    let (Some(class), false) = (class, parts.is_empty()) else {
        return sheet.headings.of_field[field].map(cell).unwrap_or_default();
    };
    let mut code = String::new();
    for (&column, &length) in parts.iter().zip(&class.lengths) {
        let part = cell(column);
        let part = half_width(unforced(&part));
        let room = length.saturating_sub(code.len());
        match part.len() {
            0 => {}
            // Some print the whole code at each level.
            whole if whole == length && part.starts_with(&code) => code = part.into_owned(),
            short if short < room && part.bytes().all(|b| b.is_ascii_digit()) => code += &format!("{part:0>room$}"),
            _ => code += &part,
        }
    }
    Cow::Owned(code)
}

fn read_records(file: &mut FileRead, decl: &FileDecl, schema: &Schema) {
    let FileRead { findings, sheet: Some(sheet), dataset, bad, whole } = file else { return };
    let mut unnamed: Vec<usize> = sheet.headings.unnamed().collect();
    dataset.taken.columns = taken_columns(sheet, decl);
    let mut shapes = Shapes { sheet, decl, schema, wider: HashMap::new(), totals: Vec::new(), told_beyond: false };
    for row in sheet.rows() {
        let row = match row {
            Ok(row) => row,
            Err(broken) => {
                report_broken(broken, findings);
                *whole = false;
                break;
            }
        };
        let too_many = match () {
            () if dataset.records.len() == MAX_RECORDS => Some(format!("超过 {MAX_RECORDS} 行")),
            () if shapes.totals.len() == MOST_TOTALS => Some(format!("合计、小计超过 {MOST_TOTALS} 行")),
            () if findings.errors() >= MOST_WRONG => Some(format!("错误已有 {} 处", findings.errors())),
            () => None,
        };
        if let Some(too_many) = too_many {
            let found = Diagnostic::error("E119", format!("{too_many}，以下没有读取"));
            let found = found.at(findings.place(row.line, 0)).hint("请确认放的是这个文件");
            findings.stop(found);
            *whole = false;
            break;
        }
        let index = dataset.records.len();
        let shape = shapes.of(&row, index, findings);
        if shape == Shape::NoRecord {
            continue;
        }
        unnamed.retain(|&column| !report_unnamed(&row, column, findings));
        if shape == Shape::Broken {
            bad.insert_record(index);
        }
        let told = shape == Shape::Broken;
        let words = &mut dataset.taken.words;
        let mut reader = RowReader { row: &row, sheet, decl, schema, findings, told, words };
        dataset.records.push(reader.record(|field| bad.insert(index, field)));
    }
    totals::compare(&shapes.totals, &dataset.records, *whole && bad.is_empty(), decl, findings);
}

/// What each column was taken for.
fn taken_columns(sheet: &Sheet, decl: &FileDecl) -> Vec<(String, Option<String>)> {
    let head = |field: usize| decl.fields[field].head.as_str();
    let taken = |column: &Column| match column.holds {
        Holds::Field(field) if decl.fields[field].kind == Kind::Amount => {
            Some(format!("{}（{}）", head(field), sheet.headings.units[field].name()))
        }
        Holds::Field(field) => Some(head(field).to_owned()),
        Holds::NamesOf(field) => Some(format!("{}的名称", head(field))),
        Holds::PartOf(field) => Some(format!("{}的一段", head(field))),
        Holds::Again | Holds::Nothing => None,
    };
    let headed = sheet.headings.columns.iter().filter(|column| !column.heading.is_empty());
    headed.map(|column| (column.heading.clone(), taken(column))).collect()
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Record,
    /// Its fields cannot be told apart; told.
    Broken,
    /// A total, kept apart, or a note below the records.
    NoRecord,
}

/// Tells what rows are.
struct Shapes<'a> {
    sheet: &'a Sheet,
    decl: &'a FileDecl,
    schema: &'a Schema,
    /// By field: the beginnings of the codes that records have.
    wider: HashMap<usize, HashSet<String>>,
    totals: Vec<Total>,
    told_beyond: bool,
}

impl Shapes<'_> {
    fn of(&mut self, row: &Row, above: usize, findings: &mut FileFindings) -> Shape {
        if row.after_quote.is_none() {
            if let Some(total) = self.total(row, above) {
                self.totals.push(total);
                return Shape::NoRecord;
            }
            if self.is_note(row) {
                return Shape::NoRecord;
            }
        }
        if row.cells.is_some() {
            self.report_beyond(row, findings);
            return Shape::Record;
        }
        if check_shape(row, self.sheet, self.decl, findings) { Shape::Broken } else { Shape::Record }
    }

    fn cell<'r>(&self, row: &'r Row, field: usize) -> Option<Cow<'r, str>> {
        let column = self.sheet.headings.of_field[field]?;
        row.fields.get(column).map(|f| cleaned(f)).filter(|f| !f.is_empty())
    }

    /// The total that someone typed among the records: an amount, and what a record needs beside it is blank; the row says
    /// so (合计), says nothing else at all, or has the code of a wider level than records have.
    fn total(&mut self, row: &Row, above: usize) -> Option<Total> {
        let (mut amounts, mut lacks, mut others, mut required) = (false, false, false, false);
        for (index, field) in self.decl.fields.iter().enumerate() {
            let is_code = matches!(field.kind, Kind::Code { .. });
            let filled = self.cell(row, index).is_some_and(|cell| !is_total(&cell));
            if field.kind == Kind::Amount {
                amounts |= filled;
            } else {
                others |= filled;
                let counts = field.required && self.sheet.headings.of_field[index].is_some();
                lacks |= counts && !filled;
                required |= counts && !is_code;
            }
        }
        if !amounts {
            return None;
        }
        let label = row.fields.iter().map(|f| cleaned(f)).find(|f| is_total(f)).map(Cow::into_owned);
        let code = if lacks || !required { self.wider_code(row) } else { None };
        let is_total = lacks && (label.is_some() || !others) || code.is_some();
        if !is_total {
            return None;
        }
        let label = label.or_else(|| code.as_ref().map(|(_, code)| code.clone())).unwrap_or_default();
        let headings = &self.sheet.headings;
        let says = totals::amounts(self.decl).filter_map(|field| {
            let cell = self.cell(row, field)?;
            match read_value(&cell, &self.decl.fields[field], headings.units[field], self.schema) {
                Ok(Value::Number(number)) => Some((field, headings.shown_column(field), number)),
                _ => None,
            }
        });
        Some(Total { line: row.line, label, above, code, says: says.collect() })
    }

    /// The code of a level above that of the records, where records lie below it.
    fn wider_code(&mut self, row: &Row) -> Option<(usize, String)> {
        for (index, field) in self.decl.fields.iter().enumerate() {
            let Kind::Code { class, level: Some(level) } = &field.kind else { continue };
            let class = self.schema.classes.get(class)?;
            let code = code_of(row, self.sheet, index, Some(class));
            let code = half_width(unforced(&code));
            let code = code_and_name(&code).0;
            if class.level(code).is_some_and(|at| at < *level) && self.has_below(index, class, code) {
                return Some((index, code.to_owned()));
            }
        }
        None
    }

    fn has_below(&mut self, field: usize, class: &Class, code: &str) -> bool {
        let sheet = self.sheet;
        let wider = self.wider.entry(field).or_insert_with(|| {
            let mut wider = HashSet::new();
            for row in sheet.rows().map_while(Result::ok) {
                let code = code_of(&row, sheet, field, Some(class));
                let code = half_width(unforced(&code));
                let path = class.path(code_and_name(&code).0);
                wider.extend(path.iter().rev().skip(1).map(|wider| (*wider).to_owned()));
            }
            wider
        });
        wider.contains(code)
    }

    /// 注, 制表人 and the like below the records: words at the beginning, and nothing that a record needs.
    fn is_note(&self, row: &Row) -> bool {
        const BEGIN: [&str; 13] = [
            "注",
            "备注",
            "说明",
            "填表说明",
            "制表",
            "填表",
            "审核",
            "复核",
            "负责人",
            "单位负责人",
            "财务负责人",
            "打印",
            "填报",
        ];
        let Some(first) = row.fields.iter().map(|f| f.trim()).find(|f| !f.is_empty()) else { return false };
        let Some(begin) = BEGIN.iter().filter(|begin| first.starts_with(**begin)).max_by_key(|begin| begin.len())
        else {
            return false;
        };
        let after = words(&first[begin.len()..]);
        let after = after.trim_start_matches(['人', '员', '单', '位', '日', '期', '时', '间']);
        let is_headed = after.is_empty() || after.starts_with([':', '1', '2', '3', '4', '5', '6', '7', '8', '9', '(']);
        let filled = |index: usize| self.cell(row, index).is_some();
        let fields = || self.decl.fields.iter().enumerate();
        let lacks = fields().any(|(index, field)| field.required && !filled(index));
        let amount = fields().any(|(index, field)| field.kind == Kind::Amount && filled(index));
        is_headed && lacks && !amount
    }

    /// What stands in a sheet to the right of its headings, once.
    fn report_beyond(&mut self, row: &Row, findings: &mut FileFindings) {
        let width = self.sheet.headings.columns.len();
        let beyond = row.cells.and_then(|cells| cells.cells.iter().find(|cell| cell.column as usize > width));
        if let Some(cell) = beyond.filter(|cell| !self.told_beyond && !cell.text.trim().is_empty()) {
            self.told_beyond = true;
            let place = findings.place(row.line, cell.column);
            findings.warning(|| {
                Diagnostic::warning("E122", format!("这一列没有列名，未使用，如这里的“{}”", shown(&cell.text)))
                    .at(place)
                    .hint("请在列名一行写上列名，或删去这一列")
            });
        }
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
    /// Words of choices that are not the set's own.
    words: &'a mut IndexMap<(usize, String), Arc<str>>,
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
        let column = headings.of_field[field]?;
        let cell = match &decl.kind {
            Kind::Code { class, .. } => code_of(self.row, self.sheet, field, self.schema.classes.get(class)),
            _ => cleaned(self.row.fields.get(column)?),
        };
        let of_sheet = self.row.cells.and_then(|cells| cells.at(column as u32 + 1));
        if let Some(wrong) = of_sheet.and_then(|cell| no_value(cell.kind, &cell.text, decl)) {
            let place = self.findings.place(self.row.line, headings.shown_column(field));
            self.findings.error(|| wrong.at(place));
            return Some(Err(Value::Blank));
        }
        // A text is what a reader of the sheet sees; a code is too, where its noughts are only shown.
        let cell = match (of_sheet, &decl.kind) {
            (Some(of_sheet), Kind::Text | Kind::Ref { .. } | Kind::Choice { .. }) => cleaned(of_sheet.shown()),
            (Some(of_sheet), Kind::Code { .. }) if headings.parts[field].is_empty() && is_digits(of_sheet.shown()) => {
                Cow::Borrowed(of_sheet.shown())
            }
            _ => cell,
        };
        if cell.is_empty() {
            return None;
        }
        let unit = headings.units[field];
        let value = read_value(&cell, decl, unit, self.schema);
        if let (Ok(Value::Text(text)), Kind::Choice { .. }) = (&value, &decl.kind)
            && **text != *cell
            && words(text) != words(&cell)
        {
            self.words.entry((field, cell.clone().into_owned())).or_insert_with(|| text.clone());
        }
        Some(value.map_err(|problem| {
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

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Why a cell of a sheet says nothing that could be read.
fn no_value(kind: CellKind, text: &str, field: &super::FieldDecl) -> Option<Diagnostic> {
    match kind {
        CellKind::Error => Some(
            Diagnostic::error("E175", format!("{}是 Excel 的错误值“{}”", field.head, shown(text)))
                .hint("请改正这一格的公式，或重新填写"),
        ),
        CellKind::NoResult => Some(
            Diagnostic::error("E176", format!("{}是公式“{}”，文件里没有它的结果", field.head, shown(text)))
                .hint("请在 Excel 或 WPS 中打开，重新计算后保存；或把公式换成数"),
        ),
        CellKind::Circle => Some(
            Diagnostic::error("E176", format!("{}是公式“{}”，里面有循环引用，没有结果", field.head, shown(text)))
                .hint("请改正公式，使它不绕回自己；或把公式换成数"),
        ),
        CellKind::Date if matches!(field.kind, Kind::Amount | Kind::Number) => Some(
            Diagnostic::error("E131", format!("{}“{}”不是数，这一格是日期格式", field.head, shown(text)))
                .hint("请把这一格设为“数值”格式，重新填写"),
        ),
        _ => None,
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
