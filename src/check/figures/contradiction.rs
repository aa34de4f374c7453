//! The strongest test of printed figures: is there any set of amounts, exact to 分, that prints as all of them and holds
//! to every rule? If not: the smallest set of figures that contradict each other, and which one figure (else which
//! two), printed otherwise, would end it.

use super::book::{Book, CellId};
use super::evaluate::{Bound, Linear, Operand};
use super::solve::{Bounds, Found, Problem, Solver};
use crate::check::interval::LARGEST;
use crate::diagnostic::Severity;
use crate::layout::rule::Compare;
use crate::money::Unit;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many contradictions are looked for.
const MOST: usize = 8;
/// How many changes of one or two figures are tried for each.
const TRIES: usize = 1_500;
/// Factors beyond this are no part of a rule; below it, sums of a million figures fit 128 bits.
const LARGEST_FACTOR: i128 = 10_i128.pow(12);
/// How many printed values of a figure are compared with what is printed.
const VALUES: i128 = 40;

/// Figures that cannot all be right.
#[derive(Debug, Clone)]
pub struct Contradiction {
    /// Take one out, and the rest of them agree under the rules named.
    pub figures: Vec<CellId>,
    /// Codes of the rules that they break together.
    pub rules: Vec<String>,
    /// What would end it: one figure each, else two each, the likeliest first.
    pub suspects: Vec<Vec<Suspect>>,
}

/// A figure that, printed otherwise, would end a contradiction.
#[derive(Debug, Clone)]
pub struct Suspect {
    pub cell: CellId,
    /// What it could print, least and greatest, in its unit; none where anything would do.
    pub range: Option<(Decimal, Decimal)>,
    /// The value in that range that a slip of the hand would most likely have turned into what is printed.
    pub likely: Option<Decimal>,
}

impl Contradiction {
    /// The figures in the order they are named: suspects first, then the others, blanks last.
    pub fn named(&self, book: &Book) -> Vec<CellId> {
        let mut named: Vec<CellId> = Vec::new();
        let (filled, blank): (Vec<CellId>, Vec<CellId>) = self.figures.iter().partition(|c| !is_blank(book, **c));
        for cell in self.suspects.iter().flatten().map(|s| s.cell).chain(filled).chain(blank) {
            if !named.contains(&cell) {
                named.push(cell);
            }
        }
        named
    }
}

/// The answer.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Such amounts exist.
    Agree,
    Contradict(Vec<Contradiction>),
    /// It was too much work.
    GaveUp,
}

fn is_blank(book: &Book, cell: CellId) -> bool {
    book.figure(cell).is_none_or(|f| f.amount.is_none() && f.text.is_empty())
}

/// One rule's relation as a sum of cells, in 分: each times a factor, within bounds.
struct Equation<'r> {
    code: &'r str,
    terms: BTreeMap<CellId, i128>,
    bounds: Bounds,
}

