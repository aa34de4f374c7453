//! What a published document words otherwise than its set: titles, lines above, heads, rows, notes. They become the department's
//! own layout, so that what is built of the folder prints the published words.

use super::arrange::without_goes_on;
use super::as_folder::{Imported, Origin};
use super::recognise::{Recognised, plain, titles_alike};
use super::words::Words;
use super::{PaperTable, PaperText, Part, Published, Spot, is_note};
use crate::compose::{Forms, Job, PrintedColumn, TableView, plain_name, tables_as_printed};
use crate::data::Schema;
use crate::diagnostic::Diagnostics;
use crate::document::{Inline, Table, plain_text};
use crate::layout::TableLayout;
use crate::money::printed_number;
use crate::toml_tree::toml_string;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The heads of columns of figures that are not those of a form, by column: as they stand in `[head]` of a layout.
pub fn heads(table: &PaperTable, form: &TableView, words: &Words) -> Vec<(String, String)> {
    if form.printed_columns.len() != table.columns {
        return Vec::new();
    }
    let paths = table.head_paths();
    // A head that goes on below itself, and a row of heads that prints nothing, are no other wording.
    let said = |path: &[String]| {
        let mut said: Vec<String> = path.iter().map(|head| plain(head)).filter(|head| !head.is_empty()).collect();
        said.dedup();
        said
    };
    let same = |(column, path): &(&PrintedColumn, &Vec<String>)| said(&column.head) == said(path);
    let pairs: Vec<(&PrintedColumn, &Vec<String>)> = form.printed_columns.iter().zip(&paths).collect();
    let others: Vec<_> = pairs.iter().filter(|pair| !same(pair)).collect();
    // Heads of another table are no other wording of this one's.
    if others.len() * 2 > pairs.len() {
        return Vec::new();
    }
    let own = |(column, path): &(&PrintedColumn, &Vec<String>)| {
        let key = column.key.as_deref().filter(|_| !path.is_empty())?;
        let path: Vec<String> = path.iter().map(|head| toml_string(&words.put_in(head))).collect();
        Some((toml_string(key), format!("[{}]", path.join(", "))))
    };
    others.into_iter().filter_map(own).collect()
}

/// Words of a table that may be another name of a fixed row, of the longest table.
const MOST_LABELS: usize = 400;
/// Labels that are so alike are two names of one row.
const ALIKE: f64 = 0.5;

/// What the document calls fixed rows of a form, by their keys, where it calls them otherwise; and the labels of rows that it
/// does not have. What `schema` names codes is a row that the data makes.
pub fn labels(
    table: &PaperTable,
    form: &TableView,
    words: &Words,
    schema: &Schema,
) -> (Vec<(String, String)>, Vec<String>) {
    let fixed: Vec<(&str, String)> = form
        .rows
        .iter()
        .filter(|row| row.printed && !row.generated && !row.label.trim().is_empty())
        .map(|row| (&*row.key, plain_name(&row.label)))
        .collect();
    let cells = table.rows.iter().skip(table.heads).flat_map(|row| &row.cells).map(|cell| cell.text.trim());
    let cells: Vec<&str> = cells.filter(|text| !text.is_empty()).collect();
    let there: HashSet<String> = cells.iter().map(|text| plain_name(text)).collect();
    let lost: Vec<&(&str, String)> = fixed.iter().filter(|(_, label)| !there.contains(label)).collect();
    if lost.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let names = schema.classes.values().flat_map(|class| class.names.values());
    let names: HashSet<String> = names.map(|name| plain_name(name)).collect();
    let own: HashSet<&String> = fixed.iter().map(|(_, label)| label).collect();
    let could = |text: &&str| {
        let name = plain_name(text);
        printed_number(text, Decimal::ONE).is_none() && !own.contains(&name) && !names.contains(&name)
    };
    let mut free: Vec<&str> = cells.into_iter().filter(could).take(MOST_LABELS).collect();
    let (mut called, mut missing) = (Vec::new(), Vec::new());
    for (key, label) in lost {
        let alike = free.iter().enumerate().map(|(at, other)| (titles_alike(label, other), at));
        match alike.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).filter(|(alike, _)| *alike >= ALIKE) {
            Some((_, at)) => called.push((toml_string(key), toml_string(&words.put_in(free.remove(at))))),
            None => missing.push(label.clone()),
        }
    }
    (called, missing)
}

