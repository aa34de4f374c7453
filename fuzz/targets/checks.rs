//! `checks.toml` of a set: rules over the small set's figures, loaded and asked.
//! seeds: layouts/*/checks.toml tests/layouts/*/checks.toml
#![no_main]

use gongkai_fuzz::{PARSER, all, judge, small, twice};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let input = format!("--- set/checks.toml\n{}", text.replace("\n--- ", "\n---"));
    let run = || {
        let (document, found) = small::composed(&input);
        judge(&found, &input);
        (document.is_some(), all(&found))
    };
    twice(PARSER, run);
});
