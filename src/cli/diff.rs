//! `gongkai diff`: what differs between two folders, editions, or a DOCX and a folder; what a correction would touch.

use super::folders::Places;
use super::messages::{print, tell};
use crate::bureau::{self, Bureau};
use crate::data::{Correction, FileDecl, correct_what_can, decl_of};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::diff::{Diff, compare_all, compare_docx};
use crate::edition::{self, Edition, MANIFEST};
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::made::Made;
use crate::read_docx::{self, Reading};
use crate::tell::board::{differences_as_json, differences_as_text};
use crate::tell::differences::{as_csv, as_html, as_json, as_text};
use crate::workshop::{Aim, compose_all, find_fonts};
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct DiffArgs {
    /// 旧的一方：数据文件夹、已发布的一版（editions 下的文件夹），或 DOCX；两方都是财政部门的文件夹时，逐个部门比较
    #[arg(value_name = "旧", help_heading = "参数")]
    old: PathBuf,
    /// 新的一方，同上；不写则比较“旧”这个数据文件夹最后发布的一版和它现在的样子
    #[arg(value_name = "新", help_heading = "参数")]
    new: Option<PathBuf>,
    /// 假如这样更正会动到哪里，什么也不写：'ledger.csv:11 金额=108300.00'，可以有多个
    #[arg(long, value_name = "更正", help_heading = "选项", conflicts_with = "new")]
    what_if: Vec<String>,
    /// 写成 text、json、html 或 csv
    #[arg(long, value_name = "格式", default_value = "text", help_heading = "选项", hide_possible_values = true)]
    #[arg(hide_default_value = true)]
    format: DiffFormat,
    #[command(flatten)]
    places: Places,
}

#[derive(Clone, Copy, ValueEnum)]
enum DiffFormat {
    Text,
    Json,
    Html,
    Csv,
}

/// One side of a comparison.
enum Given {
    Composed(Vec<Made>),
    Docx(Box<Reading>),
}

/// Exit codes: 0 the same, 1 different, 2 could not be compared.
pub fn run(args: &DiffArgs) -> ExitCode {
    if let Some(new) = args.new.as_ref().filter(|new| Bureau::is_one(&args.old) && Bureau::is_one(new)) {
        return of_bureaus(args, new);
    }
    let mut diagnostics = Diagnostics::default();
    let found = compared(args, &mut diagnostics);
    diagnostics.sorted().iter().for_each(tell);
    let Some(diff) = found else {
        tell("没有能够比较");
        return ExitCode::from(2);
    };
    match args.format {
        DiffFormat::Text => print(as_text(&diff).trim_end()),
        DiffFormat::Json => print(format_args!("{:#}", as_json(&diff))),
        DiffFormat::Html => print(as_html(&diff).trim_end()),
        DiffFormat::Csv => print(as_csv(&diff).trim_end()),
    }
    match (diff.is_same(), diff.not_compared.is_empty()) {
        (false, _) => ExitCode::from(1),
        (true, false) => ExitCode::from(2),
        (true, true) => ExitCode::SUCCESS,
    }
}

/// Two bureaus, department by department.
fn of_bureaus(args: &DiffArgs, new: &Path) -> ExitCode {
    let mut found = Diagnostics::default();
    let (old, new) = (Bureau::open(&args.old, &mut found), Bureau::open(new, &mut found));
    let workshop = args.places.workshop().map_err(|wrong| found.extend(wrong)).ok();
    if !matches!(args.format, DiffFormat::Text | DiffFormat::Json) {
        let wrong = Diagnostic::error("E610", "两个财政部门的文件夹相比，只能写成 text 或 json");
        found.push(wrong.hint("要 HTML 或 CSV，请一个部门一个部门地比较"));
    }
    found.sorted().iter().for_each(tell);
    let (Some(old), Some(new), Some(workshop), false) = (old, new, workshop, found.has_errors()) else {
        tell("没有能够比较");
        return ExitCode::from(2);
    };
    let all = bureau::compared(&old, &new, &workshop);
    match args.format {
        DiffFormat::Json => print(format_args!("{:#}", differences_as_json(&all))),
        _ => {
            print(differences_as_text(&all));
            if !all.iter().all(bureau::Compared::is_same) {
                let (old, new) = (old.folder.display(), new.folder.display());
                tell(format_args!("汇编里要更换的页和更正说明：gongkai book {new} --since {old} --date 更正的日期"));
            }
        }
    }
    match all.iter().all(bureau::Compared::is_same) {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    }
}

