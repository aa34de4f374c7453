//! What is printed, and where: results to stdout, findings and the rest to stderr. Nothing else writes to either, so
//! that nothing that others wrote reaches the terminal as a command to it.

use crate::diagnostic::{Diagnostics, OnPage, Severity};
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::printable;
use crate::tell::findings::{Piece, Shown, Sources, Style, as_html, as_json, as_sarif, as_text, plain, summary};
use clap::ValueEnum;
use std::collections::HashMap;
use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// The form in which findings are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Text,
    Json,
    Sarif,
    Html,
}

/// What became of one folder.
#[derive(Default)]
pub struct Outcome {
    pub written: Vec<PathBuf>,
    pub diagnostics: Diagnostics,
    /// What its records come to, for an officer to hold against where they came from.
    pub reconciled: Vec<String>,
    /// Of a published file: the places of findings, as SVG.
    pub pictures: HashMap<OnPage, String>,
}

/// How a command tells what it found.
pub struct Telling<'a> {
    pub form: Form,
    /// Warnings are as grave as errors.
    pub strict: bool,
    /// It writes files: their absence is told.
    pub writes: bool,
    /// Where the layouts are that findings speak of.
    pub layouts: &'a Layouts,
    /// What is counted: 个文件夹.
    pub each: &'static str,
}

/// Findings and written paths of every folder, in the order given; the exit code.
pub fn report(folders: &[Folder], outcomes: &[Outcome], telling: &Telling<'_>) -> ExitCode {
    let shown: Vec<Shown<'_>> = folders
        .iter()
        .zip(outcomes)
        .map(|(folder, o)| Shown { folder, diagnostics: &o.diagnostics, pictures: &o.pictures })
        .collect();
    match telling.form {
        Form::Text => for_people(&shown, outcomes, telling),
        Form::Json => print(format_args!("{:#}", as_json(&shown))),
        Form::Sarif => print(format_args!("{:#}", as_sarif(&shown))),
        Form::Html => print(as_html(&shown, telling.layouts)),
    }
    let failed = outcomes.iter().any(|o| blocks(o, telling.strict));
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Whether what was found stops a folder.
pub fn blocks(outcome: &Outcome, strict: bool) -> bool {
    outcome.diagnostics.has_errors() || strict && outcome.diagnostics.count(Severity::Warning) > 0
}

fn for_people(shown: &[Shown<'_>], outcomes: &[Outcome], telling: &Telling<'_>) {
    let several = shown.len() > 1;
    for (shown, outcome) in shown.iter().zip(outcomes) {
        folder(shown, outcome, telling, several);
    }
    if several {
        let failed = outcomes.iter().filter(|o| blocks(o, telling.strict)).count();
        tell(format_args!("{} {}，完成 {} 个，有错误 {failed} 个", shown.len(), telling.each, shown.len() - failed));
    }
}

fn folder(shown: &Shown<'_>, outcome: &Outcome, telling: &Telling<'_>, several: bool) {
    if several && !outcome.diagnostics.is_empty() {
        tell(format_args!("{}：", shown.folder));
    }
    let sources = Sources::new(shown.folder, telling.layouts);
    let found = as_text(shown, &sources);
    if console::colors_enabled_stderr() {
        found.iter().for_each(|pieces| to_stderr(&in_colour(pieces)));
    } else {
        found.iter().for_each(|pieces| tell(plain(pieces)));
    }
    print_written(&outcome.written);
    if !several {
        outcome.reconciled.iter().for_each(tell);
    }
    let said = last_line(shown.folder, outcome, telling);
    match outcome.diagnostics.is_empty() {
        _ if said.is_empty() => {}
        // Nothing stands above it that names the folder.
        true if several => tell(format_args!("{}：{said}", shown.folder)),
        _ => tell(said),
    }
}

/// What it comes to: how much was found, and what became of the files.
fn last_line(folder: &Folder, outcome: &Outcome, telling: &Telling<'_>) -> String {
    let found = summary(&outcome.diagnostics);
    let blocked = blocks(outcome, telling.strict);
    match (telling.writes, blocked) {
        (false, _) if found.is_empty() => "没有发现问题".to_string(),
        (false, _) => found,
        (true, true) if outcome.written.is_empty() => format!("{found}；没有写入任何文件，原有文件未动"),
        (true, true) => format!("{found}；只写入了上面列出的文件"),
        (true, false) if found.is_empty() => String::new(),
        (true, false) => {
            format!("公开文本带着这些发现生成：{found}（再看一遍：gongkai check {}）", folder)
        }
    }
}

/// A text for a terminal that takes colours.
fn in_colour(pieces: &[Piece]) -> String {
    let one = |piece: &Piece| {
        let code = match piece.style {
            Style::Plain => return printable::lines(&piece.text).into_owned(),
            Style::Words => 4,
            Style::AcknowledgedMark => 2,
            Style::Mark(Severity::Error) => 31,
            Style::Mark(Severity::Warning) => 33,
            Style::Mark(Severity::Note) => 36,
        };
        format!("\x1b[{code}m{}\x1b[0m", printable::lines(&piece.text))
    };
    pieces.iter().map(one).collect()
}

/// Lines to stdout, nothing where there are none.
pub fn print_lines(lines: &str) {
    if !lines.is_empty() {
        print(lines);
    }
}

/// A line to stdout. That its reader has gone (`| head`) is no reason to fail.
pub fn print(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{}", printable::lines(&line.to_string()));
}

/// The paths of files that were written, a line each; those of the working folder without `./`.
pub fn print_written(written: &[PathBuf]) {
    written.iter().for_each(|path| print(path.strip_prefix(".").unwrap_or(path).display()));
}

/// A file's bytes to stdout, likewise.
pub fn print_bytes(bytes: &[u8]) {
    let _ = std::io::stdout().write_all(bytes);
}

/// A line to stderr, likewise.
pub fn tell(line: impl Display) {
    to_stderr(&printable::lines(&line.to_string()));
}

/// What has been made printable already.
fn to_stderr(line: &str) {
    // In one piece: lines of several programs in one terminal do not mix.
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}
