//! The composed tables and figures as rules and `why` see them: keys, codes, levels, amounts; no cells, no geometry.
//! Nothing here changes any more.

use super::figure::{Figure, Operation, Register, Taken, Terms, amounts_behind};
use super::session::{Finished, Session};
use super::table::{AxisColumn, Composed, NamedRow, RowFigure, composed, table_context};
use super::{Job, reasons};
use crate::data::filter::meaning;
use crate::data::{Data, Kind};
use crate::diagnostic::{Diagnostics, Place};
use crate::document::Origin;
use crate::layout::{Each, RowDecl, TableLayout};
use crate::money::{Unit, printed_number, show};
use indexmap::IndexMap;
use minijinja::Value;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

/// A table of figures: every row by its key, every column of figures by its key.
#[derive(Debug, Clone)]
pub struct TableView {
    /// `t5`, or `jx.专项补助` for an instance.
    pub id: Arc<str>,
    /// Its title as printed; else its id.
    pub title: String,
    /// No money passes its filters.
    pub empty: bool,
    /// The file it reads is there.
    pub known: bool,
    /// No line of it was left unread: a row that does not stand here is zero.
    pub whole: bool,
    /// Where its layout begins.
    pub place: Place,
    /// The columns of figures, left to right.
    pub columns: Vec<ColumnView>,
    /// Rows in order; those of a line's sides follow each other. Fixed rows that are not printed come last.
    pub rows: Vec<RowView>,
    /// Of a table that was given: the fixed rows that it does not print, each nought.
    pub absent: Vec<RowView>,
    /// Per side: the classification whose codes make its rows, if codes do.
    pub classes: Vec<Option<String>>,
    /// Per side: texts of the data make its rows, so that a name that the data lacks is a row all the same.
    pub named_by_data: Vec<bool>,
    /// Per side: the values of a choice that make its rows, each with its row although none has money.
    pub choices: Vec<Vec<String>>,
    /// All columns of the table as printed, for whoever reads one back: field or key, heads, side.
    pub printed_columns: Vec<PrintedColumn>,
}

/// A column of figures.
#[derive(Debug, Clone)]
pub struct ColumnView {
    /// In addresses.
    pub key: Arc<str>,
    /// One text per header row, the last reaches the bottom.
    pub head: Vec<String>,
    /// Which side it stands on, from 0.
    pub side: usize,
    /// Computed from its row's figures: a difference, a percentage.
    pub calc: bool,
}

/// A column of a table, of figures or of texts.
#[derive(Debug, Clone)]
pub struct PrintedColumn {
    /// Of a column of figures.
    pub key: Option<Arc<str>>,
    /// `code`, `code.款`, `label`, a record's field.
    pub field: Option<String>,
    /// One text per header row.
    pub head: Vec<String>,
    /// Which side it stands on, from 0.
    pub side: usize,
    /// It stands there whatever the data is.
    pub always: bool,
}

/// A row of one side.
#[derive(Debug, Clone)]
pub struct RowView {
    /// In addresses.
    pub key: Arc<str>,
    /// What its label column prints.
    pub label: String,
    /// Its code's name; without a code, its label.
    pub name: String,
    /// Its code, if it is made from codes; else empty.
    pub code: String,
    /// The classification of its code and the name of the code's level, `function` and 款; empty without a code.
    pub class: String,
    /// Name of its code's level: 款.
    pub level: String,
    /// Which side it stands on, from 0.
    pub side: usize,
    /// It stands at the bottom (`foot`).
    pub foot: bool,
    /// Made by `each`.
    pub generated: bool,
    /// It is the sum of other rows.
    pub total: bool,
    /// It is an 其中 of another.
    pub of: bool,
    /// Key of the row it lies below.
    pub under: Option<Arc<str>>,
    /// It stands on paper.
    pub printed: bool,
    /// What its other columns of texts print, by field, where it was given and not computed.
    pub texts: Vec<(String, String)>,
    /// The line it was read from, where it was given and not computed.
    pub place: Option<Place>,
    /// One per column of the table; none where the row has no such figure.
    pub figures: Vec<Option<FigureView>>,
}

