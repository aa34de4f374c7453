//! Items → document.xml: docx-rs makes each item, the finishing pass mends it. Items are independent, so they are
//! made on all cores and joined in order.

use super::Error;
use super::contents::Entry;
use super::finish::{Facts, Noted, finish};
use super::parts::{CHOICES, NAMESPACES, XML};
use super::plan::{Drawing, Item, Look, ParagraphPlan, Piece, Plan};
use super::section::{Footer, Sections, TurnedNumber};
use super::styles::{BETWEEN, LAYOUT_TABLE, PICTURE, SECTION_END, StyleBook};
use super::table::{CellPlan, Merge, RowPlan, TablePlan};
use super::xml::{clean, escape};
use crate::document::{Change, Inline};
use crate::typeset::meetings;
use docx_rs::{
    BookmarkEnd, BookmarkStart, BreakType, BuildXML, FieldCharType, HeightRule, Hyperlink, HyperlinkType, InstrText,
    Paragraph, ParagraphChild, Run, RunFonts, Shading, StructuredDataTag, TableAlignmentType, TableCell,
    TableCellContent, TableLayoutType, TableRow, VMergeType, WidthType,
};
use rayon::prelude::*;

/// document.xml and the footers.
pub struct Body {
    pub document: Vec<u8>,
    pub footers: Vec<Vec<u8>>,
}

pub fn build(plan: &Plan) -> Result<Body, Error> {
    let pieces: Vec<Vec<u8>> =
        plan.items.par_iter().with_min_len(4).map(|item| build_item(plan, item)).collect::<Result<_, Error>>()?;
    let length: usize = pieces.iter().map(Vec::len).sum();
    let mut document = Vec::with_capacity(length + 4096);
    document.extend_from_slice(XML.as_bytes());
    document.extend_from_slice(format!("<w:document {NAMESPACES} {CHOICES}><w:body>").as_bytes());
    for piece in &pieces {
        document.extend_from_slice(piece);
    }
    let last = plan.sections.properties.last().map(String::as_str).unwrap_or_default();
    document.extend_from_slice(last.as_bytes());
    document.extend_from_slice(b"</w:body></w:document>");
    let footers = plan.sections.footers.iter().map(|kind| footer(&plan.sections, kind));
    Ok(Body { document, footers: footers.collect::<Result<_, Error>>()? })
}

fn build_item(plan: &Plan, item: &Item) -> Result<Vec<u8>, Error> {
    match item {
        Item::Table(table) => super::stamp::table(&plan.styles, table, &plan.revision),
        Item::Paragraph(paragraph) => {
            let mut noted = Noted::default();
            let raw = build_paragraph(&plan.styles, paragraph, &mut noted).build();
            if paragraph.ends_section.is_some_and(|index| plan.sections.refers[index]) {
                noted.controls.iter_mut().for_each(|(_, spaced)| *spaced = false);
            }
            let section = paragraph.ends_section.map(|index| plan.sections.properties[index].as_str());
            let mut out = Vec::with_capacity(raw.len());
            let (change, first_change, revision) = (paragraph.change, paragraph.first_change, plan.revision.as_str());
            let drawing = match paragraph.drawing {
                Some(Drawing::Chart(n)) => super::chart::drawing(&plan.charts[n], n),
                Some(Drawing::Picture(n) | Drawing::Captioned(n)) => super::picture::drawing(&plan.pictures[n], n),
                None => String::new(),
            };
            let drawing = drawing.as_str();
            let facts = Facts { section, drawing, noted: &noted, change, first_change, revision, ..Facts::NONE };
            finish(&raw, &facts, &mut out)?;
            Ok(out)
        }
    }
}

