//! The sets that ship beside the first: each prints the tables and the figures that were published in its form, and its
//! own sample department is clean. What was published stands in `tests/published`: heads with their spans, rows, and the
//! record files from which those tables come.

use crate::common;
use crate::common::facts::{Compared, Grid, OF_ACCOUNT, OF_UNIT, compare as compare_grids, facts, line};
use gongkai::diagnostic::Diagnostics;
use gongkai::document::{Block, Document, Table, plain_text};
use gongkai::typeset::frame::{ElementKind, Item, Tag};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn published(path: &str) -> PathBuf {
    common::root().join("tests/published").join(path)
}

/// Every document of a folder by its name, what of it are warnings told apart; no errors.
fn documents(folder: &Path) -> (BTreeMap<String, Document>, Vec<String>) {
    let mut found = Diagnostics::default();
    let documents = common::prepared(folder, &mut found)
        .into_iter()
        .filter_map(|p| {
            let composition = gongkai::compose::compose(p.job, &mut found)?;
            found.extend(gongkai::check::check(&composition));
            Some((p.name.unwrap_or_default(), composition.document))
        })
        .collect();
    let said = found.sorted().iter().map(ToString::to_string).collect();
    assert!(!found.has_errors(), "{said:#?}");
    (documents, said)
}

fn compare(document: &Document, of: &Path) -> Compared {
    let tables: Vec<Grid> = document.tables().map(Grid::of_document).collect();
    compare_grids(&tables, &facts(of))
}

// ------------------------------------------------------------------------------------------- sentences

fn sentences(document: &Document) -> String {
    let text = |block: &Block| match block {
        Block::Paragraph(paragraph) => Some(plain_text(&paragraph.inlines)),
        _ => None,
    };
    document.blocks().filter_map(text).collect::<Vec<_>>().join("\n")
}

/// Asserts that the sentences say each of these.
fn says(document: &Document, wanted: &[&str]) {
    let all = sentences(document);
    let missing: Vec<&&str> = wanted.iter().filter(|text| !all.contains(**text)).collect();
    assert!(missing.is_empty(), "{missing:#?}\n{all}");
}

/// Nothing is found in a sample but what its set acknowledges, and notes of names that nobody compared with print yet.
fn is_clean(folder: &str) {
    let mut found = Diagnostics::default();
    let prepared = common::prepared(&common::root().join(folder), &mut found);
    assert!(!prepared.is_empty(), "{folder}");
    for prepared in prepared {
        let composition = gongkai::compose::compose(prepared.job, &mut found).expect("composed");
        found.extend(gongkai::check::check(&composition));
    }
    found.retain(|d| d.acknowledged.is_none() && d.code != "K011");
    assert!(found.is_empty(), "{:#?}", found.sorted());
}

// ------------------------------------------------------------------------------------------- final accounts

#[test]
fn the_final_account_is_the_published_one() {
    let (documents, said) = documents(&published("final-account-2024/data"));
    let compared = compare(&documents[""], &published("final-account-2024/tables.json"));
    assert_eq!(compared.differences, OF_ACCOUNT);
    assert_eq!((compared.heads, compared.cells), ((107, 107), (1254, 1257)));
    // What a folder may leave out is a warning.
    let codes: Vec<&str> = said.iter().filter_map(|s| s.split(['[', ']']).nth(1)).collect();
    assert_eq!(codes.iter().filter(|code| **code == "E326").count(), 2, "{said:#?}");
    assert!(codes.iter().all(|code| ["E326", "K003"].contains(code)), "{said:#?}");
}

