//! Bytes to text, as Excel, WPS and Notepad write them in China: UTF-8 with or without BOM, UTF-16 with BOM,
//! GB18030. This module alone decides encodings and line ends.

use super::characters::{any_pair, as_meant};
use crate::diagnostic::{Diagnostic, Place};
use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_16BE, UTF_16LE};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::borrow::Cow;
use std::io::{self, ErrorKind};
use std::path::Path;

/// The largest file read, in bytes. A ledger of 5,000 lines has half a megabyte: what is larger is another file,
/// or a damaged one.
pub const MAX_BYTES: u64 = 64 << 20;

/// The largest file of this name that is read, in bytes: what is made of a declaration or of prose is many times as large
/// as its text, and no one writes so much of it by hand.
pub fn largest(name: &str) -> u64 {
    if super::is_picture(name) {
        return MAX_PICTURE;
    }
    match Path::new(name).extension().and_then(|ending| ending.to_str()) {
        Some("toml") => 1 << 20,
        Some("md") => 512 << 10,
        _ => MAX_BYTES,
    }
}

/// The largest picture: a photo of 30 million pixels has 15 MB.
const MAX_PICTURE: u64 = 16 << 20;

/// So many bytes are read of all files of a folder together; those that are asked for beyond are refused by their size.
pub const MAX_BYTES_OF_ALL: u64 = 256 << 20;

/// The text of `bytes`, without a BOM, with `\n` as its only line end, every character as what it is meant for
/// (`as_meant`). A BOM decides the encoding; without one,
/// valid UTF-8 wins, then GB18030. A UTF-8 file with a few damaged bytes is an error, not GB18030.
pub fn decode(bytes: Vec<u8>, shown_name: &str) -> Result<String, Diagnostic> {
    if let Some(what) = no_text(&bytes) {
        return Err(Diagnostic::error("E112", format!("文件是{what}，不是文本文件"))
            .at(Place::file(shown_name))
            .hint(how_to_save(shown_name)));
    }
    let text = match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, rest @ ..] => match str::from_utf8(rest) {
            Ok(text) => text.to_owned(),
            Err(e) => return Err(undecodable(&bytes, 3 + e.valid_up_to(), "UTF-8", shown_name)),
        },
        [0xFF, 0xFE, rest @ ..] => decode_as(UTF_16LE, rest)
            .map_err(|at| undecodable_wide(&decode_lossy(UTF_16LE, rest, at), 2 + at, shown_name))?,
        [0xFE, 0xFF, rest @ ..] => decode_as(UTF_16BE, rest)
            .map_err(|at| undecodable_wide(&decode_lossy(UTF_16BE, rest, at), 2 + at, shown_name))?,
        _ => without_bom(bytes, shown_name)?,
    };
    if let Some(at) = text.find('\0') {
        return Err(Diagnostic::error(
            "E113",
            format!("含有空字符（NUL，第 {} 个字符）", text[..at].chars().count() + 1),
        )
        .at(Place::new(shown_name, line_at(text.as_bytes(), at), 0))
        .hint(format!("文件可能损坏，或不是文本文件；{}", how_to_save(shown_name))));
    }
    // All of them begin with these two bytes, and few texts have any that do.
    let may_have = any_pair(text.as_bytes(), |a, b| (a == 0xEF) & (b == 0xB7));
    let mark = |(_, c): &(usize, char)| ('\u{FDD0}'..='\u{FDEF}').contains(c);
    if let Some((at, c)) = may_have.then(|| text.char_indices().find(mark)).flatten() {
        return Err(Diagnostic::error("E144", format!("含有不能印出的字符（U+{:04X}）", c as u32))
            .at(Place::new(shown_name, line_at(text.as_bytes(), at), 0))
            .hint("请删去这个字符，或重新输入这一行"));
    }
    // Both end with these two bytes.
    if !shown_name.to_lowercase().ends_with(".csv")
        && any_pair(text.as_bytes(), |a, b| (a == 0x80) & ((b == 0xA8) | (b == 0xA9)))
        && let Some((at, c)) = text.char_indices().find(|(_, c)| matches!(c, '\u{2028}' | '\u{2029}'))
    {
        return Err(Diagnostic::error("E144", format!("含有看不见的换行符（U+{:04X}）", c as u32))
            .at(Place::new(shown_name, line_at(text.as_bytes(), at), 0))
            .hint("多是从 PDF、网页复制来的：请删去它；要另起一行，请按回车"));
    }
    Ok(meant(unify_line_ends(text)))
}

