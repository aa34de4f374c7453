//! Published prose as templates: amounts that the tables print are bound to their addresses, comparisons with last year
//! become phrases by their sign, shares are computed; every other number is a blank for a person to fill.

use super::known::{Known, is_total, normal};
use super::words::Words;
use crate::check::{Amount, amounts_of};
use crate::compose::TableView;
use crate::published::PaperText;
use crate::published::as_folder::as_words;
use crate::published::recognise::titles_alike;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Phrases for more, less and as much as last year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Of more.
    pub up: String,
    /// Of less.
    pub down: String,
    /// Of as much.
    pub same: String,
}

/// What became of the prose.
#[derive(Debug, Clone, Default)]
pub struct Prose {
    /// Phrases by name.
    pub say: BTreeMap<String, Phrase>,
    /// Numbers that follow the data, and all numbers.
    pub bound: (usize, usize),
    /// What was guessed.
    pub guessed: Vec<String>,
    /// What needs a person: blanks, with their sentences.
    pub asks: Vec<String>,
}

/// What a sentence may speak of.
struct Figure<'v> {
    address: &'v str,
    amount: Decimal,
    label: String,
    head: String,
    title: &'v str,
    total: bool,
}

/// What sentences are read beside.
pub struct Beside<'a> {
    figures: Vec<Figure<'a>>,
    known: &'a Known,
    words: &'a Words,
}

/// How sentences print amounts: the unit, whether noughts at the end are left out, what nought is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InSentences {
    /// 万元 or 元.
    pub unit: &'static str,
    /// As many decimals as are needed.
    pub short: bool,
    /// As it is printed.
    pub zero: &'static str,
    /// The same of percentages.
    pub short_percent: bool,
    /// Thousands are set apart.
    pub commas: bool,
}

impl InSentences {
    /// By what most amounts look like.
    pub fn of<'t>(texts: impl Iterator<Item = &'t PaperText>) -> InSentences {
        let (mut wan, mut yuan, mut two, mut fewer, mut percents, mut fewer_percents) = (0, 0, 0, 0, 0, 0);
        let (mut zero, mut zeros, mut commas) = (0, 0, 0);
        for text in texts {
            let chars: Vec<char> = text.text.chars().collect();
            for amount in amounts_of(&chars, &[]) {
                let long = amount.decimals == 2;
                if !amount.is_money() {
                    percents += usize::from(long);
                    fewer_percents += usize::from(!long);
                } else if amount.written.is_zero() {
                    zero += usize::from(!long);
                    zeros += usize::from(long);
                } else {
                    wan += usize::from(amount.unit.name() == "万元");
                    yuan += usize::from(amount.unit.name() == "元");
                    two += usize::from(long);
                    fewer += usize::from(!long);
                    commas += usize::from(chars[amount.number.clone()].contains(&','));
                }
            }
        }
        InSentences {
            unit: if yuan > wan { "元" } else { "万元" },
            short: fewer * 10 > two + fewer,
            zero: if zero > zeros { "0" } else { "0.00" },
            short_percent: fewer_percents * 10 > percents + fewer_percents,
            commas: commas > 0,
        }
    }
}

