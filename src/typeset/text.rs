//! Inlines become signs: characters with their glyphs, widths in ems, blanks and joints. What is measured here is
//! free of size and line; breaking and setting only add up.

use super::class::{Class, class_of, is_invisible, is_unit, is_variation_selector, quote_class};
use super::{url, western};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::document::Inline;
use crate::fonts::{FaceId, Fonts, Role, Shape};
use rustc_hash::FxHashMap as HashMap;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

/// Natural space between Chinese and Latin or digits, in ems (clreq: at most 1/4).
pub const GAP: f64 = 0.25;

/// One character as set: all lengths in ems of its size.
#[derive(Debug, Clone, Copy)]
pub struct Sign {
    pub face: FaceId,
    pub glyph: u16,
    pub class: Class,
    /// What may happen between it and the next sign.
    pub joint: Joint,
    /// Bytes of the source text it stands for, selectors that follow it included.
    pub bytes: u8,
    /// Where its bytes begin in [`Text::source`].
    pub at: u32,
    /// Its whole width, blanks included.
    pub advance: f64,
    /// Where its glyph begins within that width.
    pub offset: f64,
    /// Blank in its left and right part that may be squeezed out.
    pub left: f64,
    pub right: f64,
    /// Space between it and the next sign, unless a line ends here.
    pub gap: f64,
}

/// What may happen between two signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// Of one unit: no break, no stretch.
    Fixed,
    /// May be stretched, not broken.
    Bound,
    /// A line may break here.
    Open,
    /// A line may break here where nothing else helps: between a number and its 年 or 万元.
    Reluctant,
    /// A line may break here, and shows a hyphen: between syllables of a word in Latin letters.
    Hyphen,
    /// Of one unit, and a line may break here: within an address on the web.
    Address,
}

impl Joint {
    /// A line may break here without a hyphen.
    pub fn is_open(self) -> bool {
        matches!(self, Joint::Open | Joint::Reluctant | Joint::Address)
    }

    /// It takes its part when a line is made wider.
    pub fn stretches(self) -> bool {
        matches!(self, Joint::Open | Joint::Reluctant | Joint::Bound)
    }
}

/// Signs of a paragraph, heading or cell, and the text they stand for.
#[derive(Debug, Clone, Default)]
pub struct Text<'a> {
    pub source: Cow<'a, str>,
    pub signs: Vec<Sign>,
    /// The inlines, where some of them is changed, named or a link; else none.
    pub adorned: &'a [Inline],
    /// What a line shows that ends at a [`Joint::Hyphen`]; none where the text has no such joint.
    pub hyphen: Option<Sign>,
    /// Where addresses on the web lie in the source, in bytes.
    pub addresses: Vec<Range<usize>>,
}

impl Text<'_> {
    /// Index of the adorned inline that a byte of the source is of; None where none is.
    pub fn adorned_at(&self, at: u32) -> Option<usize> {
        let mut end = 0;
        self.adorned.iter().position(|inline| {
            end += inline.text.len();
            (at as usize) < end
        })
    }

    /// The same with a source of its own.
    pub fn into_owned(self) -> Text<'static> {
        let Text { source, signs, hyphen, addresses, .. } = self;
        Text { source: Cow::Owned(source.into_owned()), signs, adorned: &[], hyphen, addresses }
    }
}

/// What text is set in: the font role and, where the page has a character grid, the full-width advance in ems.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    pub role: &'a Role,
    pub full: f64,
}

