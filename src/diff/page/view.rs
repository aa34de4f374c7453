//! One document as it is walked: its blocks, the heading each stands under, its page.

use crate::compose::Composition;
use crate::diff::whereabouts::Whereabouts;
use crate::diff::{Laid, Spot};
use crate::document::{Block, Document, Inline, Table, one_line, plain_text};

/// One document as it is walked.
pub struct View<'a> {
    pub composition: &'a Composition,
    pub blocks: Vec<&'a Block>,
    /// The heading each block stands under.
    pub under: Vec<String>,
    pub places: Whereabouts,
}

impl<'a> View<'a> {
    pub fn new(laid: Laid<'a>) -> View<'a> {
        let document = laid.made.document();
        let mut heading = String::new();
        let blocks: Vec<&Block> = document.blocks().collect();
        let under = blocks.iter().map(|block| {
            if let Block::Heading(h) = block {
                heading = words(&h.inlines);
            }
            heading.clone()
        });
        let under = under.collect();
        let places = Whereabouts::new(document, laid.pages);
        View { composition: &laid.made.composition, under, blocks, places }
    }

    pub fn document(&self) -> &'a Document {
        &self.composition.document
    }

    pub fn address(&self, inline: &Inline) -> Option<&'a str> {
        inline.figure.map(|id| self.document().figure(id).address.as_str())
    }

    /// The text with addresses in place of figures: what stays when amounts change.
    pub fn template(&self, inlines: &[Inline]) -> String {
        inlines.iter().map(|i| self.address(i).map_or_else(|| i.text.clone(), |a| format!("\u{1}{a}\u{1}"))).collect()
    }

    pub fn key(&self, block: &Block) -> String {
        match block {
            Block::Heading(h) => format!("H{}:{}", h.level, self.template(&h.inlines)),
            Block::Paragraph(p) => format!("P:{}:{}", p.role, self.template(&p.inlines)),
            Block::Table(t) => format!("T:{}", t.id),
            Block::Chart(chart) => format!("G:{}", chart.id),
            Block::Picture(picture) => format!("I:{}", picture.image.file),
            Block::Contents => "C".to_string(),
            Block::PageBreak => "B".to_string(),
        }
    }

    pub fn spot(&self, block: usize) -> Spot {
        let page = self.places.blocks[block].page;
        Spot { title: self.under[block].clone(), page, label: self.places.label(page), ..Spot::default() }
    }
}

/// The text of inlines on one line.
pub fn words(inlines: &[Inline]) -> String {
    one_line(&plain_text(inlines))
}

/// A table's title as one line, else its id.
pub fn table_title(table: &Table) -> String {
    table.title.as_ref().map_or_else(|| table.id.clone(), |h| words(&h.inlines))
}

/// The beginning of a text, of so many characters.
pub fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest { text.to_string() } else { text.chars().take(longest).chain(['…']).collect() }
}
