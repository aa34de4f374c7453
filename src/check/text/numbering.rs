//! Numbering of headings and paragraphs: 一、（一）1.（1）, one after another, deeper below.

use super::passage::{Kind, Passage};
use super::rule::{Findings, TextRule};
use super::texts::Texts;
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Severity::Warning;

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "L020",
            severity: Warning,
            title: "序号不连续",
            reason: "序号跳号、重号，读的人会以为漏了内容。",
            source: "GB/T 9704—2012 7.3.3",
            example: Example {
                wrong: "一、……二、……四、……", right: "一、……二、……三、……"
            },
        },
        find: consecutive,
    },
    TextRule {
        page: RulePage {
            code: "L021",
            severity: Warning,
            title: "序号的层次用错了",
            reason: "层次依次是“一、”“（一）”“1.”“（1）”；下一层用了上一层的序号，就分不清层次。",
            source: "GB/T 9704—2012 7.3.3",
            example: Example {
                wrong: "（二）分项目标　一、办公活动", right: "（二）分项目标　1.办公活动"
            },
        },
        find: nested,
    },
    TextRule {
        page: RulePage {
            code: "L022",
            severity: Warning,
            title: "序号后的标点不对",
            reason: "“一”后用顿号，“1”后用下脚点，带括号的序号后不加标点。",
            source: "GB/T 15834—2011 4.5.3.4；GB/T 9704—2012 7.3.3",
            example: Example { wrong: "1、收入说明", right: "1.收入说明" },
        },
        find: marks,
    },
    TextRule {
        page: RulePage {
            code: "L023",
            severity: Warning,
            title: "同级小标题的末尾不一致",
            reason: "同一级的小标题，有的带冒号、有的不带。",
            source: "GB/T 9704—2012（层次标题）",
            example: Example {
                wrong: "一、综合办公职责：／二、经济发展职责",
                right: "一、综合办公职责／二、经济发展职责",
            },
        },
        find: endings,
    },
];

/// The kinds of numbers, outermost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// 第一部分
    Part,
    /// 一、
    Han,
    /// （一）
    HanInBrackets,
    /// 1.
    Digit,
    /// （1）
    DigitInBrackets,
}

struct Number {
    level: Level,
    value: u32,
    /// Characters of the number with its mark.
    length: usize,
}

/// 三十一 → 31
fn han_number(chars: &[char]) -> Option<u32> {
    let digit = |c: char| "零一二三四五六七八九".chars().position(|d| d == c).map(|n| n as u32);
    match *chars {
        [c] if c != '十' => digit(c).filter(|n| *n > 0),
        ['十'] => Some(10),
        ['十', c] => Some(10 + digit(c)?),
        [t, '十'] => Some(digit(t)? * 10),
        [t, '十', c] => Some(digit(t)? * 10 + digit(c)?),
        _ => None,
    }
}

fn number(chars: &[char]) -> Option<Number> {
    let run = |from: usize, accepted: &dyn Fn(char) -> bool| chars[from..].iter().take_while(|c| accepted(**c)).count();
    let han = |c: char| matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十');
    let digit = |c: char| c.is_ascii_digit();
    let first = *chars.first()?;
    if first == '第' {
        let n = run(1, &han);
        let part = chars.get(1 + n..3 + n)? == ['部', '分'];
        return Some(Number { level: Level::Part, value: han_number(&chars[1..1 + n])?, length: 3 + n })
            .filter(|_| part);
    }
    if first == '（' || first == '(' {
        let (n, level) = match (run(1, &han), run(1, &digit)) {
            (n, 0) if n > 0 => (n, Level::HanInBrackets),
            (0, n) if n > 0 => (n, Level::DigitInBrackets),
            _ => return None,
        };
        if !matches!(chars.get(1 + n), Some('）' | ')')) {
            return None;
        }
        let value =
            if level == Level::HanInBrackets { han_number(&chars[1..1 + n])? } else { digits(&chars[1..1 + n])? };
        return Some(Number { level, value, length: 2 + n });
    }
    let n = run(0, &han);
    if n > 0 && matches!(chars.get(n), Some('、' | '.' | '．')) {
        return Some(Number { level: Level::Han, value: han_number(&chars[..n])?, length: n + 1 });
    }
    let n = run(0, &digit);
    // 1.5 is no number of a paragraph, 2023. neither.
    let mark = matches!(chars.get(n), Some('、' | '.' | '．')) && !chars.get(n + 1).is_some_and(char::is_ascii_digit);
    if (1..=2).contains(&n) && mark {
        return Some(Number { level: Level::Digit, value: digits(&chars[..n])?, length: n + 1 });
    }
    None
}

