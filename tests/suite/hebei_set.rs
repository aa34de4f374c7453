//! The Hebei set by itself: its own wording without a department's overlays, and departments unlike the sample.

use crate::common;
use gongkai::document::{Block, Document, plain_text};
use std::path::Path;

/// The sample without the wording of its own publication.
fn plain_sample() -> tempfile::TempDir {
    let folder = common::copy_of_sample();
    std::fs::remove_dir_all(folder.path().join("layout")).expect("the sample has overlays");
    std::fs::remove_file(folder.path().join("text/03-operating.md")).expect("the sample has its own section");
    // Of its units 机关运行经费 is asked; the sample is none of them and says so in its overlay.
    replace(folder.path(), "units.csv", ",事业,", ",参公,");
    folder
}

fn composed(folder: &Path) -> Document {
    common::composed(folder).unwrap_or_else(|found| panic!("{}", found.join("\n")))
}

fn texts(document: &Document) -> Vec<String> {
    let text = |block: &Block| match block {
        Block::Paragraph(p) => vec![plain_text(&p.inlines)],
        Block::Heading(h) => vec![plain_text(&h.inlines)],
        Block::Table(t) => {
            t.title.iter().map(|h| plain_text(&h.inlines)).chain(t.notes.iter().map(|n| plain_text(n))).collect()
        }
        _ => Vec::new(),
    };
    document.blocks().flat_map(text).collect()
}

fn has(texts: &[String], wanted: &str) {
    assert!(texts.iter().any(|t| t.contains(wanted)), "no “{wanted}” in\n{}", texts.join("\n"));
}

fn has_not(texts: &[String], unwanted: &str) {
    assert!(!texts.iter().any(|t| t.contains(unwanted)), "“{unwanted}” stands in the text");
}

fn keep_lines(folder: &Path, name: &str, keep: impl Fn(&str) -> bool) {
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).expect("the sample's file");
    let kept: Vec<&str> = text.lines().enumerate().filter(|(i, l)| *i == 0 || keep(l)).map(|(_, l)| l).collect();
    std::fs::write(path, kept.join("\n") + "\n").expect("writes");
}

fn replace(folder: &Path, name: &str, from: &str, to: &str) {
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).expect("the sample's file");
    assert!(text.contains(from), "{name} has {from}");
    std::fs::write(path, text.replace(from, to)).expect("writes");
}

#[test]
fn the_set_words_it_rightly_where_the_publication_did_not() {
    let folder = plain_sample();
    let texts = texts(&composed(folder.path()));
    has(&texts, "部门预算政府性基金预算财政拨款支出表");
    has(&texts, "（一）收入说明");
    has(&texts, "网络运行维护费0.15万元、会议费0.07万元");
    has(&texts, "《中华人民共和国预算法》《地方预决算公开操作规程》");
    has(&texts, "是指区级部门用财政拨款安排的");
    for wrong in ["政府基金", "运维费", "机关运行费", "省级部门", "0元，", "第二部分"] {
        has_not(&texts, wrong);
    }
    let notes = texts.iter().filter(|t| t.contains("空表列示")).count();
    assert_eq!(notes, 1, "only table 8 is empty");
}

#[test]
fn a_department_without_projects_procurement_and_assets() {
    let folder = plain_sample();
    keep_lines(folder.path(), "ledger.csv", |line| line.contains("基本支出"));
    keep_lines(folder.path(), "procurement.csv", |_| false);
    keep_lines(folder.path(), "assets.csv", |_| false);
    std::fs::remove_file(folder.path().join("targets.csv")).expect("the sample's targets");
    keep_lines(folder.path(), "reasons.csv", |line| !line.starts_with("t3/合计/项目"));
    replace(folder.path(), "reasons.csv", "条目,方向,文字\n", "条目,方向,文字\nt3/合计/项目,减少,项目完工\n");
    let texts = texts(&composed(folder.path()));
    has(&texts, "公用经费3.85万元；项目支出0.00万元。");
    has(&texts, "项目支出减少6770.06万元，主要为项目完工。");
    has(&texts, "我部门无预算项目绩效目标。");
    has(&texts, "未安排政府采购预算。");
    has(&texts, "注：无政府采购预算，空表列示。");
    has(&texts, "注：无政府性基金预算财政拨款预算，空表列示。");
    has(&texts, "注：无固定资产占用情况，空表列示。");
}

