//! PDF's syntax: objects as text (ISO 32000-1 7.3), with no more space than they need.

use lopdf::{Dictionary, Object, ObjectId, StringFormat};

/// Writes an object's value (ISO 32000-1 7.3), with no more space than it needs.
pub(super) fn write_object(out: &mut Vec<u8>, object: &Object) {
    match object {
        Object::Null => out.extend_from_slice(b"null"),
        Object::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Object::Integer(value) => write_integer(out, *value),
        Object::Real(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Object::Name(name) => write_name(out, name),
        Object::String(bytes, StringFormat::Literal) => write_literal(out, bytes),
        Object::String(bytes, StringFormat::Hexadecimal) => write_hexadecimal(out, bytes),
        Object::Array(items) => write_array(out, items),
        Object::Dictionary(dictionary) => write_dictionary(out, dictionary),
        Object::Reference(id) => write_reference(out, *id),
        Object::Stream(_) => unreachable!("a stream is never inside another object"),
    }
}

pub(super) fn write_reference(out: &mut Vec<u8>, (number, generation): ObjectId) {
    write_integer(out, i64::from(number));
    out.push(b' ');
    write_integer(out, i64::from(generation));
    out.extend_from_slice(b" R");
}

pub(super) fn write_integer(out: &mut Vec<u8>, value: i64) {
    // What most have is copied at once, and what is too much cut off.
    const MOST: usize = 8;
    const LONGEST: usize = 20;
    let mut digits = [0; LONGEST + MOST];
    let mut rest = value.unsigned_abs();
    let mut at = LONGEST;
    while rest > 0 || at == LONGEST {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    if value < 0 {
        out.push(b'-');
    }
    let end = out.len() + LONGEST - at;
    if LONGEST - at > MOST {
        return out.extend_from_slice(&digits[at..LONGEST]);
    }
    out.extend_from_slice(digits[at..].first_chunk::<MOST>().expect("there is room behind the last digit"));
    out.truncate(end);
}

/// Writes a number of so many decimal places, without zeros at its end.
pub(super) fn write_decimal(out: &mut Vec<u8>, value: i64, places: u32) {
    let one = 10_u64.pow(places);
    let (whole, mut rest, mut unit) = (value.unsigned_abs() / one, value.unsigned_abs() % one, one);
    if value < 0 {
        out.push(b'-');
    }
    write_integer(out, whole as i64);
    if rest > 0 {
        out.push(b'.');
    }
    while rest > 0 {
        unit /= 10;
        out.push(b'0' + (rest / unit) as u8);
        rest %= unit;
    }
}

pub(super) fn write_name(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'/');
    // As nearly all are.
    if name.iter().all(u8::is_ascii_alphanumeric) {
        return out.extend_from_slice(name);
    }
    for &byte in name {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(&byte) {
            out.push(byte);
        } else {
            out.push(b'#');
            out.extend_from_slice(&hexadecimal(byte));
        }
    }
}

fn write_literal(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'(');
    for &byte in bytes {
        match byte {
            b'(' | b')' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            // A bare carriage return would be read as a line feed.
            b'\r' => out.extend_from_slice(b"\\r"),
            _ => out.push(byte),
        }
    }
    out.push(b')');
}

fn write_hexadecimal(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'<');
    bytes.iter().for_each(|byte| out.extend_from_slice(&hexadecimal(*byte)));
    out.push(b'>');
}

/// The two digits of a byte.
pub(super) fn hexadecimal(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

fn write_array(out: &mut Vec<u8>, items: &[Object]) {
    out.push(b'[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 && begins_regular(item) {
            out.push(b' ');
        }
        write_object(out, item);
    }
    out.push(b']');
}

pub(super) fn write_dictionary(out: &mut Vec<u8>, dictionary: &Dictionary) {
    out.extend_from_slice(b"<<");
    for (key, value) in dictionary {
        write_name(out, key);
        if begins_regular(value) {
            out.push(b' ');
        }
        write_object(out, value);
    }
    out.extend_from_slice(b">>");
}

/// Its first character would run into a token before it.
fn begins_regular(object: &Object) -> bool {
    !matches!(object, Object::Name(_) | Object::String(..) | Object::Array(_) | Object::Dictionary(_))
}

/// A dictionary written entry by entry, for the many small ones that need not be objects first.
pub(super) struct DictionaryWriter<'a>(&'a mut Vec<u8>);

