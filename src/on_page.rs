//! Where on its pages a document prints a figure, a record of its data, words of a file: pages and boxes, for whoever
//! shows the pages and leads from one to the other.

use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Block, Document, Row, Source};
use crate::fonts::Fonts;
use crate::typeset::frame::{ElementId, Item, Run, Tag};
use crate::typeset::{Pages, elements_of_blocks};
use std::collections::{HashMap, HashSet};

/// A box on a page, in pt as the page is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Index of the page, from 0.
    pub page: usize,
    /// From the left edge.
    pub left: f64,
    /// From the top edge.
    pub top: f64,
    /// Above 0.
    pub width: f64,
    /// Above 0.
    pub height: f64,
}

/// One printing of a figure. One that goes over the end of a line has a box on each.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenFigure {
    /// `t5/2010350/基本`.
    pub address: String,
    /// As it is printed here.
    pub text: String,
    /// In reading order; never empty.
    pub areas: Vec<Area>,
}

/// A glyph's place, with the characters that it stands for.
struct Sign {
    c: char,
    area: Area,
}

/// What is found on the pages of a document.
pub struct OnPage {
    figures: Vec<SeenFigure>,
    /// Printings of each address, as indices into `figures`.
    of_address: HashMap<String, Vec<usize>>,
    /// All characters but blanks, in the order in which they stand in their pages' elements.
    signs: Vec<Sign>,
    /// Where each element's signs lie: its own and those of all below it.
    of_element: Vec<std::ops::Range<usize>>,
    /// Elements made from a line of a file, or from a record.
    of_line: HashMap<(String, u32), Vec<ElementId>>,
    /// Figures that a line is part of, and are printed: the ones made of the fewest lines first.
    of_record: HashMap<(String, u32), usize>,
    /// Where each page's signs begin.
    pages: usize,
}

