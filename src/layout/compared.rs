//! Figures beside numbers that a template writes itself: `diff(a, b) > 0`. A figure is no number of the template's
//! language, which would call it the greater one whatever it is.

use super::template::tags;

const FIGURES: [&str; 4] = ["f", "diff", "percent", "total"];
const OPERATORS: [&str; 6] = ["<=", ">=", "==", "!=", "<", ">"];

/// Where figures are compared with numbers, from the beginning of a template's text; one place of a tag.
pub(super) fn with_number(text: &str) -> Vec<usize> {
    let mut all = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    for whole in tags(text) {
        let open = whole.start;
        let tag = text.get(open + 2..whole.end).unwrap_or_default();
        let code = without_strings(tag);
        let is_figure = |word: &str| named.contains(&word);
        all.extend(compared(&code, is_figure).map(|inside| open + 2 + inside));
        let set = tag.trim_start_matches('-').trim_start().strip_prefix("set ").and_then(|set| set.split_once('='));
        if let Some((name, value)) = set {
            named.retain(|known| *known != name.trim());
            named.extend(is_figure_whole(value).then(|| name.trim()));
        }
    }
    all
}

/// Whether a value is what such a call gives: what follows it (`.sign`, `| fmt`, `>`) makes something else of it.
fn is_figure_whole(value: &str) -> bool {
    let code = without_strings(value.trim().trim_end_matches('-').trim_end());
    let name = code.split_once('(').map_or("", |(name, _)| name.trim_end());
    is_call_of_figure(name) && code.ends_with(')') && !code.contains(['|', '<', '>', '=', '!'])
}

fn is_call_of_figure(name: &str) -> bool {
    FIGURES.contains(&name)
}

/// The text with blanks for what stands between quotation marks, byte for byte.
fn without_strings(tag: &str) -> String {
    let mut quote = None;
    let mut bytes = tag.as_bytes().to_vec();
    for byte in &mut bytes {
        match quote {
            Some(open) => {
                quote = (*byte != open).then_some(open);
                *byte = b'_';
            }
            None if matches!(*byte, b'"' | b'\'') => {
                quote = Some(*byte);
                *byte = b'_';
            }
            None if !byte.is_ascii() => *byte = b'_',
            None => {}
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

fn compared(code: &str, is_figure: impl Fn(&str) -> bool) -> Option<usize> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
    let mut at = 0;
    while let Some(found) = code[at..].find(['<', '>', '=', '!']) {
        let start = at + found;
        let Some(operator) = OPERATORS.iter().find(|operator| code[start..].starts_with(**operator)) else {
            at = start + 1;
            continue;
        };
        let (left, right) = (code[..start].trim_end(), code[start + operator.len()..].trim_start());
        at = start + operator.len();
        let last = &left[left.rfind(|c| !is_word(c)).map_or(0, |end| end + 1)..];
        let first = &right[..right.find(|c| !is_word(c)).unwrap_or(right.len())];
        let is_number = |word: &str| word.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        let left_is_figure = match left.strip_suffix(')') {
            Some(inside) => call_before(inside).is_some_and(is_call_of_figure),
            None => is_figure(last),
        };
        let after = &right[first.len()..];
        let right_is_figure =
            if after.starts_with('(') { is_call_of_figure(first) } else { is_figure(first) && !after.starts_with('[') };
        let number_on_right = is_number(first) || first.is_empty() && right.strip_prefix('-').is_some_and(is_number);
        if left_is_figure && number_on_right || is_number(last) && right_is_figure {
            return Some(start);
        }
    }
    None
}

/// The name before the bracket that closes where a text ends.
fn call_before(inside: &str) -> Option<&str> {
    let mut depth = 1;
    let open = inside.char_indices().rev().find(|(_, c)| {
        depth += match c {
            ')' => 1,
            '(' => -1,
            _ => 0,
        };
        depth == 0
    });
    let before = &inside[..open?.0];
    Some(&before[before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |end| end + 1)..])
}

#[cfg(test)]
mod tests {
    use super::with_number;

    #[test]
    fn a_figure_beside_a_number_is_seen() {
        for text in [
            r#"{% if f("t1/合计/额") > 0 %}"#,
            r#"{{ "多" if 0 < diff(f("a"), f("b")) }}"#,
            r#"甲{% set d = diff(f("a"), f("b")) %}乙{% if d <= -1.5 %}"#,
            r#"{% if x and total(f("a")) == 0 %}"#,
        ] {
            assert_eq!(with_number(text).len(), 1, "{text}");
        }
        for text in [
            "",
            "{",
            "{{",
            r#"{% if count("units") > 1 and loop.index == 1 %}"#,
            r#"{% if f("a") > f("b") %}{% if f("a").sign == "up" %}"#,
            r#"{% set n = rows("xm") | length %}{% if n > 3 %}"#,
            r#"{% set s = f("a").sign %}{% if s != 0 %}{{ "f(1) > 0" }}"#,
            "1 < 2 且 f(x) > 0",
            r#"{% set d = diff(f("a"), f("b")) %}{% set d = loop.index %}{% if d > 3 %}"#,
            r#"{% set more = f("a") > f("b") %}{% if more == 1 %}"#,
            r#"{{ rows("a", top=2) }}{% set w = f("a") | fmt(decimals=0) %}{% if w == 1 %}"#,
        ] {
            assert_eq!(with_number(text), Vec::<usize>::new(), "{text}");
        }
    }
}
