//! Changes: the words, the percentage and the reason agree with the amounts.

use super::amounts::{Amount, DOWN, UP, Unit};
use super::passage::{Kind, Passage};
use super::rule::{Findings, TextRule};
use super::statements::Statement;
use super::texts::{NamedFigure, Texts};
use super::typed::unlike;
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Severity::Warning;
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::HashSet;

pub const RULES: &[TextRule] = &[
    TextRule {
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
    TextRule {
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
    TextRule {
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
    TextRule {
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
            let same: Vec<&NamedFigure<'_>> = match bound {
                Some(address) => texts.figure_at(address).into_iter().collect(),
                None if amount.written.is_zero() || amount.significant() < 3 => continue,
                None => texts.printed_as(amount).filter(|f| amount.prints(f.amount.abs())).collect(),
            };
            let same: Vec<&NamedFigure<'_>> = same.into_iter().filter(|f| f.compares.is_some()).collect();
            let Some(first) = same.first() else { continue };
            let agrees =
                |f: &&NamedFigure<'_>| f.amount.is_sign_positive() == (amount.direction > 0) && !f.amount.is_zero();
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
            let of_print = texts.in_print(first.address).map(|printed| printed.name);
            let name = of_print.unwrap_or_else(|| format!(" {} ", first.address));
            let message = format!("“{}”说{says}，而{name}是{should}", passage.words(&(start..amount.range.end)));
            let mut found = passage.finding(start..amount.range.end, message).address(first.address);
            if let Some((now, before)) = first.compares {
                found = found.compared(("本年".into(), now), ("上年".into(), before));
            }
            findings.push(found.hint("用 {{ diff(…) | say(\"增减\") }}，增减的说法就会跟着数字变"));
        }
    }
}

/// A percentage with the change right before it and, in the same sentence or the one before, the amount changed.
struct Growth<'a> {
    percent: &'a Amount,
    change: &'a Amount,
    now: Option<&'a Amount>,
}

fn growths(passage: &Passage) -> Vec<Growth<'_>> {
    let mut found = Vec::new();
    let all = passage.amounts();
    for (index, percent) in all.iter().enumerate().filter(|(_, a)| a.unit == Unit::Percent && a.direction != 0) {
        let Some(change) = index.checked_sub(1).map(|i| &all[i]) else { continue };
        if !change.is_money() || change.direction == 0 || change.sentence != percent.sentence {
            continue;
        }
        // 收、支总计均为80万元。与上年相比，各增加10万元，增长14.29%.
        let opens_comparing = passage.chars[percent.sentence.clone()]
            .iter()
            .find(|c| !c.is_whitespace())
            .is_some_and(|c| "与比较同和".contains(*c));
        let is_next = |a: &Amount| {
            opens_comparing && a.sentence.end <= percent.sentence.start && percent.sentence.start <= a.sentence.end + 2
        };
        let same = |a: &&Amount| (a.sentence == percent.sentence || is_next(a)) && a.is_money() && a.direction == 0;
        // …，完成预算的90.81%。与上年相比，增加…: what was completed is of the same amount.
        let is_share = |a: &&Amount| a.unit == Unit::Percent && a.direction == 0;
        let now = all[..index - 1].iter().rev().find(|a| !is_share(a)).filter(same);
        found.push(Growth { percent, change, now });
    }
    found
}

/// The base of a growth in 元, with how far off rounding may put it.
fn base_of(texts: &Texts<'_>, growth: &Growth<'_>) -> Option<(Decimal, Decimal)> {
    let bound = growth.change.figure.map(|id| &texts.composition.document.figure(id).address);
    let exact = bound.and_then(|address| texts.figure_at(address)?.compares);
    if let Some((_, base)) = exact {
        return Some((base, Decimal::ZERO));
    }
    let now = growth.now?;
    let change = growth.change.value() * Decimal::from(growth.change.direction);
    Some((now.value() - change, now.slack() + growth.change.slack()))
}

