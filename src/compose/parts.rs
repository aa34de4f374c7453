//! No total loses money: an entry with `parts` is the exact union of them, line by line; an 其中 lies within its whole.

use super::axes::{ColumnItem, RowItem, Scope};
use crate::data::Dataset;
use crate::data::Points;
use crate::data::points::Bits;
use crate::diagnostic::{Diagnostic, Place};
use crate::layout::{Parts, RowDecl};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::sync::Arc;

/// The lines of a dataset an entry shows.
struct Shown<'b, T> {
    entry: &'b T,
    lines: Bits,
}

/// Proves every row of a side that names its parts, and every 其中: for the table's dataset, and for others of its
/// shape that columns read.
pub fn prove_rows(scope: &Scope<'_>, columns: &[ColumnItem<'_>], body: &[RowItem<'_>], foot: &[RowItem<'_>]) {
    let mut datasets: Vec<&Dataset> = body.iter().chain(foot).map(|r| r.dataset).collect();
    datasets.dedup_by_key(|d| &d.id);
    let mut proven: Vec<&str> = Vec::new();
    for dataset in datasets {
        if !proven.contains(&dataset.id.as_str()) {
            proven.push(&dataset.id);
            let own = |r: &RowItem<'_>| (r.dataset.id == dataset.id).then(|| r.points.yes.clone());
            prove_rows_of(scope, dataset, body, foot, &own);
        }
    }
    for (dataset, shown) in scope.other_datasets(columns) {
        let there = |r: &RowItem<'_>| {
            let asked = r.dataset.id == scope.base.id && r.record.is_none() && r.decl.join.is_none();
            asked.then(|| scope.session.all_points(dataset, &*r.filters).yes.and(&shown))
        };
        prove_rows_of(scope, dataset, body, foot, &there);
    }
}

fn prove_rows_of<'a>(
    scope: &Scope<'_>,
    dataset: &Dataset,
    body: &[RowItem<'a>],
    foot: &[RowItem<'a>],
    lines: &dyn Fn(&RowItem<'a>) -> Option<Bits>,
) {
    let all: Vec<Shown<'_, RowItem<'a>>> = body
        .iter()
        .chain(foot)
        .filter(|r| !r.blank)
        .filter_map(|entry| Some(Shown { entry, lines: lines(entry)? }))
        .collect();
    let claimed: Vec<&str> = all.iter().flat_map(|r| named(&r.entry.decl.parts)).collect();
    for total in &all {
        let row = total.entry;
        let parts: Vec<&Bits> = match &row.decl.parts {
            Parts::None => continue,
            Parts::Named(keys) => {
                let is_part = |r: &&Shown<'_, RowItem<'a>>| keys.iter().any(|k| r.entry.decl.key.as_deref() == Some(k));
                all.iter().filter(is_part).map(|r| &r.lines).collect()
            }
            Parts::Rest => {
                let rest: HashSet<*const RowItem<'a>> =
                    rest(row, body, &claimed).into_iter().map(std::ptr::from_ref).collect();
                all.iter().filter(|r| rest.contains(&std::ptr::from_ref(r.entry))).map(|r| &r.lines).collect()
            }
        };
        report(scope, dataset, &total.lines, &parts, &format!("行“{}”", row.key), &row.decl.place);
    }
    let mut by_key: HashMap<Option<&str>, &Shown<'_, RowItem<'a>>> = HashMap::default();
    for row in &all {
        by_key.entry(row.entry.decl.key.as_deref()).or_insert(row);
    }
    for part in all.iter().filter(|r| r.entry.decl.of.is_some()) {
        let row = part.entry;
        if let Some(whole) = by_key.get(&row.decl.of.as_deref()) {
            subset(scope, dataset, &part.lines, &whole.lines, &format!("行“{}”", row.key), &row.decl.place);
        }
    }
}

/// The other rows of the body that make up a total: no totals themselves, claimed by no other, no 其中; of rows one
/// below the other only the upper.
fn rest<'b, 'a>(total: &RowItem<'a>, body: &'b [RowItem<'a>], claimed: &[&str]) -> Vec<&'b RowItem<'a>> {
    let is_claimed = |r: &RowItem<'_>| r.decl.key.as_deref().is_some_and(|k| claimed.contains(&k));
    let candidate = |r: &&RowItem<'a>| {
        let own_total = std::ptr::eq(r.decl, total.decl);
        let sums_rest = r.decl.parts == Parts::Rest;
        !r.blank
            && !own_total
            && !sums_rest
            && !is_claimed(r)
            && r.decl.of.is_none()
            && !r.nested
            && r.decl.join.is_none()
    };
    let candidates: Vec<&RowItem<'a>> = body.iter().filter(candidate).collect();
    // In a tree of codes the rows at the top stand for all below them.
    type Siblings<'r> = (*const RowDecl, Option<&'r str>);
    fn code<'r>(row: &'r RowItem<'_>) -> Option<(Siblings<'r>, &'r str)> {
        let own = row.fields.get(row.code_field?)?;
        Some(((std::ptr::from_ref(row.decl), row.under.as_deref()), own))
    }
    let codes: HashSet<(Siblings<'_>, &str)> = candidates.iter().filter_map(|r| code(r)).collect();
    let covered = |r: &&RowItem<'a>| {
        let Some((siblings, own)) = code(r) else { return false };
        let mut above = own.char_indices().map(|(end, _)| &own[..end]);
        above.any(|upper| codes.contains(&(siblings, upper)))
    };
    candidates.iter().filter(|r| !covered(r)).copied().collect()
}

