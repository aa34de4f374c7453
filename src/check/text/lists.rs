//! Amounts that are listed: in one unit, with names that the data has, adding up to their total.

use super::amounts::{Amount, is_name};
use super::names::projects;
use super::passage::{Kind, Passage};
use super::rule::{Findings, TextRule};
use super::texts::Texts;
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Severity::Warning;
use rust_decimal::Decimal;
use std::collections::{BTreeSet, HashMap, HashSet};

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "N004",
            severity: Warning,
            title: "并列的金额单位或小数位数不统一",
            reason: "同一串金额里有的写元、有的写万元，有的带小数、有的不带，读的人容易看错一万倍。",
            source: "财预〔2016〕143号；GB/T 15835—2011《出版物上数字用法》5.1",
            example: Example {
                wrong: "办公费0.83万元、取暖费0元", right: "办公费0.83万元、取暖费0.00万元"
            },
        },
        find: mixed,
    },
    TextRule {
        page: RulePage {
            code: "N006",
            severity: Warning,
            title: "分项之和与总数不符",
            reason: "列出的各项加起来应等于总数；四舍五入造成的尾差不算。",
            source: "财预〔2016〕143号；四舍五入的界：0.005×（项数+1）",
            example: Example {
                wrong: "预算支出30.00万元，其中：基本支出10.00万元；项目支出25.00万元",
                right: "预算支出35.00万元，其中：基本支出10.00万元；项目支出25.00万元",
            },
        },
        find: sums,
    },
    TextRule {
        page: RulePage {
            code: "N021",
            severity: Warning,
            title: "并列的项目里有明细中没有的名称",
            reason: "一串项目都在明细里，只有一个不在：名称写错了，或者那个项目已经没有了。",
            source: "财预〔2016〕143号：公开的数据应当一致",
            example: Example {
                wrong: "环境跟踪监测20.00万元、道路养护专项30.00万元（明细里没有“道路养护专项”）",
                right: "写明细里的项目名称",
            },
        },
        find: unknown_projects,
    },
];

/// Runs of at least three amounts that only names stand between: a list.
fn lists<'a>(passage: &Passage, all: &'a [Amount]) -> Vec<Vec<&'a Amount>> {
    let mut runs: Vec<Vec<&Amount>> = Vec::new();
    for amount in all.iter().filter(|a| a.is_money()) {
        let follows = runs.last().and_then(|run| run.last()).is_some_and(|last| {
            let between = passage.words(&(last.range.end..amount.range.start));
            let rest = between.trim_start_matches(['、', '，', '；', '和', '及']);
            rest.len() < between.len()
                && !rest.is_empty()
                && !rest.contains(['，', '；', '。', '：', '每'])
                && !["人均", "标准", "增加", "减少"].iter().any(|w| rest.contains(w))
        });
        match runs.last_mut().filter(|_| follows) {
            Some(run) => run.push(amount),
            None => runs.push(vec![amount]),
        }
    }
    runs.retain(|run| run.len() >= 3);
    runs
}

fn mixed(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        let all = passage.amounts();
        for run in lists(passage, all) {
            let most = |of: fn(&Amount) -> u32| {
                let mut counts: HashMap<u32, usize> = HashMap::new();
                let says = run.iter().filter(|a| !a.written.is_zero());
                says.for_each(|a| *counts.entry(of(a)).or_default() += 1);
                counts.into_iter().max_by_key(|&(key, n)| (n, key)).map(|(key, _)| key)
            };
            let unit = |a: &Amount| a.unit as u32;
            let decimals = |a: &Amount| a.decimals;
            let (most_unit, most_decimals) = (most(unit), most(decimals));
            if most_unit.is_none() {
                continue; // nothing but zeros
            }
            let odd_unit: Vec<&&Amount> = run.iter().filter(|a| Some(unit(a)) != most_unit).collect();
            let odd_decimals: Vec<&&Amount> =
                run.iter().filter(|a| Some(decimals(a)) != most_decimals && !a.written.is_zero()).collect();
            let (odd, what) = match (odd_unit.first(), odd_decimals.first()) {
                (Some(odd), _) => (odd, "单位"),
                (None, Some(odd)) => (odd, "小数位数"),
                _ => continue,
            };
            let words = passage.words(&odd.range);
            let most = run
                .iter()
                .find(|a| if what == "单位" { Some(unit(a)) == most_unit } else { Some(decimals(a)) == most_decimals });
            let other = most.map(|a| passage.words(&a.range)).unwrap_or_default();
            let count = if what == "单位" { odd_unit.len() } else { odd_decimals.len() };
            let more = if count > 1 { format!("等 {count} 处") } else { String::new() };
            let message = format!("并列的金额{what}不统一：“{}{words}”{more}，而同一串里别的写作“{other}”", odd.label);
            findings.push(passage.finding(odd.range.clone(), message).hint("一串金额用同一个单位、同样的小数位数"));
        }
    }
}

