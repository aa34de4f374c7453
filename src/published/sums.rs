//! What a table's figures must come to by the table itself: totals of columns that its heads name, of rows that its codes
//! and numbers name. Only what the rest of the table keeps is asked of a figure: a sum that holds nowhere is none.

use super::{PaperTable, Spot};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::money::{Unit, printed_number};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// A figure as it is printed, in the table's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// In the unit.
    pub value: Decimal,
    /// Places after the point.
    pub decimals: u32,
}

/// A table's figures, and what names them.
pub struct Figures<'t> {
    /// The table itself.
    pub table: &'t PaperTable,
    /// Which of its rows is the first that is no head.
    pub first: usize,
    /// By row after the heads and by column.
    numbers: Vec<Vec<Option<Number>>>,
    /// From the left.
    pub sides: Vec<Side>,
    /// For each column the heads over it.
    pub heads: Vec<Vec<String>>,
    /// The unit that is written over it.
    pub unit: Option<Unit>,
}

/// Columns that have the same names of rows.
pub struct Side {
    /// Columns of figures that can be added up.
    pub columns: Vec<usize>,
    /// Names of its rows.
    pub labels: Vec<String>,
    /// Codes of its rows; empty: they have none.
    pub codes: Vec<String>,
}

impl<'t> Figures<'t> {
    /// Reads a table.
    pub fn of(table: &'t PaperTable) -> Figures<'t> {
        let heads = table.head_paths();
        let first = table.heads.min(table.rows.len());
        let lines: Vec<Vec<&str>> = (first..table.rows.len()).map(|row| table.line(row)).collect();
        let unit = table.above.iter().find_map(|line| Unit::named_in(line));
        let mut numbers: Vec<Vec<Option<Number>>> =
            lines.iter().map(|line| line.iter().map(|text| number(text)).collect()).collect();
        let is_code = |column: usize| {
            heads[column].iter().any(|head| ["编码", "代码"].iter().any(|word| plain(head).contains(word)))
                || heads[column].last().is_some_and(|head| ["类", "款", "项"].contains(&plain(head).as_str()))
        };
        let is_number_of_row =
            |column: usize| heads[column].last().is_some_and(|head| ["行次", "序号", "栏次"].contains(&&*plain(head)));
        let is_ratio = |column: usize| {
            heads[column].iter().any(|head| ["%", "％", "率", "比例", "占比"].iter().any(|word| head.contains(word)))
        };
        let says = |column: usize| {
            lines.iter().filter(|line| number(line[column]).is_none() && !is_blank(line[column])).count()
        };
        let counts = |column: usize| numbers.iter().filter(|row| row[column].is_some()).count();
        let is_text = |column: usize| is_code(column) || is_number_of_row(column) || says(column) > counts(column);
        let kinds: Vec<bool> = (0..table.columns).map(is_text).collect();
        let mut sides: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
        for (column, &is_text) in kinds.iter().enumerate() {
            let begins = sides.last().is_none_or(|(_, figures)| is_text && !figures.is_empty());
            if begins {
                sides.push(Default::default());
            }
            let (texts, figures) = sides.last_mut().expect("one was begun");
            if is_text { texts.push(column) } else { figures.push(column) }
        }
        // What stands between figures and says nothing of totals that have some is of the rows' things (采购物品, 计量单位).
        let is_of_things = |before: &(Vec<usize>, Vec<usize>), side: &(Vec<usize>, Vec<usize>)| {
            let is_whole = |row: &usize| before.0.iter().any(|column| is_total(lines[*row][*column]));
            let mut wholes = (0..lines.len()).filter(is_whole).peekable();
            let has_figures = |row: usize| side.1.iter().any(|column| numbers[row][*column].is_some());
            let is_silent = |row: usize| side.0.iter().all(|column| is_blank(lines[row][*column]));
            wholes.peek().is_some_and(|row| has_figures(*row)) && wholes.all(is_silent)
        };
        let mut at = 1;
        while at < sides.len() {
            if is_of_things(&sides[at - 1], &sides[at]) {
                let (_, figures) = sides.remove(at);
                sides[at - 1].1.extend(figures);
            } else {
                at += 1;
            }
        }
        let side = |(texts, columns): (Vec<usize>, Vec<usize>)| {
            let codes: Vec<usize> = texts.iter().copied().filter(|column| is_code(*column)).collect();
            let names: Vec<usize> =
                texts.iter().copied().filter(|column| !is_code(*column) && !is_number_of_row(*column)).collect();
            let label = |line: &Vec<&str>| {
                let last = names.iter().rev().map(|column| plain(line[*column])).find(|text| !text.is_empty());
                // 合计 may stand in the column of codes.
                let in_codes = || codes.iter().map(|column| plain(line[*column])).find(|text| is_total(text));
                last.or_else(in_codes).unwrap_or_default()
            };
            Side {
                labels: lines.iter().map(label).collect(),
                codes: codes_of(&lines, &codes),
                columns: columns.into_iter().filter(|column| !is_ratio(*column)).collect(),
            }
        };
        let sides: Vec<Side> = sides.into_iter().map(side).filter(|side| !side.columns.is_empty()).collect();
        for (row, line) in numbers.iter_mut().zip(&lines) {
            // The row that numbers the columns may stand below the heads.
            if line.iter().any(|text| plain(text) == "栏次") {
                row.fill(None);
            }
            row.iter_mut().enumerate().filter(|(column, _)| kinds[*column]).for_each(|(_, number)| *number = None);
        }
        Figures { table, first, numbers, sides, heads, unit }
    }

    /// How many rows stand below the heads.
    pub fn rows(&self) -> usize {
        self.numbers.len()
    }

    /// The figure of a row below the heads and a column; None: blank, or no number.
    pub fn number(&self, row: usize, column: usize) -> Option<Number> {
        self.numbers[row][column]
    }

    /// A figure's value, a blank nought.
    pub fn value(&self, row: usize, column: usize) -> Decimal {
        self.number(row, column).map_or(Decimal::ZERO, |number| number.value)
    }

    /// What a figure is called: the last head of its column.
    pub fn head(&self, column: usize) -> String {
        self.heads[column].last().map_or_else(|| format!("第 {} 列", column + 1), |head| plain(head))
    }

    /// Where the cell of a row below the heads and a column stands.
    pub fn spot(&self, row: usize, column: usize) -> Spot {
        let cells = self.table.rows.get(self.first + row).map_or(&[][..], |row| &row.cells);
        cells.iter().rev().find(|cell| cell.column <= column).map_or(self.table.spot, |cell| cell.spot)
    }

    /// A finding about a figure, at its cell.
    pub fn finding(&self, place: &Whereto<'_>, code: &'static str, at: (usize, usize), message: String) -> Diagnostic {
        let spot = self.spot(at.0, at.1);
        let found = Diagnostic::new(Severity::Warning, code, message).on_page(spot.on_page());
        match spot.place(place.shown, place.sheets, &self.table.title, self.first + at.0 + 1) {
            Some(place) => found.at(place),
            None => found,
        }
    }

    /// How far figures that are rounded may be from what they come to, in the unit.
    fn room(&self, cells: impl Iterator<Item = (usize, usize)>) -> Decimal {
        cells
            .filter_map(|(row, column)| self.number(row, column))
            // 元 with 分 is exact.
            .filter(|number| !(self.unit == Some(Unit::Yuan) && number.decimals >= 2))
            .map(|number| Decimal::new(5, number.decimals + 1))
            .sum()
    }

    /// How a sum comes out: what the parts come to less the total; None: all of it is blank or nought.
    fn sum(&self, total: (usize, usize), parts: &[(usize, usize)]) -> Option<Sum> {
        let values = || parts.iter().map(|(row, column)| self.value(*row, *column));
        let (of_parts, stated) = (values().sum::<Decimal>(), self.value(total.0, total.1));
        let several = values().filter(|value| !value.is_zero()).count() > 1;
        if stated.is_zero() && values().all(|value| value.is_zero()) {
            return None;
        }
        let room = self.room(parts.iter().copied().chain([total]));
        Some(Sum { of_parts, stated, holds: (of_parts - stated).abs() <= room, several })
    }
}

/// How a published file is called, and the sheets that it has.
pub struct Whereto<'a> {
    /// As messages call it.
    pub shown: &'a str,
    /// Of a workbook.
    pub sheets: &'a [String],
}

