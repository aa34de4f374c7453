//! What a data folder holds that its document is made of, and one hash over all of it.

use super::decode;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// Folders of a data folder whose files its document is made of.
const FOLDERS: [&str; 3] = ["classification", "layout", "text"];
const ENDINGS: [&str; 3] = [".csv", ".toml", ".md"];

/// The files a folder's document is made of, by name relative to it (with `/`), sorted: `report.toml`, the CSV files,
/// and those in `text/`, `layout/` and `classification/`. Hidden files are none of them.
pub fn snapshot_files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        let of_data = name == "report.toml" || name.ends_with(".csv");
        if of_data && path.is_file() {
            found.push(name);
        } else if FOLDERS.contains(&name.as_str()) {
            let read = names(&path).into_iter().filter(|n| ENDINGS.iter().any(|ending| n.ends_with(ending)));
            found.extend(read.filter(|n| path.join(n).is_file()).map(|n| format!("{name}/{n}")));
        }
    }
    found.sort();
    found
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| !name.starts_with(['.', '~'])).collect()
}

/// The first 32 hexadecimal digits of the SHA-256 over those files' names and texts: the same data, the same id, on
/// any machine. A file that cannot be read counts as empty; whoever reads it says so.
pub fn snapshot_id(folder: &Path) -> String {
    let mut hash = Sha256::new();
    for name in snapshot_files(folder) {
        let bytes = fs::read(folder.join(&name)).unwrap_or_default();
        // The text counts, not its encoding: a file saved again as GB18030 is the same data.
        let bytes = decode(bytes.clone(), &name).map_or(bytes, String::into_bytes);
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
    }
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_that_of_the_data_alone() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("report.toml", "code = \"1\"");
        put("ledger.csv", "a,b\n");
        put("text/goals.md", "目标");
        let id = snapshot_id(folder.path());
        put("editions/2023-02-10-1/ledger.csv", "old");
        put("说明.docx", "x");
        put(".gongkai-1-0.tmp", "x");
        assert_eq!(snapshot_id(folder.path()), id);
        assert_eq!(snapshot_files(folder.path()), ["ledger.csv", "report.toml", "text/goals.md"]);
        put("text/goals.md", "目标。");
        assert_ne!(snapshot_id(folder.path()), id);
    }
}
