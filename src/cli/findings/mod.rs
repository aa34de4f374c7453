//! Findings as people and other programs read them: a form a file.

mod excerpt;
mod html;
mod json;
mod people;
mod sarif;

pub use excerpt::Sources;
pub use html::html;
pub use json::json;
pub use people::{people, summary};
pub use sarif::sarif;

use crate::diagnostic::{Diagnostic, Diagnostics};
use std::path::Path;

/// What was found in one folder.
pub struct Shown<'a> {
    pub folder: &'a Path,
    pub diagnostics: &'a Diagnostics,
}

impl<'a> Shown<'a> {
    /// Its findings: by file, the file with the gravest first; in a file the gravest first, then by line.
    pub fn by_place(&self) -> Vec<&'a Diagnostic> {
        let file = |d: &Diagnostic| d.place.as_ref().map(|p| p.file.to_string()).unwrap_or_default();
        let open = |d: &Diagnostic| (d.acknowledged.is_some(), d.severity);
        let all = self.diagnostics.sorted();
        let gravest = |name: &str| all.iter().filter(|d| file(d) == name).map(|d| open(d)).min();
        let mut keyed: Vec<_> = all.iter().map(|d| ((gravest(&file(d)), file(d), open(d)), *d)).collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        keyed.into_iter().map(|(_, d)| d).collect()
    }
}
