//! Records of another program: in its words, taken in by the set's.

use super::made::{Book, Sheet, number, text};
use crate::common::{self, copy_of_sample, sample};
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::import::{IMPORTED, Meaning, records, remember};
use gongkai::tell::reconciled::{reconciled, taken};
use gongkai::write::Format;

/// The sample's ledger as a platform exports it: a title, its own words for a head and for values, a total of nought.
fn export() -> Vec<u8> {
    let csv = std::fs::read_to_string(sample().join("ledger.csv")).expect("the ledger");
    let mut rows = vec![vec![text("2023年支出明细")], vec![text("单位：元")]];
    for (at, line) in csv.trim_start_matches('\u{FEFF}').lines().enumerate() {
        let cells = line.split(',').map(|cell| match cell {
            "资金来源" => text("经费渠道"),
            "一般公共预算" => text("财拨"),
            "金额（元）" => text("金额"),
            cell if at > 0 && cell.contains('.') => number(cell),
            cell => text(cell),
        });
        rows.push(cells.collect());
    }
    let last = rows[3].len() - 1;
    rows.push(
        (0..=last)
            .map(|at| {
                if at == 0 {
                    text("合计")
                } else if at == last {
                    number("0")
                } else {
                    text("")
                }
            })
            .collect(),
    );
    Book::of(vec![Sheet::new("支出", rows)]).bytes()
}

#[test]
fn a_platforms_export_is_taken_in_by_the_words_of_the_department() {
    let disk = copy_of_sample();
    std::fs::remove_file(disk.path().join("ledger.csv")).expect("removed");
    let take = |folder: &Folder| {
        let mut found = Diagnostics::default();
        let imported = records("平台.xlsx", &export(), folder, &common::layouts(), &mut found);
        let said: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
        (imported, said)
    };
    // What the platform calls otherwise is told at its cell, and nothing is taken.
    let (imported, said) = take(&Folder::open(disk.path()));
    assert!(imported.is_none());
    assert!(said.iter().any(|t| t.contains("错误[E121]") && t.contains("资金来源")), "{said:#?}");
    assert!(said.iter().any(|t| t.starts_with("平台.xlsx 支出!") && t.contains("“经费渠道”未使用")), "{said:#?}");
    let own = "[columns]\n\"经费渠道\" = \"资金来源\"\n\n[values.\"资金来源\"]\n\"财拨\" = \"一般公共预算\"\n";
    std::fs::write(disk.path().join("import.toml"), own).expect("written");
    let (imported, said) = take(&Folder::open(disk.path()));
    let imported = imported.unwrap_or_else(|| panic!("{said:#?}"));
    assert!(said.iter().any(|t| t.contains("写的是 0，没有计入")), "{said:#?}");
    let how = taken(&imported.job);
    for line in ["  “经费渠道”当作 资金来源", "  资金来源的“财拨”当作 一般公共预算"] {
        assert!(how.iter().any(|told| told == line), "{how:#?}");
    }
    let table = reconciled(&imported.job);
    assert!(table[0].starts_with("预算明细（平台.xlsx 支出）：45 条"), "{table:#?}");
    assert!(table.iter().any(|line| line == "  金额合计 112,885,448.00 元"), "{table:#?}");
    assert!(table.iter().any(|line| line.contains("按资金来源：一般公共预算 ")), "{table:#?}");
    // The same documents as from the ledger itself; taken in again, the same workbook.
    std::fs::write(disk.path().join(IMPORTED), &imported.workbook).expect("written");
    let formats = [Format::Pdf, Format::Docx];
    let (old, new) = (common::built(&sample(), &formats), common::built(disk.path(), &formats));
    for (old, new) in old.iter().zip(&new) {
        assert!(old.name == new.name && old.bytes == new.bytes, "{}", new.name);
    }
    let (again, _) = take(&Folder::open(disk.path()));
    assert!(again.expect("taken in").workbook == imported.workbook);
}

#[test]
fn own_words_that_name_nothing_are_told_at_their_line() {
    let disk = copy_of_sample();
    let own = "[columns]\n\"经费渠道\" = \"资金来原\"\n[values.\"资金来源\"]\n\"财拨\" = \"一般预算\"\n[other]\n";
    std::fs::write(disk.path().join("import.toml"), own).expect("written");
    let mut found = Diagnostics::default();
    common::prepared(disk.path(), &mut found);
    let said: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
    let wanted = ["import.toml:2:1", "import.toml:4:1", "import.toml:5:2"];
    for (wanted, says) in wanted.iter().zip(["没有“资金来原”这一列", "没有“一般预算”这个值", "没有“other”这一节"])
    {
        let line = wanted.rsplit_once(':').expect("a column").0;
        assert!(said.iter().any(|t| t.starts_with(line) && t.contains("错误[E167]") && t.contains(says)), "{said:#?}");
    }
}

/// What is said once with `--means` is written into import.toml, beside what stands there, and holds from then on.
#[test]
fn meanings_are_remembered_in_the_departments_own_words() {
    let disk = copy_of_sample();
    std::fs::remove_file(disk.path().join("ledger.csv")).expect("removed");
    let own = "# 我们的叫法\n[values.\"支出类别\"]\n\"人员\" = \"基本支出\"";
    std::fs::write(disk.path().join("import.toml"), own).expect("written");
    let folder = Folder::open(disk.path());
    let asked = ["经费渠道=资金来源", "资金来源.财拨=一般公共预算", "支出类别.公用=基本支出"];
    let meanings: Vec<Meaning> = asked.iter().map(|text| Meaning::read(text).expect("a meaning")).collect();
    let knows = remember(&folder, &meanings).expect("written");
    let text = knows.text("import.toml").expect("a text");
    let expected = "# 我们的叫法\n[values.\"支出类别\"]\n\"公用\" = \"基本支出\"\n\"人员\" = \"基本支出\"\n\n\
                    [columns]\n\"经费渠道\" = \"资金来源\"\n\n[values.\"资金来源\"]\n\"财拨\" = \"一般公共预算\"\n";
    assert_eq!(text, expected);
    assert_eq!(remember(&knows, &meanings).expect("the same").text("import.toml").as_deref(), Ok(expected));
    let mut found = Diagnostics::default();
    let imported = records("平台.xlsx", &export(), &knows, &common::layouts(), &mut found);
    assert!(imported.is_some(), "{:#?}", found.sorted());
    // What is there with another meaning, and what cannot be added to, is left to people.
    let other = Meaning::read("经费渠道=支出类别").expect("a meaning");
    let refused = remember(&knows, &[other]).err().expect("refused").to_string();
    assert!(refused.starts_with("import.toml 错误[E168] import.toml 里“经费渠道”已写作“资金来源”"), "{refused}");
    for (own, asked) in [("columns = { 甲 = \"项目\" }\n", "乙=项目"), ("[columns\n", "乙=项目")] {
        let folder = folder.with("import.toml", own.as_bytes());
        let refused =
            remember(&folder, &[Meaning::read(asked).expect("a meaning")]).err().expect("refused").to_string();
        assert!(refused.starts_with("import.toml 错误[E168] import.toml 的写法没法自动加上“乙”"), "{refused}");
    }
    for wrong in ["经费渠道", "=资金来源", "经费渠道="] {
        assert!(Meaning::read(wrong).expect_err("refused").to_string().contains("错误[E168]"), "{wrong}");
    }
}
