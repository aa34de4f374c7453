//! `gongkai build`: the files of each folder, in its place.

use super::folders::{Manner, Places, each_folder, expanded, in_part, output_names};
use super::messages::{Form, Outcome, blocks, tell};
use crate::bureau::Part;
use crate::data::read_date;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::edition::{Built, Edition, Recorded, notice, record};
use crate::folder::Folder;
use crate::place::{finish, place};
use crate::prepare::report;
use crate::review::{self, Earlier};
use crate::workshop::{Aim, Opened, Workshop};
use crate::write::Format;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct BuildArgs {
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
    /// 生成哪些格式，用逗号隔开：pdf、docx、xlsx（只有表）；不写则生成 PDF 和 DOCX
    #[arg(long, value_delimiter = ',', value_name = "格式", help_heading = "选项", hide_possible_values = true)]
    format: Vec<FormatArg>,
    /// 生成送审稿：每页有水印，检查发现的问题列在最后；检查出的错误不阻止生成
    #[arg(long, help_heading = "选项", conflicts_with_all = ["marked", "edition", "at", "since"])]
    draft: bool,
    /// 生成修订标记本，与 --since 所指的一版比较：PDF 里加底色并附原文，DOCX 里是可逐条接受或拒绝的修订
    #[arg(long, help_heading = "选项", requires = "since", conflicts_with_all = ["edition", "at"])]
    marked: bool,
    /// 记为已发布的一版，放在数据文件夹的 editions 下
    #[arg(long, help_heading = "选项", conflicts_with = "at")]
    edition: bool,
    /// 公开日期，如 2023-02-10，用作版号和更正说明的日期；不写则用 report.toml 的 date
    #[arg(long, value_name = "日期", help_heading = "选项")]
    date: Option<String>,
    /// 取出已发布的一版，并重新生成来核对，放在输出文件夹下以版号为名的子文件夹里
    #[arg(long, value_name = "版号", help_heading = "选项")]
    at: Option<String>,
    /// 另写更正说明：自这一版以来更正了什么，原因取自 corrections.toml；与 --marked 同用时也可以是另一个数据文件夹
    #[arg(long, value_name = "版号", help_heading = "选项", conflicts_with = "at")]
    since: Option<String>,
    /// 有警告也不生成；不写则只有错误妨碍生成
    #[arg(long, help_heading = "选项")]
    strict: bool,
    /// 只做其中一份，如 3/8：文件夹轮流分成八份，取第三份，分到几台机器上做
    #[arg(long, value_name = "第几份/共几份", value_parser = Part::read, help_heading = "选项")]
    part: Option<Part>,
    #[command(flatten)]
    places: Places,
}

/// A format as it is asked for.
#[derive(Clone, Copy, ValueEnum)]
pub enum FormatArg {
    Pdf,
    Docx,
    Xlsx,
}

/// Builds every folder.
pub fn run(args: &BuildArgs) -> ExitCode {
    let folders = in_part(expanded(&args.folders), args.part);
    let names = match output_names(&folders) {
        Ok(names) => names,
        Err(found) => {
            tell(found);
            return ExitCode::from(2);
        }
    };
    let formats = formats(&args.format);
    let manner = Manner { form: Form::Text, strict: args.strict, writes: true };
    each_folder(&folders, &args.places, &manner, |workshop, index, folder, outcome| {
        let Some(target) = output_of(args, &names[index], outcome) else { return };
        match &args.at {
            _ if args.draft || args.marked => for_review(args, folder, &target, workshop, &formats, outcome),
            Some(id) => again(id, folder, &target, workshop, &formats, outcome),
            None => one(args, folder, &target, workshop, &formats, outcome),
        }
    })
}

fn output_of(args: &BuildArgs, name: &str, outcome: &mut Outcome) -> Option<PathBuf> {
    let below = args.at.as_ref().map_or_else(|| name.to_string(), |id| format!("{name}/{id}"));
    place_below(&args.output, name, &below, &mut outcome.diagnostics)
}

/// A folder's place below the output folder that the user named, where nothing on the way to `below` is a link: one there
/// leads no further. What a run that was killed began in it is finished first.
pub fn place_below(output: &Path, name: &str, below: &str, found: &mut Diagnostics) -> Option<PathBuf> {
    match Folder::open(output).place_of(below) {
        Ok(_) => {
            let target = output.join(name);
            finish(&target, found);
            Some(target)
        }
        Err(refused) => {
            let message = format!("输出文件夹 {} 下的 {name} 是链接，指向别处，没有写入", output.display());
            let hint = "请删去这个链接；要写到别处，用 -o 写出那个文件夹";
            found.push(Diagnostic { message, ..refused }.hint(hint));
            None
        }
    }
}

