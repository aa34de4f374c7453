//! What other programs make of the DOCX: a schema checker, python-docx, LibreOffice.

use super::sample::{self, Sample};
use super::{plain, printed, read_ok};
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
fn libreoffice_keeps_every_figure() {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = Sample::new(sample::document());
    let file = written(folder.path(), &sample);
    let Some(converted) = office(&[Path::new("convert"), &file, folder.path()]) else { return };
    let pages = converted["pages"].as_u64().expect("a count");
    assert!((6..=9).contains(&pages), "{pages} pages");
    let saved = std::fs::read(converted["saved"].as_str().expect("a path")).expect("it was saved");
    let reading = read_ok(&saved);
    assert_eq!(plain(&reading.figures), printed(&sample.document));
    assert_eq!(reading.prose.len(), 2);
}