/// Turns text into signs and reports characters that fall back or are missing, each once.
pub struct Shaper<'a> {
    pub fonts: &'a Fonts,
    fallen: BTreeSet<(char, &'a str)>,
    /// The characters met so far, by what they were set in.
    measured: Vec<(Setting<'a>, HashMap<char, Sign>)>,
}

impl<'a> Shaper<'a> {
    pub fn new(fonts: &'a Fonts) -> Shaper<'a> {
        Shaper { fonts, fallen: BTreeSet::new(), measured: Vec::new() }
    }

    /// The signs of some inlines. `place` says where the text comes from, for messages.
    pub fn shape<'t>(
        &mut self,
        inlines: &'t [Inline],
        setting: Setting<'a>,
        place: &dyn Fn() -> Option<Place>,
        diagnostics: &mut Diagnostics,
    ) -> Text<'t> {
        let source = joined(inlines);
        let mut signs: Vec<Sign> = Vec::with_capacity(source.chars().count());
        let (mut at, mut met) = (0, 0_u32);
        for inline in inlines {
            let role = match (&setting.role.strong, inline.strong) {
                (Some(strong), true) => self.fonts.roles.get(strong).unwrap_or(setting.role),
                _ => setting.role,
            };
            let setting = Setting { role, ..setting };
            let known = self.known(setting);
            for (offset, c) in inline.text.char_indices() {
                let bytes = c.len_utf8() as u8;
                match signs.last_mut() {
                    Some(last) if is_invisible(c) && last.bytes < 240 => {
                        last.bytes += bytes;
                        if is_variation_selector(c) {
                            self.choose_variant(last, &source, c, role);
                        }
                    }
                    _ => {
                        let mut sign = match self.measured[known].1.get(&c) {
                            Some(sign) => *sign,
                            None => self.measure_char(c, known, place, diagnostics),
                        };
                        (sign.at, sign.bytes) = ((at + offset) as u32, bytes);
                        met |= 1 << sign.class as u32;
                        signs.push(sign);
                    }
                }
            }
            at += inline.text.len();
        }
        let has = |class: Class| met & 1 << class as u32 != 0;
        if has(Class::Open) || has(Class::Close) {
            settle_quotes(&mut signs, &source, setting.full, self.fonts);
        }
        // What may be a hyphen, or the sign of a range.
        if has(Class::Prefix) {
            settle_hyphens(&mut signs, &source);
            settle_ranges(&mut signs, &source);
        }
        join(&mut signs, &source);
        let (mut addresses, mut hyphen) = (Vec::new(), None);
        // Words, and what is made of them: most texts have none.
        if has_letters(&source) {
            addresses = url::addresses(&source);
            part_scripts(&mut signs, &source, &addresses);
            hyphen = hyphenate(&mut signs, &source).then(|| self.hyphen(setting.role));
            break_addresses(&mut signs, &source, &addresses);
        }
        let adorned = inlines.iter().any(|i| !i.change.is_same() || i.anchor.is_some() || i.link.is_some());
        Text { source, signs, adorned: if adorned { inlines } else { &[] }, hyphen, addresses }
    }

    /// The number of a setting among those met so far: a document has a dozen.
    fn known(&mut self, setting: Setting<'a>) -> usize {
        let is_it = |of: &Setting| std::ptr::eq(of.role, setting.role) && of.full == setting.full;
        self.measured.iter().position(|(of, _)| is_it(of)).unwrap_or_else(|| {
            self.measured.push((setting, HashMap::default()));
            self.measured.len() - 1
        })
    }

    /// A character met for the first time in a setting; one that is missing is met anew, and reported, each time.
    fn measure_char(
        &mut self,
        c: char,
        known: usize,
        place: &dyn Fn() -> Option<Place>,
        diagnostics: &mut Diagnostics,
    ) -> Sign {
        let Setting { role, full } = self.measured[known].0;
        let shape = self.shape_char(c, role, place, diagnostics);
        let first = || role.order(c).next().unwrap_or(FaceId(0));
        let sign =
            measure(c, shape.unwrap_or_else(|| Shape { face: first(), glyph: 0, advance: 1.0 }), full, self.fonts);
        if shape.is_some() {
            self.measured[known].1.insert(c, sign);
        }
        sign
    }

    fn hyphen(&self, role: &'a Role) -> Sign {
        let first = role.order('-').next().unwrap_or(FaceId(0));
        let shape = self.fonts.shape(role, '-').unwrap_or(Shape { face: first, glyph: 0, advance: 0.0 });
        measure('-', shape, 1.0, self.fonts)
    }

    fn choose_variant(&self, sign: &mut Sign, source: &str, selector: char, role: &Role) {
        let Some(base) = source[sign.at as usize..].chars().next() else { return };
        if let Some(shape) = self.fonts.shape_variant(role, base, selector) {
            (sign.face, sign.glyph) = (shape.face, shape.glyph);
        }
    }

    /// The glyph of a character; none if it is missing, which is reported: it keeps an empty place.
    fn shape_char(
        &mut self,
        c: char,
        role: &'a Role,
        place: &dyn Fn() -> Option<Place>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Shape> {
        let first = role.order(c).next().unwrap_or(FaceId(0));
        if is_invisible(c) || c == '\n' {
            return Some(Shape { face: first, glyph: 0, advance: 0.0 });
        }
        let drawn = if c == '\t' { ' ' } else { c };
        let Some(shape) = self.fonts.shape(role, drawn) else {
            if !matches!(class_of(c), Class::Space | Class::HardSpace | Class::WideSpace) {
                let mut found = missing(c, role);
                found.place = place();
                diagnostics.push(found);
            }
            return None;
        };
        // One that fonts.toml keeps the first face from drawing is where it should be.
        let is_meant = shape.face == first || self.fonts.face(first).distrusts(drawn);
        if !is_meant && self.fallen.insert((c, &role.name)) {
            let name = &self.fonts.face(shape.face).postscript_name;
            let message = format!("“{c}”（U+{:04X}）不在“{}”的首选字体中，改用 {name}", c as u32, role.name);
            let mut found = Diagnostic::new(crate::diagnostic::Severity::Note, "E411", message).text(c);
            found.place = place();
            diagnostics.push(found);
        }
        Some(shape)
    }
}

fn missing(c: char, role: &Role) -> Diagnostic {
    let shown = if c.is_control() { String::new() } else { format!("“{c}”") };
    Diagnostic::error("E410", format!("“{}”的各字体都没有字符{shown}（U+{:04X}）", role.name, c as u32))
        .text(c)
        .hint("请改用常用字，或在 fonts.toml 该角色的 faces 末尾加上有此字的字体")
}

fn joined(inlines: &[Inline]) -> Cow<'_, str> {
    match inlines {
        [] => Cow::Borrowed(""),
        [one] => Cow::Borrowed(&one.text),
        many => Cow::Owned(crate::document::plain_text(many)),
    }
}

