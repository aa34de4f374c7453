//! A small layout set with its data, all in memory: what a target's input is laid over. Inputs are written as the
//! cases of `tests/layout-errors` are: `--- set/NAME`, `--- data/NAME`, each followed by the file's text.

use gongkai::compose::{Job, compose, read_report};
use gongkai::data::printed::{PrintedTable, printed_table};
use gongkai::data::read_folder;
use gongkai::diagnostic::Diagnostics;
use gongkai::document::Document;
use gongkai::folder::{Folder, decode};
use gongkai::layout::{self, Layer, LayoutSet, SetFiles};
use std::path::Path;
use std::sync::Arc;

macro_rules! base {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../tests/layout-errors/base/", $name)))),*]
    };
}

/// The set's files and the data folder's.
pub const FILES: &[(&str, &str)] = base!(
    "set/set.toml" "set/schema.toml" "set/style.toml" "set/t1.toml" "set/t2.toml" "set/text.md"
    "data/report.toml" "data/ledger.csv" "data/prior.csv" "data/units.csv" "data/assets.csv" "data/reasons.csv"
);

/// In place of the long list that the program has.
const CODES: (&str, &str) = (
    "set/function.csv",
    "编码,名称\n205,教育支出\n20502,普通教育\n2050201,学前教育\n2050299,其他普通教育支出\n208,社会保障和就业支出\n20805,行政事业单位养老支出\n2080505,养老保险缴费支出\n",
);

/// The files an input names, each with its text. Text before the first is none's.
pub fn sections(input: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = input.strip_prefix("--- ").or_else(|| input.split_once("\n--- ").map(|(_, rest)| rest));
    while let Some(section) = rest {
        let (one, next) = match section.split_once("\n--- ") {
            Some((one, next)) => (one, Some(next)),
            None => (section, None),
        };
        let (name, text) = one.split_once('\n').unwrap_or((one, ""));
        found.push((name.trim(), text));
        rest = next;
    }
    found
}

/// The small set and its data with these files over them: its own files lie below the department's `layout/`; tables
/// given as printed are its `tables/NAME.csv`.
pub fn job(over: &[(&str, &str)], diagnostics: &mut Diagnostics) -> Option<Job> {
    job_with(|name| data_file(name, over), over, diagnostics)
}

/// The same without any records: the tables given as printed are all there is.
pub fn job_of_printed(over: &[(&str, &str)], diagnostics: &mut Diagnostics) -> Option<Job> {
    let mut of_data = Diagnostics::default();
    let report = |name: &str| data_file(name, over).filter(|_| name == "report.toml");
    let job = job_with(report, over, &mut of_data);
    of_data.retain(|found| found.code != "E101");
    diagnostics.extend(of_data);
    job
}

fn job_with(file: impl Fn(&str) -> Option<Text>, over: &[(&str, &str)], diagnostics: &mut Diagnostics) -> Option<Job> {
    let mut set = set(over, diagnostics)?;
    let report = file("report.toml")?.map_err(|found| diagnostics.push(found)).ok()?;
    let mut report = read_report(&report, diagnostics)?;
    report.complete(&set.report, diagnostics);
    let of_file = |decl: &gongkai::data::FileDecl| {
        let text = file(&decl.path)?.map_err(|found| diagnostics.push(found)).ok()?;
        Some((decl.path.clone(), text.into_bytes().into()))
    };
    let files: Vec<_> = set.schema.files.values().filter_map(of_file).collect();
    let data = read_folder(&Folder::of_files(Path::new("data"), files), &mut set.schema, diagnostics);
    Some(Job { printed: printed(over, diagnostics), pictures: Default::default(), set, data, report })
}

/// The tables given as printed among files.
pub fn printed(over: &[(&str, &str)], diagnostics: &mut Diagnostics) -> Vec<PrintedTable> {
    let given = over.iter().filter_map(|(file, given)| Some((*file, file.strip_prefix("tables/")?, text(given))));
    let tables = given.filter(|(_, name, _)| name.ends_with(".csv"));
    tables.map(|(file, name, text)| printed_table(name, file.into(), &text, diagnostics)).collect()
}

/// Loads the small set with these files over it.
pub fn set(over: &[(&str, &str)], diagnostics: &mut Diagnostics) -> Option<LayoutSet> {
    let layer = |shown: &str, from: &[(&str, &str)], folder: &str, own| Layer {
        shown: shown.into(),
        files: from
            .iter()
            .chain([&CODES])
            .filter_map(|(n, t)| Some((n.strip_prefix(folder)?.to_string(), text(t))))
            .collect(),
        own,
    };
    let layers = [layer("layouts/small/", FILES, "set/", false), layer("layout/", over, "set/", true)];
    let layers = layers.map(Arc::new).to_vec();
    let files = SetFiles { id: "small".into(), layers, ..SetFiles::default() };
    layout::load(&files, &layer("text/", over, "text/", true), diagnostics)
}

/// Everything up to the document and what the rules find in it.
pub fn composed(input: &str) -> (Option<Document>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let document = composed_of(&sections(input), &mut diagnostics);
    (document, diagnostics)
}

/// The same of files already told apart.
pub fn composed_of(over: &[(&str, &str)], diagnostics: &mut Diagnostics) -> Option<Document> {
    let job = job(over, diagnostics).filter(|_| !diagnostics.has_errors());
    let composition = job.and_then(|job| compose(job, diagnostics))?;
    diagnostics.extend(gongkai::check::check(&composition));
    Some(composition.document)
}

type Text = Result<String, gongkai::diagnostic::Diagnostic>;

fn data_file(name: &str, over: &[(&str, &str)]) -> Option<Text> {
    let name = format!("data/{name}");
    let (_, text) = over.iter().rev().chain(FILES).find(|(n, _)| *n == name)?;
    Some(decode(text.as_bytes().to_vec(), &name["data/".len()..]))
}

fn text(text: &str) -> String {
    decode(text.as_bytes().to_vec(), "a").unwrap_or_default()
}
