//! Tables given as printed, in place of the ledger: wrong figures are found and named, and what is consistent is left
//! alone. Whether a changed figure contradicts the rest is told by a solver of this test's own (propagation of whole
//! bounds over relations written here), not by the program's.

use crate::common;
use crate::departments::{self, Chance};
use gongkai::check::figures::Printed;
use gongkai::compose::{Composition, FigureView, Forms, Job, TableView, compose};
use gongkai::data::printed::{PrintedTable, printed_table};
use gongkai::diagnostic::{Diagnostic, Diagnostics, Severity};
use gongkai::document::{Block, Inline};
use gongkai::folder::Folder;
use gongkai::layout::Layouts;
use gongkai::prepare::prepare;
use rayon::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const TABLES: [&str; 11] = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "cg", "zc"];

// ------------------------------------------------------------------------------------------- tables as a platform exports them

/// A table as a grid of texts; figures know their addresses.
#[derive(Clone)]
struct Sheet {
    id: String,
    /// 万元 or 元, as its line above the headings says.
    unit: &'static str,
    head: Vec<Vec<String>>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Clone)]
struct Cell {
    text: String,
    address: Option<String>,
}

/// A composed table, exported: the sides next to each other, heads above, 万元 with two decimals.
fn export(view: &TableView) -> Sheet {
    let columns = &view.printed_columns;
    let depth = columns.iter().map(|c| c.head.len()).max().unwrap_or(0);
    let head_cell = |level: usize, column: usize| {
        let head = &columns[column].head;
        let text = if level + 1 == depth {
            head.get(level).or(if head.len() == depth { head.last() } else { None })
        } else {
            head.get(level)
        };
        let same = column > 0 && columns[column - 1].head.get(..=level) == head.get(..=level) && head.len() > level + 1;
        if same { String::new() } else { text.cloned().unwrap_or_default() }
    };
    let head = (0..depth).map(|l| (0..columns.len()).map(|c| head_cell(l, c)).collect()).collect();
    let sides = columns.iter().map(|c| c.side).max().unwrap_or(0) + 1;
    let of_side = |side: usize| view.rows.iter().filter(move |r| r.printed && r.side == side).collect::<Vec<_>>();
    let all: Vec<_> = (0..sides).map(of_side).collect();
    let lines = all.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |line: usize, column: usize| {
        let form = &columns[column];
        let Some(row) = all[form.side].get(line) else { return Cell { text: String::new(), address: None } };
        match (&form.key, form.field.as_deref()) {
            (Some(key), _) => {
                let at = view.column(key, form.side).expect("a column of figures");
                let figure = row.figures[at].as_ref();
                // A word for zero is a blank to a platform.
                let number = |f: &&FigureView| f.text.bytes().any(|b| b.is_ascii_digit());
                Cell {
                    text: figure.filter(number).map_or(String::new(), |f| f.text.clone()),
                    address: figure.map(|f| f.address.to_string()),
                }
            }
            (None, Some("code")) => Cell { text: row.code.clone(), address: None },
            (None, Some(field)) if field.starts_with("code.") => {
                let digits = [("code.类", 0..3), ("code.款", 3..5), ("code.项", 5..7)];
                let range = digits.iter().find(|(f, _)| *f == field).map(|(_, r)| r.clone());
                let text = range.and_then(|r| row.code.get(r)).unwrap_or_default();
                Cell { text: text.to_string(), address: None }
            }
            (None, Some("label")) if row.label.is_empty() => Cell { text: row.key.to_string(), address: None },
            (None, Some("label")) => Cell { text: row.label.clone(), address: None },
            (None, Some("seq" | "no")) => Cell { text: (line + 1).to_string(), address: None },
            _ => Cell { text: String::new(), address: None },
        }
    };
    let rows = (0..lines).map(|l| (0..columns.len()).map(|c| cell(l, c)).collect()).collect();
    let figures = view.rows.iter().flat_map(|r| r.figures.iter().flatten());
    let unit = figures.map(|f| f.unit.name()).find(|name| !name.is_empty()).unwrap_or("万元");
    Sheet { id: view.id.to_string(), unit, head, rows }
}

fn csv(sheet: &Sheet) -> String {
    let quoted = |t: &str| format!("\"{}\"", t.replace('"', "\"\""));
    let line = |cells: Vec<String>| cells.join(",") + "\n";
    let mut out = format!("{},,单位：{}\n", quoted(&sheet.id), sheet.unit);
    out += &sheet.head.iter().map(|h| line(h.iter().map(|t| quoted(t)).collect())).collect::<String>();
    out += &sheet.rows.iter().map(|r| line(r.iter().map(|c| quoted(&c.text)).collect())).collect::<String>();
    out
}

fn printed(sheets: &[Sheet]) -> Vec<PrintedTable> {
    let mut found = Diagnostics::default();
    let one = |s: &Sheet, found: &mut Diagnostics| {
        printed_table(&format!("{}.csv", s.id), format!("tables/{}.csv", s.id).into(), &csv(s), found)
    };
    let tables = sheets.iter().map(|s| one(s, &mut found)).collect();
    assert!(found.is_empty());
    tables
}

fn job(folder: &Path) -> Job {
    let mut found = Diagnostics::default();
    let job = prepare(&Folder::open(folder), &Layouts::default(), &mut found).pop().expect("a job").job;
    assert!(!found.has_errors(), "{:#?}", found.sorted());
    job
}

fn composed(job: Job) -> Composition {
    let mut found = Diagnostics::default();
    let composition = compose(job, &mut found);
    composition.unwrap_or_else(|| panic!("{:#?}", found.sorted()))
}

/// What a department hands over that has no ledger: printed tables, and its narrative typed.
struct Desk {
    sheets: Vec<Sheet>,
    /// Sections of the narrative, as sheets: a paragraph a row, its pieces the cells.
    prose: Vec<Sheet>,
    folder: tempfile::TempDir,
    /// The composed document they were printed from.
    composition: Composition,
}

const SECTIONS: [&str; 5] = ["02-arrangement", "03-operating", "04-three-public", "06-procurement", "07-assets"];

impl Desk {
    /// Prints the tables and the narrative of a data folder, and lays them down without its ledger.
    fn of(data: &Path) -> Desk {
        let composition = composed(job(data));
        let (sheets, prose) = (exported(&composition), narrative(&composition));
        let folder = tempfile::tempdir().expect("a folder");
        common::copy(data, folder.path());
        std::fs::remove_file(folder.path().join("ledger.csv")).expect("it was there");
        let desk = Desk { sheets, prose, folder, composition };
        desk.write(desk.folder.path(), &desk.sheets, &desk.prose);
        desk
    }

    fn write(&self, folder: &Path, sheets: &[Sheet], prose: &[Sheet]) {
        std::fs::create_dir_all(folder.join("tables")).expect("a folder");
        for sheet in sheets {
            std::fs::write(folder.join(format!("tables/{}.csv", sheet.id)), csv(sheet)).expect("written");
        }
        for section in prose {
            let line = |row: &Vec<Cell>| row.iter().map(|c| c.text.as_str()).collect::<String>() + "\n";
            let text: String = section.rows.iter().map(line).collect();
            std::fs::write(folder.join(format!("text/{}.md", section.id)), text).expect("written");
        }
    }

    fn read(&self) -> Printed {
        Printed::read(job(self.folder.path()))
    }

