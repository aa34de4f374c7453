//! Whole documents onto pages: the rules of the page, of tables over pages, of the contents, of the structure.

use super::frame::{ElementId, ElementKind, Item, Page, Pages, Rule, Run, Tag};
use crate::diagnostic::Diagnostics;
use crate::document::*;
use crate::fonts::tests::project_fonts;
use crate::style::*;
use indexmap::IndexMap;
use proptest::prelude::*;

fn text_style(font: &str, size: f64) -> TextStyle {
    TextStyle {
        font: font.into(),
        size,
        pitch: None,
        grid: false,
        align: Align::Justify,
        indent: 0.0,
        left: 0.0,
        right: 0.0,
        before: 0.0,
        after: 0.0,
        keep_next: false,
        balance: false,
        least: None,
        lines: None,
        yields: false,
        word: None,
        outline: None,
    }
}

/// GB/T 9704 pages, and tables in 五号.
fn style() -> Style {
    let title = TextStyle { align: Align::Center, balance: true, keep_next: true, ..text_style("小标宋", 22.0) };
    let small = |size| TextStyle { align: Align::Left, pitch: Some(size * 1.35), ..text_style("宋体", size) };
    let text = IndexMap::from([
        ("正文".into(), TextStyle { indent: 2.0, grid: true, ..text_style("仿宋", 16.0) }),
        ("标题".into(), title.clone()),
        ("一级".into(), TextStyle { indent: 2.0, grid: true, keep_next: true, ..text_style("黑体", 16.0) }),
        ("表题".into(), TextStyle { size: 18.0, before: 6.0, after: 4.0, ..title }),
        ("表文".into(), small(10.5)),
        ("表注".into(), small(9.0)),
        ("页码".into(), text_style("宋体", 14.0)),
        ("目录".into(), text_style("仿宋", 14.0)),
    ]);
    let portrait = PageSetup {
        paper: [210.0, 297.0],
        landscape: false,
        turned: false,
        margin: [37.0, 26.0, 35.0, 28.0],
        lines: 22,
        chars: 28,
    };
    let landscape = PageSetup {
        landscape: true,
        turned: true,
        margin: [28.0, 37.0, 26.0, 35.0],
        lines: 15,
        chars: 40,
        ..portrait.clone()
    };
    let table = TableStyle {
        title: "表题".into(),
        above: "表文".into(),
        head: "表文".into(),
        text: "表文".into(),
        number: "表文".into(),
        note: "表注".into(),
        least: 9.0,
        most: None,
        rule: 0.5,
        frame: 1.0,
        padding: [0.8, 1.0],
        row: 0.0,
        tall: None,
        after: 8.0,
        continued: Some("续表".into()),
        total: None,
        shade: None,
    };
    Style {
        page: IndexMap::from([("纵".into(), portrait), ("横".into(), landscape)]),
        text,
        table: IndexMap::from([("表".into(), table)]),
        number: PageNumberStyle {
            text: "页码".into(),
            form: "— {} —".into(),
            below: 7.0,
            inset: 1.0,
            place: NumberPlace::Outside,
            page: "纵".into(),
        },
        contents: ContentsStyle { levels: vec!["目录".into()] },
        head: None,
        number_pages: IndexMap::new(),
    }
}

fn section(page: &str, blocks: Vec<Block>) -> Section {
    let (start, numbering) = (Start::Page, Numbering::Decimal);
    Section { id: "part".into(), page: page.into(), start, numbering, restart: false, head: None, blocks }
}

fn document(sections: Vec<Section>) -> Document {
    let meta = Meta {
        title: "预算公开".into(),
        author: "临港部门".into(),
        code: "631".into(),
        year: 2023,
        date: None,
        language: "zh-CN".into(),
        file_stem: "x".into(),
        watermark: None,
        data: None,
    };
    let figure = |n: u32| PrintedFigure {
        address: format!("t1/{n}/合计"),
        amount: rust_decimal::Decimal::from(n),
        text: n.to_string(),
        origins: Default::default(),
    };
    Document { meta, sections, figures: (0..4).map(figure).collect() }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(Paragraph {
        role: "正文".into(),
        inlines: vec![Inline::text(text)],
        source: None,
        change: Change::Same,
    })
}

