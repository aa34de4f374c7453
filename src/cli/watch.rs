//! `gongkai watch`: a data folder built again whenever it is saved.

use super::build::{FormatArg, formats};
use super::folders::Places;
use super::messages::{Form, Outcome, Telling, print, report, tell};
use crate::diagnostic::Diagnostic;
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::publish::output_names;
use crate::tell::differences::as_text;
use crate::watch::{Rebuilt, Signal, Watched};
use crate::workshop::layout_folders;
use clap::Args;
use notify::{EventKind, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::time::Instant;

#[derive(Args)]
pub struct WatchArgs {
    /// 数据文件夹（含 report.toml）
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
    /// 输出到哪里：在其下按数据文件夹名建子文件夹
    #[arg(short, long, default_value = "output", value_name = "文件夹", help_heading = "选项")]
    #[arg(hide_default_value = true)]
    output: PathBuf,
    /// 生成哪些格式，用逗号隔开：pdf、docx、xlsx（只有表）、html（网页）；不写则生成 PDF 和 DOCX
    #[arg(long, value_delimiter = ',', value_name = "格式", help_heading = "选项", hide_possible_values = true)]
    format: Vec<FormatArg>,
    #[command(flatten)]
    places: Places,
}

/// Builds until Ctrl-C, which ends it between two builds with code 0.
pub fn run(args: &WatchArgs) -> ExitCode {
    let workshop = match args.places.workshop() {
        Ok(workshop) => workshop,
        Err(diagnostics) => {
            let outcome = Outcome { diagnostics, ..Outcome::default() };
            return tell_outcome(&args.folder, outcome, &args.places.layouts());
        }
    };
    let name = match output_names(std::slice::from_ref(&args.folder)) {
        Ok(names) => names.concat(),
        Err(found) => {
            tell(found);
            return ExitCode::from(2);
        }
    };
    let (roots, formats, target) =
        (layout_folders(args.places.layouts.as_deref()), formats(&args.format), args.output.join(name));
    let (sender, signals) = channel();
    let on_stop = sender.clone();
    let handled = ctrlc::set_handler(move || drop(on_stop.send(Signal::Stop)));
    let watcher = handled.map_err(|e| e.to_string()).and_then(|()| watcher(&args.folder, &roots, sender));
    let _watcher = match watcher {
        Ok(watcher) => watcher,
        Err(why) => {
            let found = Diagnostic::error("E508", format!("不能守着 {}：{why}", args.folder.display()));
            tell(found.hint("检查文件夹是否存在、有没有读取权限；仍不行就每次运行 gongkai build"));
            return ExitCode::FAILURE;
        }
    };
    let mut watched = Watched::new(&args.folder, &roots, workshop, &formats, &target);
    loop {
        let begun = Instant::now();
        let rebuilt = watched.rebuild();
        tell_of(&args.folder, rebuilt, begun, &watched.workshop.layouts);
        if !watched.wait(&signals) {
            tell("已停止");
            return ExitCode::SUCCESS;
        }
    }
}

/// Watches the data folder and the folders of layouts that exist.
fn watcher(folder: &Path, roots: &[PathBuf], sender: Sender<Signal>) -> Result<notify::RecommendedWatcher, String> {
    let told = move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)) {
            event.paths.into_iter().for_each(|path| drop(sender.send(Signal::Saved(path))));
        }
    };
    let in_words = |error: notify::Error| match error.kind {
        notify::ErrorKind::PathNotFound => "没有这个文件夹".to_string(),
        notify::ErrorKind::MaxFilesWatch => "系统允许守着的文件数已满".to_string(),
        _ => error.to_string(),
    };
    // A link to / is no reason to watch all that there is: what a link within the folder names is watched where it lies.
    let config = notify::Config::default().with_follow_symlinks(false);
    let mut watcher = notify::RecommendedWatcher::new(told, config).map_err(in_words)?;
    let whole = folder.canonicalize().map_err(|_| "没有这个文件夹".to_string())?;
    watcher.watch(&whole, RecursiveMode::Recursive).map_err(in_words)?;
    for root in roots.iter().filter_map(|root| root.canonicalize().ok()) {
        watcher.watch(&root, RecursiveMode::Recursive).map_err(in_words)?;
    }
    Ok(watcher)
}

fn tell_outcome(folder: &Path, outcome: Outcome, layouts: &Layouts) -> ExitCode {
    let telling = Telling { form: Form::Text, strict: false, writes: true, layouts, each: "个文件夹" };
    report(&[Folder::at(folder)], &[outcome], &telling)
}

fn tell_of(folder: &Path, rebuilt: Rebuilt, begun: Instant, layouts: &Layouts) {
    let took = begun.elapsed().as_millis();
    let Rebuilt { written, diagnostics, diff } = rebuilt;
    let failed = diagnostics.has_errors();
    if let Some(diff) = diff.as_ref().filter(|diff| !diff.documents.is_empty()) {
        print(as_text(diff).trim_end());
    }
    let is_same = diff.is_some_and(|diff| diff.documents.is_empty());
    tell_outcome(folder, Outcome { written, diagnostics, ..Outcome::default() }, layouts);
    match (failed, is_same) {
        (true, _) => tell("改正后存盘，会再生成；Ctrl-C 停止"),
        (false, true) => tell("存了盘，印出来的没有变"),
        (false, false) => tell(format_args!("用时 {took} 毫秒；守着 {}，存盘就再生成，Ctrl-C 停止", folder.display())),
    }
}
