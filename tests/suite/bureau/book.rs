//! The book of `gongkai book`: contents and bookmarks against the pages, tables against the departments' own files.

use super::{Bureau, NOT_BOUND};
use crate::common;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The text of a PDF, page by page.
pub fn pages_of(pdf: &Path) -> Vec<String> {
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
pub fn number_under(page: &str) -> &str {
    let number = |line: &&str| line.starts_with('—') && line.ends_with('—');
    page.lines().rev().map(str::trim).find(number).map_or("", |line| line.trim_matches('—'))
}

pub fn files_in(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut all: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|e| e == ending)).collect();
    all.sort();
    all
}

pub fn reading(path: &Path) -> gongkai::read_docx::Reading {
    let bytes = std::fs::read(path).expect("a file");
    gongkai::read_docx::read(&bytes, &gongkai::read_docx::Options::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// The lines of each page without white space, in alphabetical order: without its number, which every set puts elsewhere, and
/// the name of a department above it.
fn lines_of(pages: &[String], names: &[&str]) -> Vec<Vec<String>> {
    let lines = |page: &String| {
        let lines = page.lines().map(str::trim).filter(|line| !line.is_empty());
        let is_number = |line: &&str| line.trim_matches('—').bytes().all(|byte| byte.is_ascii_digit());
        let mut lines: Vec<String> = lines.filter(|line| !is_number(line)).map(str::to_string).collect();
        if lines.first().is_some_and(|line| names.contains(&line.as_str())) {
            lines.remove(0);
        }
        lines.sort();
        lines
    };
    pages.iter().map(lines).collect()
}

/// A page of the book has all lines of a department's own page and at most its title and name more.
fn is_same_page(bound: &[String], own: &[String]) -> bool {
    let mut rest = bound.iter();
    bound.len() <= own.len() + 2 && own.iter().all(|line| rest.any(|bound| bound == line))
}

/// The files of departments by themselves: of each the PDFs and the DOCXs, as `build` names them.
fn own_files(bureau: &Bureau, codes: &[&str]) -> Vec<(PathBuf, PathBuf)> {
    let folders: Vec<String> = codes.iter().map(|code| format!("县/{code}")).collect();
    let arguments: Vec<&str> = ["build"].into_iter().chain(folders.iter().map(String::as_str)).collect();
    let output = bureau.run(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = String::from_utf8(output.stdout).expect("paths");
    let of = |ending: &str| -> Vec<PathBuf> {
        written.lines().filter(|line| line.ends_with(ending)).map(|line| bureau.desk.path().join(line)).collect()
    };
    let (pdfs, docxs) = (of(".pdf"), of(".docx"));
    assert!(pdfs.len() >= codes.len() && pdfs.len() == docxs.len());
    pdfs.into_iter().zip(docxs).collect()
}

#[test]
fn the_book_has_every_department_as_its_own_document_is_and_names_those_it_lacks() {
    let bureau = Bureau::planted();
    let output = bureau.run(&["book", "县"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(told.matches("错误[").count(), NOT_BOUND.len(), "{told}");
    for (code, why) in NOT_BOUND {
        let line = told.lines().find(|line| line.contains(&format!("错误[E830] 没有编入“{code} ")));
        assert!(line.is_some_and(|line| line.contains(why)), "{told}");
    }
    let folder = bureau.desk.path().join("output/汇编");
    let (pdfs, docxs) = (files_in(&folder, "pdf"), files_in(&folder, "docx"));
    assert_eq!((pdfs.len(), docxs.len()), (2, 2), "what fails in one volume does not stop the next");
    let is_bound = |code: &&str| NOT_BOUND.iter().all(|(lacking, _)| lacking != code);
    let bound: Vec<&str> = bureau.departments.iter().map(|d| d.code.as_str()).filter(is_bound).collect();
    let own = own_files(&bureau, &bound);
    // The tables of each, one by one, as in its own file; a line above a table is read as one. Four are the book's own.
    let books: Vec<gongkai::read_docx::Reading> = docxs.iter().map(|docx| reading(docx)).collect();
    let mut tables = books.iter().flat_map(|book| &book.tables).skip(8);
    let mut count = 0;
    for (_, file) in &own {
        for table in reading(file).tables {
            count += 1;
            assert_eq!(tables.next(), Some(&table), "{}", file.display());
        }
    }
    assert!(count > 250 && tables.next().is_none(), "{count}");
    // The archive and tag rules, of the smaller volume.
    let found = crate::conformance::findings(&std::fs::read(&pdfs[1]).unwrap());
    assert!(found.is_empty(), "{}", found.join("\n"));
    docxs.iter().for_each(|docx| crate::docx::structure::check(&std::fs::read(docx).unwrap()));
    if !common::have("qpdf") || !common::have("pdftotext") {
        return;
    }
    let names: Vec<&str> = bureau.departments.iter().map(|d| d.name.as_str()).collect();
    let (mut all, mut printed): (Vec<Vec<String>>, Vec<String>) = (Vec::new(), Vec::new());
    for pdf in &pdfs {
        let checked = Command::new("qpdf").arg("--check").arg(pdf).output().expect("it starts");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let pages = pages_of(pdf);
        contents_and_bookmarks_lead_to_their_pages(&pages, &bookmarks_of(pdf));
        let headed = pages.iter().filter(|page| names.iter().any(|name| page.trim_start().starts_with(name)));
        assert!(headed.count() > pages.len() / 2, "names stand at the head of the departments' pages");
        all.extend(lines_of(&pages, &names));
        printed.extend(pages.iter().map(|page| page.lines().collect::<String>()));
    }
    for (code, why) in NOT_BOUND {
        let name = &bureau.departments.iter().find(|d| d.code == code).unwrap().name;
        let place = printed.iter().filter(|page| page.contains(&format!("{code}{name}（没有编入）")));
        let says_why = place.filter(|page| page.contains(&why.replace(' ', "")));
        assert_eq!(says_why.count(), 1, "{code} has its place and the reason");
    }
    // Each page of a department's own document but its contents is a page of the book, in its order.
    let mut pages = all.iter();
    for (file, _) in &own {
        for page in lines_of(&pages_of(file), &names).iter().filter(|page| !page.contains(&"目录".to_string())) {
            // A cover that has no title of its own has the book's above it.
            assert!(pages.any(|bound| is_same_page(bound, page)), "of {} in its place: {page:?}", file.display());
        }
    }
}

/// Each bookmark leads to the page that prints its title, each entry of the contents has that page's number.
fn contents_and_bookmarks_lead_to_their_pages(pages: &[String], bookmarks: &[(usize, String, usize)]) {
    assert!(bookmarks.iter().any(|bookmark| bookmark.0 == 2), "three deep");
    let mut titles: Vec<&String> =
        bookmarks.iter().filter(|bookmark| bookmark.0 == 0).map(|(_, title, _)| title).collect();
    titles.sort();
    assert!(titles.windows(2).all(|pair| pair[0] != pair[1]), "each document by its own title: {titles:#?}");
    let plain = |text: &str| text.replace([' ', '\u{3000}', '\n', '·', '.', '…'], "");
    let contents: String =
        pages.iter().take_while(|page| !number_under(page).starts_with('1')).map(|page| plain(page)).collect();
    let mut listed = 0;
    for (depth, title, page) in bookmarks.iter().filter(|bookmark| bookmark.0 < 2) {
        let on_page = plain(&pages[page - 1]);
        assert!(on_page.contains(&plain(title)) || title.contains('—'), "“{title}” on page {page}:\n{on_page}");
        let entry = format!("{}{}", plain(title), number_under(&pages[page - 1]));
        listed += usize::from(contents.contains(&entry));
        assert!(*depth > 0 || *page < 6 || contents.contains(&entry), "{entry} in\n{contents}");
    }
    assert!(listed > 40, "{listed} of {}", bookmarks.len());
}

/// As LibreOffice reads and saves it: each department's tables are those of its own file.
#[test]
fn libreoffice_keeps_every_table_of_the_book_as_in_the_departments_own_files() {
    let bureau = Bureau::orderly(3);
    bureau.write(&[]);
    assert!(bureau.run(&["book", "县", "--format", "docx"]).status.success());
    let own = own_files(&bureau, &["601", "602", "603"]);
    let book = files_in(&bureau.desk.path().join("output/汇编"), "docx").remove(0);
    let saved = |file: &Path, name: &str| {
        let folder = bureau.desk.path().join(name);
        let told = crate::docx::office::office(&[Path::new("convert"), file, &folder])?;
        Some(reading(Path::new(told["saved"].as_str().expect("a path"))).tables)
    };
    let Some(book) = saved(&book, "book") else { return };
    let mut tables = book.iter().skip(8);
    for (index, (_, file)) in own.iter().enumerate() {
        for table in saved(file, &index.to_string()).expect("it was there before") {
            assert_eq!(tables.next(), Some(&table), "{}", file.display());
        }
    }
    assert!(tables.next().is_none());
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