/// A figure as a cell of a table prints it.
#[derive(Debug, Clone)]
pub struct FigureView {
    /// `t5/2010350/基本`.
    pub address: Arc<str>,
    /// Exact, in 元 for money; none: not known.
    pub amount: Option<Decimal>,
    /// As printed here; empty for a blank cell.
    pub text: String,
    /// `Plain` for counts and percentages.
    pub unit: Unit,
    /// Places after the point.
    pub decimals: u32,
    /// Where it was read, when it was given and not computed.
    pub place: Option<Place>,
}

/// What a figure is made of.
#[derive(Debug, Clone)]
pub enum Basis {
    /// The sum of one field over lines of a file: each line's place, its record's texts, its amount.
    Lines {
        /// The record file as users see it.
        file: Arc<str>,
        /// Heading of the field.
        field: String,
        /// In the order of the file.
        lines: Vec<(Origin, String, Decimal)>,
    },
    /// Computed from the figures at these addresses.
    Figures(Vec<Arc<str>>),
    /// One value of one record.
    Record(Origin),
    /// Printed so in a table that was given.
    Printed(Place),
}

impl FigureView {
    /// The number it prints, in 元 for money; a blank is zero. None if it is no number.
    pub fn printed(&self) -> Option<Decimal> {
        let scale = self.unit.scale();
        printed_number(&self.text, scale).map(|n| n * scale)
    }
}

impl TableView {
    /// Every figure that is printed is a blank or nought, and no row is named by the data.
    pub(crate) fn prints_nothing(&self) -> bool {
        let mut figures = self.rows.iter().flat_map(|row| row.figures.iter().flatten());
        figures.all(|figure| figure.printed().is_some_and(|number| number.is_zero()))
    }

    /// The row of a key.
    pub fn row(&self, key: &str) -> Option<&RowView> {
        self.rows.iter().find(|r| &*r.key == key)
    }

    /// The index of a column by its key, on a row's side.
    pub fn column(&self, key: &str, side: usize) -> Option<usize> {
        self.columns.iter().position(|c| &*c.key == key && c.side == side)
    }
}

/// The tables of a set over some data, composed, and every figure of them. What is asked of them never changes.
pub struct Forms {
    job: Arc<Job>,
    /// Tables, sentences and rules made these, in this order.
    figures: Register,
    /// How many figures the tables and the document made; those after them are of sentences that it does not print.
    own: usize,
    tables: IndexMap<String, Titled>,
}

/// A table and its title as messages name it.
struct Titled {
    table: Arc<Composed>,
    title: String,
}

impl Forms {
    /// Every table of a set, without a document: for tables that are given as figures.
    pub fn compose(job: impl Into<Arc<Job>>, diagnostics: &mut Diagnostics) -> Forms {
        let session = Session::new(job);
        for layout in session.job.set.tables.values() {
            composed(&session, layout, &[]);
        }
        let titles = titles(&session);
        diagnostics.extend(session.take_diagnostics());
        let own = session.register().figures.len();
        Forms::of(session.finish(), titles, own)
    }

    pub(super) fn of(finished: Finished, titles: Vec<String>, own: usize) -> Forms {
        let tables = finished.tables.composed.into_iter().zip(titles);
        let tables = tables.map(|((id, table), title)| (id, Titled { table, title })).collect();
        Forms { job: finished.job, figures: finished.register, own, tables }
    }

    /// The layout set, the data and the report behind it.
    pub fn job(&self) -> &Job {
        &self.job
    }

    pub(super) fn shared_job(&self) -> Arc<Job> {
        self.job.clone()
    }

    /// A table by its id, instances too; none if the set has no such table, or nothing needed it.
    pub fn table(&self, id: &str) -> Option<TableView> {
        Some(self.view(self.tables.get(id)?))
    }

    /// A figure by its address, printed or not.
    pub fn figure(&self, address: &str) -> Option<&Figure> {
        Some(&self.figures.figures[*self.figures.by_address.get(address)?])
    }

    /// The exact amount of a figure (元, or ones); none if there is no such figure or it is not known.
    pub fn amount(&self, address: &str) -> Option<Decimal> {
        self.figure(address)?.amount
    }

