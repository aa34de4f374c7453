//! The entries of the user's cache folder, written over, under their own names and others': what is given back is what
//! was made of the same key, or it is made again.
#![no_main]

use gongkai::kept::{Kept, Key};
use std::convert::Infallible;
use std::path::PathBuf;

/// Which entry, a place in it, how many bytes are written over there and what with; or the other entry whole.
type Edit = (bool, bool, u16, u8, Vec<u8>);

fn made(kept: &Kept, key: &[u8], content: &[u8]) -> Vec<u8> {
    let made = kept.or_make(Key::of("fuzz").with(key), || Ok::<_, Infallible>(content.to_vec()));
    made.unwrap_or_else(|never| match never {})
}

libfuzzer_sys::fuzz_target!(|input: (Vec<u8>, Vec<u8>, Vec<Edit>)| {
    let (one, two, edits) = input;
    let folder = std::env::temp_dir().join(format!("gongkai-fuzz-cache-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let kept = Kept::in_folder(folder.clone());
    assert_eq!(made(&kept, b"one", &one), one);
    assert_eq!(made(&kept, b"two", &two), two);
    assert_eq!(made(&kept, b"one", b"another"), one, "it is made once");
    let entries = || -> Vec<PathBuf> {
        let mut all: Vec<PathBuf> =
            std::fs::read_dir(&folder).expect("the folder").flatten().map(|e| e.path()).collect();
        all.sort();
        all
    };
    let paths = entries();
    assert_eq!(paths.len(), 2);
    let whole: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).expect("an entry")).collect();
    for (which, other, at, over, with) in &edits {
        let path = &paths[usize::from(*which)];
        let mut bytes = std::fs::read(path).expect("an entry");
        if *other {
            bytes.clone_from(&whole[usize::from(!*which)]);
        }
        let from = usize::from(*at) % (bytes.len() + 1);
        let to = (from + usize::from(*over)).min(bytes.len());
        bytes.splice(from..to, with.iter().copied());
        std::fs::write(path, bytes).expect("writes");
    }
    let is_whole = paths.iter().zip(&whole).all(|(path, bytes)| std::fs::read(path).is_ok_and(|now| now == *bytes));
    let (again, also) = (made(&kept, b"one", b"made again"), made(&kept, b"two", b"made again"));
    assert!(again == one || again == b"made again", "another content was taken");
    assert!(also == two || also == b"made again", "another content was taken");
    assert!(!is_whole || again == one && also == two, "what is whole is taken");
    // What was made again is kept.
    assert_eq!((made(&kept, b"one", b"third"), made(&kept, b"two", b"third")), (again, also));
    assert!(entries().len() <= 2, "something was left behind: {:?}", entries());
});