#[test]
fn several_units_funds_and_years_of_money() {
    let folder = plain_sample();
    let name = "临港部门河北山海关临港经济开发区管理委员会本级";
    replace(folder.path(), "units.csv", name, "本级");
    replace(
        folder.path(),
        "units.csv",
        "财政性资金基本保证\n",
        "财政性资金基本保证\n服务中心,事业,股级,财政性资金定额补助\n",
    );
    replace(folder.path(), "procurement.csv", name, "本级");
    let ledger = std::fs::read_to_string(folder.path().join("ledger.csv")).expect("the ledger");
    let mut lines: Vec<String> = Vec::new();
    for (index, line) in ledger.lines().enumerate() {
        lines.push(format!("{line}{}", if index == 0 { ",结转,三公,单位" } else { ",,,本级" }));
    }
    lines.extend(
        [
            "2010350,基本支出,30231,公务用车运行维护费,,一般公共预算,35000.00,,,服务中心",
            "2010399,经营支出,,,经营,事业单位经营收入,100000.00,,,服务中心",
            "2010399,上解上级支出,,,,事业收入,50000.00,,,服务中心",
            "2010302,项目支出,,,道路维修,一般公共预算,800000.00,上年,,本级",
            "2010302,项目支出,,,出国考察,一般公共预算,60000.00,,因公出国（境）费,本级",
            "2010302,年终结转,,,,事业收入,20000.00,,,服务中心",
        ]
        .map(str::to_string),
    );
    std::fs::write(folder.path().join("ledger.csv"), lines.join("\n") + "\n").expect("writes");
    let more = "t9/出国,增加,安排出国考察\nt9/小计,增加,安排出国考察\nt9/运行,增加,新增车辆\n";
    replace(folder.path(), "reasons.csv", "t9/*,持平", &format!("{more}t9/*,持平"));
    let texts = texts(&composed(folder.path()));
    has(&texts, "2023年预算收入为11395.04万元，其中：本年收入11315.04万元，上年结转结余80.00万元。");
    has(&texts, "单位资金17.00万元。");
    has(&texts, "2023年预算支出为11393.04万元");
    has(&texts, "“三公”经费预算安排9.52万元，较上年增加9.50万元，主要原因是安排出国考察。");
    has(&texts, "公务用车运行维护费3.50万元，较上年增加3.50万元，主要原因是新增车辆");
    has(&texts, "公务接待费0.02万元，与上年持平");
    // Every kind of expenditure is named, also where there was none last year.
    has(&texts, "；经营支出10.00万元；上解上级支出5.00万元。");
    has(&texts, "；经营支出增加10.00万元；上解上级支出增加5.00万元。");
    has(&texts, "临港部门机关及所属事业单位的收支包含在部门预算中。");
    has(&texts, "临港部门（含所属单位）上年末固定资产金额为");
    // The 事业 unit's car is no 机关运行经费.
    has(&texts, "机关运行经费共计安排3.85万元");
}

/// The norm asks it of 行政 and 参公 units; a department's own overlay says otherwise in one place, rules and all.
#[test]
fn the_costs_of_running_are_those_of_the_units_that_the_norm_names() {
    let folder = plain_sample();
    replace(folder.path(), "units.csv", ",参公,", ",事业,");
    has(&texts(&composed(folder.path())), "2023年，我部门未安排机关运行经费。");
    let overlay = "[view]\n\"机关运行经费\" = [\"公用经费\", { fund = \"一般公共预算\" }]\n";
    std::fs::create_dir_all(folder.path().join("layout")).expect("a folder");
    std::fs::write(folder.path().join("layout/schema.toml"), overlay).expect("writes");
    has(&texts(&composed(folder.path())), "机关运行经费共计安排3.85万元，主要用于办公费0.83万元");
}

#[test]
fn a_department_of_one_unit_has_no_units_below_it() {
    let texts = texts(&composed(plain_sample().path()));
    has(&texts, "临港部门的收支包含在部门预算中。");
    has(&texts, "临港部门上年末固定资产金额为");
    for wrong in ["所属单位", "机关及所属事业单位"] {
        has_not(&texts, wrong);
    }
}

const PURCHASES: &str = "单位,项目,采购物品名称,政府采购目录序号,计量单位,数量,单价（元）,资金来源,金额（元）\n";

/// The rows of the purchases as cells: 项目名称, 预算资金, 合计.
fn purchases(folder: &Path) -> Vec<(String, String, String)> {
    let document = composed(folder);
    let table = document.blocks().find_map(|block| match block {
        Block::Table(table) if table.id == "cg" => Some(table),
        _ => None,
    });
    let cell = |row: &gongkai::document::Row, column: usize| {
        let cell = row.cells.iter().find(|c| c.column == column);
        cell.map(|c| plain_text(&c.inlines)).unwrap_or_default()
    };
    table.expect("the table").body.iter().map(|row| (cell(row, 0), cell(row, 1), cell(row, 7))).collect()
}