/// Amounts by the printed tables, percentages and differences by hand from what the page prints.
#[test]
fn the_sentences_of_the_final_account_agree_with_the_page() {
    let (documents, _) = documents(&published("final-account-2024/data"));
    says(
        &documents[""],
        &[
            "2024年度收入总计2995.39万元、支出总计2995.39万元。与2023年度相比，收入、支出总计各减少56.95万元，下降1.87%",
            "2024年度收入合计2946.25万元，其中：财政拨款收入2940.05万元，占99.79%；其他收入6.20万元，占0.21%",
            "2024年度支出合计2940.05万元，其中：基本支出2336.91万元，占79.49%；项目支出603.14万元，占20.51%",
            "财政拨款收入总计2961.68万元、支出总计2961.68万元。与2023年度相比，财政拨款收入、支出总计各减少63.14万元，下降2.09%",
            "一般公共预算财政拨款支出2940.05万元，占本年支出合计的100.00%。与2023年度相比，一般公共预算财政拨款支出减少63.14万元，下降2.10%",
            "一般公共服务支出（类）2106.66万元，占71.65%",
            "年初预算为2993.92万元，支出决算为2940.05万元，完成年初预算的98.20%",
            "财政事务（款）行政运行（项）。主要用于局本部人员经费及公用经费等的基本支出。年初预算为1560.05万元，支出决算为1511.89万元，完成年初预算的96.91%",
            "购房补贴（项）。主要用于缴纳在职人员住房购房补贴。年初预算为258.50万元，支出决算为258.50万元，完成年初预算的100.00%。决算数与年初预算数持平",
            "人员经费2152.26万元，主要包括：基本工资、津贴补贴、机关事业单位基本养老保险缴费、职业年金缴费、职工基本医疗保险缴费、其他社会保障缴费、住房公积金、其他工资福利支出、退休费、奖励金；公用经费184.65万元，主要包括：办公费、印刷费、手续费、邮电费、差旅费、维修（护）费、培训费、劳务费、工会经费、福利费、其他交通费用、其他商品和服务支出、办公设备购置。",
            "“三公”经费财政拨款支出预算为0.95万元，支出决算为0.00万元，完成预算的0.00%，决算数小于预算数的主要原因是",
            "无政府性基金预算财政拨款收入、支出和结转结余",
            "无国有资本经营预算财政拨款收入、支出和结转结余",
            "机关运行经费支出184.65万元，比2023年度增加2.55万元，增长1.40%",
            "政府采购支出总额251.25万元，其中：政府采购货物支出4.79万元、政府采购工程支出0.00万元、政府采购服务支出246.47万元",
            "编报绩效目标的项目4个，涉及资金598.42万元",
            "绩效自评平均得分99.43分，其中：评为“优”的项目4个",
            "单价100万元（含）以上的设备（不含车辆）2台（套）",
        ],
    );
}

#[test]
fn the_sample_of_the_final_account_is_clean() {
    is_clean("data/final-account-sample");
}

/// The variants that layouts/README.md gives, a few lines each, laid over the sample.
#[test]
fn variants_of_the_final_account_are_a_few_lines() {
    let manual = std::fs::read_to_string(common::root().join("layouts/README.md")).expect("the manual");
    let blocks: Vec<(&str, &str, &str)> = manual
        .split("```toml variant=")
        .skip(1)
        .filter_map(|block| {
            let (head, rest) = block.split_once('\n')?;
            let (name, file) = head.split_once(" file-of=")?;
            Some((name, file, rest.split("\n```").next()?))
        })
        .collect();
    let with = |name: &str| {
        let (_, file, text) = blocks.iter().find(|b| b.0 == name).unwrap_or_else(|| panic!("no variant {name}"));
        assert!(text.lines().count() < 25, "{name} is no small change");
        let folder = tempfile::tempdir().expect("a folder");
        common::copy(&common::root().join("data/final-account-sample"), folder.path());
        std::fs::create_dir(folder.path().join("layout")).expect("a folder");
        std::fs::write(folder.path().join(file), text).expect("written");
        documents(folder.path()).0.remove("").expect("a document")
    };
    let ids = |document: &Document| document.tables().map(|t| t.id.clone()).collect::<Vec<_>>();
    let table = |document: &Document, id: &str| document.tables().find(|t| t.id == id).expect("a table").clone();
    let texts = |table: &Table| table.body.iter().map(|r| line(r, table.columns.len())).collect::<Vec<_>>();
    assert_eq!(ids(&with("三公表在最后")), ["dw", "b1", "b2", "b3", "b4", "b5", "b6", "b8", "b9", "b7"]);
    let seven = table(&with("会议费和培训费"), "b7");
    assert_eq!(seven.columns.len(), 14);
    assert_eq!(texts(&seven)[0][10..], ["2.60", "1.46", "1.26", "2.11"]);
    let (first, fourth) = (with("只列24类"), with("只列24类"));
    assert_eq!(texts(&table(&first, "b1"))[23][2], "二十四、抗疫特别国债安排的支出");
    assert_eq!(texts(&table(&fourth, "b4"))[24][2], "本年支出合计");
    let five = texts(&table(&with("合计在第一行"), "b5"));
    assert_eq!((five[0][0].as_str(), five[0][4].as_str()), ("合计", "3,380.39"));
    assert!(!five.last().expect("rows")[0].contains("合计"));
    let one = texts(&table(&with("行次"), "b1"));
    assert_eq!((one[0][0].as_str(), one[29][0].as_str()), ("1", "30"));
}

