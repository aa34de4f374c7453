//! Rules over texts: amounts typed by hand, completeness, language, and what must not be published. A file a family;
//! each has a table of its rules.

mod amounts;
mod changes;
mod characters;
mod common;
mod completeness;
mod encoding;
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

pub use characters::searched_text;
pub use rule::TextRule;
pub use statements::TypedFigure;
pub use texts::Texts;

use crate::compose::Composition;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use rayon::prelude::*;
use rule::Findings;

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
    let mut all = Diagnostics::default();
    for mut finding in families.into_iter().flatten() {
        if let Some(place) = written_in_data(&texts, &finding) {
            finding.place = Some(place);
        }
        // What is wrong with a text is wrong in every record that holds it.
        let of_records = |p: &&passage::Passage| !p.again.is_empty() && Some(&p.place) == finding.place.as_ref();
        let again = texts.passages.iter().find(of_records).filter(|_| !per_record(&finding));
        for place in again.iter().flat_map(|p| &p.again) {
            all.push(finding.clone().at(place.clone()));
        }
        all.push(finding);
    }
    all
}

/// Words that a layout's text takes from the data are mended there: the record, or the key of `report.toml`, that holds
/// them. None where the layout itself says them.
fn written_in_data(texts: &Texts<'_>, finding: &Diagnostic) -> Option<Place> {
    let (place, words) = (finding.place.as_ref()?, finding.text.as_deref()?);
    let set = &texts.composition.job().set;
    let source = set.sources.get(&*place.file).filter(|_| place.file.starts_with("layouts/"))?;
    if words.chars().count() < 2 || source.contains(words) {
        return None;
    }
    let words = characters::searched_text(words);
    let shares = |text: &str| match text.contains(&words) {
        true => words.len(),
        false if text.chars().count() >= 2 && words.contains(text) => text.len(),
        false => 0,
    };
    let fields = texts.passages.iter().filter(|p| matches!(p.kind, passage::Kind::Field { .. }));
    let report = &texts.composition.job().report;
    let of_report = report.values.iter().map(|(key, value)| (shares(value), report.place(key)));
    let all = fields.map(|p| (shares(&p.text), p.place.clone())).chain(of_report);
    // Of several that hold as much of the words, the first.
    let best =
        all.filter(|(shared, _)| *shared > 0).min_by_key(|(shared, place)| (std::cmp::Reverse(*shared), place.clone()));
    best.map(|(_, place)| place)
}

/// What the rules over words find in the department's own texts, whatever its tables say.
pub fn check_words(texts: &Texts<'_>) -> Diagnostics {
    of_own(texts, OF_WORDS.into_iter().flatten())
}

/// What the rules over amounts find in the department's own texts beside tables that are given as printed. A typed
/// amount is not bound there, it is only to be right.
pub fn check_amounts(texts: &Texts<'_>) -> Diagnostics {
    of_own(texts, OF_FIGURES.into_iter().flatten().filter(|rule| rule.page.code != "N001"))
}

fn of_own<'r>(texts: &Texts<'_>, rules: impl Iterator<Item = &'r TextRule>) -> Diagnostics {
    let mut all = Diagnostics::default();
    rules.flat_map(|rule| find(std::slice::from_ref(rule), texts)).for_each(|found| all.push(found));
    let own = |place: &Place| texts.passages.iter().any(|p| p.own && p.place.file == place.file);
    all.retain(|d| d.place.as_ref().is_some_and(own));
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
