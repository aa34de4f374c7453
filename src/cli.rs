//! The command line: arguments, progress, messages and exit codes. Paths written go to stdout, all else to stderr.

mod read;

use crate::build::{Format, Output, outputs};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::fonts::Fonts;
use crate::layout;
use crate::place::place;
use clap::error::{ContextKind, ErrorKind};
use clap::{Args, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const ABOUT: &str = "gongkai（公开）：由结构化的预算数据生成部门预算公开文本，一份 PDF，一份可编辑的 DOCX";

const EXAMPLES: &str = "\
示例：
  gongkai build data/631-2023                生成 output/631-2023/ 下的 PDF 和 DOCX
  gongkai build data/*/ -o 公开 --format pdf 各部门一起生成，只要 PDF，放在 公开/ 下
  gongkai check data/631-2023                只检查，不写文件
  gongkai read 公开.docx                     读出改过的 DOCX 里的数字
  gongkai layouts list                       列出版式集
  gongkai layouts export hebei-department-budget-2023 layouts
                                             导出一个版式集，以便修改

退出码：0 完成；1 数据或版式有错误；2 用法不对。";

#[derive(Parser)]
#[command(name = "gongkai", version, about = ABOUT, after_help = EXAMPLES, override_usage = "gongkai <命令> [选项]")]
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
    #[command(help_template = HELP, override_usage = "gongkai build [选项] <文件夹>...")]
    #[command(
        after_help = "示例：\n  gongkai build data/631-2023\n  gongkai build data/631-2023 data/632-2023 -o 公开 --format docx"
    )]
    Build(BuildArgs),
    /// 检查数据和版式，不写文件
    #[command(help_template = HELP, override_usage = "gongkai check [选项] <文件夹>...")]
    #[command(after_help = "示例：\n  gongkai check data/631-2023")]
    Check(CheckArgs),
    /// 读出 DOCX 里的数字，一行一个：地址、文字、元
    #[command(help_template = HELP, override_usage = "gongkai read [选项] <文件>")]
    #[command(after_help = "示例：\n  gongkai read 公开.docx\n  gongkai read 公开.docx --format json --prose")]
    Read(read::ReadArgs),
    /// 列出或导出版式集
    #[command(help_template = HELP, override_usage = "gongkai layouts <命令> [选项]")]
    #[command(subcommand_help_heading = "命令", subcommand_value_name = "命令", disable_help_subcommand = true)]
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
        Command::Build(args) => build(&args, &expanded(&args.folders)),
        Command::Check(args) => check(&args, &expanded(&args.folders)),
        Command::Read(args) => read::run(&args),
        Command::Layouts { command: LayoutsCommand::List { layouts } } => list(&layout_roots(layouts.as_deref())),
        Command::Layouts { command: LayoutsCommand::Export { set, folder } } => export(&set, &folder),
    }
}

/// Help goes to stdout with code 0; wrong use is told in Chinese, code 2.
fn usage_error(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    tell(wrong_use(error));
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    if let Some(near) = near.iter().filter_map(|&kind| error.get(kind)).map(ToString::to_string).find(|s| !s.is_empty())
    {
        tell(format_args!("您是否指“{near}”？"));
    }
    tell("用法见 gongkai --help");
    ExitCode::from(2)
}

fn wrong_use(error: &clap::Error) -> String {
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => "没有写命令".to_string(),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{argument}"),
        ErrorKind::UnknownArgument => format!("没有“{argument}”这个选项"),
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令", context(ContextKind::InvalidSubcommand)),
        ErrorKind::ArgumentConflict => format!("{argument} 只能写一次"),
        ErrorKind::InvalidValue => match (context(ContextKind::InvalidValue), context(ContextKind::ValidValue)) {
            (value, _) if value.is_empty() => format!("{argument} 后面没有写值"),
            (value, valid) if valid.is_empty() => format!("“{value}”不能用于 {argument}"),
            (value, valid) => format!("“{value}”不能用于 {argument}，可用的有：{}", valid.replace(", ", "、")),
        },
        _ => "命令的写法不对".to_string(),
    }
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
#[derive(Default)]
struct Outcome {
    written: Vec<PathBuf>,
    diagnostics: Diagnostics,
}

fn build(args: &BuildArgs, folders: &[PathBuf]) -> ExitCode {
    let names = match output_names(folders) {
        Ok(names) => names,
        Err(found) => {
            tell(found);
            return ExitCode::from(2);
        }
    };
    let formats = formats(&args.format);
    each_folder(folders, &args.places, &formats, |index, files, outcome| {
        outcome.written = place(&args.output.join(&names[index]), &files, &mut outcome.diagnostics);
    })
}

/// Finds all that `build` would find, in every format, and writes nothing.
fn check(args: &CheckArgs, folders: &[PathBuf]) -> ExitCode {
    // Everything but the writing: what stops a build is found in the data, the layouts and on the pages.
    each_folder(folders, &args.places, &[], |_, _, _| ())
}

/// Makes the files of every folder, in parallel; those of a folder without errors go to `done` with its number.
fn each_folder(
    folders: &[PathBuf],
    places: &Places,
    formats: &[Format],
    done: impl Fn(usize, Vec<Output>, &mut Outcome) + Sync,
) -> ExitCode {
    let fonts = match load_fonts(places.fonts.as_deref()) {
        Ok(fonts) => fonts,
        Err(diagnostics) => return report(&folders[..1], &[Outcome { diagnostics, ..Outcome::default() }]),
    };
    let roots = layout_roots(places.layouts.as_deref());
    let bar = progress(folders.len());
    let one = |(index, folder): (usize, &PathBuf)| {
        let mut outcome = Outcome::default();
        let files = outputs(folder, &roots, &fonts, formats, &mut outcome.diagnostics);
        if !outcome.diagnostics.has_errors() {
            done(index, files, &mut outcome);
        }
        bar.inc(1);
        outcome
    };
    // A fault of ours in one folder must not cost the others their files.
    let guarded = |numbered| catch_unwind(AssertUnwindSafe(|| one(numbered))).unwrap_or_else(|_| our_fault());
    let outcomes: Vec<Outcome> = folders.par_iter().enumerate().map(guarded).collect();
    bar.finish_and_clear();
    report(folders, &outcomes)
}

fn our_fault() -> Outcome {
    let mut outcome = Outcome::default();
    let found = Diagnostic::error("E599", "程序内部出错，这个文件夹没有生成");
    outcome.diagnostics.push(found.hint("这是程序的问题；请把上面的英文信息和数据文件夹一起交给维护者"));
    outcome
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

/// `data/*` as a shell would expand it, which on Windows no shell does: the data folders in `data`, by name.
fn expanded(folders: &[PathBuf]) -> Vec<PathBuf> {
    let expand = |folder: &PathBuf| match folder.parent() {
        Some(parent) if folder.ends_with("*") && !folder.exists() => match data_folders(parent) {
            found if found.is_empty() => vec![folder.clone()],
            found => found,
        },
        _ => vec![folder.clone()],
    };
    folders.iter().flat_map(expand).collect()
}

fn data_folders(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(if parent == Path::new("") { Path::new(".") } else { parent });
    let names = entries.into_iter().flatten().flatten().map(|entry| parent.join(entry.file_name()));
    let mut found: Vec<PathBuf> = names.filter(|path| path.join("report.toml").is_file()).collect();
    found.sort();
    found
}

/// The name of each folder's output folder: its own. Two of one name would overwrite each other.
fn output_names(folders: &[PathBuf]) -> Result<Vec<String>, String> {
    let name = |folder: &PathBuf| -> String {
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        whole.file_name().map_or_else(|| "output".to_string(), |n| n.to_string_lossy().into_owned())
    };
    let names: Vec<String> = folders.iter().map(name).collect();
    let ignores_case = cfg!(any(windows, target_os = "macos"));
    let same = |a: &String, b: &String| a == b || ignores_case && a.to_lowercase() == b.to_lowercase();
    for (index, name) in names.iter().enumerate() {
        if names[..index].iter().any(|earlier| same(earlier, name)) {
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
    for (folder, outcome) in folders.iter().zip(outcomes) {
        print_all(outcome, several.then_some(folder));
    }
    let failed = outcomes.iter().filter(|o| o.diagnostics.has_errors()).count();
    if several {
        tell(format_args!("{} 个文件夹，完成 {} 个，有错误 {failed} 个", folders.len(), folders.len() - failed));
    }
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn print_all(outcome: &Outcome, folder: Option<&PathBuf>) {
    let Outcome { written, diagnostics } = outcome;
    if let Some(folder) = folder.filter(|_| !diagnostics.is_empty()) {
        tell(format_args!("{}：", folder.display()));
    }
    let colour = console::colors_enabled_stderr();
    for found in diagnostics.sorted() {
        tell(coloured(found, colour));
    }
    for path in written {
        print(path.display());
    }
    let (errors, warnings) = (diagnostics.count(Severity::Error), diagnostics.count(Severity::Warning));
    match (errors, warnings) {
        (0, 0) => {}
        (0, _) => tell(format_args!("共 {warnings} 个警告")),
        _ if written.is_empty() => {
            tell(format_args!("共 {errors} 个错误、{warnings} 个警告；没有写入任何文件，原有文件未动"));
        }
        _ => tell(format_args!("共 {errors} 个错误、{warnings} 个警告；只写入了上面列出的文件")),
    }
}

/// A line to stdout. That its reader has gone (`| head`) is no reason to fail.
fn print(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A line to stderr, likewise.
fn tell(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
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
    layout::all_sets(roots).iter().for_each(print);
    ExitCode::SUCCESS
}

fn export(set: &str, folder: &Path) -> ExitCode {
    match layout::export(set, folder) {
        Ok(written) => {
            written.iter().for_each(|path| print(path.display()));
            ExitCode::SUCCESS
        }
        Err(found) => {
            tell(found);
            ExitCode::FAILURE
        }
    }
}
