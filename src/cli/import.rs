//! `gongkai import`: a published file becomes a data folder with its tables as printed.

use super::folders::Places;
use super::messages::{print_written, tell};
use crate::begin::{is_there, make_folders, with_new_files};
use crate::data::printed::DOUBTS;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::folder::Folder;
use crate::import::{IMPORTED, Meaning, department, layout_is_the_folders, remember};
use crate::ledger::Ledger;
use crate::place::save;
use crate::published::former::former;
use crate::published::import::{Asked, Taken, shown, take};
use crate::published::load;
use crate::tell::reconciled::{reconciled, taken};
use crate::workshop::lacking;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct ImportArgs {
    /// 公开的文件：PDF（由 Word、WPS、Excel 等导出的，不是扫描件）、DOCX、XLSX、网页（HTML）
    #[arg(value_name = "文件", help_heading = "参数")]
    file: PathBuf,
    /// 新的数据文件夹；里面已有的文件不会覆盖
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
    /// 版式集；不写则按表题和表头认
    #[arg(long, value_name = "名称", help_heading = "选项")]
    layout: Option<String>,
    /// 文件是哪一年的；不写则看文件里写的，没有写的，科目照最近一年的查
    #[arg(long, value_name = "年度", value_parser = clap::value_parser!(i32).range(1990..=2100), help_heading = "选项")]
    year: Option<i32>,
    /// 作什么用：tables（照印出来的样子的表和正文）、records（平台导出的明细，.xlsx、.xls、.ods、.csv）、prior（上年公开的文件，成为上年数）
    #[arg(
        long = "as",
        value_name = "用途",
        default_value = "tables",
        help_heading = "选项",
        hide_possible_values = true
    )]
    #[arg(hide_default_value = true)]
    purpose: Purpose,
    /// 替换上次导入的 导入.xlsx、上年数（用于 --as records、--as prior）；不写则不覆盖
    #[arg(long, help_heading = "选项")]
    replace: bool,
    /// 平台的叫法当作什么（用于 --as records，可以写几个）：经费渠道=资金来源，或 资金来源.财拨=一般公共预算；记在文件夹的 import.toml 里，以后都照此
    #[arg(long, value_name = "叫法", help_heading = "选项")]
    means: Vec<String>,
    #[command(flatten)]
    places: Places,
}

/// What a file is taken in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Purpose {
    Tables,
    Records,
    Prior,
}

/// Makes the folder. What lies there already is left alone, and the exit code is 1.
pub fn run(args: &ImportArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    match args.purpose {
        Purpose::Tables => {}
        Purpose::Records => return records(args),
        Purpose::Prior => return prior(args),
    }
    let taken = tables(args, &mut found);
    // What may have been misread comes first.
    let (doubtful, others): (Vec<_>, Vec<_>) = found.sorted().into_iter().partition(|found| found.code == "E567");
    doubtful.into_iter().chain(others).for_each(tell);
    let Some((taken, written)) = taken.filter(|_| !found.has_errors()) else {
        tell("没有写入任何文件，原有文件未动");
        return ExitCode::FAILURE;
    };
    print_written(&written);
    ends(&taken, args);
    ExitCode::SUCCESS
}

/// Records of another program, into a department's folder.
fn records(args: &ImportArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    let written = take_records(args, &mut found);
    found.sorted().iter().for_each(tell);
    let Some((lines, written)) = written.filter(|_| !found.has_errors()) else {
        tell("没有写入任何文件，原有文件未动");
        return ExitCode::FAILURE;
    };
    print_written(&written);
    lines.iter().for_each(tell);
    tell(format_args!("请与导出的文件核对以上合计；再看整个文件夹：gongkai check {}", args.folder.display()));
    ExitCode::SUCCESS
}

fn take_records(args: &ImportArgs, found: &mut Diagnostics) -> Option<(Vec<String>, Vec<PathBuf>)> {
    let bytes = load(&args.file).map_err(|wrong| found.push(wrong)).ok()?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let folder = Folder::open(&args.folder);
    if folder.has(IMPORTED) && !args.replace {
        let hint = "用新的替换它，加 --replace；在它里面改过的格会丢失";
        found.push(Diagnostic { hint: Some(hint.to_owned()), ..is_there(&folder, IMPORTED) });
    }
    if args.layout.is_some() {
        found.push(layout_is_the_folders());
    }
    let meanings: Vec<Meaning> =
        args.means.iter().filter_map(|text| Meaning::read(text).map_err(|wrong| found.push(wrong)).ok()).collect();
    if found.has_errors() {
        return None;
    }
    let folder = remember(&folder, &meanings).map_err(|wrong| found.push(wrong)).ok()?;
    let Some(imported) = crate::import::records(&name, &bytes, &folder, &args.places.layouts(), found) else {
        tell(
            "列名、值只是叫法不同的，加 --means 平台的列名=版式集的列名、--means 版式集的列名.平台的词=可填的值；记在 import.toml 里，以后都照此",
        );
        return None;
    };
    let report = &imported.job.report;
    tell(format_args!("认作 {}{}年的明细（{}）", report.name, report.year, imported.job.set.id));
    taken(&imported.job).iter().for_each(tell);
    let written = save(&folder.with(IMPORTED, imported.workbook), found);
    Some((reconciled(&imported.job), written))
}

