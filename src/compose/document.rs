//! The document from its parts: sections on their pages, tables placed with titles and notes, anchors, outline.

use super::figure::NO_FILE;
use super::file_name::file_name;
use super::narrative::{Piece, pieces};
use super::session::Session;
use super::table::{Cell, Composed, Content, composed, table_context};
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{self, *};
use crate::layout::narrative_lines::in_one_line;
use crate::layout::{Part, Placement, TableLayout, Template};
use crate::money::show;
use minijinja::Value;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Composes every part, in order.
pub fn document(session: &Arc<Session>) -> Document {
    parts(session, true)
}

/// The narrative without any table.
pub fn narrative(session: &Arc<Session>) -> Document {
    parts(session, false)
}

fn parts(session: &Arc<Session>, tables: bool) -> Document {
    let mut builder = Builder {
        session,
        tables,
        sections: Vec::new(),
        anchors: 0,
        level: 0,
        previous: None,
        placed: BTreeMap::new(),
        ids: HashSet::new(),
    };
    for part in &session.job.set.parts {
        builder.part(part);
    }
    session.flush_problems(&Place::file("set.toml"));
    let set = &session.job.set;
    let text = |template: &Template| {
        let rendered = session.render(template, &Value::from(BTreeMap::<String, Value>::new()));
        plain_text(&session.inlines(&in_one_line(&rendered), &template.place))
    };
    let report = &session.job.report;
    let meta = Meta {
        title: text(&set.title),
        author: report.name.replace('\n', ""),
        code: report.code.clone(),
        year: report.year,
        date: report.date.clone(),
        language: "zh-CN".to_string(),
        file_stem: file_name(&text(&set.file_stem)),
        watermark: None,
        data: None,
    };
    let sections = builder.sections;
    Document { meta, sections, figures: session.printed_figures() }
}

struct Builder<'s> {
    session: &'s Arc<Session>,
    /// Whether tables are placed.
    tables: bool,
    sections: Vec<Section>,
    anchors: u32,
    /// Level of the last heading, to find gaps.
    level: u8,
    /// Whether the last part was a narrative.
    previous: Option<bool>,
    /// The ids of the tables placed.
    ids: HashSet<String>,
    /// How often each layout was placed: `no` in its title.
    placed: BTreeMap<String, u32>,
}

/// Where a part's blocks go.
struct PartPlace {
    id: String,
    page: String,
    numbering: Numbering,
}

