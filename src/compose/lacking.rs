//! What a document of printed tables lacks besides them, told as one list: each file, what it holds, where it is used.

use super::figure::NO_FILE;
use super::session::Session;
use super::{Job, REPORT};
use crate::data::printed::TABLES;
use crate::data::{FieldDecl, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::document::plain_text;
use crate::layout::Template;
use crate::layout::narrative_lines::in_one_line;
use indexmap::IndexMap;
use minijinja::Value;
use std::collections::BTreeMap;

/// The findings of a document of printed tables, those of figures that no table prints and no file gives told as one: a
/// list of what to give besides, each with how to give it.
pub(super) fn told_together(found: &Diagnostics, session: &Session) -> Diagnostics {
    let job = &*session.job;
    let mut rest = Diagnostics::default();
    let mut lacking: IndexMap<String, Vec<String>> = IndexMap::new();
    let mut places: IndexMap<String, Place> = IndexMap::new();
    // Records that are wanted one by one, by file.
    let mut records: IndexMap<String, Vec<String>> = IndexMap::new();
    for one in found.iter() {
        let Some((file, what, place)) = lacks(one, job) else {
            rest.push(one.clone());
            continue;
        };
        if let Some(place) = place {
            places.entry(file.clone()).or_insert(place);
        }
        let rows = lacking.entry(file.clone()).or_default();
        if let Some(wanted) = &one.text {
            let wanted = wanted.to_string();
            if !rows.contains(&wanted) {
                rows.push(wanted.clone());
                records.entry(file).or_default().push(wanted);
            }
            continue;
        }
        if let Some(row) = what.as_deref().and_then(|address| address.split(['/', '@', '~', '%']).nth(1))
            && !rows.iter().any(|known| known == row)
        {
            rows.push(row.to_string());
        }
    }
    if lacking.is_empty() {
        return rest;
    }
    // What a sentence without its records comes to is no finding; what the given tables say is.
    let of_tables = |one: &Diagnostic| one.place.as_ref().is_some_and(|place| place.file.starts_with(TABLES));
    rest.retain(|one| !FOLLOW.contains(&&*one.code) || of_tables(one));
    let some = |rows: &[String]| match rows.get(SHOWN..) {
        Some(more) if more.len() > 1 => format!("{} 等 {} 项", rows[..SHOWN].join("、"), rows.len()),
        _ => rows.join("、"),
    };
    let files = lacking.iter().map(|(file, rows)| match rows.is_empty() {
        true => file.clone(),
        false => format!("{file}（{}）", some(rows)),
    });
    let message =
        format!("各表没有印出正文要用的数，还要 {} 个文件：{}", lacking.len(), files.collect::<Vec<_>>().join("；"));
    let mut all = Diagnostic::error("E511", message).at(Place::file(TABLES)).hint(
        "补上这些文件，或在版式中换一种说法；没有的数不会当作零。tables/ 里的文件先写一行“单位：元”，再一行列名，然后一行一个数",
    );
    for file in lacking.keys() {
        let used = places.get(file).map_or(String::new(), |place| format!("；用在 {place}"));
        let each = records.get(file).map_or(String::new(), |wanted| format!("；要有：{}", wanted.join("、")));
        all = all.related(Place::file(file.as_str()), format!("{}{each}{used}", how_to_give(file, session)));
    }
    rest.push(all);
    rest
}

/// Findings about figures, which records that are not there may well have caused.
pub(crate) const FOLLOW: [&str; 6] = ["E303", "E304", "E305", "E310", "E324", "E342"];

/// Whether a finding says that a file of records is not there.
pub(crate) fn lacks_file(found: &Diagnostic) -> bool {
    found.message.contains(NO_FILE)
}

/// So many rows of a file that is not there are named.
const SHOWN: usize = 6;

/// What a file that is not there holds: its title and the heads of its columns.
fn how_to_give(file: &str, session: &Session) -> String {
    let job = &*session.job;
    let printed = |head: &Template| {
        let nothing = Value::from(BTreeMap::<String, Value>::new());
        let text = session.unheard(|| session.render(head, &nothing));
        plain_text(&session.inlines(&in_one_line(&text), &head.place))
    };
    let heads = |heads: Vec<String>| format!("列名：{}", heads.join("、"));
    let id = file.strip_prefix(TABLES).and_then(|file| file.trim_start_matches('/').strip_suffix(".csv"));
    if let Some(table) = id.and_then(|id| job.set.tables.values().find(|table| table.id == id)) {
        let of = table.columns.iter().chain(table.sides.iter().flat_map(|side| &side.columns));
        return heads(of.filter_map(|column| Some(printed(column.head.last()?))).collect());
    }
    let Some(decl) = job.set.schema.files.values().find(|decl| decl.path == file) else { return String::new() };
    let head = |field: &FieldDecl| match (&field.kind, field.required) {
        (Kind::Amount, _) => format!("{}（元）", field.head),
        (_, true) => field.head.clone(),
        (_, false) => format!("{}（可以空着）", field.head),
    };
    format!("{}，{}", decl.title, heads(decl.fields.iter().map(head).collect()))
}

/// What the report of a document of printed tables leaves blank, put before the files in the list of what to give.
pub fn with_the_report(found: &mut Diagnostics) {
    let is_blank = |d: &Diagnostic| d.code == "E180" && d.place.as_ref().is_some_and(|at| &*at.file == REPORT);
    let blanks: Vec<Diagnostic> = found.iter().filter(|d| is_blank(d)).cloned().collect();
    let key = |d: &Diagnostic| d.message.split(['“', '”']).nth(1).unwrap_or_default().to_owned();
    let keys: Vec<String> = blanks.iter().map(key).collect();
    let Some(all) = found.iter_mut().find(|d| d.code == "E511" && !blanks.is_empty()) else { return };
    let (before, files) = all.message.split_once('：').unwrap_or((&*all.message, ""));
    let count = all.related.len() + 1;
    let before = before.replacen(&format!(" {} 个文件", count - 1), &format!(" {count} 个文件"), 1);
    all.message = format!("{before}：{REPORT}（{}）；{files}", keys.join("、"));
    let told = |blank: &Diagnostic| {
        let at = blank.place.clone().unwrap_or_else(|| Place::file(REPORT));
        (at, format!("{}；{}", blank.message, blank.hint.clone().unwrap_or_default()))
    };
    let of_report: Vec<(Place, String)> = blanks.iter().map(told).collect();
    all.related.splice(0..0, of_report);
    found.retain(|d| !is_blank(d));
}

/// What a finding says is not there: the file, the address of the figure, and where it is used.
fn lacks(one: &Diagnostic, job: &Job) -> Option<(String, Option<String>, Option<Place>)> {
    let (what, file) = one.message.split_once(NO_FILE)?;
    let file = file.split('，').next().unwrap_or_default();
    let place = one.related.first().map(|(place, _)| place).or(one.place.as_ref()).cloned();
    match (&*one.code, what) {
        ("E302", "") => Some((file.to_string(), None, place)),
        ("E302" | "E304", what) => {
            let address = what.strip_prefix("数字“")?.strip_suffix("”无从得知：")?;
            let (base, _) = address.split_at(address.find(['@', '~', '%']).unwrap_or(address.len()));
            let table = base.split('/').next().unwrap_or_default();
            // What the given tables stand for: a table more stands for it too.
            let of_given = job.set.tables.values().filter(|form| job.prints(&form.id, &form.file));
            let own = of_given.filter_map(|form| job.data.datasets.get(&form.from)).any(|of| *of.file == *file);
            let file = if own { format!("{TABLES}/{table}.csv") } else { file.to_string() };
            Some((file, Some(address.to_string()), place))
        }
        _ => None,
    }
}
