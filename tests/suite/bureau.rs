//! A bureau of thirty made-up departments: every planted fault is found at its place, and nothing else is.

use crate::common;
use crate::departments::{Category, Department, Set, yuan};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A bureau in a temporary folder, orderly until something is planted.
struct Bureau {
    desk: tempfile::TempDir,
    departments: Vec<Listed>,
    /// Approved expenditure, 分, by code; none: no line in the control figures.
    approved: BTreeMap<String, i64>,
}

struct Listed {
    code: String,
    name: String,
    files: BTreeMap<String, String>,
}

/// The total of the expenditure table, in each set.
const TOTALS: &str = "{ hebei-department-budget-2023 = \"t3/合计/合计\", yuan-city-2024 = \"a03/合计/合计\", \
                      yuan-county-2024 = \"a03/合计/合计\" }";

impl Bureau {
    /// The first `count` departments of the seeds whose names differ, of every set in turn, all of one year.
    fn orderly(count: usize) -> Bureau {
        let (mut names, mut departments, mut approved) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
        for seed in 0.. {
            if departments.len() == count {
                break;
            }
            let made = Department::orderly(seed, Set::ALL[seed as usize % Set::ALL.len()]);
            if !names.insert(made.name.clone()) {
                continue;
            }
            let (code, mut files) = ((601 + departments.len()).to_string(), made.files());
            let report = files.get_mut("report.toml").expect("a report");
            let old = report.lines().next().expect("the code").to_string();
            *report = report.replacen(&old, &format!("code = \"{code}\""), 1).replacen("year = 2023", "year = 2024", 1);
            let spent = made.lines.iter().filter(|line| line.category != Category::CarriedOut);
            approved.insert(code.clone(), spent.map(|line| line.amount).sum());
            departments.push(Listed { code, name: made.name, files });
        }
        Bureau { desk: tempfile::tempdir().expect("a temporary folder"), departments, approved }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.desk.path().join("县").join(path)
    }

    /// Changes a file of a department before it is written.
    fn change(&mut self, code: &str, file: &str, old: &str, new: &str) {
        let department = self.departments.iter_mut().find(|d| d.code == code).expect("listed");
        let text = department.files.get_mut(file).expect("a file");
        assert!(text.contains(old), "{old} in {file}");
        *text = text.replacen(old, new, 1);
    }

    /// Puts everything on the disk but the folders of `absent`.
    fn write(&self, absent: &[&str]) {
        let put = |path: PathBuf, text: &str| {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("writes");
        };
        let mut list = format!(
            "name = \"某县财政局\"\nyear = 2024\ndue = \"2024-01-31\"\n\n[control.figure]\n\"支出合计\" = {TOTALS}\n"
        );
        let mut control = "部门代码,部门名称,支出合计（元）\n".to_string();
        for Listed { code, name, files } in &self.departments {
            let _ = write!(
                list,
                "\n[[department]]\ncode = \"{code}\"\nname = \"{name}\"\nfolder = \"{code}\"\nperson = \"经办{code}\"\n"
            );
            if let Some(approved) = self.approved.get(code) {
                let _ = writeln!(control, "{code},{name},{}", yuan(*approved));
            }
            for (file, text) in files.iter().filter(|_| !absent.contains(&code.as_str())) {
                put(self.at(&format!("{code}/{file}")), text);
            }
        }
        put(self.at("bureau.toml"), &list);
        put(self.at("control.csv"), &control);
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
        command.args(arguments).args(["--layouts".as_ref(), common::root().join("tests/layouts").as_os_str()]);
        command.current_dir(self.desk.path()).env("GONGKAI_FONTS", common::root().join("fonts"));
        command.env("GONGKAI_CACHE", self.desk.path().join("kept")).output().expect("the program starts")
    }

    /// The board as JSON, and the exit code.
    fn board(&self, more: &[&str]) -> (Value, i32) {
        let output = self.run(&[&["status", "县", "--format", "json"], more].concat());
        let json = serde_json::from_slice(&output.stdout);
        let json = json.unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
        (json, output.status.code().expect("it ends by itself"))
    }
}

/// Folder and code of every finding of a board; those of the bureau itself have no folder.
fn found(board: &Value) -> Vec<(String, String)> {
    let of = |findings: &Value, folder: &str| -> Vec<(String, String)> {
        let one = |finding: &Value| (folder.to_string(), finding["code"].as_str().expect("a code").to_string());
        findings.as_array().expect("a list").iter().map(one).collect()
    };
    let departments = board["departments"].as_array().expect("a list");
    let each = departments.iter().flat_map(|d| of(&d["findings"], d["folder"].as_str().expect("a folder")));
    of(&board["findings"], "").into_iter().chain(each).collect()
}

