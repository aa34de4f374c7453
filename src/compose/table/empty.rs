//! Whether a table has anything to print: money in any of the datasets that its figures read, or records as rows.

use crate::compose::axes::{Fields, Scope, join_filters};
use crate::data::filter::Filter;
use crate::data::points::Points;
use crate::data::{Dataset, Kind};
use crate::layout::{CellContent, ColumnDecl, Each, ListEntry, RowDecl};
use std::sync::Arc;

/// What a column or a cell of figures asks of a row.
struct Asked<'a> {
    from: Option<&'a str>,
    filters: Vec<&'a Filter>,
    of: Option<&'a str>,
    join: Option<&'a [(String, String)]>,
}

/// Whether nothing is printed in a table: no row stands for a record, and no figure of any dataset it reads has money.
pub(super) fn is_empty(scope: &Scope<'_>) -> bool {
    let layout = scope.layout;
    let of_all: Vec<Asked<'_>> = asked_by_columns(scope, &layout.columns);
    let mut figures = false;
    for side in &layout.sides {
        let mut asked = asked_by_columns(scope, &side.columns);
        asked.extend(of_all.iter().map(|a| Asked { filters: a.filters.clone(), ..*a }));
        let mut rows = Rows { scope, asked: &asked, figures: !asked.is_empty() };
        let above = Above { dataset: scope.base, filters: scope.filters.iter().collect() };
        if rows.print(&side.rows, &above) || rows.print(&side.foot, &above) {
            return false;
        }
        figures |= rows.figures;
    }
    // A table of texts has something to print where there is a record.
    let points = scope.session.all_points(scope.base, &scope.filters);
    let of_texts = !scope.base.fields.iter().any(|f| f.kind == Kind::Amount) || !figures;
    !of_texts || points.yes.is_empty()
}

/// What the figure columns ask, one for each entry of a list that `each` goes over.
fn asked_by_columns<'a>(scope: &Scope<'a>, columns: &'a [ColumnDecl]) -> Vec<Asked<'a>> {
    let mut all = Vec::new();
    let printed = |c: &&ColumnDecl| {
        let holds_figures = c.calc.is_none() && c.field.is_none() && c.text.is_none();
        holds_figures && (c.key.is_some() || c.each.is_some()) && scope.holds(&c.when)
    };
    for column in columns.iter().filter(printed) {
        let asked = Asked {
            from: column.from.as_deref(),
            filters: vec![&column.filter],
            of: column.of.as_deref(),
            join: column.join.as_deref(),
        };
        let entries: &[ListEntry] = match &column.each {
            Some(Each::Entries(entries)) => entries,
            Some(Each::List(name) | Each::Field(name)) => scope.list(name).unwrap_or_default(),
            _ => &[],
        };
        for entry in entries {
            if let ListEntry::Entry(entry) = entry {
                let filters = vec![&column.filter, &entry.filter];
                let from = entry.from.as_deref().or(asked.from);
                all.push(Asked { from, filters, of: entry.of.as_deref().or(asked.of), join: asked.join });
            }
        }
        all.push(asked);
    }
    all
}

/// What the rows around a row say.
struct Above<'a> {
    dataset: &'a Dataset,
    filters: Vec<&'a Filter>,
}

struct Rows<'a, 's> {
    scope: &'s Scope<'a>,
    asked: &'s [Asked<'a>],
    /// A column or a cell of figures was met.
    figures: bool,
}

impl<'a> Rows<'a, '_> {
    fn print(&mut self, rows: &'a [RowDecl], above: &Above<'a>) -> bool {
        rows.iter().any(|row| !row.blank && self.scope.holds(&row.when) && self.prints(row, above))
    }

    fn prints(&mut self, row: &'a RowDecl, above: &Above<'a>) -> bool {
        let dataset = row.from.as_deref().and_then(|id| self.scope.session.dataset(id)).unwrap_or(above.dataset);
        // A join carries none of the filters over; which of its records are meant the records above say.
        let mut filters = if row.join.is_some() { Vec::new() } else { above.filters.clone() };
        filters.push(&row.filter);
        let within = Above { dataset, filters };
        let points = self.points(dataset, &within.filters);
        let by_record = row.row && matches!(row.each, Some(Each::Record | Each::Fields(_)));
        if by_record && !points.yes.is_empty() {
            return true;
        }
        let asked = self.asked;
        let cells: Vec<Asked<'a>> = row.cells.iter().filter_map(|cell| asked_by_cell(&cell.content)).collect();
        self.figures |= !cells.is_empty();
        (row.row && asked.iter().chain(&cells).any(|asked| self.has_money(asked, &within)))
            || self.print(&row.rows, &within)
    }

    fn has_money(&self, asked: &Asked<'a>, row: &Above<'a>) -> bool {
        let dataset = asked.from.and_then(|id| self.scope.session.dataset(id)).unwrap_or(row.dataset);
        let fields = self.fields(dataset, asked.of);
        let Some(join) = asked.join else {
            let filters: Vec<&Filter> = row.filters.iter().chain(&asked.filters).copied().collect();
            return money(dataset, &self.points(dataset, &filters), &fields);
        };
        // A join carries over what the row's records say in some fields, and nothing else.
        let records = self.points(row.dataset, &row.filters);
        records.yes.iter().any(|record| {
            let values = row.dataset.fields.iter().zip(&row.dataset.records[record].values);
            let carried = values.filter(|(field, _)| join.iter().any(|(_, here)| *here == field.id));
            let values: Fields =
                carried.map(|(field, value)| (field.id.as_str().into(), value.text().into())).collect();
            let Some(joined) = join_filters(join, &values, &self.scope.layout.place) else { return false };
            let filters: Vec<&Filter> = joined.iter().chain(asked.filters.iter().copied()).collect();
            money(dataset, &self.points(dataset, &filters), &fields)
        })
    }

    fn points(&self, dataset: &Dataset, filters: &[&Filter]) -> Arc<Points> {
        self.scope.session.all_points(dataset, filters.iter().copied())
    }

    /// The fields a figure may sum: the one that is named, else every amount and number.
    fn fields(&self, dataset: &Dataset, of: Option<&str>) -> Vec<usize> {
        match of.and_then(|name| dataset.field(name)).or_else(|| self.scope.measure(dataset)) {
            Some(field) => vec![field],
            None => Vec::new(),
        }
    }
}

fn asked_by_cell(content: &CellContent) -> Option<Asked<'_>> {
    let CellContent::Figure { from, filter, of, join, .. } = content else { return None };
    Some(Asked { from: from.as_deref(), filters: vec![filter], of: of.as_deref(), join: join.as_deref() })
}

/// Money that is in the points, or may be.
fn money(dataset: &Dataset, points: &Points, fields: &[usize]) -> bool {
    let has = |i: usize| fields.iter().any(|&field| !dataset.records[i].values[field].number().is_zero());
    points.yes.iter().any(has) || points.unknown.iter().any(has)
}
