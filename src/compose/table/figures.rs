//! Figures of a table: which points a row and a column share, and what is computed from a row's figures.

use super::lines::{SideItems, TableComposer};
use super::{Cell, Content, RowFigure};
use crate::compose::amount;
use crate::compose::axes::{ColumnItem, RowItem, join_filters};
use crate::compose::figure::{Chain, Figure, Id, Terms};
use crate::data::Dataset;
use crate::data::filter::Filter;
use crate::diagnostic::{Diagnostic, Place};
use crate::layout::{LookPatch, template_message};
use minijinja::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a figure column or cell asks of a row.
pub(super) struct FigureSpec<'a, 'b> {
    pub key: &'b Arc<str>,
    pub from: &'b Option<String>,
    pub filters: &'b Arc<[Filter]>,
    /// The column that these are the filters of.
    pub column: Option<&'b ColumnItem<'a>>,
    pub of: &'b Option<String>,
    pub join: &'b Option<Vec<(String, String)>>,
    pub numbers: &'b LookPatch,
    pub place: &'b Place,
}

/// Characters of an address.
const LONGEST_ADDRESS: usize = 64;

impl<'a> TableComposer<'a, '_> {
    /// The figure of a row and a column; none where the row cannot have it.
    pub(super) fn figure(&self, row: &RowItem<'a>, spec: &FigureSpec<'a, '_>) -> Option<Id> {
        let session = self.scope.session;
        let from = spec.from.as_deref().or(row.decl.from.as_deref());
        let dataset = from.and_then(|id| session.dataset(id)).unwrap_or(row.dataset);
        let measure = self.measure(dataset, spec.of, row)?;
        let (row_points, filters, record) = match spec.join {
            Some(join) => {
                let filters = join_filters(join, &row.fields, spec.place)?;
                (session.all_points(dataset, &filters), filters.into(), false)
            }
            None if dataset.id == row.dataset.id => (row.points.clone(), row.filters.clone(), row.record.is_some()),
            None if row.record.is_some() || row.decl.join.is_some() => return None,
            None => (session.all_points(dataset, &*row.filters), row.filters.clone(), false),
        };
        let column = match spec.column {
            Some(column) => column.points(session, dataset),
            None => session.all_points(dataset, &**spec.filters),
        };
        let mut address = String::with_capacity(self.out.id.len() + row.key.len() + spec.key.len() + 2);
        for part in [&self.out.id, "/", &row.key, "/", spec.key] {
            address.push_str(part);
        }
        if address.len() > LONGEST_ADDRESS && address.chars().count() > LONGEST_ADDRESS {
            session.report(
                Diagnostic::error("E313", format!("地址超过 {LONGEST_ADDRESS} 个字符：{address}"))
                    .at(spec.place.clone()),
            );
        }
        let names = session.names.of_dataset(&dataset.id);
        let chain =
            Chain { row: filters, column: spec.filters.clone(), measure: names.fields[measure].clone(), record };
        let (amount, unknown) = match session.sum(dataset, &row_points, &column, measure, &chain) {
            Ok(sum) => (Some(sum), None),
            Err(reason) => match session.as_printed(dataset, &chain, &address) {
                Some(printed) => (Some(printed), None),
                None => (None, Some(reason)),
            },
        };
        let terms = Terms::Points { dataset: names.id.clone(), row: row_points, column, chain: Arc::new(chain) };
        let look = self.look(&dataset.fields[measure].kind, row, spec.numbers);
        // Two records at one address are told apart in the data.
        let place = row.record.filter(|_| row.generated).map(|i| &row.dataset.records[i].origin);
        let place = place.map_or_else(|| spec.place.clone(), |o| Place::new(o.file.clone(), o.line, 0));
        Some(
            session
                .add_figure(Figure { address: address.into(), amount, unknown, look, compares: None, terms }, &place),
        )
    }

    /// The field a column sums: its own `of` where that names an amount or number, else the row's, else the table's.
    fn measure(&self, dataset: &Dataset, of: &Option<String>, row: &RowItem<'_>) -> Option<usize> {
        let named = |of: &Option<String>| of.as_deref().and_then(|name| dataset.field(name));
        named(of).or_else(|| named(&row.measure)).or_else(|| self.scope.measure(dataset))
    }

    /// Columns with `calc`, from the row's figures.
    pub(super) fn calculate(
        &self,
        side: &SideItems<'a>,
        row: &RowItem<'a>,
        figures: &mut Vec<RowFigure>,
        cells: &mut [Cell],
    ) {
        for (index, column) in side.columns.iter().enumerate() {
            let (Some(calc), Some(key)) = (&column.decl.calc, &column.key) else { continue };
            let skipped = row.decl.skip.iter().any(|s| s == key.as_ref());
            let Some(cell) = cells.iter_mut().find(|c| c.column == side.at + index).filter(|_| !skipped) else {
                continue;
            };
            let session = self.scope.session;
            let known: BTreeMap<String, Value> =
                figures.iter().map(|f| (f.key.to_string(), amount::value(session, f.id))).collect();
            let context = Value::from(BTreeMap::from([("c".to_string(), Value::from(known))]));
            let eval = || session.env().compile_expression(&calc.source).and_then(|e| e.eval(context.clone()));
            let result = session.with_own_looks(eval);
            match result {
                Ok(value) => {
                    let address = format!("{}/{}/{}", self.out.id, row.key, key);
                    let own = amount::own_look(session, &value, &self.scope.look);
                    let look = row.decl.numbers.apply(&column.decl.numbers.apply(&own));
                    let Some(id) = amount::register(session, &value, address, look, &column.decl.place) else {
                        continue;
                    };
                    // A percentage of nothing is a blank; what it is made of and not known is told where that stands.
                    let told = |f: &RowFigure| session.figure(f.id).amount.is_none();
                    let figure = session.figure(id);
                    let blank = figure.amount.is_none() && (amount::lacks_base(&figure) || figures.iter().any(told));
                    cell.content = if blank { Content::Text(String::new()) } else { Content::Figure(id) };
                    figures.push(RowFigure { key: key.clone(), id });
                }
                Err(error) => session.report(template_message::runtime(&error, &calc.place, session.env(), &context)),
            }
        }
    }
}
