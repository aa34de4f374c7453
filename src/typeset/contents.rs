//! The table of contents: entries are set where they stand, with room kept for the numbers; numbers, leaders and
//! links follow when every page is known, and move nothing.

use super::flow::Flow;
use super::frame::{Artifact, ElementId, ElementKind, Item, Link, Tag, Target};
use super::linebreak::Line;
use super::page::whole_line;
use super::paragraph::{self, MIDDLE, Place};
use super::structure::Tags;
use super::text::{Setting, Sign, Text};
use crate::document::{Align, Heading, Inline, one_line};
use std::borrow::Cow;

/// Room kept for a page number, in ems of the entry: four digits and the space before them.
const RESERVE: f64 = 3.0;

/// An entry on its page, waiting for its number.
pub struct Entry {
    anchor: String,
    title: String,
    role: String,
    link: ElementId,
    /// What its page number belongs to: the link, or a span of it.
    number: ElementId,
    /// Each of its lines: page, top, left and right end of the text.
    lines: Vec<(usize, f64, f64, f64)>,
    /// Right edge, pitch and size in pt.
    right: f64,
    pitch: f64,
    size: f64,
}

impl<'a> Flow<'a> {
    /// Sets an entry for each heading that is to be listed.
    pub fn set_contents(&mut self) {
        let contents = self.tree.add(self.sect, ElementKind::Contents);
        let listed: Vec<&'a Heading> = self.document.headings().filter(|h| h.contents).collect();
        for heading in listed {
            self.set_entry(heading, contents);
        }
    }

    fn set_entry(&mut self, heading: &'a Heading, contents: ElementId) {
        let levels = &self.style.contents.levels;
        let Some(name) = levels.get(usize::from(heading.level.max(1)) - 1).or(levels.last()).cloned() else { return };
        let item = self.tree.add(contents, ElementKind::ContentsItem);
        let reference = self.tree.add(item, ElementKind::Reference);
        let link = self.tree.add(reference, ElementKind::Link);
        let role = self.role(&name);
        let title = one_line(&crate::document::plain_text(&heading.inlines));
        let inlines = [Inline::text(title.clone())];
        let setting = Setting { role: role.font, full: 1.0 };
        let text = self.shaper.shape(&inlines, setting, &|| None, self.diagnostics).into_owned();
        let tags = self.tree.tag_sentence(link, &inlines, self.document);
        // An element holds elements or content and never both.
        let number = match tags {
            Tags::One(_) => link,
            Tags::Parts(_) => self.tree.add(link, ElementKind::Span),
        };
        let mut galley = self.break_galley(role, text, tags, RESERVE * role.style.size);
        galley.align = Align::Left;
        let need = galley.height() - galley.half_leading();
        self.make_room(need);
        self.release_held();
        let mut lines = Vec::with_capacity(galley.lines.len());
        for index in 0..galley.lines.len() {
            if self.fitting_lines(&galley) == 0 && !self.at_top() {
                self.break_page();
            }
            self.begin_line(&galley);
            let indent = if index == 0 { galley.indent } else { 0.0 };
            let left = self.area.left + galley.left + indent;
            let end = left + galley.lines[index].width * galley.size;
            lines.push((self.page_index(), self.y, left, end));
            self.paint(&galley, index..index + 1);
        }
        let right = self.area.left + self.area.width;
        let (anchor, pitch, size) = (heading.anchor.clone(), galley.pitch, galley.size);
        self.entries.push(Entry { anchor, title, role: name, link, number, lines, right, pitch, size });
    }

    /// Page numbers, leaders and links of every entry.
    pub fn fill_contents(&mut self) {
        for entry in std::mem::take(&mut self.entries) {
            let Some(destination) = self.anchors.get(&entry.anchor) else { continue };
            let label = self.pages[destination.page].label.clone();
            self.fill_entry(&entry, &label);
        }
    }

    fn fill_entry(&mut self, entry: &Entry, label: &str) {
        let role = self.role(&entry.role);
        let setting = Setting { role: role.font, full: 1.0 };
        let Some(&(page, top, _, end)) = entry.lines.last() else { return };
        let y = top + entry.pitch / 2.0 + MIDDLE * entry.size;
        let number = [Inline::text(label)];
        let number = self.shaper.shape(&number, setting, &|| None, self.diagnostics);
        let width = whole_line(&number).width * entry.size;
        let place = Place { x: entry.right - width, y, width, size: entry.size };
        let (link, tag) = (Tag::Element(entry.link), Tag::Element(entry.number));
        let mut items = Vec::new();
        paragraph::set_line(&number, &whole_line(&number), place, Align::Left, &|_| tag, &mut items);
        let dots = [Inline::text("·")];
        let dots = self.shaper.shape(&dots, setting, &|| None, self.diagnostics);
        let (from, to) = (end + 0.4 * entry.size, entry.right - width.max(1.2 * entry.size) - 0.3 * entry.size);
        set_leader(&dots, from, to, y, entry, &mut items);
        self.pages[page].items.append(&mut items);
        for (n, &(page, top, left, end)) in entry.lines.iter().enumerate() {
            let right = if n + 1 == entry.lines.len() { entry.right } else { end };
            let area = (left, top, right - left, entry.pitch);
            let (anchor, label) = (entry.anchor.clone(), format!("{} {label}", entry.title));
            self.pages[page].items.push(Item::Link(Link { area, target: Target::Anchor(anchor), tag: link, label }));
        }
    }
}

/// Distance of the dots of a leader, in ems.
const DOT_STEP: f64 = 0.4;

/// Dots from `from` to `to`, on a grid counted from the right edge so that those of all entries stand in columns.
fn set_leader(dots: &Text, from: f64, to: f64, y: f64, entry: &Entry, items: &mut Vec<Item>) {
    let Some(dot) = dots.signs.first() else { return };
    let step = DOT_STEP * entry.size;
    let nearest = ((entry.right - to) / step).ceil().max(0.0) as usize;
    let farthest = ((entry.right - from) / step).floor().max(0.0) as usize;
    if farthest <= nearest {
        return;
    }
    let count = farthest - nearest;
    let width = DOT_STEP * count as f64;
    // The dot stands in the middle of its glyph, however wide the face makes that.
    let sign =
        Sign { offset: dot.offset + (DOT_STEP - dot.advance) / 2.0, advance: DOT_STEP, left: 0.0, right: 0.0, ..*dot };
    let text = Text { source: Cow::Borrowed(&dots.source), signs: vec![sign; count], ..Text::default() };
    let line = Line { start: 0, end: count as u32, width, last: true, hyphen: false };
    let x = entry.right - farthest as f64 * step;
    let place = Place { x, y, width: step * count as f64, size: entry.size };
    paragraph::set_line(&text, &line, place, Align::Left, &|_| Tag::Artifact(Artifact::Layout), items);
}