fn build_paragraph(styles: &StyleBook, plan: &ParagraphPlan, noted: &mut Noted) -> Paragraph {
    let style = match plan.look {
        Look::Named(id) => styles.xml_id(id),
        Look::Gap => BETWEEN,
        Look::SectionEnd => SECTION_END,
        Look::Picture => PICTURE,
    };
    let mut paragraph = Paragraph::new().style(style);
    if plan.new_page {
        paragraph = paragraph.page_break_before(true);
    }
    if let Some(Drawing::Chart(_) | Drawing::Captioned(_)) = plan.drawing {
        paragraph = paragraph.keep_next(true);
    }
    for bookmark in &plan.bookmarks {
        let start = BookmarkStart::new(bookmark.id as usize, escape(&bookmark.name));
        paragraph.children.push(ParagraphChild::BookmarkStart(start));
    }
    let emphasis = if let Look::Named(id) = plan.look { styles.emphasis(id) } else { None };
    let gap = if let Look::Named(id) = plan.look { styles.gap(id) } else { 0 };
    add_pieces(&mut paragraph, &plan.pieces, emphasis.as_deref(), gap, noted);
    if plan.drawing.is_some() {
        noted.runs.push(plan.change);
        paragraph.children.push(ParagraphChild::Run(Box::new(Run::new())));
    }
    for bookmark in plan.bookmarks.iter().rev() {
        paragraph.children.push(ParagraphChild::BookmarkEnd(BookmarkEnd::new(bookmark.id as usize)));
    }
    paragraph
}

