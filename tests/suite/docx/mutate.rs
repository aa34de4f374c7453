//! What people and programs do to a DOCX after it was made.

use super::structure::{package, parts};

/// The same package with another document part.
pub fn document(bytes: &[u8], change: impl FnOnce(&str) -> String) -> Vec<u8> {
    let mut parts = parts(bytes);
    let xml = String::from_utf8(parts["word/document.xml"].clone()).expect("UTF-8");
    parts.insert("word/document.xml".into(), change(&xml).into_bytes());
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    package(&parts)
}

/// LibreOffice drops tags and keeps aliases.
pub fn without_tags(xml: &str) -> String {
    let mut out = String::new();
    for (index, piece) in xml.split("<w:tag ").enumerate() {
        out += if index == 0 { piece } else { piece.split_once("/>").expect("an end").1 };
    }
    out
}

/// Some programs drop controls and keep what is in them.
pub fn without_controls(xml: &str) -> String {
    let mut out = String::new();
    for (index, piece) in xml.split("<w:sdt>").enumerate() {
        out += if index == 0 { piece } else { piece.split_once("<w:sdtContent>").expect("content").1 };
    }
    out.replace("</w:sdtContent></w:sdt>", "")
}

/// Where the n-th control begins and ends.
fn control(xml: &str, n: usize) -> (usize, usize) {
    let start = xml.match_indices("<w:sdt>").nth(n).expect("a control").0;
    (start, start + xml[start..].find("</w:sdt>").expect("its end") + "</w:sdt>".len())
}

pub fn first_control_twice(xml: &str) -> String {
    let (start, end) = control(xml, 0);
    let last = xml.rfind("</w:p>").expect("a paragraph");
    format!("{}{}{}", &xml[..last], &xml[start..end], &xml[last..])
}

pub fn swap_two_controls(xml: &str) -> String {
    let ((a, b), (c, d)) = (control(xml, 0), control(xml, 1));
    format!("{}{}{}{}{}", &xml[..a], &xml[c..d], &xml[b..c], &xml[a..b], &xml[d..])
}

/// The first figure struck out and typed anew under change tracking.
pub fn tracked(xml: &str) -> String {
    let (start, end) = control(xml, 0);
    let run = start + xml[start..end].find("<w:r>").expect("a run");
    let after = start + xml[start..end].rfind("</w:r>").expect("its end") + "</w:r>".len();
    let old = xml[run..after].replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>");
    let by = r#"w:id="901" w:author="甲" w:date="2023-03-01T00:00:00Z""#;
    format!("{}<w:del {by}>{old}</w:del><w:ins {by}><w:r><w:t>99.99</w:t></w:r></w:ins>{}", &xml[..run], &xml[after..])
}

/// Types into the empty last cell of the row that begins with a code.
pub fn type_into_blank(bytes: &[u8], code: &str, text: &str) -> Vec<u8> {
    document(bytes, |xml| {
        let row = xml.find(&format!(">{code}</w:t>")).expect("the row");
        let end = row + xml[row..].find("</w:tr>").expect("its end");
        let paragraph = xml[..end].rfind("</w:p>").expect("its last paragraph");
        format!("{}<w:r><w:t>{text}</w:t></w:r>{}", &xml[..paragraph], &xml[paragraph..])
    })
}

