//! The ZIP container of office files and its parts: inflated within bounds, found by relationships, walked as XML without
//! DTDs. Whoever reads a kind of file says in its own words what is wrong with one ([`Fault`]).

use crate::markup::is_legal;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::{Cursor, Read, Write};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, System, ZipArchive, ZipWriter};

/// A container in memory.
pub type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Elements may be nested this deep; no program nests them deeper than a few dozen.
pub const DEPTH: usize = 4096;
/// How an OLE compound file begins: old formats, and new ones behind a password.
pub const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Bytes of a small part: relationships, properties, styles.
pub const SMALL: u64 = 8 << 20;
/// In the kinds of relationships, before the name of the kind.
pub const RELATIONSHIP: &str = "/relationships/";

/// Why a container or a part of it is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Behind a password.
    Encrypted,
    /// Packed by a method that is not known.
    Method,
    /// No whole container.
    Damaged,
    /// This part does not inflate to what the container says of it.
    Inflate(String),
    /// This part is larger than so many bytes.
    TooLarge(String, u64),
    /// This part holds more than so many things.
    TooMany(String, usize),
    /// This part is no whole XML.
    Malformed(String),
    /// This part holds what is not read for safety, in words.
    Refused(String, &'static str),
}

impl From<&ZipError> for Fault {
    fn from(why: &ZipError) -> Fault {
        match why {
            ZipError::InvalidPassword => Fault::Encrypted,
            ZipError::UnsupportedArchive(text) if *text == ZipError::PASSWORD_REQUIRED => Fault::Encrypted,
            ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => Fault::Method,
            _ => Fault::Damaged,
        }
    }
}

/// Opens a container.
pub fn open(bytes: &[u8]) -> Result<Archive<'_>, Fault> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|why| Fault::from(&why))
}

/// Whether an OLE file has a stream of this name: its directory holds them in UTF-16.
pub fn has_stream(bytes: &[u8], name: &str) -> bool {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|w| w == name)
}

/// The part, inflated within bounds; None if there is no such part. One that is longer than the ZIP declares is
/// damaged, so no more memory is taken than was declared, or is allowed.
pub fn part(archive: &mut Archive, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Fault> {
    let content = bytes_of(archive, name, limit)?;
    if content.as_deref().is_some_and(has_illegal) {
        return Err(Fault::Malformed(name.to_owned()));
    }
    Ok(content)
}

/// The bytes of a part that need be no XML, within a limit; none where there is no such part.
pub fn bytes_of(archive: &mut Archive, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Fault> {
    let Some(index) = index_of(archive, name) else { return Ok(None) };
    let file = archive.by_index(index).map_err(|why| Fault::from(&why))?;
    let declared = file.size();
    if declared > limit {
        return Err(Fault::TooLarge(name.to_owned(), limit));
    }
    // A small part is taken in at once; of a larger one no more than it turns out to have.
    const AT_ONCE: u64 = 4 << 20;
    let mut content = Vec::with_capacity(declared.min(AT_ONCE) as usize + 1);
    let whole = file.take(declared + 1).read_to_end(&mut content).is_ok_and(|length| length as u64 <= declared);
    if !whole {
        return Err(Fault::Inflate(name.to_owned()));
    }
    Ok(Some(content))
}

/// Whether bytes of XML hold a control character or U+FFFE or U+FFFF, which XML 1.0 has no way to write.
fn has_illegal(content: &[u8]) -> bool {
    // Without a way out within a piece, so that many bytes are looked at together.
    const TOGETHER: usize = 4096;
    let control = |b: &u8| *b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r');
    let has_control = |piece: &[u8]| piece.iter().fold(false, |found, b| found | control(b));
    let (second, third) = (content.get(1..).unwrap_or_default(), content.get(2..).unwrap_or_default());
    let triples = content.chunks(TOGETHER).zip(second.chunks(TOGETHER)).zip(third.chunks(TOGETHER));
    let has_nonchar = |((a, b), c): ((&[u8], &[u8]), &[u8])| {
        let of = a.iter().zip(b).zip(c);
        of.fold(false, |found, ((a, b), c)| found | ((*a == 0xEF) & (*b == 0xBF) & (*c >= 0xBE)))
    };
    content.chunks(TOGETHER).any(has_control) || triples.into_iter().any(has_nonchar)
}

/// Names of parts are compared without regard to ASCII case (ECMA-376-2, 6.2.2.3); some programs write `\`.
pub fn index_of(archive: &Archive, name: &str) -> Option<usize> {
    let same = |n: &str| n.replace('\\', "/").trim_start_matches('/').eq_ignore_ascii_case(name);
    archive.file_names().position(same)
}

/// The container with parts replaced, every other entry as it is packed; none where it is no whole container or has not all
/// of these parts.
pub fn replaced(bytes: &[u8], parts: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut archive = open(bytes).ok()?;
    let replaced: Vec<(usize, &Vec<u8>)> =
        parts.iter().map(|(name, content)| Some((index_of(&archive, name)?, content))).collect::<Option<_>>()?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len() + 4096)));
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).ok()?;
        let Some((_, content)) = replaced.iter().find(|(at, _)| *at == index) else {
            writer.raw_copy_file(file).ok()?;
            continue;
        };
        // The same bytes on every system.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).system(System::Unix);
        let mut options = options.unix_permissions(0o644);
        if let Some(time) = file.last_modified() {
            options = options.last_modified_time(time);
        }
        let name = file.name().to_owned();
        drop(file);
        writer.start_file(name, options).ok()?;
        writer.write_all(content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

/// The character or entity that a reference stands for; only the five of XML itself, and numbers.
pub fn reference(reference: &BytesRef, name: &str) -> Result<char, Fault> {
    let known = match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ if reference.is_char_ref() => {
            let legal = reference.resolve_char_ref().ok().flatten().filter(|&c| is_legal(c));
            return legal.ok_or_else(|| Fault::Malformed(name.to_owned()));
        }
        _ => None,
    };
    known.ok_or_else(|| Fault::Refused(name.to_owned(), "自定义实体"))
}

