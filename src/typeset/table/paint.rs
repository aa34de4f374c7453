//! One page's part of a table: texts in their cells, and rules that meet, each drawn once.

use super::Measured;
use super::grid::UNOWNED;
use super::pagination::Band;
use crate::document::{Align, Change, RowKind};
use crate::typeset::flow::Flow;
use crate::typeset::frame::{Artifact, Item, Rule, Shade, Tag};
use crate::typeset::paragraph::{self, MIDDLE, Place};
use std::collections::BTreeMap;
use std::ops::Range;

/// Paints the parts of a table one after the other.
pub struct Painter<'m, 'a> {
    measured: &'m Measured<'a>,
    /// Cells joined over several rows that go on to a further page: how many of their lines stand already.
    joined: BTreeMap<usize, Joined>,
}

#[derive(Clone, Copy, Default)]
struct Joined {
    lines: usize,
    /// It was set whole, and is set again on each page it reaches.
    whole: bool,
}

/// The lines of a cell that stand in a box.
struct Placed {
    cell: usize,
    top: f64,
    height: f64,
    lines: Range<usize>,
    centred: bool,
    repeated: bool,
}

impl<'m, 'a> Painter<'m, 'a> {
    pub fn new(measured: &'m Measured<'a>) -> Painter<'m, 'a> {
        Painter { measured, joined: BTreeMap::new() }
    }

    /// Paints bands from the current place down, and moves on.
    pub fn paint(&mut self, flow: &mut Flow, bands: &[Band]) {
        let frame = self.measured.style.frame.max(0.0);
        let x = flow.area.left + frame / 2.0;
        let mut tops = Vec::with_capacity(bands.len() + 1);
        tops.push(flow.y + frame / 2.0);
        for band in bands {
            tops.push(tops[tops.len() - 1] + band.height);
        }
        let items = flow.items();
        self.shade_heads(bands, &tops, x, items);
        self.draw_rules(bands, &tops, x, items);
        for (index, band) in bands.iter().enumerate() {
            for cell in self.measured.grid.begins[band.row].clone() {
                self.set_cell(cell, index, bands, &tops, x, items);
            }
            let first_new = !band.repeated && (index == 0 || bands[index - 1].repeated);
            if first_new {
                for cell in self.reaching(band.row) {
                    self.set_cell(cell, index, bands, &tops, x, items);
                }
            }
        }
        let height = tops[bands.len()] - tops[0] + frame;
        flow.fill(height);
    }

    /// Cells that began above `row` and reach it.
    fn reaching(&self, row: usize) -> Vec<usize> {
        let grid = &self.measured.grid;
        let mut cells: Vec<usize> =
            (0..grid.columns).map(|c| grid.owner(row, c)).filter(|&o| o != UNOWNED).map(|o| o as usize).collect();
        cells.dedup();
        cells.retain(|&c| grid.cells[c].row < row);
        cells
    }

    fn set_cell(&mut self, index: usize, band: usize, bands: &[Band], tops: &[f64], x: f64, items: &mut Vec<Item>) {
        let cell = &self.measured.grid.cells[index];
        if cell.lines.is_empty() {
            return;
        }
        let rows = cell.rows();
        let reach = bands[band..].iter().take_while(|b| rows.contains(&b.row)).count();
        let (top, height) = (tops[band], tops[band + reach] - tops[band]);
        let repeated = bands[band].repeated;
        if cell.cell.inlines.iter().any(|i| i.change == Change::Inserted) {
            let (left, right) = (self.measured.edges[cell.column], self.measured.edges[cell.column + cell.colspan]);
            items.push(Item::Shade(Shade::of_change((x + left, top, right - left, height))));
        }
        let placed = Placed { cell: index, top, height, lines: 0..cell.lines.len(), centred: true, repeated };
        let last_row = bands[band + reach - 1].row;
        let placed = match &bands[band].lines {
            _ if cell.rowspan > 1 && !repeated => self.set_joined(placed, last_row + 1 == rows.end),
            Some(lines) => {
                let count = cell.lines.len();
                let lines = lines.start.min(count)..lines.end.min(count);
                let centred = lines.len() == count && lines.start == 0 && count < 3;
                Placed { lines, centred, ..placed }
            }
            None => placed,
        };
        self.set_lines(&placed, x, items);
    }

