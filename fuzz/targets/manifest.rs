//! The manifest of an edition: what is read of it is read again when written.
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::edition::read_manifest;
use gongkai_fuzz::{PARSER, judge, twice};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| match twice(PARSER, || read_manifest(bytes, "版本/清单.json")) {
    Ok(manifest) => assert_eq!(read_manifest(&manifest.to_json(), "a"), Ok(manifest)),
    Err(found) => {
        let mut one = Diagnostics::default();
        one.push(found);
        judge(&one, &String::from_utf8_lossy(bytes));
    }
});
