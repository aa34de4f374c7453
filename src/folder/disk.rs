//! Files of a folder on disk. What is read lies within the folder and is a regular file; each is read once.

use super::text::{MAX_BYTES_OF_ALL, largest, unreadable};
use super::{Bytes, too_large, too_large_together};
use crate::diagnostic::{Diagnostic, Place};
use crate::regular::{self, Unread};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// What reading a file gave: its bytes, none where it is absent, or why it cannot be read.
type Found = Result<Option<Bytes>, Diagnostic>;

/// The names in a folder, or why it cannot be listed.
type Listed = Result<Arc<[String]>, Diagnostic>;

/// Where a name of the folder lies.
struct There {
    path: PathBuf,
    /// What the system said of it on the way; none where a link is on the way, or the system refused to say.
    about: Option<fs::Metadata>,
}

impl There {
    /// What is there, links followed.
    fn about(&self) -> Option<fs::Metadata> {
        self.about.clone().or_else(|| fs::metadata(&self.path).ok())
    }
}

#[derive(Default)]
pub(super) struct Disk {
    root: PathBuf,
    /// The root without links, against which links below it are held; none: the folder is not there.
    whole: OnceLock<Option<PathBuf>>,
    read: Mutex<HashMap<String, Arc<OnceLock<Found>>>>,
    listed: Mutex<HashMap<String, Listed>>,
    /// The files that there is room for, and their bytes together.
    taken: Mutex<(HashSet<String>, u64)>,
}

impl Disk {
    pub fn new(root: &Path) -> Disk {
        Disk { root: root.to_path_buf(), ..Disk::default() }
    }

    pub fn exists(&self) -> bool {
        self.root.is_dir()
    }

    fn whole(&self) -> Option<&Path> {
        self.whole.get_or_init(|| self.root.canonicalize().ok()).as_deref()
    }

    pub fn has(&self, name: &str) -> bool {
        !matches!(self.path(name), Ok(None))
    }

    pub fn is_file(&self, name: &str) -> bool {
        matches!(self.there(name), Ok(Some(there)) if there.about().is_some_and(|about| about.is_file()))
    }

    pub fn has_folder(&self, name: &str) -> bool {
        matches!(self.there(name), Ok(Some(there)) if there.about().is_some_and(|about| about.is_dir()))
    }

    /// The names in a folder, none where there is no such folder; what cannot be listed is told and has none.
    pub fn names(&self, below: &str) -> Arc<[String]> {
        self.listed(below).unwrap_or_default()
    }

    /// Why a folder cannot be listed though there is something of its name: a link that leads outside (E107), no right
    /// to read it, a file (E110).
    pub fn refused(&self, below: &str) -> Option<Diagnostic> {
        self.listed(below).err()
    }

    fn listed(&self, below: &str) -> Listed {
        if let Some(known) = locked(&self.listed).get(below) {
            return known.clone();
        }
        let listed = self.listed_now(below).map(Into::into);
        locked(&self.listed).entry(below.to_string()).or_insert(listed).clone()
    }

    fn listed_now(&self, below: &str) -> Result<Vec<String>, Diagnostic> {
        let Some(there) = self.there(below)? else { return Ok(Vec::new()) };
        if there.about().is_some_and(|about| !about.is_dir()) {
            return Err(Diagnostic::error("E110", format!("“{below}”应当是文件夹，不是文件"))
                .at(Place::file(below))
                .hint("请把它移走或改名，另建文件夹"));
        }
        let refused = |error| unreadable(&error, &there.path, below);
        let entries = fs::read_dir(&there.path).map_err(refused)?;
        let mut names: Vec<String> = Vec::new();
        for entry in entries {
            names.extend(entry.map_err(refused)?.file_name().into_string().ok());
        }
        names.sort();
        Ok(names)
    }

    pub fn bytes(&self, name: &str) -> Found {
        let cell = locked(&self.read).entry(name.to_string()).or_default().clone();
        cell.get_or_init(|| self.read_now(name)).clone()
    }

