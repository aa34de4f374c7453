//! A published file taken in: which set it is of, and the folder that it gives.

use super::as_folder::{Imported, Whose, as_folder, whose};
use super::recognise::{Recognised, recognise};
use super::{Doubt, Published, read};
use crate::check::{acknowledge, check_printed};
use crate::data::printed::TABLES;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::layout::{Each, Layouts, RowDecl, TableLayout};
use crate::prepare::prepare_whole;
use std::path::Path;

/// A published file that was read and recognised.
pub struct Taken {
    /// What it says.
    pub published: Published,
    /// What it was taken for.
    pub recognised: Recognised,
    /// Whose it is.
    pub whose: Whose,
    /// The folder that it gives.
    pub imported: Imported,
}

/// Reads a published file and takes it for a set: that which is asked for, else the one most like it. `found` has what
/// could not be read, what was not used and what is doubtful, at its page. Errors: those of [`read`]; E565 no set is like it.
pub fn take(
    bytes: &[u8],
    path: &Path,
    asked: Option<&str>,
    layouts: &Layouts,
    found: &mut Diagnostics,
) -> Option<Taken> {
    let shown = shown(path);
    let published = match read(bytes, &shown) {
        Ok(published) => published,
        Err(wrong) => {
            found.push(wrong);
            return None;
        }
    };
    found.extend(published.found.clone());
    let whose = whose(&published, path);
    let Some(recognised) = recognise(&published, whose.year.unwrap_or(2024), asked, layouts, found) else {
        if !found.has_errors() {
            found.push(unknown(&published, &shown, layouts));
        }
        return None;
    };
    let imported = as_folder(&published, &recognised, &whose, &shown);
    doubts(&published, &recognised, &shown, found);
    unsaid(&whose, &shown, found);
    Some(Taken { published, recognised, whose, imported })
}

