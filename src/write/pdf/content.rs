//! One page's content: rules and repeated matter first, as artifacts, then the text in reading order, each stretch of
//! one element in one marked-content sequence.
//!
//! printpdf writes the graphics. Marks and text are written here: printpdf makes several objects of every glyph, and a
//! page has a thousand. A point that it writes shows where each piece goes.

use super::glyphs::{self, Cluster, Codes};
use super::images::Images;
use super::syntax::{DictionaryWriter, hexadecimal, write_decimal, write_name};
use crate::typeset::frame::{
    Artifact, Colour, Element, ElementId, Item, Page, Path, Rule, Run, Segment, Shade, Tag, Watermark,
};
use crate::write::rules;
use printpdf::{
    Color, CurTransMat, Greyscale, Line, LinePoint, Op, PaintMode, Point, Polygon, PolygonRing, Pt, Rgb, WindingOrder,
    XObjectId, XObjectTransform,
};

/// A page ready for printpdf.
pub(super) struct Drawing {
    /// Its graphics, and points for what printpdf does not write.
    pub ops: Vec<Op>,
    pub written: Written,
    /// The element of each of its marked-content sequences: the n-th has MCID n.
    pub marks: Vec<ElementId>,
}

/// The marks and text of a page, and where each piece ends.
#[derive(Default)]
pub(super) struct Written {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// The point (ISO 32000-1 14.6.1) at which a piece of [`Written`] goes.
const POINT: &str = "Here";

impl Written {
    /// Puts each piece at its point in the graphics as printpdf wrote them.
    pub(super) fn placed_in(&self, graphics: &[u8]) -> Vec<u8> {
        let point = format!("/{POINT} MP");
        let mut content = Vec::with_capacity(graphics.len() + self.bytes.len());
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let mut pieces = starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end]);
        for line in graphics.split(|byte| *byte == b'\n') {
            if line == point.as_bytes() {
                content.extend_from_slice(pieces.next().expect("a point was drawn for each piece"));
            } else {
                content.extend_from_slice(line);
                content.push(b'\n');
            }
        }
        assert!(pieces.next().is_none(), "printpdf writes every point");
        content
    }
}

/// The name of a subset font in the pages' resources.
pub(super) fn font_name(font: u16) -> String {
    format!("F{font}")
}

/// Draws a page, of this index: black on white, in the sheet's own coordinates (origin bottom left), turned content by a
/// matrix.
pub(super) fn draw(page: &Page, number: usize, codes: &Codes, images: &Images, structure: &[Element]) -> Drawing {
    // As `glyphs::runs` has them.
    let mut shown = codes.of_page(number);
    let items = coded(runs(&page.items), &mut shown);
    let furniture = coded(runs(&page.furniture), &mut shown);
    let across = coded(page.watermark.iter().flat_map(|watermark| &watermark.runs), &mut shown);
    let mut pen = Pen {
        ops: Vec::new(),
        written: Written::default(),
        marks: Vec::new(),
        codes,
        images,
        structure,
        font: None,
        height: 0.0,
        at: (0, 0),
    };
    pen.op(Op::SetFillColor { col: grey(0.0) });
    pen.op(Op::SetOutlineColor { col: grey(0.0) });
    if page.turned {
        pen.op(Op::SaveGraphicsState);
        pen.op(Op::SetTransformationMatrix { matrix: turn(page) });
    }
    pen.height = if page.turned { page.sheet.0 } else { page.sheet.1 };
    if let Some(watermark) = &page.watermark {
        pen.watermark(watermark, across);
    }
    pen.items(&page.items, items);
    if page.turned {
        pen.op(Op::RestoreGraphicsState);
        pen.font = None;
    }
    pen.height = page.sheet.1;
    pen.furniture(&page.furniture, furniture);
    pen.place();
    Drawing { ops: pen.ops, written: pen.written, marks: pen.marks }
}

/// From content as read (origin bottom left) to the upright sheet: the content's head lies at the sheet's left edge,
/// so that /Rotate 90 sets it upright on a screen.
fn turn(page: &Page) -> CurTransMat {
    CurTransMat::Raw([0.0, 1.0, -1.0, 0.0, page.sheet.0 as f32, 0.0])
}