    fn read_now(&self, name: &str) -> Found {
        let Some(there) = self.there(name)? else { return Ok(None) };
        let size = there.about().map_or(0, |about| about.len());
        if !self.has_room(name, size) {
            return Err(too_large_together(name));
        }
        match regular::read(&there.path, largest(name)) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(why) => Err(unread(why, &self.root.join(name), name)),
        }
    }

    /// The size of a file, for which room is kept among those that are read of the folder, if there is room.
    pub fn make_room(&self, name: &str) -> u64 {
        let there = self.there(name).ok().flatten();
        let size = there.and_then(|there| there.about()).map_or(0, |about| about.len());
        self.has_room(name, size);
        size
    }

    fn has_room(&self, name: &str, size: u64) -> bool {
        let mut taken = locked(&self.taken);
        // What is too large by itself is refused as such.
        if size > largest(name) || taken.0.contains(name) {
            return true;
        }
        let has_room = taken.1 + size <= MAX_BYTES_OF_ALL;
        if has_room {
            taken.0.insert(name.to_string());
            taken.1 += size;
        }
        has_room
    }

    /// Where a name of the folder lies; none where there is nothing. E107: it would lie outside.
    pub fn path(&self, name: &str) -> Result<Option<PathBuf>, Diagnostic> {
        Ok(self.there(name)?.map(|there| there.path))
    }

    fn there(&self, name: &str) -> Result<Option<There>, Diagnostic> {
        let outside = |how: &str| {
            Diagnostic::error("E107", format!("“{name}”{how}在数据文件夹之外，没有读取"))
                .at(Place::file(name))
                .hint("请把文件放进数据文件夹；路径写成文件夹内的，如 账/ledger.csv")
        };
        if !name.is_empty() && !is_plain(name) {
            return Err(outside("不是文件夹内的路径，"));
        }
        let path = if name.is_empty() { self.root.clone() } else { self.root.join(name) };
        let (mut has_link, mut last) = (false, None);
        let mut way = self.root.clone();
        for part in name.split('/').filter(|part| !part.is_empty()) {
            way.push(part);
            match fs::symlink_metadata(&way) {
                Ok(about) => {
                    has_link |= about.is_symlink();
                    last = Some(about);
                }
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                // What is refused is told when it is read.
                Err(_) => {
                    last = None;
                    break;
                }
            }
        }
        if !has_link {
            return Ok(Some(There { path, about: last }));
        }
        match (path.canonicalize(), self.whole()) {
            (Ok(target), Some(whole)) if target.starts_with(whole) => Ok(Some(There { path, about: None })),
            (Err(error), _) if error.kind() == ErrorKind::NotFound => Err(outside("是链接，所指的不存在或")),
            _ => Err(outside("是链接，")),
        }
    }
}

/// Why a file was not read, at the file: E108, E110, E111.
pub(crate) fn unread(why: Unread, path: &Path, name: &str) -> Diagnostic {
    match why {
        Unread::System(error) => unreadable(&error, path, name),
        Unread::NotRegular => Diagnostic::error("E108", "不是普通文件（是管道、套接字或设备），没有读取")
            .at(Place::file(name))
            .hint("请移走它，放入文件"),
        Unread::TooLarge => too_large(name),
    }
}

