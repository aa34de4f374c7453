//! What is read of bare CFF fonts, and their glyphs by themselves: with what their subroutines say in its place, without
//! hints. Stems and masks guide the pixels of coarse screens, and print and today's screens do not need them (Adobe Technical
//! Notes 5176, 5177).

use std::ops::Range;

/// An INDEX: where it and its data begin and end, how many objects there are, and how wide their offsets.
pub(super) struct Index {
    pub start: usize,
    pub count: usize,
    pub width: usize,
    pub data: usize,
    pub end: usize,
}

impl Index {
    pub(super) fn read(font: &[u8], start: usize) -> Option<Index> {
        let count = usize::from(u16::from_be_bytes(font.get(start..start + 2)?.try_into().ok()?));
        if count == 0 {
            return Some(Index { start, count, width: 1, data: start + 2, end: start + 2 });
        }
        let width = usize::from(*font.get(start + 2)?);
        let data = start + 3 + (count + 1) * width;
        let mut index = Index { start, count, width, data, end: data };
        index.end = data + index.offset(font, count)?;
        ((1..=4).contains(&width) && index.end <= font.len()).then_some(index)
    }

    /// Where an object begins within the data.
    fn offset(&self, font: &[u8], n: usize) -> Option<usize> {
        let at = self.start + 3 + n * self.width;
        let offset = font.get(at..at + self.width)?.iter().fold(0, |sum, b| sum << 8 | usize::from(*b));
        offset.checked_sub(1)
    }

    /// Where an object begins and ends.
    fn range(&self, font: &[u8], n: usize) -> Option<Range<usize>> {
        Some(self.data + self.offset(font, n)?..self.data + self.offset(font, n + 1)?)
    }

    pub(super) fn get<'f>(&self, font: &'f [u8], n: usize) -> Option<&'f [u8]> {
        font.get(self.range(font, n)?)
    }
}

/// An operator of a DICT (Technical Note 5176, table 9, 10, 23); those of two bytes are behind 12.
const CHAR_STRINGS: u16 = 17;
const PRIVATE: u16 = 18;
const SUBROUTINES: u16 = 19;
const FONT_DICTS: u16 = 12 << 8 | 36;
const PARTS: u16 = 12 << 8 | 37;

/// The operands of an operator of a DICT, each with where it begins. None: it is not there, or the DICT is none.
fn operands(dict: &[u8], sought: u16) -> Option<Vec<(usize, i64)>> {
    let (mut at, mut operands) = (0, Vec::new());
    while at < dict.len() {
        let (value, length) = match dict[at] {
            28 => (i64::from(i16::from_be_bytes(dict.get(at + 1..at + 3)?.try_into().ok()?)), 3),
            29 => (i64::from(i32::from_be_bytes(dict.get(at + 1..at + 5)?.try_into().ok()?)), 5),
            // A real number ends with a half byte of ones.
            30 => (0, 2 + dict[at + 1..].iter().position(|b| b & 15 == 15 || b >> 4 == 15)?),
            b @ 32..=246 => (i64::from(b) - 139, 1),
            b @ 247..=250 => ((i64::from(b) - 247) * 256 + i64::from(*dict.get(at + 1)?) + 108, 2),
            b @ 251..=254 => ((251 - i64::from(b)) * 256 - i64::from(*dict.get(at + 1)?) - 108, 2),
            b => {
                let (operator, length) =
                    if b == 12 { (12 << 8 | u16::from(*dict.get(at + 1)?), 2) } else { (b.into(), 1) };
                if operator == sought {
                    return Some(operands);
                }
                operands.clear();
                at += length;
                continue;
            }
        };
        operands.push((at, value));
        at += length;
    }
    None
}

/// Where the Top DICT of a font that stands alone lies, and the INDEX it is in.
fn top_dict(font: &[u8]) -> Option<(Range<usize>, Index)> {
    let names = Index::read(font, usize::from(*font.get(2)?))?;
    let dicts = Index::read(font, names.end)?;
    Some((dicts.range(font, 0)?, dicts))
}

/// Where the INDEX of glyphs lies.
pub(super) fn char_strings(font: &[u8]) -> Option<usize> {
    usize::try_from(operands(font.get(top_dict(font)?.0)?, CHAR_STRINGS)?.last()?.1).ok()
}

/// Where what makes up a font's glyphs lies.
pub(super) struct Outlines {
    pub glyphs: Index,
    global: Index,
    /// Of each part of the font its own subroutines, where it has any.
    pub local: Vec<Option<Index>>,
    /// Where it stands which part a glyph is of; none where there is only one.
    parts: Option<usize>,
}

/// No subroutine is called within more others (Technical Note 5177, appendix B).
const MOST_CALLS: usize = 10;
/// No glyph is so long: what calls itself again and again would be.
const MOST_BYTES: usize = 1 << 16;

