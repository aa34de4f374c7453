//! Numbers in prose: each is bound to a figure, or it is reported; what it says follows from the figures.

use super::amounts::{Amount, DOWN, UP, Unit, amounts, is_name};
use super::passage::{Kind, NamedFigure, Passage, Texts, bare_label, row_key};
use super::statements::Statement;
use crate::check::rule::{Example, Findings, Rule, RulePage};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity::{Note, Warning};
use crate::money;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};

pub const RULES: &[Rule] = &[
    Rule {
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
    Rule {
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
    Rule {
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
    Rule {
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
    Rule {
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
    Rule {
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
    Rule {
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
    Rule {
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
        (p, if templated { Vec::new() } else { amounts(p).iter().filter(|a| a.figure.is_none()).collect() })
    })
}

/// Figures of money that are not zero.
fn money_figures<'t>(texts: &'t Texts<'_>) -> impl Iterator<Item = &'t NamedFigure> {
    texts.figures.iter().filter(|f| f.unit != money::Unit::Plain && !f.amount.is_zero())
}

/// What to write in place of a typed amount.
fn template(figure: &NamedFigure, amount: &Amount) -> Option<String> {
    let unit = amount.money_unit()?;
    let address = &figure.address;
    let mut options = Vec::new();
    if unit != figure.unit {
        options.push(format!("unit=\"{}\"", unit.name()));
    }
    let own = figure.text.split_once('.').map_or(0, |(_, d)| d.len() as u32);
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
fn equal_figures<'t>(texts: &'t Texts<'_>, amount: &Amount) -> Vec<&'t NamedFigure> {
    let change = amount.direction != 0;
    let equal = money_figures(texts).filter(|f| {
        let exact = if change { f.amount.abs() } else { f.amount };
        amount.prints(exact) && f.compares.is_some() == change
    });
    let mut all: Vec<&NamedFigure> = equal.collect();
    // Of several rows of that name, the one of the table that speaks of least else: “三公”经费 before 基本支出.
    let table = |f: &NamedFigure| f.address.split('/').next().unwrap_or_default().to_string();
    let size = |f: &NamedFigure| texts.figures.iter().filter(|o| table(o) == table(f)).count();
    let key = |f: &&NamedFigure| match texts.names(f, &amount.label) {
        true => (false, texts.label(&f.address).is_none(), size(f)),
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
            let Some(template) = template(first, amount) else { continue };
            let words = passage.words(&amount.range);
            let others: Vec<&str> = equal.iter().skip(1).take(2).map(|f| f.address.as_str()).collect();
            let label = texts.label_of(first);
            let message = format!("“{words}”是手写的，可绑定到 {}（{label}），以后随明细自动更正", first.address);
            let mut hint = format!("把 {} 换成 {template}", passage.words(&amount.number));
            if !named && !others.is_empty() {
                hint.push_str(&format!("；与它相等的还有 {}，请选所说的那一个", others.join("、")));
            }
            let found = passage.finding(amount.range.clone(), message).hint(hint).address(first.address.clone());
            let alternatives = equal.iter().filter(|f| texts.names(f, &amount.label));
            let certain = named && alternatives.clone().all(|f| f.amount == first.amount) || equal.len() == 1;
            findings.push(if certain { passage.certain(found, &amount.number, &template) } else { found });
        }
    }
}

fn differs(texts: &Texts<'_>, findings: &mut Findings) {
    texts.statements.iter().filter(|s| texts.holds(s) == Some(false)).for_each(|s| findings.push(unlike(texts, s)));
    for (passage, typed) in typed(texts) {
        for amount in typed.iter().filter(|a| a.is_money() && a.direction == 0) {
            let known =
                |s: &&Statement| std::ptr::eq(&texts.passages[s.passage], passage) && s.range.end == amount.number.end;
            if texts.statements.iter().any(|s| known(&s)) {
                continue; // told above, or right
            }
            if of_last_year(texts, passage, amount) || !equal_figures(texts, amount).is_empty() {
                continue;
            }
            let named = texts.figures_named(&amount.label);
            let named: Vec<&NamedFigure> =
                named.filter(|f| f.unit != money::Unit::Plain && f.compares.is_none()).collect();
            if named.iter().any(|f| amount.prints(f.amount)) {
                continue;
            }
            let near = named.iter().min_by_key(|f| (f.amount - amount.value()).abs()).copied();
            let near = near.or_else(|| alike(texts, amount));
            // A unit that is wrong has a rule of its own.
            let Some(figure) = near.filter(|f| !is_wrong_unit(amount, f)) else { continue };
            let words = passage.words(&amount.range);
            let label = texts.label_of(figure);
            let message =
                format!("手写的“{words}”与 {}（{label}，{}{}）不一致", figure.address, figure.text, figure.unit.name());
            let found = passage
                .finding(amount.range.clone(), message)
                .address(figure.address.clone())
                .compared(("正文写作".into(), amount.value()), (format!("{}为", figure.address), figure.amount));
            let hint = template(figure, amount).map_or_else(String::new, |t| format!("若说的是它，写作 {t}"));
            findings.push(found.hint(hint));
        }
    }
}

/// The finding that a number is not that of the figure which the set's own sentence prints there.
fn unlike(texts: &Texts<'_>, statement: &Statement) -> Diagnostic {
    let passage = &texts.passages[statement.passage];
    let figure = texts.composition.figure(&statement.address);
    let shown = |f: &crate::compose::Figure| {
        let zero = if f.is_money() { "0.00" } else { "0" };
        let text = f.text();
        let text = if text.is_empty() { zero } else { text.trim_start_matches('-') };
        format!("{text}{}", f.look.unit.name())
    };
    let right = figure.map(shown).unwrap_or_default();
    let label = texts.label(&statement.address).unwrap_or_else(|| row_key(&statement.address));
    let amount = texts.typed_amount(statement);
    let range = amount.as_ref().map_or(statement.range.clone(), |a| a.range.clone());
    let found = match statement.range.is_empty() {
        true => {
            let from = range.start.saturating_sub(6);
            let to = passage.chars.len().min(range.end + 2);
            let message = format!("“{}”里漏了 {}（{label}，{right}）", passage.words(&(from..to)), statement.address);
            passage.finding(from..to, message)
        }
        false => {
            let words = passage.words(&range);
            passage.finding(range, format!("手写的“{words}”与 {}（{label}，{right}）不一致", statement.address))
        }
    };
    let found = match (amount, figure.and_then(|f| f.amount)) {
        (Some(a), Some(exact)) => {
            found.compared(("正文写作".into(), a.value()), (format!("{}为", statement.address), exact.abs()))
        }
        _ => found,
    };
    found.address(statement.address.to_string()).hint("版式集的同一句话在这里印的是它：核对正文和表，改正写错的一处")
}

/// A figure whose printed digits differ from the typed ones in one place, or in two neighbours swapped.
fn alike<'t>(texts: &'t Texts<'_>, amount: &Amount) -> Option<&'t NamedFigure> {
    // Beside printed tables most amounts are not known: what looks alike may be another one.
    if amount.significant() < 5 || !texts.composition.given().is_empty() {
        return None;
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<Vec<char>>();
    let typed = digits(&format!("{:.*}", amount.decimals as usize, amount.written));
    let near = |f: &&NamedFigure| {
        let other = digits(&f.text);
        if other.len() != typed.len() || f.unit.name() != amount.unit.name() {
            return false;
        }
        let wrong: Vec<usize> = (0..typed.len()).filter(|&i| typed[i] != other[i]).collect();
        match wrong[..] {
            [_] => true,
            [a, b] => b == a + 1 && typed[a] == other[b] && typed[b] == other[a],
            _ => false,
        }
    };
    money_figures(texts).find(near)
}

/// The number is the figure's in 万元, and the unit written is another.
fn is_wrong_unit(amount: &Amount, figure: &NamedFigure) -> bool {
    let as_wan = Amount { unit: Unit::Wan, ..amount.clone() };
    amount.unit == Unit::Yuan && as_wan.prints(figure.amount)
}

fn wrong_unit(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead | Kind::Field { .. })) {
        for amount in amounts(passage).iter().filter(|a| a.is_money() && !a.written.is_zero()) {
            let after = passage.chars.get(amount.range.end);
            let rate = after == Some(&'/')
                || passage.words(&(amount.range.start.saturating_sub(4)..amount.range.start)).contains('每');
            let words = passage.words(&amount.range);
            let figure = amount.figure.map(|id| texts.composition.document.figure(id));
            let named = figure.and_then(|f| texts.figures.iter().find(|n| n.address == f.address));
            let known = named.filter(|f| f.unit != money::Unit::Plain);
            let off = known.is_some_and(|f| !amount.prints(f.amount.abs()));
            let wan = Amount { unit: Unit::Wan, ..amount.clone() };
            let typed_as_wan = figure.is_none()
                && amount.unit == Unit::Yuan
                && amount.decimals == 2
                && money_figures(texts).any(|f| wan.prints(f.amount))
                && !money_figures(texts).any(|f| amount.prints(f.amount));
            let tiny = figure.is_none() && amount.unit == Unit::Yuan && amount.written < Decimal::ONE && !rate;
            let is_prose = passage.is_prose();
            if !(off || tiny || typed_as_wan && is_prose && !rate) {
                continue;
            }
            let message = match known {
                Some(f) if off => format!(
                    "“{}{words}”：这个数以{}为单位，却写作“{}”",
                    amount.label,
                    f.unit.name(),
                    amount.unit.name()
                ),
                _ if tiny => format!("“{}{words}”不足 1 元，单位应为万元", amount.label),
                _ => format!("“{}{words}”：表里是 {}万元", amount.label, passage.words(&amount.number)),
            };
            let mut found = passage
                .finding(amount.range.clone(), message)
                .hint(format!("写作“{}万元”", passage.words(&amount.number)));
            if let Some(f) = known {
                found = found
                    .address(f.address.clone())
                    .compared(("正文写作".into(), amount.value()), (format!("{} 是", f.address), f.amount));
            }
            let certain = amount.unit == Unit::Yuan
                && (known.is_some_and(|f| wan.prints(f.amount.abs())) || tiny || typed_as_wan);
            let unit = amount.range.end - amount.unit.name().chars().count()..amount.range.end;
            findings.push(if certain { passage.certain(found, &unit, "万元") } else { found });
        }
    }
}

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
        let all = amounts(passage);
        for run in lists(passage, all) {
            let most = |of: fn(&Amount) -> u32| {
                let mut counts: HashMap<u32, usize> = HashMap::new();
                let says = run.iter().filter(|a| !a.written.is_zero());
                says.for_each(|a| *counts.entry(of(a)).or_default() += 1);
                counts.into_iter().max_by_key(|&(key, n)| (n, key)).map(|(key, _)| key)
            };
            let unit = |a: &Amount| a.unit as u32;
            let decimals = |a: &Amount| a.decimals;
            if most(unit).is_none() {
                continue; // nothing but zeros
            }
            let odd_unit: Vec<&&Amount> = run.iter().filter(|a| Some(unit(a)) != most(unit)).collect();
            let odd_decimals: Vec<&&Amount> =
                run.iter().filter(|a| Some(decimals(a)) != most(decimals) && !a.written.is_zero()).collect();
            let (odd, what) = match (odd_unit.first(), odd_decimals.first()) {
                (Some(odd), _) => (odd, "单位"),
                (None, Some(odd)) => (odd, "小数位数"),
                _ => continue,
            };
            let words = passage.words(&odd.range);
            let most = run.iter().find(|a| {
                if what == "单位" { Some(unit(a)) == most(unit) } else { Some(decimals(a)) == most(decimals) }
            });
            let other = most.map(|a| passage.words(&a.range)).unwrap_or_default();
            let count = if what == "单位" { odd_unit.len() } else { odd_decimals.len() };
            let more = if count > 1 { format!("等 {count} 处") } else { String::new() };
            let message = format!("并列的金额{what}不统一：“{}{words}”{more}，而同一串里别的写作“{other}”", odd.label);
            findings.push(passage.finding(odd.range.clone(), message).hint("一串金额用同一个单位、同样的小数位数"));
        }
    }
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

/// Words that open a list of the parts of the amount before them.
const OPENERS: [&str; 6] = ["其中：", "分别为：", "分别是：", "包括：", "主要用于", "其中"];

fn sums(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        let all = amounts(passage);
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
            let partial = off.is_sign_negative() && off.abs() * Decimal::from(20) > total.value().abs();
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

fn sign_words(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        for amount in amounts(passage).iter().filter(|a| a.is_money() && a.direction != 0) {
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
        let all = amounts(passage);
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
        let all = amounts(passage);
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

fn twice(texts: &Texts<'_>, findings: &mut Findings) {
    struct Said<'t> {
        passage: &'t Passage,
        amount: &'t Amount,
    }
    let mut by_label: BTreeMap<&str, Vec<Said<'_>>> = BTreeMap::new();
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        for amount in amounts(passage) {
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

/// 增加5.00万元，减少的主要原因是……
fn opposite_reasons(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        let all = amounts(passage);
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

/// In a list of projects, one that stands between two of the data's and is none of them.
fn unknown_projects(texts: &Texts<'_>, findings: &mut Findings) {
    let projects = super::names::projects(texts, 1);
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        let all = amounts(passage);
        let known = |amount: &Amount| {
            let before = passage.words(&(amount.sentence.start..amount.range.start));
            let before = before.strip_suffix("项目").unwrap_or(&before);
            projects.iter().any(|p| before.ends_with(p.strip_suffix("项目").unwrap_or(p)))
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
                let near = crate::diagnostic::nearest(&amount.label, projects.iter().copied());
                let hint = near.map_or("写明细里的项目名称".to_string(), |n| format!("是否应为“{n}”？"));
                let message = format!("明细里没有“{}”这个项目", amount.label);
                findings.push(passage.finding(start..amount.range.start, message).hint(hint));
            }
        }
    }
}

/// In the target tables: an amount that may not be exceeded, larger than the project's own budget.
fn over_budget(texts: &Texts<'_>, findings: &mut Findings) {
    for (dataset, target) in texts.targets() {
        let value = target.value(dataset);
        let is_cost = [target.l2(dataset), target.l3(dataset)].iter().any(|t| t.contains("成本") || t.contains("金额"));
        let Some(project) = target.project(dataset).filter(|_| is_cost) else { continue };
        let Some(passage) = texts.passages.iter().find(|p| p.text == value && matches!(p.kind, Kind::Field { .. }))
        else {
            continue;
        };
        let upper = value.trim_start().starts_with(['≤', '<', '＜', '不']) || value.contains("以内");
        let Some(amount) = amounts(passage).iter().find(|a| a.is_money() && upper) else { continue };
        let key = crate::compose::short_key(project);
        let budget = texts
            .figures
            .iter()
            .find(|f| f.compares.is_none() && f.unit != money::Unit::Plain && row_key(&f.address) == &*key);
        let Some(budget) = budget.filter(|b| amount.value() > b.amount + amount.slack()) else { continue };
        let message =
            format!("“{}”的成本指标“{value}”超出项目预算 {}{}", bare_label(project), budget.text, budget.unit.name());
        let found = crate::diagnostic::Diagnostic::warning("", message)
            .at(target.value_place(dataset))
            .text(value)
            .address(budget.address.clone())
            .compared(("成本指标".into(), amount.value()), ("项目预算".into(), budget.amount));
        findings.push(found.hint("按本项目的预算填写成本指标"));
    }
}
