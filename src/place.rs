//! Output files in their places, whole or not at all: each is written under a temporary name beside its place, then
//! renamed over the previous edition. Temporary names lie in a folder of their own, `.gongkai-PROCESS-NUMBER.new`, with a
//! lock that its run holds while it lives and a journal of what is renamed. Of a run that was killed the next one knows
//! what it was about: it finishes a set of files of which some are in their places, and removes what it left, by its
//! name, its mark and its lock, and nothing else.

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::digest::sha256;
use crate::folder::{Bytes, Folder, MAX_BYTES};
use crate::refusal::refusal;
use crate::regular::{is_unlinked, read_unlinked};
use crate::write::Output;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Puts files into a folder, which is made if need be, and returns their paths. Nothing is replaced before all are
/// written. A file that another program holds open gets a second name, with a warning that says so.
pub fn place(folder: &Path, outputs: &[Output], diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
    let staged = fs::create_dir_all(folder).map_err(|e| refused("建立文件夹", folder, &e)).and_then(|()| {
        let turn = Turn::take(folder)?;
        finish_held(folder, diagnostics);
        Ok((turn, stage(folder, outputs)?))
    });
    let (_turn, staging) = match staged {
        Ok(staged) => staged,
        Err(found) => {
            diagnostics.push(found);
            return Vec::new();
        }
    };
    let mut placed = Vec::new();
    for (index, output) in outputs.iter().enumerate() {
        match settle(&staging.file(index), &folder.join(&output.name), diagnostics) {
            Ok(path) => placed.push(path),
            Err(found) => diagnostics.push(found),
        }
    }
    placed
}

/// Writes all files under temporary names, at once, since each waits for the disk; then says in the journal what is going
/// to be renamed.
fn stage(folder: &Path, outputs: &[Output]) -> Result<Staging, Diagnostic> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |error: io::Error| refused("写入", &path, &error)
    };
    let staging = Staging::create(folder).map_err(failed(folder))?;
    let write = |(index, output): (usize, &Output)| {
        write_new(&staging.file(index), &output.bytes).map_err(failed(&folder.join(&output.name)))
    };
    outputs.par_iter().enumerate().map(write).collect::<Result<(), _>>()?;
    let files = outputs.iter().map(|output| (output.name.as_str(), &output.bytes[..]));
    staging.note(&Folder::open(folder), files).map_err(failed(folder))?;
    Ok(staging)
}

/// Writes a data folder's edits back into its files, all or none, and returns their paths. Each file is replaced only
/// while the disk still holds what was read of it (E717). It keeps its mode and its owner, and a link stays one. A file
/// that another program holds is an error (E520): data never lies beside itself under a second name.
pub fn save(folder: &Folder, diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
    match save_all(folder) {
        Ok(paths) => paths,
        Err(found) => {
            found.into_iter().for_each(|found| diagnostics.push(found));
            Vec::new()
        }
    }
}

/// An edit of a data file, staged.
struct Edit<'a> {
    name: &'a str,
    before: Option<Bytes>,
    path: PathBuf,
    staged: PathBuf,
}

