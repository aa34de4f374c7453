//! The rules of a `bureau-checks.toml` as they are written.

use super::{CHECKS, Demand, NAMED, Rule, by_words, selected_of};
use crate::bureau::declared::Bureau;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::folder::Folder;
use crate::layout::rule::{CellPattern, RawSeverity, Relation, in_words, parse_relation, placed_texts};
use crate::toml_tree::{Node, Tree, parse, read, suggestion};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    says: String,
    is: Option<Node>,
    outlier: Option<Node>,
    times: Option<Node>,
    same: Option<Node>,
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
    department: Node,
}

/// Reads the rules of a bureau; every mistake is told at its place.
pub fn rules(bureau: &Bureau, diagnostics: &mut Diagnostics) -> Vec<Rule> {
    let text = match Folder::open(&bureau.folder).text_if_there(CHECKS) {
        Ok(Some(text)) => text,
        Ok(None) => return Vec::new(),
        Err(found) => {
            diagnostics.push(found);
            return Vec::new();
        }
    };
    let before = diagnostics.count(Severity::Error);
    let node = parse(&text, &Arc::from(CHECKS), diagnostics);
    if diagnostics.count(Severity::Error) > before {
        return Vec::new();
    }
    for (key, entry) in node.table().into_iter().flatten().filter(|(key, _)| *key != "rule") {
        let found = Diagnostic::error("E840", format!("没有“{key}”这个键")).at(entry.key.clone());
        diagnostics.push(found.hint("一条规则写一个 [rule.编号]"));
    }
    let all = node.get("rule").and_then(Node::table);
    let mut rules = Vec::new();
    for (code, entry) in all.into_iter().flatten() {
        rules.extend(rule(bureau, code, &entry.key, &entry.node, diagnostics));
    }
    rules
}

fn rule(bureau: &Bureau, code: &str, place: &Place, node: &Node, diagnostics: &mut Diagnostics) -> Option<Rule> {
    let digits = code.strip_prefix('X').unwrap_or_default();
    let is_code = digits.len() == 3 && digits.starts_with('9') && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_code {
        let found = Diagnostic::error("E840", format!("规则的编号“{code}”不合格式")).at(place.clone());
        diagnostics.push(found.hint("部门之间的规则写 X9 加两位数字，如 X901"));
    }
    let raw: RawRule = read(node, diagnostics)?;
    let each: Vec<(String, Place)> =
        raw.each.as_ref().map(|each| placed_texts(&each.department, diagnostics)).unwrap_or_default();
    for (selector, place) in &each {
        selected(bureau, selector, None, place, diagnostics);
    }
    let when = raw.when.as_ref().map(|when| placed_texts(when, diagnostics)).unwrap_or_default();
    let when: Option<Vec<Relation>> =
        when.into_iter().map(|(text, at)| relation(bureau, &text, &at, raw.each.is_some(), diagnostics)).collect();
    let quantified = raw.each.is_some();
    let demand = match (&raw.is, &raw.outlier, &raw.same) {
        (Some(is), None, None) => {
            let (text, at) = alone("is", is, diagnostics)?;
            relation(bureau, &text, &at, quantified, diagnostics).map(|relation| Demand::Is(text, relation))
        }
        (None, Some(of), None) => outlier(bureau, of, raw.times.as_ref(), quantified, diagnostics),
        (None, None, Some(of)) => same(of, diagnostics),
        _ => {
            let found = Diagnostic::error("E840", format!("规则 {code} 要写 is、outlier、same 之一")).at(place.clone());
            diagnostics.push(found.hint(
                "is 写数字之间的关系；outlier 写一个数，与各部门的中位数差得太多的列为提示；same = \"科目\" 是同一科目在各部门同名",
            ));
            None
        }
    };
    let severity = match (raw.severity.severity()?, &demand) {
        // What stands out is information, unless the rule says more of it.
        (Severity::Error, Some(Demand::Outlier { .. })) => Severity::Note,
        (severity, _) => severity,
    };
    is_code.then_some(())?;
    Some(Rule {
        code: code.to_string(),
        says: raw.says,
        severity,
        hint: in_words(raw.why.as_deref(), raw.hint.as_deref(), raw.source.as_deref()),
        each: each.into_iter().map(|(selector, _)| selector).collect(),
        when: when?,
        demand: demand?,
        place: place.clone(),
    })
}

fn same(node: &Node, diagnostics: &mut Diagnostics) -> Option<Demand> {
    if node.str() == Some("科目") {
        return Some(Demand::Same);
    }
    let found = Diagnostic::error("E840", "same 只能写“科目”").at(node.place.clone());
    diagnostics.push(found.hint("same = \"科目\"：同一个科目编码在各部门的表里名称相同"));
    None
}

