//! Figures by address: what each is the sum of, which are printed, what lies behind them.

use super::session::Session;
use super::view::FigureView;
use crate::data::filter::{Filter, Meaning, meaning};
use crate::data::points::Points;
use crate::data::{Data, Dataset};
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{FigureId, Origin, Origins, PrintedFigure};
use crate::money::{Look, MOST_DECIMALS, Unit, show};
use indexmap::IndexSet;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

/// Index of a figure among those of a composition.
pub type Id = usize;

/// An exact amount with an address, printed or not.
#[derive(Debug, Clone)]
pub struct Figure {
    /// `t5/2010350/基本`; of a difference, a ratio, a sum with what it was made with behind it.
    pub address: Arc<str>,
    /// 元 for money, ones for counts, per cent for percentages; none: not known.
    pub amount: Option<Decimal>,
    /// Why it is not known.
    pub unknown: Option<Unknown>,
    /// How its table prints it.
    pub look: Look,
    /// Of a difference or a ratio: what it was computed of, exact or as printed.
    pub compares: Option<(Decimal, Decimal)>,
    pub(super) terms: Terms,
}

impl Figure {
    /// A count or a percentage is not money.
    pub fn is_money(&self) -> bool {
        self.look.unit != Unit::Plain
    }

    /// As its table prints it; empty where it is not known.
    pub fn text(&self) -> String {
        self.amount.map(|amount| show(amount, &self.look)).unwrap_or_default()
    }
}

/// Why a figure is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Why it is not known, in a sentence.
    pub reason: String,
    /// The record that does not say enough, where one is to blame.
    pub place: Option<Place>,
}

/// How the reason begins why figures or records of a file are not known that is not there; the file's name follows.
pub(super) const NO_FILE: &str = "没有文件 ";

impl From<&str> for Unknown {
    fn from(reason: &str) -> Unknown {
        Unknown { reason: reason.to_string(), place: None }
    }
}

/// What a figure is made of.
#[derive(Debug, Clone)]
pub(super) enum Terms {
    /// The sum of an amount field over the points of a row and a column.
    Points { dataset: Arc<str>, row: Arc<Points>, column: Arc<Points>, chain: Arc<Chain> },
    /// Other figures, and what was done with them.
    Figures(Operation, Vec<Id>),
    /// One value of one record.
    Record(Origin),
}

/// How a figure is made of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// The first less the second.
    Difference,
    /// The first as a percentage of the second.
    Ratio,
    Sum,
    /// The one figure again, in a table's own cell; or a figure that was given as printed, made of none.
    Same,
}

/// The filters of a figure, to ask the same of another dataset.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// Of its row, shared with the row's other figures.
    pub row: Arc<[Filter]>,
    /// Of its column, shared with the column's.
    pub column: Arc<[Filter]>,
    /// The amount field, by its id.
    pub measure: Arc<str>,
    /// A single record's row: no other dataset has it.
    pub record: bool,
}

impl Chain {
    pub fn filters(&self) -> impl Iterator<Item = &Filter> {
        self.row.iter().chain(self.column.iter())
    }
}

/// Where a figure that no line of a file gives comes from.
#[derive(Debug, Clone)]
pub(super) enum Taken {
    /// A table that is given prints it here.
    Printed(Place),
    /// Figures of given tables that sum the same records.
    Same(Vec<Arc<str>>),
}

/// Figures of given tables, by what they sum: the dataset, its field, which records.
pub(super) type ByMeaning = HashMap<(Arc<str>, Arc<str>, Meaning), Id>;

/// Every figure of a run of `compose`, in the order they were made.
#[derive(Default)]
pub struct Register {
    /// Of figures that come from given tables: where from.
    pub(super) taken: HashMap<Arc<str>, Taken>,
    pub(super) by_meaning: ByMeaning,
    pub figures: Vec<Arc<Figure>>,
    pub by_address: HashMap<Arc<str>, Id>,
    /// Those the document prints; their order is their number there.
    pub printed: IndexSet<Id>,
}

impl Register {
    /// A figure, and those that it is computed from.
    pub(super) fn made_of(&self, id: Id) -> Vec<Id> {
        let mut all = IndexSet::from([id]);
        let mut at = 0;
        while let Some(&id) = all.get_index(at) {
            if let Terms::Figures(_, of) = &self.figures[id].terms {
                all.extend(of);
            }
            at += 1;
        }
        all.into_iter().collect()
    }

