//! A section that the department writes itself is read beside the set's own: where a sentence is the same but for its
//! numbers, each typed number speaks of the figure that the set's sentence prints there.

use super::amounts::{Amount, number_end};
use super::passage::{Kind, Passage};
use super::texts::Names;
use crate::check::interval::{Interval, printed_interval};
use crate::compose::{Basis, Composition};
use crate::diagnostic::Place;
use crate::money;
use crate::sought::Sought;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap as HashMap;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A number of the department's text and the figure it speaks of.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Which passage of the texts.
    pub passage: usize,
    /// The number in it; empty, where it was left out.
    pub range: Range<usize>,
    pub address: Arc<str>,
    /// The set's sentence has the same words before it: it is that very sentence, not one like it of another row.
    pub worded: bool,
}

/// A figure that only prose prints, as it is typed there.
#[derive(Debug, Clone)]
pub struct TypedFigure {
    pub address: Arc<str>,
    pub text: String,
    pub unit: money::Unit,
    pub decimals: u32,
    pub place: Place,
}

/// Words of the department's text that stand where the set's own sentence has others.
#[derive(Debug, Clone)]
pub struct Unlike {
    /// Which passage of the texts.
    pub passage: usize,
    pub range: Range<usize>,
    /// What the set's sentence has there.
    pub instead: String,
    pub what: What,
}

/// What kind of words it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Year,
    /// 部门, 单位.
    Entity,
    /// 省, 市, 县, 区 before 级.
    Level,
    /// A name of the data.
    Name,
}

/// How much of the set's sentence must stand in the department's, of a hundred.
const SHARE: usize = 70;
/// How many signs around a number must be the same.
const AROUND: usize = 3;

/// A text as signs, a number being one of them.
struct Signs {
    signs: Vec<char>,
    /// Per sign: the characters it stands for.
    ranges: Vec<Range<usize>>,
}

/// How many signs of sentences and texts are laid beside each other at most, one by one, in a document: a text of ten
/// thousand characters beside ten such sentences. What is more is not compared, and told (E345).
const MOST_WORK: usize = 1 << 30;

/// What beside the set's own sentences was found in the department's.
#[derive(Default)]
pub struct Compared {
    pub statements: Vec<Statement>,
    pub unlike: Vec<Unlike>,
    /// The first passage that was too much to be compared.
    pub left_at: Option<usize>,
}

/// How often each sign occurs.
fn counts(signs: &[char]) -> HashMap<char, usize> {
    let mut counts = HashMap::default();
    signs.iter().for_each(|sign| *counts.entry(*sign).or_default() += 1);
    counts
}

/// The names of the data and of classifications, to be found in a sentence in one pass.
struct Spelt<'n> {
    names: &'n Names<'n>,
    of_data: OnceCell<(Vec<&'n str>, Sought)>,
}

impl<'n> Spelt<'n> {
    /// Where names stand in a text, as bytes.
    fn found_in(&self, text: &str) -> Vec<(usize, &'n str)> {
        let (of_data, search) = self.of_data.get_or_init(|| {
            let names: Vec<&str> = self.names.of_data().collect();
            let search = Sought::of(names.iter().copied());
            (names, search)
        });
        let mut found: Vec<(usize, &str)> = search.all_in(text).map(|(at, name)| (at, of_data[name])).collect();
        for (names, search) in self.names.of_classes() {
            found.extend(search.all_in(text).map(|(at, name)| (at, names[name].as_str())));
        }
        found
    }
}

const NUMBER: char = '\u{0}';

fn signs(chars: &[char], figures: &[Range<usize>]) -> Signs {
    let mut out = Signs { signs: Vec::new(), ranges: Vec::new() };
    let mut at = 0;
    // In order, as they stand in the text.
    let mut figures = figures.iter().peekable();
    while at < chars.len() {
        while figures.next_if(|r| r.start < at || r.start == at && r.is_empty()).is_some() {}
        let figure = figures.peek().filter(|r| r.start == at).map(|r| r.end);
        let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
        let minus = chars[at] == '-' && digit(at + 1);
        let end = figure.or_else(|| (digit(at) || minus).then(|| number_end(chars, at + usize::from(minus))));
        out.signs.push(if end.is_some() { NUMBER } else { chars[at] });
        out.ranges.push(at..end.unwrap_or(at + 1));
        at = end.unwrap_or(at + 1);
    }
    out
}

