//! What other programs make of the DOCX: a schema checker, python-docx, LibreOffice.

use super::sample::{self, Sample};
use super::{plain, printed, random_document, read_ok, structure};
use crate::common;
use gongkai::document::Block;
use gongkai::made::Made;
use gongkai::write::Format;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What `office.py` prints; None where a tool is missing (which fails under GONGKAI_REQUIRE_TOOLS=1).
pub fn office(arguments: &[&Path]) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/office.py");
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

/// The department's own document.
fn department() -> (Made, Vec<u8>) {
    let made = common::made(&common::sample()).pop().expect("one document");
    let mut outputs = made.write(&common::fonts(), &[Format::Docx]).expect("it can be written");
    (made, outputs.pop().expect("a DOCX").bytes)
}

/// What LibreOffice makes of a DOCX.
struct Converted {
    /// The text of each page of its PDF.
    pages: Vec<String>,
    /// The DOCX it saves.
    saved: Vec<u8>,
    /// The gap in em of each place in the PDF where Chinese meets letters or figures, with the two characters.
    joints: Vec<(f64, String)>,
}

fn converted(bytes: &[u8]) -> Option<Converted> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sample.docx");
    std::fs::write(&file, bytes).expect("written");
    let converted = office(&[Path::new("convert"), &file, folder.path()])?;
    let pages = converted["pages"].as_array().expect("pages").iter().map(|p| p.as_str().expect("text").to_owned());
    let saved = std::fs::read(converted["saved"].as_str().expect("a path")).expect("it was saved");
    let joint = |j: &Value| (j[0].as_f64().expect("a gap"), j[2].as_str().expect("two characters").to_owned());
    let joints = converted["joints"].as_array().expect("joints").iter().map(joint).collect();
    Some(Converted { pages: pages.collect(), saved, joints })
}

