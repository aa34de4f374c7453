//! Amounts that are typed: each is bound to a figure, or it is reported; what it says is the figure's.

use super::amounts::{Amount, Unit, is_name, subject_of};
use super::lists;
use super::passage::{Kind, Passage, bare_label, row_key};
use super::rule::{Findings, TextRule};
use super::statements::{Statement, words_before};
use super::texts::{NamedFigure, Texts, name_key};
use crate::check::interval::{Interval, printed_interval};
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity::{Note, Warning};
use crate::money;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap as HashMap;
use std::cell::LazyCell;
use std::collections::BTreeMap;

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "N001",
            severity: Warning,
            title: "手写的金额可以绑定到数字",
            reason: "手写的金额不会跟着明细改动；绑定以后，改一处明细，这句话也跟着变。",
            source: "本程序的约定；财预〔2016〕143号：公开的数据应当一致",
            example: Example {
                wrong: "公务接待费0.02万元", right: "公务接待费{{ f(\"t9/接待/合计\") }}万元"
            },
        },
        find: bindable,
    },
    TextRule {
        page: RulePage {
            code: "N002",
            severity: Warning,
            title: "手写的金额与表里的数字不一致",
            reason: "正文与表格数字不一致，是历年检查中最常见的问题。",
            source: "财预〔2016〕143号《地方预决算公开操作规程》",
            example: Example {
                wrong: "公务接待费0.20万元（表中为0.02）", right: "公务接待费0.02万元"
            },
        },
        find: differs,
    },
    TextRule {
        page: RulePage {
            code: "N003",
            severity: Warning,
            title: "金额的单位写错了",
            reason: "不足 1 元的金额几乎都是把“万元”写成了“元”，差一万倍。",
            source: "财预〔2016〕143号：公开以万元为单位",
            example: Example { wrong: "网络运行维护费0.15元", right: "网络运行维护费0.15万元" },
        },
        find: wrong_unit,
    },
    TextRule {
        page: RulePage {
            code: "N005",
            severity: Note,
            title: "手写的金额没有数字可以对照",
            reason: "程序无法核对它：若是预算里的数，请绑定；若是别处的数（如标准、目标），核对无误即可。",
            source: "本程序的约定",
            example: Example {
                wrong: "下达补助37.61万元（预算中没有这个数）",
                right: "引用预算里的数字，或确认它另有出处",
            },
        },
        find: unbound,
    },
    TextRule {
        page: RulePage {
            code: "N010",
            severity: Warning,
            title: "同一件事两处写的数不同",
            reason: "同一项目、同一费用在正文里出现两次，数应当一样。",
            source: "财预〔2016〕143号：公开的数据应当一致",
            example: Example {
                wrong: "前文“路灯改造费60.30万元”，后文“路灯改造费63.30万元”",
                right: "两处都写60.30万元",
            },
        },
        find: twice,
    },
    TextRule {
        page: RulePage {
            code: "N018",
            severity: Warning,
            title: "成本指标超出项目预算",
            reason: "绩效目标里的成本上限高于项目预算，说明目标是抄来的，或者预算已改。",
            source: "《项目支出绩效评价管理办法》（财预〔2020〕10号）：绩效目标应与预算相匹配",
            example: Example {
                wrong: "项目预算100万元，成本指标≤200万元", right: "成本指标≤100万元"
            },
        },
        find: over_budget,
    },
];

/// Text that speaks of the year before: its amounts are not this year's.
fn of_last_year(texts: &Texts<'_>, passage: &Passage, amount: &Amount) -> bool {
    let from = amount.sentence.start.max(amount.range.start.saturating_sub(30));
    let before = passage.words(&(from..amount.range.start));
    let clause = before.rsplit(['，', '；', '。']).next().unwrap_or_default();
    let last = format!("{}年", texts.year() - 1);
    ["上年", "去年", last.as_str(), "年初"].iter().any(|w| clause.contains(w))
}

