//! Sections and their blocks, aligned and merged.

use super::{Figures, all, table, text};
use crate::diff::align::{align, likeness};
use crate::document::{Block, Change, Chart, Document, FigureId, Heading, Inline, Paragraph, Section, plain_text};

/// The document with every figure's number higher by `offset`.
pub fn with_figures_after(document: &Document, offset: u32) -> Document {
    let mut document = document.clone();
    let mut shift = |inline: &mut Inline| {
        if let Some(FigureId(id)) = &mut inline.figure {
            *id += offset;
        }
    };
    for block in document.sections.iter_mut().flat_map(|s| &mut s.blocks) {
        each_inline(block, &mut shift);
        if let Block::Chart(chart) = block {
            chart.values_mut().for_each(|value| value.figure.0 += offset);
        }
    }
    document
}

/// Every inline of a block.
pub fn each_inline(block: &mut Block, act: &mut dyn FnMut(&mut Inline)) {
    match block {
        Block::Heading(heading) => heading.inlines.iter_mut().for_each(act),
        Block::Paragraph(paragraph) => paragraph.inlines.iter_mut().for_each(act),
        Block::Table(table) => {
            table.title.iter_mut().flat_map(|t| &mut t.inlines).for_each(&mut *act);
            table.above.iter_mut().flatten().for_each(&mut *act);
            let rows = table.header.iter_mut().chain(&mut table.body);
            rows.flat_map(|r| &mut r.cells).flat_map(|c| &mut c.inlines).for_each(&mut *act);
            table.notes.iter_mut().flatten().for_each(act);
        }
        Block::Chart(_) | Block::Picture(_) | Block::Contents | Block::PageBreak => {}
    }
}

pub fn merge_sections(old: &[Section], new: &[Section], figures: &Figures) -> Vec<Section> {
    let blocks = |sections: &[Section]| -> Vec<Vec<String>> {
        sections.iter().map(|s| s.blocks.iter().map(key).collect()).collect()
    };
    let (before, after) = (blocks(old), blocks(new));
    let keys = |sections: &[Section], blocks: &[Vec<String>]| -> Vec<String> {
        sections
            .iter()
            .zip(blocks)
            .map(|(s, blocks)| format!("{}\u{1}{}\u{1}{}", s.id, s.page, blocks.join("\u{1}")))
            .collect()
    };
    // Sections of one part on one kind of page may be the same, the more so the more blocks they share.
    let alike = |i: usize, j: usize| {
        let common = before[i].iter().filter(|b| after[j].contains(b)).count();
        let share = common as f32 / before[i].len().max(after[j].len()).max(1) as f32;
        if old[i].id == new[j].id && old[i].page == new[j].page { 0.5 + share / 2.0 } else { 0.0 }
    };
    let merged = align(&keys(old, &before), &keys(new, &after), alike).into_iter().filter_map(|step| {
        Some(match step {
            (Some(i), Some(j)) => {
                Section { blocks: merge_blocks(&old[i].blocks, &new[j].blocks, figures), ..new[j].clone() }
            }
            (None, Some(j)) => whole_section(&new[j], Change::Inserted),
            // Its pages count on, whatever they did before.
            (Some(i), None) => Section { restart: false, ..whole_section(&old[i], Change::Deleted) },
            (None, None) => return None,
        })
    });
    merged.collect()
}

fn whole_section(section: &Section, change: Change) -> Section {
    Section { blocks: section.blocks.iter().map(|b| whole(b, change)).collect(), ..section.clone() }
}

fn merge_blocks(old: &[Block], new: &[Block], figures: &Figures) -> Vec<Block> {
    let keys = |blocks: &[Block]| -> Vec<String> { blocks.iter().map(key).collect() };
    let mut merged = Vec::with_capacity(new.len());
    for step in align(&keys(old), &keys(new), |i, j| alike(&old[i], &new[j])) {
        match step {
            (Some(i), Some(j)) => merge_block(&old[i], &new[j], figures, &mut merged),
            (Some(i), None) if matches!(old[i], Block::Contents | Block::PageBreak) => {}
            (Some(i), None) => merged.push(whole(&old[i], Change::Deleted)),
            (None, Some(j)) => merged.push(whole(&new[j], Change::Inserted)),
            (None, None) => {}
        }
    }
    merged
}

