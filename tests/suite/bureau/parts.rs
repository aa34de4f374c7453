//! A new bureau, parts of the work on several machines, notices, two bureaus.

use super::{Bureau, department, found};
use crate::common;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn a_new_bureau_is_made_of_the_list_in_a_workbook_or_a_csv_file() {
    let bureau = Bureau::orderly(0);
    std::fs::create_dir_all(bureau.desk.path()).expect("a folder");
    let rows = [["631", "临港\"部门\"", "张三", "2026-01-31"], ["0632", "教育, 体育局", "", ""]];
    let rows = rows.map(|row| row.map(str::to_string).to_vec());
    let heads = vec![("单位代码", 9.0), ("名称", 20.0), ("经办人", 9.0), ("期限", 12.0)];
    let sheet = gongkai::write::xlsx::list::List {
        name: "Sheet1",
        heads,
        rows: rows.to_vec(),
        numbers: vec![],
        note: String::new(),
    };
    std::fs::write(bureau.desk.path().join("名单.xlsx"), gongkai::write::xlsx::list::write("名单", &[sheet]).unwrap())
        .unwrap();
    std::fs::write(bureau.desk.path().join("名单.csv"), "部门代码,部门名称\n631,甲\n631,乙\n,丙\n").unwrap();
    let output = bureau.run(&["new", "县", "--bureau", "名单.xlsx", "--year", "2026"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (board, code) = bureau.board(&[]);
    assert_eq!((board["name"].as_str(), board["year"].as_i64(), code), (Some("县"), Some(2026), 0));
    let of = |code: &str, key: &str| department(&board, code)[key].as_str().map(str::to_string);
    assert_eq!(of("631", "name").as_deref(), Some("临港\"部门\""));
    assert_eq!((of("631", "person").as_deref(), of("631", "due").as_deref()), (Some("张三"), Some("2026-01-31")));
    assert_eq!(
        (of("0632", "name").as_deref(), of("0632", "folder").as_deref()),
        (Some("教育, 体育局"), Some("0632-2026"))
    );
    // Nothing is replaced, and a list with mistakes makes nothing.
    let before = std::fs::read(bureau.at("bureau.toml")).unwrap();
    assert_eq!(bureau.run(&["new", "县", "--bureau", "名单.xlsx", "--year", "2026"]).status.code(), Some(1));
    assert_eq!(std::fs::read(bureau.at("bureau.toml")).unwrap(), before);
    let output = bureau.run(&["new", "乡", "--bureau", "名单.csv", "--year", "2026"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("名单.csv:3:1 错误[E148]") && told.contains("名单.csv:4:1 错误[E145]"), "{told}");
    assert!(!bureau.desk.path().join("乡").exists());
}

#[test]
fn parts_joined_are_the_whole_board() {
    let mut bureau = Bureau::orderly(7);
    *bureau.approved.get_mut("604").expect("approved") += 10_000;
    bureau.write(&["605"]);
    bureau.declare("", "", "[rule.X902]\nsays = \"转移\"\nis = \"601:支出合计 = 602:支出合计\"\n");
    let (whole, code) = bureau.board(&[]);
    let names = ["1.json", "2.json", "3.json"];
    let mut count = 0;
    for (number, name) in (1..).zip(names) {
        let part = bureau.run(&["status", "县", "--format", "json", "--part", &format!("{number}/3")]);
        let json: Value = serde_json::from_slice(&part.stdout).expect("JSON");
        count += json["departments"].as_array().unwrap().len();
        std::fs::write(bureau.desk.path().join(name), &part.stdout).unwrap();
    }
    assert_eq!(count, 7);
    // Nothing is looked at again: the folders may be elsewhere.
    std::fs::rename(bureau.at("601"), bureau.desk.path().join("601")).unwrap();
    let (joined, joined_code) = bureau.board(&["--join", "1.json", "2.json", "3.json"]);
    assert_eq!((joined, joined_code), (whole.clone(), code));
    assert_eq!(found(&whole), [("", "X902"), ("604", "E820")].map(|(f, c)| (f.to_string(), c.to_string())));
    let (lacking, code) = bureau.board(&["--join", "1.json", "3.json"]);
    assert_eq!((found(&lacking).iter().filter(|(_, code)| code == "E850").count(), code), (2, 1));
    std::fs::write(bureau.desk.path().join("2.json"), "{}").unwrap();
    let output = bureau.run(&["status", "县", "--join", "1.json", "2.json"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("2.json 错误[E850]"));
    let checked = |part: &str| {
        let output = bureau.run(&["check", "县/602", "县/603", "县/604", "--format", "json", "--part", part]);
        let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let folders: BTreeSet<String> =
            json["findings"].as_array().unwrap().iter().map(|f| f["folder"].as_str().unwrap().to_string()).collect();
        folders
    };
    let all: Vec<String> = ["1/2", "2/2"].into_iter().flat_map(checked).collect();
    assert!(all.len() <= 3 && all.iter().collect::<BTreeSet<_>>().len() == all.len(), "{all:?}");
    assert_eq!(bureau.run(&["status", "县", "--part", "9/8"]).status.code(), Some(2));
}

#[test]
fn a_notice_goes_to_each_department_that_has_something_to_do() {
    let mut bureau = Bureau::orderly(4);
    *bureau.approved.get_mut("602").expect("approved") += 10_000;
    bureau.write(&["603"]);
    bureau.run(&["status", "县", "--notices", "通知"]);
    let read = |code: &str| {
        let name = &bureau.departments.iter().find(|d| d.code == code).unwrap().name;
        std::fs::read_to_string(bureau.desk.path().join(format!("通知/{code}{name}.txt"))).unwrap()
    };
    let late = read("603");
    assert!(
        late.contains("    1. 还没有收到你们的公开数据。\n    请在 2024-01-31 前办好后交来。\n\n某县财政局\n"),
        "{late}"
    );
    // Who is late is told so, and not to be in time.
    bureau.run(&["status", "县", "--notices", "通知", "--date", "2024-02-01"]);
    let late = read("603");
    assert!(late.contains("\n    1. ") && !late.contains("\n    2. ") && late.contains("没有按期交来"), "{late}");
    assert!(late.ends_with("    请立即办好后交来。\n\n某县财政局\n"), "{late}");
    assert!(read("602").contains("“支出合计”是 ") && read("602").contains("，少 100.00 元"), "{}", read("602"));
    assert!(read("602").starts_with(&format!("关于2024年度部门预算公开的通知\n\n{}：\n", bureau.departments[1].name)));
}

#[test]
fn two_bureaus_differ_department_by_department() {
    let bureau = Bureau::orderly(5);
    bureau.write(&[]);
    common::copy(&bureau.desk.path().join("县"), &bureau.desk.path().join("旧"));
    assert_eq!(bureau.run(&["diff", "旧", "县"]).status.code(), Some(0));
    // One came, one went, one prints another name, one is broken, one is the same.
    std::fs::remove_dir_all(bureau.desk.path().join("旧/601")).unwrap();
    std::fs::remove_dir_all(bureau.at("602")).unwrap();
    let report = std::fs::read_to_string(bureau.at("604/report.toml")).unwrap();
    let name = &bureau.departments[3].name;
    std::fs::write(
        bureau.at("604/report.toml"),
        report.replacen(&format!("name = \"{name}\""), "name = \"新名称\"", 1),
    )
    .unwrap();
    std::fs::write(bureau.at("603/report.toml"), "code = ").unwrap();
    let output = bureau.run(&["diff", "旧", "县", "--format", "json"]);
    let json: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let fates: Vec<&str> =
        json["departments"].as_array().unwrap().iter().map(|d| d["fate"].as_str().unwrap()).collect();
    assert_eq!((fates, output.status.code()), (vec!["added", "removed", "not-compared", "different", "same"], Some(1)));
    let output = bureau.run(&["diff", "旧", "县"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("gongkai book 县 --since 旧 --date"), "{told}");
    assert!(text.contains(&format!("604 {name}\n")) && text.contains("新名称"), "{text}");
    assert!(text.ends_with("5 个部门，1 个相同，4 个不同\n"), "{text}");
    // Without a list every department below is one.
    for side in ["旧", "县"] {
        std::fs::remove_file(bureau.desk.path().join(side).join("bureau.toml")).unwrap();
    }
    let output = bureau.run(&["diff", "旧", "县"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("新名称") && text.ends_with("5 个部门，1 个相同，4 个不同\n"), "{text}");
}
