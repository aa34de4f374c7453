//! One cell of a workbook changed, and nothing else: the sheet's XML is the same to the byte but for that cell, every other
//! part is copied as it is packed. What is computed from the cell is computed anew when the workbook is opened.

use super::package::{self, Fault, attribute, part};
use super::{Book, Cell, CellKind, Cells, Merged, SheetInfo, Workbook, told, xlsx};
use crate::cell_name;
use crate::diagnostic::{Diagnostic, Place};
use crate::markup::escape;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

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

/// The workbook with cells changed. Errors: as [`patch_what_can`], the first of the cells' among them.
pub fn patch(book: &Workbook, changes: &[Change]) -> Result<Vec<u8>, Diagnostic> {
    let (written, refused) = patch_what_can(book, changes)?;
    refused.into_iter().next().map_or(Ok(written), |(_, refused)| Err(refused))
}

/// A change by its index, and what is wrong with it.
pub type NotMade = (usize, Diagnostic);

/// The workbook with those cells changed that can be, and the changes that are not made, each with its E718: the cell is a
/// formula or part of a merged one, its format would show a number as something else, there is no such sheet. Errors, of
/// the whole: E718, a kind of file that is not written; E171, E172.
pub fn patch_what_can(book: &Workbook, changes: &[Change]) -> Result<(Vec<u8>, Vec<NotMade>), Diagnostic> {
    let mut kept: Vec<usize> = (0..changes.len()).collect();
    let mut told = Vec::new();
    loop {
        let (written, refused) = written(book, changes, &kept)?;
        if refused.is_empty() {
            told.sort_by_key(|(index, _): &NotMade| *index);
            return Ok((written, told));
        }
        let gone: HashSet<usize> = refused.iter().map(|(index, _)| *index).collect();
        told.extend(refused.into_iter().map(|(index, refused)| (index, refused.told(book, &changes[index]))));
        kept.retain(|index| !gone.contains(index));
    }
}

/// A change by its place among those asked for, and why it is not made.
type Refusal = (usize, Refused);

/// The workbook with the chosen changes made; where some are refused, it is none that may be kept.
fn written(book: &Workbook, changes: &[Change], chosen: &[usize]) -> Result<(Vec<u8>, Vec<Refusal>), Diagnostic> {
    let Book::Xlsx(own) = &book.book else {
        return Err(Diagnostic::error("E718", "只能改 .xlsx、.xlsm 里的格，这个工作簿没有改")
            .at(Place::file(book.file.clone()))
            .hint("请用 Excel 或 WPS 另存为“Excel 工作簿（.xlsx）”，或在其中直接改"));
    };
    let broken = |fault: Fault| told(fault).at(Place::file(book.file.clone()));
    let mut archive = package::open(&book.bytes).map_err(broken)?;
    let mut refused = Vec::new();
    let mut by_sheet: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    // Of one cell the last change counts.
    let last: HashMap<_, usize> =
        chosen.iter().map(|&index| ((&changes[index].sheet, changes[index].cell), index)).collect();
    let counts = |index: usize| last[&(&changes[index].sheet, changes[index].cell)] == index;
    for index in chosen.iter().copied().filter(|&index| counts(index)) {
        by_sheet.entry(&changes[index].sheet).or_default().push(index);
    }
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    let mut of_sheets: Vec<(&SheetInfo, Vec<usize>)> = Vec::new();
    for (name, of_sheet) in by_sheet {
        let Some(sheet) = book.sheets().iter().find(|sheet| sheet.name == name) else {
            refused.extend(of_sheet.into_iter().map(|index| (index, Refused::NoSheet)));
            continue;
        };
        let content = part(&mut archive, &sheet.part, xlsx::SHEET).map_err(broken)?;
        let content = content.ok_or(Fault::Damaged).map_err(broken)?;
        let (mark, body) = apart(&content);
        let malformed = || Refused::Malformed.told(book, &changes[of_sheet[0]]);
        let changed = with_cells(body, sheet, changes, &of_sheet, &mut refused).ok_or_else(malformed)?;
        parts.push((sheet.part.clone(), [mark, &changed].concat()));
        of_sheets.push((sheet, of_sheet));
    }
    if !refused.is_empty() {
        return Ok((Vec::new(), refused));
    }
    let name = own.part.clone();
    let content = part(&mut archive, &name, package::SMALL).map_err(broken)?.unwrap_or_default();
    let (mark, body) = apart(&content);
    if let Some(recalculated) = recalculated(body) {
        parts.push((name, [mark, &recalculated].concat()));
    }
    let written = package::replaced(&book.bytes, &parts).ok_or_else(|| broken(Fault::Damaged))?;
    let after = Workbook::open(&written.as_slice().into(), &book.file)?;
    for (sheet, of_sheet) in of_sheets {
        refused.extend(proven(&after, book, sheet, changes, &of_sheet)?);
    }
    Ok((written, refused))
}

