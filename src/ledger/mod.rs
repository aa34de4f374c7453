//! From printed tables to records: a ledger whose document prints those tables, or last year's records.
//!
//! ```text
//! tables/*.csv ─ compose (what each figure sums) ─ lines (flow) ─ exact (分) ─ records ─→ ledger.csv
//! ```
//!
//! A figure tells how much some records come to together. What the tables do not tell – which 经济科目 within which
//! 功能科目 – is chosen, and every line says so. Nothing is chosen twice: where the tables leave one way only, it is told.

mod exact;
mod flow;
mod lines;
mod records;
mod region;

use crate::begin::is_there;
use crate::check::check_printed;
use crate::check::figures::compare_given;
use crate::check::interval::Interval;
use crate::compose::{Forms, Job, PrintedSum, PrintedSums, printed_sums};
use crate::data::filter::{Filter, Says, meaning};
use crate::data::printed::TABLES;
use crate::data::schema::{FieldDecl, FieldDefault, Kind, Schema};
use crate::data::{Class, Dataset};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::prepare::prepare_whole;
use lines::{Cell, Shown, lines};
use region::{Axis, Within};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Figures that are not nought, more than which are not solved: the time grows as the square of their number. A department
/// prints some hundreds.
const MOST_FIGURES: usize = 3_000;

/// Records made from printed tables.
pub struct Ledger {
    /// The record file, relative to the data folder.
    pub file: String,
    /// Its text: CSV with headings.
    pub text: String,
    /// How many lines it has.
    pub lines: usize,
    /// How many of them have something that no table tells, and what: headings of fields.
    pub chosen: (usize, Vec<String>),
    /// Figures whose records none of these lines are, as their tables name them, and why.
    pub unsolved: Vec<Arc<str>>,
    /// Every figure comes out without any amount being changed within what rounding allows.
    pub as_printed: bool,
}

/// The ledger behind the printed tables of a folder, where all figures come out of it. Errors: E516 there is one; E571 the
/// tables contradict each other, or none sums lines of a ledger; X041 figures that do not come out.
pub fn of_folder(folder: &Folder, layouts: &Layouts, found: &mut Diagnostics) -> Option<Ledger> {
    let mut read = Diagnostics::default();
    let job = prepare_whole(folder, layouts, &mut read);
    // Other files that a document takes are asked for when it is built.
    read.retain(|d| d.code != "E101" || job.is_none());
    found.extend(read);
    let job = Arc::new(job?);
    let file = job.set.schema.files.get("ledger").map(|decl| decl.path.clone());
    if let Some(file) = file.filter(|file| folder.has(file)) {
        found.push(is_there(folder, &file).hint("已有明细；要由各表重新得出，请先把它移走"));
        return None;
    }
    let wrong = check_printed(job.clone());
    let wrong: Vec<&Diagnostic> = wrong.iter().filter(|d| d.severity == Severity::Error).collect();
    let contradict = !wrong.is_empty();
    wrong.into_iter().for_each(|d| found.push(d.clone()));
    if contradict {
        let message = "各表的数互相矛盾，得不出明细";
        found.push(Diagnostic::error("E571", message).at(Place::file(TABLES)).hint("先改正以上的错误"));
        return None;
    }
    if found.has_errors() {
        return None;
    }
    let made = ledger(&job, "ledger", found)?;
    found.extend(differences(folder, &made, layouts));
    Some(made)
}

