//! Entries become rows: fixed ones, and those that `each` makes of the data, nested ones below their own.

use super::items::{EachSpec, is_list};
use super::{ColumnItem, Context, Fields, RowItem, Scope, has_amount, join_filters};
use crate::compose::nested_key;
use crate::data::filter::Filter;
use crate::data::points::{Bits, Points};
use crate::data::{Dataset, Kind};
use crate::layout::{Each, RowDecl};
use indexmap::IndexMap;
use minijinja::Value;
use std::sync::Arc;

/// Another dataset of the same shape that columns read: its codes are rows too.
pub(super) struct Peer<'a> {
    pub dataset: &'a Dataset,
    /// The records that its columns can show.
    pub shown: Bits,
}

struct Parent<'a> {
    filters: Arc<[Filter]>,
    context: Arc<Context>,
    fields: Arc<Fields>,
    /// Key of the item around it: what `each` made.
    key: Option<Arc<str>>,
    /// Key of the row right above it, fixed or made.
    above: Option<Arc<str>>,
    peers: Arc<[Peer<'a>]>,
    nested: bool,
    points: Option<(&'a Dataset, Arc<Points>, usize)>,
}

impl<'a> Scope<'a> {
    /// The rows of some entries, in order; nested ones below their own.
    pub fn rows(&self, decls: &'a [RowDecl], columns: &[ColumnItem<'a>]) -> Vec<RowItem<'a>> {
        let mut rows = Vec::new();
        self.expand_rows(decls, &self.root(columns), &mut rows);
        if self.session.had_too_many_rows() {
            rows.clear();
        }
        rows
    }

    /// Fixed rows that their `when` keeps from being printed. Sentences may name their figures all the same: a table
    /// without money drops its 合计, and a sentence still says 0.00.
    pub fn unprinted_rows(&self, decls: &'a [RowDecl], columns: &[ColumnItem<'a>]) -> Vec<RowItem<'a>> {
        let root = self.root(columns);
        let fixed = |d: &&RowDecl| d.key.is_some() && d.each.is_none() && d.row && !self.holds(&d.when);
        let one = |decl: &'a RowDecl| {
            let mut rows = Vec::new();
            self.expand_row(decl, &root, &mut rows);
            rows.into_iter().next()
        };
        decls.iter().filter(fixed).filter_map(one).collect()
    }

    fn root(&self, columns: &[ColumnItem<'a>]) -> Parent<'a> {
        Parent {
            filters: self.filters.as_slice().into(),
            context: Arc::default(),
            fields: Arc::default(),
            key: None,
            above: None,
            peers: self.peers(columns),
            nested: false,
            points: None,
        }
    }

    fn peers(&self, columns: &[ColumnItem<'a>]) -> Arc<[Peer<'a>]> {
        self.other_datasets(columns).into_iter().map(|(dataset, shown)| Peer { dataset, shown }).collect()
    }

    fn expand_rows(&self, decls: &'a [RowDecl], parent: &Parent<'a>, out: &mut Vec<RowItem<'a>>) {
        for decl in decls.iter().filter(|d| self.holds(&d.when)) {
            self.expand_row(decl, parent, out);
        }
    }

    fn expand_row(&self, decl: &'a RowDecl, parent: &Parent<'a>, out: &mut Vec<RowItem<'a>>) {
        if decl.blank {
            out.push(self.blank_row(decl));
            return;
        }
        let dataset = decl.from.as_deref().and_then(|id| self.session.dataset(id)).unwrap_or(self.base);
        let joined = match &decl.join {
            Some(join) => join_filters(join, &parent.fields, &decl.place).unwrap_or_else(|| vec![Filter::Never]),
            None => parent.filters.to_vec(),
        };
        let filters: Arc<[Filter]> = joined.into_iter().chain([decl.filter.clone()]).collect();
        match &decl.each {
            None => self.fixed_row(decl, dataset, filters, parent, out),
            Some(each) => self.each_rows(decl, each, dataset, filters, parent, out),
        }
    }

    fn fixed_row(
        &self,
        decl: &'a RowDecl,
        dataset: &'a Dataset,
        filters: Arc<[Filter]>,
        parent: &Parent<'a>,
        out: &mut Vec<RowItem<'a>>,
    ) {
        let key: Arc<str> = match (&decl.key, &parent.key) {
            (Some(key), Some(above)) => nested_key(above, key),
            (Some(key), None) => key.as_str().into(),
            (None, _) => "".into(),
        };
        // A row below a record belongs to that record's point alone.
        let (points, record) = match &parent.points {
            Some((of, points, record)) if of.id == dataset.id && decl.join.is_none() => (points.clone(), Some(*record)),
            _ => (self.session.all_points(dataset, &*filters), None),
        };
        let row = RowItem {
            decl,
            key: key.clone(),
            under: parent.above.clone(),
            measure: None,
            context: parent.context.clone(),
            fields: parent.fields.clone(),
            filters: filters.clone(),
            dataset,
            points,
            record,
            generated: false,
            level: 1,
            code_field: None,
            nested: parent.nested,
            blank: false,
        };
        if decl.row {
            out.push(row);
        }
        let inner = Parent {
            filters,
            context: parent.context.clone(),
            fields: parent.fields.clone(),
            key: parent.key.clone(),
            above: if decl.key.is_some() { Some(key) } else { parent.above.clone() },
            peers: parent.peers.clone(),
            nested: parent.nested || decl.row,
            points: parent.points.clone(),
        };
        self.expand_rows(&decl.rows, &inner, out);
    }

    fn each_rows(
        &self,
        decl: &'a RowDecl,
        each: &Each,
        dataset: &'a Dataset,
        filters: Arc<[Filter]>,
        parent: &Parent<'a>,
        out: &mut Vec<RowItem<'a>>,
    ) {
        // Rows of the table's own dataset stand for those of its peers too.
        let none: Arc<[Peer<'a>]> = Arc::new([]);
        let peers = if dataset.id == self.base.id { &parent.peers } else { &none };
        let keep_all = decl.keep_all.unwrap_or(decl.values.is_some() || is_list(each, dataset));
        let spec =
            EachSpec { each, values: decl.values.as_ref(), levels: &decl.levels, order: decl.order, id: &decl.id };
        let items = self.items(&spec, dataset, &filters, peers);
        let mut numbers: IndexMap<Arc<str>, u32> = IndexMap::new();
        for item in items {
            if self.session.has_too_many_rows(&decl.place) {
                return;
            }
            let dataset = item.from.as_deref().and_then(|id| self.session.dataset(id)).unwrap_or(dataset);
            let row_filters: Arc<[Filter]> = match &item.filter {
                Some(own) => filters.iter().chain([own]).cloned().collect(),
                None => filters.clone(),
            };
            let points = match item.record {
                Some(record) => Arc::new(single(dataset, record)),
                None => self.session.all_points(dataset, &*row_filters),
            };
            let money = || self.has_money(dataset, &points) || self.peers_have_money(peers, &row_filters);
            if !keep_all && !item.keep && !money() {
                continue;
            }
            let number = numbers.entry(item.parent.clone()).or_insert(0);
            *number += 1;
            // Its own names hide those of the rows around it.
            let (mut context, mut fields) = (item.context, item.fields);
            context.insert(self.session.names.no.clone(), Value::from(*number));
            for (name, value) in parent.context.iter() {
                context.entry(name.clone()).or_insert_with(|| value.clone());
            }
            for (field, value) in parent.fields.iter() {
                fields.entry(field.clone()).or_insert_with(|| value.clone());
            }
            let (context, fields) = (Arc::new(context), Arc::new(fields));
            let explicit = !decl.id.is_empty();
            let key = match &parent.above {
                Some(above) if !explicit => nested_key(above, &item.key),
                _ => item.key.clone(),
            };
            let inner = Parent {
                filters: row_filters.clone(),
                context: context.clone(),
                fields: fields.clone(),
                key: Some(key.clone()),
                above: Some(key.clone()),
                peers: parent.peers.clone(),
                nested: parent.nested || decl.row,
                points: item.record.map(|record| (dataset, points.clone(), record)),
            };
            if decl.row {
                out.push(RowItem {
                    decl,
                    key,
                    context,
                    fields,
                    filters: row_filters,
                    dataset,
                    points,
                    record: item.record,
                    generated: true,
                    level: item.level,
                    under: parent.above.clone(),
                    measure: item.of,
                    code_field: code_field(each, dataset),
                    nested: parent.nested,
                    blank: false,
                });
            }
            self.expand_rows(&decl.rows, &inner, out);
        }
    }

    pub(super) fn blank_row(&self, decl: &'a RowDecl) -> RowItem<'a> {
        RowItem {
            decl,
            key: "".into(),
            context: Arc::default(),
            fields: Arc::default(),
            filters: Arc::default(),
            dataset: self.base,
            points: Arc::new(Points::none(self.base.records.len())),
            record: None,
            generated: false,
            level: 1,
            code_field: None,
            under: None,
            measure: None,
            nested: false,
            blank: true,
        }
    }

    fn peers_have_money(&self, peers: &[Peer<'_>], filters: &[Filter]) -> bool {
        peers.iter().any(|peer| {
            let points = self.session.all_points(peer.dataset, filters).yes.and(&peer.shown);
            points.iter().any(|i| has_amount(peer.dataset, i))
        })
    }
}

fn code_field<'a>(each: &Each, dataset: &'a Dataset) -> Option<&'a str> {
    let Each::Field(name) = each else { return None };
    let field = &dataset.fields[dataset.field(name)?];
    matches!(field.kind, Kind::Code { .. }).then_some(field.id.as_str())
}

fn single(dataset: &Dataset, record: usize) -> Points {
    let mut points = Points::none(dataset.records.len());
    points.yes.insert(record);
    points
}
