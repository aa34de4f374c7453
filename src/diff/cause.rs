//! Why something moved: the records, keys and files of the input that changed, and which of them each change follows.
//!
//! A figure is the sum of amounts that stand in input lines. Lines of both editions are paired; a line whose share of
//! a figure differs is why the figure moved. Texts follow from their figures, their file, their record, or from a
//! value that stands in them.

use super::records::{pair_records, same_record};
use super::{Behind, DocumentDiff, FigureChange, TextChange, TextKind};
use crate::cell_name::sheet_of;
use crate::compose::{Composition, Job, RowView, TableView};
use crate::data::{Dataset, FieldDecl, Kind, Record, Taken, Value};
use crate::document::Origin;
use crate::folder::Bytes;
use crate::money::{Unit, spoken};
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

/// One change of the input.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// A record that changed, came or went.
    Record(RecordChange),
    /// The records of a file stand in another order; what is printed in their order moved.
    Order {
        /// As users see it.
        file: Arc<str>,
    },
    /// A key of `report.toml`.
    Report {
        /// `name`, `year`.
        key: String,
        /// As it read before; empty where it was not there.
        old: String,
        /// As it reads now; empty where it is not there.
        new: String,
    },
    /// A file of words: the department's own (`text/goals.md`), a layout's.
    File {
        /// As users see it.
        file: String,
    },
    /// Nothing in the input: another program made it.
    Program,
    /// The DOCX was edited by hand.
    Hand,
}

/// A record of a data file that is not as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordChange {
    /// As users see it: `ledger.csv`.
    pub file: Arc<str>,
    /// Its line in the old file and in the new one.
    pub old_line: Option<u32>,
    /// From 1; none: it is gone.
    pub new_line: Option<u32>,
    /// What it is called: 办公费.
    pub label: String,
    /// Fields that differ; of a record that came or went, its amounts.
    pub fields: Vec<FieldChange>,
    /// What it is told apart by from the other records of its file: 办公费, 本级. It holds wherever the record stands.
    pub words: Vec<String>,
    /// All words of its fields, in the old edition and in the new one.
    pub says: Vec<Vec<String>>,
}

/// A field that changed, as it reads.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Heading of its column, without unit.
    pub head: String,
    /// As it read before; empty where blank.
    pub old: String,
    /// As it reads now; empty where blank.
    pub new: String,
    /// It is money, in the file's own unit.
    pub amount: bool,
}

impl Cause {
    /// What `corrections.toml` calls it: `ledger.csv 办公费 本级`, by what the record says and not where it stands;
    /// `text/goals.md`, `report.toml:date`.
    pub fn key(&self) -> String {
        match self {
            Cause::Record(RecordChange { file, words, .. }) if !words.is_empty() => {
                format!("{file} {}", words.join(" "))
            }
            _ => self.place(),
        }
    }

    /// Where to look: `ledger.csv:11`, `631.xlsx 预算明细!11`, `text/goals.md`, `report.toml:date`.
    pub fn place(&self) -> String {
        match self {
            Cause::Record(RecordChange { file, old_line, new_line, .. }) => {
                let before = if sheet_of(file).is_some() { '!' } else { ':' };
                match (new_line, old_line) {
                    (Some(line), _) => format!("{file}{before}{line}"),
                    (None, line) => format!("{file}{before}原{}", line.unwrap_or_default()),
                }
            }
            Cause::Report { key, .. } => format!("report.toml:{key}"),
            Cause::File { file } => file.clone(),
            Cause::Order { file } => file.to_string(),
            Cause::Program => "程序".to_string(),
            Cause::Hand => "DOCX".to_string(),
        }
    }
}

impl fmt::Display for Cause {
    /// `ledger.csv:11 办公费 8,300.00 → 108,300.00`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Record(change) => write!(f, "{} {change}", self.place()),
            Cause::Report { old, new, .. } => write!(f, "{} {} → {}", self.place(), or_blank(old), or_blank(new)),
            Cause::File { file } if file.starts_with("pictures/") => write!(f, "{file} 的内容"),
            Cause::File { file } => write!(f, "{file} 的文字"),
            Cause::Order { file } => write!(f, "{file} 的行换了次序"),
            Cause::Program => f.write_str("数据和版式都没有变，是程序或字体不同"),
            Cause::Hand => f.write_str("DOCX 里改动的"),
        }
    }
}

