//! A published document of no known set: what needs none is asked of it. Its tables by their own sums and by each other, its
//! prose by every rule over texts, beside the figures that its tables print.

use super::as_folder::{Imported, Origin, Whose, as_words, quoted};
use super::import::back_on_paper;
use super::sums::{Figures, Whereto, sums};
use super::twice::twice;
use super::{PaperCell, PaperTable, Part, Published, Spot, is_numbered};
use crate::check::check_texts;
use crate::compose::{ColumnView, FigureView, RowView, TableView};
use crate::diagnostic::{Diagnostics, Place};
use crate::folder::{Bytes, Folder};
use crate::layout::Layouts;
use crate::money::Unit;
use crate::prepare::prepare_whole;
use crate::toml_tree::toml_string;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

const SET: &str = "published";
const PROSE: &str = "text/published.md";
const CELLS: &str = "cells.csv";

/// Rules that ask what only a set or a report says: which tables and parts there are, what the department calls itself, the
/// level of its budget, which figures sentences may speak of.
const OF_SETS: [&str; 5] = ["L031", "N005", "N016", "N017", "N021"];
/// Rules that ask for the year.
pub(super) const OF_YEAR: [&str; 2] = ["N015", "N019"];

/// Whether a finding is about figures that print otherwise than others in the same document.
pub fn is_of_figures(code: &str) -> bool {
    code.starts_with("X07") || ["N002", "N003", "N006", "N007", "N008", "N009", "N010"].contains(&code)
}

/// Whether a rule asks how a document is divided into headings and paragraphs, which a published file says only by its looks.
pub(super) fn is_of_division(code: &str) -> bool {
    ["L015", "L020", "L021", "L023"].contains(&code)
}

/// Whether a finding is of what must not be published.
pub(super) fn is_private(code: &str) -> bool {
    code.starts_with("X10")
}

/// Everything that is found in a document without a set, at its pages.
pub fn audit(published: &Published, whose: &Whose, layouts: &Layouts, shown: &str) -> Diagnostics {
    audit_where(published, whose, layouts, shown, &|_, _| true)
}

/// As [`audit`], of texts only what `is_asked` for a code and the part of the document that it was found in.
pub(super) fn audit_where(
    published: &Published,
    whose: &Whose,
    layouts: &Layouts,
    shown: &str,
    is_asked: &dyn Fn(&str, usize) -> bool,
) -> Diagnostics {
    let place = Whereto { shown, sheets: &published.sheets };
    let tables: Vec<Figures<'_>> = published.tables().map(Figures::of).collect();
    let mut told = Diagnostics::default();
    tables.iter().for_each(|figures| told.extend(sums(figures, &place)));
    told.extend(twice(&tables, &place));
    let (imported, parts) = imported(published);
    let views = tables.iter().enumerate().filter_map(|(index, figures)| view(figures, index + 1, &place)).collect();
    let folder = imported.folder(Path::new(shown)).with("report.toml", report(whose, layouts).into_bytes());
    let Some(job) = prepare_whole(&folder, &with_set(layouts), &mut Diagnostics::default()) else { return told };
    let mut found = check_texts(job, views);
    let unknown_year = whose.year.is_none();
    let part = |place: &Place| parts.get(&*place.file)?.get((place.line as usize).max(1) - 1).copied();
    found.retain(|found| {
        let code: &str = &found.code;
        !(OF_SETS.contains(&code) || unknown_year && OF_YEAR.contains(&code))
            && found.place.as_ref().and_then(part).is_some_and(|part| is_asked(code, part))
    });
    told.extend(back_on_paper(&found, &imported, shown));
    told
}

/// The sets there are, and that of this.
fn with_set(layouts: &Layouts) -> Layouts {
    let files = [
        ("set.toml", include_str!("set.toml").to_owned()),
        ("schema.toml", include_str!("schema.toml").to_owned()),
        ("style.toml", layouts.text("common/style.toml").unwrap_or_default()),
        ("published.md", String::new()),
    ];
    let files = files.into_iter().map(|(name, text)| (format!("{SET}/{name}"), Bytes::from(text.into_bytes())));
    layouts.after(Folder::of_files(Path::new("published"), files))
}

/// A year that the document does not say is said of it by none of the rules that ask for it.
fn report(whose: &Whose, layouts: &Layouts) -> String {
    let name = whose.name.as_deref().unwrap_or("本部门");
    let (code, year) = (whose.code.as_deref().unwrap_or("0"), whose.year.unwrap_or_else(|| layouts.latest_year()));
    format!("code = {}\nname = {}\nyear = {year}\nlayout = \"{SET}\"\n", toml_string(code), toml_string(name))
}

/// A file made of the document, line by line, with the part of the document that each line is of.
struct Lines {
    text: String,
    origins: Vec<Origin>,
    parts: Vec<usize>,
}

impl Lines {
    /// With its first line, which is of no part.
    fn headed(head: &str) -> Lines {
        Lines { text: format!("{head}\n"), origins: vec![Origin::default()], parts: vec![usize::MAX] }
    }

    fn push(&mut self, line: &str, origin: Origin, part: usize) {
        let _ = writeln!(self.text, "{line}");
        self.origins.push(origin);
        self.parts.push(part);
    }

