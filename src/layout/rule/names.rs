//! Names in rules that name nothing in their set.

use super::{CellPattern, FigureRule};
use crate::data::Kind;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::layout::{ColumnDecl, Each, LayoutSet, RowDecl, TableLayout};
use crate::toml_tree::suggestion;

/// Names in rules that name nothing in the set.
pub fn check(set: &LayoutSet, diagnostics: &mut Diagnostics) {
    for rule in &set.rules {
        let mut wrong = Vec::new();
        names(set, rule, &mut wrong);
        wrong.dedup();
        for (message, hint) in wrong {
            let found = Diagnostic::error("E283", format!("规则 {}：{message}", rule.code)).at(rule.place.clone());
            diagnostics.push(if hint.is_empty() { found } else { found.hint(hint) });
        }
    }
}

fn names(set: &LayoutSet, rule: &FigureRule, wrong: &mut Vec<(String, String)>) {
    let known: Vec<&str> = set.tables.values().map(|t| t.id.as_str()).collect();
    for id in rule.tables() {
        if !known.contains(&id) {
            wrong.push((format!("没有 id 为“{id}”的表"), suggestion(id, &known)));
        }
    }
    for relation in rule.relations() {
        for cell in relation.left.cells().into_iter().chain(relation.right.cells()) {
            for variable in variables(cell) {
                let bound = match variable {
                    "table" => !rule.each.tables.is_empty(),
                    "row" | "row.name" | "row.code" => !rule.each.rows.is_empty(),
                    "column" => !rule.each.columns.is_empty(),
                    _ => false,
                };
                if !bound {
                    let hint =
                        "each 里写了 table、row、column 才能用 {table}、{row}（{row.name}、{row.code}）、{column}";
                    wrong.push((format!("“{{{variable}}}”没有着落"), hint.to_string()));
                }
            }
            for table in tables_of(set, rule, &cell.table) {
                known_keys(set, table, cell, wrong);
            }
        }
    }
}

fn variables(cell: &CellPattern) -> Vec<&str> {
    let parts = [&cell.table, &cell.row, &cell.column];
    parts.into_iter().flat_map(|p| p.split('{').skip(1)).filter_map(|p| Some(p.split_once('}')?.0)).collect()
}

fn tables_of<'s>(set: &'s LayoutSet, rule: &'s FigureRule, id: &'s str) -> Vec<&'s TableLayout> {
    let ids: Vec<&str> = if id == "{table}" { rule.each.tables.iter().map(String::as_str).collect() } else { vec![id] };
    set.tables.values().filter(|t| ids.contains(&t.id.as_str())).collect()
}

/// A fixed key must be declared in its table; codes and what `each` makes come from data.
fn known_keys(set: &LayoutSet, table: &TableLayout, cell: &CellPattern, wrong: &mut Vec<(String, String)>) {
    let mut rows = Vec::new();
    let mut open = false;
    let file = set.schema.files.get(&table.from);
    let is_code = |name: &str| file.and_then(|f| f.field(name)).is_some_and(|f| matches!(f.kind, Kind::Code { .. }));
    for side in &table.sides {
        row_keys(&side.rows, &is_code, &mut rows, &mut open);
        row_keys(&side.foot, &is_code, &mut rows, &mut open);
    }
    let row = cell.row.as_str();
    let fixed = !row.contains(['{', '[', '*', '>']) && !row.bytes().all(|b| b.is_ascii_digit());
    if fixed && !open && !rows.contains(&row) {
        wrong.push((format!("表 {} 没有键为“{row}”的行", table.id), suggestion(row, &rows)));
    }
    let columns: Vec<&ColumnDecl> = table.columns.iter().chain(table.sides.iter().flat_map(|s| &s.columns)).collect();
    let keys: Vec<&str> = columns.iter().filter_map(|c| c.key.as_deref()).collect();
    let column = cell.column.as_str();
    let of_each = columns.iter().any(|c| c.each.is_some() && c.key.is_none());
    let head = column.split_once('.').map_or(column, |(head, _)| head);
    if !column.contains('{') && !of_each && !keys.contains(&column) && !keys.contains(&head) {
        wrong.push((format!("表 {} 没有键为“{column}”的列", table.id), suggestion(column, &keys)));
    }
}

/// Keys of fixed rows; `open` where rows with keys from data stand too (other than codes).
fn row_keys<'r>(rows: &'r [RowDecl], is_code: &dyn Fn(&str) -> bool, keys: &mut Vec<&'r str>, open: &mut bool) {
    for row in rows {
        keys.extend(row.key.as_deref());
        *open |= match &row.each {
            Some(Each::Field(name)) => !is_code(name),
            Some(_) => true,
            None => false,
        };
        row_keys(&row.rows, is_code, keys, open);
    }
}
