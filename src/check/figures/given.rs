//! Where tables given as printed differ from what the ledger gives.

use crate::check::interval::printed_interval;
use crate::compose::TableView;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use rust_decimal::Decimal;

/// Where printed figures differ from what the ledger gives: each must be its exact amount, rounded.
pub fn compare(exact: &TableView, given: &TableView, found: &mut Diagnostics) {
    for row in &given.rows {
        let computed = exact.row(&row.key);
        let given = row.figures.iter().enumerate().filter_map(|(i, f)| Some((i, f.as_ref()?)));
        for (index, figure) in given.filter(|(_, figure)| figure.place.is_some()) {
            let amount = computed.and_then(|r| r.figures[index].as_ref()).map_or(Some(Decimal::ZERO), |f| f.amount);
            let (Some(amount), Some(interval)) = (amount, printed_interval(&figure.text, figure.unit, figure.decimals))
            else {
                continue;
            };
            if interval.low <= amount && amount <= interval.high {
                continue;
            }
            let name =
                if row.code.is_empty() { row.label.trim().to_string() } else { format!("{} {}", row.code, row.name) };
            let head = exact.columns[index].head.last().cloned().unwrap_or_default();
            let shown = if figure.text.is_empty() { "空白" } else { &figure.text };
            let right = computed.and_then(|r| r.figures[index].as_ref()).map_or(String::new(), |f| f.text.clone());
            let right = if right.is_empty() { "空白".to_string() } else { right };
            let message =
                format!("《{}》“{name}”行“{head}”印作 {shown}，按明细应为 {right}（{amount:.2} 元）", exact.title);
            let place = figure.place.clone().unwrap_or_else(|| exact.place.clone());
            found.push(
                Diagnostic::error("X041", message)
                    .at(place)
                    .address(figure.address.to_string())
                    .text(figure.text.clone())
                    .hint("明细和这张表必有一处不对；由明细算出的数不留误差"),
            );
        }
    }
    for row in exact.rows.iter().filter(|r| given.whole && r.printed && given.row(&r.key).is_none()) {
        let filled = row.figures.iter().flatten().find(|f| f.amount.is_some_and(|a| !a.is_zero()));
        let Some(figure) = filled else { continue };
        let name =
            if row.code.is_empty() { row.label.trim().to_string() } else { format!("{} {}", row.code, row.name) };
        let place = given.rows.first().and_then(|r| r.place.clone()).map(|p| Place::file(p.file));
        found.push(
            Diagnostic::error("X041", format!("《{}》没有“{name}”这一行，按明细应有 {}", exact.title, figure.text))
                .at(place.unwrap_or_else(|| exact.place.clone()))
                .address(figure.address.to_string())
                .hint("明细和这张表必有一处不对"),
        );
    }
}
