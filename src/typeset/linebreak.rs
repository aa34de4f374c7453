//! Where lines end. One search serves prose, cells and titles: over all ways to break the whole paragraph, the one
//! of least cost (Knuth and Plass), with the adjustments that lines of Chinese allow. Lengths are ems.

use super::class::Class;
use super::paragraph::{GAP_SHRINK, joint_shrink};
use super::text::{GAP, Joint, Sign, Text};
use crate::document::Align;

/// A line: signs `start..end` are set; what lies before the next line's start are spaces that end with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    pub start: u32,
    pub end: u32,
    /// Natural width, with the last mark at half its width.
    pub width: f64,
    /// The last of its paragraph, or before a forced break: never stretched.
    pub last: bool,
    /// It ends within a word, with a hyphen; `width` holds that too.
    pub hyphen: bool,
}

/// What makes a good set of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Lines filled to the measure by little adjustment.
    Justified,
    /// As few lines as may be, then little raggedness.
    Ragged,
    /// As few lines as may be, of like length.
    Balanced,
}

impl Fit {
    /// What lines of an alignment aim at.
    pub fn of(align: Align) -> Fit {
        match align {
            Align::Justify => Fit::Justified,
            Align::Center => Fit::Balanced,
            Align::Left | Align::Right => Fit::Ragged,
        }
    }
}

/// Width into which a paragraph is broken, and what its first line loses to the indent.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    pub width: f64,
    pub indent: f64,
}

impl Measure {
    /// What the first line, or a later one, has for its text.
    fn room(self, first: bool) -> f64 {
        if first { self.width - self.indent } else { self.width }
    }
}

/// What a break costs beside the look of its line. Units are demerits of [`Fit::Justified`].
mod cost {
    pub const LINE: f64 = 10.0;
    /// Between a number and its unit: for a line whose characters would else stand more than a quarter of an em apart.
    pub const RELUCTANT: f64 = 5e5;
    /// The same where lines are ragged, and may be short: only where no line holds both.
    pub const RAGGED_RELUCTANT: f64 = 2e7;
    /// Within a word, with a hyphen: for a line that would be loose without.
    pub const HYPHEN: f64 = 20_000.0;
    /// The same where lines are ragged, and may be short: rather one line more.
    pub const RAGGED_HYPHEN: f64 = 2e5;
    /// A last line of one character.
    pub const RUNT: f64 = 10_000.0;
    /// A last line that is the unit of a number alone.
    pub const UNIT_ALONE: f64 = 2e7;
    /// Inside a unit that is wider than the line.
    pub const EMERGENCY: f64 = 1e7;
    /// As that, and against a prohibition.
    pub const PROHIBITED: f64 = 3e7;
    /// Ragged and balanced lines: one line more is worse than any raggedness.
    pub const MORE_LINES: f64 = 1e5;
}

/// Stretch that a joint between two characters bears at a badness of 100, in ems.
const JOINT_STRETCH: f64 = 0.12;
/// Sums of widths are exact to far less than this.
const EPSILON: f64 = 1e-6;

/// A place where a line may end: after sign `end`, the next beginning at `next`.
#[derive(Debug, Clone, Copy)]
struct Opportunity {
    end: u32,
    next: u32,
    cost: f64,
    /// Width of the hyphen that a line ending here shows.
    hyphen: f64,
    /// The line ends between a number and its unit.
    parts_number: bool,
}

/// Breaks paragraphs; keeps its buffers from one to the next.
#[derive(Default)]
pub struct Breaker {
    /// Sums up to each sign of widths with gaps, of what can be squeezed, of what can be stretched.
    width: Vec<f64>,
    shrink: Vec<f64>,
    stretch: Vec<f64>,
    opportunities: Vec<Opportunity>,
    /// Least cost of lines ending at each opportunity, and the opportunity its last line begins at.
    best: Vec<(f64, u32)>,
    /// Extra cost of breaking after each sign (sense units of titles); empty: none.
    pub senses: Vec<f64>,
    /// No line is squeezed: other programs squeeze none, and what only fits so would take a line more there.
    pub rigid: bool,
    /// Width of the text's hyphen.
    hyphen: f64,
}

