//! One cell of a workbook corrected, and nothing else.

use super::exported::exported;
use super::made::{Book, Cell, DATE, Sheet, name_of, text};
use crate::common::{self, copy_of_sample, parts, sample};
use gongkai::check::fix::{patched, patches};
use gongkai::data::{Correction, correct, decl_of};
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::workbook::{Change, Entry, Workbook, patch, patch_what_can};
use gongkai::workshop::Aim;

/// The sample with its ledger in a workbook that holds more than its records.
fn folder(change: impl FnOnce(&mut Book)) -> tempfile::TempDir {
    let folder = copy_of_sample();
    let mut book = Book::of(vec![
        Sheet::of_csv("预算明细", &sample().join("ledger.csv")),
        Sheet::new("备忘", vec![vec![text("记得")]]),
    ]);
    std::fs::remove_file(folder.path().join("ledger.csv")).expect("it is there");
    book.parts.push(("xl/vbaProject.bin".to_string(), vec![7, 0, 1, 255]));
    book.parts.push(("xl/comments1.xml".to_string(), b"<comments/>".to_vec()));
    change(&mut book);
    book.write(&folder.path().join("数据.xlsm"));
    folder
}

fn corrected(folder: &Folder, asked: &str) -> Result<Folder, String> {
    let mut found = Diagnostics::default();
    let prepared = gongkai::prepare::prepare(folder, &common::layouts(), &mut found).remove(0);
    let correction = Correction::read(asked).map_err(|wrong| wrong.to_string())?;
    let decl =
        decl_of(&prepared.job.set.schema, &prepared.job.data, &correction.file).expect("the sheet's declaration");
    correct(folder, decl, &correction).map_err(|wrong| wrong.to_string())
}

#[test]
fn a_correction_writes_its_cell_and_nothing_else() {
    let disk = folder(|_| ());
    let before = std::fs::read(disk.path().join("数据.xlsm")).expect("it is there");
    let columns =
        csv::Reader::from_path(sample().join("ledger.csv")).expect("it is there").headers().expect("it is there").len()
            as u32;
    let cell = name_of(columns, 11);
    let source = Folder::open(disk.path());
    for asked in [format!("数据.xlsm 预算明细!{cell}=108300.00"), "数据.xlsm 预算明细!11 金额=108,300.00".to_string()]
    {
        let after = corrected(&source, &asked).expect("it is there");
        let after = after.bytes("数据.xlsm").expect("it is there").expect("it is there");
        let (old, new) = (parts(&before), parts(&after));
        assert_eq!(old.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>());
        let changed: Vec<&String> = old.keys().filter(|name| old[*name] != new[*name]).collect();
        assert_eq!(changed, ["xl/worksheets/sheet1.xml"]);
        let (old, new) = (&old["xl/worksheets/sheet1.xml"], &new["xl/worksheets/sheet1.xml"]);
        let (old, new) = (str::from_utf8(old).expect("it is there"), str::from_utf8(new).expect("it is there"));
        let start = old.find(&format!("<c r=\"{cell}\"")).expect("it is there");
        let end = start + old[start..].find("</c>").expect("it is there") + 4;
        let expected = format!("{}<c r=\"{cell}\" s=\"1\"><v>108300</v></c>{}", &old[..start], &old[end..]);
        assert_eq!(new, expected);
    }
    // The document is that of the CSV with the same correction.
    let csv = corrected(&Folder::open(&sample()), "ledger.csv:11 金额=108300.00").expect("it is there");
    let made = |folder: &Folder| {
        let made = gongkai::workshop::compose_all(folder, &common::layouts(), &mut Diagnostics::default());
        format!("{:?}", made[0].document().figures.iter().map(|f| (&f.address, &f.text)).collect::<Vec<_>>())
    };
    let workbook = corrected(&source, &format!("数据.xlsm 预算明细!{cell}=108300.00")).expect("it is there");
    assert_eq!(made(&workbook), made(&csv));
    assert_ne!(made(&workbook), made(&source));
}

#[test]
fn blank_cells_are_filled_where_they_stand_and_texts_stay_texts() {
    let disk = folder(|_| ());
    let source = Folder::open(disk.path());
    let after = corrected(&source, "数据.xlsm 预算明细!11 项目=甲 & “乙” <丙>").expect("it is there");
    let written = after.bytes("数据.xlsm").expect("it is there").expect("it is there");
    let book = Workbook::open(&written, "数据.xlsm").expect("it is there");
    let cells = book.read(&book.sheets()[0]).expect("it is there");
    let said: Vec<&str> = cells.row(11).expect("it is there").cells.iter().map(|cell| &*cell.text).collect();
    assert!(said.contains(&"甲 & “乙” <丙>"), "{said:?}");
}

