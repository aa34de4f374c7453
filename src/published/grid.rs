//! Rules become grids of cells, and glyphs fall into them.

use super::lines::{joined, lines_of};
use super::pdf::{Glyph, Ink, Rule};
use super::{Doubt, PaperCell, PaperRow, Spot};

/// Rules closer than this are one, in points.
const SAME: f32 = 2.5;
/// Rules of the most ruled page whose tables are read; a grid of a hundred rows has some two hundred.
const MOST_RULES: usize = 5000;
/// Cells of the largest grid.
const MOST_CELLS: usize = 200_000;

/// A ruled table of one page.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Edges of its columns, from the left.
    pub xs: Vec<f32>,
    /// Edges of its rows, from the top.
    pub ys: Vec<f32>,
    /// Its rows with their texts.
    pub rows: Vec<PaperRow>,
}

/// What a page's rules make of its glyphs.
pub struct Grids {
    /// Its tables, from the top.
    pub tables: Vec<Grid>,
    /// The glyphs that stand in none.
    pub outside: Vec<Glyph>,
    /// There were more rules than are read.
    pub crowded: bool,
}

/// The tables of a page, and the glyphs that stand in none.
pub fn grids(ink: &Ink, page: u32) -> Grids {
    let (level, upright) = (merged(&ink.level), merged(&ink.upright));
    if level.len() > MOST_RULES || upright.len() > MOST_RULES {
        return Grids { tables: Vec::new(), outside: ink.glyphs.clone(), crowded: true };
    }
    let mut frames: Vec<Frame> =
        components(&level, &upright).into_iter().filter_map(|(level, upright)| Frame::of(&level, &upright)).collect();
    frames.sort_by(|a, b| a.ys[0].total_cmp(&b.ys[0]).then(a.xs[0].total_cmp(&b.xs[0])));
    // A table within a cell of another: the inner one keeps its glyphs.
    let mut of_frame: Vec<Vec<Glyph>> = vec![Vec::new(); frames.len()];
    let mut outside = Vec::new();
    let smallest_first = {
        let mut order: Vec<usize> = (0..frames.len()).collect();
        order.sort_by(|&a, &b| frames[a].area().total_cmp(&frames[b].area()));
        order
    };
    for glyph in &ink.glyphs {
        let (x, y) = middle(glyph);
        match smallest_first.iter().find(|&&frame| frames[frame].holds(x, y)) {
            Some(&frame) => of_frame[frame].push(*glyph),
            None => outside.push(*glyph),
        }
    }
    let tables = frames.iter().zip(of_frame).map(|(frame, glyphs)| frame.filled(glyphs, page));
    // A box around a few words is no table, nor are rules with nothing in them.
    let is_table = |grid: &Grid| grid.rows.iter().flat_map(|row| &row.cells).filter(|c| !c.text.is_empty()).count() > 1;
    let (tables, boxes): (Vec<Grid>, Vec<Grid>) = tables.partition(is_table);
    for grid in boxes {
        let (last_x, last_y) = (grid.xs[grid.xs.len() - 1], grid.ys[grid.ys.len() - 1]);
        let within = |g: &&Glyph| {
            let (x, y) = middle(g);
            (grid.xs[0]..=last_x).contains(&x) && (grid.ys[0]..=last_y).contains(&y)
        };
        outside.extend(ink.glyphs.iter().filter(within));
    }
    Grids { tables, outside, crowded: false }
}

fn middle(glyph: &Glyph) -> (f32, f32) {
    (glyph.x + glyph.width / 2.0, glyph.y - glyph.size * 0.35)
}

/// Rules on one line that touch or overlap, as one each.
fn merged(rules: &[Rule]) -> Vec<Rule> {
    let mut rules = rules.to_vec();
    rules.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    let mut merged: Vec<Rule> = Vec::new();
    let mut line: Vec<Rule> = Vec::new();
    let mut flush = |line: &mut Vec<Rule>| {
        line.sort_by(|a, b| a.from.total_cmp(&b.from));
        for rule in line.drain(..) {
            match merged.last_mut().filter(|last| (last.at - rule.at).abs() < 1.0 && rule.from <= last.to + 2.0) {
                Some(last) if rule.from >= last.from => last.to = last.to.max(rule.to),
                _ => merged.push(rule),
            }
        }
    };
    for rule in rules {
        if line.first().is_some_and(|first| rule.at - first.at > 0.9) {
            flush(&mut line);
        }
        line.push(rule);
    }
    flush(&mut line);
    merged
}

