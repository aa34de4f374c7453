//! Published files come in again: what was printed is read cell by cell, whatever made the file; what cannot be read is
//! told; nothing hostile gets through.

mod files;
mod forms;
mod hostile;
mod html;
mod judged;
mod ledger;
mod mutations;
mod own;
mod producers;
mod reworded;
mod sample;
mod unpaged;
mod unset;

use gongkai::diagnostic::Diagnostics;
use gongkai::published::{PaperTable, Part, Published};

/// A text without blanks: how far words stand apart is no matter of what they say.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn read(bytes: &[u8]) -> Published {
    gongkai::published::read(bytes, "公开.pdf").unwrap_or_else(|found| panic!("{found}"))
}

/// What is said of a file that cannot be read.
fn refused(bytes: &[u8]) -> String {
    match gongkai::published::read(bytes, "公开.pdf") {
        Err(found) => format!("{found} {}", found.hint.clone().unwrap_or_default()),
        Ok(published) => panic!("{published:?}"),
    }
}

fn said(found: &Diagnostics) -> Vec<String> {
    found.sorted().iter().map(ToString::to_string).collect()
}

fn texts(published: &Published) -> Vec<&str> {
    let text = |part: &'_ Part| matches!(part, Part::Text(_));
    assert!(published.parts.iter().filter(|part| text(part)).count() == published.texts().count());
    published.texts().map(|text| text.text.as_str()).collect()
}

/// The rows of a table, a text a column.
fn lines(table: &PaperTable) -> Vec<Vec<&str>> {
    (0..table.rows.len()).map(|row| table.line(row)).collect()
}

/// A PDF of a content stream a page, on A4, with one Type 3 font whose glyphs are named by a ToUnicode map (ISO 32000-1,
/// 9.10.3): a code is a character of `chars`, 600 wide.
fn pdf(pages: &[&str], chars: &str) -> Vec<u8> {
    let chars: Vec<char> = chars.chars().collect();
    let map: String =
        chars.iter().enumerate().map(|(code, c)| format!("<{:02X}> <{:04X}>\n", code + 65, *c as u32)).collect();
    let map = format!(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def\n1 begincodespacerange <00> <FF> \
         endcodespacerange\n{} beginbfchar\n{map}endbfchar endcmap end end",
        chars.len()
    );
    let procs: String = (0..chars.len()).map(|code| format!("/g{code} 4 0 R ")).collect();
    let differences: String = (0..chars.len()).map(|code| format!("/g{code} ")).collect();
    let widths = "600 ".repeat(chars.len());
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!(
            "<</Type/Pages/Count {}/Kids[{}]>>",
            pages.len(),
            (0..pages.len()).map(|page| format!("{} 0 R ", 6 + 2 * page)).collect::<String>()
        ),
        format!(
            "<</Type/Font/Subtype/Type3/FontBBox[0 0 600 700]/FontMatrix[0.001 0 0 0.001 0 0]/CharProcs<<{procs}>>\
             /Encoding<</Type/Encoding/Differences[65 {differences}]>>/FirstChar 65/LastChar {}/Widths[{widths}]\
             /ToUnicode 5 0 R/Resources<<>>>>",
            64 + chars.len()
        ),
        stream("", "600 0 0 0 600 700 d1 0 0 500 700 re f"),
        stream("", &map),
    ];
    for (index, page) in pages.iter().enumerate() {
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents {} 0 R>>",
            7 + 2 * index
        ));
        objects.push(stream("", page));
    }
    assembled(&objects)
}

fn stream(entries: &str, data: &str) -> String {
    format!("<<{entries}/Length {}>>stream\n{data}\nendstream", data.len())
}

/// A file of numbered objects, the first of which is the catalog.
fn assembled(objects: &[String]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).bytes());
    }
    let start = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|place| file.extend(format!("{place:010} 00000 n \n").bytes()));
    file.extend(format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).bytes());
    file
}

/// Words at a place, in points from the bottom left corner, of a size.
fn show(x: f64, y: f64, size: f64, text: &str, chars: &str) -> String {
    let code = |c: char| chars.chars().position(|known| known == c).unwrap_or_else(|| panic!("{c}")) + 65;
    let codes: String = text.chars().map(|c| format!("{:02X}", code(c))).collect();
    format!("BT /F {size} Tf {x} {y} Td <{codes}> Tj ET\n")
}

/// A straight line.
fn rule(from: (f64, f64), to: (f64, f64)) -> String {
    format!("{} {} m {} {} l S\n", from.0, from.1, to.0, to.1)
}

/// A PDF of one picture and no words.
pub fn scanned() -> Vec<u8> {
    pdf(&["q 500 0 0 700 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u{7f} EI Q\n"], "一")
}