    /// Every figure of the tables and the document, printed or not, in the order they were made.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.figures.figures[..self.own].iter().map(|f| &**f)
    }

    /// The figures that the document prints of last year, and beside each the address of this year's that sums the same:
    /// what last year's document had there. Last year's records are a file that declares to be `like` this year's.
    pub fn figures_of_last_year(&self) -> Vec<(Arc<str>, Arc<str>)> {
        let (data, schema) = (&self.job.data, &self.job.set.schema);
        let key = |id: usize, dataset: &str| {
            let Terms::Points { chain, .. } = &self.figures.figures[id].terms else { return None };
            let of = data.datasets.get(dataset).filter(|_| !chain.record)?;
            Some((dataset.to_owned(), chain.measure.clone(), meaning(chain.filters(), of, schema)?))
        };
        let former = |id: usize| match &self.figures.figures[id].terms {
            Terms::Points { dataset, .. } => schema.files.get(&**dataset).and_then(|decl| decl.like.as_deref()),
            _ => None,
        };
        let printed: Vec<usize> =
            self.figures.printed.iter().copied().flat_map(|id| self.figures.made_of(id)).collect();
        let of_last_year: Vec<(usize, &str)> =
            printed.into_iter().filter_map(|id| former(id).map(|this_year| (id, this_year))).collect();
        if of_last_year.is_empty() {
            return Vec::new();
        }
        let mut by_meaning: HashMap<_, usize> = HashMap::default();
        for id in 0..self.own {
            if let Terms::Points { dataset, .. } = &self.figures.figures[id].terms
                && let Some(key) = key(id, dataset)
            {
                by_meaning.entry(key).or_insert(id);
            }
        }
        let address = |id: usize| self.figures.figures[id].address.clone();
        let pair =
            |(id, this_year): (usize, &str)| Some((address(id), address(*by_meaning.get(&key(id, this_year)?)?)));
        let mut pairs: Vec<(Arc<str>, Arc<str>)> = of_last_year.into_iter().filter_map(pair).collect();
        let mut known = rustc_hash::FxHashSet::default();
        pairs.retain(|(address, _)| known.insert(address.clone()));
        pairs
    }

    /// What a figure is called by its table and its row: 《部门预算支出总表》办公费; none for what stands in no table.
    pub fn name_of(&self, address: &str) -> Option<String> {
        let mut parts = address.split('/');
        let (table, row) = (self.tables.get(parts.next()?)?, parts.next()?);
        let row = table.table.rows.iter().find(|named| &*named.key == row)?;
        Some(format!("《{}》{}", table.title, row.label.trim()))
    }

    /// What a figure is made of.
    pub fn basis(&self, address: &str) -> Option<Basis> {
        let figure = self.figure(address)?;
        match self.figures.taken.get(address) {
            Some(Taken::Printed(place)) => return Some(Basis::Printed(place.clone())),
            Some(Taken::Same(of)) => return Some(Basis::Figures(of.clone())),
            None => {}
        }
        Some(match &figure.terms {
            Terms::Record(origin) => Basis::Record(origin.clone()),
            Terms::Figures(_, of) => {
                Basis::Figures(of.iter().map(|&id| self.figures.figures[id].address.clone()).collect())
            }
            Terms::Points { dataset, row, column, chain } => {
                lines(&self.job.data, dataset, &row.and(column), &chain.measure)
            }
        })
    }

    /// The amounts a figure is made of, each with the input line it stands in.
    pub fn amounts_behind(&self, address: &str) -> Vec<(Origin, Decimal)> {
        let id = self.figures.by_address.get(address);
        id.map(|&id| amounts_behind(&self.job.data, &self.figures, id)).unwrap_or_default()
    }

    /// The figure in a cell of a placed table, printed or blank: `row` and `cell` count the document's body rows and
    /// their cells from 0.
    pub fn figure_in(&self, table: &str, row: usize, cell: usize) -> Option<&Figure> {
        // A layout placed again has its number behind its id.
        let again = || self.tables.get(table.rsplit_once('#')?.0);
        let table = &self.tables.get(table).or_else(again)?.table;
        match table.body.get(row)?.cells.get(cell)?.content {
            super::table::Content::Figure(id) => Some(&self.figures.figures[id]),
            super::table::Content::Text(_) => None,
        }
    }

    /// The classification and the code of each printed row of a table that a code makes.
    pub fn printed_codes(&self, table: &str) -> Vec<(String, String)> {
        let again = || self.tables.get(table.rsplit_once('#')?.0);
        let Some(titled) = self.tables.get(table).or_else(again) else { return Vec::new() };
        let code = |row: &NamedRow| {
            let code = row.code_field.as_ref().and(row.context.get("code"))?.to_string();
            Some((self.class_level(&titled.table, row.code_field.as_deref()?, &code).0, code))
        };
        titled.table.rows.iter().filter_map(code).collect()
    }

    /// How sentences print a figure, without its unit; empty where it is not known.
    pub fn in_sentences(&self, figure: &Figure) -> String {
        let look = self.job.sentence_look().of(&figure.look);
        figure.amount.map(|amount| show(amount, &look)).unwrap_or_default()
    }

    /// The unit in which sentences print money.
    pub fn unit_of_sentences(&self) -> Unit {
        self.job.sentence_look().money.unit
    }

    /// Whether the department gives a reason for the difference at an address, for whatever sign.
    pub fn has_reason(&self, address: &str) -> bool {
        reasons::has_reason(&self.job, address)
    }
}

