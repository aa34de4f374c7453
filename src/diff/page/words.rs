//! Which sentences, headings and other texts differ, and which figures in them.

use super::Walk;
use super::view::View;
use crate::diff::align::{align, likeness, sentences};
use crate::diff::{Behind, Spot, TextChange, TextKind};
use crate::document::{Inline, plain_text};
use indexmap::IndexMap;
use std::ops::Range;

/// A text on one side, or none there.
type Text<'t> = Option<&'t [Inline]>;

impl Walk<'_, '_> {
    /// A text and the figures in it.
    pub fn text(&mut self, kind: TextKind, old: Text, new: Text, spot: Spot, behind: Behind) {
        let text = |inlines: Text| inlines.map(plain_text);
        let (old_text, new_text) = (text(old), text(new));
        if old_text == new_text {
            return;
        }
        let moved = self.figures_in_text(old, new, &spot);
        if kind != TextKind::Sentence {
            let words = old.map(|i| self.old.template(i)) != new.map(|i| self.new.template(i));
            let behind = Behind { words, ..behind };
            let change =
                TextChange { kind, spot, old: old_text, new: new_text, figures: moved, causes: Vec::new(), behind };
            self.diff.texts.push(change);
            return;
        }
        let split = |view: &View, inlines: Text| inlines.map(|i| Sentence::split(view, i)).unwrap_or_default();
        let (old_sentences, new_sentences) = (split(self.old, old), split(self.new, new));
        let keys = |sentences: &[Sentence]| sentences.iter().map(|s| s.template.clone()).collect::<Vec<String>>();
        let alike = |o: usize, n: usize| likeness(&old_sentences[o].text, &new_sentences[n].text);
        for (o, n) in align(&keys(&old_sentences), &keys(&new_sentences), alike) {
            let (o, n) = (o.map(|o| &old_sentences[o]), n.map(|n| &new_sentences[n]));
            if o.map(|s| &s.text) == n.map(|s| &s.text) {
                continue;
            }
            let named = |address: &String| [o, n].into_iter().flatten().any(|s| s.figures.contains(address));
            let words = o.map(|s| &s.template) != n.map(|s| &s.template);
            self.diff.texts.push(TextChange {
                kind,
                spot: spot.clone(),
                old: o.map(|s| s.text.clone()),
                new: n.map(|s| s.text.clone()),
                figures: moved.iter().filter(|a| named(a)).cloned().collect(),
                causes: Vec::new(),
                behind: Behind { words, ..behind.clone() },
            });
        }
    }

    /// Notes the printings that differ between two texts; returns their addresses.
    fn figures_in_text(&mut self, old: Text, new: Text, spot: &Spot) -> Vec<String> {
        let printed = |view: &View, inlines: Text| {
            let mut texts: IndexMap<String, Vec<String>> = IndexMap::new();
            for inline in inlines.unwrap_or_default() {
                if let Some(address) = view.address(inline) {
                    texts.entry(address.to_string()).or_default().push(inline.text.clone());
                }
            }
            texts
        };
        let (before, after) = (printed(self.old, old), printed(self.new, new));
        let mut addresses: Vec<&String> = after.keys().collect();
        addresses.extend(before.keys().filter(|a| !after.contains_key(*a)));
        let mut moved = Vec::new();
        for address in addresses {
            let none = Vec::new();
            let (was, is) = (before.get(address).unwrap_or(&none), after.get(address).unwrap_or(&none));
            let turned = self.sign_turned(address);
            for index in 0..was.len().max(is.len()) {
                let (was, is) = (was.get(index).cloned(), is.get(index).cloned());
                if was != is || turned {
                    self.printed(address, spot.clone(), was, is);
                    moved.push(address.clone());
                }
            }
        }
        moved.dedup();
        moved
    }

    /// A sentence prints a difference without its sign: 增加 5.00 to 减少 5.00 is a change.
    fn sign_turned(&self, address: &str) -> bool {
        let sign = |view: &View| view.composition.amount(address).map(|a| (a.is_zero(), a.is_sign_negative()));
        match (sign(self.old), sign(self.new)) {
            (Some(a), Some(b)) => a != b,
            _ => false,
        }
    }
}

/// A sentence of a paragraph.
#[derive(Debug, Clone)]
struct Sentence {
    text: String,
    template: String,
    figures: Vec<String>,
}

impl Sentence {
    fn split(view: &View, inlines: &[Inline]) -> Vec<Sentence> {
        let text = plain_text(inlines);
        let mut spans: Vec<(Range<usize>, &str)> = Vec::new();
        let mut at = 0;
        for inline in inlines {
            if let Some(address) = view.address(inline) {
                spans.push((at..at + inline.text.len(), address));
            }
            at += inline.text.len();
        }
        let mut from = 0;
        let one = |sentence: String| {
            let start = from + text[from..].find(&sentence).unwrap_or(0);
            let range = start..start + sentence.len();
            from = range.end.min(text.len());
            let inside: Vec<_> = spans.iter().filter(|(s, _)| s.start >= range.start && s.end <= range.end).collect();
            let mut template = String::new();
            let mut done = range.start;
            for (span, address) in &inside {
                template.push_str(&text[done..span.start]);
                template.push_str(&format!("\u{1}{address}\u{1}"));
                done = span.end;
            }
            template.push_str(&text[done..range.end]);
            let figures = inside.iter().map(|(_, a)| a.to_string()).collect();
            Sentence { text: sentence.trim().to_string(), template, figures }
        };
        sentences(&text).into_iter().map(one).collect()
    }
}