fn heading(role: &str, level: u8, text: &str, anchor: &str) -> Heading {
    let inlines = vec![Inline::text(text)];
    Heading {
        level,
        role: role.into(),
        inlines,
        anchor: anchor.into(),
        contents: true,
        source: None,
        change: Change::Same,
    }
}

fn cell(column: usize, text: &str) -> Cell {
    let inlines = if text.is_empty() { Vec::new() } else { vec![Inline::text(text)] };
    Cell { column, colspan: 1, rowspan: 1, inlines, align: None, indent: 0.0, header: false }
}

fn row(kind: RowKind, texts: &[&str]) -> Row {
    let cells = texts.iter().enumerate().map(|(c, t)| cell(c, t)).collect();
    Row { kind, cells, origin: None, change: Change::Same }
}

fn table(columns: usize, header: Vec<Row>, body: Vec<Row>) -> Table {
    let column = |c| match c {
        0 => Column { kind: ColumnKind::Text, width: None, align: Align::Left },
        _ => Column { kind: ColumnKind::Number, width: None, align: Align::Right },
    };
    Table {
        id: "t1".into(),
        style: "表".into(),
        title: Some(heading("表题", 1, "部门预算收支总表", "t1")),
        above: vec![vec![Inline::text("631临港部门")], vec![], vec![Inline::text("单位：万元")]],
        columns: (0..columns).map(column).collect(),
        header,
        body,
        notes: vec![vec![Inline::text("注：本表按功能分类列示。")]],
        description: "收支".into(),
        change: Change::Same,
    }
}

fn set(document: &Document) -> (Pages, Diagnostics) {
    set_in(document, &style())
}

fn set_in(document: &Document, style: &Style) -> (Pages, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let pages = super::typeset(document, style, project_fonts(), &mut diagnostics);
    (pages, diagnostics)
}

fn runs(page: &Page) -> impl Iterator<Item = &Run> {
    page.items.iter().filter_map(|i| if let Item::Run(run) = i { Some(run) } else { None })
}

fn rules(page: &Page) -> impl Iterator<Item = &Rule> {
    page.items.iter().filter_map(|i| if let Item::Rule(rule) = i { Some(rule) } else { None })
}

/// What a page says, artifacts included.
fn said(page: &Page) -> String {
    runs(page).map(|r| r.text.as_str()).collect()
}

/// The text of each element, from all pages in order.
fn element_texts(pages: &Pages) -> Vec<String> {
    let mut texts = vec![String::new(); pages.structure.len()];
    for run in pages.pages.iter().flat_map(runs) {
        if let Tag::Element(id) = run.tag {
            texts[id.0 as usize].push_str(&run.text);
        }
    }
    texts
}

/// The text under an element, in structure order.
fn text_under(pages: &Pages, texts: &[String], id: ElementId) -> String {
    let children = pages.structure[id.0 as usize].children.iter();
    texts[id.0 as usize].clone() + &children.map(|&c| text_under(pages, texts, c)).collect::<String>()
}

const LONG: &str = "按照《中华人民共和国预算法》和《地方预决算公开操作规程》的规定，现将2023年部门预算公开如下。";

#[test]
fn twenty_two_lines_of_twenty_eight_characters_fill_the_type_area() {
    let (pages, _) = set(&document(vec![section("纵", vec![paragraph(&"预算".repeat(14 * 40))])]));
    let page = &pages.pages[0];
    let lines: Vec<&Run> = runs(page).collect();
    assert_eq!(lines.len(), 22);
    assert_eq!(lines[1].glyphs.len(), 28);
    let area = (28.0 * MM, 37.0 * MM, 156.0 * MM, 225.0 * MM);
    let advance = lines[1].glyphs[1].x;
    assert!((advance - area.2 / 28.0).abs() < 1e-6, "{advance}");
    let pitch = lines[1].y - lines[0].y;
    assert!((pitch - (area.3 - advance) / 21.0).abs() < 1e-6, "{pitch}");
    // The em boxes of the first line begin at the area's head, those of the last end at its foot.
    assert!((lines[0].y - 0.88 * 16.0 - area.1).abs() < 1e-6);
    assert!((lines[21].y + 0.12 * 16.0 - area.1 - area.3).abs() < 0.3);
    assert!((lines[0].x - area.0 - 2.0 * advance).abs() < 0.2);
}

