//! `bureau.toml`: whose departments they are, their list, what was approved for each; without one, the department
//! folders that lie below.

use super::BUREAU;
use crate::cell_name::is_workbook;
use crate::data::{cleaned, read_date};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::edition;
use crate::folder::Folder;
use crate::toml_tree::{Node, Tree, parse, read};
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A bureau and its departments.
#[derive(Debug, Clone)]
pub struct Bureau {
    /// Where it lies.
    pub folder: PathBuf,
    /// Its name; empty without a `bureau.toml`.
    pub name: String,
    /// 县级, as the departments' sets say it.
    pub level: Option<String>,
    /// The budget year that is asked of all; none: nothing is asked.
    pub year: Option<i32>,
    /// Ids of the layout sets that are taken; empty: any.
    pub sets: Vec<String>,
    /// What was approved, and which figures it is.
    pub control: Option<ControlDecl>,
    /// Figures with names, for rules over departments: those of `[figure]`, and those of the control figures.
    pub figures: IndexMap<String, Figures>,
    /// In the order of the list.
    pub departments: Vec<Department>,
    /// It has a `bureau.toml`: its list is complete.
    pub listed: bool,
}

/// A department as the bureau knows it.
#[derive(Debug, Clone, Default)]
pub struct Department {
    /// Empty: not said.
    pub code: String,
    /// Empty: not said.
    pub name: String,
    /// Relative to the bureau's folder, with `/`.
    pub folder: String,
    /// The code of the department it is a unit of.
    pub of: Option<String>,
    /// Who is responsible.
    pub person: Option<String>,
    /// By which day it is to be given in, ISO.
    pub due: Option<String>,
    /// Where it is listed.
    pub place: Option<Place>,
}

/// `[control]`
#[derive(Debug, Clone)]
pub struct ControlDecl {
    /// A CSV file or a workbook in the bureau's folder.
    pub file: String,
    /// By the heading of a column: which figure of a department it was approved for.
    pub figures: IndexMap<String, Figures>,
    /// Where it is declared.
    pub place: Place,
}

/// An address of a figure, in every set or in each.
#[derive(Debug, Clone)]
pub enum Figures {
    /// In every set the same.
    One(String),
    /// By the id of the set; a set that is not named has no such figure.
    BySet(BTreeMap<String, String>),
}

impl Figures {
    /// The address in a set.
    pub fn of_set(&self, set: &str) -> Option<&str> {
        match self {
            Figures::One(address) => Some(address),
            Figures::BySet(addresses) => addresses.get(set).map(String::as_str),
        }
    }

