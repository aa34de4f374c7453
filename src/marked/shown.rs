//! A merged document in words, for print: what came is shaded, what went stands in brackets beside it (whole rows and
//! paragraphs that went are struck through), and a list at the end leads to each place. Nothing is told by shade alone: `〔原：0.83〕`, `〔增：…〕`, `〔删：…〕`.

use crate::document::*;

/// One line of the list of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it is, in the words of the page: table, row, column; or heading.
    pub place: String,
    pub old: String,
    pub new: String,
    /// The name of its place in the shown document.
    pub anchor: String,
}

/// The document to print, and its changes in reading order.
pub fn shown(merged: &Document) -> (Document, Vec<Listed>) {
    let mut shower = Shower { listed: Vec::new(), heading: String::new() };
    let mut document = merged.clone();
    for section in &mut document.sections {
        section.blocks = std::mem::take(&mut section.blocks).into_iter().map(|b| shower.block(b)).collect();
    }
    (document, shower.listed)
}

struct Shower {
    listed: Vec<Listed>,
    /// The heading that is in force.
    heading: String,
}

impl Shower {
    fn block(&mut self, block: Block) -> Block {
        match block {
            Block::Heading(heading) => self.heading(heading),
            Block::Paragraph(paragraph) => {
                let place = self.heading.clone();
                let inlines = self.inlines(&paragraph.inlines, paragraph.change, &place, "");
                Block::Paragraph(Paragraph { inlines, ..paragraph })
            }
            Block::Table(table) => Block::Table(self.table(table)),
            other => other,
        }
    }

    /// A heading that went is no heading any more: bookmarks and contents are those of the new edition.
    fn heading(&mut self, heading: Heading) -> Block {
        let place = "标题".to_owned();
        let inlines = self.inlines(&heading.inlines, heading.change, &place, "");
        if heading.change == Change::Deleted {
            return Block::Paragraph(Paragraph { role: heading.role, inlines, source: None, change: heading.change });
        }
        self.heading = one_line(&of(&heading.inlines, Change::Inserted));
        Block::Heading(Heading { inlines, ..heading })
    }

    fn table(&mut self, mut table: Table) -> Table {
        if table.title.as_ref().is_some_and(|t| t.change == Change::Deleted)
            && let Some(title) = &mut table.title
        {
            title.level = 0;
        }
        let name = match &table.title {
            Some(title) => {
                let shown = self.inlines(&title.inlines, title.change, "标题", "");
                let name = one_line(&plain(&title.inlines));
                table.title = Some(Heading { inlines: shown, ..title.clone() });
                name
            }
            None => self.heading.clone(),
        };
        if !table.change.is_same() {
            return self.whole_table(table, &name);
        }
        table.above = table.above.iter().map(|part| self.inlines(part, Change::Same, &name, "")).collect();
        let heads = table.column_heads(plain);
        table.header = self.rows(&table.header, &table.columns, &[], &name);
        table.body = self.rows(&table.body, &table.columns, &heads, &name);
        table.notes = table.notes.iter().map(|note| self.inlines(note, all_of(note), &name, "")).collect();
        table
    }

    /// One entry for the whole table; its cells are shaded or struck through.
    fn whole_table(&mut self, mut table: Table, name: &str) -> Table {
        let gone = table.change == Change::Deleted;
        let (old, new) = if gone { ("整张表", "（删去）") } else { ("（无）", "新增整张表") };
        let anchor = self.list(name.to_owned(), old.to_owned(), new.to_owned());
        let mark = Inline { anchor: Some(anchor), ..Inline::text(if gone { "〔删〕" } else { "〔增〕" }) };
        let rows = table.header.iter_mut().chain(&mut table.body);
        if let Some(cell) = rows.flat_map(|r| &mut r.cells).next() {
            cell.inlines.insert(0, mark);
        }
        table
    }

