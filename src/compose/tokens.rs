//! What rendered text holds besides words: figures, problems and files stand in it as tokens with their numbers, until
//! the text becomes inlines.

use super::figure::Id;
use super::session::Session;
use crate::diagnostic::{Diagnostic, Place};
use crate::document::Inline;
use crate::layout::narrative_lines::{
    CHART, CONTENTS, END, FIGURE, FILE, LINE, PICTURE, PROBLEM, TABLE, as_it_was, is_mark, marked, number_in,
};
use indexmap::IndexSet;
use rustc_hash::FxHashMap as HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};

/// What tokens stand for, by their numbers.
#[derive(Default)]
pub struct Tokens {
    mentions: Vec<Mention>,
    problems: Vec<Problem>,
    files: Vec<(Arc<str>, bool)>,
    /// The problem of each figure that is printed and not known.
    not_known: HashMap<Id, usize>,
}

/// A figure as a sentence prints it.
struct Mention {
    figure: Id,
    text: String,
    /// A list of parts has it, or it can be in none.
    claimed: bool,
}

/// A mistake whose line is known only after rendering.
struct Problem {
    diagnostic: Diagnostic,
    /// It does not keep the document from being composed; `check` reports it.
    for_checks: bool,
    /// What the line it is printed in says of it.
    related: Option<&'static str>,
    reported: bool,
}

impl Session {
    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token that stands for a printed figure while templates run.
    pub fn mention(&self, figure: Id, text: String) -> String {
        let mut tokens = self.tokens();
        tokens.mentions.push(Mention { figure, text, claimed: false });
        marked(FIGURE, tokens.mentions.len() - 1)
    }

    /// The token of a problem that keeps the document from being composed: reported at the line where it is printed.
    pub fn problem(&self, diagnostic: Diagnostic) -> String {
        self.add_problem(diagnostic, false, None)
    }

    /// The token of a problem in the data that the line where it is printed shows: what that line says of it.
    pub fn problem_shown(&self, diagnostic: Diagnostic, says: &'static str) -> String {
        self.add_problem(diagnostic, false, Some(says))
    }

    /// The token of the problem that a figure is printed and not known: told once, however often it is printed.
    pub fn not_known(&self, id: Id) -> String {
        let told = self.tokens().not_known.get(&id).copied();
        match told {
            Some(number) => marked(PROBLEM, number),
            None => {
                let token = self.problem_shown(super::amount::not_known(self, &self.figure(id)), "这里用到它");
                let number = self.problems() - 1;
                self.tokens().not_known.insert(id, number);
                token
            }
        }
    }

    /// The figures mentioned in a rendered text that no list of parts has yet; it has them now.
    pub fn claim(&self, text: &str) -> Vec<Id> {
        let mut tokens = self.tokens();
        let mut figures = IndexSet::new();
        for found in text.split(FIGURE).skip(1) {
            let number = found.split(END).next().and_then(number_in);
            let Some(mention) = number.and_then(|n| tokens.mentions.get_mut(n)).filter(|m| !m.claimed) else {
                continue;
            };
            mention.claimed = true;
            figures.insert(mention.figure);
        }
        figures.into_iter().collect()
    }

    /// The token of a problem that `check` reports.
    pub fn problem_for_checks(&self, diagnostic: Diagnostic) -> String {
        self.add_problem(diagnostic, true, None)
    }

    fn add_problem(&self, diagnostic: Diagnostic, for_checks: bool, related: Option<&'static str>) -> String {
        let mut tokens = self.tokens();
        tokens.problems.push(Problem { diagnostic, for_checks, related, reported: false });
        marked(PROBLEM, tokens.problems.len() - 1)
    }

    /// How many problems there are so far.
    pub fn problems(&self) -> usize {
        self.tokens().problems.len()
    }

    /// Forgets the problems after the first so many: what a failed attempt met comes up again in the next.
    pub fn forget_problems(&self, after: usize) {
        let mut tokens = self.tokens();
        tokens.problems.truncate(after);
        tokens.not_known.retain(|_, number| *number < after);
    }

    /// Reports a problem at the place where it was printed, once.
    fn place_problem(&self, number: usize, place: &Place) {
        let mut tokens = self.tokens();
        let Some(problem) = tokens.problems.get_mut(number).filter(|p| !p.reported) else { return };
        problem.reported = true;
        let mut diagnostic = problem.diagnostic.clone();
        if let Some(says) = problem.related.filter(|_| diagnostic.place.is_some()) {
            diagnostic = diagnostic.related(place.clone(), says);
        }
        diagnostic.place.get_or_insert_with(|| place.clone());
        match problem.for_checks {
            true => self.report_for_checks(diagnostic),
            false => self.report(diagnostic),
        }
    }

    /// Reports every problem that was never printed.
    pub fn flush_problems(&self, place: &Place) {
        (0..self.problems()).for_each(|number| self.place_problem(number, place));
    }

    /// Rendered text as inlines: tokens become figures, problems are reported at `place`.
    pub fn inlines(&self, text: &str, place: &Place) -> Vec<Inline> {
        let text = &*as_it_was(text);
        // A cell has one.
        let mut inlines: Vec<Inline> = Vec::with_capacity(usize::from(!text.is_empty()));
        let mut plain = String::new();
        let mut rest = text;
        let mut whole = true;
        while let Some(at) = rest.find(is_mark) {
            plain.push_str(&rest[..at]);
            let mark = rest[at..].chars().next().expect("a mark was found here");
            rest = &rest[at + mark.len_utf8()..];
            let end = rest.find(|c| c == END || !is_mark(c)).unwrap_or(rest.len());
            let number = number_in(&rest[..end]).filter(|_| rest[end..].starts_with(END));
            rest = rest[end..].strip_prefix(END).unwrap_or(&rest[end..]);
            match (mark, number) {
                (FIGURE, Some(number)) if self.is_mentioned(number) => {
                    if let Some(inline) = self.print(number) {
                        if !plain.is_empty() {
                            inlines.push(Inline::text(std::mem::take(&mut plain)));
                        }
                        inlines.push(inline);
                    }
                }
                (PROBLEM, Some(number)) => self.place_problem(number, place),
                // Which line of which file it is, or what stands alone on a line.
                (LINE | FILE | TABLE | CHART | CONTENTS | PICTURE, _) => {}
                _ => whole = false,
            }
        }
        if !whole {
            let found = Diagnostic::error("E302", "数字在这里被当作文字截过、改过，印不出来").at(place.clone());
            self.report(found.hint("数字要整个地印；改样子用 fmt、say，不用 replace、reverse、x[1:] 这些"));
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            inlines.push(Inline::text(plain));
        }
        inlines
    }

    fn is_mentioned(&self, mention: usize) -> bool {
        mention < self.tokens().mentions.len()
    }

    fn print(&self, mention: usize) -> Option<Inline> {
        let (figure, text) = {
            let tokens = self.tokens();
            let mention = tokens.mentions.get(mention)?;
            (mention.figure, mention.text.clone())
        };
        (!text.is_empty()).then(|| Inline::figure(text, self.printed(figure)))
    }

    /// A file whose lines stand in rendered text; returns its number.
    pub fn file_number(&self, file: &Arc<str>, own: bool) -> usize {
        let mut tokens = self.tokens();
        let known = tokens.files.iter().position(|(f, _)| f == file);
        known.unwrap_or_else(|| {
            tokens.files.push((file.clone(), own));
            tokens.files.len() - 1
        })
    }

    pub fn file_by_number(&self, number: usize) -> Option<(Arc<str>, bool)> {
        self.tokens().files.get(number).cloned()
    }
}
