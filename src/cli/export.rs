//! `gongkai export`: a department's data as one workbook.

use super::folders::Places;
use super::messages::{print_written, tell};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::export::export;
use crate::folder::Folder;
use crate::place::place;
use crate::write::Output;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct ExportArgs {
    /// 数据文件夹（含 report.toml），或单独的一个工作簿
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
    /// 写到哪个工作簿（.xlsx）
    #[arg(value_name = "文件", help_heading = "参数")]
    file: PathBuf,
    #[command(flatten)]
    places: Places,
}

/// Writes the workbook. With errors in the data nothing is written, and the exit code is 1.
pub fn run(args: &ExportArgs) -> ExitCode {
    let mut diagnostics = Diagnostics::default();
    let written = exported(args, &mut diagnostics);
    diagnostics.sorted().iter().for_each(tell);
    print_written(&written);
    if diagnostics.has_errors() {
        tell("没有写入任何文件，原有文件未动");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn exported(args: &ExportArgs, diagnostics: &mut Diagnostics) -> Vec<PathBuf> {
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let Some(name) = name.filter(|name| name.to_lowercase().ends_with(".xlsx")) else {
        let message = format!("“{}”不是 .xlsx 文件", args.file.display());
        diagnostics.push(Diagnostic::error("E515", message).hint("请写上文件名，如 数据.xlsx"));
        return Vec::new();
    };
    let folder = Folder::at(&args.folder);
    let Some(bytes) = export(&folder, &args.places.layouts(), diagnostics) else { return Vec::new() };
    let around = args.file.parent().filter(|around| !around.as_os_str().is_empty()).unwrap_or(Path::new("."));
    place(around, &[Output { name, bytes }], diagnostics)
}
