//! One department: as it is saved, as it would be with the edits made so far, and what they move.

use super::edit::{Conflict, Edit};
use super::journal::Journal;
use crate::data::Schema;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::diff::{Diff, compare_all};
use crate::edition::{CORRECTIONS, Edition, with_reason};
use crate::folder::Folder;
use crate::made::Made;
use crate::on_page::OnPage;
use crate::place::save;
use crate::prepare::report;
use crate::publish::{Publication, publish};
use crate::workshop::{Aim, Workshop, load_set};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// A state of a department, composed.
pub struct Version {
    /// Counts up on each desk; what is shown of a version never changes.
    pub number: u64,
    /// Its files.
    pub folder: Folder,
    /// Its documents, with errors too where they could be composed; empty where nothing could.
    pub made: Vec<Made>,
    /// What was found.
    pub found: Diagnostics,
    /// Where things stand on the pages of each document.
    pub on_page: Vec<OnPage>,
}

impl Version {
    fn of(number: u64, folder: Folder, workshop: &Workshop) -> Version {
        let mut made = Vec::new();
        let found = workshop.open_each(&folder, Aim::Look, |one, _| made.push(one));
        Version::made(number, folder, made, found, workshop)
    }

    /// Of documents that are composed.
    pub(super) fn made(
        number: u64,
        folder: Folder,
        made: Vec<Made>,
        found: Diagnostics,
        workshop: &Workshop,
    ) -> Version {
        let seen = |made: &Made| OnPage::new(made.document(), made.pages(&workshop.fonts), &workshop.fonts);
        let on_page = made.iter().map(seen).collect();
        Version { number, folder, made, found, on_page }
    }
}

/// An edit that was made, and the folder after it.
#[derive(Clone)]
struct Step {
    edit: Edit,
    folder: Folder,
}

/// What became of saving.
#[derive(Debug)]
pub enum Saved {
    /// These files were written.
    Written(Vec<PathBuf>),
    /// Someone else has changed the same; nothing was written.
    Conflicts(Vec<Conflict>),
    /// It could not be written, and why.
    Refused(Diagnostics),
}

/// Size and time of each file that counts.
type Stamps = BTreeMap<String, Option<(u64, Option<SystemTime>)>>;

/// A department that is being worked on.
pub struct Desk {
    /// Where its files lie.
    pub path: PathBuf,
    workshop: Workshop,
    schema: Arc<Schema>,
    numbers: u64,
    saved: Arc<Version>,
    steps: Vec<Step>,
    undone: Vec<Step>,
    now: Arc<Version>,
    /// The last version whose documents could be composed.
    shown: Arc<Version>,
    moved: Option<Arc<Diff>>,
    conflicts: Vec<Conflict>,
    stamps: Stamps,
    journal: Journal,
    editions: BTreeMap<String, Arc<Version>>,
    /// How many edits of a run before were taken up again.
    pub restored: usize,
    /// The files were changed by someone else, and read again.
    pub reread: u64,
}

impl Desk {
    /// Opens a department's folder. Edits that an earlier run left unsaved are made again.
    pub fn open(path: &Path, workshop: &Workshop) -> Desk {
        let folder = Folder::at(path);
        let stamps = stamps(&folder);
        let saved = Arc::new(Version::of(1, folder, workshop));
        let schema = schema_of(&saved, workshop).unwrap_or_default();
        let mut desk = Desk {
            path: path.to_path_buf(),
            workshop: workshop.clone(),
            schema,
            numbers: 1,
            now: saved.clone(),
            shown: saved.clone(),
            saved,
            steps: Vec::new(),
            undone: Vec::new(),
            moved: None,
            conflicts: Vec::new(),
            stamps,
            journal: Journal::of(path),
            editions: BTreeMap::new(),
            restored: 0,
            reread: 0,
        };
        let left = desk.journal.read();
        if !left.is_empty() {
            desk.restored = left.len();
            desk.make_again(left);
        }
        desk
    }

    /// As it would be with the edits.
    pub fn now(&self) -> &Arc<Version> {
        &self.now
    }

    /// As it is on the disk.
    pub fn saved(&self) -> &Arc<Version> {
        &self.saved
    }

    /// The last version that has pages: [`Desk::now`] unless its data cannot be read.
    pub fn shown(&self) -> &Arc<Version> {
        &self.shown
    }

    /// What its records are.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// What it is made in.
    pub fn workshop(&self) -> &Workshop {
        &self.workshop
    }

    /// The edits that are not saved, in order.
    pub fn edits(&self) -> impl Iterator<Item = &Edit> {
        self.steps.iter().map(|step| &step.edit)
    }

    /// How many edits can be made again.
    pub fn undone(&self) -> usize {
        self.undone.len()
    }

    /// What the edits move on the pages; none where there are none, or the data cannot be read.
    pub fn moved(&self) -> Option<&Arc<Diff>> {
        self.moved.as_ref()
    }

