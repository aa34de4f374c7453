//! Text as XML 1.0 takes it, and lengths as WordprocessingML counts them.

use crate::markup::{self, is_legal};
use std::borrow::Cow;

/// Word's twentieths of a point.
pub fn twips(pt: f64) -> i64 {
    (pt * 20.0).round() as i64
}

/// Twips from millimetres.
pub fn twips_mm(mm: f64) -> i64 {
    twips(mm * crate::style::MM)
}

/// Stands in a run's text where typesetting ends a line of a title or a head; private use, so that no text looks like
/// it. The file has [`LINE_END`] there, which nobody reads as part of the text.
pub const TURN: char = '\u{F0003}';

/// As [`TURN`], in a title that the contents list. Word makes those anew of the titles and would end their lines there too;
/// every Word knows what the first alternative asks for, and has no break. LibreOffice takes the other one (ECMA-376-3 10.2).
pub const TURN_OF_LISTED: char = '\u{F0004}';

/// A line break that clears what stands beside the text: nothing does, so it is one like any other, and told from those
/// that people type (ECMA-376-1 17.3.3.1).
const LINE_END: &str = r#"</w:t><w:br w:type="textWrapping" w:clear="all"/><w:t xml:space="preserve">"#;

const LINE_END_OF_LISTED: &str = r#"</w:t><mc:AlternateContent><mc:Choice Requires="w"/><mc:Fallback><w:br w:type="textWrapping" w:clear="all"/></mc:Fallback></mc:AlternateContent><w:t xml:space="preserve">"#;

/// XML with what [`TURN`] and [`TURN_OF_LISTED`] stand for.
pub fn turned(xml: &str) -> Cow<'_, str> {
    if xml.contains([TURN, TURN_OF_LISTED]) {
        Cow::Owned(xml.replace(TURN, LINE_END).replace(TURN_OF_LISTED, LINE_END_OF_LISTED))
    } else {
        Cow::Borrowed(xml)
    }
}

/// Text without the characters that XML cannot hold, tabs and carriage returns as what they look like.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| is_legal(c) && c != '\t' && c != '\r') {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter(|&c| is_legal(c) && c != '\r').map(|c| if c == '\t' { ' ' } else { c });
    Cow::Owned(kept.collect())
}

/// Cleaned and escaped for content and for attribute values in double quotes, where a line break would be a space.
pub fn escape(text: &str) -> String {
    markup::escape(&clean(text)).replace('\n', "&#10;")
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
