//! Amounts in prose: each number with a unit of money or a percentage, typed or printed from a figure, with the words
//! before it.

use crate::document::FigureId;
use crate::money;
use crate::searched::is_han;
use rust_decimal::Decimal;
use std::ops::Range;

/// A unit behind a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Yuan,
    Wan,
    Yi,
    Percent,
}

impl Unit {
    pub fn name(self) -> &'static str {
        match self {
            Unit::Yuan => "元",
            Unit::Wan => "万元",
            Unit::Yi => "亿元",
            Unit::Percent => "%",
        }
    }

    fn scale(self) -> Decimal {
        Decimal::from(match self {
            Unit::Yuan | Unit::Percent => 1,
            Unit::Wan => 10_000,
            Unit::Yi => 100_000_000,
        })
    }
}

/// A number with its unit.
#[derive(Debug, Clone)]
pub struct Amount {
    /// The number and the unit.
    pub range: Range<usize>,
    pub number: Range<usize>,
    pub unit: Unit,
    /// As written, without separators.
    pub written: Decimal,
    pub decimals: u32,
    /// It is printed from this figure, not typed.
    pub figure: Option<FigureId>,
    /// What is said to have this amount: the words before it.
    pub label: String,
    /// 1 for 增加 and the like right before it, -1 for 减少, 0 for neither.
    pub direction: i8,
    /// Where the words of its clause begin, after the amount before it.
    pub clause: usize,
    /// The sentence it stands in, as a range of the passage.
    pub sentence: Range<usize>,
}

impl Amount {
    /// In 元, or per cent.
    pub fn value(&self) -> Decimal {
        self.written * self.unit.scale()
    }

    /// Half a unit of its last decimal, in 元 or per cent: how far the exact amount may be.
    pub fn slack(&self) -> Decimal {
        Decimal::new(5, self.decimals + 1) * self.unit.scale()
    }

    /// The unit as figures have it; none of a percentage.
    pub fn money_unit(&self) -> Option<money::Unit> {
        match self.unit {
            Unit::Yuan => Some(money::Unit::Yuan),
            Unit::Wan => Some(money::Unit::WanYuan),
            Unit::Yi => Some(money::Unit::YiYuan),
            Unit::Percent => None,
        }
    }

    pub fn is_money(&self) -> bool {
        self.unit != Unit::Percent
    }

    /// Whether an exact amount prints as this one.
    pub fn prints(&self, exact: Decimal) -> bool {
        (exact - self.value()).abs() <= self.slack()
    }

    /// Digits that say something: 1000.00 has one, 85.05 four.
    pub fn significant(&self) -> usize {
        let digits: String = self.written.normalize().to_string().chars().filter(char::is_ascii_digit).collect();
        digits.trim_matches('0').len()
    }
}

pub const UP: [&str; 6] = ["增加", "增长", "上升", "提高", "增幅", "增列"];
pub const DOWN: [&str; 6] = ["减少", "下降", "降低", "压减", "降幅", "缩减"];

fn is_stop(c: char) -> bool {
    matches!(
        c,
        '，' | '、' | '；' | '：' | '。' | '（' | '）' | '(' | ')' | '！' | '？' | '\n' | '“' | '”' | '《' | '》'
    )
}

/// All amounts of a text, in order; `figures` are the ranges that print one.
pub fn read(chars: &[char], figures: &[(Range<usize>, FigureId)]) -> Vec<Amount> {
    debug_assert!(figures.is_sorted_by_key(|(range, _)| range.start), "as they stand in the text");
    let mut all: Vec<Amount> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if let Some(found) = in_words(chars, at) {
            let before = all.last().map_or(0, |a| a.range.end);
            let (label, direction) = words_before(&chars[before..at]);
            let (number, range) = (at..found.number_end, at..found.end);
            at = found.end;
            let (written, unit, sentence) = (found.written, found.unit, sentence_of(chars, range.start, all.last()));
            let clause = clause_of(chars, before, range.start);
            all.push(Amount {
                range,
                number,
                unit,
                written,
                decimals: 0,
                figure: None,
                label,
                direction,
                clause,
                sentence,
            });
            continue;
        }
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let end = number_end(chars, start);
        at = end;
        let glued = start > 0 && (chars[start - 1].is_ascii_alphanumeric() || chars[start - 1] == '.');
        let Some((unit, unit_end)) = unit_at(chars, end) else { continue };
        let digits: String = chars[start..end].iter().filter(|c| **c != ',').collect();
        let Some(mut written) = money::printed_number(&digits, unit.scale()) else { continue };
        if glued {
            continue;
        }
        // In order, as they stand in the text.
        let next = figures.partition_point(|(range, _)| range.end <= start);
        let figure = figures.get(next).filter(|(range, _)| range.contains(&start)).map(|f| f.1);
        // A minus, not a dash between two numbers.
        let minus = start > 0 && chars[start - 1] == '-';
        let typed_minus = minus && figure.is_none() && (start == 1 || is_han(chars[start - 2]));
        if minus && figure.is_some() || typed_minus {
            written = -written;
        }
        let start = start - usize::from(typed_minus);
        let before = all.last().map_or(0, |a| a.range.end);
        let (label, direction) = words_before(&chars[before..start]);
        let decimals = digits.split_once('.').map_or(0, |(_, d)| d.len() as u32);
        let sentence = sentence_of(chars, start, all.last());
        let range = start..unit_end;
        let clause = clause_of(chars, before, start);
        all.push(Amount {
            range,
            number: start..end,
            unit,
            written,
            decimals,
            figure,
            label,
            direction,
            clause,
            sentence,
        });
        at = unit_end;
    }
    all
}