fn percents(texts: &Texts<'_>, findings: &mut Findings) {
    let wrong = |s: &&Statement| s.address.contains('%') && texts.holds(s) == Some(false);
    texts.statements.iter().filter(wrong).filter_map(|s| unlike(texts, s)).for_each(|found| findings.push(found));
    growth_alone(texts, findings);
    shares(texts, findings);
    of_two_amounts(texts, findings);
    for passage in texts.prose() {
        for growth in growths(passage) {
            let Some((base, slack)) = base_of(texts, &growth).filter(|b| b.0.abs() > b.1) else { continue };
            let hundred = Decimal::from(100);
            let change = growth.change.value();
            let expected = change / base.abs() * hundred;
            let room =
                hundred * growth.change.slack() / base.abs() + expected * slack / base.abs() + growth.percent.slack();
            if (growth.percent.written - expected).abs() <= room || is_told(texts, passage, growth.percent) {
                continue;
            }
            let words = passage.words(&(growth.change.range.start..growth.percent.range.end));
            let message = format!("“{words}”：按增减额和上年数计算应为 {}", shown(expected, growth.percent));
            let hint = "用 {{ percent(本年, 上年) }} 或数字的 .ratio，百分比就会跟着数字变";
            findings.push(passage.finding(growth.percent.range.clone(), message).hint(hint));
        }
    }
}

/// Percentages without the amount of the change: 支出80.00万元，比上年增长10%.
fn growth_alone(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.prose().filter(|p| p.own) {
        let all = passage.amounts();
        let told: HashSet<usize> = growths(passage).iter().map(|g| g.percent.range.start).collect();
        let percents = all.iter().filter(|a| a.unit == Unit::Percent && a.direction != 0 && a.figure.is_none());
        for percent in percents.filter(|p| !told.contains(&p.range.start) && !is_told(texts, passage, p)) {
            let Some(now) = amount_before(passage, percent) else { continue };
            let figures = figures_of(texts, passage, now);
            let bases = figures.iter().flat_map(|f| texts.changes_of(f.address)).filter_map(|f| f.compares);
            let ratios: Vec<Decimal> = bases.filter_map(|(now, base)| ratio(now - base, base.abs())).collect();
            let right = |r: &Decimal| {
                (r.abs() - percent.written).abs() <= percent.slack() && r.is_sign_positive() == (percent.direction > 0)
            };
            if let Some(expected) = ratios.first().filter(|_| !ratios.iter().any(right)) {
                let words = passage.words(&(percent.clause..percent.range.end));
                let message = format!("“{words}”：按表里的数计算应为 {}", shown(*expected, percent));
                let hint = "用 {{ diff(本年, 上年).ratio }}，百分比就会跟着数字变";
                findings.push(passage.finding(percent.range.clone(), message).hint(hint));
            }
        }
    }
}

/// Percentages of a whole: 基本支出85.05万元，占预算支出的1.51%.
fn shares(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.prose().filter(|p| p.own) {
        let all = passage.amounts();
        let percents = all.iter().filter(|a| a.unit == Unit::Percent && a.direction == 0 && a.figure.is_none());
        for percent in percents.filter(|p| !is_told(texts, passage, p)) {
            let clause = &passage.chars[percent.clause..percent.range.start];
            let Some(at) = clause.iter().rposition(|c| *c == '占') else { continue };
            let Some(part) = amount_before(passage, percent) else { continue };
            let wholes = texts.named_in(&clause[at + 1..]);
            let exact = figures_of(texts, passage, part);
            let parts: Vec<Decimal> = match exact.is_empty() {
                true => vec![part.value()],
                false => exact.iter().map(|f| f.amount).collect(),
            };
            let ratios: Vec<(Decimal, Decimal)> = wholes
                .iter()
                .flat_map(|whole| parts.iter().map(move |part| (*part, whole.amount.abs())))
                .filter_map(|(part, whole)| Some((ratio(part, whole)?, whole)))
                .collect();
            // A typed part is rounded itself.
            let room = |whole: Decimal| {
                let part = if exact.is_empty() { part.slack() } else { Decimal::ZERO };
                percent.slack() + ratio(part, whole).unwrap_or_default()
            };
            let right = |(r, whole): &(Decimal, Decimal)| (r.abs() - percent.written.abs()).abs() <= room(*whole);
            if let Some((expected, _)) = ratios.first().filter(|_| !ratios.iter().any(right)) {
                let words = passage.words(&(percent.clause..percent.range.end));
                let message = format!("“{words}”：按表里的数计算应为 {}", shown(*expected, percent));
                findings.push(
                    passage
                        .finding(percent.range.clone(), message)
                        .hint("用 {{ percent(部分, 全部) }}，百分比就会跟着数字变"),
                );
            }
        }
    }
}

