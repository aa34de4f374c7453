//! What the rules over texts read: the passages, and the figures with the names that texts call them by.

use super::amounts::{self, Amount, is_name, subject_of};
use super::passage::{Kind, Passage, bare_label, plain, row_key};
use super::read::{layout_of, passages};
use super::statements::{Compared, Statement, TypedFigure, Unlike, What, statements, typed_figures};
use crate::compose::{Composition, Figure};
use crate::data::{Kind as FieldKind, NamesInTexts};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Table;
use crate::layout::TableLayout;
use crate::money;
use crate::searched::{is_searched, searched_text};
use crate::sought::Sought;
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A known figure as a sentence may name it.
#[derive(Debug, Clone)]
pub struct NamedFigure<'a> {
    figure: &'a Figure,
    pub address: &'a str,
    /// 元, or ones for a plain number.
    pub amount: Decimal,
    /// In which a sentence prints it.
    pub unit: money::Unit,
    /// What a difference was made from: the figure and what it is compared with.
    pub compares: Option<(Decimal, Decimal)>,
}

/// All that are known.
fn figures(composition: &Composition) -> Vec<NamedFigure<'_>> {
    let of_money = composition.unit_of_sentences();
    let named = composition.figures().filter_map(|figure| {
        let unit = if figure.is_money() { of_money } else { money::Unit::Plain };
        let (address, compares) = (&*figure.address, figure.compares);
        Some(NamedFigure { figure, address, amount: figure.amount?, unit, compares })
    });
    named.collect()
}

/// Everything the rules read.
pub struct Texts<'a> {
    pub composition: &'a Composition,
    pub passages: Vec<Passage>,
    /// All figures, with the labels they stand beside.
    pub figures: Vec<NamedFigure<'a>>,
    /// Address of a printed figure → the label of its row.
    labels: HashMap<&'a str, Cow<'a, str>>,
    /// Label or row key → the figures of that name, in order.
    by_name: HashMap<Cow<'a, str>, Vec<usize>>,
    /// Names that may hold anything: projects, units, subjects.
    pub names: Names<'a>,
    /// The projects of the data, as [`name_key`] writes them.
    projects: HashSet<String>,
    /// Address of a figure → its differences.
    changes: HashMap<&'a str, Vec<usize>>,
    /// Address → figure.
    by_address: HashMap<&'a str, usize>,
    /// The figures of money that are not zero, the least amount first, signs aside.
    by_size: Vec<usize>,
    /// See [`Texts::alike`].
    alike: OnceLock<Alike>,
    /// Table → how many figures it has.
    sizes: HashMap<&'a str, usize>,
    /// Address of a figure → the first prose that prints it, and where.
    prints: HashMap<&'a str, (usize, Range<usize>)>,
    /// Passage and end of a number → the statement about it.
    stated: HashMap<(usize, usize), usize>,
    /// Passage → what the set's sentence has otherwise in it.
    unlike_in: HashMap<usize, Vec<usize>>,
    /// Typed numbers whose figure the set's own sentence tells.
    pub statements: Vec<Statement>,
    /// Words that the set's own sentence has otherwise.
    pub unlike: Vec<Unlike>,
    /// The first passage that is too much to be compared word for word; none: beyond the last.
    left_at: AtomicUsize,
}

