//! A data folder as a value: its files as bytes, each read once, wherever they come from.
//!
//! Everything that is made of a department's data is made of a [`Folder`]: of one on disk, of the data of an edition, of
//! bytes in memory. An edit gives another folder and leaves the first as it was, so that what a correction would change
//! can be asked before anything is written. Nothing below this module and [`crate::place`] touches the disk for data.
//!
//! | code | what is wrong |
//! |---|---|
//! | E101, E110, E111 | a file is missing, cannot be read, is too large |
//! | E112, E113, E144 | bytes of no known encoding or of no text, a NUL, a character that is none (`text`) |
//! | E107 | a path leaves the folder: absolute, through `..`, or through a link |
//! | E108 | neither file nor folder: a pipe, a socket, a device |

mod characters;
mod disk;
mod former;
mod text;

pub(crate) use disk::unread;
pub use former::former_id;
pub(crate) use text::unreadable;
pub use text::{ExactText, MAX_BYTES, MAX_BYTES_OF_ALL, decode, largest};

use crate::cell_name::{is_workbook, sheet_of};
use crate::diagnostic::{Diagnostic, Place};
use crate::workbook::{
    Change, Entry, MOST_XML, Workbook, Written, lines_refused, no_facts, patch, too_much_xml, unpack,
};
use disk::Disk;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// So many workbooks are kept open, with so many bytes of XML in all; a department has one or two.
const MOST_BOOKS: usize = 4;
const KEPT_XML: u64 = 64 << 20;

/// Folders of a data folder whose files its documents are made of, beside its own.
pub const FOLDERS: [&str; 4] = ["classification", "layout", "tables", "text"];
/// The folder of pictures, and how their names end.
pub const PICTURES: &str = "pictures";
const OF_PICTURES: [&str; 4] = [".png", ".jpg", ".jpeg", ".svg"];
/// How the names of files end that are read as records, declarations and prose.
pub const ENDINGS: [&str; 3] = [".csv", ".toml", ".md"];

/// So many files and so many folders within each other are looked at.
const MOST_FILES: usize = 10_000;
const DEEPEST: usize = 8;

/// The file that says what the department is; without one a workbook may.
const REPORT: &str = "report.toml";

/// A file's bytes; cheap to clone.
pub type Bytes = Arc<[u8]>;

/// The files of a data folder (or of any folder that is read like one) by their paths in it, with `/`.
#[derive(Clone)]
pub struct Folder {
    /// As the user named it, for messages.
    shown: Arc<Path>,
    source: Source,
    /// What stands in place of the source's files; None: removed.
    edits: BTreeMap<String, Option<Bytes>>,
    /// What a workbook of it stands for, where it has no report.toml.
    unpacked: Arc<OnceLock<BTreeMap<String, Written>>>,
    books: Arc<Mutex<Books>>,
}

/// The workbooks of a folder by name.
#[derive(Default)]
struct Books {
    /// As they were last opened, with their bytes of XML.
    open: HashMap<String, (Arc<Workbook>, u64)>,
    /// How many bytes of XML each has that was opened.
    xml: HashMap<String, u64>,
}

#[derive(Clone)]
enum Source {
    Disk(Arc<Disk>),
    /// One file of a folder on disk, as if it were alone there.
    File(Arc<Disk>, Arc<str>),
    Memory(Arc<BTreeMap<String, Bytes>>),
}

impl Folder {
    /// A folder on disk. Whether it is there is asked with [`Folder::exists`]. Each file is read when first needed, and
    /// never again.
    pub fn open(path: &Path) -> Folder {
        let source = Source::Disk(Arc::new(Disk::new(path)));
        Folder::of(path, source)
    }

    /// What a user names as a department: a folder, or a workbook that is one by itself.
    pub fn at(path: &Path) -> Folder {
        match path.is_file() && is_workbook(&path.to_string_lossy()) {
            true => Folder::open_workbook(path),
            false => Folder::open(path),
        }
    }

    /// A workbook on disk as a folder of its own.
    pub fn open_workbook(path: &Path) -> Folder {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Folder::open(path) };
        let around = path.parent().filter(|around| !around.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Folder::of(path, Source::File(Arc::new(Disk::new(around)), name.into()))
    }

    fn of(shown: &Path, source: Source) -> Folder {
        Folder { shown: shown.into(), source, edits: BTreeMap::new(), unpacked: Arc::default(), books: Arc::default() }
    }

