//! A corrected book: one statement with a section a department, and the pages to replace.

use super::book::{files_in, number_under, pages_of, reading};
use super::{Bureau, yuan};
use crate::common;
use std::path::PathBuf;

/// Five departments as they were published, and as they are now: 601's first project costs 10 000 元 more (and so it was
/// approved), 604 says another sentence, 605 did not give in again.
fn corrected() -> Bureau {
    let mut bureau = Bureau::orderly(5);
    bureau.write(&[]);
    common::copy(&bureau.desk.path().join("县"), &bureau.desk.path().join("旧"));
    let ledger = &bureau.departments[0].files["ledger.csv"];
    let line = ledger.lines().find(|line| line.contains("项目支出")).expect("a project").to_string();
    let (rest, amount) = line.rsplit_once(',').expect("an amount");
    let fen: i64 = amount.replace('.', "").parse().expect("an amount");
    bureau.change("601", "ledger.csv", &line, &format!("{rest},{}", yuan(fen + 1_000_000)));
    *bureau.approved.get_mut("601").expect("approved") += 1_000_000;
    let goals = bureau.departments[3].files["text/goals.md"].clone();
    bureau.change("604", "text/goals.md", &goals, &format!("一句新的话说明工作安排。\n{goals}"));
    std::fs::remove_dir_all(bureau.at("605")).expect("removed");
    bureau.write(&["605"]);
    bureau
}

impl Bureau {
    fn corrections(&self) -> PathBuf {
        self.desk.path().join("output/汇编/某县财政局2024年部门预算公开汇编更正说明.docx")
    }
}

const ASKED: [&str; 6] = ["book", "县", "--since", "旧", "--date", "2024-04-01"];

#[test]
fn a_corrected_book_is_stated_department_by_department_with_the_pages_to_replace() {
    let bureau = corrected();
    // A change without a reason stops it, at its place in the department's file, and nothing is written.
    let output = bureau.run(&ASKED);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("601/ledger.csv:") && told.contains("604/text/goals.md 错误[E621]"), "{told}");
    assert_eq!((output.status.code(), told.matches("错误[").count()), (Some(1), 2), "{told}");
    assert!(!bureau.desk.path().join("output").exists());
    let project = bureau.departments[0].files["ledger.csv"].lines().find(|line| line.contains("项目支出")).unwrap();
    let project = project.split(',').nth(5).unwrap();
    for (code, key, reason) in
        [("601", format!("ledger.csv {project}"), "少计一万元"), ("604", "text/goals.md".into(), "漏写一句")]
    {
        let text = format!("[since.\"汇编\"]\n\"{key}\" = \"{reason}。\"\n");
        std::fs::write(bureau.at(&format!("{code}/corrections.toml")), text).unwrap();
    }
    let output = bureau.run(&ASKED);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("[E830] 没有编入“605 ") && told.matches("错误[").count() == 1, "{told}");
    // A section for each department that is not as it was, and for no other.
    let statement = reading(&bureau.corrections());
    let words = &statement.paragraphs;
    let name = |index: usize| format!("{} {}", bureau.departments[index].code, bureau.departments[index].name);
    let heads: Vec<&String> = words.iter().filter(|text| text.chars().nth(1) == Some('、')).collect();
    let expected = [
        format!("一、{}", name(0)),
        format!("二、{}", name(3)),
        format!("三、{}", name(4)),
        "四、需要更换的页".to_string(),
    ];
    assert_eq!(heads, expected.iter().collect::<Vec<_>>());
    let at = |text: &str| {
        words.iter().position(|word| word.contains(text)).unwrap_or_else(|| panic!("{text} in {words:#?}"))
    };
    let sections = expected.iter().map(|head| at(head)).collect::<Vec<_>>();
    assert!((sections[0]..sections[1]).contains(&at("少计一万元。涉及表格中的数字")));
    assert!((sections[1]..sections[2]).contains(&at("漏写一句。涉及情况说明中的文字1处。")));
    assert!((sections[2]..sections[3]).contains(&at("更正后的汇编没有编入。")));
    // Every row of the tables is of the department under whose name it stands.
    let of = |title: &str| statement.tables.iter().filter(|table| table.title.contains(title)).collect::<Vec<_>>();
    assert_eq!((of("（表格）").len(), of("（文字）").len(), of("更换的页").len()), (1, 2, 1));
    let cells: Vec<&String> = of("（表格）")[0].rows.iter().flatten().collect();
    assert!(cells.iter().any(|cell| **cell == "部门预算支出总表") && !cells.iter().any(|cell| cell.contains("漏写")));
    // The pages are those whose text another program reads differently.
    if !common::have("pdftotext") {
        return;
    }
    let told_pages = of("更换的页")[0].rows.last().expect("a volume").last().expect("its pages").clone();
    let new = pages_of(&files_in(&bureau.desk.path().join("output/汇编"), "pdf").remove(0));
    assert!(bureau.run(&["book", "旧", "-o", "旧汇编", "--format", "pdf"]).status.success());
    let old = pages_of(&files_in(&bureau.desk.path().join("旧汇编/汇编"), "pdf").remove(0));
    assert!(told_pages.contains(&format!("由 {} 页变为 {} 页", old.len(), new.len())), "{told_pages}");
    let runs = told_pages.split('：').nth(1).unwrap().split('；').next().unwrap();
    // 12—15 are all from the one to the other, of Roman numbers those that follow each other as written.
    let numbers: Vec<&str> = new.iter().map(|page| number_under(page)).collect();
    let place = |label: &str| numbers.iter().position(|number| *number == label).expect("a page has the number");
    let mut listed = vec![false; new.len()];
    for run in runs.split('、') {
        let blank = run.strip_prefix("第 ").and_then(|run| run.strip_suffix(" 面（无页码）"));
        let (from, to) = blank.unwrap_or(run).split_once('—').unwrap_or((blank.unwrap_or(run), blank.unwrap_or(run)));
        let index = |end: &str| if blank.is_some() { end.parse::<usize>().expect("a place") - 1 } else { place(end) };
        listed[index(from)..=index(to)].fill(true);
    }
    let mut count = 0;
    for (index, page) in new.iter().enumerate() {
        let differs = old.get(index) != Some(page);
        count += usize::from(differs);
        assert_eq!(differs, listed[index], "page {} “{}” in {told_pages}", index + 1, numbers[index]);
    }
    assert!(count > 5 && count < new.len(), "{count}");
}

#[test]
fn a_book_that_is_the_same_in_print_has_no_statement() {
    let bureau = Bureau::orderly(2);
    bureau.write(&[]);
    common::copy(&bureau.desk.path().join("县"), &bureau.desk.path().join("旧"));
    let output = bureau.run(&ASKED);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && told.contains("提示[E624] 印出来的与 旧 的汇编 相同"), "{told}");
    assert!(!bureau.corrections().exists() && bureau.desk.path().join("output/汇编").exists());
    // Without a day there is no statement.
    assert_eq!(bureau.run(&ASKED[..4]).status.code(), Some(2));
    let output = bureau.run(&["book", "县", "--since", "没有", "--date", "四月"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("[E800]") && told.contains("[E507]"), "{told}");
}
