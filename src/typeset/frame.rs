//! Pages as pure geometry: glyphs, rules and links at places, and the structure a screen reader walks.
//! Lengths are pt; the origin is the top left corner of the page as read, y grows downwards.

use super::picture::Drawing;
use crate::fonts::FaceId;
use crate::picture::Raster;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A typeset document.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    /// In order.
    pub pages: Vec<Page>,
    /// Where each heading's anchor lies.
    pub anchors: BTreeMap<String, Destination>,
    /// Headings as bookmarks, in reading order; `level` from 1 without gaps nests them.
    pub outline: Vec<OutlineEntry>,
    /// Elements in reading order; element 0 is the document.
    pub structure: Vec<Element>,
    /// Geometry of the document's tables, in the order of `Document::tables`.
    pub tables: Vec<TableGeometry>,
    /// Geometry of the document's charts, in the order of `Document::charts`.
    pub charts: Vec<ChartGeometry>,
    /// What was placed of the document's pictures, in the order of `Document::pictures`.
    pub pictures: Vec<PlacedPicture>,
    /// Geometry of paragraphs and headings whose roles leave something to decide, by section and block.
    pub texts: BTreeMap<(usize, usize), TextGeometry>,
    /// Section and number of each block that went to a new page with the table it stands before.
    pub moved: BTreeSet<(usize, usize)>,
}

/// One page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The sheet, always upright in pt: width, height.
    pub sheet: (f64, f64),
    /// The content is read turned: the sheet's left edge is the content's head (/Rotate 90).
    pub turned: bool,
    /// What readers see as the page's number: `3`, `ii`, or nothing on the cover.
    pub label: String,
    /// In coordinates as read (width and height of the sheet exchanged when `turned`).
    pub items: Vec<Item>,
    /// The page number and other furniture, in coordinates of the upright sheet. Artifacts.
    pub furniture: Vec<Item>,
    /// Behind everything, in coordinates as read. An artifact.
    pub watermark: Option<Watermark>,
}

/// Words across a page, in light grey.
#[derive(Debug, Clone)]
pub struct Watermark {
    /// Set level, with the middle of its first line at the origin.
    pub runs: Vec<Run>,
    /// The middle of the page, and how far the words are turned about it, in degrees against the clock.
    pub middle: (f64, f64),
    /// Against the clock, in degrees.
    pub angle: f64,
}

/// What stands on a page.
#[derive(Debug, Clone)]
pub enum Item {
    /// Text.
    Run(Run),
    /// A line.
    Rule(Rule),
    /// A drawn shape.
    Path(Path),
    /// Pixels.
    Image(Image),
    /// A clickable area.
    Link(Link),
    /// A grey area.
    Shade(Shade),
    /// A name for a place, to which links lead.
    Anchor(String, (f64, f64)),
}

/// A grey area behind text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shade {
    /// Left, top, width, height.
    pub area: (f64, f64, f64, f64),
    /// From 0, black, to 1, white.
    pub lightness: f64,
}

impl Shade {
    /// What came since an earlier edition. Behind black text: far more contrast than 7 : 1.
    pub fn of_change(area: (f64, f64, f64, f64)) -> Shade {
        Shade { area, lightness: 0.86 }
    }
}

/// Glyphs of one face and size on one baseline.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its face.
    pub face: FaceId,
    /// Type size in pt.
    pub size: f64,
    /// Start of the first glyph's advance box, and the baseline.
    pub x: f64,
    /// The baseline.
    pub y: f64,
    /// In visual order, left to right.
    pub glyphs: Vec<Glyph>,
    /// The text it stands for; the glyphs' `bytes` divide it.
    pub text: String,
    /// The element it belongs to.
    pub tag: Tag,
}

/// A glyph of a run.
#[derive(Debug, Clone, Copy)]
pub struct Glyph {
    /// Index in the run's face.
    pub id: u16,
    /// Start of its advance box, relative to the run's x. Spacing and squeezing are in these places.
    pub x: f64,
    /// How many bytes of the run's text it stands for.
    pub bytes: u8,
}