/// The statements of every section that the department writes itself, and where its words are others than the set's.
/// `names`: what the data calls its projects and units.
pub fn statements(composition: &Composition, passages: &[Passage], names: &Names<'_>) -> Compared {
    let mut compared = Compared::default();
    let names = Spelt { names, of_data: OnceCell::new() };
    let mut work = 0;
    for model in composition.models() {
        let sentences: Vec<(Signs, HashMap<char, usize>, &crate::compose::Sentence)> = model
            .sentences
            .iter()
            .map(|s| {
                let signs = signs(&s.chars, &s.figures.iter().map(|f| f.0.clone()).collect::<Vec<_>>());
                let counts = counts(&signs.signs);
                (signs, counts, s)
            })
            .collect();
        let own = |p: &Passage| p.own && p.place.file == model.file && matches!(p.kind, Kind::Prose | Kind::Lead);
        for (index, passage) in passages.iter().enumerate().filter(|(_, p)| own(p)) {
            let typed = signs(&passage.chars, &passage.figures.iter().map(|f| f.0.clone()).collect::<Vec<_>>());
            let typed_counts = counts(&typed.signs);
            let found = sentences.iter().filter_map(|(model, counts, sentence)| {
                // What does not have the signs does not have them in order.
                let shared: usize = counts.iter().map(|(sign, n)| *n.min(typed_counts.get(sign).unwrap_or(&0))).sum();
                let cost = model.signs.len() * typed.signs.len();
                if shared * 100 < model.signs.len() * SHARE {
                    return None;
                }
                if work + cost > MOST_WORK {
                    compared.left_at.get_or_insert(index);
                    return None;
                }
                work += cost;
                let ops = capture_diff_slices(Algorithm::Myers, &model.signs, &typed.signs);
                let same: usize = ops
                    .iter()
                    .map(|op| if matches!(op, DiffOp::Equal { .. }) { op.old_range().len() } else { 0 })
                    .sum();
                (same * 100 >= model.signs.len() * SHARE).then_some((same, ops, model, *sentence))
            });
            let Some((_, ops, model, sentence)) = found.max_by_key(|f| f.0) else { continue };
            compared.statements.extend(pairs(&ops, model, &typed).into_iter().filter_map(|(old, range)| {
                let at = sentence.figures.binary_search_by_key(&old.start, |(r, _)| r.start).ok()?;
                let (_, address) = sentence.figures.get(at).filter(|(r, _)| *r == old)?;
                let words = words_before(&passage.chars, range.start) == words_before(&sentence.chars, old.start);
                let address = address.clone();
                (!passage.is_figure(&range)).then_some(Statement { passage: index, range, address, worded: words })
            }));
            let pair = Pair { ops: &ops, model, typed: &typed, sentence, passage };
            let found = pair.years().into_iter().chain(pair.words()).chain(pair.names(&names));
            compared.unlike.extend(found.map(|(range, instead, what)| Unlike { passage: index, range, instead, what }));
        }
    }
    compared
}

/// A sentence of the set and the department's own of the same words.
struct Pair<'p> {
    ops: &'p [DiffOp],
    model: &'p Signs,
    typed: &'p Signs,
    sentence: &'p crate::compose::Sentence,
    passage: &'p Passage,
}

