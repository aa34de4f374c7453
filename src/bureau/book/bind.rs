//! Documents bound into one: names made unique, levels one further down, page numbers and the running head through all.

use crate::document::{
    Block, Change, Document, FigureId, Heading, Inline, Numbering, Paragraph, Row, Section, Start, Table,
};
use crate::style::{Style, TextStyle};
use indexmap::IndexMap;
use std::cell::Cell;
use std::collections::HashMap;

/// A book under the needle. Its own pages come first.
pub(super) struct Binder {
    document: Document,
    style: Style,
    by_department: bool,
    /// Styles bound so far, and what their names became.
    known: Vec<(Style, Names)>,
    /// How many documents.
    count: usize,
    /// The department bound last.
    last: Option<usize>,
}

/// The names of a style in the book's.
#[derive(Debug, Clone, Default)]
struct Names {
    pages: HashMap<String, String>,
    texts: HashMap<String, String>,
    tables: HashMap<String, String>,
}

/// The text role of a department's name where its document has no title of its own.
const NAME: &str = "部门名称";
const BODY: &str = "正文";

impl Binder {
    pub fn new(document: Document, style: Style, by_department: bool) -> Binder {
        Binder { document, style, by_department, known: Vec::new(), count: 0, last: None }
    }

    /// A document of a department, which has its number. `title`: the department in the contents where the document has no
    /// title; `head`: on its pages.
    pub fn add(&mut self, department: usize, title: &str, head: &str, document: Document, style: &Style) {
        let names = self.names(style);
        self.count += 1;
        let part = Part {
            prefix: format!("d{}_", self.count),
            tables: format!("{}:", self.count),
            figures: self.document.figures.len() as u32,
            names,
            style,
            titles: Cell::new(0),
        };
        let mut figures = document.figures;
        for figure in &mut figures {
            figure.address = format!("{}{}", part.tables, figure.address);
        }
        self.document.figures.append(&mut figures);
        let mut sections: Vec<Section> = document.sections.into_iter().filter_map(|s| part.section(s)).collect();
        let is_titled = sections.iter().any(|section| section.blocks.iter().any(is_title));
        if !is_titled {
            let heading = heading(format!("{}title", part.prefix), vec![Inline::text(title)], NAME.to_string());
            if let Some(first) = sections.first_mut() {
                first.blocks.insert(0, Block::Heading(heading));
            }
        }
        self.push(department, head, sections);
    }

    /// The place of a department that could not be bound.
    pub fn add_missing(&mut self, department: usize, title: &str, head: &str, why: &str) {
        self.count += 1;
        let title = vec![Inline::text(format!("{title}（没有编入）"))];
        let heading = heading(format!("d{}_title", self.count), title, NAME.to_string());
        let inlines = vec![Inline::text(format!("{why}。"))];
        let said = Paragraph { role: BODY.to_string(), inlines, source: None, change: Change::Same };
        let section = Section {
            id: format!("d{}_missing", self.count),
            page: self.style.number.page.clone(),
            start: Start::Page,
            numbering: Numbering::Decimal,
            restart: false,
            head: None,
            blocks: vec![Block::Heading(heading), Block::Paragraph(said)],
        };
        self.push(department, head, vec![section]);
    }

    fn push(&mut self, department: usize, head: &str, sections: Vec<Section>) {
        let begins = self.last != Some(department);
        self.last = Some(department);
        // Its own pages are numbered in Roman until the summary tables, which a later volume has not.
        let unnumbered = self.document.sections.iter().all(|section| section.numbering != Numbering::Decimal);
        for (index, mut section) in sections.into_iter().enumerate() {
            section.numbering = Numbering::Decimal;
            section.restart = index == 0 && (unnumbered || begins && self.by_department);
            if index == 0 {
                section.start = Start::OddPage;
            } else {
                section.head = Some(head.to_string());
            }
            self.document.sections.push(section);
        }
    }

    pub fn bound(self) -> (Document, Style) {
        (self.document, self.style)
    }

    /// What the names of a style are in the book's: the same where the same is meant, else new ones.
    fn names(&mut self, style: &Style) -> Names {
        if let Some((_, names)) = self.known.iter().find(|(known, _)| known == style) {
            return names.clone();
        }
        let mut names = Names::default();
        self.pages(style, &mut names);
        for (name, text) in &style.text {
            names.texts.insert(name.clone(), adopt(&mut self.style.text, name, text.clone()));
        }
        for (name, table) in &style.table {
            let mut table = table.clone();
            let roles = [&mut table.title, &mut table.above, &mut table.head, &mut table.text];
            let roles = roles.into_iter().chain([&mut table.number, &mut table.note]).chain(&mut table.total);
            for role in roles {
                if let Some(new) = names.texts.get(role) {
                    role.clone_from(new);
                }
            }
            names.tables.insert(name.clone(), adopt(&mut self.style.table, name, table));
        }
        self.known.push((style.clone(), names.clone()));
        names
    }
}

impl Binder {
    /// Its pages under names of the book's. A page of the same size whose numbers stand elsewhere is another.
    fn pages(&mut self, style: &Style, names: &mut Names) {
        let number = style.page.get(&style.number.page);
        for (name, page) in &style.page {
            let mut free = name.clone();
            let mut count = 1;
            while let Some(known) = self.style.page.get(&free) {
                let stands = || self.style.page.get(self.style.number_page(&free)) == number;
                if known == page && (page.is_wide_sheet() || stands()) {
                    break;
                }
                count += 1;
                free = format!("{name}·{count}");
            }
            self.style.page.entry(free.clone()).or_insert_with(|| page.clone());
            names.pages.insert(name.clone(), free);
        }
        let Some(against) = names.pages.get(&style.number.page).cloned() else { return };
        for page in names.pages.values() {
            if self.style.page.get(self.style.number_page(page)) != number {
                self.style.number_pages.insert(page.clone(), against.clone());
            }
        }
    }
}

