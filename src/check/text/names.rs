//! Names and years in prose: subjects by their codes, projects as the data names them, the department's own word for
//! itself, the budget's level and year.

use super::characters::is_han;
use super::passage::{Kind, Passage};
use super::rule::{Findings, Rule};
use super::texts::Texts;
use crate::check::rule::{Example, RulePage};
use crate::data::Class;
use crate::diagnostic::Severity::Warning;
use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;
use std::ops::Range;

pub const RULES: &[Rule] = &[
    Rule {
        page: RulePage {
            code: "N012",
            severity: Warning,
            title: "科目编码与名称不符",
            reason: "正文里的科目编码和名称要与当年的政府收支分类科目一致。",
            source: "《政府收支分类科目》",
            example: Example {
                wrong: "2080506机关事业单位基本养老保险缴费支出",
                right: "2080505机关事业单位基本养老保险缴费支出",
            },
        },
        find: subject_names,
    },
    Rule {
        page: RulePage {
            code: "N013",
            severity: Warning,
            title: "一种社会保障缴费说成了另一种",
            reason: "住房公积金不是医疗保险；照抄上一段时忘了改。",
            source: "《政府收支分类科目》",
            example: Example {
                wrong: "住房公积金6.38万元，主要用于医疗保险缴费",
                right: "住房公积金6.38万元，主要用于住房公积金缴存",
            },
        },
        find: contributions,
    },
    Rule {
        page: RulePage {
            code: "N014",
            severity: Warning,
            title: "项目名称与明细不一致",
            reason: "正文、明细、绩效目标里的同一个项目要写得一样，否则对不上。",
            source: "财预〔2016〕143号：公开的数据应当一致",
            example: Example { wrong: "纵四路绿化工成", right: "纵四路绿化工程" },
        },
        find: project_names,
    },
    Rule {
        page: RulePage {
            code: "N015",
            severity: Warning,
            title: "年份不是预算年度或上一年",
            reason: "预算说明只讲本年和上年；出现别的年份，多是沿用了旧文本。",
            source: "财预〔2016〕143号",
            example: Example { wrong: "2021年预算安排（2023年度文本）", right: "2023年预算安排" },
        },
        find: years,
    },
    Rule {
        page: RulePage {
            code: "N016",
            severity: Warning,
            title: "自称前后不一",
            reason: "一会儿“我部门”一会儿“本单位”，读的人不知道说的是不是一个主体。",
            source: "report.toml 里的 entity",
            example: Example {
                wrong: "维护本单位经济秩序（自称是部门）", right: "维护本部门经济秩序"
            },
        },
        find: entity,
    },
    Rule {
        page: RulePage {
            code: "N017",
            severity: Warning,
            title: "预算级次写错了",
            reason: "区级部门的文本写“省级部门”，是照抄了上级的范本。",
            source: "report.toml 里的 level",
            example: Example {
                wrong: "是指省级部门用财政拨款安排的（区级部门的文本）",
                right: "是指区级部门用财政拨款安排的",
            },
        },
        find: level,
    },
    Rule {
        page: RulePage {
            code: "N019",
            severity: Warning,
            title: "指标的年份早于预算年度",
            reason: "当年的绩效目标不会在往年完成；多是沿用了旧的目标表。",
            source: "《项目支出绩效评价管理办法》（财预〔2020〕10号）",
            example: Example {
                wrong: "资金下达时间：2021年底前（2023年度）", right: "资金下达时间：2023年底前"
            },
        },
        find: past_targets,
    },
];

/// The digits of a code written with dashes or dots between its levels: 201-39-99.
fn code_at(chars: &[char], at: usize) -> Option<(String, usize, bool)> {
    if at > 0 && (chars[at - 1].is_ascii_alphanumeric() || ['-', '.'].contains(&chars[at - 1])) {
        return None;
    }
    let mut digits = String::new();
    let mut end = at;
    let mut dashed = false;
    while let Some(&c) = chars.get(end) {
        let next = chars.get(end + 1).is_some_and(char::is_ascii_digit);
        match c {
            _ if c.is_ascii_digit() => digits.push(c),
            '-' if !digits.is_empty() && next => dashed = true,
            _ => break,
        }
        end += 1;
    }
    let follows = chars.get(end).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '.');
    (!digits.is_empty() && !follows).then_some((digits, end, dashed))
}

