//! Editions: what a data folder published, kept under `editions/DATE-NUMBER/` so that it can be made again to the byte.
//!
//! ```text
//! editions/2023-02-10-1/
//!   manifest.json   program, fonts, hashes of every file here and of the outputs, each figure's address, amount, text
//!   data/           report.toml, *.csv, text/, layout/, classification/ as they were, to the byte
//!   layouts/        the layout sets and classifications the documents were made with
//!   published/      the files that were published
//!   SHA256SUMS      the seal: digests of the manifest and of what was published
//! ```
//!
//! An edition appears by one rename of a finished folder, is never written to again, and is verified before it is used.
//! Its date comes from `report.toml` or `--date`: the clock is never asked. Who changes a file, or a file and its digest,
//! is found out; who makes a whole new edition under the same name is found out by who kept its seal or what was
//! published: without keys no more can be promised. Editions of the first form have neither seal nor published files; they
//! open, and are told (E608).

mod corrections;
mod manifest;
mod notice;
mod snapshot;

pub use corrections::{FILE as CORRECTIONS, Reasons, with_reason};
pub use manifest::{FontRecord, Manifest, OutputRecord, PublishedDocument, PublishedFigure, read_manifest};
pub use notice::notice;
pub(crate) use notice::{Change, Since, changes, job_of_notice, left_out, same_in_print};
pub use snapshot::Snapshot;

