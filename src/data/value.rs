//! One cell: the text a user typed to a value of its field's kind, or what is wrong with it.

use super::Value;
use super::classification::{Class, not_digits};
use super::schema::{FieldDecl, Kind, Schema};
use super::typed::{code_and_name, find_words, half_width, unforced};
use crate::money::Unit;
use rust_decimal::{Decimal, RoundingStrategy};
use std::borrow::Cow;
use std::sync::Arc;

/// The most characters a cell of Excel holds.
pub const MAX_CHARS: usize = 32_767;
/// Amounts are below a quadrillion 元: more than any budget, and far inside what Decimal holds exactly.
const MAX_AMOUNT: i64 = 1_000_000_000_000_000;
/// Decimals a plain number may have; more are the traces of binary floats (7.0000000000000009).
const MAX_DECIMALS: u32 = 6;

/// What is wrong with a cell. [`super::problem`] says it in words.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Problem {
    TooLong,
    Control(char),
    NonDigit,
    Scientific,
    /// A code whose length is not that of its field's level.
    Length,
    UnknownCode,
    NotNumber,
    /// More decimals than allowed; the nearest allowed, in the unit of the heading.
    TooFine(Decimal),
    TooLarge,
    /// A unit typed behind the number, that is not the heading's.
    OtherUnit(Unit),
    UnknownChoice,
    /// The name of a group of choices.
    Group,
    NotDate,
}

/// Reads a cell that is not blank. `cell` is [`cleaned`]; `unit` is what the heading says.
pub(super) fn read_value(cell: &str, field: &FieldDecl, unit: Unit, schema: &Schema) -> Result<Value, Problem> {
    if cell.len() > MAX_CHARS && cell.chars().count() > MAX_CHARS {
        return Err(Problem::TooLong);
    }
    match &field.kind {
        Kind::Amount => read_amount(cell, unit).map(Value::Number),
        Kind::Number => read_number(cell).map(Value::Number),
        Kind::Code { class, level } => {
            let code = half_width(unforced(cell));
            let (code, _) = code_and_name(&code);
            check_code(code, schema.classes.get(class), *level)?;
            Ok(text_value(code))
        }
        Kind::Choice { values, groups } => match find_words(cell, values) {
            Some(value) => Ok(text_value(value)),
            None if find_words(cell, field.words.keys()).is_some() => {
                let word = find_words(cell, field.words.keys()).unwrap_or_default();
                Ok(text_value(field.words.get(word).map_or("", String::as_str)))
            }
            None if find_words(cell, groups.keys()).is_some() => Err(Problem::Group),
            None => Err(Problem::UnknownChoice),
        },
        Kind::Date => read_date(cell).map(|date| text_value(&date)).ok_or(Problem::NotDate),
        Kind::Text | Kind::Ref { .. } => match cell.chars().find(|&c| is_unprintable(c)) {
            Some(c) => Err(Problem::Control(c)),
            None => Ok(text_value(cell)),
        },
    }
}

pub(super) fn text_value(text: &str) -> Value {
    Value::Text(Arc::from(text))
}

/// No line break and no tab, but no character to print either; U+FFFD is what a failed conversion leaves.
fn is_unprintable(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || c == '\u{FFFD}'
}

fn check_code(code: &str, class: Option<&Class>, level: Option<usize>) -> Result<(), Problem> {
    let Some(class) = class else { return Ok(()) };
    if is_scientific(code) && code.contains(['+', '-', '.']) {
        return Err(Problem::Scientific);
    }
    if not_digits(code).is_some() {
        return Err(Problem::NonDigit);
    }
    match class.level(code) {
        None => Err(Problem::Length),
        at if level.is_some() && at != level => Err(Problem::Length),
        _ if class.names.contains_key(code) => Ok(()),
        _ => Err(Problem::UnknownCode),
    }
}

/// `1E+05`, `2.01E6`
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    is_digits(exponent) && is_digits(&mantissa.replacen('.', "", 1))
}

/// An amount in 元: at most 分, below [`MAX_AMOUNT`].
fn read_amount(cell: &str, heading: Unit) -> Result<Decimal, Problem> {
    let scale = heading.scale();
    let decimals = match heading {
        Unit::Yuan | Unit::Plain => 2,
        Unit::WanYuan => 6,
        Unit::YiYuan => 10,
    };
    let typed = read_typed_number(cell, decimals)?;
    if typed.unit.is_some_and(|unit| unit != heading) {
        return Err(typed.unit.map_or(Problem::NotNumber, Problem::OtherUnit));
    }
    if typed.number.abs() >= Decimal::from(MAX_AMOUNT) / scale {
        return Err(Problem::TooLarge);
    }
    Ok(typed.number * scale)
}

/// A plain number: at most [`MAX_DECIMALS`] decimals.
fn read_number(cell: &str) -> Result<Decimal, Problem> {
    let typed = read_typed_number(cell, MAX_DECIMALS)?;
    match typed.unit {
        Some(_) => Err(Problem::NotNumber),
        None if typed.number.abs() >= Decimal::from(MAX_AMOUNT) => Err(Problem::TooLarge),
        None => Ok(typed.number),
    }
}

/// A number as typed: with a sign, ¥, brackets for minus, thousands separators, a unit behind it.
struct TypedNumber {
    number: Decimal,
    unit: Option<Unit>,
}

