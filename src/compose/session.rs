//! What is shared while a document is composed: figures by address, composed tables, the points behind filters.

use super::table::Composed;
use super::{FigureView, Job, TableView};
use crate::code::Class;
use crate::data::filter::{Columns, Filter, Matcher};
use crate::data::points::Points;
use crate::data::{Dataset, Kind, Value as Datum};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::document::{FigureId, Inline, Origin};
use crate::layout::narrative_lines::{END, FIGURE, PROBLEM, is_mark};
use crate::layout::{Template, template_message};
use crate::money::{Look, show};
use indexmap::IndexMap;
use minijinja::{Environment, Value};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap as HashMap;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};

/// A character before inserted text that would otherwise be read as a heading, a role or emphasis.
pub const LITERAL: char = '\u{FDD7}';

/// Index of a figure in the session.
pub type Id = usize;

/// A figure as composed: exact, with what it is the sum of.
#[derive(Clone)]
pub struct Figure {
    pub address: String,
    /// None: not known.
    pub amount: Option<Decimal>,
    /// Why it is not known.
    pub unknown: Option<String>,
    /// How its table prints it.
    pub look: Look,
    pub source: Source,
}

/// What a figure comes from.
#[derive(Clone)]
pub enum Source {
    /// The sum of an amount field over the points of a row and a column.
    Sum { dataset: Arc<str>, row: Arc<Points>, column: Arc<Points>, chain: Arc<Chain> },
    /// Made from other figures.
    Derived(Vec<Id>),
    /// One value of one record.
    Line(Origin),
}

/// The filters of a figure, to ask the same of another dataset.
#[derive(Clone)]
pub struct Chain {
    pub filters: Vec<Filter>,
    /// The amount field, by its id.
    pub measure: String,
    /// A single record's row: no other dataset has it.
    pub record: bool,
}

struct Mention {
    figure: Id,
    text: String,
}

#[derive(Default)]
struct State {
    figures: Vec<Arc<Figure>>,
    by_address: HashMap<String, Id>,
    mentions: Vec<Mention>,
    problems: Vec<(Diagnostic, bool)>,
    tables: IndexMap<String, Arc<Composed>>,
    composing: Vec<String>,
    points: HashMap<(String, Filter), Arc<Points>>,
    diagnostics: Diagnostics,
    /// What does not keep the document from being composed, for `check` to report: class X.
    for_checks: Diagnostics,
    sentence_look: Vec<Look>,
    printed: IndexMap<Id, FigureId>,
    files: Vec<(Arc<str>, bool)>,
}

/// One run of `compose`.
pub struct Session {
    pub job: Arc<Job>,
    /// By dataset.
    columns: HashMap<String, Columns>,
    /// Figures as they were printed, by address, where tables are given in place of the ledger.
    pub given: HashMap<Arc<str>, FigureView>,
    state: Mutex<State>,
    env: OnceLock<Environment<'static>>,
    me: Weak<Session>,
}

impl Session {
    pub fn new(job: impl Into<Arc<Job>>) -> Arc<Session> {
        Session::with_given(job, &[])
    }

    /// A session over tables that are given as printed: what a sentence asks of them is what they print.
    pub fn with_given(job: impl Into<Arc<Job>>, given: &[TableView]) -> Arc<Session> {
        let job = job.into();
        let columns = job.data.datasets.iter().map(|(id, dataset)| (id.clone(), Columns::of(dataset))).collect();
        let figures = given.iter().flat_map(|t| &t.rows).flat_map(|r| r.figures.iter().flatten());
        let given = figures.filter(|f| f.place.is_some()).map(|f| (f.address.clone(), f.clone())).collect();
        let session = Arc::new_cyclic(|me| Session {
            job,
            columns,
            given,
            state: Mutex::new(State::default()),
            env: OnceLock::new(),
            me: me.clone(),
        });
        let env = super::functions::environment(&session);
        let _ = session.env.set(env);
        session.add_given();
        session
    }

