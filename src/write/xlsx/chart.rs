//! The workbook behind a chart of the DOCX: the numbers as printed, and on a hidden sheet which figure each is.

use super::{bytes, workbook_of};
use crate::document::{Chart, ChartItem, ChartKind};
use crate::read_docx::CHART_TAGS;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, Formula, XlsxError};

/// The sheet that the chart shows.
pub const SHEET: &str = "数据";

/// Items down, series across; `tags` in the order of [`Chart::values`], empty where nothing is read back. An error of the
/// library is told by its text.
pub fn write(chart: &Chart, tags: &[String], date: Option<&str>) -> Result<Vec<u8>, String> {
    make(chart, tags, date).map_err(|error| error.to_string())
}

fn make(chart: &Chart, tags: &[String], date: Option<&str>) -> Result<Vec<u8>, XlsxError> {
    let mut book = workbook_of(&chart.id, date)?;
    let sheet = book.add_worksheet();
    sheet.set_name(SHEET)?.set_column_width(0, 30)?;
    sheet.write_string(0, 0, format!("单位：{}", chart.unit))?;
    for (column, name) in (1u16..).zip(&chart.series) {
        let name = if name.is_empty() { chart.unit.as_str() } else { name };
        sheet.set_column_width(column, 16)?.write_string(0, column, name)?;
    }
    for (row, item) in (1u32..).zip(&chart.items) {
        sheet.write_string(row, 0, &item.label)?;
        for (column, value) in (1u16..).zip(&item.values) {
            let look = Format::new().set_num_format(number_format(value.amount.scale()));
            sheet.write_number_with_format(row, column, value.amount.to_f64().unwrap_or_default(), &look)?;
        }
    }
    if chart.kind == ChartKind::Pie {
        let last = chart.items.len() + 1;
        sheet.set_column_width(2, 40)?.write_string(0, 2, "图例")?;
        for (row, item) in (1u32..).zip(&chart.items) {
            let Some(value) = item.values.first() else { continue };
            let (at, look) = (row + 1, number_format(value.amount.scale()));
            let formula = format!("=A{at}&\" \"&TEXT(B{at},\"{look}\")&\"，\"&TEXT(B{at}/SUM(B$2:B${last}),\"0.00%\")");
            sheet.write_formula(row, 2, Formula::new(formula).set_result(legend(item)))?;
        }
    }
    if !tags.is_empty() {
        let hidden = book.add_worksheet();
        hidden.set_name(CHART_TAGS)?.set_hidden(true);
        let mut tags = tags.iter();
        for (row, item) in (1u32..).zip(&chart.items) {
            for (column, tag) in (1u16..).zip(tags.by_ref().take(item.values.len())) {
                hidden.write_string(row, column, tag)?;
            }
        }
    }
    bytes(book)
}

/// What a slice's entry in the legend says: its name, its number, its share.
pub fn legend(item: &ChartItem) -> String {
    let value = item.values.first();
    let share = value.and_then(|value| value.share.as_ref()).map(|share| format!("，{share}")).unwrap_or_default();
    format!("{} {}{share}", item.label, value.map(|value| value.text.as_str()).unwrap_or_default())
}

/// `0.00` for two places.
pub fn number_format(places: u32) -> String {
    if places == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(places as usize)) }
}
