//! The workshop: layouts and fonts, and the only way from a data folder to its documents.

use crate::check::{acknowledge, check, check_printed, name_what_was_typed};
use crate::compose::{FOLLOW, compose, lacks_file, report_with_blanks, with_the_report};
use crate::data::TWICE;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::folder::Folder;
use crate::fonts::Fonts;
use crate::kept::Kept;
use crate::layout::{self, IN_WORKING_FOLDER, Layer, LayoutSet, Layouts, SetFiles};
use crate::made::Made;
use crate::place::unfinished;
use crate::prepare::{self, Prepared, data_id, prepare, prepare_in_turn, prepare_with_blanks};
use crate::write::{Format, Output};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a folder is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// To see what is in it and what is wrong with it.
    Look,
    /// To write its documents: what leaves none is an error.
    Publish,
    /// To write again what was published once, whatever today's rules say of it.
    PublishAgain,
}

/// What makes documents: where layout sets are found, and the fonts, which keep what they made of themselves. Cheap to
/// clone.
#[derive(Clone)]
pub struct Workshop {
    /// Where layout sets are found.
    pub layouts: Layouts,
    /// The faces it sets with.
    pub fonts: Arc<Fonts>,
}

/// What a folder was made into, and all that was found on the way.
#[derive(Default)]
pub struct Opened {
    /// Its documents, in the order of `[[document]]`; those that could not be made are left out.
    pub made: Vec<Made>,
    /// What was found, of the data and of every document.
    pub found: Diagnostics,
}

/// The folders of layout sets, first wins: the one asked for, `layouts` in the working folder and beside the program.
pub fn layout_folders(asked: Option<&Path>) -> Vec<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("layouts")));
    asked.map(Path::to_path_buf).into_iter().chain([PathBuf::from(IN_WORKING_FOLDER)]).chain(beside).collect()
}

/// The fonts, from the first folder that has a `fonts.toml`: the one asked for; else that of `GONGKAI_FONTS`; else
/// `fonts` in the working folder, then beside the program. What they make of themselves is kept for the user's next run.
pub fn find_fonts(asked: Option<&Path>) -> Result<Fonts, Diagnostics> {
    let mut folders: Vec<PathBuf> = Vec::new();
    match (asked, std::env::var_os("GONGKAI_FONTS")) {
        (Some(folder), _) => folders.push(folder.to_path_buf()),
        (None, Some(folder)) if !folder.is_empty() => folders.push(folder.into()),
        _ => {
            folders.push(PathBuf::from("fonts"));
            folders.extend(std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("fonts"))));
        }
    }
    let folders: Vec<&Path> = folders.iter().map(PathBuf::as_path).collect();
    let mut fonts = Fonts::load(&folders)?;
    fonts.kept = Kept::of_user();
    Ok(fonts)
}

impl Workshop {
    /// A workshop of given layouts and fonts.
    pub fn new(layouts: Layouts, fonts: Fonts) -> Workshop {
        Workshop { layouts, fonts: Arc::new(fonts) }
    }

    /// The workshop that every front end uses: layouts and fonts where they are asked for, else where they usually are
    /// ([`layout_folders`], [`find_fonts`]).
    pub fn find(layouts: Option<&Path>, fonts: Option<&Path>) -> Result<Workshop, Diagnostics> {
        Ok(Workshop::new(Layouts::on_disk(&layout_folders(layouts)), find_fonts(fonts)?))
    }

    /// The same fonts with other layouts: those of an edition.
    pub fn with_layouts(&self, layouts: Layouts) -> Workshop {
        Workshop { layouts, fonts: self.fonts.clone() }
    }

    /// Makes every document of a folder: composed, checked, its pages laid; the pages are laid while the checks run.
    /// With errors, those that could be made are returned all the same.
    pub fn open(&self, folder: &Folder, aim: Aim) -> Opened {
        let mut made = Vec::new();
        let found = self.open_each(folder, aim, |one, found| {
            if !found.has_errors() {
                made.push(one);
            }
        });
        Opened { made, found }
    }

