//! Pieces of pages as pictures: what a page draws within an area, as SVG. Only paths: nothing in it can run or fetch.

use super::ink::{Exhausted, Limit};
use super::{LONGEST, MOST_INK, bounds, is_pdf};
use crate::diagnostic::OnPage;
use hayro_interpret::font::{Glyph as PdfGlyph, GlyphRun};
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, RenderContent, SoftMask, TransformExt, interpret_page,
};
use hayro_syntax::Pdf;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Instant;

/// Pictures of one file.
const MOST: usize = 200;
/// Characters of the largest picture.
const LONGEST_PICTURE: usize = 400_000;
/// Points shown above and below an area, and the highest that is shown of one.
const AROUND: f64 = 16.0;
const HIGHEST: f64 = 150.0;

/// Pictures of areas of a PDF's pages, each a whole SVG; of other files none. Beyond the first two hundred there are none.
pub fn pictures(bytes: &[u8], wanted: impl Iterator<Item = OnPage>) -> HashMap<OnPage, String> {
    let wanted: BTreeSet<(u32, [i32; 4])> = wanted.map(|on| (on.page, on.area)).collect();
    if wanted.is_empty() || !is_pdf(bytes) || bounds::inflated(bytes).is_err() {
        return HashMap::new();
    }
    let mut by_page: BTreeMap<u32, Vec<OnPage>> = BTreeMap::new();
    for (page, area) in wanted.into_iter().take(MOST) {
        by_page.entry(page).or_default().push(OnPage { page, area });
    }
    // What a stranger's file makes of a library is no reason for this program to end.
    let drawn = catch_unwind(AssertUnwindSafe(|| of_pages(bytes, &by_page)));
    drawn.unwrap_or_default()
}

fn of_pages(bytes: &[u8], by_page: &BTreeMap<u32, Vec<OnPage>>) -> HashMap<OnPage, String> {
    let mut all = HashMap::new();
    let Ok(pdf) = Pdf::new(bytes.to_vec()) else { return all };
    let cache = InterpreterCache::new();
    let mut limit = Limit { until: Instant::now() + LONGEST, left: MOST_INK };
    for (number, areas) in by_page {
        let Some(page) = pdf.pages().get(*number as usize - 1) else { continue };
        let (width, height) = page.render_dimensions();
        let mut brush = Brush { limit, strokes: Vec::new(), turns: [0; 4] };
        let sheet = Rect::new(0.0, 0.0, width.into(), height.into());
        let settings = InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() };
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            let mut context =
                Context::new(page.initial_transform(true).to_kurbo(), sheet, &cache, page.xref(), settings);
            interpret_page(page, &mut context, &mut brush);
        }));
        match drawn {
            Err(why) if why.is::<Exhausted>() => return all,
            Err(why) => resume_unwind(why),
            Ok(()) => {}
        }
        limit = brush.limit;
        let strokes = brush.turned(width.into(), height.into());
        all.extend(areas.iter().map(|on| (*on, picture(&strokes, on))));
    }
    all
}

/// Something drawn: its outline, how wide it is stroked (0: filled), its colour.
struct Stroke {
    path: BezPath,
    width: f64,
    colour: [u8; 3],
}

struct Brush {
    limit: Limit,
    strokes: Vec<Stroke>,
    turns: [usize; 4],
}

impl Brush {
    fn take(&mut self, cost: usize) {
        self.limit.left = self.limit.left.saturating_sub(cost);
        if self.limit.left == 0 || Instant::now() > self.limit.until {
            resume_unwind(Box::new(Exhausted));
        }
    }

    fn draw(&mut self, path: BezPath, mode: &DrawMode, paint: &Paint<'_>, scale: f64) {
        let colour = match paint {
            Paint::Color(colour) => {
                let [r, g, b, alpha] = colour.to_rgba().to_rgba8();
                // On white.
                [r, g, b].map(|c| (u16::from(c) * u16::from(alpha) / 255 + 255 - u16::from(alpha)) as u8)
            }
            Paint::Pattern(_) => [200; 3],
        };
        let width = match mode {
            DrawMode::Fill(_) => 0.0,
            DrawMode::Stroke(props) | DrawMode::FillAndStroke(_, props) => {
                (f64::from(props.line_width) * scale).max(0.2)
            }
            DrawMode::Invisible => return,
        };
        self.strokes.push(Stroke { path, width, colour });
    }

    /// As the page is read: the way that most of its lines run to the right.
    fn turned(self, width: f64, height: f64) -> Vec<Stroke> {
        let way = (0..4).max_by_key(|&way| (self.turns[way], 4 - way)).unwrap_or(0);
        let turn = match way {
            0 => return self.strokes,
            1 => Affine::new([0.0, -1.0, 1.0, 0.0, 0.0, width]),
            2 => Affine::new([-1.0, 0.0, 0.0, -1.0, width, height]),
            _ => Affine::new([0.0, 1.0, -1.0, 0.0, height, 0.0]),
        };
        self.strokes.into_iter().map(|stroke| Stroke { path: turn * stroke.path, ..stroke }).collect()
    }
}

