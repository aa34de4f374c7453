//! Words in a chart, and places for them where nothing else stands.

use super::ink::Ink;
use crate::document::{Align, CHART_TEXT, Inline};
use crate::typeset::flow::Flow;
use crate::typeset::linebreak::{Fit, Line, Measure};
use crate::typeset::paragraph::{self, MIDDLE, Place};
use crate::typeset::text::{Setting, Text};

/// Left, top, width, height.
pub type Area = (f64, f64, f64, f64);

/// Words broken into lines, not yet at a place.
pub struct Label {
    text: Text<'static>,
    lines: Vec<Line>,
    size: f64,
    /// Of the widest line, in pt.
    pub width: f64,
}

/// From one line to the next, in ems.
const PITCH: f64 = 1.25;

impl Label {
    /// Words in lines of at most a width. What cannot be broken to it is set smaller.
    pub fn new(flow: &mut Flow, words: &str, size: f64, width: f64) -> Label {
        let role = flow.role(CHART_TEXT);
        let inlines = [Inline::text(words)];
        let setting = Setting { role: role.font, full: 1.0 };
        let text = flow.shaper.shape(&inlines, setting, &|| None, flow.diagnostics).into_owned();
        let mut lines = Vec::new();
        let measure = Measure { width: (width / size).max(1.0), indent: 0.0 };
        flow.breaker.break_lines(&text, measure, Fit::of(Align::Left), &mut lines);
        let widest = lines.iter().map(|line| line.width).fold(0.0, f64::max) * size;
        let size = if widest > width && widest > 0.0 { size * width / widest } else { size };
        Label { text, lines, size, width: widest.min(width.max(0.0)) }
    }

    pub fn height(&self) -> f64 {
        self.lines.len() as f64 * self.pitch()
    }

    fn pitch(&self) -> f64 {
        PITCH * self.size
    }

    /// Sets the lines into an area from its top.
    pub fn set(&self, ink: &mut Ink, (left, top, width, _): Area, align: Align) {
        let tag = ink.tag;
        for (n, line) in self.lines.iter().enumerate() {
            let y = top + (n as f64 + 0.5) * self.pitch() + MIDDLE * self.size;
            let place = Place { x: left, y, width, size: self.size };
            paragraph::set_line(&self.text, line, place, align, &|_| tag, ink.items);
        }
    }
}

/// Where something stands already.
#[derive(Default)]
pub struct Taken {
    areas: Vec<Area>,
}

/// Between two labels, in pt.
const AIR: f64 = 0.8;

impl Taken {
    pub fn add(&mut self, area: Area) {
        self.areas.push(area);
    }

    /// The first free place at or above (or below) a wanted one; it is taken then.
    pub fn place(&mut self, wanted: Area, upwards: bool) -> Area {
        let (left, mut top, width, height) = wanted;
        // Every move goes beyond an area for good, so there are no more moves than areas.
        while let Some((_, t, _, h)) = self.areas.iter().find(|area| meet(**area, (left, top, width, height))) {
            top = if upwards { t - height - AIR } else { t + h + AIR };
        }
        let area = (left, top, width, height);
        self.areas.push(area);
        area
    }
}

/// Whether two areas overlap by more than touching.
pub fn meet(a: Area, b: Area) -> bool {
    const TOUCH: f64 = 0.01;
    let apart = |at: f64, length: f64, other: f64, of: f64| at + length <= other + TOUCH || other + of <= at + TOUCH;
    !apart(a.0, a.2, b.0, b.2) && !apart(a.1, a.3, b.1, b.3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_goes_where_nothing_stands() {
        let mut taken = Taken::default();
        taken.add((0.0, 50.0, 20.0, 100.0));
        let mut all = vec![(0.0, 50.0, 20.0, 100.0)];
        for n in 0..30 {
            let left = f64::from(n * 7 % 40);
            let area = taken.place((left, 140.0, 25.0, 10.0), n % 3 > 0);
            assert!(all.iter().all(|other| !meet(*other, area)), "{area:?} {all:?}");
            all.push(area);
        }
    }
}
