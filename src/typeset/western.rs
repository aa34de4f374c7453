//! Words in Latin letters within Chinese text, which a voice should read in their own language (ISO 32000-1 14.9.2;
//! ISO 14289-1 7.2).

use std::ops::Range;

/// The language they are taken for; nothing in the data says another.
pub const LANGUAGE: &str = "en";

/// Where words in Latin letters lie, in bytes: two letters or more side by side, with other such words that spaces
/// or hyphens join to them. A letter by itself (A4, B级) is a sign like any other.
pub fn words(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(u8::is_ascii_alphabetic) {
        at += next;
        let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if end >= at + 2 {
            match found.last_mut() {
                Some(last) if joins(&text[last.end..at]) => last.end = end,
                _ => found.push(at..end),
            }
        }
        at = end;
    }
    found
}

/// What stands between two words of one phrase.
fn joins(between: &str) -> bool {
    matches!(between, " " | "-" | "'" | "’" | " & " | "&" | ", ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_and_phrases_but_no_single_letters() {
        let words = |text: &str| super::words(text).into_iter().map(|w| text[w].to_string()).collect::<Vec<_>>();
        assert_eq!(words("推广PPP模式，用A4纸"), ["PPP"]);
        assert_eq!(words("WPS Office与LibreOffice"), ["WPS Office", "LibreOffice"]);
        assert_eq!(words("don’t"), ["don"]);
        assert!(words("B级 2023年").is_empty() && words("").is_empty());
    }
}
