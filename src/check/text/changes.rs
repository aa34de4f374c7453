//! Changes: the words, the percentage and the reason agree with the amounts.

use super::amounts::{Amount, DOWN, UP, Unit};
use super::passage::Kind;
use super::rule::{Findings, Rule};
use super::texts::{NamedFigure, Texts};
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Severity::Warning;
use rust_decimal::Decimal;

pub const RULES: &[Rule] = &[
    Rule {
        page: RulePage {
            code: "N007",
            severity: Warning,
            title: "增减的说法与数字的正负相反",
            reason: "数字减少而句子说增加（或持平），是改过数字而没有改句子。",
            source: "财预〔2016〕143号：说明增减变化及原因",
            example: Example {
                wrong: "较上年增加5.00万元（实际减少5.00万元）", right: "较上年减少5.00万元"
            },
        },
        find: sign_words,
    },
    Rule {
        page: RulePage {
            code: "N008",
            severity: Warning,
            title: "百分比与增减额对不上",
            reason: "增减百分比应等于增减额除以上年数；手算的百分比常在数字改动后忘了重算。",
            source: "财预〔2016〕143号：说明增减变化",
            example: Example {
                wrong: "安排110.00万元，比上年增加10.00万元，增长11%",
                right: "安排110.00万元，比上年增加10.00万元，增长10%",
            },
        },
        find: percents,
    },
    Rule {
        page: RulePage {
            code: "N009",
            severity: Warning,
            title: "基数为零，不应有百分比",
            reason: "上年数或年初预算是零，就没有增长率、完成率可言。",
            source: "数的除法：除数不能为零",
            example: Example {
                wrong: "年初预算0.00万元，支出5.00万元，完成年初预算的100%",
                right: "年初预算0.00万元，支出5.00万元",
            },
        },
        find: zero_base,
    },
    Rule {
        page: RulePage {
            code: "N020",
            severity: Warning,
            title: "原因说的方向与增减相反",
            reason: "前面说增加，后面说“减少的原因是”，是数字改了而原因没有改。",
            source: "财预〔2016〕143号：说明增减变化及原因",
            example: Example {
                wrong: "比上年增加5.00万元，减少的主要原因是压减支出",
                right: "比上年增加5.00万元，增加的主要原因是新增人员",
            },
        },
        find: opposite_reasons,
    },
];

fn sign_words(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        for amount in passage.amounts().iter().filter(|a| a.is_money() && a.direction != 0) {
            let bound = amount.figure.map(|id| texts.composition.document.figure(id).address.as_str());
            let same = texts.figures.iter().filter(|f| {
                f.compares.is_some()
                    && match bound {
                        Some(address) => f.address == address,
                        None => !amount.written.is_zero() && amount.significant() >= 3 && amount.prints(f.amount.abs()),
                    }
            });
            let same: Vec<&NamedFigure> = same.collect();
            let Some(first) = same.first() else { continue };
            let agrees =
                |f: &&NamedFigure| f.amount.is_sign_positive() == (amount.direction > 0) && !f.amount.is_zero();
            if same.iter().any(agrees) {
                continue;
            }
            let (says, should) = match (amount.direction > 0, first.amount.is_zero()) {
                (true, true) => ("增加", "持平"),
                (false, true) => ("减少", "持平"),
                (true, false) => ("增加", "减少"),
                (false, false) => ("减少", "增加"),
            };
            let start = amount.range.start.saturating_sub(4);
            let message =
                format!("“{}”说{says}，而 {} 是{should}", passage.words(&(start..amount.range.end)), first.address);
            let mut found = passage.finding(start..amount.range.end, message).address(first.address.clone());
            if let Some((now, before)) = first.compares {
                found = found.compared(("本年".into(), now), ("上年".into(), before));
            }
            findings.push(found.hint("用 {{ diff(…) | say(\"增减\") }}，增减的说法就会跟着数字变"));
        }
    }
}

/// A percentage with the change right before it and, in the same sentence, the amount changed.
struct Growth<'a> {
    percent: &'a Amount,
    change: &'a Amount,
    now: Option<&'a Amount>,
}

fn growths(all: &[Amount]) -> Vec<Growth<'_>> {
    let mut found = Vec::new();
    for (index, percent) in all.iter().enumerate().filter(|(_, a)| a.unit == Unit::Percent && a.direction != 0) {
        let Some(change) = index.checked_sub(1).map(|i| &all[i]) else { continue };
        if !change.is_money() || change.direction == 0 || change.sentence != percent.sentence {
            continue;
        }
        let same = |a: &&Amount| a.sentence == percent.sentence && a.is_money() && a.direction == 0;
        let now = index.checked_sub(2).map(|i| &all[i]).filter(same);
        found.push(Growth { percent, change, now });
    }
    found
}

