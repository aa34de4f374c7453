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

/// The messages of the model ledger with line 2 replaced.
fn said_with(line: &str) -> Vec<String> {
    let lines: Vec<&str> = LEDGER.lines().enumerate().map(|(i, old)| if i == 1 { line } else { old }).collect();
    said_of(&lines.join("\n"))
}

/// The messages of a model ledger whose line 2 has this amount, under this heading.
fn said_of_amount(heading: &str, amount: &str) -> Vec<String> {
    said_of(&format!("功能科目,支出类别,经济科目,资金来源,{heading}\n2010350,基本支出,30101,一般公共预算,{amount}\n"))
}

fn amount_read(heading: &str, typed: &str) -> Decimal {
    let ledger =
        format!("功能科目,支出类别,经济科目,资金来源,{heading}\n2010350,基本支出,30101,一般公共预算,{typed}\n");
    let (data, said) = read_by(schema(), &[("ledger.csv", ledger.as_bytes())]);
    assert_eq!(said, Vec::<String>::new(), "{typed}");
    data.datasets["ledger"].records[0].values[9].number()
}

fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

const NONE: [&str; 0] = [];

#[test]
fn a_ledger_with_its_defaults() {
    let units = "单位名称,单位性质,成立日期\n本级,事业,2011年5月3日\n";
    let (data, said) = read_by(schema(), &[("ledger.csv", LEDGER.as_bytes()), ("units.csv", units.as_bytes())]);
    assert_eq!(said, NONE);
    let ledger = &data.datasets["ledger"];
    assert_eq!(ledger.records.len(), 3);
    assert_eq!(ledger.records[2].origin.line, 4);
    assert_eq!(ledger.records[0].columns, [1, 2, 3, 4, 5, 6, 0, 0, 0, 7]);
    assert_eq!(text(&data, "ledger", 0, "carry"), "本年");
    assert_eq!(text(&data, "ledger", 0, "three"), "");
    assert_eq!(text(&data, "ledger", 1, "three"), "公务接待费");
    assert_eq!(text(&data, "ledger", 1, "unit"), "本级");
    assert_eq!(text(&data, "units", 0, "founded"), "2011-05-03");
    assert_eq!(ledger.records[2].values[9], Value::Number(Decimal::from(3_000_000)));
    assert!(!data.datasets["prior"].given && data.datasets["units"].given);
}

#[test]
fn a_blank_of_an_unknown_field_gets_no_default_and_is_not_required() {
    let prior = "支出类别,三公,资金来源,金额（元）\n基本支出,,,748298.00\n基本支出,公务接待费,一般公共预算,200.00\n";
    let (data, said) = read_by(schema(), &[("ledger.csv", LEDGER.as_bytes()), ("prior.csv", prior.as_bytes())]);
    assert_eq!(said, NONE);
    assert_eq!(text(&data, "prior", 0, "econ"), "");
    assert_eq!(text(&data, "prior", 0, "carry"), "本年");
}

