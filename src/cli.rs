//! The command line: arguments, progress, messages and exit codes. Paths written go to stdout, all else to stderr.

use crate::build::{Format, outputs, place};
use crate::compose::compose;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::fonts::Fonts;
use crate::layout;
use crate::prepare::prepare;
use clap::{Args, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EXAMPLES: &str = "\
示例：
  gongkai build data/631-2023             生成 output/631-2023/ 下的 PDF 和 DOCX
  gongkai build data/* -o 公开 --format pdf 各部门一起生成，只要 PDF
  gongkai check data/631-2023             只检查，不写文件
  gongkai layouts list                    有哪些版式集
  gongkai layouts export hebei-department-budget-2023 layouts

退出码：0 完成；1 数据或版式有错误；2 用法不对。";

/// 部门预算公开：由结构化预算数据生成正式的公开文本（PDF 和可编辑的 DOCX）
#[derive(Parser)]
#[command(name = "gongkai", version, about, after_help = EXAMPLES)]
#[command(disable_help_subcommand = true, help_template = HELP, subcommand_help_heading = "命令")]
#[command(subcommand_value_name = "命令", disable_help_flag = true, disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// 显示帮助
    #[arg(short, long, action = clap::ArgAction::Help, global = true, help_heading = "选项")]
    help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = clap::ArgAction::Version, help_heading = "选项")]
    version: Option<bool>,
}

const HELP: &str = "{about}\n\n用法：{usage}\n\n{all-args}{after-help}\n";

#[derive(Subcommand)]
enum Command {
    /// 生成公开文本
    #[command(help_template = HELP, after_help = "示例：\n  gongkai build data/631-2023\n  gongkai build data/631-2023 data/632-2023 -o 公开 --format docx")]
    Build(BuildArgs),
    /// 检查数据和版式，不写文件
    #[command(help_template = HELP, after_help = "示例：\n  gongkai check data/631-2023")]
    Check(CheckArgs),
    /// 列出或导出版式集
    #[command(help_template = HELP, subcommand_help_heading = "命令", subcommand_value_name = "命令", disable_help_subcommand = true)]
    Layouts {
        #[command(subcommand)]
        command: LayoutsCommand,
    },
}

#[derive(Args)]
struct BuildArgs {
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
    #[command(flatten)]
    places: Places,
}

#[derive(Args)]
struct CheckArgs {
    /// 数据文件夹（含 report.toml），可以有多个
    #[arg(required = true, value_name = "文件夹", help_heading = "参数")]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    places: Places,
}

#[derive(Args)]
struct Places {
    /// 版式集所在的文件夹；不写则用当前文件夹的 layouts，再用程序自带的
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    layouts: Option<PathBuf>,
    /// 字体文件夹（含 fonts.toml）；不写则依次找环境变量 GONGKAI_FONTS、当前文件夹和程序旁边的 fonts
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    fonts: Option<PathBuf>,
}

#[derive(Subcommand)]
enum LayoutsCommand {
    /// 列出版式集
    #[command(help_template = HELP)]
    List {
        /// 另外查找的文件夹
        #[arg(long, value_name = "文件夹", help_heading = "选项")]
        layouts: Option<PathBuf>,
    },
    /// 把自带的版式集导出到文件夹，以便修改
    #[command(help_template = HELP)]
    Export {
        /// 版式集的名称
        #[arg(value_name = "名称", help_heading = "参数")]
        set: String,
        /// 导出到哪里
        #[arg(value_name = "文件夹", help_heading = "参数")]
        folder: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatArg {
    Pdf,
    Docx,
}

/// Runs the program on the process's arguments.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage_error(&error),
    };
    match cli.command {
        Command::Build(args) => build(&args),
        Command::Check(args) => check(&args),
        Command::Layouts { command: LayoutsCommand::List { layouts } } => list(&layout_roots(layouts.as_deref())),
        Command::Layouts { command: LayoutsCommand::Export { set, folder } } => export(&set, &folder),
    }
}

/// Help goes to stdout with code 0; wrong use is told in Chinese, code 2.
fn usage_error(error: &clap::Error) -> ExitCode {
    use clap::error::{ContextKind, ErrorKind};
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => "没有写命令".to_string(),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{}", context(ContextKind::InvalidArg)),
        ErrorKind::UnknownArgument => format!("没有“{}”这个选项", context(ContextKind::InvalidArg)),
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令", context(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue => {
            format!("“{}”不能用于 {}", context(ContextKind::InvalidValue), context(ContextKind::InvalidArg))
        }
        _ => "命令的写法不对".to_string(),
    };
    eprintln!("{message}\n");
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    if let Some(near) = near.into_iter().map(context).find(|s| !s.is_empty()) {
        eprintln!("您是否指“{near}”？");
    }
    eprintln!("用法见 gongkai --help");
    ExitCode::from(2)
}

/// Folders that may hold layout sets, first wins.
fn layout_roots(given: Option<&Path>) -> Vec<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("layouts")));
    given.map(Path::to_path_buf).into_iter().chain([PathBuf::from("layouts")]).chain(beside).collect()
}

/// The fonts, from the first folder that has a `fonts.toml`.
fn load_fonts(given: Option<&Path>) -> Result<Fonts, Diagnostics> {
    let mut folders: Vec<PathBuf> = Vec::new();
    match (given, std::env::var_os("GONGKAI_FONTS")) {
        (Some(folder), _) => folders.push(folder.to_path_buf()),
        (None, Some(folder)) if !folder.is_empty() => folders.push(folder.into()),
        _ => {
            folders.push(PathBuf::from("fonts"));
            folders.extend(std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("fonts"))));
        }
    }
    let folders: Vec<&Path> = folders.iter().map(PathBuf::as_path).collect();
    Fonts::load(&folders)
}

/// What became of one folder.
struct Outcome {
    written: Vec<PathBuf>,
    diagnostics: Diagnostics,
}

fn build(args: &BuildArgs) -> ExitCode {
    let fonts = match load_fonts(args.places.fonts.as_deref()) {
        Ok(fonts) => fonts,
        Err(found) => {
            print_all(&found, None);
            return ExitCode::FAILURE;
        }
    };
    let roots = layout_roots(args.places.layouts.as_deref());
    let formats = formats(&args.format);
    let names = match output_names(&args.folders) {
        Ok(names) => names,
        Err(found) => {
            eprintln!("{found}");
            return ExitCode::from(2);
        }
    };
    let bar = progress(args.folders.len());
    let one = |(folder, name): (&PathBuf, &String)| {
        let mut diagnostics = Diagnostics::default();
        let files = outputs(folder, &roots, &fonts, &formats, &mut diagnostics);
        let mut written = Vec::new();
        if !diagnostics.has_errors() {
            match place(&args.output.join(name), &files) {
                Ok(paths) => written = paths,
                Err(found) => diagnostics.push(found),
            }
        }
        bar.inc(1);
        Outcome { written, diagnostics }
    };
    let outcomes: Vec<Outcome> = args.folders.par_iter().zip(&names).map(one).collect();
    bar.finish_and_clear();
    report(&args.folders, &outcomes)
}

fn check(args: &CheckArgs) -> ExitCode {
    let roots = layout_roots(args.places.layouts.as_deref());
    let bar = progress(args.folders.len());
    let one = |folder: &PathBuf| {
        let mut diagnostics = Diagnostics::default();
        for prepared in prepare(folder, &roots, &mut diagnostics) {
            compose(prepared.job, &mut diagnostics);
        }
        bar.inc(1);
        Outcome { written: Vec::new(), diagnostics }
    };
    let outcomes: Vec<Outcome> = args.folders.par_iter().map(one).collect();
    bar.finish_and_clear();
    report(&args.folders, &outcomes)
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

/// The name of each folder's output folder: its own. Two of one name would overwrite each other.
fn output_names(folders: &[PathBuf]) -> Result<Vec<String>, String> {
    let name = |folder: &PathBuf| -> String {
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        whole.file_name().map_or_else(|| "output".to_string(), |n| n.to_string_lossy().into_owned())
    };
    let names: Vec<String> = folders.iter().map(name).collect();
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            return Err(format!("有两个数据文件夹都叫“{name}”，输出会互相覆盖：请分开生成，或改名"));
        }
    }
    Ok(names)
}

/// A bar for several folders, on a terminal only.
fn progress(folders: usize) -> ProgressBar {
    let bar = ProgressBar::new(folders as u64);
    let shown = folders > 1 && std::io::stderr().is_terminal();
    bar.set_draw_target(if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
    if let Ok(style) = ProgressStyle::with_template("正在生成 [{bar:30}] {pos}/{len}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// Findings and written paths of every folder, in the order given; the exit code.
fn report(folders: &[PathBuf], outcomes: &[Outcome]) -> ExitCode {
    let several = folders.len() > 1;
    let mut stdout = std::io::stdout().lock();
    for (folder, outcome) in folders.iter().zip(outcomes) {
        print_all(&outcome.diagnostics, several.then_some(folder));
        for path in &outcome.written {
            let _ = writeln!(stdout, "{}", path.display());
        }
    }
    let failed = outcomes.iter().filter(|o| o.diagnostics.has_errors()).count();
    if several {
        eprintln!("{} 个部门，完成 {} 个，有错误 {failed} 个", folders.len(), folders.len() - failed);
    }
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn print_all(diagnostics: &Diagnostics, folder: Option<&PathBuf>) {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if let Some(folder) = folder.filter(|_| !diagnostics.is_empty()) {
        eprintln!("{}：", folder.display());
    }
    for found in diagnostics.sorted() {
        eprintln!("{}", coloured(found, colour));
    }
    let (errors, warnings) = (diagnostics.count(Severity::Error), diagnostics.count(Severity::Warning));
    if errors > 0 {
        eprintln!("共 {errors} 个错误、{warnings} 个警告；没有写入任何文件，原有文件未动");
    } else if warnings > 0 {
        eprintln!("共 {warnings} 个警告");
    }
}

fn coloured(found: &Diagnostic, colour: bool) -> String {
    let text = found.to_string();
    if !colour {
        return text;
    }
    let mark = format!("{}[{}]", found.severity.word(), found.code);
    let code = match found.severity {
        Severity::Error => 31,
        Severity::Warning => 33,
        Severity::Note => 36,
    };
    text.replacen(&mark, &format!("\x1b[{code}m{mark}\x1b[0m"), 1)
}

fn list(roots: &[PathBuf]) -> ExitCode {
    for set in layout::all_sets(roots) {
        println!("{set}");
    }
    ExitCode::SUCCESS
}

fn export(set: &str, folder: &Path) -> ExitCode {
    match layout::export(set, folder) {
        Ok(written) => {
            written.iter().for_each(|path| println!("{}", path.display()));
            ExitCode::SUCCESS
        }
        Err(found) => {
            eprintln!("{found}");
            ExitCode::FAILURE
        }
    }
}
