//! The published tables as a workbook: a sheet a table as the page has it (widths, heights, type, margins, the numbers of its
//! pages), amounts exact in the unit that is printed and shown rounded, totals as live formulas, every figure's cell named by
//! its address, a first sheet with links.

use super::looks::Looks;
use super::paper::{self, Paper};
use super::sums::{Sums, live};
use super::{bytes, failed, quoted, workbook_of};
use crate::cell_name::{self, letters};
use crate::diagnostic::Diagnostic;
use crate::document::{Block, Cell, Document, Inline, Table, plain_text};
use crate::fonts::Fonts;
use crate::read_docx::number;
use crate::style::Style;
use crate::typeset::Pages;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, Formula, Url, Workbook, Worksheet, XlsxError};
use std::collections::BTreeSet;

/// The workbook of a document's tables, which are laid on `pages`. E514: it cannot be made.
pub fn write(document: &Document, style: &Style, pages: &Pages, fonts: &Fonts) -> Result<Vec<u8>, Diagnostic> {
    make(document, style, pages, fonts).map_err(|error| failed(&error))
}

fn make(document: &Document, style: &Style, pages: &Pages, fonts: &Fonts) -> Result<Vec<u8>, XlsxError> {
    let mut book = workbook_of(&document.meta.title, document.meta.date.as_deref())?;
    let tables: Vec<(&Table, &str)> = document
        .sections
        .iter()
        .flat_map(|section| {
            section.blocks.iter().filter_map(move |block| match block {
                Block::Table(table) => Some((table, section.page.as_str())),
                _ => None,
            })
        })
        .collect();
    let names = sheet_names(&tables);
    contents(book.add_worksheet(), document, &names)?;
    let mut addresses: Vec<(String, String)> = Vec::new();
    let mut papers: Vec<Option<Paper>> = vec![None];
    for (((table, page), name), geometry) in tables.iter().zip(&names).zip(&pages.tables) {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        let looks = Looks::of(table, style, fonts, geometry);
        lay_table(sheet, document, table, &looks, &mut |address, row, column| {
            let cell = format!("={}!${}${}", quoted(name), letters(u32::from(column) + 1), row + 1);
            addresses.push((address.to_owned(), cell));
        })?;
        let paper = style.page.get(*page).map(|setup| Paper::of(setup, style, pages, geometry));
        if let Some(paper) = &paper {
            paper.lay(sheet);
        }
        papers.push(paper);
    }
    name_cells(&mut book, &addresses)?;
    Ok(paper::with_page_numbers(bytes(book)?, &papers))
}

/// Sheets are called as their tables, within what Excel takes; of those alike the later bear a number.
fn sheet_names(tables: &[(&Table, &str)]) -> Vec<String> {
    const LONGEST: usize = 26;
    let mut taken: BTreeSet<String> = BTreeSet::from(["目录".to_owned()]);
    let mut names = Vec::new();
    for (table, _) in tables {
        let title = table.title.as_ref().map(|title| plain_text(&title.inlines)).unwrap_or_default();
        let is_bad = |c: char| c.is_control() || c.is_whitespace() || "[]:*?/\\'".contains(c);
        let mut name: String = title.chars().filter(|c| !is_bad(*c)).take(LONGEST).collect();
        if name.is_empty() {
            name = table.id.chars().filter(|c| !is_bad(*c)).take(LONGEST).collect();
        }
        let plain = name.clone();
        let mut number = 1;
        while !taken.insert(name.to_lowercase()) {
            number += 1;
            name = format!("{plain}-{number}");
        }
        names.push(name);
    }
    names
}

fn contents(sheet: &mut Worksheet, document: &Document, names: &[String]) -> Result<(), XlsxError> {
    let base = Format::new().set_font_name("宋体").set_font_size(12);
    sheet.set_name("目录")?.set_column_width(0, 60)?;
    sheet.write_string_with_format(0, 0, document.meta.title.as_str(), &base.clone().set_bold().set_font_size(16))?;
    for (row, name) in (2u32..).zip(names) {
        let link = Url::new(format!("internal:{}!A1", quoted(name))).set_text(name);
        sheet.write_url_with_format(
            row,
            0,
            link,
            &base.clone().set_underline(rust_xlsxwriter::FormatUnderline::Single),
        )?;
    }
    Ok(())
}

type Named<'n> = &'n mut dyn FnMut(&str, u32, u16);

fn lay_table(
    sheet: &mut Worksheet,
    document: &Document,
    table: &Table,
    looks: &Looks,
    named: Named,
) -> Result<(), XlsxError> {
    let width = table.columns.len().max(1) as u16;
    looks.set_widths(sheet)?;
    let mut row = 0u32;
    if let Some(title) = &table.title {
        over_columns(sheet, row, (0, width), &one_line(&title.inlines), &looks.title())?;
        sheet.set_row_height(row, looks.title_height())?;
        row += 1;
    }
    if !table.above.is_empty() {
        for (part, (columns, look)) in table.above.iter().zip(looks.above(table.above.len())) {
            let text = one_line(part);
            if !text.is_empty() {
                over_columns(sheet, row, columns, &text, &look)?;
            }
        }
        row += 1;
    }
    let first_head = row;
    let sums = live(document, table, first_head);
    for (index, laid) in table.header.iter().chain(&table.body).enumerate() {
        for cell in &laid.cells {
            let look = looks.cell(table, laid, cell, index < table.header.len());
            lay_cell(sheet, document, (row, cell), &look, &sums, named)?;
        }
        if let Some(height) = looks.row_height(index) {
            sheet.set_row_height(row, height)?;
        }
        row += 1;
    }
    for note in &table.notes {
        over_columns(sheet, row, (0, width), &one_line(note), &looks.note())?;
        row += 1;
    }
    if !table.header.is_empty() {
        sheet.set_repeat_rows(first_head, first_head + table.header.len() as u32 - 1)?;
        sheet.set_freeze_panes(first_head + table.header.len() as u32, 0)?;
    }
    Ok(())
}