/// The passages whose amounts speak of the budget, with their typed amounts.
fn typed<'t>(texts: &'t Texts<'_>) -> impl Iterator<Item = (&'t Passage, Vec<&'t Amount>)> {
    let reasons = texts.reasons_dataset();
    let budget = move |p: &&Passage| match &p.kind {
        Kind::Prose | Kind::Lead => true,
        Kind::Field { dataset, .. } => Some(dataset.as_str()) == reasons,
        _ => false,
    };
    texts.passages.iter().filter(budget).map(|p| {
        let templated = matches!(p.kind, Kind::Field { .. }) && p.text.contains("{{");
        (p, if templated { Vec::new() } else { p.amounts().iter().filter(|a| a.figure.is_none()).collect() })
    })
}

/// What to write in place of a typed amount.
fn template(texts: &Texts<'_>, figure: &NamedFigure<'_>, amount: &Amount) -> Option<String> {
    let unit = amount.money_unit()?;
    let address = figure.address;
    let mut options = Vec::new();
    if unit != figure.unit {
        options.push(format!("unit=\"{}\"", unit.name()));
    }
    let own = texts.printed(figure).split_once('.').map_or(0, |(_, d)| d.len() as u32);
    if amount.decimals == 0 && own > 0 {
        options.push("trim=true".to_string());
    } else if amount.decimals != own {
        options.push(format!("decimals={}", amount.decimals));
    }
    Some(match options.is_empty() {
        true => format!("{{{{ f(\"{address}\") }}}}"),
        false => format!("{{{{ f(\"{address}\") | fmt({}) }}}}", options.join(", ")),
    })
}

/// Figures that print as a typed amount, those of its label first.
fn equal_figures<'t>(texts: &'t Texts<'_>, amount: &Amount) -> Vec<&'t NamedFigure<'t>> {
    let change = amount.direction != 0;
    let equal = texts.printed_as(amount).filter(|f| {
        let exact = if change { f.amount.abs() } else { f.amount };
        amount.prints(exact) && f.compares.is_some() == change
    });
    let mut all: Vec<&NamedFigure<'_>> = equal.collect();
    // Of several rows of that name, the one of the table that speaks of least else: “三公”经费 before 基本支出.
    let size = |f: &NamedFigure<'_>| texts.size_of_table(f.address);
    let key = |f: &&NamedFigure<'_>| match texts.names(f, &amount.label) {
        true => (false, texts.label(f.address).is_none(), size(f)),
        false => (true, true, 0),
    };
    all.sort_by_cached_key(key);
    all
}

fn bindable(texts: &Texts<'_>, findings: &mut Findings) {
    for (passage, typed) in typed(texts) {
        for amount in typed.iter().filter(|a| a.is_money() && !a.written.is_zero()) {
            let equal = equal_figures(texts, amount);
            let Some(first) = equal.first() else { continue };
            let named = texts.names(first, &amount.label);
            // A round number equals some figure by chance.
            if !named && amount.significant() < 3 {
                continue;
            }
            let Some(template) = template(texts, first, amount) else { continue };
            let words = passage.words(&amount.range);
            let others: Vec<&str> = equal.iter().skip(1).take(2).map(|f| f.address).collect();
            let label = texts.label_of(first);
            let message = format!("“{words}”是手写的，可绑定到 {}（{label}），以后随明细自动更正", first.address);
            let mut hint = format!("把 {} 换成 {template}", passage.words(&amount.number));
            if !named && !others.is_empty() {
                hint.push_str(&format!("；与它相等的还有 {}，请选所说的那一个", others.join("、")));
            }
            let found = passage.finding(amount.range.clone(), message).hint(hint).address(first.address);
            let alternatives = equal.iter().filter(|f| texts.names(f, &amount.label));
            // What it prints instead has the same digits; a figure that is only equal may be another one.
            let certain = named && alternatives.clone().all(|f| f.amount == first.amount);
            findings.push(if certain { passage.change(found, &amount.number, &template) } else { found });
        }
    }
}

