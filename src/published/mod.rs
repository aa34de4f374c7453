//! A published document read back, whoever made it: its tables as ruled grids of cells, its prose as paragraphs, each
//! with the place on its page.
//!
//! ```text
//! PDF ── pdf (glyphs and rules) ── grid, lines ── arrange ┐
//! DOCX, workbooks, HTML ── docx, sheets, html ── unpaged ──┴ Published ┬ recognise (which set) ─ as_folder ─→ Folder
//!                                                                      └ unset: of no known set ─ sums, twice ─→ findings
//! ```
//!
//! Any file may be given. Nothing is guessed: a scanned page is told as such, a character that no font names is told.
//! What is read becomes a data folder with its tables as printed, which the program's own rules then read.

mod arrange;
pub mod as_folder;
mod contents;
mod docx;
mod figure;
pub mod former;
mod grid;
mod html;
pub mod import;
mod lines;
mod pdf;
pub mod recognise;
mod records;
pub(crate) mod reword;
mod rows;
mod sheets;
mod sums;
mod twice;
mod unpaged;
mod unruled;
pub mod unset;
pub(crate) mod words;

pub use pdf::pictures;

use crate::cell_name::sheet_name;
use crate::diagnostic::{Diagnostic, Diagnostics, OnPage, Place};
use crate::folder::unread;
use crate::package::OLE;
use crate::printable::half_width;
use crate::regular::{self, Unread};
use std::path::Path;

/// Bytes of the largest file that is read.
const LARGEST: u64 = 64 << 20;

/// What a published document says, in reading order.
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// Its pages; 0: a file that has none by itself.
    pub pages: u32,
    /// Of a workbook, the names of its sheets.
    pub sheets: Vec<String>,
    /// Tables and paragraphs; running heads, page numbers and contents are left out.
    pub parts: Vec<Part>,
    /// What could not be read of it. Places are pages.
    pub found: Diagnostics,
}

/// A part of a published document.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A ruled table.
    Table(PaperTable),
    /// A heading or a paragraph.
    Text(PaperText),
}

/// A table as it stands on paper, over as many pages as it takes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PaperTable {
    /// What stands over it as its title; empty: nothing does.
    pub title: String,
    /// Other lines between the title and the rules: form numbers, 部门, 单位：万元.
    pub above: Vec<String>,
    /// Columns of the grid.
    pub columns: usize,
    /// How many rows at the top are heads; on later pages the same rows were left out.
    pub heads: usize,
    /// From the top, heads among them.
    pub rows: Vec<PaperRow>,
    /// Where it begins.
    pub spot: Spot,
    /// Its title is the name of its sheet, which no page prints.
    pub of_sheet: bool,
}

/// A row of a table. Columns covered by a span have no cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PaperRow {
    /// Left to right.
    pub cells: Vec<PaperCell>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PaperCell {
    /// Column it begins in, from 0.
    pub column: usize,
    /// Columns it covers, at least 1.
    pub colspan: usize,
    /// Rows it covers, at least 1.
    pub rowspan: usize,
    /// Its words on one line.
    pub text: String,
    /// Where it stands.
    pub spot: Spot,
    /// Why it may have been misread; None: nothing speaks against it.
    pub doubt: Option<Doubt>,
}

/// Why what was read may not be what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// A character has no name in its font: it stands as U+FFFD.
    Unnamed,
    /// Words stand across a rule.
    Across,
}

impl Doubt {
    /// What is doubtful, and what to do.
    fn says(self) -> (&'static str, &'static str) {
        match self {
            Doubt::Unnamed => ("有的字认不出来", "请对照公开文件补上"),
            Doubt::Across => ("有字压着格线，可能放错了格", "请对照公开文件看这一格和它旁边的"),
        }
    }
}

/// A heading or a paragraph.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PaperText {
    /// Its words on one line.
    pub text: String,
    /// Depth of a heading from 1, told by its number, size and face; 0: a paragraph.
    pub level: u8,
    /// Where it begins.
    pub spot: Spot,
}

