//! The program's own PDFs come in as they were composed.

use super::files::{gongkai, stderr};
use super::{plain, read, said};
use crate::common;
use crate::departments::{Department, Set};
use gongkai::diagnostic::Diagnostics;
use gongkai::document::{Block, Cell, Document, Table, plain_text};
use gongkai::folder::Folder;
use gongkai::made::Made;
use gongkai::published::import::take;
use gongkai::published::{PaperTable, Published};
use gongkai::typeset::typeset;
use gongkai::workshop::Aim;
use gongkai::write::{Format, write};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The documents of a folder.
fn made(folder: &Path) -> Vec<Made> {
    let opened = common::workshop().open(&Folder::open(folder), Aim::Look);
    assert!(!opened.found.has_errors(), "{:#?}", said(&opened.found));
    opened.made
}

fn printed(made: &Made) -> Vec<u8> {
    written(made, Format::Pdf)
}

fn written(made: &Made, format: Format) -> Vec<u8> {
    let files = made.write(&common::fonts(), &[format]).unwrap_or_else(|found| panic!("{found}"));
    files.into_iter().next().expect("a file").bytes
}

/// The samples that are shipped with the program.
const SAMPLES: [&str; 5] =
    ["631-2023", "core-sample", "final-account-sample", "shanghai-sample", "shanghai-unit-sample"];

/// A document with something changed after it was composed, printed.
fn printed_otherwise(made: &Made, change: impl Fn(&mut Document)) -> Vec<u8> {
    written_otherwise(made, Format::Pdf, change)
}

pub(super) fn written_otherwise(made: &Made, format: Format, change: impl Fn(&mut Document)) -> Vec<u8> {
    let mut document = made.document().clone();
    change(&mut document);
    let fonts = common::fonts();
    let mut found = Diagnostics::default();
    let pages = typeset(&document, made.style(), &fonts, &mut found);
    write(&document, made.style(), &pages, &fonts, format).unwrap_or_else(|found| panic!("{found}"))
}

/// A cell: row, column, rows and columns it covers, its words.
type Placed = (usize, usize, usize, usize, String);

/// Every cell of a table. A column that every row joins with its neighbour cannot be seen on paper, and counts for none.
fn cells_of(table: &Table) -> BTreeSet<Placed> {
    let rows = || table.header.iter().chain(&table.body);
    let ends = |cell: &Cell| [cell.column, cell.column + cell.colspan];
    let edges: BTreeSet<usize> = rows().flat_map(|row| &row.cells).flat_map(ends).collect();
    let seen = |column: usize| edges.range(..column).count();
    let placed = |at: usize, c: &Cell| {
        let [from, to] = ends(c).map(seen);
        (at, from, c.rowspan, to - from, plain(&plain_text(&c.inlines)))
    };
    rows().enumerate().flat_map(|(at, row)| row.cells.iter().map(move |c| placed(at, c))).collect()
}

fn cells_of_paper(table: &PaperTable) -> BTreeSet<Placed> {
    let rows = table.rows.iter().enumerate();
    rows.flat_map(|(at, row)| row.cells.iter().map(move |c| (at, c.column, c.rowspan, c.colspan, plain(&c.text))))
        .collect()
}

/// Asserts that a document was read cell by cell; returns how many cells there were.
fn same_cells(document: &Document, published: &Published) -> usize {
    let (ours, theirs): (Vec<&Table>, Vec<&PaperTable>) = (document.tables().collect(), published.tables().collect());
    assert_eq!(
        ours.len(),
        theirs.len(),
        "{}: {:?}",
        document.meta.file_stem,
        theirs.iter().map(|t| &t.title).collect::<Vec<_>>()
    );
    let mut count = 0;
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let (composed, read) = (cells_of(ours), cells_of_paper(theirs));
        let lost: Vec<_> = composed.difference(&read).collect();
        let other: Vec<_> = read.difference(&composed).collect();
        assert!(lost.is_empty() && other.is_empty(), "{}《{}》\n{lost:?}\n{other:?}", document.meta.file_stem, ours.id);
        count += composed.len();
    }
    count
}

/// What a document says outside its tables, a text a paragraph; the contents' own title is none.
fn paragraphs(document: &Document) -> Vec<String> {
    let mut all = Vec::new();
    for block in document.blocks() {
        match block {
            Block::Heading(heading) => all.push(plain(&plain_text(&heading.inlines))),
            Block::Paragraph(paragraph) => all.push(plain(&plain_text(&paragraph.inlines))),
            Block::Table(table) => all.extend(table.notes.iter().map(|note| plain(&plain_text(note)))),
            Block::Chart(_) | Block::Picture(_) | Block::Contents | Block::PageBreak => {}
        }
    }
    all.retain(|text| !text.is_empty() && text != "目录");
    all
}