impl Breaker {
    /// Breaks a text into lines, appended to `lines`. A text without signs is one empty line.
    pub fn break_lines(&mut self, text: &Text, measure: Measure, fit: Fit, lines: &mut Vec<Line>) {
        let signs = &text.signs;
        self.hyphen = text.hyphen.map_or(0.0, |s| s.advance);
        self.sum_widths(signs);
        self.shrink.clear();
        self.stretch.clear();
        let mut start = 0;
        loop {
            let newline = signs[start..].iter().position(|s| s.class == Class::Newline);
            let end = newline.map_or(signs.len(), |n| start + n);
            let indent = if start == 0 { measure.indent } else { 0.0 };
            self.break_stretch(signs, start, end, Measure { indent, ..measure }, fit, lines);
            if newline.is_none() {
                return;
            }
            start = end + 1;
        }
    }

    /// Width of the widest unit that no line breaks.
    pub fn widest_unit(&mut self, text: &Text) -> f64 {
        let signs = &text.signs;
        self.sum_widths(signs);
        let mut start = 0;
        let mut widest: f64 = 0.0;
        for i in 0..signs.len() {
            let open = signs[i].joint.is_open();
            if open || i + 1 == signs.len() || signs[i].class == Class::Newline {
                widest = widest.max(self.line_width(signs, start, visible_end(signs, start, i + 1)));
                start = i + 1;
            }
        }
        widest
    }

    fn sum_widths(&mut self, signs: &[Sign]) {
        sum(&mut self.width, signs, |s| s.advance + s.gap);
    }

    fn sum_adjustments(&mut self, signs: &[Sign]) {
        sum(&mut self.shrink, signs, shrink_of);
        sum(&mut self.stretch, signs, stretch_of);
    }