/// Percentages of two typed amounts of their own sentence: what was completed of what was planned, what grew from what, the
/// share of the amount that opens the sentence. They must come out whatever the tables say.
fn of_two_amounts(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.prose().filter(|p| p.own) {
        let all = passage.amounts();
        let with_change: HashSet<usize> = growths(passage).iter().map(|g| g.percent.range.start).collect();
        let percents = all.iter().enumerate().filter(|(_, a)| a.unit == Unit::Percent && a.figure.is_none());
        for (index, percent) in percents {
            if is_told(texts, passage, percent) || with_change.contains(&percent.range.start) {
                continue;
            }
            let Some((part, whole)) = pair_of(texts, passage, &all[..index], percent) else { continue };
            let range = |amount: &Amount| (amount.value() - amount.slack(), amount.value() + amount.slack());
            let ((low, high), (least, most)) = (range(part), range(whole));
            let less = if percent.direction == 0 { Decimal::ZERO } else { Decimal::from(100) };
            let bounds = (ratio(low, most).map(|r| r - less), ratio(high, least).map(|r| r - less));
            let (Some(low), Some(high), Some(exact)) = (bounds.0, bounds.1, ratio(part.value(), whole.value())) else {
                continue;
            };
            let sign = if percent.direction < 0 { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
            let (stated, room) = (percent.written * sign, percent.slack());
            if least <= Decimal::ZERO || (low - room..=high + room).contains(&stated) {
                continue;
            }
            let expected = shown(exact - less, percent);
            let words = passage.words(&(percent.clause..percent.range.end));
            let (part, whole) = (passage.words(&part.range), passage.words(&whole.range));
            let message = format!("“{words}”：按这句话里的 {part} 和 {whole} 计算应为 {expected}");
            findings.push(passage.finding(percent.range.clone(), message).hint("核对两个数，重新计算百分比"));
        }
    }
}

/// The two amounts before a percentage that it is made of.
fn pair_of<'a>(
    texts: &Texts<'_>,
    passage: &Passage,
    before: &'a [Amount],
    percent: &Amount,
) -> Option<(&'a Amount, &'a Amount)> {
    let typed = |a: &&Amount| a.is_money() && a.direction == 0 && a.figure.is_none() && a.value() > Decimal::ZERO;
    let before: Vec<&Amount> = before.iter().filter(|a| a.sentence == percent.sentence).filter(typed).collect();
    let said = |a: &Amount| -> String {
        passage.chars[a.clause..a.number.start].iter().filter(|c| !c.is_whitespace()).collect()
    };
    let clause = said(percent);
    if percent.direction != 0 {
        // 2026年预算80万元，比2025年预算70万元增长14.29%.
        let [.., before_last, last] = before.as_slice() else { return None };
        let follows = percent.clause == last.range.end || percent.number.start <= last.range.end + 6;
        if follows && said(last).starts_with(['比', '较']) {
            return Some((before_last, last));
        }
        // 2025年执行数为70万元，2026年预算安排为80万元，比2025年执行数增长14.29%.
        let of = clause.strip_prefix(['比', '较'])?;
        let of = UP.iter().chain(&DOWN).find_map(|word| of.strip_suffix(word)).unwrap_or(of);
        let (year, what) = of.split_once('年').filter(|(_, what)| !what.is_empty())?;
        let is_base = |a: &&&Amount| said(a).contains(&format!("{year}年")) && said(a).contains(what);
        let mut bases = before[..before.len() - 1].iter().filter(is_base);
        return bases.next().filter(|_| bases.next().is_none()).map(|base| (*last, *base));
    }
    if clause.contains("完成") && clause.contains("预算") {
        let planned = before.iter().rev().find(|a| said(a).contains("预算") && !said(a).contains("决算"))?;
        let done = before.iter().rev().find(|a| said(a).contains("决算"))?;
        return Some((done, planned));
    }
    let (_, of) = clause.rsplit_once('占')?;
    let of = of.trim_start_matches(['比', '全', '总', '年']).trim_end_matches(['的', '比', '例', '重', '为', '约']);
    let (part, wholes) = before.split_last()?;
    let whole = match of {
        "" => wholes.first(),
        of if !texts.named_in(&of.chars().collect::<Vec<char>>()).is_empty() => None,
        of => wholes.iter().find(|a| said(a).contains(of)),
    };
    whole.map(|whole| (*part, *whole)).filter(|(part, whole)| part.value() <= whole.value() + whole.slack())
}

