//! Nothing inconsistent is published: rules over the figures of a composed document, and over its texts. A finding has
//! a code of one of five classes: C figures, X across tables and what must not be published, N narrative,
//! K completeness, L language.

pub mod acknowledge;
mod figures;
pub mod rule;
mod text;

use crate::compose::Composition;
use crate::diagnostic::Diagnostics;
use rule::RulePage;

/// Everything the rules find in a composed document, what its report acknowledges marked.
pub fn check(composition: &Composition) -> Diagnostics {
    let (mut found, of_text) = rayon::join(|| figures::check(composition), || text::check(composition));
    found.extend(of_text);
    acknowledge::acknowledge(&composition.job().report, &mut found);
    found
}

/// The pages of all rules declared in Rust, by code.
pub fn pages() -> Vec<&'static RulePage> {
    let mut pages: Vec<&RulePage> = text::rules().map(|r| &r.page).chain([&acknowledge::STALE]).collect();
    pages.sort_by_key(|page| page.code);
    pages
}

/// The page of a code.
pub fn page(code: &str) -> Option<&'static RulePage> {
    pages().into_iter().find(|page| page.code == code)
}
