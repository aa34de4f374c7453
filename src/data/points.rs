//! Sets of records, as bits: what a filter holds for, and what it is not known for. A set is as large as what is in it:
//! a row per record, each with its own set, does not grow with the square of the records.

/// A set of the records 0..len of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits {
    /// 64 records each: which of them, by number, and their bits. In order, none without a bit.
    words: Vec<(u32, u64)>,
    length: usize,
}

impl Bits {
    /// The empty set, of `length` records.
    pub fn new(length: usize) -> Bits {
        Bits { words: Vec::new(), length }
    }

    /// All of `length` records.
    pub fn full(length: usize) -> Bits {
        let whole = (0..length / 64).map(|at| (at as u32, u64::MAX));
        let rest = (!length.is_multiple_of(64)).then(|| ((length / 64) as u32, (1 << (length % 64)) - 1));
        Bits { words: whole.chain(rest).collect(), length }
    }

    /// How many records the dataset has, in the set or not.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Puts record `index` in. `index` must be below [`Bits::length`].
    pub fn insert(&mut self, index: usize) {
        assert!(index < self.length, "a record of the dataset");
        let (at, bit) = ((index / 64) as u32, 1 << (index % 64));
        match self.words.last_mut() {
            // Records come in order, mostly.
            Some(last) if last.0 == at => last.1 |= bit,
            Some(last) if last.0 > at => match self.words.binary_search_by_key(&at, |word| word.0) {
                Ok(found) => self.words[found].1 |= bit,
                Err(place) => self.words.insert(place, (at, bit)),
            },
            _ => self.words.push((at, bit)),
        }
    }

    /// Whether the record at an index, from 0, is one of them.
    pub fn contains(&self, index: usize) -> bool {
        self.word((index / 64) as u32) >> (index % 64) & 1 == 1
    }

    fn word(&self, at: u32) -> u64 {
        self.words.binary_search_by_key(&at, |word| word.0).map_or(0, |found| self.words[found].1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How many records are in the set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|(_, word)| word.count_ones() as usize).sum()
    }

    /// The records of the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().flat_map(|&(at, word)| records(at, word))
    }

    /// The records of [`Bits::and`], in order, without a set of them.
    pub fn iter_both<'b>(&'b self, other: &'b Bits) -> impl Iterator<Item = usize> + 'b {
        debug_assert_eq!(self.length, other.length, "sets of one dataset");
        let (few, many) = if self.words.len() <= other.words.len() { (self, other) } else { (other, self) };
        few.words.iter().flat_map(|&(at, word)| records(at, word & many.word(at)))
    }

    /// In both. The sets must be of one dataset, here and below. Costs what the smaller one has, but for a logarithm.
    pub fn and(&self, other: &Bits) -> Bits {
        let (few, many) = if self.words.len() <= other.words.len() { (self, other) } else { (other, self) };
        few.kept(many, |a, b| a & b)
    }

    /// In one or both.
    pub fn or(&self, other: &Bits) -> Bits {
        debug_assert_eq!(self.length, other.length, "sets of one dataset");
        let mut words = Vec::with_capacity(self.words.len().max(other.words.len()));
        let (mut a, mut b) = (self.words.as_slice(), other.words.as_slice());
        while let (Some(one), Some(two)) = (a.first(), b.first()) {
            words.push((
                one.0.min(two.0),
                if one.0 <= two.0 { one.1 } else { 0 } | if two.0 <= one.0 { two.1 } else { 0 },
            ));
            let (first, second) = (one.0, two.0);
            a = &a[usize::from(first <= second)..];
            b = &b[usize::from(second <= first)..];
        }
        words.extend_from_slice(a);
        words.extend_from_slice(b);
        Bits { words, length: self.length }
    }

    /// In any of some sets.
    pub fn union<'a>(length: usize, sets: impl Iterator<Item = &'a Bits>) -> Bits {
        Bits::once_and_twice(length, sets).0
    }

    /// In any of some sets, and in more than one of them. Costs what is in them, but for a logarithm, however many they
    /// are.
    pub fn once_and_twice<'a>(length: usize, sets: impl Iterator<Item = &'a Bits>) -> (Bits, Bits) {
        let mut all: Vec<(u32, u64)> = sets.flat_map(|set| set.words.iter().copied()).collect();
        all.sort_unstable_by_key(|word| word.0);
        let (mut once, mut twice) = (Vec::<(u32, u64)>::new(), Vec::<(u32, u64)>::new());
        for (at, word) in all {
            let (one, two) = match once.last_mut().filter(|last| last.0 == at) {
                Some(last) => {
                    let two = last.1 & word;
                    last.1 |= word;
                    (0, two)
                }
                None => (word, 0),
            };
            if one != 0 {
                once.push((at, one));
            }
            match twice.last_mut().filter(|last| last.0 == at) {
                Some(last) => last.1 |= two,
                None if two != 0 => twice.push((at, two)),
                None => {}
            }
        }
        (Bits { words: once, length }, Bits { words: twice, length })
    }

    /// In this one and not in the other.
    pub fn and_not(&self, other: &Bits) -> Bits {
        self.kept(other, |a, b| a & !b)
    }

    /// What `of` leaves of each word of this set, beside that of the other.
    fn kept(&self, other: &Bits, of: impl Fn(u64, u64) -> u64) -> Bits {
        debug_assert_eq!(self.length, other.length, "sets of one dataset");
        let mut left = other.words.as_slice();
        let mut words = Vec::with_capacity(self.words.len());
        for &(at, word) in &self.words {
            // Of two sets of one size the next is near; of a large one it is sought.
            let near = left.iter().take(4).position(|other| other.0 >= at);
            left = &left[near.unwrap_or_else(|| left.partition_point(|other| other.0 < at))..];
            let beside = left.first().filter(|other| other.0 == at).map_or(0, |other| other.1);
            let word = of(word, beside);
            if word != 0 {
                words.push((at, word));
            }
        }
        Bits { words, length: self.length }
    }
}

