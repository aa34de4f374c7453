//! A second, made-up layout set, as unlike the first as published documents differ, with no Rust of its own. Every
//! number is compared with one computed here, in 分, from the CSV files.

use crate::common;
use gongkai::compose::compose;
use gongkai::diagnostic::Diagnostics;
use gongkai::document::{Block, Document, RowKind, Table, plain_text};
use gongkai::write::Format;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const OFFICE: &str = "云岭市文化和旅游局本级";
const SQUAD: &str = "云岭市文化市场综合执法支队";
const LIBRARY: &str = "云岭市图书馆";
const FUNDS: [&str; 6] = ["一般公共预算", "政府性基金预算", "国有资本经营预算", "财政专户", "事业收入", "其他收入"];

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The documents by what is added to their names; the department's own under "".
static DOCUMENTS: LazyLock<BTreeMap<String, Document>> = LazyLock::new(|| {
    let mut diagnostics = Diagnostics::default();
    let prepared = common::prepared(&here("tests/data/yunling-2024"), &mut diagnostics);
    let documents = prepared
        .into_iter()
        .filter_map(|p| Some((p.name.unwrap_or_default(), compose(p.job, &mut diagnostics)?.document)))
        .collect();
    assert!(diagnostics.is_empty(), "{:#?}", diagnostics.sorted());
    documents
});

fn department() -> &'static Document {
    &DOCUMENTS[""]
}

// ------------------------------------------------------------------------------------------- the data, read apart

/// One CSV line: values by heading.
type Line = BTreeMap<String, String>;

fn csv_lines(name: &str) -> Vec<Line> {
    let mut reader = csv::Reader::from_path(here("tests/data/yunling-2024").join(name)).expect("the file is there");
    let heads = reader.headers().expect("a first line").clone();
    let line = |r: csv::StringRecord| heads.iter().zip(&r).map(|(h, v)| (h.to_string(), v.to_string())).collect();
    reader.records().map(|r| line(r.expect("a record"))).collect()
}

static BUDGET: LazyLock<Vec<Line>> = LazyLock::new(|| csv_lines("budget.csv"));
static LAST_YEAR: LazyLock<Vec<Line>> = LazyLock::new(|| csv_lines("last-year.csv"));
static FINAL: LazyLock<Vec<Line>> = LazyLock::new(|| csv_lines("final.csv"));

/// 分 in a column of 元.
fn fen(line: &Line, head: &str) -> i64 {
    let text = &line[head];
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = format!("{part:0<2}");
    whole.parse::<i64>().expect("a whole number") * 100 + part.parse::<i64>().expect("two digits")
}

fn sum(lines: &[Line], head: &str, holds: impl Fn(&Line) -> bool) -> i64 {
    lines.iter().filter(|l| holds(l)).map(|l| fen(l, head)).sum()
}

fn budget(holds: impl Fn(&Line) -> bool) -> i64 {
    sum(&BUDGET, "金额（元）", holds)
}

fn spent(l: &Line) -> bool {
    l["支出性质"] != "年终结转结余"
}

fn general(l: &Line) -> bool {
    l["资金渠道"] == "一般公共预算"
}

fn fiscal(l: &Line) -> bool {
    FUNDS[..3].contains(&l["资金渠道"].as_str())
}

fn is_basic(l: &Line) -> bool {
    l["支出性质"] == "基本支出"
}

fn is_project(l: &Line) -> bool {
    l["支出性质"] == "项目支出"
}

fn staff(l: &Line) -> bool {
    is_basic(l) && ["301", "303"].contains(&&l["经济分类"][..3])
}

fn running(l: &Line) -> bool {
    is_basic(l) && ["302", "310"].contains(&&l["经济分类"][..3])
}

fn three(l: &Line) -> &str {
    if !l["三公"].is_empty() {
        return &l["三公"];
    }
    match l.get("经济分类").map_or("", String::as_str) {
        "30212" => "因公出国（境）费",
        "31013" => "公务用车购置费",
        "30231" => "公务用车运行维护费",
        "30217" => "公务接待费",
        _ => "",
    }
}

fn under(l: &Line, code: &str) -> bool {
    l["功能分类"].starts_with(code)
}

// ------------------------------------------------------------------------------------------- numbers as printed