/// Asks of all relations of rules that are errors.
pub fn explain(book: &Book, bound: &[Bound<'_>]) -> Answer {
    let equations: Vec<Equation<'_>> = bound
        .iter()
        .filter(|b| b.rule.severity == Some(Severity::Error))
        .filter_map(|b| equation(book, b))
        .filter(|e| e.terms.keys().any(|&c| !is_blank(book, c)))
        .collect();
    // Blanks are zero: without them the question is small.
    let Some(mut quick) = Model::new(book, &equations, &HashSet::new()) else { return Answer::GaveUp };
    let first = match quick.solver.whole() {
        Found::Values => return Answer::Agree,
        Found::GaveUp => return Answer::GaveUp,
        Found::Conflict(first) => quick.near(&first),
    };
    // A blank near the conflict may be what is wrong.
    let Some(mut model) = Model::new(book, &equations, &first) else { return Answer::GaveUp };
    let mut all = Vec::new();
    while all.len() < MOST {
        let conflict = match model.solver.whole() {
            Found::Values => break,
            Found::GaveUp => return if all.is_empty() { Answer::GaveUp } else { Answer::Contradict(all) },
            Found::Conflict(conflict) => model.minimal(&conflict),
        };
        let contradiction = model.contradiction(&conflict);
        let ended = !contradiction.suspects.is_empty();
        all.push(contradiction);
        if ended {
            break;
        }
        // No change of two figures ends it: what else contradicts is looked for without these.
        for &var in conflict.iter().filter(|&&v| v < model.cells.len()) {
            model.solver.bound(var, (None, None));
            model.bounds[var] = (None, None);
            model.free.push(var);
        }
    }
    Answer::Contradict(all)
}

/// A relation as an equation; none where it is not linear in money or a figure is not known.
fn equation<'b, 'r>(book: &Book, bound: &'b Bound<'r>) -> Option<Equation<'r>> {
    let (Operand::Linear(left), Operand::Linear(right)) = (&bound.instance.left, &bound.instance.right) else {
        return None;
    };
    let mut sum: BTreeMap<CellId, Decimal> = BTreeMap::new();
    let of = |linear: &'b Linear, sign: Decimal| linear.terms.iter().map(move |&(cell, factor)| (cell, factor * sign));
    for (cell, factor) in of(left, Decimal::ONE).chain(of(right, -Decimal::ONE)) {
        let all = sum.entry(cell).or_default();
        *all = all.checked_add(factor)?;
    }
    sum.retain(|_, factor| !factor.is_zero());
    let of_money = sum.keys().all(|&c| book.figure(c).is_none_or(|f| f.unit != Unit::Plain));
    if !of_money || sum.is_empty() || sum.keys().any(|&c| book.interval(c).is_none()) {
        return None;
    }
    // Factors may have decimals (12.5 sets): all times a power of ten.
    let scale = sum.values().map(|f| f.normalize().scale()).max().unwrap_or(0);
    let times = Decimal::from(10i64.checked_pow(scale)?);
    let whole = |x: Decimal| x.checked_mul(times)?.normalize().to_i128();
    let factor = |factor: Decimal| whole(factor).filter(|f| f.abs() <= LARGEST_FACTOR);
    let terms = sum.into_iter().map(|(cell, of)| Some((cell, factor(of)?))).collect::<Option<_>>()?;
    let target = whole((right.constant - left.constant).checked_mul(Decimal::ONE_HUNDRED)?)?;
    let bounds = match bound.instance.compare {
        Compare::Equal => (Some(target), Some(target)),
        Compare::AtMost => (None, Some(target)),
        Compare::AtLeast => (Some(target), None),
        Compare::Below | Compare::Above => return None,
    };
    Some(Equation { code: &bound.rule.code, terms, bounds })
}

struct Model<'b, 'r> {
    book: &'b Book,
    equations: &'b [Equation<'r>],
    cells: Vec<CellId>,
    index: HashMap<CellId, usize>,
    bounds: Vec<Bounds>,
    /// Per cell: the equations it is in.
    within: Vec<Vec<usize>>,
    solver: Solver,
    /// Variables without bounds by now.
    free: Vec<usize>,
}

