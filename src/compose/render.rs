//! Templates are rendered; what stops one is reported at its line.

use super::session::Session;
use crate::diagnostic::Diagnostic;
use crate::layout::narrative_lines::{as_it_was, is_mark};
use crate::layout::{Expression, Template, template_message};
use minijinja::{Error, ErrorKind, Value};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// Bytes that all templates of a document may write.
const MOST_BYTES: usize = 16 << 20;
const MOST_BYTES_OF_A_RECORD: usize = 16 << 10;
/// A text that is put into another counts for so many bytes besides its own: a few that put in each other many times would
/// never end, however little they write.
const BYTES_OF_ONE_PUT_IN: usize = 512;

/// Texts within texts: prose, phrases and reasons that put each other in.
const DEEPEST: usize = 16;

impl Session {
    /// Renders a template; an error is reported at its line and gives an empty text.
    pub fn render(&self, template: &Template, context: &Value) -> String {
        let Some(name) = &template.name else { return template.source.clone() };
        let rendered = self.env().get_template(name).and_then(|t| t.render(context.clone()));
        match rendered {
            Ok(text) => self.within_bounds(text, template),
            Err(error) => {
                self.report(template_message::runtime(&error, &template.place, self.env(), context));
                String::new()
            }
        }
    }

    fn most_bytes(&self) -> usize {
        MOST_BYTES + MOST_BYTES_OF_A_RECORD * self.job.records() as usize
    }

    /// All templates together may write so much, the more the more records there are; what goes beyond is told once.
    pub(super) fn within_bounds(&self, text: String, template: &Template) -> String {
        let most = self.most_bytes();
        let before = self.written.fetch_add(text.len(), Ordering::Relaxed);
        if before + text.len() <= most {
            return text;
        }
        if before <= most {
            let message = format!("各模板写出的文字超过 {} MB", most >> 20);
            let found = Diagnostic::error("E302", message).at(template.place.clone());
            self.report(found.hint("检查循环的范围，和一层套一层的文字"));
        }
        String::new()
    }

    /// Renders a narrative. After a mistake the rest is tried without the line it stands in, so that the mistakes of
    /// all lines are reported at once.
    pub fn render_lines(&self, template: &Template) -> String {
        let nothing = Value::from(BTreeMap::<String, Value>::new());
        let Some(name) = &template.name else { return template.source.clone() };
        let before = self.problems();
        let mut rendered = self.env().get_template(name).and_then(|t| t.render(nothing.clone()));
        let mut lines: Vec<String> = template.source.split('\n').map(str::to_string).collect();
        let mut lost: Vec<String> = Vec::new();
        for _ in 0..lines.len() {
            let error = match rendered {
                Ok(text) => return self.within_bounds(text, template),
                Err(error) => error,
            };
            // What the failed attempt met comes up again in the next, with its line.
            self.forget_problems(before);
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
        let text = as_it_was(&text);
        (!text.contains(is_mark)).then(|| text.into_owned())
    }

    /// Renders a text that others put in; one that comes to stand within itself, at once or through others, is an error.
    pub fn once_within(&self, name: &str, render: impl FnOnce() -> String) -> Result<String, Error> {
        let mut open = self.open();
        if open.iter().any(|o| o == name) {
            let way = open.iter().skip_while(|o| *o != name).chain([&name.to_string()]).cloned().collect::<Vec<_>>();
            return Err(Error::new(ErrorKind::InvalidOperation, format!("{name}又用到了自己：{}", way.join(" → "))));
        }
        if open.len() >= DEEPEST {
            let detail = format!("{name}之内的文字一层套一层，超过 {DEEPEST} 层");
            return Err(Error::new(ErrorKind::InvalidOperation, detail));
        }
        if self.written.fetch_add(BYTES_OF_ONE_PUT_IN, Ordering::Relaxed) > self.most_bytes() {
            let detail = format!("文字里套的文字太多，{name}没有再放进来");
            return Err(Error::new(ErrorKind::InvalidOperation, detail));
        }
        open.push(name.to_string());
        drop(open);
        let rendered = render();
        self.open().pop();
        Ok(rendered)
    }

    /// Evaluates `when`; an error is reported and counts as true.
    pub fn holds(&self, expression: &Expression, context: Value) -> bool {
        let value = self.env().compile_expression(&expression.source).and_then(|e| e.eval(context.clone()));
        match value {
            Ok(value) => value.is_true(),
            Err(error) => {
                self.report(template_message::runtime(&error, &expression.place, self.env(), &context));
                true
            }
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
