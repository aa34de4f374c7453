//! One text that two have changed: the paragraphs that only one of them touched are taken from whoever touched them.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::ops::Range;

/// Lines to be aligned with each other; more, and what differs is one change.
const MOST: usize = 4_000_000;

/// Lines that one side put in the place of others.
#[derive(Debug, PartialEq, Eq)]
struct Change<'t> {
    of: Range<usize>,
    by: Vec<&'t str>,
}

impl Change<'_> {
    /// The other changes the same lines to something else, or puts something else in the same place.
    fn clashes(&self, other: &Change) -> bool {
        let overlap = self.of.start < other.of.end && other.of.start < self.of.end;
        let here = self.of.is_empty() && self.of == other.of;
        self != other && (overlap || here)
    }
}

/// A text that was `was`, with what either side changed. None: both changed the same lines, unless mine count then.
pub fn merged(was: &str, mine: &str, theirs: &str, mine_count: bool) -> Option<String> {
    let [was, mine, theirs] = [was, mine, theirs].map(|text| text.split('\n').collect::<Vec<_>>());
    let (mut all, mut others) = (changes(&was, &mine), changes(&was, &theirs));
    let clashes = |other: &Change| {
        // Both are in order: those that end before it begins are passed over.
        let first = all.partition_point(|change| change.of.end < other.of.start);
        all[first..].iter().take_while(|change| change.of.start <= other.of.end).any(|change| change.clashes(other))
    };
    if mine_count {
        others.retain(|other| !clashes(other));
    } else if others.iter().any(clashes) {
        return None;
    }
    all.extend(others);
    all.sort_by_key(|change| (change.of.start, change.of.end));
    all.dedup();
    let mut lines: Vec<&str> = Vec::new();
    let mut at = 0;
    for change in all {
        lines.extend(&was[at..change.of.start]);
        lines.extend(change.by);
        at = change.of.end;
    }
    lines.extend(&was[at..]);
    Some(lines.join("\n"))
}

fn changes<'t>(was: &[&'t str], now: &[&'t str]) -> Vec<Change<'t>> {
    let head = was.iter().zip(now).take_while(|(a, b)| a == b).count();
    let (old, new) = (&was[head..], &now[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let change = |of: Range<usize>, by: &[&'t str]| Change { of: head + of.start..head + of.end, by: by.to_vec() };
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    if old.len().saturating_mul(new.len()) > MOST {
        return vec![change(0..old.len(), new)];
    }
    let all = capture_diff_slices(Algorithm::Myers, old, new);
    let differs = all.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    differs
        .flat_map(|op| match (op.old_range(), op.new_range()) {
            // As many lines in the place of others: each was changed by itself.
            (of, by) if of.len() == by.len() => {
                of.zip(by).map(|(of, by)| change(of..of + 1, &new[by..by + 1])).collect::<Vec<_>>()
            }
            (of, by) => vec![change(of, &new[by])],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_that_one_side_changed_are_merged_and_the_same_ones_are_not() {
        let was = "一\n二\n三";
        let both = |mine, theirs| merged(was, mine, theirs, false);
        assert_eq!(both("一\n二\n三加", "一改\n二\n三").as_deref(), Some("一改\n二\n三加"));
        assert_eq!(both("一\n二加\n三", "一改\n二\n三").as_deref(), Some("一改\n二加\n三"), "side by side");
        assert_eq!(both("一\n新\n二\n三", "一\n二\n三\n末").as_deref(), Some("一\n新\n二\n三\n末"));
        assert_eq!(both("一\n三", "一\n二\n三改").as_deref(), Some("一\n三改"));
        assert_eq!(both("一\n二同\n三", "一\n二同\n三").as_deref(), Some("一\n二同\n三"), "the same change");
        assert_eq!(both("一\n二甲\n三", "一\n二乙\n三"), None);
        assert_eq!(both("一\n甲\n二\n三", "一\n乙\n二\n三"), None, "two at one place");
        assert_eq!(both("一\n三", "一\n二改\n三"), None, "one took away what the other changed");
        assert_eq!(merged(was, "一\n二甲\n三", "一改\n二乙\n三", true).as_deref(), Some("一改\n二甲\n三"));
    }

    #[test]
    fn long_texts_are_merged_in_bounded_time() {
        let text = |word: &str| (0..50_000).map(|n| format!("{word}{n}\n")).collect::<String>();
        let (was, mine) = (text("a"), text("b"));
        assert_eq!(merged(&was, &mine, &was, false), Some(mine.clone()));
        assert_eq!(merged(&was, &mine, &text("c"), false), None);
    }
}