/// What messages call a published file: its name.
pub fn shown(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// What a document does not say of itself.
fn unsaid(whose: &Whose, shown: &str, found: &mut Diagnostics) {
    let said = [("部门代码", whose.code.is_some()), ("部门名称", whose.name.is_some()), ("年度", whose.year.is_some())];
    let unsaid: Vec<&str> = said.iter().filter(|(_, said)| !said).map(|(what, _)| *what).collect();
    if !unsaid.is_empty() {
        let message = format!("文件里没有写{}", unsaid.join("、"));
        let hint = "导入的 report.toml 里空着，请填写；不影响检查各表的数";
        found.push(Diagnostic::new(Severity::Note, "E568", message).at(Place::file(shown)).hint(hint));
    }
}

fn unknown(published: &Published, shown: &str, layouts: &Layouts) -> Diagnostic {
    let titles: Vec<&str> =
        published.tables().map(|table| table.title.as_str()).filter(|title| !title.is_empty()).collect();
    let message = match (published.tables().count(), titles.len()) {
        (0, _) => "没有找到带线的表，看不出是哪一套版式".to_owned(),
        (count, 0) => format!("有 {count} 张表，都没有表题，看不出是哪一套版式"),
        (count, _) => format!("有 {count} 张表（{}），与哪一套版式都不像", titles[..titles.len().min(4)].join("、")),
    };
    Diagnostic::error("E565", message)
        .at(Place::file(shown))
        .hint(format!("请用 --layout 写明，可用的有：{}", layouts.sets().join("、")))
}

/// Tables that were not used, and cells that may have been misread.
fn doubts(published: &Published, recognised: &Recognised, shown: &str, found: &mut Diagnostics) {
    /// More tables than these that were not used are told together.
    const EACH: usize = 3;
    let mut unused = Vec::new();
    for (table, taken) in published.tables().zip(&recognised.tables) {
        let place = || match table.spot.page {
            0 => Place::file(format!("{shown} 第 {} 张表", table.spot.part)),
            page => Place::file(format!("{shown} 第 {page} 页")),
        };
        let title =
            if table.title.is_empty() { "没有表题的表".to_owned() } else { format!("《{}》", table.title) };
        if taken.is_none() {
            unused.push((title, table.rows.len(), place()));
            continue;
        }
        let doubtful =
            |doubt| table.rows.iter().flat_map(|row| &row.cells).filter(move |cell| cell.doubt == Some(doubt));
        let across: Vec<&str> =
            doubtful(Doubt::Across).map(|cell| cell.text.as_str()).filter(|t| !t.is_empty()).collect();
        if !across.is_empty() {
            let message = format!("{title}有字压着格线，可能放错了格：{}", across[..across.len().min(6)].join("、"));
            found.push(Diagnostic::warning("E567", message).at(place()).hint("请对照公开文件看这几格"));
        }
        let unnamed: Vec<&str> = doubtful(Doubt::Unnamed).map(|cell| cell.text.as_str()).collect();
        if !unnamed.is_empty() {
            let message = format!("{title}有的字认不出来：{}", unnamed[..unnamed.len().min(6)].join("、"));
            found.push(Diagnostic::warning("E567", message).at(place()).hint("请对照公开文件补上"));
        }
    }
    let note = |message: String| Diagnostic::new(Severity::Note, "E566", message);
    match unused.as_slice() {
        several @ [(_, _, first), ..] if several.len() > EACH => {
            let named: Vec<&str> = several[..EACH].iter().map(|(title, ..)| title.as_str()).collect();
            let (named, count) = (named.join("、"), several.len());
            found.push(note(format!("有 {count} 张表不是这套版式查数的表，没有用上：{named}等")).at(first.clone()));
        }
        few => {
            let told = |(title, rows, place): &(String, usize, Place)| {
                note(format!("{title}（{rows} 行）不是这套版式查数的表，没有用上")).at(place.clone())
            };
            few.iter().map(told).for_each(|told| found.push(told));
        }
    }
    for title in &recognised.missing {
        found.push(Diagnostic::warning("E566", format!("没有找到《{title}》")).at(Place::file(shown.to_owned())));
    }
}

impl Taken {
    /// In one sentence: what it was taken for, and how much of that was found.
    pub fn told(&self) -> String {
        let set = self.recognised.set();
        let (tables, found) = (self.recognised.tables.len(), self.recognised.found());
        let sections = self.imported.sections.len();
        let name = self.whose.name.as_deref().unwrap_or("（没有写明部门）");
        let year = self.whose.year.map_or_else(|| "（没有写明年度）".to_owned(), |year| format!("{year} 年"));
        let pages =
            if self.published.pages > 0 { format!("共 {} 页，", self.published.pages) } else { String::new() };
        format!("认作 {}：{name}，{year}；{pages}{tables} 张表认出 {found} 张，正文认出 {sections} 节", set.id)
    }

    /// Everything that the program's rules find in it, at its pages.
    pub fn audit(&self, layouts: &Layouts, shown: &str) -> Diagnostics {
        let folder = self.imported.folder(Path::new(shown));
        let folder = folder.with("report.toml", self.report_for_audit().into_bytes());
        let mut found = Diagnostics::default();
        let Some(job) = prepare_whole(&folder, layouts, &mut found) else { return found };
        found.extend(check_printed(job));
        acknowledge::tune(&self.recognised.set().tuned, &mut found);
        let mut told = Diagnostics::default();
        let by_records = self.tables_of_records();
        let of_records = |finding: &Diagnostic| {
            let file = finding.place.as_ref().map_or("", |place| &*place.file);
            finding.code.is_mistake() && by_records.iter().any(|id| file == format!("{TABLES}/{id}.csv"))
        };
        for mut finding in found.sorted().into_iter().filter(|finding| !of_records(finding)).cloned() {
            // What the set says of itself, or lacks for a build, is none of the published file's.
            let Some(place) = finding.place.as_ref().and_then(|place| self.imported.place_in(shown, place)) else {
                continue;
            };
            finding.place = Some(place);
            finding.fix = None;
            // Nobody binds a published amount to a figure.
            if finding.code == "N005" {
                continue;
            }
            if finding.hint.as_ref().is_some_and(|hint| hint.contains("{{")) {
                finding.hint = None;
            }
            for (place, _) in &mut finding.related {
                if let Some(there) = self.imported.place_in(shown, place) {
                    *place = there;
                }
            }
            told.push(finding);
        }
        told
    }

    /// The files of a data folder. A table whose rows are records is none of them: it is made of the records, which are given.
    pub fn files(&self, shown: &str, found: &mut Diagnostics) -> Vec<(String, Vec<u8>)> {
        let by_records = self.tables_of_records();
        let mut files = Vec::new();
        for (name, text) in &self.imported.files {
            let id = name.strip_prefix(TABLES).and_then(|name| name.trim_start_matches('/').strip_suffix(".csv"));
            let layout = id
                .filter(|id| by_records.contains(id))
                .and_then(|id| self.recognised.set().tables.values().find(|layout| layout.id == id));
            let Some(layout) = layout else {
                files.push((name.clone(), text.clone().into_bytes()));
                continue;
            };
            let title = self.imported.origins[name].first().map_or(layout.id.as_str(), |origin| origin.table.as_str());
            let path = self.recognised.set().schema.files.get(&layout.from).map_or("", |decl| decl.path.as_str());
            let message = format!("《{title}》一行一条记录，没有写进 {TABLES}/");
            let note = Diagnostic::new(Severity::Note, "E566", message).at(Place::file(shown.to_owned()));
            found.push(note.hint(format!("把它的各行填进 {path}，表由它生成")));
        }
        files
    }

    /// Ids of tables whose rows are records of a file that only the department has: no row of theirs is known by its name.
    fn tables_of_records(&self) -> Vec<&str> {
        fn of_records(rows: &[RowDecl]) -> bool {
            rows.iter().any(|row| matches!(row.each, Some(Each::Record)) || of_records(&row.rows))
        }
        let tables = self.recognised.set().tables.values();
        let is_one = |table: &&TableLayout| table.sides.iter().any(|side| of_records(&side.rows));
        tables.filter(is_one).map(|table| table.id.as_str()).collect()
    }

    /// The level of government that its prose speaks of most.
    fn level(&self) -> Option<&'static str> {
        let count = |level: &&str| {
            let word = format!("{level}级");
            self.published.texts().map(|text| text.text.matches(&word).count()).sum::<usize>()
        };
        let levels = ["区", "县", "市", "省"];
        levels.into_iter().rev().max_by_key(count).filter(|level| count(level) > 0)
    }

    /// A report with something for everything that must be said and that no published file says.
    pub(crate) fn report_for_audit(&self) -> String {
        use crate::toml_tree::toml_string;
        use std::fmt::Write as _;
        let year = self.whose.year.unwrap_or(2024);
        let mut text = format!(
            "code = {}\nname = {}\nyear = {year}\nlayout = {}\n",
            toml_string(self.whose.code.as_deref().unwrap_or("0")),
            toml_string(self.whose.name.as_deref().unwrap_or("本部门")),
            toml_string(&self.recognised.set)
        );
        for (key, field) in &self.recognised.set().report {
            let value = match (key.as_str(), self.level()) {
                ("level", Some(level)) => level.to_owned(),
                _ if !field.required || field.default.is_some() => continue,
                _ if field.date => format!("{}-12-31", year - 1),
                _ => "本".to_owned(),
            };
            let _ = writeln!(text, "{key} = {}", toml_string(&value));
        }
        text
    }
}
