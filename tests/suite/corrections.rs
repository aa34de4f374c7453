//! One line of the ledger changes: every table, total, sentence and change that holds it follows, in both files, and
//! nothing else moves. What each figure should be is computed here from the CSV files, by other code than the
//! program's: whole 分 in integers, a filter a column written out by hand.

use crate::common;
use gongkai::document::{Document, plain_text};
use gongkai::write::Format;
use std::collections::{BTreeMap, BTreeSet};

/// A ledger line: 功能科目, 支出类别, 经济科目, 用途, 项目, 资金来源, 分.
struct Line {
    function: String,
    category: String,
    econ: String,
    purpose: String,
    project: String,
    fund: String,
    fen: i64,
}

fn fen(text: &str) -> i64 {
    let (yuan, cents) = text.split_once('.').unwrap_or((text, "0"));
    let sign = if yuan.starts_with('-') { -1 } else { 1 };
    yuan.parse::<i64>().expect("元") * 100 + sign * format!("{cents:0<2}").parse::<i64>().expect("分")
}

fn ledger(text: &str) -> Vec<Line> {
    let line = |row: &str| {
        let cells: Vec<String> = row.split(',').map(str::to_string).collect();
        let [function, category, econ, purpose, project, fund, amount] =
            <[String; 7]>::try_from(cells).expect("7 columns");
        Line { function, category, econ, purpose, project, fund, fen: fen(&amount) }
    };
    text.lines().skip(1).map(line).collect()
}

/// 万元 with two decimals, half up, in integers; exact zero prints as `zero`.
fn wan(fen: i64, zero: &str) -> String {
    if fen == 0 {
        return zero.to_string();
    }
    let hundredths = (fen.abs() + 5_000) / 10_000;
    let sign = if fen < 0 && hundredths != 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
}

fn is_three(line: &Line, item: &str) -> bool {
    let of = |econ: &str| line.econ.starts_with(econ);
    match item {
        "小计" => of("30212") || of("31013") || of("30231") || of("30217"),
        "出国" => of("30212"),
        "用车" => of("31013") || of("30231"),
        "购置" => of("31013"),
        "运行" => of("30231"),
        "接待" => of("30217"),
        _ => false,
    }
}

fn fund_of(key: &str) -> &str {
    match key {
        "一般" => "一般公共预算",
        "基金" => "政府性基金预算",
        "国资" => "国有资本经营预算",
        "专户" => "财政专户",
        "事业" => "事业收入",
        "经营" => "事业单位经营收入",
        "上级" => "上级补助收入",
        "上缴" => "附属单位上缴收入",
        "其他" => "其他收入",
        other => other,
    }
}

fn is_fiscal(line: &Line) -> bool {
    ["一般公共预算", "政府性基金预算", "国有资本经营预算"].contains(&line.fund.as_str())
}

/// Whether a line belongs to the figure at `table/row/column`; the sample has no carried-over money.
fn belongs(line: &Line, table: &str, row: &str, column: &str) -> bool {
    let code = |of: &str| row.chars().all(|c| c.is_ascii_digit()) && of.starts_with(row);
    let basic = line.category == "基本支出";
    let personal = basic && (line.econ.starts_with("301") || line.econ.starts_with("303"));
    let office = basic && (line.econ.starts_with("302") || line.econ.starts_with("310"));
    let whole = ["本年收入", "收入总计", "本年支出", "支出总计", "合计"].contains(&row);
    let own_row = whole || code(&line.function);
    match table {
        "t1" => own_row || line.fund == fund_of(row),
        "t4" if column == "金额" => is_fiscal(line) && (whole || line.fund == fund_of(row)),
        "t4" => is_fiscal(line) && own_row && (column == "合计" || line.fund == fund_of(column)),
        "t2" => {
            let fits = ["合计", "小计"].contains(&column) || column == "财政" && is_fiscal(line);
            own_row && (fits || line.fund == fund_of(column))
        }
        "t3" => own_row && (column == "合计" || line.category == format!("{column}支出")),
        "t5" | "t7" | "t8" => {
            let fund =
                [("t5", "一般"), ("t7", "基金"), ("t8", "国资")].iter().find(|(t, _)| *t == table).expect("one").1;
            own_row && line.fund == fund_of(fund) && (column == "合计" || line.category == format!("{column}支出"))
        }
        "t6" => {
            let fits = column == "合计" || (column == "人员" && personal) || (column == "公用" && office);
            basic && line.fund == "一般公共预算" && fits && (row == "合计" || code(&line.econ))
        }
        "t9" => is_fiscal(line) && is_three(line, row) && (column == "合计" || line.fund == fund_of(column)),
        "hz" if row == "人员" => personal,
        "hz" if row == "公用" => office,
        "hz" => false, // 单位资金 and 非财政结转: the sample has none
        "xm" => line.category == "项目支出" && gongkai::compose::short_key(&line.project).as_ref() == row,
        "jg" => {
            office
                && line.fund == "一般公共预算"
                && (row == "合计" || gongkai::compose::short_key(&line.purpose).as_ref() == row)
        }
        _ => false,
    }
}

