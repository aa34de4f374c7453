//! seeds: fuzz/seeds/workbook/*
//! A workbook whose parts are the input's sections: read and computed within bounds, the same twice; and one cell of it
//! patched, of which it then says what was asked, and of every other what it said.
#![no_main]

use gongkai::workbook::{Cell, Cells, Change, Entry, Workbook, patch, patch_what_can};
use gongkai_fuzz::docx::package;
use gongkai_fuzz::small::sections;
use std::sync::Arc;

const NAME: &str = "数据.xlsx";
/// Parts that an input need not say.
const PARTS: [(&str, &str); 3] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="t" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="u" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
];
const WORKBOOK: (&str, &str) = (
    "xl/workbook.xml",
    r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="甲" sheetId="1" r:id="s"/></sheets></workbook>"#,
);

libfuzzer_sys::fuzz_target!(|input: &str| {
    let given = sections(input);
    let own = PARTS.iter().chain([&WORKBOOK]).filter(|(name, _)| given.iter().all(|(other, _)| other != name));
    let parts: Vec<(&str, &str)> = given.iter().chain(own).copied().collect();
    let bytes: Arc<[u8]> = package(&parts).into();
    let Ok(book) = Workbook::open(&bytes, NAME) else { return };
    for sheet in book.sheets() {
        let Ok(read) = book.read(sheet) else { continue };
        let again = Workbook::open(&bytes, NAME).and_then(|book| book.read(sheet));
        assert!(again.is_ok_and(|again| again == read), "read twice");
        let mut computed = Cells::clone(&read);
        let differing = computed.compute();
        assert!(differing.iter().all(|one| one.stored != one.comes_to));
        for cell in [(1, 1), (2, 2), (7, 30)] {
            for entry in [Entry::Number("12.5".to_owned()), Entry::Text("<改&'\"".to_owned())] {
                patched(&book, &sheet.name, cell, &entry, &read);
            }
        }
        at_once(&book, &sheet.name);
    }
});

/// Many cells changed in one pass, those that can be: each of them says what was asked, as it would alone.
fn at_once(book: &Workbook, sheet: &str) {
    let entry = |n: u32| Entry::Text(format!("第{n}格"));
    let change = |n: u32| Change { sheet: sheet.to_owned(), cell: (1 + n % 7, 1 + n * 5 % 30), entry: entry(n) };
    let changes: Vec<Change> = (0..40).map(change).collect();
    let Ok((bytes, refused)) = patch_what_can(book, &changes) else { return };
    let after = Workbook::open(&bytes.into(), NAME).expect("what is written is a workbook");
    let info = after.sheets().iter().find(|info| info.name == sheet).expect("its sheet");
    let cells = after.read(info).expect("what is written is read");
    for (index, &Change { cell: (column, row), .. }) in changes.iter().enumerate() {
        if refused.iter().any(|(refused, _)| *refused == index) {
            continue;
        }
        // Of one cell the last change counts.
        let last = changes.iter().rfind(|change| change.cell == (column, row)).expect("the change");
        let said = cells.row(row).and_then(|row| row.at(column)).map(|cell| cell.text.to_string());
        assert!(matches!(&last.entry, Entry::Text(text) if Some(text) == said.as_ref()), "{last:?}: {said:?}");
    }
}

/// The cell says what was asked, all else says what it said; or it is refused with a reason.
fn patched(book: &Workbook, sheet: &str, cell: (u32, u32), entry: &Entry, before: &Cells) {
    let change = Change { sheet: sheet.to_owned(), cell, entry: entry.clone() };
    let bytes: Arc<[u8]> = match patch(book, &[change]) {
        Ok(bytes) => bytes.into(),
        Err(refused) => return assert!(refused.hint.is_some(), "{refused}"),
    };
    let book = Workbook::open(&bytes, NAME).expect("what is written is a workbook");
    let info = book.sheets().iter().find(|info| info.name == sheet).expect("its sheet");
    let after = book.read(info).expect("what is written is read");
    let at = |cells: &Cells| -> Vec<((u32, u32), Cell)> {
        let of_row = |row: &gongkai::workbook::CellRow| {
            let number = row.number;
            row.cells.iter().map(move |cell| ((cell.column, number), cell.clone())).collect::<Vec<_>>()
        };
        cells.rows.iter().flat_map(of_row).collect()
    };
    let said = after.row(cell.1).and_then(|row| row.at(cell.0)).map(|cell| cell.text.to_string());
    let asked = match entry {
        Entry::Number(text) | Entry::Text(text) => text,
    };
    assert_eq!(said.as_ref(), Some(asked));
    let others = |cells: &Cells| at(cells).into_iter().filter(|(place, _)| *place != cell).collect::<Vec<_>>();
    let (old, new) = (others(before), others(&after));
    assert!(old.len() == new.len() && old.iter().zip(&new).all(|(a, b)| a.0 == b.0 && a.1.text == b.1.text));
    assert_eq!(before.merged, after.merged);
}
