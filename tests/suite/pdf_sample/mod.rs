//! Pages built by hand, one of every kind the PDF writer meets: cover, contents with links, prose, an upright and a
//! turned table, a note. Nothing here is typeset: places are chosen so that tests can say where things are.
use gongkai::document::{Document, Meta};
use gongkai::fonts::Fonts;
use gongkai::typeset::Pages;
use gongkai::typeset::frame::{
    Artifact, Destination, Element, ElementId, ElementKind, Glyph, Item, Link, OutlineEntry, Page, Rule, Run, Scope,
    Tag, Target,
};
use std::path::Path;
use std::sync::LazyLock;

pub const A4: (f64, f64) = (595.2756, 841.8898);
pub const LAYOUT: Tag = Tag::Artifact(Artifact::Layout);
pub const PAGINATION: Tag = Tag::Artifact(Artifact::Pagination);

/// The fonts that come with the program.
pub static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
    Fonts::load(&[&folder]).unwrap_or_else(|found| panic!("{:?}", found.sorted()))
});

pub fn document() -> Document {
    let meta = Meta {
        title: "示范部门2024年部门预算公开 <A&B>".into(),
        author: "示范部门".into(),
        code: "999".into(),
        year: 2024,
        date: Some("2024-02-08".into()),
        language: "zh-CN".into(),
        file_stem: "999示范部门".into(),
        watermark: None,
        data: None,
    };
    Document { meta, sections: vec![], figures: vec![] }
}

/// Pages under construction.
pub struct Builder {
    pub pages: Pages,
}

impl Builder {
    pub fn new() -> Builder {
        let mut builder = Builder { pages: Pages::default() };
        builder.push(ElementKind::Document, None);
        builder
    }

    fn push(&mut self, kind: ElementKind, parent: Option<ElementId>) -> ElementId {
        let id = ElementId(self.pages.structure.len() as u32);
        let (title, actual_text, language) = (None, None, None);
        self.pages.structure.push(Element { kind, parent, children: vec![], title, actual_text, language });
        if let Some(parent) = parent {
            self.pages.structure[parent.0 as usize].children.push(id);
        }
        id
    }

    pub fn element(&mut self, kind: ElementKind, parent: ElementId) -> ElementId {
        self.push(kind, Some(parent))
    }

    pub fn get(&mut self, id: ElementId) -> &mut Element {
        &mut self.pages.structure[id.0 as usize]
    }

    pub fn page(&mut self, label: &str, turned: bool) -> usize {
        let page = Page { sheet: A4, turned, label: label.into(), items: vec![], furniture: vec![], watermark: None };
        self.pages.pages.push(page);
        self.pages.pages.len() - 1
    }

    pub fn last(&mut self) -> &mut Page {
        self.pages.pages.last_mut().expect("a page was begun")
    }

    pub fn text(&mut self, role: &str, size: f64, at: (f64, f64), text: &str, tag: Tag) -> f64 {
        let runs = runs(role, size, at, text, tag);
        let end = runs.last().map_or(at.0, |(_, end)| *end);
        self.last().items.extend(runs.into_iter().map(|(run, _)| Item::Run(run)));
        end
    }

    pub fn number(&mut self, text: &str) {
        let (width, _) = A4;
        for (run, _) in runs("宋体", 14.0, (width - 120.0, 790.0), text, PAGINATION) {
            self.last().furniture.push(Item::Run(run));
        }
    }

    pub fn rule(&mut self, from: (f64, f64), to: (f64, f64), width: f64) {
        self.last().items.push(Item::Rule(Rule { from, to, width }));
    }

    /// A heading with an anchor and a bookmark, in a section of its own, which is returned.
    pub fn heading(&mut self, level: u8, anchor: &str, title: &str, parent: ElementId, y: f64) -> ElementId {
        let section = self.element(ElementKind::Sect, parent);
        let heading = self.element(ElementKind::Heading(level), section);
        self.get(heading).title = Some(anchor.into());
        self.text("黑体", 16.0, (80.0, y), title, Tag::Element(heading));
        let page = self.pages.pages.len() - 1;
        self.pages.anchors.insert(anchor.into(), Destination { page, x: 80.0, y: y - 20.0 });
        self.pages.outline.push(OutlineEntry { level, title: title.into(), anchor: anchor.into(), element: heading });
        section
    }

