//! Figures as pictures: a chart of `charts.toml` where a narrative places it, with its number, its figures as printed,
//! and the same in words.

use super::amount::{Amount, amount as amount_of, percent};
use super::axes::Context;
use super::functions::{find, row_contexts, wrong};
use super::session::Session;
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{self, Change, ChartKind, ChartValue, Inline, plain_text};
use crate::layout::narrative_lines::{CHART, PICTURE, in_one_line, marked};
use crate::layout::{ChartEntry, ChartLayout, Template};
use crate::money::{Look, rounded, show};
use crate::toml_tree::suggestion;
use minijinja::{Error, Value};
use rust_decimal::Decimal;
use std::sync::{Arc, MutexGuard, PoisonError};

/// Slices of a pie: more cannot be told apart, nor their labels read.
const MOST_SLICES: usize = 40;
/// Places of an axis, and the values at all of them.
const MOST_ITEMS: usize = 20;
const MOST_VALUES: usize = 60;

/// Charts by the order in which sentences name them first, which is their number.
#[derive(Default)]
pub struct Charts {
    named: Vec<String>,
    placed: Vec<usize>,
}

/// A chart with its caption.
pub struct Drawn {
    pub chart: document::Chart,
    pub caption: Vec<Inline>,
    pub place: Place,
}

impl Session {
    fn charts(&self) -> MutexGuard<'_, Charts> {
        self.charts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It was placed before; from now on it is.
    pub(super) fn is_placed_again(&self, number: usize) -> bool {
        let mut charts = self.charts();
        let again = charts.placed.contains(&number);
        charts.placed.push(number);
        again
    }

    /// A chart's number, or that of a picture with a title by its path, from 0; given where it is named first.
    pub(super) fn number_of_chart(&self, name: &str) -> usize {
        let mut charts = self.charts();
        charts.named.iter().position(|n| n == name).unwrap_or_else(|| {
            charts.named.push(name.to_string());
            charts.named.len() - 1
        })
    }
}

/// The layout of a chart; none where the document has no charts.
fn layout<'s>(session: &'s Session, name: &str) -> Result<Option<&'s ChartLayout>, Error> {
    let set = &session.job.set;
    let Some(layout) = set.charts.get(name) else {
        let known: Vec<&str> = set.charts.keys().map(String::as_str).collect();
        return Err(wrong(format!("charts.toml 中没有“{name}”这张图，{}", suggestion(name, &known))));
    };
    Ok(Some(layout).filter(|_| set.has_charts && !session.lenient))
}

/// `chart("收入结构")`: a token; the chart stands where it stands.
pub fn chart(session: &Session, name: &str) -> Result<String, Error> {
    if layout(session, name)?.is_none() {
        return Ok(String::new());
    }
    Ok(marked(CHART, session.number_of_chart(name)))
}

/// `chart_number("收入结构")`: 图2; nothing where the document has no charts.
pub fn chart_number(session: &Session, name: &str) -> Result<String, Error> {
    Ok(match layout(session, name)? {
        Some(_) => numbered(session.number_of_chart(name)),
        None => String::new(),
    })
}

pub fn numbered(number: usize) -> String {
    format!("图{}", number + 1)
}

/// `picture_number("pictures/机构图.png")`: 图1, of a picture with a title.
pub fn picture_number(session: &Session, path: &str) -> String {
    numbered(session.number_of_chart(path))
}

/// The token before a picture's line: its number among charts and pictures, in the order of lines.
pub fn picture_here(session: &Session, path: &str) -> String {
    marked(PICTURE, session.number_of_chart(path))
}

/// The chart of a number; none where something of it is wrong, which is told.
pub fn drawn(session: &Session, number: usize, at: &Place) -> Option<Drawn> {
    let name = session.charts().named.get(number)?.clone();
    let layout = &session.job.set.charts[&name];
    if session.is_placed_again(number) {
        let found = Diagnostic::error("E350", format!("图“{name}”在文中放了两次")).at(at.clone());
        session.report(found.hint("一张图只放一次；要再说到它，用 {{ chart_number(\"…\") }}"));
        return None;
    }
    Composer { session, layout }.drawn(numbered(number))
}

