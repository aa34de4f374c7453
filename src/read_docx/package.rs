//! The parts of a DOCX: found by relationships, read within bounds; what is wrong with one, in words.

use super::Options;
use super::ReadPicture;
use super::content::{self, Content, Styles};
use super::map::{Map, MappedFigure, MappedRow, MappedTable, NAMESPACE};
use crate::diagnostic::Diagnostic;
use crate::package::{self, Archive, Fault, OLE, RELATIONSHIP, SMALL, attribute, has_stream};
use quick_xml::events::{BytesRef, BytesStart};
use std::collections::BTreeMap;

/// Everything a DOCX says that matters here.
pub struct Package {
    pub content: Content,
    /// Custom properties whose names begin with `gongkai`.
    pub properties: BTreeMap<String, String>,
    pub map: Map,
    /// By relationship, the figures of each chart of ours: tag, text.
    pub charts: BTreeMap<String, Vec<(String, String)>>,
    /// Those that the program put in.
    pub pictures: Vec<ReadPicture>,
}

/// Tables of a figure map, and its rows, figures and sentences; one that has more is not ours.
const MAPPED_TABLES: usize = 2_000;
const MAPPED: usize = 200_000;
const NOT_OURS: &str = "请选择本程序生成、再由 Word 或 WPS 保存的 .docx 文件";

pub fn open(bytes: &[u8], options: &Options) -> Result<Package, Diagnostic> {
    let mut archive = unzip(bytes)?;
    let root = of_part(&mut archive, "")?;
    let target = |kind: &str| {
        let end = format!("{RELATIONSHIP}{kind}");
        root.iter().find(|(k, _)| k.ends_with(&end)).map(|(_, target)| target.clone())
    };
    let document = target("officeDocument").unwrap_or_else(|| "word/document.xml".to_owned());
    let charts = super::charts::read(&mut archive, &document);
    let mut content = match part(&mut archive, &document, options.part)? {
        Some(content) => {
            let own = charts.keys().cloned().collect();
            content::parse(&content, &document, &styles(&mut archive, &document)?, &own, options)?
        }
        None => return Err(not_word(&document)),
    };
    let properties = target("custom-properties").unwrap_or_else(|| "docProps/custom.xml".to_owned());
    let properties = match part(&mut archive, &properties, SMALL) {
        Ok(Some(content)) => custom_properties(&content, &properties).unwrap_or_default(),
        _ => BTreeMap::new(),
    };
    let map = figure_map(&mut archive, &document)?;
    let pictures = super::pictures::read(&mut archive, &document, std::mem::take(&mut content.pictures));
    Ok(Package { content, properties, map, charts, pictures })
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
    package::open(bytes).map_err(told)
}

/// Why an OLE file is no DOCX. Of an encrypted DOCX, its directory names the encrypted package.
fn of_ole(bytes: &[u8]) -> Diagnostic {
    let has = |stream: &str| has_stream(bytes, stream);
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

fn told(fault: Fault) -> Diagnostic {
    match fault {
        Fault::Encrypted => error("E542", "文件已加密".to_owned()).hint("请先取消打开密码"),
        Fault::Method => error("E543", "文件用了不支持的压缩方式".to_owned()).hint("请用 Word 或 WPS 打开后重新保存"),
        Fault::Damaged => error("E543", "文件已损坏或不完整，无法作为 .docx 打开".to_owned())
            .hint("请重新复制或下载该文件，或用 Word、WPS 打开修复后重新保存"),
        Fault::Inflate(name) => error("E543", format!("文件已损坏：{name} 解压失败")).hint("请重新复制或下载该文件"),
        Fault::TooLarge(name, limit) => too_large(&name, limit),
        Fault::Malformed(name) | Fault::TooMany(name, _) => malformed(&name),
        Fault::Refused(name, what) => refused(&name, what),
    }
}

fn part(archive: &mut Archive, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Diagnostic> {
    package::part(archive, name, limit).map_err(told)
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

/// The character or entity that a reference stands for ([`package::reference`]).
pub fn reference(reference: &BytesRef, name: &str) -> Result<char, Diagnostic> {
    package::reference(reference, name).map_err(told)
}

/// Which styles hide text; none where the part is missing or is no styles part.
fn styles(archive: &mut Archive, document: &str) -> Result<Styles, Diagnostic> {
    let end = format!("{RELATIONSHIP}styles");
    let target = of_part(archive, document)?.into_iter().find(|(kind, _)| kind.ends_with(&end));
    let Some((_, name)) = target else { return Ok(Styles::default()) };
    match part(archive, &name, SMALL)? {
        Some(content) => Styles::read(&content, &name),
        None => Ok(Styles::default()),
    }
}

/// Walks a part ([`package::walk`]).
pub fn walk(content: &[u8], name: &str, see: impl FnMut(&str, Option<&BytesStart>, &str)) -> Result<(), Diagnostic> {
    package::walk(content, name, see).map_err(told)
}

/// Kinds and targets of a part's relationships.
fn of_part(archive: &mut Archive, name: &str) -> Result<Vec<(String, String)>, Diagnostic> {
    let found = package::relationships_of(archive, name).map_err(told)?;
    Ok(found.into_iter().map(|found| (found.kind, found.target)).collect())
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
    let parts: Vec<String> = of_part(archive, document)?
        .into_iter()
        .filter(|(kind, _)| kind.ends_with(&end))
        .map(|(_, name)| name)
        .take(64)
        .collect();
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
