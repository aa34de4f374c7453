//! Published words as words of a template: the department, its code and the years are put in anew each time.

use super::as_folder::{Whose, as_words};

/// What differs from department to department and from year to year.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// The department's name.
    pub name: Option<String>,
    /// Its code.
    pub code: Option<String>,
    /// The year the document is of.
    pub year: Option<i32>,
}

impl Words {
    /// Of a published document.
    pub fn of(whose: &Whose) -> Words {
        Words { name: whose.name.clone(), code: whose.code.clone(), year: whose.year }
    }

    /// Words of a title, a head, a label, a note.
    pub fn put_in(&self, text: &str) -> String {
        self.outside(&as_words(text, true))
    }

    /// A line of a narrative: what stands in `{{ }}` already stays.
    pub fn outside(&self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(at) = rest.find("{{") {
            out += &self.plain(&rest[..at]);
            let end = rest[at..].find("}}").map_or(rest.len(), |end| at + end + 2);
            out += &rest[at..end];
            rest = &rest[end..];
        }
        out + &self.plain(rest)
    }

    fn plain(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if let Some(name) = self.name.as_ref().filter(|name| name.chars().count() > 1) {
            text = text.replace(name.as_str(), "{{ report.name }}");
        }
        if let Some(code) = &self.code
            && let Some(rest) = text.strip_prefix(&format!("{code}{{{{ report.name }}}}"))
        {
            text = format!("{{{{ report.code }}}}{{{{ report.name }}}}{rest}");
        }
        let Some(year) = self.year else { return text };
        for colon in ["年度：", "年度:"] {
            text = text.replace(&format!("{colon}{year}"), &format!("{colon}{{{{ year }}}}"));
        }
        for (number, put) in [(year, "{{ year }}"), (year - 1, "{{ year - 1 }}"), (year + 1, "{{ year + 1 }}")] {
            text = replaced_year(&text, number, put);
        }
        text
    }

    /// The line above a table: left, middle, right.
    pub fn above(&self, pieces: &[String]) -> Vec<String> {
        let mut left = Vec::new();
        let mut unit = None;
        for piece in pieces.iter().take(6) {
            let (before, found) = split_unit(piece);
            if found && unit.is_none() {
                let plain: String = piece.chars().filter(|c| !c.is_whitespace()).collect();
                let full = plain.contains("单位：");
                let money = plain.contains("金额单位");
                unit = Some(format!(
                    "{}单位{}{{{{ look.unit }}}}",
                    if money { "金额" } else { "" },
                    if full { "：" } else { ":" }
                ));
            }
            left.extend(
                before
                    .split(['\t', '\u{3000}'])
                    .map(str::trim)
                    .filter(|text| !text.is_empty())
                    .map(|text| self.put_in(text)),
            );
        }
        let mut above: Vec<String> = left.into_iter().take(if unit.is_some() { 2 } else { 3 }).collect();
        if let Some(unit) = unit {
            above.resize(2, String::new());
            above.push(unit);
        }
        above
    }
}

/// What stands before 单位：万元, and whether that stands there.
fn split_unit(piece: &str) -> (&str, bool) {
    let trimmed = piece.trim_end();
    for unit in ["万元", "亿元", "元"] {
        let Some(before) = trimmed.strip_suffix(unit) else { continue };
        for colon in ["：", ":"] {
            let Some(before) = before.trim_end().strip_suffix(colon) else { continue };
            for word in ["金额单位", "单位"] {
                if let Some(before) = before.trim_end().strip_suffix(word) {
                    return (before.trim_end(), true);
                }
            }
        }
    }
    (trimmed, false)
}

/// A year where 年 follows, within no longer number.
fn replaced_year(text: &str, year: i32, put: &str) -> String {
    let word = year.to_string();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&word) {
        let after = &rest[at + word.len()..];
        let alone =
            !rest[..at].ends_with(|c: char| c.is_ascii_digit() || "〔[（(".contains(c) && !after.starts_with('年'));
        let of_year = after.starts_with('年') || after.trim_start().starts_with('年');
        out += &rest[..at];
        out += if alone && of_year { put } else { &word };
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words { name: Some("东湖区水务局".into()), code: Some("126".into()), year: Some(2026) }
    }

    #[test]
    fn years_names_and_codes_are_put_in() {
        assert_eq!(words().put_in("126东湖区水务局2026年预算"), "{{ report.code }}{{ report.name }}{{ year }}年预算");
        assert_eq!(words().outside("比2025年{{ f(\"a/2026/c\") }}万元"), "比{{ year - 1 }}年{{ f(\"a/2026/c\") }}万元");
        // A law's number, and a longer number.
        assert_eq!(words().put_in("财预〔2026〕1号、12026年"), "财预〔2026〕1号、12026年");
    }

    #[test]
    fn the_unit_stands_at_the_right() {
        let above =
            |pieces: &[&str]| words().above(&pieces.iter().map(|piece| (*piece).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            above(&["编制部门：东湖区水务局", "单位：元"]),
            ["编制部门：{{ report.name }}", "", "单位：{{ look.unit }}"]
        );
        assert_eq!(
            above(&["编制单位：东湖区水务局 单位：万元"]),
            ["编制单位：{{ report.name }}", "", "单位：{{ look.unit }}"]
        );
        assert_eq!(above(&["公开01表"]), ["公开01表"]);
        assert_eq!(above(&["预算年度：2026"]), ["预算年度：{{ year }}"]);
        assert_eq!(above(&["单位:元"]), ["", "", "单位:{{ look.unit }}"]);
    }
}
