//! What the program writes as a workbook: a department's data, that is a department again; a workbook to fill.

use super::made::{Book, Sheet, texts};
use super::same_documents::{bytes, said};
use crate::common::{self, copy, layouts, python};
use gongkai::begin::{Begin, WORKBOOK, begin};
use gongkai::diagnostic::Diagnostics;
use gongkai::export::export;
use gongkai::folder::Folder;
use gongkai::workshop::Aim;
use gongkai::write::Format;
use std::path::Path;

pub fn exported(folder: &Folder) -> Vec<u8> {
    let mut found = Diagnostics::default();
    let bytes = export(folder, &layouts(), &mut found);
    bytes.unwrap_or_else(|| panic!("{:#?}", found.sorted()))
}

fn of_workbook(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Diagnostics::default();
    let folder = Folder::open_workbook(path);
    let outputs = common::workshop().build(&folder, Aim::Publish, &[Format::Pdf, Format::Docx], &mut found);
    assert!(!found.has_errors(), "{:#?}", found.sorted());
    outputs.into_iter().map(|output| (output.name, output.bytes)).collect()
}

#[test]
fn csv_files_a_workbook_in_their_place_and_a_workbook_alone_give_the_same_bytes() {
    for data in ["data/631-2023", "tests/data/yunling-2024"] {
        let source = common::root().join(data);
        let expected = bytes(&source);
        let workbook = exported(&Folder::open(&source));

        let folder = tempfile::tempdir().expect("it is there");
        copy(&source, folder.path());
        for entry in
            std::fs::read_dir(folder.path()).expect("it is there").map(|entry| entry.expect("it is there").path())
        {
            if entry.extension().is_some_and(|ending| ending == "csv") {
                std::fs::remove_file(entry).expect("it is there");
            }
        }
        std::fs::write(folder.path().join("数据.xlsx"), &workbook).expect("it is there");
        assert!(bytes(folder.path()) == expected, "{data}: a workbook in the folder");
        assert!(exported(&Folder::open(folder.path())) == workbook, "{data}: exported, read, exported");

        let alone = tempfile::tempdir().expect("it is there");
        let path = alone.path().join("部门.xlsx");
        std::fs::write(&path, &workbook).expect("it is there");
        // What lies beside it is none of its business.
        std::fs::write(alone.path().join("ledger.csv"), "坏").expect("it is there");
        assert!(of_workbook(&path) == expected, "{data}: a workbook alone");
        assert!(exported(&Folder::open_workbook(&path)) == workbook, "{data}: exported alone");
    }
}

#[test]
fn places_in_a_workbook_alone_are_its_cells() {
    let source =
        Folder::open(&common::sample()).with("text/duties.md", "第一段\n\n做好负责信访事件接待。\n".as_bytes());
    let workbook = exported(&source);
    let folder = tempfile::tempdir().expect("it is there");
    let path = folder.path().join("631.xlsx");
    std::fs::write(&path, &workbook).expect("it is there");
    let mut found = Diagnostics::default();
    common::workshop().build(&Folder::open_workbook(&path), Aim::Look, &[], &mut found);
    let said: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
    let row = {
        let book = gongkai::workbook::Workbook::open(&workbook.into(), "631.xlsx").expect("it is there");
        let sheet = book.sheets().iter().find(|sheet| sheet.name == "文字").expect("it is there").clone();
        let cells = book.read(&sheet).expect("it is there");
        cells
            .rows
            .iter()
            .find(|row| row.at(2).is_some_and(|cell| &*cell.text == "做好负责信访事件接待。"))
            .expect("it is there")
            .number
    };
    let expected = format!("631.xlsx 文字!B{row} 警告[L007] “做好”和“负责”两个动词叠在一起");
    assert!(said.iter().any(|told| told.starts_with(&expected)), "{expected}\n{said:#?}");
}