/// A straight rule, horizontal or vertical, centred on its line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// One end.
    pub from: (f64, f64),
    /// The other end.
    pub to: (f64, f64),
    /// Thickness.
    pub width: f64,
}

/// A shape of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Its outline: begins with [`Segment::Move`], and again for each further part.
    pub segments: Vec<Segment>,
    /// What its inside is filled with; closed then.
    pub fill: Option<Colour>,
    /// Its inside is what an odd number of outlines lies around.
    pub even_odd: bool,
    /// How thick its outline is drawn in black, in pt.
    pub stroke: Option<f64>,
    /// The element it belongs to.
    pub tag: Tag,
}

/// What an area is filled with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Colour {
    /// From 0, black, to 1, white.
    Grey(f64),
    /// Red, green and blue in sRGB.
    Rgb([u8; 3]),
}

/// A picture of pixels.
#[derive(Debug, Clone)]
pub struct Image {
    /// Left, top, width, height.
    pub area: (f64, f64, f64, f64),
    /// Its pixels.
    pub raster: Arc<Raster>,
    /// The element it belongs to.
    pub tag: Tag,
}

impl Path {
    /// Where it begins.
    pub fn begin(&self) -> (f64, f64) {
        match self.segments.first() {
            Some(Segment::Move(p) | Segment::Line(p) | Segment::Curve(_, _, p)) => *p,
            None => (0.0, 0.0),
        }
    }
}

/// A piece of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Segment {
    /// Begins a part.
    Move((f64, f64)),
    /// Straight to a point.
    Line((f64, f64)),
    /// A cubic Bézier curve: two control points, the end.
    Curve((f64, f64), (f64, f64), (f64, f64)),
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A place in the document, by its anchor.
    Anchor(String),
    /// A page on the web.
    Address(String),
}

/// A clickable area.
#[derive(Debug, Clone)]
pub struct Link {
    /// Left, top, width, height.
    pub area: (f64, f64, f64, f64),
    /// Where it leads.
    pub target: Target,
    /// The Link element it belongs to.
    pub tag: Tag,
    /// What a screen reader says.
    pub label: String,
}

/// The element some content belongs to, or none: an artifact (furniture, rules, repeated headers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Content of an element.
    Element(ElementId),
    /// No part of what is read.
    Artifact(Artifact),
}

/// Why content is no part of what is read (ISO 32000-1 14.8.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Artifact {
    /// Page numbers, repeated headers, 续表.
    Pagination,
    /// Rules, leaders.
    Layout,
}

/// Index into [`Pages::structure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(pub u32);

/// One element of the structure tree. It holds elements or content, never both; children stand in reading order.
#[derive(Debug, Clone)]
pub struct Element {
    /// Its type.
    pub kind: ElementKind,
    /// None: it is the document.
    pub parent: Option<ElementId>,
    /// In reading order.
    pub children: Vec<ElementId>,
    /// The address of the figure it prints, or the anchor of a heading: its title (T) for tools.
    pub title: Option<String>,
    /// What is read instead of its content (/Alt or /ActualText).
    pub actual_text: Option<String>,
    /// Its language where it differs from the document's.
    pub language: Option<&'static str>,
}

