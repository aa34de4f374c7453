//! Reasons: which typed reason speaks of which difference, and whether it still fits.

use super::Job;
use super::amount::amount as amount_of;
use super::figure::{NO_FILE, Terms};
use super::functions::no_dataset;
use super::session::Session;
use crate::data::{Dataset, Record};
use crate::diagnostic::{Diagnostic, Place};
use crate::layout::template_message;
use minijinja::{Error, ErrorKind, Value};

fn wrong(detail: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail)
}

/// The dataset of typed reasons, with the indices of its item, sign and text.
fn reasons(job: &Job) -> Result<(&Dataset, [usize; 3]), Error> {
    let Some(file) = job.set.schema.files.values().find(|f| f.role.as_deref() == Some("reasons")) else {
        return Err(wrong("版式集没有声明原因文件（role = \"reasons\"）".to_string()));
    };
    let Some(dataset) = job.data.datasets.get(&file.id) else { return Err(no_dataset(job, &file.id)) };
    let field = |id: &str| dataset.field(id).ok_or_else(|| wrong(format!("原因文件缺少字段 {id}（item、sign、text）")));
    Ok((dataset, [field("item")?, field("sign")?, field("text")?]))
}

/// Whether any typed reason speaks of an address.
pub fn has_reason(job: &Job, address: &str) -> bool {
    let Ok((dataset, [item, ..])) = reasons(job) else { return false };
    dataset.records.iter().any(|r| is_for(r.values[item].text(), address) && in_scope(job, dataset, r))
}

/// `d | reason`: the department's reason for a difference, for the sign it has now. A reason for another sign is
/// stale: it is written, and `check` blocks the document.
pub fn reason(session: &Session, d: &Value) -> Result<String, Error> {
    let of = amount_of(d)?;
    let (Some((_, figure)), Some(sign)) = (of.figure(), of.sign()) else { return Ok(d.to_string()) };
    let (dataset, [item, direction, text]) = reasons(&session.job)?;
    let candidates: Vec<_> = dataset
        .records
        .iter()
        .filter(|r| is_for(r.values[item].text(), &figure.address) && in_scope(&session.job, dataset, r))
        .collect();
    let text_of = |record: &Record| {
        let place = record.place(text);
        let own = format!("{} 的原因", record.origin);
        session.once_within(&own, || reason_text(session, record.values[text].text(), &place))
    };
    if let Some(record) = candidates.iter().find(|r| r.values[direction].text() == sign.chinese()) {
        return text_of(record);
    }
    let what = format!("“{}”现在是{}", item_of(&figure.address), sign.chinese());
    let (diagnostic, words) = match candidates.first() {
        Some(stale) => {
            let place = stale.place(direction);
            let given = stale.values[direction].text();
            let found = Diagnostic::error("X120", format!("{what}，给出的原因却是{given}的原因"))
                .at(place)
                .text(stale.values[text].text())
                .hint(format!("数字改动后方向变了：改写原因，并把方向改为{}", sign.chinese()));
            (found, text_of(stale)?)
        }
        // Over printed tables a file that is not there is one of those that are still to be given.
        None if !dataset.given && !session.given_tables.is_empty() => {
            let wanted = format!("{} {}", item_of(&figure.address), sign.chinese());
            let lacking = Diagnostic::error("E302", format!("{NO_FILE}{}", dataset.file)).text(wanted);
            return Ok(session.problem(lacking));
        }
        None => {
            let found = Diagnostic::error("X121", format!("{what}，没有给出原因")).hint(format!(
                "在 {} 中加一行：条目 {}，方向 {}，以及原因",
                dataset.file,
                item_of(&figure.address),
                sign.chinese()
            ));
            (found, String::new())
        }
    };
    let mut diagnostic = diagnostic.address(figure.address.to_string());
    if let Terms::Figures(_, compared) = &figure.terms
        && let [now, before] = compared[..]
        && let (Some(now), Some(before)) = (session.figure(now).amount, session.figure(before).amount)
    {
        diagnostic = diagnostic.compared(("本年".into(), now), ("上年".into(), before));
    }
    Ok(format!("{words}{}", session.problem_for_checks(diagnostic)))
}

/// A reason may say which document it is for: its other fields are those of the document's scope, blank for a
/// document without one.
fn in_scope(job: &Job, dataset: &Dataset, record: &Record) -> bool {
    let others =
        dataset.fields.iter().zip(&record.values).filter(|(f, _)| !["item", "sign", "text"].contains(&f.id.as_str()));
    let scope = &job.report.scope;
    others.into_iter().all(|(field, value)| value.text() == scope.get(&field.id).map_or("", String::as_str))
}

fn item_of(address: &str) -> &str {
    address.split(['~', '%', '@']).next().unwrap_or(address)
}

/// Whether a reason's item (an address, its beginning, or a pattern with `*`) speaks of an address.
pub fn is_for(item: &str, address: &str) -> bool {
    let base = item_of(address);
    if item.contains('*') {
        return glob(item, address) || glob(item, base);
    }
    item == address || item == base || base.strip_prefix(item).is_some_and(|rest| rest.starts_with('/'))
}

fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        if index + 1 == parts.len() {
            return rest.len() >= part.len() && rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

/// A reason is a template: it may name figures.
fn reason_text(session: &Session, text: &str, place: &Place) -> String {
    if !text.contains("{{") && !text.contains("{%") {
        return text.to_string();
    }
    let rendered = session.env().template_from_str(text).and_then(|t| t.render(()));
    let rendered = rendered.unwrap_or_else(|error| {
        session.report(template_message::runtime(&error, place, session.env(), &Value::UNDEFINED));
        String::new()
    });
    // What a reason names is no part of the list it stands in.
    session.claim(&rendered);
    rendered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_match_addresses_and_patterns() {
        assert!(is_for("f/基本", "f/基本/额~prior"));
        assert!(is_for("t9/*", "t9/接待/合计~prior"));
        assert!(is_for("t9/接待/合计", "t9/接待/合计~prior"));
        assert!(!is_for("f/基本", "f/基本工资/额~prior"));
        assert!(!is_for("t9/*/一般", "t9/接待/合计~prior"));
    }
}