/// `gap`: of the last character of a word that another follows without a space, in twips.
fn add_pieces(paragraph: &mut Paragraph, pieces: &[Piece], emphasis: Option<&str>, gap: i64, noted: &mut Noted) {
    for piece in pieces {
        match piece {
            Piece::Text(inline) => {
                for run in runs(inline, emphasis, gap) {
                    noted.runs.push(inline.change);
                    paragraph.children.push(ParagraphChild::Run(Box::new(run)));
                }
            }
            Piece::Marked { inline, was, bookmark, .. } => {
                let (id, name) = (bookmark.id as usize, escape(&bookmark.name));
                paragraph.children.push(ParagraphChild::BookmarkStart(BookmarkStart::new(id, name)));
                for inline in was.iter().chain([inline]) {
                    noted.runs.push(inline.change);
                    paragraph.children.push(ParagraphChild::Run(Box::new(run(inline, emphasis))));
                }
                paragraph.children.push(ParagraphChild::BookmarkEnd(BookmarkEnd::new(id)));
            }
            Piece::Part(inline) => {
                for run in runs(inline, emphasis, gap) {
                    noted.runs.push(Change::Same);
                    paragraph.children.push(ParagraphChild::Run(Box::new(run)));
                }
            }
            Piece::Reference(inline, anchor) => {
                noted.runs.extend([Change::Same; 5]);
                add_field(paragraph, &format!(r" REF {anchor} \h "), Some(run(inline, emphasis)));
            }
            Piece::Control { inline, tag, id } => {
                noted.controls.push((*id, pieces.len() > 1));
                noted.runs.push(Change::Same);
                let control = StructuredDataTag::new().alias(escape(tag)).add_run(run(inline, emphasis));
                paragraph.children.push(ParagraphChild::StructuredDataTag(Box::new(control)));
            }
            Piece::Address(inline) => {
                noted.runs.extend([Change::Same; 5]);
                let address = inline.text.replace('"', "%22");
                add_field(paragraph, &format!(r#" HYPERLINK "{address}" "#), Some(run(inline, emphasis)));
            }
            Piece::Entry(entry) => add_entry(paragraph, entry, gap),
        }
    }
}

/// The runs of a text: one, but for words that meet without a space.
fn runs(inline: &Inline, emphasis: Option<&str>, gap: i64) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut rest = 0;
    let mut part = |until: usize| {
        let text = inline.text[rest..until].into();
        rest = until;
        run(&Inline { text, ..inline.clone() }, emphasis)
    };
    for at in meetings(&inline.text) {
        let last = inline.text[..at].char_indices().next_back().map_or(0, |(start, _)| start);
        runs.extend([part(last), part(at).character_spacing(gap as i32)]);
    }
    runs.push(part(inline.text.len()));
    runs
}

/// A run; `\n` in it is a line break. “ ” … — and other marks that Western and Chinese fonts share are set from
/// the Chinese one, which Word does only where the run says so (ECMA-376-1 17.3.2.26, hint).
fn run(inline: &Inline, emphasis: Option<&str>) -> Run {
    let mut run = Run::new();
    if let (true, Some(style)) = (inline.strong, emphasis) {
        run = run.style(style);
    }
    if is_shared(&inline.text) {
        run = run.fonts(RunFonts::new().hint("eastAsia"));
    }
    for (index, line) in clean(&inline.text).split('\n').enumerate() {
        if index > 0 {
            run = run.add_break(BreakType::TextWrapping);
        }
        if !line.is_empty() {
            run = run.add_text(line);
        }
    }
    run
}

/// Whether some character is neither ASCII nor surely Chinese: Word would take it from the Western font.
pub fn is_shared(text: &str) -> bool {
    text.chars().any(|c| ('\u{80}'..'\u{2E80}').contains(&c))
}

/// A field with its result.
fn add_field(paragraph: &mut Paragraph, instruction: &str, result: Option<Run>) {
    let part = |kind| Run::new().add_field_char(kind, false);
    let instruction = Run::new().add_instr_text(InstrText::Unsupported(escape(instruction)));
    let runs = [part(FieldCharType::Begin), instruction, part(FieldCharType::Separate)];
    let runs = runs.into_iter().chain(result).chain([part(FieldCharType::End)]);
    paragraph.children.extend(runs.map(|run| ParagraphChild::Run(Box::new(run))));
}

/// One line of the contents: a link with title, leader and page number, the TOC field begun before the first
/// and ended after the last: marked dirty, so that the finishing pass shows it to those who can make it anew. One run
/// for each part of a field: LibreOffice shows the codes otherwise.
fn add_entry(paragraph: &mut Paragraph, entry: &Entry, gap: i64) {
    let part = |kind| Run::new().add_field_char(kind, false);
    let around = |kind| Run::new().add_field_char(kind, true);
    let instruction = |text: &str| Run::new().add_instr_text(InstrText::Unsupported(escape(text)));
    let mut outer = Vec::new();
    if let Some(opens) = &entry.opens {
        outer.extend([around(FieldCharType::Begin), instruction(opens), around(FieldCharType::Separate)]);
    }
    paragraph.children.extend(outer.into_iter().map(|run| ParagraphChild::Run(Box::new(run))));
    let title = runs(&Inline::text(entry.title.as_str()), None, gap);
    let link = Hyperlink::new(escape(&entry.anchor), HyperlinkType::Anchor);
    let link = title.into_iter().fold(link, Hyperlink::add_run);
    let link = link
        .add_run(Run::new().add_tab())
        .add_run(part(FieldCharType::Begin))
        .add_run(instruction(&format!(r" PAGEREF {} \h ", entry.anchor)))
        .add_run(part(FieldCharType::Separate))
        .add_run(run(&Inline::text(entry.page.as_str()), None))
        .add_run(part(FieldCharType::End));
    paragraph.children.push(ParagraphChild::Hyperlink(link));
    if entry.closes {
        paragraph.children.push(ParagraphChild::Run(Box::new(around(FieldCharType::End))));
    }
}

/// A table without its rows.
pub fn build_table(plan: &TablePlan) -> docx_rs::Table {
    let width: i64 = plan.widths.iter().sum();
    docx_rs::Table::without_borders(Vec::new())
        .style(plan.style.as_str())
        .set_grid(plan.widths.iter().map(|w| *w as usize).collect())
        .width(width as usize, WidthType::Dxa)
        .align(TableAlignmentType::Center)
        .layout(TableLayoutType::Fixed)
}

/// A row without its cells.
pub fn build_row(plan: &RowPlan) -> TableRow {
    let mut row = TableRow::new(Vec::new());
    if plan.height > 0 {
        row = row.row_height(plan.height as f32).height_rule(HeightRule::AtLeast);
    }
    if plan.splits { row } else { row.cant_split() }
}

pub fn build_cell(styles: &StyleBook, plan: &CellPlan, noted: &mut Noted) -> TableCell {
    let mut cell = TableCell::new().width(plan.width as usize, WidthType::Dxa);
    if plan.span > 1 {
        cell = cell.grid_span(plan.span);
    }
    match plan.merge {
        Merge::None => {}
        Merge::Begins => cell = cell.vertical_merge(VMergeType::Restart),
        Merge::Covered => cell = cell.vertical_merge(VMergeType::Continue),
    }
    if let Some(lightness) = plan.shade {
        let grey = format!("{lightness:02X}").repeat(3);
        cell = cell.shading(Shading::new().fill(grey));
    }
    let mut paragraph = Paragraph::new().style(styles.xml_id(plan.style));
    if plan.pieces.iter().any(|p| matches!(p, Piece::Text(i) | Piece::Control { inline: i, .. } if i.strong)) {
        let emphasis = styles.emphasis(plan.style);
        add_pieces(&mut paragraph, &plan.pieces, emphasis.as_deref(), styles.gap(plan.style), noted);
    } else {
        add_pieces(&mut paragraph, &plan.pieces, None, styles.gap(plan.style), noted);
    }
    cell.children.push(TableCellContent::Paragraph(Box::new(paragraph)));
    cell
}

/// A footer part: the page number in its form, e.g. `— PAGE —`.
fn footer(sections: &Sections, kind: &Footer) -> Result<Vec<u8>, Error> {
    let mut out = format!("{XML}<w:ftr {NAMESPACES}>").into_bytes();
    match kind {
        Footer::Number(style) => number(sections, style, &mut out)?,
        Footer::Turned(style, place) => turned(sections, style, *place, &mut out)?,
        Footer::Blank => out.extend_from_slice(EMPTY),
    }
    out.extend_from_slice(b"</w:ftr>");
    Ok(out)
}

/// The line of the page number.
fn number(sections: &Sections, style: &str, out: &mut Vec<u8>) -> Result<(), Error> {
    let (before, after) = &sections.form;
    let text = |text: &str| ParagraphChild::Run(Box::new(run(&Inline::text(text), None)));
    let mut paragraph = Paragraph::new().style(style);
    paragraph.children.push(text(before));
    add_field(&mut paragraph, " PAGE ", Some(run(&Inline::text("1"), None)));
    paragraph.children.push(text(after));
    finish(&paragraph.build(), &Facts::NONE, out)
}

/// A paragraph that shows nothing, where Word demands one.
const EMPTY: &[u8] = br#"<w:p><w:pPr><w:pStyle w:val="SectionEnd"/></w:pPr></w:p>"#;

/// The line of the page number in a cell whose text runs downwards, at its place on the page. A table placed so is
/// what Word, WPS and LibreOffice all show; LibreOffice loses turned text boxes in footers.
fn turned(sections: &Sections, style: &str, place: TurnedNumber, out: &mut Vec<u8>) -> Result<(), Error> {
    let TurnedNumber { left, top, width, height } = place;
    let before = format!(
        r#"<w:tbl><w:tblPr><w:tblStyle w:val="{LAYOUT_TABLE}"/><w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="page" w:horzAnchor="page" w:tblpX="{left}" w:tblpY="{top}"/><w:tblOverlap w:val="overlap"/><w:tblW w:w="{width}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{height}" w:hRule="atLeast"/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:textDirection w:val="tbRl"/></w:tcPr>"#
    );
    out.extend_from_slice(before.as_bytes());
    number(sections, style, out)?;
    out.extend_from_slice(b"</w:tc></w:tr></w:tbl>");
    out.extend_from_slice(EMPTY);
    Ok(())
}
