//! Random departments: whatever the ledger, the document composes and paginates, every printed figure is its exact
//! sum rounded once, income is expenditure and balances, and nothing leaves its page.

use crate::common;
use crate::departments::{self, Category, Line, Set, unit_names};
use crate::docx::{mutate, printed};
use gongkai::diagnostic::{Diagnostics, Severity};
use gongkai::document::{Block, Document};
use gongkai::fonts::Fonts;
use gongkai::money::{Look, rounded};
use gongkai::style::Style;
use gongkai::typeset::Pages;
use gongkai::typeset::frame::{Image, Item, Link, Page, Segment, Shade};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;
use std::path::Path;

/// A ledger: how many units, how many lines, and the seed of all of them. Fewer lines are the first of more, so that a
/// failing case shrinks.
fn ledgers(most: usize) -> impl Strategy<Value = (usize, usize, u64)> {
    (1..=60usize, 0..=most, any::<u64>())
}

/// Writes a data folder for a ledger.
fn write(folder: &Path, units: usize, lines: &[Line]) {
    let put = |name: &str, text: String| std::fs::write(folder.join(name), text).expect("writes");
    let report = "code = \"900\"\nname = \"随机部门\"\nyear = 2023\nlayout = \"hebei-department-budget-2023\"\nlevel = \"区\"\nassets_date = \"2022-12-31\"\n";
    put("report.toml", report.into());
    put("procurement.csv", "单位,项目,采购物品名称,政府采购目录序号,资金来源,金额（元）\n".into());
    put("assets.csv", "类别,数量,价值（元）\n车辆,2,360000\n".into());
    let names: String =
        unit_names(units).iter().map(|unit| format!("{unit},事业,正科级,财政性资金基本保证\n")).collect();
    put("units.csv", format!("单位名称,单位性质,单位规格,经费保障形式\n{names}"));
    put("ledger.csv", departments::ledger(Set::Hebei, lines));
    // No “三公” last year: said by a line, as blanks alone would say nothing of it.
    let prior = "支出类别,三公,资金来源,金额（元）\n基本支出,,,100.00\n项目支出,,,200.00\n基本支出,公务接待费,一般公共预算,0.00\n";
    put("prior.csv", prior.into());
    put("reasons.csv", "条目,方向,文字\n*,增加,工作需要\n*,减少,厉行节约\n*,持平,与上年相同\n".into());
    std::fs::create_dir_all(folder.join("text")).expect("a folder");
    for name in ["duties", "goals", "goals-by-duty", "measures"] {
        put(&format!("text/{name}.md"), "按照职责开展工作。\n".into());
    }
}

fn figure(document: &Document, address: &str) -> Decimal {
    document.figures.iter().find(|f| f.address == address).map_or(Decimal::ZERO, |f| f.amount)
}

/// Builds and checks one random department.
fn holds(fonts: &Fonts, units: usize, count: usize, seed: u64) {
    let lines = &departments::wild(seed, Set::Hebei, units, count)[..];
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), units, lines);
    let mut found = Diagnostics::default();
    let job = common::prepared(folder.path(), &mut found).pop().map(|p| p.job);
    let style = job.as_ref().map(|j| j.set.style.clone());
    let document = job.and_then(|job| Some(gongkai::compose::compose(job, &mut found)?.document));
    let (Some(document), Some(style)) = (document, style) else {
        let said: Vec<String> = found.sorted().iter().take(5).map(ToString::to_string).collect();
        panic!("{}", said.join("\n"));
    };
    every_figure_is_rounded_once(&document);
    let sum = |keep: &dyn Fn(&Line) -> bool| -> Decimal {
        lines.iter().filter(|l| keep(l)).map(|l| Decimal::new(l.amount, 2)).sum()
    };
    let document = &document;
    let (income, spent) = (sum(&|_| true), sum(&|l| l.category != Category::CarriedOut));
    assert_eq!(figure(document, "t1/收入总计/预算数"), income);
    assert_eq!(figure(document, "t1/本年支出/预算数"), spent);
    assert_eq!(figure(document, "t1/年终结转/预算数"), sum(&|l| l.category == Category::CarriedOut));
    assert_eq!(figure(document, "t1/支出总计/预算数"), income);
    assert_eq!(figure(document, "t3/合计/基本"), sum(&|l| l.category == Category::Basic));
    let pages = gongkai::typeset::typeset(document, &style, fonts, &mut found);
    // Amounts of a trillion 万元 do not fit twelve columns at the least size: then that is said, and nothing else.
    let other = found.iter().find(|d| d.severity == Severity::Error && d.code != "E420");
    assert!(other.is_none(), "{}", other.map(ToString::to_string).unwrap_or_default());
    if !found.has_errors() {
        nothing_leaves_its_page(&pages);
        the_docx_reads_back(document, &style, fonts, &pages, lines.len() as u64);
    }
}

