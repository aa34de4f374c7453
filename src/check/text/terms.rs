//! Terms: one spelling for one thing, that of the tables' heads; and tables and parts that prose names.

use super::passage::{Kind, Passage, plain};
use super::rule::{Findings, TextRule};
use super::texts::Texts;
use super::words::{WrongWord, wrong};
use crate::check::rule::{Example, RulePage};
use crate::diagnostic::Severity::Warning;
use crate::document::Block;
use crate::searched::is_han;
use rustc_hash::FxHashMap as HashMap;

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "L030",
            severity: Warning,
            title: "用语与规范名称不一致",
            reason: "同一项目在表头、正文、名词解释里要叫同一个名称，否则读的人会以为是两回事。",
            source: "财预〔2016〕143号所列表名；《政府收支分类科目》",
            example: Example { wrong: "政府基金预算", right: "政府性基金预算" },
        },
        find: variants,
    },
    TextRule {
        page: RulePage {
            code: "L031",
            severity: Warning,
            title: "提到了公开文本里没有的表或部分",
            reason: "正文说“见某表”，文中却没有这张表，多是照抄了别的文本。",
            source: "财预〔2016〕143号：表格与文字说明相对应",
            example: Example {
                wrong: "详见《项目支出表》（文中没有）", right: "详见《部门预算支出总表》"
            },
        },
        find: unknown_tables,
    },
];

/// A wrong or shortened name and the right one.
struct Variant {
    word: WrongWord,
    /// Only where the tables' heads use the right one.
    if_headed: bool,
}

const fn always(word: WrongWord) -> Variant {
    Variant { word, if_headed: false }
}

const fn headed(word: WrongWord) -> Variant {
    Variant { word, if_headed: true }
}

/// What follows a kind of money.
const OF_FUNDS: &str = "预算 收入 支出 拨款 财政拨款 安排 结转 结余 决算";

const VARIANTS: [Variant; 17] = [
    // 鼓励各类政府基金投资 speaks of other funds.
    always(wrong("政府基金", "政府性基金").before(OF_FUNDS)),
    // A system or a building has 运维费 too.
    always(wrong("运维费", "运行维护费").led_by("用车 公车 公务车 车辆 购置及 购置和 购置、")),
    always(
        wrong("机关运行费", "机关运行经费")
            .begins("费用的 费用为 费用是 费用共 费用支出 费用预算 费用、 费用， 费用。"),
    ),
    always(wrong("公车运行", "公务用车运行").ends("办公")),
    always(wrong("公车购置", "公务用车购置").ends("办公")),
    always(wrong("因公出国境", "因公出国（境）")),
    always(wrong("公款接待费", "公务接待费")),
    always(wrong("一般性公共预算", "一般公共预算")),
    always(wrong("国有资产经营预算", "国有资本经营预算")),
    always(wrong("国有资本经营性预算", "国有资本经营预算")),
    always(wrong("对附属单位的补助支出", "对附属单位补助支出")),
    headed(wrong("上缴上级支出", "上解上级支出")),
    headed(wrong("上解上级支出", "上缴上级支出")),
    headed(wrong("财政专户核拨", "财政专户管理资金")),
    headed(wrong("日常公用经费", "公用经费")),
    headed(wrong("津补贴", "津贴补贴").ends("京津 天津 江津 河津")),
    headed(wrong("事业单位经营支出", "经营支出")),
];

/// Whether a term is a name that has a better one.
pub fn is_variant(term: &str) -> bool {
    VARIANTS.iter().any(|v| term.contains(v.word.wrong) && !term.contains(v.word.right))
}

fn variants(texts: &Texts<'_>, findings: &mut Findings) {
    let heads: String =
        texts.passages.iter().filter(|p| p.kind == Kind::Label).map(|p| p.text.as_str()).collect::<Vec<_>>().join("\n");
    // A head that says the shorter one is itself the spelling of this document.
    let shown = |v: &Variant| heads.contains(v.word.right) && !lines_with(&heads, v.word.wrong, v.word.right);
    let wanted: Vec<&Variant> = VARIANTS.iter().filter(|v| !v.if_headed || shown(v)).collect();
    for passage in texts.passages.iter().filter(|p| !p.is_name) {
        for variant in wanted.iter().filter(|v| passage.says(v.word.wrong)) {
            for start in wrong_places(passage, variant) {
                let (wrong, right) = (variant.word.wrong, variant.word.right);
                let range = start..start + wrong.chars().count();
                let found = passage.finding(range.clone(), format!("“{wrong}”应写作“{right}”"));
                let found =
                    found.hint(if variant.if_headed { "表头用的是这个名称" } else { "这是规范的名称" });
                findings.push(if variant.if_headed { found } else { passage.certain(found, &range, right) });
            }
        }
    }
}

/// A head that is the wrong spelling and not part of the right one.
fn lines_with(heads: &str, wrong: &str, right: &str) -> bool {
    heads.lines().any(|line| line.contains(wrong) && !line.contains(right))
}

