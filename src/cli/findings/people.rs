//! Findings for people: by file, the gravest first, each with its line, its amounts, the reason of its rule once.

use super::{Shown, Sources, file_of, lines_of};
use crate::check;
use crate::diagnostic::{Compared, Diagnostic, Diagnostics, Severity};
use crate::money::told;
use std::collections::{HashMap, HashSet};

/// The findings of a folder, a text of several lines each. `colour`: for a terminal that takes it.
pub fn people(shown: &Shown<'_>, sources: &Sources<'_>, colour: bool) -> Vec<String> {
    let mut told: HashSet<&str> = HashSet::new();
    let mut texts = Vec::new();
    let mut rest: Vec<(&str, Option<&str>, Vec<&Diagnostic>)> = Vec::new();
    let mut counts: HashMap<(&str, Option<&str>), usize> = HashMap::new();
    for group in shown.groups() {
        let finding = group.finding;
        let of = (&*finding.code, file_of(finding));
        let count = counts.entry(of).or_default();
        *count += 1;
        // Of many different findings of one rule in one file, a few examples; mistakes in the data are all told.
        if *count > EXAMPLES && !finding.code.starts_with('E') {
            match rest.iter_mut().find(|r| (r.0, r.1) == of) {
                Some(more) => more.2.extend([finding].iter().chain(&group.again)),
                None => rest.push((of.0, of.1, [finding].into_iter().chain(group.again).collect())),
            }
            continue;
        }
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
        text.extend(group.others().map(|others| format!("\n  {others}")));
        texts.push(text);
    }
    for (code, file, more) in rest {
        let file = file.unwrap_or_default();
        texts.push(format!("{file} 同一条规则（{code}）另有 {} 处：{}", more.len(), lines_of(&more)));
    }
    texts
}

/// How many different findings of one rule in one file are shown whole.
const EXAMPLES: usize = 4;

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
    let tally = diagnostics.tally();
    let counts = [(tally.errors, "个错误"), (tally.warnings, "个警告"), (tally.notes, "个提示")];
    let mut parts: Vec<String> = counts.iter().filter(|c| c.0 > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if tally.acknowledged > 0 {
        parts.push(format!("已确认 {} 个", tally.acknowledged));
    }
    parts.join("，")
}
