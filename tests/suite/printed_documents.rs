//! Documents of printed tables alone: where there is no ledger, the tables are printed as they were given, and sentences
//! print what they print.

use crate::common;
use gongkai::compose::{Basis, Composition, compose};
use gongkai::diagnostic::{Diagnostics, Severity};
use gongkai::document::{Block, Document, Table, plain_text};
use gongkai::folder::Folder;
use gongkai::workshop::Aim;
use rust_decimal::Decimal;
use std::path::Path;

/// A table as a budget platform gives it: title, unit, heads, rows; a spanning cell's text stands in its first place.
fn csv(title: &str, unit: &str, table: &Table) -> String {
    let width = table.columns.len();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut lines = vec![vec![title.to_string()], vec![format!("单位：{unit}")]];
    for row in table.header.iter().chain(&table.body) {
        let mut line = vec![String::new(); width];
        row.cells.iter().for_each(|cell| line[cell.column] = plain_text(&cell.inlines));
        lines.push(line);
    }
    lines.iter().map(|line| line.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(",") + "\n").collect()
}

/// The unit that stands above a table.
fn unit_of(table: &Table) -> String {
    let above = table
        .above
        .iter()
        .map(|part| plain_text(part))
        .find_map(|t| t.rsplit_once("单位：").map(|(_, u)| u.to_string()));
    above.unwrap_or_else(|| "万元".to_string())
}