    /// The same with another narrative.
    fn read_with(&self, sheets: &[Sheet], prose: &[Sheet]) -> Printed {
        let folder = tempfile::tempdir().expect("a folder");
        common::copy(self.folder.path(), folder.path());
        self.write(folder.path(), sheets, prose);
        Printed::read(job(folder.path()))
    }
}

/// The typed narrative: figures know their addresses, each with its own number before it.
fn narrative(composition: &Composition) -> Vec<Sheet> {
    let document = &composition.document;
    let mut number = 0;
    let mut row = |before: String, inlines: &[Inline]| -> Vec<Cell> {
        let piece = |i: &Inline| {
            number += 1;
            let address = i.figure.map(|id| format!("{number}={}", document.figure(id).address));
            Cell { text: i.text.clone(), address }
        };
        let mark = Cell { text: before, address: None };
        std::iter::once(mark).chain(inlines.iter().map(piece)).collect()
    };
    let mut section = |id: &&str| {
        let blocks = document.sections.iter().filter(|s| s.id == **id).flat_map(|s| &s.blocks);
        let rows = blocks.filter_map(|block| match block {
            Block::Heading(h) => Some(row(format!("{} ", "#".repeat(h.level.into())), &h.inlines)),
            Block::Paragraph(p) => Some(row(String::new(), &p.inlines)),
            Block::Table(t) => Some(row(format!("{{{{ table(\"{}\") }}}}", t.id), &[])),
            Block::Chart(c) => Some(row(format!("{{{{ chart(\"{}\") }}}}", c.id), &[])),
            Block::Picture(_) | Block::Contents | Block::PageBreak => None,
        });
        Sheet { id: id.to_string(), unit: "", head: Vec::new(), rows: rows.collect() }
    };
    SECTIONS.iter().map(&mut section).collect()
}

fn exported(composition: &Composition) -> Vec<Sheet> {
    TABLES.iter().map(|id| export(&composition.table(id).unwrap_or_else(|| panic!("{id}")))).collect()
}

// ------------------------------------------------------------------------------------------- the test's own solver

/// Whole 分 that print as a text; blank is zero.
fn bounds(text: &str) -> (i128, i128) {
    if text.is_empty() {
        return (0, 0);
    }
    let negative = text.starts_with('-');
    let (whole, part) = text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    let digits: i128 = format!("{whole}{part:0<2}").parse().unwrap_or_else(|_| panic!("{text}"));
    let centre = digits * 10_000;
    match (centre, negative) {
        (0, _) => (-4_999, 4_999),
        (c, false) => (c - 5_000, c + 4_999),
        (c, true) => (-c - 4_999, -c + 5_000),
    }
}

/// A sum of addresses and a constant in 分 that is zero, or at most zero.
struct Relation {
    terms: Vec<(String, i128)>,
    constant: i128,
    equal: bool,
}

fn equal(one: &str, parts: impl IntoIterator<Item = String>) -> Relation {
    let mut terms: Vec<(String, i128)> = parts.into_iter().map(|p| (p, -1)).collect();
    terms.push((one.to_string(), 1));
    Relation { terms, constant: 0, equal: true }
}

fn at_most(small: &str, large: impl IntoIterator<Item = String>) -> Relation {
    Relation { equal: false, ..equal(small, large) }
}

fn list<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.iter().map(|t| t.to_string()).collect()
}

/// The relations of domain knowledge, by the codes and columns of these sheets.
fn relations(sheets: &[Sheet]) -> Vec<Relation> {
    let rows_of = |id: &str| -> Vec<String> {
        let sheet = sheets.iter().find(|s| s.id == id).expect("a sheet");
        let keys = sheet
            .rows
            .iter()
            .flatten()
            .filter_map(|c| c.address.as_ref())
            .map(|a| a.split('/').nth(1).expect("a row").to_string());
        keys.collect::<BTreeSet<String>>().into_iter().collect()
    };
    let codes = |id: &str| -> Vec<String> {
        rows_of(id).into_iter().filter(|k| k.bytes().all(|b| b.is_ascii_digit())).collect()
    };
    let a = |t: &str, r: &str, c: &str| format!("{t}/{r}/{c}");
    let mut all = vec![
        equal("t1/收入总计/预算数", list(["t1/支出总计/预算数"])),
        equal("t1/收入总计/预算数", list(["t1/本年收入/预算数", "t1/上年结转/预算数"])),
        equal("t1/支出总计/预算数", list(["t1/本年支出/预算数", "t1/年终结转/预算数"])),
        equal(
            "t1/本年收入/预算数",
            ["一般", "基金", "国资", "专户", "事业", "经营", "上级", "上缴", "其他"].map(|r| a("t1", r, "预算数")),
        ),
        equal(
            "t1/本年支出/预算数",
            codes("t1").iter().map(|r| a("t1", r, "预算数")).chain([a("t1", "人行", "预算数")]),
        ),
        equal("t1/收入总计/预算数", list(["t2/合计/合计"])),
        equal("t1/本年支出/预算数", list(["t3/合计/合计"])),
        equal("t2/合计/财政", list(["t4/本年收入/金额"])),
        equal("t4/本年支出/一般", list(["t5/合计/合计"])),
        equal("t4/本年支出/基金", list(["t7/合计/合计"])),
        equal("t4/本年支出/国资", list(["t8/合计/合计"])),
        equal("t5/合计/基本", list(["t6/合计/合计"])),
        equal("t4/收入总计/金额", list(["t4/支出总计/合计"])),
        equal("t4/收入总计/金额", list(["t4/本年收入/金额", "t4/结转/金额"])),
        equal("t4/本年收入/金额", list(["t4/一般/金额", "t4/基金/金额", "t4/国资/金额"])),
        equal("t4/结转/金额", list(["t4/结转一般/金额", "t4/结转基金/金额", "t4/结转国资/金额"])),
        at_most("t6/30217/合计", list(["t9/接待/一般"])),
        at_most("t6/30231/合计", list(["t9/运行/一般"])),
        at_most("t6/30212/合计", list(["t9/出国/一般"])),
        at_most("t6/31013/合计", list(["t9/购置/一般"])),
        equal("zc/总额/价值", ["房屋", "车辆", "设备", "其他"].map(|r| a("zc", r, "价值"))),
    ];
    for row in ["一般", "基金", "国资"] {
        all.push(equal(&a("t1", row, "预算数"), [a("t4", row, "金额")]));
        all.push(equal(&a("t4", "支出总计", row), [a("t4", row, "金额"), a("t4", &format!("结转{row}"), "金额")]));
        all.push(at_most(&a("cg", "合计", row), [a("t1", row, "预算数")]));
    }
    for row in ["专户", "事业", "经营", "上级", "上缴", "其他"] {
        all.push(equal(&a("t1", row, "预算数"), [a("t2", "合计", row)]));
    }
    let columns: [(&str, &[&str]); 6] = [
        ("t2", &["合计", "小计", "财政", "专户", "事业", "经营", "上级", "上缴", "其他", "上年结转"]),
        ("t3", &["合计", "基本", "项目", "经营", "上解", "补助"]),
        ("t5", &["合计", "基本", "项目"]),
        ("t6", &["合计", "人员", "公用"]),
        ("t7", &["合计", "基本", "项目"]),
        ("t8", &["合计", "基本", "项目"]),
    ];
    for (table, columns) in columns {
        let codes = codes(table);
        for row in rows_of(table) {
            let parts = |names: &[&str]| names.iter().map(|c| a(table, &row, c)).collect::<Vec<_>>();
            match table {
                "t2" => {
                    all.push(equal(&a(table, &row, "合计"), parts(&["小计", "上年结转"])));
                    all.push(equal(&a(table, &row, "小计"), parts(&columns[2..9])));
                }
                _ => all.push(equal(&a(table, &row, "合计"), parts(&columns[1..]))),
            }
        }
        for column in columns {
            if !codes.is_empty() {
                let tops = codes.iter().filter(|c| c.len() == 3).map(|c| a(table, c, column));
                all.push(equal(&a(table, "合计", column), tops));
            }
            for code in &codes {
                let below: Vec<String> = codes
                    .iter()
                    .filter(|c| c.len() == code.len() + 2 && c.starts_with(code.as_str()))
                    .map(|c| a(table, c, column))
                    .collect();
                if !below.is_empty() {
                    all.push(equal(&a(table, code, column), below));
                }
            }
        }
        if table == "t6" {
            for code in &codes {
                let column = if code.starts_with("301") || code.starts_with("303") { "公用" } else { "人员" };
                if ["301", "302", "303", "310"].contains(&&code[..3]) {
                    all.push(equal(&a(table, code, column), []));
                }
            }
        }
    }
    for code in codes("t1").iter().chain(&codes("t3")).filter(|c| c.len() == 3) {
        all.push(equal(&a("t1", code, "预算数"), [a("t3", code, "合计")]));
        all.push(equal(&a("t4", code, "合计"), ["一般", "基金", "国资"].map(|c| a("t4", code, c))));
        all.push(equal(&a("t4", code, "一般"), [a("t5", code, "合计")]));
        all.push(equal(&a("t4", code, "基金"), [a("t7", code, "合计")]));
        all.push(equal(&a("t4", code, "国资"), [a("t8", code, "合计")]));
    }
    for column in ["合计", "一般", "基金", "国资"] {
        let all_codes = codes("t4").into_iter().map(|r| a("t4", &r, column)).chain([a("t4", "人行", column)]);
        all.push(equal(&a("t4", "本年支出", column), all_codes));
        all.push(equal(&a("t4", "支出总计", column), [a("t4", "本年支出", column), a("t4", "年终结转", column)]));
        all.push(equal(&a("t9", "小计", column), ["出国", "用车", "接待"].map(|r| a("t9", r, column))));
        all.push(equal(&a("t9", "用车", column), ["购置", "运行"].map(|r| a("t9", r, column))));
    }
    for row in ["本年支出", "年终结转", "支出总计"] {
        all.push(equal(&a("t4", row, "合计"), ["一般", "基金", "国资"].map(|c| a("t4", row, c))));
    }
    for row in ["小计", "出国", "用车", "购置", "运行", "接待"] {
        all.push(equal(&a("t9", row, "合计"), ["一般", "基金", "国资"].map(|c| a("t9", row, c))));
    }
    let lines: Vec<String> = rows_of("cg").into_iter().filter(|k| k != "合计").collect();
    let unit = lines.iter().find(|k| k.contains("本级") || k.starts_with("临港")).cloned();
    for row in rows_of("cg") {
        let parts = ["一般", "基金", "国资", "专户", "单位", "财结", "非财结"].map(|c| a("cg", &row, c));
        all.push(equal(&a("cg", &row, "合计"), parts));
        all.push(at_most(&a("cg", &row, "中小微"), [a("cg", &row, "合计")]));
    }
    if let Some(unit) = unit {
        for column in ["合计", "一般", "基金", "国资", "专户", "单位", "财结", "非财结", "中小微"] {
            all.push(equal(&a("cg", "合计", column), [a("cg", &unit, column)]));
            let items = lines.iter().filter(|k| **k != unit).map(|k| a("cg", k, column));
            all.push(equal(&a("cg", &unit, column), items));
        }
    }
    all
}