/// Last year's published tables, as last year's records of a department's folder.
fn prior(args: &ImportArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    let written = take_prior(args, &mut found);
    found.sorted().iter().for_each(tell);
    let Some((former, written)) = written.filter(|_| !found.has_errors()) else {
        tell("没有写入任何文件，原有文件未动");
        return ExitCode::FAILURE;
    };
    print_written(&written);
    let chosen = match &former.chosen {
        (0, _) => String::new(),
        (count, heads) => format!("，其中 {count} 行的{}任选（“备注”列标明）", heads.join("、")),
    };
    tell(format_args!("上年数 {} 行{chosen}；各表没有写明、可以不写的空着", former.lines));
    tell(format_args!("再看整个文件夹：gongkai check {}", args.folder.display()));
    ExitCode::SUCCESS
}

fn take_prior(args: &ImportArgs, found: &mut Diagnostics) -> Option<(Ledger, Vec<PathBuf>)> {
    let bytes = load(&args.file).map_err(|wrong| found.push(wrong)).ok()?;
    let folder = Folder::open(&args.folder);
    let layouts = args.places.layouts();
    let job = department(&folder, &layouts, found)?;
    let taken = take(&bytes, &args.file, asked(args), &layouts, found)?;
    tell(taken.told());
    let made = former(&taken, &job, &layouts, &shown(&args.file), found)?;
    if folder.has(&made.file) && !args.replace {
        let hint = "用新的替换它，加 --replace；在它里面改过的会丢失";
        found.push(Diagnostic { hint: Some(hint.to_owned()), ..is_there(&folder, &made.file) });
        return None;
    }
    let written = save(&folder.with(&made.file, made.text.clone().into_bytes()), found);
    Some((made, written))
}

fn asked(args: &ImportArgs) -> Asked<'_> {
    Asked { layout: args.layout.as_deref(), year: args.year }
}

fn tables(args: &ImportArgs, found: &mut Diagnostics) -> Option<(Taken, Vec<PathBuf>)> {
    let bytes = load(&args.file).map_err(|wrong| found.push(wrong)).ok()?;
    let taken = take(&bytes, &args.file, asked(args), &args.places.layouts(), found)?;
    tell(taken.told());
    let files = taken.files(&shown(&args.file), found);
    let written = write(&args.folder, files.into_iter(), found)?;
    Some((taken, written))
}

/// The files, in a folder that has none of their names.
fn write(
    place: &Path,
    files: impl Iterator<Item = (String, Vec<u8>)>,
    found: &mut Diagnostics,
) -> Option<Vec<PathBuf>> {
    let folder = with_new_files(place, files, found);
    if found.has_errors() {
        return None;
    }
    make_folders(place, &folder).map_err(|wrong| found.push(wrong)).ok()?;
    Some(save(&folder, found))
}

/// What was understood, what was not, what to do next.
fn ends(taken: &Taken, args: &ImportArgs) {
    let cells: usize = taken.published.tables().flat_map(|table| &table.rows).map(|row| row.cells.len()).sum();
    let rest = taken.imported.rest.len();
    let doubtful: usize = taken.published.tables().map(|table| table.doubtful().count()).sum();
    let confirm = match doubtful {
        0 => String::new(),
        count => format!("；有疑问的 {count} 格，请先核对，对的在 {DOUBTS} 里删去"),
    };
    tell(format_args!("读出 {cells} 格；没有放进哪一节的文字 {rest} 段（在 source.toml 里）{confirm}"));
    tell(format_args!("核对以后：gongkai check {}", args.folder.display()));
    // All that is to be done before it can be built, at once.
    for mut lacking in lacking(&Folder::open(&args.folder), &args.places.layouts()).sorted().into_iter().cloned() {
        lacking.severity = Severity::Note;
        tell(lacking);
    }
}