/// The value of the attribute with this local name, whatever its prefix.
pub fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

/// What a part is made of.
pub enum Piece<'a> {
    /// An element begins.
    Start(&'a BytesStart<'a>),
    /// An element of this local name ends.
    End(&'a str),
    /// Characters, references among them; a text may come in several.
    Text(&'a str),
}

/// Goes through a part, piece by piece. No DTD, no entity of its own and no nesting beyond [`DEPTH`].
pub fn pieces(content: &[u8], name: &str, mut see: impl FnMut(Piece) -> Result<(), Fault>) -> Result<(), Fault> {
    let malformed = || Fault::Malformed(name.to_owned());
    let mut reader = Reader::from_reader(content);
    let mut depth = 0usize;
    loop {
        match reader.read_event().map_err(|_| malformed())? {
            Event::Start(element) => {
                depth += 1;
                if depth > DEPTH {
                    return Err(Fault::Refused(name.to_owned(), "层数过多的嵌套"));
                }
                see(Piece::Start(&element))?;
            }
            Event::Empty(element) => {
                see(Piece::Start(&element))?;
                see(Piece::End(element.local_name().as_ref()))?;
            }
            Event::End(element) => {
                depth = depth.saturating_sub(1);
                see(Piece::End(element.local_name().as_ref()))?;
            }
            Event::Text(piece) => see(Piece::Text(&piece.xml10_content()))?,
            Event::CData(piece) => see(Piece::Text(&piece.xml10_content()))?,
            Event::GeneralRef(of) => see(Piece::Text(reference(&of, name)?.encode_utf8(&mut [0; 4])))?,
            Event::DocType(_) => return Err(Fault::Refused(name.to_owned(), "文档类型定义（DTD）")),
            Event::Eof if depth > 0 => return Err(malformed()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Walks a part: calls `see` with each element's local name and, at its end, with the text since the last tag.
pub fn walk(content: &[u8], name: &str, mut see: impl FnMut(&str, Option<&BytesStart>, &str)) -> Result<(), Fault> {
    let mut text = String::new();
    pieces(content, name, |piece| {
        match piece {
            Piece::Start(element) => {
                text.clear();
                see(element.local_name().as_ref(), Some(element), "");
            }
            Piece::End(local) => {
                see(local, None, &text);
                text.clear();
            }
            Piece::Text(more) => text.push_str(more),
        }
        Ok(())
    })
}

/// One relationship of a part.
pub struct Relationship {
    pub id: String,
    pub kind: String,
    /// As a name in the package.
    pub target: String,
}

/// Relationships of the package (`""`) or of a part, without those that lead out of it; none where there are none.
pub fn relationships_of(archive: &mut Archive, part_name: &str) -> Result<Vec<Relationship>, Fault> {
    let (folder, file) = part_name.rsplit_once('/').unwrap_or(("", part_name));
    let name = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
    let mut found = Vec::new();
    if let Some(content) = part(archive, &name, SMALL)? {
        walk(&content, &name, |local, element, _| {
            if let ("Relationship", Some(element)) = (local, element)
                && let (Some(kind), Some(target)) = (attribute(element, "Type"), attribute(element, "Target"))
                && attribute(element, "TargetMode").is_none_or(|m| m != "External")
            {
                let (id, target) = (attribute(element, "Id").unwrap_or_default(), absolute(folder, &target));
                found.push(Relationship { id, kind, target });
            }
        })?;
    }
    Ok(found)
}

/// A target relative to the folder of its source part, as a name in the package.
fn absolute(folder: &str, target: &str) -> String {
    if let Some(target) = target.strip_prefix('/') {
        return target.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|s| !s.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => {
                steps.pop();
            }
            "." | "" => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}
