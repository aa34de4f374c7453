//! Pages as they are set and as they are drawn: a case of `tests/pages/cases` for each rule of the page and each bug
//! found, and the department's whole document.
//!
//! A case is one file: its document (see `notation`), then `--- 版面` and the frames it becomes, to 0.01 pt. Beside it
//! lies a picture of its pages as poppler draws them; people look at it, and what is drawn now must look like it.
//! `GONGKAI_UPDATE=1` writes both anew: look at what changed before it is kept.

use crate::common;
mod notation;
mod reading;
mod ruler;

use gongkai::diagnostic::Diagnostics;
use gongkai::document::Document;
use gongkai::fonts::Fonts;
use gongkai::made::Made;
use gongkai::style::Style;
use gongkai::typeset::{Pages, typeset};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

static FONTS: LazyLock<Arc<Fonts>> = LazyLock::new(common::fonts);

fn folder() -> PathBuf {
    common::root().join("tests/pages/cases")
}

fn updating() -> bool {
    std::env::var("GONGKAI_UPDATE").is_ok_and(|v| v == "1")
}

/// Something to set: its name, its document, and its frames as last looked at.
struct Case {
    name: String,
    /// Its tree of tags is shown too.
    structure: bool,
    document: Document,
    style: Style,
    frames: String,
}

const FRAMES: &str = "--- 版面\n";

impl Case {
    fn read(path: &Path) -> Case {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).expect("a case is text");
        let (source, frames) = text.split_once(FRAMES).unwrap_or((&text, ""));
        let (document, style) = notation::read(source).unwrap_or_else(|error| panic!("{name}: {error}"));
        let structure = source.lines().any(|line| line == "structure");
        Case { name, structure, document, style, frames: frames.to_string() }
    }

    fn set(&self) -> (Pages, Diagnostics) {
        let mut found = Diagnostics::default();
        let pages = typeset(&self.document, &self.style, &FONTS, &mut found);
        (pages, found)
    }

    /// What was found, then the frames.
    fn shown(&self) -> String {
        let (pages, found) = self.set();
        let found: String = found.sorted().iter().map(|d| format!("{d}\n")).collect();
        let tree = if self.structure { pages.tree() } else { String::new() };
        format!("{found}{}{tree}", pages.frames(&FONTS))
    }
}

/// Read once, before any is written anew.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let files = std::fs::read_dir(folder()).expect("the cases").map(|e| e.expect("an entry").path());
    let mut files: Vec<PathBuf> = files.filter(|p| p.extension().is_some_and(|e| e == "txt")).collect();
    files.sort();
    assert!(files.len() >= 20, "{} cases", files.len());
    files.iter().map(|path| Case::read(path)).collect()
});

/// The first lines that differ, for people.
fn difference(expected: &str, found: &str) -> String {
    let (mut a, mut b) = (expected.lines(), found.lines());
    let mut told = String::new();
    for line in 1.. {
        match (a.next(), b.next()) {
            (None, None) => break,
            (x, y) if x == y => {}
            (x, y) => {
                told += &format!("line {line}\n  was {}\n  is  {}\n", x.unwrap_or("(end)"), y.unwrap_or("(end)"));
                if told.len() > 2_000 {
                    break;
                }
            }
        }
    }
    told
}

#[test]
fn cases_are_set_as_they_were() {
    let mut wrong = Vec::new();
    for case in CASES.iter() {
        let shown = case.shown();
        let path = folder().join(format!("{}.txt", case.name));
        if updating() {
            let text = std::fs::read_to_string(&path).expect("a case is text");
            let source = text.split_once(FRAMES).map_or(text.as_str(), |(source, _)| source);
            std::fs::write(&path, format!("{source}{FRAMES}{shown}")).expect("written");
        } else if shown != case.frames {
            wrong.push(format!("{}:\n{}", path.display(), difference(&case.frames, &shown)));
        }
    }
    assert!(wrong.is_empty(), "{}\n(GONGKAI_UPDATE=1 takes them as they are)", wrong.join("\n"));
}

/// The department's whole document.
fn sample() -> (Document, Pages) {
    let mut found = Diagnostics::default();
    let prepared = common::prepared(&common::sample(), &mut found).pop();
    let made = prepared.and_then(|p| Made::compose(p, None, &mut found)).expect("composes");
    let pages = made.pages(&FONTS).clone();
    (made.composition.document, pages)
}

/// Its frames, in a file: every line of text and every rule of its 36 pages.
#[test]
fn the_sample_is_set_as_it_was() {
    let path = common::root().join("tests/pages/631-2023.txt");
    let shown = sample().1.outline_of_frames(&FONTS);
    if updating() {
        return std::fs::write(&path, shown).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("the frames of the sample");
    assert!(shown == expected, "{}\n(GONGKAI_UPDATE=1 takes it as it is)", difference(&expected, &shown));
}

/// Draws every case and the sample, and compares them with the pictures beside the cases.
#[test]
fn pages_look_as_they_did() {
    if !common::have("pdftoppm") || !common::have_python(&["PIL"]) {
        return;
    }
    let work = tempfile::tempdir().expect("a folder");
    let put = |name: &str, document: &Document, pages: &Pages| {
        let bytes = gongkai::write::pdf::write(document, pages, &FONTS).expect("writes");
        std::fs::write(work.path().join(format!("{name}.pdf")), bytes).expect("written");
    };
    for case in CASES.iter() {
        let (pages, found) = case.set();
        // A missing character is an error, and nothing is written.
        if !found.has_errors() {
            put(&case.name, &case.document, &pages);
        }
    }
    let (document, pages) = sample();
    put("631-2023", &document, &pages);
    let mode = if updating() { "update" } else { "compare" };
    common::python("pictures.py", &[work.path(), &folder(), Path::new(mode)]);
}
