//! `manifest.json`: what an edition was made with and what it said.

use super::snapshot::Snapshot;
use super::{Built, MANIFEST, PUBLISHED};
use crate::diagnostic::{Diagnostic, Place};
use crate::digest::sha256;
use crate::fonts::Fonts;
use crate::made::Made;
use crate::write::Output;
use rayon::prelude::*;
use rust_decimal::Decimal;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

/// The form of the manifest this program writes. It reads the first one too, whose editions have no seal and do not
/// keep the files that were published.
const FORM: u32 = 2;
/// From this form on an edition has a seal and the published files.
const SEALED: u32 = 2;
/// A larger manifest is another file: a hundred thousand figures have ten megabytes.
pub(super) const MAX_BYTES: u64 = 64 << 20;

/// So many a manifest may list: what is made of it is many times as large as its text. A folder has at most
/// [`MOST_DOCUMENTS`] documents, a document a file of each format; a figure takes more room there than here.
const MOST_FILES: usize = 20_000;
const MOST_FONTS: usize = 1_000;
const MOST_DOCUMENTS: usize = 2_000;
const MOST_OUTPUTS: usize = 16;
const MOST_FIGURES: usize = 1_000_000;

/// What an edition is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of manifest it was written in.
    pub form: u32,
    /// Its id, `2023-02-10-1`.
    pub edition: String,
    /// Version of the program.
    pub program: String,
    /// The font files it was set with.
    #[serde(deserialize_with = "some::<_, _, MOST_FONTS>")]
    pub fonts: Vec<FontRecord>,
    /// SHA-256 of every other file of the edition, by its path.
    #[serde(deserialize_with = "some_files")]
    pub files: BTreeMap<String, String>,
    /// In order.
    #[serde(deserialize_with = "some::<_, _, MOST_DOCUMENTS>")]
    pub documents: Vec<PublishedDocument>,
}

/// A font file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FontRecord {
    /// Name of the file.
    pub file: String,
    /// Of its content, in hexadecimal.
    pub sha256: String,
}

/// One document of the edition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedDocument {
    /// What `[[document]]` adds to the name of its files.
    pub name: Option<String>,
    /// Its title.
    pub title: String,
    /// Id of the layout set.
    pub layout: String,
    /// The files published.
    #[serde(deserialize_with = "some::<_, _, MOST_OUTPUTS>")]
    pub outputs: Vec<OutputRecord>,
    /// Every figure it prints, in order of first printing.
    #[serde(deserialize_with = "some::<_, _, MOST_FIGURES>")]
    pub figures: Vec<PublishedFigure>,
}

/// A file that was published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputRecord {
    /// Name of the file.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Of its content, in hexadecimal.
    pub sha256: String,
}

/// A figure as published: exact amount in 元 (ones for counts), and its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedFigure {
    /// `t5/2010350/基本`.
    pub address: String,
    /// Exact, in 元 for money.
    #[serde(with = "rust_decimal::serde::str")]
    pub amount: Decimal,
    /// As published.
    pub text: String,
}

impl Manifest {
    /// What was built; the id is given when the edition gets its place.
    pub fn of(built: &Built<'_>, snapshot: &Snapshot, fonts: &Fonts) -> Manifest {
        let mut outputs = built.files.iter().map(OutputRecord::of);
        let document = |made: &Made| PublishedDocument {
            name: made.name.clone(),
            title: made.document().meta.title.clone(),
            layout: made.job().set.id.clone(),
            outputs: outputs.by_ref().take(built.formats.len()).collect(),
            figures: made.document().figures.iter().map(PublishedFigure::of).collect(),
        };
        Manifest {
            form: FORM,
            edition: String::new(),
            program: env!("CARGO_PKG_VERSION").to_string(),
            documents: built.made.iter().map(document).collect(),
            fonts: font_records(fonts),
            files: snapshot.hashes(),
        }
    }

