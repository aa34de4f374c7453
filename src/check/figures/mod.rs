//! Rules over figures: those of the set's `checks.toml`, inside a table and between tables.

mod book;
mod evaluate;
mod run;
mod words;

use crate::compose::{Composition, SourceView};
use crate::diagnostic::{Diagnostics, Place};
use book::{Book, CellId};
use rayon::prelude::*;

/// What the rules find in a composed document, whose figures are exact.
pub fn check(composition: &Composition) -> Diagnostics {
    let set = &composition.job().set;
    let book = book_of(composition);
    // A figure is wrong where its lines are; one without lines, where its table is declared.
    let place_of = |book: &Book, cell: CellId| -> Place {
        let source = book.figure(cell).and_then(|f| composition.source(&f.address));
        match source {
            Some(SourceView::Lines { lines, .. }) => lines.first().map(|(o, ..)| Place::new(o.file.clone(), o.line, 0)),
            _ => None,
        }
        .unwrap_or_else(|| book.sheets()[cell.table].view.place.clone())
    };
    let found: Vec<Diagnostics> =
        set.rules.par_iter().map(|rule| run::run(&book, rule, &set.schema, &place_of)).collect();
    let mut all = Diagnostics::default();
    found.into_iter().for_each(|f| all.extend(f));
    all
}

/// The tables that the set's rules read.
fn book_of(composition: &Composition) -> Book {
    let mut ids: Vec<&str> = composition.job().set.rules.iter().flat_map(|r| r.tables()).collect();
    ids.sort();
    ids.dedup();
    Book::new(ids.iter().filter_map(|id| composition.table(id)).collect())
}
