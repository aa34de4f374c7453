//! The files an edition keeps: a data folder's own, and the layout sets its documents are made with.

use super::{Built, DATA, LAYOUTS, PUBLISHED};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::digest::sha256;
use crate::folder::{Bytes, Folder};
use crate::layout::{Layouts, SetFiles};
use crate::refusal::refusal;
use crate::regular::{Unread, read_unlinked};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Files by path with `/`: `data/ledger.csv`, `layouts/SET/set.toml`, `published/631….pdf`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Content by path from the folder, `/` between names.
    pub files: BTreeMap<String, Bytes>,
}

impl Snapshot {
    /// Everything the folder's documents were made from, its files as they were read and the layout sets they declare;
    /// and what was made of it.
    pub fn take(built: &Built<'_>, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<Snapshot> {
        let Built { folder, made, .. } = *built;
        let declared = made.iter().flat_map(|made| made.job().set.schema.files.values()).map(|file| file.path.as_str());
        let mut files = BTreeMap::new();
        for name in folder.files_that_count(declared) {
            match folder.bytes(&name) {
                Ok(bytes) => drop(bytes.map(|bytes| files.insert(format!("{DATA}/{name}"), bytes))),
                Err(found) => {
                    let told = format!("{name} 读不出来：{}", found.message);
                    diagnostics.push(Diagnostic { message: told, code: "E607".into(), ..found });
                    return None;
                }
            }
        }
        let sets = made.iter().map(|made| &made.job().set);
        let sets: BTreeSet<(&str, &str)> = sets.map(|set| (set.id.as_str(), set.classification.as_str())).collect();
        for (set, year) in sets {
            let found = SetFiles::find(set, None, layouts, None, diagnostics)?;
            let texts = found.by_path(year, diagnostics);
            files.extend(texts.into_iter().map(|(path, text)| (format!("{LAYOUTS}/{path}"), text.into_bytes().into())));
        }
        files.extend(
            built.files.iter().map(|file| (format!("{PUBLISHED}/{}", file.name), file.bytes.as_slice().into())),
        );
        Some(Snapshot { files })
    }

    /// The data folder and the layout sets, in memory; messages call them by where the edition lies.
    pub fn parts(&self, edition: &Path) -> (Folder, Layouts) {
        let part = |part: &str| {
            let below = self.files.iter().filter_map(|(path, bytes)| {
                Some((path.strip_prefix(part)?.strip_prefix('/')?.to_string(), bytes.clone()))
            });
            Folder::of_files(&edition.join(part), below)
        };
        (part(DATA), Layouts::of(part(LAYOUTS)))
    }

    /// A file that was published.
    pub fn published(&self, name: &str) -> Option<&Bytes> {
        self.files.get(&format!("{PUBLISHED}/{name}"))
    }

    /// The files of a recorded edition, without its manifest and seal. E603: something among them is a link, a pipe or a
    /// device; E607: it cannot be read, or all together are larger than any edition.
    pub fn read(edition: &Path) -> Result<Snapshot, Diagnostic> {
        let mut files = BTreeMap::new();
        let mut room = LARGEST;
        for part in [DATA, LAYOUTS, PUBLISHED] {
            read_below(edition, part, &mut room, &mut files)?;
        }
        Ok(Snapshot { files })
    }

    /// SHA-256 of each file, in hexadecimal.
    pub fn hashes(&self) -> BTreeMap<String, String> {
        self.files.par_iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect()
    }
}

fn read_below(
    edition: &Path,
    relative: &str,
    room: &mut u64,
    files: &mut BTreeMap<String, Bytes>,
) -> Result<(), Diagnostic> {
    let failed = |error: &std::io::Error| unreadable(relative, error);
    let about = std::fs::symlink_metadata(edition.join(relative));
    if about.is_ok_and(|about| !about.is_dir()) {
        return Err(no_file(relative));
    }
    let entries = match std::fs::read_dir(edition.join(relative)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(&error)),
    };
    for entry in entries {
        let entry = entry.map_err(|e| failed(&e))?;
        let path = format!("{relative}/{}", entry.file_name().to_string_lossy());
        // Of the entry itself: an edition has no links, and one to a folder above would never end.
        if entry.file_type().map_err(|e| failed(&e))?.is_dir() {
            read_below(edition, &path, room, files)?;
            continue;
        }
        let bytes = match read_unlinked(&entry.path(), *room) {
            Ok(bytes) => bytes,
            Err(Unread::System(error)) => return Err(unreadable(&path, &error)),
            Err(Unread::NotRegular) => return Err(no_file(&path)),
            Err(Unread::TooLarge) => {
                return Err(Diagnostic::error("E607", format!("这一版的文件合计超过 {} MB，没有读取", LARGEST >> 20))
                    .at(Place::file(path))
                    .hint("请确认是程序记下的一版；多出的文件请移走"));
            }
        };
        *room -= bytes.len() as u64;
        files.insert(path, bytes.into());
    }
    Ok(())
}

fn no_file(path: &str) -> Diagnostic {
    Diagnostic::error("E603", format!("{path} 是链接，或不是普通文件，这一版已不可靠"))
        .at(Place::file(path))
        .hint("从备份恢复这一版的文件夹；已发布的一版不应改动")
}

/// Bytes of all files of an edition together; a larger one is none that the program wrote.
const LARGEST: u64 = 256 << 20;

fn unreadable(name: &str, error: &std::io::Error) -> Diagnostic {
    let (why, _) = refusal(error);
    Diagnostic::error("E607", format!("{name} 读不出来：{why}"))
        .at(Place::file(name))
        .hint("检查文件是否被别的程序占用，有没有读取权限")
}
