//! Which rows stand on which page. Rows stay whole, merged rows together, a total with the rows before it, the last
//! row with the notes; when a page cannot grant that, the least important is given up, and every page takes something.

use super::grid::{Grid, GridCell, UNOWNED};
use crate::document::RowKind;
use crate::typeset::flow::EPSILON;
use std::ops::Range;

/// A row, or some lines of one, on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    pub row: usize,
    pub height: f64,
    /// Set again at the head of a following page.
    pub repeated: bool,
    /// The row is taller than a page, and these of its lines stand here. None: it is whole.
    pub lines: Option<Range<usize>>,
}

/// Where the next page goes on: at a row, or within one that is taller than a page.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cursor {
    pub row: usize,
    /// Lines and height of that row already set.
    pub lines: usize,
    pub height: f64,
}

/// How high a row is, and how many lines its longest cell has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    pub height: f64,
    pub lines: usize,
}

/// Heights of the rows, and where a page may end.
pub struct Plan {
    extents: Vec<Extent>,
    /// A page may end before each row (and after the last).
    may_end: Vec<bool>,
    /// It would leave a part of joined rows too low for their label.
    low: Vec<bool>,
    /// Rows set again at the head of a page that goes on at each row: the table's own, and the last heads within the
    /// body before it.
    pub header: Range<usize>,
    body_heads: Vec<Range<usize>>,
    spacing: Spacing,
    /// What a page has for rows after the table's own header.
    room: f64,
}

/// Where the rows that fit on a page end: at a place where it may end, and at any.
struct Fitting {
    best: Option<usize>,
    any: Option<usize>,
}

/// Heights around the rows, in pt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spacing {
    /// A whole page, without what is set above a continued table.
    pub page: f64,
    /// The notes, which stay with the last row.
    pub notes: f64,
    /// Pitch of the lines of a row that is split, and the blank above and below them.
    pub pitch: f64,
    pub padding: f64,
}

/// A table of more rows than these leaves at least three to each of its pages.
const LOST_ROWS: usize = 8;

/// A header that takes more than this of a page is not repeated: nothing would be left for the rows.
const MOST_REPEATED: f64 = 0.6;

impl Plan {
    pub fn new(grid: &Grid, extents: Vec<Extent>, spacing: Spacing) -> Plan {
        let header_height: f64 = extents[..grid.header_rows].iter().map(|e| e.height).sum();
        let (header, repeated) = match header_height <= MOST_REPEATED * spacing.page {
            true => (0..grid.header_rows, header_height),
            false => (0..0, 0.0),
        };
        let may_end = vec![true; grid.rows() + 1];
        let room = spacing.page - repeated;
        let low = vec![false; grid.rows() + 1];
        let mut plan = Plan { extents, may_end, low, header, body_heads: Vec::new(), spacing, room };
        plan.body_heads = plan.find_body_heads(grid);
        plan.forbid_ends(grid);
        plan
    }

    fn height(&self, rows: Range<usize>) -> f64 {
        self.extents[rows].iter().map(|e| e.height).sum()
    }

    /// For a page that goes on at each row, the heads within the body that stand for it.
    fn find_body_heads(&self, grid: &Grid) -> Vec<Range<usize>> {
        let is_head = |row: usize| row >= grid.header_rows && grid.kinds.get(row) == Some(&RowKind::Header);
        let mut heads = Vec::with_capacity(grid.rows() + 1);
        let mut current = 0..0;
        let mut begin = None;
        for row in 0..=grid.rows() {
            match (is_head(row), begin) {
                (true, None) => begin = Some(row),
                (false, Some(first)) => {
                    let repeats =
                        stands_alone(grid, first..row) && self.height(first..row) <= MOST_REPEATED * self.room;
                    current = if repeats { first..row } else { 0..0 };
                    begin = None;
                }
                _ => {}
            }
            heads.push(if is_head(row) { 0..0 } else { current.clone() });
        }
        heads
    }