fn department<'b>(board: &'b Value, code: &str) -> &'b Value {
    let mut all = board["departments"].as_array().expect("a list").iter();
    all.find(|department| department["code"] == code).expect("listed")
}

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
    let mut bureau = Bureau::orderly(30);
    // One late, one off by 0.01 万元, two with one code, one with another year.
    *bureau.approved.get_mut("604").expect("approved") += 10_000;
    bureau.change("611", "report.toml", "code = \"611\"", "code = \"610\"");
    bureau.change("616", "report.toml", "year = 2024", "year = 2025");
    bureau.write(&["622"]);
    std::fs::create_dir_all(bureau.at("旧")).unwrap();
    std::fs::write(bureau.at("旧/report.toml"), "code = \"699\"\n").unwrap();
    let (board, code) = bureau.board(&["--date", "2024-03-01"]);
    let expected = [("", "E816"), ("604", "E820"), ("611", "E810"), ("616", "E812"), ("622", "E817")];
    assert_eq!(found(&board), expected.map(|(folder, code)| (folder.to_string(), code.to_string())));
    assert_eq!(code, 1, "and JSON all the same");
    let off = &department(&board, "604")["control"][0];
    let cents = |value: &Value| value.as_str().expect("a text").replace('.', "").parse::<i64>().expect("a number");
    assert_eq!(cents(&off["approved"]) - cents(&off["actual"]), 10_000);
    assert_eq!(department(&board, "622")["standing"], "absent");
    assert_eq!(department(&board, "622")["next"], "催交（经办622），2024-01-31 前");
    assert_eq!(board["totals"]["off"], 1);
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

// ------------------------------------------------------------------------------------------------ rules over departments

/// The total of a department's projects, in each set.
const PROJECTS: &str = "{ hebei-department-budget-2023 = \"t3/合计/项目\", yuan-city-2024 = \"a03/合计/项目\", \
                        yuan-county-2024 = \"a03/合计/项目\" }";

impl Bureau {
    /// Writes more into `bureau.toml`, and rules over departments.
    fn declare(&self, old: &str, new: &str, rules: &str) {
        let text = std::fs::read_to_string(self.at("bureau.toml")).expect("a list");
        assert!(text.contains(old), "{old}");
        std::fs::write(self.at("bureau.toml"), text.replacen(old, new, 1)).expect("writes");
        std::fs::write(self.at("bureau-checks.toml"), rules).expect("writes");
    }
}

#[test]
fn rules_over_departments_find_what_was_planted_and_nothing_else() {
    let bureau = Bureau::orderly(12);
    bureau.write(&[]);
    let fen = |code: &str| bureau.approved[code];
    // 601 is the department of two units whose totals do not add up to its own; 605 pays 606 another sum than it gets.
    let (one, other) = (fen("602") + fen("603") - fen("601"), fen("605") - fen("606"));
    assert!(one != 0 && other != 0);
    let rules = format!(
        "[rule.X901]\nsays = \"部门的合计应等于所属单位之和\"\neach = {{ department = \"601\" }}\n\
         is = \"{{department}}:支出合计 = sum({{department}}>:支出合计)\"\n\
         [rule.X902]\nsays = \"转移的两边应相等\"\nis = \"605:支出合计 = 606:支出合计\"\n\
         [rule.X903]\nsays = \"转移的两边应相等\"\nis = \"605:支出合计 - {} = 606:支出合计\"\n\
         [rule.X904]\nsays = \"单位都有支出\"\neach = {{ department = \"*\" }}\nis = \"{{department}}:支出合计 > 0\"\n\
         [rule.X905]\nsays = \"项目不多于支出\"\neach = {{ department = [\"[部门]\", \"[单位]\"] }}\nis = \"{{department}}:项目 <= {{department}}:支出合计\"\n\
         [rule.X906]\nsays = \"项目占比与别的部门差得多\"\neach = {{ department = \"*\" }}\noutlier = \"percent( {{department}}:项目 , {{department}}:支出合计 )\"\ntimes = 1000\n",
        yuan(other),
    );
    bureau.declare("[control.figure]\n", &format!("[figure]\n\"项目\" = {PROJECTS}\n[control.figure]\n"), &rules);
    let list = std::fs::read_to_string(bureau.at("bureau.toml")).unwrap();
    let of = |list: String, code: &str| {
        list.replacen(&format!("folder = \"{code}\"\n"), &format!("folder = \"{code}\"\nof = \"601\"\n"), 1)
    };
    std::fs::write(bureau.at("bureau.toml"), of(of(list, "602"), "603")).unwrap();
    let (board, code) = bureau.board(&[]);
    let expected = [("", "X902"), ("601", "X901")];
    assert_eq!(found(&board), expected.map(|(folder, code)| (folder.to_string(), code.to_string())));
    assert_eq!(code, 1);
    let told = department(&board, "601")["findings"][0]["message"].as_str().unwrap();
    assert!(
        told.contains(&format!(
            "左边是 {} 元，右边是 {} 元，相差 {} 元",
            yuan(fen("601")),
            yuan(fen("602") + fen("603")),
            yuan(one.abs())
        )),
        "{told}"
    );
}

