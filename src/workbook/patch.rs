//! One cell of a workbook changed, and nothing else: the sheet's XML is the same to the byte but for that cell, every other
//! part is copied as it is packed. What is computed from the cell is computed anew when the workbook is opened.

use super::package::{self, Fault, attribute, index_of, part};
use super::{Book, Cell, CellKind, Cells, SheetInfo, Workbook, told, xlsx};
use crate::cell_name;
use crate::diagnostic::{Diagnostic, Place};
use crate::markup::escape;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use rust_decimal::Decimal;
use std::collections::HashSet;
use std::io::{Cursor, Write};
use std::ops::Range;
use std::sync::Arc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What a cell is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A number, as plain digits.
    Number(String),
    /// A text.
    Text(String),
}

/// A cell and what it is to say; column and row from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The name of its sheet.
    pub sheet: String,
    /// Column and row.
    pub cell: (u32, u32),
    /// What it says then.
    pub entry: Entry,
}

/// The mark of UTF-8 that a part may begin with, and what follows it: the parser counts its places from there.
fn apart(part: &[u8]) -> (&[u8], &[u8]) {
    part.split_at(if part.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 })
}

/// The workbook with cells changed. E718: a cell is a formula or part of a merged one, its format would show a number as
/// something else, there is no such sheet, or the file is of a kind that is not written; E171, E172.
pub fn patch(book: &Workbook, changes: &[Change]) -> Result<Vec<u8>, Diagnostic> {
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    let Book::Xlsx(own) = &book.book else {
        return Err(Diagnostic::error("E718", "只能改 .xlsx、.xlsm 里的格，这个工作簿没有改")
            .at(Place::file(book.file.clone()))
            .hint("请用 Excel 或 WPS 另存为“Excel 工作簿（.xlsx）”，或在其中直接改"));
    };
    let broken = |fault: Fault| told(fault).at(Place::file(book.file.clone()));
    let mut archive = package::open(&book.bytes).map_err(broken)?;
    for change in changes {
        let sheet = book.sheets().iter().find(|sheet| sheet.name == change.sheet).ok_or_else(|| {
            let message = format!("没有工作表“{}”", change.sheet);
            Diagnostic::error("E718", message).at(Place::file(book.file.clone())).hint("请核对工作表的名称")
        })?;
        let index = match parts.iter().position(|(name, _)| *name == sheet.part) {
            Some(index) => index,
            None => {
                let content = part(&mut archive, &sheet.part, xlsx::SHEET).map_err(broken)?;
                parts.push((sheet.part.clone(), content.ok_or(Fault::Damaged).map_err(broken)?));
                parts.len() - 1
            }
        };
        let (mark, body) = apart(&parts[index].1);
        let changed = with_cell(body, sheet, change).map_err(|refused| refused.told(book, change))?;
        parts[index].1 = [mark, &changed].concat();
    }
    let name = own.part.clone();
    let content = part(&mut archive, &name, package::SMALL).map_err(broken)?.unwrap_or_default();
    let (mark, body) = apart(&content);
    if let Some(recalculated) = recalculated(body) {
        parts.push((name, [mark, &recalculated].concat()));
    }
    let written = repacked(&book.bytes, &parts).ok_or_else(|| broken(Fault::Damaged))?;
    proven(&written, book, changes)?;
    Ok(written)
}