struct Sum {
    of_parts: Decimal,
    stated: Decimal,
    holds: bool,
    /// More than one of the parts is not nought.
    several: bool,
}

/// What is wrong with a table's own sums.
pub fn sums(figures: &Figures<'_>, place: &Whereto<'_>) -> Diagnostics {
    let mut found = Diagnostics::default();
    for side in &figures.sides {
        across(figures, side, place, &mut found);
        down(figures, side, place, &mut found);
    }
    figures.sides.iter().for_each(|side| products(figures, side, place, &mut found));
    both_sides(figures, place, &mut found);
    found
}

fn told(
    figures: &Figures<'_>,
    place: &Whereto<'_>,
    (code, at): (&'static str, (usize, usize)),
    (what, parts): (&str, &str),
    sum: &Sum,
) -> Diagnostic {
    let unit = figures.unit.filter(|unit| *unit != Unit::Plain);
    let name = unit.map_or("", |unit| unit.name());
    let message = format!(
        "{what}写作 {}{name}，{parts}之和是 {}{name}，相差 {}{name}",
        sum.stated,
        sum.of_parts,
        (sum.stated - sum.of_parts).abs()
    );
    let found = figures.finding(place, code, at, message);
    match unit {
        Some(unit) => {
            let yuan = |value: Decimal| value * unit.scale();
            found.compared(("表里写作".to_owned(), yuan(sum.stated)), (format!("{parts}之和"), yuan(sum.of_parts)))
        }
        None => found,
    }
}

// ------------------------------------------------------------------------------------------------------------ columns

/// Totals of columns.
fn across(figures: &Figures<'_>, side: &Side, place: &Whereto<'_>, found: &mut Diagnostics) {
    for &total in side.columns.iter().filter(|column| is_total(&figures.head(**column))) {
        let tried = parts_of(figures, side, total).into_iter().filter_map(|(parts, by_heads)| {
            let mut proof = Proof { by_heads, ..Proof::default() };
            for row in 0..figures.rows() {
                let cells: Vec<(usize, usize)> = parts.iter().map(|column| (row, *column)).collect();
                match figures.sum((row, total), &cells) {
                    Some(sum) if sum.holds => {
                        proof.holds += 1;
                        proof.several += usize::from(sum.several);
                    }
                    Some(sum) => proof.wrong.push((row, sum)),
                    None => {}
                }
            }
            let of_three = by_heads && is_three_public(figures, side);
            (proof.is_enough() || of_three).then_some((parts, proof))
        });
        let best = tried.min_by_key(|(_, proof)| (proof.wrong.len(), !proof.by_heads, usize::MAX - proof.holds));
        let Some((parts, proof)) = best else { continue };
        for (row, sum) in &proof.wrong {
            // Where what is missing is a figure of the row itself, the parts are others.
            let difference = (sum.stated - sum.of_parts).abs();
            let is_another = |column: &usize| {
                *column != total && !parts.contains(column) && figures.value(*row, *column).abs() == difference
            };
            // What is too much may be an 其中 of another, which no row has proven to be a part.
            let is_within = |column: &usize| figures.value(*row, *column) == sum.of_parts - sum.stated;
            let may_be_within = proof.several == 0 && parts.iter().any(is_within);
            if side.columns.iter().any(is_another) || may_be_within {
                continue;
            }
            let names: Vec<String> = parts.iter().map(|column| figures.head(*column)).collect();
            let label = &side.labels[*row];
            let label = if label.is_empty() { String::new() } else { format!("“{label}”的") };
            let what = format!("{label}“{}”", figures.head(total));
            found.push(told(figures, place, ("X070", (*row, total)), (&what, &listed(&names)), sum));
        }
    }
}

#[derive(Default)]
struct Proof {
    by_heads: bool,
    holds: usize,
    several: usize,
    wrong: Vec<(usize, Sum)>,
}

impl Proof {
    fn is_enough(&self) -> bool {
        // Where no row has two parts, the heads alone say what they are.
        let is_said = self.by_heads && (self.several > 0 || self.holds >= 3);
        self.holds >= 2 && self.holds >= 3 * self.wrong.len() && (is_said || self.several > 1)
    }
}

/// Which columns a total may be the sum of; whether the heads say so.
fn parts_of(figures: &Figures<'_>, side: &Side, total: usize) -> Vec<(Vec<usize>, bool)> {
    let path = |column: usize| figures.heads[column].iter().map(|head| plain(head)).collect::<Vec<_>>();
    let own = path(total);
    let above = &own[..own.len().saturating_sub(1)];
    // Under the same heads; what has a total of its own counts by that.
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for &column in side.columns.iter().filter(|column| **column != total) {
        let path = path(column);
        if path.len() <= above.len() || path[..above.len()] != *above {
            continue;
        }
        let head = path[above.len()].clone();
        match groups.last_mut().filter(|(last, columns)| *last == head && columns.last() == Some(&(column - 1))) {
            Some((_, columns)) => columns.push(column),
            None => groups.push((head, vec![column])),
        }
    }
    groups.retain(|(head, _)| !head.starts_with("其中"));
    let counted = |(_, columns): &(String, Vec<usize>)| {
        let own = columns.iter().find(|column| is_total(&figures.head(**column)));
        own.map_or_else(|| columns.clone(), |own| vec![*own])
    };
    let right = groups.iter().filter(|(_, columns)| columns[0] > total);
    let left = groups.iter().filter(|(_, columns)| columns[0] < total);
    let until = right.clone().position(|(_, columns)| is_total(&figures.head(columns[0]))).unwrap_or(usize::MAX);
    let mut all: Vec<(Vec<usize>, bool)> = vec![
        (right.clone().flat_map(counted).collect(), true),
        (left.flat_map(counted).collect(), true),
        (right.take(until).flat_map(counted).collect(), true),
        (groups.iter().flat_map(counted).collect(), true),
    ];
    if is_three_public(figures, side) {
        let of_three = |column: &usize| {
            let heads = path(*column).concat();
            !heads.contains("机关") && ["出国", "接待", "购置", "运行", "用车"].iter().any(|word| heads.contains(word))
        };
        all.iter_mut().for_each(|(parts, _)| parts.retain(of_three));
    }
    // Neighbours, as the figures have it.
    let columns = &side.columns;
    let at = columns.iter().position(|column| *column == total).unwrap_or(0);
    all.extend((at + 3..=columns.len()).map(|end| (columns[at + 1..end].to_vec(), false)));
    all.extend((0..at.saturating_sub(1)).map(|start| (columns[start..at].to_vec(), false)));
    all.retain(|(parts, _)| parts.len() > 1);
    all
}

/// 因公出国（境）费, 公务接待费, 公务用车: what they come to is the same everywhere.
fn is_three_public(figures: &Figures<'_>, side: &Side) -> bool {
    let has = |word: &str| {
        side.columns.iter().any(|column| figures.heads[*column].iter().any(|head| plain(head).contains(word)))
    };
    has("出国") && has("接待")
}

// --------------------------------------------------------------------------------------------------------------- rows

/// A row and those that it is the sum of.
struct Total {
    row: usize,
    parts: Vec<usize>,
    /// The codes or numbers of the rows alone say so.
    is_sure: bool,
}

/// Totals of rows.
fn down(figures: &Figures<'_>, side: &Side, place: &Whereto<'_>, found: &mut Diagnostics) {
    let coded = by_codes(side);
    let with_codes = !coded.is_empty() || side.codes.iter().any(|code| !code.is_empty());
    pool(figures, side, &coded, place, found);
    for row in (0..figures.rows()).filter(|row| is_total(&side.labels[*row]) && side.codes[*row].is_empty()) {
        let choices = if with_codes { whole_of_codes(side, row) } else { by_numbers(side, row) };
        let holds = |total: &Total| {
            let of = |column: &usize| figures.sum((row, *column), &cells(total, *column)).is_some_and(|sum| sum.holds);
            side.columns.iter().filter(|column| of(column)).count()
        };
        // Of as many, the first.
        let best = choices.into_iter().rev().max_by_key(|total| holds(total));
        pool(figures, side, best.as_slice(), place, found);
    }
    if !with_codes {
        pool(figures, side, &by_depth(side), place, found);
    }
}

fn cells(total: &Total, column: usize) -> Vec<(usize, usize)> {
    total.parts.iter().map(|row| (*row, column)).collect()
}

/// Sums of one kind, which prove each other.
fn pool(figures: &Figures<'_>, side: &Side, totals: &[Total], place: &Whereto<'_>, found: &mut Diagnostics) {
    let mut holds = 0;
    let mut wrong = Vec::new();
    // 数量, 单价: no total has them.
    let is_summed = |column: &&usize| totals.iter().any(|total| figures.number(total.row, **column).is_some());
    let columns: Vec<usize> = side.columns.iter().filter(is_summed).copied().collect();
    for total in totals {
        for &column in &columns {
            match figures.sum((total.row, column), &cells(total, column)) {
                Some(sum) if sum.holds => holds += 1,
                Some(sum) => wrong.push((total, column, sum)),
                None => {}
            }
        }
    }
    let proven = holds >= wrong.len() && holds > 0;
    for (total, column, sum) in wrong.iter().filter(|(total, ..)| proven || total.is_sure) {
        let difference = (sum.stated - sum.of_parts).abs();
        let is_another = |row: usize| {
            row != total.row && !total.parts.contains(&row) && figures.value(row, *column).abs() == difference
        };
        if !total.is_sure && (0..figures.rows()).any(is_another) {
            continue;
        }
        let names: Vec<String> = total.parts.iter().map(|row| named(side, *row)).collect();
        let of = if side.columns.len() > 1 { format!("的“{}”", figures.head(*column)) } else { String::new() };
        let what = format!("“{}”{of}", named(side, total.row));
        found.push(told(figures, place, ("X071", (total.row, *column)), (&what, &listed(&names)), sum));
    }
}

fn named(side: &Side, row: usize) -> String {
    match (side.codes[row].as_str(), side.labels[row].as_str()) {
        (code, "") => code.to_owned(),
        ("", label) => label.to_owned(),
        (code, label) => format!("{code} {label}"),
    }
}

/// Rows whose code begins those of others.
fn by_codes(side: &Side) -> Vec<Total> {
    let mut rows: HashMap<&str, usize> = HashMap::new();
    for (row, code) in side.codes.iter().enumerate().filter(|(_, code)| !code.is_empty()) {
        // A list of projects or units has a code many times.
        if rows.insert(code, row).is_some() {
            return Vec::new();
        }
    }
    let mut parts: HashMap<usize, Vec<usize>> = HashMap::new();
    for (row, code) in side.codes.iter().enumerate().filter(|(_, code)| code.len() > 3) {
        if let Some(above) = (1..code.len()).rev().find_map(|end| rows.get(&code[..end])) {
            parts.entry(*above).or_default().push(row);
        }
    }
    let mut all: Vec<Total> = parts.into_iter().map(|(row, parts)| Total { row, parts, is_sure: true }).collect();
    all.sort_by_key(|total| total.row);
    all
}

/// 合计 over all rows of codes: those that no other code begins.
fn whole_of_codes(side: &Side, row: usize) -> Vec<Total> {
    let coded = || side.codes.iter().enumerate().filter(|(_, code)| !code.is_empty());
    let mut seen = std::collections::HashSet::new();
    if coded().any(|(_, code)| !seen.insert(code.as_str())) {
        return Vec::new();
    }
    let is_top = |code: &str| !(1..code.len()).any(|end| seen.contains(&code[..end]));
    let parts: Vec<usize> = coded().filter(|(_, code)| is_top(code)).map(|(row, _)| row).collect();
    // 人员经费合计 is that of some of them.
    let of_all = ["合计", "总计", "本年支出合计", "本年收入合计"].contains(&side.labels[row].as_str());
    let alone = side.labels.iter().zip(&side.codes).filter(|(label, code)| code.is_empty() && is_total(label)).count();
    if parts.is_empty() || !of_all || alone > 1 {
        return Vec::new();
    }
    vec![Total { row, parts, is_sure: true }]
}

/// What a total may be the sum of, where rows are numbered or not at all.
fn by_numbers(side: &Side, row: usize) -> Vec<Total> {
    let count = side.labels.len();
    let is_total_row = |row: &usize| is_total(&side.labels[*row]);
    let before = (0..row).rev().find(is_total_row);
    let (from, to) = match row {
        0 => (1, (1..count).find(is_total_row).unwrap_or(count)),
        row => (before.map_or(0, |before| before + 1), row),
    };
    let rows: Vec<usize> = (from..to).filter(|row| !side.labels[*row].is_empty()).collect();
    let depth = |row: &usize| depth_of(&side.labels[*row]);
    let highest = rows.iter().filter_map(depth).min();
    let numbered: Vec<usize> = rows.iter().copied().filter(|row| highest.is_some() && depth(row) == highest).collect();
    let plain: Vec<usize> = rows
        .iter()
        .copied()
        .filter(|row| depth(row) == highest || depth(row).is_none() && !is_of(side, *row))
        .collect();
    let mut all = Vec::new();
    let mut add = |parts: Vec<usize>, is_sure: bool| {
        if !parts.is_empty() {
            all.push(Total { row, parts, is_sure });
        }
    };
    // 一、二、三、… without a gap, and nothing beside them: 合计 is theirs.
    let follow = numbered.iter().enumerate().all(|(at, row)| ordinal(&side.labels[*row]) == Some(at + 1));
    let only = plain.len() == numbered.len() && numbered.len() > 2 && highest == Some(2);
    let label = &side.labels[row];
    add(numbered.clone(), follow && only && label.ends_with("合计") && before.is_none());
    // 总计: 合计 and what is carried.
    if let Some(before) = before.filter(|_| !label.ends_with("小计")) {
        let carried = ["结转", "结余", "弥补", "使用", "分配", "上年", "下年"];
        let is_carried = |row: &usize| carried.iter().any(|word| side.labels[*row].contains(word));
        let sure = label.ends_with("总计") && !rows.is_empty() && rows.iter().all(is_carried);
        let flat = rows.iter().all(|row| !is_of(side, *row) && depth(row).is_none_or(|depth| depth < 3));
        add([before].into_iter().chain(plain.iter().copied()).collect(), sure && flat);
        add((0..row).filter(|row| depth(row) == Some(2)).collect(), false);
    }
    add(plain, false);
    // Totals that stand over what they total: 小计 over its rows, 合计 over all 小计.
    let next = (row + 1..count).find(is_total_row).unwrap_or(count);
    add((row + 1..next).filter(|row| !side.labels[*row].is_empty() && !is_of(side, *row)).collect(), false);
    if !label.ends_with("小计") {
        add((row + 1..count).filter(|row| side.labels[*row].ends_with("小计")).collect(), false);
    }
    all
}

/// Numbered rows over those of the next depth that follow them.
fn by_depth(side: &Side) -> Vec<Total> {
    let depth = |row: usize| depth_of(&side.labels[row]);
    let mut all = Vec::new();
    for row in 0..side.labels.len() {
        let Some(own) = depth(row) else { continue };
        let below: Vec<usize> =
            (row + 1..side.labels.len()).take_while(|row| depth(*row).is_some_and(|depth| depth > own)).collect();
        let next = below.iter().filter_map(|row| depth(*row)).min();
        let parts: Vec<usize> = below.into_iter().filter(|row| depth(*row) == next).collect();
        if parts.len() > 1 {
            all.push(Total { row, parts, is_sure: false });
        }
    }
    all
}

/// An 其中 without a number of its own.
fn is_of(side: &Side, row: usize) -> bool {
    let label = &side.labels[row];
    (label.starts_with("其中") || label.starts_with("#")) && depth_of(label).is_none()
}

/// 数量 times 单价 is the amount. Only where it is so of as many rows as it is not.
fn products(figures: &Figures<'_>, side: &Side, place: &Whereto<'_>, found: &mut Diagnostics) {
    let called = |words: &[&str]| side.columns.iter().copied().find(|column| words.contains(&&*figures.head(*column)));
    let (Some(count), Some(price)) = (called(&["数量", "采购数量"]), called(&["单价"])) else { return };
    let after = side.columns.iter().copied().filter(|column| *column > count.max(price));
    let Some(amount) = after.clone().find(|column| is_total(&figures.head(*column))).or(after.clone().next()) else {
        return;
    };
    let mut holds = 0;
    let mut wrong = Vec::new();
    for row in 0..figures.rows() {
        let number = |column: usize| figures.number(row, column).filter(|number| !number.value.is_zero());
        let (Some(count), Some(price), Some(of)) = (number(count), number(price), number(amount)) else { continue };
        let Some(comes_to) = count.value.checked_mul(price.value) else { continue };
        let room = Decimal::new(5, price.decimals + 1) * count.value.abs() + Decimal::new(5, of.decimals + 1);
        if (comes_to - of.value).abs() <= room {
            holds += 1;
        } else {
            wrong.push((row, comes_to, of.value));
        }
    }
    if holds == 0 || holds < wrong.len() {
        return;
    }
    for (row, comes_to, stated) in wrong {
        let (name, of) = (&side.labels[row], figures.head(amount));
        let comes_to = comes_to.normalize();
        let message = format!("“{name}”的“{of}”写作 {stated}，数量乘单价是 {comes_to}");
        found.push(figures.finding(place, "X074", (row, amount), message));
    }
}

/// 收入总计 and 支出总计 of one row are one amount.
fn both_sides(figures: &Figures<'_>, place: &Whereto<'_>, found: &mut Diagnostics) {
    let [left, right] = figures.sides.as_slice() else { return };
    let (Some(&one), Some(&other)) = (left.columns.first(), right.columns.first()) else { return };
    for row in 0..figures.rows() {
        let is_whole = |side: &Side| side.labels[row].ends_with("总计");
        let (here, there) = (figures.value(row, one), figures.value(row, other));
        let room = figures.room([(row, one), (row, other)].into_iter());
        // A total of one side may be blank where the form has none.
        if is_whole(left) && is_whole(right) && !here.is_zero() && !there.is_zero() && (here - there).abs() > room {
            let (here_is, there_is) = (&left.labels[row], &right.labels[row]);
            let message = format!("“{here_is}”写作 {here}，“{there_is}”写作 {there}，相差 {}", (here - there).abs());
            found.push(figures.finding(place, "X072", (row, one), message));
        }
    }
}

// ------------------------------------------------------------------------------------------------------------ words

/// Without blanks.
pub fn plain(text: &str) -> String {
    super::recognise::plain(text)
}

/// 合计, 小计, 总计, 本年收入合计.
pub fn is_total(text: &str) -> bool {
    let text = plain(text);
    ["合计", "小计", "总计"].iter().any(|word| text.ends_with(word)) || text == "计"
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || "-—–－/".contains(c))
}

