//! What a rule is asked of: its tables, rows and columns, each in turn.

use super::book::{Book, Sheet};
use crate::layout::rule::FigureRule;
use rustc_hash::FxHashSet as HashSet;
use std::borrow::Cow;

/// What stands for `{table}`, `{row}`, `{column}`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Binding<'b> {
    pub table: &'b str,
    pub row: &'b str,
    pub row_name: &'b str,
    pub row_code: &'b str,
    pub column: &'b str,
}

impl<'b> Binding<'b> {
    /// A pattern with its names filled in.
    pub fn fill(&self, pattern: &'b str) -> Cow<'b, str> {
        // Most have no name, or are one.
        let Some(first) = pattern.bytes().position(|byte| byte == b'{') else { return pattern.into() };
        let name = pattern.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        if let Some(filled) = name.and_then(|name| self.named(name)) {
            return filled;
        }
        let (mut filled, mut rest) = (pattern[..first].to_string(), &pattern[first + 1..]);
        while let Some((name, after)) = rest.split_once('}') {
            match self.named(name) {
                Some(text) => filled.push_str(&text),
                None => filled.extend(["{", name, "}"]),
            }
            let (plain, next) = after.split_once('{').unwrap_or((after, ""));
            filled.push_str(plain);
            rest = next;
        }
        filled.push_str(rest);
        filled.into()
    }

    /// What a name stands for.
    fn named(&self, name: &str) -> Option<Cow<'b, str>> {
        Some(match name {
            "table" => self.table.into(),
            "row" => self.row.into(),
            "row.code" => self.row_code.into(),
            "row.name" => crate::compose::short_key(self.row_name).to_string().into(),
            "column" => self.column.into(),
            _ => return None,
        })
    }
}

/// Every table, row and column a rule is asked of.
pub fn bindings<'b>(book: &'b Book, rule: &'b FigureRule) -> Vec<Binding<'b>> {
    let mut all = vec![Binding::default()];
    if !rule.each.tables.is_empty() {
        let tables = rule.each.tables.iter().filter(|id| book.sheet(id).is_some());
        all = tables.map(|id| Binding { table: id, ..Binding::default() }).collect();
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
fn with_rows<'b>(book: &'b Book, rule: &'b FigureRule, binding: &Binding<'b>) -> Vec<Binding<'b>> {
    let mut found = Vec::new();
    let mut seen: HashSet<&str> = HashSet::default();
    for pattern in &rule.each.rows {
        let (table, selector) = pattern.split_once('/').unwrap_or((binding.table, pattern));
        let Some((_, sheet)) = book.sheet(table) else { continue };
        for &row in sheet.select(selector).iter() {
            let row = &sheet.view.rows[row];
            if seen.insert(&row.key) {
                found.push(Binding { row: &row.key, row_name: &row.name, row_code: &row.code, ..*binding });
            }
        }
    }
    found
}

fn with_columns<'b>(book: &'b Book, rule: &'b FigureRule, binding: &Binding<'b>) -> Vec<Binding<'b>> {
    let Some((_, sheet)) = book.sheet(binding.table) else { return Vec::new() };
    let side = sheet.row(binding.row).map(|row| sheet.view.rows[row].side);
    let mut keys: Vec<&str> = Vec::new();
    for pattern in &rule.each.columns {
        for column in sheet.view.columns.iter().filter(|c| side.is_none_or(|s| s == c.side)) {
            let wanted = *column.key == **pattern || pattern == "*" && is_money(sheet, &column.key) && !column.calc;
            if wanted && !keys.contains(&&*column.key) {
                keys.push(&column.key);
            }
        }
    }
    keys.into_iter().map(|column| Binding { column, ..*binding }).collect()
}

/// The first figure of a column says whether it holds money.
fn is_money(sheet: &Sheet, key: &str) -> bool {
    let figures = sheet.view.rows.iter().filter_map(|r| r.figures[sheet.column(key, r.side)?].as_ref());
    figures.into_iter().next().is_none_or(|f| f.unit != crate::money::Unit::Plain)
}