    /// It is a workbook alone.
    pub fn is_workbook(&self) -> bool {
        matches!(self.source, Source::File(..))
    }

    /// What a workbook stands for where there is no report.toml; nothing else is asked of workbooks here.
    fn unpacked(&self) -> &BTreeMap<String, Written> {
        let unpack = || {
            if matches!(self.edits.get(REPORT), Some(Some(_))) || self.source.has(REPORT) {
                return BTreeMap::new();
            }
            let names = self.own_names("").into_iter().filter(|name| is_workbook(name));
            let read = |name: String| unpack(&*self.workbook(&name).ok()??).ok()?;
            names.filter_map(read).next().unwrap_or_default()
        };
        self.unpacked.get_or_init(unpack)
    }

    /// What keeps its workbooks from saying what the department is: one cannot be read, or, alone, lacks the sheet.
    fn why_not_unpacked(&self) -> Option<Diagnostic> {
        let names = self.own_names("").into_iter().filter(|name| is_workbook(name));
        names.into_iter().find_map(|name| match self.workbook(&name).map(|book| book.map(|book| unpack(&book))) {
            Err(wrong) | Ok(Some(Err(wrong))) => Some(wrong),
            Ok(Some(Ok(None))) if self.is_workbook() => Some(no_facts(&name)),
            Ok(_) => None,
        })
    }

    /// A file that a workbook stands for and that is not there itself.
    fn written(&self, name: &str) -> Option<&Written> {
        if is_workbook(name) || self.edits.contains_key(name) {
            return None;
        }
        self.unpacked().get(name).filter(|_| !self.source.has(name))
    }

    /// A place in a file that a workbook stands for, as the place in the workbook.
    pub fn place_in_workbook(&self, place: &Place) -> Option<Place> {
        let written = self.written(&place.file)?;
        match place.line.checked_sub(1) {
            None => {
                let (sheet, ..) = written.from.iter().flatten().next()?;
                Some(Place::file(sheet.clone()))
            }
            Some(line) => {
                let (sheet, row, column) = written.from.get(line as usize).cloned().flatten()?;
                Some(Place::field(sheet, row, column))
            }
        }
    }

    /// Files in memory by their paths; `shown` is what messages call their folder.
    pub fn of_files(shown: &Path, files: impl IntoIterator<Item = (String, Bytes)>) -> Folder {
        let source = Source::Memory(Arc::new(files.into_iter().collect()));
        Folder::of(shown, source)
    }

    /// The same folder with a file's bytes replaced, or with one more file.
    pub fn with(&self, name: &str, bytes: impl Into<Bytes>) -> Folder {
        self.edited(name, Some(bytes.into()))
    }

    /// The same folder without a file.
    pub fn without(&self, name: &str) -> Folder {
        self.edited(name, None)
    }

    fn edited(&self, name: &str, bytes: Option<Bytes>) -> Folder {
        // What it replaces is what the disk holds now, whenever it is written back.
        let _ = self.source.bytes(name);
        let mut folder = self.clone();
        folder.edits.insert(name.to_string(), bytes);
        if is_workbook(name) || name == REPORT {
            folder.unpacked = Arc::default();
        }
        folder
    }

    /// The same folder with a file's text replaced, in the encoding and with the line ends it has. E713: the text cannot
    /// be written in that encoding.
    pub fn with_text(&self, name: &str, text: &str) -> Result<Folder, Diagnostic> {
        if let Some(written) = self.written(name) {
            return self.with_written(name, written, text);
        }
        let bytes = match self.exact(name) {
            Some(exact) => exact.bytes_of_lines(text),
            None if self.is_file(name) => None,
            None => Some(text.as_bytes().to_vec()),
        };
        bytes.map(|bytes| self.with(name, bytes)).ok_or_else(|| {
            Diagnostic::error("E713", "改后的文字写不进这个文件的编码")
                .at(Place::file(name))
                .hint("请把这个文件另存为 UTF-8")
        })
    }