    /// What of the given tables stands for figures that none of them prints, by address.
    pub(super) fn same_in_print(self) -> HashMap<Arc<str>, Vec<Arc<str>>> {
        let same = |(address, taken)| if let Taken::Same(of) = taken { Some((address, of)) } else { None };
        self.taken.into_iter().filter_map(same).collect()
    }

    fn add(&mut self, figure: Figure) -> Id {
        let id = self.figures.len();
        self.by_address.insert(figure.address.clone(), id);
        self.figures.push(Arc::new(figure));
        id
    }
}

impl Session {
    /// Every given figure is there before its table is composed, which knows the table's own rows only.
    pub(super) fn add_given(&self) {
        let mut all: Vec<_> = self.given.values().collect();
        all.sort_by(|a, b| a.address.cmp(&b.address));
        let mut register = self.register();
        for view in all {
            let place = view.place.clone().filter(|place| place.line > 0);
            register.taken.extend(place.map(|place| (view.address.clone(), Taken::Printed(place))));
            register.add(Figure {
                address: view.address.clone(),
                amount: view.printed(),
                unknown: Some("它不是数字".into()),
                look: Look { unit: view.unit, decimals: view.decimals, ..self.job.set.numbers.clone() },
                compares: None,
                terms: Terms::Figures(Operation::Same, Vec::new()),
            });
        }
    }

    /// Registers a figure; two at one address are an error.
    pub fn add_figure(&self, figure: Figure, place: &Place) -> Id {
        let mut register = self.register();
        let Some(&old) = register.by_address.get(&figure.address) else { return register.add(figure) };
        if let Some(given) = self.given.get(&figure.address) {
            let amount = register.figures[old].amount;
            let look = if self.lenient { figure.look } else { as_given(given, figure.look) };
            let unknown = figure.unknown.filter(|_| amount.is_none());
            register.figures[old] = Arc::new(Figure { amount, look, unknown, ..figure });
            return old;
        }
        self.report(
            Diagnostic::error("E301", format!("两个数字的地址相同：{}", figure.address))
                .at(place.clone())
                .hint("检查行、列的 key 是否重复；按记录成行时用 id 指明能区分各条的字段"),
        );
        old
    }

    /// What the given tables print, by what it sums: asked once they are composed. Of two that sum the same the one
    /// printed more exactly counts.
    pub(super) fn know_given(&self) {
        let mut register = self.register();
        let mut ids: Vec<Id> =
            self.given.keys().filter_map(|address| register.by_address.get(address).copied()).collect();
        ids.sort_unstable();
        let mut by_meaning = ByMeaning::default();
        for id in ids {
            let figure = &register.figures[id];
            let Terms::Points { dataset, chain, .. } = &figure.terms else { continue };
            let Some(of) = self.dataset(dataset).filter(|_| !chain.record) else { continue };
            let Some(meaning) = meaning(chain.filters(), of, &self.job.set.schema) else { continue };
            let step = |id: Id| {
                let look = &register.figures[id].look;
                look.unit.scale() / Decimal::from(10u64.pow(look.decimals.min(MOST_DECIMALS)))
            };
            let known = by_meaning.entry((dataset.clone(), chain.measure.clone(), meaning)).or_insert(id);
            if step(id) < step(*known) {
                *known = id;
            }
        }
        register.by_meaning = by_meaning;
        // Rows that a given table lacks were composed before that was known.
        let unknown: Vec<(Id, Arc<Figure>)> =
            register.figures.iter().cloned().enumerate().filter(|(_, figure)| figure.amount.is_none()).collect();
        drop(register);
        for (id, figure) in unknown {
            let Terms::Points { dataset, chain, .. } = &figure.terms else { continue };
            let Some(of) = self.dataset(dataset) else { continue };
            if let Some(amount) = self.as_printed(of, chain, &figure.address) {
                let known = Figure { amount: Some(amount), unknown: None, ..Figure::clone(&figure) };
                self.register().figures[id] = Arc::new(known);
            }
        }
    }

