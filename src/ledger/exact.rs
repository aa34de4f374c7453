//! Lines become records with amounts in whole 分 that every printed figure comes out of, by the exact simplex.

use super::lines::{Cell, Line};
use super::region::Axis;
use crate::check::figures::solve::{Found, Problem, Solver};
use crate::data::Dataset;
use crate::data::schema::FieldDefault;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A record, by the index of each axis's value.
pub struct Solved {
    /// Per axis: which of its values.
    pub point: Vec<usize>,
    /// In 分.
    pub amount: i128,
    /// The axes that no table tells, as bits.
    pub chosen: u64,
}

/// All records.
pub struct All {
    /// No two are of one point.
    pub lines: Vec<Solved>,
    /// Addresses of figures that do not come out.
    pub unsolved: Vec<Arc<str>>,
    /// Every figure came out at once.
    pub as_printed: bool,
}

/// The records of lines. Amounts that figures do not tell to the 分 become such that all figures come out.
pub fn solved(axes: &[Axis], dataset: &Dataset, lines: &[Line], cells: &[Cell]) -> All {
    let mut by_point: BTreeMap<Vec<usize>, (i128, u64)> = BTreeMap::new();
    for line in lines {
        let Some(mut point) = line.region.first() else { continue };
        // What may be blank is.
        for at in (0..axes.len()).filter(|at| axes[*at].values[0].is_empty()) {
            let blank = [&point[..at], &[0], &point[at + 1..]].concat();
            if line.region.has(&blank) {
                point = blank;
            }
        }
        let mut chosen = line.chosen;
        for (at, axis) in axes.iter().enumerate() {
            let value = &axis.values[point[at]];
            let default = matches!(&dataset.fields[axis.field].default, Some(FieldDefault::Value(of)) if of == value);
            if !value.is_empty() && !default && line.region.leaves_open(&point, at) {
                chosen |= 1 << at;
            }
        }
        let known = by_point.entry(point).or_default();
        known.0 += line.amount;
        known.1 |= chosen;
    }
    let lines = by_point.into_iter().map(|(point, (amount, chosen))| Solved { point, amount, chosen });
    let mut lines: Vec<Solved> = lines.filter(|line| line.amount != 0).collect();
    let sums = sums(&lines, cells);
    let as_printed = sums.iter().all(|(of, (low, high))| {
        let sum: i128 = of.iter().map(|at| lines[*at].amount).sum();
        (*low..=*high).contains(&sum)
    });
    if !as_printed && let Some(amounts) = amounts(&lines, &sums) {
        lines.iter_mut().zip(amounts).for_each(|(line, amount)| line.amount = amount);
    }
    let unsolved = cells.iter().filter(|cell| {
        let sum: i128 = lines.iter().filter(|line| cell.within.has(&line.point)).map(|line| line.amount).sum();
        !(cell.low..=cell.high).contains(&sum)
    });
    let unsolved = unsolved.map(|cell| cell.address.clone()).collect();
    lines.retain(|line| line.amount != 0);
    All { lines, unsolved, as_printed }
}

/// What figures of the same lines may all be worth.
type Sums = BTreeMap<Vec<usize>, (i128, i128)>;

fn sums(lines: &[Solved], cells: &[Cell]) -> Sums {
    let mut sums = Sums::new();
    for cell in cells {
        let of: Vec<usize> = (0..lines.len()).filter(|at| cell.within.has(&lines[*at].point)).collect();
        if !of.is_empty() {
            let known = sums.entry(of).or_insert((cell.low, cell.high));
            *known = (known.0.max(cell.low), known.1.min(cell.high));
        }
    }
    sums
}

/// Amounts of the sign that each has, that all sums come out of; none where there are none, or they are not found.
fn amounts(lines: &[Solved], sums: &Sums) -> Option<Vec<i128>> {
    // Within narrower bounds fractions of a 分 may be left away: a sum of so many amounts changes by less than so many.
    let narrow = |terms: i128, (low, high): (i128, i128)| match high - low > 2 * terms {
        true => (low + terms, high - terms),
        false => (low, high),
    };
    let narrowed = sums.iter().map(|(of, bounds)| (of.clone(), narrow(of.len() as i128, *bounds))).collect();
    let found = |sums: &Sums, whole: bool| {
        let mut solver = Solver::new(&problem(lines, sums))?;
        let found = if whole { solver.whole() } else { solver.relaxed() };
        (found == Found::Values).then(|| (0..lines.len()).map(|at| solver.value(at)).collect::<Vec<i128>>())
    };
    let all_hold = |amounts: &Vec<i128>| {
        sums.iter().all(|(of, (low, high))| (*low..=*high).contains(&of.iter().map(|at| amounts[*at]).sum()))
    };
    found(&narrowed, false).filter(all_hold).or_else(|| found(sums, true))
}

fn problem(lines: &[Solved], sums: &Sums) -> Problem {
    let bounds = |line: &Solved| if line.amount > 0 { (Some(0), None) } else { (None, Some(0)) };
    let variables = lines.iter().map(|line| (bounds(line), line.amount)).collect();
    let mut problem = Problem { variables, sums: Vec::new() };
    for (of, (low, high)) in sums {
        match of[..] {
            [one] => {
                let (bounds, _) = &mut problem.variables[one];
                let (least, most) = *bounds;
                *bounds = (
                    Some(least.map_or(*low, |known: i128| known.max(*low))),
                    Some(most.map_or(*high, |known: i128| known.min(*high))),
                );
            }
            _ => problem.sums.push((of.iter().map(|at| (*at, 1)).collect(), (Some(*low), Some(*high)))),
        }
    }
    for ((low, high), first) in &mut problem.variables {
        *first = (*first).max(low.unwrap_or(*first));
        *first = (*first).min(high.unwrap_or(*first));
    }
    problem
}