#[test]
fn a_department_may_be_written_by_hand_in_one_workbook() {
    let sample = common::sample();
    let sheet = |name: &str, file: &str| Sheet::of_csv(name, &sample.join(file));
    let facts = Sheet::new(
        "基本信息",
        vec![
            texts(&["部门代码", "631"]),
            texts(&["部门名称", "临港部门"]),
            texts(&["预算年度", "2023"]),
            texts(&["版式集", "hebei-department-budget-2023"]),
            texts(&["level", "区"]),
            texts(&["assets_date", "2022-12-31"]),
        ],
    );
    let prose = Sheet::new(
        "文字",
        vec![
            texts(&["duties", "负责临港。"]),
            texts(&["", "第二段。"]),
            texts(&["goals", "目标。"]),
            texts(&["goals-by-duty", "分项。"]),
            texts(&["measures", "措施。"]),
        ],
    );
    let mut sheets = vec![facts, prose];
    for (name, file) in [("预算明细", "ledger.csv"), ("上年预算", "prior.csv"), ("units", "units.csv")] {
        sheets.push(sheet(name, file));
    }
    for (name, file) in [
        ("政府采购", "procurement.csv"),
        ("固定资产", "assets.csv"),
        ("绩效目标", "targets.csv"),
        ("增减原因", "reasons.csv"),
    ] {
        sheets.push(sheet(name, file));
    }
    let folder = tempfile::tempdir().expect("it is there");
    let path = folder.path().join("631-2023.xlsx");
    Book::of(sheets).write(&path);
    let folder = Folder::open_workbook(&path);
    assert_eq!(folder.text("text/duties.md").as_deref(), Ok("负责临港。\n第二段。"));
    let mut found = Diagnostics::default();
    let outputs = common::workshop().build(&folder, Aim::Publish, &Format::ALL, &mut found);
    assert_eq!(outputs.len(), Format::ALL.len(), "{:#?}", found.sorted());
}

#[test]
fn a_new_folder_asks_for_what_is_not_known_and_takes_what_an_officer_fills_in() {
    let folder = tempfile::tempdir().expect("it is there");
    let path = folder.path().join("632-2026");
    for csv in [false, true] {
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("text")).expect("it is there");
        let mut found = Diagnostics::default();
        let layout = Some("hebei-department-budget-2023".to_string());
        let what = Begin { layout, csv, ..Begin::default() };
        let new = begin(&path, &what, &layouts(), &mut found).expect("a folder");
        gongkai::place::save(&new, &mut found);
        assert!(found.is_empty(), "{:#?}", found.sorted());
        let report = std::fs::read_to_string(path.join("report.toml")).expect("it is there");
        assert!(report.contains("code = \"632\"") && report.contains("year = 2026"), "{report}");
        let asked = said(&path);
        assert!(asked.iter().any(|told| told.starts_with("report.toml:2:1 错误[E180] 缺少“name”")), "{asked:#?}");
        assert!(path.join(WORKBOOK).is_file() != csv && path.join("ledger.csv").is_file() == csv);
        // Again, it replaces nothing.
        let mut found = Diagnostics::default();
        assert!(begin(&path, &what, &layouts(), &mut found).is_none());
        let refused = found.sorted()[0].to_string();
        assert!(refused.contains("错误[E516]"), "{refused}");
    }
}

#[test]
fn the_offices_own_workbook_is_taken_as_it_is_and_what_is_none_makes_no_folder() {
    let around = tempfile::tempdir().expect("it is there");
    let path = around.path().join("A07-2026");
    let own = exported(&Folder::open(&common::sample()));
    let asked = |name: &str, bytes: &[u8]| Begin {
        layout: Some("hebei-department-budget-2023".to_string()),
        code: Some("A07".to_string()),
        name: Some("“引号”局".to_string()),
        workbook: Some((name.to_string(), bytes.to_vec())),
        ..Begin::default()
    };
    let mut found = Diagnostics::default();
    assert!(begin(&path, &asked("表.xlsx", b"PK\x03\x04"), &layouts(), &mut found).is_none());
    assert!(found.sorted()[0].to_string().contains("错误[E171]"), "{:#?}", found.sorted());
    let mut found = Diagnostics::default();
    let new = begin(&path, &asked("表.xlsx", &own), &layouts(), &mut found).expect("a folder");
    gongkai::begin::make_folders(&path, &new).expect("made");
    gongkai::place::save(&new, &mut found);
    assert!(found.is_empty(), "{:#?}", found.sorted());
    assert_eq!(std::fs::read(path.join("表.xlsx")).expect("it is there"), own);
    assert!(!path.join(WORKBOOK).exists(), "none to fill beside it");
    let report = std::fs::read_to_string(path.join("report.toml")).expect("it is there");
    assert!(report.contains("code = \"A07\"") && report.contains("“引号”局"), "{report}");
    // With the rest of the report said, the workbook's records are the department's.
    copy(&common::sample().join("layout"), &path.join("layout"));
    std::fs::copy(common::sample().join("report.toml"), path.join("report.toml")).expect("written");
    assert_eq!(total(&path, "ledger"), total(&common::sample(), "ledger"));
    // A name that leads elsewhere, or that no folder counts, is a plain one.
    for (name, plain) in [("..\\..\\表.xlsx", "表.xlsx"), ("a/~$表.XLSX", "表.XLSX"), ("C:\\CON.xls", "_CON.xls")] {
        assert_eq!(gongkai::begin::workbook_name(name).expect("a workbook"), plain);
    }
    assert!(gongkai::begin::workbook_name("表.xlsx/说明.txt").is_err());
}