    /// As [`Workshop::open`], each document given to `with` when it is made, with all that was found so far: of many
    /// documents one after another is in memory.
    pub fn open_each(&self, folder: &Folder, aim: Aim, mut with: impl FnMut(Made, &mut Diagnostics)) -> Diagnostics {
        let mut found = Diagnostics::default();
        // What a run before left half done is told whatever is asked.
        folder.on_disk().and_then(unfinished).into_iter().for_each(|half| found.push(half));
        let Some(mut in_turn) = prepare_in_turn(folder, &self.layouts, &mut found) else {
            // The report leaves something blank: what else is not there is told with it.
            if let Some(all) = lacking(folder, &self.layouts).iter().find(|d| d.code == "E511") {
                found.push(all.clone());
                with_the_report(&mut found);
            }
            in_workbook(folder, &mut found);
            return found;
        };
        let id = in_turn.id.clone();
        let records_lost = found.iter().any(is_of_records);
        let accepted = in_turn.report.acknowledged.clone();
        while let Some(prepared) = in_turn.next(folder, &self.layouts) {
            if prepared.job.only_printed() {
                if let Some(one) = self.of_printed(prepared, &id, aim, &mut found) {
                    with(one, &mut found);
                }
                continue;
            }
            if found.has_errors() {
                compose_for_mistakes(prepared, records_lost, &mut found);
                continue;
            }
            let Some(one) = Made::compose(prepared, Some(&id), &mut found) else { continue };
            self.look_over(&one, aim, &mut found);
            with(one, &mut found);
        }
        with_the_report(&mut found);
        // With mistakes in the data or the layout the checks have not seen everything.
        if aim != Aim::PublishAgain && !found.iter().any(|d| d.severity == Severity::Error && d.code.is_mistake()) {
            // Of several documents, any may be the one that an acknowledgement speaks of.
            acknowledge::stale(&accepted, &found).into_iter().for_each(|stale| found.push(stale));
        }
        in_workbook(folder, &mut found);
        found
    }

    /// A document of tables that are given as printed: what they print is checked as such, and the document is theirs.
    fn of_printed(&self, prepared: Prepared, id: &str, aim: Aim, found: &mut Diagnostics) -> Option<Made> {
        let Prepared { name, job } = prepared;
        let job = Arc::new(job);
        let mut own = Diagnostics::default();
        if aim != Aim::PublishAgain {
            own.extend(check_printed(job.clone()));
        }
        // Both read the same tables and texts: what both find is told once.
        let mut told: HashSet<String> = own.iter().map(ToString::to_string).collect();
        let mut more = Diagnostics::default();
        let made = Made::of(name, job, Some(id), &mut more);
        if let Some(made) = &made {
            self.look_over(made, aim, &mut more);
        }
        more.iter().filter(|d| told.insert(d.to_string())).for_each(|d| own.push(d.clone()));
        found.extend(own);
        made
    }

    /// Does `work` on every folder, with its number, in parallel; `done` is told of each that is finished. None: a fault of
    /// ours in it, which must not cost the others their files.
    pub fn each<T: Send>(
        &self,
        folders: &[Folder],
        done: impl Fn() + Sync,
        work: impl Fn(usize, &Folder) -> T + Sync,
    ) -> Vec<Option<T>> {
        let one = |index: usize| {
            let made = catch_unwind(AssertUnwindSafe(|| work(index, &folders[index]))).ok();
            done();
            made
        };
        let threads = rayon::current_num_threads();
        if let Some(pools) = (folders.len() >= 2 * threads).then(|| pools_of_one(threads)).flatten() {
            return on_each(&pools, folders.len(), one);
        }
        // In the pool from the start: a thread of its own would wait for it, and leave it none of its memory.
        rayon::scope(|_| (0..folders.len()).into_par_iter().map(one).collect())
    }

    /// Checks a document while its pages are laid.
    pub(crate) fn look_over(&self, made: &Made, aim: Aim, found: &mut Diagnostics) {
        let findings = || match aim {
            Aim::Look | Aim::Publish => check(&made.composition),
            Aim::PublishAgain => Diagnostics::default(),
        };
        let (of_pages, findings) = rayon::join(|| made.found_on_pages(&self.fonts), findings);
        let mut of_document = findings;
        of_document.extend(of_pages.clone());
        name_what_was_typed(made.job(), &mut of_document);
        found.extend(of_document);
    }

    /// The files of made documents. With errors, here or before, nothing is returned.
    pub fn write(&self, made: &[Made], formats: &[Format], found: &mut Diagnostics) -> Vec<Output> {
        let mut outputs = Vec::new();
        for made in made {
            match made.write(&self.fonts, formats) {
                Ok(files) => outputs.extend(files),
                Err(error) => found.push(error),
            }
        }
        report_same_names(&outputs, found);
        if found.has_errors() { Vec::new() } else { outputs }
    }