/// A place as read, from the top left corner, in the sheet's coordinates.
pub(super) fn on_sheet(page: &Page, (x, y): (f64, f64)) -> (f64, f64) {
    if page.turned { (y, x) } else { (x, page.sheet.1 - y) }
}

/// Thousandths of a point: coordinates are written to this, so that relative moves add up exactly.
fn milli(length: f64) -> i64 {
    (length * 1000.0).round() as i64
}

fn points(milli: i64) -> Pt {
    Pt((milli as f64 / 1000.0) as f32)
}

/// From 0, black, to 1, white.
fn grey(lightness: f32) -> Color {
    Color::Greyscale(Greyscale::new(lightness, None))
}

/// What an area is filled with.
fn printed(colour: Colour) -> Color {
    match colour {
        Colour::Grey(lightness) => grey(milli(lightness) as f32 / 1000.0),
        Colour::Rgb(all) => {
            let [r, g, b] = all.map(|v| milli(f64::from(v) / 255.0) as f32 / 1000.0);
            Color::Rgb(Rgb::new(r, g, b, None))
        }
    }
}

/// Words across a page are seen beside the text, and take nothing from it in black and white.
const WATERMARK: f32 = 0.9;

struct Pen<'a> {
    ops: Vec<Op>,
    written: Written,
    marks: Vec<ElementId>,
    codes: &'a Codes<'a>,
    images: &'a Images,
    structure: &'a [Element],
    /// Font and size (in thousandths) set last.
    font: Option<(u16, i64)>,
    /// Height of the space drawn in, to turn y up.
    height: f64,
    /// Where the current line of the text object begins.
    at: (i64, i64),
}

/// A run, and what each of its glyphs is among all that are shown.
#[derive(Clone, Copy)]
struct Coded<'a> {
    run: &'a Run,
    shown: &'a [u32],
}

/// Runs with what is first of all that is shown, which is taken.
fn coded<'a>(runs: impl Iterator<Item = &'a Run>, shown: &mut &'a [u32]) -> Vec<Coded<'a>> {
    let of = |run: &Run, shown: &mut &'a [u32]| shown.split_off(..run.glyphs.len()).expect("every glyph was numbered");
    runs.map(|run| Coded { run, shown: of(run, shown) }).collect()
}

/// What a stretch of content is marked as.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Tag(Tag),
    /// A running head or foot.
    Furniture {
        at_foot: bool,
    },
    Watermark,
}