fn tight(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The department's whole document: as many pages as the PDF, one more or less, every character on them; and after
/// saving the same headings, the same tables and every figure.
#[test]
fn libreoffice_keeps_pages_text_headings_tables_and_figures() {
    let (set, bytes) = department();
    super::structure::check(&bytes);
    super::looks::check(&bytes);
    let figures = printed(set.document());
    assert_eq!(plain(&read_ok(&bytes).figures), figures);
    let Some(Converted { pages, saved, joints }) = converted(&bytes) else { return };
    // A figure in a content control too stands apart from what is before and after it.
    let uneven: Vec<_> = joints.iter().filter(|(gap, _)| !(0.18..0.4).contains(gap)).collect();
    assert!(uneven.is_empty() && joints.len() > 200, "{} joints: {uneven:?}", joints.len());
    let units = joints.iter().filter(|(_, two)| two.ends_with('万')).count();
    assert!(units > 50, "{units} of them between a figure and 万元");
    let print = set.pages(&common::fonts()).pages.len();
    assert!(pages.len().abs_diff(print) <= 1, "{} pages for {print}", pages.len());
    let (before, after) = (structure::parts(&bytes), structure::parts(&saved));
    let document = structure::tree(&before["word/document.xml"]);
    let text = pages.concat();
    for paragraph in &document.child("w:body").expect("a body").children {
        // The contents' dots stand between title and page number.
        if paragraph.name == "w:p" && paragraph.every("w:hyperlink").is_empty() {
            let paragraph = tight(&paragraph.text());
            assert!(text.contains(&paragraph), "not on the pages: {paragraph}");
        }
    }
    assert_eq!(super::looks::headings(&after), super::looks::headings(&before));
    let tables = |parts: &std::collections::BTreeMap<String, Vec<u8>>| {
        let document = structure::tree(&parts["word/document.xml"]);
        document.every("w:tbl").iter().map(|t| t.text()).collect::<Vec<_>>()
    };
    assert_eq!(tables(&after), tables(&before));
    let reading = read_ok(&saved);
    assert_eq!(plain(&reading.figures), figures);
    assert_eq!(reading.prose, read_ok(&bytes).prose);
}

/// Characters that a document does not have, from those of GB 2312.
fn unused(document: &str) -> Vec<char> {
    let characters = (0xB0..0xF7u8).flat_map(|high| (0xA1..0xFFu8).map(move |low| [high, low]));
    let characters = characters.filter_map(|pair| encoding_rs::GBK.decode(&pair).0.chars().next());
    characters.filter(|c| ('\u{4E00}'..='\u{9FA5}').contains(c) && !document.contains(*c)).collect()
}

/// One cell of each table that is wide enough to type into; not the heads, which must fit a page to be
/// repeated, nor cells merged over rows that are kept on one.
#[test]
fn two_hundred_characters_typed_into_any_cell_are_printed() {
    let (_, bytes) = department();
    let mut typed: Vec<String> = Vec::new();
    let changed = super::mutate::document(&bytes, |xml| {
        let unused = unused(xml);
        let mut fresh = unused.chunks_exact(20);
        let mut out = String::new();
        for (index, piece) in xml.split_inclusive("</w:tbl>").enumerate() {
            let rows: Vec<(usize, &str)> = piece.match_indices("<w:tr>").map(|(at, _)| (at, &piece[at..])).collect();
            let body = |row: &&(usize, &str)| {
                let row = &row.1[..row.1.find("</w:tr>").unwrap_or(0)];
                !row.contains("<w:tblHeader/>") && !row.contains("<w:vMerge") && row.contains("</w:p></w:tc>")
            };
            let rows: Vec<_> = rows.iter().filter(body).collect();
            let (Some(row), Some(fresh)) = (rows.get(index % rows.len().max(1)), fresh.next()) else {
                out += piece;
                continue;
            };
            let end = row.0 + row.1.find("</w:tr>").expect("its end");
            // Cells that a text is typed into: wide enough for six characters.
            let wide = |at: &usize| {
                let width = piece[..*at].rfind("<w:tcW w:w=\"").map(|w| &piece[w + 12..]);
                width.and_then(|w| w.split('"').next()?.parse::<u32>().ok()).is_some_and(|twips| twips >= 1300)
            };
            let ends = piece[row.0..end].match_indices("</w:p></w:tc>").map(|(at, _)| row.0 + at);
            let cells: Vec<usize> = ends.filter(wide).collect();
            if cells.is_empty() {
                out += piece;
                continue;
            }
            let at = cells[index % cells.len()];
            let text: String =
                fresh.iter().flat_map(|c| std::iter::once(*c).chain("的一是了不在有人这".chars())).collect();
            typed.push(fresh.iter().collect());
            out += &format!("{}<w:r><w:t>{text}</w:t></w:r>{}", &piece[..at], &piece[at..]);
        }
        out
    });
    assert!(typed.len() > 20, "{}", typed.len());
    let Some(Converted { pages, .. }) = converted(&changed) else { return };
    let text = pages.concat();
    for cell in &typed {
        let lost: String = cell.chars().filter(|c| !text.contains(*c)).collect();
        assert_eq!(lost, "", "of {cell}");
    }
}

/// Rows of four lines and more, in a table with a column so narrow that shorter rows may break.
#[test]
fn rows_stay_on_one_page() {
    let mut document = sample::document();
    let mut marks = Vec::new();
    for block in document.sections.iter_mut().flat_map(|s| &mut s.blocks) {
        if let Block::Table(table) = block {
            for (index, row) in table.body.iter_mut().enumerate().filter(|_| table.id == "t5") {
                let (first, last) = (format!("始{index}甲"), format!("终{index}乙"));
                row.cells[2].inlines = sample::text(&format!("{first}{}{last}", "结转".repeat(20 + index)));
                marks.push((first, last));
            }
        }
    }
    assert_eq!(marks.len(), 40);
    let mut sample = Sample::new(document);
    sample.pages.tables[0].rows = [[18.0; 3].as_slice(), &[56.0; 40]].concat();
    let Some(Converted { pages, .. }) = converted(&sample.write()) else { return };
    let on = |mark: &str| pages.iter().position(|p| p.contains(mark)).unwrap_or_else(|| panic!("{mark} is on no page"));
    assert!(on(&marks[39].0) > on(&marks[0].0) + 2, "the table takes pages");
    for (first, last) in &marks {
        assert_eq!(on(first), on(last), "{first}");
    }
}
