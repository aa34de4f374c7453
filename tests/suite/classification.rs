//! The list of codes that the program carries: whole, true to what was seen in print, and honest about the rest.

use crate::common;
use gongkai::data::{Class, Years};
use gongkai::diagnostic::{Diagnostics, Place};
use gongkai::folder::Folder;
use gongkai::layout::{self, Layer, Layouts, SetFiles};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const YEARS: std::ops::RangeInclusive<u16> = 2023..=2026;
const CLASSES: [(&str, &str); 2] = [("function", "function.csv"), ("econ", "economic.csv")];
const NO_YEAR: &str = "年份不明";

/// The lines of a file of a folder of the project, by heading.
fn table(path: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(common::root().join(path)).expect(path);
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_string).collect::<Vec<_>>());
    let heads = lines.next().expect("headings");
    lines.map(|line| heads.iter().cloned().zip(line).collect()).collect()
}

fn list(file: &str) -> Vec<BTreeMap<String, String>> {
    table(&format!("layouts/classification/{file}"))
}

/// A classification of a year, as the Hebei set reads it.
fn class(id: &str, year: u16) -> Class {
    let mut found = Diagnostics::default();
    let mut files =
        SetFiles::find("hebei-department-budget-2023", None, &Layouts::default(), None, &mut found).expect("the set");
    files.year = Some((year.into(), Place::file("report.toml")));
    let set = layout::load(&files, &Layer::default(), &mut found).expect("a set without mistakes");
    assert!(!found.has_errors(), "{:?}", found.sorted());
    set.schema.classes[id].clone()
}

fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace('（', "(").replace('）', ")").replace("其它", "其他");
    plain(one) == plain(other)
}

/// Every code seen in published documents of these years has the name they print, and is not marked as unchecked;
/// what is not taken from them stands in a file with the reason.
#[test]
fn every_code_seen_in_print_is_known_or_told_why_not() {
    let left_out: Vec<_> = table("tests/reference/classification/not-taken.csv");
    for row in &left_out {
        assert!(row["reason"].chars().count() > 10, "{row:?}");
    }
    let mut compared = 0;
    for (id, file) in CLASSES {
        let of: BTreeMap<u16, Class> = YEARS.map(|year| (year, class(id, year))).collect();
        for row in table(&format!("tests/reference/classification/{file}")) {
            let (code, name) = (&row["code"], &row["name"]);
            if left_out.iter().any(|left| left["code"] == *code && left["name"] == *name) {
                continue;
            }
            let dated: Vec<&str> = row["years"].split(';').map(str::trim).filter(|y| *y != NO_YEAR).collect();
            let years = match dated.is_empty() {
                true => Years::read("2023-2026"),
                false => Years::read(&dated.join(";")),
            };
            let years = years.expect("years of evidence");
            for (year, class) in of.iter().filter(|(year, _)| years.contains(**year)) {
                let known = class.names.get(code);
                assert!(known.is_some_and(|known| same(known, name)), "{year} {code} {name}: {known:?}");
                assert!(!class.unchecked.contains(code), "{year} {code} {name} is marked as unchecked");
                compared += 1;
            }
        }
    }
    assert!(compared > 600, "{compared}");
}

/// The codes that the published forms use and print are known, with their names.
#[test]
fn every_code_of_the_published_forms_is_known() {
    for row in table("tests/reference/classification/forms.csv") {
        let id = if row["class"] == "function" { "function" } else { "econ" };
        let class = class(id, row["year"].parse().expect("a year"));
        let known = class.names.get(&row["code"]);
        assert!(known.is_some_and(|known| row["name"].is_empty() || same(known, &row["name"])), "{row:?}: {known:?}");
    }
}

/// Codes stand in order, once a year, below codes that are there in the same years; whatever was not seen in print says
/// that it is from memory, and nothing else does.
#[test]
fn the_list_is_whole_and_says_where_each_name_is_from() {
    for (_, file) in CLASSES {
        let rows = list(file);
        let years = |row: &BTreeMap<String, String>| Years::read(&row["years"]).expect("years");
        assert!(rows.is_sorted_by_key(|row| (row["code"].clone(), row["years"].clone())), "{file}");
        for row in &rows {
            assert_eq!(row["seen"].is_empty(), row["source"] == "凭记忆录入，未核对", "{row:?}");
            if row["seen"] != NO_YEAR && !row["seen"].is_empty() {
                let (seen, valid) = (Years::read(&row["seen"]).expect("years"), years(row));
                assert!(YEARS.filter(|y| seen.contains(*y)).all(|y| valid.contains(y)), "{row:?}");
            }
        }
        for year in YEARS {
            let codes: Vec<&str> =
                rows.iter().filter(|r| years(r).contains(year)).map(|r| r["code"].as_str()).collect();
            let each: BTreeSet<&str> = codes.iter().copied().collect();
            assert_eq!(codes.len(), each.len(), "a code twice in {year}");
            for code in &each {
                for above in [3, 5].into_iter().filter(|n| *n < code.len()) {
                    assert!(each.contains(&code[..above]), "{year}: {code} without {}", &code[..above]);
                }
            }
        }
    }
}

