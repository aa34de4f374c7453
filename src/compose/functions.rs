//! What templates may call: functions, filters and tests, bound to one run of `compose`.

use super::amount::{self, Amount, Sign, amount as amount_of, value};
use super::axes::Context;
use super::figure::{Figure, NO_FILE, Terms};
use super::sentence_parts::{self, Whole};
use super::session::Session;
use super::table::composed;
use super::words::{chinese_date, chinese_number};
use super::{Job, chart, print, reasons};
use crate::data::filter::lacking;
use crate::data::printed::TABLES;
use crate::data::{Kind, Value as Datum};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::layout::narrative_lines::{AND, CONTENTS, FILE, LINE, PICTURE_HERE, TABLE, marked, push_number};
use crate::layout::{Each, FUEL, FUEL_OF_A_RECORD, RowDecl, Side, TableLayout};
use crate::money::{Look, Unit};
use crate::toml_tree::suggestion;
use minijinja::value::{Kwargs, Rest};
use minijinja::{Environment, Error, ErrorKind, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// The set's environment with everything bound to `session`.
pub fn environment(session: &Arc<Session>) -> Environment<'static> {
    let mut env = session.job.set.env.clone();
    env.set_fuel(Some(FUEL + FUEL_OF_A_RECORD * session.job.records()));
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
    print::only_texts_and_numbers(&mut env, session);
    env
}

type Result<T> = std::result::Result<T, Error>;

fn upgrade(session: &Weak<Session>) -> Result<Arc<Session>> {
    session.upgrade().ok_or_else(|| wrong("文档已经写完".to_string()))
}