/// What a reader of the narrative knows of its figures: they are those of the tables; a change is the difference from
/// last year's amount, which the data has to the 分.
fn said(desk: &Desk) -> Vec<Relation> {
    let printed: BTreeSet<&str> =
        desk.sheets.iter().flat_map(|s| s.rows.iter().flatten()).filter_map(|c| c.address.as_deref()).collect();
    let a = |t: &str, r: &str, c: &str| format!("{t}/{r}/{c}");
    let own = |r: &str| a("t1", r, "预算数");
    let mut all = Vec::new();
    for cell in desk.prose.iter().flat_map(|s| s.rows.iter().flatten()) {
        let Some(here) = &cell.address else { continue };
        let of = here.split_once('=').expect("a number before").1;
        match (of, of.split_once('~')) {
            (_, Some((now, "prior"))) if printed.contains(now) => {
                let fen = |a: &str| {
                    let amount = desk.composition.amount(a).expect("known");
                    (amount * Decimal::ONE_HUNDRED).to_i128().expect("whole")
                };
                let (now_fen, before) = (fen(now), fen(&format!("{now}@prior")));
                // |now − before| is what is printed.
                let sign = if now_fen < before { -1 } else { 1 };
                let terms = vec![(here.clone(), sign), (now.to_string(), -1)];
                all.push(Relation { terms, constant: before, equal: true });
            }
            ("hz/单位资金/额", _) => {
                all.push(equal(here, ["事业", "经营", "上级", "上缴", "其他"].map(own)));
            }
            ("hz/非财政结转/额", _) => {
                let mut relation = equal(here, [own("上年结转")]);
                relation.terms.push((a("t4", "结转", "金额"), 1));
                all.push(relation);
            }
            ("jg/合计/额", _) => all.push(equal(here, [a("t6", "合计", "公用")])),
            ("zg/合计/额", _) => all.push(equal(here, [])),
            _ if printed.contains(of) => all.push(equal(here, [of.to_string()])),
            _ => {}
        }
    }
    all
}

/// Terms by number, constant, whether it is an equality.
type NumberedRelation = (Vec<(usize, i128)>, i128, bool);

/// Relations over numbered figures.
struct Numbered<'s> {
    numbers: BTreeMap<&'s str, usize>,
    relations: Vec<NumberedRelation>,
}

impl<'s> Numbered<'s> {
    /// A figure that stands in no sheet is zero and has no number.
    fn new(desk: &'s Desk, relations: &[Relation]) -> Numbered<'s> {
        let addresses = desk
            .sheets
            .iter()
            .chain(&desk.prose)
            .flat_map(|s| s.rows.iter().flatten())
            .filter_map(|c| c.address.as_deref());
        let numbers: BTreeMap<&str, usize> = addresses.enumerate().map(|(n, a)| (a, n)).collect();
        let number = |r: &Relation| -> NumberedRelation {
            let terms = r.terms.iter().filter_map(|(a, f)| Some((*numbers.get(a.as_str())?, *f)));
            (terms.collect(), r.constant, r.equal)
        };
        let relations = relations.iter().map(number).collect();
        Numbered { numbers, relations }
    }

    /// Whether narrowing bounds relation by relation leaves some figure no value: proof that they contradict.
    fn contradicts<'a>(&self, sheets: impl IntoIterator<Item = &'a Sheet>) -> bool {
        let mut known = vec![(0, 0); self.numbers.len()];
        for cell in sheets.into_iter().flat_map(|s| s.rows.iter().flatten()) {
            if let Some(address) = cell.address.as_deref().filter(|a| !a.ends_with("/数量")) {
                known[self.numbers[address]] = bounds(&cell.text);
            }
        }
        for _ in 0..60 {
            let mut narrowed = false;
            for (terms, constant, equal) in &self.relations {
                match narrow(&mut known, terms, *constant, *equal) {
                    None => return true,
                    Some(more) => narrowed |= more,
                }
            }
            if !narrowed {
                return false;
            }
        }
        false
    }
}

