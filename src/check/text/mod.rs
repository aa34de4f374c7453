//! Rules over texts: amounts typed by hand, completeness, language, and what must not be published. A file a family;
//! each has a table of its rules.

mod passage;
mod punctuation;

pub use passage::Texts;

use super::rule::{Findings, Rule};
use crate::compose::Composition;
use crate::diagnostic::{Diagnostic, Diagnostics};
use rayon::prelude::*;

const FAMILIES: [&[Rule]; 1] = [punctuation::RULES];

/// All rules over texts.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// What these rules find.
pub fn check(composition: &Composition) -> Diagnostics {
    let texts = Texts::of(composition);
    let families: Vec<Vec<Diagnostic>> = FAMILIES.par_iter().map(|family| find(family, &texts)).collect();
    let mut all = Diagnostics::default();
    families.into_iter().flatten().for_each(|finding| all.push(finding));
    all
}

fn find(family: &[Rule], texts: &Texts<'_>) -> Vec<Diagnostic> {
    let one = |rule: &Rule| {
        let mut findings = Findings::of(rule);
        (rule.find)(texts, &mut findings);
        findings.found
    };
    family.iter().flat_map(one).collect()
}
