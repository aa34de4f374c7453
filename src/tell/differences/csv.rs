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

/// A line of CSV.
pub(crate) fn line(cells: &[String], out: &mut String) {
    let quoted: Vec<String> = cells.iter().map(|cell| field(cell)).collect();
    out.push_str(&quoted.join(","));
    out.push_str("\r\n");
}

/// A field quoted where it must be; one that a spreadsheet would take for a formula begins with an apostrophe.
fn field(text: &str) -> String {
    let safe = if is_formula(text) { format!("'{text}") } else { text.to_string() };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// Whether a spreadsheet computes a cell: it begins, blanks aside, with `=`, `+`, `-` or `@`, in full width too, or with
/// a tab or a carriage return, and is no number.
fn is_formula(text: &str) -> bool {
    let begins = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    (begins || text.starts_with(['\t', '\r'])) && !is_number(text)
}

/// A sign, digits, a fraction, a per cent sign: `-8300.00`, `+1,234.5`, `-3%`. Nothing may follow, or it is an expression.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let text = text.strip_suffix('%').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    digits(first)
        && (!whole.contains(',') || first.len() <= 3)
        && groups.all(|group| group.len() == 3 && digits(group))
        && fraction.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_takes_for_a_formula_is_text_and_numbers_stay_numbers() {
        for formula in [
            "+1+cmd|\"/C calc\"!A0",
            "-1|x",
            "=1",
            "@SUM(A1)",
            "-",
            "+1,2,3+A1",
            " =1+1",
            "\t=1",
            "＝1+1",
            "-1.5.2",
            "+12345,678",
            "-1%%",
        ] {
            assert!(field(formula).trim_start_matches('"').starts_with('\''), "{formula}");
        }
        for number in ["-8300.00", "+10.00", "-3%", "+1,234.5", "-0", "12", "公用经费", ""] {
            assert!(!field(number).contains('\''), "{number}");
        }
        assert_eq!(field("+1+cmd|\"/C calc\"!A0"), "\"'+1+cmd|\"\"/C calc\"\"!A0\"");
    }
}
