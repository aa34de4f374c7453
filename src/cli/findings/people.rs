//! Findings for people: by file, the gravest first, each with its line, its amounts, the reason of its rule once.

use super::{Shown, Sources};
use crate::check;
use crate::diagnostic::{Compared, Diagnostic, Diagnostics, Severity};
use crate::money::told;
use std::collections::HashSet;

/// The findings of a folder, a text of several lines each. `colour`: for a terminal that takes it.
pub fn people(shown: &Shown<'_>, sources: &Sources<'_>, colour: bool) -> Vec<String> {
    let all = shown.by_place();
    let mut told: HashSet<&str> = HashSet::new();
    let mut texts = Vec::new();
    for (index, finding) in all.iter().enumerate() {
        if all[..index].iter().any(|earlier| alike(earlier, finding)) {
            continue;
        }
        let again: Vec<&Diagnostic> = all[index + 1..].iter().filter(|d| alike(d, finding)).copied().collect();
        let mut text = coloured(finding, colour);
        if let Some(excerpt) = sources.excerpt(finding) {
            let words = if excerpt.words.is_empty() { String::new() } else { mark(&excerpt.words, colour) };
            text.push_str(&format!("\n  原文：{}{words}{}", excerpt.before.trim_start(), excerpt.after.trim_end()));
        }
        text.extend(finding.compared.iter().map(|c| format!("\n  {}", difference(c))));
        if let Some(accepted) = &finding.acknowledged {
            text.push_str(&format!("\n  已确认：{}", accepted.reason));
        } else if let Some(page) = check::page(&finding.code).filter(|p| told.insert(p.code)) {
            text.push_str(&format!("\n  为什么：{}（{}）", page.reason, page.source));
        }
        if !again.is_empty() {
            text.push_str(&format!("\n  同样的还有 {} 处：{}", again.len(), lines_of(&again)));
        }
        texts.push(text);
    }
    texts
}

/// The same of the same words in one file.
fn alike(a: &Diagnostic, b: &Diagnostic) -> bool {
    let file = |d: &Diagnostic| d.place.as_ref().map(|p| p.file.clone());
    a.code == b.code && a.message == b.message && file(a) == file(b) && a.acknowledged == b.acknowledged
}

fn lines_of(findings: &[&Diagnostic]) -> String {
    const SHOWN: usize = 12;
    let lines: Vec<String> =
        findings.iter().filter_map(|d| d.place.as_ref()).map(|p| format!("第 {} 行", p.line)).collect();
    let mut text = lines[..lines.len().min(SHOWN)].join("、");
    if lines.len() > SHOWN {
        text.push('…');
    }
    text
}

/// Both amounts and how far they are apart.
pub fn difference(compared: &Compared) -> String {
    let ((stated, is), (expected, should)) = (&compared.stated, &compared.expected);
    format!("{stated} {}，{expected} {}，相差 {}", told(*is), told(*should), told((is - should).abs()))
}

fn mark(words: &str, colour: bool) -> String {
    if colour { format!("\x1b[4m{words}\x1b[0m") } else { format!("〖{words}〗") }
}

/// A finding as printed, its mark coloured by severity.
fn coloured(found: &Diagnostic, colour: bool) -> String {
    let text = found.to_string();
    if !colour {
        return text;
    }
    let mark = format!("{}[{}]", found.severity.word(), found.code);
    let code = match (found.acknowledged.is_some(), found.severity) {
        (true, _) => 2,
        (_, Severity::Error) => 31,
        (_, Severity::Warning) => 33,
        (_, Severity::Note) => 36,
    };
    text.replacen(&mark, &format!("\x1b[{code}m{mark}\x1b[0m"), 1)
}

/// `3 个错误，5 个警告，已确认 2 个`; empty where nothing was found.
pub fn summary(diagnostics: &Diagnostics) -> String {
    let counts = [
        (diagnostics.count(Severity::Error), "个错误"),
        (diagnostics.count(Severity::Warning), "个警告"),
        (diagnostics.count(Severity::Note), "个提示"),
    ];
    let mut parts: Vec<String> = counts.iter().filter(|c| c.0 > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let accepted = diagnostics.count_acknowledged();
    if accepted > 0 {
        parts.push(format!("已确认 {accepted} 个"));
    }
    parts.join("，")
}
