//! From printed tables to records: the ledger whose document prints them, and last year's records.

use super::said;
use crate::common;
use gongkai::compose::Forms;
use gongkai::diagnostic::{Diagnostics, Severity};
use gongkai::folder::Folder;
use gongkai::layout::Layouts;
use gongkai::ledger::{differences, ledger};
use gongkai::made::Made;
use gongkai::prepare::prepare_whole;
use gongkai::published::import::take;
use gongkai::workshop::Aim;
use gongkai::write::Format;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn sample(name: &str) -> PathBuf {
    common::root().join("data").join(name)
}

/// A sample's whole document and its PDF.
fn printed(name: &str) -> (Made, Vec<u8>) {
    let opened = common::workshop().open(&Folder::open(&sample(name)), Aim::Look);
    assert!(!opened.found.has_errors(), "{:#?}", said(&opened.found));
    let made = opened.made.into_iter().next().expect("a document");
    let files = made.write(&common::fonts(), &[Format::Pdf]).unwrap_or_else(|found| panic!("{found}"));
    (made, files.into_iter().next().expect("a file").bytes)
}

/// The folder that a PDF gives, its report filled in from the sample's.
fn taken_in(name: &str, pdf: &[u8]) -> Folder {
    let mut found = Diagnostics::default();
    let taken = take(pdf, Path::new("公开.pdf"), None, &Layouts::default(), &mut found);
    let taken = taken.unwrap_or_else(|| panic!("{:?}", said(&found)));
    let files = taken
        .files("公开.pdf", &mut found)
        .into_iter()
        .filter(|(name, _)| name.starts_with("tables/") || name.starts_with("layout/"));
    let report = std::fs::read_to_string(sample(name).join("report.toml")).expect("a report");
    let report = report.split("\n[[").next().unwrap_or_default().as_bytes().to_vec();
    let own = ["function.csv", "economic.csv"].map(|list| format!("classification/{list}"));
    let own = own.into_iter().filter_map(|list| Some((list.clone(), std::fs::read(sample(name).join(list)).ok()?)));
    let files = files.chain([("report.toml".to_string(), report)]).chain(own);
    Folder::of_files(Path::new("数据"), files.map(|(name, bytes)| (name, bytes.into())))
}

/// What a document's tables print, by address.
fn texts(forms: &Forms, tables: &[String]) -> BTreeMap<String, String> {
    let views = tables.iter().filter_map(|id| forms.table(id));
    let figures = views.flat_map(|view| view.rows.into_iter().filter(|row| row.printed).flat_map(|row| row.figures));
    figures.flatten().map(|figure| (figure.address.to_string(), figure.text)).collect()
}

#[test]
fn the_document_of_the_ledger_prints_the_given_tables_cell_by_cell() {
    let mut cells = 0;
    for name in ["631-2023", "core-sample", "final-account-sample", "shanghai-sample", "shanghai-unit-sample"] {
        let (made, pdf) = printed(name);
        let folder = taken_in(name, &pdf);
        let layouts = Layouts::default();
        let mut found = Diagnostics::default();
        let job = prepare_whole(&folder, &layouts, &mut found).unwrap_or_else(|| panic!("{:?}", said(&found)));
        let of_ledger = |id: &str| job.set.tables.values().any(|table| table.id == id && table.from == "ledger");
        let tables: Vec<String> =
            job.printed.iter().map(|table| table.name.clone()).filter(|id| of_ledger(id)).collect();
        let mut found = Diagnostics::default();
        let one = ledger(&Arc::new(job), "ledger", &mut found).unwrap_or_else(|| panic!("{:?}", said(&found)));
        assert_eq!(one.unsolved, Vec::<Arc<str>>::new(), "{name}:\n{}", one.text);
        let differences = differences(&folder, &one, &layouts);
        assert!(differences.is_empty(), "{name}: {:#?}\n{}", said(&differences), one.text);
        // Read again by itself, beside what the sample's own ledger gives.
        let all = folder.files_of_text().into_iter().filter(|name| !name.starts_with("tables/"));
        let files: Vec<_> =
            all.map(|file| (file.clone(), folder.bytes(&file).expect("read").expect("there"))).collect();
        let alone = Folder::of_files(Path::new("数据"), files).with(&one.file, one.text.clone().into_bytes());
        let mut found = Diagnostics::default();
        let job = prepare_whole(&alone, &layouts, &mut found).unwrap_or_else(|| panic!("{:?}", said(&found)));
        let wrong: Vec<String> = said(&found).into_iter().filter(|line| !line.contains("E101")).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}\n{}", one.text);
        let again = texts(&Forms::compose(job, &mut Diagnostics::default()), &tables);
        let wanted = texts(&made.composition, &tables);
        // What another file gives – the budget beside a final account – is not the ledger's.
        let of_ledger = |address: &&String| !address.contains(".预算") && !address.starts_with("t9/数/机关运行");
        let off: Vec<String> = wanted
            .iter()
            .filter(|(address, text)| of_ledger(address) && again.get(*address) != Some(text))
            .map(|(address, text)| format!("{address} {text} {:?}", again.get(address)))
            .collect();
        assert!(off.is_empty(), "{name}: {off:#?}\n{}", one.text);
        cells += wanted.len();
    }
    assert!(cells > 2500, "{cells}");
}

