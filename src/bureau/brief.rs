//! What is needed of a department, remembered from one run to the next by everything that decides it.

use crate::cell_name::is_workbook;
use crate::compose::{Forms, plain_name};
use crate::diagnostic::{Diagnostic, Diagnostics, Tally};
use crate::digest::sha256;
use crate::edition::FOLDER;
use crate::folder::{Folder, is_picture, is_read};
use crate::kept::Key;
use crate::made::Made;
use crate::prepare::{prepare_whole, report};
use crate::workshop::{Aim, Workshop};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// What a department's `report.toml` says of it, each with its line (0: it stands nowhere).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its code.
    pub code: (String, u32),
    /// Its name.
    pub name: (String, u32),
    /// The budget year.
    pub year: (i32, u32),
    /// Ids of the sets of its documents.
    pub sets: Vec<String>,
    /// Where the set is named.
    pub layout: u32,
}

/// What is needed of a department beside the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// None: `report.toml` cannot be read.
    pub said: Option<Said>,
    /// Errors found.
    pub errors: usize,
    /// Warnings found, without those that are acknowledged.
    pub warnings: usize,
    /// Notes found, without those that are acknowledged.
    pub notes: usize,
    /// Findings that the department accepts.
    pub acknowledged: usize,
    /// The gravest finding, the first of them, as it is printed.
    pub first: Option<String>,
    /// Pages of its documents.
    pub pages: usize,
    /// The figures that were asked for, by address, in 元: of the document of the whole department. None: not known.
    pub figures: BTreeMap<String, Option<Decimal>>,
    /// What its tables call each subject, where that was asked for: by classification and code (`function 2010350`) the
    /// names, each with the first row that has it (`t3/2010350`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subjects: BTreeMap<String, BTreeMap<String, String>>,
}

/// What all departments are made with, as far as it decides what is found: layout sets on disk, fonts.
pub struct Ground(Option<String>);

impl Ground {
    /// Of a workshop; what cannot be told is not remembered.
    pub fn of(workshop: &Workshop) -> Ground {
        let mut parts = Vec::new();
        for root in workshop.layouts.roots().iter().filter(|root| root.exists()) {
            let Some(state) = state(root) else { return Ground(None) };
            parts.push(format!("{:?} {state}", root.shown()));
        }
        for face in &workshop.fonts.faces {
            parts.push(format!("{:?} {} {:?} {}", face.path, face.data.len(), face.modified, face.index));
        }
        for (name, role) in &workshop.fonts.roles {
            parts.push(format!("{name} {:?} {:?} {:?}", role.faces, role.western, role.strong));
        }
        Ground(Some(sha256(parts.join("\n").as_bytes())))
    }
}

/// The state of a folder: a digest over the path and the content of every file that may be read of it.
fn state(folder: &Folder) -> Option<String> {
    let mut parts = Vec::new();
    for name in folder.all_files(FOLDER)? {
        let content = match is_read(&name) || is_workbook(&name) || is_picture(&name) {
            // What cannot be read is found anew each time.
            true => sha256(&folder.bytes(&name).ok()??),
            false => {
                let about = std::fs::metadata(folder.place_of(&name).ok()?).ok()?;
                format!("{} {:?}", about.len(), about.modified().ok()?)
            }
        };
        parts.push(format!("{name}\n{content}"));
    }
    Some(sha256(parts.join("\n").as_bytes()))
}

/// What is asked of every department beside what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Addresses of figures.
    pub figures: Vec<&'a str>,
    /// What its tables call each subject.
    pub subjects: bool,
}

/// Looks at a department, or remembers what was found when it was as it is now.
pub fn brief(workshop: &Workshop, ground: &Ground, folder: &Folder, asked: &Wanted<'_>) -> Brief {
    let look = || Ok::<_, Infallible>(serde_json::to_vec(&looked_at(workshop, folder, asked)).expect("text keys only"));
    let key = || {
        let key = Key::of("department").with(ground.0.as_ref()?.as_bytes()).with(state(folder)?.as_bytes());
        // Messages name the folder.
        let key = key.with(folder.shown().as_os_str().as_encoded_bytes());
        let key = key.with(if asked.subjects { b"subjects" } else { b"" });
        Some(asked.figures.iter().fold(key, |key, address| key.with(address.as_bytes())))
    };
    let remembered = workshop.fonts.kept.as_ref().zip(key()).and_then(|(kept, key)| {
        let Ok(json) = kept.or_make(key, look);
        serde_json::from_slice(&json).ok()
    });
    remembered.unwrap_or_else(|| looked_at(workshop, folder, asked))
}

fn looked_at(workshop: &Workshop, folder: &Folder, asked: &Wanted<'_>) -> Brief {
    let mut brief = Brief { said: said(folder), ..Brief::default() };
    let mut last = None;
    let mut whole = false;
    let found = workshop.open_each(folder, Aim::Look, |made, _| {
        // The one before it is given back first.
        drop(last.take());
        brief.pages += made.pages(&workshop.fonts).pages.len();
        if asked.subjects {
            subjects(&made, &mut brief.subjects);
        }
        if !whole && made.job().report.scope.is_empty() {
            whole = true;
            brief.figures = asked.figures.iter().map(|&a| (a.to_string(), made.composition.amount(a))).collect();
        }
        last = Some(made);
    });
    // Each of its documents is of a part of it.
    if !whole && !asked.figures.is_empty() && !found.has_errors() {
        let mut unheard = Diagnostics::default();
        let forms = prepare_whole(folder, &workshop.layouts, &mut unheard).map(|job| Forms::compose(job, &mut unheard));
        let amount = |address: &str| forms.as_ref().and_then(|forms| forms.amount(address));
        brief.figures = asked.figures.iter().map(|&a| (a.to_string(), amount(a))).collect();
    }
    let Tally { errors, warnings, notes, acknowledged } = found.tally();
    let sorted = found.sorted();
    let gravest = sorted.iter().filter(|found| found.acknowledged.is_none()).min_by_key(|found| found.severity);
    brief.first = gravest.map(|found| without_hint(found));
    Brief { errors, warnings, notes, acknowledged, ..brief }
}

/// What the printed tables of a document call each subject, and where first.
fn subjects(made: &Made, found: &mut BTreeMap<String, BTreeMap<String, String>>) {
    for table in made.composition.document.tables() {
        let Some(view) = made.composition.table(&table.id) else { continue };
        for row in view.rows.iter().filter(|row| row.printed && !row.code.is_empty()) {
            let names = found.entry(format!("{} {}", row.class, row.code)).or_default();
            names.entry(plain_name(&row.name)).or_insert_with(|| format!("{}/{}", view.id, row.key));
        }
    }
}

fn without_hint(found: &Diagnostic) -> String {
    Diagnostic { hint: None, related: Vec::new(), ..found.clone() }.to_string()
}

fn said(folder: &Folder) -> Option<Said> {
    let report = report(folder, &mut Diagnostics::default())?;
    let line = |key: &str| {
        let place = report.place(key);
        folder.place_in_workbook(&place).unwrap_or(place).line
    };
    let own = report.documents.iter().map(|document| document.layout.clone().unwrap_or_else(|| report.layout.clone()));
    let mut sets: Vec<String> = own.collect();
    if sets.is_empty() {
        sets.push(report.layout.clone());
    }
    sets.dedup();
    Some(Said {
        code: (report.code.clone(), line("code")),
        name: (report.name.clone(), line("name")),
        year: (report.year, line("year")),
        sets,
        layout: line("layout"),
    })
}
