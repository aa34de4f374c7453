//! A list of codes and names.
//! seeds: layouts/classification/*.csv
#![no_main]

use gongkai::data::{Class, read_class_list};
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::decode;
use gongkai_fuzz::{PARSER, all, judge, twice};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let run = || {
        let mut found = Diagnostics::default();
        let mut class =
            Class {
                lengths: vec![3, 5, 7], levels: ["类", "款", "项"].map(String::from).into(), ..Class::default()
            };
        match decode(bytes.to_vec(), "classification/function.csv") {
            Ok(text) => {
                read_class_list(&text, "classification/function.csv", &mut class, &mut found);
                judge(&found, &text);
            }
            Err(one) => found.push(one),
        }
        assert!(class.names.keys().all(|code| class.level(code).is_some()), "{:?}", class.names);
        ((*class.names).clone(), all(&found))
    };
    twice(PARSER, run);
});