/// The titles of all tables composed, and of those that titles need.
pub(super) fn titles(session: &Session) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    while let Some(table) = session.table_by_number(titles.len()) {
        let layout = &session.job.set.tables[&table.file];
        let title = layout.title.as_ref().and_then(|t| session.try_render(t, &table_context(&table, 1)));
        titles.push(title.unwrap_or_else(|| table.id.clone()));
    }
    titles
}

impl Forms {
    fn layout(&self, table: &Composed) -> &TableLayout {
        &self.job.set.tables[&table.file]
    }

    fn dataset(&self, id: &str) -> Option<&crate::data::Dataset> {
        self.job.data.datasets.get(id)
    }

    fn view(&self, titled: &Titled) -> TableView {
        let table = &titled.table;
        let layout = self.layout(table);
        let columns: Vec<ColumnView> = table
            .axis
            .iter()
            .filter_map(|c| {
                let key = c.key.clone()?;
                Some(ColumnView { key, head: c.head.clone(), side: c.side.unwrap_or(0), calc: c.calc })
            })
            .collect();
        let printed = |c: &AxisColumn| PrintedColumn {
            key: c.key.clone(),
            field: c.field.clone(),
            head: c.head.clone(),
            side: c.side.unwrap_or(0),
            always: c.always,
        };
        let shown = table.rows.iter().map(|r| self.row_view(table, r, &columns, true));
        let hidden = table.hidden.iter().map(|r| self.row_view(table, r, &columns, false));
        TableView {
            id: table.id.as_str().into(),
            title: titled.title.clone(),
            empty: table.empty,
            whole: true,
            known: self.dataset(&layout.from).is_some_and(|d| d.given),
            place: layout.place.clone(),
            rows: shown.chain(hidden).collect(),
            absent: Vec::new(),
            classes: layout.sides.iter().map(|s| self.class_of_rows(&layout.from, &s.rows)).collect(),
            named_by_data: layout.sides.iter().map(|s| self.named_by_data(&layout.from, &s.rows)).collect(),
            choices: layout.sides.iter().map(|s| self.choices(&layout.from, &s.rows)).collect(),
            printed_columns: table.axis.iter().map(printed).collect(),
            columns,
        }
    }

    fn row_view(&self, table: &Composed, row: &NamedRow, columns: &[ColumnView], printed: bool) -> RowView {
        let text = |key: &str| row.context.get(key).map(ToString::to_string).unwrap_or_default();
        let code = if row.code_field.is_some() { text("code") } else { String::new() };
        let (class, level) = row.code_field.as_deref().map(|f| self.class_level(table, f, &code)).unwrap_or_default();
        let name = match row.context.get("name").filter(|_| row.code_field.is_some()) {
            Some(name) => Value::to_string(name),
            None => row.label.trim().to_string(),
        };
        let figure = |column: &ColumnView| {
            let named = row.figures.iter().find(|f| f.key == column.key && column.side == row.side)?;
            Some(self.figure_view(named))
        };
        RowView {
            key: row.key.clone(),
            label: row.label.clone(),
            name,
            code,
            class,
            level,
            side: row.side,
            foot: row.foot,
            generated: row.generated,
            total: row.total,
            of: row.of,
            under: row.under.clone(),
            printed,
            texts: Vec::new(),
            place: None,
            figures: columns.iter().map(figure).collect(),
        }
    }