    /// The lines that end before sign `end`.
    fn ending(&self, signs: &[Sign], end: usize) -> Ending<'_> {
        let last = end.checked_sub(1).map(|last| &signs[last]);
        let up_to = |sums: &[f64]| sums.get(end).copied().unwrap_or(0.0);
        Ending {
            breaker: self,
            end,
            width: up_to(&self.width),
            shrink: up_to(&self.shrink),
            stretch: up_to(&self.stretch),
            gap: last.map_or(0.0, |last| last.gap),
            right: last.map_or(0.0, |last| last.right),
            joint: last.map_or(0.0, joint_shrink),
            last_stretch: last.map_or(0.0, stretch_of),
        }
    }

    /// Natural width of a line of signs `start..end`.
    fn line_width(&self, signs: &[Sign], start: usize, end: usize) -> f64 {
        self.ending(signs, end).width(start)
    }

    /// One stretch between forced breaks.
    fn break_stretch(
        &mut self,
        signs: &[Sign],
        start: usize,
        end: usize,
        measure: Measure,
        fit: Fit,
        lines: &mut Vec<Line>,
    ) {
        let visible = visible_end(signs, start, end);
        let natural = self.line_width(signs, start, visible);
        if natural <= measure.room(true) + EPSILON {
            lines.push(Line { start: start as u32, end: visible as u32, width: natural, last: true, hyphen: false });
            return;
        }
        // Most texts are lines by themselves, and need no more than their widths.
        if self.shrink.is_empty() {
            self.sum_adjustments(signs);
        }
        self.find_opportunities(signs, start, end, measure, fit);
        let first = lines.len();
        match fit {
            Fit::Balanced => {
                let ragged = Judge { fit: Fit::Ragged, ideal: measure.width };
                self.search(signs, measure, ragged);
                let count = self.trace(signs, lines);
                lines.truncate(first);
                // The mean, a little up: a line cannot end just anywhere.
                let ideal = natural / count as f64;
                self.search(signs, measure, Judge { fit, ideal });
            }
            _ => self.search(signs, measure, Judge { fit, ideal: measure.width }),
        }
        self.trace(signs, lines);
    }

    fn find_opportunities(&mut self, signs: &[Sign], start: usize, end: usize, measure: Measure, fit: Fit) {
        let (hyphen_cost, reluctant) = match fit {
            Fit::Justified => (cost::HYPHEN, cost::RELUCTANT),
            Fit::Ragged | Fit::Balanced => (cost::RAGGED_HYPHEN, cost::RAGGED_RELUCTANT),
        };
        self.opportunities.clear();
        self.opportunities.push(Opportunity {
            end: start as u32,
            next: start as u32,
            cost: 0.0,
            hyphen: 0.0,
            parts_number: false,
        });
        let mut unit = start;
        for i in start..end {
            let hyphen = signs[i].joint == Joint::Hyphen && i + 1 < end;
            let open = hyphen || signs[i].joint.is_open() || i + 1 == end;
            if !open {
                continue;
            }
            let hyphen_width = if hyphen { self.hyphen } else { 0.0 };
            self.open_emergencies(signs, unit, i + 1, hyphen_width, measure);
            let sense = self.senses.get(i).copied().unwrap_or(0.0);
            let visible = visible_end(signs, unit, i + 1) as u32;
            let (cost, hyphen) = match signs[i].joint {
                Joint::Reluctant => (reluctant + sense, 0.0),
                Joint::Hyphen if hyphen => (hyphen_cost, self.hyphen),
                _ => (sense, 0.0),
            };
            let parts_number = signs[i].joint == Joint::Reluctant;
            self.opportunities.push(Opportunity { end: visible, next: i as u32 + 1, cost, hyphen, parts_number });
            unit = i + 1;
        }
    }

    /// A unit that with its hyphen is wider than the line may be broken anywhere, rather than run out of the page.
    fn open_emergencies(&mut self, signs: &[Sign], start: usize, end: usize, hyphen: f64, measure: Measure) {
        let visible = visible_end(signs, start, end);
        if visible <= start + 1 {
            return;
        }
        let line = self.ending(signs, visible);
        let least = line.width(start) + hyphen - line.shrink(start);
        if least <= measure.room(true) + EPSILON {
            return;
        }
        for i in (start..visible - 1).filter(|&i| signs[i + 1].class != Class::Space) {
            let (a, b) = (signs[i].class, signs[i + 1].class);
            let prohibited = b.never_starts() || a.never_ends();
            let cost = if prohibited { cost::PROHIBITED } else { cost::EMERGENCY };
            let end = visible_end(signs, start, i + 1) as u32;
            self.opportunities.push(Opportunity { end, next: i as u32 + 1, cost, hyphen: 0.0, parts_number: false });
        }
    }

    /// Least cost of reaching each opportunity. Only lines that the measure holds, and of these the fuller ones,
    /// are looked at, so the time grows with the text and not with its square.
    fn search(&mut self, signs: &[Sign], measure: Measure, judge: Judge) {
        let count = self.opportunities.len();
        self.best.clear();
        self.best.push((0.0, 0));
        let mut fullest = 0;
        for to in 1..count {
            let end = self.opportunities[to];
            let line = self.ending(signs, end.end as usize);
            let last = to + 1 == count;
            let is_too_wide = |from: usize| {
                let begin = self.opportunities[from].next as usize;
                line.width(begin) + end.hyphen - line.shrink(begin) > measure.room(from == 0) + EPSILON
            };
            // What is too wide up to here, however it is squeezed, is too wide up to any later place.
            while fullest + 1 < to && is_too_wide(fullest) {
                fullest += 1;
            }
            let of_break = judge.of_break(end.cost);
            let least = judge.least();
            let mut best = (f64::INFINITY, to as u32 - 1);
            for (from, begin) in self.opportunities[..to].iter().enumerate().skip(fullest) {
                // What costs as much before its line is judged is not better.
                if self.best[from].0 + least + of_break >= best.0 {
                    continue;
                }
                let room = measure.room(from == 0);
                let width = line.width(begin.next as usize) + end.hyphen;
                // A justified line that is half empty is never the best; a short one between words may be.
                let short = judge.fit == Fit::Justified && width < 0.5 * room;
                if !last && best.0.is_finite() && short {
                    break;
                }
                let runt = match () {
                    () if !last || from == 0 => 0.0,
                    () if width < 2.6 && begin.parts_number => cost::UNIT_ALONE,
                    () if width < 1.6 => cost::RUNT,
                    () => 0.0,
                };
                let demerits = judge.line(&line, begin.next as usize, width, room, last, runt);
                let sum = self.best[from].0 + demerits + of_break;
                if sum < best.0 {
                    best = (sum, from as u32);
                }
                // Those that begin later are looser; where this one alone costs more, none of them is better.
                let is_loose = judge.fit == Fit::Justified && !last && from > 0 && width <= room;
                if is_loose && demerits + of_break >= best.0 {
                    break;
                }
            }
            self.best.push(best);
        }
    }

    /// The lines of the best way, appended in order; returns how many.
    fn trace(&self, signs: &[Sign], lines: &mut Vec<Line>) -> usize {
        let first = lines.len();
        let mut to = self.opportunities.len() - 1;
        let mut last = true;
        while to > 0 {
            let from = self.best[to].1 as usize;
            let (start, end) = (self.opportunities[from].next, self.opportunities[to].end);
            let hyphen = self.opportunities[to].hyphen;
            let width = self.line_width(signs, start as usize, end as usize) + hyphen;
            lines.push(Line { start, end: end.max(start), width, last, hyphen: hyphen > 0.0 });
            last = false;
            to = from;
        }
        lines[first..].reverse();
        lines.len() - first
    }
}

