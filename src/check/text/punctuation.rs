//! Marks: doubled, missing, unbalanced, of the wrong width (GB/T 15834—2011).

use super::passage::{Kind, Passage};
use super::rule::{Findings, TextRule};
use super::texts::Texts;
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Severity::Warning;
use crate::searched::is_han;

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "L010",
            severity: Warning,
            title: "标点重复",
            reason: "句末、句中只用一个标点；重复的标点多是改稿时留下的。",
            source: "GB/T 15834—2011《标点符号用法》",
            example: Example { wrong: "严格控制支出。。", right: "严格控制支出。" },
        },
        find: doubled,
    },
    TextRule {
        page: RulePage {
            code: "L011",
            severity: Warning,
            title: "引号、括号、书名号不成对",
            reason: "只有一半的引号、括号让人读不出哪里是原话、哪里是注释。",
            source: "GB/T 15834—2011 4.8、4.9、4.15",
            example: Example { wrong: "因公出国（境费用", right: "因公出国（境）费用" },
        },
        find: unbalanced,
    },
    TextRule {
        page: RulePage {
            code: "L012",
            severity: Warning,
            title: "中文里用了半角标点",
            reason: "中文的逗号、分号、冒号、问号、括号用全角，引号用弯的，省略号、破折号占两格；半角的在版面上挤在一起。",
            source: "GB/T 15834—2011 5.1；GB/T 9704—2012",
            example: Example { wrong: "办公费,差旅费", right: "办公费，差旅费" },
        },
        find: half_width,
    },
    TextRule {
        page: RulePage {
            code: "L013",
            severity: Warning,
            title: "发文字号的年份没有用六角括号",
            reason: "发文字号的年份用六角括号“〔〕”括入，不用方括号、圆括号。",
            source: "GB/T 9704—2012 7.2.5",
            example: Example { wrong: "秦财建[2022]14号", right: "秦财建〔2022〕14号" },
        },
        find: document_number,
    },
    TextRule {
        page: RulePage {
            code: "L014",
            severity: Warning,
            title: "并列的书名号、引号之间用了顿号",
            reason: "并列的书名号之间、引号之间通常不用顿号。",
            source: "GB/T 15834—2011 4.5.3.5",
            example: Example { wrong: "《预算法》、《会计法》", right: "《预算法》《会计法》" },
        },
        find: comma_between,
    },
    TextRule {
        page: RulePage {
            code: "L015",
            severity: Warning,
            title: "段末没有标点",
            reason: "成句的段落以句号等标点结束；没有标点的，可能漏了半句话。",
            source: "GB/T 15834—2011 4.1",
            example: Example {
                wrong: "……切实提高资金使用效益", right: "……切实提高资金使用效益。"
            },
        },
        find: unended,
    },
    TextRule {
        page: RulePage {
            code: "L016",
            severity: Warning,
            title: "中文之间有空格",
            reason: "句子中间的空格多是小标题和正文连在了一起，或者排版留下的。",
            source: "GB/T 9704—2012（正文连续排列）",
            example: Example { wrong: "延伸新领域　坚持抢抓机遇", right: "小标题另起一行" },
        },
        find: spaced,
    },
    TextRule {
        page: RulePage {
            code: "L017",
            severity: Warning,
            title: "并列的词语中间用了句号",
            reason: "一串并列的词语说的是同一件事，中间用顿号；误用句号，后半句就没有了主语。",
            source: "GB/T 15834—2011 4.1、4.5",
            example: Example {
                wrong: "绿化更加整洁、优美。有序，巩固绿化成果",
                right: "绿化更加整洁、优美、有序，巩固绿化成果",
            },
        },
        find: stop_in_list,
    },
];

/// Whoever wrote it typed it for this document: not a name that others gave.
fn typed<'t>(texts: &'t Texts<'_>) -> impl Iterator<Item = &'t Passage> {
    texts.passages.iter().filter(|p| !p.is_name)
}

