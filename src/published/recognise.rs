//! Which layout set a published document is of, and which of its tables each of the document's is: by titles, heads and
//! the names of rows.

use super::{PaperTable, Published};
use crate::compose::{Forms, Job, TableView};
use crate::diagnostic::Diagnostics;
use crate::folder::{Bytes, Folder};
use crate::layout::{LayoutSet, Layouts};
use crate::prepare::prepare_whole;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// What a published document was taken for.
pub struct Recognised {
    /// Id of the set.
    pub set: String,
    /// Which table of the set each table of the document is, by the document's order; None: none of them.
    pub tables: Vec<Option<Taken>>,
    /// Titles of the set's tables that the document does not have.
    pub missing: Vec<String>,
    /// Ids of the tables that a document of the set prints.
    printed: BTreeSet<String>,
    /// Tables of the document that were taken for one of the set and are not as it has them, from 0.
    pub(super) left: BTreeSet<usize>,
    /// The set's tables without data, with its narratives.
    pub forms: Forms,
    /// The year by which its codes are looked up: the document's, else the latest that there are lists for.
    pub year: i32,
    /// How much speaks for the set: the sum over its tables, each at most 1.
    weight: f64,
}

/// A table that was recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Its id in the set, `t5`.
    pub id: String,
    /// How alike they are, from 0 to 1.
    pub likeness: f64,
}

/// Less alike than this, a table is not taken.
const ENOUGH: f64 = 0.5;

impl Recognised {
    /// The set it was taken for.
    pub fn set(&self) -> &LayoutSet {
        &self.forms.job().set
    }

    /// How many of its tables were recognised.
    pub fn found(&self) -> usize {
        self.tables.iter().flatten().count()
    }

    /// Whether the document is of this set: it has most of the tables that a document of the set prints. One table proves
    /// none, and neither does it that most tables of a document are like some of a set: departments publish a few alone.
    pub fn is_enough(&self) -> bool {
        let found = self.tables.iter().flatten().filter(|taken| self.printed.contains(&taken.id)).count();
        found > 1 && found * 2 > self.printed.len()
    }

    /// A table of the document is no more taken for one of the set.
    pub(super) fn leave(&mut self, table: usize) {
        self.tables[table] = None;
        self.left.insert(table);
    }
}

/// Tries the set that is asked for, else every set there is, and takes the one whose tables are most alike. None: no
/// table is like any. What is wrong with a set that is asked for goes to `diagnostics`.
pub fn recognise(
    published: &Published,
    year: Option<i32>,
    asked: Option<&str>,
    layouts: &Layouts,
    diagnostics: &mut Diagnostics,
) -> Option<Recognised> {
    let tables: Vec<&PaperTable> = published.tables().collect();
    if let Some(asked) = asked {
        let year = year.unwrap_or_else(|| layouts.latest_year());
        let forms = forms(asked, year, layouts, diagnostics)?;
        return Some(assigned(asked, &tables, forms, year));
    }
    most_alike(published, year, &layouts.sets(), layouts).filter(|best| best.found() > 0)
}

/// Of some sets, that whose tables are most alike, however little that is.
pub(crate) fn most_alike(
    published: &Published,
    year: Option<i32>,
    sets: &[String],
    layouts: &Layouts,
) -> Option<Recognised> {
    let tables: Vec<&PaperTable> = published.tables().collect();
    let latest = layouts.latest_year();
    let tried = sets.iter().filter_map(|set| {
        // A year that the set has no lists of codes for does not hide what it is.
        let years = year.into_iter().chain([latest]);
        let of_year = |year| Some((forms(set, year, layouts, &mut Diagnostics::default())?, year));
        let (forms, tried) = years.filter_map(of_year).next()?;
        Some(assigned(set, &tables, forms, year.unwrap_or(tried)))
    });
    // Of sets that are as alike, the first.
    tried.reduce(|best, other| if other.weight > best.weight + 1e-9 { other } else { best })
}

