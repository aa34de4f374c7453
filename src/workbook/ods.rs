//! Sheets of `.ods` (OpenDocument 1.3 part 3, 9), read in one pass. Not left to calamine: it takes a rectangle for every sheet,
//! and says nothing of what is hidden.

use super::number::exact;
use super::package::{self, Fault, Piece, attribute, part, pieces};
use super::{Cell, CellKind, CellRow, Cells, Formula, MOST_CELLS, Merged, More, SheetInfo};
use crate::cell_name::{MOST_COLUMNS, MOST_ROWS};
use quick_xml::events::BytesStart;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The part that holds all sheets.
const CONTENT: &str = "content.xml";
/// Bytes of it.
const LARGEST: u64 = 256 << 20;
const MOST_SHEETS: usize = 1_000;

/// A workbook, read whole.
pub struct Book {
    pub sheets: Vec<SheetInfo>,
    cells: Vec<Cells>,
}

/// Whether a container holds an OpenDocument.
pub fn is_ods(bytes: &[u8]) -> bool {
    package::open(bytes).is_ok_and(|archive| package::index_of(&archive, CONTENT).is_some())
}

impl Book {
    pub fn open(bytes: &[u8]) -> Result<Book, Fault> {
        let mut archive = package::open(bytes)?;
        let manifest = part(&mut archive, "META-INF/manifest.xml", package::SMALL)?.unwrap_or_default();
        let marks = b"encryption-data";
        if manifest.windows(marks.len()).any(|window| window == marks) {
            return Err(Fault::Encrypted);
        }
        let content = part(&mut archive, CONTENT, LARGEST)?.ok_or(Fault::Damaged)?;
        BookReader::default().read(&content)
    }

    pub fn read(&self, sheet: &SheetInfo) -> Cells {
        let at = self.sheets.iter().position(|known| known == sheet);
        at.and_then(|at| self.cells.get(at)).cloned().unwrap_or_default()
    }
}

#[derive(Default)]
struct BookReader {
    sheets: Vec<SheetInfo>,
    all: Vec<Cells>,
    /// Styles of tables that are not shown.
    unseen: BTreeSet<String>,
    style: String,
    cells: Cells,
    row: CellRow,
    row_repeats: u32,
    /// The column (from 1) of the next cell and the columns declared so far.
    column: u32,
    declared: u32,
    cell: Option<Open>,
    /// Elements within whose text is none of the cell's.
    aside: usize,
    count: usize,
}

#[derive(Default)]
struct Open {
    repeats: u32,
    spans: (u32, u32),
    kind: String,
    value: Option<String>,
    text: String,
    paragraphs: usize,
    formula: Option<String>,
}

impl BookReader {
    fn read(mut self, content: &[u8]) -> Result<Book, Fault> {
        pieces(content, CONTENT, |piece| match piece {
            Piece::Start(element) => {
                self.start(element);
                Ok(())
            }
            Piece::End(local) => self.end(local),
            Piece::Text(text) => {
                self.take(text);
                Ok(())
            }
        })?;
        Ok(Book { sheets: self.sheets, cells: self.all })
    }

