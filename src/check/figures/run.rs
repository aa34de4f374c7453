//! What each rule of the set finds in a book of tables.

use super::book::{Book, Sheet};
use super::evaluate::{Outcome, bound};
use super::names::table_name;
use super::words::{self, PlaceOf};
use crate::compose::plain_name;
use crate::data::{Data, Schema};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::layout::rule::{Demand, FigureRule, RowsDemand};

/// What one rule finds.
pub fn run(book: &Book, rule: &FigureRule, data: &Data, schema: &Schema, place_of: &PlaceOf<'_>) -> Diagnostics {
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
        Demand::Records(demand) => super::records::records(data, schema, rule, severity, demand, &mut found),
        Demand::Once(files) => super::records::once(data, rule, severity, files, &mut found),
    }
    found
}

fn rows(sheet: &Sheet, demand: RowsDemand, rule: &FigureRule, schema: &Schema, found: &mut Diagnostics) {
    let coded = || sheet.view.rows.iter().filter(|r| !r.code.is_empty() && r.printed);
    let mut report = |row: &crate::compose::RowView, message: String| {
        let place = row.place.clone().unwrap_or_else(|| sheet.view.place.clone());
        let message = format!("《{}》{message}", sheet.view.title);
        let Some(severity) = rule.severity else { return };
        let address = format!("{}/{}", sheet.view.id, row.key);
        let diagnostic = Diagnostic::new(severity, rule.code.clone(), message).at(place).address(address);
        found.push(words::with_reason(diagnostic, rule));
    };
    if !sheet.view.whole && matches!(demand, RowsDemand::Whole | RowsDemand::Deep) {
        return; // what is missing may be what was not read
    }
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
                    Some(name) if *name != row.name && plain_name(name) != plain_name(&row.name) => {
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

fn same(book: &Book, rule: &FigureRule, one: &str, other: &str, found: &mut Diagnostics) {
    let (Some((_, one)), Some((_, other))) = (book.sheet(one), book.sheet(other)) else { return };
    let Some(severity) = rule.severity.filter(|_| one.view.whole && other.view.whole) else { return };
    for (here, there) in [(one, other), (other, one)] {
        let names: std::collections::HashSet<&str> =
            there.view.rows.iter().filter(|r| r.generated).map(|r| r.name.as_str()).collect();
        for row in here.view.rows.iter().filter(|r| r.generated && !names.contains(r.name.as_str())) {
            let place = row.place.clone().unwrap_or_else(|| here.view.place.clone());
            let message =
                format!("{}：“{}”在{}中，却不在{}中", rule.says, row.name, table_name(here), table_name(there));
            let diagnostic = Diagnostic::new(severity, rule.code.clone(), message)
                .at(place)
                .address(format!("{}/{}", here.view.id, row.key))
                .text(row.name.clone());
            found.push(words::with_reason(diagnostic, rule));
        }
    }
}