/// That each number is read back as that number, since the format of its cell, which is kept, may make a day or a share of
/// it; and that all other cells say what they said, whatever XML another program wrote.
fn proven(written: &[u8], book: &Workbook, changes: &[Change]) -> Result<(), Diagnostic> {
    let after = Workbook::open(&written.into(), &book.file)?;
    for sheet in book.sheets() {
        let of_sheet: Vec<&Change> = changes.iter().filter(|change| change.sheet == sheet.name).collect();
        let Some(first) = of_sheet.first() else { continue };
        let changed: HashSet<(u32, u32)> = of_sheet.iter().map(|change| change.cell).collect();
        let kept = |cells: &Cells| -> Vec<((u32, u32), CellKind, Arc<str>)> {
            let rows = cells.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row.number, cell)));
            let others = rows.map(|(row, cell)| ((cell.column, row), cell.kind, cell.text.clone()));
            others.filter(|(place, ..)| !changed.contains(place)).collect()
        };
        let cells = after.read(sheet)?;
        if kept(&book.read(sheet)?) != kept(&cells) {
            return Err(Refused::Malformed.told(book, first));
        }
        for change in &of_sheet {
            let Entry::Number(number) = &change.entry else { continue };
            let cell = cells.row(change.cell.1).and_then(|row| row.at(change.cell.0));
            let is_read = |cell: &Cell| {
                let (read, asked) = (cell.text.parse::<Decimal>(), number.parse::<Decimal>());
                cell.kind == CellKind::Number && read.is_ok() && read == asked
            };
            if let Some(cell) = cell.filter(|cell| !is_read(cell)) {
                return Err(Refused::Shown(cell.text.chars().take(30).collect()).told(book, change));
            }
        }
    }
    Ok(())
}

/// Why a text with lines more or fewer is not written into the cells of its lines.
pub fn lines_refused() -> Diagnostic {
    Diagnostic::error("E718", "增删了行，没有写进工作簿").hint("请在工作表“文字”里增删行，再运行一次")
}

enum Refused {
    Formula(String),
    Merged,
    Malformed,
    /// As what its format shows a number.
    Shown(String),
}

impl Refused {
    fn told(self, book: &Workbook, change: &Change) -> Diagnostic {
        let (column, row) = change.cell;
        let place = Place::field(cell_name::sheet_name(&book.file, &change.sheet), row, column);
        let refused = |message: String, hint: &str| Diagnostic::error("E718", message).at(place.clone()).hint(hint);
        match self {
            Refused::Formula(formula) => {
                let message = format!("这一格是公式“={formula}”，没有改");
                refused(message, "请在 Excel 或 WPS 中改它所取的格，或把公式换成数")
            }
            Refused::Merged => {
                refused("这一格是合并单元格的一部分，没有改".to_owned(), "请在 Excel 或 WPS 中改，或先取消合并")
            }
            Refused::Shown(shown) => refused(
                format!("这一格的格式会把数显示成“{shown}”，没有改"),
                "请在 Excel 或 WPS 中把这一格设为“数值”或“常规”格式，再运行一次",
            ),
            Refused::Malformed => told(Fault::Malformed(change.sheet.clone())).at(place),
        }
    }
}

/// Where the pieces of a sheet's XML stand that a change of one cell is about.
#[derive(Default)]
struct Found {
    /// The whole cell, and its attributes but for `r` and `t`.
    cell: Option<(Range<usize>, String)>,
    /// Where the cell goes in its row.
    in_row: Option<usize>,
    /// The tag of its row, where that is empty (`<row r="5"/>`).
    empty_row: Option<Range<usize>>,
    /// Where its row goes.
    in_sheet: Option<usize>,
    /// The tag of the sheet's data, where that is empty.
    empty_sheet: Option<Range<usize>>,
    formula: Option<String>,
    merged: bool,
    style: Option<String>,
}