/// A character by itself: width, where the glyph stands in it, and its own blanks.
fn measure(c: char, shape: Shape, full: f64, fonts: &Fonts) -> Sign {
    let class = class_of(c);
    let mut sign = Sign {
        face: shape.face,
        glyph: shape.glyph,
        class,
        joint: Joint::Fixed,
        bytes: 0,
        at: 0,
        advance: shape.advance,
        offset: 0.0,
        left: 0.0,
        right: 0.0,
        gap: 0.0,
    };
    let wide = shape.advance >= 0.9;
    match class {
        Class::Open | Class::Close | Class::Comma | Class::Stop => widen_mark(&mut sign, shape.advance, full),
        Class::Digit => {
            let face = fonts.face(shape.face);
            sign.advance = f64::from(face.digit_advance()) / f64::from(face.units_per_em);
            sign.offset = (sign.advance - shape.advance) / 2.0;
        }
        Class::Dash | Class::WideSpace => centre(&mut sign, shape.advance, full),
        Class::Dot if wide => {
            centre(&mut sign, shape.advance, full);
            (sign.left, sign.right) = (full / 4.0, full / 4.0);
        }
        // ⸺ is drawn two ems wide.
        _ if wide && shape.advance < 1.5 => centre(&mut sign, shape.advance, full),
        _ => {}
    }
    sign
}

fn centre(sign: &mut Sign, glyph: f64, full: f64) {
    sign.advance = full;
    sign.offset = (full - glyph) / 2.0;
}

/// A mark of full width, even where the face draws it narrow (LXGW's quotes): its blank half is blank.
fn widen_mark(sign: &mut Sign, glyph: f64, full: f64) {
    sign.advance = full;
    if sign.class == Class::Open {
        sign.left = full / 2.0;
        sign.offset = full - glyph;
    } else {
        sign.right = full / 2.0;
    }
}