    /// The same for a file that a workbook stands for: each line that differs is written into its cell. E718: lines were
    /// added or removed, or a cell cannot be written.
    fn with_written(&self, name: &str, written: &Written, text: &str) -> Result<Folder, Diagnostic> {
        let (old, new): (Vec<&str>, Vec<&str>) = (written.text.split('\n').collect(), text.split('\n').collect());
        let there = || self.place_in_workbook(&Place::file(name)).unwrap_or_else(|| Place::file(name));
        let refused = || lines_refused().at(there());
        if old.len() != new.len() {
            return Err(refused());
        }
        let mut changes: BTreeMap<String, Vec<Change>> = BTreeMap::new();
        let mut lines_of_row: HashMap<u32, usize> = HashMap::new();
        for (_, row, _) in written.from.iter().flatten() {
            *lines_of_row.entry(*row).or_default() += 1;
        }
        for (index, (_, line)) in old.iter().zip(&new).enumerate().filter(|(_, (old, new))| old != new) {
            let from = written.from.get(index).cloned().flatten();
            let (sheet, row, column) = from.ok_or_else(refused)?;
            let (workbook, sheet) = sheet_of(&sheet).ok_or_else(refused)?;
            // Several lines of one cell, and keys, are changed by hand.
            if lines_of_row[&row] > 1 || name == "report.toml" {
                return Err(refused());
            }
            let entry = Entry::Text((*line).to_owned());
            let change = Change { sheet: sheet.to_owned(), cell: (column, row), entry };
            changes.entry(workbook.to_owned()).or_default().push(change);
        }
        let mut folder = self.clone();
        for (workbook, changes) in changes {
            let book = folder.workbook(&workbook)?.ok_or_else(refused)?;
            let bytes = patch(&book, &changes)?;
            folder = folder.with(&workbook, bytes);
        }
        Ok(folder)
    }

    /// The files that were replaced or added, by path: before (none where there was no such file), and after (none where
    /// it was removed).
    pub fn edits(&self) -> impl Iterator<Item = (&str, Option<Bytes>, Option<&Bytes>)> {
        let before = |name: &str| self.source.bytes(name).ok().flatten();
        self.edits.iter().map(move |(name, after)| (name.as_str(), before(name), after.as_ref()))
    }

    /// As it was read, without edits.
    pub fn unedited(&self) -> Folder {
        Folder { edits: BTreeMap::new(), unpacked: Arc::default(), ..self.clone() }
    }

    /// What the user called it.
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// The folder is there.
    pub fn exists(&self) -> bool {
        match &self.source {
            Source::Disk(disk) => disk.exists(),
            Source::File(disk, name) => disk.is_file(name),
            Source::Memory(_) => true,
        }
    }

    /// There is something of this name, be it readable or not.
    pub fn has(&self, name: &str) -> bool {
        match self.edits.get(name) {
            Some(edit) => edit.is_some(),
            None => self.source.has(name) || self.written(name).is_some() || self.has_written_below(name),
        }
    }

    /// There is a file of this name.
    pub fn is_file(&self, name: &str) -> bool {
        match self.edits.get(name) {
            Some(edit) => edit.is_some(),
            None => self.source.is_file(name) || self.written(name).is_some(),
        }
    }

    /// There is a folder of this name.
    pub fn has_folder(&self, name: &str) -> bool {
        let edited = self.edits.iter().any(|(edit, to)| to.is_some() && is_below(edit, name));
        let there = match &self.source {
            Source::Disk(disk) => disk.has_folder(name),
            Source::File(..) => false,
            Source::Memory(files) => has_below(files, name),
        };
        edited || there || self.has_written_below(name)
    }

    fn has_written_below(&self, folder: &str) -> bool {
        self.unpacked().keys().any(|path| is_below(path, folder))
    }

    /// The names of what lies directly in a folder of it (`""`: in itself), sorted. Hidden names (`.`) and those of open
    /// documents (`~`) are left out: no program of the user's means them to be read.
    pub fn names(&self, below: &str) -> Vec<String> {
        let mut names = self.own_names(below);
        let written = self.unpacked();
        if !written.is_empty() {
            names.extend(written.keys().filter_map(|path| child(path, below)));
            names.sort();
            names.dedup();
        }
        names
    }

    /// The same of what lies there, without what a workbook stands for.
    fn own_names(&self, below: &str) -> Vec<String> {
        let mut names: BTreeSet<String> = match &self.source {
            Source::Disk(disk) => disk.names(below).iter().cloned().collect(),
            Source::File(_, name) if below.is_empty() => BTreeSet::from([name.to_string()]),
            Source::File(..) => BTreeSet::new(),
            Source::Memory(files) => files.keys().filter_map(|path| child(path, below)).collect(),
        };
        for (path, edit) in &self.edits {
            match (edit, child(path, below)) {
                (Some(_), Some(name)) => drop(names.insert(name)),
                (None, Some(name)) if *path == joined(below, &name) => drop(names.remove(&name)),
                _ => {}
            }
        }
        names.into_iter().filter(|name| !name.starts_with(['.', '~'])).collect()
    }

