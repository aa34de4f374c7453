//! Charts of a page: shapes that are no table's, and the words that belong to them. What a chart says is no text of the
//! document; the line under it is.

use super::arrange::{is_unit, number_of};
use super::grid::Grid;
use super::lines::Line;
use super::pdf::{Ink, Shape};

/// Shapes of the fullest page whose charts are told.
pub const MOST_SHAPES: usize = 2000;
/// Shapes of one chart stand no further apart, in points.
const NEAR: f32 = 36.0;
/// A shape that is a chart by itself is so wide and high: a pie.
const ALONE: f32 = 40.0;
/// A mark of a legend is no wider and no higher.
const MARK: f32 = 24.0;
/// More characters within a box, and it is the ground of words.
const WORDS: usize = 12;

/// An area of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Area {
    fn of(shape: &Shape) -> Area {
        Area { left: shape.left, top: shape.top, right: shape.right, bottom: shape.bottom }
    }

    fn of_grid(grid: &Grid) -> Area {
        let (right, bottom) = (grid.xs[grid.xs.len() - 1], grid.ys[grid.ys.len() - 1]);
        Area { left: grid.xs[0], top: grid.ys[0], right, bottom }
    }

    fn around(self, other: Area) -> Area {
        Area {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn is_near(&self, other: &Area, near: f32) -> bool {
        self.left - near <= other.right
            && other.left - near <= self.right
            && self.top - near <= other.bottom
            && other.top - near <= self.bottom
    }

    fn holds(&self, other: &Area) -> bool {
        let (x, y) = ((other.left + other.right) / 2.0, (other.top + other.bottom) / 2.0);
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// Takes a page's charts out of what is read of it: grids of their lines, and words that belong to them. How many there were.
pub fn leave_out(ink: &Ink, tables: &mut Vec<Grid>, lines: &mut Vec<Line>) -> usize {
    let mut charts = charts(ink, tables);
    // Paragraphs that run through it: a watermark, a seal, the ground of a page.
    let runs_through = |chart: &Area, line: &&Line| {
        let y = line.y - line.size * 0.35;
        (chart.top + 2.0..=chart.bottom - 2.0).contains(&y) && is_long(line, ink.width)
    };
    charts.retain(|chart| lines.iter().filter(|line| runs_through(chart, line)).count() == 0);
    tables.retain(|grid| !charts.iter().any(|chart| chart.holds(&Area::of_grid(grid)) && is_bare(grid)));
    for chart in &charts {
        lines.retain(|line| !belongs(line, chart, ink.width));
    }
    charts.len()
}

/// Lines of a chart's ground hold few words, or none; the sides of its bars make no rows.
fn is_bare(grid: &Grid) -> bool {
    let cells = || grid.rows.iter().flat_map(|row| &row.cells);
    grid.rows.len() < 3 || cells().filter(|cell| !cell.text.is_empty()).count() * 3 < cells().count()
}

fn charts(ink: &Ink, tables: &[Grid]) -> Vec<Area> {
    let (bare, full): (Vec<&Grid>, Vec<&Grid>) = tables.iter().partition(|grid| is_bare(grid));
    let full: Vec<Area> = full.into_iter().map(Area::of_grid).collect();
    let bare: Vec<Area> = bare.into_iter().map(Area::of_grid).collect();
    let page = ink.width * ink.height;
    let is_drawn = |shape: &&Shape| {
        let area = Area::of(shape);
        let large = (area.right - area.left) * (area.bottom - area.top) > page / 2.0;
        let within = || {
            let holds = |glyph: &&super::pdf::Glyph| {
                (area.left..=area.right).contains(&glyph.x)
                    && (area.top..=area.bottom).contains(&(glyph.y - glyph.size * 0.35))
            };
            ink.glyphs.iter().filter(|glyph| !glyph.c.is_whitespace()).filter(holds).take(WORDS + 1).count()
        };
        !large
            && !full.iter().any(|table| table.holds(&area))
            && !(shape.straight && (is_ground(shape, ink) || within() > WORDS))
    };
    if ink.shapes.len() > MOST_SHAPES {
        return Vec::new();
    }
    let shapes: Vec<&Shape> = ink.shapes.iter().filter(is_drawn).collect();
    let mut charts: Vec<(Area, Vec<&Shape>)> = Vec::new();
    for shape in shapes {
        let mut joined = (Area::of(shape), vec![shape]);
        while let Some(at) = charts.iter().position(|(area, _)| area.is_near(&joined.0, NEAR)) {
            let (area, others) = charts.swap_remove(at);
            joined.0 = joined.0.around(area);
            joined.1.extend(others);
        }
        charts.push(joined);
    }
    let mut areas: Vec<Area> =
        charts.into_iter().filter(|(_, shapes)| is_chart(shapes)).map(|(area, _)| area).collect();
    for area in &mut areas {
        for ground in bare.iter().filter(|ground| ground.is_near(area, 0.0)).copied().collect::<Vec<_>>() {
            *area = area.around(ground);
        }
    }
    // What stands on one line is one chart.
    for area in &mut areas {
        let stands_on = |rule: &&super::pdf::Rule| {
            let ends = [area.top, area.bottom].iter().any(|end| (end - rule.at).abs() < 3.0);
            ends && rule.from < area.right && rule.to > area.left
        };
        let ends = ink.level.iter().filter(stands_on).map(|rule| (rule.from, rule.to)).collect::<Vec<_>>();
        for (from, to) in ends {
            (area.left, area.right) = (area.left.min(from), area.right.max(to));
        }
    }
    let mut joined: Vec<Area> = Vec::new();
    for mut area in areas {
        while let Some(at) = joined.iter().position(|other| other.is_near(&area, 0.0)) {
            area = area.around(joined.swap_remove(at));
        }
        joined.push(area);
    }
    joined.sort_by(|a, b| a.top.total_cmp(&b.top));
    joined
}

/// A box between two rules is the ground of what stands between them; a mark of a legend is too small for that.
fn is_ground(shape: &Shape, ink: &Ink) -> bool {
    if shape.right - shape.left < MARK && shape.bottom - shape.top < MARK {
        return false;
    }
    // One bar's own outline is as long as the bar; what it stands on is longer.
    let ruled = |at: f32| {
        let along = |rule: &&super::pdf::Rule| {
            (rule.at - at).abs() < 2.5 && rule.from - 2.5 <= shape.left && shape.right <= rule.to + 2.5
        };
        ink.level.iter().filter(along).map(|rule| rule.to - rule.from).fold(0.0, f32::max)
    };
    let (above, below) = (ruled(shape.top), ruled(shape.bottom));
    above > 0.0 && below > 0.0 && (above - below).abs() < 6.0
}

/// A round or slanting shape of some size, or several bars that stand on one line.
fn is_chart(shapes: &[&Shape]) -> bool {
    let is_alone =
        |shape: &&Shape| !shape.straight && shape.right - shape.left > ALONE && shape.bottom - shape.top > ALONE;
    let is_bar = |shape: &&&Shape| shape.straight && shape.right - shape.left > 4.0 && shape.bottom - shape.top > 4.0;
    let on_one = |end: fn(&Shape) -> f32| {
        let same =
            |one: &Shape| shapes.iter().filter(is_bar).filter(|other| (end(one) - end(other)).abs() < 1.5).count();
        shapes.iter().filter(is_bar).any(|one| same(one) > 1)
    };
    shapes.iter().any(is_alone) || shapes.len() > 2 && (on_one(|shape| shape.bottom) || on_one(|shape| shape.left))
}

/// As long as only a line of prose is.
fn is_long(line: &Line, width: f32) -> bool {
    line.right - line.left > width * 0.6 && line.gaps.is_empty()
}

/// A line beside, over or under a chart that is a word of it: not prose, and not the line that names it.
fn belongs(line: &Line, chart: &Area, width: f32) -> bool {
    let text = line.text.trim();
    let over = if is_unit(text) { NEAR } else { 14.0 };
    let is_beside = (chart.top - over..=chart.bottom + 18.0).contains(&(line.y - line.size * 0.35));
    let is_prose = text.ends_with(['。', '；', '：']) || number_of(text).is_some() || is_long(line, width);
    let is_caption = text.strip_prefix('图').is_some_and(|rest| {
        rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || "一二三四五六七八九十：".contains(c))
    });
    is_beside && !is_prose && !is_caption
}
