//! An SVG drawn: as shapes of one colour each, or as pixels where that is not enough.

use super::words;
use crate::fonts::Fonts;
use crate::picture::svg::{parsed, tree};
use crate::picture::{Pixels, Raster, Wrong};
use crate::typeset::frame::Segment;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::tiny_skia_path::{self, PathSegment};
use resvg::usvg::{FillRule, Group, Node, Paint, PaintOrder, Path, Tree};
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

/// Pieces of outlines: more are painted.
const MOST_SEGMENTS: usize = 200_000;
/// Pixels along the longer side of what is painted: A4 at 200 dpi and more.
const LONGEST: f64 = 2480.0;

/// A picture drawn, width and height in its own units.
#[derive(Debug)]
pub struct Drawing {
    /// In units of the drawing.
    pub size: (f64, f64),
    /// Its shapes, the undermost first; none where it has to be painted.
    pub shapes: Option<Vec<Shape>>,
    tree: Tree,
    painted: OnceLock<Arc<Raster>>,
}

/// An area of one colour.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Its outline, in the drawing's units.
    pub segments: Vec<Segment>,
    /// Red, green, blue.
    pub colour: [u8; 3],
    /// Which parts are within: an odd number of outlines around them, or those that do not cancel out.
    pub even_odd: bool,
}

impl Drawing {
    /// Painted, for programs that draw no shapes; once, when it is first asked for.
    pub fn raster(&self) -> &Arc<Raster> {
        self.painted.get_or_init(|| Arc::new(painted(&self.tree, self.size)))
    }

