//! Files as other programs draw them, line by line; and the commands that take them.

use super::{lines, pdf, read, rule, said, show, texts};
use crate::common;
use gongkai::diagnostic::Diagnostics;
use gongkai::published::Part;
use std::path::Path;
use std::process::{Command, Output};

const CHARS: &str = "科目编码名称合计收支总表单位万元0123456789.一二三四（）注第页部分：";

/// A grid of edges with words in its cells.
fn grid(xs: &[f64], ys: &[f64], cells: &[(usize, usize, &str)]) -> String {
    let mut page: String = xs.iter().map(|&x| rule((x, ys[0]), (x, ys[ys.len() - 1]))).collect();
    page += &ys.iter().map(|&y| rule((xs[0], y), (xs[xs.len() - 1], y))).collect::<String>();
    let shown =
        |&(row, column, text): &(usize, usize, &str)| show(xs[column] + 3.0, ys[row + 1] + 5.0, 10.0, text, CHARS);
    page + &cells.iter().map(shown).collect::<String>()
}

const XS: [f64; 4] = [60.0, 160.0, 300.0, 400.0];

#[test]
fn a_glyph_drawn_twice_for_bold_is_read_once() {
    let ys = [700.0, 680.0, 660.0];
    let page = grid(&XS, &ys, &[(0, 0, "科目"), (0, 1, "合计"), (1, 0, "11"), (1, 1, "77.17")]);
    // A hair beside, as WPS draws it.
    let bold = show(XS[1] + 3.3, 685.0, 10.0, "合计", CHARS) + &show(XS[1] + 3.3, 665.0, 10.0, "77.17", CHARS);
    let published = read(&pdf(&[&(page + &bold)], CHARS));
    let table = published.tables().next().expect("a table");
    assert_eq!(lines(table), [["科目", "合计", ""], ["11", "77.17", ""]]);
}

#[test]
fn rules_of_many_kinds_make_the_same_cells() {
    let words = show(63.0, 665.0, 10.0, "科目", CHARS) + &show(163.0, 665.0, 10.0, "12.5", CHARS);
    let more = show(63.0, 645.0, 10.0, "合计", CHARS);
    let lines_drawn = "60 680 m 260 680 l S 60 660 m 260 660 l S 60 640 m 260 640 l S 60 680 m 60 640 l S 160 680 m 160 640 l S 260 680 m 260 640 l S\n";
    let boxes = "60 660 100 20 re S 160 660 100 20 re S 60 640 100 20 re S 160 640 100 20 re S\n";
    let thin = "60 679.75 200 .5 re f 60 659.75 200 .5 re f 60 639.75 200 .5 re f 59.75 640 .5 40 re f 159.75 640 .5 40 re f 259.75 640 .5 40 re f\n";
    let pieces: String = (0..40)
        .map(|i| {
            format!(
                "{} 680 m {} 680 l S {} 660 m {} 660 l S {} 640 m {} 640 l S ",
                60 + 5 * i,
                65 + 5 * i,
                60 + 5 * i,
                65 + 5 * i,
                60 + 5 * i,
                65 + 5 * i
            )
        })
        .collect();
    let pieces = pieces + "60 680 m 60 640 l S 160 680 m 160 640 l S 260 680 m 260 640 l S\n";
    // Open at its sides.
    let open = "60 680 m 260 680 l S 60 660 m 260 660 l S 60 640 m 260 640 l S 160 680 m 160 640 l S\n";
    for drawn in [lines_drawn, boxes, thin, pieces.as_str(), open] {
        let published = read(&pdf(&[&format!("{drawn}{words}{more}")], CHARS));
        let table = published.tables().next().unwrap_or_else(|| panic!("{drawn}"));
        assert_eq!(lines(table), [["科目", "12.5"], ["合计", ""]], "{drawn}");
    }
}