fn grouped(digits: &str) -> String {
    let bytes: Vec<char> = digits.chars().collect();
    let mut out = String::new();
    for (index, digit) in bytes.iter().enumerate() {
        if index > 0 && (bytes.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(*digit);
    }
    out
}

/// 1,234.56 of 分.
fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.abs();
    format!("{sign}{}.{:02}", grouped(&(fen / 100).to_string()), fen % 100)
}

/// 分 in 万元, half up.
fn wan(fen: i64) -> String {
    hundredths(divided(i128::from(fen), 10_000))
}

/// a/b in per cent.
fn percent(a: i64, b: i64) -> String {
    hundredths(divided(i128::from(a) * 10_000, i128::from(b)))
}

/// Half away from zero.
fn divided(a: i128, b: i128) -> i128 {
    let (sign, a) = (a.signum(), a.abs());
    sign * ((a * 2 + b) / (b * 2))
}

fn hundredths(n: i128) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", n.abs() / 100, n.abs() % 100)
}

#[test]
fn the_helpers_here_print_as_people_do() {
    assert_eq!((yuan(123_456_789), yuan(-5), yuan(100)), ("1,234,567.89".into(), "-0.05".into(), "1.00".into()));
    assert_eq!((wan(1_234_500_000), wan(5_000), wan(4_999)), ("1234.50".into(), "0.01".into(), "0.00".into()));
    assert_eq!((percent(1, 3), percent(-2, 3)), ("33.33".into(), "-66.67".into()));
}

// ------------------------------------------------------------------------------------------- the composed document

fn table<'d>(document: &'d Document, id: &str) -> &'d Table {
    document.tables().find(|t| t.id == id).unwrap_or_else(|| panic!("no table {id}"))
}

/// Head and body as a full grid: a spanning cell's text stands in every place it covers.
fn grid(table: &Table, rows: &[gongkai::document::Row]) -> Vec<Vec<String>> {
    let mut grid = vec![vec![None; table.columns.len()]; rows.len()];
    for (r, row) in rows.iter().enumerate() {
        for cell in &row.cells {
            for line in grid.iter_mut().skip(r).take(cell.rowspan) {
                for place in &mut line[cell.column..cell.column + cell.colspan] {
                    assert!(place.is_none(), "two cells at one place in {}", table.id);
                    *place = Some(plain_text(&cell.inlines));
                }
            }
        }
    }
    let whole = |line: Vec<Option<String>>| line.into_iter().map(|t| t.expect("every place has a cell")).collect();
    grid.into_iter().map(whole).collect()
}

fn body(document: &Document, id: &str) -> Vec<Vec<String>> {
    let table = table(document, id);
    grid(table, &table.body)
}

fn head(document: &Document, id: &str) -> Vec<Vec<String>> {
    let table = table(document, id);
    grid(table, &table.header)
}

/// What is printed in the cell of an address.
fn printed(document: &Document, address: &str) -> String {
    let id = address.split('/').next().expect("a table");
    let cells = table(document, id).body.iter().flat_map(|r| &r.cells).flat_map(|c| &c.inlines);
    let mut found = cells.filter(|i| i.figure.is_some_and(|f| document.figure(f).address == address));
    found.next().unwrap_or_else(|| panic!("no cell {address}")).text.clone()
}

fn has_table(document: &Document, id: &str) -> bool {
    document.tables().any(|t| t.id == id)
}

fn paragraphs(document: &Document) -> Vec<String> {
    let text = |b: &Block| match b {
        Block::Paragraph(p) => Some(plain_text(&p.inlines)),
        _ => None,
    };
    document.blocks().filter_map(text).collect()
}

fn notes(document: &Document, id: &str) -> Vec<String> {
    table(document, id).notes.iter().map(|n| plain_text(n)).collect()
}

fn title(document: &Document, id: &str) -> String {
    plain_text(&table(document, id).title.as_ref().expect("a title").inlines)
}

fn codes(holds: impl Fn(&Line) -> bool, lines: &[Line], lengths: &[usize]) -> BTreeSet<String> {
    let all = lines.iter().filter(|l| holds(l)).map(|l| l["功能分类"].clone());
    all.flat_map(|code| lengths.iter().map(move |&n| code[..n].to_string()).collect::<Vec<_>>()).collect()
}

