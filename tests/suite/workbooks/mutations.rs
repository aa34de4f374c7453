//! What happens to a filled workbook in an office: each change, and all that is said of it. The messages stand in
//! `tests/data/workbooks/mutations.txt`; `GONGKAI_UPDATE=1` writes them anew.

use super::made::{AMOUNT, Book, Cell, DATE, Sheet, number, text, texts};
use crate::common::{checked, copy_of_sample, prepared, root, sample};
use gongkai::diagnostic::{Diagnostic, Diagnostics};
use std::collections::BTreeSet;
use std::path::Path;

/// What is found in the data of a folder whose records stand in a workbook.
fn found(book: &Book) -> BTreeSet<String> {
    found_by(book, |folder| {
        let mut found = Diagnostics::default();
        prepared(folder, &mut found);
        found.sorted().into_iter().cloned().collect()
    })
}

fn found_by(book: &Book, find: impl Fn(&Path) -> Vec<Diagnostic>) -> BTreeSet<String> {
    let folder = copy_of_sample();
    for sheet in ["ledger", "prior", "units", "procurement", "assets"] {
        std::fs::remove_file(folder.path().join(format!("{sheet}.csv"))).expect("it is there");
    }
    book.write(&folder.path().join("数据.xlsx"));
    let place = folder.path().display().to_string();
    find(folder.path()).iter().map(|told| told.to_string().replace(&place, "…")).collect()
}

fn book() -> Book {
    let sheet = |name: &str, file: &str| Sheet::of_csv(name, &sample().join(file));
    Book::of(vec![
        sheet("预算明细", "ledger.csv"),
        sheet("上年预算", "prior.csv"),
        sheet("机构设置", "units.csv"),
        sheet("政府采购", "procurement.csv"),
        sheet("固定资产", "assets.csv"),
    ])
}

type Mutation = (&'static str, fn(&mut Sheet));

/// Of the ledger: its heads are 功能科目, 支出类别, 经济科目, 用途, 项目, 资金来源, 金额（元）.
const MUTATIONS: [Mutation; 24] = [
    ("金额里写了字", |sheet| sheet.rows[16][6] = text("待定")),
    ("金额带了单位", |sheet| sheet.rows[16][6] = text("1.5万元")),
    ("金额比分细", |sheet| sheet.rows[16][6] = Cell::Number("8300.005".to_string(), AMOUNT)),
    ("公式出了错", |sheet| sheet.rows[16][6] = Cell::Error("#REF!")),
    ("公式没有结果", |sheet| sheet.rows[16][6] = Cell::Formula("VLOOKUP(A1,别表!A:B,2)".to_string(), None)),
    ("公式的结果没有更新", |sheet| {
        sheet.rows[16][6] = Cell::Formula("G2+G3".to_string(), Some("1".to_string()))
    }),
    ("科目错了一个字母", |sheet| sheet.rows[16][0] = text("20103S0")),
    ("科目少了一位", |sheet| sheet.rows[16][0] = Cell::Number("201035".to_string(), AMOUNT)),
    ("科目只到款", |sheet| sheet.rows[16][0] = text("20103")),
    ("资金来源写了总称", |sheet| sheet.rows[16][5] = text("财政拨款")),
    ("资金来源写错一个字", |sheet| sheet.rows[16][5] = text("一般公用预算")),
    ("必填的格空着", |sheet| sheet.rows[16][5] = Cell::Blank),
    ("列名改了", |sheet| sheet.rows[0][5] = text("资金")),
    ("单位写成千元", |sheet| sheet.rows[0][6] = text("金额（千元）")),
    ("单位没有写", |sheet| sheet.rows[0][6] = text("金额")),
    ("删了一列", |sheet| sheet.rows.iter_mut().for_each(|row| drop(row.remove(5)))),
    ("多了一列说明", |sheet| {
        sheet.rows[0].push(text("核对人"));
        sheet.rows[5].resize(8, text("核过"));
    }),
    ("加了合计行", |sheet| {
        let mut total = texts(&["合计", "", "", "", "", ""]);
        total.push(number("1"));
        sheet.rows.push(total);
    }),
    ("藏了两行", |sheet| sheet.hidden_rows = vec![8, 9]),
    ("整块粘贴了两遍", |sheet| {
        let pasted = sheet.rows[10..20].to_vec();
        sheet.rows.splice(20..20, pasted);
    }),
    ("合计行夹在中间", |sheet| {
        let mut total = texts(&["合计", "", "", "", "", ""]);
        total.push(number("112885448"));
        sheet.rows.insert(20, total);
    }),
    ("表上写万元", |sheet| {
        sheet.rows[0][6] = text("金额");
        sheet.rows.insert(0, texts(&["", "", "", "", "", "", "单位：万元"]));
    }),
    ("公式互相引用", |sheet| {
        // Excel stores 0 for it.
        sheet.rows[16][6] = Cell::Formula("G18".to_string(), Some("0".to_string()));
        sheet.rows[17][6] = Cell::Formula("G17+1".to_string(), None);
    }),
    ("金额写成了日期", |sheet| sheet.rows[16][6] = Cell::Number("45292".to_string(), DATE)),
];

#[test]
fn every_change_of_a_workbook_is_told_with_its_cell() {
    let plain = found(&book());
    let checks = found_by(&book(), checked);
    let mut told = String::new();
    for (name, mutate) in MUTATIONS {
        let mut book = book();
        mutate(book.sheet("预算明细"));
        let mut said = found(&book);
        if said.is_subset(&plain) {
            // What only the rules see, over all records.
            said = found_by(&book, checked).into_iter().filter(|told| told.contains("数据.xlsx")).collect();
            said.retain(|told| !checks.contains(told));
        }
        let new: Vec<&String> = said.difference(&plain).collect();
        assert!(!new.is_empty(), "{name}: nothing is said");
        assert!(
            new.iter().all(|said| said.starts_with("数据.xlsx ") || said.contains("数据.xlsx")),
            "{name}: {new:#?}"
        );
        told += &format!("== {name}\n");
        new.iter().for_each(|said| told += &format!("{said}\n"));
    }
    let file = root().join("tests/data/workbooks/mutations.txt");
    if std::env::var_os("GONGKAI_UPDATE").is_some_and(|update| update == "1") {
        std::fs::write(&file, &told).expect("it is there");
    }
    assert_eq!(told, std::fs::read_to_string(&file).unwrap_or_default());
}

/// Sorting rows, moving columns and blank rows change nothing.
#[test]
fn the_order_of_rows_and_columns_is_free() {
    let plain = found(&book());
    let mut sorted = book();
    sorted.sheet("预算明细").rows[1..].sort_by_key(|row| format!("{:?}", row[6]));
    assert_eq!(found(&sorted), plain);
    let mut turned = book();
    turned.sheet("预算明细").rows.iter_mut().for_each(|row| row.reverse());
    assert_eq!(found(&turned), plain);
    // A sheet that was renamed is known by its headings.
    let mut renamed = book();
    renamed.sheet("预算明细").name = "Sheet1".to_string();
    assert_eq!(found(&renamed), plain);
    let mut spaced = book();
    spaced.sheet("预算明细").rows.insert(7, Vec::new());
    assert_eq!(found(&spaced), plain);
}
