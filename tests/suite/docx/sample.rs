//! A small department's document, made by hand: every kind of block the DOCX writer knows.

use gongkai::document::*;
use gongkai::fonts::{Fonts, Role};
use gongkai::style::Style;
use gongkai::typeset::Pages;
use gongkai::typeset::frame::{Destination, Page, TableGeometry};
use rust_decimal::Decimal;

pub const STYLE: &str = include_str!("style.toml");

/// A document with what writing it needs.
pub struct Sample {
    pub document: Document,
    pub style: Style,
    pub fonts: Fonts,
    pub pages: Pages,
}

impl Sample {
    pub fn new(document: Document) -> Sample {
        let style: Style = toml::from_str(STYLE).expect("the style is valid");
        let pages = pages(&document, &style);
        Sample { document, style, fonts: fonts(), pages }
    }

    pub fn write(&self) -> Vec<u8> {
        gongkai::write::docx::write(&self.document, &self.style, &self.fonts, &self.pages).expect("it can be written")
    }
}

pub fn fonts() -> Fonts {
    let roles = [
        ("宋体", "宋体", "SimSun"),
        ("小标宋", "方正小标宋简体", "SimSun"),
        ("黑体", "黑体", "SimHei"),
        ("楷体", "楷体_GB2312", "KaiTi"),
        ("仿宋", "仿宋_GB2312", "FangSong"),
    ];
    let roles = roles.into_iter().map(|(name, word, alternative)| {
        let role = Role {
            name: name.to_owned(),
            faces: Vec::new(),
            word: word.to_owned(),
            alternatives: vec![alternative.to_owned()],
            latin: "Times New Roman".to_owned(),
            western: Vec::new(),
            strong: Some("黑体".to_owned()),
        };
        (name.to_owned(), role)
    });
    Fonts { faces: Vec::new(), roles: roles.collect(), kept: None, told: None }
}

/// Every section on a page of its own, every column as wide as the next.
pub fn pages(document: &Document, style: &Style) -> Pages {
    let mut pages = Pages::default();
    let mut number = 0;
    for section in &document.sections {
        let page = pages.pages.len();
        number = if section.restart { 1 } else { number + 1 };
        let label = if section.numbering == Numbering::None { String::new() } else { number.to_string() };
        pages.pages.push(Page {
            sheet: (595.28, 841.89),
            turned: style.page[&section.page].landscape,
            label,
            items: Vec::new(),
            furniture: Vec::new(),
            watermark: None,
        });
        let width = style.page[&section.page].type_area().2;
        for block in &section.blocks {
            let heading = match block {
                Block::Heading(heading) => Some(heading),
                Block::Table(table) => table.title.as_ref(),
                _ => None,
            };
            if let Some(heading) = heading {
                pages.anchors.insert(heading.anchor.clone(), Destination { page, x: 0.0, y: 0.0 });
            }
            if let Block::Table(table) = block {
                let count = table.columns.len();
                let total: f64 = table.columns.iter().map(|c| c.width.unwrap_or(1.0)).sum();
                let columns = table.columns.iter().map(|c| width * c.width.unwrap_or(1.0) / total).collect();
                let scale = if count > 10 { 0.85 } else { 1.0 };
                pages.tables.push(TableGeometry { columns, scale, page, pages: 1, ..TableGeometry::default() });
            }
        }
    }
    pages
}

pub fn text(text: &str) -> Vec<Inline> {
    vec![Inline::text(text)]
}

pub fn cell(column: usize, colspan: usize, rowspan: usize, inlines: Vec<Inline>) -> Cell {
    Cell { column, colspan, rowspan, inlines, align: None, indent: 0.0, header: false }
}

pub fn row(kind: RowKind, cells: Vec<Cell>) -> Row {
    Row { kind, cells, origin: None, change: Change::Same }
}

pub fn column(kind: ColumnKind, width: f64) -> Column {
    let align = match kind {
        ColumnKind::Number => Align::Right,
        ColumnKind::Text => Align::Left,
        _ => Align::Center,
    };
    Column { kind, width: Some(width), align }
}

/// Registers a figure and returns the inline that prints it.
pub fn figure(figures: &mut Vec<PrintedFigure>, address: &str, yuan: i64, text: &str) -> Inline {
    let id = FigureId(figures.len() as u32);
    figures.push(PrintedFigure {
        address: address.to_owned(),
        amount: Decimal::from(yuan),
        text: text.to_owned(),
        origins: Default::default(),
    });
    Inline::figure(text, id)
}

pub fn heading(level: u8, role: &str, title: &str, anchor: &str, contents: bool) -> Heading {
    Heading {
        level,
        role: role.into(),
        inlines: text(title),
        anchor: anchor.into(),
        contents,
        source: None,
        change: Change::Same,
    }
}

fn paragraph(role: &str, inlines: Vec<Inline>, source: Option<Source>) -> Block {
    Block::Paragraph(Paragraph { role: role.into(), inlines, source, change: Change::Same })
}