#[test]
fn cells_over_several_rows_and_columns_are_one() {
    // The rule between the first two columns begins below the first row; that below the first row ends at the third column.
    let mut page: String = [60.0, 300.0, 400.0].iter().map(|&x| rule((x, 700.0), (x, 640.0))).collect();
    page += &rule((160.0, 680.0), (160.0, 640.0));
    page += &(rule((60.0, 700.0), (400.0, 700.0)) + &rule((60.0, 680.0), (300.0, 680.0)));
    page += &(rule((60.0, 660.0), (400.0, 660.0)) + &rule((60.0, 640.0), (400.0, 640.0)));
    page += &show(150.0, 685.0, 10.0, "科目", CHARS);
    page += &(show(63.0, 665.0, 10.0, "编码", CHARS) + &show(163.0, 665.0, 10.0, "名称", CHARS));
    page += &(show(320.0, 675.0, 10.0, "合计", CHARS) + &show(63.0, 645.0, 10.0, "11", CHARS));
    let published = read(&pdf(&[&page], CHARS));
    let table = published.tables().next().expect("a table");
    assert_eq!(lines(table), [["科目", "", "合计"], ["编码", "名称", ""], ["11", "", ""]]);
    let spans: Vec<(usize, usize)> = table.rows[0].cells.iter().map(|cell| (cell.rowspan, cell.colspan)).collect();
    assert_eq!((spans, table.heads), (vec![(1, 2), (2, 1)], 2));
}