#[test]
fn formulas_merged_cells_and_other_rows_are_refused_with_the_reason() {
    let columns =
        csv::Reader::from_path(sample().join("ledger.csv")).expect("it is there").headers().expect("it is there").len()
            as u32;
    let cell = name_of(columns, 11);
    let disk = folder(|book| {
        let sheet = book.sheet("预算明细");
        sheet.rows[10][columns as usize - 1] = Cell::Formula("100*2".to_string(), Some("200".to_string()));
        sheet.rows[2][0] = Cell::Blank;
        sheet.after = "<mergeCells><mergeCell ref=\"A2:A3\"/></mergeCells>".to_string();
    });
    let source = Folder::open(disk.path());
    for (asked, expected) in [
        (
            format!("数据.xlsm 预算明细!{cell}=1"),
            format!("数据.xlsm 预算明细!{cell} 错误[E718] 这一格是公式“=100*2”，没有改"),
        ),
        (
            "数据.xlsm 预算明细!A3=2010350".to_string(),
            "数据.xlsm 预算明细!A3 错误[E718] 这一格是合并单元格的一部分，没有改".to_string(),
        ),
        (
            format!("数据.xlsm 预算明细!{}=1", name_of(columns, 400)),
            "数据.xlsm 预算明细!400 错误[E161] 这一行不是一条记录".to_string(),
        ),
        ("数据.xlsm 预算明细!1 金额=1".to_string(), "数据.xlsm 预算明细!1 错误[E161]".to_string()),
        ("数据.xlsm 预算明细!11 金钱=1".to_string(), "数据.xlsm 预算明细!11 错误[E161] 没有“金钱”这一列".to_string()),
        ("数据.xlsm 预算明细!11=1".to_string(), "错误[E160]".to_string()),
    ] {
        let refused = corrected(&source, &asked).err().unwrap_or_default();
        assert!(refused.starts_with(&expected), "{asked}: {refused}");
    }
}

#[test]
fn what_is_computed_from_a_cell_is_computed_anew() {
    let disk = folder(|book| {
        let book_xml = book.bytes();
        let listed = parts(&book_xml).remove("xl/workbook.xml").expect("it is there");
        let listed = String::from_utf8(listed)
            .expect("it is there")
            .replace("</workbook>", "<calcPr calcId=\"191\"/></workbook>");
        book.parts.push(("xl/workbook.xml".to_string(), listed.into_bytes()));
    });
    let after = corrected(&Folder::open(disk.path()), "数据.xlsm 预算明细!11 金额=1").expect("it is there");
    let listed = parts(&after.bytes("数据.xlsm").expect("it is there").expect("it is there"))
        .remove("xl/workbook.xml")
        .expect("it is there");
    assert!(String::from_utf8(listed).expect("it is there").contains("<calcPr fullCalcOnLoad=\"1\" calcId=\"191\"/>"));
}

#[test]
fn certain_fixes_are_made_in_cells_of_records_and_of_texts() {
    let disk = tempfile::tempdir().expect("it is there");
    let path = disk.path().join("631.xlsx");
    std::fs::write(&path, exported(&Folder::open(&sample()))).expect("it is there");
    let folder = Folder::open_workbook(&path);
    let look = |folder: &Folder| {
        let mut found = Diagnostics::default();
        common::workshop().build(folder, Aim::Look, &[], &mut found);
        found
    };
    let found = look(&folder);
    let fixable = |found: &Diagnostics| found.iter().filter(|finding| finding.fix.is_some()).count();
    let made = patches(&folder, &found);
    assert!(made.iter().all(|patch| patch.file == "631.xlsx") && made.len() == 1, "one workbook");
    let diff = made[0].diff();
    assert!(diff.contains("绩效目标!") && diff.contains("文字!B"), "{diff}");
    let after = look(&patched(&folder, &made));
    assert!(fixable(&after) < fixable(&found) / 2, "{} of {}", fixable(&after), fixable(&found));
    assert!(!after.has_errors());
}

/// Some programs write the mark of UTF-8 before a sheet: places are counted behind it.
#[test]
fn a_sheet_that_begins_with_a_mark_is_patched_at_its_own_bytes() {
    let sheet = "xl/worksheets/sheet1.xml";
    let disk = folder(|book| {
        let content = parts(&book.bytes()).remove(sheet).expect("it is there");
        book.parts.push((sheet.to_string(), ["\u{FEFF}".as_bytes(), &content].concat()));
    });
    let after = corrected(&Folder::open(disk.path()), "数据.xlsm 预算明细!11 金额=108300.00").expect("it is there");
    let bytes = after.bytes("数据.xlsm").expect("it is there").expect("it is there");
    let (old, new) = (parts(&std::fs::read(disk.path().join("数据.xlsm")).expect("it is there")), parts(&bytes));
    let (old, new) = (String::from_utf8_lossy(&old[sheet]), String::from_utf8_lossy(&new[sheet]));
    assert_eq!(new, old.replacen("<v>8300</v>", "<v>108300</v>", 1));
    let read = gongkai::workshop::compose_all(&after, &common::layouts(), &mut Diagnostics::default());
    assert_eq!(read.len(), 1, "it is read again");
}

