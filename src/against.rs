//! A composed document held against a published one: how many head cells, cells and sentences are the same, and each
//! that is not, with its place. The published one is a PDF, a DOCX, a workbook, or facts as JSON:
//!
//! ```json
//! {"tables": [{"title": "收支总表", "header": [["项目", "预算数"]], "rows": [["一、财政拨款收入", "1.00"]],
//!   "header_cells": [{"text": "项目", "row": 0, "col": 0, "rowspan": 1, "colspan": 1}]}], "sentences": ["…"]}
//! ```
//!
//! A row has a text for each column, blank where a cell is covered. Without `header_cells` they are the texts of `header`.

use crate::cell_name::is_workbook;
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Block, Document, Inline, Row, Table, one_line, plain_text};
use crate::printable::half_width;
use crate::published;
use crate::read_docx;
use serde::Deserialize;
use serde_json::Value;
use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

/// What was published.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Published {
    /// Its tables, in order.
    pub tables: Vec<PublishedTable>,
    /// Its sentences, in order.
    pub sentences: Vec<String>,
    /// Rows have only the cells that are there, heads among them: so a DOCX is read.
    pub by_cells: bool,
}

/// A table that was published.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublishedTable {
    /// Its title.
    pub title: String,
    /// Head cells.
    pub heads: Vec<HeadCell>,
    /// Rows under the head.
    pub rows: Vec<Vec<String>>,
    /// What was taken for head rows on paper, as rows: a form has none of its own.
    pub taken_for_heads: Vec<Vec<String>>,
}

/// A head cell: what it says, where it begins, how far it reaches; all from 0 and in cells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct HeadCell {
    /// Its words.
    pub text: String,
    /// The header row it begins in.
    pub row: usize,
    /// The column it begins in.
    pub col: usize,
    /// Rows it covers.
    #[serde(default = "one")]
    pub rowspan: usize,
    /// Columns it covers.
    #[serde(default = "one")]
    pub colspan: usize,
}

fn one() -> usize {
    1
}

#[derive(Deserialize)]
struct Facts {
    tables: Vec<FactsTable>,
    #[serde(default)]
    sentences: Vec<String>,
}

#[derive(Deserialize)]
struct FactsTable {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    header: Vec<Vec<Value>>,
    #[serde(default)]
    header_cells: Vec<HeadCell>,
    #[serde(default)]
    rows: Vec<Vec<Value>>,
}

impl Published {
    /// Facts or a published file, by how the bytes begin. E630: facts that cannot be read; those of [`read_docx::read`] and
    /// of [`published::read`].
    pub fn read(bytes: &[u8], shown: &str) -> Result<Published, Diagnostic> {
        if bytes.starts_with(b"%PDF-") || is_workbook(shown) {
            return published::read(bytes, shown).map(|read| of_paper(&read));
        }
        let is_json = bytes.trim_ascii_start().first() == Some(&b'{') || bytes.starts_with(b"\xEF\xBB\xBF");
        if !is_json {
            let of_file = |found: Diagnostic| match found.place {
                Some(_) => found,
                None => found.at(Place::file(shown)),
            };
            return read_docx::read(bytes, &read_docx::Options::default()).map(of_docx).map_err(of_file);
        }
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let facts: Facts = serde_json::from_slice(text).map_err(|error| {
            let place = Place::new(shown, error.line() as u32, error.column() as u32);
            Diagnostic::error("E630", "公开的文本读不懂：不是 DOCX，也不是这种 JSON")
                .at(place)
                .hint("JSON 要有 tables，每张表有 title、header、rows；写法见 layouts/README.md“写一套版式的工具”")
        })?;
        Ok(Published {
            tables: facts.tables.into_iter().map(of_facts).collect(),
            sentences: facts.sentences.iter().flat_map(|text| sentences(text)).collect(),
            by_cells: false,
        })
    }
}

fn of_facts(table: FactsTable) -> PublishedTable {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let mut heads = table.header_cells;
    if heads.is_empty() {
        let cells = table
            .header
            .iter()
            .enumerate()
            .flat_map(|(row, cells)| cells.iter().enumerate().map(move |(col, value)| (row, col, value)));
        heads = cells
            .map(|(row, col, value)| HeadCell { text: text(value), row, col, rowspan: 0, colspan: 0 })
            .filter(|head| !head.text.is_empty())
            .collect();
    }
    let rows = table.rows.iter().map(|row| row.iter().map(text).collect()).collect();
    PublishedTable { title: table.title.unwrap_or_default(), heads, rows, ..PublishedTable::default() }
}

