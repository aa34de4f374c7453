//! What a page draws: glyphs with their characters, and rules. Nothing is painted.

use crate::published::figure::MOST_SHAPES;
use hayro_interpret::font::{Glyph as PdfGlyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, PathSeg, Point, Rect, Shape as _};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, RenderContent, SoftMask, TransformExt, interpret_page,
};
use hayro_syntax::Pdf;
use rustc_hash::FxHashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Instant;
use unicode_normalization::UnicodeNormalization;

/// A character where it stands. All in points from the page's top left corner, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Its left edge.
    pub x: f32,
    /// Its baseline.
    pub y: f32,
    /// How far it advances.
    pub width: f32,
    /// The size of its face.
    pub size: f32,
    /// What it is; U+FFFD where the font does not say.
    pub c: char,
    /// Which face it is of; 0: it does not say.
    pub face: u32,
}

/// A straight line along an axis, or a box so thin that it is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Its place across: y of a level rule, x of an upright one.
    pub at: f32,
    /// Where it begins along its axis.
    pub from: f32,
    /// Where it ends.
    pub to: f32,
}

/// A shape that is no rule: a bar, a slice of a pie, a line that slants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// Its left end.
    pub left: f32,
    /// Its top.
    pub top: f32,
    /// Its right end.
    pub right: f32,
    /// Its bottom.
    pub bottom: f32,
    /// All its sides lie along the axes.
    pub straight: bool,
}

/// Everything a page draws that is read.
#[derive(Debug, Clone, Default)]
pub struct Ink {
    /// Points across and down, as the page is read.
    pub width: f32,
    /// Points down.
    pub height: f32,
    /// In the order they are drawn; those drawn twice for bold once.
    pub glyphs: Vec<Glyph>,
    /// Level rules.
    pub level: Vec<Rule>,
    /// Upright rules.
    pub upright: Vec<Rule>,
    /// What else is drawn.
    pub shapes: Vec<Shape>,
    /// Pictures.
    pub images: usize,
    /// Glyphs drawn in no ink: the words that a scanner recognised.
    pub invisible: usize,
    /// Glyphs whose font does not name them.
    pub unnamed: usize,
    /// Glyphs that stand at another angle than the page's.
    pub turned: usize,
}

/// How much of a document is drawn, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Then it is given up.
    pub until: Instant,
    /// Calls and glyphs that are left.
    pub left: usize,
}

/// More was drawn than a document may.
#[derive(Debug)]
pub struct Exhausted;

/// The widest that a box may be and still be a rule, in points.
const THIN: f64 = 3.0;

/// What every page of a document draws.
pub fn of_pages(pdf: &Pdf, mut limit: Limit) -> Result<Vec<Ink>, Exhausted> {
    let cache = InterpreterCache::new();
    let mut inks = Vec::new();
    for page in pdf.pages().iter() {
        let (width, height) = page.render_dimensions();
        let mut pen = Pen { limit, turns: [0; 4], ..Pen::default_with(limit) };
        let transform = page.initial_transform(true).to_kurbo();
        let sheet = Rect::new(0.0, 0.0, width.into(), height.into());
        // Annotations are not part of what is published; each may draw the same form once more.
        let settings = InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() };
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            let mut context = Context::new(transform, sheet, &cache, page.xref(), settings);
            interpret_page(page, &mut context, &mut pen);
        }));
        match drawn {
            Err(why) if why.is::<Exhausted>() => return Err(Exhausted),
            Err(why) => resume_unwind(why),
            Ok(()) => {}
        }
        limit = pen.limit;
        inks.push(pen.finish(width, height));
    }
    Ok(inks)
}

/// A glyph as it is drawn, with the way its line runs: 0 to the right, 1 down, 2 to the left, 3 up.
struct Drawn {
    glyph: Glyph,
    way: usize,
}

struct Pen {
    limit: Limit,
    drawn: Vec<Drawn>,
    level: Vec<Rule>,
    upright: Vec<Rule>,
    shapes: Vec<Shape>,
    images: usize,
    invisible: usize,
    slanted: usize,
    turns: [usize; 4],
}

