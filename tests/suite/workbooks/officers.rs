//! Sheets as officers keep them: titles, units, heads in rows, merged cells, totals, notes, hidden rows. What they give is
//! what the plain file gives, and what was found on the way is said.

use super::made::{AMOUNT, AT_LEAST, Book, Cell, DATE, PADDED, PERCENT, Sheet, TEXT, name_of, number, text, texts};
use super::same_documents::{bytes, said};
use crate::common::{copy_of_sample, sample};
use std::path::Path;

/// The sample's ledger as a table of texts, its heads first.
fn ledger() -> Vec<Vec<String>> {
    let reader = csv::ReaderBuilder::new().has_headers(false).from_path(sample().join("ledger.csv"));
    reader
        .expect("it is there")
        .records()
        .map(|row| row.expect("it is there").iter().map(str::to_string).collect())
        .collect()
}

fn column(table: &[Vec<String>], head: &str) -> usize {
    table[0].iter().position(|known| known.starts_with(head)).expect("the column")
}

/// The sample with a workbook in place of its ledger.
fn with_ledger(sheet: Sheet) -> tempfile::TempDir {
    let folder = copy_of_sample();
    std::fs::remove_file(folder.path().join("ledger.csv")).expect("it is there");
    Book::of(vec![sheet]).write(&folder.path().join("数据.xlsx"));
    folder
}

fn is_said(said: &[String], begins: &str) {
    assert!(said.iter().any(|told| told.starts_with(begins)), "{begins}\n{said:#?}");
}

fn amount(field: &str) -> f64 {
    field.replace(',', "").parse().expect("it is there")
}

/// The ledger as an officer's sheet: title, unit, a head of two rows with the codes in parts, sub-totals, total, notes.
fn officers_sheet(wan: bool) -> Sheet {
    let table = ledger();
    let (function, econ, money) = (column(&table, "功能科目"), column(&table, "经济科目"), column(&table, "金额"));
    let others: Vec<usize> = (0..table[0].len()).filter(|c| ![function, econ, money].contains(c)).collect();
    let unit = if wan { "单位：万元" } else { "金额单位：元" };
    let mut rows = vec![
        texts(&["临港部门2023年预算明细"]),
        vec![],
        texts(&["编制单位：临港部门", "", "", "", unit]),
        texts(&["功能科目", "", "", "经济科目"]),
        texts(&["类", "款", "项", ""]),
    ];
    for &other in &others {
        rows[3].push(text(&table[0][other]));
    }
    rows[3].push(text("金额"));
    let shown = |amount: f64| {
        let amount = if wan { amount / 10_000.0 } else { amount };
        Cell::Number(format!("{amount}"), AMOUNT)
    };
    let total = |label: &str, sum: f64| {
        let mut row = texts(&[label]);
        row.resize(4 + others.len(), Cell::Blank);
        row.push(shown(sum));
        row
    };
    let (mut block, mut all) = (0.0, 0.0);
    for (index, line) in table[1..].iter().enumerate() {
        let code = &line[function];
        let item =
            if index % 2 == 0 { text(&code[5..]) } else { Cell::Number(format!("{}", amount(&code[5..])), PADDED) };
        let mut row = vec![number(&code[..3]), Cell::Text(code[3..5].to_string()), item];
        row.push(match line[econ].as_str() {
            "" => Cell::Blank,
            code => Cell::Text(format!("{code}-科目的名称")),
        });
        row.extend(others.iter().map(|&other| text(&line[other])));
        row.push(shown(amount(&line[money])));
        rows.push(row);
        block += amount(&line[money]);
        if index % 10 == 9 {
            rows.push(total("小  计", block));
            all += block;
            block = 0.0;
        }
    }
    rows.push(total("合计", ((all + block) * 100.0).round() / 100.0));
    rows.push(texts(&["注：本表由财务科填报"]));
    rows.push(texts(&["制表人：", "", "审核人："]));
    let mut sheet = Sheet::new("预算明细", rows);
    sheet.after =
        "<mergeCells count=\"2\"><mergeCell ref=\"A1:J1\"/><mergeCell ref=\"A4:C4\"/></mergeCells>".to_string();
    sheet
}