    /// As it is written.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("a manifest has text keys only");
        json.push(b'\n');
        json
    }

    /// Its edition has a seal, and keeps what was published.
    pub fn is_sealed(&self) -> bool {
        self.form >= SEALED
    }

    /// The seal over a manifest as it is written, and over the files that were published: their SHA-256, a line each, as
    /// `sha256sum -c` checks them.
    pub fn seal(&self, json: &[u8]) -> String {
        let published =
            self.outputs().into_iter().map(|output| (&output.sha256, format!("{PUBLISHED}/{}", output.file)));
        let mut lines: Vec<String> = published.map(|(digest, path)| format!("{digest}  {path}\n")).collect();
        lines.sort();
        format!("{}  {MANIFEST}\n{}", sha256(json), lines.concat())
    }

    /// The files that were published, of all documents.
    pub fn outputs(&self) -> Vec<&OutputRecord> {
        self.documents.iter().flat_map(|document| &document.outputs).collect()
    }

    /// The same edition but for its name.
    pub fn is_same_as(&self, other: &Manifest) -> bool {
        Manifest { edition: other.edition.clone(), ..self.clone() } == *other
    }

    /// Why the same data gives other bytes now: in the user's words.
    pub fn what_differs(&self, fonts: &Fonts) -> String {
        let now: BTreeMap<String, String> = font_records(fonts).into_iter().map(|f| (f.file, f.sha256)).collect();
        let then: BTreeMap<&String, &String> = self.fonts.iter().map(|f| (&f.file, &f.sha256)).collect();
        let names: BTreeSet<&String> = now.keys().chain(then.keys().copied()).collect();
        let other: Vec<&str> =
            names.into_iter().filter(|n| now.get(*n) != then.get(*n).copied()).map(String::as_str).collect();
        let version = env!("CARGO_PKG_VERSION");
        match (other.is_empty(), self.program == version) {
            (false, _) => format!("字体不同（{}）", other.join("、")),
            (true, false) => format!("程序不同（当时 {}，现在 {version}）", self.program),
            (true, true) => format!("程序不同（版本号同为 {version}，但不是同一个程序）"),
        }
    }
}

impl OutputRecord {
    fn of(output: &Output) -> OutputRecord {
        OutputRecord { file: output.name.clone(), bytes: output.bytes.len() as u64, sha256: sha256(&output.bytes) }
    }
}

impl PublishedFigure {
    fn of(figure: &crate::document::PrintedFigure) -> PublishedFigure {
        PublishedFigure { address: figure.address.clone(), amount: figure.amount, text: figure.text.clone() }
    }
}

/// A list of at most so many.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>, const MOST: usize>(from: D) -> Result<Vec<T>, D::Error> {
    struct List<T, const MOST: usize>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for List<T, MOST> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MOST}")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(one) = all.next_element()? {
                if list.len() == MOST {
                    return Err(serde::de::Error::invalid_length(MOST + 1, &self));
                }
                list.push(one);
            }
            Ok(list)
        }
    }
    from.deserialize_seq(List::<T, MOST>(PhantomData))
}

/// The digests of at most [`MOST_FILES`] files.
fn some_files<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Files;
    impl<'de> Visitor<'de> for Files {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "the digests of at most {MOST_FILES} files")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
            let mut files = BTreeMap::new();
            while let Some((path, digest)) = all.next_entry()? {
                if files.len() == MOST_FILES {
                    return Err(serde::de::Error::invalid_length(MOST_FILES + 1, &self));
                }
                files.insert(path, digest);
            }
            Ok(files)
        }
    }
    from.deserialize_map(Files)
}

/// The name of a file that is published: no path on any system, and no hidden one.
fn is_file_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':']) && !name.contains(char::is_control)
}

/// Every font file, each once, by name.
fn font_records(fonts: &Fonts) -> Vec<FontRecord> {
    let name = |path: &std::path::Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let files: BTreeMap<String, &[u8]> = fonts.faces.iter().map(|face| (name(&face.path), &face.data[..])).collect();
    files.into_par_iter().map(|(file, bytes)| FontRecord { file, sha256: sha256(bytes) }).collect()
}

/// Reads a manifest from any bytes. E601: what is no manifest, or one of a newer program.
pub fn read_manifest(bytes: &[u8], shown_name: &str) -> Result<Manifest, Diagnostic> {
    let wrong = |why: String| {
        Diagnostic::error("E601", format!("清单读不懂：{why}"))
            .at(Place::file(shown_name))
            .hint("清单由程序写成，不应改动；从备份恢复，或删去这一版的文件夹")
    };
    if bytes.len() as u64 > MAX_BYTES {
        return Err(wrong(format!("超过 {} MB", MAX_BYTES >> 20)));
    }
    #[derive(Deserialize)]
    struct Form {
        form: u32,
    }
    let form: Form = serde_json::from_slice(bytes).map_err(|e| wrong(format!("第 {} 行", e.line())))?;
    if form.form > FORM {
        return Err(wrong("它由更新的程序写成".to_string()).hint("请用新版的 gongkai"));
    }
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|e| wrong(format!("第 {} 行", e.line())))?;
    // Files are written again under these names.
    match manifest.outputs().into_iter().find(|output| !is_file_name(&output.file)) {
        Some(output) => Err(wrong(format!("“{}”不是文件名", output.file))),
        None => Ok(manifest),
    }
}
