//! `gongkai audit`: published files checked as they are, nothing written.

use super::folders::{Places, in_part, progress};
use super::messages::{Form, Outcome, Telling, report, tell};
use crate::bureau::Part;
use crate::diagnostic::{Diagnostics, OnPage, Severity};
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::published::import::{Asked, audit};
use crate::published::{load, pictures};
use clap::Args;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct AuditArgs {
    /// 公开的文件，可以有多个：PDF（不是扫描件）、DOCX、XLSX、网页（HTML）
    #[arg(required = true, value_name = "文件", help_heading = "参数")]
    files: Vec<PathBuf>,
    /// 版式集；不写则按表题和表头认，认不出的只检查不用版式的；无：不用版式
    #[arg(long, value_name = "名称", help_heading = "选项")]
    layout: Option<String>,
    /// 文件是哪一年的；不写则看文件里写的，没有写的，科目照最近一年的查
    #[arg(long, value_name = "年度", value_parser = clap::value_parser!(i32).range(1990..=2100), help_heading = "选项")]
    year: Option<i32>,
    /// 怎样列出：text（给人看，写在标准错误）、json、sarif、html（写在标准输出）
    #[arg(long, value_name = "格式", default_value = "text", help_heading = "选项", hide_possible_values = true)]
    #[arg(hide_default_value = true)]
    format: Form,
    /// 只检查其中一份，如 3/8：分到几台机器上做
    #[arg(long, value_name = "第几份/共几份", value_parser = Part::read, help_heading = "选项")]
    part: Option<Part>,
    /// 有警告也以 1 退出；不写则只有错误才是
    #[arg(long, help_heading = "选项")]
    strict: bool,
    #[command(flatten)]
    places: Places,
}

/// Checks every file, in parallel.
pub fn run(args: &AuditArgs) -> ExitCode {
    let layouts = args.places.layouts();
    let files = in_part(args.files.clone(), args.part);
    let bar = progress("正在检查", files.len());
    let audited = files.par_iter().map(|file| {
        let audited = one(file, Asked { layout: args.layout.as_deref(), year: args.year }, args.format, &layouts);
        bar.inc(1);
        audited
    });
    let audited: Vec<(Option<String>, Outcome)> = audited.collect();
    bar.finish_and_clear();
    for (file, (told, _)) in files.iter().zip(&audited) {
        match told {
            Some(told) => tell(format_args!("{}：{told}", file.display())),
            None => tell(format_args!("{}：没有读", file.display())),
        }
    }
    let folders: Vec<Folder> = files.iter().map(|file| Folder::of_files(file, [])).collect();
    let outcomes: Vec<Outcome> = audited.into_iter().map(|(_, outcome)| outcome).collect();
    let telling =
        Telling { form: args.format, strict: args.strict, writes: false, layouts: &layouts, each: "份文件" };
    let code = report(&folders, &outcomes, &telling);
    if files.len() > 1 && args.format == Form::Text {
        summary(&files, &outcomes).iter().for_each(tell);
    }
    code
}

/// A line for each file: how many findings of each gravity, for an inspector to see which to open first.
fn summary(files: &[PathBuf], outcomes: &[Outcome]) -> Vec<String> {
    let mut lines = vec!["  错误   警告   提示  文件".to_owned()];
    for (file, outcome) in files.iter().zip(outcomes) {
        let [errors, warnings, notes] =
            [Severity::Error, Severity::Warning, Severity::Note].map(|of| outcome.diagnostics.count(of));
        lines.push(format!("{errors:>6} {warnings:>6} {notes:>6}  {}", file.display()));
    }
    lines
}

/// What a file was taken for, and all that is found in it.
fn one(file: &Path, asked: Asked<'_>, form: Form, layouts: &Layouts) -> (Option<String>, Outcome) {
    let mut diagnostics = Diagnostics::default();
    let bytes = match load(file) {
        Ok(bytes) => bytes,
        Err(wrong) => {
            diagnostics.push(wrong);
            return (None, Outcome { diagnostics, ..Outcome::default() });
        }
    };
    let audited = audit(&bytes, file, asked, layouts, &mut diagnostics);
    let places: Vec<OnPage> = diagnostics.iter().filter_map(|found| found.on_page.as_deref().copied()).collect();
    let pictures = if form == Form::Html { pictures(&bytes, places.into_iter()) } else { HashMap::new() };
    (audited.map(|audited| audited.told), Outcome { diagnostics, pictures, ..Outcome::default() })
}
