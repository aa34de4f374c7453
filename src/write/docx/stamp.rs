//! Tables by stamping: docx-rs makes each form of row and cell once, the finishing pass mends it once, and then
//! every cell of that form is its stamp with text, tag and id put in. A budget has thousands of cells in some dozen
//! forms; making each anew took nine tenths of the writer's time.

use super::Error;
use super::body::{build_cell, build_row, build_table};
use super::finish::{Facts, Noted, finish};
use super::plan::Piece;
use super::styles::{StyleBook, StyleId};
use super::table::{CellPlan, Merge, RowPlan, TablePlan};
use super::xml::{TURN, escape, push_escaped, turned};
use crate::document::{Change, FigureId, Inline};
use crate::typeset::meetings;
use docx_rs::BuildXML;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Write;

/// What two cells must share to be of one form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Form {
    style: StyleId,
    width: i64,
    span: usize,
    merge: Merge,
    shade: Option<u8>,
    content: Content,
}

/// A cell's content, as far as stamping goes: nothing, or one run of one line, with or without a control. `hint`:
/// the run names the Chinese font for marks that Western fonts have too.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Content {
    Nothing,
    Text { hint: bool },
    Control { hint: bool },
}

/// Finished XML in pieces, and what goes between them.
struct Stamp {
    pieces: Vec<(Vec<u8>, Slot)>,
    rest: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Slot {
    Text,
    Tag,
    Id,
}

/// Stands for the text and the tag in a form; private use, so that no text looks like it.
const TEXT: &str = "\u{F0001}";
const TAG: &str = "\u{F0002}";
const ID: u32 = 2_147_483_647;

/// A table's finished XML.
pub fn table(styles: &StyleBook, plan: &TablePlan, revision: &str) -> Result<Vec<u8>, Error> {
    const END: &[u8] = b"</w:tbl>";
    let facts =
        Facts { header_rows: plan.header_rows, caption: &plan.caption, description: &plan.description, ..Facts::NONE };
    let mut out = Vec::with_capacity(plan.rows.iter().map(|r| r.cells.len()).sum::<usize>() * 320 + 1024);
    finish(&build_table(plan).build(), &facts, &mut out)?;
    out.truncate(out.len() - END.len());
    let mut stamps = HashMap::new();
    let mut row_heads: HashMap<(bool, bool, i64), Vec<u8>> = HashMap::new();
    for (index, row) in plan.rows.iter().enumerate() {
        let is_header = index < plan.header_rows;
        let key = (is_header, row.splits, row.height);
        match row_heads.entry(key) {
            // Each tracked row has an id of its own.
            _ if !row.change.is_same() => out.extend_from_slice(&row_head(row, is_header, revision)?),
            Entry::Occupied(known) => out.extend_from_slice(known.get()),
            Entry::Vacant(new) => out.extend_from_slice(new.insert(row_head(row, is_header, revision)?)),
        }
        for cell in &row.cells {
            add_cell(styles, cell, row.change, revision, &mut stamps, &mut out)?;
        }
        out.extend_from_slice(b"</w:tr>");
    }
    out.extend_from_slice(END);
    Ok(out)
}

/// A row up to its first cell.
fn row_head(row: &RowPlan, is_header: bool, revision: &str) -> Result<Vec<u8>, Error> {
    const END: &[u8] = b"</w:tr>";
    let (change, first_change) = (row.change, row.first_change);
    let facts = Facts { header_rows: usize::from(is_header), change, first_change, revision, ..Facts::NONE };
    let mut out = Vec::new();
    finish(&build_row(row).build(), &facts, &mut out)?;
    out.truncate(out.len() - END.len());
    Ok(out)
}

fn add_cell(
    styles: &StyleBook,
    cell: &CellPlan,
    row: Change,
    revision: &str,
    stamps: &mut HashMap<Form, Stamp>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let Some(content) = content(cell).filter(|_| row.is_same()) else {
        return make(styles, cell, row, revision, out);
    };
    let form =
        Form { style: cell.style, width: cell.width, span: cell.span, merge: cell.merge, shade: cell.shade, content };
    let stamp = match stamps.entry(form) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(Stamp::new(styles, cell, content)?),
    };
    stamp.press(cell, out);
    Ok(())
}

