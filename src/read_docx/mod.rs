//! A DOCX read back: its figures by address and its prose by source, whatever program saved it last.
//!
//! ```text
//! bytes ─ package (bounded inflate) ─ content (one streaming pass) ─ identify (tags, else table + row + column) → Reading
//! ```
//!
//! Any file may be given. What is no readable DOCX ends in one Chinese sentence; memory stays bounded.
//!
//! ```no_run
//! use gongkai::read_docx::{Options, load, read};
//! let bytes = load("returned.docx".as_ref()).expect("a file");
//! let reading = read(&bytes, &Options::default()).expect("a DOCX");
//! for figure in &reading.figures {
//!     println!("{} {} {:?}", figure.address, figure.text, figure.amount);
//! }
//! for paragraph in &reading.prose {
//!     println!("{}#{} {}", paragraph.file, paragraph.paragraph, paragraph.text);
//! }
//! ```

mod charts;
mod content;
mod identify;
pub(crate) mod map;
pub mod number;
mod package;
mod pictures;

pub use pictures::{Held, ReadPicture};

use crate::diagnostic::{Diagnostic, Place};
use crate::folder::unread;
use crate::regular::{self, Unread};
use rust_decimal::Decimal;
use std::ops::Range;
use std::path::Path;

pub(crate) use content::ReadCell;
pub use content::View;

/// How much of a file is read, and how its tracked changes are seen.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Which of an edited file's two states is read.
    pub view: View,
    /// Bytes of one inflated part; more is refused.
    pub part: u64,
    /// Bytes that may be kept of what is read: texts, cells, controls; more is refused.
    pub kept: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { view: View::Accepted, part: 64 << 20, kept: 64 << 20 }
    }
}

/// The hidden sheet of a chart's workbook that says which figure each cell of its first sheet is.
pub(crate) const CHART_TAGS: &str = "gongkai";

/// Bytes of the largest file that is read.
const LARGEST: u64 = 64 << 20;

/// The bytes of a file, for [`read`]. Errors, at the file: E101, E110 it is not there or cannot be read, E108 it is a pipe
/// or a device, E544 it is larger than is read.
pub fn load(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let shown = path.display().to_string();
    regular::read(path, LARGEST).map_err(|why| match why {
        Unread::System(error) => {
            unread(Unread::System(error), path, &shown).hint("检查文件名和路径；文件若正被别的程序占用，请先关闭")
        }
        Unread::TooLarge => too_large().at(Place::file(shown)),
        Unread::NotRegular => unread(why, path, &shown),
    })
}

fn too_large() -> Diagnostic {
    package::error("E544", format!("文件超过 {} MB，没有读取", LARGEST >> 20))
        .hint("请确认是本程序生成的文件；如插入了大图片，请先删去")
}

/// What a DOCX holds.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Which document it was written as; None where the file's custom properties do not say so (another program's
    /// file, or one whose properties were removed).
    pub identity: Option<Identity>,
    /// Every printed figure, in document order.
    pub figures: Vec<ReadFigure>,
    /// The department's own paragraphs, in document order.
    pub prose: Vec<Prose>,
    /// Every paragraph outside tables that has text, in document order.
    pub paragraphs: Vec<String>,
    /// Its tables, in order.
    pub tables: Vec<TableTexts>,
    /// What Word shows and no text is read of: symbols of fonts, formulas, pictures, text boxes, notes, automatic
    /// numbers, paragraphs whose end a tracked change took. Where one stands in a line, the text has U+FFFC.
    pub unread: Vec<String>,
    /// The pictures that the program put in, in document order.
    pub pictures: Vec<ReadPicture>,
    /// What is doubtful: lost, moved, doubled controls. Warnings and notes, never errors.
    pub findings: Vec<Diagnostic>,
}

/// What a table says, figures and all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableTexts {
    /// Its title, else the paragraph before it.
    pub title: String,
    /// Rows of cells, covered ones left out.
    pub rows: Vec<Vec<String>>,
}

/// Which document a DOCX was written as, from its custom properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The department's code, e.g. `631`.
    pub code: String,
    /// The budget year.
    pub year: i32,
    /// The name of the output files without ending: it tells apart the documents of one folder.
    pub file_stem: String,
    /// The hash of the data folder it was made from ([`crate::prepare::data_id`]).
    pub data: Option<String>,
}

/// One printing of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFigure {
    /// e.g. `t5/2010350/基本`
    pub address: String,
    /// 1 for the first place that prints it, 2 for the next …
    pub printing: u32,
    /// As it stands in the file.
    pub text: String,
    /// In 元 (ones for counts, per cent for percentages), as printed: rounded, and without the sign where a sentence
    /// says 减少. None where the text is no number.
    pub amount: Option<Decimal>,
}

/// A paragraph of the department's own prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose {
    /// Relative to the data folder, e.g. `text/goals.md`.
    pub file: String,
    /// Which paragraph of that file, from 1.
    pub paragraph: u32,
    /// The whole paragraph as it stands in the file; `\n` where someone broke it into several.
    pub text: String,
    /// Where `text` prints figures: what stands between is the department's wording. In order, not overlapping
    /// unless someone nested controls.
    pub figures: Vec<ProseFigure>,
}

/// A figure within own prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProseFigure {
    /// Bytes of [`Prose::text`].
    pub range: Range<usize>,
    /// As in [`ReadFigure`].
    pub address: String,
    /// Which of the document's printings of that address, from 0.
    pub printing: u32,
}

/// Reads a DOCX.
///
/// Errors (E54x): the file is no ZIP, encrypted, truncated, no Word document, too large, or no well-formed XML.
pub fn read(bytes: &[u8], options: &Options) -> Result<Reading, Diagnostic> {
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    let package = package::open(bytes, options)?;
    Ok(identify::identify(package, options.view == View::Original))
}

/// What the document part of any DOCX says, its tracked changes accepted. Errors: those of [`read`].
pub(crate) fn content_of(bytes: &[u8]) -> Result<content::Content, Diagnostic> {
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    Ok(package::open(bytes, &Options::default())?.content)
}

/// The address that a tag of the DOCX stands for, and which printing: `t1/a/b!2` is the second of `t1/a/b`.
pub fn address_of_tag(tag: &str) -> (&str, u32) {
    let printing = |n: &str| n.parse::<u32>().ok().filter(|_| n.bytes().all(|b| b.is_ascii_digit()));
    match tag.rsplit_once('!') {
        Some((address, n)) => printing(n).map_or((tag, 1), |n| (address, n)),
        None => (tag, 1),
    }
}

/// What an address begins with: the table's key, `t5` of `t5/2010350/基本`.
pub fn table_key(address: &str) -> &str {
    address.split('/').next().unwrap_or(address)
}

/// The key of a whole column: `t5/*/基本` of `t5/2010350/基本`.
pub fn column_key(address: &str) -> String {
    let column = address.rsplit('/').next().unwrap_or_default();
    format!("{}/*/{column}", table_key(address))
}