/// Narrows the bounds of a relation's figures; none if one is left no value, else whether anything changed.
fn narrow(known: &mut [(i128, i128)], terms: &[(usize, i128)], constant: i128, equal: bool) -> Option<bool> {
    let end = |value: (i128, i128), f: i128| if f > 0 { value } else { (-value.1, -value.0) };
    let (low, high) = terms.iter().fold((constant, constant), |(low, high), &(n, f)| {
        let (l, h) = end(known[n], f);
        (low + l, high + h)
    });
    if low > 0 || equal && high < 0 {
        return None;
    }
    let mut changed = false;
    for &(number, factor) in terms {
        let (l, h) = end(known[number], factor);
        // term ≤ −(sum of the others' least); for an equality also ≥ −(their greatest)
        let most = h.min(l - low);
        let least = if equal { l.max(h - high) } else { l };
        if (least, most) != (l, h) {
            if least > most {
                return None;
            }
            changed = true;
            known[number] = end((least, most), factor);
            // The sums above are still bounds, only wider ones.
        }
    }
    Some(changed)
}

// ------------------------------------------------------------------------------------------- changes

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    LastDigit,
    SwappedDigits,
    ShiftedPoint,
    DroppedMinus,
    WrongRow,
    SwappedColumn,
    Blank,
}

const KINDS: [Kind; 7] = [
    Kind::LastDigit,
    Kind::SwappedDigits,
    Kind::ShiftedPoint,
    Kind::DroppedMinus,
    Kind::WrongRow,
    Kind::SwappedColumn,
    Kind::Blank,
];

/// Changes one figure of a sheet; the addresses changed, or none where this kind does nothing here.
fn change(sheet: &mut Sheet, kind: Kind, chance: &mut Chance) -> Vec<String> {
    let filled: Vec<(usize, usize)> = (0..sheet.rows.len())
        .flat_map(|r| (0..sheet.rows[r].len()).map(move |c| (r, c)))
        .filter(|&(r, c)| sheet.rows[r][c].address.is_some() && !sheet.rows[r][c].text.is_empty())
        .filter(|&(r, c)| kind != Kind::DroppedMinus || sheet.rows[r][c].text.starts_with('-'))
        .collect();
    if filled.is_empty() {
        return Vec::new();
    }
    let (row, column) = *chance.of(&filled);
    let text = sheet.rows[row][column].text.clone();
    let other = match kind {
        Kind::WrongRow => {
            let rows: Vec<usize> = (0..sheet.rows.len())
                .filter(|&r| {
                    r.abs_diff(row) <= 2
                        && sheet.rows[r].len() > column
                        && sheet.rows[r][column].address.is_some()
                        && sheet.rows[r][column].text != text
                })
                .collect();
            if rows.is_empty() { None } else { Some((*chance.of(&rows), column)) }
        }
        Kind::SwappedColumn => {
            let columns: Vec<usize> = (0..sheet.rows[row].len())
                .filter(|&c| sheet.rows[row][c].address.is_some() && sheet.rows[row][c].text != text)
                .collect();
            if columns.is_empty() { None } else { Some((row, *chance.of(&columns))) }
        }
        _ => None,
    };
    let changed = match kind {
        Kind::WrongRow | Kind::SwappedColumn => match other {
            Some((r, c)) => sheet.rows[r][c].text.clone(),
            None => text.clone(),
        },
        Kind::LastDigit => {
            let last = text.len() - 1;
            let digit = text[last..].parse::<usize>().expect("a digit");
            format!("{}{}", &text[..last], (digit + 1 + chance.below(9)) % 10)
        }
        Kind::SwappedDigits => {
            let bytes = text.as_bytes();
            let pairs: Vec<usize> = (0..bytes.len() - 1)
                .filter(|&i| bytes[i].is_ascii_digit() && bytes[i + 1].is_ascii_digit() && bytes[i] != bytes[i + 1])
                .collect();
            if pairs.is_empty() {
                text.clone()
            } else {
                let at = *chance.of(&pairs);
                let mut swapped = bytes.to_vec();
                swapped.swap(at, at + 1);
                String::from_utf8(swapped).expect("digits")
            }
        }
        Kind::ShiftedPoint => match text.split_once('.') {
            Some((whole, part)) => format!("{whole}{}.{}0", &part[..1], &part[1..]).trim_start_matches('0').to_string(),
            None => format!("{text}0"),
        },
        Kind::DroppedMinus => text.trim_start_matches('-').to_string(),
        Kind::Blank => String::new(),
    };
    let changed = if changed.starts_with('.') { format!("0{changed}") } else { changed };
    if changed == text {
        return Vec::new();
    }
    let address = |r: usize, c: usize| sheet.rows[r][c].address.clone().expect("a figure");
    let mut addresses = vec![address(row, column)];
    if let Some((r, c)) = other {
        addresses.push(address(r, c));
        sheet.rows[r][c].text = text;
    }
    sheet.rows[row][column].text = changed;
    addresses
}

/// One changed figure: in which table or section, what was changed.
struct Case<'d> {
    desk: &'d Desk,
    kind: Kind,
    /// Tables first, then sections.
    which: usize,
    sheet: Sheet,
    changed: Vec<String>,
}

impl Case<'_> {
    fn sheets(&self) -> Vec<&Sheet> {
        let all = self.desk.sheets.iter().chain(&self.desk.prose).enumerate();
        all.map(|(index, sheet)| if index == self.which { &self.sheet } else { sheet }).collect()
    }

    /// What the program finds; the addresses that its first three reports, and each contradiction, name first.
    fn told(&self, reader: &Printed) -> (bool, Vec<String>) {
        let tables = self.desk.sheets.len();
        let (sheets, prose): (Vec<Sheet>, Vec<Sheet>) = {
            let all: Vec<Sheet> = self.sheets().into_iter().cloned().collect();
            let (a, b) = all.split_at(tables);
            (a.to_vec(), b.to_vec())
        };
        let printed =
            if self.which < tables { reader.with(&printed(&sheets)) } else { self.desk.read_with(&sheets, &prose) };
        let (found, contradictions) = printed.findings();
        let grave: Vec<&Diagnostic> = found.sorted().into_iter().filter(|d| d.severity != Severity::Note).collect();
        let mut named: Vec<String> = contradictions.iter().flat_map(|c| c.named.iter().take(3).cloned()).collect();
        let of_texts = grave.iter().filter(|d| d.code.starts_with('N')).take(3);
        named.extend(of_texts.filter_map(|d| d.address.clone()));
        (!grave.is_empty(), named)
    }

    /// Whether one of the addresses is that of a changed figure. What prose prints is named by what it speaks of.
    fn names(&self, named: &[String]) -> bool {
        let of = |c: &String| c.split_once('=').map_or(c.clone(), |(_, of)| of.to_string());
        self.changed.iter().any(|c| named.contains(&of(c)))
    }
}