#[test]
fn codes() {
    let line = |code: &str| said_with(&format!("{code},基本支出,30101,,,一般公共预算,1"));
    assert_eq!(
        line("20103S0"),
        ["ledger.csv:2:1 错误[E102] 功能科目“20103S0”含有非数字字符“S”\n  提示：是否应为 2010350（事业运行）？"]
    );
    for with_name in ["2010350事业运行", "2010350-事业运行", "２０１０３５０ 事业运行"] {
        assert_eq!(line(with_name), NONE, "{with_name}");
    }
    assert_eq!(
        line("2010350-行政运行"),
        [
            "ledger.csv:2:1 警告[E106] 功能科目“2010350”的名称“行政运行”与科目表的“事业运行”不同，按后者公开\n  提示：请核对编码和名称；科目表有误时，在 classification/function.csv 中写明"
        ]
    );
    assert_eq!(
        line("事业"),
        ["ledger.csv:2:1 错误[E102] 功能科目“事业”含有非数字字符“事业”\n  提示：只填数字编码，应为 7 位（项）"]
    );
    assert_eq!(
        line("2.01E+06"),
        [
            "ledger.csv:2:1 错误[E135] 功能科目“2.01E+06”是科学计数法\n  提示：Excel 把编码当作了数：请把这一列设为“文本”格式，重新填写编码"
        ]
    );
    assert_eq!(
        line("20103"),
        [
            "ledger.csv:2:1 错误[E103] 功能科目“20103”是款级编码，应为 7 位（项）\n  提示：它下面的项有 2010301（行政运行）、2010302（一般行政管理事务）、2010350（事业运行）"
        ]
    );
    assert_eq!(
        line("201035"),
        [
            "ledger.csv:2:1 错误[E103] 功能科目“201035”有 6 位，应为 7 位（项）\n  提示：相近的有 2010350（事业运行）、2010301（行政运行）、2010302（一般行政管理事务）"
        ]
    );
    assert_eq!(
        said_with("2010350,基本支出,3010102,,,一般公共预算,1"),
        [
            "ledger.csv:2:3 错误[E103] 经济科目“3010102”有 7 位，应为 5 位（款）\n  提示：相近的有 30101（基本工资）、30102（津贴补贴）"
        ]
    );
    assert_eq!(
        line("2010351"),
        [
            "ledger.csv:2:1 错误[E104] 功能科目“2010351”不在科目表中\n  提示：相近的有 2010350（事业运行）、2010301（行政运行）、2010302（一般行政管理事务）；确是新科目的，加一列“功能科目名称”写明名称"
        ]
    );
    assert_eq!(
        line("2299999"),
        [
            "ledger.csv:2:1 错误[E104] 功能科目“2299999”不在科目表中\n  提示：科目表中没有相近的编码，请核对；确是新科目的，加一列“功能科目名称”写明名称"
        ]
    );
    for fine in ["２０１０３５０", " 2010350\u{3000}", "=\"2010350\"", "'2010350", "\u{200B}2010350", "\t2010350"]
    {
        let quoted = format!("\"{}\"", fine.replace('"', "\"\""));
        assert_eq!(line(&quoted), NONE, "{fine}");
    }
}

#[test]
fn amounts_as_people_type_them() {
    for (typed, expected) in [
        ("8300", "8300"),
        ("8300.000", "8300"),
        ("\"1,234,567.80\"", "1234567.80"),
        ("1，234，567.80", "1234567.80"),
        ("１２３．４５", "123.45"),
        ("￥1234.5", "1234.5"),
        ("¥-12", "-12"),
        ("-¥12", "-12"),
        ("−12", "-12"),
        ("–12", "-12"),
        ("－12", "-12"),
        ("+12", "12"),
        ("(12.30)", "-12.30"),
        ("（12.30）", "-12.30"),
        ("12.30元", "12.30"),
        (".5", "0.5"),
        (" - ", "0"),
        ("0", "0"),
        ("-0.00", "0"),
        ("999999999999999.99", "999999999999999.99"),
    ] {
        assert_eq!(amount_read("金额（元）", typed), dec(expected), "{typed}");
    }
    assert_eq!(amount_read("金额(万元)", "0.000001"), dec("0.01"));
    assert_eq!(amount_read("金额（单位：万元）", "443.364万元"), dec("4433640"));
    assert_eq!(amount_read(" 金 额（元）", "1"), dec("1"));
}

#[test]
fn amounts_that_are_none() {
    let yuan = |typed: &str| said_of_amount("金额（元）", typed);
    assert_eq!(
        yuan("abc"),
        [
            "ledger.csv:2:5 错误[E131] 金额“abc”不是数\n  提示：填写如 1234.56 或 1,234.56 的数，负数写 -1234.56，没有就留空"
        ]
    );
    assert_eq!(yuan("83O0.00"), ["ledger.csv:2:5 错误[E131] 金额“83O0.00”不是数\n  提示：是否应为 8300.00？"]);
    assert_eq!(yuan("8300。00"), ["ledger.csv:2:5 错误[E131] 金额“8300。00”不是数\n  提示：是否应为 8300.00？"]);
    assert_eq!(yuan("1，23"), ["ledger.csv:2:5 错误[E131] 金额“1，23”不是数\n  提示：千位逗号要每三位一个，请核对"]);
    assert_eq!(
        yuan("1E+05"),
        [
            "ledger.csv:2:5 错误[E135] 金额“1E+05”是科学计数法\n  提示：Excel 把数写成了科学计数法，可能已丢失位数：请把这一列设为“数值”格式，重新填写"
        ]
    );
    assert_eq!(
        yuan("8300.005"),
        ["ledger.csv:2:5 错误[E132] 金额“8300.005”精确到了分以下\n  提示：金额精确到分，是否应为 8300.01？"]
    );
    assert_eq!(
        yuan("7.0000000000000009"),
        ["ledger.csv:2:5 错误[E132] 金额“7.0000000000000009”精确到了分以下\n  提示：金额精确到分，是否应为 7.00？"]
    );
    assert_eq!(
        said_of_amount("金额（万元）", "27.4500001"),
        [
            "ledger.csv:2:5 错误[E132] 金额“27.4500001”精确到了分以下\n  提示：金额精确到分（万元的 6 位小数），是否应为 27.450000？"
        ]
    );
    let too_large = "ledger.csv:2:5 错误[E133] 金额“1000000000000000”太大\n  提示：金额要小于 1000 万亿元";
    assert_eq!(yuan("1000000000000000"), [too_large]);
    assert_eq!(
        said_of_amount("金额（万元）", "100000000000"),
        ["ledger.csv:2:5 错误[E133] 金额“100000000000”太大\n  提示：金额要小于 1000 万亿元；列名写的单位是万元"]
    );
    assert_eq!(yuan(&"9".repeat(400)).len(), 1);
    assert_eq!(
        yuan("3.5万元"),
        [
            "ledger.csv:2:5 错误[E134] 金额“3.5万元”的单位与列名的单位（元）不同\n  提示：只填数，按列名的单位；或把列名改为“金额（万元）”，整列都用万元"
        ]
    );
}