impl Outlines {
    pub(super) fn read(font: &[u8]) -> Option<Outlines> {
        let (top, dicts) = top_dict(font)?;
        let top = font.get(top)?;
        let strings = Index::read(font, dicts.end)?;
        let place = |dict: &[u8], operator| usize::try_from(operands(dict, operator)?.last()?.1).ok();
        let local = |dict: &[u8]| {
            let both = operands(dict, PRIVATE)?;
            let [length, start] = both.first_chunk()?.map(|(_, value)| usize::try_from(value).ok());
            let private = font.get(start?..start?.checked_add(length?)?)?;
            Index::read(font, start?.checked_add(place(private, SUBROUTINES)?)?)
        };
        let (local, parts) = match place(top, FONT_DICTS) {
            Some(at) => {
                let dicts = Index::read(font, at)?;
                let dicts = (0..dicts.count).map(|n| dicts.get(font, n));
                (dicts.map(|dict| Some(local(dict?))).collect::<Option<_>>()?, Some(place(top, PARTS)?))
            }
            None => (vec![local(top)], None),
        };
        let glyphs = Index::read(font, place(top, CHAR_STRINGS)?)?;
        Some(Outlines { glyphs, global: Index::read(font, strings.end)?, local, parts })
    }

    /// Where global subroutines and glyphs begin and end.
    pub(super) fn bulk(&self) -> [Range<usize>; 2] {
        [&self.global, &self.glyphs].map(|index| index.start..index.end)
    }

    /// Where the font says where the parts of its glyphs stand, and the part of each glyph: with one byte for each, so that
    /// nothing need be sought (Technical Note 5176, 19, format 0). None where it says so already, or of what has no parts.
    pub(super) fn parts_of_all(&self, font: &[u8]) -> Option<(usize, Vec<u8>)> {
        let at = self.parts.filter(|at| font.get(*at) == Some(&3))?;
        let two = |at: usize| Some(usize::from(u16::from_be_bytes(*font.get(at..)?.first_chunk()?)));
        let mut parts = vec![0; 1 + self.glyphs.count];
        for n in 0..two(at + 1)? {
            let range = at + 3 + 3 * n;
            let end = two(range + 3)?.min(self.glyphs.count);
            parts.get_mut(1 + two(range)?..1 + end)?.fill(*font.get(range + 2)?);
        }
        let (top, _) = top_dict(font)?;
        Some((top.start + operands(font.get(top)?, PARTS)?.last()?.0, parts))
    }

    /// The part that a glyph is of (Technical Note 5176, 19).
    fn part(&self, font: &[u8], glyph: u16) -> Option<usize> {
        let Some(at) = self.parts else { return Some(0) };
        let two = |at: usize| Some(u16::from_be_bytes(*font.get(at..)?.first_chunk()?));
        match font.get(at)? {
            0 => font.get(at + 1 + usize::from(glyph)).map(|part| usize::from(*part)),
            3 => {
                let ranges = usize::from(two(at + 1)?);
                let range = (0..ranges)
                    .rev()
                    .map(|n| at + 3 + 3 * n)
                    .find(|at| two(*at).is_some_and(|first| first <= glyph))?;
                font.get(range + 2).map(|part| usize::from(*part))
            }
            _ => None,
        }
    }

    /// A glyph by itself, without stems and masks; none if it computes, or is not understood.
    pub(super) fn bare(&self, font: &[u8], glyph: u16) -> Option<Vec<u8>> {
        let local = self.local.get(self.part(font, glyph)?)?.as_ref();
        let subroutine = |of: Option<&Index>, number: i32| {
            let of = of?;
            let bias = if of.count < 1240 {
                107
            } else if of.count < 33900 {
                1131
            } else {
                32768
            };
            of.get(font, usize::try_from(number.checked_add(bias)?).ok()?)
        };
        let glyph = self.glyphs.get(font, glyph.into())?;
        bare(glyph, |global, number| subroutine(if global { Some(&self.global) } else { local }, number))
    }
}