impl<'a> Beside<'a> {
    /// Tables as they are printed.
    pub fn of(views: &'a [TableView], known: &'a Known, words: &'a Words) -> Beside<'a> {
        let mut figures = Vec::new();
        for view in views {
            for row in &view.rows {
                for (figure, column) in row.figures.iter().zip(&view.columns) {
                    let Some((figure, amount)) = figure.as_ref().and_then(|figure| Some((figure, figure.printed()?))) else {
                        continue;
                    };
                    figures.push(Figure {
                        address: &figure.address,
                        amount,
                        label: normal(&row.name),
                        head: normal(&column.head.join("")),
                        title: &view.title,
                        total: row.total || is_total(&normal(&row.label)),
                    });
                }
            }
        }
        Beside { figures, known, words }
    }
}

/// A figure that was put into a paragraph.
struct Put {
    address: String,
    amount: Decimal,
    /// Where its amount ended in the paragraph.
    end: usize,
}

/// One paragraph as a line of a template.
pub fn paragraph(text: &str, heading: &str, look: &InSentences, beside: &Beside<'_>, prose: &mut Prose) -> String {
    let chars: Vec<char> = text.chars().collect();
    let amounts = amounts_of(&chars, &[]);
    let words = |from: usize, to: usize| chars[from.min(to)..to].iter().collect::<String>();
    let mut line = String::new();
    let mut put: Vec<Put> = Vec::new();
    let mut blanks = 0;
    let mut doubtful: Vec<String> = Vec::new();
    let mut at = 0;
    let mut index = 0;
    while let Some(amount) = amounts.get(index) {
        index += 1;
        if amount.number.start < at {
            continue;
        }
        prose.bound.1 += 1;
        let mut out = None;
        if amount.is_money() && amount.direction == 0 {
            if let Some((figure, sure)) = spoken(amount, &chars, heading, beside) {
                if !sure {
                    doubtful.push(format!("{}→{}", words(amount.range.start, amount.range.end), figure.address));
                }
                put.push(Put { address: figure.address.to_owned(), amount: figure.amount, end: amount.range.end });
                let literal = literal(&words(at, amount.number.start), at == 0, beside, &mut blanks);
                out = Some((format!("{literal}{}", template(figure.address, amount, look)), amount.number.end));
            }
        } else if amount.is_money() && amount.unit.name() == look.unit {
            let of = put.iter().rev().find(|put| amount.sentence.start <= put.end);
            if let Some(of) = of {
                let next = amounts.get(index).filter(|next| {
                    !next.is_money() && next.direction != 0 && next.number.start <= amount.range.end + 8
                });
                let (start, phrase, end) = compared(&chars, at, amount, next);
                let name = prose.named(phrase, beside);
                let file = file_of(&words(start, end), beside.known);
                let literal = literal(&words(at, start), at == 0, beside, &mut blanks);
                out = Some((format!("{literal}{{{{ than(f(\"{}\"), {file:?}, {name:?}) }}}}", of.address), end));
                if next.is_some() {
                    index += 1;
                    prose.bound.1 += 1;
                    prose.bound.0 += 1;
                }
            }
        } else if amount.direction == 0
            && let Some((part, whole)) = share(amount, &put)
        {
            let literal = literal(&words(at, amount.number.start), at == 0, beside, &mut blanks);
            let own = if look.short_percent { "" } else { match amount.decimals { 2 => "", 1 => " | fmt(decimals=1)", _ => " | fmt(decimals=0)" } };
            out = Some((format!("{literal}{{{{ percent(f(\"{part}\"), f(\"{whole}\")){own} }}}}"), amount.number.end));
        }
        match out {
            Some((text, end)) => {
                prose.bound.0 += 1;
                line += &text;
                at = end;
            }
            None => {
                line += &literal(&words(at, amount.number.start), at == 0, beside, &mut blanks);
                let _ = write!(line, "【{}】", words(amount.number.start, amount.number.end));
                blanks += 1;
                at = amount.number.end;
            }
        }
        // 与上年持平 right behind the amount.
        if let Some(of) = put.last()
            && let Some((start, end)) = same_as(&chars, at)
        {
            let phrase = Phrase { up: String::new(), down: String::new(), same: words(start, end) };
            let name = prose.named(phrase, beside);
            let file = file_of(&words(start, end), beside.known);
            line += &literal(&words(at, start), false, beside, &mut blanks);
            let _ = write!(line, "{{{{ than(f(\"{}\"), {file:?}, {name:?}) }}}}", of.address);
            at = end;
        }
    }
    line += &literal(&words(at, chars.len()), at == 0, beside, &mut blanks);
    if !put.is_empty() {
        line = without_reasons(&line, &mut blanks);
    }
    let shown: String = text.chars().take(60).collect();
    if blanks > 0 {
        prose.asks.push(format!("{blanks} 处空白【】：{shown}"));
    }
    if !doubtful.is_empty() {
        prose.guessed.push(format!("照数猜的：{}（{shown}）", doubtful.join("、")));
        let note = doubtful.join("、").replace("#}", "＃}");
        let _ = write!(line, "{{# 请核对：{note} #}}");
    }
    line
}

/// The figure that an amount speaks of, and whether its words say so.
fn spoken<'f>(amount: &Amount, chars: &[char], heading: &str, beside: &'f Beside<'_>) -> Option<(&'f Figure<'f>, bool)> {
    let clause: String = normal(&chars[amount.clause..amount.range.start].iter().collect::<String>());
    let near: String = normal(&chars[amount.sentence.start..amount.range.start].iter().collect::<String>());
    let score = |figure: &&Figure<'_>| {
        let mut score = 0.0;
        let ends = clause.trim_end_matches(|c: char| "为共计计是合额数".contains(c));
        let said = |words: &str| words.chars().count() >= 2 && clause.contains(words);
        if said(&figure.label) {
            score += if ends.ends_with(&figure.label) { 5.0 } else { 4.0 };
        }
        let heads = head_words(&figure.head);
        if heads.iter().any(|head| said(head)) {
            score += 3.0;
        } else if heads.iter().any(|head| near.contains(head.as_str())) {
            score += 1.0;
        }
        if figure.total {
            score += if ["合计", "总计", "总额", "总"].iter().any(|word| clause.contains(word)) { 1.5 } else { 0.75 };
        }
        score + 2.0 * titles_alike(figure.title, heading) + titles_alike(figure.title, &near)
    };
    let equal = beside.figures.iter().filter(|figure| amount.prints(figure.amount));
    let mut best: Option<(&Figure<'_>, f64)> = None;
    for figure in equal {
        let score = score(&figure);
        if best.is_none_or(|(_, known)| score > known + 1e-9) {
            best = Some((figure, score));
        }
    }
    let (figure, score) = best?;
    // A round number equals some figure by chance.
    let enough = amount.significant() >= 3 || score >= 3.0;
    enough.then_some((figure, score >= 3.0))
}

