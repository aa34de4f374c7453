//! Layout sets that make themselves from published documents.

use crate::common;
use gongkai::against::{Comparison, Published, Tally, compare};
use gongkai::begin::{Begin, begin};
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::{Bytes, Folder};
use gongkai::layout::Layouts;
use gongkai::new_set::{NewSet, Wanted, new_set};
use gongkai::workshop::{compose_as, load_set};
use gongkai::write::Format;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A sample's own published file.
fn printed(sample: &str, format: Format) -> (PathBuf, Vec<u8>) {
    let built = common::built(&common::root().join("data").join(sample), &[format]);
    let of_department = built.into_iter().find(|file| !file.name.contains("单位预算")).expect("a document");
    (PathBuf::from(of_department.name), of_department.bytes)
}

fn wanted(without: Option<&str>) -> Wanted {
    Wanted {
        name: "made".into(),
        schema: without.map(str::to_owned),
        without: without.map(str::to_owned).into_iter().collect(),
        year: None,
    }
}

fn said(found: &Diagnostics) -> Vec<String> {
    found.sorted().iter().map(ToString::to_string).collect()
}

fn made(file: &(PathBuf, Vec<u8>), without: Option<&str>) -> NewSet {
    let mut found = Diagnostics::default();
    let set = new_set(std::slice::from_ref(file), &wanted(without), &Layouts::default(), &mut found);
    set.unwrap_or_else(|| panic!("{:#?}", said(&found)))
}

/// A set as a folder of sets, on the disk.
fn placed(set: &NewSet) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(root.path().join("made")).expect("a folder");
    for (name, text) in &set.files {
        std::fs::write(root.path().join("made").join(name), text).expect("written");
    }
    root
}

/// What a sample's data gives with a set, held against what was published.
fn against(set: &NewSet, sample: &str, file: &(PathBuf, Vec<u8>)) -> Comparison {
    let root = placed(set);
    let layouts = Layouts::on_disk(&[root.path().to_owned()]);
    let mut found = Diagnostics::default();
    load_set("made", &layouts, &mut found).expect("a set");
    assert!(!found.has_errors(), "{:#?}", said(&found));
    let data = tempfile::tempdir().expect("a folder");
    common::copy(&common::root().join("data").join(sample), data.path());
    let report = std::fs::read_to_string(data.path().join("report.toml")).expect("a report");
    // One document: that of the department.
    let report = report.split("[[document]]").next().expect("its head").to_owned();
    std::fs::write(data.path().join("report.toml"), report).expect("written");
    let _ = std::fs::remove_dir_all(data.path().join("layout"));
    let made = compose_as("made", &Folder::open(data.path()), &layouts, &mut found);
    assert!(!found.has_errors(), "{:#?}", said(&found));
    let published = Published::read(&file.1, &file.0.to_string_lossy()).expect("a published file");
    compare(made[0].document(), &published)
}

#[track_caller]
fn at_least(tally: Tally, percent: usize, what: &str) {
    assert!(tally.of > 0 && tally.equal * 100 >= tally.of * percent, "{what}: {}/{}", tally.equal, tally.of);
}

/// The form of a shipped set: the new set stands on it, says no table again, and its document is the published one.
#[test]
fn a_form_that_a_set_knows_stands_on_it() {
    for (sample, on) in
        [("shanghai-sample", "shanghai-department-budget-2026"), ("final-account-sample", "final-account-2024")]
    {
        let file = printed(sample, Format::Pdf);
        let set = made(&file, None);
        assert_eq!(set.account.stands_on.as_deref(), Some(on));
        let inherits = format!("inherits = \"{on}\"");
        assert!(set.files["set.toml"].contains(&inherits), "{}", set.files["set.toml"]);
        let tables: Vec<&String> = set.files.keys().filter(|name| name.starts_with("table-")).collect();
        assert!(tables.is_empty(), "{tables:?}");
        let comparison = against(&set, sample, &file);
        at_least(comparison.cells(), 100, "cells");
        at_least(comparison.rows(), 100, "rows");
        at_least(comparison.heads(), 98, "heads");
        at_least(comparison.sentences, 85, "sentences");
    }
}

