//! The pictures that the program put into a document: which file each is by its drawing's name, and what it holds now.

use crate::digest::sha256;
use crate::folder::Bytes;
use crate::package::{self, Archive, RELATIONSHIP};
use std::collections::BTreeMap;

/// Bytes of all pictures together; of more, what they hold is not known.
const MOST_BYTES: u64 = 32 << 20;

/// A picture where it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPicture {
    /// Its file in the data folder: `pictures/机构图.png`.
    pub file: String,
    /// What it is called in words.
    pub words: String,
    /// What it holds; none where it lies elsewhere, or is too large.
    pub content: Option<Held>,
}

/// A picture's file within a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// SHA-256.
    pub digest: String,
    /// All of it.
    pub bytes: Bytes,
}

/// A drawing as it stands in the text: its name, its words, the relationship of its file.
pub struct Drawing {
    pub name: String,
    pub words: String,
    pub relation: String,
}

/// The pictures of these drawings, in order.
pub fn read(archive: &mut Archive, document: &str, drawings: Vec<Drawing>) -> Vec<ReadPicture> {
    let end = format!("{RELATIONSHIP}image");
    let found = package::relationships_of(archive, document).unwrap_or_default();
    let targets: BTreeMap<String, String> =
        found.into_iter().filter(|relation| relation.kind.ends_with(&end)).map(|r| (r.id, r.target)).collect();
    let mut known: BTreeMap<String, Option<Held>> = BTreeMap::new();
    let mut room = MOST_BYTES;
    let mut held = |relation: &str| {
        let target = targets.get(relation)?;
        let read = || {
            let bytes = package::bytes_of(archive, target, room).ok()??;
            room -= bytes.len() as u64;
            Some(Held { digest: sha256(&bytes), bytes: bytes.into() })
        };
        known.entry(target.clone()).or_insert_with(read).clone()
    };
    let picture =
        |drawing: Drawing| ReadPicture { content: held(&drawing.relation), file: drawing.name, words: drawing.words };
    drawings.into_iter().map(picture).collect()
}