/// Lines that end with the same sign, whatever they begin with: what its end takes from each is the same.
struct Ending<'b> {
    breaker: &'b Breaker,
    /// After its last sign; the sums up to there.
    end: usize,
    width: f64,
    shrink: f64,
    stretch: f64,
    /// Of the last sign, whose gap, right blank and joint are gone.
    gap: f64,
    right: f64,
    joint: f64,
    last_stretch: f64,
}

impl Ending<'_> {
    /// Natural width of the line that begins with a sign.
    fn width(&self, start: usize) -> f64 {
        if self.end <= start {
            return 0.0;
        }
        self.width - self.breaker.width[start] - self.gap - self.right
    }

    /// What it can be squeezed by; the half of its last mark is gone already.
    fn shrink(&self, start: usize) -> f64 {
        if self.end <= start || self.breaker.rigid {
            return 0.0;
        }
        self.shrink - self.breaker.shrink[start] - self.gap * GAP_SHRINK - self.right - self.joint
    }

    /// What it bears before it looks loose.
    fn stretch(&self, start: usize) -> f64 {
        if self.end <= start {
            return 0.0;
        }
        self.stretch - self.breaker.stretch[start] - self.last_stretch
    }
}

/// How the cost of a line is judged.
#[derive(Clone, Copy)]
struct Judge {
    fit: Fit,
    ideal: f64,
}

impl Judge {
    /// The cost of the line that begins with sign `start`, as wide as `width` with its hyphen. `runt` is what a last line
    /// that is too short costs.
    fn line(self, line: &Ending, start: usize, width: f64, room: f64, last: bool, runt: f64) -> f64 {
        let over = width - room;
        let squeezed = match over > EPSILON {
            true => (over / line.shrink(start).max(EPSILON)).powi(3).min(1e6) * 100.0,
            false => 0.0,
        };
        match self.fit {
            Fit::Justified => {
                let loose = if last { 0.0 } else { (-over).max(0.0) / line.stretch(start).max(0.1) };
                // However loose both are, the fuller of two lines is the better one.
                let badness = squeezed + (100.0 * loose.powi(3)).min(1e4) + loose.min(1e3);
                (cost::LINE + badness).powi(2) + runt
            }
            Fit::Ragged => {
                let slack = if last { 0.0 } else { (room - width).max(0.0) / room };
                cost::MORE_LINES + 1000.0 * slack * slack + squeezed + runt / 30.0
            }
            Fit::Balanced => {
                let off = (width - self.ideal) / self.ideal.max(1.0);
                cost::MORE_LINES + 4000.0 * off * off + 2.0 * squeezed + runt
            }
        }
    }

    /// What every line costs at least.
    fn least(self) -> f64 {
        match self.fit {
            Fit::Justified => cost::LINE.powi(2),
            Fit::Ragged | Fit::Balanced => cost::MORE_LINES,
        }
    }

    fn of_break(self, cost: f64) -> f64 {
        match self.fit {
            Fit::Justified => cost,
            _ if cost >= cost::EMERGENCY || cost == cost::RAGGED_HYPHEN => cost,
            Fit::Ragged => cost / 100.0,
            Fit::Balanced => cost / 3.0,
        }
    }
}

/// Width of the widest line of a text when lines end only where forced.
pub fn natural_width(text: &Text) -> f64 {
    let (mut sum, mut before, mut widest) = (0.0, 0.0, 0.0_f64);
    let mut last: Option<&Sign> = None;
    for sign in &text.signs {
        if sign.class == Class::Newline {
            widest = widest.max(last.map_or(0.0, |last| sum - before - last.gap - last.right));
        }
        sum += sign.advance + sign.gap;
        last = Some(sign);
        if sign.class == Class::Newline {
            (before, last) = (sum, None);
        }
    }
    widest.max(last.map_or(0.0, |last| sum - before - last.gap - last.right))
}

/// Sums up to each sign, from 0 before the first.
fn sum(sums: &mut Vec<f64>, signs: &[Sign], of: impl Fn(&Sign) -> f64) {
    let mut sum = 0.0;
    sums.clear();
    sums.push(sum);
    sums.extend(signs.iter().map(|sign| {
        sum += of(sign);
        sum
    }));
}

