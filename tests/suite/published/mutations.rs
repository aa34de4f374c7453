//! A campaign: one figure of a right document is changed in print, in a table or in a sentence, and is to be found; documents
//! that are right have nothing wrong. A few of each in every run; `GONGKAI_MUTATIONS=500` by hand, with `--nocapture` for the
//! figures.

use super::said;
use crate::common;
use crate::departments::{Chance, Department, Set};
use gongkai::diagnostic::Diagnostics;
use gongkai::document::{Block, Document, Inline};
use gongkai::folder::Folder;
use gongkai::made::Made;
use gongkai::published::as_folder::whose;
use gongkai::published::import::audit;
use gongkai::published::unset;
use gongkai::typeset::typeset;
use gongkai::workshop::Aim;
use gongkai::write::{Format, write};
use rayon::prelude::*;
use std::collections::HashSet;
use std::path::Path;

fn count() -> usize {
    std::env::var("GONGKAI_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(10)
}

fn pdf(made: &Made, document: &Document) -> Vec<u8> {
    let fonts = common::fonts();
    let mut found = Diagnostics::default();
    let pages = typeset(document, made.style(), &fonts, &mut found);
    write(document, made.style(), &pages, &fonts, Format::Pdf).unwrap_or_else(|found| panic!("{found}"))
}

/// What is found with the set, and what without.
fn audited(bytes: &[u8]) -> [HashSet<String>; 2] {
    let layouts = common::layouts();
    let path = Path::new("公开.pdf");
    let mut with = Diagnostics::default();
    audit(bytes, path, None, &layouts, &mut with).unwrap_or_else(|| panic!("{:?}", said(&with)));
    let published = gongkai::published::read(bytes, "公开.pdf").unwrap_or_else(|found| panic!("{found}"));
    let without = unset::audit(&published, &whose(&published, path), &layouts, "公开.pdf");
    [with, without].map(|found| said(&found).into_iter().collect())
}

/// The figures of a document, in its order: of tables, and of sentences that print what a table prints too.
fn figures(document: &mut Document) -> Vec<&mut Inline> {
    let of_tables: HashSet<String> = document
        .tables()
        .flat_map(|table| &table.body)
        .flat_map(|row| &row.cells)
        .flat_map(|cell| &cell.inlines)
        .filter_map(|inline| inline.figure)
        .map(|id| document.figure(id).address.clone())
        .collect();
    let whole = document.clone();
    let known = |inline: &Inline| {
        inline.figure.is_some_and(|id| of_tables.contains(&whole.figure(id).address))
            && inline.text.chars().filter(char::is_ascii_digit).count() > 2
    };
    let blocks = document.sections.iter_mut().flat_map(|section| &mut section.blocks);
    blocks
        .flat_map(|block| -> Vec<&mut Inline> {
            match block {
                Block::Paragraph(paragraph) => paragraph.inlines.iter_mut().collect(),
                Block::Table(table) => {
                    table.body.iter_mut().flat_map(|row| &mut row.cells).flat_map(|cell| &mut cell.inlines).collect()
                }
                _ => Vec::new(),
            }
        })
        .filter(|inline| known(inline))
        .collect()
}

fn value(text: &str) -> f64 {
    text.replace(',', "").parse().unwrap_or(0.0)
}

/// A number as a hand or an eye gets it wrong; far enough off that no rounding makes it.
fn slipped(text: &str, chance: &mut Chance) -> Option<String> {
    let places: Vec<usize> = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
    let at = places[chance.below(places.len())];
    let digit = text.as_bytes()[at];
    let mut bytes = text.as_bytes().to_vec();
    match chance.below(4) {
        0 => bytes[at] = b'0' + (digit - b'0' + 1 + chance.below(9) as u8) % 10,
        1 => {
            let next = *places.iter().find(|place| **place > at)?;
            bytes.swap(at, next);
        }
        2 => drop(bytes.remove(at)),
        _ => bytes.insert(at, b'1' + chance.below(9) as u8),
    }
    let other = String::from_utf8(bytes).ok()?;
    let whole = other.split('.').next()?.replace(',', "");
    let is_number = !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
    ((value(&other) - value(text)).abs() >= 1.0 && is_number).then_some(other)
}

#[test]
fn a_figure_that_is_changed_in_print_is_found() {
    let folders = ["core-sample", "631-2023", "final-account-sample", "shanghai-unit-sample"];
    let bases: Vec<(&str, Made, [HashSet<String>; 2])> = folders
        .into_par_iter()
        .map(|folder| {
            let source = Folder::open(&common::root().join("data").join(folder));
            let opened = common::workshop().open(&source, Aim::Look);
            let made = opened.made.into_iter().next().expect("a document");
            let right = audited(&pdf(&made, made.document()));
            (folder, made, right)
        })
        .collect();
    let tried: Vec<(String, [bool; 2])> = (0..count())
        .into_par_iter()
        .map(|number| {
            let (folder, made, right) = &bases[number % bases.len()];
            let mut chance = Chance::new(number as u64);
            let mut document = made.document().clone();
            let mut all = figures(&mut document);
            let said = loop {
                let at = chance.below(all.len());
                if let Some(wrong) = slipped(&all[at].text, &mut chance) {
                    let said = format!("{folder} {number}: {:?} {} → {wrong}", all[at].figure, all[at].text);
                    all[at].text = wrong;
                    break said;
                }
            };
            let found = audited(&pdf(made, &document));
            let is_found = [0, 1].map(|way| found[way].difference(&right[way]).next().is_some());
            (said, is_found)
        })
        .collect();
    let found = [0, 1].map(|way| tried.iter().filter(|(_, found)| found[way]).count());
    println!("{} of {} found with the set, {} without", found[0], tried.len(), found[1]);
    let lost: Vec<&String> = tried.iter().filter(|(_, found)| !found[0]).map(|(said, _)| said).collect();
    println!("lost: {lost:#?}");
    let without: Vec<&String> = tried.iter().filter(|(_, found)| !found[1]).map(|(said, _)| said).collect();
    println!("without a set lost: {without:#?}");
    assert!(lost.len() * 100 <= tried.len(), "{lost:#?}");
}

#[test]
fn nothing_is_wrong_with_documents_that_are_right() {
    let wrong: Vec<String> = (0..(count() * 2 / 5) as u64)
        .into_par_iter()
        .flat_map_iter(|seed| {
            let set = Set::ALL[seed as usize % Set::ALL.len()];
            let files = Department::orderly(seed, set).files();
            let bytes = files.into_iter().map(|(name, text)| (name, text.into_bytes().into()));
            let opened = common::workshop().open(&Folder::of_files(Path::new("data"), bytes), Aim::Look);
            let made: Vec<Made> = opened.made.into_iter().collect();
            made.into_iter()
                .flat_map(move |made| {
                    let found = audited(&pdf(&made, made.document())).into_iter().enumerate();
                    // Of the sets that ship; tables of the others are for tests and are not read as printed.
                    let found = found.filter(move |(way, _)| *way == 1 || set == Set::Hebei);
                    found.flat_map(|(way, found)| found.into_iter().map(move |line| (way, line))).collect::<Vec<_>>()
                })
                // The sets of these tests print one amount in 元 and another in 万元.
                .filter(|(_, line)| !line.contains("[N004]"))
                .filter(|(_, line)| ["错误[", "[C", "[X", "[N0"].iter().any(|mark| line.contains(mark)))
                .map(move |(way, line)| format!("{seed} {way}: {line}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}
