//! XLSX: records as a workbook to fill, the published tables, lists. The only place that names rust_xlsxwriter.

pub mod chart;
pub mod list;
mod looks;
mod paper;
pub mod records;
mod sums;
pub mod tables;

use crate::diagnostic::Diagnostic;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

/// A workbook whose bytes come from nothing but what is written: its day is the data's, or a fixed one.
fn workbook_of(title: &str, date: Option<&str>) -> Result<Workbook, XlsxError> {
    let part = |from: usize, to: usize| date?.get(from..to)?.parse::<u16>().ok();
    let day = match (part(0, 4), part(5, 7), part(8, 10)) {
        (Some(year), Some(month), Some(day)) => ExcelDateTime::from_ymd(year, month as u8, day as u8)?,
        _ => ExcelDateTime::from_ymd(2000, 1, 1)?,
    };
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_title(title).set_author("").set_creation_datetime(&day));
    Ok(book)
}

fn bytes(mut book: Workbook) -> Result<Vec<u8>, XlsxError> {
    book.save_to_buffer()
}

fn failed(error: &XlsxError) -> Diagnostic {
    Diagnostic::error("E514", format!("无法生成工作簿：{error}"))
        .hint("多半是一格的文字超过 32767 字，或行数太多：请分开写")
}

/// The name of a sheet within a formula.
fn quoted(sheet: &str) -> String {
    format!("'{}'", sheet.replace('\'', "''"))
}
