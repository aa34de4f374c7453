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

/// Where the INDEX of glyphs lies: operator 17 of the Top DICT.
pub(super) fn char_strings(font: &[u8]) -> Option<usize> {
    const CHAR_STRINGS: u8 = 17;
    let names = Index::read(font, usize::from(*font.get(2)?))?;
    let dicts = Index::read(font, names.end)?;
    let dict = dicts.get(font, 0)?;
    let (mut at, mut last) = (0, None);
    while at < dict.len() {
        let (value, length) = match dict[at] {
            28 => (i64::from(i16::from_be_bytes(dict.get(at + 1..at + 3)?.try_into().ok()?)), 3),
            29 => (i64::from(i32::from_be_bytes(dict.get(at + 1..at + 5)?.try_into().ok()?)), 5),
            // A real number ends with a half byte of ones.
            30 => (0, 2 + dict[at + 1..].iter().position(|b| b & 15 == 15 || b >> 4 == 15)?),
            b @ 32..=246 => (i64::from(b) - 139, 1),
            b @ 247..=250 => ((i64::from(b) - 247) * 256 + i64::from(*dict.get(at + 1)?) + 108, 2),
            b @ 251..=254 => ((251 - i64::from(b)) * 256 - i64::from(*dict.get(at + 1)?) - 108, 2),
            CHAR_STRINGS => return usize::try_from(last?).ok(),
            12 => (0, 2),
            _ => (0, 1),
        };
        last = Some(value);
        at += length;
    }
    None
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
