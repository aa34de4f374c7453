//! A picture onto its page: whole, as wide as its text says and the type area allows, on the page of its caption.

mod drawing;
mod words;

pub use drawing::{Drawing, Shape, drawing};

use super::flow::{Flow, place_of};
use super::frame::{Colour, Drawn, ElementKind, Image, Item, Path, PlacedPicture, Segment, Shade, Tag};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Change, Picture, Width};
use crate::picture::{Content, undrawable};
use std::sync::Arc;

/// Space above and below, and room kept for the line under it, in pt.
const AROUND: f64 = 6.0;
const CAPTION: f64 = 26.0;
/// With fewer pixels an inch print shows them.
const COARSE: f64 = 150.0;

/// Sets a picture; one that cannot be drawn is told, and leaves no space.
pub fn set_picture<'a>(flow: &mut Flow<'a>, picture: &'a Picture) {
    let drawn = drawn(flow, picture);
    let (width, height) = size(flow, picture);
    flow.pictures.push(PlacedPicture { width, height, drawn: drawn.clone() });
    let kind = |bounds| ElementKind::Figure { alt: picture.words.clone(), bounds };
    let element = flow.tree.add(flow.sect, kind([0; 4]));
    let tag = Tag::Element(element);
    let caption = if picture.captioned { CAPTION } else { 0.0 };
    flow.make_room(height + 2.0 * AROUND + caption);
    flow.release_held();
    let (left, top) = (flow.area.left + (flow.area.width - width) / 2.0, flow.y + AROUND);
    let area = (left, top, width, height);
    if picture.change == Change::Inserted {
        // Around it, for it covers what lies under it.
        let frame = (left - AROUND, top - AROUND / 2.0, width + 2.0 * AROUND, height + AROUND);
        flow.items().push(Item::Shade(Shade::of_change(frame)));
    }
    match drawn {
        Some(Drawn::Raster(raster)) => flow.items().push(Item::Image(Image { area, raster, tag })),
        Some(Drawn::Drawing(drawing)) => match &drawing.shapes {
            Some(shapes) => {
                let scale = (width / drawing.size.0, height / drawing.size.1);
                flow.items().extend(shapes.iter().map(|shape| Item::Path(path(shape, (left, top), scale, tag))));
            }
            None => flow.items().push(Item::Image(Image { area, raster: drawing.raster().clone(), tag })),
        },
        None => {}
    }
    if picture.change == Change::Deleted {
        let (right, bottom) = (left + width, top + height);
        for (from, to) in [((left, top), (right, bottom)), ((left, bottom), (right, top))] {
            let segments = vec![Segment::Move(from), Segment::Line(to)];
            flow.items().push(Item::Path(Path { segments, fill: None, even_odd: false, stroke: Some(1.0), tag }));
        }
    }
    let bounds = flow.bounds(area);
    flow.tree.elements[element.0 as usize].kind = kind(bounds);
    flow.fill(height + 2.0 * AROUND);
}

fn drawn<'a>(flow: &mut Flow<'a>, picture: &'a Picture) -> Option<Drawn> {
    let source = match &picture.image.content {
        Content::Raster(raster) => return Some(Drawn::Raster(raster.clone())),
        Content::Svg(source) => source,
    };
    if let Some(known) = flow.drawings.get(&*picture.image.digest) {
        return known.clone().map(Drawn::Drawing);
    }
    let drawing = match drawing(source, flow.fonts) {
        Ok(drawing) => Some(Arc::new(drawing)),
        Err(what) => {
            let found = undrawable(&picture.image.file, &what).at(place_of(&picture.source));
            flow.diagnostics.push(found);
            None
        }
    };
    flow.drawings.insert(&picture.image.digest, drawing.clone());
    drawing.map(Drawn::Drawing)
}

/// As wide as it is said to be, else as it is; within the type area, with room for its caption.
fn size(flow: &mut Flow, picture: &Picture) -> (f64, f64) {
    let (own_width, own_height) = picture.image.size;
    let caption = if picture.captioned { CAPTION } else { 0.0 };
    let (most_width, most_height) = (flow.area.width, (flow.area.height - 2.0 * AROUND - caption).max(1.0));
    let asked = match picture.width {
        Some(Width::Share(share)) => share * most_width,
        Some(Width::Length(length)) => length,
        None => own_width,
    };
    let ratio = own_height / own_width.max(f64::MIN_POSITIVE);
    let width = asked.min(most_width).min(most_height / ratio.max(f64::MIN_POSITIVE)).max(1.0);
    let height = (width * ratio).clamp(0.1, most_height);
    if let Content::Raster(raster) = &picture.image.content {
        let per_inch = f64::from(raster.width) * 72.0 / width;
        if per_inch < COARSE && picture.change == Change::Same {
            let message = format!("图片“{}”印出来只有 {per_inch:.0} DPI，可能发虚", picture.image.file);
            let needed = (width * 200.0 / 72.0).ceil();
            let found = Diagnostic::new(Severity::Note, "E368", message).at(place_of(&picture.source));
            flow.diagnostics.push(found.hint(format!("换一张宽 {needed:.0} 像素以上的，或用 {{width=…}} 印小些")));
        }
    }
    (width, height)
}

/// A shape of a drawing where the drawing stands.
fn path(shape: &Shape, (left, top): (f64, f64), scale: (f64, f64), tag: Tag) -> Path {
    let at = |(x, y): (f64, f64)| (left + x * scale.0, top + y * scale.1);
    let segments = shape.segments.iter().map(|segment| match *segment {
        Segment::Move(p) => Segment::Move(at(p)),
        Segment::Line(p) => Segment::Line(at(p)),
        Segment::Curve(a, b, p) => Segment::Curve(at(a), at(b), at(p)),
    });
    let [r, g, b] = shape.colour;
    let fill = if r == g && g == b { Colour::Grey(f64::from(r) / 255.0) } else { Colour::Rgb(shape.colour) };
    Path { segments: segments.collect(), fill: Some(fill), even_odd: shape.even_odd, stroke: None, tag }
}
