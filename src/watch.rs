//! A folder that is built again whenever something in it is saved, and what moved on the page since the last time.
//!
//! Fonts are loaded once and keep the characters they have looked up; the last composition and its pages are kept, so
//! that a change is told without building the old side again.

use crate::build::{Format, Rules, Side, Typeset, typeset_all, write_all};
use crate::diagnostic::Diagnostics;
use crate::diff::{Diff, Laid, compare_all};
use crate::edition;
use crate::fonts::Fonts;
use crate::place::place;
use crate::typeset::Pages;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Saving is over when nothing has happened for this long: programs write a file in several steps.
const QUIET: Duration = Duration::from_millis(15);
/// It is not waited for longer than this.
const LONGEST: u32 = 20;

/// What tells the loop that something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// This was written, made or removed.
    Saved(PathBuf),
    Stop,
}

/// What a build made.
#[derive(Default)]
pub struct Rebuilt {
    pub written: Vec<PathBuf>,
    pub diagnostics: Diagnostics,
    /// Against the last good build; None for the first.
    pub diff: Option<Diff>,
}

/// A folder under watch.
pub struct Watched<'a> {
    pub folder: &'a Path,
    pub roots: &'a [PathBuf],
    pub fonts: &'a Fonts,
    pub formats: &'a [Format],
    /// Where its files go.
    pub target: &'a Path,
    last: Vec<(Side, Pages)>,
}

impl<'a> Watched<'a> {
    pub fn new(
        folder: &'a Path,
        roots: &'a [PathBuf],
        fonts: &'a Fonts,
        formats: &'a [Format],
        target: &'a Path,
    ) -> Watched<'a> {
        Watched { folder, roots, fonts, formats, target, last: Vec::new() }
    }

    /// Builds the folder. With errors the files of the last good build stay, and the next is compared with that.
    pub fn rebuild(&mut self) -> Rebuilt {
        let mut rebuilt = Rebuilt::default();
        let found = &mut rebuilt.diagnostics;
        let documents = typeset_all(self.folder, self.roots, Rules::Asked, self.fonts, self.formats, found);
        if found.has_errors() {
            return rebuilt;
        }
        let same = |((name, now), (side, pages)): (&(Option<String>, Typeset), &(Side, Pages))| {
            *name == side.name && now.document() == side.document() && same_pages(&now.pages, pages)
        };
        if documents.len() == self.last.len() && documents.iter().zip(&self.last).all(same) {
            rebuilt.diff = Some(Diff::default());
            return rebuilt;
        }
        let typeset: Vec<&Typeset> = documents.iter().map(|(_, typeset)| typeset).collect();
        let outputs = write_all(&typeset, self.fonts, self.formats, found);
        if found.has_errors() {
            return rebuilt;
        }
        rebuilt.written = place(self.target, &outputs, found);
        let side = |(name, typeset): (Option<String>, Typeset)| {
            let Typeset { composition, pages } = typeset;
            (Side { name, composition }, pages)
        };
        let now: Vec<(Side, Pages)> = documents.into_iter().map(side).collect();
        if !self.last.is_empty() {
            rebuilt.diff = Some(compare_all(&laid(&self.last), &laid(&now)));
        }
        self.last = now;
        rebuilt
    }

    /// Waits for the next change that concerns the folder; false: stop.
    pub fn wait(&self, signals: &Receiver<Signal>) -> bool {
        loop {
            match signals.recv() {
                Ok(Signal::Saved(path)) if self.concerns(&path) => break,
                Ok(Signal::Saved(_)) => {}
                Ok(Signal::Stop) | Err(_) => return false,
            }
        }
        for _ in 0..LONGEST {
            match signals.recv_timeout(QUIET) {
                Ok(Signal::Saved(_)) => {}
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        true
    }

    /// Whether a file is one the documents are made of: not an edition, an output, or another program's own.
    fn concerns(&self, path: &Path) -> bool {
        let is_below = |folder: &Path| folder.canonicalize().is_ok_and(|folder| path.starts_with(folder));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_input = [".csv", ".toml", ".md"].iter().any(|ending| name.ends_with(ending));
        // A folder that was renamed or removed tells its own name.
        (is_input || path.is_dir() || !path.exists() && !name.contains('.'))
            && !name.starts_with(['.', '~'])
            && !is_below(&self.folder.join(edition::FOLDER))
            && !is_below(self.target)
    }
}

fn same_pages(a: &Pages, b: &Pages) -> bool {
    crate::diff::PageChanges::of(a, b).is_same()
}

fn laid(documents: &[(Side, Pages)]) -> Vec<Laid<'_>> {
    documents.iter().map(|(side, pages)| Laid { side, pages: Some(pages) }).collect()
}
