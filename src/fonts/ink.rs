//! What a glyph looks like: its ink on a grid, to compare the glyphs of one face with those of others.

use super::face::Face;
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{GlyphId, MetadataProvider};

/// Rows and columns a glyph is looked at in.
pub(super) const GRID: usize = 32;

/// A glyph's ink: the longer side of its box in ems, and which cells of a square of it are covered, a row's cells as bits.
pub(super) struct Ink {
    pub side: f32,
    pub rows: [u32; GRID],
}

/// An outline as straight pieces.
#[derive(Default)]
struct Pieces {
    at: (f32, f32),
    start: (f32, f32),
    lines: Vec<[(f32, f32); 2]>,
}

impl Pieces {
    fn curve(&mut self, point: impl Fn(f32) -> (f32, f32)) {
        const STEPS: u8 = 8;
        for step in 1..=STEPS {
            let to = point(f32::from(step) / f32::from(STEPS));
            self.lines.push([self.at, to]);
            self.at = to;
        }
    }
}

impl OutlinePen for Pieces {
    fn move_to(&mut self, x: f32, y: f32) {
        (self.at, self.start) = ((x, y), (x, y));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.lines.push([self.at, (x, y)]);
        self.at = (x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (x0, y0) = self.at;
        let of = |a: f32, b: f32, c: f32, t: f32| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
        self.curve(|t| (of(x0, x1, x, t), of(y0, y1, y, t)));
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (x0, y0) = self.at;
        let of = |a: f32, b: f32, c: f32, d: f32, t: f32| {
            let u = 1.0 - t;
            u * u * u * a + 3.0 * t * u * u * b + 3.0 * t * t * u * c + t * t * t * d
        };
        self.curve(|t| (of(x0, x1, x2, x, t), of(y0, y1, y2, y, t)));
    }
    fn close(&mut self) {
        let (from, to) = (self.at, self.start);
        self.lines.push([from, to]);
        self.at = to;
    }
}

/// The ink that a face has for a character; none where it lacks it, or draws nothing.
pub(super) fn ink(face: &Face, c: char) -> Option<Ink> {
    let glyph = face.font().charmap().map(c).filter(|glyph| glyph.to_u32() != 0)?;
    ink_of(face, glyph)
}

fn ink_of(face: &Face, glyph: GlyphId) -> Option<Ink> {
    let mut pieces = Pieces::default();
    let unscaled = DrawSettings::unhinted(skrifa::instance::Size::unscaled(), skrifa::instance::LocationRef::default());
    face.font().outline_glyphs().get(glyph)?.draw(unscaled, &mut pieces).ok()?;
    let all = || pieces.lines.iter().flatten();
    let least = |of: fn(&(f32, f32)) -> f32| all().map(of).fold(f32::MAX, f32::min);
    let most = |of: fn(&(f32, f32)) -> f32| all().map(of).fold(f32::MIN, f32::max);
    if pieces.lines.is_empty() {
        return None;
    }
    let (left, right) = (least(|p| p.0), most(|p| p.0));
    let (bottom, top) = (least(|p| p.1), most(|p| p.1));
    // The longer side fills the grid; the shorter one keeps its proportion, centred.
    let side = (right - left).max(top - bottom).max(1.0);
    let (x0, y0) = ((left + right - side) / 2.0, (bottom + top - side) / 2.0);
    let middle = |row: usize| y0 + side * (row as f32 + 0.5) / GRID as f32;
    // Each piece is asked of the rows it may cross alone: most are shorter than a row is high.
    let mut crossings: [Vec<(f32, i32)>; GRID] = Default::default();
    for [(ax, ay), (bx, by)] in &pieces.lines {
        let row = |y: f32| ((y - y0) / side * GRID as f32).floor().clamp(0.0, (GRID - 1) as f32) as usize;
        let (first, last) = (row(ay.min(*by)).saturating_sub(1), row(ay.max(*by)) + 1);
        for (at, crossings) in crossings.iter_mut().enumerate().take(last + 1).skip(first) {
            let y = middle(at);
            if (*ay <= y) != (*by <= y) {
                crossings.push((ax + (y - ay) / (by - ay) * (bx - ax), if by > ay { 1 } else { -1 }));
            }
        }
    }
    let mut rows = [0_u32; GRID];
    for (cells, mut crossings) in rows.iter_mut().zip(crossings) {
        crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut winding = 0;
        for pair in crossings.windows(2) {
            winding += pair[0].1;
            if winding != 0 {
                let column = |x: f32| (((x - x0) / side * GRID as f32).round().max(0.0) as usize).min(GRID);
                (column(pair[0].0)..column(pair[1].0)).for_each(|column| *cells |= 1 << column);
            }
        }
    }
    Some(Ink { side: side / f32::from(face.units_per_em), rows })
}

/// How much of two inks lies over each other, from 0 to 1, with a cell's breadth of room: faces differ in weight.
pub(super) fn overlap(a: &[u32; GRID], b: &[u32; GRID]) -> f32 {
    let covered = |a: &[u32; GRID], b: &[u32; GRID]| {
        let wide = |row: usize| b.get(row).map_or(0, |row| row | row << 1 | row >> 1);
        let near = |row: usize| wide(row) | wide(row + 1) | row.checked_sub(1).map_or(0, wide);
        let all: u32 = a.iter().map(|row| row.count_ones()).sum();
        let both: u32 = a.iter().enumerate().map(|(at, row)| (row & near(at)).count_ones()).sum();
        if all == 0 { 1.0 } else { both as f32 / all as f32 }
    };
    covered(a, b).min(covered(b, a))
}