/// Last year's 分 for a figure of t3 or t9, from the three lines of prior.csv.
fn before(row: &str, column: &str, table: &str) -> i64 {
    match (table, row, column) {
        ("t3", "合计", "合计") => fen("748298.00") + fen("200.00") + fen("67700550.00"),
        ("t3", "合计", "基本") => fen("748298.00") + fen("200.00"),
        ("t3", "合计", "项目") => fen("67700550.00"),
        ("t9", "小计" | "接待", "合计") => fen("200.00"),
        _ => 0,
    }
}

/// What a figure's exact amount should be, in 分; none for tables that do not read the ledger.
fn expected(lines: &[Line], address: &str) -> Option<i64> {
    let base = address.strip_suffix("~prior").unwrap_or(address);
    let mut parts = base.split('/');
    let (table, row, column) = (parts.next()?, parts.next()?, parts.next()?);
    if !["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "hz", "xm", "jg"].contains(&table) {
        return None;
    }
    let sum: i64 = lines.iter().filter(|l| belongs(l, table, row, column)).map(|l| l.fen).sum();
    Some(if base == address { sum } else { sum - before(row, column, table) })
}

fn figures(document: &Document) -> BTreeMap<&str, (i64, &str)> {
    let one = |f: &'_ gongkai::document::PrintedFigure| fen(&f.amount.round_dp(2).to_string());
    document.figures.iter().map(|f| (f.address.as_str(), (one(f), f.text.as_str()))).collect()
}

/// The ledger with one line's amount changed (`at` from 0), as text.
fn changed(ledger: &str, at: usize, by: i64) -> String {
    let mut rows: Vec<String> = ledger.lines().map(str::to_string).collect();
    let (head, amount) = rows[at + 1].rsplit_once(',').expect("an amount");
    let new = fen(amount) + by;
    rows[at + 1] = format!("{head},{}.{:02}", new / 100, new % 100);
    rows.join("\n") + "\n"
}

/// Line 17 of the sample pays 公务接待费: its reason says 持平, so it has a test of its own.
const RECEPTION: usize = 15;

