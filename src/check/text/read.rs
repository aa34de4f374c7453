//! The passages of a document and its data, in reading order.

use super::passage::{Kind, Lines, Passage, plain};
use crate::compose::Composition;
use crate::data::Kind as FieldKind;
use crate::diagnostic::Place;
use crate::document::{Block, Heading, Inline, Paragraph, Source, Table};
use crate::layout::narrative_lines::{END, LINE};
use crate::layout::{RowDecl, TableLayout, Template};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::sync::Arc;

/// Everything that is printed or typed: the document's texts, its layouts' words, the text fields of its records.
pub fn passages(composition: &Composition) -> Vec<Passage> {
    let reasons = Arc::new(reasons(composition));
    let mut reader = Reader { composition, passages: Vec::new(), lines: HashMap::default(), reasons, under: 0 };
    reader.document();
    reader.layouts();
    reader.records();
    reader.passages.iter_mut().enumerate().for_each(|(index, passage)| passage.index = index);
    reader.passages
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
                Block::Chart(_) | Block::Picture(_) | Block::Contents | Block::PageBreak => {}
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
            let figure = inline.figure.map(|id| (passage.as_searched(at..end), id));
            passage.figures.extend(figure);
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
                    let place = record.place(index);
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

/// The layout of a table of the document.
pub fn layout_of<'a>(composition: &'a Composition, table: &Table) -> Option<&'a TableLayout> {
    let id = table.id.split(['.', '#']).next().unwrap_or_default();
    composition.job().set.tables.values().find(|t| t.id == id)
}

/// Where a printed note is declared.
pub fn note_place(layout: &TableLayout, text: &str) -> Place {
    let empty = layout.empty.as_ref().and_then(|e| e.note.as_ref());
    let declared = layout.notes.iter().chain(empty);
    let same = declared.filter(|t| t.source == text || t.name.is_some() && t.source.contains(text));
    same.map(|t| t.place.clone()).next().unwrap_or_else(|| layout.place.clone())
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

/// The texts of the typed reasons, with their places.
fn reasons(composition: &Composition) -> Vec<(Place, String)> {
    let job = composition.job();
    let file = job.set.schema.files.values().find(|f| f.role.as_deref() == Some("reasons"));
    let dataset = file.and_then(|f| job.data.datasets.get(&f.id));
    let Some((dataset, field)) = dataset.and_then(|d| Some((d, d.field("text")?))) else { return Vec::new() };
    let text = |r: &crate::data::Record| (r.place(field), r.values[field].text().to_string());
    dataset.records.iter().map(text).collect()
}
