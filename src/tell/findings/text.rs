//! Findings for people: by file, the gravest first, each with its line, its amounts, the reason of its rule once.

use super::{Shown, Sources, file_of, lines_of};
use crate::check;
use crate::diagnostic::{Compared, Diagnostic, Diagnostics, Severity};
use crate::money::told;
use crate::printable::field;
use std::collections::{HashMap, HashSet};

/// How a piece of a text is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// Severity and code of a finding that is open.
    Mark(Severity),
    /// Severity and code of a finding that is acknowledged.
    AcknowledgedMark,
    /// The words that a finding speaks of, within their line.
    Words,
}

/// A piece of a text, which may go on over lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Without line breaks but at its end.
    pub text: String,
    /// How a terminal shows it.
    pub style: Style,
}

/// Where there is no other way to mark a piece: the words of a finding stand in 〖〗.
pub fn plain(pieces: &[Piece]) -> String {
    let one = |piece: &Piece| match piece.style {
        Style::Words => format!("〖{}〗", piece.text),
        Style::Plain | Style::Mark(_) | Style::AcknowledgedMark => piece.text.clone(),
    };
    pieces.iter().map(one).collect()
}

/// The findings of a folder, a text of several lines each, without a line end at the end.
pub fn as_text(shown: &Shown<'_>, sources: &Sources<'_>) -> Vec<Vec<Piece>> {
    let mut told: HashSet<&str> = HashSet::new();
    let mut texts = Vec::new();
    let mut rest: Vec<(&str, Option<&str>, Vec<&Diagnostic>)> = Vec::new();
    let mut counts: HashMap<(&str, Option<&str>), usize> = HashMap::new();
    for group in shown.groups() {
        let finding = group.finding;
        let of = (&*finding.code, file_of(finding));
        let count = counts.entry(of).or_default();
        *count += 1;
        // Of many different findings of one rule in one file, a few examples; mistakes in the data are all told.
        if *count > EXAMPLES && !finding.code.is_mistake() {
            match rest.iter_mut().find(|r| (r.0, r.1) == of) {
                Some(more) => more.2.extend([finding].iter().chain(&group.again)),
                None => rest.push((of.0, of.1, [finding].into_iter().chain(group.again).collect())),
            }
            continue;
        }
        let mut pieces = marked(finding);
        if let Some(excerpt) = sources.excerpt(finding) {
            pieces.push(Piece::plain(format!("\n  原文：{}", excerpt.before.trim_start())));
            if !excerpt.words.is_empty() {
                pieces.push(Piece { text: excerpt.words, style: Style::Words });
            }
            pieces.push(Piece::plain(excerpt.after.trim_end()));
        }
        let mut text = String::new();
        text.extend(finding.compared.iter().map(|c| format!("\n  {}", field(&difference(c)))));
        if let Some(accepted) = &finding.acknowledged {
            text.push_str(&format!("\n  已确认：{}", field(&accepted.reason)));
        } else if let Some(page) = check::page(&finding.code).filter(|p| told.insert(p.code)) {
            text.push_str(&format!("\n  为什么：{}（{}）", page.reason, page.source));
        }
        text.extend(group.others().map(|others| format!("\n  {others}")));
        pieces.push(Piece::plain(text));
        texts.push(pieces);
    }
    for (code, file, more) in rest {
        let file = file.unwrap_or_default();
        let text = format!("{file} 同一条规则（{code}）另有 {} 处：{}", more.len(), lines_of(&more));
        texts.push(vec![Piece::plain(text)]);
    }
    texts
}

/// How many different findings of one rule in one file are shown whole.
const EXAMPLES: usize = 4;

/// Both amounts and how far they are apart.
pub fn difference(compared: &Compared) -> String {
    let ((stated, is), (expected, should)) = (&compared.stated, &compared.expected);
    format!("{stated} {}，{expected} {}，相差 {}", told(*is), told(*should), told((is - should).abs()))
}

impl Piece {
    fn plain(text: impl Into<String>) -> Piece {
        Piece { text: text.into(), style: Style::Plain }
    }
}

/// A finding as printed, its severity and code a piece of their own.
fn marked(found: &Diagnostic) -> Vec<Piece> {
    let text = found.to_string();
    let mark = format!("{}[{}]", found.severity.word(), found.code);
    let style = if found.acknowledged.is_some() { Style::AcknowledgedMark } else { Style::Mark(found.severity) };
    match text.split_once(&mark) {
        Some((before, after)) => vec![Piece::plain(before), Piece { text: mark, style }, Piece::plain(after)],
        None => vec![Piece::plain(text)],
    }
}

/// `3 个错误，5 个警告，已确认 2 个`; empty where nothing was found.
pub fn summary(diagnostics: &Diagnostics) -> String {
    let tally = diagnostics.tally();
    let counts = [(tally.errors, "个错误"), (tally.warnings, "个警告"), (tally.notes, "个提示")];
    let mut parts: Vec<String> = counts.iter().filter(|c| c.0 > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if tally.acknowledged > 0 {
        parts.push(format!("已确认 {} 个", tally.acknowledged));
    }
    parts.join("，")
}
