//! What tests of the whole pipeline share: the sample folder, copies of it to change, composed documents.

pub mod facts;

use gongkai::diagnostic::Diagnostics;
use gongkai::diff::{DocumentDiff, compare};
use gongkai::document::Document;
use gongkai::edition::{Built, Recorded, record};
use gongkai::folder::Folder;
use gongkai::fonts::Fonts;
use gongkai::layout::Layouts;
use gongkai::made::Made;
use gongkai::prepare::{Prepared, prepare};
use gongkai::workshop::{Aim, Opened, Workshop, compose_all};
use gongkai::write::{Format, Output};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn sample() -> PathBuf {
    root().join("data/631-2023")
}

pub fn layout_roots() -> Vec<PathBuf> {
    vec![root().join("layouts"), root().join("tests/layouts")]
}

pub fn fonts() -> Arc<Fonts> {
    workshop().fonts.clone()
}

/// A copy of the sample to change, in a temporary folder.
pub fn copy_of_sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&sample(), folder.path());
    folder
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|e| e.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copies");
        }
    }
}

/// The project's layouts and those of the tests.
pub fn layouts() -> Layouts {
    Layouts::on_disk(&layout_roots())
}

/// A workshop of those layouts and the project's fonts.
pub fn workshop() -> &'static Workshop {
    static WORKSHOP: LazyLock<Workshop> = LazyLock::new(|| {
        let fonts = Fonts::load(&[&root().join("fonts")]).unwrap_or_else(|found| panic!("{:?}", found.sorted()));
        Workshop::new(layouts(), fonts)
    });
    &WORKSHOP
}

/// What is read of a folder on disk.
pub fn prepared(folder: &Path, diagnostics: &mut Diagnostics) -> Vec<Prepared> {
    prepare(&Folder::open(folder), &layouts(), diagnostics)
}

/// Composes a folder's only document, or returns what was found.
pub fn composed(folder: &Path) -> Result<Document, Vec<String>> {
    let mut diagnostics = Diagnostics::default();
    let prepared = prepared(folder, &mut diagnostics).pop();
    let document = prepared.and_then(|p| Some(gongkai::compose::compose(p.job, &mut diagnostics)?.document));
    document.ok_or_else(|| diagnostics.sorted().iter().map(ToString::to_string).collect())
}

/// What the checks find in a folder's only document, by place.
pub fn checked(folder: &Path) -> Vec<gongkai::diagnostic::Diagnostic> {
    let mut diagnostics = Diagnostics::default();
    for prepared in prepared(folder, &mut diagnostics) {
        if let Some(composition) = gongkai::compose::compose(prepared.job, &mut diagnostics) {
            diagnostics.extend(gongkai::check::check(&composition));
        }
    }
    diagnostics.sorted().into_iter().cloned().collect()
}

/// Builds a folder in memory; panics with what was found.
pub fn built(folder: &Path, formats: &[Format]) -> Vec<Output> {
    let mut diagnostics = Diagnostics::default();
    let outputs = workshop().build(&Folder::open(folder), Aim::Publish, formats, &mut diagnostics);
    let found: Vec<String> = diagnostics.sorted().iter().map(ToString::to_string).collect();
    assert!(!diagnostics.has_errors(), "{}", found.join("\n"));
    outputs
}

/// Builds a folder in memory and records it as an edition: what became of that, and its files.
pub fn recorded(folder: &Path, date: &str) -> (Recorded, Vec<Output>) {
    let folder = Folder::open(folder);
    let Opened { made, found: mut diagnostics } = workshop().open(&folder, Aim::Publish);
    let files = workshop().write(&made, &Format::ALL, &mut diagnostics);
    let mut found = Diagnostics::default();
    let built = Built { folder: &folder, made: &made, files: &files, formats: &Format::ALL };
    let recorded = record(&built, workshop(), date, &mut found);
    assert!(!diagnostics.has_errors() && !found.has_errors(), "{:?} {:?}", diagnostics.sorted(), found.sorted());
    (recorded.expect("what is no error is recorded"), files)
}

