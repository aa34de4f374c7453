//! Sets of records, as bits: what a filter holds for, and what it is not known for.

/// A set of the records 0..len of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits {
    words: Vec<u64>,
    length: usize,
}

impl Bits {
    /// The empty set, of `length` records.
    pub fn new(length: usize) -> Bits {
        Bits { words: vec![0; length.div_ceil(64)], length }
    }

    /// All of `length` records.
    pub fn full(length: usize) -> Bits {
        let mut bits = Bits { words: vec![u64::MAX; length.div_ceil(64)], length };
        if let (Some(last), 1..) = (bits.words.last_mut(), length % 64) {
            *last = (1 << (length % 64)) - 1;
        }
        bits
    }

    /// How many records the dataset has, in the set or not.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Puts record `index` in. `index` must be below [`Bits::length`].
    pub fn insert(&mut self, index: usize) {
        self.words[index / 64] |= 1 << (index % 64);
    }

    /// Whether the record at an index, from 0, is one of them.
    pub fn contains(&self, index: usize) -> bool {
        self.words.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// How many records are in the set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The records of the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// In both. The sets must be of one dataset, here and below.
    pub fn and(&self, other: &Bits) -> Bits {
        self.combine(other, |a, b| a & b)
    }

    /// In one or both.
    pub fn or(&self, other: &Bits) -> Bits {
        self.combine(other, |a, b| a | b)
    }

    /// In this one and not in the other.
    pub fn and_not(&self, other: &Bits) -> Bits {
        self.combine(other, |a, b| a & !b)
    }

    fn combine(&self, other: &Bits, of: impl Fn(u64, u64) -> u64) -> Bits {
        debug_assert_eq!(self.length, other.length, "sets of one dataset");
        let words = self.words.iter().zip(&other.words).map(|(&a, &b)| of(a, b)).collect();
        Bits { words, length: self.length }
    }
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
        let possible = self.yes.or(&self.unknown).and(&other.yes.or(&other.unknown));
        Points { unknown: possible.and_not(&yes), yes }
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

    fn says() -> impl Strategy<Value = Option<bool>> {
        prop_oneof![Just(Some(true)), Just(Some(false)), Just(None)]
    }

    proptest! {
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
