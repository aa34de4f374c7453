//! A table after which a page would stay empty uses the room: type, then rows, grow within what its style declares.

use super::columns::{Comfort, Needs, Sizes};
use super::{Measured, STEP, arranged_height, notes_height, roles, row_extents, settle, sizes, width};
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
    above: &[Galley],
    notes: &[Galley],
) {
    let style = measured.style;
    if !flow.ends_page || (style.most.is_none() && style.tall.is_none()) {
        return;
    }
    let around = flow.held_height() + arranged_height(flow.area, above) + notes_height(notes) + style.frame.max(0.0);
    let room = flow.room() - flow.area.height * SPARE - around;
    if height(measured, flow.area.height) > room {
        return;
    }
    grow_type(flow, table, measured, needs, room);
    let heights: Vec<f64> = row_extents(measured, flow.area.height).iter().map(|e| e.height).collect();
    let tall = style.tall.unwrap_or(0.0).min(level(&heights, room));
    measured.row = measured.row.max(tall);
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
