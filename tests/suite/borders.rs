//! The borders inside the project: which module may name which library, and one meaning for each code of a finding.

use crate::common;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
        if entry.is_dir() {
            files.extend(sources(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            files.push(entry);
        }
    }
    files.sort();
    files
}

/// Lines of code: comments are free to speak of anything.
fn code(file: &Path) -> String {
    let text = std::fs::read_to_string(file).expect("source text");
    text.lines().filter(|l| !l.trim_start().starts_with("//")).map(|l| format!("{l}\n")).collect()
}

#[test]
fn the_format_libraries_are_named_by_their_writers_only() {
    let src = common::root().join("src");
    for file in sources(&src) {
        let text = code(&file);
        let inside = |folder: &str| file.starts_with(src.join(folder));
        for library in ["printpdf::", "lopdf::"] {
            assert!(!text.contains(library) || inside("write/pdf"), "{} names {library}", file.display());
        }
        assert!(!text.contains("rust_xlsxwriter::") || inside("write/xlsx"), "{} names it", file.display());
        for library in ["hayro_interpret::", "hayro_syntax::"] {
            assert!(!text.contains(library) || inside("published/pdf"), "{} names {library}", file.display());
        }
        assert!(!text.contains("docx_rs::") || inside("write/docx"), "{} names docx-rs", file.display());
    }
}

#[test]
fn number_text_is_made_by_compose_alone() {
    let src = common::root().join("src");
    for file in sources(&src).iter().filter(|f| !f.starts_with(src.join("compose")) && !f.ends_with("money.rs")) {
        let text = code(file);
        assert!(!text.contains("money::show"), "{} formats a number", file.display());
    }
}

/// What is printed goes through one place, which knows what a terminal must not be told.
#[test]
fn the_terminal_is_written_to_in_one_place() {
    let src = common::root().join("src");
    for file in sources(&src).iter().filter(|f| !f.ends_with("cli/messages.rs")) {
        let text = code(file);
        let asked = text.replace("stderr().is_terminal()", "").replace("ProgressDrawTarget::stderr()", "");
        for way in ["println!", "eprint", " print!", "dbg!(", "stdout()", "stderr()"] {
            assert!(!asked.contains(way), "{} writes to the terminal: {way}", file.display());
        }
    }
}

/// The codes of findings in code that is no test: the file below `src`, the text before the code, the code.
fn codes_in_code() -> Vec<(String, String, String)> {
    let src = common::root().join("src");
    let mut found = Vec::new();
    for file in sources(&src).iter().filter(|f| !f.ends_with("tests.rs")) {
        let name = file.strip_prefix(&src).expect("below src").to_string_lossy().replace('\\', "/");
        let text = code(file);
        let text = &text[..text.find("#[cfg(test)]").unwrap_or(text.len())];
        for (at, _) in text.match_indices('"') {
            let Some(code) = text.get(at + 1..at + 5) else { continue };
            let is_code = code.starts_with(|c| gongkai::code::Class::ALL.iter().any(|class| class.letter() == c))
                && code[1..].bytes().all(|b| b.is_ascii_digit())
                && text[at + 5..].starts_with('"');
            if is_code {
                let line = text[..at].rsplit('\n').next().unwrap_or_default();
                found.push((name.clone(), line.to_string(), code.to_string()));
            }
        }
    }
    found
}

/// Each code belongs to one area of the program: two areas never give one code two meanings.
#[test]
fn a_code_of_a_finding_has_one_area() {
    let mut areas: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, before, code) in codes_in_code() {
        // toml_tree reads report.toml and the layouts; the register and those who ask for a code give it no meaning.
        let asks = ["==", "!="].iter().any(|sign| before.trim_end().ends_with(sign))
            || before.contains("OF_FIGURES")
            || file == "code.rs";
        if code.starts_with('E') && !asks {
            let area = file.replace("toml_tree.rs", if code.starts_with("E1") { "data" } else { "layout" });
            let area = area.split('/').next().unwrap_or_default().trim_end_matches(".rs");
            // A folder's files are the data; what the composer runs are the layout's templates.
            let area = match (area, code.as_str()) {
                ("folder", _) => "data",
                ("compose", "E302") => "layout",
                // Which set is meant, for a folder that is begun and for records that are brought into its terms.
                ("import" | "cli", "E517") => "begin",
                (area, _) => area,
            };
            let area = area.to_string();
            areas.entry(code).or_default().insert(area);
        }
    }
    let twice: Vec<_> = areas.iter().filter(|(_, areas)| areas.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert!(areas.len() > 80, "only {} codes found", areas.len());
}

/// The register has every code that the program can find something under, once, and none that it cannot.
#[test]
fn every_code_of_a_finding_is_in_the_register_and_every_registered_one_is_used() {
    let registered: Vec<String> =
        gongkai::tell::rules::register().into_iter().map(|one| one.code.to_string()).collect();
    let once: BTreeSet<&String> = registered.iter().collect();
    assert_eq!(once.len(), registered.len(), "a code stands twice");
    let used: BTreeSet<String> =
        codes_in_code().into_iter().filter(|(file, ..)| file != "code.rs").map(|(.., code)| code).collect();
    let unknown: Vec<&String> = used.iter().filter(|code| !once.contains(code)).collect();
    assert!(unknown.is_empty(), "not in the register: {unknown:?}");
    let unused: Vec<&&String> = once.iter().filter(|code| !used.contains(**code)).collect();
    assert!(unused.is_empty(), "in the register, and nowhere else: {unused:?}");
}
