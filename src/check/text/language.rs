//! Words: what was left in from a template, doubled words, words that are not what was meant.

use super::passage::{Kind, Passage};
use super::rule::{Findings, TextRule};
use super::texts::Texts;
use super::words;
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Severity::Warning;
use crate::searched::{Characters, is_han};
use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;
use std::sync::LazyLock;

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "L001",
            severity: Warning,
            title: "模板里的占位文字没有改",
            reason: "“目标内容1”“××”“增加（减少）”“主要原因是。”是模板留给人填的空，公开出去就是笑话。",
            source: "财预〔2016〕143号：公开内容应当完整、真实",
            example: Example {
                wrong: "绩效目标：1.目标内容1", right: "绩效目标：1.完成路灯安装300盏"
            },
        },
        find: placeholders,
    },
    TextRule {
        page: RulePage {
            code: "L002",
            severity: Warning,
            title: "词语重复",
            reason: "连写两遍的词多是改稿时留下的。",
            source: "公文校对的一般要求",
            example: Example { wrong: "比上年增加增加5万元", right: "比上年增加5万元" },
        },
        find: doubled_words,
    },
    TextRule {
        page: RulePage {
            code: "L003",
            severity: Warning,
            title: "用词或用字有误",
            reason: "常见的误用：截止（应为截至）、帐户（应为账户）等。",
            source: "《通用规范汉字表》；《现代汉语词典》",
            example: Example { wrong: "截止2022年12月31日", right: "截至2022年12月31日" },
        },
        find: wrong_words,
    },
    TextRule {
        page: RulePage {
            code: "L004",
            severity: Warning,
            title: "用了全角的数字或字母",
            reason: "数字和字母用半角；全角的排出来间距不一，也搜索不到。",
            source: "GB/T 15835—2011 5.1",
            example: Example { wrong: "２０２３年", right: "2023年" },
        },
        find: full_width,
    },
    TextRule {
        page: RulePage {
            code: "L005",
            severity: Warning,
            title: "没有这个日期",
            reason: "月份、日子超出了历法。",
            source: "GB/T 7408—2005",
            example: Example { wrong: "2023年2月30日", right: "2023年2月28日" },
        },
        find: dates,
    },
    TextRule {
        page: RulePage {
            code: "L006",
            severity: Warning,
            title: "数词和名词之间缺少量词",
            reason: "“这四职责”少了“项”字：数词不能直接用在这些名词前面。",
            source: "公文校对的一般要求",
            example: Example {
                wrong: "下面就这四职责分别说明", right: "下面就这四项职责分别说明"
            },
        },
        find: measure_words,
    },
    TextRule {
        page: RulePage {
            code: "L007",
            severity: Warning,
            title: "两个动词叠在一起",
            reason: "“做好负责……”是改稿时只改了一半：前后两个动词只能留一个。",
            source: "公文校对的一般要求",
            example: Example {
                wrong: "做好负责区内安全生产监督管理", right: "负责区内安全生产监督管理"
            },
        },
        find: doubled_verbs,
    },
    TextRule {
        page: RulePage {
            code: "L008",
            severity: Warning,
            title: "说的项数与列出的不符",
            reason: "说“共分四项”而列了五项，读的人不知道漏了什么、多了什么。",
            source: "公文校对的一般要求",
            example: Example {
                wrong: "重点做好三项工作：一是……二是……", right: "重点做好两项工作：一是……二是……"
            },
        },
        find: counts,
    },
];

const PLACEHOLDERS: [&str; 27] = [
    "目标内容1",
    "目标内容2",
    "目标内容",
    "XX",
    "xx",
    "××",
    "＊＊",
    "***",
    "{…}",
    "待填",
    "待补充",
    "待定稿",
    "此处填写",
    "请填写",
    "增加（减少）",
    "减少（增加）",
    "增加/减少",
    "增长（下降）",
    "主要原因是。",
    "主要原因是；",
    "原因是：。",
    "主要为。",
    "____",
    "某某",
    "TODO",
    "（填写",
    "指标1",
];

/// Finds them in a text, of several at one place the longest.
static ALL_PLACEHOLDERS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(PLACEHOLDERS);
    finder.expect("a few short words")
});

