//! Rules over texts: amounts typed by hand, completeness, language, and what must not be published. A file a family;
//! each has a table of its rules.

mod amounts;
mod changes;
mod common;
mod completeness;
mod encoding;
mod in_print;
mod indicators;
mod language;
mod lists;
mod names;
mod numbering;
mod passage;
mod private;
mod punctuation;
mod read;
mod reasons;
mod rule;
mod statements;
mod targets;
mod terms;
mod texts;
mod typed;
mod words;

pub(crate) use amounts::{Amount, read as amounts_of};

pub use rule::TextRule;
pub use statements::TypedFigure;
pub use texts::Texts;

use crate::compose::Composition;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::searched::searched_text;
use crate::sought::Sought;
use rayon::prelude::*;
use rule::Findings;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

/// Families that ask what texts say of figures.
const OF_FIGURES: [&[TextRule]; 4] = [typed::RULES, lists::RULES, changes::RULES, reasons::RULES];
/// Families that ask for words alone.
const OF_WORDS: [&[TextRule]; 8] = [
    names::RULES,
    language::RULES,
    punctuation::RULES,
    numbering::RULES,
    terms::RULES,
    indicators::RULES,
    private::RULES,
    encoding::RULES,
];
/// Families that ask for what a whole document must have.
const OF_DOCUMENTS: [&[TextRule]; 1] = [completeness::RULES];

fn families() -> impl Iterator<Item = &'static [TextRule]> {
    OF_FIGURES.into_iter().chain(OF_WORDS).chain(OF_DOCUMENTS)
}

/// All rules over texts.
pub fn rules() -> impl Iterator<Item = &'static TextRule> {
    families().flatten()
}

/// What these rules find.
pub fn check(composition: &Composition) -> Diagnostics {
    let texts = Texts::of(composition);
    let families: Vec<&[TextRule]> = families().collect();
    let families: Vec<Vec<Diagnostic>> = families.par_iter().map(|family| find(family, &texts)).collect();
    let mut again: HashMap<&Place, &[Place]> = HashMap::default();
    for passage in texts.passages.iter().filter(|p| !p.again.is_empty()) {
        again.entry(&passage.place).or_insert(&passage.again);
    }
    let mut all = Diagnostics::default();
    let mut found: Vec<Diagnostic> = families.into_iter().flatten().collect();
    found.extend(texts.not_compared());
    written_in_data(&texts, &mut found);
    for finding in found {
        // What is wrong with a text is wrong in every record that holds it.
        let again = finding.place.as_ref().and_then(|place| again.get(place)).filter(|_| !per_record(&finding));
        for place in again.into_iter().copied().flatten() {
            all.push(finding.clone().at(place.clone()));
        }
        all.push(finding);
    }
    all
}

/// Words that a layout's text takes from the data are mended there: findings in them are put at the record, or the key
/// of `report.toml`, that holds them; those stay whose words the layout itself says.
fn written_in_data(texts: &Texts<'_>, found: &mut [Diagnostic]) {
    let set = &texts.composition.job().set;
    let words = |finding: &Diagnostic| {
        let (place, words) = (finding.place.as_ref()?, finding.text.as_deref()?);
        let source = set.sources.get(&*place.file).filter(|_| place.file.starts_with("layouts/"))?;
        let typed = words.chars().count() >= 2 && !source.contains(words);
        typed.then(|| searched_text(words)).filter(|words| !words.is_empty())
    };
    let all: Vec<(usize, String)> =
        found.iter().enumerate().filter_map(|(index, finding)| Some((index, words(finding)?))).collect();
    if all.is_empty() {
        return;
    }
    let fields = texts.passages.iter().filter(|p| matches!(p.kind, passage::Kind::Field { .. }));
    let report = &texts.composition.job().report;
    let of_report = report.values.iter().map(|(key, value)| (value.as_str(), report.place(key)));
    let mut typed: Vec<(&str, Place)> = fields.map(|p| (p.text.as_str(), p.place.clone())).chain(of_report).collect();
    let mut distinct: Vec<&str> = all.iter().map(|(_, words)| words.as_str()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    // Of several that hold as much of the words, the first: what holds them all, else the longest that is part of them.
    typed.sort_by(|a, b| a.1.cmp(&b.1));
    let mut whole: HashMap<&str, &Place> = HashMap::default();
    let sought = Sought::of(distinct.iter().copied());
    let mut met = HashSet::default();
    for (text, place) in &typed {
        whole.extend(sought.first_met_in(text, &mut met).into_iter().map(|words| (distinct[words], place)));
    }
    let mut known = HashSet::default();
    let parts = typed.iter().filter(|(text, _)| text.chars().count() >= 2 && known.insert(*text));
    let parts: Vec<&(&str, Place)> = parts.collect();
    let sought = Sought::of(parts.iter().map(|(text, _)| *text));
    for (index, words) in &all {
        let part = || {
            let held = sought.longest_in(words).map(|part| parts[part]);
            held.min_by_key(|(text, place)| (std::cmp::Reverse(text.len()), place)).map(|(_, place)| place)
        };
        if let Some(place) = whole.get(words.as_str()).copied().or_else(part) {
            found[*index].place = Some(place.clone());
        }
    }
}

/// What the rules over words find in the department's own texts, whatever its tables say.
pub fn check_words(texts: &Texts<'_>) -> Diagnostics {
    of_own(texts, OF_WORDS.into_iter().flatten())
}

/// What the rules over amounts find in the department's own texts beside tables that are given as printed. A typed
/// amount is not bound there, it is only to be right.
pub fn check_amounts(texts: &Texts<'_>) -> Diagnostics {
    let mut all = of_own(texts, OF_FIGURES.into_iter().flatten().filter(|rule| rule.page.code != "N001"));
    texts.not_compared().into_iter().for_each(|found| all.push(found));
    all
}

fn of_own<'r>(texts: &Texts<'_>, rules: impl Iterator<Item = &'r TextRule>) -> Diagnostics {
    let mut all = Diagnostics::default();
    rules.flat_map(|rule| find(std::slice::from_ref(rule), texts)).for_each(|found| all.push(found));
    let own: HashSet<&str> = texts.passages.iter().filter(|p| p.own).map(|p| &*p.place.file).collect();
    all.retain(|d| d.place.as_ref().is_some_and(|place| own.contains(&*place.file)));
    all
}

fn find(family: &[TextRule], texts: &Texts<'_>) -> Vec<Diagnostic> {
    let one = |rule: &TextRule| {
        let mut findings = Findings::of(rule);
        (rule.find)(texts, &mut findings);
        findings.found
    };
    family.iter().flat_map(one).collect()
}

/// Rules that go through the records themselves.
fn per_record(finding: &Diagnostic) -> bool {
    ["K004", "K005", "L040", "L041", "L042", "L043", "L044", "L046", "N018"].contains(&&*finding.code)
}