    fn rows(&mut self, rows: &[Row], columns: &[Column], heads: &[String], table: &str) -> Vec<Row> {
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let label = row_label(row, columns);
            let place = if label.is_empty() { table.to_owned() } else { format!("{table} / {label}") };
            if row.change.is_same() {
                let cells = row.cells.iter().map(|cell| {
                    let place = match heads.get(cell.column).filter(|h| !h.is_empty()) {
                        Some(head) => format!("{place} / {head}"),
                        None => place.clone(),
                    };
                    let kind = columns.get(cell.column).map(|c| c.kind);
                    if kind == Some(ColumnKind::Sequence) {
                        return Cell { inlines: only_new(&cell.inlines), ..cell.clone() };
                    }
                    let number = kind == Some(ColumnKind::Number) && !cell.header;
                    let between = if number { "\n" } else { "" };
                    Cell {
                        inlines: self.inlines(&cell.inlines, all_of(&cell.inlines), &place, between),
                        ..cell.clone()
                    }
                });
                let cells = cells.collect();
                shown.push(Row { cells, ..row.clone() });
            } else {
                shown.push(self.whole_row(row, columns, &place));
            }
        }
        shown
    }

    fn whole_row(&mut self, row: &Row, columns: &[Column], place: &str) -> Row {
        let words = one_line(
            &row.cells.iter().map(|c| plain(&c.inlines)).filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" "),
        );
        let gone = row.change == Change::Deleted;
        let (old, new) = if gone { (words, "（删去一行）".to_owned()) } else { ("（无）".to_owned(), words) };
        let anchor = self.list(place.to_owned(), old, new);
        let mark = Inline { anchor: Some(anchor), ..Inline::text(if gone { "〔删〕" } else { "〔增〕" }) };
        let mut row = row.clone();
        let wide =
            |c: &Cell| columns.get(c.column).is_some_and(|c| c.kind == ColumnKind::Text) && !c.inlines.is_empty();
        let at = row.cells.iter().position(wide).unwrap_or(0);
        if let Some(cell) = row.cells.get_mut(at) {
            cell.inlines.insert(0, mark);
        }
        row
    }

    /// Inlines with every change in words. `between` stands between a new value and the old one in brackets.
    fn inlines(&mut self, inlines: &[Inline], whole: Change, place: &str, between: &str) -> Vec<Inline> {
        let mut shown: Vec<Inline> = Vec::with_capacity(inlines.len());
        let mut at = 0;
        while at < inlines.len() {
            if inlines[at].change.is_same() {
                shown.push(inlines[at].clone());
                at += 1;
                continue;
            }
            let end = at + inlines[at..].iter().take_while(|i| !i.change.is_same()).count();
            // Two figures side by side are two changes.
            let end = inlines[at..end].windows(2).position(|w| starts_anew(&w[0], &w[1])).map_or(end, |n| at + n + 1);
            let group = &inlines[at..end];
            let (old, new) = (of_only(group, Change::Deleted), of_only(group, Change::Inserted));
            let context = if whole.is_same() { around(inlines, at, end) } else { (String::new(), String::new()) };
            let told = |text: &str| match text.is_empty() {
                true => "（无）".to_owned(),
                false => format!("{}{}{}", context.0, one_line(text), context.1),
            };
            let anchor = self.list(place.to_owned(), told(&old), told(&new));
            let first = shown.len();
            let came = group.iter().filter(|i| i.change == Change::Inserted).cloned();
            let went = group.iter().filter(|i| i.change == Change::Deleted).cloned();
            match (old.is_empty(), new.is_empty()) {
                (true, _) => bracketed(&mut shown, "〔增：", came),
                (_, true) => bracketed(&mut shown, "〔删：", went),
                _ => {
                    shown.extend(came);
                    bracketed(&mut shown, &format!("{between}〔原："), went);
                }
            }
            if let Some(inline) = shown.get_mut(first) {
                inline.anchor = Some(anchor);
            }
            at = end;
        }
        shown
    }

    fn list(&mut self, place: String, old: String, new: String) -> String {
        let anchor = format!("chg{}", self.listed.len() + 1);
        self.listed.push(Listed { place, old, new, anchor: anchor.clone() });
        anchor
    }
}

/// Row numbers move on by themselves: the new one, unmarked.
fn only_new(inlines: &[Inline]) -> Vec<Inline> {
    let kept = inlines.iter().filter(|i| i.change != Change::Deleted);
    kept.map(|i| Inline { change: Change::Same, ..i.clone() }).collect()
}

