//! The book of a bureau: its departments' documents bound into volumes, behind the cover, the contents and the summary
//! tables that a layout set of the book makes of all departments' data.
//!
//! A volume is one [`crate::document::Document`]: what the departments' own documents say, composed as those are and bound
//! together (`bind`), so that pages, contents, bookmarks and tags of the whole are made as those of any document. One
//! volume after another is in memory, and of a department no more than its document.

mod bind;
mod correction;
mod front;

pub use correction::Corrected;

use super::board::{Board, Line, Standing};
use super::declared::Bureau;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::document::{Document, Origins};
use crate::folder::Folder;
use crate::made::Made;
use crate::style::Style;
use crate::typeset::{Pages, typeset};
use crate::workshop::{Workshop, compose_all};
use crate::write::{Format, Output, write};
use bind::Binder;
use front::Front;
use rayon::prelude::*;

/// The set of the book's own pages where nothing else is asked for.
pub const SET: &str = "bureau-book";

/// How a book is bound.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Id of the set of its cover, contents and summary tables.
    pub set: String,
    /// A volume ends before it would have more pages of departments than this; a department is never cut.
    pub most_pages: usize,
    /// Page numbers begin again with each department; else they run through the volume.
    pub by_department: bool,
}

impl Default for Binding {
    fn default() -> Binding {
        Binding { set: SET.to_string(), most_pages: 800, by_department: false }
    }
}

/// A book that is going to be bound.
pub struct Book<'a> {
    bureau: &'a Bureau,
    board: &'a Board,
    workshop: &'a Workshop,
    binding: Binding,
    front: Front,
    /// The lines of the board that each volume has.
    volumes: Vec<std::ops::Range<usize>>,
}

/// A volume before it is written.
struct Bound {
    document: Document,
    style: Style,
    pages: Pages,
}

impl Bound {
    fn write(&self, workshop: &Workshop, formats: &[Format], diagnostics: &mut Diagnostics) -> Vec<Output> {
        let one = |&format: &Format| {
            let name = format!("{}.{}", self.document.meta.file_stem, format.ending());
            Ok(Output { name, bytes: write(&self.document, &self.style, &self.pages, &workshop.fonts, format)? })
        };
        let written: Result<Vec<Output>, Diagnostic> = formats.par_iter().map(one).collect();
        written.unwrap_or_else(|found| {
            diagnostics.push(found);
            Vec::new()
        })
    }
}

/// What a department gives to the book.
enum Part {
    /// Its documents, each with what `[[document]]` calls it and what its pages look like.
    Documents(Vec<(Option<String>, Document, Style)>),
    /// Why it has none.
    Missing(String),
}