/// How many codes there are of each year, how many were seen in print at all and in that very year: the page of the
/// list says it.
#[test]
fn the_page_of_the_list_counts_it() {
    let page = std::fs::read_to_string(common::root().join("layouts/classification/README.md")).expect("the page");
    for (id, file) in CLASSES {
        for year in YEARS {
            let class = class(id, year);
            let in_print = class.names.len() - class.unchecked.len();
            let that_year =
                list(file).iter().filter(|row| Years::read(&row["seen"]).is_some_and(|y| y.contains(year))).count();
            let line = format!("| {file} | {year} | {} | {in_print} | {that_year} |", class.names.len());
            assert!(page.contains(&line), "{line}");
        }
    }
}

/// Everything found in a copy of the sample with this report year and this `layout/set.toml`.
fn found_of(year: &str, set: Option<&str>, more: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    common::copy(&common::root().join("data/631-2023-corrected"), folder.path());
    let report = folder.path().join("report.toml");
    let text = std::fs::read_to_string(&report).expect("a report").replace("year = 2023", &format!("year = {year}"));
    std::fs::write(&report, text).expect("written");
    for (name, text) in set.map(|text| ("layout/set.toml", text)).iter().chain(more) {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    messages(folder.path())
}

fn messages(folder: &Path) -> Vec<String> {
    let mut found = Diagnostics::default();
    common::prepared(folder, &mut found);
    found.sorted().into_iter().map(|d| d.to_string()).collect()
}

/// The year of the report chooses the names; a year that there are none for is one message, not one for every code.
#[test]
fn a_year_without_a_list_is_told_once() {
    assert_eq!(found_of("2026", None, &[]), Vec::<String>::new());
    let of_report = found_of("2027", None, &[]);
    assert_eq!(of_report.len(), 1, "{of_report:#?}");
    assert!(of_report[0].starts_with("report.toml:4:1 错误[E214] 没有“2027”年度的科目表"), "{of_report:?}");
    assert!(of_report[0].contains("2023—2026") && of_report[0].contains("classification = \"2026\""), "{of_report:?}");
    let of_set = found_of("2023", Some("classification = \"2031\"\n"), &[]);
    assert_eq!(of_set.len(), 1, "{of_set:#?}");
    assert!(of_set[0].starts_with("layout/set.toml:1:") && of_set[0].contains("没有“2031”年度"), "{of_set:?}");
    // The way out that the message names.
    assert_eq!(found_of("2027", Some("classification = \"2026\"\n"), &[]), Vec::<String>::new());
    let two = "[[document]]\nname = \"甲\"\n[[document]]\nname = \"乙\"\n";
    let report = std::fs::read_to_string(common::root().join("data/631-2023-corrected/report.toml")).expect("a report");
    let report = format!("{}\n{two}", report.replace("year = 2023", "year = 2027"));
    let folder = tempfile::tempdir().expect("a folder");
    common::copy(&common::root().join("data/631-2023-corrected"), folder.path());
    std::fs::write(folder.path().join("report.toml"), report).expect("written");
    let told: BTreeSet<String> = messages(folder.path()).into_iter().collect();
    assert_eq!(told.len(), 1, "{told:#?}");
}

/// A code of another year is told as what it is; of its own year it is taken.
#[test]
fn a_code_of_another_year_is_told_as_such() {
    let ledger = std::fs::read_to_string(common::root().join("data/631-2023-corrected/ledger.csv")).expect("a ledger");
    let ledger = ledger.replacen("2010699,", "2013901,", 1);
    let of_2023 = found_of("2023", None, &[("ledger.csv", &ledger)]);
    assert_eq!(of_2023.len(), 1, "{of_2023:#?}");
    assert!(of_2023[0].contains("不在 2023 年的科目表中"), "{of_2023:?}");
    assert!(of_2023[0].contains("它是 2024—2026 年的科目“行政运行”"), "{of_2023:?}");
    assert_eq!(found_of("2024", None, &[("ledger.csv", &ledger)]), Vec::<String>::new());
}

/// A department's own list may say years too; a year that cannot be read is told in its cell.
#[test]
fn a_list_of_ones_own_may_say_years() {
    let ledger = std::fs::read_to_string(common::root().join("data/631-2023-corrected/ledger.csv")).expect("a ledger");
    let ledger = ledger.replacen("2010699,", "2010688,", 1);
    let with = |list: &str| found_of("2023", None, &[("ledger.csv", &ledger), ("classification/function.csv", list)]);
    assert_eq!(with("编码,名称,年度\n2010688,新设事务,2023;2025-2026\n"), Vec::<String>::new());
    let other = with("编码,名称,年度\n2010688,新设事务,2025-2026\n");
    assert!(other.len() == 1 && other[0].contains("它是 2025—2026 年的科目“新设事务”"), "{other:?}");
    let wrong = with("编码,名称,年度\n2010688,新设事务,二三年\n");
    assert!(
        wrong[0].starts_with("classification/function.csv:2:3 错误[E149] 编码“2010688”的年度“二三年”读不懂"),
        "{wrong:?}"
    );
}

/// A set by itself is of no year: it has the names of all.
#[test]
fn a_set_without_a_report_has_the_names_of_every_year() {
    let mut found = Diagnostics::default();
    let set = gongkai::workshop::load_set("hebei-department-budget-2023", &Layouts::default(), &mut found);
    assert!(found.is_empty(), "{:?}", found.sorted());
    let set = set.expect("the set");
    let class = &set.schema.classes["function"];
    assert_eq!(class.names.get("21305").map(String::as_str), Some("巩固脱贫攻坚成果衔接乡村振兴"));
    assert!(class.names.contains_key("2013901") && !class.unchecked.contains("21305"));
}

/// What an earlier program kept with an edition, a folder for the year, is read before the list of all years.
#[test]
fn a_list_of_one_year_comes_before_that_of_all_years() {
    let root = tempfile::tempdir().expect("a folder");
    let below = root.path().join("classification/2023");
    std::fs::create_dir_all(&below).expect("made");
    std::fs::write(below.join("function.csv"), "code,name,source\n201,旧名,公开文本\n").expect("written");
    let layouts = Layouts::of(Folder::open(root.path()));
    let mut found = Diagnostics::default();
    let files = SetFiles { layouts, ..SetFiles::default() };
    let text = |year: &str, name: &str, found: &mut Diagnostics| files.class_list(year, name, found).expect("a list");
    let (shown, list) = text("2023", "function.csv", &mut found);
    assert_eq!((&*shown, list.contains("旧名")), ("layouts/classification/2023/function.csv", true));
    let (shown, _) = text("2024", "function.csv", &mut found);
    assert_eq!(&*shown, "layouts/classification/function.csv");
    let (shown, _) = text("2023", "economic.csv", &mut found);
    assert_eq!(&*shown, "layouts/classification/economic.csv");
    for path in ["..", "../classification", "a/../..", ""] {
        assert_eq!(&*text(path, "function.csv", &mut found).0, "layouts/classification/function.csv", "{path}");
    }
    let kept = files.by_path("2023", &mut found);
    let lists: Vec<&String> = kept.keys().filter(|path| path.ends_with("function.csv")).collect();
    assert_eq!(lists, ["classification/2023/function.csv", "classification/function.csv"]);
}

/// The sample's ledger with one code in place of another and a column of names, which names that code alone.
fn ledger_naming(code: &str, name: &str) -> String {
    let ledger = std::fs::read_to_string(common::root().join("data/631-2023-corrected/ledger.csv")).expect("a ledger");
    let ledger = ledger.replacen("2010699,", &format!("{code},"), 1);
    let line = |line: &str| {
        let (first, rest) = line.split_once(',').expect("columns");
        let named = match first {
            "功能科目" => "功能科目名称",
            first if first == code => name,
            _ => "",
        };
        format!("{first},{named},{rest}\n")
    };
    ledger.lines().map(line).collect()
}

/// A name that the department's own data gives too has been compared; what stands alone is a note.
#[test]
fn a_name_that_the_data_gives_is_checked() {
    let found = |ledger: &str| -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        common::copy(&common::root().join("data/631-2023-corrected"), folder.path());
        std::fs::write(folder.path().join("ledger.csv"), ledger).expect("written");
        let opened = common::workshop().open(&Folder::open(folder.path()), gongkai::workshop::Aim::Look);
        opened.found.sorted().iter().map(ToString::to_string).filter(|told| told.contains("2010650")).collect()
    };
    let alone = found(&ledger_naming("2010650", ""));
    assert_eq!(alone.len(), 1, "{alone:#?}");
    assert!(alone[0].contains("提示[K011] 表里印了 1 个没有核对过的科目名称：2010650“事业运行”"), "{alone:?}");
    assert_eq!(found(&ledger_naming("2010650", "事业运行")), Vec::<String>::new());
}

/// A name of another year is told as that.
#[test]
fn a_name_of_another_year_is_told_as_such() {
    let list = "编码,名称,年度\n2010602,旧名,2021-2022\n";
    let ledger = ledger_naming("2010602", "旧名");
    let found = found_of("2023", None, &[("ledger.csv", &ledger), ("classification/function.csv", list)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("警告[E106]") && found[0].contains("“旧名”是 2021—2022 年的名称"), "{found:?}");
}