/// A change that begins although the one before it has just ended.
fn starts_anew(before: &Inline, next: &Inline) -> bool {
    before.change == Change::Inserted && next.change == Change::Deleted
}

/// What went is printed, but it is no figure of this document.
fn bracketed(shown: &mut Vec<Inline>, opening: &str, inlines: impl Iterator<Item = Inline>) {
    shown.push(Inline::text(opening));
    let plainly = |i: Inline| match i.change {
        Change::Deleted => Inline { figure: None, change: Change::Same, ..i },
        _ => i,
    };
    shown.extend(inlines.map(plainly));
    shown.push(Inline::text("〕"));
}

/// A few characters of what stands before and after a change within a sentence.
fn around(inlines: &[Inline], at: usize, end: usize) -> (String, String) {
    const KEPT: usize = 8;
    let before = of(&inlines[..at], Change::Inserted);
    let after = of(&inlines[end..], Change::Inserted);
    let skip = before.chars().count().saturating_sub(KEPT);
    let mut start: String = before.chars().skip(skip).collect();
    let mut rest: String = after.chars().take(KEPT).collect();
    if skip > 0 {
        start.insert(0, '…');
    }
    if after.chars().count() > KEPT {
        rest.push('…');
    }
    (one_line(&start), one_line(&rest))
}

/// The text as one of the two editions has it: what stayed and what has gone `change`'s way.
fn of(inlines: &[Inline], change: Change) -> String {
    inlines.iter().filter(|i| i.change.is_same() || i.change == change).map(|i| i.text.as_str()).collect()
}

fn of_only(inlines: &[Inline], change: Change) -> String {
    inlines.iter().filter(|i| i.change == change).map(|i| i.text.as_str()).collect()
}

/// The new text, or the old one where there is no new one.
fn plain(inlines: &[Inline]) -> String {
    let new = of(inlines, Change::Inserted);
    if new.is_empty() { plain_text(inlines) } else { new }
}

fn all_of(inlines: &[Inline]) -> Change {
    let first = inlines.first().map_or(Change::Same, |i| i.change);
    if inlines.iter().all(|i| i.change == first) { first } else { Change::Same }
}