fn doubled(texts: &Texts<'_>, findings: &mut Findings) {
    const STOPS: [char; 6] = ['。', '，', '、', '；', '：', '？'];
    for passage in typed(texts).filter(|p| STOPS.iter().any(|stop| p.may_have(*stop))) {
        for at in 1..passage.chars.len() {
            let (a, b) = (passage.chars[at - 1], passage.chars[at]);
            let longer = at >= 2 && STOPS.contains(&passage.chars[at - 2]);
            if STOPS.contains(&a) && STOPS.contains(&b) && !longer {
                // Of three or more, all.
                let end = (at..passage.chars.len()).find(|&i| !STOPS.contains(&passage.chars[i]));
                let range = at - 1..end.unwrap_or(passage.chars.len());
                let words = passage.words(&range);
                let found = passage.finding(range.clone(), format!("标点重复：“{words}”"));
                let same = words.chars().all(|c| c == a);
                let found =
                    found.hint(if same { format!("只留一个“{a}”") } else { "只留一个标点".to_string() });
                findings.push(if same { passage.certain(found, &range, &a.to_string()) } else { found });
            }
        }
    }
}

fn unbalanced(texts: &Texts<'_>, findings: &mut Findings) {
    const PAIRS: [(char, char); 7] =
        [('（', '）'), ('“', '”'), ('‘', '’'), ('《', '》'), ('〔', '〕'), ('【', '】'), ('(', ')')];
    let may_have = |p: &&Passage| PAIRS.iter().any(|&(open, close)| p.may_have(open) || p.may_have(close));
    for passage in texts.passages.iter().filter(may_have) {
        let mut open: Vec<(usize, char)> = Vec::new();
        let mut alone = None;
        for (at, &c) in passage.chars.iter().enumerate() {
            if PAIRS.iter().any(|&(o, _)| o == c) {
                open.push((at, c));
            } else if let Some(&(opening, _)) = PAIRS.iter().find(|&&(_, close)| close == c) {
                match open.pop() {
                    Some((_, last)) if last == opening => {}
                    // A list's own number: 1）.
                    None if c == '）' || c == ')' => {
                        let numbered = at > 0 && passage.chars[..at].iter().all(|c| c.is_ascii_digit());
                        alone = alone.or((!numbered).then_some(at));
                    }
                    _ => alone = alone.or(Some(at)),
                }
            }
        }
        if let Some(at) = alone.or(open.first().map(|o| o.0)) {
            let sign = passage.chars[at];
            let range = passage.around(at);
            let pair =
                PAIRS.iter().find(|p| p.0 == sign || p.1 == sign).map_or(sign, |p| if p.0 == sign { p.1 } else { p.0 });
            let found = passage.finding(range, format!("“{sign}”没有成对的“{pair}”"));
            findings.push(found.hint("补上另一半，或删去多余的一半"));
        }
    }
}

fn half_width(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in typed(texts) {
        half_width_in(passage, findings);
        straight(passage, findings);
    }
}

fn half_width_in(passage: &Passage, findings: &mut Findings) {
    const MARKS: [(char, char); 7] =
        [(',', '，'), (';', '；'), (':', '：'), ('?', '？'), ('!', '！'), ('(', '（'), (')', '）')];
    let places = passage.places_of(MARKS.map(|mark| mark.0));
    if places.is_empty() {
        return;
    }
    let chars = &passage.chars;
    let full = |at: usize| {
        let &(_, full) = MARKS.iter().find(|m| m.0 == chars[at])?;
        let before = at.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(at + 1).copied();
        let near = |c: Option<char>| c.is_some_and(is_han);
        // A bracket in a name like “维修(护)费” stands among Chinese on both sides of the pair.
        let chinese = near(before) && (near(after) || after.is_none()) || near(after) && before.is_none();
        chinese.then_some(full)
    };
    let (opening, closing) = (passage.places_of(['(']), passage.places_of([')']));
    for at in places {
        let Some(mark) = full(at) else { continue };
        let c = chars[at];
        let words = passage.words(&passage.around(at));
        let found = passage
            .finding(passage.around(at), format!("“{words}”里的“{c}”是半角标点"))
            .hint(format!("改为全角的“{mark}”"));
        // Of a pair, both change or neither.
        let alone = match c {
            '(' => closing.get(closing.partition_point(|&i| i < at)).is_none_or(|&i| full(i).is_none()),
            ')' => opening[..opening.partition_point(|&i| i < at)].last().is_none_or(|&i| full(i).is_none()),
            _ => false,
        };
        findings.push(match alone {
            true => found,
            false => passage.certain(found, &(at..at + 1), &mark.to_string()),
        });
    }
}

