//! What others wrote never commands the terminal: folders, layout sets, editions and DOCX files are received, and their
//! words are shown. Nor does a field of theirs make a line of its own.

use crate::common;
use gongkai::read_docx::{Options, read};
use gongkai::tell::reading::as_text;
use gongkai::write::Format;
use std::path::Path;
use std::process::Command;

/// Sets the title of the window, rings, moves to the beginning of the screen.
const COMMANDS: &str = "\u{1b}]0;x\u{7}\u{9b}H";

/// All that a run prints.
fn printed(folder: &Path, arguments: &[&str], colours: bool) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
    command.args(arguments).current_dir(folder).env("GONGKAI_FONTS", common::root().join("fonts"));
    command.env("GONGKAI_CACHE", "").env("CLICOLOR_FORCE", if colours { "1" } else { "0" });
    let output = command.output().expect("the program starts");
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8")).concat()
}

/// Without the colours of the program itself.
fn without_colours(text: &str) -> String {
    [0, 2, 4, 31, 33, 36].iter().fold(text.to_string(), |text, code| text.replace(&format!("\u{1b}[{code}m"), ""))
}

fn assert_harmless(text: &str, what: &str) {
    let command = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202A}'..='\u{202E}');
    assert!(!text.is_empty() && !text.replace("\r\n", "\n").contains(command), "{what}: {text:?}");
}

#[test]
fn folders_excerpts_acknowledgements_and_paths_do_not_command_the_terminal() {
    let desk = tempfile::tempdir().expect("a folder");
    // Windows has no such names.
    let name = if cfg!(unix) { format!("631{COMMANDS}") } else { "631".to_string() };
    let folder = desk.path().join(&name);
    common::copy(&common::sample(), &folder);
    let change = |file: &str, old: &str, new: &str| {
        let text = std::fs::read_to_string(folder.join(file)).expect("a text");
        assert!(text.contains(old), "{old} in {file}");
        std::fs::write(folder.join(file), text.replacen(old, new, 1)).expect("writes");
    };
    for colours in [false, true] {
        for arguments in [vec!["check", &name], vec!["build", &name], vec!["diff", &name], vec!["history", &name]] {
            let text = printed(desk.path(), &arguments, colours);
            assert_harmless(&without_colours(&text), &format!("{arguments:?}"));
        }
    }
    change("ledger.csv", "办公费", &format!("办公费{COMMANDS}"));
    let report = std::fs::read_to_string(folder.join("report.toml")).expect("a report");
    let reason = "reason = \"\\u001B]0;x\\u0007\"";
    let acknowledged = format!("{report}\n[[acknowledge]]\ncode = \"L013\"\ntext = \"[2022]\\u009B14号\"\n{reason}\n");
    std::fs::write(folder.join("report.toml"), acknowledged).expect("writes");
    let text = printed(desk.path(), &["check", &name], false);
    assert_harmless(&text, "check");
    assert!(text.contains("[E144]"), "{text}");
    let escaped = printed(desk.path(), &["why", &name, COMMANDS], false);
    assert_harmless(&escaped, "why");
}

#[test]
fn marks_of_the_composer_are_refused_in_toml_escapes() {
    let folder = common::copy_of_sample();
    let report = std::fs::read_to_string(folder.path().join("report.toml")).expect("a report");
    let line = report.lines().find(|line| line.starts_with("entity")).expect("entity");
    for escape in ["部门\\uFDD20\\uFDD7", "部门\\uFDD10\\uFDD6", "部门\\u0007"] {
        let changed = report.replace(line, &format!("entity = \"{escape}\""));
        std::fs::write(folder.path().join("report.toml"), changed).expect("writes");
        let found = common::checked(folder.path());
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|one| one.starts_with("report.toml:") && one.contains("E144")), "{escape}: {told:?}");
    }
}

/// A tag of a content control is somebody else's: a line of `read` is one figure all the same.
#[test]
fn tabs_and_line_breaks_in_a_tag_make_no_rows_of_read() {
    let outputs = common::built(&common::sample(), &[Format::Docx]);
    let tag = "t5/2010350/基本";
    let forged = super::docx::mutate::document(&outputs[0].bytes, |xml| {
        assert!(xml.contains(&format!("w:val=\"{tag}\"")), "a control of {tag}");
        xml.replacen(&format!("w:val=\"{tag}\""), "w:val=\"t5/a&#9;1.00&#9;10000&#10;t5/forged&#9;9.99\"", 1)
    });
    let (plain, forged) =
        [&outputs[0].bytes, &forged].map(|bytes| read(bytes, &Options::default()).expect("reads")).into();
    let lines = |reading| as_text(reading, true).lines().map(str::to_string).collect::<Vec<String>>();
    assert_eq!(lines(&forged).len(), lines(&plain).len());
    let figures = lines(&forged).into_iter().take(forged.figures.len());
    figures.for_each(|line| assert_eq!(line.matches('\t').count(), 2, "{line:?}"));
}

/// XML 1.0 has no way to write a control character; a DOCX that has one is no DOCX, and `pull` writes none.
#[test]
fn a_docx_with_control_characters_is_refused() {
    let outputs = common::built(&common::sample(), &[Format::Docx]);
    for control in ["&#27;", "\u{1b}", "&#xFFFE;"] {
        let forged =
            super::docx::mutate::document(&outputs[0].bytes, |xml| xml.replacen("部门", &format!("部{control}门"), 1));
        let refused = read(&forged, &Options::default()).expect_err("no XML");
        assert_eq!(refused.code, "E545", "{control:?}");
    }
}