    fn forbid_ends(&mut self, grid: &Grid) {
        let (header, rows) = (grid.header_rows, grid.rows());
        if self.header.end == header {
            self.may_end[..=header.min(rows)].fill(false);
        }
        // A table does not begin with a single row at the foot of a page, nor end with one at the head of another.
        if rows > header + 2 {
            self.may_end[header + 1] = false;
            self.may_end[rows - 1] = false;
        }
        // Nor with two, which would look lost on their page.
        if rows > header + LOST_ROWS {
            self.may_end[header + 2] = false;
            self.may_end[rows - 2] = false;
        }
        for row in header..rows {
            if grid.kinds[row] == RowKind::Header {
                self.may_end[row + 1] = false;
            }
            if grid.kinds[row] == RowKind::Total {
                self.may_end[row] = false;
            }
        }
        for cell in grid.cells.iter().filter(|c| c.rowspan > 1) {
            if self.height(cell.rows()) <= self.room + EPSILON {
                self.may_end[cell.row + 1..cell.row + cell.rowspan].fill(false);
            }
            self.forbid_low_parts(cell);
        }
        self.may_end[rows] = true;
    }

    /// The label of joined rows that are parted is set again on each page: no part is too low for it.
    fn forbid_low_parts(&mut self, cell: &GridCell) {
        let need = cell.lines.len() as f64 * self.spacing.pitch + 2.0 * self.spacing.padding;
        if need > self.room / 2.0 {
            return;
        }
        for row in cell.rows().skip(1) {
            if self.height(cell.row..row).min(self.height(row..cell.rows().end)) < need {
                self.may_end[row] = false;
                self.low[row] = true;
            }
        }
    }

    pub fn rows(&self) -> usize {
        self.extents.len()
    }

    /// Height of each row in pt, as it stands whole on a page.
    pub fn heights(&self) -> Vec<f64> {
        self.extents.iter().map(|e| e.height).collect()
    }

    /// Height of the whole table with its notes.
    pub fn whole_height(&self) -> f64 {
        self.height(0..self.rows()) + self.spacing.notes
    }

    /// Rows that a page going on at `cursor` repeats first.
    fn repeats(&self, cursor: &Cursor) -> impl Iterator<Item = usize> {
        let header = if cursor.row >= self.header.end { self.header.clone() } else { 0..0 };
        header.chain(self.body_heads[cursor.row].clone())
    }

    /// Height of what must stand on a table's first page: the header and the first rows, or some lines of a row that
    /// no page holds.
    pub fn first_height(&self) -> f64 {
        let mut height = 0.0;
        for (row, extent) in self.extents.iter().enumerate() {
            if extent.height > self.room {
                return height + self.begun_height();
            }
            height += extent.height;
            if row + 1 == self.rows() {
                height += self.spacing.notes;
            } else if self.may_end[row + 1] {
                break;
            }
        }
        height
    }

    /// What a row that no page holds takes at least where it begins.
    fn begun_height(&self) -> f64 {
        4.0 * self.spacing.pitch + 2.0 * self.spacing.padding
    }

    /// The next row from `start` that no page holds, if the rows before it and some lines of it fit into `room`.
    fn tall_within(&self, start: usize, room: f64) -> Option<usize> {
        let tall = (start..self.rows()).find(|&row| self.extents[row].height > self.room)?;
        (self.height(start..tall) + self.begun_height() <= room + EPSILON).then_some(tall)
    }

    /// The bands of a page with this room, and where the next goes on; at least some lines of a row. `continued`:
    /// heads are repeated first.
    pub fn next(&self, cursor: &Cursor, room: f64, continued: bool) -> (Vec<Band>, Cursor) {
        let mut bands: Vec<Band> = Vec::new();
        if continued {
            bands.extend(self.repeats(cursor).map(|row| Band { repeated: true, ..self.whole(row) }));
        }
        let mut room = room - bands.iter().map(|b| b.height).sum::<f64>();
        let mut cursor = *cursor;
        let begun = cursor.lines > 0 || cursor.height > 0.0;
        if begun {
            let row = cursor.row;
            cursor = self.split(&cursor, &mut room, &mut bands);
            if cursor.row == row || cursor.row == self.rows() {
                return (bands, cursor);
            }
        }
        if let Some(tall) = self.tall_within(cursor.row, room) {
            room -= self.height(cursor.row..tall);
            bands.extend((cursor.row..tall).map(|row| self.whole(row)));
            let cursor = self.split(&Cursor { row: tall, ..Cursor::default() }, &mut room, &mut bands);
            return (bands, cursor);
        }
        let fitting = self.last_fitting(cursor.row, room);
        match fitting.best.or(if begun && self.may_end[cursor.row] { None } else { fitting.any }) {
            Some(end) => {
                bands.extend((cursor.row..end).map(|row| self.whole(row)));
                (bands, Cursor { row: end, ..Cursor::default() })
            }
            None if begun => (bands, cursor),
            None => {
                let cursor = self.split(&cursor, &mut room, &mut bands);
                (bands, cursor)
            }
        }
    }