// ------------------------------------------------------------------------------------------- tables

#[test]
fn sides_are_trees_of_unequal_length_padded_with_shared_rows_below() {
    let rows = body(department(), "a01");
    let left: Vec<&str> = rows.iter().map(|r| r[0].as_str()).collect();
    assert_eq!(
        left,
        [
            "一、财政拨款",
            "一般公共预算",
            "政府性基金预算",
            "国有资本经营预算",
            "二、非财政拨款",
            "财政专户",
            "事业收入",
            "其他收入",
            "",
            "",
            "",
            "",
            "本年收入合计",
            "上年结转结余",
            "收　入　总　计"
        ]
    );
    let right: Vec<&str> = rows.iter().map(|r| r[2].as_str()).collect();
    // Only the 类 that occur, renumbered; 款 indented below without a number.
    assert_eq!(
        right,
        [
            "一、文化旅游体育与传媒支出",
            "文化和旅游",
            "文物",
            "二、社会保障和就业支出",
            "行政事业单位养老支出",
            "三、卫生健康支出",
            "行政事业单位医疗",
            "四、住房保障支出",
            "住房改革支出",
            "五、其他支出",
            "彩票公益金安排的支出",
            "",
            "本年支出合计",
            "年终结转结余",
            "支　出　总　计"
        ]
    );
    let table = table(department(), "a01");
    assert_eq!(table.body[11].kind, RowKind::Blank);
    assert!(table.body[12..].iter().all(|r| r.kind == RowKind::Total));
    let indents: Vec<f64> = table.body[..4].iter().map(|r| r.cells[0].indent).collect();
    assert_eq!(indents, [0.0, 2.0, 2.0, 2.0]);
    let current = |l: &Line| l["资金年度"] != "上年";
    assert_eq!(rows[0][1], yuan(budget(|l| current(l) && fiscal(l))));
    assert_eq!(rows[3][1], "0.00");
    assert_eq!(printed(department(), "a01/其他-财政专户/预算"), yuan(budget(|l| l["资金渠道"] == "财政专户")));
    assert_eq!(rows[12][1], yuan(budget(current)));
    assert_eq!((&rows[14][1], &rows[14][3]), (&yuan(budget(|_| true)), &yuan(budget(|_| true))));
    assert_eq!(
        printed(department(), "a01/20701/占比"),
        percent(budget(|l| spent(l) && under(l, "20701")), budget(spent))
    );
    assert_eq!(rows[13][4], "");
}

#[test]
fn codes_split_over_three_columns_total_last_a_column_per_fund() {
    let rows = body(department(), "a02");
    let expected = codes(|_| true, &BUDGET, &[3, 5, 7]);
    assert_eq!(rows.len(), expected.len() + 1);
    for (row, code) in rows.iter().zip(&expected) {
        let split = [&code[..3], code.get(3..5).unwrap_or(""), code.get(5..7).unwrap_or("")];
        assert_eq!(row[..3], split, "{code}");
        assert_eq!(row[4], yuan(budget(|l| under(l, code))), "{code}");
        assert_eq!(row[5], yuan(budget(|l| under(l, code) && l["资金年度"] == "上年")), "{code}");
        for (index, fund) in FUNDS.iter().enumerate() {
            let this = budget(|l| under(l, code) && l["资金年度"] != "上年" && l["资金渠道"] == *fund);
            assert_eq!(row[6 + index], yuan(this), "{code} {fund}");
            assert_eq!(printed(department(), &format!("a02/{code}/本年.{fund}")), yuan(this));
        }
    }
    assert_eq!(rows.last().expect("rows")[3], "合　　计");
    assert_eq!(rows.last().expect("rows")[4], yuan(budget(|_| true)));
    assert_eq!(head(department(), "a02")[0][..3], ["科目编码", "科目编码", "科目编码"]);
    assert_eq!(head(department(), "a02")[1][6..], FUNDS);
    assert!(table(department(), "a02").header.iter().all(|r| r.kind == RowKind::Header), "no 栏次");
}

