//! Text as people type and paste it: what of it counts, what is the same, how it is shown.

use super::characters::without_escapes;
use std::borrow::Cow;

/// Without blanks at its ends (full-width ones too), without characters that show nothing, which come along when text
/// is copied from web pages, and with every mark for a line break as one: U+2028 of PDF files, `_x000D_` of libraries
/// that write workbooks.
pub(crate) fn cleaned(cell: &str) -> Cow<'_, str> {
    let trimmed = cell.trim();
    let may_have_escapes = trimmed.contains('_') && trimmed.contains("_x00");
    if !may_have_escapes && (trimmed.is_ascii() || !trimmed.contains(|c| is_invisible(c) || is_line_break(c))) {
        return Cow::Borrowed(trimmed);
    }
    let visible: String = without_escapes(trimmed)
        .chars()
        .filter(|&c| !is_invisible(c))
        .map(|c| if is_line_break(c) { '\n' } else { c })
        .collect();
    Cow::Owned(visible.trim().to_owned())
}

/// Line and paragraph separators, and the next line of mainframes.
fn is_line_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}')
}

/// Zero-width and direction marks, soft hyphen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}')
}

/// Full-width digits, letters and signs as their ASCII ones.
pub(super) fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(narrow).collect())
}

fn narrow(c: char) -> char {
    match c {
        '\u{3000}' | '\u{A0}' => ' ',
        '￥' => '¥',
        '−' | '–' | '—' | '﹣' | '‐' | '‑' => '-',
        other => crate::printable::half_width(other),
    }
}

/// Whether two texts differ in nothing but blanks and the width of letters, brackets and signs.
pub(super) fn same_words(a: &str, b: &str) -> bool {
    a == b || said(a).eq(said(b))
}

/// `text` for comparing: half-width, without blanks.
pub(super) fn words(text: &str) -> String {
    said(text).collect()
}

/// Whether the [`words`] of a text are these.
pub(super) fn says(text: &str, words: &str) -> bool {
    said(text).eq(words.chars())
}

fn said(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(narrow).filter(|c| !c.is_whitespace() && !is_invisible(*c))
}

pub(super) fn find_words<'a>(word: &str, among: impl IntoIterator<Item = &'a String> + Clone) -> Option<&'a str> {
    let exact = among.clone().into_iter().find(|a| *a == word);
    let found = exact.or_else(|| {
        let wanted = words(word);
        among.into_iter().find(|a| says(a, &wanted))
    });
    found.map(String::as_str)
}

/// A code and the name behind it in the same cell (2050201-学前教育); without one, all of it and nothing. `cell` is
/// [`half_width`].
pub(super) fn code_and_name(cell: &str) -> (&str, &str) {
    let digits = cell.bytes().take_while(u8::is_ascii_digit).count();
    let (code, rest) = cell.split_at(digits);
    let name = rest.trim_start_matches(['-', '_', ':', '|', '/', ' ', '.', '、']);
    let is_name = digits > 0 && name.starts_with(|c: char| !c.is_ascii() && c.is_alphabetic());
    if is_name { (code, name.trim_end()) } else { (cell, "") }
}

/// A value for a message: on one line, cut when long.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut out: String = text
        .chars()
        .take(LONGEST)
        .map(|c| {
            if c == '\n' {
                '⏎'
            } else if c.is_control() {
                '\u{FFFD}'
            } else {
                c
            }
        })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

/// Without the marks that force Excel to take a cell as text: `="2010350"`, `'2010350`.
pub(super) fn unforced(cell: &str) -> &str {
    let inner = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inner.or_else(|| cell.strip_prefix('\'')).unwrap_or(cell).trim()
}
