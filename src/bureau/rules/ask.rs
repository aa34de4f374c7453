//! What each rule finds among the departments of a board.

use super::{Broken, Demand, NAMED, Rule, by_words, selected_of};
use crate::bureau::board::Line;
use crate::bureau::declared::Bureau;
use crate::diagnostic::Diagnostic;
use crate::layout::rule::{CellPattern, Compare, Expr, Relation};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::{BTreeMap, BTreeSet};

impl Rule {
    /// The addresses of figures that it needs, whatever the set.
    pub fn addresses(&self, bureau: &Bureau) -> BTreeSet<String> {
        let mut cells: Vec<&CellPattern> =
            self.when.iter().flat_map(|r| [&r.left, &r.right]).flat_map(Expr::cells).collect();
        match &self.demand {
            Demand::Is(_, relation) => {
                cells.extend([&relation.left, &relation.right].into_iter().flat_map(|e| e.cells()))
            }
            Demand::Outlier { of, .. } => cells.extend(of.cells()),
            Demand::Same => {}
        }
        let mut addresses = BTreeSet::new();
        for cell in cells {
            let (_, table) = cell.table.split_once(':').unwrap_or(("", &cell.table));
            match table {
                NAMED => {
                    let named = bureau.figures.get(&cell.row);
                    addresses.extend(named.into_iter().flat_map(|named| named.all()).map(str::to_string));
                }
                table => drop(addresses.insert(format!("{table}/{}/{}", cell.row, cell.column))),
            }
        }
        addresses
    }

    /// Whether it asks what the departments' tables call their subjects.
    pub fn asks_subjects(&self) -> bool {
        matches!(self.demand, Demand::Same)
    }

    /// What it finds.
    pub fn run(&self, bureau: &Bureau, lines: &[Line]) -> Vec<Broken> {
        let asked = Asked { bureau, lines };
        let bound: Vec<Option<usize>> = match self.each.is_empty() {
            true => vec![None],
            false => {
                self.each.iter().flat_map(|s| selected_of(bureau, s, None).unwrap_or_default()).map(Some).collect()
            }
        };
        match &self.demand {
            Demand::Is(text, relation) => {
                bound.into_iter().filter_map(|b| self.broken(&asked, text, relation, b)).collect()
            }
            Demand::Outlier { of, times } => self.outliers(&asked, of, *times, &bound),
            Demand::Same => self.other_names(&asked, &bound),
        }
    }

    fn holds_when(&self, asked: &Asked<'_>, bound: Option<usize>) -> bool {
        self.when.iter().all(|when| {
            let sides = asked.sides(when, bound);
            sides.is_some_and(|(left, right)| compares(left, when.compare, right))
        })
    }

    fn broken(&self, asked: &Asked<'_>, text: &str, relation: &Relation, bound: Option<usize>) -> Option<Broken> {
        if !self.holds_when(asked, bound) || asked.names_nobody(relation, bound) {
            return None;
        }
        // What a department's set does not have is told: the rule would silently never be asked.
        if let Some((index, address)) = asked.lacking(relation, bound) {
            let message = format!("规则 {} 查不了：“{}”没有地址为 {address} 的数", self.code, asked.name(index));
            let found = Diagnostic::error("E841", message).at(self.place.clone());
            let hint = "各套版式的地址不同的，在 bureau.toml 的 [figure] 里给它一个名称，按版式集写各自的地址";
            return Some(of_line(Some(index), found.hint(hint)));
        }
        let (left, right) = asked.sides(relation, bound)?;
        if compares(left, relation.compare, right) {
            return None;
        }
        let is_percent = matches!(relation.left, Expr::Percent(..)) || matches!(relation.right, Expr::Percent(..));
        let said = |amount: Decimal| if is_percent { format!("{amount}%") } else { format!("{amount:.2} 元") };
        let named = asked.named(text, bound);
        let message = format!(
            "{}：{named} 不成立，左边是 {}，右边是 {}，相差 {}",
            self.says,
            said(left),
            said(right),
            said((left - right).abs())
        );
        let between = if bound.is_none() { asked.single(relation) } else { Vec::new() };
        Some(Broken { of: bound, between, found: self.found(message) })
    }

