//! A layout set that makes itself from a published document: its tables with their heads, columns, rows, totals and looks,
//! its sections with their figures bound, a schema that takes the ledger, and an account of what was understood, what was
//! guessed and what needs a person.
//!
//! Where a set there is knows nearly all of the document, the new one stands on it and declares what differs (`inherit`);
//! of a form that no set knows it is made whole (`table`, `prose`), with what the sets there are declare as knowledge
//! (`known`).

mod account;
mod inherit;
mod known;
mod prose;
mod table;
mod terms;
mod whole;

pub use account::Account;

use crate::compose::{Forms, TableView, given_tables};
use crate::data::printed::TABLES;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::folder::{Bytes, Folder};
use crate::layout::{Layouts, SetFiles};
use crate::prepare::prepare_whole;
use crate::published::as_folder::{Imported, Whose, as_folder, whose};
use crate::published::import::{Taken, shown};
use crate::published::recognise::{Recognised, most_alike, recognise};
use crate::published::{Part, Published, read};
use crate::workshop::load_set;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a new set shall be.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Its name: that of its folder.
    pub name: String,
    /// The set whose records it takes; none: of the set that is most like it.
    pub schema: Option<String>,
    /// Sets that are not to be known, with those that stand on them: what a form of no known set gives.
    pub without: Vec<String>,
    /// The year that the files are of; none: the one that they say.
    pub year: Option<i32>,
}

/// A set that was made.
#[derive(Debug, Clone)]
pub struct NewSet {
    /// Its files, in its folder.
    pub files: BTreeMap<String, String>,
    /// What became of the document.
    pub account: Account,
}

/// So much of a document's tables must be a set's for the new one to stand on it, of a hundred.
const NEARLY_ALL: usize = 75;

/// Makes a set from published files, which together are one document. What could not be read goes to `found`. None: nothing
/// could be made. Errors: those of reading; E632 no tables, or none that figures of a ledger stand in; E633 the name.
pub fn new_set(
    files: &[(PathBuf, Vec<u8>)],
    wanted: &Wanted,
    layouts: &Layouts,
    found: &mut Diagnostics,
) -> Option<NewSet> {
    named(&wanted.name, layouts, found)?;
    let (published, said, shown) = read_all(files, found)?;
    let whose = Whose { year: wanted.year.or(said.year), ..said };
    if published.tables().next().is_none() {
        let message = "没有找到带线的表，做不成版式";
        found
            .push(Diagnostic::error("E632", message).at(Place::file(shown)).hint("请用公开的 PDF、DOCX、工作簿或网页"));
        return None;
    }
    let sets = known_sets(layouts, &wanted.without);
    if let Some(asked) = wanted.schema.as_ref().filter(|asked| !layouts.sets().contains(asked)) {
        SetFiles::find(asked, None, layouts, None, found);
        return None;
    }
    let best = most_alike(&published, whose.year, &of_kind(&sets, &published, layouts), layouts);
    let nearest = best.as_ref().map(|best| best.set.clone());
    let stands_on = best.filter(|best| {
        let figures = published.tables().filter(|table| has_figures(table)).count();
        let of_set = best.found() + best.missing.len();
        let asked = wanted.schema.as_ref().is_none_or(|asked| *asked == best.set);
        asked && best.found() >= 2 && best.found() * 100 >= figures.min(of_set) * NEARLY_ALL
    });
    let schema = wanted.schema.clone().or(nearest).or_else(|| sets.first().cloned()).unwrap_or_default();
    let (whose, shown) = (&whose, shown.as_str());
    let mut work = Work { published: &published, whose, shown, wanted, layouts, sets: &sets, refused: BTreeMap::new() };
    let given = stands_on.map(|recognised| work.given_of(recognised, layouts));
    let made = loop {
        let made = match &given {
            Some(given) => given.as_ref().and_then(|given| inherit::inherited(&work, given)),
            None => whole::whole(&work, &schema),
        };
        let Some(made) = made else { break None };
        let wrong = work.wrong(&made.files);
        let Some((file, why)) = wrong.first_key_value() else { break Some(made) };
        if wrong.keys().all(|file| work.refused.contains_key(file)) {
            let message = format!("做成的版式用不了：{file} {why}");
            found.push(Diagnostic::error("E632", message).at(Place::file(shown)).hint("照 layouts/README.md 手写"));
            return None;
        }
        work.refused.extend(wrong);
    };
    if made.is_none() {
        let message = "各表的列和行都没有认出，做不成版式";
        let hint = "用 --schema 写明用哪一套的数据；或者照 layouts/README.md 手写";
        found.push(Diagnostic::error("E632", message).at(Place::file(shown)).hint(hint));
    }
    made
}