/// The changes of a sheet that are not read back as what was asked: the format of a cell, which is kept, may make a day or a
/// share of a number, and XML does not hold every character of a text. Error: another cell does not say what it said,
/// whatever XML another program wrote.
fn proven(
    after: &Workbook,
    book: &Workbook,
    sheet: &SheetInfo,
    changes: &[Change],
    of_sheet: &[usize],
) -> Result<Vec<Refusal>, Diagnostic> {
    let changed: HashSet<(u32, u32)> = of_sheet.iter().map(|&index| changes[index].cell).collect();
    let kept = |cells: &Cells| -> Vec<((u32, u32), CellKind, Arc<str>)> {
        let rows = cells.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row.number, cell)));
        let others = rows.map(|(row, cell)| ((cell.column, row), cell.kind, cell.text.clone()));
        others.filter(|(place, ..)| !changed.contains(place)).collect()
    };
    let cells = after.read(sheet)?;
    let before = book.read(sheet)?;
    if kept(&before) != kept(&cells) {
        return Err(Refused::Malformed.told(book, &changes[of_sheet[0]]));
    }
    let mut refused = Vec::new();
    for &index in of_sheet {
        let change = &changes[index];
        let cell = cells.row(change.cell.1).and_then(|row| row.at(change.cell.0));
        let shown = || cell.map_or("", |cell| &cell.text).chars().take(30).collect();
        match &change.entry {
            Entry::Number(number) => {
                let is_read = |cell: &Cell| {
                    let (read, asked) = (cell.text.parse::<Decimal>(), number.parse::<Decimal>());
                    cell.kind == CellKind::Number && read.is_ok() && read == asked
                };
                if !cell.is_some_and(is_read) {
                    refused.push((index, Refused::Shown(shown())));
                }
            }
            Entry::Text(text) => {
                let lines = text.replace("\r\n", "\n").replace('\r', "\n");
                if cell.map_or("", |cell| &cell.text) != lines {
                    refused.push((index, Refused::Read(shown())));
                }
            }
        }
    }
    Ok(refused)
}

/// Why a text with lines more or fewer is not written into the cells of its lines.
pub fn lines_refused() -> Diagnostic {
    Diagnostic::error("E718", "增删了行，没有写进工作簿").hint("请在工作表“文字”里增删行，再运行一次")
}

enum Refused {
    NoSheet,
    Formula(String),
    /// Its value is one of those of another cell's formula.
    OfFormula(String),
    Merged,
    Malformed,
    /// As what its format shows a number.
    Shown(String),
    /// As what its text is read back.
    Read(String),
}

