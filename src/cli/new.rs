//! `gongkai new`: a folder for a department, with a workbook to fill.

use super::folders::Places;
use super::messages::{print_written, tell};
use crate::begin::{Begin, begin, make_folders, workbook};
use crate::bureau;
use crate::diagnostic::Diagnostics;
use crate::folder::Folder;
use crate::place::save;
use crate::prepare::prepare_whole;
use crate::tell::reconciled::reconciled;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct NewArgs {
    /// 新的数据文件夹；写成“代码-年度”时，代码和年度由它得出。写成“代码-年度.xlsx”，就只有一个工作簿，基本信息和文字也在里面
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
    /// 版式集；只有一个时可以不写
    #[arg(long, value_name = "名称", help_heading = "选项")]
    layout: Option<String>,
    /// 预算年度
    #[arg(long, value_name = "年度", help_heading = "选项")]
    year: Option<i32>,
    /// 照上年的文件夹：上年的明细成为“上年预算”，单位、资产、目标、文字沿用，文字里的数用【】标出待核
    #[arg(long, value_name = "上年文件夹", help_heading = "选项", conflicts_with = "csv")]
    like: Option<PathBuf>,
    /// 用 CSV 文件，不用工作簿
    #[arg(long, help_heading = "选项")]
    csv: bool,
    /// 部门名称，写进 report.toml
    #[arg(long, value_name = "名称", help_heading = "选项", conflicts_with = "bureau")]
    name: Option<String>,
    /// 用已有的工作簿（.xlsx、.xls、.ods），复制进文件夹，不给空白的
    #[arg(long, value_name = "文件", help_heading = "选项", conflicts_with_all = ["like", "csv", "bureau"])]
    workbook: Option<PathBuf>,
    /// 由部门名单（工作簿或 CSV：部门代码、部门名称、负责人、到期日等列）新建财政部门的文件夹
    #[arg(long, value_name = "名单", help_heading = "选项", conflicts_with_all = ["like", "csv"])]
    bureau: Option<PathBuf>,
    #[command(flatten)]
    places: Places,
}

fn department(args: &NewArgs, diagnostics: &mut Diagnostics) -> Option<Folder> {
    let workbook = args.workbook.as_deref().map(workbook).transpose().map_err(|found| diagnostics.push(found)).ok()?;
    let what = Begin {
        layout: args.layout.clone(),
        year: args.year,
        csv: args.csv,
        like: args.like.clone(),
        code: None,
        name: args.name.clone(),
        workbook,
    };
    begin(&args.folder, &what, &args.places.layouts(), diagnostics)
}

/// Makes the folder. What lies there already is left alone, and the exit code is 1.
pub fn run(args: &NewArgs) -> ExitCode {
    let mut diagnostics = Diagnostics::default();
    let folder = match &args.bureau {
        Some(list) => bureau::begin(&args.folder, list, args.year, args.layout.as_deref(), &mut diagnostics),
        None => department(args, &mut diagnostics),
    };
    let written = folder.map(|folder| {
        if let Err(found) = make_folders(folder.shown(), &folder) {
            diagnostics.push(found);
            return Vec::new();
        }
        save(&folder, &mut diagnostics)
    });
    diagnostics.sorted().iter().for_each(tell);
    if diagnostics.has_errors() {
        tell("没有写入任何文件，原有文件未动");
        return ExitCode::FAILURE;
    }
    print_written(&written.unwrap_or_default());
    if args.like.is_some() {
        // What came over from last year, to be held against what was published.
        let job = prepare_whole(&Folder::at(&args.folder), &args.places.layouts(), &mut Diagnostics::default());
        job.iter().flat_map(reconciled).for_each(tell);
    }
    match args.bureau {
        Some(_) => tell(format_args!("各部门的文件夹放在它下面；看情况：gongkai status {}", args.folder.display())),
        None => tell(format_args!("填好以后：gongkai check {}", args.folder.display())),
    }
    ExitCode::SUCCESS
}
