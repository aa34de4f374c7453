//! Lines become runs: each line is fitted to its measure in the order of adjustment that clreq states, and its
//! signs are placed.

use super::class::Class;
use super::frame::{Artifact, Glyph, Item, Link, Rule, Run, Shade, Tag, Target};
use super::linebreak::Line;
use super::text::{Joint, Sign, Text};
use crate::document::{Align, Change};

/// Where a line is set: its left edge, its baseline and its width, in pt.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub size: f64,
}

/// How far the middle of a Chinese character lies above the baseline, in ems (em box 0.88 above, 0.12 below).
pub const MIDDLE: f64 = 0.38;

/// A line never grows by more than this per joint, in ems: a word too long for it leaves it short instead.
const LOOSEST: f64 = 0.75;

/// Gaps between Chinese and Latin take no more than this before the other joints of a line take their part, in ems: on
/// one page wide and narrow gaps side by side are seen, and a fiftieth of an em at each joint is not. Wider than this a
/// gap is only on a line whose joints all are.
const WIDEST_GAP: f64 = 0.28;

/// A run has room for so many signs when it is begun, if so many are left of its line.
const MOST_AT_ONCE: usize = 32;

/// How much of each adjustment a line takes: shares of what each kind of blank can give, and an amount per joint.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Adjustment {
    /// Share of each of [`SQUEEZES`] taken away; none of any, mostly.
    squeeze: Option<[f64; 7]>,
    /// Share of the room up to 1/2 em given to Latin spaces, and up to [`WIDEST_GAP`] to gaps.
    spaces: f64,
    gaps: f64,
    /// Ems added at every joint that may be stretched; a gap is as wide already as the first [`WIDEST_GAP`] of them.
    joints: f64,
}

/// What a line may take from each joint between two characters when nothing else is left to squeeze, in ems: a quarter
/// of a point at 三号, which nobody sees, and on a whole line a third of a character.
const JOINT_SHRINK: f64 = 0.015;
/// Bytes of the longest address that is a link: each of its lines holds it whole.
const LONGEST_ADDRESS: usize = 2_048;

/// Share of a gap that a line may squeeze out, to 0.21 em: clreq lets it fall to 1/8, and the eye sees that.
pub const GAP_SHRINK: f64 = 0.16;

/// What is squeezed, in this order (clreq 3.1.6): Latin spaces, ·, brackets, ，、；：, gaps, 。？！; then all joints.
const SQUEEZES: [fn(&Sign) -> f64; 7] = [
    |s| if s.class == Class::Space { (s.advance - super::text::GAP).max(0.0) } else { 0.0 },
    |s| if s.class == Class::Dot { s.left + s.right } else { 0.0 },
    |s| if matches!(s.class, Class::Open | Class::Close) { s.left + s.right } else { 0.0 },
    |s| if s.class == Class::Comma { s.right } else { 0.0 },
    |s| s.gap * GAP_SHRINK,
    |s| if s.class == Class::Stop { s.right } else { 0.0 },
    joint_shrink,
];

/// What the joint behind a sign can be squeezed by; a gap is squeezed already.
pub fn joint_shrink(sign: &Sign) -> f64 {
    if sign.joint.stretches() && sign.gap == 0.0 { JOINT_SHRINK } else { 0.0 }
}

/// Sets one line; its runs are appended to `items`. `tag` names the element of what
/// begins at a byte of the text.
pub fn set_line(text: &Text, line: &Line, place: Place, align: Align, tag: &dyn Fn(u32) -> Tag, items: &mut Vec<Item>) {
    let signs = &text.signs[line.start as usize..line.end as usize];
    let room = place.width / place.size;
    let excess = room - line.width;
    let stretch = align == Align::Justify && !line.last;
    let adjustment =
        if excess < 0.0 || (stretch && excess > 0.0) { adjust(signs, excess) } else { Adjustment::default() };
    let indent = match align {
        Align::Center => excess.max(0.0) / 2.0,
        Align::Right => excess.max(0.0),
        Align::Left | Align::Justify => 0.0,
    };
    let (x, ahead) = (indent * place.size, 0);
    let mut pen = Pen { text, place, tag, items, x, ahead, open: None, inline: None, begun: 0 };
    for (i, sign) in signs.iter().enumerate() {
        pen.ahead = signs.len() - i;
        pen.set(sign, &adjustment, i + 1 == signs.len());
    }
    if let Some(hyphen) = text.hyphen.filter(|_| line.hyphen) {
        pen.hyphen(&hyphen);
    }
    // Spaces at the line's end show nothing, but a reader that joins the lines again needs them.
    for sign in text.signs[line.end as usize..].iter().take_while(|s| s.class == Class::Space) {
        pen.set(sign, &Adjustment::default(), true);
    }
    pen.close();
}

