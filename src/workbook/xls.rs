//! Sheets of `.xls` (BIFF8), as calamine reads them. It takes a rectangle for every sheet: how large they are is looked up
//! before. It says neither formats nor what is hidden.

use super::number::of_double;
use super::package::Fault;
use super::{Cell, CellKind, CellRow, Cells, MOST_CELLS, Merged, SheetInfo};
use calamine::{Data, Reader, Xls};
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Cells of all rectangles together.
const MOST_SPANNED: u64 = 4_000_000;
/// Bytes of the stream that holds the workbook.
const STREAM: u64 = 64 << 20;

/// A workbook, read whole.
pub struct Book {
    pub sheets: Vec<SheetInfo>,
    cells: Vec<Cells>,
}

impl Book {
    pub fn open(bytes: &[u8]) -> Result<Book, Fault> {
        let spanned = spanned(bytes).ok_or(Fault::Damaged)?;
        if spanned > MOST_SPANNED {
            return Err(Fault::TooMany("工作表".to_owned(), MOST_CELLS));
        }
        // A file made to break a reader must not end the program.
        catch_unwind(AssertUnwindSafe(|| read(bytes))).unwrap_or(Err(Fault::Damaged))
    }

    pub fn read(&self, sheet: &SheetInfo) -> Cells {
        let at = self.sheets.iter().position(|known| known == sheet);
        at.and_then(|at| self.cells.get(at)).cloned().unwrap_or_default()
    }
}

/// How many cells the rectangles have that the cells of each sheet span; None: there is no such stream.
fn spanned(bytes: &[u8]) -> Option<u64> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let name = ["/Workbook", "/Book"].into_iter().find(|name| file.is_stream(name))?;
    let mut stream = Vec::new();
    file.open_stream(name).ok()?.take(STREAM).read_to_end(&mut stream).ok()?;
    let mut rest = stream.as_slice();
    let mut spans: u64 = 0;
    let mut extent: Option<(u64, u64)> = None;
    while let [kind_low, kind_high, low, high, after @ ..] = rest {
        let (kind, length) = (u16::from_le_bytes([*kind_low, *kind_high]), u16::from_le_bytes([*low, *high]));
        let record = after.get(..usize::from(length)).unwrap_or(after);
        match (kind, record) {
            // BOF: another sheet begins.
            (0x0809, _) => {
                spans += extent.take().map_or(0, |(rows, columns)| (rows + 1) * (columns + 1));
            }
            // Cells of every kind: row, column; those of several end with the last column.
            (
                0x0006 | 0x00BD | 0x00BE | 0x00D6 | 0x00FD | 0x0201 | 0x0203 | 0x0204 | 0x0205 | 0x027E | 0x0406,
                [row_low, row_high, first_low, first_high, .., last_low, last_high],
            ) => {
                let row = u64::from(u16::from_le_bytes([*row_low, *row_high]));
                let column = match kind {
                    0x00BD | 0x00BE => u16::from_le_bytes([*last_low, *last_high]),
                    _ => u16::from_le_bytes([*first_low, *first_high]),
                };
                let (rows, columns) = extent.unwrap_or_default();
                extent = Some((rows.max(row), columns.max(u64::from(column))));
            }
            _ => {}
        }
        rest = after.get(usize::from(length)..).unwrap_or_default();
    }
    Some(spans + extent.map_or(0, |(rows, columns)| (rows + 1) * (columns + 1)))
}

fn read(bytes: &[u8]) -> Result<Book, Fault> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsError::Password => Fault::Encrypted,
        _ => Fault::Damaged,
    })?;
    let mut sheets = Vec::new();
    let mut all = Vec::new();
    for sheet in book.sheets_metadata().to_vec() {
        let Ok(range) = book.worksheet_range(&sheet.name) else { continue };
        let merged = book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        let merged = merged.iter().map(|range| Merged {
            first: (range.start.1 + 1, range.start.0 + 1),
            last: (range.end.1 + 1, range.end.0 + 1),
        });
        let (top, left) = range.start().unwrap_or_default();
        let row = |(number, cells): (u32, &[Data])| {
            let cells = (left + 1..).zip(cells).filter_map(|(column, data)| cell(column, data)).collect();
            CellRow { number, hidden: false, cells }
        };
        let rows = (top + 1..).zip(range.rows()).map(row).filter(|row| !row.cells.is_empty()).collect();
        all.push(Cells { rows, merged: merged.collect(), ..Cells::default() });
        let hidden = sheet.visible != calamine::SheetVisible::Visible;
        sheets.push(SheetInfo { name: sheet.name, hidden, part: sheets.len().to_string() });
    }
    Ok(Book { sheets, cells: all })
}

fn cell(column: u32, data: &Data) -> Option<Cell> {
    let (kind, text) = match data {
        Data::Empty => return None,
        Data::String(text) if text.is_empty() => return None,
        Data::String(text) => (CellKind::Text, text.replace("\r\n", "\n").replace('\r', "\n")),
        Data::Int(number) => (CellKind::Number, number.to_string()),
        Data::Float(number) if !number.is_finite() => return None,
        Data::Float(number) => (CellKind::Number, of_double(*number)),
        Data::Bool(value) => (CellKind::Boolean, if *value { "TRUE" } else { "FALSE" }.to_owned()),
        Data::DateTime(when) if when.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = when.to_ymd_hms_milli();
            let day = format!("{year:04}-{month:02}-{day:02}");
            let is_midnight = (hour, minute, second) == (0, 0, 0);
            let clock = if is_midnight { String::new() } else { format!(" {hour:02}:{minute:02}:{second:02}") };
            (CellKind::Date, day + &clock)
        }
        Data::DateTime(when) => (CellKind::Number, of_double(when.as_f64())),
        Data::DateTimeIso(text) | Data::DurationIso(text) => (CellKind::Date, text.clone()),
        Data::Error(error) => (CellKind::Error, error.to_string()),
    };
    Some(Cell { column, kind, text: text.into(), more: None })
}
