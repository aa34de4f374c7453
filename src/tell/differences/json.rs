//! For programs. Printed texts are strings; exact amounts are strings in 元.

use super::page;
use crate::diff::{Diff, DocumentDiff, FigureChange, RowChange, Spot, TextChange, TextKind};
use serde_json::{Value, json};

/// `{"same", "changes": [{"address", "old", "new", "delta_yuan", "cause", "page", …}], "sentences", …}`
pub fn as_json(diff: &Diff) -> Value {
    let each = |part: &dyn Fn(&DocumentDiff) -> Vec<Value>| -> Vec<Value> {
        let of = |document: &DocumentDiff| {
            let mut values = part(document);
            if let Some(name) = document.name.as_ref().filter(|_| diff.documents.len() > 1) {
                values.iter_mut().for_each(|value| value["document"] = json!(name));
            }
            values
        };
        diff.documents.iter().flat_map(of).collect()
    };
    let is_sentence = |text: &&TextChange| text.kind == TextKind::Sentence;
    json!({
        "same": diff.is_same(),
        "changes": each(&|d| d.figures.iter().map(|f| figure(f, d)).collect()),
        "sentences": each(&|d| d.texts.iter().filter(is_sentence).map(|t| text(t, d)).collect()),
        "texts": each(&|d| d.texts.iter().filter(|t| !is_sentence(t)).map(|t| text(t, d)).collect()),
        "rows": each(&|d| d.rows.iter().map(|r| row(r, d)).collect()),
        "layout": each(&|d| d.layout.iter().map(|line| json!({ "text": line })).collect()),
        "causes": each(&|d| d.causes.iter().map(|c| json!({ "place": c.place(), "text": c.to_string() })).collect()),
        "pages": each(&|d| d.pages.iter().map(pages).collect()),
        "limits": diff.limits,
        "not_compared": diff.not_compared,
    })
}

fn causes(of: &[usize], diff: &DocumentDiff) -> String {
    of.iter().map(|&n| diff.causes[n].to_string()).collect::<Vec<_>>().join("；")
}

fn figure(figure: &FigureChange, diff: &DocumentDiff) -> Value {
    let amount = |amount: Option<rust_decimal::Decimal>| amount.map(|a| a.normalize().to_string());
    let printings = figure.printings.iter().map(|p| {
        let mut value = spot(&p.spot);
        value["old"] = json!(p.old);
        value["new"] = json!(p.new);
        value
    });
    let first = &figure.printings[0];
    let delta = Some(figure.delta()).filter(|_| figure.money);
    json!({
        "address": figure.address,
        "old": first.old,
        "new": first.new,
        "old_yuan": amount(figure.old.filter(|_| figure.money)),
        "new_yuan": amount(figure.new.filter(|_| figure.money)),
        "delta_yuan": amount(delta),
        "cause": causes(&figure.causes, diff),
        "page": page_label(&first.spot),
        "printings": printings.collect::<Vec<Value>>(),
    })
}

fn page_label(spot: &Spot) -> Value {
    match (spot.page, spot.label.is_empty()) {
        (Some(_), false) => json!(spot.label),
        (Some(_), true) => json!(page(spot)),
        (None, _) => Value::Null,
    }
}

fn spot(spot: &Spot) -> Value {
    let or_null = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    json!({
        "title": spot.title,
        "table": spot.table,
        "row": or_null(&spot.row),
        "column": or_null(&spot.column),
        "page": page_label(spot),
        "pdf_page": spot.page.map(|page| page + 1),
    })
}

fn text(text: &TextChange, diff: &DocumentDiff) -> Value {
    let mut value = spot(&text.spot);
    value["kind"] = json!(super::kind_word(text.kind));
    value["old"] = json!(text.old);
    value["new"] = json!(text.new);
    value["figures"] = json!(text.figures);
    value["cause"] = json!(causes(&text.causes, diff));
    value
}

fn row(row: &RowChange, diff: &DocumentDiff) -> Value {
    let mut value = spot(&row.spot);
    value["added"] = json!(row.added);
    value["cells"] = row.cells.iter().map(|(head, text)| json!({ "head": head, "text": text })).collect();
    value["figures"] = json!(row.figures);
    value["cause"] = json!(causes(&row.causes, diff));
    value
}

fn pages(pages: &crate::diff::PageChanges) -> Value {
    let changed = pages.changed.iter();
    json!({
        "old_count": pages.old_count,
        "new_count": pages.new_count,
        "changed": changed.map(|p| json!({ "pdf_page": p.index + 1, "label": p.label, "added": p.added })).collect::<Vec<_>>(),
        "sheets": pages.sheets(),
    })
}
