//! Number formats: what a cell that holds a number shows (ECMA-376-1, 18.8.30 and 18.8.31).

use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt::Write as _;

/// How a number is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberFormat {
    /// As it is.
    General,
    /// As text: `@`.
    Text,
    /// As a date, a time or both.
    Date(Vec<DatePart>),
    /// By digits and words; one section for all, or for positive, negative and zero.
    Digits(Vec<Section>),
}

/// A section of a format for numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    before: String,
    after: String,
    percent: bool,
    /// Digits before the point at least, after it at least and at most.
    whole: usize,
    least: usize,
    most: usize,
    thousands: bool,
    /// Commas behind the digits, each a thousandth.
    thousandths: usize,
    /// It has digits at all.
    digits: bool,
}

/// A piece of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatePart {
    Words(String),
    Year(usize),
    Month(usize),
    Day(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    Half,
}

/// A format by its number alone (ECMA-376-1, 18.8.30), as Chinese Excel shows it; none where a code has to say it.
pub fn built_in(id: u32) -> Option<NumberFormat> {
    let code = match id {
        0 => return Some(NumberFormat::General),
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 | 48 => "0.00E+00",
        12 | 13 => "# ?/?",
        14 | 30 => "yyyy/m/d",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"时\"mm\"分\"",
        33 => "h\"时\"mm\"分\"ss\"秒\"",
        34 | 55 => "AM/PMh\"时\"mm\"分\"",
        35 | 56 => "AM/PMh\"时\"mm\"分\"ss\"秒\"",
        52 => "yyyy\"年\"m\"月\"",
        37..=40 => "#,##0.00",
        41 | 42 => "#,##0",
        43 | 44 => "#,##0.00",
        45 => "mm:ss",
        46 => "h:mm:ss",
        47 => "mm:ss",
        49 => return Some(NumberFormat::Text),
        _ => return None,
    };
    Some(by_code(code))
}

