//! Text as XML 1.0 takes it, and lengths as WordprocessingML counts them.

use std::borrow::Cow;

/// Word's twentieths of a point.
pub fn twips(pt: f64) -> i64 {
    (pt * 20.0).round() as i64
}

/// Twips from millimetres.
pub fn twips_mm(mm: f64) -> i64 {
    twips(mm * crate::style::MM)
}

/// XML 1.0, production 2. Everything else has no way into an XML file, not even escaped.
fn legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Text without the characters that XML cannot hold, tabs and carriage returns as what they look like.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| legal(c) && c != '\t' && c != '\r') {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter(|&c| legal(c) && c != '\r').map(|c| if c == '\t' { ' ' } else { c });
    Cow::Owned(kept.collect())
}

/// Cleaned and escaped for content and for attribute values in double quotes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c => out.push(c),
        }
    }
    out
}

/// [`escape`] onto the end of XML.
pub fn push_escaped(out: &mut Vec<u8>, text: &str) {
    let harmless = |b: u8| b >= b' ' && !matches!(b, b'&' | b'<' | b'>' | b'"' | 0x7F | 0xEF);
    if text.bytes().all(harmless) {
        out.extend_from_slice(text.as_bytes());
    } else {
        out.extend_from_slice(escape(text).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illegal_characters_go_and_markup_is_escaped() {
        assert_eq!(clean("甲\u{0}乙\u{B}\u{FFFE}丙\t丁\r"), "甲乙丙 丁");
        assert_eq!(escape("a<b>&\"c\"\u{1}"), "a&lt;b&gt;&amp;&quot;c&quot;");
    }
}