    pub fn paragraph(&mut self, role: &str, parent: ElementId, y: f64, text: &str) -> ElementId {
        let paragraph = self.element(ElementKind::Paragraph, parent);
        self.text(role, 16.0, (80.0, y), text, Tag::Element(paragraph));
        paragraph
    }
}

/// Runs of one line: each character in the first face of the role that has it, a run per face.
pub fn runs(role: &str, size: f64, at: (f64, f64), text: &str, tag: Tag) -> Vec<(Run, f64)> {
    let mut x = at.0;
    let mut runs: Vec<(Run, f64)> = Vec::new();
    for c in text.chars() {
        let role = &FONTS.roles[role];
        let shape = FONTS.shape(role, c).unwrap_or_else(|| panic!("no face has {c}"));
        if runs.last().is_none_or(|(run, _)| run.face != shape.face) {
            let run = Run { face: shape.face, size, x, y: at.1, glyphs: vec![], text: String::new(), tag };
            runs.push((run, x));
        }
        let (run, end) = runs.last_mut().expect("one was just pushed");
        run.glyphs.push(Glyph { id: shape.glyph, x: x - run.x, bytes: c.len_utf8() as u8 });
        run.text.push(c);
        x += shape.advance * size;
        *end = x;
    }
    runs
}

/// What each page of [`sample`] prints, line by line.
pub const COVER: &str = "示范部门2024年部门预算公开";
pub const PROSE: [&str; 5] = [
    "部门收入预算合计1,234.56万元，比上年增加7.8%；",
    "支出“三公”经费——公务接待费0.30万元（较上年持平）。",
    "长横—与横线―是两个字，也许画成一个样。",
    "人名喆䶮𬭚，地名㙟，外文Budget 2024。",
    "附注：单位为万元，四舍五入。",
];
pub const ADDRESS: &str = "t1/2010350/基本";

/// One page of each kind.
pub fn sample() -> Pages {
    let mut b = Builder::new();
    let root = ElementId(0);
    cover(&mut b, root);
    let entries = contents(&mut b, root);
    let (part, broken) = prose(&mut b, root);
    upright_table(&mut b, part, broken);
    turned_table(&mut b, part);
    finish_contents(&mut b, &entries);
    b.pages
}

fn cover(b: &mut Builder, root: ElementId) {
    b.page("", false);
    let title = b.element(ElementKind::Paragraph, root);
    b.text("小标宋", 22.0, (150.0, 300.0), COVER, Tag::Element(title));
}

/// Two entries; their places come when the headings are set.
fn contents(b: &mut Builder, root: ElementId) -> Vec<ElementId> {
    b.page("i", false);
    let list = b.element(ElementKind::Contents, root);
    [("第一部分 概况", "1"), ("预算收支表", "2")]
        .iter()
        .enumerate()
        .map(|(i, (title, number))| {
            let y = 120.0 + 30.0 * i as f64;
            let item = b.element(ElementKind::ContentsItem, list);
            let reference = b.element(ElementKind::Reference, item);
            let link = b.element(ElementKind::Link, reference);
            let end = b.text("宋体", 14.0, (80.0, y), title, Tag::Element(link));
            let dots: String = "…".repeat(((480.0 - end) / 14.0) as usize);
            b.text("宋体", 14.0, (end + 5.0, y), &dots, LAYOUT);
            b.text("宋体", 14.0, (500.0, y), number, Tag::Element(link));
            link
        })
        .collect()
}

fn finish_contents(b: &mut Builder, links: &[ElementId]) {
    for (i, link) in links.iter().enumerate() {
        let entry = b.pages.outline[i].clone();
        let area = (80.0, 106.0 + 30.0 * i as f64, 430.0, 18.0);
        let label = format!("转到：{}", entry.title);
        let link = Link { area, target: Target::Anchor(entry.anchor), tag: Tag::Element(*link), label };
        b.pages.pages[1].items.push(Item::Link(link));
    }
}