impl Pen<'_> {
    /// Has printpdf draw, after what was written before.
    fn op(&mut self, op: Op) {
        self.place();
        self.ops.push(op);
    }

    /// Ends the piece written last, if there is one, with a point for it among the graphics.
    fn place(&mut self) {
        let end = self.written.bytes.len();
        if end > self.written.ends.last().copied().unwrap_or(0) {
            self.written.ends.push(end);
            self.ops.push(Op::Marker { id: POINT.to_string() });
        }
    }

    /// Writes an operator that has its operands before it.
    fn operator(&mut self, operator: &str) {
        self.written.bytes.extend_from_slice(operator.as_bytes());
        self.written.bytes.push(b'\n');
    }

    /// Draws words turned about the middle of the page.
    fn watermark(&mut self, watermark: &Watermark, runs: Vec<Coded>) {
        let (sin, cos) = watermark.angle.to_radians().sin_cos();
        let (x, y) = (watermark.middle.0, self.height - watermark.middle.1);
        let matrix = [cos, sin, -sin, cos, x, y].map(|v| ((v * 10_000.0).round() / 10_000.0) as f32);
        self.op(Op::SaveGraphicsState);
        self.op(Op::SetFillColor { col: grey(WATERMARK) });
        self.op(Op::SetTransformationMatrix { matrix: CurTransMat::Raw(matrix) });
        let height = std::mem::replace(&mut self.height, 0.0);
        let marked: Vec<(Mark, Coded)> = runs.into_iter().map(|run| (Mark::Watermark, run)).collect();
        self.texts(&marked);
        self.height = height;
        self.op(Op::RestoreGraphicsState);
        self.font = None;
    }

    /// Fills areas, behind all that follows.
    fn shades(&mut self, items: &[Item]) {
        let shades: Vec<Shade> =
            items.iter().filter_map(|i| if let Item::Shade(shade) = i { Some(*shade) } else { None }).collect();
        if shades.is_empty() {
            return;
        }
        self.begin(Mark::Tag(Tag::Artifact(Artifact::Layout)));
        let mut ground = None;
        for Shade { area: (left, top, width, height), lightness } in shades {
            if ground != Some(lightness) {
                ground = Some(lightness);
                self.op(Op::SetFillColor { col: grey(lightness as f32) });
            }
            let corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)];
            let corners = corners.map(|(x, y)| Point { x: points(milli(x)), y: points(milli(self.height - y)) });
            let ring = PolygonRing { points: corners.map(|p| LinePoint { p, bezier: false }).to_vec() };
            let polygon = Polygon { rings: vec![ring], mode: PaintMode::Fill, winding_order: WindingOrder::NonZero };
            self.op(Op::DrawPolygon { polygon });
        }
        self.op(Op::SetFillColor { col: grey(0.0) });
        self.operator("EMC");
    }

    fn items(&mut self, items: &[Item], mut runs: Vec<Coded>) {
        self.shades(items);
        let rules = drawn_rules(items);
        if !rules.is_empty() {
            self.begin(Mark::Tag(Tag::Artifact(Artifact::Layout)));
            self.rules(&rules);
            self.operator("EMC");
        }
        self.images(items);
        self.paths(items);
        // A repeated head stands first; leaders come last, for between a title and its number they would cut the
        // entry in two.
        let place = |coded: &Coded| match coded.run.tag {
            Tag::Artifact(Artifact::Pagination) => 0,
            Tag::Element(_) => 1,
            Tag::Artifact(Artifact::Layout) => 2,
        };
        runs.sort_by_key(place);
        let marked: Vec<(Mark, Coded)> = runs.into_iter().map(|coded| (Mark::Tag(coded.run.tag), coded)).collect();
        self.texts(&marked);
    }

    /// Draws shapes, those of one element in one marked-content sequence.
    fn paths(&mut self, items: &[Item]) {
        let paths: Vec<&Path> =
            items.iter().filter_map(|i| if let Item::Path(p) = i { Some(p) } else { None }).collect();
        for of_element in paths.chunk_by(|a, b| a.tag == b.tag) {
            self.begin(Mark::Tag(of_element[0].tag));
            let (mut ground, mut width) = (Colour::Grey(0.0), None);
            for path in of_element {
                if let Some(colour) = path.fill.filter(|colour| *colour != ground) {
                    ground = colour;
                    self.op(Op::SetFillColor { col: printed(colour) });
                }
                if let Some(stroke) = path.stroke.map(milli).filter(|stroke| width != Some(*stroke)) {
                    width = Some(stroke);
                    self.op(Op::SetOutlineThickness { pt: points(stroke) });
                }
                self.path(path);
            }
            if ground != Colour::Grey(0.0) {
                self.op(Op::SetFillColor { col: grey(0.0) });
            }
            self.operator("EMC");
        }
    }

    fn path(&mut self, path: &Path) {
        let mut parts: Vec<Vec<LinePoint>> = Vec::new();
        for segment in &path.segments {
            let at = |(x, y): (f64, f64), bezier: bool| LinePoint {
                p: Point { x: points(milli(x)), y: points(milli(self.height - y)) },
                bezier,
            };
            match (segment, parts.last_mut()) {
                (Segment::Move(p), _) => parts.push(vec![at(*p, false)]),
                (Segment::Line(p), Some(part)) => part.push(at(*p, false)),
                (Segment::Curve(a, b, p), Some(part)) => part.extend([at(*a, true), at(*b, true), at(*p, false)]),
                _ => {}
            }
        }
        let mode = match (path.fill, path.stroke) {
            (Some(_), Some(_)) => PaintMode::FillStroke,
            (Some(_), None) => PaintMode::Fill,
            (None, _) => {
                let lines = parts.into_iter().map(|points| Op::DrawLine { line: Line { points, is_closed: false } });
                return self.ops.extend(lines);
            }
        };
        let rings = parts.into_iter().map(|points| PolygonRing { points }).collect();
        let winding_order = if path.even_odd { WindingOrder::EvenOdd } else { WindingOrder::NonZero };
        self.op(Op::DrawPolygon { polygon: Polygon { rings, mode, winding_order } });
    }

    /// Puts pictures in their places, each in its element's marked-content sequence.
    fn images(&mut self, items: &[Item]) {
        for image in items.iter().filter_map(|i| if let Item::Image(image) = i { Some(image) } else { None }) {
            let (left, top, width, height) = image.area;
            let matrix = [width, 0.0, 0.0, height, left, self.height - top - height];
            self.begin(Mark::Tag(image.tag));
            self.op(Op::SaveGraphicsState);
            let matrix = matrix.map(|v| (milli(v) as f64 / 1000.0) as f32);
            self.op(Op::SetTransformationMatrix { matrix: CurTransMat::Raw(matrix) });
            let id = XObjectId(self.images.name(&image.raster));
            let transform = XObjectTransform { no_auto_scale: true, ..XObjectTransform::default() };
            self.op(Op::UseXobject { id, transform });
            self.op(Op::RestoreGraphicsState);
            self.operator("EMC");
        }
    }

    fn furniture(&mut self, items: &[Item], runs: Vec<Coded>) {
        let middle = self.height / 2.0;
        let rules = drawn_rules(items);
        for at_foot in [false, true] {
            let rules: Vec<Rule> = rules.iter().filter(|r| (r.from.1 > middle) == at_foot).copied().collect();
            if !rules.is_empty() {
                self.begin(Mark::Furniture { at_foot });
                self.rules(&rules);
                self.operator("EMC");
            }
        }
        let at_foot = |coded: &Coded| coded.run.y > middle;
        let marked: Vec<(Mark, Coded)> =
            runs.into_iter().map(|coded| (Mark::Furniture { at_foot: at_foot(&coded) }, coded)).collect();
        self.texts(&marked);
    }

    fn begin(&mut self, mark: Mark) {
        let out = &mut self.written.bytes;
        let artifact = |out: &mut Vec<u8>, names: &[(&'static str, &str)], attached: Option<&str>| {
            write_name(out, b"Artifact");
            let mut properties = DictionaryWriter::begin(out);
            names.iter().for_each(|(key, name)| properties.name(key, name));
            if let Some(side) = attached {
                properties.array("Attached", [side], |out, side| write_name(out, side.as_bytes()));
            }
            properties.end();
        };
        match mark {
            Mark::Tag(Tag::Element(element)) => {
                let mcid = self.marks.len() as i64;
                self.marks.push(element);
                write_name(out, super::structure::type_name(&self.structure[element.0 as usize].kind).as_bytes());
                let mut properties = DictionaryWriter::begin(out);
                properties.integer("MCID", mcid);
                properties.end();
            }
            Mark::Tag(Tag::Artifact(Artifact::Layout)) => artifact(out, &[("Type", "Layout")], None),
            Mark::Tag(Tag::Artifact(Artifact::Pagination)) => artifact(out, &[("Type", "Pagination")], None),
            Mark::Watermark => artifact(out, &[("Type", "Pagination"), ("Subtype", "Watermark")], None),
            // ISO 32000-1 table 330: the side it is attached to, and what it is.
            Mark::Furniture { at_foot } => {
                let (side, subtype) = if at_foot { ("Bottom", "Footer") } else { ("Top", "Header") };
                artifact(out, &[("Type", "Pagination"), ("Subtype", subtype)], Some(side));
            }
        }
        self.operator("BDC");
    }

    fn rules(&mut self, rules: &[Rule]) {
        let mut width = None;
        for rule in rules {
            if width != Some(milli(rule.width)) {
                width = Some(milli(rule.width));
                self.op(Op::SetOutlineThickness { pt: points(milli(rule.width)) });
            }
            let line_points = [rule.from, rule.to]
                .map(|(x, y)| Point { x: points(milli(x)), y: points(milli(self.height - y)) })
                .map(|p| LinePoint { p, bezier: false });
            self.op(Op::DrawLine { line: Line { points: line_points.to_vec(), is_closed: false } });
        }
    }

    /// Sets runs in one text object; consecutive ones with the same mark share its marked-content sequence.
    fn texts(&mut self, runs: &[(Mark, Coded)]) {
        if runs.is_empty() {
            return;
        }
        self.operator("BT");
        self.at = (0, 0);
        for stretch in runs.chunk_by(|a, b| a.0 == b.0) {
            self.begin(stretch[0].0);
            stretch.iter().for_each(|(_, coded)| self.run(*coded));
            self.operator("EMC");
        }
        self.operator("ET");
    }

    fn run(&mut self, Coded { run, shown }: Coded) {
        let Some(first) = run.glyphs.first() else { return };
        let to = (milli(run.x + first.x), milli(self.height - run.y));
        for moved in [to.0 - self.at.0, to.1 - self.at.1] {
            write_decimal(&mut self.written.bytes, moved, 3);
            self.written.bytes.push(b' ');
        }
        self.operator("Td");
        self.at = to;
        let mut line = TextLine { run, start: first.x, width: 0, shown: Shown::Nothing };
        for cluster in glyphs::clusters(run) {
            // Artifacts are never read, so they need no words of their own.
            let spoken = cluster.needs_actual_text() && matches!(run.tag, Tag::Element(_));
            if spoken {
                line.end(&mut self.written.bytes);
                write_name(&mut self.written.bytes, b"Span");
                let mut properties = DictionaryWriter::begin(&mut self.written.bytes);
                properties.text("ActualText", cluster.text);
                properties.end();
                self.operator("BDC");
            }
            self.cluster(&mut line, cluster, shown);
            if spoken {
                line.end(&mut self.written.bytes);
                self.operator("EMC");
            }
        }
        line.end(&mut self.written.bytes);
    }

    fn cluster(&mut self, line: &mut TextLine, cluster: Cluster, shown: &[u32]) {
        for (i, shown) in (cluster.first..).zip(&shown[cluster.first..][..cluster.glyphs.len()]) {
            let code = self.codes.code(*shown);
            let font = Some((code.font, milli(line.run.size)));
            if self.font != font {
                line.end(&mut self.written.bytes);
                self.font = font;
                write_name(&mut self.written.bytes, font_name(code.font).as_bytes());
                self.written.bytes.push(b' ');
                write_decimal(&mut self.written.bytes, milli(line.run.size), 3);
                self.written.bytes.push(b' ');
                self.operator("Tf");
            }
            line.show(&mut self.written.bytes, i, code);
        }
    }
}