    /// The classification of the first rows that codes make.
    fn class_of_rows(&self, from: &str, rows: &[RowDecl]) -> Option<String> {
        rows.iter().find_map(|row| {
            let dataset = self.dataset(row.from.as_deref().unwrap_or(from))?;
            let own = match &row.each {
                Some(Each::Field(name)) => match &dataset.fields[dataset.field(name)?].kind {
                    Kind::Code { class, .. } => Some(class.clone()),
                    _ => None,
                },
                _ => None,
            };
            own.or_else(|| self.class_of_rows(from, &row.rows))
        })
    }

    /// Whether a row stands for each value of a text, with no rows below.
    fn named_by_data(&self, from: &str, rows: &[RowDecl]) -> bool {
        let is_text = |row: &RowDecl| {
            let Some(Each::Field(name)) = &row.each else { return false };
            let dataset = self.dataset(row.from.as_deref().unwrap_or(from));
            dataset.is_some_and(|d| {
                d.field(name).is_some_and(|f| matches!(d.fields[f].kind, Kind::Text | Kind::Ref { .. }))
            })
        };
        rows.iter().any(|row| row.rows.is_empty() && is_text(row))
    }

    /// The values of the choices that rows stand for.
    fn choices(&self, from: &str, rows: &[RowDecl]) -> Vec<String> {
        let of = |row: &RowDecl| {
            let Some(Each::Field(name)) = &row.each else { return Vec::new() };
            let dataset = self.dataset(row.from.as_deref().unwrap_or(from));
            match dataset.and_then(|d| Some(&d.fields[d.field(name)?].kind)) {
                Some(Kind::Choice { values, .. }) => values.clone(),
                _ => Vec::new(),
            }
        };
        rows.iter().filter(|row| row.rows.is_empty()).flat_map(of).collect()
    }

    /// The classification of a field, and the name of a code's level in it.
    fn class_level(&self, table: &Composed, field: &str, code: &str) -> (String, String) {
        let layout = self.layout(table);
        let kind = self.dataset(&layout.from).and_then(|d| Some(&d.fields[d.field(field)?].kind));
        let Some(Kind::Code { class: id, .. }) = kind else { return Default::default() };
        let class = self.job.set.schema.classes.get(id);
        let level = class.and_then(|c| c.levels.get(c.level(code)?).cloned());
        (id.clone(), level.unwrap_or_default())
    }

    /// The exact amount of a figure; of a total that a form makes of printed parts, the sum of what they are exactly.
    fn exact(&self, id: usize) -> Option<Decimal> {
        let figure = &self.figures.figures[id];
        match &figure.terms {
            Terms::Figures(Operation::Same | Operation::Sum, of) if !of.is_empty() => {
                of.iter().map(|&part| self.exact(part)).sum()
            }
            _ => figure.amount,
        }
    }

    fn figure_view(&self, cell: &RowFigure) -> FigureView {
        let figure = &self.figures.figures[cell.id];
        FigureView {
            address: figure.address.clone(),
            amount: self.exact(cell.id),
            text: figure.text(),
            unit: figure.look.unit,
            decimals: figure.look.decimals,
            place: None,
        }
    }
}

fn lines(data: &Data, dataset: &str, points: &crate::data::Points, measure: &str) -> Basis {
    let Some(dataset) = data.datasets.get(dataset) else { return Basis::Figures(Vec::new()) };
    let Some(field) = dataset.field(measure) else { return Basis::Figures(Vec::new()) };
    let text = |record: &crate::data::Record| -> String {
        let texts = record.values.iter().map(|v| v.text()).filter(|t| !t.is_empty());
        texts.collect::<Vec<_>>().join("，")
    };
    let line = |index: usize| {
        let record = &dataset.records[index];
        (record.origin.clone(), text(record), record.values[field].number())
    };
    Basis::Lines {
        file: dataset.file.clone(),
        field: dataset.fields[field].head.clone(),
        lines: points.yes.iter().map(line).collect(),
    }
}
