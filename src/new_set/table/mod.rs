//! A published table as a table of a layout set: what its columns and rows ask of the ledger, by their words; which are
//! totals, by their words and by what is printed.

mod columns;
mod records;
mod rows;

use super::known::{Known, Reading, normal, without_number};
use super::terms::Terms;
use crate::money::Unit;
use crate::published::words::Words;
use crate::published::{PaperCell, PaperTable};
use crate::toml_tree::toml_string;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

/// A table of the new set.
#[derive(Debug, Clone, Default)]
pub struct MadeTable {
    /// Prefix of its addresses.
    pub id: String,
    /// Its file without ending.
    pub file: String,
    /// Its file.
    pub text: String,
    /// As published.
    pub title: String,
    /// What was guessed.
    pub guessed: Vec<String>,
    /// What needs a person.
    pub asks: Vec<String>,
    /// Columns and rows of figures, and how many of them were understood.
    pub understood: (usize, usize),
    /// The file that the part stands for only where it is given.
    pub given: Option<String>,
    /// It has more columns than an upright page is wide.
    pub wide: bool,
    /// The file whose records are its rows.
    pub records: Option<String>,
    /// Its form, rows and foot, for tables of its form that are empty.
    pub rows: Option<(Vec<String>, String, String)>,
}

/// What tables of one document have in common.
#[derive(Debug, Clone, Default)]
pub struct Likes {
    /// Empty tables have no total.
    pub bare: bool,
    /// By form: a title, rows, foot.
    pub rows: BTreeMap<Vec<String>, (String, String, String)>,
}

/// Whether a table prints no money.
pub fn is_empty(paper: &PaperTable) -> bool {
    !paper
        .rows
        .iter()
        .skip(paper.heads)
        .flat_map(|row| &row.cells)
        .any(|cell| number(&cell.text).is_some_and(|n| !n.is_zero()) && !cell.text.trim().starts_with('0'))
}

/// Whether nothing stands under a table's heads, not even a total.
pub fn is_bare(paper: &PaperTable) -> bool {
    paper.rows.iter().skip(paper.heads).flat_map(|row| &row.cells).all(|cell| cell.text.trim().is_empty())
}

/// What a table's columns are headed, the words of its own title aside.
fn form(columns: &[PaperColumn]) -> Vec<String> {
    let leaf = |column: &PaperColumn| normal(column.path.last().map_or("", String::as_str));
    columns.iter().map(leaf).collect()
}

/// How a table prints its figures.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Printing {
    /// 元, 万元; empty: it does not say.
    pub unit: String,
    /// Thousands are set apart.
    pub commas: bool,
    /// How nought is printed.
    pub zero: String,
}

/// Of a table.
pub fn printing(paper: &PaperTable) -> Printing {
    let unit = paper.above.iter().find_map(|line| Unit::named_in(line));
    let texts = || paper.rows.iter().skip(paper.heads).flat_map(|row| &row.cells).map(|cell| cell.text.trim());
    let noughts = ["0.00", "0"].map(|zero| texts().filter(|text| *text == zero).count());
    let zero = match noughts {
        [0, 0] => "",
        [long, short] if long >= short => "0.00",
        _ => "0",
    };
    Printing {
        unit: unit.map_or("", Unit::name).to_owned(),
        commas: texts().any(|text| text.contains(',') && number(text).is_some()),
        zero: zero.to_owned(),
    }
}

/// A printed number.
pub fn number(text: &str) -> Option<Decimal> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    plain.parse().ok()
}

#[derive(Debug, Clone, PartialEq)]
enum Holds {
    Seq,
    Code,
    Label,
    Text,
    Amount,
}

/// A column as it stands on paper.
struct PaperColumn {
    /// Heads over it, from the top.
    path: Vec<String>,
    holds: Holds,
    /// Of an amount: its key.
    key: String,
    reading: Option<Reading>,
    /// Another file than the ledger.
    from: Option<String>,
    /// Of a total: the columns it is the sum of.
    parts: Vec<usize>,
}

/// A row of one side.
struct Item {
    label: String,
    /// Of a code.
    code: String,
    /// The classification and the code of a row that bears the name of a widest code.
    named: Option<(String, String)>,
    amounts: Vec<Option<Decimal>>,
    /// Depth of its number; 0: it has none.
    depth: u8,
    total: bool,
    blank: bool,
    key: String,
    parent: Option<usize>,
    reading: Option<Reading>,
    /// Cells of its leading columns, where they are not the label alone: texts and how many columns they cover.
    cells: Vec<(String, usize)>,
}

