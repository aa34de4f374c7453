//! What a folder's records come to: one table that an officer can hold against the file the records came from.

use crate::compose::Job;
use crate::data::{Dataset, Kind, Value};
use crate::money::{Unit, spoken};
use indexmap::IndexMap;
use rust_decimal::Decimal;

/// Of each record file that is there: how many records, and for each amount its sum, by the values of every choice that
/// divides it. Exact; amounts in 元.
pub fn reconciled(job: &Job) -> Vec<String> {
    let given = job.set.schema.files.values().filter(|decl| decl.is_given());
    let datasets = given.filter_map(|decl| Some((&decl.title, job.data.datasets.get(&decl.id).filter(|d| d.given)?)));
    let mut lines = Vec::new();
    for (title, dataset) in datasets.filter(|(_, dataset)| !dataset.records.is_empty()) {
        lines.push(format!("{title}（{}）：{} 条", dataset.file, dataset.records.len()));
        for (amount, field) in
            dataset.fields.iter().enumerate().filter(|(_, field)| field.kind == Kind::Amount && field.adds)
        {
            // A column that nobody filled in comes to nothing that could be compared.
            if dataset.records.iter().all(|record| record.values[amount] == Value::Blank) {
                continue;
            }
            let whole: Decimal = dataset.records.iter().map(|record| record.values[amount].number()).sum();
            lines.push(format!("  {}合计 {} 元", field.head, spoken(whole, Unit::Yuan)));
            lines.extend(divided(dataset, amount));
        }
    }
    lines
}

/// Of each record file that is there: what every column and every word of another vocabulary was taken for.
pub fn taken(job: &Job) -> Vec<String> {
    let given = job.set.schema.files.values().filter(|decl| decl.is_given());
    let datasets = given.filter_map(|decl| Some((&decl.title, job.data.datasets.get(&decl.id)?)));
    let mut lines = Vec::new();
    for (title, dataset) in datasets.filter(|(_, dataset)| !dataset.records.is_empty()) {
        lines.push(format!("{title}（{}）的列：", dataset.file));
        let (same, other): (Vec<_>, Vec<_>) =
            dataset.taken.columns.iter().partition(|(heading, taken)| taken.as_ref() == Some(heading));
        if !same.is_empty() {
            let same: Vec<&str> = same.iter().map(|(heading, _)| heading.as_str()).collect();
            lines.push(format!("  照原名：{}", same.join("、")));
        }
        for (heading, taken) in other {
            lines.push(format!(
                "  “{heading}”{}",
                taken.as_ref().map_or("没有用到".to_owned(), |t| format!("当作 {t}"))
            ));
        }
        for ((field, word), value) in &dataset.taken.words {
            lines.push(format!("  {}的“{word}”当作 {value}", dataset.fields[*field].head));
        }
    }
    lines
}

/// A line for each choice by which an amount falls into more than one part.
fn divided(dataset: &Dataset, amount: usize) -> Vec<String> {
    let choices = dataset.fields.iter().enumerate().filter(|(_, field)| matches!(field.kind, Kind::Choice { .. }));
    let line = |(at, field): (usize, &crate::data::FieldDecl)| {
        let mut by_value: IndexMap<&str, (usize, Decimal)> = IndexMap::new();
        for record in &dataset.records {
            let value = match &record.values[at] {
                Value::Text(text) => &**text,
                _ => "（空着）",
            };
            let (records, sum) = by_value.entry(value).or_default();
            *records += 1;
            *sum += record.values[amount].number();
        }
        let part = |(value, (records, sum)): (&&str, &(usize, Decimal))| {
            format!("{value} {}（{records} 条）", spoken(*sum, Unit::Yuan))
        };
        (by_value.len() > 1)
            .then(|| format!("    按{}：{}", field.head, by_value.iter().map(part).collect::<Vec<_>>().join("，")))
    };
    choices.filter_map(line).collect()
}