#[test]
fn what_stands_out_is_information() {
    let bureau = Bureau::orderly(9);
    bureau.write(&[]);
    bureau.declare("", "", "[rule.X910]\nsays = \"支出\"\neach = { department = \"*\" }\noutlier = \"{department}:支出合计\"\ntimes = 1.5\n");
    let mut sorted: Vec<i64> = bureau.approved.values().copied().collect();
    sorted.sort_unstable();
    let median = sorted[sorted.len() / 2];
    let far = |fen: i64| 2 * fen > 3 * median || 3 * fen < 2 * median;
    let expected: Vec<(String, String)> = bureau
        .approved
        .iter()
        .filter(|(_, fen)| far(**fen))
        .map(|(code, _)| (code.clone(), "X910".to_string()))
        .collect();
    assert!(!expected.is_empty() && expected.len() < 9);
    let (board, code) = bureau.board(&[]);
    assert_eq!((found(&board), code), (expected, 0));
}

#[test]
fn a_rule_that_cannot_be_read_or_asked_is_told_at_its_place() {
    let bureau = Bureau::orderly(3);
    bureau.write(&[]);
    bureau.declare(
        "",
        "",
        "[rule.Y1]\nsays = \"一\"\nis = \"601:支出合计 = 1\"\n\
        [rule.X902]\nsays = \"二\"\nis = \"601:t3/合计 = 1\"\n\
        [rule.X903]\nsays = \"三\"\nis = \"609:t3/合计/合计 = 1\"\n\
        [rule.X904]\nsays = \"四\"\nis = \"{department}:t3/合计/合计 = 1\"\n\
        [rule.X905]\nsays = \"五\"\n\
        [rule.X906]\nsays = \"六\"\nis = \"601:没有/合计/合计 = 1\"\n\
        [rule.X907]\nsays = \"七\"\neach = { department = \"*\" }\nis = \"{department}:t3/[类]/合计 = 1\"\n\
        [rule.X908]\nsays = \"八\"\nis = \"t3/合计/合计 = 1\"\n\
        [other]\n",
    );
    let (board, _) = bureau.board(&[]);
    let told: Vec<String> = board["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| format!("{} {}", f["line"], f["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, ["1 E840", "6 E840", "9 E840", "12 E840", "13 E840", "21 E840", "24 E840", "25 E840"]);
    assert_eq!(
        found(&board).iter().filter(|(folder, _)| folder == "601").map(|(_, code)| code.as_str()).collect::<Vec<_>>(),
        ["E841"]
    );
}

// ------------------------------------------------------------------------------------------------------- the book

