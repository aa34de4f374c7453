//! Axes: declared entries become rows and columns, each with its key, its filters and what its label knows.

use super::session::Session;
use super::{nested_key, short_key};
use crate::data::filter::{Condition, Filter};
use crate::data::points::{Bits, Points};
use crate::data::{Dataset, Kind};
use crate::diagnostic::{Diagnostic, Place};
use crate::layout::{ColumnDecl, Each, Expression, Indent, ListEntry, Order, RowDecl, TableLayout, Template, Values};
use crate::money::Look;
use indexmap::IndexMap;
use minijinja::Value;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What labels of a row know: its own names and those of the rows around it.
pub type Context = BTreeMap<String, Value>;

/// A table being composed: its layout, the instance's filters, the dataset it reads.
pub struct Scope<'a> {
    pub session: &'a Session,
    pub layout: &'a TableLayout,
    pub base: &'a Dataset,
    /// The table's own filter and the instance's.
    pub filters: Vec<Filter>,
    pub look: Look,
    /// No money passes the table's filters.
    pub empty: bool,
}

/// A row of a table, before its cells.
pub struct RowItem<'a> {
    pub decl: &'a RowDecl,
    pub key: Arc<str>,
    pub context: Context,
    /// Raw values of its fields, for joins and split codes.
    pub fields: IndexMap<String, Arc<str>>,
    pub filters: Vec<Filter>,
    pub dataset: &'a Dataset,
    pub points: Arc<Points>,
    /// It is one record: no other dataset has it.
    pub record: Option<usize>,
    /// Made by `each`.
    pub generated: bool,
    pub level: usize,
    /// The field of a row made from codes.
    pub code_field: Option<&'a str>,
    /// Key of the row it lies below.
    pub under: Option<Arc<str>>,
    /// The amount field its list entry sums.
    pub measure: Option<String>,
    /// It lies below another printed row.
    pub nested: bool,
    /// A blank ruled row.
    pub blank: bool,
}

/// A column of a table, before its cells.
pub struct ColumnItem<'a> {
    pub decl: &'a ColumnDecl,
    pub key: Option<Arc<str>>,
    pub head: Vec<String>,
    pub filters: Vec<Filter>,
    pub from: Option<String>,
    /// An amount field, or the column it is an 其中 of.
    pub of: Option<String>,
    /// Key of the item that `each` made it from.
    pub item: Option<Arc<str>>,
}

/// Another dataset of the same shape that columns read: its codes are rows too.
struct Peer<'a> {
    dataset: &'a Dataset,
    /// The records that its columns can show.
    shown: Bits,
}

/// One of the many that `each` turns an entry into.
struct Item {
    key: Arc<str>,
    context: Context,
    fields: IndexMap<String, Arc<str>>,
    filter: Option<Filter>,
    head: Option<String>,
    from: Option<String>,
    of: Option<String>,
    record: Option<usize>,
    level: usize,
    /// Key of the sibling it lies under, for numbering.
    parent: Arc<str>,
    /// It occurs by itself: kept whatever its money.
    keep: bool,
}

