//! A bureau's first files, from a list of departments as an office keeps it: a sheet or a CSV file.

use super::BUREAU;
use super::control::field;
use super::rules::CHECKS;
use crate::begin::{is_there, no_year};
use crate::cell_name::is_workbook;
use crate::data::{FileDecl, Kind, Schema, read_folder};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::folder::{Folder, unread};
use crate::regular::read;
use crate::tell::differences::csv_line;
use crate::toml_tree::toml_string;
use std::fmt::Write as _;
use std::path::Path;

/// A larger list is another file.
const LARGEST: u64 = 64 << 20;

/// The list is asked for these; the first two it must have.
const FIELDS: [(&str, &str, &[&str]); 6] = [
    ("code", "部门代码", &["代码", "单位代码", "预算代码", "部门编码"]),
    ("name", "部门名称", &["名称", "部门", "单位名称"]),
    ("folder", "文件夹", &["数据文件夹"]),
    ("of", "主管部门代码", &["主管部门", "上级代码"]),
    ("person", "负责人", &["经办人", "联系人"]),
    ("due", "到期日", &["期限", "截止日期", "报送期限"]),
];

/// The files of a bureau's folder, as edits of it, to be saved. Nothing that lies there is replaced (E516). Errors: E851
/// the list has no department, E517 no year, those of reading it, each at its cell.
pub fn begin(
    path: &Path,
    list: &Path,
    year: Option<i32>,
    layout: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Option<Folder> {
    let Some(year) = year else {
        diagnostics.push(no_year(""));
        return None;
    };
    let shown = list.file_name().and_then(|name| name.to_str()).unwrap_or("名单.csv").to_string();
    let bytes = match read(list, LARGEST) {
        Ok(bytes) => bytes,
        Err(why) => {
            diagnostics.push(unread(why, list, &list.display().to_string()));
            return None;
        }
    };
    let place = Place::file(shown.clone());
    let fields = FIELDS.map(|(id, head, also)| {
        let kind = if id == "due" { Kind::Date } else { Kind::Text };
        field(id.to_string(), head, also, kind, matches!(id, "code" | "name"), &place)
    });
    let decl = FileDecl {
        id: "list".to_string(),
        title: "名单".to_string(),
        path: if is_workbook(&shown) { "名单.csv".to_string() } else { shown.clone() },
        required: true,
        like: None,
        role: None,
        fields: fields.to_vec(),
        unknown: Vec::new(),
        unique: vec![vec!["code".to_string()], vec!["name".to_string()]],
        place: place.clone(),
    };
    let mut schema = Schema::default();
    schema.files.insert(decl.id.clone(), decl);
    let alone = Folder::of_files(list.parent().unwrap_or(Path::new(".")), [(shown, bytes.into())]);
    let data = read_folder(&alone, &mut schema, diagnostics);
    let rows: Vec<[String; 6]> = data.datasets.get("list").map_or_else(Vec::new, |list| {
        list.records.iter().map(|record| std::array::from_fn(|field| record.values[field].text().to_string())).collect()
    });
    if rows.is_empty() && !diagnostics.has_errors() {
        diagnostics
            .push(Diagnostic::error("E851", "名单里没有一个部门").at(place).hint("一行一个部门：部门代码、部门名称"));
    }
    if diagnostics.has_errors() {
        return None;
    }
    let mut folder = Folder::open(path);
    for (name, text) in
        [(BUREAU, declared(path, year, layout, &rows)), ("control.csv", control(&rows)), (CHECKS, checks())]
    {
        if folder.has(name) {
            diagnostics.push(is_there(&folder, name));
        }
        folder = folder.with(name, text.into_bytes());
    }
    (!diagnostics.has_errors()).then_some(folder)
}

fn declared(path: &Path, year: i32, layout: Option<&str>, rows: &[[String; 6]]) -> String {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("财政局");
    let mut text = format!(
        "name = {}  # 财政部门的名称，印在汇编的封面\nyear = {year}  # 预算年度\n# due = \"{year}-01-31\"  # 到期日，部门可以另写\n",
        toml_string(name)
    );
    match layout {
        Some(layout) => drop(writeln!(text, "layout = [{}]  # 用哪几套版式", toml_string(layout))),
        None => text += "# layout = [\"版式集\"]  # 用哪几套版式\n",
    }
    text += "\n# 控制数：control.csv 的列是部门的哪个数。各表的地址：gongkai layouts show 版式集 表\n# [control.figure]\n\
             # \"支出合计\" = \"t3/合计/合计\"\n";
    for [code, name, folder, of, person, due] in rows {
        let default = format!("{code}-{year}");
        let folder = if folder.is_empty() { &default } else { folder };
        let _ = write!(
            text,
            "\n[[department]]\ncode = {}\nname = {}\nfolder = {}\n",
            toml_string(code),
            toml_string(name),
            toml_string(folder)
        );
        for (key, value) in [("of", of), ("person", person), ("due", due)] {
            if !value.is_empty() {
                let _ = writeln!(text, "{key} = {}", toml_string(value));
            }
        }
    }
    text
}

/// The control figures to fill: a line for each department.
fn control(rows: &[[String; 6]]) -> String {
    let mut text = "\u{FEFF}部门代码,部门名称,支出合计（元）\r\n".to_string();
    for [code, name, ..] in rows {
        csv_line(&[code.clone(), name.clone(), String::new()], &mut text);
    }
    text
}

fn checks() -> String {
    "# 部门之间的规则，写法同 checks.toml，地址前写部门：代码、*、[部门]、[单位]、代码>（它的单位）。去掉 # 就用。\n\
     # [rule.X901]\n# says = \"部门的合计应等于所属单位之和\"\n# each = { department = \"[部门]\" }\n\
     # is = \"{department}:支出合计 = sum({department}>:支出合计)\"\n\n\
     # [rule.X902]\n# says = \"支出与同类部门差得多\"\n# each = { department = \"*\" }\n# outlier = \"{department}:支出合计\"\n# times = 10\n"
        .to_string()
}
