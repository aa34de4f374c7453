//! Every rule of the set over a book of tables: bindings, instances, findings.

use super::book::{Book, CellId, Sheet};
use super::evaluate::{Binding, Instance, Outcome, instance};
use super::words;
use crate::data::Schema;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::layout::rule::{Demand, RowsDemand, Rule};

/// Where a finding about a cell belongs in the user's files.
pub type PlaceOf<'a> = dyn Fn(&Book, CellId) -> Place + Sync + 'a;

/// A relation of a rule, bound.
pub struct Bound<'r> {
    pub rule: &'r Rule,
    pub instance: Instance,
}

/// Every relation of a rule for every table, row and column it is asked of.
pub fn bound<'r>(book: &Book, rule: &'r Rule) -> Vec<Bound<'r>> {
    let Demand::Relation(relation) = &rule.demand else { return Vec::new() };
    let one = |binding: &Binding| {
        let certain = |when| instance(book, when, binding).is_some_and(|i| i.is_certain(book));
        if !rule.when.iter().all(certain) {
            return None;
        }
        let instance = instance(book, relation, binding)?;
        // Nothing in it, and nothing to say of it.
        (!instance.cells().is_empty()).then_some(Bound { rule, instance })
    };
    bindings(book, rule).iter().filter_map(one).collect()
}

fn bindings(book: &Book, rule: &Rule) -> Vec<Binding> {
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
fn with_rows(book: &Book, rule: &Rule, binding: &Binding) -> Vec<Binding> {
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

fn with_columns(book: &Book, rule: &Rule, binding: &Binding) -> Vec<Binding> {
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

/// What one rule finds.
pub fn run(book: &Book, rule: &Rule, schema: &Schema, place_of: &PlaceOf<'_>) -> Diagnostics {
    let mut found = Diagnostics::default();
    let Some(severity) = rule.severity else { return found };
    match &rule.demand {
        Demand::Relation(_) => {
            for bound in bound(book, rule) {
                if let Some(Outcome::Fails { left, right }) = bound.instance.outcome(book) {
                    found.push(words::broken_relation(book, &bound, severity, left, right, place_of));
                }
            }
        }
        Demand::Rows(demand) => {
            for (_, sheet) in rule.each.tables.iter().filter_map(|id| book.sheet(id)) {
                rows(sheet, *demand, rule, schema, &mut found);
            }
        }
        Demand::Same(one, other) => same(book, rule, one, other, &mut found),
    }
    found
}

fn rows(sheet: &Sheet, demand: RowsDemand, rule: &Rule, schema: &Schema, found: &mut Diagnostics) {
    let coded = || sheet.view.rows.iter().filter(|r| !r.code.is_empty() && r.printed);
    let mut report = |row: &crate::compose::RowView, message: String| {
        let place = row.place.clone().unwrap_or_else(|| sheet.view.place.clone());
        let message = format!("《{}》{message}", sheet.view.title);
        let Some(severity) = rule.severity else { return };
        let address = format!("{}/{}", sheet.view.id, row.key);
        let diagnostic = Diagnostic::new(severity, rule.code.clone(), message).at(place).address(address);
        found.push(words::with_reason(diagnostic, rule));
    };
    match demand {
        RowsDemand::Ordered => {
            let rows: Vec<_> = coded().collect();
            for pair in rows.windows(2).filter(|p| p[0].under == p[1].under && p[0].side == p[1].side) {
                if pair[0].code > pair[1].code {
                    report(pair[1], format!("科目“{}”排在“{}”之后，没有按编码顺序", pair[1].code, pair[0].code));
                }
            }
        }
        RowsDemand::Unique => {
            let mut seen = std::collections::HashSet::new();
            for row in coded() {
                if !seen.insert((&row.under, &row.code)) {
                    report(row, format!("科目“{}”（{}）出现了两次", row.code, row.name));
                }
            }
        }
        RowsDemand::Named => {
            for row in coded() {
                let Some(class) = schema.classes.get(&row.class) else { continue };
                match class.names.get(&row.code) {
                    None => report(row, format!("科目“{}”（{}）不在科目表中", row.code, row.name)),
                    Some(name) if words::plain_name(name) != words::plain_name(&row.name) => {
                        report(row, format!("科目“{}”的名称“{}”与科目表的“{name}”不同", row.code, row.name));
                    }
                    Some(_) => {}
                }
            }
        }
        RowsDemand::Deep => {
            for (index, row) in sheet.view.rows.iter().enumerate().filter(|(_, r)| !r.code.is_empty() && r.printed) {
                let Some(class) = schema.classes.get(&row.class) else { continue };
                if class.levels.last() != Some(&row.level) && sheet.below(index).is_empty() {
                    report(row, format!("科目“{}”（{}）之下没有列到最末一级", row.code, row.name));
                }
            }
        }
        RowsDemand::Whole => {
            let codes: std::collections::HashSet<_> = coded().map(|r| (&r.under, r.code.as_str())).collect();
            for row in coded() {
                let Some(class) = schema.classes.get(&row.class) else { continue };
                let absent = class.path(&row.code).into_iter().find(|code| !codes.contains(&(&row.under, *code)));
                if let Some(absent) = absent {
                    report(row, format!("列了科目“{}”（{}），却没有它上级“{absent}”的行", row.code, row.name));
                }
            }
        }
    }
}

fn same(book: &Book, rule: &Rule, one: &str, other: &str, found: &mut Diagnostics) {
    let (Some((_, one)), Some((_, other))) = (book.sheet(one), book.sheet(other)) else { return };
    let Some(severity) = rule.severity else { return };
    for (here, there) in [(one, other), (other, one)] {
        let names: std::collections::HashSet<&str> =
            there.view.rows.iter().filter(|r| r.generated).map(|r| r.name.as_str()).collect();
        for row in here.view.rows.iter().filter(|r| r.generated && !names.contains(r.name.as_str())) {
            let place = row.place.clone().unwrap_or_else(|| here.view.place.clone());
            let message = format!(
                "{}：“{}”在{}中，却不在{}中",
                rule.says,
                row.name,
                words::table_name(here),
                words::table_name(there)
            );
            let diagnostic = Diagnostic::new(severity, rule.code.clone(), message)
                .at(place)
                .address(format!("{}/{}", here.view.id, row.key))
                .text(row.name.clone());
            found.push(words::with_reason(diagnostic, rule));
        }
    }
}