    fn found(&self, message: String) -> Diagnostic {
        let found = Diagnostic::new(self.severity, self.code.clone(), message).at(self.place.clone());
        match &self.hint {
            Some(hint) => found.hint(hint.clone()),
            None => found,
        }
    }

    fn outliers(&self, asked: &Asked<'_>, of: &Expr, times: Decimal, bound: &[Option<usize>]) -> Vec<Broken> {
        let asked_of = bound.iter().filter(|bound| self.holds_when(asked, **bound));
        let values: Vec<(Option<usize>, Decimal)> =
            asked_of.filter_map(|&bound| Some((bound, asked.value(of, bound)?))).collect();
        let mut sorted: Vec<Decimal> = values.iter().map(|value| value.1).filter(|value| !value.is_zero()).collect();
        sorted.sort();
        // Of a few nobody can be said to stand out.
        const FEWEST: usize = 5;
        let Some(&median) = sorted.get(sorted.len() / 2).filter(|_| sorted.len() >= FEWEST) else { return Vec::new() };
        let is_percent = matches!(of, Expr::Percent(..));
        let said = |amount: Decimal| if is_percent { format!("{amount:.2}%") } else { format!("{amount:.2} 元") };
        let far = |value: Decimal| value > median * times || !value.is_zero() && value * times < median;
        let out = values.into_iter().filter(|(_, value)| far(*value));
        out.map(|(bound, value)| {
            let name = bound.map_or("", |index| asked.name(index));
            let message = format!("{}：“{name}”是 {}，各部门的中位数是 {}", self.says, said(value), said(median));
            of_line(bound, self.found(message))
        })
        .collect()
    }
}

/// The number of a line, and the first row by which its department prints a name.
type Printed<'a> = (usize, &'a str);

fn of_line(of: Option<usize>, found: Diagnostic) -> Broken {
    Broken { of, between: Vec::new(), found }
}

impl Rule {
    /// Departments that call a subject by another name than most do; of as many by one name as by another, than the
    /// first does. Without `each` all are asked.
    fn other_names(&self, asked: &Asked<'_>, bound: &[Option<usize>]) -> Vec<Broken> {
        // Of each subject the names, and of each name the departments with their first row of it.
        let mut subjects: BTreeMap<&str, BTreeMap<&str, Vec<Printed<'_>>>> = BTreeMap::new();
        let is_asked = |index: &usize| self.each.is_empty() || bound.contains(&Some(*index));
        for index in (0..asked.lines.len()).filter(is_asked).filter(|&index| asked.is_ready(index)) {
            let brief = asked.lines[index].brief.iter();
            for (subject, names) in brief.flat_map(|brief| &brief.subjects) {
                for (name, row) in names {
                    subjects.entry(subject).or_default().entry(name).or_default().push((index, row));
                }
            }
        }
        let mut found = Vec::new();
        for (subject, names) in subjects {
            let most = |(_, of): &(&&str, &Vec<Printed<'_>>)| (of.len(), std::cmp::Reverse(of[0].0));
            let Some((usual, by)) = names.iter().max_by_key(most) else { continue };
            let code = subject.split_once(' ').map_or(subject, |(_, code)| code);
            for (name, others) in names.iter().filter(|(name, _)| *name != usual) {
                for (index, row) in others {
                    let message = format!(
                        "{}：科目 {code} 写作“{name}”，{} 个部门写作“{usual}”，如“{}”",
                        self.says,
                        by.len(),
                        asked.name(by[0].0)
                    );
                    found.push(of_line(Some(*index), self.found(message).address(*row)));
                }
            }
        }
        found
    }
}

/// Figures as they are asked for.
struct Asked<'a> {
    bureau: &'a Bureau,
    lines: &'a [Line],
}

