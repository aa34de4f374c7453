//! Which set judges a published document, and which tables of it: one that it is not of says nothing true of it. What no
//! section and no table of the set takes is asked all the same what needs no set.

use super::own::written_otherwise;
use super::said;
use crate::common;
use gongkai::diagnostic::Diagnostics;
use gongkai::document::Block;
use gongkai::layout::Layouts;
use gongkai::published::import::{NO_SET, audit, take};
use gongkai::write::Format;
use std::cell::RefCell;
use std::path::Path;

/// What a page of HTML is taken for, and what is found in it.
fn audited(page: &str, asked: Option<&str>) -> (String, Vec<String>) {
    let mut found = Diagnostics::default();
    let audited = audit(page.as_bytes(), Path::new("公开.html"), asked, &Layouts::default(), &mut found);
    let found = said(&found).into_iter().map(|line| line.lines().next().unwrap_or_default().to_owned()).collect();
    (audited.map(|audited| audited.told).unwrap_or_default(), found)
}

/// What is found in a Word file of a set.
fn audited_word(bytes: &[u8], set: &str) -> Vec<String> {
    let mut found = Diagnostics::default();
    let audited = audit(bytes, Path::new("公开.docx"), None, &Layouts::default(), &mut found);
    assert!(audited.is_some_and(|audited| audited.told.contains(set)), "{:#?}", said(&found));
    said(&found)
}

fn mistakes(found: &[String]) -> Vec<&String> {
    found.iter().filter(|line| line.contains("[E1") || line.contains("错误[")).collect()
}

fn table(title: &str, unit: &str, rows: &[&[&str]]) -> String {
    let row = |cells: &&[&str]| {
        format!("<tr>{}</tr>", cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>())
    };
    let rows: String = rows.iter().map(row).collect();
    format!("<p align=center>{title}</p><p>单位：{unit}</p><table border=1>{rows}</table>")
}

fn page(title: &str, parts: &[String]) -> String {
    format!("<!DOCTYPE html><html><body><h1>{title}</h1>{}</body></html>", parts.concat())
}

const INCOME: &[&[&str]] = &[
    &["功能分类科目编码", "科目名称", "本年收入合计", "财政拨款收入", "其他收入"],
    &["", "合计", "345.50", "327.00", "18.50"],
    &["201", "一般公共服务支出", "300.00", "281.50", "18.50"],
    &["20113", "商贸事务", "300.00", "281.50", "18.50"],
    &["2011301", "行政运行", "90.00", "90.00", ""],
    &["2011308", "招商引资", "210.00", "191.50", "18.50"],
    &["208", "社会保障和就业支出", "45.50", "45.50", ""],
    &["20805", "行政事业单位养老支出", "45.50", "45.50", ""],
    &["2080501", "行政单位离退休", "45.50", "45.50", ""],
];

const WHOLE: &[&[&str]] = &[
    &["项目", "金额", "项目", "金额"],
    &["一、一般公共预算财政拨款收入", "327.00", "一、一般公共服务支出", "300.00"],
    &["二、其他收入", "18.50", "二、社会保障和就业支出", "45.50"],
    &["本年收入合计", "345.50", "本年支出合计", "345.50"],
    &["总计", "345.50", "总计", "345.50"],
];

const THREE: &[&[&str]] = &[
    &["合计", "因公出国（境）费", "公务用车购置费", "公务用车运行费", "公务接待费"],
    &["14.60", "3.00", "", "8.00", "3.60"],
];

/// The national form of a final account: its tables have the titles of a set, and other heads.
fn final_account(income: &[&[&str]]) -> String {
    let parts = [
        table("收入支出决算总表", "万元", WHOLE),
        table("收入决算表", "万元", income),
        table("财政拨款“三公”经费支出决算表", "万元", THREE),
    ];
    page("2025年青山市商务局部门决算", &parts)
}

fn changed<'a>(lines: &[&[&'a str]], row: usize, column: usize, text: &'a str) -> Vec<Vec<&'a str>> {
    let mut lines: Vec<Vec<&str>> = lines.iter().map(|line| line.to_vec()).collect();
    lines[row][column] = text;
    lines
}

#[test]
fn a_document_with_a_few_tables_of_a_set_is_not_of_it() {
    let documents = [
        page("2026年青山市商务局部门预算", &[table("“三公”经费预算表", "万元", THREE)]),
        page("2026年青山市商务局部门预算", &[table("支出预算总表", "万元", INCOME)]),
        final_account(INCOME),
    ];
    for document in documents {
        let (told, found) = audited(&document, None);
        assert!(told.contains("不认得版式"), "{told}");
        assert!(found.iter().all(|line| line.contains("提示[")), "{found:#?}");
    }
}

