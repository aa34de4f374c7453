//! The XML of a sheet of any bytes, in a workbook: read within bounds and the same twice; a cell of it written and read back,
//! the cells beside it as they were.
//! seeds: fuzz/seeds/sheet.xml
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Bytes;
use gongkai::workbook::{Cells, Change, Entry, Workbook, patch};
use gongkai_fuzz::{PARSER, judge, twice};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

fn workbook(sheet: &[u8]) -> Bytes {
    let related = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"甲\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let parts: [(&str, &[u8]); 4] = [
        ("_rels/.rels", &related("officeDocument", "xl/workbook.xml").into_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", &related("worksheet", "sheet.xml").into_bytes()),
        ("xl/sheet.xml", sheet),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(name, SimpleFileOptions::default()).expect("a part");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("a package").into_inner().into()
}

fn read(bytes: &Bytes) -> Result<Cells, Diagnostics> {
    let all = |found| {
        let mut all = Diagnostics::default();
        all.push(found);
        all
    };
    let book = Workbook::open(bytes, "数据.xlsx").map_err(all)?;
    book.read(&book.sheets()[0]).map_err(all)
}

libfuzzer_sys::fuzz_target!(|sheet: &[u8]| {
    let bytes = workbook(sheet);
    let cells = twice(PARSER, || match read(&bytes) {
        Ok(cells) => Some(cells),
        Err(found) => {
            judge(&found, "");
            None
        }
    });
    let Some(mut cells) = cells else { return };
    let before = cells.clone();
    cells.compute();
    let book = Workbook::open(&bytes, "数据.xlsx").expect("it was opened");
    let cell = (sheet.first().map_or(1, |b| u32::from(*b) % 8 + 1), sheet.len() as u32 % 8 + 1);
    let change = Change { sheet: "甲".to_string(), cell, entry: Entry::Text("改 & <了> _x000D_".to_string()) };
    let Ok(patched) = patch(&book, &[change]) else { return };
    let after = read(&patched.into()).unwrap_or_else(|found| panic!("{:?}", found.sorted()));
    let written = after.row(cell.1).and_then(|row| row.at(cell.0)).expect("the cell");
    assert_eq!(&*written.text, "改 & <了> _x000D_");
    let others = |cells: &Cells| -> Vec<(u32, u32, String)> {
        let all = cells.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row.number, cell)));
        let others = all.filter(|(row, other)| (other.column, *row) != cell);
        others.map(|(row, cell)| (row, cell.column, cell.text.to_string())).collect()
    };
    assert_eq!(others(&before), others(&after));
});
