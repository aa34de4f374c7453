//! HTML: the document as one page for a government's site, read by anyone: headings, tables whose cells name their heads,
//! captions, the document's language. It holds all it needs and no script; it reads well on a narrow screen and prints.
//!
//! What stands where is the document's, what is a head of what the structure tree's that the PDF has too (WCAG 2.2 1.3.1;
//! ISO 14289-1 7.5 asks the same of a PDF). Nothing is laid out: browsers do.

mod style;

use crate::document::{
    Block, Cell, Change, Chart, Document, Heading, Inline, Picture, Row, RowKind, Start, Table, plain_text,
};
use crate::markup::escape;
use crate::style::Style;
use crate::typeset::frame::{ElementId, ElementKind, Pages, Scope};
use crate::typeset::{BlockElements, elements_of_blocks, url};
use crate::write::svg::{data_address, figure};
use std::fmt::Write;

/// The page's bytes, UTF-8.
pub fn write(document: &Document, style: &Style, pages: &Pages) -> Vec<u8> {
    let elements = elements_of_blocks(document, pages);
    let mut page = Page { document, style, pages, html: String::new(), has_title: false, tables: 0, pictures: 0 };
    page.head();
    let mut elements = elements.into_iter();
    for section in &document.sections {
        let class = if section.start == Start::Continue { "" } else { " class=\"new\"" };
        let _ = writeln!(page.html, "<section{class}>");
        for block in &section.blocks {
            page.block(block, &elements.next().unwrap_or_default());
        }
        page.html += "</section>\n";
    }
    page.html += "</main>\n</body>\n</html>\n";
    page.html.into_bytes()
}

struct Page<'a> {
    document: &'a Document,
    style: &'a Style,
    pages: &'a Pages,
    html: String,
    /// The document's own title was written: a page has one heading of the first level.
    has_title: bool,
    tables: usize,
    pictures: usize,
}