fn differs(texts: &Texts<'_>, findings: &mut Findings) {
    // A ratio is told with the changes.
    let wrong = |s: &&Statement| !s.address.contains('%') && texts.holds(s) == Some(false);
    for statement in texts.statements.iter().filter(wrong) {
        if !is_of_another(texts, statement) && !is_printed_of_its_own(texts, statement) {
            unlike(texts, statement).into_iter().for_each(|found| findings.push(found));
        }
    }
    said_otherwise(texts).into_iter().for_each(|found| findings.push(found));
    for (passage, typed) in typed(texts) {
        for amount in typed.iter().filter(|a| a.is_money()) {
            if is_told(texts, passage, amount) || is_vague(passage, amount) {
                continue;
            }
            let named = texts.spoken_of(passage, amount);
            if amount.direction != 0 {
                let change = named.iter().min_by_key(|f| (f.amount.abs() - amount.value()).abs()).copied();
                let prints = named.iter().any(|f| amount.prints(f.amount.abs()));
                if let Some(figure) = change.filter(|_| !prints) {
                    not_equal(texts, passage, amount, figure).into_iter().for_each(|found| findings.push(found));
                }
                continue;
            }
            if of_last_year(texts, passage, amount) {
                continue;
            }
            if named.iter().any(|f| amount.prints(f.amount) || amount.prints(f.amount.abs())) {
                continue;
            }
            // Beside printed tables the figures that only sentences print are not known: one of them may have that name.
            let given = !texts.composition.given().is_empty();
            if given && (!equal_figures(texts, amount).is_empty() || lists::adds_up(passage, amount)) {
                continue;
            }
            let near = named.iter().min_by_key(|f| (f.amount - amount.value()).abs()).copied();
            // Of a row that has a name, the amount is its own; what no words name may be any figure.
            let near = match near {
                Some(figure) => Some(figure),
                None if !equal_figures(texts, amount).is_empty() => continue,
                None => alike(texts, amount),
            };
            // A unit that is wrong has a rule of its own.
            let Some(figure) = near.filter(|f| !is_wrong_unit(amount, f)) else { continue };
            let limit = is_limit(passage, amount) && amount.value() >= figure.amount;
            if !limit {
                not_equal(texts, passage, amount, figure).into_iter().for_each(|found| findings.push(found));
            }
        }
    }
}

/// Typed numbers that speak of one figure, which no table prints, and are not the same: the later ones are told.
fn said_otherwise(texts: &Texts<'_>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, (&Statement, Interval)> = BTreeMap::new();
    let mut found = Vec::new();
    let unknown = |s: &&Statement| !s.range.is_empty() && texts.holds(s).is_none() && !is_of_another(texts, s);
    for statement in texts.statements.iter().filter(unknown) {
        let Some(amount) = texts.typed_amount(statement) else { continue };
        let Some(unit) = amount.money_unit() else { continue };
        let passage = &texts.passages[statement.passage];
        let words = passage.words(&statement.range);
        let Some(says) = printed_interval(&words, unit, amount.decimals) else { continue };
        let Some((before, said)) = first.get(&*statement.address) else {
            first.insert(&statement.address, (statement, says));
            continue;
        };
        if says.low > said.high || says.high < said.low {
            let earlier = &texts.passages[before.passage];
            // Beside printed tables the set's sentence for one subject stands for those of all: of another subject it has
            // other words.
            let of_same = |one: &Passage, end: usize, other: &Passage, other_end: usize| {
                words_before(&one.chars, end) == words_before(&other.chars, other_end)
            };
            if !texts.composition.given().is_empty()
                && !of_same(passage, statement.range.start, earlier, before.range.start)
            {
                continue;
            }
            let words = passage.words(&amount.range);
            let message = format!("手写的“{words}”与前面写的“{}”不一致，说的是同一个数", earlier.words(&before.range));
            let place = earlier.finding(before.range.clone(), "").place.unwrap_or_else(|| earlier.place.clone());
            found.push(
                passage
                    .finding(amount.range.clone(), message)
                    .address(statement.address.to_string())
                    .related(place, "前面写在这里")
                    .hint("核对明细，两处改成同一个数"),
            );
        }
    }
    found
}

/// Whether the set's own sentence tells the figure of a typed amount: that is told by itself, or right.
fn is_told(texts: &Texts<'_>, passage: &Passage, amount: &Amount) -> bool {
    texts.statement_at(passage, amount.number.end).is_some_and(|s| !is_of_another(texts, s))
}