const OPENERS: [&str; 6] = ["其中：", "分别为：", "分别是：", "包括：", "主要用于", "其中"];

fn sums(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        let all = passage.amounts();
        for (index, total) in all.iter().enumerate().filter(|(_, a)| a.is_money()) {
            let after = passage.words(&(total.range.end..passage.chars.len().min(total.range.end + 8)));
            let after = after.trim_start_matches(['，', '（', '；', '。', '中']);
            let Some(opener) = OPENERS.iter().find(|o| after.starts_with(**o)) else { continue };
            let parts = parts_of(passage, total, &all[index + 1..], opener);
            if parts.len() < 2 {
                continue;
            }
            // A printed figure has its own exact amount, whatever unit was written behind it.
            let exact = |a: &Amount| match a.figure {
                Some(id) => texts.composition.document.figure(id).amount.abs(),
                None => a.value(),
            };
            let signed = |a: &Amount| {
                if total.direction != 0 && a.direction == -total.direction { -exact(a) } else { exact(a) }
            };
            let sum: Decimal = parts.iter().map(|a| signed(a)).sum();
            let slack = parts.iter().map(|a| a.slack()).sum::<Decimal>() + total.slack();
            let off = sum - total.value();
            let falls_short = off.is_sign_negative() && off.abs() * Decimal::from(20) > total.value().abs();
            let partial = falls_short && !are_all(passage, &parts);
            // Parts that fall far short are examples; all else is a sum that does not come out.
            if off.abs() <= slack || partial {
                continue;
            }
            // Figures are right each on its own; a sum of several is wrong only if something typed is among them.
            let typed = parts.iter().any(|a| a.figure.is_none()) || total.figure.is_none();
            if !typed {
                continue;
            }
            let end = parts.last().map_or(total.range.end, |a| a.range.end);
            let message = format!("“{}{}”与所列 {} 项之和不符", total.label, passage.words(&total.range), parts.len());
            let found = passage
                .finding(total.range.start..end, message)
                .compared(("总数写作".into(), total.value()), ("各项之和为".into(), sum))
                .hint("核对总数和各项；不是全部分项的，用“其中部分用于”等写明");
            findings.push(found);
        }
    }
}

/// Kinds of money that there are no others beside, each by the words that name it: 预算法 and the forms divide all spending,
/// all purchases, all 三公 into these.
const SPLITS: [&[&[&str]]; 3] =
    [&[&["基本支出"], &["项目支出"]], &[&["货物"], &["工程"], &["服务"]], &[&["出国"], &["用车", "车辆"], &["接待"]]];

/// Whether the parts of a total are all there are: one of each kind of a split.
fn are_all(passage: &Passage, parts: &[&Amount]) -> bool {
    let names: Vec<String> = parts.iter().map(|part| passage.words(&(part.clause..part.range.start))).collect();
    let is_of = |name: &str, kind: &[&str]| kind.iter().any(|word| name.contains(word));
    SPLITS.iter().any(|split| {
        let once = |kind: &&[&str]| names.iter().filter(|name| is_of(name, kind)).count() == 1;
        split.len() == names.len() && split.iter().all(once)
    })
}

