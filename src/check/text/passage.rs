//! The texts of a document and its data, each with its place in the user's file: what the rules over texts read.

use super::amounts::Amount;
use super::statements::{Statement, statements};
use crate::compose::{Composition, Figure};
use crate::data::Kind as FieldKind;
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Block, FigureId, Heading, Inline, Paragraph, Source, Table};
use crate::layout::narrative_lines::{END, LINE};
use crate::layout::{RowDecl, TableLayout, Template};
use crate::money;
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// What a passage is in its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A heading of the narrative, with its level.
    Heading(u8),
    /// A stressed line that opens paragraphs.
    Lead,
    Prose,
    /// A table's title, or a line in a role of its own: the cover's, the contents'.
    Title,
    /// A line under a table.
    Note,
    /// A column's head, a row's label, the line above a table: the layout set's words.
    Label,
    /// A text field of a record: its dataset and its column's heading.
    Field {
        dataset: String,
        head: String,
    },
}

/// A text with its place. Ranges count characters.
pub struct Passage {
    pub kind: Kind,
    pub text: String,
    pub chars: Vec<char>,
    /// Where a figure is printed.
    pub figures: Vec<(Range<usize>, FigureId)>,
    pub place: Place,
    /// Other records that hold the same text.
    pub again: Vec<Place>,
    /// From the department's own files.
    pub own: bool,
    /// The lines of its file from its place on; columns are looked up in them.
    lines: Lines,
    /// The reasons that its sentences may have taken in.
    reasons: Arc<Vec<(Place, String)>>,
    /// Which heading of the narrative it stands under, from 1; 0 before the first.
    pub under: usize,
    /// See [`super::amounts::amounts`].
    pub(super) amounts: OnceLock<Vec<Amount>>,
}

/// The template lines of a narrative, without marks: line number and text.
type Lines = Option<Arc<Vec<(u32, String)>>>;

/// How far below its first line a paragraph that is put together from several template lines may reach.
const REACH: u32 = 30;

impl Passage {
    fn new(kind: Kind, text: &str, place: Place, own: bool) -> Passage {
        let chars = text.chars().collect();
        let text = text.to_string();
        Passage {
            kind,
            text,
            chars,
            figures: Vec::new(),
            place,
            again: Vec::new(),
            own,
            lines: None,
            reasons: Arc::default(),
            under: 0,
            amounts: OnceLock::new(),
        }
    }

    /// The words of a range.
    pub fn words(&self, range: &Range<usize>) -> String {
        self.chars[range.start.min(self.chars.len())..range.end.min(self.chars.len())].iter().collect()
    }

    /// Whether a range touches a printed figure.
    pub fn is_figure(&self, range: &Range<usize>) -> bool {
        self.figures.iter().any(|(r, _)| r.start < range.end && range.start < r.end)
    }

    /// Running text: prose or a field that holds sentences.
    pub fn is_prose(&self) -> bool {
        self.kind == Kind::Prose
    }

    /// A finding about some words of this passage, at their place.
    pub fn finding(&self, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        let words = self.words(&range);
        let place = self.place_of(&range, &words);
        Diagnostic::warning("", message).at(place).text(words)
    }

    /// A change of exactly the words of a range; what stands around them tells them from others like them.
    pub fn certain(&self, finding: Diagnostic, range: &Range<usize>, new: &str) -> Diagnostic {
        if !self.own {
            return finding;
        }
        let from = self.plain_from(range.start, 4);
        let to = self.plain_to(range.end);
        let before = self.words(&(from..range.start));
        let after = self.words(&(range.end..to));
        finding.fix(format!("{before}{}{after}", self.words(range)), format!("{before}{new}{after}"))
    }

    /// Up to `most` characters before, or four after, that are typed, not a figure's.
    fn plain_from(&self, at: usize, most: usize) -> usize {
        (at.saturating_sub(most)..at).rev().take_while(|&i| !self.is_figure(&(i..i + 1))).last().unwrap_or(at)
    }

    fn plain_to(&self, at: usize) -> usize {
        let end = self.chars.len().min(at + 4);
        (at..end).take_while(|&i| !self.is_figure(&(i..i + 1))).last().map_or(at, |i| i + 1)
    }

    /// Where the words stand: their own line and column if the file's line shows them as typed.
    fn place_of(&self, range: &Range<usize>, words: &str) -> Place {
        let Some(lines) = &self.lines else { return self.place.clone() };
        let with_before = self.words(&(self.plain_from(range.start, 8)..range.start));
        let before = with_before.chars().count() as u32;
        let near = || lines.iter().filter(|(n, _)| (self.place.line..self.place.line + REACH).contains(n));
        let found = |wanted: &str, skip: u32| {
            near().find_map(|(n, line)| {
                let at = line.find(wanted)?;
                Some(Place::new(self.place.file.clone(), *n, line[..at].chars().count() as u32 + 1 + skip))
            })
        };
        found(&format!("{with_before}{words}"), before)
            .or_else(|| found(words, 0).filter(|_| !words.is_empty()))
            // A figure is named there by its address: it begins after what stands before it.
            .or_else(|| found(&with_before, before).filter(|_| before > 0))
            .or_else(|| self.place_in_reasons(words, &with_before))
            .unwrap_or_else(|| self.place.clone())
    }

