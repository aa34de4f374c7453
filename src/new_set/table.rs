//! A published table as a table of a layout set: what its columns and rows ask of the ledger, by their words; which are
//! totals, by their words and by what is printed.

use super::known::{Known, Reading, is_total, normal, without_number};
use super::terms::{Terms, are_apart, joined, merged};
use super::words::Words;
use crate::data::schema::{FileDecl, Kind};
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
    let over: String = paper.above.concat().chars().filter(|c| !c.is_whitespace()).collect();
    let unit =
        over.rsplit(['：', ':']).find_map(|end| ["万元", "亿元", "元"].into_iter().find(|unit| end.starts_with(unit)));
    let texts = || paper.rows.iter().skip(paper.heads).flat_map(|row| &row.cells).map(|cell| cell.text.trim());
    let noughts = ["0.00", "0"].map(|zero| texts().filter(|text| *text == zero).count());
    let zero = match noughts {
        [0, 0] => "",
        [long, short] if long >= short => "0.00",
        _ => "0",
    };
    Printing {
        unit: unit.unwrap_or_default().to_owned(),
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

    // ------------------------------------------------------------------------------------------- a row a record

    /// A table whose columns are fields of a record file other than the ledger.
    fn of_records(&mut self) -> Option<String> {
        let of = |file: &FileDecl, column: usize| -> Option<String> {
            let head = normal(self.columns[column].path.last()?);
            let head = head.split('(').next().unwrap_or_default().to_owned();
            let is = |name: &String| normal(name) == head;
            file.fields.iter().find(|field| is(&field.head) || field.also.iter().any(is)).map(|field| field.id.clone())
        };
        let files = self.known.schema.files.values();
        let given =
            files.filter(|file| file.is_given() && file.like.is_none() && file.id != "ledger" && file.role.is_none());
        let (file, fields) = given
            .map(|file| (file, (0..self.columns.len()).map(|column| of(file, column)).collect::<Vec<_>>()))
            .max_by_key(|(_, fields)| fields.iter().flatten().count())?;
        let found = fields.iter().flatten().count();
        let asked = self.columns.iter().filter(|column| column.holds != Holds::Seq).count();
        if found < 3 || found * 10 < asked * 6 {
            return None;
        }
        let file = file.clone();
        let mut text = format!("from = {}\n", toml_string(&file.id));
        let amounts: Vec<&str> = file
            .fields
            .iter()
            .filter(|field| field.kind == Kind::Amount && field.adds)
            .map(|field| field.id.as_str())
            .collect();
        if let [first, _, ..] = amounts.as_slice() {
            let _ = writeln!(text, "measure = {}", toml_string(first));
        }
        text += "columns = [\n";
        let mut skip = Vec::new();
        for (column, field) in fields.iter().enumerate() {
            let head = self.head_of(column);
            let field = field.as_ref().and_then(|id| file.field(id));
            match field.map(|field| (&field.id, &field.kind, field.adds)) {
                Some((id, Kind::Amount | Kind::Number, adds)) => {
                    let count = matches!(field.map(|field| &field.kind), Some(Kind::Number));
                    let look = if count { ", numbers = { unit = \"\", decimals = [0, 2] }" } else { "" };
                    let key = self.key(&self.columns[column].path, 12);
                    let _ = writeln!(
                        text,
                        "  {{ key = {}, head = {head}, of = {}{look} }},",
                        toml_string(&key),
                        toml_string(id)
                    );
                    if !adds || count {
                        skip.push(toml_string(&key));
                    }
                    self.columns[column].key = key;
                    self.made.understood.1 += 1;
                    self.made.understood.0 += 1;
                }
                Some((id, ..)) => {
                    self.made.understood.1 += 1;
                    self.made.understood.0 += 1;
                    let _ = writeln!(text, "  {{ head = {head}, field = {} }},", toml_string(id));
                }
                None if self.columns[column].holds == Holds::Seq => {
                    let _ = writeln!(text, "  {{ head = {head}, field = \"seq\" }},");
                }
                None => {
                    let _ = writeln!(text, "  {{ head = {head}, text = \"\" }}, # 请核对：数据里没有这一列");
                    self.made.asks.push(format!(
                        "《{}》的“{}”一列，{}里没有，现在空着",
                        self.made.title,
                        self.head_words(column),
                        file.title
                    ));
                }
            }
        }
        text += "]\n";
        let texts: Vec<String> = file
            .fields
            .iter()
            .filter(|field| matches!(field.kind, Kind::Text | Kind::Ref { .. } | Kind::Choice { .. }))
            .map(|field| toml_string(&field.id))
            .collect();
        let each = format!("  {{ each = \"record\", id = [{}] }},\n", texts[..texts.len().min(6)].join(", "));
        let totals: Vec<usize> = self
            .body()
            .filter(|row| self.paper.line(*row).iter().any(|text| ["合计", "总计"].contains(&normal(text).as_str())))
            .collect();
        let total = format!(
            "  {{ key = \"合计\", label = \"合计\", skip = [{}], parts = \"*\", style = \"total\" }},\n",
            skip.join(", ")
        );
        let (rows, foot) = match totals.first() {
            Some(first) if *first == self.paper.heads => (format!("{total}{each}"), String::new()),
            Some(_) => (each, total),
            None => (each, String::new()),
        };
        let _ = writeln!(text, "rows = [\n{rows}]");
        if !foot.is_empty() {
            let _ = writeln!(text, "foot = [\n{foot}]");
        }
        if !file.required {
            self.made.given = Some(file.id.clone());
        }
        self.made.guessed.push(format!("《{}》一行一条{}的记录", self.made.title, file.title));
        self.made.records = Some(file.id.clone());
        Some(text)
    }

    // ------------------------------------------------------------------------------------------- figures of the ledger

    /// How a column prints nought, where it is otherwise than the table.
    fn zero_of(&self, column: usize) -> Option<&'static str> {
        let (mut blank, mut zeros) = (0, 0);
        for row in self.body() {
            let line = self.paper.line(row);
            let has_other = line.iter().enumerate().any(|(other, text)| {
                other != column && self.columns[other].holds == Holds::Amount && number(text).is_some()
            });
            match line.get(column).map_or("", |text| text.trim()) {
                "" if has_other => blank += 1,
                "0" | "0.00" => zeros += 1,
                _ => {}
            }
        }
        (blank > 0 && zeros == 0 && !self.zero.is_empty()).then_some("")
    }

    fn of_ledger(&mut self, like: &Likes) -> Option<String> {
        let sides = self.sides();
        if sides.is_empty() {
            return None;
        }
        let title = self.known.read_title(&self.paper.title);
        self.table = title.terms.clone();
        if !title.sure {
            self.guess(format!("《{}》取哪些数，照表题猜的", self.made.title));
        }
        let mut text = String::new();
        if let Some(filter) = self.table.written(&self.known.schema) {
            let _ = writeln!(text, "where = {filter}");
        }
        let lead: Vec<usize> = (0..sides[0].start).collect();
        for side in &sides {
            self.read_columns(side);
        }
        let items: Vec<Vec<Item>> = sides.iter().map(|side| self.items(side)).collect();
        let foot = foot_of(&items);
        let blank = items[0]
            .iter()
            .enumerate()
            .take(foot)
            .filter(|(row, _)| items.iter().all(|side| side.get(*row).is_none_or(|item| item.blank)))
            .count();
        if blank > 0 && sides.len() > 1 {
            let _ = writeln!(text, "min_rows = {}", foot.min(400));
        }
        if sides.len() == 1 {
            let side = &sides[0];
            let _ = writeln!(
                text,
                "columns = [\n{}]",
                self.columns_text(&(lead.iter().copied().chain(side.clone()).collect::<Vec<_>>()))
            );
            let (mut rows, mut foot) = self.rows_text(side, &items[0], foot);
            let form = form(&self.columns);
            let has_rows = items[0].iter().any(|item| !item.code.is_empty());
            // An empty table has the rows of another of its form.
            if !has_rows
                && let Some((of, other_rows, other_foot)) =
                    like.rows.get(&form).filter(|_| items[0].iter().all(|item| item.blank || item.total))
            {
                (rows, foot) = (other_rows.clone(), other_foot.clone());
                let is_blank = items[0].iter().any(|item| item.total && item.amounts.iter().any(Option::is_none));
                if is_blank && !self.zero.is_empty() && !foot.contains("zero = ") {
                    foot = foot.replace(", style = \"total\"", ", style = \"total\", numbers = { zero = \"\" }");
                }
                self.made.guessed.push(format!("《{}》没有数，各行照《{of}》", self.made.title));
            } else if has_rows {
                self.made.rows = Some((form, rows.clone(), foot.clone()));
            }
            let _ = writeln!(text, "rows = [\n{rows}]");
            if !foot.is_empty() {
                let _ = writeln!(text, "foot = [\n{foot}]");
            }
            return Some(text);
        }
        if !lead.is_empty() {
            let _ = writeln!(text, "columns = [\n{}]", self.columns_text(&lead));
        }
        for (side, items) in sides.iter().zip(&items) {
            let _ =
                writeln!(text, "\n[[side]]\ncolumns = [\n{}]", self.columns_text(&side.clone().collect::<Vec<_>>()));
            let (rows, foot) = self.rows_text(side, items, foot);
            let _ = writeln!(text, "rows = [\n{rows}]");
            if !foot.is_empty() {
                let _ = writeln!(text, "foot = [\n{foot}]");
            }
        }
        Some(text)
    }

    fn guess(&mut self, what: String) {
        self.made.guessed.push(what);
    }

    /// Columns that stand side by side: words, then figures.
    fn sides(&self) -> Vec<Range<usize>> {
        let amount = |column: usize| self.columns[column].holds == Holds::Amount;
        let mut starts = Vec::new();
        for column in 0..self.columns.len() {
            if !amount(column) && (column == 0 || amount(column - 1)) {
                starts.push(column);
            }
        }
        let mut sides: Vec<Range<usize>> = Vec::new();
        for (index, start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(self.columns.len());
            let has = |of: &[Holds]| (*start..end).any(|column| of.contains(&self.columns[column].holds));
            // A remark behind the figures is no side.
            match sides.last_mut() {
                Some(last) if !has(&[Holds::Amount]) || !has(&[Holds::Label, Holds::Code]) => last.end = end,
                _ => sides.push(*start..end),
            }
        }
        if sides.is_empty() && (0..self.columns.len()).any(amount) {
            sides.push(0..self.columns.len());
        }
        sides.retain(|side| side.clone().any(amount));
        // The number of a row stands before both sides.
        if let [first, _, ..] = sides.as_mut_slice()
            && self.columns[first.start].holds == Holds::Seq
        {
            first.start += 1;
        }
        if sides.len() == 1 {
            sides[0] = 0..self.columns.len();
        }
        sides
    }

    fn amounts(&self, side: &Range<usize>) -> Vec<usize> {
        side.clone().filter(|column| self.columns[*column].holds == Holds::Amount).collect()
    }

    fn head_words(&self, column: usize) -> String {
        self.columns[column].path.iter().map(|head| normal(head)).collect::<Vec<_>>().join("·")
    }

    /// What the columns of a side ask.
    fn read_columns(&mut self, side: &Range<usize>) {
        let amounts = self.amounts(side);
        // What stands over all of them says nothing of one.
        let shared = |level: usize| {
            let first = self.columns[amounts[0]].path.get(level);
            amounts.iter().all(|column| self.columns[*column].path.get(level) == first)
        };
        let from = (0..8).take_while(|level| shared(*level)).count();
        let mut used: BTreeSet<String> = BTreeSet::new();
        for &column in &amounts {
            let path = self.columns[column].path.clone();
            let own = &path[from.min(path.len())..];
            let mut reading = Reading { terms: Terms::default(), sure: true };
            let mut from_file = None;
            for (level, head) in own.iter().enumerate() {
                let words = normal(head);
                if words.is_empty() || level > 0 && own[level - 1] == *head {
                    continue;
                }
                if let Some(file) = self.known.file_of(head) {
                    from_file.clone_from(file);
                    continue;
                }
                if ["金额", "预算数", "决算数", "数额"].contains(&words.as_str())
                    || ["合计", "小计", "总计"].contains(&words.as_str())
                {
                    continue;
                }
                let read = self.known.read(head).filter(|read| read.sure || level == 0);
                let read =
                    read.or_else(|| self.known.read_within(head, &reading.terms)).or_else(|| self.known.read(head));
                let Some(read) = read else {
                    reading.sure = false;
                    if level + 1 == own.len() && !is_total(&words) {
                        reading.terms = Terms::default();
                        self.made.asks.push(format!(
                            "《{}》的“{}”一列取哪些数，没有认出，现在空着",
                            self.made.title,
                            self.head_words(column)
                        ));
                        from_file = Some(NOTHING.to_owned());
                    }
                    continue;
                };
                reading.sure &= read.sure;
                reading.terms = match merged(&reading.terms, &read.terms) {
                    Some(terms) => terms,
                    None => read.terms,
                };
            }
            if !reading.sure && from_file.as_deref() != Some(NOTHING) {
                self.guess(format!("《{}》的“{}”一列取哪些数，照列名猜的", self.made.title, self.head_words(column)));
            }
            let mut key = self.key(if own.is_empty() { &path } else { own }, 12);
            let base = key.clone();
            for again in 2.. {
                if used.insert(key.clone()) {
                    break;
                }
                key = format!("{}{again}", base.chars().take(10).collect::<String>());
            }
            self.made.understood.1 += 1;
            self.made.understood.0 += usize::from(from_file.as_deref() != Some(NOTHING));
            let of = &mut self.columns[column];
            (of.key, of.reading, of.from) = (key, Some(reading), from_file);
        }
        for &column in &amounts {
            self.find_parts(column, &amounts, from);
        }
        // A total stands for its parts: what it asks, they ask; what they ask together, it asks.
        for &column in &amounts {
            let parts = self.columns[column].parts.clone();
            let Some(own) = self.columns[column].reading.as_ref().map(|reading| reading.terms.clone()) else {
                continue;
            };
            for &part in &parts {
                if let Some(reading) = &mut self.columns[part].reading
                    && let Some(both) = merged(&own, &reading.terms)
                {
                    reading.terms = both;
                }
            }
            let of_parts: Vec<&Terms> = parts
                .iter()
                .filter_map(|part| self.columns[*part].reading.as_ref())
                .map(|reading| &reading.terms)
                .collect();
            // 小计 of two columns within more: theirs together.
            let whole = parts.len() + 1 == amounts.len();
            if own.is_empty()
                && !whole
                && let Some(together) = joined(of_parts)
                && let Some(reading) = &mut self.columns[column].reading
            {
                reading.terms = together;
            }
        }
    }

    /// Which columns a total is the sum of: those beside it under one head, proven by what is printed.
    fn find_parts(&mut self, column: usize, amounts: &[usize], from: usize) {
        let path = self.columns[column].path.clone();
        let is_word = |head: &String| is_total(&normal(head));
        let Some(level) = (from..path.len()).find(|level| is_word(&path[*level])) else { return };
        let under = &path[..level];
        let leaf = |of: usize| {
            let path = &self.columns[of].path;
            path.last().filter(|head| self.known.file_of(head).is_some()).cloned()
        };
        let beside: Vec<usize> = amounts
            .iter()
            .copied()
            .filter(|&other| {
                other != column && self.columns[other].path.starts_with(under) && leaf(other) == leaf(column)
            })
            .collect();
        // A 小计 among them stands for those under its own head.
        let inner = |other: usize| {
            let path = &self.columns[other].path;
            (from.max(level + 1)..path.len()).find(|at| is_word(&path[*at])).map(|at| path[..at].to_vec())
        };
        let top: Vec<usize> = beside
            .iter()
            .copied()
            .filter(|&other| {
                let covered = |&by: &usize| {
                    by != other
                        && inner(by)
                            .is_some_and(|head| head.len() > under.len() && self.columns[other].path.starts_with(&head))
                        && inner(other).is_none()
                };
                !beside.iter().any(covered)
            })
            .collect();
        let known = top.iter().all(|part| self.columns[*part].from.as_deref() != Some(NOTHING));
        if top.is_empty() || !known {
            return;
        }
        let value = |row: usize, column: usize| self.paper.line(row).get(column).and_then(|text| number(text));
        let off = self.body().filter(|&row| {
            let sum: Decimal = top.iter().filter_map(|&part| value(row, part)).sum();
            let slack = Decimal::new(5 * (top.len() as i64 + 1), 3);
            value(row, column).is_some_and(|whole| (whole - sum).abs() > slack)
        });
        if off.count() > 0 {
            self.guess(format!(
                "《{}》的“{}”不等于旁边各列之和，没有当作它们的合计",
                self.made.title,
                self.head_words(column)
            ));
            return;
        }
        self.columns[column].parts = top;
    }

    fn columns_text(&self, columns: &[usize]) -> String {
        let mut text = String::new();
        let codes: Vec<usize> =
            columns.iter().copied().filter(|column| self.columns[*column].holds == Holds::Code).collect();
        let mut labelled = false;
        for &column in columns {
            let head = self.head_of(column);
            let of = &self.columns[column];
            match of.holds {
                Holds::Seq => drop(writeln!(text, "  {{ head = {head}, field = \"seq\", width = 2.8 }},")),
                Holds::Code => {
                    let field = self.code_field(column, &codes);
                    let width = if codes.len() > 1 { "2.6, align = \"center\"" } else { "5" };
                    let _ = writeln!(text, "  {{ head = {head}, field = {}, width = {width} }},", toml_string(&field));
                }
                Holds::Label if !labelled => {
                    labelled = true;
                    let _ = writeln!(text, "  {{ head = {head}, field = \"label\", width = 16 }},");
                }
                Holds::Label | Holds::Text => drop(writeln!(text, "  {{ head = {head}, text = \"\" }},")),
                Holds::Amount => {
                    let mut line = format!("  {{ key = {}, head = {head}", toml_string(&of.key));
                    match of.from.as_deref() {
                        Some(NOTHING) => line += ", where = false",
                        from => {
                            if let Some(file) = from {
                                let _ = write!(line, ", from = {}", toml_string(file));
                            }
                            // Of the whole table, a total needs no filter of its own.
                            let terms = of.reading.as_ref().map(|reading| reading.terms.clone()).unwrap_or_default();
                            if let Some(filter) = terms.written(&self.known.schema) {
                                let _ = write!(line, ", where = {filter}");
                            }
                        }
                    }
                    if !of.parts.is_empty() {
                        let parts: Vec<String> =
                            of.parts.iter().map(|part| toml_string(&self.columns[*part].key)).collect();
                        let _ = write!(line, ", parts = [{}]", parts.join(", "));
                    }
                    if let Some(zero) = self.zero_of(column) {
                        let _ = write!(line, ", numbers = {{ zero = {zero:?} }}");
                    }
                    let doubt = match (of.from.as_deref(), of.reading.as_ref().is_some_and(|reading| reading.sure)) {
                        (Some(NOTHING), _) => " # 请核对：没有认出",
                        (_, false) => " # 请核对：照列名猜的",
                        _ => "",
                    };
                    let _ = writeln!(text, "{line}, width = 6 }},{doubt}");
                }
            }
        }
        text
    }

    /// `code`, or that of a level where each has a column.
    fn code_field(&self, column: usize, codes: &[usize]) -> String {
        let levels =
            |class: &str| self.known.schema.classes.get(class).map(|class| class.levels.clone()).unwrap_or_default();
        let words = self.head_words(column);
        let class =
            self.known.class_of(&self.codes(codes), &format!("{words}{}", self.paper.title)).unwrap_or_default();
        let levels = levels(class);
        let head = normal(self.columns[column].path.last().map_or("", String::as_str));
        match levels.iter().find(|level| **level == head) {
            Some(level) => format!("code.{level}"),
            None if codes.len() > 1 => {
                let at = codes.iter().position(|code| *code == column).unwrap_or(0);
                levels.get(at).map_or_else(|| "code".to_owned(), |level| format!("code.{level}"))
            }
            None => "code".to_owned(),
        }
    }

    /// The codes that stand in some columns, put together.
    fn codes(&self, columns: &[usize]) -> Vec<String> {
        let code = |row: usize| {
            let line = self.paper.line(row);
            let parts = columns.iter().filter_map(|column| line.get(*column)).map(|text| text.trim());
            parts.filter(|text| text.bytes().all(|b| b.is_ascii_digit())).collect::<String>()
        };
        self.body().map(code).collect()
    }

    fn key(&self, path: &[String], most: usize) -> String {
        let leaf = path.last().map(|head| normal(head)).unwrap_or_default();
        let general = ["预算数", "决算数", "金额", "小计", "合计", "总计"].contains(&leaf.as_str());
        let words = match path {
            [.., over, _] if general && normal(over) != leaf => {
                format!("{}{leaf}", short(&normal(over), most.saturating_sub(leaf.chars().count())))
            }
            _ => leaf,
        };
        let key = short(&words, most);
        if key.is_empty() { "数".to_owned() } else { key }
    }

    // --------------------------------------------------------------------------------------------------- rows

    fn items(&mut self, side: &Range<usize>) -> Vec<Item> {
        let codes: Vec<usize> = side.clone().filter(|column| self.columns[*column].holds == Holds::Code).collect();
        let label = side.clone().find(|column| self.columns[*column].holds == Holds::Label);
        let amounts = self.amounts(side);
        let first_amount = amounts[0];
        let mut items = Vec::new();
        for row in self.body() {
            let line = self.paper.line(row);
            let leading: Vec<&PaperCell> = self.paper.rows[row]
                .cells
                .iter()
                .filter(|cell| {
                    side.contains(&cell.column)
                        && cell.column < first_amount
                        && self.columns[cell.column].holds != Holds::Seq
                })
                .collect();
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let code: String = codes.iter().map(|column| line[*column].trim()).filter(|text| digits(text)).collect();
            let label_text = label.map(|column| line[column].trim()).unwrap_or_default();
            // 无, in the first of the columns of codes.
            let said = leading
                .iter()
                .map(|cell| cell.text.trim())
                .find(|text| ["无", "—", "-"].contains(text))
                .filter(|_| code.is_empty() && label_text.is_empty());
            let label_text = said.unwrap_or(label_text);
            // A word that spans the codes and the names.
            let spanning = leading
                .iter()
                .find(|cell| cell.text.trim() != "" && !digits(cell.text.trim()) && is_total(&normal(&cell.text)));
            let text = match spanning {
                Some(cell) if code.is_empty() => cell.text.trim(),
                _ => label_text,
            };
            let is_plain = leading.iter().all(|cell| {
                Some(cell.column) == label && cell.colspan == 1 || cell.text.trim().is_empty() && cell.colspan == 1
            });
            let cells = match code.is_empty() && !is_plain && !codes.is_empty() {
                true => leading
                    .iter()
                    .map(|cell| (cell.text.clone(), cell.colspan.min(first_amount - cell.column)))
                    .collect(),
                false => Vec::new(),
            };
            let values: Vec<Option<Decimal>> = amounts.iter().map(|column| number(line[*column])).collect();
            let total = code.is_empty() && is_total(&normal(text));
            let blank = text.is_empty() && code.is_empty() && values.iter().all(Option::is_none)
                || text.chars().all(|c| "…. 、".contains(c))
                    && code.is_empty()
                    && values.iter().flatten().all(Decimal::is_zero)
                    && label.is_some();
            let named = (code.is_empty() && !total)
                .then(|| self.known.widest_named(text).map(|(class, code)| (class.to_owned(), code.to_owned())))
                .flatten();
            items.push(Item {
                label: text.to_owned(),
                code,
                named,
                amounts: values,
                depth: depth_of(text),
                total,
                blank,
                key: String::new(),
                parent: None,
                reading: None,
                cells,
            });
        }
        while items.last().is_some_and(|item| item.blank) {
            items.pop();
        }
        if let [first, ..] = items.as_slice()
            && ["无", "—", "-"].contains(&first.label.as_str())
            && items.iter().all(|item| item.code.is_empty() && item.amounts.iter().flatten().all(Decimal::is_zero))
        {
            self.first = Some(items.remove(0).label);
        }
        if label.is_none() && codes.is_empty() {
            // One row of figures without a name.
            items.retain(|item| !item.blank || items_have_one(item));
        }
        self.read_items(&mut items, side);
        items
    }

    /// What rows with names of their own ask, which stand under which, and their keys.
    fn read_items(&mut self, items: &mut [Item], side: &Range<usize>) {
        let mut within = false;
        let mut last_top: Option<usize> = None;
        // Two names of codes or more are a list of them; one may be a row of that name.
        let listed = items.iter().filter(|item| item.named.is_some()).count() >= 2;
        for index in 0..items.len() {
            if items[index].blank || !items[index].code.is_empty() {
                continue;
            }
            if !listed {
                items[index].named = None;
            }
            if items[index].named.is_some() {
                continue;
            }
            let label = items[index].label.clone();
            let begins_within = label.starts_with("其中");
            if items[index].total {
                within = false;
            } else if begins_within {
                within = true;
            } else if items[index].depth > 0 {
                within = false;
            }
            let deeper = last_top.is_some_and(|top| {
                items[index].depth > items[top].depth.max(1)
                    || items[top].depth == 0 && items[index].depth > 0 && top > 0
            });
            if !items[index].total && (within || deeper) {
                items[index].parent = last_top;
            } else if !items[index].total {
                last_top = Some(index);
            }
            let words = normal(&label);
            let grand = words.ends_with("总计") && !words.starts_with("本年");
            let reading = match (grand, words.as_str()) {
                (true, _) | (_, "合计" | "小计" | "总计" | "") => {
                    Some(Reading { terms: Terms::default(), sure: true })
                }
                _ if items[index].total => {
                    let read = self.known.read(&label).map(|read| read.terms).unwrap_or_default();
                    Some(Reading { terms: read, sure: true })
                }
                _ => self.known.read(&label),
            };
            items[index].reading = reading;
            let mut key = short(without_number(&words), 12);
            if key.is_empty() {
                key = "数".to_owned();
            }
            let base = key.clone();
            for again in 2.. {
                if self.keys.insert(key.clone()) {
                    break;
                }
                key = format!("{base}{again}");
            }
            items[index].key = key;
        }
        // A row that is the sum of others is what they are together.
        for index in 0..items.len() {
            let own = children(items, index);
            let is_sure = items[index].reading.as_ref().is_some_and(|reading| reading.sure);
            if own.is_empty() || is_sure || !self.sums(items, index, &own) {
                continue;
            }
            let of: Vec<&Terms> =
                own.iter().filter_map(|part| items[*part].reading.as_ref()).map(|reading| &reading.terms).collect();
            if of.len() == own.len()
                && let Some(terms) = joined(of)
            {
                items[index].reading = Some(Reading { terms, sure: true });
            }
        }
        // What asks nothing of its own asks what its parent asks.
        for index in 0..items.len() {
            let Some(parent) = items[index].parent else { continue };
            let of = items[parent].reading.as_ref().map(|reading| reading.terms.clone()).unwrap_or_default();
            if let Some(reading) = &mut items[index].reading
                && let Some(both) = merged(&of, &reading.terms)
            {
                reading.terms = both;
            }
        }
        // A first total that says what it is of says it of all rows above.
        let of_first = items.iter().position(|item| item.total).filter(|at| *at > 0);
        if let Some(at) = of_first {
            let terms = items[at].reading.as_ref().map(|reading| reading.terms.clone()).unwrap_or_default();
            for item in items[..at].iter_mut() {
                if let Some(reading) = &mut item.reading
                    && let Some(both) = merged(&terms, &reading.terms)
                {
                    reading.terms = both;
                }
            }
        }
        // A guess that may count what another row counts is none.
        let of_list = items
            .iter()
            .any(|item| !item.code.is_empty() || item.named.is_some())
            .then(|| of_first.and_then(|at| items[at].reading.clone()))
            .flatten();
        for index in 0..items.len() {
            let Some(own) = items[index]
                .reading
                .clone()
                .filter(|own| !own.sure && items[index].parent.is_none() && !items[index].total)
            else {
                continue;
            };
            let others =
                items.iter().enumerate().filter(|(at, item)| *at != index && item.parent.is_none() && !item.total);
            let others = others.filter_map(|(_, item)| item.reading.as_ref()).chain(of_list.as_ref());
            if others.into_iter().any(|other| !are_apart(&own.terms, &other.terms)) {
                items[index].reading = None;
            }
        }
        for item in items.iter().filter(|item| !item.key.is_empty() && !item.total) {
            self.made.understood.1 += 1;
            let one_row = self.amounts(side).len() > 1 && item.label.is_empty();
            self.made.understood.0 += usize::from(item.reading.is_some() || one_row);
        }
    }

    /// `rows` and `foot` of a side.
    fn rows_text(&mut self, side: &Range<usize>, items: &[Item], foot: usize) -> (String, String) {
        let mut rows = String::new();
        let mut bottom = String::new();
        let of_total = |at: usize| {
            items[at..]
                .iter()
                .find(|item| item.total)
                .and_then(|item| item.reading.as_ref())
                .map(|reading| reading.terms.clone())
        };
        let mut at = 0;
        while at < items.len() {
            let item = &items[at];
            let out = if at >= foot { &mut bottom } else { &mut rows };
            if item.blank {
                if at >= foot {
                    out.push_str("  \"\",\n");
                }
                at += 1;
                continue;
            }
            let is_coded = |item: &Item| !item.code.is_empty() || item.named.is_some();
            // A numbered row without money among those of a list, of a name that no list has.
            let is_listed = |item: &Item| {
                item.depth > 0
                    && item.reading.is_none()
                    && !item.total
                    && item.amounts.iter().flatten().all(Decimal::is_zero)
            };
            if is_coded(item) {
                let end =
                    at + items[at..].iter().take_while(|item| is_coded(item) || item.blank || is_listed(item)).count();
                let run: Vec<&Item> = items[at..end].iter().filter(|item| !item.blank).collect();
                out.push_str(&self.coded(&run, of_total(at)));
                at = end;
                continue;
            }
            let line = self.row_text(items, at);
            let out = if at >= foot { &mut bottom } else { &mut rows };
            out.push_str(&line);
            at += 1;
        }
        let has_tree = items.iter().any(|item| !item.code.is_empty() || item.named.is_some());
        if !has_tree {
            rows = self.empty_tree(side, items) + &rows;
        }
        (rows, bottom)
    }

    /// Of a table without money: the rows that its columns of codes ask for.
    fn empty_tree(&mut self, side: &Range<usize>, items: &[Item]) -> String {
        let codes: Vec<usize> = side.clone().filter(|column| self.columns[*column].holds == Holds::Code).collect();
        let fixed = items.iter().any(|item| !item.blank && !item.total && !item.label.is_empty());
        if codes.is_empty() || fixed {
            // One side's classes may all be without money.
            return String::new();
        }
        let words = format!("{}{}", self.head_words(codes[0]), self.paper.title);
        let class = self.known.class_of(&[], &words).or(self.known.schema.classes.keys().next().map(String::as_str));
        let Some(field) = class.and_then(|class| self.known.field_of_class(class)).map(|field| field.id.clone()) else {
            return String::new();
        };
        self.made.guessed.push(format!("《{}》没有数，各行照列名当作逐级的科目", self.made.title));
        format!("  {{ each = {} }},\n", toml_string(&field))
    }

    /// Rows that a classification makes.
    fn coded(&mut self, run: &[&Item], of_total: Option<Terms>) -> String {
        let codes: Vec<String> =
            run.iter().map(|item| item.named.as_ref().map_or(item.code.clone(), |(_, code)| code.clone())).collect();
        let class = match run.iter().find_map(|item| item.named.as_ref()) {
            Some((class, _)) => Some(class.clone()),
            None => self.known.class_of(&codes, &self.paper.title).map(str::to_owned),
        };
        let Some((class, field)) = class
            .and_then(|id| Some((self.known.schema.classes.get(&id)?, self.known.field_of_class(&id)?.id.clone())))
        else {
            self.made.asks.push(format!("《{}》的科目编码不在科目表里，各行没有做成", self.made.title));
            return String::new();
        };
        let mut line = format!("  {{ each = {}", toml_string(&field));
        let lengths: BTreeSet<usize> = codes.iter().filter(|code| !code.is_empty()).map(String::len).collect();
        let levels: Vec<&String> = class
            .levels
            .iter()
            .zip(&class.lengths)
            .filter(|(_, length)| lengths.contains(length))
            .map(|(level, _)| level)
            .collect();
        let empty = |item: &&&Item| item.amounts.iter().flatten().all(Decimal::is_zero);
        let without_money = run.iter().filter(empty).count();
        let all = without_money >= 5 && without_money * 3 >= run.len();
        if !all && !levels.is_empty() && levels.len() < class.levels.len() {
            let levels: Vec<String> = levels.iter().map(|level| toml_string(level)).collect();
            let _ = write!(line, ", levels = [{}]", levels.join(", "));
        }
        if let Some(filter) = of_total
            .filter(|_| run.iter().any(|item| item.named.is_some()))
            .and_then(|terms| terms.written(&self.known.schema))
        {
            let _ = write!(line, ", where = {filter}");
        }
        if run.iter().any(|item| item.named.is_some()) {
            let numbered = run.iter().any(|item| item.label.trim() != without_number(&item.label));
            let label = if numbered { "{{ no | cn }}、{{ name }}" } else { "{{ name }}" };
            let _ = write!(line, ", label = {}", toml_string(label));
        } else {
            // Brackets of the list and of the table may be of two widths.
            let unlike = |item: &&&Item| {
                class
                    .names
                    .get(&item.code)
                    .is_some_and(|name| *name != item.label && normal(name) == normal(&item.label))
            };
            let wide = run.iter().filter(unlike).any(|item| item.label.contains('（'));
            let half = run.iter().filter(unlike).any(|item| item.label.contains('('));
            let label = match (wide, half) {
                (true, false) => Some("{{ name | replace(\"(\", \"（\") | replace(\")\", \"）\") }}"),
                (false, true) => Some("{{ name | replace(\"（\", \"(\") | replace(\"）\", \")\") }}"),
                _ => None,
            };
            if let Some(label) = label {
                let _ = write!(line, ", label = {}", toml_string(label));
            }
        }
        if all {
            let mut others = 0;
            let values: Vec<String> = run
                .iter()
                .zip(&codes)
                .map(|(item, code)| match code.is_empty() {
                    false => toml_string(code),
                    true => {
                        others += 1;
                        let name = without_number(&item.label).to_owned();
                        format!(
                            "{{ key = {}, name = {}, where = false }}",
                            toml_string(&short(&name, 8)),
                            toml_string(&name)
                        )
                    }
                })
                .collect();
            let mut lines = String::new();
            for chunk in values.chunks(12) {
                let _ = write!(lines, "\n    {},", chunk.join(", "));
            }
            let _ = write!(line, ", values = [{lines}\n  ]");
            if others > 0 {
                self.guess(format!("《{}》有 {others} 行的名称不在科目表里，照印，没有数", self.made.title));
            }
        }
        self.made.understood.1 += run.len();
        self.made.understood.0 += codes.iter().filter(|code| class.names.contains_key(*code)).count();
        line + " },\n"
    }

    fn row_text(&mut self, items: &[Item], at: usize) -> String {
        let item = &items[at];
        let mut line = format!("  {{ key = {}", toml_string(&item.key));
        let has_label = !item.label.is_empty();
        if !item.cells.is_empty() {
            let cell = |(text, cols): &(String, usize)| match cols {
                1 => toml_string(&self.words.put_in(text)),
                cols => {
                    format!("{{ text = {}, cols = {cols}, align = \"center\" }}", toml_string(&self.words.put_in(text)))
                }
            };
            let cells: Vec<String> = item.cells.iter().map(cell).collect();
            let _ = write!(
                line,
                ", label = {}, cells = [{}]",
                toml_string(&self.words.put_in(&item.label)),
                cells.join(", ")
            );
        } else if has_label {
            let _ = write!(line, ", label = {}", toml_string(&self.words.put_in(&item.label)));
        }
        let mut doubt = "";
        match &item.reading {
            Some(reading) => {
                if let Some(filter) = reading.terms.written(&self.known.schema) {
                    let _ = write!(line, ", where = {filter}");
                }
                if !reading.sure {
                    doubt = " # 请核对：照行名猜的";
                    self.guess(format!("《{}》的“{}”一行取哪些数，照行名猜的", self.made.title, item.label));
                }
            }
            None if has_label => {
                line += ", where = false";
                doubt = " # 请核对：没有认出";
                self.made
                    .asks
                    .push(format!("《{}》的“{}”一行取哪些数，没有认出，现在空着", self.made.title, item.label));
            }
            None => {}
        }
        if let Some(parts) = self.parts_of(items, at) {
            let _ = write!(line, ", parts = {parts}");
        }
        if let Some(parent) = item.parent.filter(|parent| !self.sums(items, *parent, &children(items, *parent))) {
            let _ = write!(line, ", of = {}", toml_string(&items[parent].key));
        }
        if item.total {
            line += ", style = \"total\"";
            if !self.zero.is_empty() && item.amounts.iter().any(Option::is_none) {
                line += ", numbers = { zero = \"\" }";
            }
            if at == 0 && self.bare && items.len() > 1 {
                line += ", when = \"not empty\"";
            }
        }
        format!("{line} }},{doubt}\n")
    }

    /// Whether a row is printed as the sum of others.
    fn sums(&self, items: &[Item], whole: usize, parts: &[usize]) -> bool {
        let slack = Decimal::new(5 * (parts.len() as i64 + 1), 3);
        let columns = items[whole].amounts.len();
        (0..columns).all(|column| {
            let sum: Decimal = parts.iter().filter_map(|part| items[*part].amounts[column]).sum();
            items[whole].amounts[column].is_none_or(|whole| (whole - sum).abs() <= slack)
        })
    }

    /// What a row is the sum of, as the layout says it. None: of nothing that is known.
    fn parts_of(&self, items: &[Item], at: usize) -> Option<String> {
        let known = |part: &usize| {
            items[*part].reading.is_some() || !items[*part].code.is_empty() || items[*part].named.is_some()
        };
        let own = children(items, at);
        if !own.is_empty() {
            let sums = self.sums(items, at, &own) && own.iter().all(|part| known(part));
            let keys: Vec<String> = own.iter().map(|part| toml_string(&items[*part].key)).collect();
            return sums.then(|| format!("[{}]", keys.join(", ")));
        }
        if !items[at].total {
            return None;
        }
        let totals: Vec<usize> = items.iter().enumerate().filter(|(_, item)| item.total).map(|(at, _)| at).collect();
        let is_grand = totals.len() > 1 && totals.last() == Some(&at);
        let top = |other: &usize| *other != at && items[*other].parent.is_none() && !items[*other].blank;
        if is_grand {
            let first = totals[0];
            let mut parts = vec![first];
            parts.extend((first + 1..at).filter(|other| top(other) && !items[*other].total));
            let keys: Vec<String> = parts.iter().map(|part| toml_string(&items[*part].key)).collect();
            return (self.sums(items, at, &parts) && parts.iter().all(|part| known(part)))
                .then(|| format!("[{}]", keys.join(", ")));
        }
        let before: Vec<usize> = match totals.len() {
            1 => (0..items.len()).filter(top).collect(),
            _ => (0..at).filter(top).collect(),
        };
        before.iter().all(|part| known(part)).then(|| "\"*\"".to_owned())
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
