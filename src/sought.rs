//! Many words of the data, sought in a text in one pass (Aho and Corasick 1975). What it takes to make is linear in the
//! words. `aho-corasick` seeks the program's own few words; of 100,000 names of projects its ordering of states was a fifth of
//! the time of a whole check, and grew faster than they did.

use rustc_hash::FxHashSet as HashSet;
use std::ops::Range;

/// Words to be found: a tree of their characters, level by level, so that the branches of a state follow one another.
#[derive(Debug, Clone)]
pub struct Sought {
    /// The states after the first character of a word: most characters of a text begin none.
    first: First,
    /// State → its first branch; the last is the first of the state behind it. 0: nothing was read.
    branches: Vec<u32>,
    /// The character that leads to a state; those of the branches of one state are in order.
    signs: Vec<char>,
    /// State → that of the longest end of what was read that begins a word.
    back: Vec<u32>,
    /// State → the word that ends there.
    words: Vec<u32>,
    /// State → the longest shorter state behind it where a word ends; 0: none.
    shorter: Vec<u32>,
    /// How long a word is, in bytes and in characters.
    lengths: Vec<(u32, u32)>,
}

const NONE: u32 = u32::MAX;

/// Character → state, in pages of 256 characters of which those are there that hold one.
#[derive(Debug, Clone, Default)]
struct First {
    /// Page → where its states begin, from 1; 0: it holds none.
    pages: Vec<u32>,
    states: Vec<u32>,
}

impl First {
    const PAGE: usize = 256;

    fn set(&mut self, sign: char, state: u32) {
        let (page, at) = (sign as usize / First::PAGE, sign as usize % First::PAGE);
        self.pages.resize(self.pages.len().max(page + 1), 0);
        if self.pages[page] == 0 {
            self.pages[page] = self.states.len() as u32 + 1;
            self.states.resize(self.states.len() + First::PAGE, 0);
        }
        self.states[self.pages[page] as usize - 1 + at] = state;
    }

    #[inline]
    fn after(&self, sign: char) -> u32 {
        match self.pages.get(sign as usize / First::PAGE) {
            None | Some(0) => 0,
            Some(page) => self.states[*page as usize - 1 + sign as usize % First::PAGE],
        }
    }
}

impl Sought {
    /// Of words that are each there once; an empty one is never found.
    pub fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Sought {
        let words: Vec<&str> = words.into_iter().collect();
        let mut order: Vec<u32> = (0..words.len() as u32).filter(|&word| !words[word as usize].is_empty()).collect();
        order.sort_unstable_by_key(|&word| words[word as usize]);
        let mut sought = Sought {
            first: First::default(),
            branches: vec![],
            signs: vec!['\0'],
            back: vec![],
            words: vec![],
            shorter: vec![],
            lengths: words.iter().map(|word| (word.len() as u32, word.chars().count() as u32)).collect(),
        };
        // Per state of a level: the words that go through it, which follow one another in their order, and how many of
        // their bytes were read.
        let mut level: Vec<(Range<usize>, usize)> = vec![(0..order.len(), 0)];
        while !level.is_empty() {
            let mut below = Vec::new();
            for (through, read) in &level {
                let next = |word: &u32| words[*word as usize][*read..].chars().next();
                let own = order[through.clone()].first().filter(|word| next(word).is_none());
                sought.branches.push(sought.signs.len() as u32);
                sought.words.push(own.copied().unwrap_or(NONE));
                let mut from = through.start;
                while from < through.end {
                    let sign = next(&order[from]);
                    let to = from + order[from..through.end].partition_point(|word| next(word) == sign);
                    if let Some(sign) = sign {
                        sought.signs.push(sign);
                        below.push((from..to, read + sign.len_utf8()));
                    }
                    from = to;
                }
            }
            level = below;
        }
        sought.branches.push(sought.signs.len() as u32);
        sought.look_back();
        sought
    }

    fn look_back(&mut self) {
        (self.back, self.shorter) = (vec![0; self.signs.len()], vec![0; self.signs.len()]);
        for state in 0..self.signs.len() {
            for next in self.branches[state] as usize..self.branches[state + 1] as usize {
                let back = if state == 0 { 0 } else { self.step(self.back[state], self.signs[next]) };
                self.back[next] = back;
                let ends = self.words[back as usize] != NONE;
                self.shorter[next] = if ends { back } else { self.shorter[back as usize] };
                if state == 0 {
                    self.first.set(self.signs[next], next as u32);
                }
            }
        }
    }

    fn step(&self, mut state: u32, sign: char) -> u32 {
        while state != 0 {
            let branches = self.branches[state as usize] as usize..self.branches[state as usize + 1] as usize;
            if let Ok(at) = self.signs[branches.clone()].binary_search(&sign) {
                return (branches.start + at) as u32;
            }
            state = self.back[state as usize];
        }
        self.first.after(sign)
    }

