//! The board of `gongkai status`.

use super::{Bureau, PLANTED, department, found};
use crate::common;
use serde_json::Value;
use std::path::Path;

#[test]
fn an_orderly_bureau_of_thirty_raises_nothing() {
    let bureau = Bureau::orderly(30);
    bureau.write(&[]);
    let (board, code) = bureau.board(&["--date", "2024-03-01"]);
    assert_eq!(found(&board), []);
    let errors = |d: &Value| (d["folder"].clone(), d["errors"].clone(), d["first"].clone());
    let wrong: Vec<_> =
        board["departments"].as_array().unwrap().iter().filter(|d| d["errors"] != 0).map(errors).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!((board["totals"]["given"].as_u64(), code), (Some(30), 0));
    let control = |d: &Value| d["control"].as_array().is_some_and(|c| c.len() == 1 && c[0]["equal"] == true);
    assert!(board["departments"].as_array().unwrap().iter().all(control), "each is held against what was approved");
}

#[test]
fn every_planted_fault_is_found_and_nothing_else() {
    let bureau = Bureau::planted();
    let (board, code) = bureau.board(&["--date", "2024-03-01"]);
    assert_eq!(found(&board), PLANTED.map(|(folder, code)| (folder.to_string(), code.to_string())));
    assert_eq!(code, 1, "and JSON all the same");
    let of_folders = |d: &&Value| d["looked"]["brief"]["errors"].as_u64().is_some_and(|errors| errors > 0);
    assert_eq!(board["departments"].as_array().unwrap().iter().filter(of_folders).count(), 0);
    let off = &department(&board, "604")["control"][0];
    let cents = |value: &Value| value.as_str().expect("a text").replace('.', "").parse::<i64>().expect("a number");
    assert_eq!(cents(&off["approved"]) - cents(&off["actual"]), 10_000, "0.01 万元");
    let twin = &department(&board, "611")["findings"][0];
    assert_eq!(twin["hint"].as_str(), Some(&*format!("“610”是“{}”的代码", bureau.departments[9].name)));
    // Both that a transfer concerns have to settle it, by their names.
    let transfer = board["findings"][0]["message"].as_str().unwrap();
    assert!(transfer.ends_with("左边是 800000.00 元，右边是 790000.00 元，相差 10000.00 元"), "{transfer}");
    let between: Vec<&Value> =
        board["departments"].as_array().unwrap().iter().filter(|d| d["between"][0] == transfer).collect();
    assert_eq!(between.len(), 2);
    for department in between {
        let name = department["name"].as_str().unwrap();
        assert!(transfer.contains(&format!("{name}:t")), "{transfer}");
        assert!(department["next"].as_str().unwrap().starts_with(transfer), "{department}");
    }
    assert_eq!(department(&board, "622")["standing"], "absent");
    assert_eq!(department(&board, "622")["next"], "催交（经办622），2024-01-31 前");
    assert_eq!((&board["totals"]["given"], &board["totals"]["off"]), (&29.into(), &1.into()));
    // Every form says the same of each department, and text tells what was found.
    let text = bureau.run(&["status", "县", "--date", "2024-03-01"]);
    let (told, text) = (String::from_utf8(text.stderr).unwrap(), String::from_utf8(text.stdout).unwrap());
    let page = bureau.run(&["status", "县", "--date", "2024-03-01", "--format", "html"]);
    let page = String::from_utf8(page.stdout).unwrap();
    for (line, listed) in text.lines().skip(1).zip(&bureau.departments) {
        let next = department(&board, &listed.code)["next"].as_str().unwrap();
        assert!(line.starts_with(&listed.code) && line.contains(&listed.name) && line.ends_with(next), "{line}");
    }
    for (_, code) in PLANTED {
        assert_eq!(told.matches(&format!("[{code}]")).count(), 1, "{code} in\n{told}");
        assert_eq!(page.matches(&format!(" {code} ")).count(), 1, "{code} on the page");
    }
    // Without a day nobody is late.
    assert!(found(&bureau.board(&[]).0).iter().all(|(_, code)| code != "E817"));
}

