//! One streaming pass over the document part: controls, tables, own paragraphs. Element nesting is a stack of
//! small states, never recursion.

mod controls;
mod look;
mod prose;
mod tables;

use super::Options;
use super::package::{error, malformed, reference, refused, too_large};
use super::pictures::Drawing;
use crate::diagnostic::Diagnostic;
use crate::package::{DEPTH, attribute};
use controls::OpenControl;
pub use look::Styles;
use look::{Field, OpenParagraph, OpenRun};
use prose::OpenProse;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use std::collections::BTreeSet;
use std::ops::Range;
use tables::OpenTable;

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
    /// For each of them, how many tables begin before it.
    pub tables_before: Vec<usize>,
    /// Tags and bookmarks of what tracked changes leave out of this view.
    pub tracked_away: BTreeSet<String>,
    /// What Word shows and no text is read of, in order: “全力完成”一段里的符号（Wingdings F0FC）.
    pub unread: Vec<String>,
    /// Relationships of the charts of ours that are shown, with their places in document order.
    pub charts: Vec<(String, usize)>,
    /// Drawings that are pictures of ours.
    pub pictures: Vec<Drawing>,
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
    /// It stands in a cell of another.
    pub nested: bool,
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
    ParagraphProperties,
    /// Of a paragraph's mark.
    MarkProperties,
    Run,
    RunProperties,
    Table,
    TableProperties,
    Row,
    RowProperties,
    Cell,
    CellProperties,
    Control,
    ControlProperties,
    Numbering,
    /// Not seen in this view, or a second form of what was read already.
    Hidden,
    /// Text of a text box, hidden from the paragraph it is anchored to.
    TextBox,
    /// Properties as they were, fields' instructions: no text of the page.
    Properties,
}

/// Pictures that are read.
const MOST_PICTURES: usize = 1_000;
/// What a drawing is called that is not read.
const PICTURE: &str = "图片或图形";

const TRANSITIONAL: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const STRICT: &str = "http://purl.oclc.org/ooxml/wordprocessingml/main";
const MATH: [&str; 2] =
    ["http://schemas.openxmlformats.org/officeDocument/2006/math", "http://purl.oclc.org/ooxml/officeDocument/math"];
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

struct Parser<'a> {
    options: &'a Options,
    name: &'a str,
    styles: &'a Styles,
    /// Relationships of charts whose workbooks are read.
    own_charts: &'a BTreeSet<String>,
    content: Content,
    open: Vec<Open>,
    hidden: usize,
    controls: Vec<OpenControl>,
    ignored_controls: usize,
    /// Bookmarks that hold a figure, by their ids.
    marks: Vec<(String, OpenControl)>,
    tables: Vec<OpenTable>,
    prose: Vec<OpenProse>,
    runs: Vec<OpenRun>,
    paragraphs: Vec<OpenParagraph>,
    fields: Vec<Field>,
    /// The text box at hand: how deep it lies, and how its text begins.
    text_box: Option<(usize, String)>,
    paragraph: String,
    /// The last paragraphs with text, the newest last.
    recent: Vec<String>,
    order: usize,
    kept: usize,
    body: bool,
    /// Name and words of the drawing at hand.
    drawing: Option<(String, String)>,
    /// This view has no end of the paragraph at hand: its mark came or went.
    no_end: bool,
}

