//! Two sequences aligned: what is equal first, and in the gaps between that what is most alike, always in order.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::BTreeMap;
use std::hash::Hash;

/// One step through both sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The same thing in both, by index.
    Both(usize, usize),
    Old(usize),
    New(usize),
}

/// Gaps with more pairs than this are not searched for likeness: everything in them was replaced.
const PAIRS: usize = 60_000;

/// Aligns two sequences by their keys. `likeness` says how alike two unequal items are: 0 for never to be paired.
pub fn align<K: Hash + Ord>(old: &[K], new: &[K], likeness: &dyn Fn(usize, usize) -> f64) -> Vec<Step> {
    let mut steps = Vec::with_capacity(old.len().max(new.len()));
    let mut gap: (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        gap.0.extend(if matches!(op, DiffOp::Equal { .. }) { 0..0 } else { op.old_range() });
        gap.1.extend(if matches!(op, DiffOp::Equal { .. }) { 0..0 } else { op.new_range() });
        if let DiffOp::Equal { old_index, new_index, len } = op {
            pair(&std::mem::take(&mut gap.0), &std::mem::take(&mut gap.1), likeness, &mut steps);
            steps.extend((0..len).map(|n| Step::Both(old_index + n, new_index + n)));
        }
    }
    pair(&gap.0, &gap.1, likeness, &mut steps);
    steps
}

/// The pairing of a gap with the greatest sum of likeness; what was deleted comes before what was inserted.
fn pair(old: &[usize], new: &[usize], likeness: &dyn Fn(usize, usize) -> f64, steps: &mut Vec<Step>) {
    let (rows, columns) = (old.len(), new.len());
    if rows * columns > PAIRS {
        steps.extend(old.iter().map(|&i| Step::Old(i)));
        steps.extend(new.iter().map(|&j| Step::New(j)));
        return;
    }
    let width = columns + 1;
    let mut best = vec![0.0_f64; (rows + 1) * width];
    let mut alike = vec![0.0_f64; rows * columns];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            let like = likeness(old[i], new[j]);
            alike[i * columns + j] = like;
            let apart = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            let together = if like > 0.0 { like + best[(i + 1) * width + j + 1] } else { 0.0 };
            best[i * width + j] = apart.max(together);
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < rows && j < columns {
        let (here, like) = (best[i * width + j], alike[i * columns + j]);
        if like > 0.0 && like + best[(i + 1) * width + j + 1] >= here {
            steps.push(Step::Both(old[i], new[j]));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= here {
            steps.push(Step::Old(old[i]));
            i += 1;
        } else {
            steps.push(Step::New(new[j]));
            j += 1;
        }
    }
    steps.extend(old[i..].iter().map(|&i| Step::Old(i)));
    steps.extend(new[j..].iter().map(|&j| Step::New(j)));
}

/// How alike two texts are, from 0 to 1: the share of pairs of neighbouring characters they have in common.
pub fn likeness_of(a: &str, b: &str) -> f64 {
    let (a, b) = (bigrams(a), bigrams(b));
    let (total_a, total_b): (usize, usize) = (a.values().sum(), b.values().sum());
    if total_a + total_b == 0 {
        return 0.0;
    }
    let common: usize = a.iter().map(|(pair, n)| *n.min(b.get(pair).unwrap_or(&0))).sum();
    2.0 * common as f64 / (total_a + total_b) as f64
}

/// A single character makes a pair with itself.
fn bigrams(text: &str) -> BTreeMap<(char, char), usize> {
    let mut counts = BTreeMap::new();
    let mut chars = text.chars().filter(|c| !c.is_whitespace()).peekable();
    let mut alone = true;
    while let Some(first) = chars.next() {
        match chars.peek() {
            Some(&second) => *counts.entry((first, second)).or_default() += 1,
            None if alone => *counts.entry((first, first)).or_default() += 1,
            None => {}
        }
        alone = false;
    }
    counts
}