#[test]
fn page_numbers_stand_below_the_type_area_at_the_outer_edge_on_turned_pages_too() {
    let blocks = || vec![paragraph(LONG)];
    let (pages, _) = set(&document(vec![section("纵", blocks()), section("横", blocks()), section("横", blocks())]));
    for (index, page) in pages.pages.iter().enumerate() {
        assert_eq!(page.sheet.0.round(), 595.0);
        assert_eq!(page.turned, index > 0);
        let Item::Run(run) = &page.furniture[0] else { panic!("no number") };
        assert_eq!(run.text, format!("— {} —", index + 1));
        let dash = project_fonts().face(run.face).ink_top(run.glyphs[0].id).expect("a dash has ink");
        assert!((run.y - 14.0 * dash - (297.0 - 35.0 + 7.0) * MM).abs() < 1e-6);
        let (left, right) = (28.0 * MM + 14.0, 184.0 * MM - 14.0);
        let end = run.x + run.glyphs.last().unwrap().x + 14.0;
        assert!(if index % 2 == 0 { (end - right).abs() < 0.8 } else { (run.x - left).abs() < 0.8 }, "{index}");
    }
}

#[test]
fn no_line_of_a_paragraph_stands_alone() {
    for filler in 16..24 {
        let mut blocks: Vec<Block> = (0..filler).map(|_| paragraph("一行。")).collect();
        blocks.push(paragraph(&LONG.repeat(2)));
        let (pages, _) = set(&document(vec![section("纵", blocks)]));
        let texts = element_texts(&pages);
        let last = ElementId(texts.len() as u32 - 1);
        assert_eq!(texts[last.0 as usize], LONG.repeat(2));
        for page in &pages.pages {
            let mut lines: Vec<f64> = runs(page).filter(|r| r.tag == Tag::Element(last)).map(|r| r.y).collect();
            lines.dedup();
            assert_ne!(lines.len(), 1, "after {filler} lines");
        }
    }
}

#[test]
fn headings_stay_with_what_follows() {
    for filler in 16..24 {
        let mut blocks: Vec<Block> = (0..filler).map(|_| paragraph("一行。")).collect();
        blocks.push(Block::Heading(heading("一级", 1, "一、部门职责", "a")));
        blocks.push(Block::Heading(heading("一级", 2, "（一）主要职责", "b")));
        blocks.push(paragraph(LONG));
        let (pages, _) = set(&document(vec![section("纵", blocks)]));
        let page = pages.anchors["a"].page;
        assert!(said(&pages.pages[page]).contains("按照"), "after {filler} lines");
        assert_eq!(pages.anchors["b"].page, page);
    }
}

#[test]
fn contents_name_the_true_pages_however_long_they_are() {
    let mut blocks = vec![Block::Contents, Block::PageBreak];
    for n in 0..90 {
        blocks.push(Block::Heading(heading("一级", 1, &format!("第{n}项工作"), &format!("h{n}"))));
        blocks.push(paragraph(LONG));
    }
    let (pages, _) = set(&document(vec![section("纵", blocks)]));
    assert!(pages.anchors["h0"].page >= 3, "the contents take several pages");
    let texts = element_texts(&pages);
    let links: Vec<usize> = (0..texts.len()).filter(|&i| pages.structure[i].kind == ElementKind::Link).collect();
    assert_eq!(links.len(), 90);
    for (n, link) in links.iter().enumerate() {
        let page = &pages.pages[pages.anchors[&format!("h{n}")].page];
        assert_eq!(texts[*link], format!("第{n}项工作{}", page.label));
    }
}

