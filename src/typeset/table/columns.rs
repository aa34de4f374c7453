//! Column widths: from declared weights and from what the cells need, so that no number wraps and none starves.

use super::grid::{Grid, GridCell, PARTS, Part};
use crate::document::{Column, ColumnKind, RowKind};
use crate::typeset::class::{Class, is_unit};
use crate::typeset::linebreak::Breaker;
use crate::typeset::sense;
use crate::typeset::text::{Joint, Text};
use std::collections::BTreeMap;

/// Type sizes of head, text, number and total in pt, and the blank at each side of a cell.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub parts: [f64; PARTS],
    pub padding: f64,
}

/// Widths in ems of the parts: the least a cell can do with, what reads well, and what it would like.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Need {
    least: [f64; PARTS],
    decent: [f64; PARTS],
    ideal: [f64; PARTS],
}

/// What the cells of a table need, by column and by span, free of type size.
#[derive(Clone, PartialEq)]
pub struct Needs {
    columns: Vec<Need>,
    /// Something stands in the column under its head.
    filled: Vec<bool>,
    /// The head of each column at its least without a broken word: what is enough where the column is empty.
    heads: Vec<f64>,
    /// The longest text of the body, in ems on one line.
    pub longest: f64,
    /// By first column and number of columns.
    spans: BTreeMap<(usize, usize), Need>,
}

/// The same in pt at one size.
struct Widths {
    least: Vec<f64>,
    ideal: Vec<f64>,
}

/// How much a table asks of its columns at a type size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comfort {
    /// Texts have room for several characters a line.
    Decent,
    /// Numbers and codes are whole; texts have the least.
    Least,
}

/// Room that rounding widths may take, in pt: Word's are whole twentieths of a point.
const SLACK: f64 = 0.1;

/// How much wider than ours digits may be in Word or LibreOffice: DejaVu Serif's are by a seventh.
const AIR: f64 = 8.0 / 7.0;

/// Longest text of a number column that is still taken for a number, in ems.
const LONGEST_NUMBER: f64 = 14.0;

/// Longest number with its unit that reads as one, in ems: ≥12000平方米.
const LONGEST_QUANTITY: f64 = 8.0;

impl Needs {
    pub fn of(grid: &Grid, columns: &[Column], breaker: &mut Breaker) -> Needs {
        let mut needs = Needs {
            columns: vec![Need::default(); grid.columns],
            filled: vec![false; grid.columns],
            heads: vec![0.0; grid.columns],
            longest: 0.0,
            spans: BTreeMap::new(),
        };
        for cell in &grid.cells {
            if cell.text.signs.is_empty() {
                continue;
            }
            let natural = cell.natural;
            if cell.part == Part::Head {
                if cell.colspan == 1 {
                    let enough = enough_for_head(cell).max(2.0).min(natural);
                    needs.heads[cell.column] = needs.heads[cell.column].max(enough);
                }
            } else if grid.kinds[cell.row] != RowKind::Numbering {
                needs.longest = needs.longest.max(natural);
                needs.filled[cell.columns()].fill(true);
            }
            let whole = cell.part != Part::Head
                && natural <= LONGEST_NUMBER
                && columns.get(cell.column).is_some_and(|c| c.kind != ColumnKind::Text);
            let unit = if whole { natural } else { breaker.widest_unit(&cell.text).min(LONGEST_NUMBER) };
            let indent = cell.cell.indent;
            let (least, decent, ideal) = match cell.part {
                // A number likes some air; and the faces that a machine without the official ones has are wider.
                _ if whole => (natural, natural * AIR, (natural + 1.0).max(natural * AIR)),
                Part::Head => {
                    let word = whole_words(cell).max(unit).max(2.0);
                    (unit, natural.min(word), natural.min(word.max(natural / 3.0).max(4.0)))
                }
                _ => {
                    // A code or a word in Latin letters is as wide there as numbers are.
                    let word = if unit > 2.0 { unit * AIR } else { unit };
                    let word = if cell.label { word.max(whole_words(cell)) } else { word };
                    let word = if is_quantity(&cell.text) { word.max(natural.min(LONGEST_QUANTITY)) } else { word };
                    (unit.max(natural.min(2.0)), word.max(natural.min(4.0)), natural.max(word))
                }
            };
            let need = match cell.colspan {
                1 => &mut needs.columns[cell.column],
                span => needs.spans.entry((cell.column, span)).or_default(),
            };
            need.raise(cell.part, [least + indent, decent + indent, ideal + indent]);
        }
        needs
    }

