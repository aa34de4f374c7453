//! The tables that rules read, with fast ways to rows, rows below rows and cells, and what each cell may be worth.

use crate::check::interval::Interval;
use crate::compose::{FigureView, RowView, TableView};
use rustc_hash::FxHashMap as HashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// Tables by id.
pub struct Book {
    sheets: Vec<Sheet>,
    by_id: HashMap<Arc<str>, usize>,
}

/// A table with its indices.
pub struct Sheet {
    pub view: TableView,
    by_key: HashMap<Arc<str>, usize>,
    /// Per key of a column and per side: the first that has both.
    columns: HashMap<Arc<str>, Vec<Option<usize>>>,
    /// Per row: the rows right below it.
    below: Vec<Vec<usize>>,
    /// Per row and column: what the cell may be worth, none where it is not known.
    intervals: Vec<Vec<Option<Interval>>>,
}

/// A cell of the book: table, row, column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellId {
    pub table: usize,
    pub row: usize,
    pub column: usize,
}

impl Book {
    pub fn new(views: Vec<TableView>) -> Book {
        let sheets: Vec<Sheet> = views.into_iter().map(Sheet::new).collect();
        let by_id = sheets.iter().enumerate().map(|(index, s)| (s.view.id.clone(), index)).collect();
        Book { sheets, by_id }
    }

    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    pub fn sheet(&self, id: &str) -> Option<(usize, &Sheet)> {
        let index = *self.by_id.get(id)?;
        Some((index, &self.sheets[index]))
    }

    pub fn figure(&self, cell: CellId) -> Option<&FigureView> {
        self.sheets[cell.table].view.rows[cell.row].figures[cell.column].as_ref()
    }

    pub fn row(&self, cell: CellId) -> &RowView {
        &self.sheets[cell.table].view.rows[cell.row]
    }

    /// What a cell may be worth: its exact amount, else all that print as it does; none where it is not known.
    pub fn interval(&self, cell: CellId) -> Option<Interval> {
        self.sheets[cell.table].intervals[cell.row][cell.column]
    }
}

impl Sheet {
    fn new(view: TableView) -> Sheet {
        let mut by_key = HashMap::default();
        for (index, row) in view.rows.iter().enumerate() {
            by_key.entry(row.key.clone()).or_insert(index);
        }
        let mut columns: HashMap<Arc<str>, Vec<Option<usize>>> = HashMap::default();
        for (index, column) in view.columns.iter().enumerate() {
            let sides = columns.entry(column.key.clone()).or_default();
            sides.resize(sides.len().max(column.side + 1), None);
            sides[column.side].get_or_insert(index);
        }
        let below = below(&view.rows);
        let of_cell = |figure: &Option<FigureView>| figure.as_ref().map_or(Some(Interval::ZERO), Interval::of);
        let intervals = view.rows.iter().map(|r| r.figures.iter().map(of_cell).collect()).collect();
        Sheet { view, by_key, columns, below, intervals }
    }

    pub fn row(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// Per side: the column of a key; none if no side has one.
    pub fn columns(&self, key: &str) -> Option<&[Option<usize>]> {
        self.columns.get(key).map(Vec::as_slice)
    }

    /// The column of a key, on a row's side.
    pub fn column(&self, key: &str, side: usize) -> Option<usize> {
        *self.columns(key)?.get(side)?
    }

    pub fn below(&self, row: usize) -> &[usize] {
        &self.below[row]
    }

    /// The rows a selector names: `*`, `[类]`, `[左]`, `[右]`, `[正文]`, `[上级]` (with rows below), `[末级]` (without),
    /// `301*`, `KEY>`, or a key.
    pub fn select(&self, selector: &str) -> Cow<'_, [usize]> {
        let rows = &self.view.rows;
        let all = |holds: &dyn Fn(usize, &RowView) -> bool| -> Cow<'_, [usize]> {
            (0..rows.len()).filter(|&i| holds(i, &rows[i])).collect()
        };
        // A row that data named like a selector (楼>, [类]) is itself.
        if let Some(row) = self.by_key.get(selector) {
            return std::slice::from_ref(row).into();
        }
        let body = |r: &RowView| !r.foot && !r.total && !r.of && r.under.is_none() && r.printed;
        if let Some(above) = selector.strip_suffix('>') {
            return self.row(above).map_or(&[][..], |row| self.below(row)).into();
        }
        match selector {
            "*" => all(&|_, _| true),
            "[左]" => all(&|_, r| body(r) && r.side == 0),
            "[右]" => all(&|_, r| body(r) && r.side == 1),
            "[正文]" => all(&|_, r| body(r)),
            "[上级]" => all(&|i, _| !self.below[i].is_empty()),
            "[末级]" => all(&|i, r| r.generated && self.below[i].is_empty()),
            _ => match (selector.strip_prefix('[').and_then(|s| s.strip_suffix(']')), selector.strip_suffix('*')) {
                (Some(level), _) => all(&|_, r| r.level == level),
                (None, Some(prefix)) => all(&|_, r| !r.code.is_empty() && r.code.starts_with(prefix)),
                (None, None) => Cow::Borrowed(&[]),
            },
        }
    }
}

/// Per row, the rows right below it: by code (no row between), or nested under it.
fn below(rows: &[RowView]) -> Vec<Vec<usize>> {
    let mut below = vec![Vec::new(); rows.len()];
    let mut by_code: HashMap<(Option<&str>, usize, &str), usize> = HashMap::default();
    let mut by_key: HashMap<&str, usize> = HashMap::default();
    for (index, row) in rows.iter().enumerate() {
        by_key.entry(&row.key).or_insert(index);
        if !row.code.is_empty() {
            by_code.entry((row.under.as_deref(), row.side, &row.code)).or_insert(index);
        }
    }
    for (index, row) in rows.iter().enumerate() {
        let upper = (1..row.code.len()).rev().filter(|&n| row.code.is_char_boundary(n));
        let by_prefix = upper.filter_map(|n| by_code.get(&(row.under.as_deref(), row.side, &row.code[..n]))).next();
        let above = by_prefix.or_else(|| by_key.get(row.under.as_deref()?));
        if let Some(&above) = above.filter(|&&above| above != index) {
            below[above].push(index);
        }
    }
    below
}
