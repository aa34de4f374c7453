//! A set made of a page of HTML: whatever stands there, what is made loads, and says what it was made of.
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::folder::{Bytes, Folder};
use gongkai::layout::Layouts;
use gongkai::new_set::{Wanted, new_set};
use gongkai::workshop::load_set;
use gongkai_fuzz::{READER, all, judge_words, twice};
use std::path::{Path, PathBuf};

libfuzzer_sys::fuzz_target!(|page: &str| {
    let layouts = Layouts::on_disk(&[]);
    // With the sets that ship, or as if none were but the one whose records it takes.
    let without = if page.len() % 2 == 0 { Vec::new() } else { layouts.sets() };
    let wanted =
        Wanted { name: "新版式".into(), schema: Some("core-department-budget".into()), without, year: None };
    let files = [(PathBuf::from("公开.html"), format!("<html>{page}").into_bytes())];
    let run = || {
        let mut found = Diagnostics::default();
        let made = new_set(&files, &wanted, &layouts, &mut found);
        found.iter().for_each(|one| judge_words(one, None));
        assert!(made.is_some() || found.has_errors(), "no set, and no word why");
        let files = made.map(|made| made.files).unwrap_or_default();
        if !files.is_empty() {
            let named = files.iter().map(|(name, text)| (format!("新版式/{name}"), Bytes::from(text.as_bytes())));
            let layouts = layouts.after(Folder::of_files(Path::new("新版式"), named));
            let mut of_set = Diagnostics::default();
            let set = load_set("新版式", &layouts, &mut of_set);
            assert!(set.is_some() && !of_set.has_errors(), "what was made does not load: {:#?}", all(&of_set));
        }
        (files, all(&found))
    };
    twice(READER, run);
});