/// A table's own words as a file of the department's layout.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnWords {
    /// Lines at its top, by what they word, each with where it was read.
    lines: BTreeMap<&'static str, (Vec<String>, Spot)>,
    labels: BTreeMap<String, String>,
    heads: BTreeMap<String, String>,
    spot: Spot,
}

impl OwnWords {
    /// Of heads alone.
    pub fn of_heads(heads: Vec<(String, String)>, spot: Spot) -> OwnWords {
        OwnWords { heads: heads.into_iter().collect(), spot, ..OwnWords::default() }
    }

    /// Its text, and for each line what stands behind it.
    pub fn written(&self) -> (String, Vec<Origin>) {
        let mut lines = vec![("# 公开文本的说法。".to_owned(), Spot::default())];
        let tops = self.lines.values().flat_map(|(lines, spot)| lines.iter().map(|line| (line.clone(), *spot)));
        lines.extend(tops);
        for (name, said) in [("[label]", &self.labels), ("[head]", &self.heads)] {
            if !said.is_empty() {
                lines.push((name.to_owned(), Spot::default()));
                lines.extend(said.iter().map(|(key, said)| (format!("{key} = {said}"), self.spot)));
            }
        }
        let text = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
        (text, lines.into_iter().map(|(_, spot)| Origin { spot, ..Origin::default() }).collect())
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.labels.is_empty() && self.heads.is_empty()
    }

    /// More of them, or other ones.
    fn take(&mut self, what: &'static str, said: Vec<String>, spot: Spot) {
        if !said.is_empty() {
            self.lines.insert(what, (said, spot));
        }
    }
}

/// A table with what stands around it: its notes, and whether prose follows.
struct Around<'p> {
    table: &'p PaperTable,
    notes: Vec<&'p PaperText>,
    /// A paragraph follows: whether it is a note nobody can tell.
    unsure: bool,
}

fn around(published: &Published) -> Vec<Around<'_>> {
    let mut all: Vec<Around<'_>> = Vec::new();
    let mut after = false;
    for part in &published.parts {
        match part {
            Part::Table(table) => {
                all.push(Around { table, notes: Vec::new(), unsure: false });
                after = true;
            }
            Part::Text(text) if after && is_note(&text.text) => {
                all.last_mut().into_iter().for_each(|around| around.notes.push(text));
            }
            Part::Text(text) => {
                if after && text.level == 0 {
                    all.last_mut().into_iter().for_each(|around| around.unsure = true);
                }
                after = false;
            }
        }
    }
    all
}