#[test]
fn choices() {
    assert_eq!(
        said_with("2010350,基本支出,30101,,,一般公共预算拨款,1"),
        [
            "ledger.csv:2:6 错误[E141] 资金来源“一般公共预算拨款”不是可填的值\n  提示：是否应为“一般公共预算”？可填：一般公共预算、政府性基金预算、国有资本经营预算、财政专户、事业收入、事业单位经营收入、上级补助收入、附属单位上缴收入、其他收入"
        ]
    );
    assert_eq!(
        said_with("2010350,人员支出费用,30101,,,一般公共预算,1"),
        [
            "ledger.csv:2:2 错误[E141] 支出类别“人员支出费用”不是可填的值\n  提示：可填：基本支出、项目支出、经营支出、上解上级支出、对附属单位补助支出、年终结转"
        ]
    );
    assert_eq!(
        said_with("2010350,基本支出,30101,,,财政拨款,1"),
        [
            "ledger.csv:2:6 错误[E142] 资金来源“财政拨款”是几个值的总称，不能直接填写\n  提示：请填其中一个：一般公共预算、政府性基金预算、国有资本经营预算"
        ]
    );
    let (data, said) = read_by(
        schema(),
        &[("ledger.csv", "功能科目,支出类别,经济科目,资金来源,三公,金额（元）\n2010350,基本支出,30101,一般公共预算,因公出国 (境)费,1\n".as_bytes())],
    );
    assert_eq!(said, NONE);
    assert_eq!(text(&data, "ledger", 0, "three"), "因公出国（境）费");
}

#[test]
fn what_must_be_filled() {
    assert_eq!(
        said_with("2010350,基本支出,30101,,,一般公共预算,"),
        [
            "ledger.csv:2:7 错误[E145] 金额没有填写\n  提示：每行都要填“金额（元）”，合并的单元格要拆开逐行填写；整行不用时请删去"
        ]
    );
    assert_eq!(
        said_with("2010350,基本支出,,,,一般公共预算,1"),
        ["ledger.csv:2:3 错误[E146] 基本支出的行必须填写经济科目\n  提示：填写编码，如 30101（基本工资）"]
    );
    assert_eq!(
        said_with("2010350,项目支出,,,,一般公共预算,1"),
        ["ledger.csv:2:5 错误[E146] 项目支出的行必须填写项目\n  提示：请填写“项目”"]
    );
    let without =
        "功能科目,支出类别,资金来源,金额（元）\n2010350,基本支出,一般公共预算,1\n2010350,基本支出,一般公共预算,2\n";
    assert_eq!(
        said_of(without),
        ["ledger.csv:1 错误[E121] 缺少“经济科目”列：基本支出的行必须填写经济科目，有 2 行\n  提示：请加上“经济科目”列"]
    );
    // A wrong cell is told once, and what depends on it is not told at all.
    assert_eq!(said_with("2010350,基本支出,3O1O1,,,一般公共预算,1").len(), 1);
    assert_eq!(said_with("2010350,基本,,,,一般公共预算,1").len(), 1);
}