/// What a department's document words otherwise is declared, and nothing else: a title, a row, a head.
#[test]
fn what_differs_is_declared_and_nothing_else() {
    let file = printed("631-2023", Format::Pdf);
    let set = made(&file, None);
    assert_eq!(set.account.stands_on.as_deref(), Some("hebei-department-budget-2023"));
    let tables: Vec<&str> = set.files.keys().map(String::as_str).filter(|name| name.starts_with("table-")).collect();
    assert_eq!(tables, ["table-07.toml", "table-09.toml"]);
    assert!(set.files["table-07.toml"].contains("title = \"部门预算政府基金预算财政拨款支出表\""));
    let of_nine = &set.files["table-09.toml"];
    assert!(of_nine.contains("\"用车\" = \"二、公务用车购置及运维费\""), "{of_nine}");
    assert!(of_nine.contains("\"基金\" = [\"资金性质\", \"政府性基金预算拨款\"]"), "{of_nine}");
    assert_eq!(of_nine.lines().filter(|line| line.contains(" = ")).count(), 2, "{of_nine}");
}

/// A form of no known set: its tables and most of its sentences come out of the ledger.
#[test]
fn a_form_of_no_known_set_is_made_whole() {
    for (sample, hidden, cells, sentences) in [
        ("shanghai-sample", "shanghai-department-budget-2026", 85, 60),
        ("final-account-sample", "final-account-2024", 98, 65),
    ] {
        let file = printed(sample, Format::Pdf);
        let set = made(&file, Some(hidden));
        assert_eq!(set.account.stands_on, None);
        assert!(set.files["set.toml"].contains("inherits = \"common\""));
        let comparison = against(&set, sample, &file);
        at_least(comparison.cells(), cells, "cells");
        at_least(comparison.sentences, sentences, "sentences");
        // What the set does not have at all are forms: of those it has, nearly every cell is right.
        let own = comparison.tables.iter().filter(|table| table.ours.is_some());
        for table in own.filter(|table| table.cells.of > 0) {
            at_least(table.cells, 90, &table.title);
            at_least(table.heads, 95, &table.title);
        }
    }
}

/// A set says nothing of the one department it was made from: another one's ledger, with other codes, gives its document.
#[test]
fn another_departments_ledger_gives_its_document() {
    let file = printed("shanghai-sample", Format::Pdf);
    for without in [None, Some("shanghai-department-budget-2026")] {
        let set = made(&file, without);
        let root = placed(&set);
        let layouts = Layouts::on_disk(&[root.path().to_owned()]);
        let mut found = Diagnostics::default();
        let data = Folder::open(&common::root().join("data/shanghai-unit-sample"));
        let made = compose_as("made", &data, &layouts, &mut found);
        let errors: Vec<String> = said(&found).into_iter().filter(|line| line.contains("错误")).collect();
        assert_eq!(made.len(), 1, "{errors:#?}");
        // Comments say what it was made of.
        let says = set.files.iter().filter(|(name, _)| *name != "README.md").flat_map(|(_, text)| text.lines());
        let old: Vec<&str> = says.filter(|line| !line.starts_with('#') && line.contains("东湖区水务局")).collect();
        assert_eq!(old, Vec::<&str>::new());
    }
}

/// A new folder of the set is there at once.
#[test]
fn a_new_folder_of_the_set_is_begun() {
    let set = made(&printed("final-account-sample", Format::Docx), Some("final-account-2024"));
    let root = placed(&set);
    let mut found = Diagnostics::default();
    let what = Begin { layout: Some("made".into()), year: Some(2024), name: Some("某局".into()), ..Begin::default() };
    let place = root.path().join("305-2024");
    let folder = begin(&place, &what, &Layouts::on_disk(&[root.path().to_owned()]), &mut found);
    assert!(folder.is_some() && !found.has_errors(), "{:#?}", said(&found));
}

/// A workbook has tables alone; the same file gives the same set.
#[test]
fn a_workbook_gives_its_tables_and_the_same_ones_again() {
    let file = printed("final-account-sample", Format::Xlsx);
    let (one, other) = (made(&file, Some("final-account-2024")), made(&file, Some("final-account-2024")));
    assert_eq!(one.files, other.files);
    assert!(one.account.tables.0 >= 9 && one.account.sections == 0, "{:?}", one.account);
    at_least(against(&one, "final-account-sample", &file).cells(), 85, "cells");
}