fn save_all(folder: &Folder) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let _turn = Turn::take(folder.ground()).map_err(|found| vec![found])?;
    let on_disk = Folder::at(folder.shown());
    let is_as_read = |name: &str, before: &Option<Bytes>| on_disk.bytes(name).is_ok_and(|now| now == *before);
    let changed = folder.edits().filter(|(name, before, _)| !is_as_read(name, before)).map(|(name, ..)| {
        let found = Diagnostic::error("E717", "文件刚刚被别的程序改了").at(Place::file(name));
        found.hint("请再运行一次")
    });
    let changed: Vec<Diagnostic> = changed.collect();
    if !changed.is_empty() {
        return Err(changed);
    }
    let refused = |name: &str, error: &io::Error| {
        let (why, _) = refusal(error);
        vec![
            Diagnostic::error("E520", format!("无法修改：{why}"))
                .at(Place::file(name))
                .hint("关闭打开着它的程序，检查权限；各文件都没有改动"),
        ]
    };
    let whole = folder.ground().canonicalize().map_err(|error| refused("", &error))?;
    // What a killed run left here is told by `unfinished` until the files are written anew.
    sweep(&whole);
    let edited: Vec<_> = folder.edits().filter_map(|(name, before, after)| Some((name, before, after?))).collect();
    let staging = Staging::create(&whole).map_err(|error| refused(edited.first().map_or("", |e| e.0), &error))?;
    let mut edits: Vec<Edit> = Vec::new();
    for (index, (name, before, after)) in edited.iter().enumerate() {
        let path = on_disk.place_of(name).map_err(|found| vec![found])?;
        // What a link points to is written, not the link.
        let path = path.canonicalize().unwrap_or(path);
        let staged = staging.file(index);
        stage_over(&path, &staged, after).map_err(|error| refused(name, &error))?;
        edits.push(Edit { name, before: before.clone(), path, staged });
    }
    let files = edited.iter().map(|(name, _, after)| (*name, &after[..]));
    staging.note(&on_disk, files).map_err(|error| refused(edited.first().map_or("", |e| e.0), &error))?;
    for (index, edit) in edits.iter().enumerate() {
        if let Err(error) = fs::rename(&edit.staged, &edit.path) {
            // Those already renamed get their old bytes back: all or none.
            for done in &edits[..index] {
                let undone = match &done.before {
                    Some(before) => {
                        stage_over(&done.path, &done.staged, before).and_then(|()| fs::rename(&done.staged, &done.path))
                    }
                    None => fs::remove_file(&done.path),
                };
                if undone.is_err() {
                    return Err(refused(done.name, &error));
                }
            }
            return Err(refused(edit.name, &error));
        }
    }
    Ok(edits.iter().map(|edit| folder.path_of(edit.name)).collect())
}

/// A file's new bytes under a temporary name, with its mode and its owner where it is there; its folder is made.
fn stage_over(path: &Path, staged: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    write_new(staged, bytes)?;
    if let Ok(about) = fs::metadata(path) {
        keep_owner(staged, &about);
        fs::set_permissions(staged, about.permissions())?;
    }
    Ok(())
}

/// A new file, on the disk before it is renamed: else a power cut after that could leave an empty one.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

#[cfg(unix)]
fn keep_owner(path: &Path, about: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, chown};
    // Only the system's own user may give files away; others own what they may write anyway.
    let _ = chown(path, Some(about.uid()), Some(about.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &fs::Metadata) {}

/// A folder's turn to be written into: two runs at once would leave the PDF of one beside the DOCX of the other.
/// It goes with its process, killed or not, and leaves nothing behind: the folder itself is locked, where the system
/// locks folders; on Windows, a file among the user's own temporary files.
pub struct Turn {
    _lock: File,
}

/// How long another run may take, and how often it is asked after.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_millis(5));

impl Turn {
    /// Waits for other runs that write into `folder`. None where nothing can be locked: each file is still whole.
    pub fn take(folder: &Path) -> Result<Option<Turn>, Diagnostic> {
        let Ok(whole) = folder.canonicalize() else { return Ok(None) };
        let Ok(lock) = to_lock(&whole) else { return Ok(None) };
        let begun = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Some(Turn { _lock: lock })),
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE.0 => std::thread::sleep(PATIENCE.1),
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(_)) => return Ok(None),
            }
        }
        let message = format!("另一个 gongkai 一直在写 {}", folder.display());
        Err(Diagnostic::error("E509", message).hint("等它做完再运行；它若停住了，请结束它"))
    }
}

