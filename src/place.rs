//! Output files in their places, whole or not at all: each is written beside its place under a temporary name, then
//! renamed over the previous edition. What a killed run left behind is removed by the next.

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::digest::sha256;
use crate::folder::{Bytes, Folder};
use crate::refusal::refusal;
use crate::write::Output;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Temporary names begin with a dot and end in neither .pdf nor .docx: no one takes them for output.
const TEMPORARY: (&str, &str) = (".gongkai-", ".tmp");
/// Ending of a folder that is being filled, beside the temporary file that is locked for it.
const STAGED: &str = "new";

/// Puts files into a folder, which is made if need be, and returns their paths. Nothing is replaced before all are
/// written. A file that another program holds open gets a second name, with a warning that says so.
pub fn place(folder: &Path, outputs: &[Output], diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
    let staged = fs::create_dir_all(folder).map_err(|e| refused("建立文件夹", folder, &e)).and_then(|()| {
        let turn = Turn::take(folder)?;
        sweep(folder);
        // At once, since each waits for the disk.
        let staged: Vec<_> = outputs.par_iter().map(|output| stage(folder, output)).collect();
        Ok((turn, staged.into_iter().collect::<Result<Vec<_>, _>>()?))
    });
    let (_turn, staged) = match staged {
        Ok(staged) => staged,
        Err(found) => {
            diagnostics.push(found);
            return Vec::new();
        }
    };
    let mut placed = Vec::new();
    for (output, temporary) in outputs.iter().zip(staged) {
        match settle(temporary, &folder.join(&output.name), diagnostics) {
            Ok(path) => placed.push(path),
            Err(found) => diagnostics.push(found),
        }
    }
    placed
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

/// An edit of a data file, staged beside it.
struct Edit<'a> {
    name: &'a str,
    before: Option<Bytes>,
    path: PathBuf,
    staged: Temporary,
}