fn meant(text: String) -> String {
    match as_meant(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(meant) => meant,
    }
}

/// A text as it stands in its file, line ends and all, and how to write it back the same way.
pub struct ExactText {
    /// Its characters, line ends as they are.
    pub text: String,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Utf8,
    Utf8WithBom,
    Utf16Le,
    Utf16Be,
    Gb18030,
}

impl ExactText {
    /// Of a file's bytes; none if they would not come back the same, so that nothing but what is meant is changed.
    pub fn of(bytes: &[u8]) -> Option<ExactText> {
        let (form, rest) = match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => (Form::Utf8WithBom, rest),
            [0xFF, 0xFE, rest @ ..] => (Form::Utf16Le, rest),
            [0xFE, 0xFF, rest @ ..] => (Form::Utf16Be, rest),
            all if str::from_utf8(all).is_ok() => (Form::Utf8, all),
            all => (Form::Gb18030, all),
        };
        let encoding = match form {
            Form::Utf8 | Form::Utf8WithBom => encoding_rs::UTF_8,
            Form::Utf16Le => UTF_16LE,
            Form::Utf16Be => UTF_16BE,
            Form::Gb18030 => GB18030,
        };
        let text = encoding.decode_without_bom_handling_and_without_replacement(rest)?.into_owned();
        let exact = ExactText { text, form };
        (exact.bytes(&exact.text)? == bytes).then_some(exact)
    }

    /// Lines that end with `\n`, in this one's encoding and with its line ends; none if they cannot be written in it.
    pub fn bytes_of_lines(&self, text: &str) -> Option<Vec<u8>> {
        self.bytes(&as_in_file(&self.text, text))
    }

    /// Another text in this one's encoding; none if it cannot be written in it.
    pub fn bytes(&self, text: &str) -> Option<Vec<u8>> {
        let wide = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
            mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
        };
        Some(match self.form {
            Form::Utf8 => text.as_bytes().to_vec(),
            Form::Utf8WithBom => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            Form::Utf16Le => wide([0xFF, 0xFE], u16::to_le_bytes),
            Form::Utf16Be => wide([0xFE, 0xFF], u16::to_be_bytes),
            Form::Gb18030 => {
                let (bytes, _, lost) = GB18030.encode(text);
                if lost {
                    return None;
                }
                bytes.into_owned()
            }
        })
    }
}

/// What a file is by its first bytes, where it is no text at all.
fn no_text(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 4] = [
        (b"PK\x03\x04", " Excel 工作簿、Word 文档或压缩包"),
        (b"\xD0\xCF\x11\xE0", "旧版 Excel 工作簿（.xls）、旧版 Word 文档，或设有打开密码"),
        (b"%PDF-", " PDF 文件"),
        (b"{\\rtf", " RTF 文件"),
    ];
    KINDS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, what)| *what)
}

