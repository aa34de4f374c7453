//! The heading line of a file: which column holds which field, in any order.

use super::csv_file::Row;
use super::head_row::Head;
use super::schema::{FieldDecl, FileDecl, Kind};
use super::sheet::Classes;
use super::typed::{cleaned, says, shown, words};
use crate::diagnostic::{Diagnostic, Severity, nearest};
use crate::file_findings::FileFindings;
use crate::money::Unit;

/// What a column holds, by index into the fields of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Field(usize),
    /// Names of the codes in this field: 科目名称.
    NamesOf(usize),
    /// A further part of the codes in this field: 款 beside 类.
    PartOf(usize),
    /// The same field once more: an error already.
    Again,
    Nothing,
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub heading: String,
    pub holds: Holds,
}

/// The columns of a file, up to the last that has a heading.
#[derive(Debug, Clone)]
pub(super) struct Headings {
    pub line: u32,
    /// Fields of the heading line, the blank ones at its end too.
    pub typed: usize,
    pub columns: Vec<Column>,
    /// For each field, its column (from 0).
    pub of_field: Vec<Option<usize>>,
    /// For each field, the columns of its codes' parts where they are split over several: 类, 款, 项.
    pub parts: Vec<Vec<usize>>,
    /// For each field, the unit its heading says, or a line above the headings; 元 where none does.
    pub units: Vec<Unit>,
}

impl Headings {
    /// The column of a field for a message, from 1; 0 if the file has none.
    pub fn shown_column(&self, field: usize) -> u32 {
        self.of_field[field].map_or(0, |column| column as u32 + 1)
    }

    /// Columns between others that have no heading.
    pub fn unnamed(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().enumerate().filter(|(_, column)| column.heading.is_empty()).map(|(index, _)| index)
    }
}

/// How many columns of `row` have the heading of a field.
pub(super) fn known_headings(row: &Row, file: &FileDecl) -> usize {
    row.fields.iter().filter(|text| find_field(&cleaned(text), file).is_some()).count()
}

/// Whether every field that a file requires has its heading in `row`.
pub(super) fn has_required(row: &Row, file: &FileDecl) -> bool {
    let held: Vec<usize> = row.fields.iter().filter_map(|text| Some(find_field(&cleaned(text), file)?.0)).collect();
    held.len() >= 2 && file.fields.iter().enumerate().all(|(index, field)| !field.required || held.contains(&index))
}

/// Matches the heading line to the fields of `file`.
pub(super) fn match_headings(head: &Head, file: &FileDecl, classes: &Classes, findings: &mut FileFindings) -> Headings {
    let mut texts: Vec<String> = head.texts.iter().map(|text| cleaned(text).into_owned()).collect();
    while texts.last().is_some_and(String::is_empty) {
        texts.pop();
    }
    let columns = texts.into_iter().map(|heading| Column { heading, holds: Holds::Nothing }).collect();
    let fields = file.fields.len();
    let typed = head.texts.len();
    let (of_field, parts, units) = (vec![None; fields], vec![Vec::new(); fields], vec![Unit::Yuan; fields]);
    let mut headings = Headings { line: head.line, typed, columns, of_field, parts, units };
    report_above(head, findings);
    find_fields(&mut headings, file, head.unit.as_ref().map(|above| above.unit), findings);
    find_split_codes(&mut headings, file, classes);
    find_name_columns(&mut headings, file);
    let taken = report_missing(&headings, file, findings);
    report_unused(&headings, &taken, file, findings);
    headings
}

/// That the headings do not stand first, and what is read above them.
fn report_above(head: &Head, findings: &mut FileFindings) {
    if head.first > 1 {
        let place = findings.place(head.first, 0);
        let unit = head.unit.as_ref().map_or(String::new(), |above| {
            format!("；第 {} 行写明“{}”，没有写单位的金额列按{}读取", above.line, shown(&above.text), above.unit.name())
        });
        let message = format!("列名在第 {} 行，上面的行不是数据{unit}", head.first);
        findings.note(|| Diagnostic::new(Severity::Note, "E128", message).at(place));
    }
}

