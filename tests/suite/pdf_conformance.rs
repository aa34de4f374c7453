//! The PDF against PDF/A-2a and PDF/UA-1, rule by rule; and each rule against a file made to break it.

use crate::common;
use crate::conformance;
use crate::pdf_sample;

use std::fmt::Write;
use std::sync::LazyLock;

static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let written = gongkai::write::pdf::write(&pdf_sample::document(), &pdf_sample::sample(), &pdf_sample::FONTS);
    written.expect("the sample is sound")
});

#[test]
fn the_sample_breaks_no_rule() {
    let found = conformance::findings(&SAMPLE);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The department's whole document, and the made-up set with its several documents.
#[test]
fn whole_documents_break_no_rule() {
    for folder in ["data/631-2023", "tests/data/yunling-2024"] {
        for output in common::built(&common::root().join(folder), &[gongkai::write::Format::Pdf]) {
            let found = conformance::findings(&output.bytes);
            assert!(found.is_empty(), "{}:\n{}", output.name, found.join("\n"));
        }
    }
}

/// What the rules find in a broken file is the damage, not how lopdf writes it: its cross-references, which break a
/// rule of their own, aside.
#[test]
fn written_anew_without_damage_the_sample_breaks_no_rule() {
    let same = conformance::Damage::Objects(|_| {}).done_to(&SAMPLE);
    let others = conformance::rules().into_iter().filter(|rule| !rule.clause.contains("7.5.8"));
    let found: Vec<String> = others.flat_map(|rule| (rule.check)(&same)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_rule_finds_what_breaks_it() {
    let missed: Vec<&str> = conformance::rules()
        .into_iter()
        .filter(|rule| (rule.check)(&rule.damage.done_to(&SAMPLE)).is_empty())
        .map(|rule| rule.asks)
        .collect();
    assert!(missed.is_empty(), "damage not found:\n{}", missed.join("\n"));
}

/// The table of rules as Markdown.
fn table() -> String {
    let mut table = String::from("| clause | what it asks |\n|---|---|\n");
    for rule in conformance::rules() {
        let _ = writeln!(table, "| {} | {} |", rule.clause, rule.asks);
    }
    table
}

#[test]
fn the_readme_lists_every_rule() {
    let readme = include_str!("conformance/README.md");
    assert!(readme.contains(&table()), "put this table into tests/suite/conformance/README.md:\n{}", table());
}