/// Beside printed tables: whether another figure that prints so is what the passage speaks of, by the name of its row or the
/// head of its column. The set's sentence for one subject stands for all of them there.
fn is_printed_of_its_own(texts: &Texts<'_>, statement: &Statement) -> bool {
    let given = texts.composition.given();
    let Some(amount) = texts.typed_amount(statement).filter(|_| !given.is_empty()) else { return false };
    let passage = &texts.passages[statement.passage];
    let words: String = passage.chars.iter().filter(|c| !c.is_whitespace()).collect();
    let is_said = |name: &str| name.chars().count() > 2 && words.contains(&*name_key(name));
    equal_figures(texts, amount).iter().filter(|figure| *figure.address != *statement.address).any(|figure| {
        let mut parts = figure.address.split('/');
        let table = parts.next().and_then(|id| given.iter().find(|table| *table.id == *id));
        let column = parts.nth(1).map(|key| key.split(['@', '~', '%']).next().unwrap_or(key));
        let column = table.and_then(|table| table.columns.iter().find(|of| Some(&*of.key) == column));
        let head = |head: &String| is_said(head.as_str());
        table.is_some()
            && (is_said(texts.label_of(figure)) || column.is_some_and(|column| column.head.iter().any(head)))
    })
}

/// Whether the words before a statement's number name another row than the one whose figure the set prints there: a list
/// in another order. What its own row says is then looked at.
fn is_of_another(texts: &Texts<'_>, statement: &Statement) -> bool {
    let Some(amount) = texts.typed_amount(statement).filter(|a| a.is_money()) else { return false };
    let passage = &texts.passages[statement.passage];
    // A use of money and a subject may have one name, and only one of them is known.
    let subject = subject_of(&passage.chars[amount.clause..amount.range.start]);
    let key = row_key(&statement.address);
    let own = [key, texts.label(&statement.address).unwrap_or(key)].map(name_key);
    if own.iter().any(|name| subject.ends_with(&**name)) || *crate::compose::short_key(&subject) == *key {
        return false;
    }
    let named = texts.spoken_of(passage, amount);
    !named.is_empty() && named.iter().all(|f| *f.address != *statement.address)
}

/// 近300万元 and 300余万元 are not the amount itself; 每人每天 is a rate.
fn is_vague(passage: &Passage, amount: &Amount) -> bool {
    let clause: String = passage.chars[amount.clause..amount.range.start].iter().collect();
    ["近", "超", "超过", "逾", "突破", "大约", "约", "上", "少于", "低于", "高于"].iter().any(|w| clause.ends_with(w))
        || ["每", "单价", "均价", "人均", "平均", "标准为"].iter().any(|w| clause.contains(w))
        || clause.ends_with("标准")
        || passage.chars.get(amount.range.end) == Some(&'/')
}

/// 不超过5万元, 控制在5万元以内.
fn is_limit(passage: &Passage, amount: &Amount) -> bool {
    let clause: String = passage.chars[amount.clause..amount.range.start].iter().collect();
    let after: String = passage.chars[amount.range.end..].iter().take(2).collect();
    ["不超过", "控制在", "不高于", "不超", "以内控制在"].iter().any(|w| clause.contains(w))
        || ["以内", "以下", "之内"].contains(&&*after)
}

/// The finding that a typed amount is not that of the figure it speaks of. None: beside printed tables that print nothing of it.
fn not_equal(texts: &Texts<'_>, passage: &Passage, amount: &Amount, figure: &NamedFigure<'_>) -> Option<Diagnostic> {
    let words = passage.words(&amount.range);
    let of = |message: String, name: String, exact: Decimal| {
        let found = passage.finding(amount.range.clone(), message).address(figure.address);
        found.compared(("正文写作".into(), amount.value()), (format!("{name}为"), exact))
    };
    if texts.beside_print() {
        let printed = texts.in_print(figure.address)?;
        return Some(of(
            format!("正文的“{words}”与{}不一致", printed.says(Some(amount))),
            printed.name,
            printed.amount,
        ));
    }
    let label = texts.label_of(figure);
    let message = format!(
        "手写的“{words}”与 {}（{label}，{}{}）不一致",
        figure.address,
        texts.printed(figure),
        figure.unit.name()
    );
    let hint = template(texts, figure, amount).map_or_else(String::new, |t| format!("若说的是它，写作 {t}"));
    Some(of(message, figure.address.to_string(), figure.amount).hint(hint))
}

