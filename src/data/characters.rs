//! Characters that other programs leave in cells, and those that look like others: read as what is meant, or named.

use std::borrow::Cow;

/// Without the escapes of control characters (`_x000D_`, ECMA-376-1, 22.4.2.4 ST_Xstring) that libraries leave where
/// they took a workbook's text for plain text: a line break, a tab.
pub(super) fn without_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains("_x00") {
        return Cow::Borrowed(text);
    }
    let text = text.replace("_x000D_\n", "\n").replace("_x000D__x000A_", "\n");
    Cow::Owned(text.replace("_x000D_", "\n").replace("_x000A_", "\n").replace("_x0009_", "\t"))
}

/// Two texts for one sentence, so that a reader sees in what they differ: where they look the same, the characters
/// that differ are named by their code points: `“A”（U+0041）`.
pub(super) fn told_apart(a: &str, b: &str) -> (String, String) {
    let shown = |text: &str| format!("“{}”", super::typed::shown(text));
    let (only_a, only_b) = differing(a, b);
    let plain = |text: &str| text.chars().all(is_plain);
    if plain(&only_a) && plain(&only_b) && (look(&only_a) != look(&only_b) || only_a.is_empty() && only_b.is_empty()) {
        return (shown(a), shown(b));
    }
    let named = |text: &str, only: &str| {
        let codes: Vec<String> = only.chars().take(4).map(|c| format!("U+{:04X}", c as u32)).collect();
        let more = if only.chars().count() > 4 { " 等" } else { "" };
        if codes.is_empty() { shown(text) } else { format!("{}（{}{more}）", shown(text), codes.join(" ")) }
    };
    (named(a, &only_a), named(b, &only_b))
}

/// The hint that `value` was meant for `near`; of two that look the same, both by their code points.
pub(super) fn meant_for(value: &str, near: &str) -> String {
    let (value, near) = told_apart(value, near);
    match value.ends_with('）') || near.ends_with('）') {
        true => format!("是否应为{near}？这里写的是{value}"),
        false => format!("是否应为{near}？"),
    }
}

/// What lies between the beginning and the end that both share.
fn differing(a: &str, b: &str) -> (String, String) {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let room = a.len().min(b.len()) - start;
    let end = a.iter().rev().zip(b.iter().rev()).take(room).take_while(|(x, y)| x == y).count();
    (a[start..a.len() - end].iter().collect(), b[start..b.len() - end].iter().collect())
}

/// Characters that everyone knows apart: ASCII, ideographs, Chinese punctuation.
fn is_plain(c: char) -> bool {
    matches!(c, '!'..='~' | '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '，' | '。' | '、' | '；' | '：' | '？'
        | '！' | '（' | '）' | '“' | '”' | '《' | '》' | '\u{20000}'..='\u{3FFFF}' | 'À'..='ÿ')
}

/// What a text looks like at a glance: letters that share a form as one of them.
fn look(text: &str) -> String {
    let form = |c: char| match c {
        '0' | 'O' | 'o' => 'O',
        '1' | 'l' | 'I' | '|' => 'l',
        '，' => ',',
        '：' => ':',
        '；' => ';',
        '！' => '!',
        '？' => '?',
        '（' => '(',
        '）' => ')',
        c => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(form).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_a_workbook_are_line_breaks() {
        assert_eq!(
            without_escapes("纵四路_x000D_绿化_x000D_\n工程_x0009_甲_x000D__x000A_乙"),
            "纵四路\n绿化\n工程\t甲\n乙"
        );
        assert_eq!(without_escapes("a_x0041_b"), "a_x0041_b");
    }

    #[test]
    fn a_hint_never_shows_two_things_that_look_the_same() {
        let said = |a, b| {
            let (a, b) = told_apart(a, b);
            format!("{a}{b}")
        };
        assert_eq!(said("绿化工程", "绿花工程"), "“绿化工程”“绿花工程”");
        assert_eq!(said("A标段", "\u{410}标段"), "“A标段”（U+0041）“\u{410}标段”（U+0410）");
        assert_eq!(said("甲·乙", "甲•乙"), "“甲·乙”（U+00B7）“甲•乙”（U+2022）");
        assert_eq!(said("1O号", "10号"), "“1O号”（U+004F）“10号”（U+0030）");
        assert_eq!(said("甲\u{E123}", "甲"), "“甲\u{E123}”（U+E123）“甲”");
        assert_eq!(said("Café", "Cafe"), "“Café”“Cafe”");
    }
}
