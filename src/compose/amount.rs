//! Amounts in templates: a sentence names a figure, and the printed text keeps its address.

use super::figure::{Chain, Figure, Id, NO_FILE, Operation, Terms, Unknown};
use super::session::Session;
use super::short_hash;
use crate::diagnostic::{Diagnostic, Place};
use crate::money::{Look, Unit, as_printed, rounded, show};
use minijinja::value::{DynObject, Kwargs, Object, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, Weak};

/// A figure in a template. Printing it leaves a token that becomes the figure's inline.
#[derive(Clone)]
pub struct Amount {
    session: Weak<Session>,
    /// None: it could not be found; `problem` is the token of why.
    figure: Option<Id>,
    problem: Option<String>,
    /// None: as sentences print it.
    look: Option<Look>,
    absolute: bool,
}

/// How a difference prints: more, less, or zero as printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Up,
    Down,
    Same,
}

impl Sign {
    pub fn chinese(self) -> &'static str {
        match self {
            Sign::Up => "增加",
            Sign::Down => "减少",
            Sign::Same => "持平",
        }
    }
}

/// A figure as a template's value.
pub fn value(session: &Session, id: Id) -> Value {
    Value::from_object(Amount { session: session.weak(), figure: Some(id), problem: None, look: None, absolute: false })
}

/// A figure that could not be found: prints its problem, so that it is reported with its line.
pub fn broken(session: &Session, diagnostic: Diagnostic) -> Value {
    let problem = Some(session.problem(diagnostic));
    Value::from_object(Amount { session: session.weak(), figure: None, problem, look: None, absolute: false })
}

/// The amount a template's value is.
pub fn amount(value: &Value) -> Result<Arc<Amount>, Error> {
    value.downcast_object::<Amount>().ok_or_else(|| {
        let got = match value.kind() {
            ValueKind::Plain => "一个函数".to_owned(),
            _ => format!("“{value}”"),
        };
        let detail = format!("这里要用数字的地址，如 f(\"t1/本年收入/预算数\")，得到的却是{got}");
        Error::new(ErrorKind::InvalidOperation, detail)
    })
}

/// How the result of a `calc` looks by itself: a plain number (a percentage, a count) its own way, money as `money`.
pub fn own_look(session: &Session, value: &Value, money: &Look) -> Look {
    let figure = value.downcast_object::<Amount>().and_then(|result| Some(session.figure(result.figure?)));
    match figure {
        Some(figure) if !figure.is_money() => Look { zero: money.zero.clone(), ..figure.look.clone() },
        None if value.kind() == ValueKind::Number => Look { unit: Unit::Plain, ..money.clone() },
        _ => money.clone(),
    }
}

/// Registers the result of a `calc` at its cell's address; none if there is nothing.
pub fn register(session: &Session, value: &Value, address: String, look: Look, place: &Place) -> Option<Id> {
    let (amount, unknown, of) = match value.downcast_object::<Amount>() {
        Some(result) => (result.exact(), session.figure(result.figure?).unknown.clone(), vec![result.figure?]),
        None if value.kind() == ValueKind::Number => (value.to_string().parse().ok(), None, Vec::new()),
        None => return None,
    };
    let terms = Terms::Figures(Operation::Same, of);
    let figure = Figure { address: address.into(), amount, unknown, look, compares: None, terms };
    Some(session.add_figure(figure, place))
}

/// Whether an amount is not known for no other reason than that a percentage has no base.
pub fn lacks_base(figure: &Figure) -> bool {
    figure.unknown.as_ref().is_some_and(|unknown| unknown.reason == ZERO_BASE)
}

impl Amount {
    fn session(&self) -> Option<Arc<Session>> {
        self.session.upgrade()
    }

    /// Its figure, with the session.
    pub fn figure(&self) -> Option<(Arc<Session>, Arc<Figure>)> {
        let session = self.session()?;
        let figure = session.figure(self.figure?);
        Some((session, figure))
    }

    pub fn id(&self) -> Option<Id> {
        self.figure
    }

    /// The exact amount; none if not known or not found.
    pub fn exact(&self) -> Option<Decimal> {
        let (_, figure) = self.figure()?;
        let amount = figure.amount?;
        Some(if self.absolute { amount.abs() } else { amount })
    }

    fn look_of(&self, session: &Session, figure: &Figure) -> Look {
        self.look.clone().unwrap_or_else(|| session.sentence_look(&figure.look))
    }

