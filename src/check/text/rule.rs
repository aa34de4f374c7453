//! A rule over texts: a page for its reader, and the function that finds.

use super::texts::Texts;
use crate::check::rule::RulePage;
use crate::diagnostic::{Diagnostic, Severity};

/// A rule over texts.
pub struct TextRule {
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
    pub fn of(rule: &TextRule) -> Findings {
        Findings { code: rule.page.code, severity: rule.page.severity, found: Vec::new() }
    }

    /// A finding, with the rule's code and severity.
    pub fn push(&mut self, finding: Diagnostic) {
        self.found.push(Diagnostic { code: self.code.into(), severity: self.severity, ..finding });
    }
}
