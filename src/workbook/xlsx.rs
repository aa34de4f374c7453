//! Sheets of `.xlsx` and `.xlsm` (ECMA-376-1, 18), transitional and strict, read in one pass over each sheet's XML. Not left
//! to calamine: it inflates without bounds, and says neither formats nor what is hidden.

use super::format::{Moment, NumberFormat, built_in, by_code};
use super::number::exact;
use super::package::{
    self, Archive, Fault, Piece, RELATIONSHIP, SMALL, attribute, part, pieces, relationships_of, walk,
};
use super::{Cell, CellKind, CellRow, Cells, Formula, MOST_CELLS, Merged, More, SheetInfo};
use crate::cell_name;
use quick_xml::events::BytesStart;
use std::borrow::Cow;
use std::sync::Arc;

/// Bytes of a sheet's XML. A million lines of a ledger have half of it.
pub(super) const SHEET: u64 = 256 << 20;
/// Bytes of all texts.
const STRINGS: u64 = 64 << 20;
/// Sheets of a workbook.
const MOST_SHEETS: usize = 1_000;
/// Merged ranges and hidden columns that are kept of a sheet.
const MOST_RANGES: usize = 100_000;

/// What all sheets of a workbook share.
pub struct Book {
    /// The part that lists the sheets.
    pub part: String,
    pub sheets: Vec<SheetInfo>,
    strings: Vec<Arc<str>>,
    formats: Vec<NumberFormat>,
    from_1904: bool,
}

impl Book {
    pub fn open(bytes: &[u8]) -> Result<Book, Fault> {
        let mut archive = package::open(bytes)?;
        let target = |found: &[package::Relationship], kind: &str| {
            let end = format!("{RELATIONSHIP}{kind}");
            found.iter().find(|r| r.kind.ends_with(&end)).map(|r| r.target.clone())
        };
        let root = relationships_of(&mut archive, "")?;
        let name = target(&root, "officeDocument").unwrap_or_else(|| "xl/workbook.xml".to_owned());
        let content = part(&mut archive, &name, SMALL)?.ok_or(Fault::Damaged)?;
        let related = relationships_of(&mut archive, &name)?;
        let (sheets, from_1904) = sheets(&content, &name, &related)?;
        let strings = match target(&related, "sharedStrings") {
            Some(name) => strings(&mut archive, &name)?,
            None => Vec::new(),
        };
        let formats = match target(&related, "styles") {
            Some(name) => formats(&mut archive, &name)?,
            None => Vec::new(),
        };
        Ok(Book { part: name, sheets, strings, formats, from_1904 })
    }

    pub fn read(&self, bytes: &[u8], sheet: &SheetInfo) -> Result<Cells, Fault> {
        let mut archive = package::open(bytes)?;
        let content = part(&mut archive, &sheet.part, SHEET)?.ok_or(Fault::Damaged)?;
        SheetReader::new(self, &sheet.part).read(&content)
    }
}

/// The sheets that hold cells, and whether days are counted from 1904.
fn sheets(content: &[u8], name: &str, related: &[package::Relationship]) -> Result<(Vec<SheetInfo>, bool), Fault> {
    let mut sheets = Vec::new();
    let mut from_1904 = false;
    walk(content, name, |local, element, _| match (local, element) {
        ("workbookPr", Some(element)) => from_1904 = attribute(element, "date1904").is_some_and(|v| is_true(&v)),
        ("sheet", Some(element)) if sheets.len() < MOST_SHEETS => {
            // `r:id`; the other id, `sheetId`, has another local name.
            let id = attribute(element, "id").unwrap_or_default();
            let end = format!("{RELATIONSHIP}worksheet");
            let part = related.iter().find(|r| r.id == id && r.kind.ends_with(&end));
            if let Some(part) = part {
                let hidden = attribute(element, "state").is_some_and(|state| state != "visible");
                let name = attribute(element, "name").unwrap_or_default();
                sheets.push(SheetInfo { name, hidden, part: part.target.clone() });
            }
        }
        _ => {}
    })?;
    Ok((sheets, from_1904))
}

pub(super) fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true" | "on")
}

