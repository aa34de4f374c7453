//! Where each department stands.

use super::across::{Held, alike, as_listed, held, late, off};
use super::brief::{Brief, Ground, Wanted, brief};
use super::control::Controls;
use super::declared::{Bureau, Department};
use super::rules::{Broken, Rule, rules};
use crate::data::read_date;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::edition::{Edition, ids};
use crate::folder::Folder;
use crate::workshop::Workshop;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Every department, and what was found between them.
#[derive(Debug, Clone)]
pub struct Board {
    /// The bureau's name; empty without a `bureau.toml`.
    pub name: String,
    /// The year asked for.
    pub year: Option<i32>,
    /// There are control figures.
    pub has_control: bool,
    /// In the order of the list.
    pub lines: Vec<Line>,
    /// What belongs to no department: of the list and of the control figures.
    pub found: Diagnostics,
}

/// A department on the board.
#[derive(Debug, Clone)]
pub struct Line {
    /// As it is listed; code and name as it says itself where the list does not.
    pub department: Department,
    /// How far it has come.
    pub standing: Standing,
    /// What was found in its folder; none: there is nothing.
    pub brief: Option<Brief>,
    /// Its figures beside those approved.
    pub held: Vec<Held>,
    /// What was found beside the list, the other departments, and what was approved.
    pub found: Diagnostics,
    /// Mistakes that it has to settle with other departments, in words; the bureau has them among its own.
    pub between: Vec<String>,
    /// What it published last.
    pub published: Option<Published>,
    /// What is to be done next; empty: nothing.
    pub next: String,
}

/// What a department published last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// `2024-02-10-1`
    pub edition: String,
    /// Its data was changed since.
    pub changed: bool,
}

/// How far a department has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Nothing is there.
    Absent,
    /// With errors.
    Wrong,
    /// Without errors, with warnings.
    Doubtful,
    /// Nothing is in the way.
    Good,
}

impl Standing {
    /// As it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Absent => "未交",
            Standing::Wrong => "有错误",
            Standing::Doubtful => "有警告",
            Standing::Good => "无误",
        }
    }

    /// In machine-readable forms.
    pub fn id(self) -> &'static str {
        match self {
            Standing::Absent => "absent",
            Standing::Wrong => "errors",
            Standing::Doubtful => "warnings",
            Standing::Good => "good",
        }
    }
}

/// How many departments stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// All.
    pub departments: usize,
    /// Something is there.
    pub given: usize,
    /// With errors.
    pub wrong: usize,
    /// With figures that are not what was approved.
    pub off: usize,
    /// With an edition.
    pub published: usize,
    /// With data that was changed since its edition.
    pub changed: usize,
    /// Errors in folders, and between departments.
    pub errors: usize,
    /// Warnings likewise.
    pub warnings: usize,
    /// Pages of all documents.
    pub pages: usize,
}

impl Line {
    /// Errors in its folder, and beside the others.
    pub fn errors(&self) -> usize {
        self.brief.as_ref().map_or(0, |brief| brief.errors) + self.found.count(Severity::Error)
    }

    /// Warnings likewise.
    pub fn warnings(&self) -> usize {
        self.brief.as_ref().map_or(0, |brief| brief.warnings) + self.found.count(Severity::Warning)
    }

    /// The figures that are not what was approved.
    pub fn off(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(|held| !held.is_equal())
    }

    /// How it stands against what was approved: empty where nothing was.
    pub fn control(&self) -> String {
        let off: Vec<String> = self.off().map(told).collect();
        match (self.held.is_empty(), off.is_empty()) {
            (true, _) => String::new(),
            (_, true) => "相等".to_string(),
            (_, false) => off.join("；"),
        }
    }
}

fn told(held: &Held) -> String {
    match held.actual {
        Some(actual) => format!("{}{}", held.head, off(actual - held.approved)),
        None => format!("{}不知道", held.head),
    }
}

