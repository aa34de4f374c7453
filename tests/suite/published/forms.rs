//! The forms of two families as they were published (`tests/published`: what is true of them stands there as facts), printed
//! by the program and by another one: each file comes in again, n of m cells as published, every other named with its reason.

use super::files::{gongkai, stderr};
use super::producers::printed_by;
use crate::common;
use crate::common::facts::{Compared, Grid, OF_ACCOUNT, OF_UNIT, as_parts, compare, facts, unspaced_facts};
use gongkai::diagnostic::Diagnostics;
use gongkai::published::PaperTable;
use gongkai::published::import::take;
use gongkai::write::Format;
use std::path::{Path, PathBuf};

/// A publication: its facts, the record files that it is made of, which of their documents it is, its set, its header cells
/// and cells.
struct Form {
    facts: &'static str,
    data: &'static str,
    document: &'static str,
    set: &'static str,
    heads: usize,
    cells: usize,
    /// Cells in which what is made of the records differs, with why: the publication's own mistakes.
    its_own: &'static [&'static str],
}

const FORMS: [Form; 3] = [
    Form {
        facts: "shanghai-budget-2026/department.json",
        data: "shanghai-budget-2026/data",
        document: "",
        set: "shanghai-department-budget-2026",
        heads: 85,
        cells: 788,
        its_own: &[],
    },
    Form {
        facts: "shanghai-budget-2026/unit.json",
        data: "shanghai-budget-2026/data",
        document: "单位",
        set: "shanghai-unit-budget-2026",
        heads: 90,
        cells: 812,
        its_own: &OF_UNIT,
    },
    Form {
        facts: "final-account-2024/tables.json",
        data: "final-account-2024/data",
        document: "",
        set: "final-account-2024",
        heads: 107,
        cells: 1257,
        its_own: &OF_ACCOUNT,
    },
];

fn published(path: &str) -> PathBuf {
    common::root().join("tests/published").join(path)
}

/// A file taken in, and its tables against the facts.
fn taken(form: &Form, bytes: &[u8], name: &str) -> Compared {
    let mut found = Diagnostics::default();
    let taken = take(bytes, Path::new(name), None, &common::layouts(), &mut found);
    let taken = taken.unwrap_or_else(|| panic!("{:?}", super::said(&found)));
    assert_eq!(taken.recognised.set, form.set, "{name}");
    let facts = unspaced_facts(&facts(&published(form.facts)));
    // The publication's tables, by their titles; the document may have others.
    let titled = |fact: &serde_json::Value| -> &PaperTable {
        let title = fact["title"].as_str().expect("a title");
        let mut tables = taken.published.tables().filter(|table| super::plain(&table.title) == title);
        let table = tables.next().unwrap_or_else(|| panic!("{name}: no {title}"));
        assert!(tables.next().is_none(), "{name}: {title} twice");
        table
    };
    let tables: Vec<Grid> = facts.iter().map(|fact| Grid::of_paper(titled(fact))).collect();
    compare(&tables, &facts)
}

