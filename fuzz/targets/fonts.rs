//! `fonts.toml`.
//! seeds: fonts/fonts.toml
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::fonts::declared::parse;
use gongkai_fuzz::{PARSER, all, judge, twice};
use std::path::Path;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let run = || {
        let mut found = Diagnostics::default();
        let file = parse(text, Path::new("fonts/fonts.toml"), &mut found);
        judge(&found, text);
        assert!(file.is_some() || found.has_errors(), "no fonts, and no word why");
        all(&found)
    };
    twice(PARSER, run);
});
