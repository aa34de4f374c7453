//! A line of a department's template (first line of the input) and what someone made of its words in Word (the second):
//! only literal words change, every tag stays, and the new line says what was typed.
#![no_main]

use gongkai::pull::rewrite;
use gongkai_fuzz::{PARSER, twice};

/// The words of a line around its tags, and the tags; none if one does not end.
fn parts(line: &str) -> Option<(Vec<String>, Vec<String>)> {
    let (mut words, mut tags, mut rest) = (vec![String::new()], Vec::new(), line);
    while let Some(c) = rest.chars().next() {
        let close = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")].into_iter().find(|(open, _)| rest.starts_with(open));
        let end = match close {
            Some((_, close)) => rest.find(close)? + 2,
            None => c.len_utf8(),
        };
        match (close, words.last_mut()) {
            (Some(_), _) => {
                tags.push(rest[..end].to_string());
                words.push(String::new());
            }
            (None, Some(last)) => last.push(c),
            (None, None) => {}
        }
        rest = &rest[end..];
    }
    Some((words, tags))
}

libfuzzer_sys::fuzz_target!(|input: &str| {
    let (template, typed) = input.split_once('\n').unwrap_or((input, ""));
    let Some((old, tags)) = parts(template) else { return };
    let mut new: Vec<String> = typed.split('|').map(str::to_string).collect();
    new.resize(old.len(), String::new());
    // Braces would make tags of words; trying the edit refuses them.
    let plain = |text: &str| !text.contains(['{', '}', '%', '#']);
    let Some(line) = twice(PARSER, || rewrite(template, &old, &new)) else { return };
    if !new.iter().chain(&old).all(|words| plain(words)) {
        return;
    }
    let (words, kept) = parts(&line).unwrap_or_default();
    assert_eq!(kept, tags, "{line}");
    // Spaces at the end of a line say nothing.
    let said = |words: &[String]| words.join("|").trim_end().to_string();
    assert_eq!(said(&words), said(&new), "{line}");
    let same = rewrite(template, &old, &old);
    assert_eq!(same.as_deref(), Some(template));
});
