//! The finished file: every stream compressed on all threads, everything else in compressed object streams, and a
//! cross-reference stream (ISO 32000-1 7.5.7, 7.5.8). lopdf's own leaves out object 0 and compression.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::io::Write;

/// An object stream is closed when it holds this many bytes: large for the sake of compression, small enough to share
/// the work among threads.
const OBJECT_STREAM_BYTES: usize = 96 * 1024;

/// ISO 19005-2 6.1.2: a comment of four bytes above 127 tells that the file is binary.
const HEADER: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";

/// The bytes of a file with this content. Its ID is a hash of everything in it.
pub(super) fn write(file: Document) -> Vec<u8> {
    let (root, info) = (file.trailer.get(b"Root").cloned(), file.trailer.get(b"Info").cloned());
    let mut size = file.max_id + 1;
    let (streams, plain): (Vec<_>, Vec<_>) =
        file.objects.into_iter().partition(|(_, o)| matches!(o, Object::Stream(_)));
    let (streams, object_streams) = rayon::join(|| compress_all(streams), || pack(plain));

    let mut out = HEADER.to_vec();
    let mut places = vec![Place::Free; size as usize];
    for (id, stream) in &streams {
        places[id.0 as usize] = Place::At(out.len());
        write_stream(&mut out, id.0, stream);
    }
    for packed in &object_streams {
        for (index, number) in packed.numbers.iter().enumerate() {
            places[*number as usize] = Place::In { stream: size, index };
        }
        places.push(Place::At(out.len()));
        write_stream(&mut out, size, &packed.stream);
        size += 1;
    }
    let id = Object::String(Sha256::digest(&out)[..16].to_vec(), StringFormat::Hexadecimal);
    let start = out.len();
    places.push(Place::At(start));
    let mut references = cross_reference_stream(&places);
    references.dict.set("ID", vec![id.clone(), id]);
    for (key, value) in [("Root", root), ("Info", info)] {
        references.dict.set(key, value.expect("the catalogue and the information dictionary were added"));
    }
    write_stream(&mut out, size, &references);
    out.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
    out
}

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Free,
    At(usize),
    In { stream: u32, index: usize },
}

/// A stream deflated, unless it says that it is to stay as it is or is already.
pub(super) fn compressed(mut stream: Stream) -> Stream {
    if !stream.allows_compression || stream.dict.has(b"Filter") {
        return stream;
    }
    let deflated = deflate(&stream.content);
    stream.dict.set("Filter", "FlateDecode");
    stream.set_content(deflated);
    stream
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::new(6));
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("writing to memory does not fail")
}

/// Compresses streams, the biggest first so that no thread is left with one at the end; the order stays.
fn compress_all(streams: Vec<(ObjectId, Object)>) -> Vec<(ObjectId, Stream)> {
    let mut streams: Vec<(ObjectId, Stream)> = streams
        .into_iter()
        .filter_map(|(id, o)| if let Object::Stream(s) = o { Some((id, s)) } else { None })
        .collect();
    streams.sort_by_key(|(id, stream)| (std::cmp::Reverse(stream.content.len()), *id));
    let mut streams: Vec<_> =
        streams.into_par_iter().with_max_len(1).map(|(id, stream)| (id, compressed(stream))).collect();
    streams.sort_by_key(|(id, _)| *id);
    streams
}

/// An object stream and the numbers of the objects in it.
struct Packed {
    numbers: Vec<u32>,
    stream: Stream,
}

/// Packs objects, in the order of their numbers, into object streams.
fn pack(objects: Vec<(ObjectId, Object)>) -> Vec<Packed> {
    let mut bodies: Vec<(Vec<(u32, usize)>, Vec<u8>)> = Vec::new();
    for ((number, _), object) in &objects {
        if bodies.last().is_none_or(|(_, body)| body.len() >= OBJECT_STREAM_BYTES) {
            bodies.push((Vec::new(), Vec::with_capacity(OBJECT_STREAM_BYTES + 4096)));
        }
        let (index, body) = bodies.last_mut().expect("one was just pushed");
        index.push((*number, body.len()));
        write_object(body, object);
        body.push(b'\n');
    }
    bodies.into_par_iter().map(|(index, body)| pack_one(&index, &body)).collect()
}

fn pack_one(index: &[(u32, usize)], body: &[u8]) -> Packed {
    let mut content = Vec::with_capacity(body.len() + index.len() * 10);
    for (number, offset) in index {
        write_integer(&mut content, i64::from(*number));
        content.push(b' ');
        write_integer(&mut content, *offset as i64);
        content.push(b' ');
    }
    let first = content.len() as i64;
    content.extend_from_slice(body);
    let dict = dictionary! { "Type" => "ObjStm", "N" => index.len() as i64, "First" => first };
    Packed { numbers: index.iter().map(|(n, _)| *n).collect(), stream: compressed(Stream::new(dict, content)) }
}