    /// What others are made of: the exact amount, or that which is printed where the form asks for it.
    fn made_of(&self, session: &Session, figure: &Figure) -> Option<Decimal> {
        let look = self.look_of(session, figure);
        // Beside printed tables all is as printed: nobody knows more of the others.
        let printed = look.printed || !session.given_tables.is_empty();
        figure.amount.map(|exact| if printed { as_printed(exact, &look) } else { exact })
    }

    /// The sign as printed: a difference that prints 0.00 is none.
    pub fn sign(&self) -> Option<Sign> {
        let (session, figure) = self.figure()?;
        let printed = rounded(figure.amount?, &self.look_of(&session, &figure));
        Some(match printed {
            p if p.is_zero() => Sign::Same,
            p if p.is_sign_negative() => Sign::Down,
            _ => Sign::Up,
        })
    }

    /// For a difference or ratio: what it is compared with.
    fn base(&self) -> Option<Arc<Figure>> {
        let (session, figure) = self.figure()?;
        let Terms::Figures(_, of) = &figure.terms else { return None };
        Some(session.figure(*of.get(1)?))
    }

    /// It is a difference from a base of exactly zero.
    pub fn base_is_zero(&self) -> bool {
        self.base().and_then(|b| b.amount).is_some_and(|amount| amount.is_zero())
    }

    fn with(&self, change: impl FnOnce(&mut Amount)) -> Value {
        let mut other = self.clone();
        change(&mut other);
        Value::from_object(other)
    }

    /// The same filters over another dataset.
    pub fn on(&self, id: &str) -> Value {
        let Some((session, figure)) = self.figure() else { return self.with(|_| ()) };
        let address = format!("{}@{id}", figure.address);
        if let Some(known) = session.find(&address) {
            return value(&session, known);
        }
        let Some(dataset) = session.dataset(id) else {
            let known: Vec<&str> = session.job.data.datasets.keys().map(String::as_str).collect();
            let hint = crate::toml_tree::suggestion(id, &known);
            return broken(&session, Diagnostic::error("E320", format!("没有名为“{id}”的数据")).hint(hint));
        };
        let Terms::Points { chain, .. } = &figure.terms else {
            let message = format!("“{}”不是直接汇总的数字，不能换成“{id}”的口径", figure.address);
            return broken(&session, Diagnostic::error("E321", message));
        };
        let (amount, unknown, terms) = sum_on(&session, dataset, chain);
        let look = figure.look.clone();
        let new = Figure { address: address.into(), amount, unknown, look, compares: None, terms };
        let id = session.derived(new);
        value(&session, id)
    }
}

fn sum_on(
    session: &Session,
    dataset: &crate::data::Dataset,
    chain: &Arc<Chain>,
) -> (Option<Decimal>, Option<Unknown>, Terms) {
    let points = session.all_points(dataset, chain.filters());
    let everything = session.all_points(dataset, &[]);
    let measure = dataset.field(&chain.measure);
    let terms = Terms::Points {
        dataset: session.names.of_dataset(&dataset.id).id.clone(),
        row: points.clone(),
        column: everything.clone(),
        chain: chain.clone(),
    };
    let result = match measure {
        Some(_) if chain.record => Err("它是单独一条记录，别的数据里没有".into()),
        Some(measure) => session.sum(dataset, &points, &everything, measure, chain),
        None => Err(format!("{} 没有字段“{}”", dataset.file, chain.measure).as_str().into()),
    };
    match result {
        Ok(sum) => (Some(sum), None, terms),
        Err(reason) => (None, Some(reason), terms),
    }
}

impl Amount {
    /// What is not known is not nought, nor more or less: the question is told, whatever is printed then.
    fn asked(&self) {
        if let (Some(id), Some((session, figure))) = (self.figure, self.figure())
            && figure.amount.is_none()
            && !session.lenient
        {
            session.not_known(id);
        }
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({:?})", self.figure)
    }
}