pub(super) fn number_end(chars: &[char], start: usize) -> usize {
    let mut at = start;
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let mut point = false;
    while at < chars.len() {
        match chars[at] {
            c if c.is_ascii_digit() => at += 1,
            '.' if !point && digit(at + 1) => (at, point) = (at + 1, true),
            ',' if !point && digit(at + 1) && digit(at + 2) && digit(at + 3) && !digit(at + 4) => at += 1,
            _ => break,
        }
    }
    at
}

/// An amount in Chinese numerals, 一百二十万元 or 壹佰贰拾万元整.
struct InWords {
    written: Decimal,
    unit: Unit,
    number_end: usize,
    end: usize,
}

#[rustfmt::skip]
fn is_numeral(c: char) -> bool {
    matches!(c,
        '零' | '〇' | '一' | '二' | '两' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' | '千'
        | '万' | '亿' | '壹' | '贰' | '叁' | '肆' | '伍' | '陆' | '柒' | '捌' | '玖' | '拾' | '佰' | '仟'
    )
}

fn in_words(chars: &[char], at: usize) -> Option<InWords> {
    let vague = |c: char| is_numeral(c) || c.is_ascii_digit() || "几数上近第.".contains(c);
    if !is_numeral(*chars.get(at)?) || at > 0 && vague(chars[at - 1]) {
        return None;
    }
    let run = chars[at..].iter().take_while(|c| is_numeral(**c)).count();
    let end = at + run;
    if !matches!(chars.get(end), Some('元' | '圆')) {
        return None;
    }
    // 两亿三千万元 is not a number of 万元 that anyone reads.
    let round = !chars[at..end - 1].iter().any(|c| "万亿".contains(*c));
    let (unit, number_end) = match chars[end - 1] {
        '万' if round => (Unit::Wan, end - 1),
        '亿' if round => (Unit::Yi, end - 1),
        _ => (Unit::Yuan, end),
    };
    // 一元 in 一元化 is no amount of money.
    if unit == Unit::Yuan && run < 2 {
        return None;
    }
    let written = Decimal::from(numeral_value(&chars[at..number_end])?);
    money::is_sane(written, unit.scale()).then_some(InWords { written, unit, number_end, end: end + 1 })
}

/// 一百二十 → 120, 壹仟零伍 → 1005, 一万二千 → 12000; none for what does not begin with a digit or 十.
fn numeral_value(chars: &[char]) -> Option<u64> {
    let digit = |c: char| {
        let all = ["零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"];
        all.iter().position(|d| d.contains(c)).map(|n| n as u64)
    };
    let first = *chars.first()?;
    if digit(first).is_none_or(|d| d == 0) && !['十', '拾'].contains(&first) {
        return None;
    }
    let (mut total, mut section, mut last) = (0u64, 0u64, None);
    for &c in chars {
        let power = match c {
            '十' | '拾' => 10,
            '百' | '佰' => 100,
            '千' | '仟' => 1_000,
            '万' => 10_000,
            '亿' => 100_000_000,
            _ => {
                // 二〇二三 is a year, not a sum.
                if last.replace(digit(c)?).is_some_and(|d| d > 0) {
                    return None;
                }
                continue;
            }
        };
        if power < 10_000 {
            section = section.checked_add(last.take().unwrap_or(1).checked_mul(power)?)?;
        } else {
            section = section.checked_add(last.take().unwrap_or(0))?;
            // 两亿三千万 adds its 万 to its 亿, 三万亿 multiplies them.
            total = match total >= power {
                true => total.checked_add(section.checked_mul(power)?)?,
                false => total.checked_add(section)?.checked_mul(power)?,
            };
            section = 0;
        }
    }
    total.checked_add(section)?.checked_add(last.unwrap_or(0))
}