/// Excel's accounting format writes an exact zero as a lone dash: that is a zero.
fn read_typed_number(cell: &str, decimals: u32) -> Result<TypedNumber, Problem> {
    let text = half_width(unforced(cell));
    let (digits, marks) = peel(&text)?;
    if digits.is_empty() && marks.negative && marks.unit.is_none() {
        return Ok(TypedNumber { number: Decimal::ZERO, unit: None });
    }
    if is_scientific(digits) {
        return Err(Problem::Scientific);
    }
    let number = read_digits(digits, decimals, marks.negative)?;
    Ok(TypedNumber { number, unit: marks.unit })
}

#[derive(Default)]
struct Marks {
    signed: bool,
    negative: bool,
    currency: bool,
    unit: Option<Unit>,
}

/// Takes signs, currency, brackets and units off, each at most once.
fn peel(text: &str) -> Result<(&str, Marks), Problem> {
    let mut marks = Marks::default();
    let mut rest = text.trim();
    loop {
        let inner = if let Some(inner) = rest.strip_prefix(['+', '-']).filter(|_| !marks.signed) {
            marks.signed = true;
            marks.negative = rest.starts_with('-');
            inner
        } else if let Some(inner) = rest.strip_prefix('¥').filter(|_| !marks.currency) {
            marks.currency = true;
            inner
        } else if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')).filter(|_| !marks.signed) {
            marks.signed = true;
            marks.negative = true;
            inner
        } else if let Some((inner, unit)) = strip_unit(rest).filter(|_| marks.unit.is_none()) {
            marks.unit = Some(unit);
            inner
        } else {
            return Ok((rest, marks));
        };
        rest = inner.trim();
    }
}

fn strip_unit(text: &str) -> Option<(&str, Unit)> {
    [Unit::YiYuan, Unit::WanYuan, Unit::Yuan]
        .into_iter()
        .find_map(|unit| text.strip_suffix(unit.name()).map(|rest| (rest, unit)))
}

/// `1,234.50`, exactly; separators must stand at every third digit.
fn read_digits(text: &str, decimals: u32, negative: bool) -> Result<Decimal, Problem> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = without_separators(whole)?;
    let is_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(&whole) || !is_digits(fraction) || whole.len() + fraction.len() == 0 {
        return Err(Problem::NotNumber);
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    if whole.len() > 16 {
        return Err(Problem::TooLarge);
    }
    // 16 + 11 digits fit a Decimal (28); what lies behind them is too fine in any case.
    let kept = &fraction[..fraction.len().min(11)];
    let sign = if negative { "-" } else { "" };
    let number: Decimal = format!("{sign}{whole:0>1}.{kept:0<1}").parse().map_err(|_| Problem::NotNumber)?;
    let number = number.normalize();
    if fraction.len() > decimals as usize {
        let mut nearest = number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        nearest.rescale(decimals);
        return Err(Problem::TooFine(nearest));
    }
    Ok(number)
}

fn without_separators(whole: &str) -> Result<Cow<'_, str>, Problem> {
    if !whole.contains(',') {
        return Ok(Cow::Borrowed(whole));
    }
    let mut groups = whole.split(',');
    let first = groups.next().map_or(0, str::len);
    if first == 0 || first > 3 || groups.any(|g| g.len() != 3) {
        return Err(Problem::NotNumber);
    }
    Ok(Cow::Owned(whole.replace(',', "")))
}

/// ISO `2023-02-10` of 2023-02-10, 2023/2/10, 2023.2.10, 2023年2月10日, 20230210; a midnight that Excel adds
/// (2023/2/10 0:00:00) is dropped.
pub fn read_date(cell: &str) -> Option<String> {
    let text = half_width(unforced(cell));
    let text = ["0:00", "00:00", "0:00:00", "00:00:00"]
        .iter()
        .find_map(|midnight| text.strip_suffix(midnight)?.strip_suffix([' ', 'T']))
        .unwrap_or(&text);
    let parts: Vec<&str> = if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        vec![&text[..4], &text[4..6], &text[6..]]
    } else if let Some(day) = text.strip_suffix(['日', '号']) {
        let (year, rest) = day.split_once('年')?;
        let (month, day) = rest.split_once('月')?;
        vec![year, month, day]
    } else {
        let separator = ['-', '/', '.'].into_iter().find(|&s| text.contains(s))?;
        text.split(separator).collect()
    };
    let [year, month, day] = parts.as_slice() else { return None };
    let number = |part: &str, longest: usize| {
        let part = part.trim();
        (part.len() <= longest && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u32>().ok())?
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let exists = (1900..=2999).contains(&year) && (1..=days_in(year, month)).contains(&day);
    exists.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// 0 for a month that does not exist.
fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// The date of a serial number of Excel: 44967 → 2023-02-10.
pub(super) fn excel_date(cell: &str) -> Option<String> {
    let serial: u32 = cell.parse().ok().filter(|n| (20_000..80_000).contains(n))?;
    // Day 1 is 1900-01-01, and Excel counts a 29 February 1900 that did not exist.
    let (mut days, mut year, mut month) = (serial - 2, 1900, 1);
    while days >= days_in(year, month) {
        days -= days_in(year, month);
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    Some(format!("{year:04}-{month:02}-{:02}", days + 1))
}