/// Codes split over columns that are headed by the levels of their classification, side by side.
fn find_split_codes(headings: &mut Headings, file: &FileDecl, classes: &Classes) {
    let mut from = 0;
    for (index, field) in file.fields.iter().enumerate() {
        let Kind::Code { class, .. } = &field.kind else { continue };
        let Some(class) = classes.get(class).filter(|_| headings.of_field[index].is_none()) else { continue };
        let free = |column: &Column| column.holds == Holds::Nothing;
        let heads = |at: usize| {
            let columns = headings.columns.get(at..at + class.levels.len());
            let ends =
                headings.columns.get(at + class.levels.len()).is_none_or(|next| !is_level(&next.heading, classes));
            ends && columns.is_some_and(|columns| {
                columns
                    .iter()
                    .zip(&class.levels)
                    .all(|(column, level)| free(column) && words(&column.heading) == words(level))
            })
        };
        let Some(at) = (from..headings.columns.len()).find(|&at| heads(at)) else { continue };
        let columns: Vec<usize> = (at..at + class.levels.len()).collect();
        for &column in &columns {
            headings.columns[column].holds = Holds::PartOf(index);
        }
        from = at + columns.len();
        headings.of_field[index] = Some(at);
        headings.parts[index] = columns;
    }
}

/// 类, 款, 项: the name of a level of a classification.
pub(super) fn is_level(heading: &str, classes: &Classes) -> bool {
    let heading = words(heading);
    !heading.is_empty() && classes.values().flat_map(|class| &class.levels).any(|level| says(level, &heading))
}

fn find_fields(headings: &mut Headings, file: &FileDecl, above: Option<Unit>, findings: &mut FileFindings) {
    for column in 0..headings.columns.len() {
        let heading = headings.columns[column].heading.clone();
        let Some((index, suffix)) = find_field(&heading, file) else { continue };
        let field = &file.fields[index];
        let place = findings.place(headings.line, column as u32 + 1);
        headings.columns[column].holds = Holds::Field(index);
        if let Some(first) = headings.of_field[index] {
            let before = findings.place(headings.line, first as u32 + 1);
            findings.error(|| {
                Diagnostic::error("E123", format!("列“{}”重复，都是“{}”", shown(&heading), field.head))
                    .at(place)
                    .related(before, "先在这里")
                    .hint("请删去或改名其中一列")
            });
            headings.columns[column].holds = Holds::Again;
            continue;
        }
        headings.of_field[index] = Some(column);
        if field.kind == Kind::Amount {
            headings.units[index] = match (suffix, above) {
                (None, Some(above)) => above,
                (suffix, _) => heading_unit(&heading, suffix.as_deref(), field, column, headings.line, findings),
            };
        }
    }
}

/// The field a heading belongs to, and what stands in brackets behind it: 金额（万元）.
pub(super) fn find_field(heading: &str, file: &FileDecl) -> Option<(usize, Option<String>)> {
    // A “heading” this long is a whole file, without the separator tried.
    const LONGEST: usize = 1000;
    if heading.len() > LONGEST {
        return None;
    }
    let wanted = words(heading);
    let named = |name: &str| {
        file.fields.iter().position(|field| says(&field.head, name) || field.also.iter().any(|a| says(a, name)))
    };
    if wanted.is_empty() {
        return None;
    }
    if let Some(index) = named(&wanted) {
        return Some((index, None));
    }
    let (base, suffix) = split_suffix(&wanted)?;
    let index = named(base)?;
    matches!(file.fields[index].kind, Kind::Amount | Kind::Number).then(|| (index, Some(suffix.to_owned())))
}

/// 金额(万元) → 金额, 万元
fn split_suffix(words: &str) -> Option<(&str, &str)> {
    let (base, suffix) = words.strip_suffix(')')?.rsplit_once('(')?;
    Some((base, suffix.strip_prefix("单位:").unwrap_or(suffix)))
}

fn heading_unit(
    heading: &str,
    suffix: Option<&str>,
    field: &FieldDecl,
    column: usize,
    line: u32,
    findings: &mut FileFindings,
) -> Unit {
    let place = findings.place(line, column as u32 + 1);
    match suffix {
        Some("元") => Unit::Yuan,
        Some("万元") => Unit::WanYuan,
        Some("亿元") => Unit::YiYuan,
        Some(other) => {
            findings.error(|| {
                Diagnostic::error("E125", format!("列“{}”的单位“{}”不认识", shown(heading), shown(other)))
                    .at(place)
                    .hint(format!("写成“{0}（元）”或“{0}（万元）”", field.head))
            });
            Unit::Yuan
        }
        None => {
            findings.warning(|| {
                Diagnostic::warning("E124", format!("列“{}”没有写明单位，按元读取", shown(heading)))
                    .at(place)
                    .hint(format!("写成“{0}（元）”或“{0}（万元）”", field.head))
            });
            Unit::Yuan
        }
    }
}

