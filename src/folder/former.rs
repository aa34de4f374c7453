//! The id that earlier versions of the program gave to a folder's data, for files and editions that bear it.

use super::{Folder, decode, is_read};
use sha2::{Digest, Sha256};

/// Folders that counted.
const BELOW: [&str; 3] = ["classification", "layout", "text"];

/// The first 32 hexadecimal digits of the SHA-256 over names and texts of `report.toml`, of the CSV files beside it, and
/// of the files of `text/`, `layout/` and `classification/`. None where the sets declare records elsewhere: those did
/// not count, so that the id does not tell whether they are the same.
pub fn former_id<'a>(folder: &Folder, mut declared: impl Iterator<Item = &'a str>) -> Option<String> {
    if declared.any(|path| path.contains('/') && folder.is_file(path)) {
        return None;
    }
    let own = folder.names("").into_iter().filter(|name| name == "report.toml" || name.ends_with(".csv"));
    let below = BELOW.iter().flat_map(|below| {
        let names = folder.names(below).into_iter().filter(|name| is_read(name));
        names.map(move |name| format!("{below}/{name}"))
    });
    let mut names: Vec<String> = own.chain(below).filter(|name| folder.is_file(name)).collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        let bytes = folder.bytes(&name).ok().flatten().map(|bytes| bytes.to_vec()).unwrap_or_default();
        let bytes = decode(bytes.clone(), &name).map_or(bytes, String::into_bytes);
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
    }
    Some(hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect())
}