    /// As an SVG of nothing but shapes; none where it is painted.
    pub fn as_svg(&self) -> Option<String> {
        let shapes = self.shapes.as_ref()?;
        let (width, height) = self.size;
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#
        );
        for shape in shapes {
            let [r, g, b] = shape.colour;
            let _ = write!(svg, r##"<path fill="#{r:02x}{g:02x}{b:02x}""##);
            if shape.even_odd {
                svg.push_str(r#" fill-rule="evenodd""#);
            }
            svg.push_str(r#" d=""#);
            for segment in &shape.segments {
                let (sign, points): (char, &[(f64, f64)]) = match segment {
                    Segment::Move(p) => ('M', &[*p]),
                    Segment::Line(p) => ('L', &[*p]),
                    Segment::Curve(a, b, p) => ('C', &[*a, *b, *p]),
                };
                svg.push(sign);
                for (n, (x, y)) in points.iter().enumerate() {
                    let rounded = |v: f64| (v * 1000.0).round() / 1000.0;
                    let _ = write!(svg, "{}{} {}", if n > 0 { " " } else { "" }, rounded(*x), rounded(*y));
                }
            }
            svg.push_str(r#"Z"/>"#);
        }
        svg.push_str("</svg>");
        Some(svg)
    }
}

/// Draws an SVG that was looked over. Errors: it cannot be, with its words.
pub fn drawing(source: &str, fonts: &Fonts) -> Result<Drawing, String> {
    drawn(source, fonts).map_err(|wrong| match wrong {
        Wrong::Format(what) => what.to_owned(),
        Wrong::Damaged(what) | Wrong::TooLarge(what) | Wrong::Outside(what) | Wrong::Undrawable(what) => what,
    })
}

fn drawn(source: &str, fonts: &Fonts) -> Result<Drawing, Wrong> {
    let broken = || Wrong::Damaged("内容读不下去".into());
    let outlined = words::outlined(source, fonts).ok_or_else(broken)?;
    let document = parsed(&outlined).map_err(|_| broken())?;
    let tree = tree(&document).map_err(|_| broken())?;
    let size = (f64::from(tree.size().width()), f64::from(tree.size().height()));
    let mut shapes = Shapes { size, found: Vec::new(), segments: 0 };
    let shapes = shapes.group(tree.root()).is_some().then_some(shapes.found);
    Ok(Drawing { size, shapes, tree, painted: OnceLock::new() })
}

fn painted(tree: &Tree, (width, height): (f64, f64)) -> Raster {
    let scale = LONGEST / width.max(height);
    let pixels = |length: f64| ((length * scale).round() as u32).max(1);
    let (across, down) = (pixels(width), pixels(height));
    let mut pixmap = Pixmap::new(across, down).expect("neither side is nought nor long");
    pixmap.fill(Color::WHITE);
    resvg::render(tree, Transform::from_scale(scale as f32, scale as f32), &mut pixmap.as_mut());
    // Nothing is transparent on white.
    let bytes = pixmap.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let pixels = Pixels { width: across, height: down, channels: 3, bytes };
    pixels.into_png().expect("pixels that fill their width and height are written to memory")
}

struct Shapes {
    size: (f64, f64),
    found: Vec<Shape>,
    segments: usize,
}

impl Shapes {
    /// None: it has more than shapes.
    fn group(&mut self, group: &Group) -> Option<()> {
        if group.should_isolate() {
            return None;
        }
        group.children().iter().try_for_each(|node| match node {
            Node::Group(group) => self.group(group),
            Node::Path(path) => self.path(path),
            Node::Image(_) | Node::Text(_) => None,
        })
    }

    fn path(&mut self, path: &Path) -> Option<()> {
        if !path.is_visible() {
            return Some(());
        }
        // What reaches beyond the picture's edges is cut off.
        let (bounds, hair) = (path.abs_stroke_bounding_box(), 0.01 * self.size.0.max(self.size.1));
        let within = |from: f32, to: f32, size: f64| f64::from(from) >= -hair && f64::from(to) <= size + hair;
        let is_within =
            within(bounds.left(), bounds.right(), self.size.0) && within(bounds.top(), bounds.bottom(), self.size.1);
        if !is_within {
            return None;
        }
        match path.paint_order() {
            PaintOrder::FillAndStroke => self.fill(path).and_then(|()| self.stroke(path)),
            PaintOrder::StrokeAndFill => self.stroke(path).and_then(|()| self.fill(path)),
        }
    }

    fn fill(&mut self, path: &Path) -> Option<()> {
        let Some(fill) = path.fill() else { return Some(()) };
        let colour = solid(fill.paint(), fill.opacity().get())?;
        self.shape(path.data(), path.abs_transform(), colour, fill.rule() == FillRule::EvenOdd)
    }

    /// A line is the area that it covers.
    fn stroke(&mut self, path: &Path) -> Option<()> {
        let Some(stroke) = path.stroke() else { return Some(()) };
        let colour = solid(stroke.paint(), stroke.opacity().get())?;
        let properties = stroke.to_tiny_skia();
        let scale = path.abs_transform();
        let scale = scale.sx.hypot(scale.ky).max(scale.kx.hypot(scale.sy));
        let dashed = properties.dash.as_ref().map(|dash| path.data().dash(dash, scale));
        let data = match &dashed {
            Some(dashed) => dashed.as_ref()?,
            None => path.data(),
        };
        let Some(outline) = data.stroke(&properties, scale.max(0.01) * 4.0) else { return Some(()) };
        self.shape(&outline, path.abs_transform(), colour, false)
    }

    fn shape(
        &mut self,
        path: &tiny_skia_path::Path,
        transform: tiny_skia_path::Transform,
        colour: [u8; 3],
        even_odd: bool,
    ) -> Option<()> {
        let path = path.clone().transform(transform)?;
        let at = |p: tiny_skia_path::Point| (f64::from(p.x), f64::from(p.y));
        let mut segments = Vec::new();
        let mut last = (0.0, 0.0);
        for segment in path.segments() {
            let next = match segment {
                PathSegment::MoveTo(p) => Segment::Move(at(p)),
                PathSegment::LineTo(p) => Segment::Line(at(p)),
                PathSegment::QuadTo(c, p) => {
                    let (c, p) = (at(c), at(p));
                    let third =
                        |from: (f64, f64)| (from.0 + (c.0 - from.0) * 2.0 / 3.0, from.1 + (c.1 - from.1) * 2.0 / 3.0);
                    Segment::Curve(third(last), third(p), p)
                }
                PathSegment::CubicTo(a, b, p) => Segment::Curve(at(a), at(b), at(p)),
                PathSegment::Close => continue,
            };
            let (Segment::Move(p) | Segment::Line(p) | Segment::Curve(_, _, p)) = next;
            last = p;
            segments.push(next);
        }
        self.segments += segments.len();
        if !segments.is_empty() {
            self.found.push(Shape { segments, colour, even_odd });
        }
        (self.segments <= MOST_SEGMENTS).then_some(())
    }
}

fn solid(paint: &Paint, opacity: f32) -> Option<[u8; 3]> {
    match paint {
        Paint::Color(colour) if opacity >= 1.0 => Some([colour.red, colour.green, colour.blue]),
        _ => None,
    }
}
