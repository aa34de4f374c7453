//! One department: as it is saved, as it would be with the edits made so far, and what they move.

use super::edit::{Again, Conflict, Edit, Waits};
use super::journal::Journal;
use crate::data::Schema;
use crate::data::grid::{grid_of, no_such_row};
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
    /// Edits that are not made until the user decides, because the files were changed in the same places.
    waiting: Vec<Waits>,
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
        let before = stamps(&folder, &Schema::default());
        let saved = Arc::new(Version::of(1, folder, workshop));
        let schema = schema_of(&saved, workshop).unwrap_or_default();
        let stamps = with_declared(before, &saved.folder, &schema);
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
            waiting: Vec::new(),
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

    /// Why edits are not made: the files were changed in the same places.
    pub fn conflicts(&self) -> Vec<Conflict> {
        self.waiting.iter().flat_map(|waits| waits.conflicts.iter().cloned()).collect()
    }

    /// The files with all edits made.
    fn top(&self) -> &Folder {
        self.steps.last().map_or(&self.saved.folder, |step| &step.folder)
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
        if !self.steps.is_empty() || !self.waiting.is_empty() {
            let message = format!("还有 {} 处改动没有保存，没有公开", self.steps.len() + self.waiting.len());
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

    /// Makes an edit upon what whoever asks for it saw: it finds its rows on whatever line they stand now, and a text keeps what
    /// others changed in it elsewhere; where both changed the same, it waits. E161: a row is no longer as it was seen; E713, E718:
    /// it cannot be made. Nothing changes then.
    pub fn edit(&mut self, edit: Edit) -> Result<(), Diagnostic> {
        let (edit, taken_up) = self.taken_up(edit);
        let edit = edit.upon(self.top(), &self.schema)?;
        let again = edit.again(self.top(), &self.schema);
        let mut edit = match (again.edit, again.waits) {
            (Some(edit), None) => edit,
            (_, Some(waits)) if matches!(edit, Edit::Text { .. }) => {
                self.undone.clear();
                taken_up.map(|number| self.waiting.remove(number));
                self.waiting.push(waits);
                self.compose();
                return Ok(());
            }
            (_, waits) => return Err(self.gone(waits.as_ref().map_or(&edit, |waits| &waits.edit))),
        };
        // What goes on being typed into one text is one edit.
        let last = self.steps.last().map(|step| &step.edit);
        let goes_on = match (last, &mut edit) {
            (Some(Edit::Text { file: last, was: before, .. }), Edit::Text { file, was, .. })
                if last == file && file.starts_with("text/") =>
            {
                was.clone_from(before);
                true
            }
            _ => false,
        };
        let before = self.steps.len() - usize::from(goes_on);
        let upon = before.checked_sub(1).map_or(&self.saved.folder, |last| &self.steps[last].folder);
        let folder = edit.made(upon, &self.schema)?;
        self.steps.truncate(before);
        self.undone.clear();
        taken_up.map(|number| self.waiting.remove(number));
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

    /// What goes on being typed into a text that waits is typed upon what that was made upon; the number of what waits.
    fn taken_up(&self, edit: Edit) -> (Edit, Option<usize>) {
        let Edit::Text { file, was: Some(seen), text } = &edit else { return (edit, None) };
        let upon = |waits: &Waits| match &waits.edit {
            Edit::Text { file: of, was: Some(was), text } if of == file && text == seen => Some(was.clone()),
            _ => None,
        };
        let found = self.waiting.iter().enumerate().find_map(|(number, waits)| Some((number, upon(waits)?)));
        match found {
            Some((number, was)) => {
                (Edit::Text { file: file.clone(), was: Some(was), text: text.clone() }, Some(number))
            }
            None => (edit, None),
        }
    }

    /// E161: why an edit cannot be made.
    fn gone(&self, edit: &Edit) -> Diagnostic {
        let (file, line) = match edit {
            Edit::Cells { file, cells } => (file, cells.first().map(|cell| cell.line)),
            Edit::Insert { file, after, .. } => (file, Some(*after)),
            Edit::Delete { file, rows } => (file, rows.first().map(|(line, _)| *line)),
            Edit::Text { file, .. } => (file, None),
        };
        let name = grid_of(self.top(), &self.schema, file).map_or_else(|_| file.as_str().into(), |grid| grid.file);
        no_such_row(&name, line.unwrap_or_default())
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
            // What was undone stood upon all of them.
            self.undone.clear();
            self.make_again(edits);
        }
    }

    /// Takes all edits back.
    pub fn discard(&mut self) {
        self.steps.clear();
        self.undone.clear();
        self.waiting.clear();
        self.restored = 0;
        self.compose();
    }

    /// Writes the edits into their files, those of one edit or of all: all or nothing, and only while the files are as they
    /// were read.
    pub fn save(&mut self) -> Saved {
        if !self.waiting.is_empty() {
            return Saved::Conflicts(self.conflicts());
        }
        let mut refused = Diagnostics::default();
        let written = save(&self.now.folder, &mut refused);
        if refused.iter().any(|found| found.code == "E717") {
            self.look_again();
            return match self.waiting.is_empty() {
                // What was changed is elsewhere in the files: the edits are made upon it.
                true => self.save_once_more(),
                false => Saved::Conflicts(self.conflicts()),
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
        self.journal.write(&[]);
    }

    /// Reads the files again if they were changed: without edits they are shown as they are, with edits these are made
    /// again upon them. Whether anything was changed.
    pub fn look_again(&mut self) -> bool {
        let fresh = Folder::at(&self.path);
        let stamps = stamps(&fresh, &self.schema);
        if stamps == self.stamps {
            return false;
        }
        let before = &self.saved.folder;
        let same = |name: &String| fresh.bytes(name).ok().flatten() == before.bytes(name).ok().flatten();
        // What there was is what was there then: a folder lists what there is now.
        let is_same = stamps.keys().eq(self.stamps.keys()) && stamps.keys().all(same);
        self.stamps = stamps;
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

    /// Settles all conflicts: the edits are made over what the files say now, or are given up. Those that have no place in the
    /// files any more go on waiting.
    pub fn settle(&mut self, keep_mine: bool) {
        let waiting = std::mem::take(&mut self.waiting);
        // What was undone did not stand upon them.
        self.undone.clear();
        if keep_mine {
            for waits in waiting {
                let again = waits.edit.over(self.top(), &self.schema);
                self.takes(again);
            }
        }
        self.compose();
    }

    /// What can be made of an edit is the next step; the rest waits.
    fn takes(&mut self, again: Again) {
        if let Some(edit) = again.edit {
            match edit.made(self.top(), &self.schema) {
                Ok(folder) => self.steps.push(Step { edit, folder }),
                Err(_) => self.waiting.push(edit.refused(self.top())),
            }
        }
        self.waiting.extend(again.waits);
    }

    fn read_anew(&mut self) {
        let folder = Folder::at(&self.path);
        let before = stamps(&folder, &Schema::default());
        self.numbers += 1;
        self.saved = Arc::new(Version::of(self.numbers, folder, &self.workshop));
        if let Some(schema) = schema_of(&self.saved, &self.workshop) {
            self.schema = schema;
        }
        self.stamps = with_declared(before, &self.saved.folder, &self.schema);
        self.now = self.saved.clone();
        self.moved = None;
        if !self.now.made.is_empty() {
            self.shown = self.now.clone();
        }
    }

    /// Makes edits upon the saved files, then those that waited; what cannot be made waits.
    fn make_again(&mut self, mut edits: Vec<Edit>) {
        self.steps.clear();
        edits.extend(std::mem::take(&mut self.waiting).into_iter().map(|waits| waits.edit));
        for edit in edits {
            let again = edit.again(self.top(), &self.schema);
            self.takes(again);
        }
        self.compose();
    }

    /// Composes what the edits come to, and what they move.
    fn compose(&mut self) {
        let waiting = self.waiting.iter().map(|waits| &waits.edit);
        let edits: Vec<&Edit> = self.steps.iter().map(|step| &step.edit).chain(waiting).collect();
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

/// What a set declares elsewhere is known after it was read; all else counts as it was before that.
fn with_declared(before: Stamps, folder: &Folder, schema: &Schema) -> Stamps {
    stamps(folder, schema).into_iter().chain(before).collect()
}

fn stamps(folder: &Folder, schema: &Schema) -> Stamps {
    let stamp = |name: String| {
        let about = std::fs::metadata(folder.path_of(&name)).ok();
        (name, about.map(|about| (about.len(), about.modified().ok())))
    };
    let declared = schema.files.values().map(|file| file.path.as_str());
    folder.files_that_count(declared).into_iter().map(stamp).collect()
}
