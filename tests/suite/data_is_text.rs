//! What comes from data is text: random values with every mark of the layout language, in every field that is printed,
//! print as they are, in the document, in the PDF and in the DOCX.

use crate::common;
use gongkai::compose::{Composition, compose};
use gongkai::diagnostic::Diagnostics;
use gongkai::document::{Block, Document, Inline, plain_text};
use gongkai::folder::Folder;
use gongkai::prepare::prepare;
use gongkai::typeset::typeset;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::Command;

/// Everything that means something in a narrative, and what stands between.
const MARKS: [&str; 26] = [
    "#",
    "## ",
    "###### ",
    "---",
    "-",
    "**",
    "*",
    "{.封面标题} ",
    "{.正文}",
    "{",
    "}",
    "\\",
    "\\#",
    "<br>",
    "<",
    ">",
    "{{ year }}",
    "{% if x %}",
    "{# 注 #}",
    "|",
    "`",
    "1. ",
    "“",
    "&lt;",
    "[类]",
    "301*",
];
const WORDS: [&str; 6] = ["工程", "维修", "采购", "二期", "A", "9"];

/// A value: marks and words, sometimes a line break within a cell. No blank at its ends, where readers take them off.
fn value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(MARKS.to_vec()),
        2 => prop::sample::select(WORDS.to_vec()),
        1 => Just("甲\n乙"),
    ];
    prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat().trim().to_string())
}

/// Makes values that differ: each has its number.
struct Values<'r> {
    runner: &'r mut TestRunner,
    made: Vec<String>,
    /// The same name in several files is one name.
    names: BTreeMap<String, String>,
}

impl Values<'_> {
    fn next(&mut self) -> String {
        let random = value().new_tree(self.runner).expect("a value").current();
        let number = self.made.len();
        // The number stands behind or within, so that a mark may begin the value.
        let text = match number % 3 {
            0 => format!("{random}第{number}"),
            1 => format!("{random}第{number}{random}"),
            _ => format!("第{number}{random}"),
        };
        let text = text.trim().to_string();
        self.made.push(text.clone());
        text
    }

    fn name(&mut self, old: &str) -> String {
        if let Some(known) = self.names.get(old) {
            return known.clone();
        }
        let new = self.next();
        self.names.insert(old.to_string(), new.clone());
        new
    }
}

/// Rewrites the columns of a record file: those in `named` by the name they hold, those in `texts` each for itself.
fn rewrite(path: &Path, named: &[&str], texts: &[&str], values: &mut Values<'_>) {
    let mut reader = csv::Reader::from_path(path).expect("the file is there");
    let heads = reader.headers().expect("heads").clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&heads).expect("written");
    for record in reader.records() {
        let record = record.expect("a record");
        // The uses of 公用经费 are printed, by their words; those of 人员经费 are not.
        let econ = heads.iter().position(|head| head == "经济科目").map(|at| &record[at]);
        let printed = econ.is_none_or(|code| code.starts_with("302"));
        let cells = heads.iter().zip(&record).map(|(head, cell)| match cell {
            "" => String::new(),
            cell if named.contains(&head) => values.name(cell),
            _ if texts.contains(&head) && printed => values.next(),
            cell => cell.to_string(),
        });
        writer.write_record(cells.collect::<Vec<_>>()).expect("written");
    }
    std::fs::write(path, writer.into_inner().expect("flushed")).expect("written");
}

/// The clean sample with random values in every text field of every record file, in the report and in the reasons.
fn folder_of(runner: &mut TestRunner) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    common::copy(&common::root().join("data/631-2023-corrected"), folder.path());
    let mut values = Values { runner, made: Vec::new(), names: BTreeMap::new() };
    let file = |name: &str| folder.path().join(name);
    rewrite(&file("ledger.csv"), &["项目", "单位"], &["用途"], &mut values);
    rewrite(&file("procurement.csv"), &["项目", "单位"], &["采购物品名称", "计量单位"], &mut values);
    rewrite(
        &file("targets.csv"),
        &["项目"],
        &["绩效目标", "二级指标", "三级指标", "指标值", "指标值确定依据"],
        &mut values,
    );
    rewrite(&file("units.csv"), &["单位名称"], &["单位规格", "经费保障形式"], &mut values);
    // A reason is a template, so that it may name figures: braces in it are its own.
    let reason = values.next().replace(['{', '}'], "");
    values.made.pop();
    values.made.push(reason.clone());
    let reasons = std::fs::read_to_string(file("reasons.csv")).expect("the reasons");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["条目", "方向", "文字"]).expect("written");
    for line in reasons.lines().skip(1).filter(|l| !l.is_empty()) {
        let mut cells = line.splitn(3, ',');
        let (item, sign) = (cells.next().expect("an item"), cells.next().expect("a sign"));
        writer.write_record([item, sign, &reason]).expect("written");
    }
    std::fs::write(file("reasons.csv"), writer.into_inner().expect("flushed")).expect("written");
    let mut report = std::fs::read_to_string(file("report.toml")).expect("the report");
    for key in ["name", "entity", "level"] {
        let value = values.next();
        let quoted = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let line = report.lines().find(|l| l.starts_with(&format!("{key} ="))).expect("the key").to_string();
        report = report.replacen(&line, &format!("{key} = \"{quoted}\""), 1);
    }
    std::fs::write(file("report.toml"), report).expect("written");
    let made = values.made;
    // The sample's own texts may name its projects by their addresses.
    for entry in std::fs::read_dir(file("text")).expect("texts").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a text");
        if text.contains("{{") {
            std::fs::write(entry.path(), "无。\n").expect("written");
        }
    }
    (folder, made)
}