/// A run while it is set.
struct TextLine<'a> {
    run: &'a Run,
    start: f64,
    /// How far the viewer's pen has come, in tenths of a thousandth of an em. Exact, so that no error adds up.
    width: i64,
    shown: Shown,
}

/// How far an array of `TJ` (ISO 32000-1 9.4.3) is written.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Nothing,
    /// Its last string is open.
    Codes,
    /// It ends with a number.
    Moved,
}

impl TextLine<'_> {
    /// Shows the i-th glyph, then moves the pen to where the next one begins.
    fn show(&mut self, out: &mut Vec<u8>, i: usize, code: super::glyphs::Code) {
        match self.shown {
            Shown::Nothing => out.extend_from_slice(b"[<"),
            Shown::Codes => {}
            Shown::Moved => out.push(b'<'),
        }
        out.extend_from_slice(code.cid.to_be_bytes().map(hexadecimal).as_flattened());
        self.shown = Shown::Codes;
        self.width += i64::from(code.width) * 10;
        let next = self.run.glyphs.get(i + 1).map(|g| ((g.x - self.start) * 10_000.0 / self.run.size).round() as i64);
        let back = next.map_or(0, |next| self.width - next);
        if back != 0 {
            self.width -= back;
            out.push(b'>');
            write_decimal(out, back, 1);
            self.shown = Shown::Moved;
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(match std::mem::replace(&mut self.shown, Shown::Nothing) {
            Shown::Nothing => b"".as_slice(),
            Shown::Codes => b">]TJ\n",
            Shown::Moved => b"]TJ\n",
        });
    }
}

fn runs(items: &[Item]) -> impl Iterator<Item = &Run> {
    items.iter().filter_map(|item| if let Item::Run(run) = item { Some(run) } else { None })
}

fn drawn_rules(items: &[Item]) -> Vec<Rule> {
    let rules: Vec<Rule> =
        items.iter().filter_map(|i| if let Item::Rule(rule) = i { Some(*rule) } else { None }).collect();
    rules::joined(&rules)
}
