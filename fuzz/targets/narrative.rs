//! A narrative of a set, and a department's own prose within it: lines, marks, templates.
//! seeds: layouts/*/*.md data/*/layout/*.md data/*/text/*.md tests/layouts/*/*.md
#![no_main]

use gongkai::document::Block;
use gongkai_fuzz::{PARSER, all, judge, small, twice};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let text = text.replace("\n--- ", "\n---");
    let input = format!("--- set/text.md\n# 正文\n{text}\n{{{{ prose('own') }}}}\n--- text/own.md\n{text}\n");
    let run = || {
        let (document, found) = small::composed(&input);
        judge(&found, &input);
        (document, all(&found))
    };
    let Some(document) = twice(PARSER, run).0 else { return };
    for block in document.blocks() {
        let (Block::Paragraph(_) | Block::Heading(_)) = block else { continue };
        let marks = |c: char| ('\u{FDD0}'..='\u{FDEF}').contains(&c);
        assert!(!format!("{block:?}").contains(marks), "a mark is left in {block:?}");
    }
});