/// What pages or sheets say, with the spans of heads.
fn of_paper(read: &published::Published) -> Published {
    let lines = |table: &published::PaperTable, rows: std::ops::Range<usize>| -> Vec<Vec<String>> {
        rows.map(|row| table.line(row).into_iter().map(str::to_owned).collect()).collect()
    };
    let table = |table: &published::PaperTable| {
        let cells = table.rows[..table.heads].iter().enumerate();
        let heads = cells.flat_map(|(row, line)| line.cells.iter().map(move |cell| (row, cell)));
        PublishedTable {
            title: table.title.clone(),
            heads: heads
                .filter(|(_, cell)| !cell.text.is_empty())
                .map(|(row, cell)| HeadCell {
                    text: cell.text.clone(),
                    row,
                    col: cell.column,
                    rowspan: cell.rowspan,
                    colspan: cell.colspan,
                })
                .collect(),
            rows: lines(table, table.heads..table.rows.len()),
            taken_for_heads: lines(table, 0..table.heads),
        }
    };
    Published {
        tables: read.tables().map(table).collect(),
        sentences: read.texts().flat_map(|text| sentences(&text.text)).collect(),
        by_cells: false,
    }
}

fn of_docx(reading: read_docx::Reading) -> Published {
    let mut tables: Vec<PublishedTable> = Vec::new();
    for table in reading.tables {
        // The line above a table is often a table of its own, of one row and under the same title.
        if tables.last().is_some_and(|last| last.rows.len() == 1 && last.title == table.title) {
            tables.pop();
        }
        tables.push(PublishedTable { title: table.title, rows: table.rows, ..PublishedTable::default() });
    }
    // What ends with a tab and the number of a page is a line of the contents.
    let of_contents = |text: &str| text.rsplit_once('\t').is_some_and(|(_, page)| page.trim().parse::<u32>().is_ok());
    let prose = reading.paragraphs.iter().filter(|text| !of_contents(text));
    Published { tables, sentences: prose.flat_map(|text| sentences(text)).collect(), by_cells: true }
}

/// The sentences of a paragraph, each with its sign at the end.
fn sentences(text: &str) -> Vec<String> {
    let parts = text.split_inclusive(['。', '；', '！', '？', '\n']);
    parts.map(|part| part.trim().to_string()).filter(|part| !part.is_empty()).collect()
}

/// How many of what was published are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// The same.
    pub equal: usize,
    /// All.
    pub of: usize,
}

impl Tally {
    fn count(&mut self, equal: bool) {
        self.equal += usize::from(equal);
        self.of += 1;
    }

    fn add(&mut self, other: Tally) {
        self.equal += other.equal;
        self.of += other.of;
    }

    /// Nothing differs.
    pub fn is_whole(self) -> bool {
        self.equal == self.of
    }
}

/// A document held against a published one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// The published tables, in order.
    pub tables: Vec<TableComparison>,
    /// Titles of our tables that were not published.
    pub ours_only: Vec<String>,
    /// Sentences.
    pub sentences: Tally,
    /// Published sentences that we do not print: as published, and ours with the same words, if there is one.
    pub other_sentences: Vec<(String, Option<String>)>,
}

/// A published table held against ours.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableComparison {
    /// As published.
    pub title: String,
    /// The title of ours; none: we have no such table.
    pub ours: Option<String>,
    /// Head cells.
    pub heads: Tally,
    /// Cells that either has a text in.
    pub cells: Tally,
    /// Published rows, those of which every cell is the same.
    pub rows: Tally,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// A cell that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// A head cell, not one below.
    pub head: bool,
    /// The row, from 1 among those of its kind as published; of a row that was not published, of ours.
    pub row: usize,
    /// The column (in a DOCX, the cell of the row) from 1; 0: the whole row.
    pub column: usize,
    /// What the row is called.
    pub label: String,
    /// The heads over the column of ours, where it is known.
    pub head_words: String,
    /// As published; none: it was not.
    pub published: Option<String>,
    /// As we print it; none: we do not.
    pub ours: Option<String>,
    /// Its address in ours, of a figure.
    pub address: Option<String>,
}

impl Difference {
    /// Both print the same number, written otherwise: 1,234.00 and 1234.
    pub fn is_of_writing(&self) -> bool {
        let numbers = self.published.as_deref().and_then(number).zip(self.ours.as_deref().and_then(number));
        numbers.is_some_and(|(one, other)| one == other)
    }
}

impl Comparison {
    /// Head cells of all tables.
    pub fn heads(&self) -> Tally {
        self.sum(|table| table.heads)
    }