/// What a set is made of.
struct Work<'a> {
    published: &'a Published,
    whose: &'a Whose,
    shown: &'a str,
    wanted: &'a Wanted,
    layouts: &'a Layouts,
    /// The sets that are known.
    sets: &'a [String],
    /// Files that were made and do not load, with what is wrong: what they would say is left to a person.
    refused: BTreeMap<String, String>,
}

/// The document's tables as figures of a set's, and what reading them gave.
struct Given {
    recognised: Recognised,
    imported: Imported,
    forms: Forms,
    views: Vec<TableView>,
}

impl Work<'_> {
    /// Why files of a set that was made do not load.
    fn wrong(&self, files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut found = Diagnostics::default();
        load_set(&self.wanted.name, &self.with(files), &mut found);
        let folder = format!("layouts/{}/", self.wanted.name);
        let mut wrong = BTreeMap::new();
        for one in found.sorted().iter().filter(|one| one.severity == Severity::Error) {
            let file = one.place.as_ref().map_or("set.toml", |place| place.file.trim_start_matches(folder.as_str()));
            // The first of each file.
            wrong.entry(file.to_owned()).or_insert_with(|| one.message.clone());
        }
        wrong
    }

    /// The sets there are, and the new one as it is so far.
    fn with(&self, files: &BTreeMap<String, String>) -> Layouts {
        let name = &self.wanted.name;
        let files = files.iter().map(|(file, text)| (format!("{name}/{file}"), Bytes::from(text.as_bytes())));
        self.layouts.after(Folder::of_files(Path::new(name), files))
    }

    /// The tables as figures of the new set as it is so far.
    fn given(&self, files: &BTreeMap<String, String>) -> Option<Given> {
        let (name, layouts) = (&self.wanted.name, self.with(files));
        let recognised = recognise(self.published, self.whose.year, Some(name), &layouts, &mut Diagnostics::default())?;
        self.given_of(recognised, &layouts)
    }

    fn given_of(&self, recognised: Recognised, layouts: &Layouts) -> Option<Given> {
        let imported = as_folder(self.published, &recognised, self.whose, self.shown);
        let taken = Taken { published: self.published.clone(), recognised, whose: self.whose.clone(), imported };
        let report = taken.report_for_audit();
        let Taken { recognised, imported, .. } = taken;
        let folder = imported.folder(Path::new(self.shown)).with("report.toml", report.into_bytes());
        let mut unheard = Diagnostics::default();
        let job = prepare_whole(&folder, layouts, &mut unheard)?;
        let printed: Vec<_> = job.printed.iter().filter(|table| table.file.starts_with(TABLES)).cloned().collect();
        let forms = Forms::compose(job, &mut unheard);
        let (views, _) = given_tables(&forms, &printed);
        Some(Given { recognised, imported, forms, views })
    }
}

/// E633: a name that no folder can have, or that a set has.
fn named(name: &str, layouts: &Layouts, found: &mut Diagnostics) -> Option<()> {
    let could = !name.is_empty()
        && name.chars().count() <= 60
        && !name.starts_with(['.', '-'])
        && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    let message = match (could, layouts.sets().iter().any(|set| set == name)) {
        (true, false) => return Some(()),
        (false, _) => format!("“{name}”不能作版式集的名称"),
        (_, true) => format!("已有名为“{name}”的版式集"),
    };
    let hint = "名称用字母、数字、汉字和 - _，不与已有的相同，如 my-province-2026";
    found.push(Diagnostic::error("E633", message).hint(hint));
    None
}

