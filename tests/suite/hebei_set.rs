//! The Hebei set by itself: its own wording without a department's overlays, and departments unlike the sample.

use crate::common;
use gongkai::document::{Block, Document, plain_text};
use std::path::Path;

/// The sample without the wording of its own publication.
fn plain_sample() -> tempfile::TempDir {
    let folder = common::copy_of_sample();
    std::fs::remove_dir_all(folder.path().join("layout")).expect("the sample has overlays");
    std::fs::remove_file(folder.path().join("text/03-operating.md")).expect("the sample has its own section");
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
}
