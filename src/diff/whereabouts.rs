//! Where things stand on the pages, and which pages differ.

use crate::document::Document;
use crate::typeset::frame::{Artifact, ElementId, Item, Page, Run, Tag};
use crate::typeset::{Pages, elements_of_blocks};

/// The pages that text stands on, by blocks in reading order.
pub struct Whereabouts {
    /// For each block of the document.
    pub blocks: Vec<BlockPages>,
    labels: Vec<String>,
}

/// First page of a block; for a table also of its title, its cells (header rows, then body rows) and its notes.
#[derive(Default)]
pub struct BlockPages {
    pub page: Option<usize>,
    pub cells: Vec<Vec<Option<usize>>>,
    pub notes: Vec<Option<usize>>,
}

impl Whereabouts {
    pub fn new(document: &Document, pages: Option<&Pages>) -> Whereabouts {
        let Some(pages) = pages else {
            let blocks = document.blocks().map(|_| BlockPages::default()).collect();
            return Whereabouts { blocks, labels: Vec::new() };
        };
        let first = first_pages(pages);
        let page_of = |id: ElementId| first[id.0 as usize];
        let blocks = elements_of_blocks(document, pages).into_iter().map(|block| BlockPages {
            page: block.title.and_then(page_of).or_else(|| block.element.and_then(page_of)),
            cells: block
                .rows
                .iter()
                .map(|(row, cells)| cells.iter().map(|cell| page_of(*cell).or_else(|| page_of(*row))).collect())
                .collect(),
            notes: block.notes.into_iter().map(|note| note.and_then(page_of)).collect(),
        });
        let blocks = blocks.collect();
        Whereabouts { blocks, labels: pages.pages.iter().map(|page| page.label.clone()).collect() }
    }

    /// What readers see as the number of a page.
    pub fn label(&self, page: Option<usize>) -> String {
        page.and_then(|page| self.labels.get(page)).cloned().unwrap_or_default()
    }
}

/// The first page on which an element, or anything below it, stands.
fn first_pages(pages: &Pages) -> Vec<Option<usize>> {
    let mut first: Vec<Option<usize>> = vec![None; pages.structure.len()];
    for (index, page) in pages.pages.iter().enumerate() {
        for item in &page.items {
            let tag = match item {
                Item::Run(run) => run.tag,
                Item::Link(link) => link.tag,
                Item::Path(path) => path.tag,
                Item::Image(image) => image.tag,
                Item::Rule(_) | Item::Shade(_) | Item::Anchor(..) => Tag::Artifact(Artifact::Layout),
            };
            if let Tag::Element(id) = tag {
                first[id.0 as usize].get_or_insert(index);
            }
        }
    }
    // Children have higher numbers than their parents.
    for index in (1..first.len()).rev() {
        let Some(parent) = pages.structure[index].parent else { continue };
        let above = &first[parent.0 as usize];
        first[parent.0 as usize] = [*above, first[index]].into_iter().flatten().min();
    }
    first
}

/// A page of the new edition that is not the old one's of the same place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageChange {
    /// From 0, in the new edition.
    pub index: usize,
    /// What readers see as its number: `3`, `ii`, nothing.
    pub label: String,
    /// The old edition has no page there.
    pub added: bool,
}

/// Which pages differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageChanges {
    /// How many pages the old edition has.
    pub old_count: usize,
    /// How many pages the new one has.
    pub new_count: usize,
    /// In the new edition's order.
    pub changed: Vec<PageChange>,
}

impl PageChanges {
    /// Compares page by page what is printed: glyphs and rules at their places.
    pub fn of(old: &Pages, new: &Pages) -> PageChanges {
        let differs = |(index, page): (usize, &Page)| {
            let before = old.pages.get(index);
            let same = before.is_some_and(|before| is_same(before, page));
            (!same).then(|| PageChange { index, label: page.label.clone(), added: before.is_none() })
        };
        PageChanges {
            old_count: old.pages.len(),
            new_count: new.pages.len(),
            changed: new.pages.iter().enumerate().filter_map(differs).collect(),
        }
    }

    /// Whether both have the same pages.
    pub fn is_same(&self) -> bool {
        self.old_count == self.new_count && self.changed.is_empty()
    }

    /// Sheets of paper printed on both sides that must be replaced, from 1.
    pub fn sheets(&self) -> Vec<usize> {
        let mut sheets: Vec<usize> = self.changed.iter().map(|page| page.index / 2 + 1).collect();
        // A last page that is gone leaves its sheet with an empty back.
        if self.new_count < self.old_count && self.new_count % 2 == 1 {
            sheets.push(self.new_count / 2 + 1);
        }
        sheets.dedup();
        sheets
    }
}

fn is_same(a: &Page, b: &Page) -> bool {
    a.sheet == b.sheet
        && a.turned == b.turned
        && same_items(&a.items, &b.items)
        && same_items(&a.furniture, &b.furniture)
}

/// The same ink; what it belongs to, and where its links lead, is not printed.
fn same_items(a: &[Item], b: &[Item]) -> bool {
    let ink = |item: &&Item| !matches!(item, Item::Link(_) | Item::Anchor(..));
    a.iter().filter(ink).count() == b.iter().filter(ink).count()
        && a.iter().filter(ink).zip(b.iter().filter(ink)).all(|pair| match pair {
            (Item::Run(a), Item::Run(b)) => same_run(a, b),
            (Item::Rule(a), Item::Rule(b)) => a == b,
            (Item::Path(a), Item::Path(b)) => (&a.segments, a.fill, a.stroke) == (&b.segments, b.fill, b.stroke),
            (Item::Shade(a), Item::Shade(b)) => a == b,
            _ => false,
        })
}

fn same_run(a: &Run, b: &Run) -> bool {
    let glyphs = || a.glyphs.iter().zip(&b.glyphs).all(|(a, b)| a.id == b.id && a.x == b.x);
    (a.face, a.size, a.x, a.y) == (b.face, b.size, b.x, b.y) && a.glyphs.len() == b.glyphs.len() && glyphs()
}
