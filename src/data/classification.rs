//! Classifications: codes of declared lengths and their names, and the codes nearest to a wrong one.

use super::class_names::ClassNames;
use super::typed::same_words;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A classification of one year: codes of declared lengths, each with a name, in levels from the widest.
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
    pub names: ClassNames,
    /// The codes among them whose names stand beside them in the records.
    pub given: BTreeSet<String>,
    /// The year whose names these are; none: of every year, a later line of a list over an earlier one.
    pub year: Option<u16>,
    /// The years that its lists name codes for; none if they do not say.
    pub covers: Years,
    /// Codes whose name nobody has compared with the book or with a published document.
    pub unchecked: BTreeSet<String>,
    /// What a code is called in other years than this.
    pub elsewhere: BTreeMap<String, Elsewhere>,
    /// Which codes a code became after those years, as its lists say.
    pub became: BTreeMap<String, Vec<(Years, Vec<String>)>>,
}

/// What a code of one year is in the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The same code, under the name it had or, if that is another, this one.
    Stays {
        /// What it is called now; none: as before.
        renamed: Option<String>,
    },
    /// Another code, by the list.
    Moved(String),
    /// Several codes, by the list: which of them is for people to say.
    Split(Vec<String>),
    /// No list ever had it: the department named it itself.
    Own(String),
    /// The new year has it no more, and no list says what it became.
    Gone,
}

/// What a code is called in years that are not asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Its name then.
    pub name: String,
    /// Those years.
    pub years: Years,
}

/// Years, as a list writes them: `2023-2026`, `2023;2025-2026`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Years(BTreeSet<(u16, u16)>);