// ------------------------------------------------------------------------------------------- Shanghai

#[test]
fn the_budget_of_the_department_is_the_published_one() {
    let (documents, said) = documents(&published("shanghai-budget-2026/data"));
    let compared = compare(&documents[""], &published("shanghai-budget-2026/department.json"));
    // Table 9 totals what it prints: 10.81, where the exact amount is 10.80.
    assert_eq!(compared.differences, Vec::<String>::new());
    assert_eq!((compared.heads, compared.cells), ((85, 85), (788, 788)));
    let codes: Vec<&str> = said.iter().filter_map(|s| s.split(['[', ']']).nth(1)).collect();
    let count = |code: &str| codes.iter().filter(|c| **c == code).count();
    assert_eq!((count("E326"), count("E150")), (3, 5), "{said:#?}");
}

#[test]
fn the_budget_of_the_unit_is_the_published_one() {
    let (documents, _) = documents(&published("shanghai-budget-2026/data"));
    let compared = compare(&documents["单位"], &published("shanghai-budget-2026/unit.json"));
    assert_eq!(compared.differences, OF_UNIT);
    assert_eq!((compared.heads, compared.cells), ((90, 90), (798, 812)));
}

#[test]
fn the_sentences_of_the_budgets_agree_with_the_page() {
    let (documents, _) = documents(&published("shanghai-budget-2026/data"));
    says(
        &documents[""],
        &[
            "收入预算9628.22万元，比2025年预算增加793.14万元。其中：财政拨款收入9628.22万元，比2025年预算增加793.14万元",
            "政府性基金拨款支出预算0万元，与2025年预算持平",
            "司法（款）行政运行（项）1672.67万元，主要用于行政单位的基本支出。2025年当年预算执行数为1690.69万元，2026年预算安排为1672.67万元，比2025年执行数减少1.07%",
            // 0.64 of 0.50 as printed, not 0.644.
            "其他行政事业单位养老支出（项）0.64万元，主要用于退休人员支出。2025年当年预算执行数为0.5万元，2026年预算安排为0.64万元，比2025年执行数增加28%",
            "“三公”经费预算数为10.81万元，与2025年预算持平",
            "公务接待费0.83万元，与2025年预算持平，主要原因是公务接待无变化",
            "机关运行经费预算为217.83万元",
            "政府采购预算1486.42万元，其中：政府采购货物预算3.66万元、政府采购工程预算36.44万元、政府采购服务预算1446.32万元",
            "预留政府采购项目预算金额1486.42万元，其中，预留给小型和微型企业的政府采购项目预算金额1486.42万元",
            "20个项目实行绩效目标管理，涉及项目预算资金7054.05万元",
            "共有车辆3辆",
            "执法执勤用车3辆",
        ],
    );
    says(
        &documents["单位"],
        &[
            "收入预算8695.94万元，比2025年预算增加794.88万元",
            "司法（款）行政运行（项）1434.89万元，主要用于行政单位的基本支出。2025年当年预算执行数为1690.69万元，2026年预算安排为1434.89万元，比2025年执行数减少15.13%",
            "“三公”经费预算数为10.71万元，与2025年预算持平",
            "机关运行经费预算为184.59万元",
        ],
    );
}