use crate::cell_name::is_workbook;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, nearest};
use crate::digest::sha256;
use crate::folder::{Bytes, Folder};
use crate::fonts::unknown_digests;
use crate::layout::Layouts;
use crate::made::Made;
use crate::place::{Turn, place_folder, sweep};
use crate::read_docx;
use crate::refusal::refusal;
use crate::regular::{Unread, read_unlinked};
use crate::workshop::{Aim, Workshop, compose_all};
use crate::write::{Format, Output};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The folder of a data folder's editions.
pub const FOLDER: &str = "editions";
/// Where an edition keeps its data, and its layout sets.
const DATA: &str = "data";
const LAYOUTS: &str = "layouts";
/// The files that were published, as they were.
const PUBLISHED: &str = "published";
/// The file that makes a folder an edition.
pub const MANIFEST: &str = "manifest.json";
/// The file that seals it.
pub const SEAL: &str = "SHA256SUMS";

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
    /// Reads an edition's manifest. Errors: E600 there is none, E601 it cannot be read or understood, E603 it is not the one
    /// that was sealed.
    pub fn open(folder: &Path) -> Result<Edition, Diagnostic> {
        let path = folder.join(MANIFEST);
        let bytes = read_unlinked(&path, manifest::MAX_BYTES).map_err(|why| {
            let why = match why {
                Unread::System(error) => refusal(&error).0,
                Unread::NotRegular => format!("{MANIFEST} 是链接，或不是普通文件"),
                Unread::TooLarge => format!("{MANIFEST} 超过 {} MB", manifest::MAX_BYTES >> 20),
            };
            Diagnostic::error("E600", format!("{} 不是已发布的一版：{why}", folder.display()))
                .hint(format!("一版是 {FOLDER} 下的一个文件夹，里面有 {MANIFEST}"))
        })?;
        let manifest = read_manifest(&bytes, &path.display().to_string())?;
        let id = folder.canonicalize().ok().and_then(|f| Some(f.file_name()?.to_string_lossy().into_owned()));
        let id = id.unwrap_or_else(|| manifest.edition.clone());
        if manifest.is_sealed() {
            let seal = manifest.seal(&bytes).into_bytes();
            // No longer than it is.
            if read_unlinked(&folder.join(SEAL), seal.len() as u64).ok() != Some(seal) {
                return Err(Diagnostic::error("E603", format!("{id} 的清单或封印 {SEAL} 被改动过，这一版已不可靠"))
                    .at(place_in(folder, SEAL))
                    .hint("从备份恢复这一版的文件夹；已发布的一版不应改动"));
            }
        }
        Ok(Edition { id, folder: folder.to_path_buf(), manifest })
    }

    /// Finds a data folder's edition by its id; E602 names the nearest, E107: the folder of editions leads elsewhere.
    pub fn find(data_folder: &Path, id: &str) -> Result<Edition, Diagnostic> {
        let (folder, shelf) = shelf(data_folder);
        if let Some(refused) = folder.refused(&shelf) {
            return Err(refused);
        }
        let known = ids(data_folder);
        if known.iter().any(|known| known == id) {
            return Edition::open(&folder.place_of(&format!("{shelf}/{id}"))?);
        }
        let hint = match (nearest(id, known.iter().map(String::as_str)), known.is_empty()) {
            (Some(near), _) => format!("您是否指“{near}”？"),
            (None, true) => "还没有发布过：用 gongkai build 文件夹 --edition 记下第一版".to_string(),
            (None, false) => format!("已有：{}", known.join("、")),
        };
        Err(Diagnostic::error("E602", format!("{} 没有“{id}”这一版", data_folder.display())).hint(hint))
    }

    /// Whether a folder holds the data that it was made of, to the byte.
    pub fn holds(&self, folder: &Folder) -> bool {
        let of_data = self
            .manifest
            .files
            .iter()
            .filter_map(|(path, digest)| Some((path.strip_prefix(DATA)?.strip_prefix('/')?, digest.as_str())));
        let then: BTreeMap<&str, &str> = of_data.collect();
        let now = folder.files_that_count(then.keys().copied());
        let same = |name: &String| {
            let bytes = folder.bytes(name).ok().flatten();
            bytes.is_some_and(|bytes| then.get(name.as_str()) == Some(&sha256(&bytes).as_str()))
        };
        now.len() == then.len() && now.iter().all(same)
    }

    /// E608 (a note): it has no seal, and what was published is not kept in it.
    pub fn unsealed(&self) -> Option<Diagnostic> {
        let message = format!("{} 由早期的程序记下，没有封印，也没有存下当时发布的文件", self.id);
        let told = Diagnostic::new(Severity::Note, "E608", message);
        (!self.manifest.is_sealed()).then(|| told.hint("改动了它的文件又改了清单的，查不出来；请与当时发布的文件核对"))
    }

    /// The data folder as it was, and its layout sets, every file as it was recorded; E603 names those that are not.
    pub fn open_verified(&self, diagnostics: &mut Diagnostics) -> Option<(Folder, Layouts)> {
        // What was verified is what is used: nothing is read a second time.
        self.verified(diagnostics).map(|found| found.parts(&self.folder))
    }

    fn verified(&self, diagnostics: &mut Diagnostics) -> Option<Snapshot> {
        let found = match Snapshot::read(&self.folder) {
            Ok(found) => found,
            Err(error) => {
                diagnostics.push(error);
                return None;
            }
        };
        let before = diagnostics.count(Severity::Error);
        self.compare_files(&found.hashes(), diagnostics);
        (diagnostics.count(Severity::Error) == before).then_some(found)
    }

    fn compare_files(&self, found: &BTreeMap<String, String>, diagnostics: &mut Diagnostics) {
        let recorded = &self.manifest.files;
        let names: BTreeSet<&String> = found.keys().chain(recorded.keys()).collect();
        if self.manifest.is_sealed() {
            let disagrees =
                |record: &&OutputRecord| recorded.get(&format!("{PUBLISHED}/{}", record.file)) != Some(&record.sha256);
            for record in self.manifest.outputs().into_iter().filter(disagrees) {
                let message = format!("{} 的清单不记得发布的 {}，这一版已不可靠", self.id, record.file);
                diagnostics.push(Diagnostic::error("E603", message).at(place_in(&self.folder, "")));
            }
        }
        for name in names {
            let says = match (recorded.get(name), found.get(name)) {
                (Some(then), Some(now)) if then == now => continue,
                (Some(_), Some(_)) => "被改动过",
                (Some(_), None) => "不见了",
                _ => "是后来放进去的",
            };
            diagnostics.push(
                Diagnostic::error("E603", format!("{} 的 {name} {says}，这一版已不可靠", self.id))
                    .at(place_in(&self.folder, name))
                    .hint("从备份恢复这一版的文件夹；已发布的一版不应改动"),
            );
        }
    }

    /// Composes its documents again, in memory, from its own data and layout sets. E603: a DOCX that it published says
    /// that it was made of other data.
    pub fn compose(&self, diagnostics: &mut Diagnostics) -> Vec<Made> {
        let Some(found) = self.verified(diagnostics) else { return Vec::new() };
        let (data, layouts) = found.parts(&self.folder);
        let made = compose_all(&data, &layouts, diagnostics);
        // Another version of the program may give the same data another id.
        if self.manifest.program == env!("CARGO_PKG_VERSION") {
            self.compare_data(&found, &made, diagnostics);
        }
        if diagnostics.has_errors() { Vec::new() } else { made }
    }

    fn compare_data(&self, found: &Snapshot, made: &[Made], diagnostics: &mut Diagnostics) {
        let now = made.iter().find_map(|made| made.document().meta.data.as_ref());
        let records = self.manifest.outputs().into_iter().filter(|record| record.file.ends_with(".docx"));
        for record in records {
            let Some(bytes) = found.published(&record.file) else { continue };
            let then = read_docx::read(bytes, &read_docx::Options::default()).ok();
            let then = then.and_then(|reading| reading.identity?.data);
            if now.is_some() && then.as_ref() != now {
                let message = format!("{} 存下的数据不是当时发布的 {} 所用的，这一版已不可靠", self.id, record.file);
                diagnostics.push(
                    Diagnostic::error("E603", message)
                        .at(place_in(&self.folder, &format!("{PUBLISHED}/{}", record.file)))
                        .hint("从备份恢复这一版的文件夹；已发布的一版不应改动"),
                );
            }
        }
    }

    /// Its files: those that were published, and what else is asked for made again. Making all of it again is the check:
    /// where that does not give the bytes that were published, E604 (a warning) names what differs: a font, the program.
    pub fn rebuild(&self, workshop: &Workshop, formats: &[Format], diagnostics: &mut Diagnostics) -> Vec<Output> {
        let Some(found) = self.verified(diagnostics) else { return Vec::new() };
        let (data, layouts) = found.parts(&self.folder);
        let asked = |record: &&OutputRecord| formats.iter().any(|f| record.file.ends_with(f.ending()));
        let recorded: Vec<&OutputRecord> = self.manifest.outputs().into_iter().filter(asked).collect();
        let kept = recorded.iter().filter_map(|record| {
            let bytes = found.published(&record.file)?.to_vec();
            Some(Output { name: record.file.clone(), bytes })
        });
        let kept: Vec<Output> = kept.collect();
        let mut of_build = Diagnostics::default();
        let made = workshop.with_layouts(layouts).build(&data, Aim::PublishAgain, formats, &mut of_build);
        let is_same = |record: &OutputRecord| {
            made.iter().any(|file| file.name == record.file && sha256(&file.bytes) == record.sha256)
        };
        let changed: Vec<&str> = recorded.iter().filter(|r| !is_same(r)).map(|r| r.file.as_str()).collect();
        let place = || place_in(&self.folder, MANIFEST);
        let then = &self.manifest.program;
        if kept.is_empty() {
            diagnostics.extend(of_build);
        }
        let has_files = !made.is_empty() || !kept.is_empty();
        if has_files && !changed.is_empty() {
            let why = self.manifest.what_differs(&workshop.fonts);
            let message = format!("{} 与当时发布的不是逐字节相同：{why}", changed.join("、"));
            let (message, hint) = match kept.is_empty() {
                true => (message, format!("当时是 gongkai {then}；要原样的文件，请用那时的程序和字体生成")),
                false => (format!("现在再生成的 {message}"), "写出的是当时发布的原件".to_string()),
            };
            diagnostics.push(Diagnostic::warning("E604", message).at(place()).hint(hint));
        }
        // Of a format that was published nothing but what was published.
        let ending = |name: &str| name.rsplit('.').next().map(str::to_string);
        let is_new = |file: &Output| !kept.iter().any(|one| ending(&one.name) == ending(&file.name));
        let also: Vec<Output> = made.into_iter().filter(is_new).collect();
        kept.into_iter().chain(also).collect()
    }
}

