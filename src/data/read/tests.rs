use super::super::example::{LEDGER, read_by, said_of, schema};
use super::super::{Data, Value};
use rust_decimal::Decimal;

fn text(data: &Data, file: &str, record: usize, field: &str) -> String {
    let dataset = &data.datasets[file];
    match &dataset.records[record].values[dataset.field(field).expect("a field")] {
        Value::Blank => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Number(number) => number.to_string(),
    }
}

/// The messages of the model ledger with one of its lines (from 1) replaced.
fn said_with_line(line: usize, new: &str) -> Vec<String> {
    let lines: Vec<&str> = LEDGER.lines().enumerate().map(|(i, old)| if i + 1 == line { new } else { old }).collect();
    said_of(&lines.join("\n"))
}

#[test]
fn reads_a_ledger_with_its_defaults() {
    let (data, said) = read_by(
        schema(),
        &[("ledger.csv", LEDGER.as_bytes()), ("units.csv", "单位名称,单位性质\n本级,事业\n".as_bytes())],
    );
    assert_eq!(said, Vec::<String>::new());
    let ledger = &data.datasets["ledger"];
    assert_eq!(ledger.records.len(), 3);
    assert_eq!(ledger.records[2].origin.line, 4);
    assert_eq!(ledger.records[0].columns, [1, 2, 3, 4, 5, 6, 0, 0, 0, 7]);
    assert_eq!(text(&data, "ledger", 0, "carry"), "本年");
    assert_eq!(text(&data, "ledger", 0, "three"), "");
    assert_eq!(text(&data, "ledger", 1, "three"), "公务接待费");
    assert_eq!(text(&data, "ledger", 1, "unit"), "本级");
    assert_eq!(ledger.records[2].values[9], Value::Number(Decimal::from(3_000_000)));
    assert!(!data.datasets["prior"].given);
}

#[test]
fn a_letter_in_a_code() {
    let model = LEDGER.replace("2120899", "20103S0");
    assert_eq!(
        said_of(&model),
        ["ledger.csv:4:1 错误[E102] 功能科目“20103S0”含有非数字字符“S”\n  提示：是否应为 2010350（事业运行）？"]
    );
}

#[test]
fn wrong_cells() {
    let line = |cells: &str| said_with_line(2, cells);
    assert_eq!(
        line("2010351,基本支出,30101,,,一般公共预算,1"),
        [
            "ledger.csv:2:1 错误[E104] 功能科目“2010351”不在科目表中\n  提示：相近的有 2010350（事业运行）、2010301（行政运行）、2010302（一般行政管理事务）；确是新科目的，加一列“功能科目名称”写明名称"
        ]
    );
}
