//! Bytes that a connection of this machine sends to `gongkai open`: the same request however they come in pieces.
//! seeds: fuzz/seeds/request/*
#![no_main]

use gongkai::serve::request::{BODY, Refusal, read_from};
use gongkai_fuzz::{PARSER, twice};
use std::io::Read;

/// The bytes, a few at a time.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.1.min(self.0.len()).min(buffer.len());
        let (piece, rest) = self.0.split_at(length);
        buffer[..length].copy_from_slice(piece);
        self.0 = rest;
        Ok(length)
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let whole = twice(PARSER, || read_from(&mut &bytes[..]));
    for size in [1, 7] {
        let pieces = read_from(&mut Pieces(bytes, size));
        assert!(pieces == whole || matches!((&pieces, &whole), (Err(_), Err(_))), "{pieces:?} {whole:?}");
    }
    match whole {
        Ok(request) => {
            assert!(request.path.starts_with('/') && !request.path.contains('\0'));
            assert!(request.body.len() <= BODY && request.body.len() <= bytes.len());
            let values = request.headers.values();
            assert!(values.clone().all(|value| !value.contains(['\r', '\n'])), "{:?}", request.headers);
        }
        Err(Refusal::Told(status, why)) => assert!((400..500).contains(&status) && !why.is_empty()),
        Err(Refusal::Gone) => {}
    }
});