    /// Everything a folder becomes, in memory: the files of its documents, which are made one after another. With errors
    /// nothing is returned.
    pub fn build(&self, folder: &Folder, aim: Aim, formats: &[Format], diagnostics: &mut Diagnostics) -> Vec<Output> {
        let mut outputs = Vec::new();
        let mut last = None;
        let found = self.open_each(folder, aim, |one, found| {
            // The one before it is given back first.
            drop(last.take());
            if !found.has_errors() {
                match one.write(&self.fonts, formats) {
                    Ok(files) => outputs.extend(files),
                    Err(error) => found.push(error),
                }
            }
            last = Some(one);
        });
        give_back(last);
        diagnostics.extend(found);
        report_same_names(&outputs, diagnostics);
        if diagnostics.has_errors() { Vec::new() } else { outputs }
    }
}

/// What a folder of printed tables has not and its documents need: one list (E511), with what its report leaves blank; else
/// that alone (E180).
pub fn lacking(folder: &Folder, layouts: &Layouts) -> Diagnostics {
    let mut found = Diagnostics::default();
    let blank = folder.text("report.toml").ok().and_then(|text| report_with_blanks(&text, 0)).is_some();
    let documents = match blank {
        true => {
            prepare::report(folder, &mut found);
            prepare_with_blanks(folder, layouts, &mut found)
        }
        false => prepare(folder, layouts, &mut found),
    };
    for prepared in documents.into_iter().filter(|prepared| prepared.job.only_printed()) {
        compose(prepared.job, &mut found);
    }
    with_the_report(&mut found);
    found.retain(|d| d.code == "E511" || d.code == "E180");
    found
}

/// Gives back what nothing needs any more. Nobody waits until thousands of cells are, where a thread is free for it; where
/// each thread has a folder of its own none is, and what waits for one would be held to the end.
pub(crate) fn give_back<T: Send + 'static>(what: T) {
    match rayon::current_num_threads() {
        1 => drop(what),
        _ => rayon::spawn(move || drop(what)),
    }
}

/// As many pools of one thread each as there are threads: of many folders each thread makes one by itself. In a common
/// pool a thread that waits for a part of its folder would begin another folder meanwhile, and hold them all.
fn pools_of_one(threads: usize) -> Option<Vec<ThreadPool>> {
    (0..threads).map(|_| ThreadPoolBuilder::new().num_threads(1).build().ok()).collect()
}

/// Does `one` for each number below `count`, in all pools; each takes the next when it is through with one.
fn on_each<T: Send>(pools: &[ThreadPool], count: usize, one: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (next, made) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(count)));
    let take = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            let one = one(index);
            made.lock().unwrap_or_else(PoisonError::into_inner).push((index, one));
        }
    };
    std::thread::scope(|scope| {
        for pool in pools {
            scope.spawn(|| pool.install(take));
        }
    });
    let mut made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    made.sort_unstable_by_key(|(index, _)| *index);
    made.into_iter().map(|(_, made)| made).collect()
}

/// Places in files that a workbook stands for, as those in the workbook.
pub(crate) fn in_workbook(folder: &Folder, found: &mut Diagnostics) {
    for finding in found.iter_mut() {
        let places = finding.place.iter_mut().chain(finding.related.iter_mut().map(|(place, _)| place));
        for place in places {
            if let Some(there) = folder.place_in_workbook(place) {
                *place = there;
            }
        }
    }
}

