//! A department's records as a workbook to fill: a sheet a record file, with lists, checks and a note on each head; what the
//! department is, its texts, and sums with live formulas.

use super::{bytes, failed, quoted, workbook_of};
use crate::cell_name::letters;
use crate::data::filter::in_words;
use crate::data::schema::{FieldDecl, FieldDefault, FileDecl, Kind, Schema};
use crate::data::{Record, Value};
use crate::diagnostic::Diagnostic;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, Format, FormatAlign, FormatBorder, Formula,
    Note, Workbook, Worksheet, XlsxError,
};
use std::collections::BTreeSet;

/// What a workbook of records holds.
pub struct Handout<'a> {
    /// What the records are declared as.
    pub schema: &'a Schema,
    /// Record files and what is in them; those left out are not in the workbook.
    pub files: Vec<(&'a FileDecl, &'a [Record])>,
    /// What report.toml says.
    pub facts: Vec<Fact>,
    /// Files of text, by their names in the folder.
    pub texts: Vec<(String, String)>,
    /// Of the workbook as a document.
    pub title: String,
    /// ISO; stands as the day it was made.
    pub date: Option<String>,
}

/// A key of report.toml.
pub struct Fact {
    /// What users call it.
    pub head: String,
    /// What it says.
    pub value: String,
    /// Its name.
    pub key: String,
    /// It is blank, and has to be filled in.
    pub needed: bool,
}

/// Rows below the heads that take lists and checks; a ledger of a department has a few hundred.
const ROOM: u32 = 2_000;
/// Digits that a double holds exactly, whatever they are.
const EXACT: usize = 15;

struct Looks {
    head: Format,
    needed: Format,
    text: Format,
    amount: Format,
    number: Format,
    wrapped: Format,
    title: Format,
    bold: Format,
}

impl Looks {
    fn new() -> Looks {
        let base = Format::new().set_font_name("宋体").set_font_size(11);
        let head = base.clone().set_bold().set_border(FormatBorder::Thin).set_align(FormatAlign::Center);
        let head = head.set_align(FormatAlign::VerticalCenter).set_text_wrap();
        Looks {
            needed: head.clone().set_background_color(Color::RGB(0xFFE699)),
            head: head.set_background_color(Color::RGB(0xDDEBF7)),
            text: base.clone().set_num_format("@"),
            amount: base.clone().set_num_format("#,##0.00"),
            number: base.clone(),
            wrapped: base.clone().set_text_wrap().set_align(FormatAlign::Top),
            title: base.clone().set_bold().set_font_size(14),
            bold: base.set_bold(),
        }
    }

    fn of(&self, kind: &Kind) -> &Format {
        match kind {
            Kind::Amount => &self.amount,
            Kind::Number => &self.number,
            _ => &self.text,
        }
    }
}

/// The workbook, byte for byte the same for the same records. E514: it cannot be made.
pub fn write(handout: &Handout) -> Result<Vec<u8>, Diagnostic> {
    make(handout).map_err(|error| failed(&error))
}

fn make(handout: &Handout) -> Result<Vec<u8>, XlsxError> {
    let looks = Looks::new();
    let mut book = workbook_of(&handout.title, handout.date.as_deref())?;
    explain(&mut book, handout, &looks)?;
    if !handout.facts.is_empty() {
        facts(&mut book, handout, &looks)?;
    }
    for (decl, records) in &handout.files {
        let lists = Lists { handout };
        records_sheet(book.add_worksheet(), decl, records, &lists, &looks)?;
    }
    if !handout.texts.is_empty() {
        texts(&mut book, handout, &looks)?;
    }
    sums(&mut book, handout, &looks)?;
    codes(&mut book, handout, &looks)?;
    bytes(book)
}

/// A name for a sheet: the title, where Excel takes it.
fn sheet_name(decl: &FileDecl) -> &str {
    let is_good = decl.title.chars().count() <= 31 && !decl.title.contains(['[', ']', ':', '*', '?', '/', '\\', '\'']);
    if is_good { &decl.title } else { &decl.id }
}

