//! `gongkai layouts`: what sets there are, a copy of one to change, and tools for whoever writes one.

use super::HELP;
use super::folders::Places;
use super::messages::{print, print_written, tell};
use crate::against::{Published, compare};
use crate::compose::file_name;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::folder::Folder;
use crate::form::{form, sheet};
use crate::layout::{self, Layouts, doubts};
use crate::place::place;
use crate::read_docx;
use crate::tell::{comparison, form as form_words};
use crate::typeset::typeset;
use crate::workshop::{compose_as, layout_folders, load_set};
use crate::write::{Format, Output, write};
use clap::{Args, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum LayoutsCommand {
    /// 列出版式集
    #[command(help_template = HELP, override_usage = "gongkai layouts list [选项]")]
    List {
        /// 另外查找的文件夹
        #[arg(long, value_name = "文件夹", help_heading = "选项")]
        layouts: Option<PathBuf>,
    },
    /// 把自带的版式集导出到文件夹，以便修改
    #[command(help_template = HELP, override_usage = "gongkai layouts export <名称> <文件夹>")]
    #[command(after_help = "示例：\n  gongkai layouts export hebei-department-budget-2023 layouts")]
    Export {
        /// 版式集的名称
        #[arg(value_name = "名称", help_heading = "参数")]
        set: String,
        /// 导出到哪里
        #[arg(value_name = "文件夹", help_heading = "参数")]
        folder: PathBuf,
    },
    /// 检查一套版式：错误，和可疑的写法（查不到什么的规则、单位不符、没有证明的合计、没有用到的数字……）
    #[command(help_template = HELP, override_usage = "gongkai layouts check [选项] <名称>")]
    #[command(
        after_help = "示例：\n  gongkai layouts check hebei-department-budget-2023\n  gongkai layouts check my-province --layouts layouts\n\n退出码：0 没有错误（可疑的写法只提醒）；1 有错误。"
    )]
    Check(CheckArgs),
    /// 用数据编成文本，与公开的一份比较：n/m 个单元格和句子相同，不同的逐个指出
    #[command(help_template = HELP, override_usage = "gongkai layouts compare [选项] <名称> <文件夹> <文件>")]
    #[command(
        after_help = "示例：\n  gongkai layouts compare hebei-department-budget-2023 data/631-2023 公开.docx\n  gongkai layouts compare my-province data/631 公开.json --layouts layouts --format json\n\n文件是公开的 DOCX，或写明各表的 JSON，写法见 layouts/README.md。\n退出码：0 全部相同；1 有不同；2 没有能够比较。"
    )]
    Compare(CompareArgs),
    /// 不用数据看一张表的样子：表头、各行，数字的格里是地址
    #[command(help_template = HELP, override_usage = "gongkai layouts show [选项] <名称> <表>")]
    #[command(
        after_help = "示例：\n  gongkai layouts show hebei-department-budget-2023 t5\n  gongkai layouts show hebei-department-budget-2023 t5 -o 样子     另写一页 PDF"
    )]
    Show(ShowArgs),
}

#[derive(Args)]
pub struct CheckArgs {
    /// 版式集的名称
    #[arg(value_name = "名称", help_heading = "参数")]
    set: String,
    /// 版式集所在的文件夹；不写则用当前文件夹的 layouts，再用程序自带的
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    layouts: Option<PathBuf>,
}