impl OnPage {
    /// Looks a document's pages through, once.
    pub fn new(document: &Document, pages: &Pages, fonts: &Fonts) -> OnPage {
        let (signs, of_element) = signs(pages, fonts);
        let addresses: HashSet<&str> = document.figures.iter().map(|f| f.address.as_str()).collect();
        let mut figures: Vec<SeenFigure> = Vec::new();
        let mut of_address: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, element) in pages.structure.iter().enumerate() {
            let Some(address) = element.title.as_deref().filter(|title| addresses.contains(title)) else { continue };
            let of_figure = &signs[of_element[index].clone()];
            let areas = joined(of_figure);
            if !areas.is_empty() {
                let text = of_figure.iter().map(|sign| sign.c).collect();
                of_address.entry(address.to_string()).or_default().push(figures.len());
                figures.push(SeenFigure { address: address.to_string(), text, areas });
            }
        }
        let mut of_record: HashMap<(String, u32), usize> = HashMap::new();
        let mut by_lines: Vec<_> = document.figures.iter().filter(|f| !f.origins.is_empty()).collect();
        by_lines.sort_by_key(|figure| figure.origins.len());
        for figure in by_lines {
            let Some(first) = of_address.get(&figure.address).and_then(|all| all.first()) else { continue };
            for (file, line) in figure.origins.lines() {
                of_record.entry((file.to_string(), line)).or_insert(*first);
            }
        }
        let of_line = of_lines(document, pages);
        OnPage { figures, of_address, signs, of_element, of_line, of_record, pages: pages.pages.len() }
    }

    /// Every printing of every figure, in reading order.
    pub fn figures(&self) -> &[SeenFigure] {
        &self.figures
    }

    /// Where a figure is printed, in reading order.
    pub fn of_figure(&self, address: &str) -> Vec<Area> {
        let printings = self.of_address.get(address).into_iter().flatten();
        printings.flat_map(|&index| self.figures[index].areas.iter().copied()).collect()
    }

    /// Where a finding is to be seen: its words, where its place or a related one is printed; else the figure it is
    /// about; else all that is made of its line; else its words, where they are printed seldom. Empty: it is on no page.
    pub fn of_finding(&self, finding: &Diagnostic) -> Vec<Area> {
        let places = || finding.place.iter().chain(finding.related.iter().map(|(place, _)| place));
        if let Some(words) = finding.text.as_deref().filter(|words| !words.trim().is_empty()) {
            let found = places().find_map(|place| Some(self.words(place, words)).filter(|found| !found.is_empty()));
            if let Some(found) = found {
                return found;
            }
        }
        if let Some(address) = &finding.address {
            let found = self.of_figure(address);
            if !found.is_empty() {
                return found;
            }
        }
        let of_line = places().find_map(|place| Some(self.of_place(place)).filter(|found| !found.is_empty()));
        of_line.or_else(|| self.seldom(finding.text.as_deref()?)).unwrap_or_default()
    }

    /// Words of which no line is known, where they stand so seldom that all of their places are meant.
    fn seldom(&self, words: &str) -> Option<Vec<Area>> {
        const MOST: usize = 3;
        let found = self.find(words, MOST + 1);
        ((1..=MOST).contains(&found.len())).then(|| found.concat())
    }

    /// What a line of a file is printed as: its paragraphs, the rows of its record, or the figure most its own.
    pub fn of_place(&self, place: &Place) -> Vec<Area> {
        let mut areas: Vec<Area> = Vec::new();
        for element in self.elements(place) {
            areas.extend(joined(self.signs_of(element)));
        }
        if areas.is_empty()
            && let Some(&figure) = self.of_record.get(&(place.file.to_string(), place.line))
        {
            areas.extend(&self.figures[figure].areas);
        }
        areas
    }

    /// Where words stand on the pages, blanks not counted, each time with its boxes; no more than `most`.
    pub fn find(&self, words: &str, most: usize) -> Vec<Vec<Area>> {
        let sought: Vec<char> = words.chars().filter(|c| !c.is_whitespace()).collect();
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = position(&self.signs[from..], &sought).filter(|_| found.len() < most) {
            found.push(joined(&self.signs[from + at..from + at + sought.len()]));
            from += at + sought.len();
        }
        found.retain(|areas| !areas.is_empty());
        found
    }

    /// How many pages were looked through.
    pub fn pages(&self) -> usize {
        self.pages
    }

    fn words(&self, place: &Place, words: &str) -> Vec<Area> {
        let sought: Vec<char> = words.chars().filter(|c| !c.is_whitespace()).collect();
        for element in self.elements(place) {
            let signs = self.signs_of(element);
            if let Some(at) = position(signs, &sought) {
                return joined(&signs[at..at + sought.len()]);
            }
        }
        Vec::new()
    }

    fn signs_of(&self, element: ElementId) -> &[Sign] {
        &self.signs[self.of_element[element.0 as usize].clone()]
    }

    /// Elements made of the place's line; a set's files are named in messages with their folder, in the document without.
    fn elements(&self, place: &Place) -> impl Iterator<Item = ElementId> {
        let name = |file: &str| self.of_line.get(&(file.to_string(), place.line));
        let own = name(&place.file);
        let found = own.or_else(|| place.file.rsplit_once('/').and_then(|(_, last)| name(last)));
        found.into_iter().flatten().copied()
    }
}