/// A head, with the unit of amounts.
fn head(field: &FieldDecl) -> String {
    match field.kind {
        Kind::Amount => format!("{}（元）", field.head),
        _ => field.head.clone(),
    }
}

fn records_sheet(
    sheet: &mut Worksheet,
    decl: &FileDecl,
    records: &[Record],
    lists: &Lists,
    looks: &Looks,
) -> Result<(), XlsxError> {
    sheet.set_name(sheet_name(decl))?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_row_height(0, 30)?;
    let last = ROOM.max(records.len() as u32 + ROOM / 4);
    for (column, field) in (0u16..).zip(&decl.fields) {
        let look = if field.required { &looks.needed } else { &looks.head };
        sheet.write_string_with_format(0, column, head(field), look)?;
        sheet.set_column_format(column, looks.of(&field.kind))?;
        sheet.set_column_width(column, width(field))?;
        let note = Note::new(what_to_fill(field, decl, lists.handout.schema)).add_author_prefix(false).set_width(260);
        sheet.insert_note(0, column, &note)?;
        if let Some(check) = lists.check(field)? {
            sheet.add_data_validation(1, column, last, column, &check)?;
        }
        for (row, record) in (1u32..).zip(records) {
            write_value(
                sheet,
                (row, column),
                &record.values[column as usize],
                record.columns[column as usize],
                looks.of(&field.kind),
            )?;
        }
    }
    names_beside(sheet, decl, records, lists.handout.schema, looks)
}

/// What was typed; a default is left blank.
fn write_value(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Value,
    typed: u32,
    look: &Format,
) -> Result<(), XlsxError> {
    match value {
        _ if typed == 0 => {}
        Value::Blank => {}
        Value::Text(text) => drop(sheet.write_string_with_format(row, column, text.as_ref(), look)?),
        Value::Number(number) => write_amount(sheet, (row, column), *number, look)?,
    }
    Ok(())
}

/// A number as a number where a double holds it exactly, else as its digits.
pub(super) fn write_amount(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    number: Decimal,
    look: &Format,
) -> Result<(), XlsxError> {
    let number = number.normalize();
    let digits = number.mantissa().unsigned_abs().to_string().len();
    match number.to_f64().filter(|_| digits <= EXACT) {
        Some(double) => sheet.write_number_with_format(row, column, double, look)?,
        None => sheet.write_string_with_format(row, column, number.to_string(), look)?,
    };
    Ok(())
}

/// Names of codes that the department gave itself, in columns of their own behind the others.
fn names_beside(
    sheet: &mut Worksheet,
    decl: &FileDecl,
    records: &[Record],
    schema: &Schema,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let mut column = decl.fields.len() as u16;
    for (index, field) in decl.fields.iter().enumerate() {
        let Kind::Code { class, .. } = &field.kind else { continue };
        let Some(class) = schema.classes.get(class) else { continue };
        let given: Vec<(u32, &str)> = (1u32..)
            .zip(records)
            .filter_map(|(row, record)| {
                let code = record.values[index].text();
                Some((row, class.names.get(code).filter(|_| class.given.contains(code))?.as_str()))
            })
            .collect();
        if given.is_empty() {
            continue;
        }
        sheet.write_string_with_format(0, column, format!("{}名称", field.head), &looks.head)?;
        sheet.set_column_width(column, 24)?;
        for (row, name) in given {
            sheet.write_string_with_format(row, column, name, &looks.text)?;
        }
        column += 1;
    }
    Ok(())
}

fn width(field: &FieldDecl) -> f64 {
    match field.kind {
        Kind::Amount => 18.0,
        Kind::Number | Kind::Date | Kind::Code { .. } => 12.0,
        Kind::Choice { .. } => 18.0,
        Kind::Text | Kind::Ref { .. } => 26.0,
    }
}