#[test]
fn a_contradiction_in_a_table_that_is_only_like_a_sets_is_found() {
    let mut tried = 0;
    for (row, line) in INCOME.iter().enumerate().skip(1) {
        for (column, _) in line.iter().enumerate().skip(2).filter(|(_, text)| !text.is_empty()) {
            let other = changed(INCOME, row, column, "777.77");
            let other: Vec<&[&str]> = other.iter().map(Vec::as_slice).collect();
            let (_, found) = audited(&final_account(&other), None);
            assert!(found.iter().any(|line| line.contains("[X07")), "{row} {column}: {found:#?}");
            tried += 1;
        }
    }
    assert_eq!(tried, 20);
}

/// A set that is asked for says what a table lacks of its form; its rules say nothing of a table that is not of its form.
#[test]
fn a_table_that_is_not_of_the_form_asked_for_is_still_added_up() {
    let asked = Some("final-account-2024");
    let right = audited(&final_account(INCOME), asked).1;
    assert!(right.iter().any(|line| line.contains("错误[E166] 《收入决算表》缺少列“事业收入”")), "{right:#?}");
    let of_figures = |found: &[String]| {
        found.iter().filter(|line| line.contains("[X0") || line.contains("[C0")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(of_figures(&right), Vec::<String>::new());
    let other = changed(INCOME, 3, 3, "218.50");
    let other: Vec<&[&str]> = other.iter().map(Vec::as_slice).collect();
    let found = of_figures(&audited(&final_account(&other), asked).1);
    assert!(found.iter().any(|line| line.contains("第 4 行") && line.contains("[X07")), "{found:#?}");
}

/// The facts that a set names for its sentences are printed nowhere.
#[test]
fn a_table_of_facts_is_no_printed_one() {
    let rows: &[&[&str]] = &[
        &["项目", "2025年预算数", "2026年预算数"],
        &["合计", "16.10", "14.60"],
        &["一、因公出国（境）费", "3.00", "3.00"],
        &["二、公务用车购置及运行维护费", "8.80", "8.00"],
        &["三、公务接待费", "4.30", "3.60"],
    ];
    let document = page("2026年青山市商务局部门预算", &[table("一般公共预算“三公”经费支出情况表", "万元", rows)]);
    for set in Layouts::default().sets() {
        let mut found = Diagnostics::default();
        let path = Path::new("公开.html");
        let taken = take(document.as_bytes(), path, Some(set.as_str()), &Layouts::default(), &mut found);
        let Some(taken) = taken else { continue };
        let layouts = &taken.recognised.set().tables;
        let facts = taken
            .recognised
            .tables
            .iter()
            .flatten()
            .filter(|taken| layouts.values().any(|table| table.id == taken.id && table.title.is_none()));
        assert_eq!(facts.count(), 0, "{set}");
    }
}

/// A document of the set, one of whose tables calls its rows otherwise.
#[test]
fn a_table_whose_rows_are_not_the_forms_is_left_to_the_rules_that_need_no_set() {
    let made = common::made(&common::root().join("data/core-sample")).remove(0);
    let written = |change: &str| {
        written_otherwise(&made, Format::Docx, |document| {
            for block in document.sections.iter_mut().flat_map(|section| &mut section.blocks) {
                let Block::Table(table) = block else { continue };
                if table.id != "t9" {
                    continue;
                }
                let words = table.body.iter_mut().flat_map(|row| &mut row.cells).flat_map(|cell| &mut cell.inlines);
                let mut change = Some(change);
                for inline in words {
                    if inline.figure.is_some() && !inline.text.is_empty() {
                        inline.text.insert_str(0, change.take().unwrap_or_default());
                    } else if inline.text.contains('费') {
                        inline.text += "安排";
                    }
                }
            }
        })
    };
    let audited = |bytes: &[u8]| audited_word(bytes, "core-department-budget");
    let right = audited(&written(""));
    assert!(mistakes(&right).is_empty(), "{right:#?}");
    let notes: Vec<&String> = right.iter().filter(|line| line.contains("没有按版式查")).collect();
    assert!(notes.len() == 1 && notes[0].contains("提示[E566] 《“三公”经费支出表》"), "{right:#?}");
    let wrong = audited(&written("9"));
    assert!(wrong.iter().any(|line| line.contains("经费支出表》") && line.contains("[X07")), "{wrong:#?}");
}

#[test]
fn no_set_is_used_where_none_is_asked_for() {
    let document = page("2026年青山市商务局部门预算", &[table("支出预算总表", "万元", INCOME)]);
    let (told, found) = audited(&document, Some(NO_SET));
    assert!(told.starts_with("不用版式，1 张表"), "{told}");
    assert_eq!(found, Vec::<String>::new());
    // What is no set is told at the file.
    let (told, found) = audited(&document, Some("core-department"));
    assert_eq!((told.as_str(), found.len()), ("", 1), "{found:#?}");
    assert!(found[0].starts_with("公开.html 错误[E210] 没有名为“core-department”的版式集"), "{found:#?}");
    // What is taken in is taken in as a set has it.
    let mut found = Diagnostics::default();
    let path = Path::new("公开.html");
    assert!(take(document.as_bytes(), path, Some(NO_SET), &Layouts::default(), &mut found).is_none());
    assert!(said(&found)[0].starts_with("公开.html 错误[E565] 导入要有版式集"), "{:#?}", said(&found));
}

/// Private data and wrong words in what no section of the set takes; each once.
#[test]
fn what_goes_to_no_section_is_read() {
    let made = common::made(&common::root().join("data/final-account-sample")).remove(0);
    let written = |words: Option<&str>| {
        written_otherwise(&made, Format::Docx, |document| {
            let mut texts = document.sections.iter_mut().flat_map(|section| &mut section.blocks).filter_map(|block| {
                let Block::Paragraph(paragraph) = block else { return None };
                paragraph.inlines.iter_mut().find(|inline| inline.text.contains("农业农村发展规划"))
            });
            texts.next().expect("a duty").text += words.unwrap_or_default();
        })
    };
    let audited = |bytes: &[u8]| audited_word(bytes, "final-account-2024");
    let right = audited(&written(None));
    assert!(right.iter().all(|line| line.contains("提示[")), "{right:#?}");
    let wrong = audited(&written(Some("身份证号110101199003074514，手机13912345678，帐户管理。")));
    for code in ["[X101]", "[X102]", "[L003]"] {
        assert_eq!(wrong.iter().filter(|line| line.contains(code)).count(), 1, "{code}: {wrong:#?}");
    }
}

/// What the set's sentence prints there is told in the words of the document, and with its figures.
#[test]
fn a_figure_in_a_sentence_is_held_against_what_the_document_prints() {
    let made = common::made(&common::root().join("data/shanghai-sample")).remove(0);
    let was = RefCell::default();
    let docx = written_otherwise(&made, Format::Docx, |document| {
        let figures = document.sections.iter_mut().flat_map(|section| &mut section.blocks).filter_map(|block| {
            let Block::Paragraph(paragraph) = block else { return None };
            paragraph.inlines.iter_mut().find(|inline| inline.figure.is_some())
        });
        let mut figures = figures.filter(|inline| {
            let address = inline.figure.map(|id| made.document().figure(id).address.to_string());
            address.is_some_and(|address| address.starts_with("hz/"))
        });
        let total = figures.next().expect("the total of the year");
        was.replace(std::mem::replace(&mut total.text, "9324.04".to_owned()));
    });
    let (was, found) = (was.take(), audited_word(&docx, "shanghai-department-budget-2026"));
    assert!(found.iter().any(|line| line.contains("9324.04") && line.contains(&was)), "{was} {found:#?}");
    assert!(found.iter().all(|line| !line.contains("hz/") && !line.contains("0.00万元）")), "{found:#?}");
}

/// 防汛物资的储备 is what is done with the project 防汛物资储备; a sentence that is only like the set's of another row is none of
/// that row's.
#[test]
fn right_sentences_of_other_words_than_the_sets_are_no_mistakes() {
    for folder in ["shanghai-sample", "shanghai-unit-sample"] {
        let made = common::made(&common::root().join("data").join(folder)).remove(0);
        for (format, name) in [(Format::Docx, "公开.docx"), (Format::Html, "公开.html")] {
            let files = made.write(&common::fonts(), &[format]).unwrap_or_else(|found| panic!("{found}"));
            let mut found = Diagnostics::default();
            audit(&files[0].bytes, Path::new(name), None, &Layouts::default(), &mut found).expect("is read");
            let wrong: Vec<String> = said(&found).into_iter().filter(|line| line.contains("[N0")).collect();
            assert!(wrong.is_empty(), "{folder} {name}: {wrong:#?}");
        }
    }
}