fn with_cell(content: &[u8], sheet: &SheetInfo, change: &Change) -> Result<Vec<u8>, Refused> {
    let found = find(content, &sheet.part, change.cell).ok_or(Refused::Malformed)?;
    if let Some(formula) = found.formula {
        return Err(Refused::Formula(formula));
    }
    if found.merged {
        return Err(Refused::Merged);
    }
    let (column, row) = change.cell;
    let name = format!("{}{row}", cell_name::letters(column));
    let style = found.style.map_or(String::new(), |style| format!(" s=\"{}\"", escape(&style)));
    let attributes = found.cell.as_ref().map_or(style, |(_, attributes)| attributes.clone());
    let prefix = prefix_of(content);
    let cell = match &change.entry {
        Entry::Number(number) => {
            format!("<{prefix}c r=\"{name}\"{attributes}><{prefix}v>{}</{prefix}v></{prefix}c>", escape(number))
        }
        Entry::Text(text) => format!(
            "<{prefix}c r=\"{name}\"{attributes} t=\"inlineStr\"><{prefix}is><{prefix}t xml:space=\"preserve\">{}</{prefix}t></{prefix}is></{prefix}c>",
            escape(&escaped_again(text))
        ),
    };
    let whole_row = || format!("<{prefix}row r=\"{row}\">{cell}</{prefix}row>");
    let (range, new) = if let Some((range, _)) = found.cell {
        (range, cell)
    } else if let Some(at) = found.in_row {
        (at..at, cell)
    } else if let Some(range) = found.empty_row {
        let tag = opened(content, &range).ok_or(Refused::Malformed)?;
        (range, format!("{tag}{cell}</{prefix}row>"))
    } else if let Some(at) = found.in_sheet {
        (at..at, whole_row())
    } else if let Some(range) = found.empty_sheet {
        let tag = opened(content, &range).ok_or(Refused::Malformed)?;
        (range, format!("{tag}{}</{prefix}sheetData>", whole_row()))
    } else {
        return Err(Refused::Malformed);
    };
    Ok([&content[..range.start], new.as_bytes(), &content[range.end..]].concat())
}

/// `_x000A_` typed as such is told from an escaped line break (ST_Xstring).
fn escaped_again(text: &str) -> String {
    let is_hex = |text: &str| {
        text.len() >= 7
            && text.is_char_boundary(7)
            && text.as_bytes()[6] == b'_'
            && text[2..6].bytes().all(|b| b.is_ascii_hexdigit())
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out += &rest[..at];
        rest = &rest[at..];
        if is_hex(rest) {
            out += "_x005F";
        }
        out += "_x";
        rest = &rest[2..];
    }
    out + rest
}

/// The tag of an empty element, opened.
fn opened(content: &[u8], range: &Range<usize>) -> Option<String> {
    let tag = str::from_utf8(content.get(range.clone())?).ok()?;
    Some(format!("{}>", tag.strip_suffix("/>")?.trim_end()))
}

/// What stands before the names of elements (`x:` of `x:worksheet`).
fn prefix_of(content: &[u8]) -> String {
    let mut reader = Reader::from_reader(content);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let name = element.name();
                let name: &str = name.as_ref();
                return name.split_once(':').map_or(String::new(), |(prefix, _)| format!("{prefix}:"));
            }
            Ok(Event::Eof) | Err(_) => return String::new(),
            _ => {}
        }
    }
}