/// The classification whose codes look like this one.
fn class_of<'t>(texts: &'t Texts<'_>, digits: &str) -> Option<&'t Class> {
    let classes = &texts.composition.job().set.schema.classes;
    classes.values().find(|c| c.names.contains_key(digits))
}

fn subject_names(texts: &Texts<'_>, findings: &mut Findings) {
    let longest = texts
        .composition
        .job()
        .set
        .schema
        .classes
        .values()
        .filter_map(|c| c.lengths.last())
        .max()
        .copied()
        .unwrap_or(7);
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
        let chars = &passage.chars;
        let mut at = 0;
        while at < chars.len() {
            if !chars[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            let Some((digits, end, dashed)) = code_at(chars, at) else {
                at += 1;
                continue;
            };
            let range = at..end;
            at = end;
            if passage.is_figure(&range) || !(digits.len() == longest || dashed && digits.len() >= 5) {
                continue;
            }
            match class_of(texts, &digits) {
                Some(class) => wrong_name(passage, &range, &digits, &class.names[&digits], findings),
                None if dashed || digits.starts_with('2') => {
                    let near = nearest_code(texts, &digits);
                    let hint =
                        near.map_or("核对编码".to_string(), |(code, name)| format!("是否应为 {code}（{name}）？"));
                    let words = passage.words(&range);
                    findings.push(passage.finding(range, format!("没有编码为“{words}”的科目")).hint(hint));
                }
                None => {}
            }
        }
    }
}

fn nearest_code<'t>(texts: &'t Texts<'_>, digits: &str) -> Option<(&'t str, &'t str)> {
    let classes = &texts.composition.job().set.schema.classes;
    let codes = classes.values().flat_map(|c| c.names.iter());
    let near = codes.map(|(code, name)| (strsim::damerau_levenshtein(code, digits), code, name)).min();
    near.filter(|n| n.0 <= 2).map(|(_, code, name)| (code.as_str(), name.as_str()))
}

/// A name right behind a code, or right before it in brackets, is the code's own.
fn wrong_name(passage: &Passage, range: &Range<usize>, digits: &str, name: &str, findings: &mut Findings) {
    let chars = &passage.chars;
    let open = chars.get(range.end).is_some_and(|c| ['（', '(', '“', ' '].contains(c));
    let start = range.end + usize::from(open);
    let part = |c: &char| is_han(*c) || "（）()、".contains(*c);
    let after: String = chars[start.min(chars.len())..].iter().take_while(|c| part(c)).collect();
    let bracketed = range.start > 0 && ['（', '('].contains(&chars[range.start - 1]);
    let before: String = chars[..range.start.saturating_sub(usize::from(bracketed))].iter().collect();
    let plain = |text: &str| text.replace(['(', '（', ')', '）'], "");
    let right = plain(&after).starts_with(&plain(name)) || plain(&before).ends_with(&plain(name));
    let named = bracketed || after.chars().filter(|c| is_han(*c)).count() >= 3;
    // A clause about money is no name: 2080505安排8.33万元.
    let clause = ["安排", "支出预算", "预算", "为", "科目", "等", "项"].iter().any(|w| after.starts_with(w));
    if named && !right && !clause {
        let shown: String = if bracketed {
            let from = before.chars().rev().take_while(|c| is_han(*c)).count().min(20);
            before.chars().skip(before.chars().count() - from).collect()
        } else {
            after.chars().take(20).collect()
        };
        let found = passage.finding(range.clone(), format!("编码 {digits} 的名称是“{name}”，正文写作“{shown}”"));
        findings.push(found.hint(format!("核对编码和名称：{digits} {name}")));
    }
}

const CONTRIBUTIONS: [&str; 6] = ["住房公积金", "医疗保险", "养老保险", "职业年金", "失业保险", "工伤保险"];

