//! Publishing: the files of a department in their place, as a draft, plainly, as an edition, with a correction statement.
//! What `build` does and what the workspace does is this.

use crate::data::read_date;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::edition::{Built, Edition, Recorded, notice, record};
use crate::folder::Folder;
use crate::place::{finish, place};
use crate::prepare::report;
use crate::review::{self, Earlier};
use crate::workshop::{Aim, Opened, Workshop, give_back};
use crate::write::{Format, Output};
use std::path::{Path, PathBuf};

/// What is to be published.
#[derive(Debug, Clone, Default)]
pub struct Publication {
    /// In which formats.
    pub formats: Vec<Format>,
    /// As a draft: with a watermark, and with what was found.
    pub draft: bool,
    /// Marked against `since`.
    pub marked: bool,
    /// It is recorded as an edition.
    pub edition: bool,
    /// The edition's date where it is not the data's: `2023-02-10`.
    pub date: Option<String>,
    /// The earlier edition whose correction it is, by its id.
    pub since: Option<String>,
    /// Warnings stop it as errors do.
    pub strict: bool,
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

/// The name of each folder's output folder: its own. Two of one name would overwrite each other.
pub fn output_names(folders: &[PathBuf]) -> Result<Vec<String>, String> {
    let name = |folder: &PathBuf| -> String {
        let whole = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        let named = if whole.is_file() { whole.file_stem() } else { whole.file_name() };
        named.map_or_else(|| "output".to_string(), |n| n.to_string_lossy().into_owned())
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

/// Publishes a folder into `target`, and returns what was written: the files, then the edition's folder. With errors
/// nothing is.
pub fn publish(
    folder: &Folder,
    target: &Path,
    workshop: &Workshop,
    asked: &Publication,
    found: &mut Diagnostics,
) -> Vec<PathBuf> {
    if asked.draft || asked.marked {
        return for_review(folder, target, workshop, asked, found);
    }
    // An edition and a statement look at all documents again; without them each is given back when it is written.
    let asks = asked.edition || asked.since.is_some();
    let (made, files) = if asks {
        let Opened { made, found: of_folder } = workshop.open(folder, Aim::Publish);
        found.extend(of_folder);
        let files = workshop.write(&made, &asked.formats, found);
        (made, files)
    } else {
        (Vec::new(), workshop.build(folder, Aim::Publish, &asked.formats, found))
    };
    let date = if asks { date(asked.date.as_deref(), folder, found) } else { None };
    if asked.stopped_by(found) {
        return Vec::new();
    }
    let mut notices = Vec::new();
    let built = Built { folder, made: &made, files: &files, formats: &asked.formats };
    if let (Some(since), Some(date)) = (&asked.since, &date) {
        match Edition::find(folder.shown(), since) {
            Ok(edition) => {
                edition.unsealed().into_iter().for_each(|told| found.push(told));
                notices = notice(&built, &edition, date, workshop, found);
            }
            Err(error) => found.push(error),
        }
    }
    if found.has_errors() {
        return Vec::new();
    }
    let mut written = place(target, &[&files[..], &notices[..]].concat(), found);
    if let Some(date) = date.filter(|_| asked.edition && !found.has_errors()) {
        match record(&built, workshop, &date, found) {
            Some(Recorded::New(edition)) => written.push(edition.folder),
            Some(Recorded::Same(edition)) => {
                let message = format!("与 {} 相同，没有记为新的一版", edition.id);
                found.push(Diagnostic::new(Severity::Note, "E506", message));
            }
            None => {}
        }
    }
    give_back(made);
    written
}

impl Publication {
    fn stopped_by(&self, found: &Diagnostics) -> bool {
        found.has_errors() || self.strict && found.count(Severity::Warning) > 0
    }
}

/// A draft, or a marked edition.
fn for_review(
    folder: &Folder,
    target: &Path,
    workshop: &Workshop,
    asked: &Publication,
    found: &mut Diagnostics,
) -> Vec<PathBuf> {
    let files: Vec<Output> = match &asked.since {
        None => review::drafts(folder, workshop, &asked.formats, found),
        Some(since) => match Earlier::find(folder.shown(), Path::new(since), found) {
            Some(earlier) => review::marked(folder, &earlier, workshop, &asked.formats, found),
            None => Vec::new(),
        },
    };
    if asked.stopped_by(found) { Vec::new() } else { place(target, &files, found) }
}

/// A date that is asked for on its own. E507: it cannot be read.
pub fn asked_date(asked: &str) -> Result<String, Diagnostic> {
    let refused = || Diagnostic::error("E507", format!("日期“{asked}”读不懂")).hint("写作 2023-02-10");
    read_date(asked).ok_or_else(refused)
}

/// The date of an edition: asked for, else the data's. Never the clock's. The cover prints the data's, so that another
/// one is told.
fn date(asked: Option<&str>, folder: &Folder, found: &mut Diagnostics) -> Option<String> {
    let report = report(folder, &mut Diagnostics::default());
    if let Some(asked) = asked {
        let date = asked_date(asked).map_err(|refused| found.push(refused)).ok();
        match (&date, report.as_ref().and_then(|r| r.date.as_ref())) {
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