/// Where a list of characters stands in signs.
fn position(signs: &[Sign], sought: &[char]) -> Option<usize> {
    let first = sought.first()?;
    let mut from = 0;
    loop {
        let at = from + signs[from..].iter().position(|sign| sign.c == *first)?;
        let rest = signs.get(at..at + sought.len())?;
        if rest.iter().zip(sought).all(|(sign, c)| sign.c == *c) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The characters of every element in the order of the structure, and where each element's lie among them.
fn signs(pages: &Pages, fonts: &Fonts) -> (Vec<Sign>, Vec<std::ops::Range<usize>>) {
    let mut own: Vec<Vec<Sign>> = pages.structure.iter().map(|_| Vec::new()).collect();
    for (page, laid) in pages.pages.iter().enumerate() {
        for item in &laid.items {
            if let Item::Run(run) = item
                && let Tag::Element(element) = run.tag
            {
                add(run, page, fonts, &mut own[element.0 as usize]);
            }
        }
    }
    // An element holds elements or content, never both, and its children come after it.
    let mut of_element = vec![0..0; pages.structure.len()];
    let mut all: Vec<Sign> = Vec::new();
    let mut stack: Vec<(usize, bool)> = if pages.structure.is_empty() { Vec::new() } else { vec![(0, false)] };
    while let Some((index, is_done)) = stack.pop() {
        if is_done {
            of_element[index].end = all.len();
            continue;
        }
        of_element[index].start = all.len();
        all.append(&mut own[index]);
        stack.push((index, true));
        stack.extend(pages.structure[index].children.iter().rev().map(|child| (child.0 as usize, false)));
    }
    (all, of_element)
}

fn add(run: &Run, page: usize, fonts: &Fonts, to: &mut Vec<Sign>) {
    let face = fonts.face(run.face);
    let em = f64::from(face.units_per_em);
    let mut at = 0;
    for glyph in &run.glyphs {
        let end = (at + usize::from(glyph.bytes)).min(run.text.len());
        let Some(text) = run.text.get(at..end) else { break };
        at = end;
        let width = (f64::from(face.advance(glyph.id)) / em * run.size).max(0.1);
        // The ink of Chinese characters, from a little below the baseline.
        let area = Area { page, left: run.x + glyph.x, top: run.y - run.size * 0.86, width, height: run.size };
        to.extend(text.chars().filter(|c| !c.is_whitespace()).map(|c| Sign { c, area }));
    }
}

/// A box a line.
fn joined(signs: &[Sign]) -> Vec<Area> {
    let mut areas: Vec<Area> = Vec::new();
    for Sign { area, .. } in signs {
        match areas.last_mut() {
            Some(last) if last.page == area.page && goes_on(last, area) => {
                let (top, bottom) = (last.top.min(area.top), (last.top + last.height).max(area.top + area.height));
                last.width = last.width.max(area.left + area.width - last.left);
                (last.top, last.height) = (top, bottom - top);
            }
            _ => areas.push(*area),
        }
    }
    areas
}

/// On the same line, to the right.
fn goes_on(last: &Area, next: &Area) -> bool {
    let baseline = |area: &Area| area.top + area.height * 0.86;
    (baseline(last) - baseline(next)).abs() < 0.4 * next.height && next.left >= last.left
}

/// The elements of each line of each file: paragraphs, headings, rows of tables.
fn of_lines(document: &Document, pages: &Pages) -> HashMap<(String, u32), Vec<ElementId>> {
    let mut of_line: HashMap<(String, u32), Vec<ElementId>> = HashMap::new();
    let mut add = |file: &str, line: u32, element: Option<ElementId>| {
        if let Some(element) = element.filter(|_| line > 0) {
            of_line.entry((file.to_string(), line)).or_default().push(element);
        }
    };
    let mut of_source = |source: &Option<Source>, element: Option<ElementId>| {
        if let Some(source) = source {
            add(&source.file, source.line, element);
        }
    };
    let blocks: Vec<_> = document.blocks().zip(elements_of_blocks(document, pages)).collect();
    for (block, elements) in &blocks {
        match block {
            Block::Heading(heading) => of_source(&heading.source, elements.element),
            Block::Paragraph(paragraph) => of_source(&paragraph.source, elements.element),
            Block::Table(table) => {
                of_source(&table.title.as_ref().and_then(|t| t.source.clone()), elements.title);
            }
            Block::Chart(_) | Block::Picture(_) | Block::Contents | Block::PageBreak => {}
        }
    }
    for (block, elements) in &blocks {
        let Block::Table(table) = block else { continue };
        let rows: Vec<&Row> = table.header.iter().chain(&table.body).collect();
        for (row, (element, _)) in rows.iter().zip(&elements.rows) {
            if let Some(origin) = &row.origin {
                add(&origin.file, origin.line, Some(*element));
            }
        }
    }
    of_line
}
