//! Where a title may be broken without hurting its sense (GB/T 9704-2012 7.3.1: 回行时词意完整).

use super::class::{Class, is_unit};
use super::text::{Sign, Text};
use icu_segmenter::WordSegmenter;
use icu_segmenter::options::WordBreakInvariantOptions;

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
    let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    let words: Vec<usize> = segmenter.segment_str(&text.source).collect();
    let ends = |at: usize| words.binary_search(&at).is_ok();
    let char_of = |sign: &Sign| text.source[sign.at as usize..].chars().next().unwrap_or(' ');
    let single = |sign: &Sign| sign.class == Class::Ideograph && ends(sign.at as usize) && ends(end_of(sign));
    let (mut depth, mut singles, mut after_number) = (0_u32, 0_u32, false);
    let mut costs = Vec::with_capacity(text.signs.len());
    for (sign, next) in text.signs.iter().zip(text.signs.iter().skip(1)) {
        match (sign.class, char_of(sign)) {
            (Class::Open | Class::NarrowOpen, _) => depth += 1,
            (Class::Close, _) | (_, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        // 2023年|预留: a number has its counter already.
        let counts = after_number && is_unit(char_of(sign));
        singles = if single(sign) && single(next) && !counts { singles + 1 } else { 0 };
        after_number = sign.class == Class::Digit;
        costs.push(match () {
            () if depth > 0 => WITHIN_GROUP,
            () if sign.class == Class::Digit && is_unit(char_of(next)) => WITHIN_WORD,
            () if !ends(end_of(sign)) => WITHIN_WORD,
            () if is_suffix(char_of(next)) && ends(end_of(next)) && sign.class == Class::Ideograph => WITHIN_WORD,
            () if is_particle(char_of(next)) => BEFORE_PARTICLE,
            () if is_particle(char_of(sign)) => 0.0,
            () if !matches!(sign.class, Class::Ideograph | Class::Digit | Class::Letter) => 0.0,
            () if singles % 2 == 1 => BETWEEN_SINGLES,
            () if singles > 0 => BETWEEN_PAIRS,
            () => BETWEEN_WORDS,
        });
    }
    costs
}

fn end_of(sign: &Sign) -> usize {
    sign.at as usize + usize::from(sign.bytes)
}

/// Single characters that make a name of what stands before them: 山海关区, 经济开发区, 财政局, 委员会, 满意度.
fn is_suffix(c: char) -> bool {
    const SUFFIXES: &str =
        "省市县区旗盟州镇乡村屯局厅委办处科室部院所站队馆园会署厂港路街桥河湖山岛费款类项额率数表册度性量化期";
    SUFFIXES.contains(c)
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
    fn titles_break_at_sense_units() {
        assert_eq!(title("临港部门2023年部门预算信息公开", 12.0), ["临港部门2023年", "部门预算信息公开"]);
        assert_eq!(title("财政专户收入", 4.0), ["财政", "专户收入"]);
        assert_eq!(title("财政专户核拨", 4.0), ["财政", "专户核拨"]);
        assert_eq!(title("2023年预留资金", 4.0), ["2023年", "预留资金"]);
        assert_eq!(title("服务对象满意度指标", 5.0), ["服务对象", "满意度指标"]);
        assert_eq!(title("关于印发《预算公开操作规程》的通知", 10.0), ["关于印发", "《预算公开操作规程》的", "通知"]);
        assert_eq!(
            title("省商贸流通发展专项资金-山海关船舶维修和维护", 14.0),
            ["省商贸流通发展专项资金-", "山海关船舶维修和维护"]
        );
    }
}
