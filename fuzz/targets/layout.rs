//! Files of a layout set and of its data, laid over the small set's: loaded, checked, composed.
//! seeds: tests/layout-errors/*.txt
#![no_main]

use gongkai_fuzz::{PARSER, all, judge, small, twice};

libfuzzer_sys::fuzz_target!(|input: &str| {
    let run = || {
        let (document, found) = small::composed(input);
        judge(&found, input);
        assert!(document.is_some() || found.has_errors(), "no document, and no word why");
        (document, all(&found))
    };
    twice(PARSER, run);
});