/// The texts that cells refer to by number; what is pronounced (`rPh`) is no part of them.
fn strings(archive: &mut Archive, name: &str) -> Result<Vec<Arc<str>>, Fault> {
    let Some(content) = part(archive, name, STRINGS)? else { return Ok(Vec::new()) };
    let mut strings: Vec<Arc<str>> = Vec::new();
    let (mut text, mut in_phonetic) = (String::new(), false);
    walk(&content, name, |local, element, piece| match (local, element) {
        ("si", Some(_)) => text.clear(),
        ("si", None) => strings.push(unescaped(&text).into()),
        ("rPh", element) => in_phonetic = element.is_some(),
        ("t", None) if !in_phonetic => text += piece,
        _ => {}
    })?;
    Ok(strings)
}

/// A text without the escapes of characters that XML cannot hold (ST_Xstring: `_x000D_`), its line ends as `\n`.
fn unescaped(text: &str) -> Cow<'_, str> {
    const LENGTH: usize = "_x000D_".len();
    if !text.contains("_x") && !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    let escape = |rest: &str| {
        let hex = rest.get(2..6).filter(|_| rest.as_bytes().get(6) == Some(&b'_'))?;
        let is_hex = hex.bytes().all(|b| b.is_ascii_hexdigit());
        char::from_u32(u32::from_str_radix(hex, 16).ok().filter(|_| is_hex)?)
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = escape(rest).map_or(('_', 1), |c| (c, LENGTH));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The number format of every style that cells refer to by number.
fn formats(archive: &mut Archive, name: &str) -> Result<Vec<NumberFormat>, Fault> {
    let Some(content) = part(archive, name, SMALL)? else { return Ok(Vec::new()) };
    let mut codes: Vec<(u32, NumberFormat)> = Vec::new();
    let mut formats = Vec::new();
    let mut in_cells = false;
    walk(&content, name, |local, element, _| match (local, element) {
        ("numFmt", Some(element)) => {
            let id = attribute(element, "numFmtId").and_then(|id| id.parse().ok());
            let code = attribute(element, "formatCode");
            if let (Some(id), Some(code)) = (id, code) {
                codes.push((id, by_code(&code)));
            }
        }
        ("cellXfs", element) => in_cells = element.is_some(),
        ("xf", Some(element)) if in_cells => {
            let id: u32 = attribute(element, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or_default();
            let own = codes.iter().find(|(known, _)| *known == id).map(|(_, format)| format.clone());
            formats.push(own.or_else(|| built_in(id)).unwrap_or(NumberFormat::General));
        }
        _ => {}
    })?;
    Ok(formats)
}

/// A sheet while it is read.
/// Room for at most so many cells of a row is made ahead: rows of many may be followed by rows of one.
const MOST_AHEAD: usize = 64;

struct SheetReader<'a> {
    book: &'a Book,
    name: &'a str,
    cells: Cells,
    count: usize,
    row: CellRow,
    /// Cells of the row before, for which room is made ahead.
    usual: usize,
    cell: Option<Open>,
    /// The value of the cell that is open.
    value: String,
    /// The element whose text is taken.
    taking: Option<Taking>,
    in_phonetic: bool,
    ordered: bool,
}

/// A cell whose element is open.
#[derive(Default)]
struct Open {
    column: u32,
    kind: Type,
    style: usize,
    /// It has a value, which stands in the reader's `value`.
    valued: bool,
    formula: Option<Formula>,
}

/// What the value of a cell is (ST_CellType).
#[derive(Default, Clone, Copy, PartialEq)]
enum Type {
    #[default]
    Number,
    Shared,
    Inline,
    Formula,
    Boolean,
    Error,
    Date,
}

impl Type {
    fn of(written: &str) -> Type {
        match written {
            "s" => Type::Shared,
            "inlineStr" => Type::Inline,
            "str" => Type::Formula,
            "b" => Type::Boolean,
            "e" => Type::Error,
            "d" => Type::Date,
            _ => Type::Number,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Taking {
    Value,
    Formula,
}

impl<'a> SheetReader<'a> {
    fn new(book: &'a Book, name: &'a str) -> SheetReader<'a> {
        SheetReader {
            book,
            name,
            cells: Cells::default(),
            count: 0,
            row: CellRow::default(),
            usual: 0,
            cell: None,
            value: String::new(),
            taking: None,
            in_phonetic: false,
            ordered: true,
        }
    }

    fn malformed(&self) -> Fault {
        Fault::Malformed(self.name.to_owned())
    }

    fn read(mut self, content: &[u8]) -> Result<Cells, Fault> {
        pieces(content, self.name, |piece| match piece {
            Piece::Start(element) => self.start(element),
            Piece::End(local) => self.end(local),
            Piece::Text(text) => {
                self.take(text);
                Ok(())
            }
        })?;
        self.in_order()
    }

    fn take(&mut self, text: &str) {
        let Some(cell) = &mut self.cell else { return };
        match self.taking {
            Some(Taking::Value) => {
                cell.valued = true;
                self.value.push_str(text);
            }
            Some(Taking::Formula) => {
                if let Some(formula) = &mut cell.formula {
                    formula.text.push_str(text);
                }
            }
            None => {}
        }
    }

    fn start(&mut self, element: &BytesStart) -> Result<(), Fault> {
        match element.local_name().as_ref() {
            "c" => self.open_cell(element)?,
            "v" => self.taking = self.cell.is_some().then_some(Taking::Value),
            "t" if !self.in_phonetic && self.cell.as_ref().is_some_and(|cell| cell.kind == Type::Inline) => {
                self.taking = Some(Taking::Value);
            }
            "rPh" => self.in_phonetic = true,
            "f" => {
                if let Some(cell) = &mut self.cell {
                    let shared = attribute(element, "si").and_then(|si| si.parse().ok());
                    cell.formula = Some(Formula { text: String::new(), shared });
                    self.taking = Some(Taking::Formula);
                }
            }
            "row" => {
                let number = attribute(element, "r").map(|r| r.parse().ok());
                let number = number.unwrap_or(Some(self.row.number + 1));
                let number = number.filter(|n| (1..=cell_name::MOST_ROWS).contains(n));
                let number = number.ok_or_else(|| self.malformed())?;
                let hidden = attribute(element, "hidden").is_some_and(|v| is_true(&v));
                self.row = CellRow { number, hidden, cells: Vec::with_capacity(self.usual.min(MOST_AHEAD)) };
            }
            "mergeCell" => {
                let range = attribute(element, "ref").and_then(|range| read_range(&range));
                if let Some(range) = range.filter(|_| self.cells.merged.len() < MOST_RANGES) {
                    self.cells.merged.push(range);
                }
            }
            "col" => {
                let number = |name| attribute(element, name).and_then(|n| n.parse::<u32>().ok());
                if let (Some(first), Some(last)) = (number("min"), number("max"))
                    && attribute(element, "hidden").is_some_and(|v| is_true(&v))
                    && self.cells.hidden_columns.len() < MOST_RANGES
                {
                    self.cells.hidden_columns.push((first, last));
                }
            }
            "filterColumn" => self.cells.filtered = true,
            _ => {}
        }
        Ok(())
    }

    fn open_cell(&mut self, element: &BytesStart) -> Result<(), Fault> {
        let before = self.row.cells.last().map_or(0, |cell| cell.column);
        let mut cell = Open { column: before + 1, ..Open::default() };
        for attribute in element.attributes().with_checks(false).flatten() {
            let value = &*attribute.value;
            match attribute.key.local_name().as_ref() {
                "r" => {
                    let (column, row) = cell_name::read(value).ok_or_else(|| self.malformed())?;
                    if row != self.row.number {
                        return Err(self.malformed());
                    }
                    cell.column = column;
                }
                "t" => cell.kind = Type::of(value),
                "s" => cell.style = value.parse().unwrap_or_default(),
                _ => {}
            }
        }
        if cell.column > cell_name::MOST_COLUMNS {
            return Err(self.malformed());
        }
        self.cell = Some(cell);
        self.value.clear();
        Ok(())
    }

    fn end(&mut self, local: &str) -> Result<(), Fault> {
        match local {
            "v" | "t" | "f" => self.taking = None,
            "rPh" => self.in_phonetic = false,
            "c" => {
                if let Some(cell) = self.cell.take()
                    && let Some(cell) = self.close(cell)?
                {
                    self.count += 1;
                    if self.count > MOST_CELLS {
                        return Err(Fault::TooMany(self.name.to_owned(), MOST_CELLS));
                    }
                    self.row.cells.push(cell);
                }
            }
            "row" => {
                let number = self.row.number;
                // Rows of a table are of a length.
                self.usual = self.row.cells.len();
                let mut row = std::mem::replace(&mut self.row, CellRow { number, ..CellRow::default() });
                if row.cells.is_empty() {
                    return Ok(());
                }
                if !row.cells.is_sorted_by_key(|cell| cell.column) {
                    row.cells.sort_by_key(|cell| cell.column);
                }
                self.ordered &= self.cells.rows.last().is_none_or(|last| last.number < number);
                self.cells.rows.push(row);
            }
            _ => {}
        }
        Ok(())
    }

    /// What a cell holds; none where that is nothing.
    fn close(&self, cell: Open) -> Result<Option<Cell>, Fault> {
        let Open { column, kind, style, valued, formula } = cell;
        let value = Some(self.value.as_str()).filter(|_| valued);
        let formula = formula.filter(|formula| !formula.text.is_empty() || formula.shared.is_some());
        let Some(value) = value.filter(|value| !value.is_empty() || kind == Type::Formula) else {
            let found = formula.map(|formula| {
                let text = format!("={}", formula.text).into();
                let more = Some(Box::new(More { shown: None, formula: Some(formula) }));
                Cell { column, kind: CellKind::NoResult, text, more }
            });
            return Ok(found);
        };
        let mut shown = None;
        let (kind, text): (CellKind, Arc<str>) = match kind {
            Type::Shared => {
                let index: Option<usize> = value.trim().parse().ok();
                let text = index.and_then(|index| self.book.strings.get(index)).ok_or_else(|| self.malformed())?;
                (CellKind::Text, text.clone())
            }
            Type::Inline | Type::Formula => (CellKind::Text, unescaped(value).into()),
            Type::Boolean => (CellKind::Boolean, if value.trim() == "1" { "TRUE" } else { "FALSE" }.into()),
            Type::Error => (CellKind::Error, value.into()),
            Type::Date => (CellKind::Date, value.strip_suffix("T00:00:00").unwrap_or(value).replace('T', " ").into()),
            Type::Number => {
                let (kind, text) = self.number(value, style, &mut shown).ok_or_else(|| self.malformed())?;
                (kind, text)
            }
        };
        if text.is_empty() && formula.is_none() {
            return Ok(None);
        }
        let shown = shown.filter(|shown| **shown != *text);
        let more = (shown.is_some() || formula.is_some()).then(|| Box::new(More { shown, formula }));
        Ok(Some(Cell { column, kind, text, more }))
    }

    fn number(&self, value: &str, style: usize, shown: &mut Option<String>) -> Option<(CellKind, Arc<str>)> {
        let number = exact(value)?;
        let as_is = || Some((CellKind::Number, Arc::from(&*number)));
        let Some(format) = self.book.formats.get(style) else { return as_is() };
        if format.is_date() {
            let moment = number.parse().ok().and_then(|days| Moment::of(days, self.book.from_1904));
            if let Some(moment) = moment {
                *shown = format.shown(&number, Some(moment));
                return Some((CellKind::Date, moment.iso().into()));
            }
            return as_is();
        }
        *shown = format.shown(&number, None);
        match shown.take_if(|_| format.is_percent()) {
            Some(share) => Some((CellKind::Number, share.into())),
            None => as_is(),
        }
    }

    /// The cells, rows from the top; a row or a cell that is there twice is none of any program's.
    fn in_order(mut self) -> Result<Cells, Fault> {
        if !self.ordered {
            self.cells.rows.sort_by_key(|row| row.number);
        }
        let twice = |row: &CellRow| row.cells.windows(2).any(|pair| pair[0].column == pair[1].column);
        if self.cells.rows.windows(2).any(|pair| pair[0].number == pair[1].number) || self.cells.rows.iter().any(twice)
        {
            return Err(self.malformed());
        }
        Ok(self.cells)
    }
}

/// `A1:C3`, or one cell.
pub(super) fn read_range(range: &str) -> Option<Merged> {
    let (first, last) = range.split_once(':').unwrap_or((range, range));
    let (first, last) = (cell_name::read(first)?, cell_name::read(last)?);
    (first.0 <= last.0 && first.1 <= last.1).then_some(Merged { first, last })
}
