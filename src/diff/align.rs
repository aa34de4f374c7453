//! Two sequences side by side: what stayed, what was changed in place, what is only in one.

use similar::{Algorithm, DiffOp, TextDiff, capture_diff_slices};

/// Below this, two texts are two texts and not one that was changed.
const ALIKE: f32 = 0.5;
/// Pairing by likeness is quadratic; past this many pairs, texts are paired by their order.
const MOST_PAIRS: usize = 4_000;

/// Indices into the old and the new sequence, in reading order of the new one.
pub type Pair = (Option<usize>, Option<usize>);

/// Aligns two sequences by keys; what replaces something is paired with it where `likeness` (0 to 1) is enough.
pub fn align(old: &[String], new: &[String], likeness: impl Fn(usize, usize) -> f32) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(new.len());
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                pairs.extend((0..len).map(|n| (Some(old_index + n), Some(new_index + n))));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                pairs.extend((old_index..old_index + old_len).map(|o| (Some(o), None)));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                pairs.extend((new_index..new_index + new_len).map(|n| (None, Some(n))));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                pairs.extend(replaced(old_index, old_len, new_index, new_len, &likeness));
            }
        }
    }
    pairs
}

/// The pairs of a stretch that was replaced: in order, with the greatest likeness in all.
fn replaced(o: usize, olds: usize, n: usize, news: usize, likeness: &impl Fn(usize, usize) -> f32) -> Vec<Pair> {
    let score = |i: usize, j: usize| {
        let like = if olds * news > MOST_PAIRS { f32::from(u8::from(i == j)) } else { likeness(o + i, n + j) };
        if like < ALIKE { 0.0 } else { like }
    };
    let scores: Vec<Vec<f32>> = (0..olds).map(|i| (0..news).map(|j| score(i, j)).collect()).collect();
    let mut best = vec![vec![0.0f32; news + 1]; olds + 1];
    for i in (0..olds).rev() {
        for j in (0..news).rev() {
            let paired = if scores[i][j] > 0.0 { scores[i][j] + best[i + 1][j + 1] } else { 0.0 };
            best[i][j] = paired.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < olds || j < news {
        if i < olds && j < news && scores[i][j] > 0.0 && best[i][j] == scores[i][j] + best[i + 1][j + 1] {
            pairs.push((Some(o + i), Some(n + j)));
            (i, j) = (i + 1, j + 1);
        } else if i < olds && (j >= news || best[i][j] == best[i + 1][j]) {
            pairs.push((Some(o + i), None));
            i += 1;
        } else {
            pairs.push((None, Some(n + j)));
            j += 1;
        }
    }
    pairs
}

/// How alike two texts are, 0 to 1, by their characters.
pub fn likeness(a: &str, b: &str) -> f32 {
    const ENOUGH: usize = 400;
    let cut = |text: &str| -> String { text.chars().take(ENOUGH).collect() };
    if a == b { 1.0 } else { TextDiff::from_chars(&cut(a), &cut(b)).ratio() }
}

/// A text's sentences, each with the mark that ends it.
pub fn sentences(text: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if let Some(last) = sentences.last_mut() {
            last.push(c);
        }
        // A closing quote belongs to the sentence before it.
        let closes = chars.peek().is_some_and(|&next| "”’）」』".contains(next));
        if "。；！？\n".contains(c) && !closes || "”’）」』".contains(c) && ends_before(&sentences) {
            sentences.push(String::new());
        }
    }
    sentences.retain(|sentence| !sentence.trim().is_empty());
    sentences
}

/// Whether the sentence at hand ends with an end mark and a closing quote.
fn ends_before(sentences: &[String]) -> bool {
    let mut end = sentences.last().map(|s| s.chars().rev()).into_iter().flatten();
    end.next();
    end.next().is_some_and(|c| "。；！？".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_string).collect()
    }

    #[test]
    fn what_replaces_is_paired_by_likeness_and_the_rest_is_added_or_removed() {
        let (old, new) = (keys("同 甲乙丙 同二 去"), keys("同 新 甲乙丁 同二"));
        let pairs = align(&old, &new, |o, n| likeness(&old[o], &new[n]));
        assert_eq!(
            pairs,
            [(Some(0), Some(0)), (None, Some(1)), (Some(1), Some(2)), (Some(2), Some(3)), (Some(3), None)]
        );
    }

    #[test]
    fn a_text_is_split_at_ends_of_sentences_and_not_inside_quotes() {
        assert_eq!(sentences("一。二；“三。”四"), ["一。", "二；", "“三。”", "四"]);
        assert_eq!(sentences(""), [""; 0]);
        assert_eq!(sentences("（说明。）后"), ["（说明。）", "后"]);
    }
}