/// The corrected data with amounts taken back: some figures are negative.
fn with_negative_figures() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    common::copy(&corrected(), folder.path());
    let path = folder.path().join("ledger.csv");
    let ledger = std::fs::read_to_string(&path).expect("it is there");
    let heads = ledger.lines().next().expect("headings");
    let line = |code: &str, kind: &str, econ: &str, fund: &str, amount: &str| {
        let field = |head: &str| match head {
            "功能科目" => code,
            "支出类别" => kind,
            "经济科目" => econ,
            "用途" if kind == "基本支出" => "调减",
            "项目" if kind == "项目支出" => "调减的项目",
            "资金来源" => fund,
            "单位" => UNIT,
            head if head.starts_with("金额") => amount,
            _ => "",
        };
        heads.split(',').map(field).collect::<Vec<_>>().join(",") + "\n"
    };
    let more = line("2010699", "基本支出", "30299", "一般公共预算", "-123456.78")
        + &line("2010699", "基本支出", "31002", "一般公共预算", "-23456.78")
        + &line("2120803", "项目支出", "", "政府性基金预算", "-345678.91");
    std::fs::write(&path, format!("{}\n{more}", ledger.trim_end())).expect("written");
    folder
}

fn corrected() -> PathBuf {
    common::root().join("data/631-2023-corrected")
}

#[derive(Default)]
struct Tally {
    made: usize,
    contradict: usize,
    found: usize,
    first_three: usize,
    beyond: usize,
}

fn is_left_alone(desk: &Desk, reader: &Printed) {
    let errors: Vec<String> =
        reader.check().sorted().iter().filter(|d| d.severity != Severity::Note).map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    assert!(desk.prose.iter().flat_map(|s| &s.rows).flatten().filter(|c| c.address.is_some()).count() > 30);
}

#[test]
fn wrong_figures_are_found_and_named() {
    let negative = with_negative_figures();
    let desks = [Desk::of(&corrected()), Desk::of(negative.path())];
    let mut chance = Chance::new(0x2023_0631);
    let mut cases: Vec<Case<'_>> = Vec::new();
    while cases.len() < 500 {
        let kind = KINDS[cases.len() % KINDS.len()];
        let desk = &desks[usize::from(kind == Kind::DroppedMinus)];
        let which = chance.below(desk.sheets.len() + desk.prose.len());
        let mut sheet = desk.sheets.iter().chain(&desk.prose).nth(which).expect("one of them").clone();
        let changed = change(&mut sheet, kind, &mut chance);
        if !changed.is_empty() {
            cases.push(Case { desk, kind, which, sheet, changed });
        }
    }
    let readers = desks.each_ref().map(Desk::read);
    desks.iter().zip(&readers).for_each(|(desk, reader)| is_left_alone(desk, reader));
    let relations = desks.each_ref().map(|d| relations(&d.sheets).into_iter().chain(said(d)).collect::<Vec<_>>());
    let independent = [Numbered::new(&desks[0], &relations[0]), Numbered::new(&desks[1], &relations[1])];
    for (desk, solver) in desks.iter().zip(&independent) {
        assert!(!solver.contradicts(desk.sheets.iter().chain(&desk.prose)));
    }
    let told: Vec<(bool, bool, Vec<String>)> = cases
        .par_iter()
        .map(|case| {
            let at = usize::from(std::ptr::eq(case.desk, &desks[1]));
            let (reported, named) = case.told(&readers[at]);
            (independent[at].contradicts(case.sheets()), reported, named)
        })
        .collect();
    let mut tally: BTreeMap<(bool, Kind), Tally> = BTreeMap::new();
    let mut unguarded: BTreeMap<String, usize> = BTreeMap::new();
    let mut missed: Vec<String> = Vec::new();
    for (case, (contradicts, reported, named)) in cases.iter().zip(&told) {
        let tally = tally.entry((case.which >= case.desk.sheets.len(), case.kind)).or_default();
        tally.made += 1;
        if !contradicts {
            tally.beyond += usize::from(*reported);
            if !reported {
                let parts: Vec<&str> = case.changed[0].split('/').collect();
                *unguarded.entry(format!("{:?} {}/{}", case.kind, parts[0], parts[2])).or_default() += 1;
            }
            continue;
        }
        tally.contradict += 1;
        tally.found += usize::from(*reported);
        tally.first_three += usize::from(case.names(named));
        if !reported || !case.names(named) {
            missed.push(format!("{:?} {:?} reported: {reported}, named: {named:?}", case.kind, case.changed));
        }
    }
    let sum = |of: fn(&Tally) -> usize| tally.values().map(of).sum::<usize>();
    let (contradict, found, first) = (sum(|t| t.contradict), sum(|t| t.found), sum(|t| t.first_three));
    println!("500 changes: {contradict} contradict the rest, {found} found, {first} named among the first three");
    for ((prose, kind), t) in &tally {
        println!(
            "  {} {kind:?}: {} made, {} contradict, {} found, {} named; {} found beyond",
            if *prose { "prose" } else { "tables" },
            t.made,
            t.contradict,
            t.found,
            t.first_three,
            t.beyond
        );
    }
    println!("not guarded: {unguarded:#?}");
    println!("{}", missed.join("\n"));
    assert!(contradict > 300, "{contradict}");
    assert!(found * 100 >= contradict * 99, "{found} of {contradict} found");
    assert!(first * 100 >= contradict * 90, "{first} of {contradict} named");
}

// ------------------------------------------------------------------------------------------- what is consistent

const FUNCTIONS: [&str; 9] =
    ["2010350", "2010301", "2010699", "2060502", "2070101", "2120899", "2130126", "2160299", "2210202"];

/// The only unit of the corrected data.
const UNIT: &str = "临港部门河北山海关临港经济开发区管理委员会本级";

/// The corrected data without procurement and targets, and with a reason for whatever sign a change has.
fn bare_folder() -> tempfile::TempDir {
    let work = tempfile::tempdir().expect("a folder");
    common::copy(&corrected(), work.path());
    for name in ["procurement.csv", "targets.csv", "reasons.csv"] {
        let path = work.path().join(name);
        let text = std::fs::read_to_string(&path).expect("it is there");
        std::fs::write(&path, format!("{}\n", text.lines().next().expect("headings"))).expect("written");
    }
    let reasons = ["t3/*", "t9/*"]
        .iter()
        .flat_map(|item| ["增加", "减少", "持平"].map(|sign| format!("{item},{sign},按实际工作需要安排\n")));
    let text = format!("条目,方向,文字\n{}", reasons.collect::<String>());
    std::fs::write(work.path().join("reasons.csv"), text).expect("written");
    work
}

/// Each figure is rounded on its own, in tables and, for every tenth dataset, in a typed narrative beside them.
#[test]
fn consistent_figures_are_left_alone() {
    let mut chance = Chance::new(0x00C0_FFEE);
    let ledgers: Vec<String> = (0..200)
        .map(|_| departments::ledger(departments::Set::Hebei, &departments::payable(&mut chance, UNIT, &FUNCTIONS)))
        .collect();
    let bare = Desk::of(&corrected());
    std::fs::remove_dir_all(bare.folder.path().join("text")).expect("it was there");
    let reader = bare.read();
    let differ: usize = ledgers
        .par_chunks(10)
        .map(|ledgers| {
            let work = bare_folder();
            let differs = |(number, ledger): (usize, &String)| {
                std::fs::write(work.path().join("ledger.csv"), ledger).expect("written");
                let found = |printed: &Printed| {
                    let found = printed.check();
                    // Lines made by chance add up; they are not likely ones, as warnings of scale and repeats say.
                    let said: Vec<String> = found
                        .sorted()
                        .iter()
                        .filter(|d| d.severity == Severity::Error)
                        .map(ToString::to_string)
                        .collect();
                    assert!(said.is_empty(), "{}\n{ledger}", said.join("\n"));
                };
                if number == 0 {
                    let desk = Desk::of(work.path());
                    found(&desk.read());
                    return usize::from(sums_differ(&desk.sheets));
                }
                let mut composing = Diagnostics::default();
                let forms = Forms::compose(job(work.path()), &mut composing);
                assert!(composing.is_empty(), "{:?}", composing.sorted());
                let sheets: Vec<Sheet> = TABLES.iter().filter_map(|id| forms.table(id)).map(|t| export(&t)).collect();
                found(&reader.with(&printed(&sheets)));
                usize::from(sums_differ(&sheets))
            };
            ledgers.iter().enumerate().map(differs).sum::<usize>()
        })
        .sum();
    // Rounding is at work in them: a plain comparison of printed sums would cry wolf.
    assert!(differ > 100, "{differ}");
}