#[test]
fn numbering_and_total_share_their_first_cells() {
    let rows = body(department(), "a03");
    assert_eq!(rows[0][..5], ["类", "款", "项", "栏次", "1＝2＋3＋4"]);
    assert_eq!(rows[1][..5], ["类", "款", "项", "合计", yuan(budget(spent)).as_str()]);
    assert_eq!(table(department(), "a03").body[0].cells[0].rowspan, 2);
    let expected = codes(spent, &BUDGET, &[3, 7]);
    assert_eq!(rows.len(), expected.len() + 2);
    for code in &expected {
        let at = |column: &str| printed(department(), &format!("a03/{code}/{column}"));
        assert_eq!(at("合计"), yuan(budget(|l| spent(l) && under(l, code))));
        assert_eq!(at("人员"), yuan(budget(|l| staff(l) && under(l, code))));
        assert_eq!(at("公用"), yuan(budget(|l| running(l) && under(l, code))));
        assert_eq!(at("项目"), yuan(budget(|l| is_project(l) && under(l, code))));
    }
}

#[test]
fn the_whole_statutory_list_with_zero_printed_by_table_and_column() {
    let rows = body(department(), "a04");
    assert_eq!(rows.len(), 24);
    assert_eq!(rows[0][3], "（一）一般公共服务支出");
    assert_eq!(rows[21][3], "（二十二）其他支出");
    assert_eq!((rows[0][4].as_str(), rows[0][7].as_str()), ("0", "—"));
    assert_eq!(rows[5][0], "6");
    let culture = budget(|l| spent(l) && fiscal(l) && under(l, "207"));
    assert_eq!(printed(department(), "a04/207/合计"), yuan(culture));
    assert_eq!(printed(department(), "a04/229/基金"), yuan(budget(|l| spent(l) && l["资金渠道"] == FUNDS[1])));
    assert_eq!(printed(department(), "a04/本年-国有资本经营预算/金额"), "0");
    let carried = budget(|l| l["资金年度"] == "上年" && l["资金渠道"] == FUNDS[1]);
    assert_eq!(printed(department(), "a04/结转-政府性基金预算/金额"), yuan(carried));
    assert_eq!(printed(department(), "a04/总计/金额"), printed(department(), "a04/支总计/合计"));
    assert_eq!(printed(department(), "a04/总计/金额"), yuan(budget(fiscal)));
}

#[test]
fn a_table_has_two_forms_and_a_header_of_five_rows() {
    let own = head(department(), "a05");
    assert_eq!(own.len(), 5);
    let column = |c: usize| own.iter().map(|r| r[c].as_str()).collect::<Vec<_>>();
    assert_eq!(column(0), ["项目", "功能分类科目", "科目编码", "编码", "七位"]);
    assert_eq!(column(2), ["2023年", "预算数", "预算数", "预算数", "预算数"]);
    assert_eq!(column(5), ["2024年预算数", "其中", "基本支出", "按用途", "人员经费"]);
    assert_eq!(column(7), ["2024年预算数", "其中", "项目支出", "项目支出", "项目支出"]);
    let unit = head(&DOCUMENTS["执法支队"], "a05");
    assert_eq!(unit[0].len(), own[0].len() - 3);
    assert_eq!(unit.iter().map(|r| r[4].as_str()).collect::<Vec<_>>()[..2], ["2024年预算数", "预算数"]);
    let above: Vec<String> = table(&DOCUMENTS["执法支队"], "a05").above.iter().map(|a| plain_text(a)).collect();
    assert_eq!(above, [SQUAD, "", "金额单位：元"]);
}

#[test]
fn last_years_codes_are_rows_too_and_no_total_loses_them() {
    let this_year = codes(|l| spent(l) && general(l), &BUDGET, &[3, 5, 7]);
    let last_year = codes(general, &LAST_YEAR, &[3, 5, 7]);
    let expected: BTreeSet<&String> = this_year.union(&last_year).collect();
    assert!(last_year.contains("2070110") && !this_year.contains("2070110"));
    let rows = body(department(), "a05");
    assert_eq!(
        rows[..rows.len() - 1].iter().map(|r| &r[0]).collect::<Vec<_>>(),
        expected.into_iter().collect::<Vec<_>>()
    );
    for row in &rows {
        let code = row[0].as_str();
        let now = budget(|l| spent(l) && general(l) && under(l, code));
        let before = sum(&LAST_YEAR, "预算数（元）", |l| general(l) && under(l, code));
        let executed = sum(&LAST_YEAR, "执行数（元）", |l| general(l) && under(l, code));
        assert_eq!(row[2..5], [yuan(before), yuan(executed), yuan(now)], "{code}");
        assert_eq!(row[8..], [yuan(now - before), percent(now - before, before)], "{code}");
    }
    assert_eq!(printed(department(), "a05/2070110/增减"), "-150,000.00");
}

