//! `gongkai build`: the files of each folder, in its place.

use super::folders::{Manner, Places, each_folder, expanded, output_names};
use super::messages::{Form, tell};
use crate::build::Format;
use crate::place::place;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
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
    let manner = Manner { formats: formats(&args.format), form: Form::Text, strict: args.strict };
    each_folder(&folders, &args.places, &manner, |index, files, outcome| {
        outcome.written = place(&args.output.join(&names[index]), &files, &mut outcome.diagnostics);
    })
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
