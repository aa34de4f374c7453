//! A table after which a page would stay empty uses the room: type, then rows, grow within what its style declares. One
//! that is a little too high for its page draws its rows together instead of leaving some of them to the next.

use super::columns::{Comfort, Needs, Sizes};
use super::{Above, Measured, STEP, notes_height, roles, row_extents, settle, sizes, width};
use crate::document::Table;
use crate::typeset::flow::Flow;
use crate::typeset::galley::Galley;

/// Share of the page that stays free: Word's lines are a little higher than ours.
const SPARE: f64 = 0.02;

/// Grows a table that stands whole on the page begun and is the last there. Larger type is taken where no cell needs
/// more lines for it.
pub fn grow<'a>(
    flow: &mut Flow<'a>,
    table: &Table,
    measured: &mut Measured<'a>,
    needs: &Needs,
    above: &Above,
    notes: &[Galley],
) {
    let style = measured.style;
    if !tighten(flow, measured, above, notes) {
        shrink(flow, table, measured, needs, above, notes);
    }
    if !flow.ends_page || (style.most.is_none() && style.tall.is_none()) {
        return;
    }
    let around = flow.held_height() + above.height + notes_height(notes) + style.frame.max(0.0);
    let room = flow.room() - flow.area.height * SPARE - around;
    if height(measured, flow.area.height) > room {
        return;
    }
    grow_type(flow, table, measured, needs, room);
    let heights: Vec<f64> = row_extents(measured, flow.area.height).iter().map(|e| e.height).collect();
    let tall = style.tall.unwrap_or(0.0).min(level(&heights, room));
    measured.row = measured.row.max(tall);
}

/// Shares of the blank above and below its lines that a row may be left with.
const TIGHTER: [f64; 4] = [0.8, 0.6, 0.4, 0.2];
/// Share of its declared height that a row keeps: closer ones would look like another table's.
const CLOSEST: f64 = 0.8;

/// Rows of a table that a page of its own just does not hold are set closer.
fn tighten(flow: &Flow, measured: &mut Measured, above: &Above, notes: &[Galley]) -> bool {
    let (page, room) = (flow.area.height, own_page(flow, measured, above, notes));
    let has = height(measured, page);
    if has <= room || !flow.at_top() {
        return true;
    }
    let (row, padding) = (measured.row, measured.padding[0]);
    for share in TIGHTER {
        measured.padding[0] = padding * share;
        measured.row = row.min((measured.pitches[1] + 2.0 * padding * share).max(CLOSEST * row));
        if height(measured, page) <= room {
            return true;
        }
    }
    (measured.row, measured.padding[0]) = (row, padding);
    false
}

/// What a page of its own has for a table's rows, in pt.
fn own_page(flow: &Flow, measured: &Measured, above: &Above, notes: &[Galley]) -> f64 {
    let around = flow.held_height() + above.height + notes_height(notes) + measured.style.frame.max(0.0);
    flow.area.height * (1.0 - SPARE / 2.0) - around
}

/// A table of more rows than this share of a page over it does not come onto one by smaller type.
const MOST_OVER: f64 = 1.6;

/// The type of a table falls, down to its style's least, where that brings the table onto the page of its own that it
/// begins.
fn shrink<'a>(
    flow: &mut Flow<'a>,
    table: &Table,
    measured: &mut Measured<'a>,
    needs: &Needs,
    above: &Above,
    notes: &[Galley],
) {
    let (page, room) = (flow.area.height, own_page(flow, measured, above, notes));
    let roles = roles(flow, measured.style);
    let declared = roles[1].style.size.max(0.1);
    let least = measured.style.least.clamp(0.1, declared);
    if height(measured, page) > MOST_OVER * room {
        return;
    }
    let (scale, row, padding) = (measured.scale, measured.row, measured.padding);
    let widths: Vec<f64> = measured.edges.windows(2).map(|e| e[1] - e[0]).collect();
    let total = width(flow.area, measured.style);
    let mut size = declared * scale - STEP;
    while size >= least - 1e-9 {
        let smaller = size / declared;
        let sizes = Sizes { parts: sizes(roles, smaller), padding: padding[1] };
        if let Ok(narrower) = needs.solve(&table.columns, sizes, total, Comfort::Decent) {
            settle(flow, measured, roles, &narrower, smaller);
            if tighten(flow, measured, above, notes) {
                return;
            }
        }
        size -= STEP;
    }
    (measured.row, measured.padding) = (row, padding);
    settle(flow, measured, roles, &widths, scale);
}

fn height(measured: &Measured, page: f64) -> f64 {
    row_extents(measured, page).iter().map(|e| e.height).sum()
}

fn grow_type<'a>(flow: &mut Flow<'a>, table: &Table, measured: &mut Measured<'a>, needs: &Needs, room: f64) {
    let style = measured.style;
    let roles = roles(flow, style);
    let declared = roles[1].style.size.max(0.1);
    let most = style.most.unwrap_or(declared);
    if measured.scale < 1.0 || most <= declared {
        return;
    }
    let (lines, widths) = (measured.lines.len(), measured.edges.windows(2).map(|e| e[1] - e[0]).collect::<Vec<_>>());
    let total = width(flow.area, style);
    for step in 0..((most - declared) / STEP).ceil() as usize {
        let scale = (most - STEP * step as f64) / declared;
        let sizes = Sizes { parts: sizes(roles, scale), padding: measured.padding[1] };
        let Ok(wider) = needs.solve(&table.columns, sizes, total, Comfort::Decent) else { continue };
        settle(flow, measured, roles, &wider, scale);
        if measured.lines.len() <= lines && height(measured, flow.area.height) <= room {
            return;
        }
    }
    settle(flow, measured, roles, &widths, 1.0);
}

/// The height to which lower rows can be raised before all together are higher than `room`.
fn level(heights: &[f64], room: f64) -> f64 {
    let mut low = heights.to_vec();
    low.sort_by(f64::total_cmp);
    let mut rest = room;
    while let Some(highest) = low.last() {
        let level = rest / low.len() as f64;
        if *highest <= level {
            return level;
        }
        rest -= highest;
        low.pop();
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn low_rows_are_raised_to_one_level() {
        assert_eq!(level(&[10.0, 10.0, 10.0], 60.0), 20.0);
        assert_eq!(level(&[10.0, 40.0, 10.0], 70.0), 15.0);
        assert_eq!(level(&[10.0, 40.0], 50.0), 10.0);
        assert_eq!(level(&[], 50.0), 0.0);
    }
}