/// Proves every column that names its parts, and every 其中, for the lines the side's rows show.
pub fn prove_columns(scope: &Scope<'_>, columns: &[ColumnItem<'_>], rows: &[RowItem<'_>]) {
    let all: Vec<Shown<'_, ColumnItem<'_>>> = columns
        .iter()
        .filter(|c| c.key.is_some() && c.decl.join.is_none() && (c.decl.calc.is_none() || c.decl.parts != Parts::None))
        .map(|entry| Shown { entry, lines: column_lines(scope, entry, rows) })
        .collect();
    let claimed: Vec<&str> = columns.iter().flat_map(|c| named(&c.decl.parts)).collect();
    for total in all.iter().filter(|c| c.entry.decl.parts != Parts::None) {
        let column = total.entry;
        let is_part = |c: &&Shown<'_, ColumnItem<'_>>| is_part(scope, columns, column, c.entry, &claimed);
        let parts: Vec<&Bits> = all.iter().filter(is_part).map(|c| &c.lines).collect();
        let what = format!("列“{}”", column.key.as_deref().unwrap_or_default());
        report(scope, dataset(scope, column), &total.lines, &parts, &what, &column.decl.place);
    }
    for part in &all {
        let Some(whole) = whole_of(scope, columns, part.entry) else { continue };
        let same =
            |c: &&Shown<'_, ColumnItem<'_>>| c.entry.decl.key.as_deref() == Some(whole) && pairs(c.entry, part.entry);
        if let Some(whole) = all.iter().find(same) {
            let what = format!("列“{}”", part.entry.key.as_deref().unwrap_or_default());
            subset(scope, dataset(scope, part.entry), &part.lines, &whole.lines, &what, &part.entry.decl.place);
        }
    }
}

fn dataset<'a>(scope: &Scope<'a>, column: &ColumnItem<'_>) -> &'a Dataset {
    column.from.as_deref().and_then(|id| scope.session.dataset(id)).unwrap_or(scope.base)
}

fn column_lines(scope: &Scope<'_>, column: &ColumnItem<'_>, rows: &[RowItem<'_>]) -> Bits {
    let dataset = dataset(scope, column);
    let of_row = |row: &RowItem<'_>| {
        let joined = row.record.is_some() || row.decl.join.is_some();
        match row.dataset.id == dataset.id {
            true => Some(row.points.clone()),
            false if row.dataset.id == scope.base.id && !joined => {
                Some(scope.session.all_points(dataset, &*row.filters))
            }
            false => None,
        }
    };
    let of_rows: Vec<Arc<Points>> = rows.iter().filter(|r| !r.blank).filter_map(of_row).collect();
    let shown = Bits::union(dataset.records.len(), of_rows.iter().map(|points| &points.yes));
    scope.session.all_points(dataset, &*column.filters).yes.and(&shown)
}