#[test]
fn economic_codes_indented_by_level_with_blank_zeros_in_one_column() {
    let table = table(department(), "a06");
    let rows = body(department(), "a06");
    let at = |code: &str| rows.iter().position(|r| format!("{}{}", r[0], r[1]) == code).expect("the code");
    assert_eq!(table.body[at("301")].cells[2].indent, 0.0);
    assert_eq!(table.body[at("30102")].cells[2].indent, 1.0);
    assert_eq!(rows[at("30102")][5], "");
    let goods = budget(|l| is_basic(l) && general(l) && l["经济分类"].starts_with("302"));
    assert_eq!(rows[at("302")][3..], [yuan(goods), "0.00".to_string(), yuan(goods)]);
    assert_eq!(rows.last().expect("rows")[2], "合　　计");
}

#[test]
fn three_public_as_one_row_of_six_pairs() {
    let rows = body(department(), "a07");
    assert_eq!((rows.len(), rows[0].len()), (1, 12));
    let of = |wanted: &[&str]| {
        let holds = |l: &Line| wanted.contains(&three(l));
        [yuan(sum(&FINAL, "年初预算数（元）", holds)), yuan(sum(&FINAL, "决算数（元）", holds))]
    };
    let all = ["因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费"];
    let expected = [of(&all), of(&all[..1]), of(&all[1..3]), of(&all[1..2]), of(&all[2..3]), of(&all[3..])];
    assert_eq!(rows[0], expected.concat());
    assert_eq!(printed(department(), "a07/数/接待.决"), expected[5][1]);
    assert_eq!(head(department(), "a07").last().expect("heads")[6..8], ["预算数", "决算数"]);
}

#[test]
fn an_empty_table_says_so_in_its_row_below_it_or_both() {
    let rows = body(department(), "a08");
    assert_eq!((rows.len(), rows[0][0].as_str()), (3, "无"));
    assert_eq!(notes(department(), "a08"), ["注：本部门没有国有资本经营预算支出，本表为空。"]);
    assert_eq!(notes(&DOCUMENTS["图书馆"], "a08"), ["注：本单位没有国有资本经营预算支出，本表为空。"]);
    assert!(has_table(department(), "a09") && !has_table(&DOCUMENTS["执法支队"], "a09"), "present by condition");
    assert!(notes(department(), "a09").is_empty());
}

#[test]
fn two_amounts_of_one_record_by_unit_then_subject() {
    let rows = body(department(), "a10");
    assert_eq!(rows[0][0], "1. 云岭市文化和旅游局本级（行政）");
    assert_eq!(rows[1][0], "2070101 行政运行");
    let ten_thousandths = |fen: i64| format!("{}.{:04}", fen / 1_000_000, fen % 1_000_000 / 100);
    for (row, unit) in [(0, OFFICE), (3, SQUAD), (5, LIBRARY)] {
        let of = |head: &str| sum(&FINAL, head, |l| l["预算单位"] == unit);
        let (planned, actual) = (of("年初预算数（元）"), of("决算数（元）"));
        assert_eq!(rows[row][1], ten_thousandths(planned));
        assert_eq!(rows[row][5], percent(actual, planned), "a percentage is not shown in 万元");
    }
    let cars = sum(&FINAL, "决算数（元）", |l| three(l).starts_with("公务用车"));
    assert_eq!(rows.last().expect("rows")[3], format!("{}.{:04}", cars / 1_000_000, (cars % 1_000_000 + 50) / 100));
}