/// What is read is what was composed, and still is after what Word does to a file.
fn the_docx_reads_back(document: &Document, style: &Style, fonts: &Fonts, pages: &Pages, seed: u64) {
    let bytes = gongkai::write::docx::write(document, style, fonts, pages).expect("it can be written");
    let read = |bytes: &[u8]| gongkai::read_docx::read(bytes, &Default::default()).expect("it reads");
    let reading = read(&bytes);
    let figures = printed::printed(document);
    assert_eq!(printed::plain(&reading.figures), figures);
    assert_eq!(reading.findings, []);
    assert_eq!(printed::plain(&read(&mutate::as_word_does(&bytes, seed)).figures), figures);
}

fn every_figure_is_rounded_once(document: &Document) {
    let looks = [Look::default(), Look { trim: true, ..Look::default() }];
    let check = |id: &gongkai::document::FigureId, text: &str| {
        let figure = document.figure(*id);
        let number: Decimal = text.parse().unwrap_or_else(|_| panic!("{} prints {text}", figure.address));
        let plain = rounded(figure.amount, &Look { unit: gongkai::money::Unit::Plain, ..Look::default() });
        let fits = looks.iter().any(|l| rounded(figure.amount, l).abs() == number.abs()) || plain == number;
        assert!(fits, "{}: {} prints {text}", figure.address, figure.amount);
    };
    for block in document.blocks() {
        let inlines: Vec<_> = match block {
            Block::Paragraph(p) => p.inlines.iter().collect(),
            Block::Table(t) => t.body.iter().flat_map(|r| &r.cells).flat_map(|c| &c.inlines).collect(),
            _ => Vec::new(),
        };
        for inline in inlines {
            if let Some(id) = &inline.figure {
                check(id, &inline.text);
            }
        }
    }
}

fn nothing_leaves_its_page(pages: &Pages) {
    assert!(!pages.pages.is_empty());
    for (number, page) in pages.pages.iter().enumerate() {
        let read = if page.turned { (page.sheet.1, page.sheet.0) } else { page.sheet };
        page.items.iter().for_each(|item| within(item, read, number));
        page.furniture.iter().for_each(|item| within(item, page.sheet, number));
        assert!(has_content(page) || page.label.is_empty(), "page {number} is empty");
    }
}

fn has_content(page: &Page) -> bool {
    !page.items.is_empty()
}

fn within(item: &Item, (width, height): (f64, f64), page: usize) {
    let points = match item {
        Item::Run(run) => {
            let end = run.glyphs.last().map_or(0.0, |g| g.x + run.size * 0.5);
            vec![(run.x, run.y), (run.x + end, run.y)]
        }
        Item::Rule(rule) => vec![rule.from, rule.to],
        Item::Path(path) => {
            let ends = path.segments.iter().map(|segment| match segment {
                Segment::Move(p) | Segment::Line(p) | Segment::Curve(_, _, p) => *p,
            });
            ends.collect()
        }
        Item::Anchor(_, place) => vec![*place],
        Item::Link(Link { area, .. }) | Item::Shade(Shade { area, .. }) | Item::Image(Image { area, .. }) => {
            let (left, top, w, h) = *area;
            vec![(left, top), (left + w, top + h)]
        }
    };
    for (x, y) in points {
        let inside = (-0.01..=width + 0.01).contains(&x) && (-0.01..=height + 0.01).contains(&y);
        assert!(inside, "page {page}: ({x:.2}, {y:.2}) lies outside {width:.0} × {height:.0}");
    }
}

fn run(cases: u32, most: usize) {
    let fonts = common::fonts();
    let config = Config { cases, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&ledgers(most), |(units, count, seed)| {
        holds(&fonts, units, count, seed);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn small_ledgers() {
    run(40, 30);
}

#[test]
fn middling_ledgers() {
    run(8, 600);
}

#[test]
fn a_ledger_of_five_thousand_lines_and_sixty_units() {
    holds(&common::fonts(), 60, 5_000, 1);
}

#[test]
fn an_empty_ledger() {
    holds(&common::fonts(), 1, 0, 1);
}