/// Reads the document part.
pub fn parse(
    content: &[u8],
    name: &str,
    styles: &Styles,
    own_charts: &BTreeSet<String>,
    options: &Options,
) -> Result<Content, Diagnostic> {
    let mut reader = NsReader::from_reader(content);
    let mut parser = Parser {
        options,
        name,
        styles,
        own_charts,
        content: Content::default(),
        open: Vec::new(),
        hidden: 0,
        controls: Vec::new(),
        ignored_controls: 0,
        marks: Vec::new(),
        tables: Vec::new(),
        prose: Vec::new(),
        runs: Vec::new(),
        paragraphs: Vec::new(),
        fields: Vec::new(),
        text_box: None,
        paragraph: String::new(),
        recent: Vec::new(),
        order: 0,
        kept: 0,
        body: false,
        drawing: None,
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
    Math,
    Foreign,
}

fn kind(namespace: &ResolveResult) -> Owner {
    match namespace {
        ResolveResult::Bound(Namespace(TRANSITIONAL | STRICT)) => Owner::Word,
        ResolveResult::Bound(Namespace(COMPATIBILITY)) => Owner::Compatibility,
        ResolveResult::Bound(Namespace(name)) if MATH.contains(name) => Owner::Math,
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
            Owner::Math if local.as_ref() == "oMath" => {
                self.unread("公式".to_owned(), true);
                Open::Hidden
            }
            _ => {
                match local.as_ref() {
                    "chart" => self.chart(element),
                    "docPr" => {
                        self.drawing =
                            attribute(element, "name").zip(attribute(element, "descr").or(Some(String::new())))
                    }
                    "blip" => self.picture(element),
                    _ => {}
                }
                Open::Other
            }
        };
        if matches!(open, Open::Hidden | Open::TextBox) {
            self.hidden += 1;
        }
        self.open.push(open);
        Ok(())
    }

    /// A chart of ours within a drawing: that is read.
    fn chart(&mut self, element: &BytesStart) {
        let Some(id) = attribute(element, "id").filter(|id| self.own_charts.contains(id) && self.is_shown()) else {
            return;
        };
        self.drawing_is_read();
        if !self.content.charts.iter().any(|(known, _)| *known == id) {
            self.order += 1;
            self.content.charts.push((id, self.order));
        }
    }

    /// A picture of ours within a drawing: it is read.
    fn picture(&mut self, element: &BytesStart) {
        let own = self.drawing.take().filter(|(name, _)| name.starts_with("pictures/") && self.is_shown());
        let Some(((name, words), relation)) = own.zip(attribute(element, "embed")) else { return };
        if self.content.pictures.len() < MOST_PICTURES {
            self.drawing_is_read();
            self.content.pictures.push(Drawing { name, words, relation });
        }
    }

    fn drawing_is_read(&mut self) {
        if let Some(paragraph) = self.paragraphs.last_mut()
            && paragraph.unread.last().is_some_and(|what| what == PICTURE)
        {
            paragraph.unread.pop();
        }
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
            "pPr" if parent == Some(Open::Paragraph) => return Open::ParagraphProperties,
            "rPr" if parent == Some(Open::ParagraphProperties) => return Open::MarkProperties,
            "rPr" if parent == Some(Open::Run) => return Open::RunProperties,
            "tblPr" if parent == Some(Open::Table) => return Open::TableProperties,
            "tcPr" if parent == Some(Open::Cell) => return Open::CellProperties,
            "trPr" if parent == Some(Open::Row) => return Open::RowProperties,
            // As they were before a tracked change, or of nothing that is read.
            "rPr" | "pPr" | "tblPr" | "tcPr" | "trPr" | "sectPr" | "tblGrid" => return Open::Properties,
            "rPrChange" | "pPrChange" | "tblPrChange" | "tcPrChange" | "trPrChange" | "tblPrExChange" => {
                return Open::Properties;
            }
            "instrText" | "delInstrText" | "delText" => return Open::Properties,
            "tab" | "ptab" if parent == Some(Open::Run) => self.keep("\t"),
            // Where a program ends a line of a title or a head as it stands in print; people type others.
            "br" if attribute(element, "clear").is_some_and(|clear| clear == "all") => {}
            // LibreOffice puts the end of a page behind the text before it.
            "br" if attribute(element, "type").is_some_and(|kind| kind == "page" || kind == "column") => {}
            "br" | "cr" => self.keep("\n"),
            "noBreakHyphen" => self.keep("-"),
            "r" => return self.run_start(),
            "rt" => return Open::Hidden,
            "fldChar" => self.field(element),
            "sym" => self.symbol(element),
            "txbxContent" => return self.text_box_start(),
            "drawing" | "pict" | "object" => self.unread(PICTURE.to_owned(), false),
            "footnoteReference" => self.unread("脚注".to_owned(), false),
            "endnoteReference" => self.unread("尾注".to_owned(), false),
            "altChunk" => self.content.unread.push("插入的另一份文档".to_owned()),
            "vanish" | "specVanish" => self.vanish(parent, local, element),
            "rStyle" if parent == Some(Open::RunProperties) => {
                if let Some(run) = self.runs.last_mut() {
                    run.style = attribute(element, "val").filter(|id| short(id));
                }
            }
            "pStyle" if parent == Some(Open::ParagraphProperties) => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.style = attribute(element, "val").filter(|id| short(id));
                }
            }
            "numId" if parent == Some(Open::Numbering) && attribute(element, "val").is_some_and(|id| id != "0") => {
                self.unread("自动编号".to_owned(), false);
            }
            "numPr" if parent == Some(Open::ParagraphProperties) => return Open::Numbering,
            "tblStyle" if parent == Some(Open::TableProperties) => {
                if let Some(table) = self.tables.last_mut() {
                    table.style = attribute(element, "val").filter(|id| short(id));
                }
            }
            "cellDel" | "cellIns" if parent == Some(Open::CellProperties) => {
                self.cell_change((local == "cellDel") == accepted);
            }
            "del" | "moveFrom" => return self.change(parent, accepted),
            "ins" | "moveTo" => return self.change(parent, !accepted),
            // Within what is hidden nothing is begun, so that what stands around it goes on behind it.
            "p" | "tbl" | "tr" | "tc" if self.hidden > 0 => {}
            "p" => return self.paragraph_start(),
            "tbl" => return self.table_start(),
            "tr" => return self.row_start(),
            "gridBefore" => self.grid_before(element),
            "tc" => return self.cell_start(),
            "gridSpan" if parent == Some(Open::CellProperties) => {
                self.cell_property(|cell| cell.span = number(element).clamp(1, 4096))
            }
            "vMerge" if parent == Some(Open::CellProperties) => {
                let begins = attribute(element, "val").is_some_and(|v| v == "restart");
                self.cell_property(|cell| cell.covered = !begins);
            }
            "tblCaption" if parent == Some(Open::TableProperties) => self.caption(element),
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

    /// Hidden text: of a run, or of a paragraph's mark (a style separator hides its mark always).
    fn vanish(&mut self, parent: Option<Open>, local: &str, element: &BytesStart) {
        let hidden = Some(look::toggle(element));
        match parent {
            Some(Open::RunProperties) if local == "vanish" => {
                if let Some(run) = self.runs.last_mut() {
                    run.hidden = hidden;
                }
            }
            Some(Open::MarkProperties) => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.mark_hidden = hidden;
                }
            }
            _ => {}
        }
    }

    /// A tracked change: around content it hides it in one view; in row properties it hides the row.
    fn change(&mut self, parent: Option<Open>, hides: bool) -> Open {
        if parent == Some(Open::RowProperties) {
            if let (true, Some(table)) = (hides, self.tables.last_mut()) {
                table.skipped = true;
            }
            return Open::Other;
        }
        if parent == Some(Open::MarkProperties) {
            self.no_end |= hides;
            return Open::Other;
        }
        if matches!(parent, Some(Open::RunProperties | Open::Properties)) {
            return Open::Other;
        }
        if !hides {
            return Open::Other;
        }
        Open::Hidden
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

    /// Adds text that Word shows to everything that is open around it.
    fn push(&mut self, text: &str) {
        if !self.is_shown() {
            self.text_in_box(text);
            return;
        }
        self.begins(text);
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
            Some(Open::TextBox) => {
                self.hidden -= 1;
                self.text_box_end();
            }
            Some(Open::Run) => self.run_end(),
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
