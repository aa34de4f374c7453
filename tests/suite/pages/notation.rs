//! Documents in a few lines, for the cases:
//!
//! ```text
//! # what the case shows, and the norm it follows
//! structure                               after the frames, the tree of tags
//! style table.table.row = 30              a key of the sample's style.toml
//! page 正文 odd roman restart             a new section: page setup; odd or continue; roman or none; restart
//! 正文 ×5: 第{n}段                         a paragraph, five times
//! 标题1 >1: 一、总则                       a heading of level 1
//! contents
//! break
//! table table weights=1,0,2 kinds=text,number,number
//!   title: 收支表                          level 1, listed in the contents
//!   above: 631部门 | 预算年度：2023 | 单位：万元
//!   head: 项目 | 预算数 | <                 < joins the cell at the left, ^ the one above
//!   numbering: 栏次 | 1 | 2
//!   row ×40: 第{n}项 | 1.00 | 2.00          also total:, blank:, inner: (a head within the body)
//!   note: 注：……
//! ```
//!
//! `<br>` breaks a line, `{n}` counts from 1, and `{长}` is a long sentence.

use gongkai::document::*;
use gongkai::style::Style;
use std::sync::Arc;

const LONG: &str = "按照《中华人民共和国预算法》和《地方预决算公开操作规程》的规定，现将2023年部门预算公开如下。";

/// A document and the style it is set in; or what is wrong, with its line.
pub fn read(source: &str) -> Result<(Document, Style), String> {
    let mut reader = Reader::default();
    let mut toml = std::fs::read_to_string(super::common::root().join("layouts/common/style.toml"))
        .map_err(|e| e.to_string())?
        .parse::<toml::Table>()
        .map_err(|e| e.to_string())?;
    for (index, line) in source.lines().enumerate() {
        reader.line = index as u32 + 1;
        let trimmed = line;
        let done = match trimmed.strip_prefix("style ") {
            Some(change) => change.parse::<toml::Table>().map_err(|e| e.to_string()).map(|c| lay_over(&mut toml, c)),
            None => reader.read(trimmed),
        };
        done.map_err(|error| format!("line {}: {error}", reader.line))?;
    }
    let style: Style = toml.try_into().map_err(|e: toml::de::Error| e.to_string())?;
    Ok((reader.finish(&style), style))
}

fn lay_over(under: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over)) => lay_over(under, over),
            (_, value) => drop(under.insert(key, value)),
        }
    }
}

#[derive(Default)]
struct Reader {
    sections: Vec<Section>,
    line: u32,
    anchors: u32,
}

impl Reader {
    fn read(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let Some(part) = line.strip_prefix("  ") {
            return self.table_part(part);
        }
        let mut words = line.split_whitespace();
        match words.next().unwrap_or_default() {
            "page" => self.begin_section(words),
            "structure" => Ok(()), // asked of what is shown, not of what is set
            "contents" => self.push(Block::Contents),
            "break" => self.push(Block::PageBreak),
            "table" => self.begin_table(words),
            _ => self.text(line),
        }
    }

    fn push(&mut self, block: Block) -> Result<(), String> {
        self.sections.last_mut().ok_or("a page comes first")?.blocks.push(block);
        Ok(())
    }

