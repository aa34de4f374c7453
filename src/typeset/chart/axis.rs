//! Columns, stacked columns and lines over places of an axis.

use super::ink::{Ink, Point};
use super::label::{Area, Label, Taken};
use super::{Drawing, SIZE, amount};
use crate::document::{Align, Chart, ChartKind};
use crate::typeset::flow::Flow;

/// Height in pt of what the values span.
const HEIGHT: f64 = 130.0;
/// Widest column in pt, and the share of a place that its columns take.
const WIDEST: f64 = 40.0;
const FILLED: f64 = 0.66;
/// Between what is drawn and its words, in pt.
const GAP: f64 = 2.0;
/// Type sizes that the values may have, in pt: the largest at which none is wider than its place.
const SIZES: [f64; 4] = [9.0, 8.0, 7.0, 6.0];

/// The values of an axis in pt: how far each lies below the highest.
struct Scale {
    most: f64,
    span: f64,
}

impl Scale {
    /// Of what the chart shows, nought among them.
    fn of(chart: &Chart) -> Scale {
        let (mut least, mut most) = (0.0_f64, 0.0_f64);
        for item in &chart.items {
            let mut sums = (0.0, 0.0);
            for value in item.values.iter().map(amount) {
                match (chart.kind, value < 0.0) {
                    (ChartKind::Stacked, true) => sums.0 += value,
                    (ChartKind::Stacked, false) => sums.1 += value,
                    _ => sums = (f64::min(sums.0, value), f64::max(sums.1, value)),
                }
            }
            (least, most) = (least.min(sums.0), most.max(sums.1));
        }
        let span = if most > least { most - least } else { 1.0 };
        Scale { most, span }
    }

    fn y(&self, value: f64) -> f64 {
        (self.most - value) / self.span * HEIGHT
    }
}

/// What is drawn, from x 0 to `width`; y where it comes to lie.
pub fn draw(flow: &mut Flow, chart: &Chart, width: f64, drawing: &mut Drawing) {
    let scale = Scale::of(chart);
    let slot = width / chart.items.len().max(1) as f64;
    let count = chart.series.len().max(1);
    let beside = if chart.kind == ChartKind::Columns { count as f64 } else { 1.0 };
    let bar = (slot * FILLED / beside).min(WIDEST);
    let middle = |item: usize| (item as f64 + 0.5) * slot;
    let left = |item: usize, series: usize| match chart.kind {
        ChartKind::Columns => middle(item) - bar * beside / 2.0 + bar * series as f64,
        _ => middle(item) - bar / 2.0,
    };
    let size =
        size_of_values(flow, chart, if chart.kind == ChartKind::Columns { bar.max(slot / beside - 2.0) } else { slot });
    let mut taken = Taken::default();
    let mut values: Vec<(Label, Area, bool)> = Vec::new();
    let mut ink = Ink { items: &mut drawing.items, tag: drawing.tag };
    ink.line(&[(0.0, scale.y(0.0)), (width, scale.y(0.0))], 0.6);
    match chart.kind {
        ChartKind::Line => {
            for series in 0..count {
                let points: Vec<Point> = (chart.items.iter().enumerate())
                    .filter_map(|(n, item)| Some((middle(n), scale.y(amount(item.values.get(series)?)))))
                    .collect();
                ink.series(&points, series);
                points.iter().for_each(|(x, y)| taken.add((x - 3.0, y - 3.0, 6.0, 6.0)));
            }
        }
        kind => {
            for (n, item) in chart.items.iter().enumerate() {
                let (mut above, mut below) = (0.0, 0.0);
                for (series, value) in item.values.iter().enumerate() {
                    let value = amount(value);
                    let base = match (kind, value < 0.0) {
                        (ChartKind::Stacked, true) => upon(&mut below, value),
                        (ChartKind::Stacked, false) => upon(&mut above, value),
                        _ => 0.0,
                    };
                    let (top, bottom) = (scale.y(base.max(base + value)), scale.y(base.min(base + value)));
                    let area = (left(n, series), top, bar, bottom - top);
                    if bottom - top > 0.0 {
                        ink.bar(area, series);
                        taken.add(area);
                    }
                }
            }
        }
    }
    for (n, item) in chart.items.iter().enumerate() {
        let (mut above, mut below) = (0.0, 0.0);
        for (series, shown) in item.values.iter().enumerate() {
            let value = amount(shown);
            let label = Label::new(flow, &shown.text, size, width);
            let high = label.height();
            let negative = value < 0.0;
            let centred = |x: f64| (x - label.width / 2.0).clamp(0.0, (width - label.width).max(0.0));
            let area = match chart.kind {
                ChartKind::Stacked => {
                    let base = upon(if negative { &mut below } else { &mut above }, value);
                    let (y0, y1) = (scale.y(base), scale.y(base + value));
                    let at = (y0 + y1) / 2.0 - high / 2.0;
                    if (y0 - y1).abs() >= high && label.width <= bar - 2.0 {
                        values.push((label, (left(n, series), at, bar, high), true));
                        continue;
                    }
                    taken.place(
                        ((left(n, series) + bar + GAP).min((width - label.width).max(0.0)), at, label.width, high),
                        !negative,
                    )
                }
                ChartKind::Columns => {
                    let x = left(n, series) + bar / 2.0;
                    let y = if negative { scale.y(value) + GAP } else { scale.y(value) - GAP - high };
                    taken.place((centred(x), y, label.width, high), !negative)
                }
                _ => {
                    let y = scale.y(value);
                    let wanted = if negative { y + GAP + 3.0 } else { y - GAP - 3.0 - high };
                    taken.place((centred(middle(n)), wanted, label.width, high), !negative)
                }
            };
            let over = chart.kind == ChartKind::Line;
            values.push((label, area, over));
        }
    }
    let mut bottom = HEIGHT.max(scale.y(0.0));
    let mut ink = Ink { items: &mut drawing.items, tag: drawing.tag };
    for (label, area, over) in &values {
        if *over {
            let x = area.0 + (area.2 - label.width) / 2.0;
            ink.blank((x - 0.5, area.1, label.width + 1.0, area.3));
        }
        label.set(&mut ink, *area, Align::Center);
        drawing.top = drawing.top.min(area.1);
        bottom = bottom.max(area.1 + area.3);
    }
    let names: Vec<Label> =
        chart.items.iter().map(|item| Label::new(flow, &item.label, SIZE, (slot - 4.0).max(SIZE))).collect();
    let mut ink = Ink { items: &mut drawing.items, tag: drawing.tag };
    for (n, name) in names.iter().enumerate() {
        name.set(&mut ink, (n as f64 * slot, bottom + GAP, slot, name.height()), Align::Center);
    }
    drawing.bottom = bottom + GAP + names.iter().map(Label::height).fold(0.0, f64::max);
    if count > 1 {
        legend(flow, chart, width, drawing);
    }
}

