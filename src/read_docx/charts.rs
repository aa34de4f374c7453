//! The figures of charts, from the workbooks that Word opens to edit them: the numbers on the first sheet, and on a hidden
//! one of ours which figure each is.

use super::CHART_TAGS;
use crate::package::{self, Archive, RELATIONSHIP};
use crate::workbook::{Cells, Workbook};
use std::collections::BTreeMap;

/// Charts of a document that are read, bytes of a workbook of one, packed and not, and its figures: ours are far below.
const MOST: usize = 200;
const PACKED: u64 = 256 << 10;
const UNPACKED: u64 = 4 << 20;
const FIGURES: usize = 400;

/// By the relationship of the document's part: tag and text of every figure. What is no chart of ours is left out.
pub fn read(archive: &mut Archive, document: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let end = format!("{RELATIONSHIP}chart");
    let found = package::relationships_of(archive, document).unwrap_or_default();
    let charts = found.into_iter().filter(|relation| relation.kind.ends_with(&end)).take(MOST);
    charts.filter_map(|chart| Some((chart.id, figures(archive, &chart.target)?))).collect()
}

fn figures(archive: &mut Archive, chart: &str) -> Option<Vec<(String, String)>> {
    let end = format!("{RELATIONSHIP}package");
    let workbook = package::relationships_of(archive, chart).ok()?.into_iter().find(|r| r.kind.ends_with(&end))?;
    let bytes = package::bytes_of(archive, &workbook.target, PACKED).ok()??;
    let mut inner = package::open(&bytes).ok()?;
    let sizes = (0..inner.len()).map(|part| inner.by_index_raw(part).map(|part| part.size()));
    if sizes.sum::<Result<u64, _>>().ok()? > UNPACKED {
        return None;
    }
    let workbook = Workbook::open(&bytes.into(), &workbook.target).ok()?;
    let sheets = workbook.sheets();
    let tags = workbook.read(sheets.iter().find(|sheet| sheet.name == CHART_TAGS)?).ok()?;
    let numbers = workbook.read(sheets.iter().find(|sheet| sheet.name != CHART_TAGS)?).ok()?;
    let said = |row: u32, column: u32| text(&numbers, row, column);
    let cells = tags.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row.number, cell)));
    let all = cells.map(|(row, cell)| (cell.text.to_string(), said(row, cell.column)));
    Some(all.take(FIGURES).collect())
}

/// What a cell says; nothing where it is blank.
fn text(cells: &Cells, row: u32, column: u32) -> String {
    cells.row(row).and_then(|row| row.at(column)).map(|cell| cell.text.to_string()).unwrap_or_default()
}