/// Straight quotes, dots for an ellipsis, hyphens for a dash, where Chinese stands beside them.
fn straight(passage: &Passage, findings: &mut Findings) {
    // A reason may name a figure: {{ f('t5/合计/基本') }}.
    if !passage.may_have_of("\"'.-") || passage.says("{{") || passage.says("{%") {
        return;
    }
    let chars = &passage.chars;
    let near =
        |at: Option<usize>| at.and_then(|i| chars.get(i)).is_some_and(|c| is_han(*c) || "，。；：、）”".contains(*c));
    for (quote, open, close) in [('"', "“", "”"), ('\'', "‘", "’")] {
        let all = passage.places_of([quote]);
        for pair in all.chunks(2) {
            let last = *pair.last().expect("chunks are not empty");
            let inside = chars[pair[0] + 1..last.max(pair[0] + 1)].iter().any(|c| is_han(*c));
            let beside = near(pair[0].checked_sub(1)) || near(Some(last + 1));
            // 24" is a size, O'Neill a name.
            if !(inside || beside && pair.len() == 2) {
                continue;
            }
            let words = passage.words(&(pair[0]..last + 1));
            for (at, right) in pair.iter().zip([open, close]) {
                let found = passage
                    .finding(*at..at + 1, format!("“{words}”用了直引号 {quote}"))
                    .hint(format!("用弯引号 {open} 和 {close}"));
                let certain = all.len().is_multiple_of(2) && inside;
                findings.push(if certain { passage.certain(found, &(*at..at + 1), right) } else { found });
            }
        }
    }
    for (mark, right, name) in
        [('.', "……", "省略号"), ('-', "——", "破折号")].into_iter().filter(|m| passage.may_have(m.0))
    {
        let mut at = 0;
        while at < chars.len() {
            let end = at + chars[at..].iter().take_while(|c| **c == mark).count();
            if end - at >= 2 && near(at.checked_sub(1)) && (near(Some(end)) || end == chars.len()) {
                let words = passage.words(&passage.around(at));
                let found = passage
                    .finding(at..end, format!("“{words}”里的“{}”不是{name}", passage.words(&(at..end))))
                    .hint(format!("{name}写作“{right}”"));
                findings.push(passage.certain(found, &(at..end), right));
            }
            at = end.max(at + 1);
        }
    }
}