    fn begin_section<'a>(&mut self, mut words: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let page = words.next().ok_or("page NAME")?.to_string();
        let id = format!("part-{}", self.sections.len());
        let (start, numbering) = (Start::Page, Numbering::Decimal);
        let mut section = Section { id, page, start, numbering, restart: false, head: None, blocks: Vec::new() };
        for word in words {
            match word {
                "odd" => section.start = Start::OddPage,
                "continue" => section.start = Start::Continue,
                "roman" => section.numbering = Numbering::Roman,
                "none" => section.numbering = Numbering::None,
                "restart" => section.restart = true,
                word => return Err(format!("“{word}” says nothing of a page")),
            }
        }
        self.sections.push(section);
        Ok(())
    }

    fn source(&self) -> Option<Source> {
        Some(Source { file: Arc::from("case.txt"), line: self.line, paragraph: 1, own: false })
    }

    fn anchor(&mut self) -> String {
        self.anchors += 1;
        format!("a{}", self.anchors)
    }

    fn text(&mut self, line: &str) -> Result<(), String> {
        let (kind, text) = line.split_once(": ").ok_or("ROLE: text")?;
        let mut words = kind.split_whitespace();
        let role = words.next().unwrap_or_default().to_string();
        let (mut level, mut times) = (None, 1);
        for word in words {
            match (word.strip_prefix('>'), word.strip_prefix('×')) {
                (Some(depth), _) => level = Some(depth.parse().map_err(|_| "a level is a number")?),
                (_, Some(count)) => times = count.parse().map_err(|_| "×N")?,
                _ => return Err(format!("“{word}”?")),
            }
        }
        for n in 1..=times {
            let (inlines, source, role) = (inlines(text, n), self.source(), role.clone());
            let block = match level {
                None => Block::Paragraph(Paragraph { role, inlines, source, change: Change::Same }),
                Some(level) => {
                    let anchor = self.anchor();
                    Block::Heading(Heading {
                        level,
                        role,
                        inlines,
                        anchor,
                        contents: true,
                        source,
                        change: Change::Same,
                    })
                }
            };
            self.push(block)?;
        }
        Ok(())
    }

    fn begin_table<'a>(&mut self, mut words: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let style = words.next().ok_or("table STYLE")?.to_string();
        let (mut weights, mut kinds): (Vec<f64>, Vec<ColumnKind>) = (Vec::new(), Vec::new());
        for word in words {
            match word.split_once('=') {
                Some(("weights", list)) => {
                    weights =
                        list.split(',').map(|w| w.parse().map_err(|_| w.to_string())).collect::<Result<_, _>>()?;
                }
                Some(("kinds", list)) => kinds = list.split(',').map(kind).collect::<Result<_, _>>()?,
                _ => return Err(format!("“{word}” says nothing of a table")),
            }
        }
        let align = |kind| match kind {
            ColumnKind::Number => Align::Right,
            ColumnKind::Sequence => Align::Center,
            ColumnKind::Code | ColumnKind::Text => Align::Left,
        };
        let width = |c: usize| weights.get(c).copied().filter(|w| *w > 0.0);
        let column = |(c, &kind): (usize, &ColumnKind)| Column { kind, width: width(c), align: align(kind) };
        self.push(Block::Table(Table {
            change: Change::Same,
            id: format!("t{}", self.anchors),
            style,
            title: None,
            above: Vec::new(),
            columns: kinds.iter().enumerate().map(column).collect(),
            header: Vec::new(),
            body: Vec::new(),
            notes: Vec::new(),
            description: "一张表".into(),
        }))
    }

    fn table_part(&mut self, part: &str) -> Result<(), String> {
        let (kind, text) = part.split_once(": ").ok_or("PART: cells")?;
        let (kind, times) = match kind.split_once(" ×") {
            Some((kind, times)) => (kind, times.parse().map_err(|_| "×N")?),
            None => (kind, 1),
        };
        let (anchor, source, line) = (self.anchor(), self.source(), self.line);
        let block = self.sections.last_mut().and_then(|s| s.blocks.last_mut());
        let Some(Block::Table(table)) = block else { return Err("no table is begun".into()) };
        for n in 1..=times {
            let rows = |kind| row(kind, text, n, line);
            match kind {
                "title" => {
                    let (inlines, source, anchor) = (inlines(text, n), source.clone(), anchor.clone());
                    // Its role is that of the table's kind.
                    let role = String::new();
                    table.title =
                        Some(Heading { level: 1, role, inlines, anchor, contents: true, source, change: Change::Same });
                }
                "above" => table.above = text.split('|').map(|t| inlines(t.trim(), n)).collect(),
                "note" => table.notes.push(inlines(text, n)),
                "head" => add_row(&mut table.header, rows(RowKind::Header)),
                "numbering" => add_row(&mut table.header, rows(RowKind::Numbering)),
                "inner" => add_row(&mut table.body, rows(RowKind::Header)),
                "row" => add_row(&mut table.body, rows(RowKind::Data)),
                "total" => add_row(&mut table.body, rows(RowKind::Total)),
                "blank" => add_row(&mut table.body, rows(RowKind::Blank)),
                kind => return Err(format!("“{kind}” is no part of a table")),
            }
        }
        Ok(())
    }

    fn finish(mut self, style: &Style) -> Document {
        for block in self.sections.iter_mut().flat_map(|s| &mut s.blocks) {
            if let Block::Table(Table { title: Some(title), style: kind, .. }) = block {
                title.role = style.table.get(kind.as_str()).map_or_else(String::new, |s| s.title.clone());
            }
        }
        let meta = Meta {
            data: None,
            watermark: None,
            title: "版面用例".into(),
            author: "示范部门".into(),
            code: "999".into(),
            year: 2023,
            date: None,
            language: "zh-CN".into(),
            file_stem: "case".into(),
        };
        Document { meta, sections: self.sections, figures: Vec::new() }
    }
}

fn kind(word: &str) -> Result<ColumnKind, String> {
    Ok(match word {
        "text" => ColumnKind::Text,
        "number" => ColumnKind::Number,
        "code" => ColumnKind::Code,
        "seq" => ColumnKind::Sequence,
        word => return Err(format!("“{word}” is no kind of column")),
    })
}

fn inlines(text: &str, n: u32) -> Vec<Inline> {
    let text = text.replace("<br>", "\n").replace("{n}", &n.to_string()).replace("{长}", LONG);
    if text.is_empty() { Vec::new() } else { vec![Inline::text(text)] }
}

/// A row's cells: each with its text, or `<` or `^`.
fn row(kind: RowKind, text: &str, n: u32, line: u32) -> (RowKind, Vec<String>, u32, u32) {
    (kind, text.split('|').map(|t| t.trim().to_string()).collect(), n, line)
}

fn add_row(rows: &mut Vec<Row>, (kind, texts, n, line): (RowKind, Vec<String>, u32, u32)) {
    let mut cells: Vec<Cell> = Vec::new();
    for (column, text) in texts.iter().enumerate() {
        match text.as_str() {
            "<" => cells.last_mut().into_iter().for_each(|cell| cell.colspan += 1),
            "^" => {
                let above = rows.iter_mut().rev().flat_map(|r| &mut r.cells).find(|c| c.column == column);
                above.into_iter().for_each(|cell| cell.rowspan += 1);
            }
            text => cells.push(Cell {
                column,
                colspan: 1,
                rowspan: 1,
                inlines: inlines(text, n),
                align: None,
                indent: 0.0,
                header: false,
            }),
        }
    }
    let origin = Some(Origin { file: Arc::from("case.csv"), line });
    rows.push(Row { kind, cells, origin, change: Change::Same });
}
