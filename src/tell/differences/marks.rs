//! Where two texts differ: numbers and Latin words whole, all else by character.

use similar::{ChangeTag, TextDiff};

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stretch {
    Same(String),
    /// What stood there, and what stands there now; either may be empty.
    Changed(String, String),
}

/// The stretches of two texts.
pub fn stretches(old: &str, new: &str) -> Vec<Stretch> {
    let (a, b) = (tokens(old), tokens(new));
    let diff = TextDiff::from_slices(&a, &b);
    let mut all: Vec<Stretch> = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value();
        match (change.tag(), all.last_mut()) {
            (ChangeTag::Equal, Some(Stretch::Same(same))) => same.push_str(text),
            (ChangeTag::Equal, _) => all.push(Stretch::Same(text.to_string())),
            (ChangeTag::Delete, Some(Stretch::Changed(old, _))) => old.push_str(text),
            (ChangeTag::Delete, _) => all.push(Stretch::Changed(text.to_string(), String::new())),
            (ChangeTag::Insert, Some(Stretch::Changed(_, new))) => new.push_str(text),
            (ChangeTag::Insert, _) => all.push(Stretch::Changed(String::new(), text.to_string())),
        }
    }
    joined(all)
}

/// One or two characters between two changes are no resting place for the eye.
fn joined(all: Vec<Stretch>) -> Vec<Stretch> {
    let mut out: Vec<Stretch> = Vec::new();
    let mut rest = all.into_iter().peekable();
    while let Some(stretch) = rest.next() {
        let is_short = matches!(&stretch, Stretch::Same(same) if same.chars().count() <= 1);
        match (stretch, out.last_mut()) {
            (Stretch::Same(same), Some(Stretch::Changed(old, new))) if is_short && rest.peek().is_some() => {
                old.push_str(&same);
                new.push_str(&same);
            }
            (Stretch::Changed(more_old, more_new), Some(Stretch::Changed(old, new))) => {
                old.push_str(&more_old);
                new.push_str(&more_new);
            }
            (stretch, _) => out.push(stretch),
        }
    }
    out
}

fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || ".,-%".contains(c);
    let mut tokens = Vec::new();
    let mut from = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        if is_word(c) && next.is_some_and(is_word) {
            continue;
        }
        let end = at + c.len_utf8();
        tokens.push(&text[from..end]);
        from = end;
    }
    tokens
}

/// One line for both texts: `…预算收入为〔6942.34 → 6952.34〕万元…`; long stretches that stayed are cut.
pub fn one_line(old: &str, new: &str) -> String {
    const KEPT: usize = 14;
    let all = stretches(old, new);
    let last = all.len().saturating_sub(1);
    let mut out = String::new();
    for (index, stretch) in all.iter().enumerate() {
        match stretch {
            Stretch::Same(text) => {
                let chars: Vec<char> = text.chars().collect();
                let (head, tail) = (if index == 0 { 0 } else { KEPT }, if index == last { 0 } else { KEPT });
                if chars.len() <= head + tail + 2 {
                    out.push_str(text);
                } else {
                    out.extend(&chars[..head]);
                    out.push('…');
                    out.extend(&chars[chars.len() - tail..]);
                }
            }
            Stretch::Changed(old, new) => {
                let or_none = |text: &str| if text.is_empty() { "（无）".to_string() } else { text.to_string() };
                out.push_str(&format!("〔{} → {}〕", or_none(old), or_none(new)));
            }
        }
    }
    out.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_change_whole_and_long_stretches_are_cut() {
        let old = "按照预算管理有关规定，目前我区部门预算的编制实行综合预算管理，2023年预算收入为6942.34万元。";
        let new = "按照预算管理有关规定，目前我区部门预算的编制实行综合预算管理，2023年预算收入为6952.34万元。";
        assert_eq!(one_line(old, new), "…算管理，2023年预算收入为〔6942.34 → 6952.34〕万元。");
        assert_eq!(one_line("减少5.00万元", "增加5.00万元"), "〔减少 → 增加〕5.00万元");
        assert_eq!(one_line("甲", ""), "〔甲 → （无）〕");
    }
}