impl Pen {
    fn default_with(limit: Limit) -> Pen {
        Pen {
            limit,
            drawn: Vec::new(),
            level: Vec::new(),
            upright: Vec::new(),
            shapes: Vec::new(),
            images: 0,
            invisible: 0,
            slanted: 0,
            turns: [0; 4],
        }
    }

    /// Everything that is drawn, and every form that is entered, takes of the limit. The interpreter has no other way to be
    /// stopped than to be unwound.
    fn take(&mut self, cost: usize) {
        self.limit.left = self.limit.left.saturating_sub(cost);
        if self.limit.left == 0 || Instant::now() > self.limit.until {
            resume_unwind(Box::new(Exhausted));
        }
    }

    fn rule(&mut self, area: Rect) {
        let (width, height) = (area.width(), area.height());
        let finite = [area.x0, area.y0, area.x1, area.y1].iter().all(|c| c.is_finite() && c.abs() < 1e6);
        if !finite {
            return;
        }
        if width < THIN && height >= THIN {
            let at = ((area.x0 + area.x1) / 2.0) as f32;
            self.upright.push(Rule { at, from: area.y0 as f32, to: area.y1 as f32 });
        } else if height < THIN && width >= THIN {
            let at = ((area.y0 + area.y1) / 2.0) as f32;
            self.level.push(Rule { at, from: area.x0 as f32, to: area.x1 as f32 });
        }
    }

    /// A piece of a path that is filled: a rule as wide as it is thick, or a shape.
    fn piece(&mut self, piece: &BezPath) {
        let area = piece.bounding_box();
        self.rule(area);
        self.shape(area, is_straight(piece));
    }

    /// What is neither level nor upright, and no speck.
    fn shape(&mut self, area: Rect, straight: bool) {
        let finite = [area.x0, area.y0, area.x1, area.y1].iter().all(|c| c.is_finite() && c.abs() < 1e6);
        // Of a page that has more its charts are not told.
        let enough = self.shapes.len() > MOST_SHAPES;
        if finite && !enough && area.width() >= THIN && area.height() >= THIN {
            let [left, top, right, bottom] = [area.x0, area.y0, area.x1, area.y1].map(|c| c as f32);
            self.shapes.push(Shape { left, top, right, bottom, straight });
        }
    }

    /// The page as it is read: turned so that most of its lines run to the right.
    fn finish(mut self, width: f32, height: f32) -> Ink {
        let way = (0..4).max_by_key(|&way| (self.turns[way], 4 - way)).unwrap_or(0);
        let turned = self.slanted + self.turns.iter().sum::<usize>() - self.turns[way];
        let glyphs: Vec<Glyph> = self.drawn.iter().filter(|drawn| drawn.way == way).map(|drawn| drawn.glyph).collect();
        let turn = |x: f32, y: f32| match way {
            0 => (x, y),
            1 => (y, width - x),
            2 => (width - x, height - y),
            _ => (height - y, x),
        };
        let on = |rule: &Rule, level: bool| {
            let ends = match level {
                true => [turn(rule.from, rule.at), turn(rule.to, rule.at)],
                false => [turn(rule.at, rule.from), turn(rule.at, rule.to)],
            };
            let flat = (ends[0].1 - ends[1].1).abs() < (ends[0].0 - ends[1].0).abs();
            let along = |end: (f32, f32)| if flat { end.0 } else { end.1 };
            let at = if flat { ends[0].1 } else { ends[0].0 };
            (flat, Rule { at, from: along(ends[0]).min(along(ends[1])), to: along(ends[0]).max(along(ends[1])) })
        };
        let rules = self.level.iter().map(|rule| on(rule, true)).chain(self.upright.iter().map(|rule| on(rule, false)));
        let (level, upright): (Vec<_>, Vec<_>) = rules.partition(|(flat, _)| *flat);
        let shapes = self.shapes.iter().map(|shape| {
            let (a, b) = (turn(shape.left, shape.top), turn(shape.right, shape.bottom));
            let (left, right) = (a.0.min(b.0), a.0.max(b.0));
            Shape { left, right, top: a.1.min(b.1), bottom: a.1.max(b.1), ..*shape }
        });
        let shapes: Vec<Shape> = shapes.collect();
        let (width, height) = if way % 2 == 1 { (height, width) } else { (width, height) };
        let on_sheet = |glyph: &Glyph| {
            let (x, y) = (glyph.x + glyph.width / 2.0, glyph.y - glyph.size * 0.3);
            (0.0..=width).contains(&x) && (0.0..=height).contains(&y)
        };
        let glyphs: Vec<Glyph> = glyphs
            .into_iter()
            .map(|glyph| {
                let (x, y) = turn(glyph.x, glyph.y);
                Glyph { x, y, ..glyph }
            })
            .filter(on_sheet)
            .collect();
        let glyphs = once(glyphs);
        self.drawn.clear();
        Ink {
            width,
            height,
            unnamed: glyphs.iter().filter(|glyph| glyph.c == '\u{FFFD}').count(),
            glyphs,
            level: level.into_iter().map(|(_, rule)| rule).collect(),
            upright: upright.into_iter().map(|(_, rule)| rule).collect(),
            shapes,
            images: self.images,
            invisible: self.invisible,
            turned,
        }
    }
}

