//! Rendered narrative → blocks. A line is a paragraph; `#` heads, `**…**` stresses, `{.role}` names a text role,
//! `---` breaks the page, `<br>` the line, `![…](pictures/…)` places a picture. Everything else is what it says: “1. ”, `*`, `>` stay as typed.

use super::picture::{Placed, placed};
use super::session::Session;
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Inline, Source};
use crate::layout::Narrative;
use crate::layout::narrative_lines::{AND, CHART, CONTENTS, END, FILE, LINE, PICTURE, TABLE, in_one_line, number_in};
use std::collections::HashMap;

/// What a narrative consists of, before headings have anchors and tables their places.
pub enum Piece {
    Heading {
        level: u8,
        role: Option<String>,
        inlines: Vec<Inline>,
        source: Source,
    },
    Paragraph {
        role: Option<String>,
        lead: bool,
        inlines: Vec<Inline>,
        source: Source,
    },
    /// The session's number of a composed table.
    Table(usize),
    /// The session's number of a chart, and where it is placed.
    Chart(usize, Place),
    Picture(Placed, Source),
    Contents,
    PageBreak,
}

/// The most headings and page breaks of a narrative, the more the more records there are.
const MOST_PARTING: usize = 5_000;
const MOST_PARTING_OF_A_RECORD: usize = 10;

/// Renders a narrative and reads its lines.
pub fn pieces(session: &Session, narrative: &Narrative) -> Vec<Piece> {
    let look = session.job.sentence_look().with(&narrative.numbers);
    session.with_sentence_look(look, || lines(session, narrative))
}

fn lines(session: &Session, narrative: &Narrative) -> Vec<Piece> {
    let text = session.render_lines(&narrative.template);
    let main = session.file_number(&narrative.file, narrative.own);
    let mut paragraphs: HashMap<usize, u32> = HashMap::new();
    let mut pieces = Vec::new();
    let most = MOST_PARTING + MOST_PARTING_OF_A_RECORD * session.job.records() as usize;
    let mut parting = 0;
    for line in text.lines() {
        let (file, number, rest) = leading_marks(line, main);
        let (name, own) = session.file_by_number(file).unwrap_or((narrative.file.clone(), narrative.own));
        let place = Place::new(name.clone(), number, 0);
        let count = paragraphs.entry(file).or_insert(0);
        let mut source = Source { file: name, line: number, paragraph: *count + 1, own };
        if let Some(piece) = piece(session, rest, &place, &mut source) {
            parting += usize::from(matches!(piece, Piece::Heading { .. } | Piece::PageBreak));
            if parting > most {
                let found = Diagnostic::error("E344", format!("标题和分页合计超过 {most} 处")).at(place);
                session.report(found.hint("以下没有编排：请检查这份文字，标题只用于小节"));
                break;
            }
            if matches!(piece, Piece::Heading { .. } | Piece::Paragraph { .. }) {
                *count += 1;
            }
            pieces.push(piece);
        }
    }
    session.flush_problems(&Place::file(narrative.file.clone()));
    pieces
}

/// The marks before a line's first character: its file and line. Later marks stay in and are dropped with the text.
fn leading_marks(line: &str, main: usize) -> (usize, u32, &str) {
    let (mut file, mut number, mut rest) = (main, 0, line.trim_start());
    loop {
        let Some(mark) = rest.chars().next().filter(|&c| c == LINE || c == FILE) else { return (file, number, rest) };
        let body = &rest[mark.len_utf8()..];
        let Some(end) = body.find(END) else { return (file, number, body) };
        let line = |digits| number_in(digits).map_or(0, |line| line as u32);
        match body[..end].split_once(AND) {
            Some((of, digits)) => (file, number) = (number_in(of).unwrap_or(main), line(digits)),
            None => (file, number) = (main, line(&body[..end])),
        }
        rest = body[end + END.len_utf8()..].trim_start();
    }
}

fn piece(session: &Session, line: &str, place: &Place, source: &mut Source) -> Option<Piece> {
    let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{3000}');
    if line.is_empty() {
        return None;
    }
    if let Some(token) = token(line, TABLE) {
        return Some(Piece::Table(token));
    }
    if let Some(token) = token(line, CHART) {
        return Some(Piece::Chart(token, place.clone()));
    }
    if token(line, CONTENTS).is_some() {
        return Some(Piece::Contents);
    }
    if line == "---" {
        return Some(Piece::PageBreak);
    }
    let (number, line) = picture_number(line);
    if line.starts_with("![") {
        return Some(Piece::Picture(placed(session, line, number, place)?, source.clone()));
    }
    let level = line.bytes().take_while(|&b| b == b'#').count();
    let heading = (1..=6).contains(&level) && line[level..].starts_with(' ');
    let rest = if heading { line[level..].trim_start() } else { line };
    let (role, rest) = role(rest);
    let rest = rest.strip_prefix('\\').filter(|r| r.starts_with(['#', '*', '{', '-', '!'])).unwrap_or(rest);
    if heading {
        let inlines = inlines(session, rest, place);
        return Some(Piece::Heading { level: level as u8, role, inlines, source: source.clone() });
    }
    let whole =
        rest.strip_prefix("**").and_then(|r| r.strip_suffix("**")).filter(|r| !r.is_empty() && !r.contains("**"));
    let inlines = inlines(session, whole.unwrap_or(rest), place);
    let empty = inlines.iter().all(|i| i.text.trim().is_empty());
    (!empty).then(|| Piece::Paragraph { role, lead: whole.is_some(), inlines, source: source.clone() })
}

/// A line that is one token of a kind: its number.
fn token(line: &str, kind: char) -> Option<usize> {
    number_in(line.strip_prefix(kind)?.strip_suffix(END)?)
}

/// The number before a picture's line, and the line.
fn picture_number(line: &str) -> (Option<usize>, &str) {
    let marked = line.strip_prefix(PICTURE).and_then(|rest| rest.split_once(END));
    marked.map_or((None, line), |(number, rest)| (number_in(number), rest))
}

/// `{.封面标题} text` → the role and the text.
fn role(text: &str) -> (Option<String>, &str) {
    let parsed = text.strip_prefix("{.").and_then(|r| r.split_once('}'));
    match parsed {
        Some((name, rest)) if !name.is_empty() && !name.contains(['{', ' ']) => {
            (Some(name.to_string()), rest.trim_start())
        }
        _ => (None, text),
    }
}

/// Text with `**stress**`, `<br>` and figure tokens as inlines.
fn inlines(session: &Session, text: &str, place: &Place) -> Vec<Inline> {
    let text = in_one_line(text).replace("<br>", "\n");
    let stressed = text.matches("**").count().is_multiple_of(2);
    if !stressed || !text.contains("**") {
        return session.inlines(&text, place);
    }
    let mut all = Vec::new();
    for (index, part) in text.split("**").enumerate() {
        let strong = index % 2 == 1;
        all.extend(session.inlines(part, place).into_iter().map(|i| Inline { strong, ..i }));
    }
    all
}
