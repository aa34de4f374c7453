//! Rules over single records of the data: what one says must fit together, and no record stands in its file twice.

use super::words;
use crate::data::filter::{Columns, Filter, Matcher};
use crate::data::{Data, Dataset, FieldDecl, Kind, Schema, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::layout::rule::{FigureRule, RecordsDemand};
use rustc_hash::FxHashMap as HashMap;

/// Records that are what a rule speaks of, and certainly not as it demands.
pub fn records(
    data: &Data,
    schema: &Schema,
    rule: &FigureRule,
    severity: Severity,
    demand: &RecordsDemand,
    found: &mut Diagnostics,
) {
    for dataset in given(data, &demand.files) {
        let columns = Columns::of(dataset);
        let matcher = Matcher::new(dataset, &columns, data, schema);
        let (of, are) = (matcher.points(&demand.of), matcher.points(&demand.are));
        let wrong = of.yes.and_not(&are.yes).and_not(&are.unknown);
        let field = first_field(&demand.are, schema).and_then(|id| dataset.field(id));
        for index in wrong.iter() {
            let record = &dataset.records[index];
            let (said, column) = match field {
                Some(field) => (said(&dataset.fields[field], &record.values[field]), record.columns[field]),
                None => (String::new(), 0),
            };
            let told = told_by(&demand.of, dataset, index, schema);
            let place = Place::field(record.origin.file.clone(), record.origin.line, column);
            let diagnostic = Diagnostic::new(severity, rule.code.clone(), format!("{}：{told}{said}", rule.says));
            found.push(words::with_reason(diagnostic.at(place), rule));
        }
    }
}

/// Records that say the same as one before, in runs: lines pasted twice are one finding.
pub fn once(data: &Data, rule: &FigureRule, severity: Severity, files: &[String], found: &mut Diagnostics) {
    for dataset in given(data, files) {
        let mut first: HashMap<Vec<&Value>, usize> = HashMap::default();
        let mut runs: Vec<Run> = Vec::new();
        for (index, record) in dataset.records.iter().enumerate() {
            let said: Vec<&Value> = record.values.iter().collect();
            if said.iter().all(|value| **value == Value::Blank) {
                continue;
            }
            let before = *first.entry(said).or_insert(index);
            if before == index {
                continue;
            }
            match runs.last_mut() {
                Some(run) if run.again + run.count == index && run.before + run.count == before => run.count += 1,
                _ => runs.push(Run { again: index, before, count: 1 }),
            }
        }
        for run in runs {
            let line = |index: usize| dataset.records[index].origin.line;
            let lines = |from: usize| match run.count {
                1 => format!("第{}行", line(from)),
                count => format!("第{}行至第{}行", line(from), line(from + count - 1)),
            };
            let message = format!("{}：{}与{}完全相同", rule.says, lines(run.again), lines(run.before));
            let place = |index: usize| dataset.records[index].origin.place();
            let diagnostic = Diagnostic::new(severity, rule.code.clone(), message).at(place(run.again));
            found.push(words::with_reason(diagnostic.related(place(run.before), "先在这里"), rule));
        }
    }
}

/// Records that follow each other and say what others, following each other, said before.
struct Run {
    again: usize,
    before: usize,
    count: usize,
}

fn given<'d>(data: &'d Data, files: &'d [String]) -> impl Iterator<Item = &'d Dataset> {
    files.iter().filter_map(|id| data.datasets.get(id)).filter(|dataset| dataset.given)
}

/// “三公”写作“公务用车运行维护费”.
fn said(field: &FieldDecl, value: &Value) -> String {
    match value {
        Value::Blank => format!("“{}”没有填", field.head),
        Value::Text(text) => format!("“{}”写作“{text}”", field.head),
        Value::Number(number) => format!("“{}”写作{}", field.head, number.normalize()),
    }
}

/// What of the record the rule speaks of, by the first field it looks at: 30217 公务接待费，.
fn told_by(of: &Filter, dataset: &Dataset, index: usize, schema: &Schema) -> String {
    let Some(field) = first_field(of, schema).and_then(|id| dataset.field(id)) else { return String::new() };
    let text = dataset.records[index].values[field].text();
    let name = match &dataset.fields[field].kind {
        Kind::Code { class, .. } => schema.classes.get(class).and_then(|class| class.names.get(text)),
        _ => None,
    };
    match name {
        _ if text.is_empty() => String::new(),
        Some(name) => format!("{text} {name}，"),
        None => format!("{text}，"),
    }
}

/// The first field that a filter looks at, through its views.
fn first_field<'f>(filter: &'f Filter, schema: &'f Schema) -> Option<&'f str> {
    match filter {
        Filter::Never => None,
        Filter::View { name, .. } => first_field(schema.views.get(name)?, schema),
        Filter::All(all) => all.iter().find_map(|filter| first_field(filter, schema)),
        Filter::Field { path, .. } => path.split('.').next(),
    }
}
