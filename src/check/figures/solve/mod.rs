//! Whether whole numbers within bounds exist that hold to given sums: exact simplex, then branching where it finds
//! fractions. Bounded in work; it says so when it gives up.

mod rational;
mod simplex;

pub use simplex::Found;
use simplex::{Simplex, Var};

/// How many pivots one question may take.
const PIVOTS: usize = 20_000;
/// How many branches are tried where the simplex finds fractions.
const BRANCHES: usize = 400;

/// Bounds of a variable; `None` on a side: none.
pub type Bounds = (Option<i128>, Option<i128>);

/// Variables by index with bounds, and sums of them with bounds.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    /// Each with a first guess within.
    pub variables: Vec<(Bounds, i128)>,
    pub sums: Vec<(Vec<(usize, i128)>, Bounds)>,
}

/// A solver that keeps its work from question to question. Variables have the indices of the problem, sums follow.
#[derive(Debug, Clone)]
pub struct Solver {
    simplex: Simplex,
    variables: usize,
}

impl Solver {
    /// None where a number is too large.
    pub fn new(problem: &Problem) -> Option<Solver> {
        let mut simplex = Simplex::default();
        for &((low, high), first) in &problem.variables {
            simplex.variable(low, high, first);
        }
        for (terms, (low, high)) in &problem.sums {
            simplex.sum(terms, *low, *high).ok()?;
        }
        Some(Solver { simplex, variables: problem.variables.len() })
    }

    /// Changes a variable's bounds.
    pub fn bound(&mut self, var: Var, (low, high): Bounds) -> bool {
        self.simplex.bound(var, low, high).is_ok()
    }

    /// Fractions or whole numbers within all bounds; or bounds in conflict, as indices of variables and sums.
    pub fn relaxed(&mut self) -> Found {
        self.simplex.budget = PIVOTS;
        self.simplex.check()
    }

    /// What a variable of the problem is worth where values were found; of a fraction the whole number below.
    pub fn value(&self, var: Var) -> i128 {
        self.simplex.value(var).floor()
    }

    /// Whole numbers within all bounds.
    pub fn whole(&mut self) -> Found {
        match self.relaxed() {
            Found::Values => {}
            other => return other,
        }
        let mut left = BRANCHES;
        self.branch(&mut left)
    }

    fn branch(&mut self, left: &mut usize) -> Found {
        let fraction = (0..self.variables).find(|&var| !self.simplex.value(var).is_whole());
        let Some(var) = fraction else { return Found::Values };
        if *left == 0 {
            return Found::GaveUp;
        }
        *left -= 1;
        let floor = self.simplex.value(var).floor();
        let mut gave_up = false;
        let mut conflict = Vec::new();
        for below in [true, false] {
            let mut side = self.clone();
            let narrowed = match below {
                true => side.simplex.narrow(var, None, Some(floor)),
                false => side.simplex.narrow(var, Some(floor + 1), None),
            };
            if !narrowed {
                gave_up = true;
                continue;
            }
            let found = match side.simplex.check() {
                Found::Values => side.branch(left),
                other => other,
            };
            match found {
                Found::Values => {
                    *self = side;
                    return Found::Values;
                }
                Found::Conflict(of) => conflict.extend(of),
                Found::GaveUp => gave_up = true,
            }
        }
        if gave_up {
            return Found::GaveUp;
        }
        conflict.sort();
        conflict.dedup();
        Found::Conflict(conflict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_no_whole_numbers() {
        // 2a = 2b + 1 within 0..10: fractions do, whole numbers do not.
        let bounds = (Some(0), Some(10));
        let problem = Problem {
            variables: vec![(bounds, 0), (bounds, 0)],
            sums: vec![(vec![(0, 2), (1, -2)], (Some(1), Some(1)))],
        };
        let mut solver = Solver::new(&problem).expect("small");
        assert_eq!(solver.relaxed(), Found::Values);
        assert!(matches!(solver.whole(), Found::Conflict(_)));
    }
}