/// Some printed 合计 of table 3 is not the sum of its printed parts.
fn sums_differ(sheets: &[Sheet]) -> bool {
    let sheet = sheets.iter().find(|s| s.id == "t3").expect("t3");
    let hundredths = |c: &Cell| c.text.replace(['.', ','], "").parse::<i64>().unwrap_or(0);
    sheet.rows.iter().any(|row| {
        let figures: Vec<i64> = row.iter().filter(|c| c.address.is_some()).map(hundredths).collect();
        figures.split_first().is_some_and(|(total, parts)| *total != parts.iter().sum::<i64>())
    })
}

// ------------------------------------------------------------------------------------------- a case for each rule

/// Puts a line of a case into the sheets: `地址 = 值`; `+ 表 编码 名称 列=值`, `- 表 行`, `名 表 行 = 名称`, `换 表 行 行`.
fn put(sheets: &mut [Sheet], line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let sheet_of =
        |sheets: &mut [Sheet], id: &str| sheets.iter().position(|s| s.id == id).unwrap_or_else(|| panic!("{line}"));
    // A code over several columns is told by the addresses of its row.
    let is_of = |cell: &Cell, name: &str| cell.address.as_ref().is_some_and(|a| a.split('/').nth(1) == Some(name));
    let row_of = |sheet: &Sheet, name: &str| {
        sheet
            .rows
            .iter()
            .position(|r| r.iter().any(|c| c.address.is_none() && c.text == name || is_of(c, name)))
            .unwrap_or_else(|| panic!("{line}"))
    };
    match words[..] {
        ["-", table, row] => {
            let at = sheet_of(sheets, table);
            let row = row_of(&sheets[at], row);
            sheets[at].rows.remove(row);
        }
        ["换", table, one, other] => {
            let at = sheet_of(sheets, table);
            let (one, other) = (row_of(&sheets[at], one), row_of(&sheets[at], other));
            sheets[at].rows.swap(one, other);
        }
        ["名", table, row, "=", name] => {
            let at = sheet_of(sheets, table);
            let row = row_of(&sheets[at], row);
            let head = &sheets[at].head;
            let column = (0..head[0].len()).find(|&c| head.iter().any(|h| h[c].contains("名称"))).expect("names");
            sheets[at].rows[row][column].text = name.replace('_', " ");
        }
        ["+", table, code, name, ref figures @ ..] => {
            let at = sheet_of(sheets, table);
            let like = sheets[at].rows.last().expect("a row").clone();
            let value = |cell: &Cell| {
                let key = cell.address.as_ref().and_then(|a| a.rsplit('/').next())?;
                figures.iter().find_map(|f| f.split_once('=').filter(|(k, _)| *k == key).map(|(_, v)| v.to_string()))
            };
            // What stands before the code is copied: a number of the row.
            let code_at = (0..2).find(|&c| sheets[at].head.iter().any(|h| h[c].contains("编码"))).unwrap_or(1);
            let split =
                ["类", "款", "项"].map(|level| sheets[at].head.last().expect("a head").iter().position(|h| h == level));
            let mut texts = if split[0].is_some() { vec![name] } else { vec![code, name] }.into_iter();
            let row = like.iter().enumerate().map(|(index, cell)| {
                let level = split.iter().position(|column| *column == Some(index));
                let piece = level.and_then(|level| code.get([0..3, 3..5, 5..7][level].clone()));
                match (&cell.address, piece, index) {
                    (Some(_), ..) => Cell { text: value(cell).unwrap_or_default(), address: cell.address.clone() },
                    (None, Some(piece), _) => Cell { text: piece.to_string(), address: None },
                    (None, None, 0) if code_at > 0 || split[0].is_some() => cell.clone(),
                    (None, None, _) => Cell { text: texts.next().unwrap_or_default().to_string(), address: None },
                }
            });
            let row = row.collect();
            let key = |r: &Vec<Cell>| {
                let own = r.iter().find_map(|c| c.address.as_ref()?.split('/').nth(1).map(str::to_string));
                own.filter(|k| split[0].is_some() && k.bytes().all(|b| b.is_ascii_digit()))
            };
            let after = |r: &Vec<Cell>| match key(r) {
                Some(key) => *key > *code,
                None => split[0].is_none() && r.get(code_at).is_some_and(|c| *c.text > *code && c.text != "合计"),
            };
            let place = sheets[at].rows.iter().position(after).unwrap_or(sheets[at].rows.len());
            sheets[at].rows.insert(place, row);
        }
        [address, "=", ref rest @ ..] => {
            let cell = sheets
                .iter_mut()
                .flat_map(|s| s.rows.iter_mut().flatten())
                .find(|c| c.address.as_deref() == Some(address));
            cell.unwrap_or_else(|| panic!("{line}")).text = rest.first().map(|v| v.to_string()).unwrap_or_default();
        }
        _ => panic!("{line}"),
    }
}

/// What a rule says of the tables with some lines put in.
fn said_of(reader: &Printed, original: &[Sheet], lines: &[String], code: &str) -> Vec<String> {
    let mut sheets = original.to_vec();
    lines.iter().for_each(|line| put(&mut sheets, line));
    let reader = reader.with(&printed(&sheets));
    let found = if code == "X040" { reader.check() } else { reader.check_rules() };
    let unread = found.iter().find(|d| d.code.starts_with('E'));
    assert!(unread.is_none(), "{lines:?}: {unread:?}");
    found.iter().filter(|d| d.code == code).map(ToString::to_string).collect()
}

fn fires(reader: &Printed, original: &[Sheet], lines: &[String], code: &str) -> bool {
    !said_of(reader, original, lines, code).is_empty()
}

/// The smallest change of one figure that a rule reports, and the next smaller: for `GONGKAI_UPDATE=1`.
fn nearest_pair(reader: &Printed, original: &[Sheet], code: &str, tables: &[&str]) -> Option<[String; 2]> {
    let cells: Vec<&Cell> =
        original.iter().filter(|s| tables.contains(&&*s.id)).flat_map(|s| s.rows.iter().flatten()).collect();
    let of = |filled: bool| cells.iter().filter(move |c| c.address.is_some() && c.text.is_empty() != filled).take(60);
    let hundredths = |c: &Cell| c.text.replace(['.', ','], "").parse::<i64>().unwrap_or(0);
    let text = |n: i64| {
        if n == 0 {
            String::new()
        } else {
            format!("{}{}.{:02}", if n < 0 { "-" } else { "" }, n.abs() / 100, n.abs() % 100)
        }
    };
    for step in [100i64, -100, 10_000_000] {
        for cell in of(true).chain(of(false)) {
            let address = cell.address.as_ref().expect("a figure");
            if address.ends_with("/数量") {
                continue;
            }
            let line = |n: i64| format!("{address} = {}", text(hundredths(cell) + n));
            if !fires(reader, original, &[line(step)], code) {
                continue;
            }
            let (mut passes, mut fails) = (0, step.abs());
            while fails - passes > 1 {
                let middle = (passes + fails) / 2;
                if fires(reader, original, &[line(middle * step.signum())], code) {
                    fails = middle
                } else {
                    passes = middle
                }
            }
            return Some([line(fails * step.signum()), line(passes * step.signum())]);
        }
    }
    None
}

