//! Figures and sums explained, for reading.

use super::Why;
use crate::check::figures::Sums;
use crate::compose::Basis;
use crate::money::Unit;
use crate::printable::field;
use rust_decimal::Decimal;

/// What was asked for, explained: several figures printed alike are parted by a blank line. No line end at the end.
pub fn as_text(asked: &str, explained: &[Why]) -> String {
    let lines = |why: &Why| of_figure(why).iter().map(|line| field(line).into_owned()).collect::<Vec<String>>();
    let figures: Vec<String> = explained.iter().map(|why| lines(why).join("\n")).collect();
    let figures = figures.join("\n\n");
    match explained.len() {
        0 | 1 => figures,
        several => format!("印作 {asked} 的数有 {several} 个：\n\n{figures}"),
    }
}

fn amount(exact: Decimal, unit: Unit) -> String {
    match unit {
        Unit::Plain => exact.normalize().to_string(),
        _ => format!("{exact:.2} 元"),
    }
}

fn of_figure(why: &Why) -> Vec<String> {
    let name = why.name.as_deref().map(|n| format!("　{n}")).unwrap_or_default();
    let mut lines = vec![format!("{}{name}", why.address)];
    lines.extend(why.exact.map(|exact| format!("  {}", rounding(why, exact))));
    source(why, &mut lines);
    if !why.relations.is_empty() {
        lines.push("  它应符合：".to_string());
        lines.extend(why.relations.iter().map(|r| format!("    {} {}：{}", r.code, r.says, r.relation)));
    }
    if !why.places.is_empty() {
        lines.push("  印在：".to_string());
        for place in &why.places {
            let source = place.source.as_ref().map(|o| format!("{}:{} ", o.file, o.line)).unwrap_or_default();
            lines.push(format!("    {source}{}　{}", place.text, place.around));
        }
    }
    if !why.dependents.is_empty() {
        lines.push("  它变了，这些数也变：".to_string());
        for (address, text) in &why.dependents {
            let text = if text.is_empty() { "空白" } else { text };
            lines.push(format!("    {address}　{text}"));
        }
    }
    lines
}

fn source(why: &Why, lines: &mut Vec<String>) {
    match &why.source {
        Basis::Lines { file, field, lines: records } if records.is_empty() => {
            lines.push(format!("  {file} 中没有属于它的行（{field}），所以是零"));
        }
        Basis::Lines { file, field, lines: records } => {
            lines.push(format!("  是 {file} 这 {} 行的{field}之和：", records.len()));
            for (origin, text, value) in records {
                lines.push(format!("    {origin}  {}  {text}", amount(*value, why.unit)));
            }
        }
        Basis::Figures(of) => {
            let of: Vec<&str> = of.iter().map(AsRef::as_ref).collect();
            lines.push(format!("  由这些数算出：{}", of.join("，")));
        }
        Basis::Record(origin) => lines.push(format!("  取自 {origin}")),
        Basis::Printed(place) => lines.push(format!("  没有明细，取自 {place}")),
    }
}

/// How the exact amount became what is printed.
fn rounding(why: &Why, exact: Decimal) -> String {
    let printed = if why.printed.is_empty() { "空白" } else { &why.printed };
    if why.unit == Unit::Plain || why.printed.is_empty() {
        return format!("印作 {printed}，精确为 {}", amount(exact, why.unit));
    }
    if matches!(why.source, Basis::Printed(_)) {
        return format!("印作 {printed} {}，只知道印出的数", why.unit.name());
    }
    let shown = why.printed.replace(',', "").parse::<Decimal>().unwrap_or_default() * why.unit.scale();
    let off = shown - exact;
    let how = match off {
        o if o.is_zero() => "没有舍入".to_string(),
        o if o.abs() == o => format!("四舍五入进了 {:.2} 元", o),
        o => format!("四舍五入舍去 {:.2} 元", -o),
    };
    format!("印作 {printed} {}，精确为 {}，{how}", why.unit.name(), amount(exact, why.unit))
}

/// Every sum whose printed parts do not add up, with the proof that rounding alone is why; a part a document. No line
/// end at the end.
pub fn sums_as_text(all: &[Sums]) -> String {
    all.iter().map(|sums| of_sums(sums).join("\n")).collect::<Vec<String>>().join("\n")
}

fn of_sums(all: &Sums) -> Vec<String> {
    let mut lines = vec![format!("共 {} 个合计，其中 {} 个印出来与分项之和不等：", all.count, all.rounded.len())];
    for sum in &all.rounded {
        let parts: Vec<&str> = sum.parts.iter().map(|p| p.text.as_str()).collect();
        lines.push(format!("\n{}　{}（{}）", sum.total.address, sum.name, sum.code));
        lines.push(format!("  印出来：{} ≠ {}，差 {:.2} 元", sum.total.text, parts.join(" ＋ "), sum.off));
        let exact: Vec<String> = sum.parts.iter().map(|p| format!("{:.2}", p.exact)).collect();
        lines.push(format!("  精确：{:.2} ＝ {}", sum.total.exact, exact.join(" ＋ ")));
        let of_parts: Decimal = sum.parts.iter().map(|p| p.rounding).sum();
        lines.push(format!(
            "  合计舍入 {:+.2} 元，各分项舍入共 {:+.2} 元，两者之差 {:+.2} 元正是印出来的差：是尾差",
            sum.total.rounding,
            of_parts,
            sum.total.rounding - of_parts
        ));
    }
    lines
}
