//! An edition with its files, its manifest and its seal changed, the digests made anew or not. What was changed is found
//! out; what is found whole is what was recorded.
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::edition::{Built, Edition, MANIFEST, Recorded, SEAL, record};
use gongkai::folder::Folder;
use gongkai::fonts::Fonts;
use gongkai::layout::Layouts;
use gongkai::workshop::{Aim, Opened, Workshop};
use gongkai::write::Format;
use gongkai_fuzz::departments::{Department, Set};
use gongkai_fuzz::{READER, all, judge_words, twice};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A file by number, a place in it, how many bytes are written over there and what with.
type Edit = (u8, u32, u8, Vec<u8>);

/// An edition on the disk, with all its files.
struct Recording {
    folder: PathBuf,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

fn recorded() -> &'static Recording {
    static RECORDED: OnceLock<Recording> = OnceLock::new();
    RECORDED.get_or_init(|| {
        let place = std::env::temp_dir().join(format!("gongkai-fuzz-edition-{}", std::process::id()));
        for (name, text) in Department::orderly(1, Set::Hebei).files() {
            let path = place.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("writes");
        }
        let fonts =
            Fonts::load(&[&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fonts")]).unwrap_or_else(|_| panic!("fonts"));
        let workshop = Workshop::new(Layouts::on_disk(&[]), fonts);
        let folder = Folder::open(&place);
        let Opened { made, found: mut told } = workshop.open(&folder, Aim::Publish);
        let files = workshop.write(&made, &[Format::Docx], &mut told);
        let built = Built { folder: &folder, made: &made, files: &files, formats: &[Format::Docx] };
        let Some(Recorded::New(edition)) = record(&built, &workshop, "2024-02-10", &mut told) else {
            panic!("not recorded: {:?}", all(&told))
        };
        let mut files = BTreeMap::new();
        gather(&edition.folder, &edition.folder, &mut files);
        Recording { folder: edition.folder, files }
    })
}

fn gather(folder: &Path, root: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path().is_dir() {
            true => gather(&entry.path(), root, files),
            false => {
                let name = entry.path().strip_prefix(root).expect("below").to_path_buf();
                files.insert(name, std::fs::read(entry.path()).expect("a file"));
            }
        }
    }
}

/// The seal over a manifest as it stands, as one who knows the form would write it.
fn seal(recording: &Recording) {
    if let Ok(edition) = std::fs::read(recording.folder.join(MANIFEST)) {
        if let Ok(manifest) = gongkai::edition::read_manifest(&edition, "a") {
            std::fs::write(recording.folder.join(SEAL), manifest.seal(&edition)).expect("writes");
        }
    }
}

libfuzzer_sys::fuzz_target!(|input: (bool, Vec<Edit>)| {
    let (sealed, edits) = input;
    let recording = recorded();
    let names: Vec<&PathBuf> = recording.files.keys().collect();
    let mut changed: BTreeMap<&PathBuf, Vec<u8>> = BTreeMap::new();
    for (file, at, over, with) in &edits {
        // The manifest and the seal more often than one of many.
        let name = match file % 4 {
            0 => names.iter().find(|name| name.ends_with(MANIFEST)).expect("a manifest"),
            1 => names.iter().find(|name| name.ends_with(SEAL)).expect("a seal"),
            _ => &names[usize::from(*file) % names.len()],
        };
        let bytes = changed.entry(name).or_insert_with(|| recording.files[*name].clone());
        let from = *at as usize % (bytes.len() + 1);
        let to = (from + usize::from(*over)).min(bytes.len());
        bytes.splice(from..to, with.iter().copied());
    }
    changed.retain(|name, bytes| *bytes != recording.files[*name]);
    for (name, bytes) in &changed {
        std::fs::write(recording.folder.join(name), bytes).expect("writes");
    }
    if sealed {
        seal(recording);
    }
    let open = || {
        let mut found = Diagnostics::default();
        let whole = match Edition::open(&recording.folder) {
            Ok(edition) => edition.open_verified(&mut found).is_some(),
            Err(error) => {
                found.push(error);
                false
            }
        };
        found.iter().for_each(|one| judge_words(one, None));
        (whole, all(&found))
    };
    let (whole, found) = twice(READER, open);
    assert!(whole || !found.is_empty(), "refused, and no word why");
    // Who writes another manifest and seals that may have said anything; but no file is other than its manifest says.
    let only_files = changed.keys().all(|name| !name.ends_with(MANIFEST));
    assert!(
        !whole || changed.is_empty() || !only_files || sealed && changed.keys().all(|name| name.ends_with(SEAL)),
        "changed and taken: {:?}",
        changed.keys()
    );
    for name in changed.keys().copied().chain(names.iter().copied().filter(|name| name.ends_with(SEAL))) {
        std::fs::write(recording.folder.join(name), &recording.files[name]).expect("writes");
    }
});
