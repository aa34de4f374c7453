//! What rules say of one figure, and which printed sums differ from their printed parts.

use super::book::{Book, CellId};
use super::evaluate::{Bound, Operand, bound};
use super::{names, tables_of_rules, words};
use crate::compose::Composition;
use crate::layout::rule::Compare;
use crate::money::Unit;
use rust_decimal::Decimal;
use std::collections::{HashMap, HashSet};

/// A rule where a figure takes part.
pub struct Stated {
    /// `C013`.
    pub code: String,
    /// What it asks, in the set's words.
    pub says: String,
    /// With its figures: “合计” 85.05 ＝ “基本支出” 60.58 ＋ ….
    pub relation: String,
}

/// Where a figure stands.
pub struct Stands {
    /// 《…》“…”行“…”.
    pub name: String,
    /// As printed there.
    pub text: String,
}

/// A printed figure and its exact amount in 元.
pub struct Term {
    /// `t5/2010350/基本`.
    pub address: String,
    /// As printed.
    pub text: String,
    /// In 元.
    pub exact: Decimal,
    /// What rounding added, in 元: printed − exact.
    pub rounding: Decimal,
}

/// A sum whose printed parts do not add up to what is printed, though its exact ones do.
pub struct RoundedSum {
    /// Code of the rule.
    pub code: String,
    /// Where the sum stands, in words.
    pub name: String,
    /// The sum.
    pub total: Term,
    /// What is added.
    pub parts: Vec<Term>,
    /// Printed total − sum of the printed parts, in 元.
    pub off: Decimal,
}

/// All sums of two or more parts that the rules know, and those that differ as printed.
pub struct Sums {
    /// How many sums there are.
    pub count: usize,
    /// Those that differ as printed.
    pub rounded: Vec<RoundedSum>,
}

fn book(composition: &Composition) -> Book {
    let set = &composition.job().set;
    Book::new(tables_of_rules(set).filter_map(|id| composition.table(id)).filter(|t| t.known).collect())
}

fn cell_at(book: &Book, address: &str) -> Option<CellId> {
    let mut parts = address.split('/');
    let (table, sheet) = book.sheet(parts.next()?)?;
    let row = sheet.row(parts.next()?)?;
    let column = sheet.column(parts.next()?, sheet.view.rows[row].side)?;
    sheet.view.rows[row].figures[column].as_ref().map(|_| CellId { table, row, column })
}

/// Where a figure of a table stands, in words; none for figures of sentences.
pub fn stands(composition: &Composition, address: &str) -> Option<Stands> {
    let table = composition.table(address.split('/').next()?)?;
    let book = Book::new(vec![table]);
    let cell = cell_at(&book, address)?;
    let text = book.figure(cell)?.text.clone();
    Some(Stands { name: names::cell_name(&book, cell), text })
}

/// Where each of many figures stands, in words, by address; those of sentences are left out. Each table is looked at once.
pub fn names_of<'a>(
    composition: &Composition,
    addresses: impl IntoIterator<Item = &'a str>,
) -> HashMap<String, String> {
    let mut books: HashMap<&str, Option<Book>> = HashMap::new();
    let mut names = HashMap::new();
    for address in addresses {
        let Some(id) = address.split('/').next() else { continue };
        let book = books.entry(id).or_insert_with(|| composition.table(id).map(|table| Book::new(vec![table])));
        if let Some(book) = book
            && let Some(cell) = cell_at(book, address)
        {
            names.insert(address.to_string(), names::cell_name(book, cell));
        }
    }
    names
}

/// The rules that speak of a figure.
pub fn stated(composition: &Composition, address: &str) -> Vec<Stated> {
    let book = book(composition);
    let Some(cell) = cell_at(&book, address) else { return Vec::new() };
    let rules = &composition.job().set.rules;
    let all = rules.iter().filter(|r| r.severity.is_some()).flat_map(|rule| bound(&book, rule));
    all.filter(|b| b.instance.cells().any(|c| c == cell))
        .map(|b| Stated {
            code: b.rule.code.clone(),
            says: b.rule.says.clone(),
            relation: words::relation(&book, &b.instance),
        })
        .collect()
}

/// The sums of a document: its equalities of one figure with several.
pub fn sums(composition: &Composition) -> Sums {
    let book = book(composition);
    let mut seen: HashSet<(CellId, Vec<CellId>)> = HashSet::new();
    let mut sums = Sums { count: 0, rounded: Vec::new() };
    for rule in composition.job().set.rules.iter().filter(|r| r.severity.is_some()) {
        for bound in bound(&book, rule) {
            let Some((total, parts)) = as_sum(&book, &bound) else { continue };
            if !seen.insert((total, parts.clone())) {
                continue;
            }
            sums.count += 1;
            sums.rounded.extend(rounded_sum(&book, &rule.code, total, &parts));
        }
    }
    sums
}

/// One figure that equals the sum of two or more with something in them.
fn as_sum(book: &Book, bound: &Bound<'_>) -> Option<(CellId, Vec<CellId>)> {
    let (Operand::Linear(left), Operand::Linear(right)) = (&bound.instance.left, &bound.instance.right) else {
        return None;
    };
    let plain = |factor: Decimal| factor == Decimal::ONE;
    let filled = |cell: &CellId| book.figure(*cell).is_some_and(|f| !f.text.is_empty() && f.unit != Unit::Plain);
    let parts: Vec<CellId> = right.terms.iter().map(|t| t.0).filter(filled).collect();
    let holds = bound.instance.compare == Compare::Equal
        && left.terms.len() == 1
        && parts.len() >= 2
        && left.constant.is_zero()
        && right.constant.is_zero()
        && right.terms.iter().chain(&left.terms).all(|t| plain(t.1));
    holds.then(|| (left.terms[0].0, parts))
}

fn rounded_sum(book: &Book, code: &str, total: CellId, parts: &[CellId]) -> Option<RoundedSum> {
    let term = |cell: CellId| -> Option<Term> {
        let figure = book.figure(cell)?;
        let exact = figure.amount?;
        let printed: Decimal = if figure.text.is_empty() {
            Decimal::ZERO
        } else {
            figure.text.replace(',', "").parse::<Decimal>().ok()? * figure.unit.scale()
        };
        Some(Term { address: figure.address.to_string(), text: figure.text.clone(), exact, rounding: printed - exact })
    };
    let printed = |t: &Term| t.exact + t.rounding;
    let total_term = term(total)?;
    let parts: Vec<Term> = parts.iter().map(|&p| term(p)).collect::<Option<_>>()?;
    let off = printed(&total_term) - parts.iter().map(printed).sum::<Decimal>();
    (!off.is_zero()).then(|| RoundedSum {
        code: code.to_string(),
        name: names::cell_name(book, total),
        total: total_term,
        parts,
        off,
    })
}