/// The content of a cell that can be stamped.
fn content(cell: &CellPlan) -> Option<Content> {
    let plain = |inline: &Inline| !inline.strong && inline.change.is_same() && !inline.text.contains('\n');
    let one_run = |inline: &Inline| plain(inline) && meetings(&inline.text).next().is_none();
    match cell.pieces[..] {
        [] => Some(Content::Nothing),
        [Piece::Text(inline)] if one_run(inline) => Some(Content::Text { hint: super::body::is_shared(&inline.text) }),
        [Piece::Part(ref inline)] if one_run(inline) => {
            Some(Content::Text { hint: super::body::is_shared(&inline.text) })
        }
        [Piece::Control { inline, .. }] if plain(inline) => {
            Some(Content::Control { hint: super::body::is_shared(&inline.text) })
        }
        _ => None,
    }
}

/// A cell made for itself alone.
fn make(styles: &StyleBook, cell: &CellPlan, change: Change, revision: &str, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut noted = Noted::default();
    let raw = build_cell(styles, cell, &mut noted).build();
    let first_change = cell.first_change;
    finish(&raw, &Facts { noted: &noted, change, first_change, revision, ..Facts::NONE }, out)
}

impl Stamp {
    /// The form of a cell, with marks where it varies.
    fn new(styles: &StyleBook, cell: &CellPlan, content: Content) -> Result<Stamp, Error> {
        let hint = matches!(content, Content::Text { hint: true } | Content::Control { hint: true });
        let text = if hint { format!("“{TEXT}") } else { TEXT.to_owned() };
        let inline = Inline::figure(text, FigureId(0));
        let pieces = match content {
            Content::Nothing => vec![],
            Content::Text { .. } => vec![Piece::Text(&inline)],
            Content::Control { .. } => vec![Piece::Control { inline: &inline, tag: TAG.to_owned(), id: ID }],
        };
        let sample = CellPlan { pieces, blank: None, ..*cell };
        let mut xml = Vec::new();
        make(styles, &sample, Change::Same, "", &mut xml)?;
        Ok(Stamp::cut(&String::from_utf8_lossy(&xml).replace(&format!("“{TEXT}"), TEXT)))
    }

    fn cut(xml: &str) -> Stamp {
        let id = format!("\"{ID}\"");
        let marks = [(TEXT, Slot::Text), (TAG, Slot::Tag), (id.as_str(), Slot::Id)];
        let mut pieces = Vec::new();
        let mut rest = xml;
        while let Some((at, mark, slot)) =
            marks.iter().filter_map(|(mark, slot)| Some((rest.find(mark)?, *mark, *slot))).min_by_key(|(at, ..)| *at)
        {
            pieces.push((rest.as_bytes()[..at].to_vec(), slot));
            rest = &rest[at + mark.len()..];
        }
        Stamp { pieces, rest: rest.as_bytes().to_vec() }
    }

    fn press(&self, cell: &CellPlan, out: &mut Vec<u8>) {
        let (text, tag, id) = match cell.pieces.first() {
            Some(Piece::Text(inline)) => (inline.text.as_str(), "", 0),
            Some(Piece::Part(inline)) => (inline.text.as_str(), "", 0),
            Some(Piece::Control { inline, tag, id, .. }) => (inline.text.as_str(), tag.as_str(), *id),
            _ => ("", "", 0),
        };
        for (piece, slot) in &self.pieces {
            out.extend_from_slice(piece);
            match slot {
                Slot::Text if text.contains(TURN) => out.extend_from_slice(turned(&escape(text)).as_bytes()),
                Slot::Text => push_escaped(out, text),
                Slot::Tag => push_escaped(out, tag),
                Slot::Id => write!(out, "\"{id}\"").expect("memory takes every byte"),
            }
        }
        out.extend_from_slice(&self.rest);
    }
}