fn placeholders(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| p.may_say(&PLACEHOLDERS)) {
        let left_in = |found: &aho_corasick::Match| {
            let word = PLACEHOLDERS[found.pattern().as_usize()];
            let start = passage.chars_before(found.start());
            let mut range = start..start + word.chars().count();
            // The whole of a word like ×××× or 目标内容12.
            while passage.chars.get(range.end).is_some_and(|c| {
                Some(c) == passage.chars.get(range.end - 1) || word == "目标内容" && c.is_ascii_digit()
            }) {
                range.end += 1;
            }
            is_left_in(&passage.chars, &range, word).then_some(range)
        };
        let Some(range) = ALL_PLACEHOLDERS.find_iter(&passage.text).find_map(|found| left_in(&found)) else { continue };
        let words = passage.words(&range);
        let found = passage.finding(range, format!("模板里的“{words}”没有改成实际内容"));
        findings.push(found.hint("写上实际内容；没有可写的，删去这一句"));
    }
}

/// Whether a placeholder stands by itself, not within a longer word: an address, a size, 有待补充完善, 指标15项.
fn is_left_in(chars: &[char], range: &Range<usize>, word: &str) -> bool {
    let before = range.start.checked_sub(1).map(|i| chars[i]);
    let after = chars.get(range.end).copied();
    let said_before = |words: &[&str]| {
        let text: String = chars[range.start.saturating_sub(2)..range.start].iter().collect();
        words.iter().any(|w| text.ends_with(w))
    };
    match word {
        "XX" | "xx" | "____" | "TODO" => {
            // The run of signs without a blank that it stands in: of x alone, digits before it (20XX年).
            let sign = |c: &&char| c.is_ascii_graphic();
            let start = range.start - chars[..range.start].iter().rev().take_while(sign).count();
            let end = range.end + chars[range.end..].iter().take_while(sign).count();
            let own = |c: &char| word.contains(*c) || c.is_ascii_digit() || "()[]{}<>\"',;:!?".contains(*c);
            chars[start..end].iter().all(own)
        }
        "指标1" => !after.is_some_and(|c| c.is_ascii_digit() || is_han(c) || c == '.' || c == '%'),
        "目标内容" => !before.is_some_and(is_han) && !after.is_some_and(is_han),
        "待填" => !after.is_some_and(|c| "补报埋充平海土筑方实".contains(c)),
        "待补充" => !said_before(&["有", "亟", "尚", "急"]),
        "请填写" | "（填写" => !said_before(&["申", "聘", "邀", "提", "报"]),
        _ => true,
    }
}

/// Words that may be said twice in a row.
const TWICE: [&str; 8] = ["一个", "一项", "一步", "一天", "一件", "等等", "常常", "研究"];

/// How many characters a word has at most that is told to be doubled.
const LONGEST_DOUBLED: usize = 6;

fn doubled_words(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| !p.is_name) {
        let chars = &passage.chars;
        let mut at = 0;
        while at < chars.len() {
            // Nothing is doubled that does not begin again.
            let next = &chars[at + 1..chars.len().min(at + 1 + LONGEST_DOUBLED)];
            let again = next.iter().fold(false, |again, c| again | (*c == chars[at]));
            let doubled = if again { doubled_at(chars, at) } else { None };
            match doubled.filter(|r| !is_joint(texts, passage, r)) {
                Some(range) => {
                    let half = (range.end - range.start) / 2;
                    let words = passage.words(&range);
                    let once = passage.words(&(range.start..range.start + half));
                    let found = passage.finding(range.clone(), format!("词语重复：“{words}”"));
                    findings.push(found.hint(format!("只留一个“{once}”")));
                    at = range.end;
                }
                None => at += 1,
            }
        }
    }
    stammers(texts, findings);
}

