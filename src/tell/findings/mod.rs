//! Findings as people and other programs read them: a form a file. What a front end shows is grouped and cut out here;
//! how grave it looks is the front end's to decide ([`Style`]).

mod excerpt;
mod html;
pub(super) mod json;
mod sarif;
mod text;

pub use excerpt::{Excerpt, Sources};
pub use html::as_html;
pub use json::{as_json, level};
pub use sarif::as_sarif;
pub use text::{Piece, Style, as_text, plain, summary};

use crate::diagnostic::{Diagnostic, Diagnostics, OnPage};
use crate::folder::Folder;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// What was found in one folder.
pub struct Shown<'a> {
    /// The folder.
    pub folder: &'a Folder,
    /// What was found in it.
    pub diagnostics: &'a Diagnostics,
    /// Areas of pages of a published file, as SVG.
    pub pictures: &'a HashMap<OnPage, String>,
}

impl<'a> Shown<'a> {
    /// Its findings: by file, the file with the gravest first; in a file the gravest first, then by line.
    pub fn by_place(&self) -> Vec<&'a Diagnostic> {
        let open = |d: &Diagnostic| (d.acknowledged.is_some(), d.severity);
        let mut all = self.diagnostics.sorted();
        let mut gravest = HashMap::new();
        for finding in &all {
            let known = gravest.entry(file_of(finding)).or_insert_with(|| open(finding));
            *known = open(finding).min(*known);
        }
        all.sort_by_cached_key(|d| (gravest[&file_of(d)], file_of(d).map(numbered), open(d)));
        all
    }

    /// [`Shown::by_place`], the same said again in a file put with the first.
    pub fn groups(&self) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut known: HashMap<_, usize> = HashMap::new();
        for finding in self.by_place() {
            let said = (&finding.code, &finding.message, file_of(finding), &finding.acknowledged);
            match known.entry(said) {
                Entry::Occupied(group) => groups[*group.get()].again.push(finding),
                Entry::Vacant(group) => {
                    group.insert(groups.len());
                    groups.push(Group { finding, again: Vec::new() });
                }
            }
        }
        groups
    }
}

/// A finding, and those that say the same of other places in the same file.
pub struct Group<'a> {
    /// The first.
    pub finding: &'a Diagnostic,
    /// The others, in order.
    pub again: Vec<&'a Diagnostic>,
}

impl Group<'_> {
    /// `同样的还有 3 处：第 5 行、第 9 行`; none if there are no others.
    pub fn others(&self) -> Option<String> {
        let count = self.again.len();
        let lines = lines_of(&self.again);
        let lines = if lines.is_empty() { lines } else { format!("：{lines}") };
        (count > 0).then(|| format!("同样的还有 {count} 处{lines}"))
    }
}

/// A name as people order it: numbers in it by their size, so that page 4 stands before page 12.
fn numbered(name: &str) -> Vec<(u64, String)> {
    let mut parts = vec![(0, String::new())];
    let mut digits = String::new();
    for c in name.chars() {
        if c.is_ascii_digit() && digits.len() < 18 {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            parts.push((digits.parse().unwrap_or(0), std::mem::take(&mut digits)));
        }
        if let Some((_, text)) = parts.last_mut() {
            text.push(c);
        }
    }
    if !digits.is_empty() {
        parts.push((digits.parse().unwrap_or(0), digits));
    }
    parts
}

fn file_of(finding: &Diagnostic) -> Option<&str> {
    finding.place.as_ref().map(|p| &*p.file)
}

/// The lines of findings in one file, at most a dozen named.
fn lines_of(findings: &[&Diagnostic]) -> String {
    const SHOWN: usize = 12;
    let mut numbers: Vec<u32> =
        findings.iter().filter_map(|d| d.place.as_ref()).map(|p| p.line).filter(|line| *line > 0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let lines: Vec<String> = numbers.iter().map(|n| format!("第 {n} 行")).collect();
    let mut text = lines[..lines.len().min(SHOWN)].join("、");
    if lines.len() > SHOWN {
        text.push('…');
    }
    text
}
