//! One cell's text, read as every kind of field: numbers as the DOCX reader reads them too, whatever the width of
//! their digits, and the same when shown and read again. And a tag's text as an address.
#![no_main]

use gongkai::data::{Data, Value};
use gongkai::diagnostic::Diagnostics;
use gongkai::money::{Look, Unit, show};
use gongkai::read_docx::{address_of_tag, column_key, number, table_key};
use gongkai_fuzz::{PARSER, all, judge, table, twice};

/// Reads the text in one column.
fn read(head: &str, text: &str, found: &mut Diagnostics) -> (Option<Value>, Data) {
    let data = table::read(&format!("说明,{head}\n行,\"{}\"\n", text.replace('"', "\"\"")), found);
    let field = data.datasets["all"].fields.iter().position(|f| head.starts_with(&f.head)).expect("declared");
    (data.datasets["all"].records.first().map(|r| r.values[field].clone()), data)
}

fn wide(text: &str) -> String {
    let digit = |c: char| if c.is_ascii_digit() { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c };
    text.chars().map(digit).collect()
}

fn amount(text: &str) -> Option<Value> {
    let mut found = Diagnostics::default();
    let (value, _) = read("金额（元）", text, &mut found);
    value.filter(|v| !found.has_errors() && *v != Value::Blank)
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    if text.contains(['\r', '\0', '\u{FEFF}']) {
        return;
    }
    for head in ["功能科目", "任一级科目", "资金来源", "说明", "日期", "单位", "数量", "金额（元）", "金额（亿元）"]
    {
        let run = || {
            let mut found = Diagnostics::default();
            let value = read(head, text, &mut found).0;
            judge(&found, text);
            (value, all(&found))
        };
        twice(PARSER, run);
    }
    let printed = number::value(text);
    assert_eq!(printed, number::value(&wide(text)), "full-width digits in print");
    if let Some(Value::Number(typed)) = amount(text) {
        assert_eq!(amount(&wide(text)), Some(Value::Number(typed)), "full-width digits typed");
        let plain = !text.contains(['¥', '￥', '元', '=']);
        if let Some(printed) = printed.filter(|_| plain) {
            assert_eq!(printed, typed, "one number, read in two ways");
        }
        for commas in [true, false] {
            let shown = show(typed, &Look { unit: Unit::Yuan, commas, ..Look::default() });
            assert_eq!(amount(&shown), Some(Value::Number(typed)), "{shown}");
            assert_eq!(number::value(&shown), Some(typed), "{shown}");
        }
    }
    let (address, printing) = address_of_tag(text);
    assert!(
        text == address
            || text.starts_with(&format!("{address}!")) && text[address.len() + 1..].parse() == Ok(printing)
    );
    assert!(text.starts_with(table_key(text)) && column_key(text).contains("/*/"));
});