impl fmt::Display for RecordChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amounts: Vec<String> =
            self.fields.iter().map(|c| if self.old_line.is_none() { c.new.clone() } else { c.old.clone() }).collect();
        match (self.old_line, self.new_line) {
            (None, _) => write!(f, "新增 {} {}", self.label, amounts.join(" ")),
            (_, None) => write!(f, "删去 {} {}", self.label, amounts.join(" ")),
            _ => {
                write!(f, "{}", self.label)?;
                let only_amount = self.fields.len() == 1 && self.fields[0].amount;
                for (index, field) in self.fields.iter().enumerate() {
                    let comma = if index > 0 { "，" } else { " " };
                    let head = if only_amount { String::new() } else { format!("{} ", field.head) };
                    write!(f, "{comma}{head}{} → {}", or_blank(&field.old), or_blank(&field.new))?;
                }
                Ok(())
            }
        }
    }
}

fn or_blank(text: &str) -> &str {
    if text.is_empty() { "（空）" } else { text }
}

/// Finds the causes of every change of `diff`.
pub fn attribute(diff: &mut DocumentDiff, old: &Composition, new: &Composition) {
    let inputs = Inputs::compare(old, new);
    for figure in &mut diff.figures {
        figure.causes = inputs.of_figure(figure, old, new);
    }
    let of_figures: HashMap<String, Vec<usize>> =
        diff.figures.iter().map(|f| (f.address.clone(), f.causes.clone())).collect();
    for row in &mut diff.rows {
        let mut causes = union(row.figures.iter().filter_map(|a| of_figures.get(a)));
        if causes.is_empty() {
            let words: Vec<&str> = row.cells.iter().map(|(_, text)| text.as_str()).collect();
            causes = inputs.of_words(&row.behind, &words, &words);
        }
        row.causes = causes;
    }
    let mut of_tables: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let in_tables = diff.figures.iter().flat_map(|f| f.printings.iter().map(move |p| (&p.spot.table, &f.causes)));
    let rows = diff.rows.iter().map(|r| (&r.spot.table, &r.causes));
    for (table, causes) in in_tables.chain(rows) {
        if let Some(table) = table {
            of_tables.entry(table.clone()).or_default().extend(causes);
        }
    }
    for text in &mut diff.texts {
        text.causes = of_text(text, &inputs, &of_figures, &of_tables);
    }
    diff.causes = inputs.causes;
    keep_used(diff);
}

fn of_text(
    text: &TextChange,
    inputs: &Inputs,
    of_figures: &HashMap<String, Vec<usize>>,
    of_tables: &BTreeMap<String, Vec<usize>>,
) -> Vec<usize> {
    let mut causes = union(text.figures.iter().filter_map(|a| of_figures.get(a)));
    let of_table = text.spot.table.as_ref().and_then(|t| of_tables.get(t));
    if text.kind == TextKind::Sequence
        && let Some(found) = of_table
    {
        return union([found]);
    }
    if text.behind.words {
        let (old, new) = (text.old.as_deref().unwrap_or(""), text.new.as_deref().unwrap_or(""));
        let found = inputs.in_words(&text.behind, &[old], &[new]);
        // Words that follow from figures: 增加 or 减少, a note that a table is empty.
        let found = match (causes.is_empty(), found.is_empty(), of_table) {
            (true, true, Some(of_table)) => union([of_table]),
            _ => found,
        };
        causes = union([&causes, &found]);
    }
    if causes.is_empty() { inputs.of_layout() } else { causes }
}

fn union<'a>(all: impl IntoIterator<Item = &'a Vec<usize>>) -> Vec<usize> {
    let set: BTreeSet<usize> = all.into_iter().flatten().copied().collect();
    set.into_iter().collect()
}

