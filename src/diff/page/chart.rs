//! What differs in a chart: its figures, and which of them it shows.

use super::Walk;
use super::view::View;
use crate::diff::{Behind, Spot, TextChange, TextKind};
use crate::document::{Chart, ChartValue};
use std::collections::BTreeMap;

impl Walk<'_, '_> {
    /// A chart that only one side has.
    pub fn whole_chart(&mut self, view: &View, chart: &Chart, spot: Spot, added: bool) {
        let mut figures = Vec::new();
        for value in chart.values() {
            let address = view.document().figure(value.figure).address.clone();
            let text = Some(value.text.clone());
            let (old, new) = if added { (None, text) } else { (text, None) };
            self.printed(&address, spot.clone(), old, new);
            figures.push(address);
        }
        let name = Some(format!("图“{}”", chart.id));
        let (old, new) = if added { (None, name) } else { (name, None) };
        let behind = Behind { words: true, ..Behind::default() };
        self.diff.texts.push(TextChange { kind: TextKind::Table, spot, old, new, figures, causes: Vec::new(), behind });
    }

    pub fn chart(&mut self, old: &Chart, new: &Chart, spot: Spot) {
        let (before, after) = (shown(self.old, old), shown(self.new, new));
        for (address, value) in &before {
            let is = after.get(address);
            if is.is_none_or(|is| is.text != value.text) {
                self.printed(address, spot.clone(), Some(value.text.clone()), is.map(|is| is.text.clone()));
            }
        }
        for (address, value) in after.iter().filter(|(address, _)| !before.contains_key(*address)) {
            self.printed(address, spot.clone(), None, Some(value.text.clone()));
        }
        if old.kind != new.kind {
            self.diff.layout.push(format!("图“{}”换了画法", new.id));
        }
    }
}

/// The figures of a chart by their addresses.
fn shown<'c>(view: &View, chart: &'c Chart) -> BTreeMap<String, &'c ChartValue> {
    chart.values().map(|value| (view.document().figure(value.figure).address.clone(), value)).collect()
}
