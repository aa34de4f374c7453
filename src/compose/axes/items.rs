//! `each` turns one entry into many: the values of a field, codes with those above them, tuples, records, lists.

use super::rows::Peer;
use super::{Context, Fields, Scope, is};
use crate::compose::{hashed_key, joined_key, short_key};
use crate::data::filter::Filter;
use crate::data::{Class, Dataset, Kind, Points, Record, Value as Datum};
use crate::diagnostic::{Diagnostic, Place};
use crate::layout::{Each, ListEntry, Order, Values};
use minijinja::Value;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::sync::Arc;

/// One of the many that `each` turns an entry into.
pub(super) struct Item {
    pub key: Arc<str>,
    pub context: Context,
    pub fields: Fields,
    pub filter: Option<Filter>,
    pub head: Option<String>,
    pub from: Option<String>,
    pub of: Option<String>,
    pub record: Option<usize>,
    pub level: usize,
    /// Key of the sibling it lies under, for numbering.
    pub parent: Arc<str>,
    /// It occurs by itself: kept whatever its money.
    pub keep: bool,
}

/// An `each` with all that shapes it.
pub(super) struct EachSpec<'b> {
    pub each: &'b Each,
    pub values: Option<&'b Values>,
    pub levels: &'b [String],
    pub order: Order,
    pub id: &'b [String],
}

