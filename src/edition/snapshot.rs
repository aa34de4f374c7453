//! The files an edition keeps: a data folder's own, and the layout sets its documents are made with.

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::digest::sha256;
use crate::layout::SetFiles;
use crate::prepare::prepare;
use crate::refusal::refusal;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Folders of a data folder that are read, and what is read from the folder itself.
const BELOW: [&str; 3] = ["text", "layout", "classification"];
const ENDINGS: [&str; 3] = [".csv", ".toml", ".md"];

/// Files by path with `/`: `data/ledger.csv`, `layouts/SET/set.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Snapshot {
    /// Everything the folder's documents are made from.
    pub fn take(data_folder: &Path, layout_roots: &[PathBuf], diagnostics: &mut Diagnostics) -> Option<Snapshot> {
        let mut of_folder = Diagnostics::default();
        let prepared = prepare(data_folder, layout_roots, &mut of_folder);
        if of_folder.has_errors() {
            diagnostics.extend(of_folder);
            return None;
        }
        let declared = prepared.iter().flat_map(|p| p.job.set.schema.files.values()).map(|file| file.path.clone());
        let names = names(data_folder, declared);
        let mut files = BTreeMap::new();
        for name in names {
            match std::fs::read(data_folder.join(&name)) {
                Ok(bytes) => drop(files.insert(format!("data/{name}"), bytes)),
                Err(error) => {
                    diagnostics.push(unreadable(&name, &error));
                    return None;
                }
            }
        }
        let sets: BTreeSet<&str> = prepared.iter().map(|p| p.job.set.id.as_str()).collect();
        for set in sets {
            let found = SetFiles::find(set, None, layout_roots, None, diagnostics)?;
            let texts = found.by_path(diagnostics);
            files.extend(texts.into_iter().map(|(path, text)| (format!("layouts/{path}"), text.into_bytes())));
        }
        Some(Snapshot { files })
    }

    /// The files of a recorded edition, without its manifest.
    pub fn read(edition: &Path) -> Result<Snapshot, Diagnostic> {
        let mut files = BTreeMap::new();
        for part in ["data", "layouts"] {
            read_below(edition, part, &mut files)?;
        }
        Ok(Snapshot { files })
    }

    /// SHA-256 of each file, in hexadecimal.
    pub fn hashes(&self) -> BTreeMap<String, String> {
        self.files.par_iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect()
    }
}

fn names(data_folder: &Path, declared: impl Iterator<Item = String>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = declared.filter(|name| data_folder.join(name).is_file()).collect();
    let below = BELOW.iter().map(|folder| (format!("{folder}/"), data_folder.join(folder)));
    for (before, folder) in below.chain([(String::new(), data_folder.to_path_buf())]) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let found = entries.filter(|entry| entry.path().is_file()).filter_map(|e| e.file_name().into_string().ok());
        let is_read = |name: &String| !name.starts_with('.') && ENDINGS.iter().any(|ending| name.ends_with(ending));
        names.extend(found.filter(is_read).map(|name| format!("{before}{name}")));
    }
    names
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
