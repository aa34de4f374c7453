//! Where words were typed that a template only prints: a finding names the cell or the key that the officer wrote, not
//! the line of the layout set, or of the department's own texts, that prints it.

use crate::compose::Job;
use crate::data::Kind;
use crate::diagnostic::{Column, Diagnostic, Diagnostics, Place};
use crate::sought::Sought;
use std::collections::{BTreeSet, HashMap};

/// Moves findings whose words come from the data to where they were typed first; where they are printed is told beside
/// it. What a template says itself stays where it is. One pass over the data, however many findings there are.
pub fn name_what_was_typed(job: &Job, found: &mut Diagnostics) {
    let mut lines = Lines { job, of: HashMap::new() };
    let words: BTreeSet<String> = found.iter().filter_map(|f| lines.printed_only(f)).map(str::to_string).collect();
    if words.is_empty() {
        return;
    }
    let typed = typed(job, &words.iter().map(String::as_str).collect::<Vec<&str>>());
    for finding in found.iter_mut() {
        let place = lines.printed_only(finding).and_then(|words| typed.get(words)).cloned();
        if let Some(place) = place
            && let Some(printed) = finding.place.replace(place)
        {
            finding.related.insert(0, (printed, "印在这里".to_string()));
        }
    }
}

/// The lines of the templates that findings name, each template parted once.
struct Lines<'a> {
    job: &'a Job,
    of: HashMap<&'a str, Vec<&'a str>>,
}

impl Lines<'_> {
    /// The words of a finding that names a line of a template where they do not stand.
    fn printed_only<'f>(&mut self, finding: &'f Diagnostic) -> Option<&'f str> {
        let words = finding.text.as_deref().filter(|words| !words.trim().is_empty())?;
        let place = finding.place.as_ref()?;
        if place.line == 0 || place.column != Column::Unknown {
            return None;
        }
        let (name, source) = self.job.set.sources.get_key_value(&*place.file)?;
        let lines = self.of.entry(name).or_insert_with(|| source.lines().collect());
        let line = lines.get(place.line as usize - 1)?;
        (!line.contains(words)).then_some(words)
    }
}

/// Where each of the words stands first: in report.toml, then in the record files, by line.
fn typed(job: &Job, words: &[&str]) -> HashMap<String, Place> {
    let mut places = HashMap::new();
    let sought = Sought::of(words.iter().copied());
    let mut met = rustc_hash::FxHashSet::default();
    let mut look = |text: &str, place: &dyn Fn() -> Place| {
        let new = sought.first_met_in(text, &mut met);
        places.extend(new.into_iter().map(|word| (words[word].to_string(), place())));
        places.len() == words.len()
    };
    // A default was typed by nobody.
    for (key, value) in job.report.values.iter().filter(|(key, _)| job.report.is_typed(key)) {
        if look(value, &|| job.report.place(key)) {
            return places;
        }
    }
    for dataset in job.data.datasets.values() {
        let texts: Vec<usize> = (0..dataset.fields.len())
            .filter(|&f| matches!(dataset.fields[f].kind, Kind::Text | Kind::Ref { .. }))
            .collect();
        for record in &dataset.records {
            for &field in texts.iter().filter(|&&f| record.columns[f] > 0) {
                if look(record.values[field].text(), &|| record.place(field)) {
                    return places;
                }
            }
        }
    }
    places
}
