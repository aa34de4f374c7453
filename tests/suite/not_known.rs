//! Not known is not nought, of the whole set: what is printed of last year must be known.

use crate::common;

/// Last year's totals alone, with no word of the 三公 in them.
const TOTALS: &str = "支出类别,金额（元）\n基本支出,748498.00\n项目支出,67700550.00\n";

#[test]
fn last_year_of_the_three_public_expenses_is_not_nought_where_only_totals_are_given() {
    let folder = common::copy_of_sample();
    std::fs::write(folder.path().join("prior.csv"), TOTALS).expect("written");
    let found = common::composed(folder.path()).expect_err("the sentences of section 四 cannot be written");
    let told = |address: &str| {
        let says = format!("prior.csv:2 错误[E304] 数字“{address}~prior”无从得知：prior.csv:2 没有填写“三公”");
        found.iter().any(|d| d.starts_with(&says))
    };
    for row in ["小计", "出国", "购置", "运行", "接待"] {
        assert!(told(&format!("t9/{row}/合计")), "{row}: {found:#?}");
    }
    assert!(!found.iter().any(|d| d.contains("X121") || d.contains("增加")), "no reason is asked for: {found:#?}");
}

#[test]
fn one_line_of_nought_says_that_there_was_none() {
    let folder = common::copy_of_sample();
    let with_a_line =
        format!("{}基本支出,公务接待费,0.00\n", TOTALS.replace("别,", "别,三公,").replace("支出,", "支出,,"));
    std::fs::write(folder.path().join("prior.csv"), with_a_line).expect("written");
    let said = common::composed(folder.path()).map(drop).err().unwrap_or_default();
    assert!(!said.iter().any(|d| d.contains("E304")), "{said:#?}");
}

/// What nobody gave is no empty list: neither a sentence for “none” is written of it, nor a number of nought.
#[test]
fn a_list_of_a_file_that_is_not_there_is_not_an_empty_one() {
    let folder = common::copy_of_sample();
    let own = |name: &str| folder.path().join("layout").join(name);
    let schema = std::fs::read_to_string(own("schema.toml")).expect("the sample's own");
    std::fs::write(own("schema.toml"), schema + "\n[file.procurement]\nrequired = false\n").expect("written");
    std::fs::remove_file(folder.path().join("procurement.csv")).expect("it was there");
    let ask = |condition: &str| {
        std::fs::write(own("06-procurement.md"), format!("## 六、政府采购预算情况\n{condition}\n")).expect("written");
        common::composed(folder.path()).map(drop).err().unwrap_or_default()
    };
    let told = |found: &[String]| found.iter().any(|d| d.contains("没有文件 procurement.csv，不知道有没有"));
    for question in [r#"rows("cg")"#, r#"empty("cg")"#, r#"count("procurement") == 0"#, r#"lookup("procurement")"#] {
        let found = ask(&format!("{{% if {question} %}}甲。{{% else %}}乙。{{% endif %}}"));
        assert!(told(&found), "{question}: {found:#?}");
    }
    let asked_first = ask(r#"{% if given("procurement") and rows("cg") %}甲。{% else %}未提供。{% endif %}"#);
    assert!(!told(&asked_first), "{asked_first:#?}");
}

/// A mistake in the report or in the set keeps no mistake of the records waiting to be told.
#[test]
fn every_mistake_is_told_at_once_whatever_else_is_broken() {
    let folder = common::copy_of_sample();
    let file = |name: &str| folder.path().join(name);
    let ledger = std::fs::read_to_string(file("ledger.csv")).expect("the sample's own");
    let wrong = ledger.replacen("2010350,", "9999999,", 1).replacen("一般公共预算,", "一般公工预算,", 1);
    std::fs::write(file("ledger.csv"), wrong).expect("written");
    let code = "ledger.csv:2:1 错误[E104] 功能科目“9999999”不在科目表中";
    let source = "ledger.csv:2:6 错误[E141] 资金来源“一般公工预算”不是可填的值";
    let told = || common::composed(folder.path()).map(drop).expect_err("nothing is made");
    let has = |told: &[String], says: &str| told.iter().filter(|found| found.starts_with(says)).count() == 1;

    std::fs::write(file("layout/style.toml"), "[text]\nsize = 3000.0\n").expect("written");
    let style = told();
    assert!(has(&style, code) && has(&style, source), "{style:#?}");
    assert!(has(&style, "layout/style.toml:2"), "{style:#?}");
    std::fs::remove_file(file("layout/style.toml")).expect("it is there");

    // Of which year the codes are is not known: nothing is said of them.
    let report = std::fs::read_to_string(file("report.toml")).expect("the sample's own");
    std::fs::write(file("report.toml"), report.replacen("year = 2023", "year = 23", 1)).expect("written");
    let year = told();
    assert!(has(&year, source) && !has(&year, code), "{year:#?}");
    assert!(has(&year, "report.toml:4:1 错误[E181] 年度“23”不是四位年份"), "{year:#?}");
}