    /// Why a folder of it counts for nothing though there is something of its name: E107 a link that leads outside, E110
    /// it cannot be listed, or is a file.
    pub fn refused(&self, below: &str) -> Option<Diagnostic> {
        match &self.source {
            Source::Disk(disk) => disk.refused(below),
            Source::File(..) | Source::Memory(_) => None,
        }
    }

    /// Where something may be written under a name of it: E107 where a link on the way leads outside.
    pub fn place_of(&self, name: &str) -> Result<PathBuf, Diagnostic> {
        if let Source::Disk(disk) | Source::File(disk, _) = &self.source {
            disk.path(name)?;
        }
        Ok(self.path_of(name))
    }

    /// A file's bytes; none where there is no such file. Errors: E107, E108, E110, E111, at the file.
    pub fn bytes(&self, name: &str) -> Result<Option<Bytes>, Diagnostic> {
        match self.edits.get(name) {
            Some(edit) => Ok(edit.clone()),
            None => match self.source.bytes(name)? {
                None => Ok(self.written(name).map(|written| written.text.as_bytes().into())),
                there => Ok(there),
            },
        }
    }

    /// The size of a file, 0 where there is none, and its room among those that are read ([`MAX_BYTES_OF_ALL`]): whoever reads
    /// files at once asks for each in turn first, so that the same are refused each time.
    pub(crate) fn make_room(&self, name: &str) -> u64 {
        match (self.edits.get(name), &self.source) {
            (Some(edit), _) => edit.as_ref().map_or(0, |bytes| bytes.len() as u64),
            (None, Source::Disk(disk) | Source::File(disk, _)) => disk.make_room(name),
            (None, Source::Memory(files)) => files.get(name).map_or(0, |bytes| bytes.len() as u64),
        }
    }

    /// A workbook of it, opened once as long as its bytes are the same; none where there is none. Errors: those of
    /// [`Folder::bytes`] and of [`Workbook::open`]; E172: with this one there is more in all of them than is read.
    pub fn workbook(&self, name: &str) -> Result<Option<Arc<Workbook>>, Diagnostic> {
        let Some(bytes) = self.bytes_there(name)? else { return Ok(None) };
        let books = || self.books.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((book, _)) = books().open.get(name).filter(|(book, _)| book.is_of(&bytes)) {
            return Ok(Some(book.clone()));
        }
        let xml = Workbook::xml_of(&bytes);
        let others: u64 = books().xml.iter().filter(|(other, _)| *other != name).map(|(_, xml)| xml).sum();
        // A workbook that is too large by itself says so when it is opened.
        if xml <= MOST_XML && others + xml > MOST_XML {
            return Err(too_much_xml("文件夹里各工作簿").at(Place::file(name)));
        }
        books().xml.insert(name.to_owned(), xml);
        let book = Arc::new(Workbook::open(&bytes, name)?);
        let open = &mut books().open;
        if open.len() >= MOST_BOOKS || open.values().map(|(_, xml)| xml).sum::<u64>() + xml > KEPT_XML {
            open.clear();
        }
        open.insert(name.to_owned(), (book.clone(), xml));
        Ok(Some(book))
    }

    fn bytes_there(&self, name: &str) -> Result<Option<Bytes>, Diagnostic> {
        match self.edits.get(name) {
            Some(edit) => Ok(edit.clone()),
            None => self.source.bytes(name),
        }
    }

    /// A file's text, decoded, with `\n` as its only line end; none where there is no such file. Errors: those of
    /// [`Folder::bytes`] and [`decode`].
    pub fn text_if_there(&self, name: &str) -> Result<Option<String>, Diagnostic> {
        self.bytes(name)?.map(|bytes| decode(bytes.to_vec(), name)).transpose()
    }

    /// The same of a file that has to be there: E101 where it is not.
    pub fn text(&self, name: &str) -> Result<String, Diagnostic> {
        self.text_if_there(name)?.ok_or_else(|| self.absent(name))
    }

    /// A file as it stands in its encoding; none where its bytes would not come back the same.
    pub fn exact(&self, name: &str) -> Option<ExactText> {
        ExactText::of(&self.bytes(name).ok()??)
    }

