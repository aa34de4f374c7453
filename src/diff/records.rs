//! The records of a file beside those of its other edition: which one is which, by what they say. Where a record
//! stands in its file says nothing: a ledger sorted again is the same ledger.

use crate::data::{Dataset, Kind, Record, Value};
use std::collections::{BTreeSet, HashMap};

/// Indices of a record in the old dataset and in the new one; not both None.
pub type Pair = (Option<usize>, Option<usize>);

/// Below this, two records are two records and not one that was changed.
const ALIKE: f32 = 0.5;
/// A record that changed in several fields is sought among so many of those that share a value with it.
const MOST_CANDIDATES: usize = 64;

/// Pairs the records of two editions of one file, in the order of the new one; what is only in the old one stands
/// after what stood before it there.
///
/// First those that say the same, as often as both have it; then those with the same values of a `unique` set of
/// fields (ids, as `schema.toml` declares them); then those that differ in one field, amounts before names; then the
/// likest of the rest. Of several that fit equally well, the first in the file.
pub fn pair_records(old: &Dataset, new: &Dataset, unique: &[Vec<String>]) -> Vec<Pair> {
    let sides = Sides::new(old, new);
    let mut matching = Matching::new(old.records.len(), new.records.len());
    let all: Vec<usize> = (0..sides.fields.len()).collect();
    matching.by_key(&sides, &all, false);
    for ids in unique {
        let fields: Vec<usize> = ids.iter().filter_map(|id| sides.position(id)).collect();
        if fields.len() == ids.len() {
            matching.by_key(&sides, &fields, true);
        }
    }
    let mut changed: Vec<usize> = all.clone();
    changed.sort_by_key(|&field| rank(&sides.fields[field].kind));
    for field in changed {
        let others: Vec<usize> = all.iter().copied().filter(|&other| other != field).collect();
        matching.by_key(&sides, &others, true);
    }
    matching.by_likeness(&sides);
    matching.in_order()
}

/// Whether two records say the same; a field that one edition has not is blank there.
pub fn same_record(old: &Dataset, before: &Record, new: &Dataset, after: &Record) -> bool {
    let same = |id: &str| value(before, old.field(id)) == value(after, new.field(id));
    old.fields.iter().chain(&new.fields).all(|field| same(&field.id))
}

/// What changes in a record before it is another one: its amounts, then what is chosen, then what it is called.
fn rank(kind: &Kind) -> u8 {
    match kind {
        Kind::Amount | Kind::Number => 0,
        Kind::Choice { .. } | Kind::Date => 1,
        Kind::Text | Kind::Ref { .. } => 2,
        Kind::Code { .. } => 3,
    }
}

/// A field of either edition, and where its values stand; an edition without it has blanks.
struct Field {
    id: String,
    kind: Kind,
    old: Option<usize>,
    new: Option<usize>,
}

struct Sides<'a> {
    old: &'a Dataset,
    new: &'a Dataset,
    fields: Vec<Field>,
}

impl<'a> Sides<'a> {
    fn new(old: &'a Dataset, new: &'a Dataset) -> Sides<'a> {
        let mut fields: Vec<Field> = Vec::new();
        for (at, field) in new.fields.iter().enumerate() {
            fields.push(Field {
                id: field.id.clone(),
                kind: field.kind.clone(),
                old: old.field(&field.id),
                new: Some(at),
            });
        }
        for (at, field) in old.fields.iter().enumerate().filter(|(_, field)| new.field(&field.id).is_none()) {
            fields.push(Field { id: field.id.clone(), kind: field.kind.clone(), old: Some(at), new: None });
        }
        Sides { old, new, fields }
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.id == id)
    }

    fn old_value(&self, record: usize, field: usize) -> &Value {
        value(&self.old.records[record], self.fields[field].old)
    }

    fn new_value(&self, record: usize, field: usize) -> &Value {
        value(&self.new.records[record], self.fields[field].new)
    }

    /// How much of two records is the same, from 0 to 1; names and codes count twice.
    fn likeness(&self, old: usize, new: usize) -> f32 {
        let (mut shared, mut all) = (0.0, 0.0f32);
        for (index, field) in self.fields.iter().enumerate() {
            let (before, after) = (self.old_value(old, index), self.new_value(new, index));
            if *before == Value::Blank && *after == Value::Blank {
                continue;
            }
            let weight = if matches!(field.kind, Kind::Text | Kind::Code { .. }) { 2.0 } else { 1.0 };
            all += weight;
            if before == after {
                shared += weight;
            }
        }
        if all == 0.0 { 1.0 } else { shared / all }
    }
}

