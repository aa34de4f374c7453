//! From one year to the next: a workbook filled by a script as an officer would, the year after begun from it, what was
//! published held against it, and the codes of another classification.

use crate::common::{self, copy, layouts, python, sample};
use gongkai::begin::{Begin, WORKBOOK, begin};
use gongkai::data::Correction;
use gongkai::data::correct_all;
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::workbook::Workbook;
use gongkai::workshop::{Aim, Opened};
use gongkai::write::Format;
use rust_decimal::Decimal;
use std::path::Path;

/// A new department on the disk, and what was said of it.
fn made(path: &Path, what: Begin) -> Vec<String> {
    let mut found = Diagnostics::default();
    let new = begin(path, &what, &layouts(), &mut found).unwrap_or_else(|| panic!("{:#?}", found.sorted()));
    gongkai::begin::make_folders(new.shown(), &new).expect("folders");
    let said = found.sorted().iter().map(ToString::to_string).collect();
    let mut found = Diagnostics::default();
    gongkai::place::save(&new, &mut found);
    assert!(found.is_empty(), "{:#?}", found.sorted());
    said
}

/// What the script types, in 元: basic, project.
fn filled(path: &Path, year: &str) -> [Decimal; 2] {
    let said = python("fill_workbook.py", &[path, Path::new("300"), Path::new(year)]);
    let mut totals = said.split_whitespace().map(|total| total.parse().expect("an amount"));
    [(); 2].map(|()| totals.next().expect("two totals"))
}

/// The published document's figures, and the messages with a code.
fn published(folder: &Folder, code: &str) -> (Vec<Option<Decimal>>, Vec<String>) {
    let Opened { made, mut found } = common::workshop().open(folder, Aim::Publish);
    let files = common::workshop().write(&made, &Format::ALL, &mut found);
    assert!(!found.has_errors(), "{:#?}", found.sorted());
    assert_eq!(files.len(), 2);
    let amount = |address: &str| made[0].composition.amount(address);
    let said = found.sorted().iter().filter(|told| told.code == *code).map(ToString::to_string).collect();
    (["t3/合计/基本", "t3/合计/项目"].map(amount).to_vec(), said)
}

#[test]
fn three_hundred_lines_are_filled_into_one_workbook_and_the_next_year_begins_from_it() {
    if !common::have_python(&["openpyxl"]) {
        return;
    }
    let disk = tempfile::tempdir().expect("a folder");
    let (last, path) = (disk.path().join("632-2025.xlsx"), disk.path().join("632-2026.xlsx"));
    let layout = Some("hebei-department-budget-2023".to_string());
    let said = made(&last, Begin { layout, name: Some("示范局".to_string()), ..Begin::default() });
    assert_eq!(said, [""; 0]);
    let typed = filled(&last, "2025");
    let names = || std::fs::read_dir(disk.path()).expect("a folder").count();
    assert_eq!(names(), 1, "nothing but the workbook");
    let (figures, _) = published(&Folder::open_workbook(&last), "X059");
    assert_eq!(figures, typed.map(Some));

    let said = made(&path, Begin { like: Some(last.clone()), ..Begin::default() });
    assert_eq!(said, [""; 0]);
    assert_eq!(names(), 2);
    let now = filled(&path, "2026");
    assert_ne!(now, typed);
    let (figures, told) = published(&Folder::open_workbook(&path), "X059");
    assert_eq!(figures, now.map(Some));
    assert_eq!(told, [""; 0], "last year's figures are those that were published");

    // Last year's amount of one line is changed: the figures that it is in are not those that were published.
    let folder = Folder::open_workbook(&path);
    let mut found = Diagnostics::default();
    let jobs = gongkai::prepare::prepare(&folder, &layouts(), &mut found);
    let prior = &jobs[0].job.set.schema.files["prior"];
    let line = |value: &str| Correction {
        file: "632-2026.xlsx 上年预算".to_string(),
        line: 10,
        head: "金额".to_string(),
        value: value.to_string(),
    };
    let changed = correct_all(&folder, prior, &[line("1.00"), line("99999.00")]).expect("corrected");
    let told = common::workshop().open(&changed, Aim::Look).found;
    let told: Vec<String> = told.sorted().iter().filter(|told| told.code == "X059").map(ToString::to_string).collect();
    assert!(
        told.iter().any(|told| {
            told.starts_with("632-2026.xlsx 上年预算") && told.contains("的上年数是") && told.contains("上年公布的是")
        }),
        "{told:#?}"
    );
}