fn document_number(texts: &Texts<'_>, findings: &mut Findings) {
    // 〔2022〕14号 has five digits at least.
    for passage in texts.passages.iter().filter(|p| p.digits > 4 && p.may_have('号')) {
        let chars = &passage.chars;
        for at in passage.places_of(['[', '（', '(', '【', '［']) {
            let year = chars.get(at + 1..at + 5).is_some_and(|y| y.iter().all(char::is_ascii_digit));
            let closed = chars.get(at + 5).is_some_and(|c| [']', '）', ')', '】', '］'].contains(c));
            let digits = chars[(at + 6).min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
            // （2022）14号楼 is a house.
            let house = chars.get(at + 7 + digits).is_some_and(|c| "楼院线地路车机井泵房库桥".contains(*c));
            let numbered = digits > 0 && chars.get(at + 6 + digits) == Some(&'号') && !house;
            let named = at > 0 && is_han(chars[at - 1]);
            if year && closed && numbered && named {
                let before = chars[..at].iter().rev().take_while(|c| is_han(**c)).count().min(8);
                let range = at - before..at + 7 + digits;
                let found =
                    passage.finding(range.clone(), format!("发文字号“{}”的年份应用六角括号", passage.words(&range)));
                let year: String = chars[at + 1..at + 5].iter().collect();
                let fixed =
                    format!("{}〔{year}〕{}", passage.words(&(at - before..at)), passage.words(&(at + 6..range.end)));
                let found = found.hint(format!("写作“{fixed}”"));
                findings.push(passage.certain(found, &range, &fixed));
            }
        }
    }
}

fn comma_between(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in typed(texts).filter(|p| p.may_say(&["》、《", "”、“"])) {
        for at in 1..passage.chars.len().saturating_sub(1) {
            let (a, b, c) = (passage.chars[at - 1], passage.chars[at], passage.chars[at + 1]);
            if b == '、' && (a == '》' && c == '《' || a == '”' && c == '“') {
                let words = passage.words(&passage.around(at));
                let found = passage.finding(
                    passage.around(at),
                    format!("并列的{}之间不用顿号：“{words}”", if a == '》' { "书名号" } else { "引号" }),
                );
                findings.push(passage.certain(found.hint("删去这个顿号"), &(at..at + 1), ""));
            }
        }
    }
}

fn unended(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.prose().filter(|p| p.chars.len() >= 25) {
        let last = passage.chars.last().copied().unwrap_or_default();
        let sentence = passage.chars.iter().any(|c| ['。', '，', '；'].contains(c));
        if sentence && (is_han(last) || ['，', '、'].contains(&last)) {
            let end = passage.chars.len();
            let range = end - 8..end;
            let message = format!("段末“…{}”没有句号", passage.words(&range));
            findings.push(passage.finding(range, message).hint("补上句号；若漏了半句，补全它"));
        }
    }
}

fn spaced(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| p.kind == Kind::Prose) {
        let chars = &passage.chars;
        let mut at = 1;
        while at < chars.len() {
            let end = (at..chars.len()).find(|&i| !chars[i].is_whitespace() || chars[i] == '\n').unwrap_or(chars.len());
            let between = end > at && is_han(chars[at - 1]) && chars.get(end).is_some_and(|c| is_han(*c));
            if between && !is_article(&chars[..at]) {
                let range = at.saturating_sub(6)..chars.len().min(end + 6);
                let found = passage.finding(range.clone(), format!("句中有空格：“{}”", passage.words(&range)));
                findings.push(found.hint("小标题另起一行；不是小标题的，删去空格"));
            }
            at = end.max(at + 1);
        }
    }
}

/// 第十四条, 第一部分, 第二十条之一: after the number of an article a blank is usual.
fn is_article(chars: &[char]) -> bool {
    let numeral = |c: &&char| "零〇一二三四五六七八九十百千".contains(**c);
    let Some((first, rest)) = chars.split_first().filter(|(_, rest)| rest.len() < 40) else { return false };
    let count = rest.iter().take_while(numeral).count();
    let unit: String = rest[count..].iter().collect();
    let unit = match unit.split_once('之') {
        Some((unit, number)) if number.chars().all(|c| numeral(&&c)) => unit,
        _ => &unit,
    };
    *first == '第' && count > 0 && ["条", "章", "节", "编", "款", "项", "部分", "篇", "分编"].contains(&unit)
}

/// Words that say how something is, as official lists string them together.
const STATES: [&str; 44] = [
    "有序", "高效", "规范", "便捷", "优质", "安全", "稳定", "和谐", "整洁", "优美", "文明", "健康", "公开", "公平",
    "公正", "透明", "科学", "合理", "有效", "及时", "准确", "完整", "真实", "干净", "畅通", "美观", "舒适", "方便",
    "快捷", "廉洁", "务实", "精准", "协调", "全面", "严格", "便民", "节约", "集约", "可靠", "平稳", "顺畅", "清洁",
    "宜居", "快速",
];

fn stop_in_list(texts: &Texts<'_>, findings: &mut Findings) {
    let state = |words: &[char]| STATES.contains(&words.iter().collect::<String>().as_str());
    for passage in texts.passages.iter().filter(|p| p.may_say(&["、。"])) {
        let chars = &passage.chars;
        for at in (3..chars.len()).filter(|&i| chars[i] == '。' && chars[i - 3] == '、') {
            let Some(after) = chars.get(at + 1..at + 3) else { continue };
            let ends = chars.get(at + 3).is_none_or(|c| "，、；。的".contains(*c));
            if ends && state(&chars[at - 2..at]) && state(after) {
                let found =
                    passage.finding(at - 2..at + 3, format!("“{}”中间用了句号", passage.words(&(at - 2..at + 3))));
                findings.push(passage.certain(found.hint("并列的词语之间用顿号"), &(at..at + 1), "、"));
            }
        }
    }
}
