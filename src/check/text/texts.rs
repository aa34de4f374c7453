//! What the rules over texts read: the passages, and the figures with the names that texts call them by.

use super::amounts::Amount;
use super::passage::{Passage, bare_label, plain, row_key};
use super::read::{layout_of, passages};
use super::statements::{Statement, TypedFigure, statements, typed_figures};
use crate::compose::{Composition, Figure};
use crate::data::Kind as FieldKind;
use crate::document::Table;
use crate::layout::TableLayout;
use crate::money;
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

/// A known figure as a sentence may name it.
#[derive(Debug, Clone)]
pub struct NamedFigure {
    pub address: String,
    /// 元, or ones for a plain number.
    pub amount: Decimal,
    /// As a sentence prints it, without its unit.
    pub text: String,
    pub unit: money::Unit,
    /// What a difference was made from: the figure and what it is compared with.
    pub compares: Option<(Decimal, Decimal)>,
}

impl NamedFigure {
    fn of(composition: &Composition, figure: &Figure) -> Option<NamedFigure> {
        let (text, unit) = composition.in_sentences(figure)?;
        let compares = composition.compared(figure);
        Some(NamedFigure { address: figure.address.to_string(), amount: figure.amount?, text, unit, compares })
    }
}

/// Everything the rules read.
pub struct Texts<'a> {
    pub composition: &'a Composition,
    pub passages: Vec<Passage>,
    /// All figures, with the labels they stand beside.
    pub figures: Vec<NamedFigure>,
    /// Address of a printed figure → the label of its row.
    labels: HashMap<&'a str, String>,
    /// Label or row key → the figures of that name, in order.
    by_name: HashMap<String, Vec<usize>>,
    /// Names that may hold anything: projects, units, subjects.
    pub names: HashSet<&'a str>,
    /// Typed numbers whose figure the set's own sentence tells.
    pub statements: Vec<Statement>,
}

impl<'a> Texts<'a> {
    pub fn of(composition: &'a Composition) -> Texts<'a> {
        let passages = passages(composition);
        let mut texts = Texts {
            statements: statements(composition, &passages),
            passages,
            figures: composition.figures().filter_map(|f| NamedFigure::of(composition, f)).collect(),
            labels: labels(composition),
            by_name: HashMap::default(),
            names: names(composition),
            composition,
        };
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::default();
        for (index, figure) in texts.figures.iter().enumerate() {
            let (label, key) = (texts.label_of(figure), row_key(&figure.address));
            for name in std::iter::once(label).chain((key != label).then_some(key)) {
                match by_name.get_mut(name) {
                    Some(known) => known.push(index),
                    None => drop(by_name.insert(name.to_string(), vec![index])),
                }
            }
        }
        texts.by_name = by_name;
        texts
    }

    /// The label of a figure: as printed beside it, else the key of its row.
    pub fn label_of<'t>(&'t self, figure: &'t NamedFigure) -> &'t str {
        self.label(&figure.address).unwrap_or_else(|| row_key(&figure.address))
    }

    /// Whether words name the row of a figure.
    pub fn names(&self, figure: &NamedFigure, words: &str) -> bool {
        name_in(words).is_some_and(|name| self.label_of(figure) == name || row_key(&figure.address) == name)
    }

    /// The figures whose row words name.
    pub fn figures_named(&self, words: &str) -> impl Iterator<Item = &NamedFigure> {
        let named = name_in(words).and_then(|name| self.by_name.get(name));
        named.into_iter().flatten().map(|&index| &self.figures[index])
    }

    /// A value of `report.toml`, empty where the set does not ask for it.
    pub fn report(&self, key: &str) -> &str {
        self.composition.job().report.values.get(key).map_or("", String::as_str)
    }

    /// The label that a printed figure stands beside.
    pub fn label(&self, address: &str) -> Option<&str> {
        self.labels.get(address).map(String::as_str).filter(|l| !l.is_empty())
    }

    pub fn year(&self) -> i32 {
        self.composition.job().report.year
    }

    pub fn prose(&self) -> impl Iterator<Item = &Passage> {
        self.passages.iter().filter(|p| p.is_prose())
    }

    /// The layout of a table of the document.
    pub fn layout(&self, table: &Table) -> Option<&'a TableLayout> {
        layout_of(self.composition, table)
    }

    /// The amount that stands where a statement's number does; none where its unit is missing.
    pub fn typed_amount(&self, statement: &Statement) -> Option<&Amount> {
        statement.amount(&self.passages)
    }

    /// Whether a statement's number can be the figure it speaks of; none where the figure is not known.
    pub fn holds(&self, statement: &Statement) -> Option<bool> {
        statement.holds(self.composition, &self.passages)
    }

    /// Figures that no given table prints and the department's text does.
    pub fn typed_figures(&self) -> Vec<TypedFigure> {
        typed_figures(self.composition, &self.passages, &self.statements)
    }
}

/// The name that words before an amount are: `路灯改造项目` is `路灯改造`. Two characters may be anything.
fn name_in(words: &str) -> Option<&str> {
    let name = words.strip_suffix("项目").unwrap_or(words);
    (name.chars().count() >= 3).then_some(name)
}

/// The label beside each printed figure: the nearest text to its left in its row.
fn labels(composition: &Composition) -> HashMap<&str, String> {
    let mut labels = HashMap::default();
    for row in composition.given().iter().flat_map(|t| &t.rows) {
        let figures = row.figures.iter().flatten();
        labels.extend(figures.map(|f| (&*f.address, bare_label(&row.label).to_string())));
    }
    for row in composition.document.tables().flat_map(|t| &t.body) {
        let mut label = String::new();
        for cell in &row.cells {
            match cell.inlines.first().and_then(|i| i.figure) {
                Some(id) => {
                    let address = composition.document.figure(id).address.as_str();
                    labels.entry(address).or_insert_with(|| label.clone());
                }
                None => {
                    let text = plain(&cell.inlines);
                    if text.chars().any(|c| !c.is_ascii() && !c.is_whitespace()) {
                        label = bare_label(&text).to_string();
                    }
                }
            }
        }
    }
    labels
}

/// Projects, units, subjects: what `project`, `name` and fields of references hold, and the classification's names.
fn names(composition: &Composition) -> HashSet<&str> {
    let job = composition.job();
    let mut names: HashSet<&str> =
        job.set.schema.classes.values().flat_map(|c| c.names.values().map(String::as_str)).collect();
    for dataset in job.data.datasets.values() {
        let fields = dataset.fields.iter().enumerate();
        let named =
            fields.filter(|(_, f)| f.id == "project" || f.id == "name" || matches!(f.kind, FieldKind::Ref { .. }));
        for (index, _) in named {
            names.extend(dataset.records.iter().map(|r| r.values[index].text()).filter(|n| !n.is_empty()));
        }
    }
    names
}
