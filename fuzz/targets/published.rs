//! A published document that another is held against: facts as JSON, or any bytes for a DOCX.
#![no_main]

use gongkai::against::Published;
use gongkai::diagnostic::Diagnostics;
use gongkai_fuzz::{PARSER, judge, twice};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(found) = twice(PARSER, || Published::read(bytes, "公开.json")) {
        let mut one = Diagnostics::default();
        one.push(found);
        judge(&one, &String::from_utf8_lossy(bytes));
    }
});
