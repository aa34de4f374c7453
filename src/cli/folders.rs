//! What commands on data folders share: the folders, where layouts and fonts are, the work on all at once.

use super::messages::{Form, Outcome, Telling, Told, report, tell, tell_all, told};
use crate::bureau::Part;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::tell::findings::Shown;
use crate::workshop::{Workshop, find_fonts, layout_folders};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
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

impl Places {
    pub fn layouts(&self) -> Layouts {
        Layouts::on_disk(&layout_folders(self.layouts.as_deref()))
    }

    pub fn workshop(&self) -> Result<Workshop, Diagnostics> {
        Ok(told_of_fonts(Workshop::find(self.layouts.as_deref(), self.fonts.as_deref())?))
    }
}

/// Says once of a run which faces are not the program's own.
fn told_of_fonts(workshop: Workshop) -> Workshop {
    workshop.fonts.told.iter().for_each(tell);
    workshop
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
    work: impl Fn(&Workshop, usize, &Folder, &mut Outcome) + Sync,
) -> ExitCode {
    let (layouts, folders) = (places.layouts(), opened(folders));
    let telling = Telling {
        form: manner.form,
        strict: manner.strict,
        writes: manner.writes,
        layouts: &layouts,
        each: "个文件夹",
    };
    // A part of few folders may have none.
    if folders.is_empty() {
        return report(&[], &[], &telling);
    }
    let doing = "正在生成";
    let no_fonts = |diagnostics| report(&folders[..1], &[Outcome { diagnostics, ..Outcome::default() }], &telling);
    if manner.form != Form::Text {
        return match outcomes(&folders, &layouts, places, doing, work) {
            Ok(outcomes) => report(&folders, &outcomes, &telling),
            Err(found) => no_fonts(found),
        };
    }
    let several = folders.len() > 1;
    let tell_of = |folder: &Folder, outcome: &Outcome| {
        let shown = Shown { folder, diagnostics: &outcome.diagnostics, pictures: &outcome.pictures };
        told(&shown, outcome, &telling, several)
    };
    let one = |workshop: &Workshop, index: usize, folder: &Folder| {
        // Another one, so that what was read of it goes with it.
        let folder = Folder::at(folder.shown());
        let mut outcome = Outcome::default();
        work(workshop, index, &folder, &mut outcome);
        tell_of(&folder, &outcome)
    };
    match of_each(&folders, &layouts, places, doing, one) {
        Ok(all) => {
            let all = all.into_iter().zip(&folders);
            let all: Vec<Told> =
                all.map(|(told, folder)| told.unwrap_or_else(|| tell_of(folder, &our_fault()))).collect();
            tell_all(&all, &telling)
        }
        Err(found) => no_fonts(found),
    }
}

/// The folders named, to be read as they are needed.
pub fn opened(folders: &[PathBuf]) -> Vec<Folder> {
    folders.iter().map(|folder| Folder::at(folder)).collect()
}

/// What becomes of every folder; the findings if there are no fonts to work with.
pub fn outcomes(
    folders: &[Folder],
    layouts: &Layouts,
    places: &Places,
    doing: &str,
    work: impl Fn(&Workshop, usize, &Folder, &mut Outcome) + Sync,
) -> Result<Vec<Outcome>, Diagnostics> {
    let one = |workshop: &Workshop, index: usize, folder: &Folder| {
        let mut outcome = Outcome::default();
        work(workshop, index, folder, &mut outcome);
        outcome
    };
    let outcomes = of_each(folders, layouts, places, doing, one)?;
    Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(our_fault)).collect())
}

/// What `work` makes of every folder, none where a fault of ours stopped it; the findings if there are no fonts to work
/// with.
fn of_each<T: Send>(
    folders: &[Folder],
    layouts: &Layouts,
    places: &Places,
    doing: &str,
    work: impl Fn(&Workshop, usize, &Folder) -> T + Sync,
) -> Result<Vec<Option<T>>, Diagnostics> {
    let workshop = told_of_fonts(Workshop::new(layouts.clone(), find_fonts(places.fonts.as_deref())?));
    let bar = progress(doing, folders.len());
    let made = workshop.each(folders, || bar.inc(1), |index, folder| work(&workshop, index, folder));
    bar.finish_and_clear();
    // The program is about to end: sixty megabytes of fonts need not be given back before it tells what it found.
    std::mem::forget(workshop);
    Ok(made)
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

/// The folders of one of several parts, in their order; of all without one.
pub fn in_part(folders: Vec<PathBuf>, part: Option<Part>) -> Vec<PathBuf> {
    let is_in = |index: &usize| part.is_none_or(|part| part.has(*index));
    folders.into_iter().enumerate().filter(|(index, _)| is_in(index)).map(|(_, folder)| folder).collect()
}

fn data_folders(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(if parent == Path::new("") { Path::new(".") } else { parent });
    let names = entries.into_iter().flatten().flatten().map(|entry| parent.join(entry.file_name()));
    let mut found: Vec<PathBuf> = names.filter(|path| path.join("report.toml").is_file()).collect();
    found.sort();
    found
}

/// A bar for several folders, files or volumes, with what is done with them; on a terminal only.
pub fn progress(doing: &str, count: usize) -> ProgressBar {
    let bar = ProgressBar::new(count as u64);
    let shown = count > 1 && std::io::stderr().is_terminal();
    bar.set_draw_target(if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
    if let Ok(style) = ProgressStyle::with_template(&format!("{doing} [{{bar:30}}] {{pos}}/{{len}}")) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
