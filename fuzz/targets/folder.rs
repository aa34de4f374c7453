//! A whole folder with the layout set it asks for: lines of its report, its schema, its tables, its records, its texts
//! taken from one another, keys and cells changed, files gone or doubled. Read as any folder is, composed, checked.
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::layout::Layouts;
use gongkai::workshop::compose_all;
use gongkai_fuzz::{PARSER, all, judge_words, small, twice};
use std::collections::BTreeMap;
use std::path::Path;

/// What is done to a file, by number, at a line, by number; with another file, or with a word.
type Edit = (u8, u8, u16, u8, u16, String);

/// Where the department's own files lie: in the set, above it, beside its records.
const PLACES: [&str; 6] = ["layout/", "text/", "tables/", "classification/", "classification/2024/", ""];
/// Keys and values of every kind of file, and what leads out of a folder.
const WORDS: [&str; 28] = [
    "path = \"../ledger.csv\"",
    "path = \"/etc/passwd\"",
    "inherits = \"small\"",
    "inherits = \"hebei-department-budget-2023\"",
    "each = \"record\"",
    "each = \"func\"",
    "parts = \"rest\"",
    "min_rows = 1000000",
    "when = \"空\"",
    "scope = { unit = \"a\" }",
    "[[document]]\nname = \"一\"",
    "[[acknowledge]]\ncode = \"N001\"\nreason = \"a\"",
    "layout = \"small\"",
    "year = 1990",
    "{{ f(\"t1/合计/合计\") }}",
    "{{ prose('own') }}",
    "{% for i in range(9) %}",
    "{% endfor %}",
    "{{ say(1) }}",
    "{{ f(1) | reason }}",
    "{{ table('t1') }}",
    "# 标题",
    "**引领**",
    "\"",
    ",,,,,,",
    "99999999999999999999999999.99",
    "-0.004",
    "合计,,,,,",
];

fn files(edits: &[Edit]) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let (mut set, mut data) = (BTreeMap::new(), BTreeMap::new());
    for (name, text) in small::FILES {
        match name.split_once('/') {
            Some(("set", name)) => set.insert(format!("small/{name}"), text.to_string()),
            Some((_, name)) => data.insert(name.to_string(), text.to_string()),
            None => None,
        };
    }
    data.insert("text/own.md".into(), "本年收入0.50万元。\n".into());
    let all: Vec<String> = set.values().chain(data.values()).cloned().collect();
    for (kind, file, line, other, other_line, word) in edits {
        let names: Vec<(bool, String)> =
            set.keys().map(|n| (true, n.clone())).chain(data.keys().map(|n| (false, n.clone()))).collect();
        let Some((of_set, name)) = names.get(usize::from(*file) % names.len().max(1)) else { continue };
        let files = if *of_set { &mut set } else { &mut data };
        let mut lines: Vec<String> = files[name].lines().map(str::to_string).collect();
        let at = usize::from(*line) % (lines.len() + 1);
        let theirs = &all[usize::from(*other) % all.len()];
        let their_line =
            theirs.lines().nth(usize::from(*other_line) % theirs.lines().count().max(1)).unwrap_or_default();
        match kind % 9 {
            0 if at < lines.len() => drop(lines.remove(at)),
            1 if at < lines.len() => lines.insert(at, lines[at].clone()),
            2 => lines.insert(at, their_line.to_string()),
            3 => lines.insert(at, WORDS[usize::from(*other) % WORDS.len()].to_string()),
            4 => lines.insert(at, word.clone()),
            // A cell, a value or a word becomes another one.
            5 if at < lines.len() => {
                let mark = if name.ends_with(".csv") { ',' } else { ' ' };
                let mut parts: Vec<&str> = lines[at].split(mark).collect();
                let part = usize::from(*other) % parts.len();
                parts[part] = word;
                lines[at] = parts.join(&mark.to_string());
            }
            6 => drop(files.remove(name)),
            // The same file in another place, as the department's own.
            7 => {
                let bare = name.rsplit('/').next().unwrap_or(name);
                let place = PLACES[usize::from(*other) % PLACES.len()];
                data.insert(format!("{place}{bare}"), lines.join("\n") + "\n");
                continue;
            }
            8 => drop(data.insert(format!("text/{}.md", other % 4), word.clone())),
            _ => {}
        }
        let files = if *of_set { &mut set } else { &mut data };
        if files.contains_key(name) {
            files.insert(name.clone(), lines.join("\n") + "\n");
        }
    }
    (set, data)
}

fn folder(path: &str, files: &BTreeMap<String, String>) -> Folder {
    Folder::of_files(Path::new(path), files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes().into())))
}

libfuzzer_sys::fuzz_target!(|edits: Vec<Edit>| {
    let (set, data) = files(&edits);
    let run = || {
        let mut found = Diagnostics::default();
        let made = compose_all(&folder("data", &data), &Layouts::of(folder("layouts", &set)), &mut found);
        for made in &made {
            found.extend(gongkai::check::check(&made.composition));
        }
        assert!(!made.is_empty() || !found.is_empty(), "no document, and no word why");
        found.iter().for_each(|one| judge_words(one, None));
        (made.len(), all(&found))
    };
    twice(PARSER, run);
});
