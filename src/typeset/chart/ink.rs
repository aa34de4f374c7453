//! What a chart is drawn with: shapes, and patterns that a copier keeps apart.

use crate::typeset::frame::{Colour, Item, Path, Segment, Tag};

/// A point from the left and from the top, in pt.
pub type Point = (f64, f64);

/// Outlines and hatching, in pt.
const OUTLINE: f64 = 0.6;
const HATCH: f64 = 0.5;

/// How a value is told from the others: the lightness of its ground, and lines over it at an angle, so far apart.
struct Pattern {
    ground: f64,
    /// Degrees against the clock, distance in pt.
    lines: &'static [(f64, f64)],
}

/// In this order neighbours differ in lightness and in their lines.
const PATTERNS: [Pattern; 8] = [
    Pattern { ground: 0.4, lines: &[] },
    Pattern { ground: 1.0, lines: &[(45.0, 4.0)] },
    Pattern { ground: 0.78, lines: &[] },
    Pattern { ground: 1.0, lines: &[(0.0, 3.0)] },
    Pattern { ground: 0.6, lines: &[(135.0, 5.0)] },
    Pattern { ground: 1.0, lines: &[(45.0, 4.0), (135.0, 4.0)] },
    Pattern { ground: 0.9, lines: &[(90.0, 3.0)] },
    Pattern { ground: 1.0, lines: &[] },
];

/// Draws into items that belong to one element.
pub struct Ink<'i> {
    pub items: &'i mut Vec<Item>,
    pub tag: Tag,
}

impl Ink<'_> {
    fn path(&mut self, segments: Vec<Segment>, fill: Option<f64>, stroke: Option<f64>) {
        let fill = fill.map(Colour::Grey);
        self.items.push(Item::Path(Path { segments, fill, even_odd: false, stroke, tag: self.tag }));
    }

    /// Lines joined from point to point.
    pub fn line(&mut self, points: &[Point], width: f64) {
        let Some((first, rest)) = points.split_first() else { return };
        let segments = std::iter::once(Segment::Move(*first)).chain(rest.iter().map(|p| Segment::Line(*p)));
        self.path(segments.collect(), None, Some(width));
    }

    /// A white ground for words over what is drawn.
    pub fn blank(&mut self, (left, top, width, height): (f64, f64, f64, f64)) {
        self.path(rectangle((left, top, width, height)), Some(1.0), None);
    }

    /// A rectangle in the pattern of a number.
    pub fn bar(&mut self, area: (f64, f64, f64, f64), pattern: usize) {
        let segments = rectangle(area);
        self.shape(segments, &corners(area), pattern);
    }

    /// A slice about a middle from one angle to another: degrees clockwise from the top. A whole turn is a disc.
    pub fn slice(&mut self, middle: Point, radius: f64, from: f64, to: f64, pattern: usize) {
        let whole = to - from > 359.999_9;
        let mut segments = Vec::new();
        let mut outline = Vec::new();
        if !whole {
            segments.push(Segment::Move(middle));
            outline.push(middle);
        }
        let start = on_circle(middle, radius, from);
        segments.push(if whole { Segment::Move(start) } else { Segment::Line(start) });
        outline.push(start);
        // A curve for each part of at most a quarter; the hatching ends on chords of two degrees.
        let parts = ((to - from) / 90.0).ceil().max(1.0);
        for part in 0..parts as usize {
            let (a, b) = (from + (to - from) * part as f64 / parts, from + (to - from) * (part + 1) as f64 / parts);
            segments.push(arc(middle, radius, a, b));
        }
        let chords = ((to - from) / 2.0).ceil().max(1.0);
        outline
            .extend((1..=chords as usize).map(|n| on_circle(middle, radius, from + (to - from) * n as f64 / chords)));
        self.shape(segments, &outline, pattern);
    }

    /// A closed shape with its pattern: the ground, the lines within the polygon, the outline.
    fn shape(&mut self, segments: Vec<Segment>, polygon: &[Point], number: usize) {
        let pattern = &PATTERNS[number % PATTERNS.len()];
        self.path(segments.clone(), Some(pattern.ground), Some(OUTLINE));
        let mut hatching = Vec::new();
        for (angle, distance) in pattern.lines {
            hatch(polygon, *angle, *distance, &mut hatching);
        }
        if !hatching.is_empty() {
            self.path(hatching, None, Some(HATCH));
        }
    }

    /// The line of a series from point to point, in its own dashes, with its mark at each.
    pub fn series(&mut self, points: &[Point], number: usize) {
        const DASHES: [&[f64]; 4] = [&[], &[6.0, 2.5], &[1.5, 2.0], &[8.0, 2.0, 1.5, 2.0]];
        let dashes = DASHES[number % DASHES.len()];
        if dashes.is_empty() {
            self.line(points, 1.0);
        } else {
            let segments = dashed(points, dashes);
            if !segments.is_empty() {
                self.path(segments, None, Some(1.0));
            }
        }
        for point in points {
            self.mark(*point, number);
        }
    }

    /// The mark of a series: black or white; round, square or a triangle.
    pub fn mark(&mut self, (x, y): Point, number: usize) {
        let fill = if number.is_multiple_of(2) { 0.0 } else { 1.0 };
        const R: f64 = 2.6;
        let segments = match number / 2 % 3 {
            0 => {
                let quarters = (0..4).map(|q| arc((x, y), R, 90.0 * f64::from(q), 90.0 * f64::from(q + 1)));
                std::iter::once(Segment::Move((x, y - R))).chain(quarters).collect()
            }
            1 => rectangle((x - R, y - R, 2.0 * R, 2.0 * R)),
            _ => vec![Segment::Move((x, y - R)), Segment::Line((x + R, y + R)), Segment::Line((x - R, y + R))],
        };
        self.path(segments, Some(fill), Some(OUTLINE));
    }
}

