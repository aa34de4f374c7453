//! Edits that are not saved, kept beside the user's cache until they are: a crash, a power cut, a closed window lose
//! nothing.

use super::edit::Edit;
use crate::digest::sha256;
use crate::regular::read_unlinked;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A longer journal is none of ours.
const LONGEST: u64 = 64 << 20;

/// Where the edits of one department are kept.
pub struct Journal {
    file: Option<PathBuf>,
}

impl Journal {
    /// The journal of a department's folder. Where there is no place for one, edits last as long as the program.
    pub fn of(folder: &Path) -> Journal {
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let name = format!("{}.json", &sha256(whole.to_string_lossy().as_bytes())[..32]);
        let place = match std::env::var_os("GONGKAI_CACHE") {
            Some(folder) if folder.is_empty() => None,
            Some(folder) => Some(PathBuf::from(folder)),
            None => dirs::cache_dir().map(|folder| folder.join("gongkai")),
        };
        Journal { file: place.map(|folder| folder.join("unsaved").join(name)) }
    }

    /// The edits that an earlier run left.
    pub fn read(&self) -> Vec<Edit> {
        let Some(file) = &self.file else { return Vec::new() };
        let bytes = read_unlinked(file, LONGEST).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Keeps these edits, all that there are.
    pub fn write(&self, edits: &[&Edit]) {
        let Some(file) = &self.file else { return };
        if edits.is_empty() {
            let _ = fs::remove_file(file);
            return;
        }
        // Where nothing can be kept, the work goes on.
        let _ = kept(file, edits);
    }
}

/// Under another name first: a crash leaves the journal before whole.
fn kept(file: &Path, edits: &[&Edit]) -> std::io::Result<()> {
    let Some(folder) = file.parent() else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)?;
    let unfinished = file.with_extension(format!("{}.tmp", std::process::id()));
    let _ = fs::remove_file(&unfinished);
    let mut new = fs::File::create_new(&unfinished)?;
    new.write_all(&serde_json::to_vec(edits)?)?;
    new.sync_data()?;
    fs::rename(&unfinished, file).inspect_err(|_| drop(fs::remove_file(&unfinished)))
}