/// The base of a growth in 元, with how far off rounding may put it.
fn base_of(texts: &Texts<'_>, growth: &Growth<'_>) -> Option<(Decimal, Decimal)> {
    let bound = growth.change.figure.map(|id| &texts.composition.document.figure(id).address);
    let exact = bound.and_then(|address| texts.figures.iter().find(|f| f.address == *address)?.compares);
    if let Some((_, base)) = exact {
        return Some((base, Decimal::ZERO));
    }
    let now = growth.now?;
    let change = growth.change.value() * Decimal::from(growth.change.direction);
    Some((now.value() - change, now.slack() + growth.change.slack()))
}

fn percents(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.prose() {
        let all = passage.amounts();
        for growth in growths(all) {
            let Some((base, slack)) = base_of(texts, &growth).filter(|b| b.0.abs() > b.1) else { continue };
            let hundred = Decimal::from(100);
            let change = growth.change.value();
            let expected = change / base.abs() * hundred;
            let room =
                hundred * growth.change.slack() / base.abs() + expected * slack / base.abs() + growth.percent.slack();
            if (growth.percent.written - expected).abs() <= room {
                continue;
            }
            let words = passage.words(&(growth.change.range.start..growth.percent.range.end));
            let message = format!(
                "“{words}”：按增减额和上年数计算应为 {:.*}%",
                growth.percent.decimals.max(2) as usize,
                expected
            );
            let hint = "用 {{ percent(本年, 上年) }} 或数字的 .ratio，百分比就会跟着数字变";
            findings.push(passage.finding(growth.percent.range.clone(), message).hint(hint));
        }
    }
}

fn zero_base(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.prose() {
        let all = passage.amounts();
        for growth in growths(all) {
            if base_of(texts, &growth).is_some_and(|(base, slack)| base.abs() <= slack) {
                let words = passage.words(&growth.percent.range);
                let found = passage.finding(growth.percent.range.clone(), format!("上年数为零，不应有“{words}”"));
                findings.push(found.hint("删去百分比，只写增减额"));
            }
        }
        for percent in all.iter().filter(|a| a.unit == Unit::Percent) {
            let before = passage.words(&(percent.sentence.start..percent.range.start));
            let completes = ["年初预算", "预算"]
                .iter()
                .any(|w| before.trim_end_matches(['的', '为']).ends_with(&format!("完成{w}")));
            let planned = all.iter().find(|a| {
                a.is_money()
                    && a.sentence == percent.sentence
                    && a.range.end < percent.range.start
                    && a.label.contains("年初")
            });
            if completes && planned.is_some_and(|a| a.written.is_zero()) {
                let words = passage.words(&percent.range);
                let found = passage.finding(percent.range.clone(), format!("年初预算为零，不应有完成率“{words}”"));
                findings.push(found.hint("删去完成率，说明支出的来源"));
            }
        }
    }
}

/// 增加5.00万元，减少的主要原因是……
fn opposite_reasons(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        let all = passage.amounts();
        let directed: Vec<&Amount> = all.iter().filter(|a| a.is_money() && a.direction != 0).collect();
        for (index, amount) in directed.iter().enumerate() {
            let next = directed.get(index + 1).map_or(usize::MAX, |a| a.range.start);
            let rest = passage.words(&(amount.range.end..amount.sentence.end.min(next)));
            let (own, other) = if amount.direction > 0 { (UP, DOWN) } else { (DOWN, UP) };
            let said = |words: &[&'static str]| {
                let forms =
                    words.iter().flat_map(|w| ["的主要原因", "的原因", "主要原因", "原因"].map(|r| format!("{w}{r}")));
                forms.into_iter().find(|f| rest.contains(f.as_str()))
            };
            let Some(words) = said(&other).filter(|_| said(&own).is_none()) else { continue };
            let byte = rest.find(words.as_str()).unwrap_or(0);
            let start = amount.range.end + rest[..byte].chars().count();
            let message = format!(
                "前面说“{}”，后面却说“{words}”",
                passage.words(&(amount.range.start.saturating_sub(2)..amount.range.end))
            );
            let found = passage.finding(start..start + words.chars().count(), message);
            findings.push(found.hint("按现在的增减改写原因；用 {{ diff(…) | reason }}，原因就会跟着数字变"));
        }
    }
}
