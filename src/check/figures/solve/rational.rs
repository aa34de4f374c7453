//! Exact fractions of machine integers; what does not fit is an error, never a wrong number.

use std::cmp::Ordering;

/// A fraction in lowest terms, its denominator positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rational {
    top: i128,
    bottom: i128,
}

/// A number grew beyond 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl Rational {
    pub const ZERO: Rational = Rational { top: 0, bottom: 1 };

    pub fn whole(n: i128) -> Rational {
        Rational { top: n, bottom: 1 }
    }

    fn new(top: i128, bottom: i128) -> Rational {
        if bottom == 1 {
            return Rational { top, bottom };
        }
        let divisor = gcd(top.unsigned_abs(), bottom.unsigned_abs()).max(1) as i128;
        let sign = bottom.signum();
        Rational { top: sign * top / divisor, bottom: sign * bottom / divisor }
    }

    pub fn is_zero(self) -> bool {
        self.top == 0
    }

    pub fn is_positive(self) -> bool {
        self.top > 0
    }

    pub fn is_whole(self) -> bool {
        self.bottom == 1
    }

    pub fn floor(self) -> i128 {
        self.top.div_euclid(self.bottom)
    }

    pub fn plus(self, other: Rational) -> Result<Rational, TooLarge> {
        if self.bottom == 1 && other.bottom == 1 {
            return Ok(Rational::whole(self.top.checked_add(other.top).ok_or(TooLarge)?));
        }
        let left = self.top.checked_mul(other.bottom).ok_or(TooLarge)?;
        let right = other.top.checked_mul(self.bottom).ok_or(TooLarge)?;
        let bottom = self.bottom.checked_mul(other.bottom).ok_or(TooLarge)?;
        Ok(Rational::new(left.checked_add(right).ok_or(TooLarge)?, bottom))
    }

    pub fn minus(self, other: Rational) -> Result<Rational, TooLarge> {
        self.plus(Rational { top: -other.top, bottom: other.bottom })
    }

    pub fn times(self, other: Rational) -> Result<Rational, TooLarge> {
        let top = self.top.checked_mul(other.top).ok_or(TooLarge)?;
        if self.bottom == 1 && other.bottom == 1 {
            return Ok(Rational::whole(top));
        }
        Ok(Rational::new(top, self.bottom.checked_mul(other.bottom).ok_or(TooLarge)?))
    }

    /// `other` must not be zero.
    pub fn over(self, other: Rational) -> Result<Rational, TooLarge> {
        self.times(Rational::new(other.bottom, other.top))
    }

    /// Against a whole number.
    pub fn against(self, whole: i128) -> Result<Ordering, TooLarge> {
        Ok(self.top.cmp(&whole.checked_mul(self.bottom).ok_or(TooLarge)?))
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_exact() {
        let third = Rational::whole(1).over(Rational::whole(-3)).expect("small");
        assert_eq!(third.floor(), -1);
        let sum = third.plus(third).and_then(|s| s.plus(third)).expect("small");
        assert_eq!(sum, Rational::whole(-1));
        assert_eq!(Rational::whole(i128::MAX).plus(Rational::whole(1)), Err(TooLarge));
        assert_eq!(third.against(0), Ok(Ordering::Less));
    }
}