fn outlier(
    bureau: &Bureau,
    of: &Node,
    times: Option<&Node>,
    quantified: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Demand> {
    let (text, at) = alone("outlier", of, diagnostics)?;
    let Relation { left, .. } = relation(bureau, &format!("{text} = 0"), &at, quantified, diagnostics)?;
    let times = times.map_or(Some(Decimal::from(3)), |node| match &node.value {
        Tree::Integer(number) => Some(Decimal::from(*number)),
        Tree::Float(number) => Decimal::try_from(*number).ok(),
        _ => None,
    });
    let Some(times) = times.filter(|times| *times > Decimal::ONE && *times <= Decimal::from(1000)) else {
        diagnostics.push(Diagnostic::error("E840", "times 应是大于 1 的数，如 times = 3").at(at));
        return None;
    };
    Some(Demand::Outlier { of: left, times })
}

/// One text. E840: several, of which only one could be meant.
fn alone(key: &str, node: &Node, diagnostics: &mut Diagnostics) -> Option<(String, Place)> {
    let mut texts = placed_texts(node, diagnostics);
    if texts.len() > 1 {
        let found = Diagnostic::error("E840", format!("{key} 只能写一个，这里有 {} 个", texts.len()));
        diagnostics.push(found.at(node.place.clone()).hint("一条规则问一件事：其余的另写 [rule.编号]"));
        return None;
    }
    texts.pop()
}

/// `631:支出合计` as an address of three parts, so that it is read as one.
fn spelled(bureau: &Bureau, text: &str) -> String {
    let one = |word: &str| match word.split_once(':') {
        Some((department, name)) if bureau.figures.contains_key(name) => {
            format!("{department}:{NAMED}/{name}/{NAMED}")
        }
        _ => word.to_string(),
    };
    by_words(text, one)
}

fn relation(
    bureau: &Bureau,
    text: &str,
    place: &Place,
    quantified: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Relation> {
    let mut wrong = |why: &str, hint: String| {
        let found = Diagnostic::error("E840", format!("关系“{text}”读不懂：{why}")).at(place.clone());
        diagnostics.push(found.hint(hint));
    };
    let relation = match parse_relation(&spelled(bureau, text)) {
        Ok(relation) => relation,
        Err(why) => {
            wrong(
                &why,
                "如 \"{department}:t3/合计/合计 = sum({department}>:t3/合计/合计)\"；运算符两边要有空格".to_string(),
            );
            return None;
        }
    };
    let mut fine = true;
    for cell in relation.left.cells().into_iter().chain(relation.right.cells()) {
        let Some((selector, table)) = cell.table.split_once(':') else {
            wrong(
                &format!("“{}”没有写是哪个部门的", written(cell)),
                "在地址前写部门和冒号，如 631:t3/合计/合计".to_string(),
            );
            fine = false;
            continue;
        };
        if selector.starts_with("{department}") {
            if !quantified {
                wrong("“{department}”没有着落", "加上 each = { department = \"*\" }".to_string());
                fine = false;
            }
        } else {
            match selected_of(bureau, selector, None) {
                None => {
                    wrong(&format!("没有部门“{selector}”"), known(bureau, selector));
                    fine = false;
                }
                Some(named) if named.is_empty() && selector.ends_with('>') => {
                    wrong(
                        &format!("“{selector}”一个单位也没有"),
                        "在 bureau.toml 里给它的单位写 of = \"主管部门的代码\"".to_string(),
                    );
                    fine = false;
                }
                Some(_) => {}
            }
        }
        let patterns = [table, &cell.row, &cell.column];
        if patterns.iter().any(|part| part.contains(['*', '[', '{', '>'])) {
            wrong("部门之间的规则里，表、行、列都要写明", "行、列不能用 *、[类]、{row}".to_string());
            fine = false;
        }
    }
    fine.then_some(relation)
}

fn known(bureau: &Bureau, selector: &str) -> String {
    let codes: Vec<&str> = bureau.departments.iter().map(|d| d.code.as_str()).collect();
    match codes.len() {
        0..=12 => suggestion(selector, &codes),
        _ => "写部门的代码、*、[部门]、[单位]，或 代码>（它的单位）".to_string(),
    }
}

fn written(cell: &CellPattern) -> String {
    format!("{}/{}/{}", cell.table, cell.row, cell.column)
}

fn selected(bureau: &Bureau, selector: &str, bound: Option<usize>, place: &Place, diagnostics: &mut Diagnostics) {
    if selected_of(bureau, selector, bound).is_none() {
        let found = Diagnostic::error("E840", format!("没有部门“{selector}”")).at(place.clone());
        diagnostics.push(found.hint(known(bureau, selector)));
    }
}