/// Whether all sides of a path lie along the axes.
fn is_straight(path: &BezPath) -> bool {
    path.segments().all(|segment| match segment {
        PathSeg::Line(line) => (line.p0.x - line.p1.x).abs() < 0.01 || (line.p0.y - line.p1.y).abs() < 0.01,
        _ => false,
    })
}

/// Glyphs drawn over themselves, a hair beside, for want of a bold face: each once.
fn once(glyphs: Vec<Glyph>) -> Vec<Glyph> {
    const CELL: f32 = 4.0;
    let cell = |v: f32| (v / CELL).floor() as i32;
    let mut seen: FxHashMap<(i32, i32, char), Vec<(f32, f32)>> = FxHashMap::default();
    let mut kept = Vec::with_capacity(glyphs.len());
    for glyph in glyphs {
        let near = (glyph.size * 0.15).clamp(0.3, CELL);
        let (column, row) = (cell(glyph.x), cell(glyph.y));
        let doubled = !glyph.c.is_whitespace()
            && (-1..=1).any(|dx| {
                (-1..=1).any(|dy| {
                    let others = seen.get(&(column + dx, row + dy, glyph.c));
                    // As many as lie on one spot are alike: the last speaks for them.
                    others
                        .and_then(|others| others.last())
                        .is_some_and(|(x, y)| (x - glyph.x).abs() < near && (y - glyph.y).abs() < near)
                })
            });
        if !doubled {
            seen.entry((column, row, glyph.c)).or_default().push((glyph.x, glyph.y));
            kept.push(glyph);
        }
    }
    kept
}

/// Radicals that Unicode does not compose, each with the character it stands for (Unicode 15, EquivalentUnifiedIdeograph):
/// some producers name the character's glyph so.
const RADICALS: &str = "⺁厂⺄乙⺈刀⺊卜⺌小⺍小⺎兀⺒巳⺓幺⺜日⺝月⺟母⺠民⺧牛⺩王⺫目⺬示⺶羊⺻聿⺼肉⻁虎⻄西⻅见⻆角⻉贝⻋车⻑長⻓长⻔门⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻬齐⻮齿⻰龙⻳龟";

/// Characters as they are typed: radicals and compatibility forms that some producers write are the character they look
/// like (Unicode 15, 18.1 and 23.8); ligatures fall apart.
fn typed(c: char) -> impl Iterator<Item = char> {
    let odd = matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{F900}'..='\u{FAFF}' | '\u{FB00}'..='\u{FB06}' | '\u{2F800}'..='\u{2FA1F}');
    let radical = || RADICALS.chars().step_by(2).zip(RADICALS.chars().skip(1).step_by(2)).find(|(from, _)| *from == c);
    let (plain, apart) = match odd {
        false => (Some(c), None),
        true => match radical() {
            Some((_, to)) => (Some(to), None),
            None => (None, Some(c)),
        },
    };
    plain.into_iter().chain(apart.into_iter().flat_map(|c| std::iter::once(c).nfkc()))
}