/// 城市城基础设施: a word's first character again, before a word of its own. The texts tell words: 城市 and 基础 stand
/// elsewhere in them, 城基 nowhere.
fn stammers(texts: &Texts<'_>, findings: &mut Findings) {
    // Characters that are words by themselves.
    const ALONE: &str = "省市县区乡镇村党国人各本该此其年月日的了和及与为在于不以从对把被将由向往到等或并且应当需须可能会要有无请让使处经按依据因上下内外前后中大小新老多少高低一二三四五六七八九十";
    // 家对家用电器: between two words, not in one.
    const LINKS: &str = "的了和及与为在于对把被将由向从到或";
    let mut stammers = Vec::new();
    for passage in texts.passages.iter().filter(|p| !p.is_name) {
        for (at, w) in passage.chars.windows(5).enumerate().filter(|(_, w)| w[0] == w[2]) {
            let &[x, y, _, z, after] = w else { continue };
            let stammer =
                x != y && z != x && z != y && w.iter().all(|c| is_han(*c)) && !ALONE.contains(x) && !LINKS.contains(y);
            stammers.extend(stammer.then_some((passage, at, [x, y, z, after])));
        }
    }
    // How often their pairs of characters stand in the texts.
    let pairs = stammers.iter().flat_map(|&(_, _, [x, y, z, after])| [(x, z), (y, x), (x, y), (z, after)]);
    let mut pairs: HashMap<(char, char), u32> = pairs.map(|pair| (pair, 0)).collect();
    if !pairs.is_empty() {
        let firsts = Characters::of(&pairs.keys().map(|pair| pair.0).collect::<Vec<char>>());
        let all = texts.passages.iter().flat_map(|p| p.chars.windows(2));
        for w in all.filter(|w| firsts.may_have(w[0])) {
            if let Some(count) = pairs.get_mut(&(w[0], w[1])) {
                *count += 1;
            }
        }
    }
    for (passage, at, [x, y, z, after]) in stammers {
        if pairs[&(x, z)] == 1 && pairs[&(y, x)] < 3 && pairs[&(x, y)] >= 3 && pairs[&(z, after)] >= 3 {
            let words = passage.words(&(at..at + 5));
            let found = passage.finding(at..at + 5, format!("“{words}”里多了一个“{x}”"));
            findings.push(found.hint(format!("写作“{x}{y}{z}{after}”，或补全中间漏掉的字")));
        }
    }
}

/// Nouns that a numeral needs a measure word for.
const COUNTED: [&str; 11] = ["职责", "任务", "措施", "目标", "原则", "问题", "制度", "要求", "建议", "指标", "职能"];

static COUNTED_NOUNS: LazyLock<AhoCorasick> = LazyLock::new(|| AhoCorasick::new(COUNTED).expect("a few short words"));

fn measure_words(texts: &Texts<'_>, findings: &mut Findings) {
    const BEFORE: [&str; 7] = ["这", "那", "上述", "以上", "以下", "下列", "下述"];
    const NUMERALS: &str = "两二三四五六七八九十";
    let may_count = |p: &&Passage| !p.is_name && p.may_say(&BEFORE) && p.may_have_of(NUMERALS) && p.may_say(&COUNTED);
    for passage in texts.passages.iter().filter(may_count) {
        for found in COUNTED_NOUNS.find_iter(&passage.text) {
            let noun = COUNTED[found.pattern().as_usize()];
            let end = passage.chars_before(found.start());
            let count = passage.chars[..end].iter().rev().take_while(|c| NUMERALS.contains(**c)).count();
            let before: String = passage.chars[(end - count).saturating_sub(2)..end - count].iter().collect();
            if count > 0 && BEFORE.iter().any(|b| before.ends_with(b)) {
                let range = end - count..end + noun.chars().count();
                let numeral = passage.words(&(end - count..end));
                let found = passage.finding(range, format!("“{numeral}{noun}”中间缺少量词"));
                findings.push(found.hint(format!("写作“{numeral}项{noun}”")));
            }
        }
    }
}

fn doubled_verbs(texts: &Texts<'_>, findings: &mut Findings) {
    const FIRST: [&str; 4] = ["做好", "搞好", "抓好", "办好"];
    const SECOND: [&str; 5] = ["负责", "承担", "做好", "搞好", "抓好"];
    // 负责人, 负责制, 负责同志 are nouns.
    const NOUNS: [char; 4] = ['人', '制', '同', '任'];
    for passage in texts.passages.iter().filter(|p| !p.is_name && p.may_say(&FIRST)) {
        let chars = &passage.chars;
        for start in (0..chars.len().saturating_sub(3)).filter(|&at| chars[at + 1] == '好') {
            let (range, middle) = (start..start + 4, start + 2);
            let (first, second) = (passage.words(&(start..middle)), passage.words(&(middle..range.end)));
            // The same verb twice is a doubled word.
            let both = FIRST.contains(&first.as_str()) && SECOND.contains(&second.as_str()) && first != second;
            if both && !chars.get(range.end).is_some_and(|c| NOUNS.contains(c)) {
                let found = passage.finding(range, format!("“{first}”和“{second}”两个动词叠在一起"));
                findings.push(found.hint(format!("只留一个；两件事的，写作“{first}……，{second}……”")));
            }
        }
    }
}