    /// Takes in what another table of the same form needs.
    pub fn join(&mut self, other: Needs) {
        for (own, other) in self.columns.iter_mut().zip(other.columns) {
            own.join(&other);
        }
        for (span, other) in other.spans {
            self.spans.entry(span).or_default().join(&other);
        }
        self.filled.iter_mut().zip(other.filled).for_each(|(own, other)| *own |= other);
        self.heads.iter_mut().zip(other.heads).for_each(|(own, other)| *own = own.max(other));
        self.longest = self.longest.max(other.longest);
    }

    /// Widths by what stands in the cells alone, whatever is declared.
    pub fn by_content(&self, columns: &[Column], sizes: Sizes, total: f64) -> Option<Vec<f64>> {
        let widths = self.at(sizes, columns, Comfort::Decent);
        (widths.least.iter().sum::<f64>() <= total).then(|| from_content(total, &widths))
    }

    /// Widths that sum to `total` at the given sizes, or how wide the table would have to be.
    pub fn solve(&self, columns: &[Column], sizes: Sizes, total: f64, comfort: Comfort) -> Result<Vec<f64>, f64> {
        let widths = self.at(sizes, columns, comfort);
        let needed: f64 = widths.least.iter().sum();
        if needed > total + 1e-6 {
            return Err(needed);
        }
        let declared: Vec<Option<f64>> = (0..widths.least.len())
            .map(|c| columns.get(c).and_then(|c| c.width).filter(|w| w.is_finite() && *w > 0.0))
            .collect();
        Ok(match declared.iter().any(Option::is_some) {
            true => {
                let shared = share(total, &widths.least, &weights(&declared, &widths.ideal));
                spare(shared, &widths.ideal)
            }
            false => from_content(total, &widths),
        })
    }

    /// Widths of a table that does not fit: all columns lose alike.
    pub fn squeeze(&self, columns: &[Column], sizes: Sizes, total: f64) -> Vec<f64> {
        let least = self.at(sizes, columns, Comfort::Least).least;
        let needed: f64 = least.iter().sum::<f64>().max(1e-6);
        least.iter().map(|w| w * total / needed).collect()
    }

    fn at(&self, sizes: Sizes, columns: &[Column], comfort: Comfort) -> Widths {
        let least = |need: &Need| match comfort {
            Comfort::Decent => sizes.width(&need.decent),
            Comfort::Least => sizes.width(&need.least),
        };
        let mut widths = Widths {
            least: self.columns.iter().map(least).collect(),
            ideal: self.columns.iter().map(|n| sizes.width(&n.ideal)).collect(),
        };
        // An empty column wants no more than its head does; what it has over goes to those with something in them.
        for (column, ideal) in widths.ideal.iter_mut().enumerate().filter(|(c, _)| !self.filled[*c]) {
            *ideal = sizes.width(&[self.heads[column], 0.0, 0.0, 0.0]).max(widths.least[column]);
        }
        for (&(column, span), need) in &self.spans {
            let range = column..column + span;
            widen(&mut widths.least, range.clone(), least(need), columns);
            widen(&mut widths.ideal, range, sizes.width(&need.ideal), columns);
        }
        widths
    }
}

/// Width in ems of the widest part of a head that no line should break.
fn whole_words(cell: &GridCell) -> f64 {
    words(cell).into_iter().fold(0.0, f64::max).min(LONGEST_NUMBER)
}

/// Widths in ems of the parts of a text that no line should break, in order.
fn words(cell: &GridCell) -> Vec<f64> {
    let (text, senses) = (&cell.text, cell.costs());
    let (mut words, mut width) = (Vec::new(), 0.0);
    for (i, sign) in text.signs.iter().enumerate() {
        width += sign.advance;
        let ends = sign.joint == Joint::Open && senses.get(i).is_none_or(|cost| sense::is_between_words(*cost));
        if ends || sign.class == Class::Newline || i + 1 == text.signs.len() {
            words.push(width - sign.right);
            width = 0.0;
        } else {
            width += sign.gap;
        }
    }
    words
}

