//! What its reader must know of a rule.

use crate::diagnostic::Severity;

/// What its reader must know of a rule.
pub struct RulePage {
    /// A class letter and three digits, e.g. `L013`.
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub reason: &'static str,
    /// The norm and its clause.
    pub source: &'static str,
    /// Words that break it, and the same put right.
    pub example: Example,
}

/// Words that break a rule, and the same put right.
pub struct Example {
    /// As it should not be.
    pub wrong: &'static str,
    /// As it should be.
    pub right: &'static str,
}
