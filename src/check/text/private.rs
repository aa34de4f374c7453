//! What must not be published: numbers that belong to a person, and marks of secrecy.

use super::passage::Passage;
use super::rule::{Findings, TextRule};
use super::texts::Texts;
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Severity::Error;
use crate::searched::is_han;
use aho_corasick::AhoCorasick;
use std::ops::Range;
use std::sync::LazyLock;

const LAW: &str = "《中华人民共和国个人信息保护法》第二十五条；《政府信息公开条例》第十五条";
const SECRETS: &str = "《中华人民共和国保守国家秘密法》；《政府信息公开条例》第十四条";

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "X101",
            severity: Error,
            title: "含有身份证号码",
            reason: "身份证号码是个人信息，不得公开。",
            source: LAW,
            example: Example { wrong: "张某（110101199003070011）", right: "张某" },
        },
        find: identity,
    },
    TextRule {
        page: RulePage {
            code: "X102",
            severity: Error,
            title: "含有电话号码",
            reason: "个人的电话号码不得公开；单位对外的电话，确认后可以公开。",
            source: LAW,
            example: Example { wrong: "联系人李某，13800138000", right: "联系方式见部门网站" },
        },
        find: telephone,
    },
    TextRule {
        page: RulePage {
            code: "X103",
            severity: Error,
            title: "含有银行账号",
            reason: "银行账号公开出去，可能被人冒用。",
            source: LAW,
            example: Example { wrong: "账号6222021234567890128", right: "（删去账号）" },
        },
        find: bank_account,
    },
    TextRule {
        page: RulePage {
            code: "X104",
            severity: Error,
            title: "含有电子邮箱",
            reason: "个人的电子邮箱不得公开；单位对外的邮箱，确认后可以公开。",
            source: LAW,
            example: Example { wrong: "zhangsan@example.com", right: "（删去邮箱）" },
        },
        find: mail,
    },
    TextRule {
        page: RulePage {
            code: "X105",
            severity: Error,
            title: "带有密级或内部资料的标志",
            reason: "带密级标志、不予公开标志的内容不得公开，须先经保密审查。",
            source: SECRETS,
            example: Example { wrong: "机密★5年", right: "（删去涉密内容）" },
        },
        find: secrecy,
    },
];

/// A number as people write one: digits with `-` and spaces between, an area code in brackets before it.
struct Run {
    range: Range<usize>,
    digits: String,
    /// How it was divided.
    groups: Vec<usize>,
}

/// What follows a number that counts or measures something, and so belongs to nobody.
const UNITS: [&str; 30] = [
    "元", "万", "亿", "美元", "欧元", "港元", "立方", "平方", "米", "公里", "千米", "公顷", "亩", "吨", "公斤", "千克",
    "升", "毫升", "千瓦", "兆瓦", "户", "件", "套", "台", "辆", "册", "株", "棵", "㎡", "%",
];
/// Those that other words begin with: only before what is no Chinese character.
const SHORT_UNITS: &str = "人个次项份只头条名张座处家栋间天度瓦角分";

/// A currency's sign before it says the same.
const CURRENCIES: [char; 4] = ['¥', '￥', '$', '€'];

fn runs(chars: &[char]) -> Vec<Run> {
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let mut all = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let bracket = matches!(chars[at], '（' | '(') && digit(at + 1);
        if !bracket && !digit(at) {
            at += 1;
            continue;
        }
        let start = at;
        let mut run = Run { range: start..start, digits: String::new(), groups: Vec::new() };
        let mut group = 0;
        // An area code: （0335）; what else stands in brackets is a number of its own.
        let code = if bracket { chars[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count() } else { 0 };
        let closed = matches!(chars.get(at + 1 + code), Some('）' | ')'));
        if bracket && !(closed && (2..=4).contains(&code)) {
            at += 1;
            continue;
        }
        if bracket {
            run.digits.extend(&chars[at + 1..at + 1 + code]);
            run.groups.push(code);
            at += code + 2;
            run.range.end = at;
        }
        while at < chars.len() {
            match chars[at] {
                c if c.is_ascii_digit() => {
                    run.digits.push(c);
                    group += 1;
                    run.range.end = at + 1;
                }
                'X' | 'x' if run.digits.len() == 17 => {
                    run.digits.push('X');
                    group += 1;
                    run.range.end = at + 1;
                }
                ' ' | '\u{3000}' | '-' if digit(at + 1) => {
                    run.groups.extend((group > 0).then_some(group));
                    group = 0;
                }
                _ => break,
            }
            at += 1;
        }
        run.groups.extend((group > 0).then_some(group));
        all.push(run);
    }
    all
}

