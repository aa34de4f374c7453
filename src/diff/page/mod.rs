//! What differs on the page: blocks aligned here, then the texts within them (`words`), and the cells and rows of their
//! tables (`table`, over the `grid` of their addresses).

mod chart;
mod grid;
mod picture;
mod table;
mod view;
mod words;

pub use view::table_title;

use super::align::{Pair, align, likeness};
use super::whereabouts::PageChanges;
use super::{Behind, DocumentDiff, FigureChange, Laid, Printing, Spot, TextKind};
use crate::document::{Block, Numbering, Source, plain_text};
use indexmap::IndexMap;
use std::collections::{HashMap, VecDeque};
use view::{View, shortened, words};

/// Everything that differs; the causes are found afterwards.
pub fn differences(old: Laid, new: Laid) -> DocumentDiff {
    let (old_view, new_view) = (View::new(old), View::new(new));
    let mut walk = Walk { old: &old_view, new: &new_view, diff: DocumentDiff::default(), printings: IndexMap::new() };
    walk.blocks();
    walk.settle_figures();
    let mut diff = walk.diff;
    if let (Some(a), Some(b)) = (old.pages, new.pages) {
        diff.pages = Some(PageChanges::of(a, b));
    }
    diff
}

/// How alike two blocks are: the same kind, from the same line of a template, or in their words.
fn block_likeness(old: &Block, new: &Block) -> f32 {
    let same_line = |a: &Option<Source>, b: &Option<Source>| match (a, b) {
        (Some(a), Some(b)) => a.file == b.file && a.line == b.line && a.line > 0,
        _ => false,
    };
    match (old, new) {
        (Block::Heading(a), Block::Heading(b)) if a.level == b.level => {
            likeness(&plain_text(&a.inlines), &plain_text(&b.inlines))
                + if same_line(&a.source, &b.source) { 0.5 } else { 0.0 }
        }
        (Block::Paragraph(a), Block::Paragraph(b)) => {
            likeness(&plain_text(&a.inlines), &plain_text(&b.inlines))
                + if same_line(&a.source, &b.source) { 0.5 } else { 0.0 }
        }
        (Block::Table(a), Block::Table(b)) if a.id == b.id => 2.0,
        _ => 0.0,
    }
}

struct Walk<'w, 'a> {
    old: &'w View<'a>,
    new: &'w View<'a>,
    diff: DocumentDiff,
    /// Differing printings by address, in reading order.
    printings: IndexMap<String, Vec<Printing>>,
}

impl Walk<'_, '_> {
    fn blocks(&mut self) {
        let keys = |view: &View| view.blocks.iter().map(|b| view.key(b)).collect::<Vec<String>>();
        let (old_keys, new_keys) = (keys(self.old), keys(self.new));
        let alike = |o: usize, n: usize| block_likeness(self.old.blocks[o], self.new.blocks[n]);
        let mut pairs = align(&old_keys, &new_keys, alike);
        self.pair_moved(&mut pairs, &old_keys, &new_keys);
        for pair in pairs {
            match pair {
                (Some(o), Some(n)) => self.block(o, n),
                (Some(o), None) => self.gone(o),
                (None, Some(n)) => self.come(n),
                (None, None) => {}
            }
        }
        self.page_setups();
    }

    /// A block that stands elsewhere is the same block.
    fn pair_moved(&mut self, pairs: &mut Vec<Pair>, old: &[String], new: &[String]) {
        for n in pair_moved(pairs, old, new) {
            let what = match self.new.blocks[n] {
                Block::Table(t) => format!("《{}》", table_title(t)),
                _ => format!("“{}”一段", shortened(&self.new.under[n], 16)),
            };
            self.diff.layout.push(format!("{what}换了位置"));
        }
    }

    fn page_setups(&mut self) {
        let sections = |view: &View| {
            let sections = view.document().sections.iter().filter(|s| !s.blocks.is_empty());
            sections.map(|s| (s.id.clone(), s.page.clone(), s.numbering)).collect::<Vec<_>>()
        };
        let (old, new) = (sections(self.old), sections(self.new));
        for (id, page, numbering) in &new {
            let mut before = old.iter().filter(|(o, ..)| o == id);
            let Some((_, old_page, old_numbering)) = before.clone().next() else { continue };
            if before.any(|(_, p, n)| (p, n) == (page, numbering)) {
                continue;
            }
            if old_page != page {
                self.diff.layout.push(format!("“{id}”的页面由{old_page}改为{page}"));
            }
            if old_numbering != numbering {
                let (was, is) = (of_numbering(*old_numbering), of_numbering(*numbering));
                self.diff.layout.push(format!("“{id}”的页码由{was}改为{is}"));
            }
        }
        self.diff.layout.dedup();
    }