/// A place in a published file: an area of a page; or which paragraph, table or sheet it is, where there are no pages.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spot {
    /// From 1; 0: the file has no pages by itself.
    pub page: u32,
    /// Of a file without pages: which paragraph or table it is, which sheet, from 1.
    pub part: u32,
    /// Of a text: `part` counts tables, in one of which it stands.
    pub of_table: bool,
    /// Of a sheet: the row, from 1; else 0.
    pub row: u32,
    /// Of a sheet: the column, from 1; 0: the whole row.
    pub column: u32,
    /// Points from the page's left edge, as it is read.
    pub left: f32,
    /// Points from the page's top.
    pub top: f32,
    /// Points from the page's left edge.
    pub right: f32,
    /// Points from the page's top.
    pub bottom: f32,
}

impl Spot {
    /// It is known.
    pub fn is_known(&self) -> bool {
        self.page > 0 || self.part > 0
    }

    fn around(self, other: Spot) -> Spot {
        if !self.is_known() {
            return other;
        }
        if other.page != self.page || self.page == 0 {
            return Spot { column: 0, ..self };
        }
        Spot {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
            ..self
        }
    }
}

impl Spot {
    /// Where it is in words: `公开.pdf 第 12 页《收支总表》第 3 行`. `title`: of the table it is in; `row`: which row of that, from
    /// 1; 0: of no table, or none. None: a sheet that is not there.
    pub(crate) fn place(&self, shown: &str, sheets: &[String], title: &str, row: usize) -> Option<Place> {
        if self.row > 0 {
            let sheet = sheets.get(self.part as usize - 1)?;
            let file = Path::new(shown).file_name().and_then(|name| name.to_str()).unwrap_or(shown);
            return Some(Place::field(sheet_name(file, sheet), self.row, self.column));
        }
        let table = match title {
            _ if row == 0 => String::new(),
            "" if self.page == 0 => format!("第 {row} 行"),
            "" => format!("表第 {row} 行"),
            title => format!("《{title}》第 {row} 行"),
        };
        let part = match (self.page, table.is_empty() && title.is_empty() && !self.of_table) {
            (0, true) => format!(" 第 {} 段", self.part),
            (0, false) => format!(" 第 {} 张表", self.part),
            (page, _) => format!(" 第 {page} 页"),
        };
        Some(Place::file(format!("{shown}{part}{table}")))
    }

    /// Where a table begins: its page, else which one it is.
    fn of_table(&self, shown: &str) -> Place {
        match self.page {
            0 => Place::file(format!("{shown} 第 {} 张表", self.part)),
            page => Place::file(format!("{shown} 第 {page} 页")),
        }
    }

    /// The area of its page; None: the file has no pages.
    pub(crate) fn on_page(&self) -> Option<OnPage> {
        let tenths = |points: f32| (points * 10.0).round() as i32;
        let area = [self.left, self.top, self.right, self.bottom].map(tenths);
        (self.page > 0).then_some(OnPage { page: self.page, area })
    }
}

impl Published {
    /// Its tables, in order.
    pub fn tables(&self) -> impl Iterator<Item = &PaperTable> {
        self.parts.iter().filter_map(|part| if let Part::Table(table) = part { Some(table) } else { None })
    }

    /// Its headings and paragraphs, in order.
    pub fn texts(&self) -> impl Iterator<Item = &PaperText> {
        self.parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None })
    }
}

impl PaperTable {
    /// The text of each column of a row; covered ones are empty.
    pub fn line(&self, row: usize) -> Vec<&str> {
        let mut line = vec![""; self.columns];
        for cell in self.rows.get(row).map_or(&[][..], |row| &row.cells) {
            line[cell.column] = &cell.text;
        }
        line
    }

    /// What messages call it.
    fn called(&self) -> String {
        if self.title.is_empty() { "没有表题的表".to_owned() } else { format!("《{}》", self.title) }
    }