pub(super) fn wrong(detail: String) -> Error {
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
    let s = session.weak();
    env.add_function("chart", move |name: &str| chart::chart(&*upgrade(&s)?, name));
    let s = session.weak();
    env.add_function("chart_number", move |name: &str| chart::chart_number(&*upgrade(&s)?, name));
    let s = session.weak();
    env.add_function("picture_number", move |path: &str| Ok::<_, Error>(chart::picture_number(&*upgrade(&s)?, path)));
    let s = session.weak();
    env.add_function(PICTURE_HERE, move |path: &str| Ok::<_, Error>(chart::picture_here(&*upgrade(&s)?, path)));
    env.add_function("contents", || marked(CONTENTS, 0));
    let s = session.weak();
    env.add_function("given", move |file: &str| -> Result<bool> {
        let session = upgrade(&s)?;
        Ok(session.dataset(file).ok_or_else(|| no_dataset(&session.job, file))?.given)
    });
    let s = session.weak();
    env.add_function("empty", move |id: &str| -> Result<bool> {
        let session = upgrade(&s)?;
        let layout = layout(&session, id)?;
        known_table(&session, layout)?;
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
    let s = session.weak();
    env.add_filter("parts", move |text: String, totals: Rest<Value>| {
        sentence_parts::prove(&*upgrade(&s)?, &text, &totals, Whole::All)
    });
    let s = session.weak();
    env.add_filter("within", move |text: String, totals: Rest<Value>| {
        sentence_parts::prove(&*upgrade(&s)?, &text, &totals, Whole::Some)
    });
    env.add_test("zero", |x: &Value| -> Result<bool> {
        let of = amount_of(x)?;
        // What is not known is not nought, nor is it more.
        match (of.exact(), of.figure()) {
            (None, Some((session, figure))) if !session.lenient => {
                Err(wrong(amount::not_known(&session, &figure).message))
            }
            (amount, _) => Ok(amount.is_some_and(|a| a.is_zero())),
        }
    });
    env.add_test("known", |x: &Value| -> Result<bool> { Ok(amount_of(x)?.exact().is_some()) });
}

/// `f("t5/2010350/基本")`, also `…@prior`, `…~prior` and `…%prior`.
pub(super) fn find(session: &Session, address: &str) -> Value {
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
    if let Ok(layout) = layout(session, table)
        && session.is_replaced(&layout.from)
        && known_table(session, layout).is_err()
    {
        let message = format!("数字“{address}”无从得知：{NO_FILE}{TABLES}/{table}.csv");
        return Err(Diagnostic::error("E304", message).address(address).hint("补上这张表，或补上明细"));
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
    let layout = layout(session, id)?;
    let sides = layout.sides.len();
    if side >= sides {
        return Err(wrong(match sides {
            1 => format!("表“{id}”只有一侧，不用写 side，写了 {side}"),
            _ => format!("表“{id}”有 {sides} 侧，side 写 0 到 {}，写了 {side}", sides - 1),
        }));
    }
    let levels = levels(session, &layout.from, &layout.sides[side]);
    if let Some(level) = level.filter(|l| !(1..=levels).contains(l)) {
        return Err(wrong(format!("表“{id}”的行有 {levels} 级，level 写 1 到 {levels}，写了 {level}")));
    }
    told_and_gone_on(session, known_table(session, layout))?;
    let Some(table) = composed(session, layout, &[]) else { return Ok(Value::from(Vec::<Value>::new())) };
    let wanted = table.rows.iter().filter(|r| r.generated && r.side == side && level.is_none_or(|l| l == r.level));
    Ok(Value::from(wanted.map(|row| Value::from(context_of(session, row))).collect::<Vec<Value>>()))
}

/// What templates know of a row: the fields it was made from, its key, and its figures by their columns.
fn context_of(session: &Session, row: &super::table::NamedRow) -> Context {
    let mut context = Context::clone(&row.context);
    context.insert("key".into(), Value::from(row.key.to_string()));
    context.extend(row.figures.iter().map(|f| (f.key.clone(), value(session, f.id))));
    context
}

/// The rows that a table's `each` made, as templates know them.
pub(super) fn row_contexts(session: &Session, id: &str, level: Option<usize>) -> Result<Vec<Context>> {
    let layout = layout(session, id)?;
    told_and_gone_on(session, known_table(session, layout))?;
    let Some(table) = composed(session, layout, &[]) else { return Ok(Vec::new()) };
    let wanted = table.rows.iter().filter(|row| row.generated && level.is_none_or(|level| level == row.level));
    Ok(wanted.map(|row| context_of(session, row)).collect())
}

/// How many levels the rows of a side may have: those of the codes that make them, else one.
fn levels(session: &Session, from: &str, side: &Side) -> usize {
    fn of(session: &Session, from: &str, rows: &[RowDecl]) -> usize {
        let one = |row: &RowDecl| {
            let from = row.from.as_deref().unwrap_or(from);
            let own = match (&row.each, session.dataset(from)) {
                (Some(Each::Field(name)), Some(dataset)) => {
                    match dataset.field(name).map(|f| &dataset.fields[f].kind) {
                        Some(Kind::Code { class, .. }) => {
                            session.job.set.schema.classes.get(class).map(|c| c.levels.len())
                        }
                        _ => None,
                    }
                }
                _ => None,
            };
            own.unwrap_or(1).max(of(session, from, &row.rows))
        };
        rows.iter().map(one).max().unwrap_or(1)
    }
    of(session, from, &side.rows).max(of(session, from, &side.foot))
}

pub(super) fn no_dataset(job: &Job, file: &str) -> Error {
    let known: Vec<&str> = job.data.datasets.keys().map(String::as_str).collect();
    wrong(format!("没有名为“{file}”的数据，{}", suggestion(file, &known)))
}

/// The dataset of a file that is there. Of one that is not, nobody knows what records it would hold: not that it has
/// none. Over printed tables a sentence goes on without its lists.
fn known<'s>(session: &'s Session, file: &str) -> Result<&'s crate::data::Dataset> {
    let dataset = session.dataset(file).ok_or_else(|| no_dataset(&session.job, file))?;
    if dataset.given || session.lenient {
        return Ok(dataset);
    }
    let of = &dataset.file;
    Err(wrong(format!(
        "{NO_FILE}{of}，不知道有没有这些记录。补上这个文件；确实没有的，在版式中先用 given(\"{file}\") 判断"
    )))
}

/// A table whose rows are known: of a file that is there, or given as printed.
fn known_table(session: &Session, layout: &TableLayout) -> Result<()> {
    if session.given_tables.contains_key(layout.id.as_str()) {
        return Ok(());
    }
    // Where other tables of its file are given as printed, this one may be too.
    match (session.is_replaced(&layout.from), known(session, &layout.from)) {
        (true, Err(_)) => {
            let id = &layout.id;
            Err(wrong(format!("{NO_FILE}{TABLES}/{id}.csv，不知道《{id}》有哪些行。补上这张表，或补上明细")))
        }
        (_, known) => known.map(|_| ()),
    }
}

/// Where tables are given as printed, a file that is not there is told and the sentence goes on without its records: all
/// that the document needs besides is one list.
fn told_and_gone_on(session: &Session, known: Result<()>) -> Result<()> {
    match known {
        Err(error) if !session.given_tables.is_empty() && error.detail().is_some_and(|d| d.starts_with(NO_FILE)) => {
            session.report(Diagnostic::error("E302", error.detail().unwrap_or_default()));
            Ok(())
        }
        known => known,
    }
}

/// The dataset and the records whose fields have the given values.
fn matching<'s>(session: &'s Session, file: &str, options: &Kwargs) -> Result<(&'s crate::data::Dataset, Vec<usize>)> {
    told_and_gone_on(session, known(session, file).map(|_| ()))?;
    let dataset = session.dataset(file).ok_or_else(|| no_dataset(&session.job, file))?;
    let mut filters = Vec::new();
    for name in options.args() {
        if dataset.field(name).is_none() {
            let known: Vec<&str> = dataset.fields.iter().map(|f| f.id.as_str()).collect();
            return Err(wrong(format!("{} 没有字段“{name}”，{}", dataset.file, suggestion(name, &known))));
        }
        let value = options.get::<String>(name)?;
        possible(dataset, name, &value)?;
        filters.push(super::axes::is(name, &value));
    }
    let points = session.all_points(dataset, &filters);
    if let Some(unknown) = points.unknown.iter().next() {
        let record = &dataset.records[unknown];
        let lacking = lacking(&filters, dataset, record, &session.job.set.schema).join("、");
        let at = &record.origin;
        return Err(wrong(format!("不知道哪些记录符合条件：{at} 没有填写“{lacking}”。没有填写不是没有")));
    }
    Ok((dataset, points.yes.iter().collect()))
}