/// 三项工作：一是……二是……: a number of things is said, and then they are listed.
fn counts(texts: &Texts<'_>, findings: &mut Findings) {
    for (index, passage) in texts.passages.iter().enumerate().filter(|(_, p)| p.is_prose() && p.may_have('：')) {
        let Some((said, range)) = said_count(&passage.chars) else { continue };
        let rest: String = passage.chars[range.end..].iter().collect();
        let inside = ORDINALS.iter().take_while(|o| rest.contains(&format!("{o}是"))).count();
        let listed = match inside {
            0 if passage.chars.last() == Some(&'：') => super::numbering::list_after(texts, index),
            n => n,
        };
        if listed >= 2 && listed != said {
            let words = passage.words(&range);
            let found = passage.finding(range, format!("说的是“{words}”，列出的是 {listed} 项"));
            findings.push(found.hint("补上漏掉的，或改正项数"));
        }
    }
}

const ORDINALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// The last 四项, 三个方面 that opens a list: in the clause before a colon, or said to be all there is (共分四项).
fn said_count(chars: &[char]) -> Option<(usize, Range<usize>)> {
    const MEASURES: [&str; 7] = ["个方面", "方面", "项", "点", "类", "个部分", "部分"];
    let number = |c: char| match c {
        '两' => Some(2),
        _ if !is_han(c) => None,
        c => ORDINALS.iter().position(|o| o.starts_with(c)).map(|n| n + 1),
    };
    let colon = chars.iter().position(|c| *c == '：')?;
    let from = chars[..colon].iter().rposition(|c| "。；".contains(*c)).map_or(0, |i| i + 1);
    let measured = |at: usize| {
        let rest: String = chars[at + 1..colon].iter().take(3).collect();
        MEASURES.iter().find(|m| rest.starts_with(**m)).map(|m| m.chars().count())
    };
    let alone = |at: usize| at == 0 || number(chars[at - 1]).is_none() && !"第几每".contains(chars[at - 1]);
    let counts = (from..colon).filter_map(|at| Some((at, number(chars[at]).filter(|n| *n >= 2)?)));
    let all: Vec<(usize, Range<usize>)> = counts
        .filter(|(at, _)| alone(*at))
        .filter_map(|(at, count)| Some((count, at..at + 1 + measured(at)?)))
        .collect();
    // Two different counts in one clause: which of them is listed cannot be told.
    let (last, _) = all.last()?;
    if all.iter().any(|(n, _)| n != last) { None } else { all.last().cloned() }
}

fn doubled_at(chars: &[char], at: usize) -> Option<Range<usize>> {
    const SINGLE: [char; 8] = ['的', '了', '和', '及', '与', '为', '在', '于'];
    let first = chars.get(at)?;
    for length in (2..=LONGEST_DOUBLED).rev().filter(|length| chars.get(at + length) == Some(first)) {
        let (Some(a), Some(b)) = (chars.get(at..at + length), chars.get(at + length..at + 2 * length)) else {
            continue;
        };
        // 方方面面 is no doubling, 层层 neither; a word of one character repeated thrice is not ours.
        if a == b && a.iter().all(|c| is_han(*c)) && a.iter().any(|c| *c != a[0]) {
            let word: String = a.iter().collect();
            let digits = a.iter().all(|c| "一二三四五六七八九十零百千万亿".contains(*c));
            let once = TWICE.contains(&word.as_str()) || digits || words::meet_twice(chars, at, length);
            return (!once).then_some(at..at + 2 * length);
        }
    }
    let (a, b) = (*chars.get(at)?, *chars.get(at + 1)?);
    let doubled = a == b && SINGLE.contains(&a) && chars.get(at + 2) != Some(&a);
    (doubled && !words::meet_once(chars, at)).then_some(at..at + 2)
}

