//! Blocks onto pages: what follows what, what stays together, where a page ends.

use super::contents::Entry;
use super::frame::{Destination, ElementId, ElementKind, Item, OutlineEntry, Page, TextGeometry};
use super::galley::Galley;
use super::linebreak::Breaker;
use super::page::{Area, Number};
use super::paragraph::{self, MIDDLE, Place};
use super::structure::Tree;
use super::text::Shaper;
use super::{Pages, chart, picture, table};
use crate::diagnostic::{self, Diagnostic, Diagnostics};
use crate::document::{Block, Document, Heading, Numbering, Paragraph, Section, Source, Start, Table};
use crate::fonts::Fonts;
use crate::style::{PageSetup, Style};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Sums of pitches are exact to far less than this, in pt.
pub const EPSILON: f64 = 0.005;

/// How far the em boxes of a page's last line may hang out, in pt: 3号 characters are 0.2 pt larger than the grid's
/// squares, 28 of which fill the line.
const HAIR: f64 = 0.3;

/// Why the next line is the first of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Top {
    /// It is not.
    No,
    /// The document begins a page here; space before a heading counts.
    Begun,
    /// The page before was full; space before a heading is dropped.
    Overflowed,
}

/// About how many elements a document has: one for each block, row and cell, at least.
fn elements_of(document: &Document) -> usize {
    let of_table = |table: &Table| {
        let rows = || table.header.iter().chain(&table.body);
        rows().count() + rows().map(|row| row.cells.len()).sum::<usize>()
    };
    document.sections.iter().map(|section| section.blocks.len()).sum::<usize>()
        + document.tables().map(of_table).sum::<usize>()
}

/// Pages under construction.
pub struct Flow<'a> {
    pub document: &'a Document,
    pub style: &'a Style,
    pub fonts: &'a Fonts,
    pub diagnostics: &'a mut Diagnostics,
    pub shaper: Shaper<'a>,
    pub breaker: Breaker,
    pub tree: Tree,
    pub pages: Vec<Page>,
    /// Number of each page.
    pub numbers: Vec<Number>,
    pub anchors: BTreeMap<String, Destination>,
    pub outline: Vec<OutlineEntry>,
    pub tables: Vec<super::frame::TableGeometry>,
    pub charts: Vec<super::frame::ChartGeometry>,
    pub pictures: Vec<super::frame::PlacedPicture>,
    /// What was drawn of each SVG, by the digest of its file.
    pub drawings: BTreeMap<&'a str, Option<Arc<picture::Drawing>>>,
    pub entries: Vec<Entry>,
    /// Tables shaped before they are set, by id, and what tables of one form need together.
    pub shaped: BTreeMap<&'a str, table::Shaped<'a>>,
    pub forms: BTreeMap<&'a str, Vec<table::Form<'a>>>,
    /// The structure element of the part being set.
    pub sect: ElementId,
    pub area: Area,
    /// Where the next line begins.
    pub y: f64,
    /// Section and number of the block at hand.
    block: (usize, usize),
    pub texts: BTreeMap<(usize, usize), TextGeometry>,
    /// Blocks that went to a new page with the table they stand before.
    moved: BTreeSet<(usize, usize)>,
    /// What follows the block at hand begins a new page.
    pub ends_page: bool,
    pub setup: &'a PageSetup,
    numbering: Numbering,
    /// What stands at the head of the pages at hand, and of each page.
    head: Option<&'a str>,
    pub heads: Vec<Option<&'a str>>,
    /// The setup of each page, and the one that its number is placed against.
    pub setups: Vec<(&'a PageSetup, &'a str)>,
    number_page: &'a str,
    top: Top,
    /// Headings that wait for what follows them.
    held: Vec<Galley<'a>>,
    /// The block of the first of them.
    held_from: (usize, usize),
    unknown: BTreeSet<String>,
}