/// The adjustment that makes a line wider by `excess` ems (narrower when negative).
fn adjust(signs: &[Sign], excess: f64) -> Adjustment {
    let mut adjustment = Adjustment::default();
    let Some((last, before)) = signs.split_last() else { return adjustment };
    // The last sign's gap, joint and right blank are gone; its left blank can still be squeezed.
    let end = Sign { gap: 0.0, right: 0.0, joint: Joint::Fixed, ..*last };
    let sum = |of: &dyn Fn(&Sign) -> f64| before.iter().map(of).sum::<f64>() + of(&end);
    if excess < 0.0 {
        let (mut rest, mut squeeze) = (-excess, [0.0; 7]);
        for (share, of) in squeeze.iter_mut().zip(SQUEEZES) {
            let most = sum(&of);
            if most > 0.0 && rest > 0.0 {
                *share = (rest / most).min(1.0);
                rest -= most * *share;
            }
        }
        adjustment.squeeze = Some(squeeze);
        return adjustment;
    }
    let mut rest = excess;
    let spaces = before.iter().map(space_stretch).sum::<f64>();
    let gaps = before.iter().map(gap_stretch).sum::<f64>();
    for (share, most) in [(&mut adjustment.spaces, spaces), (&mut adjustment.gaps, gaps)] {
        if most > 0.0 {
            *share = (rest / most).min(1.0);
            rest -= most * *share;
        }
    }
    let joints = before.iter().filter(|s| s.joint.stretches()).count() as f64;
    let gaps = before.iter().filter(|s| s.joint.stretches() && s.gap > 0.0).count() as f64;
    if rest > 0.0 && joints > 0.0 {
        let even = (rest + gaps * WIDEST_GAP) / joints;
        adjustment.joints = if even > WIDEST_GAP { even } else { rest / (joints - gaps) };
    }
    if adjustment.joints > LOOSEST { Adjustment::default() } else { adjustment }
}

fn space_stretch(sign: &Sign) -> f64 {
    if sign.class == Class::Space { (0.5 - sign.advance).max(0.0) } else { 0.0 }
}

fn gap_stretch(sign: &Sign) -> f64 {
    if sign.gap > 0.0 { (WIDEST_GAP - sign.gap).max(0.0) } else { 0.0 }
}

/// Places signs from left to right, one run for each face and tag.
struct Pen<'p, 't> {
    text: &'p Text<'t>,
    place: Place,
    tag: &'p dyn Fn(u32) -> Tag,
    items: &'p mut Vec<Item>,
    /// From the line's left edge, in pt.
    x: f64,
    /// Signs of the line still to be set.
    ahead: usize,
    open: Option<Run>,
    /// The inline of the open run, where some are adorned.
    inline: Option<usize>,
    /// Where in the source the open run begins.
    begun: usize,
}

impl Pen<'_, '_> {
    fn set(&mut self, sign: &Sign, adjustment: &Adjustment, last: bool) {
        let size = self.place.size;
        let (mut squeezed, mut left) = (0.0, 0.0);
        if let Some(shares) = adjustment.squeeze {
            squeezed = SQUEEZES.iter().zip(shares).map(|(of, share)| of(sign) * share).sum();
            // A squeezed left blank moves the glyph; what is squeezed on the right only ends the sign earlier.
            let blanks = squeezed - joint_shrink(sign) * shares[SQUEEZES.len() - 1];
            left = if sign.left > 0.0 { blanks * sign.left / (sign.left + sign.right) } else { 0.0 };
        }
        self.put(sign, self.x + (sign.offset - left) * size);
        let mut width = sign.advance - squeezed;
        if !last {
            let joint = match sign.joint.stretches() {
                true if sign.gap > 0.0 => (adjustment.joints - WIDEST_GAP).max(0.0),
                true => adjustment.joints,
                false => 0.0,
            };
            let given = space_stretch(sign) * adjustment.spaces + gap_stretch(sign) * adjustment.gaps;
            width += sign.gap + given + joint;
        }
        self.x += width * size;
    }

