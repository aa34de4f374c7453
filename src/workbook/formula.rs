//! What formulas come to, exactly: sums, the four operations and references within a sheet, on decimals. Platforms write formulas
//! without their results, and some that Excel would not take: a bare column (`F+G`, `SUM(F,G,H)`) is that of this row.

use super::number::of_double;
use super::{Cell, CellKind, Cells, Formula};
use crate::cell_name;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::{HashMap, HashSet};

/// A formula whose result in the file is not what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// Row and column, from 1.
    pub cell: (u32, u32),
    /// Without `=`.
    pub formula: String,
    /// The result in the file.
    pub stored: String,
    /// What it comes to.
    pub comes_to: String,
}

/// How deep formulas may refer to each other; rows that go on from those above are computed from the top.
const DEPTH: usize = 200;
/// Cells looked at for all formulas of a sheet.
const BUDGET: usize = 5_000_000;
/// Characters of a formula that is computed.
const LONGEST: usize = 1_000;

impl Cells {
    /// Whether a cell of it is a formula.
    pub fn has_formulas(&self) -> bool {
        self.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.formula().is_some())
    }

    /// Gives every formula that can be computed its result. Those whose result in the file differs are returned: their
    /// own is taken. What goes in a circle, or takes from one, has no result, whatever the file says (Excel stores 0 there); what cannot be
    /// computed (other sheets, other functions) stays as the file has it.
    pub fn compute(&mut self) -> Vec<Differing> {
        let mut differing = Vec::new();
        if !self.has_formulas() {
            return differing;
        }
        let mut results: Vec<(usize, usize, String)> = Vec::new();
        let mut circles: Vec<(usize, usize, String)> = Vec::new();
        let mut sheet = Sheet::new(self);
        for (at, row) in self.rows.iter().enumerate() {
            for (within, cell) in row.cells.iter().enumerate() {
                let Some(formula) = cell.formula() else { continue };
                if !matches!(cell.kind, CellKind::Number | CellKind::NoResult) {
                    continue;
                }
                let result = sheet.value(row.number, cell.column, 0).and_then(as_stored);
                if sheet.circles.contains(&(row.number, cell.column)) {
                    circles.push((at, within, format!("={}", sheet.text(formula))));
                    continue;
                }
                let Some(result) = result else { continue };
                if cell.kind == CellKind::Number && *cell.text != result {
                    let formula = sheet.text(formula).to_owned();
                    let (stored, comes_to) = (cell.text.to_string(), result.clone());
                    differing.push(Differing { cell: (row.number, cell.column), formula, stored, comes_to });
                }
                results.push((at, within, result));
            }
        }
        for (at, within, result) in results {
            let cell = &mut self.rows[at].cells[within];
            if *cell.text != result {
                cell.text = result.into();
                if let Some(more) = &mut cell.more {
                    more.shown = None;
                }
            }
            cell.kind = CellKind::Number;
        }
        for (at, within, formula) in circles {
            let cell = &mut self.rows[at].cells[within];
            (cell.kind, cell.text) = (CellKind::Circle, formula.into());
        }
        differing
    }
}

/// As a double of the file would be read.
fn as_stored(number: Decimal) -> Option<String> {
    Some(of_double(number.to_f64()?))
}

struct Sheet<'a> {
    cells: &'a Cells,
    /// By the number of a shared formula: where it stands and its text.
    masters: HashMap<u32, (u32, u32, &'a str)>,
    /// What cells come to; none while it is computed, or where it cannot be.
    known: HashMap<(u32, u32), Option<Decimal>>,
    /// The formulas that are being computed, each for the one before it.
    asked: Vec<(u32, u32)>,
    /// Those that come back to themselves, and those that take from them.
    circles: HashSet<(u32, u32)>,
    budget: usize,
}

