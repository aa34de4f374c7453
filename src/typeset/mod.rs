//! Document → Pages: pure geometry. Same document and fonts, same pages; no clock, no hash order, no files.
//!
//! A text becomes signs (`text`), signs become lines (`linebreak`), lines become runs (`paragraph`); `flow` puts
//! blocks onto pages and asks `table` for tables; `contents` is filled and pages are numbered at the end.

mod blocks;
mod chart;
mod class;
mod contents;
mod dump;
mod flow;
pub mod frame;
mod galley;
mod linebreak;
mod page;
mod paragraph;
pub mod picture;
mod sense;
mod structure;
mod table;
mod text;
pub(crate) mod url;
mod western;

pub(crate) use blocks::{BlockElements, elements_of_blocks};
pub use frame::Pages;
pub(crate) use text::{GAP, meetings};

use crate::diagnostic::Diagnostics;
use crate::document::Document;
use crate::fonts::Fonts;
use crate::style::Style;

/// Sets a document: every page with its glyphs, rules and links, and the structure a screen reader walks. What does
/// not fit or has no glyph is reported (E410–E433), and pages are made all the same.
pub fn typeset(document: &Document, style: &Style, fonts: &Fonts, diagnostics: &mut Diagnostics) -> Pages {
    match flow::Flow::new(document, style, fonts, diagnostics) {
        Some(mut flow) => {
            flow.run();
            flow.finish()
        }
        None => Pages::default(),
    }
}

#[cfg(test)]
mod tests;