    /// Words that say something; what is a number says it in its table.
    fn push_cell(&mut self, text: &str, origin: Origin, part: usize) {
        if text.chars().any(|c| c.is_alphabetic()) || text.chars().filter(char::is_ascii_digit).count() >= 11 {
            self.push(&quoted(text), origin, part);
        }
    }
}

/// Its prose as one section, and the words of its tables; by file and line the part of the document, from 0.
fn imported(published: &Published) -> (Imported, BTreeMap<&'static str, Vec<usize>>) {
    let mut imported = Imported::of_no_set(published);
    let mut prose = Lines { text: String::new(), origins: Vec::new(), parts: Vec::new() };
    let mut cells = Lines::headed("文字");
    for (index, part) in published.parts.iter().enumerate() {
        match part {
            Part::Text(text) => {
                let head = if text.level > 0 { "#".repeat(text.level.into()) + " " } else { String::new() };
                let line = format!("{head}{}", as_words(&text.text, text.level > 0));
                prose.push(&line, Origin { spot: text.spot, ..Origin::default() }, index);
            }
            Part::Table(table) => {
                for line in &table.above {
                    let origin = Origin { spot: table.spot, table: table.title.clone(), ..Origin::default() };
                    // A heading of a part of the document may stand right over its first table.
                    match is_numbered(line) {
                        true => prose.push(&format!("# {}", as_words(line, true)), origin, index),
                        false => cells.push_cell(line, origin, index),
                    }
                }
                for (row, one) in
                    table.rows.iter().enumerate().flat_map(|(row, cells)| cells.cells.iter().map(move |c| (row, c)))
                {
                    cells.push_cell(&one.text, origin(table, row, one), index);
                }
            }
        }
    }
    imported.files = [(PROSE.to_owned(), prose.text), (CELLS.to_owned(), cells.text)].into();
    imported.origins = [(PROSE.to_owned(), prose.origins), (CELLS.to_owned(), cells.origins)].into();
    (imported, [(PROSE, prose.parts), (CELLS, cells.parts)].into())
}

fn origin(table: &PaperTable, row: usize, cell: &PaperCell) -> Origin {
    Origin { spot: cell.spot, table: table.title.clone(), row: row + 1, cells: vec![(0, cell.spot)] }
}

/// A table as the rules over texts see it. None: it has no figures, or no unit.
fn view(figures: &Figures<'_>, number: usize, place: &Whereto<'_>) -> Option<TableView> {
    let unit = figures.unit.filter(|unit| *unit != Unit::Plain)?;
    let id: Arc<str> = format!("表{number}").into();
    let title = figures.table.title.clone();
    let there = |spot: Spot, row: usize| {
        spot.place(place.shown, place.sheets, &title, row).unwrap_or_else(|| Place::file(place.shown))
    };
    let mut columns = Vec::new();
    let mut at: HashMap<usize, usize> = HashMap::new();
    for (side, columns_of) in figures.sides.iter().enumerate() {
        for &column in &columns_of.columns {
            at.insert(column, columns.len());
            let key = in_address(&figures.heads[column].concat(), column);
            columns.push(ColumnView { key: key.into(), head: figures.heads[column].clone(), side, calc: false });
        }
    }
    let mut rows = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for row in 0..figures.rows() {
        // A table of the 三公 has one row, without a name.
        let is_row =
            |side: &super::sums::Side| !side.labels[row].is_empty() || side.labels.iter().all(String::is_empty);
        for (number, side) in figures.sides.iter().enumerate().filter(|(_, side)| is_row(side)) {
            let mut key = in_address(&side.labels[row], row);
            let again = known.entry(key.clone()).or_default();
            *again += 1;
            if *again > 1 {
                key = format!("{key}（{again}）");
            }
            let mut of_row: Vec<Option<FigureView>> = vec![None; columns.len()];
            for &column in &side.columns {
                let Some(printed) = figures.number(row, column) else { continue };
                of_row[at[&column]] = Some(FigureView {
                    address: format!("{id}/{key}/{}", columns[at[&column]].key).into(),
                    amount: Some(printed.value * unit.scale()),
                    text: printed.value.to_string(),
                    unit,
                    decimals: printed.decimals,
                    place: Some(there(figures.spot(row, column), figures.first + row + 1)),
                });
            }
            rows.push(RowView {
                key: key.into(),
                label: side.labels[row].clone(),
                name: side.labels[row].clone(),
                code: side.codes[row].clone(),
                class: String::new(),
                level: String::new(),
                side: number,
                foot: false,
                generated: false,
                total: super::sums::is_total(&side.labels[row]),
                of: side.labels[row].starts_with("其中"),
                under: None,
                printed: true,
                texts: Vec::new(),
                place: Some(there(figures.spot(row, 0), figures.first + row + 1)),
                figures: of_row,
            });
        }
    }
    (!rows.is_empty()).then(|| TableView {
        id,
        title: title.clone(),
        empty: false,
        known: true,
        whole: true,
        place: there(figures.table.spot, 0),
        columns,
        rows,
        absent: Vec::new(),
        classes: Vec::new(),
        named_by_data: Vec::new(),
        choices: Vec::new(),
        printed_columns: Vec::new(),
    })
}

/// A name as a part of an address; one of nothing but marks by its number.
fn in_address(name: &str, number: usize) -> String {
    let name: String = name.chars().filter(|c| !c.is_whitespace() && !"/~%@+.#".contains(*c)).collect();
    if name.is_empty() { format!("{}", number + 1) } else { name }
}
