//! A department's records in CSV files or in workbooks: the same bytes of PDF and DOCX.

use super::made::{Book, Cell, Sheet, texts};
use crate::common::{self, built, copy, copy_of_sample};
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::workshop::Aim;
use gongkai::write::Format;
use std::path::Path;

const FORMATS: [Format; 2] = [Format::Pdf, Format::Docx];

pub fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    built(folder, &FORMATS).into_iter().map(|output| (output.name, output.bytes)).collect()
}

pub fn said(folder: &Path) -> Vec<String> {
    let mut found = Diagnostics::default();
    common::workshop().build(&Folder::open(folder), Aim::Look, &FORMATS, &mut found);
    found.sorted().iter().map(ToString::to_string).collect()
}

fn without_csv(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("it is there").path()) {
        if entry.extension().is_some_and(|ending| ending == "csv") {
            std::fs::remove_file(entry).expect("it is there");
        }
    }
}

#[test]
fn a_workbook_gives_what_csv_files_give() {
    for data in ["data/631-2023", "tests/data/yunling-2024"] {
        let folder = tempfile::tempdir().expect("it is there");
        copy(&common::root().join(data), folder.path());
        let expected = bytes(folder.path());
        let book = Book::of_folder(folder.path());
        without_csv(folder.path());
        book.write(&folder.path().join("数据.xlsx"));
        assert!(bytes(folder.path()) == expected, "{data}");

        // Half of the sheets in another workbook, strict, with days counted from 1904.
        let mut first = book.clone();
        let second = Book { sheets: first.sheets.split_off(3), strict: true, from_1904: true, ..Book::default() };
        first.write(&folder.path().join("数据.xlsx"));
        second.write(&folder.path().join("其余.XLSX"));
        assert!(bytes(folder.path()) == expected, "{data} of two workbooks");
    }
}

#[test]
fn sheets_are_found_by_title_id_or_headings_and_the_rest_stays_csv() {
    let folder = copy_of_sample();
    let expected = bytes(folder.path());
    for name in ["Sheet1", "units", "机构 设置", "units.csv"] {
        let sheet = Sheet::of_csv(name, &common::sample().join("units.csv"));
        let _ = std::fs::remove_file(folder.path().join("units.csv"));
        Book::of(vec![sheet]).write(&folder.path().join("表.xlsx"));
        assert!(bytes(folder.path()) == expected, "{name}");
    }
}

#[test]
fn what_is_wrong_is_told_at_its_cell() {
    let folder = copy_of_sample();
    let mut book = Book::of(vec![Sheet::of_csv("预算明细", &folder.path().join("ledger.csv"))]);
    std::fs::remove_file(folder.path().join("ledger.csv")).expect("it is there");
    let columns = book.sheet("预算明细").rows[0].len();
    book.sheet("预算明细").rows[16][columns - 1] = Cell::Text("待定".to_string());
    book.sheet("预算明细").rows[3][0] = Cell::Text("20103S0".to_string());
    book.write(&folder.path().join("数据.xlsx"));
    let said = said(folder.path());
    let amount = super::made::name_of(columns as u32, 17);
    let expected = format!("数据.xlsx 预算明细!{amount} 错误[E131] 金额“待定”不是数");
    assert!(said.iter().any(|told| told.starts_with(&expected)), "{said:#?}");
    assert!(said.iter().any(|told| told.starts_with("数据.xlsx 预算明细!A4 错误[E102]")), "{said:#?}");
}

#[test]
fn records_given_twice_are_refused_and_a_sheet_is_this_years_unless_it_says_otherwise() {
    let folder = copy_of_sample();
    let ledger = Sheet::of_csv("预算明细", &folder.path().join("ledger.csv"));
    Book::of(vec![ledger.clone()]).write(&folder.path().join("数据.xlsx"));
    let twice = said(folder.path());
    let expected = "数据.xlsx 预算明细 错误[E173] “预算明细”给了两份：ledger.csv 和 数据.xlsx 预算明细";
    assert!(twice.iter().any(|told| told.starts_with(expected)), "{twice:#?}");

    std::fs::remove_file(folder.path().join("ledger.csv")).expect("it is there");
    Book::of(vec![ledger.clone()]).write(&folder.path().join("另一份.xlsx"));
    let twice = said(folder.path());
    let expected = "数据.xlsx 预算明细 错误[E173] “预算明细”给了两份：另一份.xlsx 预算明细 和 数据.xlsx 预算明细";
    assert!(twice.iter().any(|told| told.starts_with(expected)), "{twice:#?}");

    std::fs::remove_file(folder.path().join("另一份.xlsx")).expect("it is there");
    std::fs::remove_file(folder.path().join("prior.csv")).expect("it is there");
    let named = |name: &str| Sheet { name: name.to_string(), ..ledger.clone() };
    // This year's records and last year's have the same columns: a sheet that does not say which is this year's.
    Book::of(vec![named("Sheet1")]).write(&folder.path().join("数据.xlsx"));
    let taken = said(folder.path());
    let expected = "数据.xlsx Sheet1 提示[E174] 这个工作表的列名也合“上年预算”，表名没有写上年，当作“预算明细”\n  提示：是上年的，请把工作表改名为“上年预算”";
    assert!(taken.iter().any(|told| told.starts_with(expected)), "{taken:#?}");
    Book::of(vec![named("上年的数")]).write(&folder.path().join("数据.xlsx"));
    let doubtful = said(folder.path());
    assert!(doubtful.iter().any(|told| told.starts_with("ledger.csv 错误[E101] 缺少文件 ledger.csv")), "{doubtful:#?}");
    assert!(!doubtful.iter().any(|told| told.contains("[E101]") && told.contains("上年预算")), "{doubtful:#?}");
}

#[test]
fn a_sheet_that_nothing_reads_is_a_note_and_no_folder_without_workbooks_looks_for_one() {
    let folder = copy_of_sample();
    let before = said(folder.path());
    Book::of(vec![Sheet::new("备忘", vec![texts(&["记得", "交表"])]), Sheet::new("空", vec![])])
        .write(&folder.path().join("备忘.xlsx"));
    let mut after = said(folder.path());
    let note = after.iter().position(|told| told.starts_with("备忘.xlsx 备忘 提示[E109] 这个工作表未使用"));
    after.remove(note.expect("a note"));
    assert_eq!(after, before);
}