fn save_all(folder: &Folder) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let _turn = Turn::take(folder.shown()).map_err(|found| vec![found])?;
    let on_disk = Folder::open(folder.shown());
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
    let mut edits: Vec<Edit> = Vec::new();
    for (name, before, after) in folder.edits() {
        let Some(after) = after else { continue };
        let path = folder.path_of(name);
        // What a link points to is written, not the link.
        let path = path.canonicalize().unwrap_or(path);
        let staged = stage_over(&path, after).map_err(|error| refused(name, &error))?;
        edits.push(Edit { name, before, path, staged });
    }
    for (index, edit) in edits.iter().enumerate() {
        if let Err(error) = fs::rename(&edit.staged.path, &edit.path) {
            // Those already renamed get their old bytes back: all or none.
            for done in &edits[..index] {
                let undone = match &done.before {
                    Some(before) => stage_over(&done.path, before).and_then(|old| fs::rename(&old.path, &done.path)),
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

/// A file's new bytes beside it, with its mode and its owner where it is there.
fn stage_over(path: &Path, bytes: &[u8]) -> io::Result<Temporary> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let mut staged = Temporary::create(parent)?;
    if let Ok(about) = fs::metadata(path) {
        keep_owner(&staged.path, &about);
        fs::set_permissions(&staged.path, about.permissions())?;
    }
    staged.file.write_all(bytes)?;
    staged.file.sync_data()?;
    Ok(staged)
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
/// The lock lies among the system's temporary files, where it disturbs nobody; it goes with its process, killed or not.
pub struct Turn {
    _lock: File,
}

/// How long another run may take, and how often it is asked after.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_millis(5));

impl Turn {
    /// Waits for other runs that write into `folder`. None where nothing can be locked: each file is still whole.
    pub fn take(folder: &Path) -> Result<Option<Turn>, Diagnostic> {
        let Ok(whole) = folder.canonicalize() else { return Ok(None) };
        let name = format!("gongkai-{}.lock", &sha256(whole.to_string_lossy().as_bytes())[..32]);
        let path = std::env::temp_dir().join(name);
        // Another user's lock can be read and so be locked, though not written.
        let made = File::options().create(true).append(true).open(&path).or_else(|_| File::open(&path));
        let Ok(lock) = made else { return Ok(None) };
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

/// Puts a whole folder of files (by path, with `/`) at `parent/name` by one rename of a finished one: whoever looks
/// sees none of it or all of it. `proof` sees the finished folder first, and may refuse it. None: the name is taken.
pub fn place_folder(
    parent: &Path,
    name: &str,
    files: &BTreeMap<String, Vec<u8>>,
    proof: &dyn Fn(&Path) -> Result<(), Diagnostic>,
) -> Result<Option<PathBuf>, Diagnostic> {
    let target = parent.join(name);
    let failed = |e: io::Error| refused("写入", &target, &e);
    fs::create_dir_all(parent).map_err(|e| refused("建立文件夹", parent, &e))?;
    sweep(parent);
    let lock = Temporary::create(parent).map_err(failed)?;
    let staged = Staged { folder: staged_folder(&lock.path) };
    write_folder(&staged.folder, files).map_err(failed)?;
    proof(&staged.folder)?;
    if target.exists() {
        return Ok(None);
    }
    match fs::rename(&staged.folder, &target) {
        Ok(()) => {}
        Err(_) if target.exists() => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    sync_folder(parent).map_err(failed)?;
    Ok(Some(target))
}

/// A folder that is being filled; gone if it was not renamed.
struct Staged {
    folder: PathBuf,
}

impl Drop for Staged {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder that belongs to a locked temporary file.
fn staged_folder(lock: &Path) -> PathBuf {
    lock.with_extension(STAGED)
}

fn write_folder(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    let mut folders = BTreeSet::from([folder.to_path_buf()]);
    fs::create_dir(folder)?;
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
            folders.extend(parent.ancestors().take_while(|a| a.starts_with(folder)).map(Path::to_path_buf));
        }
        let mut file = File::create_new(&path)?;
        file.write_all(bytes)?;
        file.sync_data()?;
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

/// A file under its temporary name, locked while this run lives; removed unless it was renamed.
struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    fn create(folder: &Path) -> io::Result<Temporary> {
        let (before, after) = TEMPORARY;
        let mut number = 0;
        loop {
            let path = folder.join(format!("{before}{}-{number}{after}", std::process::id()));
            number += 1;
            let file = match File::create_new(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                made => made?,
            };
            // Where nothing can be locked, nothing is swept either.
            let _ = file.lock();
            // Another run may have swept it away just before it was locked.
            if path.exists() {
                return Ok(Temporary { path, file });
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn stage(folder: &Path, output: &Output) -> Result<Temporary, Diagnostic> {
    let write = || {
        let mut temporary = Temporary::create(folder)?;
        temporary.file.write_all(&output.bytes)?;
        // Else a power cut after the rename could leave an empty file under the final name.
        temporary.file.sync_data()?;
        Ok(temporary)
    };
    write().map_err(|e| refused("写入", &folder.join(&output.name), &e))
}

/// Renames a finished file to its name, or to its second name. Returns the name it got.
fn settle(temporary: Temporary, target: &Path, diagnostics: &mut Diagnostics) -> Result<PathBuf, Diagnostic> {
    let Err(error) = fs::rename(&temporary.path, target) else { return Ok(target.to_path_buf()) };
    if !is_held_open(&error) || target.is_dir() {
        return Err(refused("更新", target, &error));
    }
    let held = format!("{} 正被别的程序打开（如 Word、WPS、PDF 阅读器），无法更新", target.display());
    let second = second_name(target);
    if fs::rename(&temporary.path, &second).is_err() {
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

/// Removes the temporary files of runs that were killed: those that no living run has locked.
fn sweep(folder: &Path) {
    let (before, after) = TEMPORARY;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with(before)) else { continue };
        if name.ends_with(after) {
            let Ok(file) = File::options().write(true).open(entry.path()) else { continue };
            if file.try_lock().is_ok() {
                let _ = fs::remove_dir_all(staged_folder(&entry.path()));
                let _ = fs::remove_file(entry.path());
            }
        } else if name.ends_with(STAGED) && !entry.path().with_extension("tmp").exists() {
            // Its lock is gone: the run that filled it is too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
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

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_a_living_one_holds_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".gongkai-1-0.tmp"), b"half").unwrap();
        fs::write(folder.path().join(".other.tmp"), b"not ours").unwrap();
        let living = Temporary::create(folder.path()).unwrap();
        let held = living.path.file_name().unwrap().to_str().unwrap().to_string();
        place(folder.path(), &[output("a.pdf", b"one")], &mut Diagnostics::default());
        assert_eq!(names(folder.path()), [held, ".other.tmp".to_string(), "a.pdf".to_string()]);
        drop(living);
        assert_eq!(names(folder.path()), [".other.tmp", "a.pdf"]);
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