/// A format by its code. What is not known of it is shown as it is.
pub fn by_code(code: &str) -> NumberFormat {
    const LONGEST: usize = 255;
    if code.len() > 4 * LONGEST || code.eq_ignore_ascii_case("general") {
        return NumberFormat::General;
    }
    if code.trim() == "@" {
        return NumberFormat::Text;
    }
    let sections: Vec<Vec<Token>> = split(code);
    if sections.first().is_some_and(|first| first.iter().any(|token| matches!(token, Token::Date(..)))) {
        return NumberFormat::Date(date(&sections[0]));
    }
    let read: Option<Vec<Section>> = sections.iter().take(3).map(|tokens| section(tokens)).collect();
    match read {
        Some(read) if read.iter().any(|section| section.digits) => NumberFormat::Digits(read),
        _ => NumberFormat::General,
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Words(String),
    Date(char, usize),
    Half,
    Sign(char),
    /// Colours, conditions, fractions, exponents, General inside.
    Other,
}

/// The sections of a code, as tokens.
fn split(code: &str) -> Vec<Vec<Token>> {
    let mut sections = vec![Vec::new()];
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        let section = sections.last_mut().expect("there is one from the start");
        match c {
            ';' => sections.push(Vec::new()),
            '"' => {
                let words = rest[1..].split('"').next().unwrap_or_default();
                section.push(Token::Words(words.to_owned()));
                length = (words.len() + 2).min(rest.len());
            }
            '\\' | '_' | '*' => {
                let next = rest[1..].chars().next();
                if let ('\\', Some(next)) = (c, next) {
                    section.push(Token::Words(next.to_string()));
                }
                length += next.map_or(0, char::len_utf8);
            }
            '[' => {
                let inner = rest[1..].split(']').next().unwrap_or_default();
                // Elapsed time; a currency's sign; else a colour, a condition, a language.
                match inner.chars().next() {
                    Some(first @ ('h' | 'H' | 'm' | 'M' | 's' | 'S')) if inner.chars().all(|c| c == first) => {
                        section.push(Token::Date(first.to_ascii_lowercase(), inner.len()));
                    }
                    Some('$') => {
                        let sign = inner[1..].split('-').next().unwrap_or_default();
                        section.push(Token::Words(sign.to_owned()));
                    }
                    Some('<' | '>' | '=') => section.push(Token::Other),
                    _ => {}
                }
                length = (inner.len() + 2).min(rest.len());
            }
            'A' | 'a' if rest.get(..5).is_some_and(|half| half.eq_ignore_ascii_case("am/pm")) => {
                section.push(Token::Half);
                length = 5;
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => {
                let count = rest.chars().take_while(|next| next.eq_ignore_ascii_case(&c)).count();
                section.push(Token::Date(c.to_ascii_lowercase(), count));
                length = count;
            }
            '0' | '#' | '?' | '.' | ',' | '%' => section.push(Token::Sign(c)),
            'E' | 'e' | '@' | 'G' | 'g' => section.push(Token::Other),
            '/' if !section.iter().any(|token| matches!(token, Token::Date(..))) => section.push(Token::Other),
            c => section.push(Token::Words(c.to_string())),
        }
        rest = &rest[length..];
    }
    sections
}

fn section(tokens: &[Token]) -> Option<Section> {
    let mut read = Section {
        before: String::new(),
        after: String::new(),
        percent: false,
        whole: 0,
        least: 0,
        most: 0,
        thousands: false,
        thousandths: 0,
        digits: false,
    };
    let (mut in_fraction, mut commas) = (false, 0);
    for token in tokens {
        match token {
            Token::Words(words) if read.digits => read.after += words,
            Token::Words(words) => read.before += words,
            // Words between digits, such as those of telephone numbers, are not told apart.
            Token::Sign('0' | '#' | '?') if !read.after.is_empty() => return None,
            Token::Sign(sign @ ('0' | '#' | '?')) => {
                read.digits = true;
                read.thousands |= commas > 0;
                commas = 0;
                let counts = usize::from(*sign == '0');
                if in_fraction {
                    read.most += 1;
                    read.least += counts;
                } else {
                    read.whole += counts;
                }
            }
            Token::Sign('.') if in_fraction => return None,
            Token::Sign('.') => in_fraction = true,
            Token::Sign(',') => commas += 1,
            Token::Sign('%') => {
                read.percent = true;
                if read.digits { read.after.push('%') } else { read.before.push('%') }
            }
            _ => return None,
        }
    }
    read.thousandths = commas;
    Some(read)
}

fn date(tokens: &[Token]) -> Vec<DatePart> {
    let mut parts = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let letter = |token: Option<&Token>| match token {
            Some(Token::Date(letter, _)) => Some(*letter),
            _ => None,
        };
        // `m` beside hours or seconds is minutes.
        let before = tokens[..at].iter().rev().find(|t| matches!(t, Token::Date(..)));
        let after = tokens[at + 1..].iter().find(|t| matches!(t, Token::Date(..)));
        parts.push(match token {
            Token::Words(words) => DatePart::Words(words.clone()),
            Token::Half => DatePart::Half,
            Token::Date('y', n) => DatePart::Year(*n),
            Token::Date('m', n) if letter(before) == Some('h') || letter(after) == Some('s') => DatePart::Minute(*n),
            Token::Date('m', n) => DatePart::Month(*n),
            Token::Date('d', n) => DatePart::Day(*n),
            Token::Date('h', n) => DatePart::Hour(*n),
            Token::Date(_, n) => DatePart::Second(*n),
            Token::Sign(sign) => DatePart::Words(sign.to_string()),
            Token::Other => continue,
        });
    }
    parts
}

impl NumberFormat {
    /// What is shown of a number; none where that is the number itself. A date is shown as days since the epoch of its
    /// workbook say ([`Moment`]).
    pub fn shown(&self, number: &str, moment: Option<Moment>) -> Option<String> {
        match self {
            NumberFormat::General | NumberFormat::Text => None,
            NumberFormat::Date(parts) => moment.map(|moment| moment.shown(parts)),
            NumberFormat::Digits(sections) => {
                let number: Decimal = number.parse().ok()?;
                let (section, number) = match sections.as_slice() {
                    [_, _, zero] if number.is_zero() => (zero, number),
                    [_, negative, ..] if number.is_sign_negative() && !number.is_zero() => (negative, -number),
                    [positive, ..] => (positive, number),
                    [] => return None,
                };
                section.shown(number)
            }
        }
    }

    /// A date or a time.
    pub fn is_date(&self) -> bool {
        matches!(self, NumberFormat::Date(_))
    }

