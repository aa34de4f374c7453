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
