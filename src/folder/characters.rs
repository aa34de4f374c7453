//! Characters that look like others and are not the same: what they are read as. They come from PDF files (radicals
//! in place of ideographs), from Macs (letters and their accents apart), from fonts and files of GBK's time (code
//! points for private use).

use encoding_rs::GB18030;
use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Unicode's EquivalentUnifiedIdeograph of U+2E80 to U+2EF3, the CJK Radicals Supplement; a dash where there is none.
const RADICALS: &str = "\
-厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵-旡日月歺母\
民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹\
艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠\
饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟\
";

/// A text with every character as what it is: composed (NFC), radicals as the ideographs they are of, code points
/// that GBK kept for private use as the characters they stand for. Nothing else changes, line breaks least of all.
pub(super) fn as_meant(text: &str) -> Cow<'_, str> {
    if !any_pair(text.as_bytes(), may_be_suspect) || !text.chars().any(is_suspect) {
        return Cow::Borrowed(text);
    }
    let composed: Cow<str> = if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) };
    Cow::Owned(composed.chars().map(meant).collect())
}

/// Whether any two bytes side by side are such; in most texts none are, and they are asked many at a time.
pub(super) fn any_pair(bytes: &[u8], is: impl Fn(u8, u8) -> bool) -> bool {
    const AT_A_TIME: usize = 256;
    let seconds = bytes.get(1..).unwrap_or_default();
    let mut some = bytes.chunks(AT_A_TIME).zip(seconds.chunks(AT_A_TIME));
    some.any(|(first, second)| first.iter().zip(second).fold(false, |any, (&a, &b)| any | is(a, b)))
}

/// The first bytes of all characters that [`is_suspect`] names, and of few others.
fn may_be_suspect(first: u8, second: u8) -> bool {
    let alone = (first == 0xCC) | (first == 0xCD) | (first == 0xE1) | (first == 0xEE) | (first == 0xF0);
    let of_two = (first == 0xE2) & ((second == 0x83) | (second == 0x84) | (second >= 0xBA))
        | (first == 0xE3) & (second == 0x82)
        | (first == 0xEF) & (second <= 0xAB);
    alone | of_two
}

/// Whether a character may be another than it looks.
fn is_suspect(c: char) -> bool {
    // Most text ends here: ideographs, ASCII and the punctuation between them.
    !matches!(c, '\0'..='\u{2FF}' | '\u{3000}'..='\u{3098}' | '\u{309D}'..='\u{9FFF}')
        && (matches!(c,
            '\u{300}'..='\u{36F}' | '\u{1100}'..='\u{11FF}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20FF}' | '\u{2E80}'..='\u{2FDF}' | '\u{3099}' | '\u{309A}'
            | '\u{E000}'..='\u{F8FF}' | '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}')
            || matches!(c, '\u{212A}' | '\u{212B}' | '\u{2126}'))
}

fn meant(c: char) -> char {
    match c {
        '\u{2E80}'..='\u{2EF3}' => match RADICALS.chars().nth(c as usize - 0x2E80) {
            Some(ideograph) if ideograph != '-' => ideograph,
            _ => c,
        },
        // Each Kangxi radical is by compatibility one ideograph.
        '\u{2F00}'..='\u{2FD5}' => c.nfkc().next().unwrap_or(c),
        '\u{E000}'..='\u{F8FF}' => of_private_use(c).map_or(c, meant),
        _ => c,
    }
}