/// What names a column: its heads without general words.
fn head_words(head: &str) -> Vec<String> {
    let mut words = head.to_owned();
    for general in ["合计", "小计", "总计", "预算数", "决算数", "金额", "项目", "本年"] {
        if words != "项目支出" {
            words = words.replace(general, "\u{1}");
        }
    }
    words.split('\u{1}').filter(|word| word.chars().count() >= 3).map(str::to_owned).collect()
}

/// The template for an amount, as it is written there.
fn template(address: &str, amount: &Amount, look: &InSentences) -> String {
    let mut options = Vec::new();
    if amount.unit.name() != look.unit {
        options.push(format!("unit=\"{}\"", amount.unit.name()));
    }
    if amount.written.is_zero() {
        let zero = if amount.decimals == 2 { "0.00" } else { "0" };
        if zero != look.zero {
            options.push(format!("zero=\"{zero}\""));
        }
    } else if !look.short && amount.decimals != 2 {
        options.push(if amount.decimals == 0 { "trim=true".to_owned() } else { format!("decimals={}", amount.decimals) });
    }
    match options.is_empty() {
        true => format!("{{{{ f(\"{address}\") }}}}"),
        false => format!("{{{{ f(\"{address}\") | fmt({}) }}}}", options.join(", ")),
    }
}

