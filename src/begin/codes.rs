//! Codes of last year's records in the classification of the new year: what it calls otherwise or moved is carried over and
//! told; what it has no more, and no list says what it became, stays as it was, and is told with its rows.

use super::WORKBOOK;
use crate::cell_name::sheet_name;
use crate::compose::Job;
use crate::data::{Class, Fate, FileDecl, Kind, Record, Schema, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Records that begin a year, and the codes in them.
pub(super) struct Renewal<'a> {
    /// Last year's.
    former: &'a Job,
    /// Names that were told once.
    told: BTreeSet<(String, String)>,
}

impl<'a> Renewal<'a> {
    pub fn new(former: &'a Job) -> Renewal<'a> {
        Renewal { former, told: BTreeSet::new() }
    }

    /// Gives the records of a file, which are to stand in the new workbook from its second row on, the codes of the new
    /// year. Names that the department gave itself go into the classes of `schema`.
    pub fn renew(
        &mut self,
        records: &mut [Record],
        decl: &FileDecl,
        schema: &mut Schema,
        diagnostics: &mut Diagnostics,
    ) {
        for (index, field) in decl.fields.iter().enumerate() {
            let Kind::Code { class, .. } = &field.kind else { continue };
            let (Some(now), Some(then)) = (schema.classes.get_mut(class), self.former.set.schema.classes.get(class))
            else {
                continue;
            };
            let mut rows: IndexMap<String, Vec<usize>> = IndexMap::new();
            for (row, record) in records.iter().enumerate() {
                if let Value::Text(code) = &record.values[index] {
                    rows.entry(code.to_string()).or_default().push(row);
                }
            }
            let column = Column { decl, head: &field.head, number: index as u32 + 1 };
            for (code, rows) in rows {
                match self.of_code(&code, &rows, &column, (then, now), diagnostics) {
                    Fate::Moved(to) => {
                        let to: Arc<str> = to.into();
                        rows.iter().for_each(|&row| records[row].values[index] = Value::Text(to.clone()));
                    }
                    Fate::Own(name) => {
                        now.names.insert(code.clone(), name);
                        now.given.insert(code);
                    }
                    Fate::Stays { .. } | Fate::Split(_) | Fate::Gone => {}
                }
            }
        }
    }

    /// What becomes of a code; it is told, and what becomes of those above it.
    fn of_code(
        &mut self,
        code: &str,
        rows: &[usize],
        column: &Column,
        (then, now): (&Class, &Class),
        diagnostics: &mut Diagnostics,
    ) -> Fate {
        let (last, year) = (self.former.report.year, now.year.map(i32::from).unwrap_or(self.former.report.year + 1));
        let of_year = u16::try_from(last).unwrap_or_default();
        let was = |code: &str| then.names.get(code).map_or_else(String::new, |name| format!("（{name}）"));
        let is = |code: &str| now.names.get(code).map_or_else(String::new, |name| format!("（{name}）"));
        let place = || column.place(rows);
        let told = column.told(rows);
        for above in then.path(code) {
            if let Fate::Stays { renamed: Some(name) } = now.fate(above, then, of_year)
                && self.told.insert((now.id.clone(), above.to_owned()))
            {
                let message =
                    format!("{}“{above}”改了名称：{last} 年{}，{year} 年（{name}）；{told}", column.head, was(above));
                diagnostics
                    .push(Diagnostic::new(Severity::Note, "E518", message).at(place()).hint("按新名称公开，不用改"));
            }
        }
        let gone = || format!("{}“{code}”{}不在 {year} 年的科目表中", column.head, was(code));
        let fate = now.fate(code, then, of_year);
        let found = match &fate {
            Fate::Stays { .. } => return fate,
            Fate::Moved(to) => {
                let message = format!(
                    "{}“{code}”{}在 {year} 年的科目表中改为 {to}{}，已照改；{told}",
                    column.head,
                    was(code),
                    is(to)
                );
                Diagnostic::new(Severity::Note, "E518", message).hint("请核对；不对的，在工作簿里改")
            }
            Fate::Split(to) => {
                let each: Vec<String> = to.iter().map(|to| format!("{to}{}", is(to))).collect();
                Diagnostic::warning("E519", format!("{}，分成了 {}；{told}仍是原来的编码", gone(), each.join("、")))
                    .hint("请在工作簿里逐行改成其中一个")
            }
            Fate::Own(name) => {
                let message = format!("{}“{code}”不在 {year} 年的科目表中，沿用上年写明的名称“{name}”；{told}", column.head);
                Diagnostic::new(Severity::Note, "E518", message).hint("请核对编码和名称")
            }
            Fate::Gone => Diagnostic::warning(
                "E519",
                format!("{}，科目表没有写它改为哪个科目；{told}仍是原来的编码", gone()),
            )
            .hint(format!(
                "请查《政府收支分类科目》，在工作簿里改成新的编码；许多行的，在上年文件夹的 classification/{} 里写明“改为”，再运行一次",
                now.file
            )),
        };
        diagnostics.push(found.at(place()));
        fate
    }
}

/// A column of codes of the new workbook.
struct Column<'a> {
    decl: &'a FileDecl,
    head: &'a str,
    number: u32,
}

impl Column<'_> {
    /// The cell of the first of some records.
    fn place(&self, rows: &[usize]) -> Place {
        Place::field(sheet_name(WORKBOOK, &self.decl.title), self.line(rows[0]), self.number)
    }

    /// Records stand below one row of heads.
    fn line(&self, row: usize) -> u32 {
        row as u32 + 2
    }

    /// 共 3 行（第 2、5、9 行）
    fn told(&self, rows: &[usize]) -> String {
        const LISTED: usize = 20;
        let listed: Vec<String> = rows.iter().take(LISTED).map(|&row| self.line(row).to_string()).collect();
        let more = if rows.len() > LISTED { "…" } else { "" };
        format!("“{}”{} 行（第 {}{more} 行）", self.decl.title, rows.len(), listed.join("、"))
    }
}