/// Lines that a head takes at most over an empty column: every page has it.
const LINES_OF_HEAD: usize = 3;

/// The least whole ems at which a head takes no more lines and breaks no word.
fn enough_for_head(cell: &GridCell) -> f64 {
    let words = words(cell);
    let lines = |width: f64| {
        let (mut lines, mut used) = (1, 0.0);
        for word in &words {
            if used > 0.0 && used + word > width {
                (lines, used) = (lines + 1, 0.0);
            }
            used += word;
        }
        lines
    };
    let (least, all) = (words.iter().copied().fold(0.0, f64::max), words.iter().sum::<f64>());
    let mut widths = (least.ceil() as usize..all.ceil() as usize).map(|ems| ems as f64);
    widths.find(|width| lines(*width) <= LINES_OF_HEAD).unwrap_or(all)
}

/// A number and its unit, and nothing else.
fn is_quantity(text: &Text) -> bool {
    let number =
        text.signs.iter().take_while(|s| matches!(s.class, Class::Prefix | Class::Digit | Class::Suffix)).count();
    let unit = &text.signs[number..];
    let first = unit.first().and_then(|sign| text.source[sign.at as usize..].chars().next());
    number > 0 && unit.len() <= 4 && unit.iter().all(|s| s.class == Class::Ideograph) && first.is_some_and(is_unit)
}

impl Need {
    fn join(&mut self, other: &Need) {
        let most =
            |own: &mut [f64; PARTS], other: &[f64; PARTS]| own.iter_mut().zip(other).for_each(|(a, b)| *a = a.max(*b));
        most(&mut self.least, &other.least);
        most(&mut self.decent, &other.decent);
        most(&mut self.ideal, &other.ideal);
    }

    fn raise(&mut self, part: Part, [least, decent, ideal]: [f64; 3]) {
        let part = part as usize;
        self.least[part] = self.least[part].max(least);
        self.decent[part] = self.decent[part].max(decent);
        self.ideal[part] = self.ideal[part].max(ideal);
    }
}

impl Sizes {
    fn width(&self, ems: &[f64; PARTS]) -> f64 {
        let widest = ems.iter().zip(self.parts).map(|(e, size)| e * size).fold(0.0, f64::max);
        widest + 2.0 * self.padding + SLACK
    }
}

/// Gives the columns under a span what the span needs more than they have, texts before numbers.
fn widen(widths: &mut [f64], range: std::ops::Range<usize>, need: f64, columns: &[Column]) {
    let short = need - widths[range.clone()].iter().sum::<f64>();
    if short <= 0.0 {
        return;
    }
    let is_text = |c: usize| columns.get(c).is_some_and(|c| c.kind == ColumnKind::Text);
    let texts = range.clone().filter(|&c| is_text(c)).count();
    let takers = if texts > 0 { texts } else { range.len() };
    for c in range {
        if texts == 0 || is_text(c) {
            widths[c] += short / takers as f64;
        }
    }
}

/// Declared weights; columns without one weigh what their content does among the declared.
fn weights(declared: &[Option<f64>], ideal: &[f64]) -> Vec<f64> {
    let known: f64 = declared.iter().flatten().sum();
    let of_known: f64 = declared.iter().zip(ideal).filter(|(d, _)| d.is_some()).map(|(_, i)| i).sum();
    let scale = known / of_known.max(1e-6);
    declared.iter().zip(ideal).map(|(d, i)| d.unwrap_or(i * scale)).collect()
}

/// `total` by weight, except that no column gets less than its least.
fn share(total: f64, least: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut widths = least.to_vec();
    let mut free: Vec<usize> = (0..least.len()).collect();
    loop {
        let taken: f64 = (0..least.len()).filter(|c| !free.contains(c)).map(|c| least[c]).sum();
        let weight: f64 = free.iter().map(|&c| weights[c]).sum();
        let part = |c: usize| (total - taken) * weights[c] / weight.max(1e-9);
        let before = free.len();
        let short: Vec<usize> = free.iter().copied().filter(|&c| part(c) < least[c]).collect();
        if short.is_empty() {
            free.iter().for_each(|&c| widths[c] = part(c));
            return widths;
        }
        free.retain(|c| !short.contains(c));
        debug_assert!(free.len() < before);
        if free.is_empty() {
            // Rounding only: all are at their least, which sum to the total.
            return widths;
        }
    }
}