/// What a code point for private use stands for in GBK and GB 18030-2000, which had no other for it.
fn of_private_use(c: char) -> Option<char> {
    let code = c as u32;
    let found = match code {
        // GBK FE50 to FEA0, in order; 7F is no trail byte. The standard's later editions moved most of them.
        0xE815..=0xE864 => {
            let trail = 0x50 + (code - 0xE815) as u8;
            let bytes = [0xFE, if trail >= 0x7F { trail + 1 } else { trail }];
            match code {
                0xE816 => '\u{20087}',
                0xE817 => '\u{20089}',
                0xE818 => '\u{200CC}',
                0xE831 => '\u{215D7}',
                0xE83B => '\u{2298F}',
                0xE855 => '\u{241FE}',
                _ => {
                    let text = GB18030.decode_without_bom_handling_and_without_replacement(&bytes)?;
                    text.chars().next().filter(|c| !('\u{E000}'..='\u{F8FF}').contains(c)).or(match code {
                        0xE81E => Some('\u{9FB4}'),
                        0xE826 => Some('\u{9FB5}'),
                        0xE82B => Some('\u{9FB6}'),
                        0xE82C => Some('\u{9FB7}'),
                        0xE832 => Some('\u{9FB8}'),
                        0xE843 => Some('\u{9FB9}'),
                        0xE854 => Some('\u{9FBA}'),
                        0xE864 => Some('\u{9FBB}'),
                        _ => None,
                    })?
                }
            }
        }
        // Marks for vertical text, A6D9 to A6F5.
        0xE78D => '\u{FE10}',
        0xE78E => '\u{FE12}',
        0xE78F => '\u{FE11}',
        0xE790..=0xE796 => char::from_u32(0xFE13 + code - 0xE790)?,
        0xE7C7 => '\u{1E3F}',
        0xE7C8 => '\u{1F9}',
        0xE7E7 => '\u{303E}',
        0xE7E8..=0xE7F3 => char::from_u32(0x2FF0 + code - 0xE7E8)?,
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suspect_is_seen_by_its_bytes() {
        for c in ('\u{80}'..=char::MAX).filter(|&c| is_suspect(c)) {
            let mut bytes = [0; 4];
            let bytes = c.encode_utf8(&mut bytes).as_bytes();
            assert!(may_be_suspect(bytes[0], bytes[1]), "U+{:04X}", c as u32);
        }
        // Wherever they stand.
        for at in [0, 1, 254, 255, 256, 257, 511] {
            let text = format!("{}{}{}", "a".repeat(at), '\u{2F2F}', "b".repeat(600 - at));
            assert!(as_meant(&text).contains('工'), "{at}");
        }
        let common = "2023年，预算（类）“三公”——《办法》、0.02万元：90%；≥1，①…￥·\u{3000}";
        assert!(!any_pair(common.as_bytes(), may_be_suspect));
    }

    #[test]
    fn a_radical_from_a_pdf_is_the_ideograph_it_looks_like() {
        assert_eq!(as_meant("\u{2F2F}程为⺠，⻓江⻢\u{2F08}"), "工程为民，长江马人");
        assert_eq!(as_meant("\u{2E80}"), "\u{2E80}", "one that is the form of no ideograph stays");
        assert_eq!(RADICALS.chars().count(), 0x2EF3 - 0x2E80 + 1);
        let all: Vec<char> = ('\u{2F00}'..='\u{2FD5}').map(meant).collect();
        assert!(all.iter().all(|c| ('\u{4E00}'..='\u{9FFF}').contains(c)), "{all:?}");
    }

    #[test]
    fn letters_with_their_accents_apart_are_composed() {
        assert_eq!(as_meant("Cafe\u{301}绿化"), "Café绿化");
        assert_eq!(as_meant("\u{F9DC}\u{FA0E}"), "隆\u{FA0E}", "a compatibility ideograph; one that is unified stays");
    }

    #[test]
    fn code_points_of_gbk_for_private_use_are_what_they_stand_for() {
        for (code, meant) in [
            ('\u{E863}', '䶮'),
            ('\u{E815}', '⺁'),
            ('\u{E816}', '𠂇'),
            ('\u{E81E}', '龴'),
            ('\u{E864}', '龻'),
            ('\u{E78D}', '︐'),
            ('\u{E7C7}', 'ḿ'),
            ('\u{E7E7}', '〾'),
            ('\u{E7F3}', '⿻'),
        ] {
            assert_eq!(as_meant(&code.to_string()), as_meant(&meant.to_string()), "U+{:04X}", code as u32);
        }
        assert_eq!(as_meant("\u{E000}"), "\u{E000}", "whatever else is put there");
        // None of the two bytes' characters is left for private use.
        let left: Vec<char> = ('\u{E815}'..='\u{E864}').filter(|&c| of_private_use(c).is_none()).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
