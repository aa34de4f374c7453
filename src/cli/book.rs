//! `gongkai book`: a bureau's departments in one book.

use super::build::{FormatArg, formats};
use super::folders::{Places, progress};
use super::messages::{print, tell};
use crate::bureau::book::{Binding, Book};
use crate::bureau::{Bureau, Looking, board};
use crate::diagnostic::Diagnostics;
use crate::place::place;
use crate::publish::place_below;
use clap::Args;
use std::path::PathBuf;
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
    written.iter().for_each(|path| print(path.display()));
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
    let bar = progress(bureau.departments.len());
    let board = board(&bureau, &workshop, &Looking::default(), || bar.inc(1));
    bar.finish_and_clear();
    let binding = Binding {
        set: args.layout.clone().unwrap_or_else(|| Binding::default().set),
        most_pages: args.pages,
        by_department: args.by_department,
    };
    let mut written = Vec::new();
    if let Some(book) = Book::plan(&bureau, &board, &workshop, binding, found) {
        let formats = formats(&args.format);
        let bar = progress(book.volumes());
        for number in 0..book.volumes() {
            // Each in its place before the next is made: no more than one is in memory.
            let files = book.volume(number, &formats, found);
            if !files.is_empty() {
                written.extend(place(&target, &files, found));
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
    }
    // The program is about to end: the fonts need not be given back.
    std::mem::forget(workshop);
    written
}