/// The amount of money that a percentage in the same sentence speaks of.
fn amount_before<'a>(passage: &'a Passage, percent: &Amount) -> Option<&'a Amount> {
    let mut before = passage.amounts_before(percent.range.start, &percent.sentence);
    before.find(|a| a.is_money() && a.direction == 0)
}

/// The figures that an amount prints, or that its words name and that are as large.
fn figures_of<'t>(texts: &'t Texts<'_>, passage: &Passage, amount: &Amount) -> Vec<&'t NamedFigure<'t>> {
    match amount.figure {
        Some(id) => {
            let address = &texts.composition.document.figure(id).address;
            texts.figure_at(address).into_iter().collect()
        }
        None => {
            let named = texts.spoken_of(passage, amount);
            named.into_iter().filter(|f| amount.prints(f.amount)).collect()
        }
    }
}

fn ratio(part: Decimal, whole: Decimal) -> Option<Decimal> {
    part.checked_mul(Decimal::from(100))?.checked_div(whole)
}

/// A percentage with the places of another.
fn shown(expected: Decimal, like: &Amount) -> String {
    // Printing a decimal with fewer places cuts it off.
    let places = like.decimals.max(2);
    let rounded = expected.abs().round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded:.*}%", places as usize)
}

/// Whether the set's own sentence tells a percentage: that is told by itself, or right. Of what no data knows it says nothing.
fn is_told(texts: &Texts<'_>, passage: &Passage, percent: &Amount) -> bool {
    texts.statement_at(passage, percent.number.end).is_some_and(|s| texts.holds(s).is_some())
}

fn zero_base(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.prose() {
        let all = passage.amounts();
        for growth in growths(passage) {
            if base_of(texts, &growth).is_some_and(|(base, slack)| base.abs() <= slack) {
                let words = passage.words(&growth.percent.range);
                let found = passage.finding(growth.percent.range.clone(), format!("上年数为零，不应有“{words}”"));
                findings.push(found.hint("删去百分比，只写增减额"));
            }
        }
        for percent in all.iter().filter(|a| a.unit == Unit::Percent) {
            // No ending is longer.
            let from = percent.sentence.start.max(percent.range.start.saturating_sub(12));
            let before = passage.words(&(from..percent.range.start));
            let completes = ["年初预算", "预算"]
                .iter()
                .any(|w| before.trim_end_matches(['的', '为']).ends_with(&format!("完成{w}")));
            let of_sentence = || &all[all.partition_point(|a| a.sentence.end <= percent.sentence.start)..];
            let planned = completes.then(|| {
                let before = of_sentence().iter().take_while(|a| a.range.end < percent.range.start);
                before.filter(|a| a.sentence == percent.sentence).find(|a| a.is_money() && a.label.contains("年初"))
            });
            if planned.flatten().is_some_and(|a| a.written.is_zero()) {
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
