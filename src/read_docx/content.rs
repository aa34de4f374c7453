//! One streaming pass over the document part: controls, tables, own paragraphs. Element nesting is a stack of
//! small states, never recursion.

use super::Options;
use super::package::{DEPTH, attribute, error, malformed, reference, refused, too_large};
use crate::diagnostic::Diagnostic;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use std::collections::BTreeSet;
use std::ops::Range;

/// Which side of tracked changes is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// As if all changes were accepted.
    #[default]
    Accepted,
    /// As if all were rejected.
    Original,
}

/// What a document part holds.
#[derive(Default)]
pub struct Content {
    pub controls: Vec<Control>,
    pub tables: Vec<ReadTable>,
    /// Every paragraph in a bookmark `p_…`, in document order.
    pub prose: Vec<OwnParagraph>,
    /// Every paragraph outside tables that has text.
    pub paragraphs: Vec<String>,
    /// Tags and bookmarks of what tracked changes leave out of this view.
    pub tracked_away: BTreeSet<String>,
}

/// A paragraph of the department's own prose.
#[derive(Default)]
pub struct OwnParagraph {
    pub bookmark: String,
    pub text: String,
    /// Byte ranges of `text` that stand in content controls, with their tags.
    pub figures: Vec<(Range<usize>, String)>,
}

/// A content control that has a tag or a name.
pub struct Control {
    pub tag: String,
    /// The tag was lost; this is its alias.
    pub by_alias: bool,
    pub text: String,
    /// Place in document order.
    pub order: usize,
    /// Table, row, index of the cell in the row.
    pub place: Option<(usize, usize, usize)>,
}

#[derive(Default)]
pub struct ReadTable {
    /// Its own title, then the nearest paragraphs before it.
    pub titles: Vec<String>,
    pub rows: Vec<Vec<ReadCell>>,
}

pub struct ReadCell {
    /// The grid column it begins in, and the one after its last.
    pub column: usize,
    pub end: usize,
    pub text: String,
    pub order: usize,
    /// Indexes into [`Content::controls`].
    pub controls: Vec<usize>,
    /// Covered by a vertical merge.
    pub covered: bool,
}

/// What an open element means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Other,
    /// Its text is read.
    Text,
    Paragraph,
    Table,
    Row,
    RowProperties,
    Cell,
    Control,
    ControlProperties,
    /// Not seen in this view, or a second form of what was read already.
    Hidden,
    /// Properties, fields' instructions: no text of the page.
    Properties,
}

const TRANSITIONAL: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const STRICT: &str = "http://purl.oclc.org/ooxml/wordprocessingml/main";
const COMPATIBILITY: &str = "http://schemas.openxmlformats.org/markup-compatibility/2006";
/// What a cell, a row, a control or a bookmark takes in memory beside its text, about.
const KEPT: usize = 256;
/// What a table takes with its titles; so many tables that comparing them with ours takes long are refused too.
const OF_TABLE: usize = 16 << 10;
/// Controls, and bookmarks, open at once; more are not ours.
const OPEN_AT_ONCE: usize = 32;

/// Text that grows paragraph by paragraph.
#[derive(Default)]
struct Sink {
    text: String,
    breaks: bool,
}

impl Sink {
    fn push(&mut self, text: &str) {
        if std::mem::take(&mut self.breaks) && !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
    }
}

#[derive(Default)]
struct OpenControl {
    tag: Option<String>,
    alias: Option<String>,
    /// The text is Word's prompt, not the user's.
    prompt: bool,
    /// Its bookmark has ended; digits that follow at once are still its own.
    ended: bool,
    sink: Sink,
    order: usize,
    place: Option<(usize, usize, usize)>,
    /// The own paragraph it stands in, as an index into [`Content::prose`], and how long that was then.
    prose: Option<(usize, usize)>,
}

struct OpenTable {
    /// Index into [`Content::tables`].
    index: usize,
    captioned: bool,
    column: usize,
    skipped: bool,
    cell: Option<OpenCell>,
}

#[derive(Default)]
struct OpenCell {
    column: usize,
    span: usize,
    covered: bool,
    order: usize,
    sink: Sink,
    controls: Vec<usize>,
}

/// An own paragraph: all of it, though its bookmark may begin later or end sooner. Word puts what is typed at a
/// paragraph's end after the bookmark's end; LibreOffice ends one before the last character of a section.
struct OpenProse {
    id: String,
    index: usize,
    sink: Sink,
    /// Its bookmark has ended, its paragraph has not.
    ended: bool,
    name: String,
}

