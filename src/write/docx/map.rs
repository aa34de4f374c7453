//! customXml/item1.xml: which figure stands where, for the reader (see `read_docx::map`).

use super::parts::XML;
use super::plan::{Item, Piece};
use super::table::{Merge, RowPlan, TablePlan};
use super::xml::escape;
use crate::document::{Change, plain_text};
use crate::read_docx::map::{Map, MappedFigure, MappedRow, MappedTable, NAMESPACE, label};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The map of planned items, as the new edition has them.
pub fn map(items: &[Item]) -> Map {
    let mut map = Map::default();
    for item in items {
        match item {
            Item::Paragraph(paragraph) => {
                let tags = paragraph.pieces.iter().filter_map(|piece| match piece {
                    Piece::Control { tag, .. } => Some(tag.clone()),
                    Piece::Marked { inline, tag, .. } if inline.change != Change::Deleted => Some(tag.clone()),
                    _ => None,
                });
                map.sentences.extend(tags);
            }
            Item::Table(table) => map.tables.extend(map_table(table)),
        }
    }
    map
}

/// A table's figures; None where it has none.
fn map_table(table: &TablePlan) -> Option<MappedTable> {
    let mut mapped = MappedTable { title: table.caption.clone(), columns: table.widths.len(), rows: Vec::new() };
    let mut holds = Vec::with_capacity(table.rows.len());
    let kept: Vec<&RowPlan> = table.rows.iter().filter(|row| row.change != Change::Deleted).collect();
    for row in &kept {
        let mut column = 0;
        let mut figures = BTreeMap::new();
        for cell in &row.cells {
            let control = cell.pieces.iter().find_map(|piece| match piece {
                Piece::Control { tag, .. } => Some(MappedFigure { tag: tag.clone(), blank: false }),
                Piece::Marked { inline, tag, .. } if inline.change != Change::Deleted => {
                    Some(MappedFigure { tag: tag.clone(), blank: false })
                }
                _ => None,
            });
            let blank = cell.blank.map(|address| MappedFigure { tag: address.to_owned(), blank: true });
            if let Some(figure) = control.or(blank) {
                figures.insert(column, figure);
            }
            column += cell.span;
        }
        holds.push(!figures.is_empty());
        if !figures.is_empty() {
            mapped.rows.push(MappedRow { label: String::new(), figures });
        }
    }
    if mapped.rows.is_empty() {
        return None;
    }
    let columns = mapped.figure_columns();
    let with_figures = kept.iter().zip(holds).filter(|(_, holds)| *holds).map(|(row, _)| row);
    for (row, mapped) in with_figures.zip(&mut mapped.rows) {
        let mut column = 0;
        let mut texts = Vec::with_capacity(row.cells.len());
        for cell in &row.cells {
            if !columns[column] {
                texts.push(if cell.merge == Merge::Covered { String::new() } else { cell_text(&cell.pieces) });
            }
            column += cell.span;
        }
        mapped.label = label(texts.iter().map(String::as_str));
    }
    Some(mapped)
}

fn cell_text(pieces: &[Piece]) -> String {
    let inlines = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(inline) | Piece::Control { inline, .. } | Piece::Marked { inline, .. }
            if inline.change != Change::Deleted =>
        {
            Some((*inline).clone())
        }
        Piece::Part(inline) | Piece::Reference(inline, _) | Piece::Address(inline) => Some(inline.clone()),
        _ => None,
    });
    let text = plain_text(&inlines.collect::<Vec<_>>()).replace([super::xml::TURN, super::xml::TURN_OF_LISTED], "");
    super::xml::clean(&text).into_owned()
}

/// The part.
pub fn xml(map: &Map) -> String {
    let mut out = format!(r#"{XML}<figures xmlns="{NAMESPACE}">"#);
    for table in &map.tables {
        let _ = write!(out, r#"<table title="{}" columns="{}">"#, escape(&table.title), table.columns);
        for row in &table.rows {
            let _ = write!(out, r#"<row label="{}">"#, escape(&row.label));
            for (column, figure) in &row.figures {
                let blank = if figure.blank { r#" blank="1""# } else { "" };
                let _ = write!(out, r#"<f c="{column}"{blank}>{}</f>"#, escape(&figure.tag));
            }
            out.push_str("</row>");
        }
        out.push_str("</table>");
    }
    for tag in &map.sentences {
        let _ = write!(out, "<sentence>{}</sentence>", escape(tag));
    }
    out.push_str("</figures>");
    out
}