    /// The states of the longest words that end at each character of a text, with where they end, as bytes and as
    /// characters.
    fn ends<'s>(&'s self, text: &'s str) -> impl Iterator<Item = (usize, usize, u32)> + 's {
        let (mut signs, mut state, mut read) = (text.char_indices(), 0, 0);
        std::iter::from_fn(move || {
            for (at, sign) in signs.by_ref() {
                read += 1;
                // Most characters go on with no word, and begin none.
                state = if state == 0 { self.first.after(sign) } else { self.step(state, sign) };
                if state == 0 {
                    continue;
                }
                let longest = if self.words[state as usize] == NONE { self.shorter[state as usize] } else { state };
                if longest != 0 {
                    return Some((at + sign.len_utf8(), read, longest));
                }
            }
            None
        })
    }

    /// A state where a word ends, and those of all shorter words that end there.
    fn chain(&self, state: u32) -> impl Iterator<Item = usize> + '_ {
        let shorter = |&state: &u32| Some(self.shorter[state as usize]).filter(|&state| state != 0);
        std::iter::successors(Some(state), shorter).map(|state| self.words[state as usize] as usize)
    }

    /// Every word in a text, and where it begins, as bytes; words overlap.
    pub fn all_in<'s>(&'s self, text: &'s str) -> impl Iterator<Item = (usize, usize)> + 's {
        let begin = |end: usize, word: usize| end - self.lengths[word].0 as usize;
        self.ends(text).flat_map(move |(end, _, state)| self.chain(state).map(move |word| (begin(end, word), word)))
    }

    /// Of the words that end at each place of a text the longest.
    pub fn longest_in<'s>(&'s self, text: &'s str) -> impl Iterator<Item = usize> + 's {
        self.ends(text).map(|(_, _, state)| self.words[state as usize] as usize)
    }

    /// The words in a text that are not among those `met`, each once, and now are. Where a word was met, so were the
    /// shorter ones that end it.
    pub fn first_met_in(&self, text: &str, met: &mut HashSet<usize>) -> Vec<usize> {
        let mut new = Vec::new();
        for (_, _, state) in self.ends(text) {
            new.extend(self.chain(state).take_while(|&word| met.insert(word)));
        }
        new
    }

    /// For each character of a text, and its end: of the words that end there or before the last beginning, as the number of
    /// characters up to and with its first; 0: none.
    pub fn begun_in(&self, text: &str) -> Vec<usize> {
        let (mut begun, mut last) = (vec![0; text.chars().count() + 1], 0);
        let mut from = 0;
        for (_, end, state) in self.ends(text) {
            begun[from..end].fill(last);
            let shortest = self.chain(state).last().expect("a word ends there");
            last = last.max(end - self.lengths[shortest].1 as usize + 1);
            from = end;
        }
        begun[from..].fill(last);
        begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn words_are_found_as_others_find_them(
            words in proptest::collection::btree_set("[ab甲]{1,5}", 0..12),
            text in "[abc甲乙]{0,40}",
        ) {
            let words: Vec<String> = words.into_iter().collect();
            let sought = Sought::of(words.iter().map(String::as_str));
            let others = aho_corasick::AhoCorasick::new(&words).unwrap();
            let theirs: BTreeSet<(usize, usize)> =
                others.find_overlapping_iter(&text).map(|found| (found.start(), found.pattern().as_usize())).collect();
            let ours: Vec<(usize, usize)> = sought.all_in(&text).collect();
            prop_assert_eq!(ours.iter().copied().collect::<BTreeSet<_>>(), theirs.clone());
            prop_assert_eq!(ours.len(), theirs.len());
            let mut met = HashSet::default();
            let first: BTreeSet<usize> = sought.first_met_in(&text, &mut met).into_iter().collect();
            prop_assert_eq!(&first, &theirs.iter().map(|found| found.1).collect());
            prop_assert!(sought.first_met_in(&text, &mut met).is_empty());
            let chars = |bytes: usize| text[..bytes].chars().count();
            let begun: Vec<usize> = (0..=text.chars().count())
                .map(|at| {
                    let ended = theirs.iter().filter(|(start, word)| chars(start + words[*word].len()) <= at);
                    ended.map(|(start, _)| chars(*start) + 1).max().unwrap_or(0)
                })
                .collect();
            prop_assert_eq!(sought.begun_in(&text), begun);
            let end = |&(start, word): &(usize, usize)| start + words[word].len();
            let longest: BTreeSet<usize> = theirs
                .iter()
                .map(|one| theirs.iter().filter(|other| end(other) == end(one)).min().unwrap().1)
                .collect();
            prop_assert_eq!(sought.longest_in(&text).collect::<BTreeSet<usize>>(), longest);
        }
    }

    #[test]
    fn no_words_and_empty_ones_are_nowhere() {
        assert!(Sought::of([]).all_in("甲").next().is_none() && Sought::of([""]).all_in("甲").next().is_none());
    }
}