    /// Cells of all tables.
    pub fn cells(&self) -> Tally {
        self.sum(|table| table.cells)
    }

    /// Rows of all tables.
    pub fn rows(&self) -> Tally {
        self.sum(|table| table.rows)
    }

    fn sum(&self, of: impl Fn(&TableComparison) -> Tally) -> Tally {
        let mut sum = Tally::default();
        self.tables.iter().for_each(|table| sum.add(of(table)));
        sum
    }

    /// Nothing differs.
    pub fn is_same(&self) -> bool {
        let same = |table: &TableComparison| table.ours.is_some() && table.differences.is_empty();
        self.tables.iter().all(same) && self.ours_only.is_empty() && self.sentences.is_whole()
    }
}

/// Holds a document against a published one.
pub fn compare(document: &Document, published: &Published) -> Comparison {
    let ours: Vec<&Table> = document.tables().collect();
    let partners = partners(&ours, &published.tables);
    let table = |(theirs, partner): (&PublishedTable, &Option<usize>)| match partner {
        Some(index) => against(document, ours[*index], theirs, published.by_cells),
        None => absent(theirs),
    };
    let used: HashSet<usize> = partners.iter().copied().flatten().collect();
    let others = (0..ours.len()).filter(|index| !used.contains(index));
    let mut comparison = Comparison {
        tables: published.tables.iter().zip(&partners).map(table).collect(),
        ours_only: others.map(|index| title_of(ours[index])).collect(),
        ..Comparison::default()
    };
    hold_sentences(document, published, &mut comparison);
    comparison
}

/// Which of our tables each published one is: that of its title, else the next that is left.
fn partners(ours: &[&Table], published: &[PublishedTable]) -> Vec<Option<usize>> {
    let mut by_title: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (index, table) in ours.iter().enumerate() {
        by_title.entry(title_key(&title_of(table))).or_default().push_back(index);
    }
    let mut partners: Vec<Option<usize>> = published
        .iter()
        .map(|table| by_title.get_mut(&title_key(&table.title)).and_then(VecDeque::pop_front))
        .collect();
    let used: HashSet<usize> = partners.iter().copied().flatten().collect();
    let mut left = (0..ours.len()).filter(|index| !used.contains(index));
    partners.iter_mut().filter(|partner| partner.is_none()).for_each(|partner| *partner = left.next());
    partners
}

fn title_of(table: &Table) -> String {
    table.title.as_ref().map_or_else(|| table.id.clone(), |title| one_line(&plain_text(&title.inlines)))
}

/// A title without what differs from year to year and from hand to hand: digits, blanks, signs.
fn title_key(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric() && !c.is_ascii_digit() && *c != '年').collect()
}

/// A text as it is compared: blanks and line breaks go, brackets and signs are half as wide.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{3000}').map(half_width).collect()
}

fn number(text: &str) -> Option<rust_decimal::Decimal> {
    plain(text).replace(',', "").parse().ok()
}

/// What a row is known by: its texts that are no numbers.
fn row_key(cells: &[String]) -> String {
    let words = cells.iter().map(|cell| plain(cell)).filter(|cell| !cell.is_empty() && number(cell).is_none());
    words.collect::<Vec<_>>().join("\u{1}")
}

/// A cell of ours: its text, its address, its column.
#[derive(Clone, Default)]
struct OurCell {
    text: String,
    address: Option<String>,
    column: usize,
}

fn our_row(document: &Document, row: &Row, width: usize, by_cells: bool) -> Vec<OurCell> {
    let cell = |inlines: &[Inline], column: usize| OurCell {
        text: one_line(&plain_text(inlines)),
        address: inlines.iter().find_map(|i| i.figure).map(|id| document.figure(id).address.clone()),
        column,
    };
    let own = row.cells.iter().map(|c| cell(&c.inlines, c.column));
    if by_cells {
        return own.collect();
    }
    let mut cells: Vec<OurCell> = (0..width).map(|column| OurCell { column, ..OurCell::default() }).collect();
    for one in own {
        let column = one.column;
        if let Some(place) = cells.get_mut(column) {
            *place = one;
        }
    }
    cells
}