struct Maker<'a> {
    paper: &'a PaperTable,
    known: &'a Known,
    words: &'a Words,
    columns: Vec<PaperColumn>,
    table: Terms,
    /// Empty tables of the document have no total.
    bare: bool,
    /// Keys of rows, on all sides.
    keys: BTreeSet<String>,
    /// What the first cell of an empty table says.
    first: Option<String>,
    /// How nought is printed here.
    zero: String,
    made: MadeTable,
}

/// A table of the set `id`; `usual`: how the set's figures are printed. None: nothing in it is known.
pub fn table(
    paper: &PaperTable,
    notes: &[String],
    known: &Known,
    words: &Words,
    (id, file): (&str, &str),
    usual: &Printing,
    like: &Likes,
) -> Option<MadeTable> {
    let title = paper.title.clone();
    let made =
        MadeTable { id: id.to_owned(), file: file.to_owned(), title, wide: paper.columns > 7, ..MadeTable::default() };
    let mut maker = Maker {
        paper,
        known,
        words,
        columns: Vec::new(),
        table: Terms::default(),
        bare: like.bare,
        keys: BTreeSet::new(),
        first: None,
        zero: String::new(),
        made,
    };
    maker.columns = (0..paper.columns).map(|column| maker.column(column)).collect();
    let looks = maker.looks(usual);
    let body = maker.of_records().or_else(|| maker.of_ledger(like))?;
    let mut text = String::new();
    let _ = writeln!(text, "# 照公开的《{}》做成。", maker.made.title.replace(|c: char| c.is_control(), " "));
    let guesses: Vec<String> = maker.made.guessed.iter().chain(&maker.made.asks).cloned().collect();
    for guess in &guesses {
        let _ = writeln!(text, "# 请核对：{}", guess.replace(|c: char| c.is_control(), " "));
    }
    let _ = writeln!(text, "id = {}", toml_string(id));
    let _ = writeln!(text, "title = {}", toml_string(&words.put_in(&paper.title)));
    text += "level = 1\n";
    let _ = writeln!(text, "page = {}", toml_string(if maker.made.wide { "横表" } else { "表格" }));
    let above = words.above(&paper.above);
    if !above.is_empty() {
        let above: Vec<String> = above.iter().map(|one| toml_string(one)).collect();
        let _ = writeln!(text, "above = [{}]", above.join(", "));
    }
    if let Some(first) = maker.numbering() {
        let _ = writeln!(text, "numbering = {}", toml_string(&first));
    }
    text += &looks;
    text += &body;
    let has_money = paper.rows.iter().skip(paper.heads).flat_map(|row| &row.cells).any(|cell| {
        cell.text.contains(|c: char| c.is_ascii_digit()) && number(&cell.text).is_some_and(|n| !n.is_zero())
    });
    // Keys of the table stand before those of its sides. Another department may have nothing to print in it.
    let note = notes
        .first()
        .filter(|_| !has_money)
        .map_or_else(|| "注：本表无数据，空表列示。".to_owned(), |note| words.put_in(note));
    let blank = maker.body().filter(|row| maker.paper.line(*row).iter().all(|text| text.trim().is_empty())).count();
    let rows = if !has_money && blank > 0 { format!(", rows = {}", blank + 1) } else { String::new() };
    let first = maker.first.as_ref().map_or(String::new(), |first| format!(", first = {}", toml_string(first)));
    let rows = first + &rows;
    let mut lines = format!("empty = {{ note = {}{rows} }}\n", toml_string(&note));
    if has_money && !notes.is_empty() {
        let notes: Vec<String> = notes.iter().map(|note| toml_string(&words.put_in(note))).collect();
        let _ = writeln!(lines, "notes = [{}]", notes.join(", "));
    }
    text = before_sides(&text, &lines);
    maker.made.text = text;
    Some(maker.made)
}

fn before_sides(text: &str, line: &str) -> String {
    match text.find("\n[[side]]") {
        Some(at) => format!("{}{line}{}", &text[..=at], &text[at + 1..]),
        None => format!("{text}{line}"),
    }
}