    fn whole(&self, row: usize) -> Band {
        Band { row, height: self.extents[row].height, repeated: false, lines: None }
    }

    /// Where the rows from `start` that fit into `room` end: at the last place that may be, and at the last at all.
    fn last_fitting(&self, start: usize, room: f64) -> Fitting {
        let mut height = 0.0;
        let (mut best, mut any) = (None, None);
        for row in start..self.rows() {
            height += self.extents[row].height;
            if height > room + EPSILON {
                break;
            }
            let end = row + 1;
            let with_notes = end < self.rows() || height + self.spacing.notes <= room + EPSILON;
            if self.may_end[end] && with_notes {
                best = Some(end);
            }
            let parts_well = !self.low[end] || any.is_none_or(|any: usize| self.low[any]);
            if (end < self.rows() || with_notes || end == start + 1) && parts_well {
                any = Some(end);
            }
        }
        Fitting { best, any }
    }

    /// As much of a row as fits, at least a line; returns where the table goes on. The last row leaves a line for the
    /// page that takes the notes.
    fn split(&self, cursor: &Cursor, room: &mut f64, bands: &mut Vec<Band>) -> Cursor {
        let (extent, Spacing { pitch, padding, .. }) = (self.extents[cursor.row], self.spacing);
        let left = extent.lines.saturating_sub(cursor.lines);
        let rest = (left as f64 * pitch + 2.0 * padding).max(extent.height - cursor.height);
        let free = *room;
        let mut band = |height: f64, lines| {
            *room -= height;
            bands.push(Band { row: cursor.row, height, repeated: false, lines: Some(lines) });
        };
        let last = cursor.row + 1 == self.rows();
        let noted = !last || left < 2 || rest + self.spacing.notes <= free + EPSILON;
        if rest <= free + EPSILON && noted {
            band(rest, cursor.lines..cursor.lines + left);
            return Cursor { row: cursor.row + 1, ..Cursor::default() };
        }
        let fitting = ((free - 2.0 * padding + EPSILON) / pitch).max(1.0) as usize;
        let lines = cursor.lines..cursor.lines + fitting.min(if noted { left } else { left - 1 });
        let height = free.max(pitch + 2.0 * padding);
        let next = Cursor { row: cursor.row, lines: lines.end, height: cursor.height + height };
        band(height, lines);
        next
    }
}

