//! A difference as text, JSON, HTML or CSV.

mod csv;
mod html;
mod json;
mod marks;
mod text;

pub use csv::as_csv;
pub(crate) use csv::line as csv_line;
pub use html::as_html;
pub use json::as_json;
pub use text::as_text;

use crate::diff::{DocumentDiff, FigureChange, RowChange, Spot, TextChange, TextKind};
use crate::money::{Unit, spoken_change};
use crate::printable::field;
use indexmap::IndexMap;

/// What follows from one set of causes.
#[derive(Default)]
struct Group<'d> {
    figures: Vec<&'d FigureChange>,
    texts: Vec<&'d TextChange>,
    rows: Vec<&'d RowChange>,
}

/// Every change of the page once, under all its causes together.
fn groups(diff: &DocumentDiff) -> IndexMap<&[usize], Group<'_>> {
    let mut groups: IndexMap<&[usize], Group> = IndexMap::new();
    for figure in &diff.figures {
        groups.entry(&figure.causes).or_default().figures.push(figure);
    }
    for row in &diff.rows {
        groups.entry(&row.causes).or_default().rows.push(row);
    }
    for text in &diff.texts {
        groups.entry(&text.causes).or_default().texts.push(text);
    }
    groups.sort_by(|a, _, b, _| (a.len() > 1, a).cmp(&(b.len() > 1, b)));
    groups
}

/// The causes of a group, a line each.
fn causes(diff: &DocumentDiff, numbers: &[usize]) -> Vec<String> {
    numbers.iter().map(|&n| field(&diff.causes[n].to_string()).into_owned()).collect()
}

/// `+10.00 万元（+100,000.00 元）`; a count as it is; nothing where only its text moved.
fn change(figure: &FigureChange) -> String {
    let delta = figure.delta();
    match (delta.is_zero(), figure.money) {
        (true, _) => String::new(),
        (false, true) => {
            format!("{} 万元（{} 元）", spoken_change(delta, Unit::WanYuan), spoken_change(delta, Unit::Yuan))
        }
        (false, false) => spoken_change(delta, Unit::Plain),
    }
}

/// `第 3 页`, `扉页之前的第 1 页` has no number: the sheet's place is told.
fn page(spot: &Spot) -> String {
    match (spot.page, spot.label.is_empty()) {
        (None, _) => String::new(),
        (Some(_), false) => format!("第 {} 页", spot.label),
        (Some(index), true) => format!("PDF 第 {} 页", index + 1),
    }
}

fn kind_word(kind: TextKind) -> &'static str {
    match kind {
        TextKind::Sentence => "句子",
        TextKind::Heading => "标题",
        TextKind::Cell => "表格文字",
        TextKind::Note => "表题、表注",
        TextKind::Head => "表头",
        TextKind::Sequence => "序号",
        TextKind::Table => "表",
    }
}

/// An absent or blank text, in words.
fn or_none(text: Option<&str>) -> &str {
    match text {
        None => "（无）",
        Some("") => "（空）",
        Some(text) => text,
    }
}