/// What a row is called: its heads, else its first texts that are no numbers.
fn row_label(row: &Row, columns: &[Column]) -> String {
    let heads: Vec<String> = row.cells.iter().filter(|c| c.header).map(|c| one_line(&plain(&c.inlines))).collect();
    let kind = |c: &Cell| columns.get(c.column).map(|c| c.kind);
    let text = |c: &&Cell| matches!(kind(c), Some(ColumnKind::Text | ColumnKind::Code));
    let texts = || row.cells.iter().filter(text).map(|c| one_line(&plain(&c.inlines))).filter(|t| !t.is_empty());
    let words: Vec<String> = if heads.iter().any(|h| !h.is_empty()) { heads } else { texts().take(2).collect() };
    words.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The shown document with the list of changes as its last pages; `label` gives the page of a place.
pub fn with_list(
    mut document: Document,
    listed: &[Listed],
    since: &str,
    looks: &ListLooks,
    label: &dyn Fn(&str) -> String,
) -> Document {
    let text = |column, text: &str| Cell {
        column,
        colspan: 1,
        rowspan: 1,
        inlines: vec![Inline::text(text)],
        align: None,
        indent: 0.0,
        header: false,
    };
    let head = |column, words| Cell { header: true, ..text(column, words) };
    let heads = ["序号", "位置", "原", "现", "页码"];
    let header = Row {
        kind: RowKind::Header,
        cells: heads.iter().enumerate().map(|(column, words)| head(column, words)).collect(),
        origin: None,
        change: Change::Same,
    };
    let line = |(index, entry): (usize, &Listed)| {
        let link = Inline { link: Some(entry.anchor.clone()), ..Inline::text(label(&entry.anchor)) };
        let page = Cell { inlines: vec![link], ..text(4, "") };
        let number = (index + 1).to_string();
        let cells = vec![text(0, &number), text(1, &entry.place), text(2, &entry.old), text(3, &entry.new), page];
        Row { kind: RowKind::Data, cells, origin: None, change: Change::Same }
    };
    let column = |kind, width, align| Column { kind, width, align };
    let table = Table {
        id: "gongkai-changes".to_owned(),
        style: looks.table.clone(),
        title: None,
        above: Vec::new(),
        columns: vec![
            column(ColumnKind::Sequence, Some(1.0), Align::Center),
            column(ColumnKind::Text, Some(5.0), Align::Left),
            column(ColumnKind::Text, Some(4.0), Align::Left),
            column(ColumnKind::Text, Some(4.0), Align::Left),
            column(ColumnKind::Text, Some(1.2), Align::Center),
        ],
        header: vec![header],
        body: listed.iter().enumerate().map(line).collect(),
        notes: Vec::new(),
        description: format!("与{since}相比的{}处改动：位置、原文、现文、页码", listed.len()),
        change: Change::Same,
    };
    let summary = match listed.len() {
        0 => format!("与{since}相比，没有改动。"),
        count => format!(
            "与{since}相比，共改动{count}处。正文中加底色的为现文；〔原：…〕为改动前的文字，〔增：…〕为增加的，〔删：…〕为删去的。序号随增删的行顺延，不另标出。"
        ),
    };
    let mut blocks = looks.opening("改动一览", &summary);
    if !listed.is_empty() {
        blocks.push(Block::Table(table));
    }
    document.sections.push(looks.section("gongkai-changes", blocks));
    document
}

/// What a page of our own is set in: names of the layout set's style.
pub struct ListLooks {
    pub page: String,
    pub heading: String,
    pub text: String,
    pub table: String,
    pub numbering: Numbering,
}

impl ListLooks {
    /// The looks of a document's own text: those of its last upright section with text.
    pub fn of(document: &Document) -> ListLooks {
        let is_text = |b: &&Block| matches!(b, Block::Paragraph(p) if !p.inlines.is_empty());
        let section = document.sections.iter().rev().find(|s| s.blocks.iter().any(|b| is_text(&b)));
        let section = section.or(document.sections.last());
        let heading = document.headings().find(|h| h.level == 1 && h.contents).or(document.headings().next());
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for block in document.blocks() {
            let Block::Paragraph(paragraph) = block else { continue };
            match counts.iter_mut().find(|(role, _)| *role == paragraph.role) {
                Some((_, count)) => *count += plain_text(&paragraph.inlines).len(),
                None => counts.push((&paragraph.role, plain_text(&paragraph.inlines).len())),
            }
        }
        let text = counts.iter().max_by_key(|(_, count)| *count).map(|(role, _)| (*role).to_owned());
        let heading_role = heading.map(|h| h.role.clone());
        ListLooks {
            page: section.map(|s| s.page.clone()).unwrap_or_default(),
            text: text.clone().or(heading_role.clone()).unwrap_or_default(),
            heading: heading_role.or(text).unwrap_or_default(),
            table: document.tables().next().map(|t| t.style.clone()).unwrap_or_default(),
            numbering: document.sections.last().map_or(Numbering::Decimal, |s| s.numbering),
        }
    }

    /// A heading and a paragraph.
    pub fn opening(&self, title: &str, summary: &str) -> Vec<Block> {
        let heading = Heading {
            level: 1,
            role: self.heading.clone(),
            inlines: vec![Inline::text(title)],
            anchor: "gongkai_list".to_owned(),
            contents: false,
            source: None,
            change: Change::Same,
        };
        vec![Block::Heading(heading), self.paragraph(summary)]
    }

    pub fn paragraph(&self, text: &str) -> Block {
        let inlines = vec![Inline::text(text)];
        Block::Paragraph(Paragraph { role: self.text.clone(), inlines, source: None, change: Change::Same })
    }

    pub fn section(&self, id: &str, blocks: Vec<Block>) -> Section {
        Section {
            id: id.to_owned(),
            page: self.page.clone(),
            start: Start::Page,
            numbering: self.numbering,
            restart: false,
            head: None,
            blocks,
        }
    }
}