impl Pair<'_> {
    /// Years that neither side prints as a figure.
    fn years(&self) -> Vec<(Range<usize>, String, What)> {
        let year = |chars: &[char], range: &Range<usize>| {
            let digits = range.len() == 4 && chars[range.clone()].iter().all(char::is_ascii_digit);
            (digits && chars.get(range.end) == Some(&'年')).then(|| chars[range.clone()].iter().collect::<String>())
        };
        let numbers = pairs(self.ops, self.model, self.typed).into_iter();
        let different = numbers.filter_map(|(old, new)| {
            let (is, instead) = (year(&self.passage.chars, &new)?, year(&self.sentence.chars, &old)?);
            (is != instead).then(|| (new.start..new.end + 1, format!("{instead}年"), What::Year))
        });
        different.collect()
    }

    /// 部门 for 单位, 市级 for 区级.
    fn words(&self) -> Vec<(Range<usize>, String, What)> {
        let mut all = Vec::new();
        for op in self.ops {
            let DiffOp::Replace { old_index, old_len, new_index, new_len } = *op else { continue };
            let (old, new) = (old_index..old_index + old_len, new_index..new_index + new_len);
            let (before, after): (String, String) =
                (self.model.signs[old].iter().collect(), self.typed.signs[new.clone()].iter().collect());
            let range = self.typed.ranges[new.start].start..self.typed.ranges[new.end - 1].end;
            let next = self.passage.chars.get(range.end);
            let level = |text: &str| ["省", "市", "县", "区"].contains(&text);
            match (before.as_str(), after.as_str()) {
                ("部门", "单位") | ("单位", "部门") => all.push((range, before, What::Entity)),
                (a, b) if level(a) && level(b) && next == Some(&'级') => all.push((range, before, What::Level)),
                _ => {}
            }
        }
        all
    }

    /// Names of the data that are spelt otherwise. Another name of the data in its place is looked at with its amount.
    fn names(&self, names: &Spelt<'_>) -> Vec<(Range<usize>, String, What)> {
        let text: String = self.sentence.chars.iter().collect();
        let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let mut found = Vec::new();
        for (byte, name) in names.found_in(&text) {
            let length = name.chars().count();
            let start = bytes.partition_point(|at| *at < byte);
            let Some(range) = self.typed_range(start..start + length) else { continue };
            let words = self.passage.words(&range);
            let near = words.chars().count().abs_diff(length) <= length / 3;
            if words != name && near && !names.names.has(&words) {
                found.push((range, name));
            }
        }
        // The longest name wins; the order of a set is nobody's.
        found.sort_by_key(|(range, name)| (std::cmp::Reverse(name.len()), range.start, *name));
        let mut kept: BTreeMap<usize, (Range<usize>, &str)> = BTreeMap::new();
        for (range, name) in found {
            let before = kept.range(..range.end).next_back();
            if before.is_none_or(|(_, (known, _))| known.end <= range.start) {
                kept.insert(range.start, (range, name));
            }
        }
        kept.into_values().map(|(range, name)| (range, name.to_string(), What::Name)).collect()
    }

    /// What stands for some characters of the set's sentence, where those right before and after are the same.
    fn typed_range(&self, range: Range<usize>) -> Option<Range<usize>> {
        let ranges = &self.model.ranges;
        let sign = |at: usize| ranges.binary_search_by_key(&at, |r| r.start).ok();
        let same = |sign: usize| {
            let op = self.ops.partition_point(|op| op.old_range().end <= sign);
            match *self.ops.get(op)? {
                DiffOp::Equal { old_index, new_index, len } if (old_index..old_index + len).contains(&sign) => {
                    Some(new_index + sign - old_index)
                }
                _ => None,
            }
        };
        let start = match range.start {
            0 => 0,
            at => same(sign(at - 1).or_else(|| ranges.binary_search_by_key(&at, |r| r.end).ok())?)? + 1,
        };
        let end = match sign(range.end) {
            Some(after) => same(after)?,
            None => self.typed.ranges.len(),
        };
        (start < end).then(|| self.typed.ranges[start].start..self.typed.ranges[end - 1].end)
    }
}

/// Which number of the one text is which of the other: characters of the first, and of the second.
fn pairs(ops: &[DiffOp], model: &Signs, typed: &Signs) -> Vec<(Range<usize>, Range<usize>)> {
    let mut all = Vec::new();
    for op in ops {
        match *op {
            DiffOp::Equal { old_index, new_index, len } if len >= AROUND => {
                let numbers = (0..len).filter(|i| model.signs[old_index + i] == NUMBER);
                all.extend(numbers.map(|i| (model.ranges[old_index + i].clone(), typed.ranges[new_index + i].clone())));
            }
            // Left out, between words that are the same.
            DiffOp::Delete { old_index, old_len: 1, new_index } if model.signs[old_index] == NUMBER => {
                let at = typed.ranges.get(new_index).map_or(typed.ranges.last().map_or(0, |r| r.end), |r| r.start);
                all.push((model.ranges[old_index].clone(), at..at));
            }
            _ => {}
        }
    }
    all
}

