//! What was changed in the file beside own words and figures: said, not taken.

use crate::diff::align::{align, likeness};
use crate::read_docx::{Reading, number};
use std::collections::BTreeSet;

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

fn tables(before: &Reading, file: &Reading, told: &mut Vec<String>) {
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
                (Some(i), Some(j)) => cells(&name, &old.rows[i], &new.rows[j], told),
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

fn cells(table: &str, old: &[String], new: &[String], told: &mut Vec<String>) {
    if old.len() != new.len() {
        told.push(format!("《{table}》有一行的格数变了，没有采用：{}", shortened(&new.join(" "))));
        return;
    }
    let is_number = |text: &str| text.trim().is_empty() || number::value(text).is_some();
    for (was, is) in old.iter().zip(new) {
        // Numbers are figures, and told of as such.
        if was.split_whitespace().ne(is.split_whitespace()) && !(is_number(was) && is_number(is)) {
            told.push(format!("《{table}》的一格文字改了，没有采用：{} → {}", shortened(was), shortened(is)));
        }
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