    /// A share of a hundred.
    pub fn is_percent(&self) -> bool {
        matches!(self, NumberFormat::Digits(sections) if sections.iter().any(|section| section.percent))
    }
}

impl Section {
    fn shown(&self, number: Decimal) -> Option<String> {
        if !self.digits {
            return Some(format!("{}{}", self.before, self.after));
        }
        let hundred = if self.percent { Decimal::ONE_HUNDRED } else { Decimal::ONE };
        let mut number = number.checked_mul(hundred)?;
        for _ in 0..self.thousandths {
            number = number.checked_div(Decimal::ONE_THOUSAND)?;
        }
        let rounded = number.round_dp_with_strategy(self.most as u32, RoundingStrategy::MidpointAwayFromZero);
        let text = rounded.abs().normalize().to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let whole = if whole == "0" && self.whole == 0 && !fraction.is_empty() { "" } else { whole };
        let mut shown = String::new();
        if rounded.is_sign_negative() && !rounded.is_zero() {
            shown.push('-');
        }
        shown += &self.before;
        let whole = format!("{whole:0>0$}", self.whole);
        for (at, digit) in whole.chars().enumerate() {
            if self.thousands && at > 0 && (whole.len() - at).is_multiple_of(3) {
                shown.push(',');
            }
            shown.push(digit);
        }
        let fraction = format!("{fraction:0<0$}", self.least);
        if !fraction.is_empty() {
            shown.push('.');
            shown += &fraction;
        }
        shown += &self.after;
        Some(shown)
    }
}

/// A day and a time of it, of a number of days since a workbook's epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Year, month, day; none of a time alone.
    date: Option<(i64, u32, u32)>,
    seconds: u32,
}

impl Moment {
    /// `from_1904`: the epoch of old Macs. None before the epoch and after the year 9999.
    pub fn of(days: f64, from_1904: bool) -> Option<Moment> {
        const LAST: f64 = 2_958_466.0;
        if !(0.0..LAST).contains(&days) {
            return None;
        }
        let all = (days * 86_400.0).round() as i64;
        let (day, seconds) = (all.div_euclid(86_400), all.rem_euclid(86_400) as u32);
        // Days since 1970-01-01. Excel counts a 29 February 1900 that did not exist.
        let since = match (from_1904, day) {
            (true, day) => day - 24_107,
            (false, 0) => return Some(Moment { date: None, seconds }),
            (false, day @ 1..60) => day - 25_568,
            (false, day) => day - 25_569,
        };
        Some(Moment { date: Some(civil(since)), seconds })
    }

    /// ISO: `2023-02-10`, with ` 08:30:00` where it is not midnight.
    pub fn iso(self) -> String {
        let mut text = self.date.map_or(String::new(), |(year, month, day)| format!("{year:04}-{month:02}-{day:02}"));
        if self.seconds > 0 || text.is_empty() {
            let (hour, minute, second) = self.clock();
            let blank = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{blank}{hour:02}:{minute:02}:{second:02}");
        }
        text
    }

    fn clock(self) -> (u32, u32, u32) {
        (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60)
    }

    fn shown(self, parts: &[DatePart]) -> String {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (year, month, day) = self.date.unwrap_or((1900, 1, 0));
        let (hour, minute, second) = self.clock();
        let halved = parts.contains(&DatePart::Half);
        let mut text = String::new();
        for part in parts {
            let _ = match part {
                DatePart::Words(words) => write!(text, "{words}"),
                DatePart::Year(1 | 2) => write!(text, "{:02}", year.rem_euclid(100)),
                DatePart::Year(_) => write!(text, "{year:04}"),
                DatePart::Month(3..) => write!(text, "{}", MONTHS[(month as usize + 11) % 12]),
                DatePart::Month(n) => write!(text, "{month:0n$}"),
                DatePart::Day(n @ (1 | 2)) => write!(text, "{day:0n$}"),
                DatePart::Day(_) => Ok(()),
                DatePart::Hour(n) if halved => write!(text, "{:0n$}", (hour + 11) % 12 + 1, n = (*n).min(2)),
                DatePart::Hour(n) => write!(text, "{hour:0n$}", n = (*n).min(2)),
                DatePart::Minute(n) => write!(text, "{minute:0n$}", n = (*n).min(2)),
                DatePart::Second(n) => write!(text, "{second:0n$}", n = (*n).min(2)),
                DatePart::Half => write!(text, "{}", if hour < 12 { "上午" } else { "下午" }),
            };
        }
        text
    }
}