/// The records of a word, in order.
fn records(at: u32, mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
        word &= word - 1;
        Some(at as usize * 64 + bit)
    })
}

/// What a filter says of each record of a dataset: true, not known, or (in neither set) false.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Points {
    /// Records for which it holds.
    pub yes: Bits,
    /// Records of which it is not known.
    pub unknown: Bits,
}

impl Points {
    /// True for all of `length` records: no filter.
    pub fn all(length: usize) -> Points {
        Points { yes: Bits::full(length), unknown: Bits::new(length) }
    }

    /// False for all of `length` records.
    pub fn none(length: usize) -> Points {
        Points { yes: Bits::new(length), unknown: Bits::new(length) }
    }

    /// What it says of one record.
    pub fn get(&self, index: usize) -> Option<bool> {
        if self.unknown.contains(index) { None } else { Some(self.yes.contains(index)) }
    }

    /// Sets what it says of a record it said false of.
    pub fn set(&mut self, index: usize, says: Option<bool>) {
        match says {
            Some(true) => self.yes.insert(index),
            Some(false) => {}
            None => self.unknown.insert(index),
        }
    }

    /// Both hold: false wins, then not known.
    pub fn and(&self, other: &Points) -> Points {
        let yes = self.yes.and(&other.yes);
        let mut unknown = self.unknown.and(&other.yes);
        // Most filters know of every record.
        if !other.unknown.is_empty() {
            unknown = unknown.or(&self.yes.and(&other.unknown)).or(&self.unknown.and(&other.unknown));
        }
        Points { yes, unknown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn full_sets_hold_exactly_their_records() {
        for length in [0, 1, 63, 64, 65, 128, 200] {
            let full = Bits::full(length);
            assert_eq!(full.count(), length);
            assert!(full.iter().eq(0..length));
            assert!(!full.contains(length));
            assert_eq!(Bits::new(length).count(), 0);
        }
    }

    #[test]
    fn a_set_costs_what_is_in_it() {
        let (mut one, full) = (Bits::new(1 << 20), Bits::full(1 << 20));
        one.insert(700_000);
        one.insert(3);
        for set in [one.and(&full), full.and(&one), one.and_not(&Bits::new(1 << 20)), one.or(&one)] {
            assert_eq!((set.iter().collect::<Vec<_>>(), set.words.len()), (vec![3, 700_000], 2));
        }
        assert!(one.and_not(&full).words.is_empty());
        assert_eq!(full.and_not(&one).count(), (1 << 20) - 2);
    }

    fn says() -> impl Strategy<Value = Option<bool>> {
        prop_oneof![Just(Some(true)), Just(Some(false)), Just(None)]
    }

    proptest! {
        #[test]
        fn sets_are_those_of_the_standard_library(a in proptest::collection::btree_set(0_usize..500, 0..60),
                                                  b in proptest::collection::btree_set(0_usize..500, 0..60)) {
            let bits = |set: &std::collections::BTreeSet<usize>| {
                let mut bits = Bits::new(500);
                set.iter().rev().for_each(|&index| bits.insert(index));
                bits
            };
            let (x, y) = (bits(&a), bits(&b));
            prop_assert!(x.and(&y).iter().eq(a.intersection(&b).copied()));
            prop_assert!(x.iter_both(&y).eq(a.intersection(&b).copied()));
            prop_assert!(x.or(&y).iter().eq(a.union(&b).copied()));
            prop_assert!(x.and_not(&y).iter().eq(a.difference(&b).copied()));
            prop_assert_eq!(x.or(&y), y.or(&x));
            prop_assert!((0..500).all(|index| x.contains(index) == a.contains(&index)));
            prop_assert_eq!((x.count(), x.is_empty()), (a.len(), a.is_empty()));
            let (once, twice) = Bits::once_and_twice(500, [&x, &y, &y].into_iter());
            prop_assert!((0..500).all(|index| once.contains(index) == (a.contains(&index) || b.contains(&index))));
            prop_assert!(twice.iter().eq(b.iter().copied()));
            prop_assert_eq!(Bits::once_and_twice(500, [&x, &y].into_iter()).1, x.and(&y));
        }

        #[test]
        fn three_valued_and(pairs in proptest::collection::vec((says(), says()), 0..200)) {
            let (mut a, mut b) = (Points::none(pairs.len()), Points::none(pairs.len()));
            for (i, &(x, y)) in pairs.iter().enumerate() {
                a.set(i, x);
                b.set(i, y);
            }
            let both = a.and(&b);
            for (i, &(x, y)) in pairs.iter().enumerate() {
                let expected = match (x, y) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
                prop_assert_eq!(both.get(i), expected);
            }
        }
    }
}
