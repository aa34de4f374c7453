//! Line marks: which line of which template a rendered line comes from, loops and macros notwithstanding.
//! A mark is a line number between two noncharacters, put before a template line and taken out after rendering.

/// Noncharacters (never in text; readers of user files refuse them) that carry what is not text through a template.
pub const LINE: char = '\u{FDD0}';
pub const FIGURE: char = '\u{FDD1}';
pub const TABLE: char = '\u{FDD2}';
pub const CONTENTS: char = '\u{FDD3}';
pub const FILE: char = '\u{FDD4}';
pub const PROBLEM: char = '\u{FDD5}';
pub const END: char = '\u{FDD6}';

/// Any of the marks.
pub fn is_mark(c: char) -> bool {
    ('\u{FDD0}'..='\u{FDEF}').contains(&c)
}

/// Puts a mark before each line of a template that does not begin inside a tag or next to a trimming one.
pub fn mark(body: &str, first_line: u32) -> String {
    let mut marked = String::with_capacity(body.len() + body.len() / 8);
    let mut open: Option<&'static str> = None;
    let mut trimmed = false;
    for (index, line) in body.split_inclusive('\n').enumerate() {
        let begins = line.trim_start();
        let trims = ["{%-", "{{-", "{#-"].iter().any(|t| begins.starts_with(t));
        if open.is_none() && !trimmed && !trims && !begins.is_empty() {
            marked.push_str(&format!("{LINE}{}{END}", first_line + index as u32));
        }
        marked.push_str(line);
        open = open_at_end(line, open);
        let ends = line.trim_end();
        trimmed = ["-%}", "-}}", "-#}"].iter().any(|t| ends.ends_with(t));
    }
    marked
}

/// Which tag is still open at the end of a line.
fn open_at_end(line: &str, mut open: Option<&'static str>) -> Option<&'static str> {
    let mut rest = line;
    loop {
        match open {
            Some(close) => match rest.find(close) {
                Some(at) => (rest, open) = (&rest[at + 2..], None),
                None => return open,
            },
            None => {
                let at = rest.find('{')?;
                (rest, open) = match rest.as_bytes().get(at + 1) {
                    Some(b'%') => (&rest[at + 2..], Some("%}")),
                    Some(b'{') => (&rest[at + 2..], Some("}}")),
                    Some(b'#') => (&rest[at + 2..], Some("#}")),
                    _ => (&rest[at + 1..], None),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_lines_but_not_inside_tags() {
        let marked = mark("甲\n{% set x = 1\n + 2 %}\n乙{{ x\n}}丙\n{%- if x %}丁{% endif -%}\n戊\n\n己", 5);
        let plain: String = marked.replace(LINE, "<").replace(END, ">");
        assert_eq!(plain, "<5>甲\n<6>{% set x = 1\n + 2 %}\n<8>乙{{ x\n}}丙\n{%- if x %}丁{% endif -%}\n戊\n\n<13>己");
    }
}
