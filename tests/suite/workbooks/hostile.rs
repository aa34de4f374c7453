//! Workbooks that no one should be asked to read: each ends, in a message that names it.

use super::made::{Book, Cell, GENERAL, Sheet, name_of, number, text, texts, zipped};
use super::same_documents::{bytes, said};
use crate::common::{copy_of_sample, root, sample};
use gongkai::folder::{Bytes, Folder};
use gongkai::workbook::Workbook;

/// What is said of a workbook alone.
fn refused(bytes: Vec<u8>) -> String {
    match Workbook::open(&Bytes::from(bytes), "数据.xlsx") {
        Err(wrong) => wrong.to_string(),
        Ok(book) => {
            let sheets = book.sheets().iter().map(|sheet| book.read(sheet));
            sheets.filter_map(Result::err).map(|wrong| wrong.to_string()).collect()
        }
    }
}

fn with_part(name: &str, content: Vec<u8>) -> Vec<u8> {
    let mut book = Book::of(vec![Sheet::new("甲", vec![texts(&["功能科目"])])]);
    book.parts.push((name.to_string(), content));
    book.bytes()
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

fn sheet(data: &str) -> Vec<u8> {
    with_part(SHEET, worksheet(data))
}

fn worksheet(data: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    format!("<worksheet xmlns=\"{main}\"><sheetData>{data}</sheetData></worksheet>").into_bytes()
}

#[test]
fn what_is_too_large_or_dangerous_is_refused_with_its_name() {
    let mut strings = b"<sst><si><t>".to_vec();
    strings.resize(100 << 20, b'x');
    strings.extend(b"</t></si></sst>");
    for (workbook, expected) in [
        (with_part("xl/sharedStrings.xml", strings), "错误[E172] 工作簿中的 xl/sharedStrings.xml 内容超过 64 MB"),
        (
            with_part(SHEET, vec![b' '; 257 << 20]),
            "数据.xlsx 甲 错误[E172] 工作簿中的 xl/worksheets/sheet1.xml 内容超过 256 MB",
        ),
        (
            with_part("xl/workbook.xml", b"<!DOCTYPE x [<!ENTITY a \"b\">]><workbook/>".to_vec()),
            "错误[E171] xl/workbook.xml 中有文档类型定义（DTD），为安全起见不读取",
        ),
        (
            sheet("<row r=\"1\"><c r=\"A1\"><v>&lol;</v></c></row>"),
            "数据.xlsx 甲 错误[E171] xl/worksheets/sheet1.xml 中有自定义实体",
        ),
        (sheet("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>99</v></c></row>"), "数据.xlsx 甲 错误[E171] 工作簿已损坏"),
        (sheet("<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>"), "数据.xlsx 甲 错误[E171] 工作簿已损坏"),
        (sheet("<row r=\"1048577\"/>"), "数据.xlsx 甲 错误[E171] 工作簿已损坏"),
        (
            sheet("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1\"><c r=\"A1\"><v>2</v></c></row>"),
            "数据.xlsx 甲 错误[E171] 工作簿已损坏",
        ),
        (sheet("<row r=\"1\"><c r=\"A1\"><v>1</v>"), "数据.xlsx 甲 错误[E171] 工作簿已损坏"),
        (sheet(&"<a>".repeat(5_000)), "数据.xlsx 甲 错误[E171]"),
        (zipped(&[("x".to_string(), vec![1])]), "数据.xlsx 错误[E171] 工作簿已损坏或不完整"),
        (zipped(&[("content.xml".to_string(), b"<a".to_vec())]), "数据.xlsx 错误[E171] 工作簿已损坏"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and no more".to_vec(), "数据.xlsx 错误[E171] 工作簿已损坏或不完整"),
    ] {
        let said = refused(workbook);
        assert!(said.contains(expected) && said.contains("\n  提示："), "{expected}\n{said}");
    }
}

#[test]
fn a_million_rows_and_cells_in_the_corners_of_a_sheet_cost_what_they_hold() {
    let corners =
        "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>";
    assert_eq!(refused(sheet(corners)), "");
    let formatted: String = (1..=1_048_576).map(|row| format!("<row r=\"{row}\" ht=\"20\"/>")).collect();
    assert_eq!(refused(sheet(&formatted)), "");
    let filled: String = (1..=300_000u32)
        .map(|row| format!("<row>{}</row>", "<c><v>1</v></c>".repeat(if row % 2 == 0 { 10 } else { 11 })))
        .collect();
    let said = refused(sheet(&filled));
    assert!(said.contains("错误[E172] 工作簿中的 xl/worksheets/sheet1.xml 有内容的格超过 3000000 个"), "{said}");
    // Of several sheets, all together.
    let half: String = (1..=160_000u32).map(|_| format!("<row>{}</row>", "<c><v>1</v></c>".repeat(10))).collect();
    let mut book = Book::of(["甲", "乙"].map(|name| Sheet::new(name, vec![texts(&["功能科目"])])).into());
    for part in [SHEET, "xl/worksheets/sheet2.xml"] {
        book.parts.push((part.to_string(), worksheet(&half)));
    }
    let said = refused(book.bytes());
    assert!(said.starts_with("数据.xlsx 乙 错误[E172] 工作簿各表有内容的格合计超过 3000000 个"), "{said}");
    // Merged ranges over all rows, again and again.
    let merges: String = (0..50_000).map(|n| format!("<mergeCell ref=\"A{}:A1048576\"/>", n % 1_000 + 2)).collect();
    let folder = copy_of_sample();
    let mut ledger = Sheet::of_csv("预算明细", &sample().join("ledger.csv"));
    std::fs::remove_file(folder.path().join("ledger.csv")).expect("it is there");
    ledger.after = format!("<mergeCells>{merges}</mergeCells>");
    Book::of(vec![ledger]).write(&folder.path().join("数据.xlsx"));
    assert!(!said_of(folder.path()).is_empty());
}

#[test]
fn all_workbooks_of_a_folder_together_have_bounds() {
    // None is too large by itself.
    let half: String = (1..=160_000u32).map(|_| format!("<row>{}</row>", "<c><v>1</v></c>".repeat(10))).collect();
    let folder = copy_of_sample();
    for name in ["甲.xlsx", "乙.xlsx"] {
        std::fs::write(folder.path().join(name), sheet(&half)).expect("writes");
    }
    let told = said_of(folder.path()).join("\n");
    let expected = "乙.xlsx 甲 错误[E172] 文件夹里各工作簿有内容的格合计超过 3000000 个";
    let other = expected.replacen('乙', "甲", 1);
    assert!(told.contains(expected) != told.contains(&other), "{told}");
    // What a container declares counts, though no one reads it.
    let folder = copy_of_sample();
    for name in ["甲.xlsx", "乙.xlsx", "丙.xlsx"] {
        let bytes = with_part("xl/calcChain.xml", vec![b' '; 200 << 20]);
        std::fs::write(folder.path().join(name), bytes).expect("writes");
    }
    let told = said_of(folder.path()).join("\n");
    assert_eq!(told.matches("错误[E172] 文件夹里各工作簿的内容合计超过 512 MB，这一份没有读取").count(), 1, "{told}");
}

fn said_of(folder: &std::path::Path) -> Vec<String> {
    said(folder)
}

#[test]
fn old_workbooks_and_open_documents_give_the_same_documents() {
    let expected = bytes(&sample());
    for name in ["631.xls", "631.ods"] {
        let disk = tempfile::tempdir().expect("it is there");
        let path = disk.path().join(name);
        std::fs::copy(root().join("tests/data/workbooks").join(name), &path).expect("it is there");
        let mut found = gongkai::diagnostic::Diagnostics::default();
        let formats = [gongkai::write::Format::Pdf, gongkai::write::Format::Docx];
        let aim = gongkai::workshop::Aim::Publish;
        let folder = Folder::open_workbook(&path);
        let outputs = crate::common::workshop().build(&folder, aim, &formats, &mut found);
        let made: Vec<(String, Vec<u8>)> = outputs.into_iter().map(|output| (output.name, output.bytes)).collect();
        assert!(made == expected, "{name}: {:#?}", found.sorted());
        let told = found.sorted().iter().any(|told| told.code == "E177");
        assert_eq!(told, name.ends_with("xls"), "{name}");
    }
}

/// A workbook as a platform writes it: sheets named by the codes of tables, totals that print 0, formulas of its dialect
/// without results, codes of mixed types, a used range of 256 columns.
#[test]
fn a_platforms_export_is_read_and_its_words_are_understood() {
    let folder = copy_of_sample();
    for file in ["ledger.csv", "prior.csv"] {
        std::fs::remove_file(folder.path().join(file)).expect("it is there");
    }
    let head = [
        "预算单位",
        "类",
        "款",
        "项",
        "部门预算支出经济分类",
        "用途",
        "项目名称",
        "资金性质",
        "项目类别",
        "是否结转",
        "一月",
        "二月",
        "预算金额",
    ];
    let mut rows = vec![texts(&["单位预算明细查询"]), texts(&["", "", "单位：元"]), texts(&head)];
    let mut total = texts(&["合计"]);
    total.resize(12, Cell::Blank);
    total.push(number("0"));
    rows.push(total);
    let record =
        |line: usize, parts: [&str; 3], econ: &str, project: &str, fund: &str, kind: &str, months: [&str; 2]| {
            let mut row = texts(&["临港管委会"]);
            row.push(Cell::Number(parts[0].to_string(), GENERAL));
            row.extend([text(parts[1]), text(parts[2])]);
            row.extend(texts(&[econ, "某用途", project, fund, kind, "否"]));
            row.extend(months.map(number));
            row.push(match line % 2 {
                0 => Cell::Formula("K+L".to_string(), None),
                _ => Cell::Formula(
                    format!("SUM({}:{})", name_of(11, line as u32), name_of(12, line as u32)),
                    Some("0".to_string()),
                ),
            });
            row
        };
    rows.push(record(5, ["201", "03", "50"], "30101-基本工资", "", "经费拨款", "人员类", ["100.10", "200.20"]));
    rows.push(record(6, ["201", "03", "50"], "30201-办公费", "", "经费拨款", "公用经费", ["10", "20"]));
    rows.push(record(7, ["212", "08", "99"], "", "纵四路", "政府性基金预算资金", "特定目标类", ["1", "2"]));
    let mut sheet = Sheet::new("2.24单位项目明细", rows);
    sheet.before = "<dimension ref=\"A1:IV21\"/>".to_string();
    sheet.after = (0..44).map(|n| format!("<mergeCell ref=\"A{0}:D{0}\"/>", n + 100)).collect();
    sheet.after = format!("<mergeCells>{}</mergeCells>", sheet.after);
    let prior = Sheet::of_csv("上年预算", &sample().join("prior.csv"));
    std::fs::write(folder.path().join("units.csv"), "单位名称,单位性质\n临港管委会,事业\n").expect("it is there");
    Book::of(vec![sheet, prior]).write(&folder.path().join("导出.xlsx"));
    let mut found = gongkai::diagnostic::Diagnostics::default();
    let prepared = crate::common::prepared(folder.path(), &mut found).remove(0);
    let ledger = &prepared.job.data.datasets["ledger"];
    let field = |id: &str| ledger.field(id).expect("it is there");
    let of = |id: &str| -> Vec<String> {
        let value = |value: &gongkai::data::Value| match value {
            gongkai::data::Value::Number(number) => number.normalize().to_string(),
            other => other.text().to_string(),
        };
        ledger.records.iter().map(|record| value(&record.values[field(id)])).collect()
    };
    assert_eq!(&*ledger.file, "导出.xlsx 2.24单位项目明细");
    assert_eq!(of("function"), ["2010350", "2010350", "2120899"]);
    assert_eq!(of("econ"), ["30101", "30201", ""]);
    assert_eq!(of("category"), ["基本支出", "基本支出", "项目支出"]);
    assert_eq!(of("fund"), ["一般公共预算", "一般公共预算", "政府性基金预算"]);
    assert_eq!(of("carry"), ["本年"; 3]);
    assert_eq!(of("amount"), ["300.3", "30", "3"]);
    let said: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
    let is_said = |begins: &str| assert!(said.iter().any(|told| told.starts_with(begins)), "{begins}\n{said:#?}");
    is_said("导出.xlsx 2.24单位项目明细!4 提示[E127] 合计、小计 1 行（第 4 行）写的是 0，没有计入，按各行重新算出");
    is_said("导出.xlsx 2.24单位项目明细!M5 警告[E178] 公式“=SUM(K5:L5)”应得 300.3，文件里存的结果是 0，采用前者");
    is_said("导出.xlsx 2.24单位项目明细!K3 警告[E122] 多余的列“一月”未使用");
}

/// A workbook alone that cannot be read says why, not that a report is missing; so does a folder that has nothing but one.
#[test]
fn a_workbook_alone_that_cannot_be_read_says_why() {
    let disk = tempfile::tempdir().expect("a folder");
    let other = Book::of(vec![Sheet::new("备忘", vec![texts(&["记得"])])]).bytes();
    let mut facts = Book::of(vec![Sheet::new("基本信息", vec![texts(&["部门代码", "632"])])]);
    facts.parts.push((SHEET.to_string(), b"<!DOCTYPE x><worksheet/>".to_vec()));
    for (name, bytes, expected) in [
        ("空.xlsx", Vec::new(), "空.xlsx 错误[E171] 工作簿是空文件"),
        ("表.xls", b"<html>".to_vec(), "表.xls 错误[E171] 文件是网页或 XML，不是工作簿"),
        ("字.xlsx", "功能科目,金额".as_bytes().to_vec(), "字.xlsx 错误[E171] 文件不是工作簿，或已损坏"),
        ("险.xlsx", facts.bytes(), "险.xlsx 基本信息 错误[E171] xl/worksheets/sheet1.xml 中有文档类型定义（DTD）"),
        ("缺.xlsx", other, "缺.xlsx 错误[E179] 工作簿里没有工作表“基本信息”，不知道是哪个部门、哪一年"),
    ] {
        let folder = disk.path().join(name.split_once('.').expect("an ending").0);
        std::fs::create_dir(&folder).expect("made");
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("written");
        let first = |folder: &Folder| {
            let mut found = gongkai::diagnostic::Diagnostics::default();
            gongkai::prepare::prepare(folder, &crate::common::layouts(), &mut found);
            assert_eq!(found.sorted().len(), 1, "{name}: {:#?}", found.sorted());
            found.sorted()[0].to_string()
        };
        let told = first(&Folder::open_workbook(&path));
        assert!(told.starts_with(expected) && told.contains("提示："), "{told}");
        let told = first(&Folder::open(&folder));
        let missing = "report.toml 错误[E101] 找不到这个文件";
        assert!(told.starts_with(if name == "缺.xlsx" { missing } else { expected }), "{told}");
    }
}
