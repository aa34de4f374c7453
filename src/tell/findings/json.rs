//! Findings as JSON: docs/check.schema.json describes it.

use super::Shown;
use crate::diagnostic::{Diagnostic, Place, Severity, Tally};
use serde_json::{Value, json};

/// Everything found in all folders, and how much of each severity.
pub fn as_json(shown: &[Shown<'_>]) -> Value {
    let all =
        shown.iter().flat_map(|s| s.by_place().into_iter().map(|d| finding(d, &s.folder.shown().to_string_lossy())));
    let tallies: Vec<Tally> = shown.iter().map(|s| s.diagnostics.tally()).collect();
    let sum = |of: fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
    json!({
        "findings": all.collect::<Vec<Value>>(),
        "summary": {
            "errors": sum(|t| t.errors),
            "warnings": sum(|t| t.warnings),
            "notes": sum(|t| t.notes),
            "acknowledged": sum(|t| t.acknowledged),
        },
    })
}

/// The word of a severity in JSON and SARIF.
pub fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

pub(in crate::tell) fn finding(found: &Diagnostic, folder: &str) -> Value {
    let place = found.place.as_ref();
    let known = |number: u32| (number > 0).then_some(number);
    let related =
        |(place, says): &(Place, String)| json!({ "file": &*place.file, "line": known(place.line), "message": says });
    let mut value = json!({
        "code": found.code,
        "severity": level(found.severity),
        "message": found.message,
        "hint": found.hint,
        "folder": folder,
        "file": place.map(|p| &*p.file),
        "line": place.and_then(|p| known(p.line)),
        "column": place.and_then(|p| p.column.number()),
        "address": found.address,
        "text": found.text,
        "related": found.related.iter().map(related).collect::<Vec<Value>>(),
        "acknowledged": found.acknowledged.as_ref().map(|a| a.reason.as_str()),
    });
    if let Some(on) = &found.on_page {
        let points = on.area.map(|tenths| f64::from(tenths) / 10.0);
        value["on_page"] = json!({ "page": on.page, "box": points });
    }
    if let Some(compared) = &found.compared {
        let ((stated, is), (expected, should)) = (&compared.stated, &compared.expected);
        let side = |what: &String, amount: &rust_decimal::Decimal| json!({ "what": what, "yuan": amount.to_string() });
        value["compared"] = json!({ "stated": side(stated, is), "expected": side(expected, should) });
    }
    if let Some(fix) = &found.fix {
        value["fix"] = json!({ "old": fix.old, "new": fix.new });
    }
    value
}
