//! Pages by themselves: type area, numbers and their place on the sheet.

use super::class::Class;
use super::flow::Flow;
use super::frame::{Artifact, Item, Page, Tag, Watermark};
use super::linebreak::{Breaker, Fit, Line, Measure};
use super::paragraph::{self, MIDDLE, Place};
use super::text::{Setting, Text};
use crate::document::{Align, Inline, Numbering};
use crate::fonts::{FaceId, Fonts};
use crate::style::{MM, NumberPlace, PageNumberStyle, PageSetup};

/// The type area (版心) as read, in pt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Area {
    /// The type area of a setup. Margins that leave nothing are ignored, so that a page always holds something.
    pub fn of(setup: &PageSetup) -> Area {
        let (left, top, width, height) = setup.type_area();
        let (page_width, page_height) = setup.size();
        let (left, width) = if width >= 1.0 { (left, width) } else { (0.0, page_width.max(1.0)) };
        let (top, height) = if height >= 1.0 { (top, height) } else { (0.0, page_height.max(1.0)) };
        Area { left, top, width, height }
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// Number of a page within its section's numbering; none on pages that count but show nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    pub value: u32,
    pub numbering: Numbering,
}

impl Number {
    /// What readers see, e.g. `iv`; empty when the page bears no number.
    pub fn label(self) -> String {
        match self.numbering {
            Numbering::None => String::new(),
            Numbering::Decimal => self.value.to_string(),
            Numbering::Roman => roman(self.value),
        }
    }
}

/// Lower-case Roman digits.
fn roman(mut value: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut text = String::new();
    for (worth, sign) in SIGNS {
        while value >= worth {
            text.push_str(sign);
            value -= worth;
        }
    }
    text
}

impl Flow<'_> {
    /// Words across every page, from corner to corner, in the first heading's font.
    pub fn set_watermark(&mut self, words: &str) {
        let heading = self.document.headings().next().map_or("", |h| h.role.as_str());
        let name = if self.style.text.contains_key(heading) {
            heading
        } else {
            self.style.text.keys().next().map_or("", |n| n)
        };
        let role = self.role(name);
        let inlines = [Inline::text(words)];
        let text = self.shaper.shape(&inlines, Setting { role: role.font, full: 1.0 }, &|| None, self.diagnostics);
        let line = whole_line(&text);
        for page in &mut self.pages {
            page.watermark = watermark(page, &text, &line);
        }
    }

    pub fn number_pages(&mut self) {
        let style = &self.style.number;
        let role = self.role(&style.text);
        // All numbers have the same dashes.
        let mut known: Option<(Option<(FaceId, u16)>, f64)> = None;
        for index in 0..self.pages.len() {
            let setup = self.page_setup(self.setups[index].1);
            let (number, label) = (self.numbers[index], self.pages[index].label.clone());
            if label.is_empty() {
                continue;
            }
            let inlines = [Inline::text(style.form.replace("{}", &label))];
            let setting = Setting { role: role.font, full: 1.0 };
            let text = self.shaper.shape(&inlines, setting, &|| None, self.diagnostics);
            let recto = if number.numbering == Numbering::Roman { index % 2 == 0 } else { number.value % 2 == 1 };
            let dash = text.signs.iter().find(|s| s.class == Class::Dash).map(|s| (s.face, s.glyph));
            let top = known.filter(|(of, _)| *of == dash).map_or_else(|| dash_top(dash, self.fonts), |(_, top)| top);
            known = Some((dash, top));
            set_number(&mut self.pages[index], recto, &text, style, setup, role.style.size, top);
        }
    }
}

impl Flow<'_> {
    /// The running head of each page that has one.
    pub fn head_pages(&mut self) {
        let Some(style) = &self.style.head else { return };
        let role = self.role(&style.text);
        for index in 0..self.pages.len() {
            let Some(words) = self.heads[index] else { continue };
            let inlines = [Inline::text(words)];
            let setting = Setting { role: role.font, full: 1.0 };
            let text = self.shaper.shape(&inlines, setting, &|| None, self.diagnostics);
            let ((setup, _), size) = (self.setups[index], role.style.size);
            let area = Area::of(setup);
            let y = (area.top - style.above * MM).max(size);
            let place = Place { x: area.left, y, width: area.width, size };
            let tag = |_| Tag::Artifact(Artifact::Pagination);
            paragraph::set_line(&text, &whole_line(&text), place, Align::Center, &tag, &mut self.pages[index].items);
        }
    }
}