impl Refused {
    fn told(self, book: &Workbook, change: &Change) -> Diagnostic {
        let (column, row) = change.cell;
        let place = Place::field(cell_name::sheet_name(&book.file, &change.sheet), row, column);
        let refused = |message: String, hint: &str| Diagnostic::error("E718", message).at(place.clone()).hint(hint);
        match self {
            Refused::NoSheet => Diagnostic::error("E718", format!("没有工作表“{}”", change.sheet))
                .at(Place::file(book.file.clone()))
                .hint("请核对工作表的名称"),
            Refused::OfFormula(range) => refused(
                format!("这一格是 {range} 的数组公式算出的，没有改"),
                "请在 Excel 或 WPS 中改那个公式，或把它换成数",
            ),
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
            Refused::Read(shown) => refused(
                format!("新的文字写进这一格会读成“{shown}”，没有改"),
                "请在 Excel 或 WPS 中改这一格；文字里可能有看不见的字符，可以重新输入",
            ),
            Refused::Malformed => told(Fault::Malformed(change.sheet.clone())).at(place),
        }
    }
}

/// A cell that is to be changed: where it stands in the sheet's XML, or goes.
struct Spot {
    /// Its change.
    index: usize,
    column: u32,
    /// The whole cell, and its attributes but for `r` and `t`.
    cell: Option<(Range<usize>, String)>,
    /// Where it goes in its row.
    in_row: Option<usize>,
    refused: Option<Refused>,
}

/// The cells of a row that are to be changed, from the left; and where the row stands, or goes.
struct RowSpots {
    row: u32,
    spots: Vec<Spot>,
    /// Its tag, where that is empty (`<row r="5"/>`).
    empty: Option<Range<usize>>,
    /// The style that its cells have where they are blank.
    style: Option<String>,
    /// Where it goes.
    in_sheet: Option<usize>,
    /// How many of the spots have a cell to the right of them.
    passed: usize,
}

/// What one pass over a sheet's XML finds of the cells that are to be changed.
struct Finder {
    /// From the top.
    rows: Vec<RowSpots>,
    /// How many of the rows have a row below them.
    passed: usize,
    /// The styles of columns whose cells are to be changed.
    columns: BTreeMap<u32, Option<String>>,
    /// The tag of the sheet's data, where that is empty.
    empty_sheet: Option<Range<usize>>,
}

impl Finder {
    fn new(changes: &[Change], of_sheet: &[usize]) -> Finder {
        let mut by_row: BTreeMap<u32, BTreeMap<u32, usize>> = BTreeMap::new();
        for &index in of_sheet {
            let (column, row) = changes[index].cell;
            by_row.entry(row).or_default().insert(column, index);
        }
        let columns = by_row.values().flat_map(|row| row.keys().map(|&column| (column, None))).collect();
        let spot = |(column, index)| Spot { index, column, cell: None, in_row: None, refused: None };
        let rows = by_row.into_iter().map(|(row, spots)| {
            let spots = spots.into_iter().map(spot).collect();
            RowSpots { row, spots, empty: None, style: None, in_sheet: None, passed: 0 }
        });
        Finder { rows: rows.collect(), passed: 0, columns, empty_sheet: None }
    }

    fn row(&mut self, row: u32) -> Option<&mut RowSpots> {
        let found = self.rows.binary_search_by_key(&row, |spots| spots.row).ok()?;
        Some(&mut self.rows[found])
    }

    fn spot(&mut self, (column, row): (u32, u32)) -> Option<&mut Spot> {
        let row = self.row(row)?;
        let found = row.spots.binary_search_by_key(&column, |spot| spot.column).ok()?;
        Some(&mut row.spots[found])
    }

    /// Rows that are not there go before the first one below them.
    fn pass_rows(&mut self, above: u32, at: usize) {
        while let Some(next) = self.rows.get_mut(self.passed).filter(|next| next.row < above) {
            next.in_sheet = Some(at);
            self.passed += 1;
        }
    }

