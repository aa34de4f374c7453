//! Whatever file it is given, the DOCX reader takes at most 256 MB: measured on files made to take the
//! most of each thing that it keeps. To save time the files and the reader's limits are an eighth of the real ones,
//! and so is what may be taken; `GONGKAI_BOUNDS=full` measures at full size.

#[path = "suite/nasty/files.rs"]
#[allow(dead_code)]
mod files;
#[path = "../fuzz/src/meter.rs"]
mod meter;

use files::{body, package, paragraph};
use gongkai::read_docx::{Options, read};
use std::time::Instant;

const MOST: usize = 256 << 20;
/// What figure maps and properties, whose limits are small and fixed, may take beside the rest.
const FIXED: usize = 64 << 20;

/// What is more than the reader keeps, and refused for it; all else is measured while it is read to its end.
const REFUSED: [&str; 8] =
    ["one text", "texts in controls", "tabs in controls", "tables", "rows", "cells", "deleted rows", "bomb"];

/// By how much files and limits are smaller than the real ones.
fn part() -> usize {
    if std::env::var("GONGKAI_BOUNDS").is_ok_and(|v| v == "full") { 1 } else { 8 }
}

const RELATED: &[u8] =
    br#"<Relationships><Relationship Type="/relationships/customXml" Target="item1.xml"/></Relationships>"#;

/// A body with a figure map: what stands between `<figures>` and its end.
fn with_map(xml: &str, map: &str) -> Vec<u8> {
    let start = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;
    let map = format!("<figures xmlns=\"urn:gongkai:figures:1\">{map}</figures>");
    package(&[
        ("word/document.xml", format!("{start}{xml}</w:body></w:document>").as_bytes()),
        ("word/_rels/document.xml.rels", RELATED),
        ("word/item1.xml", map.as_bytes()),
    ])
}

/// `one` as often as fits into so many megabytes; `#` becomes a number.
fn many(one: &str, megabytes: usize) -> String {
    let size = (megabytes << 20) / part();
    if !one.contains('#') {
        return one.repeat(size / one.len());
    }
    let mut all = String::with_capacity(size);
    for number in 0.. {
        let next = one.replace('#', &number.to_string());
        if all.len() + next.len() > size {
            break;
        }
        all.push_str(&next);
    }
    all
}

fn control(tag: &str) -> String {
    format!(
        "<w:sdt><w:sdtPr><w:tag w:val=\"{tag}\"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>1</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
}

fn cells() -> String {
    let cell = |content: &str| format!("<w:tc>{content}</w:tc>");
    format!("<w:tbl>{}</w:tbl>", many(&format!("<w:tr>{}</w:tr>", cell(&control("a#"))), 9))
}

#[test]
fn the_reader_stays_within_256_megabytes() {
    let wide = |one: &str, n| format!("<w:tbl><w:tr>{}</w:tr></w:tbl>", many(one, n));
    let within = |open: &str, n: usize, xml: &str, close: &str| format!("{}{xml}{}", open.repeat(n), close.repeat(n));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("one text", body(&paragraph(&"0".repeat((60 << 20) / part())))),
        (
            "texts in controls",
            body(&within("<w:sdt><w:sdtContent>", 32, &many("<w:t>0123456789</w:t>", 40), "</w:sdtContent></w:sdt>")),
        ),
        (
            "tabs in controls",
            body(&within(
                "<w:sdt><w:sdtContent>",
                32,
                &format!("<w:p><w:r>{}</w:r></w:p>", many("<w:tab/>", 60)),
                "</w:sdtContent></w:sdt>",
            )),
        ),
        ("paragraphs", body(&many("<w:p><w:r><w:t>1</w:t></w:r></w:p>", 60))),
        ("tables", body(&many("<w:tbl/>", 30))),
        (
            "captions of one table",
            body(&format!("<w:tbl><w:tblPr>{}</w:tblPr></w:tbl>", many("<w:tblCaption w:val=\"a\"/>", 60))),
        ),
        ("rows", body(&format!("<w:tbl>{}</w:tbl>", many("<w:tr/>", 30)))),
        ("cells", body(&wide("<w:tc/>", 30))),
        ("controls", body(&many(&control("a#"), 20))),
        ("controls of one tag", body(&many(&control("a"), 20))),
        ("controls in cells", body(&cells())),
        (
            "deleted rows",
            body(&format!(
                "<w:sdt><w:sdtContent><w:tbl>{}</w:tbl></w:sdtContent></w:sdt>",
                many(&format!("<w:tr><w:trPr><w:del/></w:trPr><w:tc>{}</w:tc></w:tr>", control("a#")), 30)
            )),
        ),
        ("bookmarks", body(&many("<w:bookmarkStart w:id=\"#\" w:name=\"p_#\"/><w:bookmarkEnd w:id=\"#\"/>", 12))),
        ("attributes", body(&format!("<w:p {}/>", many("w:a#=\"\" ", 40)))),
        ("mapped tables", with_map(&"<w:tbl/>".repeat(4_000 / part()), &many("<table/>", 7))),
        (
            "mapped rows",
            with_map(
                &format!("<w:tbl>{}</w:tbl>", "<w:tr/>".repeat(200_000 / part())),
                &format!("<table>{}</table>", many("<row/>", 1)),
            ),
        ),
        ("too many mapped rows", with_map("", &format!("<table>{}</table>", many("<row/>", 7)))),
        (
            "mapped figures",
            with_map(&cells(), &format!("<table columns=\"1\">{}</table>", many("<row><f c=\"0\">a#</f></row>", 2))),
        ),
        (
            "one mapped tag",
            with_map(
                &cells().replace("val=\"a", "val=\"a\" w:b=\""),
                &format!("<table columns=\"1\">{}</table>", many("<row><f c=\"0\">a</f></row>", 2)),
            ),
        ),
        ("sentences", with_map("", &many("<sentence>#</sentence>", 7))),
        (
            "properties",
            package(&[
                ("word/document.xml", body_xml("").as_bytes()),
                (
                    "docProps/custom.xml",
                    format!("<p>{}</p>", many("<property name=\"gongkai#\"><a/></property>", 7)).as_bytes(),
                ),
            ]),
        ),
        ("a name of megabytes", body(&control(&"a".repeat((60 << 20) / part())))),
        ("bomb", body(&paragraph(&"0".repeat((200 << 20) / part())))),
    ];
    let whole = Options::default();
    let options = Options { part: whole.part / part() as u64, kept: whole.kept / part(), ..whole };
    let most = if part() == 1 { MOST } else { MOST / part() + FIXED };
    let mut wrong = Vec::new();
    for (name, bytes) in &cases {
        let started = Instant::now();
        let (reading, peak) = meter::peak(|| read(bytes, &options));
        let took = started.elapsed();
        let said = match &reading {
            Ok(reading) => format!("read: {} figures, {} findings", reading.figures.len(), reading.findings.len()),
            Err(found) => found.message.clone(),
        };
        let peak = peak + bytes.len();
        println!("{name}: {} MB, {} ms, {said}", peak >> 20, took.as_millis());
        if peak > most || reading.is_err() != REFUSED.contains(name) {
            wrong.push(format!("{name}: {} MB, {took:?}, {said}", peak >> 20));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn body_xml(xml: &str) -> String {
    format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{xml}</w:body></w:document>"
    )
}
