//! Exact 元, and how a figure looks. Number text is made here, for `compose`, and nowhere else.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// The unit a figure is shown in. Inside, every amount is 元.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// 1
    #[serde(rename = "元")]
    Yuan,
    /// 10 000 元
    #[serde(rename = "万元")]
    WanYuan,
    /// 100 000 000 元
    #[serde(rename = "亿元")]
    YiYuan,
    /// No money: a count, an area, a percentage.
    #[serde(rename = "")]
    Plain,
}

impl Unit {
    /// How many 元 (or ones) make one of this unit.
    pub fn scale(self) -> Decimal {
        Decimal::from(match self {
            Unit::Yuan | Unit::Plain => 1,
            Unit::WanYuan => 10_000,
            Unit::YiYuan => 100_000_000,
        })
    }

    /// As it is written: 元, 万元, 亿元; empty for a plain number.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Yuan => "元",
            Unit::WanYuan => "万元",
            Unit::YiYuan => "亿元",
            Unit::Plain => "",
        }
    }

    /// The unit that a line over a table names: `单位：万元`, `金额单位（人民币元）`, `编制单位：某局 单位：元`, `万元`. None: it names
    /// none, or one that amounts are never read in (千元).
    pub fn named_in(line: &str) -> Option<Unit> {
        let line: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        let begins = |said: &str| {
            let said = said.trim_start_matches([':', '：', '（', '(', '为']);
            let said = said.strip_prefix("人民币").unwrap_or(said);
            [Unit::WanYuan, Unit::YiYuan, Unit::Yuan].into_iter().find(|unit| said.starts_with(unit.name()))
        };
        let is = |said: &str| begins(said).filter(|unit| said.trim_end_matches([')', '）']).ends_with(unit.name()));
        let mut after = line.match_indices("单位").map(|(at, word)| &line[at + word.len()..]);
        let parted = |said: &&str| said.starts_with([':', '：', '（', '(', '为']);
        after.clone().filter(parted).find_map(begins).or_else(|| after.find_map(is)).or_else(|| is(&line))
    }
}

/// How a figure is printed: resolved from set < table < column (or the sentence).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Look {
    /// What its amount is given in.
    pub unit: Unit,
    /// Places after the point, rounded half away from zero.
    pub decimals: u32,
    /// Noughts at the end are left out down to so many places: 57.8 for 57.80. None: all places stand.
    pub least: Option<u32>,
    /// Thousands separators.
    pub commas: bool,
    /// What exact zero prints as; None prints it like any number. 30 元 still prints 0.00.
    pub zero: Option<String>,
    /// Drop the decimals of a whole number: 1000 for 1000.00.
    pub trim: bool,
    /// What is made of figures (a difference, a percentage, a total of parts) is made of them as they are printed.
    pub printed: bool,
}

impl Default for Look {
    fn default() -> Look {
        Look { unit: Unit::WanYuan, decimals: 2, least: None, commas: false, zero: None, trim: false, printed: false }
    }
}

/// Figures that are read are below this in 元, as amounts of records are: what is computed of them fits.
const LARGEST: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0); // 10^15
/// No figure is printed with more decimals.
pub const MOST_DECIMALS: u32 = 8;

/// Whether a budget could hold a number in a unit of so many 元.
pub fn is_sane(number: Decimal, scale: Decimal) -> bool {
    number.scale() <= MOST_DECIMALS && number.abs() < LARGEST / scale
}

/// The number that a text prints in a unit of so many 元: with or without separators, the sign of any width; zero for
/// a blank. None if it is no number, or none that a budget could hold.
pub fn printed_number(text: &str, scale: Decimal) -> Option<Decimal> {
    let text = text.trim().replace([',', '，'], "").replace(['−', '－'], "-");
    if text.is_empty() {
        return Some(Decimal::ZERO);
    }
    if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+')) {
        return None;
    }
    text.parse().ok().filter(|number| is_sane(*number, scale))
}