/// Finds the cell, or where it goes; None: the XML is broken.
fn find(content: &[u8], part: &str, (column, row): (u32, u32)) -> Option<Found> {
    let mut reader = Reader::from_reader(content);
    let mut found = Found::default();
    // The row and the cell at hand, from 1; elements without names follow the one before.
    let (mut at_row, mut at_column) = (0u32, 0u32);
    let (mut in_target, mut in_formula, mut depth) = (None::<(usize, String)>, false, 0usize);
    let mut cell_style = None;
    loop {
        let before = reader.buffer_position() as usize;
        let event = reader.read_event().ok()?;
        let after = reader.buffer_position() as usize;
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(element) | Event::Empty(element) => {
                depth += usize::from(!is_empty);
                match element.local_name().as_ref() {
                    "sheetData" if is_empty => found.empty_sheet = Some(before..after),
                    "row" => {
                        at_row = number(&element, "r").unwrap_or(at_row + 1);
                        at_column = 0;
                        if at_row == row && is_empty {
                            found.empty_row = Some(before..after);
                        }
                        if at_row > row && found.in_sheet.is_none() {
                            found.in_sheet = Some(before);
                        }
                    }
                    "c" => {
                        let named = attribute(&element, "r").and_then(|name| cell_name::read(&name));
                        at_column = named.map_or(at_column + 1, |(column, _)| column);
                        if at_row == row && at_column == column {
                            let attributes = kept(&element);
                            match is_empty {
                                true => found.cell = Some((before..after, attributes)),
                                false => in_target = Some((before, attributes)),
                            }
                        } else if at_row == row && at_column > column && found.in_row.is_none() {
                            found.in_row = Some(before);
                        }
                    }
                    "f" if in_target.is_some() => {
                        found.formula = Some(String::new());
                        in_formula = !is_empty;
                    }
                    "col" => {
                        let covers = number(&element, "min") <= Some(column) && number(&element, "max") >= Some(column);
                        if covers {
                            cell_style = attribute(&element, "style");
                        }
                    }
                    "mergeCell" => {
                        let range = attribute(&element, "ref").and_then(|range| xlsx::read_range(&range));
                        found.merged |= range.is_some_and(|range| {
                            let inside = (range.first.0..=range.last.0).contains(&column)
                                && (range.first.1..=range.last.1).contains(&row);
                            inside && range.first != (column, row)
                        });
                    }
                    _ => {}
                }
            }
            Event::End(element) => {
                depth = depth.checked_sub(1)?;
                match element.local_name().as_ref() {
                    "c" => {
                        if let Some((start, attributes)) = in_target.take() {
                            found.cell = Some((start..after, attributes));
                        }
                    }
                    "row" if at_row == row && found.in_row.is_none() => found.in_row = Some(before),
                    "sheetData" if found.in_sheet.is_none() => found.in_sheet = Some(before),
                    "f" => in_formula = false,
                    _ => {}
                }
            }
            Event::Text(text) if in_formula => {
                if let Some(formula) = &mut found.formula {
                    formula.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(name) if in_formula => {
                if let Some(formula) = &mut found.formula {
                    formula.push(package::reference(&name, part).ok()?);
                }
            }
            Event::DocType(_) => return None,
            Event::Eof if depth > 0 => return None,
            Event::Eof => break,
            _ => {}
        }
    }
    found.style = cell_style;
    // A row that is there and holds cells takes it within; one that is not there goes before the next.
    Some(found)
}

fn number(element: &BytesStart, name: &str) -> Option<u32> {
    attribute(element, name)?.parse().ok()
}

/// The attributes of a cell that stay: style and the like, as they are written.
fn kept(element: &BytesStart) -> String {
    let mut text = String::new();
    for attribute in element.attributes().with_checks(false).flatten() {
        let key: &str = attribute.key.as_ref();
        // `cm` and `vm` speak of the value that goes.
        if !matches!(key, "r" | "t" | "cm" | "vm") {
            text += &format!(" {key}=\"{}\"", attribute.value.replace('"', "&quot;"));
        }
    }
    text
}

/// workbook.xml with the order to compute everything anew when it is opened; None where it has it, or nothing is computed.
fn recalculated(content: &[u8]) -> Option<Vec<u8>> {
    const ORDER: &str = " fullCalcOnLoad=\"1\"";
    let mut reader = Reader::from_reader(content);
    loop {
        let before = reader.buffer_position() as usize;
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) if element.local_name().as_ref() == "calcPr" => {
                if attribute(&element, "fullCalcOnLoad").is_some() {
                    return None;
                }
                let name = element.name();
                let name: &str = name.as_ref();
                let at = before + 1 + name.len();
                return Some([&content[..at], ORDER.as_bytes(), &content[at..]].concat());
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// The package with parts replaced: every other entry as it is packed.
fn repacked(bytes: &[u8], parts: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut archive = package::open(bytes).ok()?;
    let replaced: Vec<(usize, &Vec<u8>)> =
        parts.iter().map(|(name, content)| Some((index_of(&archive, name)?, content))).collect::<Option<_>>()?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len() + 4096)));
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).ok()?;
        let Some((_, content)) = replaced.iter().find(|(at, _)| *at == index) else {
            writer.raw_copy_file(file).ok()?;
            continue;
        };
        let mut options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        if let Some(time) = file.last_modified() {
            options = options.last_modified_time(time);
        }
        let name = file.name().to_owned();
        drop(file);
        writer.start_file(name, options).ok()?;
        writer.write_all(content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}