impl<'a> Device<'a> for Brush {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.take(1 + path.elements().len());
        let [a, b, c, d, ..] = props.transform.as_coeffs();
        self.draw(props.transform * path.clone(), mode, &props.paint, (a * d - b * c).abs().sqrt());
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        for placed in run.glyphs() {
            let transform = props.transform * placed.transform();
            let [x, y, ..] = transform.as_coeffs();
            let way = match () {
                () if x.abs() >= y.abs() => usize::from(x < 0.0) * 2,
                () => 1 + usize::from(y < 0.0) * 2,
            };
            self.turns[way] += 1;
            match &**placed {
                PdfGlyph::Outline(glyph) => {
                    let outline = glyph.outline();
                    self.take(1 + outline.elements().len() / 8);
                    self.draw(transform * outline, mode, &props.paint, transform.determinant().abs().sqrt());
                }
                PdfGlyph::Type3(glyph) => {
                    self.take(1);
                    glyph.interpret(self, props.transform, placed.transform(), &props.paint);
                }
            }
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.take(1);
        let path = props.transform * Rect::new(0.0, 0.0, 1.0, 1.0).to_path(0.1);
        self.strokes.push(Stroke { path, width: 0.0, colour: [225; 3] });
    }

    fn push_clip_path(&mut self, path: &ClipPath) {
        self.take(1 + path.path.elements().len());
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.take(1);
    }

    fn begin_marked_content(&mut self, _: &[u8], _: Option<&hayro_syntax::object::Dict<'_>>) {
        self.take(1);
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

/// Units of a picture in a point.
const UNITS: f64 = 20.0;

/// What is drawn around an area, and the area marked.
fn picture(strokes: &[Stroke], on: &OnPage) -> String {
    let [left, top, right, bottom] = on.area.map(|tenths| f64::from(tenths) / 10.0);
    let bottom = bottom.min(top + HIGHEST);
    let band = Rect::new(f64::MIN, top - AROUND, f64::MAX, bottom + AROUND);
    let within = |stroke: &&Stroke| {
        let area = stroke.path.bounding_box();
        let finite = [area.x0, area.y0, area.x1, area.y1].iter().all(|c| c.is_finite() && c.abs() < 20_000.0);
        finite && area.y1 >= band.y0 && area.y0 <= band.y1
    };
    // A page's ground is no part of what it says.
    let is_ground = |stroke: &Stroke| stroke.width == 0.0 && stroke.colour == [255; 3];
    let shown: Vec<&Stroke> = strokes.iter().filter(within).filter(|stroke| !is_ground(stroke)).collect();
    let ends = shown.iter().map(|stroke| stroke.path.bounding_box());
    let (from, to) = ends.fold((left, right), |(from, to), area| (from.min(area.x0), to.max(area.x1)));
    let (from, to) = ((from - 4.0).max(-50.0), (to + 4.0).min(from + 2000.0));
    let (x, y) = (from * UNITS, band.y0 * UNITS);
    let unit = |v: f64| (v * UNITS).round() as i64;
    let (width, height) = (unit(to - from), unit(band.height()));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{}\" role=\"img\" \
         aria-label=\"第 {} 页的这一处\">",
        (to - from).round(),
        on.page
    );
    let mark = [unit(left - from), unit(top - band.y0), unit(right - left), unit(bottom - top)];
    let [mark_x, mark_y, mark_width, mark_height] = mark;
    let _ = write!(
        svg,
        "<rect x=\"{mark_x}\" y=\"{mark_y}\" width=\"{mark_width}\" height=\"{mark_height}\" fill=\"#ffe58a\"/>"
    );
    for stroke in shown {
        if svg.len() > LONGEST_PICTURE {
            break;
        }
        let [r, g, b] = stroke.colour;
        let black = stroke.colour == [0; 3];
        let colour = || format!("#{r:02x}{g:02x}{b:02x}");
        svg.push_str("<path d=\"");
        outline(&stroke.path, (x, y), &mut svg);
        match stroke.width {
            0.0 if black => svg.push_str("\"/>"),
            0.0 => drop(write!(svg, "\" fill=\"{}\"/>", colour())),
            width => {
                let _ =
                    write!(svg, "\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>", colour(), unit(width).max(4));
            }
        }
    }
    let _ = write!(
        svg,
        "<rect x=\"{mark_x}\" y=\"{mark_y}\" width=\"{mark_width}\" height=\"{mark_height}\" fill=\"none\" \
         stroke=\"#b3261e\" stroke-width=\"24\"/></svg>"
    );
    svg
}

/// A path's data, in whole units and relative to the point before.
fn outline(path: &BezPath, (x, y): (f64, f64), svg: &mut String) {
    let to = |point: Point| ((point.x * UNITS - x).round() as i64, (point.y * UNITS - y).round() as i64);
    let (mut at, mut begin) = ((0, 0), (0, 0));
    for element in path.elements() {
        let (command, points) = match *element {
            PathEl::MoveTo(point) => ('m', vec![point]),
            PathEl::LineTo(point) => ('l', vec![point]),
            PathEl::QuadTo(one, end) => ('q', vec![one, end]),
            PathEl::CurveTo(one, two, end) => ('c', vec![one, two, end]),
            PathEl::ClosePath => ('z', Vec::new()),
        };
        svg.push(command);
        for (index, point) in points.iter().enumerate() {
            let (px, py) = to(*point);
            let (dx, dy) = (px - at.0, py - at.1);
            let _ =
                write!(svg, "{}{dx}{}{dy}", if index > 0 && dx >= 0 { " " } else { "" }, if dy < 0 { "" } else { " " });
        }
        match points.last() {
            Some(last) => at = to(*last),
            None => at = begin,
        }
        if command == 'm' {
            begin = at;
        }
    }
}