impl<'a> Book<'a> {
    /// Plans the volumes, and gathers the data of the summary tables. None: the book's own set makes no pages of it.
    pub fn plan(
        bureau: &'a Bureau,
        board: &'a Board,
        workshop: &'a Workshop,
        binding: Binding,
        diagnostics: &mut Diagnostics,
    ) -> Option<Book<'a>> {
        let front = Front::gather(bureau, board, workshop, &binding.set, diagnostics)?;
        let mut volumes: Vec<std::ops::Range<usize>> = Vec::new();
        let (mut from, mut pages) = (0, 0);
        for (index, line) in board.lines.iter().enumerate() {
            let own = line.brief.as_ref().map_or(1, |brief| brief.pages.max(1));
            if index > from && pages + own > binding.most_pages {
                volumes.push(from..index);
                (from, pages) = (index, 0);
            }
            pages += own;
        }
        volumes.push(from..board.lines.len());
        Some(Book { bureau, board, workshop, binding, front, volumes })
    }

    /// How many volumes it has.
    pub fn volumes(&self) -> usize {
        self.volumes.len()
    }

    /// The files of a volume, from 0, one of each format. A department that fails has its place and the reason in it; it
    /// is told, and stops nothing. Errors of the volume itself leave it without files.
    pub fn volume(&self, number: usize, formats: &[Format], diagnostics: &mut Diagnostics) -> Vec<Output> {
        let bound = self.bound(number, diagnostics);
        bound.map(|bound| bound.write(self.workshop, formats, diagnostics)).unwrap_or_default()
    }

    /// What stands on the cover of a volume: 第2册（共3册）; of one alone nothing.
    fn label(&self, number: usize) -> String {
        match self.volumes.len() {
            1 => String::new(),
            all => format!("第{}册（共{all}册）", number + 1),
        }
    }

    /// A volume, laid out.
    fn bound(&self, number: usize, diagnostics: &mut Diagnostics) -> Option<Bound> {
        let label = self.label(number);
        let made = self.front.compose(&label, number == 0, self.workshop, diagnostics)?;
        let (document, style) = taken(made);
        let mut binder = Binder::new(document, style, self.binding.by_department);
        let lines = &self.board.lines[self.volumes[number].clone()];
        let parts: Vec<Part> = lines.par_iter().map(|line| self.part(line)).collect();
        for (index, (line, part)) in (self.volumes[number].start..).zip(lines.iter().zip(parts)) {
            let department = &line.department;
            let title = format!("{} {}", department.code, department.name).trim().to_string();
            match part {
                Part::Documents(documents) => {
                    for (name, document, style) in documents {
                        // Of several documents each is called by what it is of.
                        let title = name.map_or_else(|| title.clone(), |name| format!("{title}　{name}"));
                        binder.add(index, &title, &department.name, document, &style);
                    }
                }
                Part::Missing(why) => {
                    let message = format!("没有编入“{title}”：{why}");
                    let mut found = Diagnostic::error("E830", message);
                    found.place.clone_from(&department.place);
                    diagnostics
                        .push(found.hint(format!("看它差什么：gongkai status {}", self.bureau.folder.display())));
                    binder.add_missing(index, &title, &department.name, &why);
                }
            }
        }
        let (document, style) = binder.bound();
        let mut found = Diagnostics::default();
        let pages = typeset(&document, &style, &self.workshop.fonts, &mut found);
        let broken = found.has_errors();
        diagnostics.extend(found);
        (!broken).then_some(Bound { document, style, pages })
    }

    /// Whether a department's documents are in it, as far as its board tells.
    fn has(&self, line: &Line) -> bool {
        line.brief.is_some() && line.standing != Standing::Wrong
    }

    /// Composes a department as its own document is.
    fn part(&self, line: &Line) -> Part {
        let Some(brief) = &line.brief else { return Part::Missing("没有交来".to_string()) };
        if line.standing == Standing::Wrong {
            let beside = || line.found.sorted().into_iter().find(|found| found.severity == Severity::Error);
            let beside = || beside().map(|found| found.message.clone());
            let first = brief.first.clone().filter(|_| brief.errors > 0).or_else(beside).unwrap_or_default();
            return Part::Missing(format!("有 {} 处错误，第一处：{first}", line.errors()));
        }
        let folder = Folder::at(&self.bureau.path_of(&line.department));
        let mut found = Diagnostics::default();
        let made = compose_all(&folder, &self.workshop.layouts, &mut found);
        if made.is_empty() {
            let first = found.sorted().first().map(ToString::to_string).unwrap_or_default();
            return Part::Missing(format!("没有做成公开文本：{first}"));
        }
        let named = |made: Made| {
            let name = made.name.clone();
            let (document, style) = taken(made);
            (name, document, style)
        };
        Part::Documents(made.into_iter().map(named).collect())
    }
}

/// A made document and its style alone: the data it was made of is given back.
fn taken(made: Made) -> (Document, Style) {
    let style = made.style().clone();
    let mut document = made.composition.document;
    for figure in &mut document.figures {
        figure.origins = Origins::default();
    }
    (document, style)
}
