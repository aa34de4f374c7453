//! The names of a classification, and what is made of them to find them in texts: once for all who share them.

use crate::searched::{is_searched, searched_text};
use crate::sought::Sought;
use rustc_hash::FxHashSet as HashSet;
use std::collections::BTreeMap;
use std::collections::btree_map;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Code → name. A clone shares them, with what was made of them, until one of the two is given another name.
#[derive(Debug, Clone, Default)]
pub struct ClassNames(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    by_code: BTreeMap<String, String>,
    in_texts: OnceLock<NamesInTexts>,
}

impl Clone for Shared {
    /// For another name: what was made of these is not of those.
    fn clone(&self) -> Shared {
        Shared { by_code: self.by_code.clone(), in_texts: OnceLock::new() }
    }
}

/// The names of a classification as texts are searched for them.
#[derive(Debug)]
pub(crate) struct NamesInTexts {
    pub all: HashSet<String>,
    /// How many characters the longest has.
    pub longest: usize,
    /// Those of at least [`NamesInTexts::LONG`] characters.
    pub long: Vec<String>,
    pub long_sought: Sought,
}

impl NamesInTexts {
    /// Shorter ones may be anything.
    pub const LONG: usize = 4;

    fn of(names: impl Iterator<Item = String>) -> NamesInTexts {
        let all: HashSet<String> = names.collect();
        let mut long: Vec<String> = all.iter().filter(|name| name.chars().count() >= Self::LONG).cloned().collect();
        long.sort_unstable();
        NamesInTexts {
            longest: all.iter().map(|name| name.chars().count()).max().unwrap_or(0),
            long_sought: Sought::of(long.iter().map(String::as_str)),
            long,
            all,
        }
    }
}

impl ClassNames {
    /// Names a code, and gives back what it was called.
    pub fn insert(&mut self, code: String, name: String) -> Option<String> {
        let shared = Arc::make_mut(&mut self.0);
        shared.in_texts = OnceLock::new();
        shared.by_code.insert(code, name)
    }

    /// As texts are searched for them.
    pub(crate) fn in_texts(&self) -> &NamesInTexts {
        let searched = |name: &String| if is_searched(name) { name.clone() } else { searched_text(name) };
        self.0.in_texts.get_or_init(|| NamesInTexts::of(self.values().map(searched)))
    }
}

impl Deref for ClassNames {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &BTreeMap<String, String> {
        &self.0.by_code
    }
}

impl FromIterator<(String, String)> for ClassNames {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(names: I) -> ClassNames {
        ClassNames(Arc::new(Shared { by_code: names.into_iter().collect(), in_texts: OnceLock::new() }))
    }
}

impl<'a> IntoIterator for &'a ClassNames {
    type Item = (&'a String, &'a String);
    type IntoIter = btree_map::Iter<'a, String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.by_code.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_added_is_found_and_only_by_whoever_added_it() {
        let set: ClassNames = [("201".to_owned(), "一般公共服务支出".to_owned())].into_iter().collect();
        assert!(set.in_texts().all.contains("一般公共服务支出"));
        let mut own = set.clone();
        assert!(std::ptr::eq(set.in_texts(), own.in_texts()));
        own.insert("202".to_owned(), "外交（％）支出".to_owned());
        assert!(own.in_texts().all.contains("外交（%）支出") && !set.in_texts().all.contains("外交（%）支出"));
        assert_eq!((own.in_texts().longest, own.in_texts().long.len(), set.len()), (8, 2, 1));
    }
}
