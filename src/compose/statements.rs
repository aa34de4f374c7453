//! Sentences without their document: the narrative over tables that are given as printed, and what the set would say
//! where a department writes a whole section itself.

use super::narrative::{Piece, pieces};
use super::session::Session;
use super::table::composed;
use super::view::Forms;
use super::{Composition, TableView, document};
use crate::document::Inline;
use crate::layout::TableLayout;
use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Stands for a figure that no given table prints.
pub const UNKNOWN: &str = "？";

/// A paragraph as the set's own section says it.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// Its characters.
    pub chars: Vec<char>,
    /// Where a figure is printed, in characters, and its address.
    pub figures: Vec<(Range<usize>, Arc<str>)>,
}

/// What the set says in place of a section that the department writes itself.
#[derive(Debug, Clone)]
pub struct Model {
    /// The department's file, as users see it.
    pub file: Arc<str>,
    /// In order.
    pub sentences: Vec<Sentence>,
}

impl Composition {
    /// The narrative alone, over tables that are given as printed. What sentences cannot know without the ledger is
    /// left out, and no mistake.
    pub fn of_printed(forms: &Forms, given: &[TableView]) -> Composition {
        let session = Session::with_given(forms.shared_job(), given);
        let document = document::narrative(&session);
        session.take_diagnostics();
        let same = same_in_print(forms, given);
        Composition { same, ..Composition::of(session, document, given.to_vec(), Vec::new()) }
    }

    /// The printed figures that sum together what a figure does that no table prints; none: it is made otherwise.
    pub(crate) fn same_in_print(&self, address: &str) -> Option<&[Arc<str>]> {
        self.same.get(address).map(Vec::as_slice)
    }

    /// The tables it was composed over, where they are given as printed.
    pub fn given(&self) -> &[TableView] {
        &self.given
    }

    /// The set's sentences for every section that the department writes itself.
    pub fn models(&self) -> &[Model] {
        &self.models
    }
}

/// By the address of a figure that no given table prints: those which print what it sums.
fn same_in_print(forms: &Forms, given: &[TableView]) -> HashMap<Arc<str>, Vec<Arc<str>>> {
    if given.is_empty() {
        return HashMap::default();
    }
    let session = Session::with_given(forms.shared_job(), given);
    let is_given = |layout: &TableLayout| given.iter().any(|table| *table.id == *layout.id);
    let job = session.job.clone();
    let compose = |given: bool| {
        for layout in job.set.tables.values().filter(|layout| is_given(layout) == given) {
            composed(&session, layout, &[]);
        }
    };
    compose(true);
    session.know_given();
    compose(false);
    session.take_diagnostics();
    session.finish().register.same_in_print()
}

/// The set's sentences for every section that the department writes itself. What they meet is none of the document's.
pub(super) fn models(session: &Session) -> Vec<Model> {
    let set = &session.job.set;
    let model = |part: &crate::layout::Part| {
        let own = set.narratives.get(&format!("text/{}", part.file))?;
        let sentences = pieces(session, set.narratives.get(&part.file)?);
        let sentences = sentences.into_iter().filter_map(|piece| match piece {
            Piece::Paragraph { inlines, .. } => Some(sentence(session, &inlines)),
            _ => None,
        });
        Some(Model { file: own.file.clone(), sentences: sentences.collect() })
    };
    session.unheard(|| set.parts.iter().filter_map(model).collect())
}

fn sentence(session: &Session, inlines: &[Inline]) -> Sentence {
    let mut sentence = Sentence { chars: Vec::new(), figures: Vec::new() };
    for inline in inlines {
        let start = sentence.chars.len();
        sentence.chars.extend(inline.text.chars());
        let address = inline.figure.and_then(|id| session.printed_address(id));
        sentence.figures.extend(address.map(|a| (start..sentence.chars.len(), a)));
    }
    sentence
}