#[test]
fn an_officers_sheet_gives_what_the_plain_file_gives() {
    let expected = bytes(&sample());
    for wan in [false, true] {
        let folder = with_ledger(officers_sheet(wan));
        assert!(bytes(folder.path()) == expected, "in 万元: {wan}");
        let said = said(folder.path());
        let unit = if wan {
            "“单位：万元”，没有写单位的金额列按万元读取"
        } else {
            "“金额单位：元”，没有写单位的金额列按元读取"
        };
        is_said(&said, &format!("数据.xlsx 预算明细!4 提示[E128] 列名在第 4 行，上面的行不是数据；第 3 行写明{unit}"));
        is_said(&said, "数据.xlsx 预算明细!16 提示[E127] 合计、小计 5 行（第 16、27、38、49、");
        assert!(said.iter().any(|told| told.contains("没有计入，与各行之和相符")), "{said:#?}");
        // The names that came with the codes are not the list's.
        assert!(said.iter().any(|told| told.starts_with("数据.xlsx 预算明细!D6 警告[E106]")), "{said:#?}");
    }
}

#[test]
fn the_same_sheet_as_csv_is_read_the_same() {
    let plain = |cell: &Cell| match cell {
        Cell::Text(text) => format!("\"{text}\""),
        Cell::Number(number, PADDED) => format!("{number:0>2}"),
        Cell::Number(number, _) => number.clone(),
        _ => String::new(),
    };
    let line = |row: &Vec<Cell>| row.iter().map(plain).collect::<Vec<_>>().join(",");
    let csv: Vec<String> = officers_sheet(true).rows.iter().map(line).collect();
    let folder = copy_of_sample();
    std::fs::write(folder.path().join("ledger.csv"), csv.join("\r\n")).expect("it is there");
    assert!(bytes(folder.path()) == bytes(&sample()));
    is_said(&said(folder.path()), "ledger.csv:4 提示[E128] 列名在第 4 行，上面的行不是数据；第 3 行写明“单位：万元”");
}

#[test]
fn a_total_that_is_not_the_sum_is_told_with_both_amounts() {
    let mut sheet = officers_sheet(false);
    let last = sheet.rows.len() - 3;
    let money = sheet.rows[last].len() - 1;
    let before = match &sheet.rows[last][money] {
        Cell::Number(amount, _) => amount.parse::<f64>().expect("it is there"),
        _ => unreachable!(),
    };
    sheet.rows[last][money] = number(&format!("{}", before + 1.0));
    // Platforms print 0 in totals: nothing is made of that but a word.
    sheet.rows[15][money] = number("0");
    let cell = name_of(money as u32 + 1, last as u32 + 1);
    let folder = with_ledger(sheet.clone());
    let told = said(folder.path());
    let expected = format!("数据.xlsx 预算明细!{cell} 警告[E136] “合计”的金额写 {} 元，各行之和是 ", before + 1.0);
    is_said(&told, &expected);
    assert!(told.iter().any(|told| told.contains("1 行（第 16 行）写的是 0，没有计入，按各行重新算出")), "{told:#?}");
    assert!(bytes(folder.path()) == bytes(&sample()), "a wrong total changes nothing");

    // A total moved between the rows of its block is none of theirs.
    let moved = sheet.rows.remove(26);
    sheet.rows.insert(20, moved);
    let told = said(with_ledger(sheet).path());
    is_said(&told, &format!("数据.xlsx 预算明细!{} 警告[E136] “小  计”的金额写", name_of(money as u32 + 1, 21)));
}

