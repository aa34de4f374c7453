//! Sizes, pitches and leading as Word counts them.

use crate::style::{MM, PageSetup, TextStyle};

/// A size in half points, as Word counts it.
pub fn half_points(pt: f64) -> u16 {
    (pt * 2.0).round() as u16
}

/// The line pitch of a page's grid in twips, cut, so that its lines never need more than the page has.
pub fn line_pitch(page: &PageSetup, body: f64) -> i64 {
    (grid_pitch(page, body) * 20.0).floor() as i64
}

/// The pitch in pt of lines whose first begins and whose last ends at the edge of the type area, characters of `body`
/// pt. GB/T 33476.2-2016 counts a character of 三号 as 5.6 mm: to a tenth.
pub fn grid_pitch(page: &PageSetup, body: f64) -> f64 {
    let character = (body / MM * 10.0).round() / 10.0 * MM;
    let height = page.type_area().3;
    if page.lines > 1 { (height - character) / f64::from(page.lines - 1) } else { height }
}

/// What Word's line boxes reach over the type area at the top and at the foot, in pt.
pub fn half_leading(page: &PageSetup, body: f64) -> f64 {
    let character = (body / MM * 10.0).round() / 10.0 * MM;
    ((grid_pitch(page, body) - character) / 2.0).max(0.0)
}

/// The exact line of the page number in pt: low enough to stand between the text and its place 7 mm below.
pub fn footer_pitch(text: &TextStyle) -> f64 {
    (text.size + 1.0).ceil()
}
