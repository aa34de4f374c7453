//! Where a title may be broken without hurting its sense (GB/T 9704-2012 7.3.1: 回行时词意完整).

use super::class::{Class, is_unit};
use super::text::Text;
use icu_segmenter::WordSegmenter;
use icu_segmenter::options::WordBreakInvariantOptions;

/// Costs of a break after a sign, as `linebreak` counts them.
const WITHIN_GROUP: f64 = 60_000.0;
const WITHIN_WORD: f64 = 30_000.0;
const BEFORE_PARTICLE: f64 = 20_000.0;
const BETWEEN_WORDS: f64 = 1_500.0;

/// The cost of breaking a title after each of its signs: most within 《》, （） and “”, then within words and numbers
/// with their counter, little between words, nothing after a mark or 的.
pub fn costs(text: &Text) -> Vec<f64> {
    let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    let mut ends = segmenter.segment_str(&text.source).peekable();
    let mut depth = 0_u32;
    let mut costs = Vec::with_capacity(text.signs.len());
    for (i, sign) in text.signs.iter().enumerate() {
        match sign.class {
            Class::Open | Class::NarrowOpen => depth += 1,
            Class::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        let end = sign.at as usize + usize::from(sign.bytes);
        while ends.peek().is_some_and(|&e| e < end) {
            ends.next();
        }
        let word_ends = ends.peek() == Some(&end);
        let here = text.source[sign.at as usize..].chars().next().unwrap_or(' ');
        let next = text.signs.get(i + 1).and_then(|s| text.source[s.at as usize..].chars().next()).unwrap_or(' ');
        costs.push(match () {
            () if depth > 0 => WITHIN_GROUP,
            () if sign.class == Class::Digit && is_unit(next) => WITHIN_WORD,
            () if !word_ends => WITHIN_WORD,
            () if is_particle(next) => BEFORE_PARTICLE,
            () if is_particle(here) || !matches!(sign.class, Class::Ideograph | Class::Digit | Class::Letter) => 0.0,
            () => BETWEEN_WORDS,
        });
    }
    costs
}

/// Words that belong to what stands before them.
fn is_particle(c: char) -> bool {
    matches!(c, '的' | '了' | '和' | '与' | '及' | '等' | '之')
}
