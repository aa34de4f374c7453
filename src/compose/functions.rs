//! What templates may call: functions, filters and tests, bound to one run of `compose`.

use super::amount::{self, Amount, Sign, amount as amount_of, value};
use super::figure::{Figure, Terms};
use super::session::Session;
use super::table::composed;
use super::words::{chinese_date, chinese_number};
use super::{Job, reasons};
use crate::data::{Kind, Value as Datum};
use crate::diagnostic::{Diagnostic, nearest};
use crate::layout::TableLayout;
use crate::layout::narrative_lines::{CONTENTS, END, FILE, LINE, TABLE};
use crate::money::{Look, Unit};
use crate::toml_tree::suggestion;
use minijinja::value::{Kwargs, Rest};
use minijinja::{Environment, Error, ErrorKind, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// The set's environment with everything bound to `session`.
pub fn environment(session: &Arc<Session>) -> Environment<'static> {
    let mut env = session.job.set.env.clone();
    let report = &session.job.report;
    let mut facts: BTreeMap<String, Value> =
        report.values.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect();
    facts.insert("year".into(), Value::from(report.year));
    let scope: BTreeMap<String, Value> =
        report.scope.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect();
    env.add_global("report", Value::from(facts));
    env.add_global("year", Value::from(report.year));
    env.add_global("scope", Value::from(scope));
    add_functions(&mut env, session);
    add_filters(&mut env, session);
    env
}

type Result<T> = std::result::Result<T, Error>;

fn upgrade(session: &Weak<Session>) -> Result<Arc<Session>> {
    session.upgrade().ok_or_else(|| wrong("文档已经写完".to_string()))
}

fn wrong(detail: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail)
}

fn add_functions(env: &mut Environment<'static>, session: &Arc<Session>) {
    let s = session.weak();
    env.add_function("f", move |address: &str| Ok::<_, Error>(find(&*upgrade(&s)?, address)));
    let s = session.weak();
    env.add_function("diff", move |a: &Value, b: &Value| -> Result<Value> {
        amount::diff(&*upgrade(&s)?, &*amount_of(a)?, &*amount_of(b)?)
    });
    let s = session.weak();
    env.add_function("percent", move |a: &Value, b: &Value| -> Result<Value> {
        amount::percent(&*upgrade(&s)?, &*amount_of(a)?, &*amount_of(b)?)
    });
    let s = session.weak();
    env.add_function("total", move |all: Rest<Value>| -> Result<Value> {
        let amounts: Vec<Arc<Amount>> = all.iter().map(amount_of).collect::<Result<_>>()?;
        amount::total(&*upgrade(&s)?, &amounts)
    });
    let s = session.weak();
    env.add_function("rows", move |table: &str, options: Kwargs| rows(&*upgrade(&s)?, table, &options));
    let s = session.weak();
    env.add_function("lookup", move |file: &str, options: Kwargs| lookup(&*upgrade(&s)?, file, &options));
    let s = session.weak();
    env.add_function("count", move |file: &str, options: Kwargs| {
        Ok::<_, Error>(Value::from(matching(&*upgrade(&s)?, file, &options)?.1.len()))
    });
    let s = session.weak();
    env.add_function("prose", move |name: &str, options: Kwargs| prose(&*upgrade(&s)?, name, &options));
    let s = session.weak();
    env.add_function("table", move |id: &str, options: Kwargs| table(&*upgrade(&s)?, id, &options));
    env.add_function("contents", || format!("{CONTENTS}0{END}"));
    let s = session.weak();
    env.add_function("given", move |file: &str| -> Result<bool> {
        let session = upgrade(&s)?;
        Ok(session.dataset(file).ok_or_else(|| no_dataset(&session.job, file))?.given)
    });
    let s = session.weak();
    env.add_function("empty", move |id: &str| -> Result<bool> {
        let session = upgrade(&s)?;
        let layout = layout(&session, id)?;
        Ok(composed(&session, layout, &[]).is_none_or(|t| t.empty))
    });
}

fn add_filters(env: &mut Environment<'static>, session: &Arc<Session>) {
    let s = session.weak();
    env.add_filter("say", move |d: &Value, name: &str| say(&*upgrade(&s)?, d, name));
    let s = session.weak();
    env.add_filter("reason", move |d: &Value| reasons::reason(&*upgrade(&s)?, d));
    let s = session.weak();
    env.add_filter("fmt", move |x: &Value, options: Kwargs| amount::format(&*upgrade(&s)?, &*amount_of(x)?, &options));
    env.add_filter("cn", |n: i64| chinese_number(n));
    env.add_filter(
        "suffix",
        |text: String, ending: &str| {
            if text.ends_with(ending) { text } else { format!("{text}{ending}") }
        },
    );
    env.add_filter("date", |iso: &str| chinese_date(iso));
    env.add_test("zero", |x: &Value| -> Result<bool> { Ok(amount_of(x)?.exact().is_some_and(|a| a.is_zero())) });
    env.add_test("known", |x: &Value| -> Result<bool> { Ok(amount_of(x)?.exact().is_some()) });
}