#[test]
fn a_blank_page_before_an_odd_one_bears_no_number() {
    let mut sections = vec![section("纵", vec![paragraph(LONG)]), section("纵", vec![paragraph(LONG)])];
    (sections[1].start, sections[1].restart) = (Start::OddPage, true);
    sections[0].numbering = Numbering::Roman;
    let (pages, _) = set(&document(sections));
    let labels: Vec<&str> = pages.pages.iter().map(|p| p.label.as_str()).collect();
    assert_eq!(labels, ["i", "", "1"]);
    assert!(pages.pages[1].items.is_empty() && pages.pages[1].furniture.is_empty());
}

#[test]
fn figures_bear_their_addresses() {
    let sentence = vec![Inline::text("共"), Inline::figure("3.00", FigureId(3)), Inline::text("万元。")];
    let block =
        Block::Paragraph(Paragraph { role: "正文".into(), inlines: sentence, source: None, change: Change::Same });
    let mut body = row(RowKind::Data, &["公用", ""]);
    body.cells[1].inlines = vec![Inline::figure("2.00", FigureId(2))];
    let table = table(2, vec![row(RowKind::Header, &["项目", "预算数"])], vec![body]);
    let (pages, _) = set(&document(vec![section("纵", vec![block, Block::Table(table)])]));
    let texts = element_texts(&pages);
    let titled: Vec<(&str, &str)> = (0..texts.len())
        .filter_map(|i| Some((pages.structure[i].title.as_deref()?, texts[i].as_str())))
        .filter(|(t, _)| t.contains('/'))
        .collect();
    assert_eq!(titled, [("t1/3/合计", "3.00"), ("t1/2/合计", "2.00")]);
    for (i, element) in pages.structure.iter().enumerate() {
        assert!(element.children.is_empty() || texts[i].is_empty(), "element {i} holds elements and content");
    }
}

fn long_table(rows: usize) -> Table {
    let body = (0..rows).map(|n| row(RowKind::Data, &[&format!("第{n}项"), "10731.75"])).collect();
    table(2, vec![row(RowKind::Header, &["项目", "预算数"]), row(RowKind::Numbering, &["栏次", "1"])], body)
}

#[test]
fn header_rows_and_continuation_repeat_as_artifacts() {
    let (pages, _) = set(&document(vec![section("纵", vec![Block::Table(long_table(100))])]));
    assert!(pages.pages.len() >= 3);
    for page in &pages.pages[1..] {
        let artifacts: String =
            runs(page).filter(|r| matches!(r.tag, Tag::Artifact(_))).map(|r| r.text.as_str()).collect();
        assert_eq!(artifacts, "部门预算收支总表续表单位：万元项目预算数栏次1");
    }
    let geometry = &pages.tables[0];
    assert_eq!((geometry.page, geometry.pages), (0, pages.pages.len()));
    let width: f64 = geometry.columns.iter().sum();
    assert!((width - (156.0 * MM - 1.0)).abs() < 1e-6);
}

#[test]
fn a_total_is_never_at_the_top_nor_a_note_alone() {
    for rows in 30..60 {
        let mut table = long_table(rows);
        table.body.push(row(RowKind::Total, &["总计", "1.00"]));
        let (pages, _) = set(&document(vec![section("纵", vec![Block::Table(table)])]));
        let last = said(pages.pages.last().unwrap());
        assert!(
            last.contains(&format!("第{}项", rows - 1)) && last.contains("总计") && last.contains("注："),
            "{rows}"
        );
    }
}

#[test]
fn a_title_stays_with_its_first_rows() {
    for filler in 10..22 {
        let mut blocks: Vec<Block> = (0..filler).map(|_| paragraph("一行。")).collect();
        blocks.push(Block::Table(long_table(30)));
        let (pages, _) = set(&document(vec![section("纵", blocks)]));
        let page = said(&pages.pages[pages.anchors["t1"].page]);
        assert!(page.contains("第0项") && page.contains("第1项"), "after {filler} lines: {page}");
    }
}

/// Rows 0–9 free, then groups under one label of `height` rows each.
fn merged_table(groups: usize, height: usize) -> Table {
    let mut table = long_table(10);
    for group in 0..groups {
        for n in 0..height {
            let mut row = row(RowKind::Data, &["", "1.00"]);
            match n {
                0 => row.cells[0] = Cell { rowspan: height, ..cell(0, &format!("指标{group}")) },
                _ => drop(row.cells.remove(0)),
            }
            table.body.push(row);
        }
    }
    table
}