struct Parser<'a> {
    options: &'a Options,
    name: &'a str,
    content: Content,
    open: Vec<Open>,
    hidden: usize,
    controls: Vec<OpenControl>,
    ignored_controls: usize,
    /// Bookmarks that hold a figure, by their ids.
    marks: Vec<(String, OpenControl)>,
    tables: Vec<OpenTable>,
    prose: Vec<OpenProse>,
    paragraph: String,
    /// The last paragraphs with text, the newest last.
    recent: Vec<String>,
    order: usize,
    kept: usize,
    body: bool,
    /// This view has no end of the paragraph at hand: its mark came or went.
    no_end: bool,
}

/// Reads the document part.
pub fn parse(content: &[u8], name: &str, options: &Options) -> Result<Content, Diagnostic> {
    let mut reader = NsReader::from_reader(content);
    let mut parser = Parser {
        options,
        name,
        content: Content::default(),
        open: Vec::new(),
        hidden: 0,
        controls: Vec::new(),
        ignored_controls: 0,
        marks: Vec::new(),
        tables: Vec::new(),
        prose: Vec::new(),
        paragraph: String::new(),
        recent: Vec::new(),
        order: 0,
        kept: 0,
        body: false,
        no_end: false,
    };
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_| malformed(name))?;
        match event {
            Event::Start(element) => parser.start(kind(&namespace), &element)?,
            Event::Empty(element) => {
                parser.start(kind(&namespace), &element)?;
                parser.end()?;
            }
            Event::End(_) => parser.end()?,
            Event::Text(text) => parser.text(&text.xml10_content())?,
            Event::CData(text) => parser.text(&text.xml10_content())?,
            Event::GeneralRef(entity) => {
                let mut one = [0; 4];
                let c = reference(&entity, name)?;
                parser.text(c.encode_utf8(&mut one))?;
            }
            Event::DocType(_) => return Err(refused(name, "文档类型定义（DTD）")),
            Event::Eof => return parser.finish(),
            _ => {}
        }
    }
}

/// Whose element it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Word,
    Compatibility,
    Foreign,
}

fn kind(namespace: &ResolveResult) -> Owner {
    match namespace {
        ResolveResult::Bound(Namespace(TRANSITIONAL | STRICT)) => Owner::Word,
        ResolveResult::Bound(Namespace(COMPATIBILITY)) => Owner::Compatibility,
        _ => Owner::Foreign,
    }
}

