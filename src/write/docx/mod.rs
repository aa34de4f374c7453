//! DOCX: docx-rs makes the body, a finishing pass makes the package valid. The only place that names docx-rs.

use crate::document::Document;
use crate::fonts::Fonts;
use crate::style::Style;
use crate::typeset::Pages;

/// The bytes of the finished DOCX. Page numbers in its contents and column widths come from `pages`.
pub fn write(document: &Document, style: &Style, fonts: &Fonts, pages: &Pages) -> Result<Vec<u8>, String> {
    let _ = (document, style, fonts, pages);
    todo!("docx helper")
}
