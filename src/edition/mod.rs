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

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, nearest};
use crate::digest::sha256;
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::made::Made;
use crate::place::{Turn, place_folder};
use crate::refusal::refusal;
use crate::workshop::{Aim, Workshop, compose_all};
use crate::write::{Format, Output};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The folder of a data folder's editions.
pub const FOLDER: &str = "editions";
/// Where an edition keeps its data, and its layout sets.
const DATA: &str = "data";
const LAYOUTS: &str = "layouts";
/// The file that makes a folder an edition.
pub const MANIFEST: &str = "manifest.json";

/// A recorded edition.
#[derive(Debug, Clone)]
pub struct Edition {
    /// `2023-02-10-1`
    pub id: String,
    /// Where it lies.
    pub folder: PathBuf,
    /// What it says of itself.
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

    /// The data folder as it was, and its layout sets; what was done to them since is not asked.
    pub fn unverified(&self) -> (Folder, Layouts) {
        parts(&self.folder)
    }

    /// The data folder as it was, and its layout sets, every file as it was recorded; E603 names those that are not.
    pub fn open_verified(&self, diagnostics: &mut Diagnostics) -> Option<(Folder, Layouts)> {
        let found = match Snapshot::read(&self.folder) {
            Ok(found) => found,
            Err(error) => {
                diagnostics.push(error);
                return None;
            }
        };
        let before = diagnostics.count(Severity::Error);
        self.compare_files(&found.hashes(), diagnostics);
        // What was verified is what is used: nothing is read a second time.
        (diagnostics.count(Severity::Error) == before).then(|| found.parts(&self.folder))
    }

    fn compare_files(&self, found: &BTreeMap<String, String>, diagnostics: &mut Diagnostics) {
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
    pub fn compose(&self, diagnostics: &mut Diagnostics) -> Vec<Made> {
        match self.open_verified(diagnostics) {
            Some((data, layouts)) => compose_all(&data, &layouts, diagnostics),
            None => Vec::new(),
        }
    }

    /// Makes its files again. Where they are not the bytes that were published, E604 (a warning) names what differs:
    /// a font, the program.
    pub fn rebuild(&self, workshop: &Workshop, formats: &[Format], diagnostics: &mut Diagnostics) -> Vec<Output> {
        let Some((data, layouts)) = self.open_verified(diagnostics) else { return Vec::new() };
        let files = workshop.with_layouts(layouts).build(&data, Aim::PublishAgain, formats, diagnostics);
        let asked = |record: &&OutputRecord| formats.iter().any(|f| record.file.ends_with(f.ending()));
        let is_same = |record: &OutputRecord| {
            files.iter().any(|file| file.name == record.file && sha256(&file.bytes) == record.sha256)
        };
        let recorded = self.manifest.outputs().into_iter().filter(asked);
        let changed: Vec<&str> = recorded.filter(|r| !is_same(r)).map(|r| r.file.as_str()).collect();
        if !changed.is_empty() {
            let why = self.manifest.what_differs(&workshop.fonts);
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

/// The data and the layout sets of an edition's folder on disk.
fn parts(edition: &Path) -> (Folder, Layouts) {
    (Folder::open(&edition.join(DATA)), Layouts::of(Folder::open(&edition.join(LAYOUTS))))
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
    /// It was made; its files lie in the edition's folder.
    New(Edition),
    /// The last edition holds the same files and data: nothing was written.
    Same(Edition),
}

/// What was built, and of what: what an edition is recorded of.
pub struct Built<'a> {
    /// The data folder as it was read.
    pub folder: &'a Folder,
    /// Its documents.
    pub made: &'a [Made],
    /// Their files in `formats`.
    pub files: &'a [Output],
    /// Which files are made of each document.
    pub formats: &'a [Format],
}

/// Records what was just built as the data folder's next edition. `date` is ISO (`2023-02-10`).
///
/// What was read is what is recorded, whatever was saved in the folder meanwhile. It is built once more from where it lies
/// finished but not yet in place: an edition that would not give the same bytes (E605) is never recorded.
pub fn record(built: &Built<'_>, workshop: &Workshop, date: &str, diagnostics: &mut Diagnostics) -> Option<Recorded> {
    let data_folder = built.folder.shown();
    let _turn = match Turn::take(data_folder) {
        Ok(turn) => turn,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    let snapshot = Snapshot::take(built.folder, &workshop.layouts, built.made, diagnostics)?;
    let manifest = Manifest::of(built, &snapshot, &workshop.fonts);
    if let Some(last) = ids(data_folder).last().and_then(|id| Edition::open(&data_folder.join(FOLDER).join(id)).ok())
        && last.manifest.is_same_as(&manifest)
    {
        return Some(Recorded::Same(last));
    }
    let number = |n: usize| format!("{date}-{n}");
    let first = (1..).find(|&n| !data_folder.join(FOLDER).join(number(n)).exists()).unwrap_or(1);
    let mut files = snapshot.files;
    let proof = |folder: &Path| same_bytes(folder, built, workshop);
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
fn same_bytes(folder: &Path, built: &Built<'_>, workshop: &Workshop) -> Result<(), Diagnostic> {
    let mut found = Diagnostics::default();
    let (data, layouts) = parts(folder);
    let again = workshop.with_layouts(layouts).build(&data, Aim::PublishAgain, built.formats, &mut found);
    let same = again.len() == built.files.len()
        && again.iter().zip(built.files).all(|(a, b)| a.name == b.name && a.bytes == b.bytes);
    if same {
        return Ok(());
    }
    let first = found.sorted().first().map(|d| format!("（{d}）")).unwrap_or_default();
    Err(Diagnostic::error("E605", format!("由存下的数据不能再生成同样的文件，没有记为一版{first}"))
        .hint("再运行一次 gongkai build --edition；仍是这样，是程序的问题，请联系维护者"))
}
