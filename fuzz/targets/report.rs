//! `report.toml`.
//! seeds: data/*/report.toml tests/data/*/report.toml tests/layout-errors/base/data/report.toml
#![no_main]

use gongkai::compose::read_report;
use gongkai::diagnostic::Diagnostics;
use gongkai_fuzz::{PARSER, all, judge, twice};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let read = || {
        let mut found = Diagnostics::default();
        let report = read_report(text, &mut found);
        judge(&found, text);
        assert!(report.is_some() || found.has_errors(), "no report, and no word why");
        (report.map(|r| (r.code, r.name, r.year, r.layout, r.date, r.values)), all(&found))
    };
    if let (Some((code, name, year, layout, ..)), _) = twice(PARSER, read) {
        assert!(!code.is_empty() && !name.is_empty() && !layout.is_empty() && (1990..=2100).contains(&year));
    }
});
