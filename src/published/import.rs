//! A published file taken in: which set it is of, and the folder that it gives.

use super::as_folder::{Imported, Whose, as_folder, whose};
use super::recognise::{Recognised, Taken as Matched, recognise};
use super::words::Words;
use super::{Doubt, PaperTable, Part, Published, read, rows, unset};
use crate::check::{acknowledge, check_printed};
use crate::compose::{OTHER_COLUMNS, OTHER_ROW};
use crate::data::printed::TABLES;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::layout::{Layouts, RowDecl, SetFiles, TableLayout};
use crate::prepare::prepare_whole;
use crate::toml_tree::toml_string;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;

/// What is asked for as a set to have none.
pub const NO_SET: &str = "无";

/// What is asked of a published file besides what it says itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The set that it is taken for; none: the one most like it; [`NO_SET`]: in an audit, no set at all.
    pub layout: Option<&'a str>,
    /// The year that it is of; none: the one that it says.
    pub year: Option<i32>,
}

impl<'a> From<Option<&'a str>> for Asked<'a> {
    fn from(layout: Option<&'a str>) -> Asked<'a> {
        Asked { layout, year: None }
    }
}

impl Asked<'_> {
    fn whose(&self, published: &Published, path: &Path) -> Whose {
        let said = whose(published, path);
        Whose { year: self.year.or(said.year), ..said }
    }

    /// A set that is asked for must be one. None, with a finding at the file: it is not.
    fn set_is_there(&self, layouts: &Layouts, shown: &str, found: &mut Diagnostics) -> Option<()> {
        let Some(asked) = self.layout else { return Some(()) };
        if layouts.sets().iter().any(|set| set == asked) {
            return Some(());
        }
        if asked == NO_SET {
            let message = "导入要有版式集，不能不用版式";
            let hint = format!("--layout 可以写：{}", layouts.sets().join("、"));
            found.push(Diagnostic::error("E565", message).at(Place::file(shown.to_owned())).hint(hint));
            return None;
        }
        SetFiles::find(asked, Some(Place::file(shown.to_owned())), layouts, None, found);
        None
    }
}

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
pub fn take<'a>(
    bytes: &[u8],
    path: &Path,
    asked: impl Into<Asked<'a>>,
    layouts: &Layouts,
    found: &mut Diagnostics,
) -> Option<Taken> {
    let asked: Asked<'_> = asked.into();
    let shown = shown(path);
    let published = read_into(bytes, &shown, found)?;
    let whose = asked.whose(&published, path);
    asked.set_is_there(layouts, &shown, found)?;
    let Some(recognised) = recognise(&published, whose.year, asked.layout, layouts, found) else {
        if !found.has_errors() {
            found.push(unknown(&published, &shown, layouts));
        }
        return None;
    };
    let imported = as_folder(&published, &recognised, &whose, &shown);
    let mut taken = Taken { published, recognised, whose, imported };
    taken.records();
    taken.reword(layouts, &shown);
    taken.tell(&shown, found);
    Some(taken)
}

/// A published file that was read and checked.
pub struct Audited {
    /// In one sentence: what it was taken for.
    pub told: String,
    /// What it says.
    pub published: Published,
}

