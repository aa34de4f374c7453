//! Lists as a workbook: a sheet each, to filter and to sort.

use super::{bytes, failed, workbook_of};
use crate::diagnostic::Diagnostic;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, XlsxError};

/// A sheet of rows under headings.
pub struct List {
    /// The sheet's name.
    pub name: &'static str,
    /// Headings, each with the width of its column in characters.
    pub heads: Vec<(&'static str, f64)>,
    /// A cell for each heading. What is a whole number stands as a number in a column of `numbers`.
    pub rows: Vec<Vec<String>>,
    /// The columns of numbers, from 0.
    pub numbers: Vec<usize>,
    /// Stands under the rows; empty: nothing.
    pub note: String,
}

/// The workbook of lists. E514: it cannot be made.
pub fn write(title: &str, lists: &[List]) -> Result<Vec<u8>, Diagnostic> {
    make(title, lists).map_err(|error| failed(&error))
}

fn make(title: &str, lists: &[List]) -> Result<Vec<u8>, XlsxError> {
    let mut book = workbook_of(title, None)?;
    let base = Format::new().set_font_name("宋体").set_font_size(11).set_align(FormatAlign::Top);
    let text = base.clone().set_text_wrap();
    let head = base.clone().set_bold().set_border_bottom(FormatBorder::Medium);
    for list in lists {
        let sheet = book.add_worksheet().set_name(list.name)?;
        for (column, (words, width)) in (0u16..).zip(&list.heads) {
            sheet.set_column_width(column, *width)?;
            sheet.write_string_with_format(0, column, *words, &head)?;
        }
        for (row, cells) in (1u32..).zip(&list.rows) {
            for (index, cell) in cells.iter().enumerate() {
                let column = index as u16;
                match cell.parse::<u32>() {
                    Ok(number) if list.numbers.contains(&index) => {
                        sheet.write_number_with_format(row, column, number, &base)?;
                    }
                    _ => drop(sheet.write_string_with_format(row, column, cell, &text)?),
                }
            }
        }
        let (last, width) = (list.rows.len() as u32, list.heads.len() as u16);
        sheet.autofilter(0, 0, last, width.saturating_sub(1))?.set_freeze_panes(1, 0)?;
        if !list.note.is_empty() {
            sheet.write_string_with_format(last + 2, 0, &list.note, &base)?;
        }
    }
    bytes(book)
}