/// The point of a circle at an angle: degrees clockwise from the top.
pub fn on_circle((x, y): Point, radius: f64, degrees: f64) -> Point {
    let (sin, cos) = degrees.to_radians().sin_cos();
    (x + radius * sin, y - radius * cos)
}

/// An arc of at most a quarter as one curve: its control points lie on the tangents, 4/3·tan(angle/4) radii away.
fn arc(middle: Point, radius: f64, from: f64, to: f64) -> Segment {
    let reach = radius * 4.0 / 3.0 * ((to - from).to_radians() / 4.0).tan();
    let tangent = |degrees: f64| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        (cos, sin)
    };
    let ((x0, y0), (x1, y1)) = (on_circle(middle, radius, from), on_circle(middle, radius, to));
    let ((u0, v0), (u1, v1)) = (tangent(from), tangent(to));
    Segment::Curve((x0 + reach * u0, y0 + reach * v0), (x1 - reach * u1, y1 - reach * v1), (x1, y1))
}

fn corners((left, top, width, height): (f64, f64, f64, f64)) -> [Point; 4] {
    [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
}

fn rectangle(area: (f64, f64, f64, f64)) -> Vec<Segment> {
    let [first, rest @ ..] = corners(area);
    std::iter::once(Segment::Move(first)).chain(rest.map(Segment::Line)).collect()
}

/// Parallel lines within a polygon: each from where it enters to where it leaves.
fn hatch(polygon: &[Point], degrees: f64, distance: f64, segments: &mut Vec<Segment>) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    // Along the lines, and across them.
    let turned: Vec<Point> = polygon.iter().map(|(x, y)| (x * cos - y * sin, x * sin + y * cos)).collect();
    let (least, most) =
        turned.iter().fold((f64::MAX, f64::MIN), |(least, most), (_, across)| (least.min(*across), most.max(*across)));
    let back = |along: f64, across: f64| (along * cos + across * sin, across * cos - along * sin);
    // Of one picture all lines of an angle lie on one grid.
    let mut across = ((least / distance).floor() + 0.5) * distance;
    while across < most {
        let mut crossings: Vec<f64> = Vec::new();
        for (index, a) in turned.iter().enumerate() {
            let b = turned[(index + 1) % turned.len()];
            if (a.1 > across) != (b.1 > across) {
                crossings.push(a.0 + (b.0 - a.0) * (across - a.1) / (b.1 - a.1));
            }
        }
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            segments.extend([Segment::Move(back(pair[0], across)), Segment::Line(back(pair[1], across))]);
        }
        across += distance;
    }
}

/// Pieces of a line through points, drawn and left out in turn.
fn dashed(points: &[Point], dashes: &[f64]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let (mut dash, mut left) = (0, dashes[0]);
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = (x1 - x0).hypot(y1 - y0);
        let at = |way: f64| (x0 + (x1 - x0) * way / length, y0 + (y1 - y0) * way / length);
        let mut way = 0.0;
        while way < length {
            let end = (way + left).min(length);
            if dash % 2 == 0 {
                segments.extend([Segment::Move(at(way)), Segment::Line(at(end))]);
            }
            left -= end - way;
            way = end;
            if left <= 1e-9 {
                dash += 1;
                left = dashes[dash % dashes.len()];
            }
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hatching_stays_within_its_shape() {
        let mut items = Vec::new();
        let tag = Tag::Artifact(crate::typeset::frame::Artifact::Layout);
        for number in 0..PATTERNS.len() {
            Ink { items: &mut items, tag }.slice((100.0, 100.0), 60.0, 20.0, 330.0, number);
        }
        let mut lines = 0;
        for item in &items {
            let Item::Path(Path { segments, fill: None, .. }) = item else { continue };
            for segment in segments {
                let (Segment::Move((x, y)) | Segment::Line((x, y))) = *segment else { continue };
                lines += 1;
                assert!((x - 100.0).hypot(y - 100.0) < 60.001, "{segment:?}");
                // Nothing stands in the part that the slice leaves out.
                let angle = (x - 100.0).atan2(100.0 - y).to_degrees().rem_euclid(360.0);
                let is_middle = (x - 100.0).hypot(y - 100.0) < 0.001;
                assert!(is_middle || (19.99..=330.01).contains(&angle), "{segment:?} {angle}");
            }
        }
        assert!(lines > 100, "{lines}");
    }

    #[test]
    fn arcs_stay_on_their_circle() {
        let Segment::Curve(a, b, end) = arc((0.0, 0.0), 100.0, 10.0, 100.0) else { panic!("a curve") };
        let start = on_circle((0.0, 0.0), 100.0, 10.0);
        for n in 0..=20 {
            let t = f64::from(n) / 20.0;
            let mix = |p: fn(Point) -> f64| {
                let u = 1.0 - t;
                u * u * u * p(start) + 3.0 * u * u * t * p(a) + 3.0 * u * t * t * p(b) + t * t * t * p(end)
            };
            assert!((mix(|p| p.0).hypot(mix(|p| p.1)) - 100.0).abs() < 0.03);
        }
    }
}
