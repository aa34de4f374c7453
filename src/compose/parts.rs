//! No total loses money: an entry with `parts` is the exact union of them, line by line.

use super::axes::{ColumnItem, RowItem, Scope};
use crate::data::points::Bits;
use crate::diagnostic::{Diagnostic, Place};
use crate::layout::Parts;
use std::sync::Arc;

/// Proves every row of a side that names its parts, and every 其中.
pub fn prove_rows(scope: &Scope<'_>, body: &[RowItem<'_>], foot: &[RowItem<'_>]) {
    let all: Vec<&RowItem<'_>> = body.iter().chain(foot).filter(|r| !r.blank).collect();
    let claimed: Vec<&str> = all.iter().flat_map(|r| named(&r.decl.parts)).collect();
    for row in &all {
        let parts: Vec<Arc<crate::data::points::Points>> = match &row.decl.parts {
            Parts::None => continue,
            Parts::Named(keys) => {
                let is_part = |r: &&&RowItem<'_>| keys.iter().any(|k| r.decl.key.as_deref() == Some(k));
                all.iter().filter(is_part).map(|r| r.points.clone()).collect()
            }
            Parts::Rest => rest(row, body, &claimed).iter().map(|r| r.points.clone()).collect(),
        };
        let bits: Vec<&Bits> = parts.iter().map(|p| &p.yes).collect();
        report(scope, &row.points.yes, &bits, &format!("行“{}”", row.key), &row.decl.place);
    }
    for row in all.iter().filter(|r| r.decl.of.is_some()) {
        let whole = all.iter().find(|r| r.decl.key == row.decl.of);
        if let Some(whole) = whole {
            subset(scope, &row.points.yes, &whole.points.yes, &format!("行“{}”", row.key), &row.decl.place);
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
    let covered = |r: &&RowItem<'a>| {
        r.code_field.is_some()
            && candidates
                .iter()
                .any(|o| std::ptr::eq(o.decl, r.decl) && o.key.len() < r.key.len() && r.key.starts_with(o.key.as_ref()))
    };
    candidates.iter().filter(|r| !covered(r)).copied().collect()
}

/// Proves every column that names its parts, for the lines the side's rows show.
pub fn prove_columns(scope: &Scope<'_>, columns: &[ColumnItem<'_>], rows: &[RowItem<'_>]) {
    let mut shown = Bits::new(scope.base.records.len());
    for row in rows.iter().filter(|r| !r.blank && r.dataset.id == scope.base.id) {
        shown = shown.or(&row.points.yes);
    }
    let points = |c: &ColumnItem<'_>| scope.session.all_points(scope.base, &c.filters).yes.and(&shown);
    let reads_base = |c: &ColumnItem<'_>| {
        let other = c.from.as_deref().is_some_and(|from| from != scope.base.id);
        c.key.is_some() && !other && c.decl.join.is_none() && c.decl.calc.is_none() && c.decl.of.is_none()
    };
    let claimed: Vec<&str> = columns.iter().flat_map(|c| named(&c.decl.parts)).collect();
    for column in columns.iter().filter(|c| c.decl.parts != Parts::None && reads_base(c)) {
        let is_part = |c: &&ColumnItem<'_>| match &column.decl.parts {
            Parts::Named(keys) => keys.iter().any(|k| c.decl.key.as_deref() == Some(k) || c.key.as_deref() == Some(k)),
            _ => {
                let is_claimed = c.decl.key.as_deref().is_some_and(|k| claimed.contains(&k));
                !std::ptr::eq(c.decl, column.decl) && !is_claimed && reads_base(c) && c.decl.parts != Parts::Rest
            }
        };
        let parts: Vec<Bits> = columns.iter().filter(is_part).map(points).collect();
        let key = column.key.as_deref().unwrap_or_default();
        report(scope, &points(column), &parts.iter().collect::<Vec<_>>(), &format!("列“{key}”"), &column.decl.place);
    }
}

fn named(parts: &Parts) -> impl Iterator<Item = &str> {
    let keys = if let Parts::Named(keys) = parts { keys.as_slice() } else { &[] };
    keys.iter().map(String::as_str)
}

/// Each line of the total with money must be in exactly one part; a part must hold nothing more.
fn report(scope: &Scope<'_>, total: &Bits, parts: &[&Bits], what: &str, place: &Place) {
    let mut once = Bits::new(total.length());
    let mut twice = Bits::new(total.length());
    for part in parts {
        twice = twice.or(&once.and(part));
        once = once.or(part);
    }
    let lines = [
        (total.and_not(&once), "不在任何一个分项中，合计会多出这笔钱"),
        (total.and(&twice), "同时在两个分项中，会重复计算"),
        (once.and_not(total), "在分项中，却不在合计中"),
    ];
    for (wrong, says) in lines {
        each_line(scope, &wrong, says, what, place);
    }
}

fn subset(scope: &Scope<'_>, part: &Bits, whole: &Bits, what: &str, place: &Place) {
    each_line(scope, &part.and_not(whole), "在“其中”项里，却不在它所属的项里", what, place);
}

fn each_line(scope: &Scope<'_>, lines: &Bits, says: &str, what: &str, place: &Place) {
    let Some(measure) = scope.measure(scope.base) else { return };
    let title = scope.layout.title.as_ref().map_or(scope.layout.id.as_str(), |t| t.source.as_str());
    for index in lines.iter() {
        let record = &scope.base.records[index];
        if record.values[measure].number().is_zero() {
            continue;
        }
        let line = Place::new(record.origin.file.clone(), record.origin.line, 0);
        scope.session.report(
            Diagnostic::error("E310", format!("《{title}》{what}：这一行{says}"))
                .at(line)
                .related(place.clone(), "版式在这里规定了合计的构成")
                .hint("检查这一行的科目、类别和资金来源；若数据无误，应在版式中为它增加行或列"),
        );
    }
}
