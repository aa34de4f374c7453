//! A page of HTML as it was published: its tables with their spans, its headings and paragraphs. Only what stands in the file is
//! read: nothing is fetched, no script runs. Every tag is read once, in order, so that the time is that of reading the file.

use super::docx::paragraph;
use super::lines::joined;
use super::unpaged::{Piece, Rows, arrange};
use super::{PaperCell, PaperRow, PaperText, Published, Spot};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use encoding_rs::{Encoding, GB18030, UTF_8};
use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use std::borrow::Cow;

/// Cells, rows and paragraphs of the largest page that is read.
const MOST: usize = 100_000;
/// Columns of the widest table, and rows that a cell may cover.
const WIDEST: usize = 400;
/// Tables within tables; deeper ones are read as their words.
const DEEPEST: usize = 40;
/// What a browser does not show as text.
const NOT_SHOWN: [&str; 12] = [
    "script", "style", "template", "noscript", "textarea", "title", "svg", "select", "iframe", "object", "audio",
    "video",
];

/// Whether bytes are those of a page of HTML.
pub(super) fn is_html(bytes: &[u8], shown: &str) -> bool {
    let start: String = bytes.iter().take(1024).map(|b| b.to_ascii_lowercase() as char).collect();
    let start = start.trim_start_matches(|c: char| !c.is_ascii() || c.is_whitespace());
    let named = [".html", ".htm", ".shtml", ".xhtml"].iter().any(|end| shown.to_lowercase().ends_with(end));
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| start.starts_with(tag))
        || start.starts_with("<?xml") && start.contains("<html")
        || named && start.contains('<')
}

/// Reads a page.
pub(super) fn read(bytes: &[u8], shown: &str) -> Result<Published, Diagnostic> {
    let text = decoded(bytes);
    let mut page = Page::default();
    for token in tokens(&text) {
        match token {
            Token::Text(text) => page.text(&text),
            Token::Begin { name, attributes } => page.begin(&name, &attributes),
            Token::End(name) => page.end(&name),
        }
        if page.count > MOST {
            let found = Diagnostic::error("E560", format!("网页里的行、格和段落超过 {MOST}，没有读取"));
            return Err(found.at(Place::file(shown)).hint("请只另存有公开文本的那一页"));
        }
    }
    let found = page.told(shown);
    let parts = arrange(page.finish());
    if parts.is_empty() {
        let found = Diagnostic::error("E563", "网页里没有文字和表").at(Place::file(shown));
        return Err(found.hint("内容由脚本后来取来的网页，请在浏览器里打开后另存为 PDF；附件请直接下载"));
    }
    Ok(Published { parts, found, ..Published::default() })
}

/// The text of a page: by its mark, by what its head says, else UTF-8 where it is, else GB 18030.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let start: String = bytes.iter().take(2048).map(|b| b.to_ascii_lowercase() as char).collect();
    let said = start.split_once("charset=").map(|(_, after)| {
        let after = after.trim_start_matches(['"', '\'', ' ']);
        &after[..after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(after.len())]
    });
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    let said = said.and_then(|label| Encoding::for_label(label.as_bytes())).filter(|of| *of != UTF_8 || is_utf8);
    said.unwrap_or(if is_utf8 { UTF_8 } else { GB18030 }).decode(bytes).0
}

// ------------------------------------------------------------------------------------------------------------- tokens

enum Token {
    Text(String),
    Begin { name: String, attributes: Attributes },
    End(String),
}

/// What counts of a tag; of one that is there twice the first (HTML, 13.2.5.33). None: it is not there.
#[derive(Default)]
struct Attributes {
    hidden: Option<String>,
    style: Option<String>,
    colspan: Option<String>,
    rowspan: Option<String>,
    is_closed: bool,
}

