//! A correction of one cell: `ledger.csv:2 金额=1.00`, made in a file of every kind of field. Nothing else changes.
#![no_main]

use gongkai::data::{Correction, Value, correct_text};
use gongkai::diagnostic::Diagnostics;
use gongkai_fuzz::{PARSER, judge_words, table, twice};

const FILE: &str = "功能科目,资金来源,说明,日期,数量,金额（元）\n2050201,一般,\"甲,\n乙\",2024-02-29,3,1.00\n\n2050299,基金,丙,,,2.00\n";

/// The values of the records, and whether a line was taken for one of totals.
fn values(text: &str) -> (Vec<Vec<Value>>, bool) {
    let mut found = Diagnostics::default();
    let values = table::values(&table::read(text, &mut found));
    (values, found.iter().any(|told| told.code == "E127" || told.code == "E136"))
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let correction = match twice(PARSER, || Correction::read(text)) {
        Ok(correction) => correction,
        Err(found) => return judge_words(&found, Some(text)),
    };
    let corrected = || {
        let read = correct_text(FILE.to_string(), &table::declared(), std::slice::from_ref(&correction));
        read.and_then(|(new, refused)| refused.into_iter().next().map_or(Ok(new), |(_, refused)| Err(refused)))
    };
    match twice(PARSER, corrected) {
        Err(found) => judge_words(&found, Some(&format!("{text} all.csv"))),
        Ok(new) => {
            let ((before, _), (after, has_total)) = (values(FILE), values(&new));
            // A wider code makes a total of its line, and that is told.
            if has_total {
                return;
            }
            assert_eq!(before.len(), after.len(), "{new}");
            let changed = before.iter().flatten().zip(after.iter().flatten()).filter(|(a, b)| a != b).count();
            // One more where a blank takes its value from the cell.
            assert!(changed <= 2, "{changed} cells changed: {new}");
            // And nothing but the cell's bytes, its quotes and the separators before it.
            let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
                a.zip(b).take_while(|(a, b)| a == b).count()
            };
            let kept =
                same(&mut FILE.chars(), &mut new.chars()) + same(&mut FILE.chars().rev(), &mut new.chars().rev());
            let put = 2 * correction.value.chars().count() + 8;
            assert!(kept + put >= new.chars().count(), "more than a cell was written: {new}");
        }
    }
});