/// Puts a page's number in its place: GB/T 9704-2012 7.5, below the type area of the upright sheet, at the outer
/// edge, on a turned page too. Odd numbers are at the right, even ones at the left; of pages with roman numbers (the
/// contents, behind the cover), those that are the front of a sheet at the right. `top`: of its dashes, in ems.
fn set_number(
    page: &mut Page,
    recto: bool,
    text: &Text,
    style: &PageNumberStyle,
    setup: &PageSetup,
    size: f64,
    top: f64,
) {
    let area = Area::of(&setup.upright());
    let inset = style.inset * size;
    let align = match style.place {
        NumberPlace::Center => Align::Center,
        NumberPlace::Outside if recto => Align::Right,
        NumberPlace::Outside => Align::Left,
    };
    let (x, width) = match style.place {
        NumberPlace::Center => (area.left, area.width),
        NumberPlace::Outside => (area.left + inset, (area.width - 2.0 * inset).max(0.0)),
    };
    let y = area.bottom() + style.below * MM + top * size;
    let place = Place { x, y, width, size };
    let line = whole_line(text);
    let tag = |_| Tag::Artifact(Artifact::Pagination);
    paragraph::set_line(text, &line, place, align, &tag, &mut page.furniture);
}

/// A line of words across a page, along its diagonal, just over half as long as that.
pub fn watermark(page: &Page, text: &Text, line: &Line) -> Option<Watermark> {
    let (width, height) = if page.turned { (page.sheet.1, page.sheet.0) } else { page.sheet };
    let size = 0.55 * width.hypot(height) / line.width.max(1.0);
    let mut items = Vec::new();
    let place = Place { x: -line.width * size / 2.0, y: paragraph::MIDDLE * size, width: line.width * size, size };
    let tag = |_| Tag::Artifact(Artifact::Pagination);
    paragraph::set_line(text, line, place, Align::Left, &tag, &mut items);
    let runs = items.into_iter().filter_map(|item| if let Item::Run(run) = item { Some(run) } else { None }).collect();
    let angle = height.atan2(width).to_degrees();
    Some(Watermark { runs, middle: (width / 2.0, height / 2.0), angle })
}

/// How far above the baseline the dashes beside a number have their ink, in ems (一字线上距); without dashes, the middle
/// of its characters.
fn dash_top(dash: Option<(FaceId, u16)>, fonts: &Fonts) -> f64 {
    dash.and_then(|(face, glyph)| fonts.face(face).ink_top(glyph)).unwrap_or(MIDDLE)
}

/// A text as a single line, however long.
pub fn whole_line(text: &Text) -> Line {
    let mut lines = Vec::with_capacity(1);
    let measure = Measure { width: f64::INFINITY, indent: 0.0 };
    Breaker::default().break_lines(text, measure, Fit::Ragged, &mut lines);
    lines.first().copied().unwrap_or(Line { start: 0, end: 0, width: 0.0, last: true, hyphen: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roman_numbers() {
        let labels: Vec<String> = [1, 4, 9, 14, 40, 1994].map(roman).into();
        assert_eq!(labels, ["i", "iv", "ix", "xiv", "xl", "mcmxciv"]);
    }

    #[test]
    fn margins_that_leave_nothing_are_ignored() {
        let setup = PageSetup {
            paper: [10.0, 10.0],
            landscape: false,
            turned: false,
            margin: [37.0, 26.0, 35.0, 28.0],
            lines: 22,
            chars: 28,
        };
        let area = Area::of(&setup);
        assert!(area.left == 0.0 && area.width > 28.0 && area.height > 28.0);
    }
}