fn digits(chars: &[char]) -> Option<u32> {
    chars.iter().collect::<String>().parse().ok()
}

/// The numbered lines of the narrative, in reading order.
fn numbered<'t>(texts: &'t Texts<'_>) -> Vec<(&'t Passage, Number)> {
    let lines = texts.passages.iter().filter(|p| matches!(p.kind, Kind::Heading(_) | Kind::Lead | Kind::Prose));
    lines.filter_map(|p| Some((p, number(&p.chars)?))).collect()
}

/// How many numbered lines of one level follow a passage, from the first on, until a heading.
pub fn list_after(texts: &Texts<'_>, index: usize) -> usize {
    let after = texts.passages[index + 1..].iter().take_while(|p| matches!(p.kind, Kind::Lead | Kind::Prose));
    let mut level = None;
    let mut count = 0;
    for (line, passage) in after.enumerate() {
        let Some(n) = number(&passage.chars) else {
            // The list begins right below, or there is none.
            if line == 0 {
                return 0;
            }
            continue;
        };
        if *level.get_or_insert(n.level) != n.level {
            continue;
        }
        if n.value as usize != count + 1 {
            break;
        }
        count += 1;
    }
    count
}

/// How deep a numbered line stands by its form: a heading by its level, all else below.
fn depth(passage: &Passage) -> u8 {
    match passage.kind {
        Kind::Heading(level) => level,
        _ => 10,
    }
}

fn consecutive(texts: &Texts<'_>, findings: &mut Findings) {
    // The last number seen of each level, with its depth; a shallower line ends what stood below it.
    let mut last: Vec<(Level, u8, u32)> = Vec::new();
    let mut under = 0;
    for passage in &texts.passages {
        if !matches!(passage.kind, Kind::Heading(_) | Kind::Lead | Kind::Prose) {
            continue;
        }
        let depth = depth(passage);
        if passage.under != under && matches!(passage.kind, Kind::Heading(_)) {
            under = passage.under;
            last.retain(|(_, d, _)| *d <= depth);
        }
        let Some(n) = number(&passage.chars) else { continue };
        last.retain(|(level, d, _)| *d < depth || *d == depth && *level <= n.level);
        let before = last.iter().position(|(level, d, _)| *level == n.level && *d == depth);
        let expected = before.map_or(1, |i| last[i].2 + 1);
        // A list may begin anew at 1.
        if n.value != expected && n.value != 1 {
            let words = passage.words(&(0..n.length));
            let message = match before {
                Some(i) => format!("序号不连续：“{words}”之前是 {}", last[i].2),
                None => format!("序号从“{words}”开始"),
            };
            let range = 0..passage.chars.len().min(n.length + 10);
            findings.push(passage.finding(range, message).hint("补上缺的一项，或改正序号"));
        }
        match before {
            Some(i) => last[i].2 = n.value,
            None => last.push((n.level, depth, n.value)),
        }
    }
}