    /// Words that a sentence took from a reason are mended there, not in the template.
    fn place_in_reasons(&self, words: &str, before: &str) -> Option<Place> {
        let holds = |wanted: &str| {
            let mut reasons = self.reasons.iter();
            reasons.find(|(_, text)| !wanted.is_empty() && text.contains(wanted)).map(|(place, _)| place.clone())
        };
        holds(words).or_else(|| holds(before))
    }
}

/// A known figure as a sentence may name it.
#[derive(Debug, Clone)]
pub struct NamedFigure {
    pub address: String,
    /// 元, or ones for a plain number.
    pub amount: Decimal,
    /// As a sentence prints it, without its unit.
    pub text: String,
    pub unit: money::Unit,
    /// What a difference was made from: the figure and what it is compared with.
    pub compares: Option<(Decimal, Decimal)>,
}

impl NamedFigure {
    fn of(composition: &Composition, figure: &Figure) -> Option<NamedFigure> {
        let (text, unit) = composition.in_sentences(figure)?;
        let compares = composition.compared(figure);
        Some(NamedFigure { address: figure.address.to_string(), amount: figure.amount?, text, unit, compares })
    }
}

/// Everything the rules read.
pub struct Texts<'a> {
    pub composition: &'a Composition,
    pub passages: Vec<Passage>,
    /// All figures, with the labels they stand beside.
    pub figures: Vec<NamedFigure>,
    /// Address of a printed figure → the label of its row.
    labels: HashMap<&'a str, String>,
    /// Label or row key → the figures of that name, in order.
    by_name: HashMap<String, Vec<usize>>,
    /// Names that may hold anything: projects, units, subjects.
    pub names: HashSet<&'a str>,
    /// Typed numbers whose figure the set's own sentence tells.
    pub statements: Vec<Statement>,
}

impl<'a> Texts<'a> {
    pub fn of(composition: &'a Composition) -> Texts<'a> {
        let reasons = Arc::new(reasons(composition));
        let mut reader = Reader { composition, passages: Vec::new(), lines: HashMap::default(), reasons, under: 0 };
        reader.document();
        reader.layouts();
        reader.records();
        let passages = reader.passages;
        let mut texts = Texts {
            statements: statements(composition, &passages),
            passages,
            figures: composition.figures().filter_map(|f| NamedFigure::of(composition, f)).collect(),
            labels: labels(composition),
            by_name: HashMap::default(),
            names: names(composition),
            composition,
        };
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::default();
        for (index, figure) in texts.figures.iter().enumerate() {
            let (label, key) = (texts.label_of(figure), row_key(&figure.address));
            for name in std::iter::once(label).chain((key != label).then_some(key)) {
                match by_name.get_mut(name) {
                    Some(known) => known.push(index),
                    None => drop(by_name.insert(name.to_string(), vec![index])),
                }
            }
        }
        texts.by_name = by_name;
        texts
    }

    /// The label of a figure: as printed beside it, else the key of its row.
    pub fn label_of<'t>(&'t self, figure: &'t NamedFigure) -> &'t str {
        self.label(&figure.address).unwrap_or_else(|| row_key(&figure.address))
    }

    /// Whether words name the row of a figure.
    pub fn names(&self, figure: &NamedFigure, words: &str) -> bool {
        name_in(words).is_some_and(|name| self.label_of(figure) == name || row_key(&figure.address) == name)
    }

    /// The figures whose row words name.
    pub fn figures_named(&self, words: &str) -> impl Iterator<Item = &NamedFigure> {
        let named = name_in(words).and_then(|name| self.by_name.get(name));
        named.into_iter().flatten().map(|&index| &self.figures[index])
    }

    /// A value of `report.toml`, empty where the set does not ask for it.
    pub fn report(&self, key: &str) -> &str {
        self.composition.job().report.values.get(key).map_or("", String::as_str)
    }

    /// The label that a printed figure stands beside.
    pub fn label(&self, address: &str) -> Option<&str> {
        self.labels.get(address).map(String::as_str).filter(|l| !l.is_empty())
    }

    pub fn year(&self) -> i32 {
        self.composition.job().report.year
    }

    pub fn prose(&self) -> impl Iterator<Item = &Passage> {
        self.passages.iter().filter(|p| p.is_prose())
    }

    /// The layout of a table of the document.
    pub fn layout(&self, table: &Table) -> Option<&'a TableLayout> {
        layout_of(self.composition, table)
    }
}

