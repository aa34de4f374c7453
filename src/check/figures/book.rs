//! The tables that rules read, with fast ways to rows, rows below rows and cells, and what each cell may be worth.

use crate::compose::{FigureView, RowView, TableView};
use crate::money::{Unit, printed_number};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap as HashMap;
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

/// What an amount may be: from `low` to `high`, both included, in 元 (money is whole 分) or ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub low: Decimal,
    pub high: Decimal,
}

impl Interval {
    pub const ZERO: Interval = Interval { low: Decimal::ZERO, high: Decimal::ZERO };

    pub fn exactly(amount: Decimal) -> Interval {
        Interval { low: amount, high: amount }
    }

    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }
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

fn interval_of(figure: Option<&FigureView>) -> Option<Interval> {
    let Some(figure) = figure else { return Some(Interval::ZERO) };
    match figure.amount {
        Some(amount) => Some(Interval::exactly(amount)),
        None if figure.place.is_some() => printed_interval(&figure.text, figure.unit, figure.decimals),
        None => None,
    }
}

impl Sheet {
    fn new(view: TableView) -> Sheet {
        let mut by_key = HashMap::default();
        for (index, row) in view.rows.iter().enumerate() {
            by_key.entry(row.key.clone()).or_insert(index);
        }
        let below = below(&view.rows);
        let intervals = view.rows.iter().map(|r| r.figures.iter().map(|f| interval_of(f.as_ref())).collect()).collect();
        Sheet { view, by_key, below, intervals }
    }

    pub fn row(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    pub fn below(&self, row: usize) -> &[usize] {
        &self.below[row]
    }

    /// The rows a selector names: `*`, `[类]`, `[左]`, `[右]`, `[正文]`, `[上级]` (with rows below), `[末级]` (without),
    /// `301*`, `KEY>`, or a key.
    pub fn select(&self, selector: &str) -> Vec<usize> {
        let rows = &self.view.rows;
        let all = |holds: &dyn Fn(usize, &RowView) -> bool| -> Vec<usize> {
            (0..rows.len()).filter(|&i| holds(i, &rows[i])).collect()
        };
        let body = |r: &RowView| !r.foot && !r.total && !r.of && r.under.is_none() && r.printed;
        if let Some(above) = selector.strip_suffix('>') {
            return self.row(above).map(|row| self.below[row].clone()).unwrap_or_default();
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
                (None, None) => self.row(selector).into_iter().collect(),
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

/// Sums of figures beyond this, in 元, are no sums of a budget; below it, nothing that is done with two of them overflows.
pub const LARGEST: Decimal = Decimal::from_parts(2_701_131_776, 466_537_709, 54_210, false, 0); // 10^24
/// All amounts of whole 分 that print as `text` in a unit: rounded half up, away from zero for negative ones. A blank
/// is exactly zero; 0.00 is an amount near zero. None if it is no number.
pub fn printed_interval(text: &str, unit: Unit, decimals: u32) -> Option<Interval> {
    if text.trim().is_empty() {
        return Some(Interval::ZERO);
    }
    let printed = printed_number(text, unit.scale())?;
    if unit == Unit::Plain {
        return Some(Interval::exactly(printed));
    }
    let shown = printed.scale().max(decimals); // Excel drops zeros at the end: 12.3 is 12.30
    let step = unit.scale() / Decimal::from(10u64.pow(shown.min(8)));
    let centre = printed * unit.scale();
    let fen = Decimal::new(1, 2);
    if step <= fen {
        return Some(Interval::exactly(centre));
    }
    let half = step / Decimal::TWO;
    let inner = half - fen;
    Some(match centre {
        c if c.is_zero() => Interval { low: -inner, high: inner },
        c if c.is_sign_negative() => Interval { low: c - inner, high: c + half },
        c => Interval { low: c - half, high: c + inner },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Look, show};

    #[test]
    fn the_interval_of_a_printed_figure_is_sharp() {
        for text in ["4.09", "-0.01", "0.00", "0.01", "7131.56", "-12.30"] {
            let interval = printed_interval(text, Unit::WanYuan, 2).expect("a number");
            let look = Look::default();
            let fen = Decimal::new(1, 2);
            assert_eq!(show(interval.low, &look), text);
            assert_eq!(show(interval.high, &look), text);
            assert_ne!(show(interval.low - fen, &look), text);
            assert_ne!(show(interval.high + fen, &look), text);
        }
        assert_eq!(printed_interval("", Unit::WanYuan, 2), Some(Interval::ZERO));
        assert_eq!(printed_interval("1,234.50", Unit::Yuan, 2).map(|i| i.is_exact()), Some(true));
        assert_eq!(printed_interval("甲", Unit::Yuan, 2), None);
        let minus = printed_interval("-12.30", Unit::WanYuan, 2);
        assert!(
            minus.is_some() && ["－12.30", "−12.30"].iter().all(|t| printed_interval(t, Unit::WanYuan, 2) == minus)
        );
    }

    #[test]
    fn numbers_that_no_budget_holds_are_none() {
        assert_eq!(LARGEST, Decimal::from(10u64.pow(15)) * Decimal::from(10u64.pow(9)));
        for text in ["79228162514264337593543950335", "1000000000000000", "0.0000000000000000000000000001", "1_0", "+"]
        {
            assert_eq!(printed_interval(text, Unit::Yuan, 2), None, "{text}");
        }
        assert!(printed_interval("99999999999.99", Unit::WanYuan, 2).is_some());
        assert_eq!(printed_interval("100000000000", Unit::WanYuan, 2), None);
    }
}