fn unit_at(chars: &[char], at: usize) -> Option<(Unit, usize)> {
    let units =
        [("万元", Unit::Wan), ("亿元", Unit::Yi), ("元", Unit::Yuan), ("%", Unit::Percent), ("％", Unit::Percent)];
    let blank = chars[at..].iter().take_while(|c| **c == ' ').count();
    let rest = &chars[at + blank..];
    let found = units.iter().find(|(name, _)| rest.iter().copied().take(name.chars().count()).eq(name.chars()));
    found.map(|(name, unit)| (*unit, at + blank + name.chars().count()))
}

/// Where the clause before a number begins: after a stop, not after a quotation or a bracket.
fn clause_of(chars: &[char], before: usize, at: usize) -> usize {
    let stop = |c: &char| matches!(c, '，' | '、' | '；' | '：' | '。' | '！' | '？' | '\n');
    chars[before..at].iter().rposition(stop).map_or(before, |i| before + i + 1)
}

/// What the words of a clause before a number speak of: without marks, verbs, and what it is compared with.
pub fn subject_of(words: &[char]) -> String {
    let marks = |c: &&char| !c.is_whitespace() && !"“”‘’\"《》".contains(**c);
    let mut words: String = words.iter().filter(marks).collect();
    loop {
        let before = words.len();
        for tail in UP.iter().chain(&DOWN).chain(&TAILS).chain(&["的", "资金", "支出资金", "下达"]) {
            if let Some(rest) = words.strip_suffix(tail).filter(|rest| !rest.is_empty() || before > tail.len()) {
                words = rest.to_string();
            }
        }
        words.truncate(comparison_at(&words));
        if words.len() == before {
            break;
        }
    }
    if let Some(name) = last_of_path(&words) {
        return name.to_string();
    }
    // What is granted comes after the verb: 示范部门安排政府采购.
    for verb in ["安排", "用于", "下达", "拨付"] {
        if let Some((_, rest)) = words.rsplit_once(verb).filter(|(_, rest)| rest.chars().count() >= 3) {
            words = rest.to_string();
        }
    }
    loop {
        let before = words.len();
        for head in HEADS.iter().chain(&[
            "我部门",
            "本部门",
            "我单位",
            "本单位",
            "全年",
            "当年",
            "本年度",
            "今年",
            "年",
            "度",
            "我区",
            "我县",
            "我市",
            "同时",
        ]) {
            if let Some(rest) = words.strip_prefix(head).filter(|rest| rest.chars().count() >= 3) {
                words = rest.to_string();
            }
        }
        let digits = words.chars().take_while(char::is_ascii_digit).count();
        if digits == 4 && words[digits..].starts_with('年') {
            words = words[digits + '年'.len_utf8()..].to_string();
        }
        if words.len() == before {
            return words;
        }
    }
}

/// 某类（类）某款（款）某项（项）: of a subject that is named with those above it, its own name.
fn last_of_path(words: &str) -> Option<&str> {
    let marks = ["（类）", "（款）", "（项）", "(类)", "(款)", "(项)"];
    let path = marks.iter().find_map(|mark| words.strip_suffix(mark))?;
    let ends = marks.iter().filter_map(|mark| path.rfind(mark).map(|at| at + mark.len()));
    let name = &path[ends.max().unwrap_or(0)..];
    let number = |c: char| c.is_ascii_digit() || ".．、".contains(c);
    Some(name.trim_start_matches(number)).filter(|name| !name.is_empty())
}

/// Where words like 比上年 and 较2022年预算数 at the end begin, in bytes; else the end.
fn comparison_at(words: &str) -> usize {
    for opening in ["比", "较", "与"] {
        let Some(at) = words.rfind(opening) else { continue };
        let rest = &words[at + opening.len()..];
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let rest = ["上年", "去年", "上一年", "上年同期", "年"].iter().find_map(|w| rest.strip_prefix(w));
        let mut rest = rest.unwrap_or("？");
        for tail in ["度", "年初", "预算", "决算", "执行", "数", "同期", "相比", "相比较"] {
            rest = rest.strip_prefix(tail).unwrap_or(rest);
        }
        if rest.is_empty() {
            return at;
        }
    }
    words.len()
}