/// E633: something lies where the set's folder would be; it is never written over.
pub fn is_free(folder: &Path) -> Result<(), Diagnostic> {
    match folder.symlink_metadata() {
        Ok(_) => {
            Err(Diagnostic::error("E633", format!("{} 已经存在", folder.display()))
                .hint("换一个名称；已有的不会被覆盖"))
        }
        Err(_) => Ok(()),
    }
}

/// The files as one document.
fn read_all(files: &[(PathBuf, Vec<u8>)], found: &mut Diagnostics) -> Option<(Published, Whose, String)> {
    let mut all = Published::default();
    let mut of: Option<Whose> = None;
    let mut names = Vec::new();
    for (path, bytes) in files {
        let name = shown(path);
        let published = match read(bytes, &name) {
            Ok(published) => published,
            Err(wrong) => {
                found.push(wrong);
                continue;
            }
        };
        found.extend(published.found.clone());
        let own = whose(&published, path);
        of = Some(match of {
            None => own,
            Some(known) => {
                Whose { code: known.code.or(own.code), name: known.name.or(own.name), year: known.year.or(own.year) }
            }
        });
        // A table that two of the files print is one.
        let titles: Vec<String> =
            all.tables().map(|table| known::normal(&table.title)).filter(|title| !title.is_empty()).collect();
        let is_new = |part: &Part| match part {
            Part::Table(table) => !titles.contains(&known::normal(&table.title)),
            Part::Text(_) => true,
        };
        all.pages += published.pages;
        all.sheets.extend(published.sheets);
        all.parts.extend(published.parts.into_iter().filter(is_new));
        names.push(name);
    }
    (!found.has_errors()).then_some(())?;
    Some((all, of?, names.join("、")))
}

/// Sets whose records are a ledger, without those that are not to be known and those that stand on them.
fn known_sets(layouts: &Layouts, without: &[String]) -> Vec<String> {
    let is_known = |id: &String| {
        let mut unheard = Diagnostics::default();
        let Some(files) = SetFiles::find(id, None, layouts, None, &mut unheard) else { return false };
        let stands_on = |hidden: &String| files.layers.iter().any(|layer| layer.shown == format!("layouts/{hidden}/"));
        let takes_a_ledger = files
            .toml("schema.toml", &mut unheard)
            .is_some_and(|schema| schema.get("file").and_then(|files| files.get("ledger")).is_some());
        takes_a_ledger && !without.iter().any(stands_on)
    };
    layouts.sets().into_iter().filter(is_known).collect()
}

/// Of some sets, those of final accounts or those of budgets, as the document is; all, where none is.
fn of_kind(sets: &[String], published: &Published, layouts: &Layouts) -> Vec<String> {
    let titles = published.tables().map(|table| table.title.as_str());
    let first = published.texts().take(8).map(|text| text.text.as_str());
    let (mut accounts, mut budgets) = (0, 0);
    for text in titles.chain(first) {
        accounts += usize::from(text.contains("决算"));
        budgets += usize::from(text.contains("预算") && !text.contains("决算"));
    }
    let is_account = accounts > budgets;
    let of_account = |id: &&String| {
        layouts
            .text(&format!("{id}/set.toml"))
            .is_some_and(|text| text.lines().any(|line| line.starts_with("title") && line.contains("决算")))
    };
    let some: Vec<String> = sets.iter().filter(|id| of_account(id) == is_account).cloned().collect();
    if some.is_empty() { sets.to_vec() } else { some }
}

/// A table with numbers in it.
fn has_figures(table: &crate::published::PaperTable) -> bool {
    table.rows.iter().skip(table.heads).flat_map(|row| &row.cells).any(|cell| table::number(&cell.text).is_some())
}
