//! `gongkai why`: what is behind a figure, by its address or as printed; `--sums`: printed sums with a 尾差.

use super::messages::{print, tell};
use crate::check::figures::{Sums, sums};
use crate::compose::Composition;
use crate::diagnostic::{Diagnostics, Severity};
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::tell::why::{answers, as_json, as_text, sums_as_json, sums_as_text};
use crate::workshop::{compose_all, layout_folders};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct WhyArgs {
    /// 数据文件夹（含 report.toml）
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
    /// 数字的地址，如 t5/2010350/基本；或印出来的数，如 85.05
    #[arg(value_name = "数字", help_heading = "参数", required_unless_present = "sums")]
    figure: Option<String>,
    /// 列出印出来的合计与分项之和相差 0.01 的，并证明是尾差
    #[arg(long, help_heading = "选项", conflicts_with = "figure")]
    sums: bool,
    /// 写成 text 或 json
    #[arg(long, value_name = "格式", default_value = "text", help_heading = "选项", hide_possible_values = true)]
    #[arg(hide_default_value = true)]
    format: WhyFormat,
    /// 版式集所在的文件夹；不写则用当前文件夹的 layouts，再用程序自带的
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    layouts: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WhyFormat {
    Text,
    Json,
}

/// Explains figures of the folder's documents.
pub fn run(args: &WhyArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    let layouts = Layouts::on_disk(&layout_folders(args.layouts.as_deref()));
    let made = compose_all(&Folder::at(&args.folder), &layouts, &mut found);
    if made.is_empty() {
        found.sorted().iter().filter(|d| d.severity == Severity::Error).for_each(tell);
        return ExitCode::FAILURE;
    }
    let compositions: Vec<&Composition> = made.iter().map(|m| &m.composition).collect();
    let Some(asked) = &args.figure else {
        let all: Vec<Sums> = compositions.iter().map(|c| sums(c)).collect();
        match args.format {
            WhyFormat::Json => print(format_args!("{:#}", sums_as_json(&all))),
            WhyFormat::Text => print(sums_as_text(&all)),
        }
        return ExitCode::SUCCESS;
    };
    match (answers(&compositions, asked), args.format) {
        (Ok(explained), WhyFormat::Json) => print(format_args!("{:#}", as_json(&explained))),
        (Ok(explained), WhyFormat::Text) => print(as_text(asked, &explained)),
        (Err(found), _) => {
            tell(found);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