impl<'a> Sheet<'a> {
    fn new(cells: &'a Cells) -> Sheet<'a> {
        let mut masters = HashMap::new();
        for row in &cells.rows {
            for cell in &row.cells {
                if let Some(Formula { text, shared: Some(shared) }) = cell.formula()
                    && !text.is_empty()
                {
                    masters.entry(*shared).or_insert((row.number, cell.column, text.as_str()));
                }
            }
        }
        Sheet { cells, masters, known: HashMap::new(), asked: Vec::new(), circles: HashSet::new(), budget: BUDGET }
    }

    fn text<'f>(&self, formula: &'f Formula) -> &'f str
    where
        'a: 'f,
    {
        match formula.shared.filter(|_| formula.text.is_empty()).and_then(|shared| self.masters.get(&shared)) {
            Some((.., text)) => text,
            None => &formula.text,
        }
    }

    /// What a cell comes to: nothing is zero; None for texts, and for what cannot be computed.
    fn value(&mut self, row: u32, column: u32, depth: usize) -> Option<Decimal> {
        self.budget = self.budget.checked_sub(1)?;
        let cells = self.cells;
        let Some(cell) = cells.row(row).and_then(|row| row.at(column)) else { return Some(Decimal::ZERO) };
        let Some(formula) = cell.formula().filter(|_| cell.kind != CellKind::Text) else { return number(cell) };
        if let Some(known) = self.known.get(&(row, column)) {
            if self.asked.contains(&(row, column)) || self.circles.contains(&(row, column)) {
                self.circles.extend(&self.asked);
            }
            return *known;
        }
        if depth > DEPTH {
            return None;
        }
        self.known.insert((row, column), None);
        self.asked.push((row, column));
        let (text, from) = match formula.shared.and_then(|shared| self.masters.get(&shared)) {
            Some(&(master_row, master_column, text)) if formula.text.is_empty() => (text, (master_row, master_column)),
            _ => (formula.text.as_str(), (row, column)),
        };
        let moved = (i64::from(row) - i64::from(from.0), i64::from(column) - i64::from(from.1));
        // The brackets of OpenDocument: [.A1:.B2].
        let text = text.replace("[.", "").replace(":.", ":").replace(']', "");
        let result = match text.len() <= LONGEST {
            true => Parser { sheet: self, rest: &text, row, moved, depth, nested: 0 }.whole(),
            false => None,
        };
        self.asked.pop();
        self.known.insert((row, column), result);
        result
    }

    /// The sum of a rectangle: texts do not count, as in Excel.
    fn sum(&mut self, first: (u32, u32), last: (u32, u32), depth: usize) -> Option<Decimal> {
        let cells = self.cells;
        let from = cells.rows.partition_point(|row| row.number < first.0);
        let mut sum = Decimal::ZERO;
        for row in cells.rows[from..].iter().take_while(|row| row.number <= last.0) {
            self.budget = self.budget.checked_sub(1)?;
            for cell in row.cells.iter().filter(|cell| (first.1..=last.1).contains(&cell.column)) {
                let is_text = cell.formula().is_none() && cell.kind != CellKind::Number;
                if is_text || cell.kind == CellKind::Text {
                    continue;
                }
                sum = sum.checked_add(self.value(row.number, cell.column, depth)?)?;
            }
        }
        Some(sum)
    }
}

fn number(cell: &Cell) -> Option<Decimal> {
    (cell.kind == CellKind::Number).then(|| cell.text.parse().ok())?
}

struct Parser<'s, 'a, 't> {
    sheet: &'s mut Sheet<'a>,
    rest: &'t str,
    row: u32,
    /// How far a shared formula stands from where it was written: rows, columns.
    moved: (i64, i64),
    depth: usize,
    nested: usize,
}