impl<'a> Flow<'a> {
    /// None when the style has no page or text, or no font is loaded: there is nothing to set with.
    pub fn new(
        document: &'a Document,
        style: &'a Style,
        fonts: &'a Fonts,
        diagnostics: &'a mut Diagnostics,
    ) -> Option<Flow<'a>> {
        let Some(setup) = style.page.values().next().filter(|_| !style.text.is_empty() && !fonts.roles.is_empty())
        else {
            let hint = "style.toml 至少要有一个 [page.…] 和一个 [text.…]，fonts.toml 至少要有一个角色";
            diagnostics.push(Diagnostic::error("E430", "没有可用的页面、文字样式或字体").hint(hint));
            return None;
        };
        Some(Flow {
            document,
            style,
            fonts,
            diagnostics,
            shaper: Shaper::new(fonts),
            breaker: Breaker::default(),
            tree: Tree::new(elements_of(document)),
            pages: Vec::new(),
            numbers: Vec::new(),
            anchors: BTreeMap::new(),
            outline: Vec::new(),
            tables: Vec::new(),
            charts: Vec::new(),
            pictures: Vec::new(),
            drawings: BTreeMap::new(),
            entries: Vec::new(),
            shaped: BTreeMap::new(),
            forms: BTreeMap::new(),
            sect: ElementId(0),
            area: Area::of(setup),
            y: 0.0,
            block: (0, 0),
            texts: BTreeMap::new(),
            moved: BTreeSet::new(),
            ends_page: false,
            setup,
            numbering: Numbering::None,
            head: None,
            heads: Vec::new(),
            setups: Vec::new(),
            number_page: &style.number.page,
            top: Top::No,
            held: Vec::new(),
            held_from: (0, 0),
            unknown: BTreeSet::new(),
        })
    }

    /// Sets one section after the other.
    pub fn run(&mut self) {
        let mut part: Option<&str> = None;
        let sections: Vec<(usize, &Section)> =
            self.document.sections.iter().enumerate().filter(|(_, s)| !s.blocks.is_empty()).collect();
        for (index, &(number, section)) in sections.iter().enumerate() {
            if part != Some(section.id.as_str()) {
                self.sect = self.tree.add(ElementId(0), ElementKind::Sect);
                part = Some(&section.id);
            }
            self.begin_section(section);
            let goes_on = sections.get(index + 1).is_some_and(|(_, next)| goes_on(section, next));
            for (n, block) in section.blocks.iter().enumerate() {
                self.block = (number, n);
                self.ends_page = match section.blocks.get(n + 1) {
                    Some(next) => *next == Block::PageBreak,
                    None => !goes_on,
                };
                self.set_block(block);
            }
            self.release_held();
        }
    }

    fn begin_section(&mut self, section: &'a Section) {
        let setup = self.page_setup(&section.page);
        let same = !self.pages.is_empty() && setup == self.setup;
        if section.start == Start::Continue && same && !section.restart {
            self.numbering = section.numbering;
            return;
        }
        (self.setup, self.area) = (setup, Area::of(setup));
        self.number_page = self.style.number_page(&section.page);
        if section.start == Start::OddPage && self.pages.len() % 2 == 1 {
            self.numbering = Numbering::None;
            self.head = None;
            self.new_page(false);
        }
        self.head = section.head.as_deref();
        self.numbering = section.numbering;
        self.new_page(section.restart);
        self.top = Top::Begun;
    }

    pub fn page_setup(&mut self, name: &str) -> &'a PageSetup {
        let style = self.style;
        style.page.get(name).unwrap_or_else(|| {
            self.report_unknown("E432", "页面", name, &mut style.page.keys().map(String::as_str));
            self.setup
        })
    }

    pub fn report_unknown(
        &mut self,
        code: &'static str,
        what: &str,
        name: &str,
        known: &mut dyn Iterator<Item = &str>,
    ) {
        if !self.unknown.insert(format!("{code}{name}")) {
            return;
        }
        let known: Vec<&str> = known.collect();
        let hint = match diagnostic::nearest(name, known.iter().copied()) {
            Some(near) => format!("您是否指“{near}”？"),
            None => format!("已有：{}", known.join("、")),
        };
        self.diagnostics.push(Diagnostic::error(code, format!("没有名为“{name}”的{what}")).hint(hint));
    }

    fn new_page(&mut self, restart: bool) {
        let value = match self.numbers.last() {
            Some(last) if !restart => last.value + 1,
            _ => 1,
        };
        let number = Number { value, numbering: self.numbering };
        self.pages.push(Page {
            sheet: self.setup.upright().size(),
            turned: self.setup.turned,
            label: number.label(),
            items: Vec::new(),
            furniture: Vec::new(),
            watermark: None,
        });
        self.numbers.push(number);
        self.heads.push(self.head);
        self.setups.push((self.setup, self.number_page));
        self.y = self.area.top;
        self.top = Top::Overflowed;
    }

    /// Goes on at the top of the next page.
    pub fn break_page(&mut self) {
        self.new_page(false);
    }

    /// Nothing stands on the page yet.
    pub fn at_top(&self) -> bool {
        self.top != Top::No
    }

    /// Height left on the page.
    pub fn room(&self) -> f64 {
        self.area.bottom() - self.y
    }

    pub fn page_index(&self) -> usize {
        self.pages.len().saturating_sub(1)
    }

    pub fn items(&mut self) -> &mut Vec<Item> {
        let last = self.page_index();
        &mut self.pages[last].items
    }

    /// The first line of a page has its characters, not the space above them, at the head of the type area.
    pub fn begin_line(&mut self, galley: &Galley) {
        if self.at_top() {
            self.y -= galley.half_leading();
            self.top = Top::No;
        }
    }

    /// How many lines the page still takes: the space below the last one's characters may lie outside the type area.
    pub fn fitting_lines(&self, galley: &Galley) -> usize {
        let leading = galley.half_leading() * if self.at_top() { 2.0 } else { 1.0 };
        ((self.room() + leading + HAIR) / galley.pitch).max(0.0) as usize
    }

    /// Left, bottom, right and top of an area of the page at hand on its upright sheet, in whole pt.
    pub fn bounds(&self, (left, top, width, height): (f64, f64, f64, f64)) -> [i64; 4] {
        let page = &self.pages[self.page_index()];
        let [x0, y0, x1, y1] = match page.turned {
            true => [top, left, top + height, left + width],
            false => [left, page.sheet.1 - top - height, left + width, page.sheet.1 - top],
        };
        [x0.floor() as i64, y0.floor() as i64, x1.ceil() as i64, y1.ceil() as i64]
    }

    /// Moves on by a height that was filled.
    pub fn fill(&mut self, height: f64) {
        self.y += height;
        self.top = Top::No;
    }

    fn set_block(&mut self, block: &'a Block) {
        match block {
            Block::Heading(heading) => {
                let keep = self.role(&heading.role).style.keep_next;
                let mut galley = self.heading(heading);
                self.decide(&heading.role, &mut galley);
                if keep { self.hold(galley) } else { self.place(galley) }
            }
            Block::Paragraph(paragraph) => self.set_paragraph(paragraph),
            Block::Table(table) => table::set_table(self, table),
            Block::Chart(chart) => chart::set_chart(self, chart),
            Block::Picture(picture) => picture::set_picture(self, picture),
            Block::Contents => self.set_contents(),
            Block::PageBreak => {
                self.release_held();
                if self.top == Top::No {
                    self.break_page();
                }
                self.top = Top::Begun;
            }
        }
    }

    /// A heading's lines; it enters the outline. One of level 0 is a caption: a paragraph, and no bookmark.
    pub fn heading(&mut self, heading: &'a Heading) -> Galley<'a> {
        let kind = if heading.level == 0 { ElementKind::Paragraph } else { ElementKind::Heading(heading.level) };
        let element = self.tree.add(self.sect, kind);
        self.tree.set_title(element, &heading.anchor);
        let tags = self.tree.tag_sentence(element, &heading.inlines, self.document);
        let mut galley = self.galley(&heading.role, &heading.inlines, heading.source.as_ref(), tags);
        galley.anchor = Some(Cow::Borrowed(&heading.anchor));
        if heading.level > 0 {
            let title = crate::document::one_line(&crate::document::plain_text(&heading.inlines));
            let anchor = heading.anchor.clone();
            self.outline.push(OutlineEntry { level: heading.level, title, anchor, element });
        }
        galley
    }

    /// A paragraph; one whose role has an outline level (the title on the cover, that of the contents) is a heading to
    /// whoever hears the document or looks at its bookmarks.
    fn set_paragraph(&mut self, paragraph: &'a Paragraph) {
        let level = self.role(&paragraph.role).style.outline.filter(|_| !paragraph.inlines.is_empty());
        let kind = level.map_or(ElementKind::Paragraph, |level| ElementKind::Heading(level.clamp(1, 6)));
        let element = self.tree.add(self.sect, kind);
        let tags = self.tree.tag_sentence(element, &paragraph.inlines, self.document);
        let mut galley = self.galley(&paragraph.role, &paragraph.inlines, paragraph.source.as_ref(), tags);
        self.decide(&paragraph.role, &mut galley);
        if let Some(level) = level {
            let anchor = format!("title_{}_{}", self.block.0, self.block.1);
            let title = title_of(&crate::document::plain_text(&paragraph.inlines));
            galley.anchor = Some(Cow::Owned(anchor.clone()));
            self.outline.push(OutlineEntry { level: level.clamp(1, 6), title, anchor, element });
        }
        if self.role(&paragraph.role).style.keep_next { self.hold(galley) } else { self.place(galley) }
    }

    /// Notes what was decided for the block at hand, a table's title for a table, where its role leaves that open.
    pub fn decide(&mut self, role: &str, galley: &mut Galley<'a>) {
        let style = self.role(role).style;
        if !(style.balance || style.yields || style.least.is_some()) {
            return;
        }
        let mut breaks: Vec<usize> = Vec::new();
        for line in galley.lines.iter().filter(|line| !line.last && !line.hyphen) {
            let next = line.end as usize;
            breaks.push(galley.text.signs.get(next).map_or(galley.text.source.len(), |sign| sign.at as usize));
        }
        galley.block = Some(self.block);
        self.texts.insert(self.block, TextGeometry { size: galley.size, before: None, breaks });
    }

    /// Keeps a heading until what follows it is known.
    pub fn hold(&mut self, galley: Galley<'a>) {
        if self.held.is_empty() {
            self.held_from = self.block;
        }
        self.held.push(galley);
        let yielding: f64 = self.held.iter().filter(|g| g.yields).map(|g| g.before).sum();
        if self.held_height() - yielding > 0.7 * self.area.height {
            self.release_held();
        }
    }

    /// Where the page does not hold the waiting headings and `need` more, spaces that may give way do.
    fn give_way(&mut self, need: f64) {
        // What just fits by these sums may not by those that fill the page.
        let mut over = self.held_height() + need - self.room() + 2.0 * EPSILON;
        for galley in self.held.iter_mut().filter(|g| g.yields) {
            if over <= 0.0 {
                return;
            }
            let less = over.min(galley.before);
            galley.before -= less;
            over -= less;
            if let Some(decided) = galley.block.and_then(|block| self.texts.get_mut(&block)) {
                decided.before = Some(galley.before);
            }
        }
    }

    /// Height of the headings that wait, with the space between them.
    pub fn held_height(&self) -> f64 {
        let spaces: f64 = self.held.iter().map(|g| g.before + g.height() + g.after).sum();
        let dropped = if self.top == Top::Overflowed { self.held.first().map_or(0.0, |g| g.before) } else { 0.0 };
        spaces - dropped
    }

    /// Goes to the next page unless the waiting headings and `need` more fit on this one.
    pub fn make_room(&mut self, need: f64) {
        self.give_way(need);
        if !self.at_top() && self.held_height() + need > self.room() + EPSILON {
            let (section, block) = self.block;
            let before_table = matches!(
                self.document.sections[section].blocks[block],
                Block::Table(_) | Block::Chart(_) | Block::Picture(_)
            );
            if before_table && !self.held.is_empty() {
                self.moved.insert(self.held_from);
            }
            self.break_page();
        }
    }

    /// Sets the headings that wait.
    pub fn release_held(&mut self) {
        self.give_way(0.0);
        for galley in std::mem::take(&mut self.held) {
            self.set_lines(&galley, true);
        }
    }

    /// A title that the contents list waits. It has a line to spare at the foot of its page: a program that needs a line
    /// more for what stands above would else have it on another page than the contents say.
    fn holds_listed(&self) -> bool {
        let (section, block) = self.held_from;
        let first = self.document.sections.get(section).and_then(|section| section.blocks.get(block));
        !self.held.is_empty() && matches!(first, Some(Block::Heading(heading)) if heading.contents)
    }

    /// Sets a text after the headings that wait for it.
    pub fn place(&mut self, galley: Galley<'a>) {
        let first = if galley.lines.len() <= 3 { galley.lines.len() } else { 2 };
        let before = if self.top == Top::Overflowed && self.held.is_empty() { 0.0 } else { galley.before };
        let spare = if self.holds_listed() { galley.pitch } else { 0.0 };
        self.make_room(before + first as f64 * galley.pitch + spare - galley.half_leading() - HAIR);
        self.release_held();
        self.set_lines(&galley, false);
    }

    /// Lines onto this page and those after it; no first or last line of a paragraph stands alone, unless `loose`.
    fn set_lines(&mut self, galley: &Galley<'a>, loose: bool) {
        if self.top != Top::Overflowed {
            self.y += galley.before;
        }
        let count = galley.lines.len();
        let mut from = 0;
        while from < count {
            let fitting = self.fitting_lines(galley);
            let rest = count - from;
            let mut take = fitting.min(rest);
            if take < rest && !loose {
                take = take.min(rest.saturating_sub(2));
                if from == 0 && take < 2 {
                    take = 0;
                }
            }
            if take == 0 && !self.at_top() {
                self.break_page();
                continue;
            }
            // On an empty page there is no better place to go to.
            let take = if take == 0 { fitting.clamp(1, rest) } else { take };
            self.paint(galley, from..from + take);
            from += take;
            if from < count {
                self.break_page();
            }
        }
        self.y += galley.after;
    }

    /// Paints lines from the current place down, and moves on.
    pub fn paint(&mut self, galley: &Galley<'a>, range: std::ops::Range<usize>) {
        self.begin_line(galley);
        let page = self.page_index();
        if let (0, Some(anchor)) = (range.start, &galley.anchor) {
            let destination = Destination { page, x: self.area.left, y: self.y };
            self.anchors.entry(anchor.to_string()).or_insert(destination);
        }
        let x = self.area.left + galley.left;
        for index in range {
            let line = &galley.lines[index];
            let indent = if index == 0 { galley.indent } else { 0.0 };
            let y = self.y + galley.pitch / 2.0 + MIDDLE * galley.size;
            let place = Place { x: x + indent, y, width: galley.width - indent, size: galley.size };
            let tag = |at| galley.tags.of(at);
            paragraph::set_line(&galley.text, line, place, galley.align, &tag, &mut self.pages[page].items);
            self.fill(galley.pitch);
        }
    }

    /// Numbers every page, fills the contents, and hands the pages over.
    pub fn finish(mut self) -> Pages {
        self.number_pages();
        self.head_pages();
        self.find_anchors();
        self.fill_contents();
        if let Some(words) = &self.document.meta.watermark {
            self.set_watermark(words);
        }
        Pages {
            pages: self.pages,
            anchors: self.anchors,
            outline: self.outline,
            structure: self.tree.elements,
            tables: self.tables,
            charts: self.charts,
            pictures: self.pictures,
            texts: self.texts,
            moved: self.moved,
        }
    }

    /// Places that inlines name.
    fn find_anchors(&mut self) {
        for (page, content) in self.pages.iter().enumerate() {
            for item in &content.items {
                if let Item::Anchor(name, (x, y)) = item {
                    self.anchors.entry(name.clone()).or_insert(Destination { page, x: *x, y: *y });
                }
            }
        }
    }
}

/// A section begins on the page where the one before it ends.
fn goes_on(section: &Section, next: &Section) -> bool {
    next.start == Start::Continue && next.page == section.page && !next.restart
}

/// Where a text comes from, for messages.
pub fn place_of(source: &Source) -> diagnostic::Place {
    diagnostic::Place::new(source.file.clone(), source.line, 0)
}

/// A title as its bookmark says it: in one line, and without blanks that only space it out (目　录).
fn title_of(title: &str) -> String {
    crate::document::one_line(title).replace('\u{3000}', "")
}