    /// Every address.
    pub fn all(&self) -> Vec<&str> {
        match self {
            Figures::One(address) => vec![address],
            Figures::BySet(addresses) => addresses.values().map(String::as_str).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBureau {
    name: String,
    year: i32,
    level: Option<String>,
    // Read by themselves, so that every mistake in them is told whatever is wrong here.
    #[serde(rename = "layout")]
    _layout: Option<Node>,
    #[serde(rename = "due")]
    _due: Option<Node>,
    #[serde(rename = "control")]
    _control: Option<Node>,
    #[serde(rename = "figure")]
    _figure: Option<Node>,
    #[serde(rename = "department")]
    _department: Option<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawControl {
    file: Option<String>,
    figure: Node,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDepartment {
    code: Node,
    name: String,
    folder: Node,
    of: Option<Node>,
    person: Option<String>,
    due: Option<Node>,
}

/// The control figures' file where `[control]` does not name one.
const CONTROL: &str = "control.csv";
/// Department folders are looked for in folders within folders so deep.
const DEEPEST: usize = 3;

impl Bureau {
    /// What a folder says of its departments; without a `bureau.toml`, every department folder below it. With mistakes,
    /// which are all told, there is none.
    pub fn open(path: &Path, diagnostics: &mut Diagnostics) -> Option<Bureau> {
        let folder = Folder::open(path);
        if !folder.exists() {
            let message = format!("没有这个文件夹：{}", path.display());
            diagnostics.push(Diagnostic::error("E800", message).hint("写财政部门的文件夹，各部门的数据文件夹在它下面"));
            return None;
        }
        let text = match folder.text_if_there(BUREAU) {
            Ok(text) => text,
            Err(found) => {
                diagnostics.push(found);
                return None;
            }
        };
        let before = diagnostics.count(Severity::Error);
        let bureau = match text {
            Some(text) => declared(path, &folder, &text, diagnostics),
            None => found_below(path, &folder, diagnostics),
        };
        bureau.filter(|_| diagnostics.count(Severity::Error) == before)
    }

    /// Whether a folder is a bureau's: it says so, or it is no department itself and has some below it.
    pub fn is_one(path: &Path) -> bool {
        let folder = Folder::at(path);
        let below =
            || Bureau::open(path, &mut Diagnostics::default()).is_some_and(|found| !found.departments.is_empty());
        path.is_dir() && (folder.is_file(BUREAU) || matches!(folder.text_if_there("report.toml"), Ok(None)) && below())
    }

    /// Without a department, a list or anything asked.
    pub fn of(folder: &Path) -> Bureau {
        Bureau {
            folder: folder.to_path_buf(),
            name: String::new(),
            level: None,
            year: None,
            sets: Vec::new(),
            control: None,
            figures: IndexMap::new(),
            departments: Vec::new(),
            listed: false,
        }
    }

    /// Where a department's folder (or its workbook) lies.
    pub fn path_of(&self, department: &Department) -> PathBuf {
        match self.folder == Path::new(".") {
            true => PathBuf::from(&department.folder),
            false => self.folder.join(&department.folder),
        }
    }

    /// Department folders below the bureau's that its list does not have, as paths in it.
    pub fn unlisted(&self) -> Vec<String> {
        if !self.listed {
            return Vec::new();
        }
        let mut found = Vec::new();
        departments_below(&Folder::open(&self.folder), "", 0, &mut found);
        found.retain(|folder| self.departments.iter().all(|d| d.folder != *folder));
        found
    }
}

fn declared(path: &Path, folder: &Folder, text: &str, diagnostics: &mut Diagnostics) -> Option<Bureau> {
    let before = diagnostics.count(Severity::Error);
    let node = parse(text, &Arc::from(BUREAU), diagnostics);
    if diagnostics.count(Severity::Error) > before {
        return None; // what is read of a broken file would only be told again as something else
    }
    // The parts are read whatever is wrong with the whole: every mistake at once.
    let raw = read::<RawBureau>(&node, diagnostics);
    let due = node.get("due").and_then(|node| date(node, diagnostics));
    let items = node.get("department").and_then(Node::array).unwrap_or_default();
    let mut departments: Vec<Department> =
        items.iter().filter_map(|item| department(item, due.as_deref(), folder, diagnostics)).collect();
    if items.is_empty() {
        diagnostics.push(
            Diagnostic::error("E800", "没有列出一个部门")
                .at(Place::file(BUREAU))
                .hint("一个部门写一个 [[department]]：code、name、folder；由 Excel 名单生成用 gongkai new --bureau"),
        );
    }
    listed_twice(&departments, diagnostics);
    parents(&departments, diagnostics);
    let control = node.get("control").and_then(|node| control(node, diagnostics));
    let mut figures = node.get("figure").map(|node| named(node, diagnostics)).unwrap_or_default();
    figures.extend(control.iter().flat_map(|control| control.figures.clone()));
    let sets = node.get("layout").map(|node| texts(node, diagnostics)).unwrap_or_default();
    let raw = raw?;
    if !(1990..=2100).contains(&raw.year) {
        let place = node.get("year").map_or_else(|| Place::file(BUREAU), |node| node.place.clone());
        diagnostics.push(Diagnostic::error("E801", format!("年度“{}”不是四位年份", raw.year)).at(place));
    }
    departments.iter_mut().for_each(|department| department.name = cleaned(&department.name).into_owned());
    Some(Bureau {
        folder: path.to_path_buf(),
        name: cleaned(&raw.name).into_owned(),
        level: raw.level,
        year: Some(raw.year),
        sets,
        control,
        figures,
        departments,
        listed: true,
    })
}

/// A text, or a number as text.
fn scalar(node: &Node, diagnostics: &mut Diagnostics) -> Option<String> {
    match &node.value {
        Tree::String(text) if !cleaned(text).is_empty() => Some(cleaned(text).into_owned()),
        Tree::Integer(number) => Some(number.to_string()),
        _ => {
            diagnostics.push(Diagnostic::error("E801", "这里应为文字").at(node.place.clone()));
            None
        }
    }
}

/// One text, or several.
fn texts(node: &Node, diagnostics: &mut Diagnostics) -> Vec<String> {
    match node.array() {
        Some(items) => items.iter().filter_map(|item| scalar(item, diagnostics)).collect(),
        None => scalar(node, diagnostics).into_iter().collect(),
    }
}

fn date(node: &Node, diagnostics: &mut Diagnostics) -> Option<String> {
    let text = scalar(node, diagnostics)?;
    let date = read_date(&text);
    if date.is_none() {
        let found = Diagnostic::error("E801", format!("日期“{text}”读不懂")).at(node.place.clone());
        diagnostics.push(found.hint("写作 2024-02-20"));
    }
    date
}

fn department(node: &Node, due: Option<&str>, bureau: &Folder, diagnostics: &mut Diagnostics) -> Option<Department> {
    let raw = read::<RawDepartment>(node, diagnostics)?;
    let code = scalar(&raw.code, diagnostics);
    let folder = scalar(&raw.folder, diagnostics).filter(|folder| is_within(folder, &raw.folder, bureau, diagnostics));
    let of = raw.of.as_ref().map(|node| scalar(node, diagnostics));
    let own_due = raw.due.as_ref().map(|node| date(node, diagnostics));
    Some(Department {
        code: code?,
        name: raw.name,
        folder: folder?,
        of: of.flatten(),
        person: raw.person.map(|person| cleaned(&person).into_owned()).filter(|person| !person.is_empty()),
        due: own_due.flatten().or_else(|| due.map(str::to_string)),
        place: Some(node.place.clone()),
    })
}

fn is_within(folder: &str, node: &Node, bureau: &Folder, diagnostics: &mut Diagnostics) -> bool {
    match bureau.place_of(folder) {
        Ok(_) => true,
        Err(_) => {
            diagnostics.push(
                Diagnostic::error("E803", format!("“{folder}”不在这个文件夹之内，没有读取"))
                    .at(node.place.clone())
                    .hint(format!("把部门的文件夹放在 {bureau} 下面，写它在其中的路径，如 folder = \"631-2024\"")),
            );
            false
        }
    }
}

/// A code, a name or a folder that two items of the list have.
fn listed_twice(departments: &[Department], diagnostics: &mut Diagnostics) {
    type Of = fn(&Department) -> &str;
    let keys: [(&str, Of); 3] = [("代码", |d| &d.code), ("名称", |d| &d.name), ("文件夹", |d| &d.folder)];
    for (what, of) in keys {
        let mut first: BTreeMap<&str, &Department> = BTreeMap::new();
        for department in departments {
            let Some(earlier) = first.get(of(department)) else {
                first.insert(of(department), department);
                continue;
            };
            let mut found = Diagnostic::error("E802", format!("{what}“{}”列了两次", of(department)))
                .hint("一个部门只列一次；代码、名称、文件夹各不相同");
            found.place.clone_from(&department.place);
            found.related.extend(earlier.place.clone().map(|place| (place, "这里已经有了".to_string())));
            diagnostics.push(found);
        }
    }
}

/// A unit's department must be in the list, and is no unit itself.
fn parents(departments: &[Department], diagnostics: &mut Diagnostics) {
    for unit in departments {
        let Some(of) = &unit.of else { continue };
        let parent = departments.iter().find(|department| department.code == *of);
        if parent.is_some_and(|parent| parent.of.is_none() && parent.code != unit.code) {
            continue;
        }
        let mut found = Diagnostic::error("E801", format!("单位“{}”的主管部门 of = \"{of}\" 不在名单里", unit.name))
            .hint("写主管部门的 code；主管部门自己不写 of");
        found.place.clone_from(&unit.place);
        diagnostics.push(found);
    }
}

fn control(node: &Node, diagnostics: &mut Diagnostics) -> Option<ControlDecl> {
    let raw = read::<RawControl>(node, diagnostics)?;
    let figures = named(&raw.figure, diagnostics);
    let file = raw.file.unwrap_or_else(|| CONTROL.to_string());
    Some(ControlDecl { file, figures, place: node.place.clone() })
}

/// Figures by their names.
fn named(node: &Node, diagnostics: &mut Diagnostics) -> IndexMap<String, Figures> {
    let mut figures = IndexMap::new();
    for (head, entry) in node.table().into_iter().flatten() {
        let node = &entry.node;
        let figure = match node.table() {
            Some(table) => {
                let entry = |(set, entry): (&String, &crate::toml_tree::Entry)| {
                    Some((set.clone(), address(&entry.node, diagnostics)?))
                };
                Figures::BySet(table.iter().filter_map(entry).collect())
            }
            None => match address(node, diagnostics) {
                Some(address) => Figures::One(address),
                None => continue,
            },
        };
        figures.insert(cleaned(head).into_owned(), figure);
    }
    figures
}

fn address(node: &Node, diagnostics: &mut Diagnostics) -> Option<String> {
    let text = scalar(node, diagnostics)?;
    if text.split('/').count() == 3 && text.split('/').all(|part| !part.is_empty()) {
        return Some(text);
    }
    let found = Diagnostic::error("E801", format!("“{text}”不是 表/行/列 的地址")).at(node.place.clone());
    diagnostics.push(found.hint("如 t3/合计/合计；各表的地址：gongkai layouts show 版式集 表"));
    None
}

fn found_below(path: &Path, folder: &Folder, diagnostics: &mut Diagnostics) -> Option<Bureau> {
    let mut found = Vec::new();
    departments_below(folder, "", 0, &mut found);
    if found.is_empty() {
        diagnostics.push(
            Diagnostic::error("E800", format!("{} 下没有部门的数据文件夹", path.display()))
                .hint("部门的数据文件夹里有 report.toml；要写名单和控制数，用 gongkai new --bureau"),
        );
    }
    let department = |folder| Department { folder, ..Department::default() };
    Some(Bureau { departments: found.into_iter().map(department).collect(), ..Bureau::of(path) })
}

/// The department folders, and the workbooks that are one by themselves, in a folder and below it, by their names. None
/// lies in another.
fn departments_below(bureau: &Folder, below: &str, depth: usize, found: &mut Vec<String>) {
    for name in bureau.names(below) {
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        let is_folder = bureau.has_folder(&path);
        if is_folder && name == edition::FOLDER || !is_folder && !is_workbook(&name) {
            continue;
        }
        match Folder::at(&bureau.path_of(&path)).is_file("report.toml") {
            true => found.push(path),
            false if is_folder && depth < DEEPEST => departments_below(bureau, &path, depth + 1, found),
            false => {}
        }
    }
}
