//! What is printed, and where: results to stdout, findings and the rest to stderr.

use super::folders::Outcome;
use crate::diagnostic::{Diagnostic, Severity};
use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Findings and written paths of every folder, in the order given; the exit code.
pub fn report(folders: &[PathBuf], outcomes: &[Outcome]) -> ExitCode {
    let several = folders.len() > 1;
    for (folder, outcome) in folders.iter().zip(outcomes) {
        print_all(outcome, several.then_some(folder));
    }
    let failed = outcomes.iter().filter(|o| o.diagnostics.has_errors()).count();
    if several {
        tell(format_args!("{} 个文件夹，完成 {} 个，有错误 {failed} 个", folders.len(), folders.len() - failed));
    }
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn print_all(outcome: &Outcome, folder: Option<&PathBuf>) {
    let Outcome { written, diagnostics } = outcome;
    if let Some(folder) = folder.filter(|_| !diagnostics.is_empty()) {
        tell(format_args!("{}：", folder.display()));
    }
    let colour = console::colors_enabled_stderr();
    for found in diagnostics.sorted() {
        tell(coloured(found, colour));
    }
    for path in written {
        print(path.display());
    }
    let (errors, warnings) = (diagnostics.count(Severity::Error), diagnostics.count(Severity::Warning));
    match (errors, warnings) {
        (0, 0) => {}
        (0, _) => tell(format_args!("共 {warnings} 个警告")),
        _ if written.is_empty() => {
            tell(format_args!("共 {errors} 个错误、{warnings} 个警告；没有写入任何文件，原有文件未动"));
        }
        _ => tell(format_args!("共 {errors} 个错误、{warnings} 个警告；只写入了上面列出的文件")),
    }
}

/// A line to stdout. That its reader has gone (`| head`) is no reason to fail.
pub fn print(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A line to stderr, likewise.
pub fn tell(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A finding as printed, its mark coloured by severity.
pub fn coloured(found: &Diagnostic, colour: bool) -> String {
    let text = found.to_string();
    if !colour {
        return text;
    }
    let mark = format!("{}[{}]", found.severity.word(), found.code);
    let code = match found.severity {
        Severity::Error => 31,
        Severity::Warning => 33,
        Severity::Note => 36,
    };
    text.replacen(&mark, &format!("\x1b[{code}m{mark}\x1b[0m"), 1)
}