struct Parent<'a> {
    filters: Vec<Filter>,
    context: Context,
    fields: IndexMap<String, Arc<str>>,
    /// Key of the item around it: what `each` made.
    key: Option<Arc<str>>,
    /// Key of the row right above it, fixed or made.
    above: Option<Arc<str>>,
    peers: Arc<[Peer<'a>]>,
    nested: bool,
    points: Option<(&'a Dataset, Arc<Points>, usize)>,
}

impl<'a> Scope<'a> {
    /// Index of the amount field a dataset is summed by here.
    pub fn measure(&self, dataset: &Dataset) -> Option<usize> {
        if dataset.id == self.layout.from
            && let Some(measure) = &self.layout.measure
        {
            return dataset.field(measure);
        }
        dataset.fields.iter().position(|f| f.kind == Kind::Amount)
    }

    /// A record has money here: in the field the table sums, else in any amount.
    pub fn counts(&self, dataset: &Dataset, record: usize) -> bool {
        match self.layout.measure.as_deref().filter(|_| dataset.id == self.layout.from).and_then(|m| dataset.field(m)) {
            Some(measure) => !dataset.records[record].values[measure].number().is_zero(),
            None => has_amount(dataset, record),
        }
    }

    /// Whether `when` holds, with `empty` known.
    pub fn holds(&self, when: &Option<Expression>) -> bool {
        let Some(when) = when else { return true };
        let empty = BTreeMap::from([("empty".to_string(), Value::from(self.empty))]);
        self.session.holds(when, Value::from(empty))
    }

    /// A label's words.
    pub fn label(&self, template: &Template, context: &Context) -> String {
        match template.name {
            // Most labels are plain words: nothing is put in.
            None => template.source.clone(),
            Some(_) => self.session.render(template, &self.label_context(context)),
        }
    }

    /// What a label of a row knows, as one value for its template.
    pub fn label_context(&self, context: &Context) -> Value {
        let mut all = context.clone();
        all.insert("look".to_string(), look_value(&self.look));
        all.insert("empty".to_string(), Value::from(self.empty));
        Value::from(all)
    }

    /// The rows of some entries, in order; nested ones below their own.
    pub fn rows(&self, decls: &'a [RowDecl], columns: &[ColumnItem<'a>]) -> Vec<RowItem<'a>> {
        let mut rows = Vec::new();
        self.expand_rows(decls, &self.root(columns), &mut rows);
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
            filters: self.filters.clone(),
            context: Context::new(),
            fields: IndexMap::new(),
            key: None,
            above: None,
            peers: self.peers(columns),
            nested: false,
            points: None,
        }
    }

    /// The other datasets that columns read without a join.
    pub fn other_datasets(&self, columns: &[ColumnItem<'a>]) -> Vec<(&'a Dataset, Bits)> {
        let mut others: Vec<(&Dataset, Bits)> = Vec::new();
        for column in columns.iter().filter(|c| c.decl.join.is_none() && c.key.is_some()) {
            let Some(dataset) = column.from.as_deref().and_then(|id| self.session.dataset(id)) else { continue };
            if dataset.id == self.base.id {
                continue;
            }
            let shown = &self.session.all_points(dataset, &column.filters).yes;
            match others.iter_mut().find(|(d, _)| d.id == dataset.id) {
                Some((_, all)) => *all = all.or(shown),
                None => others.push((dataset, shown.clone())),
            }
        }
        others
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
        let mut filters = match &decl.join {
            Some(join) => join_filters(join, &parent.fields, &decl.place).unwrap_or_else(|| vec![Filter::Never]),
            None => parent.filters.clone(),
        };
        filters.push(decl.filter.clone());
        match &decl.each {
            None => self.fixed_row(decl, dataset, filters, parent, out),
            Some(each) => self.each_rows(decl, each, dataset, filters, parent, out),
        }
    }

    fn fixed_row(
        &self,
        decl: &'a RowDecl,
        dataset: &'a Dataset,
        filters: Vec<Filter>,
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
            _ => (self.session.all_points(dataset, &filters), None),
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
        filters: Vec<Filter>,
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
            let dataset = item.from.as_deref().and_then(|id| self.session.dataset(id)).unwrap_or(dataset);
            let mut row_filters = filters.clone();
            row_filters.extend(item.filter.clone());
            let points = match item.record {
                Some(record) => Arc::new(single(dataset, record)),
                None => self.session.all_points(dataset, &row_filters),
            };
            let money = || self.has_money(dataset, &points) || self.peers_have_money(peers, &row_filters);
            if !keep_all && !item.keep && !money() {
                continue;
            }
            let number = numbers.entry(item.parent.clone()).or_insert(0);
            *number += 1;
            let mut context = parent.context.clone();
            context.extend(item.context);
            context.insert("no".to_string(), Value::from(*number));
            let mut fields = parent.fields.clone();
            fields.extend(item.fields);
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

    fn blank_row(&self, decl: &'a RowDecl) -> RowItem<'a> {
        RowItem {
            decl,
            key: "".into(),
            context: Context::new(),
            fields: IndexMap::new(),
            filters: Vec::new(),
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

    fn has_money(&self, dataset: &Dataset, points: &Points) -> bool {
        match self.measure(dataset) {
            Some(measure) => points.yes.iter().any(|i| dataset.records[i].values[measure].number() != Decimal::ZERO),
            None => !points.yes.is_empty(),
        }
    }

    fn peers_have_money(&self, peers: &[Peer<'_>], filters: &[Filter]) -> bool {
        peers.iter().any(|peer| {
            let points = self.session.all_points(peer.dataset, filters).yes.and(&peer.shown);
            points.iter().any(|i| has_amount(peer.dataset, i))
        })
    }

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
                    filters: vec![decl.filter.clone()],
                    from: decl.from.clone(),
                    of: decl.of.clone(),
                    item: None,
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
            let own: Vec<Filter> = std::iter::once(decl.filter.clone()).chain(item.filter.clone()).collect();
            if !keep_all && !item.keep {
                let all: Vec<Filter> = self.filters.iter().chain(&own).cloned().collect();
                if !self.has_money(dataset, &self.session.all_points(dataset, &all)) {
                    continue;
                }
            }
            let key = match &decl.key {
                Some(key) => format!("{key}.{}", item.key),
                None => item.key.to_string(),
            };
            let below = item.head.clone().unwrap_or_else(|| text_of(&item.context, "name"));
            columns.push(ColumnItem {
                decl,
                head: self.head(decl, Some(&key), Some((below, &item.context))),
                key: Some(key.as_str().into()),
                filters: own,
                from: item.from.or_else(|| decl.from.clone()),
                of: item.of.or_else(|| decl.of.clone()),
                item: Some(item.key),
            });
        }
        columns
    }

    /// Heads of a column, the department's own wording first; an item's head goes below.
    fn head(&self, decl: &ColumnDecl, key: Option<&str>, item: Option<(String, &Context)>) -> Vec<String> {
        let own = key.and_then(|k| self.layout.heads.get(k));
        let none = Context::new();
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

    /// A list by its name, the table's own first.
    fn list(&self, name: &str) -> Option<&'a [ListEntry]> {
        let set = &self.session.job.set.lists;
        self.layout.lists.get(name).or_else(|| set.get(name)).map(Vec::as_slice)
    }

    fn items(&self, spec: &EachSpec<'_>, dataset: &'a Dataset, filters: &[Filter], peers: &[Peer<'a>]) -> Vec<Item> {
        match spec.each {
            Each::Record => self.record_items(spec, dataset, filters),
            Each::Fields(fields) => self.tuple_items(fields, dataset, filters),
            Each::Entries(entries) => entries.iter().map(|e| self.entry_item(e, None)).collect(),
            Each::List(name) => self.list_items(name),
            Each::Field(name) => match dataset.field(name) {
                Some(field) => self.field_items(spec, field, dataset, filters, peers),
                None => self.list_items(name),
            },
        }
    }

    fn list_items(&self, name: &str) -> Vec<Item> {
        let entries = self.list(name).unwrap_or_default();
        entries.iter().map(|e| self.entry_item(e, None)).collect()
    }

    /// An entry of a list; a bare value needs the field it is a value of.
    fn entry_item(&self, entry: &ListEntry, field: Option<(&'a Dataset, usize)>) -> Item {
        match (entry, field) {
            (ListEntry::Value(value, _), Some((dataset, field))) => self.value_item(dataset, field, value, true),
            (ListEntry::Value(value, _), None) => plain_item(value, value),
            (ListEntry::Entry(entry), _) => {
                let mut item = plain_item(&entry.key, &entry.name);
                item.head = entry.head.as_ref().map(|h| self.label(h, &Context::new()));
                item.filter = Some(entry.filter.clone());
                item.from = entry.from.clone();
                item.of = entry.of.clone();
                item
            }
        }
    }

    fn field_items(
        &self,
        spec: &EachSpec<'_>,
        field: usize,
        dataset: &'a Dataset,
        filters: &[Filter],
        peers: &[Peer<'a>],
    ) -> Vec<Item> {
        if let Some(values) = spec.values {
            let entries = match values {
                Values::Here(entries) => entries,
                Values::List(name) => self.list(name).unwrap_or_default(),
            };
            return entries.iter().map(|e| self.entry_item(e, Some((dataset, field)))).collect();
        }
        let present = self.present(field, dataset, filters, peers);
        let values: Vec<String> = match &dataset.fields[field].kind {
            Kind::Code { class, .. } => self.codes(class, &present, spec.levels),
            Kind::Choice { values, .. } if spec.order == Order::Natural => {
                values.iter().filter(|v| present.contains(&v.as_str())).cloned().collect()
            }
            _ => present.iter().map(|v| v.to_string()).collect(),
        };
        values.iter().map(|v| self.value_item(dataset, field, v, false)).collect()
    }

    /// The values of a field that occur, the dataset's own first.
    fn present(&self, field: usize, dataset: &'a Dataset, filters: &[Filter], peers: &[Peer<'a>]) -> Vec<&'a str> {
        let points = self.session.all_points(dataset, filters);
        let mut texts: Vec<&str> = points.yes.iter().map(|i| dataset.records[i].values[field].text()).collect();
        for peer in peers {
            let Some(field) = peer.dataset.field(&dataset.fields[field].id) else { continue };
            let points = self.session.all_points(peer.dataset, filters).yes.and(&peer.shown);
            texts.extend(points.iter().map(|i| peer.dataset.records[i].values[field].text()));
        }
        distinct(texts.into_iter())
    }

    /// The codes that occur and those above them, at the wanted levels, in code order.
    fn codes(&self, class: &str, present: &[&str], levels: &[String]) -> Vec<String> {
        let Some(class) = self.session.job.set.schema.classes.get(class) else { return Vec::new() };
        let wanted =
            |code: &str| levels.is_empty() || class.level(code).is_some_and(|l| levels.contains(&class.levels[l]));
        let mut codes: Vec<String> =
            present.iter().flat_map(|code| class.path(code)).filter(|c| wanted(c)).map(str::to_string).collect();
        codes.sort();
        codes.dedup();
        codes
    }

    fn value_item(&self, dataset: &'a Dataset, field: usize, value: &str, keep: bool) -> Item {
        let decl = &dataset.fields[field];
        let mut item = plain_item(value, value);
        if let Kind::Code { class, .. } = &decl.kind
            && let Some(class) = self.session.job.set.schema.classes.get(class)
        {
            let path = class.path(value);
            let name = |code: &str| class.names.get(code).cloned();
            item.key = value.into();
            item.level = path.len().max(1);
            item.parent = path.iter().rev().nth(1).map_or("", |p| *p).into();
            let names: Vec<String> = path.iter().map(|c| name(c).unwrap_or_else(|| c.to_string())).collect();
            let known = name(value);
            if known.is_none() {
                self.session.report(
                    Diagnostic::error("E303", format!("科目编码 {value} 没有名称"))
                        .at(first_with(dataset, field, value))
                        .hint("在数据文件夹的科目表中补上它的名称，或增加“科目名称”列"),
                );
            }
            item.context.insert("name".into(), Value::from(known.unwrap_or_else(|| value.to_string())));
            item.context.insert("code".into(), Value::from(value));
            item.context.insert("codes".into(), Value::from(path.iter().map(|c| c.to_string()).collect::<Vec<_>>()));
            item.context.insert("names".into(), Value::from(names));
            item.context.insert("level".into(), Value::from(path.len()));
        }
        if let Kind::Ref { file, field } = &decl.kind {
            self.referred_fields(file, field, value, &mut item.context);
        }
        item.context.insert(decl.id.clone(), Value::from(value));
        item.fields.insert(decl.id.clone(), value.into());
        item.filter = Some(is(&decl.id, value));
        item.keep = keep;
        item
    }

    /// What the record a ref's value names says of it: a unit's nature.
    fn referred_fields(&self, file: &str, field: &str, value: &str, context: &mut Context) {
        let Some(dataset) = self.session.dataset(file) else { return };
        let Some(named_by) = dataset.field(field) else { return };
        let Some(record) = dataset.records.iter().find(|r| r.values[named_by].text() == value) else { return };
        for (field, datum) in dataset.fields.iter().zip(&record.values) {
            if !context.contains_key(&field.id) {
                context.insert(field.id.clone(), self.session.template_value(datum, &field.kind));
            }
        }
    }

    /// A row per distinct pair, triple … of fields, as they first occur.
    fn tuple_items(&self, fields: &[String], dataset: &'a Dataset, filters: &[Filter]) -> Vec<Item> {
        let indexes: Vec<usize> = fields.iter().filter_map(|f| dataset.field(f)).collect();
        let points = self.session.all_points(dataset, filters);
        let tuple = |i: usize| -> Vec<&str> { indexes.iter().map(|&f| dataset.records[i].values[f].text()).collect() };
        let mut items = Vec::new();
        for values in distinct(points.yes.iter().map(tuple)) {
            let mut item = plain_item(&values.join("-"), values.first().copied().unwrap_or_default());
            let pairs = indexes.iter().zip(&values);
            let filters = pairs.clone().map(|(&f, v)| is(&dataset.fields[f].id, v)).collect();
            item.filter = Some(Filter::All(filters));
            for (&field, value) in pairs {
                item.context.insert(dataset.fields[field].id.clone(), Value::from(*value));
                item.fields.insert(dataset.fields[field].id.clone(), (*value).into());
            }
            item.keep = true;
            items.push(item);
        }
        items
    }

    fn record_items(&self, spec: &EachSpec<'_>, dataset: &'a Dataset, filters: &[Filter]) -> Vec<Item> {
        let points = self.session.all_points(dataset, filters);
        let id: Vec<usize> = spec.id.iter().filter_map(|f| dataset.field(f)).collect();
        let mut items = Vec::new();
        for (number, index) in points.yes.iter().enumerate() {
            let record = &dataset.records[index];
            let key = match id.is_empty() {
                true => (number + 1).to_string(),
                false => id.iter().map(|&f| record.values[f].text()).collect::<Vec<_>>().join("-"),
            };
            let mut item = plain_item(&key, &key);
            for (field, value) in dataset.fields.iter().zip(&record.values) {
                item.context.insert(field.id.clone(), self.session.template_value(value, &field.kind));
                item.fields.insert(field.id.clone(), value.text().into());
            }
            item.record = Some(index);
            item.keep = true;
            items.push(item);
        }
        items
    }

    /// 字 a row's label is indented by.
    pub fn indent(&self, row: &RowItem<'_>) -> f64 {
        match row.decl.indent {
            Indent::Fixed(n) => n,
            Indent::Level(n) => n * (row.level.saturating_sub(1)) as f64,
        }
    }
}

/// An `each` with all that shapes it.
struct EachSpec<'b> {
    each: &'b Each,
    values: Option<&'b Values>,
    levels: &'b [String],
    order: Order,
    id: &'b [String],
}

fn plain_item(key: &str, name: &str) -> Item {
    let context = Context::from([
        ("name".to_string(), Value::from(name)),
        ("code".to_string(), Value::from("")),
        ("level".to_string(), Value::from(1)),
        ("codes".to_string(), Value::from(Vec::<String>::new())),
        ("names".to_string(), Value::from(vec![name.to_string()])),
    ]);
    Item {
        key: short_key(key),
        context,
        fields: IndexMap::new(),
        filter: None,
        head: None,
        from: None,
        of: None,
        record: None,
        level: 1,
        parent: "".into(),
        keep: false,
    }
}

/// The filter that a field has a value.
pub fn is(field: &str, value: &str) -> Filter {
    Filter::Field { path: field.to_string(), condition: Condition::Is(value.to_string()), place: Place::file("") }
}

/// `join = { field there = "field here" }` for a row; none where the row has no such field.
pub fn join_filters(
    join: &[(String, String)],
    fields: &IndexMap<String, Arc<str>>,
    place: &Place,
) -> Option<Vec<Filter>> {
    let one = |(there, here): &(String, String)| {
        let value = fields.get(here)?;
        let condition = Condition::Is(value.to_string());
        Some(Filter::Field { path: there.clone(), condition, place: place.clone() })
    };
    join.iter().map(one).collect()
}

/// The look of a table's numbers, as its labels see it.
pub fn look_value(look: &Look) -> Value {
    Value::from(BTreeMap::from([
        ("unit".to_string(), Value::from(look.unit.name())),
        ("decimals".to_string(), Value::from(look.decimals)),
    ]))
}

fn text_of(context: &Context, key: &str) -> String {
    context.get(key).map(ToString::to_string).unwrap_or_default()
}

/// Whether `each` goes over a declared list, whose entries all stand unless `keep` says otherwise.
fn is_list(each: &Each, dataset: &Dataset) -> bool {
    match each {
        Each::Entries(_) | Each::List(_) => true,
        Each::Field(name) => dataset.field(name).is_none(),
        Each::Fields(_) | Each::Record => false,
    }
}

fn code_field<'a>(each: &Each, dataset: &'a Dataset) -> Option<&'a str> {
    let Each::Field(name) = each else { return None };
    let field = &dataset.fields[dataset.field(name)?];
    matches!(field.kind, Kind::Code { .. }).then_some(field.id.as_str())
}

/// The first line whose code is `code` or below it.
fn first_with(dataset: &Dataset, field: usize, code: &str) -> Place {
    let record = dataset.records.iter().find(|r| r.values[field].text().starts_with(code));
    match record {
        Some(record) => record.place(field),
        None => Place::file(dataset.file.clone()),
    }
}

/// Any amount of a record is not zero.
fn has_amount(dataset: &Dataset, record: usize) -> bool {
    let fields = dataset.fields.iter().zip(&dataset.records[record].values);
    fields.into_iter().any(|(field, value)| field.kind == Kind::Amount && !value.number().is_zero())
}

fn single(dataset: &Dataset, record: usize) -> Points {
    let mut points = Points::none(dataset.records.len());
    points.yes.insert(record);
    points
}

fn distinct<T: PartialEq + std::hash::Hash + Eq + Clone + IsBlank>(values: impl Iterator<Item = T>) -> Vec<T> {
    let set: indexmap::IndexSet<T> = values.filter(|v| !v.is_blank()).collect();
    set.into_iter().collect()
}

/// Values that are no item of an axis.
trait IsBlank {
    fn is_blank(&self) -> bool;
}

impl IsBlank for &str {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl IsBlank for Vec<&str> {
    fn is_blank(&self) -> bool {
        self.iter().all(|v| v.is_empty())
    }
}