/// Builds a folder, with the statement and the edition that were asked for.
fn one(
    args: &BuildArgs,
    folder: &Folder,
    target: &Path,
    workshop: &Workshop,
    formats: &[Format],
    outcome: &mut Outcome,
) {
    // An edition and a statement look at all documents again; without them each is given back when it is written.
    let asks = args.edition || args.since.is_some();
    let (made, files) = if asks {
        let Opened { made, found } = workshop.open(folder, Aim::Publish);
        outcome.diagnostics.extend(found);
        let files = workshop.write(&made, formats, &mut outcome.diagnostics);
        (made, files)
    } else {
        (Vec::new(), workshop.build(folder, Aim::Publish, formats, &mut outcome.diagnostics))
    };
    let date = if asks { date(args, folder, &mut outcome.diagnostics) } else { None };
    if blocks(outcome, args.strict) {
        return;
    }
    let found = &mut outcome.diagnostics;
    let mut notices = Vec::new();
    if let (Some(since), Some(date)) = (&args.since, &date) {
        match Edition::find(folder.shown(), since) {
            Ok(edition) => {
                edition.unsealed().into_iter().for_each(|told| found.push(told));
                notices = notice(folder, &made, &edition, date, workshop, formats, found);
            }
            Err(error) => found.push(error),
        }
    }
    if found.has_errors() {
        return;
    }
    outcome.written = place(target, &[&files[..], &notices[..]].concat(), found);
    if let Some(date) = date.filter(|_| args.edition && !found.has_errors()) {
        match record(&Built { folder, made: &made, files: &files, formats }, workshop, &date, found) {
            Some(Recorded::New(edition)) => outcome.written.push(edition.folder),
            Some(Recorded::Same(edition)) => {
                let message = format!("与 {} 相同，没有记为新的一版", edition.id);
                found.push(Diagnostic::new(Severity::Note, "E506", message));
            }
            None => {}
        }
    }
    // Nobody waits until thousands of cells are given back.
    rayon::spawn(move || drop(made));
}

/// Builds a draft, or a marked edition.
fn for_review(
    args: &BuildArgs,
    folder: &Folder,
    target: &Path,
    workshop: &Workshop,
    formats: &[Format],
    outcome: &mut Outcome,
) {
    let found = &mut outcome.diagnostics;
    let files = match &args.since {
        None => review::drafts(folder, workshop, formats, found),
        Some(since) => match Earlier::find(folder.shown(), Path::new(since), found) {
            Some(earlier) => review::marked(folder, &earlier, workshop, formats, found),
            None => Vec::new(),
        },
    };
    if !blocks(outcome, args.strict) {
        outcome.written = place(target, &files, &mut outcome.diagnostics);
    }
}

/// Writes an edition's files as they were published. What stands in the output folder now is left alone.
fn again(id: &str, folder: &Folder, target: &Path, workshop: &Workshop, formats: &[Format], outcome: &mut Outcome) {
    let found = &mut outcome.diagnostics;
    match Edition::find(folder.shown(), id) {
        Ok(edition) => {
            edition.unsealed().into_iter().for_each(|told| found.push(told));
            let files = edition.rebuild(workshop, formats, found);
            if !found.has_errors() {
                outcome.written = place(&target.join(id), &files, found);
            }
        }
        Err(error) => found.push(error),
    }
}

/// The date of an edition: asked for, else the data's. Never the clock's. The cover prints the data's, so that another
/// one is told.
fn date(args: &BuildArgs, folder: &Folder, found: &mut Diagnostics) -> Option<String> {
    let report = report(folder, &mut Diagnostics::default());
    if let Some(asked) = &args.date {
        let date = read_date(asked);
        match (&date, report.as_ref().and_then(|r| r.date.as_ref())) {
            (None, _) => {
                found.push(Diagnostic::error("E507", format!("日期“{asked}”读不懂")).hint("写作 2023-02-10"));
            }
            (Some(asked), Some(printed)) if asked != printed => {
                let message = format!("公开日期 date 是 {printed}，封面印的是它，这一次却用 --date {asked}");
                let place = report.as_ref().map_or_else(|| Place::file("report.toml"), |r| r.place("date"));
                found.push(
                    Diagnostic::warning("E609", message)
                        .at(place)
                        .hint(format!("重新公开的，改为 date = \"{asked}\"，封面随之更新，就不用写 --date")),
                );
            }
            _ => {}
        }
        return date;
    }
    let date = report?.date;
    if date.is_none() {
        let message = "没有公开日期，不知道记为哪一天的一版";
        found.push(
            Diagnostic::error("E507", message)
                .at(Place::file("report.toml"))
                .hint("在 report.toml 中写 date = \"2023-02-10\"，或用 --date 2023-02-10；程序不取当天的日期"),
        );
    }
    date
}

/// The formats asked for, each once; without any, those of a publication.
pub fn formats(given: &[FormatArg]) -> Vec<Format> {
    let mut formats: Vec<Format> = given
        .iter()
        .map(|f| match f {
            FormatArg::Pdf => Format::Pdf,
            FormatArg::Docx => Format::Docx,
            FormatArg::Xlsx => Format::Xlsx,
        })
        .collect();
    if formats.is_empty() {
        formats = Format::ALL.to_vec();
    }
    formats.sort();
    formats.dedup();
    formats
}