/// What a column takes, when it must be filled, and an example.
fn what_to_fill(field: &FieldDecl, decl: &FileDecl, schema: &Schema) -> String {
    let (what, example) = in_short(field, schema);
    let mut says = vec![what];
    says.push(format!("何时填写：{}", when(field, decl)));
    if !example.is_empty() {
        says.push(format!("例：{example}"));
    }
    says.join("\n")
}

fn when(field: &FieldDecl, decl: &FileDecl) -> String {
    match (&field.required_when, &field.default) {
        _ if field.required => "每行".to_owned(),
        (Some(filter), _) => format!("{}的行", in_words(filter, decl).trim_end()),
        (None, Some(FieldDefault::Value(value))) => format!("空着是“{value}”"),
        (None, Some(FieldDefault::Only)) => "有两个以上时".to_owned(),
        (None, Some(FieldDefault::By { field, .. })) => {
            let source = decl.field(field).map_or(field.as_str(), |source| &source.head);
            format!("空着时由{source}得出")
        }
        (None, None) => "有则填".to_owned(),
    }
}

fn in_short(field: &FieldDecl, schema: &Schema) -> (String, String) {
    match &field.kind {
        Kind::Amount => ("金额，单位：元，最细到分；调减写负数".to_owned(), "1234.56".to_owned()),
        Kind::Number => ("数，不带单位".to_owned(), "12".to_owned()),
        Kind::Date => ("日期".to_owned(), "2026-02-10".to_owned()),
        Kind::Choice { values, .. } => (format!("可填：{}", values.join("、")), String::new()),
        Kind::Ref { file, field: of } => {
            let title = schema.files.get(file).map_or(file.as_str(), |decl| &decl.title);
            let head = schema.files.get(file).and_then(|decl| decl.field(of)).map_or(of.as_str(), |field| &field.head);
            (format!("与“{title}”的“{head}”写得一样"), String::new())
        }
        Kind::Text => ("文字".to_owned(), String::new()),
        Kind::Code { class, level } => {
            let Some(class) = schema.classes.get(class) else { return ("编码".to_owned(), String::new()) };
            let length =
                level.and_then(|level| class.lengths.get(level)).map_or(String::new(), |n| format!("，{n} 位"));
            let level_name = level.and_then(|level| class.levels.get(level)).map_or("", String::as_str);
            let fits = |(code, _): &(&String, &String)| level.is_none() || class.level(code) == *level;
            let example = class.names.iter().find(fits).map(|(code, name)| format!("{code}（{name}）"));
            (format!("{level_name}级编码{length}，见工作表“科目”"), example.unwrap_or_default())
        }
    }
}

/// The lists that cells are filled from.
struct Lists<'a> {
    handout: &'a Handout<'a>,
}

impl Lists<'_> {
    fn check(&self, field: &FieldDecl) -> Result<Option<DataValidation>, XlsxError> {
        const LONGEST: usize = 255;
        let list = |formula: String| DataValidation::new().allow_list_formula(Formula::new(formula));
        let doubted = |check: DataValidation, what: &str| -> Result<DataValidation, XlsxError> {
            check.set_error_style(DataValidationErrorStyle::Warning).set_error_title("请核对")?.set_error_message(what)
        };
        Ok(match &field.kind {
            Kind::Amount | Kind::Number => {
                let most = 1e15;
                let check = DataValidation::new().allow_decimal_number(DataValidationRule::Between(-most, most));
                Some(check.set_error_title("要填数")?.set_error_message("只填数，不带单位；没有就空着")?)
            }
            Kind::Choice { values, .. } if values.join(",").chars().count() <= LONGEST => {
                let check = DataValidation::new().allow_list_strings(values)?;
                Some(check.set_error_title("不是可填的值")?.set_error_message("请从下拉的列表里选")?)
            }
            Kind::Code { class, level } => match self.code_range(class, *level) {
                Some(range) => Some(doubted(list(range), "科目表里没有这个编码；确是新科目的，可以继续")?),
                None => None,
            },
            Kind::Ref { file, field: of } => match self.ref_range(file, of) {
                Some(range) => Some(doubted(list(range), "列表里没有这个名称，请核对写法")?),
                None => None,
            },
            _ => None,
        })
    }

    fn ref_range(&self, file: &str, of: &str) -> Option<String> {
        let (decl, _) = self.handout.files.iter().find(|(decl, _)| decl.id == file)?;
        let column = decl.fields.iter().position(|field| field.id == of)?;
        let letter = letters(column as u32 + 1);
        Some(format!("={}!${letter}$2:${letter}${}", quoted(sheet_name(decl)), ROOM + 1))
    }

    fn code_range(&self, class: &str, level: Option<usize>) -> Option<String> {
        let column = listed(self.handout).position(|(known, at)| known == class && at == level)?;
        let count = codes_of(self.handout.schema, class, level).count();
        let letter = letters(column as u32 * 3 + 1);
        (count > 0).then(|| format!("='科目'!${letter}$2:${letter}${}", count + 1))
    }
}