#[test]
fn a_table_goes_on_over_pages_and_its_heads_count_once() {
    let ys = [780.0, 760.0, 740.0, 720.0];
    let head = [(0, 0, "编码"), (0, 1, "名称"), (0, 2, "合计")];
    let of = |rows: [(usize, usize, &'static str); 2]| head.iter().copied().chain(rows).collect::<Vec<_>>();
    let number = |n: &str| show(290.0, 30.0, 10.0, n, CHARS);
    let title = show(200.0, 800.0, 16.0, "收支总表", CHARS);
    let first = title + &grid(&XS, &ys, &of([(1, 0, "201"), (2, 0, "202")])) + &number("1");
    let second = grid(&XS, &ys, &of([(1, 0, "203"), (2, 0, "204")])) + &number("2");
    let third =
        show(200.0, 800.0, 16.0, "支总表", CHARS) + &grid(&XS, &ys, &of([(1, 0, "205"), (2, 0, "206")])) + &number("3");
    let published = read(&pdf(&[&first, &second, &third], CHARS));
    let tables: Vec<_> = published.tables().collect();
    assert_eq!(tables.iter().map(|table| table.title.as_str()).collect::<Vec<_>>(), ["收支总表", "支总表"]);
    let codes = |at: usize| lines(tables[at]).iter().map(|line| line[0]).collect::<Vec<_>>();
    assert_eq!(codes(0), ["编码", "201", "202", "203", "204"]);
    assert_eq!(codes(1), ["编码", "205", "206"]);
    assert_eq!(tables[0].rows[3].cells[0].spot.page, 2);
    assert!(texts(&published).is_empty(), "{:?}", texts(&published));
}

/// A table as Word prints one whose first rows are its title and its unit, and whose last is a note.
#[test]
fn a_title_a_unit_and_a_note_within_the_rules_stand_over_the_table_and_below_it() {
    let ys = [780.0, 760.0, 740.0, 720.0];
    let wide = |top: f64, text: &str| {
        let sides = rule((XS[0], top), (XS[0], top - 20.0)) + &rule((XS[3], top), (XS[3], top - 20.0));
        sides + &rule((XS[0], top), (XS[3], top)) + &show(200.0, top - 15.0, 10.0, text, CHARS)
    };
    let last = rule((XS[0], 700.0), (XS[3], 700.0));
    let cells =
        [(0, 0, "编码"), (0, 1, "名称"), (0, 2, "合计"), (1, 0, "201"), (1, 2, "12.50"), (2, 0, "202"), (2, 2, "3.00")];
    let page = show(200.0, 830.0, 10.0, "部分目", CHARS)
        + &wide(820.0, "收支总表")
        + &wide(800.0, "单位：万元")
        + &grid(&XS, &ys, &cells)
        + &wide(720.0, "注：合计")
        + &last;
    let published = read(&pdf(&[&page], CHARS));
    let table = published.tables().next().expect("a table");
    assert_eq!((table.title.as_str(), table.above.last().map(String::as_str)), ("收支总表", Some("单位：万元")));
    assert_eq!(lines(table), [["编码", "名称", "合计"], ["201", "", "12.50"], ["202", "", "3.00"]]);
    assert_eq!(texts(&published).last(), Some(&"注：合计"));
}

/// Tables of three rules, or of a rule a row: what is read of them is told, and none of their lines is prose.
#[test]
fn tables_without_ruled_columns_are_told_and_are_no_prose() {
    let row = |y: f64, words: &[&str]| -> String {
        let places = [60.0, 250.0, 400.0];
        places
            .iter()
            .zip(words)
            .filter(|(_, text)| !text.is_empty())
            .map(|(&x, text)| show(x, y, 10.0, text, CHARS))
            .collect()
    };
    let across = |y: f64| rule((60.0, y), (500.0, y));
    let top = show(250.0, 800.0, 16.0, "收支总表", CHARS) + &show(420.0, 780.0, 10.0, "单位：万元", CHARS);
    let first: String = ["一一", "一二", "一三", "一四"]
        .iter()
        .enumerate()
        .map(|(at, name)| row(730.0 - 20.0 * at as f64, &[name, if at == 2 { "" } else { "12.50" }, "3.00"]))
        .collect();
    let page =
        top + &across(770.0) + &row(755.0, &["科目名称", "合计", "一部分"]) + &across(750.0) + &first + &across(660.0);
    let page = page + &show(60.0, 640.0, 10.0, "第二部分合计12.50万元", CHARS);
    let rest = across(800.0) + &row(785.0, &["合计", "50.00", "12.00"]) + &across(780.0);
    let rest = rest + &show(60.0, 700.0, 10.0, "第三部分", CHARS);
    let published = read(&pdf(&[&page, &rest, &show(60.0, 700.0, 10.0, "第四部分", CHARS)], CHARS));
    assert_eq!(texts(&published), ["收支总表", "第二部分合计12.50万元", "第三部分", "第四部分"]);
    let told: Vec<String> = said(&published.found).into_iter().filter(|line| line.contains("各列的线")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("第 1—2 页") && told[0].contains("E564"), "{told:?}");
    // A sentence with two amounts, and amounts of one line alone, are prose.
    let prose = show(60.0, 700.0, 10.0, "一部分12.50万元二部分3.00", CHARS) + &row(600.0, &["合计", "12.50"]);
    let published = read(&pdf(&[&prose], CHARS));
    assert_eq!((texts(&published).len(), said(&published.found).len()), (2, 0));
}

#[test]
fn a_page_whose_lines_run_upwards_is_turned() {
    let ys = [700.0, 680.0, 660.0];
    let page = grid(&XS, &ys, &[(0, 0, "科目"), (0, 1, "合计"), (1, 0, "201"), (1, 1, "12.5")]);
    let published = read(&pdf(&[&format!("q 0 1 -1 0 760 0 cm\n{page}Q\n")], CHARS));
    let table = published.tables().next().expect("a table");
    assert_eq!(lines(table), [["科目", "合计", ""], ["201", "12.5", ""]]);
}

#[test]
fn paragraphs_are_put_together_over_lines_and_pages() {
    let line = "一二三四一二三四一二三四一二三四一二三四一二三四一二三四一二三四";
    let full = |y: f64| show(60.0, y, 20.0, line, CHARS);
    let indented = |y: f64| show(84.0, y, 20.0, &line[..line.len() - 6], CHARS);
    let filler: String = (0..8).map(|i| full(600.0 - 40.0 * f64::from(i))).collect();
    let first = indented(640.0) + &filler;
    let second = full(780.0)
        + &show(60.0, 740.0, 20.0, "合计", CHARS)
        + &indented(700.0)
        + &show(60.0, 660.0, 20.0, "单位", CHARS);
    let published = read(&pdf(&[&first, &second], CHARS));
    let read = texts(&published);
    assert_eq!(read.len(), 2, "{read:?}");
    assert!(read[0].starts_with(line) && read[0].ends_with("合计") || read[0].ends_with("合计"), "{read:?}");
    assert!(read[1].ends_with("单位"), "{read:?}");
}

#[test]
fn words_across_a_rule_are_doubted() {
    let ys = [700.0, 680.0, 660.0];
    let page = grid(&XS, &ys, &[(0, 0, "科目"), (0, 1, "合计"), (1, 0, "123456789012345678"), (1, 1, "12.5")]);
    let published = read(&pdf(&[&page], CHARS));
    let table = published.tables().next().expect("a table");
    assert!(table.rows[1].cells[0].doubt.is_some());
    assert_eq!(table.rows[0].cells[0].doubt, None);
}

#[test]
fn scanned_pages_are_told_and_never_guessed() {
    let image = "q 500 0 0 700 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u{7f} EI Q\n";
    let said_of_all = super::refused(&pdf(&[image], CHARS));
    assert!(said_of_all.contains("E563") && said_of_all.contains("扫描"), "{said_of_all}");
    let hidden = format!("{image}BT 3 Tr /F 10 Tf 60 700 Td <41424344> Tj ET\n");
    assert!(super::refused(&pdf(&[&hidden], CHARS)).contains("E563"));
    let other = show(60.0, 700.0, 12.0, "第一部分", CHARS);
    let published = read(&pdf(&[&other, &hidden], CHARS));
    assert!(said(&published.found).iter().any(|line| line.contains("第 2 页") && line.contains("E563")));
    assert_eq!(published.parts.iter().filter(|part| matches!(part, Part::Text(_))).count(), 1);
}

#[test]
fn glyphs_without_a_name_are_told() {
    let page = show(60.0, 700.0, 12.0, "第一部分", CHARS) + "BT /F 12 Tf 60 600 Td <20> Tj ET\n";
    let published = read(&pdf(&[&page], CHARS));
    assert!(said(&published.found).iter().any(|line| line.contains("E564")), "{:?}", published.found);
}

#[test]
fn radicals_in_place_of_characters_are_the_characters() {
    let chars = "公务用⻋增⻓⺠⼀人";
    let published = read(&pdf(&[&show(60.0, 700.0, 12.0, chars, chars)], chars));
    assert_eq!(texts(&published), ["公务用车增长民一人"]);
}

/// A face that is not embedded, as ReportLab and old Word export it: codes of Unicode, no ToUnicode (ISO 32000-1, 9.7.5.2).
#[test]
fn chinese_faces_that_are_not_embedded_are_read() {
    let codes: String = "收支总表".encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    let file = super::assembled(&[
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>".to_owned(),
        super::stream("", &format!("BT /F 12 Tf 60 700 Td <{codes}> Tj ET")),
        "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>".to_owned(),
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>\
         /DW 1000/FontDescriptor 7 0 R>>"
            .to_owned(),
        "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880\
         /Descent -120/CapHeight 880/StemV 93>>"
            .to_owned(),
    ]);
    assert_eq!(texts(&read(&file)), ["收支总表"]);
}

// ------------------------------------------------------------------------------------------------- commands

pub(super) fn gongkai(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("GONGKAI_FONTS", common::root().join("fonts"))
        .env("GONGKAI_CACHE", "");
    command.output().expect("the program starts")
}

pub(super) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A desk with the sample's PDF on it.
fn desk() -> tempfile::TempDir {
    let desk = tempfile::tempdir().expect("a temporary folder");
    common::copy(&common::root().join("data/shanghai-unit-sample"), &desk.path().join("数据"));
    let built = gongkai(desk.path(), &["build", "数据", "-o", ".", "--format", "pdf"]);
    let file = std::fs::read_dir(desk.path().join("数据")).expect("a folder").map(|e| e.expect("an entry").path());
    let file = file.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "pdf"));
    std::fs::rename(file.unwrap_or_else(|| panic!("{}", stderr(&built))), desk.path().join("公开.pdf")).expect("moves");
    desk
}