/// `f("t5/2010350/基本")`, also `…@prior`, `…~prior` and `…%prior`.
fn find(session: &Session, address: &str) -> Value {
    let split =
        address.find(['@', '~', '%']).filter(|&at| address.contains('/') && at > address.rfind('/').unwrap_or(0));
    let (base, rest) = address.split_at(split.unwrap_or(address.len()));
    let found = match find_base(session, base) {
        Ok(found) => found,
        Err(diagnostic) => return amount::broken(session, diagnostic),
    };
    let Some(sign) = rest.chars().next() else { return found };
    let Ok(of) = amount_of(&found) else { return found };
    let other = of.on(&rest[sign.len_utf8()..]);
    if sign == '@' {
        return other;
    }
    let result = match (amount_of(&other), sign) {
        (Ok(other), '~') => amount::diff(session, &of, &other),
        (Ok(other), _) => amount::percent(session, &of, &other),
        (Err(error), _) => Err(error),
    };
    result.unwrap_or(found)
}

fn find_base(session: &Session, address: &str) -> std::result::Result<Value, Diagnostic> {
    if let Some(id) = session.find(address) {
        return Ok(value(session, id));
    }
    let table = address.split(['/', '.']).next().unwrap_or_default();
    match layout(session, table) {
        Ok(layout) if !address.split('/').next().unwrap_or_default().contains('.') => {
            if composed(session, layout, &[]).is_none() {
                let message = format!("表“{table}”在自己的标签或条件里又用到了自己的数字");
                return Err(Diagnostic::error("E311", message).at(layout.place.clone()));
            }
        }
        Ok(_) => {}
        Err(error) => return Err(Diagnostic::error("E323", error.detail().unwrap_or_default().to_string())),
    }
    if let Some(id) = session.find(address) {
        return Ok(value(session, id));
    }
    let all = session.addresses();
    let same_table = all.iter().map(|a| &**a).filter(|a| a.split('/').next() == address.split('/').next());
    let diagnostic = Diagnostic::error("E324", format!("没有地址为“{address}”的数字"));
    Err(match nearest_address(address, same_table) {
        Some(near) => diagnostic.hint(format!("您是否指“{near}”？")),
        None => diagnostic.hint("地址写作 表/行/列，如 t5/2010350/基本；行须在表中出现"),
    })
}

/// The nearest address, comparing row and column apart.
fn nearest_address<'a>(address: &str, all: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let parts: Vec<&str> = address.split('/').collect();
    let distance = |other: &str| -> usize {
        let other: Vec<&str> = other.split('/').collect();
        let pairs = parts.iter().zip(&other);
        pairs.map(|(a, b)| strsim::damerau_levenshtein(a, b)).sum::<usize>() + 3 * parts.len().abs_diff(other.len())
    };
    all.map(|a| (distance(a), a)).min().filter(|&(d, _)| d <= 4).map(|(_, a)| a)
}

/// The layout of a table by its id.
fn layout<'s>(session: &'s Session, id: &str) -> Result<&'s TableLayout> {
    let tables = &session.job.set.tables;
    tables.values().find(|t| t.id == id).ok_or_else(|| {
        let known: Vec<&str> = tables.values().map(|t| t.id.as_str()).collect();
        let near = nearest(id, known.iter().copied()).map(|n| format!("，您是否指“{n}”？")).unwrap_or_default();
        wrong(format!("没有 id 为“{id}”的表{near}"))
    })
}

/// `rows("xm", level=1, side=0)`: the rows that `each` made.
fn rows(session: &Session, id: &str, options: &Kwargs) -> Result<Value> {
    let level: Option<usize> = options.get("level")?;
    let side: usize = options.get::<Option<usize>>("side")?.unwrap_or(0);
    options.assert_all_used()?;
    let Some(table) = composed(session, layout(session, id)?, &[]) else { return Ok(Value::from(Vec::<Value>::new())) };
    let wanted = table.rows.iter().filter(|r| r.generated && r.side == side && level.is_none_or(|l| l == r.level));
    let row = |r: &super::table::NamedRow| {
        let mut context = r.context.clone();
        context.insert("key".into(), Value::from(r.key.to_string()));
        context.extend(r.figures.iter().map(|f| (f.key.to_string(), value(session, f.id))));
        Value::from(context)
    };
    Ok(Value::from(wanted.map(row).collect::<Vec<Value>>()))
}

pub(super) fn no_dataset(job: &Job, file: &str) -> Error {
    let known: Vec<&str> = job.data.datasets.keys().map(String::as_str).collect();
    wrong(format!("没有名为“{file}”的数据，{}", suggestion(file, &known)))
}

