//! Documents of no known set: what needs none is found, and nothing in documents that are right.

use super::said;
use crate::common;
use crate::departments::{Department, Set};
use gongkai::diagnostic::Diagnostics;
use gongkai::document::{Block, Document};
use gongkai::folder::Folder;
use gongkai::layout::Layouts;
use gongkai::made::Made;
use gongkai::published::as_folder::whose;
use gongkai::published::{PaperCell, PaperRow, PaperTable, PaperText, Part, Published, Spot, unset};
use gongkai::typeset::typeset;
use gongkai::workshop::Aim;
use gongkai::write::{Format, write};
use std::path::Path;

/// What is found in a document, whatever set it is of.
fn without_set(bytes: &[u8]) -> Diagnostics {
    let published = gongkai::published::read(bytes, "公开.pdf").unwrap_or_else(|found| panic!("{found}"));
    let whose = whose(&published, Path::new("公开.pdf"));
    unset::audit(&published, &whose, &Layouts::default(), "公开.pdf")
}

fn pdf(made: &Made, document: &Document) -> Vec<u8> {
    let fonts = common::fonts();
    let mut found = Diagnostics::default();
    let pages = typeset(document, made.style(), &fonts, &mut found);
    write(document, made.style(), &pages, &fonts, Format::Pdf).unwrap_or_else(|found| panic!("{found}"))
}

fn made(folder: &str) -> Made {
    common::made(&common::root().join("data").join(folder)).into_iter().next().expect("a document")
}

/// Findings about figures and sentences.
fn about_figures(found: &Diagnostics) -> Vec<String> {
    // Sets may print one amount in 元 and another in 万元 (N004).
    let is_one = |line: &String| line.contains("[X07") || line.contains("[N0") && !line.contains("[N004]");
    said(found).into_iter().filter(is_one).collect()
}

#[test]
fn right_documents_have_nothing_wrong_without_their_set() {
    let mut all = Vec::new();
    for folder in ["631-2023", "core-sample", "final-account-sample", "shanghai-sample", "shanghai-unit-sample"] {
        let made = made(folder);
        let found = about_figures(&without_set(&pdf(&made, made.document())));
        all.extend(found.into_iter().map(|line| format!("{folder}: {}", line.lines().next().unwrap_or_default())));
    }
    // The first sample is printed with the mistakes of its publication.
    let published = [
        "631-2023: 公开.pdf 第 18 页 警告[N003] “网络运行维护费0.15元”：表里是 0.15万元",
        "631-2023: 公开.pdf 第 18 页 警告[N006] “机关运行经费3.85万元”与所列 20 项之和不符",
    ];
    assert_eq!(all, published);
}