fn contributions(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.prose() {
        let mut from = 0;
        for piece in passage.text.split_inclusive(['。', '；']) {
            let length = piece.chars().count();
            let said = CONTRIBUTIONS.iter().filter_map(|c| Some((piece.find(c)?, *c))).min();
            if let Some((_, subject)) = said {
                let verb = ["主要用于", "用于", "主要是"].iter().filter_map(|v| Some((piece.find(v)?, *v))).min();
                let told = verb.map(|(at, v)| (at, &piece[at + v.len()..]));
                let other =
                    told.and_then(|(at, rest)| Some((at, *CONTRIBUTIONS.iter().find(|c| rest.contains(**c))?, rest)));
                if let Some((at, other, rest)) = other
                    && other != subject
                    && !rest.contains(subject)
                    && piece[..at].contains(subject)
                    && CONTRIBUTIONS.iter().filter(|c| piece[..at].contains(**c)).count() == 1
                {
                    let start = from + piece[..piece.rfind(other).unwrap_or(0)].chars().count();
                    let range = start..start + other.chars().count();
                    let found = passage.finding(range, format!("说的是“{subject}”，用途却是“{other}”"));
                    findings.push(found.hint(format!("核对这一句：用途应是{subject}的用途")));
                }
            }
            from += length;
        }
    }
}

/// Project names of the data, of at least so many characters.
pub fn projects<'t>(texts: &'t Texts<'_>, least: usize) -> Vec<&'t str> {
    let datasets = texts.composition.job().data.datasets.values();
    let mut all: Vec<&str> = Vec::new();
    for dataset in datasets {
        let Some(index) = dataset.fields.iter().position(|f| f.head == "项目" || f.head == "项目名称") else {
            continue;
        };
        all.extend(dataset.records.iter().map(|r| r.values[index].text()).filter(|n| n.chars().count() >= least));
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn project_names(texts: &Texts<'_>, findings: &mut Findings) {
    let all: Vec<(Vec<char>, &str)> = projects(texts, 6).into_iter().map(|p| (p.chars().collect(), p)).collect();
    // A name nearly stands in a text only where its beginning or its end does: two words a name.
    let edges = |n: usize| [String::from_iter(&all[n].0[..3]), String::from_iter(&all[n].0[all[n].0.len() - 3..])];
    let Ok(edges) = AhoCorasick::new((0..all.len()).flat_map(edges)) else { return };
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead) && p.own) {
        let near: BTreeSet<usize> =
            edges.find_overlapping_iter(&passage.text).map(|found| found.pattern().as_usize() / 2).collect();
        for (name, project) in near.into_iter().map(|n| &all[n]) {
            if passage.text.contains(project) {
                continue;
            }
            if let Some(range) = nearly(&passage.chars, name) {
                let words = passage.words(&range);
                // Another project's own name is no misspelling.
                if all.iter().any(|(_, other)| words.contains(other)) {
                    continue;
                }
                let found = passage.finding(range, format!("“{words}”与明细里的项目“{project}”只差一两个字"));
                findings.push(found.hint(format!("若是同一个项目，写作“{project}”")));
            }
        }
    }
}

/// Where a name stands with one character wrong, missing or added: its first three or last three are right.
fn nearly(chars: &[char], name: &[char]) -> Option<Range<usize>> {
    let length = name.len();
    let edges = [(0, &name[..3]), (length - 3, &name[length - 3..])];
    for (offset, edge) in edges {
        let [first, second, third] = *edge else { return None };
        let starts = |w: &[char]| w[0] == first && w[1] == second && w[2] == third;
        for at in (0..chars.len().saturating_sub(2)).filter(|&i| starts(&chars[i..i + 3])) {
            for size in [length, length - 1, length + 1] {
                let start = if offset == 0 { at } else { (at + 3).checked_sub(size)? };
                let Some(window) = chars.get(start..start + size) else { continue };
                let clean = window.iter().all(|c| !"，。；：".contains(*c));
                let (a, b): (String, String) = (window.iter().collect(), name.iter().collect());
                if clean && strsim::damerau_levenshtein(&a, &b) == 1 {
                    return Some(start..start + size);
                }
            }
        }
    }
    None
}

/// Four digits before 年, not part of a longer number.
fn years_in(passage: &Passage) -> Vec<(i32, Range<usize>)> {
    let chars = &passage.chars;
    let at = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let four = |i: usize| (i..i + 4).all(at) && !at(i + 4) && (i == 0 || !at(i - 1));
    let all = (0..chars.len().saturating_sub(4)).filter(|&i| four(i) && chars[i + 4] == '年');
    all.filter_map(|i| Some((chars[i..i + 4].iter().collect::<String>().parse().ok()?, i..i + 5))).collect()
}

