//! Line marks: which line of which template a rendered line comes from, loops and macros notwithstanding.
//! A mark is a line number between two noncharacters, put before a template line and taken out after rendering.

use super::picture_line;
use std::borrow::Cow;

/// Noncharacters (never in text; readers of user files refuse them) that carry what is not text through a template.
pub const LINE: char = '\u{FDD0}';
/// Before the id of a figure.
pub const FIGURE: char = '\u{FDD1}';
/// Before the id of a table.
pub const TABLE: char = '\u{FDD2}';
/// Where the table of contents stands.
pub const CONTENTS: char = '\u{FDD3}';
/// Before the name of a file whose words follow.
pub const FILE: char = '\u{FDD4}';
/// Before what could not be printed.
pub const PROBLEM: char = '\u{FDD5}';
/// After what another mark begins.
pub const END: char = '\u{FDD6}';
/// On both sides of a sign that would be markup, where it is text.
pub const LITERAL: char = '\u{FDD7}';
/// A line break within a text.
pub const BREAK: char = '\u{FDD8}';

/// Before the number of a chart.
pub const CHART: char = '\u{FDD9}';

/// Before the number of a picture, whose line follows.
pub const PICTURE: char = '\u{FDDA}';
/// The function that gives it, put before such a line.
pub const PICTURE_HERE: &str = "picture_here";

/// Between two numbers.
pub const AND: char = '\u{FDDB}';
/// Sixteen characters that write numbers: what a template does to texts finds no digit in them.
const DIGITS: u32 = 0xFDE0;

/// A mark with its number, and its end.
pub fn marked(mark: char, number: usize) -> String {
    let mut text = String::with_capacity(24);
    text.push(mark);
    push_number(&mut text, number);
    text.push(END);
    text
}

/// A number within a mark: its digits, and one that checks them.
pub fn push_number(text: &mut String, number: usize) {
    let digits = (number.max(1).ilog2() / 4 + 1) as usize;
    let all = (0..digits).rev().map(|place| (number >> (4 * place)) as u32 & 15);
    text.extend(all.chain([check_of(number)]).filter_map(|digit| char::from_u32(DIGITS + digit)));
}

/// The number that stands within a mark; None: its signs are not whole any more.
pub fn number_in(digits: &str) -> Option<usize> {
    let mut all = digits.chars().map(|c| (c as u32).checked_sub(DIGITS).filter(|digit| *digit < 16));
    let check = all.next_back()??;
    let first = all.next()??;
    let number = all.try_fold(first as usize, |number, digit| number.checked_mul(16)?.checked_add(digit? as usize))?;
    (check_of(number) == check).then_some(number)
}

fn check_of(number: usize) -> u32 {
    ((number as u32).wrapping_add(1).wrapping_mul(0x9E37_79B1) >> 28) & 15
}

/// Any of the marks.
pub fn is_mark(c: char) -> bool {
    ('\u{FDD0}'..='\u{FDEF}').contains(&c)
}

/// A text as it is put into a narrative: none of its signs is markup there, and its line breaks end no paragraph.
/// Marks stay as they are.
pub fn as_text(text: &str) -> Cow<'_, str> {
    const MARKUP: [char; 8] = ['#', '*', '{', '\\', '-', '<', '!', '\n'];
    if !text.contains(MARKUP) {
        return Cow::Borrowed(text);
    }
    let mut marked = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => marked.push(BREAK),
            c if MARKUP.contains(&c) => marked.extend([LITERAL, c, LITERAL]),
            c => marked.push(c),
        }
    }
    Cow::Owned(marked)
}

/// A text that was put into a template, as it was: without the marks of [`as_text`].
pub fn as_it_was(text: &str) -> Cow<'_, str> {
    if !text.contains([LITERAL, BREAK]) {
        return Cow::Borrowed(text);
    }
    let plain = text.chars().filter(|&c| c != LITERAL).map(|c| if c == BREAK { '\n' } else { c });
    Cow::Owned(plain.collect())
}

/// The line breaks of a text put into a sentence joined: nothing between Chinese characters, a blank between words.
pub fn in_one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(BREAK) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split(BREAK).map(str::trim).filter(|part| !part.is_empty());
    let mut joined = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_graphic());
        if word(joined.chars().next_back()) && word(part.chars().next()) {
            joined.push(' ');
        }
        joined.push_str(part);
    }
    Cow::Owned(joined)
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
            marked.push_str(&self::marked(LINE, (first_line + index as u32) as usize));
            if let Some(path) = picture_line::numbered_path(line) {
                marked.push_str(&format!("{{{{ {PICTURE_HERE}(\"{path}\") }}}}"));
            }
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
        let number = |mark: &str| number_in(mark).map_or(String::new(), |number| number.to_string());
        let line = |piece: &str| piece.split_once(END).map(|(line, rest)| format!("<{}>{rest}", number(line)));
        let plain: String = marked.split(LINE).filter(|piece| !piece.is_empty()).filter_map(line).collect();
        assert_eq!(plain, "<5>甲\n<6>{% set x = 1\n + 2 %}\n<8>乙{{ x\n}}丙\n{%- if x %}丁{% endif -%}\n戊\n\n<13>己");
    }
    #[test]
    fn a_number_within_a_mark_is_whole_or_none() {
        for number in [0, 1, 9, 15, 16, 255, 4096, usize::MAX] {
            let mark = marked(FIGURE, number);
            let digits = mark.trim_start_matches(FIGURE).trim_end_matches(END);
            assert!(digits.chars().all(is_mark), "{number}");
            assert_eq!(number_in(digits), Some(number));
        }
        let many = marked(FIGURE, 0x123);
        let digits: Vec<char> = many.trim_start_matches(FIGURE).trim_end_matches(END).chars().collect();
        let some = |digits: &[char]| number_in(&digits.iter().collect::<String>());
        assert_eq!([some(&digits[..1]), some(&digits[..3]), some(&digits[1..]), some(&[])], [None; 4]);
        assert_eq!([number_in("12"), number_in("一")], [None; 2]);
    }
}