/// The classifications and levels that the columns of the workbook ask for, each once.
fn listed<'a>(handout: &'a Handout) -> impl Iterator<Item = (&'a str, Option<usize>)> {
    let fields = handout.files.iter().flat_map(|(decl, _)| &decl.fields);
    let all: BTreeSet<(&str, Option<usize>)> = fields
        .filter_map(|field| match &field.kind {
            Kind::Code { class, level } => Some((class.as_str(), *level)),
            _ => None,
        })
        .collect();
    all.into_iter()
}

fn codes_of<'a>(
    schema: &'a Schema,
    class: &str,
    level: Option<usize>,
) -> impl Iterator<Item = (&'a String, &'a String)> {
    let class = schema.classes.get(class);
    let fits = move |code: &str| level.is_none() || class.is_some_and(|class| class.level(code) == level);
    class.into_iter().flat_map(|class| &class.names).filter(move |(code, _)| fits(code))
}

fn codes(book: &mut Workbook, handout: &Handout, looks: &Looks) -> Result<(), XlsxError> {
    if listed(handout).next().is_none() {
        return Ok(());
    }
    let sheet = book.add_worksheet();
    sheet.set_name("科目")?.set_freeze_panes(1, 0)?;
    for (index, (class, level)) in listed(handout).enumerate() {
        let column = index as u16 * 3;
        sheet.write_string_with_format(0, column, "编码", &looks.head)?;
        sheet.write_string_with_format(0, column + 1, "名称", &looks.head)?;
        sheet.set_column_width(column + 1, 40)?;
        for (row, (code, name)) in (1u32..).zip(codes_of(handout.schema, class, level)) {
            sheet.write_string_with_format(row, column, code, &looks.text)?;
            sheet.write_string_with_format(row, column + 1, name, &looks.text)?;
        }
    }
    Ok(())
}

fn explain(book: &mut Workbook, handout: &Handout, looks: &Looks) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name("说明")?;
    sheet.write_string_with_format(0, 0, handout.title.as_str(), &looks.title)?;
    let lines = [
        "每个工作表是一种数据：首行是列名，一行一条，不留合计行（合计由程序算出，写了也只核对，不采用）。",
        "黄色的列每行都要填；把鼠标停在列名上，可以看到填什么、何时填、例子。",
        "编码是文本，金额以元为单位、最细到分。列的先后可以变，列名不要改。",
        "填完后：gongkai check 检查，gongkai build 生成 PDF 和 DOCX。工作表“核对”里的合计随填随算。",
    ];
    for (row, line) in (1u32..).zip(lines) {
        sheet.write_string_with_format(row, 0, line, &looks.number)?;
    }
    let from = lines.len() as u32 + 2;
    for (column, head) in (0u16..).zip(["工作表", "列", "填什么", "何时填写", "例"]) {
        sheet.write_string_with_format(from, column, head, &looks.head)?;
        sheet.set_column_width(column, [16.0, 20.0, 60.0, 36.0, 28.0][column as usize])?;
    }
    let fields = handout.files.iter().flat_map(|(decl, _)| decl.fields.iter().map(move |field| (*decl, field)));
    for (row, (decl, field)) in (from + 1..).zip(fields) {
        let (what, example) = in_short(field, handout.schema);
        let cells = [sheet_name(decl).to_owned(), head(field), what, when(field, decl), example];
        for (column, cell) in (0u16..).zip(cells) {
            sheet.write_string_with_format(row, column, cell, &looks.wrapped)?;
        }
    }
    Ok(())
}