fn years(texts: &Texts<'_>, findings: &mut Findings) {
    const OF_BUDGETS: [&str; 7] = ["预算", "支出", "收入", "安排", "三公", "采购", "经费"];
    const ELSEWHERE: [&str; 12] =
        ["以来", "印发", "规划", "至", "截至", "发布", "修订", "施行", "开始", "末", "成立", "—"];
    let year = texts.year();
    for passage in texts.prose() {
        for (found_year, range) in years_in(passage) {
            if found_year == year || found_year == year - 1 || !(1990..=2100).contains(&found_year) {
                continue;
            }
            let chars = &passage.chars;
            let stop = |c: &char| "，。；：、".contains(*c);
            let end = range.end + chars[range.end..].iter().take_while(|c| !stop(c)).count();
            let after = passage.words(&(range.end..end.min(range.end + 10)));
            let before = passage.words(&(range.start.saturating_sub(6)..range.start));
            let cited = inside(chars, range.start, '《', '》')
                || inside(chars, range.start, '“', '”')
                || texts.names.iter().any(|n| n.contains(&passage.words(&range)) && passage.text.contains(*n));
            let speaks = OF_BUDGETS.iter().any(|w| after.contains(w))
                && !ELSEWHERE.iter().any(|w| after.contains(w) || before.ends_with(w));
            if speaks && !cited {
                let words = passage.words(&range);
                let found = passage.finding(range, format!("“{words}{after}”：预算年度是 {year} 年"));
                findings.push(found.hint(format!("是否应为“{year}年”或“{}年”？模板里写 {{{{ year }}}}", year - 1)));
            }
        }
    }
}

/// Whether a character stands between a pair of signs.
fn inside(chars: &[char], at: usize, open: char, close: char) -> bool {
    let last = chars[..at].iter().rposition(|c| *c == open || *c == close);
    last.is_some_and(|i| chars[i] == open)
}

fn entity(texts: &Texts<'_>, findings: &mut Findings) {
    let other = match texts.report("entity") {
        "部门" => "单位",
        "单位" => "部门",
        _ => return,
    };
    let own = texts.report("entity");
    for passage in texts.prose() {
        for pronoun in ["我", "本"] {
            let word = format!("{pronoun}{other}");
            for (byte, _) in passage.text.match_indices(&word) {
                let start = passage.text[..byte].chars().count();
                // 我区部门预算 speaks of all departments; 本单位 within a definition of others is theirs.
                let defined = passage.text[..byte].contains("是指") || passage.text[..byte].contains("：指");
                if defined {
                    continue;
                }
                let right = format!("{pronoun}{own}");
                let found = passage.finding(start..start + word.chars().count(), format!("“{word}”：本文自称“{own}”"));
                findings.push(found.hint(format!("写作“{right}”，或改 report.toml 里的 entity")));
            }
        }
    }
}

fn level(texts: &Texts<'_>, findings: &mut Findings) {
    let own = texts.report("level");
    if own.is_empty() {
        return;
    }
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead | Kind::Note)) {
        for other in ["省", "市", "县", "区", "中央"].into_iter().filter(|l| *l != own) {
            for tail in ["级部门", "级预算单位", "级各部门", "级财政当年拨付", "级财政预算管理"]
            {
                let word = format!("{other}{tail}");
                for (byte, _) in passage.text.match_indices(&word) {
                    let start = passage.text[..byte].chars().count();
                    let right = format!("{own}{tail}");
                    let found = passage
                        .finding(start..start + word.chars().count(), format!("“{word}”：本部门的预算级次是“{own}”"));
                    findings.push(found.hint(format!("是否应为“{right}”？")));
                }
            }
        }
    }
}

fn past_targets(texts: &Texts<'_>, findings: &mut Findings) {
    let year = texts.year();
    for passage in texts.passages.iter().filter(|p| matches!(&p.kind, Kind::Field { head, .. } if head == "指标值"))
    {
        for (found_year, range) in years_in(passage).into_iter().filter(|y| y.0 < year && y.0 >= 1990) {
            let found =
                passage.finding(range, format!("指标值“{}”是 {found_year} 年的，预算年度是 {year} 年", passage.text));
            findings.push(found.hint(format!("按 {year} 年的目标改写")));
        }
    }
}
