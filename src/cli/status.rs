//! `gongkai status`: where the departments of a bureau stand.

use super::folders::{Places, progress};
use super::messages::{print, print_bytes, tell};
use crate::bureau::{Bureau, Looked, Looking, Part, board, no_part};
use crate::compose::file_name;
use crate::diagnostic::Diagnostics;
use crate::folder::unread;
use crate::place::place;
use crate::publish::asked_date;
use crate::regular::read;
use crate::tell::board::{as_html, as_json, as_lists, as_text, findings, joined, notices};
use crate::write::Output;
use crate::write::xlsx::list;
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
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
    /// 只看其中一份，如 3/8：分到几台机器上做，各把 --format json 的结果存下
    #[arg(long, value_name = "第几份/共几份", value_parser = Part::read, help_heading = "选项")]
    part: Option<Part>,
    /// 把各份的 JSON 合成一张，不再重看
    #[arg(long, value_name = "文件", num_args = 1.., help_heading = "选项", conflicts_with = "part")]
    join: Vec<PathBuf>,
    /// 另给每个还有事要做的部门写一份通知，放在这个文件夹里
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    notices: Option<PathBuf>,
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
    let mut looked = BTreeMap::new();
    args.join.iter().for_each(|path| join(path, &mut looked, &mut diagnostics));
    let (Some(bureau), Some(workshop), false) = (bureau, workshop, diagnostics.has_errors()) else {
        diagnostics.sorted().iter().for_each(tell);
        return ExitCode::FAILURE;
    };
    let bar = progress("正在查看", bureau.departments.len());
    let joined = (!args.join.is_empty()).then_some(&looked);
    let looking = Looking { today: today.as_deref(), part: args.part, joined };
    let board = board(&bureau, &workshop, &looking, || bar.inc(1));
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
    let mut refused = Diagnostics::default();
    if let Some(folder) = &args.notices {
        let output = |(name, text): (String, String)| Output {
            name: format!("{}.txt", file_name(&name)),
            bytes: text.into_bytes(),
        };
        let outputs: Vec<Output> = notices(&board).into_iter().map(output).collect();
        for path in place(folder, &outputs, &mut refused) {
            tell(format_args!("通知：{}", path.display()));
        }
        refused.sorted().iter().for_each(tell);
    }
    // The program is about to end: the fonts need not be given back.
    std::mem::forget(workshop);
    if board.has_errors() || refused.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A larger board is none: a department has some kilobytes.
const LARGEST: u64 = 64 << 20;

/// Adds what a part found.
fn join(path: &Path, looked: &mut BTreeMap<String, Looked>, diagnostics: &mut Diagnostics) {
    let shown = path.display().to_string();
    let bytes = match read(path, LARGEST) {
        Ok(bytes) => bytes,
        Err(why) => {
            diagnostics.push(unread(why, path, &shown));
            return;
        }
    };
    let json: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
    if !json.is_some_and(|json| joined(&json, looked)) {
        diagnostics.push(no_part(&shown));
    }
}