/// The phrase that compares an amount with last year's: where it begins, the words for each sign, where it ends.
fn compared(chars: &[char], from: usize, amount: &Amount, next: Option<&Amount>) -> (usize, Phrase, usize) {
    let text = |from: usize, to: usize| chars[from.min(to)..to].iter().collect::<String>();
    let stop = |at: usize| "，；。：（".contains(chars[at]);
    let direction = |at: usize| {
        let rest = text(at, chars.len().min(at + 2));
        ["增加", "减少", "增长", "下降", "上升", "降低", "增列", "压减", "提高", "缩减"].contains(&rest.as_str())
    };
    let word = (from..amount.number.start).rev().find(|at| direction(*at)).unwrap_or(amount.number.start);
    let begins = (from..word).rev().find(|at| stop(*at)).map_or(from, |at| at + 1);
    let opens = |words: &str| ["比", "较", "与", "同比"].iter().any(|word| words.starts_with(word));
    let mut start = if opens(&text(begins, word)) { begins } else { word };
    // 与2023年度相比，收入增加…: the comparison stands before a comma.
    if start == word && begins > from {
        let before = (from..begins - 1).rev().find(|at| stop(*at)).map_or(from, |at| at + 1);
        if opens(&text(before, begins)) && text(before, begins).contains("相比") && begins == word {
            start = before;
        }
    }
    let mut up = text(start, amount.number.start) + "{{ d.abs }}" + &text(amount.number.end, amount.range.end);
    let mut end = amount.range.end;
    if let Some(next) = next {
        up += &text(amount.range.end, next.number.start);
        up += "{{ d.abs.ratio }}";
        up += &text(next.number.end, next.range.end);
        end = next.range.end;
    }
    let mut down = up.clone();
    for (more, less) in [("增加", "减少"), ("增长", "下降"), ("上升", "下降"), ("提高", "降低")] {
        up = up.replace(less, more);
        down = down.replace(more, less);
    }
    let prefix = text(start, word);
    let prefix = prefix.trim_end_matches(['，', '总', '各']);
    let same = match prefix.chars().next() {
        Some('比' | '较') => format!("与{}持平", prefix.chars().skip(1).collect::<String>()),
        Some('与') => format!("{}持平", prefix.trim_end_matches("相比")),
        _ => "持平".to_owned(),
    };
    (start, Phrase { up, down, same }, end)
}

/// 与上年持平, right behind an amount.
fn same_as(chars: &[char], from: usize) -> Option<(usize, usize)> {
    let rest: String = chars[from..].iter().take(40).collect();
    let rest = rest.split(['。', '；']).next().unwrap_or_default();
    let clause_at = ["与", "同"].iter().filter_map(|word| rest.find(word)).min()?;
    let before = &rest[..clause_at];
    let only_unit = before.trim_start_matches(['万', '亿', '元', '，']).is_empty();
    let end = rest.find("持平").map(|at| at + "持平".len())?;
    let inside = rest.get(clause_at..end)?;
    let count = |text: &str| text.chars().count();
    (only_unit && !inside.contains('，') && count(inside) <= 20).then(|| (from + count(before), from + count(&rest[..end])))
}

impl Prose {
    /// The name of a phrase; one of the same words has it already.
    fn named(&mut self, phrase: Phrase, beside: &Beside<'_>) -> String {
        let put = |text: &str| beside.words.outside(&text.replace("{{ d", "\u{1}").replace(" }}", "\u{2}"));
        let back = |text: String| text.replace('\u{1}', "{{ d").replace('\u{2}', " }}");
        let phrase = Phrase {
            up: back(put(&phrase.up)),
            down: back(put(&phrase.down)),
            same: back(put(&phrase.same)),
        };
        let alike = |known: &Phrase| match phrase.up.is_empty() || known.up.is_empty() {
            true => known.same == phrase.same,
            false => known.up == phrase.up,
        };
        if let Some((name, known)) = self.say.iter_mut().find(|(_, known)| alike(known)) {
            if phrase.up.is_empty() {
                known.same = phrase.same;
            } else if known.up.is_empty() {
                known.up = phrase.up;
                known.down = phrase.down;
            }
            return name.clone();
        }
        let name = match self.say.len() {
            0 => "比上年".to_owned(),
            count => format!("比上年{}", count + 1),
        };
        self.say.insert(name.clone(), phrase);
        name
    }