fn composed(folder: &Path) -> Composition {
    let mut found = Diagnostics::default();
    let prepared = prepare(&Folder::open(folder), &common::layouts(), &mut found);
    let composition = prepared.into_iter().filter_map(|p| compose(p.job, &mut found)).next();
    composition.unwrap_or_else(|| panic!("{:#?}", found.sorted()))
}

/// Without blanks and line breaks, which lines and cells are broken at.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Every text of a document, apart from each other.
fn texts(document: &Document) -> Vec<String> {
    let mut all = vec![document.meta.title.clone(), document.meta.author.clone()];
    let mut add = |inlines: &[Inline]| all.push(plain_text(inlines));
    for block in document.blocks() {
        match block {
            Block::Heading(heading) => add(&heading.inlines),
            Block::Paragraph(paragraph) => add(&paragraph.inlines),
            Block::Table(table) => {
                table.title.iter().for_each(|title| add(&title.inlines));
                table.above.iter().chain(&table.notes).for_each(|line| add(line));
                table.header.iter().chain(&table.body).flat_map(|row| &row.cells).for_each(|cell| add(&cell.inlines));
            }
            Block::Chart(chart) => {
                chart.items.iter().for_each(|item| add(&[Inline::text(item.label.as_str())]));
                add(&[Inline::text(chart.description.as_str())]);
            }
            Block::Picture(_) | Block::Contents | Block::PageBreak => {}
        }
    }
    all
}

#[test]
fn whatever_data_holds_prints_as_it_is() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let plain = composed(&common::root().join("data/631-2023-corrected"));
    let shape = |document: &Document| -> Vec<&'static str> {
        let kind = |b: &Block| match b {
            Block::Heading(_) => "heading",
            Block::Paragraph(_) => "paragraph",
            Block::Table(_) => "table",
            Block::Chart(_) => "chart",
            Block::Picture(_) => "picture",
            Block::Contents => "contents",
            Block::PageBreak => "page",
        };
        document.blocks().map(kind).collect()
    };
    for _ in 0..8 {
        let (folder, made) = folder_of(&mut runner);
        let composition = composed(folder.path());
        let printed: Vec<String> = texts(&composition.document).iter().map(|t| squeezed(t)).collect();
        for value in &made {
            let value = squeezed(value);
            assert!(printed.iter().any(|text| text.contains(&value)), "{value:?} is not printed");
        }
        let of_figures = |d: &String| d.contains("错误[X0") || d.contains("错误[C0");
        let wrong = gongkai::check::check(&composition).sorted().iter().map(ToString::to_string).find(of_figures);
        assert_eq!(wrong, None, "names are names to rules over figures too");
        let marks = |text: &String| text.chars().any(|c| ('\u{FDD0}'..='\u{FDEF}').contains(&c));
        assert!(!printed.iter().any(marks), "a mark is printed");
        // No value made a heading, a page or a paragraph of its own, but where the sample's own texts were replaced.
        let own = |document: &Document| document.blocks().filter(|b| matches!(b, Block::Heading(_))).count();
        assert_eq!(own(&composition.document), own(&plain.document));
        assert!(!shape(&composition.document).contains(&"page"));
        let strong = |document: &Document| {
            let paragraphs = document.blocks().filter_map(|b| if let Block::Paragraph(p) = b { Some(p) } else { None });
            paragraphs.flat_map(|p| &p.inlines).filter(|i| i.strong).count()
        };
        assert!(strong(&composition.document) <= strong(&plain.document));
    }
}

#[test]
fn whatever_data_holds_is_read_in_the_pdf_and_the_docx() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let (folder, made) = folder_of(&mut runner);
    let composition = composed(folder.path());
    let (fonts, style, mut found) = (common::fonts(), &composition.job().set.style, Diagnostics::default());
    let document = &composition.document;
    let pages = typeset(document, style, &fonts, &mut found);
    assert!(!found.has_errors(), "{:#?}", found.sorted());
    let docx = gongkai::write::docx::write(document, style, &fonts, &pages).expect("a DOCX");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(docx)).expect("a package");
    let mut body = String::new();
    archive.by_name("word/document.xml").expect("the body").read_to_string(&mut body).expect("UTF-8");
    let mut words = String::new();
    for piece in body.split('<') {
        words.push_str(piece.split_once('>').map_or("", |(_, text)| text));
    }
    let words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    let words = squeezed(&words.replace("&amp;", "&"));
    for value in &made {
        assert!(words.contains(&squeezed(value)), "{value:?} is not in the DOCX");
    }
    if !common::have("pdftotext") {
        return;
    }
    let path = folder.path().join("a.pdf");
    let pdf = gongkai::write::pdf::write(document, &pages, &fonts).expect("a PDF");
    std::fs::write(&path, pdf).expect("written");
    let run = Command::new("pdftotext").args(["-raw".as_ref(), path.as_os_str(), "-".as_ref()]).output().expect("runs");
    let words = squeezed(&String::from_utf8_lossy(&run.stdout));
    // A cell may be broken over two pages: what is read twice is looked for in pieces.
    let lost: Vec<&String> = made.iter().filter(|value| !words.contains(&squeezed(value))).collect();
    assert!(lost.is_empty(), "not in the PDF: {lost:?}");
}