/// A set's tables without data.
fn forms(set: &str, year: i32, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<Forms> {
    let report = format!("code = \"0\"\nname = \"部门\"\nyear = {year}\nlayout = \"{set}\"\n");
    let files = [("report.toml".to_owned(), Bytes::from(report.into_bytes()))];
    let mut found = Diagnostics::default();
    let job: Option<Job> = prepare_whole(&Folder::of_files(Path::new(set), files), layouts, &mut found);
    if job.is_none() {
        diagnostics.extend(found);
    }
    Some(Forms::compose(job?, &mut Diagnostics::default()))
}

fn assigned(set: &str, tables: &[&PaperTable], forms: Forms, year: i32) -> Recognised {
    let views: Vec<TableView> = forms.job().set.tables.values().filter_map(|table| forms.table(&table.id)).collect();
    let printed: Vec<Words> = tables.iter().map(|table| Words::of_paper(table)).collect();
    let is_placed = |view: &TableView, always: bool| is_placed(&forms.job().set, view, always);
    let mut pairs = Vec::new();
    // A table without a title that no part places only names figures.
    let can_stand = |view: &TableView| is_printed(view) && (has_title(view) || is_placed(view, false));
    for (form, view) in views.iter().enumerate().filter(|(_, view)| can_stand(view)) {
        let words = Words::of_form(view);
        for (table, paper) in printed.iter().enumerate() {
            let likeness = words.likeness(paper);
            if likeness >= ENOUGH {
                pairs.push((likeness, table, form));
            }
        }
    }
    // The most alike first; of those, in the order of the document.
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut taken: Vec<Option<Taken>> = vec![None; tables.len()];
    let mut used = vec![false; views.len()];
    let mut weight = 0.0;
    for (likeness, table, form) in pairs {
        if taken[table].is_none() && !used[form] {
            taken[table] = Some(Taken { id: views[form].id.to_string(), likeness });
            used[form] = true;
            weight += likeness;
        }
    }
    let of_figures = |view: &TableView| view.printed_columns.iter().any(|column| column.key.is_some());
    let is_own = |view: &TableView, always: bool| {
        is_placed(view, always) && is_printed(view) && of_figures(view) && has_title(view)
    };
    let ids = |always: bool| -> BTreeSet<String> {
        views.iter().filter(|view| is_own(view, always)).map(|view| view.id.to_string()).collect()
    };
    // Of a set that prints all its tables in some documents alone, those.
    let printed = Some(ids(true)).filter(|ids| !ids.is_empty()).unwrap_or_else(|| ids(false));
    let is_missing = |(view, used): &(&TableView, &bool)| !**used && is_own(view, true);
    let missing = views.iter().zip(&used).filter(is_missing).map(|(view, _)| view.title.clone()).collect();
    Recognised { set: set.to_owned(), tables: taken, missing, printed, left: BTreeSet::new(), forms, year, weight }
}

/// Whether a part of the set places a table; `always`: one that every document has.
fn is_placed(set: &LayoutSet, view: &TableView, always: bool) -> bool {
    let file = set.tables.values().find(|table| *table.id == *view.id).map(|table| table.file.as_str());
    let named = [format!("table(\"{}\"", view.id), format!("table('{}'", view.id)];
    set.parts.iter().filter(|part| !always || part.when.is_none()).any(|part| {
        let source = set.narratives.get(&part.file).map_or("", |narrative| narrative.template.source.as_str());
        Some(part.file.as_str()) == file || named.iter().any(|call| source.contains(call))
    })
}

/// Facts tables only name figures for sentences.
fn is_printed(view: &TableView) -> bool {
    view.printed_columns.iter().any(|column| column.head.iter().any(|head| !plain(head).is_empty()))
}

fn has_title(view: &TableView) -> bool {
    view.title != *view.id
}

/// Words without blanks, and without what differs from department to department.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// What a table is known by.
struct Words {
    title: Vec<(char, char)>,
    heads: BTreeSet<String>,
    labels: BTreeSet<String>,
}

impl Words {
    fn of_form(view: &TableView) -> Words {
        let heads = view.printed_columns.iter().flat_map(|column| &column.head).map(|head| plain(head));
        let labels = view.rows.iter().filter(|row| row.printed && !row.generated).map(|row| named(&row.label));
        let title = if has_title(view) { pairs(&view.title) } else { Vec::new() };
        Words {
            title,
            heads: heads.filter(|h| !h.is_empty()).collect(),
            labels: labels.filter(|l| !l.is_empty()).collect(),
        }
    }

    fn of_paper(table: &PaperTable) -> Words {
        let rows = |from: usize, to: usize| table.rows[from.min(table.rows.len())..to.min(table.rows.len())].iter();
        let texts = |rows: std::slice::Iter<'_, super::PaperRow>| {
            rows.flat_map(|row| &row.cells).map(|cell| cell.text.clone()).collect::<Vec<_>>()
        };
        let heads = texts(rows(0, table.heads + 1)).iter().map(|text| plain(text)).filter(|h| !h.is_empty()).collect();
        let labels =
            texts(rows(0, table.rows.len())).iter().map(|text| named(text)).filter(|l| !l.is_empty()).collect();
        Words { title: pairs(&table.title), heads, labels }
    }

    /// From 0 to 1: titles, how many heads they share, how many of the form's fixed rows there are.
    fn likeness(&self, paper: &Words) -> f64 {
        let both = self.heads.intersection(&paper.heads).count();
        let all = self.heads.union(&paper.heads).count();
        let heads = both as f64 / all.max(1) as f64;
        let labels = self.labels.iter().filter(|label| paper.labels.contains(*label)).count();
        let labels = (!self.labels.is_empty()).then(|| labels as f64 / self.labels.len() as f64);
        let title = (!self.title.is_empty() && !paper.title.is_empty()).then(|| alike(&self.title, &paper.title));
        let parts = [(Some(heads), 0.35), (title, 0.4), (labels, 0.25)];
        let known = || parts.iter().filter_map(|(part, weight)| part.map(|part| (part, weight)));
        known().map(|(part, weight)| part * weight).sum::<f64>() / known().map(|(_, weight)| weight).sum::<f64>()
    }
}

/// A row's name without its number.
fn named(label: &str) -> String {
    let plain = plain(label);
    let numbers = |c: char| "一二三四五六七八九十（）().、其中：:".contains(c) || c.is_ascii_digit();
    let name = plain.trim_start_matches(numbers);
    if name.is_empty() { plain } else { name.to_owned() }
}

/// Pairs of neighbours in a title, without its year.
fn pairs(title: &str) -> Vec<(char, char)> {
    let chars: Vec<char> =
        plain(title).chars().filter(|c| !c.is_ascii_digit() && !"年度（）()“”\"部门单位".contains(*c)).collect();
    chars.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Dice's measure over pairs of characters (Dice 1945).
fn alike(one: &[(char, char)], other: &[(char, char)]) -> f64 {
    let mut counts: HashMap<(char, char), usize> = HashMap::new();
    one.iter().for_each(|pair| *counts.entry(*pair).or_default() += 1);
    let mut both = 0;
    for pair in other {
        if let Some(count) = counts.get_mut(pair).filter(|count| **count > 0) {
            *count -= 1;
            both += 1;
        }
    }
    2.0 * both as f64 / (one.len() + other.len()).max(1) as f64
}

/// How alike two texts are as titles, from 0 to 1.
pub(crate) fn titles_alike(one: &str, other: &str) -> f64 {
    alike(&pairs(one), &pairs(other))
}
