//! What a data folder has published, edition by edition.

use crate::edition::{Edition, PublishedFigure};
use crate::printable::field;
use std::collections::BTreeMap;

/// One published edition beside the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// `2023-02-10-1`
    pub edition: String,
    /// How many figures it prints.
    pub figures: usize,
    /// How many of them are not printed as in the edition before, came or went; none: it is the first.
    pub moved: Option<usize>,
    /// The version of the program that made it.
    pub program: String,
    /// The names of its files.
    pub files: Vec<String>,
}

impl Published {
    /// An edition beside the one before it, none where it is the first.
    pub fn of(before: Option<&Edition>, edition: &Edition) -> Published {
        Published {
            edition: edition.id.clone(),
            figures: edition.manifest.documents.iter().map(|document| document.figures.len()).sum(),
            moved: before.map(|before| moved(before, edition)),
            program: edition.manifest.program.clone(),
            files: edition.manifest.outputs().iter().map(|output| output.file.clone()).collect(),
        }
    }

    /// A line, its parts between tabs, without its end.
    pub fn as_line(&self) -> String {
        let since = match self.moved {
            None => "第一版".to_string(),
            Some(0) => "数字与上一版相同".to_string(),
            Some(moved) => format!("与上一版相比 {moved} 个数字不同"),
        };
        let (edition, program, files) = (field(&self.edition), field(&self.program), self.files.join("、"));
        format!("{edition}\t{} 个数字，{since}\tgongkai {program}\t{}", self.figures, field(&files))
    }
}

/// How many figures are not printed as they were.
fn moved(before: &Edition, after: &Edition) -> usize {
    let texts = |edition: &Edition| -> BTreeMap<(Option<String>, String), String> {
        let documents = edition.manifest.documents.iter();
        let of = |f: &PublishedFigure, name: &Option<String>| ((name.clone(), f.address.clone()), f.text.clone());
        documents.flat_map(|d| d.figures.iter().map(move |f| of(f, &d.name))).collect()
    };
    let (old, new) = (texts(before), texts(after));
    let gone = old.keys().filter(|key| !new.contains_key(*key)).count();
    new.iter().filter(|(key, text)| old.get(*key) != Some(text)).count() + gone
}
