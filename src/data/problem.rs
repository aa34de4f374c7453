//! What is wrong with a cell, said to the person who typed it: the value, and what to do.

use super::characters::meant_for;
use super::classification::Class;
use super::classification::{by_lookalikes, codes_below, lengths, nearest_codes, not_digits, with_name};
use super::schema::{FieldDecl, Kind, Schema};
use super::typed::{half_width, shown, words};
use super::value::{MAX_CHARS, Problem, excel_date};
use crate::diagnostic::{Diagnostic, nearest};
use crate::money::Unit;
use indexmap::IndexMap;
use rust_decimal::Decimal;

/// The diagnostic, without its place.
pub(super) fn describe(problem: &Problem, cell: &str, field: &FieldDecl, unit: Unit, schema: &Schema) -> Diagnostic {
    let what = format!("{}“{}”", field.head, shown(cell));
    if *problem == Problem::TooLong {
        let count = cell.chars().count();
        return Diagnostic::error("E119", format!("{what}有 {count} 字，一格最多 {MAX_CHARS} 字"))
            .hint("多半是前面少了一个英文引号，把许多行并成了一格");
    }
    match &field.kind {
        Kind::Code { class, level } => match schema.classes.get(class) {
            Some(class) => code_problem(problem, cell, &what, field, class, *level),
            None => Diagnostic::error("E104", format!("{what}的科目表不存在")),
        },
        Kind::Choice { values, groups } => choice_problem(problem, cell, &what, values, groups),
        Kind::Amount | Kind::Number => number_problem(problem, cell, &what, field, unit),
        Kind::Date => date_problem(cell, &what),
        Kind::Text | Kind::Ref { .. } => text_problem(problem, &what),
    }
}

fn code_problem(
    problem: &Problem,
    cell: &str,
    what: &str,
    field: &FieldDecl,
    class: &Class,
    level: Option<usize>,
) -> Diagnostic {
    let code = half_width(cell);
    match problem {
        Problem::Scientific => Diagnostic::error("E135", format!("{what}是科学计数法"))
            .hint("Excel 把编码当作了数：请把这一列设为“文本”格式，重新填写编码"),
        Problem::NonDigit => {
            let wrong = not_digits(&code).unwrap_or_default();
            let diagnostic = Diagnostic::error("E102", format!("{what}含有非数字字符“{}”", shown(&wrong)));
            diagnostic.hint(meant_code(&code, class, level))
        }
        Problem::Length => length_problem(&code, what, class, level),
        _ => unknown_code(&code, what, field, class, level),
    }
}

fn unknown_code(code: &str, what: &str, field: &FieldDecl, class: &Class, level: Option<usize>) -> Diagnostic {
    let name_it = format!("确是新科目的，加一列“{}名称”写明名称", field.head);
    let near = near_codes_hint(code, class, level);
    match class.elsewhere.get(code).zip(class.year) {
        Some((other, year)) => Diagnostic::error("E104", format!("{what}不在 {year} 年的科目表中"))
            .hint(format!("它是 {} 年的科目“{}”；{near}；{name_it}", other.years, other.name)),
        None => Diagnostic::error("E104", format!("{what}不在科目表中")).hint(format!("{near}；{name_it}")),
    }
}

/// What a code with wrong characters was meant for.
fn meant_code(code: &str, class: &Class, level: Option<usize>) -> String {
    let fits = |c: &str| class.names.contains_key(c) && (level.is_none() || class.level(c) == level);
    let by_look = by_lookalikes(code);
    let whole = code.split_once('.').map_or(code, |(whole, _)| whole);
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    match [by_look.as_str(), whole, &digits].into_iter().find(|c| fits(c)) {
        Some(found) => format!("是否应为 {}？", with_name(found, class)),
        None => match nearest_codes(&by_look, class, level).first() {
            Some(found) => format!("是否应为 {}？", with_name(found, class)),
            None => format!("只填数字编码，{}", expected_lengths(class, level)),
        },
    }
}

fn length_problem(code: &str, what: &str, class: &Class, level: Option<usize>) -> Diagnostic {
    let expected = expected_lengths(class, level);
    let (Some(at), Some(level)) = (class.level(code), level) else {
        return Diagnostic::error("E103", format!("{what}有 {} 位，{expected}", code.len()))
            .hint(near_codes_hint(code, class, level));
    };
    let diagnostic = Diagnostic::error("E103", format!("{what}是{}级编码，{expected}", class.levels[at]));
    if at > level {
        return diagnostic.hint(format!("是否应为 {}？", with_name(&code[..class.lengths[level]], class)));
    }
    match codes_below(code, class, level).as_slice() {
        [] => diagnostic.hint(near_codes_hint(code, class, Some(level))),
        below => diagnostic.hint(format!("它下面的{}有 {}", class.levels[level], list_codes(below, class))),
    }
}

fn expected_lengths(class: &Class, level: Option<usize>) -> String {
    match level {
        Some(level) => format!("应为 {} 位（{}）", class.lengths[level], class.levels[level]),
        None => format!("应为 {}", lengths(class)),
    }
}

