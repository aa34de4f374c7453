//! A workbook that is a department by itself: what report.toml would say in the sheet 基本信息, every other file of text in the
//! sheet 文字, a line a row.

use super::{Cells, Workbook};
use crate::diagnostic::{Diagnostic, Place};
use crate::toml_tree::toml_string;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The sheet of what the department is.
pub const FACTS: &str = "基本信息";
/// The sheet of its texts.
pub const TEXTS: &str = "文字";
/// Keys of report.toml that every set has, by what users call them.
pub const HEADS: [(&str, &str); 5] =
    [("code", "部门代码"), ("name", "部门名称"), ("year", "预算年度"), ("layout", "版式集"), ("date", "公开日期")];

/// A file that a sheet stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Its text.
    pub text: String,
    /// For each line, the sheet (of messages), the row and the column it stands in; none: it stands in none.
    pub from: Vec<Option<(std::sync::Arc<str>, u32, u32)>>,
}

/// The files that a workbook stands for, by their names in a folder: none where it has no sheet 基本信息. Errors: those of
/// [`Workbook::read`].
pub fn unpack(book: &Workbook) -> Result<Option<BTreeMap<String, Written>>, Diagnostic> {
    let sheet = |name: &str| book.sheets().iter().find(|sheet| sheet.name.trim() == name);
    let Some(facts) = sheet(FACTS) else { return Ok(None) };
    let mut files = BTreeMap::new();
    files.insert("report.toml".to_owned(), report(&*book.read(facts)?, &book.name_of(facts)));
    if let Some(texts) = sheet(TEXTS) {
        add_texts(&*book.read(texts)?, &book.name_of(texts), &mut files);
    }
    Ok(Some(files))
}

/// E179: a workbook alone says nowhere which department it is.
pub(crate) fn no_facts(name: &str) -> Diagnostic {
    let message = format!("工作簿里没有工作表“{FACTS}”，不知道是哪个部门、哪一年");
    Diagnostic::error("E179", message).at(Place::file(name)).hint(format!(
        "加上工作表“{FACTS}”（部门代码、部门名称、预算年度、版式集），或把工作簿放进有 report.toml 的文件夹；空白的可用 gongkai new 代码-年度.xlsx 得到"
    ))
}

/// report.toml, each key on the line of its row.
fn report(cells: &Cells, sheet: &str) -> Written {
    let sheet: std::sync::Arc<str> = sheet.into();
    let mut written = Written::default();
    for row in &cells.rows {
        let cell = |column: u32| row.at(column).map_or("", |cell| cell.text.trim());
        let (head, value, key) = (cell(1), cell(2), cell(3));
        let known = HEADS.iter().find(|(_, known)| *known == head).map(|(key, _)| *key);
        let key = if key.is_empty() { known.unwrap_or(head) } else { key };
        let is_head = (head, value) == ("项目", "内容");
        if key.is_empty() || value.is_empty() || is_head {
            continue;
        }
        while written.from.len() + 1 < row.number as usize {
            written.text.push('\n');
            written.from.push(None);
        }
        let _ = writeln!(written.text, "{} = {}", toml_string(key), toml_string(value));
        written.from.push(Some((sheet.clone(), row.number, 2)));
    }
    written
}

/// The lines of every file; rows without a name go on with the file above, rows left out are blank lines of it.
fn add_texts(cells: &Cells, sheet: &str, files: &mut BTreeMap<String, Written>) {
    let sheet: std::sync::Arc<str> = sheet.into();
    let mut name = String::new();
    let mut last = 0;
    let mut begun: BTreeMap<String, Vec<(Option<u32>, String)>> = BTreeMap::new();
    for row in &cells.rows {
        let cell = |column: u32| row.at(column).map_or("", |cell| &*cell.text);
        let file = cell(1).trim();
        if (file, cell(2).trim()) == ("文件", "文字") {
            continue;
        }
        let same = file.is_empty() || path_of(file) == name;
        if !file.is_empty() {
            name = path_of(file);
        }
        if name.is_empty() {
            continue;
        }
        let lines = begun.entry(name.clone()).or_default();
        if same && last > 0 {
            lines.extend((last + 1..row.number).map(|_| (None, String::new())));
        }
        // A line break within a cell is one of the file.
        lines.extend(cell(2).split('\n').map(|line| (Some(row.number), line.to_owned())));
        last = row.number;
    }
    for (name, lines) in begun {
        let written = files.entry(name).or_default();
        let texts: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
        written.text += &texts.join("\n");
        written.from.extend(lines.iter().map(|(row, _)| row.map(|row| (sheet.clone(), row, 2))));
    }
}

/// `goals` is text/goals.md; a path is itself.
fn path_of(name: &str) -> String {
    if name.contains(['/', '.']) { name.to_owned() } else { format!("text/{name}.md") }
}
