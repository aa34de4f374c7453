//! Findings in words: the formula with its names and values, the difference, the rule's reason and source.

use super::book::{Book, CellId};
use super::contradiction::{Contradiction, Suspect};
use super::evaluate::{Bound, Instance, Linear, Operand};
use super::names::{cell_name, column_name, row_name, table_name};
use crate::check::interval::Interval;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::layout::rule::{FigureRule, in_words};
use crate::money::Unit;
use rust_decimal::Decimal;

/// Where a finding about a cell belongs in the user's files.
pub type PlaceOf<'a> = dyn Fn(&Book, CellId) -> Place + Sync + 'a;

/// How many terms of a sum are written out.
const TERMS: usize = 6;

/// The finding that a relation does not hold.
pub fn broken_relation(
    book: &Book,
    bound: &Bound<'_>,
    severity: Severity,
    left: Interval,
    right: Interval,
    place_of: &PlaceOf<'_>,
) -> Diagnostic {
    let rule = bound.rule;
    let cells: Vec<CellId> = bound.instance.cells().collect();
    let first = cells[0];
    let exact = left.is_exact() && right.is_exact();
    let message = format!(
        "{}：{}；{}。{}",
        rule.says,
        operand(book, &bound.instance.left, left),
        operand(book, &bound.instance.right, right),
        difference(book, first, left, right, exact, cells.len()),
    );
    let mut found = Diagnostic::new(severity, rule.code.clone(), message).at(place_of(book, first));
    if let Some(figure) = book.figure(first) {
        found = found.address(figure.address.to_string()).text(figure.text.clone());
    }
    with_reason(found, rule)
}

/// The rule's reason, source and hint behind a finding.
pub fn with_reason(found: Diagnostic, rule: &FigureRule) -> Diagnostic {
    match in_words(rule.why.as_deref(), rule.hint.as_deref(), rule.source.as_deref()) {
        Some(hint) => found.hint(hint),
        None => found,
    }
}

fn operand(book: &Book, operand: &Operand, value: Interval) -> String {
    match operand {
        Operand::Percent(part, whole) => {
            let percent =
                if value == Interval::ZERO { "百分比".to_string() } else { format!("{}%", value.low.normalize()) };
            format!("{}占{}的{percent}", sum(book, part), sum(book, whole))
        }
        Operand::Linear(linear) => sum(book, linear),
    }
}

/// `表3 合计 12.30 + 4.56`: where the cells share a table or a row, it is named once.
fn sum(book: &Book, linear: &Linear) -> String {
    let terms = &linear.terms;
    if terms.is_empty() {
        return linear.constant.normalize().to_string();
    }
    let mut out = String::new();
    let mut above: Option<CellId> = None;
    for (index, &(cell, factor)) in terms.iter().take(TERMS).enumerate() {
        let sign = if factor.is_sign_negative() { " － " } else { " ＋ " };
        if index > 0 || factor.is_sign_negative() {
            out.push_str(sign);
        }
        out.push_str(&named(book, cell, above));
        if factor.abs() != Decimal::ONE {
            out.push_str(&format!(" × {}", factor.abs().normalize()));
        }
        above = Some(cell);
    }
    if terms.len() > TERMS {
        out.push_str(&format!(" 等 {} 项", terms.len()));
    }
    if !linear.constant.is_zero() {
        out.push_str(&format!(" ＋ {}", linear.constant.normalize()));
    }
    out
}

/// A cell by table, row and column, without what it shares with the one before, and its value.
fn named(book: &Book, cell: CellId, above: Option<CellId>) -> String {
    let sheet = &book.sheets()[cell.table];
    let mut names = Vec::new();
    if above.is_none_or(|a| a.table != cell.table) {
        names.push(table_name(sheet));
    }
    if above.is_none_or(|a| (a.table, a.row) != (cell.table, cell.row)) {
        names.push(format!("“{}”行", row_name(book, cell)));
    }
    if above.is_none_or(|a| a.table != cell.table || a.column != cell.column) {
        names.push(format!("“{}”", column_name(sheet, cell.column)));
    }
    format!("{} {}", names.concat(), value(book, cell))
}

/// As it stands: printed text for given figures; the exact amount for computed ones.
fn value(book: &Book, cell: CellId) -> String {
    let Some(figure) = book.figure(cell) else { return "空白".to_string() };
    match (figure.amount, figure.text.is_empty()) {
        (None, true) => "空白".to_string(),
        (None, false) => figure.text.clone(),
        (Some(amount), _) => match figure.unit {
            Unit::Plain => amount.normalize().to_string(),
            _ => format!("{}元", yuan(amount)),
        },
    }
}

/// 元 with two decimals.
pub fn yuan(amount: Decimal) -> String {
    format!("{amount:.2}")
}

