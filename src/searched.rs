//! Kinds of characters, and the one form in which texts are searched: what does not show is left out, what is as wide as
//! an ideograph is as ASCII has it. Where a character stands in what was typed is kept.

/// A Chinese character.
pub fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c) || ('\u{20000}'..='\u{323af}').contains(&c)
}

/// It takes no room: zero-width spaces and joiners, soft hyphens, marks of direction, variation selectors.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}')
}

/// ASCII, ideographs, their marks, dashes, quotation marks and dots that are searched as they stand: what nearly all texts
/// are made of, none of it invisible or in disguise.
pub fn is_plain(c: char) -> bool {
    matches!(c, '\0'..='\u{7f}' | '\u{2014}'..='\u{2027}' | '\u{3000}'..='\u{9fff}')
        || matches!(c, '，' | '。' | '：' | '；' | '（' | '）' | '？' | '！')
}

/// The form that a character is searched in; none: it is left out.
fn plain(c: char) -> Option<char> {
    Some(match c {
        c if is_plain(c) => c,
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '＠' => '@',
        '＋' => '+',
        '％' => '%',
        '．' => '.',
        '／' => '/',
        '＿' => '_',
        '－' | '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => ' ',
        c if is_invisible(c) => return None,
        c => c,
    })
}

/// The characters of a text, folded into a few bits: what is not among them is not in the text, what is may be.
#[derive(Debug, Clone, Copy)]
pub struct Characters([u64; Characters::WORDS]);

impl Characters {
    const WORDS: usize = 8;

    pub fn of(chars: &[char]) -> Characters {
        let mut all = Characters([0; Characters::WORDS]);
        for &c in chars {
            let (word, bit) = Characters::place(c);
            all.0[word] |= bit;
        }
        all
    }

    pub fn may_have(&self, c: char) -> bool {
        let (word, bit) = Characters::place(c);
        self.0[word] & bit != 0
    }

    /// Of the product with 2^32 / φ the first bits are spread evenly.
    fn place(c: char) -> (usize, u64) {
        let spread = u32::from(c).wrapping_mul(0x9e37_79b1) >> (u32::BITS - (64 * Characters::WORDS as u32).ilog2());
        ((spread / 64) as usize, 1 << (spread % 64))
    }
}

/// A text as it was typed, where that is not the form it is searched in.
#[derive(Debug, Clone)]
pub struct Typed {
    pub chars: Vec<char>,
    /// Per character of the searched form, and for the end: where it stands in what was typed.
    starts: Vec<u32>,
}

/// The form that a text is searched in, and what was typed where that differs.
pub fn searched(typed: Vec<char>) -> (Vec<char>, Option<Typed>) {
    if typed.iter().all(|c| plain(*c) == Some(*c)) {
        return (typed, None);
    }
    let (mut chars, mut starts) = (Vec::with_capacity(typed.len()), Vec::with_capacity(typed.len() + 1));
    for (at, c) in typed.iter().enumerate() {
        if let Some(c) = plain(*c) {
            chars.push(c);
            starts.push(at as u32);
        }
    }
    starts.push(typed.len() as u32);
    (chars, Some(Typed { chars: typed, starts }))
}

/// Whether a text is in the form that it is searched in.
pub fn is_searched(text: &str) -> bool {
    text.chars().all(|c| plain(c) == Some(c))
}

/// A text in the form that it is searched in.
pub fn searched_text(text: &str) -> String {
    text.chars().filter_map(plain).collect()
}

impl Typed {
    /// Where a character of the searched form stands.
    pub fn at(&self, at: usize) -> usize {
        self.starts[at.min(self.starts.len() - 1)] as usize
    }

    /// The first character of the searched form that stands at a place, or after it.
    pub fn searched_at(&self, place: usize) -> usize {
        self.starts.partition_point(|start| (*start as usize) < place).min(self.starts.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_searched_as_the_same() {
        assert_eq!(searched_text("1380\u{ad}013\u{200b}8０００"), "13800138000");
        assert_eq!(searched_text("138\u{a0}0013－8000，＋86"), "138 0013-8000，+86");
        assert_eq!(searched_text("金额（万元）：1,000"), "金额（万元）：1,000");
    }

    #[test]
    fn places_of_what_was_typed_are_kept() {
        let (chars, typed) = searched("一\u{200b}二\u{200b}\u{200b}三".chars().collect());
        let typed = typed.expect("it differs");
        assert_eq!(chars, ['一', '二', '三']);
        assert_eq!((0..4).map(|i| typed.at(i)).collect::<Vec<_>>(), [0, 2, 5, 6]);
        assert_eq!((0..7).map(|i| typed.searched_at(i)).collect::<Vec<_>>(), [0, 1, 1, 2, 2, 2, 3]);
        assert!(searched("一二三".chars().collect()).1.is_none());
    }
}
