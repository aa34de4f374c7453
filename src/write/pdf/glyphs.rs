//! Which code shows which glyph for which text. A PDF font maps a code to one text only, so a glyph that stands for
//! several texts (an em dash for — and ―) stands in several subset fonts of its face, once for each.

use crate::diagnostic::{Diagnostic, Place};
use crate::fonts::{FaceId, Fonts};
use crate::typeset::Pages;
use crate::typeset::frame::{Glyph, Item, Page, Run};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

/// A place in a subset font: the font's index, the code of the glyph, and its width in thousandths of an em, as the
/// font's `W` gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Code {
    pub font: u16,
    pub cid: u16,
    pub width: u16,
}

/// The glyphs of one face that one PDF font holds, in the order of their codes, which begin at 1.
pub(super) struct Subset<'a> {
    pub face: FaceId,
    pub glyphs: Vec<ShownGlyph<'a>>,
}

/// A glyph of the face, the text it stands for, and its width in thousandths of an em.
pub(super) struct ShownGlyph<'a> {
    pub id: u16,
    pub text: &'a str,
    pub width: u16,
}

/// Every code of the document's pages.
pub(super) struct Codes<'a> {
    pub subsets: Vec<Subset<'a>>,
    /// What is shown, in the order in which it is first met.
    codes: Vec<Code>,
    /// Of each glyph of each run of each page (see [`runs`]), which of them it is.
    shown: Vec<u32>,
    /// Where the glyphs of each page end.
    ends: Vec<usize>,
}

/// Something of each text that a glyph stands for: mostly one.
struct Texts<'a, T> {
    first: (&'a str, T),
    others: Vec<(&'a str, T)>,
}

impl<'a, T: Copy> Texts<'a, T> {
    fn get(&self, text: &str) -> Option<T> {
        // Byte by byte: most are one character, for which a call takes longer.
        let is = |known: &&(&str, T)| known.0.len() == text.len() && known.0.bytes().eq(text.bytes());
        std::iter::once(&self.first).chain(&self.others).find(is).map(|known| known.1)
    }

    /// Adds something of a text to what there is of the glyph.
    fn add(all: &mut ByGlyph<Texts<'a, T>>, glyph: (FaceId, u16), text: &'a str, of: T) {
        match all.entry(glyph) {
            Entry::Vacant(new) => drop(new.insert(Texts { first: (text, of), others: Vec::new() })),
            Entry::Occupied(known) => known.into_mut().others.push((text, of)),
        }
    }
}

/// Something of each glyph of each face, looked up for every glyph of every page.
type ByGlyph<T> = FxHashMap<(FaceId, u16), T>;

/// What a glyph's text becomes when it stands for none of its own (the second glyph of a cluster).
const NO_TEXT: &str = "\u{200B}";

impl<'a> Codes<'a> {
    /// Gives every glyph of every page a code. Fails where a page shows a glyph no font has.
    pub(super) fn of(pages: &'a Pages, fonts: &Fonts) -> Result<Codes<'a>, Diagnostic> {
        let mut met: ByGlyph<Texts<'a, u32>> = FxHashMap::default();
        let (mut shown, mut ends, mut count) = (Vec::new(), Vec::new(), 0);
        for page in &pages.pages {
            for run in runs(page) {
                for (glyph, text) in clusters(run).flat_map(|cluster| cluster.glyph_texts()) {
                    if glyph.id == 0 {
                        return Err(missing_glyph(run, text, fonts));
                    }
                    let glyph = (run.face, glyph.id);
                    let known = met.get(&glyph).and_then(|texts| texts.get(text));
                    shown.push(known.unwrap_or_else(|| {
                        Texts::add(&mut met, glyph, text, count);
                        count += 1;
                        count - 1
                    }));
                }
            }
            ends.push(shown.len());
        }
        let (subsets, codes) = number(met, count as usize, fonts);
        Ok(Codes { subsets, codes, shown, ends })
    }

    /// Of each glyph of a page, in the order of its runs, what [`Codes::code`] takes.
    pub(super) fn of_page(&self, page: usize) -> &[u32] {
        let start = page.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.shown[start..self.ends[page]]
    }

    pub(super) fn code(&self, shown: u32) -> Code {
        self.codes[shown as usize]
    }
}

/// Puts what was met into fonts, and gives each its code there.
fn number<'a>(met: ByGlyph<Texts<'a, u32>>, count: usize, fonts: &Fonts) -> (Vec<Subset<'a>>, Vec<Code>) {
    // A face's n-th font holds each of its glyphs that has an n-th text.
    let mut layers: BTreeMap<(FaceId, usize), Vec<(ShownGlyph<'a>, u32)>> = BTreeMap::new();
    for ((face, id), texts) in met {
        let width = thousandths(fonts.advance(face, id), fonts.face(face).units_per_em);
        let mut texts: Vec<(&str, u32)> = std::iter::once(texts.first).chain(texts.others).collect();
        texts.sort_unstable();
        for (layer, (text, shown)) in texts.into_iter().enumerate() {
            layers.entry((face, layer)).or_default().push((ShownGlyph { id, text, width }, shown));
        }
    }
    let (mut subsets, mut codes) = (Vec::new(), vec![Code { font: 0, cid: 0, width: 0 }; count]);
    for ((face, _), mut glyphs) in layers {
        glyphs.sort_unstable_by_key(|(glyph, _)| glyph.id);
        for (cid, (glyph, shown)) in (1..).zip(&glyphs) {
            codes[*shown as usize] = Code { font: subsets.len() as u16, cid, width: glyph.width };
        }
        subsets.push(Subset { face, glyphs: glyphs.into_iter().map(|(glyph, _)| glyph).collect() });
    }
    (subsets, codes)
}

fn missing_glyph(run: &Run, text: &str, fonts: &Fonts) -> Diagnostic {
    let codes: Vec<String> = text.chars().map(|c| format!("U+{:04X}", c as u32)).collect();
    let place = Place::file(fonts.face(run.face).path.display().to_string());
    Diagnostic::error("E491", format!("没有字体能显示“{text}”（{}），所在文字“{}”", codes.join(" "), run.text))
        .at(place)
        .hint("请在 fonts.toml 的相应角色里加一个含有该字的字体")
}

/// Every run of a page, furniture last.
pub(in crate::write) fn runs(page: &Page) -> impl Iterator<Item = &Run> {
    let runs = page.items.iter().chain(&page.furniture);
    let runs = runs.filter_map(|item| if let Item::Run(run) = item { Some(run) } else { None });
    runs.chain(page.watermark.iter().flat_map(|w| &w.runs))
}

/// A length in font units as thousandths of an em, rounded.
pub(super) fn thousandths(length: u16, units_per_em: u16) -> u16 {
    let em = u32::from(units_per_em.max(1));
    ((u32::from(length) * 1000 + em / 2) / em).min(u32::from(u16::MAX)) as u16
}

/// Glyphs that stand for one text together: mostly one glyph.
#[derive(Debug, Clone, Copy)]
pub(in crate::write) struct Cluster<'a> {
    pub glyphs: &'a [Glyph],
    /// Index of its first glyph in the run.
    pub first: usize,
    pub text: &'a str,
}

impl<'a> Cluster<'a> {
    /// Each glyph with the text its code maps to.
    pub(in crate::write) fn glyph_texts(self) -> impl Iterator<Item = (&'a Glyph, &'a str)> {
        let own = if mappable(self.text) { self.text } else { NO_TEXT };
        self.glyphs.iter().enumerate().map(move |(i, glyph)| (glyph, if i == 0 { own } else { NO_TEXT }))
    }

    /// Its text must be said beside its codes: they cannot carry it, or the archive norm wants private characters
    /// explained (ISO 19005-2 6.2.11.7.3).
    pub(super) fn needs_actual_text(&self) -> bool {
        self.glyphs.len() > 1 || !mappable(self.text) || self.text.chars().any(private)
    }
}

/// A code may map to it: ISO 19005-2 6.2.11.7.2 excludes U+0000, U+FEFF and U+FFFE.
fn mappable(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| matches!(c, '\0' | '\u{FEFF}' | '\u{FFFE}'))
}

