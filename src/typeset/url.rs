//! Addresses of pages on the web within a text: where they lie, for links and for the breaks of lines.

use std::ops::Range;

/// Where addresses lie, in bytes: from `http://` or `https://` to the first character that none has, without the marks
/// of the sentence around it.
pub fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("http").map(|at| from + at) {
        let rest = &text[at..];
        let scheme = ["http://", "https://"].into_iter().find(|s| rest.starts_with(s));
        let Some(scheme) = scheme else {
            from = at + 4;
            continue;
        };
        let is_part =
            |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let address = rest[..length].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        if address.len() > scheme.len() {
            found.push(at..at + address.len());
        }
        from = at + length.max(4);
    }
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_end_where_the_sentence_goes_on() {
        let of = |text: &str| super::addresses(text).into_iter().map(|a| text[a].to_string()).collect::<Vec<_>>();
        assert_eq!(of("见https://www.gov.cn/a/b.html?id=1&x=2，欢迎"), ["https://www.gov.cn/a/b.html?id=1&x=2"]);
        assert_eq!(of("(http://a.cn/b). http和https://"), ["http://a.cn/b"]);
        assert!(of("").is_empty() && of("httphttp").is_empty());
    }
}