/// The data and the layout sets of an edition's folder on disk.
fn parts(edition: &Path) -> (Folder, Layouts) {
    (Folder::open(&edition.join(DATA)), Layouts::of(Folder::open(&edition.join(LAYOUTS))))
}

/// A file of an edition as messages call it: `editions/2023-02-10-1/manifest.json`.
fn place_in(edition: &Path, name: &str) -> Place {
    let whole = edition.canonicalize().unwrap_or_else(|_| edition.to_path_buf());
    let mut parts: Vec<String> = whole.iter().rev().take(2).map(|part| part.to_string_lossy().into_owned()).collect();
    parts.reverse();
    parts.extend((!name.is_empty()).then(|| name.to_string()));
    Place::file(parts.join("/"))
}

/// Where a department's editions stand, as a folder and a name in it: `editions` in its data folder; of a workbook that is
/// a department by itself, beside it and named for it.
fn shelf(department: &Path) -> (Folder, String) {
    let name = department.file_name().unwrap_or_default().to_string_lossy();
    if !is_workbook(&name) || !department.is_file() {
        return (Folder::open(department), FOLDER.to_string());
    }
    let beside = department.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let stem = department.file_stem().unwrap_or_default().to_string_lossy();
    (Folder::open(beside), format!("{stem}-{FOLDER}"))
}