fn compared(args: &DiffArgs, diagnostics: &mut Diagnostics) -> Option<Diff> {
    let layouts = args.places.layouts();
    let (old, new) = match (&args.new, args.what_if.is_empty()) {
        (Some(new), _) => (given(&args.old, &layouts, diagnostics), given(new, &layouts, diagnostics)),
        (None, true) => (last_edition(&args.old, diagnostics), given(&args.old, &layouts, diagnostics)),
        (None, false) => {
            let folder = Folder::at(&args.old);
            let now = given(&args.old, &layouts, diagnostics)?;
            let Given::Composed(made) = &now else {
                diagnostics.push(Diagnostic::error("E610", "--what-if 要用在数据文件夹上").hint("先写数据文件夹"));
                return None;
            };
            let corrected = corrections(&folder, made, &args.what_if, diagnostics)?;
            refused(&folder, &corrected, args, diagnostics);
            let corrected = composed(diagnostics, |found| compose_all(&corrected, &layouts, found));
            (Some(now), corrected)
        }
    };
    let (old, new) = (old?, new?);
    if diagnostics.has_errors() {
        return None;
    }
    match (old, new) {
        (Given::Composed(old), Given::Composed(new)) => Some(with_pages(&old, &new, args, diagnostics)),
        (Given::Docx(reading), Given::Composed(made)) => one_document(&reading, &made, true, diagnostics),
        (Given::Composed(made), Given::Docx(reading)) => one_document(&reading, &made, false, diagnostics),
        (Given::Docx(_), Given::Docx(_)) => {
            let found = Diagnostic::error("E610", "两个 DOCX 不能直接比较");
            diagnostics.push(found.hint("与数据文件夹，或已发布的一版比较"));
            None
        }
    }
}