    fn absent(&self, name: &str) -> Diagnostic {
        // A workbook may stand for the report, and there is a reason why it does not.
        if name == REPORT
            && let Some(why) = self.why_not_unpacked()
        {
            return why;
        }
        unreadable(&ErrorKind::NotFound.into(), &self.path_of(name), name)
    }

    /// [`Folder::ground`] of a folder that is on disk.
    pub(crate) fn on_disk(&self) -> Option<&Path> {
        (!matches!(self.source, Source::Memory(_))).then(|| self.ground())
    }

    /// The folder on disk that its files lie in: of a workbook alone, the one that it lies in.
    pub fn ground(&self) -> &Path {
        match &self.source {
            Source::File(..) => match self.shown.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent,
                _ => Path::new("."),
            },
            _ => &self.shown,
        }
    }

    /// Where a file lies or would lie, for messages and for writing it.
    pub fn path_of(&self, name: &str) -> PathBuf {
        match &self.source {
            Source::File(..) => self.shown.with_file_name(name),
            _ => self.shown.join(name),
        }
    }

    /// Every file of text that its documents may be made of, sorted: those that a workbook stands for too.
    pub fn files_of_text(&self) -> BTreeSet<String> {
        let mut found = self.files_that_count([]);
        found.extend(self.unpacked().keys().cloned());
        found.retain(|name| !is_workbook(name) && !is_picture(name));
        found
    }

    /// Every file in it and below, sorted, but for those below `without`, a folder of it. None: there are more than anyone
    /// fills in by hand, or folders within folders without end.
    pub(crate) fn all_files(&self, without: &str) -> Option<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        let mut folders = vec![(String::new(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            for name in self.own_names(&folder) {
                let path = joined(&folder, &name);
                if self.has_folder(&path) {
                    if depth == DEEPEST {
                        return None;
                    }
                    if path != without {
                        folders.push((path, depth + 1));
                    }
                } else {
                    found.insert(path);
                }
            }
            if found.len() + folders.len() > MOST_FILES {
                return None;
            }
        }
        Some(found)
    }

    /// The files its documents are made of, sorted: those of the folder itself and of `text/`, `layout/`,
    /// `classification/` and `tables/` whose names end as files do that are read, its workbooks, and those that a set
    /// declares elsewhere.
    pub fn files_that_count<'a>(&self, declared: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        let mut found: BTreeSet<String> =
            declared.into_iter().filter(|name| self.is_file(name)).map(str::to_string).collect();
        for below in FOLDERS.iter().copied().chain([""]) {
            let counts = |name: &String| is_read(name) || below.is_empty() && is_workbook(name);
            let names = self.names(below).into_iter().filter(counts).map(|name| joined(below, &name));
            // What a workbook stands for is in the workbook.
            found.extend(names.filter(|name| self.is_file(name) && self.written(name).is_none()));
        }
        let pictures = self.names(PICTURES).into_iter().filter(|name| is_picture(name));
        found.extend(pictures.map(|name| joined(PICTURES, &name)).filter(|name| self.is_file(name)));
        found
    }
}

impl Source {
    fn has(&self, name: &str) -> bool {
        match self {
            Source::Disk(disk) => disk.has(name),
            Source::File(disk, only) => **only == *name && disk.has(name),
            Source::Memory(files) => files.contains_key(name) || has_below(files, name),
        }
    }

    fn is_file(&self, name: &str) -> bool {
        match self {
            Source::Disk(disk) => disk.is_file(name),
            Source::File(disk, only) => **only == *name && disk.is_file(name),
            Source::Memory(files) => files.contains_key(name),
        }
    }

    fn bytes(&self, name: &str) -> Result<Option<Bytes>, Diagnostic> {
        match self {
            Source::Disk(disk) => disk.bytes(name),
            Source::File(disk, only) if **only == *name => disk.bytes(name),
            Source::File(..) => Ok(None),
            Source::Memory(files) => match files.get(name) {
                Some(bytes) if bytes.len() as u64 > largest(name) => Err(too_large(name)),
                found => Ok(found.cloned()),
            },
        }
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.display().fmt(f)
    }
}

