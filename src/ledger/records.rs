//! Records as the text of their file.

use super::Ledger;
use super::exact::Solved;
use super::region::Axis;
use crate::compose::Job;
use crate::data::filter::matches;
use crate::data::schema::{FieldDecl, FieldDefault, FileDecl, Kind};
use crate::data::{Dataset, Record, Value, head_with_unit};
use crate::document::Origin;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What becomes the text of a file.
pub struct Records<'a> {
    pub job: &'a Job,
    /// The file.
    pub decl: &'a FileDecl,
    /// The dataset that the tables sum.
    pub dataset: &'a Dataset,
    pub axes: &'a [Axis],
    /// The amount field.
    pub measure: &'a str,
    pub lines: &'a [Solved],
}

/// A line of the file: a text per field of the declaration, the amount in 分, which fields were chosen.
struct Made {
    texts: Vec<String>,
    amount: i128,
    chosen: BTreeSet<usize>,
}

impl Records<'_> {
    /// The file.
    pub fn ledger(&self, unsolved: Vec<Arc<str>>, as_printed: bool) -> Ledger {
        let mut made: BTreeMap<Vec<String>, Made> = BTreeMap::new();
        let mut order: Vec<Vec<String>> = Vec::new();
        for line in self.lines {
            let one = self.made(line);
            match made.get_mut(&one.texts) {
                Some(known) => {
                    known.amount += one.amount;
                    known.chosen.extend(one.chosen);
                }
                None => {
                    order.push(one.texts.clone());
                    made.insert(one.texts.clone(), one);
                }
            }
        }
        order.sort();
        let mut lines: Vec<&Made> = order.iter().map(|texts| &made[texts]).collect();
        let none = self.none_of(&lines);
        lines.extend(none.iter());
        let is_column = |(at, field): &(usize, &FieldDecl)| {
            let axis = self.axes.iter().any(|axis| axis.id == field.id);
            axis || field.required || lines.iter().any(|line| !line.texts[*at].is_empty())
        };
        let columns: Vec<(usize, &FieldDecl)> = self.decl.fields.iter().enumerate().filter(is_column).collect();
        let heads = columns.iter().map(|(_, field)| head_with_unit(field)).chain(["备注".to_string()]);
        let mut text = heads.collect::<Vec<_>>().join(",") + "\n";
        let mut of_fields: BTreeSet<usize> = BTreeSet::new();
        for line in &lines {
            of_fields.extend(&line.chosen);
            let cell = |(at, field): &(usize, &FieldDecl)| match field.id == self.measure {
                true => format!("{:.2}", Decimal::from_i128_with_scale(line.amount, 2)),
                false => quoted(&line.texts[*at]),
            };
            let heads: Vec<&str> = line.chosen.iter().map(|at| self.decl.fields[*at].head.as_str()).collect();
            let remark = if heads.is_empty() {
                String::new()
            } else {
                format!("各表没有写明{}，任选", heads.join("、"))
            };
            text += &(columns.iter().map(cell).chain([quoted(&remark)]).collect::<Vec<_>>().join(",") + "\n");
        }
        let chosen = lines.iter().filter(|line| !line.chosen.is_empty()).count();
        let heads = of_fields.iter().map(|at| self.decl.fields[*at].head.clone()).collect();
        let (file, lines) = (self.decl.path.clone(), lines.len());
        Ledger { file, text, lines, chosen: (chosen, heads), unsolved, as_printed }
    }

    fn made(&self, line: &Solved) -> Made {
        let mut texts = vec![String::new(); self.decl.fields.len()];
        let mut chosen = BTreeSet::new();
        for (at, field) in self.decl.fields.iter().enumerate() {
            let Some(axis) = self.axes.iter().position(|axis| axis.id == field.id) else { continue };
            let value = &self.axes[axis].values[line.point[axis]];
            let is_chosen = line.chosen >> axis & 1 == 1 && !value.is_empty();
            // Where a blank is “not known”, what no table tells stays blank.
            if is_chosen && self.decl.unknown.contains(&field.id) {
                continue;
            }
            texts[at].clone_from(value);
            if is_chosen {
                chosen.insert(at);
            }
        }
        // What has to be filled and no table speaks of.
        for (at, field) in self.decl.fields.iter().enumerate() {
            if !texts[at].is_empty() || field.id == self.measure || self.decl.unknown.contains(&field.id) {
                continue;
            }
            if let Some(filled) = self.filled(at, field, &texts) {
                texts[at] = filled;
                chosen.insert(at);
            }
        }
        // What another field says anyway is not said twice.
        for (at, field) in self.decl.fields.iter().enumerate() {
            let Some(FieldDefault::By { field: by, map, .. }) = &field.default else { continue };
            let of =
                self.decl.fields.iter().position(|other| other.id == *by).map_or("", |other| texts[other].as_str());
            let longest =
                map.iter().filter(|(from, _)| of.starts_with(from.as_str())).max_by_key(|(from, _)| from.len());
            if longest.is_some_and(|(_, says)| *says == texts[at]) {
                texts[at].clear();
            }
        }
        Made { texts, amount: line.amount, chosen }
    }

    /// A value for a field that has to have one.
    fn filled(&self, at: usize, field: &FieldDecl, texts: &[String]) -> Option<String> {
        let schema = &self.job.set.schema;
        let value = |text: &String| if text.is_empty() { Value::Blank } else { Value::Text(text.as_str().into()) };
        let values: Vec<Value> = texts.iter().map(value).collect();
        let record = Record {
            origin: Origin { file: self.decl.path.as_str().into(), line: 0 },
            columns: vec![0; values.len()],
            values,
        };
        let dataset = self.job.data.datasets.get(&self.decl.id).unwrap_or(self.dataset);
        let when = field.required_when.as_ref();
        let required = field.required
            || when.is_some_and(|when| matches(when, dataset, &record, &self.job.data, schema) == Some(true));
        let several = |file: &str| self.job.data.datasets.get(file).filter(|of| of.records.len() > 1);
        match (&field.kind, &field.default) {
            (Kind::Ref { file, field: of }, Some(FieldDefault::Only)) => {
                let of_file = several(file)?;
                Some(of_file.records[0].values[of_file.field(of)?].text().to_string())
            }
            (_, Some(_)) => None,
            _ if !required => None,
            (Kind::Code { class, level }, _) => {
                let class = schema.classes.get(class)?;
                class.names.keys().find(|code| class.level(code) == *level).cloned()
            }
            (Kind::Choice { values, .. }, _) => values.first().cloned(),
            // Called as the code before it is.
            (Kind::Text, _) => self.decl.fields[..at].iter().zip(texts).rev().find_map(|(other, text)| {
                let Kind::Code { class, .. } = &other.kind else { return None };
                schema.classes.get(class)?.names.get(text).cloned()
            }),
            _ => None,
        }
    }

    /// Of a choice that tables speak of and no record has: a line of nothing, which says that there is none.
    fn none_of(&self, lines: &[&Made]) -> Vec<Made> {
        let mut none = Vec::new();
        for (at, field) in self.decl.fields.iter().enumerate() {
            let Kind::Choice { values, .. } = &field.kind else { continue };
            let spoken_of = self.decl.like.is_some() && self.axes.iter().any(|axis| axis.id == field.id);
            let is_blank = lines.iter().all(|line| line.texts[at].is_empty());
            if let Some(first) = lines.first().filter(|_| spoken_of && is_blank && field.default.is_some()) {
                let mut texts = first.texts.clone();
                texts[at] = values.first().cloned().unwrap_or_default();
                none.push(Made { texts, amount: 0, chosen: BTreeSet::new() });
            }
        }
        none
    }
}

fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', ';', '\t']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_string(),
    }
}