impl Asked<'_> {
    fn name(&self, index: usize) -> &str {
        &self.lines[index].department.name
    }

    /// A relation as it is written, departments by their names.
    fn named(&self, text: &str, bound: Option<usize>) -> String {
        let word = |word: &str| match word.split_once(':') {
            Some((department, rest)) => match selected_of(self.bureau, department, bound).as_deref() {
                Some([one]) if !department.ends_with('>') => format!("{}:{rest}", self.name(*one)),
                _ => word.replace("{department}", bound.map_or("{department}", |index| self.name(index))),
            },
            None => word.to_string(),
        };
        by_words(text, word)
    }

    fn cell_of(&self, cell: &CellPattern, bound: Option<usize>) -> (Vec<usize>, String) {
        let (selector, table) = cell.table.split_once(':').unwrap_or(("", &cell.table));
        (selected_of(self.bureau, selector, bound).unwrap_or_default(), table.to_string())
    }

    /// The address of a cell in a department's set.
    fn address(&self, index: usize, table: &str, cell: &CellPattern) -> Option<String> {
        if table != NAMED {
            return Some(format!("{table}/{}/{}", cell.row, cell.column));
        }
        let set = self.lines[index].brief.as_ref()?.said.as_ref()?.sets.first()?;
        let figures = self.bureau.figures.get(&cell.row)?;
        figures.of_set(set).map(str::to_string)
    }

    /// Whether a department's figures are to be trusted.
    fn is_ready(&self, index: usize) -> bool {
        self.lines[index].brief.as_ref().is_some_and(|brief| brief.errors == 0)
    }

    /// The departments that a relation names one by one.
    fn single(&self, relation: &Relation) -> Vec<usize> {
        let cells = relation.left.cells().into_iter().chain(relation.right.cells());
        let named = cells.map(|cell| self.cell_of(cell, None).0).filter(|named| named.len() == 1);
        named.flatten().collect::<BTreeSet<usize>>().into_iter().collect()
    }

    /// A pattern of units is asked of a department that has none: there is nothing that its figure could be the sum of.
    fn names_nobody(&self, relation: &Relation, bound: Option<usize>) -> bool {
        let mut cells = relation.left.cells().into_iter().chain(relation.right.cells());
        cells.any(|cell| self.cell_of(cell, bound).0.is_empty())
    }

    /// A department that is ready and does not have a figure that a relation asks of it, with its address.
    fn lacking(&self, relation: &Relation, bound: Option<usize>) -> Option<(usize, String)> {
        for cell in relation.left.cells().into_iter().chain(relation.right.cells()) {
            let (departments, table) = self.cell_of(cell, bound);
            for index in departments.into_iter().filter(|&index| self.is_ready(index)) {
                let address = self.address(index, &table, cell);
                let figures = self.lines[index].brief.as_ref().map(|brief| &brief.figures)?;
                if address.as_ref().and_then(|address| figures.get(address)).copied().flatten().is_none() {
                    return Some((index, address.unwrap_or_else(|| cell.row.clone())));
                }
            }
        }
        None
    }

    /// The sum of a pattern over the departments it names; none where one of them is not ready or has no such figure.
    fn sum(&self, cell: &CellPattern, bound: Option<usize>) -> Option<Decimal> {
        let (departments, table) = self.cell_of(cell, bound);
        let mut sum = Decimal::ZERO;
        for index in departments {
            if !self.is_ready(index) {
                return None;
            }
            let address = self.address(index, &table, cell)?;
            sum = sum.checked_add((*self.lines[index].brief.as_ref()?.figures.get(&address)?)?)?;
        }
        Some(sum)
    }

    fn value(&self, expr: &Expr, bound: Option<usize>) -> Option<Decimal> {
        match expr {
            Expr::Number(number) => Some(*number),
            Expr::Cell(cell) | Expr::Sum(cell) => self.sum(cell, bound),
            Expr::Add(a, b) => self.value(a, bound)?.checked_add(self.value(b, bound)?),
            Expr::Subtract(a, b) => self.value(a, bound)?.checked_sub(self.value(b, bound)?),
            Expr::Multiply(a, b) => self.value(a, bound)?.checked_mul(self.value(b, bound)?),
            Expr::Percent(a, b) => {
                let (part, whole) = (self.value(a, bound)?, self.value(b, bound)?);
                let percent = part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
                Some(percent.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
            }
        }
    }

    fn sides(&self, relation: &Relation, bound: Option<usize>) -> Option<(Decimal, Decimal)> {
        Some((self.value(&relation.left, bound)?, self.value(&relation.right, bound)?))
    }
}

fn compares(left: Decimal, compare: Compare, right: Decimal) -> bool {
    match compare {
        Compare::Equal => left == right,
        Compare::AtMost => left <= right,
        Compare::AtLeast => left >= right,
        Compare::Below => left < right,
        Compare::Above => left > right,
    }
}