/// No cell reaches from these rows into others, or from others into them.
fn stands_alone(grid: &Grid, rows: Range<usize>) -> bool {
    let cells = grid.begins[rows.start].start..grid.begins[rows.end - 1].end;
    let reaches_in = (0..grid.columns).map(|c| grid.owner(rows.start, c));
    let reaches_in = reaches_in.filter(|&o| o != UNOWNED).any(|o| grid.cells[o as usize].row < rows.start);
    !reaches_in && grid.cells[cells].iter().all(|c| c.rows().end <= rows.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Align, Cell, Column, ColumnKind, Row, Table};
    use crate::fonts::tests::project_fonts;
    use crate::typeset::text::{Setting, Shaper};
    use proptest::prelude::*;

    const SPACING: Spacing = Spacing { page: 300.0, notes: 20.0, pitch: 12.0, padding: 2.0 };

    /// A table of one column of labels that join rows, and one of numbers; each row a kind and how many it joins.
    fn table(header: usize, rows: &[(u8, usize)]) -> Table {
        let cell = |column, rowspan| Cell {
            column,
            colspan: 1,
            rowspan,
            inlines: Vec::new(),
            align: None,
            indent: 0.0,
            header: false,
        };
        let mut joined = 0;
        let mut body = Vec::new();
        for (n, &(kind, join)) in rows.iter().enumerate() {
            let kind = match (kind, joined) {
                (0, 0) => RowKind::Total,
                (1, 0) => RowKind::Header,
                _ => RowKind::Data,
            };
            let mut cells = vec![cell(1, 1)];
            if joined == 0 {
                joined = if kind == RowKind::Data { join.min(rows.len() - n) } else { 1 };
                cells.insert(0, cell(0, joined));
            }
            joined -= 1;
            body.push(Row { kind, cells, origin: None, change: crate::document::Change::Same });
        }
        let head = || Row {
            kind: RowKind::Header,
            cells: vec![cell(0, 1), cell(1, 1)],
            origin: None,
            change: crate::document::Change::Same,
        };
        Table {
            id: String::new(),
            style: String::new(),
            title: None,
            above: Vec::new(),
            columns: vec![Column { kind: ColumnKind::Text, width: None, align: Align::Left }; 2],
            header: (0..header).map(|_| head()).collect(),
            body,
            notes: Vec::new(),
            description: String::new(),
            change: crate::document::Change::Same,
        }
    }

    fn check(header: usize, rows: &[(u8, usize)], heights: &[f64], first_room: f64) -> Result<(), TestCaseError> {
        let table = table(header, rows);
        let fonts = project_fonts();
        let setting = Setting { role: &fonts.roles["宋体"], full: 1.0 };
        let grid = Grid::new(&table, [setting; 4], false, &mut Shaper::new(fonts), &mut Default::default());
        let extents: Vec<Extent> = (0..grid.rows())
            .map(|r| heights[r % heights.len()])
            .map(|height| Extent { height, lines: (height / 12.0) as usize })
            .collect();
        let plan = Plan::new(&grid, extents.clone(), SPACING);
        let first = plan.first_height();
        let mut room = if first <= first_room { first_room } else { SPACING.page };
        let (mut cursor, mut seen, mut pages) = (Cursor::default(), Vec::new(), Vec::new());
        while cursor.row < plan.rows() {
            let (bands, next) = plan.next(&cursor, room, cursor != Cursor::default());
            let new: Vec<usize> = bands.iter().filter(|b| !b.repeated).map(|b| b.row).collect();
            prop_assert!(!new.is_empty());
            let height: f64 = bands.iter().map(|b| b.height).sum();
            prop_assert!(height <= room + EPSILON, "{height} in {room}");
            seen.extend(
                bands.iter().filter(|b| !b.repeated && b.lines.as_ref().is_none_or(|l| l.start == 0)).map(|b| b.row),
            );
            let repeated: f64 = bands.iter().filter(|b| b.repeated).map(|b| b.height).sum();
            let split = bands.iter().any(|b| b.lines.is_some());
            pages.push((new, room - repeated, split));
            (cursor, room) = (next, SPACING.page);
        }
        prop_assert_eq!(&seen, &(0..grid.rows()).collect::<Vec<_>>());
        // A page ends where it may, if any place that may be was within reach.
        for (rows, room, _) in pages.iter().filter(|(.., split)| !split) {
            let (start, end) = (rows[0], rows[rows.len() - 1] + 1);
            let reach = |end: &usize| plan.height(start..*end) <= room + EPSILON;
            let could = (start + 1..plan.rows()).take_while(reach).any(|e| plan.may_end[e]);
            prop_assert!(end == plan.rows() || plan.may_end[end] || !could, "ends before {end}");
        }
        for row in header + 1..grid.rows() {
            prop_assert!(grid.kinds[row] != RowKind::Total || !plan.may_end[row], "a total at the top");
            let joined = grid.cells.iter().find(|c| c.row < row && c.rows().contains(&row));
            let whole = joined.is_none_or(|c| plan.height(c.rows()) > plan.room);
            prop_assert!(whole || !plan.may_end[row], "joined rows are apart");
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

        #[test]
        fn every_row_stands_once_where_it_may(header in 0..4_usize,
                                              rows in proptest::collection::vec((0..12_u8, 1..9_usize), 0..80),
                                              heights in proptest::collection::vec(14.0..40.0_f64, 1..9),
                                              tall in proptest::option::weighted(0.2, 300.0..900.0_f64),
                                              room in 0.0..300.0_f64) {
            let mut heights = heights;
            heights.extend(tall);
            check(header, &rows, &heights, room)?;
        }
    }
}