/// Drops the changes of the input that no change of the page follows from, and renumbers the rest.
fn keep_used(diff: &mut DocumentDiff) {
    let used: BTreeSet<usize> = union(all_causes(diff).into_iter().map(|c| &*c)).into_iter().collect();
    let renumbered: HashMap<usize, usize> = used.iter().enumerate().map(|(new, &old)| (old, new)).collect();
    for causes in all_causes(diff) {
        causes.iter_mut().for_each(|cause| *cause = renumbered[cause]);
    }
    let mut index = 0;
    diff.causes.retain(|_| {
        index += 1;
        used.contains(&(index - 1))
    });
}

fn all_causes(diff: &mut DocumentDiff) -> Vec<&mut Vec<usize>> {
    let figures = diff.figures.iter_mut().map(|f| &mut f.causes);
    let texts = diff.texts.iter_mut().map(|t| &mut t.causes);
    figures.chain(texts).chain(diff.rows.iter_mut().map(|r| &mut r.causes)).collect()
}

/// What changed between the inputs of two editions.
struct Inputs {
    causes: Vec<Cause>,
    /// A line of a file, by its pair's number: the same for a line that stayed, wherever it stands now.
    old_lines: HashMap<Origin, usize>,
    new_lines: HashMap<Origin, usize>,
    /// The cause of a pair that is not the same on both sides.
    of_pair: HashMap<usize, usize>,
}

impl Inputs {
    fn compare(old: &Composition, new: &Composition) -> Inputs {
        let (old_job, new_job) = (old.job(), new.job());
        let mut inputs = Inputs {
            causes: Vec::new(),
            old_lines: HashMap::new(),
            new_lines: HashMap::new(),
            of_pair: HashMap::new(),
        };
        let mut pairs = 0;
        let empty = Dataset {
            id: String::new(),
            file: "".into(),
            fields: Vec::new(),
            records: Vec::new(),
            unknown: Vec::new(),
            given: false,
            taken: Taken::default(),
        };
        for id in names(old_job.data.datasets.keys(), new_job.data.datasets.keys()) {
            let (a, b) = (old_job.data.datasets.get(id), new_job.data.datasets.get(id));
            let decl = new_job.set.schema.files.get(id).or_else(|| old_job.set.schema.files.get(id));
            let unique = decl.map_or(&[][..], |decl| &decl.unique);
            inputs.records(a.unwrap_or(&empty), b.unwrap_or(&empty), unique, &mut pairs);
        }
        inputs.printed(old.given(), new.given(), &mut pairs);
        let (a, b) = (&old_job.report.values, &new_job.report.values);
        for key in names(a.keys(), b.keys()) {
            let text = |values: &indexmap::IndexMap<String, String>| values.get(key).cloned().unwrap_or_default();
            if text(a) != text(b) {
                inputs.causes.push(Cause::Report { key: key.clone(), old: text(a), new: text(b) });
            }
        }
        let (a, b) = (&old_job.set.sources, &new_job.set.sources);
        for file in names(a.keys(), b.keys()).into_iter().filter(|file| a.get(*file) != b.get(*file)) {
            inputs.causes.push(Cause::File { file: file.clone() });
        }
        let pictures = |job: &Job| -> BTreeMap<String, Bytes> {
            job.pictures.all().map(|(file, bytes)| (file.to_owned(), bytes.clone())).collect()
        };
        let (a, b) = (pictures(old_job), pictures(new_job));
        for file in names(a.keys(), b.keys()).into_iter().filter(|file| a.get(*file) != b.get(*file)) {
            inputs.causes.push(Cause::File { file: file.clone() });
        }
        inputs.causes.push(Cause::Program);
        inputs
    }