impl Board {
    /// How many departments stand where.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals { departments: self.lines.len(), ..Totals::default() };
        for line in &self.lines {
            totals.given += usize::from(line.standing != Standing::Absent);
            totals.wrong += usize::from(line.standing == Standing::Wrong);
            totals.off += usize::from(line.off().next().is_some());
            totals.published += usize::from(line.published.is_some());
            totals.changed += usize::from(line.published.as_ref().is_some_and(|published| published.changed));
            totals.errors += line.errors();
            totals.warnings += line.warnings();
            totals.pages += line.brief.as_ref().map_or(0, |brief| brief.pages);
        }
        totals.errors += self.found.count(Severity::Error);
        totals.warnings += self.found.count(Severity::Warning);
        totals
    }

    /// Whether an error is anywhere.
    pub fn has_errors(&self) -> bool {
        self.totals().errors > 0
    }
}

/// How a board is made.
#[derive(Debug, Clone, Default)]
pub struct Looking<'a> {
    /// ISO; tells which departments are late: the clock is not asked.
    pub today: Option<&'a str>,
    /// Of so many parts that the departments are dealt out to, this one alone, from 1; rules over departments need all.
    pub part: Option<Part>,
    /// What the parts found, by the folder of the department: nothing is looked at again.
    pub joined: Option<&'a BTreeMap<String, Looked>>,
}

/// One of several parts that any machine may do: `3/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl Part {
    /// Reads `3/8`; else what is wrong with it.
    pub fn read(text: &str) -> Result<Part, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) && of <= 10_000 => Ok(Part { number, of }),
            _ => Err("写作 3/8：八份里的第三份".to_string()),
        }
    }

    /// Whether the `index`th, from 0, is in it.
    pub fn has(self, index: usize) -> bool {
        index % self.of == self.number - 1
    }
}

/// E850: a file that is to be joined is none of a part.
pub(crate) fn no_part(file: &str) -> Diagnostic {
    Diagnostic::error("E850", "不是 gongkai status --part 写的 JSON")
        .at(Place::file(file))
        .hint("这样做一份：gongkai status 全县 --part 3/8 --format json > 3.json")
}

/// What was found in a department's folder, and what it published; none: there is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// What is needed of it.
    pub brief: Option<Brief>,
    /// What it published last.
    pub published: Option<Published>,
}

/// Looks at every department, each alone in memory. `done` is told of each.
pub fn board(bureau: &Bureau, workshop: &Workshop, looking: &Looking<'_>, done: impl Fn() + Sync) -> Board {
    let today = looking.today;
    let mut found = Diagnostics::default();
    let controls = Controls::read(bureau, &mut found);
    for folder in bureau.unlisted() {
        found.push(
            Diagnostic::warning("E816", format!("{folder} 是部门的数据文件夹，不在名单里"))
                .at(Place::file(super::BUREAU))
                .hint("在 bureau.toml 里加一个 [[department]]，或把它移出去"),
        );
    }
    let ground = Ground::of(workshop);
    let rules = rules(bureau, &mut found);
    let of_rules: BTreeSet<String> = rules.iter().flat_map(|rule| rule.addresses(bureau)).collect();
    let mut figures: Vec<&str> = of_rules.iter().map(String::as_str).collect();
    figures
        .extend(bureau.control.iter().flat_map(|control| control.figures.values()).flat_map(|figures| figures.all()));
    figures.sort_unstable();
    figures.dedup();
    let asked = Wanted { figures, subjects: rules.iter().any(Rule::asks_subjects) };
    let in_part = |index: &usize| looking.part.is_none_or(|part| part.has(*index));
    let chosen: Vec<&Department> =
        bureau.departments.iter().enumerate().filter(|(index, _)| in_part(index)).map(|(_, d)| d).collect();
    let looked = match looking.joined {
        Some(joined) => chosen.iter().map(|d| joined.get(&d.folder).cloned()).collect(),
        None => {
            let folders: Vec<Folder> = chosen.iter().map(|d| Folder::at(&bureau.path_of(d))).collect();
            workshop.each(&folders, done, |_, folder| {
                // Another one, so that what was read of it goes with it.
                let folder = Folder::at(folder.shown());
                let brief = folder.exists().then(|| brief(workshop, &ground, &folder, &asked));
                Looked { published: brief.as_ref().and_then(|_| published(&folder)), brief }
            })
        }
    };
    let mut lines: Vec<Line> = Vec::new();
    for (department, looked) in chosen.into_iter().zip(looked) {
        let looked = looked.unwrap_or_else(|| {
            let why = match looking.joined {
                Some(_) => {
                    let mut missing = Diagnostic::error("E850", format!("“{}”不在合并的任何一份里", department.name));
                    missing.place.clone_from(&department.place);
                    found.push(missing.hint("各份要由同一个 bureau.toml 做出，一份不少：--part 1/8 到 --part 8/8"));
                    "不在合并的任何一份里"
                }
                None => "程序内部出错",
            };
            let brief = Brief { errors: 1, first: Some(why.to_string()), ..Brief::default() };
            Looked { brief: Some(brief), published: None }
        });
        lines.push(line(bureau, &controls, department, looked, today));
    }
    // A list has each code and name once, and each department was held against it.
    if !bureau.listed {
        let alike = alike(lines.iter().map(|line| (&line.department, line.brief.as_ref())));
        for (index, found) in alike {
            lines[index].found.push(found);
        }
    }
    for rule in rules.iter().filter(|_| looking.part.is_none()) {
        for Broken { of, between, found: broken } in rule.run(bureau, &lines) {
            let is_mistake = broken.severity == Severity::Error;
            between.into_iter().filter(|_| is_mistake).for_each(|i| lines[i].between.push(broken.message.clone()));
            match of {
                Some(index) => lines[index].found.push(broken),
                None => found.push(broken),
            }
        }
    }
    for line in &mut lines {
        line.standing = match (&line.brief, line.errors(), line.warnings()) {
            (None, ..) => Standing::Absent,
            (_, 0, 0) => Standing::Good,
            (_, 0, _) => Standing::Doubtful,
            _ => Standing::Wrong,
        };
        line.next = next(bureau, line);
    }
    Board { name: bureau.name.clone(), year: bureau.year, has_control: bureau.control.is_some(), lines, found }
}