#[test]
fn merged_rows_stay_together_when_a_page_holds_them() {
    let (pages, _) = set(&document(vec![section("纵", vec![Block::Table(merged_table(9, 7))])]));
    assert!(pages.pages.len() > 1);
    let labels = |page: &Page| said(page).matches("指标").count();
    assert_eq!(pages.pages.iter().map(labels).sum::<usize>(), 9);
    for page in &pages.pages {
        assert_eq!(said(page).matches("1.00").count(), 7 * labels(page));
    }
}

#[test]
fn a_merged_label_is_set_again_where_the_rows_go_on() {
    let (pages, _) = set(&document(vec![section("纵", vec![Block::Table(merged_table(1, 90))])]));
    assert!(pages.pages.len() >= 3);
    assert!(pages.pages.iter().all(|p| said(p).matches("指标0").count() == 1));
    assert_eq!(element_texts(&pages).concat().matches("指标0").count(), 1);
}

#[test]
fn heads_within_the_body_repeat_until_the_next() {
    let mut table = long_table(20);
    table.header.clear();
    for part in ["甲", "乙"] {
        table.body.push(row(RowKind::Header, &[part, "数"]));
        table.body.extend(long_table(45).body);
    }
    let (pages, _) = set(&document(vec![section("纵", vec![Block::Table(table)])]));
    for page in &pages.pages[1..] {
        let heads = said(page).matches(['甲', '乙']).count();
        assert!((1..=2).contains(&heads), "{}", said(page));
    }
    let texts = element_texts(&pages).concat();
    assert_eq!((texts.matches('甲').count(), texts.matches('乙').count()), (1, 1));
}

#[test]
fn a_row_taller_than_a_page_is_split_by_lines() {
    let mut table = long_table(2);
    let long = "支出功能分类".repeat(900);
    table.body.insert(1, row(RowKind::Data, &[&long, "8.00"]));
    let (pages, found) = set(&document(vec![section("纵", vec![Block::Table(table)])]));
    assert!(found.is_empty() && pages.pages.len() >= 3, "{:?}", found.sorted());
    assert!(element_texts(&pages).contains(&long));
    pages.pages.iter().for_each(|p| check_within(p, &style().page["纵"]));
}

#[test]
fn type_falls_before_a_number_wraps_and_no_further_than_declared() {
    let wide = |columns: usize| {
        let texts = vec!["10731.75"; columns];
        table(columns, vec![row(RowKind::Header, &vec!["预算数"; columns])], vec![row(RowKind::Data, &texts)])
    };
    let (pages, found) = set(&document(vec![section("纵", vec![Block::Table(wide(7))])]));
    assert!(found.is_empty() && pages.tables[0].scale == 1.0, "{:?} {}", found.sorted(), pages.tables[0].scale);
    let (pages, found) = set(&document(vec![section("纵", vec![Block::Table(wide(9))])]));
    assert!(found.is_empty() && pages.tables[0].scale < 1.0, "{:?}", found.sorted());
    assert_eq!(said(&pages.pages[0]).matches("10731.75").count(), 9);
    let (_, found) = set(&document(vec![section("纵", vec![Block::Table(wide(14))])]));
    let message = found.iter().next().expect("does not fit").to_string();
    assert!(message.contains("E420") && message.contains("部门预算收支总表") && message.contains("156"), "{message}");
}

/// Tables that one layout makes of the data may have other columns from one to the next.
#[test]
fn tables_of_one_layout_with_other_columns_are_set_each_by_its_own() {
    let of = |id: &str, columns: usize| {
        let mut table = table(columns, Vec::new(), vec![row(RowKind::Data, &vec!["1.00"; columns])]);
        table.id = id.into();
        Block::Table(table)
    };
    let blocks = vec![of("jx.甲", 2), of("jx.乙", 4), of("jx.丙", 2)];
    let (pages, found) = set(&document(vec![section("纵", blocks)]));
    assert!(found.is_empty(), "{:?}", found.sorted());
    assert_eq!(pages.tables.iter().map(|t| t.columns.len()).collect::<Vec<_>>(), [2, 4, 2]);
}

