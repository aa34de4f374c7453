//! Why a figure is what it is: the lines behind it, the exact sum and its rounding, the relations it stands in, where
//! it is printed, and what changes with it.

mod json;
mod text;

pub use json::{as_json, sums_as_json};
pub use text::{as_text, sums_as_text};

use crate::check::figures::{self, Stated};
use crate::compose::{Basis, Composition, Figure};
use crate::diagnostic::{Diagnostic, nearest};
use crate::document::{Block, Document, Inline, Origin, plain_text};
use crate::money::Unit;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// A figure, explained.
pub struct Why {
    /// `t5/2010350/基本`.
    pub address: String,
    /// Where it stands, in words: 《…》“…”行“…”.
    pub name: Option<String>,
    /// As the document prints it first.
    pub printed: String,
    /// What it is printed in.
    pub unit: Unit,
    /// 元 for money; none: not known.
    pub exact: Option<Decimal>,
    /// What it is made of.
    pub source: Basis,
    /// The rules of the set that it takes part in, with all their figures.
    pub relations: Vec<Stated>,
    /// Every place that prints it, in reading order.
    pub places: Vec<PrintedAt>,
    /// Other figures that hold all of its lines or are computed from it: they change when it does.
    pub dependents: Vec<(String, String)>,
}

/// A place of the document.
pub struct PrintedAt {
    /// As it is printed there.
    pub text: String,
    /// The table, or the words around it.
    pub around: String,
    /// The template's or the department's file and line.
    pub source: Option<Origin>,
}

/// Explains the figure at an address; none if there is none.
pub fn why(composition: &Composition, address: &str) -> Option<Why> {
    let figure = composition.figure(address)?;
    let source = composition.basis(address)?;
    let stands = figures::stands(composition, address);
    Some(Why {
        name: stands.as_ref().map(|s| s.name.clone()),
        printed: stands.as_ref().map_or(figure.text(), |s| s.text.clone()),
        unit: figure.look.unit,
        exact: figure.amount,
        relations: figures::stated(composition, address),
        places: places(&composition.document, address),
        dependents: dependents(composition, figure, &source),
        address: address.to_string(),
        source,
    })
}

/// The figures that a question names in any of a folder's documents, each once: by an address, which has a `/` in it, or
/// as printed. E640: nothing is printed so; E641: no figure has that address.
pub fn answers(compositions: &[&Composition], asked: &str) -> Result<Vec<Why>, Diagnostic> {
    let mut explained: Vec<Why> = Vec::new();
    for composition in compositions {
        let addresses = match asked.contains('/') {
            true => vec![asked.to_string()],
            false => printed_as(&composition.document, asked),
        };
        for why in addresses.iter().filter_map(|a| why(composition, a)) {
            if !explained.iter().any(|e| e.address == why.address && e.exact == why.exact) {
                explained.push(why);
            }
        }
    }
    if explained.is_empty() { Err(nothing(compositions, asked)) } else { Ok(explained) }
}

fn nothing(compositions: &[&Composition], asked: &str) -> Diagnostic {
    if !asked.contains('/') {
        return Diagnostic::error("E640", format!("没有印作“{asked}”的数"))
            .hint("照印出来的样子写，如 85.05；或写地址，如 t5/合计/合计");
    }
    let all = compositions.iter().flat_map(|c| c.figures()).map(|f| &*f.address);
    let hint = match nearest(asked, all) {
        Some(near) => format!("您是否指“{near}”？"),
        None => "地址是 表/行/列，如 t5/合计/合计".to_string(),
    };
    Diagnostic::error("E641", format!("没有地址为“{asked}”的数")).hint(hint)
}

/// The addresses of all figures that print as `text` somewhere in the document, in order of appearance.
pub fn printed_as(document: &Document, text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    each_figure(document, |inline, address, _, _| {
        if inline.text == text && !found.iter().any(|f| f == address) {
            found.push(address.to_string());
        }
    });
    found
}

/// Calls `with` for every printed figure: its inline, its address, what is around it, its source.
fn each_figure(document: &Document, mut with: impl FnMut(&Inline, &str, &str, Option<Origin>)) {
    let mut inlines = |all: &[Inline], around: &str, source: Option<Origin>| {
        for inline in all {
            if let Some(id) = inline.figure {
                with(inline, &document.figure(id).address, around, source.clone());
            }
        }
    };
    let origin = |source: &Option<crate::document::Source>| {
        source.as_ref().map(|s| Origin { file: s.file.clone(), line: s.line })
    };
    for block in document.blocks() {
        match block {
            Block::Chart(chart) => {
                for value in chart.values() {
                    let inline = Inline::figure(value.text.clone(), value.figure);
                    inlines(&[inline], &format!("图“{}”", chart.id), None);
                }
            }
            Block::Paragraph(p) => inlines(&p.inlines, &plain_text(&p.inlines), origin(&p.source)),
            Block::Heading(h) => inlines(&h.inlines, &plain_text(&h.inlines), origin(&h.source)),
            Block::Table(table) => {
                let title = table.title.as_ref().map_or(table.id.clone(), |t| plain_text(&t.inlines));
                for cell in table.body.iter().flat_map(|row| &row.cells) {
                    inlines(&cell.inlines, &format!("《{title}》"), None);
                }
                table.notes.iter().for_each(|note| inlines(note, &plain_text(note), None));
            }
            Block::Picture(_) | Block::Contents | Block::PageBreak => {}
        }
    }
}

fn places(document: &Document, address: &str) -> Vec<PrintedAt> {
    let mut places = Vec::new();
    each_figure(document, |inline, of, around, source| {
        if of == address {
            places.push(PrintedAt { text: inline.text.clone(), around: around_words(around, &inline.text), source });
        }
    });
    places
}

/// The words on both sides of a number in a long paragraph.
fn around_words(paragraph: &str, number: &str) -> String {
    const SIDE: usize = 18;
    let chars: Vec<char> = paragraph.chars().collect();
    if chars.len() <= 2 * SIDE + number.chars().count() || paragraph.starts_with('《') {
        return paragraph.to_string();
    }
    let Some(byte) = paragraph.find(number) else { return chars[..2 * SIDE].iter().collect() };
    let at = paragraph[..byte].chars().count();
    let (from, to) = (at.saturating_sub(SIDE), (at + number.chars().count() + SIDE).min(chars.len()));
    let words: String = chars[from..to].iter().collect();
    format!("{}{words}{}", if from > 0 { "…" } else { "" }, if to < chars.len() { "…" } else { "" })
}

fn dependents(composition: &Composition, figure: &Figure, source: &Basis) -> Vec<(String, String)> {
    let own = lines_of(source);
    let mut found = Vec::new();
    for other in composition.figures().filter(|o| o.address != figure.address && o.look.unit == figure.look.unit) {
        let Some(of) = composition.basis(&other.address) else { continue };
        let depends = match &of {
            Basis::Figures(figures) => figures.contains(&figure.address),
            _ => {
                let theirs = lines_of(&of);
                !own.is_empty() && own.is_subset(&theirs)
            }
        };
        if depends {
            found.push((other.address.to_string(), other.text()));
        }
    }
    found
}

fn lines_of(source: &Basis) -> BTreeSet<(String, u32)> {
    match source {
        Basis::Lines { lines, field, .. } => {
            lines.iter().map(|(o, ..)| (format!("{} {field}", o.file), o.line)).collect()
        }
        _ => BTreeSet::new(),
    }
}
