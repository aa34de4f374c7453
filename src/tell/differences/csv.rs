//! For Excel and WPS: a line a change, UTF-8 with BOM.

use super::{kind_word, page};
use crate::diff::{Diff, DocumentDiff, Spot};

const HEADS: [&str; 11] =
    ["文档", "类别", "地址", "表或章节", "行", "列", "页", "更正前", "更正后", "差额（元）", "原因所在"];

/// Every change of the page, in reading order of its kind.
pub fn as_csv(diff: &Diff) -> String {
    let mut out = String::from("\u{FEFF}");
    line(&HEADS.map(str::to_string), &mut out);
    for document in &diff.documents {
        of_document(document, &mut out);
    }
    out
}

fn of_document(diff: &DocumentDiff, out: &mut String) {
    let name = diff.name.clone().unwrap_or_default();
    let causes = |of: &[usize]| of.iter().map(|&n| diff.causes[n].to_string()).collect::<Vec<_>>().join("；");
    let mut put = |kind: &str, address: &str, spot: &Spot, old: &str, new: &str, delta: String, of: &[usize]| {
        let texts = [&name, kind, address, &spot.title, &spot.row, &spot.column, &page(spot), old, new, &delta];
        let mut cells: Vec<String> = texts.iter().map(|text| text.to_string()).collect();
        cells.push(causes(of));
        line(&cells, out);
    };
    for figure in &diff.figures {
        let delta = if figure.money { figure.delta().normalize().to_string() } else { String::new() };
        for p in &figure.printings {
            let (old, new) = (p.old.as_deref().unwrap_or(""), p.new.as_deref().unwrap_or(""));
            put("数字", &figure.address, &p.spot, old, new, delta.clone(), &figure.causes);
        }
    }
    for text in &diff.texts {
        let (old, new) = (text.old.as_deref().unwrap_or(""), text.new.as_deref().unwrap_or(""));
        put(kind_word(text.kind), "", &text.spot, old, new, String::new(), &text.causes);
    }
    for row in &diff.rows {
        let cells: Vec<&str> = row.cells.iter().map(|(_, text)| text.as_str()).collect();
        let cells = cells.join(" ");
        let (kind, old, new) = if row.added { ("增加的行", "", &*cells) } else { ("减少的行", &*cells, "") };
        put(kind, "", &row.spot, old, new, String::new(), &row.causes);
    }
    for layout in &diff.layout {
        put("版式", "", &Spot::default(), "", layout, String::new(), &[]);
    }
}

fn line(cells: &[String], out: &mut String) {
    let quoted: Vec<String> = cells.iter().map(|cell| field(cell)).collect();
    out.push_str(&quoted.join(","));
    out.push_str("\r\n");
}

/// A field quoted where it must be; one that a sheet would take for a formula begins with an apostrophe.
fn field(text: &str) -> String {
    let is_number = || text.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit());
    let safe = match text.starts_with(['=', '@', '+', '-']) && !is_number() {
        true => format!("'{text}"),
        false => text.to_string(),
    };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}