#[test]
fn every_cell_and_every_paragraph_of_the_shipped_documents_comes_in_again() {
    let mut cells = 0;
    for folder in SAMPLES {
        for made in made(&common::root().join("data").join(folder)) {
            let published = read(&printed(&made));
            assert!(
                published.found.iter().all(|found| !found.message.contains('\u{FFFD}')),
                "{:?}",
                said(&published.found)
            );
            cells += same_cells(made.document(), &published);
            let mut read: Vec<String> = published.texts().map(|text| plain(&text.text)).collect();
            // A title directly over a table is the table's.
            read.extend(
                published.tables().flat_map(|table| {
                    [plain(&table.title)].into_iter().chain(table.above.iter().map(|line| plain(line)))
                }),
            );
            let lost: Vec<String> =
                paragraphs(made.document()).into_iter().filter(|text| !read.contains(text)).collect();
            assert!(lost.is_empty(), "{folder}: {lost:#?}\n{read:#?}");
        }
    }
    assert!(cells > 8000, "{cells}");
}

/// Words in charts were read as paragraphs.
#[test]
fn what_a_chart_says_is_no_text_of_the_document() {
    let made = made(&common::root().join("data/final-account-sample")).remove(0);
    let charts = made.document().blocks().filter(|block| matches!(block, Block::Chart(_))).count();
    let published = read(&printed(&made));
    let told = said(&published.found);
    let pages: Vec<&String> = told.iter().filter(|line| line.contains("E564") && line.contains("幅图")).collect();
    let count =
        |line: &&String| line.split("[E564] 有 ").nth(1).and_then(|n| n.split(' ').next()?.parse::<usize>().ok());
    assert_eq!((charts, pages.iter().filter_map(count).sum::<usize>()), (3, 3), "{told:#?}");
    let composed = paragraphs(made.document());
    let of_tables: Vec<String> = made
        .document()
        .tables()
        .filter_map(|table| table.title.as_ref())
        .map(|title| plain(&plain_text(&title.inlines)))
        .collect();
    let read: Vec<String> = published.texts().map(|text| plain(&text.text)).collect();
    let extra: Vec<&String> =
        read.iter().filter(|text| !composed.contains(text) && !of_tables.contains(text)).collect();
    assert!(extra.is_empty(), "{extra:#?}");
    // The lines that name them are.
    let names = |number: usize| read.iter().filter(|text| text.starts_with(&format!("图{number}"))).count();
    assert_eq!([1, 2, 3].map(names), [1, 1, 1], "{read:#?}");
}

#[test]
fn titles_and_units_of_the_shipped_tables_come_in_again() {
    for folder in ["631-2023", "core-sample", "shanghai-sample"] {
        for made in made(&common::root().join("data").join(folder)) {
            let published = read(&printed(&made));
            for (ours, theirs) in made.document().tables().zip(published.tables()) {
                let title = ours.title.as_ref().map_or(String::new(), |title| plain(&plain_text(&title.inlines)));
                if !title.is_empty() {
                    assert_eq!(title, plain(&theirs.title), "{folder} {}", ours.id);
                }
                let unit = ours.above.iter().map(|line| plain(&plain_text(line))).find(|line| line.contains("单位："));
                let Some(unit) = unit.filter(|unit| unit.starts_with("单位：")) else { continue };
                assert!(
                    theirs.above.iter().any(|line| plain(line) == unit),
                    "{folder} {}: {:?}",
                    ours.id,
                    theirs.above
                );
            }
        }
    }
}

#[test]
fn documents_of_departments_made_by_chance_come_in_again() {
    for seed in 0..6 {
        let files = Department::orderly(seed, Set::ALL[seed as usize % Set::ALL.len()]).files();
        let bytes = files.into_iter().map(|(name, text)| (name, text.into_bytes().into()));
        let opened = common::workshop().open(&Folder::of_files(Path::new("data"), bytes), Aim::Look);
        assert!(!opened.made.is_empty(), "{:#?}", said(&opened.found));
        for made in &opened.made {
            same_cells(made.document(), &read(&printed(made)));
        }
    }
}