/// Two names that meet: 临港部门 and 部门预算.
fn is_joint(texts: &Texts<'_>, passage: &Passage, range: &Range<usize>) -> bool {
    let middle = range.start + (range.end - range.start) / 2;
    let before = &passage.chars[middle.saturating_sub(texts.names.longest)..middle];
    let own: Vec<char> = texts.report("name").chars().collect();
    let ends = |length: usize| texts.names.has(&String::from_iter(&before[before.len() - length..]));
    passage.chars[..middle].ends_with(&own) || (1..=before.len()).any(ends)
}

const WRONG: [&str; words::WRONG.len()] = {
    let mut wrong = [""; words::WRONG.len()];
    let mut at = 0;
    while at < wrong.len() {
        wrong[at] = words::WRONG[at].wrong;
        at += 1;
    }
    wrong
};

static WRONG_WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| AhoCorasick::new(WRONG).expect("a few short words"));

fn wrong_words(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| !p.is_name) {
        let wrong = passage.may_say(&WRONG).then(|| WRONG_WORDS.find_overlapping_iter(&passage.text));
        for found in wrong.into_iter().flatten() {
            let word = &words::WRONG[found.pattern().as_usize()];
            let start = passage.chars_before(found.start());
            let range = start..start + word.wrong.chars().count();
            if word.is_within_others(&passage.chars, &range) {
                continue;
            }
            let found = passage.finding(range, format!("“{}”应为“{}”", word.wrong, word.right));
            findings.push(found.hint(format!("写作“{}”", word.right)));
        }
        // 可以经营 and 以经济建设 are no misspelling of 已经.
        for byte in passage.places_of_word("以经") {
            let start = passage.chars_before(byte);
            let before = start.checked_sub(1).map(|i| passage.chars[i]);
            let after = passage.chars.get(start + 2).copied().unwrap_or_default();
            if "完取形建达超开全基落安拨下".contains(after) && !before.is_some_and(|c| "可须求得当所足难".contains(c))
            {
                let found = passage.finding(start..start + 2, "“以经”应为“已经”");
                findings.push(found.hint("写作“已经”"));
            }
        }
        for byte in passage.places_of_word("截止") {
            let start = passage.chars_before(byte);
            if is_until(&passage.chars, start) {
                let range = start..start + 2;
                let found = passage.finding(passage.around(start + 1), "“截止”后面是时间，应为“截至”");
                findings.push(passage.certain(found.hint("写作“截至”"), &range, "截至"));
            }
        }
    }
}

/// Whether 截止 opens a clause and a point in time follows. 截止年龄, 截止上报时间 are nouns; in 报名截止2023年3月1日 it
/// is the verb.
fn is_until(chars: &[char], start: usize) -> bool {
    let opens = start == 0 || !is_han(chars[start - 1]) || "，。；：、（但而且若如".contains(chars[start - 1]);
    let rest: String = chars[start + 2..].iter().filter(|c| !c.is_whitespace()).take(12).collect();
    let year = {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        let next: Vec<char> = rest.chars().skip(digits).take(2).collect();
        // 2022年12月31日, 12月31日, 2022年底; 截止30天 and 截止3次 are something else.
        digits > 0 && matches!(next[..], ['年', ..] | ['月', ..])
            || (1..=4).contains(&digits) && matches!(next[..], ['日', ..])
    };
    let named = [
        "目前",
        "去年",
        "上年",
        "上月",
        "上半年",
        "上季",
        "上周",
        "本年",
        "本月",
        "本季",
        "本周",
        "本日",
        "本期末",
        "年底",
        "年末",
        "年初",
        "年中",
        "今年",
        "今天",
        "当前",
        "现在",
        "当日",
        "当年",
        "昨日",
        "昨天",
        "前年",
    ];
    let noun = ["日期", "时间", "年龄"].iter().any(|w| rest.starts_with(w));
    opens && !noun && (year || named.iter().any(|w| rest.starts_with(w)))
}

