//! The files an edition keeps: a data folder's own, and the layout sets its documents are made with.

use super::{DATA, LAYOUTS};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::digest::sha256;
use crate::folder::{Bytes, Folder};
use crate::layout::{Layouts, SetFiles};
use crate::made::Made;
use crate::refusal::refusal;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Files by path with `/`: `data/ledger.csv`, `layouts/SET/set.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Content by path from the folder, `/` between names.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Snapshot {
    /// Everything the folder's documents were made from: its files as they were read, the layout sets they declare.
    pub fn take(folder: &Folder, layouts: &Layouts, made: &[Made], diagnostics: &mut Diagnostics) -> Option<Snapshot> {
        let declared = made.iter().flat_map(|made| made.job().set.schema.files.values()).map(|file| file.path.as_str());
        let mut files = BTreeMap::new();
        for name in folder.files_that_count(declared) {
            match folder.bytes(&name) {
                Ok(bytes) => drop(bytes.map(|bytes| files.insert(format!("{DATA}/{name}"), bytes.to_vec()))),
                Err(found) => {
                    let told = format!("{name} 读不出来：{}", found.message);
                    diagnostics.push(Diagnostic { message: told, code: "E607".into(), ..found });
                    return None;
                }
            }
        }
        let sets: BTreeSet<&str> = made.iter().map(|made| made.job().set.id.as_str()).collect();
        for set in sets {
            let found = SetFiles::find(set, None, layouts, None, diagnostics)?;
            let texts = found.by_path(diagnostics);
            files.extend(texts.into_iter().map(|(path, text)| (format!("{LAYOUTS}/{path}"), text.into_bytes())));
        }
        Some(Snapshot { files })
    }

    /// The data folder and the layout sets, in memory; messages call them by where the edition lies.
    pub fn parts(&self, edition: &Path) -> (Folder, Layouts) {
        let part = |part: &str| {
            let below = self.files.iter().filter_map(|(path, bytes)| {
                Some((path.strip_prefix(part)?.strip_prefix('/')?.to_string(), Bytes::from(&bytes[..])))
            });
            Folder::of_files(&edition.join(part), below)
        };
        (part(DATA), Layouts::of(part(LAYOUTS)))
    }

    /// The files of a recorded edition, without its manifest.
    pub fn read(edition: &Path) -> Result<Snapshot, Diagnostic> {
        let mut files = BTreeMap::new();
        for part in [DATA, LAYOUTS] {
            read_below(edition, part, &mut files)?;
        }
        Ok(Snapshot { files })
    }

    /// SHA-256 of each file, in hexadecimal.
    pub fn hashes(&self) -> BTreeMap<String, String> {
        self.files.par_iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect()
    }
}

fn read_below(edition: &Path, relative: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Diagnostic> {
    let failed = |error: &std::io::Error| unreadable(relative, error);
    let entries = match std::fs::read_dir(edition.join(relative)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(&error)),
    };
    for entry in entries {
        let entry = entry.map_err(|e| failed(&e))?;
        let path = format!("{relative}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_below(edition, &path, files)?;
        } else {
            let bytes = std::fs::read(entry.path()).map_err(|e| unreadable(&path, &e))?;
            files.insert(path, bytes);
        }
    }
    Ok(())
}

fn unreadable(name: &str, error: &std::io::Error) -> Diagnostic {
    let (why, _) = refusal(error);
    Diagnostic::error("E607", format!("{name} 读不出来：{why}"))
        .at(Place::file(name))
        .hint("检查文件是否被别的程序占用，有没有读取权限")
}