impl Maker<'_> {
    fn depth(&self) -> usize {
        self.paper.heads - usize::from(self.numbering().is_some())
    }

    /// The first cell of the row that numbers the columns.
    fn numbering(&self) -> Option<String> {
        let last = self.paper.heads.checked_sub(1).filter(|last| *last > 0)?;
        let line = self.paper.line(last);
        let mut said = line.iter().filter(|text| !text.is_empty());
        let numbered = said.clone().skip(1).all(|text| text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit()));
        let first = said.next().filter(|first| ["栏次", "行次", "1"].contains(first))?;
        (numbered && said.count() > 0).then(|| if *first == "1" { String::new() } else { (*first).to_owned() })
    }

    fn heads_over(&self, column: usize) -> Vec<String> {
        let depth = self.depth();
        let covers = |cell: &&PaperCell| (cell.column..cell.column + cell.colspan).contains(&column);
        let mut path: Vec<(usize, String)> = Vec::new();
        for row in 0..depth {
            // The cell over this row, which may begin above it.
            let cell = (0..=row).rev().find_map(|from| {
                let cell = self.paper.rows[from].cells.iter().find(covers)?;
                (from + cell.rowspan.max(1) > row).then_some((from, cell))
            });
            if let Some((from, cell)) = cell {
                path.push((from, cell.text.clone()));
            }
        }
        // The last reaches the bottom by itself.
        while path.len() > 1 && path[path.len() - 1].0 == path[path.len() - 2].0 {
            path.pop();
        }
        path.into_iter().map(|(_, text)| text).collect()
    }

    fn body(&self) -> Range<usize> {
        self.paper.heads.min(self.paper.rows.len())..self.paper.rows.len()
    }

    fn column(&self, column: usize) -> PaperColumn {
        let path = self.heads_over(column);
        let head = normal(path.last().map_or("", String::as_str));
        let texts: Vec<&str> = self
            .body()
            .filter_map(|row| self.paper.rows[row].cells.iter().find(|cell| cell.column == column && cell.colspan == 1))
            .map(|cell| cell.text.trim())
            .filter(|text| !text.is_empty())
            .collect();
        let is_level =
            |text: &str| self.known.schema.classes.values().any(|class| class.levels.iter().any(|level| level == text));
        let says_code = ["编码", "编号", "代码"].iter().any(|word| head.contains(word)) || is_level(&head);
        let is_code = |text: &&str| text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit()) || is_level(text);
        let numbers = texts.iter().filter(|text| number(text).is_some()).count();
        let named = head.ends_with("名称") || ["项目", "单位", "科目", "内容", "事项"].contains(&head.as_str());
        let holds = if head == "序号" {
            Holds::Seq
        } else if says_code && texts.iter().all(is_code) {
            Holds::Code
        } else if texts.is_empty() && named || !texts.is_empty() && numbers * 2 < texts.len() {
            if ["备注", "说明"].contains(&head.as_str()) { Holds::Text } else { Holds::Label }
        } else if texts.is_empty() && head.is_empty() {
            Holds::Text
        } else {
            Holds::Amount
        };
        PaperColumn { path, holds, key: String::new(), reading: None, from: None, parts: Vec::new() }
    }

    fn head_of(&self, column: usize) -> String {
        let heads: Vec<String> =
            self.columns[column].path.iter().map(|head| toml_string(&self.words.put_in(head))).collect();
        match heads.as_slice() {
            [] => "\"\"".to_owned(),
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        }
    }

    fn looks(&mut self, usual: &Printing) -> String {
        let own = printing(self.paper);
        self.zero.clone_from(&usual.zero);
        let has_figures =
            self.body().flat_map(|row| &self.paper.rows[row].cells).any(|cell| number(&cell.text).is_some());
        let mut keys = Vec::new();
        if !own.unit.is_empty() && own.unit != usual.unit {
            keys.push(format!("unit = {}", toml_string(&own.unit)));
        }
        let large = self
            .body()
            .flat_map(|row| &self.paper.rows[row].cells)
            .any(|cell| number(&cell.text).is_some_and(|n| n.abs() >= Decimal::ONE_THOUSAND));
        if large && own.commas != usual.commas {
            keys.push(format!("commas = {}", own.commas));
        }
        if has_figures && own.zero != usual.zero {
            self.zero.clone_from(&own.zero);
            keys.push(format!("zero = {}", toml_string(&own.zero)));
        }
        if keys.is_empty() { String::new() } else { format!("numbers = {{ {} }}\n", keys.join(", ")) }
    }
}

/// A column of which nothing is known.
const NOTHING: &str = "\u{0}";

fn items_have_one(item: &Item) -> bool {
    item.amounts.iter().any(Option::is_some)
}

fn children(items: &[Item], parent: usize) -> Vec<usize> {
    items.iter().enumerate().filter(|(_, item)| item.parent == Some(parent)).map(|(at, _)| at).collect()
}

/// The row from which all sides have their totals.
fn foot_of(items: &[Vec<Item>]) -> usize {
    let first = |items: &Vec<Item>| items.iter().position(|item| item.total).filter(|at| *at > 0).unwrap_or(usize::MAX);
    items.iter().map(first).min().unwrap_or(usize::MAX)
}

