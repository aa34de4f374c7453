//! `bureau-checks.toml`: rules over figures of several departments, in the language of `checks.toml` with a department
//! before each address: `631:t3/合计/合计`, `{department}:t3/合计/合计`, `sum([单位]:t3/合计/合计)`.
//!
//! Selectors of departments: a code; `*` all; `[部门]` those that are no unit; `[单位]` units; `CODE>` the units of one.
//! A name of `[figure]` or `[control.figure]` stands for the figure it is in each set: `631:支出合计`.
//!
//! Figures are exact, and equal to 分. A rule is not asked where a department is absent or has errors, which are told.

use super::board::Line;
use super::declared::{Bureau, Department};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::folder::Folder;
use crate::layout::rule::{CellPattern, Compare, Expr, Relation, parse_relation};
use crate::toml_tree::{Node, parse, read, suggestion};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The file of the rules, in the bureau's folder.
pub const CHECKS: &str = "bureau-checks.toml";

/// A rule over departments.
pub(super) struct Rule {
    code: String,
    says: String,
    severity: Severity,
    hint: Option<String>,
    /// Selectors of the departments it is asked of, one after another; none: it is asked once.
    each: Vec<String>,
    when: Vec<Relation>,
    demand: Demand,
    place: Place,
}

enum Demand {
    /// As it is written, and as it is read.
    Is(String, Relation),
    /// Of each department the amount; those more than `times` the median, or less than a `times`th of it, are told.
    Outlier { of: Expr, times: Decimal },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    says: String,
    is: Option<Node>,
    outlier: Option<Node>,
    times: Option<Node>,
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

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawSeverity {
    #[default]
    Error,
    Warning,
    Note,
    Off,
}

/// Reads the rules of a bureau; every mistake is told at its place.
pub(super) fn rules(bureau: &Bureau, diagnostics: &mut Diagnostics) -> Vec<Rule> {
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
    let each: Vec<(String, Place)> = raw.each.as_ref().map(|each| texts(&each.department)).unwrap_or_default();
    for (selector, place) in &each {
        selected(bureau, selector, None, place, diagnostics);
    }
    let when: Option<Vec<Relation>> = raw
        .when
        .iter()
        .flat_map(texts)
        .map(|(text, at)| relation(bureau, &text, &at, !each.is_empty(), diagnostics))
        .collect();
    let demand = match (&raw.is, &raw.outlier) {
        (Some(is), None) => {
            let (text, at) = texts(is).into_iter().next()?;
            relation(bureau, &text, &at, !each.is_empty(), diagnostics).map(|relation| Demand::Is(text, relation))
        }
        (None, Some(of)) => outlier(bureau, of, raw.times.as_ref(), !each.is_empty(), diagnostics),
        _ => {
            let found = Diagnostic::error("E840", format!("规则 {code} 要写 is、outlier 之一")).at(place.clone());
            diagnostics.push(found.hint("is 写数字之间的关系；outlier 写一个数，与各部门的中位数差得太多的列为提示"));
            None
        }
    };
    let severity = match raw.severity {
        RawSeverity::Error if raw.outlier.is_some() => Severity::Note,
        RawSeverity::Error => Severity::Error,
        RawSeverity::Warning => Severity::Warning,
        RawSeverity::Note => Severity::Note,
        RawSeverity::Off => return None,
    };
    let source = raw.source.map(|source| format!("依据：{source}"));
    let hint: Vec<String> = [raw.why, raw.hint, source].into_iter().flatten().collect();
    is_code.then_some(())?;
    Some(Rule {
        code: code.to_string(),
        says: raw.says,
        severity,
        hint: (!hint.is_empty()).then(|| hint.join("；")),
        each: each.into_iter().map(|(selector, _)| selector).collect(),
        when: when?,
        demand: demand?,
        place: place.clone(),
    })
}

fn outlier(
    bureau: &Bureau,
    of: &Node,
    times: Option<&Node>,
    quantified: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Demand> {
    let (text, at) = texts(of).into_iter().next()?;
    let Relation { left, .. } = relation(bureau, &format!("{text} = 0"), &at, quantified, diagnostics)?;
    let times = times.map_or(Some(Decimal::from(3)), |node| match &node.value {
        crate::toml_tree::Tree::Integer(number) => Some(Decimal::from(*number)),
        crate::toml_tree::Tree::Float(number) => Decimal::try_from(*number).ok(),
        _ => None,
    });
    let Some(times) = times.filter(|times| *times > Decimal::ONE && *times <= Decimal::from(1000)) else {
        diagnostics.push(Diagnostic::error("E840", "times 应是大于 1 的数，如 times = 3").at(at));
        return None;
    };
    Some(Demand::Outlier { of: left, times })
}

/// A text or several, each with its place.
fn texts(node: &Node) -> Vec<(String, Place)> {
    let one = |node: &Node| (node.str().unwrap_or_default().to_string(), node.place.clone());
    node.array().map_or_else(|| vec![one(node)], |items| items.iter().map(one).collect())
}

/// Between the parts of an address that a name stands for.
const NAMED: &str = "=";

/// `631:支出合计` as an address of three parts, so that it is read as one.
fn spelled(bureau: &Bureau, text: &str) -> String {
    let one = |word: &str| match word.split_once(':') {
        Some((department, name)) if bureau.figures.contains_key(name) => {
            format!("{department}:{NAMED}/{name}/{NAMED}")
        }
        _ => word.to_string(),
    };
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars() {
        if c.is_whitespace() || matches!(c, '(' | ')' | ',') {
            out += &one(&std::mem::take(&mut word));
            out.push(c);
        } else {
            word.push(c);
        }
    }
    out + &one(&word)
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
        } else if selected_of(bureau, selector, None).is_none() {
            wrong(&format!("没有部门“{selector}”"), known(bureau, selector));
            fine = false;
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

/// The departments that a selector names, by their numbers; none where it names nothing that could be.
fn selected_of(bureau: &Bureau, selector: &str, bound: Option<usize>) -> Option<Vec<usize>> {
    let all = |holds: &dyn Fn(&Department) -> bool| -> Vec<usize> {
        bureau.departments.iter().enumerate().filter(|(_, d)| holds(d)).map(|(index, _)| index).collect()
    };
    let one = |code: &str| match (code, bound) {
        ("{department}", Some(index)) => Some(index),
        _ => bureau.departments.iter().position(|department| department.code == code),
    };
    match selector {
        "*" => Some(all(&|_| true)),
        "[部门]" => Some(all(&|department| department.of.is_none())),
        "[单位]" => Some(all(&|department| department.of.is_some())),
        _ => match selector.strip_suffix('>') {
            Some(code) => {
                let code = &bureau.departments[one(code)?].code;
                Some(all(&|department| department.of.as_ref() == Some(code)))
            }
            None => one(selector).map(|index| vec![index]),
        },
    }
}

impl Rule {
    /// The addresses of figures that it needs, whatever the set.
    pub fn addresses(&self, bureau: &Bureau) -> BTreeSet<String> {
        let mut cells: Vec<&CellPattern> =
            self.when.iter().flat_map(|r| [&r.left, &r.right]).flat_map(Expr::cells).collect();
        match &self.demand {
            Demand::Is(_, relation) => {
                cells.extend([&relation.left, &relation.right].into_iter().flat_map(|e| e.cells()))
            }
            Demand::Outlier { of, .. } => cells.extend(of.cells()),
        }
        let mut addresses = BTreeSet::new();
        for cell in cells {
            let (_, table) = cell.table.split_once(':').unwrap_or(("", &cell.table));
            match table {
                NAMED => {
                    let named = bureau.figures.get(&cell.row);
                    addresses.extend(named.into_iter().flat_map(|named| named.all()).map(str::to_string));
                }
                table => drop(addresses.insert(format!("{table}/{}/{}", cell.row, cell.column))),
            }
        }
        addresses
    }

    /// What it finds, each with the number of the line it belongs to; none: to the bureau.
    pub fn run(&self, bureau: &Bureau, lines: &[Line]) -> Vec<(Option<usize>, Diagnostic)> {
        let asked = Asked { bureau, lines };
        let bound: Vec<Option<usize>> = match self.each.is_empty() {
            true => vec![None],
            false => {
                self.each.iter().flat_map(|s| selected_of(bureau, s, None).unwrap_or_default()).map(Some).collect()
            }
        };
        match &self.demand {
            Demand::Is(text, relation) => {
                bound.into_iter().filter_map(|b| self.broken(&asked, text, relation, b)).collect()
            }
            Demand::Outlier { of, times } => self.outliers(&asked, of, *times, &bound),
        }
    }

    fn holds_when(&self, asked: &Asked<'_>, bound: Option<usize>) -> bool {
        self.when.iter().all(|when| {
            let sides = asked.sides(when, bound);
            sides.is_some_and(|(left, right)| compares(left, when.compare, right))
        })
    }

    fn broken(
        &self,
        asked: &Asked<'_>,
        text: &str,
        relation: &Relation,
        bound: Option<usize>,
    ) -> Option<(Option<usize>, Diagnostic)> {
        if !self.holds_when(asked, bound) {
            return None;
        }
        // What a department's set does not have is told: the rule would silently never be asked.
        if let Some((index, address)) = asked.lacking(relation, bound) {
            let message = format!("规则 {} 查不了：“{}”没有地址为 {address} 的数", self.code, asked.name(index));
            let found = Diagnostic::error("E841", message).at(self.place.clone());
            return Some((
                Some(index),
                found.hint("各套版式的地址不同的，在 bureau.toml 的 [figure] 里给它一个名称，按版式集写各自的地址"),
            ));
        }
        let (left, right) = asked.sides(relation, bound)?;
        if compares(left, relation.compare, right) {
            return None;
        }
        let is_percent = matches!(relation.left, Expr::Percent(..)) || matches!(relation.right, Expr::Percent(..));
        let said = |amount: Decimal| if is_percent { format!("{amount}%") } else { format!("{amount:.2} 元") };
        let named = bound.map_or_else(|| text.to_string(), |index| text.replace("{department}", asked.name(index)));
        let message = format!(
            "{}：{named} 不成立，左边是 {}，右边是 {}，相差 {}",
            self.says,
            said(left),
            said(right),
            said((left - right).abs())
        );
        Some((bound, self.found(message)))
    }

    fn found(&self, message: String) -> Diagnostic {
        let found = Diagnostic::new(self.severity, self.code.clone(), message).at(self.place.clone());
        match &self.hint {
            Some(hint) => found.hint(hint.clone()),
            None => found,
        }
    }

    fn outliers(
        &self,
        asked: &Asked<'_>,
        of: &Expr,
        times: Decimal,
        bound: &[Option<usize>],
    ) -> Vec<(Option<usize>, Diagnostic)> {
        let asked_of = bound.iter().filter(|bound| self.holds_when(asked, **bound));
        let values: Vec<(Option<usize>, Decimal)> =
            asked_of.filter_map(|&bound| Some((bound, asked.value(of, bound)?))).collect();
        let mut sorted: Vec<Decimal> = values.iter().map(|value| value.1).filter(|value| !value.is_zero()).collect();
        sorted.sort();
        // Of a few nobody can be said to stand out.
        const FEWEST: usize = 5;
        let Some(&median) = sorted.get(sorted.len() / 2).filter(|_| sorted.len() >= FEWEST) else { return Vec::new() };
        let is_percent = matches!(of, Expr::Percent(..));
        let said = |amount: Decimal| if is_percent { format!("{amount:.2}%") } else { format!("{amount:.2} 元") };
        let far = |value: Decimal| value > median * times || !value.is_zero() && value * times < median;
        let out = values.into_iter().filter(|(_, value)| far(*value));
        out.map(|(bound, value)| {
            let name = bound.map_or("", |index| asked.name(index));
            let message = format!("{}：“{name}”是 {}，各部门的中位数是 {}", self.says, said(value), said(median));
            (bound, self.found(message))
        })
        .collect()
    }
}

/// Figures as they are asked for.
struct Asked<'a> {
    bureau: &'a Bureau,
    lines: &'a [Line],
}

impl Asked<'_> {
    fn name(&self, index: usize) -> &str {
        &self.lines[index].department.name
    }

    fn cell_of(&self, cell: &CellPattern, bound: Option<usize>) -> (Vec<usize>, String) {
        let (selector, table) = cell.table.split_once(':').unwrap_or(("", &cell.table));
        (selected_of(self.bureau, selector, bound).unwrap_or_default(), table.to_string())
    }

    /// The address of a cell in a department's set.
    fn address(&self, index: usize, table: &str, cell: &CellPattern) -> Option<String> {
        if table != NAMED {
            return Some(format!("{table}/{}/{}", cell.row, cell.column));
        }
        let set = self.lines[index].brief.as_ref()?.said.as_ref()?.sets.first()?;
        let figures = self.bureau.figures.get(&cell.row)?;
        figures.of_set(set).map(str::to_string)
    }

    /// Whether a department's figures are to be trusted.
    fn is_ready(&self, index: usize) -> bool {
        self.lines[index].brief.as_ref().is_some_and(|brief| brief.errors == 0)
    }

    /// A department that is ready and does not have a figure that a relation asks of it, with its address.
    fn lacking(&self, relation: &Relation, bound: Option<usize>) -> Option<(usize, String)> {
        for cell in relation.left.cells().into_iter().chain(relation.right.cells()) {
            let (departments, table) = self.cell_of(cell, bound);
            for index in departments.into_iter().filter(|&index| self.is_ready(index)) {
                let address = self.address(index, &table, cell);
                let figures = self.lines[index].brief.as_ref().map(|brief| &brief.figures)?;
                if address.as_ref().and_then(|address| figures.get(address)).copied().flatten().is_none() {
                    return Some((index, address.unwrap_or_else(|| cell.row.clone())));
                }
            }
        }
        None
    }

    /// The sum of a pattern over the departments it names; none where one of them is not ready or has no such figure.
    fn sum(&self, cell: &CellPattern, bound: Option<usize>) -> Option<Decimal> {
        let (departments, table) = self.cell_of(cell, bound);
        let mut sum = Decimal::ZERO;
        for index in departments {
            if !self.is_ready(index) {
                return None;
            }
            let address = self.address(index, &table, cell)?;
            sum = sum.checked_add((*self.lines[index].brief.as_ref()?.figures.get(&address)?)?)?;
        }
        Some(sum)
    }

    fn value(&self, expr: &Expr, bound: Option<usize>) -> Option<Decimal> {
        match expr {
            Expr::Number(number) => Some(*number),
            Expr::Cell(cell) | Expr::Sum(cell) => self.sum(cell, bound),
            Expr::Add(a, b) => self.value(a, bound)?.checked_add(self.value(b, bound)?),
            Expr::Subtract(a, b) => self.value(a, bound)?.checked_sub(self.value(b, bound)?),
            Expr::Multiply(a, b) => self.value(a, bound)?.checked_mul(self.value(b, bound)?),
            Expr::Percent(a, b) => {
                let (part, whole) = (self.value(a, bound)?, self.value(b, bound)?);
                let percent = part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
                Some(percent.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
            }
        }
    }

    fn sides(&self, relation: &Relation, bound: Option<usize>) -> Option<(Decimal, Decimal)> {
        Some((self.value(&relation.left, bound)?, self.value(&relation.right, bound)?))
    }
}

fn compares(left: Decimal, compare: Compare, right: Decimal) -> bool {
    match compare {
        Compare::Equal => left == right,
        Compare::AtMost => left <= right,
        Compare::AtLeast => left >= right,
        Compare::Below => left < right,
        Compare::Above => left > right,
    }
}
