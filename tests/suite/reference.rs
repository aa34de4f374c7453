//! The sample against the published document, cell by cell: the composed document here, and both files as other
//! programs read them. Spaces are compared away: the publication lays out with them (项  目, 合  计).

use crate::common;
use gongkai::document::{Block, Document, RowKind, Table, plain_text};
use gongkai::write::Format;
use serde_json::Value;
use std::collections::BTreeMap;

fn published() -> Value {
    let text =
        std::fs::read_to_string(common::root().join("tests/reference/631-2023-published.json")).expect("the reference");
    serde_json::from_str(&text).expect("JSON")
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|v| bare(v.as_str().unwrap_or_default())).collect()
}

/// A table's rows as texts, covered cells empty, as the reference has them.
fn grid(table: &Table, kinds: &[RowKind], header: bool) -> Vec<Vec<String>> {
    let rows = if header { &table.header } else { &table.body };
    let mut grid = Vec::new();
    for row in rows.iter().filter(|r| kinds.contains(&r.kind)) {
        let mut texts = vec![String::new(); table.columns.len()];
        for cell in &row.cells {
            texts[cell.column] = bare(&plain_text(&cell.inlines));
        }
        grid.push(texts);
    }
    grid
}

const BODY: [RowKind; 4] = [RowKind::Data, RowKind::Total, RowKind::Blank, RowKind::Header];

fn tables_by_title(document: &Document) -> BTreeMap<String, &Table> {
    let title = |t: &Table| t.title.as_ref().map(|h| bare(&plain_text(&h.inlines))).unwrap_or_default();
    document.tables().map(|t| (title(t), t)).collect()
}

#[test]
fn every_cell_header_and_note_of_the_publication_is_composed() {
    let document = common::composed(&common::sample()).unwrap_or_else(|found| panic!("{}", found.join("\n")));
    let reference = published();
    let tables = tables_by_title(&document);
    let ruled = reference["tables"].as_array().into_iter().flatten();
    let others = ["org", "procurement", "assets"].iter().map(|key| &reference[*key]);
    let (mut rows, mut cells) = (0, 0);
    for want in ruled.chain(others) {
        let title = bare(want["title"].as_str().expect("a title"));
        let table = tables.get(&title).unwrap_or_else(|| panic!("no table {title}"));
        let want_rows: Vec<Vec<String>> = want["rows"].as_array().into_iter().flatten().map(strings).collect();
        assert_eq!(grid(table, &BODY, false), want_rows, "{title}");
        rows += want_rows.len();
        cells += want_rows.iter().map(Vec::len).sum::<usize>();
        assert_eq!(heads(table), published_heads(want), "{title}");
        let numbering: Vec<String> = grid(table, &[RowKind::Numbering], true).concat();
        assert_eq!(numbering, strings(&want["col_numbers"]), "{title}");
        let notes: Vec<String> = table.notes.iter().map(|n| bare(&plain_text(n))).collect();
        assert_eq!(notes, strings(&want["notes"]), "{title}");
    }
    for want in reference["performance"].as_array().into_iter().flatten() {
        let title = bare(want["title"].as_str().expect("a title"));
        let table = tables.get(&title).unwrap_or_else(|| panic!("no table {title}"));
        let body = grid(table, &BODY, false);
        let text = |key: &str| bare(want[key].as_str().unwrap_or_default());
        assert_eq!(body[0][..2], [text("objective_label"), text("objective")], "{title}");
        assert_eq!(body[1], strings(&want["columns"]), "{title}");
        let want_rows: Vec<Vec<String>> = want["rows"].as_array().into_iter().flatten().map(strings).collect();
        assert_eq!(body[2..], want_rows, "{title}");
        rows += want_rows.len();
        cells += body.iter().map(Vec::len).sum::<usize>();
    }
    assert_eq!((rows, cells), (314, 2492), "all of the reference was compared");
}

type Heads = Vec<(String, u64, u64, u64, u64)>;

fn heads(table: &Table) -> Heads {
    let mut heads = Heads::new();
    for (row, line) in table.header.iter().filter(|r| r.kind == RowKind::Header).enumerate() {
        for cell in &line.cells {
            let shape = (row as u64, cell.column as u64, cell.rowspan as u64, cell.colspan as u64);
            heads.push((bare(&plain_text(&cell.inlines)), shape.0, shape.1, shape.2, shape.3));
        }
    }
    heads
}

fn published_heads(table: &Value) -> Heads {
    let rows = table["header"].as_array().into_iter().flatten();
    let cells = rows.flat_map(|r| r.as_array().into_iter().flatten());
    let number = |cell: &Value, key: &str| cell[key].as_u64().expect("a number");
    let shape = |c: &Value| {
        let text = bare(c["norm"].as_str().unwrap_or_default());
        (text, number(c, "row"), number(c, "col"), number(c, "rowspan"), number(c, "colspan"))
    };
    cells.map(shape).collect()
}

/// Every heading and paragraph of the reference, in order.
fn published_texts(reference: &Value) -> Vec<String> {
    let mut texts = vec![bare(reference["part"]["text"].as_str().expect("the part's title"))];
    texts.push(bare(reference["meta"]["title"].as_str().expect("a title")));
    texts.extend(
        reference["intro"].as_array().into_iter().flatten().map(|b| bare(b["text"].as_str().unwrap_or_default())),
    );
    for section in reference["sections"].as_array().into_iter().flatten() {
        texts.push(bare(section["heading"].as_str().expect("a heading")));
        for block in section["blocks"].as_array().into_iter().flatten() {
            match block["type"].as_str() {
                Some("gloss") => {
                    let entry = &reference["glossary"][block["ref"].as_u64().expect("a number") as usize - 1];
                    texts.push(bare(entry["text"].as_str().expect("a text")));
                }
                _ => texts.extend(block["text"].as_str().map(bare)),
            }
        }
    }
    texts
}

#[test]
fn every_paragraph_of_the_publication_is_composed_in_order() {
    let document = common::composed(&common::sample()).unwrap_or_else(|found| panic!("{}", found.join("\n")));
    let text = |b: &Block| match b {
        Block::Heading(h) => Some(bare(&plain_text(&h.inlines))),
        Block::Paragraph(p) => Some(bare(&plain_text(&p.inlines))),
        _ => None,
    };
    let composed: Vec<String> = document.blocks().filter_map(text).collect();
    let published = published_texts(&published());
    assert!(published.len() > 86);
    let start = composed.iter().position(|t| *t == published[0]).expect("the first part's heading");
    assert_eq!(composed[start..], published);
}

#[test]
fn both_files_hold_the_publication_as_other_programs_read_them() {
    if !common::have("pdftotext") || !common::have_python(&["docx", "pdfplumber"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outputs = common::built(&common::sample(), &[Format::Pdf, Format::Docx]);
    let mut found = gongkai::diagnostic::Diagnostics::default();
    let paths = gongkai::place::place(folder.path(), &outputs, &mut found);
    assert!(!found.has_errors(), "{:?}", found.sorted());
    let reference = common::root().join("tests/reference/631-2023-published.json");
    let said = common::python("reference.py", &[&reference, &paths[0], &paths[1]]);
    println!("{said}");
    assert!(said.contains("pdf: 2492 cells") && said.contains("docx: 2492 cells"), "{said}");
}
