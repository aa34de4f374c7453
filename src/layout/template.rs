//! Templates of a set: every label, title and sentence, compiled once, each with the place it stands at.

use super::template_message;
use crate::diagnostic::{Diagnostics, Place};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};

/// A text that may name figures and fields. Without `{{`, `{%` and `{#` it is taken as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub source: String,
    pub place: Place,
    /// Its name in the environment; none for a literal.
    pub name: Option<String>,
}

impl Template {
    pub fn literal(text: &str, place: &Place) -> Template {
        Template { source: text.to_string(), place: place.clone(), name: None }
    }
}

/// A minijinja expression: `when`, `calc`.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub source: String,
    pub place: Place,
}

/// The environment every template of a set is compiled in. Undefined names are errors; nothing is escaped.
pub fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    env.set_syntax(syntax.expect("the usual delimiters"));
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    env.set_fuel(Some(50_000_000)); // a template that loops forever ends with an error
    env
}

/// Compiles a template, or reports its syntax error at its line.
pub fn compile(env: &mut Environment<'static>, text: &str, place: &Place, diagnostics: &mut Diagnostics) -> Template {
    if !["{{", "{%", "{#"].iter().any(|mark| text.contains(mark)) {
        return Template::literal(text, place);
    }
    let name = place.to_string();
    if let Err(error) = env.add_template_owned(name.clone(), text.to_string()) {
        diagnostics.push(template_message::syntax(&error, place));
    }
    Template { source: text.to_string(), place: place.clone(), name: Some(name) }
}

/// Checks an expression's syntax.
pub fn expression(env: &Environment<'static>, text: &str, place: &Place, diagnostics: &mut Diagnostics) -> Expression {
    if let Err(error) = env.compile_expression(text) {
        diagnostics.push(template_message::syntax(&error, place));
    }
    Expression { source: text.to_string(), place: place.clone() }
}

/// The place of an error within a template that begins at `place`.
pub fn place_in(place: &Place, error: &minijinja::Error) -> Place {
    let line = error.line().map_or(0, |line| line.saturating_sub(1) as u32);
    if line == 0 { place.clone() } else { Place::new(place.file.clone(), place.line + line, 0) }
}
