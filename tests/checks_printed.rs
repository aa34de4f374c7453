//! Tables given as printed, in place of the ledger: wrong figures are found and named, and what is consistent is left
//! alone. Whether a changed figure contradicts the rest is told by a solver of this test's own (propagation of whole
//! bounds over relations written here), not by the program's.

mod common;

use gongkai::check::figures::Printed;
use gongkai::compose::{Composition, Forms, Job, TableView, compose};
use gongkai::data::printed::{PrintedTable, printed_table};
use gongkai::diagnostic::{Diagnostics, Severity};
use gongkai::prepare::prepare;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const TABLES: [&str; 11] = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "cg", "zc"];

// ------------------------------------------------------------------------------------------- made-up chance

struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

// ------------------------------------------------------------------------------------------- tables as a platform exports them

/// A table as a grid of texts; figures know their addresses.
#[derive(Clone)]
struct Sheet {
    id: String,
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
                Cell {
                    text: figure.map_or(String::new(), |f| f.text.clone()),
                    address: figure.map(|f| f.address.to_string()),
                }
            }
            (None, Some("code")) => Cell { text: row.code.clone(), address: None },
            (None, Some("label")) => Cell { text: row.label.clone(), address: None },
            (None, Some("seq")) => Cell { text: (line + 1).to_string(), address: None },
            _ => Cell { text: String::new(), address: None },
        }
    };
    let rows = (0..lines).map(|l| (0..columns.len()).map(|c| cell(l, c)).collect()).collect();
    Sheet { id: view.id.to_string(), head, rows }
}

fn csv(sheet: &Sheet) -> String {
    let quoted = |t: &str| format!("\"{}\"", t.replace('"', "\"\""));
    let line = |cells: Vec<String>| cells.join(",") + "\n";
    let mut out = format!("{},,单位：万元\n", quoted(&sheet.id));
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
    let job = prepare(folder, &[], &mut found).pop().expect("a job").job;
    assert!(!found.has_errors(), "{:#?}", found.sorted());
    job
}

fn composed(job: Job) -> Composition {
    let mut found = Diagnostics::default();
    let composition = compose(job, &mut found);
    composition.unwrap_or_else(|| panic!("{:#?}", found.sorted()))
}