fn value(record: &Record, field: Option<usize>) -> &Value {
    field.and_then(|field| record.values.get(field)).unwrap_or(&Value::Blank)
}

struct Matching {
    of_old: Vec<Option<usize>>,
    of_new: Vec<Option<usize>>,
}

impl Matching {
    fn new(old: usize, new: usize) -> Matching {
        Matching { of_old: vec![None; old], of_new: vec![None; new] }
    }

    fn pair(&mut self, old: usize, new: usize) {
        self.of_old[old] = Some(new);
        self.of_new[new] = Some(old);
    }

    fn left(of: &[Option<usize>]) -> Vec<usize> {
        of.iter().enumerate().filter(|(_, other)| other.is_none()).map(|(index, _)| index).collect()
    }

    /// Pairs what is left and has the same values of `fields`, the first of each with the first of the other.
    /// `named`: a record with none of them is none that can be told.
    fn by_key(&mut self, sides: &Sides, fields: &[usize], named: bool) {
        let left = Matching::left(&self.of_old);
        if left.is_empty() || self.of_new.iter().all(Option::is_some) {
            return;
        }
        let mut by_key: HashMap<String, std::collections::VecDeque<usize>> = HashMap::new();
        for old in left {
            let values = fields.iter().map(|&field| sides.old_value(old, field));
            if let Some(key) = key(values, named) {
                by_key.entry(key).or_default().push_back(old);
            }
        }
        for new in Matching::left(&self.of_new) {
            let values = fields.iter().map(|&field| sides.new_value(new, field));
            let old = key(values, named).and_then(|key| by_key.get_mut(&key)?.pop_front());
            if let Some(old) = old {
                self.pair(old, new);
            }
        }
    }

    /// Pairs the likest of what is left, the most alike first. Candidates share a value that is not an amount; of a
    /// value that many have, only the nearest by their order are looked at.
    fn by_likeness(&mut self, sides: &Sides) {
        let (olds, news) = (Matching::left(&self.of_old), Matching::left(&self.of_new));
        if olds.is_empty() || news.is_empty() {
            return;
        }
        let mut having: HashMap<(usize, &str), Vec<usize>> = HashMap::new();
        for (at, &old) in olds.iter().enumerate() {
            for field in 0..sides.fields.len() {
                if let Value::Text(text) = sides.old_value(old, field) {
                    having.entry((field, text)).or_default().push(at);
                }
            }
        }
        let mut found: Vec<(f32, usize, usize, usize)> = Vec::new();
        for (at, &new) in news.iter().enumerate() {
            // What few share says most.
            let mut sharing: Vec<&Vec<usize>> = (0..sides.fields.len())
                .filter_map(|field| match sides.new_value(new, field) {
                    Value::Text(text) => having.get(&(field, text.as_ref())),
                    _ => None,
                })
                .collect();
            sharing.sort_by_key(|olds| olds.len());
            let mut candidates: BTreeSet<usize> = BTreeSet::new();
            for olds in sharing {
                let near = olds.partition_point(|&old| old < at).saturating_sub(MOST_CANDIDATES / 2);
                let room = MOST_CANDIDATES.saturating_sub(candidates.len());
                candidates.extend(olds[near..].iter().take(room));
            }
            for old in candidates {
                let like = sides.likeness(olds[old], new);
                if like >= ALIKE {
                    found.push((like, at.abs_diff(old), olds[old], new));
                }
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.3, a.2).cmp(&(b.1, b.3, b.2))));
        for (_, _, old, new) in found {
            if self.of_old[old].is_none() && self.of_new[new].is_none() {
                self.pair(old, new);
            }
        }
    }

    fn in_order(&self) -> Vec<Pair> {
        // What went stands after the record that stood before it and stayed.
        let mut gone_after: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        let mut stayed = None;
        for (old, new) in self.of_old.iter().enumerate() {
            match new {
                Some(new) => stayed = Some(*new),
                None => gone_after.entry(stayed).or_default().push(old),
            }
        }
        let mut pairs = Vec::with_capacity(self.of_new.len());
        for new in std::iter::once(None).chain((0..self.of_new.len()).map(Some)) {
            if let Some(new) = new {
                pairs.push((self.of_new[new], Some(new)));
            }
            pairs.extend(gone_after.remove(&new).into_iter().flatten().map(|old| (Some(old), None)));
        }
        pairs
    }
}

