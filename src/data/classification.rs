//! Classifications: codes of declared lengths and their names, and the codes nearest to a wrong one.

use std::collections::{BTreeMap, BTreeSet};

/// A classification: codes of declared lengths, each with a name, in levels from the widest.
#[derive(Debug, Clone, Default)]
pub struct Class {
    /// What the schema calls it: `function`.
    pub id: String,
    /// Name of its list: `function.csv`. A list of this name in the data folder's `classification/` is laid over it.
    pub file: String,
    /// `["类", "款", "项"]`
    pub levels: Vec<String>,
    /// Digits of a code at each level: `[3, 5, 7]`.
    pub lengths: Vec<usize>,
    /// Code → name. Names a department adds (科目名称 column, its own list) are put in while reading.
    pub names: BTreeMap<String, String>,
    /// The codes among them whose names stand beside them in the records.
    pub given: BTreeSet<String>,
}

impl Class {
    /// Level index of a code, by its length; none if it is not all digits.
    pub fn level(&self, code: &str) -> Option<usize> {
        let is_code = code.bytes().all(|b| b.is_ascii_digit());
        self.lengths.iter().position(|&n| is_code && n == code.len())
    }

    /// The code and its ancestors, widest first: 2010350 → 201, 20103, 2010350.
    pub fn path<'a>(&self, code: &'a str) -> Vec<&'a str> {
        self.lengths.iter().filter(|&&n| n <= code.len()).filter_map(|&n| code.get(..n)).collect()
    }
}

/// The characters of `code` that are no ASCII digits; None if all are.
pub(super) fn not_digits(code: &str) -> Option<String> {
    let mut wrong = String::new();
    for c in code.chars().filter(|c| !c.is_ascii_digit()) {
        if !wrong.contains(c) {
            wrong.push(c);
        }
    }
    (!wrong.is_empty()).then_some(wrong)
}

/// `code` with letters that look like digits replaced: 20103S0 → 2010350.
pub(super) fn by_lookalikes(code: &str) -> String {
    let digit = |c: char| match c {
        'O' | 'o' | 'Q' | 'D' | '〇' | '○' => '0',
        'l' | 'I' | 'i' | '|' | '!' => '1',
        'Z' | 'z' => '2',
        'S' | 's' => '5',
        'G' | 'b' => '6',
        'B' => '8',
        'g' | 'q' => '9',
        other => other,
    };
    code.chars().map(digit).collect()
}

/// `2010350（事业运行）`
pub(super) fn with_name(code: &str, class: &Class) -> String {
    match class.names.get(code) {
        Some(name) => format!("{code}（{name}）"),
        None => code.to_owned(),
    }
}

/// Up to three codes of `level` (any, if None) that `code` may have been meant for: at most two edits away, the
/// nearest first, then those that share more leading digits.
pub(super) fn nearest_codes<'a>(code: &str, class: &'a Class, level: Option<usize>) -> Vec<&'a str> {
    let same_start = |other: &str| other.bytes().zip(code.bytes()).take_while(|(a, b)| a == b).count();
    let mut near: Vec<_> = class
        .names
        .keys()
        .filter(|c| level.is_none() || class.level(c) == level)
        .map(|c| (strsim::damerau_levenshtein(code, c), usize::MAX - same_start(c), c.as_str()))
        .filter(|&(distance, ..)| distance <= 2)
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(.., c)| c).collect()
}

/// Up to three codes of `level` below `code`.
pub(super) fn codes_below<'a>(code: &str, class: &'a Class, level: usize) -> Vec<&'a str> {
    let below = class.names.range(code.to_owned()..).map(|(c, _)| c.as_str()).take_while(|c| c.starts_with(code));
    below.filter(|c| class.level(c) == Some(level)).take(3).collect()
}

/// `3 位（类）、5 位（款）或 7 位（项）`
pub(super) fn lengths(class: &Class) -> String {
    let each: Vec<String> = class.lengths.iter().zip(&class.levels).map(|(n, l)| format!("{n} 位（{l}）")).collect();
    match each.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{}或 {last}", rest.join("、")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_as_long_as_a_code_is_none() {
        let class = Class { lengths: vec![3, 5, 7], ..Class::default() };
        assert_eq!((class.level("栏次-"), class.level("2010350"), class.level("20l")), (None, Some(2), None));
        assert_eq!(class.path("栏次-"), ["栏", "栏次-"]);
        assert_eq!(class.path("2010350"), ["201", "20103", "2010350"]);
    }
}