#[test]
fn a_projects_three_public_counts_and_the_department_words_its_own_rows() {
    let received = |l: &Line| spent(l) && fiscal(l) && three(l) == "公务接待费";
    assert_eq!(printed(department(), "a11/接待/合计"), yuan(budget(received)));
    assert_eq!(printed(department(), "a11/接待/专项"), yuan(budget(|l| received(l) && is_project(l))));
    assert_eq!(printed(department(), "a11/出国/专项"), "58,000.00");
    let before = sum(&LAST_YEAR, "预算数（元）", |l| fiscal(l) && three(l) == "公务接待费");
    assert_eq!(printed(department(), "a11/接待/上年"), yuan(before));
    assert_eq!(body(department(), "a11")[1][0], "二、公务用车费用");
    assert_eq!(head(department(), "a11")[1][4], "专项支出负担");
}

#[test]
fn income_is_expenditure_and_balance_fund_by_fund() {
    for (name, document) in DOCUMENTS.iter() {
        let unit = |l: &Line| {
            let of = [("本级", OFFICE), ("执法支队", SQUAD), ("图书馆", LIBRARY)];
            of.iter().find(|(n, _)| n == name).is_none_or(|(_, unit)| l["预算单位"] == *unit)
        };
        for fund in FUNDS {
            let of = |l: &Line| unit(l) && l["资金渠道"] == fund;
            if budget(of) == 0 {
                continue;
            }
            let income = budget(|l| of(l) && l["资金年度"] != "上年") + budget(|l| of(l) && l["资金年度"] == "上年");
            let out = [budget(|l| of(l) && spent(l)), budget(|l| of(l) && !spent(l))];
            assert_eq!(income, out[0] + out[1]);
            let at = |column: &str| printed(document, &format!("ph/{fund}/{column}"));
            assert_eq!(at("收入"), yuan(income), "{name} {fund}");
            assert_eq!(
                [at("支出"), at("结余"), at("支总")],
                [yuan(out[0]), yuan(out[1]), yuan(income)],
                "{name} {fund}"
            );
            assert_eq!(at("差"), "平");
        }
    }
}

#[test]
fn one_ledger_gives_the_department_and_each_unit() {
    assert_eq!(DOCUMENTS.keys().collect::<Vec<_>>(), ["", "图书馆", "执法支队", "本级"]);
    for (name, unit) in [("本级", OFFICE), ("执法支队", SQUAD), ("图书馆", LIBRARY)] {
        let document = &DOCUMENTS[name];
        assert_eq!(printed(document, "a03/合计/合计"), yuan(budget(|l| spent(l) && l["预算单位"] == unit)));
        assert!(!has_table(document, "dwb") && has_table(department(), "dwb"));
        // In the department's document a table is repeated for each unit, with the unit's money.
        let id = format!("dw.{}", unit);
        let own = table(department(), &id);
        assert_eq!(plain_text(&own.title.as_ref().expect("a title").inlines), format!("{unit}支出预算表"));
        let total = budget(|l| spent(l) && l["预算单位"] == unit);
        assert_eq!(printed(department(), &format!("{id}/合计/合计")), yuan(total));
        assert_eq!(printed(department(), &format!("dwb/{unit}/支出")), yuan(total));
    }
    assert_eq!(printed(department(), &format!("dwb/{OFFICE}/编制")), "46", "a count is not shown in 元");
    assert_eq!(DOCUMENTS["本级"].meta.title, "云岭市文化和旅游局本级2024年部门预算");
}

#[test]
fn a_third_set_inherits_this_one_and_changes_titles() {
    let library = &DOCUMENTS["图书馆"];
    assert_eq!(library.meta.title, "云岭市图书馆2024年单位预算（县）");
    assert_eq!(title(library, "a06"), "附表六　2024年一般公共预算基本支出表（按经济分类）");
    assert_eq!(title(&DOCUMENTS["本级"], "a06"), "表6　2024年一般公共预算基本支出表");
    assert_eq!(head(library, "a06"), head(&DOCUMENTS["本级"], "a06"));
}