/// Values as one key; none where none is given and one must be.
fn key<'v>(values: impl Iterator<Item = &'v Value>, named: bool) -> Option<String> {
    let mut key = String::new();
    let mut is_blank = true;
    for value in values {
        match value {
            Value::Blank => {}
            Value::Text(text) => {
                key.push_str(text);
                is_blank = false;
            }
            Value::Number(number) => {
                key.push_str(&format!("\u{2}{}", number.normalize()));
                is_blank = false;
            }
        }
        key.push('\u{1}');
    }
    (!(named && is_blank)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::FieldDecl;
    use crate::diagnostic::Place;
    use crate::document::Origin;
    use proptest::prelude::*;

    /// A file with a code, a name, a choice and an amount a record.
    fn dataset(rows: &[&str]) -> Dataset {
        let decl = |id: &str, kind: Kind| FieldDecl {
            id: id.into(),
            head: id.into(),
            also: Vec::new(),
            words: Default::default(),
            kind,
            required: false,
            expected: false,
            adds: true,
            required_when: None,
            default: None,
            place: Place::file("schema.toml"),
        };
        let choice = Kind::Choice { values: Vec::new(), groups: indexmap::IndexMap::new() };
        let code = Kind::Code { class: "function".into(), level: None };
        let fields =
            vec![decl("code", code), decl("name", Kind::Text), decl("fund", choice), decl("amount", Kind::Amount)];
        let value = |text: &str, field: &FieldDecl| match text {
            "" | "-" => Value::Blank,
            _ if field.kind == Kind::Amount => Value::Number(text.parse().expect("a number")),
            _ => Value::Text(text.into()),
        };
        let record = |(index, row): (usize, &&str)| Record {
            origin: Origin { file: "ledger.csv".into(), line: index as u32 + 2 },
            values: row.split(' ').zip(&fields).map(|(text, field)| value(text, field)).collect(),
            columns: vec![1; fields.len()],
        };
        let records = rows.iter().enumerate().map(record).collect();
        Dataset {
            id: "ledger".into(),
            file: "ledger.csv".into(),
            fields,
            records,
            unknown: Vec::new(),
            given: true,
            taken: Default::default(),
        }
    }

    fn pairs(old: &[&str], new: &[&str], unique: &[&str]) -> Vec<Pair> {
        let unique: Vec<Vec<String>> = unique.iter().map(|id| vec![(*id).to_string()]).collect();
        pair_records(&dataset(old), &dataset(new), &unique)
    }

    #[test]
    fn records_sorted_again_are_the_same_records() {
        let old = ["201 办公费 甲 1", "201 水费 甲 2", "202 办公费 乙 3", "201 办公费 甲 1"];
        let new = [old[2], old[3], old[1], old[0]];
        assert_eq!(
            pairs(&old, &new, &[]),
            [(Some(2), Some(0)), (Some(0), Some(1)), (Some(1), Some(2)), (Some(3), Some(3))]
        );
    }

    #[test]
    fn one_field_changed_among_records_sorted_again_is_found() {
        let old = ["201 办公费 甲 1", "201 水费 甲 2", "202 办公费 乙 3"];
        for (changed, what) in [
            ("201 水费 甲 9", "amount"),
            ("201 水费 乙 2", "choice"),
            ("201 电费 甲 2", "name"),
            ("205 水费 甲 2", "code"),
        ] {
            let new = [old[2], changed, old[0]];
            assert_eq!(pairs(&old, &new, &[]), [(Some(2), Some(0)), (Some(1), Some(1)), (Some(0), Some(2))], "{what}");
        }
    }

    #[test]
    fn a_unique_name_holds_whatever_else_changes() {
        let old = ["201 甲项目 甲 1", "202 乙项目 乙 2"];
        let new = ["203 乙项目 甲 7", "204 甲项目 丙 8"];
        assert_eq!(pairs(&old, &new, &["name"]), [(Some(1), Some(0)), (Some(0), Some(1))]);
        assert_eq!(pairs(&old, &["202 丙项目 - 2"], &["name"]), [(Some(0), None), (Some(1), Some(0))]);
    }

    #[test]
    fn what_came_and_went_is_told_once_for_each_copy() {
        let old = ["201 办公费 甲 1", "201 办公费 甲 1", "202 水费 乙 5"];
        assert_eq!(pairs(&old, &old[1..], &[]), [(Some(0), Some(0)), (Some(1), None), (Some(2), Some(1))]);
        assert_eq!(pairs(&old[1..], &old, &[]), [(Some(0), Some(0)), (None, Some(1)), (Some(1), Some(2))]);
        assert_eq!(pairs(&["201 办公费 甲 1"], &["999 别的 丁 8"], &[]), [(Some(0), None), (None, Some(0))]);
    }

    #[test]
    fn two_changed_fields_are_one_record_that_was_changed() {
        let old = ["201 办公费 甲 1", "203 维修费 乙 5"];
        assert_eq!(pairs(&old, &["203 维修费 丙 6", old[0]], &[]), [(Some(1), Some(0)), (Some(0), Some(1))]);
    }

    fn row() -> impl Strategy<Value = String> {
        ("20[1-3]", "[甲乙丙]费", "[甲乙]", 1..4u8)
            .prop_map(|(code, name, fund, n)| format!("{code} {name} {fund} {n}"))
    }

    proptest! {
        /// Any order of the same records is no change; every record is told once.
        #[test]
        fn order_says_nothing(rows in proptest::collection::vec(row(), 0..20), seed in any::<u64>()) {
            let old: Vec<&str> = rows.iter().map(String::as_str).collect();
            let mut new = old.clone();
            let mut state = seed | 1;
            for i in (1..new.len()).rev() {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                new.swap(i, (state >> 33) as usize % (i + 1));
            }
            for (o, n) in pairs(&old, &new, &[]) {
                let (o, n) = (o.expect("paired"), n.expect("paired"));
                prop_assert_eq!(old[o], new[n]);
            }
        }

        #[test]
        fn every_record_stands_in_one_pair(
            old in proptest::collection::vec(row(), 0..12),
            new in proptest::collection::vec(row(), 0..12),
        ) {
            let (old, new): (Vec<&str>, Vec<&str>) =
                (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
            let found = pairs(&old, &new, &[]);
            let mut olds: Vec<usize> = found.iter().filter_map(|p| p.0).collect();
            olds.sort_unstable();
            prop_assert!(olds.into_iter().eq(0..old.len()));
            let news: Vec<usize> = found.iter().filter_map(|p| p.1).collect();
            prop_assert!(news.into_iter().eq(0..new.len()), "in the order of the new file");
        }
    }
}