/// Columns and files that a department may leave out: projects.csv, every 单位 column where there is one unit, what is
/// reserved for small firms; a ledger may say 三公 itself.
#[test]
fn a_budget_folder_may_leave_out_what_it_has_not() {
    let folder = tempfile::tempdir().expect("a folder");
    common::copy(&common::root().join("data/shanghai-unit-sample"), folder.path());
    let without = |file: &str, heads: &[&str]| {
        let path = folder.path().join(file);
        let mut reader = csv::Reader::from_path(&path).expect("a file");
        let first = reader.headers().expect("a first line").clone();
        let keep: Vec<usize> = (0..first.len()).filter(|&i| !heads.contains(&&first[i])).collect();
        let lines: Vec<csv::StringRecord> =
            std::iter::once(first).chain(reader.records().map(|r| r.expect("a record"))).collect();
        let line = |r: &csv::StringRecord| keep.iter().map(|&i| r[i].to_string()).collect::<Vec<_>>().join(",") + "\n";
        let text: String = lines.iter().map(line).collect();
        std::fs::write(&path, text).expect("written");
    };
    for file in ["ledger.csv", "prior.csv", "execution.csv", "procurement.csv", "vehicles.csv", "reasons.csv"] {
        without(file, &["单位", "预留中小企业（元）", "预留小微企业（元）"]);
    }
    let (documents, said) = documents(folder.path());
    assert!(said.iter().all(|s| s.contains("K011") || s.contains("L012")), "{said:#?}");
    let all = sentences(&documents[""]);
    assert!(all.contains("政府采购预算910.5万元") && !all.contains("预留"), "{all}");
}

#[test]
fn the_samples_of_the_budgets_are_clean() {
    is_clean("data/shanghai-sample");
    is_clean("data/shanghai-unit-sample");
}

/// A sum within one side made the line of another side's plain row one of totals.
#[test]
fn a_line_is_a_total_only_where_no_side_of_it_is_plain() {
    use gongkai::document::RowKind;
    let (mut documents, _) = documents(&common::root().join("data/shanghai-sample"));
    let document = documents.remove("").expect("the department's");
    let of_t1 = |block: &Block| matches!(block, Block::Table(table) if table.id == "t1");
    let Some(Block::Table(table)) = document.blocks().find(|block| of_t1(block)) else { panic!("no table") };
    let text = |row: &gongkai::document::Row| plain_text(&row.cells[0].inlines);
    let kind_of = |label: &str| table.body.iter().find(|row| text(row) == label).expect("the row").kind;
    assert_eq!((kind_of("一、财政拨款收入"), kind_of("收入总计")), (RowKind::Data, RowKind::Total));
}

// ------------------------------------------------------------------------------------------- the common core, and overlays

#[test]
fn the_sample_of_the_core_is_clean() {
    is_clean("data/core-sample");
}

/// The tables that stand as parts of their own, by their titles.
fn titles(document: &Document) -> Vec<String> {
    let own = document.sections.iter().filter(|s| matches!(s.blocks[..], [Block::Table(_)]));
    let title = |section: &gongkai::document::Section| match &section.blocks[..] {
        [Block::Table(table)] => plain_text(&table.title.as_ref().expect("a title").inlines),
        _ => unreachable!("filtered"),
    };
    own.map(title).collect()
}

const CORE: [&str; 9] = [
    "收支总表",
    "收入总表",
    "支出总表",
    "财政拨款收支总表",
    "一般公共预算支出表",
    "一般公共预算基本支出表",
    "“三公”经费支出表",
    "政府性基金预算支出表",
    "国有资本经营预算支出表",
];

