//! `gongkai status`: where the departments of a bureau stand.

use super::folders::{Places, progress};
use super::messages::{print, print_bytes, tell};
use crate::bureau::{Bureau, board};
use crate::diagnostic::Diagnostics;
use crate::publish::asked_date;
use crate::tell::board::{as_html, as_json, as_lists, as_text, findings};
use crate::write::xlsx::list;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct StatusArgs {
    /// 财政部门的文件夹（含 bureau.toml）；没有 bureau.toml 就看下面全部部门的数据文件夹
    #[arg(value_name = "文件夹", default_value = ".", help_heading = "参数", hide_default_value = true)]
    bureau: PathBuf,
    /// 怎样列出：text、json、html、xlsx，都写在标准输出
    #[arg(long, value_name = "格式", default_value = "text", help_heading = "选项", hide_possible_values = true)]
    #[arg(hide_default_value = true)]
    format: BoardForm,
    /// 今天的日期，如 2024-02-20：过了到期日还没交的会列出；程序不取当天的日期
    #[arg(long, value_name = "日期", help_heading = "选项")]
    date: Option<String>,
    #[command(flatten)]
    places: Places,
}

/// The form of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BoardForm {
    Text,
    Json,
    Html,
    Xlsx,
}

/// The board to stdout, whatever is wrong with a department; the exit code is 1 where an error is.
pub fn run(args: &StatusArgs) -> ExitCode {
    let mut diagnostics = Diagnostics::default();
    let asked = args.date.as_deref().map(asked_date).transpose();
    let today = asked.map_err(|found| diagnostics.push(found)).ok().flatten();
    let bureau = Bureau::open(&args.bureau, &mut diagnostics);
    let workshop = args.places.workshop().map_err(|found| diagnostics.extend(found)).ok();
    let (Some(bureau), Some(workshop), false) = (bureau, workshop, diagnostics.has_errors()) else {
        diagnostics.sorted().iter().for_each(tell);
        return ExitCode::FAILURE;
    };
    let bar = progress(bureau.departments.len());
    let board = board(&bureau, &workshop, today.as_deref(), || bar.inc(1));
    bar.finish_and_clear();
    match args.format {
        BoardForm::Text => {
            print(as_text(&board));
            findings(&board).iter().for_each(tell);
        }
        BoardForm::Json => print(format_args!("{:#}", as_json(&board))),
        BoardForm::Html => print(as_html(&board)),
        BoardForm::Xlsx => match list::write("各部门公开情况", &as_lists(&board)) {
            Ok(bytes) => print_bytes(&bytes),
            Err(found) => {
                tell(found);
                return ExitCode::FAILURE;
            }
        },
    }
    // The program is about to end: the fonts need not be given back.
    std::mem::forget(workshop);
    if board.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