/// Puts a tag together of what the tokenizer tells of it, and keeps no more than counts.
#[derive(Default)]
struct Reading {
    name: String,
    attributes: Attributes,
    /// The attribute whose value comes.
    wanted: Option<fn(&mut Attributes) -> &mut Option<String>>,
}

impl Callback<Token, ()> for Reading {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Token> {
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match event {
            CallbackEvent::OpenStartTag { name } => {
                (self.name, self.attributes, self.wanted) = (said(name), Attributes::default(), None);
                None
            }
            CallbackEvent::AttributeName { name } => {
                let wanted: Option<fn(&mut Attributes) -> &mut Option<String>> = match name {
                    b"hidden" => Some(|of| &mut of.hidden),
                    b"style" => Some(|of| &mut of.style),
                    b"colspan" => Some(|of| &mut of.colspan),
                    b"rowspan" => Some(|of| &mut of.rowspan),
                    _ => None,
                };
                self.wanted = wanted.filter(|wanted| wanted(&mut self.attributes).is_none());
                if let Some(wanted) = self.wanted {
                    *wanted(&mut self.attributes) = Some(String::new());
                }
                None
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some(wanted) = self.wanted.take() {
                    *wanted(&mut self.attributes) = Some(said(value));
                }
                None
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                let attributes = Attributes { is_closed: self_closing, ..std::mem::take(&mut self.attributes) };
                Some(Token::Begin { name: std::mem::take(&mut self.name), attributes })
            }
            CallbackEvent::EndTag { name } => Some(Token::End(said(name))),
            CallbackEvent::String { value } => Some(Token::Text(said(value))),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => None,
        }
    }
}

/// The tags and texts of a page, in order.
fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut emitter = CallbackEmitter::new(Reading::default());
    // What stands in a script, a style, a title is no tags.
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(text, emitter).map(|token| match token {
        Ok(token) => token,
        Err(never) => match never {},
    })
}

// --------------------------------------------------------------------------------------------------------------- page

#[derive(Default)]
struct Page {
    pieces: Vec<Piece>,
    /// The paragraph that is being read, and its level where it is a heading.
    open: String,
    level: u8,
    tables: Vec<OpenTable>,
    /// Tables that are too deep.
    deeper: usize,
    /// An element that is not shown: its name, and how many of that name are open.
    hidden: Option<(String, usize)>,
    /// Paragraphs, rows and cells so far.
    count: usize,
    texts: u32,
    pictures: usize,
    number: u32,
}

#[derive(Default)]
struct OpenTable {
    rows: Vec<Vec<OpenCell>>,
    in_cell: bool,
    caption: Option<String>,
    /// Rows of its `thead`.
    heads: usize,
    in_head: bool,
    /// It holds other tables: it only arranges the page.
    arranges: bool,
}

struct OpenCell {
    columns: usize,
    rows: usize,
    text: String,
}

