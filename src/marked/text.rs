//! Two versions of a text in one: words and figures that stayed, went and came.

use super::{Figures, all};
use crate::diff::align::likeness;
use crate::document::{Change, Inline, plain_text};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// What is compared as a whole: a figure by its address, a number or Latin word, a Chinese character.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Clone, Copy)]
enum Key<'a> {
    Figure(&'a str, bool),
    Text(&'a str, bool),
}

#[derive(Clone, Copy)]
struct Token<'a> {
    key: Key<'a>,
    inline: &'a Inline,
}

/// Fewer characters than this between two changes are read as changed with them.
const ISLAND: usize = 3;
/// Texts less alike than this have nothing worth keeping in common.
const UNLIKE: f32 = 0.3;

/// The inlines of both. A figure whose printed text changed stands as two neighbours of one address, the old before
/// the new.
pub fn merge(old: &[Inline], new: &[Inline], figures: &Figures) -> Vec<Inline> {
    let (before, after) = (tokens(old, figures), tokens(new, figures));
    let single = before.len() == 1 && after.len() == 1;
    if !single && !old.is_empty() && !new.is_empty() && likeness(&plain_text(old), &plain_text(new)) < UNLIKE {
        return [all(old, Change::Deleted), all(new, Change::Inserted)].concat();
    }
    let keys = |tokens: &[Token<'_>]| -> Vec<String> { tokens.iter().map(|t| spelled(t.key)).collect() };
    let ops = capture_diff_slices(Algorithm::Myers, &keys(&before), &keys(&after));
    let mut merged = Merged::default();
    for (index, op) in ops.iter().enumerate() {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                let pairs = before[*old_index..][..*len].iter().zip(&after[*new_index..][..*len]);
                let inner = index > 0 && index + 1 < ops.len();
                let island = inner && *len < ISLAND && pairs.clone().all(|(t, _)| is_word(t));
                for (was, is) in pairs {
                    if island { merged.replace(was, is) } else { merged.keep(was, is) }
                }
            }
            op => {
                before[op.old_range()].iter().for_each(|t| merged.deleted.push(*t));
                after[op.new_range()].iter().for_each(|t| merged.inserted.push(*t));
            }
        }
    }
    merged.flush();
    merged.inlines
}

/// A token that may be taken with changed neighbours: text, but no number and nothing that ends a clause.
fn is_word(token: &Token) -> bool {
    matches!(token.key, Key::Text(text, _) if !text.starts_with(|c: char| c.is_ascii_digit() || "，。；、：\n".contains(c)))
}

/// A key as one text, for comparing.
fn spelled(key: Key) -> String {
    match key {
        Key::Figure(address, strong) => format!("\u{1}{}{address}", u8::from(strong)),
        Key::Text(text, strong) => format!("{}{text}", u8::from(strong)),
    }
}

#[derive(Default)]
struct Merged<'a> {
    inlines: Vec<Inline>,
    deleted: Vec<Token<'a>>,
    inserted: Vec<Token<'a>>,
}

impl<'a> Merged<'a> {
    fn keep(&mut self, was: &Token<'a>, is: &Token<'a>) {
        self.flush();
        match is.key {
            Key::Figure(..) if was.inline.text != is.inline.text => {
                self.inlines.push(Inline { change: Change::Deleted, ..was.inline.clone() });
                self.inlines.push(Inline { change: Change::Inserted, ..is.inline.clone() });
            }
            _ => self.push(is, Change::Same),
        }
    }

    fn replace(&mut self, was: &Token<'a>, is: &Token<'a>) {
        self.deleted.push(*was);
        self.inserted.push(*is);
    }

    /// What went, then what came.
    fn flush(&mut self) {
        for token in std::mem::take(&mut self.deleted) {
            self.push(&token, Change::Deleted);
        }
        for token in std::mem::take(&mut self.inserted) {
            self.push(&token, Change::Inserted);
        }
    }

    fn push(&mut self, token: &Token, change: Change) {
        let text = match token.key {
            Key::Figure(..) => return self.inlines.push(Inline { change, ..token.inline.clone() }),
            Key::Text(text, _) => text,
        };
        match self.inlines.last_mut() {
            Some(last) if last.figure.is_none() && last.change == change && last.strong == token.inline.strong => {
                last.text.push_str(text);
            }
            _ => self.inlines.push(Inline { text: text.to_owned(), change, ..token.inline.clone() }),
        }
    }
}

fn tokens<'a>(inlines: &'a [Inline], figures: &'a Figures) -> Vec<Token<'a>> {
    let mut tokens = Vec::new();
    for inline in inlines {
        if let Some(figure) = inline.figure {
            tokens.push(Token { key: Key::Figure(figures.address(figure), inline.strong), inline });
            continue;
        }
        let mut rest = inline.text.as_str();
        while let Some(first) = rest.chars().next() {
            let in_word = |c: char| c.is_ascii_alphanumeric() || ".,%".contains(c);
            let end = match first.is_ascii_alphanumeric() {
                true => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
                false => first.len_utf8(),
            };
            tokens.push(Token { key: Key::Text(&rest[..end], inline.strong), inline });
            rest = &rest[end..];
        }
    }
    tokens
}