#[test]
fn other_programs_read_the_workbook_and_find_nothing_wrong() {
    if !common::have_python(&["openpyxl", "openxml_audit"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("it is there");
    let path = folder.path().join("631.xlsx");
    std::fs::write(&path, exported(&Folder::open(&common::sample()))).expect("it is there");
    let said = python("records_workbook.py", &[&path, &common::sample()]);
    assert_eq!(said.trim(), "the same", "{said}");
}

/// The sum of the amounts of a file's records, and how many there are.
fn total(folder: &Path, file: &str) -> (rust_decimal::Decimal, usize) {
    let mut found = Diagnostics::default();
    let prepared = common::prepared(folder, &mut found).remove(0);
    let dataset = &prepared.job.data.datasets[file];
    let amount = dataset.field("amount").expect("it is there");
    (dataset.records.iter().map(|record| record.values[amount].number()).sum(), dataset.records.len())
}

#[test]
fn next_year_begins_from_this_years_and_what_was_published_counts() {
    let disk = tempfile::tempdir().expect("it is there");
    let (last, path) = (disk.path().join("631-2023"), disk.path().join("631-2024"));
    copy(&common::sample(), &last);
    let roll = || {
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("text")).expect("it is there");
        let mut found = Diagnostics::default();
        let what = Begin { like: Some(last.clone()), ..Begin::default() };
        let new = begin(&path, &what, &layouts(), &mut found);
        let new = new.unwrap_or_else(|| panic!("{:#?}", found.sorted()));
        gongkai::place::save(&new, &mut found);
        assert!(!found.has_errors(), "{:#?}", found.sorted());
    };
    roll();
    assert_eq!(total(&path, "prior"), total(&common::sample(), "ledger"));
    let report = std::fs::read_to_string(path.join("report.toml")).expect("it is there");
    for line in
        ["code = \"631\"", "name = \"临港部门\"", "year = 2024", "level = \"区\"", "assets_date = \"2023-12-31\""]
    {
        assert!(report.contains(line), "{report}");
    }
    let goals = std::fs::read_to_string(path.join("text/goals-by-duty.md")).expect("it is there");
    assert!(goals.contains("【90】%-【100】%为优"), "{goals}");
    let mut found = Diagnostics::default();
    let prepared = common::prepared(&path, &mut found).remove(0);
    let data = &prepared.job.data;
    assert_eq!(data.datasets["ledger"].records.len(), 0);
    assert_eq!(data.datasets["procurement"].records.len(), 0);
    assert_eq!(data.datasets["units"].records.len(), 1);
    assert!(data.datasets["targets"].records.len() > 100);

    // The department's own form comes with it.
    for name in ["02-arrangement.md", "schema.toml", "set.toml", "targets.toml"] {
        let of = |folder: &Path| std::fs::read(folder.join("layout").join(name)).expect("it is there");
        assert_eq!(of(&path), of(&last), "{name}");
    }

    // What was published counts, not what was changed since.
    common::recorded(&last, "2023-02-10");
    let ledger = std::fs::read_to_string(last.join("ledger.csv")).expect("it is there");
    std::fs::write(last.join("ledger.csv"), ledger.replace("274500.00", "1.00")).expect("it is there");
    roll();
    assert_eq!(total(&path, "prior"), total(&common::sample(), "ledger"));
}

/// Names are text, whatever signs they have; so are the heads of a set that somebody sent.
#[test]
fn next_years_report_is_whole_whatever_last_years_says() {
    let disk = tempfile::tempdir().expect("it is there");
    let (last, path) = (disk.path().join("631-2023"), disk.path().join("631-2024"));
    copy(&common::sample(), &last);
    let name = r#"临"港\部"#;
    let report = std::fs::read_to_string(last.join("report.toml")).expect("it is there");
    let report = report.replace("name = \"临港部门\"", &format!("name = '{name}'"));
    let report = report.replace("level = \"区\"", "level = '区\"\\'");
    std::fs::write(last.join("report.toml"), &report).expect("it is there");
    let schema = last.join("layout/schema.toml");
    let own = std::fs::read_to_string(&schema).expect("it is there");
    let evil = "[report]\ntelephone = { head = \"电话\\nname = 'x'\", default = \"1\\\"\\n[[document]]\" }\n";
    std::fs::write(&schema, format!("{evil}{own}")).expect("it is there");
    let roll = || {
        let mut found = Diagnostics::default();
        let what = Begin { like: Some(last.clone()), ..Begin::default() };
        let new = begin(&path, &what, &layouts(), &mut found).unwrap_or_else(|| panic!("{:#?}", found.sorted()));
        let mut read = Diagnostics::default();
        let text = new.text("report.toml").expect("it is there");
        let report = gongkai::compose::read_report(&text, &mut read).unwrap_or_else(|| panic!("{text}"));
        assert!(read.is_empty(), "{text}{:#?}", read.sorted());
        (report, text)
    };
    let (report, text) = roll();
    assert_eq!((&*report.name, report.year, report.values["level"].as_str()), (name, 2024, "区\"\\"), "{text}");
    assert!(report.documents.is_empty() && text.contains("telephone"), "{text}");
}

/// A department that publishes several documents publishes them next year too.
#[test]
fn next_year_has_the_documents_of_this_year() {
    let disk = tempfile::tempdir().expect("it is there");
    let last = common::root().join("data/shanghai-sample");
    let mut found = Diagnostics::default();
    let what = Begin { like: Some(last.clone()), year: Some(2026), ..Begin::default() };
    let new = begin(&disk.path().join("126-2026"), &what, &layouts(), &mut found);
    let new = new.unwrap_or_else(|| panic!("{:#?}", found.sorted()));
    let documents = |text: &str| {
        let report =
            gongkai::compose::read_report(text, &mut Diagnostics::default()).unwrap_or_else(|| panic!("{text}"));
        report.documents.iter().map(|d| (d.name.clone(), d.layout.clone())).collect::<Vec<_>>()
    };
    let before = documents(&std::fs::read_to_string(last.join("report.toml")).expect("it is there"));
    assert_eq!(before.len(), 2);
    assert_eq!(documents(&new.text("report.toml").expect("it is there")), before);
}

/// A new year's folder knows what was published last year; every figure of last year that this year prints is held
/// against it.
#[test]
fn last_years_figures_are_those_that_were_published() {
    let disk = tempfile::tempdir().expect("a folder");
    let (last, path, now) = (disk.path().join("631-2023"), disk.path().join("631-2024"), disk.path().join("now"));
    copy(&common::sample(), &last);
    let mut found = Diagnostics::default();
    let new = begin(&path, &Begin { like: Some(last.clone()), ..Begin::default() }, &layouts(), &mut found);
    let new = new.unwrap_or_else(|| panic!("{:#?}", found.sorted()));
    let published = new.text("tables/上年公布.csv").expect("it is there");
    assert!(published.contains("\nt6/30201/合计,《部门预算一般公共预算财政拨款基本支出表》办公费,0.83,万元"));
    // This year as last year: its prior is last year's ledger.
    copy(&last, &now);
    std::fs::copy(last.join("ledger.csv"), now.join("prior.csv")).expect("copied");
    let report = std::fs::read_to_string(now.join("report.toml")).expect("a report");
    std::fs::write(now.join("report.toml"), report.replace("year = 2023", "year = 2024")).expect("written");
    std::fs::create_dir(now.join("tables")).expect("made");
    std::fs::write(now.join("tables/上年公布.csv"), published.as_bytes()).expect("written");
    let told = || -> Vec<String> {
        let all = common::checked(&now);
        all.iter().filter(|d| d.code == "X059").map(ToString::to_string).collect()
    };
    assert_eq!(told(), [""; 0]);
    let prior = std::fs::read_to_string(now.join("prior.csv")).expect("read");
    let wrong = prior.replacen("1500.00", "99999.00", 1);
    assert_ne!(wrong, prior);
    std::fs::write(now.join("prior.csv"), wrong).expect("written");
    let told = told();
    assert!(
        told.iter().any(|t| t.contains("《部门预算支出总表》合计”的上年数是 948997.00 元") && t.contains("85.05万元")),
        "{told:#?}"
    );
}