#[test]
fn import_makes_a_folder_that_check_reads_and_never_overwrites() {
    let desk = desk();
    let imported = gongkai(desk.path(), &["import", "公开.pdf", "新"]);
    let told = stderr(&imported);
    assert!(imported.status.success(), "{told}");
    let first = told.lines().next().unwrap_or_default();
    assert!(first.starts_with("认作 shanghai-unit-budget-2026：东湖区河道管理所，2026 年"), "{told}");
    assert!(first.contains("9 张表认出 9 张"), "{told}");
    let table = std::fs::read_to_string(desk.path().join("新/tables/t1.csv")).expect("a table");
    assert!(table.starts_with("2026年预算单位财务收支预算总表"), "{table}");
    let source = std::fs::read_to_string(desk.path().join("新/source.toml")).expect("its source");
    assert!(source.contains("file = \"tables/t1.csv\"") && source.contains("page = "), "{source}");
    // What the file does not say is not made up.
    let report = std::fs::read_to_string(desk.path().join("新/report.toml")).expect("a report");
    assert!(report.contains("code = \"\"") && report.contains("请填写"), "{report}");
    let again = gongkai(desk.path(), &["import", "公开.pdf", "新"]);
    assert!(!again.status.success() && stderr(&again).contains("E516"), "{}", stderr(&again));
    assert_eq!(std::fs::read_to_string(desk.path().join("新/tables/t1.csv")).expect("a table"), table);
    let unknown = gongkai(desk.path(), &["import", "公开.pdf", "另", "--layout", "没有这一套"]);
    assert!(!unknown.status.success() && !desk.path().join("另").exists(), "{}", stderr(&unknown));
}