fn full_width(texts: &Texts<'_>, findings: &mut Findings) {
    let wide = |c: char| matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ');
    for passage in texts.passages.iter().filter(|p| p.is_typed_otherwise() && !p.is_name) {
        let mut at = 0;
        while at < passage.chars.len() {
            let end = at + (at..passage.chars.len()).take_while(|&i| wide(passage.typed_char(i))).count();
            if end > at {
                let (words, narrow) = (passage.typed_words_of(&(at..end)), passage.words(&(at..end)));
                let found = passage.finding(at..end, format!("“{words}”是全角的"));
                findings.push(passage.certain(found.hint(format!("写作“{narrow}”")), &(at..end), &narrow));
            }
            at = end.max(at + 1);
        }
    }
}

fn dates(texts: &Texts<'_>, findings: &mut Findings) {
    for passage in texts.passages.iter().filter(|p| p.kind != Kind::Label && p.digits > 0) {
        let chars = &passage.chars;
        let mut push = |range: Range<usize>| {
            let found = passage.finding(range.clone(), format!("没有“{}”", passage.words(&range)));
            findings.push(found.hint("核对日期"));
        };
        for at in passage.places_of(['月']) {
            let (Some(month), month_at) = number_before(chars, at) else { continue };
            let day = number_after(chars, at + 1).filter(|(_, end)| chars.get(*end) == Some(&'日'));
            let year = if month_at > 0 && chars[month_at - 1] == '年' {
                Some(number_before(chars, month_at - 1))
            } else {
                None
            };
            let (year, start) = match year {
                Some((Some(year), start)) if month_at - 1 - start == 4 => (Some(year), start),
                _ => (None, month_at),
            };
            let dated = day.is_some() || month_at > 0 && chars[month_at - 1] == '年';
            match days_of(year, month) {
                None if dated => push(month_at..at + 1),
                None => {}
                Some(days) => {
                    if let Some((_, end)) = day.filter(|(day, _)| *day == 0 || *day > days) {
                        // 2月29日 is wrong only with its year.
                        push(if month == 2 { start } else { month_at }..end + 1);
                    }
                }
            }
        }
        let marked = if passage.digits >= 6 { written_with_marks(chars) } else { Vec::new() };
        for (year, month, day, range) in marked {
            if days_of(Some(year), month).is_none_or(|days| day == 0 || day > days) && !passage.is_figure(&range) {
                push(range);
            }
        }
    }
}

/// Dates like 2023-02-29, 2023/2/29 and 2023.2.29, with their ranges. What only might be one, a version or a number
/// of clauses, has a month above 19 or a day above 39.
fn written_with_marks(chars: &[char]) -> Vec<(u32, u32, u32, Range<usize>)> {
    let mut all = Vec::new();
    let part = |c: char| c.is_ascii_alphanumeric() || "-/._".contains(c);
    for start in
        (0..chars.len().saturating_sub(7)).filter(|&i| "12".contains(chars[i]) && (i == 0 || !part(chars[i - 1])))
    {
        let Some((year, end)) = number_after(chars, start).filter(|(_, end)| end - start == 4) else { continue };
        let mark = match chars.get(end) {
            Some(c) if "-/.".contains(*c) => *c,
            _ => continue,
        };
        let Some((month, second)) = number_after(chars, end + 1).filter(|(_, e)| (1..=2).contains(&(e - end - 1)))
        else {
            continue;
        };
        if chars.get(second) != Some(&mark) {
            continue;
        }
        let Some((day, stop)) = number_after(chars, second + 1).filter(|(_, e)| (1..=2).contains(&(e - second - 1)))
        else {
            continue;
        };
        let ends = !chars.get(stop).is_some_and(|c| part(*c) && *c != '.');
        if ends && (1900..2100).contains(&year) && month <= 19 && day <= 39 {
            all.push((year, month, day, start..stop));
        }
    }
    all
}

/// The days of a month; of February 29 where the year is not said.
fn days_of(year: Option<u32>, month: u32) -> Option<u32> {
    let leap = year.is_none_or(|y| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
    match month {
        2 => Some(if leap { 29 } else { 28 }),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

fn number_before(chars: &[char], end: usize) -> (Option<u32>, usize) {
    let start = end - chars[..end].iter().rev().take_while(|c| c.is_ascii_digit()).count();
    (chars[start..end].iter().collect::<String>().parse().ok(), start)
}

fn number_after(chars: &[char], start: usize) -> Option<(u32, usize)> {
    let end = start + chars[start.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    Some((chars.get(start..end)?.iter().collect::<String>().parse().ok()?, end))
}