#[test]
fn forms_have_spans_both_ways_long_text_and_figures() {
    let id = "xmb.公共文化服务体系建设";
    let form = table(department(), id);
    assert!(form.header.is_empty());
    let rows = body(department(), id);
    assert_eq!(rows.iter().map(|r| r[0].as_str()).take(3).collect::<Vec<_>>(), ["基本情况"; 3]);
    assert_eq!(rows[1][4], rows[0][5]);
    assert_eq!(rows[1][2], "2024年1月1日");
    let of = |l: &Line| spent(l) && l["项目名称"] == "公共文化服务体系建设";
    assert_eq!(rows[2][2], yuan(budget(of)));
    assert_eq!(rows[2][4], yuan(budget(|l| of(l) && fiscal(l))));
    assert!(rows[3][1].chars().count() > 80 && rows[3][1] == rows[3][5]);
    assert_eq!(form.body[4].kind, RowKind::Header);
    let first: Vec<&str> = rows[5..].iter().map(|r| r[0].as_str()).collect();
    assert_eq!(first, ["产出指标", "产出指标", "产出指标", "效益指标", "满意度指标"]);
    let (level1, level2) = (&form.body[5].cells[0], &form.body[5].cells[1]);
    assert_eq!((level1.rowspan, level2.rowspan, form.body[6].cells.len()), (3, 2, 2));
    assert_eq!(body(department(), "xmb.非遗馆布展")[2][4], "无");
    let forms = |d: &Document| d.tables().filter(|t| t.id.starts_with("xmb.")).count();
    assert_eq!((forms(department()), forms(&DOCUMENTS["本级"]), forms(&DOCUMENTS["图书馆"])), (5, 3, 1));
}

// ------------------------------------------------------------------------------------------- sentences

#[test]
fn a_sentence_for_each_class() {
    let all = budget(|l| spent(l) && general(l));
    let texts = paragraphs(department());
    let names = [
        ("207", "文化旅游体育与传媒支出"),
        ("208", "社会保障和就业支出"),
        ("210", "卫生健康支出"),
        ("221", "住房保障支出"),
    ];
    for (index, (code, name)) in names.iter().enumerate() {
        let amount = budget(|l| spent(l) && general(l) && under(l, code));
        let text = format!("{}. {name}（类）{}万元，占{}%。", index + 1, wan(amount), percent(amount, all));
        assert!(texts.contains(&text), "{text}\n{texts:#?}");
    }
}

#[test]
fn a_sentence_for_each_item_with_last_year_and_reasons() {
    for (name, unit) in [("", None), ("执法支队", Some(SQUAD)), ("图书馆", Some(LIBRARY))] {
        let texts = paragraphs(&DOCUMENTS[name]);
        let of = |l: &Line, code: &str| general(l) && under(l, code) && unit.is_none_or(|u| l["预算单位"] == u);
        let mut items = codes(|l| spent(l) && of(l, ""), &BUDGET, &[7]);
        items.extend(codes(|l| of(l, ""), &LAST_YEAR, &[7]));
        for (index, code) in items.iter().enumerate() {
            let now = budget(|l| spent(l) && of(l, code));
            let before = sum(&LAST_YEAR, "预算数（元）", |l| of(l, code));
            let executed = sum(&LAST_YEAR, "执行数（元）", |l| of(l, code));
            // The sign is of the difference as printed in 万元.
            let change = match now - before {
                d if wan(d.abs()) == "0.00" => "持平".to_string(),
                d if d > 0 => format!("增加{}万元，增长{}%", wan(d), percent(d, before)),
                d => format!("减少{}万元，下降{}%", wan(-d), percent(-d, before)),
            };
            let against = match now - executed {
                d if wan(d.abs()) == "0.00" => "等于",
                d if d > 0 => "大于",
                _ => "小于",
            };
            let middle = format!(
                "2024年预算数{}万元，比2023年预算数{change}，{against}2023年执行数{}万元。主要原因：",
                wan(now),
                wan(executed)
            );
            let begin = format!("{}. ", index + 1);
            assert!(texts.iter().any(|t| t.starts_with(&begin) && t.contains(&middle)), "{code} {middle}\n{texts:#?}");
        }
    }
    let reasons = |name: &str| paragraphs(&DOCUMENTS[name]).join("\n");
    assert!(reasons("执法支队").contains("主要原因：支队缴费基数提高。") && !reasons("").contains("支队缴费基数提高"));
    assert!(reasons("").contains(&format!(
        "上年结转{}万元中的一部分",
        wan(budget(|l| spent(l) && is_project(l) && under(l, "2070109")))
    )));
}

