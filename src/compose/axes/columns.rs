//! Entries become columns, with their heads.

use super::items::{EachSpec, is_list};
use super::{ColumnItem, Context, Scope};
use crate::data::filter::Filter;
use crate::layout::{ColumnDecl, Each, Order};
use std::sync::{Arc, OnceLock};

impl<'a> Scope<'a> {
    /// The columns of some entries, in order.
    pub fn columns(&self, decls: &'a [ColumnDecl]) -> Vec<ColumnItem<'a>> {
        let mut columns = Vec::new();
        for decl in decls.iter().filter(|d| self.holds(&d.when)) {
            let head = self.head(decl, decl.key.as_deref(), None);
            match &decl.each {
                None => columns.push(ColumnItem {
                    decl,
                    key: decl.key.as_deref().map(Into::into),
                    head,
                    filters: [decl.filter.clone()].into(),
                    from: decl.from.clone(),
                    of: decl.of.clone(),
                    item: None,
                    points: OnceLock::new(),
                }),
                Some(each) => columns.extend(self.each_columns(decl, each)),
            }
        }
        columns
    }

    fn each_columns(&self, decl: &'a ColumnDecl, each: &Each) -> Vec<ColumnItem<'a>> {
        let dataset = decl.from.as_deref().and_then(|id| self.session.dataset(id)).unwrap_or(self.base);
        let spec =
            EachSpec { each, values: decl.values.as_ref(), levels: &decl.levels, order: Order::Natural, id: &[] };
        let mut filters = self.filters.clone();
        filters.push(decl.filter.clone());
        let items = self.items(&spec, dataset, &filters, &[]);
        let keep_all = decl.keep_all.unwrap_or(decl.values.is_some() || is_list(each, dataset));
        let mut columns = Vec::new();
        for item in items {
            let own: Arc<[Filter]> = std::iter::once(decl.filter.clone()).chain(item.filter.clone()).collect();
            let money = || self.has_money(dataset, &self.session.all_points(dataset, self.filters.iter().chain(&*own)));
            if !keep_all && !item.keep && !money() {
                continue;
            }
            let key = match &decl.key {
                Some(key) => format!("{key}.{}", item.key),
                None => item.key.to_string(),
            };
            let below = item.head.clone().unwrap_or_else(|| text_of(&item.context, "name"));
            let context = Arc::new(item.context);
            columns.push(ColumnItem {
                decl,
                head: self.head(decl, Some(&key), Some((below, &context))),
                key: Some(key.as_str().into()),
                filters: own,
                from: item.from.or_else(|| decl.from.clone()),
                of: item.of.or_else(|| decl.of.clone()),
                item: Some(item.key),
                points: OnceLock::new(),
            });
        }
        columns
    }

    /// Heads of a column, the department's own wording first; an item's head goes below.
    fn head(&self, decl: &ColumnDecl, key: Option<&str>, item: Option<(String, &Arc<Context>)>) -> Vec<String> {
        let own = key.and_then(|k| self.layout.heads.get(k));
        let none = Arc::default();
        let context = item.as_ref().map_or(&none, |(_, context)| context);
        let heads = own.unwrap_or(&decl.head);
        let mut texts: Vec<String> = heads.iter().map(|t| self.label(t, context)).collect();
        if own.is_none()
            && let Some((below, _)) = item
        {
            texts.push(below);
        }
        texts
    }
}

fn text_of(context: &Context, key: &str) -> String {
    context.get(key).map(ToString::to_string).unwrap_or_default()
}