/// Everything that is found in a published file: by the rules of the set that is asked for, else of the one most like it; of a
/// file that is like none, what needs no set. None: it cannot be read, or is not of the set that is asked for.
pub fn audit<'a>(
    bytes: &[u8],
    path: &Path,
    asked: impl Into<Asked<'a>>,
    layouts: &Layouts,
    found: &mut Diagnostics,
) -> Option<Audited> {
    let asked: Asked<'_> = asked.into();
    let shown = shown(path);
    let published = read_into(bytes, &shown, found)?;
    let whose = asked.whose(&published, path);
    if asked.layout == Some(NO_SET) {
        return Some(without_set("不用版式", published, &whose, layouts, &shown, found));
    }
    asked.set_is_there(layouts, &shown, found)?;
    let Some(recognised) = recognise(&published, whose.year, asked.layout, layouts, found) else {
        if asked.layout.is_some() {
            if !found.has_errors() {
                found.push(unknown(&published, &shown, layouts));
            }
            return None;
        }
        found.push(of_no_set(None, &shown, layouts));
        return Some(without_set("不认得版式", published, &whose, layouts, &shown, found));
    };
    let imported = as_folder(&published, &recognised, &whose, &shown);
    let mut taken = Taken { published, recognised, whose, imported };
    let mut left = Vec::new();
    let by_set = loop {
        let is_of_set = asked.layout.is_some() || taken.recognised.is_enough();
        let by_set = is_of_set.then(|| taken.by_set(layouts, &shown));
        let Some(by_set) = by_set else {
            found.push(of_no_set(Some(&taken.recognised), &shown, layouts));
            return Some(without_set("不认得版式", taken.published, &taken.whose, layouts, &shown, found));
        };
        let unlike = taken.unlike(&by_set, &shown);
        if unlike.is_empty() {
            break by_set;
        }
        for Unlike { table, note, mistakes } in unlike {
            taken.recognised.leave(table);
            left.push(note);
            // Of a set that is asked for one wants to know what a table lacks of it.
            if asked.layout.is_some() {
                left.extend(back_on_paper(&mistakes, &taken.imported, &shown).iter().cloned());
            }
        }
        taken.imported = as_folder(&taken.published, &taken.recognised, &taken.whose, &shown);
    };
    taken.tell(&shown, found);
    left.into_iter().for_each(|told| found.push(told));
    found.extend(taken.on_paper(&by_set, layouts, &shown));
    Some(Audited { told: taken.told(), published: taken.published })
}

/// A table that is not as the set has it.
struct Unlike {
    /// Which of the document, from 0.
    table: usize,
    /// That it is left.
    note: Diagnostic,
    /// What it has otherwise than the set, at the files of the folder.
    mistakes: Diagnostics,
}

/// What is found in a file without any set; `why` there is none.
fn without_set(
    why: &str,
    published: Published,
    whose: &Whose,
    layouts: &Layouts,
    shown: &str,
    found: &mut Diagnostics,
) -> Audited {
    doubts(published.tables().zip(std::iter::repeat(true)), shown, found);
    found.extend(unset::audit(&published, whose, layouts, shown));
    let pages = if published.pages > 0 { format!("，共 {} 页", published.pages) } else { String::new() };
    let tables = published.tables().count();
    let told = format!("{why}{pages}，{tables} 张表，正文 {} 段", published.texts().count());
    Audited { told, published }
}

/// That no set is used, though none was refused; `nearest`: that which is most like the file.
fn of_no_set(nearest: Option<&Recognised>, shown: &str, layouts: &Layouts) -> Diagnostic {
    let message =
        "看不出是哪一套版式，只检查了不用版式的：各表的合计、几处写的同一个数、正文的数和文字、不得公开的内容";
    let hint = match nearest {
        Some(nearest) => format!(
            "最像 {}，但只有它的 {} 张表；是这一套的，用 --layout 写明；本来就不是的，写 --layout {NO_SET}",
            nearest.set,
            nearest.found()
        ),
        None => format!("是这些版式的，请用 --layout 写明：{}", layouts.sets().join("、")),
    };
    Diagnostic::new(Severity::Note, "E565", message).at(Place::file(shown.to_owned())).hint(hint)
}

/// Findings of a folder as those of the published file that it was read from, each at its page. What speaks of anything
/// else is left out.
pub(super) fn back_on_paper(found: &Diagnostics, imported: &Imported, shown: &str) -> Diagnostics {
    let mut told = Diagnostics::default();
    for mut finding in found.sorted().into_iter().cloned() {
        // What the set says of itself, or lacks for a build, is none of the published file's.
        let Some(at) = finding.place.take() else { continue };
        let Some(place) = imported.place_in(shown, &at) else { continue };
        finding.on_page = imported.on_page(&at).map(Box::new);
        finding.place = Some(place);
        finding.fix = None;
        if finding.hint.as_ref().is_some_and(|hint| hint.contains("{{")) {
            finding.hint = None;
        }
        for (place, _) in &mut finding.related {
            if let Some(there) = imported.place_in(shown, place) {
                *place = there;
            }
        }
        told.push(finding);
    }
    told
}

fn read_into(bytes: &[u8], shown: &str, found: &mut Diagnostics) -> Option<Published> {
    let published = read(bytes, shown).map_err(|wrong| found.push(wrong)).ok()?;
    found.extend(published.found.clone());
    Some(published)
}

