//! What templates may call: functions, filters and tests, bound to one run of `compose`.

use super::amount::{self, Amount, Sign, amount as amount_of, value};
use super::session::{Figure, Session, Source};
use super::table::composed;
use crate::data::{Kind, Value as Datum};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::layout::narrative_lines::{CONTENTS, END, FILE, LINE, TABLE};
use crate::layout::{TableLayout, template_message};
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
        Ok(session.dataset(file).ok_or_else(|| no_dataset(&session, file))?.given)
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
    env.add_filter("reason", move |d: &Value| reason(&*upgrade(&s)?, d));
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
    let same_table = all.iter().map(String::as_str).filter(|a| a.split('/').next() == address.split('/').next());
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

fn no_dataset(session: &Session, file: &str) -> Error {
    let known: Vec<&str> = session.job.data.datasets.keys().map(String::as_str).collect();
    wrong(format!("没有名为“{file}”的数据，{}", suggestion(file, &known)))
}

/// The dataset and the records whose fields have the given values.
fn matching<'s>(session: &'s Session, file: &str, options: &Kwargs) -> Result<(&'s crate::data::Dataset, Vec<usize>)> {
    let dataset = session.dataset(file).ok_or_else(|| no_dataset(session, file))?;
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
                let source = Source::Line(record.origin.clone());
                let figure = Figure { address, amount: Some(*number), unknown: None, look, source };
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
        let dataset = session.dataset(&layout.from).ok_or_else(|| no_dataset(session, &layout.from))?;
        if dataset.field(name).is_none() {
            let known: Vec<&str> = dataset.fields.iter().map(|f| f.id.as_str()).collect();
            return Err(wrong(format!("{} 没有字段“{name}”，{}", dataset.file, suggestion(name, &known))));
        }
        let value: String = options.get(name)?;
        instance.push((name.to_string(), value.trim_start_matches(super::session::LITERAL).to_string()));
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
                Ok(Session::problem_token(session.problem(diagnostic)))
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

/// The dataset of typed reasons, with the indices of its item, sign and text.
fn reasons(session: &Session) -> Result<(&crate::data::Dataset, [usize; 3])> {
    let schema = &session.job.set.schema;
    let Some(file) = schema.files.values().find(|f| f.role.as_deref() == Some("reasons")) else {
        return Err(wrong("版式集没有声明原因文件（role = \"reasons\"）".to_string()));
    };
    let Some(dataset) = session.dataset(&file.id) else { return Err(no_dataset(session, &file.id)) };
    let field = |id: &str| dataset.field(id).ok_or_else(|| wrong(format!("原因文件缺少字段 {id}（item、sign、text）")));
    Ok((dataset, [field("item")?, field("sign")?, field("text")?]))
}

/// Whether any typed reason speaks of an address.
pub fn has_reason(session: &Session, address: &str) -> bool {
    let Ok((dataset, [item, ..])) = reasons(session) else { return false };
    dataset.records.iter().any(|r| is_for(r.values[item].text(), address) && in_scope(session, dataset, r))
}

/// `d | reason`: the department's reason for a difference, for the sign it has now. A reason for another sign is
/// stale: it is written, and `check` blocks the document.
fn reason(session: &Session, d: &Value) -> Result<String> {
    let of = amount_of(d)?;
    let (Some((_, figure)), Some(sign)) = (of.figure(), of.sign()) else { return Ok(d.to_string()) };
    let (dataset, [item, direction, text]) = reasons(session)?;
    let candidates: Vec<_> = dataset
        .records
        .iter()
        .filter(|r| is_for(r.values[item].text(), &figure.address) && in_scope(session, dataset, r))
        .collect();
    let text_of = |record: &crate::data::Record| {
        let place = record.place(text);
        reason_text(session, record.values[text].text(), &place)
    };
    if let Some(record) = candidates.iter().find(|r| r.values[direction].text() == sign.chinese()) {
        return Ok(text_of(record));
    }
    let what = format!("“{}”现在是{}", item_of(&figure.address), sign.chinese());
    let (diagnostic, words) = match candidates.first() {
        Some(stale) => {
            let place = stale.place(direction);
            let given = stale.values[direction].text();
            let found = Diagnostic::error("X120", format!("{what}，给出的原因却是{given}的原因"))
                .at(place)
                .text(stale.values[text].text())
                .hint(format!("数字改动后方向变了：改写原因，并把方向改为{}", sign.chinese()));
            (found, text_of(stale))
        }
        None => {
            let found = Diagnostic::error("X121", format!("{what}，没有给出原因")).hint(format!(
                "在 {} 中加一行：条目 {}，方向 {}，以及原因",
                dataset.file,
                item_of(&figure.address),
                sign.chinese()
            ));
            (found, String::new())
        }
    };
    let mut diagnostic = diagnostic.address(figure.address.clone());
    if let Source::Derived(compared) = &figure.source
        && let [now, before] = compared[..]
        && let (Some(now), Some(before)) = (session.figure(now).amount, session.figure(before).amount)
    {
        diagnostic = diagnostic.compared(("本年".into(), now), ("上年".into(), before));
    }
    Ok(format!("{words}{}", Session::problem_token(session.problem(diagnostic))))
}

/// A reason may say which document it is for: its other fields are those of the document's scope, blank for a
/// document without one.
fn in_scope(session: &Session, dataset: &crate::data::Dataset, record: &crate::data::Record) -> bool {
    let others =
        dataset.fields.iter().zip(&record.values).filter(|(f, _)| !["item", "sign", "text"].contains(&f.id.as_str()));
    let scope = &session.job.report.scope;
    others.into_iter().all(|(field, value)| value.text() == scope.get(&field.id).map_or("", String::as_str))
}

fn item_of(address: &str) -> &str {
    address.split(['~', '%', '@']).next().unwrap_or(address)
}

/// Whether a reason's item (an address, its beginning, or a pattern with `*`) speaks of an address.
pub fn is_for(item: &str, address: &str) -> bool {
    let base = item_of(address);
    if item.contains('*') {
        return glob(item, address) || glob(item, base);
    }
    item == address || item == base || base.strip_prefix(item).is_some_and(|rest| rest.starts_with('/'))
}

fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        if index + 1 == parts.len() {
            return rest.len() >= part.len() && rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

/// A reason is a template: it may name figures.
fn reason_text(session: &Session, text: &str, place: &Place) -> String {
    if !text.contains("{{") && !text.contains("{%") {
        return text.to_string();
    }
    let rendered = session.env().template_from_str(text).and_then(|t| t.render(()));
    rendered.unwrap_or_else(|error| {
        session.report(template_message::runtime(&error, place, session.env(), &Value::UNDEFINED));
        String::new()
    })
}

/// 31 → 三十一
pub fn chinese_number(n: i64) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |d: i64| DIGITS[d.unsigned_abs() as usize % 10];
    match n {
        0..=9 => digit(n).to_string(),
        10..=99 => {
            let tens = if n / 10 == 1 { "" } else { digit(n / 10) };
            let ones = if n % 10 == 0 { "" } else { digit(n % 10) };
            format!("{tens}十{ones}")
        }
        100..=999 => {
            let rest = match n % 100 {
                0 => String::new(),
                r @ 1..=9 => format!("零{}", digit(r)),
                r @ 10..=19 => format!("一{}", chinese_number(r)),
                r => chinese_number(r),
            };
            format!("{}百{rest}", digit(n / 100))
        }
        _ => n.to_string(),
    }
}

/// 2023-02-10 → 2023年2月10日
fn chinese_date(iso: &str) -> String {
    let parts: Vec<u32> = iso.split('-').filter_map(|p| p.parse().ok()).collect();
    match parts[..] {
        [year, month, day] => format!("{year}年{month}月{day}日"),
        _ => iso.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numbers() {
        let cases =
            [(1, "一"), (10, "十"), (19, "十九"), (31, "三十一"), (40, "四十"), (105, "一百零五"), (110, "一百一十")];
        for (n, text) in cases {
            assert_eq!(chinese_number(n), text);
        }
    }

    #[test]
    fn reasons_match_addresses_and_patterns() {
        assert!(is_for("f/基本", "f/基本/额~prior"));
        assert!(is_for("t9/*", "t9/接待/合计~prior"));
        assert!(is_for("t9/接待/合计", "t9/接待/合计~prior"));
        assert!(!is_for("f/基本", "f/基本工资/额~prior"));
        assert!(!is_for("t9/*/一般", "t9/接待/合计~prior"));
    }
}