impl Page<'_> {
    fn head(&mut self) {
        let meta = &self.document.meta;
        let _ = write!(
            self.html,
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
             <meta name=\"author\" content=\"{}\">\n",
            escape(&meta.language),
            escape(&meta.title),
            escape(&meta.author)
        );
        if let Some(date) = &meta.date {
            let _ = writeln!(self.html, "<meta name=\"date\" content=\"{}\">", escape(date));
        }
        let _ = write!(self.html, "<style>\n{}</style>\n</head>\n<body>\n", style::sheet(self.style));
        self.html += "<a class=\"skip\" href=\"#main\">跳到正文</a>\n";
        self.navigation();
        if let Some(watermark) = &meta.watermark {
            let _ = writeln!(self.html, "<p class=\"watermark\" role=\"note\">{}</p>", escape(watermark));
        }
        self.html += "<main id=\"main\">\n";
    }

    /// What the contents list, for whoever jumps.
    fn navigation(&mut self) {
        let listed: Vec<&Heading> = self.document.headings().filter(|h| h.contents).collect();
        if listed.is_empty() {
            return;
        }
        self.html += "<nav aria-label=\"目录\">\n<details>\n<summary>目录</summary>\n<ul>\n";
        for heading in listed {
            let level = heading.level.clamp(1, 4);
            let title = escape(&one_line(&heading.inlines));
            let _ =
                writeln!(self.html, "<li class=\"l{level}\"><a href=\"#{}\">{title}</a></li>", escape(&heading.anchor));
        }
        self.html += "</ul>\n</details>\n</nav>\n";
    }

    fn block(&mut self, block: &Block, elements: &BlockElements) {
        match block {
            Block::Heading(heading) => self.heading(heading),
            Block::Paragraph(paragraph) => {
                if paragraph.inlines.is_empty() {
                    return;
                }
                let outline = self.style.text.get(&paragraph.role).and_then(|role| role.outline);
                // The title on the cover; that of the contents is a heading below it.
                let tag = match (outline, self.has_title) {
                    (Some(_), false) => "h1",
                    (Some(_), true) => "h2",
                    (None, _) => "p",
                };
                self.has_title |= outline.is_some();
                let class = style::class(self.style, &paragraph.role);
                let _ = write!(self.html, "<{tag} class=\"{class}\">");
                self.changed(paragraph.change, |page| page.inlines(&paragraph.inlines));
                let _ = writeln!(self.html, "</{tag}>");
            }
            Block::Table(table) => self.table(table, elements),
            Block::Chart(chart) => self.chart(chart, elements),
            Block::Picture(picture) => self.picture(picture),
            Block::Contents => self.contents(),
            Block::PageBreak => {}
        }
    }

    /// Levels begin below the page's own title.
    fn heading(&mut self, heading: &Heading) {
        let class = style::class(self.style, &heading.role);
        let tag = match heading.level {
            0 => "p".to_string(),
            level => format!("h{}", (level + 1).min(6)),
        };
        let _ = write!(self.html, "<{tag} class=\"{class}\" id=\"{}\">", escape(&heading.anchor));
        self.changed(heading.change, |page| page.inlines(&heading.inlines));
        let _ = writeln!(self.html, "</{tag}>");
    }

    /// A picture within the page, with its words.
    fn picture(&mut self, picture: &Picture) {
        let placed = self.pages.pictures.get(self.pictures);
        self.pictures += 1;
        let Some((placed, drawn)) = placed.and_then(|placed| Some((placed, placed.drawn.as_ref()?))) else { return };
        let address = match drawn.svg() {
            Some(svg) => data_address("image/svg+xml", svg.as_bytes()),
            None => data_address(drawn.raster().media_type(), &drawn.raster().bytes),
        };
        self.html += "<figure class=\"picture\">";
        self.changed(picture.change, |page| {
            let _ = write!(
                page.html,
                "<img src=\"{address}\" alt=\"{}\" width=\"{:.0}\" height=\"{:.0}\">",
                escape(&picture.words),
                placed.width / 0.75,
                placed.height / 0.75
            );
        });
        self.html += "</figure>\n";
    }

    /// A chart as it is printed, and its figures as a table for whoever reads them.
    fn chart(&mut self, chart: &Chart, elements: &BlockElements) {
        let drawn = elements.element.and_then(|element| figure(self.pages, element, &chart.description));
        self.html += "<figure class=\"chart\">";
        self.changed(chart.change, |page| {
            page.html += drawn.as_deref().unwrap_or_default();
            page.html += "<details><summary>图中的数字</summary>";
            page.chart_table(chart);
            page.html += "</details>";
        });
        self.html += "</figure>\n";
    }

    fn chart_table(&mut self, chart: &Chart) {
        let _ = write!(
            self.html,
            "<p>单位：{}</p><div class=\"wide\" role=\"region\" aria-label=\"{}\" tabindex=\"0\"><table>",
            escape(&chart.unit),
            escape(&chart.description)
        );
        if chart.series.iter().any(|name| !name.is_empty()) {
            self.html += "<thead><tr><td></td>";
            for name in &chart.series {
                let _ = write!(self.html, "<th scope=\"col\">{}</th>", escape(name));
            }
            self.html += "</tr></thead>";
        }
        self.html += "<tbody>";
        for item in &chart.items {
            let _ = write!(self.html, "<tr><th scope=\"row\">{}</th>", escape(&item.label));
            for value in &item.values {
                self.html += "<td>";
                self.inline(&Inline::figure(value.text.clone(), value.figure));
                let share = value.share.as_deref().map(|share| format!("</td><td>{}", escape(share)));
                self.html += &share.unwrap_or_default();
                self.html += "</td>";
            }
            self.html += "</tr>";
        }
        self.html += "</tbody></table></div>";
    }

    fn contents(&mut self) {
        self.html += "<ul class=\"contents\">\n";
        for heading in self.document.headings().filter(|h| h.contents) {
            let level = heading.level.clamp(1, 4);
            let title = escape(&one_line(&heading.inlines));
            let _ =
                writeln!(self.html, "<li class=\"l{level}\"><a href=\"#{}\">{title}</a></li>", escape(&heading.anchor));
        }
        self.html += "</ul>\n";
    }

    fn changed(&mut self, change: Change, write: impl FnOnce(&mut Self)) {
        let tag = match change {
            Change::Same => return write(self),
            Change::Inserted => "ins",
            Change::Deleted => "del",
        };
        let _ = write!(self.html, "<{tag}>");
        write(self);
        let _ = write!(self.html, "</{tag}>");
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            self.changed(inline.change, |page| page.inline(inline));
        }
    }

    fn inline(&mut self, inline: &Inline) {
        if let Some(anchor) = &inline.anchor {
            let _ = write!(self.html, "<span id=\"{}\"></span>", escape(anchor));
        }
        let close = match (&inline.link, inline.figure) {
            (Some(link), _) => {
                let _ = write!(self.html, "<a href=\"#{}\">", escape(link));
                "</a>"
            }
            (None, Some(figure)) => {
                let address = &self.document.figure(figure).address;
                let value = inline.text.replace(',', "");
                let _ =
                    write!(self.html, "<data value=\"{}\" data-address=\"{}\">", escape(value.trim()), escape(address));
                "</data>"
            }
            (None, None) => "",
        };
        if inline.strong {
            self.html += "<strong>";
        }
        match inline.link.is_some() || inline.figure.is_some() {
            true => self.text(&inline.text),
            false => self.text_with_addresses(&inline.text),
        }
        if inline.strong {
            self.html += "</strong>";
        }
        self.html += close;
    }

    fn text(&mut self, text: &str) {
        self.html += &escape(text).replace('\n', "<br>");
    }

    fn text_with_addresses(&mut self, text: &str) {
        let mut done = 0;
        for address in url::addresses(text) {
            self.text(&text[done..address.start]);
            let there = escape(&text[address.clone()]);
            let _ = write!(self.html, "<a href=\"{there}\" rel=\"noopener\">{there}</a>");
            done = address.end;
        }
        self.text(&text[done..]);
    }

    fn table(&mut self, table: &Table, elements: &BlockElements) {
        self.tables += 1;
        // A title is a heading too: whoever walks by headings finds the table.
        if let Some(title) = &table.title {
            self.heading(title);
        }
        let name = table.title.as_ref().map_or_else(|| table.description.clone(), |title| one_line(&title.inlines));
        let _ = write!(
            self.html,
            "<div class=\"wide\" role=\"region\" aria-label=\"{}\" tabindex=\"0\">\n<table>\n",
            escape(&format!("{name}（表 {}）", self.tables))
        );
        let _ = write!(self.html, "<caption><span class=\"said\">{}</span>", escape(&table.description));
        if !table.above.is_empty() {
            self.html += "<span class=\"above\">";
            for part in &table.above {
                self.html += "<span>";
                self.inlines(part);
                self.html += "</span>";
            }
            self.html += "</span>";
        }
        self.html += "</caption>\n";
        let mut rows = elements.rows.iter();
        let mut part = |page: &mut Self, tag: &str, of: &[Row]| {
            if of.is_empty() {
                return;
            }
            let _ = writeln!(page.html, "<{tag}>");
            for row in of {
                let cells = rows.next().map_or(&[][..], |(_, cells)| cells);
                page.row(row, cells, table);
            }
            let _ = writeln!(page.html, "</{tag}>");
        };
        self.changed(table.change, |page| {
            part(page, "thead", &table.header);
            part(page, "tbody", &table.body);
        });
        self.html += "</table>\n</div>\n";
        for note in &table.notes {
            self.html += "<p class=\"note\">";
            self.inlines(note);
            self.html += "</p>\n";
        }
    }

    fn row(&mut self, row: &Row, elements: &[ElementId], table: &Table) {
        let class = match (row.kind, row.change) {
            (RowKind::Total, _) => " class=\"total\"",
            (_, Change::Inserted) => " class=\"inserted\"",
            (_, Change::Deleted) => " class=\"deleted\"",
            _ => "",
        };
        let _ = write!(self.html, "<tr{class}>");
        for (n, cell) in row.cells.iter().enumerate() {
            let kind = elements.get(n).map(|id| &self.pages.structure[id.0 as usize].kind);
            self.cell(cell, kind.cloned(), table);
        }
        self.html += "</tr>\n";
    }

    fn cell(&mut self, cell: &Cell, kind: Option<ElementKind>, table: &Table) {
        let mut attributes = String::new();
        for (name, span) in [("colspan", cell.colspan), ("rowspan", cell.rowspan)] {
            if span > 1 {
                let _ = write!(attributes, " {name}=\"{span}\"");
            }
        }
        let (tag, said) = match kind {
            // An empty corner heads nothing.
            Some(ElementKind::HeaderCell { scope, id, .. }) if !plain_text(&cell.inlines).trim().is_empty() => {
                let scope = match (scope, cell.colspan > 1, cell.rowspan > 1) {
                    (Scope::Row, _, true) => "rowgroup",
                    (Scope::Row, _, false) => "row",
                    (Scope::Column | Scope::Both, true, _) => "colgroup",
                    (Scope::Column | Scope::Both, false, _) => "col",
                };
                ("th", format!(" id=\"{}\" scope=\"{scope}\"", escape(&id)))
            }
            Some(ElementKind::DataCell { headers, .. }) if !headers.is_empty() => {
                ("td", format!(" headers=\"{}\"", escape(&headers.join(" "))))
            }
            _ => ("td", String::new()),
        };
        let align = cell.align.or_else(|| table.columns.get(cell.column).map(|column| column.align));
        let class = style::cell_class(align, cell.indent, cell.header);
        let _ = write!(self.html, "<{tag}{attributes}{said}{class}>");
        self.inlines(&cell.inlines);
        let _ = write!(self.html, "</{tag}>");
    }
}

fn one_line(inlines: &[Inline]) -> String {
    crate::document::one_line(&plain_text(inlines))
}
