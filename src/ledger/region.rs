//! Which records a line may be: sets of values per field, less what other lines are.

use crate::data::filter::Meaning;

/// A field and every value of it that matters, the one that is taken first where nothing is known first.
pub struct Axis {
    /// Index of the field in its dataset.
    pub field: usize,
    /// Id of the field.
    pub id: String,
    /// Its values; "" is a blank.
    pub values: Vec<String>,
}

/// A set of the values of one axis, by index.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Values(Vec<u64>);

impl Values {
    fn of(length: usize, holds: impl Fn(usize) -> bool) -> Values {
        let mut words = vec![0; length.div_ceil(64)];
        (0..length).filter(|index| holds(*index)).for_each(|index| words[index / 64] |= 1 << (index % 64));
        Values(words)
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn zip(&self, other: &Values, with: impl Fn(u64, u64) -> u64) -> Values {
        Values(self.0.iter().zip(&other.0).map(|(one, other)| with(*one, *other)).collect())
    }

    fn first(&self) -> Option<usize> {
        let at = self.0.iter().position(|word| *word != 0)?;
        Some(at * 64 + self.0[at].trailing_zeros() as usize)
    }

    fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    fn contains(&self, index: usize) -> bool {
        self.0[index / 64] >> (index % 64) & 1 == 1
    }
}

/// Records whose every field has one of some values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Within(Vec<Values>);

impl Within {
    /// All records.
    pub fn all(axes: &[Axis]) -> Within {
        Within(axes.iter().map(|axis| Values::of(axis.values.len(), |_| true)).collect())
    }

    /// The records for which `holds` of each field's values.
    pub fn those(axes: &[Axis], holds: impl Fn(&Axis, &str) -> bool) -> Within {
        let of = |axis: &Axis| Values::of(axis.values.len(), |index| holds(axis, &axis.values[index]));
        Within(axes.iter().map(of).collect())
    }

    /// What a figure sums; none where it asks what the axes do not tell.
    pub fn of(says: &Meaning, axes: &[Axis]) -> Option<Within> {
        use crate::data::filter::Says;
        let known = |(path, says): (&String, &Says)| {
            axes.iter().any(|axis| axis.id == *path) && !matches!(says, Says::AsPut(_))
        };
        if !says.iter().all(known) {
            return None;
        }
        Some(Within::those(axes, |axis, value| match says.get(&axis.id) {
            None => true,
            Some(Says::OneOf(values)) => values.contains(value),
            Some(Says::Under(codes)) => codes.iter().any(|code| value.starts_with(code.as_str())),
            Some(Says::AsPut(_)) => false,
        }))
    }

    fn is_empty(&self) -> bool {
        self.0.iter().any(Values::is_empty)
    }

    /// The records of both.
    pub fn and(&self, other: &Within) -> Within {
        Within(self.0.iter().zip(&other.0).map(|(one, other)| one.zip(other, |a, b| a & b)).collect())
    }

    /// Some record is in both.
    pub fn meets(&self, other: &Within) -> bool {
        !self.0.iter().zip(&other.0).any(|(one, other)| one.0.iter().zip(&other.0).all(|(a, b)| a & b == 0))
    }

    /// Every record of it is in the other.
    pub fn lies_in(&self, other: &Within) -> bool {
        self.0.iter().zip(&other.0).all(|(one, other)| one.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0))
    }

    /// A record, by the index of each field's value.
    pub fn has(&self, point: &[usize]) -> bool {
        self.0.iter().zip(point).all(|(values, index)| values.contains(*index))
    }

    /// How many fields it says something of.
    pub fn fields(&self, axes: &[Axis]) -> usize {
        self.0.iter().zip(axes).filter(|(values, axis)| (values.count() as usize) < axis.values.len()).count()
    }