/// Gives the section, and the paragraph that goes on overleaf.
fn prose(b: &mut Builder, root: ElementId) -> (ElementId, ElementId) {
    b.page("1", false);
    let section = b.heading(1, "part_1", "第一部分 概况", root, 120.0);
    for (i, line) in PROSE[..4].iter().enumerate() {
        b.paragraph("仿宋", section, 160.0 + 30.0 * i as f64, line);
    }
    // 三公 by a figure's span, with its address.
    let paragraph = b.element(ElementKind::Paragraph, section);
    let before = b.element(ElementKind::Span, paragraph);
    let figure = b.element(ElementKind::Span, paragraph);
    b.get(figure).title = Some(ADDRESS.into());
    let latin = b.element(ElementKind::Span, paragraph);
    b.get(latin).language = Some("en");
    let x = b.text("仿宋", 16.0, (80.0, 280.0), "其中", Tag::Element(before));
    let x = b.text("仿宋", 16.0, (x, 280.0), "0.30", Tag::Element(figure));
    b.text("仿宋", 16.0, (x + 4.0, 280.0), "ten thousand", Tag::Element(latin));
    let broken = b.paragraph("仿宋", section, 740.0, BROKEN[0]);
    let note = b.element(ElementKind::Note { id: "note_1".into() }, section);
    let text = b.element(ElementKind::Paragraph, note);
    b.text("楷体", 10.5, (80.0, 700.0), PROSE[4], Tag::Element(text));
    b.number("— 1 —");
    (section, broken)
}

/// What a paragraph says on two pages.
pub const BROKEN: [&str; 2] = ["一段话在页末断开，", "到下一页说完。"];

pub const COLUMNS: [f64; 5] = [80.0, 160.0, 280.0, 360.0, 440.0];

fn header_cell(b: &mut Builder, row: ElementId, scope: Scope, spans: (u32, u32), id: &str) -> ElementId {
    let kind = ElementKind::HeaderCell { scope, colspan: spans.0, rowspan: spans.1, id: id.into() };
    b.element(kind, row)
}

/// Two header rows with spans both ways, row heads, an empty cell, a frame of 1 pt and rules of 0.5 pt.
fn upright_table(b: &mut Builder, part: ElementId, broken: ElementId) {
    b.page("2", false);
    b.text("仿宋", 16.0, (80.0, 80.0), BROKEN[1], Tag::Element(broken));
    let section = b.heading(2, "table_1", "预算收支表", part, 120.0);
    let table = b.element(ElementKind::Table { summary: "收入和支出，按功能科目".into() }, section);
    let caption = b.element(ElementKind::Caption, table);
    b.text("宋体", 10.5, (380.0, 140.0), "单位：万元", Tag::Element(caption));
    let head = b.element(ElementKind::TableHead, table);
    let body = b.element(ElementKind::TableBody, table);
    let set = |b: &mut Builder, cell, column: usize, row: usize, text: &str| {
        let at = (COLUMNS[column] + 4.0, 164.0 + 20.0 * row as f64);
        b.text("宋体", 10.5, at, text, Tag::Element(cell));
    };
    let first = b.element(ElementKind::TableRow, head);
    let cells = [("编码", 0, (1, 2), "h1"), ("名称", 1, (1, 2), "h2"), ("本年", 2, (2, 1), "h3")];
    for (text, column, spans, id) in cells {
        let cell = header_cell(b, first, Scope::Column, spans, id);
        set(b, cell, column, 0, text);
    }
    let second = b.element(ElementKind::TableRow, head);
    for (text, column, id) in [("基本", 2, "h4"), ("项目", 3, "h5")] {
        let cell = header_cell(b, second, Scope::Column, (1, 1), id);
        set(b, cell, column, 1, text);
    }
    for (i, (code, name, basic)) in
        [("2010350", "事业运行", "1,200.00"), ("2080505", "养老保险", "34.56")].iter().enumerate()
    {
        let row = b.element(ElementKind::TableRow, body);
        let (head, line) = (format!("r{i}"), i + 2);
        let cell = header_cell(b, row, Scope::Row, (1, 1), &head);
        set(b, cell, 0, line, code);
        for (column, text, heads) in [(1, *name, vec!["h2"]), (2, *basic, vec!["h3", "h4"]), (3, "", vec!["h3", "h5"])]
        {
            let headers = heads.into_iter().chain([head.as_str()]).map(Into::into).collect();
            let cell = b.element(ElementKind::DataCell { colspan: 1, rowspan: 1, headers }, row);
            if column == 2 {
                b.get(cell).title = Some(format!("t1/{code}/基本"));
            }
            set(b, cell, column, line, text);
        }
    }
    grid(b, &COLUMNS, &[150.0, 170.0, 190.0, 210.0, 230.0]);
    b.number("— 2 —");
}