/// `text` as it would stand in the file whose text is `old`: what both have is kept as it stands there, its line ends
/// (a line break inside a cell is often `\n` where rows end with `\r\n`) and characters that are read as others. What
/// was put in takes the line ends of what it replaces in turn, then the first of the file.
fn as_in_file(old: &str, text: &str) -> String {
    let read = meant(unify_line_ends(old.to_owned()));
    if read == old {
        return text.to_owned();
    }
    let originals = lines(old);
    let first_end = originals.first().map_or("\n", |line| line.1);
    let (before, after): (Vec<&str>, Vec<&str>) =
        (read.split_inclusive('\n').collect(), text.split_inclusive('\n').collect());
    let mut written = String::with_capacity(text.len() + originals.len());
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        let (removed, put) = (op.old_range(), op.new_range());
        let own = &originals[removed.start.min(originals.len())..removed.end.min(originals.len())];
        if op.tag() == DiffTag::Equal {
            written.extend(own.iter().flat_map(|(words, end)| [*words, *end]));
            continue;
        }
        let (removed, put) = (before[removed].concat(), after[put].concat());
        let kept = Kept::of(&removed, &put);
        // Their characters one by one, a line end as one.
        let units: Vec<&str> =
            own.iter().flat_map(|(words, end)| characters(words).chain((!end.is_empty()).then_some(*end))).collect();
        let same_count = units.len() == removed.chars().count();
        let (head, tail) = if same_count { (kept.head, kept.tail) } else { (0, 0) };
        written.extend(units[..head.min(units.len())].iter().copied());
        let mut ends = own
            .iter()
            .map(|(_, end)| *end)
            .filter(|end| !end.is_empty())
            .skip(count_ends(&units[..head.min(units.len())]));
        let middle = put.chars().skip(head).take(put.chars().count() - head - tail);
        for c in middle {
            if c == '\n' {
                written.push_str(ends.next().unwrap_or(first_end));
            } else {
                written.push(c);
            }
        }
        written.extend(units[units.len() - tail.min(units.len())..].iter().copied());
    }
    written
}

/// How many characters two texts share at their beginning and at their end, the ends not overlapping.
struct Kept {
    head: usize,
    tail: usize,
}

impl Kept {
    fn of(old: &str, new: &str) -> Kept {
        let head = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
        let room = old.chars().count().min(new.chars().count()) - head;
        let tail = old.chars().rev().zip(new.chars().rev()).take(room).take_while(|(a, b)| a == b).count();
        Kept { head, tail }
    }
}

fn characters(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()])
}

fn count_ends(units: &[&str]) -> usize {
    units.iter().filter(|unit| matches!(**unit, "\r\n" | "\n" | "\r")).count()
}

/// The lines of a text, each with its end: `\r\n`, `\n`, a lone `\r`; the last may have none.
fn lines(text: &str) -> Vec<(&str, &str)> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        let end = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        lines.push((&rest[..at], &rest[at..at + end]));
        rest = &rest[at + end..];
    }
    if !rest.is_empty() {
        lines.push((rest, ""));
    }
    lines
}

fn without_bom(bytes: Vec<u8>, shown_name: &str) -> Result<String, Diagnostic> {
    let (bytes, first_bad) = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(e) => {
            let first_bad = e.utf8_error().valid_up_to();
            (e.into_bytes(), first_bad)
        }
    };
    if is_damaged_utf8(&bytes) {
        return Err(undecodable(&bytes, first_bad, "UTF-8", shown_name));
    }
    decode_as(GB18030, &bytes).map_err(|at| undecodable(&bytes, at, "UTF-8，也不是 GB18030", shown_name))
}

/// More whole Chinese characters than breaks: in GB18030 text, three bytes in a row are a UTF-8 character only by
/// rare accident, while nearly every character breaks UTF-8. Without this, one bad byte in a UTF-8 file would turn
/// all of it into other, wrong characters.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut breaks) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| c.len_utf8() == 3).count();
        breaks += usize::from(!chunk.invalid().is_empty());
    }
    whole >= breaks
}

/// The whole text, or the offset of the first byte that is wrong.
fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, usize> {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(text.into_owned());
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
    let mut text = String::with_capacity(room);
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::Malformed(length, after), read) => {
            Err(read.saturating_sub(usize::from(length) + usize::from(after)))
        }
        (_, read) => Err(read),
    }
}

/// What comes before byte `at`, for counting its lines.
fn decode_lossy(encoding: &'static Encoding, bytes: &[u8], at: usize) -> String {
    encoding.decode_without_bom_handling(&bytes[..at]).0.into_owned()
}