/// A path of names alone: none is empty, `.` or `..`, or means something else to any system.
fn is_plain(name: &str) -> bool {
    !name.contains(['\\', ':', '\0']) && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use crate::folder::Folder;
    use std::fs;

    #[test]
    fn a_file_is_read_once_and_stays_what_it_was() {
        let disk = tempfile::tempdir().unwrap();
        fs::write(disk.path().join("a.csv"), "1").unwrap();
        let folder = Folder::open(disk.path());
        assert_eq!(folder.text("a.csv").as_deref(), Ok("1"));
        fs::write(disk.path().join("a.csv"), "2").unwrap();
        assert_eq!(folder.text("a.csv").as_deref(), Ok("1"));
        assert_eq!(folder.clone().text("a.csv").as_deref(), Ok("1"));
        assert_eq!(Folder::open(disk.path()).text("a.csv").as_deref(), Ok("2"));
    }

    #[test]
    fn files_that_cannot_be_read() {
        let disk = tempfile::tempdir().unwrap();
        let said = |name: &str| Folder::open(disk.path()).text(name).unwrap_err().to_string();
        assert!(said("a.csv").starts_with("a.csv 错误[E101] 找不到这个文件\n  提示：应在 "));
        fs::create_dir(disk.path().join("b.csv")).unwrap();
        let folder = said("b.csv");
        assert!(folder.starts_with("b.csv 错误[E110] 文件无法读取：这是文件夹，不是文件\n"), "{folder}");
        let large = fs::File::create(disk.path().join("c.csv")).unwrap();
        large.set_len(200 << 20).unwrap(); // in no space
        assert_eq!(
            said("c.csv"),
            "c.csv 错误[E111] 文件超过 64 MB，没有读取\n  提示：请确认放的是这个文件；多余的行和列请删去后再存"
        );
    }

    #[test]
    fn files_beyond_what_is_read_of_a_folder_are_refused_by_their_size() {
        let disk = tempfile::tempdir().unwrap();
        for n in 0..6 {
            // In no space.
            fs::File::create(disk.path().join(format!("{n}.csv"))).unwrap().set_len(60 << 20).unwrap();
        }
        let folder = Folder::open(disk.path());
        let names: Vec<String> = (0..6).map(|n| format!("{n}.csv")).collect();
        names.iter().rev().for_each(|name| assert_eq!(folder.make_room(name), 60 << 20));
        let said = |name: &str| folder.bytes(name).map(|bytes| bytes.is_some()).map_err(|found| found.to_string());
        assert_eq!(said("5.csv"), Ok(true));
        for name in ["0.csv", "1.csv"] {
            let refused = said(name).unwrap_err();
            assert!(refused.contains("错误[E111] 文件夹里要读的文件合计超过 256 MB，这一个没有读取"), "{refused}");
        }
    }

    #[test]
    fn a_path_out_of_the_folder_is_refused() {
        let disk = tempfile::tempdir().unwrap();
        let inner = disk.path().join("部门");
        fs::create_dir(&inner).unwrap();
        fs::write(disk.path().join("secret.csv"), "1").unwrap();
        let folder = Folder::open(&inner);
        let absolute = disk.path().join("secret.csv").display().to_string();
        for name in ["../secret.csv", "text/../../secret.csv", &absolute, "C:\\secret.csv", "a\\..\\b", "./a.csv"] {
            let found = folder.bytes(name).unwrap_err().to_string();
            assert!(found.contains("在数据文件夹之外"), "{name}: {found}");
            assert!(!folder.is_file(name), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_within_the_folder_alone_and_a_pipe_is_not_waited_for() {
        use std::os::unix::fs::symlink;
        let disk = tempfile::tempdir().unwrap();
        let inner = disk.path().join("部门");
        fs::create_dir_all(inner.join("text")).unwrap();
        fs::write(disk.path().join("secret.md"), "1").unwrap();
        fs::write(inner.join("own.md"), "2").unwrap();
        symlink(disk.path().join("secret.md"), inner.join("text/goals.md")).unwrap();
        symlink("../own.md", inner.join("text/own.md")).unwrap();
        symlink(disk.path(), inner.join("layout")).unwrap();
        symlink(&inner, disk.path().join("link")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(inner.join("pipe.csv")).status();
        // The folder itself may be a link: it is what the user named.
        let folder = Folder::open(&disk.path().join("link"));
        assert!(folder.bytes("text/goals.md").unwrap_err().to_string().contains("是链接"));
        assert!(folder.bytes("layout/secret.md").is_err() && !folder.has_folder("layout"));
        assert_eq!(folder.text("text/own.md").as_deref(), Ok("2"));
        if made.is_ok_and(|made| made.success()) {
            assert!(folder.bytes("pipe.csv").unwrap_err().to_string().contains("不是普通文件"));
        }
    }
}