#[cfg(unix)]
fn to_lock(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

#[cfg(not(unix))]
fn to_lock(folder: &Path) -> io::Result<File> {
    let name = format!("gongkai-{}.lock", &sha256(folder.to_string_lossy().as_bytes())[..32]);
    File::options().create(true).append(true).open(std::env::temp_dir().join(name))
}

/// Puts a whole folder of files (by path, with `/`) at `parent/name` by one rename of a finished one: whoever looks
/// sees none of it or all of it. `proof` sees the finished folder first, and may refuse it. None: the name is taken.
pub fn place_folder(
    parent: &Path,
    name: &str,
    files: &BTreeMap<String, Bytes>,
    proof: &dyn Fn(&Path) -> Result<(), Diagnostic>,
) -> Result<Option<PathBuf>, Diagnostic> {
    let target = parent.join(name);
    let failed = |e: io::Error| refused("写入", &target, &e);
    fs::create_dir_all(parent).map_err(|e| refused("建立文件夹", parent, &e))?;
    sweep(parent);
    let staging = Staging::create(parent).map_err(failed)?;
    let staged = staging.folder.join(FILLED);
    write_folder(&staged, files).map_err(failed)?;
    proof(&staged)?;
    if fs::symlink_metadata(&target).is_ok() {
        return Ok(None);
    }
    match fs::rename(&staged, &target) {
        Ok(()) => {}
        Err(_) if target.exists() => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    sync_folder(parent).map_err(failed)?;
    Ok(Some(target))
}

fn write_folder(folder: &Path, files: &BTreeMap<String, Bytes>) -> io::Result<()> {
    let mut folders = BTreeSet::from([folder.to_path_buf()]);
    fs::create_dir(folder)?;
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
            folders.extend(parent.ancestors().take_while(|a| a.starts_with(folder)).map(Path::to_path_buf));
        }
        write_new(&path, bytes)?;
    }
    folders.iter().try_for_each(|folder| sync_folder(folder))
}

/// Names are on the disk too. Windows keeps them itself.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn refused(what: &str, path: &Path, error: &io::Error) -> Diagnostic {
    let (why, hint) = refusal(error);
    Diagnostic::error("E501", format!("无法{what} {}：{why}", path.display())).hint(hint)
}

/// What a staging folder is called: these, with the process and a number between them.
const STAGING: (&str, &str) = (".gongkai-", ".new");
/// Its files beside those that are staged, which are called 0, 1, 2, ….
const LOCK: &str = "lock";
const JOURNAL: &str = "journal.json";
/// A folder that is being filled in it.
const FILLED: &str = "folder";
/// What its lock says, by which it is known for ours.
const MARK: &str = "gongkai: files that are being written; removed by the next run\n";
/// A longer journal is none of ours; of one, so many files are looked at.
const LONGEST_JOURNAL: u64 = 1 << 20;
const MOST_FILES: usize = 1000;

/// A folder beside the places of files that are being written, held while this run lives, removed with all in it.
struct Staging {
    folder: PathBuf,
    _lock: File,
}

/// What is going to be renamed.
#[derive(Serialize, Deserialize)]
struct Journal {
    files: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    name: String,
    /// SHA-256 of what lay there, none where nothing did, and of what comes in its place.
    before: Option<String>,
    after: String,
}

impl Staging {
    fn create(parent: &Path) -> io::Result<Staging> {
        let (before, after) = STAGING;
        let mut number = 0;
        loop {
            let folder = parent.join(format!("{before}{}-{number}{after}", std::process::id()));
            number += 1;
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                made => made?,
            }
            let lock = || {
                let mut lock = File::create_new(folder.join(LOCK))?;
                // Where nothing can be locked, nothing is swept either.
                let _ = lock.lock();
                lock.write_all(MARK.as_bytes())?;
                Ok(lock)
            };
            return match lock() {
                Ok(lock) => Ok(Staging { folder, _lock: lock }),
                Err(error) => {
                    remove(&folder);
                    Err(error)
                }
            };
        }
    }

    fn file(&self, index: usize) -> PathBuf {
        self.folder.join(index.to_string())
    }

    /// Notes what is going to be renamed into a folder: names and bytes in the order staged. One rename is whole by itself.
    fn note<'a>(&self, folder: &Folder, files: impl Iterator<Item = (&'a str, &'a [u8])>) -> io::Result<()> {
        let entry = |(name, bytes): (&str, &[u8])| Entry {
            name: name.to_string(),
            before: folder.bytes(name).ok().flatten().map(|bytes| sha256(&bytes)),
            after: sha256(bytes),
        };
        let files: Vec<_> = files.collect();
        if files.len() < 2 {
            return Ok(());
        }
        let files = files.into_iter().map(entry).collect();
        let journal = serde_json::to_vec(&Journal { files }).map_err(io::Error::other)?;
        // A kill leaves it whole; after a power cut half a journal is none, and each file is whole all the same.
        File::create_new(self.folder.join(JOURNAL))?.write_all(&journal)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