impl<'b, 'r> Model<'b, 'r> {
    /// Blanks count as zero, but for those in `blanks`.
    fn new(book: &'b Book, equations: &'b [Equation<'r>], blanks: &HashSet<CellId>) -> Option<Model<'b, 'r>> {
        let mut cells: Vec<CellId> = Vec::new();
        let mut index: HashMap<CellId, usize> = HashMap::new();
        let mut problem = Problem::default();
        let mut within: Vec<Vec<usize>> = Vec::new();
        for (number, equation) in equations.iter().enumerate() {
            let mut terms = Vec::new();
            for (&cell, &factor) in equation.terms.iter().filter(|(c, _)| blanks.contains(*c) || !is_blank(book, **c)) {
                let interval = book.interval(cell)?;
                let var = *index.entry(cell).or_insert_with(|| {
                    let (low, high) = (fen(interval.low), fen(interval.high));
                    problem.variables.push(((Some(low), Some(high)), (low + high).div_euclid(2)));
                    cells.push(cell);
                    within.push(Vec::new());
                    cells.len() - 1
                });
                within[var].push(number);
                terms.push((var, factor));
            }
            problem.sums.push((terms, equation.bounds));
        }
        let bounds = problem.variables.iter().map(|v| v.0).collect();
        let solver = Solver::new(&problem)?;
        Some(Model { book, equations, cells, index, bounds, within, solver, free: Vec::new() })
    }

    /// The blank cells in a conflict's equations, and in all equations of its figures.
    fn near(&self, conflict: &[usize]) -> HashSet<CellId> {
        let count = self.cells.len();
        let own = conflict.iter().filter(|&&v| v >= count).map(|&v| v - count);
        let around = conflict.iter().filter(|&&v| v < count).flat_map(|&v| self.within[v].iter().copied());
        let cells = own.chain(around).flat_map(|e| self.equations[e].terms.keys().copied());
        cells.filter(|&c| is_blank(self.book, c)).collect()
    }

    /// The least part of a conflict that still is one: whatever figure can be left out is.
    fn minimal(&self, conflict: &[usize]) -> Vec<usize> {
        let count = self.cells.len();
        let sums: Vec<usize> = conflict.iter().filter(|&&v| v >= count).map(|v| v - count).collect();
        let mut kept: Vec<usize> = conflict.iter().copied().filter(|&v| v < count).collect();
        let mut index = kept.len();
        while index > 0 {
            index -= 1;
            let mut without = kept.clone();
            without.remove(index);
            if self.contradict(&without, &sums) {
                kept = without;
            }
        }
        kept.extend(sums.iter().map(|s| s + count));
        kept
    }

    /// Whether some figures contradict each other under some equations, all others being free.
    fn contradict(&self, figures: &[usize], sums: &[usize]) -> bool {
        let mut vars: HashMap<usize, usize> = HashMap::new();
        let mut problem = Problem::default();
        for &sum in sums {
            let equation = &self.equations[sum];
            let known = equation.terms.iter().filter_map(|(cell, &factor)| Some((*self.index.get(cell)?, factor)));
            let terms = known.map(|(var, factor)| {
                let at = *vars.entry(var).or_insert_with(|| {
                    let bounds = if figures.contains(&var) { self.bounds[var] } else { (None, None) };
                    let first = self.bounds[var].0.unwrap_or(0);
                    problem.variables.push((bounds, first));
                    problem.variables.len() - 1
                });
                (at, factor)
            });
            let terms = terms.collect();
            problem.sums.push((terms, equation.bounds));
        }
        Solver::new(&problem).is_some_and(|mut s| matches!(s.relaxed(), Found::Conflict(_)))
    }

    /// Whether the rest agrees when some figures may be anything; else what is in conflict then.
    fn without(&mut self, vars: &[usize]) -> Found {
        let freed = vars.iter().all(|&v| self.solver.bound(v, (None, None)));
        let found = if freed { self.solver.relaxed() } else { Found::GaveUp };
        for &var in vars {
            self.solver.bound(var, self.bounds[var]);
        }
        found
    }

    fn contradiction(&mut self, conflict: &[usize]) -> Contradiction {
        let count = self.cells.len();
        let figures: Vec<usize> = conflict.iter().copied().filter(|&v| v < count).collect();
        let mut rules: Vec<String> =
            conflict.iter().filter(|&&v| v >= count).map(|&v| self.equations[v - count].code.to_string()).collect();
        rules.sort();
        rules.dedup();
        let mut tries = TRIES;
        let mut ends: Vec<Vec<usize>> = Vec::new();
        let mut next: Vec<(usize, Vec<usize>)> = Vec::new();
        for var in self.filled_first(&figures) {
            tries = tries.saturating_sub(1);
            match self.without(&[var]) {
                Found::Values => ends.push(vec![var]),
                Found::Conflict(rest) => next.push((var, rest)),
                Found::GaveUp => {}
            }
        }
        if ends.is_empty() {
            ends = self.pairs(next, &mut tries);
        }
        let mut suspects: Vec<(u8, Reverse<usize>, Vec<Suspect>)> = ends
            .iter()
            .map(|vars| {
                let suspects: Vec<Suspect> = vars.iter().map(|&v| self.suspect(v, vars)).collect();
                let unlike = suspects.iter().map(|s| self.unlikeness(s)).max().unwrap_or(u8::MAX);
                // Of two as likely, the one that more rules guard.
                let guards = vars.iter().map(|&v| self.within[v].len()).min().unwrap_or(0);
                (unlike, Reverse(guards), suspects)
            })
            .collect();
        suspects.sort_by_key(|(unlike, guarded, _)| (*unlike, *guarded));
        Contradiction {
            figures: figures.iter().map(|&v| self.cells[v]).collect(),
            rules,
            suspects: suspects.into_iter().map(|(.., s)| s).collect(),
        }
    }

    /// Pairs of figures that end it together: two cells that changed places, a figure in the wrong row.
    fn pairs(&mut self, next: Vec<(usize, Vec<usize>)>, tries: &mut usize) -> Vec<Vec<usize>> {
        let mut ends: Vec<Vec<usize>> = Vec::new();
        for (first, rest) in next {
            let figures: Vec<usize> = rest.iter().copied().filter(|&v| v < self.cells.len()).collect();
            for second in self.filled_first(&figures) {
                if *tries == 0 {
                    return ends;
                }
                let mut pair = vec![first.min(second), first.max(second)];
                pair.dedup();
                if pair.len() < 2 || ends.contains(&pair) {
                    continue;
                }
                *tries -= 1;
                if self.without(&pair) == Found::Values {
                    ends.push(pair);
                }
            }
        }
        ends
    }

    fn filled_first(&self, figures: &[usize]) -> Vec<usize> {
        let (mut filled, blank): (Vec<usize>, Vec<usize>) = figures
            .iter()
            .copied()
            .filter(|v| !self.free.contains(v))
            .partition(|&v| !is_blank(self.book, self.cells[v]));
        filled.extend(blank);
        filled
    }

    /// What a figure could be worth by the rules it is in, the figures of `free` being anything.
    fn suspect(&self, var: usize, free: &[usize]) -> Suspect {
        let cell = self.cells[var];
        let (low, high) = self.implied(var, free);
        let (Some(low), Some(high)) = (low, high) else { return Suspect { cell, range: None, likely: None } };
        let figure = self.book.figure(cell);
        let (unit, decimals) = figure.map_or((Unit::WanYuan, 2), |f| (f.unit, f.decimals));
        let look = crate::money::Look { unit, decimals, ..crate::money::Look::default() };
        let shown = |fen: i128| {
            let amount = Decimal::try_from_i128_with_scale(fen, 2).ok().filter(|a| a.abs() <= LARGEST)?;
            Some(crate::money::rounded(amount, &look))
        };
        let (Some(least), Some(greatest)) = (shown(low.min(high)), shown(high.max(low))) else {
            return Suspect { cell, range: None, likely: None };
        };
        let step = Decimal::new(1, decimals);
        let printed = figure.map(|f| f.text.clone()).unwrap_or_default();
        let steps = ((greatest - least) / step).to_i128().unwrap_or(VALUES).min(VALUES);
        let values = (0..=steps).map(|n| least + step * Decimal::from(n));
        let likely =
            values.min_by_key(|v| (unlike(&printed, *v, decimals), (*v - (least + greatest) / Decimal::TWO).abs()));
        Suspect { cell, range: Some((least, greatest)), likely }
    }

    fn implied(&self, var: usize, free: &[usize]) -> Bounds {
        let mut all: Bounds = (None, None);
        for &number in &self.within[var] {
            let equation = &self.equations[number];
            let own = equation.terms[&self.cells[var]];
            let mut rest: Bounds = (Some(0), Some(0));
            for (cell, &factor) in &equation.terms {
                let Some(&other) = self.index.get(cell).filter(|&&other| other != var) else { continue };
                let (low, high) = if free.contains(&other) { (None, None) } else { self.bounds[other] };
                let (low, high) = if factor < 0 { (high, low) } else { (low, high) };
                rest.0 = rest.0.zip(low).map(|(a, b)| a + b * factor);
                rest.1 = rest.1.zip(high).map(|(a, b)| a + b * factor);
            }
            // low ≤ own·x + rest ≤ high
            let least = equation.bounds.0.zip(rest.1).map(|(a, b)| a - b);
            let most = equation.bounds.1.zip(rest.0).map(|(a, b)| a - b);
            let (least, most) = if own < 0 { (most.map(|m| -m), least.map(|l| -l)) } else { (least, most) };
            let own = own.abs();
            let least = least.map(|l| -((-l).div_euclid(own)));
            let most = most.map(|m| m.div_euclid(own));
            all.0 = match (all.0, least) {
                (Some(a), Some(b)) => Some(a.max(b)),
                (a, b) => a.or(b),
            };
            all.1 = match (all.1, most) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        all
    }

    fn unlikeness(&self, suspect: &Suspect) -> u8 {
        let figure = self.book.figure(suspect.cell);
        let text = figure.map(|f| f.text.as_str()).unwrap_or_default();
        suspect.likely.map_or(3, |value| unlike(text, value, figure.map_or(2, |f| f.decimals)))
    }
}

fn fen(amount: Decimal) -> i128 {
    (amount * Decimal::ONE_HUNDRED).round().to_i128().unwrap_or(i128::MAX / 4)
}

/// How unlike a slip of the hand it is to print `text` for `value`: 0 a digit, two digits swapped, the point, the
/// sign; 1 nothing printed, or something where nothing belongs; 2 anything else.
fn unlike(text: &str, value: Decimal, decimals: u32) -> u8 {
    let printed = text.replace([',', '，'], "");
    let wanted = format!("{:.*}", decimals as usize, value);
    if printed.is_empty() || value.is_zero() {
        return 1;
    }
    if printed.trim_start_matches('-') == wanted.trim_start_matches('-') {
        return 0;
    }
    let (a, b) = (printed.trim_start_matches('-'), wanted.trim_start_matches('-'));
    if a.len() == b.len() {
        let off: Vec<usize> = (0..a.len()).filter(|&i| a.as_bytes()[i] != b.as_bytes()[i]).collect();
        let swapped = |i: usize, j: usize| a.as_bytes()[i] == b.as_bytes()[j] && a.as_bytes()[j] == b.as_bytes()[i];
        return match off[..] {
            [_] => 0,
            [i, j] if swapped(i, j) => 0,
            _ => 2,
        };
    }
    let digits = |t: &str| t.replace('.', "").trim_matches('0').to_string();
    if digits(a) == digits(b) { 0 } else { 2 }
}

#[cfg(test)]
mod tests {
    #[test]
    fn slips_of_the_hand_are_told_from_other_changes() {
        let unlike = |text: &str, value: &str| super::unlike(text, value.parse().expect("a number"), 2);
        assert_eq!(unlike("71.46", "71.48"), 0);
        assert_eq!(unlike("17.46", "71.46"), 0);
        assert_eq!(unlike("714.60", "71.46"), 0);
        assert_eq!(unlike("12.00", "-12.00"), 0);
        assert_eq!(unlike("", "71.46"), 1);
        assert_eq!(unlike("71.46", "85.05"), 2);
    }
}
