//! Well-formed documents: each byte opens or closes an element or writes a text. What Word does between and around
//! elements, and other prefixes, must change nothing.
#![no_main]

use gongkai_fuzz::docx;
use std::fmt::Write;

const OPENED: [&str; 26] = [
    "p",
    "r",
    "t",
    "tbl",
    "tr",
    "tc",
    "sdt",
    "sdtContent",
    "sdtPr",
    "tcPr",
    "trPr",
    "rPr",
    "ins",
    "del",
    "moveFrom",
    "moveTo",
    "hyperlink",
    "smartTag",
    "delText",
    "txbxContent",
    "pPr",
    "tblPr",
    "numPr",
    "ruby",
    "rt",
    "rPrChange",
];
const EMPTY: [(&str, &str, &[&str]); 22] = [
    ("tag", "val", &["t1/甲/额", "t1/甲/额!2", "t1/乙/额", "x", ""]),
    ("alias", "val", &["t1/甲/额", "t1/丙/额"]),
    ("gridSpan", "val", &["2", "3", "0", "-1", "99999999999999999999"]),
    ("vMerge", "val", &["restart", "continue"]),
    ("gridBefore", "val", &["1", "4294967295"]),
    ("tblCaption", "val", &["支出表", "另一张"]),
    ("bookmarkStart", "name", &["p_1", "p_2", "_Toc1"]),
    ("bookmarkEnd", "id", &["1", "2"]),
    ("showingPlcHdr", "val", &["1", "0"]),
    ("br", "type", &["page"]),
    ("tab", "val", &["left"]),
    ("vanish", "val", &["1", "0"]),
    ("specVanish", "val", &["1"]),
    ("rStyle", "val", &["暗", "明"]),
    ("pStyle", "val", &["暗", "Normal"]),
    ("tblStyle", "val", &["暗"]),
    ("sym", "char", &["F0FC"]),
    ("cellDel", "id", &["1"]),
    ("cellIns", "id", &["1"]),
    ("numId", "val", &["1", "0"]),
    ("fldChar", "fldCharType", &["begin", "separate", "end"]),
    ("footnoteReference", "id", &["2"]),
];
/// A style that hides, one that is based on it and shows, and defaults that say nothing.
const STYLES: &str = r#"<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:type="character" w:styleId="暗"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:type="character" w:styleId="明"><w:basedOn w:val="暗"/><w:rPr><w:vanish w:val="0"/></w:rPr></w:style></w:styles>"#;
const TEXTS: [&str; 8] = ["支出", "甲", "乙", "1.00", "１，２", " ", "（3）", "合计"];
const MAP: &str = r#"<figures xmlns="urn:gongkai:figures:1"><table title="支出表" columns="2"><row label="甲|"><f c="1">t1/甲/额</f></row><row label="乙|"><f c="1">t1/乙/额</f></row><row label="合计|"><f c="1" blank="1">t1/合计/额</f></row></table><sentence>t1/甲/额!2</sentence></figures>"#;
const PROPERTIES: &str = r#"<Properties xmlns:vt="v"><property name="gongkai.scale"><vt:lpwstr>10000</vt:lpwstr></property><property name="gongkai.p_1"><vt:lpwstr>text/a.md#1</vt:lpwstr></property><property name="gongkai.p_2"><vt:lpwstr>text/a.md#2</vt:lpwstr></property></Properties>"#;
const RELATED: &str = r#"<Relationships><Relationship Type="x/relationships/customXml" Target="../customXml/item1.xml"/><Relationship Type="x/relationships/styles" Target="styles.xml"/></Relationships>"#;

/// The document's XML; `noisy` as Word would write the same.
fn document(bytes: &[u8], noisy: bool) -> String {
    let prefix = if noisy { "ns0" } else { "w" };
    let name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let mut xml = format!("<{prefix}:document xmlns:{prefix}=\"{name}\"><{prefix}:body>");
    let mut open: Vec<&str> = Vec::new();
    for &byte in bytes {
        let choice = byte as usize;
        match byte {
            0..=99 => {
                let tag = OPENED[choice % OPENED.len()];
                let _ = write!(xml, "<{prefix}:{tag}>");
                open.push(tag);
            }
            100..=169 => {
                if let Some(tag) = open.pop() {
                    let _ = write!(xml, "</{prefix}:{tag}>");
                }
            }
            170..=209 => {
                let text = TEXTS[choice % TEXTS.len()];
                match open.last() {
                    Some(&"t") if noisy => {
                        let at = text.char_indices().nth(1).map_or(text.len(), |(at, _)| at);
                        let _ = write!(xml, "{}<!-- -->{}", &text[..at], &text[at..]);
                    }
                    _ => xml.push_str(text),
                }
            }
            _ => {
                let (tag, attribute, values) = EMPTY[choice % EMPTY.len()];
                let value = values[choice / 16 % values.len()];
                let id =
                    if tag == "bookmarkStart" { format!(" {prefix}:id=\"{}\"", choice % 3) } else { String::new() };
                let _ = write!(xml, "<{prefix}:{tag}{id} {prefix}:{attribute}=\"{value}\"/>");
            }
        }
        if noisy && !matches!(open.last(), Some(&"t" | &"delText")) {
            let _ = write!(xml, "<{prefix}:proofErr {prefix}:type=\"spellStart\"/><?pi x?>\n");
        }
    }
    while let Some(tag) = open.pop() {
        let _ = write!(xml, "</{prefix}:{tag}>");
    }
    xml + &format!("</{prefix}:body></{prefix}:document>")
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let read = |noisy| {
        let document = document(bytes, noisy);
        let parts = [
            ("word/document.xml", document.as_str()),
            ("word/_rels/document.xml.rels", RELATED),
            ("word/styles.xml", STYLES),
            ("customXml/item1.xml", MAP),
            ("docProps/custom.xml", PROPERTIES),
        ];
        let input = format!("{document}{MAP}{PROPERTIES}");
        docx::judged(&docx::package(&parts), Some(&input))
    };
    assert_eq!(read(false), read(true), "what Word adds changed the reading");
});