/// The format of a cell is kept, so a number is not written where it would be a day.
#[test]
fn a_number_is_not_written_where_it_would_be_shown_as_a_day() {
    let columns = 7;
    let disk = folder(|book| {
        let sheet = book.sheet("预算明细");
        let cell = std::mem::replace(&mut sheet.rows[10][columns - 1], Cell::Blank);
        assert!(matches!(cell, Cell::Number(..)));
        sheet.rows[10][columns - 1] = Cell::Number("45292".to_string(), DATE);
    });
    let cell = name_of(columns as u32, 11);
    let refused = corrected(&Folder::open(disk.path()), &format!("数据.xlsm 预算明细!{cell}=8300")).err();
    let refused = refused.unwrap_or_default();
    let expected = format!("数据.xlsm 预算明细!{cell} 错误[E718] 这一格的格式会把数显示成“1922-09-21”，没有改");
    assert!(refused.starts_with(&expected), "{refused}");
}

/// However many cells are changed, a sheet is gone over once; what comes out is what each change in turn gives.
#[test]
fn many_changes_in_one_pass_give_what_each_in_turn_gives() {
    let columns = "<cols><col min=\"2\" max=\"2\" style=\"1\"/></cols>";
    let rows = "<row r=\"2\"><c r=\"B2\" s=\"3\"><v>1</v></c><c r=\"D2\"/></row>\
                <row r=\"4\"/><row r=\"6\" s=\"4\" customFormat=\"1\"><c r=\"A6\" t=\"s\"><v>0</v></c></row>";
    let whole = format!("{columns}<sheetData>{rows}</sheetData>");
    for data in [whole.as_str(), "<sheetData/>", "<sheetData></sheetData>"] {
        let workbook = of_sheet(data);
        let entry =
            |n: u32| if n.is_multiple_of(2) { Entry::Number(n.to_string()) } else { Entry::Text(format!("第{n}格")) };
        let mut changes: Vec<Change> = (0..40)
            .map(|n| Change { sheet: "甲".to_string(), cell: (1 + n % 5, 1 + n * 7 % 8), entry: entry(n) })
            .filter(|change| change.cell != (2, 2))
            .collect();
        // Of one cell the last counts.
        changes.push(Change { sheet: "甲".to_string(), cell: (1, 1), entry: Entry::Text("最后".to_string()) });
        let at_once = patch(&opened(&workbook), &changes).expect("patched");
        let in_turn = changes.iter().fold(workbook.clone(), |now, change| {
            patch(&opened(&now), std::slice::from_ref(change)).unwrap_or_else(|wrong| panic!("{change:?}: {wrong}"))
        });
        let sheet = |bytes: &[u8]| String::from_utf8(parts(bytes).remove(SHEET).expect("the sheet")).expect("UTF-8");
        assert_eq!(sheet(&at_once), sheet(&in_turn), "{data}");
        assert_eq!(parts(&at_once), parts(&in_turn));
        if data == whole {
            // Blank cells look as their row or column says.
            let is = sheet(&at_once);
            assert!(is.contains("<c r=\"B6\" s=\"4\"") && is.contains("<c r=\"B1\" s=\"1\""), "{is}");
        }
    }
}

/// A cell that an array formula fills has no formula of its own, and is not to be changed all the same.
#[test]
fn cells_of_array_formulas_are_refused_and_the_others_can_be_kept() {
    let data = "<sheetData><row r=\"1\"><c r=\"A1\"><f t=\"array\" ref=\"A1:A3\">B1:B3</f><v>1</v></c><c r=\"B1\"><v>1</v></c></row>\
                <row r=\"2\"><c r=\"A2\"><v>2</v></c></row></sheetData>";
    let workbook = of_sheet(data);
    let book = opened(&workbook);
    let change = |cell| Change { sheet: "甲".to_string(), cell, entry: Entry::Number("7".to_string()) };
    for (cell, expected) in [
        ((1, 1), "数据.xlsx 甲!A1 错误[E718] 这一格是公式“=B1:B3”，没有改"),
        ((1, 2), "数据.xlsx 甲!A2 错误[E718] 这一格是 A1:A3 的数组公式算出的，没有改"),
    ] {
        let refused = patch(&book, &[change((2, 1)), change(cell)]).expect_err("refused").to_string();
        assert!(refused.starts_with(expected), "{refused}");
    }
    let changes = [change((1, 2)), change((2, 1)), change((3, 9))];
    let (written, refused) = patch_what_can(&book, &changes).expect("written");
    assert!(matches!(refused.as_slice(), [(0, found)] if found.code == "E718"), "{refused:?}");
    let read = opened(&written).read(&book.sheets()[0]).expect("a sheet");
    let said = |column, row| read.row(row).and_then(|row| row.at(column)).map(|cell| cell.text.to_string());
    assert_eq!([said(1, 2), said(2, 1), said(3, 9)].map(Option::unwrap), ["2", "7", "7"]);
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// A workbook of one sheet 甲 of this XML.
fn of_sheet(data: &str) -> Vec<u8> {
    let mut book = Book::of(vec![Sheet::new("甲", vec![vec![text("字")]])]);
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    book.parts.push((SHEET.to_string(), format!("<worksheet xmlns=\"{main}\">{data}</worksheet>").into_bytes()));
    book.bytes()
}

fn opened(bytes: &[u8]) -> Workbook {
    Workbook::open(&bytes.into(), "数据.xlsx").expect("a workbook")
}