    fn take(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| self.aside == 0 && cell.paragraphs > 0) {
            cell.text += text;
        }
    }

    fn start(&mut self, element: &BytesStart) {
        let number = |name: &str| attribute(element, name).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1).max(1);
        let is_hidden = || attribute(element, "visibility").is_some_and(|visibility| visibility != "visible");
        match element.local_name().as_ref() {
            "style" => self.style = attribute(element, "name").unwrap_or_default(),
            "table-properties" if attribute(element, "display").is_some_and(|shown| shown == "false") => {
                self.unseen.insert(self.style.clone());
            }
            "table" if self.cell.is_none() => {
                let name = attribute(element, "name").unwrap_or_default();
                let style = attribute(element, "style-name").unwrap_or_default();
                let hidden = self.unseen.contains(&style);
                self.sheets.push(SheetInfo { name, hidden, part: self.sheets.len().to_string() });
                self.cells = Cells::default();
                self.row = CellRow::default();
                (self.row_repeats, self.declared) = (0, 0);
            }
            "table-column" => {
                let first = self.declared + 1;
                self.declared = (self.declared + number("number-columns-repeated")).min(MOST_COLUMNS);
                if is_hidden() && first <= self.declared {
                    self.cells.hidden_columns.push((first, self.declared));
                }
            }
            "table-row" => {
                let number_of = self.row.number + self.row_repeats.clamp(1, MOST_ROWS);
                self.row_repeats = number("number-rows-repeated");
                self.cells.filtered |= attribute(element, "visibility").is_some_and(|how| how == "filter");
                self.row = CellRow { number: number_of, hidden: is_hidden(), cells: Vec::new() };
                self.column = 1;
            }
            "table-cell" | "covered-table-cell" if self.cell.is_none() => {
                self.cell = Some(Open {
                    repeats: number("number-columns-repeated"),
                    spans: (number("number-columns-spanned"), number("number-rows-spanned")),
                    // `calcext:value-type` says that a text is an error; the first is the standard's.
                    kind: kind_of(element),
                    value: ["value", "date-value", "time-value", "boolean-value", "string-value"]
                        .iter()
                        .find_map(|name| attribute(element, name)),
                    formula: attribute(element, "formula"),
                    ..Open::default()
                });
            }
            "annotation" | "shapes" | "frame" | "custom-shape" => self.aside += 1,
            local => {
                let Some(cell) = self.cell.as_mut().filter(|_| self.aside == 0) else { return };
                match local {
                    "p" => {
                        if cell.paragraphs > 0 {
                            cell.text.push('\n');
                        }
                        cell.paragraphs += 1;
                    }
                    "s" => cell.text.extend(
                        (0..attribute(element, "c").and_then(|c| c.parse().ok()).unwrap_or(1).min(1_000))
                            .map(|_: u32| ' '),
                    ),
                    "tab" => cell.text.push('\t'),
                    "line-break" => cell.text.push('\n'),
                    _ => {}
                }
            }
        }
    }

    fn end(&mut self, local: &str) -> Result<(), Fault> {
        match local {
            "annotation" | "shapes" | "frame" | "custom-shape" => self.aside = self.aside.saturating_sub(1),
            "table-cell" | "covered-table-cell" => {
                if let Some(cell) = self.cell.take() {
                    self.close(cell)?;
                }
            }
            "table-row" => {
                let row = std::mem::take(&mut self.row);
                self.row.number = row.number;
                if row.cells.is_empty() {
                    return Ok(());
                }
                self.count += row.cells.len() * (self.row_repeats as usize - 1);
                self.within_bounds()?;
                for repeat in 0..self.row_repeats {
                    let number = row.number + repeat;
                    if number <= MOST_ROWS {
                        self.cells.rows.push(CellRow { number, ..row.clone() });
                    }
                }
            }
            "table" if self.cell.is_none() && self.all.len() < self.sheets.len().min(MOST_SHEETS) => {
                self.all.push(std::mem::take(&mut self.cells));
            }
            _ => {}
        }
        Ok(())
    }

    fn within_bounds(&self) -> Result<(), Fault> {
        match self.count > MOST_CELLS {
            true => Err(Fault::TooMany(CONTENT.to_owned(), MOST_CELLS)),
            false => Ok(()),
        }
    }

    fn close(&mut self, open: Open) -> Result<(), Fault> {
        let first = self.column;
        self.column = self.column.saturating_add(open.repeats);
        if open.spans != (1, 1) && first <= MOST_COLUMNS {
            let last = (first + open.spans.0 - 1, self.row.number.saturating_add(open.spans.1 - 1));
            self.cells.merged.push(Merged { first: (first, self.row.number), last });
        }
        let Some((kind, text, shown)) = said(&open) else { return Ok(()) };
        let formula = open.formula.map(|formula| {
            let text = formula.strip_prefix("of:").unwrap_or(&formula).trim_start_matches('=').to_owned();
            Formula { text, shared: None }
        });
        let shown = shown.filter(|shown| *shown != text);
        let more = (shown.is_some() || formula.is_some()).then(|| Box::new(More { shown, formula }));
        let last = self.column.min(MOST_COLUMNS + 1);
        self.count += (last.saturating_sub(first)) as usize;
        self.within_bounds()?;
        let cell = Cell { column: first, kind, text: text.into(), more };
        self.row.cells.extend((first..last).map(|column| Cell { column, ..cell.clone() }));
        Ok(())
    }
}

/// What its attributes say a cell holds: `error` where any of them does.
fn kind_of(element: &BytesStart) -> String {
    let mut kinds: Vec<String> = Vec::new();
    for attribute in element.attributes().with_checks(false).flatten() {
        if attribute.key.local_name().as_ref() == "value-type" {
            kinds.push(attribute.value.to_string());
        }
    }
    match kinds.iter().any(|kind| kind == "error") {
        true => "error".to_owned(),
        false => kinds.into_iter().next().unwrap_or_default(),
    }
}

/// What a cell holds, what it says and what it shows; none where that is nothing.
fn said(open: &Open) -> Option<(CellKind, String, Option<String>)> {
    let shown = Some(open.text.clone()).filter(|text| !text.is_empty());
    let value = open.value.clone().unwrap_or_default();
    let text = |kind| (!open.text.is_empty()).then(|| (kind, open.text.clone(), None));
    match open.kind.as_str() {
        "float" | "currency" => match exact(&value) {
            Some(number) => Some((CellKind::Number, number.into_owned(), shown)),
            None => text(CellKind::Text),
        },
        "percentage" => Some((CellKind::Number, shown.clone().or_else(|| exact(&value).map(Cow::into_owned))?, shown)),
        "date" => {
            let day = value.strip_suffix("T00:00:00").unwrap_or(&value).replace('T', " ");
            Some((CellKind::Date, day, shown))
        }
        "time" => Some((CellKind::Date, shown.clone().unwrap_or(value), shown)),
        "boolean" => Some((CellKind::Boolean, if value == "true" { "TRUE" } else { "FALSE" }.to_owned(), None)),
        "error" => text(CellKind::Error),
        _ if open.text.is_empty() && open.formula.is_some() && open.kind.is_empty() => {
            Some((CellKind::NoResult, open.formula.clone()?, None))
        }
        _ if open.text.is_empty() => (!value.is_empty()).then_some((CellKind::Text, value, None)),
        _ => text(CellKind::Text),
    }
}
