//! Any bytes given to the reader of published files.
//! seeds: output/631-2023/*.pdf fuzz/nasty/*
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::published::read;
use gongkai_fuzz::{judge, twice};

/// Megabytes that a document may take, whatever its streams inflate to.
const PUBLISHED: usize = 256;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // With a header, so that more of what is tried is a PDF.
    let pdf = [b"%PDF-1.7\n", bytes].concat();
    match twice(PUBLISHED, || read(&pdf, "公开.pdf").map(|published| published.parts)) {
        Ok(_) => {}
        Err(found) => {
            let mut one = Diagnostics::default();
            one.push(found);
            judge(&one, &String::from_utf8_lossy(bytes));
        }
    }
});