#[test]
fn only_what_changed_is_looked_at_again_and_the_answer_is_the_same() {
    let bureau = Bureau::orderly(4);
    bureau.write(&[]);
    let kept = || std::fs::read_dir(bureau.desk.path().join("kept")).unwrap().count();
    let (first, _) = bureau.board(&[]);
    let entries = kept();
    assert_eq!(bureau.board(&[]).0, first);
    assert_eq!(kept(), entries, "all four are remembered");
    let ledger = bureau.at("602/budget.csv");
    let ledger = if ledger.exists() { ledger } else { bureau.at("602/ledger.csv") };
    let text = std::fs::read_to_string(&ledger).unwrap();
    std::fs::write(&ledger, text + "错\n").unwrap();
    let (second, code) = bureau.board(&[]);
    assert_eq!((kept(), code), (entries + 1, 1), "one was looked at again");
    assert_ne!(department(&second, "602")["errors"], 0);
    for other in ["601", "603", "604"] {
        assert_eq!(department(&second, other), department(&first, other));
    }
    // What is remembered may be gone or damaged.
    for entry in std::fs::read_dir(bureau.desk.path().join("kept")).unwrap() {
        std::fs::write(entry.unwrap().path(), b"gongkai kept 1\n{}").unwrap();
    }
    assert_eq!(bureau.board(&[]).0, second);
}

#[test]
fn without_a_list_every_department_below_is_taken() {
    let mut bureau = Bureau::orderly(3);
    bureau.change("603", "report.toml", "code = \"603\"", "code = \"601\"");
    bureau.write(&[]);
    std::fs::remove_file(bureau.at("bureau.toml")).unwrap();
    std::fs::rename(bureau.at("602"), bureau.at("601/602")).unwrap();
    let (board, code) = bureau.board(&[]);
    let folders: Vec<&Value> = board["departments"].as_array().unwrap().iter().map(|d| &d["folder"]).collect();
    assert_eq!(folders, ["601", "603"], "none lies in another");
    assert_eq!((found(&board), code), (vec![("603".to_string(), "E814".to_string())], 1));
}

#[test]
fn every_mistake_of_the_list_and_of_the_control_figures_is_told_at_its_place() {
    let bureau = Bureau::orderly(3);
    bureau.write(&[]);
    std::fs::write(
        bureau.at("bureau.toml"),
        "name = \"某县\"\nyear = 24\ncolour = 1\ndue = \"二月\"\n[control.figure]\n\"支出\" = \"t3\"\n\
         [[department]]\ncode = \"1\"\nname = \"甲\"\nfolder = \"../外\"\n\
         [[department]]\ncode = \"2\"\nname = \"乙\"\nfolder = \"乙\"\n\
         [[department]]\ncode = \"2\"\nname = \"丙\"\nfolder = \"丙\"\nof = \"9\"\n\
         [[department]]\nname = \"丁\"\nfolder = \"丁\"\n",
    )
    .unwrap();
    let output = bureau.run(&["status", "县"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    for place in [
        "bureau.toml:2:8 错误[E801]",
        "bureau.toml:3:1 错误[E201]",
        "bureau.toml:4:7 错误[E801]",
        "bureau.toml:6:8 错误[E801]",
        "bureau.toml:10:10 错误[E803]",
        "bureau.toml:15:1 错误[E802]",
        "bureau.toml:15:1 错误[E801]",
        "bureau.toml:20:1 错误[E201]",
    ] {
        assert!(told.contains(place), "{place} in\n{told}");
    }
    assert_eq!(told.matches("错误[").count(), 8, "{told}");

    bureau.write(&[]);
    std::fs::write(bureau.at("control.csv"), "部门代码,支出合计（元）\n601,1O0\n609,1\n602,1.00\n602,2.00\n603,\n")
        .unwrap();
    let (board, _) = bureau.board(&[]);
    let of_control: Vec<String> = board["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| format!("{}:{} {}", f["line"], f["column"], f["code"]))
        .collect();
    assert_eq!(of_control, ["2:2 \"E131\"", "3:1 \"E805\"", "5:1 \"E805\""]);
    assert_eq!(department(&board, "603")["control"].as_array().map(Vec::len), Some(0), "a blank is not nought");
}

#[test]
fn findings_of_many_folders_name_the_folder_that_has_none() {
    let bureau = Bureau::orderly(2);
    let sample = bureau.at("干净");
    common::copy(&common::root().join("data/core-sample"), &sample);
    common::copy(&sample, &bureau.at("干净二"));
    let output = bureau.run(&["check", "县/干净", "县/干净二"]);
    let told = String::from_utf8(output.stderr).unwrap();
    let silent = |name: &str| told.contains(&format!("{name}：没有发现问题"));
    let named = |name: &str| told.contains(&format!("{name}：\n"));
    for name in ["干净", "干净二"] {
        let path = Path::new("县").join(name).display().to_string();
        assert!(silent(&path) || named(&path), "{told}");
    }
    assert!(!told.lines().any(|line| line == "没有发现问题"), "{told}");
}
