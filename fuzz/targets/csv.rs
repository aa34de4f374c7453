//! A record file of any bytes: the same in every encoding, and what is read of it is read again when printed.
//! seeds: data/*/*.csv tests/data/*/*.csv tests/layout-errors/base/data/*.csv
#![no_main]

use encoding_rs::GB18030;
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::decode;
use gongkai::money::Unit;
use gongkai_fuzz::{PARSER, all, judge, table, twice};

/// The text in the other encodings that Excel, WPS and Notepad write.
fn encodings(text: &str) -> Vec<Vec<u8>> {
    let wide = |mark: u16, bytes: fn(u16) -> [u8; 2]| {
        std::iter::once(mark).chain(text.encode_utf16()).flat_map(bytes).collect::<Vec<u8>>()
    };
    let mut all = vec![
        [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        wide(0xFEFF, u16::to_le_bytes),
        wide(0xFEFF, u16::to_be_bytes),
        text.replace('\n', "\r\n").into_bytes(),
    ];
    let (national, _, lost) = GB18030.encode(text);
    // Enough Chinese, so that it is not UTF-8 by accident.
    let is_plain = |c: char| c.is_ascii() || ('\u{4E00}'..='\u{9FA5}').contains(&c);
    if !lost && text.chars().all(is_plain) && text.starts_with("功能科目,任一级科目") {
        all.push(national.into_owned());
    }
    all
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let decoded = twice(PARSER, || decode(bytes.to_vec(), "all.csv"));
    let text = match decoded {
        Ok(text) => text,
        Err(found) => {
            let mut one = Diagnostics::default();
            one.push(found);
            return judge(&one, "");
        }
    };
    assert!(!text.contains(['\r', '\0']));
    if !text.starts_with('\u{FEFF}') {
        for other in encodings(&text) {
            assert_eq!(decode(other, "all.csv").as_deref(), Ok(text.as_str()), "another text in another encoding");
        }
    }
    let read = || {
        let mut found = Diagnostics::default();
        let data = table::read(&text, &mut found);
        judge(&found, &text);
        (table::values(&data), all(&found), found.has_errors())
    };
    let (values, _, wrong) = twice(PARSER, read);
    if wrong {
        return;
    }
    let data = table::read(&text, &mut Diagnostics::default());
    for unit in [Unit::Yuan, Unit::WanYuan, Unit::YiYuan] {
        let printed = table::print(&data, unit);
        let mut found = Diagnostics::default();
        let again = table::values(&table::read(&printed, &mut found));
        assert!(!found.has_errors(), "{:?}\n{printed}", all(&found));
        assert_eq!(again, values, "{printed}");
    }
});