    /// The amount of what no file gives and given tables print: the figure that sums the same records, or those that sum
    /// each part of them. Where it was found is noted for the address.
    pub(super) fn as_printed(&self, dataset: &Dataset, chain: &Chain, address: &str) -> Option<Decimal> {
        if self.given.is_empty() || dataset.given || chain.record {
            return None;
        }
        let whole = meaning(chain.filters(), dataset, &self.job.set.schema)?;
        let mut register = self.register();
        let find = |meaning: Meaning| {
            let key = (Arc::from(dataset.id.as_str()), chain.measure.clone(), meaning);
            register.by_meaning.get(&key).copied()
        };
        let in_parts = || {
            whole.iter().find_map(|(path, says)| {
                let with = |part| Meaning::from_iter(whole.clone().into_iter().chain([(path.clone(), part)]));
                says.parts()?.into_iter().map(|part| find(with(part))).collect::<Option<Vec<Id>>>()
            })
        };
        let of = find(whole.clone()).map(|id| vec![id]).or_else(in_parts)?;
        let amount = of.iter().map(|&id| register.figures[id].amount).sum::<Option<Decimal>>()?;
        let from = of.iter().map(|&id| register.figures[id].address.clone()).collect();
        register.taken.insert(address.into(), Taken::Same(from));
        Some(amount)
    }

    /// Registers a figure made while writing, or finds the one already at its address.
    pub fn derived(&self, figure: Figure) -> Id {
        let mut register = self.register();
        match register.by_address.get(&figure.address) {
            Some(&id) => id,
            None => register.add(figure),
        }
    }

    pub fn find(&self, address: &str) -> Option<Id> {
        self.register().by_address.get(address).copied()
    }

    pub fn figure(&self, id: Id) -> Arc<Figure> {
        self.register().figures[id].clone()
    }

    /// The addresses of all figures so far, for suggestions.
    pub fn addresses(&self) -> Vec<Arc<str>> {
        self.register().figures.iter().map(|f| f.address.clone()).collect()
    }

    /// The document's number of a figure that is printed.
    pub fn printed(&self, figure: Id) -> FigureId {
        FigureId(self.register().printed.insert_full(figure).0 as u32)
    }

    /// The address of a printed figure.
    pub fn printed_address(&self, figure: FigureId) -> Option<Arc<str>> {
        let register = self.register();
        let id = register.printed.get_index(figure.0 as usize)?;
        Some(register.figures[*id].address.clone())
    }

    /// Every printed figure, for the document.
    pub fn printed_figures(&self) -> Vec<PrintedFigure> {
        let register = self.register();
        let printed = |&id: &Id| {
            let figure = &register.figures[id];
            let amount = figure.amount.unwrap_or_default();
            PrintedFigure {
                text: show(amount, &figure.look),
                amount,
                origins: origins(&self.job.data, &register, id),
                address: figure.address.to_string(),
            }
        };
        register.printed.iter().map(printed).collect()
    }
}

/// How a given figure is printed: as it was.
fn as_given(given: &FigureView, look: Look) -> Look {
    let decimals = given.text.rsplit_once('.').map_or(0, |(_, places)| places.len() as u32);
    let zero = given.printed().filter(Decimal::is_zero).map(|_| given.text.clone());
    Look { unit: given.unit, decimals, least: None, trim: false, commas: given.text.contains(','), zero, ..look }
}

/// The input lines behind a figure.
fn origins(data: &Data, register: &Register, id: Id) -> Origins {
    let mut lines = Vec::new();
    each_behind(data, register, id, &mut |origin, _| lines.push(origin.clone()));
    lines.into()
}

/// The amounts behind a figure, each with its line: of a record file, or of a table that was given as printed.
pub(super) fn amounts_behind(data: &Data, register: &Register, id: Id) -> Vec<(Origin, Decimal)> {
    let mut amounts = Vec::new();
    each_behind(data, register, id, &mut |origin, amount| amounts.push((origin.clone(), amount)));
    amounts
}

/// Hands over [`amounts_behind`] a figure, one after the other.
fn each_behind(data: &Data, register: &Register, id: Id, take: &mut dyn FnMut(&Origin, Decimal)) {
    let figure = &register.figures[id];
    let amount = figure.amount.unwrap_or_default();
    match (register.taken.get(&figure.address), &figure.terms) {
        (Some(Taken::Printed(place)), _) => take(&Origin { file: place.file.clone(), line: place.line }, amount),
        (Some(Taken::Same(of)), _) => {
            let known = of.iter().filter_map(|address| register.by_address.get(address));
            known.for_each(|&id| each_behind(data, register, id, take));
        }
        (None, Terms::Record(origin)) => take(origin, amount),
        (None, Terms::Figures(_, of)) => of.iter().for_each(|&id| each_behind(data, register, id, take)),
        (None, Terms::Points { dataset, row, column, chain }) => {
            let Some(dataset) = data.datasets.get(&**dataset) else { return };
            let Some(measure) = dataset.field(&chain.measure) else { return };
            for record in row.yes.iter_both(&column.yes).map(|index| &dataset.records[index]) {
                take(&record.origin, record.values[measure].number());
            }
        }
    }
}