    /// Phrases that were only met where nothing changed get words for more and less.
    pub fn complete(&mut self) {
        for phrase in self.say.values_mut().filter(|phrase| phrase.up.is_empty()) {
            let of = phrase.same.trim_end_matches("持平");
            let of = of.strip_prefix(['与', '同']).unwrap_or(of);
            phrase.up = format!("比{of}增加{{{{ d.abs }}}}万元");
            phrase.down = format!("比{of}减少{{{{ d.abs }}}}万元");
        }
    }
}

/// The file that a comparison speaks of: 执行数, 年初预算, else last year's.
fn file_of(words: &str, known: &Known) -> String {
    let like = || known.schema.files.values().filter(|file| file.like.as_deref() == Some("ledger"));
    let named = like().find(|file| {
        let title = file.title.trim_start_matches("上年");
        title.chars().count() >= 2 && words.contains(title) && !file.title.starts_with("上年预算") && !file.title.starts_with("上年决算")
    });
    let former = || like().find(|file| file.title.starts_with("上年"));
    named.or_else(former).map_or_else(|| "prior".to_owned(), |file| file.id.clone())
}

/// Which two figures a percentage is the share of.
fn share(amount: &Amount, put: &[Put]) -> Option<(String, String)> {
    let part = put.last()?;
    let of = |part: &Put, whole: &Put| {
        !whole.amount.is_zero() && amount.prints(part.amount / whole.amount * Decimal::ONE_HUNDRED)
    };
    let whole = put.iter().find(|whole| whole.address != part.address && of(part, whole))?;
    Some((part.address.clone(), whole.address.clone()))
}

/// Words between amounts. Counts of things are blanks.
fn literal(words: &str, begins: bool, beside: &Beside<'_>, blanks: &mut usize) -> String {
    let text = beside.words.outside(&as_words(words, !begins));
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit() || c == '{') {
        out += &rest[..at];
        rest = &rest[at..];
        if rest.starts_with('{') {
            let end = rest.find("}}").map_or(1, |end| end + 2);
            out += &rest[..end];
            rest = &rest[end..];
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let counts = ["个", "辆", "台", "家", "人", "批", "次", "项", "名", "户", "%", "％", "平方米"];
        let glued = out.ends_with(|c: char| c.is_ascii_alphanumeric() || "〔第".contains(c));
        if !glued && counts.iter().any(|unit| after.starts_with(unit)) {
            let _ = write!(out, "【{number}】");
            *blanks += 1;
        } else {
            out += number;
        }
        rest = after;
    }
    out + rest
}

/// What only this department and this year had as a reason or a use is a blank.
fn without_reasons(line: &str, blanks: &mut usize) -> String {
    let mut out = String::new();
    let mut rest = line;
    let marks = ["主要原因是", "主要是因为", "主要是由于", "主要用于", "原因是", "主要是", "主要为"];
    while let Some((at, mark)) = marks.iter().filter_map(|mark| Some((rest.find(mark)?, *mark))).min_by_key(|(at, mark)| (*at, std::cmp::Reverse(mark.len()))) {
        let from = at + mark.len();
        let end = rest[from..].find(['。', '；']).map_or(rest.len(), |end| from + end);
        out += &rest[..from];
        let words = &rest[from..end];
        if words.contains("{{") || words.chars().count() < 2 {
            out += words;
        } else {
            out += "【】";
            *blanks += 1;
        }
        rest = &rest[end..];
    }
    out + rest
}

/// What compares a figure with another file's where that is known.
pub const THAN: &str = "{% macro than(x, file, how) %}{% if x.on(file) is known %}{{ diff(x, x.on(file)) | say(how) }}{% else %}【】{% endif %}{% endmacro -%}\n";