/// A cell that is a number.
fn number(text: &str) -> Option<Number> {
    let text = plain(text);
    if is_blank(&text) {
        return None;
    }
    let value = printed_number(&text, Decimal::ONE)?;
    let decimals = text.rsplit_once('.').map_or(0, |(_, after)| after.len().min(20) as u32);
    Some(Number { value, decimals })
}

/// The code of each row, put together from the columns of its 类, 款 and 项.
fn codes_of(lines: &[Vec<&str>], columns: &[usize]) -> Vec<String> {
    let mut before: Vec<String> = vec![String::new(); columns.len()];
    let code = |line: &Vec<&str>| {
        let mut own: Vec<String> = columns.iter().map(|column| plain(line[*column])).collect();
        let is_code = |text: &String| text.bytes().all(|b| b.is_ascii_digit());
        if own.iter().any(|text| !is_code(text)) || own.iter().all(String::is_empty) {
            return String::new();
        }
        // 类 and 款 may be printed once for the rows below them.
        let last = own.iter().rposition(|text| !text.is_empty()).unwrap_or(0);
        for (at, text) in own.iter_mut().enumerate().take(last) {
            if text.is_empty() {
                text.clone_from(&before[at]);
            }
        }
        before.clone_from(&own);
        let code = own.concat();
        if (3..=7).contains(&code.len()) && code.len() % 2 == 1 { code } else { String::new() }
    };
    lines.iter().map(code).collect()
}

