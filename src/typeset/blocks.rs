//! Which elements of the structure a document's blocks became.

use super::frame::{ElementId, ElementKind, Pages};
use crate::document::{Block, Document};

/// The elements of one block.
#[derive(Debug, Default)]
pub struct BlockElements {
    /// A paragraph, a heading, a contents or a table itself; none of a page break.
    pub element: Option<ElementId>,
    /// A table's title.
    pub title: Option<ElementId>,
    /// A table's rows, header rows first, each with its cells.
    pub rows: Vec<(ElementId, Vec<ElementId>)>,
    /// A table's notes; none where typesetting was broken off.
    pub notes: Vec<Option<ElementId>>,
}

/// For each block of the document, in reading order.
pub fn elements_of_blocks(document: &Document, pages: &Pages) -> Vec<BlockElements> {
    let children = |id: ElementId| &pages.structure[id.0 as usize].children;
    let parts = pages.structure.first().into_iter().flat_map(|root| &root.children);
    let mut elements = parts.flat_map(|sect| children(*sect).iter().copied());
    let is_part =
        |id: &ElementId| matches!(pages.structure[id.0 as usize].kind, ElementKind::TableHead | ElementKind::TableBody);
    let mut of_block = |block: &Block| match block {
        Block::PageBreak => BlockElements::default(),
        Block::Heading(_) | Block::Paragraph(_) | Block::Chart(_) | Block::Picture(_) | Block::Contents => {
            BlockElements { element: elements.next(), ..BlockElements::default() }
        }
        Block::Table(table) => {
            let title = table.title.as_ref().and_then(|_| elements.next());
            let element = elements.next();
            let parts = element.into_iter().flat_map(|e| children(e).iter().copied());
            let rows = parts.filter(is_part).flat_map(|part| children(part).iter().copied());
            let rows = rows.map(|row| (row, children(row).clone())).collect();
            let notes = table.notes.iter().map(|_| elements.next()).collect();
            BlockElements { element, title, rows, notes }
        }
    };
    document.blocks().map(&mut of_block).collect()
}