/// Whether a column is one of those a total is made of: of the same dataset and amount field, and the same item
/// where one `each` made both.
fn is_part(
    scope: &Scope<'_>,
    columns: &[ColumnItem<'_>],
    total: &ColumnItem<'_>,
    part: &ColumnItem<'_>,
    claimed: &[&str],
) -> bool {
    let alike = dataset(scope, part).id == dataset(scope, total).id
        && amount_field(scope, part) == amount_field(scope, total)
        && pairs(total, part)
        && !std::ptr::eq(part, total);
    let chosen = match &total.decl.parts {
        Parts::Named(keys) => {
            keys.iter().any(|k| part.decl.key.as_deref() == Some(k) || part.key.as_deref() == Some(k))
        }
        _ => {
            let is_claimed = part.decl.key.as_deref().is_some_and(|k| claimed.contains(&k));
            !std::ptr::eq(part.decl, total.decl)
                && !is_claimed
                && part.decl.parts != Parts::Rest
                && whole_of(scope, columns, part).is_none()
        }
    };
    alike && chosen
}

/// Columns of one `each` go together item by item.
fn pairs(a: &ColumnItem<'_>, b: &ColumnItem<'_>) -> bool {
    a.decl.each.is_none() || a.decl.each != b.decl.each || a.item == b.item
}

fn amount_field(scope: &Scope<'_>, column: &ColumnItem<'_>) -> Option<usize> {
    let dataset = dataset(scope, column);
    column.of.as_deref().and_then(|name| dataset.field(name)).or_else(|| scope.measure(dataset))
}

/// The column this one is an 其中 of: `of` names an amount field first, else a column.
fn whole_of<'b>(scope: &Scope<'_>, columns: &[ColumnItem<'_>], column: &'b ColumnItem<'_>) -> Option<&'b str> {
    let of = column.of.as_deref().filter(|name| dataset(scope, column).field(name).is_none())?;
    columns.iter().any(|c| c.decl.key.as_deref() == Some(of)).then_some(of)
}

fn named(parts: &Parts) -> impl Iterator<Item = &str> {
    let keys = if let Parts::Named(keys) = parts { keys.as_slice() } else { &[] };
    keys.iter().map(String::as_str)
}

/// Each line of the total with money must be in exactly one part; a part must hold nothing more.
fn report(scope: &Scope<'_>, dataset: &Dataset, total: &Bits, parts: &[&Bits], what: &str, place: &Place) {
    let (once, twice) = Bits::once_and_twice(total.length(), parts.iter().copied());
    let lines = [
        (total.and_not(&once), "不在任何一个分项中，合计会多出这笔钱"),
        (total.and(&twice), "同时在两个分项中，会重复计算"),
        (once.and_not(total), "在分项中，却不在合计中"),
    ];
    for (wrong, says) in lines {
        wrong_lines(scope, dataset, &wrong, says, what, place);
    }
}

fn subset(scope: &Scope<'_>, dataset: &Dataset, part: &Bits, whole: &Bits, what: &str, place: &Place) {
    wrong_lines(scope, dataset, &part.and_not(whole), "在“其中”项里，却不在它所属的项里", what, place);
}

/// One finding for all lines with the same mistake, at the first of them.
fn wrong_lines(scope: &Scope<'_>, dataset: &Dataset, lines: &Bits, says: &str, what: &str, place: &Place) {
    let lines: Vec<u32> =
        lines.iter().filter(|&i| scope.counts(dataset, i)).map(|i| dataset.records[i].origin.line).collect();
    let Some((first, others)) = lines.split_first() else { return };
    let title = scope.layout.title.as_ref().map_or(format!("表 {}", scope.layout.id), |title| {
        let context = scope.label_context(&Arc::default());
        format!("《{}》", scope.session.try_render(title, &context).unwrap_or_else(|| scope.layout.id.clone()))
    });
    let also = also(others);
    scope.session.report(
        Diagnostic::error("E310", format!("{title}{what}：这一行{says}{also}"))
            .at(Place::new(dataset.file.clone(), *first, 0))
            .related(place.clone(), "版式在这里规定了合计的构成")
            .hint("检查这一行的科目、类别和资金来源；若数据无误，应在版式中为它增加行或列"),
    );
}

/// The other lines of a finding that is told at the first.
pub(super) fn also(others: &[u32]) -> String {
    match others {
        [] => String::new(),
        few if few.len() <= 5 => format!("；还有第 {} 行", joined(few)),
        many => format!("；还有第 {} 等 {} 行", joined(&many[..5]), many.len()),
    }
}

fn joined(lines: &[u32]) -> String {
    lines.iter().map(u32::to_string).collect::<Vec<_>>().join("、")
}