#[test]
fn a_list_as_rows_reads_its_own_datasets_and_amounts() {
    let executed = sum(&LAST_YEAR, "执行数（元）", general);
    let (before, now) = (sum(&LAST_YEAR, "预算数（元）", general), budget(|l| spent(l) && general(l)));
    let text = format!("上年预算数{}万元，上年执行数{}万元，本年预算数{}万元。", wan(before), wan(executed), wan(now));
    assert!(paragraphs(department()).contains(&text), "{text}");
}

#[test]
fn totals_lookups_counts_and_the_nature_of_units() {
    let texts = paragraphs(department()).join("\n");
    let nature = |l: &Line| [OFFICE, SQUAD].contains(&l["预算单位"].as_str());
    let limited = budget(|l| running(l) && general(l) && nature(l));
    let all = budget(|l| running(l) && general(l));
    assert!(limited < all);
    assert!(texts.contains(&format!(
        "行政、参公单位的机关运行经费{}万元；全部公用经费{}万元。",
        wan(limited),
        wan(all)
    )));
    assert!(paragraphs(&DOCUMENTS["图书馆"]).join("\n").contains("机关运行经费0.00万元"), "a 事业 unit has none");
    assert!(texts.contains("共有预算单位3个，其中行政单位1个；公务用车9辆，原值183.65万元。"));
    let two = budget(|l| spent(l) && fiscal(l) && ["公务接待费", "因公出国（境）费"].contains(&three(l)));
    assert!(texts.contains(&format!("两项合计{}元", two / 100)), "{texts}");
    let spending = yuan(budget(spent));
    assert!(texts.contains(&format!("其中本年支出{spending}元")), "元 with commas in one sentence, 万元 in the rest");
}

#[test]
fn addresses_are_short_unique_and_as_declared() {
    for document in DOCUMENTS.values() {
        let addresses: BTreeSet<&str> = document.figures.iter().map(|f| f.address.as_str()).collect();
        assert_eq!(addresses.len(), document.figures.len());
        assert!(addresses.iter().all(|a| a.chars().count() <= 64));
    }
    let department: BTreeSet<&str> = department().figures.iter().map(|f| f.address.as_str()).collect();
    for address in [
        "a01/财政-政府性基金预算/预算",
        "a02/2070104/本年.财政专户",
        "a05/合计/增幅",
        "a07/数/用车.预",
        "ph/事业收入/差",
        "hz/运行/额",
        "xmb.非遗馆布展/非遗馆布展-资金/财政",
    ] {
        assert!(department.contains(address), "{address} in {department:#?}");
    }
}

#[test]
fn pages_lie_or_stand_as_the_set_says() {
    let pages: BTreeMap<&str, &str> = department().sections.iter().map(|s| (s.id.as_str(), s.page.as_str())).collect();
    assert!(pages.iter().filter(|(id, _)| **id != "terms").all(|(_, page)| *page == "横版"), "{pages:?}");
    assert_eq!(pages["terms"], "竖版");
}

// ------------------------------------------------------------------------------------------- files

#[test]
fn every_document_is_written_in_both_formats() {
    let mut diagnostics = Diagnostics::default();
    let made = common::built(&here("tests/data/yunling-2024"), &Format::ALL);
    let folder = tempfile::tempdir().expect("a folder");
    let placed = gongkai::place::place(folder.path(), &made, &mut diagnostics);
    let name = |p: &PathBuf| p.file_name().expect("a name").to_string_lossy().into_owned();
    let stem = "云岭市文化和旅游局2024年部门预算";
    let expected: Vec<String> = ["", "-本级", "-执法支队", "-图书馆"]
        .iter()
        .flat_map(|unit| [format!("{stem}{unit}.pdf"), format!("{stem}{unit}.docx")])
        .collect();
    assert_eq!(placed.iter().map(name).collect::<Vec<_>>(), expected);
    for path in &placed {
        let bytes = std::fs::read(path).expect("readable");
        let begins: &[u8] = if name(path).ends_with(".pdf") { b"%PDF-" } else { b"PK\x03\x04" };
        assert!(bytes.starts_with(begins) && bytes.len() > 20_000, "{}", path.display());
    }
}
