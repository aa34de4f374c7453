//! What one run keeps for the next, in the user's cache folder. Whatever is absent, damaged or of something else is made
//! again: deleting it costs time only. What others could have written there is not taken.

use crate::regular::{is_unlinked, read_unlinked};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

/// More than this is not kept: the oldest entries go.
const MOST: u64 = 64 << 20;
/// What every file of ours begins with.
const MARK: &[u8] = b"gongkai kept 1\n";
/// Bytes of a digest.
const DIGEST: usize = 32;
/// Names of entries that are being written: `.gongkai-PROCESS-NUMBER.tmp`.
const UNFINISHED: (&str, &str) = (".gongkai-", ".tmp");

/// A folder of entries, each in a file named by its key: a mark, a digest of key and content, then the content.
pub struct Kept {
    folder: PathBuf,
    /// The program that keeps them: another build of it may make other things of the same.
    program: String,
    /// How many entries it has written.
    written: AtomicU32,
}

/// Everything that decides what an entry holds.
pub struct Key(Sha256);

impl Key {
    /// Of what kind the entry is, by its name.
    pub fn of(what: &str) -> Key {
        Key(Sha256::new()).with(what.as_bytes())
    }

    /// And of this, with its length.
    pub fn with(mut self, part: &[u8]) -> Key {
        // With its length, so that no two lists of parts are one.
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// A file that stays the same as long as its path, size and time do.
    pub fn with_file(self, path: &Path, size: u64, modified: Option<SystemTime>) -> Key {
        self.with(format!("{path:?} {size} {modified:?}").as_bytes())
    }

    fn name(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Kept {
    /// In the folder that `GONGKAI_CACHE` names, else in the user's cache folder. None if the variable is empty or the
    /// system has no such folder.
    pub fn of_user() -> Option<Kept> {
        match std::env::var_os("GONGKAI_CACHE") {
            Some(folder) if folder.is_empty() => None,
            Some(folder) => Some(Kept::in_folder(folder.into())),
            None => Some(Kept::in_folder(dirs::cache_dir()?.join("gongkai"))),
        }
    }

    /// In a folder, which is made when something is kept.
    pub fn in_folder(folder: PathBuf) -> Kept {
        let program = std::env::current_exe().ok().and_then(|path| {
            let about = fs::metadata(&path).ok()?;
            Some(format!("{path:?} {} {:?}", about.len(), about.modified().ok()))
        });
        let program = format!("{} {program:?}", env!("CARGO_PKG_VERSION"));
        Kept { folder, program, written: AtomicU32::new(0) }
    }

    /// What was kept under a key, else what `make` makes, which is kept from now on.
    pub fn or_make<E>(&self, key: Key, make: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E> {
        let name = key.with(self.program.as_bytes()).name();
        // Where nothing can be kept, or others could change it, every run makes it again.
        if make_folder(&self.folder).is_err() || !is_only_ours(&self.folder) {
            return make();
        }
        if let Some(content) = self.read(&name) {
            return Ok(content);
        }
        let content = make()?;
        // After the first, the second, the fourth, …: of a run that keeps many, each time would be time by their square.
        if self.write(&name, &content).is_ok() && (self.written.fetch_add(1, Ordering::Relaxed) + 1).is_power_of_two() {
            self.forget_oldest();
        }
        Ok(content)
    }

    /// The content of an entry, unless it is damaged or belongs to another key.
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(name);
        let mut entry = read_unlinked(&path, MOST).ok().filter(|_| is_only_ours(&path))?;
        let (digest, content) = entry.strip_prefix(MARK)?.split_at_checked(DIGEST)?;
        if digest_of(name, content)[..] != *digest {
            return None;
        }
        entry.drain(..MARK.len() + DIGEST);
        Some(entry)
    }

    /// Under another name first: no other run reads half an entry. That name is new: nothing that lies there is followed.
    fn write(&self, name: &str, content: &[u8]) -> std::io::Result<()> {
        let (before, after) = UNFINISHED;
        let mut number = 0_u32;
        let (unfinished, mut file) = loop {
            let path = self.folder.join(format!("{before}{}-{number}{after}", std::process::id()));
            match File::create_new(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 1000 => number += 1,
                made => break (path, made?),
            }
        };
        let mut written = || {
            file.write_all(MARK)?;
            file.write_all(&digest_of(name, content))?;
            file.write_all(content)?;
            let target = self.folder.join(name);
            if fs::symlink_metadata(&target).is_ok_and(|about| !about.is_file()) {
                return Err(ErrorKind::AlreadyExists.into());
            }
            fs::rename(&unfinished, target)
        };
        written().inspect_err(|_| drop(fs::remove_file(&unfinished)))
    }

    /// Removes the oldest entries beyond [`MOST`]. What is no entry by name and by its first bytes is not ours to remove.
    fn forget_oldest(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = entries
            .filter(|entry| entry.file_name().to_str().is_some_and(is_name) && is_marked(&entry.path()))
            .filter_map(|entry| {
                let about = entry.metadata().ok()?;
                Some((about.modified().ok()?, about.len(), entry.path()))
            })
            .collect();
        entries.sort_by(|one, other| other.cmp(one));
        let mut sum = 0;
        for (_, size, path) in entries {
            sum += size;
            if sum > MOST {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn digest_of(name: &str, content: &[u8]) -> [u8; DIGEST] {
    Sha256::new().chain_update(name).chain_update(content).finalize().into()
}

/// The name of an entry, or of one that a killed run did not finish.
fn is_name(name: &str) -> bool {
    let (before, after) = UNFINISHED;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unfinished = name.strip_prefix(before).and_then(|name| name.strip_suffix(after));
    name.len() == 2 * DIGEST && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        || unfinished.and_then(|name| name.split_once('-')).is_some_and(|(a, b)| is_number(a) && is_number(b))
}

fn is_marked(path: &Path) -> bool {
    let mut mark = [0; MARK.len()];
    is_unlinked(path) && File::open(path).and_then(|mut file| file.read_exact(&mut mark)).is_ok() && mark == MARK
}

/// Makes the folder, the user's own, whatever others may do where it lies.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Nobody else may write it: it belongs to this process's user, and neither group nor others have the right.
#[cfg(unix)]
fn is_only_ours(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    // SAFETY: it takes nothing, changes nothing and cannot fail.
    let user = unsafe { libc::geteuid() };
    fs::metadata(path).is_ok_and(|about| about.uid() == user && about.mode() & 0o022 == 0)
}

/// Windows keeps the user's cache folder from other users.
#[cfg(not(unix))]
fn is_only_ours(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn made(kept: &Kept, what: &str, content: &str) -> String {
        let content = kept.or_make(Key::of(what), || Ok::<_, Infallible>(content.into()));
        String::from_utf8(content.unwrap()).unwrap()
    }

    #[test]
    fn it_is_made_once_and_again_when_it_is_gone_or_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_folder(folder.path().join("new"));
        assert_eq!(made(&kept, "a", "one"), "one");
        assert_eq!(made(&kept, "a", "two"), "one");
        assert_eq!(made(&kept, "b", "three"), "three", "another key");
        for damage in [&b"short"[..], b"", &[b'x'; 99]] {
            for entry in fs::read_dir(&kept.folder).unwrap() {
                fs::write(entry.unwrap().path(), damage).unwrap();
            }
            assert_eq!(made(&kept, "a", "two"), "two");
            assert_eq!(made(&kept, "a", "three"), "two");
            fs::remove_dir_all(&kept.folder).unwrap();
            assert_eq!(made(&kept, "a", "four"), "four");
        }
    }

    #[test]
    fn another_program_keeps_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_folder(folder.path().to_path_buf());
        let other = Kept { folder: folder.path().to_path_buf(), program: "rebuilt".into(), written: AtomicU32::new(0) };
        assert_eq!(made(&kept, "a", "one"), "one");
        assert_eq!(made(&other, "a", "two"), "two");
        assert_eq!(made(&kept, "a", "three"), "one");
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(Key::of("a").with(b"bc").name(), Key::of("ab").with(b"c").name());
    }

    #[test]
    fn where_nothing_can_be_kept_it_is_made_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "in the way").unwrap();
        let kept = Kept::in_folder(file.clone());
        assert_eq!(made(&kept, "a", "one"), "one");
        assert_eq!(made(&kept, "a", "two"), "two");
        assert_eq!(fs::read(&file).unwrap(), b"in the way");
    }

    #[test]
    fn the_oldest_go_when_there_is_too_much_and_nothing_that_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_folder(folder.path().to_path_buf());
        let big = |name: &str, begins: &[u8], age: u64| {
            let path = folder.path().join(name);
            let mut file = File::create(&path).unwrap();
            file.write_all(begins).unwrap();
            file.set_len(MOST / 2).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(age)).unwrap();
            path
        };
        let (newer, older) = (big(&"a".repeat(64), MARK, 4), big(&"b".repeat(64), MARK, 3));
        let killed = big(".gongkai-1-0.tmp", MARK, 2);
        // By its name, or by its content, another's.
        let foreign = [
            big("照片.zip", b"PK", 1),
            big("thesis.docx", MARK, 1),
            big(&"c".repeat(64), b"%PDF-", 1),
            big(".gongkai-notes.tmp", MARK, 1),
            big(".gongkai-1-1.tmp", b"PK", 1),
        ];
        assert_eq!(made(&kept, "a", "one"), "one");
        assert_eq!((newer.exists(), older.exists(), killed.exists()), (true, false, false));
        assert!(foreign.iter().all(|path| path.exists()), "{foreign:?}");
        assert_eq!(made(&kept, "a", "two"), "one");
    }

    #[test]
    fn an_entry_of_another_key_or_without_its_digest_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_folder(folder.path().to_path_buf());
        assert_eq!((made(&kept, "a", "one"), made(&kept, "b", "two")), ("one".to_string(), "two".to_string()));
        let entries: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        let [first, second] = &entries[..] else { panic!("{entries:?}") };
        let bytes = (fs::read(first).unwrap(), fs::read(second).unwrap());
        fs::write(first, &bytes.1).unwrap();
        fs::write(second, &bytes.0).unwrap();
        assert_eq!((made(&kept, "a", "three"), made(&kept, "b", "four")), ("three".to_string(), "four".to_string()));
        // The digest of the content alone, as once was enough.
        for entry in &entries {
            fs::write(entry, [&Sha256::digest(b"garbage")[..], b"garbage"].concat()).unwrap();
        }
        assert_eq!((made(&kept, "a", "five"), made(&kept, "b", "six")), ("five".to_string(), "six".to_string()));
    }