fn section(id: &str, page: &str, numbering: Numbering, restart: bool, blocks: Vec<Block>) -> Section {
    Section { id: id.into(), page: page.into(), start: Start::Page, numbering, restart, head: None, blocks }
}

fn meta() -> Meta {
    Meta {
        title: "631临港部门2023年部门预算公开".into(),
        author: "临港部门".into(),
        code: "631".into(),
        year: 2023,
        date: Some("2023-02-10".into()),
        language: "zh-CN".into(),
        file_stem: "631临港部门2023年部门预算公开".into(),
        watermark: None,
        data: None,
    }
}

/// A table as the statutory ones are: three parts above, a head of two rows, 栏次, totals, a note.
pub fn statutory(figures: &mut Vec<PrintedFigure>, id: &str, anchor: &str, title: &str, rows: usize) -> Table {
    let header = vec![
        row(
            RowKind::Header,
            vec![
                cell(0, 1, 2, text("序号")),
                cell(1, 2, 1, text("功能分类科目")),
                cell(3, 1, 2, text("合计")),
                cell(4, 1, 2, text("基本支出")),
                cell(5, 1, 2, text("项目支出")),
            ],
        ),
        row(RowKind::Header, vec![cell(1, 1, 1, text("科目编码")), cell(2, 1, 1, text("科目名称"))]),
        row(RowKind::Numbering, (0..6).map(|c| cell(c, 1, 1, text(&format!("{}", c + 1)))).collect()),
    ];
    let mut body = Vec::new();
    for index in 0..rows {
        let total = index + 1 == rows;
        let code = format!("20103{:02}", index % 100);
        let key = if total { "合计".to_owned() } else { format!("{code}.{index}") };
        let mut cells = vec![
            cell(0, 1, 1, text(&format!("{}", index + 1))),
            cell(1, 1, 1, text(if total { "" } else { &code })),
            cell(2, 1, 1, text(if total { "合计" } else { "事业运行与“其他”支出——（含上年结转）" })),
        ];
        cells[2].indent = if total { 0.0 } else { (index % 3) as f64 };
        for (offset, name) in ["合计", "基本", "项目"].into_iter().enumerate() {
            let yuan = 1_234_500 + (index * 1000 + offset) as i64 * 100;
            let shown = format!("{:.2}", yuan as f64 / 10_000.0);
            let blank = offset == 2 && index % 4 == 1;
            let inlines =
                if blank { text("") } else { vec![figure(figures, &format!("{id}/{key}/{name}"), yuan, &shown)] };
            cells.push(cell(3 + offset, 1, 1, inlines));
        }
        body.push(row(if total { RowKind::Total } else { RowKind::Data }, cells));
    }
    use ColumnKind::{Code, Number, Sequence, Text};
    Table {
        id: id.into(),
        style: "预算表".into(),
        title: Some(heading(2, "表题", title, anchor, true)),
        above: vec![text("631临港部门"), text("预算年度：2023"), text("单位：万元")],
        columns: [(Sequence, 1.0), (Code, 2.0), (Text, 5.0), (Number, 2.0), (Number, 2.0), (Number, 2.0)]
            .map(|(kind, width)| column(kind, width))
            .to_vec(),
        header,
        body,
        notes: vec![text("注：部分数据因四舍五入原因，合计数与分项之和可能存在尾差。")],
        description: "按功能分类科目列示的一般公共预算支出，分基本支出和项目支出。".into(),
        change: Change::Same,
    }
}

/// A wide form: many columns, labels merged downwards, one part above, no header rows, no title.
fn form(figures: &mut Vec<PrintedFigure>) -> Table {
    let mut body = Vec::new();
    for index in 0..6 {
        let mut cells = Vec::new();
        if index % 3 == 0 {
            let mut label = cell(0, 1, 3, text("产出\n指标"));
            label.header = true;
            cells.push(label);
        }
        cells.push(cell(1, 3, 1, text("数量指标")));
        let address = format!("cg/{index}/数量");
        cells.push(cell(4, 2, 1, vec![figure(figures, &address, index as i64 + 3, &format!("{}", index + 3))]));
        cells.push(cell(6, 6, 1, text("长".repeat(60).as_str())));
        body.push(row(RowKind::Data, cells));
    }
    Table {
        id: "cg".into(),
        style: "预算表".into(),
        title: None,
        above: vec![text("单位：个")],
        columns: (0..12).map(|i| column(if i == 4 { ColumnKind::Number } else { ColumnKind::Text }, 1.0)).collect(),
        header: Vec::new(),
        body,
        notes: Vec::new(),
        description: "采购数量".into(),
        change: Change::Same,
    }
}

