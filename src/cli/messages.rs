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
use std::path::{Path, PathBuf};
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
        Form::Text => {
            let several = shown.len() > 1;
            let all = shown.iter().zip(outcomes).map(|(shown, outcome)| told(shown, outcome, telling, several));
            return tell_all(&all.collect::<Vec<_>>(), telling);
        }
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

/// What is told of one folder, as it is printed: of many folders no more is held.
pub struct Told {
    said: Vec<Said>,
    blocked: bool,
}

/// A line, made printable.
enum Said {
    Found(String),
    Written(String),
}

/// What people are told of a folder, which may be one of several.
pub fn told(shown: &Shown<'_>, outcome: &Outcome, telling: &Telling<'_>, several: bool) -> Told {
    let mut said = Vec::new();
    let mut tell = |line: String| said.push(Said::Found(printable::lines(&line).into_owned()));
    if several && !outcome.diagnostics.is_empty() {
        tell(format!("{}：", shown.folder));
    }
    let sources = Sources::new(shown.folder, telling.layouts);
    let found = as_text(shown, &sources);
    if console::colors_enabled_stderr() {
        said.extend(found.iter().map(|pieces| Said::Found(in_colour(pieces))));
    } else {
        found.iter().for_each(|pieces| tell(plain(pieces)));
    }
    said.extend(outcome.written.iter().map(|path| Said::Written(printable::lines(&path_told(path)).into_owned())));
    if !several {
        said.extend(outcome.reconciled.iter().map(|line| Said::Found(printable::lines(line).into_owned())));
    }
    let last = last_line(shown.folder, outcome, telling);
    let last = match outcome.diagnostics.is_empty() {
        // Nothing stands above it that names the folder.
        true if several && !last.is_empty() => format!("{}：{last}", shown.folder),
        _ => last,
    };
    if !last.is_empty() {
        said.push(Said::Found(printable::lines(&last).into_owned()));
    }
    Told { said, blocked: blocks(outcome, telling.strict) }
}

/// Tells people of every folder, in the order given, then what all come to; the exit code.
pub fn tell_all(all: &[Told], telling: &Telling<'_>) -> ExitCode {
    for said in all.iter().flat_map(|told| &told.said) {
        match said {
            Said::Found(line) => to_stderr(line),
            Said::Written(line) => to_stdout(line),
        }
    }
    let (count, failed) = (all.len(), all.iter().filter(|told| told.blocked).count());
    if count > 1 {
        tell(format_args!("{count} {}，完成 {} 个，有错误 {failed} 个", telling.each, count - failed));
    }
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
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
    to_stdout(&printable::lines(&line.to_string()));
}

/// What has been made printable already.
fn to_stdout(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The paths of files that were written, a line each.
pub fn print_written(written: &[PathBuf]) {
    written.iter().for_each(|path| print(path_told(path)));
}

/// A path as it is told: of the working folder without `./`.
fn path_told(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
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
