//! Names and years in prose: subjects by their codes, projects as the data names them, the department's own word for
//! itself, the budget's level and year.

use super::passage::{Kind, Passage};
use super::rule::{Findings, TextRule};
use super::statements::What;
use super::texts::Texts;
use crate::check::rule::{Example, RulePage};
use crate::data::Class;
use crate::diagnostic::Severity::Warning;
use crate::searched::{Characters, is_han, is_searched, searched_text};
use crate::sought::Sought;
use aho_corasick::AhoCorasick;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet, FxHasher};
use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::LazyLock;

pub const RULES: &[TextRule] = &[
    TextRule {
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
    TextRule {
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
    TextRule {
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
    TextRule {
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
    TextRule {
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
    TextRule {
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
    TextRule {
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
    TextRule {
        page: RulePage {
            code: "N022",
            severity: Warning,
            title: "用了科目的旧名称",
            reason: "科目改过名称，沿用往年的文本就会留下旧名称，与表里的对不上。",
            source: "《政府收支分类科目》（当年）",
            example: Example {
                wrong: "医疗卫生与计划生育支出12.00万元（2023年）", right: "卫生健康支出12.00万元"
            },
        },
        find: former_names,
    },
];

/// Names of subjects as they were, and what they became.
const FORMER: [(&str, &str); 21] = [
    ("医疗卫生与计划生育支出", "卫生健康支出"),
    ("医疗卫生支出", "卫生健康支出"),
    ("文化体育与传媒支出", "文化旅游体育与传媒支出"),
    ("国土海洋气象等支出", "自然资源海洋气象等支出"),
    ("国土资源气象等支出", "自然资源海洋气象等支出"),
    ("资源勘探信息等支出", "资源勘探工业信息等支出"),
    ("资源勘探电力信息等支出", "资源勘探工业信息等支出"),
    ("行政事业单位离退休", "行政事业单位养老支出"),
    ("归口管理的行政单位离退休", "行政单位离退休"),
    ("环境保护支出", "节能环保支出"),
    ("农林水事务支出", "农林水支出"),
    ("城乡社区事务支出", "城乡社区支出"),
    ("商业服务业等事务支出", "商业服务业等支出"),
    ("金融监管等事务支出", "金融支出"),
    ("其他资本性支出", "资本性支出"),
    ("对企事业单位的补贴", "对企业补助"),
    ("对个人和家庭补助", "对个人和家庭的补助"),
    ("人口与计划生育事务", "计划生育事务"),
    ("工商行政管理事务", "市场监督管理事务"),
    ("质量技术监督与检验检疫事务", "市场监督管理事务"),
    ("食品和药品监督管理事务", "药品监督管理"),
];

/// Where a former name stands with money or a code: what else is said of the environment is no subject.
fn former_names(texts: &Texts<'_>, findings: &mut Findings) {
    let classes = &texts.composition.job().set.schema.classes;
    let current: LazyCell<HashSet<&str>, _> =
        LazyCell::new(|| classes.values().flat_map(|c| c.names.values().map(String::as_str)).collect());
    // The names that hold a former one.
    let mut holding: HashMap<&str, Vec<&str>> = HashMap::default();
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead) && p.own) {
        for (found, (old, new)) in former_in(passage, &current) {
            let start = passage.chars_before(found.start);
            let range = start..start + old.chars().count();
            let holding = holding
                .entry(old)
                .or_insert_with(|| current.iter().copied().filter(|name| name.contains(old)).collect());
            // 归口管理的行政单位离退休 ends in a name that is right; 文化旅游体育与传媒支出 holds no former one.
            let within = holding.iter().any(|name| {
                passage.text[..found.end].ends_with(name)
                    || name.starts_with(old) && passage.text[found.start..].starts_with(name)
            });
            let coded =
                passage.chars[..start].iter().rev().find(|c| !"（(“ ".contains(**c)).is_some_and(char::is_ascii_digit);
            let after: String = passage.chars[range.end..].iter().take(4).collect();
            let marked =
                ["（类）", "（款）", "（项）", "科目", "(类)", "(款)", "(项)"].iter().any(|w| after.starts_with(w));
            let amounts = passage.amounts();
            let after_it = &amounts[amounts.partition_point(|a| a.range.start < range.end)..];
            let mut near = after_it.iter().take_while(|a| a.range.start < range.end + 8);
            let money = near.any(|a| a.is_money() && a.clause <= start);
            if !within && (coded || marked || money) {
                let finding = passage.finding(range, format!("“{old}”是旧名称，现在叫“{new}”"));
                findings.push(finding.hint(format!("写作“{new}”，并核对编码")));
            }
        }
    }
}

/// The former names alone.
static ALL_FORMER: LazyLock<([&str; FORMER.len()], AhoCorasick)> = LazyLock::new(|| {
    let former = FORMER.map(|(old, _)| old);
    (former, AhoCorasick::new(former).expect("a few short words"))
});

/// The former names in a text whose new ones are the classification's, as bytes: of those that overlap the first, of those
/// that begin together the longest.
fn former_in(passage: &Passage, current: &HashSet<&str>) -> Vec<(Range<usize>, (&'static str, &'static str))> {
    let (former, search) = &*ALL_FORMER;
    let all = passage.may_say(former).then(|| search.find_overlapping_iter(&passage.text));
    let all = all.into_iter().flatten().map(|found| (found.start()..found.end(), FORMER[found.pattern().as_usize()]));
    let mut all: Vec<_> = all.filter(|(_, (old, new))| current.contains(new) && !current.contains(old)).collect();
    all.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    all.retain(|(range, _)| {
        let is_first = range.start >= end;
        if is_first {
            end = range.end;
        }
        is_first
    });
    all
}

/// A code in a text: its digits, where it ends, whether its levels are divided by dashes, as in 201-39-99.
struct WrittenCode {
    digits: String,
    end: usize,
    dashed: bool,
}

fn code_at(chars: &[char], at: usize) -> Option<WrittenCode> {
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    if at > 0 && (chars[at - 1].is_ascii_alphanumeric() || "-./_".contains(chars[at - 1])) {
        return None;
    }
    let mut groups: Vec<usize> = vec![0];
    let mut digits = String::new();
    let mut end = at;
    while let Some(&c) = chars.get(end) {
        match c {
            _ if c.is_ascii_digit() => {
                digits.push(c);
                *groups.last_mut()? += 1;
            }
            '-' if !digits.is_empty() && digit(end + 1) => groups.push(0),
            _ => break,
        }
        end += 1;
    }
    let dashed = groups.len() > 1;
    let follows = chars.get(end).is_some_and(|c| c.is_ascii_alphanumeric() || "./_".contains(*c));
    // The levels below the first have two digits each; a date, a range of years, a telephone or a standard has others.
    let levels = !dashed || groups[1..].iter().all(|n| *n == 2) && groups.len() <= 3 && !is_date(&digits, &groups);
    (!digits.is_empty() && !follows && levels && !is_numbered(chars, at, end)).then_some(WrittenCode {
        digits,
        end,
        dashed,
    })
}

/// 2023-02-10: a year, a month and a day.
fn is_date(digits: &str, groups: &[usize]) -> bool {
    let number = |range: Range<usize>| digits.get(range).and_then(|d| d.parse::<u32>().ok()).unwrap_or_default();
    groups == [4, 2, 2]
        && (1900..2100).contains(&number(0..4))
        && (1..=12).contains(&number(4..6))
        && (1..=31).contains(&number(6..8))
}

/// The words around say that it is the number of something else, or counts something.
fn is_numbered(chars: &[char], start: usize, end: usize) -> bool {
    const BEFORE: [&str; 22] = [
        "电话",
        "热线",
        "传真",
        "号码",
        "邮编",
        "邮政编码",
        "第",
        "GB",
        "GB/T",
        "DB",
        "JGJ",
        "CJJ",
        "T",
        "QQ",
        "编号",
        "文号",
        "群号",
        "学号",
        "证号",
        "号",
        "No",
        "¥",
    ];
    const AFTER: [&str; 30] = [
        "元", "万", "亿", "人", "户", "个", "件", "套", "台", "辆", "次", "项", "份", "册", "株", "棵", "平方", "立方",
        "米", "公里", "吨", "公斤", "千", "度", "亩", "公顷", "年", "号", "%", "热线",
    ];
    let before: String = chars[start.saturating_sub(6)..start].iter().collect();
    let before = before.trim_end_matches(['：', ':', ' ', '为', '是', '（', '(']);
    let after: String = chars[end..].iter().take(3).collect();
    let after = after.trim_start();
    BEFORE.iter().any(|w| before.ends_with(w)) || AFTER.iter().any(|w| after.starts_with(w))
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
    let classes = texts.composition.job().set.schema.classes.values();
    let names: LazyCell<HashSet<Vec<char>>, _> =
        LazyCell::new(|| classes.flat_map(|c| c.names.values().map(|n| n.chars().collect())).collect());
    let mut unknown = 0;
    let may_code = |p: &&Passage| p.digits > 0 && matches!(p.kind, Kind::Prose | Kind::Lead);
    for passage in texts.passages.iter().filter(may_code) {
        let chars = &passage.chars;
        let mut at = 0;
        while at < chars.len() {
            if !chars[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            let Some(WrittenCode { digits, end, dashed }) = code_at(chars, at) else {
                at += chars[at..].iter().take_while(|c| c.is_ascii_digit() || **c == '-').count();
                continue;
            };
            let range = at..end;
            at = end;
            if passage.is_figure(&range) || !(digits.len() == longest || dashed && digits.len() >= 5) {
                continue;
            }
            match class_of(texts, &digits) {
                Some(class) => wrong_name(passage, &range, &digits, &class.names[&digits], findings),
                None if is_subject(&names, passage, &range, dashed) => {
                    unknown += 1;
                    let near = if unknown > HINTS { None } else { nearest_code(texts, &digits) };
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

/// Whether what is no code of the classification was meant for one: levels divided by dashes with a name behind, or
/// the words of a subject around it.
fn is_subject(names: &HashSet<Vec<char>>, passage: &Passage, range: &Range<usize>, dashed: bool) -> bool {
    let named = passage.chars[range.end..].iter().take(3).filter(|c| is_han(**c)).count() == 3;
    dashed && named || passage.chars[range.start] == '2' && is_of_subject(names, passage, range)
}

/// Whether the words around a code are a subject's: its name right behind, or 科目 before it.
fn is_of_subject(names: &HashSet<Vec<char>>, passage: &Passage, range: &Range<usize>) -> bool {
    let before = passage.words(&(range.start.saturating_sub(8)..range.start));
    if ["科目", "分类", "编码"].iter().any(|w| before.contains(w)) {
        return true;
    }
    let after = passage.chars[range.end..].iter().skip_while(|c| "（(“ ".contains(**c)).take(24);
    let after: Vec<char> = after.copied().collect();
    (3..=after.len()).any(|length| names.contains(&after[..length]))
}

/// How many codes that are not known are compared with all that are.
const HINTS: usize = 200;

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
    let end = range.start.saturating_sub(usize::from(bracketed));
    // What a name may be, with as many brackets.
    let before: String = chars[end.saturating_sub(20 + 2 * name.chars().count())..end].iter().collect();
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
        // A finding speaks of two.
        if CONTRIBUTIONS.iter().filter(|c| passage.says(c)).count() < 2 {
            continue;
        }
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
pub fn projects<'t>(texts: &'t Texts<'_>, least: usize) -> Vec<Cow<'t, str>> {
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
    all.into_iter().map(|name| if is_searched(name) { name.into() } else { searched_text(name).into() }).collect()
}

fn project_names(texts: &Texts<'_>, findings: &mut Findings) {
    for (passage, range, name) in texts.unlike(What::Name) {
        let words = passage.words(range);
        let found = passage.finding(range.clone(), format!("“{words}”：数据里的名称是“{name}”"));
        findings.push(found.hint(format!("版式集的同一句话在这里印的是它；写作“{name}”")));
    }
    let all = Spellings::of(projects(texts, 5));
    let mut work = MOST_WORK;
    // Another project's own name is no misspelling.
    let whole = Sought::of(all.names.iter().map(|(_, name)| &**name));
    let told = |passage: &Passage, range: &Range<usize>| {
        let mut unlike = texts.unlike_in(passage, What::Name);
        unlike.any(|r| r.start < range.end && range.start < r.end)
    };
    for passage in texts.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead) && p.own) {
        let begun = LazyCell::new(|| whole.begun_in(&passage.text));
        let there = LazyCell::new(|| {
            let mut there = HashSet::default();
            whole.first_met_in(&passage.text, &mut there);
            there
        });
        let Some(near) = all.nearly_in(&passage.chars, |at| begun[at], &mut work) else {
            texts.leave(passage);
            break;
        };
        for (project, range) in near {
            let words = passage.words(&range);
            if there.contains(&project) || told(passage, &range) {
                continue;
            }
            let project = &all.names[project].1;
            // What is done with it, in a sentence: 防汛物资的储备和更新.
            if words.replace('的', "") == **project {
                continue;
            }
            let found = passage.finding(range, format!("“{words}”与明细里的项目“{project}”只差一两个字"));
            findings.push(found.hint(format!("若是同一个项目，写作“{project}”")));
        }
    }
}

/// Names, to be found in a text with one character wrong, missing, added or changed with its neighbour: what of a name
/// is left without one character is left of what nearly is it. A text as long as there are names is read in time that
/// grows with both, not with one times the other.
struct Spellings<'n> {
    names: Vec<(Vec<char>, Cow<'n, str>)>,
    /// Digests of names and of what is left of them, in order, each with its name.
    left: Vec<(u64, u32)>,
    /// Of the first bits of a digest, whether there is one that has them: a bit for each such number, eight times as many as
    /// digests and more, so that most looks end here.
    there: Vec<u64>,
    /// Where in `left` the digests begin that have the same first bits, and the end: about one for each, so that a look
    /// goes to one place of either list.
    starts: Vec<u32>,
    /// How many bits follow those.
    others: u32,
    /// The first three characters, and the last three, with the lengths of the names that begin, or end, so.
    edges: [HashMap<[char; 3], BTreeSet<usize>>; 2],
    /// The first characters, and the last.
    ends: [Characters; 2],
}

/// So many characters names have that are sought nearly: a longer one is a sentence.
const LENGTHS: std::ops::RangeInclusive<usize> = 5..=64;
/// How many characters are read at most to find names nearly, in a document. What is more is not compared, and told (E345).
const MOST_WORK: usize = 1 << 28;

/// How many bits tell whether digests are there, for each place of their index.
const FILTER: usize = 16;

/// Where the bit of a digest stands: the word, and the bit in it. `others`: see [`Spellings`].
fn bit_of(digest: u64, others: u32) -> (usize, u64) {
    let place = digest >> (others - FILTER.ilog2());
    ((place / u64::from(u64::BITS)) as usize, 1 << (place % u64::from(u64::BITS)))
}

/// What of a name a digest is made of.
#[derive(Hash, Clone, Copy)]
enum Left {
    Whole,
    /// Without the character at a place.
    Without(usize),
    /// Without any one character.
    Shorter,
}

/// Whether a name stands where its first three characters do or where its last three do, where these are, and of which
/// size it is there: as long as the name, shorter, longer.
type At = (usize, usize, usize);

impl<'n> Spellings<'n> {
    /// Of names of [`LENGTHS`].
    fn of(names: Vec<Cow<'n, str>>) -> Spellings<'n> {
        let names = names.into_iter().map(|name| (name.chars().collect::<Vec<char>>(), name));
        let mut names: Vec<(Vec<char>, Cow<'n, str>)> =
            names.filter(|(chars, _)| LENGTHS.contains(&chars.len())).collect();
        names.sort_by(|a, b| a.1.cmp(&b.1));
        names.dedup_by(|a, b| a.1 == b.1);
        let mut left = Vec::new();
        let mut edges = [HashMap::default(), HashMap::default()];
        for (index, (name, _)) in names.iter().enumerate() {
            let index = index as u32;
            left.push((digest(Left::Whole, name, &[]), index));
            for at in 0..name.len() {
                let (before, after) = (&name[..at], &name[at + 1..]);
                left.push((digest(Left::Without(at), before, after), index));
                left.push((digest(Left::Shorter, before, after), index));
            }
            for (edges, edge) in edges.iter_mut().zip([&name[..3], &name[name.len() - 3..]]) {
                let lengths: &mut BTreeSet<usize> = edges.entry([edge[0], edge[1], edge[2]]).or_default();
                lengths.insert(name.len());
            }
        }
        left.sort_unstable();
        left.dedup();
        let others = u64::BITS - (left.len() + 1).ilog2().max(1);
        let mut starts = vec![0; (1 << (u64::BITS - others)) + 1];
        let mut there = vec![0; (1 << (u64::BITS - others)) * FILTER / u64::BITS as usize + 1];
        for (digest, _) in &left {
            starts[(digest >> others) as usize + 1] += 1;
            let (at, bit) = bit_of(*digest, others);
            there[at] |= bit;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let ends = [0, 1].map(|edge| {
            let outermost = |(name, _): &(Vec<char>, Cow<'_, str>)| name[edge * (name.len() - 1)];
            Characters::of(&names.iter().map(outermost).collect::<Vec<char>>())
        });
        Spellings { names, left, there, starts, others, edges, ends }
    }

    fn with(&self, left: Left, before: &[char], after: &[char]) -> &[(u64, u32)] {
        let digest = digest(left, before, after);
        let (at, bit) = bit_of(digest, self.others);
        if self.there[at] & bit == 0 {
            return &[];
        }
        let first = (digest >> self.others) as usize;
        let near = &self.left[self.starts[first] as usize..self.starts[first + 1] as usize];
        let (from, to) = (near.partition_point(|(d, _)| *d < digest), near.partition_point(|(d, _)| *d <= digest));
        &near[from..to]
    }

    /// Each look costs `work`; none: what is left of it is too little. `begun`: see [`Sought::begun_in`], of the same names;
    /// what has one of them in it is that one, and nothing nearly.
    fn nearly_in(
        &self,
        chars: &[char],
        begun: impl Fn(usize) -> usize,
        work: &mut usize,
    ) -> Option<Vec<(usize, Range<usize>)>> {
        let mut found: HashMap<usize, (At, Range<usize>)> = HashMap::default();
        // Of the names that leave the same without one character, two different windows show all: each is near those
        // that it is not itself. So a list is gone through twice at an edge, however often it is met.
        let mut met: HashMap<(usize, usize), (Range<usize>, bool)> = HashMap::default();
        for (edge, lengths_of) in self.edges.iter().enumerate() {
            for (at, three) in chars.windows(3).enumerate() {
                if !self.ends[edge].may_have(three[2 * edge]) {
                    continue;
                }
                let Some(lengths) = lengths_of.get(&[three[0], three[1], three[2]]) else { continue };
                for &length in lengths {
                    for (order, size) in [length, length - 1, length + 1].into_iter().enumerate() {
                        let start = if edge == 0 { Some(at) } else { (at + 3).checked_sub(size) };
                        let Some(range) = start.map(|start| start..start + size) else { continue };
                        let Some(window) = chars.get(range.clone()) else { continue };
                        if begun(range.end) > range.start
                            || window.iter().any(|c| matches!(c, '，' | '。' | '；' | '：'))
                        {
                            continue;
                        }
                        *work = work.checked_sub(size * size)?;
                        for list in self.near(window, length) {
                            if list.len() > 1 {
                                match met.entry((edge, list.as_ptr().addr())) {
                                    Entry::Vacant(new) => drop(new.insert((range.clone(), false))),
                                    Entry::Occupied(known) => {
                                        let (first, twice) = known.into_mut();
                                        if *twice || chars[first.clone()] == *window {
                                            continue;
                                        }
                                        *twice = true;
                                    }
                                }
                            }
                            for name in list.iter().map(|(_, name)| *name as usize) {
                                if self.is_near(name, edge, three, window) {
                                    let here = ((edge, at, order), range.clone());
                                    let known = found.entry(name).or_insert_with(|| here.clone());
                                    if here.0 < known.0 {
                                        *known = here;
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        let mut found: Vec<_> = found.into_iter().map(|(name, (_, range))| (name, range)).collect();
        found.sort_unstable_by_key(|found| found.0);
        Some(found)
    }

    /// The names of a length that may be one step from a window, in lists of those that leave the same.
    fn near(&self, window: &[char], length: usize) -> Vec<&[(u64, u32)]> {
        let mut lists = Vec::new();
        if window.len() < length {
            lists.push(self.with(Left::Shorter, window, &[]));
        }
        for at in (0..window.len()).filter(|_| window.len() >= length) {
            let (before, after) = (&window[..at], &window[at + 1..]);
            if window.len() > length {
                lists.push(self.with(Left::Whole, before, after));
                continue;
            }
            lists.push(self.with(Left::Without(at), before, after));
            if let [next, after @ ..] = after {
                lists.push(self.with(Left::Whole, &[before, &[*next, window[at]]].concat(), after));
            }
        }
        lists.retain(|list| !list.is_empty());
        lists
    }

    /// Whether a name has the edge and is one step from a window.
    fn is_near(&self, name: usize, edge: usize, three: &[char], window: &[char]) -> bool {
        let name = &self.names[name].0;
        let own = if edge == 0 { &name[..3] } else { &name[name.len() - 3..] };
        own == three && is_one_step(window, name)
    }
}

/// Two texts are one character apart: one that is wrong, missing or added, or two neighbours that changed places.
fn is_one_step(a: &[char], b: &[char]) -> bool {
    let before = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[before..], &b[before..]);
    let after = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&a[..a.len() - after], &b[..b.len() - after]) {
        ([_], []) | ([], [_]) | ([_], [_]) => true,
        ([first, second], [one, two]) => first == two && second == one,
        _ => false,
    }
}

fn digest(left: Left, before: &[char], after: &[char]) -> u64 {
    let mut hasher = FxHasher::default();
    left.hash(&mut hasher);
    before.iter().chain(after).for_each(|c| c.hash(&mut hasher));
    hasher.finish()
}

/// Every four digits before 年, of a longer number too.
fn years_of(chars: &[char]) -> Vec<String> {
    let is_year = |w: &&[char]| w[4] == '年' && w[..4].iter().all(char::is_ascii_digit);
    chars.windows(5).filter(is_year).map(|w| w.iter().collect()).collect()
}

fn years(texts: &Texts<'_>, findings: &mut Findings) {
    for (passage, range, instead) in texts.unlike(What::Year) {
        let words = passage.words(range);
        let found = passage.finding(range.clone(), format!("“{words}”：版式集的同一句话在这里写的是“{instead}”"));
        findings.push(found.hint("核对年份；模板里写 {{ year }} 或 {{ year - 1 }}"));
    }
    compared_years(texts, findings);
    years_of_amounts(texts, findings);
    const OF_BUDGETS: [&str; 7] = ["预算", "支出", "收入", "安排", "三公", "采购", "经费"];
    const ELSEWHERE: [&str; 12] =
        ["以来", "印发", "规划", "至", "截至", "发布", "修订", "施行", "开始", "末", "成立", "—"];
    let year = texts.year();
    let naming = LazyCell::new(|| {
        let mut naming: Vec<&str> = texts.names.all().filter(|n| n.contains('年')).collect();
        naming.sort_unstable();
        naming.dedup();
        (Sought::of(naming.iter().copied()), naming)
    });
    for passage in texts.prose() {
        let pairs =
            LazyCell::new(|| Pairs { of: [['《', '》'], ['“', '”']].map(|pair| passage.places_of(pair)) });
        // The years that names of the data have which stand in the text.
        let named: LazyCell<HashSet<String>, _> = LazyCell::new(|| {
            let (naming_years, naming) = &*naming;
            let found = naming_years.first_met_in(&passage.text, &mut HashSet::default());
            found.into_iter().flat_map(|name| years_of(&naming[name].chars().collect::<Vec<char>>())).collect()
        });
        for (found_year, range) in passage.years() {
            if *found_year == year || *found_year == year - 1 || !(1990..=2100).contains(found_year) {
                continue;
            }
            let chars = &passage.chars;
            let stop = |c: &char| "，。；：、".contains(*c);
            let end = range.end + chars[range.end..].iter().take(10).take_while(|c| !stop(c)).count();
            let after = passage.words(&(range.end..end));
            let before = passage.words(&(range.start.saturating_sub(6)..range.start));
            let cited = || {
                [('《', '》'), ('“', '”')].iter().any(|pair| pairs.is_inside(passage, range.start, *pair))
                    || named.contains(&passage.words(range))
            };
            let speaks = OF_BUDGETS.iter().any(|w| after.contains(w))
                && !ELSEWHERE.iter().any(|w| after.contains(w) || before.ends_with(w));
            if speaks && !cited() {
                let words = passage.words(range);
                let found = passage.finding(range.clone(), format!("“{words}{after}”：预算年度是 {year} 年"));
                findings.push(found.hint(format!("是否应为“{year}年”或“{}年”？模板里写 {{{{ year }}}}", year - 1)));
            }
        }
    }
}

/// How amounts of two years are compared, each in two characters.
static COMPARISONS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = ["增加", "减少", "增长", "下降", "持平", "压减", "降低", "上升", "提高", "相同"];
    AhoCorasick::new(words).expect("a few short words")
});

/// 比2021年增加 in the budget of 2023: what is compared with is the year before.
fn compared_years(texts: &Texts<'_>, findings: &mut Findings) {
    let year = texts.year();
    let compares = |passage: &Passage, range: &Range<usize>| {
        range.start > 0 && matches!(passage.chars[range.start - 1], '比' | '较' | '与')
    };
    for passage in texts.prose().filter(|p| p.own && p.years().iter().any(|(_, range)| compares(p, range))) {
        let years = passage.years();
        let stops = passage.places_of(['。', '；']);
        let compared: Vec<usize> =
            COMPARISONS.find_iter(&passage.text).map(|found| passage.chars_before(found.start())).collect();
        for (index, (found, range)) in years.iter().enumerate() {
            let end = stops.get(stops.partition_point(|&at| at < range.end)).map_or(passage.chars.len(), |at| *at);
            let says = compared.get(compared.partition_point(|&at| at < range.end)).is_some_and(|at| at + 2 <= end);
            let amounts = passage.amounts();
            let of_sentence = &amounts[amounts.partition_point(|a| a.sentence.end <= range.start)..];
            let change = of_sentence.iter().take_while(|a| a.sentence.contains(&range.start)).find(|a| a.is_money());
            // The year that is compared is said before it, or it is the budget's.
            let of = years[..index].last().filter(|(_, r)| change.is_some_and(|a| a.sentence.contains(&r.start)));
            let expected = of.map_or(year, |(y, _)| *y) - 1;
            let told = texts.unlike_in(passage, What::Year).any(|r| r == range);
            let money = change.is_some() && says;
            if compares(passage, range) && money && *found != expected && *found != year - 1 && !told {
                let words = passage.words(range);
                let message = format!("“{words}”：本年是 {} 年，上年是 {} 年", expected + 1, expected);
                let finding = passage.finding(range.clone(), message);
                findings.push(finding.hint(format!("是否应为“{expected}年”？模板里写 {{{{ year - 1 }}}}")));
            }
        }
    }
}

/// 2022年预算收入5640.06万元 in the budget of 2023, where that is what 2023 has.
fn years_of_amounts(texts: &Texts<'_>, findings: &mut Findings) {
    let year = texts.year();
    for passage in texts.prose().filter(|p| p.own) {
        let years = passage.years();
        if !years.iter().any(|(found, _)| *found == year - 1) {
            continue;
        }
        let mut told: HashSet<usize> = HashSet::default();
        let semicolons = passage.places_of(['；']);
        for amount in passage.amounts().iter().filter(|a| a.is_money() && a.direction == 0 && !a.written.is_zero()) {
            let before = years.partition_point(|(_, r)| r.end <= amount.range.start);
            let nearest = years[..before].last().filter(|(_, r)| amount.sentence.contains(&r.start));
            let Some((found, range)) = nearest else { continue };
            let previous = range.start.checked_sub(1).map(|i| passage.chars[i]);
            let compares = previous.is_some_and(|c| "比较与从由自至到".contains(c));
            let next = semicolons.partition_point(|&at| at < range.end);
            let stops = semicolons.get(next).is_some_and(|&at| at < amount.range.start);
            if *found != year - 1 || compares || stops || told.contains(&range.start) {
                continue;
            }
            let figures = match amount.figure {
                Some(_) => Vec::new(),
                None => texts.spoken_of(passage, amount),
            };
            let now: Vec<_> = figures.into_iter().filter(|f| amount.prints(f.amount)).collect();
            let last_too = now.iter().flat_map(|f| texts.changes_of(f.address)).filter_map(|f| f.compares);
            let last_too = last_too.into_iter().any(|(_, before)| amount.prints(before));
            let known = texts.unlike_in(passage, What::Year).any(|r| r == range);
            if let Some(figure) = now.first().filter(|_| !last_too && !known) {
                told.insert(range.start);
                let words = passage.words(&amount.range);
                let message = format!("“{}”：{words}是 {year} 年的数（{}）", passage.words(range), figure.address);
                let finding = passage.finding(range.clone(), message).address(figure.address);
                findings.push(finding.hint(format!("是否应为“{year}年”？")));
            }
        }
    }
}

/// Where the signs of 《》 and “” stand in a passage.
struct Pairs {
    of: [Vec<usize>; 2],
}

impl Pairs {
    /// Whether a character stands between a pair of signs.
    fn is_inside(&self, passage: &Passage, at: usize, (open, _): (char, char)) -> bool {
        let places = &self.of[usize::from(open != '《')];
        let last = places[..places.partition_point(|&place| place < at)].last();
        last.is_some_and(|&place| passage.chars[place] == open)
    }
}

fn entity(texts: &Texts<'_>, findings: &mut Findings) {
    for (passage, range, instead) in texts.unlike(What::Entity) {
        // 我单位 and 本单位 are told below.
        let pronoun = range.start > 0 && "我本".contains(passage.chars[range.start - 1]);
        if !pronoun || texts.report("entity").is_empty() {
            let words = passage.words(&(range.start.saturating_sub(2)..range.end + 2));
            let found = passage.finding(range.clone(), format!("“{words}”：版式集的同一句话在这里写的是“{instead}”"));
            findings.push(found.hint(format!("核对说的是部门还是单位；写作“{instead}”")));
        }
    }
    of_others(texts, findings);
    let other = match texts.report("entity") {
        "部门" => "单位",
        "单位" => "部门",
        _ => return,
    };
    let own = texts.report("entity");
    let words = ["我", "本"].map(|pronoun| (pronoun, format!("{pronoun}{other}")));
    for (index, passage) in texts.passages.iter().enumerate().filter(|(_, p)| p.is_prose()) {
        let defined_at =
            LazyCell::new(|| ["是指", "：指"].iter().filter_map(|w| Some(passage.text.find(w)? + w.len())).min());
        let others: LazyCell<Others, _> = LazyCell::new(|| Others::of(passage, own));
        for (pronoun, word) in &words {
            for byte in passage.places_of_word(word) {
                let start = passage.chars_before(byte);
                // 我区部门预算 speaks of all departments; 本单位 within a definition of others is theirs.
                let defined = defined_at.is_some_and(|at| at <= byte);
                if defined || *pronoun == "本" && is_of_others(texts, index, byte, own, &others) {
                    continue;
                }
                let right = format!("{pronoun}{own}");
                let found = passage.finding(start..start + word.chars().count(), format!("“{word}”：本文自称“{own}”"));
                findings.push(found.hint(format!("写作“{right}”，或改 report.toml 里的 entity")));
            }
        }
    }
}

/// Who else is spoken of in a passage than the department itself, as bytes of its text.
struct Others {
    /// Where their kinds end, 单位 or 企业, but for 本单位, in order.
    named: Vec<usize>,
    /// Where the first 单位 ends, where 部门 is the department's own word, or the other way round.
    first: Option<usize>,
    /// Where sentences end.
    stops: Vec<usize>,
}

static KINDS_OF_OTHERS: LazyLock<AhoCorasick> = LazyLock::new(|| AhoCorasick::new(KINDS).expect("a few short words"));
const KINDS: [&str; 10] = ["单位", "部门", "企业", "组织", "学校", "个人", "机构", "人员", "职工", "劳动者"];

impl Others {
    fn of(passage: &Passage, own: &str) -> Others {
        let text = passage.text.as_str();
        let found = KINDS_OF_OTHERS.find_iter(text).map(|found| (KINDS[found.pattern().as_usize()], found));
        let others = found.filter(|(kind, found)| *kind != own && !text[..found.start()].ends_with(['我', '本']));
        let others: Vec<(&str, usize)> = others.map(|(kind, found)| (kind, found.end())).collect();
        let other = if own == "部门" { "单位" } else { "部门" };
        Others {
            first: others.iter().find(|(kind, _)| *kind == other).map(|(_, end)| *end),
            named: others.into_iter().map(|(_, end)| end).collect(),
            stops: text.match_indices(['。', '！', '？']).map(|(at, _)| at).collect(),
        }
    }

    /// Whether someone of the department's like stands anywhere before a byte, or anyone in its sentence.
    fn stand_before(&self, byte: usize) -> bool {
        let sentence = self.stops[..self.stops.partition_point(|&at| at < byte)].last().map_or(0, |&at| at);
        let next = self.named.partition_point(|&end| end <= sentence);
        self.first.is_some_and(|end| end <= byte) || self.named.get(next).is_some_and(|&end| end <= byte)
    }
}

/// Whether 本单位 stands for someone that was named before: 各单位编制本单位预算; or beside the department's own: 本部门、
/// 本单位. A numbered line goes on with the sentence before its list.
fn is_of_others(texts: &Texts<'_>, index: usize, byte: usize, own: &str, others: &Others) -> bool {
    let passage = &texts.passages[index];
    let before = &passage.text[..byte];
    // 向本单位报告: whoever it is told of has one; 用人单位 may stand a sentence before.
    if before.ends_with(['、', '向', '由']) || before.ends_with("或者") || others.stand_before(byte) {
        return true;
    }
    // 属于本部门的……；属于本单位的……
    let lead: String = before.chars().rev().take(2).collect::<Vec<char>>().into_iter().rev().collect();
    if lead.chars().count() == 2 && passage.text.contains(&format!("{lead}本{own}")) {
        return true;
    }
    let numbered = passage.text.starts_with(['（', '(']) || passage.text.starts_with(|c: char| c.is_ascii_digit());
    let above = texts.passages[..index].iter().rev().take(30).take_while(|p| p.under == passage.under);
    let opener = above.into_iter().find(|p| p.text.ends_with(['：', ':']));
    numbered && opener.is_some_and(|p| !Others::of(p, own).named.is_empty())
}

/// 单位预算, 单位职责 in a department's own text, where no word before says whose.
fn of_others(texts: &Texts<'_>, findings: &mut Findings) {
    const THINGS: [&str; 8] = ["预算", "职责", "收支", "整体绩效", "决算", "收入", "支出", "机构设置"];
    const WHOSE: &str = "属各级层本业政管他个家位该有关用供项出施购主两几多及和、“";
    let (own, other) = match texts.report("entity") {
        "部门" => ("部门", "单位"),
        "单位" => ("单位", "部门"),
        _ => return,
    };
    // Budgets of departments are spoken of by their units too.
    let things = if own == "部门" { &THINGS[..] } else { &THINGS[1..2] };
    for passage in texts.prose().filter(|p| p.own && p.may_say(&[other])) {
        // 由单位向社会公开。单位预算应当公开……: a unit was spoken of.
        let mut spoken = passage.text.match_indices(other).map(|(at, _)| at);
        let spoken = spoken.find(|&at| !passage.text[..at].ends_with(['我', '本']));
        for (byte, word) in passage.text.match_indices(other) {
            let start = passage.chars_before(byte);
            let end = start + word.chars().count();
            let after: String = passage.chars[end..].iter().take(4).collect();
            let Some(thing) = things.iter().find(|t| after.starts_with(**t)) else { continue };
            // 单位预算 of a year, at the beginning of a clause, or of the area: 我区单位预算.
            let before = start.checked_sub(1).map(|i| passage.chars[i]);
            let open = before.is_none_or(|c| !is_han(c) || "年度区县市省我本".contains(c));
            let told = texts.unlike_in(passage, What::Entity).any(|r| r.start == start);
            let whose = before.is_some_and(|c| WHOSE.contains(c) && !"本".contains(c));
            if spoken.is_some_and(|at| at < byte) {
                continue;
            }
            // 本单位 has its own finding; the money of units is a kind of fund.
            if open && !whose && !told && !before.is_some_and(|c| "我本".contains(c)) {
                let words = format!("{other}{thing}");
                let finding = passage.finding(start..end, format!("“{words}”：本文说的是“{own}”"));
                findings.push(finding.hint(format!("写作“{own}{thing}”，或改 report.toml 里的 entity")));
            }
        }
    }
}

fn level(texts: &Texts<'_>, findings: &mut Findings) {
    for (passage, range, instead) in texts.unlike(What::Level) {
        let words = passage.words(&(range.start..range.end + 1));
        let found = passage.finding(range.clone(), format!("“{words}”：版式集的同一句话在这里写的是“{instead}级”"));
        findings.push(found.hint("核对预算级次"));
    }
    let own = texts.report("level");
    if own.is_empty() {
        return;
    }
    let others = ["省", "市", "县", "区", "中央"].into_iter().filter(|l| *l != own);
    let tails = ["级部门", "级预算单位", "级各部门", "级财政当年拨付", "级财政预算管理"];
    let words: Vec<(String, &str)> =
        others.flat_map(|other| tails.map(|tail| (format!("{other}{tail}"), tail))).collect();
    let may_say = |p: &&Passage| p.may_have('级') && matches!(p.kind, Kind::Prose | Kind::Lead | Kind::Note);
    for passage in texts.passages.iter().filter(may_say) {
        for (word, tail) in &words {
            for byte in passage.places_of_word(word) {
                let start = passage.chars_before(byte);
                let found = passage
                    .finding(start..start + word.chars().count(), format!("“{word}”：本部门的预算级次是“{own}”"));
                findings.push(found.hint(format!("是否应为“{own}{tail}”？")));
            }
        }
    }
}

fn past_targets(texts: &Texts<'_>, findings: &mut Findings) {
    let year = texts.year();
    for passage in texts.passages.iter().filter(|p| matches!(&p.kind, Kind::Field { head, .. } if head == "指标值"))
    {
        for (found_year, range) in passage.years().iter().filter(|y| y.0 < year && y.0 >= 1990) {
            let found = passage
                .finding(range.clone(), format!("指标值“{}”是 {found_year} 年的，预算年度是 {year} 年", passage.text));
            findings.push(found.hint(format!("按 {year} 年的目标改写")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_step_is_a_distance_of_one(a in "[甲乙丙]{0,6}", b in "[甲乙丙]{0,6}") {
            let chars = |text: &str| text.chars().collect::<Vec<char>>();
            prop_assert_eq!(is_one_step(&chars(&a), &chars(&b)), strsim::damerau_levenshtein(&a, &b) == 1);
        }
    }
}