    /// Cells that may have been misread, each with its row.
    pub fn doubtful(&self) -> impl Iterator<Item = (usize, &PaperCell)> {
        let cells = self.rows.iter().enumerate().flat_map(|(row, of)| of.cells.iter().map(move |cell| (row, cell)));
        cells.filter(|(_, cell)| cell.doubt.is_some())
    }

    /// Whether the last head row numbers the columns.
    pub(crate) fn numbers_its_columns(&self) -> bool {
        let Some(last) = self.heads.checked_sub(1).filter(|last| *last > 0) else { return false };
        let line = self.line(last);
        line.iter().all(|text| text.is_empty() || *text == "栏次" || text.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// For each column the heads over it, from the top; what spans several columns is over each.
    pub(crate) fn head_paths(&self) -> Vec<Vec<String>> {
        let depth = self.heads - usize::from(self.numbers_its_columns());
        let mut paths = vec![Vec::new(); self.columns];
        for cell in self.rows[..depth].iter().flat_map(|row| &row.cells).filter(|cell| !cell.text.is_empty()) {
            paths[cell.column..cell.column + cell.colspan].iter_mut().for_each(|path| path.push(cell.text.clone()));
        }
        paths
    }
}

/// The bytes of a published file. Errors, at the file: E101, E110 it is not there or cannot be read, E108 it is a pipe or
/// a device, E560 it is larger than is read.
pub fn load(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let shown = path.display().to_string();
    regular::read(path, LARGEST).map_err(|why| match why {
        Unread::TooLarge => {
            let message = format!("文件超过 {} MB，没有读取", LARGEST >> 20);
            Diagnostic::error("E560", message).at(Place::file(shown)).hint("请把图片压缩或删去后另存")
        }
        why => unread(why, path, &shown),
    })
}

/// Reads a published file of any kind by its bytes; `shown` is what messages call it. Errors: E560 too much in it, E561
/// encrypted, E562 damaged or of no known kind.
pub fn read(bytes: &[u8], shown: &str) -> Result<Published, Diagnostic> {
    let mut published = read_by_kind(bytes, shown)?;
    contents::without_contents(&mut published);
    for part in &mut published.parts {
        if let Part::Table(table) = part {
            table.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(|cell| number_as_meant(&mut cell.text));
        }
    }
    Ok(published)
}

/// A number in characters of full width (２．８１) in those that numbers have.
fn number_as_meant(text: &mut String) {
    let of_number = |c: char| c.is_ascii_digit() || ".,-%".contains(c);
    if !text.is_ascii() && text.chars().any(|c| half_width(c).is_ascii_digit()) {
        let narrowed: String = text.chars().map(half_width).collect();
        if narrowed.trim().chars().all(of_number) {
            *text = narrowed;
        }
    }
}

fn read_by_kind(bytes: &[u8], shown: &str) -> Result<Published, Diagnostic> {
    if pdf::is_pdf(bytes) {
        return pdf::read(bytes, shown);
    }
    if html::is_html(bytes, shown) {
        return html::read(bytes, shown);
    }
    let of_zip = bytes.starts_with(b"PK");
    if of_zip && crate::cell_name::is_workbook(shown)
        || bytes.starts_with(OLE) && shown.to_lowercase().ends_with(".xls")
    {
        return sheets::read(bytes, shown);
    }
    if of_zip || shown.to_lowercase().ends_with(".docx") || bytes.starts_with(OLE) {
        return docx::read(bytes, shown);
    }
    Err(Diagnostic::error("E562", "不是能读的公开文件")
        .at(Place::file(shown))
        .hint("可以读 PDF、DOCX、XLSX、网页（HTML）；图片和别的文件，请先另存为 PDF"))
}

/// Whether a text is a note to what stands over it.
pub(crate) fn is_note(text: &str) -> bool {
    let text = text.trim_start();
    ["注", "备注", "说明"]
        .iter()
        .any(|word| text.strip_prefix(word).is_some_and(|rest| rest.starts_with(['：', ':', '１', '1', ' '])))
}

/// Whether a text begins as a numbered heading or paragraph.
pub(crate) fn is_numbered(text: &str) -> bool {
    arrange::number_of(text).is_some()
}