/// The ids of a data folder's editions, oldest first. Folders without a manifest are none.
pub fn ids(data_folder: &Path) -> Vec<String> {
    let (folder, shelf) = shelf(data_folder);
    let mut ids = folder.names(&shelf);
    ids.retain(|id| folder.has(&format!("{shelf}/{id}/{MANIFEST}")));
    ids.sort_by_key(|id| order(id));
    ids
}

/// `2023-02-10-12` after `2023-02-10-2`.
fn order(id: &str) -> (String, u64) {
    let (date, number) = id.rsplit_once('-').unwrap_or((id, ""));
    (date.to_string(), number.parse().unwrap_or(0))
}

/// A data folder's editions, oldest first, each read when it is asked for: a manifest may be large, and there may be many.
/// Errors: those of [`Edition::find`], E107 of the shelf itself.
pub fn each(data_folder: &Path) -> impl DoubleEndedIterator<Item = Result<Edition, Diagnostic>> {
    let (folder, shelf) = shelf(data_folder);
    // Where the shelf itself is refused no edition is found to say so.
    let refused = folder.refused(&shelf).map(Err);
    let ids = if refused.is_some() { Vec::new() } else { ids(data_folder) };
    let data_folder = data_folder.to_path_buf();
    refused.into_iter().chain(ids.into_iter().map(move |id| Edition::find(&data_folder, &id)))
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
    let (beside, shelf) = shelf(data_folder);
    let _turn = match Turn::take(beside.shown()) {
        Ok(turn) => turn,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    let shelf = match beside.place_of(&shelf) {
        Ok(place) => place,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    let snapshot = Snapshot::take(built, &workshop.layouts, diagnostics)?;
    let manifest = Manifest::of(built, &snapshot, &workshop.fonts);
    let of_fonts = manifest.fonts.iter().map(|font| (font.file.as_str(), font.sha256.as_str()));
    unknown_digests(of_fonts).into_iter().for_each(|told| diagnostics.push(told));
    if let Some(last) = ids(data_folder).last().and_then(|id| Edition::find(data_folder, id).ok())
        && last.manifest.is_same_as(&manifest)
    {
        // The run that recorded it may have been killed just then.
        sweep(&shelf);
        return Some(Recorded::Same(last));
    }
    let number = |n: usize| format!("{date}-{n}");
    let first = (1..).find(|&n| !shelf.join(number(n)).exists()).unwrap_or(1);
    let mut files = snapshot.files;
    let proof = |folder: &Path| same_bytes(folder, built, workshop);
    let name = |n: usize, files: &mut BTreeMap<String, Bytes>| {
        let named = Manifest { edition: number(n), ..manifest.clone() };
        let json = named.to_json();
        files.insert(SEAL.to_string(), named.seal(&json).into_bytes().into());
        files.insert(MANIFEST.to_string(), json.into());
    };
    for n in first..first + 100 {
        name(n, &mut files);
        match place_folder(&shelf, &number(n), &files, &proof) {
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