/// `exact` in the unit of `look`, rounded once, half up (away from zero for negative amounts).
pub fn rounded(exact: Decimal, look: &Look) -> Decimal {
    (exact / look.unit.scale()).round_dp_with_strategy(look.decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// What `exact` is for those who read it in print: 元 (or ones) again, of the number that is printed.
pub fn as_printed(exact: Decimal, look: &Look) -> Decimal {
    rounded(exact, look) * look.unit.scale()
}

/// The printed text of `exact` (元, or ones for a plain number).
pub fn show(exact: Decimal, look: &Look) -> String {
    if exact.is_zero()
        && let Some(zero) = &look.zero
    {
        return zero.clone();
    }
    let value = rounded(exact, look);
    let decimals = match look.least {
        _ if look.trim && value.fract().is_zero() => 0,
        Some(least) => value.normalize().scale().clamp(least.min(look.decimals), look.decimals),
        None => look.decimals,
    };
    let value = if value.is_zero() { Decimal::ZERO } else { value }; // no "-0.00"
    let text = format!("{value:.*}", decimals as usize);
    if look.commas { with_commas(&text) } else { text }
}

/// An amount of 元 as messages tell it: `1500.00 元（0.15 万元）`.
pub fn told(amount: Decimal) -> String {
    let wan = (amount / Unit::WanYuan.scale()).normalize();
    format!("{amount:.2} 元（{wan} 万元）")
}

/// An exact amount as reports of changes say it: `8,300.00`, `-8,300.00`; 万元 with up to six decimals, `0.83`.
pub fn spoken(exact: Decimal, unit: Unit) -> String {
    let value = (exact / unit.scale()).normalize();
    let value = if value.is_zero() { Decimal::ZERO } else { value };
    let decimals = if unit == Unit::Plain { value.scale() } else { value.scale().max(2) };
    with_commas(&format!("{value:.*}", decimals as usize))
}

/// A change with its sign: `+100,000.00`, `-0.50`.
pub fn spoken_change(exact: Decimal, unit: Unit) -> String {
    let text = spoken(exact, unit);
    if exact > Decimal::ZERO { format!("+{text}") } else { text }
}

fn with_commas(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_over_a_table_is_the_one_that_its_line_names() {
        let named = |line: &str, unit: Option<Unit>| assert_eq!(Unit::named_in(line), unit, "{line}");
        for line in [
            "单位：万元",
            "金额单位: 万元",
            "编制单位：某局　　单位：万元",
            "金额单位：万元 编制单位：某局",
            "（万元）",
            "单位（人民币万元）",
            "单位 万元",
        ] {
            named(line, Some(Unit::WanYuan));
        }
        named("单位：元", Some(Unit::Yuan));
        named("单位：人民币元", Some(Unit::Yuan));
        named("单位：亿元", Some(Unit::YiYuan));
        // What ends in a unit, or has one somewhere, is none that amounts are read in.
        for line in
            ["单位：千元", "单位：百万元", "单位：美元", "编制单位：某局", "各单位元旦补助", "单位", "预算数（元）", ""]
        {
            named(line, None);
        }
    }

    fn dec(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn rounds_half_up_once_in_the_shown_unit() {
        let look = Look::default();
        assert_eq!(show(dec("40850.00"), &look), "4.09");
        assert_eq!(show(dec("214899.00"), &look), "21.49");
        assert_eq!(show(dec("-50"), &look), "-0.01");
        assert_eq!(show(dec("30"), &look), "0.00");
        assert_eq!(show(dec("-30"), &look), "0.00");
    }

    #[test]
    fn zero_trim_and_commas() {
        let look = Look { zero: Some(String::new()), ..Look::default() };
        assert_eq!(show(Decimal::ZERO, &look), "");
        assert_eq!(show(dec("30"), &look), "0.00");
        let look = Look { trim: true, ..Look::default() };
        assert_eq!(show(dec("10000000"), &look), "1000");
        assert_eq!(show(dec("10000100"), &look), "1000.01");
        let look = Look { unit: Unit::Yuan, commas: true, ..Look::default() };
        assert_eq!(show(dec("-1234567.8"), &look), "-1,234,567.80");
        assert_eq!(show(dec("123.4"), &look), "123.40");
    }
}