/// The dataset and the records whose fields have the given values.
fn matching<'s>(session: &'s Session, file: &str, options: &Kwargs) -> Result<(&'s crate::data::Dataset, Vec<usize>)> {
    let dataset = session.dataset(file).ok_or_else(|| no_dataset(&session.job, file))?;
    let mut filters = Vec::new();
    for name in options.args() {
        if dataset.field(name).is_none() {
            let known: Vec<&str> = dataset.fields.iter().map(|f| f.id.as_str()).collect();
            return Err(wrong(format!("{} 没有字段“{name}”，{}", dataset.file, suggestion(name, &known))));
        }
        filters.push(super::axes::is(name, &options.get::<String>(name)?));
    }
    let found = session.all_points(dataset, &filters).yes.iter().collect();
    Ok((dataset, found))
}

/// `lookup("assets", item="车辆")`: the one record, its numbers as figures.
fn lookup(session: &Session, file: &str, options: &Kwargs) -> Result<Value> {
    let (dataset, found) = matching(session, file, options)?;
    let [index] = found[..] else {
        return Err(wrong(format!("{} 中符合条件的应有一行，实有 {} 行", dataset.file, found.len())));
    };
    let record = &dataset.records[index];
    let mut fields = BTreeMap::new();
    for (field, datum) in dataset.fields.iter().zip(&record.values) {
        let look = match field.kind {
            Kind::Amount => session.job.set.numbers.clone(),
            _ => Look { unit: Unit::Plain, trim: true, ..Look::default() },
        };
        let shown = match (datum, &field.kind) {
            (Datum::Number(number), _) => {
                let address =
                    format!("{}/{}/{}", super::short_key(file), record.origin.line, super::short_key(&field.id));
                let terms = Terms::Record(record.origin.clone());
                let figure = Figure { address: address.into(), amount: Some(*number), unknown: None, look, terms };
                value(session, session.derived(figure))
            }
            (datum, kind) => session.template_value(datum, kind),
        };
        fields.insert(field.id.clone(), shown);
    }
    Ok(Value::from(fields))
}

/// `table("jx", project=p.name)`: a token; the table is placed where it stands.
fn table(session: &Session, id: &str, options: &Kwargs) -> Result<String> {
    let layout = layout(session, id)?;
    let mut instance = Vec::new();
    for name in options.args() {
        let dataset = session.dataset(&layout.from).ok_or_else(|| no_dataset(&session.job, &layout.from))?;
        if dataset.field(name).is_none() {
            let known: Vec<&str> = dataset.fields.iter().map(|f| f.id.as_str()).collect();
            return Err(wrong(format!("{} 没有字段“{name}”，{}", dataset.file, suggestion(name, &known))));
        }
        let value: String = options.get(name)?;
        instance.push((name.to_string(), value.trim_start_matches(super::tokens::LITERAL).to_string()));
    }
    // Over printed tables no document is made: a table's place is empty.
    if !session.given.is_empty() {
        return Ok(String::new());
    }
    let Some(table) = composed(session, layout, &instance) else { return Ok(String::new()) };
    Ok(match session.table_number(&table.id) {
        Some(number) => format!("{TABLE}{number}{END}"),
        None => String::new(),
    })
}

/// `prose("goals")`: the department's own text, a template too.
fn prose(session: &Session, name: &str, options: &Kwargs) -> Result<String> {
    let default: Option<String> = options.get("default")?;
    options.assert_all_used()?;
    let Some(narrative) = session.job.set.narratives.get(&format!("text/{name}")) else {
        return default.map_or_else(
            || {
                let diagnostic = Diagnostic::error("E325", format!("缺少文字 text/{name}.md"))
                    .hint(format!("在数据文件夹的 text 里新建 {name}.md，写上这一部分的文字"));
                Ok(session.problem(diagnostic))
            },
            Ok,
        );
    };
    let number = session.file_number(&narrative.file, true);
    let rendered = session.render_lines(&narrative.template);
    let own = format!("{FILE}{number},");
    Ok(rendered.replace(LINE, &own).trim_end().to_string())
}

/// `d | say("持平")`: the set's phrase for more, less or the same, by the sign as printed.
fn say(session: &Session, d: &Value, name: &str) -> Result<String> {
    let of = amount_of(d)?;
    let says = &session.job.set.say;
    let phrases = says.get(name).ok_or_else(|| {
        let known: Vec<&str> = says.keys().map(String::as_str).collect();
        wrong(format!("[say] 中没有“{name}”，{}", suggestion(name, &known)))
    })?;
    let Some(sign) = of.sign() else { return Ok(d.to_string()) };
    let phrase = match (sign, &phrases.base0) {
        (Sign::Up | Sign::Down, Some(base0)) if of.base_is_zero() => base0,
        (Sign::Up, _) => &phrases.up,
        (Sign::Down, _) => &phrases.down,
        (Sign::Same, _) => &phrases.same,
    };
    Ok(session.render(phrase, &Value::from(BTreeMap::from([("d".to_string(), d.clone())]))))
}
