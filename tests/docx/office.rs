//! What other programs make of the DOCX: a schema checker, python-docx, LibreOffice.

use super::sample::{self, Sample};
use super::{plain, printed, random_document, read_ok};
use gongkai::build::{Format, typeset_job, write_formats};
use gongkai::diagnostic::Diagnostics;
use gongkai::fonts::Fonts;
use gongkai::prepare::prepare;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What `office.py` prints; None where a tool is missing (which fails under GONGKAI_REQUIRE_TOOLS=1).
fn office(arguments: &[&Path]) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docx/office.py");
    let output = Command::new("python3").arg(script).args(arguments).output();
    let missing = |what: &str| {
        assert!(std::env::var("GONGKAI_REQUIRE_TOOLS").as_deref() != Ok("1"), "{what} is missing");
        eprintln!("skipped: {what} is missing");
        None
    };
    match output {
        Err(_) => missing("python3"),
        Ok(output) if output.status.code() == Some(3) => missing(&format!("a tool for {}", arguments[0].display())),
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(serde_json::from_slice(&output.stdout).expect("JSON"))
        }
    }
}

fn written(folder: &Path, sample: &Sample) -> std::path::PathBuf {
    let file = folder.join("sample.docx");
    std::fs::write(&file, sample.write()).expect("written");
    file
}

#[test]
fn the_schema_checker_finds_nothing_and_python_docx_reads_every_cell() {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = Sample::new(sample::document());
    let file = written(folder.path(), &sample);
    if let Some(found) = office(&[Path::new("audit"), &file]) {
        assert_eq!(found, serde_json::json!([]));
    }
    let Some(tables) = office(&[Path::new("tables"), &file]) else { return };
    let tables = tables.as_array().expect("tables");
    // Each statutory table has its line above as a table of one row before it.
    assert_eq!(tables.len(), 5);
    assert_eq!(tables[0], serde_json::json!([["631临港部门", "预算年度：2023", "单位：万元"]]));
    let first = sample.document.tables().next().expect("a table");
    let rows = tables[1].as_array().expect("rows");
    assert_eq!(rows.len(), first.header.len() + first.body.len());
    for (row, read) in first.body.iter().zip(&rows[first.header.len()..]) {
        let texts: Vec<String> = row.cells.iter().map(|c| gongkai::document::plain_text(&c.inlines)).collect();
        assert_eq!(*read, serde_json::json!(texts));
    }
}

#[test]
fn the_schema_checker_finds_nothing_in_fifty_random_documents() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut runner = TestRunner::deterministic();
    for index in 0..50 {
        let document = random_document().new_tree(&mut runner).expect("a document").current();
        let bytes = Sample::new(document).write();
        std::fs::write(folder.path().join(format!("{index}.docx")), bytes).expect("written");
    }
    if let Some(found) = office(&[Path::new("audit"), folder.path()]) {
        assert_eq!(found, serde_json::json!([]));
    }
}

/// The department's whole document: as many pages as the PDF, one more or less, and every figure after saving.
#[test]
fn libreoffice_keeps_pages_and_figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fonts = Fonts::load(&[&root.join("fonts")]).expect("the fonts load");
    let mut found = Diagnostics::default();
    let mut jobs = prepare(&root.join("data/631-2023"), &[root.join("layouts")], &mut found);
    let job = jobs.pop().expect("one document").job;
    let set = typeset_job(job, &fonts, &mut found).expect("the sample is right");
    let file = folder.path().join("sample.docx");
    let outputs = write_formats(&set, &fonts, &[Format::Docx]).expect("it can be written");
    super::structure::check(&outputs[0].bytes);
    super::looks::check(&outputs[0].bytes);
    std::fs::write(&file, &outputs[0].bytes).expect("written");
    let figures = printed(set.document());
    assert_eq!(plain(&read_ok(&outputs[0].bytes).figures), figures);
    let Some(converted) = office(&[Path::new("convert"), &file, folder.path()]) else { return };
    let (pages, print) = (converted["pages"].as_u64().expect("a count"), set.pages.pages.len() as u64);
    assert!(pages.abs_diff(print) <= 1, "{pages} pages for {print}");
    let saved = std::fs::read(converted["saved"].as_str().expect("a path")).expect("it was saved");
    let reading = read_ok(&saved);
    assert_eq!(plain(&reading.figures), figures);
    assert_eq!(reading.prose, read_ok(&outputs[0].bytes).prose);
}