impl Years {
    /// None if it is not written so: years of four digits, ranges with `-`, `;` (or 、) between them.
    pub fn read(text: &str) -> Option<Years> {
        let year = |text: &str| {
            let text = text.trim();
            (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
        };
        let range = |part: &str| match part.split_once('-') {
            None => year(part).map(|year| (year, year)),
            Some((from, to)) => Some((year(from)?, year(to)?)).filter(|(from, to)| from <= to),
        };
        text.split([';', '、']).map(range).collect::<Option<_>>().map(Years)
    }

    /// Whether a year is among them.
    pub fn contains(&self, year: u16) -> bool {
        self.0.iter().any(|&(from, to)| (from..=to).contains(&year))
    }

    /// Not a single year.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The latest.
    pub fn last(&self) -> Option<u16> {
        self.0.iter().map(|&(_, to)| to).max()
    }

    fn add(&mut self, other: &Years) {
        self.0.extend(&other.0);
    }

    /// What follows or overlaps made one, earliest first.
    fn joined(&self) -> Vec<(u16, u16)> {
        let mut joined: Vec<(u16, u16)> = Vec::new();
        for &(from, to) in &self.0 {
            match joined.last_mut() {
                Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        joined
    }
}

/// `2023—2026`, `2023、2025—2026`
impl fmt::Display for Years {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |(from, to): (u16, u16)| if from == to { from.to_string() } else { format!("{from}—{to}") };
        f.write_str(&self.joined().into_iter().map(one).collect::<Vec<_>>().join("、"))
    }
}

impl Class {
    /// Whether its lists name codes for its year; lists without years do for every year.
    pub fn has_its_year(&self) -> bool {
        self.covers.is_empty() || self.year.is_none_or(|year| self.covers.contains(year))
    }

    /// The names of one line of a list: those of its year, or what a code is called in another.
    pub(super) fn lay(&mut self, code: &str, name: String, years: Option<Years>, checked: bool) -> bool {
        if let Some(years) = &years {
            self.covers.add(years);
        }
        match years {
            Some(years) if self.year.is_some_and(|year| !years.contains(year)) => {
                self.elsewhere.insert(code.to_owned(), Elsewhere { name, years });
                false
            }
            _ => {
                self.names.insert(code.to_owned(), name);
                match checked {
                    true => self.unchecked.remove(code),
                    false => self.unchecked.insert(code.to_owned()),
                };
                true
            }
        }
    }

    /// What a code that stood in a year's records, with the names of that year, is in this class's year.
    pub fn fate(&self, code: &str, then: &Class, year: u16) -> Fate {
        let was = then.names.get(code);
        if let Some(name) = self.names.get(code) {
            let renamed = was.is_some_and(|was| !same_words(was, name)).then(|| name.clone());
            return Fate::Stays { renamed };
        }
        let (mut at, mut passed) = (code, BTreeSet::from([code]));
        while let Some(next) = self.next(at, year) {
            match next {
                [only] if self.names.contains_key(only) => return Fate::Moved(only.clone()),
                // It was moved again; a list that goes round in a circle says nothing.
                [only] if passed.insert(only) => at = only,
                [_] => break,
                several => return Fate::Split(several.to_vec()),
            }
        }
        match was.filter(|_| then.given.contains(code) && !self.elsewhere.contains_key(code)) {
            Some(name) => Fate::Own(name.clone()),
            None => Fate::Gone,
        }
    }

    /// What a code of a year became: by the line of that year, else by the first that ends after it.
    fn next(&self, code: &str, year: u16) -> Option<&[String]> {
        let lines = self.became.get(code)?;
        let later = lines.iter().filter(|(years, _)| years.last().is_some_and(|last| last >= year));
        let of_year = lines.iter().find(|(years, _)| years.contains(year));
        let found = of_year.or_else(|| later.min_by_key(|(years, _)| years.last()))?;
        Some(&found.1)
    }

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
    fn years_are_read_as_a_list_writes_them() {
        let shown = |text: &str| Years::read(text).map(|years| years.to_string());
        assert_eq!(shown("2023-2026").as_deref(), Some("2023—2026"));
        assert_eq!(shown("2023; 2025-2026").as_deref(), Some("2023、2025—2026"));
        assert_eq!(shown("2025、2023-2024").as_deref(), Some("2023—2025"));
        assert_eq!(shown("2024").as_deref(), Some("2024"));
        for wrong in ["", "2026-2023", "23", "2023-", "2023-2024-2025", "二〇二三", "2023,2024", "+023"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
        let years = Years::read("2023;2025-2026").expect("years");
        assert_eq!(
            [2022, 2023, 2024, 2025, 2026, 2027].map(|year| years.contains(year)),
            [false, true, false, true, true, false]
        );
    }

    #[test]
    fn what_became_of_a_code_is_what_the_lists_say_and_no_guess() {
        let years = |text: &str| Years::read(text).expect("years");
        let class = |year: u16, lines: &[(&str, &str, &str, &[&str])]| {
            let mut class = Class { year: Some(year), ..Class::default() };
            for (code, name, of, to) in lines {
                class.lay(code, (*name).to_owned(), Some(years(of)), true);
                if !to.is_empty() {
                    let to = to.iter().map(|code| (*code).to_owned()).collect();
                    class.became.entry((*code).to_owned()).or_default().push((years(of), to));
                }
            }
            class
        };
        let lines: &[(&str, &str, &str, &[&str])] = &[
            ("2010301", "行政运行", "2023-2024", &[]),
            ("2130501", "旧名", "2023", &[]),
            ("2130501", "新名", "2024", &[]),
            ("2130502", "取消", "2023", &["2130504"]),
            ("2130504", "又取消", "2022", &["2130505"]),
            ("2130504", "又取消", "2023", &["2130506"]),
            ("2130506", "接着用", "2024", &[]),
            ("2130507", "拆开", "2023", &["2130501", "2130506"]),
            ("2130508", "没有说", "2023", &[]),
            ("2130509", "绕圈", "2023", &["2130510"]),
            ("2130510", "绕圈", "2023", &["2130509"]),
        ];
        let (mut then, now) = (class(2023, lines), class(2024, lines));
        then.names.insert("2139999".to_owned(), "自写".to_owned());
        then.given.insert("2139999".to_owned());
        then.given.insert("2130508".to_owned());
        let fate = |code: &str| now.fate(code, &then, 2023);
        assert_eq!(fate("2010301"), Fate::Stays { renamed: None });
        assert_eq!(fate("2130501"), Fate::Stays { renamed: Some("新名".to_owned()) });
        assert_eq!(fate("2130502"), Fate::Moved("2130506".to_owned()));
        assert_eq!(fate("2130507"), Fate::Split(vec!["2130501".to_owned(), "2130506".to_owned()]));
        assert_eq!(fate("2139999"), Fate::Own("自写".to_owned()));
        for code in ["2130508", "2130509", "2130599"] {
            assert_eq!(fate(code), Fate::Gone, "{code}");
        }
    }

    #[test]
    fn a_word_as_long_as_a_code_is_none() {
        let class = Class { lengths: vec![3, 5, 7], ..Class::default() };
        assert_eq!((class.level("栏次-"), class.level("2010350"), class.level("20l")), (None, Some(2), None));
        assert_eq!(class.path("栏次-"), ["栏", "栏次-"]);
        assert_eq!(class.path("2010350"), ["201", "20103", "2010350"]);
    }
}
