//! Workbooks that officers hold: their sheets as cells, each with what it says, what it shows and its formula.
//!
//! Nothing is believed of a file: parts are inflated within bounds, cells are kept one by one and never as the rectangle
//! they span, entities and DTDs are refused. What is decided here is what a cell says; what it means is decided in `data/`.
//!
//! | code | what is wrong |
//! |---|---|
//! | E171 | a workbook cannot be opened: damaged, behind a password, of a kind that is not read |
//! | E718 | a cell cannot be written: a formula, part of a merged one, a kind of file that is not written |
//! | E172 | a workbook is larger than any that people fill |
//! | E179 | a workbook alone does not say which department it is |

mod department;
mod format;
mod formula;
mod number;
mod ods;
mod patch;
mod xls;
mod xlsx;

use crate::cell_name::sheet_name;
use crate::diagnostic::{Diagnostic, Place};
use crate::folder::Bytes;
use crate::package::{self, Fault, OLE, has_stream};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use crate::cell_name::is_workbook;
pub(crate) use department::no_facts;
pub use department::{FACTS, HEADS, TEXTS, Written, unpack};
pub use formula::Differing;
pub use patch::{Change, Entry, NotMade, lines_refused, patch, patch_what_can};

/// The most cells with content of a workbook, of all its sheets that are read; a ledger of 5,000 lines has 50,000.
pub const MOST_CELLS: usize = 3_000_000;

/// The most bytes of XML, as its container declares them, of a workbook, and of all that a folder has: parts are inflated to
/// no more than is declared.
pub const MOST_XML: u64 = 512 << 20;

/// A workbook, opened: what sheets it has. Each is read when first asked for.
pub struct Workbook {
    /// Its name in its folder.
    file: Arc<str>,
    bytes: Bytes,
    book: Book,
    read: Mutex<Read>,
}

/// The sheets that were read, by the parts that hold them.
#[derive(Default)]
struct Read {
    /// How many cells each has.
    counts: HashMap<String, usize>,
    /// Those that are kept, and how many cells they have together.
    kept: HashMap<String, Arc<Cells>>,
    cells: usize,
}

/// Beyond so many cells in all, sheets are read again when they are asked for again.
const KEPT_CELLS: usize = 200_000;

/// By its format. Only the first is read sheet by sheet, and written.
enum Book {
    Xlsx(xlsx::Book),
    Ods(ods::Book),
    Xls(xls::Book),
}

/// A sheet, as its workbook lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetInfo {
    /// Its name, as on its tab.
    pub name: String,
    /// It is not shown.
    pub hidden: bool,
    /// The part of the package that holds it.
    part: String,
}

/// What stands in a sheet, row by row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// Rows with something in them, from the top.
    pub rows: Vec<CellRow>,
    /// Merged ranges.
    pub merged: Vec<Merged>,
    /// Hidden columns, from 1, as first and last.
    pub hidden_columns: Vec<(u32, u32)>,
    /// Rows are filtered.
    pub filtered: bool,
}

/// A row of a sheet that has something in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellRow {
    /// Its number, from 1.
    pub number: u32,
    /// It is not shown.
    pub hidden: bool,
    /// Its cells that hold something, from the left.
    pub cells: Vec<Cell>,
}

/// A cell that holds something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// From 1.
    pub column: u32,
    /// What it holds.
    pub kind: CellKind,
    /// What it says: a text as it stands, a number as the decimal that was typed, a date in ISO, a share as it is shown.
    pub text: Arc<str>,
    more: Option<Box<More>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct More {
    shown: Option<String>,
    formula: Option<Formula>,
}

/// A formula, as the sheet's XML has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    /// Without `=`; empty where it follows another cell's (`shared`).
    pub text: String,
    /// The number of the formula that several cells share.
    pub shared: Option<u32>,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// A day, a time or both.
    Date,
    /// TRUE or FALSE.
    Boolean,
    /// An error of Excel: `#REF!`.
    Error,
    /// A formula whose result the file does not have.
    NoResult,
    /// A formula that is computed from itself, or from one that is.
    Circle,
}

/// A merged range; columns and rows from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// Of its first cell, which holds what is shown.
    pub first: (u32, u32),
    /// Of its last cell.
    pub last: (u32, u32),
}

impl Cell {
    /// What a reader of the sheet sees, where that is not [`Cell::text`] (`≥3项`, `02`).
    pub fn shown(&self) -> &str {
        self.more.as_ref().and_then(|more| more.shown.as_deref()).unwrap_or(&self.text)
    }