/// Depth of the number before a label: 一、 1, （一） 2, 1. 3.
fn depth_of(label: &str) -> u8 {
    let label = label.trim_start_matches("其中：").trim_start_matches("其中:").trim();
    if without_number(label) == label {
        return 0;
    }
    match label.chars().next() {
        Some('（' | '(') => 2,
        Some(c) if c.is_ascii_digit() => 3,
        _ => 1,
    }
}

/// Words as a key: what addresses allow, so long at most.
fn short(words: &str, most: usize) -> String {
    words.chars().filter(|c| c.is_alphanumeric()).take(most).collect()
}

/// Most frequent of several.
pub fn usual(all: impl Iterator<Item = Printing>) -> Printing {
    let mut counts: BTreeMap<Printing, usize> = BTreeMap::new();
    all.for_each(|one| *counts.entry(one).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(one, _)| one).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Layouts;
    use crate::published::PaperRow;

    /// A table of these rows, the first the heads.
    fn paper(title: &str, rows: &[&[&str]]) -> PaperTable {
        let cell = |(column, text): (usize, &&str)| PaperCell {
            column,
            colspan: 1,
            rowspan: 1,
            text: (*text).to_owned(),
            ..PaperCell::default()
        };
        let row = |row: &&[&str]| PaperRow { cells: row.iter().enumerate().map(cell).collect() };
        PaperTable {
            title: title.to_owned(),
            columns: rows[0].len(),
            heads: 1,
            rows: rows.iter().map(row).collect(),
            ..PaperTable::default()
        }
    }

    fn made(paper: &PaperTable) -> MadeTable {
        let set = "hebei-department-budget-2023";
        let known = Known::gather(set, &[], &Layouts::default()).expect("a schema");
        let words = Words::default();
        table(paper, &[], &known, &words, ("b1", "table-01"), &Printing::default(), &Likes::default()).expect("a table")
    }

    const HEADS: [&str; 5] = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"];

    #[test]
    fn columns_ask_what_their_heads_say_and_totals_are_proven() {
        let rows: [&[&str]; 3] =
            [&HEADS, &["", "合计", "3.00", "1.00", "2.00"], &["2010301", "行政运行", "3.00", "1.00", "2.00"]];
        let text = made(&paper("一般公共预算支出表", &rows)).text;
        assert!(text.contains("where = [\"支出\", { fund = \"一般公共预算\" }]"), "{text}");
        assert!(text.contains("{ key = \"基本支出\", head = \"基本支出\", where = \"基本支出\""), "{text}");
        assert!(text.contains("parts = [\"基本支出\", \"项目支出\"]"), "{text}");
        assert!(text.contains("{ each = \"function\", levels = [\"项\"] }"), "{text}");
    }

    #[test]
    fn what_does_not_add_up_is_no_total() {
        let rows: [&[&str]; 3] =
            [&HEADS, &["", "合计", "9.00", "1.00", "2.00"], &["2010301", "行政运行", "9.00", "1.00", "2.00"]];
        let made = made(&paper("一般公共预算支出表", &rows));
        assert!(!made.text.contains("parts = ["), "{}", made.text);
        assert!(made.guessed.iter().any(|guess| guess.contains("不等于旁边各列之和")), "{:?}", made.guessed);
    }

    #[test]
    fn a_column_that_nothing_tells_is_blank_and_asked_for() {
        let heads = ["科目编码", "科目名称", "合计", "基本支出", "飞行里程"];
        let rows: [&[&str]; 2] = [&heads, &["2010301", "行政运行", "3.00", "1.00", "2.00"]];
        let made = made(&paper("一般公共预算支出表", &rows));
        assert!(made.text.contains("head = \"飞行里程\", where = false"), "{}", made.text);
        assert!(made.asks.iter().any(|ask| ask.contains("飞行里程")), "{:?}", made.asks);
        // A total of what is not known is none that could be proven.
        assert!(!made.text.contains("parts = ["), "{}", made.text);
    }

    #[test]
    fn rows_under_others_ask_both() {
        let rows: [&[&str]; 6] = [
            &["项目", "预算数"],
            &["一、一般公共预算拨款", "3.00"],
            &["二、政府性基金预算拨款", "1.00"],
            &["本年收入合计", "4.00"],
            &["上年结转结余", "1.00"],
            &["收入总计", "5.00"],
        ];
        let text = made(&paper("收入总表", &rows)).text;
        assert!(text.contains("where = [\"本年收入\", { fund = \"一般公共预算\" }]"), "{text}");
        assert!(
            text.contains("{ key = \"本年收入合计\", label = \"本年收入合计\", where = \"本年收入\", parts = \"*\""),
            "{text}"
        );
        assert!(text.contains("parts = [\"本年收入合计\", \"上年结转结余\"]"), "{text}");
    }
}
