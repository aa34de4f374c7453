//! `gongkai build`: the files of each folder, in its place.

use super::folders::{Manner, Outcome, Places, each_folder, each_folder_by, expanded, output_names};
use super::messages::{Form, tell};
use crate::build::{Format, Output};
use crate::diagnostic::Diagnostics;
use crate::fonts::Fonts;
use crate::place::place;
use crate::review::{self, Earlier};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct BuildArgs {
    /// 数据文件夹（含 report.toml），可以有多个
    #[arg(required = true, value_name = "文件夹", help_heading = "参数")]
    folders: Vec<PathBuf>,
    /// 输出到哪里：在其下按数据文件夹名建子文件夹
    #[arg(
        short,
        long,
        default_value = "output",
        value_name = "文件夹",
        help_heading = "选项",
        hide_default_value = true
    )]
    output: PathBuf,
    /// 生成哪些格式，用逗号隔开：pdf、docx；不写则两种都生成
    #[arg(long, value_delimiter = ',', value_name = "格式", help_heading = "选项", hide_possible_values = true)]
    format: Vec<FormatArg>,
    /// 生成送审稿：每页有水印，检查发现的问题列在最后；检查出的错误不阻止生成
    #[arg(long, help_heading = "选项", conflicts_with = "marked")]
    draft: bool,
    /// 生成修订标记本，与 --since 所指的旧版比较：PDF 里加底色并附原文，DOCX 里是可逐条接受或拒绝的修订
    #[arg(long, help_heading = "选项", requires = "since")]
    marked: bool,
    /// 与哪一版比较：存档的版次，或另一个数据文件夹
    #[arg(long, value_name = "版次", help_heading = "选项", requires = "marked")]
    since: Option<PathBuf>,
    /// 有警告也不生成；不写则只有错误妨碍生成
    #[arg(long, help_heading = "选项")]
    strict: bool,
    #[command(flatten)]
    places: Places,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatArg {
    Pdf,
    Docx,
}

/// Builds every folder.
pub fn run(args: &BuildArgs) -> ExitCode {
    let folders = expanded(&args.folders);
    let names = match output_names(&folders) {
        Ok(names) => names,
        Err(found) => {
            tell(found);
            return ExitCode::from(2);
        }
    };
    let formats = formats(&args.format);
    let manner = Manner { formats: formats.clone(), form: Form::Text, strict: args.strict };
    let done = |index: usize, files: Vec<Output>, outcome: &mut Outcome| {
        outcome.written = place(&args.output.join(&names[index]), &files, &mut outcome.diagnostics);
    };
    if args.draft {
        let make = |folder: &Path, roots: &[PathBuf], fonts: &Fonts, diagnostics: &mut Diagnostics| {
            review::drafts(folder, roots, fonts, &formats, diagnostics)
        };
        return each_folder_by(&folders, &args.places, &manner, make, done);
    }
    if let Some(since) = &args.since {
        let make = |folder: &Path, roots: &[PathBuf], fonts: &Fonts, diagnostics: &mut Diagnostics| {
            let earlier = match Earlier::find(folder, since) {
                Ok(earlier) => earlier,
                Err(found) => {
                    diagnostics.push(found);
                    return Vec::new();
                }
            };
            review::marked(folder, &earlier, roots, fonts, &formats, diagnostics)
        };
        return each_folder_by(&folders, &args.places, &manner, make, done);
    }
    each_folder(&folders, &args.places, &manner, done)
}

fn formats(given: &[FormatArg]) -> Vec<Format> {
    let mut formats: Vec<Format> = given
        .iter()
        .map(|f| match f {
            FormatArg::Pdf => Format::Pdf,
            FormatArg::Docx => Format::Docx,
        })
        .collect();
    if formats.is_empty() {
        formats = vec![Format::Pdf, Format::Docx];
    }
    formats.sort();
    formats.dedup();
    formats
}