/// A character that says something: controls and marks of direction say nothing, any blank is one.
fn readable(c: char) -> Option<char> {
    match c {
        '\u{3000}' => Some(c),
        c if c.is_whitespace() => Some(' '),
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}' => None,
        c if c.is_control() || crate::layout::narrative_lines::is_mark(c) => None,
        c => Some(c),
    }
}

impl<'a> Device<'a> for Pen {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.take(1 + path.elements().len());
        let path = props.transform * path.clone();
        if matches!(mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..)) {
            let mut piece = BezPath::new();
            for element in path.elements() {
                if matches!(element, PathEl::MoveTo(_)) && !piece.elements().is_empty() {
                    self.piece(&std::mem::take(&mut piece));
                }
                piece.push(*element);
            }
            if !piece.elements().is_empty() {
                self.piece(&piece);
            }
        }
        if matches!(mode, DrawMode::Stroke(_) | DrawMode::FillAndStroke(..)) {
            for segment in path.segments() {
                if let PathSeg::Line(line) = segment {
                    self.rule(Rect::from_points(line.p0, line.p1));
                }
                self.shape(segment.bounding_box(), false);
            }
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.take(1 + run.glyphs().len());
        if matches!(mode, DrawMode::Invisible) {
            self.invisible += run.glyphs().len();
            return;
        }
        let face = match run.glyphs().first().map(|placed| &**placed) {
            // Four bytes of the hash of its program tell a document's few faces apart well enough.
            Some(PdfGlyph::Outline(glyph)) => glyph.font_data().map_or(0, |font| font.cache_key as u32),
            _ => 0,
        };
        for placed in run.glyphs() {
            let advance = match &**placed {
                PdfGlyph::Outline(glyph) => glyph.advance_width().unwrap_or(500.0),
                PdfGlyph::Type3(glyph) => glyph.advance_width().unwrap_or(0.0),
            };
            let (text, several);
            match placed.as_unicode() {
                Some(BfString::Char(c)) => (text, several) = (c, None),
                Some(BfString::String(s)) => (text, several) = (' ', Some(s)),
                None => (text, several) = ('\u{FFFD}', None),
            }
            let chars: Vec<char> = match several {
                Some(several) => several.chars().flat_map(typed).filter_map(readable).collect(),
                None => typed(text).filter_map(readable).collect(),
            };
            self.glyph(props.transform * placed.transform(), f64::from(advance), &chars, face);
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.take(1);
        self.images += 1;
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

impl Pen {
    /// One glyph of a font of 1000 units; where it stands for several characters, they share its advance.
    fn glyph(&mut self, transform: Affine, advance: f64, chars: &[char], face: u32) {
        let [along, slope, _, _, x, y] = transform.as_coeffs();
        let up = Point::new(transform.as_coeffs()[2], transform.as_coeffs()[3]);
        let (length, size) = (along.hypot(slope), 1000.0 * up.x.hypot(up.y));
        if chars.is_empty() || !(length.is_finite() && size.is_finite() && x.is_finite() && y.is_finite()) {
            return;
        }
        if length == 0.0 || !(0.5..=2000.0).contains(&size) || x.abs() > 1e6 || y.abs() > 1e6 {
            return;
        }
        let (cos, sin) = (along / length, slope / length);
        let way = match (cos, sin) {
            _ if cos > 0.998 => 0,
            _ if sin > 0.998 => 1,
            _ if cos < -0.998 => 2,
            _ if sin < -0.998 => 3,
            _ => {
                self.slanted += 1;
                return;
            }
        };
        let whole = advance * length;
        let part = whole / chars.len() as f64;
        for (index, &c) in chars.iter().enumerate() {
            let before = part * index as f64;
            let glyph = Glyph {
                x: (x + cos * before) as f32,
                y: (y + sin * before) as f32,
                width: part as f32,
                size: size as f32,
                c,
                face,
            };
            self.turns[way] += usize::from(!c.is_whitespace());
            self.drawn.push(Drawn { glyph, way });
        }
    }
}