#[test]
fn a_set_is_told_from_titles_and_heads() {
    for (folder, set, tables) in [
        ("631-2023", "hebei-department-budget-2023", 12),
        ("core-sample", "core-department-budget", 12),
        ("final-account-sample", "final-account-2024", 10),
        ("shanghai-sample", "shanghai-department-budget-2026", 9),
        ("shanghai-unit-sample", "shanghai-unit-budget-2026", 9),
    ] {
        let made = made(&common::root().join("data").join(folder)).remove(0);
        let mut found = Diagnostics::default();
        let taken =
            take(&printed(&made), Path::new("公开.pdf"), None, &gongkai::layout::Layouts::default(), &mut found);
        let taken = taken.unwrap_or_else(|| panic!("{:?}", said(&found)));
        assert_eq!((taken.recognised.set.as_str(), taken.recognised.found()), (set, tables), "{}", taken.told());
        let meta = &made.document().meta;
        assert_eq!(taken.whose.year, Some(meta.year));
        assert_eq!(taken.whose.name.as_deref(), Some(meta.author.as_str()), "{folder}");
    }
}

/// The findings of a published document, each with its place.
fn audited(bytes: &[u8]) -> Vec<String> {
    let layouts = gongkai::layout::Layouts::default();
    let mut found = Diagnostics::default();
    let taken =
        take(bytes, Path::new("公开.pdf"), None, &layouts, &mut found).unwrap_or_else(|| panic!("{:?}", said(&found)));
    said(&taken.audit(&layouts, "公开.pdf"))
}

#[test]
fn a_figure_changed_in_print_is_found_on_its_page() {
    let made = made(&common::root().join("data/core-sample")).remove(0);
    let right = audited(&printed(&made));
    let about_figures = |found: &[String]| {
        found.iter().filter(|line| line.contains("[C") || line.contains("[X0")).cloned().collect::<Vec<_>>()
    };
    assert!(about_figures(&right).is_empty(), "{right:#?}");
    // The first figure of table 5 that is not blank, a hundred more than it is.
    let table = made.document().tables().find(|table| table.id == "t5").expect("table 5");
    let row = table
        .body
        .iter()
        .position(|row| {
            row.cells.iter().any(|cell| cell.inlines.iter().any(|i| i.figure.is_some() && !i.text.is_empty()))
        })
        .expect("figures");
    let wrong = audited(&printed_otherwise(&made, |document| {
        for block in document.sections.iter_mut().flat_map(|section| &mut section.blocks) {
            let Block::Table(table) = block else { continue };
            if table.id == "t5" {
                let figure = table.body[row]
                    .cells
                    .iter_mut()
                    .flat_map(|cell| &mut cell.inlines)
                    .find(|i| i.figure.is_some() && !i.text.is_empty());
                let figure = figure.expect("a figure");
                figure.text = format!("1{}", figure.text);
            }
        }
    }));
    let found = about_figures(&wrong);
    let page = |line: &String| line.starts_with("公开.pdf 第 ") && line.contains(" 页《") && line.contains(" 行");
    assert!(!found.is_empty() && found.iter().all(page), "{wrong:#?}");
}

#[test]
fn the_word_files_come_in_again() {
    for folder in SAMPLES {
        for made in made(&common::root().join("data").join(folder)) {
            let bytes = written(&made, Format::Docx);
            let published = gongkai::published::read(&bytes, "公开.docx").unwrap_or_else(|found| panic!("{found}"));
            same_cells(made.document(), &published);
            // The contents say every heading once more, with its page.
            assert!(published.texts().all(|text| !text.text.contains('\t')), "{folder}");
            let mut read: Vec<String> = published.texts().map(|text| plain(&text.text)).collect();
            let of_tables = published.tables().flat_map(|table| [&table.title].into_iter().chain(&table.above));
            read.extend(of_tables.map(|line| plain(line)));
            let is_cover = |text: &String| text.chars().count() < 20;
            let wanted = paragraphs(made.document()).into_iter().filter(|text| !is_cover(text));
            let lost: Vec<String> = wanted.filter(|text| !read.contains(text)).collect();
            assert!(lost.is_empty(), "{folder}: {lost:#?}");
        }
    }
}

/// The set that a file was taken for, how many of its tables were recognised, and what is wrong with its figures.
fn taken(bytes: &[u8], name: &str) -> (String, usize, Vec<String>) {
    let layouts = gongkai::layout::Layouts::default();
    let mut found = Diagnostics::default();
    let taken =
        take(bytes, Path::new(name), None, &layouts, &mut found).unwrap_or_else(|| panic!("{:?}", said(&found)));
    let audited = taken.audit(&layouts, name);
    let errors = said(&audited).into_iter().filter(|line| line.contains("错误[")).collect();
    (taken.recognised.set.clone(), taken.recognised.found(), errors)
}

