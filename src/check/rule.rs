//! What a rule is: a page for its reader, and for rules over texts the function that finds.

use super::text::Texts;
use crate::diagnostic::{Diagnostic, Severity};

/// What its reader must know of a rule.
pub struct RulePage {
    /// A class letter and three digits, e.g. `L013`.
    pub code: &'static str,
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub reason: &'static str,
    /// The norm and its clause.
    pub source: &'static str,
    pub example: Example,
}

/// Words that break a rule, and the same put right.
pub struct Example {
    pub wrong: &'static str,
    pub right: &'static str,
}

/// A rule over texts.
pub struct Rule {
    pub page: RulePage,
    pub find: fn(&Texts<'_>, &mut Findings),
}

/// What one rule finds.
pub struct Findings {
    code: &'static str,
    severity: Severity,
    pub found: Vec<Diagnostic>,
}

impl Findings {
    pub fn of(rule: &Rule) -> Findings {
        Findings { code: rule.page.code, severity: rule.page.severity, found: Vec::new() }
    }

    /// A finding, with the rule's code and severity.
    pub fn push(&mut self, finding: Diagnostic) {
        self.found.push(Diagnostic { code: self.code.into(), severity: self.severity, ..finding });
    }
}
