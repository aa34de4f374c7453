//! Files that no one should be asked to read: each ends in its message, within bounds of memory and time. What is
//! printed stands in `fuzz/nasty/*.txt`; `GONGKAI_UPDATE=1` writes what is printed now.

use crate::common;
mod files;

use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::read_docx::{Options, read};
use gongkai::workshop::Aim;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn folder() -> PathBuf {
    common::root().join("fuzz/nasty")
}

/// Compares what is printed of each file with the file of messages.
fn compare(messages: &str, printed: &[(&str, String)]) {
    let mut text = String::new();
    for (name, said) in printed {
        writeln!(text, "== {name}\n{said}").expect("writes");
    }
    let path = folder().join(messages);
    if std::env::var_os("GONGKAI_UPDATE").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let expected = std::fs::read_to_string(&path).expect("the messages");
    for (expected, text) in expected.split("\n== ").zip(text.split("\n== ")) {
        assert_eq!(text, expected, "see {}", path.display());
    }
    assert_eq!(text.len(), expected.len(), "{}: more files, or fewer", path.display());
}

#[test]
fn every_nasty_docx_ends_in_its_message() {
    let message = |bytes: &[u8]| match read(bytes, &Options::default()) {
        Ok(reading) => format!("read: {} figures", reading.figures.len()),
        Err(found) => found.to_string(),
    };
    let files = files::docx();
    let printed: Vec<(&str, String)> = files.iter().map(|(name, bytes)| (*name, message(bytes))).collect();
    compare("docx.txt", &printed);
}

#[test]
fn every_nasty_file_of_a_folder_ends_in_its_messages() {
    let mut printed = Vec::new();
    let files = files::data();
    for (case, name, bytes) in &files {
        let folder = common::copy_of_sample();
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, bytes).expect("written");
        let mut found = Diagnostics::default();
        let formats = [gongkai::write::Format::Docx];
        let started = Instant::now();
        let outputs = common::workshop().build(&Folder::open(folder.path()), Aim::Publish, &formats, &mut found);
        assert!(started.elapsed() < Duration::from_secs(60), "{case}: {:?}", started.elapsed());
        assert!(outputs.is_empty() == found.has_errors(), "{case}");
        // What follows from it in other files is not its own message.
        let own = |d: &&&gongkai::diagnostic::Diagnostic| d.place.as_ref().is_none_or(|p| &*p.file == *name);
        let lines: Vec<String> = found.sorted().iter().filter(own).map(ToString::to_string).collect();
        let folder = folder.path().display().to_string();
        printed.push((*case, lines.join("\n").replace(&folder, "…").replace('\\', "/")));
    }
    compare("data.txt", &printed);
}