fn nested(texts: &Texts<'_>, findings: &mut Findings) {
    // The numbers that are open around a line, outermost first.
    let mut open: Vec<(u8, Level, String)> = Vec::new();
    let mut told: Option<(usize, Level)> = None;
    for (passage, n) in numbered(texts) {
        let depth = depth(passage);
        open.retain(|(d, _, _)| *d < depth);
        let outer = open.iter().rev().find(|(_, level, _)| *level >= n.level && *level != Level::Part);
        let part = n.level == Level::Part && !open.is_empty() && open.iter().any(|(_, level, _)| *level > Level::Part);
        let words = passage.words(&(0..passage.chars.len().min(n.length + 10)));
        let outer = outer.map(|o| o.2.clone()).or_else(|| open.last().filter(|_| part).map(|o| o.2.clone()));
        if let Some(outer) = outer {
            // One finding for a run of the same mistake.
            let run = (passage.under, n.level);
            let again = told == Some(run) || n.value > 1;
            if !again {
                let range = 0..passage.chars.len().min(n.length + 10);
                let message = format!("“{outer}”下面的“{words}”用了上一层的序号");
                findings.push(passage.finding(range, message).hint("层次依次用“一、”“（一）”“1.”“（1）”"));
            }
            told = Some(run);
        }
        open.push((depth, n.level, words));
    }
    skipped(texts, findings);
}

/// Headings one below another may not skip （一）: 二、 and then 1.
fn skipped(texts: &Texts<'_>, findings: &mut Findings) {
    let mut above: Vec<(u8, Level)> = Vec::new();
    for (passage, n) in numbered(texts).into_iter().filter(|(p, _)| matches!(p.kind, Kind::Heading(_))) {
        let depth = depth(passage);
        above.retain(|(d, _)| *d < depth);
        let skips = above.last().is_some_and(|(_, level)| *level == Level::Han && n.level == Level::Digit);
        if skips && n.value == 1 {
            let range = 0..passage.chars.len().min(n.length + 10);
            let words = passage.words(&range);
            let found = passage.finding(range, format!("“一、”的下一层用了“{words}”，跳过了“（一）”"));
            findings.push(found.hint("层次依次用“一、”“（一）”“1.”“（1）”"));
        }
        above.push((depth, n.level));
    }
}

fn marks(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in &texts.passages {
        // A row's label of a form keeps the form's own marks.
        if passage.kind == Kind::Label {
            continue;
        }
        let Some(n) = number(&passage.chars) else { continue };
        let mark = passage.chars[n.length - 1];
        let after = passage.chars.get(n.length).copied().unwrap_or_default();
        let right = match n.level {
            Level::Han if mark != '、' => "、",
            Level::Digit if mark == '、' => ".",
            Level::HanInBrackets | Level::DigitInBrackets if ['、', '.', '．'].contains(&after) => "",
            _ => continue,
        };
        let at = if right.is_empty() { n.length..n.length + 1 } else { n.length - 1..n.length };
        let range = 0..passage.chars.len().min(n.length + 8);
        let message = match right {
            "、" => "汉字序号后用顿号，如“一、”",
            "." => "阿拉伯数字序号后用下脚点，不用顿号，如“1.”",
            _ => "带括号的序号后不加标点",
        };
        findings.push(passage.certain(passage.finding(range, message), &at, right));
    }
}

fn endings(texts: &Texts<'_>, findings: &mut Findings) {
    let mut last: Option<(&Passage, Level, bool)> = None;
    let mut told = false;
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Heading(_) | Kind::Lead)) {
        if matches!(passage.kind, Kind::Heading(_)) {
            (last, told) = (None, false);
            continue;
        }
        let Some(n) = number(&passage.chars) else { continue };
        let colon = passage.chars.last() == Some(&'：');
        if let Some((first, level, with)) = last
            && level == n.level
            && with != colon
            && !told
        {
            told = true;
            let message = format!("同级小标题末尾不一致：“{}”与“{}”", first.text, passage.text);
            let end = passage.chars.len();
            findings.push(passage.finding(0..end, message).hint("同一级小标题的末尾，冒号要么都有，要么都没有"));
        }
        last = Some((passage, n.level, colon));
    }
}