fn against(document: &Document, ours: &Table, theirs: &PublishedTable, by_cells: bool) -> TableComparison {
    let mut comparison =
        TableComparison { title: theirs.title.clone(), ours: Some(title_of(ours)), ..TableComparison::default() };
    // A form's first rows are no head.
    let is_form = !by_cells && ours.header.is_empty();
    if !by_cells && !is_form {
        hold_heads(ours, theirs, &mut comparison);
    }
    let heads = ours.column_heads(plain_text);
    let rows = ours.header.iter().filter(|_| by_cells).chain(&ours.body);
    let ours: Vec<Vec<OurCell>> = rows
        .map(|row| our_row(document, row, heads.len(), by_cells))
        .filter(|row| row.iter().any(|cell| !cell.text.is_empty()))
        .collect();
    let forms = theirs.taken_for_heads.iter().filter(|_| is_form);
    let theirs: Vec<&Vec<String>> =
        forms.chain(&theirs.rows).filter(|row| row.iter().any(|c| !plain(c).is_empty())).collect();
    let partners = row_partners(&ours, &theirs);
    for (row, partner) in partners.iter().enumerate() {
        let cells = comparison.cells;
        match *partner {
            Some(index) => hold_row(row, theirs[row], &ours[index], &heads, &mut comparison),
            None => lost_row(row, theirs[row], &mut comparison),
        }
        let same = comparison.cells.of - cells.of == comparison.cells.equal - cells.equal;
        comparison.rows.count(same);
    }
    let used: HashSet<usize> = partners.into_iter().flatten().collect();
    for (row, cells) in ours.iter().enumerate().filter(|(row, _)| !used.contains(row)) {
        let texts: Vec<String> = cells.iter().map(|cell| cell.text.clone()).filter(|text| !text.is_empty()).collect();
        comparison.cells.of += texts.len();
        comparison.differences.push(Difference {
            head: false,
            row: row + 1,
            column: 0,
            label: label(&texts),
            head_words: String::new(),
            published: None,
            ours: Some(texts.join(" ")),
            address: None,
        });
    }
    comparison
}

/// Which row of ours each published one is: that of its words, else, in order, one that is left.
fn row_partners(ours: &[Vec<OurCell>], theirs: &[&Vec<String>]) -> Vec<Option<usize>> {
    let mut by_key: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (index, row) in ours.iter().enumerate() {
        let texts: Vec<String> = row.iter().map(|cell| cell.text.clone()).collect();
        by_key.entry(row_key(&texts)).or_default().push_back(index);
    }
    let mut partners: Vec<Option<usize>> =
        theirs.iter().map(|row| by_key.get_mut(&row_key(row)).and_then(VecDeque::pop_front)).collect();
    let used: HashSet<usize> = partners.iter().copied().flatten().collect();
    let mut left = (0..ours.len()).filter(|index| !used.contains(index));
    partners.iter_mut().filter(|partner| partner.is_none()).for_each(|partner| *partner = left.next());
    partners
}

/// Head cells by rows in which some cell begins: a row that merged cells cover whole is none.
fn without_covered_rows(heads: Vec<HeadCell>) -> Vec<HeadCell> {
    let rows: Vec<usize> = heads.iter().map(|head| head.row).collect::<BTreeSet<_>>().into_iter().collect();
    let at = |row: usize| rows.partition_point(|known| *known < row);
    let moved = |head: HeadCell| HeadCell {
        row: at(head.row),
        rowspan: at(head.row.saturating_add(head.rowspan)) - at(head.row),
        ..head
    };
    heads.into_iter().map(moved).collect()
}

fn hold_heads(ours: &Table, theirs: &PublishedTable, comparison: &mut TableComparison) {
    let cells = ours.header.iter().enumerate().flat_map(|(row, line)| line.cells.iter().map(move |cell| (row, cell)));
    let heads = cells.map(|(row, cell)| {
        let text = one_line(&plain_text(&cell.inlines));
        HeadCell { text, row, col: cell.column, rowspan: cell.rowspan, colspan: cell.colspan }
    });
    let heads: HashMap<(usize, usize), HeadCell> =
        without_covered_rows(heads.collect()).into_iter().map(|head| ((head.row, head.col), head)).collect();
    for head in &without_covered_rows(theirs.heads.clone()) {
        let own = heads.get(&(head.row, head.col));
        let same = own.is_some_and(|own| {
            let spans = head.rowspan == 0 || (own.rowspan, own.colspan) == (head.rowspan, head.colspan);
            spans && plain(&own.text) == plain(&head.text)
        });
        comparison.heads.count(same);
        if !same {
            let spans = |head: &HeadCell| match (head.rowspan, head.colspan) {
                (0..=1, 0..=1) => head.text.clone(),
                (rows, columns) => format!("{}（{rows} 行 {columns} 列）", head.text),
            };
            comparison.differences.push(Difference {
                head: true,
                row: head.row + 1,
                column: head.col.saturating_add(1),
                label: String::new(),
                head_words: String::new(),
                published: Some(spans(head)),
                ours: own.map(spans),
                address: None,
            });
        }
    }
}

