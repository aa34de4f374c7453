//! What a rule is asked of: its tables, rows and columns, each in turn.

use super::book::{Book, Sheet};
use crate::layout::rule::FigureRule;
use std::borrow::Cow;

/// What stands for `{table}`, `{row}`, `{column}`.
#[derive(Debug, Clone, Default)]
pub struct Binding {
    pub table: String,
    pub row: String,
    pub row_name: String,
    pub row_code: String,
    pub column: String,
}

impl Binding {
    /// A pattern with its names filled in.
    pub fn fill<'p>(&self, pattern: &'p str) -> Cow<'p, str> {
        let Some((before, mut rest)) = pattern.split_once('{') else { return pattern.into() };
        let mut filled = before.to_string();
        while let Some((name, after)) = rest.split_once('}') {
            match name {
                "table" => filled.push_str(&self.table),
                "row" => filled.push_str(&self.row),
                "row.code" => filled.push_str(&self.row_code),
                "row.name" => filled.push_str(&crate::compose::short_key(&self.row_name)),
                "column" => filled.push_str(&self.column),
                other => filled.extend(["{", other, "}"]),
            }
            let (plain, next) = after.split_once('{').unwrap_or((after, ""));
            filled.push_str(plain);
            rest = next;
        }
        filled.push_str(rest);
        filled.into()
    }
}

/// Every table, row and column a rule is asked of.
pub fn bindings(book: &Book, rule: &FigureRule) -> Vec<Binding> {
    let mut all = vec![Binding::default()];
    if !rule.each.tables.is_empty() {
        let tables = rule.each.tables.iter().filter(|id| book.sheet(id).is_some());
        all = tables.map(|id| Binding { table: id.clone(), ..Binding::default() }).collect();
    }
    if !rule.each.rows.is_empty() {
        all = all.iter().flat_map(|b| with_rows(book, rule, b)).collect();
    }
    if !rule.each.columns.is_empty() {
        all = all.iter().flat_map(|b| with_columns(book, rule, b)).collect();
    }
    all
}

/// A binding for each row the patterns name, each key once.
fn with_rows(book: &Book, rule: &FigureRule, binding: &Binding) -> Vec<Binding> {
    let mut found: Vec<Binding> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for pattern in &rule.each.rows {
        let (table, selector) = pattern.split_once('/').unwrap_or((&binding.table, pattern));
        let Some((_, sheet)) = book.sheet(table) else { continue };
        for row in sheet.select(selector) {
            let row = &sheet.view.rows[row];
            if seen.insert(row.key.clone()) {
                found.push(Binding {
                    row: row.key.to_string(),
                    row_name: row.name.clone(),
                    row_code: row.code.clone(),
                    ..binding.clone()
                });
            }
        }
    }
    found
}

fn with_columns(book: &Book, rule: &FigureRule, binding: &Binding) -> Vec<Binding> {
    let Some((_, sheet)) = book.sheet(&binding.table) else { return Vec::new() };
    let side = sheet.row(&binding.row).map(|row| sheet.view.rows[row].side);
    let mut keys: Vec<&str> = Vec::new();
    for pattern in &rule.each.columns {
        for column in sheet.view.columns.iter().filter(|c| side.is_none_or(|s| s == c.side)) {
            let wanted = *column.key == **pattern || pattern == "*" && is_money(sheet, &column.key) && !column.calc;
            if wanted && !keys.contains(&&*column.key) {
                keys.push(&column.key);
            }
        }
    }
    keys.into_iter().map(|key| Binding { column: key.to_string(), ..binding.clone() }).collect()
}

/// The first figure of a column says whether it holds money.
fn is_money(sheet: &Sheet, key: &str) -> bool {
    let figures = sheet.view.rows.iter().filter_map(|r| r.figures[sheet.view.column(key, r.side)?].as_ref());
    figures.into_iter().next().is_none_or(|f| f.unit != crate::money::Unit::Plain)
}