/// The text of a PDF, page by page.
fn pages_of(pdf: &Path) -> Vec<String> {
    let output = Command::new("pdftotext")
        .args(["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()])
        .output()
        .expect("it starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.trim_end_matches('\u{c}').split('\u{c}').map(|page| page.replace([' ', '\u{3000}'], "")).collect()
}

/// Titles of the bookmarks with their depth from 0 and their page from 1.
fn bookmarks_of(pdf: &Path) -> Vec<(usize, String, usize)> {
    fn walk(kids: &Value, depth: usize, all: &mut Vec<(usize, String, usize)>) {
        for kid in kids.as_array().into_iter().flatten() {
            let page = kid["destpageposfrom1"].as_u64().expect("a page") as usize;
            all.push((depth, kid["title"].as_str().expect("a title").to_string(), page));
            walk(&kid["kids"], depth + 1, all);
        }
    }
    let output = Command::new("qpdf").args(["--json", "--json-key=outlines"]).arg(pdf).output().expect("it starts");
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut all = Vec::new();
    walk(&json["outlines"], 0, &mut all);
    all
}

/// The number that stands under a page: — 12 —.
fn number_under(page: &str) -> &str {
    let number = |line: &&str| line.starts_with('—') && line.ends_with('—');
    page.lines().rev().map(str::trim).find(number).map_or("", |line| line.trim_matches('—'))
}

fn files_in(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut all: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|e| e == ending)).collect();
    all.sort();
    all
}

fn reading(path: &Path) -> gongkai::read_docx::Reading {
    let bytes = std::fs::read(path).expect("a file");
    gongkai::read_docx::read(&bytes, &gongkai::read_docx::Options::default()).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn the_book_has_every_department_as_its_own_document_is_and_names_those_it_lacks() {
    let mut bureau = Bureau::orderly(9);
    *bureau.approved.get_mut("604").expect("approved") += 10_000;
    bureau.change("606", "report.toml", "year = 2024", "year = 2025");
    bureau.write(&["609"]);
    let output = bureau.run(&["book", "县"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(told.matches("错误[").count(), 3, "{told}");
    for code in ["604", "606", "609"] {
        assert!(told.contains(&format!("错误[E830] 没有编入“{code}")), "{told}");
    }
    let folder = bureau.desk.path().join("output/汇编");
    let (pdf, docx) = (files_in(&folder, "pdf").remove(0), files_in(&folder, "docx").remove(0));
    // The tables of each, one by one, as in its own file; a line above a table is read as one. Four are the book's own.
    let book = reading(&docx);
    let mut tables = book.tables.iter().skip(8);
    let built: Vec<String> = bureau
        .departments
        .iter()
        .map(|d| format!("县/{}", d.code))
        .filter(|f| !["604", "606", "609"].contains(&&f[4..]))
        .collect();
    let arguments: Vec<&str> = ["build"].into_iter().chain(built.iter().map(String::as_str)).collect();
    let output = bureau.run(&[&arguments[..], &["--format", "docx"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut count = 0;
    for department in &built {
        let own: Vec<PathBuf> = String::from_utf8(output.stdout.clone())
            .unwrap()
            .lines()
            .filter(|line| line.contains(&format!("/{}/", &department[4..])))
            .map(|line| bureau.desk.path().join(line))
            .collect();
        assert!(!own.is_empty());
        for file in own {
            for table in reading(&file).tables {
                count += 1;
                assert_eq!(tables.next(), Some(&table), "{}", file.display());
            }
        }
    }
    assert!(count > 60 && tables.next().is_none());
    let bytes = std::fs::read(&pdf).unwrap();
    let found = crate::conformance::findings(&bytes);
    assert!(found.is_empty(), "{}", found.join("\n"));
    crate::docx::structure::check(&std::fs::read(&docx).unwrap());
    if !common::have("qpdf") || !common::have("pdftotext") {
        return;
    }
    // Each bookmark leads to the page that prints its title, each entry of the contents has that page's number.
    let (pages, bookmarks) = (pages_of(&pdf), bookmarks_of(&pdf));
    assert!(bookmarks.iter().any(|bookmark| bookmark.0 == 2));
    let plain = |text: &str| text.replace([' ', '\u{3000}', '\n'], "");
    let contents: String =
        pages.iter().take_while(|page| !number_under(page).starts_with('1')).map(|page| plain(page)).collect();
    let contents = contents.replace(['·', '.', '…'], "");
    let mut listed = 0;
    for (depth, title, page) in bookmarks.iter().filter(|bookmark| bookmark.0 < 2) {
        let on_page = plain(&pages[page - 1]);
        assert!(on_page.contains(&plain(title)) || title.contains('—'), "“{title}” on page {page}:\n{on_page}");
        let number = number_under(&pages[page - 1]);
        let entry = format!("{}{number}", plain(title).replace(['·', '.', '…'], ""));
        listed += usize::from(contents.contains(&entry));
        assert!(*depth > 0 || *page < 6 || contents.contains(&entry), "{entry} in\n{contents}");
    }
    assert!(listed > 40, "{listed} of {}", bookmarks.len());
    for code in ["604", "606", "609"] {
        assert!(contents.contains(&format!(
            "{code}{}（没有编入）",
            bureau.departments.iter().find(|d| d.code == code).unwrap().name
        )));
    }
    // Its name stands at the head of a department's pages but the first.
    let name = &bureau.departments[0].name;
    assert!(pages.iter().filter(|page| page.trim_start().starts_with(name.as_str())).count() > 5);
}

#[test]
fn volumes_hold_whole_departments_and_no_more_pages_than_asked() {
    let bureau = Bureau::orderly(6);
    bureau.write(&[]);
    std::fs::remove_file(bureau.at("bureau.toml")).unwrap();
    let (board, _) = bureau.board(&[]);
    let pages: Vec<u64> =
        board["departments"].as_array().unwrap().iter().map(|d| d["pages"].as_u64().unwrap()).collect();
    let most = pages.iter().max().unwrap() + 1;
    let output = bureau.run(&["book", "县", "--pages", &most.to_string(), "--format", "docx"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = files_in(&bureau.desk.path().join("output/汇编"), "docx");
    assert!(files.len() > 1);
    let titles: Vec<Vec<String>> =
        files.iter().map(|file| reading(file).tables.iter().map(|t| t.title.clone()).collect()).collect();
    assert!(titles[0][0].contains("各部门支出预算汇总表"), "{:?}", titles[0]);
    assert!(titles[1..].iter().flatten().all(|title| !title.contains("各部门支出预算汇总表")), "once");
    // The same again, whatever is remembered and on however many threads.
    let before: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    std::fs::remove_dir_all(bureau.desk.path().join("kept")).unwrap();
    assert!(bureau.run(&["book", "县", "--pages", &most.to_string(), "--format", "docx"]).status.success());
    let after: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    assert!(before == after);
}

/// The summary tables against sums of the lines as the test made them.
#[test]
fn summary_tables_are_the_sums_of_all_departments() {
    let bureau = Bureau::orderly(6);
    bureau.write(&[]);
    let output = bureau.run(&["book", "县", "--format", "docx"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let book = reading(&files_in(&bureau.desk.path().join("output/汇编"), "docx")[0]);
    let figures: BTreeMap<&str, &str> = book.figures.iter().map(|f| (f.address.as_str(), f.text.as_str())).collect();
    let wan = |fen: i64| {
        let hundredths = (fen + 5_000) / 10_000;
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    };
    let all: i64 = bureau.approved.values().sum();
    for table in ["h1", "h2", "h3"] {
        assert_eq!(figures.get(format!("{table}/合计/合计").as_str()), Some(&wan(all).as_str()), "{table}");
    }
    let rows = &book.tables[1].rows;
    for (department, row) in bureau.departments.iter().zip(&rows[rows.len() - 6..]) {
        assert_eq!(
            row[1..4],
            [department.code.clone(), department.name.clone(), wan(bureau.approved[&department.code])]
        );
    }
}

// ------------------------------------------------------------------------------------- a new bureau, parts, notices

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
    assert!(read("602").contains("“支出合计”是 ") && read("602").contains("，少 100.00 元"), "{}", read("602"));
    assert!(read("602").starts_with(&format!("关于2024年度部门预算公开的通知\n\n{}：\n", bureau.departments[1].name)));
}

/// However a run ends: what stands in the book's place is whole, and the next run makes what one run makes.
#[test]
fn a_killed_book_or_board_leaves_nothing_half_and_the_next_run_goes_on() {
    let bureau = Bureau::orderly(3);
    bureau.write(&[]);
    let arguments = ["book", "县", "--pages", "1"];
    assert!(bureau.run(&arguments).status.success());
    let folder = bureau.desk.path().join("output/汇编");
    let files = |folder: &Path| -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path());
        let visible = entries.filter(|path| path.is_file());
        visible
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
            .collect()
    };
    let whole = files(&folder);
    assert_eq!(whole.len(), 6, "three volumes");
    let (board, _) = bureau.board(&[]);
    for round in 0..12_u64 {
        let _ = std::fs::remove_dir_all(&folder);
        let _ = std::fs::remove_dir_all(bureau.desk.path().join("kept"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
        command.args(if round % 3 == 2 { &["status", "县"][..] } else { &arguments[..] });
        command.args(["--layouts".as_ref(), common::root().join("tests/layouts").as_os_str()]);
        command.current_dir(bureau.desk.path()).env("GONGKAI_FONTS", common::root().join("fonts"));
        command.env("GONGKAI_CACHE", bureau.desk.path().join("kept"));
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().expect("it starts");
        std::thread::sleep(std::time::Duration::from_millis(20 + round * round * 12));
        let _ = child.kill();
        child.wait().expect("it ends");
        for (name, bytes) in files(&folder) {
            assert!(whole.get(&name) == Some(&bytes), "{name} is whole");
        }
        if round % 4 == 3 {
            assert!(bureau.run(&arguments).status.success());
            assert!(files(&folder) == whole, "as one run makes it");
            let left = std::fs::read_dir(&folder).unwrap().filter(|e| e.as_ref().unwrap().path().is_dir()).count();
            assert_eq!(left, 0, "nothing is left of the killed");
            assert_eq!(bureau.board(&[]).0, board);
        }
    }
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
    let text = String::from_utf8(bureau.run(&["diff", "旧", "县"]).stdout).unwrap();
    assert!(text.contains(&format!("604 {name}\n")) && text.contains("新名称"), "{text}");
    assert!(text.ends_with("5 个部门，1 个相同，4 个不同\n"), "{text}");
}
