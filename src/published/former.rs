//! Last year's published file as last year's records of a department.

use super::import::Taken;
use crate::compose::Job;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::folder::Folder;
use crate::layout::Layouts;
use crate::ledger::{Ledger, ledger};
use crate::prepare::prepare_whole;
use std::path::Path;
use std::sync::Arc;

/// The records of the year before, at the grain that its tables have. `job`: the department they are for. Errors: E570 the
/// file is of another set or another year; the tables contradict each other.
pub fn former(taken: &Taken, job: &Job, layouts: &Layouts, shown: &str, found: &mut Diagnostics) -> Option<Ledger> {
    let place = || Place::file(shown.to_owned());
    let wanted = job.report.year - 1;
    if let Some(year) = taken.whose.year.filter(|year| *year != wanted) {
        let message = format!("这份文件是 {year} 年的，{} 年的上年是 {wanted} 年", job.report.year);
        found.push(Diagnostic::error("E570", message).at(place()).hint("请用上年公开的文件"));
        return None;
    }
    if taken.recognised.set != job.set.id {
        let message = format!("这份文件认作 {}，文件夹用的是 {}", taken.recognised.set, job.set.id);
        let hint = format!("确是同一套版式的，加 --layout {}", job.set.id);
        found.push(Diagnostic::error("E570", message).at(place()).hint(hint));
        return None;
    }
    if let Some(name) = taken.whose.name.as_ref().filter(|name| **name != job.report.name) {
        let message = format!("这份文件是“{name}”的，文件夹是“{}”的", job.report.name);
        found.push(Diagnostic::warning("E570", message).at(place()).hint("改了名称的不要紧"));
    }
    let wrong = taken.audit(layouts, shown);
    if wrong.iter().any(|d| d.severity == Severity::Error) {
        wrong.iter().filter(|d| d.severity == Severity::Error).for_each(|d| found.push(d.clone()));
        return None;
    }
    // Tables of records tell nothing of the year before.
    let files = taken.files(shown, &mut Diagnostics::default()).into_iter();
    let folder = Folder::of_files(Path::new(shown), files.map(|(name, bytes)| (name, bytes.into())));
    let folder = folder.with("report.toml", taken.report_for_audit().into_bytes());
    let mut read = Diagnostics::default();
    let job = prepare_whole(&folder, layouts, &mut read)?;
    let mut wrong = Diagnostics::default();
    let made = ledger(&Arc::new(job), "prior", &mut wrong);
    for mut one in wrong.sorted().into_iter().cloned() {
        one.place = one.place.map(|at| taken.imported.place_in(shown, &at).unwrap_or_else(place));
        found.push(one);
    }
    let made = made?;
    if !made.unsolved.is_empty() {
        let some: Vec<&str> = made.unsolved.iter().take(4).map(|address| &**address).collect();
        let message = format!("有 {} 个数没有能分到上年数里，如 {}", made.unsolved.len(), some.join("、"));
        found.push(Diagnostic::warning("E570", message).at(place()).hint("请对照上年公开的表补正"));
    }
    Some(made)
}
