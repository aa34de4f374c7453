//! What the department accepts: findings named in `report.toml`, reported as acknowledged. One that names nothing
//! any more is a finding itself.

use super::rule::{Example, RulePage};
use crate::compose::{AcknowledgeDecl, Report};
use crate::diagnostic::{Acknowledged, Diagnostic, Diagnostics, Severity};
use crate::layout::Tuned;
use crate::searched::searched_text;
use crate::toml_tree::toml_string;
use indexmap::IndexMap;

/// What `explain` says of acknowledgements that match nothing.
pub const STALE: RulePage = RulePage {
    code: "K090",
    severity: Severity::Warning,
    title: "确认已没有对应的发现",
    reason: "report.toml 里确认过的问题已经改掉了，或者原文变了；留着它，以后同样的问题会被误认为已确认。",
    source: "本程序的约定",
    example: Example {
        wrong: "[[acknowledge]] code = \"L013\", text = \"[2022]14号\"，而正文里已写作〔2022〕14号",
        right: "删去这一条 [[acknowledge]]",
    },
};

/// Findings as a set has their rules: graver or less so, left out where it switches a rule off, acknowledged where the
/// words are its form's. Rules of a set's own are tuned in its `checks.toml`, mistakes not at all.
pub fn tune(tuned: &IndexMap<String, Tuned>, found: &mut Diagnostics) {
    for (code, rule) in tuned {
        if super::page(code).is_none() {
            let message = format!("没有“{code}”这条规则，[rules] 里不能调整它");
            let mistake = Diagnostic::error("E285", message).at(rule.place.clone());
            found.push(mistake.hint("这里写正文规则的编号（见 CHECKS.md）；C0、X0 的规则在 checks.toml 里调整"));
        }
        found.retain(|f| f.code != *code || rule.severity != Some(None));
        for finding in found.iter_mut().filter(|f| f.code == *code) {
            if let Some(Some(severity)) = rule.severity {
                finding.severity = severity;
            }
            let said = finding.text.as_deref().map(searched_text).unwrap_or_default();
            if let Some(words) = rule.except.iter().find(|words| said.contains(&*searched_text(words))) {
                let reason = format!("本套版式就这样写：{words}");
                finding.acknowledged = Some(Acknowledged { reason, place: rule.place.clone() });
            }
        }
    }
}

/// Marks the findings that the report acknowledges. Mistakes that stop the program (class E) cannot be.
pub fn acknowledge(report: &Report, found: &mut Diagnostics) {
    for finding in found.iter_mut().filter(|f| !f.code.is_mistake()) {
        let accepted = report.acknowledged.iter().find(|a| speaks_of(a, finding));
        let by_report = accepted.map(|a| Acknowledged { reason: a.reason.clone(), place: a.place.clone() });
        finding.acknowledged = by_report.or(finding.acknowledged.take());
    }
}

/// The `[[acknowledge]]` of report.toml that accepts a finding for a reason; none of a mistake, or where it has neither
/// words nor a figure to be named by.
pub fn entry(found: &Diagnostic, reason: &str) -> Option<String> {
    if found.code.is_mistake() {
        return None;
    }
    let about = match (&found.text, &found.address) {
        (Some(text), _) => format!("text = {}", toml_string(text)),
        (None, Some(address)) => format!("address = {}", toml_string(address)),
        (None, None) => return None,
    };
    let code = toml_string(&found.code.to_string());
    Some(format!("[[acknowledge]]\ncode = {code}\n{about}\nreason = {}\n", toml_string(reason)))
}

fn speaks_of(accepted: &AcknowledgeDecl, finding: &Diagnostic) -> bool {
    let same = |wanted: &Option<String>, has: &Option<String>| {
        // A number that was typed with blanks of another kind is the same one.
        wanted
            .as_deref()
            .is_none_or(|w| has.as_deref().is_some_and(|h| searched_text(h).trim() == searched_text(w).trim()))
    };
    accepted.code == finding.code && same(&accepted.text, &finding.text) && same(&accepted.address, &finding.address)
}

/// Acknowledgements that no finding of a whole run answers to.
pub fn stale(accepted: &[AcknowledgeDecl], found: &Diagnostics) -> Vec<Diagnostic> {
    let answered =
        |a: &&AcknowledgeDecl| found.iter().any(|f| f.acknowledged.as_ref().is_some_and(|by| by.place == a.place));
    let finding = |a: &AcknowledgeDecl| {
        let of = a.text.as_deref().or(a.address.as_deref()).unwrap_or_default();
        Diagnostic::new(STALE.severity, STALE.code, format!("确认的 {}“{of}”已不再出现", a.code))
            .at(a.place.clone())
            .text(of)
            .hint("问题已改掉的，删去这一条；原文变了的，照新的原文改 text")
    };
    accepted.iter().filter(|a| !answered(a)).map(finding).collect()
}
