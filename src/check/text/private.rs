//! What must not be published: numbers that belong to a person, and marks of secrecy.

use super::characters::is_han;
use super::passage::Passage;
use super::rule::{Findings, Rule};
use super::texts::Texts;
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Severity::Error;
use std::ops::Range;

const LAW: &str = "《中华人民共和国个人信息保护法》第二十五条；《政府信息公开条例》第十五条";
const SECRETS: &str = "《中华人民共和国保守国家秘密法》；《政府信息公开条例》第十四条";

pub const RULES: &[Rule] = &[
    Rule {
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
    Rule {
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
    Rule {
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
    Rule {
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
    Rule {
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

/// Runs of digits, `-` and spaces between them let through, with the digits alone.
fn runs(passage: &Passage) -> Vec<(Range<usize>, String)> {
    let chars = &passage.chars;
    let mut all = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let mut digits = String::new();
        let mut end = at;
        while at < chars.len() {
            match chars[at] {
                c if c.is_ascii_digit() => {
                    digits.push(c);
                    end = at + 1;
                }
                'X' | 'x' if digits.len() == 17 => {
                    digits.push('X');
                    end = at + 1;
                }
                ' ' | '-' if chars.get(at + 1).is_some_and(char::is_ascii_digit) => {}
                _ => break,
            }
            at += 1;
        }
        let glued = start > 0 && (chars[start - 1].is_ascii_alphabetic() || chars[start - 1] == '.')
            || chars.get(end).is_some_and(|c| {
                c.is_ascii_alphabetic() || *c == '.' && chars.get(end + 1).is_some_and(char::is_ascii_digit)
            });
        if !glued && !passage.is_figure(&(start..end)) {
            all.push((start..end, digits));
        }
    }
    all
}

/// Runs long enough to be any of these.
fn each_run(texts: &Texts<'_>, mut wanted: impl FnMut(&Passage, &Range<usize>, &str)) {
    for passage in texts.passages.iter().filter(|p| p.chars.len() >= 11) {
        for (range, digits) in runs(passage).iter().filter(|(_, d)| d.len() >= 10) {
            wanted(passage, range, digits);
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
    each_run(texts, |passage, range, digits| {
        if is_identity(digits) {
            let found = passage.finding(range.clone(), format!("“{}”是身份证号码", hidden(digits)));
            findings.push(found.hint("删去号码"));
        }
    });
}

/// A message does not repeat what must not be seen.
fn hidden(digits: &str) -> String {
    format!("{}…{}", &digits[..3], &digits[digits.len() - 2..])
}

fn telephone(texts: &Texts<'_>, findings: &mut Findings) {
    each_run(texts, |passage, range, digits| {
        let mobile =
            digits.len() == 11 && digits.starts_with('1') && !matches!(digits.as_bytes()[1], b'0' | b'1' | b'2');
        let words = passage.words(range);
        let area = words.split(['-', ' ']).next().unwrap_or_default();
        let fixed = words != digits
            && area.starts_with('0')
            && (3..=4).contains(&area.len())
            && (7..=8).contains(&(digits.len() - area.len()));
        if mobile || fixed {
            let found = passage.finding(range.clone(), format!("“{}”是电话号码", hidden(digits)));
            findings.push(found.hint("个人的号码删去；单位对外的电话，在 report.toml 里确认"));
        }
    });
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
    each_run(texts, |passage, range, digits| {
        let plain = digits.bytes().all(|b| b.is_ascii_digit());
        let card =
            plain && (16..=19).contains(&digits.len()) && digits.starts_with(['3', '4', '5', '6', '9']) && luhn(digits);
        let before = passage.words(&(range.start.saturating_sub(12)..range.start));
        let named =
            (12..=30).contains(&digits.len()) && ["账号", "帐号", "账户", "卡号"].iter().any(|w| before.contains(w));
        if (card || named) && !is_identity(digits) {
            let found = passage.finding(range.clone(), format!("“{}”是银行账号", hidden(digits)));
            findings.push(found.hint("删去账号"));
        }
    });
}

fn mail(texts: &Texts<'_>, findings: &mut Findings) {
    let part = |c: &char| c.is_ascii_alphanumeric() || ['.', '_', '-', '+'].contains(c);
    for passage in texts.passages.iter().filter(|p| p.text.contains('@')) {
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
    for passage in &texts.passages {
        let mark = secrecy_mark(passage);
        if let Some(range) = mark {
            let words = passage.words(&range);
            let found = passage.finding(range, format!("“{words}”是密级或不公开的标志"));
            findings.push(found.hint("删去涉密内容，先经保密审查；标志与内容无关的，在 report.toml 里确认"));
        }
    }
}

fn secrecy_mark(passage: &Passage) -> Option<Range<usize>> {
    let at = |byte: usize| passage.text[..byte].chars().count();
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
        let begins = !before.ends_with(is_han) || own.iter().any(|o| before.ends_with(o));
        begins && !after.starts_with(is_han)
    };
    let found = |m: &str| passage.text.match_indices(m).find(|(byte, _)| is_mark(*byte, m)).map(|(byte, _)| byte);
    let (byte, mark) = MARKS.iter().find_map(|m| Some((found(m)?, m)))?;
    Some(at(byte)..at(byte) + mark.chars().count())
}