/// Where a part of a stacked column begins; the next begins where it ends.
fn upon(end: &mut f64, value: f64) -> f64 {
    let base = *end;
    *end += value;
    base
}

/// The largest size at which no value is wider than what it has.
fn size_of_values(flow: &mut Flow, chart: &Chart, room: f64) -> f64 {
    let widest = |flow: &mut Flow, size: f64| {
        chart.values().map(|value| Label::new(flow, &value.text, size, 1e4).width).fold(0.0, f64::max)
    };
    SIZES.into_iter().find(|size| widest(flow, *size) <= room).unwrap_or(SIZES[1])
}

/// What the patterns stand for, line by line.
fn legend(flow: &mut Flow, chart: &Chart, width: f64, drawing: &mut Drawing) {
    const SWATCH: f64 = 18.0;
    const APART: f64 = 14.0;
    let labels: Vec<Label> =
        chart.series.iter().map(|name| Label::new(flow, name, SIZE, width - SWATCH - APART)).collect();
    let wide = |label: &Label| SWATCH + 3.0 + label.width;
    let mut lines: Vec<(f64, Vec<usize>)> = Vec::new();
    for (n, label) in labels.iter().enumerate() {
        match lines.last_mut() {
            Some((used, line)) if *used + APART + wide(label) <= width => {
                *used += APART + wide(label);
                line.push(n);
            }
            _ => lines.push((wide(label), vec![n])),
        }
    }
    let mut top = drawing.bottom + 5.0;
    for (used, line) in lines {
        let mut x = (width - used) / 2.0;
        let high = line.iter().map(|n| labels[*n].height()).fold(0.0, f64::max);
        let mut ink = Ink { items: &mut drawing.items, tag: drawing.tag };
        for n in line {
            let middle = top + SIZE * 0.62;
            match chart.kind {
                ChartKind::Line => {
                    ink.series(&[(x, middle), (x + SWATCH, middle)], n);
                }
                _ => ink.bar((x, middle - 4.0, SWATCH, 8.0), n),
            }
            labels[n].set(&mut ink, (x + SWATCH + 3.0, top, labels[n].width, high), Align::Left);
            x += wide(&labels[n]) + APART;
        }
        top += high + 2.0;
    }
    drawing.bottom = top;
}
