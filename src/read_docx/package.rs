//! The ZIP container and its parts: found by relationships, inflated within bounds, parsed as XML without DTDs.

use super::Options;
use super::content::{self, Content, Styles};
use super::map::{Map, MappedFigure, MappedRow, MappedTable, NAMESPACE};
use crate::diagnostic::Diagnostic;
use crate::markup::is_legal;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::NsReader;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// Everything a DOCX says that matters here.
pub struct Package {
    pub content: Content,
    /// Custom properties whose names begin with `gongkai`.
    pub properties: BTreeMap<String, String>,
    pub map: Map,
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Elements may be nested this deep; no program nests them deeper than a few dozen.
pub const DEPTH: usize = 4096;
/// Bytes of a small part: relationships, properties.
const SMALL: u64 = 8 << 20;
/// Tables of a figure map, and its rows, figures and sentences; one that has more is not ours.
const MAPPED_TABLES: usize = 2_000;
const MAPPED: usize = 200_000;
const RELATIONSHIP: &str = "/relationships/";
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const NOT_OURS: &str = "请选择本程序生成、再由 Word 或 WPS 保存的 .docx 文件";

pub fn open(bytes: &[u8], options: &Options) -> Result<Package, Diagnostic> {
    let mut archive = unzip(bytes)?;
    let root = relationships(&mut archive, "_rels/.rels")?;
    let target = |kind: &str| {
        let end = format!("{RELATIONSHIP}{kind}");
        root.iter().find(|(k, _)| k.ends_with(&end)).map(|(_, target)| absolute("", target))
    };
    let document = target("officeDocument").unwrap_or_else(|| "word/document.xml".to_owned());
    let content = match part(&mut archive, &document, options.part)? {
        Some(content) => content::parse(&content, &document, &styles(&mut archive, &document)?, options)?,
        None => return Err(not_word(&document)),
    };
    let properties = target("custom-properties").unwrap_or_else(|| "docProps/custom.xml".to_owned());
    let properties = match part(&mut archive, &properties, SMALL) {
        Ok(Some(content)) => custom_properties(&content, &properties).unwrap_or_default(),
        _ => BTreeMap::new(),
    };
    let map = figure_map(&mut archive, &document)?;
    Ok(Package { content, properties, map })
}

fn unzip(bytes: &[u8]) -> Result<Archive<'_>, Diagnostic> {
    let other = |what: &str| {
        Err(error("E541", format!("文件不是 .docx，而是{what}")).hint("请用 Word 或 WPS 另存为“.docx”格式后再读取"))
    };
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if start.is_empty() {
        return Err(error("E541", "文件是空的".to_owned()).hint("请确认文件已完整保存"));
    }
    if bytes.starts_with(OLE) {
        return Err(of_ole(bytes));
    }
    if start.starts_with(b"{\\rtf") {
        return other(" RTF 文件");
    }
    if start.starts_with(b"%PDF") {
        return other(" PDF 文件");
    }
    if start.starts_with(b"<") {
        return other("网页或 XML 文件");
    }
    if !bytes.starts_with(b"PK") {
        return other("其他类型的文件");
    }
    ZipArchive::new(Cursor::new(bytes)).map_err(|why| zip_error(&why))
}

/// Why an OLE file is no DOCX. Its directory holds the names of its streams in UTF-16; of an encrypted DOCX, that of
/// the encrypted package.
fn of_ole(bytes: &[u8]) -> Diagnostic {
    let has = |stream: &str| {
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|w| w == name)
    };
    let save = "请用 Word、WPS 打开后另存为“.docx”格式";
    if has("EncryptedPackage") {
        error("E542", "文件设有打开密码，无法读取".to_owned()).hint("请在 Word、WPS 中取消打开密码后重新保存")
    } else if has("WordDocument") {
        error("E542", "文件是旧版 Word 文档（.doc），只是改了后缀".to_owned()).hint(save)
    } else if has("Workbook") {
        error("E541", "文件是旧版 Excel 工作簿（.xls），不是 Word 文档".to_owned()).hint(NOT_OURS)
    } else {
        error("E542", "文件已加密或是旧版 .doc".to_owned()).hint("请先取消打开密码，或用 Word、WPS 另存为“.docx”格式")
    }
}

fn zip_error(why: &ZipError) -> Diagnostic {
    match why {
        ZipError::InvalidPassword => error("E542", "文件已加密".to_owned()).hint("请先取消打开密码"),
        ZipError::UnsupportedArchive(text) if *text == ZipError::PASSWORD_REQUIRED => {
            error("E542", "文件已加密".to_owned()).hint("请先取消打开密码")
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            error("E543", "文件用了不支持的压缩方式".to_owned()).hint("请用 Word 或 WPS 打开后重新保存")
        }
        _ => error("E543", "文件已损坏或不完整，无法作为 .docx 打开".to_owned())
            .hint("请重新复制或下载该文件，或用 Word、WPS 打开修复后重新保存"),
    }
}