/// The label right before a number, without words like 共计 and 安排, and whether it says more or less.
fn words_before(chars: &[char]) -> (String, i8) {
    let from = chars.iter().rposition(|c| is_stop(*c)).map_or(0, |i| i + 1);
    let mut words: String = chars[from..].iter().filter(|c| !c.is_whitespace()).collect();
    // A bracketed part belongs to its name: 因公出国（境）费.
    if let Some(open) = chars[..from].iter().rposition(|c| *c == '（')
        && from > 0
        && chars[from - 1] == '）'
        && !words.is_empty()
    {
        let start = chars[..open].iter().rposition(|c| is_stop(*c)).map_or(0, |i| i + 1);
        words = chars[start..].iter().filter(|c| !c.is_whitespace()).collect();
    }
    let mut direction = 0;
    loop {
        let before = words.len();
        for (signs, sign) in [(UP, 1), (DOWN, -1)] {
            for word in signs {
                if let Some(rest) = words.strip_suffix(word) {
                    (words, direction) = (rest.to_string(), sign);
                }
            }
        }
        for word in TAILS {
            if let Some(rest) = words.strip_suffix(word) {
                words = rest.to_string();
            }
        }
        if words.len() == before {
            break;
        }
    }
    for word in HEADS {
        if let Some(rest) = words.strip_prefix(word) {
            words = rest.to_string();
        }
    }
    // What is granted comes after the verb: 根据需要安排产业引导资金.
    for verb in ["安排", "用于", "下达", "拨付"] {
        if let Some((_, rest)) = words.rsplit_once(verb).filter(|(_, rest)| rest.chars().count() >= 3) {
            words = rest.to_string();
        }
    }
    (words, direction)
}

const TAILS: [&str; 22] = [
    "为",
    "是",
    "共计",
    "合计",
    "安排",
    "预算",
    "共",
    "约",
    "达",
    "达到",
    "总额",
    "总计",
    "了",
    "预计",
    "拟",
    "计划",
    "数",
    "到",
    "至",
    "控制在",
    "不超过",
    "仅",
];
const HEADS: [&str; 14] = [
    "其中",
    "主要用于",
    "主要为",
    "主要是",
    "包括",
    "分别为",
    "和",
    "及",
    "以及",
    "与",
    "安排",
    "用于",
    "主要包括",
    "本年度",
];

/// The sentence that something stands in, sought once for all of its amounts; `before` is the amount before.
fn sentence_of(chars: &[char], at: usize, before: Option<&Amount>) -> Range<usize> {
    if let Some(amount) = before.filter(|amount| amount.sentence.contains(&at)) {
        return amount.sentence.clone();
    }
    let stop = |c: &char| ['。', '！', '？', '\n'].contains(c);
    let start = chars[..at].iter().rposition(stop).map_or(0, |i| i + 1);
    let end = chars[at..].iter().position(stop).map_or(chars.len(), |i| at + i);
    start..end
}

/// Whether words are only Chinese characters and brackets: a name, not a clause with numbers in it.
pub fn is_name(words: &str) -> bool {
    let count = words.chars().count();
    (3..=30).contains(&count) && words.chars().all(|c| is_han(c) || "（）“”-—、".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_named_with_those_above_it_is_spoken_of_by_its_own_name() {
        let subject = |words: &str| subject_of(&words.chars().collect::<Vec<_>>());
        assert_eq!(subject("4.卫生健康支出（类）行政事业单位医疗（款）事业单位医疗（项）"), "事业单位医疗");
        assert_eq!(subject("城乡社区支出(类)国有土地使用权出让收入安排的支出(款)"), "国有土地使用权出让收入安排的支出");
        assert_eq!(subject("1. 农林水支出（类）"), "农林水支出");
        assert_eq!(subject("因公出国（境）费"), "因公出国（境）费");
    }

    #[test]
    fn amounts_in_chinese_numerals_are_read() {
        let value = |text: &str| {
            let chars: Vec<char> = text.chars().collect();
            in_words(&chars, 0).map(|a| (a.written * a.unit.scale()).normalize().to_string())
        };
        let cases = [
            ("一百二十万元", "1200000"),
            ("壹佰万元整", "1000000"),
            ("十万元", "100000"),
            ("壹仟零伍元", "1005"),
            ("一万二千元", "12000"),
            ("两亿三千万元", "230000000"),
            ("三万亿元", "3000000000000"),
            ("一亿二千零五万三千元", "120053000"),
            ("三十元", "30"),
        ];
        for (text, yuan) in cases {
            assert_eq!(value(text).as_deref(), Some(yuan), "{text}");
        }
        for text in ["万元", "百万元", "一元化", "多元", "二〇二三元", "零元"] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