/// Standard structure types (ISO 32000-1 14.8.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ElementKind {
    /// The whole.
    Document,
    /// A section.
    Sect,
    /// A group without a meaning of its own.
    Div,
    /// H1 to H6.
    Heading(u8),
    /// P
    Paragraph,
    /// Words within a paragraph or cell.
    Span,
    /// TOC
    Contents,
    /// TOCI
    ContentsItem,
    /// A line of the contents that leads to its title.
    Reference,
    /// Words that lead somewhere.
    Link,
    /// A table.
    Table {
        /// What it is, in a sentence.
        summary: String,
    },
    /// A table's title and the line above it.
    Caption,
    /// THead
    TableHead,
    /// TBody
    TableBody,
    /// TR
    TableRow,
    /// TH
    HeaderCell {
        /// What it heads.
        scope: Scope,
        /// Columns it covers.
        colspan: u32,
        /// Rows it covers.
        rowspan: u32,
        /// Unique in the document; cells name it in `headers`.
        id: String,
    },
    /// TD
    DataCell {
        /// Columns it covers.
        colspan: u32,
        /// Rows it covers.
        rowspan: u32,
        /// Ids of the header cells that head it.
        headers: Vec<Arc<str>>,
    },
    /// Figure: a picture.
    Figure {
        /// The same in words.
        alt: String,
        /// Left, bottom, right, top on the upright sheet, in whole pt from its bottom left corner.
        bounds: [i64; 4],
    },
    /// A note under a table.
    Note {
        /// Unique in the document.
        id: String,
    },
}

/// What a header cell heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The cells below it.
    Column,
    /// The cells beside it.
    Row,
    /// Both.
    Both,
}

/// A bookmark.
#[derive(Debug, Clone)]
pub struct OutlineEntry {
    /// From 1.
    pub level: u8,
    /// As viewers show it.
    pub title: String,
    /// Where it leads.
    pub anchor: String,
    /// The heading's element.
    pub element: ElementId,
}

/// A point on a page: page index from 0, and the place as read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Destination {
    /// From 0.
    pub page: usize,
    /// From the left, in pt.
    pub x: f64,
    /// From the top, in pt.
    pub y: f64,
}

/// What typesetting decided for a text, so that the DOCX has the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextGeometry {
    /// pt.
    pub size: f64,
    /// Space before it in pt, where its role's gave way.
    pub before: Option<f64>,
    /// Where its lines end, in bytes of its text: all but the last, none where the text itself breaks.
    pub breaks: Vec<usize>,
}

/// How large a chart is, so that the DOCX has the same.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ChartGeometry {
    /// pt.
    pub width: f64,
    /// pt.
    pub height: f64,
}

/// What was placed of a picture, so that all files have the same.
#[derive(Debug, Clone, Default)]
pub struct PlacedPicture {
    /// pt.
    pub width: f64,
    /// pt.
    pub height: f64,
    /// None where it cannot be drawn, which is told.
    pub drawn: Option<Drawn>,
}

/// A picture ready to be put into files.
#[derive(Debug, Clone)]
pub enum Drawn {
    /// Pixels.
    Raster(Arc<Raster>),
    /// Shapes, or what was painted of them.
    Drawing(Arc<Drawing>),
}

impl Drawn {
    /// Its pixels, or what was painted of its shapes.
    pub fn raster(&self) -> &Arc<Raster> {
        match self {
            Drawn::Raster(raster) => raster,
            Drawn::Drawing(drawing) => drawing.raster(),
        }
    }

    /// As an SVG of nothing but shapes, where it is one.
    pub fn svg(&self) -> Option<String> {
        match self {
            Drawn::Raster(_) => None,
            Drawn::Drawing(drawing) => drawing.as_svg(),
        }
    }
}

/// What typesetting decided for a table, so that the DOCX has the same columns and type.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableGeometry {
    /// Column widths in pt; they sum to the table's width.
    pub columns: Vec<f64>,
    /// How much smaller its type is than declared (1.0: as declared).
    pub scale: f64,
    /// Heights of its rows in pt, header and body, each as it stands whole on a page.
    pub rows: Vec<f64>,
    /// Widths in pt of the left, middle and right part of the line above it, where one line holds them.
    pub above: Option<[f64; 3]>,
    /// Where the lines of a head, of a label or of a row's name end, in bytes of its text, by row and column.
    pub heads: BTreeMap<(usize, usize), Vec<usize>>,
    /// Index of the first page it stands on, and how many it takes.
    pub page: usize,
    /// At least 1.
    pub pages: usize,
}