/// The part, inflated within bounds; None if there is no such part. One that is longer than the ZIP declares is
/// damaged, so no more memory is taken than was declared, or is allowed.
fn part(archive: &mut Archive, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Diagnostic> {
    let Some(index) = index_of(archive, name) else { return Ok(None) };
    let file = archive.by_index(index).map_err(|why| zip_error(&why))?;
    let declared = file.size();
    if declared > limit {
        return Err(too_large(name, limit));
    }
    let mut content = Vec::new();
    let whole = file.take(declared + 1).read_to_end(&mut content).is_ok_and(|length| length as u64 <= declared);
    if !whole {
        return Err(error("E543", format!("文件已损坏：{name} 解压失败")).hint("请重新复制或下载该文件"));
    }
    if has_illegal(&content) {
        return Err(malformed(name));
    }
    Ok(Some(content))
}

/// Whether bytes of XML hold a control character or U+FFFE or U+FFFF, which XML 1.0 has no way to write.
fn has_illegal(content: &[u8]) -> bool {
    let control = |b: &u8| *b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r');
    let nonchar = |w: &[u8]| matches!(w, [0xEF, 0xBF, 0xBE | 0xBF]);
    content.iter().any(control) || content.windows(3).any(nonchar)
}

/// Names of parts are compared without regard to ASCII case (ECMA-376-2, 6.2.2.3); some programs write `\`.
fn index_of(archive: &Archive, name: &str) -> Option<usize> {
    let same = |n: &str| n.replace('\\', "/").trim_start_matches('/').eq_ignore_ascii_case(name);
    archive.file_names().position(same)
}

pub fn too_large(name: &str, limit: u64) -> Diagnostic {
    error("E544", format!("文件中的 {name} 内容超过 {} MB，不像正常的 Word 文件", limit >> 20))
        .hint("如确是自己的文件，请删去其中的大图片或分成几个文件")
}

fn not_word(document: &str) -> Diagnostic {
    let what = if document.starts_with("xl/") {
        "文件是 Excel 工作簿，不是 Word 文档"
    } else if document.starts_with("ppt/") {
        "文件是演示文稿，不是 Word 文档"
    } else {
        "压缩包里没有 Word 正文（word/document.xml）"
    };
    error("E541", what.to_owned()).hint(NOT_OURS)
}

pub fn error(code: &'static str, message: String) -> Diagnostic {
    Diagnostic::error(code, message)
}

pub fn malformed(name: &str) -> Diagnostic {
    error("E545", format!("文件已损坏：{name} 不是完整的 XML")).hint("请用 Word 或 WPS 打开修复后重新保存")
}

pub fn refused(name: &str, what: &str) -> Diagnostic {
    error("E546", format!("{name} 中有{what}，为安全起见不读取")).hint("请用 Word 或 WPS 打开后重新保存")
}

/// The character or entity that a reference stands for; only the five of XML itself, and numbers.
pub fn reference(reference: &BytesRef, name: &str) -> Result<char, Diagnostic> {
    let known = match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ if reference.is_char_ref() => {
            let legal = reference.resolve_char_ref().ok().flatten().filter(|&c| is_legal(c));
            return legal.ok_or_else(|| malformed(name));
        }
        _ => None,
    };
    known.ok_or_else(|| refused(name, "自定义实体"))
}

/// The value of the attribute with this local name, whatever its prefix.
pub fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

/// Which styles hide text; none where the part is missing or is no styles part.
fn styles(archive: &mut Archive, document: &str) -> Result<Styles, Diagnostic> {
    let end = format!("{RELATIONSHIP}styles");
    let target = of_document(archive, document)?.into_iter().find(|(kind, _)| kind.ends_with(&end));
    let Some((_, name)) = target else { return Ok(Styles::default()) };
    match part(archive, &name, SMALL)? {
        Some(content) => Styles::read(&content, &name),
        None => Ok(Styles::default()),
    }
}