/// A workbook as a new department is one `.xlsx`; nothing that lies there is replaced.
#[test]
fn a_new_workbook_is_called_as_one_and_replaces_nothing() {
    let disk = tempfile::tempdir().expect("a folder");
    let layout = Some("hebei-department-budget-2023".to_string());
    let refused = |name: &str, what: Begin| {
        let mut found = Diagnostics::default();
        let what = Begin { layout: layout.clone(), ..what };
        assert!(begin(&disk.path().join(name), &what, &layouts(), &mut found).is_none(), "{name}");
        found.sorted()[0].to_string()
    };
    assert!(refused("632-2026.xls", Begin::default()).contains("错误[E523] “632-2026.xls”不能这样新建"));
    assert!(refused("632-2026.xlsx", Begin { csv: true, ..Begin::default() }).contains("错误[E523]"));
    std::fs::write(disk.path().join("632-2026.XLSX"), "占着").expect("written");
    assert!(refused("632-2026.XLSX", Begin::default()).contains("错误[E516]"));
    // What it has to be told is said at its cells.
    let path = disk.path().join("633-2026.xlsx");
    made(&path, Begin { layout: layout.clone(), ..Begin::default() });
    let mut found = Diagnostics::default();
    gongkai::prepare::prepare(&Folder::open_workbook(&path), &layouts(), &mut found);
    let said: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|told| told.contains("错误[E180] 缺少“name”")), "{said:#?}");
}

