//! `gongkai build`: the files of each folder, in its place.

use super::folders::{Manner, Places, each_folder, expanded, in_part};
use super::messages::{Form, Outcome, tell};
use crate::bureau::Part;
use crate::edition::Edition;
use crate::folder::Folder;
use crate::place::place;
use crate::publish::{Publication, output_names, place_below, publish};
use crate::workshop::Workshop;
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
    /// 生成哪些格式，用逗号隔开：pdf、docx、xlsx（只有表）、html（网页）；不写则生成 PDF 和 DOCX
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
    Html,
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
    let asked = Publication {
        formats: formats(&args.format),
        draft: args.draft,
        marked: args.marked,
        edition: args.edition,
        date: args.date.clone(),
        since: args.since.clone(),
        strict: args.strict,
    };
    let manner = Manner { form: Form::Text, strict: args.strict, writes: true };
    each_folder(&folders, &args.places, &manner, |workshop, index, folder, outcome| {
        let name = &names[index];
        let below = args.at.as_ref().map_or_else(|| name.clone(), |id| format!("{name}/{id}"));
        let Some(target) = place_below(&args.output, name, &below, &mut outcome.diagnostics) else { return };
        match &args.at {
            Some(id) => again(id, folder, &target, workshop, &asked.formats, outcome),
            None => outcome.written = publish(folder, &target, workshop, &asked, &mut outcome.diagnostics),
        }
    })
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

/// The formats asked for, each once; without any, those of a publication.
pub fn formats(given: &[FormatArg]) -> Vec<Format> {
    let mut formats: Vec<Format> = given
        .iter()
        .map(|f| match f {
            FormatArg::Pdf => Format::Pdf,
            FormatArg::Docx => Format::Docx,
            FormatArg::Xlsx => Format::Xlsx,
            FormatArg::Html => Format::Html,
        })
        .collect();
    if formats.is_empty() {
        formats = Format::ALL.to_vec();
    }
    formats.sort();
    formats.dedup();
    formats
}
