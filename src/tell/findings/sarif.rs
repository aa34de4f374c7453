//! Findings as SARIF 2.1.0 (OASIS), for editors and review tools.

use super::Shown;
use super::json::level;
use crate::check;
use crate::diagnostic::{Column, Diagnostic, OnPage, Place};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// One run over all folders.
pub fn as_sarif(shown: &[Shown<'_>]) -> Value {
    let all: Vec<(&Path, &Diagnostic)> =
        shown.iter().flat_map(|s| s.by_place().into_iter().map(|d| (s.folder.shown(), d))).collect();
    let codes: BTreeSet<&str> = all.iter().map(|(_, d)| &*d.code).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "gongkai",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.into_iter().map(rule).collect::<Vec<Value>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": all.into_iter().map(|(folder, d)| result(folder, d)).collect::<Vec<Value>>(),
        }],
    })
}

fn rule(code: &str) -> Value {
    match check::page(code) {
        Some(page) => json!({
            "id": code,
            "shortDescription": { "text": page.title },
            "fullDescription": { "text": page.reason },
            "help": { "text": format!("{}\n不对：{}\n应为：{}", page.source, page.example.wrong, page.example.right) },
        }),
        None => json!({ "id": code }),
    }
}

fn result(folder: &Path, found: &Diagnostic) -> Value {
    let message = match &found.hint {
        Some(hint) => format!("{}\n提示：{hint}", found.message),
        None => found.message.clone(),
    };
    let mut result = json!({
        "ruleId": found.code,
        "level": level(found.severity),
        "message": { "text": message },
        "locations": found.place.iter().map(|p| location(folder, p, found.on_page.as_deref())).collect::<Vec<Value>>(),
    });
    if let Some(accepted) = &found.acknowledged {
        result["suppressions"] =
            json!([{ "kind": "external", "status": "accepted", "justification": accepted.reason }]);
    }
    result
}

fn location(folder: &Path, place: &Place, on_page: Option<&OnPage>) -> Value {
    // Of a published file: it is one file, and the place is within it.
    if let Some(on) = on_page {
        let points = on.area.map(|tenths| f64::from(tenths) / 10.0);
        return json!({
            "physicalLocation": { "artifactLocation": { "uri": uri(folder) } },
            "logicalLocations": [{ "fullyQualifiedName": &*place.file }],
            "properties": { "page": on.page, "box": points },
        });
    }
    // Only the layout set's own files lie outside the folder.
    let inside = !place.file.starts_with("layouts/");
    let path = if inside { folder.join(&*place.file) } else { Path::new(&*place.file).to_path_buf() };
    let mut physical = json!({ "artifactLocation": { "uri": uri(&path) } });
    if place.line > 0 {
        physical["region"] = json!({ "startLine": place.line });
        // SARIF 2.1.0 3.30.6: a column counts characters. A cell of a record has none to give.
        if let Column::Character(character) = place.column {
            physical["region"]["startColumn"] = character.into();
        }
    }
    json!({ "physicalLocation": physical })
}

fn uri(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/").chars().map(escaped).collect()
}

/// A character of a URI's path, the others than the unreserved in percent.
fn escaped(c: char) -> String {
    if c.is_ascii_alphanumeric() || "-._~/:".contains(c) {
        return c.to_string();
    }
    c.to_string().bytes().map(|b| format!("%{b:02X}")).collect()
}
