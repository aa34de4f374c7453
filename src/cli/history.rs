//! `gongkai history`: what a data folder has published.

use super::messages::{print, tell};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::edition::{Edition, PublishedFigure, all};
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct HistoryArgs {
    /// 数据文件夹（含 report.toml）
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
}

/// A line for each edition, oldest first.
pub fn run(args: &HistoryArgs) -> ExitCode {
    let mut diagnostics = Diagnostics::default();
    if !args.folder.is_dir() {
        let message = format!("没有这个数据文件夹：{}", args.folder.display());
        diagnostics.push(Diagnostic::error("E614", message).hint("检查路径"));
    }
    let editions = all(&args.folder, &mut diagnostics);
    let mut before: Option<&Edition> = None;
    for edition in &editions {
        print(line(edition, before));
        before = Some(edition);
    }
    if editions.is_empty() && !diagnostics.has_errors() {
        tell("还没有发布过；gongkai build 文件夹 --edition 记下一版");
    }
    diagnostics.sorted().iter().for_each(tell);
    if diagnostics.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn line(edition: &Edition, before: Option<&Edition>) -> String {
    let count: usize = edition.manifest.documents.iter().map(|document| document.figures.len()).sum();
    let since = match before {
        None => "第一版".to_string(),
        Some(before) => match moved(before, edition) {
            0 => "数字与上一版相同".to_string(),
            moved => format!("与上一版相比 {moved} 个数字不同"),
        },
    };
    let files: Vec<&str> = edition.manifest.outputs().iter().map(|output| output.file.as_str()).collect();
    format!("{}\t{count} 个数字，{since}\tgongkai {}\t{}", edition.id, edition.manifest.program, files.join("、"))
}

/// How many figures are not printed as they were.
fn moved(before: &Edition, after: &Edition) -> usize {
    let texts = |edition: &Edition| -> BTreeMap<(Option<String>, String), String> {
        let documents = edition.manifest.documents.iter();
        let of = |f: &PublishedFigure, name: &Option<String>| ((name.clone(), f.address.clone()), f.text.clone());
        documents.flat_map(|d| d.figures.iter().map(move |f| of(f, &d.name))).collect()
    };
    let (old, new) = (texts(before), texts(after));
    let gone = old.keys().filter(|key| !new.contains_key(*key)).count();
    new.iter().filter(|(key, text)| old.get(*key) != Some(text)).count() + gone
}