impl<'a> Texts<'a> {
    pub fn of(composition: &'a Composition) -> Texts<'a> {
        let mut passages = passages(composition);
        let names = Names::of(composition);
        passages.iter_mut().for_each(|passage| passage.is_name = names.has(&passage.text));
        let Compared { statements, unlike, left_at } = statements(composition, &passages, &names);
        let mut texts = Texts {
            statements,
            unlike,
            left_at: AtomicUsize::new(left_at.unwrap_or(usize::MAX)),
            passages,
            figures: figures(composition),
            labels: labels(composition),
            by_name: HashMap::default(),
            names,
            projects: projects(composition),
            changes: HashMap::default(),
            by_address: HashMap::default(),
            by_size: Vec::new(),
            alike: OnceLock::new(),
            sizes: HashMap::default(),
            prints: HashMap::default(),
            stated: HashMap::default(),
            unlike_in: HashMap::default(),
            composition,
        };
        texts.index();
        let mut by_name: HashMap<Cow<'_, str>, Vec<usize>> = HashMap::default();
        for (index, figure) in texts.figures.iter().enumerate() {
            let key = row_key(figure.address);
            let label = texts.labels.get(figure.address).filter(|label| !label.is_empty());
            let other = label.is_none_or(|label| *label != key).then(|| name_key(key));
            let label = label.map(|label| match label {
                Cow::Borrowed(label) => name_key(label),
                Cow::Owned(label) => name_key(label).into_owned().into(),
            });
            for name in label.into_iter().chain(other) {
                by_name.entry(name).or_default().push(index);
            }
        }
        for (index, figure) in texts.figures.iter().enumerate() {
            if let Some((item, _)) = figure.address.split_once('~') {
                texts.changes.entry(item).or_default().push(index);
            }
        }
        let mut said = texts.said();
        // 财政拨款“三公”经费 is called “三公”经费 too, unless that is something else.
        let short: Vec<(String, Vec<usize>)> = said
            .iter()
            .filter_map(|(name, of)| Some((name.strip_prefix("财政拨款")?.to_string(), of.clone())))
            .filter(|(name, _)| name.chars().count() >= 3 && !said.contains_key(name) && !by_name.contains_key(&**name))
            .collect();
        said.extend(short);
        for (name, of) in said {
            let known = by_name.entry(name.into()).or_default();
            let there: HashSet<usize> = known.iter().copied().collect();
            known.extend(of.into_iter().filter(|index| !there.contains(index)));
        }
        texts.by_name = by_name;
        texts
    }

    /// Fills what is looked up for every amount that is typed.
    fn index(&mut self) {
        for (index, figure) in self.figures.iter().enumerate() {
            self.by_address.entry(figure.address).or_insert(index);
            *self.sizes.entry(table_of(figure.address)).or_default() += 1;
        }
        self.by_size = (0..self.figures.len()).filter(|&index| is_money(&self.figures[index])).collect();
        self.by_size.sort_by_key(|&index| self.figures[index].amount.abs());
        for passage in self.passages.iter().filter(|p| matches!(p.kind, Kind::Prose | Kind::Lead)) {
            for (range, id) in &passage.figures {
                let address = self.composition.document.figure(*id).address.as_str();
                self.prints.entry(address).or_insert_with(|| (passage.index, range.clone()));
            }
        }
        for (index, statement) in self.statements.iter().enumerate() {
            self.stated.entry((statement.passage, statement.range.end)).or_insert(index);
        }
        for (index, unlike) in self.unlike.iter().enumerate() {
            self.unlike_in.entry(unlike.passage).or_default().push(index);
        }
    }

    /// A figure as a sentence prints it, without its unit.
    pub fn printed(&self, figure: &NamedFigure<'_>) -> String {
        self.composition.in_sentences(figure.figure)
    }

    /// The figure of an address.
    pub fn figure_at(&self, address: &str) -> Option<&NamedFigure<'_>> {
        self.by_address.get(address).map(|&index| &self.figures[index])
    }