    /// The fields of which it says more than `other`, as bits.
    pub fn says_more(&self, other: &Within) -> u64 {
        let more = self.0.iter().zip(&other.0).map(|(one, other)| one.zip(other, |a, b| b & !a));
        more.enumerate().filter(|(_, less)| !less.is_empty()).fold(0, |all, (at, _)| all | 1 << at)
    }
}

/// What a line may be: within some records, and none of others.
#[derive(Debug, Clone)]
pub struct Region {
    within: Within,
    less: Vec<Within>,
}

/// Steps that the search for a record may take.
const STEPS: usize = 20_000;

impl Region {
    /// All records but those of `less`, none of which can be.
    pub fn all(axes: &[Axis], less: Vec<Within>) -> Region {
        Region { within: Within::all(axes), less }
    }

    /// Those that are also in `within`.
    pub fn and(&self, within: &Within) -> Region {
        let within = self.within.and(within);
        let less = self.less.iter().filter(|less| less.meets(&within)).cloned().collect();
        Region { within, less }
    }

    /// Those that are in none of some others.
    pub fn but<'a>(&self, others: impl Iterator<Item = &'a Within>) -> Region {
        let mut less = self.less.clone();
        for other in others.filter(|other| other.meets(&self.within)) {
            if !less.iter().any(|known| other.lies_in(known)) {
                less.retain(|known| !known.lies_in(other));
                less.push(other.clone());
            }
        }
        Region { within: self.within.clone(), less }
    }

    /// What it lies within, whatever is taken out of that.
    pub fn within(&self) -> &Within {
        &self.within
    }

    /// Its first record, in the order of the axes' values; none where it has none, or where that would take too long.
    pub fn first(&self) -> Option<Vec<usize>> {
        let mut left = STEPS;
        first(&self.within, &self.less, &mut left)
    }

    /// Whether a field may be something else than it is in `point`, all others being as they are there.
    pub fn leaves_open(&self, point: &[usize], field: usize) -> bool {
        let mut other = point.to_vec();
        (0..self.within.0[field].0.len() * 64).filter(|index| *index != point[field]).any(|index| {
            other[field] = index;
            self.has(&other)
        })
    }

    /// A record is one that it may be.
    pub fn has(&self, point: &[usize]) -> bool {
        self.within.has(point) && !self.less.iter().any(|less| less.has(point))
    }
}

fn first(within: &Within, less: &[Within], left: &mut usize) -> Option<Vec<usize>> {
    if within.is_empty() || *left == 0 {
        return None;
    }
    *left -= 1;
    let Some(at) = less.iter().position(|less| less.meets(within)) else {
        return within.0.iter().map(Values::first).collect();
    };
    // What is not in it differs from it in some field.
    (0..within.0.len()).find_map(|field| {
        let other = within.0[field].zip(&less[at].0[field], |a, b| a & !b);
        if other.is_empty() {
            return None;
        }
        let mut piece = within.clone();
        piece.0[field] = other;
        first(&piece, &less[at + 1..], left)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes() -> Vec<Axis> {
        let axis = |field: usize, id: &str, values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_string()).collect();
            Axis { field, id: id.to_string(), values }
        };
        vec![axis(0, "a", &["", "x", "y"]), axis(1, "b", &["1", "2"])]
    }

    #[test]
    fn a_region_has_a_record_until_all_are_taken_out() {
        let axes = axes();
        let only = |id: &'static str, wanted: &'static str| {
            Within::those(&axes, move |axis, value| axis.id != id || value == wanted)
        };
        let all = Region::all(&axes, Vec::new());
        assert_eq!(all.first(), Some(vec![0, 0]));
        let rest = all.but([only("a", ""), only("b", "1")].iter());
        assert_eq!(rest.first(), Some(vec![1, 1]));
        assert!(rest.leaves_open(&[1, 1], 0) && !rest.leaves_open(&[1, 1], 1));
        let none = rest.but([only("a", "x"), only("a", "y")].iter());
        assert_eq!(none.first(), None);
        assert_eq!(all.and(&only("a", "y")).first(), Some(vec![2, 0]));
    }
}