/// The name that words before an amount are: `路灯改造项目` is `路灯改造`. Two characters may be anything.
fn name_in(words: &str) -> Option<&str> {
    let name = words.strip_suffix("项目").unwrap_or(words);
    (name.chars().count() >= 3).then_some(name)
}

/// The key of the row an address lies in.
pub fn row_key(address: &str) -> &str {
    address.split('/').nth(1).unwrap_or_default()
}

fn layout_of<'a>(composition: &'a Composition, table: &Table) -> Option<&'a TableLayout> {
    let id = table.id.split(['.', '#']).next().unwrap_or_default();
    composition.job().set.tables.values().find(|t| t.id == id)
}

struct Reader<'a> {
    composition: &'a Composition,
    passages: Vec<Passage>,
    /// By shown name.
    lines: HashMap<Arc<str>, Lines>,
    reasons: Arc<Vec<(Place, String)>>,
    under: usize,
}

impl Reader<'_> {
    fn document(&mut self) {
        let composition = self.composition;
        for block in composition.document.blocks() {
            match block {
                Block::Heading(heading) => self.heading(heading),
                Block::Paragraph(paragraph) => self.paragraph(paragraph),
                Block::Table(table) => self.table(table),
                Block::Contents | Block::PageBreak => {}
            }
        }
    }

    fn heading(&mut self, heading: &Heading) {
        self.under += 1;
        if let Some(source) = &heading.source {
            self.inlines(Kind::Heading(heading.level), &heading.inlines, source);
        }
    }

    fn paragraph(&mut self, paragraph: &Paragraph) {
        let Some(source) = &paragraph.source else { return };
        let kind = match paragraph.role.as_str() {
            "引领" => Kind::Lead,
            "正文" => Kind::Prose,
            _ => Kind::Title,
        };
        self.inlines(kind, &paragraph.inlines, source);
    }

    fn inlines(&mut self, kind: Kind, inlines: &[Inline], source: &Source) {
        let place = Place::new(source.file.clone(), source.line, 0);
        let text: String = inlines.iter().map(|i| i.text.as_str()).collect();
        let mut passage = Passage::new(kind, &text, place, source.own);
        let mut at = 0;
        for inline in inlines {
            let end = at + inline.text.chars().count();
            passage.figures.extend(inline.figure.map(|id| (at..end, id)));
            at = end;
        }
        passage.lines = self.lines_of(&source.file);
        passage.reasons = self.reasons.clone();
        passage.under = self.under;
        self.passages.push(passage);
    }

    fn lines_of(&mut self, file: &Arc<str>) -> Lines {
        if let Some(known) = self.lines.get(file) {
            return known.clone();
        }
        let narratives = &self.composition.job().set.narratives;
        let lines = narratives.values().find(|n| n.file == *file).map(|narrative| {
            let first = narrative.template.place.line;
            let line = |(index, line): (usize, &str)| (first + index as u32, unmarked(line));
            Arc::new(narrative.template.source.split('\n').enumerate().map(line).collect())
        });
        self.lines.insert(file.clone(), lines.clone());
        lines
    }

    fn table(&mut self, table: &Table) {
        let Some(layout) = layout_of(self.composition, table) else { return };
        let own = layout.place.file.starts_with("layout/");
        if let Some(title) = &table.title {
            let place = layout.title.as_ref().map_or(&layout.place, |t| &t.place);
            self.printed(Kind::Title, &title.inlines, place.clone(), own);
        }
        for note in &table.notes {
            let place = note_place(layout, &plain(note));
            let own = place.file.starts_with("layout/");
            self.printed(Kind::Note, note, place, own);
        }
    }

    fn printed(&mut self, kind: Kind, inlines: &[Inline], place: Place, own: bool) {
        let mut passage = Passage::new(kind, &plain(inlines), place, own);
        passage.under = self.under;
        self.passages.push(passage);
    }

    /// The words that the set declares for the tables that are printed.
    fn layouts(&mut self) {
        let composition = self.composition;
        let mut seen = HashSet::default();
        for layout in composition.document.tables().filter_map(|t| layout_of(composition, t)) {
            if !seen.insert(&layout.id) {
                continue;
            }
            layout.labels.values().for_each(|t| self.label(t));
            layout.heads.values().flatten().for_each(|t| self.label(t));
            let sides = layout.sides.iter().flat_map(|s| &s.columns);
            layout.columns.iter().chain(sides).flat_map(|c| &c.head).for_each(|t| self.label(t));
            layout.sides.iter().flat_map(|s| s.rows.iter().chain(&s.foot)).for_each(|r| self.row(r));
        }
    }

    fn row(&mut self, row: &RowDecl) {
        row.label.iter().for_each(|t| self.label(t));
        row.rows.iter().for_each(|r| self.row(r));
    }

    fn label(&mut self, template: &Template) {
        if template.name.is_none() {
            let own = template.place.file.starts_with("layout/");
            self.passages.push(Passage::new(Kind::Label, &template.source, template.place.clone(), own));
        }
    }

    /// The text fields of all records, each distinct text of a field once, with all its places.
    fn records(&mut self) {
        let composition = self.composition;
        for dataset in composition.job().data.datasets.values() {
            let texts = dataset.fields.iter().enumerate().filter(|(_, f)| matches!(f.kind, FieldKind::Text));
            for (index, field) in texts {
                let mut seen: HashMap<&str, usize> = HashMap::default();
                for record in &dataset.records {
                    let text = record.values[index].text();
                    if text.is_empty() || record.columns[index] == 0 {
                        continue;
                    }
                    let place = Place::new(record.origin.file.clone(), record.origin.line, record.columns[index]);
                    if let Some(&first) = seen.get(text) {
                        self.passages[first].again.push(place);
                        continue;
                    }
                    seen.insert(text, self.passages.len());
                    let kind = Kind::Field { dataset: dataset.id.clone(), head: field.head.clone() };
                    self.passages.push(Passage::new(kind, text, place, true));
                }
            }
        }
    }
}