    /// The figures of money that print as an amount, signs aside, in the order of the figures.
    pub fn printed_as(&self, amount: &Amount) -> impl Iterator<Item = &NamedFigure<'_>> {
        let (value, slack) = (amount.value().abs(), amount.slack());
        let size = |index: &usize| self.figures[*index].amount.abs();
        let from = self.by_size.partition_point(|index| size(index) < value - slack);
        let to = self.by_size.partition_point(|index| size(index) <= value + slack);
        let mut near: Vec<usize> = self.by_size[from..to.max(from)].to_vec();
        near.sort_unstable();
        near.into_iter().map(|index| &self.figures[index])
    }

    /// The first figure of money in a unit whose printed digits differ from others in one place, or in two neighbours
    /// swapped.
    pub fn alike(&self, unit: &'static str, digits: &str) -> Option<&NamedFigure<'_>> {
        let alike = self.alike.get_or_init(|| Alike::of(self));
        alike.find(unit, digits).map(|index| &self.figures[index])
    }

    /// How many figures the table of an address has.
    pub fn size_of_table(&self, address: &str) -> usize {
        self.sizes.get(table_of(address)).copied().unwrap_or_default()
    }

    /// The first prose that prints a figure, and where in it.
    pub fn printing(&self, address: &str) -> Option<(&Passage, &Range<usize>)> {
        let (passage, range) = self.prints.get(address)?;
        Some((&self.passages[*passage], range))
    }

    /// What the set's own sentence tells of a number that ends at a character of a passage.
    pub fn statement_at(&self, passage: &Passage, end: usize) -> Option<&Statement> {
        self.stated.get(&(passage.index, end)).map(|&index| &self.statements[index])
    }

    /// A passage, and what follows it, was too much to be compared word for word.
    pub fn leave(&self, passage: &Passage) {
        self.left_at.fetch_min(passage.index, Ordering::Relaxed);
    }

    /// E345 (a note): from here on not all was compared word for word.
    pub fn not_compared(&self) -> Option<Diagnostic> {
        let place = self.passages.get(self.left_at.load(Ordering::Relaxed))?.place.clone();
        let found = Diagnostic::new(Severity::Note, "E345", "正文太长，从这里起有的段落没有逐字核对");
        Some(found.at(place).hint("其余检查照常；请人工核对这些段落里的年份、名称和数字"))
    }

    /// The ranges of a passage in which the set's own sentence has other words of a kind.
    pub fn unlike_in(&self, passage: &Passage, what: What) -> impl Iterator<Item = &Range<usize>> {
        let there = self.unlike_in.get(&passage.index).into_iter().flatten().map(|&index| &self.unlike[index]);
        there.filter(move |unlike| unlike.what == what).map(|unlike| &unlike.range)
    }

    /// What the set's own sentences call the figures that they print: 政府采购预算 is the total of a table that has no
    /// row of that name.
    fn said(&self) -> HashMap<String, Vec<usize>> {
        let mut said: HashMap<String, Vec<usize>> = HashMap::default();
        let mut seen: HashSet<(String, usize)> = HashSet::default();
        let mut add = |chars: &[char], amounts: &[Amount], address: &dyn Fn(&Amount) -> Option<&'a str>| {
            for amount in amounts.iter().filter(|a| a.is_money() && a.direction == 0) {
                let Some(&index) = address(amount).and_then(|address| self.by_address.get(address)) else { continue };
                let name = subject_of(&chars[amount.clause..amount.range.start]);
                if name.chars().count() >= 3 && is_name(&name) && seen.insert((name.clone(), index)) {
                    said.entry(name).or_default().push(index);
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
                let from = sentence.figures.partition_point(|(range, _)| range.end <= a.number.start);
                let printed = sentence.figures.get(from).filter(|(range, _)| range.contains(&a.number.start));
                printed.map(|(_, address)| &**address)
            };
            add(&sentence.chars, &amounts, &address);
        }
        said
    }

    /// The figures of money that a typed amount's words name, changes apart from amounts: those that it must be one of.
    pub fn spoken_of(&self, passage: &Passage, amount: &Amount) -> Vec<&NamedFigure<'_>> {
        let of = |a: &Amount| self.named_in(&passage.chars[a.clause..a.range.start]);
        let mut named = of(amount);
        if named.is_empty() && amount.direction != 0 {
            // 安排80.00万元，比上年增加5.00万元: the amount before it in the sentence is what changed.
            let mut before = passage.amounts_before(amount.range.start, &amount.sentence);
            let before = before.find(|a| a.is_money() && a.direction == 0);
            let bare = subject_of(&passage.chars[amount.clause..amount.range.start]).is_empty();
            named = before.filter(|_| bare).map(of).unwrap_or_default();
        }
        if amount.direction == 0 {
            return named;
        }
        let changes = named.iter().filter_map(|f| self.changes.get(f.address)).flatten();
        changes.map(|&index| &self.figures[index]).collect()
    }

    /// The differences that are made of a figure.
    pub fn changes_of(&self, address: &str) -> impl Iterator<Item = &NamedFigure<'_>> {
        self.changes.get(address).into_iter().flatten().map(|&index| &self.figures[index])
    }

    /// The figures of money that the words of a clause name, changes and shares left out.
    pub fn named_in(&self, clause: &[char]) -> Vec<&NamedFigure<'_>> {
        let subject = subject_of(clause);
        let known = |name: &str| -> Vec<&NamedFigure<'_>> {
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
    pub fn label_of<'t>(&'t self, figure: &'t NamedFigure<'_>) -> &'t str {
        self.label(figure.address).unwrap_or_else(|| row_key(figure.address))
    }

    /// Whether words name the row of a figure.
    pub fn names(&self, figure: &NamedFigure<'_>, words: &str) -> bool {
        name_in(words).is_some_and(|name| self.label_of(figure) == name || row_key(figure.address) == name)
    }

    /// The figures whose row words name.
    pub fn figures_named(&self, words: &str) -> impl Iterator<Item = &NamedFigure<'_>> {
        let named = name_in(words).and_then(|name| self.by_name.get(&*name_key(name)));
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
        self.labels.get(address).map(|label| &**label).filter(|l| !l.is_empty())
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

