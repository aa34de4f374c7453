//! Text within XML and HTML: the one place that knows which characters are markup, and which cannot stand there at all.

/// XML 1.0, production 2: everything else has no way into an XML file, not even escaped.
pub fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// For content and for attribute values in double quotes; characters that XML cannot hold are left out.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| is_legal(c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// [`escape`] for a paragraph of HTML: its line breaks are told.
pub fn escape_lines(text: &str) -> String {
    escape(text).replace('\n', "<br>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_and_what_xml_cannot_hold_goes() {
        assert_eq!(escape("a<b>&\"c\"\u{1}\u{FFFE}\t"), "a&lt;b&gt;&amp;&quot;c&quot;\t");
        assert_eq!(escape_lines("甲\n<乙>"), "甲<br>&lt;乙&gt;");
    }
}
