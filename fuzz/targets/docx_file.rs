//! Any bytes given to the DOCX reader.
//! seeds: output/631-2023/*.docx fuzz/nasty/*
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    gongkai_fuzz::docx::judged(bytes, None);
});