#[test]
fn refs_and_the_only_unit() {
    let two = "单位名称\n本级\n服务中心\n";
    let (_, said) = read_by(
        schema(),
        &[
            ("ledger.csv", LEDGER.lines().take(2).collect::<Vec<_>>().join("\n").as_bytes()),
            ("units.csv", two.as_bytes()),
        ],
    );
    assert_eq!(
        said,
        ["ledger.csv:2 错误[E147] 没有填写单位，而 units.csv 中有 2 个\n  提示：请写明是哪一个：本级、服务中心"]
    );
    let procurement = "项目,采购物品名称,数量,金额（元）\n纵四路绿化,树,1,1\n纵四路 绿化工程,草,2,1\n花园,花,3,1\n";
    let (data, said) =
        read_by(schema(), &[("ledger.csv", LEDGER.as_bytes()), ("procurement.csv", procurement.as_bytes())]);
    assert_eq!(
        said,
        [
            "procurement.csv:2:1 错误[E151] 项目“纵四路绿化”不在 ledger.csv 的“项目”列中\n  提示：是否应为“纵四路绿化工程”？",
            "procurement.csv:4:1 错误[E151] 项目“花园”不在 ledger.csv 的“项目”列中\n  提示：请改正名称，或在 ledger.csv 中加上",
        ]
    );
    assert_eq!(text(&data, "procurement", 1, "project"), "纵四路绿化工程", "taken as the ledger writes it");
}

#[test]
fn nothing_is_said_of_refs_to_a_file_that_could_not_be_read() {
    let (_, said) = read_by(schema(), &[("procurement.csv", "项目,采购物品名称,金额（元）\n花园,花,1\n".as_bytes())]);
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("ledger.csv 错误[E101] 缺少文件 ledger.csv（预算明细）\n  提示：应在 "), "{said:?}");
}

#[test]
fn the_same_key_twice() {
    let (_, said) = read_by(
        schema(),
        &[("ledger.csv", LEDGER.as_bytes()), ("units.csv", "单位性质,单位名称\n事业,本级\n行政,本级\n".as_bytes())],
    );
    assert_eq!(
        said.last().map(String::as_str),
        Some("units.csv:3:2 错误[E148] 单位名称“本级”重复\n  units.csv:2:2 先在这里\n  提示：请删去或合并其中一行")
    );
}

#[test]
fn dates_numbers_and_texts() {
    let said = |units: &str| {
        let files: [(&str, &[u8]); 2] = [("ledger.csv", LEDGER.as_bytes()), ("units.csv", units.as_bytes())];
        read_by(schema(), &files).1
    };
    assert_eq!(
        said("单位名称,成立日期\n本级,2023-02-30\n"),
        ["units.csv:2:2 错误[E143] 成立日期“2023-02-30”不是日期\n  提示：写成 2023-02-10、2023/2/10 或 2023年2月10日"]
    );
    assert_eq!(
        said("单位名称,成立日期\n本级,44967\n"),
        [
            "units.csv:2:2 错误[E143] 成立日期“44967”不是日期\n  提示：像是 Excel 的日期序号，是否应为 2023-02-10？请把这一列设为“日期”格式"
        ]
    );
    assert_eq!(
        said("单位名称\n本\u{7}级\n"),
        [
            "units.csv:2:1 错误[E144] 单位名称“本\u{FFFD}级”含有不能印出的字符 U+0007\n  提示：请删去这一格，重新输入文字"
        ]
    );
    let long = format!("单位名称\n{}\n", "长".repeat(40_000));
    assert_eq!(
        said(&long),
        [format!(
            "units.csv:2:1 错误[E119] 单位名称“{}…”有 40000 字，一格最多 32767 字\n  提示：多半是前面少了一个英文引号，把许多行并成了一格",
            "长".repeat(40)
        )]
    );
    let procurement = |count: &str| {
        let text = format!("项目,采购物品名称,数量,金额（元）\n纵四路绿化工程,树,{count},1\n");
        read_by(schema(), &[("ledger.csv", LEDGER.as_bytes()), ("procurement.csv", text.as_bytes())]).1
    };
    assert_eq!(procurement("12.5"), NONE);
    assert_eq!(
        procurement("0.30000000000000004"),
        [
            "procurement.csv:2:3 错误[E132] 数量“0.30000000000000004”超过 6 位小数\n  提示：可能是 Excel 的浮点误差，是否应为 0.3？"
        ]
    );
    assert_eq!(
        procurement("3个"),
        [
            "procurement.csv:2:3 错误[E131] 数量“3个”不是数\n  提示：填写如 1234.56 或 1,234.56 的数，负数写 -1234.56，没有就留空"
        ]
    );
}

