//! Any bytes given to the reader of published files as a Word file or a workbook: the first says which.
//! seeds: output/631-2023/*.docx fuzz/nasty/*
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::published::read;
use gongkai_fuzz::{judge, twice};

/// Megabytes that a file may take, whatever its parts inflate to.
const PUBLISHED: usize = 256;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(first) = bytes.first() else { return };
    let name = ["公开.docx", "公开.xlsx", "公开.xls"][usize::from(*first) % 3];
    // A ZIP or a compound file, so that more of what is tried is one.
    let head: &[u8] = if name == "公开.xls" { b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" } else { b"PK\x03\x04" };
    for file in [bytes.to_vec(), [head, &bytes[1..]].concat()] {
        if let Err(found) = twice(PUBLISHED, || read(&file, name).map(|published| published.parts)) {
            let mut one = Diagnostics::default();
            one.push(found);
            judge(&one, &String::from_utf8_lossy(bytes));
        }
    }
});
