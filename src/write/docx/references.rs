//! Cross-references: where a sentence names a table by its whole title, a field says so. It then leads there, and
//! follows the title when someone rewords it and updates the fields.

use crate::document::{Document, plain_text};
use std::collections::HashMap;

/// The titles of tables, by their first character, the longest first.
pub struct References<'a> {
    titles: HashMap<char, Vec<(String, &'a str)>>,
}

/// A part of a text.
#[derive(Debug, PartialEq)]
pub enum Part<'t, 'a> {
    Text(&'t str),
    /// A table's title, and its anchor.
    Title(&'t str, &'a str),
}

/// Characters that a title must have: a shorter one (`支出`) may be meant otherwise.
const LEAST: usize = 5;

impl<'a> References<'a> {
    /// Titles that several tables have lead nowhere.
    pub fn new(document: &'a Document) -> References<'a> {
        let mut anchors: HashMap<String, Option<&'a str>> = HashMap::new();
        for title in document.tables().filter_map(|t| t.title.as_ref()) {
            let text = plain_text(&title.inlines).replace('\n', "");
            if text.chars().count() >= LEAST {
                anchors.entry(text).and_modify(|known| *known = None).or_insert(Some(&title.anchor));
            }
        }
        let mut titles: HashMap<char, Vec<(String, &'a str)>> = HashMap::new();
        for (text, anchor) in anchors {
            if let (Some(anchor), Some(first)) = (anchor, text.chars().next()) {
                titles.entry(first).or_default().push((text, anchor));
            }
        }
        for of_first in titles.values_mut() {
            of_first.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        }
        References { titles }
    }

    /// The text in parts; one part where it names no table.
    pub fn split<'t>(&self, text: &'t str) -> Vec<Part<'t, 'a>> {
        let mut parts = Vec::new();
        let (mut begun, mut from) = (0, 0);
        while let Some((at, first)) = text[from..].char_indices().find(|(_, c)| self.titles.contains_key(c)) {
            let at = from + at;
            let found = self.titles[&first].iter().find(|(title, _)| text[at..].starts_with(title.as_str()));
            let Some((title, anchor)) = found else {
                from = at + first.len_utf8();
                continue;
            };
            if at > begun {
                parts.push(Part::Text(&text[begun..at]));
            }
            from = at + title.len();
            begun = from;
            parts.push(Part::Title(&text[at..from], anchor));
        }
        if begun < text.len() || parts.is_empty() {
            parts.push(Part::Text(&text[begun..]));
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_title_is_found_wherever_it_stands() {
        let mut titles: HashMap<char, Vec<(String, &str)>> = HashMap::new();
        titles.insert('部', vec![("部门支出总表（续）".into(), "b"), ("部门支出总表".into(), "a")]);
        let references = References { titles };
        assert_eq!(references.split("全部支出。"), [Part::Text("全部支出。")]);
        assert_eq!(references.split(""), [Part::Text("")]);
        assert_eq!(
            references.split("部门支出总表、部门支出总表（续）部部门支出总表各栏"),
            [
                Part::Title("部门支出总表", "a"),
                Part::Text("、"),
                Part::Title("部门支出总表（续）", "b"),
                Part::Text("部"),
                Part::Title("部门支出总表", "a"),
                Part::Text("各栏"),
            ]
        );
    }
}
