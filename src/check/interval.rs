//! What a printed figure may be worth: every amount in 分 that prints as it does.

use crate::compose::FigureView;
use crate::money::{MOST_DECIMALS, Unit, printed_number};
use rust_decimal::Decimal;

/// What an amount may be: from `low` to `high`, both included, in 元 (money is whole 分) or ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub low: Decimal,
    pub high: Decimal,
}

impl Interval {
    pub const ZERO: Interval = Interval { low: Decimal::ZERO, high: Decimal::ZERO };

    pub fn exactly(amount: Decimal) -> Interval {
        Interval { low: amount, high: amount }
    }

    /// What a figure may be worth: its exact amount, else all that print as it was given; none where it is not known.
    pub fn of(figure: &FigureView) -> Option<Interval> {
        match figure.amount {
            Some(amount) => Some(Interval::exactly(amount)),
            None if figure.place.is_some() => printed_interval(&figure.text, figure.unit, figure.decimals),
            None => None,
        }
    }

    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }
}

/// Sums of figures beyond this, in 元, are no sums of a budget; below it, nothing that is done with two of them overflows.
pub const LARGEST: Decimal = Decimal::from_parts(2_701_131_776, 466_537_709, 54_210, false, 0); // 10^24

/// All amounts of whole 分 that print as `text` in a unit: rounded half up, away from zero for negative ones. A blank
/// is exactly zero; 0.00 is an amount near zero. None if it is no number.
pub fn printed_interval(text: &str, unit: Unit, decimals: u32) -> Option<Interval> {
    if text.trim().is_empty() {
        return Some(Interval::ZERO);
    }
    let printed = printed_number(text, unit.scale())?;
    if unit == Unit::Plain {
        return Some(Interval::exactly(printed));
    }
    let shown = printed.scale().max(decimals); // Excel drops zeros at the end: 12.3 is 12.30
    let step = unit.scale() / Decimal::from(10u64.pow(shown.min(MOST_DECIMALS)));
    let centre = printed * unit.scale();
    let fen = Decimal::new(1, 2);
    if step <= fen {
        return Some(Interval::exactly(centre));
    }
    let half = step / Decimal::TWO;
    let inner = half - fen;
    Some(match centre {
        c if c.is_zero() => Interval { low: -inner, high: inner },
        c if c.is_sign_negative() => Interval { low: c - inner, high: c + half },
        c => Interval { low: c - half, high: c + inner },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Look, show};

    #[test]
    fn the_interval_of_a_printed_figure_is_sharp() {
        for text in ["4.09", "-0.01", "0.00", "0.01", "7131.56", "-12.30"] {
            let interval = printed_interval(text, Unit::WanYuan, 2).expect("a number");
            let look = Look::default();
            let fen = Decimal::new(1, 2);
            assert_eq!(show(interval.low, &look), text);
            assert_eq!(show(interval.high, &look), text);
            assert_ne!(show(interval.low - fen, &look), text);
            assert_ne!(show(interval.high + fen, &look), text);
        }
        assert_eq!(printed_interval("", Unit::WanYuan, 2), Some(Interval::ZERO));
        assert_eq!(printed_interval("1,234.50", Unit::Yuan, 2).map(|i| i.is_exact()), Some(true));
        assert_eq!(printed_interval("甲", Unit::Yuan, 2), None);
        let minus = printed_interval("-12.30", Unit::WanYuan, 2);
        assert!(
            minus.is_some() && ["－12.30", "−12.30"].iter().all(|t| printed_interval(t, Unit::WanYuan, 2) == minus)
        );
    }

    #[test]
    fn numbers_that_no_budget_holds_are_none() {
        assert_eq!(LARGEST, Decimal::from(10u64.pow(15)) * Decimal::from(10u64.pow(9)));
        for text in ["79228162514264337593543950335", "1000000000000000", "0.0000000000000000000000000001", "1_0", "+"]
        {
            assert_eq!(printed_interval(text, Unit::Yuan, 2), None, "{text}");
        }
        assert!(printed_interval("99999999999.99", Unit::WanYuan, 2).is_some());
        assert_eq!(printed_interval("100000000000", Unit::WanYuan, 2), None);
    }
}