/// Rules that touch each other, as one table each.
fn components(level: &[Rule], upright: &[Rule]) -> Vec<(Vec<Rule>, Vec<Rule>)> {
    let mut by_place: Vec<usize> = (0..upright.len()).collect();
    by_place.sort_by(|&a, &b| upright[a].at.total_cmp(&upright[b].at));
    let mut groups = Groups((0..level.len() + upright.len()).collect());
    for (index, rule) in level.iter().enumerate() {
        let first = by_place.partition_point(|&u| upright[u].at < rule.from - SAME);
        for &other in &by_place[first..] {
            if upright[other].at > rule.to + SAME {
                break;
            }
            if (upright[other].from - SAME..=upright[other].to + SAME).contains(&rule.at) {
                groups.join(index, level.len() + other);
            }
        }
    }
    let mut found: std::collections::BTreeMap<usize, (Vec<Rule>, Vec<Rule>)> = Default::default();
    for (index, rule) in level.iter().enumerate() {
        found.entry(groups.of(index)).or_default().0.push(*rule);
    }
    for (index, rule) in upright.iter().enumerate() {
        found.entry(groups.of(level.len() + index)).or_default().1.push(*rule);
    }
    found.into_values().collect()
}

/// Which group each thing belongs to, by its smallest member.
struct Groups(Vec<usize>);

impl Groups {
    fn of(&mut self, mut one: usize) -> usize {
        while self.0[one] != one {
            self.0[one] = self.0[self.0[one]];
            one = self.0[one];
        }
        one
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.0[one.max(other)] = one.min(other);
    }
}

/// The edges of a table, and which pieces of them are ruled.
struct Frame {
    xs: Vec<f32>,
    ys: Vec<f32>,
    /// Cells as they begin and end: row, column, last row, last column.
    cells: Vec<[usize; 4]>,
    /// Row by row: the cell that each atom of the grid belongs to.
    owner: Vec<usize>,
}

impl Frame {
    fn of(level: &[Rule], upright: &[Rule]) -> Option<Frame> {
        if level.len() < 2 || upright.is_empty() {
            return None;
        }
        let mut xs: Vec<f32> = upright.iter().map(|rule| rule.at).collect();
        let mut ys: Vec<f32> = level.iter().map(|rule| rule.at).collect();
        // A table may be open at its sides.
        let ends = |rules: &[Rule]| {
            let first = rules.iter().map(|rule| rule.from).fold(f32::MAX, f32::min);
            (first, rules.iter().map(|rule| rule.to).fold(f32::MIN, f32::max))
        };
        open_edges(&mut xs, ends(level));
        open_edges(&mut ys, ends(upright));
        let (xs, ys) = (clustered(xs), clustered(ys));
        let (columns, rows) = (xs.len().saturating_sub(1), ys.len().saturating_sub(1));
        if columns == 0 || rows == 0 || columns * rows > MOST_CELLS || columns + rows < 3 {
            return None;
        }
        // Between an atom and that to its right, and that below it.
        let right = ruled(upright, &xs, &ys);
        let below = ruled(level, &ys, &xs);
        let mut owner = vec![usize::MAX; rows * columns];
        let mut cells = Vec::new();
        for row in 0..rows {
            for column in 0..columns {
                if owner[row * columns + column] != usize::MAX {
                    continue;
                }
                let mut last = column;
                while last + 1 < columns
                    && owner[row * columns + last + 1] == usize::MAX
                    && !right[(last + 1) * rows + row]
                {
                    last += 1;
                }
                let mut bottom = row;
                while bottom + 1 < rows
                    && (column..=last)
                        .all(|c| !below[(bottom + 1) * columns + c] && owner[(bottom + 1) * columns + c] == usize::MAX)
                {
                    bottom += 1;
                }
                for r in row..=bottom {
                    owner[r * columns + column..=r * columns + last].fill(cells.len());
                }
                cells.push([row, column, bottom, last]);
            }
        }
        Some(Frame { xs, ys, cells, owner })
    }

    fn area(&self) -> f32 {
        (self.xs[self.xs.len() - 1] - self.xs[0]) * (self.ys[self.ys.len() - 1] - self.ys[0])
    }

    fn holds(&self, x: f32, y: f32) -> bool {
        let (last_x, last_y) = (self.xs[self.xs.len() - 1], self.ys[self.ys.len() - 1]);
        (self.xs[0] - 1.0..=last_x + 1.0).contains(&x) && (self.ys[0] - 1.0..=last_y + 1.0).contains(&y)
    }

    fn cell_at(&self, x: f32, y: f32) -> usize {
        let columns = self.xs.len() - 1;
        let column = self.xs.partition_point(|&edge| edge <= x).clamp(1, columns) - 1;
        let row = self.ys.partition_point(|&edge| edge <= y).clamp(1, self.ys.len() - 1) - 1;
        self.owner[row * columns + column]
    }