#[test]
fn silly_documents_come_to_an_end() {
    let mut style = style();
    for setup in style.page.values_mut() {
        setup.paper = [10.0, 10.0];
    }
    let texts = vec!["一二三"; 40];
    let wide =
        table(40, vec![row(RowKind::Header, &texts)], vec![row(RowKind::Data, &texts), row(RowKind::Total, &texts)]);
    let long = table(1, Vec::new(), vec![row(RowKind::Data, &[&"字".repeat(2_000)])]);
    let blocks = vec![
        Block::Contents,
        Block::Heading(heading("标题", 1, LONG, "a")),
        Block::Table(wide),
        Block::Table(long),
        Block::Table(table(3, Vec::new(), Vec::new())),
        Block::Table(merged_table(3, 9)),
        paragraph(LONG),
    ];
    let (pages, _) = set_in(&document(vec![section("纵", blocks)]), &style);
    assert!(pages.pages.len() > 10);
}

#[test]
fn unknown_names_are_reported_once_and_pages_made_all_the_same() {
    let block = || {
        Block::Paragraph(Paragraph {
            role: "正问".into(),
            inlines: vec![Inline::text("字")],
            source: None,
            change: Change::Same,
        })
    };
    let (pages, found) = set(&document(vec![section("竖", vec![block(), block()])]));
    let messages: Vec<String> = found.iter().map(|d| d.to_string()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[1].contains("E431") && messages[1].contains("“正文”"), "{messages:?}");
    assert_eq!(pages.pages.len(), 1);
}

/// Every glyph and rule lies within the type area.
fn check_within(page: &Page, setup: &PageSetup) {
    let (left, top, width, height) = setup.type_area();
    let near = 0.6;
    for run in runs(page) {
        let first = run.x + run.glyphs.first().map_or(0.0, |g| g.x);
        assert!(first > left - near - 0.5 * run.size, "“{}” at {first}", run.text);
        let last = run.x + run.glyphs.last().map_or(0.0, |g| g.x);
        assert!(last < left + width + near, "“{}” ends at {last}", run.text);
        let (ascent, descent) = (run.y - 0.88 * run.size, run.y + 0.12 * run.size);
        assert!(ascent > top - near && descent < top + height + near, "“{}” at {}", run.text, run.y);
    }
    for rule in rules(page) {
        assert!(rule.from.0 > left - near && rule.to.0 < left + width + near, "{rule:?}");
        assert!(rule.from.1 > top - near && rule.to.1 < top + height + near, "{rule:?}");
        assert!(rule.from.0 == rule.to.0 || rule.from.1 == rule.to.1, "{rule:?}");
    }
}

/// No two rules run over the same stretch, and every inner one ends on another.
fn check_rules(page: &Page) {
    let all: Vec<&Rule> = rules(page).collect();
    for (i, a) in all.iter().enumerate() {
        let vertical = a.from.0 == a.to.0;
        let overlaps = |b: &Rule| match vertical {
            true => b.from.0 == b.to.0 && (a.from.0 - b.from.0).abs() < 0.01 && a.from.1 < b.to.1 && b.from.1 < a.to.1,
            false => b.from.1 == b.to.1 && (a.from.1 - b.from.1).abs() < 0.01 && a.from.0 < b.to.0 && b.from.0 < a.to.0,
        };
        assert!(!all.iter().enumerate().any(|(j, b)| i != j && overlaps(b)), "{a:?} is drawn twice");
        let meets = |point: (f64, f64)| {
            all.iter().any(|b| {
                let crosses = (b.from.0 == b.to.0) != vertical;
                let within = |lo: f64, hi: f64, at: f64| lo - 0.6 <= at && at <= hi + 0.6;
                crosses && within(b.from.0, b.to.0, point.0) && within(b.from.1, b.to.1, point.1)
            })
        };
        assert!(meets(a.from) && meets(a.to), "{a:?} ends in the open");
    }
}