#[test]
fn rows_of_wider_codes_are_totals_and_a_wider_code_alone_is_a_mistake() {
    let head = "功能科目,支出类别,经济科目,用途,项目,资金来源,单位,金额（元）\n";
    let record = |code: &str, amount: &str| format!("{code},项目支出,,,某项目,一般公共预算,,{amount}\n");
    let total = |code: &str, amount: &str| format!("{code},,,,,,,{amount}\n");
    let read = |text: String| {
        let folder = copy_of_sample();
        std::fs::write(folder.path().join("ledger.csv"), text).expect("it is there");
        let said = said(folder.path());
        said.into_iter().filter(|told| told.starts_with("ledger.csv")).collect::<Vec<_>>()
    };
    let rows = [total("201", "300"), total("20103", "300"), record("2010301", "100"), record("2010350", "200")];
    let told = read(format!("{head}{}", rows.concat()));
    is_said(&told, "ledger.csv:2 提示[E127] 合计、小计 2 行（第 2、3 行）没有计入，与各行之和相符");
    let rows = [total("201", "300"), record("2010301", "100"), record("2010350", "250")];
    is_said(
        &read(format!("{head}{}", rows.concat())),
        "ledger.csv:2:8 警告[E136] “201”的金额写 300 元，各行之和是 350 元",
    );
    let rows = [record("20103", "100"), record("2010350", "250")];
    is_said(&read(format!("{head}{}", rows.concat())), "ledger.csv:2:1 错误[E103]");
    let rows = [record("2010350", "250"), total("", "250")];
    is_said(&read(format!("{head}{}", rows.concat())), "ledger.csv:3 提示[E127]");
    let rows = [record("2010350", "250"), total("", "251")];
    is_said(&read(format!("{head}{}", rows.concat())), "ledger.csv:3:1 错误[E127] 这一行像是合计行，又不等于各行之和");
}

/// A sheet of targets, whose texts are numbers with formats.
fn targets(rows: Vec<Vec<Cell>>) -> Vec<String> {
    let folder = copy_of_sample();
    std::fs::remove_file(folder.path().join("targets.csv")).expect("it is there");
    let mut all = vec![texts(&[
        "项目",
        "绩效目标",
        "一级指标",
        "二级指标",
        "三级指标",
        "绩效指标描述",
        "指标值",
        "指标值确定依据",
    ])];
    all.extend(rows);
    let mut book = Book::of(vec![Sheet::new("绩效目标", all)]);
    book.sheet("绩效目标").after =
        "<mergeCells><mergeCell ref=\"A2:A4\"/><mergeCell ref=\"B2:B4\"/></mergeCells>".to_string();
    book.write(&folder.path().join("数据.xlsx"));
    values(folder.path(), "targets")
}

/// The records of a file, their values as texts.
fn values(folder: &Path, file: &str) -> Vec<String> {
    let mut found = gongkai::diagnostic::Diagnostics::default();
    let prepared = crate::common::prepared(folder, &mut found).remove(0);
    let dataset = &prepared.job.data.datasets[file];
    let value = |value: &gongkai::data::Value| match value {
        gongkai::data::Value::Blank => "-".to_string(),
        gongkai::data::Value::Text(text) => text.to_string(),
        gongkai::data::Value::Number(number) => number.to_string(),
    };
    let line = |record: &gongkai::data::Record| record.values.iter().map(value).collect::<Vec<_>>().join("|");
    dataset.records.iter().map(line).collect()
}

#[test]
fn texts_are_as_shown_and_merged_cells_count_for_all_their_rows() {
    let row = |value: Cell| {
        let mut row = texts(&["", "", "产出指标", "数量指标", "数量", ""]);
        row.push(value);
        row
    };
    let mut first = texts(&["某项目", "做完", "产出指标", "数量指标", "数量", ""]);
    first.push(Cell::Number("3".to_string(), AT_LEAST));
    let read = targets(vec![
        first,
        row(Cell::Number("0.905".to_string(), PERCENT)),
        row(Cell::Number("44967".to_string(), DATE)),
        row(Cell::Text("７．０ 天\u{200B} ".to_string())),
    ]);
    assert_eq!(
        read,
        [
            "某项目|做完|产出指标|数量指标|数量|-|≥3项|-",
            "某项目|做完|产出指标|数量指标|数量|-|91%|-",
            "某项目|做完|产出指标|数量指标|数量|-|2023-02-10|-",
            "-|-|产出指标|数量指标|数量|-|７．０ 天|-",
        ]
    );
}