    /// No cell of a range but its first is changed.
    fn refuse(&mut self, range: Merged, why: impl Fn() -> Refused) {
        let from = self.rows.partition_point(|row| row.row < range.first.1);
        for row in self.rows[from..].iter_mut().take_while(|row| row.row <= range.last.1) {
            let from = row.spots.partition_point(|spot| spot.column < range.first.0);
            for spot in row.spots[from..].iter_mut().take_while(|spot| spot.column <= range.last.0) {
                let is_first = (spot.column, row.row) == range.first;
                if spot.refused.is_none() && !is_first {
                    spot.refused = Some(why());
                }
            }
        }
    }
}

impl RowSpots {
    /// Cells that are not there go before the first one to the right of them.
    fn pass_cells(&mut self, left_of: u32, at: usize) {
        while let Some(next) = self.spots.get_mut(self.passed).filter(|next| next.column < left_of) {
            next.in_row = Some(at);
            self.passed += 1;
        }
    }
}

/// The sheet's XML with the chosen changes, in one pass whatever their number; none: it is broken. Those that cannot be
/// made are left out, and told in `refused`.
fn with_cells(
    content: &[u8],
    sheet: &SheetInfo,
    changes: &[Change],
    of_sheet: &[usize],
    refused: &mut Vec<Refusal>,
) -> Option<Vec<u8>> {
    let mut found = Finder::new(changes, of_sheet);
    find(content, &sheet.part, &mut found)?;
    let prefix = prefix_of(content);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut new_rows = String::new();
    for row in found.rows {
        let mut new_cells = String::new();
        for spot in row.spots {
            if let Some(why) = spot.refused {
                refused.push((spot.index, why));
                continue;
            }
            let name = format!("{}{}", cell_name::letters(spot.column), row.row);
            let style = row.style.as_ref().or_else(|| found.columns.get(&spot.column)?.as_ref());
            let style = || style.map_or(String::new(), |style| format!(" s=\"{}\"", escape(style)));
            let attributes = spot.cell.as_ref().map_or_else(style, |(_, attributes)| attributes.clone());
            let cell = cell_xml(&prefix, &name, &attributes, &changes[spot.index].entry);
            match (spot.cell, spot.in_row) {
                (Some((range, _)), _) => edits.push((range, cell)),
                (None, Some(at)) => edits.push((at..at, cell)),
                (None, None) => new_cells += &cell,
            }
        }
        if new_cells.is_empty() {
            continue;
        }
        let whole = format!("<{prefix}row r=\"{}\">{new_cells}</{prefix}row>", row.row);
        match (row.empty, row.in_sheet) {
            (Some(range), _) => {
                let tag = opened(content, &range)?;
                edits.push((range, format!("{tag}{new_cells}</{prefix}row>")));
            }
            (None, Some(at)) => edits.push((at..at, whole)),
            (None, None) => new_rows += &whole,
        }
    }
    if !new_rows.is_empty() {
        let range = found.empty_sheet?;
        edits.push((range.clone(), format!("{}{new_rows}</{prefix}sheetData>", opened(content, &range)?)));
    }
    // What goes to the same place stays in its order: by row and column.
    edits.sort_by_key(|(range, _)| range.start);
    let mut changed = Vec::with_capacity(content.len() + edits.iter().map(|(_, new)| new.len()).sum::<usize>());
    let mut from = 0;
    for (range, new) in edits {
        changed.extend_from_slice(content.get(from..range.start)?);
        changed.extend_from_slice(new.as_bytes());
        from = range.end;
    }
    changed.extend_from_slice(content.get(from..)?);
    Some(changed)
}