/// The finding that a number is not that of the figure which the set's own sentence prints there. None: beside printed tables
/// that print nothing of it, or that it does not speak of.
pub fn unlike(texts: &Texts<'_>, statement: &Statement) -> Option<Diagnostic> {
    let passage = &texts.passages[statement.passage];
    let figure = texts.composition.figure(&statement.address);
    let shown = |f: &crate::compose::Figure| {
        let zero = if f.is_money() { "0.00" } else { "0" };
        let text = f.text();
        let text = if text.is_empty() { zero } else { text.trim_start_matches('-') };
        format!("{text}{}", f.look.unit.name())
    };
    let amount = texts.typed_amount(statement);
    let (says, name, exact) = match texts.beside_print() {
        true if !statement.worded && !texts.is_spoken_of(statement) => return None,
        true => {
            let printed = texts.in_print(&statement.address)?;
            (printed.says(amount), printed.name, Some(printed.amount))
        }
        false => {
            let label = texts.label(&statement.address).unwrap_or_else(|| row_key(&statement.address));
            let right = figure.map(shown).unwrap_or_default();
            (
                format!(" {}（{label}，{right}）", statement.address),
                statement.address.to_string(),
                figure.and_then(|f| f.amount),
            )
        }
    };
    let range = amount.as_ref().map_or(statement.range.clone(), |a| a.range.clone());
    let found = match statement.range.is_empty() {
        true => {
            let from = range.start.saturating_sub(6);
            let to = passage.chars.len().min(range.end + 2);
            passage.finding(from..to, format!("“{}”里漏了{says}", passage.words(&(from..to))))
        }
        false => {
            let words = passage.words(&range);
            let typed = if texts.beside_print() { "正文的" } else { "手写的" };
            passage.finding(range, format!("{typed}“{words}”与{says}不一致"))
        }
    };
    let found = match (amount, exact) {
        (Some(a), Some(exact)) => found.compared(("正文写作".into(), a.value()), (format!("{name}为"), exact.abs())),
        _ => found,
    };
    let found = found.address(statement.address.to_string());
    Some(found.hint("版式集的同一句话在这里印的是它：核对正文和表，改正写错的一处"))
}

/// A figure whose printed digits differ from the typed ones in one place, or in two neighbours swapped.
fn alike<'t>(texts: &'t Texts<'_>, amount: &Amount) -> Option<&'t NamedFigure<'t>> {
    // Beside printed tables most amounts are not known: what looks alike may be another one.
    if amount.significant() < 5 || !texts.composition.given().is_empty() {
        return None;
    }
    texts.alike(amount.unit.name(), &format!("{:.*}", amount.decimals as usize, amount.written))
}

/// The number is the figure's in another unit than the one written.
fn is_wrong_unit(amount: &Amount, figure: &NamedFigure<'_>) -> bool {
    meant_unit(amount, figure).is_some()
}

/// The unit in which the number written would be the figure's.
fn meant_unit(amount: &Amount, figure: &NamedFigure<'_>) -> Option<Unit> {
    let as_unit = |unit: &Unit| Amount { unit: *unit, ..amount.clone() };
    let equal = |unit: &Unit| {
        let other = as_unit(unit);
        !amount.written.is_zero() && (other.prints(figure.amount) || other.prints(figure.amount.abs()))
    };
    let others = [Unit::Wan, Unit::Yuan, Unit::Yi].into_iter().filter(|unit| *unit != amount.unit);
    // 0亿元 prints any small amount: what is rounded away says nothing.
    let exact = |unit: &Unit| as_unit(unit).slack() < figure.amount.abs();
    others.into_iter().find(|unit| exact(unit) && equal(unit))
}