#[test]
fn headings() {
    let body = "2010350,基本支出,30101,一般公共预算,1\n";
    let said = |heads: &str| said_of(&format!("{heads}\n{body}"));
    assert_eq!(
        said("功能科目,支出类别,经济科目,资金来原,金额（元）"),
        [
            "ledger.csv:1:4 错误[E121] 缺少“资金来源”列\n  提示：列“资金来原”是否应为“资金来源”？文件里的列：功能科目、支出类别、经济科目、资金来原、金额（元）"
        ]
    );
    assert_eq!(
        said("功能科目,支出类别,经济科目,来路,金额（元）"),
        [
            "ledger.csv:1 错误[E121] 缺少“资金来源”列\n  提示：请加上“资金来源”列；文件里的列：功能科目、支出类别、经济科目、来路、金额（元）",
            "ledger.csv:1:4 警告[E122] 多余的列“来路”未使用",
        ]
    );
    assert_eq!(
        said("功能科目,支出类别,经济科目,资金来源,金额"),
        ["ledger.csv:1:5 警告[E124] 列“金额”没有写明单位，按元读取\n  提示：写成“金额（元）”或“金额（万元）”"]
    );
    assert_eq!(
        said("功能科目,支出类别,经济科目,资金来源,金额（美元）"),
        ["ledger.csv:1:5 错误[E125] 列“金额（美元）”的单位“美元”不认识\n  提示：写成“金额（元）”或“金额（万元）”"]
    );
    assert_eq!(
        said("功能科目,支出类别,经济科目,资金来源,金额（元）,,,"),
        NONE,
        "blank columns that Excel leaves behind"
    );
    assert_eq!(
        said_of(
            "功能科目,支出类别,经济科目,资金来源,金额（元）,金额（万元）\n2010350,基本支出,30101,一般公共预算,1,1\n"
        ),
        [
            "ledger.csv:1:6 错误[E123] 列“金额（万元）”重复，都是“金额”\n  ledger.csv:1:5 先在这里\n  提示：请删去或改名其中一列"
        ]
    );
    assert_eq!(
        said_of(
            "功能科目,支出类别,经济科目,资金来源,金额（元）,用图,公开数（万元）\n2010350,基本支出,30101,一般公共预算,1,,\n"
        ),
        [
            "ledger.csv:1:6 警告[E122] 多余的列“用图”未使用\n  提示：您是否指“用途”？",
            "ledger.csv:1:7 警告[E122] 多余的列“公开数（万元）”未使用",
        ]
    );
    assert_eq!(
        said_of(
            "功能科目,支出类别,,经济科目,资金来源,,金额（元）\n2010350,基本支出,,30101,一般公共预算,,1\n2010350,基本支出,甲,30101,一般公共预算,,1\n2010350,基本支出,乙,30101,一般公共预算,,1\n"
        ),
        ["ledger.csv:3:3 警告[E122] 第 3 列没有列名，未使用，如这里的“甲”\n  提示：请在首行写上列名，或删去这一列"]
    );
    assert_eq!(
        said_of("功能科目，支出类别，经济科目，资金来源，金额（元）\n2010350，基本支出，30101，一般公共预算，1\n"),
        [
            "ledger.csv:1:1 错误[E120] 列之间用了全角逗号“，”\n  提示：请改用英文逗号“,”，或从 Excel、WPS 另存为“CSV UTF-8（逗号分隔）”"
        ]
    );
    assert_eq!(
        said_of(&format!("预算明细表,,,,\n\n{LEDGER}")),
        ["ledger.csv:3 提示[E128] 列名在第 3 行，上面的行不是数据"]
    );
    assert_eq!(
        said_of("甲,乙\n1,2\n"),
        [
            "ledger.csv:1:1 错误[E126] 首行“甲”不是列名\n  提示：首行要写列名，如：功能科目、支出类别、经济科目、用途、项目、资金来源、结转、三公、单位、金额"
        ]
    );
    assert_eq!(said_of("\n\n"), ["ledger.csv 错误[E114] 文件是空的\n  提示：首行写列名，以下每行一条"]);
}

