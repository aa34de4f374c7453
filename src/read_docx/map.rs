//! customXml/item1.xml, which the DOCX writer makes: which figure stands in which cell of which table. With it a
//! cell that lost its content control, or never had one because it was blank, is read by its place.

use std::collections::BTreeMap;

/// Namespace of the part.
pub const NAMESPACE: &str = "urn:gongkai:figures:1";

/// The figures of a document as it was written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    pub tables: Vec<MappedTable>,
    /// Tags of the figures in sentences.
    pub sentences: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct MappedTable {
    pub title: String,
    pub columns: usize,
    /// Rows that hold figures, in order.
    pub rows: Vec<MappedRow>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct MappedRow {
    /// [`label`] of the row's cells in columns without figures.
    pub label: String,
    /// By the column a cell begins in.
    pub figures: BTreeMap<usize, MappedFigure>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MappedFigure {
    /// Its tag; of a blank one the address.
    pub tag: String,
    /// Nothing was printed, so there was no control.
    pub blank: bool,
}

/// What a row is known by: its texts without white space, each ended by `|`.
pub fn label<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut label = String::new();
    for text in texts {
        label.extend(text.chars().filter(|c| !c.is_whitespace()));
        label.push('|');
    }
    label
}

impl MappedTable {
    /// The columns in which some row has a figure.
    pub fn figure_columns(&self) -> Vec<bool> {
        let mut columns = vec![false; self.columns];
        for row in &self.rows {
            for &column in row.figures.keys().filter(|c| **c < self.columns) {
                columns[column] = true;
            }
        }
        columns
    }
}