fn undecodable(bytes: &[u8], at: usize, neither: &str, shown_name: &str) -> Diagnostic {
    let byte = bytes.get(at).copied().unwrap_or_default();
    Diagnostic::error("E112", format!("文字编码不对：第 {} 字节（0x{byte:02X}）起不是 {neither}", at + 1))
        .at(Place::new(shown_name, line_at(bytes, at), 0))
        .hint(how_to_save(shown_name))
}

fn undecodable_wide(before: &str, at: usize, shown_name: &str) -> Diagnostic {
    Diagnostic::error("E112", format!("文字编码不对：第 {} 字节起不是 UTF-16", at + 1))
        .at(Place::new(shown_name, line_at(before.as_bytes(), before.len()), 0))
        .hint(how_to_save(shown_name))
}

fn how_to_save(shown_name: &str) -> &'static str {
    if shown_name.ends_with(".csv") {
        "请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”"
    } else {
        "请用记事本打开，另存为时编码选“UTF-8”"
    }
}

/// Why a file could not be read, in the user's language.
pub(crate) fn unreadable(error: &io::Error, path: &Path, shown_name: &str) -> Diagnostic {
    let place = Place::file(shown_name);
    let shown_path = path.display();
    let (why, hint) = match error.kind() {
        ErrorKind::NotFound => {
            return Diagnostic::error("E101", "找不到这个文件").at(place).hint(format!("应在 {shown_path}"));
        }
        ErrorKind::PermissionDenied => ("没有读取的权限，或正被别的程序占用", "请关闭打开着它的程序，或改正文件的权限"),
        ErrorKind::IsADirectory => ("这是文件夹，不是文件", "请把同名的文件夹移走，放入文件"),
        _ => {
            return Diagnostic::error("E110", format!("文件无法读取：{error}"))
                .at(place)
                .hint(format!("请检查 {shown_path}"));
        }
    };
    Diagnostic::error("E110", format!("文件无法读取：{why}")).at(place).hint(hint)
}

