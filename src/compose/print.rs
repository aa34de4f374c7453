//! What a value becomes where a template prints it. Only texts and numbers are printed.

use super::amount::Amount;
use super::functions::wrong;
use super::session::Session;
use crate::diagnostic::Diagnostic;
use crate::layout::narrative_lines::as_text;
use minijinja::value::{Object, ObjectRepr, ValueKind};
use minijinja::{Environment, Error, Output, State, Value};
use std::fmt;
use std::sync::{Arc, Weak};

/// Has everything else told where it would stand, functions however they come into a text.
pub(super) fn only_texts_and_numbers(env: &mut Environment<'static>, session: &Arc<Session>) {
    env.set_formatter(|out, _, value| print(out, value));
    let functions = env.globals().filter(|(_, value)| value.kind() == ValueKind::Plain);
    let functions: Vec<(String, Value)> = functions.map(|(name, value)| (name.to_owned(), value)).collect();
    for (name, function) in functions {
        let function = Callable { session: session.weak(), name: name.clone(), function };
        env.add_global(name, Value::from_object(function));
    }
}

/// What is put into a template is text, whatever signs it holds. What templates and functions of the language make
/// (phrases, macros, prose) is safe: markup in it is meant.
fn print(out: &mut Output, value: &Value) -> Result<(), Error> {
    let is_own =
        || value.downcast_object_ref::<Amount>().is_some() || value.downcast_object_ref::<Callable>().is_some();
    let what = match value.kind() {
        // An undefined one is no mistake: {{ "…" if … }} without what else.
        ValueKind::String | ValueKind::Number | ValueKind::Undefined => None,
        ValueKind::Plain if is_own() => None,
        ValueKind::Plain => Some("一个函数"),
        ValueKind::None => Some("空值"),
        ValueKind::Bool => Some("真或假"),
        _ => Some("一组值或宏"),
    };
    if let Some(what) = what {
        return Err(wrong(format!("这里要印的是{what}，不是文字，也不是数字")));
    }
    let printed = match value.as_str() {
        Some(markup) if value.is_safe() => out.write_str(markup),
        Some(text) => out.write_str(&as_text(text)),
        None => out.write_str(&as_text(&value.to_string())),
    };
    printed.map_err(Error::from)
}

/// A function of templates. One that is printed, not called, is a mistake that is told where it would stand.
struct Callable {
    session: Weak<Session>,
    name: String,
    function: Value,
}

impl fmt::Debug for Callable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Object for Callable {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        self.function.call(state, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(session) = self.session.upgrade() else { return Ok(()) };
        let found = Diagnostic::error("E302", format!("“{}”是函数，不能当作文字印", self.name));
        f.write_str(&session.problem(found.hint(format!("后面要有括号，如 {{{{ {}(…) }}}}", self.name))))
    }
}
