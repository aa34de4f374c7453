//! A chart onto its page: drawn at the origin (`axis`, `pie`), then moved to where it stands whole, with the line under
//! it. Words never overlap (`label`); patterns are told apart without colour (`ink`).

mod axis;
mod ink;
mod label;
mod pie;

use super::flow::Flow;
use super::frame::{ChartGeometry, ElementKind, Item, Path, Rule, Segment, Shade, Tag};
use crate::document::{Align, Change, Chart, ChartKind, ChartValue};
use ink::Ink;
use label::Label;
use rust_decimal::prelude::ToPrimitive;

/// Size of those words in pt.
const SIZE: f64 = 9.0;
/// Space above and below, and room kept for the line under it, in pt.
const AROUND: f64 = 6.0;
const CAPTION: f64 = 26.0;

/// What is drawn, and from where to where it reaches.
struct Drawing {
    items: Vec<Item>,
    tag: Tag,
    top: f64,
    bottom: f64,
}

/// Geometry is in binary floats; what is printed is the value's text.
fn amount(value: &ChartValue) -> f64 {
    value.amount.to_f64().unwrap_or_default()
}

/// Sets a chart: whole, on the page of its caption.
pub fn set_chart(flow: &mut Flow, chart: &Chart) {
    let kind = ElementKind::Figure { alt: chart.description.clone(), bounds: [0; 4] };
    let element = flow.tree.add(flow.sect, kind);
    let tag = Tag::Element(element);
    let width = flow.area.width;
    let mut drawing = Drawing { items: Vec::new(), tag, top: 0.0, bottom: 0.0 };
    match chart.kind {
        ChartKind::Pie => pie::draw(flow, chart, width, &mut drawing),
        ChartKind::Columns | ChartKind::Stacked | ChartKind::Line => axis::draw(flow, chart, width, &mut drawing),
    }
    set_unit(flow, chart, width, &mut drawing);
    let height = drawing.bottom - drawing.top;
    flow.make_room(height + 2.0 * AROUND + CAPTION);
    flow.release_held();
    let (left, top) = (flow.area.left, flow.y + AROUND);
    let area = (left, top, width, height);
    if chart.change == Change::Inserted {
        flow.items().push(Item::Shade(Shade::of_change(area)));
    }
    let (dx, dy) = (left, top - drawing.top);
    let moved = drawing.items.into_iter().map(|item| moved(item, dx, dy));
    flow.items().extend(moved);
    if chart.change == Change::Deleted {
        let crossed = [((left, top), (left + width, top + height)), ((left, top + height), (left + width, top))];
        let mut ink = Ink { items: flow.items(), tag };
        crossed.iter().for_each(|(from, to)| ink.line(&[*from, *to], 1.0));
    }
    let bounds = flow.bounds(area);
    flow.tree.elements[element.0 as usize].kind = ElementKind::Figure { alt: chart.description.clone(), bounds };
    flow.charts.push(ChartGeometry { width, height });
    flow.fill(height + 2.0 * AROUND);
}

/// What its amounts are given in, at the right above it.
fn set_unit(flow: &mut Flow, chart: &Chart, width: f64, drawing: &mut Drawing) {
    let label = Label::new(flow, &format!("单位：{}", chart.unit), SIZE, width);
    let top = drawing.top - label.height() - 3.0;
    let mut ink = Ink { items: &mut drawing.items, tag: drawing.tag };
    label.set(&mut ink, (0.0, top, width, label.height()), Align::Right);
    drawing.top = top;
}

/// An item elsewhere.
fn moved(item: Item, dx: f64, dy: f64) -> Item {
    let by = |(x, y): (f64, f64)| (x + dx, y + dy);
    match item {
        Item::Run(mut run) => {
            (run.x, run.y) = by((run.x, run.y));
            Item::Run(run)
        }
        Item::Path(path) => {
            let one = |segment: Segment| match segment {
                Segment::Move(p) => Segment::Move(by(p)),
                Segment::Line(p) => Segment::Line(by(p)),
                Segment::Curve(a, b, p) => Segment::Curve(by(a), by(b), by(p)),
            };
            Item::Path(Path { segments: path.segments.into_iter().map(one).collect(), ..path })
        }
        Item::Rule(rule) => Item::Rule(Rule { from: by(rule.from), to: by(rule.to), ..rule }),
        other => other,
    }
}