/// A side by its path: a DOCX, an edition, a data folder.
fn given(path: &Path, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<Given> {
    // What is there and is no folder is for the reader to refuse.
    if path.exists() && !path.is_dir() && !Folder::at(path).is_workbook() {
        return docx(path, diagnostics);
    }
    if !path.join(MANIFEST).is_file() {
        return composed(diagnostics, |found| compose_all(&Folder::at(path), layouts, found));
    }
    recorded(Edition::open(path), diagnostics)
}

fn recorded(edition: Result<Edition, Diagnostic>, diagnostics: &mut Diagnostics) -> Option<Given> {
    match edition {
        Ok(edition) => {
            edition.unsealed().into_iter().for_each(|told| diagnostics.push(told));
            composed(diagnostics, |found| edition.compose(found))
        }
        Err(found) => {
            diagnostics.push(found);
            None
        }
    }
}

/// What is composed; only what stops it is told, for `check` tells the rest.
fn composed(diagnostics: &mut Diagnostics, compose: impl FnOnce(&mut Diagnostics) -> Vec<Made>) -> Option<Given> {
    let mut found = Diagnostics::default();
    let made = compose(&mut found);
    if found.has_errors() {
        diagnostics.extend(found);
        return None;
    }
    (!made.is_empty()).then_some(Given::Composed(made))
}

fn docx(path: &Path, diagnostics: &mut Diagnostics) -> Option<Given> {
    let shown = path.display().to_string();
    let bytes = read_docx::load(path);
    let of_file = |found: Diagnostic| match found.place {
        Some(_) => found,
        None => found.at(Place::file(shown.as_str())),
    };
    match bytes.and_then(|bytes| read_docx::read(&bytes, &read_docx::Options::default())) {
        Ok(reading) => {
            reading.findings.iter().for_each(|found| diagnostics.push(of_file(found.clone())));
            Some(Given::Docx(Box::new(reading)))
        }
        Err(found) => {
            diagnostics.push(of_file(found));
            None
        }
    }
}

fn last_edition(folder: &Path, diagnostics: &mut Diagnostics) -> Option<Given> {
    let Some(id) = edition::ids(folder).pop() else {
        let message = format!("{} 还没有发布过，没有可以比较的一版", folder.display());
        diagnostics.push(
            Diagnostic::error("E611", message).hint("写出两个文件夹，或先用 gongkai build 文件夹 --edition 记下一版"),
        );
        return None;
    };
    recorded(Edition::find(folder, &id), diagnostics)
}

/// The folder as it would be with the corrections.
fn corrections(folder: &Folder, made: &[Made], given: &[String], diagnostics: &mut Diagnostics) -> Option<Folder> {
    let mut by_file: BTreeMap<String, (&FileDecl, Vec<Correction>)> = BTreeMap::new();
    for text in given {
        let read = || {
            let correction = Correction::read(text)?;
            let found =
                made.iter().find_map(|made| decl_of(&made.job().set.schema, &made.job().data, &correction.file));
            let decl = found.ok_or_else(|| {
                let mut files: Vec<&str> =
                    made.iter().flat_map(|made| made.job().data.datasets.values()).map(|d| &*d.file).collect();
                files.dedup();
                correction.no_such_file().hint(format!("可以更正的：{}", files.join("、")))
            })?;
            Ok((decl, correction))
        };
        match read() {
            Ok((decl, one)) => by_file.entry(one.file.clone()).or_insert((decl, Vec::new())).1.push(one),
            Err(found) => diagnostics.push(found),
        }
    }
    let mut folder = folder.clone();
    for (decl, corrections) in by_file.into_values() {
        match correct_what_can(&folder, decl, &corrections) {
            Ok((corrected, refused)) => {
                folder = corrected;
                refused.into_iter().for_each(|(_, refused)| diagnostics.push(refused));
            }
            Err(found) => diagnostics.push(found),
        }
    }
    (!diagnostics.has_errors()).then_some(folder)
}

/// Says what would keep the corrected folder from being built and does not keep it from it now: a reason that was given
/// for a difference the other way, a rule that the new amounts break. Nothing is said where there are no fonts.
fn refused(folder: &Folder, corrected: &Folder, args: &DiffArgs, diagnostics: &mut Diagnostics) {
    let Ok(workshop) = args.places.workshop() else { return };
    let blocking = |folder: &Folder| -> Vec<Diagnostic> {
        let found = workshop.open_each(folder, Aim::Look, |_, _| {});
        found.iter().filter(|d| d.severity == Severity::Error).cloned().collect()
    };
    let now = blocking(folder);
    for found in blocking(corrected).into_iter().filter(|found| !now.contains(found)) {
        let message = format!("照此更正，build 会拒绝生成：{}", found.message);
        diagnostics.push(Diagnostic { severity: Severity::Warning, message, ..found });
    }
}

fn with_pages(old: &[Made], new: &[Made], args: &DiffArgs, diagnostics: &mut Diagnostics) -> Diff {
    match find_fonts(args.places.fonts.as_deref()) {
        Ok(fonts) => compare_all(old, new, Some(&fonts)),
        Err(found) => {
            diagnostics.extend(found);
            let mut diff = compare_all(old, new, None);
            diff.not_compared.push("没有字体，各页没有比较".to_string());
            diff
        }
    }
}

fn one_document(reading: &Reading, made: &[Made], is_old: bool, diagnostics: &mut Diagnostics) -> Option<Diff> {
    // The document whose figures the file has most of.
    let shared = |made: &&Made| {
        let figures = &made.document().figures;
        figures.iter().filter(|f| reading.figures.iter().any(|r| r.address == f.address)).count()
    };
    let made = made.iter().max_by_key(shared)?;
    if reading.figures.is_empty() || shared(&made) == 0 {
        let found = Diagnostic::error("E613", "DOCX 里没有一个数字带着这个文件夹的地址");
        diagnostics.push(found.hint("请用 gongkai 生成、后来在 Word 或 WPS 里改过的 DOCX"));
        return None;
    }
    Some(compare_docx(reading, made, is_old))
}