/// Whether a number counts something: a unit follows it, and the words before it speak of no telephone.
fn is_counted(passage: &Passage, run: &Run) -> bool {
    let before = passage.words(&(run.range.start.saturating_sub(12)..run.range.start));
    if ["电话", "手机", "联系", "传真", "热线", "致电"].iter().any(|w| before.contains(w)) {
        return false;
    }
    let after: Vec<char> =
        passage.chars[run.range.end..].iter().filter(|c| !c.is_whitespace()).take(3).copied().collect();
    let text: String = after.iter().collect();
    let short = after.first().is_some_and(|c| SHORT_UNITS.contains(*c)) && !after.get(1).is_some_and(|c| is_han(*c));
    short || UNITS.iter().any(|unit| text.starts_with(unit))
}

/// Runs long enough to be any of these, that no figure prints.
fn each_run(texts: &Texts<'_>, mut wanted: impl FnMut(&Passage, &Run)) {
    for passage in texts.passages.iter().filter(|p| p.chars.len() >= 11 && p.digits >= 10) {
        let chars = &passage.chars;
        for run in runs(chars).iter().filter(|r| r.digits.len() >= 10) {
            let (start, end) = (run.range.start, run.range.end);
            let before = start.checked_sub(1).map(|i| chars[i]);
            let glued = before.is_some_and(|c| c.is_ascii_alphabetic() || c == '.' || CURRENCIES.contains(&c))
                || chars.get(end).is_some_and(|c| {
                    c.is_ascii_alphabetic() || *c == '.' && chars.get(end + 1).is_some_and(char::is_ascii_digit)
                });
            if !glued && !passage.is_figure(&run.range) {
                wanted(passage, run);
            }
        }
    }
}

/// GB 11643—1999: seventeen digits with a date of birth, and a check character.
fn is_identity(digits: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if digits.len() != 18 {
        return false;
    }
    let number = |range: Range<usize>| digits[range].parse::<u32>().unwrap_or(0);
    let dated = (1900..=2100).contains(&number(6..10))
        && (1..=12).contains(&number(10..12))
        && (1..=31).contains(&number(12..14));
    let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    dated && digits.as_bytes()[17] == b"10X98765432"[(sum % 11) as usize]
}

fn identity(texts: &Texts<'_>, findings: &mut Findings) {
    each_run(texts, |passage, run| {
        if is_identity(&run.digits) {
            let found = passage.finding(run.range.clone(), format!("“{}”是身份证号码", hidden(&run.digits)));
            findings.push(found.hint("删去号码"));
        }
    });
}

/// A message does not repeat what must not be seen.
fn hidden(digits: &str) -> String {
    format!("{}…{}", &digits[..3], &digits[digits.len() - 2..])
}

fn telephone(texts: &Texts<'_>, findings: &mut Findings) {
    each_run(texts, |passage, run| {
        let chars = &passage.chars;
        // +86 and 0086 stand before the number of any line.
        let plus = run.range.start > 0 && chars[run.range.start - 1] == '+';
        let national = match run
            .digits
            .strip_prefix("0086")
            .or(run.digits.strip_prefix("86").filter(|rest| plus || rest.len() == 11 && rest.starts_with('1')))
        {
            Some(rest) => rest,
            None => &run.digits,
        };
        let mobile = national.len() == 11
            && national.starts_with('1')
            && !matches!(national.as_bytes()[1], b'0' | b'1' | b'2')
            && !is_numbered(passage, run.range.start);
        // An extension comes last: 0335-5151234-801.
        let line = match run.groups[..] {
            [_, _, .., extension] if extension <= 5 => &national[..national.len() - extension],
            _ => national,
        };
        let fixed = [national, line].iter().any(|n| is_fixed(n, plus)) && !is_numbered(passage, run.range.start);
        if (mobile || fixed) && !is_counted(passage, run) {
            let start = run.range.start - usize::from(plus);
            let found = passage.finding(start..run.range.end, format!("“{}”是电话号码", hidden(&run.digits)));
            findings.push(found.hint("个人的号码删去；单位对外的电话，在 report.toml 里确认"));
        }
    });
}

/// The words right before say that it is the number of a thing.
fn is_numbered(passage: &Passage, start: usize) -> bool {
    let before = passage.words(&(start.saturating_sub(6)..start));
    let before = before.trim_end_matches(['：', ':', ' ', '为', '是']);
    ["编号", "编码", "代码", "序列号", "合同号", "文号", "流水号", "单号", "条码", "批号"]
        .iter()
        .any(|w| before.ends_with(w))
}

/// A line with an area code, 010 and 02x or three digits after the nought, and seven or eight digits of its own.
fn is_fixed(digits: &str, plus: bool) -> bool {
    let bytes = digits.as_bytes();
    let area = match (bytes.first(), bytes.get(1)) {
        (Some(b'0'), Some(b'1' | b'2')) => 3,
        (Some(b'0'), Some(b'3'..=b'9')) => 4,
        // +86 335 5151234: the nought is left out.
        (Some(b'1' | b'2'), _) if plus => 2,
        (Some(b'3'..=b'9'), _) if plus => 3,
        _ => return false,
    };
    let own = digits.len().saturating_sub(area);
    // No line's own number begins with 0 or 1.
    (7..=8).contains(&own) && !matches!(bytes.get(area), Some(b'0' | b'1'))
}

