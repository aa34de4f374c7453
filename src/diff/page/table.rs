//! Which cells, rows and words around a table differ.

use super::grid::{Grid, Strip};
use super::view::{View, table_title, words};
use super::{Walk, pair_moved};
use crate::diff::align::{align, likeness};
use crate::diff::{Behind, RowChange, Spot, TextChange, TextKind};
use crate::document::{ColumnKind, Inline, Row, Table, plain_text};
use std::collections::{BTreeMap, BTreeSet};

impl Walk<'_, '_> {
    /// A table that only one side has.
    pub fn whole_table(&mut self, view: &View, table: &Table, block: usize, added: bool) {
        let grid = Grid::new(view, table, block);
        let spot = Spot { title: table_title(table), table: Some(table.id.clone()), ..view.spot(block) };
        let mut figures = Vec::new();
        for cell in grid.figures.values().filter(|cell| !cell.text.is_empty()) {
            figures.push(cell.address.clone());
            let text = Some(cell.text.clone());
            let (old, new) = if added { (None, text) } else { (text, None) };
            self.printed(&cell.address, cell.spot.clone(), old, new);
        }
        let title = Some(table_title(table));
        let (old, new) = if added { (None, title) } else { (title, None) };
        let behind = Behind { words: true, ..Behind::default() };
        self.diff.texts.push(TextChange { kind: TextKind::Table, spot, old, new, figures, causes: Vec::new(), behind });
    }

    pub fn table(&mut self, old: &Table, new: &Table, o: usize, n: usize) {
        self.around(old, new, o, n);
        let (before, after) = (Grid::new(self.old, old, o), Grid::new(self.new, new, n));
        self.cells(&before, &after);
        let lanes = before.lanes.len().max(after.lanes.len());
        let mut renumbered = Vec::new();
        for lane in 0..lanes {
            self.lane(&before, &after, lane, &mut renumbered);
        }
        if let (Some(first), Some(last)) = (renumbered.first(), renumbered.last()) {
            let (first, last): (&TextChange, &TextChange) = (first, last);
            let span = |a: &Option<String>, b: &Option<String>| match (a, b) {
                (Some(a), Some(b)) if a != b => Some(format!("{a}～{b}")),
                (a, _) => a.clone(),
            };
            let change = TextChange {
                kind: TextKind::Sequence,
                old: span(&first.old, &last.old),
                new: span(&first.new, &last.new),
                ..first.clone()
            };
            self.diff.texts.push(change);
        }
    }

    /// Title, line above, heads, notes.
    fn around(&mut self, old: &Table, new: &Table, o: usize, n: usize) {
        let spot = Spot { title: table_title(new), table: Some(new.id.clone()), ..self.new.spot(n) };
        let behind = || Behind { words: true, ..Behind::default() };
        let title = |t: &'_ Table| t.title.as_ref().map(|h| h.inlines.clone());
        let (a, b) = (title(old), title(new));
        self.text(TextKind::Note, a.as_deref(), b.as_deref(), spot.clone(), behind());
        for index in 0..old.above.len().max(new.above.len()) {
            let (a, b) = (old.above.get(index), new.above.get(index));
            self.text(TextKind::Note, a.map(Vec::as_slice), b.map(Vec::as_slice), spot.clone(), behind());
        }
        let keys = |view: &View, t: &Table| t.notes.iter().map(|i| view.template(i)).collect::<Vec<String>>();
        let alike = |o: usize, n: usize| likeness(&plain_text(&old.notes[o]), &plain_text(&new.notes[n]));
        for (a, b) in align(&keys(self.old, old), &keys(self.new, new), alike) {
            let (view, block, note) = if let Some(b) = b { (self.new, n, b) } else { (self.old, o, a.unwrap_or(0)) };
            let page = view.places.blocks[block].notes.get(note).copied().flatten();
            let spot = Spot { page, label: view.places.label(page), ..spot.clone() };
            let (a, b) = (a.map(|i| old.notes[i].as_slice()), b.map(|i| new.notes[i].as_slice()));
            self.text(TextKind::Note, a, b, spot, behind());
        }
        if old.style != new.style {
            self.diff.layout.push(format!("《{}》的样式由{}改为{}", spot.title, old.style, new.style));
        }
        let shape = |t: &Table| -> Vec<(usize, usize, usize, usize)> {
            let rows = t.header.iter().enumerate();
            rows.flat_map(|(r, row)| row.cells.iter().map(move |c| (r, c.column, c.colspan, c.rowspan))).collect()
        };
        if shape(old) != shape(new) || old.columns.len() != new.columns.len() {
            let (a, b) = (old.columns.len(), new.columns.len());
            let how = if a == b { "表头的排法变了".to_string() } else { format!("由 {a} 列变为 {b} 列") };
            self.diff.layout.push(format!("《{}》{how}", spot.title));
            return;
        }
        let heads = |t: &Table| t.header.iter().flat_map(|r| &r.cells).map(|c| c.inlines.clone()).collect::<Vec<_>>();
        for (a, b) in heads(old).iter().zip(&heads(new)) {
            self.text(TextKind::Head, Some(a), Some(b), spot.clone(), behind());
        }
    }