/// A figure and its digit at a place.
type Digit = (u32, u8);

/// Figures by their printed digits, and by all of these but one.
struct Alike {
    /// The first figure of those digits.
    whole: HashMap<(&'static str, u128), u32>,
    /// Without the digit at a place: the first figure and its digit, and the first that has another one there.
    without: HashMap<(&'static str, usize, u128), [Option<Digit>; 2]>,
}

impl Alike {
    fn of(texts: &Texts<'_>) -> Alike {
        let mut alike = Alike { whole: HashMap::default(), without: HashMap::default() };
        for (index, figure) in texts.figures.iter().enumerate().filter(|(_, f)| is_money(f)) {
            let (unit, index) = (figure.unit.name(), index as u32);
            let Some(digits) = Digits::of(&texts.printed(figure)) else { continue };
            alike.whole.entry((unit, digits.number)).or_insert(index);
            for at in 0..digits.count {
                let (rest, digit) = digits.without(at);
                match alike.without.entry((unit, at, rest)).or_default() {
                    [first @ None, _] => *first = Some((index, digit)),
                    [Some((_, known)), other @ None] if *known != digit => *other = Some((index, digit)),
                    _ => {}
                }
            }
        }
        alike
    }

    fn find(&self, unit: &'static str, digits: &str) -> Option<usize> {
        let digits = Digits::of(digits)?;
        let one = (0..digits.count).flat_map(|at| {
            let (rest, digit) = digits.without(at);
            let known = self.without.get(&(unit, at, rest)).into_iter().flatten().flatten();
            known.filter(move |(_, other)| *other != digit).map(|(index, _)| *index)
        });
        let two = (1..digits.count).filter_map(|at| {
            let swapped = digits.swapped(at).filter(|swapped| *swapped != digits.number)?;
            self.whole.get(&(unit, swapped)).copied()
        });
        one.chain(two).min().map(|index| index as usize)
    }
}

/// The digits of a number, behind a one that keeps the noughts before them; at most 30. Places count from the end.
#[derive(Clone, Copy)]
struct Digits {
    number: u128,
    count: usize,
}

impl Digits {
    fn of(text: &str) -> Option<Digits> {
        let digits: Vec<u128> = text.bytes().filter(u8::is_ascii_digit).map(|b| u128::from(b - b'0')).collect();
        let number = digits.iter().fold(1, |number, digit| number * 10 + digit);
        (digits.len() <= 30).then_some(Digits { number, count: digits.len() })
    }

    fn digit(self, at: usize) -> u128 {
        self.number / 10_u128.pow(at as u32) % 10
    }

    /// With a nought at a place, and what stood there.
    fn without(self, at: usize) -> (u128, u8) {
        (self.number - self.digit(at) * 10_u128.pow(at as u32), self.digit(at) as u8)
    }

    /// With the digit at a place in that of the one behind it.
    fn swapped(self, at: usize) -> Option<u128> {
        let (upper, lower, unit) = (self.digit(at), self.digit(at.checked_sub(1)?), 10_u128.pow(at as u32 - 1));
        Some(self.number - (upper * 10 + lower) * unit + (lower * 10 + upper) * unit)
    }
}

/// Money that is not nothing.
fn is_money(figure: &NamedFigure<'_>) -> bool {
    figure.unit != money::Unit::Plain && !figure.amount.is_zero()
}

/// The table of an address.
fn table_of(address: &str) -> &str {
    address.split('/').next().unwrap_or_default()
}

/// A name without what is typed now so, now so: blanks and quotation marks.
pub fn name_key(name: &str) -> Cow<'_, str> {
    let is_left_out = |c: char| c.is_whitespace() || matches!(c, '“' | '”' | '‘' | '’' | '"' | '《' | '》');
    match name.chars().any(is_left_out) {
        true => name.chars().filter(|c| !is_left_out(*c)).collect::<String>().into(),
        false => name.into(),
    }
}

/// The projects that the data names, of at least five characters.
fn projects(composition: &Composition) -> HashSet<String> {
    let fields = composition.job().data.datasets.values().flat_map(|d| {
        let projects = d.fields.iter().enumerate().filter(|(_, f)| f.id == "project");
        projects.flat_map(move |(index, _)| d.records.iter().map(move |r| r.values[index].text()))
    });
    let distinct: HashSet<&str> = fields.collect();
    let long = distinct.into_iter().filter(|n| n.chars().count() >= 5);
    long.map(|n| name_key(&searched_text(n)).into_owned()).collect()
}

/// The name that words before an amount are: `路灯改造项目` is `路灯改造`. Two characters may be anything.
fn name_in(words: &str) -> Option<&str> {
    let name = words.strip_suffix("项目").unwrap_or(words);
    (name.chars().count() >= 3).then_some(name)
}

/// The label beside each printed figure: the nearest text to its left in its row.
fn labels(composition: &Composition) -> HashMap<&str, Cow<'_, str>> {
    let mut labels = HashMap::default();
    for row in composition.given().iter().flat_map(|t| &t.rows) {
        let figures = row.figures.iter().flatten();
        labels.extend(figures.map(|f| (&*f.address, Cow::from(bare_label(&row.label)))));
    }
    for row in composition.document.tables().flat_map(|t| &t.body) {
        let mut label = Cow::from("");
        for cell in &row.cells {
            match cell.inlines.first().and_then(|i| i.figure) {
                Some(id) => {
                    let address = composition.document.figure(id).address.as_str();
                    labels.entry(address).or_insert_with(|| label.clone());
                }
                None => {
                    let is_word = |c: char| !c.is_ascii() && !c.is_whitespace();
                    match &cell.inlines[..] {
                        [only] if only.text.contains(is_word) => label = bare_label(&only.text).into(),
                        [] | [_] => {}
                        several => {
                            let text = plain(several);
                            if text.contains(is_word) {
                                label = bare_label(&text).to_string().into();
                            }
                        }
                    }
                }
            }
        }
    }
    labels
}