fn grid(b: &mut Builder, columns: &[f64], rows: &[f64]) {
    let ends = |places: &[f64]| (places[0], places[places.len() - 1]);
    let width = |place: f64, (first, last): (f64, f64)| if place == first || place == last { 1.0 } else { 0.5 };
    for &y in rows {
        b.rule((ends(columns).0, y), (ends(columns).1, y), width(y, ends(rows)));
    }
    for &x in columns {
        b.rule((x, ends(rows).0), (x, ends(rows).1), width(x, ends(columns)));
    }
}

/// Where the link back lies on the turned page, as read: left, top, width, height.
pub const BACK: (f64, f64, f64, f64) = (600.0, 80.0, 100.0, 20.0);

/// A table over two turned pages: its head is repeated as an artifact.
fn turned_table(b: &mut Builder, part: ElementId) {
    b.page("3", true);
    let section = b.heading(2, "table_2", "项目绩效目标表", part, 100.0);
    let paragraph = b.element(ElementKind::Paragraph, section);
    let back = b.element(ElementKind::Link, paragraph);
    b.text("宋体", 12.0, (602.0, 95.0), "见预算收支表", Tag::Element(back));
    let link = Link {
        area: BACK,
        target: Target::Anchor("table_1".into()),
        tag: Tag::Element(back),
        label: "见预算收支表".into(),
    };
    b.last().items.push(Item::Link(link));
    let table = b.element(ElementKind::Table { summary: "项目和目标".into() }, section);
    let head = b.element(ElementKind::TableHead, table);
    let row = b.element(ElementKind::TableRow, head);
    let columns = [90.0, 300.0, 500.0, 760.0];
    for (i, text) in ["项目", "目标", "指标值"].iter().enumerate() {
        let cell = header_cell(b, row, Scope::Column, (1, 1), &format!("w{i}"));
        b.text("黑体", 12.0, (columns[i] + 4.0, 145.0), text, Tag::Element(cell));
    }
    let body = b.element(ElementKind::TableBody, table);
    for (page, count) in [(0, 8), (1, 3)] {
        if page == 1 {
            b.number("— 3 —");
            b.page("4", true);
            b.text("黑体", 12.0, (94.0, 115.0), "项目绩效目标表（续表）", PAGINATION);
            for (i, text) in ["项目", "目标", "指标值"].iter().enumerate() {
                b.text("黑体", 12.0, (columns[i] + 4.0, 145.0), text, PAGINATION);
            }
        }
        for line in 0..count {
            let row = b.element(ElementKind::TableRow, body);
            for (i, text) in ["信息系统运维", "保障系统稳定运行", "≥99.5%"].iter().enumerate() {
                let headers = vec![format!("w{i}").into()];
                let cell = b.element(ElementKind::DataCell { colspan: 1, rowspan: 1, headers }, row);
                b.text("宋体", 12.0, (columns[i] + 4.0, 169.0 + 24.0 * line as f64), text, Tag::Element(cell));
            }
        }
        let rows: Vec<f64> = (0..=count + 1).map(|i| 130.0 + 24.0 * f64::from(i)).collect();
        grid(b, &columns, &rows);
    }
    b.number("— 4 —");
}
