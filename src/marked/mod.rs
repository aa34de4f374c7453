//! Two editions in one document. [`merge`] aligns an old and a new document block by block, row by row, sentence by
//! sentence, and gives one document whose parts say what became of them ([`Change`]): with all deleted parts left out
//! it is the new edition, with all inserted parts left out the old one. The DOCX writer makes tracked changes of it;
//! for print [`shown`] turns it into words: new values shaded, the old ones in brackets beside them, a list at the end.

mod blocks;
mod shown;
mod table;
mod text;

pub use shown::{ListLooks, shown, with_list};

use crate::document::{Change, Document, FigureId, Inline, PrintedFigure};

/// Both documents in one. Its figures are those of `new`, then those of `old`, so an address may be there twice, with
/// the amount of each edition.
pub fn merge(old: &Document, new: &Document) -> Document {
    let offset = new.figures.len() as u32;
    let mut figures: Vec<PrintedFigure> = new.figures.clone();
    figures.extend(old.figures.iter().cloned());
    let old = blocks::with_figures_after(old, offset);
    let sections = blocks::merge_sections(&old.sections, &new.sections, &Figures(&figures));
    Document { meta: new.meta.clone(), sections, figures }
}

/// The figures of a merged document.
pub struct Figures<'a>(&'a [PrintedFigure]);

impl Figures<'_> {
    fn address(&self, id: FigureId) -> &str {
        &self.0[id.0 as usize].address
    }
}

/// Inlines of which every one has gone the same way.
fn all(inlines: &[Inline], change: Change) -> Vec<Inline> {
    inlines.iter().map(|inline| Inline { change, ..inline.clone() }).collect()
}
