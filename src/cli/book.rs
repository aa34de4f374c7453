//! `gongkai book`: a bureau's departments in one book.

use super::build::{FormatArg, formats};
use super::folders::{Places, progress};
use super::messages::{print_written, tell};
use crate::bureau::book::{Binding, Book, Corrected};
use crate::bureau::{Bureau, Looking, board};
use crate::diagnostic::Diagnostics;
use crate::place::place;
use crate::publish::{asked_date, place_below};
use crate::write::Output;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct BookArgs {
    /// 财政部门的文件夹（含 bureau.toml）；没有 bureau.toml 就编下面全部部门
    #[arg(value_name = "文件夹", help_heading = "参数")]
    bureau: PathBuf,
    /// 输出到哪里：在其下建子文件夹“汇编”
    #[arg(
        short,
        long,
        default_value = "output",
        value_name = "文件夹",
        help_heading = "选项",
        hide_default_value = true
    )]
    output: PathBuf,
    /// 生成哪些格式，用逗号隔开：pdf、docx；不写则都生成
    #[arg(long, value_delimiter = ',', value_name = "格式", help_heading = "选项", hide_possible_values = true)]
    format: Vec<FormatArg>,
    /// 封面、目录、汇总表的版式集；不写则用 bureau-book
    #[arg(long, value_name = "名称", help_heading = "选项")]
    layout: Option<String>,
    /// 一册至多多少页，满了另起一册；一个部门不拆开
    #[arg(long, value_name = "页数", default_value_t = 800, help_heading = "选项")]
    pages: usize,
    /// 另写更正说明，一个部门一节，并列出要换的页：这里写已公开的汇编的财政部门文件夹（当时的一份）
    #[arg(long, value_name = "旧的文件夹", help_heading = "选项", requires = "date")]
    since: Option<PathBuf>,
    /// 更正说明的日期，如 2024-04-01
    #[arg(long, value_name = "日期", help_heading = "选项", requires = "since")]
    date: Option<String>,
    /// 每个部门的页码都从 1 起；不写则一册连续编页
    #[arg(long, help_heading = "选项")]
    by_department: bool,
    #[command(flatten)]
    places: Places,
}

/// The folder of the book in the output folder.
const FOLDER: &str = "汇编";

/// Binds every volume and puts its files in their place. Departments that fail stop nothing; the exit code is 1.
pub fn run(args: &BookArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    let written = bind(args, &mut found);
    found.sorted().iter().for_each(tell);
    print_written(&written);
    match (found.has_errors(), written.is_empty()) {
        (true, true) => tell("没有写入任何文件，原有文件未动"),
        (true, false) => tell("汇编已经生成，没有编入的部门列在其中它们的位置"),
        (false, _) => {}
    }
    if found.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn bind(args: &BookArgs, found: &mut Diagnostics) -> Vec<PathBuf> {
    let Some(bureau) = Bureau::open(&args.bureau, found) else { return Vec::new() };
    let Some(target) = place_below(&args.output, FOLDER, FOLDER, found) else { return Vec::new() };
    let workshop = match args.places.workshop() {
        Ok(workshop) => workshop,
        Err(wrong) => {
            found.extend(wrong);
            return Vec::new();
        }
    };
    let looked_at = |bureau: &Bureau| {
        let bar = progress("正在查看", bureau.departments.len());
        let board = board(bureau, &workshop, &Looking::default(), || bar.inc(1));
        bar.finish_and_clear();
        board
    };
    let board = looked_at(&bureau);
    let binding = Binding {
        set: args.layout.clone().unwrap_or_else(|| Binding::default().set),
        most_pages: args.pages,
        by_department: args.by_department,
    };
    let earlier = args.since.as_ref().map(|since| Bureau::open(since, found));
    let date = args.date.as_deref().map(asked_date).transpose().map_err(|wrong| found.push(wrong)).ok().flatten();
    let (earlier, false) = (earlier.flatten(), found.has_errors()) else { return Vec::new() };
    let earlier = earlier.map(|bureau| (looked_at(&bureau), bureau));
    let mut written = Vec::new();
    if let Some(book) = Book::plan(&bureau, &board, &workshop, binding.clone(), found) {
        let formats = formats(&args.format);
        let old = earlier.as_ref().map(|(board, bureau)| Book::plan(bureau, board, &workshop, binding, found));
        match (old, date) {
            (None, _) => {
                let volume = |number, found: &mut Diagnostics| book.volume(number, &formats, found);
                write_volumes(&book, &target, found, &mut written, volume);
            }
            (Some(Some(old)), Some(date)) => {
                if let Some(mut corrected) = Corrected::of(&old, &book, found) {
                    let whole = write_volumes(&book, &target, found, &mut written, |number, found| {
                        corrected.volume(number, &formats, found)
                    });
                    // Of a volume that is not there nobody could say which pages to replace.
                    if whole {
                        let statement = corrected.statement(&date, &formats, found);
                        written.extend(place(&target, &statement, found));
                    }
                }
            }
            _ => {}
        }
    }
    // The program is about to end: the fonts need not be given back.
    std::mem::forget(workshop);
    written
}

/// Makes every volume and puts it in its place before the next is made: no more than one is in memory. Whether all are there.
fn write_volumes(
    book: &Book<'_>,
    target: &Path,
    found: &mut Diagnostics,
    written: &mut Vec<PathBuf>,
    mut volume: impl FnMut(usize, &mut Diagnostics) -> Vec<Output>,
) -> bool {
    let mut whole = true;
    let bar = progress("正在编排", book.volumes());
    for number in 0..book.volumes() {
        let files = volume(number, found);
        let placed = if files.is_empty() { Vec::new() } else { place(target, &files, found) };
        whole &= !placed.is_empty();
        written.extend(placed);
        bar.inc(1);
    }
    bar.finish_and_clear();
    whole
}
