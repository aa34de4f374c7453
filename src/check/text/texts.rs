//! What the rules over texts read: the passages, and the figures with the names that texts call them by.

use super::amounts::{self, Amount, is_name, subject_of};
use super::characters::{is_searched, searched_text};
use super::passage::{Kind, Passage, bare_label, plain, row_key};
use super::read::{layout_of, passages};
use super::statements::{Statement, TypedFigure, Unlike, What, statements, typed_figures};
use crate::compose::{Composition, Figure};
use crate::data::Kind as FieldKind;
use crate::document::Table;
use crate::layout::TableLayout;
use crate::money;
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::borrow::Cow;
use std::ops::Range;

/// A known figure as a sentence may name it.
#[derive(Debug, Clone)]
pub struct NamedFigure {
    pub address: String,
    /// 元, or ones for a plain number.
    pub amount: Decimal,
    /// As a sentence prints it, without its unit.
    pub text: String,
    pub unit: money::Unit,
    /// What a difference was made from: the figure and what it is compared with.
    pub compares: Option<(Decimal, Decimal)>,
}

impl NamedFigure {
    fn of(composition: &Composition, figure: &Figure) -> Option<NamedFigure> {
        let (text, unit) = composition.in_sentences(figure)?;
        let compares = figure.compares;
        Some(NamedFigure { address: figure.address.to_string(), amount: figure.amount?, text, unit, compares })
    }
}

/// Everything the rules read.
pub struct Texts<'a> {
    pub composition: &'a Composition,
    pub passages: Vec<Passage>,
    /// All figures, with the labels they stand beside.
    pub figures: Vec<NamedFigure>,
    /// Address of a printed figure → the label of its row.
    labels: HashMap<&'a str, String>,
    /// Label or row key → the figures of that name, in order.
    by_name: HashMap<String, Vec<usize>>,
    /// Names that may hold anything: projects, units, subjects.
    pub names: HashSet<Cow<'a, str>>,
    /// The projects of the data, as [`name_key`] writes them.
    projects: HashSet<String>,
    /// Address of a figure → its differences.
    changes: HashMap<String, Vec<usize>>,
    /// Typed numbers whose figure the set's own sentence tells.
    pub statements: Vec<Statement>,
    /// Words that the set's own sentence has otherwise.
    pub unlike: Vec<Unlike>,
}

impl<'a> Texts<'a> {
    pub fn of(composition: &'a Composition) -> Texts<'a> {
        let passages = passages(composition);
        let names = names(composition);
        let (statements, unlike) = statements(composition, &passages, &names);
        let mut texts = Texts {
            statements,
            unlike,
            passages,
            figures: composition.figures().filter_map(|f| NamedFigure::of(composition, f)).collect(),
            labels: labels(composition),
            by_name: HashMap::default(),
            names,
            projects: projects(composition),
            changes: HashMap::default(),
            composition,
        };
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::default();
        for (index, figure) in texts.figures.iter().enumerate() {
            let (label, key) = (texts.label_of(figure), row_key(&figure.address));
            for name in std::iter::once(label).chain((key != label).then_some(key)) {
                by_name.entry(name_key(name)).or_default().push(index);
            }
        }
        for (index, figure) in texts.figures.iter().enumerate() {
            if let Some((item, _)) = figure.address.split_once('~') {
                texts.changes.entry(item.to_string()).or_default().push(index);
            }
        }
        let by_address: HashMap<&str, usize> =
            texts.figures.iter().enumerate().map(|(index, figure)| (figure.address.as_str(), index)).collect();
        let mut said = texts.said(&by_address);
        // 财政拨款“三公”经费 is called “三公”经费 too, unless that is something else.
        let short: Vec<(String, Vec<usize>)> = said
            .iter()
            .filter_map(|(name, of)| Some((name.strip_prefix("财政拨款")?.to_string(), of.clone())))
            .filter(|(name, _)| name.chars().count() >= 3 && !said.contains_key(name) && !by_name.contains_key(name))
            .collect();
        said.extend(short);
        for (name, of) in said {
            let known = by_name.entry(name).or_default();
            known.extend(of.into_iter().filter(|index| !known.contains(index)).collect::<Vec<_>>());
        }
        texts.by_name = by_name;
        texts
    }

    /// What the set's own sentences call the figures that they print: 政府采购预算 is the total of a table that has no
    /// row of that name.
    fn said(&self, by_address: &HashMap<&str, usize>) -> HashMap<String, Vec<usize>> {
        let mut said: HashMap<String, Vec<usize>> = HashMap::default();
        let mut add = |chars: &[char], amounts: &[Amount], address: &dyn Fn(&Amount) -> Option<&'a str>| {
            for amount in amounts.iter().filter(|a| a.is_money() && a.direction == 0) {
                let Some(&index) = address(amount).and_then(|address| by_address.get(address)) else { continue };
                let name = subject_of(&chars[amount.clause..amount.range.start]);
                if name.chars().count() >= 3 && is_name(&name) {
                    let known = said.entry(name).or_default();
                    if !known.contains(&index) {
                        known.push(index);
                    }
                }
            }
        };
        let document = &self.composition.document;
        for passage in self.passages.iter().filter(|p| !p.own && matches!(p.kind, Kind::Prose | Kind::Lead)) {
            let address = |a: &Amount| a.figure.map(|id| document.figure(id).address.as_str());
            add(&passage.chars, passage.amounts(), &address);
        }
        for sentence in self.composition.models().iter().flat_map(|m| &m.sentences) {
            let amounts = amounts::read(&sentence.chars, &[]);
            let address = |a: &Amount| {
                let printed = sentence.figures.iter().find(|(range, _)| range.contains(&a.number.start));
                printed.map(|(_, address)| &**address)
            };
            add(&sentence.chars, &amounts, &address);
        }
        said
    }

