//! Editions: what a data folder published, kept under `editions/DATE-NUMBER/` so that it can be made again to the byte.
//!
//! ```text
//! editions/2023-02-10-1/
//!   manifest.json   program, fonts, hashes of every file here and of the outputs, each figure's address, amount, text
//!   data/           report.toml, *.csv, text/, layout/, classification/ as they were, to the byte
//!   layouts/        the layout sets and classifications the documents were made with
//! ```
//!
//! An edition appears by one rename of a finished folder, is never written to again, and is verified before it is used.
//! Its date comes from `report.toml` or `--date`: the clock is never asked.

mod corrections;
mod manifest;
mod notice;
mod snapshot;

pub use corrections::Reasons;
pub use manifest::{FontRecord, Manifest, OutputRecord, PublishedDocument, PublishedFigure, read_manifest};
pub use notice::notice;
pub use snapshot::Snapshot;

use crate::build::{Format, Output, Rules, Side, compose_all, outputs_by};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::digest::sha256;
use crate::fonts::Fonts;
use crate::place::{Turn, place_folder};
use crate::refusal::refusal;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The folder of a data folder's editions.
pub const FOLDER: &str = "editions";
/// The file that makes a folder an edition.
pub const MANIFEST: &str = "manifest.json";

/// A recorded edition.
#[derive(Debug, Clone)]
pub struct Edition {
    /// `2023-02-10-1`
    pub id: String,
    pub folder: PathBuf,
    pub manifest: Manifest,
}

impl Edition {
    /// Reads an edition's manifest. Errors: E600 there is none, E601 it cannot be read or understood.
    pub fn open(folder: &Path) -> Result<Edition, Diagnostic> {
        let shown = folder.join(MANIFEST).display().to_string();
        let bytes = std::fs::read(folder.join(MANIFEST)).map_err(|error| {
            Diagnostic::error("E600", format!("{} 不是已发布的一版：{}", folder.display(), refusal(&error).0))
                .hint(format!("一版是 {FOLDER} 下的一个文件夹，里面有 {MANIFEST}"))
        })?;
        let manifest = read_manifest(&bytes, &shown)?;
        let id = folder.canonicalize().ok().and_then(|f| Some(f.file_name()?.to_string_lossy().into_owned()));
        Ok(Edition { id: id.unwrap_or_else(|| manifest.edition.clone()), folder: folder.to_path_buf(), manifest })
    }

    /// Finds a data folder's edition by its id; E602 names the nearest.
    pub fn find(data_folder: &Path, id: &str) -> Result<Edition, Diagnostic> {
        let known = ids(data_folder);
        if known.iter().any(|known| known == id) {
            return Edition::open(&data_folder.join(FOLDER).join(id));
        }
        let hint = match (nearest(id, known.iter().map(String::as_str)), known.is_empty()) {
            (Some(near), _) => format!("您是否指“{near}”？"),
            (None, true) => "还没有发布过：用 gongkai build 文件夹 --edition 记下第一版".to_string(),
            (None, false) => format!("已有：{}", known.join("、")),
        };
        Err(Diagnostic::error("E602", format!("{} 没有“{id}”这一版", data_folder.display())).hint(hint))
    }

    /// The data folder as it was.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Where its layout sets lie.
    pub fn layouts(&self) -> PathBuf {
        self.folder.join("layouts")
    }

    /// Every file is as it was recorded; E603 names those that are not.
    pub fn verify(&self, diagnostics: &mut Diagnostics) {
        let found = match Snapshot::read(&self.folder) {
            Ok(found) => found.hashes(),
            Err(error) => {
                diagnostics.push(error);
                return;
            }
        };
        let recorded = &self.manifest.files;
        let names: BTreeSet<&String> = found.keys().chain(recorded.keys()).collect();
        for name in names {
            let says = match (recorded.get(name), found.get(name)) {
                (Some(then), Some(now)) if then == now => continue,
                (Some(_), Some(_)) => "被改动过",
                (Some(_), None) => "不见了",
                _ => "是后来放进去的",
            };
            diagnostics.push(
                Diagnostic::error("E603", format!("{} 的 {name} {says}，这一版已不可靠", self.id))
                    .at(Place::file(format!("{FOLDER}/{}/{name}", self.id)))
                    .hint("从备份恢复这一版的文件夹；已发布的一版不应改动"),
            );
        }
    }

    /// Composes its documents again, in memory, from its own data and layout sets.
    pub fn compose(&self, diagnostics: &mut Diagnostics) -> Vec<Side> {
        self.verify(diagnostics);
        if diagnostics.has_errors() {
            return Vec::new();
        }
        compose_all(&self.data(), &[self.layouts()], &BTreeMap::new(), diagnostics)
    }