fn facts(book: &mut Workbook, handout: &Handout, looks: &Looks) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name("基本信息")?.set_freeze_panes(1, 0)?;
    for (column, (head, width)) in (0u16..).zip([("项目", 34.0), ("内容", 40.0), ("键", 16.0)]) {
        sheet.write_string_with_format(0, column, head, &looks.head)?;
        sheet.set_column_width(column, width)?;
    }
    for (row, fact) in (1u32..).zip(&handout.facts) {
        let look = if fact.needed { &looks.needed } else { &looks.text };
        sheet.write_string_with_format(row, 0, fact.head.as_str(), look)?;
        if !fact.value.is_empty() {
            sheet.write_string_with_format(row, 1, fact.value.as_str(), &looks.text)?;
        }
        sheet.write_string_with_format(row, 2, fact.key.as_str(), &looks.text)?;
    }
    Ok(())
}

fn texts(book: &mut Workbook, handout: &Handout, looks: &Looks) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name("文字")?.set_freeze_panes(1, 0)?;
    sheet.write_string_with_format(0, 0, "文件", &looks.head)?;
    sheet.write_string_with_format(0, 1, "文字", &looks.head)?;
    sheet.set_column_width(0, 24)?.set_column_width(1, 100)?;
    let mut row = 1;
    for (file, text) in &handout.texts {
        for line in text.split('\n') {
            sheet.write_string_with_format(row, 0, file.as_str(), &looks.text)?;
            if !line.is_empty() {
                sheet.write_string_with_format(row, 1, line, &looks.wrapped)?;
            }
            row += 1;
        }
    }
    Ok(())
}

/// What amounts add up to by the choices that every record makes, with live formulas.
fn sums(book: &mut Workbook, handout: &Handout, looks: &Looks) -> Result<(), XlsxError> {
    let summed = |(decl, _): &&(&FileDecl, &[Record])| Pivot::of(decl).is_some();
    if handout.files.iter().find(summed).is_none() {
        return Ok(());
    }
    let sheet = book.add_worksheet();
    sheet.set_name("核对")?;
    sheet.set_column_width(0, 28)?;
    let mut row = 0;
    for (decl, records) in &handout.files {
        if let Some(pivot) = Pivot::of(decl) {
            row = pivot.write(sheet, row, records, looks)? + 2;
        }
    }
    Ok(())
}

