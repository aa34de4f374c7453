//! A new department, asked for on a screen: `new`, with the same library calls.

use crate::begin::{Begin, begin, make_folders, no_place, not_said, workbook, workbook_name};
use crate::bureau::book::Binding;
use crate::compose::file_name;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::layout::Layouts;
use crate::place::save;
use crate::workbook::is_none;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What is asked for.
#[derive(Deserialize)]
pub(super) struct Asked {
    code: String,
    name: String,
    year: i32,
    /// Id of the layout set; none: last year's.
    layout: Option<String>,
    /// The folder in which its folder is made.
    place: String,
    /// Last year's department, by its number among those that are open.
    pub(super) like: Option<usize>,
    /// The office's own workbook: dropped on the page, in Base64; or by its path.
    workbook: Option<Dropped>,
    path: Option<String>,
}

#[derive(Deserialize)]
struct Dropped {
    name: String,
    bytes: String,
}

/// The sets that a department can be made of, with what each is.
pub(super) fn sets(layouts: &Layouts) -> Value {
    let of_book = Binding::default().set;
    let set = |id: String| json!({ "said": layouts.said(&id), "id": id });
    layouts.sets().into_iter().filter(|id| *id != of_book).map(set).collect()
}

/// Makes the department's folder and returns its path. With errors nothing is made.
pub(super) fn made(
    asked: &Asked,
    like: Option<PathBuf>,
    layouts: &Layouts,
    found: &mut Diagnostics,
) -> Option<PathBuf> {
    let place = Path::new(asked.place.trim());
    if !place.is_dir() {
        found.push(no_place(place));
    }
    let (code, name) = (asked.code.trim(), asked.name.trim());
    for (what, text) in [("部门代码", code), ("部门名称", name)] {
        if text.is_empty() {
            found.push(not_said(what));
        }
    }
    let workbook = given_workbook(asked).map_err(|wrong| found.push(wrong)).ok().flatten();
    if found.has_errors() {
        return None;
    }
    let path = place.join(file_name(&format!("{code}-{}", asked.year)));
    let what = Begin {
        layout: asked.layout.clone(),
        year: Some(asked.year),
        csv: false,
        like,
        code: Some(code.to_owned()),
        name: Some(name.to_owned()),
        workbook,
    };
    let folder = begin(&path, &what, layouts, found)?;
    make_folders(&path, &folder).map_err(|wrong| found.push(wrong)).ok()?;
    save(&folder, found);
    (!found.has_errors()).then_some(path)
}

fn given_workbook(asked: &Asked) -> Result<Option<(String, Vec<u8>)>, Diagnostic> {
    if let Some(path) = asked.path.as_deref().filter(|path| !path.trim().is_empty()) {
        return workbook(&super::answers::typed_path(path)).map(Some);
    }
    let Some(dropped) = &asked.workbook else { return Ok(None) };
    let name = workbook_name(&dropped.name)?;
    let bytes = STANDARD.decode(&dropped.bytes);
    let bytes = bytes.map_err(|_| is_none(&name, "没有传全"))?;
    Ok(Some((name, bytes)))
}