/// A Type 2 charstring with what its subroutines say in their place (`subroutine`: whether it is a global one, its number),
/// without its stems and masks.
fn bare<'f>(glyph: &'f [u8], subroutine: impl Fn(bool, i32) -> Option<&'f [u8]>) -> Option<Vec<u8>> {
    let mut bare = Vec::with_capacity(glyph.len());
    // What is read, the innermost last; where the operands of the next operator begin in what is written.
    let mut read = vec![glyph];
    let mut operands: Vec<usize> = Vec::new();
    let (mut stems, mut width_known, mut calls) = (0, false, 0);
    while let Some(rest) = read.last_mut() {
        let Some((&b, after)) = rest.split_first() else {
            read.pop();
            continue;
        };
        let length = match b {
            28 => 3,
            32..=246 => 1,
            247..=254 => 2,
            255 => 5,
            _ => 0,
        };
        if length > 0 {
            let (operand, after) = rest.split_at_checked(length)?;
            operands.push(bare.len());
            bare.extend_from_slice(operand);
            *rest = after;
            continue;
        }
        *rest = after;
        match b {
            // hstem, vstem, hstemhm, vstemhm, hintmask, cntrmask
            1 | 3 | 18 | 23 | 19 | 20 => {
                stems += operands.len() / 2;
                if let 19 | 20 = b {
                    *rest = rest.get(usize::div_ceil(stems, 8)..)?;
                }
                // The glyph's width stands before the operands of its first operator, whichever that is.
                let of_width = usize::from(!width_known && operands.len() % 2 == 1);
                bare.truncate(operands.get(of_width).copied().unwrap_or(bare.len()));
                operands.clear();
                width_known = true;
            }
            // callsubr, callgsubr
            10 | 29 => {
                calls += 1;
                let number = number(&bare[operands.last().copied()?..])?;
                bare.truncate(operands.pop()?);
                read.push(subroutine(b == 29, number)?);
            }
            // return
            11 => drop(read.pop()),
            // endchar; with four operands it puts two other glyphs together.
            14 => {
                bare.push(b);
                return (operands.len() < 4).then_some(bare);
            }
            // Moves, lines, curves.
            4..=8 | 21 | 22 | 24..=27 | 30 | 31 => {
                bare.push(b);
                operands.clear();
                width_known = true;
            }
            // Flexes.
            12 => {
                let (second @ 34..=37, after) = rest.split_first()? else { return None };
                bare.extend([12, *second]);
                *rest = after;
                operands.clear();
            }
            _ => return None,
        }
        if read.len() > MOST_CALLS || bare.len().max(calls) > MOST_BYTES {
            return None;
        }
    }
    Some(bare)
}

/// An operand of a charstring that is a whole number.
fn number(operand: &[u8]) -> Option<i32> {
    match *operand {
        [28, a, b] => Some(i16::from_be_bytes([a, b]).into()),
        [a @ 32..=246] => Some(i32::from(a) - 139),
        [a @ 247..=250, b] => Some((i32::from(a) - 247) * 256 + i32::from(b) + 108),
        [a @ 251..=254, b] => Some((251 - i32::from(a)) * 256 - i32::from(b) - 108),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_and_masks_go_and_the_width_stays() {
        // 50 (width) 10 20 hstemhm 30 40 hintmask(1 byte) 1 2 rmoveto 5 hlineto hintmask endchar
        let n = |v: i32| (v + 139) as u8;
        let hinted = [n(50), n(10), n(20), 18, n(30), n(40), 19, 0xC0, n(1), n(2), 21, n(5), 6, 19, 0x80, 14];
        let none: fn(bool, i32) -> Option<&'static [u8]> = |_, _| None;
        assert_eq!(bare(&hinted, none).expect("plain"), [n(50), n(1), n(2), 21, n(5), 6, 14]);
        let plain = [n(1), n(2), 21, 28, 1, 0, n(7), 5, 12, 35, 14];
        assert_eq!(bare(&plain, none).expect("plain"), plain);
        assert_eq!(bare(&[n(3), 10], none), None, "there is no such subroutine");
        assert_eq!(bare(&[n(1), n(2), n(3), n(4), 14], none), None, "two other glyphs put together");
    }

    #[test]
    fn subroutines_stand_where_they_are_called() {
        let n = |v: i32| (v + 139) as u8;
        // Stems within a subroutine; operands before a call and in what it calls; the end of the glyph within one.
        let stems = [n(10), n(20), 1, 11];
        let line = [n(4), 5, n(8), 29, 14];
        let end = [n(7), 6, 14];
        let of = |global: bool, number: i32| match (global, number) {
            (false, -3) => Some(&stems[..]),
            (false, 300) => Some(&line[..]),
            (true, 8) => Some(&end[..]),
            _ => None,
        };
        let glyph = [n(-3), 10, n(1), n(2), 21, n(3), 247, 192, 10, n(9)];
        assert_eq!(bare(&glyph, of).expect("plain"), [n(1), n(2), 21, n(3), n(4), 5, n(7), 6, 14]);
    }

    #[test]
    fn a_subroutine_that_calls_itself_ends() {
        let n = |v: i32| (v + 139) as u8;
        let itself = [n(0), 10];
        assert_eq!(bare(&itself, |_, _| Some(&itself)), None);
        // Ten deep, each calls the next a hundred times.
        let hundred = |number: i32| [n(number), 10].repeat(100);
        let deep: Vec<Vec<u8>> = (1..=9).map(hundred).collect();
        assert_eq!(bare(&hundred(0), |_, number| deep.get(number as usize).map(Vec::as_slice)), None);
    }

    #[test]
    fn what_is_no_font_has_no_glyphs() {
        for bytes in [&b""[..], b"\x01\x00\x04", b"\x01\x00\x04\x01\x00\x01\x01\x01\x02a\x00\x01\x01\x01\x03\x1e"] {
            assert_eq!(char_strings(bytes), None);
        }
    }
}