/// 万元 with all its decimals, at least two.
pub fn wan(amount: Decimal) -> String {
    let wan = (amount / Decimal::from(10_000)).normalize();
    if wan.scale() < 2 { format!("{wan:.2}") } else { wan.to_string() }
}

fn difference(book: &Book, cell: CellId, left: Interval, right: Interval, exact: bool, terms: usize) -> String {
    let unit = book.figure(cell).map_or(Unit::WanYuan, |f| f.unit);
    let middle = |i: Interval| (i.low + i.high) / Decimal::TWO;
    if unit == Unit::Plain {
        return format!("相差 {}", (middle(left) - middle(right)).abs().normalize());
    }
    if exact {
        let off = (left.low - right.low).abs();
        return format!("相差 {} 元（{} 万元）", yuan(off), wan(off));
    }
    let least = if left.low > right.high { left.low - right.high } else { right.low - left.high };
    let off = (middle(left) - middle(right)).abs().round_dp(2);
    // The sharp bound: half a unit for each of the figures.
    let slack = (left.high - left.low + right.high - right.low) / Decimal::TWO;
    format!(
        "{terms} 个数各自四舍五入，最多差 {} 万元，这里差 {} 万元，至少错了 {} 元",
        wan(slack.round_dp(0)),
        wan(off.round_dp(0)),
        yuan(least)
    )
}

/// The finding that printed figures contradict each other.
pub fn contradiction(book: &Book, found: &Contradiction, place_of: &PlaceOf<'_>) -> Diagnostic {
    let named = found.named(book);
    let count = named.len();
    let filled: Vec<CellId> = found.figures.iter().copied().filter(|&c| !value(book, c).contains("空白")).collect();
    let listed: Vec<String> =
        filled.iter().take(TERMS).map(|&c| format!("{} {}", cell_name(book, c), value(book, c))).collect();
    let more = if filled.len() > TERMS { format!("等 {} 个数", filled.len()) } else { String::new() };
    let mut message = format!(
        "这些数不可能都对，没有任何一组精确到分的金额能同时印成它们（规则 {}）：{}{more}",
        found.rules.join("、"),
        listed.join("；")
    );
    let suspects: Vec<String> = found
        .suspects
        .iter()
        .take(3)
        .map(|s| s.iter().map(|s| suspect(book, s)).collect::<Vec<_>>().join("，同时"))
        .collect();
    match suspects.split_first() {
        None => message.push_str("。改动其中一两个数都不能使全部相符，可能错了多处"),
        Some((first, [])) => message.push_str(&format!("。改动一处就全部相符的只有：{first}")),
        Some((first, rest)) => {
            message.push_str(&format!("。最可能错的：{first}；也可能是：{}", rest.join("；")));
        }
    }
    let first = named.first().copied();
    let mut diagnostic = Diagnostic::error("X040", message);
    if let Some(cell) = first {
        diagnostic = diagnostic.at(place_of(book, cell));
        if let Some(figure) = book.figure(cell) {
            diagnostic = diagnostic.address(figure.address.to_string()).text(figure.text.clone());
        }
    }
    for &cell in named.iter().skip(1).take(5) {
        diagnostic =
            diagnostic.related(place_of(book, cell), format!("{} {}", cell_name(book, cell), value(book, cell)));
    }
    diagnostic.hint(format!("与原始数据核对这 {count} 个数；每个数都是自己的金额四舍五入而来，尾差已经考虑在内"))
}

fn suspect(book: &Book, suspect: &Suspect) -> String {
    let name = cell_name(book, suspect.cell);
    let shown = value(book, suspect.cell);
    let decimals = book.figure(suspect.cell).map_or(2, |f| f.decimals) as usize;
    match (suspect.likely, suspect.range) {
        (Some(likely), Some((least, greatest))) if greatest - least <= Decimal::ONE => match least == greatest {
            true => format!("{name}印作 {shown}，应为 {likely:.decimals$}"),
            false => format!("{name}印作 {shown}，应为 {least:.decimals$} 至 {greatest:.decimals$}"),
        },
        _ => format!("{name}印作 {shown}"),
    }
}

/// The note that the search for amounts was too much work.
pub fn gave_up() -> Diagnostic {
    Diagnostic::new(
        Severity::Note,
        "X042",
        "没有算出是否存在一组金额能同时解释全部数字：数字太多，超出了计算的限度；各条规则都已单独检查",
    )
}

/// A relation with its names and values.
pub fn relation(book: &Book, instance: &Instance) -> String {
    let one = |s: &Operand| operand(book, s, Interval::ZERO);
    format!("{} {} {}", one(&instance.left), instance.compare.sign(), one(&instance.right))
}