/// A name for a look among those there are: its own where that means the same or nothing yet.
fn adopt<T: PartialEq>(all: &mut IndexMap<String, T>, name: &str, look: T) -> String {
    let mut free = name.to_string();
    let mut number = 1;
    loop {
        match all.get(&free) {
            None => break,
            Some(known) if *known == look => return free,
            Some(_) => {
                number += 1;
                free = format!("{name}·{number}");
            }
        }
    }
    all.insert(free.clone(), look);
    free
}

fn heading(anchor: String, inlines: Vec<Inline>, role: String) -> Heading {
    Heading { level: 1, role, inlines, anchor, contents: true, source: None, change: Change::Same }
}

/// The title of a document in the book.
fn is_title(block: &Block) -> bool {
    matches!(block, Block::Heading(heading) if heading.level == 1)
}

/// A document on its way into the book.
struct Part<'a> {
    /// Before its anchors, its sections.
    prefix: String,
    /// Before the ids of its tables and the addresses of its figures.
    tables: String,
    /// How many figures the book has before it.
    figures: u32,
    names: Names,
    style: &'a Style,
    /// Titles made of paragraphs so far.
    titles: Cell<u32>,
}

impl Part<'_> {
    /// A section in the book; none of the document's own contents, which the book's replace.
    fn section(&self, section: Section) -> Option<Section> {
        let had_contents = section.blocks.contains(&Block::Contents);
        let is_title = |block: &Block| matches!(block, Block::Paragraph(p) if self.outline(&p.role).is_some());
        if had_contents && section.blocks.iter().all(|block| *block == Block::Contents || is_title(block)) {
            return None;
        }
        let blocks = section.blocks.into_iter().filter(|block| *block != Block::Contents);
        let blocks: Vec<Block> = blocks.map(|block| self.block(block)).collect();
        Some(Section {
            id: format!("{}{}", self.prefix, section.id),
            page: self.renamed(&self.names.pages, &section.page),
            blocks,
            ..section
        })
    }

    fn outline(&self, role: &str) -> Option<u8> {
        self.style.text.get(role).and_then(|text: &TextStyle| text.outline)
    }

    fn renamed(&self, names: &HashMap<String, String>, name: &str) -> String {
        names.get(name).map_or_else(|| name.to_string(), String::clone)
    }

    fn block(&self, block: Block) -> Block {
        match block {
            Block::Heading(heading) => Block::Heading(self.heading(heading)),
            Block::Paragraph(paragraph) => self.paragraph(paragraph),
            Block::Table(table) => Block::Table(self.table(table)),
            Block::Chart(mut chart) => {
                chart.id.insert_str(0, &self.tables);
                chart.values_mut().for_each(|value| value.figure.0 += self.figures);
                Block::Chart(chart)
            }
            other => other,
        }
    }

    /// Its headings lie one level below its title; those that its own contents listed first are in the book's.
    fn heading(&self, heading: Heading) -> Heading {
        Heading {
            level: if heading.level == 0 { 0 } else { (heading.level + 1).min(6) },
            role: self.renamed(&self.names.texts, &heading.role),
            inlines: self.inlines(heading.inlines),
            anchor: format!("{}{}", self.prefix, heading.anchor),
            contents: heading.contents && heading.level == 1,
            source: None,
            ..heading
        }
    }

    /// A paragraph whose role is that of a title is the title, or below it.
    fn paragraph(&self, paragraph: Paragraph) -> Block {
        let role = self.renamed(&self.names.texts, &paragraph.role);
        match self.outline(&paragraph.role).filter(|_| !paragraph.inlines.is_empty()) {
            Some(level) => {
                self.titles.set(self.titles.get() + 1);
                let anchor = format!("{}title{}", self.prefix, self.titles.get());
                let heading = heading(anchor, self.inlines(paragraph.inlines), role);
                Block::Heading(Heading { level, contents: level == 1, ..heading })
            }
            // Whose words they are is told by the department's own document: from the book nothing is written back.
            None => {
                let inlines = self.inlines(paragraph.inlines);
                Block::Paragraph(Paragraph { role, inlines, source: None, ..paragraph })
            }
        }
    }

    fn inlines(&self, inlines: Vec<Inline>) -> Vec<Inline> {
        let named = |name: Option<String>| name.map(|name| format!("{}{name}", self.prefix));
        let one = |inline: Inline| Inline {
            figure: inline.figure.map(|FigureId(id)| FigureId(id + self.figures)),
            anchor: named(inline.anchor),
            link: named(inline.link),
            ..inline
        };
        inlines.into_iter().map(one).collect()
    }

    fn table(&self, table: Table) -> Table {
        let lines = |lines: Vec<Vec<Inline>>| lines.into_iter().map(|line| self.inlines(line)).collect();
        Table {
            id: format!("{}{}", self.tables, table.id),
            style: self.renamed(&self.names.tables, &table.style),
            title: table.title.map(|title| self.heading(title)),
            above: lines(table.above),
            header: self.rows(table.header),
            body: self.rows(table.body),
            notes: lines(table.notes),
            ..table
        }
    }

    fn rows(&self, mut rows: Vec<Row>) -> Vec<Row> {
        for cell in rows.iter_mut().flat_map(|row| &mut row.cells) {
            cell.inlines = self.inlines(std::mem::take(&mut cell.inlines));
        }
        rows
    }
}