/// A layout set whose rules have cases, and data to print its tables of.
pub struct Set {
    /// Its folder, under `layouts` or `tests/layouts`.
    pub id: &'static str,
    /// The folder of its cases.
    pub cases: &'static str,
    pub data: &'static str,
    /// The file that is not there when tables are given. A set may need it to know the rows that data makes below
    /// others.
    without: Option<&'static str>,
    /// How many rules it has at least.
    rules: usize,
}

pub const SETS: [Set; 6] = [
    Set {
        id: "hebei-department-budget-2023",
        cases: "tests/checks",
        data: "data/631-2023",
        without: Some("ledger.csv"),
        rules: 60,
    },
    Set {
        id: "yuan-city-2024",
        cases: "tests/checks/yuan-city-2024",
        data: "tests/data/yunling-2024",
        without: None,
        rules: 13,
    },
    Set {
        id: "final-account-2024",
        cases: "tests/checks/final-account-2024",
        data: "data/final-account-sample",
        without: Some("ledger.csv"),
        rules: 60,
    },
    Set {
        id: "shanghai-department-budget-2026",
        cases: "tests/checks/shanghai-department-budget-2026",
        data: "data/shanghai-sample",
        without: None,
        rules: 48,
    },
    Set {
        id: "shanghai-unit-budget-2026",
        cases: "tests/checks/shanghai-unit-budget-2026",
        data: "data/shanghai-unit-sample",
        without: None,
        rules: 51,
    },
    Set {
        id: "core-department-budget",
        cases: "tests/checks/core-department-budget",
        data: "data/core-sample",
        without: Some("ledger.csv"),
        rules: 60,
    },
];

/// The department's own document of a folder, with what of it is given as printed.
fn first_job(folder: &Path) -> Job {
    let mut found = Diagnostics::default();
    let job = common::prepared(folder, &mut found).into_iter().next().expect("a job").job;
    assert!(!found.has_errors(), "{:#?}", found.sorted());
    job
}

/// The cases of a rule: what stands under 不合 and under 合.
fn sections(text: &str) -> [Vec<String>; 2] {
    ["不合", "合"].map(|name| {
        let body = text.split("--- ").find_map(|s| s.strip_prefix(name)?.strip_prefix('\n')).unwrap_or_default();
        body.lines().filter(|l| !l.trim().is_empty()).map(str::to_string).collect()
    })
}

/// What is wrong with the cases of a set.
fn cases_of(set: &Set) -> Vec<String> {
    let sample = composed(first_job(&common::root().join(set.data)));
    let rules = &sample.job().set.rules;
    let mut tables: Vec<&str> = rules.iter().flat_map(|r| r.tables()).filter(|id| *id != "mb").collect();
    tables.sort_unstable();
    tables.dedup();
    let original: Vec<Sheet> = tables.iter().map(|id| export(&sample.table(id).expect("a table"))).collect();
    let folder = tempfile::tempdir().expect("a folder");
    common::copy(&common::root().join(set.data), folder.path());
    if let Some(ledger) = set.without {
        std::fs::remove_file(folder.path().join(ledger)).expect("it was there");
    }
    // Tables as printed are of the whole department; documents of its units need the ledger.
    let report = std::fs::read_to_string(folder.path().join("report.toml")).expect("the report");
    let whole = report.split("[[document]]").next().unwrap_or_default();
    std::fs::write(folder.path().join("report.toml"), whole).expect("written");
    std::fs::create_dir(folder.path().join("tables")).expect("a folder");
    for sheet in &original {
        std::fs::write(folder.path().join(format!("tables/{}.csv", sheet.id)), csv(sheet)).expect("written");
    }
    let reader = Printed::read(first_job(folder.path()));
    assert!(rules.len() >= set.rules, "{}", rules.len());
    let of_rust: &[&str] = if set.cases == "tests/checks" { &["X040"] } else { &[] };
    // Rules over records are not of tables: their cases are data, `checks.rs`. Those that a set inherits have cases
    // too: its tables are others, and a rule may find nothing there.
    let of_tables = rules.iter().filter(|r| !r.tables().is_empty());
    let codes = of_tables.map(|r| (r.code.as_str(), r.tables())).chain(of_rust.iter().map(|c| (*c, vec!["t5"])));
    let codes: Vec<(&str, Vec<&str>)> = codes.collect();
    let folder_of_cases = std::fs::read_dir(common::root().join(set.cases)).expect("the cases").flatten();
    let stems = folder_of_cases.map(|e| e.path()).filter(|path| path.extension().is_some_and(|e| e == "txt"));
    let stems = stems.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned());
    let of_no_rule = stems.filter(|stem| !stem.contains('-') && codes.iter().all(|(code, _)| code != stem));
    let of_no_rule: Vec<String> = of_no_rule.map(|stem| format!("{} {stem}: no such rule", set.id)).collect();
    let wrong = |(code, tables): &(&str, Vec<&str>)| -> Vec<String> {
        let path = common::root().join(set.cases).join(format!("{code}.txt"));
        if std::env::var_os("GONGKAI_UPDATE").is_some()
            && !path.exists()
            && let Some([fails, passes]) = nearest_pair(&reader, &original, code, tables)
        {
            std::fs::write(&path, format!("--- 不合\n{fails}\n--- 合\n{passes}\n")).expect("written");
        }
        let Ok(text) = std::fs::read_to_string(&path) else { return vec![format!("{} {code}: no case", set.id)] };
        let [fails, passes] = sections(&text).map(|lines| said_of(&reader, &original, &lines, code));
        match (fails.is_empty(), passes.is_empty()) {
            (false, true) => Vec::new(),
            (true, _) => vec![format!("{} {code}: nothing fails", set.id)],
            (false, false) => vec![format!("{} {code}: {}", set.id, passes.join("\n"))],
        }
    };
    codes.par_iter().flat_map(wrong).chain(of_no_rule).collect()
}

/// Whether a set has rules, its own or inherited.
fn has_rules(root: &Path, id: &str) -> bool {
    let Ok(text) = std::fs::read_to_string(root.join(id).join("set.toml")) else { return false };
    let below = text.lines().find_map(|l| Some(l.strip_prefix("inherits = \"")?.split('"').next()?.to_string()));
    root.join(id).join("checks.toml").exists() || below.is_some_and(|below| has_rules(root, &below))
}

#[test]
fn every_rule_of_every_set_has_a_case_that_fails_it_and_a_nearest_one_that_passes() {
    let wrong: Vec<String> = SETS.iter().flat_map(cases_of).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // No set with rules of its own is left out, and none that ships with rules of another.
    let [shipped, of_tests] = [common::root().join("layouts"), common::root().join("tests/layouts")];
    let sets = |root: &Path| std::fs::read_dir(root).expect("sets").flatten().map(|e| e.path()).collect::<Vec<_>>();
    let with_own = sets(&of_tests).into_iter().filter(|set| set.join("checks.toml").exists());
    let names = sets(&shipped).into_iter().chain(with_own).map(|set| set.file_name().expect("a name").to_owned());
    for name in names.filter_map(|name| name.into_string().ok()) {
        let rules = has_rules(&shipped, &name) || has_rules(&of_tests, &name);
        assert!(!rules || SETS.iter().any(|s| s.id == name), "no cases for {name:?}");
    }
}

