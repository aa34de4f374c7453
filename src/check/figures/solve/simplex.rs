//! The general simplex method over exact fractions (Dutertre and de Moura, CAV 2006): variables with bounds, sums of
//! them with bounds; either values within all of them, or bounds that contradict each other.

use super::rational::{Rational, TooLarge};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Index of a variable; sums are variables too.
pub type Var = usize;

/// Values within bounds that sums hold to. Cloning it keeps all work done so far.
#[derive(Debug, Clone, Default)]
pub struct Simplex {
    low: Vec<Option<i128>>,
    high: Vec<Option<i128>>,
    value: Vec<Rational>,
    /// The row that defines a variable, if one does.
    row_of: Vec<Option<usize>>,
    rows: Vec<Row>,
    /// Per variable: the rows it occurs in, on the right, sorted.
    occurs: Vec<Vec<usize>>,
    /// Pivots left before it gives up.
    pub budget: usize,
}

#[derive(Debug, Clone)]
struct Row {
    basic: Var,
    /// By variable.
    terms: Vec<(Var, Rational)>,
}

impl Row {
    fn factor(&self, var: Var) -> Rational {
        self.terms.binary_search_by_key(&var, |t| t.0).map_or(Rational::ZERO, |at| self.terms[at].1)
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Values within all bounds.
    Values,
    /// Variables whose bounds contradict each other: no smaller set of this proof does.
    Conflict(Vec<Var>),
    /// Too much work, or too large numbers.
    GaveUp,
}

impl Simplex {
    /// A variable with bounds and a first value within them.
    pub fn variable(&mut self, low: Option<i128>, high: Option<i128>, first: i128) -> Var {
        self.low.push(low);
        self.high.push(high);
        self.value.push(Rational::whole(first));
        self.row_of.push(None);
        self.occurs.push(Vec::new());
        self.value.len() - 1
    }

    /// A variable that is a sum of variables (none of them sums), each times a factor.
    pub fn sum(&mut self, terms: &[(Var, i128)], low: Option<i128>, high: Option<i128>) -> Result<Var, TooLarge> {
        let mut all: BTreeMap<Var, Rational> = BTreeMap::new();
        let mut value = Rational::ZERO;
        for &(var, factor) in terms {
            let factor = Rational::whole(factor);
            value = value.plus(self.value[var].times(factor)?)?;
            let sum = all.get(&var).copied().unwrap_or(Rational::ZERO).plus(factor)?;
            all.insert(var, sum);
        }
        all.retain(|_, factor| !factor.is_zero());
        let basic = self.variable(low, high, 0);
        self.value[basic] = value;
        self.row_of[basic] = Some(self.rows.len());
        for &var in all.keys() {
            self.occurs[var].push(self.rows.len());
        }
        self.rows.push(Row { basic, terms: all.into_iter().collect() });
        Ok(basic)
    }

    /// Bounds may be widened at any time; to narrow those of a variable, also move it.
    pub fn bound(&mut self, var: Var, low: Option<i128>, high: Option<i128>) -> Result<(), TooLarge> {
        self.low[var] = low;
        self.high[var] = high;
        if self.row_of[var].is_none() {
            if let Some(low) = low.filter(|&l| self.value[var].against(l) == Ok(Ordering::Less)) {
                self.moved(var, Rational::whole(low))?;
            }
            if let Some(high) = high.filter(|&h| self.value[var].against(h) == Ok(Ordering::Greater)) {
                self.moved(var, Rational::whole(high))?;
            }
        }
        Ok(())
    }

    /// Narrows one or both bounds; false where a number is too large.
    pub fn narrow(&mut self, var: Var, low: Option<i128>, high: Option<i128>) -> bool {
        let low = self.low[var].max(low);
        let high = match (self.high[var], high) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.bound(var, low, high).is_ok()
    }

    pub fn value(&self, var: Var) -> Rational {
        self.value[var]
    }

    fn below_low(&self, var: Var) -> Result<bool, TooLarge> {
        self.low[var].map_or(Ok(false), |low| Ok(self.value[var].against(low)? == Ordering::Less))
    }