impl Builder<'_> {
    fn part(&mut self, part: &Part) {
        let set = &self.session.job.set;
        // The department's own text of the same name takes the whole section's place. What a published document says there
        // it says without the records that the set would ask for.
        let own = set.narratives.get(&format!("text/{}", part.file));
        let is_said = own.is_some() && self.session.job.only_printed();
        if let Some(when) = part.when.as_ref().filter(|_| !is_said)
            && !self.session.holds(when, Value::from(BTreeMap::<String, Value>::new()))
        {
            return;
        }
        if let Some(layout) = set.tables.get(&part.file) {
            if !self.tables {
                return;
            }
            let placement = part.placement.or(&Placement { page: layout.page.clone(), ..Placement::default() });
            if let Some(table) = composed(self.session, layout, &[]) {
                self.begin(&part.file, &placement, Start::Page);
                self.table(&table, 1);
                self.previous = Some(false);
            }
            return;
        }
        let Some(narrative) = own.or_else(|| set.narratives.get(&part.file)) else { return };
        if let Some(when) = &narrative.when
            && !self.session.holds(when, Value::from(BTreeMap::<String, Value>::new()))
        {
            return;
        }
        let of_set = set.narratives.get(&part.file).map(|n| n.placement.clone()).unwrap_or_default();
        let placement = part.placement.or(&narrative.placement).or(&of_set);
        let follows = self.previous == Some(true);
        let place = self.begin(&part.file, &placement, if follows { Start::Continue } else { Start::Page });
        for piece in pieces(self.session, narrative) {
            self.piece(piece, &place);
        }
        self.previous = Some(true);
    }

    /// Opens a section for a part. Page numbers begin at 1 where numbering in digits begins.
    fn begin(&mut self, id: &str, placement: &Placement, default: Start) -> PartPlace {
        let last = self.sections.last();
        let page = placement.page.clone().unwrap_or_else(|| {
            // Without a name it is the first of style.toml.
            self.session.job.set.style.page.keys().next().cloned().unwrap_or_default()
        });
        let numbering = placement.numbering.unwrap_or(Numbering::Decimal);
        let turned = last.is_some_and(|s| s.page != page || s.numbering != numbering);
        let start = match placement.start.unwrap_or(default) {
            Start::Continue if turned || last.is_none() => Start::Page,
            start => start,
        };
        let restart = placement
            .restart
            .unwrap_or_else(|| numbering != Numbering::None && last.is_none_or(|s| s.numbering != numbering));
        self.sections.push(Section {
            id: id.to_string(),
            page: page.clone(),
            start,
            numbering,
            restart,
            head: None,
            blocks: Vec::new(),
        });
        PartPlace { id: id.to_string(), page, numbering }
    }

    fn push(&mut self, block: Block) {
        self.sections.last_mut().expect("a part begins with a section").blocks.push(block);
    }

    fn piece(&mut self, piece: Piece, place: &PartPlace) {
        match piece {
            Piece::Heading { level, role, inlines, source } => {
                let at = Place::new(source.file.clone(), source.line, 0);
                let role = role.unwrap_or_else(|| format!("标题{level}"));
                self.check_role(&role, &at);
                let heading = self.heading(level, role, inlines, Some(source), &at);
                self.push(Block::Heading(heading));
            }
            Piece::Paragraph { role, lead, inlines, source } => {
                let at = Place::new(source.file.clone(), source.line, 0);
                let role = role.unwrap_or_else(|| if lead { "引领" } else { "正文" }.to_string());
                self.check_role(&role, &at);
                self.push(Block::Paragraph(Paragraph { role, inlines, source: Some(source), change: Change::Same }));
            }
            Piece::Table(number) => {
                if let Some(table) = self.session.table_by_number(number).filter(|_| self.tables) {
                    self.narrative_table(&table, place);
                }
            }
            Piece::Chart(number, at) => {
                if let Some(drawn) = super::chart::drawn(self.session, number, &at).filter(|_| self.tables) {
                    self.chart(drawn);
                }
            }
            Piece::Picture(placed, source) => self.picture(placed, source),
            Piece::Contents => self.push(Block::Contents),
            Piece::PageBreak => self.push(Block::PageBreak),
        }
    }

    /// A table within a narrative; one with another page setup turns the page and back.
    fn narrative_table(&mut self, table: &Arc<Composed>, place: &PartPlace) {
        let layout = &self.session.job.set.tables[&table.file];
        let turns = layout.page.as_ref().filter(|page| **page != place.page);
        if let Some(page) = turns {
            let own = self.section_like(place, page.clone());
            self.sections.push(own);
        }
        self.table(table, 0);
        if turns.is_some() {
            let back = self.section_like(place, place.page.clone());
            self.sections.push(back);
        }
    }

    fn section_like(&self, place: &PartPlace, page: String) -> Section {
        Section {
            id: place.id.clone(),
            page,
            start: Start::Page,
            numbering: place.numbering,
            restart: false,
            head: None,
            blocks: Vec::new(),
        }
    }

    fn heading(
        &mut self,
        level: u8,
        role: String,
        inlines: Vec<Inline>,
        source: Option<document::Source>,
        at: &Place,
    ) -> Heading {
        if level > self.level + 1 {
            self.session.report(
                Diagnostic::error("E340", format!("标题从第 {} 级跳到了第 {level} 级", self.level))
                    .at(at.clone())
                    .hint("少用一个 #，或补上中间一级的标题"),
            );
        }
        self.level = level;
        self.anchors += 1;
        let contents = usize::from(level) <= self.session.job.set.style.contents.levels.len();
        Heading {
            level,
            role,
            inlines,
            anchor: format!("_gk{:04}", self.anchors),
            contents,
            source,
            change: Change::Same,
        }
    }

    /// A chart and the line under it.
    fn chart(&mut self, drawn: super::chart::Drawn) {
        [CHART_CAPTION, CHART_TEXT].iter().for_each(|role| self.check_role(role, &drawn.place));
        self.push(Block::Chart(drawn.chart));
        let source =
            document::Source { file: drawn.place.file.clone(), line: drawn.place.line, paragraph: 0, own: false };
        let (role, inlines) = (CHART_CAPTION.to_string(), drawn.caption);
        self.push(Block::Paragraph(Paragraph { role, inlines, source: Some(source), change: Change::Same }));
    }

    /// A picture and the line under it.
    fn picture(&mut self, placed: super::picture::Placed, source: Source) {
        let super::picture::Placed { image, words, width, caption } = placed;
        let captioned = caption.is_some();
        let picture = Picture { image, words, width, captioned, source: source.clone(), change: Change::Same };
        self.push(Block::Picture(picture));
        if let Some(inlines) = caption {
            self.check_role(CHART_CAPTION, &Place::new(source.file.clone(), source.line, 0));
            let (role, source) = (CHART_CAPTION.to_string(), Source { paragraph: 0, own: false, ..source });
            self.push(Block::Paragraph(Paragraph { role, inlines, source: Some(source), change: Change::Same }));
        }
    }

    fn check_role(&self, role: &str, place: &Place) {
        let texts = &self.session.job.set.style.text;
        if !texts.contains_key(role) {
            let known: Vec<&str> = texts.keys().map(String::as_str).collect();
            self.session.report(
                Diagnostic::error("E341", format!("style.toml 中没有文字样式“{role}”"))
                    .at(place.clone())
                    .hint(crate::toml_tree::suggestion(role, &known)),
            );
        }
    }

    /// Places a composed table: title, line above, rows, notes.
    fn table(&mut self, table: &Composed, default_level: u8) {
        let session = self.session.clone();
        let layout = &session.job.set.tables[&table.file];
        if table.broken {
            return;
        }
        let number = *self.placed.entry(table.file.clone()).and_modify(|n| *n += 1).or_insert(1);
        let context = table_context(table, number);
        let text = |template: &Template| -> Vec<Inline> {
            let rendered = session.render(template, &context);
            let inlines = session.inlines(&in_one_line(&rendered), &template.place);
            session.flush_problems(&template.place);
            inlines
        };
        let level = layout.level.unwrap_or(default_level);
        let title_inlines = layout.title.as_ref().map(text).filter(|t| !t.is_empty());
        let name = title_inlines.as_deref().map(plain_text).unwrap_or_else(|| table.id.clone());
        let title = title_inlines.map(|inlines| self.title(level, inlines, layout));
        let lines = |lines: &[super::table::Line]| lines.iter().map(|l| row(&session, l)).collect::<Vec<Row>>();
        let body = lines(&table.body);
        let mut notes: Vec<Vec<Inline>> = layout.notes.iter().map(text).filter(|n| !n.is_empty()).collect();
        if let Some(file) = table.empty.then(|| session.not_given(layout)).flatten() {
            let lacking = Diagnostic::error("E302", format!("{NO_FILE}{file}，不知道《{name}》有没有行"));
            session.report(lacking.at(layout.place.clone()));
        } else if table.empty {
            match layout.empty.as_ref().and_then(|e| e.note.as_ref()) {
                Some(note) => notes.extend(Some(text(note)).filter(|note| !note.is_empty())),
                None if layout.empty.is_none() => session.report(
                    Diagnostic::error("E342", format!("《{name}》没有数据，也没有空表说明"))
                        .at(layout.place.clone())
                        .hint("在表中写 empty = { note = \"注：……，空表列示。\" }"),
                ),
                None => {}
            }
        }
        let description = match &layout.description {
            Some(template) => plain_text(&text(template)),
            None => format!("{name}，{}列{}行", table.columns.len(), body.len()),
        };
        let used = self.ids.contains(&table.id);
        let id = if used { format!("{}#{number}", table.id) } else { table.id.clone() };
        self.ids.insert(id.clone());
        let block = Table {
            id,
            style: layout.style.clone(),
            title,
            above: layout.above.iter().map(text).collect(),
            columns: table.columns.iter().map(|c| Column { kind: c.kind, width: c.width, align: c.align }).collect(),
            header: lines(&table.header),
            body,
            notes,
            description,
            change: Change::Same,
        };
        self.push(Block::Table(block));
    }

    fn title(&mut self, level: u8, inlines: Vec<Inline>, layout: &TableLayout) -> Heading {
        let role = self.session.job.set.style.table.get(&layout.style).map_or("表题", |t| t.title.as_str()).to_string();
        if level > 0 {
            return self.heading(level, role, inlines, None, &layout.place);
        }
        self.anchors += 1;
        Heading {
            level: 0,
            role,
            inlines,
            anchor: format!("_gk{:04}", self.anchors),
            contents: false,
            source: None,
            change: Change::Same,
        }
    }
}

fn row(session: &Session, line: &super::table::Line) -> Row {
    Row {
        kind: line.kind,
        cells: line.cells.iter().map(|c| cell(session, c)).collect(),
        origin: line.origin.clone(),
        change: Change::Same,
    }
}

fn cell(session: &Session, cell: &Cell) -> document::Cell {
    let inlines = match &cell.content {
        Content::Text(text) => session.inlines(text, &cell.place),
        Content::Figure(id) => {
            let figure = session.figure(*id);
            match figure.amount {
                Some(amount) => match show(amount, &figure.look) {
                    text if text.is_empty() => Vec::new(),
                    text => vec![Inline::figure(text, session.printed(*id))],
                },
                None => {
                    let found = super::amount::not_known(session, &figure);
                    session.report(match found.place {
                        Some(_) => found.related(cell.place.clone(), "这里用到它"),
                        None => found.at(cell.place.clone()),
                    });
                    Vec::new()
                }
            }
        }
    };
    document::Cell {
        column: cell.column,
        colspan: cell.colspan,
        rowspan: cell.rowspan,
        inlines,
        align: cell.align,
        indent: cell.indent,
        header: cell.header,
    }
}
