//! `gongkai pull`: what was changed in a DOCX, and where in the data folder it belongs.

use super::folders::Places;
use super::messages::{print, tell};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::folder::Folder;
use crate::place::{save, unfinished};
use crate::pull::{Pulled, pull, spelled};
use crate::read_docx::load;
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
        show(pulled, args.write);
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
    unfinished(&args.folder).into_iter().for_each(|found| diagnostics.push(found));
    match args.places.workshop() {
        Ok(workshop) => pull(&bytes, &Folder::open(&args.folder), &workshop, diagnostics),
        Err(found) => {
            diagnostics.extend(found);
            None
        }
    }
}

/// So many figures that follow are named.
const SHOWN: usize = 12;

fn show(pulled: &Pulled, writes: bool) {
    if !pulled.prose.is_empty() {
        print("文字：");
        for edit in &pulled.prose {
            print(format_args!("  {}:{}", edit.file, edit.line));
            print(format_args!("  - {}", edit.old));
            print(format_args!("  + {}", edit.new));
        }
    }
    if !pulled.figures.is_empty() {
        print("数字：");
        for edit in &pulled.figures {
            print(format_args!("  {}（{}，原 {}）", spelled(&edit.correction), edit.record, edit.old));
            print(format_args!("    因 {} 改了", edit.addresses.join("、")));
        }
    }
    for (title, lines) in [("数字，要您决定：", &pulled.open), ("没有采用的改动：", &pulled.structure)]
    {
        if !lines.is_empty() {
            print(title);
            lines.iter().for_each(|line| print(format_args!("  {line}")));
        }
    }
    if !pulled.following.is_empty() {
        print(format_args!("随之变动、文件里还没有改的 {} 个数字：", pulled.following.len()));
        for (address, old, new) in pulled.following.iter().take(SHOWN) {
            print(format_args!("  {address} {old} → {new}"));
        }
        if pulled.following.len() > SHOWN {
            print("  ……");
        }
    }
    match (pulled.is_same(), !pulled.has_edits()) {
        (true, _) if pulled.given > 0 => {
            print(format_args!("文件里的 {} 处改动，文件夹里都已经有了", pulled.given));
        }
        (true, _) => print("文件里没有改动"),
        (false, true) => print("没有可以写回的改动"),
        (false, false) if !writes => print("什么也没有写；要写回，请加 --write"),
        _ => {}
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
    save(&pulled.folder, diagnostics).iter().for_each(|path| print(path.display()));
}