fn hold_row(row: usize, theirs: &[String], ours: &[OurCell], heads: &[String], comparison: &mut TableComparison) {
    let is_word = |text: &String| !plain(text).is_empty() && number(text).is_none();
    let lowest = |own: Option<&OurCell>| heads.get(own?.column)?.rsplit('·').next();
    // Sides stand next to each other under the same lowest head: each calls its own row.
    let first = LazyCell::new(|| theirs.iter().position(is_word));
    let whole = LazyCell::new(|| label(theirs));
    let mut of_side = None;
    for index in 0..theirs.len().max(ours.len()) {
        let (published, own) = (theirs.get(index), ours.get(index));
        let again = |first: usize| index > first && lowest(own).is_some() && lowest(own) == lowest(ours.get(first));
        if published.is_some_and(is_word) && first.is_some_and(again) {
            of_side = published;
        }
        let text = published.map(String::as_str).unwrap_or_default();
        let printed = own.map(|own| own.text.as_str()).unwrap_or_default();
        if plain(text).is_empty() && plain(printed).is_empty() {
            continue;
        }
        let same = plain(text) == plain(printed);
        comparison.cells.count(same);
        if !same {
            comparison.differences.push(Difference {
                head: false,
                row: row + 1,
                column: index + 1,
                label: of_side.unwrap_or(&whole).clone(),
                head_words: own.and_then(|own| heads.get(own.column)).cloned().unwrap_or_default(),
                published: Some(text.to_string()),
                ours: Some(printed.to_string()),
                address: own.and_then(|own| own.address.clone()),
            });
        }
    }
}

fn lost_row(row: usize, theirs: &[String], comparison: &mut TableComparison) {
    let texts: Vec<String> = theirs.iter().filter(|text| !plain(text).is_empty()).cloned().collect();
    comparison.cells.of += texts.len();
    comparison.differences.push(Difference {
        head: false,
        row: row + 1,
        column: 0,
        label: label(theirs),
        head_words: String::new(),
        published: Some(texts.join(" ")),
        ours: None,
        address: None,
    });
}

/// What a row is called: its first text that is no number.
fn label(cells: &[String]) -> String {
    let words = cells.iter().find(|cell| !plain(cell).is_empty() && number(cell).is_none());
    words.or(cells.iter().find(|cell| !cell.is_empty())).cloned().unwrap_or_default()
}

fn absent(theirs: &PublishedTable) -> TableComparison {
    let cells = theirs.rows.iter().flatten().filter(|cell| !plain(cell).is_empty()).count();
    TableComparison {
        title: theirs.title.clone(),
        ours: None,
        heads: Tally { equal: 0, of: theirs.heads.len() },
        cells: Tally { equal: 0, of: cells },
        rows: Tally { equal: 0, of: theirs.rows.len() },
        differences: Vec::new(),
    }
}

fn hold_sentences(document: &Document, published: &Published, comparison: &mut Comparison) {
    let texts = document.blocks().flat_map(|block| match block {
        Block::Paragraph(paragraph) => vec![plain_text(&paragraph.inlines)],
        Block::Heading(heading) => vec![plain_text(&heading.inlines)],
        Block::Table(table) => {
            let title = table.title.iter().map(|title| plain_text(&title.inlines));
            title.chain(table.above.iter().chain(&table.notes).map(|line| plain_text(line))).collect()
        }
        Block::Chart(_) | Block::Picture(_) | Block::Contents | Block::PageBreak => Vec::new(),
    });
    let ours: Vec<String> = texts.flat_map(|text| sentences(&text)).collect();
    let mut same: HashMap<String, usize> = HashMap::new();
    let mut alike: HashMap<String, &String> = HashMap::new();
    for sentence in &ours {
        *same.entry(plain(sentence)).or_default() += 1;
        alike.entry(words_of(sentence)).or_insert(sentence);
    }
    for sentence in &published.sentences {
        let left = same.get_mut(&plain(sentence)).filter(|left| **left > 0);
        comparison.sentences.count(left.is_some());
        match left {
            Some(left) => *left -= 1,
            None => {
                let own = alike.get(&words_of(sentence)).map(|own| (*own).clone());
                comparison.other_sentences.push((sentence.clone(), own));
            }
        }
    }
}

/// A sentence without its numbers.
fn words_of(sentence: &str) -> String {
    plain(sentence).chars().filter(|c| !c.is_ascii_digit() && !",.%".contains(*c)).collect()
}