/// `end` without the spaces before it.
fn visible_end(signs: &[Sign], start: usize, end: usize) -> usize {
    let spaces = signs[start..end].iter().rev().take_while(|s| matches!(s.class, Class::Space | Class::Newline));
    end - spaces.count()
}

/// What a sign, the gap and the joint after it can be squeezed by.
pub fn shrink_of(sign: &Sign) -> f64 {
    let space = if sign.class == Class::Space { (sign.advance - GAP).max(0.0) } else { 0.0 };
    sign.left + sign.right + sign.gap * GAP_SHRINK + space + joint_shrink(sign)
}

/// What a sign and the joint after it bear before a line looks loose.
fn stretch_of(sign: &Sign) -> f64 {
    let space = if sign.class == Class::Space { (0.5 - sign.advance).max(0.0) } else { 0.0 };
    // Gaps take the stretch first, but many wide ones in a line look as loose as anything.
    let gap = if sign.gap > 0.0 { JOINT_STRETCH } else { 0.0 };
    let joint = if sign.joint.stretches() { JOINT_STRETCH } else { 0.0 };
    space + gap + joint
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::document::Inline;
    use crate::typeset::text::tests::shape;
    use proptest::prelude::*;

    fn lines(text: &str, width: f64, indent: f64, fit: Fit) -> Vec<String> {
        let inlines = [Inline::text(text)];
        let text = shape(&inlines, "仿宋");
        let mut lines = Vec::new();
        Breaker::default().break_lines(&text, Measure { width, indent }, fit, &mut lines);
        lines.iter().map(|l| words(&text, l)).collect()
    }

    fn words(text: &Text, line: &Line) -> String {
        let signs = &text.signs[line.start as usize..line.end as usize];
        signs.iter().map(|s| &text.source[s.at as usize..s.at as usize + usize::from(s.bytes)]).collect()
    }

    /// Pieces of what budget documents say, and of what they should not.
    pub(crate) fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[部门预算公开财政拨款收入支出的了和项目资金喆䶮]{1,6}",
            2 => "[，。、；：？！）】》”’（【《“‘·～—…]{1,3}",
            1 => Just("——".to_string()),
            1 => Just("……".to_string()),
            2 => "[≥≤￥+-]?[0-9]{1,9}(\\.[0-9]{2})?[%‰℃年]?",
            1 => "[a-zA-Z]{1,12}",
            1 => Just(" ".to_string()),
            1 => "[(\\[\\])\"',.;:!?/@#\u{3000}\u{A0}]",
        ]
    }

    fn paragraph() -> impl Strategy<Value = String> {
        proptest::collection::vec(piece(), 0..40).prop_map(|p| p.concat())
    }

    #[test]
    fn a_paragraph_that_fits_is_one_line() {
        assert_eq!(lines("部门预算", 4.0, 0.0, Fit::Justified), ["部门预算"]);
        assert_eq!(lines("", 4.0, 0.0, Fit::Justified), [""]);
        assert_eq!(lines("一\n\n二", 4.0, 0.0, Fit::Ragged), ["一", "", "二"]);
    }

    #[test]
    fn marks_hang_together_with_their_words() {
        assert_eq!(lines("预算部门公开，收入", 6.0, 0.0, Fit::Justified), ["预算部门公", "开，收入"]);
        assert_eq!(lines("预算部门公。收入支", 5.5, 0.0, Fit::Justified), ["预算部门公。", "收入支"]);
    }

    /// A number leaves its unit only where its line would else fall apart, and never to have the unit alone.
    #[test]
    fn a_number_keeps_its_unit_unless_the_line_would_fall_apart() {
        let parted =
            lines("反映本部门当年全部收入。2023年预算收入为11288.54万元，其中：本年收入。", 25.7, 0.0, Fit::Justified);
        assert!(parted[0].ends_with("11288.54") && parted[1].starts_with("万元"), "{parted:?}");
        let kept = lines("机关运行经费共计安排3.85万元，主要用于公费0.83万元、邮电费。", 25.0, 0.0, Fit::Justified);
        assert!(kept.iter().all(|line| !line.starts_with("万元")), "{kept:?}");
        let last = lines("反映本部门当年全部收入和支出合计2023年预算收入为11288.54元。", 25.0, 0.0, Fit::Justified);
        assert!(last.last().is_some_and(|line| line.starts_with("11288.54元")), "{last:?}");
    }

    #[test]
    fn no_last_line_of_one_character() {
        let lines = lines("部门预算公开部门预算公开部门预算公开部门预算公", 11.0, 0.0, Fit::Justified);
        assert!(lines.last().unwrap().chars().count() > 1, "{lines:?}");
    }

    #[test]
    fn balanced_lines_are_of_like_length() {
        assert_eq!(lines("一般公共预算财政拨款", 6.0, 0.0, Fit::Balanced), ["一般公共预", "算财政拨款"]);
        assert_eq!(lines("国有资本经营预算拨款", 4.0, 0.0, Fit::Balanced).len(), 3);
    }

    #[test]
    fn what_no_line_holds_is_broken() {
        let parts = lines("123456789", 2.0, 0.0, Fit::Ragged);
        assert_eq!((parts.len(), parts.concat().as_str()), (3, "123456789"));
        assert_eq!(lines("预算", 0.3, 0.0, Fit::Justified), ["预", "算"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

        #[test]
        fn lines_rejoin_and_obey(source in paragraph(), width in 1.0..40.0_f64, indent in 0.0..3.0_f64, fit in 0..3_usize,
                                 role in 0..5_usize) {
            let fit = [Fit::Justified, Fit::Ragged, Fit::Balanced][fit];
            let inlines = [Inline::text(source.clone())];
            let text = shape(&inlines, ["仿宋", "宋体", "楷体", "黑体", "小标宋"][role]);
            let measure = Measure { width, indent: indent.min(width / 2.0) };
            let mut lines = Vec::new();
            let mut breaker = Breaker::default();
            breaker.break_lines(&text, measure, fit, &mut lines);
            // Every sign stands in one line, in order; between lines there are spaces at most.
            let mut next = 0;
            for line in &lines {
                let (start, end) = (line.start as usize, line.end as usize);
                prop_assert!(text.signs[next..start].iter().all(|s| s.class == Class::Space));
                prop_assert!(start <= end);
                next = end;
            }
            prop_assert!(text.signs[next..].iter().all(|s| s.class == Class::Space));
            for (n, line) in lines.iter().enumerate() {
                check_line(&text, line, &mut breaker, measure, n)?;
            }
        }
    }

    /// Neither too wide nor against a prohibition, unless there was no other way.
    fn check_line(
        text: &Text,
        line: &Line,
        breaker: &mut Breaker,
        measure: Measure,
        n: usize,
    ) -> Result<(), TestCaseError> {
        let (start, end) = (line.start as usize, line.end as usize);
        let room = if n == 0 { measure.width - measure.indent } else { measure.width };
        breaker.sum_widths(&text.signs);
        breaker.sum_adjustments(&text.signs);
        if end > start + 1 {
            let least = line.width - breaker.ending(&text.signs, end).shrink(start);
            prop_assert!(least <= room + 1e-4, "“{}” takes {least} of {room}", words(text, line));
        }
        let opened = |i: usize| text.signs[i].joint.is_open();
        let said = |i: usize| text.source[text.signs[i].at as usize..].chars().next().unwrap();
        // A ’ of a word in Latin letters (’tis) is one of its letters.
        let is_mark = |i: usize| text.signs[i].class != Class::Letter;
        if start > 0 && end > start && opened(start - 1) && is_mark(start) {
            prop_assert!(
                !"，。、；：？！）】》〉」』〕〗｝”’·～—…％‰℃%,.;:!?)]}".contains(said(start)),
                "{}",
                words(text, line)
            );
        }
        if !line.last && end > start && opened(end - 1) {
            prop_assert!(!"（【《〈「『〔〖｛“‘￥¥≥≤([{".contains(said(end - 1)), "{}", words(text, line));
        }
        if line.last || end == 0 || text.signs.get(end).is_none_or(|s| s.class == Class::Space) {
            return Ok(());
        }
        let joint = text.signs[end - 1].joint;
        if !joint.is_open() && joint != Joint::Hyphen {
            let is_end = |i: usize| text.signs[i].joint.is_open() || text.signs[i].joint == Joint::Hyphen;
            let from = (0..end).rev().skip(1).find(|&i| is_end(i)).map_or(0, |i| i + 1);
            let to = (end..text.signs.len()).find(|&i| is_end(i)).map_or(text.signs.len(), |i| i + 1);
            let to = visible_end(&text.signs, from, to);
            let unit = breaker.ending(&text.signs, to);
            let unit = unit.width(from) - unit.shrink(from);
            prop_assert!(
                unit > measure.width - measure.indent - 1e-4,
                "“{}” breaks a unit of {unit}",
                words(text, line)
            );
        }
        Ok(())
    }
}