/// What the new classification calls otherwise or moved is carried over and told; what it has no more is never guessed.
#[test]
fn codes_of_last_year_are_those_of_the_new_years_classification_or_told() {
    let disk = tempfile::tempdir().expect("a folder");
    let (last, path) = (disk.path().join("631-2023"), disk.path().join("631-2024"));
    copy(&sample(), &last);
    let list = "编码,名称,年度,改为\n2019911,搬走的事务,2023,2010350\n2019902,取消的事务,2023,\n\
                2019903,分开的事务,2023,2010301;2010350\n2019904,旧名,2023,\n2019904,新名,2024-2026,\n";
    std::fs::create_dir_all(last.join("classification")).expect("made");
    std::fs::write(last.join("classification/function.csv"), list).expect("written");
    let ledger = std::fs::read_to_string(last.join("ledger.csv")).expect("a ledger");
    let codes = ["2019911", "2019902", "2019903", "2019904", "2019905", "2019902"];
    let lines: Vec<String> = ledger
        .trim_start_matches('\u{FEFF}')
        .lines()
        .enumerate()
        .map(|(at, line)| {
            let code = at.checked_sub(1).and_then(|at| codes.get(at));
            let rest = line.split_once(',').expect("fields").1;
            match (at, code) {
                (0, _) => format!("{line},功能科目名称"),
                (_, Some(&"2019905")) => format!("2019905,{rest},自己写的事务"),
                (_, Some(code)) => format!("{code},{rest},"),
                (_, None) => format!("{line},"),
            }
        })
        .collect();
    std::fs::write(last.join("ledger.csv"), lines.join("\n")).expect("written");
    let said = made(&path, Begin { like: Some(last.clone()), ..Begin::default() });
    let said: Vec<String> = said.into_iter().filter(|told| told.starts_with("数据.xlsx")).collect();
    let expected = [
        "数据.xlsx 上年预算!A2 提示[E518] 功能科目“2019911”（搬走的事务）在 2024 年的科目表中改为 2010350（事业运行），已照改；“上年预算”1 行（第 2 行）",
        "数据.xlsx 上年预算!A3 警告[E519] 功能科目“2019902”（取消的事务）不在 2024 年的科目表中，科目表没有写它改为哪个科目；“上年预算”2 行（第 3、7 行）仍是原来的编码",
        "数据.xlsx 上年预算!A4 警告[E519] 功能科目“2019903”（分开的事务）不在 2024 年的科目表中，分成了 2010301（行政运行）、2010350（事业运行）；“上年预算”1 行（第 4 行）仍是原来的编码",
        "数据.xlsx 上年预算!A5 提示[E518] 功能科目“2019904”改了名称：2023 年（旧名），2024 年（新名）；“上年预算”1 行（第 5 行）",
        "数据.xlsx 上年预算!A6 提示[E518] 功能科目“2019905”不在 2024 年的科目表中，沿用上年写明的名称“自己写的事务”；“上年预算”1 行（第 6 行）",
    ];
    let first_lines: Vec<&str> = said.iter().filter_map(|told| told.lines().next()).collect();
    assert_eq!(first_lines, expected, "{said:#?}");
    assert!(said[1].contains("classification/function.csv"), "{}", said[1]);
    // In the workbook: the code that moved is the new one, the others are as they were, the own name stands beside its code.
    let bytes = std::fs::read(path.join(WORKBOOK)).expect("a workbook");
    let book = Workbook::open(&bytes.into(), WORKBOOK).expect("a workbook");
    let sheet = book.sheets().iter().find(|sheet| sheet.name == "上年预算").expect("the sheet");
    let cells = book.read(sheet).expect("cells");
    let of = |row: u32| cells.row(row).and_then(|row| row.at(1)).map_or("", |cell| &cell.text);
    assert_eq!([2, 3, 4, 5, 6, 7].map(of), ["2010350", "2019902", "2019903", "2019904", "2019905", "2019902"]);
    // Nothing is wrong but the codes that nobody can place, each at its cell.
    let mut found = Diagnostics::default();
    common::prepared(&path, &mut found);
    let wrong: Vec<String> = found
        .sorted()
        .iter()
        .filter(|told| told.place.as_ref().is_some_and(|place| place.file.contains("上年预算")))
        .filter_map(|told| told.to_string().lines().next().map(str::to_string))
        .collect();
    let cells = ["A3", "A4", "A7"].map(|cell| format!("数据.xlsx 上年预算!{cell} 错误[E104]"));
    let told = |cell: &String| wrong.iter().any(|told| told.starts_with(cell.as_str()));
    assert!(cells.iter().all(told) && wrong.iter().filter(|told| told.contains("错误")).count() == 3, "{wrong:#?}");
}

/// Last year's ledger says what it spends on 三公; where that is nothing, the new year knows it is nothing and not unknown.
#[test]
fn what_last_year_had_none_of_is_known_to_be_none() {
    let disk = tempfile::tempdir().expect("a folder");
    let (last, path) = (disk.path().join("631-2023"), disk.path().join("631-2024"));
    copy(&sample(), &last);
    let ledger = std::fs::read_to_string(last.join("ledger.csv")).expect("a ledger");
    let public = ["30217", "30231", "30212", "31013"].map(|code| format!(",{code},"));
    let kept: Vec<&str> = ledger.lines().filter(|line| !public.iter().any(|code| line.contains(code))).collect();
    std::fs::write(last.join("ledger.csv"), kept.join("\n")).expect("written");
    made(&path, Begin { like: Some(last.clone()), ..Begin::default() });
    let mut found = Diagnostics::default();
    let prepared = common::prepared(&path, &mut found).remove(0);
    let prior = &prepared.job.data.datasets["prior"];
    assert!(!prior.unknown.contains(&"three".to_string()), "{:?}", prior.unknown);
    let (three, amount) = (prior.field("three").expect("a column"), prior.field("amount").expect("a column"));
    let says: Vec<Decimal> = prior
        .records
        .iter()
        .filter(|record| !record.values[three].text().is_empty())
        .map(|record| record.values[amount].number())
        .collect();
    assert_eq!(says, [Decimal::ZERO]);
    assert_eq!(prior.records.len(), kept.len());
}