fn merge_block(old: &Block, new: &Block, figures: &Figures, merged: &mut Vec<Block>) {
    match (old, new) {
        (Block::Heading(was), Block::Heading(is)) => merged.push(Block::Heading(merge_heading(was, is, figures))),
        (Block::Paragraph(was), Block::Paragraph(is)) => {
            let inlines = text::merge(&was.inlines, &is.inlines, figures);
            merged.push(Block::Paragraph(Paragraph { inlines, ..is.clone() }));
        }
        (Block::Table(was), Block::Table(is)) => match table::merge(was, is, figures) {
            Some(table) => merged.push(Block::Table(table)),
            None => merged.extend([whole(old, Change::Deleted), whole(new, Change::Inserted)]),
        },
        // A picture cannot be told in part: where it differs, both are shown.
        (Block::Chart(was), Block::Chart(is)) if !is_same_picture(was, is) => {
            merged.extend([whole(old, Change::Deleted), whole(new, Change::Inserted)]);
        }
        (Block::Picture(was), Block::Picture(is)) if was.image != is.image => {
            merged.extend([whole(old, Change::Deleted), whole(new, Change::Inserted)]);
        }
        _ => merged.push(new.clone()),
    }
}

/// Both show the same, whatever the numbers of their figures are.
fn is_same_picture(was: &Chart, is: &Chart) -> bool {
    (was.kind, &was.description, &was.unit) == (is.kind, &is.description, &is.unit)
}

pub fn merge_heading(old: &Heading, new: &Heading, figures: &Figures) -> Heading {
    Heading { inlines: text::merge(&old.inlines, &new.inlines, figures), ..new.clone() }
}

/// A block that came or went as a whole.
fn whole(block: &Block, change: Change) -> Block {
    let mut block = block.clone();
    each_inline(&mut block, &mut |inline| inline.change = change);
    match &mut block {
        Block::Heading(heading) => mark_heading(heading, change),
        Block::Paragraph(paragraph) => paragraph.change = change,
        Block::Table(table) => {
            table.title.iter_mut().for_each(|title| mark_heading(title, change));
            table.change = change;
            table.header.iter_mut().chain(&mut table.body).for_each(|row| row.change = change);
            if change == Change::Deleted {
                table.id.push_str("#原");
            }
        }
        Block::Chart(chart) => {
            chart.change = change;
            if change == Change::Deleted {
                chart.id.push_str("#原");
            }
        }
        Block::Picture(picture) => picture.change = change,
        Block::Contents | Block::PageBreak => {}
    }
    block
}

/// A heading that went is in no contents, and its anchor is not in the way of a new one's.
fn mark_heading(heading: &mut Heading, change: Change) {
    heading.change = change;
    if change == Change::Deleted {
        heading.anchor.insert_str(0, "was");
        heading.contents = false;
    }
}

/// What makes two blocks surely the same.
fn key(block: &Block) -> String {
    match block {
        Block::Heading(h) => format!("H{}{}", h.level, plain_text(&h.inlines)),
        Block::Paragraph(p) => format!("P{}\u{1}{}", p.role, plain_text(&p.inlines)),
        Block::Table(t) => format!("T{}", t.id),
        Block::Chart(chart) => format!("G{}", chart.id),
        Block::Picture(picture) => format!("I{}", picture.image.file),
        Block::Contents => "C".to_owned(),
        Block::PageBreak => "B".to_owned(),
    }
}

fn alike(old: &Block, new: &Block) -> f32 {
    match (old, new) {
        (Block::Heading(a), Block::Heading(b)) if a.level == b.level => like_inlines(&a.inlines, &b.inlines),
        (Block::Paragraph(a), Block::Paragraph(b)) if a.role == b.role => like_inlines(&a.inlines, &b.inlines),
        _ => 0.0,
    }
}

fn like_inlines(old: &[Inline], new: &[Inline]) -> f32 {
    likeness(&plain_text(old), &plain_text(new))
}

/// Lines without a block of their own, such as a table's notes.
pub fn merge_lines(old: &[Vec<Inline>], new: &[Vec<Inline>], figures: &Figures) -> Vec<Vec<Inline>> {
    let keys = |lines: &[Vec<Inline>]| -> Vec<String> { lines.iter().map(|l| plain_text(l)).collect() };
    let alike = |i: usize, j: usize| like_inlines(&old[i], &new[j]);
    let merged = align(&keys(old), &keys(new), alike).into_iter().filter_map(|step| match step {
        (Some(i), Some(j)) => Some(text::merge(&old[i], &new[j], figures)),
        (Some(i), None) => Some(all(&old[i], Change::Deleted)),
        (None, Some(j)) => Some(all(&new[j], Change::Inserted)),
        (None, None) => None,
    });
    merged.collect()
}