impl Parser<'_, '_, '_> {
    fn whole(mut self) -> Option<Decimal> {
        let value = self.terms()?;
        self.skip();
        self.rest.is_empty().then_some(value)
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn takes(&mut self, mark: char) -> bool {
        self.skip();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn terms(&mut self) -> Option<Decimal> {
        let mut value = self.factors()?;
        loop {
            if self.takes('+') {
                value = value.checked_add(self.factors()?)?;
            } else if self.takes('-') {
                value = value.checked_sub(self.factors()?)?;
            } else {
                return Some(value);
            }
        }
    }

    fn factors(&mut self) -> Option<Decimal> {
        let mut value = self.signed()?;
        loop {
            if self.takes('*') || self.takes('×') {
                value = value.checked_mul(self.signed()?)?;
            } else if self.takes('/') || self.takes('÷') {
                value = value.checked_div(self.signed()?)?;
            } else {
                return Some(value);
            }
        }
    }

    fn signed(&mut self) -> Option<Decimal> {
        let mut negative = false;
        loop {
            if self.takes('-') {
                negative = !negative;
            } else if !self.takes('+') {
                break;
            }
        }
        let mut value = self.primary()?;
        while self.takes('%') {
            value = value.checked_div(Decimal::ONE_HUNDRED)?;
        }
        Some(if negative { -value } else { value })
    }

    fn primary(&mut self) -> Option<Decimal> {
        const NESTED: usize = 50;
        if self.takes('(') {
            self.nested += 1;
            let value = if self.nested > NESTED { None } else { self.terms() };
            self.nested -= 1;
            return value.filter(|_| self.takes(')'));
        }
        self.skip();
        let digits = self.rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        if digits > 0 {
            let (number, rest) = self.rest.split_at(digits);
            self.rest = rest;
            return number.parse().ok();
        }
        let name = self.name()?;
        if name.eq_ignore_ascii_case("SUM") && self.takes('(') {
            return self.sum();
        }
        let (row, column) = self.place(&name)?;
        self.sheet.value(row, column, self.depth + 1)
    }

    /// Letters, digits and `$`: a function, a cell, a column.
    fn name(&mut self) -> Option<String> {
        self.skip();
        let length = self.rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'$').count();
        let (name, rest) = self.rest.split_at(length);
        self.rest = rest;
        (length > 0).then(|| name.to_owned())
    }

    /// Row and column of a cell's name; a column alone is this row's.
    fn place(&self, name: &str) -> Option<(u32, u32)> {
        if let Some(column) = cell_name::read_letters(name.trim_start_matches('$')) {
            return Some((self.row, column));
        }
        let (column, row) = cell_name::read(name)?;
        let letters = name.trim_start_matches('$').find(|c: char| !c.is_ascii_alphabetic())?;
        let row_is_fixed = name.trim_start_matches('$')[letters..].starts_with('$');
        let go = |at: u32, by: i64, fixed: bool| u32::try_from(i64::from(at) + if fixed { 0 } else { by }).ok();
        Some((go(row, self.moved.0, row_is_fixed)?, go(column, self.moved.1, name.starts_with('$'))?))
    }

    /// The arguments of SUM, the bracket already open.
    fn sum(&mut self) -> Option<Decimal> {
        let mut sum = Decimal::ZERO;
        loop {
            let before = self.rest;
            let range = self.name().filter(|_| self.takes(':'));
            let value = match range {
                Some(first) => {
                    let last = self.name()?;
                    let whole = |name: &str| cell_name::read_letters(name.trim_start_matches('$'));
                    match (whole(&first), whole(&last)) {
                        // A:C is whole columns, as in Excel.
                        (Some(first), Some(last)) => {
                            self.sheet.sum((1, first), (cell_name::MOST_ROWS, last), self.depth + 1)?
                        }
                        _ => {
                            let (first, last) = (self.place(&first)?, self.place(&last)?);
                            self.sheet.sum(first, last, self.depth + 1)?
                        }
                    }
                }
                None => {
                    self.rest = before;
                    self.terms()?
                }
            };
            sum = sum.checked_add(value)?;
            if self.takes(')') {
                return Some(sum);
            }
            if !(self.takes(',') || self.takes(';') || self.takes('，')) {
                return None;
            }
        }
    }
}