    fn block(&mut self, o: usize, n: usize) {
        let spot = self.new.spot(n);
        match (self.old.blocks[o], self.new.blocks[n]) {
            (Block::Heading(a), Block::Heading(b)) => {
                let behind = words_of(&a.source, &b.source);
                self.text(TextKind::Heading, Some(&a.inlines), Some(&b.inlines), spot, behind);
            }
            (Block::Paragraph(a), Block::Paragraph(b)) => {
                if a.role != b.role {
                    self.diff.layout.push(format!(
                        "“{}”的样式由{}改为{}",
                        shortened(&words(&b.inlines), 16),
                        a.role,
                        b.role
                    ));
                }
                let behind = words_of(&a.source, &b.source);
                self.text(TextKind::Sentence, Some(&a.inlines), Some(&b.inlines), spot, behind);
            }
            (Block::Table(a), Block::Table(b)) => self.table(a, b, o, n),
            (Block::Chart(a), Block::Chart(b)) => self.chart(a, b, spot),
            (Block::Picture(a), Block::Picture(b)) => self.picture(a, b, spot),
            _ => {}
        }
    }

    fn gone(&mut self, o: usize) {
        let spot = self.old.spot(o);
        match self.old.blocks[o] {
            Block::Heading(h) => {
                self.text(TextKind::Heading, Some(&h.inlines), None, spot, words_of(&h.source, &None));
            }
            Block::Paragraph(p) => {
                self.text(TextKind::Sentence, Some(&p.inlines), None, spot, words_of(&p.source, &None));
            }
            Block::Table(t) => self.whole_table(self.old, t, o, false),
            Block::Chart(chart) => self.whole_chart(self.old, chart, spot, false),
            Block::Picture(picture) => self.whole_picture(picture, spot, false),
            Block::Contents | Block::PageBreak => {}
        }
    }

    fn come(&mut self, n: usize) {
        let spot = self.new.spot(n);
        match self.new.blocks[n] {
            Block::Heading(h) => {
                self.text(TextKind::Heading, None, Some(&h.inlines), spot, words_of(&None, &h.source));
            }
            Block::Paragraph(p) => {
                self.text(TextKind::Sentence, None, Some(&p.inlines), spot, words_of(&None, &p.source));
            }
            Block::Table(t) => self.whole_table(self.new, t, n, true),
            Block::Chart(chart) => self.whole_chart(self.new, chart, spot, true),
            Block::Picture(picture) => self.whole_picture(picture, spot, true),
            Block::Contents | Block::PageBreak => {}
        }
    }

    fn printed(&mut self, address: &str, spot: Spot, old: Option<String>, new: Option<String>) {
        self.printings.entry(address.to_string()).or_default().push(Printing { spot, old, new });
    }

    /// Figures that moved, from the printings that differ.
    fn settle_figures(&mut self) {
        for (address, printings) in std::mem::take(&mut self.printings) {
            let amount = |view: &View| view.composition.amount(&address);
            let (old, new) = (amount(self.old), amount(self.new));
            let differs = |p: &Printing| p.old.is_some() && p.new.is_some();
            // A sentence that went took its figures with it: they did not move.
            if old != new || printings.iter().any(differs) {
                let is_money = |view: &View| view.composition.figure(&address).is_some_and(|f| f.is_money());
                let money = is_money(self.new) || is_money(self.old);
                let causes = Vec::new();
                self.diff.figures.push(FigureChange { address, old, new, money, printings, causes });
            }
        }
    }
}

fn words_of(old: &Option<Source>, new: &Option<Source>) -> Behind {
    let mut files: Vec<_> = [old, new].into_iter().flatten().map(|s| s.file.clone()).collect();
    files.dedup();
    Behind { files, ..Behind::default() }
}

/// How pages are numbered, in words.
fn of_numbering(numbering: Numbering) -> &'static str {
    match numbering {
        Numbering::None => "不编页码",
        Numbering::Roman => "罗马数字",
        Numbering::Decimal => "阿拉伯数字",
    }
}

/// Pairs what is alone on both sides under the same key, in order; the new ones that were paired.
fn pair_moved(pairs: &mut Vec<Pair>, old: &[String], new: &[String]) -> Vec<usize> {
    let mut alone: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (index, pair) in pairs.iter().enumerate() {
        if let (Some(o), None) = pair {
            alone.entry(&old[*o]).or_default().push_back(index);
        }
    }
    let mut moved = Vec::new();
    for index in 0..pairs.len() {
        let (None, Some(n)) = pairs[index] else { continue };
        if let Some(found) = alone.get_mut(new[n].as_str()).and_then(VecDeque::pop_front) {
            pairs[index].0 = pairs[found].0.take();
            moved.push(n);
        }
    }
    pairs.retain(|pair| *pair != (None, None));
    moved
}
