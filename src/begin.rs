//! A department's first year: a folder with what is known filled in, blanks for its texts, and a workbook to fill.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::folder::Folder;
use crate::layout::{self, Layer, LayoutSet, Layouts, SetFiles};
use crate::refusal::refusal;
use crate::workbook::HEADS;
use crate::write::xlsx::records::{Handout, write};
use std::fmt::Write as _;
use std::path::Path;

/// The role of a file that the program writes itself.
const WRITTEN: &str = "corrections";
/// The workbook of the records.
pub const WORKBOOK: &str = "数据.xlsx";

/// What a new folder is for.
#[derive(Debug, Clone, Default)]
pub struct Begin {
    /// Id of the layout set; none: the only one there is.
    pub layout: Option<String>,
    /// The budget year.
    pub year: Option<i32>,
    /// CSV files with headings in place of the workbook.
    pub csv: bool,
}

/// The files of a new department at a place, as edits of the folder there, to be saved. Nothing that lies there is
/// replaced (E516). Errors: E517 which set is meant, those of the set itself.
pub fn begin(path: &Path, what: &Begin, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<Folder> {
    let set = the_set(what, layouts, diagnostics)?;
    let files = match files(path, what, &set) {
        Ok(files) => files,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    let mut folder = Folder::open(path);
    for (name, bytes) in files {
        if folder.has(&name) {
            diagnostics.push(
                Diagnostic::error("E516", format!("{} 已经有了", folder.path_of(&name).display()))
                    .hint("请换一个文件夹；这里的文件不会覆盖"),
            );
        }
        folder = folder.with(&name, bytes);
    }
    (!diagnostics.has_errors()).then_some(folder)
}

/// Makes the folder and the one of its texts. E516: the system refuses.
pub fn make_folders(path: &Path) -> Result<(), Diagnostic> {
    std::fs::create_dir_all(path.join("text")).map_err(|error| {
        let (why, hint) = refusal(&error);
        Diagnostic::error("E516", format!("建立文件夹 {} 失败：{why}", path.display())).hint(hint)
    })
}

fn the_set(what: &Begin, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<LayoutSet> {
    let sets = layouts.sets();
    let id = match (&what.layout, sets.as_slice()) {
        (Some(id), _) => id.clone(),
        (None, [only]) => only.clone(),
        (None, _) => {
            let message = "有几个版式集，没有写明用哪一个";
            diagnostics
                .push(Diagnostic::error("E517", message).hint(format!("加上 --layout，可用的有：{}", sets.join("、"))));
            return None;
        }
    };
    let files = SetFiles::find(&id, None, layouts, None, diagnostics)?;
    layout::load(&files, &Layer::default(), diagnostics).filter(|_| !diagnostics.has_errors())
}

fn files(path: &Path, what: &Begin, set: &LayoutSet) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    let mut files = vec![("report.toml".to_owned(), report(path, what, set).into_bytes())];
    for (name, heading) in texts(set) {
        files.push((format!("text/{name}.md"), format!("（请填写：{heading}）\n").into_bytes()));
    }
    let declared = set.schema.files.values().filter(|decl| decl.role.as_deref() != Some(WRITTEN));
    if what.csv {
        for decl in declared {
            let heads: Vec<String> = decl.fields.iter().map(crate::data::head_with_unit).collect();
            files.push((decl.path.clone(), format!("\u{FEFF}{}\r\n", heads.join(",")).into_bytes()));
        }
        return Ok(files);
    }
    let handout = Handout {
        schema: &set.schema,
        files: declared.map(|decl| (decl, &[][..])).collect(),
        facts: Vec::new(),
        texts: Vec::new(),
        title: "部门预算数据".to_owned(),
        date: None,
    };
    files.push((WORKBOOK.to_owned(), write(&handout)?));
    Ok(files)
}

/// report.toml: what is known, and a line for everything else that the set takes.
fn report(path: &Path, what: &Begin, set: &LayoutSet) -> String {
    let folder = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let code: String = folder.chars().take_while(char::is_ascii_digit).collect();
    let year = what.year.map(|year| year.to_string()).or_else(|| year_in(&folder[code.len()..])).unwrap_or_default();
    let mut text = String::new();
    for (key, head) in HEADS {
        let value = match key {
            "code" => code.as_str(),
            "year" => year.as_str(),
            "layout" => set.id.as_str(),
            _ => "",
        };
        let quoted = if key == "year" && !value.is_empty() { value.to_owned() } else { format!("\"{value}\"") };
        let hidden = if key == "date" { "# " } else { "" };
        let _ = writeln!(text, "{hidden}{key} = {quoted}  # {head}");
    }
    for (key, field) in &set.report {
        let hidden = if field.required { "" } else { "# " };
        let value = field.default.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{hidden}{key} = \"{value}\"  # {}", field.head);
    }
    text
}

/// 2026 in 632-2026.
fn year_in(name: &str) -> Option<String> {
    let digits: String = name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    (digits.len() == 4 && digits.starts_with("20")).then_some(digits)
}

/// The department's own texts that a set asks for, each with the heading it stands under, in the order of the set.
fn texts(set: &LayoutSet) -> Vec<(String, String)> {
    const ASKS: &str = "prose(\"";
    let mut found: Vec<(String, String)> = Vec::new();
    for (_, source) in set.sources.iter().filter(|(name, _)| name.ends_with(".md")) {
        let mut heading = String::new();
        for line in source.lines() {
            if line.starts_with('#') {
                heading = line.trim_matches(['#', ' ', '\u{3000}']).to_owned();
            }
            for (at, _) in line.match_indices(ASKS) {
                let name = line[at + ASKS.len()..].split('"').next().unwrap_or_default();
                if !name.is_empty() && !name.contains(['/', '\\']) && found.iter().all(|(known, _)| known != name) {
                    found.push((name.to_owned(), heading.clone()));
                }
            }
        }
    }
    found
}