    fn put(&mut self, sign: &Sign, x: f64) {
        if sign.glyph == 0 {
            return;
        }
        let tag = (self.tag)(sign.at);
        let inline = self.text.adorned_at(sign.at);
        let adorned = self.inline != inline;
        if adorned || !self.open.as_ref().is_some_and(|r| r.face == sign.face && r.tag == tag) {
            self.close();
            self.inline = inline;
            self.begun = sign.at as usize;
            let most = self.ahead.clamp(1, MOST_AT_ONCE);
            let (glyphs, text) = (Vec::with_capacity(most), String::with_capacity(3 * most));
            let (x, y, size) = (self.place.x + x, self.place.y, self.place.size);
            self.open = Some(Run { face: sign.face, size, x, y, glyphs, text, tag });
        }
        let (place, source) = (self.place, &self.text.source);
        if let Some(run) = &mut self.open {
            let at = sign.at as usize;
            run.text.push_str(&source[at..at + usize::from(sign.bytes)]);
            run.glyphs.push(Glyph { id: sign.glyph, x: place.x + x - run.x, bytes: sign.bytes });
        }
    }

    /// A hyphen is seen and not read: the word goes on.
    fn hyphen(&mut self, sign: &Sign) {
        self.close();
        let (x, y, size) = (self.place.x + self.x, self.place.y, self.place.size);
        let glyphs = vec![Glyph { id: sign.glyph, x: 0.0, bytes: 1 }];
        let tag = Tag::Artifact(Artifact::Layout);
        self.items.push(Item::Run(Run { face: sign.face, size, x, y, glyphs, text: "-".into(), tag }));
    }

    fn close(&mut self) {
        if let Some(run) = self.open.take() {
            self.adorn(&run);
            self.link_address(&run);
            self.items.push(Item::Run(run));
        }
    }

    /// The address of a page leads there, as long as it can be one; each of its lines is an area of its own.
    fn link_address(&mut self, run: &Run) {
        let Some(range) = self.text.addresses.iter().find(|range| range.contains(&self.begun)) else { return };
        if range.len() > LONGEST_ADDRESS {
            return;
        }
        let address = self.text.source[range.clone()].to_string();
        let label = format!("打开网页 {address}");
        let area = self.area(run);
        self.items.push(Item::Link(Link { area, target: Target::Address(address), tag: run.tag, label }));
    }

    /// Left, top, width and height of a run's line.
    fn area(&self, run: &Run) -> (f64, f64, f64, f64) {
        let left = run.x + run.glyphs.first().map_or(0.0, |g| g.x);
        let (right, size) = (self.place.x + self.x, run.size);
        (left, run.y - (0.5 + MIDDLE) * size - 0.1 * size, right - left, 1.2 * size)
    }

