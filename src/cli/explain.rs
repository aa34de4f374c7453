//! `gongkai explain`: what a rule says, why, and an example.

use super::messages::{print, tell};
use crate::layout::Layouts;
use crate::tell::rules::{Explained, as_text, explained, list, set_rules};
use crate::workshop::layout_folders;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct ExplainArgs {
    /// 发现的编号，如 L013；不写则列出全部
    #[arg(value_name = "编号", help_heading = "参数")]
    code: Option<String>,
    /// 版式集所在的文件夹；不写则用当前文件夹的 layouts，再用程序自带的
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    layouts: Option<PathBuf>,
}

/// Prints a rule's page, or the list of all.
pub fn run(args: &ExplainArgs) -> ExitCode {
    let of_sets = set_rules(&Layouts::on_disk(&layout_folders(args.layouts.as_deref())));
    let Some(code) = &args.code else {
        print(list(&of_sets));
        return ExitCode::SUCCESS;
    };
    let code = code.to_uppercase();
    let explained = explained(&code, &of_sets);
    let text = as_text(&code, &explained);
    match explained {
        Explained::Page(_) | Explained::OfSets(_) => print(text),
        Explained::Mistake(..) => tell(text),
        Explained::Unknown(_) => {
            tell(text);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