fn wrong_unit(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead | Kind::Field { .. })) {
        for amount in passage.amounts().iter().filter(|a| a.is_money() && !a.written.is_zero()) {
            let after = passage.chars.get(amount.range.end);
            let rate = after == Some(&'/')
                || passage.words(&(amount.range.start.saturating_sub(4)..amount.range.start)).contains('每');
            let words = passage.words(&amount.range);
            let number = passage.words(&(amount.range.start..amount.number.end));
            let printed = amount.figure.map(|id| texts.composition.document.figure(id));
            let printed = printed.and_then(|f| texts.figure_at(&f.address));
            let printed = printed.filter(|f| f.unit != money::Unit::Plain);
            let right = |f: &NamedFigure<'_>| amount.prints(f.amount) || amount.prints(f.amount.abs());
            let (message, figure, unit) = if let Some(figure) = printed {
                // What is printed is right; the word behind it is another unit's.
                let Some(unit) = meant_unit(amount, figure).filter(|_| !right(figure)) else { continue };
                let message =
                    format!("“{}{words}”：这个数以{}为单位，却写作“{}”", amount.label, unit.name(), amount.unit.name());
                (message, Some(figure), unit)
            } else if amount.figure.is_some() || rate {
                continue;
            } else if let Some((figure, unit)) = in_another_unit(texts, passage, amount) {
                (
                    format!("“{}{words}”：表里是 {}{}", amount.label, texts.printed(figure), figure.unit.name()),
                    Some(figure),
                    unit,
                )
            } else if amount.unit == Unit::Yuan && amount.written.abs() < Decimal::ONE {
                (format!("“{}{words}”不足 1 元，单位应为万元", amount.label), None, Unit::Wan)
            } else {
                continue;
            };
            let mut found =
                passage.finding(amount.range.clone(), message).hint(format!("写作“{number}{}”", unit.name()));
            if let Some(figure) = figure {
                found = found
                    .address(figure.address)
                    .compared(("正文写作".into(), amount.value()), (format!("{} 是", figure.address), figure.amount));
            }
            findings.push(found);
        }
    }
}

/// The figure that a typed amount is in another unit, with that unit: one of the row its words name; without a name one
/// that prints so to the digit, where no figure prints the amount as it stands.
fn in_another_unit<'t>(
    texts: &'t Texts<'_>,
    passage: &Passage,
    amount: &Amount,
) -> Option<(&'t NamedFigure<'t>, Unit)> {
    let prose = matches!(passage.kind, Kind::Prose | Kind::Lead) || texts.is_reason(passage);
    if !prose || is_vague(passage, amount) {
        return None;
    }
    let named = texts.spoken_of(passage, amount);
    if !named.is_empty() {
        let right = named.iter().any(|f| amount.prints(f.amount) || amount.prints(f.amount.abs()));
        let meant = named.iter().find_map(|f| Some((*f, meant_unit(amount, f)?)));
        return meant.filter(|_| !right);
    }
    let exact = amount.decimals >= 2 && amount.significant() >= 3 || amount.unit == Unit::Yuan && amount.decimals == 2;
    if !exact || texts.printed_as(amount).any(|f| amount.prints(f.amount)) {
        return None;
    }
    let others: &[Unit] = if amount.unit == Unit::Yuan { &[Unit::Wan] } else { &[Unit::Yuan, Unit::Wan] };
    let in_unit = |unit: &Unit| Amount { unit: *unit, ..amount.clone() };
    let mut near: Vec<&NamedFigure<'_>> =
        others.iter().flat_map(|unit| texts.printed_as(&in_unit(unit)).collect::<Vec<_>>()).collect();
    // What a sentence would print as nought is not meant: 原值18.35万元 beside 18.35元 of something else.
    near.retain(|f| texts.printed(f).contains(|c: char| ('1'..='9').contains(&c)));
    // The first of the figures, whatever the unit.
    near.sort_by_key(|f| std::ptr::from_ref(*f).addr());
    near.into_iter().find_map(|f| Some((f, meant_unit(amount, f).filter(|unit| others.contains(unit))?)))
}

fn unbound(texts: &Texts<'_>, findings: &mut Findings) {
    for (passage, typed) in typed(texts) {
        for amount in typed.iter().filter(|a| a.is_money() && !a.written.is_zero() && passage.own) {
            // 十亿元 is a class of size, not a sum.
            let round =
                amount.significant() <= 1 && !passage.words(&amount.number).contains(|c: char| c.is_ascii_digit());
            if round || !equal_figures(texts, amount).is_empty() {
                continue;
            }
            let words = passage.words(&amount.range);
            let message = format!("手写的“{words}”没有数字可以对照");
            findings.push(
                passage.finding(amount.range.clone(), message).hint("是预算里的数，请绑定；另有出处的，核对无误即可"),
            );
        }
    }
}