impl Parser<'_> {
    fn start(&mut self, owner: Owner, element: &BytesStart) -> Result<(), Diagnostic> {
        if self.open.len() >= DEPTH {
            return Err(refused(self.name, "层数过多的嵌套"));
        }
        self.within()?;
        let local = element.local_name();
        let open = match owner {
            Owner::Word => self.word(local.as_ref(), element),
            Owner::Compatibility if local.as_ref() == "Fallback" => Open::Hidden,
            _ => Open::Other,
        };
        if open == Open::Hidden {
            self.hidden += 1;
        }
        self.open.push(open);
        Ok(())
    }

    /// A small file can hold millions of cells; what is kept stays bounded.
    fn within(&self) -> Result<(), Diagnostic> {
        if self.kept > self.options.kept {
            return Err(too_large(self.name, self.options.kept as u64));
        }
        Ok(())
    }

    /// An element of WordprocessingML.
    fn word(&mut self, local: &str, element: &BytesStart) -> Open {
        let accepted = self.options.view == View::Accepted;
        let parent = self.open.last().copied();
        match local {
            "body" => self.body = true,
            "t" => return Open::Text,
            "delText" if !accepted => return Open::Text,
            "rPr" | "pPr" | "tblPr" | "sectPr" | "tblGrid" => {
                return Open::Properties;
            }
            "tcPr" => return Open::Properties,
            "instrText" | "delInstrText" | "delText" => return Open::Properties,
            "tab" if parent != Some(Open::Properties) => self.keep("\t"),
            "br" | "cr" => self.keep("\n"),
            "noBreakHyphen" => self.keep("-"),
            "del" | "moveFrom" => return self.change(parent, accepted),
            "ins" | "moveTo" => return self.change(parent, !accepted),
            "p" => return self.paragraph_start(),
            "tbl" => return self.table_start(),
            "tr" => return self.row_start(),
            "trPr" => return Open::RowProperties,
            "gridBefore" => self.grid_before(element),
            "tc" => return self.cell_start(),
            "gridSpan" => self.cell_property(|cell| cell.span = number(element).clamp(1, 4096)),
            "vMerge" => {
                let begins = attribute(element, "val").is_some_and(|v| v == "restart");
                self.cell_property(|cell| cell.covered = !begins);
            }
            "tblCaption" => self.caption(element),
            "sdt" => return self.control_start(),
            "sdtPr" => return Open::ControlProperties,
            "tag" | "alias" | "showingPlcHdr" if parent == Some(Open::ControlProperties) => {
                self.control_property(local, element);
            }
            "bookmarkStart" => self.bookmark_start(element),
            "bookmarkEnd" => self.bookmark_end(element),
            _ => {}
        }
        Open::Other
    }

    /// A tracked change: around content it hides it in one view; in row properties it hides the row.
    fn change(&mut self, parent: Option<Open>, hides: bool) -> Open {
        if parent == Some(Open::RowProperties) {
            if let (true, Some(table)) = (hides, self.tables.last_mut()) {
                table.skipped = true;
            }
            return Open::Other;
        }
        if parent == Some(Open::Properties) {
            let depth = self.open.len();
            let of_mark =
                depth > 2 && self.open[depth - 2] == Open::Properties && self.open[depth - 3] == Open::Paragraph;
            self.no_end |= hides && of_mark;
            return Open::Other;
        }
        if !hides {
            return Open::Other;
        }
        Open::Hidden
    }

    fn paragraph_start(&mut self) -> Open {
        self.no_end = false;
        if self.tables.is_empty() {
            self.paragraph.clear();
        }
        Open::Paragraph
    }

    fn table_start(&mut self) -> Open {
        let titles: Vec<String> = self.recent.iter().rev().cloned().collect();
        self.kept += OF_TABLE;
        self.content.tables.push(ReadTable { titles, rows: Vec::new() });
        let index = self.content.tables.len() - 1;
        self.tables.push(OpenTable { index, captioned: false, column: 0, skipped: false, cell: None });
        Open::Table
    }

    fn row_start(&mut self) -> Open {
        self.kept += KEPT;
        if let Some(table) = self.tables.last_mut() {
            table.column = 0;
            table.skipped = false;
            self.content.tables[table.index].rows.push(Vec::new());
        }
        Open::Row
    }

    fn grid_before(&mut self, element: &BytesStart) {
        if let Some(table) = self.tables.last_mut() {
            table.column += number(element).min(4096);
        }
    }

    fn cell_start(&mut self) -> Open {
        self.order += 1;
        self.kept += KEPT;
        if let Some(table) = self.tables.last_mut() {
            table.cell = Some(OpenCell { column: table.column, span: 1, order: self.order, ..OpenCell::default() });
        }
        Open::Cell
    }

    fn cell_property(&mut self, change: impl FnOnce(&mut OpenCell)) {
        if let Some(cell) = self.tables.last_mut().and_then(|t| t.cell.as_mut()) {
            change(cell);
        }
    }

    fn caption(&mut self, element: &BytesStart) {
        let Some(table) = self.tables.last_mut().filter(|table| !table.captioned) else { return };
        if let Some(title) = attribute(element, "val").filter(|n| short(n)) {
            self.content.tables[table.index].titles.insert(0, title);
            table.captioned = true;
        }
    }

    fn control_start(&mut self) -> Open {
        self.order += 1;
        self.kept += KEPT;
        if self.controls.len() >= OPEN_AT_ONCE {
            self.ignored_controls += 1;
            return Open::Control;
        }
        let control = self.open_control();
        self.controls.push(control);
        Open::Control
    }

    fn open_control(&self) -> OpenControl {
        let place = self.tables.last().and_then(|table| {
            let rows = &self.content.tables[table.index].rows;
            table.cell.as_ref().map(|_| (table.index, rows.len().saturating_sub(1), rows.last().map_or(0, Vec::len)))
        });
        let prose = self.prose.last().map(|p| (p.index, p.sink.text.len()));
        OpenControl { order: self.order, place, prose, ..OpenControl::default() }
    }

    fn control_property(&mut self, local: &str, element: &BytesStart) {
        if self.ignored_controls > 0 {
            return;
        }
        let Some(control) = self.controls.last_mut() else { return };
        match local {
            "tag" => control.tag = attribute(element, "val").filter(|n| short(n)),
            "alias" => control.alias = attribute(element, "val").filter(|n| short(n)),
            _ => control.prompt = attribute(element, "val").is_none_or(|v| !matches!(&*v, "0" | "false" | "off")),
        }
    }

    fn bookmark_start(&mut self, element: &BytesStart) {
        let of_figure = attribute(element, "name").filter(|n| n.starts_with("f_") && short(n));
        if let (Some(name), Some(id)) = (of_figure, attribute(element, "id"))
            && self.marks.len() < OPEN_AT_ONCE
        {
            self.order += 1;
            self.kept += KEPT;
            let mark = OpenControl { tag: Some(name), ..self.open_control() };
            self.marks.push((id, mark));
            return;
        }
        if self.hidden > 0 || self.prose.len() >= OPEN_AT_ONCE {
            return;
        }
        let name = attribute(element, "name").filter(|n| n.starts_with("p_") && short(n));
        let (Some(name), Some(id)) = (name, attribute(element, "id")) else { return };
        self.kept += KEPT;
        // Of two own paragraphs that someone joined, each has what is nearest to it.
        let joined = self.prose.iter().any(|p| p.ended);
        self.close_prose();
        let before = if joined { String::new() } else { self.paragraph.clone() };
        self.content.prose.push(OwnParagraph { bookmark: name.clone(), ..OwnParagraph::default() });
        let index = self.content.prose.len() - 1;
        self.prose.push(OpenProse { id, index, sink: Sink { text: before, breaks: false }, ended: false, name });
    }

    fn bookmark_end(&mut self, element: &BytesStart) {
        let Some(id) = attribute(element, "id") else { return };
        if let Some((_, mark)) = self.marks.iter_mut().find(|(mark, _)| *mark == id) {
            mark.ended = true;
            return;
        }
        if let Some(prose) = self.prose.iter_mut().find(|p| p.id == id) {
            prose.ended = true;
        }
    }

    /// Hands over the texts of paragraphs whose bookmarks have ended.
    fn close_prose(&mut self) {
        let content = &mut self.content;
        self.prose.retain_mut(|prose| {
            if prose.ended {
                content.prose[prose.index].text = std::mem::take(&mut prose.sink.text);
            }
            !prose.ended
        });
    }

    fn text(&mut self, text: &str) -> Result<(), Diagnostic> {
        if self.open.last() == Some(&Open::Text) {
            // Counted first: one huge text inside many controls would be kept as often.
            self.count(text);
            self.within()?;
            self.push(text);
        }
        Ok(())
    }

    fn count(&mut self, text: &str) {
        self.kept += text.len() * (2 + self.controls.len() + self.marks.len() + self.prose.len());
    }

    /// What an element stands for: a tab, a line break.
    fn keep(&mut self, text: &str) {
        self.count(text);
        self.push(text);
    }

    /// Adds visible text to everything that is open around it.
    fn push(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        if !self.marks.iter().any(|(_, mark)| mark.ended) {
            return self.push_all(text);
        }
        // LibreOffice, accepting changes, may leave a bookmark's end before the last digit.
        let (own, rest) = text.split_at(leading_digits(text));
        let continues = !self.marks.iter().any(|(_, mark)| mark.ended && mark.sink.text.is_empty());
        if continues && !own.is_empty() {
            self.push_all(own);
            self.close_marks();
            self.push_all(rest);
        } else {
            self.close_marks();
            self.push_all(text);
        }
    }

    /// Adds text to everything that is open around it.
    fn push_all(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        for control in self.controls.iter_mut().chain(self.marks.iter_mut().map(|(_, mark)| mark)) {
            control.sink.push(text);
        }
        for prose in &mut self.prose {
            prose.sink.push(text);
        }
        match self.tables.last_mut() {
            Some(table) => {
                if let Some(cell) = &mut table.cell {
                    cell.sink.push(text);
                }
            }
            None => self.paragraph.push_str(text),
        }
    }

    fn end(&mut self) -> Result<(), Diagnostic> {
        match self.open.pop() {
            Some(Open::Hidden) => self.hidden -= 1,
            Some(Open::Paragraph) => self.paragraph_end(),
            Some(Open::Table) => {
                self.tables.pop();
            }
            Some(Open::Row) => self.row_end(),
            Some(Open::Cell) => self.cell_end(),
            Some(Open::Control) => self.control_end(),
            Some(_) => {}
            None => return Err(malformed(self.name)),
        }
        Ok(())
    }

    fn paragraph_end(&mut self) {
        self.close_marks();
        for control in &mut self.controls {
            control.sink.breaks = true;
        }
        if std::mem::take(&mut self.no_end) {
            self.drop_empty_prose();
        }
        self.close_prose();
        for prose in &mut self.prose {
            prose.sink.breaks = true;
        }
        if let Some(cell) = self.tables.last_mut().and_then(|t| t.cell.as_mut()) {
            cell.sink.breaks = true;
        } else if self.tables.is_empty() && !self.paragraph.trim().is_empty() {
            self.kept += self.paragraph.len();
            self.content.paragraphs.push(self.paragraph.clone());
            if self.recent.len() == 3 {
                self.recent.remove(0);
            }
            self.recent.push(self.paragraph.chars().take(256).collect());
        }
    }

    /// An own paragraph without text and without an end is not in this view.
    fn drop_empty_prose(&mut self) {
        let content = &mut self.content;
        self.prose.retain(|prose| {
            let empty = prose.ended && prose.sink.text.is_empty();
            if empty {
                content.tracked_away.insert(prose.name.clone());
            }
            !empty
        });
    }

    fn row_end(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        if std::mem::take(&mut table.skipped) {
            let rows = &mut self.content.tables[table.index].rows;
            let gone = rows.pop().unwrap_or_default();
            let mut lost: Vec<usize> = gone.into_iter().flat_map(|cell| cell.controls).collect();
            lost.sort_unstable();
            // Controls of the row end the list, unless a control around the row follows them.
            for index in lost.into_iter().rev() {
                if index < self.content.controls.len() {
                    let gone = self.content.controls.remove(index);
                    self.content.tracked_away.insert(gone.tag);
                }
            }
        }
    }

    fn cell_end(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let Some(cell) = table.cell.take() else { return };
        table.column = cell.column + cell.span;
        let read = ReadCell {
            column: cell.column,
            end: table.column,
            text: cell.sink.text,
            order: cell.order,
            controls: cell.controls,
            covered: cell.covered,
        };
        if let Some(row) = self.content.tables[table.index].rows.last_mut() {
            row.push(read);
        }
    }

    fn control_end(&mut self) {
        if self.ignored_controls > 0 {
            self.ignored_controls -= 1;
            return;
        }
        let Some(mut control) = self.controls.pop() else { return };
        let by_alias = control.tag.is_none();
        let Some(tag) = control.tag.take().or(control.alias.take()).filter(|t| !t.trim().is_empty()) else { return };
        if self.hidden > 0 {
            self.content.tracked_away.insert(tag);
            return;
        }
        if control.prompt {
            control.sink.text.clear();
        }
        self.keep_control(control, tag, by_alias);
    }

    /// Figures whose bookmarks have ended. All of the text in one may have come or gone.
    fn close_marks(&mut self) {
        while let Some(at) = self.marks.iter().position(|(_, mark)| mark.ended) {
            let (_, mut mark) = self.marks.remove(at);
            let Some(name) = mark.tag.take() else { continue };
            if mark.sink.text.is_empty() {
                self.content.tracked_away.insert(name);
            } else {
                self.keep_control(mark, name, false);
            }
        }
    }

    fn keep_control(&mut self, control: OpenControl, tag: String, by_alias: bool) {
        self.figure_in_prose(&tag, control.prose);
        let index = self.content.controls.len();
        let (text, order, place) = (control.sink.text, control.order, control.place);
        self.content.controls.push(Control { tag, by_alias, text, order, place });
        if let (Some(_), Some(cell)) = (place, self.tables.last_mut().and_then(|t| t.cell.as_mut())) {
            cell.controls.push(index);
        }
    }

    /// Notes where in its own paragraph the text of a control stands.
    fn figure_in_prose(&mut self, tag: &str, begun: Option<(usize, usize)>) {
        let Some((index, start)) = begun else { return };
        let Some(open) = self.prose.iter().find(|p| p.index == index) else { return };
        let text = &open.sink.text[start..];
        let start = start + text.len() - text.trim_start_matches('\n').len();
        if start < open.sink.text.len() {
            self.kept += KEPT + tag.len();
            self.content.prose[index].figures.push((start..open.sink.text.len(), tag.to_owned()));
        }
    }

    fn finish(mut self) -> Result<Content, Diagnostic> {
        if !self.open.is_empty() {
            return Err(malformed(self.name));
        }
        if !self.body {
            return Err(error("E541", format!("{} 不是 Word 正文", self.name))
                .hint("请选择本程序生成、再由 Word 或 WPS 保存的 .docx 文件"));
        }
        for prose in std::mem::take(&mut self.prose) {
            self.content.prose[prose.index].text = prose.sink.text;
        }
        Ok(self.content)
    }
}

/// How many bytes at the beginning of a text go on with a number.
fn leading_digits(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let goes_on = |i: usize| digit(i) || (matches!(bytes[i], b'.' | b',') && digit(i + 1));
    (0..bytes.len()).find(|&i| !goes_on(i)).unwrap_or(bytes.len())
}

/// Names longer than any program makes them are as good as none.
fn short(name: &str) -> bool {
    name.len() <= 1024
}

fn number(element: &BytesStart) -> usize {
    attribute(element, "val").and_then(|v| v.trim().parse().ok()).unwrap_or(1)
}