    /// Figures in cells, by address.
    fn cells(&mut self, before: &Grid, after: &Grid) {
        for (address, cell) in &after.figures {
            let old = before.figures.get(address).map(|c| c.text.clone());
            if old.as_ref() != Some(&cell.text) && !(old.is_none() && cell.text.is_empty()) {
                self.printed(address, cell.spot.clone(), old, Some(cell.text.clone()));
            }
        }
        for (address, cell) in &before.figures {
            if !after.figures.contains_key(address) && !cell.text.is_empty() {
                self.printed(address, cell.spot.clone(), Some(cell.text.clone()), None);
            }
        }
    }

    /// Rows of one lane: labels and other texts, rows added and removed.
    fn lane(&mut self, before: &Grid, after: &Grid, lane: usize, renumbered: &mut Vec<TextChange>) {
        let (old, new) = (before.strips(lane), after.strips(lane));
        let keys = |strips: &[Strip]| strips.iter().map(|s| s.key.clone()).collect::<Vec<String>>();
        let (old_keys, new_keys) = (keys(&old), keys(&new));
        let alike = |o: usize, n: usize| {
            // Rows with figures are known by their addresses.
            if old[o].addressed || new[n].addressed { 0.0 } else { likeness(&old[o].key, &new[n].key) }
        };
        let mut pairs = align(&old_keys, &new_keys, alike);
        let moved = pair_moved(&mut pairs, &old_keys, &new_keys);
        if !moved.is_empty() {
            self.diff.layout.push(format!("《{}》有 {} 行换了位置", after.title, moved.len()));
        }
        for (o, n) in pairs {
            match (o, n) {
                (Some(o), Some(n)) => self.strip(before, after, &old[o], &new[n], renumbered),
                (Some(o), None) => self.row(before, &old[o], false),
                (None, Some(n)) => self.row(after, &new[n], true),
                (None, None) => {}
            }
        }
    }

    fn strip(&mut self, before: &Grid, after: &Grid, old: &Strip, new: &Strip, renumbered: &mut Vec<TextChange>) {
        let (was, is) = (&before.table.body[old.row], &after.table.body[new.row]);
        let texts = |row: &Row, strip: &Strip| -> BTreeMap<usize, usize> {
            strip.texts.iter().map(|&cell| (row.cells[cell].column, cell)).collect()
        };
        let (old_cells, new_cells) = (texts(was, old), texts(is, new));
        let columns: BTreeSet<usize> = old_cells.keys().chain(new_cells.keys()).copied().collect();
        for column in columns {
            let (o, n) = (old_cells.get(&column), new_cells.get(&column));
            let (a, b) = (o.map(|&c| &was.cells[c].inlines), n.map(|&c| &is.cells[c].inlines));
            let blank = |i: &Option<&Vec<Inline>>| i.is_none_or(|i| plain_text(i).is_empty());
            if blank(&a) && blank(&b) {
                continue;
            }
            let spot = match n {
                Some(&cell) => after.spot(new.row, cell),
                None => before.spot(old.row, o.copied().unwrap_or(0)),
            };
            let behind = Behind { old: was.origin.clone(), new: is.origin.clone(), ..Behind::default() };
            let (a, b) = (a.map(Vec::as_slice), b.map(Vec::as_slice));
            let is_sequence = after.table.columns.get(column).is_some_and(|c| c.kind == ColumnKind::Sequence);
            if !is_sequence {
                self.text(TextKind::Cell, a, b, spot, behind);
            } else if a.map(plain_text) != b.map(plain_text) {
                let (old, new) = (a.map(plain_text), b.map(plain_text));
                let (kind, figures, causes) = (TextKind::Sequence, Vec::new(), Vec::new());
                renumbered.push(TextChange { kind, spot, old, new, figures, causes, behind });
            }
        }
    }

    fn row(&mut self, grid: &Grid, strip: &Strip, added: bool) {
        let row = &grid.table.body[strip.row];
        let mut cells = Vec::new();
        let mut figures = Vec::new();
        for &cell in strip.texts.iter().chain(&strip.figures) {
            let text = words(&row.cells[cell].inlines);
            if text.is_empty() {
                continue;
            }
            cells.push((row.cells[cell].column, grid.heads[row.cells[cell].column].clone(), text));
            figures.extend(grid.address(strip.row, cell));
        }
        cells.sort_by_key(|cell| cell.0);
        let spot = Spot { column: String::new(), ..grid.spot(strip.row, strip.texts.first().copied().unwrap_or(0)) };
        let cells = cells.into_iter().map(|(_, head, text)| (head, text)).collect();
        let origin = row.origin.clone();
        let (old, new) = if added { (None, origin) } else { (origin, None) };
        let behind = Behind { old, new, words: true, ..Behind::default() };
        self.diff.rows.push(RowChange { spot, added, cells, figures, causes: Vec::new(), behind });
    }
}