impl Page {
    fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        let into = match self.tables.last_mut() {
            Some(table) if table.in_cell => match table.rows.last_mut().and_then(|row| row.last_mut()) {
                Some(cell) => &mut cell.text,
                None => return,
            },
            Some(table) => match &mut table.caption {
                Some(caption) if table.rows.is_empty() => caption,
                _ => return,
            },
            None => &mut self.open,
        };
        for c in text.chars() {
            match c {
                '\u{3000}' | '\u{2003}' => into.push('\u{3000}'),
                c if c.is_whitespace() => {
                    // White space of the source is one blank, and none between Chinese characters.
                    if into.chars().next_back().is_some_and(|last| !last.is_whitespace()) {
                        into.push(' ');
                    }
                }
                '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}' => {
                }
                c if c.is_control() || crate::layout::narrative_lines::is_mark(c) => {}
                c => into.push(c),
            }
        }
    }

    fn begin(&mut self, name: &str, attributes: &Attributes) {
        if let Some((hidden, depth)) = &mut self.hidden {
            *depth += usize::from(hidden == name);
            return;
        }
        const ALONE: [&str; 10] = ["br", "img", "input", "hr", "meta", "link", "col", "wbr", "area", "base"];
        let is_hidden = || {
            let style = attributes.style.as_deref().unwrap_or_default().to_lowercase();
            let style: String = style.split_whitespace().collect();
            let is_no_text = NOT_SHOWN.contains(&name) && !attributes.is_closed;
            is_no_text || style.contains("display:none") || attributes.hidden.is_some()
        };
        if !ALONE.contains(&name) && is_hidden() {
            self.hidden = Some((name.to_owned(), 1));
            return;
        }
        match name {
            "table" if self.tables.len() >= DEEPEST => self.deeper += 1,
            "table" => self.begin_table(),
            "tr" => self.row(),
            "td" | "th" => self.cell(attributes),
            "thead" => self.of_table(|table| table.in_head = true),
            "tbody" | "tfoot" => self.of_table(|table| table.in_head = false),
            "caption" => self.of_table(|table| table.caption = Some(String::new())),
            "img" => self.pictures += 1,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.close_text();
                self.level = name.as_bytes()[1] - b'0';
            }
            name if is_block(name) => self.close_text(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if let Some((hidden, depth)) = &mut self.hidden {
            *depth -= usize::from(hidden == name);
            if *depth == 0 {
                self.hidden = None;
            }
            return;
        }
        match name {
            "table" if self.deeper > 0 => self.deeper -= 1,
            "table" => self.end_table(),
            "td" | "th" | "tr" if self.deeper == 0 => self.of_table(|table| table.in_cell = false),
            "thead" => self.of_table(|table| table.in_head = false),
            name if is_block(name) => self.close_text(),
            _ => {}
        }
    }

    fn of_table(&mut self, change: impl Fn(&mut OpenTable)) {
        self.tables.last_mut().into_iter().for_each(change);
    }

    fn row(&mut self) {
        if self.deeper > 0 {
            return;
        }
        self.count += 1;
        self.of_table(|table| {
            table.in_cell = false;
            table.heads += usize::from(table.in_head);
            table.rows.push(Vec::new());
        });
    }

    fn cell(&mut self, attributes: &Attributes) {
        if self.deeper > 0 {
            return;
        }
        let span = |said: &Option<String>| {
            let span = said.as_ref().and_then(|value| value.trim().parse::<usize>().ok());
            span.unwrap_or(1).clamp(1, WIDEST)
        };
        let (columns, rows) = (span(&attributes.colspan), span(&attributes.rowspan));
        let Some(table) = self.tables.last_mut() else { return };
        if table.rows.is_empty() {
            table.rows.push(Vec::new());
        }
        let row = table.rows.last_mut().expect("there is one");
        if row.len() < WIDEST {
            row.push(OpenCell { columns, rows, text: String::new() });
            table.in_cell = true;
            self.count += 1;
        } else {
            table.in_cell = false;
        }
    }

    fn begin_table(&mut self) {
        self.close_text();
        // What holds a table arranges the page: what was read of it is text.
        if let Some(outer) = self.tables.last_mut() {
            outer.arranges = true;
            let rows = std::mem::take(&mut outer.rows);
            let within = outer.in_cell;
            outer.rows.push(Vec::new());
            if within {
                outer.rows[0].push(OpenCell { columns: 1, rows: 1, text: String::new() });
            }
            self.as_text(rows);
        }
        self.tables.push(OpenTable::default());
    }

    fn end_table(&mut self) {
        let Some(mut table) = self.tables.pop() else { return };
        if table.arranges {
            self.as_text(table.rows);
            return;
        }
        let caption = table.caption.take().unwrap_or_default();
        let mut rows = rows_of(&table.rows);
        let filled = rows.iter().flat_map(|row| &row.cells).filter(|cell| !cell.text.is_empty()).count();
        let columns = rows.iter().flat_map(|row| &row.cells).map(|cell| cell.column + cell.colspan).max().unwrap_or(0);
        if filled < 2 || columns < 2 {
            self.push_text(&caption, 0);
            self.as_text(table.rows);
            return;
        }
        self.push_text(&caption, 0);
        self.number += 1;
        let spot = Spot { part: self.number, ..Spot::default() };
        rows.iter_mut().flat_map(|row| &mut row.cells).for_each(|cell| cell.spot = spot);
        self.pieces.push(Piece::Rows(Rows { rows, heads: table.heads, spot }));
    }

    fn as_text(&mut self, rows: Vec<Vec<OpenCell>>) {
        for line in rows.iter().flatten().flat_map(|cell| cell.text.split('\n')) {
            self.push_text(line, 0);
        }
    }

    fn close_text(&mut self) {
        if let Some(table) = self.tables.last_mut().filter(|table| table.in_cell) {
            // A block of a cell is a line of it.
            let cell = table.rows.last_mut().and_then(|row| row.last_mut());
            cell.into_iter().for_each(|cell| cell.text.push('\n'));
            return;
        }
        let open = std::mem::take(&mut self.open);
        let level = std::mem::take(&mut self.level);
        self.push_text(&open, level);
    }

    fn push_text(&mut self, text: &str, level: u8) {
        self.texts += 1;
        self.count += 1;
        let Some(read) = paragraph(&blanks(text), self.texts as usize - 1) else {
            self.texts -= 1;
            self.count -= 1;
            return;
        };
        let level = if level > 0 { level.min(4) } else { read.level };
        self.pieces.push(Piece::Text(PaperText { level, ..read }));
    }

    /// What stands in the page and is not read.
    fn told(&self, shown: &str) -> Diagnostics {
        let mut found = Diagnostics::default();
        if self.pictures > 0 {
            let message = format!("网页里有 {} 张图片，没有读取", self.pictures);
            found.push(Diagnostic::new(Severity::Note, "E564", message).at(Place::file(shown)));
        }
        found
    }

    fn finish(mut self) -> Vec<Piece> {
        while !self.tables.is_empty() {
            self.end_table();
        }
        self.close_text();
        self.pieces
    }
}

fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 24] = [
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "br",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "body",
        "blockquote",
        "center",
    ];
    BLOCKS.contains(&name)
}

/// Without the blanks that only broke the source between Chinese characters.
fn blanks(text: &str) -> String {
    let chars: Vec<char> = text.trim().chars().collect();
    let wide = |c: Option<&char>| c.is_some_and(|c| !c.is_ascii());
    let keeps = |at: usize| chars[at] != ' ' || !(wide(chars[..at].last()) && wide(chars.get(at + 1)));
    (0..chars.len()).filter(|at| keeps(*at)).map(|at| chars[at]).collect()
}

/// Cells in their columns: what spans rows keeps its columns in those below.
fn rows_of(open: &[Vec<OpenCell>]) -> Vec<PaperRow> {
    // For each column, before which row it is covered from above.
    let mut covered: Vec<usize> = Vec::new();
    let mut rows = Vec::new();
    for (at, row) in open.iter().enumerate() {
        let mut cells = Vec::new();
        let mut column = 0;
        for cell in row {
            while covered.get(column).is_some_and(|until| *until > at) {
                column += 1;
            }
            let columns = cell.columns.min(WIDEST.saturating_sub(column));
            if columns == 0 {
                break;
            }
            let height = cell.rows.min(open.len() - at);
            covered.resize(covered.len().max(column + columns), 0);
            covered[column..column + columns].fill(at + height);
            cells.push(PaperCell {
                column,
                colspan: columns,
                rowspan: height,
                text: blanks(&cell.text).split('\n').map(str::trim).fold(String::new(), joined).trim().to_owned(),
                ..PaperCell::default()
            });
            column += columns;
        }
        rows.push(PaperRow { cells });
    }
    rows
}
