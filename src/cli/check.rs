//! `gongkai check`: everything that `build` would find, and nothing written but the fixes that are asked for.

use super::folders::{Manner, Places, each_folder, expanded, in_part, opened, outcomes};
use super::messages::{Form, Outcome, Telling, print, report, tell};
use crate::bureau::Part;
use crate::check::fix;
use crate::diagnostic::Diagnostics;
use crate::folder::Folder;
use crate::place::save;
use crate::tell::mended;
use crate::tell::reconciled::reconciled;
use crate::workshop::{Aim, Workshop, give_back};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct CheckArgs {
    /// 数据文件夹（含 report.toml），可以有多个
    #[arg(required = true, value_name = "文件夹", help_heading = "参数")]
    folders: Vec<PathBuf>,
    /// 怎样列出：text（给人看，写在标准错误）、json、sarif、html（写在标准输出）
    #[arg(long, value_name = "格式", default_value = "text", help_heading = "选项", hide_possible_values = true)]
    #[arg(hide_default_value = true)]
    format: Form,
    /// 有警告也以 1 退出；不写则只有错误才是
    #[arg(long, help_heading = "选项")]
    strict: bool,
    /// 列出有把握的改动（单位、标点、六角括号、绑定金额），不写文件；从不改数字
    #[arg(long, help_heading = "选项", conflicts_with = "format")]
    fix: bool,
    /// 与 --fix 同用：把这些改动写进数据文件夹
    #[arg(long, help_heading = "选项", requires = "fix")]
    write: bool,
    /// 只做其中一份，如 3/8：文件夹轮流分成八份，取第三份，分到几台机器上做
    #[arg(long, value_name = "第几份/共几份", value_parser = Part::read, help_heading = "选项")]
    part: Option<Part>,
    #[command(flatten)]
    places: Places,
}

/// Finds all that `build` would find, in every format, and writes nothing.
pub fn run(args: &CheckArgs) -> ExitCode {
    // Everything but the writing: what stops a build is found in the data, the layouts and on the pages.
    let manner = Manner { form: args.format, strict: args.strict, writes: false };
    let look = |workshop: &Workshop, _: usize, folder: &Folder, outcome: &mut Outcome| {
        let mut last = None;
        let mut records = None;
        outcome.diagnostics = workshop.open_each(folder, Aim::Look, |one, _| {
            records.get_or_insert_with(|| reconciled(one.composition.job()));
            // The one before it is given back first.
            drop(last.take());
            last = Some(one);
        });
        outcome.reconciled = records.unwrap_or_default();
        give_back(last);
    };
    let folders = in_part(expanded(&args.folders), args.part);
    if !args.fix {
        return each_folder(&folders, &args.places, &manner, look);
    }
    if folders.is_empty() {
        return ExitCode::SUCCESS;
    }
    let (layouts, folders) = (args.places.layouts(), opened(&folders));
    match outcomes(&folders, &layouts, &args.places, "正在检查", look) {
        Ok(found) => {
            // Every folder is mended, whatever became of the one before it.
            let done: Vec<bool> =
                folders.iter().zip(&found).map(|(folder, outcome)| mend(folder, outcome, args.write)).collect();
            if done.into_iter().all(|one| one) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(diagnostics) => {
            let telling =
                Telling {
                    form: Form::Text, strict: args.strict, writes: false, layouts: &layouts, each: "个文件夹"
                };
            report(&folders[..1], &[Outcome { diagnostics, ..Outcome::default() }], &telling)
        }
    }
}

/// Shows the diff of a folder, and writes it if asked; false if it could not be written.
fn mend(folder: &Folder, outcome: &Outcome, write: bool) -> bool {
    let (patches, found) = (fix::patches(folder, &outcome.diagnostics), outcome.diagnostics.sorted().len());
    if !patches.is_empty() {
        print(mended::as_diff(&patches));
    }
    // What a run before left half done is told whatever is asked.
    outcome.diagnostics.sorted().iter().filter(|found| found.code == "E513").for_each(tell);
    let mut refused = Diagnostics::default();
    let written = (write && !patches.is_empty()).then(|| save(&fix::patched(folder, &patches), &mut refused).len());
    refused.sorted().iter().for_each(tell);
    if refused.is_empty() {
        tell(mended::as_text(&folder.to_string(), &patches, found, written));
    }
    refused.is_empty()
}