#[test]
fn ragged_rows_and_quotes() {
    assert_eq!(
        said_with("2010350,基本支出,30101,基本工资,,一般公共预算,8,300.00"),
        [
            "ledger.csv:2:8 错误[E117] 有 8 格，比列名多 1 格：“300.00”\n  提示：金额的千位逗号、文字里的英文逗号，要把整格用英文引号括起；否则请删去多余的格"
        ]
    );
    assert_eq!(said_with("2010350,基本支出,30101,基本工资,,一般公共预算,8300.00,,,"), NONE);
    assert_eq!(
        said_with("2010350,基本支出,30101,基本工资"),
        ["ledger.csv:2:4 错误[E118] 只有 4 格，比列名少 3 格，缺“资金来源”“金额”\n  提示：没有内容的格也要留着逗号"]
    );
    // The end of the amount falls into a column that is not used.
    assert_eq!(
        said_of("功能科目,支出类别,经济科目,资金来源,金额（元）,用途\n2010350,基本支出,30101,一般公共预算,8,300.00,\n"),
        [
            "ledger.csv:2:5 错误[E117] 比首行多 1 格：“8,300.00”像是一个数\n  提示：千位逗号把它分成了两格：请去掉逗号，或把整格用英文引号括起：\"8,300.00\""
        ]
    );
    let short = "功能科目,支出类别,经济科目,资金来源,金额（元）,用途,项目\n2010350,基本支出,30101,一般公共预算,1\n";
    assert_eq!(said_of(short), NONE, "what is missing at the end is not required");
    assert_eq!(
        said_with("2010350,基本支出,30101,\"基本\"工资,,一般公共预算,1"),
        [
            "ledger.csv:2:4 错误[E116] 引号结束后还有文字“工资”\n  提示：文字里的英文引号要写成两个（\"\"），或改用中文引号“ ”"
        ]
    );
    assert_eq!(
        said_with("2010350,基本支出,30101,\"基本工资,,一般公共预算,1"),
        [
            "ledger.csv:2:4 错误[E115] 这一格的英文引号（\"）没有结束\n  提示：引号要成对；文字里的英文引号写成两个（\"\"），或改用中文引号“ ”"
        ]
    );
}

#[test]
fn lines_are_true_after_blank_lines_and_line_breaks() {
    let ledger = "\n功能科目,支出类别,经济科目,用途,资金来源,金额（元）\n\n2010350,基本支出,30101,\"基本\n\n工资\",一般公共预算,1\n,,,,,\n\n2010350,基本支出,30101,,一般公共预算,x\n";
    for text in [ledger.to_owned(), ledger.replace('\n', "\r\n"), ledger.replace('\n', "\r")] {
        let (data, said) = read_by(schema(), &[("ledger.csv", text.as_bytes())]);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("ledger.csv:9:6 错误[E131] 金额“x”不是数"), "{said:?}");
        assert_eq!(data.datasets["ledger"].records[0].origin.line, 4);
        assert_eq!(super::tests::text(&data, "ledger", 0, "purpose"), "基本\n\n工资");
    }
}

#[test]
fn names_of_codes() {
    let ledger = "\
功能科目,功能科目名称,支出类别,经济科目,科目名称,资金来源,金额（元）
2010399,其他政府办公厅（室）及相关机构事务支出,基本支出,30101,基本工资,一般公共预算,1
2010399,,基本支出,30101,,一般公共预算,1
2010399,其他支出,基本支出,30101,基本 工资,一般公共预算,1
2010399,其他支出,基本支出,30101,,一般公共预算,1
2299999,其他,基本支出,30101,工资,一般公共预算,1
";
    let mut with_names = schema();
    let folder = super::super::example::folder(&[("ledger.csv", ledger.as_bytes())]);
    let (_, said) = super::super::example::read_at(folder.path(), &mut with_names);
    assert_eq!(
        said,
        [
            "ledger.csv:2:2 警告[E105] 功能科目“2010399”不在科目表中，按本行的名称“其他政府办公厅（室）及相关机构事务支出”采用\n  提示：请核对编码和名称",
            "ledger.csv:4:2 警告[E106] 功能科目“2010399”的名称“其他支出”与 ledger.csv:2:2 的“其他政府办公厅（室）及相关机构事务支出”不同，按后者公开\n  提示：请核对编码和名称；科目表有误时，在 classification/function.csv 中写明",
            "ledger.csv:6:2 警告[E105] 功能科目“2299999”不在科目表中，按本行的名称“其他”采用\n  提示：请核对编码和名称；它上级的 229、22999 也没有名称，请在 classification/function.csv 中写明",
            "ledger.csv:6:5 警告[E106] 经济科目“30101”的名称“工资”与科目表的“基本工资”不同，按后者公开\n  提示：请核对编码和名称；科目表有误时，在 classification/economic.csv 中写明",
        ]
    );
    assert_eq!(with_names.classes["function"].names["2010399"], "其他政府办公厅（室）及相关机构事务支出");
}

