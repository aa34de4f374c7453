//! Nothing inconsistent is published: rules over the figures of a composed document, and over its texts. A finding has
//! a code of one of five classes: C figures, X across tables and what must not be published, N narrative,
//! K completeness, L language.

pub mod acknowledge;
pub mod figures;
pub mod fix;
pub(crate) mod interval;
pub mod rule;
mod text;
mod whence;

pub(crate) use text::{Amount, amounts_of};
pub use whence::name_what_was_typed;

use crate::compose::{Composition, Forms, Job, TableView};
use crate::diagnostic::Diagnostics;
use rule::RulePage;
use std::sync::Arc;

/// Everything the rules find in a composed document, what its report acknowledges marked.
pub fn check(composition: &Composition) -> Diagnostics {
    let (mut found, of_text) = rayon::join(|| figures::check(composition), || text::check(composition));
    found.extend(of_text);
    accept(composition.job(), found)
}

/// Everything the rules find in tables that are given as printed, without a ledger to make a document of.
pub fn check_printed(job: impl Into<Arc<Job>>) -> Diagnostics {
    let printed = figures::Printed::read(job);
    let found = printed.check();
    accept(printed.job(), found)
}

/// Everything the rules over texts find in the department's own texts, beside tables that no set declares.
pub fn check_texts(job: impl Into<Arc<Job>>, tables: Vec<TableView>) -> Diagnostics {
    let forms = Forms::compose(job, &mut Diagnostics::default());
    let composition = Composition::of_printed(&forms, &tables);
    let texts = text::Texts::of(&composition);
    let mut found = text::check_words(&texts);
    found.extend(text::check_amounts(&texts));
    found
}

/// What was found as the set has it, then as the report does.
fn accept(job: &Job, mut found: Diagnostics) -> Diagnostics {
    acknowledge::tune(&job.set.tuned, &mut found);
    acknowledge::acknowledge(&job.report, &mut found);
    found
}

/// The pages of all rules over texts, by code.
pub fn pages() -> Vec<&'static RulePage> {
    let mut pages: Vec<&RulePage> = of_texts().collect();
    pages.sort_by_key(|page| page.code);
    pages
}

fn of_texts() -> impl Iterator<Item = &'static RulePage> {
    text::rules().map(|rule| &rule.page).chain([&acknowledge::STALE])
}

/// [`pages`], and those of what is found over figures besides the rules of a set.
pub fn all_pages() -> Vec<&'static RulePage> {
    of_texts().chain(&figures::PAGES).collect()
}

/// The page of a code.
pub fn page(code: &str) -> Option<&'static RulePage> {
    of_texts().chain(&figures::PAGES).find(|page| page.code == code)
}