/// A table that is not printed, as an officer gives it: names and amounts in 元.
fn facts(view: &gongkai::compose::TableView) -> String {
    let heads = view.printed_columns.iter().map(|c| c.head.last().cloned().unwrap_or_default());
    let mut text = format!("单位：元\n{}\n", heads.collect::<Vec<_>>().join(","));
    for row in &view.rows {
        let cell = |column: &gongkai::compose::PrintedColumn| match &column.key {
            Some(key) => {
                let at = view.column(key, row.side).expect("a column");
                row.figures[at].as_ref().and_then(|f| f.amount).map(|a| a.to_string()).unwrap_or_default()
            }
            None => row.label.clone(),
        };
        text += &(view.printed_columns.iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
    }
    text
}

fn made(folder: &Path, found: &mut Diagnostics) -> Option<Composition> {
    let prepared = common::prepared(folder, found).into_iter().next()?;
    compose(prepared.job, found)
}

fn cells(table: &Table) -> Vec<Vec<String>> {
    let row = |row: &gongkai::document::Row| row.cells.iter().map(|c| plain_text(&c.inlines)).collect();
    table.header.iter().chain(&table.body).map(row).collect()
}

fn sentences(document: &Document) -> Vec<String> {
    let text = |block: &Block| match block {
        Block::Paragraph(paragraph) => Some(plain_text(&paragraph.inlines)),
        _ => None,
    };
    document.blocks().filter_map(text).collect()
}

/// A copy of a sample without its ledger, with the tables that its document prints.
fn printed_alone(sample: &Path, to: &Path) -> Composition {
    common::copy(sample, to);
    let report = std::fs::read_to_string(to.join("report.toml")).expect("a report");
    let whole = report.split("[[document]]").next().expect("text before it").to_string();
    std::fs::write(to.join("report.toml"), whole).expect("written");
    let mut found = Diagnostics::default();
    let composition = made(to, &mut found).unwrap_or_else(|| panic!("{:#?}", found.sorted()));
    std::fs::remove_file(to.join("ledger.csv")).expect("removed");
    std::fs::create_dir(to.join("tables")).expect("made");
    let of_ledger = |id: &str| composition.job().set.tables.values().any(|t| t.id == id && t.from == "ledger");
    for table in composition.document.tables().filter(|table| of_ledger(&table.id)) {
        let title = table.title.as_ref().map(|title| plain_text(&title.inlines)).unwrap_or_default();
        let text = csv(&title, &unit_of(table), table);
        std::fs::write(to.join(format!("tables/{}.csv", table.id)), text).expect("written");
    }
    composition
}

/// Gives what a document of printed tables lacks besides them, as the program asks for it; the files it asked for.
fn complete(path: &Path, with_ledger: &Composition) -> (Composition, Vec<String>) {
    let mut asked = Vec::new();
    loop {
        let mut found = Diagnostics::default();
        if let Some(made) = made(path, &mut found) {
            return (made, asked);
        }
        let all = found.sorted();
        let [lacking] = all.iter().filter(|d| d.code == "E511").collect::<Vec<_>>()[..] else { panic!("{all:#?}") };
        assert!(all.iter().filter(|d| d.severity == Severity::Error).count() == 1, "{all:#?}");
        let files = lacking.message.split(['：', '；']).filter_map(|f| f.strip_prefix("tables/")?.split(".csv").next());
        let files: Vec<&str> = files.collect();
        assert!(!files.is_empty() && files.iter().all(|f| !asked.iter().any(|a| a == f)), "{lacking}");
        for id in files {
            let printed = with_ledger.document.tables().find(|table| table.id == id);
            let view = || with_ledger.table(id).unwrap_or_else(|| panic!("{id}"));
            let text = printed.map_or_else(|| facts(&view()), |table| csv("", &unit_of(table), table));
            std::fs::write(path.join(format!("tables/{id}.csv")), text).expect("written");
            asked.push(id.to_string());
        }
    }
}

/// A sentence with a sign for each number, and the numbers.
fn numbers(sentence: &str) -> (String, Vec<Decimal>) {
    let (mut shape, mut numbers, mut number) = (String::new(), Vec::new(), String::new());
    for c in sentence.chars().chain(['\n']) {
        if c.is_ascii_digit() || c == '.' && !number.is_empty() {
            number.push(c);
            continue;
        }
        if !number.is_empty() {
            shape.push('#');
            numbers.extend(number.trim_end_matches('.').parse::<Decimal>());
            number.clear();
        }
        shape.push(c);
    }
    (shape, numbers)
}

/// Nine printed tables and the small files are enough: the same tables cell by cell, and the same sentences. What is
/// computed is computed of printed figures, and may differ from the exact in its last place.
#[test]
fn the_document_of_printed_tables_is_that_of_their_ledger() {
    let asked_of = |sample: &str| match sample {
        // Its purchases print the budgets of their projects.
        "631-2023" | "core-sample" => vec!["xm", "qt", "hz", "jg", "cg"],
        "final-account-sample" => vec!["ly", "lb", "hz"],
        "shanghai-sample" => vec!["xm", "xmsm"],
        _ => vec!["xm"],
    };
    for sample in ["631-2023", "final-account-sample", "shanghai-sample", "shanghai-unit-sample", "core-sample"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(sample);
        let with_ledger = printed_alone(&common::root().join("data").join(sample), &path);
        let (made, asked) = complete(&path, &with_ledger);
        assert_eq!(asked, asked_of(sample), "{sample}");
        // Nothing keeps it from being published.
        let found = common::workshop().open(&Folder::open(&path), Aim::Publish).found;
        let errors: Vec<_> = found.iter().filter(|d| d.severity == Severity::Error).map(ToString::to_string).collect();
        assert_eq!(errors, [""; 0], "{sample}");
        let of = |document: &Document| -> Vec<(String, Vec<Vec<String>>)> {
            document.tables().map(|table| (table.id.clone(), cells(table))).collect()
        };
        let (old, new) = (of(&with_ledger.document), of(&made.document));
        assert!(old.len() >= 9, "{sample}");
        for (old, new) in old.iter().zip(&new) {
            let rows = old.1.iter().zip(&new.1);
            let differ: Vec<_> = rows.filter(|(old, new)| old != new).collect();
            assert!(differ.is_empty() && old.1.len() == new.1.len(), "{sample} {} {differ:#?}", old.0);
        }
        assert_eq!(old.len(), new.len(), "{sample}");
        let (old, new) = (sentences(&with_ledger.document), sentences(&made.document));
        assert_eq!(old.len(), new.len());
        for (old, new) in old.iter().zip(&new) {
            let ((shape, was), (same, is)) = (numbers(old), numbers(new));
            assert_eq!(shape, same, "{sample}");
            let near = was.iter().zip(&is).all(|(a, b)| (a - b).abs() <= Decimal::new(2, 2));
            assert!(near && was.len() == is.len(), "{sample}\n{old}\n{new}");
        }
    }
}

/// A table of the published facts, as it was printed.
fn published(fact: &serde_json::Value) -> (String, String) {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    let lines = |key: &str| -> Vec<String> {
        let rows = fact[key].as_array().expect("rows").iter();
        let line = |row: &serde_json::Value| {
            let cells = row.as_array().expect("cells").iter().map(|c| format!("\"{}\"", text(c)));
            cells.collect::<Vec<_>>().join(",")
        };
        rows.map(line).collect()
    };
    let head = vec![text(&fact["title"]), format!("单位：{}", text(&fact["unit"]))];
    let all: Vec<String> = head.into_iter().chain(lines("header")).chain(lines("rows")).collect();
    (format!("t{}", fact["no"]), all.join("\n") + "\n")
}

/// A published document's nine tables, with the small files beside them, become the document again: every cell as it was
/// printed. 10.81, which no exact amount rounds to, stays as it was.
#[test]
fn published_tables_become_their_document() {
    let facts = common::root().join("tests/published/shanghai-budget-2026");
    let json = std::fs::read_to_string(facts.join("department.json")).expect("the facts");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    common::copy(&facts.join("data"), path);
    std::fs::remove_file(path.join("ledger.csv")).expect("removed");
    let report = std::fs::read_to_string(path.join("report.toml")).expect("a report");
    let whole = report.split("[[document]]").next().expect("text before it");
    std::fs::write(path.join("report.toml"), whole).expect("written");
    std::fs::create_dir(path.join("tables")).expect("made");
    for fact in json["tables"].as_array().expect("tables") {
        let (id, text) = published(fact);
        std::fs::write(path.join(format!("tables/{id}.csv")), text).expect("written");
    }
    let facts = [("xm", "人民调解,17250000\n法律援助,53290547\n"), ("xmsm", "人民调解,17250000\n")];
    for (id, rows) in facts {
        std::fs::write(path.join(format!("tables/{id}.csv")), format!("单位：元\n项目,金额\n{rows}")).expect("written");
    }
    let mut found = Diagnostics::default();
    let composition = made(path, &mut found).unwrap_or_else(|| panic!("{:#?}", found.sorted()));
    let mut cells = 0;
    for (table, fact) in composition.document.tables().zip(json["tables"].as_array().expect("tables")) {
        let width = table.columns.len();
        let line = |row: &gongkai::document::Row| {
            let mut line = vec![String::new(); width];
            row.cells.iter().for_each(|cell| line[cell.column] = plain_text(&cell.inlines));
            line
        };
        let printed: Vec<Vec<String>> =
            table.body.iter().map(line).filter(|line| line.iter().any(|text| !text.is_empty())).collect();
        let wanted: Vec<Vec<String>> = serde_json::from_value(fact["rows"].clone()).expect("rows of texts");
        assert_eq!(printed, wanted, "{}", fact["title"]);
        cells += wanted.len() * width;
    }
    assert_eq!(cells, 788);
    // 2026 less 2025, of what is printed.
    let all = sentences(&composition.document).join("\n");
    assert!(all.contains("收入预算9628.22万元，比2025年预算增加793.14万元"), "{all}");
    assert!(all.contains("2个项目实行绩效目标管理，涉及项目预算资金7054.05万元"), "{all}");
    let basis = composition.basis("xm/合计/额");
    assert!(matches!(&basis, Some(Basis::Figures(of)) if of.iter().any(|a| &**a == "t3/合计/项目")), "{basis:?}");
    let basis = composition.basis("t5/2040601/合计");
    assert!(
        matches!(&basis, Some(Basis::Printed(place)) if &*place.file == "tables/t5.csv" && place.line == 8),
        "{basis:?}"
    );
}

/// What no table prints is asked for in one finding; nothing is taken for nought, and nothing left out of a sentence.
#[test]
fn what_no_table_prints_is_one_list() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("631-2023");
    printed_alone(&common::sample(), &path);
    std::fs::remove_file(path.join("prior.csv")).expect("removed");
    std::fs::remove_file(path.join("procurement.csv")).expect("removed");
    let found = common::workshop().open(&Folder::open(&path), Aim::Publish);
    assert!(found.made.is_empty());
    let errors: Vec<_> = found.found.iter().filter(|d| d.severity == Severity::Error).collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    for file in ["prior.csv", "procurement.csv", "tables/xm.csv", "tables/jg.csv（办公费、"] {
        assert!(errors[0].message.contains(file), "{}", errors[0].message);
    }
    // A total that the rows of a given table do not add up to stops it, as a mistake of a ledger does.
    let table = path.join("tables/t3.csv");
    let text = std::fs::read_to_string(&table).expect("a table");
    let wrong = text.replacen("\"85.05\"", "\"86.05\"", 1);
    assert_ne!(text, wrong);
    std::fs::write(&table, wrong).expect("written");
    let found = common::workshop().open(&Folder::open(&path), Aim::Publish);
    assert!(found.found.iter().any(|d| d.code == "X040"), "{:#?}", found.found.sorted());
}

