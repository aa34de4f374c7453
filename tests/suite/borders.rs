//! The borders inside the project: which module may name which library, and one meaning for each code of a finding.

use crate::common;
use std::collections::BTreeMap;
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

/// Each code belongs to one area of the program: two areas never give one code two meanings.
#[test]
fn a_code_of_a_finding_has_one_area() {
    let src = common::root().join("src");
    let mut areas: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in sources(&src) {
        let relative = file.strip_prefix(&src).expect("below src").to_string_lossy().replace('\\', "/");
        // toml_tree reads for the layout loader.
        let relative = relative.replace("toml_tree.rs", "layout");
        let area = relative.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_string();
        let text = code(&file);
        let tests = text.find("#[cfg(test)]").unwrap_or(text.len());
        for (at, _) in text[..tests].match_indices("\"E") {
            let code = &text[at + 1..text.len().min(at + 5)];
            let whole = text[at + 5..].starts_with('"') && code[1..].bytes().all(|b| b.is_ascii_digit());
            let asks = text[..at].trim_end().ends_with("==") || text[..at].contains("OF_FIGURES") && area == "build";
            if whole && !asks {
                let seen = areas.entry(code.to_string()).or_default();
                if !seen.contains(&area) {
                    seen.push(area.clone());
                }
            }
        }
    }
    let twice: Vec<_> = areas.iter().filter(|(_, areas)| areas.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert!(areas.len() > 80, "only {} codes found", areas.len());
}