/// A cell as XML; `prefix` stands before the names of elements.
fn cell_xml(prefix: &str, name: &str, attributes: &str, entry: &Entry) -> String {
    match entry {
        Entry::Number(number) => {
            format!("<{prefix}c r=\"{name}\"{attributes}><{prefix}v>{}</{prefix}v></{prefix}c>", escape(number))
        }
        Entry::Text(text) => format!(
            "<{prefix}c r=\"{name}\"{attributes} t=\"inlineStr\"><{prefix}is><{prefix}t xml:space=\"preserve\">{}</{prefix}t></{prefix}is></{prefix}c>",
            escape(&escaped_again(text))
        ),
    }
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

/// Finds the cells, or where they go; None: the XML is broken.
fn find(content: &[u8], part: &str, found: &mut Finder) -> Option<()> {
    let mut reader = Reader::from_reader(content);
    // The row and the cell at hand, from 1; elements without names follow the one before.
    let (mut at_row, mut at_column) = (0u32, 0u32);
    let (mut in_target, mut in_formula, mut depth) = (None::<(usize, String)>, false, 0usize);
    let mut formula = None::<String>;
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
                        found.pass_rows(at_row, before);
                        if let Some(row) = found.row(at_row) {
                            row.style = attribute(&element, "customFormat")
                                .filter(|custom| xlsx::is_true(custom))
                                .and_then(|_| attribute(&element, "s"));
                            row.empty = is_empty.then_some(before..after);
                        }
                    }
                    "c" => {
                        let named = attribute(&element, "r").and_then(|name| cell_name::read(&name));
                        at_column = named.map_or(at_column + 1, |(column, _)| column);
                        if let Some(row) = found.row(at_row) {
                            row.pass_cells(at_column, before);
                        }
                        if let Some(spot) = found.spot((at_column, at_row)) {
                            let attributes = kept(&element);
                            match is_empty {
                                true => spot.cell = Some((before..after, attributes)),
                                false => in_target = Some((before, attributes)),
                            }
                        }
                    }
                    "f" => {
                        let range = attribute(&element, "ref").and_then(|range| xlsx::read_range(&range));
                        let of_many = attribute(&element, "t").is_some_and(|kind| kind != "shared");
                        if let Some(range) = range.filter(|_| of_many) {
                            let name = |(column, row)| format!("{}{row}", cell_name::letters(column));
                            let why = || Refused::OfFormula(format!("{}:{}", name(range.first), name(range.last)));
                            found.refuse(range, why);
                        }
                        if in_target.is_some() {
                            formula = Some(String::new());
                            in_formula = !is_empty;
                        }
                    }
                    "col" => {
                        if let (Some(first), Some(last)) = (number(&element, "min"), number(&element, "max"))
                            && first <= last
                        {
                            let style = attribute(&element, "style");
                            found.columns.range_mut(first..=last).for_each(|(_, own)| own.clone_from(&style));
                        }
                    }
                    "mergeCell" => {
                        if let Some(range) = attribute(&element, "ref").and_then(|range| xlsx::read_range(&range)) {
                            found.refuse(range, || Refused::Merged);
                        }
                    }
                    _ => {}
                }
            }
            Event::End(element) => {
                depth = depth.checked_sub(1)?;
                match element.local_name().as_ref() {
                    "c" => {
                        if let Some((start, attributes)) = in_target.take() {
                            let spot = found.spot((at_column, at_row))?;
                            spot.cell = Some((start..after, attributes));
                            if let Some(formula) = formula.take() {
                                spot.refused = Some(Refused::Formula(formula));
                            }
                        }
                    }
                    "row" => {
                        if let Some(row) = found.row(at_row) {
                            row.pass_cells(u32::MAX, before);
                        }
                    }
                    "sheetData" => found.pass_rows(u32::MAX, before),
                    "f" => in_formula = false,
                    _ => {}
                }
            }
            Event::Text(text) if in_formula => {
                if let Some(formula) = &mut formula {
                    formula.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(name) if in_formula => {
                if let Some(formula) = &mut formula {
                    formula.push(package::reference(&name, part).ok()?);
                }
            }
            Event::DocType(_) => return None,
            Event::Eof if depth > 0 => return None,
            Event::Eof => return Some(()),
            _ => {}
        }
    }
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