/// Where a printed note is declared.
pub fn note_place(layout: &TableLayout, text: &str) -> Place {
    let empty = layout.empty.as_ref().and_then(|e| e.note.as_ref());
    let declared = layout.notes.iter().chain(empty);
    let same = declared.filter(|t| t.source == text || t.name.is_some() && t.source.contains(text));
    same.map(|t| t.place.clone()).next().unwrap_or_else(|| layout.place.clone())
}

pub fn plain(inlines: &[Inline]) -> String {
    inlines.iter().map(|i| i.text.as_str()).collect()
}

/// A template line without the mark of its number.
fn unmarked(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(LINE) {
        text.push_str(&rest[..at]);
        rest = rest[at..].split_once(END).map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

/// The label beside each printed figure: the nearest text to its left in its row.
fn labels(composition: &Composition) -> HashMap<&str, String> {
    let mut labels = HashMap::default();
    for row in composition.given().iter().flat_map(|t| &t.rows) {
        let figures = row.figures.iter().flatten();
        labels.extend(figures.map(|f| (&*f.address, bare_label(&row.label).to_string())));
    }
    for row in composition.document.tables().flat_map(|t| &t.body) {
        let mut label = String::new();
        for cell in &row.cells {
            match cell.inlines.first().and_then(|i| i.figure) {
                Some(id) => {
                    let address = composition.document.figure(id).address.as_str();
                    labels.entry(address).or_insert_with(|| label.clone());
                }
                None => {
                    let text = plain(&cell.inlines);
                    if text.chars().any(|c| !c.is_ascii() && !c.is_whitespace()) {
                        label = bare_label(&text).to_string();
                    }
                }
            }
        }
    }
    labels
}

/// A row's label without its number and “其中：”.
pub fn bare_label(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("其中：").unwrap_or(text);
    match text.split_once('、') {
        Some((number, rest)) if number.chars().all(|c| "一二三四五六七八九十0123456789".contains(c)) => {
            rest.trim()
        }
        _ => text,
    }
}

/// Projects, units, subjects: what `project`, `name` and fields of references hold, and the classification's names.
fn names(composition: &Composition) -> HashSet<&str> {
    let job = composition.job();
    let mut names: HashSet<&str> =
        job.set.schema.classes.values().flat_map(|c| c.names.values().map(String::as_str)).collect();
    for dataset in job.data.datasets.values() {
        let fields = dataset.fields.iter().enumerate();
        let named =
            fields.filter(|(_, f)| f.id == "project" || f.id == "name" || matches!(f.kind, FieldKind::Ref { .. }));
        for (index, _) in named {
            names.extend(dataset.records.iter().map(|r| r.values[index].text()).filter(|n| !n.is_empty()));
        }
    }
    names
}

/// The texts of the typed reasons, with their places.
fn reasons(composition: &Composition) -> Vec<(Place, String)> {
    let job = composition.job();
    let file = job.set.schema.files.values().find(|f| f.role.as_deref() == Some("reasons"));
    let dataset = file.and_then(|f| job.data.datasets.get(&f.id));
    let Some((dataset, field)) = dataset.and_then(|d| Some((d, d.field("text")?))) else { return Vec::new() };
    let text = |r: &crate::data::Record| {
        (Place::new(r.origin.file.clone(), r.origin.line, r.columns[field]), r.values[field].text().to_string())
    };
    dataset.records.iter().map(text).collect()
}