    fn above_high(&self, var: Var) -> Result<bool, TooLarge> {
        self.high[var].map_or(Ok(false), |high| Ok(self.value[var].against(high)? == Ordering::Greater))
    }

    /// Looks for values within all bounds.
    pub fn check(&mut self) -> Found {
        self.search().unwrap_or(Found::GaveUp)
    }

    /// Bland's rule: always the variable of least index, so that it ends.
    fn search(&mut self) -> Result<Found, TooLarge> {
        loop {
            let mut broken: Option<(Var, usize, bool)> = None;
            for (index, row) in self.rows.iter().enumerate() {
                if broken.is_some_and(|(var, ..)| var < row.basic) {
                    continue;
                }
                if self.below_low(row.basic)? {
                    broken = Some((row.basic, index, true));
                } else if self.above_high(row.basic)? {
                    broken = Some((row.basic, index, false));
                }
            }
            let Some((basic, row, raise)) = broken else { return Ok(Found::Values) };
            let Some(enter) = self.entering(row, raise)? else {
                let mut conflict: Vec<Var> = self.rows[row].terms.iter().map(|t| t.0).collect();
                conflict.push(basic);
                return Ok(Found::Conflict(conflict));
            };
            if self.budget == 0 {
                return Ok(Found::GaveUp);
            }
            self.budget -= 1;
            let bound = if raise { self.low[basic] } else { self.high[basic] };
            self.pivot_and_move(row, enter, Rational::whole(bound.ok_or(TooLarge)?))?;
        }
    }

    /// The first variable on the right whose move can raise (or lower) the row's own.
    fn entering(&self, row: usize, raise: bool) -> Result<Option<Var>, TooLarge> {
        for &(var, factor) in &self.rows[row].terms {
            let up = factor.is_positive() == raise;
            let room = match up {
                true => self.high[var].map_or(Ok(true), |h| Ok(self.value[var].against(h)? == Ordering::Less)),
                false => self.low[var].map_or(Ok(true), |l| Ok(self.value[var].against(l)? == Ordering::Greater)),
            }?;
            if room {
                return Ok(Some(var));
            }
        }
        Ok(None)
    }

    /// Gives a variable on the right a new value; all sums it is in follow.
    fn moved(&mut self, var: Var, to: Rational) -> Result<(), TooLarge> {
        let by = to.minus(self.value[var])?;
        for &row in &self.occurs[var] {
            let basic = self.rows[row].basic;
            let factor = self.rows[row].factor(var);
            self.value[basic] = self.value[basic].plus(factor.times(by)?)?;
        }
        self.value[var] = to;
        Ok(())
    }

    /// The row's own variable takes `to` and goes right; `enter` takes its place.
    fn pivot_and_move(&mut self, row: usize, enter: Var, to: Rational) -> Result<(), TooLarge> {
        let leave = self.rows[row].basic;
        let factor = self.rows[row].factor(enter);
        let by = to.minus(self.value[leave])?.over(factor)?;
        let at = self.value[enter].plus(by)?;
        self.moved(enter, at)?;
        self.pivot(row, leave, enter, factor)
    }

    fn pivot(&mut self, row: usize, leave: Var, enter: Var, factor: Rational) -> Result<(), TooLarge> {
        // leave = factor·enter + rest  ⇒  enter = leave/factor − rest/factor
        let mut terms = std::mem::take(&mut self.rows[row].terms);
        let minus = Rational::whole(-1).over(factor)?;
        for (_, value) in &mut terms {
            *value = value.times(minus)?;
        }
        terms.retain(|t| t.0 != enter);
        remove(&mut self.occurs[enter], row);
        let at = terms.partition_point(|t| t.0 < leave);
        terms.insert(at, (leave, Rational::whole(1).over(factor)?));
        insert(&mut self.occurs[leave], row);
        for other in std::mem::take(&mut self.occurs[enter]) {
            self.substitute(other, enter, &terms)?;
        }
        self.rows[row] = Row { basic: enter, terms };
        self.row_of[leave] = None;
        self.row_of[enter] = Some(row);
        Ok(())
    }