    /// Every given figure is there before its table is composed, which knows the table's own rows only.
    fn add_given(&self) {
        let mut all: Vec<&FigureView> = self.given.values().collect();
        all.sort_by(|a, b| a.address.cmp(&b.address));
        let mut state = self.state();
        for view in all {
            let look = Look { unit: view.unit, decimals: view.decimals, ..self.job.set.numbers.clone() };
            let id = state.figures.len();
            state.by_address.insert(view.address.to_string(), id);
            let figure = Figure {
                address: view.address.to_string(),
                amount: view.printed(),
                unknown: Some("它不是数字".to_string()),
                look,
                source: Source::Derived(Vec::new()),
            };
            state.figures.push(Arc::new(figure));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn env(&self) -> &Environment<'static> {
        self.env.get().expect("set when the session is made")
    }

    pub fn weak(&self) -> Weak<Session> {
        self.me.clone()
    }

    pub fn report(&self, diagnostic: Diagnostic) {
        self.state().diagnostics.push(diagnostic);
    }

    pub fn take_diagnostics(&self) -> Diagnostics {
        std::mem::take(&mut self.state().diagnostics)
    }

    pub fn set_for_checks(&self, found: Diagnostics) {
        self.state().for_checks = found;
    }

    /// What was left for `check`.
    pub fn for_checks(&self) -> Diagnostics {
        self.state().for_checks.clone()
    }

    pub fn dataset(&self, id: &str) -> Option<&Dataset> {
        self.job.data.datasets.get(id)
    }

    /// The points of a dataset a filter holds for; computed once.
    pub fn points(&self, dataset: &Dataset, filter: &Filter) -> Arc<Points> {
        let key = (dataset.id.clone(), filter.clone());
        if let Some(known) = self.state().points.get(&key) {
            return known.clone();
        }
        let columns = &self.columns[&dataset.id];
        let points = Arc::new(Matcher::new(dataset, columns, &self.job.data, &self.job.set.schema).points(filter));
        self.state().points.insert(key, points.clone());
        points
    }

    /// The points all of `filters` hold for.
    pub fn all_points(&self, dataset: &Dataset, filters: &[Filter]) -> Arc<Points> {
        let mut iter = filters.iter().filter(|f| !matches!(f, Filter::All(all) if all.is_empty()));
        let Some(first) = iter.next() else { return self.points(dataset, &Filter::All(Vec::new())) };
        let mut points = self.points(dataset, first);
        for next in iter {
            points = Arc::new(points.and(&self.points(dataset, next)));
        }
        points
    }

    /// The exact sum over the points of a row and a column: none, with the reason, where it is not known.
    pub fn sum(&self, dataset: &Dataset, row: &Points, column: &Points, measure: usize) -> Result<Decimal, String> {
        if !dataset.given {
            return Err(format!("没有文件 {}", dataset.file));
        }
        let points = row.and(column);
        let unsure = points.unknown.iter().find(|&i| !dataset.records[i].values[measure].number().is_zero());
        if let Some(index) = unsure {
            let origin = &dataset.records[index].origin;
            return Err(format!("{}:{} 没有填写足够的信息，无法判断是否应计入", origin.file, origin.line));
        }
        Ok(points.yes.iter().map(|i| dataset.records[i].values[measure].number()).sum())
    }

    /// Registers a figure; two at one address are an error.
    pub fn add_figure(&self, figure: Figure, place: &Place) -> Id {
        let mut state = self.state();
        if let Some(&old) = state.by_address.get(&figure.address) {
            if self.given.contains_key(figure.address.as_str()) {
                let amount = state.figures[old].amount;
                state.figures[old] = Arc::new(Figure { amount, ..figure });
                return old;
            }
            state.diagnostics.push(
                Diagnostic::error("E301", format!("两个数字的地址相同：{}", figure.address))
                    .at(place.clone())
                    .hint("检查行、列的 key 是否重复；按记录成行时用 id 指明能区分各条的字段"),
            );
            return old;
        }
        let id = state.figures.len();
        state.by_address.insert(figure.address.clone(), id);
        state.figures.push(Arc::new(figure));
        id
    }

    /// Registers a figure made while writing, or finds the one already at its address.
    pub fn derived(&self, figure: Figure) -> Id {
        if let Some(id) = self.find(&figure.address) {
            return id;
        }
        let mut state = self.state();
        let id = state.figures.len();
        state.by_address.insert(figure.address.clone(), id);
        state.figures.push(Arc::new(figure));
        id
    }

    pub fn find(&self, address: &str) -> Option<Id> {
        self.state().by_address.get(address).copied()
    }

    pub fn figure(&self, id: Id) -> Arc<Figure> {
        self.state().figures[id].clone()
    }

    /// The addresses of all figures so far, for suggestions.
    pub fn addresses(&self) -> Vec<String> {
        self.state().figures.iter().map(|f| f.address.clone()).collect()
    }

    /// How sentences print a figure: the set's look for sentences over its own, a plain number's its own.
    pub fn sentence_look(&self, own: &Look) -> Look {
        if own.unit == crate::money::Unit::Plain {
            return own.clone();
        }
        let state = self.state();
        state.sentence_look.last().cloned().unwrap_or_else(|| self.job.set.text_numbers.apply(&self.job.set.numbers))
    }

    pub fn push_sentence_look(&self, look: Look) {
        self.state().sentence_look.push(look);
    }

    pub fn pop_sentence_look(&self) {
        self.state().sentence_look.pop();
    }

    /// The token that stands for a printed figure while templates run.
    pub fn mention(&self, figure: Id, text: String) -> String {
        let mut state = self.state();
        state.mentions.push(Mention { figure, text });
        format!("{FIGURE}{}{END}", state.mentions.len() - 1)
    }

    /// Notes a problem whose line is known only after rendering; returns its number.
    pub fn problem(&self, diagnostic: Diagnostic) -> usize {
        let mut state = self.state();
        state.problems.push((diagnostic, false));
        state.problems.len() - 1
    }

    pub fn problem_token(number: usize) -> String {
        format!("{PROBLEM}{number}{END}")
    }

    /// Reports a problem at the place where it was printed, once.
    fn place_problem(&self, number: usize, place: &Place) {
        let mut state = self.state();
        let Some((diagnostic, reported)) = state.problems.get_mut(number) else { return };
        if !*reported {
            *reported = true;
            let mut diagnostic = diagnostic.clone();
            diagnostic.place.get_or_insert_with(|| place.clone());
            let list =
                if diagnostic.code.class() == Class::Across { &mut state.for_checks } else { &mut state.diagnostics };
            list.push(diagnostic);
        }
    }

    /// Reports every problem that was never printed.
    pub fn flush_problems(&self, place: &Place) {
        let count = self.state().problems.len();
        (0..count).for_each(|number| self.place_problem(number, place));
    }

    /// Renders a template; an error is reported at its line and gives an empty text.
    pub fn render(&self, template: &Template, context: &Value) -> String {
        let Some(name) = &template.name else { return template.source.clone() };
        let rendered = self.env().get_template(name).and_then(|t| t.render(context.clone()));
        rendered.unwrap_or_else(|error| {
            self.report(template_message::runtime(&error, &template.place, self.env(), context));
            String::new()
        })
    }

    /// Renders a narrative. After a mistake the rest is tried without the line it stands in, so that the mistakes of
    /// all lines are reported at once.
    pub fn render_lines(&self, template: &Template) -> String {
        let nothing = Value::from(BTreeMap::<String, Value>::new());
        let Some(name) = &template.name else { return template.source.clone() };
        let before = self.state().problems.len();
        let mut rendered = self.env().get_template(name).and_then(|t| t.render(nothing.clone()));
        let mut lines: Vec<String> = template.source.split('\n').map(str::to_string).collect();
        let mut lost: Vec<String> = Vec::new();
        for _ in 0..lines.len() {
            let error = match rendered {
                Ok(text) => return text,
                Err(error) => error,
            };
            // What the failed attempt met comes up again in the next, with its line.
            self.state().problems.truncate(before);
            let root = template_message::undefined_name(&error).and_then(|n| n.split(['.', '[']).next());
            if !root.is_some_and(|root| lost.iter().any(|l| l == root)) {
                self.report(template_message::runtime(&error, &template.place, self.env(), &nothing));
            }
            let Some(line) = error.line().and_then(|line| lines.get_mut(line.checked_sub(1)?)) else { break };
            lost.extend(names_set(line));
            let stub = block_tags_only(line);
            if *line == stub {
                break;
            }
            *line = stub;
            let source = lines.join("\n");
            let Ok(changed) = self.env().template_from_str(&source) else { break };
            rendered = changed.render(nothing.clone());
        }
        String::new()
    }

    /// Renders a template for a message; none if it cannot be (reported elsewhere) or prints figures.
    pub fn try_render(&self, template: &Template, context: &Value) -> Option<String> {
        let Some(name) = &template.name else { return Some(template.source.clone()) };
        let text = self.env().get_template(name).and_then(|t| t.render(context.clone())).ok()?;
        (!text.contains(is_mark)).then_some(text)
    }

    /// Evaluates `when`; an error is reported and counts as true.
    pub fn holds(&self, expression: &crate::layout::Expression, context: Value) -> bool {
        let value = self.env().compile_expression(&expression.source).and_then(|e| e.eval(context.clone()));
        match value {
            Ok(value) => value.is_true(),
            Err(error) => {
                self.report(template_message::runtime(&error, &expression.place, self.env(), &context));
                true
            }
        }
    }

    /// Rendered text as inlines: tokens become figures, problems are reported at `place`.
    pub fn inlines(&self, text: &str, place: &Place) -> Vec<Inline> {
        let mut inlines: Vec<Inline> = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(is_mark) {
            plain.push_str(&rest[..at]);
            let mark = rest[at..].chars().next().expect("a mark was found here");
            rest = &rest[at + mark.len_utf8()..];
            if mark == LITERAL || mark == END {
                continue;
            }
            let end = rest.find(END).unwrap_or(rest.len());
            let number = rest[..end].parse::<usize>();
            rest = rest[end..].strip_prefix(END).unwrap_or("");
            match (mark, number) {
                (FIGURE, Ok(number)) => {
                    if let Some(inline) = self.print(number) {
                        if !plain.is_empty() {
                            inlines.push(Inline::text(std::mem::take(&mut plain)));
                        }
                        inlines.push(inline);
                    }
                }
                (PROBLEM, Ok(number)) => self.place_problem(number, place),
                _ => {}
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            inlines.push(Inline::text(plain));
        }
        inlines
    }

    fn print(&self, mention: usize) -> Option<Inline> {
        let (figure, text) = {
            let state = self.state();
            let mention = state.mentions.get(mention)?;
            (mention.figure, mention.text.clone())
        };
        if text.is_empty() {
            return None;
        }
        Some(Inline::figure(text, self.printed(figure)))
    }

    /// The document's number of a figure that is printed.
    pub fn printed(&self, figure: Id) -> FigureId {
        let mut state = self.state();
        let next = FigureId(state.printed.len() as u32);
        *state.printed.entry(figure).or_insert(next)
    }

    /// The address of a printed figure.
    pub fn printed_address(&self, figure: FigureId) -> Option<Arc<str>> {
        let state = self.state();
        let (id, _) = state.printed.get_index(figure.0 as usize)?;
        Some(state.figures[*id].address.as_str().into())
    }

    /// Every printed figure, for the document.
    pub fn printed_figures(&self) -> Vec<crate::document::Figure> {
        let ids: Vec<Id> = self.state().printed.keys().copied().collect();
        ids.into_iter()
            .map(|id| {
                let figure = self.figure(id);
                let amount = figure.amount.unwrap_or_default();
                crate::document::Figure {
                    text: show(amount, &figure.look),
                    amount,
                    origins: self.origins(id),
                    address: figure.address.clone(),
                }
            })
            .collect()
    }

    /// Every known figure as sentences print it.
    pub fn named_figures(&self) -> Vec<super::NamedFigure> {
        let sentences = self.sentence_look(&Look::default());
        let state = self.state();
        let amount_of = |id: &Id| state.figures.get(*id).and_then(|f| f.amount);
        let named = |figure: &Arc<Figure>| {
            let amount = figure.amount?;
            let look = if figure.look.unit == crate::money::Unit::Plain { &figure.look } else { &sentences };
            let compares = match &figure.source {
                Source::Derived(of) if of.len() == 2 => amount_of(&of[0]).zip(amount_of(&of[1])),
                _ => None,
            };
            let text = show(amount, look);
            Some(super::NamedFigure { address: figure.address.clone(), amount, text, unit: look.unit, compares })
        };
        state.figures.iter().filter_map(named).collect()
    }

    /// The input lines behind a figure, sorted, once each.
    pub fn origins(&self, id: Id) -> Vec<Origin> {
        match &self.figure(id).source {
            Source::Line(origin) => vec![origin.clone()],
            Source::Derived(of) => {
                let mut all: Vec<Origin> = of.iter().flat_map(|&id| self.origins(id)).collect();
                all.sort();
                all.dedup();
                all
            }
            Source::Sum { dataset, row, column, .. } => {
                let Some(dataset) = self.dataset(dataset) else { return Vec::new() };
                row.and(column).yes.iter().map(|i| dataset.records[i].origin.clone()).collect()
            }
        }
    }

    /// The amounts behind a figure, each with its line.
    pub fn amounts_behind(&self, id: Id) -> Vec<(Origin, Decimal)> {
        let figure = self.figure(id);
        match &figure.source {
            Source::Line(origin) => vec![(origin.clone(), figure.amount.unwrap_or_default())],
            Source::Derived(of) => of.iter().flat_map(|&id| self.amounts_behind(id)).collect(),
            Source::Sum { dataset, row, column, chain } => {
                let Some(dataset) = self.dataset(dataset) else { return Vec::new() };
                let Some(measure) = dataset.field(&chain.measure) else { return Vec::new() };
                let amount =
                    |i: usize| (dataset.records[i].origin.clone(), dataset.records[i].values[measure].number());
                row.and(column).yes.iter().map(amount).collect()
            }
        }
    }

    /// A table already composed.
    pub fn composed(&self, id: &str) -> Option<Arc<Composed>> {
        self.state().tables.get(id).cloned()
    }

    /// Every table composed, in the order they were needed.
    pub fn all_composed(&self) -> Vec<Arc<Composed>> {
        self.state().tables.values().cloned().collect()
    }

    /// Guards against a table that needs itself; true if it may be composed now.
    pub fn begin_table(&self, id: &str) -> bool {
        let mut state = self.state();
        if state.composing.iter().any(|t| t == id) {
            return false;
        }
        state.composing.push(id.to_string());
        true
    }

    pub fn end_table(&self, id: &str, composed: Arc<Composed>) {
        let mut state = self.state();
        state.composing.retain(|t| t != id);
        state.tables.insert(id.to_string(), composed);
    }

    /// The composed table that a table token names by its number.
    pub fn table_number(&self, id: &str) -> Option<usize> {
        self.state().tables.get_index_of(id)
    }

    pub fn table_by_number(&self, number: usize) -> Option<Arc<Composed>> {
        self.state().tables.get_index(number).map(|(_, t)| t.clone())
    }

    /// A file whose lines stand in rendered text; returns its number.
    pub fn file_number(&self, file: &Arc<str>, own: bool) -> usize {
        let mut state = self.state();
        let known = state.files.iter().position(|(f, _)| f == file);
        known.unwrap_or_else(|| {
            state.files.push((file.clone(), own));
            state.files.len() - 1
        })
    }

    pub fn file_by_number(&self, number: usize) -> Option<(Arc<str>, bool)> {
        self.state().files.get(number).cloned()
    }

    /// A datum as templates see it.
    pub fn template_value(&self, datum: &Datum, kind: &Kind) -> Value {
        match (datum, kind) {
            (Datum::Number(number), _) => Value::from(number.normalize().to_string()),
            (Datum::Text(text), _) if text.starts_with(['#', '*', '{', '\\', '-']) => {
                Value::from(format!("{LITERAL}{text}"))
            }
            (Datum::Text(text), _) => Value::from(text.to_string()),
            (Datum::Blank, _) => Value::from(""),
        }
    }
}

/// The names that a template line sets.
fn names_set(line: &str) -> Vec<String> {
    let sets = line.split("{%").skip(1).filter_map(|tag| tag.trim_start_matches('-').trim_start().strip_prefix("set "));
    sets.map(|set| set.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

/// A template line with only what keeps its blocks whole: loops go over nothing, conditions do not hold.
fn block_tags_only(line: &str) -> String {
    let tags =
        line.split("{%").skip(1).filter_map(|rest| rest.split_once("%}").map(|(tag, _)| tag.trim_matches('-').trim()));
    let stub = |tag: &str| match tag.split(' ').next().unwrap_or_default() {
        "for" => "{% for _ in [] %}".to_string(),
        "if" => "{% if false %}".to_string(),
        "elif" => "{% elif false %}".to_string(),
        "else" | "endfor" | "endif" | "macro" | "endmacro" => format!("{{% {tag} %}}"),
        _ => String::new(),
    };
    tags.map(stub).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_line_leaves_its_blocks_whole() {
        assert_eq!(
            block_tags_only("甲{{ x }}{% for r in rows(\"t\") %}乙{% if r %}丙{%- endif -%}"),
            "{% for _ in [] %}{% if false %}{% endif %}"
        );
        assert_eq!(block_tags_only("{% set a = f(1) %}丁"), "");
        assert_eq!(names_set("{% set a = f(1) %}{%- set b2 = a -%}"), ["a", "b2"]);
    }
}