fn gongkai(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("GONGKAI_FONTS", common::root().join("fonts"))
        .env("GONGKAI_CACHE", "");
    let output = command.output().expect("the program starts");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_commands_write_a_ledger_and_last_years_records_and_never_over_what_is_there() {
    let desk = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(desk.path().join("631公开.pdf"), printed("631-2023").1).expect("writes");
    let (done, told) = gongkai(desk.path(), &["import", "631公开.pdf", "旧"]);
    assert!(done, "{told}");
    let report = std::fs::read_to_string(sample("631-2023").join("report.toml")).expect("a report");
    std::fs::write(desk.path().join("旧/report.toml"), &report).expect("writes");
    let (done, told) = gongkai(desk.path(), &["ledger", "旧"]);
    assert!(done && told.contains("任选") && told.contains("逐格相同"), "{told}");
    let written = std::fs::read_to_string(desk.path().join("旧/ledger.csv")).expect("a ledger");
    assert!(written.lines().any(|line| line.contains("各表没有写明")), "{written}");
    // The figures of table 5, in 元 and to the 分.
    let sum = |function: &str| -> f64 {
        let of_line =
            |line: &str| line.split(',').find_map(|cell| cell.parse::<f64>().ok().filter(|_| cell.contains('.')));
        written.lines().filter(|line| line.starts_with(function)).filter_map(of_line).sum()
    };
    assert!((sum("2101102") - 33_000.0).abs() <= 50.0, "{written}");
    let (done, told) = gongkai(desk.path(), &["ledger", "旧"]);
    assert!(!done && told.contains("E516"), "{told}");
    // A figure of a table that cannot be right stops it.
    let table = desk.path().join("旧/tables/t5.csv");
    let text = std::fs::read_to_string(&table).expect("a table");
    std::fs::write(&table, text.replacen("85.05", "95.05", 1)).expect("writes");
    std::fs::rename(desk.path().join("旧/ledger.csv"), desk.path().join("旧/另存")).expect("moves");
    let (done, told) = gongkai(desk.path(), &["ledger", "旧"]);
    assert!(!done && told.contains("E571") && !desk.path().join("旧/ledger.csv").exists(), "{told}");

    // The next year takes the tables for last year's.
    std::fs::create_dir(desk.path().join("新")).expect("a folder");
    let prior = |year: &str| std::fs::write(desk.path().join("新/report.toml"), report.replace("year = 2023", year));
    prior("year = 2025").expect("writes");
    let (done, told) = gongkai(desk.path(), &["import", "631公开.pdf", "新", "--as", "prior"]);
    assert!(!done && told.contains("E570") && told.contains("2024"), "{told}");
    prior("year = 2024").expect("writes");
    let (done, told) = gongkai(desk.path(), &["import", "631公开.pdf", "新", "--as", "prior"]);
    assert!(done, "{told}");
    let written = std::fs::read(desk.path().join("新/prior.csv")).expect("last year");
    let (done, told) = gongkai(desk.path(), &["import", "631公开.pdf", "新", "--as", "prior"]);
    assert!(!done && told.contains("E516") && told.contains("--replace"), "{told}");
    let (done, _) = gongkai(desk.path(), &["import", "631公开.pdf", "新", "--as", "prior", "--replace"]);
    assert!(done && std::fs::read(desk.path().join("新/prior.csv")).expect("last year") == written);
}

#[test]
fn last_years_records_give_what_last_years_tables_print() {
    let (made, pdf) = printed("631-2023");
    let layouts = Layouts::default();
    let mut found = Diagnostics::default();
    let taken = take(&pdf, Path::new("公开.pdf"), None, &layouts, &mut found).expect("it is read");
    let report = std::fs::read_to_string(sample("631-2023").join("report.toml")).expect("a report");
    let report = report.replace("year = 2023", "year = 2024").into_bytes();
    let folder = Folder::of_files(Path::new("新"), [("report.toml".to_string(), report.into())]);
    let job = gongkai::import::department(&folder, &layouts, &mut found).expect("a department");
    let prior = gongkai::published::former::former(&taken, &job, &layouts, "公开.pdf", &mut found).expect("records");
    assert!(prior.unsolved.is_empty() && found.count(Severity::Error) == 0, "{:?}\n{}", said(&found), prior.text);
    let job = prepare_whole(&folder.with(&prior.file, prior.text.clone().into_bytes()), &layouts, &mut found);
    let data = job.expect("it is read").data;
    let dataset = &data.datasets["prior"];
    let (category, amount) = (dataset.field("category").expect("one"), dataset.field("amount").expect("one"));
    let three = dataset.field("three").expect("one");
    let sum = |wanted: &str| {
        let of = dataset.records.iter().filter(|record| wanted.is_empty() || record.values[category].text() == wanted);
        of.map(|record| record.values[amount].number()).sum::<rust_decimal::Decimal>()
    };
    let fifty = rust_decimal::Decimal::from(50);
    for (wanted, address) in [("基本支出", "t3/合计/基本"), ("项目支出", "t3/合计/项目"), ("", "t3/合计/合计")]
    {
        let exact = made.composition.amount(address).expect("known");
        assert!((sum(wanted) - exact).abs() <= fifty, "{address} {} {exact}\n{}", sum(wanted), prior.text);
    }
    let of_three = dataset.records.iter().filter(|record| record.values[three].text() == "公务接待费");
    let sum: rust_decimal::Decimal = of_three.map(|record| record.values[amount].number()).sum();
    assert!((sum - made.composition.amount("t9/接待/一般").expect("known")).abs() <= fifty, "{}", prior.text);
}