/// The line (from 1) that byte `at` stands on; `\r\n`, `\n` and a lone `\r` each end a line.
fn line_at(bytes: &[u8], at: usize) -> u32 {
    let ends = bytes[..at].iter().enumerate().filter(|&(i, &b)| match b {
        b'\n' => true,
        b'\r' => bytes.get(i + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.count() as u32 + 1
}

fn unify_line_ends(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "功能科目,金额（元）\n2010350,1\n";

    fn utf16(text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
    }

    fn gb18030(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    fn said(bytes: &[u8]) -> String {
        decode(bytes.to_vec(), "ledger.csv").expect_err("not text").to_string()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let with_mark = [b"\xEF\xBB\xBF".as_slice(), TEXT.as_bytes()].concat();
        for bytes in [
            TEXT.as_bytes().to_vec(),
            with_mark,
            utf16(TEXT, [0xFF, 0xFE], u16::to_le_bytes),
            utf16(TEXT, [0xFE, 0xFF], u16::to_be_bytes),
            gb18030(TEXT),
        ] {
            assert_eq!(decode(bytes, "a.csv").as_deref(), Ok(TEXT));
        }
        assert_eq!(decode(Vec::new(), "a.csv").as_deref(), Ok(""));
    }

    #[test]
    fn a_file_is_written_as_it_was() {
        let text = "功能科目,金额\r\n甲,1\n乙,2\r";
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat(),
            utf16(text, [0xFF, 0xFE], u16::to_le_bytes),
            utf16(text, [0xFE, 0xFF], u16::to_be_bytes),
            gb18030(text),
        ] {
            let exact = ExactText::of(&bytes).expect("it comes back the same");
            let read = decode(bytes.clone(), "a.csv").expect("text");
            assert_eq!(exact.bytes_of_lines(&read), Some(bytes));
            let edited = exact.bytes_of_lines(&read.replace("甲,1", "甲,3")).expect("encoded");
            assert_eq!(decode(edited, "a.csv").as_deref(), Ok("功能科目,金额\n甲,3\n乙,2\n"));
        }
    }

    #[test]
    fn a_character_read_as_another_stays_in_its_file_as_it_was() {
        let text = "⼯程,1\r\nCafe\u{301},\u{E863}\r\n⺠生,3\r\n";
        let exact = ExactText::of(text.as_bytes()).expect("it comes back the same");
        let read = decode(text.as_bytes().to_vec(), "a.csv").expect("text");
        assert_eq!(read, "工程,1\nCafé,䶮\n民生,3\n");
        assert_eq!(exact.bytes_of_lines(&read).as_deref(), Some(text.as_bytes()));
        let edited = exact.bytes_of_lines(&read.replace("生,3", "生,4")).expect("encoded");
        assert_eq!(edited, text.replace(",3", ",4").as_bytes());
    }

    #[test]
    fn a_line_separator_is_a_line_break_in_a_cell_and_named_in_prose() {
        let text = "甲\u{2028}乙";
        assert_eq!(decode(text.as_bytes().to_vec(), "a.csv").as_deref(), Ok(text));
        assert_eq!(crate::data::cleaned(text), "甲\n乙");
        let found = decode(text.as_bytes().to_vec(), "text/goals.md").expect_err("named").to_string();
        assert!(found.starts_with("text/goals.md:1 错误[E144] 含有看不见的换行符（U+2028）\n"), "{found}");
    }

    #[test]
    fn line_ends_become_one_kind() {
        assert_eq!(decode(b"a\r\nb\rc\nd\r\r\n".to_vec(), "a.csv").as_deref(), Ok("a\nb\nc\nd\n\n"));
    }

    #[test]
    fn a_damaged_utf8_file_is_not_taken_for_gb18030() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.splice(3..4, [0xFF]);
        assert_eq!(
            said(&bytes),
            "ledger.csv:1 错误[E112] 文字编码不对：第 4 字节（0xFF）起不是 UTF-8\n  提示：请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”"
        );
        // Cut off inside a character: the two bytes left would be a character of GB18030.
        let mut cut = format!("{TEXT}基本工资").into_bytes();
        cut.pop();
        assert!(said(&cut).starts_with("ledger.csv:3 错误[E112] 文字编码不对：第 49 字节（0xE8）起不是 UTF-8\n"));
        let marked = [b"\xEF\xBB\xBF".as_slice(), &gb18030(TEXT)].concat();
        assert!(said(&marked).starts_with("ledger.csv:1 错误[E112] 文字编码不对：第 4 字节（0xB9）起不是 UTF-8\n"));
    }

    #[test]
    fn bytes_of_no_encoding() {
        let bytes = [gb18030(TEXT), b"\r\n\xFF\xFF\n".to_vec()].concat();
        assert!(
            said(&bytes)
                .starts_with("ledger.csv:4 错误[E112] 文字编码不对：第 33 字节（0xFF）起不是 UTF-8，也不是 GB18030\n"),
            "{}",
            said(&bytes)
        );
        let mut odd = utf16(TEXT, [0xFF, 0xFE], u16::to_le_bytes);
        odd.pop();
        assert!(said(&odd).starts_with("ledger.csv:2 错误[E112] 文字编码不对：第 "), "{}", said(&odd));
    }

    #[test]
    fn nul() {
        assert_eq!(
            said(b"a,b\n1,\0\n"),
            "ledger.csv:2 错误[E113] 含有空字符（NUL，第 7 个字符）\n  提示：文件可能损坏，或不是文本文件；请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”"
        );
        let toml = decode(b"\0".to_vec(), "report.toml").expect_err("NUL").hint.expect("a hint");
        assert_eq!(toml, "文件可能损坏，或不是文本文件；请用记事本打开，另存为时编码选“UTF-8”");
    }

    proptest! {
        #[test]
        fn chinese_text_in_gb18030_is_read_as_such(text in "[\u{4E00}-\u{9FA5}]{2,60}(,[0-9]{1,5}|，)?") {
            // A few characters alone can be valid UTF-8 too; a heading line makes it plain, as in every file here.
            let text = format!("功能科目,{text}\n");
            prop_assert_eq!(decode(gb18030(&text), "a.csv"), Ok(text));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(bytes, "a.csv");
        }
    }
}
