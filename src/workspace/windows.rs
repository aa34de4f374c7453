//! The windows of a browser that show the workspace: the program ends when the last is closed, and when it is gone without
//! a word, as those of a browser that was killed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How often [`Windows::tick`] is to be called. Silence is counted in ticks and not in hours of a clock: a machine that
/// sleeps counts none.
pub const TICK: Duration = Duration::from_secs(5);
/// A window in sight speaks every two seconds, but for as long as a dialog of the browser stands over it: ten minutes.
const IN_SIGHT: u32 = 120;
/// One that is hidden may be frozen by the browser for as long as it likes: a day.
const HIDDEN: u32 = 17_280;
/// Windows known at once; a browser has no more.
const MOST: usize = 1000;
/// Bytes of the name that a window gave itself.
const LONGEST: usize = 80;

/// The windows that are there, by the names that they gave themselves.
#[derive(Debug, Default)]
pub struct Windows {
    open: BTreeMap<String, Window>,
    /// Those that were closed: what they said before may come after.
    closed: BTreeSet<String>,
}

#[derive(Debug)]
struct Window {
    hidden: bool,
    /// Ticks since it spoke.
    silent: u32,
}

impl Windows {
    /// A window says that it is there.
    pub fn speaks(&mut self, name: &str, hidden: bool) {
        let is_name = !name.is_empty() && name.len() < LONGEST;
        // Closed it is hidden; in sight, the browser brought it back.
        let is_late = hidden && self.closed.contains(name);
        if is_name && !is_late && (self.open.len() < MOST || self.open.contains_key(name)) {
            self.closed.remove(name);
            self.open.insert(name.to_owned(), Window { hidden, silent: 0 });
        }
    }

    /// A window says that it is closed.
    pub fn closes(&mut self, name: &str) {
        if self.open.remove(name).is_some() {
            if self.closed.len() == MOST {
                self.closed.pop_first();
            }
            self.closed.insert(name.to_owned());
        }
    }

    /// None is there.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Forgets those that have been silent for too long; whether the last was among them.
    pub fn tick(&mut self) -> bool {
        let before = self.open.len();
        self.open.retain(|_, window| {
            window.silent += 1;
            window.silent < if window.hidden { HIDDEN } else { IN_SIGHT }
        });
        before > 0 && self.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_window_may_go_without_a_word() {
        let mut windows = Windows::default();
        assert!(!windows.tick(), "none was there yet");
        windows.speaks("a", false);
        windows.speaks("b", true);
        assert!((0..IN_SIGHT).all(|_| !windows.tick()), "the hidden one may sleep");
        assert_eq!(windows.open.keys().collect::<Vec<_>>(), ["b"]);
        windows.speaks("b", false);
        assert!((1..IN_SIGHT).all(|_| !windows.tick()) && windows.tick(), "in sight and silent, it is gone");
        windows.speaks("c", true);
        assert!((1..HIDDEN).all(|_| !windows.tick()) && windows.tick());
    }

    #[test]
    fn what_speaks_stays_and_what_closes_goes() {
        let mut windows = Windows::default();
        for _ in 0..3 * IN_SIGHT {
            windows.speaks("a", false);
            assert!(!windows.tick());
        }
        windows.closes("a");
        windows.speaks("a", true);
        assert!(windows.is_empty(), "said before it was closed");
        windows.speaks("a", false);
        assert!(!windows.is_empty(), "brought back");
        windows.closes("a");
        windows.speaks("", false);
        windows.speaks(&"a".repeat(LONGEST), false);
        assert!(windows.is_empty(), "no names");
    }
}
