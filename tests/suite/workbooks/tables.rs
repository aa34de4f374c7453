//! The published tables as a workbook.

use crate::common::{self, built, composed, python, sample};
use gongkai::write::Format;

#[test]
fn the_tables_workbook_has_every_figure_exact_and_shown_as_printed() {
    for data in ["data/631-2023", "tests/data/yunling-2024"] {
        let source = common::root().join(data);
        let first = built(&source, &[Format::Xlsx]);
        let again = built(&source, &[Format::Xlsx]);
        assert!(first.iter().zip(&again).all(|(a, b)| a.bytes == b.bytes), "{data}: the same bytes");
    }
    if !common::have_python(&["openpyxl", "openxml_audit"]) {
        return;
    }
    let document = composed(&sample()).expect("it is there");
    let folder = tempfile::tempdir().expect("it is there");
    let path = folder.path().join("表.xlsx");
    std::fs::write(&path, &built(&sample(), &[Format::Xlsx])[0].bytes).expect("it is there");
    let tables: Vec<&gongkai::document::Table> = document.tables().collect();
    let described = serde_json::json!({ "tables": tables, "figures": document.figures });
    let json = folder.path().join("document.json");
    std::fs::write(&json, described.to_string()).expect("it is there");
    let said = python("tables_workbook.py", &[&path, &json]);
    assert!(said.trim().ends_with("the same"), "{said}");
}
