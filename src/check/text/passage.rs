//! A text of a document or its data with its place in the user's file.

use super::amounts::{self, Amount};
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{FigureId, Inline};
use crate::searched::{Characters, Typed, is_plain, searched};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// What a passage is in its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A heading of the narrative, with its level.
    Heading(u8),
    /// A stressed line that opens paragraphs.
    Lead,
    Prose,
    /// A table's title, or a line in a role of its own: the cover's, the contents'.
    Title,
    /// A line under a table.
    Note,
    /// A column's head, a row's label, the line above a table: the layout set's words.
    Label,
    /// A text field of a record: its dataset and its column's heading.
    Field {
        dataset: String,
        head: String,
    },
}

/// A text with its place, in the form that it is searched in ([`searched`]). Ranges count characters of that form.
pub struct Passage {
    pub kind: Kind,
    pub text: String,
    pub chars: Vec<char>,
    /// As it was typed, where that differs.
    typed: Option<Typed>,
    /// No character of what was typed is other than it looks: see [`is_plain`].
    pub is_plain: bool,
    /// How many digits it has.
    pub digits: usize,
    /// A name of the data or of a classification, and nothing else.
    pub is_name: bool,
    /// Of which characters it is made.
    characters: Characters,
    /// Where a figure is printed.
    pub figures: Vec<(Range<usize>, FigureId)>,
    pub place: Place,
    /// Other records that hold the same text.
    pub again: Vec<Place>,
    /// From the department's own files.
    pub own: bool,
    /// The lines of its file from its place on; columns are looked up in them.
    pub(super) lines: Lines,
    /// The reasons that its sentences may have taken in.
    pub(super) reasons: Arc<Vec<(Place, String)>>,
    /// Which heading of the narrative it stands under, from 1; 0 before the first.
    pub under: usize,
    /// Which of the passages it is, from 0.
    pub index: usize,
    /// See [`Passage::amounts`].
    amounts: OnceLock<Vec<Amount>>,
    /// See [`Passage::verbatim`].
    verbatim: OnceLock<Option<u32>>,
    /// See [`Passage::years`].
    years: OnceLock<Vec<(i32, Range<usize>)>>,
    /// Where each character begins among the bytes of `text`; see [`Passage::chars_before`].
    bytes: OnceLock<Vec<u32>>,
}

/// The template lines of a narrative, without marks: line number and text.
pub(super) type Lines = Option<Arc<Vec<(u32, String)>>>;

/// How far below its first line a paragraph that is put together from several template lines may reach.
const REACH: u32 = 30;

impl Passage {
    pub(super) fn new(kind: Kind, text: &str, place: Place, own: bool) -> Passage {
        let typed: Vec<char> = text.chars().collect();
        let is_plain = typed.iter().all(|c| is_plain(*c));
        let (chars, typed) = if is_plain { (typed, None) } else { searched(typed) };
        Passage {
            kind,
            text: if typed.is_some() { chars.iter().collect() } else { text.to_string() },
            digits: chars.iter().filter(|c| c.is_ascii_digit()).count(),
            characters: Characters::of(&chars),
            chars,
            typed,
            is_plain,
            is_name: false,
            figures: Vec::new(),
            place,
            again: Vec::new(),
            own,
            lines: None,
            reasons: Arc::default(),
            under: 0,
            index: 0,
            amounts: OnceLock::new(),
            bytes: OnceLock::new(),
            verbatim: OnceLock::new(),
            years: OnceLock::new(),
        }
    }

    /// Whether it may have a character; certain where not.
    pub fn may_have(&self, one: char) -> bool {
        self.characters.may_have(one)
    }

    /// Whether it may have a character of some; certain where not.
    pub fn may_have_of(&self, some: &str) -> bool {
        some.chars().any(|one| self.may_have(one))
    }