#[test]
fn every_figure_is_the_independent_sum_after_each_correction() {
    let folder = common::copy_of_sample();
    let path = folder.path().join("ledger.csv");
    let original = std::fs::read_to_string(&path).expect("the ledger");
    let base = common::composed(folder.path()).expect("the sample composes");
    for at in (0..45).filter(|&at| at != RECEPTION) {
        let text = changed(&original, at, 10_000_000 + at as i64 * 7);
        std::fs::write(&path, &text).expect("writes");
        let document = common::composed(folder.path()).unwrap_or_else(|found| panic!("{}", found.join("\n")));
        let lines = ledger(&text);
        let (now, then) = (figures(&document), figures(&base));
        let checked: Vec<&&str> = now.keys().filter(|a| expected(&lines, a).is_some()).collect();
        assert!(checked.len() > 300, "only {} figures were checked", checked.len());
        for address in checked {
            assert_eq!(Some(now[*address].0), expected(&lines, address), "{address} after line {at}");
        }
        let old = ledger(&original);
        let moved = |a: &&&str| then.get(**a).map(|f| f.0) != Some(now[**a].0);
        let expected_to_move = |a: &&&str| expected(&old, a) != expected(&lines, a);
        let really: BTreeSet<&&str> = now.keys().filter(moved).collect();
        let should: BTreeSet<&&str> = now.keys().filter(expected_to_move).collect();
        // 政府采购's 预算资金 column shows a project's budget: it may move too, by the same amount.
        let only: Vec<&&&str> = really.symmetric_difference(&should).filter(|a| !a.starts_with("cg/")).collect();
        assert!(only.is_empty(), "line {at}: {only:?}");
    }
}

/// What `diff` names is what moved on the page, by the independent sums: no figure more, none less, and the cause is
/// the line that was changed.
#[test]
fn a_difference_names_exactly_the_figures_that_moved() {
    let folder = common::copy_of_sample();
    let path = folder.path().join("ledger.csv");
    let original = std::fs::read_to_string(&path).expect("the ledger");
    let base = common::made(folder.path());
    let old = ledger(&original);
    // The 办公费 of the sample, 8,300.00 → 108,300.00; then others, by amounts of which some do not show in 万元.
    let corrections = [(9, 10_000_000), (0, 10_000_000), (9, 40), (17, 4_999), (30, -5_000), (38, 123_456_789)];
    for (at, by) in corrections {
        let text = changed(&original, at, by);
        std::fs::write(&path, &text).expect("writes");
        let new = common::made(folder.path());
        let diff = common::difference(&base, &new);
        let lines = ledger(&text);
        let printed: BTreeSet<&str> =
            [&base, &new].iter().flat_map(|s| s[0].document().figures.iter().map(|f| f.address.as_str())).collect();
        let known: Vec<&str> = printed.into_iter().filter(|a| expected(&lines, a).is_some()).collect();
        let shows = |lines: &[Line], address: &str| wan(expected(lines, address).expect("known"), "");
        let should: BTreeSet<&str> = known.iter().filter(|a| shows(&old, a) != shows(&lines, a)).copied().collect();
        let told: BTreeSet<&str> = diff.figures.iter().map(|f| f.address.as_str()).collect();
        // 政府采购's 预算资金 shows a project's budget; the sums above do not know it.
        let only: Vec<&&str> = told.symmetric_difference(&should).filter(|a| !a.starts_with("cg/")).collect();
        assert!(only.is_empty(), "line {at} by {by}: {only:?}");
        assert_eq!(told.is_empty(), by == 40, "line {at} by {by}: {} figures", told.len());
        for figure in &diff.figures {
            assert_eq!(figure.delta(), rust_decimal::Decimal::new(by, 2), "{}", figure.address);
            let causes: Vec<String> = figure.causes.iter().map(|&c| diff.causes[c].place()).collect();
            assert_eq!(causes, [format!("ledger.csv:{}", at + 2)], "{}", figure.address);
        }
    }
    let text = changed(&original, 9, 10_000_000);
    std::fs::write(&path, text).expect("writes");
    let diff = common::difference(&base, &common::made(folder.path()));
    let causes: Vec<String> = diff.causes.iter().map(ToString::to_string).collect();
    assert_eq!(causes, ["ledger.csv:11 办公费 8,300.00 → 108,300.00"]);
    assert_eq!((diff.figures.len(), diff.texts.len(), diff.rows.len(), diff.layout.len()), (54, 5, 0, 0));
}

