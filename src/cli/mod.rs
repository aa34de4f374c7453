//! The command line: arguments, help and exit codes; each command has a file of its own. Paths written and what was
//! asked for go to stdout, all else to stderr.

mod audit;
mod book;
mod build;
mod check;
mod clicked;
mod diff;
mod explain;
mod export;
mod folders;
mod history;
mod import;
mod layouts;
mod ledger;
mod messages;
mod new;
mod open;
mod pull;
mod read;
mod status;
mod watch;
mod why;

use clap::error::{ContextKind, ErrorKind};
use clap::{Parser, Subcommand};
use messages::tell;
use std::process::ExitCode;

pub use clicked::run_in_window;

const ABOUT: &str = "gongkai（公开）：由结构化的预算数据生成部门预算公开文本，一份 PDF，一份可编辑的 DOCX";

const EXAMPLES: &str = "\
示例：
  gongkai build data/631-2023                生成 output/631-2023/ 下的 PDF 和 DOCX
  gongkai build data/*/ -o 公开 --format pdf 各部门一起生成，只要 PDF，放在 公开/ 下
  gongkai check data/631-2023                只检查，不写文件
  gongkai status 全县                        各部门交没交、错没错、与控制数差多少
  gongkai explain L013                       说明一条规则
  gongkai build data/631-2023 --draft        送审稿：有水印，检查发现的问题列在最后
  gongkai build data/631-2023 --marked --since 2023-02-10-1
                                             与发布过的一版比较，标出改动
  gongkai pull 公开.docx data/631-2023       在 Word 里改过的，写回数据文件夹
  gongkai diff data/631-2023                 与最后发布的一版相比，变了什么，因何而变
  gongkai new 632-2026 --layout 版式名称     新建数据文件夹，有要填的工作簿
  gongkai export data/631-2023 631.xlsx      全部数据写成一个工作簿
  gongkai import 公开.pdf 632-2025           公开的文件成为数据文件夹，表照印出来的样子
  gongkai audit 公开/*.pdf                   检查公开的文件，不写文件
  gongkai watch data/631-2023                一存盘就重新生成
  gongkai why data/631-2023 85.05            一个数是怎么来的
  gongkai read 公开.docx                     读出改过的 DOCX 里的数字
  gongkai layouts list                       列出版式集
  gongkai layouts export hebei-department-budget-2023 layouts
                                             导出一个版式集，以便修改
  gongkai layouts new my-province-2026 --from 公开.pdf
                                             由公开的文件做一套版式
  gongkai layouts check hebei-department-budget-2023
                                             一套版式的错误和可疑的写法

退出码：0 完成；1 数据或版式有错误；2 用法不对。";

const BUILD_EXAMPLES: &str = "\
示例：
  gongkai build data/631-2023
  gongkai build data/631-2023 data/632-2023 -o 公开 --format docx
  gongkai build data/631-2023 --edition --date 2023-02-10
                                             生成，并记为 editions/2023-02-10-1
  gongkai build data/631-2023 --at 2023-02-10-1
                                             取出那一版并核对，在 output/631-2023/2023-02-10-1
  gongkai build data/631-2023 --since 2023-02-10-1 --date 2023-03-01 --edition
                                             更正后生成，另写更正说明，并记为新的一版
  gongkai build data/631-2023 --draft        送审稿：每页有水印，检查发现的问题列在最后
  gongkai build data/631-2023 --marked --since 2023-02-10-1
                                             修订标记本：与那一版比较，标出改动";

const DIFF_EXAMPLES: &str = "\
示例：
  gongkai diff data/631-2023                 最后发布的一版与现在相比
  gongkai diff data/631-2023 --what-if 'ledger.csv:11 金额=108300.00'
                                             假如这样更正，会动到哪里
  gongkai diff data/631-2023/editions/2023-02-10-1 data/631-2023
  gongkai diff 公开.docx data/631-2023 --format csv > 对照.csv

退出码：0 相同；1 不同；2 没有能够比较。";

const STATUS_EXAMPLES: &str = "\
示例：
  gongkai status 全县                        一个部门一行，只重看改过的部门
  gongkai status 全县 --date 2024-02-20      过期没有交的也列出
  gongkai status 全县 --format html > 情况.html
  gongkai status 全县 --format xlsx > 情况.xlsx
  gongkai status 全县 --notices 通知         给每个还有事要做的部门写一份通知
  gongkai status 全县 --part 3/8 --format json > 3.json
  gongkai status 全县 --join 1.json 2.json   把各份合成一张

名单、控制数写在 bureau.toml 里；没有它，就看下面全部部门的数据文件夹。
退出码：0 没有错误；1 有部门有错误，或名单、控制数不对。";

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
        after_help = BUILD_EXAMPLES
    )]
    Build(build::BuildArgs),
    /// 检查数据和版式，不写文件
    #[command(help_template = HELP, override_usage = "gongkai check [选项] <文件夹>...")]
    #[command(
        after_help = "示例：\n  gongkai check data/631-2023\n  gongkai check data/631-2023 --format html > 检查.html"
    )]
    Check(check::CheckArgs),
    /// 检查公开的文件（PDF、DOCX、XLSX、网页），不写文件
    #[command(help_template = HELP, override_usage = "gongkai audit [选项] <文件>...")]
    #[command(after_help = "示例：\n  gongkai audit 公开.pdf\n  gongkai audit 公开/*.pdf --format html > 检查.html")]
    Audit(audit::AuditArgs),
    /// 公开的文件（PDF、DOCX、XLSX、网页）成为数据文件夹：表照印出来的样子，正文分节
    #[command(help_template = HELP, override_usage = "gongkai import [选项] <文件> <文件夹>")]
    #[command(
        after_help = "示例：\n  gongkai import 公开.pdf 632-2025\n  gongkai import 公开.pdf 632-2025 --layout hebei-department-budget-2023\n  gongkai import 平台导出.xlsx 632-2026 --as records    平台导出的明细写成 导入.xlsx，列和值按版式集的叫法\n  gongkai import 平台导出.xlsx 632-2026 --as records --means 经费渠道=资金来源 --means 资金来源.财拨=一般公共预算\n                                           平台的叫法，记在 import.toml 里\n  gongkai import 2025公开.pdf 632-2026 --as prior       上年公开的各表成为上年数 prior.csv"
    )]
    Import(import::ImportArgs),
    /// 由照印出来的样子的表得出明细：每个印出的数都对得上，各表没有写明的标为任选
    #[command(help_template = HELP, override_usage = "gongkai ledger [选项] <文件夹>")]
    #[command(
        after_help = "示例：\n  gongkai import 公开.pdf 632-2025\n  gongkai ledger 632-2025          写 632-2025/ledger.csv"
    )]
    Ledger(ledger::LedgerArgs),
    /// 说明一条规则：为什么、依据、例子
    #[command(help_template = HELP, override_usage = "gongkai explain [编号]")]
    #[command(after_help = "示例：\n  gongkai explain L013\n  gongkai explain          列出全部规则")]
    Explain(explain::ExplainArgs),
    /// 各部门交没交、有几处错误、与控制数差多少、公开没有、下一步做什么
    #[command(help_template = HELP, override_usage = "gongkai status [选项] [文件夹]")]
    #[command(after_help = STATUS_EXAMPLES)]
    Status(status::StatusArgs),
    /// 各部门的公开文本编成一本：封面、目录、汇总表，一份 PDF，一份 DOCX，页多时分册
    #[command(help_template = HELP, override_usage = "gongkai book [选项] <文件夹>")]
    #[command(
        after_help = "示例：\n  gongkai book 全县                          output/汇编/ 下的 PDF 和 DOCX\n  gongkai book 全县 --pages 500 --by-department\n                                             一册至多 500 页，各部门的页码从 1 起\n  gongkai book 全县 --since 2月全县 --date 2024-04-01\n                                             另写更正说明，列出要更换的页\n\n没有交来、有错误的部门不编入，在它的位置说明原因，其余照编；退出码为 1。"
    )]
    Book(book::BookArgs),
    /// 一个数是怎么来的：明细行、公式、舍入、印在哪里、影响哪里
    #[command(help_template = HELP, override_usage = "gongkai why [选项] <文件夹> <数字>")]
    #[command(
        after_help = "示例：\n  gongkai why data/631-2023 t5/2010350/基本\n  gongkai why data/631-2023 85.05\n  gongkai why data/631-2023 --sums"
    )]
    Why(why::WhyArgs),
    /// 比较两个文件夹、两版，或 DOCX 与文件夹：印出来的有什么不同，因何而变
    #[command(help_template = HELP, override_usage = "gongkai diff [选项] <旧> [新]")]
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(diff::DiffArgs),
    /// 列出一个数据文件夹发布过的各版
    #[command(help_template = HELP, override_usage = "gongkai history <文件夹>")]
    #[command(after_help = "示例：\n  gongkai history data/631-2023")]
    History(history::HistoryArgs),
    /// 把在 Word 里改过的 DOCX 读回来：哪些文字、数字改了，写回数据文件夹的哪一行
    #[command(help_template = HELP, override_usage = "gongkai pull [选项] <文件> <文件夹>")]
    #[command(
        after_help = "示例：\n  gongkai pull 公开.docx data/631-2023          只说明改了什么、会写到哪里\n  gongkai pull 公开.docx data/631-2023 --write  写回 text/*.md 和数据文件\n\n数字改了，找得到唯一的一条记录就给出确切的改法；有几条可能的都列出来，不替您选。结构的改动（增删段落、表格的行）只说明，不采用。"
    )]
    Pull(pull::PullArgs),
    /// 新建一个数据文件夹：report.toml、文字的空白和要填的工作簿
    #[command(help_template = HELP, override_usage = "gongkai new [选项] <文件夹>")]
    #[command(
        after_help = "示例：\n  gongkai new 632-2026 --layout hebei-department-budget-2023\n                                           report.toml、text/*.md 和 数据.xlsx\n  gongkai new 632-2026.xlsx --layout hebei-department-budget-2023\n                                           只有一个工作簿，基本信息和文字也在里面\n  gongkai new 631-2024 --like data/631-2023   由上年的文件夹开始\n  gongkai new 632-2026 --workbook 明细.xlsx --layout hebei-department-budget-2023 --name 教育局\n                                           用已有的工作簿\n  gongkai new 632 --year 2026 --csv --layout hebei-department-budget-2023\n                                           不用工作簿，用 CSV 文件\n  gongkai new 全县 --bureau 名单.xlsx --year 2026   由部门名单新建财政部门的文件夹"
    )]
    New(new::NewArgs),
    /// 把一个部门的全部数据写成一个工作簿
    #[command(help_template = HELP, override_usage = "gongkai export [选项] <文件夹> <文件>")]
    #[command(
        after_help = "示例：\n  gongkai export data/631-2023 631.xlsx\n  gongkai build 631.xlsx                    这一个工作簿就是一个部门"
    )]
    Export(export::ExportArgs),
    /// 在浏览器里打开工作台：看页面、查数字的来源、改记录、公开
    #[command(help_template = HELP, override_usage = "gongkai open [选项] [文件夹…]")]
    #[command(
        after_help = "示例：\n  gongkai open                              列出当前文件夹下的各部门\n  gongkai open data/631-2023\n  gongkai open data/631-2023 --no-browser   只印出地址，按 Ctrl-C 结束\n\n只有这台电脑上的浏览器、用印出的这一行地址，才打得开；地址只能用一次。"
    )]
    Open(open::OpenArgs),
    /// 守着一个数据文件夹：一存盘就重新生成，说明动了哪里
    #[command(help_template = HELP, override_usage = "gongkai watch [选项] <文件夹>")]
    #[command(after_help = "示例：\n  gongkai watch data/631-2023\n  gongkai watch data/631-2023 --format pdf")]
    Watch(watch::WatchArgs),
    /// 读出 DOCX 里的数字，一行一个：地址、文字、元
    #[command(help_template = HELP, override_usage = "gongkai read [选项] <文件>")]
    #[command(after_help = "示例：\n  gongkai read 公开.docx\n  gongkai read 公开.docx --format json --prose")]
    Read(read::ReadArgs),
    /// 版式集：列出、导出、检查、与公开的文本比较、看表的样子
    #[command(help_template = HELP, override_usage = "gongkai layouts <命令> [选项]")]
    #[command(subcommand_help_heading = "命令", subcommand_value_name = "命令", disable_help_subcommand = true)]
    Layouts {
        #[command(subcommand)]
        command: layouts::LayoutsCommand,
    },
}

/// A limit on the size of files (ulimit -f) is an error to tell, as a full disk is, and no end by a signal.
fn let_writes_fail() {
    // SAFETY: it runs before any other thread, and to ignore a signal runs no code of ours.
    #[cfg(unix)]
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

/// Runs the program on the process's arguments.
pub fn run() -> ExitCode {
    let_writes_fail();
    clicked::let_read(match Cli::try_parse_from(clicked::arguments()) {
        Ok(cli) => done(cli.command),
        Err(error) => usage_error(&error),
    })
}

fn done(command: Command) -> ExitCode {
    match command {
        Command::Build(args) => build::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Ledger(args) => ledger::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Book(args) => book::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Why(args) => why::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::History(args) => history::run(&args),
        Command::Pull(args) => pull::run(&args),
        Command::New(args) => new::run(&args),
        Command::Open(args) => open::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Watch(args) => watch::run(&args),
        Command::Read(args) => read::run(&args),
        Command::Layouts { command } => layouts::run(command),
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
        ErrorKind::UnknownArgument if !argument.starts_with('-') => format!("多了“{argument}”"),
        ErrorKind::UnknownArgument => format!("没有“{argument}”这个选项"),
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令", context(ContextKind::InvalidSubcommand)),
        ErrorKind::ArgumentConflict => match context(ContextKind::PriorArg) {
            prior if prior.is_empty() || prior == argument => format!("{argument} 只能写一次"),
            prior => format!("{argument} 和 {prior} 不能同时用"),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            match (context(ContextKind::InvalidValue), context(ContextKind::ValidValue)) {
                (value, _) if value.is_empty() => format!("{argument} 后面没有写值"),
                (value, valid) if valid.is_empty() => format!("“{value}”不能用于 {argument}"),
                (value, valid) => format!("“{value}”不能用于 {argument}，可用的有：{}", valid.replace(", ", "、")),
            }
        }
        _ => "命令的写法不对".to_string(),
    }
}
