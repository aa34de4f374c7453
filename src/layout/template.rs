//! Templates of a set: every label, title and sentence, compiled once, each with the place it stands at.

use super::{compared, template_message};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};
use std::ops::Range;

/// A text that may name figures and fields. Without `{{`, `{%` and `{#` it is taken as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// As written.
    pub source: String,
    /// Where it begins.
    pub place: Place,
    /// Its name in the environment; none for a literal.
    pub name: Option<String>,
}

impl Template {
    /// Words that are printed as they are, whatever stands in them.
    pub fn literal(text: &str, place: &Place) -> Template {
        Template { source: text.to_string(), place: place.clone(), name: None }
    }

    /// The name whose value is all that it prints: `{{ name }}`.
    pub fn only_name(&self) -> Option<&str> {
        /// Names that the language has a meaning for.
        const MEANT: [&str; 8] = ["true", "false", "none", "True", "False", "None", "loop", "self"];
        let name = self.source.strip_prefix("{{ ")?.strip_suffix(" }}")?;
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        Some(name).filter(|name| is_name && !MEANT.contains(name))
    }
}

/// A minijinja expression: `when`, `calc`.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// As written.
    pub source: String,
    /// Where it stands.
    pub place: Place,
}

/// What a template may spend: an instruction costs one, and so do 64 bytes that it makes or looks at. One that loops for
/// ever ends with an error, and none makes more than 128 MB. Over many records it may spend more.
pub const FUEL: u64 = 2_000_000;
/// Steps a template may take for each record of the data, besides those that every template has.
pub const FUEL_OF_A_RECORD: u64 = 200;

/// The environment every template of a set is compiled in. Undefined names are errors.
pub fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().lstrip_blocks(true).build();
    env.set_syntax(syntax.expect("the usual delimiters"));
    // How a value is printed belongs to the run of `compose`.
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::Custom("narrative".into()));
    env.set_debug(true); // else a release build's errors do not name what is undefined
    env.set_fuel(Some(FUEL));
    env
}

/// Bytes of one tag, and of an expression. Each operator of a longer one would be a level of the engine's recursion.
const LONGEST: usize = 4_000;

/// Where the tags of a template stand, from `{{` or `{%` to what closes it, which may be missing.
pub(super) fn tags(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(found) = text[at..].find('{') {
            let start = at + found;
            let close = match text.as_bytes().get(start + 1) {
                Some(b'{') => "}}",
                Some(b'%') => "%}",
                _ => {
                    at = start + 1;
                    continue;
                }
            };
            at = text[start..].find(close).map_or(text.len(), |length| start + length);
            return Some(start..at);
        }
        None
    })
}

/// Where a tag begins that is too long to be compiled.
fn long_tag(text: &str) -> Option<usize> {
    tags(text).find(|tag| tag.len() > LONGEST).map(|tag| tag.start)
}

fn too_long(place: Place) -> Diagnostic {
    Diagnostic::error("E240", format!("模板语法错误：一个标签超过 {LONGEST} 字节"))
        .at(place)
        .hint("检查 {{ … }}、{% … %} 是否成对；长的算式请用 {% set 名称 = … %} 分成几步")
}

/// Compiles a template, or reports its syntax error at its line.
pub fn compile(env: &mut Environment<'static>, text: &str, place: &Place, diagnostics: &mut Diagnostics) -> Template {
    if !["{{", "{%", "{#"].iter().any(|mark| text.contains(mark)) {
        return Template::literal(text, place);
    }
    if let Some(at) = long_tag(text) {
        let line = place.line + text[..at].matches('\n').count() as u32;
        diagnostics.push(too_long(Place::new(place.file.clone(), line, 0)));
        return Template::literal("", place);
    }
    for at in compared::with_number(text) {
        let line = place.line + text[..at].matches('\n').count() as u32;
        let found = Diagnostic::error("E240", "数字不能与写出来的数比较：比出来的总是同一个结果");
        let found = found.at(Place::new(place.file.clone(), line, 0));
        diagnostics
            .push(found.hint("是不是零写 is zero，增减写 d.sign == \"up\"、\"down\"、\"same\"；两个数字之间可以比"));
    }
    let name = place.to_string();
    if let Err(error) = env.add_template_owned(name.clone(), text.to_string()) {
        diagnostics.push(template_message::syntax(&error, text, place));
    }
    Template { source: text.to_string(), place: place.clone(), name: Some(name) }
}

/// Checks an expression's syntax.
pub fn expression(env: &Environment<'static>, text: &str, place: &Place, diagnostics: &mut Diagnostics) -> Expression {
    if text.len() > LONGEST {
        diagnostics.push(too_long(place.clone()));
        return Expression { source: String::new(), place: place.clone() };
    }
    if let Err(error) = env.compile_expression(text) {
        diagnostics.push(template_message::syntax(&error, text, place));
    }
    Expression { source: text.to_string(), place: place.clone() }
}

/// The place of an error within a template that begins at `place`.
pub fn place_in(place: &Place, error: &minijinja::Error) -> Place {
    let line = error.line().map_or(0, |line| line.saturating_sub(1) as u32);
    if line == 0 { place.clone() } else { Place::new(place.file.clone(), place.line + line, 0) }
}
