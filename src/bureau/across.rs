//! What departments must be beside each other and beside the list, and figures beside what was approved.

use super::brief::{Brief, Said};
use super::control::Controls;
use super::declared::{Bureau, Department};
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A figure beside what was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The heading of the column of control figures.
    pub head: String,
    /// What was approved, 元.
    pub approved: Decimal,
    /// What the department has, 元; none: not known.
    pub actual: Option<Decimal>,
}

impl Held {
    /// To 分.
    pub fn is_equal(&self) -> bool {
        self.actual == Some(self.approved)
    }
}

/// A place in a department's file, as it is called from the bureau's folder.
fn place_in(department: &Department, line: u32) -> Place {
    match crate::cell_name::is_workbook(&department.folder) {
        true => Place::file(department.folder.clone()),
        false => Place::new(format!("{}/report.toml", department.folder), line, 0),
    }
}

fn with_list(mut found: Diagnostic, department: &Department) -> Diagnostic {
    found.related.extend(department.place.clone().map(|place| (place, "名单".to_string())));
    found
}

/// A department beside its line in the list: E810–E813.
pub fn as_listed(bureau: &Bureau, department: &Department, said: &Said) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !bureau.listed {
        return found;
    }
    let (code, at) = &said.code;
    if *code != department.code {
        let message = format!("部门代码是“{code}”，名单里是“{}”", department.code);
        let found_code = Diagnostic::error("E810", message).at(place_in(department, *at));
        let other = bureau.departments.iter().find(|other| other.code == *code);
        found.push(match other {
            Some(other) => found_code.hint(format!("“{code}”是“{}”的代码", other.name)),
            None => found_code,
        });
    }
    let (name, at) = &said.name;
    if *name != department.name {
        let message = format!("部门名称是“{name}”，名单里是“{}”", department.name);
        found.push(Diagnostic::error("E811", message).at(place_in(department, *at)));
    }
    let (year, at) = said.year;
    if let Some(asked) = bureau.year.filter(|asked| *asked != year) {
        let message = format!("年度是 {year}，这里要的是 {asked} 年");
        found.push(Diagnostic::error("E812", message).at(place_in(department, at)));
    }
    for set in said.sets.iter().filter(|set| !bureau.sets.is_empty() && !bureau.sets.contains(set)) {
        let message = format!("版式集是“{set}”，这里用的是 {}", bureau.sets.join("、"));
        let wrong = Diagnostic::error("E813", message).at(place_in(department, said.layout));
        let near = nearest(set, bureau.sets.iter().map(String::as_str));
        found.push(match near {
            Some(near) => wrong.hint(format!("您是否指“{near}”？")),
            None => wrong,
        });
    }
    found.into_iter().map(|found| with_list(found, department)).collect()
}

/// Codes and names that two departments have, by the number of the later department.
pub fn alike<'b>(departments: impl Iterator<Item = (&'b Department, Option<&'b Brief>)>) -> Vec<(usize, Diagnostic)> {
    let mut found = Vec::new();
    let mut codes: BTreeMap<(&str, i32), &Department> = BTreeMap::new();
    let mut names: BTreeMap<(&str, i32), &Department> = BTreeMap::new();
    for (index, (department, brief)) in departments.enumerate() {
        let Some(said) = brief.and_then(|brief| brief.said.as_ref()) else { continue };
        let year = said.year.0;
        let each = [("代码", "E814", &said.code, &mut codes), ("名称", "E815", &said.name, &mut names)];
        for (what, code, (text, line), seen) in each {
            match seen.get(&(text.as_str(), year)) {
                Some(first) => {
                    let message = format!("部门{what}“{text}”与 {} 的相同", first.folder);
                    let hint = format!("两个部门不能有同一个{what}：请改正其中一个，或删去重复的文件夹");
                    found.push((index, Diagnostic::error(code, message).at(place_in(department, *line)).hint(hint)));
                }
                None => drop(seen.insert((text, year), department)),
            }
        }
    }
    found
}

/// A department's figures beside what was approved: E806, E820, E821.
pub fn held(
    bureau: &Bureau,
    controls: &Controls,
    department: &Department,
    brief: &Brief,
) -> (Vec<Held>, Vec<Diagnostic>) {
    let (mut all, mut found) = (Vec::new(), Vec::new());
    let (Some(decl), Some(said)) = (&bureau.control, &brief.said) else { return (all, found) };
    let set = said.sets.first().map_or("", String::as_str);
    for (head, approved) in controls.of(&department.code) {
        let Some(address) = decl.figures.get(head).and_then(|figures| figures.of_set(set)) else {
            let message = format!("[control] 没有说“{head}”是版式集 {set} 的哪个数");
            found.push(
                Diagnostic::error("E806", message)
                    .at(decl.place.clone())
                    .related(approved.place.clone(), "这里给了控制数"),
            );
            continue;
        };
        let actual = brief.figures.get(address).copied().flatten();
        let held = Held { head: head.to_string(), approved: approved.amount, actual };
        match actual {
            // What keeps a document from being made is told of the department itself.
            None if brief.errors > 0 => {}
            None => {
                let message = format!("“{head}”不能与控制数比：没有地址为 {address} 的数");
                found.push(
                    Diagnostic::error("E821", message)
                        .at(place_in(department, 0))
                        .related(decl.place.clone(), "地址写在这里")
                        .hint(format!("各表的地址：gongkai layouts show {set} 表")),
                );
            }
            Some(actual) if actual != approved.amount => {
                let message = format!(
                    "“{head}”是 {}，控制数是 {}，{}",
                    yuan(actual),
                    yuan(approved.amount),
                    off(actual - approved.amount)
                );
                found.push(
                    Diagnostic::error("E820", message)
                        .at(place_in(department, 0))
                        .address(address)
                        .related(approved.place.clone(), "控制数")
                        .compared((head.to_string(), actual), ("控制数".to_string(), approved.amount))
                        .hint(format!(
                            "看这个数怎么来的：gongkai why {} {address}",
                            bureau.path_of(department).display()
                        )),
                );
            }
            Some(_) => {}
        }
        all.push(held);
    }
    (all, found)
}

/// An amount in 元, as messages say it.
fn yuan(amount: Decimal) -> String {
    format!("{amount:.2} 元")
}

/// By how much it is off: 多 100.00 元.
pub fn off(difference: Decimal) -> String {
    let word = if difference.is_sign_negative() { "少" } else { "多" };
    format!("{word} {}", yuan(difference.abs()))
}

/// The code of what is not given in by its day.
pub(crate) const LATE: &str = "E817";

/// Not given in by the day it is due (E817, a warning): days in ISO compare as texts.
pub fn late(department: &Department, today: Option<&str>) -> Option<Diagnostic> {
    let due = department.due.as_deref()?;
    let today = today.filter(|today| *today > due)?;
    let mut found = Diagnostic::new(
        Severity::Warning,
        LATE,
        format!("“{}”没有按期交来：应在 {due} 前，今天是 {today}", department.name),
    );
    found.place.clone_from(&department.place);
    Some(found)
}
