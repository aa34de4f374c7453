//! A number as printed, or as someone typed it over: full-width digits, separators of any kind, signs.

use rust_decimal::Decimal;

/// The value of a text that is a number, in the unit it is printed in; None for anything else. `１，２３４．５`,
/// `1 234.5`, `-3`, `－3`, `▲3` and `(3)` (both negative), `12.5%` (12.5).
pub fn value(text: &str) -> Option<Decimal> {
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return plain(text);
    }
    let narrow: String = text.chars().map(narrow).filter(|c| !is_space(*c)).collect();
    let narrow = narrow.strip_suffix('%').unwrap_or(&narrow);
    let (negative, digits) = sign(narrow);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.starts_with(',') || fraction.contains(',') {
        return None;
    }
    let value = plain(&digits.replace(',', ""))?;
    Some(if negative { -value } else { value })
}

/// Digits, with or without a point among them.
fn plain(digits: &str) -> Option<Decimal> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if all_digits(whole) && all_digits(fraction) { digits.parse().ok() } else { None }
}

/// The half-width form of full-width signs and digits.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        '．' => '.',
        '，' | '、' | '﹐' | '٬' | '’' | '\'' => ',',
        '－' | '−' | '–' | '﹣' | '‐' | '‑' => '-',
        '＋' => '+',
        '％' => '%',
        '（' => '(',
        '）' => ')',
        c => c,
    }
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

fn sign(text: &str) -> (bool, &str) {
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        return (true, inner);
    }
    if let Some(rest) = text.strip_prefix(['-', '▲', '△']) {
        return (true, rest);
    }
    (false, text.strip_prefix('+').unwrap_or(text))
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
        for text in
            ["", "—", "无", "1.2.3", ".5", "5.", "12a", "1.2,3", ",5", "-", "()", "99999999999999999999999999999999"]
        {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