fn line(bureau: &Bureau, controls: &Controls, department: &Department, looked: Looked, today: Option<&str>) -> Line {
    let mut line = Line {
        department: department.clone(),
        standing: Standing::Absent,
        brief: None,
        held: Vec::new(),
        found: Diagnostics::default(),
        between: Vec::new(),
        published: None,
        next: String::new(),
    };
    let Looked { brief: Some(brief), published } = looked else {
        late(department, today).into_iter().for_each(|found| line.found.push(found));
        return line;
    };
    if let Some(said) = &brief.said {
        as_listed(bureau, department, said).into_iter().for_each(|found| line.found.push(found));
        if department.code.is_empty() {
            line.department.code.clone_from(&said.code.0);
            line.department.name.clone_from(&said.name.0);
        }
    }
    let (held, found) = held(bureau, controls, department, &brief);
    found.into_iter().for_each(|found| line.found.push(found));
    Line { brief: Some(brief), held, published, ..line }
}

/// Its last edition. One that cannot be read is none.
fn published(folder: &Folder) -> Option<Published> {
    if folder.is_workbook() {
        return None;
    }
    let id = ids(folder.shown()).pop()?;
    let edition = Edition::find(folder.shown(), &id).ok()?;
    Some(Published { changed: !edition.holds(folder), edition: id })
}

fn next(bureau: &Bureau, line: &Line) -> String {
    let path = bureau.path_of(&line.department);
    let path = path.display();
    let person = line.department.person.as_ref().map(|person| format!("（{person}）")).unwrap_or_default();
    let Some(brief) = &line.brief else {
        let due =
            line.department.due.as_deref().and_then(read_date).map(|due| format!("，{due} 前")).unwrap_or_default();
        return format!("催交{person}{due}");
    };
    let mistake = line.found.sorted().into_iter().find(|found| found.severity == Severity::Error);
    match (&line.published, mistake) {
        _ if brief.errors > 0 => format!("改 {} 处错误：gongkai check {path}", brief.errors),
        (_, Some(mistake)) => {
            let others = line.found.count(Severity::Error) - 1;
            let others = if others > 0 { format!("；另有 {others} 处") } else { String::new() };
            format!("{}{others}{person}", mistake.message)
        }
        _ if !line.between.is_empty() => format!("{}{person}", line.between[0]),
        _ if brief.warnings > 0 => format!("看 {} 处警告：gongkai check {path}", brief.warnings),
        (None, _) => format!("公开：gongkai build {path} --edition"),
        (Some(Published { edition, changed: true }), _) => {
            format!("公开后改过，写更正说明：gongkai build {path} --since {edition} --edition")
        }
        (Some(_), _) => String::new(),
    }
}