/// 功能科目名称 gives names for 功能科目; a bare 科目名称 for the code column to its left, or else the first.
fn find_name_columns(headings: &mut Headings, file: &FileDecl) {
    let is_code = |field: usize| matches!(file.fields[field].kind, Kind::Code { .. });
    for column in 0..headings.columns.len() {
        let heading = words(&headings.columns[column].heading);
        if headings.columns[column].holds != Holds::Nothing || !heading.ends_with("名称") {
            continue;
        }
        let own = (0..file.fields.len()).find(|&f| is_code(f) && is_name_of(&heading, &file.fields[f]));
        let beside = || {
            let left = headings.columns[..column].iter().rev();
            let right = headings.columns[column..].iter();
            left.chain(right).find_map(|c| match c.holds {
                Holds::Field(f) if is_code(f) => Some(f),
                _ => None,
            })
        };
        let field = match heading.as_str() {
            "科目名称" | "名称" => own.or_else(beside),
            _ => own,
        };
        if let Some(field) = field {
            headings.columns[column].holds = Holds::NamesOf(field);
        }
    }
}

/// 功能科目 → 功能科目名称; 科目编码 → 科目名称
fn is_name_of(heading: &str, field: &FieldDecl) -> bool {
    [&field.head].into_iter().chain(&field.also).any(|head| {
        let head = words(head);
        let base = head.strip_suffix("编码").or_else(|| head.strip_suffix("代码")).unwrap_or(&head);
        heading.strip_suffix("名称") == Some(base)
    })
}

/// Required fields that no column holds; the columns that look like them, which need no further word.
fn report_missing(headings: &Headings, file: &FileDecl, findings: &mut FileFindings) -> Vec<usize> {
    let mut taken = Vec::new();
    for (index, field) in file.fields.iter().enumerate().filter(|(_, f)| f.required) {
        if headings.of_field[index].is_some() {
            continue;
        }
        let near = unused(headings).find(|&c| !taken.contains(&c) && is_near(&headings.columns[c].heading, field));
        taken.extend(near);
        let place = findings.place(headings.line, near.map_or(0, |c| c as u32 + 1));
        findings.error(|| {
            let found: Vec<String> =
                headings.columns.iter().filter(|c| !c.heading.is_empty()).map(|c| shown(&c.heading)).collect();
            let found = format!("文件里的列：{}", found.join("、"));
            Diagnostic::error("E121", format!("缺少“{}”列", field.head)).at(place).hint(match near {
                Some(c) => {
                    let heading = shown(&headings.columns[c].heading);
                    format!("列“{heading}”是否应为“{}”？{found}", head_with_unit(field))
                }
                None => format!("请加上“{}”列；{found}", head_with_unit(field)),
            })
        });
    }
    taken
}

fn report_unused(headings: &Headings, taken: &[usize], file: &FileDecl, findings: &mut FileFindings) {
    for column in unused(headings).filter(|c| !taken.contains(c)) {
        let heading = &headings.columns[column].heading;
        let place = findings.place(headings.line, column as u32 + 1);
        let absent = file.fields.iter().enumerate().filter(|&(f, _)| headings.of_field[f].is_none());
        let near = absent.map(|(_, field)| field).find(|field| is_near(heading, field));
        findings.warning(|| {
            let diagnostic = Diagnostic::warning("E122", format!("多余的列“{}”未使用", shown(heading))).at(place);
            match near {
                Some(field) => diagnostic.hint(format!("您是否指“{}”？", head_with_unit(field))),
                None => diagnostic,
            }
        });
    }
}

/// A column of remarks, where no field is called so: for whoever reads the file.
const REMARK: &str = "备注";

/// Columns with a heading that hold nothing, and are not there for remarks.
fn unused(headings: &Headings) -> impl Iterator<Item = usize> {
    let columns = headings.columns.iter().enumerate();
    let is_unused = |c: &Column| c.holds == Holds::Nothing && !c.heading.is_empty() && c.heading != REMARK;
    columns.filter(move |(_, c)| is_unused(c)).map(|(index, _)| index)
}

fn is_near(heading: &str, field: &FieldDecl) -> bool {
    let heading = words(heading);
    let base = split_suffix(&heading).map_or(heading.as_str(), |(base, _)| base);
    let heads: Vec<String> = [&field.head].into_iter().chain(&field.also).map(|h| words(h)).collect();
    nearest(base, heads.iter().map(String::as_str)).is_some()
}

/// A heading as it should be written: an amount says its unit.
pub(crate) fn head_with_unit(field: &FieldDecl) -> String {
    match field.kind {
        Kind::Amount => format!("{}（元）", field.head),
        _ => field.head.clone(),
    }
}
