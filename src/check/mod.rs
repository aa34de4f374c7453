//! Nothing inconsistent is published: rules over the figures of a composed document, and over its texts. A finding has
//! a code of one of five classes: C figures, X across tables and what must not be published, N narrative,
//! K completeness, L language.

pub mod figures;
mod text;

use crate::compose::{Composition, Job};
use crate::diagnostic::Diagnostics;

/// Everything the rules find in a composed document.
pub fn check(composition: &Composition) -> Diagnostics {
    let (mut found, of_text) = rayon::join(|| figures::check(composition), || text::check(composition));
    found.extend(of_text);
    found
}

/// Everything the rules find in tables that are given as printed, without a ledger to make a document of.
pub fn check_printed(job: Job) -> Diagnostics {
    figures::Printed::read(job).check()
}
