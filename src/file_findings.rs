//! The findings about one file: all are counted, the first [`LISTED`] are told.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use std::sync::Arc;

/// How many errors, and how many warnings, are listed for one file.
pub const LISTED: usize = 100;

/// Findings about one file. They are made only when they will be listed: a file can have a million.
#[derive(Debug)]
pub struct FileFindings {
    file: Arc<str>,
    errors: Tally,
    warnings: Tally,
    notes: Tally,
    /// Why the rest of the file was not read.
    stopped: Option<Diagnostic>,
}

#[derive(Debug, Default)]
struct Tally {
    kept: Vec<Diagnostic>,
    /// Kept since [`FileFindings::next_pass`].
    in_pass: usize,
    all: usize,
}

impl FileFindings {
    pub fn new(file: Arc<str>) -> FileFindings {
        FileFindings {
            file,
            errors: Tally::default(),
            warnings: Tally::default(),
            notes: Tally::default(),
            stopped: None,
        }
    }

    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// A place in this file; `column` counts fields from 1, 0 is none.
    pub fn place(&self, line: u32, column: u32) -> Place {
        Place::field(self.file.clone(), line, column)
    }

    pub fn error(&mut self, make: impl FnOnce() -> Diagnostic) {
        self.errors.add(make);
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.errors.all
    }

    /// Why the rest of the file was not read: listed whatever else is.
    pub fn stop(&mut self, why: Diagnostic) {
        self.stopped = Some(why);
    }

    pub fn warning(&mut self, make: impl FnOnce() -> Diagnostic) {
        self.warnings.add(make);
    }

    pub fn note(&mut self, make: impl FnOnce() -> Diagnostic) {
        self.notes.add(make);
    }

    /// Call it before going over the file's lines once more: within one pass findings come in line order, so the
    /// first [`LISTED`] of each pass hold the first [`LISTED`] of all.
    pub fn next_pass(&mut self) {
        self.errors.in_pass = 0;
        self.warnings.in_pass = 0;
        self.notes.in_pass = 0;
    }

    /// Hands them on, in the order of their places.
    pub fn finish(self, diagnostics: &mut Diagnostics) {
        self.errors.finish(Severity::Error, diagnostics);
        self.warnings.finish(Severity::Warning, diagnostics);
        self.notes.finish(Severity::Note, diagnostics);
        self.stopped.into_iter().for_each(|why| diagnostics.push(why));
    }
}

impl Tally {
    fn add(&mut self, make: impl FnOnce() -> Diagnostic) {
        self.all += 1;
        if self.in_pass < LISTED {
            self.in_pass += 1;
            self.kept.push(make());
        }
    }

    fn finish(mut self, severity: Severity, diagnostics: &mut Diagnostics) {
        self.kept.sort_by(|a, b| (&a.place, &a.code, &a.message).cmp(&(&b.place, &b.code, &b.message)));
        self.kept.truncate(LISTED);
        let rest = self.all - self.kept.len();
        let last = self.kept.last().and_then(|d| d.place.clone());
        self.kept.into_iter().for_each(|d| diagnostics.push(d));
        if let (Some(place), 1..) = (last, rest) {
            let message = format!("本文件另有 {rest} 处{}没有列出", severity.word());
            diagnostics.push(Diagnostic::new(severity, "E199", message).at(place).hint("请先改正以上各处，再运行一次"));
        }
    }
}
