//! `gongkai history`: what a data folder has published.

use super::messages::{print_lines, tell};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::edition::{Edition, each};
use crate::folder::Folder;
use crate::tell::history::Published;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct HistoryArgs {
    /// 数据文件夹（含 report.toml），或单独成一个部门的工作簿
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
}

/// A line for each edition, oldest first.
pub fn run(args: &HistoryArgs) -> ExitCode {
    let mut diagnostics = Diagnostics::default();
    if !Folder::at(&args.folder).exists() {
        let message = format!("没有这个数据文件夹：{}", args.folder.display());
        diagnostics.push(Diagnostic::error("E614", message).hint("检查路径"));
    }
    let mut before: Option<Edition> = None;
    for edition in each(&args.folder) {
        let edition = match edition {
            Ok(edition) => edition,
            Err(found) => {
                diagnostics.push(found);
                continue;
            }
        };
        edition.unsealed().into_iter().for_each(|told| diagnostics.push(told));
        // Every file of it against its manifest, and that against its seal.
        let _ = edition.open_verified(&mut diagnostics);
        print_lines(&Published::of(before.as_ref(), &edition).as_line());
        before = Some(edition);
    }
    if before.is_none() && !diagnostics.has_errors() {
        tell("还没有发布过；gongkai build 文件夹 --edition 记下一版");
    }
    diagnostics.sorted().iter().for_each(tell);
    if diagnostics.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