#[test]
fn both_files_follow_twenty_corrections() {
    let poppler = common::have("pdftotext");
    let folder = common::copy_of_sample();
    let path = folder.path().join("ledger.csv");
    let original = std::fs::read_to_string(&path).expect("the ledger");
    for at in (0..45).filter(|&at| at != RECEPTION).step_by(2).take(20) {
        let text = changed(&original, at, 10_000_000);
        std::fs::write(&path, &text).expect("writes");
        let lines = ledger(&text);
        let document = common::composed(folder.path()).expect("composes");
        let outputs = common::built(folder.path(), &[Format::Pdf, Format::Docx]);
        let controls = docx_controls(&outputs[1].bytes);
        for (address, printed) in &controls {
            let base = address.split('!').next().unwrap_or(address);
            if let Some(fen) = expected(&lines, base) {
                let texts =
                    [wan(fen, "0.00"), wan(fen, "0"), wan(fen, "0.00").replace(".00", ""), wan(fen.abs(), "0.00")];
                assert!(texts.contains(printed), "{address} prints {printed}, expected {texts:?}");
            }
        }
        assert!(controls.len() > 380, "only {} figures in the DOCX", controls.len());
        if poppler {
            let text = pdf_text(&outputs[0].bytes);
            for sentence in sentences(&document) {
                assert!(text.contains(&sentence), "the PDF lacks {sentence}");
            }
            let total = wan(lines.iter().map(|l| l.fen).sum(), "");
            assert!(text.matches(&total).count() >= 10, "the PDF's totals are not {total}");
        }
    }
}

/// Paragraphs with figures, without spaces.
fn sentences(document: &Document) -> Vec<String> {
    let text = |b: &gongkai::document::Block| match b {
        gongkai::document::Block::Paragraph(p) if p.inlines.iter().any(|i| i.figure.is_some()) => {
            Some(plain_text(&p.inlines).split_whitespace().collect::<String>())
        }
        _ => None,
    };
    document.blocks().filter_map(text).collect()
}

fn pdf_text(bytes: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), bytes).expect("writes");
    let output = std::process::Command::new("pdftotext").arg(file.path()).arg("-").output().expect("pdftotext runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // The page number, at the page's end, or on a turned page at its beginning.
    let is_number =
        |t: &str| t.strip_prefix('—').and_then(|t| t.strip_suffix('—')).is_some_and(|n| n.parse::<u32>().is_ok());
    let page = |p: &str| -> String {
        let lines = p.lines().map(|l| l.split_whitespace().collect::<String>());
        lines.filter(|l| !is_number(l)).collect()
    };
    text.split('\u{c}').map(page).collect()
}

/// Each content control's tag and text, found by plain search in the document's XML.
fn docx_controls(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("word/document.xml").expect("the body"), &mut xml)
        .expect("UTF-8");
    let mut controls = Vec::new();
    for control in xml.split("<w:sdt>").skip(1) {
        let control = control.split("</w:sdt>").next().unwrap_or_default();
        let tag = control.split("<w:tag w:val=\"").nth(1).and_then(|t| t.split('"').next()).unwrap_or_default();
        let content = control.split("<w:sdtContent>").nth(1).unwrap_or_default();
        let texts = content.split("<w:t").skip(1).filter_map(|t| t.split_once('>')?.1.split("</w:t>").next());
        controls.push((tag.to_string(), texts.collect()));
    }
    controls
}

#[test]
fn a_reason_that_no_longer_fits_the_sign_blocks_and_says_where() {
    let folder = common::copy_of_sample();
    let path = folder.path().join("ledger.csv");
    let original = std::fs::read_to_string(&path).expect("the ledger");
    std::fs::write(&path, changed(&original, RECEPTION, 10_000_000)).expect("writes");
    let found: Vec<String> = common::checked(folder.path())
        .iter()
        .filter(|d| d.severity == gongkai::diagnostic::Severity::Error)
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        found,
        [
            "reasons.csv:4:2 错误[X120] “三公”经费小计（t9/小计/合计）现在是增加，给出的原因却是持平的原因\n  \
             提示：数字改动后方向变了：改写原因，并把方向改为增加",
            "reasons.csv:4:2 错误[X120] 公务接待费（t9/接待/合计）现在是增加，给出的原因却是持平的原因\n  \
             提示：数字改动后方向变了：改写原因，并把方向改为增加",
        ]
    );
}