    #[cfg(unix)]
    #[test]
    fn no_link_or_pipe_is_followed_and_what_others_may_write_is_not_taken() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        fs::write(&outside, "kept").unwrap();
        let cache = folder.path().join("cache");
        fs::create_dir(&cache).unwrap();
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o755)).unwrap();
        for number in 0..3 {
            let planted = cache.join(format!(".gongkai-{}-{number}.tmp", std::process::id()));
            symlink(&outside, planted).unwrap();
        }
        let kept = Kept::in_folder(cache.clone());
        assert_eq!(made(&kept, "a", "one"), "one");
        assert_eq!(made(&kept, "a", "two"), "one", "kept beside the planted names");
        assert_eq!(fs::read(&outside).unwrap(), b"kept");
        let entry = fs::read_dir(&cache).unwrap().map(|e| e.unwrap().path()).find(|p| is_unlinked(p)).unwrap();
        let bytes = fs::read(&entry).unwrap();
        fs::remove_file(&entry).unwrap();
        fs::write(folder.path().join("elsewhere"), bytes).unwrap();
        symlink(folder.path().join("elsewhere"), &entry).unwrap();
        assert_eq!(made(&kept, "a", "three"), "three", "an entry that is a link");
        fs::remove_file(&entry).unwrap();
        if std::process::Command::new("mkfifo").arg(&entry).status().is_ok_and(|made| made.success()) {
            assert_eq!(made(&kept, "a", "four"), "four", "a pipe is not waited for");
            fs::remove_file(&entry).unwrap();
        }
        assert_eq!(made(&kept, "a", "five"), "five");
        fs::set_permissions(&entry, fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(made(&kept, "a", "six"), "six", "an entry that all may write");
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(made(&kept, "a", "seven"), "seven", "a folder that all may write");
    }
}