#[test]
fn two_provinces_are_small_overlays_of_the_core() {
    let with = |layout: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        common::copy(&common::root().join("data/core-sample"), folder.path());
        let path = folder.path().join("report.toml");
        let report = std::fs::read_to_string(&path)
            .expect("the report")
            .replace("core-department-budget\"", &format!("{layout}\""));
        std::fs::write(&path, report).expect("written");
        let (mut documents, said) = documents(folder.path());
        assert!(said.iter().all(|s| s.contains("K011")), "{said:#?}");
        documents.remove("").expect("a document")
    };
    assert_eq!(titles(&with("core-department-budget")), CORE);
    let eleven = titles(&with("eleven-tables"));
    assert_eq!(
        (&eleven[..9], &eleven[9..]),
        (&CORE.map(String::from)[..], &["部门项目支出预算表".into(), "项目支出绩效目标表".into()][..])
    );
    let fourteen = titles(&with("fourteen-tables"));
    let more = [
        "财政拨款支出预算表（部门经济分类科目）",
        "项目支出表",
        "政府购买服务预算表",
        "项目支出绩效目标表",
        "部门整体支出绩效目标表",
    ];
    assert_eq!(fourteen.len(), 14);
    assert_eq!(fourteen[4], more[0]);
    assert_eq!(fourteen[10..], more[1..]);
    for set in ["eleven-tables", "fourteen-tables"] {
        let files = std::fs::read_dir(common::root().join("tests/layouts").join(set)).expect("the set").flatten();
        let lines: usize = files.map(|f| std::fs::read_to_string(f.path()).expect("UTF-8").lines().count()).sum();
        assert!(lines < 60, "{set} has {lines} lines");
    }
}