const ORDINALS: &str = "一二三四五六七八九十";

/// How deep a numbered name lies: 2 一、, 3 （一）, 4 1., 5 （1）.
fn depth_of(label: &str) -> Option<u8> {
    let label = label.trim_start_matches("其中").trim_start_matches(['：', ':']);
    let inner = label.strip_prefix(['（', '(']);
    if inner.is_some_and(|inner| inner.starts_with(|c: char| c.is_ascii_digit())) {
        return Some(5);
    }
    super::arrange::number_of(label).filter(|depth| *depth > 1)
}

/// Which one it is of those numbered 一、二、三.
fn ordinal(label: &str) -> Option<usize> {
    let number: Vec<usize> = label
        .chars()
        .take_while(|c| ORDINALS.contains(*c))
        .filter_map(|c| ORDINALS.chars().position(|known| known == c))
        .map(|at| at + 1)
        .collect();
    match number.as_slice() {
        [one] => Some(*one),
        [10, one] => Some(10 + one),
        [tens, 10] => Some(10 * tens),
        [tens, 10, one] => Some(10 * tens + one),
        _ => None,
    }
}

/// `甲、乙、丙等 5 项`.
fn listed(names: &[String]) -> String {
    const NAMED: usize = 4;
    let some: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let more = if names.len() > NAMED { format!("等 {} 项", names.len()) } else { String::new() };
    format!("{}{more}", some.join("、"))
}
