//! What was changed in the file beside own words and figures: said, not taken.

use crate::diff::align::{align, likeness};
use crate::read_docx::{ReadFigure, Reading, number};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Says what differs in paragraphs that are the set's wording, in paragraphs that came or went, and in tables.
pub fn compare(before: &Reading, file: &Reading, told: &mut Vec<String>) {
    paragraphs(before, file, told);
    tables(before, file, told);
    unread(before, file, told);
}

/// What Word shows and cannot be read, less what the program itself wrote.
fn unread(before: &Reading, file: &Reading, told: &mut Vec<String>) {
    let mut own = before.unread.clone();
    for what in &file.unread {
        match own.iter().position(|own| own == what) {
            Some(at) => {
                own.swap_remove(at);
            }
            None => told.push(format!("不能读取，没有采用：{what}")),
        }
    }
}

fn paragraphs(before: &Reading, file: &Reading, told: &mut Vec<String>) {
    let own = |reading: &Reading| -> BTreeSet<String> {
        reading.prose.iter().flat_map(|p| p.text.split('\n')).map(key).collect()
    };
    let (old_own, new_own) = (own(before), own(file));
    // Lines of the contents have a tab before their page number, which moves.
    let texts = |reading: &Reading| -> Vec<String> {
        reading.paragraphs.iter().filter(|p| !p.contains('\t')).cloned().collect()
    };
    let (old, new) = (texts(before), texts(file));
    let keys = |texts: &[String]| texts.iter().map(key).collect::<Vec<_>>();
    for pair in align(&keys(&old), &keys(&new), |i, j| likeness(&old[i], &new[j])) {
        match pair {
            (Some(i), Some(j)) if key(&old[i]) != key(&new[j]) && !old_own.contains(&key(&old[i])) => told
                .push(format!("版式的文字改了，没有采用（请改版式）：{} → {}", shortened(&old[i]), shortened(&new[j]))),
            (Some(i), None) if !old_own.contains(&key(&old[i])) => {
                told.push(format!("删去了一段，没有采用：{}", shortened(&old[i])));
            }
            (None, Some(j)) if !new_own.contains(&key(&new[j])) => {
                told.push(format!("多了一段，没有采用：{}", shortened(&new[j])));
            }
            _ => {}
        }
    }
}

/// The figures that were changed: what they were, what they are. They are told of as figures.
fn changed_figures<'r>(before: &'r Reading, file: &'r Reading) -> HashSet<(&'r str, &'r str)> {
    let printing = |figure: &'r ReadFigure| (&*figure.address, figure.printing);
    let old: BTreeMap<(&str, u32), &str> =
        before.figures.iter().map(|figure| (printing(figure), figure.text.trim())).collect();
    let change = |figure: &'r ReadFigure| Some((*old.get(&printing(figure))?, figure.text.trim()));
    file.figures.iter().filter_map(change).filter(|(was, is)| was != is).collect()
}

fn tables(before: &Reading, file: &Reading, told: &mut Vec<String>) {
    let figures = changed_figures(before, file);
    if before.tables.len() != file.tables.len() {
        told.push(format!("表由 {} 张变成了 {} 张，没有采用", before.tables.len(), file.tables.len()));
        return;
    }
    for (old, new) in before.tables.iter().zip(&file.tables) {
        let name = shortened(&old.title);
        let keys = |rows: &[Vec<String>]| rows.iter().map(|r| key(r.join("|"))).collect::<Vec<_>>();
        let alike = |i: usize, j: usize| likeness(&old.rows[i].join("|"), &new.rows[j].join("|"));
        for pair in align(&keys(&old.rows), &keys(&new.rows), alike) {
            match pair {
                (Some(i), Some(j)) => cells(&name, &old.rows[i], &new.rows[j], &figures, told),
                (Some(i), None) => {
                    told.push(format!("《{name}》删去了一行，没有采用：{}", shortened(&old.rows[i].join(" "))))
                }
                (None, Some(j)) => {
                    told.push(format!("《{name}》多了一行，没有采用：{}", shortened(&new.rows[j].join(" "))))
                }
                (None, None) => {}
            }
        }
    }
}

fn cells(table: &str, old: &[String], new: &[String], figures: &HashSet<(&str, &str)>, told: &mut Vec<String>) {
    if old.len() != new.len() {
        told.push(format!("《{table}》有一行的格数变了，没有采用：{}", shortened(&new.join(" "))));
        return;
    }
    let is_number = |text: &str| text.trim().is_empty() || number::value(text).is_some();
    for (was, is) in old.iter().zip(new).filter(|(was, is)| was.split_whitespace().ne(is.split_whitespace())) {
        let numbers = is_number(was) && is_number(is);
        if numbers && figures.contains(&(was.trim(), is.trim())) {
            continue;
        }
        let what = if numbers { "一格数字改了，数据里没有对应的数" } else { "一格文字改了" };
        let shown = |text: &str| if text.trim().is_empty() { "（空）".to_owned() } else { shortened(text) };
        told.push(format!("《{table}》的{what}，没有采用：{} → {}", shown(was), shown(is)));
    }
}

/// A text without numbers and white space: figures are compared elsewhere.
fn key(text: impl AsRef<str>) -> String {
    text.as_ref().chars().filter(|c| !c.is_whitespace() && !c.is_ascii_digit() && !".,-".contains(*c)).collect()
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 30;
    let mut shown: String = text.replace('\n', " ").chars().take(SHOWN).collect();
    if text.chars().count() > SHOWN {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_docx::TableTexts;

    fn reading(cells: [&str; 3], figure: &str) -> Reading {
        let rows = vec![cells.map(String::from).to_vec()];
        let address = "t1/201/预算数".to_owned();
        let figure = ReadFigure { address, printing: 1, text: figure.to_owned(), amount: None };
        let tables = vec![TableTexts { title: "收支总表".to_owned(), rows }];
        Reading { figures: vec![figure], tables, ..Reading::default() }
    }

    #[test]
    fn a_number_in_a_cell_without_a_figure_is_told() {
        let before = reading(["30201", "85.05", ""], "85.05");
        let told = |cells, figure| {
            let mut told = Vec::new();
            tables(&before, &reading(cells, figure), &mut told);
            told
        };
        assert_eq!(told(["30201", "85.05", ""], "85.05"), [""; 0]);
        assert_eq!(told(["30201", "86.05", ""], "86.05"), [""; 0], "told of as a figure");
        let of = |what| format!("《收支总表》的一格数字改了，数据里没有对应的数，没有采用：{what}");
        assert_eq!(told(["30299", "85.05", ""], "85.05"), [of("30201 → 30299")]);
        assert_eq!(told(["30201", "85.05", "5.00"], "85.05"), [of("（空） → 5.00")]);
    }
}