pub fn document() -> Document {
    let mut figures = Vec::new();
    let mut sections = vec![
        section(
            "cover",
            "纵向",
            Numbering::None,
            false,
            vec![
                paragraph("封面标题", text("631临港部门\n2023年部门预算公开"), None),
                paragraph("封面日期", text("2023年2月10日"), None),
            ],
        ),
        section(
            "contents",
            "纵向",
            Numbering::None,
            false,
            vec![Block::Heading(heading(1, "目录标题", "目录", "contents", false)), Block::Contents],
        ),
    ];
    let first = statutory(&mut figures, "t5", "table_05", "部门预算一般公共预算财政拨款支出表", 40);
    let total = first.body.last().expect("a total").cells[3].inlines[0].clone();
    sections.push(section(
        "table-05",
        "纵向",
        Numbering::Decimal,
        true,
        vec![Block::Heading(heading(1, "标题1", "第一部分 部门预算报表", "part_1", true)), Block::Table(first)],
    ));
    let wide = statutory(&mut figures, "t6", "table_06", "部门预算支出总表", 30);
    sections.push(section(
        "table-06",
        "横向",
        Numbering::Decimal,
        false,
        vec![Block::Table(wide), Block::PageBreak, Block::Table(form(&mut figures))],
    ));
    let own = Source { file: "text/goals.md".into(), line: 3, paragraph: 1, own: true };
    let mut blocks = vec![
        Block::Heading(heading(1, "标题1", "第二部分 情况说明", "part_2", true)),
        Block::Heading(heading(2, "标题2", "一、部门职责及机构设置", "sec_1", true)),
        Block::Heading(heading(3, "标题3", "（一）部门职责", "sec_1_1", false)),
        Block::Heading(heading(2, "标题2", "不入目录的标题", "sec_x", false)),
    ];
    let mut inlines = text("2023年预算支出");
    inlines.push(total);
    inlines.push(Inline::text("万元，“三公”经费——见表9……其中 <办公费> & 其他\u{1}："));
    inlines.push(Inline { strong: true, ..Inline::text("主要原因") });
    inlines.push(figure(&mut figures, "xc/比例/合计", 13, "13%"));
    blocks.push(paragraph("正文", inlines, Some(own.clone())));
    let long = "按照《预算法》《地方预决算公开操作规程》和省、市有关规定，现将本部门预算情况公开如下。".repeat(6);
    blocks.push(paragraph("正文", text(&long), Some(Source { paragraph: 2, line: 5, ..own })));
    blocks.push(paragraph("正文", text("见部门预算支出总表基本支出栏。"), None));
    sections.push(section("text", "纵向", Numbering::Decimal, false, blocks));
    Document { meta: meta(), sections, figures }
}

/// A document of one section with these tables, for measuring and for random tests.
pub fn of_tables(figures: Vec<PrintedFigure>, tables: Vec<Table>) -> Document {
    let blocks = tables.into_iter().map(Block::Table).collect();
    Document { meta: meta(), sections: vec![section("tables", "纵向", Numbering::Decimal, false, blocks)], figures }
}

/// What a random cell is: a figure or not, its amount in 元 and text, another text, its spans.
pub type RandomCell = (bool, (i64, String), String, usize, usize);

/// A table of such cells; spans may overlap or leave the table, as a layout's might.
pub fn random_table(
    figures: &mut Vec<PrintedFigure>,
    id: &str,
    columns: usize,
    header: usize,
    rows: Vec<Vec<RandomCell>>,
) -> Table {
    let mut held = vec![0usize; columns];
    let mut all = Vec::new();
    for (index, random) in rows.into_iter().enumerate() {
        let mut cells = Vec::new();
        let mut at = 0;
        for (is_figure, (yuan, shown), words, colspan, rowspan) in random {
            while at < columns && held[at] > 0 {
                at += 1;
            }
            if at >= columns {
                break;
            }
            let free = (at..columns).take_while(|&c| held[c] == 0).count();
            let span = colspan.min(free);
            let inlines = if is_figure && index >= header {
                vec![figure(figures, &format!("{id}/行{index}/{at}"), yuan, &shown)]
            } else {
                text(&words)
            };
            cells.push(cell(at, span, rowspan, inlines));
            held[at..at + span].fill(rowspan);
            at += span;
        }
        held.iter_mut().for_each(|h| *h = h.saturating_sub(1));
        if index + 1 == header {
            held.fill(0);
        }
        let kind = if index < header { RowKind::Header } else { RowKind::Data };
        all.push(row(kind, cells));
    }
    let body = all.split_off(header.min(all.len()));
    let kind = |i: usize| if i.is_multiple_of(2) { ColumnKind::Text } else { ColumnKind::Number };
    Table {
        id: id.into(),
        style: "预算表".into(),
        title: Some(heading(2, "表题", &format!("表 {id}"), &format!("a_{id}"), false)),
        above: vec![],
        columns: (0..columns).map(|i| column(kind(i), 1.0 + i as f64 * 0.37)).collect(),
        header: all,
        body,
        notes: if columns.is_multiple_of(2) { vec![text("注：无。")] } else { vec![] },
        description: "随机表".into(),
        change: Change::Same,
    }
}