#[test]
fn word_files_and_workbooks_are_taken_as_the_pdf_is() {
    for folder in ["631-2023", "core-sample", "shanghai-unit-sample"] {
        let made = made(&common::root().join("data").join(folder)).remove(0);
        let pdf = taken(&printed(&made), "公开.pdf");
        assert_eq!(pdf.2, Vec::<String>::new(), "{folder}");
        assert_eq!(taken(&written(&made, Format::Docx), "公开.docx"), pdf, "{folder}");
        let (set, tables, errors) = taken(&written(&made, Format::Xlsx), "公开.xlsx");
        assert_eq!((set, errors), (pdf.0, pdf.2), "{folder}");
        assert!(tables + 1 >= pdf.1, "{folder}: {tables} of {}", pdf.1);
    }
}

/// The menu of a page holds every heading before the document has one.
#[test]
fn a_page_for_a_site_gives_the_sections_that_the_word_file_gives() {
    for folder in SAMPLES {
        let made = made(&common::root().join("data").join(folder)).remove(0);
        let sections = |format, name: &str| {
            let mut found = Diagnostics::default();
            let taken = take(&written(&made, format), Path::new(name), None, &common::layouts(), &mut found);
            let taken = taken.unwrap_or_else(|| panic!("{:?}", said(&found)));
            let texts = taken.imported.files.into_iter().filter(|(name, _)| name.starts_with("text/"));
            texts.map(|(name, text)| (name, text.lines().count())).collect::<BTreeMap<_, _>>()
        };
        let (page, word) = (sections(Format::Html, "公开.html"), sections(Format::Docx, "公开.docx"));
        let of_word = page.keys().filter(|name| word.contains_key(*name)).count();
        assert_eq!(of_word, word.len(), "{folder}: {page:?} {word:?}");
        let lines = |sections: &BTreeMap<String, usize>| sections.values().sum::<usize>();
        assert!(lines(&page) + 4 >= lines(&word), "{folder}: {page:?} {word:?}");
    }
}

#[test]
fn what_libreoffice_makes_of_the_word_files_comes_in_again() {
    if !common::have("soffice") {
        return;
    }
    let desk = tempfile::tempdir().expect("a temporary folder");
    for folder in ["631-2023", "final-account-sample"] {
        let made = made(&common::root().join("data").join(folder)).remove(0);
        let docx = desk.path().join(format!("{folder}.docx"));
        std::fs::write(&docx, written(&made, Format::Docx)).expect("writes");
        let profile = format!("-env:UserInstallation=file://{}", desk.path().join("profile").display());
        let mut office = std::process::Command::new("soffice");
        office.args([&profile, "--headless", "--convert-to", "pdf", "--outdir"]).arg(desk.path()).arg(&docx);
        assert!(office.output().expect("LibreOffice runs").status.success());
        let pdf = std::fs::read(desk.path().join(format!("{folder}.pdf"))).expect("a PDF");
        same_cells(made.document(), &read(&pdf));
    }
}

/// What is found in the figures and sentences of a right document: errors, and amounts that are said to differ.
fn wrong_numbers(found: Vec<String>) -> Vec<String> {
    let told = |line: &String| line.contains("错误[") || line.contains("[N002]") || line.contains("[N010]");
    found.into_iter().filter(told).collect()
}

#[test]
fn sentences_of_one_unit_or_one_subject_beside_whole_tables_are_no_mistakes() {
    for folder in ["core-sample", "final-account-sample", "shanghai-unit-sample"] {
        let made = made(&common::root().join("data").join(folder)).remove(0);
        assert_eq!(wrong_numbers(audited(&printed(&made))), Vec::<String>::new(), "{folder}");
    }
    // The same sentences with a slip of the hand are.
    let made = made(&common::root().join("data/final-account-sample")).remove(0);
    for (right, wrong) in [("21.36", "21.63"), ("254.05", "245.05"), ("109.25", "19.25")] {
        let changed = audited(&printed_otherwise(&made, |document| {
            for block in document.sections.iter_mut().flat_map(|section| &mut section.blocks) {
                let Block::Paragraph(paragraph) = block else { continue };
                for inline in &mut paragraph.inlines {
                    inline.text = inline.text.replace(right, wrong);
                }
            }
        }));
        let told = changed.iter().any(|line| line.contains(wrong));
        assert!(told, "{wrong}: {changed:#?}");
    }
}

