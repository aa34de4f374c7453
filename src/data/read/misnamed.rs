//! Files that lie in the folder under a name that nothing reads, but look like one that is.

use crate::data::schema::Schema;
use crate::data::typed::shown;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::folder::{FOLDERS, Folder, PICTURES};

/// Folders of a data folder whose files are read, and itself.
const READ: [&str; 5] = ["", "text", "layout", "classification", "tables"];
/// What Windows hides of a name, so that Notepad adds it unseen.
const ADDED: [&str; 4] = [".txt", ".csv", ".toml", ".md"];
/// How the names of files end that are read.
const ENDINGS: [&str; 3] = [".csv", ".toml", ".md"];

/// Tables in the folder that no declaration reads, but that look like a declared file that is absent: `ledger.et`,
/// `target.csv` (E109).
pub fn report_misnamed(folder: &Folder, schema: &Schema, diagnostics: &mut Diagnostics) {
    const TABLES: [&str; 4] = ["csv", "tsv", "txt", "et"];
    let present = folder
        .names("")
        .into_iter()
        .filter(|name| name.rsplit_once('.').is_some_and(|(_, e)| TABLES.contains(&e.to_lowercase().as_str())))
        .filter(|name| !schema.files.values().any(|decl| decl.path == *name) && meant(folder, "", name).is_none());
    let absent: Vec<&str> =
        schema.files.values().map(|decl| decl.path.as_str()).filter(|path| !folder.has(path)).collect();
    let stem = |name: &str| name.split('.').next().unwrap_or(name).trim().to_lowercase();
    for name in present {
        let stems: Vec<String> = absent.iter().map(|path| stem(path)).collect();
        let Some(near) = nearest(&stem(&name), stems.iter().map(String::as_str)) else { continue };
        let Some(path) = absent.iter().find(|path| stem(path) == near) else { continue };
        let hint = if name.to_lowercase().ends_with(".csv") {
            format!("您是否指“{path}”？请改名")
        } else {
            format!("您是否指“{path}”？请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”")
        };
        diagnostics.push(unused(&name).hint(hint));
    }
}

/// Files whose names end twice (`report.toml.txt`, as Notepad writes them) or in capitals (`goals.MD`), where the file
/// they stand for is absent (E109).
pub fn report_endings(folder: &Folder, diagnostics: &mut Diagnostics) {
    for below in READ {
        for name in folder.names(below) {
            let Some(meant) = meant(folder, below, &name) else { continue };
            let path = |name: &str| if below.is_empty() { name.to_string() } else { format!("{below}/{name}") };
            let hint = "资源管理器里先选“查看 → 文件扩展名”，再改名";
            let hint = format!("您是否指“{}”？请改名（{hint}）", path(&meant));
            diagnostics.push(unused(&path(&name)).hint(hint));
        }
    }
}

/// The name of a file that is read, that a name stands for by its beginning; none if that file is there too.
fn meant(folder: &Folder, below: &str, name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let of_read = |name: &&str| ENDINGS.iter().any(|ending| name.ends_with(ending));
    let without = ADDED.iter().filter_map(|added| lower.strip_suffix(added)).find(of_read).map(|rest| rest.len());
    let wrong_case = ENDINGS.iter().any(|ending| lower.ends_with(ending) && !name.ends_with(ending));
    let meant = match without {
        Some(length) => name.get(..length)?.to_string(),
        None if wrong_case => {
            let (stem, ending) = name.rsplit_once('.')?;
            format!("{stem}.{}", ending.to_lowercase())
        }
        None => return None,
    };
    let there = if below.is_empty() { meant.clone() } else { format!("{below}/{meant}") };
    (!folder.has(&there)).then_some(meant)
}

fn unused(name: &str) -> Diagnostic {
    Diagnostic::warning("E109", format!("文件“{}”未使用", shown(name))).at(Place::file(name))
}

/// Folders that would be left out without a word: those that cannot be read or lead elsewhere, errors, for what they hold
/// may be wording and figures; and those with nearly the name of one that is read (E109).
pub fn folders_that_do_not_count(folder: &Folder, diagnostics: &mut Diagnostics) {
    // `layout` and `text` are told where they are read.
    for below in ["", "classification", "tables"] {
        folder.refused(below).into_iter().for_each(|found| diagnostics.push(found));
    }
    let absent: Vec<&str> = FOLDERS.into_iter().chain([PICTURES]).filter(|known| !folder.has(known)).collect();
    for name in folder
        .names("")
        .into_iter()
        .filter(|name| folder.has_folder(name) && !FOLDERS.contains(&&**name) && *name != PICTURES)
    {
        let plain = name.trim().to_lowercase();
        let meant = absent.iter().find(|known| **known == plain).copied();
        if let Some(meant) = meant.or_else(|| nearest(&plain, absent.iter().copied())) {
            diagnostics.push(
                Diagnostic::warning("E109", format!("文件夹“{}”未使用", shown(&name)))
                    .at(Place::file(name))
                    .hint(format!("您是否指“{meant}”？请改名")),
            );
        }
    }
}
