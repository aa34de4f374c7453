//! A record file with fields of every kind, read from its text, and printed so that it is read again.

use crate::small::FILES;
use gongkai::data::{Data, FieldDecl, FileDecl, Kind, Schema, Value, read_folder};
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::money::{Look, Unit, show};
use std::path::Path;
use std::sync::OnceLock;

const DECLARED: &str = r#"
[file.all]
unknown = ["fund"]
unique = [["text", "date"]]
[file.all.field]
code = { head = "功能科目", kind = "code", class = "function", level = "项" }
any = { head = "任一级科目", kind = "code", class = "function" }
fund = { head = "资金来源", kind = "choice", values = ["一般", "基金", "其他（一）"], groups = { "财政" = ["一般", "基金"] }, default = "一般" }
by = { head = "随科目", kind = "choice", values = ["教育", "其他"], default_by = { field = "code", map = { "205" = "教育", "2050299" = "其他" } } }
text = { head = "说明", kind = "text", also = ["备注"] }
date = { head = "日期", kind = "date", required_when = { fund = "财政" } }
unit = { head = "单位", kind = "ref", to = "units.name", default = "only" }
number = { head = "数量", kind = "number" }
amount = { head = "金额", kind = "amount" }
"#;

fn schema() -> Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    let load = || {
        let mut found = Diagnostics::default();
        let set = crate::small::set(&[("set/schema.toml", DECLARED)], &mut found);
        set.unwrap_or_else(|| panic!("{:?}", crate::all(&found))).schema
    };
    SCHEMA.get_or_init(load).clone()
}

/// The file's declaration.
pub fn declared() -> FileDecl {
    schema().files["all"].clone()
}

/// Reads `text` as `all.csv`; what it is refused for is told.
pub fn read(text: &str, found: &mut Diagnostics) -> Data {
    let mut schema = schema();
    let file = |decl: &FileDecl| {
        let name = format!("data/{}", decl.path);
        let base = FILES.iter().find(|(n, _)| *n == name).map(|(_, text)| *text);
        let text = if decl.id == "all" { Some(text) } else { base };
        Some((decl.path.clone(), text?.as_bytes().to_vec().into()))
    };
    let files: Vec<_> = schema.files.values().filter_map(file).collect();
    read_folder(&Folder::of_files(Path::new("data"), files), &mut schema, found)
}

/// The values of every record.
pub fn values(data: &Data) -> Vec<Vec<Value>> {
    data.datasets["all"].records.iter().map(|r| r.values.clone()).collect()
}

/// The records as a CSV file; amounts in `unit`, with separators.
pub fn print(data: &Data, unit: Unit) -> String {
    let all = &data.datasets["all"];
    let head = |f: &FieldDecl| match f.kind {
        Kind::Amount => format!("{}（{}）", f.head, unit.name()),
        _ => f.head.clone(),
    };
    let mut text = all.fields.iter().map(head).collect::<Vec<_>>().join(",");
    for record in &all.records {
        let cells = all.fields.iter().zip(&record.values).map(|(field, value)| match (value, &field.kind) {
            (Value::Number(n), Kind::Amount) => {
                let decimals = 2 + unit.scale().normalize().to_string().len() as u32 - 1;
                format!(
                    "\"{}\"",
                    show(*n, &Look { unit, decimals, commas: true, zero: None, trim: false, ..Look::default() })
                )
            }
            (Value::Number(n), _) => n.to_string(),
            (Value::Text(text), _) => format!("\"{}\"", text.replace('"', "\"\"")),
            (Value::Blank, _) => String::new(),
        });
        text = text + "\n" + &cells.collect::<Vec<_>>().join(",");
    }
    text
}
