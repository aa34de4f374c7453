//! A careful office's budget raises no finding: made-up departments of every table set are prepared, composed and
//! checked, and whatever is told of one is a false report. `GONGKAI_DEPARTMENTS=200` makes so many; `GONGKAI_SEED` begins at
//! another.

use crate::common;
use crate::departments::{Department, Set};
use gongkai::diagnostic::Diagnostic;
use gongkai::folder::Folder;
use gongkai::workshop::Aim;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// What the made-up sets themselves deserve, whoever's data it is: they have no contents, fewer sections, tables and
/// terms than the statutes ask, and a sentence in both 元 and 万元.
const OF_THE_SET: [&str; 6] = ["K001", "K006", "K008", "K009", "K010", "N004"];

/// Of the program's list of codes, whoever's data it is: names in it that nobody has compared.
const OF_THE_LIST: &str = "K011";

fn is_not_of_the_data(set: Set, found: &Diagnostic) -> bool {
    if found.code == OF_THE_LIST {
        return true;
    }
    let place = found.place.as_ref().is_none_or(|p| p.file.starts_with("layouts/") || !p.file.contains('/'));
    set != Set::Hebei && place && OF_THE_SET.contains(&found.code.to_string().as_str())
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn a_careful_offices_budget_raises_no_finding() {
    let (from, count) = (number("GONGKAI_SEED", 0), number("GONGKAI_DEPARTMENTS", 30));
    let told: Vec<(String, String)> = (from..from + count)
        .into_par_iter()
        .flat_map_iter(|seed| {
            let set = Set::ALL[seed as usize % Set::ALL.len()];
            let files = Department::orderly(seed, set).files();
            let bytes = files.into_iter().map(|(name, text)| (name, text.into_bytes().into()));
            let folder = Folder::of_files(Path::new("data"), bytes);
            let found = common::workshop().open(&folder, Aim::Look).found;
            let of_data = found.iter().filter(|d| !is_not_of_the_data(set, d));
            of_data.map(|d| (d.code.to_string(), format!("{seed} {set:?}: {d}"))).collect::<Vec<_>>()
        })
        .collect();
    let mut by_code: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (code, text) in &told {
        by_code.entry(code).or_default().push(text);
    }
    let shown: Vec<String> = by_code
        .iter()
        .map(|(code, texts)| format!("{code}: {} times\n  {}", texts.len(), texts[..texts.len().min(4)].join("\n  ")))
        .collect();
    assert!(told.is_empty(), "{} findings of {count} departments\n{}", told.len(), shown.join("\n"));
}

/// The same seed, the same files; another seed, others. And each set is worth the name: money of several funds,
/// projects, purchases, “三公”.
#[test]
fn departments_are_the_same_for_the_same_seed_and_of_every_kind() {
    for set in Set::ALL {
        let one = Department::orderly(7, set);
        assert_eq!(one.files(), Department::orderly(7, set).files());
        assert_ne!(one.files(), Department::orderly(8, set).files());
        let many: Vec<Department> = (0..60).map(|seed| Department::orderly(seed, set)).collect();
        let lines = || many.iter().flat_map(|d| &d.lines);
        assert!(lines().any(|l| l.fund == "事业收入") && lines().any(|l| l.carried));
        assert!(lines().any(|l| !l.three.is_empty()) && many.iter().any(|d| d.units.len() > 2));
        let purchases = |d: &Department| d.files().get("procurement.csv").map_or(0, |text| text.lines().count() - 1);
        assert_eq!(many.iter().any(|d| purchases(d) > 1), set == Set::Hebei);
    }
}