/// A change is bound to what is said to have changed, and to nothing where that is no figure: 支出…, 其中：基本支出增加….
#[test]
fn changes_are_of_what_is_said_to_have_changed() {
    let set = made(&printed("631-2023", Format::Pdf), Some("hebei-department-budget-2023"));
    let texts = || set.files.iter().filter(|(name, _)| name.starts_with("text-")).flat_map(|(_, text)| text.lines());
    let line = texts().find(|line| line.contains("年预算支出安排")).expect("the sentence");
    assert!(line.contains("基本支出{{ than(f(\"b3/合计/基本支出\"), \"prior\""), "{line}");
    assert!(line.contains("项目支出{{ than(f(\"b3/合计/项目支出\"), \"prior\""), "{line}");
    let of_fund = made(&printed("shanghai-sample", Format::Pdf), Some("shanghai-department-budget-2026"));
    let all: String = of_fund.files.values().cloned().collect();
    let line = all.lines().find(|line| line.contains("政府性基金拨款支出预算")).expect("the sentence");
    let of = line.split("政府性基金拨款支出预算").nth(1).and_then(|rest| rest.split('；').next()).expect("its clause");
    assert!(!of.contains("一般公共预算"), "{of}");
}

/// What was guessed is marked in the file and said in the account.
#[test]
fn guesses_are_marked_where_they_stand() {
    let set = made(&printed("631-2023", Format::Pdf), Some("hebei-department-budget-2023"));
    let readme = &set.files["README.md"];
    for guess in set.account.guessed.iter().chain(&set.account.asks) {
        assert!(readme.contains(guess.as_str()), "{guess}");
    }
    let marked = set.files.iter().filter(|(name, text)| *name != "README.md" && text.contains("请核对")).count();
    assert!(marked > 0 && readme.contains("## 猜的，请核对") && readme.contains("## 要人工做的"), "{readme}");
    // No number of the old document is left for a new one: what is not bound is a blank.
    let old: Vec<&str> = set
        .files
        .iter()
        .filter(|(name, _)| name.starts_with("text-"))
        .flat_map(|(_, text)| text.lines())
        .filter_map(|line| line.split("{#").next())
        .filter(|line| line.split("万元").any(|part| part.ends_with(|c: char| c.is_ascii_digit())))
        .collect();
    assert_eq!(old, Vec::<&str>::new());
}

/// A page torn anywhere, as if a set knew it or none did: what is made of it loads, or it is told why nothing is.
#[test]
fn whatever_stands_on_a_page_the_set_that_is_made_loads() {
    let page = "<html><h1>东湖区水务局2024年部门预算</h1><h3>表3 一般公共预算支出表</h3><p>金额单位：万元</p><table><tr><th rowspan=2>科目编码</th>\
                <th rowspan=2>科目名称</th><th rowspan=2>合计</th><th colspan=2>其中</th></tr><tr><th>基本支出</th><th>项目支出</th></tr>\
                <tr><td>213</td><td>农林水支出</td><td>11.50</td><td>9.00</td><td>2.50</td></tr><tr><td>21303</td><td>水利</td><td>11.50</td>\
                <td>9.00</td><td>2.50</td></tr><tr><td></td><td>合计</td><td>11.50</td><td>9.00</td><td>2.50</td></tr></table>";
    let rest = "<td>国（境）费</td><th>公务接待费</th><th>公务用车运行费</th></tr><tr><td>1.20</td><td>0.00</td><td>0.20</td><td>1.00</td></table>";
    let layouts = common::layouts();
    let tried = |page: String, is_known: bool| {
        let without = if is_known { Vec::new() } else { layouts.sets() };
        let wanted =
            Wanted { name: "新版式".into(), schema: Some("core-department-budget".into()), without, year: None };
        let mut found = Diagnostics::default();
        let set = new_set(&[(PathBuf::from("公开.html"), page.into_bytes())], &wanted, &layouts, &mut found);
        let Some(set) = set else {
            assert!(found.has_errors());
            return None;
        };
        let named = set.files.iter().map(|(name, text)| (format!("新版式/{name}"), Bytes::from(text.as_bytes())));
        let mut of_set = Diagnostics::default();
        load_set("新版式", &layouts.after(Folder::of_files(Path::new("新版式"), named)), &mut of_set);
        assert!(!of_set.has_errors(), "{:?}\n{:#?}", of_set.sorted(), set.files);
        assert!(set.account.tables.0 == set.account.tables.1 || !set.account.asks.is_empty(), "{:?}", set.account);
        Some(set.account)
    };
    // Figures beside the labels of two sides: no layout has them.
    let odd = std::fs::read_to_string(common::root().join("fuzz/seeds/new_set/torn.html")).expect("a page");
    let table =
        "<h3>支出表</h3><table><tr><th>科目编码<th>科目名称<th>合计</tr><tr><td>213<td>农林水支出<td>1.00</table>";
    let account = tried(format!("<html>{odd}</table>{table}"), false).expect("a set");
    assert!(account.asks.iter().any(|line| line.starts_with("《表3 一般公共预算支出表》没有做成：")), "{account:?}");
    let places = (0..page.len()).step_by(40).map(|at| page.floor_char_boundary(at));
    let accounts: Vec<_> =
        places.enumerate().filter_map(|(at, torn)| tried(format!("{}{rest}", &page[..torn]), at % 2 > 0)).collect();
    assert!(accounts.iter().any(|account| account.tables == (1, 1)), "{accounts:?}");
}