/// A value that a choice field cannot have is a slip of the pen: it would find nothing, in silence.
fn possible(dataset: &crate::data::Dataset, name: &str, value: &str) -> Result<()> {
    let kind = dataset.field(name).map(|field| &dataset.fields[field].kind);
    let Some(Kind::Choice { values, groups }) = kind else { return Ok(()) };
    if value.is_empty() || values.iter().any(|v| v == value) || groups.contains_key(value) {
        return Ok(());
    }
    let known: Vec<&str> = values.iter().chain(groups.keys()).map(String::as_str).collect();
    Err(wrong(format!("{} 的“{name}”没有“{value}”这个值，{}", dataset.file, suggestion(value, &known))))
}

/// `lookup("assets", item="车辆")`: the one record, its numbers as figures.
fn lookup(session: &Session, file: &str, options: &Kwargs) -> Result<Value> {
    let (dataset, found) = matching(session, file, options)?;
    known(session, file)?;
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
                // As in a sheet with its headings in the first row, whatever the records were read from.
                let row = index + 2;
                let address = format!("{}/{row}/{}", super::short_key(file), super::short_key(&field.id));
                let terms = Terms::Record(record.origin.clone());
                let amount = Some(*number);
                let figure = Figure { address: address.into(), amount, unknown: None, look, compares: None, terms };
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
        instance.push((name.to_string(), value));
    }
    // Where only texts are read, a table's place is empty.
    if session.lenient {
        return Ok(String::new());
    }
    let Some(table) = composed(session, layout, &instance) else { return Ok(String::new()) };
    Ok(match session.table_number(&table.id) {
        Some(number) => marked(TABLE, number),
        None => String::new(),
    })
}

/// `prose("goals")`: the department's own text, a template too.
fn prose(session: &Session, name: &str, options: &Kwargs) -> Result<Value> {
    let default: Option<String> = options.get("default")?;
    let optional: bool = options.get::<Option<bool>>("optional")?.unwrap_or(false);
    options.assert_all_used()?;
    let set = &session.job.set;
    if set.parts.iter().any(|part| part.file == name) && set.narratives.contains_key(name) {
        return Err(wrong(format!(
            "prose(\"{name}\") 与本套版式的一节 {name}.md 同名：数据文件夹的 text/{name}.md 会替换整节，不能又是其中的一段。请换一个名称"
        )));
    }
    let Some(narrative) = set.narratives.get(&format!("text/{name}")) else {
        let missing =
            |found: Diagnostic| found.hint(format!("在数据文件夹的 text 里新建 {name}.md，写上这一部分的文字"));
        if optional {
            let found = missing(Diagnostic::warning("E326", format!("没有 text/{name}.md，这一部分空着")));
            session.report(found.at(Place::file(format!("text/{name}.md"))));
        }
        return Ok(Value::from_safe_string(default.or(optional.then(String::new)).unwrap_or_else(|| {
            session.problem(missing(Diagnostic::error("E325", format!("缺少文字 text/{name}.md"))))
        })));
    };
    let number = session.file_number(&narrative.file, true);
    let rendered = session.once_within(&format!("text/{name}.md"), || session.render_lines(&narrative.template))?;
    let mut own = String::from(FILE);
    push_number(&mut own, number);
    own.push(AND);
    Ok(Value::from_safe_string(rendered.replace(LINE, &own).trim_end().to_string()))
}

/// `d | say("持平")`: the set's phrase for more, less or the same, by the sign as printed.
fn say(session: &Session, d: &Value, name: &str) -> Result<Value> {
    let of = amount_of(d)?;
    let says = &session.job.set.say;
    let phrases = says.get(name).ok_or_else(|| {
        let known: Vec<&str> = says.keys().map(String::as_str).collect();
        wrong(format!("[say] 中没有“{name}”，{}", suggestion(name, &known)))
    })?;
    let (Some(sign), Some(id)) = (of.sign(), of.id()) else { return Ok(d.clone()) };
    let phrase = match (sign, &phrases.base0) {
        (Sign::Up | Sign::Down, Some(base0)) if of.base_is_zero() => base0,
        (Sign::Up, _) => &phrases.up,
        (Sign::Down, _) => &phrases.down,
        (Sign::Same, _) => &phrases.same,
    };
    let context = Value::from(BTreeMap::from([("d".to_string(), d.clone())]));
    let said = session.once_within(&format!("[say] 的“{name}”"), || session.render(phrase, &context))?;
    // “持平” speaks of its figure without printing it.
    Ok(Value::from_safe_string(format!("{}{said}", session.mention(id, String::new()))))
}