    /// Pairs the records of a file by what they say, and notes those that are not the same.
    fn records(&mut self, old: &Dataset, new: &Dataset, unique: &[Vec<String>], pairs: &mut usize) {
        let (old_names, new_names) = (Names::new(old), Names::new(new));
        let found = pair_records(old, new, unique);
        if !found.iter().filter_map(|(old, new)| new.and(*old)).is_sorted() {
            self.causes.push(Cause::Order { file: new.file.clone() });
        }
        for (o, n) in found {
            *pairs += 1;
            let (before, after) = (o.map(|o| &old.records[o]), n.map(|n| &new.records[n]));
            self.old_lines.extend(before.map(|r| (r.origin.clone(), *pairs)));
            self.new_lines.extend(after.map(|r| (r.origin.clone(), *pairs)));
            let same = before.zip(after).is_some_and(|(before, after)| same_record(old, before, new, after));
            if !same {
                let stays = |field: &FieldDecl, value: &Value| {
                    let other = if after.is_some() { old.field(&field.id).zip(before) } else { None };
                    other.is_none_or(|(at, record)| record.values[at] == *value)
                };
                let words = match (after, before) {
                    (Some(after), _) => new_names.apart(after, stays),
                    (None, Some(before)) => old_names.apart(before, stays),
                    (None, None) => Vec::new(),
                };
                self.of_pair.insert(*pairs, self.causes.len());
                self.causes.push(Cause::Record(record_change(old, before, new, after, words)));
            }
        }
    }

