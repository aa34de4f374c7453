//! `gongkai read`: the figures of a DOCX, a line each, by their addresses.

use super::messages::{print, print_lines, tell};
use crate::read_docx::{Options, View, load, read};
use crate::tell::reading::{as_json, as_text};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct ReadArgs {
    /// DOCX 文件：本程序生成、经 Word、WPS 或 LibreOffice 修改过的
    #[arg(value_name = "文件", help_heading = "参数")]
    file: PathBuf,
    /// 写成 tsv（地址、文字、元，以制表符隔开）或 json
    #[arg(long, value_name = "格式", default_value = "tsv", help_heading = "选项", hide_possible_values = true)]
    #[arg(hide_default_value = true)]
    format: ReadFormat,
    /// 也列出部门自己写的段落
    #[arg(long, help_heading = "选项")]
    prose: bool,
    /// 按修订前的样子读；不写则按接受全部修订读
    #[arg(long, help_heading = "选项")]
    original: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum ReadFormat {
    Tsv,
    Json,
}

/// Prints what a DOCX holds; doubts about it go to stderr.
pub fn run(args: &ReadArgs) -> ExitCode {
    let shown = args.file.display();
    let bytes = match load(&args.file) {
        Ok(bytes) => bytes,
        Err(found) => {
            tell(found);
            return ExitCode::FAILURE;
        }
    };
    let view = if args.original { View::Original } else { View::Accepted };
    match read(&bytes, &Options { view, ..Options::default() }) {
        Ok(reading) => {
            reading.findings.iter().for_each(tell);
            match args.format {
                ReadFormat::Tsv => print_lines(&as_text(&reading, args.prose)),
                ReadFormat::Json => print(format_args!("{:#}", as_json(&reading, args.prose))),
            }
            ExitCode::SUCCESS
        }
        Err(found) => {
            tell(format_args!("{shown} {found}"));
            ExitCode::FAILURE
        }
    }
}