/// Composes every document of a folder; panics with what was found.
pub fn made(folder: &Path) -> Vec<Made> {
    let mut diagnostics = Diagnostics::default();
    let made = compose_all(&Folder::open(folder), &layouts(), &mut diagnostics);
    let found: Vec<String> = diagnostics.sorted().iter().map(ToString::to_string).collect();
    assert!(!made.is_empty(), "{}", found.join("\n"));
    made
}

/// What differs between the first documents of two folders, pages aside.
pub fn difference(old: &[Made], new: &[Made]) -> DocumentDiff {
    compare(&old[0], &new[0], None)
}

/// The parts of a package by their names.
pub fn parts(package: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).expect("a package");
    let count = archive.len();
    let one = |index: usize| {
        let mut part = archive.by_index(index).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("read");
        (part.name().to_owned(), bytes)
    };
    (0..count).map(one).collect()
}

/// A package of parts.
pub fn packed(parts: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        out.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
        out.write_all(bytes).expect("written");
    }
    out.finish().expect("finished").into_inner()
}

/// The program, run where the project lies: its exit code, and all that it said.
pub fn gongkai(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_gongkai")).current_dir(root()).args(arguments).output();
    let output = output.expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

/// Whether a program can be used; if not, says so, or fails where tools are required.
pub fn have(program: &str) -> bool {
    let found = std::process::Command::new(program)
        .arg(if program == "python3" { "--version" } else { "-v" })
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok();
    missing(found, program)
}

/// Whether Python has some modules; if not, says so, or fails where tools are required.
pub fn have_python(modules: &[&str]) -> bool {
    let imports = format!("import {}", modules.join(", "));
    let found = std::process::Command::new("python3").args(["-c", &imports]).output().is_ok_and(|o| o.status.success());
    missing(found, &format!("python3 with {}", modules.join(", ")))
}

fn missing(found: bool, what: &str) -> bool {
    if !found {
        let required = std::env::var("GONGKAI_REQUIRE_TOOLS").is_ok_and(|v| v == "1");
        assert!(!required, "{what} is required here (GONGKAI_REQUIRE_TOOLS=1) and missing");
        eprintln!("SKIPPED: {what} is not installed");
    }
    found
}

/// Runs a script of `tests/outside`; panics with what it printed if it fails.
pub fn python(script: &str, arguments: &[&Path]) -> String {
    let script = root().join("tests/outside").join(script);
    let output = std::process::Command::new("python3").arg(&script).args(arguments).output().expect("python3 runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}:\n{text}\n{errors}", script.display());
    text
}

/// Number and text (without white space) of each page of a document.
pub type Printed = Vec<(String, String)>;

/// Each DOCX of a folder as LibreOffice prints it, by name without ending: with the program's fonts ("program"), or with
/// those that the system happens to have ("system"). None where a tool is missing.
pub fn printed_by_libreoffice(folder: &Path, fonts: &str) -> Option<BTreeMap<String, Printed>> {
    let work = tempfile::tempdir().expect("a folder");
    let script = root().join("tests/outside/office.py");
    let output = Command::new("python3").arg(script).arg("pages").arg(folder).arg(work.path()).arg(fonts).output();
    let Some(output) = output.ok().filter(|output| output.status.code() != Some(3)) else {
        assert!(
            std::env::var("GONGKAI_REQUIRE_TOOLS").as_deref() != Ok("1"),
            "LibreOffice, poppler or a Chinese font is missing"
        );
        eprintln!("SKIPPED: LibreOffice, poppler or a Chinese font is missing");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// The library that stops or kills a program at its n-th write; None where it cannot be made.
pub fn interposer(folder: &Path) -> Option<PathBuf> {
    if !cfg!(target_os = "linux") || !have("gcc") {
        return None;
    }
    let library = folder.join("interrupt.so");
    let source = root().join("tests/outside/interrupt.c");
    let made = std::process::Command::new("gcc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(source)
        .arg("-ldl")
        .status();
    assert!(made.expect("gcc runs").success());
    Some(library)
}
