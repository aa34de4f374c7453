//! The examples of data/README.md are read by the program: what stands there is what it takes and says.

use gongkai::data::{Data, Schema, read_folder};
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::layout::{self, Layer, Layouts, SetFiles};
use std::path::Path;

const README: &str = include_str!("../../data/README.md");
const SET: &str = "hebei-department-budget-2023";

/// The fenced blocks whose first line ends with `mark` and, behind it, a name: name and text.
fn blocks(mark: &str) -> Vec<(&'static str, &'static str)> {
    README
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| {
            let (head, body) = block.split_once('\n')?;
            Some((head.split_once(mark)?.1, body))
        })
        .collect()
}

fn schema() -> Schema {
    let mut diagnostics = Diagnostics::default();
    let files = SetFiles::find(SET, None, &Layouts::default(), None, &mut diagnostics).expect("the set");
    layout::load(&files, &Layer::default(), &mut diagnostics).expect("a set without mistakes").schema
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
}

fn read(folder: &Path) -> (Data, String) {
    let mut diagnostics = Diagnostics::default();
    let data = read_folder(&Folder::open(folder), &mut schema(), &mut diagnostics);
    let said: Vec<String> = diagnostics.sorted().iter().map(|d| format!("{d}\n")).collect();
    (data, said.concat())
}

#[test]
fn the_examples_are_a_data_folder_without_mistakes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = blocks("file=");
    write(folder.path(), &files);
    let (data, said) = read(folder.path());
    assert_eq!(said, "");
    // What the program itself fills (`role = "corrections"`) is no file of the folder.
    for (id, dataset) in data.datasets.iter().filter(|(id, _)| *id != "changes") {
        assert!(!dataset.records.is_empty(), "an example of {id}");
    }
    assert_eq!(data.datasets["ledger"].records.len(), 8);
    let folder =
        gongkai::prepare::prepare(&Folder::open(folder.path()), &Layouts::default(), &mut Diagnostics::default());
    assert_eq!(folder.len(), 1, "report.toml is read too");
}

#[test]
fn every_column_is_in_an_example() {
    let files = blocks("file=");
    for file in schema().files.values().filter(|file| file.role.as_deref() != Some("corrections")) {
        let (_, text) = files.iter().find(|(name, _)| *name == file.path).expect("an example of each file");
        let heads = text.lines().next().expect("a heading line");
        for field in file.fields.iter().filter(|_| file.id != "prior") {
            assert!(heads.split(',').any(|h| h.starts_with(&field.head)), "{} of {}", field.head, file.path);
        }
    }
}

#[test]
fn the_wrong_example_says_what_stands_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), &blocks("file="));
    for optional in ["procurement.csv", "prior.csv", "targets.csv"] {
        let path = folder.path().join(optional);
        let text = std::fs::read_to_string(&path).expect("written");
        std::fs::write(&path, text.lines().next().expect("headings")).expect("written");
    }
    std::fs::write(folder.path().join("units.csv"), "单位名称,单位性质\n管委会本级,事业\n").expect("written");
    write(folder.path(), &blocks("wrong="));
    let expected = README.split("```text said\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(read(folder.path()).1, expected.expect("the messages"));
}