    /// Edits that are not made, because the files were changed in the same places.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// An edition as it was published, its pages laid. Errors: E600–E608, those of composing it.
    pub fn edition(&mut self, id: &str) -> Result<Arc<Version>, Diagnostics> {
        if let Some(known) = self.editions.get(id) {
            return Ok(known.clone());
        }
        let mut found = Diagnostics::default();
        let edition = match Edition::find(&self.path, id) {
            Ok(edition) => edition,
            Err(error) => {
                found.push(error);
                return Err(found);
            }
        };
        let made = edition.compose(&mut found);
        if made.is_empty() {
            return Err(found);
        }
        self.numbers += 1;
        let folder = self.saved.folder.clone();
        let version = Arc::new(Version::made(self.numbers, folder, made, found, &self.workshop));
        // A few are compared at a time.
        if self.editions.len() >= 4 {
            self.editions.clear();
        }
        self.editions.insert(id.to_string(), version.clone());
        Ok(version)
    }

    /// Publishes what is saved, as `build` does; reasons for corrections are written into `corrections.toml` first. Edits that
    /// are not saved keep it from being published (E522).
    pub fn publish(
        &mut self,
        target: &Path,
        asked: &Publication,
        reasons: &BTreeMap<String, String>,
        found: &mut Diagnostics,
    ) -> Vec<PathBuf> {
        self.look_again();
        if !self.steps.is_empty() || !self.conflicts.is_empty() {
            let message = format!("还有 {} 处改动没有保存，没有公开", self.steps.len().max(1));
            found.push(Diagnostic::error("E522", message).hint("先保存，或放弃改动，再公开"));
            return Vec::new();
        }
        if let Some(since) = &asked.since
            && !reasons.is_empty()
            && let Err(error) = self.write_reasons(since, reasons, found)
        {
            found.push(error);
            return Vec::new();
        }
        if found.has_errors() {
            return Vec::new();
        }
        publish(&self.saved.folder, target, &self.workshop, asked, found)
    }

    fn write_reasons(
        &mut self,
        since: &str,
        reasons: &BTreeMap<String, String>,
        found: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let before = self.saved.folder.text_if_there(CORRECTIONS)?.unwrap_or_default();
        let add = |text: String, (key, reason): (&String, &String)| with_reason(&text, since, key, reason.trim());
        let given = reasons.iter().filter(|(_, reason)| !reason.trim().is_empty());
        let text = given.fold(before.clone(), add);
        if text == before {
            return Ok(());
        }
        self.edit(Edit::Text { file: CORRECTIONS.to_string(), was: None, text })?;
        match self.save() {
            Saved::Written(_) => {}
            Saved::Refused(refused) => found.extend(refused),
            Saved::Conflicts(_) => {
                found.push(Diagnostic::error("E522", "文件刚刚被别的程序改了").at(Place::file(CORRECTIONS)))
            }
        }
        Ok(())
    }

    /// Makes an edit. E161, E713, E718: it cannot be made, and nothing changes.
    pub fn edit(&mut self, edit: Edit) -> Result<(), Diagnostic> {
        // What goes on being typed into one text is one edit.
        let goes_on = match (self.steps.last().map(|step| &step.edit), &edit) {
            (Some(Edit::Text { file: last, .. }), Edit::Text { file, .. }) => last == file && file.starts_with("text/"),
            _ => false,
        };
        let before = self.steps.len() - usize::from(goes_on);
        let upon = before.checked_sub(1).map_or(&self.saved.folder, |last| &self.steps[last].folder).clone();
        let edit = edit.upon(&upon, &self.schema)?;
        let folder = edit.made(&upon, &self.schema)?;
        self.steps.truncate(before);
        self.undone.clear();
        // Typed back to what it was, it is none.
        if let Edit::Text { was: Some(was), text, .. } = &edit
            && was == text
        {
            self.compose();
            return Ok(());
        }
        self.steps.push(Step { edit, folder });
        self.compose();
        Ok(())
    }

    /// Takes the last edit back.
    pub fn undo(&mut self) {
        if let Some(step) = self.steps.pop() {
            self.undone.push(step);
            self.compose();
        }
    }

    /// Makes the edit again that was taken back last.
    pub fn redo(&mut self) {
        if let Some(step) = self.undone.pop() {
            self.steps.push(step);
            self.compose();
        }
    }

    /// Takes one edit back, whichever; those after it are made again without it.
    pub fn take_back(&mut self, number: usize) {
        if number < self.steps.len() {
            let mut edits: Vec<Edit> = self.steps.drain(..).map(|step| step.edit).collect();
            edits.remove(number);
            self.make_again(edits);
        }
    }

    /// Takes all edits back.
    pub fn discard(&mut self) {
        self.steps.clear();
        self.undone.clear();
        self.conflicts.clear();
        self.restored = 0;
        self.compose();
    }

    /// Writes the edits into their files, those of one edit or of all: all or nothing, and only while the files are as they
    /// were read.
    pub fn save(&mut self) -> Saved {
        if !self.conflicts.is_empty() {
            return Saved::Conflicts(self.conflicts.clone());
        }
        let mut refused = Diagnostics::default();
        let written = save(&self.now.folder, &mut refused);
        if refused.iter().any(|found| found.code == "E717") {
            self.look_again();
            return match self.conflicts.is_empty() {
                // What was changed is elsewhere in the files: the edits are made upon it.
                true => self.save_once_more(),
                false => Saved::Conflicts(self.conflicts.clone()),
            };
        }
        if refused.has_errors() {
            return Saved::Refused(refused);
        }
        self.was_saved();
        Saved::Written(written)
    }