fn twice(texts: &Texts<'_>, findings: &mut Findings) {
    struct Said<'t> {
        passage: &'t Passage,
        amount: &'t Amount,
    }
    let mut by_label: BTreeMap<&str, Vec<Said<'_>>> = BTreeMap::new();
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        for amount in passage.amounts() {
            let in_words = !passage.words(&amount.number).contains(|c: char| c.is_ascii_digit());
            if amount.is_money()
                && !in_words
                && amount.direction == 0
                && is_name(&amount.label)
                && !["处", "不足", "低于", "超过", "人民币"].iter().any(|w| amount.label.ends_with(w))
                && !of_last_year(texts, passage, amount)
            {
                by_label.entry(&amount.label).or_default().push(Said { passage, amount });
            }
        }
    }
    for (label, said) in &by_label {
        // A figure of that name is compared with by another rule.
        if texts.figures_named(label).next().is_some() {
            continue;
        }
        for (index, later) in said.iter().enumerate().skip(1).filter(|(_, s)| s.amount.figure.is_none()) {
            let earlier = &said[index - 1];
            let apart = (later.amount.value() - earlier.amount.value()).abs();
            if apart <= later.amount.slack().max(earlier.amount.slack()) {
                continue;
            }
            // Beside printed tables, two amounts that both stand in them are of two subjects.
            let given = !texts.composition.given().is_empty();
            let stands = |amount: &Amount| amount.written.is_zero() || !equal_figures(texts, amount).is_empty();
            if given && stands(later.amount) && stands(earlier.amount) {
                continue;
            }
            let (now, then) = (later.passage.words(&later.amount.range), earlier.passage.words(&earlier.amount.range));
            let found = later
                .passage
                .finding(later.amount.range.clone(), format!("“{label}”这里写作“{now}”，别处写作“{then}”"))
                .related(earlier.passage.place.clone(), format!("{label}{then}"))
                .compared(("这里".into(), later.amount.value()), ("别处".into(), earlier.amount.value()));
            findings.push(found.hint("改为一致；能绑定的，两处绑定同一个数字"));
        }
    }
}

/// In the target tables: an amount that may not be exceeded, larger than the project's own budget.
fn over_budget(texts: &Texts<'_>, findings: &mut Findings) {
    let fields: LazyCell<HashMap<&str, &Passage>, _> = LazyCell::new(|| {
        let mut fields = HashMap::default();
        for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Field { .. })) {
            fields.entry(passage.text.as_str()).or_insert(passage);
        }
        fields
    });
    let budgets: LazyCell<HashMap<&str, &NamedFigure<'_>>, _> = LazyCell::new(|| {
        let mut budgets = HashMap::default();
        for figure in texts.figures.iter().filter(|f| f.compares.is_none() && f.unit != money::Unit::Plain) {
            budgets.entry(row_key(figure.address)).or_insert(figure);
        }
        budgets
    });
    for (dataset, target) in texts.targets() {
        let value = target.value(dataset);
        let is_cost = [target.l2(dataset), target.l3(dataset)].iter().any(|t| t.contains("成本") || t.contains("金额"));
        let upper = || value.trim_start().starts_with(['≤', '<', '＜', '不']) || value.contains("以内");
        let Some(project) = target.project(dataset).filter(|_| is_cost && upper()) else { continue };
        let Some(passage) = fields.get(value) else { continue };
        let Some(amount) = passage.amounts().iter().find(|a| a.is_money()) else { continue };
        let key = crate::compose::short_key(project);
        let Some(budget) = budgets.get(&*key).filter(|b| amount.value() > b.amount + amount.slack()) else { continue };
        let message = format!(
            "“{}”的成本指标“{value}”超出项目预算 {}{}",
            bare_label(project),
            texts.printed(budget),
            budget.unit.name()
        );
        let found = Diagnostic::warning("", message)
            .at(target.value_place(dataset))
            .text(value)
            .address(budget.address)
            .compared(("成本指标".into(), amount.value()), ("项目预算".into(), budget.amount));
        findings.push(found.hint("按本项目的预算填写成本指标"));
    }
}
