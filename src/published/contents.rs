//! Contents that no dots and no page numbers give away, and menus of pages: titles before everything else that all stand
//! again where they belong.

use super::as_folder::said;
use super::recognise::plain;
use super::{Part, Published};
use std::collections::HashMap;

/// So many titles in front are contents.
const ENOUGH: usize = 3;
/// Characters of the longest title.
const LONGEST: usize = 60;

/// Takes the contents out: of what stands before the first table and the first sentence, the titles that stand again
/// behind the last of them. What says whose document it is stays.
pub(super) fn without_contents(published: &mut Published) {
    let parts = &published.parts;
    let is_whose = |text: &str| said(text).is_some_and(|(name, ..)| !name.is_empty());
    let title = |part: &Part| match part {
        Part::Text(text) if text.text.chars().count() > LONGEST || text.text.contains('。') => None,
        Part::Text(text) if is_whose(&text.text) => Some(String::new()),
        Part::Text(text) => Some(named(&text.text)),
        Part::Table(_) => None,
    };
    let front: Vec<String> = parts.iter().map_while(title).collect();
    let mut last: HashMap<String, usize> = HashMap::new();
    for (index, part) in parts.iter().enumerate() {
        last.insert(
            named(match part {
                Part::Text(text) => &text.text,
                Part::Table(table) => &table.title,
            }),
            index,
        );
    }
    // A first heading stands behind all contents: what is repeated before it is one of them.
    let again = |end: usize| {
        let last = &last;
        let stands_again = move |title: &String| last.get(title).is_some_and(|at| *at >= end);
        front[..end].iter().map(move |title| !title.is_empty() && stands_again(title))
    };
    let mut end = front.len();
    while let Some(back) = again(end).rposition(|again| again).filter(|back| back + 1 < end) {
        end = back + 1;
    }
    let of_contents: Vec<bool> = again(end).collect();
    if of_contents.iter().filter(|one| **one).count() >= ENOUGH {
        let mut of_contents = of_contents.into_iter();
        published.parts.retain(|_| !of_contents.next().unwrap_or(false));
    }
}

/// A title without its number and its page: `一、收支总表 3` and `表1 收支总表` are of one name.
fn named(text: &str) -> String {
    let text = plain(text);
    let text = text.trim_end_matches(|c: char| c.is_ascii_digit() || "-—－.…·".contains(c));
    let numbered =
        |c: char| c.is_ascii_digit() || "一二三四五六七八九十第部分章节表（）()、.．：: \u{3000}".contains(c);
    text.trim_start_matches(numbered).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::{PaperTable, PaperText};

    fn left(lines: &[&str]) -> Vec<String> {
        let part = |line: &&str| match line.strip_prefix('|') {
            Some(title) => Part::Table(PaperTable { title: title.to_owned(), ..PaperTable::default() }),
            None => Part::Text(PaperText { text: (*line).to_owned(), ..PaperText::default() }),
        };
        let mut published = Published { parts: lines.iter().map(part).collect(), ..Published::default() };
        without_contents(&mut published);
        let text = |part: &Part| match part {
            Part::Text(text) => text.text.clone(),
            Part::Table(table) => format!("|{}", table.title),
        };
        published.parts.iter().map(text).collect()
    }

    #[test]
    fn contents_typed_by_hand_are_no_headings() {
        let body = ["第一部分 预算表", "|收支总表", "|支出总表", "第二部分 情况说明", "一、主要职责", "管理档案。"];
        let cover = ["东湖区水务局2026年部门预算公开", "2026年2月"];
        let contents = ["第一部分 预算表 1", "一、收支总表", "二、支出总表 3", "第二部分 情况说明", "（一）主要职责"];
        let whole: Vec<&str> = cover.into_iter().chain(contents).chain(body).collect();
        assert_eq!(left(&whole), cover.into_iter().chain(body).collect::<Vec<_>>());
        // Headings that nothing repeats, and two that something does.
        let without: Vec<&str> = cover.into_iter().chain(body).collect();
        assert_eq!(left(&without), without);
        let few = ["主要职责", "机构设置", "一、主要职责", "管理档案。", "二、机构设置", "办公室。"];
        assert_eq!(left(&few), few);
        assert_eq!(left(&[]), [""; 0]);
    }

    #[test]
    fn what_is_repeated_among_sentences_stays() {
        let lines = ["本馆有：", "办公室", "保管科", "利用科", "以上三科。", "办公室", "保管科", "利用科"];
        let after: Vec<&str> = ["管理档案。"].into_iter().chain(lines).collect();
        assert_eq!(left(&after), after);
    }
}
