//! A DOCX whose parts are the input's sections: the document, its figure map, properties and relationships.
#![no_main]

use gongkai_fuzz::docx;
use gongkai_fuzz::small::sections;

libfuzzer_sys::fuzz_target!(|input: &str| {
    docx::judged(&docx::package(&sections(input)), Some(input));
});