fn private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// A run's glyphs in clusters: a glyph that stands for no bytes belongs to the one before it.
pub(in crate::write) fn clusters(run: &Run) -> impl Iterator<Item = Cluster<'_>> {
    let (mut first, mut start) = (0, 0);
    std::iter::from_fn(move || {
        if first >= run.glyphs.len() {
            return None;
        }
        let (mut last, mut end) = (first, start);
        while last < run.glyphs.len() && (last == first || end == start || run.glyphs[last].bytes == 0) {
            end += usize::from(run.glyphs[last].bytes);
            last += 1;
        }
        // A division inside a character cannot be mapped glyph by glyph: the rest is one cluster. No text is lost.
        if last == run.glyphs.len() || !run.text.is_char_boundary(end) {
            (last, end) = (run.glyphs.len(), run.text.len());
        }
        let cluster = Cluster { glyphs: &run.glyphs[first..last], first, text: &run.text[start..end] };
        (first, start) = (last, end);
        Some(cluster)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typeset::frame::{Artifact, Tag};

    fn run(text: &str, bytes: &[u8]) -> Run {
        let glyphs = bytes.iter().map(|&bytes| Glyph { id: 7, x: 0.0, bytes }).collect();
        let tag = Tag::Artifact(Artifact::Layout);
        Run { face: FaceId(0), size: 10.0, x: 0.0, y: 0.0, glyphs, text: text.into(), tag }
    }

    fn texts(run: &Run) -> Vec<(&str, usize)> {
        clusters(run).map(|c| (c.text, c.glyphs.len())).collect()
    }

    #[test]
    fn clusters_divide_the_text() {
        assert_eq!(texts(&run("预算a", &[3, 3, 1])), [("预", 1), ("算", 1), ("a", 1)]);
        assert_eq!(texts(&run("éx", &[2, 0, 1])), [("é", 2), ("x", 1)], "no bytes: with the glyph before");
        assert_eq!(texts(&run("预", &[0, 3])), [("预", 2)], "no bytes at the start: with the glyph after");
        assert_eq!(texts(&run("预算", &[1, 2, 3])), [("预算", 3)], "divided inside a character: one cluster");
        assert_eq!(texts(&run("a", &[9])), [("a", 1)], "more bytes than the text has");
        assert_eq!(texts(&run("ab", &[1])), [("ab", 1)], "fewer");
    }

    #[test]
    fn what_a_code_cannot_carry_needs_actual_text() {
        let needs = |text: &str, bytes: &[u8]| clusters(&run(text, bytes)).any(|c| c.needs_actual_text());
        assert!(!needs("预", &[3]));
        assert!(!needs("𬭚", &[4]));
        assert!(needs("é", &[2, 0]));
        assert!(needs("\u{E001}", &[3]));
        assert!(needs("\u{FEFF}", &[3]));
    }

    #[test]
    fn widths_are_rounded_to_thousandths_of_an_em() {
        assert_eq!(thousandths(500, 1000), 500);
        assert_eq!(thousandths(1229, 2048), 600);
        assert_eq!(thousandths(1230, 2048), 601);
    }
}