/// Beside a ledger each printed figure is its exact amount, rounded: nothing else will do.
#[test]
fn printed_tables_beside_the_ledger_are_compared_with_it() {
    let found_with = |change: Option<&str>| {
        let mut job = job(&common::root().join("data/631-2023"));
        let mut sheets = exported(&composed(self::job(&common::root().join("data/631-2023"))));
        change.into_iter().for_each(|line| put(&mut sheets, line));
        job.printed = printed(&sheets);
        let found = gongkai::check::check(&composed(job));
        found.iter().filter(|d| d.code == "X041").map(|d| d.address.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    assert!(found_with(None).is_empty());
    // 616,598.00 元 prints 61.66, though 61.65 would be within what sums allow.
    assert_eq!(found_with(Some("t5/2010350/基本 = 61.65")), ["t5/2010350/基本"]);
    assert_eq!(found_with(Some("t5/2010350/项目 = 0.00")), [] as [&str; 0], "0.00 may stand for exact zero here");
}

/// A line that is not read is told once: what it may hold is not nought, so no sum is wrong for lack of it.
#[test]
fn what_is_not_read_of_a_printed_table_is_not_nought() {
    let desk = Desk::of(&corrected());
    let reader = desk.read();
    let grave = |sheets: &[Sheet]| {
        let found = reader.with(&printed(sheets)).check();
        let told = found.sorted().into_iter().filter(|d| d.severity != Severity::Note);
        told.map(|d| d.code.to_string()).collect::<Vec<String>>()
    };
    let at = |id: &str| desk.sheets.iter().position(|s| s.id == id).expect("a sheet");
    // A row whose code and name say nothing.
    let mut sheets = desk.sheets.clone();
    let row = sheets[at("t5")].rows.iter_mut().find(|r| r.iter().any(|c| c.text == "2010350")).expect("the row");
    row.iter_mut().filter(|c| c.address.is_none()).for_each(|c| c.text = "？".to_string());
    assert_eq!(grave(&sheets), ["E162"]);
    // A column that is not there.
    let mut sheets = desk.sheets.clone();
    let table = &mut sheets[at("t5")];
    let column = table.head.iter().find_map(|head| head.iter().position(|h| h == "基本支出")).expect("the column");
    table.head.iter_mut().for_each(|head| drop(head.remove(column)));
    table.rows.iter_mut().for_each(|row| drop(row.remove(column)));
    assert_eq!(grave(&sheets), ["E166"]);
}

/// Cells of a code that are merged over rows are blank in all but the first; a head over columns may stand in a row
/// of its own.
#[test]
fn merged_columns_of_a_code_are_read() {
    let folder = common::root().join("tests/data/yunling-2024");
    let sample = composed(first_job(&folder));
    let mut sheet = export(&sample.table("a02").expect("a table"));
    let mut above: Vec<String> = Vec::new();
    for row in &mut sheet.rows {
        let now: Vec<String> = row.iter().take(3).map(|c| c.text.clone()).collect();
        let same = now.iter().zip(&above).take_while(|(a, b)| a == b).count();
        let last = now.iter().filter(|text| !text.is_empty()).count().saturating_sub(1);
        row.iter_mut().take(same.min(last)).for_each(|c| c.text.clear());
        above = now;
    }
    assert!(sheet.rows.iter().filter(|r| r[0].text.is_empty() && !r[1].text.is_empty()).count() > 3);
    let mut job = first_job(&folder);
    job.printed = printed(&[sheet]);
    let found = Printed::read(job).check_rules();
    let told: Vec<String> = found.iter().filter(|d| d.severity != Severity::Note).map(ToString::to_string).collect();
    assert!(told.is_empty(), "{told:#?}");
}

/// What a user sees who has printed tables and a typed section beside them.
#[test]
fn a_typed_section_is_read_beside_printed_tables() {
    let desk = Desk::of(&corrected());
    let path = desk.folder.path().join("text/02-arrangement.md");
    let text = std::fs::read_to_string(&path).expect("the section");
    let total = desk.composition.figure("t1/收入总计/预算数").expect("a figure").text();
    let found_in = |text: String| {
        std::fs::write(&path, text).expect("written");
        let found = desk.read().check();
        let told = found.sorted().into_iter().filter(|d| d.severity != Severity::Note);
        told.map(|d| format!("{d}")).collect::<Vec<String>>()
    };
    assert!(found_in(text.clone()).is_empty());
    let wrong = found_in(text.replacen(&format!("{total}万元"), "1.00万元", 1));
    // The sum that is listed behind it does not come out either.
    let named = |d: &String| d.contains("N002") && d.contains("收支总表》“收入总计”的“预算数”（");
    assert!(wrong.len() == 2 && named(&wrong[0]) && wrong[1].contains("N006"), "{wrong:?}");
    let blank = found_in(text.replacen(&format!("{total}万元"), "万元", 1));
    assert!(blank.len() == 1 && blank[0].contains("收支总表》“收入总计”的“预算数”（"), "{blank:?}");
    let private = found_in(format!("{text}经办人电话13800138000。\n"));
    assert!(private.len() == 1 && private[0].contains("X102"), "{private:?}");
}

// ------------------------------------------------------------------------------------------- why

#[test]
fn why_shows_the_lines_the_rounding_and_what_depends_on_a_figure() {
    let composition = composed(job(&common::root().join("data/631-2023")));
    let why = gongkai::tell::why::why(&composition, "t5/2010350/基本").expect("a figure");
    assert_eq!((why.printed.as_str(), why.exact.map(|e| e.to_string()).as_deref()), ("61.66", Some("616598")));
    let gongkai::compose::Basis::Lines { lines, .. } = &why.source else { panic!("lines") };
    assert_eq!(Some(lines.iter().map(|l| l.2).sum()), why.exact);
    let depends = |address: &str| why.dependents.iter().any(|(a, _)| a == address);
    assert!(depends("t3/2010350/基本") && depends("t1/收入总计/预算数") && !depends("t5/2010350/项目"));
    assert!(why.relations.iter().any(|r| r.code == "C009"));
    assert_eq!(why.places.len(), 1);
    let named = gongkai::tell::why::printed_as(&composition.document, "85.05");
    assert!(named.iter().any(|a| a == "t6/合计/合计"), "{named:?}");
}

#[test]
fn each_printed_sum_that_differs_from_its_parts_is_proven_to_be_rounding() {
    let composition = composed(job(&common::root().join("data/631-2023")));
    let sums = gongkai::check::figures::sums(&composition);
    assert!(sums.rounded.len() > 20 && sums.rounded.len() < sums.count);
    for sum in &sums.rounded {
        let parts: rust_decimal::Decimal = sum.parts.iter().map(|p| p.exact).sum();
        assert_eq!(sum.total.exact, parts, "{}", sum.total.address);
        let rounding: rust_decimal::Decimal = sum.parts.iter().map(|p| p.rounding).sum();
        assert_eq!(sum.total.rounding - rounding, sum.off, "{}", sum.total.address);
    }
}
