//! The rules of a `checks.toml` as they are written.

use super::{Demand, Each, FigureRule, RecordsDemand, Relation, RowsDemand, parse_relation};
use crate::code::BESIDE_RULES;
use crate::data::filter::Filter;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::layout::load::filter;
use crate::toml_tree::{Node, Tree, read};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    says: String,
    is: Option<Node>,
    rows: Option<RowsDemand>,
    same: Option<Node>,
    records: Option<RawRecords>,
    once: Option<Node>,
    each: Option<RawEach>,
    when: Option<Node>,
    #[serde(default)]
    severity: RawSeverity,
    why: Option<String>,
    source: Option<String>,
    hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEach {
    table: Option<Node>,
    row: Option<Node>,
    column: Option<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRecords {
    file: Node,
    #[serde(rename = "where")]
    filter: Option<Node>,
    are: Node,
}

/// How grave a finding of a rule is, as the rule writes it.
#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawSeverity {
    #[default]
    Error,
    Warning,
    Note,
    Off,
}

impl RawSeverity {
    /// None: the rule is switched off.
    pub fn severity(self) -> Option<Severity> {
        match self {
            RawSeverity::Error => Some(Severity::Error),
            RawSeverity::Warning => Some(Severity::Warning),
            RawSeverity::Note => Some(Severity::Note),
            RawSeverity::Off => None,
        }
    }
}

/// The rules of `[rule.CODE]` of a checks.toml.
pub fn rules(node: &Node, diagnostics: &mut Diagnostics) -> Vec<FigureRule> {
    let Some(all) = node.get("rule").and_then(Node::table) else { return Vec::new() };
    all.iter().filter_map(|(code, entry)| rule(code, &entry.key, &entry.node, diagnostics)).collect()
}

fn rule(code: &str, place: &Place, node: &Node, diagnostics: &mut Diagnostics) -> Option<FigureRule> {
    if !is_code(code) {
        diagnostics.push(
            Diagnostic::error("E280", format!("规则的编号“{code}”不合格式"))
                .at(place.clone())
                .hint("表内的规则写 C0 加两位数字，表间的写 X0 加两位数字，如 C012、X003"),
        );
    }
    if BESIDE_RULES.contains(&code) {
        diagnostics.push(
            Diagnostic::error("E280", format!("规则的编号“{code}”是程序自己用的"))
                .at(place.clone())
                .hint(format!("{} 由程序用，请换一个没有用过的编号", BESIDE_RULES.join("、"))),
        );
    }
    let raw: RawRule = read(node, diagnostics)?;
    let each = raw.each.as_ref().map(|each| Each {
        tables: texts(each.table.as_ref(), diagnostics),
        rows: texts(each.row.as_ref(), diagnostics),
        columns: texts(each.column.as_ref(), diagnostics),
    });
    let when = match &raw.when {
        Some(Node { value: Tree::Array(all), .. }) => {
            all.iter().map(|n| relation(n, diagnostics)).collect::<Option<_>>()?
        }
        Some(node) => vec![relation(node, diagnostics)?],
        None => Vec::new(),
    };
    let demand = demand(&raw, place, diagnostics)?;
    Some(FigureRule {
        code: code.to_string(),
        says: raw.says,
        severity: raw.severity.severity(),
        why: raw.why,
        source: raw.source,
        hint: raw.hint,
        each: each.unwrap_or_default(),
        when,
        demand,
        place: place.clone(),
    })
}

fn is_code(code: &str) -> bool {
    let digits = code.strip_prefix(['C', 'X']).unwrap_or_default();
    digits.len() == 3 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

fn demand(raw: &RawRule, place: &Place, diagnostics: &mut Diagnostics) -> Option<Demand> {
    let mut all = Vec::new();
    all.extend(raw.is.as_ref().map(|node| relation(node, diagnostics).map(Demand::Relation)));
    all.extend(raw.rows.map(|rows| Some(Demand::Rows(rows))));
    all.extend(raw.same.as_ref().map(|node| same(node, diagnostics)));
    all.extend(raw.records.as_ref().map(|records| Some(Demand::Records(of_records(records, diagnostics)))));
    all.extend(raw.once.as_ref().map(|node| Some(Demand::Once(texts(Some(node), diagnostics)))));
    if all.len() == 1 {
        return all.remove(0);
    }
    let found = Diagnostic::error("E281", "一条规则要写 is、rows、same、records、once 之一").at(place.clone());
    diagnostics.push(found.hint(
        "is 写数字之间的关系，rows 写对科目行的要求，same 写两张表的行名相同，records 写对记录的要求，once 写没有重复记录的文件",
    ));
    None
}

fn same(node: &Node, diagnostics: &mut Diagnostics) -> Option<Demand> {
    match &texts(Some(node), diagnostics)[..] {
        [one, other] => Some(Demand::Same(one.clone(), other.clone())),
        _ => {
            let found = Diagnostic::error("E281", "same 要写两张表的 id").at(node.place.clone());
            diagnostics.push(found.hint("如 same = [\"xm\", \"mb\"]"));
            None
        }
    }
}

fn of_records(raw: &RawRecords, diagnostics: &mut Diagnostics) -> RecordsDemand {
    RecordsDemand {
        files: texts(Some(&raw.file), diagnostics),
        of: raw.filter.as_ref().map_or(Filter::All(Vec::new()), |node| filter(node, diagnostics)),
        are: filter(&raw.are, diagnostics),
    }
}

/// A text or an array of texts.
fn texts(node: Option<&Node>, diagnostics: &mut Diagnostics) -> Vec<String> {
    let placed = node.map(|node| placed_texts(node, diagnostics)).unwrap_or_default();
    placed.into_iter().map(|(text, _)| text).collect()
}

/// A text or an array of texts, each with its place. E201: what is none, and an array of nothing, by which a rule would
/// never be asked.
pub(crate) fn placed_texts(node: &Node, diagnostics: &mut Diagnostics) -> Vec<(String, Place)> {
    let one = |node: &Node, diagnostics: &mut Diagnostics| match &node.value {
        Tree::String(text) => Some((text.clone(), node.place.clone())),
        _ => {
            diagnostics.push(Diagnostic::error("E201", "这里应为文字，或文字的数组").at(node.place.clone()));
            None
        }
    };
    match &node.value {
        Tree::Array(items) => {
            if items.is_empty() {
                let found = Diagnostic::error("E201", "数组是空的，这里至少要写一个").at(node.place.clone());
                diagnostics.push(found.hint("不需要的，删去整个键"));
            }
            items.iter().filter_map(|n| one(n, diagnostics)).collect()
        }
        _ => one(node, diagnostics).into_iter().collect(),
    }
}

fn relation(node: &Node, diagnostics: &mut Diagnostics) -> Option<Relation> {
    let text = node.str().unwrap_or_default();
    match parse_relation(text) {
        Ok(relation) => Some(relation),
        Err(wrong) => {
            diagnostics.push(
                Diagnostic::error("E282", format!("关系“{}”读不懂：{wrong}", shortened(text)))
                    .at(node.place.clone())
                    .hint("如 \"t5/合计/基本 = t6/合计/合计\"；运算符 + - * = <= >= < > 两边要有空格"),
            );
            None
        }
    }
}

/// So much of a relation that the reason still fits on the line.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}
