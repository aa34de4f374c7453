//! A department made by chance, pieces of its files written over: everything from the files to what the rules say.
#![no_main]

use gongkai::folder::Folder;
use gongkai::layout::Layouts;
use gongkai_fuzz::departments::{Department, Set};
use gongkai_fuzz::{READER, all, judge_words, twice};
use std::path::Path;

/// A file by number, a place in it, and what is written there in place of so many characters.
type Edit = (u8, u16, u8, String);

fn files(seed: u8, edits: &[Edit]) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Department::orderly(seed.into(), Set::Hebei).files().into_iter().collect();
    for (file, at, over, text) in edits {
        let at_file = usize::from(*file) % files.len();
        let old: Vec<char> = files[at_file].1.chars().collect();
        let from = usize::from(*at) % (old.len() + 1);
        let to = (from + usize::from(*over)).min(old.len());
        files[at_file].1 = old[..from].iter().copied().chain(text.chars()).chain(old[to..].iter().copied()).collect();
    }
    files
}

libfuzzer_sys::fuzz_target!(|input: (u8, Vec<Edit>)| {
    let (seed, edits) = input;
    let files = files(seed, &edits);
    let run = || {
        let bytes = files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes().into()));
        let folder = Folder::of_files(Path::new("data"), bytes);
        let mut found = gongkai::diagnostic::Diagnostics::default();
        let made = gongkai::workshop::compose_all(&folder, &Layouts::on_disk(&[]), &mut found);
        for made in &made {
            found.extend(gongkai::check::check(&made.composition));
        }
        found.iter().for_each(|one| judge_words(one, None));
        (made.len(), all(&found))
    };
    twice(READER, run);
});