/// Decides for each curly quote whether it is a Chinese mark or a Latin one.
fn settle_quotes(signs: &mut [Sign], source: &str, full: f64, fonts: &Fonts) {
    for i in 0..signs.len() {
        if !matches!(signs[i].class, Class::Open | Class::Close) {
            continue;
        }
        let Some(c @ ('“' | '”' | '‘' | '’')) = source[signs[i].at as usize..].chars().next() else { continue };
        let before = i.checked_sub(1).map(|b| signs[b].class);
        let class = quote_class(c, before, signs.get(i + 1).map(|s| s.class));
        if class == Class::Letter {
            let face = fonts.face(signs[i].face);
            let glyph = f64::from(face.advance(signs[i].glyph)) / f64::from(face.units_per_em);
            let sign = &mut signs[i];
            (sign.class, sign.left, sign.right) = (class, 0.0, 0.0);
            // A face of full-width quotes only: half of the glyph is blank.
            let narrow = if glyph >= 0.9 { glyph / 2.0 } else { glyph };
            sign.offset = if class_of(c) == Class::Open { narrow - glyph } else { 0.0 };
            sign.advance = narrow.min(full);
        }
    }
}

/// A hyphen between Chinese words divides them (专项资金-船舶维修): a line may end with it, and none begins with it.
fn settle_hyphens(signs: &mut [Sign], source: &str) {
    for i in 1..signs.len().saturating_sub(1) {
        let before = matches!(signs[i - 1].class, Class::Ideograph | Class::Close | Class::Letter | Class::Digit);
        let after = matches!(signs[i + 1].class, Class::Ideograph | Class::Open);
        if signs[i].class == Class::Prefix && before && after && is_hyphen(&signs[i], source) {
            signs[i].class = Class::Dot;
        }
    }
}

fn is_hyphen(sign: &Sign, source: &str) -> bool {
    source[sign.at as usize..].starts_with(['-', '－', '−', '~'])
}

/// A sign between two numbers (90%（含）-100%) is that of a range: no line begins with it as if what follows were less
/// than nothing.
fn settle_ranges(signs: &mut [Sign], source: &str) {
    let numeral = |class| matches!(class, Class::Digit | Class::WideDigit | Class::Suffix);
    for i in 1..signs.len().saturating_sub(1) {
        if signs[i].class != Class::Prefix || !numeral(signs[i + 1].class) || !is_hyphen(&signs[i], source) {
            continue;
        }
        // What a bracket adds to the first number stands between the two.
        let opens = |s: &Sign| matches!(s.class, Class::Open | Class::NarrowOpen);
        let before = match signs[i - 1].class {
            Class::Close | Class::NarrowClose => {
                signs[..i].iter().rposition(opens).and_then(|open| open.checked_sub(1)).map(|b| signs[b].class)
            }
            class => Some(class),
        };
        if before.is_some_and(numeral) {
            signs[i].class = Class::Suffix;
        }
    }
}

/// A code and the name after it, a name and the year after it (631Shanhaiguan, Administration2023年, (SLEZ)2023年) are
/// two words without a space between them: they get the gap that Chinese and Latin have. Signs like B03020000, 5G or
/// PM2.5 are one, and so is an address on the web.
fn part_scripts(signs: &mut [Sign], source: &str, addresses: &[Range<usize>]) {
    for i in 1..signs.len() {
        if let Some(joint) = words_meet(source, addresses, signs[i - 1].at as usize, signs[i].at as usize) {
            signs[i - 1].gap = GAP;
            signs[i - 1].joint = joint;
        }
    }
}

/// Where words of a line meet without a space, in bytes: before each stands a gap (see [`GAP`]).
pub fn meetings(source: &str) -> impl Iterator<Item = usize> {
    let of_words = if has_letters(source) { source } else { "" };
    let addresses = url::addresses(of_words);
    let starts = of_words.char_indices().map(|(at, _)| at);
    starts
        .clone()
        .zip(starts.skip(1))
        .filter(move |&(before, at)| words_meet(source, &addresses, before, at).is_some())
        .map(|(_, at)| at)
}