/// The sample's data without its ledger; with a file in `tables/`, so that it may be missing.
fn without_ledger() -> tempfile::TempDir {
    let work = tempfile::tempdir().expect("a folder");
    common::copy(&common::root().join("data/631-2023"), work.path());
    std::fs::remove_file(work.path().join("ledger.csv")).expect("it was there");
    std::fs::create_dir(work.path().join("tables")).expect("a folder");
    let any = export(&composed(job(&common::root().join("data/631-2023"))).table("t7").expect("t7"));
    std::fs::write(work.path().join("tables/t7.csv"), csv(&any)).expect("written");
    work
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

/// A sum of addresses that is zero, or at most zero.
struct Relation {
    terms: Vec<(String, i128)>,
    equal: bool,
}

fn equal(one: &str, parts: impl IntoIterator<Item = String>) -> Relation {
    let mut terms: Vec<(String, i128)> = parts.into_iter().map(|p| (p, -1)).collect();
    terms.push((one.to_string(), 1));
    Relation { terms, equal: true }
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

/// Relations over numbered figures.
struct Numbered<'s> {
    numbers: BTreeMap<&'s str, usize>,
    relations: Vec<(Vec<(usize, i128)>, bool)>,
}

impl<'s> Numbered<'s> {
    /// A figure that stands in no sheet is zero and has no number.
    fn new(sheets: &'s [Sheet], relations: &[Relation]) -> Numbered<'s> {
        let addresses = sheets.iter().flat_map(|s| s.rows.iter().flatten()).filter_map(|c| c.address.as_deref());
        let numbers: BTreeMap<&str, usize> = addresses.enumerate().map(|(n, a)| (a, n)).collect();
        let number = |r: &Relation| -> (Vec<(usize, i128)>, bool) {
            let terms = r.terms.iter().filter_map(|(a, f)| Some((*numbers.get(a.as_str())?, *f)));
            (terms.collect(), r.equal)
        };
        let relations = relations.iter().map(number).collect();
        Numbered { numbers, relations }
    }

    /// Whether narrowing bounds relation by relation leaves some figure no value: proof that they contradict.
    fn contradicts(&self, sheets: &[Sheet]) -> bool {
        let mut known = vec![(0, 0); self.numbers.len()];
        for cell in sheets.iter().flat_map(|s| s.rows.iter().flatten()) {
            if let Some(address) = cell.address.as_deref().filter(|a| !a.ends_with("/数量")) {
                known[self.numbers[address]] = bounds(&cell.text);
            }
        }
        for _ in 0..60 {
            let mut narrowed = false;
            for (terms, equal) in &self.relations {
                match narrow(&mut known, terms, *equal) {
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
fn narrow(known: &mut [(i128, i128)], terms: &[(usize, i128)], equal: bool) -> Option<bool> {
    let end = |value: (i128, i128), f: i128| if f > 0 { value } else { (-value.1, -value.0) };
    let (low, high) = terms.iter().fold((0, 0), |(low, high), &(n, f)| {
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
    Sign,
    WrongRow,
    SwappedColumn,
    Blank,
}

const KINDS: [Kind; 7] = [
    Kind::LastDigit,
    Kind::SwappedDigits,
    Kind::ShiftedPoint,
    Kind::Sign,
    Kind::WrongRow,
    Kind::SwappedColumn,
    Kind::Blank,
];

/// Changes one figure of a sheet; the addresses changed, or none where this kind does nothing here.
fn change(sheet: &mut Sheet, kind: Kind, chance: &mut Chance) -> Vec<String> {
    let filled: Vec<(usize, usize)> = (0..sheet.rows.len())
        .flat_map(|r| (0..sheet.rows[r].len()).map(move |c| (r, c)))
        .filter(|&(r, c)| sheet.rows[r][c].address.is_some() && !sheet.rows[r][c].text.is_empty())
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
        Kind::Sign => format!("-{text}"),
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

#[derive(Default)]
struct Tally {
    made: usize,
    contradict: usize,
    found: usize,
    first_three: usize,
    beyond: usize,
}

#[test]
fn wrong_figures_are_found_and_named() {
    let original = exported(&composed(job(&common::root().join("data/631-2023"))));
    let folder = without_ledger();
    let mut reader = Printed::read(job(folder.path()));
    reader = reader.with(printed(&original));
    let errors: Vec<String> =
        reader.check().sorted().iter().filter(|d| d.severity != Severity::Note).map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let relations = relations(&original);
    let independent = Numbered::new(&original, &relations);
    assert!(!independent.contradicts(&original));
    let mut chance = Chance(0x2023_0631);
    let mut tally: BTreeMap<Kind, Tally> = BTreeMap::new();
    let mut unguarded: BTreeMap<String, usize> = BTreeMap::new();
    let mut missed: Vec<String> = Vec::new();
    let mut made = 0;
    while made < 500 {
        let kind = KINDS[made % KINDS.len()];
        let mut sheets = original.clone();
        let which = chance.below(sheets.len());
        let changed = change(&mut sheets[which], kind, &mut chance);
        if changed.is_empty() {
            continue;
        }
        made += 1;
        reader = reader.with(printed(&sheets));
        let (found, contradictions) = reader.findings();
        let reported = found.iter().any(|d| d.severity != Severity::Note);
        let tally = tally.entry(kind).or_default();
        tally.made += 1;
        if !independent.contradicts(&sheets) {
            tally.beyond += usize::from(reported);
            if !reported {
                let address = &changed[0];
                let parts: Vec<&str> = address.split('/').collect();
                *unguarded.entry(format!("{kind:?} {}/{}", parts[0], parts[2])).or_default() += 1;
            }
            continue;
        }
        tally.contradict += 1;
        tally.found += usize::from(reported);
        let named = contradictions.iter().any(|c| c.named.iter().take(3).any(|a| changed.contains(a)));
        tally.first_three += usize::from(named);
        if !reported || !named {
            let named: Vec<&[String]> = contradictions.iter().map(|c| &c.named[..c.named.len().min(3)]).collect();
            missed.push(format!("{kind:?} {changed:?} reported: {reported}, named: {named:?}"));
        }
    }
    let sum = |of: fn(&Tally) -> usize| tally.values().map(of).sum::<usize>();
    let (contradict, found, first) = (sum(|t| t.contradict), sum(|t| t.found), sum(|t| t.first_three));
    println!("500 changes: {contradict} contradict the rest, {found} found, {first} named among the first three");
    for (kind, t) in &tally {
        println!(
            "  {kind:?}: {} made, {} contradict, {} found, {} named; {} found beyond",
            t.made, t.contradict, t.found, t.first_three, t.beyond
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
const ECONOMIC: [&str; 10] = ["30101", "30102", "30107", "30201", "30211", "30217", "30231", "30302", "30309", "31002"];
const FUNDS: [&str; 6] = ["一般公共预算", "政府性基金预算", "国有资本经营预算", "财政专户", "事业收入", "其他收入"];

/// A made-up ledger: amounts of every size, to the 分, some negative.
fn made_up_ledger(chance: &mut Chance) -> String {
    let mut out = String::from("功能科目,支出类别,经济科目,用途,项目,资金来源,结转,金额（元）\n");
    let general_only = chance.below(3) == 0;
    for _ in 0..3 + chance.below(40) {
        let size = 10usize.pow(2 + chance.below(8) as u32);
        let fund = if general_only { FUNDS[0] } else { *chance.of(&FUNDS) };
        // What is not fiscal money only adds to what is (X009, X025): a budget of it is never negative.
        let negative = chance.below(15) == 0 && FUNDS[..3].contains(&fund);
        let fen = chance.below(size) as i64 * if negative { -1 } else { 1 };
        let amount = format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.abs() / 100, fen.abs() % 100);
        let carry = if chance.below(4) == 0 { "上年" } else { "本年" };
        let code = chance.of(&FUNCTIONS);
        out += &match chance.below(8) {
            0..=3 => {
                let econ = chance.of(&ECONOMIC);
                format!("{code},基本支出,{econ},用途,,{fund},{carry},{amount}\n")
            }
            4..=6 => format!("{code},项目支出,,,项目{},{fund},{carry},{amount}\n", chance.below(6)),
            _ => format!("{code},年终结转,,,,{fund},{carry},{amount}\n"),
        };
    }
    out
}

#[test]
fn consistent_figures_are_left_alone() {
    let work = tempfile::tempdir().expect("a folder");
    common::copy(&common::root().join("data/631-2023"), work.path());
    for name in ["procurement.csv", "targets.csv"] {
        let path = work.path().join(name);
        let text = std::fs::read_to_string(&path).expect("it is there");
        std::fs::write(&path, format!("{}\n", text.lines().next().expect("headings"))).expect("written");
    }
    let ledger = work.path().join("ledger.csv");
    let folder = without_ledger();
    let mut reader = Printed::read(job(folder.path()));
    let mut chance = Chance(0x00C0_FFEE);
    let mut differ = 0;
    for number in 0..200 {
        std::fs::write(&ledger, made_up_ledger(&mut chance)).expect("written");
        let forms = Forms::new(job(work.path()));
        let sheets: Vec<Sheet> = TABLES.iter().filter_map(|id| forms.table(id)).map(|t| export(&t)).collect();
        differ += usize::from(sums_differ(&sheets));
        reader = reader.with(printed(&sheets));
        let found: Vec<String> = reader.check().sorted().iter().map(ToString::to_string).collect();
        assert!(
            found.is_empty(),
            "{number}: {}\n{}",
            found.join("\n"),
            std::fs::read_to_string(&ledger).expect("there")
        );
    }
    // Rounding is at work in them: a plain comparison of printed sums would cry wolf.
    assert!(differ > 100, "{differ}");
}

/// Some printed 合计 of table 3 is not the sum of its printed parts.
fn sums_differ(sheets: &[Sheet]) -> bool {
    let sheet = sheets.iter().find(|s| s.id == "t3").expect("t3");
    let hundredths = |c: &Cell| c.text.replace('.', "").parse::<i64>().unwrap_or(0);
    sheet.rows.iter().any(|row| {
        let figures: Vec<i64> = row.iter().filter(|c| c.address.is_some()).map(hundredths).collect();
        figures.split_first().is_some_and(|(total, parts)| *total != parts.iter().sum::<i64>())
    })
}