#[test]
fn a_code_of_the_departments_own_is_one_that_several_tables_print() {
    let made = made(&common::root().join("data/final-account-sample")).remove(0);
    let of_codes = |found: Vec<String>| found.into_iter().filter(|line| line.contains("[C017]")).count();
    assert_eq!(of_codes(audited(&printed(&made))), 0);
    // In one table alone it is a slip.
    let slipped = audited(&printed_otherwise(&made, |document| {
        let blocks = document.sections.iter_mut().flat_map(|section| &mut section.blocks);
        let tables = blocks.filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None });
        let table = tables.into_iter().find(|table| table.id == "b5").expect("table 5");
        let row = table.body.iter_mut().find(|row| {
            let words: String = row.cells.iter().map(|cell| plain(&plain_text(&cell.inlines))).collect();
            words.starts_with("2080501")
        });
        row.expect("its row").cells[2].inlines[0].text = "91".to_owned();
    }));
    assert!(of_codes(slipped.clone()) > 0, "{slipped:#?}");
}

/// The sample's own file, with the two facts that it does not say and the table that asks for other records than its own, is
/// the whole document again.
#[test]
fn the_samples_own_file_becomes_the_whole_document_again() {
    let desk = tempfile::tempdir().expect("a temporary folder");
    let sample = made(&common::sample()).remove(0);
    std::fs::write(desk.path().join("631公开.pdf"), printed(&sample)).expect("writes");
    let imported = gongkai(desk.path(), &["import", "631公开.pdf", "新"]);
    let told = stderr(&imported);
    for says in [
        "report.toml（level、assets_date）；tables/cg.csv（",
        "放进 tables/cg.csv",
        "单位资金、财政拨款结转、非财政拨款结转结余、2023年预留",
    ] {
        assert!(told.contains(says), "{says}: {told}");
    }
    let mut found = Diagnostics::default();
    let bytes = printed(&sample);
    let taken = take(&bytes, Path::new("631公开.pdf"), None, &common::layouts(), &mut found).expect("it is read");
    std::fs::write(desk.path().join("新/tables/cg.csv"), &taken.imported.files["tables/cg.csv"]).expect("writes");
    let report = desk.path().join("新/report.toml");
    let mut text = std::fs::read_to_string(&report).expect("a report");
    for key in ["level", "assets_date"] {
        let said = &sample.job().report.values[key];
        text = text.replace(&format!("\n{key} = \"\""), &format!("\n{key} = \"{said}\""));
    }
    std::fs::write(&report, text).expect("writes");
    let built = gongkai(desk.path(), &["build", "新", "--format", "pdf"]);
    assert!(built.status.success(), "{}", stderr(&built));
    let set = sample.job().set.id.clone();
    let compared = gongkai(desk.path(), &["layouts", "compare", &set, "新", "631公开.pdf", "--format", "json"]);
    let compared: serde_json::Value = serde_json::from_slice(&compared.stdout).expect("JSON");
    for what in ["heads", "rows", "cells"] {
        assert!(compared[what]["of"].as_u64() > Some(100), "{compared:#}");
        assert_eq!(compared[what]["equal"], compared[what]["of"], "{what}: {compared:#}");
    }
    // The title of the first page is the set's own.
    assert!(
        compared["sentences"]["equal"].as_u64() >= compared["sentences"]["of"].as_u64().map(|of| of - 1),
        "{compared:#}"
    );
}

/// The set prints 项目经费情况说明 where projects are given as records; a published file has its words alone.
#[test]
fn a_section_that_a_set_prints_of_records_is_printed_as_published() {
    let sample = made(&common::root().join("data/shanghai-sample")).remove(0);
    let desk = tempfile::tempdir().expect("a folder");
    std::fs::write(desk.path().join("126公开.pdf"), printed(&sample)).expect("writes");
    let imported = gongkai(desk.path(), &["import", "126公开.pdf", "新"]);
    assert!(imported.status.success(), "{}", stderr(&imported));
    assert!(!desk.path().join("新/projects.csv").exists());
    let again = made(&desk.path().join("新")).remove(0);
    let sections = |made: &Made| made.document().sections.iter().map(|section| section.id.clone()).collect::<Vec<_>>();
    let (before, after) = (sections(&sample), sections(&again));
    assert!(before.iter().any(|id| id == "06-projects") && after.iter().any(|id| id == "06-projects"), "{after:?}");
}