/// Whether a text has Latin letters: without them it has no words in them, and no addresses on the web.
fn has_letters(source: &str) -> bool {
    source.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whether a word ends with the character at `before` and another begins with the next, at `at`, outside the addresses
/// of the text; how they are bound.
fn words_meet(source: &str, addresses: &[Range<usize>], before: usize, at: usize) -> Option<Joint> {
    let digits = |s: &str| s.starts_with(|c: char| c.is_ascii_digit());
    let after = &source[at..];
    let in_brackets = || {
        source[before..].starts_with(')')
            && source[..before].chars().next_back().is_some_and(|c| c.is_ascii_alphabetic())
    };
    let word_before = || {
        let word = source[..at].rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        word.len() >= 4 && word.bytes().any(|b| b.is_ascii_lowercase())
    };
    let word_after = || {
        let word = after.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        let mut bytes = word.bytes();
        word.len() >= 4 && bytes.next().is_some_and(|b| b.is_ascii_uppercase()) && bytes.all(|b| b.is_ascii_lowercase())
    };
    match () {
        () if addresses.iter().any(|address| address.contains(&at)) => None,
        () if digits(after) && (in_brackets() || word_before()) => Some(Joint::Open),
        () if digits(&source[before..]) && word_after() => Some(Joint::Bound),
        () => None,
    }
}

/// Letters that a hyphenated word leaves on its line, and takes to the next, at least (Chicago Manual of Style 7.40).
const LEAST_PARTS: [usize; 2] = [2, 3];
/// Words of fewer letters stay whole; what has more, as the patterns take, is no word.
const WORD: RangeInclusive<usize> = 7..=45;

/// Opens long words in Latin letters between syllables; says whether there are any.
fn hyphenate(signs: &mut [Sign], source: &str) -> bool {
    let mut found = false;
    for phrase in western::words(source) {
        let mut at = phrase.start;
        for word in source[phrase].split(|c: char| !c.is_ascii_alphabetic()) {
            let mut end = at;
            let lower = word.bytes().skip(1).all(|b| b.is_ascii_lowercase());
            let parted = (lower && WORD.contains(&word.len())).then(|| hypher::hyphenate(word, hypher::Lang::English));
            for syllable in parted.into_iter().flatten() {
                end += syllable.len();
                let (left, right) = (end - at, at + word.len() - end);
                if left < LEAST_PARTS[0] || right < LEAST_PARTS[1] {
                    continue;
                }
                let last = signs.partition_point(|s| (s.at as usize) < end);
                if let Some(sign) = last.checked_sub(1).map(|i| &mut signs[i]).filter(|s| s.joint == Joint::Fixed) {
                    sign.joint = Joint::Hyphen;
                    found = true;
                }
            }
            at += word.len() + 1;
        }
    }
    found
}

/// The address of a page breaks after its / and the signs between its words, without a hyphen, which would be read
/// as part of it.
fn break_addresses(signs: &mut [Sign], source: &str, addresses: &[Range<usize>]) {
    for address in addresses {
        let first = signs.partition_point(|s| (s.at as usize) < address.start);
        let end = signs.partition_point(|s| (s.at as usize) < address.end);
        for i in first..end.saturating_sub(1) {
            let own = source.as_bytes()[signs[i].at as usize];
            let next = source.as_bytes()[signs[i + 1].at as usize];
            let parts = matches!(own, b'/' | b'?' | b'&' | b'=' | b'-' | b'_' | b'.' | b'%' | b'#');
            signs[i].joint = if parts && next.is_ascii_alphanumeric() { Joint::Address } else { Joint::Fixed };
        }
    }
}

/// Settles what lies between each two signs: gaps, squeezed marks, joined dashes, and where lines may break.
fn join(signs: &mut [Sign], source: &str) {
    // The last sign that is no space: a line that ends with spaces ends with it.
    let mut shown = Class::Newline;
    for i in 1..signs.len() {
        let (head, tail) = signs.split_at_mut(i);
        let (a, b) = (&mut head[i - 1], &mut tail[0]);
        // Between two characters of Chinese, or two digits, there is nothing but where the line may break: most are such.
        if a.class == b.class && matches!(a.class, Class::Ideograph | Class::Digit) {
            a.joint = joint(a, b, source);
            shown = a.class;
            continue;
        }
        if a.class.gap(b.class) {
            a.gap = GAP;
        }
        squeeze(a, b);
        join_dashes(a, b);
        a.joint = joint(a, b, source);
        match a.class {
            Class::Space if shown.never_ends() => a.joint = Joint::Bound,
            Class::Space => {}
            class => shown = class,
        }
    }
}

fn joint(a: &Sign, b: &Sign, source: &str) -> Joint {
    if a.class.may_break(b.class) {
        let is_unit = || source[b.at as usize..].starts_with(is_unit);
        match a.class {
            Class::Digit | Class::WideDigit if is_unit() => Joint::Reluctant,
            Class::Ideograph if source[a.at as usize..].starts_with(scales) && is_unit() => Joint::Bound,
            _ => Joint::Open,
        }
    } else if a.class.clings(b.class) || b.class == Class::Space {
        Joint::Fixed
    } else {
        Joint::Bound
    }
}

/// 万 and 亿 are of one word with the 元 that follows.
fn scales(c: char) -> bool {
    matches!(c, '万' | '亿' | '千')
}

/// Two full-width marks side by side take 1.5 em: blank meets blank, or blank meets ink, and half an em goes.
fn squeeze(a: &mut Sign, b: &mut Sign) {
    use Class::*;
    let closing = |k| matches!(k, Close | Comma | Stop);
    if a.right > 0.0 && closing(a.class) && (b.class == Open || closing(b.class)) {
        a.advance -= a.right;
        a.right = 0.0;
    } else if a.class == Open && b.class == Open && b.left > 0.0 {
        b.advance -= b.left;
        b.offset -= b.left;
        b.left = 0.0;
    }
}

/// The two halves of —— meet, also where the face draws — shorter than an em.
fn join_dashes(a: &mut Sign, b: &mut Sign) {
    if a.class == Class::Dash && b.class == Class::Dash && a.glyph == b.glyph {
        let blank = a.offset.max(b.offset).max(0.0);
        a.offset = 2.0 * blank;
        b.offset = 0.0;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::fonts::tests::project_fonts;

    pub(crate) fn shape<'a>(inlines: &'a [Inline], role: &str) -> Text<'a> {
        let fonts = project_fonts();
        let setting = Setting { role: &fonts.roles[role], full: 1.0 };
        Shaper::new(fonts).shape(inlines, setting, &|| None, &mut Diagnostics::default())
    }

    fn widths(text: &str, role: &str) -> Vec<f64> {
        let inlines = [Inline::text(text)];
        shape(&inlines, role).signs.iter().map(|s| s.advance + s.gap).collect()
    }

    #[test]
    fn adjacent_marks_take_one_and_a_half() {
        assert_eq!(widths("》、《", "仿宋"), [0.5, 0.5, 1.0]);
        assert_eq!(widths("，“", "楷体"), [0.5, 1.0]);
        assert_eq!(widths("）。", "宋体"), [0.5, 1.0]);
        assert_eq!(widths("“《字", "宋体"), [1.0, 0.5, 1.0]);
    }

    #[test]
    fn chinese_and_digits_are_spaced_without_a_space_in_the_text() {
        assert_eq!(widths("共3人", "仿宋"), [1.25, 0.562 + 0.25, 1.0]);
        assert_eq!(widths("（3）", "仿宋"), [1.0, 0.562, 1.0]);
    }

    #[test]
    fn quotes_are_full_width_in_chinese_in_every_face() {
        for role in ["宋体", "楷体", "仿宋", "黑体", "小标宋"] {
            assert_eq!(widths("的“三公”费", role)[1..4], [1.0, 1.0, 1.0], "{role}");
        }
        assert!(widths("don’t", "宋体")[3] < 0.6);
    }

    #[test]
    fn each_missing_character_and_fallback_is_reported() {
        let fonts = project_fonts();
        let setting = Setting { role: &fonts.roles["仿宋"], full: 1.0 };
        let mut found = Diagnostics::default();
        let inlines = [Inline::text("喆\u{E000}喆")];
        Shaper::new(fonts).shape(&inlines, setting, &|| Some(Place::new("text/a.md", 3, 0)), &mut found);
        let codes: Vec<String> = found.iter().map(|d| format!("{} {}", d.code, d.place.as_ref().unwrap())).collect();
        assert_eq!(codes, ["E411 text/a.md:3", "E410 text/a.md:3"]);
    }
}
