//! Glyphs become lines of text.

use super::pdf::Glyph;

/// A line of text on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its words.
    pub text: String,
    /// Where pieces of it that stand far apart begin, in bytes of the text.
    pub gaps: Vec<usize>,
    /// Its left end.
    pub left: f32,
    /// Its right end.
    pub right: f32,
    /// Its baseline.
    pub y: f32,
    /// The size of most of its glyphs.
    pub size: f32,
    /// The face of most of its glyphs.
    pub face: u32,
    /// How wide what cannot be parted at its beginning is.
    pub first: f32,
}

/// In lines from the top, each from the left.
pub fn sort(glyphs: &mut Vec<Glyph>) {
    glyphs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Vec<Glyph>> = Vec::new();
    for glyph in glyphs.drain(..) {
        let same = lines
            .last()
            .and_then(|line| line.last())
            .is_some_and(|last: &Glyph| glyph.y - last.y < 0.35 * glyph.size.min(last.size).max(1.0));
        match lines.last_mut().filter(|_| same) {
            Some(line) => line.push(glyph),
            None => lines.push(vec![glyph]),
        }
    }
    for line in &mut lines {
        line.sort_by(|a, b| a.x.total_cmp(&b.x));
    }
    glyphs.extend(lines.into_iter().flatten());
}

/// The lines of glyphs, from the top.
pub fn lines_of(glyphs: Vec<Glyph>) -> Vec<Line> {
    let mut glyphs = glyphs;
    sort(&mut glyphs);
    let mut lines: Vec<Vec<Glyph>> = Vec::new();
    for glyph in glyphs {
        // Within a sorted line x never falls back.
        let same = lines.last().and_then(|line| line.last()).is_some_and(|last: &Glyph| {
            glyph.x >= last.x && (glyph.y - last.y).abs() < 0.7 * glyph.size.min(last.size).max(1.0)
        });
        match lines.last_mut().filter(|_| same) {
            Some(line) => line.push(glyph),
            None => lines.push(vec![glyph]),
        }
    }
    lines.iter().filter_map(|line| read(line)).collect()
}

fn read(glyphs: &[Glyph]) -> Option<Line> {
    let inked = || glyphs.iter().filter(|glyph| !glyph.c.is_whitespace());
    let (first, last) = (inked().next()?, inked().next_back()?);
    let mut text = String::new();
    let mut gaps = Vec::new();
    let mut before: Option<&Glyph> = None;
    for glyph in glyphs.iter().filter(|glyph| (first.x..=last.x).contains(&glyph.x)) {
        if let Some(before) = before {
            let gap = glyph.x - (before.x + before.width);
            let parted = before.c.is_whitespace() || glyph.c.is_whitespace();
            if gap > 3.0 * glyph.size {
                gaps.push(text.len());
            }
            if !parted && gap > 3.0 * glyph.size
                || !parted && gap > 0.2 * glyph.size && latin(before.c) && latin(glyph.c)
            {
                text.push(' ');
            }
        }
        text.push(glyph.c);
        before = Some(glyph);
    }
    let mut sizes: Vec<f32> = inked().map(|glyph| glyph.size).collect();
    sizes.sort_by(f32::total_cmp);
    let mut faces: std::collections::BTreeMap<u32, usize> = Default::default();
    inked().for_each(|glyph| *faces.entry(glyph.face).or_default() += 1);
    let unparted = inked()
        .zip(inked().skip(1))
        .take_while(|(one, next)| {
            opens(one.c) || closes(next.c) || latin(one.c) && latin(next.c) && next.x - one.x < one.size
        })
        .last()
        .map_or(first.x + first.width, |(_, next)| next.x + next.width);
    Some(Line {
        text: text.trim().to_owned(),
        gaps,
        left: first.x,
        right: last.x + last.width,
        y: first.y,
        size: sizes[sizes.len() / 2],
        face: faces.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(face, _)| face),
        first: unparted - first.x,
    })
}

fn latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '%' | '-')
}

fn opens(c: char) -> bool {
    matches!(c, '（' | '“' | '‘' | '《' | '〈' | '【' | '〔' | '(' | '[')
}

fn closes(c: char) -> bool {
    matches!(
        c,
        '）' | '”'
            | '’'
            | '》'
            | '〉'
            | '】'
            | '〕'
            | ')'
            | ']'
            | '，'
            | '。'
            | '、'
            | '；'
            | '：'
            | '！'
            | '？'
            | '%'
    )
}

/// A text and the line after it, as one: words in Latin letters keep a blank between them, all else touches.
pub fn joined(mut text: String, line: &str) -> String {
    let ends = text.chars().next_back().is_some_and(|c| c.is_ascii_alphabetic());
    if ends && line.chars().next().is_some_and(|c| c.is_ascii_alphabetic()) {
        text.push(' ');
    }
    text.push_str(line);
    text
}
