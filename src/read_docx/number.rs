//! A number as printed, or as someone typed it over: full-width digits, separators of any kind, signs.

use crate::printable::half_width;
use rust_decimal::Decimal;

/// The value of a text that is a number, in the unit it is printed in; None for anything else. `１，２３４．５`,
/// `1 234.5`, `-3`, `－3`, `▲3` and `(3)` (both negative), `12.5%` (12.5).
pub fn value(text: &str) -> Option<Decimal> {
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return plain(text);
    }
    let narrow: String = text.trim().chars().map(narrow).filter(|c| !is_unseen(*c)).collect();
    let narrow = narrow.strip_suffix('%').unwrap_or(&narrow).trim();
    let (negative, digits) = sign(narrow);
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let value = plain(&(without_separators(whole)? + fraction))?;
    Some(if negative { -value } else { value })
}

/// The digits of a whole number in groups of three or of four. Others are no separators: `0,83` is not 83.
fn without_separators(whole: &str) -> Option<String> {
    let groups: Vec<&str> = whole.split(|c: char| c == ',' || c.is_whitespace()).collect();
    let [first, rest @ ..] = &*groups else { return None };
    // A blank may stand beside the comma.
    let rest: Vec<&str> = rest.iter().copied().filter(|group| !group.is_empty()).collect();
    let grouped = |size: usize| first.len() <= size && rest.iter().all(|group| group.len() == size);
    (!first.is_empty() && (rest.is_empty() && groups.len() == 1 || !rest.is_empty() && (grouped(3) || grouped(4))))
        .then(|| groups.concat())
}

/// Digits, with or without a point among them.
fn plain(digits: &str) -> Option<Decimal> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if all_digits(whole) && all_digits(fraction) { digits.parse().ok() } else { None }
}

/// The half-width form of digits and signs, one sign for those that mean the same.
fn narrow(c: char) -> char {
    match c {
        '，' | '、' | '﹐' | '٬' | '’' | '\'' => ',',
        '−' | '–' | '﹣' | '‐' | '‑' => '-',
        c => half_width(c),
    }
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

fn sign(text: &str) -> (bool, &str) {
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        return (true, inner.trim());
    }
    if let Some(rest) = text.strip_prefix(['-', '▲', '△']) {
        return (true, rest.trim());
    }
    (false, text.strip_prefix('+').unwrap_or(text).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_printed_and_as_typed() {
        let cases = [
            ("85.05", "85.05"),
            ("１，２３４．５０", "1234.50"),
            ("1,234,567.80", "1234567.80"),
            (" 1 234.5\u{A0}", "1234.5"),
            ("1, 234.50", "1234.50"),
            ("12,3456.00", "123456.00"),
            ("- 3", "-3"),
            ("－3", "-3"),
            ("(3.00)", "-3.00"),
            ("▲3", "-3"),
            ("12.5％", "12.5"),
            ("+7", "7"),
            ("0", "0"),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text), Some(expected.parse().expect("a decimal")), "{text}");
        }
    }

    #[test]
    fn what_is_no_number() {
        let texts =
            ["", "—", "无", "1.2.3", ".5", "5.", "12a", "1.2,3", ",5", "-", "()", "99999999999999999999999999999999"];
        // A comma or a blank that parts no groups: a decimal comma, a slip, two numbers.
        let odd = ["0,83", "1,23,456", "12 34 5", "1,2345,678", "5,", "1234,567", "3 000000"];
        for text in texts.into_iter().chain(odd) {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