#[test]
fn audit_tells_each_file_and_the_sum() {
    let desk = desk();
    std::fs::write(desk.path().join("坏.pdf"), b"%PDF-1.7\n?").expect("writes");
    let audited = gongkai(desk.path(), &["audit", "公开.pdf", "坏.pdf", "没有.pdf"]);
    let told = stderr(&audited);
    assert_eq!(audited.status.code(), Some(1), "{told}");
    assert!(told.contains("公开.pdf：认作 shanghai-unit-budget-2026"), "{told}");
    assert!(told.contains("坏.pdf") && told.contains("E562"), "{told}");
    assert!(told.contains("没有.pdf") && told.contains("E101"), "{told}");
    let sums = ["     1      0      0  坏.pdf", "     1      0      0  没有.pdf"];
    assert!(told.trim_end().ends_with(&sums.join("\n")), "a line for each file at the end: {told}");
    let json = gongkai(desk.path(), &["audit", "公开.pdf", "--format", "json"]);
    assert!(serde_json::from_slice::<serde_json::Value>(&json.stdout).is_ok(), "{}", stderr(&json));
    let mut found = Diagnostics::default();
    let bytes = std::fs::read(desk.path().join("公开.pdf")).expect("a PDF");
    let layouts = gongkai::layout::Layouts::default();
    gongkai::published::import::take(&bytes, Path::new("公开.pdf"), None, &layouts, &mut found).expect("it is read");
    assert!(!found.has_errors(), "{:?}", said(&found));
}

/// Parts of an audit together are the whole of it, each file in one of them.
#[test]
fn parts_of_an_audit_are_the_whole_of_it() {
    let desk = desk();
    for (name, bytes) in [("坏.pdf", "%PDF-1.7\n?"), ("坏二.pdf", "?"), ("坏三.docx", "PK")] {
        std::fs::write(desk.path().join(name), bytes).expect("writes");
    }
    let files = ["公开.pdf", "坏.pdf", "没有.pdf", "坏二.pdf", "坏三.docx"];
    let audited = |part: &str| {
        let part: Vec<&str> = if part.is_empty() { vec![] } else { vec!["--part", part] };
        let output = gongkai(desk.path(), &[&["audit"], &files[..], &["--format", "json"], &part[..]].concat());
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (json["findings"].as_array().expect("a list").clone(), stderr(&output), output.status.code())
    };
    let (whole, told, code) = audited("");
    assert_eq!(code, Some(1));
    let parts = ["1/3", "2/3", "3/3"].map(audited);
    for (index, file) in files.iter().enumerate() {
        let named = |told: &str| told.lines().any(|line| line.starts_with(&format!("{file}：")));
        assert!(named(&told), "{told}");
        for (part, (_, told, _)) in parts.iter().enumerate() {
            assert_eq!(named(told), part == index % 3, "{file} is done in part {} alone:\n{told}", index % 3 + 1);
        }
    }
    let texts = |findings: &[serde_json::Value]| {
        let mut texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
        texts.sort();
        texts
    };
    let joined: Vec<serde_json::Value> = parts.iter().flat_map(|(findings, ..)| findings.clone()).collect();
    assert_eq!(texts(&joined), texts(&whole));
    // More parts than files: one of them has nothing to do, and that is no mistake.
    let (none, told, code) = audited("7/8");
    assert_eq!((none.len(), code), (0, Some(0)), "{told}");
}

// ------------------------------------------------------------------------------------------------- places and pictures