    /// The cells with the glyphs that stand in them. Words that stand across a rule belong where most of them are.
    fn filled(&self, glyphs: Vec<Glyph>, page: u32) -> Grid {
        let mut texts: Vec<Vec<Glyph>> = vec![Vec::new(); self.cells.len()];
        let mut doubts: Vec<Option<Doubt>> = vec![None; self.cells.len()];
        for word in words(glyphs) {
            let places: Vec<usize> = word.iter().map(|glyph| self.cell_at(middle(glyph).0, middle(glyph).1)).collect();
            let across = places.iter().any(|&place| place != places[0]);
            let most = if across { most_frequent(&places) } else { places[0] };
            if across {
                places.iter().for_each(|&place| doubts[place] = Some(Doubt::Across));
            }
            texts[most].extend(word);
        }
        let columns = self.xs.len() - 1;
        let mut rows = vec![PaperRow::default(); self.ys.len() - 1];
        for ((&[row, column, bottom, last], glyphs), doubt) in self.cells.iter().zip(texts).zip(doubts) {
            let unnamed = glyphs.iter().any(|glyph| glyph.c == '\u{FFFD}').then_some(Doubt::Unnamed);
            let text = lines_of(glyphs).iter().fold(String::new(), |text, line| joined(text, &line.text));
            rows[row].cells.push(PaperCell {
                column,
                colspan: last + 1 - column,
                rowspan: bottom + 1 - row,
                text,
                spot: Spot {
                    page,
                    left: self.xs[column],
                    top: self.ys[row],
                    right: self.xs[last + 1],
                    bottom: self.ys[bottom + 1],
                    ..Spot::default()
                },
                doubt: unnamed.or(doubt),
            });
        }
        debug_assert!(rows.iter().flat_map(|row| &row.cells).all(|cell| cell.column + cell.colspan <= columns));
        Grid { xs: self.xs.clone(), ys: self.ys.clone(), rows }
    }
}

/// Adds the ends of the crossing rules where they reach well beyond the outermost rule.
fn open_edges(edges: &mut Vec<f32>, (first, last): (f32, f32)) {
    let (low, high) = (edges.iter().copied().fold(f32::MAX, f32::min), edges.iter().copied().fold(f32::MIN, f32::max));
    if first < low - 6.0 {
        edges.push(first);
    }
    if last > high + 6.0 {
        edges.push(last);
    }
}

fn clustered(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_by(f32::total_cmp);
    let mut clusters: Vec<(f32, f32)> = Vec::new();
    for value in values {
        match clusters.last_mut().filter(|(mean, _)| value - *mean < SAME) {
            Some((mean, count)) => {
                *mean = (*mean * *count + value) / (*count + 1.0);
                *count += 1.0;
            }
            None => clusters.push((value, 1.0)),
        }
    }
    clusters.into_iter().map(|(mean, _)| mean).collect()
}

/// For each edge and each piece of it between the crossing edges: whether more than half of it is ruled.
fn ruled(rules: &[Rule], edges: &[f32], across: &[f32]) -> Vec<bool> {
    let pieces = across.len() - 1;
    let mut covered = vec![0.0_f32; edges.len() * pieces];
    for rule in rules {
        let after = edges.partition_point(|&edge| edge < rule.at);
        let near = |index: &usize| edges.get(*index).is_some_and(|edge| (edge - rule.at).abs() < SAME);
        let nearest = [after, after.wrapping_sub(1)]
            .into_iter()
            .filter(near)
            .min_by(|&a, &b| (edges[a] - rule.at).abs().total_cmp(&(edges[b] - rule.at).abs()));
        let Some(edge) = nearest else { continue };
        let first = across.partition_point(|&end| end < rule.from).saturating_sub(1);
        for piece in first..pieces {
            let (from, to) = (across[piece].max(rule.from), across[piece + 1].min(rule.to));
            if across[piece] > rule.to {
                break;
            }
            covered[edge * pieces + piece] += (to - from).max(0.0);
        }
    }
    let half = |(index, length): (usize, f32)| {
        let piece = index % pieces;
        length > (across[piece + 1] - across[piece]) * 0.5
    };
    covered.into_iter().enumerate().map(half).collect()
}

/// Glyphs that stand shoulder to shoulder on one line, in the order of the page's lines.
fn words(mut glyphs: Vec<Glyph>) -> Vec<Vec<Glyph>> {
    super::lines::sort(&mut glyphs);
    let mut words: Vec<Vec<Glyph>> = Vec::new();
    for glyph in glyphs {
        let joins = words.last().and_then(|word| word.last()).is_some_and(|last: &Glyph| {
            let gap = glyph.x - (last.x + last.width);
            (last.y - glyph.y).abs() < 0.1 && gap.abs() < last.size * 0.08 && !last.c.is_whitespace()
        });
        match words.last_mut().filter(|_| joins && !glyph.c.is_whitespace()) {
            Some(word) => word.push(glyph),
            None => words.push(vec![glyph]),
        }
    }
    words
}

fn most_frequent(places: &[usize]) -> usize {
    let count = |place: usize| places.iter().filter(|&&other| other == place).count();
    // Of as many, the first.
    places.iter().copied().rev().max_by_key(|&place| count(place)).unwrap_or(0)
}