/// An amount by one or two choices.
struct Pivot<'a> {
    decl: &'a FileDecl,
    amount: usize,
    rows: (usize, &'a [String]),
    columns: Option<(usize, &'a [String])>,
}

impl<'a> Pivot<'a> {
    fn of(decl: &'a FileDecl) -> Option<Pivot<'a>> {
        let amount = decl.fields.iter().position(|field| field.kind == Kind::Amount && field.required)?;
        let mut choices = decl.fields.iter().enumerate().filter_map(|(index, field)| match &field.kind {
            Kind::Choice { values, .. } if field.required => Some((index, values.as_slice())),
            _ => None,
        });
        Some(Pivot { decl, amount, rows: choices.next()?, columns: choices.next() })
    }

    fn range(&self, field: usize, records: usize) -> String {
        let letter = letters(field as u32 + 1);
        let last = (records as u32 + 1).max(ROOM) + ROOM / 4;
        format!("{}!${letter}$2:${letter}${last}", quoted(sheet_name(self.decl)))
    }

    fn sum(&self, records: &[Record], row: Option<&str>, column: Option<&str>) -> Decimal {
        let is = |record: &&Record, field: usize, value: Option<&str>| {
            value.is_none_or(|value| record.values[field].text() == value)
        };
        let of = records.iter().filter(|r| is(r, self.rows.0, row));
        let of = of.filter(|r| self.columns.is_none_or(|(field, _)| is(r, field, column)));
        of.map(|record| record.values[self.amount].number()).sum::<Decimal>().normalize()
    }

    /// Writes it from a row on; the row behind it.
    fn write(&self, sheet: &mut Worksheet, from: u32, records: &[Record], looks: &Looks) -> Result<u32, XlsxError> {
        let head = |field: usize| self.decl.fields[field].head.as_str();
        let by = self.columns.map_or(String::new(), |(field, _)| format!("、{}", head(field)));
        let title = format!("{}：按{}{by}的{}（元）", self.decl.title, head(self.rows.0), head(self.amount));
        sheet.write_string_with_format(from, 0, title, &looks.bold)?;
        let (heads, first) = (from + 1, from + 2);
        let amounts = self.range(self.amount, records.len());
        let rows = self.range(self.rows.0, records.len());
        sheet.write_string_with_format(heads, 0, head(self.rows.0), &looks.head)?;
        let columns: Vec<&String> = self.columns.map(|(_, values)| values.iter().collect()).unwrap_or_default();
        let total = columns.len() as u16 + 1;
        for (column, value) in (1u16..).zip(&columns) {
            sheet.write_string_with_format(heads, column, value.as_str(), &looks.head)?;
            sheet.set_column_width(column, 18)?;
        }
        sheet.write_string_with_format(heads, total, "合计", &looks.head)?;
        sheet.set_column_width(total, 18)?;
        let last = first + self.rows.1.len() as u32;
        let mut live = |row: u32, column: u16, formula: String, result: Decimal| -> Result<(), XlsxError> {
            let formula = Formula::new(formula).set_result(result.to_string());
            sheet.write_formula_with_format(row, column, formula, &looks.amount).map(drop)
        };
        for (row, value) in (first..).zip(self.rows.1) {
            let name = format!("$A{}", row + 1);
            for (column, of) in (1u16..).zip(&columns) {
                let (Some((field, _)), letter) = (self.columns, letters(u32::from(column) + 1)) else { continue };
                let other = self.range(field, records.len());
                let formula = format!("=SUMIFS({amounts},{rows},{name},{other},{letter}${})", heads + 1);
                live(row, column, formula, self.sum(records, Some(value), Some(of)))?;
            }
            let formula = match columns.len() {
                0 => format!("=SUMIFS({amounts},{rows},{name})"),
                count => format!("=SUM(B{0}:{1}{0})", row + 1, letters(count as u32 + 1)),
            };
            live(row, total, formula, self.sum(records, Some(value), None))?;
        }
        for column in 1..=total {
            let letter = letters(u32::from(column) + 1);
            let of = columns.get(column as usize - 1).map(|value| value.as_str());
            live(last, column, format!("=SUM({letter}{}:{letter}{last})", first + 1), self.sum(records, None, of))?;
        }
        let all = self.sum(records, None, None);
        live(last + 1, total, format!("=SUM({amounts})"), all)?;
        let letter = letters(u32::from(total) + 1);
        let check = format!("=IF(ROUND({letter}{}-{letter}{},2)=0,\"相符\",\"不符\")", last + 1, last + 2);
        sheet.write_formula_with_format(last + 2, total, Formula::new(check).set_result("相符"), &looks.bold)?;
        for (row, value) in (first..).zip(self.rows.1) {
            sheet.write_string_with_format(row, 0, value, &looks.text)?;
        }
        for (row, name) in (last..).zip(["合计", "工作表里全部行之和", "两数"]) {
            sheet.write_string_with_format(row, 0, name, &looks.bold)?;
        }
        Ok(last + 3)
    }
}
