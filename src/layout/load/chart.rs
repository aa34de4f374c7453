//! `charts.toml`: figures as pictures.

use super::table::TableLoader;
use crate::document::ChartKind;
use crate::layout::{ChartEntry, ChartLayout};
use crate::toml_tree::{Entry, Node, read};
use indexmap::IndexMap;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChart {
    kind: ChartKind,
    title: Node,
    #[serde(default)]
    series: Vec<Node>,
    items: Vec<Node>,
    numbers: Option<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    rows: Option<String>,
    level: Option<usize>,
    label: Option<Node>,
    figures: Vec<String>,
}

/// Every chart by its name.
pub fn charts(node: &Node, loader: &mut TableLoader<'_>) -> IndexMap<String, ChartLayout> {
    let Some(entries) = node.table() else { return IndexMap::new() };
    let one = |(name, entry): (&String, &Entry)| Some((name.clone(), chart(name, &entry.node, loader)?));
    entries.iter().filter_map(one).collect()
}

fn chart(name: &str, node: &Node, loader: &mut TableLoader<'_>) -> Option<ChartLayout> {
    let raw: RawChart = read(node, loader.diagnostics)?;
    let numbers = loader.look(raw.numbers.as_ref());
    Some(ChartLayout {
        name: name.to_string(),
        kind: raw.kind,
        title: loader.template(&raw.title)?,
        series: loader.templates(&raw.series),
        items: raw.items.iter().filter_map(|node| entry(node, loader)).collect(),
        numbers,
        place: node.place.clone(),
    })
}

fn entry(node: &Node, loader: &mut TableLoader<'_>) -> Option<ChartEntry> {
    let raw: RawEntry = read(node, loader.diagnostics)?;
    let label = match &raw.label {
        Some(node) => Some(loader.template(node)?),
        None => None,
    };
    Some(ChartEntry { rows: raw.rows, level: raw.level, label, figures: raw.figures, place: node.place.clone() })
}
