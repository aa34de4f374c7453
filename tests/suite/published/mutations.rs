//! A campaign: one figure of a right document is changed in print, in a table or in a sentence, and is to be found; documents
//! that are right have nothing wrong. A few of each in every run; `GONGKAI_MUTATIONS=500` by hand, with `--nocapture` for the
//! figures.

use super::said;
use crate::common;
use crate::departments::{Chance, Department, Set};
use gongkai::diagnostic::Diagnostics;
use gongkai::document::{Block, Document, Inline, PrintedFigure};
use gongkai::folder::Folder;
use gongkai::made::Made;
use gongkai::published::as_folder::whose;
use gongkai::published::import::audit;
use gongkai::published::unset;
use gongkai::typeset::typeset;
use gongkai::workshop::Aim;
use gongkai::write::{Format, write};
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
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

/// The record lines behind a figure, each with its amount: what it is the sum of.
type Lines = BTreeSet<(String, u32, Decimal)>;

/// Where a figure stands in print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// Of a table, by its row in the body and its column.
    Cell {
        table: usize,
        row: usize,
        column: usize,
    },
    Sentence,
}

/// The figures of a document, in its order, each with its place.
fn figures(document: &mut Document) -> Vec<(Place, &mut Inline)> {
    let mut tables = 0;
    let blocks = document.sections.iter_mut().flat_map(|section| &mut section.blocks);
    let all = blocks.flat_map(|block| -> Vec<(Place, &mut Inline)> {
        match block {
            Block::Paragraph(paragraph) => paragraph.inlines.iter_mut().map(|of| (Place::Sentence, of)).collect(),
            Block::Table(of_table) => {
                let table = tables;
                tables += 1;
                let rows = of_table.body.iter_mut().enumerate();
                let cells = rows.flat_map(|(row, of)| of.cells.iter_mut().map(move |cell| (row, cell)));
                let place = |row: usize, column: usize| Place::Cell { table, row, column };
                cells
                    .flat_map(|(row, of)| {
                        let column = of.column;
                        of.inlines.iter_mut().map(move |inline| (place(row, column), inline))
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    });
    all.filter(|(_, inline)| inline.figure.is_some()).collect()
}

/// Which figures something else in print determines, told by the data and by nothing that an audit asks: the figure is
/// printed in another place, by its own address or as the sum of the same lines, if there are several (one line may be two
/// figures by chance: the only project of a subject); or its lines are those of other rows of the table together, or of
/// other columns, or it is one of such.
fn determined(made: &Made) -> Vec<bool> {
    let mut document = made.document().clone();
    let printed: Vec<(Place, usize)> = figures(&mut document)
        .into_iter()
        .filter_map(|(place, inline)| Some((place, inline.figure?.0 as usize)))
        .collect();
    let behind = |figure: &PrintedFigure| -> Lines {
        let lines = made.composition.amounts_behind(&figure.address).into_iter();
        lines
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(of, amount)| (of.file.to_string(), of.line, amount))
            .collect()
    };
    let lines: Vec<Lines> = document.figures.iter().map(behind).collect();
    let mut times: HashMap<&Lines, usize> = HashMap::new();
    let mut of_address: HashMap<usize, usize> = HashMap::new();
    for (_, figure) in &printed {
        *times.entry(&lines[*figure]).or_default() += 1;
        *of_address.entry(*figure).or_default() += 1;
    }
    let mut by_table: BTreeMap<usize, Vec<(usize, usize, &Lines)>> = BTreeMap::new();
    for (place, figure) in &printed {
        if let Place::Cell { table, row, column } = place {
            by_table.entry(*table).or_default().push((*row, *column, &lines[*figure]));
        }
    }
    let mut summed: HashSet<Place> = HashSet::new();
    for (table, cells) in by_table {
        summed.extend(in_sums(&cells).into_iter().map(|(row, column)| Place::Cell { table, row, column }));
        let turned: Vec<(usize, usize, &Lines)> = cells.iter().map(|(row, column, of)| (*column, *row, *of)).collect();
        summed.extend(in_sums(&turned).into_iter().map(|(column, row)| Place::Cell { table, row, column }));
    }
    let is_known = |(place, figure): &(Place, usize)| {
        let of = &lines[*figure];
        of_address[figure] > 1 || of.len() > 1 && times[of] > 1 || summed.contains(place)
    };
    printed.iter().map(is_known).collect()
}

/// Cells of rows that are together another row, line by line in every column, and of that row.
fn in_sums(cells: &[(usize, usize, &Lines)]) -> HashSet<(usize, usize)> {
    let mut rows: BTreeMap<usize, BTreeMap<usize, &Lines>> = BTreeMap::new();
    for (row, column, lines) in cells {
        rows.entry(*row).or_default().insert(*column, lines);
    }
    let mut known = HashSet::new();
    for (&total, whole) in &rows {
        let columns: Vec<usize> = whole.keys().copied().collect();
        let of = |row: &BTreeMap<usize, &Lines>| -> BTreeSet<(usize, (String, u32, Decimal))> {
            let lines = columns.iter().filter_map(|column| Some((*column, row.get(column)?)));
            lines.flat_map(|(column, lines)| lines.iter().map(move |line| (column, line.clone()))).collect()
        };
        let all = of(whole);
        let parts: Vec<(usize, _)> = rows
            .iter()
            .filter(|(row, _)| **row != total)
            .map(|(row, cells)| (*row, of(cells)))
            .filter(|(_, lines)| !lines.is_empty() && lines.is_subset(&all))
            .collect();
        let mut asked = 0;
        for (at, (row, first)) in parts.iter().enumerate() {
            let rest: BTreeSet<_> = all.difference(first).cloned().collect();
            let others: Vec<_> = parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, of)| of).collect();
            if is_covered(&rest, &others, &mut asked) {
                known.extend(columns.iter().flat_map(|column| [(total, *column), (*row, *column)]));
            }
        }
    }
    known
}

/// Whether some of the parts, none of which share anything, are all that is asked for.
fn is_covered<T: Ord + Clone>(rest: &BTreeSet<T>, parts: &[&(usize, BTreeSet<T>)], asked: &mut usize) -> bool {
    let Some(first) = rest.first() else { return true };
    *asked += 1;
    let fits = |part: &&&(usize, BTreeSet<T>)| part.1.contains(first) && part.1.is_subset(rest);
    *asked < 100_000
        && parts.iter().filter(fits).any(|part| is_covered(&rest.difference(&part.1).cloned().collect(), parts, asked))
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

/// A folder's document, what is found in it as it is, and which of its figures others determine.
struct Base {
    folder: &'static str,
    made: Made,
    right: [HashSet<String>; 2],
    determined: Vec<bool>,
}

impl Base {
    fn of(folder: &'static str) -> Base {
        let source = Folder::open(&common::root().join("data").join(folder));
        let made = common::workshop().open(&source, Aim::Look).made.into_iter().next().expect("a document");
        let right = audited(&pdf(&made, made.document()));
        let determined = determined(&made);
        Base { folder, made, right, determined }
    }
}

#[test]
fn a_figure_that_is_changed_in_print_is_found() {
    let folders = ["core-sample", "631-2023", "final-account-sample", "shanghai-unit-sample"];
    let bases: Vec<Base> = folders.into_par_iter().map(Base::of).collect();
    for base in &bases {
        let known = base.determined.iter().filter(|known| **known).count();
        println!("{}: others determine {known} of {} figures in print", base.folder, base.determined.len());
    }
    let tried: Vec<(String, [bool; 2])> = (0..count())
        .into_par_iter()
        .map(|number| {
            let Base { folder, made, right, determined } = &bases[number % bases.len()];
            let mut chance = Chance::new(number as u64);
            let mut document = made.document().clone();
            let mut all = figures(&mut document);
            let said = loop {
                let at = chance.below(all.len());
                let (place, inline) = &mut all[at];
                if !determined[at] || inline.text.chars().filter(char::is_ascii_digit).count() <= 2 {
                    continue;
                }
                if let Some(wrong) = slipped(&inline.text, &mut chance) {
                    let address = inline.figure.map(|id| made.document().figure(id).address.to_string());
                    let said = format!("{folder} {number}: {address:?} {place:?} {} → {wrong}", inline.text);
                    inline.text = wrong;
                    break said;
                }
            };
            let found = audited(&pdf(made, &document));
            let is_found = [0, 1].map(|way| found[way].difference(&right[way]).any(|line| !line.contains("提示[")));
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
                .flat_map(|made| {
                    let found = audited(&pdf(&made, made.document())).into_iter().enumerate();
                    found.flat_map(|(way, found)| found.into_iter().map(move |line| (way, line))).collect::<Vec<_>>()
                })
                // The city's and the county's own sentences list amounts in 元 beside others in 万元.
                .filter(move |(_, line)| set == Set::Hebei || !line.contains("[N004]"))
                .filter(|(_, line)| ["错误[", "[C", "[X", "[N0"].iter().any(|mark| line.contains(mark)))
                .map(move |(way, line)| format!("{seed} {way}: {line}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}
