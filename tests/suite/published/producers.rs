//! The same tables, printed by other programs: n of m cells are read as they stand in the document.

use super::plain;
use crate::common;
use gongkai::document::{Block, Document, RowKind, Table, plain_text};
use gongkai::published::{PaperTable, Published};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// A cell: row, column, rows and columns it covers, its words.
pub(super) type Placed = (usize, usize, usize, usize, String);

/// A document as `tests/outside/printed_by.py` takes it.
pub(super) fn parts_of(document: &Document) -> Value {
    let part = |block: &Block| match block {
        Block::Heading(heading) => {
            Some(json!({ "text": plain_text(&heading.inlines), "level": heading.level.clamp(1, 4) }))
        }
        Block::Paragraph(paragraph) => {
            let text = plain_text(&paragraph.inlines);
            (!text.trim().is_empty()).then(|| json!({ "text": text, "level": 0 }))
        }
        Block::Table(table) => Some(of_table(table)),
        Block::Chart(_) | Block::Picture(_) | Block::Contents | Block::PageBreak => None,
    };
    Value::Array(document.blocks().filter_map(part).collect())
}

fn of_table(table: &Table) -> Value {
    let rows = || table.header.iter().chain(&table.body);
    // A column that every row joins with its neighbour cannot be seen on paper.
    let edges: BTreeSet<usize> =
        rows().flat_map(|row| &row.cells).flat_map(|cell| [cell.column, cell.column + cell.colspan]).collect();
    let seen = |column: usize| edges.range(..column).count();
    let cell = |row: usize, c: &gongkai::document::Cell| {
        let text = plain_text(&c.inlines);
        let number = c.inlines.iter().any(|inline| inline.figure.is_some());
        let (from, to) = (seen(c.column), seen(c.column + c.colspan));
        json!({ "row": row, "column": from, "rowspan": c.rowspan, "colspan": to - from, "text": text, "number": number })
    };
    let rows: Vec<Value> =
        rows().enumerate().map(|(at, row)| row.cells.iter().map(|c| cell(at, c)).collect()).collect();
    let line = |inlines: &Vec<gongkai::document::Inline>| plain_text(inlines);
    json!({
        "title": table.title.as_ref().map_or(String::new(), |title| plain_text(&title.inlines)),
        "above": table.above.iter().map(line).filter(|line| !line.is_empty()).collect::<Vec<_>>(),
        "heads": table.header.iter().filter(|row| row.kind != RowKind::Data).count(),
        "columns": edges.len() - 1,
        "rows": rows,
        "notes": table.notes.iter().map(line).collect::<Vec<_>>(),
    })
}

/// A document as another program prints it: a file with an ending.
pub(super) fn printed_by(program: &str, parts: &Value, ending: &str) -> Vec<u8> {
    let desk = tempfile::tempdir().expect("a temporary folder");
    let (source, target) = (desk.path().join("parts.json"), desk.path().join(format!("公开.{ending}")));
    std::fs::write(&source, parts.to_string()).expect("writes");
    common::python("printed_by.py", &[std::path::Path::new(program), &source, &target]);
    std::fs::read(&target).unwrap_or_else(|found| panic!("{program}: {found}"))
}

pub(super) fn cells_of_parts(part: &Value) -> BTreeSet<Placed> {
    let number = |cell: &Value, key: &str| cell[key].as_u64().expect("a number") as usize;
    let rows = part["rows"].as_array().expect("rows").iter().flat_map(|row| row.as_array().expect("cells"));
    rows.map(|cell| {
        let text = plain(cell["text"].as_str().expect("a text"));
        (number(cell, "row"), number(cell, "column"), number(cell, "rowspan"), number(cell, "colspan"), text)
    })
    .collect()
}

pub(super) fn cells_of_paper(table: &PaperTable) -> BTreeSet<Placed> {
    let rows = table.rows.iter().enumerate();
    rows.flat_map(|(at, row)| row.cells.iter().map(move |c| (at, c.column, c.rowspan, c.colspan, plain(&c.text))))
        .collect()
}

/// How many cells of the tables were read as they stand there, of how many; and what was not.
pub(super) fn compared(parts: &Value, published: &Published) -> (usize, usize, Vec<String>) {
    let ours: Vec<&Value> = parts.as_array().expect("parts").iter().filter(|part| part["rows"].is_array()).collect();
    let theirs: Vec<&PaperTable> = published.tables().collect();
    let (mut same, mut all, mut lost) = (0, 0, Vec::new());
    if ours.len() != theirs.len() {
        lost.push(format!(
            "{} tables of {}: {:?}",
            theirs.len(),
            ours.len(),
            theirs.iter().map(|t| &t.title).collect::<Vec<_>>()
        ));
    }
    for (index, part) in ours.iter().enumerate() {
        let (wanted, read) =
            (cells_of_parts(part), theirs.get(index).map(|table| cells_of_paper(table)).unwrap_or_default());
        same += wanted.intersection(&read).count();
        all += wanted.len();
        lost.extend(wanted.difference(&read).map(|cell| format!("{}: {cell:?}", part["title"])));
    }
    (same, all, lost)
}

/// The tables of two samples, one of many and narrow tables, one of few and wide ones.
fn tables() -> Vec<(&'static str, Value)> {
    let of = |folder: &'static str| {
        let made = common::made(&common::root().join("data").join(folder)).into_iter().next().expect("a document");
        let parts = parts_of(made.document());
        let tables = parts.as_array().expect("parts").iter().filter(|part| part["rows"].is_array()).cloned();
        (folder, Value::Array(tables.collect()))
    };
    vec![of("631-2023"), of("shanghai-sample")]
}

/// n of m cells for each producer; every one that is not read as it stands is named here with its reason.
#[test]
fn tables_that_other_programs_print_are_read_cell_by_cell() {
    let needed: HashMap<&str, &[&str]> = [
        ("weasyprint", &["weasyprint"][..]),
        ("typst", &["typst"]),
        ("reportlab", &["reportlab"]),
        ("chromium", &["playwright"]),
        ("calc", &["openpyxl"]),
        ("python-docx", &["docx"]),
        ("html", &["json"]),
    ]
    .into();
    let (mut said, mut all_lost) = (Vec::new(), Vec::new());
    for (folder, parts) in tables() {
        for (program, ending) in [
            ("calc", "pdf"),
            ("weasyprint", "pdf"),
            ("typst", "pdf"),
            ("reportlab", "pdf"),
            ("chromium", "pdf"),
            ("python-docx", "docx"),
            ("html", "html"),
        ] {
            if !common::have_python(needed[program]) || program == "calc" && !common::have("soffice") {
                continue;
            }
            let bytes = printed_by(program, &parts, ending);
            let published = gongkai::published::read(&bytes, &format!("公开.{ending}"))
                .unwrap_or_else(|found| panic!("{program}: {found}"));
            let (same, all, lost) = compared(&parts, &published);
            said.push(format!("{folder} {program} {same} of {all}"));
            all_lost.extend(lost.into_iter().take(12).map(|cell| format!("{folder} {program} {cell}")));
        }
    }
    println!("{}", said.join("\n"));
    assert!(all_lost.is_empty(), "{said:#?}\n{all_lost:#?}");
}
