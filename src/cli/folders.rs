//! What commands on data folders share: the folders, where layouts and fonts are, the work on all at once.

use super::messages::{Form, Telling, report};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fonts::Fonts;
use crate::kept::Kept;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;
use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Places {
    /// 版式集所在的文件夹；不写则用当前文件夹的 layouts，再用程序自带的
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    pub layouts: Option<PathBuf>,
    /// 字体文件夹（含 fonts.toml）；不写则依次找环境变量 GONGKAI_FONTS、当前文件夹和程序旁边的 fonts
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    pub fonts: Option<PathBuf>,
}

/// Folders that may hold layout sets, first wins.
pub fn layout_roots(given: Option<&Path>) -> Vec<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("layouts")));
    given.map(Path::to_path_buf).into_iter().chain([PathBuf::from("layouts")]).chain(beside).collect()
}

/// The fonts, from the first folder that has a `fonts.toml`.
pub fn load_fonts(given: Option<&Path>) -> Result<Fonts, Diagnostics> {
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
    let mut fonts = Fonts::load(&folders)?;
    fonts.kept = Kept::of_user();
    Ok(fonts)
}

/// What became of one folder.
#[derive(Default)]
pub struct Outcome {
    pub written: Vec<PathBuf>,
    pub diagnostics: Diagnostics,
}

/// What the work on a folder needs beside it.
pub struct Shared {
    pub fonts: Fonts,
    /// Folders that may hold layout sets, first wins.
    pub roots: Vec<PathBuf>,
}

/// How a command tells what it found.
pub struct Manner {
    pub form: Form,
    /// Warnings stop a folder as errors do.
    pub strict: bool,
    /// It writes files: their absence is told.
    pub writes: bool,
}

/// Does `work` on every folder, in parallel, with its number, and tells what was found.
pub fn each_folder(
    folders: &[PathBuf],
    places: &Places,
    manner: &Manner,
    work: impl Fn(&Shared, usize, &Path, &mut Outcome) + Sync,
) -> ExitCode {
    let roots = layout_roots(places.layouts.as_deref());
    let telling = Telling { form: manner.form, strict: manner.strict, writes: manner.writes, roots: &roots };
    match outcomes(folders, places, work) {
        Ok(outcomes) => report(folders, &outcomes, &telling),
        Err(diagnostics) => report(&folders[..1], &[Outcome { diagnostics, ..Outcome::default() }], &telling),
    }
}

/// What becomes of every folder; the findings if there are no fonts to work with.
pub fn outcomes(
    folders: &[PathBuf],
    places: &Places,
    work: impl Fn(&Shared, usize, &Path, &mut Outcome) + Sync,
) -> Result<Vec<Outcome>, Diagnostics> {
    let shared = Shared { fonts: load_fonts(places.fonts.as_deref())?, roots: layout_roots(places.layouts.as_deref()) };
    let bar = progress(folders.len());
    let one = |(index, folder): (usize, &PathBuf)| {
        let mut outcome = Outcome::default();
        work(&shared, index, folder, &mut outcome);
        bar.inc(1);
        outcome
    };
    // A fault of ours in one folder must not cost the others their files.
    let guarded = |numbered| catch_unwind(AssertUnwindSafe(|| one(numbered))).unwrap_or_else(|_| our_fault());
    // In the pool from the start: a thread of its own would wait for it, and leave it none of its memory.
    let outcomes: Vec<Outcome> = rayon::scope(|_| folders.par_iter().enumerate().map(guarded).collect());
    bar.finish_and_clear();
    // The program is about to end: sixty megabytes of fonts need not be given back before it tells what it found.
    std::mem::forget(shared);
    Ok(outcomes)
}

fn our_fault() -> Outcome {
    let mut outcome = Outcome::default();
    let found = Diagnostic::error("E599", "程序内部出错，这个文件夹没有生成");
    outcome.diagnostics.push(found.hint("这是程序的问题；请把上面的英文信息和数据文件夹一起交给维护者"));
    outcome
}

/// `data/*` as a shell would expand it, which on Windows no shell does: the data folders in `data`, by name.
pub fn expanded(folders: &[PathBuf]) -> Vec<PathBuf> {
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
pub fn output_names(folders: &[PathBuf]) -> Result<Vec<String>, String> {
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
