//! A ruler laid on the printed page: places that another program reads from the PDF, in millimetres of the sheet,
//! against GB/T 9704-2012.

use super::{FONTS, notation};
use crate::common;
use gongkai::diagnostic::Diagnostics;
use std::collections::BTreeMap;

/// What the norm's own text may differ from what is measured by.
const TOLERANCE: f64 = 0.2;

/// 28 characters on 156 mm; 22 lines on 225 mm, the first at its head and the last at its foot.
const ADVANCE: f64 = 156.0 / 28.0;
const PITCH: f64 = (225.0 - ADVANCE) / 21.0;
/// 4号 and 3号 in mm.
const FOURTH: f64 = 14.0 / 72.0 * 25.4;
const THIRD: f64 = 16.0 / 72.0 * 25.4;

const NORM: [(&str, f64, &str); 20] = [
    ("sheet width", 210.0, "5.1 A4"),
    ("sheet height", 297.0, "5.1 A4"),
    ("top margin", 37.0, "5.2.1 天头 37 mm ± 1 mm"),
    ("binding margin", 28.0, "5.2.1 订口 28 mm ± 1 mm"),
    ("type area width", 156.0, "5.2.1 版心 156 mm × 225 mm"),
    ("type area height", 225.0, "5.2.1 版心 156 mm × 225 mm"),
    ("lines a page", 22.0, "5.2.3 每面排 22 行"),
    ("characters a line", 28.0, "5.2.3 每行排 28 个字"),
    ("least advance", ADVANCE, "5.2.3 撑满版心"),
    ("greatest advance", ADVANCE, "5.2.3 撑满版心"),
    ("least pitch", PITCH, "5.2.3 撑满版心"),
    ("greatest pitch", PITCH, "5.2.3 撑满版心"),
    ("body size", THIRD, "5.2.2 3号"),
    ("first-line indent", 2.0 * ADVANCE, "7.3.4 每个自然段左空二字"),
    ("number size", FOURTH, "7.5 4号"),
    ("dash below the type area", 7.0, "7.5 一字线上距版心下边缘 7 mm"),
    ("right of an odd page's number", FOURTH, "7.5 单页码居右空一字"),
    ("left of an even page's number", FOURTH, "7.5 双页码居左空一字"),
    ("turned: right of an odd page's number", FOURTH, "7.5; A4 纸型的横排表格，页码位置与公文其他页码保持一致"),
    ("turned: left of an even page's number", FOURTH, "7.5; A4 纸型的横排表格，页码位置与公文其他页码保持一致"),
];

fn measured(bytes: &[u8], mode: &str) -> BTreeMap<String, f64> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), bytes).expect("written");
    let printed = common::python("ruler.py", &[file.path(), std::path::Path::new(mode)]);
    let number = |line: &str| line.rsplit_once(": ").map(|(n, v)| (n.to_string(), v.parse().expect("a number")));
    printed.lines().filter_map(number).collect()
}

fn ready() -> bool {
    common::have("pdftoppm") && common::have_python(&["pdfplumber", "pikepdf", "PIL"])
}

#[test]
fn the_page_measures_what_the_norm_says() {
    if !ready() {
        return;
    }
    let text = format!("page 正文\n正文: {}\npage 横表\n正文: 横\nbreak\n正文: 排", "预算公开国田".repeat(300));
    let (document, style) = notation::read(&text).expect("a case");
    let pages = gongkai::typeset::typeset(&document, &style, &FONTS, &mut Diagnostics::default());
    let bytes = gongkai::write::pdf::write(&document, &pages, &FONTS).expect("writes");
    let found = measured(&bytes, "norm");
    let mut wrong = Vec::new();
    for (what, norm, clause) in NORM {
        let value = found.get(what).copied().unwrap_or(f64::NAN);
        println!("{what}: {value:.3} (norm {norm:.3}, {clause})");
        let near = (value - norm).abs() <= TOLERANCE;
        if !near {
            wrong.push(format!("{what}: {value:.3} mm, GB/T 9704 {clause}: {norm:.3}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// On every page of the department's document: the number in its place, upright and turned, and nothing else outside
/// the type area of its page.
#[test]
fn every_page_of_the_sample_keeps_to_its_type_area() {
    if !ready() {
        return;
    }
    let (document, pages) = super::sample();
    let found = measured(&gongkai::write::pdf::write(&document, &pages, &FONTS).expect("writes"), "all");
    assert_eq!(found["pages"], pages.pages.len() as f64);
    assert_eq!(found["numbered pages"], pages.pages.iter().filter(|p| !p.label.is_empty()).count() as f64);
    for what in ["number off its place", "text off the type area"] {
        assert!(found[what] <= TOLERANCE, "{what}: {} mm", found[what]);
    }
}
