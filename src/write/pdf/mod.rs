//! PDF: printpdf makes the pages, a lopdf pass finishes the file. The only place that names either.

use crate::document::Document;
use crate::fonts::Fonts;
use crate::typeset::Pages;

/// The bytes of the finished PDF.
pub fn write(document: &Document, pages: &Pages, fonts: &Fonts) -> Result<Vec<u8>, String> {
    let _ = (document, pages, fonts);
    todo!("pdf helper")
}
