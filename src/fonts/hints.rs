//! What is read of bare CFF fonts, and their glyphs without hints: stems and masks guide the pixels of coarse screens, and
//! print and today's screens do not need them (Adobe Technical Notes 5176, 5177).

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

    pub(super) fn get<'f>(&self, font: &'f [u8], n: usize) -> Option<&'f [u8]> {
        font.get(self.data + self.offset(font, n)?..self.data + self.offset(font, n + 1)?)
    }
}

/// An operator of a DICT (Technical Note 5176, table 9, 10, 23); those of two bytes are behind 12.
const CHAR_STRINGS: u16 = 17;
const PRIVATE: u16 = 18;
const SUBROUTINES: u16 = 19;
const FONT_DICTS: u16 = 12 << 8 | 36;

/// The operands of an operator of a DICT. None: it is not there, or the DICT is none.
fn operands(dict: &[u8], sought: u16) -> Option<Vec<i64>> {
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
        operands.push(value);
        at += length;
    }
    None
}

fn top_dict(font: &[u8]) -> Option<&[u8]> {
    let names = Index::read(font, usize::from(*font.get(2)?))?;
    Index::read(font, names.end)?.get(font, 0)
}

/// Where the INDEX of glyphs lies.
pub(super) fn char_strings(font: &[u8]) -> Option<usize> {
    usize::try_from(*operands(top_dict(font)?, CHAR_STRINGS)?.last()?).ok()
}

/// Where the INDEXes of subroutines lie that are local to the font's parts, each once.
pub(super) fn local_subroutines(font: &[u8]) -> Option<Vec<usize>> {
    let top = top_dict(font)?;
    let parts = match operands(top, FONT_DICTS) {
        Some(at) => Index::read(font, usize::try_from(*at.last()?).ok()?)?,
        None => Index { start: 0, count: 0, width: 1, data: 0, end: 0 },
    };
    let dicts = (0..parts.count).map(|n| parts.get(font, n)).chain([Some(top)]);
    let mut found = Vec::new();
    for dict in dicts {
        let Some([length, start]) = operands(dict?, PRIVATE).as_deref().and_then(|both| both.first_chunk().copied())
        else {
            continue;
        };
        let (length, start) = (usize::try_from(length).ok()?, usize::try_from(start).ok()?);
        let private = font.get(start..start.checked_add(length)?)?;
        if let Some(at) = operands(private, SUBROUTINES) {
            found.push(start.checked_add(usize::try_from(*at.last()?).ok()?)?);
        }
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

/// A Type 2 charstring without its stems and masks; none if it calls subroutines or computes.
pub(super) fn without_hints(glyph: &[u8]) -> Option<Vec<u8>> {
    let mut bare = Vec::with_capacity(glyph.len());
    // Where the operands of the next operator begin, how many there are, and how long the first is.
    let (mut start, mut count, mut first) = (0, 0, 0);
    let (mut stems, mut width_known) = (0, false);
    let mut at = 0;
    while at < glyph.len() {
        let b = glyph[at];
        let length = match b {
            28 => 3,
            32..=246 => 1,
            247..=254 => 2,
            255 => 5,
            _ => 0,
        };
        if length > 0 {
            bare.extend_from_slice(glyph.get(at..at + length)?);
            first = if count == 0 { length } else { first };
            (count, at) = (count + 1, at + length);
            continue;
        }
        at += 1;
        match b {
            // hstem, vstem, hstemhm, vstemhm, hintmask, cntrmask
            1 | 3 | 18 | 23 | 19 | 20 => {
                // The glyph's width stands before the operands of its first operator, whichever that is.
                start += if !width_known && count % 2 == 1 { first } else { 0 };
                bare.truncate(start);
                (stems, width_known) = (stems + count / 2, true);
                if let 19 | 20 = b {
                    at += usize::div_ceil(stems, 8);
                }
            }
            // Moves, lines, curves, endchar.
            4..=8 | 14 | 21 | 22 | 24..=27 | 30 | 31 => {
                bare.push(b);
                (start, width_known) = (bare.len(), true);
            }
            // Flexes.
            12 if matches!(glyph.get(at), Some(34..=37)) => {
                bare.extend([12, glyph[at]]);
                at += 1;
                start = bare.len();
            }
            _ => return None,
        }
        count = 0;
    }
    (at == glyph.len()).then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_and_masks_go_and_the_width_stays() {
        // 50 (width) 10 20 hstemhm 30 40 hintmask(1 byte) 1 2 rmoveto 5 hlineto hintmask endchar
        let n = |v: i32| (v + 139) as u8;
        let hinted = [n(50), n(10), n(20), 18, n(30), n(40), 19, 0xC0, n(1), n(2), 21, n(5), 6, 19, 0x80, 14];
        assert_eq!(without_hints(&hinted).expect("plain"), [n(50), n(1), n(2), 21, n(5), 6, 14]);
        let bare = [n(1), n(2), 21, 28, 1, 0, n(7), 5, 12, 35, 14];
        assert_eq!(without_hints(&bare).expect("plain"), bare);
        assert_eq!(without_hints(&[n(3), 10]), None, "a subroutine may hold stems");
    }

    #[test]
    fn what_is_no_font_has_no_glyphs() {
        for bytes in [&b""[..], b"\x01\x00\x04", b"\x01\x00\x04\x01\x00\x01\x01\x01\x02a\x00\x01\x01\x01\x03\x1e"] {
            assert_eq!(char_strings(bytes), None);
        }
    }
}