    /// Pairs the rows of tables that are given as printed, by their addresses, and notes those that print otherwise.
    fn printed(&mut self, old: &[TableView], new: &[TableView], pairs: &mut usize) {
        let rows = |tables: &'_ [TableView]| -> indexmap::IndexMap<(String, usize, String), (RowView, Vec<String>)> {
            let row = |table: &TableView, row: &RowView| {
                let heads = table.columns.iter().map(|c| c.head.last().cloned().unwrap_or_default()).collect();
                ((table.id.to_string(), row.side, row.key.to_string()), (row.clone(), heads))
            };
            tables.iter().flat_map(|table| table.rows.iter().map(move |r| row(table, r))).collect()
        };
        let (old, new) = (rows(old), rows(new));
        let origin = |row: &RowView| row.place.as_ref().map(|p| Origin { file: p.file.clone(), line: p.line });
        let text = |row: Option<&RowView>, column: usize| {
            row.and_then(|row| row.figures.get(column)?.as_ref()).map(|f| f.text.clone()).unwrap_or_default()
        };
        let gone = old.keys().filter(|key| !new.contains_key(*key));
        for key in new.keys().chain(gone) {
            *pairs += 1;
            let (before, after) = (old.get(key).map(|(row, _)| row), new.get(key).map(|(row, _)| row));
            let (from, to) = (before.and_then(origin), after.and_then(origin));
            self.old_lines.extend(from.clone().map(|origin| (origin, *pairs)));
            self.new_lines.extend(to.clone().map(|origin| (origin, *pairs)));
            let Some(((row, heads), file)) =
                new.get(key).or_else(|| old.get(key)).zip(to.as_ref().or(from.as_ref()).map(|o| o.file.clone()))
            else {
                continue;
            };
            let change = |(column, head): (usize, &String)| {
                let (old, new) = (text(before, column), text(after, column));
                (old != new).then(|| FieldChange { head: head.clone(), old, new, amount: true })
            };
            let fields: Vec<FieldChange> = heads.iter().enumerate().filter_map(change).collect();
            if fields.is_empty() && before.is_some() == after.is_some() {
                continue;
            }
            let label = row.label.trim().to_string();
            self.of_pair.insert(*pairs, self.causes.len());
            self.causes.push(Cause::Record(RecordChange {
                file,
                old_line: from.map(|origin| origin.line),
                new_line: to.map(|origin| origin.line),
                words: if label.is_empty() { Vec::new() } else { vec![label.clone()] },
                says: vec![vec![label.clone()]; 2],
                label,
                fields,
            }));
        }
    }

    /// The lines whose share of the figure differs.
    fn of_figure(&self, figure: &FigureChange, old: &Composition, new: &Composition) -> Vec<usize> {
        let before = self.shares(old.amounts_behind(&figure.address), &self.old_lines);
        let after = self.shares(new.amounts_behind(&figure.address), &self.new_lines);
        let pairs: BTreeSet<usize> = before.keys().chain(after.keys()).copied().collect();
        let differing: Vec<usize> = pairs.into_iter().filter(|p| before.get(p) != after.get(p)).collect();
        let direct: BTreeSet<usize> = differing.iter().filter_map(|pair| self.of_pair.get(pair).copied()).collect();
        let mut causes: BTreeSet<usize> = direct.clone();
        if direct.len() < differing.len() && figure.old.is_some() && figure.new.is_some() || causes.is_empty() {
            // Lines that did not change count differently: what they refer to did, or the layout.
            causes.extend(self.indirect(&figure.address, old, new));
        }
        if causes.is_empty() { self.otherwise() } else { causes.into_iter().collect() }
    }

    /// The amounts of each pair of lines, sorted.
    fn shares(&self, behind: Vec<(Origin, Decimal)>, lines: &HashMap<Origin, usize>) -> BTreeMap<usize, Vec<Decimal>> {
        let mut shares: BTreeMap<usize, Vec<Decimal>> = BTreeMap::new();
        for (origin, amount) in behind {
            if let Some(&pair) = lines.get(&origin) {
                shares.entry(pair).or_default().push(amount);
            }
        }
        shares.values_mut().for_each(|amounts| amounts.sort());
        shares
    }

    fn indirect(&self, address: &str, old: &Composition, new: &Composition) -> Vec<usize> {
        let behind = |c: &Composition| c.amounts_behind(address).into_iter().map(|(origin, _)| origin.file);
        let own: BTreeSet<Arc<str>> = behind(old).chain(behind(new)).collect();
        let is_other = |cause: &Cause| matches!(cause, Cause::Record(change) if !own.contains(&change.file));
        let others = self.numbered().filter(|(_, cause)| is_other(cause)).map(|(index, _)| index);
        let layout = self.layout_files();
        others.chain(layout).collect()
    }

    fn numbered(&self) -> impl Iterator<Item = (usize, &Cause)> {
        self.causes.iter().enumerate()
    }

    /// Changed files of the layout, not the department's prose.
    fn layout_files(&self) -> Vec<usize> {
        let is_layout = |cause: &Cause| matches!(cause, Cause::File { file } if !file.starts_with("text/") && !file.starts_with("pictures/"));
        self.numbered().filter(|(_, cause)| is_layout(cause)).map(|(index, _)| index).collect()
    }

    /// Why something changed that no value explains: the layout, else the order of records, else all changes.
    fn of_layout(&self) -> Vec<usize> {
        let layout = self.layout_files();
        let order =
            || self.numbered().filter(|(_, cause)| matches!(cause, Cause::Order { .. })).map(|(index, _)| index);
        match (layout.is_empty(), order().next()) {
            (false, _) => layout,
            (true, Some(_)) => order().collect(),
            (true, None) => self.otherwise(),
        }
    }

    /// What follows from no change by itself, such as the number of a title, follows from all of them together; where
    /// there are none, from the program.
    fn otherwise(&self) -> Vec<usize> {
        let all: Vec<usize> =
            self.numbered().filter(|(_, cause)| **cause != Cause::Program).map(|(index, _)| index).collect();
        if all.is_empty() { self.program().collect() } else { all }
    }

    fn program(&self) -> impl Iterator<Item = usize> {
        self.numbered().filter(|(_, cause)| **cause == Cause::Program).map(|(index, _)| index)
    }

    /// Why words changed; else the layout, else all changes together.
    fn of_words(&self, behind: &Behind, old: &[&str], new: &[&str]) -> Vec<usize> {
        let found = self.in_words(behind, old, new);
        if found.is_empty() { self.of_layout() } else { found }
    }

    /// Why words changed: their file, their record, a value that stands in them.
    fn in_words(&self, behind: &Behind, old: &[&str], new: &[&str]) -> Vec<usize> {
        let mut causes = BTreeSet::new();
        for (index, cause) in self.numbered() {
            let is_why = match cause {
                Cause::File { file } => behind.files.iter().any(|f| **f == **file),
                Cause::Report { old: before, new: after, key } => {
                    stands_in(before, old) || stands_in(after, new) || key == "date" && dates_differ(old, new)
                }
                Cause::Record(change) => {
                    let texts = || change.fields.iter().filter(|f| !f.amount);
                    let came_or_went = change.old_line.is_none() || change.new_line.is_none();
                    texts().any(|f| stands_in(&f.old, old) || stands_in(&f.new, new))
                        || came_or_went && (stands_in(&change.label, old) != stands_in(&change.label, new))
                }
                Cause::Order { .. } | Cause::Program | Cause::Hand => false,
            };
            if is_why {
                causes.insert(index);
            }
        }
        let pair = |origin: &Option<Origin>, lines: &HashMap<Origin, usize>| {
            self.of_pair.get(lines.get(origin.as_ref()?)?).copied()
        };
        causes.extend(pair(&behind.old, &self.old_lines));
        causes.extend(pair(&behind.new, &self.new_lines));
        causes.into_iter().collect()
    }
}

