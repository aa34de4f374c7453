//! Shares of a whole, each with its words beside it.

use super::ink::{Ink, on_circle};
use super::label::Label;
use super::{Drawing, amount};
use crate::document::{Align, Chart};
use crate::typeset::flow::Flow;

/// Radius in pt, and the widest where there are many words beside it.
const RADIUS: f64 = 62.0;
const WIDEST: f64 = 110.0;
/// From the rim to the bend of a leader, and to the words.
const BEND: f64 = 6.0;
const REACH: f64 = 20.0;
/// Type sizes of the words, the largest at which they are not higher than the page.
const SIZES: [f64; 4] = [9.0, 8.0, 7.0, 6.0];

struct Slice {
    from: f64,
    to: f64,
    label: Label,
    /// Where the top of its words is wanted, and where it is.
    top: f64,
}

impl Slice {
    fn middle(&self) -> f64 {
        (self.from + self.to) / 2.0
    }
}

/// What is drawn, from x 0 to `width`, about y 0.
pub fn draw(flow: &mut Flow, chart: &Chart, width: f64, drawing: &mut Drawing) {
    let whole: f64 = chart.values().map(amount).sum();
    let most = flow.area.height * 0.8;
    let mut chosen = None;
    for size in SIZES {
        let mut angle = 0.0;
        let room = width / 2.0 - RADIUS - REACH - 4.0;
        let slices: Vec<Slice> = chart
            .items
            .iter()
            .map(|item| {
                let share: f64 = item.values.iter().map(amount).sum::<f64>() / whole.max(f64::MIN_POSITIVE);
                let (from, to) = (angle, angle + 360.0 * share);
                angle = to;
                Slice { from, to, label: Label::new(flow, &words(chart, item), size, room), top: 0.0 }
            })
            .collect();
        let side = |right: bool| {
            let of = slices.iter().filter(|slice| (slice.middle() < 180.0) == right);
            of.map(|slice| slice.label.height() + 1.0).sum::<f64>()
        };
        let high = side(true).max(side(false));
        chosen = Some((slices, high));
        if high <= most {
            break;
        }
    }
    let Some((mut slices, high)) = chosen else { return };
    let radius = (high * 0.3).clamp(RADIUS, WIDEST.min(RADIUS + 30.0));
    let middle = (width / 2.0, 0.0);
    for slice in &mut slices {
        slice.top = on_circle(middle, radius + REACH, slice.middle()).1 - slice.label.height() / 2.0;
    }
    for right in [true, false] {
        // From the top down, each below the one before; then all by the mean of how far they had to go.
        let mut side: Vec<&mut Slice> = slices.iter_mut().filter(|s| (s.middle() < 180.0) == right).collect();
        if !right {
            side.reverse();
        }
        let (mut free, mut moved) = (f64::MIN, 0.0);
        for slice in &mut side {
            let top = slice.top.max(free);
            moved += top - slice.top;
            slice.top = top;
            free = top + slice.label.height() + 1.0;
        }
        let back = moved / side.len().max(1) as f64;
        side.iter_mut().for_each(|slice| slice.top -= back);
    }
    (drawing.top, drawing.bottom) = (-radius, radius);
    let mut ink = Ink { items: &mut drawing.items, tag: drawing.tag };
    for (n, slice) in slices.iter().enumerate() {
        ink.slice(middle, radius, slice.from, slice.to, n);
    }
    let mut ink = Ink { items: &mut drawing.items, tag: drawing.tag };
    for slice in &slices {
        let right = slice.middle() < 180.0;
        let label = &slice.label;
        let (edge, x, align) = match right {
            true => (middle.0 + radius + REACH, middle.0 + radius + REACH + 3.0, Align::Left),
            false => {
                let edge = middle.0 - radius - REACH;
                (edge, edge - 3.0 - label.width, Align::Right)
            }
        };
        let level = slice.top + label.height() / 2.0;
        let rim = |out: f64| on_circle(middle, radius + out, slice.middle());
        ink.line(&[rim(0.0), rim(BEND), (edge, level)], 0.4);
        label.set(&mut ink, (x, slice.top, label.width, label.height()), align);
        drawing.top = drawing.top.min(slice.top);
        drawing.bottom = drawing.bottom.max(slice.top + label.height());
    }
}

/// `基本支出 1140.27，27.52%`
fn words(_: &Chart, item: &crate::document::ChartItem) -> String {
    let mut words = item.label.clone();
    for value in &item.values {
        words += &format!(" {}", value.text);
        if let Some(share) = &value.share {
            words += &format!("，{share}");
        }
    }
    words
}
