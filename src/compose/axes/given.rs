//! The rows of a table that is given as printed: those that stand there, each as its form declares it.

use super::{RowItem, Scope};
use crate::compose::given::plain_name;
use crate::compose::view::{RowView, TableView};
use crate::data::filter::Filter;
use crate::data::{Dataset, Kind};
use crate::layout::{Each, RowDecl, Side};
use indexmap::IndexMap;
use minijinja::Value;
use std::sync::Arc;

/// The rows of one side.
pub struct GivenRows<'a> {
    /// A row for each line of the body, blank where the line has none on this side.
    pub body: Vec<RowItem<'a>>,
    /// The same of the foot.
    pub foot: Vec<RowItem<'a>>,
    /// Fixed rows that are not there, and whether each would stand in the foot.
    pub absent: Vec<(RowItem<'a>, bool)>,
}

/// A declaration that makes rows of codes or names, with all that stands around it.
struct Makes<'a> {
    decl: &'a RowDecl,
    dataset: &'a Dataset,
    field: usize,
    filters: Vec<Filter>,
    nested: bool,
}

impl<'a> Scope<'a> {
    /// The rows of a side as they are given: `body` and `foot` are those that the form has without any record.
    pub fn as_given(
        &self,
        given: &TableView,
        (index, side): (usize, &'a Side),
        body: Vec<RowItem<'a>>,
        foot: Vec<RowItem<'a>>,
    ) -> GivenRows<'a> {
        let line = |row: &RowView| row.place.as_ref().map_or(0, |place| place.line);
        // Each line, and whether it is one of the foot: all that stands in it is.
        let mut lines: IndexMap<u32, bool> = IndexMap::new();
        let printed = || given.rows.iter().filter(|row| row.place.is_some());
        for row in printed() {
            *lines.entry(line(row)).or_insert(true) &= row.foot;
        }
        let mut known: IndexMap<Arc<str>, Option<(RowItem<'a>, bool)>> = IndexMap::new();
        let fixed = body.into_iter().map(|row| (row, false)).chain(foot.into_iter().map(|row| (row, true)));
        for (row, foot) in fixed.filter(|(row, _)| !row.blank) {
            known.entry(row.key.clone()).or_insert(Some((row, foot)));
        }
        let mut makes = Vec::new();
        self.makes(&side.rows, self.filters.clone(), false, &mut makes);
        self.makes(&side.foot, self.filters.clone(), false, &mut makes);
        let mut rows = GivenRows { body: Vec::new(), foot: Vec::new(), absent: Vec::new() };
        let mut numbers: IndexMap<Arc<str>, u32> = IndexMap::new();
        let mut of_side = printed().filter(|row| row.side == index).peekable();
        for (at, foot) in lines {
            let view = of_side.next_if(|row| line(row) == at);
            let row = view.and_then(|view| match known.get_mut(&view.key).and_then(Option::take) {
                Some((mut row, _)) => {
                    self.told(&mut row, view);
                    Some(row)
                }
                None => self.made_of(view, &makes, &mut numbers),
            });
            let blank = || side.rows.iter().chain(&side.foot).next().map(|decl| self.blank_row(decl));
            let to = if foot { &mut rows.foot } else { &mut rows.body };
            to.extend(row.or_else(blank));
        }
        rows.absent = known.into_values().flatten().filter(|(row, _)| row.record.is_none()).collect();
        rows
    }

    /// The declarations of a side that make a row for each code, with all filters around them.
    pub fn makers(&self, side: &'a Side) -> Vec<(&'a RowDecl, Vec<Filter>)> {
        let mut makes = Vec::new();
        self.makes(&side.rows, self.filters.clone(), false, &mut makes);
        let of_codes = |makes: &Makes<'_>| matches!(makes.dataset.fields[makes.field].kind, Kind::Code { .. });
        makes.into_iter().filter(of_codes).map(|makes| (makes.decl, makes.filters)).collect()
    }

    /// Every declaration that makes a row for each code or name, the outermost first.
    fn makes(&self, decls: &'a [RowDecl], filters: Vec<Filter>, nested: bool, out: &mut Vec<Makes<'a>>) {
        for decl in decls.iter().filter(|decl| !decl.blank && decl.join.is_none()) {
            let dataset = decl.from.as_deref().and_then(|id| self.session.dataset(id)).unwrap_or(self.base);
            let mut filters = filters.clone();
            filters.push(decl.filter.clone());
            if let Some(Each::Field(name)) = &decl.each
                && let Some(field) = dataset.field(name)
                && decl.row
            {
                out.push(Makes { decl, dataset, field, filters: filters.clone(), nested });
            }
            self.makes(&decl.rows, filters, nested || decl.row, out);
        }
    }

    /// A row of a code or a name that the form has no fixed row for.
    fn made_of(
        &self,
        view: &RowView,
        makes: &[Makes<'a>],
        numbers: &mut IndexMap<Arc<str>, u32>,
    ) -> Option<RowItem<'a>> {
        let is_of = |makes: &&Makes<'a>| match &makes.dataset.fields[makes.field].kind {
            Kind::Code { class, .. } => {
                *class == view.class && (makes.decl.levels.is_empty() || makes.decl.levels.contains(&view.level))
            }
            _ => view.code.is_empty(),
        };
        let makes = makes.iter().find(is_of)?;
        let value = if view.code.is_empty() { view.label.trim() } else { &view.code };
        let item = self.named_item(makes.dataset, makes.field, value, Some(&plain_name(&view.name)));
        let mut filters = makes.filters.clone();
        filters.extend(item.filter);
        let number = numbers.entry(item.parent.clone()).or_insert(0);
        *number += 1;
        let mut context = item.context;
        context.insert(self.session.names.no.clone(), Value::from(*number));
        let code = matches!(makes.dataset.fields[makes.field].kind, Kind::Code { .. });
        let mut row = RowItem {
            decl: makes.decl,
            key: view.key.clone(),
            context: Arc::new(context),
            fields: Arc::new(item.fields),
            points: self.session.all_points(makes.dataset, &filters),
            filters: filters.into(),
            dataset: makes.dataset,
            record: None,
            generated: true,
            level: item.level,
            code_field: code.then_some(makes.dataset.fields[makes.field].id.as_str()),
            under: view.under.clone(),
            measure: None,
            nested: makes.nested,
            blank: false,
        };
        self.told(&mut row, view);
        Some(row)
    }

    /// What the other columns of texts print for it.
    fn told(&self, row: &mut RowItem<'a>, view: &RowView) {
        if view.texts.is_empty() {
            return;
        }
        let context = Arc::make_mut(&mut row.context);
        for (field, text) in &view.texts {
            context.entry(field.as_str().into()).or_insert_with(|| Value::from(text.as_str()));
        }
    }
}