/// What a figure may be worth: exact, or all that print as it was given; a difference of such figures.
pub fn interval(composition: &Composition, address: &str) -> Option<Interval> {
    let given = composition.given().iter().flat_map(|t| &t.rows).flat_map(|r| r.figures.iter().flatten());
    if let Some(view) = given.into_iter().find(|f| *f.address == *address && f.place.is_some()) {
        return Interval::of(view);
    }
    match composition.basis(address)? {
        Basis::Figures(of) if address.contains('~') => {
            let [a, b] = of.get(..2)? else { return None };
            let (a, b) = (interval(composition, a)?, interval(composition, b)?);
            Some(Interval { low: a.low - b.high, high: a.high - b.low })
        }
        Basis::Figures(of) if address.contains('+') => sum_of(composition, &of),
        // A ratio has its own rule; what tables print of a figure that is in none of them is asked of `holds`.
        Basis::Figures(_) => None,
        _ => composition.amount(address).map(Interval::exactly),
    }
}

/// The sum of several figures, as [`interval`] has each.
pub fn sum_of(composition: &Composition, of: &[Arc<str>]) -> Option<Interval> {
    of.iter().try_fold(Interval::ZERO, |sum, one| {
        let one = interval(composition, one)?;
        Some(Interval { low: sum.low + one.low, high: sum.high + one.high })
    })
}

/// The words of a text's sentence before a character, without its numbers.
pub fn words_before(chars: &[char], end: usize) -> String {
    let from = chars[..end].iter().rposition(|c| *c == '。').map_or(0, |at| at + 1);
    chars[from..end].iter().filter(|c| !c.is_ascii_digit() && !c.is_whitespace() && !".,".contains(**c)).collect()
}

impl Statement {
    /// The amount that stands where its number does; none where its unit is missing.
    pub fn amount<'p>(&self, passages: &'p [Passage]) -> Option<&'p Amount> {
        let amounts = passages[self.passage].amounts();
        let at = amounts.binary_search_by_key(&self.range.end, |a| a.number.end).ok()?;
        amounts.get(at).filter(|a| self.range.start <= a.number.start)
    }

    /// Whether its number can be the figure it speaks of; none where the figure is not known.
    pub fn holds(&self, composition: &Composition, passages: &[Passage]) -> Option<bool> {
        let text = passages[self.passage].words(&self.range);
        if self.address.contains('%') {
            return self.is_ratio(composition, &text);
        }
        // What no table prints may be what they print of the same records.
        let same = || sum_of(composition, composition.same_in_print(&self.address).filter(|_| self.worded)?);
        let figure = interval(composition, &self.address).or_else(same)?;
        if text.is_empty() {
            return Some(false);
        }
        let unit = composition.figure(&self.address).map_or(money::Unit::WanYuan, |f| f.look.unit);
        let decimals = text.split_once('.').map_or(0, |(_, d)| d.len() as u32);
        let unit = match self.amount(passages) {
            Some(amount) => amount.money_unit()?,
            None => unit,
        };
        let typed = printed_interval(&text, unit, decimals)?;
        // An absolute value: the words around it say the sign.
        let figure = match figure.high < Decimal::ZERO && !text.starts_with('-') {
            true => Interval { low: -figure.high, high: -figure.low },
            false => figure,
        };
        Some(typed.low <= figure.high && figure.low <= typed.high)
    }
}

impl Statement {
    /// Whether a number can be the percentage it speaks of. Beside printed tables it cannot be told.
    fn is_ratio(&self, composition: &Composition, text: &str) -> Option<bool> {
        let exact = composition.figure(&self.address)?.amount.filter(|_| composition.given().is_empty())?;
        let typed = money::printed_number(text, Decimal::ONE)?;
        let decimals = text.split_once('.').map_or(0, |(_, d)| d.len() as u32);
        Some((typed.abs() - exact.abs()).abs() <= Decimal::new(5, decimals + 1))
    }
}

/// Figures that no given table prints and the department's text does.
pub fn typed_figures(composition: &Composition, passages: &[Passage], statements: &[Statement]) -> Vec<TypedFigure> {
    let mut all = Vec::new();
    for statement in statements.iter().filter(|s| !s.range.is_empty() && !s.address.contains(['~', '%', '+', '@'])) {
        let Some(amount) = statement.amount(passages) else { continue };
        let Some(unit) = amount.money_unit() else { continue };
        if interval(composition, &statement.address).is_some() {
            continue;
        }
        let passage = &passages[statement.passage];
        all.push(TypedFigure {
            address: statement.address.clone(),
            text: passage.words(&statement.range),
            unit,
            decimals: amount.decimals,
            place: passage.finding(statement.range.clone(), "").place.unwrap_or_else(|| passage.place.clone()),
        });
    }
    all
}