    /// The figures of money that a typed amount's words name, changes apart from amounts: those that it must be one of.
    pub fn spoken_of(&self, passage: &Passage, amount: &Amount) -> Vec<&NamedFigure> {
        let all = passage.amounts();
        let of = |a: &Amount| self.named_in(&passage.chars[a.clause..a.range.start]);
        let mut named = of(amount);
        if named.is_empty() && amount.direction != 0 {
            // 安排80.00万元，比上年增加5.00万元: the amount before it in the sentence is what changed.
            let before = all.iter().rev().find(|a| {
                a.range.end <= amount.range.start && a.sentence == amount.sentence && a.is_money() && a.direction == 0
            });
            let bare = subject_of(&passage.chars[amount.clause..amount.range.start]).is_empty();
            named = before.filter(|_| bare).map(of).unwrap_or_default();
        }
        if amount.direction == 0 {
            return named;
        }
        let changes = named.iter().filter_map(|f| self.changes.get(&f.address)).flatten();
        changes.map(|&index| &self.figures[index]).collect()
    }

    /// The differences that are made of a figure.
    pub fn changes_of(&self, address: &str) -> impl Iterator<Item = &NamedFigure> {
        self.changes.get(address).into_iter().flatten().map(|&index| &self.figures[index])
    }

    /// The figures of money that the words of a clause name, changes and shares left out.
    pub fn named_in(&self, clause: &[char]) -> Vec<&NamedFigure> {
        let subject = subject_of(clause);
        let known = |name: &str| -> Vec<&NamedFigure> {
            if name.chars().count() < 3 {
                return Vec::new();
            }
            let found = self.by_name.get(name).into_iter().flatten().map(|&index| &self.figures[index]);
            found.filter(|f| f.unit != money::Unit::Plain && !f.address.contains(['~', '%'])).collect()
        };
        let forms = ["", "项目", "支出", "经费", "预算", "金额"];
        let exact = forms.iter().filter_map(|tail| subject.strip_suffix(tail)).map(known).find(|f| !f.is_empty());
        if let Some(found) = exact {
            return found;
        }
        // A project's whole name after words that end before it: 重点推进纵四路绿化工程.
        const LINKS: [&str; 22] = [
            "推进", "实施", "开展", "建设", "用于", "安排", "下达", "拨付", "列支", "投入", "支持", "保障", "完成",
            "其中", "和", "及", "与", "的", "对", "为", "在", "是",
        ];
        let mut ends = subject.char_indices().map(|(at, _)| subject.split_at(at));
        match ends.find(|(_, end)| self.projects.contains(*end)) {
            Some((rest, name)) if LINKS.iter().any(|link| rest.ends_with(link)) => known(name),
            _ => Vec::new(),
        }
    }

    /// The label of a figure: as printed beside it, else the key of its row.
    pub fn label_of<'t>(&'t self, figure: &'t NamedFigure) -> &'t str {
        self.label(&figure.address).unwrap_or_else(|| row_key(&figure.address))
    }

    /// Whether words name the row of a figure.
    pub fn names(&self, figure: &NamedFigure, words: &str) -> bool {
        name_in(words).is_some_and(|name| self.label_of(figure) == name || row_key(&figure.address) == name)
    }

    /// The figures whose row words name.
    pub fn figures_named(&self, words: &str) -> impl Iterator<Item = &NamedFigure> {
        let named = name_in(words).and_then(|name| self.by_name.get(&name_key(name)));
        named.into_iter().flatten().map(|&index| &self.figures[index])
    }