    /// A cell over several rows: its text again on every page it reaches, or, where it is longer than that, the next
    /// lines of it.
    fn set_joined(&mut self, placed: Placed, ends: bool) -> Placed {
        let cell = &self.measured.grid.cells[placed.cell];
        let (count, pitch) = (cell.lines.len(), self.measured.pitch(cell));
        let fitting = ((placed.height - 2.0 * self.measured.padding[0] + 0.01) / pitch).max(1.0) as usize;
        let done = self.joined.entry(placed.cell).or_default();
        if done.lines == 0 && fitting >= count {
            let repeated = done.whole;
            done.whole = true;
            return Placed { repeated, ..placed };
        }
        if done.whole {
            // Too low a part for the label to be set again.
            return Placed { lines: 0..0, ..placed };
        }
        let start = done.lines;
        done.lines = if ends { count } else { (start + fitting).min(count) };
        Placed { lines: start..done.lines, centred: false, ..placed }
    }

    fn set_lines(&self, placed: &Placed, x: f64, items: &mut Vec<Item>) {
        let measured = self.measured;
        let cell = &measured.grid.cells[placed.cell];
        let (size, pitch) = (measured.size(cell), measured.pitch(cell));
        let content = placed.lines.len() as f64 * pitch;
        let blank = if placed.centred { (placed.height - content) / 2.0 } else { measured.padding[0] };
        let width = measured.measure(cell);
        let right = measured.edges[cell.column + cell.colspan] - measured.side(cell);
        let artifact = Tag::Artifact(Artifact::Pagination);
        let tag = |at| match &cell.tags {
            Some(tags) if !placed.repeated => tags.of(at),
            _ => artifact,
        };
        let lines = &measured.lines[cell.lines.clone()][placed.lines.clone()];
        let align = if cell.prose { Align::Justify } else { cell.align };
        for (n, line) in lines.iter().enumerate() {
            let y = placed.top + blank + (n as f64 + 0.5) * pitch + MIDDLE * size;
            let place = Place { x: x + right - width, y, width, size };
            paragraph::set_line(&cell.text, line, place, align, &tag, items);
        }
    }

    /// The ground of heads, where the style has one: one area for rows one under the other.
    fn shade_heads(&self, bands: &[Band], tops: &[f64], x: f64, items: &mut Vec<Item>) {
        let Some(lightness) = self.measured.style.shade.filter(|l| (0.0..1.0).contains(l)) else { return };
        let grid = &self.measured.grid;
        let width = self.measured.edges[grid.columns];
        for run in runs(bands.len(), |b| grid.kinds[bands[b].row] == RowKind::Header) {
            let (top, bottom) = (tops[run.start], tops[run.end]);
            items.push(Item::Shade(Shade { area: (x, top, width, bottom - top), lightness }));
        }
    }

    /// The frame, and an inner rule wherever two cells meet. A rule runs as far as it can in one stroke.
    fn draw_rules(&self, bands: &[Band], tops: &[f64], x: f64, items: &mut Vec<Item>) {
        let (style, grid, edges) = (self.measured.style, &self.measured.grid, &self.measured.edges);
        let (left, right) = (x, x + edges[grid.columns]);
        let (top, bottom) = (tops[0], tops[bands.len()]);
        let half = style.frame.max(0.0) / 2.0;
        let mut draw = |from: (f64, f64), to: (f64, f64), width: f64| {
            if width > 0.0 {
                items.push(Item::Rule(Rule { from, to, width }));
            }
        };
        for y in [top, bottom] {
            draw((left - half, y), (right + half, y), style.frame);
        }
        for x in [left, right] {
            draw((x, top), (x, bottom), style.frame);
        }
        for b in 1..bands.len() {
            let divided = |c: usize| {
                let (upper, lower) = (&bands[b - 1], &bands[b]);
                let owner = grid.owner(lower.row, c);
                upper.repeated != lower.repeated || owner == UNOWNED || grid.owner(upper.row, c) != owner
            };
            for run in runs(grid.columns, divided) {
                draw((x + edges[run.start], tops[b]), (x + edges[run.end], tops[b]), style.rule);
            }
        }
        for (c, &edge) in edges.iter().enumerate().take(grid.columns).skip(1) {
            let divided = |b: usize| {
                let owner = grid.owner(bands[b].row, c);
                owner == UNOWNED || grid.owner(bands[b].row, c - 1) != owner
            };
            for run in runs(bands.len(), divided) {
                draw((x + edge, tops[run.start]), (x + edge, tops[run.end]), style.rule);
            }
        }
    }
}

/// The longest ranges of `0..count` in which `holds` is true throughout.
fn runs(count: usize, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for i in (0..count).filter(|&i| holds(i)) {
        match found.last_mut() {
            Some(run) if run.end == i => run.end = i + 1,
            _ => found.push(i..i + 1),
        }
    }
    found
}
