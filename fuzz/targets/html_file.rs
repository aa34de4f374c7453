//! Any bytes given to the reader of published files as a page of HTML.
//! seeds: fuzz/seeds/html_file/*
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::published::read;
use gongkai_fuzz::{PARSER, judge, twice};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // With its first tag, so that all of what is tried is a page.
    let page = [b"<html>", bytes].concat();
    if let Err(found) = twice(PARSER, || read(&page, "公开.html").map(|published| published.parts)) {
        let mut one = Diagnostics::default();
        one.push(found);
        judge(&one, &String::from_utf8_lossy(bytes));
    }
});
