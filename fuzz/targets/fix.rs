//! What `check --fix` makes of a department's own files (`--- text/own.md`, `--- data/ledger.csv`): lines stay, no
//! figure changes, and nothing breaks.
#![no_main]

use gongkai::check::fix::{Patch, patched, patches};
use gongkai::diagnostic::{Diagnostic, Diagnostics};
use gongkai::folder::Folder;
use gongkai_fuzz::{PARSER, small, twice};
use std::path::Path;

/// The files that an input may hold.
const OWN: [&str; 3] = ["text/own.md", "data/ledger.csv", "data/units.csv"];

/// The digits of a text, whatever their width.
fn digits(text: &str) -> String {
    let narrow =
        |c: char| if ('０'..='９').contains(&c) { char::from_u32(c as u32 - 0xFEE0).unwrap_or(c) } else { c };
    text.chars().map(narrow).filter(char::is_ascii_digit).collect()
}

fn found(over: &[(&str, &str)]) -> (bool, Diagnostics) {
    let mut found = Diagnostics::default();
    let composed = small::composed_of(over, &mut found).is_some();
    (composed, found)
}

/// What is to be mended, the same when asked again.
fn twice_shown(folder: &Folder, found: &Diagnostics) -> Vec<Patch> {
    let shown = || patches(folder, found).iter().map(Patch::diff).collect::<Vec<_>>();
    let patches = patches(folder, found);
    assert_eq!(twice(PARSER, shown), patches.iter().map(Patch::diff).collect::<Vec<_>>());
    patches
}

libfuzzer_sys::fuzz_target!(|input: &str| {
    let mut over = small::sections(input);
    over.retain(|(name, text)| OWN.contains(name) && !text.contains('\r'));
    // Of one name, the last counts.
    let names: Vec<&str> = over.iter().map(|(name, _)| *name).collect();
    let mut index = 0..;
    over.retain(|(name, _)| index.next().is_some_and(|at| !names[at + 1..].contains(name)));
    over.push(("set/text.md", "# 正文\n{{ prose('own') }}\n"));
    let (composed, before) = found(&over);
    let mendable = |one: &&Diagnostic| one.fix.is_some();
    if !composed || !before.iter().any(|one| mendable(&one)) {
        return;
    }
    let name = |name: &str| name.strip_prefix("data/").unwrap_or(name).to_string();
    let own = over.iter().filter(|(at, _)| !at.starts_with("set/"));
    let folder = Folder::of_files(Path::new("data"), own.map(|(at, text)| (name(at), text.as_bytes().into())));
    let patches: Vec<Patch> = twice_shown(&folder, &before);
    let mended_folder = patched(&folder, &patches);
    let bound = before.iter().filter_map(|one| one.fix.as_ref()).any(|fix| fix.new.contains("{{"));
    let mut mended: Vec<(&str, String)> = Vec::new();
    for (at, text) in &over {
        let new =
            if at.starts_with("set/") { (*text).to_string() } else { mended_folder.text(&name(at)).expect("text") };
        let old = if at.starts_with("set/") { new.clone() } else { folder.text(&name(at)).expect("text") };
        assert_eq!(old.lines().count(), new.lines().count(), "{new}");
        assert!(bound || digits(text) == digits(&new), "{text}\n{new}");
        mended.push((at, new));
    }
    let changed = over.iter().zip(&mended).any(|((_, before), (_, after))| before != after);
    assert_eq!(changed, !patches.is_empty(), "{over:?}");
    let over: Vec<(&str, &str)> = mended.iter().map(|(at, text)| (*at, text.as_str())).collect();
    assert!(found(&over).0, "mended to pieces: {over:?}");
});
