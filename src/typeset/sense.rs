//! Where a title may be broken without hurting its sense (GB/T 9704-2012 7.3.1: 回行时词意完整).

use super::class::{Class, is_unit};
use super::text::{Sign, Text};
use icu_segmenter::WordSegmenter;
use icu_segmenter::options::WordBreakInvariantOptions;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// Costs of a break after a sign, as `linebreak` counts them.
/// Two words of one character each: more often a word that the dictionary lacks (专户) than two.
const BETWEEN_SINGLES: f64 = 12_000.0;
/// After every second of several such: 专户|核拨.
const BETWEEN_PAIRS: f64 = 6_000.0;
/// Worse than one line more.
const WITHIN_GROUP: f64 = 600_000.0;
pub const WITHIN_WORD: f64 = 30_000.0;
const BEFORE_PARTICLE: f64 = 20_000.0;
const BETWEEN_WORDS: f64 = 1_500.0;

/// A break at this cost leaves whole what is surely or probably a word.
pub fn is_between_words(cost: f64) -> bool {
    cost < WITHIN_WORD && cost != BETWEEN_SINGLES
}

/// The cost of breaking a title or a head after each of its signs: most within 《》, （） and “”, then within words and
/// numbers with their counter, little between words, nothing after a mark or 的.
pub fn costs(text: &Text) -> Vec<f64> {
    let words = Words::of(text);
    let (mut depth, mut singles) = (0_u32, 0_u32);
    let mut costs = Vec::with_capacity(text.signs.len());
    for (i, sign) in text.signs.iter().enumerate().take(text.signs.len().saturating_sub(1)) {
        match (sign.class, words.char(i)) {
            (Class::Open | Class::NarrowOpen, _) => depth += 1,
            (Class::Close, _) | (_, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let before = singles;
        let pair = words.single(i) && words.single(i + 1) && !words.counts(i) && !words.is_end(i);
        singles = if pair { singles + 1 } else { 0 };
        costs.push(match () {
            () if depth > 0 => WITHIN_GROUP,
            () if words.counts(i + 1) => WITHIN_WORD,
            () if words.doubles(i) => BETWEEN_WORDS,
            () if i > 0 && words.doubles(i - 1) && words.single(i + 1) => WITHIN_WORD,
            () if !words.ends(i) => WITHIN_WORD,
            () if words.is_end(i + 1) => WITHIN_WORD,
            () if is_particle(words.char(i + 1)) => BEFORE_PARTICLE,
            () if is_particle(words.char(i)) => 0.0,
            () if !matches!(sign.class, Class::Ideograph | Class::Digit | Class::Letter) => 0.0,
            () if singles % 2 == 1 => BETWEEN_SINGLES,
            () if singles > 0 || words.is_end(i) && words.single(i + 1) => BETWEEN_PAIRS,
            // One that no other single one stands beside is of the word before or behind it: 中小微企业, 非财政拨款.
            () if before % 2 == 0 && words.is_part(i) => BETWEEN_SINGLES,
            () if words.is_part(i + 1) && !words.single(i + 2) && !begins(words.char(i + 1)) => BETWEEN_SINGLES,
            () => BETWEEN_WORDS,
        });
    }
    costs
}

/// Which signs of a text are words, as the dictionary has them.
struct Words<'t> {
    text: &'t Text<'t>,
    bounds: Rc<[bool]>,
}

/// Texts up to so many bytes, and so many of them, are remembered: heads and labels are asked for three times in a
/// document, and are mostly the same in all documents of a set.
const REMEMBERED: (usize, usize) = (300, 2000);

/// For each byte of a text, and its end: whether a word begins or ends there.
fn bounds(source: &str) -> Rc<[bool]> {
    thread_local! {
        static KNOWN: RefCell<FxHashMap<Box<str>, Rc<[bool]>>> = RefCell::default();
    }
    let segmented = || {
        let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
        let mut bounds = vec![false; source.len() + 1];
        segmenter.segment_str(source).for_each(|at| bounds[at] = true);
        Rc::from(bounds)
    };
    if source.len() > REMEMBERED.0 {
        return segmented();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(bounds) = known.get(source) {
            return bounds.clone();
        }
        if known.len() >= REMEMBERED.1 {
            known.clear();
        }
        let bounds = segmented();
        known.insert(source.into(), bounds.clone());
        bounds
    })
}

impl<'t> Words<'t> {
    fn of(text: &'t Text<'t>) -> Words<'t> {
        Words { text, bounds: bounds(&text.source) }
    }

    fn char(&self, i: usize) -> char {
        let at = self.text.signs.get(i).map(|sign| sign.at as usize);
        at.and_then(|at| self.text.source[at..].chars().next()).unwrap_or(' ')
    }

    fn is(&self, i: usize, class: Class) -> bool {
        self.text.signs.get(i).is_some_and(|sign| sign.class == class)
    }

    fn begins(&self, i: usize) -> bool {
        self.text.signs.get(i).is_some_and(|sign| self.bounds[sign.at as usize])
    }

    fn ends(&self, i: usize) -> bool {
        self.text.signs.get(i).is_some_and(|sign| self.bounds[end_of(sign)])
    }

    /// A character that is a word by itself.
    fn single(&self, i: usize) -> bool {
        self.is(i, Class::Ideograph) && self.begins(i) && self.ends(i)
    }

    /// The counter of the number before it.
    fn counts(&self, i: usize) -> bool {
        i > 0 && self.is(i - 1, Class::Digit) && is_unit(self.char(i))
    }

    /// It ends the name that stands before it (see [`is_suffix`]): 工程量, also where 量的 is taken for a word.
    fn is_end(&self, i: usize) -> bool {
        let whole = || self.ends(i) || is_particle(self.char(i + 1)) || self.doubles(i);
        i > 0 && self.is(i - 1, Class::Ideograph) && self.begins(i) && is_suffix(self.char(i)) && whole()
    }

    /// It ends a name, and the next begins another with the same character, which the dictionary takes for one word:
    /// 开发区|区域.
    fn doubles(&self, i: usize) -> bool {
        let same = || self.char(i) == self.char(i + 1) && is_suffix(self.char(i));
        i > 0 && self.begins(i) && !self.ends(i) && self.ends(i + 1) && self.is(i - 1, Class::Ideograph) && same()
    }

    /// A character by itself that is likely a part of a word that the dictionary lacks.
    fn is_part(&self, i: usize) -> bool {
        self.single(i) && !self.is_end(i) && !self.counts(i) && !is_particle(self.char(i))
    }
}

