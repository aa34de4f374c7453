//! Binary numbers of cells as the decimals that were typed.

use std::borrow::Cow;

/// Digits that Excel keeps of a number.
const DIGITS: usize = 15;

/// The shortest decimal within 15 digits that gives the number stored (7.0000000000000009 is 7), as plain digits; one with
/// very many noughts stays in scientific form. None if it is no number.
pub fn exact(stored: &str) -> Option<Cow<'_, str>> {
    let stored = stored.trim();
    if is_plain(stored) {
        return Some(Cow::Borrowed(without_trailing_zeros(stored)));
    }
    let number: f64 = stored.parse().ok().filter(|number: &f64| number.is_finite())?;
    Some(Cow::Owned(of_double(number)))
}

/// The same of a number as the machine has it; it is finite.
pub fn of_double(number: f64) -> String {
    /// Noughts beyond the digits that are still written out.
    const PLAIN: i32 = 21;
    if number == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:.*e}", DIGITS - 1, number);
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if exponent.abs() > PLAIN {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}E{exponent:+}");
    }
    let whole = exponent + 1;
    if whole <= 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(whole.unsigned_abs() as usize));
    }
    let whole = whole as usize;
    match digits.get(whole..).filter(|rest| !rest.is_empty()) {
        Some(rest) => format!("{sign}{}.{rest}", &digits[..whole]),
        None => format!("{sign}{digits}{}", "0".repeat(whole - digits.len())),
    }
}

/// Digits with at most one point that need no rounding.
fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let starts = !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
    starts && is_digits(whole) && is_digits(fraction) && whole.len() + fraction.len() <= DIGITS && digits != "0"
}

fn without_trailing_zeros(text: &str) -> &str {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    #[test]
    fn the_decimal_that_was_typed() {
        for (stored, typed) in [
            ("7.0000000000000009", "7"),
            ("0.30000000000000004", "0.3"),
            ("108300.00000000001", "108300"),
            ("1234.5", "1234.5"),
            ("205.0", "205"),
            ("1E5", "100000"),
            ("1E+05", "100000"),
            ("-1.25E-3", "-0.00125"),
            ("0", "0"),
            ("-0", "0"),
            ("0.000001", "0.000001"),
            ("123456789012345680", "123456789012346000"),
            ("1E+300", "1E+300"),
            ("1.5E-30", "1.5E-30"),
        ] {
            assert_eq!(exact(stored).as_deref(), Some(typed), "{stored}");
        }
        for wrong in ["", "x", "NaN", "inf", "1e999", "1,5"] {
            assert_eq!(exact(wrong), None, "{wrong}");
        }
    }

    proptest! {
        /// Any amount of up to 15 digits comes back as it was typed, however a program writes its double.
        #[test]
        fn what_was_typed_comes_back(number in -999_999_999_999_999i64..=999_999_999_999_999, scale in 0u32..=8) {
            let typed = Decimal::new(number, scale).normalize().to_string();
            let double: f64 = typed.parse().unwrap();
            prop_assert_eq!(of_double(double), typed.clone());
            let read = |stored: String| exact(&stored).map(Cow::into_owned);
            prop_assert_eq!(read(format!("{double}")), Some(typed.clone()));
            prop_assert_eq!(read(format!("{double:.17e}")), Some(typed));
        }
    }
}