/// Composes every document of a folder, nothing checked, laid or written: what comparisons and questions need. With
/// errors of its own nothing is returned; those that were found before stop nothing.
pub fn compose_all(folder: &Folder, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Vec<Made> {
    let mut found = Diagnostics::default();
    let mut made: Vec<Made> = Vec::new();
    let prepared = prepare(folder, layouts, &mut found);
    if !found.has_errors() {
        let id = data_id(folder, &prepared);
        made.extend(prepared.into_iter().filter_map(|p| Made::compose(p, Some(&id), &mut found)));
    }
    if found.has_errors() {
        made.clear();
    }
    diagnostics.extend(found);
    made
}

/// A set by itself, without data or report: names of codes are those of every year.
pub fn load_set(id: &str, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<LayoutSet> {
    let files = SetFiles::find(id, None, layouts, None, diagnostics)?;
    layout::load(&files, &Layer::default(), diagnostics)
}

/// Composes the documents of a folder that are of a set; if its report names other sets alone, all of them as if it
/// named this one. With errors nothing is returned.
pub fn compose_as(set: &str, folder: &Folder, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Vec<Made> {
    let mut unheard = Diagnostics::default();
    let report = prepare::report(folder, &mut unheard);
    let named = report.iter().flat_map(|r| r.documents.iter().filter_map(|d| d.layout.as_deref()).chain([&*r.layout]));
    let (named, known): (Vec<&str>, Vec<String>) = (named.collect(), layouts.sets());
    if named.contains(&set) && named.iter().all(|name| known.iter().any(|known| known == name)) {
        let mut made = compose_all(folder, layouts, diagnostics);
        made.retain(|made| made.job().set.id == set);
        return made;
    }
    if !known.iter().any(|known| known == set) {
        SetFiles::find(set, None, layouts, None, diagnostics);
        return Vec::new();
    }
    let text = folder.text("report.toml").unwrap_or_default();
    let is_layout =
        |line: &str| line.trim_start().strip_prefix("layout").is_some_and(|l| l.trim_start().starts_with('='));
    let line = |line: &str| if is_layout(line) { format!("layout = \"{set}\"\n") } else { format!("{line}\n") };
    let renamed: String = text.lines().map(line).collect();
    match folder.with_text("report.toml", &renamed) {
        Ok(folder) => compose_all(&folder, layouts, diagnostics),
        Err(found) => {
            diagnostics.push(found);
            Vec::new()
        }
    }
}

/// Records, or a whole file of them, were left out.
fn is_of_records(found: &Diagnostic) -> bool {
    let is_left_out = found.code == TWICE || found.place.as_ref().is_some_and(Place::is_of_record);
    found.severity == Severity::Error && is_left_out
}

/// Composes what will not be written, so that mistakes in templates show at once with those in the data, but not
/// what only follows from records that were left out.
fn compose_for_mistakes(prepared: Prepared, records_lost: bool, diagnostics: &mut Diagnostics) {
    let mut found = Diagnostics::default();
    compose(prepared.job, &mut found);
    let follows = |found: &&Diagnostic| records_lost && (FOLLOW.contains(&&*found.code) || lacks_file(found));
    found.iter().filter(|found| !follows(found)).for_each(|found| diagnostics.push(found.clone()));
}

/// Two documents under one name would overwrite each other; on Windows, capital letters make no difference.
fn report_same_names(outputs: &[Output], diagnostics: &mut Diagnostics) {
    let mut names = HashSet::new();
    for output in outputs {
        if !names.insert(output.name.to_lowercase()) {
            diagnostics.push(
                Diagnostic::error("E505", format!("有两份文件都叫“{}”，会互相覆盖", output.name))
                    .at(Place::file("report.toml"))
                    .hint("给每个 [[document]] 写不同的 name"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_folders_each_thread_holds_one_and_gives_back_what_it_made() {
        static HELD: AtomicUsize = AtomicUsize::new(0);
        struct Made;
        impl Drop for Made {
            fn drop(&mut self) {
                HELD.fetch_sub(1, Ordering::SeqCst);
            }
        }
        let workshop = Workshop::new(Layouts::default(), Fonts::load(&[&fonts()]).unwrap_or_else(|_| panic!("fonts")));
        let folders: Vec<Folder> = (0..60).map(|n| Folder::at(Path::new(&format!("{n}")))).collect();
        let most = AtomicUsize::new(0);
        let threads = 3;
        let made = ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| {
            workshop.each(
                &folders,
                || (),
                |index, folder| {
                    let made = Made;
                    most.fetch_max(HELD.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    // A thread that waits for half of its folder finds nothing else to begin.
                    let wait = || std::thread::sleep(std::time::Duration::from_millis(1));
                    rayon::join(wait, wait);
                    give_back(made);
                    assert!(index != 7, "a fault of ours");
                    folder.to_string()
                },
            )
        });
        assert!(most.into_inner() <= threads);
        assert_eq!(HELD.load(Ordering::SeqCst), 0);
        let expected = (0..60).map(|n| (n != 7).then(|| n.to_string()));
        assert_eq!(made, expected.collect::<Vec<_>>());
    }

    fn fonts() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts")
    }
}