/// A text over columns, from the first to before the last.
fn over_columns(
    sheet: &mut Worksheet,
    row: u32,
    (from, to): (u16, u16),
    text: &str,
    look: &Format,
) -> Result<(), XlsxError> {
    match to - from {
        0 | 1 => drop(sheet.write_string_with_format(row, from, text, look)?),
        _ => drop(sheet.merge_range(row, from, row, to - 1, text, look)?),
    }
    Ok(())
}

/// A cell as the page has it: a figure as its number in the unit that is printed, all else as its words.
fn lay_cell(
    sheet: &mut Worksheet,
    document: &Document,
    (row, cell): (u32, &Cell),
    look: &Format,
    sums: &Sums,
    named: Named,
) -> Result<(), XlsxError> {
    let column = cell.column as u16;
    let (last_row, last_column) = (row + cell.rowspan.max(1) as u32 - 1, column + cell.colspan.max(1) as u16 - 1);
    let text = plain_text(&cell.inlines);
    if (last_row, last_column) != (row, column) {
        sheet.merge_range(row, column, last_row, last_column, &text, look)?;
    }
    let figure = match cell.inlines.as_slice() {
        [Inline { figure: Some(id), .. }] => Some(document.figure(*id)),
        _ => None,
    };
    let Some(figure) = figure else {
        if (last_row, last_column) == (row, column) {
            match text.is_empty() {
                true => sheet.write_blank(row, column, look)?,
                false => sheet.write_string_with_format(row, column, text, look)?,
            };
        }
        return Ok(());
    };
    named(&figure.address, row, column);
    let printed = in_printed_unit(figure.amount, &text).and_then(|number| Some((number, number.to_f64()?)));
    match printed {
        Some((number, double)) => {
            let look = look.clone().set_num_format(format_of(&text));
            match sums.get(&(row, column)) {
                Some(formula) => {
                    let formula = Formula::new(formula).set_result(number.normalize().to_string());
                    sheet.write_formula_with_format(row, column, formula, &look)?
                }
                None => sheet.write_number_with_format(row, column, double, &look)?,
            };
        }
        None if text.is_empty() => drop(sheet.write_blank(row, column, look)?),
        None => drop(sheet.write_string_with_format(row, column, text, look)?),
    }
    Ok(())
}

/// The exact amount in the unit in which its text prints it; none where the text is no number, or the amount has more
/// digits than a cell holds.
pub(super) fn in_printed_unit(amount: Decimal, text: &str) -> Option<Decimal> {
    const DIGITS: usize = 15;
    let number = match text.is_empty() {
        true => Some(amount).filter(Decimal::is_zero)?,
        false => {
            let printed = number::value(text)?;
            let half = Decimal::new(5, printed.scale() + 1);
            let units = [1, 10_000, 100_000_000].map(Decimal::from);
            let unit = units.into_iter().find(|unit| (amount / unit - printed).abs() <= half)?;
            amount / unit
        }
    };
    let digits = number.normalize().mantissa().unsigned_abs().to_string().len();
    (digits <= DIGITS).then_some(number)
}

/// A format that shows a number as its text is: decimals, commas, nothing for a zero that prints as nothing.
fn format_of(text: &str) -> String {
    let decimals =
        text.split_once('.').map_or(0, |(_, decimals)| decimals.chars().filter(char::is_ascii_digit).count());
    let whole = if text.contains([',', '，']) { "#,##0" } else { "0" };
    let percent = if text.ends_with('%') { "\"%\"" } else { "" };
    match (text.is_empty(), decimals) {
        (true, _) => "0.00;-0.00;".to_owned(),
        (_, 0) => format!("{whole}{percent}"),
        (_, decimals) => format!("{whole}.{}{percent}", "0".repeat(decimals)),
    }
}

fn one_line(inlines: &[Inline]) -> String {
    plain_text(inlines).replace('\n', " ")
}

/// Names of cells: addresses, with what Excel takes in a name in place of what it does not; each once.
fn name_cells(book: &mut Workbook, addresses: &[(String, String)]) -> Result<(), XlsxError> {
    const LONGEST: usize = 200;
    let mut taken = BTreeSet::new();
    for (address, cell) in addresses {
        let name: String = address.chars().map(|c| if c.is_alphanumeric() || c == '.' { c } else { '_' }).collect();
        let begins_well = name.starts_with(|c: char| c.is_alphabetic());
        let is_cell =
            cell_name::read(&name).is_some() || name.eq_ignore_ascii_case("r") || name.eq_ignore_ascii_case("c");
        if begins_well && !is_cell && name.chars().count() <= LONGEST && taken.insert(name.to_lowercase()) {
            book.define_name(name, cell)?;
        }
    }
    Ok(())
}