/// Declared weights are a wish: a column that cannot show its texts as it would like takes what it lacks from columns
/// that have more than they need, if they have enough; those that lack least come first.
fn spare(mut widths: Vec<f64>, ideal: &[f64]) -> Vec<f64> {
    let over: Vec<f64> = widths.iter().zip(ideal).map(|(w, i)| (w - i).max(0.0)).collect();
    let spare: f64 = over.iter().sum();
    let lacks = |c: &usize| ideal[*c] - widths[*c];
    let mut short: Vec<usize> = (0..widths.len()).filter(|c| lacks(c) > 0.0).collect();
    short.sort_by(|a, b| lacks(a).total_cmp(&lacks(b)).then(a.cmp(b)));
    let mut given = 0.0;
    for c in short {
        let lack = ideal[c] - widths[c];
        if given + lack > spare {
            break;
        }
        given += lack;
        widths[c] += lack;
    }
    if given > 0.0 {
        widths.iter_mut().zip(&over).for_each(|(w, o)| *w -= o * given / spare);
    }
    widths
}

/// Natural logarithm of `x` ≥ 1, of sums and products alone: the C libraries' differ in the last bit between systems,
/// and the same input shall give the same bytes on all of them.
fn ln(x: f64) -> f64 {
    let (mut x, mut halvings) = (x.min(f64::MAX), 0.0);
    while x > 1.5 {
        x /= 2.0;
        halvings += 1.0;
    }
    let y = (x - 1.0) / (x + 1.0);
    // 2 artanh y; at most 0.2^25 is left off.
    let series = (0..12).rev().fold(0.0, |sum, n| sum * y * y + 1.0 / f64::from(2 * n + 1));
    halvings * std::f64::consts::LN_2 + 2.0 * y * series
}

/// No weights declared: ideal widths where they fit, grown alike; else from the least towards the ideal, long texts
/// counting less than in proportion.
fn from_content(total: f64, widths: &Widths) -> Vec<f64> {
    let sum: f64 = widths.ideal.iter().sum();
    if sum <= total {
        return widths.ideal.iter().map(|w| w * total / sum.max(1e-9)).collect();
    }
    let damped = |ideal: f64| if ideal > total / 3.0 { total / 3.0 * (1.0 + ln(3.0 * ideal / total)) } else { ideal };
    let wants: Vec<f64> = widths.ideal.iter().zip(&widths.least).map(|(&i, &l)| (damped(i) - l).max(0.0)).collect();
    let rest = total - widths.least.iter().sum::<f64>();
    let want: f64 = wants.iter().sum();
    let equal = rest / wants.len() as f64;
    let more = |w: f64| if want > 1e-9 { rest * w / want } else { equal };
    widths.least.iter().zip(&wants).map(|(l, &w)| l + more(w)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_column_with_room_to_spare_gives_what_another_lacks() {
        let close = |a: Vec<f64>, b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(close(super::spare(vec![50.0, 30.0, 20.0], &[40.0, 34.0, 20.0]), [46.0, 34.0, 20.0]));
        assert!(
            close(super::spare(vec![50.0, 30.0, 20.0], &[40.0, 90.0, 25.0]), [45.0, 30.0, 25.0]),
            "too much is lacking"
        );
        assert!(close(super::spare(vec![50.0, 30.0, 20.0], &[60.0, 30.0, 20.0]), [50.0, 30.0, 20.0]), "none has any");
    }

    #[test]
    fn our_logarithm_is_the_logarithm() {
        for x in [1.0, 1.2, 1.5, 1.6, 2.0, std::f64::consts::E, 3.0, 47.11, 1e6, 1e300] {
            let (ours, theirs) = (super::ln(x), f64::ln(x));
            assert!((ours - theirs).abs() <= 1e-14 * theirs.max(1.0), "{x}: {ours} {theirs}");
        }
        assert!(super::ln(f64::INFINITY).is_finite());
    }
}