/// Mostly short tables, some of many pages.
fn body_rows() -> impl Strategy<Value = usize> {
    prop_oneof![20 => 0..=60_usize, 9 => 0..=300_usize, 1 => 300..=2_000_usize]
}

/// A table whose cells span at random, each with a text of its own.
fn random_table() -> impl Strategy<Value = Table> {
    let spans = proptest::collection::vec((0..40_u8, 0..60_u8, 0..200_u8), 1..2000);
    (1..=40_usize, 0..=4_usize, body_rows(), spans, 0..3_usize).prop_map(|(columns, header, body, spans, notes)| {
        let mut dice = spans.iter().cycle();
        let mut rows = Vec::new();
        let mut covered = vec![0_usize; columns];
        for r in 0..header + body {
            let left = if r < header { header - r } else { header + body - r };
            let mut cells = Vec::new();
            let mut c = 0;
            while c < columns {
                if covered[c] > 0 {
                    covered[c] -= 1;
                    c += 1;
                    continue;
                }
                let &(across, down, length) = dice.next().unwrap();
                let free = (c..columns).take_while(|&k| covered[k] == 0).count();
                let colspan = if across < 4 { (across as usize + 1).min(free) } else { 1 };
                let rowspan = if down < 6 { (down as usize * 3 + 1).min(left) } else { 1 };
                let text = match length {
                    0..20 => String::new(),
                    20..120 => format!("{r}.{c:02}"),
                    120..190 => format!("第{r}行第{c}列"),
                    _ => format!("{r}行{c}列{}", "预算支出".repeat(usize::from(length) - 180)),
                };
                cells.push(Cell { colspan, rowspan, ..cell(c, &text) });
                (c..c + colspan).for_each(|k| covered[k] = rowspan - 1);
                c += colspan;
            }
            let kind = match (r < header, rows.len() % 11) {
                (true, _) => RowKind::Header,
                (false, 7) => RowKind::Total,
                (false, 9) if columns % 2 == 0 => RowKind::Header,
                _ => RowKind::Data,
            };
            rows.push(Row { kind, cells, origin: None, change: Change::Same });
        }
        let body = rows.split_off(header);
        let mut table = table(columns, rows, body);
        table.notes.truncate(notes);
        table
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn random_tables_keep_every_cell_once_and_within_the_page(table in random_table(), filler in 0..25_usize,
                                                              landscape in any::<bool>()) {
        let page = if landscape { "横" } else { "纵" };
        let mut blocks: Vec<Block> = (0..filler).map(|_| paragraph("一行。")).collect();
        blocks.push(Block::Table(table));
        blocks.push(paragraph(LONG));
        let document = document(vec![section(page, blocks)]);
        let (pages, found) = set(&document);
        let Some(table) = document.tables().next() else { unreachable!() };
        let texts = element_texts(&pages);
        let is_cell = |k: &ElementKind| matches!(k, ElementKind::HeaderCell { .. } | ElementKind::DataCell { .. });
        let cells: Vec<String> = (0..texts.len())
            .filter(|&i| is_cell(&pages.structure[i].kind))
            .map(|i| text_under(&pages, &texts, ElementId(i as u32)))
            .collect();
        let expected: Vec<String> = table.header.iter().chain(&table.body)
            .flat_map(|r| r.cells.iter().map(|c| plain_text(&c.inlines))).collect();
        prop_assert_eq!(cells, expected);
        for page in &pages.pages {
            check_rules(page);
            if found.is_empty() {
                check_within(page, &style().page[if page.turned { "横" } else { "纵" }]);
            }
        }
    }
}

/// The largest that is promised.
#[test]
fn forty_columns_of_two_thousand_rows_stand_once() {
    let texts: Vec<String> = (0..40).map(|c| format!("{c}.00")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let body = (0..2_000).map(|n| row(if n == 1_999 { RowKind::Total } else { RowKind::Data }, &texts)).collect();
    let mut style = style();
    style.page["横"].paper = [297.0, 420.0];
    style.table["表"].least = 5.0;
    let (pages, found) = set_in(
        &document(vec![section("横", vec![Block::Table(table(40, vec![row(RowKind::Header, &texts)], body))])]),
        &style,
    );
    assert!(found.is_empty(), "{:?}", found.sorted());
    let texts = element_texts(&pages).concat();
    assert_eq!(texts.matches("39.00").count(), 2_001);
    pages.pages.iter().for_each(|p| check_within(p, &style.page["横"]));
}

fn chart_of(kind: crate::document::ChartKind, series: usize, amounts: &[i64]) -> crate::document::Chart {
    use crate::document::{Chart, ChartItem, ChartValue};
    let value = |amount: i64| ChartValue {
        figure: FigureId(0),
        text: format!("{}.{:02}", amount / 100, amount.abs() % 100),
        amount: rust_decimal::Decimal::new(amount, 2),
        share: None,
    };
    let items = amounts.chunks(series).enumerate().map(|(n, amounts)| ChartItem {
        label: format!("一般公共预算财政拨款{}", "收入".repeat(n % 3)),
        values: amounts.iter().map(|amount| value(*amount)).collect(),
    });
    Chart {
        id: "图".into(),
        kind,
        unit: "万元".into(),
        series: (0..series).map(|n| format!("{}年度", 2020 + n)).collect(),
        items: items.collect(),
        description: "图".into(),
        change: Change::Same,
    }
}

/// Left, right, top and bottom of the ink of every line of words.
fn boxes(pages: &Pages) -> Vec<(usize, [f64; 4], String)> {
    let mut all = Vec::new();
    for (page, content) in pages.pages.iter().enumerate() {
        for item in &content.items {
            let Item::Run(run) = item else { continue };
            let last = run.glyphs.last().map_or(0.0, |g| g.x);
            let wide = match run.text.chars().next_back() {
                Some(' ') | None => 0.0,
                Some(c) if c.is_ascii() => 0.45,
                Some(_) => 0.9,
            };
            let right = run.x + last + wide * run.size;
            all.push((page, [run.x, right, run.y - 0.7 * run.size, run.y], run.text.clone()));
        }
    }
    all
}

#[test]
fn words_in_charts_never_overlap_and_stay_on_the_page() {
    use crate::document::ChartKind::{Columns, Line, Pie, Stacked};
    let dominant: Vec<i64> = std::iter::once(99_990_000).chain([1_000; 10]).collect();
    let forty: Vec<i64> = (1..=40).map(|n| n * n * 97).collect();
    let mixed: Vec<i64> = (0..60).map(|n| (n * 7_919 % 200_003) - 90_000).collect();
    let cases = [
        (Pie, 1, vec![415_000]),
        (Pie, 1, dominant.clone()),
        (Pie, 1, forty),
        (Pie, 1, [vec![1], vec![1_000_000; 3]].concat()),
        (Columns, 1, vec![0, 0]),
        (Columns, 2, vec![305_234, 299_539, 305_234, 299_539]),
        (Columns, 3, mixed.clone()),
        (Columns, 1, dominant[..8].to_vec()),
        (Stacked, 3, mixed.clone()),
        (Stacked, 2, vec![0, 0, 5, 100_000]),
        (Line, 3, mixed),
        (Line, 4, vec![100; 40]),
        (Line, 1, vec![-5]),
    ];
    for (kind, series, amounts) in cases {
        let document = document(vec![section("纵", vec![Block::Chart(chart_of(kind, series, &amounts))])]);
        let (pages, _) = set(&document);
        let boxes = boxes(&pages);
        assert!(boxes.len() >= amounts.len(), "{kind:?} {series}: {} words for {}", boxes.len(), amounts.len());
        let (width, height) = pages.pages[0].sheet;
        for (index, (page, a, words)) in boxes.iter().enumerate() {
            let inside = a[0] >= 0.0 && a[1] <= width && a[2] >= 0.0 && a[3] <= height;
            assert!(inside, "{kind:?} {series}: “{words}” at {a:?}");
            for (other, b, next) in &boxes[index + 1..] {
                let apart = page != other || a[1] <= b[0] || b[1] <= a[0] || a[3] <= b[2] || b[3] <= a[2];
                assert!(apart, "{kind:?} {series}: “{words}” {a:?} on “{next}” {b:?}");
            }
        }
    }
}