    /// Whether it may say one of some words; certain where not. Most passages say none of them, and need not be gone
    /// through.
    pub fn may_say(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.may_say_one(word))
    }

    fn may_say_one(&self, word: &str) -> bool {
        word.chars().all(|one| self.may_have(one))
    }

    /// Whether it says a word.
    pub fn says(&self, word: &str) -> bool {
        self.may_say_one(word) && self.text.contains(word)
    }

    /// Where a word stands in its text, as bytes.
    pub fn places_of_word<'p>(&'p self, word: &'p str) -> impl Iterator<Item = usize> + 'p {
        let said = self.may_say_one(word).then(|| self.text.match_indices(word));
        said.into_iter().flatten().map(|(at, _)| at)
    }

    /// Four digits before 年, not part of a longer number: the year, and where it stands with 年.
    pub fn years(&self) -> &[(i32, Range<usize>)] {
        self.years.get_or_init(|| if self.may_have('年') { years_in(&self.chars) } else { Vec::new() })
    }

    /// How many characters stand before a byte of `text`. A text may hold as many words to be looked for as it is long.
    pub fn chars_before(&self, byte: usize) -> usize {
        let bytes = self.bytes.get_or_init(|| self.text.char_indices().map(|(at, _)| at as u32).collect());
        bytes.partition_point(|at| (*at as usize) < byte)
    }

    /// The words of a range.
    pub fn words(&self, range: &Range<usize>) -> String {
        self.chars[range.start.min(self.chars.len())..range.end.min(self.chars.len())].iter().collect()
    }

    /// All characters as they were typed.
    pub fn typed(&self) -> &[char] {
        self.typed.as_ref().map_or(&self.chars, |typed| &typed.chars)
    }

    /// A character as it was typed.
    pub fn typed_char(&self, at: usize) -> char {
        self.typed()[self.typed_at(at)]
    }

    fn typed_at(&self, at: usize) -> usize {
        self.typed.as_ref().map_or(at.min(self.chars.len()), |typed| typed.at(at))
    }

    /// The range of what was typed.
    fn as_typed(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.typed_at(range.start);
        // What does not show after the last character is not of the words.
        let end = if range.end > range.start { self.typed_at(range.end - 1) + 1 } else { start };
        start..end.min(self.typed().len())
    }

    /// The range in the searched form of one that counts characters as they were typed.
    pub fn as_searched(&self, range: Range<usize>) -> Range<usize> {
        match &self.typed {
            Some(typed) => typed.searched_at(range.start)..typed.searched_at(range.end),
            None => range,
        }
    }

    /// The words of a range as they were typed.
    pub fn typed_words_of(&self, range: &Range<usize>) -> String {
        self.typed_words(self.as_typed(range))
    }

    /// Whether it was typed in another form than it is searched in.
    pub fn is_typed_otherwise(&self) -> bool {
        self.typed.is_some()
    }

    fn typed_words(&self, range: Range<usize>) -> String {
        self.typed()[range].iter().collect()
    }

    /// A character with a few on both sides.
    pub fn around(&self, at: usize) -> Range<usize> {
        at.saturating_sub(6)..self.chars.len().min(at + 7)
    }

    /// Whether a range touches a printed figure.
    pub fn is_figure(&self, range: &Range<usize>) -> bool {
        // In order, as they stand in the text; one may be empty.
        let from = self.figures.partition_point(|(r, _)| r.end <= range.start);
        self.figures[from..].iter().take_while(|(r, _)| r.start < range.end).any(|(r, _)| range.start < r.end)
    }

    /// Its amounts, in order; read when first asked for.
    pub fn amounts(&self) -> &[Amount] {
        let read = || amounts::read(&self.chars, &self.figures);
        // The signs of its units.
        self.amounts.get_or_init(|| if self.may_have_of("元圆%％") { read() } else { Vec::new() })
    }

    /// Running text: prose or a field that holds sentences.
    pub fn is_prose(&self) -> bool {
        self.kind == Kind::Prose
    }

    /// Where characters stand that are one of some, in order.
    pub fn places_of<const N: usize>(&self, some: [char; N]) -> Vec<usize> {
        let all = || (0..self.chars.len()).filter(|&at| some.contains(&self.chars[at])).collect();
        if some.iter().any(|one| self.may_have(*one)) { all() } else { Vec::new() }
    }

    /// The amounts that stand wholly before a character in one sentence, the nearest first.
    pub fn amounts_before(&self, at: usize, sentence: &Range<usize>) -> impl Iterator<Item = &Amount> {
        let all = self.amounts();
        let before = &all[..all.partition_point(|a| a.range.end <= at)];
        before.iter().rev().take_while(|a| a.range.start >= sentence.start).filter(|a| a.sentence == *sentence)
    }

    /// A finding about some words of this passage, at their place.
    pub fn finding(&self, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        self.finding_typed(self.as_typed(&range), message)
    }

    /// As [`Passage::finding`], of a range that counts characters as they were typed.
    pub fn finding_typed(&self, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        let words = self.typed_words(range.clone());
        let place = self.place_of(&range, &words);
        Diagnostic::warning("", message).at(place).text(words)
    }

    /// A change of exactly the words of a range; what stands around them tells them from others like them. What
    /// touches an amount or its unit is never certain.
    pub fn certain(&self, finding: Diagnostic, range: &Range<usize>, new: &str) -> Diagnostic {
        if self.touches_amount(range) { finding } else { self.change(finding, range, new) }
    }

    /// Whether a range lies in an amount or its unit.
    pub fn touches_amount(&self, range: &Range<usize>) -> bool {
        let from = self.amounts().partition_point(|a| a.range.end <= range.start);
        self.amounts().get(from).is_some_and(|a| a.range.start < range.end.max(range.start + 1))
    }

    /// As [`Passage::certain`]; a typed number may become what prints it.
    pub fn change(&self, finding: Diagnostic, range: &Range<usize>, new: &str) -> Diagnostic {
        self.change_typed(finding, &self.as_typed(range), new)
    }

    /// As [`Passage::change`], of a range that counts characters as they were typed.
    pub fn change_typed(&self, finding: Diagnostic, range: &Range<usize>, new: &str) -> Diagnostic {
        if !self.own {
            return finding;
        }
        let from = self.plain_from(range.start, 4);
        let to = self.plain_to(range.end);
        let before = self.typed_words(from..range.start);
        let after = self.typed_words(range.end..to);
        finding.fix(format!("{before}{}{after}", self.typed_words(range.clone())), format!("{before}{new}{after}"))
    }

    /// Up to `most` characters before, or four after, that are typed, not a figure's; all count what was typed.
    fn plain_from(&self, at: usize, most: usize) -> usize {
        (at.saturating_sub(most)..at).rev().take_while(|&i| !self.prints_at(i)).last().unwrap_or(at)
    }

    fn plain_to(&self, at: usize) -> usize {
        let end = self.typed().len().min(at + 4);
        (at..end).take_while(|&i| !self.prints_at(i)).last().map_or(at, |i| i + 1)
    }

    /// Whether a figure prints a character of what was typed.
    fn prints_at(&self, at: usize) -> bool {
        let searched = self.as_searched(at..at + 1);
        !searched.is_empty() && self.is_figure(&searched)
    }

    /// How many characters stand before the whole text in its line, where it was typed there as it is. One line may
    /// hold as many findings as it is long.
    fn verbatim(&self) -> Option<u32> {
        *self.verbatim.get_or_init(|| {
            let lines = self.lines.as_ref().filter(|_| self.figures.is_empty())?;
            let line = lines.binary_search_by_key(&self.place.line, |(n, _)| *n).ok()?;
            let line = &lines[line].1;
            let at = line.find(&String::from_iter(self.typed()))?;
            Some(line[..at].chars().count() as u32)
        })
    }

    /// Where the words of a range of what was typed stand: their own line and column if the file's line shows them so.
    fn place_of(&self, range: &Range<usize>, words: &str) -> Place {
        let Some(lines) = &self.lines else { return self.place.clone() };
        if let Some(before) = self.verbatim() {
            return Place::new(self.place.file.clone(), self.place.line, before + range.start as u32 + 1);
        }
        let with_before = self.typed_words(self.plain_from(range.start, 8)..range.start);
        let before = with_before.chars().count() as u32;
        let at = |line: u32| lines.partition_point(|(n, _)| *n < line);
        let near = || lines[at(self.place.line)..at(self.place.line + REACH)].iter();
        let found = |wanted: &str, skip: u32| {
            near().find_map(|(n, line)| {
                let at = line.find(wanted)?;
                Some(Place::new(self.place.file.clone(), *n, line[..at].chars().count() as u32 + 1 + skip))
            })
        };
        found(&format!("{with_before}{words}"), before)
            .or_else(|| found(words, 0).filter(|_| !words.is_empty()))
            // A figure is named there by its address: it begins after what stands before it.
            .or_else(|| found(&with_before, before).filter(|_| before > 0))
            .or_else(|| self.place_in_reasons(words, &with_before))
            .unwrap_or_else(|| self.place.clone())
    }

    /// Words that a sentence took from a reason are mended there, not in the template.
    fn place_in_reasons(&self, words: &str, before: &str) -> Option<Place> {
        let holds = |wanted: &str| {
            let mut reasons = self.reasons.iter();
            reasons.find(|(_, text)| !wanted.is_empty() && text.contains(wanted)).map(|(place, _)| place.clone())
        };
        holds(words).or_else(|| holds(before))
    }
}

/// The key of the row an address lies in.
pub fn row_key(address: &str) -> &str {
    address.split('/').nth(1).unwrap_or_default()
}

fn years_in(chars: &[char]) -> Vec<(i32, Range<usize>)> {
    let before = (4..chars.len()).filter(|&at| chars[at] == '年').map(|at| at - 4);
    let digit = |at: usize| chars[at].is_ascii_digit();
    let four = before.filter(|&at| (at..at + 4).all(digit) && (at == 0 || !digit(at - 1)));
    let number = |at: usize| chars[at..at + 4].iter().filter_map(|c| c.to_digit(10)).fold(0, |n, digit| n * 10 + digit);
    four.map(|at| (number(at) as i32, at..at + 5)).collect()
}

/// The text of some inlines.
pub fn plain(inlines: &[Inline]) -> String {
    inlines.iter().map(|i| i.text.as_str()).collect()
}

/// A row's label without its number and “其中：”.
pub fn bare_label(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("其中：").unwrap_or(text);
    match text.split_once('、') {
        Some((number, rest)) if number.chars().all(|c| "一二三四五六七八九十0123456789".contains(c)) => {
            rest.trim()
        }
        _ => text,
    }
}
