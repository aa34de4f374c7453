//! Texts broken into lines of the page's width, in the type their roles declare, not yet on a page.

use super::flow::{Flow, place_of};
use super::linebreak::{Fit, Line, Measure, natural_width};
use super::sense;
use super::structure::Tags;
use super::text::{Setting, Text};
use crate::document::{Align, Inline, Source};
use crate::fonts::Role;
use crate::style::TextStyle;
use std::borrow::Cow;

/// The sizes that Chinese print has, in pt, from 小初 to 小五.
const SIZES: [f64; 11] = [36.0, 26.0, 24.0, 22.0, 18.0, 16.0, 15.0, 14.0, 12.0, 10.5, 9.0];

/// A text that is narrower than its measure by so many ems is a line by itself, however its widths are summed.
const SURE: f64 = 0.01;

/// A text broken into lines, not yet on a page.
pub struct Galley<'a> {
    pub text: Text<'a>,
    pub lines: Vec<Line>,
    pub size: f64,
    pub pitch: f64,
    pub align: Align,
    /// From the type area's left edge to the lines', their width, and the first line's indent, in pt.
    pub left: f64,
    pub width: f64,
    pub indent: f64,
    pub before: f64,
    pub after: f64,
    pub tags: Tags,
    /// The space before gives way where the page is short of it.
    pub yields: bool,
    /// Which block of which section it is, if its role leaves something to decide.
    pub block: Option<(usize, usize)>,
    /// Bookmarks and contents lead to its first line.
    pub anchor: Option<Cow<'a, str>>,
}

impl Galley<'_> {
    pub fn height(&self) -> f64 {
        self.pitch * self.lines.len() as f64
    }

    /// Space above the characters of a line, and below them, within its pitch.
    pub fn half_leading(&self) -> f64 {
        ((self.pitch - self.size) / 2.0).max(0.0)
    }
}

/// What a text is set in.
#[derive(Clone, Copy)]
pub struct TextRole<'a> {
    pub style: &'a TextStyle,
    pub font: &'a Role,
}

impl<'a> Flow<'a> {
    /// A text role by name; an unknown one is reported once, and the first of the style serves.
    pub fn role(&mut self, name: &str) -> TextRole<'a> {
        let (style, fonts) = (self.style, self.fonts);
        let text = style.text.get(name).unwrap_or_else(|| {
            self.report_unknown("E431", "文字样式", name, &mut style.text.keys().map(String::as_str));
            &style.text[0]
        });
        let font = fonts.roles.get(&text.font).unwrap_or_else(|| {
            self.report_unknown("E433", "字体角色", &text.font, &mut fonts.roles.keys().map(String::as_str));
            &fonts.roles[0]
        });
        TextRole { style: text, font }
    }

    /// Breaks inlines into lines of the type area's width.
    pub fn galley(&mut self, role: &str, inlines: &'a [Inline], source: Option<&Source>, tags: Tags) -> Galley<'a> {
        let role = self.role(role);
        let text = self.shape(role, inlines, source);
        self.break_galley(role, text, tags, 0.0)
    }

    pub fn shape(&mut self, role: TextRole<'a>, inlines: &'a [Inline], source: Option<&Source>) -> Text<'a> {
        let place = || source.map(place_of);
        let setting = Setting { role: role.font, full: self.full_width(role.style) };
        self.shaper.shape(inlines, setting, &place, self.diagnostics)
    }

    /// Lines of a text, `reserve` pt being kept free at their right.
    pub fn break_galley(&mut self, role: TextRole<'a>, text: Text<'a>, tags: Tags, reserve: f64) -> Galley<'a> {
        let style = role.style;
        let em = self.fitted_size(style, &text, reserve);
        let char_width = em * self.full_width(style);
        let (left, right) = (style.left * char_width, style.right * char_width);
        let width = (self.area.width - left - right - reserve).max(em.min(self.area.width));
        let indent = (style.indent * char_width).min(width / 2.0);
        let fit = if style.balance { Fit::Balanced } else { Fit::of(style.align) };
        let mut lines = Vec::new();
        let measure = Measure { width: width / em, indent: indent / em };
        // A line by itself is broken nowhere.
        if style.balance && natural_width(&text) > measure.width - measure.indent - SURE {
            self.breaker.senses = sense::costs(&text);
        }
        self.breaker.break_lines(&text, measure, fit, &mut lines);
        self.breaker.senses.clear();
        Galley {
            text,
            lines,
            size: em,
            pitch: self.pitch(style) * em / style.size.max(0.1),
            align: style.align,
            left,
            width,
            indent,
            before: style.before,
            after: style.after,
            tags,
            yields: style.yields,
            block: None,
            anchor: None,
        }
    }

    /// The largest size of print at which a text has no more lines than its role would have, and none ends within a
    /// word; the least of the role where there is none.
    fn fitted_size(&mut self, style: &TextStyle, text: &Text, reserve: f64) -> f64 {
        let declared = style.size.max(0.1);
        let Some(least) = style.least.filter(|&least| least < declared && !style.grid) else { return declared };
        let most = style.lines.unwrap_or(usize::MAX);
        let senses = sense::costs(text);
        let whole = |line: &Line| {
            line.last || line.end == 0 || senses.get(line.end as usize - 1).is_none_or(|c| *c < sense::WITHIN_WORD)
        };
        let fit = if style.balance { Fit::Balanced } else { Fit::of(style.align) };
        let smaller = SIZES.into_iter().filter(|&size| size < declared && size > least);
        for size in std::iter::once(declared).chain(smaller) {
            let width = (self.area.width - (style.left + style.right) * size - reserve).max(size);
            let mut lines = Vec::new();
            self.breaker.senses.clone_from(&senses);
            let measure = Measure { width: width / size, indent: style.indent };
            self.breaker.break_lines(text, measure, fit, &mut lines);
            self.breaker.senses.clear();
            if lines.len() <= most && lines.iter().all(|l| whole(l) && !l.hyphen) {
                return size;
            }
        }
        least.max(0.1)
    }

    /// A full-width character's advance in ems: the page's grid where the role follows it.
    fn full_width(&self, style: &TextStyle) -> f64 {
        if !style.grid || self.setup.chars == 0 {
            return 1.0;
        }
        // A size that is none of the grid's (a title) would be torn apart or overlap.
        let full = self.area.width / f64::from(self.setup.chars) / style.size.max(0.1);
        if (0.9..=1.25).contains(&full) { full } else { 1.0 }
    }

    /// A role's line pitch: its own, else the page's grid, unless its type is too large for that.
    fn pitch(&self, style: &TextStyle) -> f64 {
        style.pitch.filter(|&p| p > 0.0).unwrap_or_else(|| self.setup.pitch().max(1.25 * style.size)).max(0.1)
    }
}
