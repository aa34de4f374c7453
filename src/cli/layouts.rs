//! `gongkai layouts`: what sets there are, a copy of one to change, and tools for whoever writes one.

use super::HELP;
use super::folders::Places;
use super::messages::{print, print_written, tell};
use crate::against::{Published, compare};
use crate::begin::{make_folders, with_new_files};
use crate::compose::file_name;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::folder::Folder;
use crate::form::{form, sheet};
use crate::layout::{self, Layouts, doubts};
use crate::new_set::{Account, Wanted, is_free, new_set};
use crate::place::{place, save};
use crate::published::load;
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
    /// 由公开的文件做一套版式：各表、各节、数据的写法，和一份说明
    #[command(help_template = HELP, override_usage = "gongkai layouts new [选项] <名称> --from <文件>…")]
    #[command(
        after_help = "示例：\n  gongkai layouts new my-province-2026 --from 2026年部门预算.pdf\n  gongkai layouts new my-province-2026 --from 公开表.xlsx 说明.docx --output 版式\n  gongkai layouts check my-province-2026\n  gongkai new 305-2026 --layout my-province-2026\n\n文件是公开的 PDF、DOCX、工作簿或网页；几个文件合起来是一份文本。\n与已有的版式大体相同的，建立在它之上，只写不同之处。\n猜的地方在文件里标着“请核对”；哪些认出来了，哪些要人来做，写在文件夹的 README.md 里。\n退出码：0 做成了；1 没有做成，什么也没有写。"
    )]
    New(NewSetArgs),
    /// 检查一套版式：错误，和可疑的写法（查不到什么的规则、单位不符、没有证明的合计、没有用到的数字……）
    #[command(help_template = HELP, override_usage = "gongkai layouts check [选项] <名称>")]
    #[command(
        after_help = "示例：\n  gongkai layouts check hebei-department-budget-2023\n  gongkai layouts check my-province --layouts layouts\n\n退出码：0 没有错误（可疑的写法只提醒）；1 有错误。"
    )]
    Check(CheckArgs),
    /// 用数据编成文本，与公开的一份比较：n/m 个单元格和句子相同，不同的逐个指出
    #[command(help_template = HELP, override_usage = "gongkai layouts compare [选项] <名称> <文件夹> <文件>")]
    #[command(
        after_help = "示例：\n  gongkai layouts compare hebei-department-budget-2023 data/631-2023 公开.docx\n  gongkai layouts compare my-province data/631 公开.json --layouts layouts --format json\n\n文件是公开的 PDF、DOCX、工作簿、网页，或写明各表的 JSON，写法见 layouts/README.md。\n退出码：0 全部相同；1 有不同；2 没有能够比较。"
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
pub struct NewSetArgs {
    /// 新的版式集的名称，就是它的文件夹的名称
    #[arg(value_name = "名称", help_heading = "参数")]
    name: String,
    /// 公开的文件：PDF、DOCX、XLSX、XLS、HTML
    #[arg(long, value_name = "文件", num_args = 1.., required = true, help_heading = "选项")]
    from: Vec<PathBuf>,
    /// 数据照哪一套的写法；不写则照最接近的一套
    #[arg(long, value_name = "版式集", help_heading = "选项")]
    schema: Option<String>,
    /// 不看这些已有的版式，从头做
    #[arg(long, value_name = "版式集", help_heading = "选项")]
    without: Vec<String>,
    /// 文件是哪一年的；不写则看文件里写的，没有写的，科目照最近一年的查
    #[arg(long, value_name = "年度", value_parser = clap::value_parser!(i32).range(1990..=2100), help_heading = "选项")]
    year: Option<i32>,
    /// 写到哪个文件夹之下；不写则是 --layouts，再是当前文件夹的 layouts
    #[arg(short, long, value_name = "文件夹", help_heading = "选项")]
    output: Option<PathBuf>,
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
    /// 公开的文本：PDF、DOCX、工作簿或 JSON
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
        LayoutsCommand::New(args) => new(&args),
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

fn new(args: &NewSetArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    let root = args.output.as_deref().or(args.layouts.as_deref()).unwrap_or(Path::new(layout::IN_WORKING_FOLDER));
    let made = made_set(args, root, &mut found);
    found.sorted().iter().for_each(tell);
    let Some((account, written)) = made.filter(|_| !found.has_errors()) else {
        tell("没有写入任何文件，原有文件未动");
        return ExitCode::FAILURE;
    };
    print_written(&written);
    account.told().iter().for_each(tell);
    for (title, lines) in [("要人工做的", &account.asks), ("猜的", &account.guessed)] {
        /// More are in the file.
        const SHOWN: usize = 8;
        lines.iter().take(SHOWN).for_each(|line| tell(format_args!("{title}：{line}")));
        if lines.len() > SHOWN {
            tell(format_args!("{title}：还有 {} 处，见 README.md", lines.len() - SHOWN));
        }
    }
    let at = if root == Path::new(layout::IN_WORKING_FOLDER) {
        String::new()
    } else {
        format!(" --layouts {}", root.display())
    };
    tell(format_args!(
        "接着：gongkai layouts check {}{at}；再 gongkai new 部门代码-年度 --layout {}{at}",
        args.name, args.name
    ));
    ExitCode::SUCCESS
}

/// The set's files, in a folder that is new.
fn made_set(args: &NewSetArgs, root: &Path, found: &mut Diagnostics) -> Option<(Account, Vec<PathBuf>)> {
    let read = |path: &PathBuf| Some((path.clone(), load(path).map_err(|wrong| found.push(wrong)).ok()?));
    let files: Vec<(PathBuf, Vec<u8>)> = args.from.iter().filter_map(read).collect();
    let layouts = Layouts::on_disk(&layout_folders(args.layouts.as_deref()));
    if found.has_errors() {
        return None;
    }
    let wanted =
        Wanted { name: args.name.clone(), schema: args.schema.clone(), without: args.without.clone(), year: args.year };
    let folder = root.join(&args.name);
    is_free(&folder).map_err(|taken| found.push(taken)).ok()?;
    let made = new_set(&files, &wanted, &layouts, found)?;
    let files = made.files.into_iter().map(|(name, text)| (name, text.into_bytes()));
    let new = with_new_files(&folder, files, found);
    if found.has_errors() {
        return None;
    }
    make_folders(&folder, &new).map_err(|wrong| found.push(wrong)).ok()?;
    Some((made.account, save(&new, found)))
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
    let published = match load(&args.file).and_then(|bytes| Published::read(&bytes, &shown)) {
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