/// What messages call a published file: its name.
pub fn shown(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// What a document does not say of itself.
fn unsaid(whose: &Whose, looked_up: i32, shown: &str, found: &mut Diagnostics) {
    let said = [("部门代码", whose.code.is_some()), ("部门名称", whose.name.is_some()), ("年度", whose.year.is_some())];
    let unsaid: Vec<&str> = said.iter().filter(|(_, said)| !said).map(|(what, _)| *what).collect();
    if !unsaid.is_empty() {
        let message = format!("文件里没有写{}", unsaid.join("、"));
        let mut hint = "导入的 report.toml 里空着，请填写；不影响检查各表的数".to_owned();
        if whose.year.is_none() {
            let _ = write!(hint, "。科目照 {looked_up} 年的查；是别的年度的，加 --year 年度");
        }
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

/// Cells of the tables that are used which may have been misread, at their places.
fn doubts<'t>(tables: impl Iterator<Item = (&'t PaperTable, bool)>, shown: &str, found: &mut Diagnostics) {
    /// So many of a table are told one by one.
    const EACH: usize = 20;
    for (table, _) in tables.filter(|(_, used)| *used) {
        let doubtful = table.doubtful().filter(|(_, cell)| !cell.text.is_empty() || cell.doubt == Some(Doubt::Unnamed));
        for (at, (row, cell)) in doubtful.enumerate() {
            if at == EACH {
                let title = table.called();
                let message = format!("{title}有疑问的格还有 {} 处", table.doubtful().count() - EACH);
                found.push(Diagnostic::warning("E567", message).at(table.spot.of_table(shown)));
                break;
            }
            let (message, hint) = cell.doubt.map_or(("", ""), Doubt::says);
            let place =
                cell.spot.place(shown, &[], &table.title, row + 1).unwrap_or_else(|| table.spot.of_table(shown));
            let told = Diagnostic::warning("E567", format!("{message}：“{}”", cell.text)).at(place);
            found.push(told.on_page(cell.spot.on_page()).hint(hint));
        }
    }
}

/// Tables that were not used.
fn unused(
    published: &Published,
    recognised: &Recognised,
    of_records: &BTreeMap<usize, String>,
    shown: &str,
    found: &mut Diagnostics,
) {
    /// More tables than these that were not used are told together.
    const EACH: usize = 3;
    let tables = published.tables().zip(&recognised.tables).enumerate();
    let unused = tables
        .filter(|(at, (_, taken))| taken.is_none() && !of_records.contains_key(at) && !recognised.left.contains(at))
        .map(|(_, of)| of);
    let unused: Vec<(String, usize, Place)> =
        unused.map(|(table, _)| (table.called(), table.rows.len(), table.spot.of_table(shown))).collect();
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
    /// Tables whose rows are records become the files of those.
    fn records(&mut self) {
        let by_records: Vec<String> = self.tables_of_records().into_iter().map(str::to_owned).collect();
        for (table, taken) in self.published.tables().zip(&self.recognised.tables) {
            let Some(taken) = taken.as_ref().filter(|taken| by_records.contains(&taken.id)) else { continue };
            let Some(records) = rows::records(table, &taken.id, &self.recognised) else { continue };
            if !self.imported.files.contains_key(&records.path) {
                self.imported.files.insert(records.path.clone(), records.text);
                self.imported.origins.insert(records.path, records.origins);
            }
        }
    }

    /// What the document words otherwise than the set becomes the department's own.
    fn reword(&mut self, layouts: &Layouts, shown: &str) {
        /// A table may be like one that is like another.
        const ROUNDS: usize = 4;
        let words = Words::of(&self.whose);
        for _ in 0..ROUNDS {
            let folder = self.imported.folder(Path::new(shown));
            let folder = folder.with("report.toml", self.report_for_audit().into_bytes());
            let Some(job) = prepare_whole(&folder, layouts, &mut Diagnostics::default()) else { break };
            if !self.imported.reword(&self.published, &self.recognised, job, &words) {
                break;
            }
        }
        self.imported.files.insert("source.toml".to_owned(), self.imported.source(&self.recognised, shown));
    }

    /// What is doubtful, what was not used, what the document does not say.
    fn tell(&self, shown: &str, found: &mut Diagnostics) {
        let left = &self.recognised.left;
        let is_used = |(at, taken): (usize, &Option<Matched>)| taken.is_some() || left.contains(&at);
        let tables = self.published.tables().zip(self.recognised.tables.iter().enumerate().map(is_used));
        doubts(tables, shown, found);
        unused(&self.published, &self.recognised, &self.imported.of_records, shown, found);
        unsaid(&self.whose, self.recognised.year, shown, found);
    }

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
        self.on_paper(&self.by_set(layouts, shown), layouts, shown)
    }

    /// What the set's rules find, at the files of the folder.
    fn by_set(&self, layouts: &Layouts, shown: &str) -> Diagnostics {
        let folder = self.imported.folder(Path::new(shown));
        let folder = folder.with("report.toml", self.report_for_audit().into_bytes());
        let mut found = Diagnostics::default();
        let Some(job) = prepare_whole(&folder, layouts, &mut found) else { return found };
        found.extend(check_printed(job));
        acknowledge::tune(&self.recognised.set().tuned, &mut found);
        let (by_records, by_words) = (self.tables_of_records(), self.tables_of_worded_rows());
        let files = &self.recognised.set().schema.files;
        found.retain(|finding| {
            let file = finding.place.as_ref().map_or("", |place| &*place.file);
            // What records lack beside a ledger is none of the published file's.
            let of_records = files.values().any(|decl| decl.path == file);
            if finding.code.is_mistake() && of_records {
                return false;
            }
            // What asks for the year is not asked where nobody says it.
            if self.whose.year.is_none() && unset::OF_YEAR.contains(&&*finding.code) {
                return false;
            }
            let is_of = |ids: &[&str]| ids.iter().any(|id| file == format!("{TABLES}/{id}.csv"));
            // Nobody binds a published amount to a figure.
            finding.code != "N005"
                && !(finding.code.is_mistake() && is_of(&by_records))
                && !(finding.code == OTHER_ROW && (is_of(&by_words) || finding.severity != Severity::Error))
        });
        found
    }

    /// What the set's rules find at its pages, and what is asked of any document.
    fn on_paper(&self, by_set: &Diagnostics, layouts: &Layouts, shown: &str) -> Diagnostics {
        let mut told = back_on_paper(by_set, &self.imported, shown);
        told.extend(self.of_any_set(&told, layouts, shown));
        told
    }

    /// The tables that are not as the set has them: a column of the form is not there, or a good part of the
    /// rows have no place in it. What its rules would say of such a table is not true of it.
    fn unlike(&self, by_set: &Diagnostics, shown: &str) -> Vec<Unlike> {
        /// One row with figures in so many may be wrong by itself.
        const ROWS: usize = 4;
        let is_figure = |text: &str| {
            text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || "-,.".contains(c))
        };
        let with_figures = |table: &PaperTable| {
            let rows = table.rows.iter().skip(table.heads);
            rows.filter(|row| row.cells.iter().any(|cell| is_figure(&cell.text))).count()
        };
        let tables = self.published.tables().zip(&self.recognised.tables).enumerate();
        let told = |(index, (table, taken)): (usize, (&PaperTable, &Option<Matched>))| {
            let file = format!("{TABLES}/{}.csv", taken.as_ref()?.id);
            let of = |codes: &[&str]| -> Vec<&Diagnostic> {
                let is_of = |found: &&Diagnostic| found.place.as_ref().is_some_and(|place| *place.file == *file);
                let is_one = |found: &&Diagnostic| found.severity == Severity::Error && codes.contains(&&*found.code);
                by_set.iter().filter(is_of).filter(is_one).collect()
            };
            let (columns, rows) = (of(&OTHER_COLUMNS), of(&[OTHER_ROW]));
            let why = match (columns.first(), rows.first()) {
                (Some(first), _) => (first, columns.len()),
                (None, Some(first)) if rows.len() * ROWS > with_figures(table) => (first, rows.len()),
                _ => return None,
            };
            let more = if why.1 > 1 { format!("等 {} 处", why.1) } else { String::new() };
            let message = format!("{}与版式里的不一样，没有按版式查（{}{more}）", table.called(), why.0.message);
            let note = Diagnostic::new(Severity::Note, "E566", message).at(table.spot.of_table(shown));
            let mut mistakes = Diagnostics::default();
            columns.iter().chain(&rows).for_each(|found| mistakes.push((*found).clone()));
            Some(Unlike {
                table: index, note: note.hint("各行各列的合计、几处写的同一个数仍然查了"), mistakes
            })
        };
        tables.filter_map(told).collect()
    }

    /// What is asked of any document. Of figures: a set may not have a table, or no rule for some of its sums, or no sentence
    /// like one; a row or a paragraph that the set's rules have told of is not told of again. Of words: what went to no section
    /// and to no table of the set, and private data anywhere; nothing is told twice.
    fn of_any_set(&self, told: &Diagnostics, layouts: &Layouts, shown: &str) -> Diagnostics {
        let at = |found: &Diagnostic| {
            let place = found.place.as_ref().map(|place| (place.file.clone(), place.line));
            (place, found.on_page.as_ref().map(|on_page| (on_page.area[1], on_page.area[3])))
        };
        // That a row is not understood says nothing of its figures.
        let speaks = |found: &&Diagnostic| found.severity != Severity::Note && !found.code.is_mistake();
        let known: HashSet<_> = told.iter().filter(speaks).map(at).collect();
        // A cell and its row are one place.
        let of_code = |found: &Diagnostic| (found.code.clone(), found.place.as_ref().map(|place| place.file.clone()));
        let said: HashSet<_> = told.iter().map(of_code).collect();
        let left = self.left();
        let is_asked = |code: &str, part: usize| {
            let of_words = code.starts_with(['L', 'N']) && !unset::is_of_division(code) && left.contains(&part);
            unset::is_of_figures(code) || unset::is_private(code) || of_words
        };
        let mut more = unset::audit_where(&self.published, &self.whose, layouts, shown, &is_asked);
        acknowledge::tune(&self.recognised.set().tuned, &mut more);
        more.retain(|found| match unset::is_of_figures(&found.code) {
            true => !known.contains(&at(found)),
            false => !said.contains(&of_code(found)),
        });
        more
    }

    /// The parts of the document that are in no section and no table of the folder, from 0.
    fn left(&self) -> HashSet<usize> {
        let mut rest = self.imported.rest.iter().peekable();
        let mut tables = self.recognised.tables.iter().enumerate();
        let parts = self.published.parts.iter().enumerate();
        let mut is_left = |part: &Part| match part {
            Part::Text(text) => rest.next_if(|left| *left == text).is_some(),
            Part::Table(_) => {
                tables.next().is_some_and(|(at, taken)| taken.is_none() && !self.imported.of_records.contains_key(&at))
            }
        };
        parts.filter(|(_, part)| is_left(part)).map(|(index, _)| index).collect()
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
            let note = |message| Diagnostic::new(Severity::Note, "E566", message).at(Place::file(shown.to_owned()));
            let note = match self.imported.files.get(path) {
                Some(records) => {
                    let lines = records.lines().count() - 1;
                    let note = note(format!("《{title}》一行一条记录，写成了 {path} 的 {lines} 行"));
                    // What it prints of other records only the table says.
                    let others = layout.columns.iter().any(|column| column.from.is_some());
                    note.hint(match others {
                        true => format!(
                            "有的列由别的明细得出：没有明细时，要生成公开文本，把这张表照印出来的样子放进 {name}"
                        ),
                        false => "表由它生成；表里没有写明的列空着，请核对".to_owned(),
                    })
                }
                None => {
                    let note = note(format!("《{title}》一行一条记录，没有写进 {TABLES}/"));
                    note.hint(format!("把它的各行填进 {path}，表由它生成"))
                }
            };
            found.push(note);
        }
        files
    }

    /// Ids of tables with rows that the set words by the data (`1. 局本级（行政）`) or that lie under another: which row of the
    /// set is meant is not known for each.
    fn tables_of_worded_rows(&self) -> Vec<&str> {
        fn are_some(rows: &[RowDecl], is_below: bool) -> bool {
            rows.iter().any(|row| {
                let is_worded = row.label.as_ref().is_some_and(|label| label.source.contains("{{"));
                row.each.is_some() && (is_worded || is_below) || are_some(&row.rows, true)
            })
        }
        let tables = self.recognised.set().tables.values();
        let is_one = |table: &&TableLayout| table.sides.iter().any(|side| are_some(&side.rows, false));
        tables.filter(is_one).map(|table| table.id.as_str()).collect()
    }

    /// Ids of tables whose rows are records of a file that only the department has: no row of theirs is known by its name.
    fn tables_of_records(&self) -> Vec<&str> {
        let tables = self.recognised.set().tables.values();
        tables.filter(|table| rows::of_records(table)).map(|table| table.id.as_str()).collect()
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
        let year = self.recognised.year;
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