    /// What came is shaded, what went struck through; names and links of an inline go with its text.
    fn adorn(&mut self, run: &Run) {
        let Some(inline) = self.inline.and_then(|index| self.text.adorned.get(index)) else { return };
        let area = self.area(run);
        let (left, right) = (area.0, area.0 + area.2);
        match inline.change {
            Change::Same => {}
            Change::Inserted => self.items.push(Item::Shade(Shade::of_change(area))),
            Change::Deleted => {
                let y = run.y - MIDDLE * run.size;
                self.items.push(Item::Rule(Rule { from: (left, y), to: (right, y), width: 0.6 }));
            }
        }
        if let Some(name) = &inline.anchor {
            self.items.push(Item::Anchor(name.clone(), (area.0, area.1)));
        }
        if let Some(anchor) = &inline.link {
            let (anchor, label) = (anchor.clone(), format!("转到第{}页", inline.text));
            self.items.push(Item::Link(Link { area, target: Target::Anchor(anchor), tag: run.tag, label }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Inline;
    use crate::typeset::frame::{Artifact, Item};
    use crate::typeset::linebreak::tests::piece;
    use crate::typeset::linebreak::{Breaker, Fit, Measure};
    use crate::typeset::text::tests::shape;
    use proptest::prelude::*;

    /// Right end of the ink box of each line (its last mark at half its width), and the texts of its runs.
    fn set(text: &Text, lines: &[Line], align: Align, width: f64) -> Vec<(f64, String)> {
        lines
            .iter()
            .map(|line| {
                let mut items = Vec::new();
                let place = Place { x: 100.0, y: 0.0, width, size: 16.0 };
                set_line(text, line, place, align, &|_| Tag::Artifact(Artifact::Layout), &mut items);
                let last = line.end.checked_sub(1).filter(|&e| e >= line.start).map(|e| text.signs[e as usize]);
                let spaces = text.signs[line.end as usize..].iter().take_while(|s| s.class == Class::Space).count();
                let mut glyphs: Vec<f64> = Vec::new();
                let mut words = String::new();
                for item in &items {
                    let Item::Run(run) = item else { unreachable!() };
                    glyphs.extend(run.glyphs.iter().map(|g| run.x + g.x));
                    words.push_str(&run.text);
                }
                // A hyphen is seen and not read; its glyph is the line's last.
                let last = if line.hyphen { text.hyphen } else { last };
                if line.hyphen {
                    assert_eq!(words.pop(), Some('-'), "“{words}”");
                }
                glyphs.truncate(glyphs.len() - spaces.min(glyphs.len()));
                let end = match (last, glyphs.last()) {
                    (Some(last), Some(x)) => x + (last.advance - last.right - last.offset) * 16.0 - 100.0,
                    _ => 0.0,
                };
                (end, words)
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn lines_fill_their_measure_and_keep_their_text(pieces in proptest::collection::vec(piece(), 1..40),
                                                        ems in 4.0..40.0_f64) {
            let source = pieces.concat();
            let inlines = [Inline::text(source.clone())];
            let text = shape(&inlines, "仿宋");
            let mut lines = Vec::new();
            Breaker::default().break_lines(&text, Measure { width: ems, indent: 0.0 }, Fit::Justified, &mut lines);
            let set = set(&text, &lines, Align::Justify, ems * 16.0);
            prop_assert_eq!(set.iter().map(|(_, t)| t.as_str()).collect::<String>(), source);
            for (line, (end, words)) in lines.iter().zip(&set) {
                let single = line.end <= line.start + 1;
                prop_assert!(single || *end <= ems * 16.0 + 0.01, "“{words}” ends at {end} of {}", ems * 16.0);
            }
        }
    }

    #[test]
    fn a_hyphenated_line_reads_as_its_word_and_keeps_to_its_measure() {
        let inlines = [Inline::text("按照Internationalization和Interoperability建设平台。")];
        let text = shape(&inlines, "仿宋");
        let mut lines = Vec::new();
        Breaker::default().break_lines(&text, Measure { width: 6.0, indent: 0.0 }, Fit::Justified, &mut lines);
        assert!(lines.iter().any(|line| line.hyphen));
        let set = set(&text, &lines, Align::Justify, 96.0);
        assert_eq!(set.iter().map(|(_, words)| words.as_str()).collect::<String>(), inlines[0].text);
        assert!(set.iter().all(|(end, _)| *end <= 96.01), "{set:?}");
    }

    #[test]
    fn a_justified_line_ends_at_the_edge_and_the_last_where_it_will() {
        let inlines =
            [Inline::text("按照《中华人民共和国预算法》和2023年部门预算信息公开的要求，现将有关情况公开如下。")];
        let text = shape(&inlines, "仿宋");
        let mut lines = Vec::new();
        Breaker::default().break_lines(&text, Measure { width: 15.0, indent: 0.0 }, Fit::Justified, &mut lines);
        let set = set(&text, &lines, Align::Justify, 240.0);
        let (last, full) = set.split_last().unwrap();
        assert!(full.iter().all(|(end, _)| (end - 240.0).abs() < 1e-6), "{set:?}");
        assert!(last.0 < 240.0);
    }
}
