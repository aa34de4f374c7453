//! Document → items: every paragraph and table in order, with its style, tags, ids and bookmarks decided. Serial,
//! so that counting is simple; what follows is independent for each item.

use super::Error;
use super::chart::ChartPlan;
use super::contents::{Entry, Listing};
use super::lengths::half_points;
use super::picture::PicturePlan;
use super::properties::Properties;
use super::references::{Part, References};
use super::section::Sections;
use super::styles::{Kind, Purpose, StyleBook, StyleId, Variant};
use super::table::TablePlan;
use super::tags::Tags;
use super::xml::{TURN, TURN_OF_LISTED, twips};
use crate::document::{
    Block, Change, Chart, Document, Heading, Inline, Paragraph, Picture, Section, Source, Start, Table,
};
use crate::fonts::Fonts;
use crate::style::Style;
use crate::typeset::frame::{self, TableGeometry, TextGeometry};
use crate::typeset::{Pages, url};
use std::collections::BTreeSet;

/// What the writer needs beside the document.
pub struct Plan<'a> {
    pub styles: StyleBook<'a>,
    pub items: Vec<Item<'a>>,
    pub charts: Vec<ChartPlan<'a>>,
    pub pictures: Vec<PicturePlan<'a>>,
    pub sections: Sections,
    pub properties: Properties<'a>,
    /// Author and date of tracked changes, as attributes.
    pub revision: String,
}

pub enum Item<'a> {
    Paragraph(ParagraphPlan<'a>),
    Table(TablePlan<'a>),
}

/// A paragraph's style: named, or one of the two that Word's structure needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Named(StyleId),
    /// Between two tables, which Word would otherwise join.
    Gap,
    /// Holds a section's properties after a table.
    SectionEnd,
    /// Holds a picture, as high as that.
    Picture,
}

pub struct ParagraphPlan<'a> {
    pub look: Look,
    pub pieces: Vec<Piece<'a>>,
    pub bookmarks: Vec<Bookmark>,
    /// It begins a new page.
    pub new_page: bool,
    /// The section that ends with it: index into [`Sections`].
    pub ends_section: Option<usize>,
    /// It came or went as a whole.
    pub change: Change,
    /// The id of its first tracked change.
    pub first_change: u32,
    /// The drawing that is all of it.
    pub drawing: Option<Drawing>,
}

/// A drawing by its number among those of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    Chart(usize),
    Picture(usize),
    /// A picture whose caption is the next paragraph.
    Captioned(usize),
}

impl<'a> ParagraphPlan<'a> {
    fn new(look: Look, pieces: Vec<Piece<'a>>) -> ParagraphPlan<'a> {
        ParagraphPlan {
            look,
            pieces,
            bookmarks: Vec::new(),
            new_page: false,
            ends_section: None,
            change: Change::Same,
            first_change: 0,
            drawing: None,
        }
    }
}

pub struct Bookmark {
    pub id: u32,
    pub name: String,
}

/// A run, or what stands among runs.
pub enum Piece<'a> {
    Text(&'a Inline),
    /// A part of a run's text, where the rest names tables.
    Part(Inline),
    /// The title of the table with this anchor.
    Reference(Inline, &'a str),
    /// The address of a page on the web, which it opens.
    Address(Inline),
    /// A figure in its content control.
    Control {
        inline: &'a Inline,
        tag: String,
        id: u32,
    },
    /// A figure that came, went or was printed anew, in a bookmark: within a content control LibreOffice takes tracked
    /// changes for plain text.
    Marked {
        inline: &'a Inline,
        was: Option<&'a Inline>,
        tag: String,
        bookmark: Bookmark,
    },
    Entry(Entry),
}

/// A run of text in parts, if it names addresses on the web.
pub fn linked(piece: Piece) -> Vec<Piece> {
    let addresses = match &piece {
        Piece::Text(inline) if inline.change.is_same() => url::addresses(&inline.text),
        _ => Vec::new(),
    };
    let Piece::Text(inline) = piece else { return vec![piece] };
    if addresses.is_empty() {
        return vec![piece];
    }
    let of = |text: &str| Inline { text: text.to_owned(), ..inline.clone() };
    let (mut parts, mut done) = (Vec::new(), 0);
    for address in addresses {
        parts.push(Piece::Part(of(&inline.text[done..address.start])));
        parts.push(Piece::Address(of(&inline.text[address.clone()])));
        done = address.end;
    }
    parts.push(Piece::Part(of(&inline.text[done..])));
    parts.retain(|part| !matches!(part, Piece::Part(inline) if inline.text.is_empty()));
    parts
}

/// Pieces with `turn` where the text they stand for has a break, in bytes; none within a figure.
pub fn with_breaks<'a>(pieces: Vec<Piece<'a>>, breaks: &[usize], turn: char) -> Vec<Piece<'a>> {
    let mut start = 0;
    let mut broken = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let inline: &Inline = match &piece {
            Piece::Text(inline) | Piece::Control { inline, .. } | Piece::Marked { inline, .. } => inline,
            Piece::Part(inline) | Piece::Reference(inline, _) | Piece::Address(inline) => inline,
            Piece::Entry(_) => return broken,
        };
        let end = start + inline.text.len();
        let within: Vec<usize> = breaks.iter().filter(|&&at| (start..end).contains(&at)).map(|at| at - start).collect();
        start = end;
        if within.is_empty() || !matches!(piece, Piece::Text(_) | Piece::Part(_)) {
            broken.push(piece);
            continue;
        }
        let mut text = inline.text.clone();
        for &at in within.iter().rev() {
            text.insert(at, turn);
        }
        broken.push(Piece::Part(Inline { text, ..inline.clone() }));
    }
    broken
}

