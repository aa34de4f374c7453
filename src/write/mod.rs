//! Writers: one folder a format. They place what `compose` and `typeset` decided.

pub mod docx;
pub mod html;
pub mod pdf;
mod rules;
pub mod svg;
pub mod xlsx;

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::fonts::Fonts;
use crate::style::Style;
use crate::typeset::Pages;

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// PDF/A-2a, PDF/UA-1.
    Pdf,
    /// Word, with a control for every figure.
    Docx,
    /// The tables alone, as a workbook.
    Xlsx,
    /// One accessible page for a site.
    Html,
}

impl Format {
    /// The formats in which a document is published, in the order files are named in.
    pub const ALL: [Format; 2] = [Format::Pdf, Format::Docx];

    /// `pdf`, `docx`.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Pdf => "pdf",
            Format::Docx => "docx",
            Format::Xlsx => "xlsx",
            Format::Html => "html",
        }
    }
}

/// The bytes of one file and the name it gets.
#[derive(Clone)]
pub struct Output {
    /// Without folder.
    pub name: String,
    /// Its whole content.
    pub bytes: Vec<u8>,
}

/// The bytes of a document, its pages laid, in one format. Errors: E510 and those of the PDF writer.
pub fn write(
    document: &Document,
    style: &Style,
    pages: &Pages,
    fonts: &Fonts,
    format: Format,
) -> Result<Vec<u8>, Diagnostic> {
    match format {
        Format::Pdf => pdf::write(document, pages, fonts),
        Format::Docx => docx::write(document, style, fonts, pages)
            .map_err(|error| Diagnostic::error("E510", format!("无法生成 DOCX：{error}"))),
        Format::Xlsx => xlsx::tables::write(document, style, pages, fonts),
        Format::Html => Ok(html::write(document, style, pages)),
    }
}
