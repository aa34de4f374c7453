//! A DOCX of given parts, and a judged reading of it.

use crate::{READER, judge_words, twice};
use gongkai::read_docx::{Options, Prose, ReadFigure, View, read};
use std::io::{Cursor, Write};

/// Begins a document part; [`END`] ends it.
pub const BODY: &str = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;
pub const END: &str = "</w:body></w:document>";

/// A package of these parts, not compressed.
pub fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in parts {
        // Two parts of one name cannot be written; the first stays.
        if writer.start_file(*name, stored).is_ok() {
            writer.write_all(content.as_bytes()).expect("memory takes it");
        }
    }
    writer.finish().expect("memory takes it").into_inner()
}

/// Reads a file in both views, judges what is said, and gives what the accepted view holds. `input` is the text of
/// its parts; None where it cannot be told.
pub fn judged(bytes: &[u8], input: Option<&str>) -> Option<(Vec<ReadFigure>, Vec<Prose>)> {
    let view = |view| {
        let options = Options { view, ..Options::default() };
        let reading = twice(READER, || read(bytes, &options).map(|r| (r.figures, r.prose, r.findings)));
        match reading {
            Ok((figures, prose, findings)) => {
                findings.iter().for_each(|found| judge_words(found, input));
                Some((figures, prose))
            }
            Err(found) => {
                judge_words(&found, input);
                assert!(found.hint.is_some(), "no hint: {found}");
                None
            }
        }
    };
    view(View::Original);
    view(View::Accepted)
}