    /// Puts `terms` for `enter` into another row.
    fn substitute(&mut self, other: usize, enter: Var, terms: &[(Var, Rational)]) -> Result<(), TooLarge> {
        let old = std::mem::take(&mut self.rows[other].terms);
        let times = old.iter().find(|t| t.0 == enter).map_or(Rational::ZERO, |t| t.1);
        let mut merged = Vec::with_capacity(old.len() + terms.len());
        let mut own = old.into_iter().filter(|t| t.0 != enter).peekable();
        let mut new = terms.iter().copied().peekable();
        loop {
            let (var, factor, was) = match (own.peek().copied(), new.peek().copied()) {
                (Some(a), Some(b)) if a.0 == b.0 => {
                    own.next();
                    new.next();
                    (a.0, a.1.plus(b.1.times(times)?)?, true)
                }
                (Some(a), b) if b.is_none_or(|b| a.0 < b.0) => {
                    own.next();
                    merged.push(a);
                    continue;
                }
                (_, Some(b)) => {
                    new.next();
                    (b.0, b.1.times(times)?, false)
                }
                _ => break,
            };
            match (factor.is_zero(), was) {
                (true, true) => remove(&mut self.occurs[var], other),
                (true, false) => {}
                (false, was) => {
                    merged.push((var, factor));
                    if !was {
                        insert(&mut self.occurs[var], other);
                    }
                }
            }
        }
        self.rows[other].terms = merged;
        Ok(())
    }
}

fn insert(sorted: &mut Vec<usize>, row: usize) {
    if let Err(at) = sorted.binary_search(&row) {
        sorted.insert(at, row);
    }
}

fn remove(sorted: &mut Vec<usize>, row: usize) {
    if let Ok(at) = sorted.binary_search(&row) {
        sorted.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn solver() -> Simplex {
        Simplex { budget: 10_000, ..Simplex::default() }
    }

    #[test]
    fn finds_values_or_the_bounds_in_conflict() {
        let mut simplex = solver();
        let a = simplex.variable(Some(0), Some(4), 0);
        let b = simplex.variable(Some(0), Some(4), 0);
        let free = simplex.variable(Some(0), Some(9), 0);
        let sum = simplex.sum(&[(a, 1), (b, 1)], Some(8), Some(8)).expect("small");
        assert_eq!(simplex.clone().check(), Found::Values);
        simplex.bound(b, Some(0), Some(3)).expect("small");
        let Found::Conflict(mut conflict) = simplex.check() else { panic!("4 + 3 < 8") };
        conflict.sort();
        assert_eq!(conflict, [a, b, sum]);
        assert!(!conflict.contains(&free));
    }

    proptest! {
        /// Against trying every value of three small variables under two sums.
        #[test]
        fn agrees_with_trying_everything(
            bounds in prop::collection::vec((-3i128..4, 0i128..3), 3),
            factors in prop::collection::vec(prop::collection::vec(-1i128..2, 3), 2),
            targets in prop::collection::vec((-6i128..7, 0i128..2), 2),
        ) {
            let mut simplex = solver();
            for &(low, width) in &bounds {
                simplex.variable(Some(low), Some(low + width), low);
            }
            for (factors, &(low, width)) in factors.iter().zip(&targets) {
                let terms: Vec<(Var, i128)> = factors.iter().copied().enumerate().collect();
                simplex.sum(&terms, Some(low), Some(low + width)).expect("small");
            }
            let mut any = false;
            let range = |i: usize| bounds[i].0..=bounds[i].0 + bounds[i].1;
            for a in range(0) { for b in range(1) { for c in range(2) {
                let holds = factors.iter().zip(&targets).all(|(f, &(low, width))| {
                    let sum = f[0] * a + f[1] * b + f[2] * c;
                    low <= sum && sum <= low + width
                });
                any |= holds;
            }}}
            match simplex.check() {
                // Fractions may do where whole numbers do not; never the other way.
                Found::Values => {}
                Found::Conflict(_) => prop_assert!(!any),
                Found::GaveUp => prop_assert!(false, "small"),
            }
        }
    }
}