impl Object for Amount {
    fn repr(self: &Arc<Self>) -> minijinja::value::ObjectRepr {
        minijinja::value::ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "abs" => Some(self.with(|a| a.absolute = true)),
            "known" => Some(Value::from(self.exact().is_some())),
            "sign" => Some(Value::from(self.sign().map_or("", |s| match s {
                Sign::Up => "up",
                Sign::Down => "down",
                Sign::Same => "same",
            }))),
            "address" => Some(Value::from(self.figure().map(|(_, f)| f.address.to_string()).unwrap_or_default())),
            "ratio" => {
                let (session, _) = self.figure()?;
                let base = self.base()?;
                let base_id = session.find(&base.address)?;
                percent(&session, self, &*value(&session, base_id).downcast_object::<Amount>()?).ok()
            }
            _ => None,
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.asked();
        self.exact().is_some_and(|amount| !amount.is_zero())
    }

    /// By the exact amounts: what `<`, `==`, `sort`, `max` go by.
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast::<Amount>()?;
        self.asked();
        other.asked();
        Some(self.exact().cmp(&other.exact()))
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match (method, args) {
            ("on", [dataset]) if dataset.as_str().is_some() => Ok(self.on(dataset.as_str().unwrap_or_default())),
            _ => Err(Error::new(ErrorKind::UnknownMethod, format!("数字没有“{method}”这个用法，可用 .on(\"prior\")"))),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(problem) = &self.problem {
            return f.write_str(problem);
        }
        let (Some(id), Some((session, figure))) = (self.figure, self.figure()) else { return Ok(()) };
        match self.exact() {
            Some(amount) => {
                let text = show(amount, &self.look_of(&session, &figure));
                f.write_str(&session.mention(id, text))
            }
            None if session.lenient => f.write_str(&session.mention(id, super::UNKNOWN.to_string())),
            None => f.write_str(&session.not_known(id)),
        }
    }
}

/// Why a percentage is not known.
const ZERO_BASE: &str = "基数为零";

/// The finding that a figure is printed but not known, at the record that is to blame, if one is.
pub fn not_known(session: &Session, figure: &Figure) -> Diagnostic {
    let unknown = figure.unknown.clone().unwrap_or_else(|| "所依据的数据不全".into());
    let reason = unknown.reason;
    if let Terms::Figures(_, of) = &figure.terms
        && reason == ZERO_BASE
        && let [_, base] = of[..]
    {
        let message = format!("百分比的基数“{}”为零，算不出百分比", session.figure(base).address);
        return Diagnostic::error("E305", message)
            .hint("基数为零时换一种说法：在 [say] 中写 base0，或用 {% if … is zero %}");
    }
    let hint = match reason.starts_with(NO_FILE) {
        true => "补上这个文件；确实没有的，在版式中用 given(\"…\") 判断后再写。没有的数据不会当作零",
        false => "补全那一行的空白，或在版式中改用已知的口径；没有的数据不会当作零",
    };
    let found = Diagnostic::error("E304", format!("数字“{}”无从得知：{reason}", figure.address)).hint(hint);
    let found = found.address(&*figure.address);
    match unknown.place {
        Some(place) => found.at(place),
        None => found,
    }
}

/// How a second figure is written in a derived address: a dataset of the same figure by name, else by its hash.
fn second(first: &str, other: &str) -> String {
    match other.strip_prefix(first).and_then(|rest| rest.strip_prefix('@')) {
        Some(dataset) => dataset.to_string(),
        None => format!("#{}", short_hash(other)),
    }
}

fn derive(
    session: &Session,
    a: &Amount,
    b: &Amount,
    operation: Operation,
    look: impl FnOnce(&Figure) -> Look,
    compute: impl FnOnce(Decimal, Decimal) -> Result<Decimal, Unknown>,
) -> Value {
    let (Some(first), Some(other)) = (a.id(), b.id()) else {
        let problem = a.problem.clone().or_else(|| b.problem.clone());
        return Value::from_object(Amount {
            session: session.weak(),
            figure: None,
            problem,
            look: None,
            absolute: false,
        });
    };
    let (x, y) = (session.figure(first), session.figure(other));
    let sign = if operation == Operation::Ratio { '%' } else { '~' };
    let address = format!("{}{sign}{}", x.address, second(&x.address, &y.address));
    let compares = a.made_of(session, &x).zip(b.made_of(session, &y));
    let result = match compares {
        Some((x, y)) => compute(x, y),
        _ => Err(x.unknown.clone().or(y.unknown.clone()).unwrap_or_else(|| "所依据的数据不全".into())),
    };
    let (amount, unknown) = match result {
        Ok(amount) => (Some(amount), None),
        Err(reason) => (None, Some(reason)),
    };
    let figure = Figure {
        address: address.into(),
        amount,
        unknown,
        look: look(&x),
        compares,
        terms: Terms::Figures(operation, vec![first, other]),
    };
    let id = session.derived(figure);
    value(session, id)
}

