//! Figures and sums explained, for programs: amounts are strings, exact, in 元.

use super::Why;
use crate::check::figures::{Sums, Term};
use crate::compose::Basis;
use serde_json::{Value, json};

/// `{"figures": [{"address", "name", "text", "unit", "exact", "source", "relations", "places", "dependents"}]}`
pub fn as_json(explained: &[Why]) -> Value {
    let all: Vec<Value> = explained.iter().map(why_json).collect();
    json!({ "figures": all })
}

/// `{"sums": [{"count", "rounded": [{"rule", "name", "total", "parts", "off"}]}]}`, an entry a document.
pub fn sums_as_json(all: &[Sums]) -> Value {
    json!({ "sums": all.iter().map(sums_json).collect::<Vec<Value>>() })
}

fn term_json(term: &Term) -> Value {
    json!({ "address": term.address, "text": term.text, "exact": term.exact.to_string(), "rounding": term.rounding.to_string() })
}

fn sums_json(all: &Sums) -> Value {
    let rounded: Vec<Value> = all
        .rounded
        .iter()
        .map(|s| {
            let parts: Vec<Value> = s.parts.iter().map(term_json).collect();
            json!({ "rule": s.code, "name": s.name, "total": term_json(&s.total), "parts": parts, "off": s.off.to_string() })
        })
        .collect();
    json!({ "count": all.count, "rounded": rounded })
}

fn why_json(why: &Why) -> Value {
    let source = match &why.source {
        Basis::Lines { file, field, lines } => {
            let lines: Vec<Value> = lines
                .iter()
                .map(|(o, text, value)| json!({ "file": &*o.file, "line": o.line, "text": text, "amount": value.to_string() }))
                .collect();
            json!({ "file": &**file, "field": field, "lines": lines })
        }
        Basis::Figures(of) => json!({ "figures": of.iter().map(AsRef::as_ref).collect::<Vec<&str>>() }),
        Basis::Record(o) => json!({ "lines": [{ "file": &*o.file, "line": o.line }] }),
        Basis::Printed(place) => json!({ "printed": { "file": &*place.file, "line": place.line } }),
    };
    let places: Vec<Value> = why
        .places
        .iter()
        .map(|p| {
            let (file, line) = p.source.as_ref().map_or((None, None), |o| (Some(&*o.file), Some(o.line)));
            json!({ "text": p.text, "around": p.around, "file": file, "line": line })
        })
        .collect();
    let relations: Vec<Value> =
        why.relations.iter().map(|r| json!({ "rule": r.code, "says": r.says, "relation": r.relation })).collect();
    let dependents: Vec<Value> =
        why.dependents.iter().map(|(address, text)| json!({ "address": address, "text": text })).collect();
    json!({
        "address": why.address,
        "name": why.name,
        "text": why.printed,
        "unit": why.unit.name(),
        "exact": why.exact.map(|e| e.to_string()),
        "source": source,
        "relations": relations,
        "places": places,
        "dependents": dependents,
    })
}