/// Year, month and day of the days since 1970-01-01, in the Gregorian calendar.
fn civil(days: i64) -> (i64, u32, u32) {
    // Eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * month + 2) / 5 + 1) as u32;
    let month = if month < 10 { month + 3 } else { month - 9 } as u32;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, number: &str) -> String {
        by_code(code).shown(number, None).unwrap_or_else(|| number.to_owned())
    }

    #[test]
    fn numbers_are_shown_as_excel_shows_them() {
        for (code, number, text) in [
            ("General", "1234.5", "1234.5"),
            ("0", "1234.5", "1235"),
            ("000", "7", "007"),
            ("00", "2", "02"),
            ("#,##0.00", "1234567.891", "1,234,567.89"),
            ("#,##0.00", "-0.5", "-0.50"),
            ("#,##0.00;(#,##0.00)", "-12.5", "(12.50)"),
            ("#,##0.00_);[Red]\\(#,##0.00\\);\\-", "0", "-"),
            ("0%", "0.905", "91%"),
            ("0.0#%", "0.905", "90.5%"),
            ("\"≥\"0\"项\"", "3", "≥3项"),
            ("[$¥-804]#,##0.00", "1234", "¥1,234.00"),
            ("#,##0,\"千元\"", "12345678", "12,346千元"),
            ("0.00E+00", "100000", "100000"),
            ("# ?/?", "0.5", "0.5"),
            ("#.##", "0.5", ".5"),
            ("000-0000", "1234567", "1234567"),
            ("#,##0_ ", "1234.4", "1,234"),
        ] {
            assert_eq!(shown(code, number), text, "{code} of {number}");
        }
        assert_eq!(by_code("@"), NumberFormat::Text);
        assert!(by_code("0.00%").is_percent() && !by_code("0.00").is_percent());
    }

    #[test]
    fn dates_are_shown_in_both_epochs() {
        let date = |code: &str, days: f64, from_1904| {
            let format = by_code(code);
            assert!(format.is_date(), "{code}");
            format.shown("", Moment::of(days, from_1904)).unwrap_or_default()
        };
        assert_eq!(date("yyyy-mm-dd", 44967.0, false), "2023-02-10");
        assert_eq!(date("yyyy-mm-dd", 44967.0 - 1462.0, true), "2023-02-10");
        assert_eq!(date("yyyy\"年\"m\"月\"d\"日\"", 44967.0, false), "2023年2月10日");
        assert_eq!(date("[$-804]yyyy\"年\"m\"月\"", 44967.0, false), "2023年2月");
        assert_eq!(date("yyyy/m/d h:mm", 44967.354166666664, false), "2023/2/10 8:30");
        assert_eq!(date("mm:ss", 0.5 + 90.0 / 86_400.0, false), "01:30");
        assert_eq!(date("h:mm AM/PM", 0.75, false), "6:00 下午");
        assert_eq!(Moment::of(44967.0, false).map(Moment::iso).as_deref(), Some("2023-02-10"));
        assert_eq!(Moment::of(44967.5, false).map(Moment::iso).as_deref(), Some("2023-02-10 12:00:00"));
        assert_eq!(Moment::of(1.0, false).map(Moment::iso).as_deref(), Some("1900-01-01"));
        assert_eq!(Moment::of(59.0, false).map(Moment::iso).as_deref(), Some("1900-02-28"));
        assert_eq!(Moment::of(61.0, false).map(Moment::iso).as_deref(), Some("1900-03-01"));
        assert_eq!(Moment::of(0.0, true).map(Moment::iso).as_deref(), Some("1904-01-01"));
        assert_eq!(Moment::of(-1.0, false), None);
        assert_eq!(built_in(14).and_then(|f| f.shown("", Moment::of(44967.0, false))).as_deref(), Some("2023/2/10"));
        for broken in ["\"", "[", "\\", "[h", "\"x", "yyyy\"", "年", "[$", "a", "_"] {
            let _ = by_code(broken).shown("1", Moment::of(1.0, false));
        }
    }
}