/// A list that only sentences name is proven too: its rows are the total that a table prints, and each is named once.
#[test]
fn a_list_beside_printed_tables_adds_up_and_names_each_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("631-2023");
    let with_ledger = printed_alone(&common::sample(), &path);
    complete(&path, &with_ledger);
    let file = path.join("tables/xm.csv");
    let text = std::fs::read_to_string(&file).expect("the list");
    let told = |text: &str| -> Vec<String> {
        std::fs::write(&file, text).expect("written");
        let found = common::workshop().open(&Folder::open(&path), Aim::Publish).found;
        found.iter().filter(|d| d.severity == Severity::Error).map(ToString::to_string).collect()
    };
    assert_eq!(told(&text), [""; 0]);
    // Without its total too: what that is, table 3 prints.
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("合计,")).collect();
    let list = |lines: &[&str]| lines.join("\n") + "\n";
    assert!(lines.len() + 1 == text.lines().count() && told(&list(&lines)).is_empty());
    let last = lines.pop().expect("a project");
    let fewer = told(&list(&lines));
    let is_off = |t: &&String| t.contains("错误[E310]") && t.contains("合计是") && t.contains("各行之和却是");
    assert_eq!(fewer.iter().filter(is_off).count(), 1, "{fewer:#?}");
    lines.extend([last, last]);
    let twice = told(&list(&lines));
    let is_twice = |t: &String| t.starts_with("tables/xm.csv:") && t.contains("错误[E162]") && t.contains("有两行");
    assert!(twice.iter().any(is_twice), "{twice:#?}");
}

/// A row that its table does not have is not printed: a wrong one with figures, and without them something to know of.
#[test]
fn a_row_that_its_table_does_not_have_is_told_with_figures_or_without() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("631-2023");
    let with_ledger = printed_alone(&common::sample(), &path);
    complete(&path, &with_ledger);
    let file = path.join("tables/t1.csv");
    let text = std::fs::read_to_string(&file).expect("the table");
    let told = |more: &str| -> Vec<(Severity, u32)> {
        std::fs::write(&file, text.clone() + more).expect("written");
        let found = common::workshop().open(&Folder::open(&path), Aim::Publish).found;
        let of_rows = found.iter().filter(|d| d.code == "E162");
        of_rows.map(|d| (d.severity, d.place.as_ref().map_or(0, |place| place.line))).collect()
    };
    let next = text.lines().count() as u32 + 1;
    assert_eq!(told(""), []);
    assert_eq!(told("40,九、未曾有过的收入,,,\n"), [(Severity::Warning, next)]);
    assert_eq!(told("40,九、未曾有过的收入,1.00,,\n"), [(Severity::Error, next)]);
}
