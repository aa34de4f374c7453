//! Files that no one should open: each ends in its message.

use super::sample::{self, Sample};
use super::structure::{self, package};
use gongkai::read_docx::{Options, read};
use std::sync::OnceLock;

/// The sample's bytes, made once.
pub fn sample() -> &'static [u8] {
    static SAMPLE: OnceLock<Vec<u8>> = OnceLock::new();
    SAMPLE.get_or_init(|| Sample::new(sample::document()).write())
}

/// Puts `with` somewhere into the text, on a character's edge.
pub fn replace_at(xml: &str, at: proptest::sample::Index, with: &str) -> String {
    let mut at = at.index(xml.len());
    while !xml.is_char_boundary(at) {
        at -= 1;
    }
    let end = (at + with.len()..=xml.len()).find(|&e| xml.is_char_boundary(e)).unwrap_or(xml.len());
    format!("{}{with}{}", &xml[..at], &xml[end..])
}

fn message(bytes: &[u8]) -> String {
    read(bytes, &Options::default())
        .map(|_| String::from("read"))
        .unwrap_or_else(|e| format!("{} {}", e.code, e.message))
}

const BODY: &str = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;
const END: &str = "</w:body></w:document>";

#[test]
fn files_that_are_no_docx() {
    assert_eq!(message(b""), "E541 文件是空的");
    assert_eq!(message(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more"), "E542 文件已加密或是旧版 .doc");
    assert_eq!(message(b"{\\rtf1 }"), "E541 文件不是 .docx，而是 RTF 文件");
    assert_eq!(message(b"%PDF-1.7"), "E541 文件不是 .docx，而是 PDF 文件");
    assert_eq!(message(b"<html>"), "E541 文件不是 .docx，而是网页或 XML 文件");
    assert_eq!(message(b"hello"), "E541 文件不是 .docx，而是其他类型的文件");
    assert_eq!(message(b"PK\x03\x04"), "E543 文件已损坏或不完整，无法作为 .docx 打开");
    assert_eq!(message(&package(&[("a.txt", b"a")])), "E541 压缩包里没有 Word 正文（word/document.xml）");
    let rels = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    assert_eq!(message(&package(&[("_rels/.rels", rels)])), "E541 文件是 Excel 工作簿，不是 Word 文档");
    assert_eq!(message(&package(&[("word/document.xml", b"<a/>")])), "E541 word/document.xml 不是 Word 正文");
    let cut = &sample()[..sample().len() / 2];
    assert_eq!(message(cut), "E543 文件已损坏或不完整，无法作为 .docx 打开");
}

#[test]
fn xml_that_would_do_harm() {
    let with = |body: String| package(&[("word/document.xml", body.as_bytes())]);
    let dtd = r#"<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>"#;
    assert!(message(&with(format!("{dtd}{BODY}{END}"))).starts_with("E546"));
    assert!(message(&with(format!("{BODY}<w:p><w:r><w:t>&x;</w:t></w:r></w:p>{END}"))).starts_with("E546"));
    assert!(message(&with(format!("{BODY}<w:p>"))).starts_with("E545"));
    assert!(message(&with(format!("{BODY}</w:p>{END}"))).starts_with("E545"));
    let nested =
        |n: usize| format!("{BODY}{}{}{END}", "<w:sdt><w:sdtContent>".repeat(n), "</w:sdtContent></w:sdt>".repeat(n));
    assert_eq!(message(&with(nested(1000))), "read");
    assert!(message(&with(nested(5000))).starts_with("E546"));
    let tables =
        |n: usize| format!("{BODY}{}{}{END}", "<w:tbl><w:tr><w:tc>".repeat(n), "</w:tc></w:tr></w:tbl>".repeat(n));
    assert_eq!(message(&with(tables(1000))), "read");
    assert!(message(&package(&[("word/document.xml", &[0xFF, 0xFE, b'<', 0, b'a', 0])])).starts_with("E545"));
}

#[test]
fn bombs_are_refused() {
    let text = format!("{BODY}<w:p><w:r><w:t>{}</w:t></w:r></w:p>{END}", "0".repeat(3 << 20));
    let bomb = package(&[("word/document.xml", text.as_bytes())]);
    let options = Options { part: 1 << 20, ..Options::default() };
    assert_eq!(read(&bomb, &options).expect_err("refused").code, "E544");
    let options = Options { kept: 1 << 20, ..Options::default() };
    assert_eq!(read(&bomb, &options).expect_err("refused").code, "E544");
    // One that lies about its size: the declared sizes in both headers are made small.
    let mut lying = bomb.clone();
    let declared = (text.len() as u32).to_le_bytes();
    let mut at = 0;
    while let Some(found) = lying[at..].windows(4).position(|w| w == declared) {
        lying[at + found..at + found + 4].copy_from_slice(&100u32.to_le_bytes());
        at += found + 4;
    }
    let options = Options { part: 1 << 20, ..Options::default() };
    assert!(read(&lying, &options).is_err());
}

#[test]
fn many_small_things_are_refused_before_they_fill_the_memory() {
    let with = |body: String| message(&package(&[("word/document.xml", format!("{BODY}{body}{END}").as_bytes())]));
    let many = |one: &str| one.repeat((8 << 20) / one.len());
    for one in ["<w:tbl/>", "<w:sdt/>", r#"<w:bookmarkStart w:id="1" w:name="p_1"/><w:bookmarkEnd w:id="1"/>"#] {
        assert!(["read", "E544"].contains(&&with(many(one))[..4]), "{one}");
    }
    assert!(with(format!("<w:tbl>{}</w:tbl>", many("<w:tr/>"))).starts_with("E544"));
    assert!(with(format!("<w:tbl><w:tr>{}</w:tr></w:tbl>", many("<w:tc/>"))).starts_with("E544"));
    let text = format!("<w:r><w:t>{}</w:t></w:r>", "0".repeat(6 << 20));
    assert!(
        with(format!("{}{text}{}", "<w:sdt><w:sdtContent>".repeat(40), "</w:sdtContent></w:sdt>".repeat(40)))
            .starts_with("E544")
    );
}

#[test]
fn parts_are_found_however_they_are_named() {
    let parts = structure::parts(sample());
    let expected = read(sample(), &Options::default()).expect("it reads");
    let strict = |content: &[u8]| {
        let text = String::from_utf8(content.to_vec()).expect("UTF-8");
        text.replace(
            "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            "http://purl.oclc.org/ooxml/wordprocessingml/main",
        )
        .replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        .into_bytes()
    };
    let renamed: Vec<(String, Vec<u8>)> =
        parts.iter().map(|(name, content)| (name.to_uppercase(), strict(content))).collect();
    let renamed: Vec<(&str, &[u8])> = renamed.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    assert_eq!(read(&package(&renamed), &Options::default()).expect("it reads").figures, expected.figures);
}
