//! What every target asks of a parser, beside that it does not panic: bounded memory, the same answer twice, and
//! messages that are Chinese, on one line, short, and have a place. The engine bounds the time.

#[path = "../../tests/suite/departments/mod.rs"]
pub mod departments;
pub mod docx;
mod meter;
pub mod small;
pub mod table;

use gongkai::diagnostic::{Diagnostic, Diagnostics};
use std::collections::HashSet;
use std::sync::OnceLock;

/// Megabytes the DOCX reader may take, whatever the file.
pub const READER: usize = 256;
/// Megabytes any other parser may take for an input of the engine's size.
pub const PARSER: usize = 64;

/// Hash tables begin with the same keys in every run (each table with others), so that a run with one seed is the same
/// every time: the standard library asks the system through this function.
///
/// # Safety
/// `buffer` is `length` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getrandom(buffer: *mut u8, length: usize, _flags: u32) -> isize {
    // SAFETY: the caller's promise.
    unsafe { buffer.write_bytes(7, length) };
    length as isize
}

/// Runs a parser twice: within `megabytes` of memory, and with equal results.
pub fn twice<T: PartialEq + std::fmt::Debug>(megabytes: usize, mut run: impl FnMut() -> T) -> T {
    let (first, bytes) = meter::peak(&mut run);
    assert!(bytes <= megabytes << 20, "{} MB taken, {megabytes} allowed", bytes >> 20);
    let second = run();
    assert_eq!(first, second, "two runs differ");
    first
}

/// Judges all findings about an input whose files are named.
pub fn judge(found: &Diagnostics, input: &str) {
    for one in found.iter() {
        assert!(one.place.as_ref().is_some_and(|p| !p.file.is_empty()), "no place: {one}");
        judge_words(one, Some(input));
    }
}

/// Judges the wording of a finding. Latin words must stand in the input, or be names that users know; any may stand
/// where the input's text cannot be told.
pub fn judge_words(one: &Diagnostic, input: Option<&str>) {
    let shown = one.to_string();
    assert!(one.code.len() == 4 && one.code.starts_with(char::is_uppercase), "code of {shown}");
    assert!(one.message.contains(is_chinese), "not Chinese: {shown}");
    assert!(one.hint.as_ref().is_none_or(|hint| hint.contains(is_chinese)), "hint not Chinese: {shown}");
    // A hint may show lines to copy.
    let of_hint = one.hint.as_ref().map_or(0, |hint| hint.lines().count());
    assert!(shown.lines().count() == 1 + one.related.len() + of_hint, "lines: {shown:?}");
    assert!(!shown.replace('\n', "").contains(char::is_control), "control characters: {shown:?}");
    assert!(shown.chars().count() < 2_500, "too long: {shown}");
    // E102 lists single characters of a code.
    let Some(input) = input.filter(|_| one.code != "E102").map(str::to_lowercase) else { return };
    // What a message leaves out (quotation marks, spaces, digits, what does not show) may have parted a word's letters.
    let letters = |text: &str| text.chars().filter(char::is_ascii_alphabetic).collect::<String>();
    // So may a sign that TOML writes with a letter: \e, \t.
    let signs = ["\\b", "\\e", "\\f", "\\n", "\\r", "\\t"];
    let without_signs = signs.iter().fold(input.clone(), |text, sign| text.replace(sign, ""));
    let (letters, others) = (letters(&input), letters(&without_signs));
    for word in latin_words(&shown) {
        let is_users = letters.contains(&word) || others.contains(&word);
        assert!(known_words().contains(word.as_str()) || is_users, "“{word}” is not the user's: {shown}");
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&c)
}

/// Words of two letters and more; bytes (0xFF), characters (U+FDD0) and what tells apart the addresses of two figures that
/// one is reckoned from (t1/合计/基本%#a08cc) are none.
fn latin_words(text: &str) -> impl Iterator<Item = String> {
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric() && !"+#".contains(c))
        .filter(|w| !w.starts_with("0x") && !w.starts_with("U+"));
    let words = words.flat_map(|word| word.split('#').enumerate().filter(|(n, part)| *n == 0 || !is_hash(part)));
    let words = words.map(|(_, word)| word);
    words
        .flat_map(|word| word.split(|c: char| !c.is_ascii_alphabetic()))
        .filter(|word| word.len() > 1)
        .map(str::to_lowercase)
}

fn is_hash(part: &str) -> bool {
    part.len() == 5 && part.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}

/// Words of the files that targets lay their input over, and what users know from their programs and the manuals.
fn known_words() -> &'static HashSet<String> {
    static WORDS: OnceLock<HashSet<String>> = OnceLock::new();
    const SHOWN: &str =
        "Word WPS Excel CSV HTML UTF GB NUL TOML XML DOCX DOC DTD MB RTF PDF XLS Windows BOM JSON endif elif endfor endmacro macro endset
        endfilter endcall endwith endblock endautoescape
        table row column Office PNG JPEG SVG GIF BMP TIFF WebP HEIC AVIF EMF WMF DPI svgz vsd width height viewBox";
    const MANUALS: [&str; 3] = [
        include_str!("../../layouts/README.md"),
        include_str!("../../data/README.md"),
        include_str!("../../fonts/fonts.toml"),
    ];
    WORDS.get_or_init(|| {
        let texts =
            MANUALS.into_iter().chain([SHOWN]).chain(small::FILES.iter().flat_map(|(name, text)| [*name, *text]));
        texts.flat_map(latin_words).collect()
    })
}

/// The findings, with all that an assertion may compare.
pub fn all(found: &Diagnostics) -> Vec<String> {
    found.sorted().iter().map(ToString::to_string).collect()
}