/// Walks a small part: calls `see` with each element's local name and, at its end, with its text.
pub fn walk(
    content: &[u8],
    name: &str,
    mut see: impl FnMut(&str, Option<&BytesStart>, &str),
) -> Result<(), Diagnostic> {
    let mut reader = NsReader::from_reader(content);
    let mut text = String::new();
    let mut depth = 0usize;
    loop {
        let event = reader.read_event().map_err(|_| malformed(name))?;
        match event {
            Event::Start(element) => {
                depth += 1;
                if depth > DEPTH {
                    return Err(refused(name, "层数过多的嵌套"));
                }
                text.clear();
                see(element.local_name().as_ref(), Some(&element), "");
            }
            Event::Empty(element) => {
                see(element.local_name().as_ref(), Some(&element), "");
                see(element.local_name().as_ref(), None, "");
            }
            Event::End(element) => {
                depth = depth.saturating_sub(1);
                see(element.local_name().as_ref(), None, &text);
                text.clear();
            }
            Event::Text(piece) => text.push_str(&piece.xml10_content()),
            Event::CData(piece) => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(name_of) => text.push(reference(&name_of, name)?),
            Event::DocType(_) => return Err(refused(name, "文档类型定义（DTD）")),
            Event::Eof if depth > 0 => return Err(malformed(name)),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Kinds and targets of a part's relationships; none where the part is missing.
fn relationships(archive: &mut Archive, name: &str) -> Result<Vec<(String, String)>, Diagnostic> {
    let mut found = Vec::new();
    if let Some(content) = part(archive, name, SMALL)? {
        walk(&content, name, |local, element, _| {
            if let ("Relationship", Some(element)) = (local, element)
                && let (Some(kind), Some(target)) = (attribute(element, "Type"), attribute(element, "Target"))
                && attribute(element, "TargetMode").is_none_or(|m| m != "External")
            {
                found.push((kind, target));
            }
        })?;
    }
    Ok(found)
}

/// The parts the document part refers to, by kind.
fn of_document(archive: &mut Archive, document: &str) -> Result<Vec<(String, String)>, Diagnostic> {
    let (folder, file) = document.rsplit_once('/').unwrap_or(("", document));
    let rels = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
    let found = relationships(archive, &rels)?.into_iter();
    Ok(found.map(|(kind, target)| (kind, absolute(folder, &target))).collect())
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

fn custom_properties(content: &[u8], name: &str) -> Result<BTreeMap<String, String>, Diagnostic> {
    let mut properties = BTreeMap::new();
    let mut current = None;
    walk(content, name, |local, element, text| match (local, element) {
        ("property", Some(element)) => current = attribute(element, "name").filter(|n| n.starts_with("gongkai")),
        ("property", None) => current = None,
        (_, None) => {
            if let Some(name) = current.take() {
                properties.insert(name, text.to_owned());
            }
        }
        _ => {}
    })?;
    Ok(properties)
}

/// The first custom XML part of ours; an unreadable or foreign one is as good as none.
fn figure_map(archive: &mut Archive, document: &str) -> Result<Map, Diagnostic> {
    let end = format!("{RELATIONSHIP}customXml");
    let of_document = of_document(archive, document)?.into_iter();
    let parts: Vec<String> =
        of_document.filter(|(kind, _)| kind.ends_with(&end)).map(|(_, name)| name).take(64).collect();
    for name in parts {
        if let Ok(Some(content)) = part(archive, &name, SMALL)
            && let Ok(Some(map)) = parse_map(&content, &name)
        {
            return Ok(map);
        }
    }
    Ok(Map::default())
}

fn parse_map(content: &[u8], name: &str) -> Result<Option<Map>, Diagnostic> {
    let mut map = Map::default();
    let mut ours = false;
    let mut cell: Option<(usize, bool)> = None;
    let (mut tables, mut entries) = (0, 0);
    walk(content, name, |local, element, text| match (local, element) {
        ("table", Some(_)) if tables == MAPPED_TABLES => entries = MAPPED + 1,
        ("table" | "row" | "f" | "sentence", Some(_)) if entries >= MAPPED => entries = MAPPED + 1,
        ("figures", Some(element)) => {
            ours = attribute(element, "xmlns").is_some_and(|n| n == NAMESPACE) || prefixed(element)
        }
        ("table", Some(element)) => {
            tables += 1;
            map.tables.push(MappedTable {
                title: attribute(element, "title").unwrap_or_default(),
                columns: attribute(element, "columns").and_then(|n| n.parse().ok()).unwrap_or(0).min(4096),
                rows: Vec::new(),
            });
        }
        ("row", Some(element)) => {
            entries += 1;
            if let Some(table) = map.tables.last_mut() {
                let label = attribute(element, "label").unwrap_or_default();
                table.rows.push(MappedRow { label, figures: BTreeMap::new() });
            }
        }
        ("f", Some(element)) => {
            entries += 1;
            let column = attribute(element, "c").and_then(|n| n.parse().ok());
            cell = column.map(|c| (c, attribute(element, "blank").is_some()));
        }
        ("f", None) => {
            if let Some((column, blank)) = cell.take()
                && let Some(row) = map.tables.last_mut().and_then(|t| t.rows.last_mut())
            {
                row.figures.insert(column, MappedFigure { tag: text.to_owned(), blank });
            }
        }
        ("sentence", Some(_)) => entries += 1,
        ("sentence", None) if entries <= MAPPED => map.sentences.push(text.to_owned()),
        _ => {}
    })?;
    Ok((ours && entries <= MAPPED).then_some(map))
}

/// Another program may have given our namespace a prefix.
fn prefixed(element: &BytesStart) -> bool {
    element.attributes().with_checks(false).flatten().any(|a| &*a.value == NAMESPACE)
}
