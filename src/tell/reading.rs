//! What a DOCX holds: its figures by their addresses, and the department's own paragraphs.

use crate::printable::field;
use crate::read_docx::Reading;
use serde_json::{Value, json};

/// A line a figure: address, text, amount in 元 (none where the text is no number), between tabs; with `prose` a line a
/// paragraph: file and its number, text. No line end at the end.
pub fn as_text(reading: &Reading, prose: bool) -> String {
    let figures = reading.figures.iter().map(|figure| {
        let amount = figure.amount.map(|a| a.to_string()).unwrap_or_default();
        format!("{}\t{}\t{amount}", field(&tag(&figure.address, figure.printing)), field(&figure.text))
    });
    let paragraphs = reading
        .prose
        .iter()
        .filter(|_| prose)
        .map(|paragraph| format!("{}:{}\t{}", field(&paragraph.file), paragraph.paragraph, field(&paragraph.text)));
    figures.chain(paragraphs).collect::<Vec<String>>().join("\n")
}

/// `t1/a/b`, and `t1/a/b!2` for its second printing.
fn tag(address: &str, printing: u32) -> String {
    if printing > 1 { format!("{address}!{printing}") } else { address.to_string() }
}

/// `{"document", "figures": [{"address", "printing", "text", "amount"}], "prose": [{"file", "paragraph", "text"}]}`, the
/// last where `prose` asks for it. Amounts are strings, exact, in 元.
pub fn as_json(reading: &Reading, prose: bool) -> Value {
    let figures = reading.figures.iter().map(|f| {
        let amount = f.amount.map(|a| a.to_string());
        json!({ "address": f.address, "printing": f.printing, "text": f.text, "amount": amount })
    });
    let document =
        reading.identity.as_ref().map(|d| json!({ "code": d.code, "year": d.year, "file_stem": d.file_stem }));
    let mut all = json!({ "document": document, "figures": figures.collect::<Vec<Value>>() });
    if prose {
        let paragraphs =
            reading.prose.iter().map(|p| json!({ "file": p.file, "paragraph": p.paragraph, "text": p.text }));
        all["prose"] = paragraphs.collect::<Vec<Value>>().into();
    }
    all
}