/// Where the bookmark of this name begins, and after its end.
fn bookmark(xml: &str, name: &str) -> (usize, usize) {
    let at = xml.find(&format!(r#"w:name="{name}""#)).expect("a bookmark");
    let start = xml[..at].rfind("<w:bookmarkStart").expect("its start");
    let id = xml[start..].split('"').nth(1).expect("an id");
    let end = format!(r#"<w:bookmarkEnd w:id="{id}"/>"#);
    (start, xml.find(&end).expect("its end") + end.len())
}

pub fn around_bookmark(xml: &str, name: &str, before: &str, after: &str) -> String {
    let (start, end) = bookmark(xml, name);
    let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    format!("{}{}{}{}{}", &xml[..start], run(before), &xml[start..end], run(after), &xml[end..])
}

/// As if the break before the paragraph were deleted.
pub fn join_at_bookmark(xml: &str, name: &str) -> String {
    let (start, _) = bookmark(xml, name);
    let before = xml[..start].rfind("</w:p>").expect("a paragraph before");
    format!("{}{}", &xml[..before], &xml[start..])
}

/// As if Enter were pressed at the end, within the bookmark, and something typed.
pub fn split_in_bookmark(xml: &str, name: &str) -> String {
    let (_, end) = bookmark(xml, name);
    let end = xml[..end].rfind("<w:bookmarkEnd").expect("its end");
    format!("{}</w:p><w:p><w:r><w:t>新的一段</w:t></w:r>{}", &xml[..end], &xml[end..])
}

/// A small generator: the same seed, the same choices.
struct Choices(u64);

impl Choices {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

/// Splits and wraps runs, adds revision marks, comments, spelling marks, smart tags and custom XML, renames the
/// prefix: nothing that changes a text.
pub fn as_word_does(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut choices = Choices(seed);
    document(bytes, |xml| {
        let mut out = String::new();
        let mut rest = xml;
        while let Some(start) = rest.find("<w:r>") {
            let end = start + rest[start..].find("</w:r>").expect("its end") + "</w:r>".len();
            out += &rest[..start];
            out += &run(&rest[start..end], &mut choices);
            rest = &rest[end..];
        }
        out += rest;
        out = out.replace("<w:p>", r#"<w:p w:rsidR="00A1" w14:paraId="5A" xmlns:w14="urn:x">"#);
        out = out.replace(r#"<w:tag w:val="#, r#"<w:tag  w:other='1' w:val = "#);
        if choices.next(2) == 0 {
            out = out
                .replace("<w:", "<ns0:")
                .replace("</w:", "</ns0:")
                .replace(" w:", " ns0:")
                .replace("xmlns:w=", "xmlns:ns0=");
        }
        out
    })
}

fn run(run: &str, choices: &mut Choices) -> String {
    let by = r#"w:id="902" w:author="乙" w:date="2023-03-01T00:00:00Z""#;
    let run = match (choices.next(3), text_of(run)) {
        (0, Some((before, text, after))) if text.chars().count() > 1 && !text.contains('&') => {
            let cut = text.char_indices().nth(text.chars().count() / 2).expect("a middle").0;
            let (a, b) = text.split_at(cut);
            format!(r#"{before}{a}{after}<w:proofErr w:type="spellStart"/>{before}{b}{after}"#)
        }
        _ => run.to_owned(),
    };
    match choices.next(6) {
        0 => format!("<w:ins {by}>{run}</w:ins>"),
        1 => format!(
            r#"<w:smartTag w:uri="u" w:element="e"><w:smartTagPr><w:attr w:name="n" w:val="1"/></w:smartTagPr>{run}</w:smartTag>"#
        ),
        2 => format!(
            r#"<w:commentRangeStart w:id="7"/>{run}<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/></w:r>"#
        ),
        3 => format!("{run}<w:del {by}><w:r><w:delText>旧 </w:delText></w:r></w:del>"),
        4 => format!(
            r#"<w:bookmarkStart w:id="99" w:name="_x"/><w:customXml w:element="e">{run}</w:customXml><w:bookmarkEnd w:id="99"/>"#
        ),
        _ => run,
    }
}

/// What stands before the text of a run, the text, and what follows; only of runs with one text.
fn text_of(run: &str) -> Option<(&str, &str, &str)> {
    let start = run.find("<w:t ")?;
    let start = start + run[start..].find('>')? + 1;
    let end = start + run[start..].find("</w:t>")?;
    (run.matches("<w:t ").count() == 1 && !run.contains("<w:br"))
        .then(|| (&run[..start], &run[start..end], &run[end..]))
}
