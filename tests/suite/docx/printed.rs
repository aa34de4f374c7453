//! The figures a document prints, and those that were read.

use gongkai::document::{Block, Document, Inline, Table};
use gongkai::read_docx::ReadFigure;
use std::collections::BTreeMap;

/// What reading must give: address, printing and text of every printed figure in document order.
pub fn printed(document: &Document) -> Vec<(String, u32, String)> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut figures = Vec::new();
    let mut see = |inlines: &'_ [Inline]| {
        for inline in inlines {
            if let Some(id) = inline.figure.filter(|_| !inline.text.trim().is_empty()) {
                let address = document.figures[id.0 as usize].address.as_str();
                let count = counts.entry(address).or_insert(0);
                *count += 1;
                figures.push((address.to_owned(), *count, inline.text.clone()));
            }
        }
    };
    for block in document.blocks() {
        match block {
            Block::Heading(heading) => see(&heading.inlines),
            Block::Paragraph(paragraph) => see(&paragraph.inlines),
            Block::Table(table) => of_table(table).into_iter().for_each(&mut see),
            Block::Chart(chart) => {
                let shown = chart.values().map(|v| Inline::figure(v.amount.normalize().to_string(), v.figure));
                see(&shown.collect::<Vec<_>>());
            }
            Block::Picture(_) | Block::Contents | Block::PageBreak => {}
        }
    }
    figures
}

fn of_table(table: &Table) -> Vec<&[Inline]> {
    let title = table.title.iter().map(|t| t.inlines.as_slice());
    let rows = table.header.iter().chain(&table.body).flat_map(|r| &r.cells).map(|c| c.inlines.as_slice());
    title
        .chain(table.above.iter().map(Vec::as_slice))
        .chain(rows)
        .chain(table.notes.iter().map(Vec::as_slice))
        .collect()
}

pub fn plain(figures: &[ReadFigure]) -> Vec<(String, u32, String)> {
    figures.iter().map(|f| (f.address.clone(), f.printing, f.text.clone())).collect()
}