struct Composer<'s> {
    session: &'s Session,
    layout: &'s ChartLayout,
}

/// An item before its figures are known to be drawable.
struct Item {
    label: String,
    amounts: Vec<Arc<Amount>>,
}

impl Composer<'_> {
    fn drawn(&self, number: String) -> Option<Drawn> {
        let (session, layout) = (self.session, self.layout);
        let nothing = Context::new();
        let series: Vec<String> = match layout.series[..] {
            [] => vec![String::new()],
            ref all => all.iter().map(|template| self.text(template, &nothing)).collect(),
        };
        let mut items = Vec::new();
        for entry in &layout.items {
            items.extend(self.items(entry)?);
        }
        let look = layout.numbers.apply(&session.sentence_look(&session.job.set.numbers));
        let mut shown = Vec::with_capacity(items.len());
        for item in &items {
            let values = item.amounts.iter().map(|amount| self.value(amount, &look)).collect::<Option<Vec<_>>>()?;
            shown.push(document::ChartItem { label: item.label.clone(), values });
        }
        if layout.kind == ChartKind::Pie {
            self.share(&items, &mut shown)?;
        }
        let count = shown.iter().map(|item| item.values.len()).sum::<usize>();
        let most = if layout.kind == ChartKind::Pie { MOST_SLICES } else { MOST_ITEMS };
        if shown.len() > most || count > MOST_VALUES.max(most) {
            let message = format!("图“{}”有 {} 项、{count} 个数字，画出来看不清", layout.name, shown.len());
            let hint = match layout.kind {
                ChartKind::Pie => format!("饼图至多 {MOST_SLICES} 项；把小的并成“其他”，或改用表"),
                _ => format!("至多 {MOST_ITEMS} 项、{MOST_VALUES} 个数字；减少项目或系列，或改用表"),
            };
            return self.refused("E351", message, hint);
        }
        if shown.is_empty() {
            return self.refused(
                "E352",
                format!("图“{}”没有可画的数字", layout.name),
                "没有数字时不放这张图：在正文中用 {% if … is zero %} 判断".into(),
            );
        }
        let title = self.text(&layout.title, &nothing);
        let unit = look.unit.name().to_string();
        let description = described(&title, &unit, &series, &shown);
        let caption = vec![Inline::text(format!("{number}　{title}"))];
        let chart = document::Chart {
            id: layout.name.clone(),
            kind: layout.kind,
            unit,
            series,
            items: shown,
            description: format!("{number}，{description}"),
            change: Change::Same,
        };
        Some(Drawn { chart, caption, place: layout.place.clone() })
    }

    fn refused<T>(&self, code: &'static str, message: String, hint: String) -> Option<T> {
        self.session.report(Diagnostic::error(code, message).at(self.layout.place.clone()).hint(hint));
        None
    }

    fn text(&self, template: &Template, context: &Context) -> String {
        let rendered = self.session.render(template, &Value::from(context.clone()));
        plain_text(&self.session.inlines(&in_one_line(&rendered), &template.place))
    }

    fn items(&self, entry: &ChartEntry) -> Option<Vec<Item>> {
        let session = self.session;
        let Some(table) = &entry.rows else {
            let amounts = entry.figures.iter().map(|address| self.amount(&find(session, address), entry));
            let label = entry.label.as_ref().map(|label| self.text(label, &Context::new())).unwrap_or_default();
            return Some(vec![Item { label, amounts: amounts.collect::<Option<_>>()? }]);
        };
        let rows = match row_contexts(session, table, entry.level) {
            Ok(rows) => rows,
            Err(error) => {
                let why = error.detail().unwrap_or_default().to_string();
                session.report(Diagnostic::error("E302", why).at(entry.place.clone()));
                return None;
            }
        };
        let one = |row: &Context| {
            let label = match &entry.label {
                Some(label) => self.text(label, row),
                None => row.get("name").map(Value::to_string).unwrap_or_default(),
            };
            let amount = |key: &String| match row.get(key.as_str()) {
                Some(value) => self.amount(value, entry),
                None => {
                    let message = format!("表“{table}”没有 key 为“{key}”的列");
                    let columns = row.iter().filter(|(_, value)| amount_of(value).is_ok());
                    let known: Vec<&str> = columns.map(|(key, _)| &**key).collect();
                    let found = Diagnostic::error("E354", message).at(entry.place.clone());
                    session.report(found.hint(suggestion(key, &known)));
                    None
                }
            };
            Some(Item { label, amounts: entry.figures.iter().map(amount).collect::<Option<_>>()? })
        };
        rows.iter().map(one).collect()
    }

    fn amount(&self, value: &Value, entry: &ChartEntry) -> Option<Arc<Amount>> {
        let session = self.session;
        let amount = amount_of(value).ok();
        if amount.as_ref().is_none_or(|a| a.id().is_none()) {
            // Why it was not found lies in the token that it prints.
            session.inlines(&value.to_string(), &entry.place);
            return None;
        }
        amount
    }

    fn value(&self, amount: &Amount, look: &Look) -> Option<ChartValue> {
        let session = self.session;
        let (id, (_, figure)) = (amount.id()?, amount.figure()?);
        let Some(exact) = amount.exact() else {
            let found = super::amount::not_known(session, &figure);
            session.report(match found.place {
                Some(_) => found.related(self.layout.place.clone(), "这张图用到它"),
                None => found.at(self.layout.place.clone()),
            });
            return None;
        };
        let look = if figure.is_money() { look.clone() } else { session.sentence_look(&figure.look) };
        let (text, amount) = (show(exact, &look), rounded(exact, &look));
        Some(ChartValue { figure: session.printed(id), text, amount, share: None })
    }

    /// What each slice is of the whole. Slices of nothing are none.
    fn share(&self, items: &[Item], shown: &mut Vec<document::ChartItem>) -> Option<()> {
        let session = self.session;
        for (item, shown) in items.iter().zip(shown.iter()) {
            if let Some(value) = shown.values.iter().find(|value| value.amount < Decimal::ZERO) {
                let message =
                    format!("图“{}”的“{}”是负数 {}，饼图画不出负数", self.layout.name, item.label, value.text);
                return self.refused("E353", message, "改用 kind = \"columns\"".into());
            }
        }
        let all: Vec<Arc<Amount>> = items.iter().flat_map(|item| item.amounts.iter().cloned()).collect();
        let whole = (!all.is_empty()).then(|| super::amount::total(session, &all).ok()).flatten()?;
        let whole = amount_of(&whole).ok()?;
        if whole.exact().is_none_or(|amount| amount.is_zero()) {
            shown.clear();
            return Some(());
        }
        for (item, shown) in items.iter().zip(shown.iter_mut()) {
            for (amount, value) in item.amounts.iter().zip(&mut shown.values) {
                let share = percent(session, amount, &whole).ok().and_then(|share| amount_of(&share).ok())?;
                let share = share.exact().map(|share| show(share, &session.percent_look()));
                value.share = share.map(|share| format!("{share}%"));
            }
        }
        shown.retain(|item| item.values.iter().any(|value| !value.amount.is_zero()));
        Some(())
    }
}

/// A chart in words: every figure it shows.
fn described(title: &str, unit: &str, series: &[String], items: &[document::ChartItem]) -> String {
    let one = |item: &document::ChartItem| {
        let value = |(value, series): (&ChartValue, &String)| {
            let share = value.share.as_ref().map(|share| format!("，占{share}")).unwrap_or_default();
            format!("{series}{}{unit}{share}", value.text)
        };
        let values: Vec<String> = item.values.iter().zip(series).map(value).collect();
        format!("{}{}", item.label, values.join("，"))
    };
    let items: Vec<String> = items.iter().map(one).collect();
    format!("{title}：{}。", items.join("；"))
}