impl<'a> Scope<'a> {
    /// A list by its name, the table's own first.
    pub fn list(&self, name: &str) -> Option<&'a [ListEntry]> {
        let set = &self.session.job.set.lists;
        self.layout.lists.get(name).or_else(|| set.get(name)).map(Vec::as_slice)
    }

    pub(super) fn items(
        &self,
        spec: &EachSpec<'_>,
        dataset: &'a Dataset,
        filters: &[Filter],
        peers: &[Peer<'a>],
    ) -> Vec<Item> {
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
            (ListEntry::Value(value, _), None) => self.plain_item(short_key(value), value),
            (ListEntry::Entry(entry), _) => {
                let mut item = self.plain_item(short_key(&entry.key), &entry.name);
                item.head = entry.head.as_ref().map(|h| self.label(h, &Arc::default()));
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
        Item { keep, ..self.named_item(dataset, field, value, None) }
    }

    /// The item of a value; `named`: what a given table calls it.
    pub(super) fn named_item(&self, dataset: &'a Dataset, field: usize, value: &str, named: Option<&str>) -> Item {
        let decl = &dataset.fields[field];
        let class = match &decl.kind {
            Kind::Code { class, .. } => self.session.job.set.schema.classes.get(class),
            _ => None,
        };
        let mut item = match class {
            Some(class) => self.code_item(class, (dataset, field), value, named),
            None => self.plain_item(short_key(value), value),
        };
        if let Kind::Ref { file, field } = &decl.kind {
            self.referred_fields(file, field, value, &mut item.context);
        }
        let id = &self.session.names.of_dataset(&dataset.id).fields[field];
        item.context.insert(id.clone(), Value::from(value));
        item.fields.insert(id.clone(), value.into());
        item.filter = Some(is(&decl.id, value));
        item
    }

    fn code_item(
        &self,
        class: &Class,
        (dataset, field): (&'a Dataset, usize),
        code: &str,
        named: Option<&str>,
    ) -> Item {
        let path = class.path(code);
        let name = |code: &str| class.names.get(code).map(String::as_str);
        let known = named.filter(|own| !own.is_empty()).or_else(|| name(code));
        let mut names: Vec<&str> = path.iter().map(|code| name(code).unwrap_or(code)).collect();
        if let (Some(last), Some(own)) = (names.last_mut(), known) {
            *last = own;
        }
        if known.is_none() {
            self.session.report(
                Diagnostic::error("E303", format!("科目编码 {code} 没有名称"))
                    .at(first_with(dataset, field, code))
                    .hint("在数据文件夹的科目表中补上它的名称，或增加“科目名称”列"),
            );
        }
        Item {
            level: path.len().max(1),
            parent: path.iter().rev().nth(1).map_or("", |above| *above).into(),
            ..item(code.into(), self.names_of(known.unwrap_or(code), code, path.len(), (&path, &names)))
        }
    }

    fn plain_item(&self, key: Arc<str>, name: &str) -> Item {
        item(key, self.names_of(name, "", 1, (&[], &[name])))
    }

    /// What every item's label knows: its name and code, and those of the codes above it and its own.
    fn names_of(&self, name: &str, code: &str, level: usize, (codes, names): (&[&str], &[&str])) -> Context {
        let shared = &self.session.names;
        let all = |texts: &[&str]| match texts {
            [] => shared.nothing.clone(),
            _ => Value::from(texts.iter().map(|text| Value::from(*text)).collect::<Vec<Value>>()),
        };
        Context::from([
            (shared.name.clone(), Value::from(name)),
            (shared.code.clone(), Value::from(code)),
            (shared.level.clone(), Value::from(level)),
            (shared.codes.clone(), all(codes)),
            (shared.names.clone(), all(names)),
        ])
    }

    /// What the record a ref's value names says of it: a unit's nature.
    fn referred_fields(&self, file: &str, field: &str, value: &str, context: &mut Context) {
        let Some(dataset) = self.session.dataset(file) else { return };
        let Some(named_by) = dataset.field(field) else { return };
        let Some(record) = self.session.first_with(dataset, named_by, value) else { return };
        let record = &dataset.records[record];
        let ids = &self.session.names.of_dataset(&dataset.id).fields;
        for ((id, field), datum) in ids.iter().zip(&dataset.fields).zip(&record.values) {
            context.entry(id.clone()).or_insert_with(|| self.session.template_value(datum, &field.kind));
        }
    }

    /// A row per distinct pair, triple … of fields, as they first occur.
    fn tuple_items(&self, fields: &[String], dataset: &'a Dataset, filters: &[Filter]) -> Vec<Item> {
        let indexes: Vec<usize> = fields.iter().filter_map(|f| dataset.field(f)).collect();
        let points = self.session.all_points(dataset, filters);
        let tuple = |i: usize| -> Vec<&str> { indexes.iter().map(|&f| dataset.records[i].values[f].text()).collect() };
        let ids = &self.session.names.of_dataset(&dataset.id).fields;
        let mut items = Vec::new();
        for values in distinct(points.yes.iter().map(tuple)) {
            let mut item = self.plain_item(joined_key(&values), values.first().copied().unwrap_or_default());
            let pairs = indexes.iter().zip(&values);
            let filters = pairs.clone().map(|(&f, v)| is(&dataset.fields[f].id, v)).collect();
            item.filter = Some(Filter::All(filters));
            for (&field, value) in pairs {
                item.context.insert(ids[field].clone(), Value::from(*value));
                item.fields.insert(ids[field].clone(), (*value).into());
            }
            item.keep = true;
            items.push(item);
        }
        items
    }

    fn record_items(&self, spec: &EachSpec<'_>, dataset: &'a Dataset, filters: &[Filter]) -> Vec<Item> {
        let points = self.session.all_points(dataset, filters);
        let id: Vec<usize> = spec.id.iter().filter_map(|f| dataset.field(f)).collect();
        let keys = self.keys_by_id(spec, &id, dataset, &points);
        let ids = &self.session.names.of_dataset(&dataset.id).fields;
        let mut items = Vec::with_capacity(points.yes.count());
        let mut alike: HashMap<Arc<str>, u32> = HashMap::default();
        for (number, index) in points.yes.iter().enumerate() {
            let record = &dataset.records[index];
            let name = match id.is_empty() {
                true => (number + 1).to_string(),
                false => id.iter().map(|&f| record.values[f].text()).collect::<Vec<_>>().join("-"),
            };
            let key = match keys.by_record.get(&index) {
                Some(key) => key.clone(),
                None if id.is_empty() => short_key(&name),
                None => id_key(&id, record),
            };
            let mut item = self.plain_item(key, &name);
            if keys.shared.contains(&item.key) {
                item.key = hashed_key(&item.key, &whole_text(record));
                let again = alike.entry(item.key.clone()).or_default();
                *again += 1;
                if *again > 1 {
                    item.key = hashed_key(&item.key, &format!("{}\u{1f}{again}", whole_text(record)));
                }
            }
            for ((id, field), value) in ids.iter().zip(&dataset.fields).zip(&record.values) {
                item.context.insert(id.clone(), self.session.template_value(value, &field.kind));
                let text = if let Datum::Text(text) = value { text.clone() } else { Arc::default() };
                item.fields.insert(id.clone(), text);
            }
            item.record = Some(index);
            item.keep = true;
            items.push(item);
        }
        items
    }

    /// The keys that records have by their id alone.
    fn keys_by_id(&self, spec: &EachSpec<'_>, id: &[usize], dataset: &Dataset, here: &Points) -> Arc<KeysById> {
        if id.is_empty() {
            return Arc::default();
        }
        let find = |points: &Points| {
            let mut seen = HashSet::default();
            let keys = points.yes.iter().map(|record| (record, id_key(id, &dataset.records[record])));
            let by_record: HashMap<usize, Arc<str>> = keys.collect();
            let shared = by_record.values().filter(|key| !seen.insert(Arc::clone(key))).cloned().collect();
            Arc::new(KeysById { by_record, shared })
        };
        if dataset.id != self.base.id {
            return find(here);
        }
        // Of the whole table, whatever row these records lie below; asked for each of those rows, found once.
        let known = self.keys.lock().expect("nothing panics with it").get(&spec.id.as_ptr().addr()).cloned();
        known.unwrap_or_else(|| {
            let found = find(&self.session.all_points(dataset, &self.filters));
            self.keys.lock().expect("nothing panics with it").insert(spec.id.as_ptr().addr(), found.clone());
            found
        })
    }
}

/// The keys of a table's records by their id.
#[derive(Default)]
pub struct KeysById {
    by_record: HashMap<usize, Arc<str>>,
    /// Those of several records: two units that buy one thing, one thing at two prices. All that these records say tells
    /// them apart.
    shared: HashSet<Arc<str>>,
}

fn id_key(id: &[usize], record: &Record) -> Arc<str> {
    joined_key(&id.iter().map(|&field| record.values[field].text()).collect::<Vec<_>>())
}

/// All that a record says.
fn whole_text(record: &Record) -> String {
    let text = |value: &Datum| match value {
        Datum::Number(number) => number.normalize().to_string(),
        other => other.text().to_string(),
    };
    record.values.iter().map(text).collect::<Vec<_>>().join("\u{1f}")
}

fn item(key: Arc<str>, context: Context) -> Item {
    Item {
        key,
        context,
        fields: Fields::default(),
        filter: None,
        head: None,
        from: None,
        of: None,
        record: None,
        level: 1,
        parent: Arc::default(),
        keep: false,
    }
}

/// Whether `each` goes over a declared list, whose entries all stand unless `keep` says otherwise.
pub(super) fn is_list(each: &Each, dataset: &Dataset) -> bool {
    match each {
        Each::Entries(_) | Each::List(_) => true,
        Each::Field(name) => dataset.field(name).is_none(),
        Each::Fields(_) | Each::Record => false,
    }
}

/// The first line whose code is `code` or below it.
fn first_with(dataset: &Dataset, field: usize, code: &str) -> Place {
    let record = dataset.records.iter().find(|r| r.values[field].text().starts_with(code));
    match record {
        Some(record) => record.place(field),
        None => Place::file(dataset.file.clone()),
    }
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