#[test]
fn departments_made_by_chance_have_nothing_wrong_without_their_set() {
    let count = std::env::var("GONGKAI_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(6);
    let mut all = Vec::new();
    for seed in 0..count {
        let files = Department::orderly(seed, Set::ALL[seed as usize % Set::ALL.len()]).files();
        let bytes = files.into_iter().map(|(name, text)| (name, text.into_bytes().into()));
        let opened = common::workshop().open(&Folder::of_files(Path::new("data"), bytes), Aim::Look);
        for made in &opened.made {
            let found = about_figures(&without_set(&pdf(made, made.document())));
            all.extend(found.into_iter().map(|line| format!("{seed}: {line}")));
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

// ------------------------------------------------------------------------------------------------- single mistakes

fn table(title: &str, heads: usize, lines: &[&[&str]]) -> Part {
    let cell = |row: usize, column: usize, text: &str| PaperCell {
        column,
        colspan: 1,
        rowspan: 1,
        text: text.to_owned(),
        spot: Spot {
            page: 3,
            top: 100.0 + 10.0 * row as f32,
            bottom: 110.0 + 10.0 * row as f32,
            left: 50.0 * column as f32,
            right: 50.0 * (column + 1) as f32,
            ..Spot::default()
        },
        doubt: None,
    };
    let row = |(at, line): (usize, &&[&str])| PaperRow {
        cells: line.iter().enumerate().map(|(column, text)| cell(at, column, text)).collect(),
    };
    Part::Table(PaperTable {
        title: title.to_owned(),
        above: vec!["单位：万元".to_owned()],
        columns: lines[0].len(),
        heads,
        rows: lines.iter().enumerate().map(row).collect(),
        spot: Spot { page: 3, ..Spot::default() },
        ..PaperTable::default()
    })
}

fn text(words: &str) -> Part {
    Part::Text(PaperText {
        text: words.to_owned(),
        level: 0,
        spot: Spot { page: 5, left: 70.0, top: 80.0, right: 500.0, bottom: 95.0, ..Spot::default() },
    })
}

fn found_in(parts: Vec<Part>) -> Vec<String> {
    let published = Published { pages: 9, parts, ..Published::default() };
    let whose = whose(&published, Path::new("公开.pdf"));
    let found = unset::audit(&published, &whose, &Layouts::default(), "公开.pdf");
    assert!(found.iter().all(|found| found.on_page.is_some()), "{:#?}", said(&found));
    said(&found).into_iter().map(|line| line.lines().next().unwrap_or_default().to_owned()).collect()
}

const SPENDING: &[&[&str]] = &[
    &["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
    &["201", "一般公共服务支出", "300.00", "100.00", "200.00"],
    &["20103", "政府办公厅（室）及相关机构事务", "300.00", "100.00", "200.00"],
    &["2010301", "行政运行", "90.00", "90.00", ""],
    &["2010302", "一般行政管理事务", "210.00", "10.00", "200.00"],
    &["208", "社会保障和就业支出", "45.50", "45.50", ""],
    &["20805", "行政事业单位养老支出", "45.50", "45.50", ""],
    &["2080505", "机关事业单位基本养老保险缴费支出", "45.50", "45.50", ""],
    &["", "合计", "345.50", "145.50", "200.00"],
];

fn changed<'a>(lines: &[&[&'a str]], row: usize, column: usize, text: &'a str) -> Vec<Vec<&'a str>> {
    let mut lines: Vec<Vec<&str>> = lines.iter().map(|line| line.to_vec()).collect();
    lines[row][column] = text;
    lines
}

fn found_in_table(title: &str, lines: &[Vec<&str>]) -> Vec<String> {
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    found_in(vec![table(title, 1, &lines)])
}

#[test]
fn a_figure_that_its_row_and_its_subject_contradict_is_told_at_its_cell() {
    assert_eq!(found_in(vec![table("支出总表", 1, SPENDING)]), Vec::<String>::new());
    for row in 1..9 {
        let wrong = found_in_table("支出总表", &changed(SPENDING, row, 3, "61.00"));
        assert!(
            wrong.iter().any(|line| line.starts_with("公开.pdf 第 3 页《支出总表》第 ") && line.contains("[X07")),
            "{row}: {wrong:#?}"
        );
    }
    let wrong = found_in_table("支出总表", &changed(SPENDING, 8, 2, "354.50"));
    assert_eq!(
        wrong,
        [
            "公开.pdf 第 3 页《支出总表》第 9 行 警告[X070] “合计”的“合计”写作 354.50万元，基本支出、项目支出之和是 345.50万元，相差 9.00万元",
            "公开.pdf 第 3 页《支出总表》第 9 行 警告[X071] “合计”的“合计”写作 354.50万元，201 一般公共服务支出、208 社会保障和就业支出之和是 345.50万元，相差 9.00万元",
        ]
    );
}

#[test]
fn a_difference_that_rounding_makes_is_none() {
    let rounded = changed(SPENDING, 3, 2, "90.01");
    assert_eq!(found_in_table("支出总表", &rounded), Vec::<String>::new());
}

#[test]
fn a_part_that_is_no_part_proves_nothing() {
    // The total is of the first two columns; the third is an 其中 that no head calls so.
    let lines: &[&[&str]] = &[
        &["科目编码", "科目名称", "合计", "基本支出", "项目支出", "政府采购"],
        &["201", "一般公共服务支出", "300.00", "100.00", "200.00", "20.00"],
        &["20103", "办公厅", "300.00", "100.00", "200.00", "20.00"],
        &["2010301", "行政运行", "100.00", "100.00", "", ""],
        &["2010302", "管理事务", "200.00", "", "200.00", "20.00"],
    ];
    assert_eq!(found_in(vec![table("支出总表", 1, lines)]), Vec::<String>::new());
}

#[test]
fn totals_of_two_sides_are_one_amount() {
    let lines: &[&[&str]] = &[
        &["收入", "预算数", "支出", "预算数"],
        &["一、财政拨款收入", "300.00", "一、一般公共服务支出", "300.00"],
        &["二、事业收入", "40.00", "二、社会保障和就业支出", "45.50"],
        &["三、其他收入", "5.50", "", ""],
        &["收入总计", "345.50", "支出总计", "345.50"],
    ];
    assert_eq!(found_in(vec![table("收支总表", 1, lines)]), Vec::<String>::new());
    let wrong = found_in_table("收支总表", &changed(lines, 4, 3, "354.50"));
    assert!(
        wrong.iter().any(|line| line.contains("[X072] “收入总计”写作 345.50，“支出总计”写作 354.50")),
        "{wrong:#?}"
    );
    // The same amount in the table of spending.
    let both = |lines: &[&[&str]], spending: &[&[&str]]| {
        found_in(vec![table("收支总表", 1, lines), table("支出总表", 1, spending)])
    };
    assert_eq!(both(lines, SPENDING), Vec::<String>::new());
    let other: Vec<Vec<&str>> = SPENDING
        .iter()
        .map(|line| line.iter().map(|text| if *text == "345.50" { "347.50" } else { text }).collect())
        .collect();
    let other: Vec<&[&str]> = other.iter().map(Vec::as_slice).collect();
    let wrong = both(lines, &other);
    assert!(
        wrong.iter().any(|line| line.contains("[X073]")
            && line.contains("《支出总表》“合计”347.50万元，而《收支总表》“支出总计”345.50万元")),
        "{wrong:#?}"
    );
}

#[test]
fn the_three_public_expenses_are_those_of_one_line() {
    let lines: &[&[&str]] = &[
        &["合计", "因公出国（境）费", "公务接待费", "公务用车购置费", "公务用车运行费", "机关运行经费"],
        &["12.00", "1.00", "2.00", "4.00", "5.00", "88.00"],
    ];
    assert_eq!(found_in(vec![table("“三公”经费和机关运行经费预算表", 1, lines)]), Vec::<String>::new());
    let wrong = found_in_table("“三公”经费和机关运行经费预算表", &changed(lines, 1, 0, "21.00"));
    assert!(wrong.iter().any(|line| line.contains("[X070]") && line.contains("12.00")), "{wrong:#?}");
}

#[test]
fn sentences_are_recomputed_from_their_own_numbers() {
    for (right, wrong) in [
        (
            "2024年预算300.00万元，其中：基本支出100.00万元；项目支出200.00万元。",
            "2024年预算300.00万元，其中：基本支出100.00万元；项目支出210.00万元。",
        ),
        (
            "收入合计200.00万元，其中：财政拨款收入150.00万元，占75.00%；事业收入50.00万元，占25.00%。",
            "收入合计200.00万元，其中：财政拨款收入150.00万元，占57.00%；事业收入50.00万元，占25.00%。",
        ),
        (
            "一般公共预算支出年初预算为120.00万元，支出决算为90.00万元，完成年初预算的75.00%。",
            "一般公共预算支出年初预算为120.00万元，支出决算为90.00万元，完成年初预算的78.00%。",
        ),
        (
            "2024年安排110.00万元，比上年增加10.00万元，增长10%。",
            "2024年安排110.00万元，比上年增加10.00万元，增长12%。",
        ),
        (
            "2024年支出110.00万元，比2023年支出100.00万元增长10%。",
            "2024年支出110.00万元，比2023年支出100.00万元增长12%。",
        ),
    ] {
        assert_eq!(found_in(vec![text(right)]), Vec::<String>::new(), "{right}");
        let found = found_in(vec![text(wrong)]);
        assert!(found.iter().any(|line| line.starts_with("公开.pdf 第 5 页 警告[N00")), "{wrong}: {found:#?}");
    }
}

/// What divides into kinds that are all there are comes to the whole, however far off; a few examples need not.
#[test]
fn a_split_into_all_kinds_comes_to_its_total() {
    let splits = [
        ("支出比上年增加", "69.38", "基本支出增加10.66万元，项目支出增加58.72万元"),
        ("政府采购支出", "98.80", "货物支出6.80万元、工程支出50.00万元、服务支出42.00万元"),
        ("“三公”经费支出", "14.60", "因公出国（境）费3.00万元；公务用车购置及运行费8.00万元；公务接待费3.60万元"),
    ];
    for (what, total, parts) in splits {
        let told = |total: &str| {
            let found = found_in(vec![text(&format!("2024年{what}{total}万元，其中：{parts}。"))]);
            found.iter().any(|line| line.contains("[N006]"))
        };
        assert!(!told(total), "{what}");
        for wrong in ["60.38", "76.38", "196.38"] {
            assert!(told(wrong), "{what} {wrong}");
        }
    }
    let examples = "2024年项目支出96.38万元，其中：道路养护10.66万元，绿化58.72万元。";
    assert!(found_in(vec![text(examples)]).iter().all(|line| !line.contains("[N006]")));
}

/// 18.35元 of a table is 0.00万元 in a sentence: an amount of 18.35万元 is something else.
#[test]
fn a_few_yuan_are_not_as_many_wan_yuan() {
    let lines: Vec<Vec<&str>> = changed(SPENDING, 3, 3, "18.35");
    let lines: Vec<Vec<&str>> = lines
        .iter()
        .map(|line| line.iter().map(|text| if *text == "90.00" { "18.35" } else { text }).collect())
        .collect();
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    let Part::Table(of_wan) = table("支出总表", 1, &lines) else { unreachable!() };
    let in_yuan = Part::Table(PaperTable { above: vec!["单位：元".to_owned()], ..of_wan });
    let found = found_in(vec![in_yuan, text("公务用车3辆，原值18.35万元。")]);
    assert!(!found.iter().any(|line| line.contains("[N0")), "{found:#?}");
}

/// 2023年执行数为…，2024年预算安排为…，比2023年执行数增加…: the base is told by its year and its name.
#[test]
fn growth_over_a_base_that_is_named_before_is_recomputed() {
    let found = |now: &str| {
        let title = text("某局2024年部门预算");
        let words = format!("2023年当年预算执行数为40.81万元，2024年预算安排为{now}万元，比2023年执行数增加5.27%。");
        found_in(vec![title, text(&words)])
    };
    assert_eq!(found("42.96"), Vec::<String>::new());
    let wrong = found("49.26");
    assert!(wrong.iter().any(|line| line.contains("[N008]") && line.contains("20.71%")), "{wrong:#?}");
}

/// 收、支总计均为…。与上年相比，各增加…，增长…%: what changed is named in the sentence before.
#[test]
fn growth_of_what_the_sentence_before_names_is_recomputed() {
    let found = |change: &str, opens: &str| {
        let words = format!(
            "2024年度收入总计80.00万元、支出总计80.00万元。{opens}2023年度相比，收入、支出总计各增加{change}万元，增长14.29%。"
        );
        found_in(vec![text("某局2024年部门决算"), text(&words)])
    };
    assert_eq!(found("10.00", "与"), Vec::<String>::new());
    let wrong = found("16.00", "与");
    assert!(wrong.iter().any(|line| line.contains("[N008]") && line.contains("25.00%")), "{wrong:#?}");
    let after_a_share = |change: &str| {
        let words = format!(
            "2024年度支出80.00万元，占本年支出合计的90.85%。与2023年度相比，支出增加{change}万元，增长14.29%。"
        );
        found_in(vec![text("某局2024年部门决算"), text(&words)])
    };
    assert_eq!(after_a_share("10.00"), Vec::<String>::new());
    assert!(after_a_share("1.00").iter().any(|line| line.contains("[N008]")), "{:?}", after_a_share("1.00"));
    // A sentence that does not go on from the one before has a base of its own.
    assert_eq!(found("16.00", "另一项目与"), Vec::<String>::new());
}

#[test]
fn what_a_table_prints_and_a_sentence_says_otherwise_is_told() {
    let parts =
        |amount: &str| vec![table("支出总表", 1, SPENDING), text(&format!("行政运行{amount}万元，主要用于人员支出。"))];
    assert_eq!(found_in(parts("90.00")), Vec::<String>::new());
    let wrong = found_in(parts("96.00"));
    assert!(
        wrong
            .iter()
            .any(|line| line.starts_with("公开.pdf 第 5 页") && line.contains("96.00") && line.contains("90.00")),
        "{wrong:#?}"
    );
}

/// 卫生健康支出（类）行政事业单位医疗（款）事业单位医疗（项）: what is spoken of is the last of them.
#[test]
fn a_subject_named_with_those_above_it_is_held_against_its_row() {
    let parts = |amount: &str| {
        let words = format!(
            "1.一般公共服务支出（类）政府办公厅（室）及相关机构事务（款）行政运行（项）{amount}万元，主要用于人员支出。"
        );
        vec![table("支出总表", 1, SPENDING), text(&words)]
    };
    assert_eq!(found_in(parts("90.00")), Vec::<String>::new());
    let wrong = found_in(parts("190.00"));
    assert!(wrong.iter().any(|line| line.contains("[N002]") && line.contains("90.00")), "{wrong:#?}");
}

const PURCHASES: &[&[&str]] = &[
    &[
        "项目名称",
        "预算资金",
        "采购物品名称",
        "计量单位",
        "数量",
        "单价",
        "合计",
        "一般公共预算拨款",
        "基金预算拨款",
        "预留中小微企业份额",
    ],
    &["合计", "", "", "", "", "", "122.00", "122.00", "", "120.00"],
    &["县档案馆小计", "", "", "", "", "", "122.00", "122.00", "", "120.00"],
    &["档案数字化加工", "86.00", "数字化加工服务", "项", "2", "41.00", "82.00", "82.00", "", "80.00"],
    &["馆库消防改造", "50.00", "消防设施改造", "项", "1", "40.00", "40.00", "40.00", "", "40.00"],
];

/// Words between figures say what the row's thing is; a row's name is at its beginning.
#[test]
fn a_table_of_purchases_is_held_against_its_subtotals_and_its_prices() {
    let found = |lines: &[Vec<&str>]| found_in_table("部门政府采购预算", lines);
    assert_eq!(found_in(vec![table("部门政府采购预算", 1, PURCHASES)]), Vec::<String>::new());
    // Every figure but the budgets and the counts of one.
    for (row, column) in [(1, 6), (1, 7), (1, 9), (2, 6), (2, 9), (3, 6), (3, 7), (3, 9), (4, 6), (4, 7), (4, 9)] {
        let wrong = found(&changed(PURCHASES, row, column, "71.00"));
        assert!(wrong.iter().any(|line| line.contains("[X07")), "{row} {column}: {wrong:#?}");
    }
    for (row, column, text) in [(3, 4, "3"), (3, 5, "14.00"), (4, 5, "44.00")] {
        let wrong = found(&changed(PURCHASES, row, column, text));
        assert!(wrong.iter().any(|line| line.contains("[X074]")), "{row} {column}: {wrong:#?}");
    }
}

#[test]
fn private_data_is_told_in_prose_and_in_cells() {
    let lines: &[&[&str]] =
        &[&["项目", "联系人", "金额"], &["道路养护", "张三13812345678", "10.00"], &["路灯", "李四", "5.00"]];
    let found = found_in(vec![table("项目支出表", 1, lines), text("咨询电话：13912345678。")]);
    let told: Vec<&String> = found.iter().filter(|line| line.contains("[X102]")).collect();
    assert_eq!(told.len(), 2, "{found:#?}");
    assert!(told[0].starts_with("公开.pdf 第 3 页《项目支出表》第 2 行"), "{told:?}");
    assert!(found_in(vec![text("今年的工作抓好落实落实。。")]).iter().any(|line| line.contains("[L0")));
}

/// 类, 款 and 项 in columns of their own are one code, also where the set has it in one column.
#[test]
fn a_code_in_three_columns_is_that_of_a_set_with_one() {
    let row = |cells: &[&str]| cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>();
    let rows = [
        ["210", "", "", "卫生健康支出", "42.96", "42.96", ""],
        ["210", "11", "", "行政事业单位医疗", "42.96", "42.96", ""],
        ["210", "11", "02", "事业单位医疗", "42.96", "42.96", ""],
        ["", "", "", "合计", "42.96", "42.96", ""],
    ];
    let rows: String = rows.iter().map(|cells| format!("<tr>{}</tr>", row(cells))).collect();
    let page = format!(
        "<html><body><h1>某局2024年部门预算</h1><p>一般公共预算支出表</p><p>单位：万元</p><table border=1>\
         <tr><td colspan=3>科目编码</td><td rowspan=2>科目名称</td><td rowspan=2>合计</td><td rowspan=2>基本支出</td>\
         <td rowspan=2>项目支出</td></tr><tr>{}</tr>{rows}</table></body></html>",
        row(&["类", "款", "项"])
    );
    let mut found = Diagnostics::default();
    let asked = Some("core-department-budget");
    let path = Path::new("公开.html");
    let audited = gongkai::published::import::audit(page.as_bytes(), path, asked, &Layouts::default(), &mut found);
    assert!(audited.is_some(), "{:#?}", said(&found));
    let figures: Vec<String> =
        said(&found).into_iter().filter(|line| line.contains("[C0") || line.contains("[X0")).collect();
    assert!(figures.is_empty(), "{figures:#?}");
}

/// A document whose tables and titles no set has is not refused any more.
#[test]
fn audit_of_a_document_of_no_set_says_so_and_checks_what_needs_none() {
    let made = made("core-sample");
    let mut document = made.document().clone();
    for block in document.sections.iter_mut().flat_map(|section| &mut section.blocks) {
        let Block::Table(table) = block else { continue };
        table.title.iter_mut().flat_map(|title| &mut title.inlines).for_each(|inline| inline.text = "一览".to_owned());
        let words = table
            .header
            .iter_mut()
            .chain(&mut table.body)
            .flat_map(|row| &mut row.cells)
            .flat_map(|cell| &mut cell.inlines);
        words.filter(|inline| inline.figure.is_none() && !inline.text.contains('计')).for_each(|inline| {
            inline.text = inline.text.replace(['支', '收', '预', '科', '项', '经', '费', '一', '名'], "别")
        });
    }
    let bytes = pdf(&made, &document);
    let layouts = Layouts::default();
    let mut found = Diagnostics::default();
    let audited = gongkai::published::import::audit(&bytes, Path::new("公开.pdf"), None, &layouts, &mut found);
    let audited = audited.unwrap_or_else(|| panic!("{:#?}", said(&found)));
    assert!(audited.told.starts_with("不认得版式，共 "), "{}", audited.told);
    assert!(said(&found).iter().any(|line| line.contains("提示[E565]")), "{:#?}", said(&found));
    // A set that is asked for is tried.
    let mut found = Diagnostics::default();
    let asked = gongkai::published::import::audit(
        &bytes,
        Path::new("公开.pdf"),
        Some("core-department-budget"),
        &layouts,
        &mut found,
    );
    assert!(asked.is_some() || found.has_errors());
}