    /// Makes its files again. Where they are not the bytes that were published, E604 (a warning) names what differs:
    /// a font, the program.
    pub fn rebuild(&self, fonts: &Fonts, formats: &[Format], diagnostics: &mut Diagnostics) -> Vec<Output> {
        self.verify(diagnostics);
        if diagnostics.has_errors() {
            return Vec::new();
        }
        let files = outputs_by(&self.data(), &[self.layouts()], Rules::Passed, fonts, formats, diagnostics);
        let asked = |record: &&OutputRecord| formats.iter().any(|f| record.file.ends_with(f.ending()));
        let is_same = |record: &OutputRecord| {
            files.iter().any(|file| file.name == record.file && sha256(&file.bytes) == record.sha256)
        };
        let recorded = self.manifest.outputs().into_iter().filter(asked);
        let changed: Vec<&str> = recorded.filter(|r| !is_same(r)).map(|r| r.file.as_str()).collect();
        if !changed.is_empty() {
            let why = self.manifest.what_differs(fonts);
            let message = format!("{} 与当时发布的不是逐字节相同：{why}", changed.join("、"));
            diagnostics.push(
                Diagnostic::warning("E604", message)
                    .at(Place::file(format!("{FOLDER}/{}/{MANIFEST}", self.id)))
                    .hint(format!("当时是 gongkai {}；要原样的文件，请用那时的程序和字体生成", self.manifest.program)),
            );
        }
        files
    }
}

/// The ids of a data folder's editions, oldest first. Folders without a manifest are none.
pub fn ids(data_folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(data_folder.join(FOLDER)).into_iter().flatten().flatten();
    let mut ids: Vec<String> = entries
        .filter(|entry| entry.path().join(MANIFEST).is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    ids.sort_by_key(|id| order(id));
    ids
}

/// `2023-02-10-12` after `2023-02-10-2`.
fn order(id: &str) -> (String, u64) {
    let (date, number) = id.rsplit_once('-').unwrap_or((id, ""));
    (date.to_string(), number.parse().unwrap_or(0))
}

/// A data folder's editions, oldest first; those that cannot be read are told.
pub fn all(data_folder: &Path, diagnostics: &mut Diagnostics) -> Vec<Edition> {
    let open = |id: &String| Edition::open(&data_folder.join(FOLDER).join(id));
    let mut editions = Vec::new();
    for edition in ids(data_folder).iter().map(open) {
        match edition {
            Ok(edition) => editions.push(edition),
            Err(found) => diagnostics.push(found),
        }
    }
    editions
}

/// What `record` made of a build.
#[derive(Debug)]
pub enum Recorded {
    New(Edition),
    /// The last edition holds the same files and data: nothing was written.
    Same(Edition),
}

/// Records what was just built from `data_folder` as its next edition. `date` is ISO (`2023-02-10`).
///
/// The snapshot is built once more where it lies finished but not yet in place: an edition that would not give the
/// same bytes (the data was saved meanwhile, E605) is never recorded.
pub fn record(
    data_folder: &Path,
    layout_roots: &[PathBuf],
    fonts: &Fonts,
    date: &str,
    built: &[Output],
    formats: &[Format],
    diagnostics: &mut Diagnostics,
) -> Option<Recorded> {
    let _turn = match Turn::take(data_folder) {
        Ok(turn) => turn,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    let snapshot = Snapshot::take(data_folder, layout_roots, diagnostics)?;
    // What is wrong in the folder was told by its build.
    let mut again = Diagnostics::default();
    let sides = compose_all(data_folder, layout_roots, &BTreeMap::new(), &mut again);
    if again.has_errors() {
        diagnostics.extend(again);
        return None;
    }
    let manifest = Manifest::of(&sides, &snapshot, fonts, built, formats);
    if let Some(last) = ids(data_folder).last().and_then(|id| Edition::open(&data_folder.join(FOLDER).join(id)).ok())
        && last.manifest.is_same_as(&manifest)
    {
        return Some(Recorded::Same(last));
    }
    let number = |n: usize| format!("{date}-{n}");
    let first = (1..).find(|&n| !data_folder.join(FOLDER).join(number(n)).exists()).unwrap_or(1);
    let mut files = snapshot.files;
    let proof = |folder: &Path| same_bytes(folder, fonts, built, formats);
    let name = |n: usize, files: &mut BTreeMap<String, Vec<u8>>| {
        let named = Manifest { edition: number(n), ..manifest.clone() };
        files.insert(MANIFEST.to_string(), named.to_json());
    };
    for n in first..first + 100 {
        name(n, &mut files);
        match place_folder(&data_folder.join(FOLDER), &number(n), &files, &proof) {
            Ok(Some(folder)) => match Edition::open(&folder) {
                Ok(edition) => return Some(Recorded::New(edition)),
                Err(found) => {
                    diagnostics.push(found);
                    return None;
                }
            },
            Ok(None) => {} // another run took the number
            Err(found) => {
                diagnostics.push(found);
                return None;
            }
        }
    }
    diagnostics.push(Diagnostic::error("E606", format!("{date} 这一天已有太多版")).hint("用 --date 写另一个日期"));
    None
}

/// Builds the snapshot in `folder`; E605 if that does not give what was built from the data folder itself.
fn same_bytes(folder: &Path, fonts: &Fonts, built: &[Output], formats: &[Format]) -> Result<(), Diagnostic> {
    let mut found = Diagnostics::default();
    let again = outputs_by(&folder.join("data"), &[folder.join("layouts")], Rules::Passed, fonts, formats, &mut found);
    let same =
        again.len() == built.len() && again.iter().zip(built).all(|(a, b)| a.name == b.name && a.bytes == b.bytes);
    if same {
        return Ok(());
    }
    let first = found.sorted().first().map(|d| format!("（{d}）")).unwrap_or_default();
    Err(Diagnostic::error("E605", format!("数据在生成的同时被改动，没有记为一版{first}"))
        .hint("等文件存好，再运行一次 gongkai build --edition"))
}
