//! `gongkai pull`: what was changed in a DOCX, and where in the data folder it belongs.

use super::folders::Places;
use super::messages::{print, print_written, tell};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::folder::Folder;
use crate::place::{save, unfinished};
use crate::pull::{Pulled, pull};
use crate::read_docx::load;
use crate::tell::pulled;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct PullArgs {
    /// 改过的 DOCX
    #[arg(value_name = "文件", help_heading = "参数")]
    file: PathBuf,
    /// 它所出自的数据文件夹
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
    /// 写回数据文件夹；不写则只说明会改什么
    #[arg(long, help_heading = "选项")]
    write: bool,
    #[command(flatten)]
    places: Places,
}

/// Tells what was changed, and with `--write` writes it back. Exit code 1 if something could not be read or written.
pub fn run(args: &PullArgs) -> ExitCode {
    let mut diagnostics = Diagnostics::default();
    let pulled = read_and_pull(args, &mut diagnostics);
    if let Some(pulled) = &pulled {
        print(pulled::as_text(pulled, args.write));
        if args.write && !diagnostics.has_errors() {
            write(pulled, &mut diagnostics);
        }
    }
    diagnostics.sorted().iter().for_each(tell);
    if diagnostics.has_errors() {
        tell("没有写入任何文件，原有文件未动");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn read_and_pull(args: &PullArgs, diagnostics: &mut Diagnostics) -> Option<Pulled> {
    let bytes = match load(&args.file) {
        Ok(bytes) => bytes,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    unfinished(Folder::at(&args.folder).ground()).into_iter().for_each(|found| diagnostics.push(found));
    match args.places.workshop() {
        Ok(workshop) => pull(&bytes, &Folder::at(&args.folder), &workshop, diagnostics),
        Err(found) => {
            diagnostics.extend(found);
            None
        }
    }
}

fn write(pulled: &Pulled, diagnostics: &mut Diagnostics) {
    if !pulled.has_edits() {
        return;
    }
    if !pulled.known {
        let message = "文件夹在生成这个 DOCX 之后改过，又没有存档的那一版，分不清哪些是 DOCX 里改的";
        let hint = "上面列出的是两者的不同，请逐条人工改；发布时用 gongkai build --edition 存档，以后就能分清";
        diagnostics.push(Diagnostic::error("E714", message).hint(hint));
        return;
    }
    print_written(&save(&pulled.folder, diagnostics));
}
