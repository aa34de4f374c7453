//! `corrections.toml`: why what was published had to be corrected, and which reason a change gets.
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::diff::{Cause, RecordChange};
use gongkai::edition::Reasons;
use gongkai_fuzz::{PARSER, all, judge, twice};

const SINCE: &str = "2023-02-10-1";

libfuzzer_sys::fuzz_target!(|text: &str| {
    let record = Cause::Record(RecordChange {
        file: "ledger.csv".into(),
        old_line: Some(11),
        new_line: Some(11),
        label: "办公费".into(),
        fields: Vec::new(),
        words: vec!["办公费".into()],
        says: vec![vec!["2050201".into(), "办公费".into(), "8,300.00".into()]],
    });
    let report = Cause::Report { key: "year".into(), old: "2022".into(), new: "2023".into() };
    let causes = [record, Cause::File { file: "text/a.md".into() }, report, Cause::Hand];
    let causes: Vec<&Cause> = causes.iter().collect();
    let run = || {
        let mut found = Diagnostics::default();
        let reasons = Reasons::parse(text, SINCE, &mut found);
        let whole = !found.has_errors();
        let mut given = Vec::new();
        for address in [Some("t9/合计/预算数"), Some("t1/2050201/合计"), None] {
            for causes in [&causes[..1], &causes[..]] {
                given.push(reasons.of(address, causes, &mut found));
            }
        }
        reasons.report_unused(&[], &mut found);
        judge(&found, &format!("{text} ledger.csv text/a.md corrections.toml since year"));
        (whole, given, all(&found))
    };
    let (whole, given, found) = twice(PARSER, run);
    assert!(given.iter().all(|reason| reason.trim() == reason), "{given:?}");
    assert!(whole || found.iter().any(|one| !one.contains("E621")), "not whole, and no word why");
});