/// Every column and row of every table taken out, moved, or freed of its filter: an error, or every other figure as it
/// was.
#[test]
fn overlays_give_errors_or_the_same_figures() {
    use rayon::prelude::*;
    let sample = common::root().join("data/core-sample");
    let figures = |folder: &Path| -> Option<BTreeMap<String, String>> {
        let mut found = Diagnostics::default();
        let job = common::prepared(folder, &mut found).pop()?.job;
        let composition = gongkai::compose::compose(job, &mut found)?;
        (!found.has_errors()).then(|| {
            let printed = composition.document.figures.iter();
            printed.map(|f| (f.address.clone(), f.text.clone())).collect()
        })
    };
    let original = figures(&sample).expect("the sample is composed");
    let mut found = Diagnostics::default();
    let set = common::prepared(&sample, &mut found).pop().expect("a job").job.set;
    let mut overlays = Vec::new();
    for (file, table) in set.tables.iter().filter(|(file, _)| file.starts_with("table-")) {
        let places: Vec<String> = match table.two_sided {
            true => (1..=table.sides.len()).map(|n| format!("side.{n}.")).collect(),
            false => vec![String::new()],
        };
        for (side, place) in table.sides.iter().zip(&places) {
            let columns = if table.two_sided { &side.columns } else { &table.columns };
            let keys = columns.iter().filter_map(|c| c.key.clone()).map(|key| ("columns", key));
            let rows = side.rows.iter().filter_map(|r| r.key.clone()).map(|key| ("rows", key));
            let foot = side.foot.iter().filter_map(|r| r.key.clone()).map(|key| ("foot", key));
            for (array, key) in keys.chain(rows).chain(foot) {
                overlays.push((file.clone(), key.clone(), format!("[{place}{array}]\n\"{key}\" = false\n")));
                overlays.push((
                    file.clone(),
                    key.clone(),
                    format!("[{place}{array}.\"{key}\"]\nunset = [\"where\"]\n"),
                ));
                overlays.push((file.clone(), key.clone(), format!("[{place}{array}.\"{key}\"]\nbefore = \"1\"\n")));
            }
        }
    }
    assert!(overlays.len() > 150, "{}", overlays.len());
    let outcomes: Vec<Result<bool, String>> = overlays
        .par_iter()
        .map(|(file, key, text)| {
            let folder = tempfile::tempdir().expect("a folder");
            common::copy(&sample, folder.path());
            std::fs::create_dir(folder.path().join("layout")).expect("a folder");
            std::fs::write(folder.path().join(format!("layout/{file}.toml")), text).expect("written");
            let Some(now) = figures(folder.path()) else { return Ok(false) };
            // What the overlay speaks of is its own; all else is as it was.
            let own = |address: &str| address.split(['/', '~', '@', '%']).any(|part| part == key);
            let wrong = now
                .iter()
                .filter(|(address, text)| !own(address) && original.get(*address).is_some_and(|t| t != *text));
            match wrong.map(|(address, text)| format!("{file} {key}: {address} {text}")).next() {
                Some(wrong) => Err(wrong),
                None => Ok(true),
            }
        })
        .collect();
    let wrong: Vec<&String> = outcomes.iter().filter_map(|o| o.as_ref().err()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let refused = outcomes.iter().filter(|o| **o == Ok(false)).count();
    assert!(refused > 40 && refused < overlays.len(), "{refused} of {}", overlays.len());
}

/// The contents in LibreOffice name LibreOffice's own pages, whatever its lines hold: with the program's fonts, and with
/// those that the system happens to have, whose Latin letters are wider.
#[test]
fn the_contents_of_every_sample_are_true_in_libreoffice() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut titles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for sample in std::fs::read_dir(common::root().join("data")).expect("samples") {
        let sample = sample.expect("a sample").path();
        if !sample.join("report.toml").is_file() {
            continue;
        }
        for made in common::made(&sample) {
            let name = format!("{}{}", sample.file_name().expect("a name").display(), titles.len());
            let outputs = made.write(&common::fonts(), &[gongkai::write::Format::Docx]).expect("written");
            std::fs::write(folder.path().join(format!("{name}.docx")), &outputs[0].bytes).expect("written");
            let tight = |text: String| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let listed = made.document().headings().filter(|heading| heading.contents);
            titles.insert(name, listed.map(|heading| tight(plain_text(&heading.inlines))).collect());
        }
    }
    assert!(titles.len() >= 7 && titles.values().all(|titles| titles.len() > 10), "{titles:#?}");
    for fonts in ["program", "system"] {
        let Some(printed) = common::printed_by_libreoffice(folder.path(), fonts) else { return };
        let mut wrong = Vec::new();
        for (name, titles) in &titles {
            let pages = &printed[name];
            let contents = pages.iter().position(|(_, text)| text.starts_with("目录")).expect("contents");
            let behind: String = pages[contents..(contents + 3).min(pages.len())].iter().map(|(_, t)| &**t).collect();
            for (index, title) in titles.iter().enumerate() {
                let next = titles.get(index + 1).map_or("—", String::as_str);
                let leader = |rest: &str| rest.trim_start_matches(['.', '…', '·', '_']).to_string();
                let entry = behind.split(title.as_str()).nth(1).map(leader).unwrap_or_default();
                // The next title may begin with a year.
                let ends = |rest: &str| rest.starts_with(next) || !rest.starts_with(|c: char| c.is_ascii_digit());
                let says = |n: &str| !n.is_empty() && entry.strip_prefix(n).is_some_and(ends);
                let start: String = title.chars().take(24).collect();
                if !pages.iter().any(|(number, text)| says(number) && text.contains(&start)) {
                    let shown: String = entry.chars().take(12).collect();
                    wrong.push(format!("{fonts}, {name}: {title} on {shown:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// What a part begins with stands over what it names, and not alone at the foot of the page before.
#[test]
fn no_page_of_a_sample_ends_with_a_heading() {
    let mut seen = 0;
    for sample in std::fs::read_dir(common::root().join("data")).expect("samples") {
        let sample = sample.expect("a sample").path();
        if !sample.join("report.toml").is_file() {
            continue;
        }
        for made in common::made(&sample) {
            let fonts = common::fonts();
            let pages = made.pages(&fonts);
            // The cover and the contents are headings by themselves.
            for (number, page) in pages.pages.iter().enumerate().skip(1) {
                let of_text = |item: &Item| match item {
                    Item::Run(run) => match run.tag {
                        Tag::Element(id) => Some((run.y, id)),
                        Tag::Artifact(_) => None,
                    },
                    _ => None,
                };
                let lowest = page.items.iter().filter_map(of_text).max_by(|a, b| a.0.total_cmp(&b.0));
                let Some((_, mut id)) = lowest else { continue };
                while !matches!(pages.structure[id.0 as usize].kind, ElementKind::Heading(_)) {
                    let Some(parent) = pages.structure[id.0 as usize].parent else { break };
                    id = parent;
                }
                let kind = &pages.structure[id.0 as usize].kind;
                assert!(!matches!(kind, ElementKind::Heading(_)), "{}, page {}", sample.display(), number + 1);
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}