fn near_codes_hint(code: &str, class: &Class, level: Option<usize>) -> String {
    match nearest_codes(code, class, level).as_slice() {
        [] => "科目表中没有相近的编码，请核对".to_owned(),
        near => format!("相近的有 {}", list_codes(near, class)),
    }
}

fn list_codes(codes: &[&str], class: &Class) -> String {
    codes.iter().map(|code| with_name(code, class)).collect::<Vec<_>>().join("、")
}

fn choice_problem(
    problem: &Problem,
    cell: &str,
    what: &str,
    values: &[String],
    groups: &IndexMap<String, Vec<String>>,
) -> Diagnostic {
    if *problem == Problem::Group {
        let members = groups.iter().find(|(name, _)| words(name) == words(cell)).map(|(_, m)| m.join("、"));
        return Diagnostic::error("E142", format!("{what}是几个值的总称，不能直接填写"))
            .hint(format!("请填其中一个：{}", members.unwrap_or_default()));
    }
    let diagnostic = Diagnostic::error("E141", format!("{what}不是可填的值"));
    match nearest(cell, values.iter().map(String::as_str)) {
        Some(near) => diagnostic.hint(format!("{}可填：{}", meant_for(cell, near), values.join("、"))),
        None => diagnostic.hint(format!("可填：{}", values.join("、"))),
    }
}

fn number_problem(problem: &Problem, cell: &str, what: &str, field: &FieldDecl, unit: Unit) -> Diagnostic {
    match problem {
        Problem::Scientific => Diagnostic::error("E135", format!("{what}是科学计数法"))
            .hint("Excel 把数写成了科学计数法，可能已丢失位数：请把这一列设为“数值”格式，重新填写"),
        Problem::TooFine(near) if field.kind == Kind::Amount => {
            let digits = match unit {
                Unit::Yuan | Unit::Plain => "金额精确到分".to_owned(),
                _ => format!("金额精确到分（{}的 {} 位小数）", unit.name(), near.scale()),
            };
            Diagnostic::error("E132", format!("{what}精确到了分以下")).hint(format!("{digits}，是否应为 {near}？"))
        }
        Problem::TooFine(near) => Diagnostic::error("E132", format!("{what}超过 {} 位小数", near.scale()))
            .hint(format!("可能是 Excel 的浮点误差，是否应为 {}？", near.normalize())),
        Problem::TooLarge => Diagnostic::error("E133", format!("{what}太大")).hint(match unit {
            _ if field.kind == Kind::Number => "数要小于 1000 万亿".to_owned(),
            Unit::Yuan | Unit::Plain => "金额要小于 1000 万亿元".to_owned(),
            _ => format!("金额要小于 1000 万亿元；列名写的单位是{}", unit.name()),
        }),
        Problem::OtherUnit(typed) => {
            Diagnostic::error("E134", format!("{what}的单位与列名的单位（{}）不同", unit.name())).hint(format!(
                "只填数，按列名的单位；或把列名改为“{}（{}）”，整列都用{}",
                field.head,
                typed.name(),
                typed.name()
            ))
        }
        _ => Diagnostic::error("E131", format!("{what}不是数")).hint(not_number_hint(cell)),
    }
}

fn not_number_hint(cell: &str) -> String {
    let text = half_width(cell);
    if text.starts_with('#') {
        return "在 Excel 中，####是列太窄，#REF! 等是公式出了错：请加宽列或改正公式，再另存一次".to_owned();
    }
    if text.starts_with('=') {
        return "这是公式，不是它的结果：请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”".to_owned();
    }
    if text.ends_with(['万', '亿']) {
        return "只填数；以万元、亿元计的，把列名里的单位也改成它，整列都用这个单位".to_owned();
    }
    let repaired = by_lookalikes(&text).replace(['。', '·'], ".").replace(' ', "");
    if text.contains(|c: char| c.is_ascii_digit()) && text.len() <= 20 && repaired.parse::<Decimal>().is_ok() {
        return format!("是否应为 {repaired}？");
    }
    if text.contains(',') && text.replace(',', "").parse::<Decimal>().is_ok() {
        return "千位逗号要每三位一个，请核对".to_owned();
    }
    "填写如 1234.56 或 1,234.56 的数，负数写 -1234.56，没有就留空".to_owned()
}

fn date_problem(cell: &str, what: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("E143", format!("{what}不是日期"));
    match excel_date(cell) {
        Some(date) => diagnostic.hint(format!("像是 Excel 的日期序号，是否应为 {date}？请把这一列设为“日期”格式")),
        None => diagnostic.hint("写成 2023-02-10、2023/2/10 或 2023年2月10日"),
    }
}

fn text_problem(problem: &Problem, what: &str) -> Diagnostic {
    let code = match problem {
        Problem::Control(c) => format!(" U+{:04X}", u32::from(*c)),
        _ => String::new(),
    };
    Diagnostic::error("E144", format!("{what}含有不能印出的字符{code}")).hint("请删去这一格，重新输入文字")
}