    /// Its formula.
    pub fn formula(&self) -> Option<&Formula> {
        self.more.as_ref()?.formula.as_ref()
    }
}

impl CellRow {
    /// The cell of a column, from 1.
    pub fn at(&self, column: u32) -> Option<&Cell> {
        let found = self.cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
        Some(&self.cells[found])
    }
}

impl Cells {
    /// Gives every row of a vertically merged cell in one of the columns (from 1) what its first row says, below a row.
    pub fn fill_down(&mut self, columns: &[u32], below: u32) {
        let mut ranges: Vec<&Merged> = self.merged.iter().filter(|range| range.first.1 < range.last.1).collect();
        ranges.sort_by_key(|range| (range.first, range.last));
        let mut filled = (0, 0);
        for range in ranges {
            let (column, first) = range.first;
            // Ranges that overlap are of no program; each row is gone over once for a column.
            if !columns.contains(&column) || first <= below || (column, first) <= filled {
                continue;
            }
            filled = (column, range.last.1);
            let from = self.rows.partition_point(|row| row.number < first);
            let Some(cell) = self.rows.get(from).filter(|row| row.number == first).and_then(|row| row.at(column))
            else {
                continue;
            };
            let cell = cell.clone();
            for row in self.rows[from + 1..].iter_mut().take_while(|row| row.number <= range.last.1) {
                if let Err(at) = row.cells.binary_search_by_key(&column, |cell| cell.column) {
                    row.cells.insert(at, cell.clone());
                }
            }
        }
    }

    /// The row of a number, from 1, if it holds something.
    pub fn row(&self, number: u32) -> Option<&CellRow> {
        let found = self.rows.binary_search_by_key(&number, |row| row.number).ok()?;
        Some(&self.rows[found])
    }
}

impl Workbook {
    /// Opens a workbook of a folder by its name there. Errors: E171, E172, at the file.
    pub fn open(bytes: &Bytes, file: &str) -> Result<Workbook, Diagnostic> {
        let at_file = |found: Diagnostic| found.at(Place::file(file));
        if Workbook::xml_of(bytes) > MOST_XML {
            return Err(at_file(too_much_xml("工作簿")));
        }
        let book = match recognise(bytes).map_err(at_file)? {
            Kind::Package if ods::is_ods(bytes) => ods::Book::open(bytes).map(Book::Ods),
            Kind::Package => xlsx::Book::open(bytes).map(Book::Xlsx),
            Kind::Ole => xls::Book::open(bytes).map(Book::Xls),
        };
        let book = book.map_err(|fault| at_file(told(fault)))?;
        Ok(Workbook { file: file.into(), bytes: bytes.clone(), book, read: Mutex::default() })
    }

    /// How many bytes of XML it declares; nought of a file that is no container.
    pub fn xml_of(bytes: &[u8]) -> u64 {
        let Ok(mut archive) = package::open(bytes) else { return 0 };
        let sizes = (0..archive.len()).filter_map(|index| {
            let part = archive.by_index_raw(index).ok()?;
            part.name().to_ascii_lowercase().ends_with(".xml").then(|| part.size())
        });
        sizes.fold(0, u64::saturating_add)
    }

    /// Its name in its folder.
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// Its sheets in their order.
    pub fn sheets(&self) -> &[SheetInfo] {
        match &self.book {
            Book::Xlsx(book) => &book.sheets,
            Book::Ods(book) => &book.sheets,
            Book::Xls(book) => &book.sheets,
        }
    }

    /// It is an old workbook, of which neither formats nor what is hidden is known.
    pub fn is_old(&self) -> bool {
        matches!(self.book, Book::Xls(_))
    }

    /// What messages call a sheet of it: `数据.xlsx 预算明细`.
    pub fn name_of(&self, sheet: &SheetInfo) -> String {
        sheet_name(&self.file, &sheet.name)
    }