pub fn plan<'a>(
    document: &'a Document,
    style: &'a Style,
    fonts: &'a Fonts,
    pages: &'a Pages,
) -> Result<Plan<'a>, Error> {
    let mut planner = Planner::new(document, style, fonts, pages)?;
    for (index, section) in document.sections.iter().enumerate() {
        if section.start != Start::Continue || index == 0 {
            planner.new_page = false;
        }
        planner.page = Some(&section.page);
        planner.change = Change::Same;
        planner.section_begins = planner.items.len();
        for (n, block) in section.blocks.iter().enumerate() {
            planner.at = (index, n);
            planner.block(block, &section.page)?;
        }
        planner.change = change_of(section);
        planner.end_section(index);
    }
    let sections = Sections::new(document, style, pages, &mut planner.styles)?;
    planner.properties.spelled(&planner.tags);
    planner.properties.units(document);
    let revision = revision(document);
    let (charts, pictures) = (planner.charts, planner.pictures);
    planner.styles.has_pictures = !charts.is_empty() || !pictures.is_empty();
    Ok(Plan {
        styles: planner.styles,
        items: planner.items,
        charts,
        pictures,
        sections,
        properties: planner.properties,
        revision,
    })
}

/// The author of every tracked change, and the edition's date.
fn revision(document: &Document) -> String {
    let date = document.meta.date.as_deref().filter(|d| super::parts::is_date(d));
    let date = date.map_or_else(String::new, |date| format!(r#" w:date="{date}T00:00:00Z""#));
    format!(r#" w:author="更正"{date}"#)
}

/// What became of a section: of all its blocks, if the same became of each.
fn change_of(section: &Section) -> Change {
    let of = |block: &Block| match block {
        Block::Heading(heading) => heading.change,
        Block::Paragraph(paragraph) => paragraph.change,
        Block::Table(table) => table.change,
        Block::Chart(chart) => chart.change,
        Block::Picture(picture) => picture.change,
        Block::Contents | Block::PageBreak => Change::Same,
    };
    let mut all = section.blocks.iter().filter(|b| !matches!(b, Block::PageBreak)).map(of);
    let first = all.next().unwrap_or_default();
    if all.all(|change| change == first) { first } else { Change::Same }
}

/// A style with the size and the space before that typesetting found.
fn fitted(mut variant: Variant, decided: Option<&TextGeometry>) -> Variant {
    if let Some(decided) = decided {
        variant.size = half_points(decided.size);
        variant.before = decided.before.map(|before| twips((before - SLACK).max(0.0)));
    }
    variant
}

/// What a space that gave way until its page was full gives more in Word, in pt: other programs round every line.
const SLACK: f64 = 3.0;

/// The state of planning.
pub struct Planner<'a> {
    document: &'a Document,
    pub style: &'a Style,
    pages: &'a Pages,
    pub styles: StyleBook<'a>,
    pub items: Vec<Item<'a>>,
    charts: Vec<ChartPlan<'a>>,
    pictures: Vec<PicturePlan<'a>>,
    listing: Listing,
    tags: Tags<'a>,
    properties: Properties<'a>,
    anchors: BTreeSet<&'a str>,
    references: References<'a>,
    controls: u32,
    /// Figures in bookmarks.
    marked: u32,
    bookmarks: u32,
    prose: u32,
    tables: usize,
    new_page: bool,
    /// Section and number of the block at hand.
    at: (usize, usize),
    /// How many items there were when the section began.
    section_begins: usize,
    /// The page setup of the section at hand.
    page: Option<&'a str>,
    /// What became of the block, or the row, at hand.
    pub change: Change,
}

impl<'a> Planner<'a> {
    fn new(document: &'a Document, style: &'a Style, fonts: &'a Fonts, pages: &'a Pages) -> Result<Self, Error> {
        let mut styles = StyleBook::new(document, style, fonts)?;
        let listing = Listing::new(document, &mut styles)?;
        Ok(Planner {
            document,
            style,
            pages,
            styles,
            items: Vec::new(),
            charts: Vec::new(),
            pictures: Vec::new(),
            listing,
            tags: Tags::default(),
            properties: Properties::default(),
            anchors: document.headings().map(|h| h.anchor.as_str()).collect(),
            references: References::new(document),
            controls: 0,
            marked: 0,
            bookmarks: 0,
            prose: 0,
            tables: 0,
            new_page: false,
            at: (0, 0),
            section_begins: 0,
            page: None,
            change: Change::Same,
        })
    }

    /// Height in pt of the type area that rows must fit.
    pub fn page_height(&self) -> f64 {
        self.page.and_then(|name| self.style.page.get(name)).map_or(600.0, |setup| setup.type_area().3)
    }

    /// Whether more than the table's own title and line above stands before it in its section.
    pub fn under_text(&self) -> bool {
        self.items.len() > self.section_begins + 3
    }

    fn block(&mut self, block: &'a Block, page: &str) -> Result<(), Error> {
        match block {
            Block::Heading(heading) => self.heading(heading),
            Block::Paragraph(paragraph) => self.paragraph(paragraph),
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => {
                self.chart(chart);
                Ok(())
            }
            Block::Picture(picture) => {
                self.picture(picture);
                Ok(())
            }
            Block::Contents => self.contents(page),
            Block::PageBreak => {
                self.new_page = true;
                Ok(())
            }
        }
    }

    fn heading(&mut self, heading: &'a Heading) -> Result<(), Error> {
        self.change = heading.change;
        self.new_page |= self.pages.moved.contains(&self.at);
        self.new_page |= heading.contents && self.begins_page(heading);
        // Of a table's block it is the title that was decided.
        let decided = self.pages.texts.get(&self.at);
        let variant = fitted(self.listing.variant(heading), decided);
        let style = self.styles.id(variant)?;
        let mut bookmarks = vec![self.bookmark(heading.anchor.clone())];
        bookmarks.extend(self.prose(heading.source.as_ref()));
        let pieces = self.pieces(&heading.inlines);
        let pieces = self.broken(pieces, decided, if heading.contents { TURN_OF_LISTED } else { TURN });
        let first_change = self.reserve_changes(&heading.inlines);
        self.add(ParagraphPlan { bookmarks, first_change, ..ParagraphPlan::new(Look::Named(style), pieces) });
        Ok(())
    }

    fn paragraph(&mut self, paragraph: &'a Paragraph) -> Result<(), Error> {
        self.change = paragraph.change;
        self.new_page |= self.pages.moved.contains(&self.at);
        let style = self.styles.id(fitted(self.listing.plain(&paragraph.role), self.decided()))?;
        let bookmarks = self.prose(paragraph.source.as_ref()).into_iter().collect();
        self.push(Look::Named(style), &paragraph.inlines, bookmarks);
        Ok(())
    }

    /// A paragraph of text.
    fn push(&mut self, look: Look, inlines: &'a [Inline], bookmarks: Vec<Bookmark>) {
        let pieces = self.pieces(inlines);
        let pieces = pieces.into_iter().flat_map(linked).flat_map(|piece| self.refer(piece)).collect();
        let pieces = if matches!(look, Look::Named(_)) { self.broken(pieces, self.decided(), TURN) } else { pieces };
        let first_change = self.reserve_changes(inlines);
        self.add(ParagraphPlan { bookmarks, first_change, ..ParagraphPlan::new(look, pieces) });
    }

    fn add(&mut self, paragraph: ParagraphPlan<'a>) {
        let new_page = std::mem::take(&mut self.new_page);
        let change = self.change;
        self.items.push(Item::Paragraph(ParagraphPlan { new_page, change, ..paragraph }));
    }

    /// Ids for the tracked changes of a paragraph: its mark, each run.
    pub fn reserve_changes(&mut self, inlines: &[Inline]) -> u32 {
        let changed = inlines.iter().filter(|i| !i.change.is_same()).count() as u32;
        let first = self.bookmarks + 1;
        if changed > 0 || !self.change.is_same() {
            self.bookmarks += 1 + changed;
        }
        first
    }

    /// What typesetting decided for the block at hand, where it is no table.
    fn decided(&self) -> Option<&'a TextGeometry> {
        let (section, block) = self.at;
        let is_table = matches!(self.document.sections[section].blocks[block], Block::Table(_));
        self.pages.texts.get(&self.at).filter(|_| !is_table)
    }

    /// A title's lines end where they end in print.
    fn broken(&self, pieces: Vec<Piece<'a>>, decided: Option<&TextGeometry>, turn: char) -> Vec<Piece<'a>> {
        let changed = |piece: &Piece| match piece {
            Piece::Text(inline) => !inline.change.is_same(),
            piece => matches!(piece, Piece::Marked { .. }),
        };
        let whole = self.change.is_same() && !pieces.iter().any(changed);
        match decided.filter(|decided| whole && !decided.breaks.is_empty()) {
            Some(decided) => with_breaks(pieces, &decided.breaks, turn),
            None => pieces,
        }
    }

    /// A run of text in parts, if it names tables.
    fn refer(&self, piece: Piece<'a>) -> Vec<Piece<'a>> {
        let Piece::Text(inline) = piece else { return vec![piece] };
        if !inline.change.is_same() {
            return vec![piece];
        }
        let parts = self.references.split(&inline.text);
        if let [Part::Text(_)] = parts[..] {
            return vec![piece];
        }
        let of = |text: &str| Inline { text: text.to_owned(), ..inline.clone() };
        let parts = parts.into_iter().map(|part| match part {
            Part::Text(text) => Piece::Part(of(text)),
            Part::Title(text, anchor) => Piece::Reference(of(text), anchor),
        });
        parts.collect()
    }

    fn structural(&mut self, look: Look) {
        self.push(look, &[], Vec::new());
    }

    /// A figure gets its control, if anything of it is to be seen.
    pub fn pieces(&mut self, inlines: &'a [Inline]) -> Vec<Piece<'a>> {
        let mut pieces = Vec::with_capacity(inlines.len());
        let mut rest = inlines.iter().peekable();
        while let Some(mut inline) = rest.next() {
            let was = rest
                .next_if(|next| self.is_printed_anew(inline, next))
                .map(|next| std::mem::replace(&mut inline, next));
            match inline.figure {
                Some(figure) if !inline.text.trim().is_empty() => {
                    let figure = self.document.figure(figure);
                    let tag = self.tags.next(&figure.address);
                    self.properties.printed(figure, &tag, &inline.text);
                    if inline.change.is_same() {
                        self.controls += 1;
                        pieces.push(Piece::Control { inline, tag, id: self.controls });
                    } else {
                        self.marked += 1;
                        let bookmark = self.bookmark(format!("f_{}", self.marked));
                        self.properties.marked(&bookmark.name, &tag);
                        pieces.push(Piece::Marked { inline, was, tag, bookmark });
                    }
                }
                _ if inline.text.is_empty() => {}
                _ => pieces.push(Piece::Text(inline)),
            }
        }
        pieces
    }

    /// The same figure, first as it was and then as it is.
    fn is_printed_anew(&self, was: &Inline, is: &Inline) -> bool {
        let address = |inline: &Inline| inline.figure.map(|id| &self.document.figure(id).address);
        let changes = (was.change, is.change) == (Change::Deleted, Change::Inserted);
        changes && was.figure.is_some() && address(was) == address(is) && !is.text.trim().is_empty()
    }

    /// The address of the figure of a cell in which nothing is to be seen.
    pub fn blank(&self, inlines: &'a [Inline]) -> Option<&'a str> {
        let nothing = inlines.iter().all(|i| i.text.trim().is_empty());
        let figure = inlines.iter().find_map(|i| i.figure).filter(|_| nothing)?;
        Some(&self.document.figure(figure).address)
    }

    fn bookmark(&mut self, name: String) -> Bookmark {
        self.bookmarks += 1;
        Bookmark { id: self.bookmarks, name }
    }

    /// The bookmark of the department's own prose, by which an edited paragraph finds back to its file.
    fn prose(&mut self, source: Option<&Source>) -> Option<Bookmark> {
        let source = source.filter(|s| s.own)?;
        let name = loop {
            self.prose += 1;
            let name = format!("p_{}", self.prose);
            if !self.anchors.contains(name.as_str()) {
                break name;
            }
        };
        self.properties.prose(&name, source, self.change == Change::Deleted);
        Some(self.bookmark(name))
    }

    fn contents(&mut self, page: &str) -> Result<(), Error> {
        let setup = self.style.page.get(page).ok_or_else(|| Error::Page(page.to_owned()))?;
        let tab = super::xml::twips(setup.type_area().2);
        let entries = self.listing.entries(self.document, self.pages);
        for (level, entry) in entries {
            let role = self.style.contents.levels.get(level - 1).or(self.style.contents.levels.last());
            let role = role.ok_or_else(|| Error::Role("contents.levels".to_owned()))?;
            let style = self.styles.id(Variant::of(role, Purpose::Contents(level as u8, tab)))?;
            self.push(Look::Named(style), &[], Vec::new());
            if let Some(Item::Paragraph(paragraph)) = self.items.last_mut() {
                paragraph.pieces.push(Piece::Entry(entry));
            }
        }
        Ok(())
    }

    fn table(&mut self, table: &'a Table) -> Result<(), Error> {
        let geometry = self.pages.tables.get(self.tables).filter(|g| g.columns.len() >= table.columns.len().max(1));
        let geometry = geometry.ok_or_else(|| Error::Geometry { table: table.id.clone() })?;
        self.tables += 1;
        let kind = self.style.table.get_full(&table.style);
        let (kind, _, looks) = kind.ok_or_else(|| Error::TableStyle(table.style.clone()))?;
        if let Some(title) = &table.title {
            self.new_page |= self.begins_page(title);
            self.heading(title)?;
        }
        self.change = table.change;
        self.above(table, &looks.above, geometry)?;
        self.part_from_table();
        let planned = super::table::plan(self, table, looks, kind, geometry)?;
        self.items.push(Item::Table(planned));
        for note in &table.notes {
            let style = self.styles.id(self.listing.plain(&looks.note))?;
            self.push(Look::Named(style), note, Vec::new());
        }
        Ok(())
    }

    /// A table that print moved to a new page, to have it whole or with its first rows, begins one in Word too, and so does
    /// a title that the contents list: the pages of all that follows agree. Behind a full page it comes there by itself,
    /// and a program that needs a line more for what is before leaves no page with that line alone.
    fn begins_page(&self, title: &Heading) -> bool {
        let Some(place) = self.pages.anchors.get(&title.anchor) else { return false };
        let Some(setup) = self.page.and_then(|name| self.style.page.get(name)) else { return place.y <= 0.0 };
        let (_, top, _, height) = setup.type_area();
        // A section that begins a page needs nothing more.
        let goes_on = self.document.sections[self.at.0].start == Start::Continue && self.at.0 > 0;
        let is_text = setup.lines > 1;
        let before = place.page.checked_sub(1).map(|page| &self.pages.pages[page].items);
        let full = |items: &Vec<frame::Item>| {
            let baselines = items.iter().filter_map(|item| match item {
                frame::Item::Run(run) => Some(run.y),
                _ => None,
            });
            baselines.fold(0.0, f64::max) > top + height - setup.pitch()
        };
        (goes_on || self.items.len() > self.section_begins) && place.y <= top && !(is_text && before.is_some_and(full))
    }

    /// The line above a table. One part is a paragraph. Two or three are a row of borderless cells, so that each
    /// keeps its place whatever is typed into it: without tabs, and without a row that the table's own header
    /// would no longer begin with (it would be read aloud as the head of every column).
    fn above(&mut self, table: &'a Table, role: &str, geometry: &TableGeometry) -> Result<(), Error> {
        let filled: Vec<usize> = (0..table.above.len().min(3)).filter(|&i| !table.above[i].is_empty()).collect();
        match filled[..] {
            [] => {}
            [only] => {
                let align = [Kind::Left, Kind::Center, Kind::Right][only];
                let style = self.styles.id(Variant { align: Some(align), ..Variant::of(role, Purpose::Cell) })?;
                self.push(Look::Named(style), &table.above[only], Vec::new());
            }
            _ => {
                self.part_from_table();
                let planned = super::table::plan_above(self, table, role, geometry)?;
                self.items.push(Item::Table(planned));
            }
        }
        Ok(())
    }

    /// Two tables in a row would be one in Word, and a table cannot begin a page by itself.
    fn part_from_table(&mut self) {
        if self.new_page || matches!(self.items.last(), Some(Item::Table(_))) {
            self.structural(Look::Gap);
        }
    }

    /// A paragraph that holds a chart. Its figures have their tags as if each had a control.
    fn chart(&mut self, chart: &'a Chart) {
        self.new_page |= self.pages.moved.contains(&self.at);
        self.change = chart.change;
        let size = self.pages.charts.get(self.charts.len()).copied().unwrap_or_default();
        let document = self.document;
        let tags = chart.values().map(|value| {
            let figure = document.figure(value.figure);
            let tag = self.tags.next(&figure.address);
            self.properties.printed(figure, &tag, &value.text);
            tag
        });
        let tags = if chart.change == Change::Deleted { Vec::new() } else { tags.collect() };
        let number = self.charts.len();
        self.charts.push(ChartPlan { chart, tags, size });
        self.drawing(Drawing::Chart(number), chart.change);
    }

    /// A paragraph that holds a picture.
    fn picture(&mut self, picture: &'a Picture) {
        self.new_page |= self.pages.moved.contains(&self.at);
        self.change = picture.change;
        let number = self.pictures.len();
        let Some(placed) = self.pages.pictures.get(number) else { return };
        // One that could not be drawn has no file.
        let same = |plan: &PicturePlan| plan.picture.image == picture.image && plan.placed.drawn.is_some();
        let file = self.pictures.iter().position(same).unwrap_or(number);
        self.pictures.push(PicturePlan { picture, placed, file });
        let drawing = if picture.captioned { Drawing::Captioned(number) } else { Drawing::Picture(number) };
        self.drawing(drawing, picture.change);
    }

    fn drawing(&mut self, drawing: Drawing, change: Change) {
        let first_change = self.bookmarks + 1;
        if !change.is_same() {
            self.bookmarks += 2;
        }
        let plan = ParagraphPlan::new(Look::Picture, Vec::new());
        self.add(ParagraphPlan { drawing: Some(drawing), first_change, ..plan });
    }

    /// The section's properties go into its last paragraph. After a table there must be one; after the contents
    /// too, or LibreOffice reads the footers within the field and leaves their numbers blank.
    fn end_section(&mut self, index: usize) {
        let fit = match self.items.last() {
            Some(Item::Paragraph(p)) => {
                p.ends_section.is_none() && !p.pieces.iter().any(|x| matches!(x, Piece::Entry(_)))
            }
            _ => false,
        };
        if !fit {
            self.structural(Look::SectionEnd);
        }
        let last = index + 1 == self.document.sections.len();
        if let (Some(Item::Paragraph(paragraph)), false) = (self.items.last_mut(), last) {
            paragraph.ends_section = Some(index);
        }
    }
}
