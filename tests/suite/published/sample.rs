//! The sample as it was published, with its mistakes, printed by other programs: `audit` beside `check` on the same data,
//! finding by finding. `tests/published/631-2023-audit.txt` has what both say, what only `check` says, with the reason, and what
//! only `audit` says (`GONGKAI_UPDATE=1` writes it anew).

use super::producers::{parts_of, printed_by};
use crate::common;
use gongkai::diagnostic::{Diagnostic, Diagnostics};
use gongkai::published::import::audit;
use std::collections::BTreeSet;
use std::path::Path;

/// What a finding is about, wherever it was found: its rule and its words.
fn key(found: &Diagnostic) -> String {
    let words = found.text.as_deref().unwrap_or(&found.message);
    let words: String = words.chars().filter(|c| !c.is_whitespace()).take(60).collect();
    format!("{} {words}", found.code)
}

fn keys<'d>(found: impl Iterator<Item = &'d Diagnostic>) -> BTreeSet<String> {
    found.filter(|found| found.acknowledged.is_none()).map(key).collect()
}

fn audited(bytes: &[u8], name: &str) -> BTreeSet<String> {
    let mut found = Diagnostics::default();
    let audited = audit(bytes, Path::new(name), None, &common::layouts(), &mut found);
    assert!(audited.is_some_and(|audited| audited.told.contains("hebei-department-budget-2023")));
    keys(found.iter().filter(|found| !found.code.is_mistake()))
}

#[test]
fn audit_says_of_the_published_text_what_check_says_of_its_data() {
    let made = common::made(&common::sample()).remove(0);
    let parts = parts_of(made.document());
    let mut printed = Vec::new();
    if common::have_python(&["weasyprint"]) {
        printed.push(("WeasyPrint", printed_by("weasyprint", &parts, "pdf"), "公开.pdf"));
    }
    if common::have_python(&["typst"]) {
        printed.push(("Typst", printed_by("typst", &parts, "pdf"), "公开.pdf"));
    }
    if common::have_python(&["docx"]) {
        printed.push(("python-docx", printed_by("python-docx", &parts, "docx"), "公开.docx"));
    }
    if common::have("soffice") {
        printed.push(("LibreOffice", from_word(&made), "公开.pdf"));
    }
    let check = keys(common::checked(&common::sample()).iter());
    let audits: Vec<(&str, BTreeSet<String>)> =
        printed.iter().map(|(program, bytes, name)| (*program, audited(bytes, name))).collect();
    if audits.len() < 4 {
        return;
    }
    let programs = |has: &dyn Fn(&BTreeSet<String>) -> bool| -> Vec<&str> {
        audits.iter().filter(|(_, found)| has(found)).map(|(program, _)| *program).collect()
    };
    let line = |key: &String| match (check.contains(key), programs(&|found| found.contains(key))) {
        (true, found) if found.len() == audits.len() => format!("both   {key}"),
        (true, found) if found.is_empty() => format!("check  {key}（{}）", why(key)),
        (true, found) => format!("both   {key}（只在 {}）", found.join("、")),
        (false, found) if found.len() == audits.len() => format!("audit  {key}"),
        (false, found) => format!("audit  {key}（只在 {}）", found.join("、")),
    };
    let all: BTreeSet<String> = audits.iter().flat_map(|(_, found)| found).chain(&check).map(line).collect();
    let is = all.into_iter().collect::<Vec<_>>().join("\n") + "\n";
    let file = common::root().join("tests/published/631-2023-audit.txt");
    if std::env::var_os("GONGKAI_UPDATE").is_some() {
        std::fs::write(&file, &is).expect("writes");
    }
    let was = std::fs::read_to_string(&file).expect("the list");
    let (was, is): (BTreeSet<&str>, BTreeSet<&str>) = (was.lines().collect(), is.lines().collect());
    let (lost, new): (Vec<_>, Vec<_>) = (was.difference(&is).collect(), is.difference(&was).collect());
    assert!(lost.is_empty() && new.is_empty(), "no more: {lost:#?}\nnew: {new:#?}");
    let count = |word: &str| is.iter().filter(|line| line.starts_with(word)).count();
    println!("both {}, check alone {}, audit alone {}", count("both"), count("check"), count("audit"));
}

/// Why only `check` says it.
fn why(key: &str) -> &'static str {
    match &key[..1] {
        "K" => "要整份数据才说得出齐不齐",
        "C" | "X" => "要明细",
        _ if key.starts_with("N0") => "要明细或基本信息",
        _ => "写在版式集或没有印成一节的文字里",
    }
}

/// Our DOCX as LibreOffice prints it.
fn from_word(made: &gongkai::made::Made) -> Vec<u8> {
    let files = made.write(&common::fonts(), &[gongkai::write::Format::Docx]).unwrap_or_else(|found| panic!("{found}"));
    let desk = tempfile::tempdir().expect("a temporary folder");
    let (docx, pdf) = (desk.path().join("公开.docx"), desk.path().join("成.pdf"));
    std::fs::write(&docx, &files[0].bytes).expect("writes");
    common::python("printed_by.py", &[Path::new("writer"), &docx, &pdf]);
    std::fs::read(&pdf).expect("a PDF")
}