/// The cross-reference stream for objects 0, 1, 2 …, object 0 among them as the head of the free ones.
fn cross_reference_stream(places: &[Place]) -> Stream {
    let greatest = places.iter().map(|p| if let Place::At(offset) = p { *offset } else { places.len() }).max();
    let width = (1..8).find(|w| greatest.unwrap_or(0) >> (8 * w) == 0).unwrap_or(8);
    // Kind; offset or object stream; generation or index.
    let row = |place: &Place| -> Vec<u8> {
        let (kind, middle, last) = match *place {
            Place::Free => (0, 0, u16::MAX),
            Place::At(offset) => (1, offset, 0),
            Place::In { stream, index } => (2, stream as usize, index as u16),
        };
        let middle = &middle.to_be_bytes()[size_of::<usize>() - width..];
        [&[kind], middle, &last.to_be_bytes()].concat()
    };
    // Each row is written as its difference from the one above (PNG's “up”), which deflates to a third.
    let columns = width + 3;
    let mut above = vec![0; columns];
    let mut content = Vec::with_capacity(places.len() * (columns + 1));
    for place in places {
        let row = row(place);
        content.push(2);
        content.extend(row.iter().zip(&above).map(|(new, old)| new.wrapping_sub(*old)));
        above = row;
    }
    let dict = dictionary! {
        "Type" => "XRef",
        "Size" => places.len() as i64,
        "W" => vec![1.into(), (width as i64).into(), 2.into()],
        "DecodeParms" => dictionary! { "Columns" => columns as i64, "Predictor" => 12 },
    };
    compressed(Stream::new(dict, content))
}

fn write_stream(out: &mut Vec<u8>, number: u32, stream: &Stream) {
    write_integer(out, i64::from(number));
    out.extend_from_slice(b" 0 obj\n");
    let mut dict = stream.dict.clone();
    dict.set("Length", stream.content.len() as i64);
    write_dictionary(out, &dict);
    out.extend_from_slice(b"\nstream\n");
    out.extend_from_slice(&stream.content);
    out.extend_from_slice(b"\nendstream\nendobj\n");
}

/// Writes an object's value (ISO 32000-1 7.3), with no more space than it needs.
fn write_object(out: &mut Vec<u8>, object: &Object) {
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
        Object::Reference((number, generation)) => {
            write_integer(out, i64::from(*number));
            out.push(b' ');
            write_integer(out, i64::from(*generation));
            out.extend_from_slice(b" R");
        }
        Object::Stream(_) => unreachable!("a stream is never inside another object"),
    }
}

fn write_integer(out: &mut Vec<u8>, value: i64) {
    let mut digits = [0; 20];
    let mut rest = value.unsigned_abs();
    let mut at = digits.len();
    while rest > 0 || at == digits.len() {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

fn write_name(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("#{byte:02X}").as_bytes());
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
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push(b'<');
    for byte in bytes {
        out.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    out.push(b'>');
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

fn write_dictionary(out: &mut Vec<u8>, dictionary: &Dictionary) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn written(object: impl Into<Object>) -> String {
        let mut out = Vec::new();
        write_object(&mut out, &object.into());
        String::from_utf8(out).unwrap()
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
        assert_eq!(written(0), "0");
    }

    fn small_file() -> Document {
        let mut file = Document::with_version("1.7");
        let page = file.new_object_id();
        let content = file.add_object(Stream::new(dictionary! {}, b"0 g ".repeat(500)));
        let kids = vec![page.into()];
        let tree = file.add_object(dictionary! { "Type" => "Pages", "Count" => 1, "Kids" => kids });
        let area = vec![0.into(), 0.into(), 10.into(), 10.into()];
        let dict = dictionary! { "Type" => "Page", "Parent" => tree, "MediaBox" => area, "Contents" => content };
        file.set_object(page, dict);
        let root = file.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
        let info = file.add_object(dictionary! { "Title" => Object::string_literal("t") });
        file.trailer.set("Root", root);
        file.trailer.set("Info", info);
        file
    }

    #[test]
    fn another_reader_finds_every_object() {
        let file = small_file();
        let read = Document::load_mem(&write(file.clone())).unwrap();
        for (id, object) in &file.objects {
            match (object, read.get_object(*id).unwrap()) {
                (Object::Stream(ours), Object::Stream(theirs)) => {
                    assert_eq!(theirs.decompressed_content().unwrap(), ours.content);
                }
                (ours, theirs) => assert_eq!(theirs, ours),
            }
        }
    }

    #[test]
    fn the_file_begins_and_ends_as_the_norm_says() {
        let bytes = write(small_file());
        assert!(bytes.starts_with(HEADER));
        assert!(bytes.ends_with(b"%%EOF\n"));
        assert_eq!(bytes, write(small_file()), "the same content has the same bytes, its ID included");
    }

    #[test]
    fn places_are_as_wide_as_they_must_be() {
        let reference = cross_reference_stream(&[Place::Free, Place::At(70_000)]);
        assert_eq!(reference.dict.get(b"W").unwrap(), &Object::Array(vec![1.into(), 3.into(), 2.into()]));
        let rows = reference.decompressed_content().unwrap();
        assert_eq!(rows[..6], [0, 0, 0, 0, 0xFF, 0xFF], "object 0 heads the free ones");
        assert_eq!(rows[6..], [1, 0x01, 0x11, 0x70, 0, 0]);
    }
}
