//! Relations of a rule, bound to tables, rows and columns: which cells they name, and whether they hold.

use super::binding::{Binding, bindings};
use super::book::{Book, CellId};
use crate::check::interval::{Interval, LARGEST};
use crate::layout::rule::{CellPattern, Compare, Demand, Expr, FigureRule, Relation};
use crate::money::Unit;
use rust_decimal::Decimal;

/// The sum of a pattern's cells: none where its table or column does not exist, which no rule can speak of, or where a line
/// of the table was not read. A row that does not stand in its table is zero and gives no cell.
fn sum<'b>(book: &Book, pattern: &'b CellPattern, binding: &Binding<'b>) -> Option<Linear> {
    let (table, sheet) = book.sheet(&binding.fill(&pattern.table))?;
    let columns = sheet.columns(&binding.fill(&pattern.column))?;
    let selector = binding.fill(&pattern.row);
    let rows = sheet.select(&selector);
    // What was not read may be among the rows that are meant.
    if !sheet.view.whole && (rows.is_empty() || selector.contains(['*', '[', '>'])) {
        return None;
    }
    let term = |&row: &usize| {
        let view = &sheet.view.rows[row];
        let column = *columns.get(view.side)?;
        view.figures[column?].is_some().then_some((CellId { table, row, column: column? }, Decimal::ONE))
    };
    Some(Linear { terms: rows.iter().filter_map(term).collect(), constant: Decimal::ZERO })
}

/// A sum of cells, each times a factor, and a constant.
#[derive(Debug, Clone, Default)]
pub struct Linear {
    pub terms: Vec<(CellId, Decimal)>,
    pub constant: Decimal,
}

impl Linear {
    /// None where a factor grows too large.
    fn scaled(mut self, factor: Decimal) -> Option<Linear> {
        for (_, own) in &mut self.terms {
            *own = own.checked_mul(factor).and_then(sane)?;
        }
        self.constant = self.constant.checked_mul(factor).and_then(sane)?;
        Some(self)
    }

    fn plus(mut self, other: Linear) -> Option<Linear> {
        self.terms.extend(other.terms);
        self.constant = self.constant.checked_add(other.constant).and_then(sane)?;
        Some(self)
    }

    /// From its least to its greatest value; none where a cell is not known, or the sum is too large to be one.
    pub fn interval(&self, book: &Book) -> Option<Interval> {
        let mut sum = Interval::exactly(self.constant);
        for &(cell, factor) in &self.terms {
            let Interval { low, high } = book.interval(cell)?;
            let (low, high) = if factor == Decimal::ONE {
                (low, high)
            } else {
                let (a, b) = (low.checked_mul(factor)?, high.checked_mul(factor)?);
                (a.min(b), a.max(b))
            };
            sum = Interval { low: sane(sum.low.checked_add(low)?)?, high: sane(sum.high.checked_add(high)?)? };
        }
        Some(sum)
    }
}

/// The number, if no sum of two such could overflow.
fn sane(number: Decimal) -> Option<Decimal> {
    (number.abs() <= LARGEST).then_some(number)
}

/// What stands left or right of a relation: linear in its cells, or a percentage of two such.
#[derive(Debug, Clone)]
pub enum Operand {
    Linear(Linear),
    Percent(Linear, Linear),
}

impl Operand {
    fn terms(&self) -> impl Iterator<Item = &(CellId, Decimal)> {
        let [one, other] = match self {
            Operand::Linear(linear) => [&linear.terms[..], &[]],
            Operand::Percent(part, whole) => [&part.terms[..], &whole.terms[..]],
        };
        one.iter().chain(other)
    }
}

/// A relation over cells.
#[derive(Debug, Clone)]
pub struct Instance {
    pub left: Operand,
    pub compare: Compare,
    pub right: Operand,
}

/// A relation of a rule, bound.
pub struct Bound<'r> {
    pub rule: &'r FigureRule,
    pub instance: Instance,
}

/// Every relation of a rule for every table, row and column it is asked of.
pub fn bound<'r>(book: &'r Book, rule: &'r FigureRule) -> Vec<Bound<'r>> {
    let Demand::Relation(relation) = &rule.demand else { return Vec::new() };
    let one = |binding: &Binding<'r>| {
        let certain = |when| instance(book, when, binding).is_some_and(|i| i.is_certain(book));
        if !rule.when.iter().all(certain) {
            return None;
        }
        let instance = instance(book, relation, binding)?;
        // Nothing in it, and nothing to say of it.
        let speaks = instance.cells().next().is_some();
        speaks.then_some(Bound { rule, instance })
    };
    bindings(book, rule).iter().filter_map(one).collect()
}

/// The relation for one binding; none where a table or column it names does not exist, or a figure is not known.
fn instance<'b>(book: &Book, relation: &'b Relation, binding: &Binding<'b>) -> Option<Instance> {
    Some(Instance {
        left: operand(book, &relation.left, binding)?,
        compare: relation.compare,
        right: operand(book, &relation.right, binding)?,
    })
}