#[derive(Args)]
pub struct CompareArgs {
    /// 版式集的名称；report.toml 写的是别的版式集时，也用这一套
    #[arg(value_name = "名称", help_heading = "参数")]
    set: String,
    /// 数据文件夹
    #[arg(value_name = "文件夹", help_heading = "参数")]
    data: PathBuf,
    /// 公开的文本：DOCX 或 JSON
    #[arg(value_name = "文件", help_heading = "参数")]
    file: PathBuf,
    /// 写成 text 或 json
    #[arg(long, value_name = "格式", default_value = "text", help_heading = "选项", hide_possible_values = true)]
    #[arg(hide_default_value = true)]
    format: CompareFormat,
    /// 版式集所在的文件夹；不写则用当前文件夹的 layouts，再用程序自带的
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    layouts: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum CompareFormat {
    Text,
    Json,
}

#[derive(Args)]
pub struct ShowArgs {
    /// 版式集的名称
    #[arg(value_name = "名称", help_heading = "参数")]
    set: String,
    /// 表的 id，或它的文件名（不写扩展名）
    #[arg(value_name = "表", help_heading = "参数")]
    table: String,
    /// 另写一页 PDF 到这个文件夹
    #[arg(short, long, value_name = "文件夹", help_heading = "选项")]
    output: Option<PathBuf>,
    #[command(flatten)]
    places: Places,
}

/// Does what is asked.
pub fn run(command: LayoutsCommand) -> ExitCode {
    match command {
        LayoutsCommand::List { layouts } => list(&Layouts::on_disk(&layout_folders(layouts.as_deref()))),
        LayoutsCommand::Export { set, folder } => export(&set, &folder),
        LayoutsCommand::Check(args) => check(&args),
        LayoutsCommand::Compare(args) => compare_with(&args),
        LayoutsCommand::Show(args) => show(&args),
    }
}

fn list(layouts: &Layouts) -> ExitCode {
    layouts.sets().iter().for_each(print);
    ExitCode::SUCCESS
}

fn export(set: &str, folder: &Path) -> ExitCode {
    match layout::export(set, folder) {
        Ok(written) => {
            print_written(&written);
            ExitCode::SUCCESS
        }
        Err(found) => {
            tell(found);
            ExitCode::FAILURE
        }
    }
}

fn check(args: &CheckArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    let set = load_set(&args.set, &Layouts::on_disk(&layout_folders(args.layouts.as_deref())), &mut found);
    let broken = found.has_errors();
    if let Some(set) = set.filter(|_| !broken) {
        found.extend(doubts::doubts(&set));
    }
    found.sorted().iter().for_each(tell);
    let tally = found.tally();
    match (tally.errors, tally.warnings) {
        (0, 0) => tell("没有发现问题"),
        (errors, warnings) => tell(format_args!("{errors} 个错误，{warnings} 个警告")),
    }
    if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn compare_with(args: &CompareArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    let compared = compared(args, &mut found);
    found.sorted().iter().filter(|d| compared.is_none() || d.code.starts_with("E63")).for_each(tell);
    match compared {
        Some(compared) => {
            match args.format {
                CompareFormat::Json => print(format_args!("{:#}", comparison::as_json(&compared))),
                CompareFormat::Text => print(comparison::as_text(&compared)),
            }
            if compared.is_same() { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        None => {
            tell("没有能够比较");
            ExitCode::from(2)
        }
    }
}

/// The comparison with the folder's document that is nearest to what was published.
fn compared(args: &CompareArgs, found: &mut Diagnostics) -> Option<crate::against::Comparison> {
    let shown = args.file.display().to_string();
    let published = match read_docx::load(&args.file).and_then(|bytes| Published::read(&bytes, &shown)) {
        Ok(published) => published,
        Err(wrong) => {
            found.push(wrong);
            return None;
        }
    };
    let layouts = Layouts::on_disk(&layout_folders(args.layouts.as_deref()));
    let made = compose_as(&args.set, &Folder::open(&args.data), &layouts, found);
    let all = made.iter().map(|made| compare(made.document(), &published));
    let best = all.max_by_key(|one| (one.cells().equal, one.sentences.equal));
    if best.is_none() && !found.has_errors() {
        let message = format!("{} 没有用“{}”做成的文本", args.data.display(), args.set);
        found.push(Diagnostic::error("E631", message).hint("检查 report.toml"));
    }
    best
}

fn show(args: &ShowArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    let shown = shown(args, &mut found);
    found.sorted().iter().for_each(tell);
    match shown {
        Some(()) if !found.has_errors() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn shown(args: &ShowArgs, found: &mut Diagnostics) -> Option<()> {
    let set = load_set(&args.set, &args.places.layouts(), found)?;
    let table = form(&set, &args.table).map_err(|wrong| found.push(wrong)).ok()?;
    print(form_words::as_text(&table));
    let Some(folder) = &args.output else { return Some(()) };
    let workshop = args.places.workshop().map_err(|wrong| found.extend(wrong)).ok()?;
    let document = sheet(&set, table, &args.table);
    let pages = typeset(&document, &set.style, &workshop.fonts, found);
    if found.has_errors() {
        return None;
    }
    let bytes =
        write(&document, &set.style, &pages, &workshop.fonts, Format::Pdf).map_err(|wrong| found.push(wrong)).ok()?;
    let output = Output { name: format!("{}.pdf", file_name(&document.meta.file_stem)), bytes };
    print_written(&place(folder, &[output], found));
    Some(())
}