#[test]
fn the_published_forms_come_in_again_whoever_prints_them() {
    let mut said = Vec::new();
    for form in &FORMS {
        let made = common::made(&published(form.data));
        let made =
            made.iter().find(|made| made.name.as_deref().unwrap_or_default() == form.document).expect("the document");
        for (format, name) in [(Format::Pdf, "公开.pdf"), (Format::Docx, "公开.docx")] {
            let files = made.write(&common::fonts(), &[format]).unwrap_or_else(|found| panic!("{found}"));
            let compared = taken(form, &files[0].bytes, name);
            said.push((form, format!("gongkai {name}"), compared, form.its_own));
        }
        let parts = as_parts(&facts(&published(form.facts)));
        if common::have_python(&["openpyxl"]) && common::have("soffice") {
            for (program, ending) in [("workbook", "xlsx"), ("calc", "pdf")] {
                let bytes = printed_by(program, &parts, ending);
                // Printed by hand, so to speak: as published, to the last cell.
                let compared = taken(form, &bytes, &format!("公开.{ending}"));
                said.push((form, format!("LibreOffice {ending}"), compared, &[]));
            }
        }
    }
    let mut wrong = Vec::new();
    for (form, program, compared, its_own) in &said {
        let all = (form.heads, form.cells);
        println!(
            "{} {program}: {} of {} heads, {} of {} cells",
            form.facts, compared.heads.0, compared.heads.1, compared.cells.0, compared.cells.1
        );
        let is_known = (compared.heads.1, compared.cells.1) == all && compared.differences == *its_own;
        if !is_known || compared.heads.0 != all.0 || compared.cells.0 != all.1 - its_own.len() {
            wrong.push(format!("{} {program} {compared:#?}", form.facts));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The cells of a file that was built, against the facts.
fn built(file: &Path, facts: &[serde_json::Value]) -> Compared {
    let bytes = std::fs::read(file).expect("a file");
    let read = gongkai::published::read(&bytes, &file.to_string_lossy()).unwrap_or_else(|found| panic!("{found}"));
    let tables: Vec<Grid> = read.tables().map(Grid::of_paper).collect();
    compare(&tables, &unspaced_facts(facts))
}

/// As an officer does it who has nine printed tables and no ledger: they are taken in, what is missing is one list, and with
/// that the whole document is built, every cell as it was published.
#[test]
fn the_published_tables_alone_become_the_whole_document() {
    if !common::have_python(&["openpyxl"]) || !common::have("soffice") {
        return;
    }
    let facts = facts(&published("shanghai-budget-2026/department.json"));
    for (program, name) in [("workbook", "公开表.xlsx"), ("calc", "公开表.pdf")] {
        let desk = tempfile::tempdir().expect("a temporary folder");
        let ending = name.rsplit('.').next().expect("an ending");
        std::fs::write(desk.path().join(name), printed_by(program, &as_parts(&facts), ending)).expect("writes");
        let imported = gongkai(desk.path(), &["import", name, "新"]);
        let told = stderr(&imported);
        assert!(told.starts_with("认作 shanghai-department-budget-2026：上海市普陀区司法局，2026 年"), "{told}");
        // All that is missing is said at once, when the tables come in and when they are built, each with how to give it.
        let missing = [
            "report.toml（code）",
            "units.csv",
            "uses.csv",
            "prior.csv（全部、财政、一般、基金、国资、收入总计、",
            "execution.csv（2040601、2040604、",
            "procurement.csv（合计、货物、工程、服务）",
            "tables/xm.csv",
            "vehicles.csv（车辆、",
        ];
        let first = stderr(&gongkai(desk.path(), &["build", "新"]));
        for told in [&told, &first] {
            let lists: Vec<&str> = told.lines().filter(|line| line.contains("[E511]")).collect();
            assert!(lists.len() == 1 && missing.iter().all(|file| lists[0].contains(file)), "{told}");
            assert!(told.contains("units.csv 机构设置，列名：单位名称、单位性质（可以空着）"), "{told}");
            assert!(told.contains("tables/xm.csv 列名：项目、金额"), "{told}");
        }
        assert!(first.contains("1 个错误") && !desk.path().join("output").exists(), "{first}");
        let folder = desk.path().join("新");
        let report = std::fs::read_to_string(folder.join("report.toml")).expect("a report");
        std::fs::write(folder.join("report.toml"), report.replacen("code = \"\"", "code = \"107\"", 1))
            .expect("writes");
        let give = |file: &str| {
            let file = format!("{file}.csv");
            std::fs::copy(published("shanghai-budget-2026/data").join(&file), folder.join(&file)).expect("copies");
        };
        ["units", "uses", "prior", "execution", "procurement", "vehicles"].into_iter().for_each(give);
        let projects = "单位：元\n项目,金额\n人民调解,17250000\n法律援助,53290547\n";
        std::fs::write(folder.join("tables/xm.csv"), projects).expect("writes");
        // Which reasons are wanted is known with last year's numbers: one list again.
        let second = stderr(&gongkai(desk.path(), &["build", "新"]));
        assert!(second.contains("1 个错误") && second.contains("还要 1 个文件：reasons.csv（"), "{second}");
        for wanted in ["条目、方向、文字；要有：", "t4/收入总计/预算数 增加", "t5/2040601/合计 减少", "t9/数/运行 持平"]
        {
            assert!(second.contains(wanted), "{wanted}: {second}");
        }
        give("reasons");
        let told = stderr(&gongkai(desk.path(), &["build", "新"]));
        for ending in ["pdf", "docx"] {
            let file = desk.path().join(format!("output/新/107上海市普陀区司法局2026年部门预算.{ending}"));
            assert!(file.is_file(), "{told}");
            let compared = built(&file, &facts);
            assert_eq!(compared.differences, Vec::<String>::new(), "{name} {ending}");
            assert_eq!((compared.heads, compared.cells), ((85, 85), (788, 788)), "{name} {ending}");
        }
        // A line that stands over every table is no running head.
        let pdf = std::fs::read(desk.path().join("output/新/107上海市普陀区司法局2026年部门预算.pdf")).expect("a PDF");
        for table in super::read(&pdf).tables() {
            let above: String = table.above.iter().map(|line| super::plain(line)).collect();
            let unit = if table.title.contains("三公") { "单位：万元" } else { "单位：元" };
            assert_eq!(above, format!("编制部门：上海市普陀区司法局{unit}"), "{name} {}", table.title);
        }
        // The sentences are those of the tables.
        let texts: String = super::read(&pdf).texts().map(|text| super::plain(&text.text)).collect();
        for sentence in
            ["收入预算9628.22万元，比2025年预算增加793.14万元", "“三公”经费预算数为10.81万元，与2025年预算持平"]
        {
            assert!(texts.contains(sentence), "{texts}");
        }
    }
}

/// A year that the tables do not say is not made up: codes are looked up by the latest, the report asks for it, and
/// `--year` says it.
#[test]
fn a_year_that_no_table_says_is_asked_for() {
    if !common::have_python(&["openpyxl"]) {
        return;
    }
    let facts = facts(&published("final-account-2024/tables.json"));
    let desk = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(desk.path().join("公开表.xlsx"), printed_by("workbook", &as_parts(&facts), "xlsx")).expect("writes");
    let latest = common::layouts().latest_year();
    let told = stderr(&gongkai(desk.path(), &["import", "公开表.xlsx", "新"]));
    assert!(told.contains("（没有写明年度）") && told.contains(&format!("科目照 {latest} 年的查")), "{told}");
    let report =
        |folder: &str| std::fs::read_to_string(desk.path().join(folder).join("report.toml")).expect("a report");
    assert!(report("新").contains("\nyear = \"\"  # "), "{}", report("新"));
    let told = stderr(&gongkai(desk.path(), &["import", "公开表.xlsx", "二", "--year", "2024"]));
    assert!(told.contains("，2024 年；") && !told.contains("年的查"), "{told}");
    assert!(report("二").contains("\nyear = 2024\n"), "{}", report("二"));
    let refused = gongkai(desk.path(), &["import", "公开表.xlsx", "三", "--year", "24"]);
    assert!(!refused.status.success() && !desk.path().join("三").exists());
}