impl DictionaryWriter<'_> {
    /// Begins a dictionary; [`DictionaryWriter::end`] ends it.
    pub(super) fn begin(out: &mut Vec<u8>) -> DictionaryWriter<'_> {
        out.extend_from_slice(b"<<");
        DictionaryWriter(out)
    }

    /// Keys are our own words, of letters.
    fn key(&mut self, key: &'static str) -> &mut Vec<u8> {
        self.0.push(b'/');
        self.0.extend_from_slice(key.as_bytes());
        self.0
    }

    pub(super) fn name(&mut self, key: &'static str, name: &str) {
        write_name(self.key(key), name.as_bytes());
    }

    pub(super) fn integer(&mut self, key: &'static str, value: i64) {
        let out = self.key(key);
        out.push(b' ');
        write_integer(out, value);
    }

    pub(super) fn reference(&mut self, key: &'static str, id: ObjectId) {
        let out = self.key(key);
        out.push(b' ');
        write_reference(out, id);
    }

    /// A text string.
    pub(super) fn text(&mut self, key: &'static str, text: &str) {
        write_text(self.key(key), text);
    }

    /// An array, each item written by `write`.
    pub(super) fn array<T>(
        &mut self,
        key: &'static str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Vec<u8>, T),
    ) {
        let out = self.key(key);
        out.push(b'[');
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                out.push(b' ');
            }
            write(out, item);
        }
        out.push(b']');
    }

    pub(super) fn end(self) {
        self.0.extend_from_slice(b">>");
    }
}

/// Writes a text string (ISO 32000-1 7.9.2.2): ASCII as it is, all else in UTF-16.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    if text.is_ascii() { write_literal(out, text.as_bytes()) } else { write_literal(out, &utf16_bytes(text)) }
}

/// A text string as an object.
pub(super) fn text_string(text: &str) -> Object {
    let bytes = if text.is_ascii() { text.as_bytes().to_vec() } else { utf16_bytes(text) };
    Object::String(bytes, StringFormat::Literal)
}

/// UTF-16, big endian, with its byte order mark.
pub(super) fn utf16_bytes(text: &str) -> Vec<u8> {
    [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::dictionary;

    fn written(object: impl Into<Object>) -> String {
        let mut out = Vec::new();
        write_object(&mut out, &object.into());
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn objects_are_written_tight() {
        let dict = dictionary! {
            "A" => vec![1.into(), (-20).into(), "Name".into(), Object::Null, true.into(), (7, 0).into()],
            "B" => Object::string_literal("a(b)\\\r"),
            "C D" => 0.5f32,
            "E" => Object::String(vec![0xFE, 0x0F], StringFormat::Hexadecimal),
        };
        assert_eq!(written(dict), r"<</A[1 -20/Name null true 7 0 R]/B(a\(b\)\\\r)/C#20D 0.5/E<FE0F>>>");
        assert_eq!(written(i64::MIN), i64::MIN.to_string());
        for integer in [0, 7, -10, 12_345_678, 123_456_789, -1_234_567_890_123, i64::MAX] {
            assert_eq!(written(integer), integer.to_string());
        }
    }

    #[test]
    fn decimals_have_no_more_digits_than_they_need() {
        let decimal = |value, places| {
            let mut out = Vec::new();
            write_decimal(&mut out, value, places);
            String::from_utf8(out).expect("ASCII")
        };
        assert_eq!(
            [0, 7, 70, -1_050, 12_000, -12_345].map(|v| decimal(v, 3)),
            ["0", "0.007", "0.07", "-1.05", "12", "-12.345"]
        );
        assert_eq!(decimal(-5, 1), "-0.5");
    }

    #[test]
    fn a_dictionary_written_by_entry_is_the_same_as_an_object() {
        let mut out = Vec::new();
        let mut dict = DictionaryWriter::begin(&mut out);
        dict.name("S", "TH");
        dict.reference("P", (7, 0));
        dict.integer("K", -3);
        dict.text("T", "(表)");
        dict.array("Headers", ["a", "b"], write_text);
        dict.end();
        let headers = vec![text_string("a"), text_string("b")];
        let mut object = Vec::new();
        let dict =
            dictionary! { "S" => "TH", "P" => (7, 0), "K" => -3, "T" => text_string("(表)"), "Headers" => headers };
        write_object(&mut object, &dict.into());
        let tight = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(") (", ")(");
        assert_eq!(tight(&out), tight(&object));
    }
}
