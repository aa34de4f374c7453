//! Which characters a face draws unlike all others: the list that `distrust` of `fonts.toml` must carry, found by
//! comparing outlines. Only signs are compared; ideographs differ from face to face by design.

use super::Fonts;
use super::face::Face;
use super::tests::project_fonts;
use skrifa::MetadataProvider;
use skrifa::outline::{DrawSettings, OutlinePen};

/// Rows and columns a glyph is looked at in.
const GRID: usize = 32;

/// A glyph's ink: its box in ems (left, bottom, right, top), and which cells of that box it covers.
struct Ink {
    edges: [f32; 4],
    cells: Vec<bool>,
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

fn ink(face: &Face, c: char) -> Option<Ink> {
    let font = face.font();
    let glyph = font.charmap().map(c).filter(|glyph| glyph.to_u32() != 0)?;
    let mut pieces = Pieces::default();
    let unscaled = DrawSettings::unhinted(skrifa::instance::Size::unscaled(), skrifa::instance::LocationRef::default());
    font.outline_glyphs().get(glyph)?.draw(unscaled, &mut pieces).ok()?;
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
    let mut cells = vec![false; GRID * GRID];
    for row in 0..GRID {
        let y = y0 + side * (row as f32 + 0.5) / GRID as f32;
        let mut crossings: Vec<(f32, i32)> = Vec::new();
        for [(ax, ay), (bx, by)] in &pieces.lines {
            if (*ay <= y) != (*by <= y) {
                crossings.push((ax + (y - ay) / (by - ay) * (bx - ax), if by > ay { 1 } else { -1 }));
            }
        }
        crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut winding = 0;
        for pair in crossings.windows(2) {
            winding += pair[0].1;
            if winding != 0 {
                let column = |x: f32| (((x - x0) / side * GRID as f32).round().max(0.0) as usize).min(GRID);
                cells[row * GRID + column(pair[0].0)..row * GRID + column(pair[1].0)].fill(true);
            }
        }
    }
    let em = f32::from(face.units_per_em);
    Some(Ink { edges: [left / em, bottom / em, right / em, top / em], cells })
}

/// How much of two inks lies over each other, from 0 to 1, with a cell's breadth of room: faces differ in weight.
fn overlap(a: &Ink, b: &Ink) -> f32 {
    let near = |cells: &[bool], index: usize| {
        let (row, column) = (index / GRID, index % GRID);
        let rows = row.saturating_sub(1)..(row + 2).min(GRID);
        rows.into_iter().any(|r| (column.saturating_sub(1)..(column + 2).min(GRID)).any(|c| cells[r * GRID + c]))
    };
    let covered = |a: &[bool], b: &[bool]| {
        let inside = a.iter().enumerate().filter(|(_, ink)| **ink);
        let (all, both) = inside.fold((0u32, 0u32), |(all, both), (i, _)| (all + 1, both + u32::from(near(b, i))));
        if all == 0 { 1.0 } else { both as f32 / all as f32 }
    };
    covered(&a.cells, &b.cells).min(covered(&b.cells, &a.cells))
}

/// How alike two inks are in size: the smaller of the ratios of their longer sides.
fn size(a: &Ink, b: &Ink) -> f32 {
    let side = |ink: &Ink| (ink.edges[2] - ink.edges[0]).max(ink.edges[3] - ink.edges[1]);
    let (a, b) = (side(a), side(b));
    a.min(b) / a.max(b)
}

/// Signs that texts of this field have; letters and digits look as the face's style has them.
fn signs() -> impl Iterator<Item = char> {
    let ranges = [
        '\u{A1}'..='\u{FF}',
        '\u{2010}'..='\u{203B}',
        '\u{20A0}'..='\u{20BF}',
        '\u{2103}'..='\u{2109}',
        '\u{2116}'..='\u{2122}',
        '\u{2150}'..='\u{217F}',
        '\u{2190}'..='\u{2199}',
        '\u{2200}'..='\u{22BF}',
        '\u{2460}'..='\u{249B}',
        '\u{25A0}'..='\u{25EF}',
        '\u{2605}'..='\u{2606}',
        '\u{3001}'..='\u{3029}',
        '\u{FF01}'..='\u{FF5E}',
        '\u{FFE0}'..='\u{FFE6}',
    ];
    ranges.into_iter().flatten().filter(|c| !c.is_alphanumeric())
}

/// The signs of each face that it draws unlike two or more others that agree: another shape, or another size.
fn strangers(fonts: &Fonts) -> Vec<String> {
    let mut found = vec![String::new(); fonts.faces.len()];
    for c in signs() {
        let inks: Vec<Option<Ink>> = fonts.faces.iter().map(|face| ink(face, c)).collect();
        for (index, own) in inks.iter().enumerate().filter_map(|(i, ink)| Some((i, ink.as_ref()?))) {
            let others: Vec<&Ink> =
                inks.iter().enumerate().filter(|(i, _)| *i != index).filter_map(|(_, ink)| ink.as_ref()).collect();
            if others.len() < 2 {
                continue;
            }
            let pairs = || (0..others.len()).flat_map(|a| (a + 1..others.len()).map(move |b| (a, b)));
            let agree = |of: fn(&Ink, &Ink) -> f32, least: f32| pairs().all(|(a, b)| of(others[a], others[b]) >= least);
            let apart = |of: fn(&Ink, &Ink) -> f32, most: f32| others.iter().all(|other| of(own, other) < most);
            let other_shape = agree(overlap, 0.85) && apart(overlap, 0.66);
            let other_size = agree(size, 0.75) && apart(size, 0.6);
            if other_shape || other_size {
                found[index].push(c);
            }
        }
    }
    found
}

#[test]
fn what_a_face_draws_unlike_all_others_is_what_fonts_toml_distrusts() {
    let fonts = project_fonts();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/fonts.toml")).expect("fonts.toml");
    let declared = super::declared::parse(&text, "fonts.toml".as_ref(), &mut Default::default()).expect("read");
    let mut wrong = String::new();
    for (face, found) in fonts.faces.iter().zip(strangers(fonts)) {
        let (name, entry) = declared
            .faces
            .iter()
            .find(|(_, entry)| matches!(&entry.source, super::declared::FaceSource::File { file, .. } if face.path.ends_with(file)))
            .expect("a declared face");
        wrong.push_str(&match entry.distrust == found {
            true => String::new(),
            false => format!("[face.{name}] distrust = {found:?}\n"),
        });
    }
    assert_eq!(wrong, "", "fonts.toml must say");
}