    fn save_once_more(&mut self) -> Saved {
        let mut refused = Diagnostics::default();
        let written = save(&self.now.folder, &mut refused);
        if refused.has_errors() {
            return Saved::Refused(refused);
        }
        self.was_saved();
        Saved::Written(written)
    }

    fn was_saved(&mut self) {
        self.steps.clear();
        self.undone.clear();
        self.restored = 0;
        self.read_anew();
        self.journal.forget();
    }

    /// Reads the files again if they were changed: without edits they are shown as they are, with edits these are made
    /// again upon them. Whether anything was changed.
    pub fn look_again(&mut self) -> bool {
        let fresh = Folder::at(&self.path);
        if stamps(&fresh) == self.stamps {
            return false;
        }
        let before = self.saved.folder.clone();
        let same = |name: &String| fresh.bytes(name).ok().flatten() == before.bytes(name).ok().flatten();
        let is_same = {
            let (old, new) = (before.files_that_count([]), fresh.files_that_count([]));
            old == new && new.iter().all(same)
        };
        self.stamps = stamps(&fresh);
        if is_same {
            return false;
        }
        let edits: Vec<Edit> = self.steps.drain(..).map(|step| step.edit).collect();
        self.undone.clear();
        self.read_anew();
        self.reread += 1;
        self.make_again(edits);
        true
    }

    /// Settles all conflicts: the edits are made over what the files say now, or are given up.
    pub fn settle(&mut self, keep_mine: bool) {
        self.conflicts.clear();
        if keep_mine {
            let waiting_edits = self.journal.waiting();
            for edit in waiting_edits {
                let over = edit.over(&self.now.folder, &self.schema);
                if let Some(edit) = over
                    && let Ok(folder) = edit.made(&self.now.folder, &self.schema)
                {
                    self.steps.push(Step { edit, folder });
                    self.compose();
                }
            }
        }
        self.journal.clear_waiting();
        self.compose();
    }

    fn read_anew(&mut self) {
        let folder = Folder::at(&self.path);
        self.stamps = stamps(&folder);
        self.numbers += 1;
        self.saved = Arc::new(Version::of(self.numbers, folder, &self.workshop));
        if let Some(schema) = schema_of(&self.saved, &self.workshop) {
            self.schema = schema;
        }
        self.now = self.saved.clone();
        self.moved = None;
        if !self.now.made.is_empty() {
            self.shown = self.now.clone();
        }
    }

    /// Makes edits upon the saved files; those that cannot be are conflicts.
    fn make_again(&mut self, edits: Vec<Edit>) {
        self.steps.clear();
        self.conflicts.clear();
        self.journal.clear_waiting();
        let mut folder = self.saved.folder.clone();
        for edit in edits {
            match edit.again(&folder, &self.schema) {
                Ok(edit) => {
                    if let Ok(after) = edit.made(&folder, &self.schema) {
                        folder = after.clone();
                        self.steps.push(Step { edit, folder: after });
                    }
                }
                Err(conflicts) => {
                    self.journal.wait(edit);
                    self.conflicts.extend(conflicts);
                }
            }
        }
        self.compose();
    }

    /// Composes what the edits come to, and what they move.
    fn compose(&mut self) {
        let edits: Vec<&Edit> = self.steps.iter().map(|step| &step.edit).collect();
        self.journal.write(&edits);
        let Some(last) = self.steps.last() else {
            self.now = self.saved.clone();
            self.moved = None;
            if !self.now.made.is_empty() {
                self.shown = self.now.clone();
            }
            return;
        };
        self.numbers += 1;
        self.now = Arc::new(Version::of(self.numbers, last.folder.clone(), &self.workshop));
        self.moved = None;
        if !self.now.made.is_empty() {
            self.shown = self.now.clone();
            let diff = compare_all(&self.saved.made, &self.now.made, Some(&self.workshop.fonts));
            self.moved = Some(Arc::new(diff));
        }
    }
}

/// What the records are: as the documents have it, else as the set does that the report names.
fn schema_of(version: &Version, workshop: &Workshop) -> Option<Arc<Schema>> {
    if let Some(made) = version.made.first() {
        return Some(Arc::new(made.job().set.schema.clone()));
    }
    let mut unheard = Diagnostics::default();
    let report = report(&version.folder, &mut unheard)?;
    load_set(&report.layout, &workshop.layouts, &mut unheard).map(|set| Arc::new(set.schema))
}

fn stamps(folder: &Folder) -> Stamps {
    let stamp = |name: String| {
        let about = std::fs::metadata(folder.path_of(&name)).ok();
        (name, about.map(|about| (about.len(), about.modified().ok())))
    };
    folder.files_that_count([]).into_iter().map(stamp).collect()
}