fn gongkai(arguments: &[&Path]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_gongkai")).args(arguments).output().expect("it runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_cannot_be_read_is_told_and_nothing_is_written() {
    let root = tempfile::tempdir().expect("a folder");
    let at = |name: &str| root.path().join(name);
    let scanned = super::published::scanned();
    std::fs::write(at("扫描.pdf"), scanned).expect("written");
    std::fs::write(at("损坏.pdf"), b"%PDF-1.7\ntrailer<</Root 1 0 R>>").expect("written");
    std::fs::write(at("网页.html"), b"<html></html>").expect("written");
    for (file, code) in [("扫描.pdf", "E563"), ("损坏.pdf", "E562"), ("网页.html", "E563"), ("没有.pdf", "E101")]
    {
        let made = ["layouts", "new", "made", "--from"].map(Path::new);
        let (status, told) = gongkai(&[&made[..], &[&at(file), Path::new("--output"), &at("sets")]].concat());
        assert_eq!(status, Some(1), "{told}");
        assert!(told.contains(code) && told.contains("没有写入任何文件"), "{told}");
        assert!(!at("sets").exists());
    }
}

#[test]
fn a_name_that_is_taken_is_never_written_over() {
    let root = tempfile::tempdir().expect("a folder");
    let (name, bytes) = printed("final-account-sample", Format::Xlsx);
    let file = root.path().join(name);
    std::fs::write(&file, bytes).expect("written");
    let sets = root.path().join("sets");
    let new = |name: &str| {
        gongkai(&[
            Path::new("layouts"),
            Path::new("new"),
            Path::new(name),
            Path::new("--from"),
            &file,
            Path::new("--output"),
            &sets,
        ])
    };
    let (status, told) = new("mine");
    assert_eq!(status, Some(0), "{told}");
    let before = std::fs::read_to_string(sets.join("mine/set.toml")).expect("a set");
    std::fs::write(sets.join("mine/set.toml"), format!("# 我改过\n{before}")).expect("written");
    let (status, told) = new("mine");
    assert!(status == Some(1) && told.contains("E633"), "{told}");
    assert!(std::fs::read_to_string(sets.join("mine/set.toml")).expect("a set").starts_with("# 我改过"));
    for taken in ["final-account-2024", "../out", ".hidden", "a b"] {
        let (status, told) = new(taken);
        assert!(status == Some(1) && told.contains("E633"), "{taken}: {told}");
    }
    assert_eq!(std::fs::read_dir(&sets).expect("a folder").count(), 1);
    assert_eq!(std::fs::read_dir(root.path()).expect("a folder").count(), 2);
}