/// The records of a file of the set (`ledger`, `prior`) behind the tables that a job has as printed. Fields whose blank
/// means “not known” are left blank where no table tells them. Errors: those of the tables; E571 there are none that sum
/// such records.
pub fn ledger(job: &Arc<Job>, file: &str, found: &mut Diagnostics) -> Option<Ledger> {
    let schema = &job.set.schema;
    let Some(decl) = schema.files.get(file) else {
        let message = format!("版式集 {} 没有“{file}”这种数据", job.set.id);
        found.push(Diagnostic::error("E571", message));
        return None;
    };
    let base = decl.like.as_deref().unwrap_or(&decl.id);
    let sums = printed_sums(job, found);
    if found.has_errors() {
        return None;
    }
    let of_base = |sum: &&PrintedSum| *sum.dataset == *base;
    let mut measures: BTreeMap<&str, usize> = BTreeMap::new();
    sums.figures.iter().filter(of_base).for_each(|sum| *measures.entry(sum.measure.as_str()).or_default() += 1);
    let measure = measures.into_iter().max_by_key(|(_, count)| *count).map(|(measure, _)| measure.to_string());
    let (Some(measure), Some(dataset)) = (measure, job.data.datasets.get(base)) else {
        let message = format!("tables/ 里没有由“{}”得出的表", decl.title);
        let hint = "先把各表放进 tables/：gongkai import 公开.pdf 文件夹";
        found.push(Diagnostic::error("E571", message).at(Place::file(TABLES)).hint(hint));
        return None;
    };
    let axes = axes(&sums, dataset, schema);
    let cells = cells(&sums, &axes, base, &measure);
    let told = cells.iter().filter(|cell| cell.low > 0 || cell.high < 0).count();
    if told > MOST_FIGURES {
        let message = format!("各表有 {told} 个不为零的数，多于 {MOST_FIGURES} 个，得不出明细");
        found.push(
            Diagnostic::error("E571", message).at(Place::file(TABLES)).hint("请把明细直接填进工作簿：gongkai new"),
        );
        return None;
    }
    let shown = |ground: &crate::compose::Ground| {
        let within = Within::of(&ground.says, &axes)?;
        Some(Shown { group: (ground.table.clone(), ground.side), within })
    };
    let shown: Vec<Shown> = sums.grounds.iter().filter(|g| *g.dataset == *base).filter_map(shown).collect();
    let none = impossible(&axes, dataset, schema);
    let lines = lines(&axes, &cells, &shown, none);
    let solved = exact::solved(&axes, dataset, &lines, &cells);
    let made = records::Records { job, decl, dataset, axes: &axes, measure: &measure, lines: &solved.lines };
    Some(made.ledger(solved.unsolved, solved.as_printed))
}

/// Where a document of the folder with this ledger prints another figure than its tables do, cell by cell: X041.
pub fn differences(folder: &Folder, ledger: &Ledger, layouts: &Layouts) -> Diagnostics {
    let folder = folder.with(&ledger.file, ledger.text.clone().into_bytes());
    let mut found = Diagnostics::default();
    let Some(job) = prepare_whole(&folder, layouts, &mut found) else { return found };
    // Other files that a document takes are asked for when it is built.
    let of_ledger = |d: &Diagnostic| d.place.as_ref().is_some_and(|place| *place.file == *ledger.file);
    found.retain(|d| d.code.is_mistake() && of_ledger(d) && d.severity == Severity::Error);
    let forms = Forms::compose(job, &mut Diagnostics::default());
    compare_given(&forms, &mut found);
    found
}

/// The figures of the records asked for, in 分; what hangs on other files is left out.
fn cells(sums: &PrintedSums, axes: &[Axis], base: &str, measure: &str) -> Vec<Cell> {
    let fen = |amount: Decimal| (amount * Decimal::ONE_HUNDRED).round().to_i128();
    let cell = |sum: &PrintedSum| {
        let interval = Interval::of(&sum.figure)?;
        let within = Within::of(&sum.says, axes)?;
        let group = (sum.table.clone(), sum.side);
        let address = sum.figure.address.clone();
        Some(Cell { address, group, within, low: fen(interval.low)?, high: fen(interval.high)? })
    };
    sums.figures.iter().filter(|sum| *sum.dataset == *base && sum.measure == measure).filter_map(cell).collect()
}