/// Removes a staging folder: what the program puts there, and so the folder, unless someone has put more there. The lock
/// goes last: what is left of a run killed meanwhile is still known.
fn remove(folder: &Path) {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    for name in names.filter_map(|name| name.into_string().ok()) {
        let path = folder.join(&name);
        if name == FILLED && !path.is_symlink() {
            let _ = fs::remove_dir_all(path);
        } else if name == JOURNAL || is_number(&name) {
            let _ = fs::remove_file(path);
        }
    }
    let is_alone = || fs::read_dir(folder).is_ok_and(|mut left| left.all(|e| e.is_ok_and(|e| e.file_name() == LOCK)));
    if is_alone() {
        let _ = fs::remove_file(folder.join(LOCK));
        let _ = fs::remove_dir(folder);
    }
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// What has the name of a staging folder in a folder.
fn named_as_ours(parent: &Path) -> impl Iterator<Item = PathBuf> {
    let (before, after) = STAGING;
    let is_ours = move |name: &str| {
        let numbers = name.strip_prefix(before).and_then(|name| name.strip_suffix(after));
        numbers.and_then(|numbers| numbers.split_once('-')).is_some_and(|(a, b)| is_number(a) && is_number(b))
    };
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    entries.filter(move |entry| entry.file_name().to_str().is_some_and(is_ours)).map(|entry| entry.path())
}

/// The staging folders in a folder that no living run holds, each with its lock, now ours.
fn abandoned(parent: &Path) -> Vec<(PathBuf, File)> {
    let found = named_as_ours(parent).filter_map(|folder| {
        let lock = folder.join(LOCK);
        if folder.is_symlink() || !is_unlinked(&lock) {
            return None;
        }
        let file = File::options().read(true).write(true).open(&lock).ok()?;
        file.try_lock().ok()?;
        // A run that was killed before it had written the mark left nothing else there.
        let marked = read_unlinked(&lock, 4 * MARK.len() as u64).ok()?;
        MARK.as_bytes().starts_with(&marked).then_some((folder, file))
    });
    found.collect()
}

/// Removes what runs that were killed left in a folder whose turn is ours.
pub fn sweep(parent: &Path) {
    abandoned(parent).iter().for_each(|(folder, _)| remove(folder));
    // Killed before it had a lock, or after: empty, or it stays.
    named_as_ours(parent).for_each(|folder| drop(fs::remove_dir(folder)));
}

/// How far a run that was killed came with the files of its journal.
struct Interrupted {
    /// Those in their places, those still as they were, each with its number, and those that are neither.
    done: Vec<String>,
    waiting: Vec<(usize, String)>,
    changed: Vec<String>,
}

/// Reads the journal of an abandoned staging folder; none where nothing was renamed or all was.
fn interrupted(parent: &Path, staging: &Path) -> Option<Interrupted> {
    let journal = read_unlinked(&staging.join(JOURNAL), LONGEST_JOURNAL).ok()?;
    let journal: Journal = serde_json::from_slice(&journal).ok()?;
    let mut state = Interrupted { done: Vec::new(), waiting: Vec::new(), changed: Vec::new() };
    for (index, entry) in journal.files.into_iter().take(MOST_FILES).enumerate() {
        // Opened for each anew: a folder keeps what it read.
        let now = Folder::open(parent).bytes(&entry.name).ok()?.map(|bytes| sha256(&bytes));
        match now {
            _ if entry.before.as_ref() == Some(&entry.after) => {}
            Some(now) if now == entry.after => state.done.push(entry.name),
            now if now == entry.before => {
                let staged = read_unlinked(&staging.join(index.to_string()), MAX_BYTES).ok()?;
                match sha256(&staged) == entry.after {
                    true => state.waiting.push((index, entry.name)),
                    false => state.changed.push(entry.name),
                }
            }
            _ => state.changed.push(entry.name),
        }
    }
    (!state.done.is_empty() && state.waiting.len() + state.changed.len() > 0).then_some(state)
}

/// Finishes what a run that was killed between two renames began in an output folder, and says so (E512): its files were
/// all written. A file that was changed since is left, and told (E513). Then removes what it left.
pub fn finish(folder: &Path, diagnostics: &mut Diagnostics) {
    if abandoned(folder).is_empty() {
        return;
    }
    match Turn::take(folder) {
        Ok(_turn) => finish_held(folder, diagnostics),
        Err(found) => diagnostics.push(found),
    }
}

fn finish_held(folder: &Path, diagnostics: &mut Diagnostics) {
    for (staging, _lock) in abandoned(folder) {
        if let Some(state) = interrupted(folder, &staging) {
            let mut left = state.changed;
            let mut finished = Vec::new();
            for (index, name) in state.waiting {
                // An output folder's files lie directly in it.
                let is_plain = !name.contains(['/', '\\']);
                match is_plain && fs::rename(staging.join(index.to_string()), folder.join(&name)).is_ok() {
                    true => finished.push(name),
                    false => left.push(name),
                }
            }
            if !finished.is_empty() {
                let message = format!("上一次写入 {} 时中断，已补上：{}", folder.display(), finished.join("、"));
                diagnostics.push(Diagnostic::warning("E512", message));
            }
            if !left.is_empty() {
                let (done, left) = (state.done.join("、"), left.join("、"));
                let message = format!("上一次写入 {} 时中断：{done} 是新的，{left} 不是", folder.display());
                diagnostics.push(Diagnostic::warning("E513", message).hint("请再生成一次，使各文件一致"));
            }
        }
        remove(&staging);
    }
    sweep(folder);
}

/// What a run that was killed while it wrote a data folder's files back has left half done (E513). The program does not
/// finish it by itself: the folder, its journal too, may come from others. It is told until files are written back again.
pub fn unfinished(folder: &Path) -> Option<Diagnostic> {
    let state = abandoned(folder).iter().find_map(|(staging, _)| interrupted(folder, staging))?;
    let waiting = state.waiting.into_iter().map(|(_, name)| name).chain(state.changed).collect::<Vec<_>>().join("、");
    let message = format!("上一次写回数据时中断：{} 已改，{waiting} 没有改", state.done.join("、"));
    Some(Diagnostic::warning("E513", message).hint("请把上次的 pull --write 或 check --fix --write 再运行一次"))
}

/// Renames a finished file to its name, or to its second name. Returns the name it got.
fn settle(staged: &Path, target: &Path, diagnostics: &mut Diagnostics) -> Result<PathBuf, Diagnostic> {
    let Err(error) = fs::rename(staged, target) else { return Ok(target.to_path_buf()) };
    if !is_held_open(&error) || target.is_dir() {
        return Err(refused("更新", target, &error));
    }
    let held = format!("{} 正被别的程序打开（如 Word、WPS、PDF 阅读器），无法更新", target.display());
    let second = second_name(target);
    if fs::rename(staged, &second).is_err() {
        return Err(Diagnostic::error("E504", held).hint("请关闭打开着它的程序，再生成一次"));
    }
    diagnostics.push(
        Diagnostic::warning("E504", format!("{held}；新的一版写在 {}", second.display()))
            .hint("请关闭打开着它的程序，再生成一次，并删去多出的一份"),
    );
    Ok(second)
}

/// Windows alone refuses to replace a file that is open: access denied, sharing violation or lock violation.
fn is_held_open(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

fn second_name(target: &Path) -> PathBuf {
    let part = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    target.with_file_name(format!("{}（新）.{}", part(target.file_stem()), part(target.extension())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(name: &str, bytes: &[u8]) -> Output {
        Output { name: name.to_string(), bytes: bytes.to_vec() }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_replaced_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("新建/631");
        for edition in [&b"one"[..], b"two"] {
            let mut diagnostics = Diagnostics::default();
            let placed = place(&target, &[output("a.pdf", edition), output("a.docx", edition)], &mut diagnostics);
            assert!(diagnostics.is_empty());
            assert_eq!(placed, [target.join("a.pdf"), target.join("a.docx")]);
            assert_eq!(fs::read(target.join("a.pdf")).unwrap(), edition);
            assert_eq!(names(&target), ["a.docx", "a.pdf"]);
        }
    }

    /// What a run leaves that is killed before its `renamed`-th rename.
    fn killed(folder: &Path, outputs: &[Output], renamed: usize) {
        fs::create_dir_all(folder).unwrap();
        let staging = stage(folder, outputs).unwrap();
        for (index, output) in outputs.iter().enumerate().take(renamed) {
            fs::rename(staging.file(index), folder.join(&output.name)).unwrap();
        }
        // The lock goes with the process, the folder stays.
        let copy = folder.join(".gongkai-1-0.new");
        fs::create_dir(&copy).unwrap();
        for name in names(&staging.folder) {
            fs::copy(staging.folder.join(&name), copy.join(&name)).unwrap();
        }
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_a_living_one_holds_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        killed(folder.path(), &[output("a.pdf", b"half"), output("a.docx", b"half")], 0);
        fs::create_dir(folder.path().join(".gongkai-1-1.new")).unwrap();
        let living = Staging::create(folder.path()).unwrap();
        let held = living.folder.file_name().unwrap().to_str().unwrap().to_string();
        place(folder.path(), &[output("a.pdf", b"one")], &mut Diagnostics::default());
        assert_eq!(names(folder.path()), [held, "a.pdf".to_string()]);
        drop(living);
        assert_eq!(names(folder.path()), ["a.pdf"]);
    }

    #[test]
    fn only_what_the_program_made_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // By name, by mark, by content another's.
        for name in [".gongkai-notes.new/f", ".gongkai-1-2.new/f", ".gongkai-1-3.new/lock", ".gongkai-1-4.new/lock"] {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), "mine").unwrap();
        }
        fs::write(at(".gongkai-1-4.new/lock"), MARK).unwrap();
        fs::write(at(".gongkai-1-4.new/letter.txt"), "mine").unwrap();
        fs::write(at(".gongkai-1-0.tmp"), "mine").unwrap();
        let before = names(folder.path());
        let mut found = Diagnostics::default();
        place(folder.path(), &[output("a.pdf", b"one")], &mut found);
        assert!(found.is_empty());
        let after = names(folder.path());
        assert_eq!(after.iter().filter(|name| *name != "a.pdf").collect::<Vec<_>>(), before.iter().collect::<Vec<_>>());
        assert_eq!(names(&at(".gongkai-1-4.new")), ["letter.txt", "lock"]);
        assert_eq!(fs::read(at(".gongkai-1-3.new/lock")).unwrap(), b"mine");
    }

    #[cfg(unix)]
    #[test]
    fn a_staging_folder_that_is_a_link_or_holds_a_pipe_is_left() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("other")).unwrap();
        fs::write(at("other/lock"), MARK).unwrap();
        fs::write(at("other/0"), "mine").unwrap();
        symlink("other", at(".gongkai-1-0.new")).unwrap();
        fs::create_dir_all(at(".gongkai-1-1.new")).unwrap();
        symlink("../other/lock", at(".gongkai-1-1.new/lock")).unwrap();
        fs::create_dir_all(at(".gongkai-1-2.new")).unwrap();
        let _ = std::process::Command::new("mkfifo").arg(at(".gongkai-1-2.new/lock")).status();
        place(folder.path(), &[output("a.pdf", b"one")], &mut Diagnostics::default());
        assert_eq!(names(&at("other")), ["0", "lock"]);
        assert!(at(".gongkai-1-0.new").is_symlink() && at(".gongkai-1-1.new").exists());
    }

    #[test]
    fn a_set_of_files_of_which_some_are_renamed_is_finished_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let old = [output("a.pdf", b"old"), output("a.docx", b"old")];
        let new = [output("a.pdf", b"new"), output("a.docx", b"new")];
        place(folder.path(), &old, &mut Diagnostics::default());
        killed(folder.path(), &new, 1);
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        assert_eq!((read("a.pdf"), read("a.docx")), (b"new".to_vec(), b"old".to_vec()));
        let mut found = Diagnostics::default();
        finish(folder.path(), &mut found);
        assert_eq!((read("a.pdf"), read("a.docx")), (b"new".to_vec(), b"new".to_vec()));
        let said = found.sorted()[0].to_string();
        assert!(said.contains("警告[E512]") && said.contains("已补上：a.docx"), "{said}");
        assert_eq!(names(folder.path()), ["a.docx", "a.pdf"]);
        // Nothing was renamed: the old ones stay.
        killed(folder.path(), &old, 0);
        let mut found = Diagnostics::default();
        finish(folder.path(), &mut found);
        assert!(found.is_empty());
        assert_eq!((read("a.pdf"), read("a.docx")), (b"new".to_vec(), b"new".to_vec()));
        // Someone has changed the second since: it is theirs.
        killed(folder.path(), &old, 1);
        fs::write(folder.path().join("a.docx"), "edited").unwrap();
        let mut found = Diagnostics::default();
        finish(folder.path(), &mut found);
        assert!(found.sorted()[0].to_string().contains("警告[E513]"), "{:?}", found.sorted());
        assert_eq!(read("a.docx"), b"edited");
    }

    #[test]
    fn a_journal_that_names_files_elsewhere_is_none() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("out");
        fs::write(place.path().join("outside"), "mine").unwrap();
        let outside = [output("a.pdf", b"new"), output("../outside", b"new")];
        let old = [output("a.pdf", b"old")];
        super::place(&folder, &old, &mut Diagnostics::default());
        let staging = Staging::create(&folder).unwrap();
        drop(staging);
        let copy = folder.join(".gongkai-1-0.new");
        fs::create_dir(&copy).unwrap();
        fs::write(copy.join(LOCK), MARK).unwrap();
        let entry = |output: &Output, before: &[u8]| Entry {
            name: output.name.clone(),
            before: Some(sha256(before)),
            after: sha256(&output.bytes),
        };
        let journal = Journal { files: vec![entry(&outside[0], b"old"), entry(&outside[1], b"mine")] };
        fs::write(copy.join(JOURNAL), serde_json::to_vec(&journal).unwrap()).unwrap();
        fs::write(copy.join("1"), "new").unwrap();
        fs::write(folder.join("a.pdf"), "new").unwrap();
        finish(&folder, &mut Diagnostics::default());
        assert_eq!(fs::read(place.path().join("outside")).unwrap(), b"mine");
        assert_eq!(names(&folder), ["a.pdf"]);
    }

    #[test]
    fn data_of_which_a_part_was_written_back_is_told_and_left() {
        let (disk, folder) = data(&[("a.csv", "1"), ("text/b.md", "1")]);
        let outputs = [output("a.csv", b"2"), output("text/b.md", b"2")];
        killed(disk.path(), &outputs, 1);
        let said = unfinished(disk.path()).expect("told").to_string();
        assert!(said.contains("警告[E513]") && said.contains("a.csv 已改，text/b.md 没有改"), "{said}");
        assert_eq!(fs::read_to_string(disk.path().join("text/b.md")).unwrap(), "1");
        // Written back again, it is whole.
        let again = Folder::open(folder.shown()).with("text/b.md", &b"2"[..]);
        save(&again, &mut Diagnostics::default());
        assert!(unfinished(disk.path()).is_none());
        assert_eq!(names(disk.path()), ["a.csv", "text"]);
    }

    #[test]
    fn a_folder_under_the_file_s_name_is_told_and_the_other_file_still_placed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a.pdf")).unwrap();
        let mut diagnostics = Diagnostics::default();
        let outputs = [output("a.pdf", b"one"), output("a.docx", b"one")];
        assert_eq!(place(folder.path(), &outputs, &mut diagnostics), [folder.path().join("a.docx")]);
        let found = diagnostics.sorted()[0].to_string();
        assert!(found.contains("a.pdf：已有同名的文件夹"), "{found}");
        assert_eq!(names(folder.path()), ["a.docx", "a.pdf"]);
    }

    #[test]
    fn a_file_where_the_folder_should_be_and_a_name_too_long_are_told_in_chinese() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("output");
        fs::write(&file, b"kept").unwrap();
        let mut diagnostics = Diagnostics::default();
        assert!(place(&file, &[output("a.pdf", b"")], &mut diagnostics).is_empty());
        assert!(place(&file.join("631"), &[output("a.pdf", b"")], &mut diagnostics).is_empty());
        assert!(place(folder.path(), &[output(&"长".repeat(300), b"")], &mut diagnostics).is_empty());
        let found: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
        assert!(found[0].contains("已有同名的文件，不是文件夹"), "{found:?}");
        assert!(found[1].contains("已有同名的文件，不是文件夹"), "{found:?}");
        assert!(found[2].contains("名称太长"), "{found:?}");
        assert_eq!(fs::read(&file).unwrap(), b"kept");
    }

    fn data(files: &[(&str, &str)]) -> (tempfile::TempDir, Folder) {
        let disk = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = disk.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let folder = Folder::open(disk.path());
        (disk, folder)
    }

    #[test]
    fn data_is_replaced_only_while_the_disk_holds_what_was_read() {
        let (disk, folder) = data(&[("a.csv", "1"), ("text/b.md", "1")]);
        let edited = folder.with("a.csv", &b"2"[..]).with("text/b.md", &b"2"[..]);
        let text = |name: &str| fs::read_to_string(disk.path().join(name)).unwrap();
        assert_eq!(edited.edits().count(), 2, "both were read");
        fs::write(disk.path().join("text/b.md"), "saved by another").unwrap();
        let mut found = Diagnostics::default();
        assert!(save(&edited, &mut found).is_empty());
        assert!(found.sorted()[0].to_string().starts_with("text/b.md 错误[E717]"), "{:?}", found.sorted());
        assert_eq!((text("a.csv").as_str(), text("text/b.md").as_str()), ("1", "saved by another"));
        fs::write(disk.path().join("text/b.md"), "1").unwrap();
        let mut found = Diagnostics::default();
        let written = save(&edited, &mut found);
        assert_eq!(written, [disk.path().join("a.csv"), disk.path().join("text/b.md")]);
        assert!(found.is_empty() && text("a.csv") == "2" && text("text/b.md") == "2");
        assert_eq!(names(disk.path()), ["a.csv", "text"]);
    }

    #[test]
    fn of_data_files_all_are_written_or_none() {
        let (disk, folder) = data(&[("a.csv", "1"), ("c.csv/x", "in the way")]);
        // A folder stands where the second file would go.
        let edited = folder.with("a.csv", &b"2"[..]).with("b.csv", &b"2"[..]).with("c.csv", &b"2"[..]);
        let mut found = Diagnostics::default();
        assert!(save(&edited, &mut found).is_empty());
        assert!(found.has_errors(), "{:?}", found.sorted());
        assert_eq!(fs::read_to_string(disk.path().join("a.csv")).unwrap(), "1");
        assert_eq!(names(disk.path()), ["a.csv", "c.csv"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_data_file_keeps_its_mode_and_a_link_stays_one() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let (disk, folder) = data(&[("真.csv", "1"), ("b.csv", "1")]);
        symlink("真.csv", disk.path().join("a.csv")).unwrap();
        fs::set_permissions(disk.path().join("b.csv"), fs::Permissions::from_mode(0o600)).unwrap();
        let mut found = Diagnostics::default();
        save(&folder.with("a.csv", &b"2"[..]).with("b.csv", &b"2"[..]), &mut found);
        assert!(found.is_empty(), "{:?}", found.sorted());
        assert!(fs::symlink_metadata(disk.path().join("a.csv")).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(disk.path().join("真.csv")).unwrap(), "2");
        let mode = fs::metadata(disk.path().join("b.csv")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_second_name_keeps_the_ending() {
        assert_eq!(second_name(Path::new("output/631/a.b.pdf")), Path::new("output/631/a.b（新）.pdf"));
    }
}
