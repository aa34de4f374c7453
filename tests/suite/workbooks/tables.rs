//! The published tables as a workbook.

use crate::common::{self, built, made, python, sample};
use gongkai::document::{Block, Table, plain_text};
use gongkai::write::Format;

#[test]
fn the_tables_workbook_has_every_figure_exact_and_shown_as_printed() {
    for data in ["data/631-2023", "tests/data/yunling-2024"] {
        let source = common::root().join(data);
        let first = built(&source, &[Format::Xlsx]);
        let again = built(&source, &[Format::Xlsx]);
        assert!(first.iter().zip(&again).all(|(a, b)| a.bytes == b.bytes), "{data}: the same bytes");
    }
    if !common::have_python(&["openpyxl", "openxml_audit"]) {
        return;
    }
    let made = made(&sample()).remove(0);
    let (document, pages) = (made.document(), made.pages(&common::fonts()));
    let folder = tempfile::tempdir().expect("it is there");
    let path = folder.path().join("表.xlsx");
    std::fs::write(&path, &built(&sample(), &[Format::Xlsx])[0].bytes).expect("it is there");
    let tables = document.sections.iter().flat_map(|section| {
        let of_section = section.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        of_section.map(|table| (table, &made.style().page[&section.page]))
    });
    let tables: Vec<_> = tables.collect();
    assert_eq!(tables.len(), pages.tables.len());
    let geometry: Vec<serde_json::Value> = tables
        .iter()
        .zip(&pages.tables)
        .map(|((_, setup), geometry)| {
            let page = &pages.pages[geometry.page].label;
            let [.., left] = setup.margin;
            serde_json::json!({ "widths": geometry.columns, "page": page, "turned": setup.landscape, "left": left })
        })
        .collect();
    let tables: Vec<&Table> = tables.iter().map(|(table, _)| *table).collect();
    let described = serde_json::json!({ "tables": tables, "figures": document.figures, "geometry": geometry });
    let json = folder.path().join("document.json");
    std::fs::write(&json, described.to_string()).expect("it is there");
    let said = python("tables_workbook.py", &[&path, &json]);
    assert!(said.trim().ends_with("the same"), "{said}");
}

/// LibreOffice opens it, and each table is on the pages that the document has it on, under their numbers.
#[test]
fn libreoffice_prints_each_table_on_the_numbers_of_its_pages() {
    for data in ["data/631-2023", "data/shanghai-sample"] {
        let folder = tempfile::tempdir().expect("it is there");
        let source = common::root().join(data);
        for output in built(&source, &[Format::Xlsx]) {
            std::fs::write(folder.path().join(&output.name), &output.bytes).expect("it is there");
        }
        let Some(printed) = common::printed_by_libreoffice(folder.path(), "program") else { return };
        for made in made(&source) {
            let (document, pages) = (made.document(), made.pages(&common::fonts()));
            let printed = &printed[&document.meta.file_stem];
            // The sheet of links.
            let mut from = 1;
            for (table, geometry) in document.tables().zip(&pages.tables) {
                let Some(title) = &table.title else { continue };
                let title: String = plain_text(&title.inlines).split_whitespace().collect();
                let first = (from..printed.len()).find(|&page| printed[page].1.contains(&title));
                let first = first.unwrap_or_else(|| panic!("{data} {title}: {printed:#?}"));
                assert_eq!(printed[first].0, pages.pages[geometry.page].label, "{data} {title}");
                from = first + 1;
            }
        }
    }
}