#[test]
fn a_list_of_the_departments_own() {
    let ledger = "功能科目,支出类别,经济科目,资金来源,金额（元）\n2299999,基本支出,30101,一般公共预算,1\n";
    let list = "编码,名称,来源\n229,其他支出,财政局\n22999,其他支出,\n2299999,其他支出,\n";
    let files: [(&str, &[u8]); 2] =
        [("ledger.csv", ledger.as_bytes()), ("classification/function.csv", list.as_bytes())];
    assert_eq!(read_by(schema(), &files).1, NONE);
    let wrong = "code,name\n22x,其他支出\n2299,其他支出\n229,\n229,其他支出\n229,其他支出\n";
    let files: [(&str, &[u8]); 2] =
        [("ledger.csv", LEDGER.as_bytes()), ("classification/function.csv", wrong.as_bytes())];
    assert_eq!(
        read_by(schema(), &files).1,
        [
            "classification/function.csv:2:1 错误[E102] 编码“22x”含有非数字字符“x”\n  提示：只填数字",
            "classification/function.csv:3:1 错误[E103] 编码“2299”有 4 位\n  提示：应为 3 位（类）、5 位（款）或 7 位（项）",
            "classification/function.csv:4:2 错误[E145] 编码“229”没有名称\n  提示：请写明名称，或删去这一行",
            "classification/function.csv:6:1 错误[E148] 编码“229”重复\n  classification/function.csv:5:1 先在这里\n  提示：同一编码只留一行",
        ]
    );
}

#[test]
fn files_that_look_misnamed() {
    let (_, said) = read_by(
        schema(),
        &[
            ("ledger.csv", LEDGER.as_bytes()),
            ("unit.csv", b""),
            ("prior.et", b""),
            ("备忘.txt", b""),
            ("report.toml", b""),
        ],
    );
    assert_eq!(
        said,
        [
            "prior.et 警告[E109] 文件“prior.et”未使用\n  提示：您是否指“prior.csv”？请在 Excel 或 WPS 中另存为“CSV UTF-8（逗号分隔）”",
            "unit.csv 警告[E109] 文件“unit.csv”未使用\n  提示：您是否指“units.csv”？请改名",
        ]
    );
}

#[test]
fn only_the_first_hundred_errors_are_listed() {
    let mut ledger = String::from("功能科目,支出类别,经济科目,资金来源,金额（元）\n");
    for _ in 0..150 {
        ledger.push_str("2010350,基本支出,,一般公共预算,x\n");
    }
    let said = said_of(&ledger);
    assert_eq!(said.len(), 101);
    assert!(said[99].starts_with("ledger.csv:51:5 错误[E131]"), "{}", said[99]);
    assert_eq!(
        said[100],
        "ledger.csv:51:5 错误[E199] 本文件另有 200 处错误没有列出\n  提示：请先改正以上各处，再运行一次"
    );
}

mod properties {
    use super::super::super::example::{decl, file, read_at, schema};
    use super::super::super::{Data, Kind, Schema, Value, read_folder};
    use crate::diagnostic::Diagnostics;
    use crate::folder::Folder;
    use encoding_rs::GB18030;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    /// A file of one field of each simple kind.
    fn table_schema() -> Schema {
        let text = |id: &str, head: &str| decl(id, head, Kind::Text);
        let fields = vec![
            text("name", "名称"),
            decl("amount", "金额", Kind::Amount),
            decl("count", "数量", Kind::Number),
            text("note", "说明（必要时）"),
        ];
        let mut schema = Schema::default();
        schema.files.insert("table".into(), file("table", "表", fields));
        schema
    }

    type Line = (String, i64, Option<u32>, String);

    fn line() -> impl Strategy<Value = Line> {
        let text = "[\u{4E00}-\u{9FA5}a-z]([\u{4E00}-\u{9FA5}a-z,;\t\"\n ]{0,10}[\u{4E00}-\u{9FA5}])?";
        (text, -99_999_999_999..99_999_999_999i64, proptest::option::of(0..10_000u32), text)
    }