fn operand<'b>(book: &Book, expr: &'b Expr, binding: &Binding<'b>) -> Option<Operand> {
    match expr {
        Expr::Percent(part, whole) => {
            Some(Operand::Percent(linear(book, part, binding)?, linear(book, whole, binding)?))
        }
        other => linear(book, other, binding).map(Operand::Linear),
    }
}

fn linear<'b>(book: &Book, expr: &'b Expr, binding: &Binding<'b>) -> Option<Linear> {
    match expr {
        Expr::Number(number) => Some(Linear { terms: Vec::new(), constant: sane(*number)? }),
        Expr::Cell(pattern) | Expr::Sum(pattern) => sum(book, pattern, binding),
        Expr::Add(a, b) => linear(book, a, binding)?.plus(linear(book, b, binding)?),
        Expr::Subtract(a, b) => linear(book, a, binding)?.plus(linear(book, b, binding)?.scaled(-Decimal::ONE)?),
        Expr::Multiply(a, b) => {
            let (a, b) = (linear(book, a, binding)?, linear(book, b, binding)?);
            match (known(book, &a), known(book, &b)) {
                (Some(factor), _) => b.scaled(factor),
                (_, Some(factor)) => a.scaled(factor),
                (None, None) => None,
            }
        }
        Expr::Percent(..) => None,
    }
}

/// The value of what is exactly known: a number, a count.
fn known(book: &Book, linear: &Linear) -> Option<Decimal> {
    let plain = linear.terms.iter().all(|(cell, _)| book.figure(*cell).is_some_and(|f| f.unit == Unit::Plain));
    let interval = linear.interval(book)?;
    (interval.is_exact() && (plain || linear.terms.is_empty())).then_some(interval.low)
}

/// How far a relation is from holding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    Holds,
    /// The least difference between left and right over all that the printed figures may stand for.
    Fails {
        left: Interval,
        right: Interval,
    },
}

impl Instance {
    /// Every cell it speaks of.
    pub fn cells(&self) -> impl Iterator<Item = CellId> + '_ {
        [&self.left, &self.right].into_iter().flat_map(Operand::terms).map(|term| term.0)
    }

    /// Whether it holds whatever the printed figures stand for.
    pub fn is_certain(&self, book: &Book) -> bool {
        let sides = (value(book, &self.left, &self.right), value(book, &self.right, &self.left));
        let (Some(left), Some(right)) = sides else { return false };
        match self.compare {
            Compare::Equal => left.is_exact() && left == right,
            Compare::AtMost => left.high <= right.low,
            Compare::AtLeast => left.low >= right.high,
            Compare::Below => left.high < right.low,
            Compare::Above => left.low > right.high,
        }
    }

    /// Whether it can hold; none where a figure is not known.
    pub fn outcome(&self, book: &Book) -> Option<Outcome> {
        let (left, right) = (value(book, &self.left, &self.right)?, value(book, &self.right, &self.left)?);
        let fails = match self.compare {
            Compare::Equal => left.low > right.high || right.low > left.high,
            Compare::AtMost => left.low > right.high,
            Compare::AtLeast => left.high < right.low,
            Compare::Below => left.low >= right.high,
            Compare::Above => left.high <= right.low,
        };
        Some(if fails { Outcome::Fails { left, right } } else { Outcome::Holds })
    }
}

/// An operand's value. A percentage is rounded as the figure on the other side is printed.
fn value(book: &Book, operand: &Operand, other: &Operand) -> Option<Interval> {
    match operand {
        Operand::Linear(linear) => {
            let value = linear.interval(book)?;
            Some(match (other, &linear.terms[..]) {
                (Operand::Percent(..), [(cell, _)]) => {
                    let decimals = book.figure(*cell).map_or(2, |f| f.decimals);
                    Interval { low: round(value.low, decimals), high: round(value.high, decimals) }
                }
                _ => value,
            })
        }
        Operand::Percent(part, whole) => {
            let (part, whole) = (part.interval(book)?, whole.interval(book)?);
            if whole.low <= Decimal::ZERO && whole.high >= Decimal::ZERO {
                return None; // no percentage of nothing
            }
            let decimals = match other {
                Operand::Linear(linear) => {
                    linear.terms.first().and_then(|(c, _)| book.figure(*c)).map_or(2, |f| f.decimals)
                }
                Operand::Percent(..) => 2,
            };
            let mut ends = Vec::new();
            for (part, whole) in [part.low, part.high].iter().flat_map(|p| [(p, whole.low), (p, whole.high)]) {
                let percent = part.checked_div(whole)?.checked_mul(Decimal::ONE_HUNDRED)?;
                ends.push(round(sane(percent)?, decimals));
            }
            Some(Interval { low: ends.iter().copied().min()?, high: ends.iter().copied().max()? })
        }
    }
}

fn round(x: Decimal, decimals: u32) -> Decimal {
    x.round_dp_with_strategy(decimals, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}