/// Whether a value is among words; one character alone says nothing.
fn stands_in(value: &str, words: &[&str]) -> bool {
    let value = value.trim();
    !value.is_empty() && words.iter().any(|w| *w == value || value.chars().count() > 1 && w.contains(value))
}

/// A date is printed in other words than it is written.
fn dates_differ(old: &[&str], new: &[&str]) -> bool {
    old != new && old.iter().chain(new).any(|text| text.contains('月') && text.contains('日'))
}

fn names<'k>(a: impl Iterator<Item = &'k String>, b: impl Iterator<Item = &'k String>) -> Vec<&'k String> {
    let mut names: Vec<&String> = a.collect();
    for name in b {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn read_value(value: &Value, kind: &Kind) -> String {
    match value {
        Value::Blank => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Number(number) if *kind == Kind::Amount => spoken(*number, Unit::Yuan),
        Value::Number(number) => spoken(*number, Unit::Plain),
    }
}

fn record_change(
    old: &Dataset,
    before: Option<&Record>,
    new: &Dataset,
    after: Option<&Record>,
    words: Vec<String>,
) -> RecordChange {
    let set = if after.is_some() { new } else { old };
    let mut fields = Vec::new();
    for (index, field) in set.fields.iter().enumerate() {
        let value = |set: &Dataset, record: Option<&Record>| {
            let at = if set.fields.get(index).is_some_and(|f| f.id == field.id) {
                Some(index)
            } else {
                set.field(&field.id)
            };
            at.zip(record).map(|(at, record)| read_value(&record.values[at], &field.kind)).unwrap_or_default()
        };
        let (a, b) = (value(old, before), value(new, after));
        let amount = matches!(field.kind, Kind::Amount);
        let is_whole = before.is_none() || after.is_none();
        // A default that only followed from another field is no change of its own.
        let typed = |record: Option<&Record>| record.is_some_and(|r| r.columns.get(index).is_some_and(|&c| c > 0));
        let told = typed(before) || typed(after);
        if a != b && told && (!is_whole || amount) {
            fields.push(FieldChange { head: field.head.clone(), old: a, new: b, amount });
        }
    }
    let named = after.or(before);
    RecordChange {
        file: set.file.clone(),
        old_line: before.map(|r| r.origin.line),
        new_line: after.map(|r| r.origin.line),
        label: named.map(|record| label(set, record)).unwrap_or_default(),
        fields,
        words,
        says: before.into_iter().map(|r| tokens(old, r)).chain(after.map(|r| tokens(new, r))).collect(),
    }
}

/// Every word that stands in a record's fields, as `corrections.toml` may name it by.
fn tokens(set: &Dataset, record: &Record) -> Vec<String> {
    let fields = set.fields.iter().zip(&record.values);
    fields
        .flat_map(|(field, value)| {
            read_value(value, &field.kind).split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

/// The records of a file by the values of their fields, to find what one of them is told apart by.
struct Names<'a> {
    set: &'a Dataset,
    having: HashMap<(usize, &'a str), Vec<usize>>,
    /// Fields that name a record: what it is called, whose it is, its codes, what was chosen.
    fields: Vec<usize>,
    /// What records that say the same are told apart by, by those values of theirs that may tell.
    told: RefCell<HashMap<Vec<Option<&'a str>>, Vec<String>>>,
}

impl<'a> Names<'a> {
    fn new(set: &'a Dataset) -> Names<'a> {
        let rank = |kind: &Kind| match kind {
            Kind::Text => 0,
            Kind::Ref { .. } => 1,
            Kind::Code { .. } => 2,
            Kind::Choice { .. } | Kind::Date => 3,
            Kind::Amount | Kind::Number => 4,
        };
        let mut fields: Vec<usize> = (0..set.fields.len()).filter(|&f| rank(&set.fields[f].kind) < 4).collect();
        fields.sort_by_key(|&field| rank(&set.fields[field].kind));
        let mut having: HashMap<(usize, &str), Vec<usize>> = HashMap::new();
        for (number, record) in set.records.iter().enumerate() {
            for &field in &fields {
                if let Some(Value::Text(text)) = record.values.get(field) {
                    having.entry((field, text)).or_default().push(number);
                }
            }
        }
        Names { set, having, fields, told: RefCell::default() }
    }

    /// The fewest values, those that name it first, that no other record of the file has; where others say the same,
    /// all that tell it from some. Only values that `stays` says are the same in both editions.
    fn apart(&self, record: &'a Record, stays: impl Fn(&FieldDecl, &Value) -> bool) -> Vec<String> {
        let text = |field: usize| match record.values.get(field) {
            Some(value @ Value::Text(text)) => stays(&self.set.fields[field], value).then_some(text.as_ref()),
            _ => None,
        };
        let telling: Vec<Option<&str>> = self.fields.iter().map(|&field| text(field)).collect();
        if let Some(words) = self.told.borrow().get(&telling) {
            return words.clone();
        }
        let words = self.words(&telling);
        self.told.borrow_mut().insert(telling, words.clone());
        words
    }

    fn words(&self, telling: &[Option<&str>]) -> Vec<String> {
        let mut alike: Option<Vec<usize>> = None;
        let mut words = Vec::new();
        for (&field, text) in self.fields.iter().zip(telling) {
            let Some(text) = *text else { continue };
            let Some(having) = self.having.get(&(field, text)) else { continue };
            let is_of = |n: &usize| matches!(&self.set.records[*n].values[field], Value::Text(own) if **own == *text);
            let left = match &alike {
                None => having.clone(),
                Some(alike) => alike.iter().copied().filter(is_of).collect(),
            };
            if alike.as_ref().is_none_or(|alike| left.len() < alike.len()) {
                words.push(short_word(text));
                alike = Some(left);
            }
            if alike.as_ref().is_some_and(|alike| alike.len() <= 1) {
                break;
            }
        }
        words
    }
}

/// A value as one or more words of a key: a long one by its beginning.
fn short_word(text: &str) -> String {
    const LONGEST: usize = 24;
    let one_line: Vec<&str> = text.split_whitespace().collect();
    let text = one_line.join(" ");
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => {
            // A star stands for the rest of a word, so that what follows the cut needs no words.
            let cut = text[..end].rsplit_once(' ').map_or(&text[..end], |(whole, _)| whole);
            if cut.len() < end { cut.to_owned() } else { format!("{cut}*") }
        }
    }
}

/// What a record is called: its last name typed, else its choices.
fn label(set: &Dataset, record: &Record) -> String {
    let of_kind = |wanted: &dyn Fn(&Kind) -> bool| -> Vec<&str> {
        let fields = set.fields.iter().zip(&record.values).filter(|(f, _)| wanted(&f.kind));
        fields.map(|(_, value)| value.text()).filter(|text| !text.is_empty()).collect()
    };
    let text = of_kind(&|kind| matches!(kind, Kind::Text));
    let reference = of_kind(&|kind| matches!(kind, Kind::Ref { .. }));
    let choices = of_kind(&|kind| matches!(kind, Kind::Choice { .. }));
    let label = match (text.first(), reference.first()) {
        (Some(text), _) => (*text).to_string(),
        (None, Some(reference)) => (*reference).to_string(),
        (None, None) => choices.join(" "),
    };
    const LONGEST: usize = 40;
    if label.chars().count() <= LONGEST { label } else { label.chars().take(LONGEST).chain(['…']).collect() }
}
