//! Reasons follow the figures: one that explains an increase does not stay when the figure falls.

use super::rule::{Findings, TextRule};
use super::texts::{NamedFigure, Texts};
use crate::check::figures::names_of;
use crate::check::rule::{Example, RulePage};
use crate::compose::Composition;
use crate::diagnostic::{Diagnostic, Severity::Error};
use crate::layout::ReasonsAsked;
use rust_decimal::Decimal;

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "X120",
            severity: Error,
            title: "增减原因与现在的方向不符",
            reason: "原因是为“增加”写的，数字改动后成了减少，原来的话就不能再用。",
            source: "财预〔2016〕143号：说明增减变化及原因",
            example: Example {
                wrong: "reasons.csv 写“增加，人员增加”，而基本支出已减少",
                right: "改写原因，方向改为“减少”",
            },
        },
        find: stale,
    },
    TextRule {
        page: RulePage {
            code: "X121",
            severity: Error,
            title: "增减没有给出原因",
            reason: "变动达到版式集规定的幅度（set.toml 的 [reasons]），或者句子要用原因，就必须写明原因。",
            source: "财预〔2016〕143号：“三公”经费等增减变化应逐项说明原因",
            example: Example {
                wrong: "项目支出增加4433.44万元（没有原因）", right: "在 reasons.csv 里写明原因"
            },
        },
        find: missing,
    },
];

/// What was found while sentences were written, with the figure's name beside its address.
fn of_sentences(texts: &Texts<'_>, code: &str, findings: &mut Findings) {
    let found: Vec<&Diagnostic> = texts.composition.reason_findings().iter().filter(|d| d.code == code).collect();
    let items = found.iter().filter_map(|finding| finding.address.as_deref()).map(item_of);
    let names = names_of(texts.composition, items);
    for mut finding in found.into_iter().cloned() {
        let item = finding.address.as_deref().map(item_of).unwrap_or_default();
        let label = texts.label(item).filter(|label| *label != "合计");
        if let Some(name) = label.or_else(|| names.get(item).map(String::as_str)) {
            finding.message = finding.message.replacen(&format!("“{item}”"), &format!("{name}（{item}）"), 1);
        }
        findings.push(finding);
    }
}

fn item_of(address: &str) -> &str {
    address.split(['~', '%', '@']).next().unwrap_or(address)
}

fn stale(texts: &Texts<'_>, findings: &mut Findings) {
    of_sentences(texts, "X120", findings);
}

fn missing(texts: &Texts<'_>, findings: &mut Findings) {
    of_sentences(texts, "X121", findings);
    let Some(asked) = &texts.composition.job().set.reasons else { return };
    for figure in texts.figures.iter().filter(|f| is_asked(asked, f)) {
        if texts.composition.has_reason(figure.address) {
            continue;
        }
        let Some(finding) = unexplained(texts, figure) else { continue };
        let sign = if figure.amount.is_sign_negative() { "减少" } else { "增加" };
        let item = item_of(figure.address);
        let finding = match figure.compares {
            Some((now, before)) => finding.compared(("本年".into(), now), ("上年".into(), before)),
            None => finding,
        };
        findings.push(
            finding.address(figure.address).hint(format!("在原因文件里加一行：条目 {item}，方向 {sign}，以及原因")),
        );
    }
}

/// A difference large enough to need a reason.
fn is_asked(asked: &ReasonsAsked, figure: &NamedFigure<'_>) -> bool {
    let Some((_, before)) = figure.compares.filter(|_| figure.address.contains('~')) else { return false };
    let change = figure.amount.abs();
    let percent = asked.percent.is_some_and(|p| change * Decimal::from(100) >= p * before.abs());
    let yuan = asked.yuan.is_some_and(|y| change >= y);
    !change.is_zero()
        && (percent || yuan)
        && asked.of.iter().any(|pattern| Composition::speaks_of(pattern, figure.address))
}

/// The sentence that prints a difference, if it gives no reason itself.
fn unexplained(texts: &Texts<'_>, figure: &NamedFigure<'_>) -> Option<Diagnostic> {
    let (passage, range) = texts.printing(figure.address)?;
    let rest = &passage.chars[range.end..];
    let end = rest.iter().position(|c| matches!(c, '。' | '；')).unwrap_or(rest.len());
    // What follows 其中 explains the parts.
    let end = rest[..end].windows(2).position(|w| *w == ['其', '中']).unwrap_or(end);
    let sentence = passage.words(&(range.end..range.end + end));
    let given = ["原因", "主要为", "主要是", "由于"].iter().any(|w| sentence.contains(w));
    let words = passage.words(range);
    (!given).then(|| passage.finding(range.clone(), format!("增减 {words} 达到了要说明原因的幅度，没有给出原因")))
}
