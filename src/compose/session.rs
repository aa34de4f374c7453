//! What is shared while a document is composed: figures by address, composed tables, the points behind filters.

use super::Job;
use super::table::Composed;
use crate::data::filter::{self, Filter};
use crate::data::points::Points;
use crate::data::{Dataset, Kind, Value as Datum};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::document::{FigureId, Inline, Origin};
use crate::layout::narrative_lines::{END, FIGURE, PROBLEM, is_mark};
use crate::layout::{Template, place_in};
use crate::money::{Look, show};
use indexmap::IndexMap;
use minijinja::{Environment, Value};
use rust_decimal::Decimal;
use std::collections::HashMap;
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
    figures: Vec<Figure>,
    by_address: HashMap<String, Id>,
    mentions: Vec<Mention>,
    problems: Vec<(Diagnostic, bool)>,
    tables: IndexMap<String, Arc<Composed>>,
    composing: Vec<String>,
    points: HashMap<(String, Filter), Arc<Points>>,
    diagnostics: Diagnostics,
    sentence_look: Vec<Look>,
    printed: IndexMap<Id, FigureId>,
    files: Vec<(Arc<str>, bool)>,
}

/// One run of `compose`.
pub struct Session {
    pub job: Job,
    state: Mutex<State>,
    env: OnceLock<Environment<'static>>,
    me: Weak<Session>,
}

impl Session {
    pub fn new(job: Job) -> Arc<Session> {
        let session = Arc::new_cyclic(|me| Session {
            job,
            state: Mutex::new(State::default()),
            env: OnceLock::new(),
            me: me.clone(),
        });
        let env = super::functions::environment(&session);
        let _ = session.env.set(env);
        session
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

    pub fn dataset(&self, id: &str) -> Option<&Dataset> {
        self.job.data.datasets.get(id)
    }

    /// The points of a dataset a filter holds for; computed once.
    pub fn points(&self, dataset: &Dataset, filter: &Filter) -> Arc<Points> {
        let key = (dataset.id.clone(), filter.clone());
        if let Some(known) = self.state().points.get(&key) {
            return known.clone();
        }
        let points = Arc::new(filter::points(filter, dataset, &self.job.data, &self.job.set.schema));
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
            state.diagnostics.push(
                Diagnostic::error("E301", format!("两个数字的地址相同：{}", figure.address))
                    .at(place.clone())
                    .hint("检查行、列的 key 是否重复；按记录成行时用 id 指明能区分各条的字段"),
            );
            return old;
        }
        let id = state.figures.len();
        state.by_address.insert(figure.address.clone(), id);
        state.figures.push(figure);
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
        state.figures.push(figure);
        id
    }

    pub fn find(&self, address: &str) -> Option<Id> {
        self.state().by_address.get(address).copied()
    }

    pub fn figure(&self, id: Id) -> Figure {
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
            state.diagnostics.push(diagnostic);
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
            self.report(template_error(&error, &template.place));
            String::new()
        })
    }

    /// Renders a template for a message; none if it cannot be (reported elsewhere) or prints figures.
    pub fn try_render(&self, template: &Template, context: &Value) -> Option<String> {
        let Some(name) = &template.name else { return Some(template.source.clone()) };
        let text = self.env().get_template(name).and_then(|t| t.render(context.clone())).ok()?;
        (!text.contains(is_mark)).then_some(text)
    }

    /// Evaluates `when`; an error is reported and counts as true.
    pub fn holds(&self, expression: &crate::layout::Expression, context: Value) -> bool {
        let value = self.env().compile_expression(&expression.source).and_then(|e| e.eval(context));
        match value {
            Ok(value) => value.is_true(),
            Err(error) => {
                self.report(template_error(&error, &expression.place));
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
                    address: figure.address,
                }
            })
            .collect()
    }

    /// The input lines behind a figure, sorted, once each.
    pub fn origins(&self, id: Id) -> Vec<Origin> {
        match self.figure(id).source {
            Source::Line(origin) => vec![origin],
            Source::Derived(of) => {
                let mut all: Vec<Origin> = of.into_iter().flat_map(|id| self.origins(id)).collect();
                all.sort();
                all.dedup();
                all
            }
            Source::Sum { dataset, row, column, .. } => {
                let Some(dataset) = self.dataset(&dataset) else { return Vec::new() };
                row.and(&column).yes.iter().map(|i| dataset.records[i].origin.clone()).collect()
            }
        }
    }

    /// A table already composed.
    pub fn composed(&self, id: &str) -> Option<Arc<Composed>> {
        self.state().tables.get(id).cloned()
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

/// A runtime error of a template as a finding with its line.
pub fn template_error(error: &minijinja::Error, place: &Place) -> Diagnostic {
    use minijinja::ErrorKind;
    let detail = error.detail().unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::UndefinedError => format!("模板中用到了没有定义的名称{}", quoted(detail)),
        ErrorKind::UnknownFunction => format!("没有这个函数{}", quoted(detail)),
        ErrorKind::UnknownFilter => format!("没有这个过滤器{}", quoted(detail)),
        ErrorKind::UnknownTest => format!("没有这个测试{}", quoted(detail)),
        ErrorKind::OutOfFuel => "模板运行过久，可能有停不下来的循环".to_string(),
        _ => format!("模板出错：{detail}"),
    };
    Diagnostic::error("E302", message).at(place_in(place, error)).hint(
        "名称可用：report、year、look、本行的字段；函数可用：f、diff、percent、total、rows、lookup、count、prose、table",
    )
}

fn quoted(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!("：{detail}") }
}
