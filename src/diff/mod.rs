//! What differs between two documents, on the page and nowhere else: figures by address, sentences, rows, layout,
//! pages; each with the change of the input it comes from.
//!
//! ```text
//! two compositions ─ align (blocks, rows, records) ─ page (what differs) ─ cause (why) → DocumentDiff
//! ```
//!
//! A figure that moved by less than is printed is not listed: the reader of the page cannot see it.

pub(crate) mod align;
mod cause;
mod docx;
mod page;
pub(crate) mod records;
mod whereabouts;

pub use cause::{Cause, FieldChange, RecordChange};
pub use docx::compare_docx;
pub use whereabouts::{PageChange, PageChanges};

use crate::document::Origin;
use crate::fonts::Fonts;
use crate::made::Made;
use crate::typeset::Pages;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Where something stands, in the words of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spot {
    /// Title of the table, or the heading the text stands under.
    pub title: String,
    /// Id of the table, `t5`; None for text.
    pub table: Option<String>,
    /// Label of the row.
    pub row: String,
    /// Head of the column.
    pub column: String,
    /// Index of its page from 0, and what readers see as the page's number.
    pub page: Option<usize>,
    /// What readers see as the page's number; empty where it has none.
    pub label: String,
}

/// One printing of a figure that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printing {
    /// In the new document; of one that is gone, in the old.
    pub spot: Spot,
    /// None: it does not stand there.
    pub old: Option<String>,
    /// In the new document; none: it does not stand there.
    pub new: Option<String>,
}

/// A figure whose printed text moved.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureChange {
    /// `t5/2010350/基本`.
    pub address: String,
    /// Exact amounts in 元 (ones for counts); None where there is no such figure, or only its text is known.
    pub old: Option<Decimal>,
    /// In the new document, in 元.
    pub new: Option<Decimal>,
    /// It is money; counts and percentages are not.
    pub money: bool,
    /// Where it is printed differently, in reading order. Never empty.
    pub printings: Vec<Printing>,
    /// Indices into [`DocumentDiff::causes`].
    pub causes: Vec<usize>,
}

impl FigureChange {
    /// New less old, in 元; a figure that is not there counts as nothing.
    pub fn delta(&self) -> Decimal {
        self.new.unwrap_or_default() - self.old.unwrap_or_default()
    }
}

/// What kind of text changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// A paragraph or part of one.
    Sentence,
    /// A heading, its number included.
    Heading,
    /// A cell that is no figure: a label, a code, a target.
    Cell,
    /// Around a table: title, the line above, a note.
    Note,
    /// A head of a table's columns.
    Head,
    /// Sequence numbers that follow from rows added or removed.
    Sequence,
    /// A whole table.
    Table,
}

/// A text that changed, appeared or went.
#[derive(Debug, Clone, PartialEq)]
pub struct TextChange {
    /// What kind of text it is.
    pub kind: TextKind,
    /// In the new document; of one that is gone, in the old.
    pub spot: Spot,
    /// None: it is new.
    pub old: Option<String>,
    /// None: it is gone.
    pub new: Option<String>,
    /// Addresses of the figures in it that moved.
    pub figures: Vec<String>,
    /// Indices into [`DocumentDiff::causes`].
    pub causes: Vec<usize>,
    behind: Behind,
}

/// What a text was made from, to find why it changed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Behind {
    /// The file of its words, old and new.
    files: Vec<Arc<str>>,
    old: Option<Origin>,
    new: Option<Origin>,
    /// Its words changed, not only the figures between them.
    words: bool,
}

/// A row added to a table or removed from it.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChange {
    /// Its table and the row's label.
    pub spot: Spot,
    /// Added, else removed.
    pub added: bool,
    /// Column head and text of each cell that is not blank.
    pub cells: Vec<(String, String)>,
    /// Addresses of the figures in it.
    pub figures: Vec<String>,
    /// Indices into [`DocumentDiff::causes`].
    pub causes: Vec<usize>,
    behind: Behind,
}

/// What differs between two editions of one document.
#[derive(Debug, Clone, Default)]
pub struct DocumentDiff {
    /// What `[[document]]` adds to the names of its files.
    pub name: Option<String>,
    /// What changed in the input, in the order of its files.
    pub causes: Vec<Cause>,
    /// In reading order.
    pub figures: Vec<FigureChange>,
    /// In reading order.
    pub texts: Vec<TextChange>,
    /// In reading order.
    pub rows: Vec<RowChange>,
    /// Looks that changed, a line each.
    pub layout: Vec<String>,
    /// None: the pages were not compared.
    pub pages: Option<PageChanges>,
}

impl DocumentDiff {
    /// Nothing on the page differs.
    pub fn is_same(&self) -> bool {
        self.figures.is_empty()
            && self.texts.is_empty()
            && self.rows.is_empty()
            && self.layout.is_empty()
            && self.pages.as_ref().is_none_or(PageChanges::is_same)
    }
}

/// What differs between two folders, editions, or a DOCX and a folder.
#[derive(Debug, Clone, Default)]
pub struct Diff {
    /// One per document of either side, in order.
    pub documents: Vec<DocumentDiff>,
    /// What was left out of the comparison by its kind, a sentence each: a DOCX has no layout to compare.
    pub limits: Vec<String>,
    /// What should have been compared and could not be, a sentence each.
    pub not_compared: Vec<String>,
}

impl Diff {
    /// Whether nothing that is compared differs.
    pub fn is_same(&self) -> bool {
        self.documents.iter().all(DocumentDiff::is_same)
    }
}

/// One document of an edition, with its pages if they are to be compared.
#[derive(Clone, Copy)]
struct Laid<'a> {
    made: &'a Made,
    pages: Option<&'a Pages>,
}

impl<'a> Laid<'a> {
    fn of(made: &'a Made, fonts: Option<&Fonts>) -> Laid<'a> {
        Laid { made, pages: fonts.map(|fonts| made.pages(fonts)) }
    }
}

/// Compares the documents of two folders or editions, matched by their names; their pages too if there are fonts to lay
/// them with.
pub fn compare_all(old: &[Made], new: &[Made], fonts: Option<&Fonts>) -> Diff {
    let mut diff = Diff::default();
    let named = |name: &Option<String>| name.clone().unwrap_or_else(|| "文本".to_string());
    for made in new {
        match old.iter().find(|o| o.name == made.name) {
            Some(before) => diff.documents.push(compare(before, made, fonts)),
            None => diff.not_compared.push(format!("“{}”旧的一版里没有", named(&made.name))),
        }
    }
    for made in old.iter().filter(|o| !new.iter().any(|n| n.name == o.name)) {
        diff.not_compared.push(format!("“{}”新的一版里没有", named(&made.name)));
    }
    diff
}

/// Compares two editions of one document; their pages too if there are fonts to lay them with.
pub fn compare(old: &Made, new: &Made, fonts: Option<&Fonts>) -> DocumentDiff {
    let (before, after) = rayon::join(|| Laid::of(old, fonts), || Laid::of(new, fonts));
    let mut diff = page::differences(before, after);
    cause::attribute(&mut diff, &old.composition, &new.composition);
    diff.name.clone_from(&new.name);
    diff
}