/// The fields that figures speak of, each with the values that they tell apart.
fn axes(sums: &PrintedSums, dataset: &Dataset, schema: &Schema) -> Vec<Axis> {
    let meanings = || {
        let figures = sums.figures.iter().filter(|sum| *sum.dataset == *dataset.id).map(|sum| &sum.says);
        figures.chain(sums.grounds.iter().filter(|g| *g.dataset == *dataset.id).map(|ground| &ground.says))
    };
    let mut axes = Vec::new();
    for (field, decl) in dataset.fields.iter().enumerate() {
        let mut said: BTreeSet<&str> = BTreeSet::new();
        for says in meanings().filter_map(|says| says.get(&decl.id)) {
            match says {
                Says::OneOf(values) | Says::Under(values) => said.extend(values.iter().map(String::as_str)),
                Says::AsPut(_) => {}
            }
        }
        // What fills another field that figures speak of is told apart too.
        for other in dataset.fields.iter().filter(|other| meanings().any(|says| says.contains_key(&other.id))) {
            if let Some(FieldDefault::By { field, map, .. }) = &other.default
                && *field == decl.id
            {
                said.extend(map.keys().map(String::as_str));
            }
        }
        if !said.is_empty() {
            axes.push(Axis { field, id: decl.id.clone(), values: values(decl, &said, schema) });
        }
    }
    axes
}

/// The values of a field, the likeliest first where nothing tells which it is.
fn values(decl: &FieldDecl, said: &BTreeSet<&str>, schema: &Schema) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    let filled = matches!(decl.default, Some(FieldDefault::Value(_) | FieldDefault::Only));
    if !decl.required && !filled {
        values.push(String::new());
    }
    match &decl.kind {
        Kind::Choice { values: all, .. } => {
            if let Some(FieldDefault::Value(default)) = &decl.default {
                values.push(default.clone());
            }
            values.extend(all.iter().filter(|value| !values.contains(value)).cloned().collect::<Vec<_>>());
        }
        Kind::Code { class, level } => {
            let class = schema.classes.get(class);
            values.extend(class.map_or_else(Vec::new, |class| codes(class, *level, said)));
        }
        _ => values.extend(said.iter().filter(|text| !text.is_empty()).map(|text| (*text).to_string())),
    }
    values
}

/// The codes that are printed; of each that has more below it than is printed one more, and one that is below none.
fn codes(class: &Class, level: Option<usize>, said: &BTreeSet<&str>) -> Vec<String> {
    let deep = |code: &str| level.is_none_or(|level| class.level(code) == Some(level));
    let mut codes: Vec<String> = said.iter().filter(|code| deep(code)).map(|code| (*code).to_string()).collect();
    let known: BTreeSet<String> = codes.iter().cloned().collect();
    let other = |above: &str| {
        let below = class.names.range(above.to_string()..).map(|(code, _)| code);
        let mut below = below.take_while(|code| code.starts_with(above)).filter(|code| deep(code));
        below.find(|code| !known.contains(*code)).cloned()
    };
    codes.extend(said.iter().filter(|code| !deep(code)).filter_map(|code| other(code)));
    let of_none = |code: &&String| deep(code) && !said.iter().any(|said| code.starts_with(said));
    codes.extend(class.names.keys().find(of_none).cloned());
    let mut seen = BTreeSet::new();
    codes.retain(|code| seen.insert(code.clone()));
    codes
}

/// Records that cannot be: a blank that another field fills, or that other values require to be filled.
fn impossible(axes: &[Axis], dataset: &Dataset, schema: &Schema) -> Vec<Within> {
    let mut none = Vec::new();
    for axis in axes.iter().filter(|axis| axis.values.first().is_some_and(String::is_empty)) {
        let decl = &dataset.fields[axis.field];
        if let Some(FieldDefault::By { field, map, named: false }) = &decl.default {
            let says = |value: &str| {
                let longest =
                    map.iter().filter(|(of, _)| value.starts_with(of.as_str())).max_by_key(|(of, _)| of.len());
                longest.map_or("", |(_, says)| says.as_str())
            };
            // What another field says is so, and where that is filled nothing else is.
            none.extend(axis.values.iter().map(|own| {
                Within::those(axes, |other, value| match other {
                    other if other.id == axis.id => value == own,
                    other if other.id == *field => says(value) != own && (own.is_empty() || !value.is_empty()),
                    _ => true,
                })
            }));
        }
        let when = decl.required_when.as_ref().and_then(|when: &Filter| {
            let says = meaning([when], dataset, schema)?;
            let blank = Within::those(axes, |other, value| other.id != axis.id || value.is_empty());
            Some(Within::of(&says, axes)?.and(&blank))
        });
        none.extend(when);
    }
    none
}