fn two_units(folder: &Path) {
    let units = "单位名称,单位性质\n甲校,事业\n乙校,事业\n";
    std::fs::write(folder.join("units.csv"), units).expect("writes");
    let ledger = "功能科目,支出类别,经济科目,用途,项目,资金来源,结转,单位,金额（元）\n\
                  2050202,项目支出,,,课桌#1,一般公共预算,,甲校,343000.00\n\
                  2050202,项目支出,,,课桌#1,一般公共预算,,乙校,1103200.00\n\
                  2050202,年终结转,,,课桌#1,一般公共预算,上年,甲校,9900.00\n\
                  2050202,项目支出,,,课桌1,一般公共预算,,甲校,50000.00\n\
                  2050202,基本支出,30201,办公费,,一般公共预算,,甲校,20000.00\n";
    std::fs::write(folder.join("ledger.csv"), ledger).expect("writes");
    let targets = std::fs::read_to_string(folder.join("targets.csv")).expect("the targets");
    let head = targets.lines().next().expect("a head");
    std::fs::write(folder.join("targets.csv"), format!("{head}\n")).expect("writes");
    let item = |text: &str| {
        format!("条目,方向,文字\nt3/*,增加,{text}\nt3/*,减少,{text}\nt9/*,减少,{text}\nt9/*,持平,{text}\n")
    };
    std::fs::write(folder.join("reasons.csv"), item("工作需要")).expect("writes");
}

/// Two units that buy one thing for one project, one thing at two prices, two projects that differ in a sign: each is a
/// row, and its 预算资金 what its own unit has for the project this year.
#[test]
fn every_purchase_is_a_row_with_the_budget_of_its_own_unit() {
    let folder = plain_sample();
    two_units(folder.path());
    let purchases_csv = format!(
        "{PURCHASES}甲校,课桌#1,课桌,A05010202,张,100,200.00,一般公共预算,20000.00\n\
         甲校,课桌#1,课桌,A05010202,张,50,300.00,一般公共预算,15000.00\n\
         乙校,课桌#1,课桌,A05010202,张,100,200.00,一般公共预算,20000.00\n\
         甲校,课桌1,课桌,A05010202,张,10,200.00,一般公共预算,2000.00\n"
    );
    std::fs::write(folder.path().join("procurement.csv"), purchases_csv).expect("writes");
    let rows = purchases(folder.path());
    let row = |name: &str, budget: &str, total: &str| (name.to_string(), budget.to_string(), total.to_string());
    for wanted in [
        row("课桌#1", "34.30", "2.00"),
        row("课桌#1", "34.30", "1.50"),
        row("课桌#1", "110.32", "2.00"),
        row("课桌1", "5.00", "0.20"),
    ] {
        assert!(rows.contains(&wanted), "{wanted:?} in {rows:?}");
    }
}

/// Paper is bought from 公用经费, for no project.
#[test]
fn a_purchase_of_running_costs_has_no_project() {
    let folder = plain_sample();
    two_units(folder.path());
    let paper = format!("{PURCHASES}甲校,,复印纸,A07100100,箱,20,150.00,一般公共预算,3000.00\n");
    std::fs::write(folder.path().join("procurement.csv"), paper).expect("writes");
    let wanted = ("日常公用经费".to_string(), "2.00".to_string(), "0.30".to_string());
    let rows = purchases(folder.path());
    assert!(rows.contains(&wanted), "{rows:?}");
}

/// What last year's file does not say of “三公” is not nought; a line says that there was none.
#[test]
fn last_years_three_public_costs_are_not_known_from_totals_alone() {
    let folder = plain_sample();
    let totals = "支出类别,三公,金额（元）\n基本支出,,748498.00\n项目支出,,67700550.00\n";
    std::fs::write(folder.path().join("prior.csv"), totals).expect("writes");
    let found = common::composed(folder.path()).expect_err("not known");
    assert!(found.iter().all(|d| d.contains("E304") && d.contains("t9/")), "{found:#?}");
    std::fs::write(folder.path().join("prior.csv"), format!("{totals}基本支出,公务接待费,0.00\n")).expect("writes");
    let reasons = "条目,方向,文字\nt3/*,增加,工作需要\nt9/*,增加,工作需要\nt9/*,持平,没有变化\n";
    std::fs::write(folder.path().join("reasons.csv"), reasons).expect("writes");
    has(&texts(&composed(folder.path())), "公务接待费0.02万元，较上年增加0.02万元");
}

/// A ledger without 用途 says of each line what its 经济科目 is called.
#[test]
fn a_blank_use_is_the_name_of_its_economic_item() {
    let folder = plain_sample();
    let ledger = std::fs::read_to_string(folder.path().join("ledger.csv")).expect("the ledger");
    let line = ledger.lines().find(|line| line.contains(",30207,邮电费,")).expect("a line for post and telephone");
    let amount = line.rsplit(',').next().expect("an amount").to_owned();
    let others: f64 = amount.parse::<f64>().expect("a number") / 10000.0;
    replace(folder.path(), "ledger.csv", ",30207,邮电费,", ",30207,,");
    let said = texts(&composed(folder.path())).join("\n");
    assert!(said.contains(&format!("邮电费{others:.2}万元")), "{said}");
    // Without the column too: every line is called as its code.
    let without: String = ledger
        .lines()
        .map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            cells.remove(3);
            cells.join(",") + "\n"
        })
        .collect();
    std::fs::write(folder.path().join("ledger.csv"), without).expect("writes");
    let said = texts(&composed(folder.path())).join("\n");
    assert!(said.contains(&format!("邮电费{others:.2}万元")), "{said}");
}
