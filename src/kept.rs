//! What one run keeps for the next, in the user's cache folder. Whatever is absent, damaged or of something else is made
//! again: deleting it costs time only.

use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

/// More than this is not kept: the oldest entries go.
const MOST: u64 = 64 << 20;

/// A folder of entries, each in a file named by its key: a digest of the content, then the content.
pub struct Kept {
    folder: PathBuf,
    /// The program that keeps them: another build of it may make other things of the same.
    program: String,
}

/// Everything that decides what an entry holds.
pub struct Key(Sha256);

impl Key {
    pub fn of(what: &str) -> Key {
        Key(Sha256::new()).with(what.as_bytes())
    }

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

    pub fn in_folder(folder: PathBuf) -> Kept {
        let program = std::env::current_exe().ok().and_then(|path| {
            let about = fs::metadata(&path).ok()?;
            Some(format!("{path:?} {} {:?}", about.len(), about.modified().ok()))
        });
        Kept { folder, program: format!("{} {program:?}", env!("CARGO_PKG_VERSION")) }
    }

    /// What was kept under a key, else what `make` makes, which is kept from now on.
    pub fn or_make<E>(&self, key: Key, make: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E> {
        let path = self.folder.join(key.with(self.program.as_bytes()).name());
        if let Some(content) = read(&path) {
            return Ok(content);
        }
        let content = make()?;
        // Where nothing can be kept, the next run makes it again.
        if self.write(&path, &content).is_ok() {
            self.forget_oldest();
        }
        Ok(content)
    }

    /// Under another name first: no other run reads half an entry.
    fn write(&self, path: &Path, content: &[u8]) -> std::io::Result<()> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        fs::create_dir_all(&self.folder)?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.folder.join(format!("{}-{number}.tmp", std::process::id()));
        let written = File::create(&unfinished).and_then(|mut file| {
            file.write_all(&Sha256::digest(content))?;
            file.write_all(content)
        });
        let placed = written.and_then(|()| fs::rename(&unfinished, path));
        if placed.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        placed
    }

    fn forget_oldest(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = entries
            .filter_map(|entry| {
                let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
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

/// The content of an entry, unless it is damaged.
fn read(path: &Path) -> Option<Vec<u8>> {
    const DIGEST: usize = 32;
    let mut entry = fs::read(path).ok()?;
    let (digest, content) = entry.split_at_checked(DIGEST)?;
    if Sha256::digest(content)[..] != *digest {
        return None;
    }
    entry.drain(..DIGEST);
    Some(entry)
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
        let other = Kept { folder: folder.path().to_path_buf(), program: "rebuilt".into() };
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
    fn the_oldest_go_when_there_is_too_much() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::in_folder(folder.path().to_path_buf());
        let big = |what: &str, age: u64| {
            let path = folder.path().join(what);
            let file = File::create(&path).unwrap();
            file.set_len(MOST / 2).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(age)).unwrap();
            path
        };
        let (newer, older) = (big("newer", 2), big("older", 1));
        assert_eq!(made(&kept, "a", "one"), "one");
        assert_eq!((newer.exists(), older.exists()), (true, false));
        assert_eq!(made(&kept, "a", "two"), "one");
    }
}
