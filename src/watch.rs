//! A folder that is built again whenever something in it is saved, and what moved on the page since the last time.
//!
//! Fonts are loaded once and keep the characters they have looked up; the last composition and its pages are kept, so
//! that a change is told without building the old side again.

use crate::cell_name::is_workbook;
use crate::diagnostic::Diagnostics;
use crate::diff::{Diff, PageChanges, compare_all};
use crate::edition;
use crate::folder::{Folder, is_picture, is_read};
use crate::layout::Layouts;
use crate::made::Made;
use crate::place::place;
use crate::workshop::{Aim, Opened, Workshop};
use crate::write::Format;
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
    /// Folders of layout sets, which may change too.
    pub layouts: &'a [PathBuf],
    pub workshop: Workshop,
    pub formats: &'a [Format],
    /// Where its files go.
    pub target: &'a Path,
    last: Vec<Made>,
}

impl<'a> Watched<'a> {
    pub fn new(
        folder: &'a Path,
        layouts: &'a [PathBuf],
        workshop: Workshop,
        formats: &'a [Format],
        target: &'a Path,
    ) -> Watched<'a> {
        Watched { folder, layouts, workshop, formats, target, last: Vec::new() }
    }

    /// Builds the folder as it is now. With errors the files of the last good build stay, and the next is compared with
    /// that.
    pub fn rebuild(&mut self) -> Rebuilt {
        self.workshop.layouts = Layouts::on_disk(self.layouts);
        let Opened { made, found } = self.workshop.open(&Folder::open(self.folder), Aim::Publish);
        let mut rebuilt = Rebuilt { diagnostics: found, ..Rebuilt::default() };
        let found = &mut rebuilt.diagnostics;
        if found.has_errors() {
            return rebuilt;
        }
        let fonts = &self.workshop.fonts;
        let same = |(now, then): (&Made, &Made)| {
            let same_pages = || PageChanges::of(now.pages(fonts), then.pages(fonts)).is_same();
            now.name == then.name && now.document() == then.document() && same_pages()
        };
        if made.len() == self.last.len() && made.iter().zip(&self.last).all(same) {
            rebuilt.diff = Some(Diff::default());
            return rebuilt;
        }
        let outputs = self.workshop.write(&made, self.formats, found);
        if found.has_errors() {
            return rebuilt;
        }
        rebuilt.written = place(self.target, &outputs, found);
        if !self.last.is_empty() {
            rebuilt.diff = Some(compare_all(&self.last, &made, Some(fonts)));
        }
        self.last = made;
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
        // A folder that was renamed or removed tells its own name.
        (is_read(&name)
            || is_workbook(&name)
            || is_picture(&name)
            || path.is_dir()
            || !path.exists() && !name.contains('.'))
            && !name.starts_with(['.', '~'])
            && !is_below(&self.folder.join(edition::FOLDER))
            && !is_below(self.target)
    }
}
