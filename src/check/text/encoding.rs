//! Characters that are not what they look like, or that no one typed: what other programs, old code pages and wrong
//! decoding leave behind. They are named by their code points, since the eye does not tell them apart.

use super::rule::{Findings, TextRule};
use super::texts::Texts;
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Severity::Warning;
use crate::searched::is_invisible;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::cell::LazyCell;
use std::ops::Range;

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "L018",
            severity: Warning,
            title: "有看不见的字符，或者样子相同的另一个字符",
            reason: "从网页、PDF 里复制来的零宽空格、部首、自造字，看着没有毛病，公开以后却搜不到、复制不了，换一台电脑就成了方框。",
            source: "GB 18030—2022；GB/T 9704—2012",
            example: Example {
                wrong: "绿化⼯程（“⼯”是部首 U+2F2F）", right: "绿化工程（“工”是 U+5DE5）"
            },
        },
        find: disguised,
    },
    TextRule {
        page: RulePage {
            code: "L019",
            severity: Warning,
            title: "有乱码或网页、表格程序的代码",
            reason: "“锟斤拷”“&nbsp;”“_x000D_”是转换编码、导出文件时留下的，不是正文。",
            source: "财预〔2016〕143号：公开内容应当完整、真实",
            example: Example { wrong: "示范&nbsp;任务", right: "示范任务" },
        },
        find: garbled,
    },
];

/// What a character is that should not be there.
fn disguise(c: char) -> Option<&'static str> {
    match c {
        '\u{2028}' | '\u{2029}' => Some("分行、分段的符号"),
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => Some("自造字，别的电脑上没有"),
        // What is the form of an ideograph was read as that.
        '\u{2e80}'..='\u{2fdf}' => Some("部首，不是汉字"),
        c if is_invisible(c) => Some("看不见的字符"),
        _ => None,
    }
}

fn disguised(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| !p.is_plain) {
        let typed = passage.typed();
        // Once per character that is found: a text copied from a PDF has many.
        let mut told: HashSet<char> = HashSet::default();
        let counts = LazyCell::new(|| {
            let mut counts: HashMap<char, usize> = HashMap::default();
            typed.iter().filter(|c| !c.is_ascii()).for_each(|c| *counts.entry(*c).or_default() += 1);
            counts
        });
        for (at, &c) in typed.iter().enumerate().filter(|(_, c)| !c.is_ascii()) {
            let Some(what) = disguise(c).filter(|_| !told.contains(&c)) else { continue };
            // A selector chooses among the forms of the character before it.
            if at > 0 && matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}') {
                continue;
            }
            told.insert(c);
            let near = at.saturating_sub(4)..typed.len().min(at + 5);
            let words: String = typed[near].iter().filter(|c| !is_invisible(**c)).collect();
            let count = counts[&c];
            let times = if count > 1 { format!("，共 {count} 处") } else { String::new() };
            let message = format!("“{words}”里有{what}（U+{:04X}{times}）", u32::from(c));
            let hint = if is_invisible(c) { "删去它" } else { "重新输入这个字" };
            let found = passage.finding_typed(at..at + 1, message).hint(hint);
            // One change mends one place.
            let certain = is_invisible(c) && count == 1 && !passage.touches_amount(&passage.as_searched(at..at + 1));
            findings.push(if certain { passage.change_typed(found, &(at..at + 1), "") } else { found });
        }
    }
}

/// What a wrong decoding makes of the replacement character, and of memory that was never written.
const MOJIBAKE: [&str; 6] = ["锟斤拷", "烫烫烫", "屯屯屯", "\u{fffd}", "â€", "ï¿½"];

fn garbled(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in &texts.passages {
        let mut push = |range: Range<usize>, what: &str| {
            let found = passage.finding(range.clone(), format!("“{}”是{what}", passage.words(&range)));
            findings.push(found.hint("对照原文，改成应有的文字；没有文字的，删去"));
        };
        if passage.may_say(&MOJIBAKE)
            && let Some((byte, word)) =
                MOJIBAKE.iter().find_map(|word| Some((passage.places_of_word(word).next()?, word)))
        {
            let start = passage.chars_before(byte);
            push(start..start + word.chars().count(), "乱码");
        }
        if passage.may_have('&') {
            entities(&passage.chars).into_iter().for_each(|range| push(range, "网页的代码"));
        }
        if passage.may_have('_') {
            escapes(&passage.chars).into_iter().for_each(|range| push(range, "表格程序的代码"));
        }
    }
}

/// `&nbsp;`, `&#160;`, `&#xA0;`.
fn entities(chars: &[char]) -> Vec<Range<usize>> {
    const NAMES: [&str; 16] = [
        "nbsp", "lt", "gt", "amp", "quot", "apos", "ensp", "emsp", "thinsp", "ldquo", "rdquo", "mdash", "hellip",
        "middot", "times", "yen",
    ];
    let one = |at: usize| {
        let end = at + chars[at..].iter().take(10).position(|c| *c == ';')?;
        let name: String = chars[at + 1..end].iter().collect();
        let numbered = name.strip_prefix('#').is_some_and(|n| {
            let hexadecimal = n.strip_prefix(['x', 'X']);
            let digits = hexadecimal.unwrap_or(n);
            !digits.is_empty()
                && digits
                    .chars()
                    .all(|c| if hexadecimal.is_some() { c.is_ascii_hexdigit() } else { c.is_ascii_digit() })
        });
        (numbered || NAMES.contains(&name.as_str())).then_some(at..end + 1)
    };
    (0..chars.len()).filter(|&at| chars[at] == '&').filter_map(one).collect()
}

/// `_x000D_`: how spreadsheets escape what their format cannot hold (ECMA-376, ST_Xstring).
fn escapes(chars: &[char]) -> Vec<Range<usize>> {
    let is_escape = |w: &[char]| {
        w[0] == '_' && matches!(w[1], 'x' | 'X') && w[2..6].iter().all(char::is_ascii_hexdigit) && w[6] == '_'
    };
    chars.windows(7).enumerate().filter(|(_, w)| is_escape(w)).map(|(at, _)| at..at + 7).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::searched::{is_plain, searched};

    #[test]
    fn what_is_passed_over_as_plain_is_no_disguise_and_searched_as_it_stands() {
        let plain: Vec<char> = ('\0'..=char::MAX).filter(|c| is_plain(*c)).collect();
        assert!(plain.len() > 28_000 && plain.iter().all(|c| disguise(*c).is_none()));
        assert!(searched(plain).1.is_none());
    }
}