    /// Reads a sheet, once unless there are very many cells. Errors: E171, E172, at the sheet.
    pub fn read(&self, sheet: &SheetInfo) -> Result<Arc<Cells>, Diagnostic> {
        let known = || self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cells) = known().kept.get(&sheet.part) {
            return Ok(cells.clone());
        }
        let cells = match &self.book {
            Book::Xlsx(book) => {
                book.read(&self.bytes, sheet).map_err(|fault| told(fault).at(Place::file(self.name_of(sheet))))?
            }
            Book::Ods(book) => book.read(sheet),
            Book::Xls(book) => book.read(sheet),
        };
        let cells = Arc::new(cells);
        let count = cells.rows.iter().map(|row| row.cells.len()).sum::<usize>();
        let mut read = known();
        let others: usize = read.counts.iter().filter(|(part, _)| **part != sheet.part).map(|(_, count)| count).sum();
        // Whoever takes a workbook in holds all its sheets.
        if others + count > MOST_CELLS {
            let found = too_many_cells("工作簿各表", &self.name_of(sheet));
            return Err(found.hint("请确认放的是这个文件；不是要公开的数据，请移到别的工作簿"));
        }
        read.counts.insert(sheet.part.clone(), count);
        if read.cells + count <= KEPT_CELLS && read.kept.insert(sheet.part.clone(), cells.clone()).is_none() {
            read.cells += count;
        }
        Ok(cells)
    }

    /// The bytes that it was opened from.
    pub(crate) fn is_of(&self, bytes: &Bytes) -> bool {
        Arc::ptr_eq(&self.bytes, bytes)
    }
}

/// How a workbook is packed.
enum Kind {
    Package,
    Ole,
}

/// What a file is by its first bytes, whatever its name is; else why it is no workbook that is read.
fn recognise(bytes: &[u8]) -> Result<Kind, Diagnostic> {
    const SAVE: &str = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”";
    let wrong = |what: &str, hint: &str| Err(Diagnostic::error("E171", what).hint(hint));
    if bytes.starts_with(OLE) {
        return match has_stream(bytes, "EncryptedPackage") {
            true => wrong("工作簿设有打开密码，无法读取", "请在 Excel 或 WPS 中取消打开密码后重新保存"),
            false => Ok(Kind::Ole),
        };
    }
    if bytes.starts_with(b"PK") {
        return Ok(Kind::Package);
    }
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    match start {
        [] => wrong("工作簿是空文件", "请确认文件已完整保存"),
        [b'<', ..] => wrong("文件是网页或 XML，不是工作簿", SAVE),
        _ => wrong("文件不是工作簿，或已损坏", SAVE),
    }
}

/// E171: a file of this name is none, or did not come whole.
pub(crate) fn is_none(name: &str, why: &str) -> Diagnostic {
    Diagnostic::error("E171", format!("“{name}”{why}")).hint("要完整的 .xlsx、.xlsm、.xls 或 .ods")
}

/// E172: with this sheet there are more cells in all of them than are read.
pub(crate) fn too_many_cells(all: &str, sheet: &str) -> Diagnostic {
    let message = format!("{all}有内容的格合计超过 {MOST_CELLS} 个，这一张没有读取");
    Diagnostic::error("E172", message).at(Place::file(sheet))
}

/// E172: there is more in these than is read.
pub(crate) fn too_much_xml(all: &str) -> Diagnostic {
    Diagnostic::error("E172", format!("{all}的内容合计超过 {} MB，这一份没有读取", MOST_XML >> 20))
        .hint("请只留下要公开的那一份；其他工作簿请移到别的文件夹")
}

fn told(fault: Fault) -> Diagnostic {
    const AGAIN: &str = "请用 Excel 或 WPS 打开修复后重新保存";
    let broken = |what: String| Diagnostic::error("E171", what).hint(AGAIN);
    match fault {
        Fault::Encrypted => {
            Diagnostic::error("E171", "工作簿设有密码，无法读取").hint("请在 Excel 或 WPS 中取消密码后重新保存")
        }
        Fault::Method => broken("工作簿用了不支持的压缩方式".to_owned()),
        Fault::Damaged => broken("工作簿已损坏或不完整，无法打开".to_owned()),
        Fault::Inflate(name) => broken(format!("工作簿已损坏：{name} 解压失败")),
        Fault::Malformed(name) => broken(format!("工作簿已损坏：{name} 不是完整的 XML")),
        Fault::Refused(name, what) => broken(format!("{name} 中有{what}，为安全起见不读取")),
        Fault::TooLarge(name, limit) => {
            Diagnostic::error("E172", format!("工作簿中的 {name} 内容超过 {} MB，没有读取", limit >> 20))
                .hint("请确认放的是这个文件；多余的行和列请整行整列删去后再存")
        }
        Fault::TooMany(name, limit) => {
            Diagnostic::error("E172", format!("工作簿中的 {name} 有内容的格超过 {limit} 个，没有读取"))
                .hint("请确认放的是这个文件；多余的行和列请整行整列删去后再存")
        }
    }
}

#[cfg(test)]
mod tests;
