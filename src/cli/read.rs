//! `gongkai read`: the figures of a DOCX, a line each, by their addresses.

use super::messages::{print, tell};
use crate::data::unreadable;
use crate::read_docx::{Options, Reading, View, load, read};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
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
        Err(error) => {
            let hint = "检查文件名和路径；文件若正被别的程序占用，请先关闭";
            tell(unreadable(&error, &args.file, &shown.to_string()).hint(hint));
            return ExitCode::FAILURE;
        }
    };
    let view = if args.original { View::Original } else { View::Accepted };
    match read(&bytes, &Options { view, ..Options::default() }) {
        Ok(reading) => {
            reading.findings.iter().for_each(tell);
            match args.format {
                ReadFormat::Tsv => tsv(&reading, args.prose),
                ReadFormat::Json => print(as_json(&reading, args.prose)),
            }
            ExitCode::SUCCESS
        }
        Err(found) => {
            tell(format_args!("{shown} {found}"));
            ExitCode::FAILURE
        }
    }
}

fn tsv(reading: &Reading, prose: bool) {
    for figure in &reading.figures {
        let amount = figure.amount.map(|a| a.to_string()).unwrap_or_default();
        print(format_args!("{}\t{}\t{amount}", tag(&figure.address, figure.printing), one_line(&figure.text)));
    }
    for paragraph in reading.prose.iter().filter(|_| prose) {
        print(format_args!("{}:{}\t{}", paragraph.file, paragraph.paragraph, one_line(&paragraph.text)));
    }
}

/// `t1/a/b`, and `t1/a/b!2` for its second printing.
fn tag(address: &str, printing: u32) -> String {
    if printing > 1 { format!("{address}!{printing}") } else { address.to_string() }
}

fn one_line(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

fn as_json(reading: &Reading, prose: bool) -> String {
    let figures = reading.figures.iter().map(|f| {
        let amount = f.amount.map(|a| a.to_string());
        json!({ "address": f.address, "printing": f.printing, "text": f.text, "amount": amount })
    });
    let document =
        reading.identity.as_ref().map(|d| json!({ "code": d.code, "year": d.year, "file_stem": d.file_stem }));
    let mut all = json!({ "document": document, "figures": figures.collect::<Vec<Value>>() });
    if prose {
        let paragraphs =
            reading.prose.iter().map(|p| json!({ "file": p.file, "paragraph": p.paragraph, "text": p.text }));
        all["prose"] = paragraphs.collect::<Vec<Value>>().into();
    }
    format!("{all:#}")
}