#[test]
fn numbers_are_the_decimals_that_were_typed() {
    let table = ledger();
    let money = column(&table, "金额");
    let read = |cell: Cell| {
        let mut sheet = Sheet::of_csv("预算明细", &sample().join("ledger.csv"));
        sheet.rows[1][money] = cell;
        let folder = with_ledger(sheet);
        let said = said(folder.path());
        let at = format!("数据.xlsx 预算明细!{} ", name_of(money as u32 + 1, 2));
        let wrong = said.iter().find(|told| told.starts_with(&at) && told.contains("错误"));
        match wrong {
            Some(told) => told[at.len()..].to_string(),
            None => {
                let record = values(folder.path(), "ledger").remove(0);
                record
                    .split('|')
                    .rev()
                    .find(|value| value.contains(|c: char| c.is_ascii_digit()))
                    .expect("it is there")
                    .to_string()
            }
        }
    };
    let stored = |number: &str| Cell::Number(number.to_string(), AMOUNT);
    for (cell, expected) in [
        (stored("7.0000000000000009"), "7"),
        (stored("0.30000000000000004"), "0.3"),
        (stored("1.083E5"), "108300"),
        (stored("108300.1"), "108300.1"),
        (text("１，２３４．５０"), "1234.5"),
        (text("'1,234.50 "), "1234.5"),
        (Cell::Number("8300".to_string(), TEXT), "8300"),
    ] {
        assert_eq!(read(cell.clone()), expected, "{cell:?}");
    }
    for (cell, expected) in [
        (stored("8300.005"), "错误[E132] 金额“8300.005”精确到了分以下"),
        (stored("1E+30"), "错误[E135] 金额“1E+30”是科学计数法"),
        (text("1E+05"), "错误[E135] 金额“1E+05”是科学计数法"),
        (Cell::Number("0.9".to_string(), PERCENT), "错误[E131] 金额“90%”不是数"),
        (Cell::Number("44967".to_string(), DATE), "错误[E131] 金额“2023-02-10”不是数，这一格是日期格式"),
        (Cell::Error("#REF!"), "错误[E175] 金额是 Excel 的错误值“#REF!”"),
        (Cell::Boolean(true), "错误[E131] 金额“TRUE”不是数"),
        (text("待定"), "错误[E131] 金额“待定”不是数"),
    ] {
        let told = read(cell.clone());
        assert!(told.starts_with(expected), "{cell:?}: {told}");
    }
}

#[test]
fn what_is_hidden_counts_and_is_told() {
    let mut sheet = Sheet::of_csv("预算明细", &sample().join("ledger.csv"));
    sheet.hidden_rows = vec![3, 9];
    sheet.before =
        "<cols><col min=\"2\" max=\"3\" hidden=\"1\"/><col min=\"30\" max=\"16384\" hidden=\"1\"/></cols>".to_string();
    let folder = with_ledger(sheet.clone());
    is_said(
        &said(folder.path()),
        "数据.xlsx 预算明细!3 警告[E129] 有隐藏的行 2 行（第 3、9 行），隐藏的列 B–C，照样读取",
    );
    assert!(bytes(folder.path()) == bytes(&sample()));
    sheet.after = "<autoFilter ref=\"A1:J9\"><filterColumn colId=\"0\"/></autoFilter>".to_string();
    is_said(
        &said(with_ledger(sheet).path()),
        "数据.xlsx 预算明细!3 警告[E129] 有筛选后没有显示的行 2 行（第 3、9 行）",
    );
}

#[test]
fn what_stands_beside_the_table_is_told_once() {
    let mut sheet = Sheet::of_csv("预算明细", &sample().join("ledger.csv"));
    for row in [4, 7] {
        sheet.rows[row].resize(20, Cell::Blank);
        sheet.rows[row].push(text("待核"));
    }
    let said = said(with_ledger(sheet).path());
    let told: Vec<&String> = said.iter().filter(|told| told.contains("待核")).collect();
    assert_eq!(told.len(), 1, "{said:#?}");
    assert!(
        told[0].starts_with("数据.xlsx 预算明细!U5 警告[E122] 这一列没有列名，未使用，如这里的“待核”"),
        "{told:#?}"
    );
}