/// Projects, units, subjects: what `project`, `name` and fields of references hold, and the classifications' names; as they
/// are searched.
pub struct Names<'a> {
    of_classes: Vec<&'a NamesInTexts>,
    of_data: HashSet<Cow<'a, str>>,
    /// How many characters the longest of them has; at most 64 count.
    pub longest: usize,
}

impl<'a> Names<'a> {
    fn of(composition: &'a Composition) -> Names<'a> {
        let job = composition.job();
        let of_classes: Vec<&NamesInTexts> = job.set.schema.classes.values().map(|c| c.names.in_texts()).collect();
        let mut of_data: HashSet<&str> = HashSet::default();
        for dataset in job.data.datasets.values() {
            let fields = dataset.fields.iter().enumerate();
            let named =
                fields.filter(|(_, f)| f.id == "project" || f.id == "name" || matches!(f.kind, FieldKind::Ref { .. }));
            for (index, _) in named {
                of_data.extend(dataset.records.iter().map(|r| r.values[index].text()).filter(|n| !n.is_empty()));
            }
        }
        let searched = |name| if is_searched(name) { Cow::from(name) } else { searched_text(name).into() };
        let of_data: HashSet<Cow<'_, str>> = of_data.into_iter().map(searched).collect();
        let lengths = of_data.iter().map(|name| name.chars().take(64).count());
        let longest = lengths.chain(of_classes.iter().map(|names| names.longest)).max().unwrap_or(0).min(64);
        Names { of_classes, of_data, longest }
    }

    /// Whether words are one of them.
    pub fn has(&self, words: &str) -> bool {
        self.of_data.contains(words) || self.of_classes.iter().any(|names| names.all.contains(words))
    }

    /// All of them, in no order; some more than once.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let of_classes = self.of_classes.iter().flat_map(|names| names.all.iter().map(String::as_str));
        self.of_data.iter().map(|name| &**name).chain(of_classes)
    }

    /// The classifications' names of at least [`NamesInTexts::LONG`] characters, with what finds them.
    pub fn of_classes(&self) -> impl Iterator<Item = (&[String], &Sought)> {
        self.of_classes.iter().map(|names| (&names.long[..], &names.long_sought))
    }

    /// Those of the data of so many characters.
    pub fn of_data(&self) -> impl Iterator<Item = &str> {
        let long = |name: &&str| name.chars().count() >= NamesInTexts::LONG;
        self.of_data.iter().map(|name| &**name).filter(long)
    }
}