/// Where the wrong name is not part of the right one.
fn wrong_places(passage: &Passage, variant: &Variant) -> Vec<usize> {
    let word = &variant.word;
    let length = word.wrong.chars().count();
    let right: Vec<char> = word.right.chars().collect();
    let inside = |at: usize| {
        let first = at.saturating_sub(right.len());
        (first..=at)
            .any(|s| passage.chars.get(s..s + right.len()) == Some(&right[..]) && s + right.len() >= at + length)
    };
    let starts = passage.text.match_indices(word.wrong).map(|(byte, _)| passage.chars_before(byte));
    starts.filter(|&at| !inside(at) && !word.is_within_others(&passage.chars, &(at..at + length))).collect()
}

/// The names of tables end so.
const ENDINGS: [&str; 6] = ["总表", "支出表", "收入表", "情况表", "目标表", "预算表"];
/// Words that stand before a table's name and do not belong to it.
const BEFORE: [&str; 14] =
    ["详见", "见", "在", "和", "与", "及", "以及", "按", "按照", "根据", "通过", "下列", "上述", "部门预算"];

fn unknown_tables(texts: &Texts<'_>, findings: &mut Findings) {
    let document = &texts.composition.document;
    let titles: Vec<String> = document
        .blocks()
        .filter_map(|b| if let Block::Table(t) = b { t.title.as_ref() } else { None })
        .map(|t| plain(&t.inlines).chars().filter(|c| !c.is_whitespace()).collect())
        .collect();
    let headings: Vec<String> = document.headings().map(|h| plain(&h.inlines)).collect();
    // What words were answered: the same are written often.
    let mut unknown: HashMap<String, Option<usize>> = HashMap::default();
    let mut missing: HashMap<String, bool> = HashMap::default();
    for passage in texts.prose() {
        for ending in ENDINGS {
            for byte in passage.places_of_word(ending) {
                let end = passage.chars_before(byte) + ending.chars().count();
                // 预算表格, 支出表现 are other words.
                if passage.chars.get(end).is_some_and(|c| "格示明现述达态决率".contains(*c)) {
                    continue;
                }
                let part = |c: &char| is_han(*c) || ['“', '”', '（', '）'].contains(c);
                let start = end - passage.chars[..end].iter().rev().take_while(|c| part(c)).count().min(30);
                let words = &passage.chars[start..end];
                let from = *unknown.entry(words.iter().collect()).or_insert_with(|| unknown_name(words, &titles));
                let Some(range) = from.map(|from| start + from..end) else { continue };
                let name = passage.words(&range);
                let found = passage.finding(range, format!("公开文本里没有“{name}”"));
                findings.push(found.hint(nearest_title(&name, &titles)));
            }
        }
        for byte in passage.places_of_word("部分") {
            let end = passage.chars_before(byte);
            let count = passage.chars[..end].iter().rev().take_while(|c| "一二三四五六七八九十".contains(**c)).count();
            let start = end - count;
            if count == 0 || start == 0 || passage.chars[start - 1] != '第' || start == 1 {
                continue;
            }
            let name = passage.words(&(start - 1..end + 2));
            let referred = ["见", "详见", "在", "《"]
                .iter()
                .any(|w| passage.words(&(start.saturating_sub(3)..start - 1)).ends_with(w));
            let lacks = || !headings.iter().any(|h| h.contains(&name));
            if referred && *missing.entry(name.clone()).or_insert_with(lacks) {
                let found = passage.finding(start - 1..end + 2, format!("公开文本里没有“{name}”"));
                findings.push(found.hint("改为文中有的部分"));
            }
        }
    }
}

/// Where a name that no title has begins; none if the words end in a known table's name.
fn unknown_name(words: &[char], titles: &[String]) -> Option<usize> {
    let tail = |from: usize| words[from..].iter().collect::<String>();
    let known = (0..words.len())
        .find(|&from| titles.iter().any(|t| t.contains(&tail(from)) || tail(from).contains(t.as_str())))?;
    if known == 0 {
        return None;
    }
    let rest: String = words[..known].iter().collect();
    let matched = words.len() - known;
    // A whole table's name with words before it: 反映在基本支出表.
    let whole = matched >= 5 || matched >= 4 && !words[known..].ends_with(&['总', '表']);
    let ends_before = BEFORE.iter().any(|b| rest.ends_with(b));
    (!whole && !ends_before && rest.chars().count() >= 2).then(|| {
        let skip = BEFORE.iter().filter_map(|b| rest.rfind(b).map(|at| rest[..at + b.len()].chars().count())).max();
        skip.unwrap_or(0)
    })
}

fn nearest_title(name: &str, titles: &[String]) -> String {
    match crate::diagnostic::nearest(name, titles.iter().map(String::as_str)) {
        Some(near) => format!("是否指“{near}”？"),
        None => "写文中有的表名，或删去这一句".to_string(),
    }
}
