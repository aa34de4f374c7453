//! Text that others wrote, made safe to show: a terminal obeys control characters, and a line break within a field
//! makes a line of the text that was never said.

use std::borrow::Cow;

/// Control characters, marks that turn the direction of writing, noncharacters.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FDD0}'..='\u{FDEF}')
        || c as u32 & 0xFFFE == 0xFFFE
}

/// The ASCII character of which this one is the form of full width: ２ is 2, （ is (.
pub fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// For a field of a line: line breaks and tabs are blanks, everything else that cannot be shown is U+FFFD.
pub fn field(text: &str) -> Cow<'_, str> {
    replaced(text, |c, _| matches!(c, '\n' | '\r' | '\t').then_some(' '))
}

/// For everything that goes to a terminal: line ends (`\n`, `\r\n`) and tabs stay, all else that cannot be shown is
/// U+FFFD.
pub fn lines(text: &str) -> Cow<'_, str> {
    replaced(text, |c, next| (matches!(c, '\n' | '\t') || c == '\r' && next == Some('\n')).then_some(c))
}

/// `kept`: what stands for a character that cannot be shown, by it and the one after it.
fn replaced(text: &str, kept: impl Fn(char, Option<char>) -> Option<char>) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut characters = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = characters.next() {
        let next = characters.peek().copied();
        out.push(if is_unprintable(c) { kept(c, next).unwrap_or(char::REPLACEMENT_CHARACTER) } else { c });
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_as_a_mark() {
        assert_eq!(
            lines("甲\u{1b}[31m\u{7}\u{9b}0m乙\r\n丙\t丁\r戊"),
            "甲\u{FFFD}[31m\u{FFFD}\u{FFFD}0m乙\r\n丙\t丁\u{FFFD}戊"
        );
        assert_eq!(lines("100\u{202E}001"), "100\u{FFFD}001");
        assert_eq!(field("t5/a\t9.99\nt5/b\u{0}"), "t5/a 9.99 t5/b\u{FFFD}");
        assert!(matches!(lines("预算 1.00"), Cow::Borrowed(_)));
    }
}