    /// Whether a passage is a typed reason.
    pub fn is_reason(&self, passage: &Passage) -> bool {
        let files = &self.composition.job().set.schema.files;
        let reasons = files.values().find(|f| f.role.as_deref() == Some("reasons"));
        matches!(&passage.kind, Kind::Field { dataset, .. } if reasons.is_some_and(|f| f.id == *dataset))
    }

    /// Words of a kind that the set's own sentence has otherwise: the passage, their range, what the set has.
    pub fn unlike(&self, what: What) -> impl Iterator<Item = (&Passage, &Range<usize>, &str)> {
        let of = move |u: &&Unlike| u.what == what;
        self.unlike.iter().filter(of).map(|u| (&self.passages[u.passage], &u.range, u.instead.as_str()))
    }

    /// A value of `report.toml`, empty where the set does not ask for it.
    pub fn report(&self, key: &str) -> &str {
        self.composition.job().report.values.get(key).map_or("", String::as_str)
    }

    /// The label that a printed figure stands beside.
    pub fn label(&self, address: &str) -> Option<&str> {
        self.labels.get(address).map(String::as_str).filter(|l| !l.is_empty())
    }

    pub fn year(&self) -> i32 {
        self.composition.job().report.year
    }

    pub fn prose(&self) -> impl Iterator<Item = &Passage> {
        self.passages.iter().filter(|p| p.is_prose())
    }

    /// The layout of a table of the document.
    pub fn layout(&self, table: &Table) -> Option<&'a TableLayout> {
        layout_of(self.composition, table)
    }

    /// The amount that stands where a statement's number does; none where its unit is missing.
    pub fn typed_amount(&self, statement: &Statement) -> Option<&Amount> {
        statement.amount(&self.passages)
    }

    /// Whether a statement's number can be the figure it speaks of; none where the figure is not known.
    pub fn holds(&self, statement: &Statement) -> Option<bool> {
        statement.holds(self.composition, &self.passages)
    }

    /// Figures that no given table prints and the department's text does.
    pub fn typed_figures(&self) -> Vec<TypedFigure> {
        typed_figures(self.composition, &self.passages, &self.statements)
    }
}

/// A name without what is typed now so, now so: blanks and quotation marks.
pub fn name_key(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && !"“”‘’\"《》".contains(*c)).collect()
}

/// The projects that the data names, of at least five characters.
fn projects(composition: &Composition) -> HashSet<String> {
    let fields = composition.job().data.datasets.values().flat_map(|d| {
        let projects = d.fields.iter().enumerate().filter(|(_, f)| f.id == "project");
        projects.flat_map(move |(index, _)| d.records.iter().map(move |r| r.values[index].text()))
    });
    fields.filter(|n| n.chars().count() >= 5).map(|n| name_key(&searched_text(n))).collect()
}

/// The name that words before an amount are: `路灯改造项目` is `路灯改造`. Two characters may be anything.
fn name_in(words: &str) -> Option<&str> {
    let name = words.strip_suffix("项目").unwrap_or(words);
    (name.chars().count() >= 3).then_some(name)
}

/// The label beside each printed figure: the nearest text to its left in its row.
fn labels(composition: &Composition) -> HashMap<&str, String> {
    let mut labels = HashMap::default();
    for row in composition.given().iter().flat_map(|t| &t.rows) {
        let figures = row.figures.iter().flatten();
        labels.extend(figures.map(|f| (&*f.address, bare_label(&row.label).to_string())));
    }
    for row in composition.document.tables().flat_map(|t| &t.body) {
        let mut label = String::new();
        for cell in &row.cells {
            match cell.inlines.first().and_then(|i| i.figure) {
                Some(id) => {
                    let address = composition.document.figure(id).address.as_str();
                    labels.entry(address).or_insert_with(|| label.clone());
                }
                None => {
                    let text = plain(&cell.inlines);
                    if text.chars().any(|c| !c.is_ascii() && !c.is_whitespace()) {
                        label = bare_label(&text).to_string();
                    }
                }
            }
        }
    }
    labels
}

/// Projects, units, subjects: what `project`, `name` and fields of references hold, and the classification's names; as
/// they are searched.
fn names(composition: &Composition) -> HashSet<Cow<'_, str>> {
    let job = composition.job();
    let mut names: HashSet<&str> =
        job.set.schema.classes.values().flat_map(|c| c.names.values().map(String::as_str)).collect();
    for dataset in job.data.datasets.values() {
        let fields = dataset.fields.iter().enumerate();
        let named =
            fields.filter(|(_, f)| f.id == "project" || f.id == "name" || matches!(f.kind, FieldKind::Ref { .. }));
        for (index, _) in named {
            names.extend(dataset.records.iter().map(|r| r.values[index].text()).filter(|n| !n.is_empty()));
        }
    }
    names.into_iter().map(|name| if is_searched(name) { Cow::from(name) } else { searched_text(name).into() }).collect()
}