/// The check digit of bank cards (ISO/IEC 7812-1).
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let n = u32::from(digit.wrapping_sub(b'0')) * if place % 2 == 1 { 2 } else { 1 };
            if n > 9 { n - 9 } else { n }
        })
        .sum();
    sum.is_multiple_of(10)
}

fn bank_account(texts: &Texts<'_>, findings: &mut Findings) {
    each_run(texts, |passage, run| {
        let (range, digits) = (&run.range, run.digits.as_str());
        let plain = digits.bytes().all(|b| b.is_ascii_digit());
        let card =
            plain && (16..=19).contains(&digits.len()) && digits.starts_with(['3', '4', '5', '6', '9']) && luhn(digits);
        let before = passage.words(&(range.start.saturating_sub(12)..range.start));
        let named =
            (12..=30).contains(&digits.len()) && ["账号", "帐号", "账户", "卡号"].iter().any(|w| before.contains(w));
        let card = card && !is_numbered(passage, range.start) && !is_counted(passage, run);
        if (card || named) && !is_identity(digits) {
            let found = passage.finding(range.clone(), format!("“{}”是银行账号", hidden(digits)));
            findings.push(found.hint("删去账号"));
        }
    });
}

fn mail(texts: &Texts<'_>, findings: &mut Findings) {
    let part = |c: &char| c.is_ascii_alphanumeric() || ['.', '_', '-', '+'].contains(c);
    for passage in texts.passages.iter().filter(|p| p.may_have('@')) {
        for at in (1..passage.chars.len()).filter(|&i| passage.chars[i] == '@') {
            let start = at - passage.chars[..at].iter().rev().take_while(|c| part(c)).count();
            let end = at + 1 + passage.chars[at + 1..].iter().take_while(|c| part(c)).count();
            let domain = passage.words(&(at + 1..end));
            if start < at && domain.trim_end_matches('.').contains('.') {
                let found = passage.finding(start..end, "这是电子邮箱".to_string());
                findings.push(found.hint("个人的邮箱删去；单位对外的邮箱，在 report.toml 里确认"));
            }
        }
    }
}

const LEVELS: [&str; 3] = ["绝密", "机密", "秘密"];
const MARKS: [&str; 6] = ["内部资料", "注意保存", "不予公开", "不得公开", "仅供内部使用", "请勿外传"];

fn secrecy(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| p.may_say(&LEVELS) || p.may_say(&MARKS)) {
        let mark = secrecy_mark(passage);
        if let Some(range) = mark {
            let words = passage.words(&range);
            let found = passage.finding(range, format!("“{words}”是密级或不公开的标志"));
            findings.push(found.hint("删去涉密内容，先经保密审查；标志与内容无关的，在 report.toml 里确认"));
        }
    }
}

/// Every word that a secret or a part that is not for the public is marked with.
static MARKED: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(LEVELS.iter().chain(MARKS.iter())).expect("few words"));

fn secrecy_mark(passage: &Passage) -> Option<Range<usize>> {
    if !MARKED.is_match(&passage.text) {
        return None;
    }
    let at = |byte: usize| passage.chars_before(byte);
    for level in LEVELS {
        for (byte, _) in passage.text.match_indices(level) {
            let start = at(byte);
            let rest = &passage.chars[start + 2..];
            let after: String = rest.iter().filter(|c| !c.is_whitespace()).take(2).collect();
            let starred = after.starts_with(['★', '☆']);
            let alone = passage.text.trim() == level;
            let labelled = passage.text[..byte].ends_with("密级：");
            let graded = after.starts_with('级') && start == 0 && !rest.get(1).is_some_and(|c| is_han(*c));
            if starred || alone || labelled || graded {
                return Some(start..start + 2 + usize::from(starred));
            }
        }
    }
    // A mark stands by itself, or says it of this very text; 依法不予公开的信息 speaks of others.
    let is_mark = |byte: usize, mark: &str| {
        let (before, after) = (&passage.text[..byte], &passage.text[byte + mark.len()..]);
        let own = ["此件", "本件", "此文", "本文", "本表", "本文件", "本资料", "此表"];
        // After a comma it is what a sentence says of other information.
        let alone = before.chars().next_back().is_none_or(|c| !is_han(c) && !"，、；,;”".contains(c));
        let begins = alone || own.iter().any(|o| before.ends_with(o));
        begins && !after.starts_with(is_han)
    };
    let found = |m: &str| passage.text.match_indices(m).find(|(byte, _)| is_mark(*byte, m)).map(|(byte, _)| byte);
    let (byte, mark) = MARKS.iter().find_map(|m| Some((found(m)?, m)))?;
    Some(at(byte)..at(byte) + mark.chars().count())
}