/// Whether an amount is listed as a part of a total that the parts come to: the list is right in itself, whatever its parts
/// are called elsewhere.
pub(super) fn adds_up(passage: &Passage, amount: &Amount) -> bool {
    let all = passage.amounts();
    let of_total = |(index, total): (usize, &Amount)| {
        let after = passage.words(&(total.range.end..passage.chars.len().min(total.range.end + 8)));
        let after = after.trim_start_matches(['，', '（', '；', '。', '中']);
        let Some(opener) = OPENERS.iter().find(|opener| after.starts_with(**opener)) else { return false };
        let parts = parts_of(passage, total, &all[index + 1..], opener);
        let slack = parts.iter().map(|part| part.slack()).sum::<Decimal>() + total.slack();
        let sum: Decimal = parts.iter().map(|part| part.value()).sum();
        parts.len() > 1 && parts.iter().any(|part| part.range == amount.range) && (sum - total.value()).abs() <= slack
    };
    all.iter().enumerate().filter(|(_, total)| total.is_money()).any(of_total)
}

/// The amounts listed as parts of a total: to the end of its sentence, and where 分号 divide it, the first of each piece.
fn parts_of<'a>(passage: &Passage, total: &Amount, rest: &'a [Amount], opener: &str) -> Vec<&'a Amount> {
    let inside = |a: &&Amount| a.is_money() && a.range.start < total.sentence.end;
    let listed: Vec<&Amount> = rest.iter().take_while(|a| a.range.start < total.sentence.end).filter(inside).collect();
    let end = total.sentence.end;
    let from = total.range.end;
    let text: Vec<char> = passage.chars[from..end].to_vec();
    if text.contains(&'；') {
        // A list within a longer sentence ends where its own piece ends, unless it was opened with a colon.
        if !opener.ends_with('：') {
            let stop = from + text.iter().position(|c| *c == '；').unwrap_or(0);
            return listed.into_iter().filter(|a| a.range.start < stop).collect();
        }
        let mut pieces = Vec::new();
        let mut start = from;
        for at in (from..=end).filter(|&i| i == end || passage.chars[i] == '；') {
            pieces.extend(listed.iter().find(|a| (start..at).contains(&a.range.start)).copied());
            start = at;
        }
        return pieces;
    }
    // A part that opens a list of its own: what follows are parts of it.
    let nested = |a: &&Amount| {
        let after = passage.words(&(a.range.end..end.min(a.range.end + 6)));
        ["，其中", "，主要", "（其中", "，包括"].iter().any(|o| after.starts_with(o))
    };
    if listed.iter().any(nested) { Vec::new() } else { listed }
}

/// In a list of projects, one that stands between two of the data's and is none of them.
fn unknown_projects(texts: &Texts<'_>, findings: &mut Findings) {
    let projects = projects(texts, 1);
    // By the lengths of names: a text may have as many amounts as there are projects.
    let names: HashSet<&str> = projects.iter().map(|p| p.strip_suffix("项目").unwrap_or(p)).collect();
    let lengths: BTreeSet<usize> = names.iter().map(|name| name.len()).collect();
    let longest = lengths.last().copied().unwrap_or(0) + "项目".len();
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        let all = passage.amounts();
        let known = |amount: &Amount| {
            let from = amount.sentence.start.max(amount.range.start.saturating_sub(longest));
            let before = passage.words(&(from..amount.range.start));
            let before = before.strip_suffix("项目").unwrap_or(&before);
            let mut ends = lengths.iter().filter_map(|length| before.get(before.len().checked_sub(*length)?..));
            ends.any(|end| names.contains(end))
        };
        for run in lists(passage, all) {
            for three in run.windows(3).filter(|w| known(w[0]) && !known(w[1]) && known(w[2])) {
                let amount = three[1];
                let rest = ["其他", "其它", "等"].iter().any(|w| amount.label.starts_with(w));
                let row = texts.figures_named(&amount.label).next().is_some();
                if rest || row || !is_name(&amount.label) {
                    continue;
                }
                let start = amount.range.start.saturating_sub(amount.label.chars().count());
                let near = crate::diagnostic::nearest(&amount.label, projects.iter().map(|p| &**p));
                let hint = near.map_or("写明细里的项目名称".to_string(), |n| format!("是否应为“{n}”？"));
                let message = format!("明细里没有“{}”这个项目", amount.label);
                findings.push(passage.finding(start..amount.range.start, message).hint(hint));
            }
        }
    }
}