impl Imported {
    /// Titles, lines above, heads and notes that the folder, built as it is, would not print as they were published. A table
    /// that is like another takes that one's words too: whether anything was reworded, so that it may be asked again.
    pub(super) fn reword(&mut self, published: &Published, recognised: &Recognised, job: Job, words: &Words) -> bool {
        let prose: Vec<&String> =
            self.files.iter().filter(|(name, _)| name.starts_with("text/")).map(|(_, t)| t).collect();
        let is_in_prose = |id: &str| {
            let call = format!("{{{{ table({}) }}}}", toml_string(id));
            prose.iter().any(|text| text.contains(&call))
        };
        let job = Arc::new(job);
        let forms = Forms::compose(job.clone(), &mut Diagnostics::default());
        let composed = tables_as_printed(job);
        let mut all = self.own_words.clone();
        let mut told: Vec<Spot> = Vec::new();
        for (around, taken) in around(published).iter().zip(&recognised.tables) {
            let Some(taken) = taken else { continue };
            let layout = recognised.set().tables.values().find(|layout| layout.id == taken.id);
            let Some((layout, built)) = layout.zip(composed.iter().find(|table| table.id == taken.id)) else {
                continue;
            };
            let (table, in_prose) = (around.table, is_in_prose(&taken.id));
            let own = all.entry(format!("layout/{}.toml", layout.file)).or_default();
            own.spot = table.spot;
            own.take("title", title(table, built, words).into_iter().collect(), table.spot);
            own.take("above", above(table, built, words).into_iter().collect(), table.spot);
            let spot = around.notes.first().map_or(table.spot, |note| note.spot);
            own.take("notes", notes(around, layout, built, in_prose, words), spot);
            if let Some(form) = forms.table(&taken.id) {
                own.heads.extend(heads(table, &form, words));
                own.labels.extend(labels(table, &form, words, &recognised.set().schema).0);
            }
            if !in_prose {
                told.extend(around.notes.iter().map(|note| note.spot));
            }
        }
        all.retain(|_, own| !own.is_empty());
        // They are printed again, with their tables.
        self.rest.retain(|text| !told.contains(&text.spot));
        for (file, own) in &all {
            let (text, origins) = own.written();
            self.files.insert(file.clone(), text);
            self.origins.insert(file.clone(), origins);
        }
        let changed = all != self.own_words;
        self.own_words = all;
        changed
    }
}

fn said<'i>(lines: impl IntoIterator<Item = &'i Vec<Inline>>) -> String {
    lines.into_iter().map(|line| plain(&plain_text(line))).collect()
}

fn title(table: &PaperTable, built: &Table, words: &Words) -> Option<String> {
    let printed = without_goes_on(&table.title);
    let ours = built.title.as_ref().map(|title| plain(&plain_text(&title.inlines)))?;
    (!printed.is_empty() && !table.of_sheet && plain(printed) != ours)
        .then(|| format!("title = {}", toml_string(&words.put_in(printed))))
}

fn above(table: &PaperTable, built: &Table, words: &Words) -> Option<String> {
    let printed: String = table.above.iter().map(|line| plain(line)).collect();
    if printed.is_empty() || printed == said(&built.above) {
        return None;
    }
    let above: Vec<String> = words.above(&table.above).iter().map(|text| toml_string(text)).collect();
    Some(format!("above = [{}]", above.join(", ")))
}

fn notes(around: &Around<'_>, layout: &TableLayout, built: &Table, in_prose: bool, words: &Words) -> Vec<String> {
    let printed: String = around.notes.iter().map(|note| plain(&note.text)).collect();
    let ours = said(&built.notes);
    // Those of a table in the prose are lines of the prose.
    let wanted = if in_prose { "" } else { printed.as_str() };
    let unsure = around.unsure && around.notes.is_empty() && !in_prose;
    if unsure || wanted == ours {
        return Vec::new();
    }
    let notes: Vec<String> = match in_prose {
        true => Vec::new(),
        false => around.notes.iter().map(|note| words.put_in(&note.text)).collect(),
    };
    let is_empty =
        built.body.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.inlines).all(|i| i.figure.is_none());
    let list = |notes: &[String]| notes.iter().map(|note| toml_string(note)).collect::<Vec<_>>().join(", ");
    match (is_empty && layout.empty.is_some(), notes.split_first()) {
        (true, first) => {
            let note = first.map_or("", |(first, _)| first.as_str());
            let when_empty = |note: &String| format!("{{% if empty %}}{note}{{% endif %}}");
            let rest: Vec<String> = first.map_or(Vec::new(), |(_, rest)| rest.iter().map(when_empty).collect());
            let mut lines = vec![format!("empty = {{ note = {} }}", toml_string(note))];
            if !rest.is_empty() || !layout.notes.is_empty() {
                lines.push(format!("notes = [{}]", list(&rest)));
            }
            lines
        }
        (false, _) => vec![format!("notes = [{}]", list(&notes))],
    }
}