    fn encode(text: &str, encoding: u8) -> Vec<u8> {
        match encoding {
            0 => text.as_bytes().to_vec(),
            1 => ["\u{FEFF}", text].concat().into_bytes(),
            2 => GB18030.encode(text).0.into_owned(),
            3 => ["\u{FEFF}", text].concat().encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => ["\u{FEFF}", text].concat().encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    fn write(lines: &[Line], order: &[usize], separator: u8, carriage_return: bool, wan: bool) -> String {
        let terminator = if carriage_return { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(separator).terminator(terminator).from_writer(Vec::new());
        let mut put = |cells: [&str; 4]| writer.write_record(order.iter().map(|&i| cells[i])).expect("written");
        put(["名称", if wan { "金额（万元）" } else { "金额（元）" }, "数量", "说明（必要时）"]);
        for (name, fen, count, note) in lines {
            let amount = Decimal::new(*fen, if wan { 6 } else { 2 }).to_string();
            put([name, &amount, &count.map(|c| c.to_string()).unwrap_or_default(), note]);
        }
        String::from_utf8(writer.into_inner().expect("flushed")).expect("UTF-8")
    }

    fn read(bytes: Vec<u8>, schema: &mut Schema) -> (Data, Diagnostics) {
        let mut diagnostics = Diagnostics::default();
        let files = schema.files.values().map(|decl| (decl.path.clone(), bytes.clone().into()));
        let folder = Folder::of_files(std::path::Path::new("甲"), files);
        let data = read_folder(&folder, schema, &mut diagnostics);
        (data, diagnostics)
    }

    proptest! {
        #[test]
        fn tables_read_the_same_however_they_are_written(
            lines in proptest::collection::vec(line(), 0..20),
            order in Just(vec![0, 1, 2, 3]).prop_shuffle(),
            separator in proptest::sample::select(b",;\t".to_vec()),
            (encoding, carriage_return, wan) in (0..5u8, any::<bool>(), any::<bool>()),
        ) {
            let text = write(&lines, &order, separator, carriage_return, wan);
            let (data, diagnostics) = read(encode(&text, encoding), &mut table_schema());
            prop_assert!(diagnostics.is_empty(), "{:?}", diagnostics.sorted());
            let records = &data.datasets["table"].records;
            prop_assert_eq!(records.len(), lines.len());
            for (record, (name, fen, count, note)) in records.iter().zip(&lines) {
                prop_assert_eq!(record.values[0].text(), name);
                prop_assert_eq!(&record.values[1], &Value::Number(Decimal::new(*fen, 2)));
                prop_assert_eq!(&record.values[2], &count.map_or(Value::Blank, |c| Value::Number(c.into())));
                prop_assert_eq!(record.values[3].text(), note);
            }
        }

        #[test]
        fn no_file_panics(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            headed in any::<bool>(),
            text in "([0-9,.元￥(（)E+-]|[基本支出上年事业，\"\n]|20[0-9]{5}){0,60}",
        ) {
            let head = "功能科目,功能科目名称,支出类别,经济科目,资金来源,结转,金额（元）\n";
            let mut file = if headed { head.as_bytes().to_vec() } else { Vec::new() };
            file.extend(text.as_bytes());
            read(file.clone(), &mut schema());
            file.extend(bytes);
            read(file, &mut schema());
        }

        #[test]
        fn a_folder_of_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let folder = super::super::super::example::folder(&[("ledger.csv", &bytes), ("classification/function.csv", &bytes)]);
            let (_, said) = read_at(folder.path(), &mut schema());
            prop_assert!(!said.is_empty());
        }
    }
}

#[test]
fn a_file_that_is_wrong_throughout_is_not_read_to_its_end() {
    let lines = |count: usize| {
        (0..count).fold("单位名称,成立日期\n".to_string(), |all, n| all + &format!("甲{n},乙\n"))
    };
    let told =
        |count| read_by(schema(), &[("ledger.csv", LEDGER.as_bytes()), ("units.csv", lines(count).as_bytes())]).1;
    let (few, many) = (told(10_000), told(10_002));
    assert!(few.iter().any(|found| found.contains("[E199] 本文件另有 9900 处错误没有列出")), "{few:?}");
    assert!(!few.iter().any(|found| found.contains("E119")));
    let stopped = "units.csv:10002 错误[E119] 错误已有 10000 处，以下没有读取\n  提示：请确认放的是这个文件";
    assert!(many.iter().any(|found| found == stopped), "{many:?}");
}
