//! The finished file: every stream compressed on all threads, everything else in compressed object streams, and a
//! cross-reference stream (ISO 32000-1 7.5.7, 7.5.8). lopdf's own leaves out object 0 and compression.

use super::syntax::{write_dictionary, write_integer, write_object};
use libdeflater::{CompressionLvl, Compressor, crc32};
use lopdf::{Document, Object, ObjectId, Stream, StringFormat, dictionary};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::cell::RefCell;

/// ISO 19005-2 6.1.2: a comment of four bytes above 127 tells that the file is binary.
const HEADER: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";

/// The bytes of a file with this content, and object streams made before. Its ID is a digest of the sums of all streams.
pub(super) fn write(mut file: Document, mut object_streams: Vec<ObjectStream>) -> Vec<u8> {
    let (root, info) = (file.trailer.get(b"Root").cloned(), file.trailer.get(b"Info").cloned());
    let mut size = file.max_id + 1;
    compress(&mut file);
    let (streams, plain): (Vec<_>, Vec<_>) =
        file.objects.into_iter().partition(|(_, o)| matches!(o, Object::Stream(_)));
    object_streams.extend(pack(&plain));

    let mut out = HEADER.to_vec();
    let mut places = vec![Place::Free; size as usize];
    let mut sums = Sha256::new();
    for (id, object) in &streams {
        let start = out.len();
        places[id.0 as usize] = Place::At(start);
        let Object::Stream(stream) = object else { unreachable!("only streams were parted off") };
        write_stream(&mut out, id.0, stream);
        sums.update(sum(&out[start..]));
    }
    for object_stream in &object_streams {
        for (index, number) in object_stream.numbers.iter().enumerate() {
            places[*number as usize] = Place::In { stream: size, index };
        }
        let start = out.len();
        places.push(Place::At(start));
        write_stream(&mut out, size, &object_stream.stream);
        sums.update(sum(&out[start..]));
        size += 1;
    }
    let id = Object::String(sums.finalize()[..16].to_vec(), StringFormat::Hexadecimal);
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

/// The length and the checksum of a stream as it is written: what tells it from another, sooner than a digest of all of it.
fn sum(written: &[u8]) -> [u8; 12] {
    let mut sum = [0; 12];
    sum[..8].copy_from_slice(&(written.len() as u64).to_be_bytes());
    sum[8..].copy_from_slice(&crc32(written).to_be_bytes());
    sum
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
    let content = deflated(&stream.content);
    stream.dict.set("Filter", "FlateDecode");
    stream.set_content(content);
    stream
}

/// Twice the time finds four percent more of what is text.
const LEVEL: CompressionLvl = match CompressionLvl::new(1) {
    Ok(level) => level,
    Err(_) => panic!("0 to 12"),
};

/// A zlib stream of these bytes.
pub(super) fn deflated(content: &[u8]) -> Vec<u8> {
    thread_local! {
        /// A compressor has tables of some size: each thread keeps one.
        static KEPT: RefCell<Compressor> = RefCell::new(Compressor::new(LEVEL));
    }
    KEPT.with_borrow_mut(|compressor| {
        let mut out = vec![0; compressor.zlib_compress_bound(content.len())];
        let length = compressor.zlib_compress(content, &mut out).expect("there is room for whatever it is");
        out.truncate(length);
        out.shrink_to_fit();
        out
    })
}

/// Compresses every stream of a file, the biggest first so that no thread is left with one at the end.
pub(super) fn compress(file: &mut Document) {
    let mut streams: Vec<&mut Stream> =
        file.objects.values_mut().filter_map(|o| if let Object::Stream(s) = o { Some(s) } else { None }).collect();
    streams.sort_by_key(|stream| std::cmp::Reverse(stream.content.len()));
    streams.into_par_iter().with_max_len(1).for_each(|stream| {
        *stream = compressed(std::mem::replace(stream, Stream::new(dictionary! {}, Vec::new())));
    });
}

/// An object stream and the numbers of the objects in it, in their order.
pub(super) struct ObjectStream {
    numbers: Vec<u32>,
    stream: Stream,
}

/// An object stream in the making: objects one after the other, and the number and place of each.
#[derive(Default)]
pub(super) struct Packing {
    index: Vec<(u32, usize)>,
    bytes: Vec<u8>,
}

impl Packing {
    /// Takes in the object with this number, which `write` writes.
    pub(super) fn add(&mut self, number: u32, write: impl FnOnce(&mut Vec<u8>)) {
        self.index.push((number, self.bytes.len()));
        write(&mut self.bytes);
        self.bytes.push(b'\n');
    }

    pub(super) fn finish(self) -> ObjectStream {
        let Packing { index, bytes } = self;
        let mut content = Vec::with_capacity(bytes.len() + index.len() * 10);
        for (number, offset) in &index {
            write_integer(&mut content, i64::from(*number));
            content.push(b' ');
            write_integer(&mut content, *offset as i64);
            content.push(b' ');
        }
        let first = content.len() as i64;
        content.extend_from_slice(&bytes);
        let dict = dictionary! { "Type" => "ObjStm", "N" => index.len() as i64, "First" => first };
        let numbers = index.into_iter().map(|(number, _)| number).collect();
        ObjectStream { numbers, stream: compressed(Stream::new(dict, content)) }
    }
}

/// So many objects share an object stream: enough for good compression, few enough to share the work among threads.
pub(super) const OBJECTS_PER_STREAM: usize = 1000;

/// Packs objects into object streams.
fn pack(objects: &[(ObjectId, Object)]) -> Vec<ObjectStream> {
    let streams = objects.par_chunks(OBJECTS_PER_STREAM).map(|objects| {
        let mut packing = Packing::default();
        for ((number, _), object) in objects {
            packing.add(*number, |out| write_object(out, object));
        }
        packing.finish()
    });
    streams.collect()
}

/// The cross-reference stream for objects 0, 1, 2 …, object 0 among them as the head of the free ones.
fn cross_reference_stream(places: &[Place]) -> Stream {
    let greatest = places.iter().map(|p| if let Place::At(offset) = p { *offset } else { places.len() }).max();
    let width = (1..8).find(|w| greatest.unwrap_or(0) >> (8 * w) == 0).unwrap_or(8);
    // Each row is written as its difference from the one above (PNG's “up”), which deflates to a third.
    let columns = width + 3;
    let mut above = vec![0; columns];
    let mut content = Vec::with_capacity(places.len() * (columns + 1));
    for place in places {
        // Kind; offset or object stream; generation or index.
        let (kind, middle, last) = match *place {
            Place::Free => (0, 0, u16::MAX),
            Place::At(offset) => (1, offset, 0),
            Place::In { stream, index } => (2, stream as usize, index as u16),
        };
        content.push(2);
        let row = std::iter::once(kind).chain(middle.to_be_bytes().into_iter().skip(size_of::<usize>() - width));
        for (new, old) in row.chain(last.to_be_bytes()).zip(&mut above) {
            content.push(new.wrapping_sub(*old));
            *old = new;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let read = Document::load_mem(&write(file.clone(), vec![])).expect("readable");
        for (id, object) in &file.objects {
            match (object, read.get_object(*id).expect("found")) {
                (Object::Stream(ours), Object::Stream(theirs)) => {
                    assert_eq!(theirs.decompressed_content().expect("deflated"), ours.content);
                }
                (ours, theirs) => assert_eq!(theirs, ours),
            }
        }
    }

    #[test]
    fn the_file_begins_and_ends_as_the_norm_says() {
        let bytes = write(small_file(), vec![]);
        assert!(bytes.starts_with(HEADER));
        assert!(bytes.ends_with(b"%%EOF\n"));
        assert_eq!(bytes, write(small_file(), vec![]), "the same content has the same bytes, its ID included");
        let id = |file: Document| {
            let read = Document::load_mem(&write(file, vec![])).expect("readable");
            read.trailer.get(b"ID").and_then(Object::as_array).expect("an ID").clone()
        };
        let mut other = small_file();
        let content = other.objects.values_mut().find_map(|object| object.as_stream_mut().ok()).expect("a page's");
        content.set_content(b"1 g ".repeat(500));
        assert_ne!(id(other), id(small_file()));
    }

    #[test]
    fn places_are_as_wide_as_they_must_be() {
        let reference = cross_reference_stream(&[Place::Free, Place::At(70_000)]);
        assert_eq!(reference.dict.get(b"W").expect("set"), &Object::Array(vec![1.into(), 3.into(), 2.into()]));
        let rows = reference.decompressed_content().expect("deflated");
        assert_eq!(rows[..6], [0, 0, 0, 0, 0xFF, 0xFF], "object 0 heads the free ones");
        assert_eq!(rows[6..], [1, 0x01, 0x11, 0x70, 0, 0]);
    }
}