/// By its name, a file that is read: records, declarations, prose.
pub fn is_read(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// By its name, a picture.
pub fn is_picture(name: &str) -> bool {
    let name = name.to_lowercase();
    OF_PICTURES.iter().any(|ending| name.ends_with(ending))
}

fn too_large(name: &str) -> Diagnostic {
    let most = match largest(name) {
        megabytes if megabytes >> 20 > 0 => format!("{} MB", megabytes >> 20),
        kilobytes => format!("{} KB", kilobytes >> 10),
    };
    Diagnostic::error("E111", format!("文件超过 {most}，没有读取"))
        .at(Place::file(name))
        .hint("请确认放的是这个文件；多余的行和列请删去后再存")
}

fn too_large_together(name: &str) -> Diagnostic {
    one_too_many(name, MAX_BYTES_OF_ALL).hint("不是要公开的数据，请移到别的文件夹")
}

/// E111: with this file those of a folder are more bytes than are read of it.
pub(crate) fn one_too_many(name: &str, most: u64) -> Diagnostic {
    let message = format!("文件夹里要读的文件合计超过 {} MB，这一个没有读取", most >> 20);
    Diagnostic::error("E111", message).at(Place::file(name))
}

/// `text` and `goals.md` are `text/goals.md`; `""` is the folder itself.
fn joined(below: &str, name: &str) -> String {
    if below.is_empty() { name.to_string() } else { format!("{below}/{name}") }
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The name that a path has directly in a folder: its own, or that of the folder on the way to it.
fn child(path: &str, folder: &str) -> Option<String> {
    let rest = match folder {
        "" => path,
        _ => path.strip_prefix(folder)?.strip_prefix('/')?,
    };
    rest.split('/').next().map(str::to_string)
}

fn has_below(files: &BTreeMap<String, Bytes>, folder: &str) -> bool {
    folder.is_empty() || files.range(format!("{folder}/")..).next().is_some_and(|(path, _)| is_below(path, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> Folder {
        let files = [("report.toml", "code = \"1\""), ("ledger.csv", "a,b\n"), ("text/goals.md", "目标")];
        let bytes = |(name, text): (&str, &str)| (name.to_string(), Bytes::from(text.as_bytes()));
        Folder::of_files(Path::new("甲"), files.map(bytes))
    }

    #[test]
    fn an_edit_gives_another_folder_and_leaves_the_first() {
        let first = folder();
        let second = first.with("账/ledger.csv", &b"x"[..]).without("ledger.csv").with("text/new.md", &b"y"[..]);
        assert_eq!(first.names(""), ["ledger.csv", "report.toml", "text"]);
        assert_eq!(second.names(""), ["report.toml", "text", "账"]);
        assert_eq!(second.names("text"), ["goals.md", "new.md"]);
        assert_eq!(second.text_if_there("ledger.csv"), Ok(None));
        assert_eq!(second.text("账/ledger.csv").as_deref(), Ok("x"));
        assert!(second.has_folder("账") && !first.has_folder("账"));
        let edits: Vec<(&str, bool, bool)> =
            second.edits().map(|(name, before, after)| (name, before.is_some(), after.is_some())).collect();
        assert_eq!(edits, [("ledger.csv", true, false), ("text/new.md", false, true), ("账/ledger.csv", false, true)]);
        assert_eq!(second.unedited().names(""), first.names(""));
        let absent = second.text("ledger.csv").unwrap_err().to_string();
        assert!(absent.contains("找不到这个文件") && absent.contains("甲"), "{absent}");
    }

    #[test]
    fn what_counts_is_what_is_read_and_what_is_declared() {
        let hidden = [".gongkai-1-0.tmp", "._ledger.csv", "~$说明.csv", "说明.docx", "editions/1/data/ledger.csv"];
        let folder = hidden.iter().fold(folder(), |folder, name| folder.with(name, &b"x"[..]));
        let folder = folder.with("账/明细.csv", &b"x"[..]).with("tables/t1.csv", &b"x"[..]);
        let expected = ["ledger.csv", "report.toml", "tables/t1.csv", "text/goals.md"];
        assert_eq!(folder.files_that_count([]).into_iter().collect::<Vec<_>>(), expected);
        let declared = folder.files_that_count(["账/明细.csv", "none.csv"]);
        assert_eq!(declared.len(), 5);
        assert!(declared.contains("账/明细.csv"));
    }

    #[test]
    fn a_text_keeps_its_encoding_and_line_ends() {
        let (bytes, ..) = encoding_rs::GB18030.encode("一,二\r\n三,四\r\n");
        let folder = folder().with("a.csv", bytes.into_owned());
        let edited = folder.with_text("a.csv", "一,二\n五,四\n").unwrap();
        let (expected, ..) = encoding_rs::GB18030.encode("一,二\r\n五,四\r\n");
        assert_eq!(edited.bytes("a.csv").unwrap().as_deref(), Some(&*expected));
    }
}
