//! Every mistake in a layout set that layout-language names, one file each in `tests/layout-errors`: what is laid over
//! a small set, then what is printed. `GONGKAI_UPDATE=1` writes what is printed now into the files.
//!
//! A case is `--- set/NAME` and `--- data/NAME` with a file's text (for a `.toml` of the set, laid over the base's; any
//! other file replaces it; `--- data/NAME 没有` takes a file away), then `--- 输出`.

use gongkai::compose::{Composition, compose};
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::layout::Layouts;
use gongkai::prepare::prepare;
use std::path::{Path, PathBuf};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layout-errors")
}

/// A case's files and the output it expects.
pub struct Case {
    pub files: Vec<(String, String)>,
    pub expected: String,
}

pub fn read_case(text: &str) -> Case {
    let mut case = Case { files: Vec::new(), expected: String::new() };
    for section in format!("\n{text}").split("\n--- ").skip(1) {
        let (name, body) = section.split_once('\n').unwrap_or((section, ""));
        match name.trim() {
            "输出" => case.expected = body.trim_end().to_string(),
            name => case.files.push((name.to_string(), format!("{body}\n"))),
        }
    }
    case
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the base").flatten() {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
        }
    }
}

/// Composes the small set with a case's files over it.
pub fn composed(case: &Case) -> (Vec<Composition>, Diagnostics) {
    let work = tempfile::tempdir().expect("a folder");
    let (layouts, data) = (work.path().join("layouts"), work.path().join("data"));
    copy(&folder().join("base/set"), &layouts.join("small"));
    copy(&folder().join("base/data"), &data);
    for (name, text) in &case.files {
        // TOML goes over the base's through the department's own layer: the language's own rule.
        let path = match name.split_once('/') {
            Some(("set", name)) if name.ends_with(".toml") => data.join("layout").join(name),
            Some(("set", name)) => layouts.join("small").join(name),
            Some(("layouts", name)) => layouts.join(name),
            Some(("data", name)) => data.join(name.trim_end_matches(" 没有")),
            _ => panic!("{name}: set/…, layouts/… or data/…"),
        };
        if name.ends_with(" 没有") {
            std::fs::remove_file(&path).expect("the base has it");
            continue;
        }
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }
    let mut diagnostics = Diagnostics::default();
    let prepared = prepare(&Folder::open(&data), &Layouts::on_disk(&[layouts]), &mut diagnostics);
    let all = prepared.into_iter().filter_map(|p| compose(p.job, &mut diagnostics)).collect();
    (all, diagnostics)
}

/// What is printed of a case.
fn printed(case: &Case) -> String {
    composed(case).1.sorted().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn cases() -> Vec<(String, PathBuf)> {
    cases_in(&folder())
}

/// The cases of a folder, by name.
pub fn cases_in(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut all: Vec<(String, PathBuf)> = std::fs::read_dir(folder)
        .expect("the cases")
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "txt"))
        .map(|p| (p.file_stem().expect("a name").to_string_lossy().into_owned(), p))
        .collect();
    all.sort();
    all
}

#[test]
fn the_small_set_has_no_mistakes() {
    assert_eq!(printed(&Case { files: Vec::new(), expected: String::new() }), "");
}

#[test]
fn every_mistake_is_printed_with_its_place() {
    let mut wrong = Vec::new();
    for (name, path) in cases() {
        let text = std::fs::read_to_string(&path).expect("readable");
        let case = read_case(&text);
        let printed = printed(&case);
        if std::env::var_os("GONGKAI_UPDATE").is_some() {
            let before = text.split("\n--- 输出").next().unwrap_or(&text).trim_end();
            std::fs::write(&path, format!("{before}\n--- 输出\n{printed}\n")).expect("written");
        } else if printed != case.expected {
            wrong.push(format!("{name}:\n{printed}\n--- expected:\n{}", case.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Words of a foreign language: what users type themselves stands in “ ” or in code, not bare.
#[test]
fn messages_are_chinese_and_have_places() {
    const OURS: [&str; 64] = [
        "filter",
        "endfilter",
        "endif",
        "endfor",
        "toml",
        "csv",
        "md",
        "key",
        "each",
        "where",
        "from",
        "parts",
        "join",
        "measure",
        "values",
        "head",
        "label",
        "text",
        "rows",
        "cols",
        "cells",
        "field",
        "fields",
        "list",
        "view",
        "record",
        "width",
        "minijinja",
        "report",
        "year",
        "look",
        "scope",
        "given",
        "empty",
        "true",
        "false",
        "total",
        "diff",
        "percent",
        "lookup",
        "count",
        "prose",
        "table",
        "contents",
        "set",
        "schema",
        "style",
        "side",
        "foot",
        "skip",
        "indent",
        "page",
        "file",
        "layout",
        "like",
        "inherits",
        "levels",
        "lengths",
        "numbers",
        "note",
        "TOML",
        "class",
        "name",
        "code",
    ];
    for (name, path) in cases() {
        let case = read_case(&std::fs::read_to_string(&path).expect("readable"));
        for line in case.expected.lines() {
            let finding = !line.starts_with(' ');
            assert!(!finding || line.contains(" 错误[") && !line.starts_with("错误"), "{name}: no place: {line}");
            let english = line.split_whitespace().filter(|w| w.len() > 3 && w.chars().all(|c| c.is_ascii_lowercase()));
            let strange: Vec<&str> = english.filter(|w| !OURS.contains(w)).collect();
            assert!(strange.len() < 2, "{name}: {strange:?} in {line}");
        }
        assert!(!case.expected.is_empty(), "{name}: nothing was reported");
    }
}