fn end_of(sign: &Sign) -> usize {
    sign.at as usize + usize::from(sign.bytes)
}

/// Single characters that make a name of what stands before them: 山海关区, 经济开发区, 财政局, 委员会, 满意度.
#[rustfmt::skip]
fn is_suffix(c: char) -> bool {
    matches!(c,
        '省' | '市' | '县' | '区' | '旗' | '盟' | '州' | '镇' | '乡' | '村' | '屯' | '局' | '厅' | '委' | '办'
        | '处' | '科' | '室' | '部' | '院' | '所' | '站' | '队' | '馆' | '园' | '会' | '署' | '厂' | '港' | '路'
        | '街' | '桥' | '河' | '湖' | '山' | '岛' | '费' | '款' | '类' | '项' | '额' | '率' | '数' | '表' | '册'
        | '度' | '性' | '量' | '化' | '期' | '值' | '者' | '级'
    )
}

/// Single characters that belong to what stands behind them: 非财政拨款, 对附属单位, 总人数, 占比例.
#[rustfmt::skip]
fn begins(c: char) -> bool {
    matches!(c,
        '非' | '对' | '为' | '按' | '占' | '本' | '各' | '总' | '新' | '在' | '从' | '由' | '或' | '不' | '无'
        | '未' | '已' | '每' | '该' | '至' | '向' | '以' | '应' | '需' | '除' | '被' | '第'
    )
}

/// Words that belong to what stands before them.
fn is_particle(c: char) -> bool {
    matches!(c, '的' | '了' | '和' | '与' | '及' | '等' | '之')
}

#[cfg(test)]
mod tests {
    use crate::document::Inline;
    use crate::typeset::linebreak::{Breaker, Fit, Measure};
    use crate::typeset::text::tests::shape;

    fn title(source: &str, width: f64) -> Vec<String> {
        let inlines = [Inline::text(source)];
        let text = shape(&inlines, "小标宋");
        let mut breaker = Breaker::default();
        breaker.senses = super::costs(&text);
        let mut lines = Vec::new();
        breaker.break_lines(&text, Measure { width, indent: 0.0 }, Fit::Balanced, &mut lines);
        let source = |i: u32| text.signs.get(i as usize).map_or(source.len(), |s| s.at as usize);
        lines.iter().map(|l| text.source[source(l.start)..source(l.end)].to_string()).collect()
    }

    #[test]
    fn what_is_remembered_of_words_is_what_the_dictionary_says() {
        let long = "服务对象满意度指标".repeat(20);
        for source in ["服务对象满意度指标", "财政专户核拨", "", "服务对象满意度指标", &long] {
            let segmenter = super::WordSegmenter::new_dictionary(Default::default());
            let said: Vec<usize> = segmenter.segment_str(source).collect();
            let bounds = super::bounds(source);
            let ours: Vec<usize> = (0..=source.len()).filter(|&at| bounds[at]).collect();
            assert_eq!(ours, said, "{source}");
        }
        // More than are remembered at once, and the first again.
        for n in (0..=super::REMEMBERED.1).chain([0]) {
            assert_eq!(super::bounds(&format!("第{n}项")).len(), format!("第{n}项").len() + 1);
        }
    }

    #[test]
    fn titles_break_at_sense_units() {
        assert_eq!(title("临港部门2023年部门预算信息公开", 12.0), ["临港部门2023年", "部门预算信息公开"]);
        assert_eq!(title("财政专户收入", 4.0), ["财政", "专户收入"]);
        assert_eq!(title("财政专户核拨", 4.0), ["财政", "专户核拨"]);
        assert_eq!(title("2023年预留资金", 4.0), ["2023年", "预留资金"]);
        assert_eq!(title("服务对象满意度指标", 5.0), ["服务对象", "满意度指标"]);
        assert_eq!(title("关于印发《预算公开操作规程》的通知", 10.0), ["关于印发", "《预算公开操作规程》的", "通知"]);
        assert_eq!(title("中小微企业份额", 5.0), ["中小微企业", "份额"]);
        assert_eq!(title("使用非财政拨款结余", 6.0), ["使用非财政", "拨款结余"]);
        assert_eq!(title("经济开发区区域安全评价", 7.0), ["经济开发区", "区域安全评价"]);
        assert_eq!(title("占计划完成工程量的比率", 7.0), ["占计划完成", "工程量的比率"]);
        assert_eq!(title("管理委员会本级小计", 6.0), ["管理委员会", "本级小计"]);
        assert_eq!(
            title("省商贸流通发展专项资金-山海关船舶维修和维护", 14.0),
            ["省商贸流通发展专项资金-", "山海关船舶维修和维护"]
        );
    }
}