/// `a − b`, exact.
pub fn diff(session: &Session, a: &Amount, b: &Amount) -> Result<Value, Error> {
    signed(a)?;
    signed(b)?;
    Ok(derive(session, a, b, Operation::Difference, |x| Look { zero: None, ..x.look.clone() }, |x, y| Ok(x - y)))
}

/// Refuses an absolute value in arithmetic: its address is that of the signed figure.
fn signed(amount: &Amount) -> Result<(), Error> {
    match amount.absolute {
        true => Err(Error::new(ErrorKind::InvalidOperation, "abs 只用来印出绝对值，计算请用原来的数")),
        false => Ok(()),
    }
}

/// `a` as a percentage of `b`, two decimals when printed; of an absolute value it prints as one.
pub fn percent(session: &Session, a: &Amount, b: &Amount) -> Result<Value, Error> {
    signed(b)?;
    let look = session.percent_look();
    let ratio = derive(
        session,
        a,
        b,
        Operation::Ratio,
        |_| look,
        |x, y| x.checked_div(y).map(|q| q * Decimal::ONE_HUNDRED).ok_or_else(|| ZERO_BASE.into()),
    );
    Ok(match ratio.downcast_object::<Amount>() {
        Some(ratio) if a.absolute => ratio.with(|r| r.absolute = true),
        _ => ratio,
    })
}

/// The exact sum of some figures.
pub fn total(session: &Session, amounts: &[Arc<Amount>]) -> Result<Value, Error> {
    let Some(first) = amounts.first() else {
        return Ok(broken(session, Diagnostic::error("E322", "total() 至少要有一个数字")));
    };
    amounts.iter().try_for_each(|a| signed(a))?;
    let ids: Option<Vec<Id>> = amounts.iter().map(|a| a.id()).collect();
    let (Some(ids), Some((_, head))) = (ids, first.figure()) else {
        let problem = amounts.iter().find_map(|a| a.problem.clone());
        return Ok(Value::from_object(Amount {
            session: session.weak(),
            figure: None,
            problem,
            look: None,
            absolute: false,
        }));
    };
    let all: Vec<Arc<Figure>> = ids.iter().map(|&id| session.figure(id)).collect();
    let others: Vec<&str> = all.iter().skip(1).map(|f| &*f.address).collect();
    let address = format!("{}+#{}", head.address, short_hash(&others.join("+")));
    let amount = amounts.iter().zip(&all).map(|(a, f)| a.made_of(session, f)).sum::<Option<Decimal>>();
    let unknown = all.iter().find_map(|f| f.unknown.clone());
    let figure = Figure {
        address: address.into(),
        amount,
        unknown,
        look: head.look.clone(),
        compares: None,
        terms: Terms::Figures(Operation::Sum, ids),
    };
    let id = session.derived(figure);
    Ok(value(session, id))
}

/// `x | fmt(zero="0", trim=true, decimals=0, commas=true, unit="元")`
pub fn format(session: &Session, of: &Amount, options: &Kwargs) -> Result<Value, Error> {
    let Some((_, figure)) = of.figure() else { return Ok(of.with(|_| ())) };
    let mut look = of.look_of(session, &figure);
    if let Some(zero) = options.get::<Option<String>>("zero")? {
        look.zero = Some(zero);
    }
    if let Some(trim) = options.get::<Option<bool>>("trim")? {
        look.trim = trim;
    }
    if let Some(commas) = options.get::<Option<bool>>("commas")? {
        look.commas = commas;
    }
    if let Some(decimals) = options.get::<Option<u32>>("decimals")? {
        (look.least, look.decimals) = (None, decimals.min(6));
    }
    if let Some(unit) = options.get::<Option<String>>("unit")? {
        look.unit = match unit.as_str() {
            "元" => Unit::Yuan,
            "万元" => Unit::WanYuan,
            "亿元" => Unit::YiYuan,
            "" => Unit::Plain,
            other => {
                return Err(Error::new(
                    ErrorKind::InvalidOperation,
                    format!("没有“{other}”这个单位，可用元、万元、亿元"),
                ));
            }
        };
    }
    options.assert_all_used()?;
    Ok(of.with(|a| a.look = Some(look)))
}
