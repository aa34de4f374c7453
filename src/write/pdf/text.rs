//! Text strings as PDF writes them.

use lopdf::{Object, StringFormat};

/// A text string (ISO 32000-1 7.9.2.2): ASCII as it is, all else in UTF-16.
pub(super) fn text_string(text: &str) -> Object {
    let bytes = if text.is_ascii() { text.as_bytes().to_vec() } else { utf16_bytes(text) };
    Object::String(bytes, StringFormat::Literal)
}

/// UTF-16, big endian, with its byte order mark.
pub(super) fn utf16_bytes(text: &str) -> Vec<u8> {
    [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()
}
