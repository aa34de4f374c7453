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

/// Every edition, in the order given: oldest first.
pub fn published(editions: &[Edition]) -> Vec<Published> {
    let before = std::iter::once(None).chain(editions.iter().map(Some));
    let one = |(before, edition): (Option<&Edition>, &Edition)| Published {
        edition: edition.id.clone(),
        figures: edition.manifest.documents.iter().map(|document| document.figures.len()).sum(),
        moved: before.map(|before| moved(before, edition)),
        program: edition.manifest.program.clone(),
        files: edition.manifest.outputs().iter().map(|output| output.file.clone()).collect(),
    };
    before.zip(editions).map(one).collect()
}

/// A line for each edition, its parts between tabs. No line end at the end.
pub fn as_text(published: &[Published]) -> String {
    published.iter().map(line).collect::<Vec<String>>().join("\n")
}

fn line(one: &Published) -> String {
    let since = match one.moved {
        None => "第一版".to_string(),
        Some(0) => "数字与上一版相同".to_string(),
        Some(moved) => format!("与上一版相比 {moved} 个数字不同"),
    };
    let (edition, program, files) = (field(&one.edition), field(&one.program), one.files.join("、"));
    format!("{edition}\t{} 个数字，{since}\tgongkai {program}\t{}", one.figures, field(&files))
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
