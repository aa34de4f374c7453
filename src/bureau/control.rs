//! What was approved for each department: a CSV file or a workbook's sheet, read as records are, every cell with its
//! place.

use super::declared::{Bureau, ControlDecl};
use crate::cell_name::is_workbook;
use crate::data::{FieldDecl, FileDecl, Kind, Schema, Value, read_folder};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::folder::{Bytes, Folder};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// One approved figure of a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// 元, exact.
    pub amount: Decimal,
    /// The cell.
    pub place: Place,
}

/// Approved figures by the department's code, then by the heading of their column. A blank cell is none.
#[derive(Debug, Clone, Default)]
pub struct Controls(BTreeMap<String, IndexMap<String, Approved>>);

impl Controls {
    /// What was approved for a department.
    pub fn of(&self, code: &str) -> impl Iterator<Item = (&str, &Approved)> {
        self.0.get(code).into_iter().flatten().map(|(head, approved)| (head.as_str(), approved))
    }

    /// Reads the file that a bureau declares; without one there is nothing.
    pub fn read(bureau: &Bureau, diagnostics: &mut Diagnostics) -> Controls {
        let Some(decl) = &bureau.control else { return Controls::default() };
        let folder = Folder::open(&bureau.folder);
        match folder.bytes(&decl.file) {
            Ok(Some(bytes)) => read(bureau, decl, bytes, diagnostics),
            Ok(None) => {
                let message = format!("找不到控制数表 {}", decl.file);
                diagnostics.push(
                    Diagnostic::error("E805", message)
                        .at(decl.place.clone())
                        .hint(format!("应在 {}；还没有控制数，就删去 [control]", folder.path_of(&decl.file).display())),
                );
                Controls::default()
            }
            Err(found) => {
                diagnostics.push(found);
                Controls::default()
            }
        }
    }
}

const CODE: &str = "部门代码";
const NAME: &str = "部门名称";

fn read(bureau: &Bureau, decl: &ControlDecl, bytes: Bytes, diagnostics: &mut Diagnostics) -> Controls {
    // Alone in a folder: nothing else there is taken for it.
    let alone = Folder::of_files(&bureau.folder, [(decl.file.clone(), bytes)]);
    let mut schema = Schema::default();
    schema.files.insert("control".to_string(), file(decl));
    let data = read_folder(&alone, &mut schema, diagnostics);
    let mut controls = Controls::default();
    let Some(dataset) = data.datasets.get("control") else { return controls };
    let amounts: Vec<usize> = (2..dataset.fields.len()).collect();
    for &field in &amounts {
        if !dataset.records.is_empty() && dataset.records.iter().all(|record| record.columns[field] == 0) {
            let head = &dataset.fields[field].head;
            diagnostics.push(
                Diagnostic::error("E806", format!("控制数表没有“{head}”这一列"))
                    .at(Place::file(dataset.file.clone()))
                    .related(decl.place.clone(), format!("[control] 里写了 figure.“{head}”"))
                    .hint(format!("金额列的标题写作“{head}（元）”或“{head}（万元）”")),
            );
        }
    }
    let mut lines: BTreeMap<&str, Place> = BTreeMap::new();
    for record in &dataset.records {
        let (code, name) = (record.values[0].text(), record.values[1].text());
        let place = record.place(0);
        let Some(department) = bureau.departments.iter().find(|department| department.code == code) else {
            if !code.is_empty() {
                let named = if name.is_empty() { String::new() } else { format!("（{name}）") };
                let message = format!("控制数表里的部门“{code}”{named}不在名单里");
                let hint = "在 bureau.toml 里加上这个部门，或删去这一行；代码要与名单的 code 一字不差";
                diagnostics.push(Diagnostic::error("E805", message).at(place).hint(hint));
            }
            continue;
        };
        if !name.is_empty() && name != department.name {
            let message = format!("控制数表里“{code}”叫“{name}”，名单里叫“{}”", department.name);
            let mut found = Diagnostic::error("E805", message).at(record.place(1));
            found.related.extend(department.place.clone().map(|place| (place, "名单".to_string())));
            diagnostics.push(found.hint("代码或名称写错了一处，金额可能放错了部门"));
        }
        if let Some(first) = lines.insert(&department.code, place.clone()) {
            diagnostics.push(
                Diagnostic::error("E805", format!("部门“{code}”有两行控制数"))
                    .at(place)
                    .related(first, "第一行")
                    .hint("一个部门一行：请合成一行"),
            );
            continue;
        }
        let of_department = controls.0.entry(code.to_string()).or_default();
        for &field in &amounts {
            if let Value::Number(amount) = record.values[field] {
                let approved = Approved { amount, place: record.place(field) };
                of_department.insert(dataset.fields[field].head.clone(), approved);
            }
        }
    }
    controls
}

fn file(decl: &ControlDecl) -> FileDecl {
    let field =
        |(id, head, also, kind): (String, &str, &[&str], Kind)| field(id, head, also, kind, head == CODE, &decl.place);
    let fixed = [
        ("code".to_string(), CODE, &["代码", "单位代码", "预算代码"][..], Kind::Text),
        ("name".to_string(), NAME, &["名称", "部门", "单位名称"][..], Kind::Text),
    ];
    let figures = decl.figures.keys().enumerate();
    let figures = figures.map(|(index, head)| (format!("figure-{index}"), head.as_str(), &[][..], Kind::Amount));
    FileDecl {
        id: "control".to_string(),
        title: "控制数".to_string(),
        // Of a workbook its sheet is looked for, by its name or its headings.
        path: if is_workbook(&decl.file) { "control.csv".to_string() } else { decl.file.clone() },
        required: true,
        like: None,
        role: None,
        fields: fixed.into_iter().chain(figures).map(field).collect(),
        unknown: Vec::new(),
        unique: Vec::new(),
        place: decl.place.clone(),
    }
}

/// A field of a file that a bureau gives.
pub(super) fn field(id: String, head: &str, also: &[&str], kind: Kind, required: bool, place: &Place) -> FieldDecl {
    FieldDecl {
        id,
        head: head.to_string(),
        also: also.iter().map(|word| (*word).to_string()).collect(),
        words: IndexMap::new(),
        kind,
        required,
        expected: false,
        adds: true,
        required_when: None,
        default: None,
        place: place.clone(),
    }
}
