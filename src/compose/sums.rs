//! What the figures of given tables sum: for each the records it counts, as its table declares them; and for each
//! column of rows that codes make, all that such rows count together, so that a row that is not there is nought.

use super::axes::{ColumnItem, Scope};
use super::figure::Terms;
use super::session::Session;
use super::view::FigureView;
use super::{Job, given, given_tables_first};
use crate::data::filter::{Filter, Meaning, meaning};
use crate::diagnostic::Diagnostics;
use std::sync::Arc;

/// A printed figure and what it sums.
pub(crate) struct PrintedSum {
    /// Id of its table.
    pub table: Arc<str>,
    /// The side it stands on.
    pub side: usize,
    /// Id of the dataset whose records it sums.
    pub dataset: Arc<str>,
    /// Id of the amount field.
    pub measure: String,
    /// Which records.
    pub says: Meaning,
    /// As it is printed.
    pub figure: FigureView,
}

/// All that rows made of codes count in a column of a table that is given whole.
pub(crate) struct Ground {
    /// Id of the table.
    pub table: Arc<str>,
    /// The side.
    pub side: usize,
    /// Id of the dataset.
    pub dataset: Arc<str>,
    /// Which records.
    pub says: Meaning,
}

/// What given tables say of the records behind them.
#[derive(Default)]
pub(crate) struct PrintedSums {
    /// Every figure of money that sums records, in the order of the tables.
    pub figures: Vec<PrintedSum>,
    /// What the rows of codes count.
    pub grounds: Vec<Ground>,
}

/// The filters of a column's rows of codes.
pub(super) struct GroundFilters {
    pub side: usize,
    pub dataset: Arc<str>,
    pub filters: Vec<Filter>,
}

/// What the tables of a job, given as printed, say of the records behind them. What is wrong with the tables goes to `found`.
pub(crate) fn printed_sums(job: &Arc<Job>, found: &mut Diagnostics) -> PrintedSums {
    let given = given::to_compose(job, found);
    let session = Session::of_printed(job.clone(), &given);
    given_tables_first(&session);
    let mut sums = PrintedSums::default();
    let schema = &job.set.schema;
    let register = session.register();
    for view in &given {
        let rows = view.rows.iter().chain(&view.absent);
        for (side, figure) in rows.flat_map(|row| row.figures.iter().flatten().map(|figure| (row.side, figure))) {
            let id = register.by_address.get(&figure.address).filter(|_| figure.place.is_some());
            let Some(known) = id.map(|id| &register.figures[*id]).filter(|known| known.is_money()) else { continue };
            let Terms::Points { dataset, chain, .. } = &known.terms else { continue };
            let Some(of) = session.dataset(dataset).filter(|_| !chain.record) else { continue };
            let Some(says) = meaning(chain.filters(), of, schema) else { continue };
            let (table, dataset) = (view.id.clone(), dataset.clone());
            let measure = chain.measure.to_string();
            sums.figures.push(PrintedSum { table, side, dataset, measure, says, figure: figure.clone() });
        }
        let Some(table) = session.composed(&view.id).filter(|_| view.whole) else { continue };
        for ground in &table.grounds {
            let says = session.dataset(&ground.dataset).and_then(|of| meaning(&ground.filters, of, schema));
            let Some(says) = says else { continue };
            let (table, dataset) = (view.id.clone(), ground.dataset.clone());
            sums.grounds.push(Ground { table, side: ground.side, dataset, says });
        }
    }
    sums
}

impl Scope<'_> {
    /// What the rows that codes make count in each column: none where they are rows of listed codes alone.
    pub(super) fn grounds(&self, side: usize, columns: &[ColumnItem<'_>]) -> Vec<GroundFilters> {
        let of_figures = || columns.iter().filter(|c| c.key.is_some() && c.decl.calc.is_none() && c.from.is_none());
        let decl = &self.layout.sides[side];
        let makes = self.makers(decl).into_iter().filter(|(makes, _)| makes.values.is_none() && makes.from.is_none());
        makes
            .flat_map(|(_, filters)| of_figures().map(move |column| [&filters[..], &column.filters].concat()))
            .map(|filters| GroundFilters { side, dataset: self.base.id.as_str().into(), filters })
            .collect()
    }
}