/// The desk's PDF as another prints it: one figure of a table is not what it was.
fn wrong_pdf(desk: &Path) {
    let made = common::made(&common::root().join("data/shanghai-unit-sample")).remove(0);
    let mut document = made.document().clone();
    let blocks = document.sections.iter_mut().flat_map(|section| &mut section.blocks);
    let tables = blocks.filter_map(|block| match block {
        gongkai::document::Block::Table(table) if table.id == "t5" => Some(table),
        _ => None,
    });
    let cells =
        tables.flat_map(|table| &mut table.body).flat_map(|row| &mut row.cells).flat_map(|cell| &mut cell.inlines);
    let figure = cells.into_iter().find(|inline| inline.figure.is_some() && inline.text.len() > 3).expect("a figure");
    figure.text = format!("9{}", figure.text);
    let fonts = common::fonts();
    let pages = gongkai::typeset::typeset(&document, made.style(), &fonts, &mut Diagnostics::default());
    let pdf = gongkai::write::write(&document, made.style(), &pages, &fonts, gongkai::write::Format::Pdf);
    std::fs::write(desk.join("错.pdf"), pdf.unwrap_or_else(|found| panic!("{found}"))).expect("writes");
}

#[test]
fn findings_of_audit_have_page_and_box_and_a_picture_of_their_place() {
    let desk = tempfile::tempdir().expect("a temporary folder");
    wrong_pdf(desk.path());
    let json = gongkai(desk.path(), &["audit", "错.pdf", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    let findings = json["findings"].as_array().expect("findings");
    let wrong: Vec<_> = findings.iter().filter(|found| found["severity"] == "error").collect();
    assert!(!wrong.is_empty(), "{json:#}");
    for found in &wrong {
        let on = &found["on_page"];
        let page = on["page"].as_u64().expect("a page");
        let area: Vec<f64> =
            on["box"].as_array().expect("a box").iter().map(|v| v.as_f64().expect("a number")).collect();
        assert!(found["file"].as_str().expect("a place").starts_with(&format!("错.pdf 第 {page} 页")), "{found:#}");
        assert!(area[0] < area[2] && area[1] < area[3] && area[3] < 900.0, "{found:#}");
    }
    let sarif = gongkai(desk.path(), &["audit", "错.pdf", "--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_slice(&sarif.stdout).expect("JSON");
    let location = &sarif["runs"][0]["results"][0]["locations"][0];
    assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "%E9%94%99.pdf", "{location:#}");
    assert!(location["properties"]["page"].is_u64() && location["properties"]["box"].is_array(), "{location:#}");
    let html = gongkai(desk.path(), &["audit", "错.pdf", "--format", "html"]);
    let html = String::from_utf8(html.stdout).expect("text");
    let pictures: Vec<&str> = html.split("<svg ").skip(1).map(|svg| svg.split("</svg>").next().unwrap_or("")).collect();
    assert!(pictures.len() >= wrong.len(), "{} pictures", pictures.len());
    // Paths of what stands there, the place marked; nothing that runs or fetches.
    for picture in pictures {
        assert!(picture.matches("<path ").count() > 10 && picture.contains("stroke=\"#b3261e\""), "{picture}");
        assert!(!picture.contains("href") && !picture.contains("script"), "{picture}");
    }
}

#[test]
fn nothing_doubtful_is_printed_unconfirmed() {
    use gongkai::published::as_folder::{as_folder, whose};
    use gongkai::published::recognise::recognise;
    let made = common::made(&common::root().join("data/shanghai-unit-sample")).remove(0);
    let files = made.write(&common::fonts(), &[gongkai::write::Format::Pdf]).unwrap_or_else(|found| panic!("{found}"));
    let mut published = read(&files[0].bytes);
    let tables = published.parts.iter_mut().filter_map(|part| match part {
        Part::Table(table) => Some(table),
        Part::Text(_) => None,
    });
    let cells = tables.flat_map(|table| &mut table.rows).flat_map(|row| &mut row.cells);
    let cell = cells.into_iter().find(|cell| cell.text.contains(".00")).expect("a figure");
    cell.doubt = Some(gongkai::published::Doubt::Across);
    let (text, page) = (cell.text.clone(), cell.spot.page);
    let layouts = gongkai::layout::Layouts::default();
    let whose = whose(&published, Path::new("公开.pdf"));
    let recognised = recognise(&published, Some(2026), None, &layouts, &mut Diagnostics::default()).expect("a set");
    let mut files = as_folder(&published, &recognised, &whose, "公开.pdf").files;
    let report = files["report.toml"].replacen("code = \"\"", "code = \"1\"", 1);
    files.insert("report.toml".to_owned(), report);
    let doubts = files["doubts.toml"].clone();
    assert!(doubts.contains(&text) && doubts.contains(&format!("公开.pdf 第 {page} 页")), "{doubts}");
    let checked = |files: &std::collections::BTreeMap<String, String>| {
        let files = files.iter().map(|(name, text)| (name.clone(), text.as_bytes().into()));
        let folder = gongkai::folder::Folder::of_files(Path::new("新"), files);
        let mut found = Diagnostics::default();
        gongkai::prepare::prepare_whole(&folder, &layouts, &mut found);
        said(&found).into_iter().filter(|line| line.contains("[E572]")).collect::<Vec<_>>()
    };
    let told = checked(&files);
    assert!(told.len() == 1 && told[0].starts_with("tables/t") && told[0].contains(&text), "{told:?}");
    // The cell was mended, or the doubt was taken out.
    let mut mended = files.clone();
    let line = doubts.lines().find_map(|line| line.strip_prefix("file = \"")).expect("a file").trim_end_matches('"');
    let table = mended.get_mut(line).expect("the table");
    *table = table.replace(&text, "1.00");
    assert_eq!(checked(&mended), Vec::<String>::new());
    files.remove("doubts.toml");
    assert_eq!(checked(&files), Vec::<String>::new());
}

/// What may have been misread is told before all else, at its row, with a picture of its place.
#[test]
fn doubtful_cells_are_told_first_and_shown() {
    let chars = "2026年预算单位“三公”经费和机关运行表：万元合计因公出国(境)费接待用车购置小数0123456789.及务";
    let xs = [40.0, 110.0, 180.0, 250.0, 320.0, 390.0, 460.0, 530.0];
    let ys = [700.0, 680.0, 660.0, 640.0, 620.0];
    let edges: String = xs
        .iter()
        .map(|&x| rule((x, ys[0]), (x, ys[4])))
        .chain(ys.iter().map(|&y| rule((xs[0], y), (xs[7], y))))
        .collect();
    let cells = [
        (0, 0, "“三公”经费预算数"),
        (0, 6, "机关运行经费"),
        (1, 0, "合计"),
        (1, 1, "因公出国(境)费"),
        (1, 2, "公务接待费"),
        (1, 3, "公务用车购置及"),
        (2, 3, "小计"),
        (2, 4, "购置费"),
        (2, 5, "运行费"),
        (3, 0, "10.81"),
        (3, 1, "0"),
        (3, 2, "0.8312345678901234"),
        (3, 3, "9.98"),
        (3, 4, "0"),
        (3, 5, "9.98"),
        (3, 6, "217.83"),
    ];
    let place =
        |&(row, column, text): &(usize, usize, &str)| show(xs[column] + 2.0, ys[row + 1] + 5.0, 8.0, text, chars);
    let over = show(150.0, 760.0, 16.0, "2026年预算单位“三公”经费和机关运行经费预算表", chars)
        + &show(440.0, 730.0, 8.0, "单位：万元", chars);
    let page = over + &edges + &cells.iter().map(place).collect::<String>();
    let desk = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(desk.path().join("公开.pdf"), pdf(&[&page], chars)).expect("writes");
    let imported = gongkai(desk.path(), &["import", "公开.pdf", "新", "--layout", "shanghai-unit-budget-2026"]);
    let told = stderr(&imported);
    let found: Vec<&str> = told.lines().filter(|line| line.contains("[E") || line.contains("[")).collect();
    assert!(
        found[0].contains("公开.pdf 第 1 页") && found[0].contains("第 4 行") && found[0].contains("[E567]"),
        "{told}"
    );
    assert!(found.len() > 1 && found.iter().any(|line| line.contains("[E568]")), "{told}");
    assert!(desk.path().join("新/doubts.toml").is_file(), "{told}");
    let html =
        gongkai(desk.path(), &["audit", "公开.pdf", "--layout", "shanghai-unit-budget-2026", "--format", "html"]);
    let html = String::from_utf8(html.stdout).expect("text");
    let at = html.find("E567").expect("the doubt");
    assert!(html[at..].contains("<svg "), "{html}");
}

#[test]
fn tables_of_targets_come_in_as_the_records_that_they_print() {
    let made = common::made(&common::sample()).remove(0);
    let files = made.write(&common::fonts(), &[gongkai::write::Format::Pdf]).unwrap_or_else(|found| panic!("{found}"));
    let mut found = Diagnostics::default();
    let layouts = gongkai::layout::Layouts::default();
    let taken = gongkai::published::import::take(&files[0].bytes, Path::new("公开.pdf"), None, &layouts, &mut found);
    let taken = taken.unwrap_or_else(|| panic!("{:?}", said(&found)));
    let plain = |text: &str| -> Vec<Vec<String>> {
        let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let cells = |row: csv::StringRecord| row.iter().map(super::plain).collect();
        rows.records().map(|row| cells(row.expect("a row"))).collect()
    };
    let was = std::fs::read_to_string(common::sample().join("targets.csv")).expect("the records");
    let (was, is) = (plain(was.trim_start_matches('\u{FEFF}')), plain(&taken.imported.files["targets.csv"]));
    let lost: Vec<_> = was.iter().filter(|row| !is.contains(row)).collect();
    assert!(lost.is_empty() && was.len() == is.len(), "{} of {}: {lost:#?}", is.len(), was.len());
    // Each stands in the document where it stood.
    let placed = taken.imported.files["text/05-performance.md"].matches("{{ table(\"jx\", project=").count();
    let projects: std::collections::BTreeSet<&String> = was[1..].iter().map(|row| &row[0]).collect();
    assert_eq!(placed, projects.len());
}

#[test]
fn tables_of_columns_come_in_as_the_records_that_they_print() {
    let made = common::made(&common::sample()).remove(0);
    let files = made.write(&common::fonts(), &[gongkai::write::Format::Pdf]).unwrap_or_else(|found| panic!("{found}"));
    let mut found = Diagnostics::default();
    let taken =
        gongkai::published::import::take(&files[0].bytes, Path::new("公开.pdf"), None, &common::layouts(), &mut found);
    let taken = taken.unwrap_or_else(|| panic!("{:?}", said(&found)));
    let read = |text: &str| -> Vec<std::collections::BTreeMap<String, String>> {
        let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        let heads = rows.headers().expect("heads").clone();
        let row = |row: csv::StringRecord| {
            heads.iter().zip(row.iter()).map(|(h, c)| (h.to_owned(), super::plain(c))).collect()
        };
        rows.records().map(|line| row(line.expect("a row"))).collect()
    };
    let was = |file: &str| read(&std::fs::read_to_string(common::sample().join(file)).expect("the records"));
    assert_eq!(read(&taken.imported.files["units.csv"]), was("units.csv"));
    let (was, is) = (was("procurement.csv"), read(&taken.imported.files["procurement.csv"]));
    assert_eq!(is.len(), was.len());
    // By what they are; amounts as they are printed, in 万元.
    let said = ["单位", "项目", "采购物品名称", "政府采购目录序号", "计量单位", "数量", "资金来源", "结转"];
    let key = |row: &std::collections::BTreeMap<String, String>| said.map(|head| row[head].clone());
    let amount = |row: &std::collections::BTreeMap<String, String>, head: &str, scale: i64| {
        let text = row.get(head).map_or("", String::as_str);
        let exact: rust_decimal::Decimal = if text.is_empty() { 0.into() } else { text.parse().expect("a number") };
        (exact / rust_decimal::Decimal::from(scale))
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
    };
    let amounts = |row: &std::collections::BTreeMap<String, String>, unit: &str, scale: i64| {
        ["单价", "金额", "预留中小微企业份额"].map(|head| amount(row, &format!("{head}（{unit}）"), scale))
    };
    let mut wanted: Vec<_> = was.iter().map(|row| (key(row), amounts(row, "元", 10_000))).collect();
    let mut given: Vec<_> = is.iter().map(|row| (key(row), amounts(row, "万元", 1))).collect();
    wanted.sort();
    given.sort();
    assert_eq!(given, wanted);
}
