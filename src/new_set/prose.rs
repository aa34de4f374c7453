//! Published prose as templates: amounts that the tables print are bound to their addresses, comparisons with last year
//! become phrases by their sign, shares are computed; every other number is a blank for a person to fill.

use super::known::{Known, is_total, normal};
use crate::check::{Amount, amounts_of};
use crate::compose::TableView;
use crate::data::schema::Kind;
use crate::published::PaperText;
use crate::published::as_folder::as_words;
use crate::published::recognise::titles_alike;
use crate::published::words::Words;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Phrases for more, less and as much as last year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Of more.
    pub up: String,
    /// Of less.
    pub down: String,
    /// Of as much.
    pub same: String,
}

/// What became of the prose.
#[derive(Debug, Clone, Default)]
pub struct Prose {
    /// Phrases by name.
    pub say: BTreeMap<String, Phrase>,
    /// Numbers that follow the data, and all numbers.
    pub bound: (usize, usize),
    /// Some line prints a figure of another file.
    pub uses_of: bool,
    /// The rows that the last numbered paragraphs were made of.
    pub counted: Option<String>,
    /// What was guessed.
    pub guessed: Vec<String>,
    /// What needs a person: blanks, with their sentences.
    pub asks: Vec<String>,
}

/// What a sentence may speak of.
struct Figure<'v> {
    address: &'v str,
    amount: Decimal,
    label: String,
    head: String,
    title: &'v str,
    total: bool,
    /// Computed from its row's figures: asked of no other file.
    calc: bool,
    /// The code that makes its row, and its table and column.
    row: Option<Row>,
}

/// A row that a code makes, and a column of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    table: String,
    column: String,
    level: usize,
    code: String,
}

/// What sentences are read beside.
pub struct Beside<'a> {
    figures: Vec<Figure<'a>>,
    /// What codes are called.
    names: BTreeMap<String, String>,
    /// How many rows of a level each table has.
    counts: BTreeMap<(String, usize), usize>,
    known: &'a Known,
    words: &'a Words,
}

/// How sentences print amounts: the unit, whether noughts at the end are left out, what nought is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InSentences {
    /// 万元 or 元.
    pub unit: &'static str,
    /// As many decimals as are needed.
    pub short: bool,
    /// As it is printed.
    pub zero: &'static str,
    /// The same of percentages.
    pub short_percent: bool,
    /// Thousands are set apart.
    pub commas: bool,
}

impl InSentences {
    /// By what most amounts look like.
    pub fn of<'t>(texts: impl Iterator<Item = &'t PaperText>) -> InSentences {
        let (mut wan, mut yuan, mut two, mut fewer, mut percents, mut fewer_percents) = (0, 0, 0, 0, 0, 0);
        let (mut zero, mut zeros, mut commas) = (0, 0, 0);
        for text in texts {
            let chars: Vec<char> = text.text.chars().collect();
            for amount in amounts_of(&chars, &[]) {
                let long = amount.decimals == 2;
                if !amount.is_money() {
                    percents += usize::from(long);
                    fewer_percents += usize::from(!long);
                } else if amount.written.is_zero() {
                    zero += usize::from(!long);
                    zeros += usize::from(long);
                } else {
                    wan += usize::from(amount.unit.name() == "万元");
                    yuan += usize::from(amount.unit.name() == "元");
                    two += usize::from(long);
                    fewer += usize::from(!long);
                    commas += usize::from(chars[amount.number.clone()].contains(&','));
                }
            }
        }
        InSentences {
            unit: if yuan > wan { "元" } else { "万元" },
            short: fewer * 10 > two + fewer,
            zero: if zero > zeros { "0" } else { "0.00" },
            short_percent: fewer_percents * 10 > percents + fewer_percents,
            commas: commas > 0,
        }
    }
}

impl<'a> Beside<'a> {
    /// Tables as they are printed.
    pub fn of(views: &'a [TableView], known: &'a Known, words: &'a Words) -> Beside<'a> {
        let mut figures = Vec::new();
        let mut names = BTreeMap::new();
        let mut counts: BTreeMap<(String, usize), usize> = BTreeMap::new();
        let level = |code: &str| {
            let lengths =
                known.schema.classes.values().find(|class| class.names.contains_key(code)).map(|class| &class.lengths);
            lengths.and_then(|lengths| lengths.iter().position(|length| *length == code.len())).map_or(1, |at| at + 1)
        };
        for view in views {
            for row in &view.rows {
                if !row.code.is_empty() {
                    names.insert(row.code.clone(), row.name.clone());
                    *counts.entry((view.id.to_string(), level(&row.code))).or_default() += 1;
                }
                for (figure, column) in row.figures.iter().zip(&view.columns) {
                    let Some((figure, amount)) = figure.as_ref().and_then(|figure| Some((figure, figure.printed()?)))
                    else {
                        continue;
                    };
                    figures.push(Figure {
                        address: &figure.address,
                        amount,
                        label: normal(&row.name),
                        head: normal(&column.head.join("")),
                        title: &view.title,
                        total: row.total || is_total(&normal(&row.label)),
                        calc: column.calc,
                        row: (!row.code.is_empty()).then(|| Row {
                            table: view.id.to_string(),
                            column: column.key.to_string(),
                            level: level(&row.code),
                            code: row.code.clone(),
                        }),
                    });
                }
            }
        }
        Beside { figures, names, counts, known, words }
    }
}

/// A figure that was put into a paragraph.
#[derive(Clone)]
struct Put {
    /// As templates name it: `f("t1/合计/金额")`, `r["合计"]`.
    expr: String,
    amount: Decimal,
    /// It can be asked of another file.
    asks: bool,
    /// Where its amount ended in the paragraph.
    end: usize,
}

/// One paragraph as a line of a template.
pub fn paragraph(text: &str, heading: &str, look: &InSentences, beside: &Beside<'_>, prose: &mut Prose) -> String {
    let mut line = Line { heading, look, beside, prose, put: Vec::new(), blanks: 0, doubtful: Vec::new(), row: None };
    let written = match beside.list_in(text) {
        Some(list) => {
            let before = line.piece(&text[..list.range.start], true);
            let of = line.of_rows(&list);
            let after = line.piece(&text[list.range.end..], false);
            format!("{before}{of}{after}")
        }
        None => line.piece(text, true),
    };
    line.ended(written, text)
}

/// Paragraphs that each speak of one row of a table: one line for all of them.
pub fn paragraphs(
    texts: &[&str],
    heading: &str,
    look: &InSentences,
    beside: &Beside<'_>,
    prose: &mut Prose,
    out: &mut String,
) -> usize {
    let Some((rows, table, column)) = beside.run(texts, true) else { return 0 };
    let mut skeletons: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept = None;
    for (text, row) in texts.iter().zip(&rows) {
        let mut own = Prose { say: prose.say.clone(), ..Prose::default() };
        let mut line = Line {
            heading,
            look,
            beside,
            prose: &mut own,
            put: Vec::new(),
            blanks: 0,
            doubtful: Vec::new(),
            row: Some(row),
        };
        let written = line.piece(text, true);
        let written = line.ended(written, text);
        prose.say.clone_from(&own.say);
        prose.bound.0 += own.bound.0;
        prose.bound.1 += own.bound.1;
        let skeleton = beside.with_uses(beside.without_names(&written, row));
        let count = skeletons.entry(skeleton.clone()).or_default();
        *count += 1;
        // The first of those that occur most.
        if kept.as_ref().is_none_or(|(_, most)| *count > *most) {
            kept = Some((skeleton, *count));
        }
        if !own.asks.is_empty() && row == &rows[0] {
            prose.asks.extend(own.asks.into_iter().map(|ask| format!("逐个科目的一句，{ask}")));
        }
    }
    let Some((skeleton, _)) = kept else { return 0 };
    let level = rows[0].level;
    let all = beside.counts.get(&(table.clone(), level)).copied().unwrap_or(0);
    let some = if all > rows.len() { format!(" if not r[\"{column}\"] is zero") } else { String::new() };
    // Where the numbers go on behind another table's.
    let first: usize = texts[0].chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(1);
    let skeleton = match (first, prose.counted.clone()) {
        (1, _) | (_, None) => skeleton,
        (_, Some(before)) => {
            skeleton.replacen("{{ loop.index }}", &format!("{{{{ loop.index + ({before} | length) }}}}"), 1)
        }
    };
    let mut skeleton = skeleton;
    if skeletons.len() > 1 {
        prose.asks.push(format!(
            "逐个科目的一句有 {} 种说法，用了最多的一种：{}",
            skeletons.len(),
            texts[0].chars().take(30).collect::<String>()
        ));
        skeleton += "{# 请核对：公开的有几种说法，这是最多的一种 #}";
    }
    let rows_of = format!("rows(\"{table}\", level={level})");
    let _ = write!(out, "{{% for r in {rows_of}{some} %}}\n{skeleton}\n{{% endfor %}}\n");
    prose.counted = Some(rows_of);
    prose.guessed.push(format!(
        "{} 段逐个科目说的话，合成一句，按 {table} 的各行生成：{}",
        rows.len(),
        texts[0].chars().take(30).collect::<String>()
    ));
    rows.len()
}

/// Whether a text begins as `12.` or `3、`.
pub fn is_item(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let after = rest.strip_prefix(['.', '、', '．']);
    rest.len() < text.len() && after.is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_digit()))
}

/// Clauses of a sentence that each speak of one row.
struct List {
    /// Bytes of the text.
    range: std::ops::Range<usize>,
    clauses: Vec<String>,
    rows: Vec<Row>,
    table: String,
    column: String,
}

impl Beside<'_> {
    /// Which rows of one column texts speak of, one each. `whole`: each begins with its number.
    fn run(&self, texts: &[&str], whole: bool) -> Option<(Vec<Row>, String, String)> {
        let mut common: Option<BTreeMap<(String, String), Vec<Row>>> = None;
        let mut best = None;
        for text in texts {
            if whole && !is_item(text) {
                break;
            }
            let chars: Vec<char> = text.chars().collect();
            let amounts = amounts_of(&chars, &[]);
            let words = normal(text);
            let mut own: BTreeMap<(String, String), Row> = BTreeMap::new();
            for figure in &self.figures {
                let Some(row) = &figure.row else { continue };
                let is_said = figure.label.chars().count() >= 2 && words.contains(&figure.label);
                if !is_said
                    || figure.amount.is_zero()
                    || !amounts
                        .iter()
                        .any(|amount| amount.is_money() && amount.direction == 0 && amount.prints(figure.amount))
                {
                    continue;
                }
                let key = (row.table.clone(), row.column.clone());
                // The lowest of the rows of one name and amount.
                if own.get(&key).is_none_or(|known| known.level < row.level) {
                    own.insert(key, row.clone());
                }
            }
            let level_of = |row: &Row| row.level;
            let next: BTreeMap<(String, String), Vec<Row>> = match &common {
                None => own.into_iter().map(|(key, row)| (key, vec![row])).collect(),
                Some(known) => own
                    .into_iter()
                    .filter_map(|(key, row)| {
                        let before = known.get(&key)?;
                        (level_of(&before[0]) == row.level && before.iter().all(|other| other.code < row.code))
                            .then(|| (key, before.iter().cloned().chain([row]).collect()))
                    })
                    .collect(),
            };
            if next.is_empty() {
                break;
            }
            best = Some(next.clone());
            common = Some(next);
        }
        let best = best?;
        // Of several tables that have all of them, the one with fewest rows besides.
        let spare = |rows: &Vec<Row>| {
            let all = self.counts.get(&(rows[0].table.clone(), rows[0].level)).copied().unwrap_or(0);
            all.saturating_sub(rows.len())
        };
        let total = |key: &(String, String)| !is_total(&key.1);
        let ((table, column), rows) =
            best.into_iter().min_by_key(|(key, rows)| (spare(rows), total(key), key.clone()))?;
        Some((rows, table, column))
    }

    /// The figure of the same row of the same table whose column a subject names.
    fn beside(&self, of: &Put, subject: &str) -> Option<Put> {
        let address = of.expr.strip_prefix("f(\"")?.strip_suffix("\")")?;
        let (row, _) = address.rsplit_once('/')?;
        let subject = normal(subject);
        let same_row =
            self.figures.iter().filter(|figure| figure.address.rsplit_once('/').is_some_and(|(own, _)| own == row));
        let figure =
            same_row.filter(|figure| !figure.calc).find(|figure| head_words(&figure.head).contains(&subject))?;
        Some(Put { expr: format!("f(\"{}\")", figure.address), amount: figure.amount, asks: true, end: of.end })
    }

    /// Clauses between ；, at least two, each of a row.
    fn list_in(&self, text: &str) -> Option<List> {
        let start = text.find(['：']).map(|at| at + '：'.len_utf8())?;
        let end = text[start..].find('。').map_or(text.len(), |at| start + at);
        let clauses: Vec<&str> = text[start..end].split('；').collect();
        if clauses.len() < 2 {
            return None;
        }
        let (rows, table, column) = self.run(&clauses, false)?;
        if rows.len() < 2 {
            return None;
        }
        let length: usize =
            clauses[..rows.len()].iter().map(|clause| clause.len() + '；'.len_utf8()).sum::<usize>() - '；'.len_utf8();
        let clauses = clauses[..rows.len()].iter().map(|clause| (*clause).to_owned()).collect();
        Some(List { range: start..start + length, clauses, rows, table, column })
    }

    /// 主要用于【】: what the records say of a code's use.
    fn with_uses(&self, line: String) -> String {
        let blank = "主要用于【】";
        let Some(at) = line.find(blank) else { return line };
        let of_uses = self.known.schema.files.values().find_map(|file| {
            let code = file.fields.iter().find(|field| matches!(field.kind, Kind::Code { .. }) && field.required)?;
            let text = file.fields.iter().find(|field| matches!(field.kind, Kind::Text) && field.required)?;
            (file.title.contains("用途") && file.fields.len() == 2).then_some((&file.id, &code.id, &text.id))
        });
        let Some((file, code, text)) = of_uses else { return line };
        let from = if line[..at].ends_with('，') { at - '，'.len_utf8() } else { at };
        let comma = &line[from..at];
        let rest = &line[at + blank.len()..];
        // A sentence of its own goes with its sign.
        let (stop, rest) = match rest.strip_prefix('。').filter(|_| comma.is_empty()) {
            Some(rest) => ("。", rest),
            None => ("", rest),
        };
        format!(
            "{}{{% if count(\"{file}\", {code}=r.code) %}}{comma}主要用于{{{{ lookup(\"{file}\", {code}=r.code).{text} | trim(\"。\") }}}}{stop}{{% endif %}}{rest}",
            &line[..from]
        )
    }

    /// A line that speaks of a row, with what differs from row to row put in.
    fn without_names(&self, line: &str, row: &Row) -> String {
        let mut line = line.to_owned();
        let lengths = self
            .known
            .schema
            .classes
            .values()
            .find(|class| class.names.contains_key(&row.code))
            .map(|class| class.lengths.clone())
            .unwrap_or_default();
        let own: Vec<(usize, &String)> = lengths
            .iter()
            .enumerate()
            .filter(|(_, length)| **length <= row.code.len())
            .filter_map(|(at, length)| Some((at, self.names.get(&row.code[..*length])?)))
            .collect();
        // From the widest on, each behind the one before: two levels may have one name.
        let mut from = 0;
        for (at, name) in own {
            if let Some(found) = line[from..].find(name.as_str()) {
                let put = if lengths.len() > 1 && row.level > 1 {
                    format!("{{{{ r.names[{at}] }}}}")
                } else {
                    "{{ r.name }}".to_owned()
                };
                let begins = from + found;
                line.replace_range(begins..begins + name.len(), &put);
                from = begins + put.len();
            }
        }
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        if digits > 0 {
            line.replace_range(..digits, "{{ loop.index }}");
        }
        line
    }
}

/// What is said to have changed: the words between the last stop and 增加, where they are no comparison.
fn subject_before(chars: &[char], from: usize, amount: &Amount) -> String {
    let (start, ..) = compared(chars, from, amount, None);
    let begins = (from..start).rev().find(|at| "，；。：（".contains(chars[*at])).map_or(from, |at| at + 1);
    let subject: String = chars[begins..start.max(begins)].iter().filter(|c| !c.is_whitespace()).collect();
    let subject = subject.trim_start_matches(['万', '亿', '元', '%']).trim_end_matches(['各', '总', '均', '共']);
    if ["比", "较", "与", "同比"].iter().any(|word| subject.starts_with(word)) {
        String::new()
    } else {
        subject.to_owned()
    }
}

/// A line in the making.
struct Line<'l, 'b> {
    heading: &'l str,
    look: &'l InSentences,
    beside: &'l Beside<'b>,
    prose: &'l mut Prose,
    put: Vec<Put>,
    blanks: usize,
    doubtful: Vec<String>,
    /// The row that it speaks of.
    row: Option<&'l Row>,
}

impl Line<'_, '_> {
    /// A sentence's clauses as a loop.
    fn of_rows(&mut self, list: &List) -> String {
        let mut skeletons = Vec::new();
        for (clause, row) in list.clauses.iter().zip(&list.rows) {
            let mut line = Line {
                heading: self.heading,
                look: self.look,
                beside: self.beside,
                prose: &mut *self.prose,
                put: self.put.clone(),
                blanks: 0,
                doubtful: Vec::new(),
                row: Some(row),
            };
            // Where they end counts from another beginning.
            line.put.iter_mut().for_each(|put| put.end = 0);
            let written = line.piece(clause, false);
            let blanks = line.blanks;
            self.blanks += blanks;
            skeletons.push(self.beside.without_names(&written, row));
        }
        let all = self.beside.counts.get(&(list.table.clone(), list.rows[0].level)).copied().unwrap_or(0);
        let some =
            if all > list.rows.len() { format!(" if not r[\"{}\"] is zero", list.column) } else { String::new() };
        self.put.iter_mut().for_each(|put| put.end = 0);
        format!(
            "{{% for r in rows(\"{}\", level={}){some} %}}{}{{{{ \"；\" if not loop.last }}}}{{% endfor %}}",
            list.table, list.rows[0].level, skeletons[0]
        )
    }

    fn piece(&mut self, text: &str, begins: bool) -> String {
        let chars: Vec<char> = text.chars().collect();
        let amounts = amounts_of(&chars, &[]);
        let words = |from: usize, to: usize| chars[from.min(to)..to].iter().collect::<String>();
        let mut line = String::new();
        let mut at = 0;
        let mut index = 0;
        // What each amount is, before what compares with it is asked.
        let spoken: Vec<Option<Put>> = amounts.iter().map(|amount| self.put_of(amount, &chars)).collect();
        while let Some(amount) = amounts.get(index) {
            let this = index;
            index += 1;
            // A limit is no figure: 100万元（含）以上.
            let is_limit = ["（含", "(含", "以上", "以下", "以内"]
                .iter()
                .any(|word| words(amount.range.end, chars.len()).starts_with(word));
            if amount.number.start < at || is_limit {
                continue;
            }
            self.prose.bound.1 += 1;
            let mut out: Option<(usize, String, usize)> = None;
            if let Some(put) = &spoken[this] {
                out = Some((amount.number.start, template(&put.expr, amount, self.look), amount.number.end));
                self.put.push(put.clone());
            } else if amount.direction == 0 && amount.is_money() && amount.unit.name() == self.look.unit {
                // 2025年执行数为…, 年初预算为…: the same figure of another file.
                let clause = words(amount.clause, amount.range.start);
                let near = self.put.iter().rev().find(|put| put.asks).or_else(|| {
                    let later = spoken[this..].iter().zip(&amounts[this..]);
                    later
                        .filter(|(_, later)| later.sentence.start <= amount.range.end)
                        .find_map(|(put, _)| put.as_ref().filter(|put| put.asks))
                });
                if let Some((file, put)) = named_file(&clause, self.beside.known).zip(near) {
                    self.prose.uses_of = true;
                    out =
                        Some((amount.number.start, format!("{{{{ of({}, {file:?}) }}}}", put.expr), amount.number.end));
                    let known = Put {
                        expr: format!("{}.on({file:?})", put.expr),
                        amount: amount.value(),
                        asks: false,
                        end: amount.range.end,
                    };
                    self.put.push(known);
                }
            } else if amount.direction != 0 && (!amount.is_money() || amount.unit.name() == self.look.unit) {
                // The amount right before it is what changed; where that is a blank, so is this.
                let of = self.put.last().filter(|put| put.asks).cloned();
                let subject = subject_before(&chars, at, amount);
                let said = |of: &Put| {
                    let before = words(0, of.end.min(chars.len()));
                    subject.split('、').all(|subject| before.contains(subject))
                };
                let of = match of {
                    // What it says of itself is another figure of that table, or nobody's.
                    Some(of) if self.row.is_none() && !subject.is_empty() && !said(&of) => {
                        self.beside.beside(&of, &subject)
                    }
                    of => of,
                };
                if let Some(of) = of {
                    let next = amounts.get(index).filter(|next| {
                        amount.is_money()
                            && !next.is_money()
                            && next.direction != 0
                            && next.number.start <= amount.range.end + 8
                    });
                    let (start, phrase, end) = compared(&chars, at, amount, next);
                    let file = file_of(&words(start, end), self.beside.known);
                    let name = self.prose.named(phrase, self.beside);
                    out = Some((start, format!("{{{{ than({}, {file:?}, {name:?}) }}}}", of.expr), end));
                    if next.is_some() {
                        index += 1;
                        self.prose.bound.1 += 1;
                        self.prose.bound.0 += 1;
                    }
                }
            } else if amount.direction == 0
                && !amount.is_money()
                && let Some((part, whole)) = share(amount, &self.put)
            {
                out = Some((amount.number.start, format!("{{{{ share({part}, {whole}) }}}}"), amount.number.end));
            }
            let (start, put, end) = match out {
                Some(out) => {
                    self.prose.bound.0 += 1;
                    out
                }
                None => {
                    self.blanks += 1;
                    if amount.is_money() && amount.direction == 0 {
                        let nobody =
                            Put { expr: String::new(), amount: amount.value(), asks: false, end: amount.range.end };
                        self.put.push(nobody);
                    }
                    (
                        amount.number.start,
                        format!("【{}】", words(amount.number.start, amount.number.end)),
                        amount.number.end,
                    )
                }
            };
            line += &literal(&words(at, start), begins && at == 0, self.beside, &mut self.blanks);
            line += &put;
            at = end;
            // 与上年持平 right behind the amount.
            if let Some(of) = self.put.last().filter(|put| put.asks).cloned()
                && let Some((start, end)) = same_as(&chars, at)
            {
                let phrase = Phrase { up: String::new(), down: String::new(), same: words(start, end) };
                let name = self.prose.named(phrase, self.beside);
                let file = file_of(&words(start, end), self.beside.known);
                line += &literal(&words(at, start), false, self.beside, &mut self.blanks);
                let _ = write!(line, "{{{{ than({}, {file:?}, {name:?}) }}}}", of.expr);
                at = end;
            }
        }
        line + &literal(&words(at, chars.len()), begins && at == 0, self.beside, &mut self.blanks)
    }

    /// The figure that an amount speaks of, as a template names it.
    fn put_of(&mut self, amount: &Amount, chars: &[char]) -> Option<Put> {
        if !amount.is_money() || amount.direction != 0 {
            return None;
        }
        let clause: String = chars[amount.clause..amount.range.start].iter().collect();
        if named_file(&clause, self.beside.known).is_some() {
            return None;
        }
        if let Some(row) = self.row {
            let own = self.beside.figures.iter().find(|figure| figure.row.as_ref() == Some(row))?;
            return amount.prints(own.amount).then(|| Put {
                expr: format!("r[\"{}\"]", row.column),
                amount: own.amount,
                asks: !own.calc,
                end: amount.range.end,
            });
        }
        let (figure, sure) = spoken(amount, chars, self.heading, self.beside)?;
        // A row that a code makes may not be there in another department.
        if figure.row.is_some() {
            return None;
        }
        if !sure {
            let words: String = chars[amount.range.clone()].iter().collect();
            self.doubtful.push(format!("{words}→{}", figure.address));
        }
        Some(Put {
            expr: format!("f(\"{}\")", figure.address),
            amount: figure.amount,
            asks: !figure.calc,
            end: amount.range.end,
        })
    }

    /// Reasons taken out, doubts told.
    fn ended(&mut self, mut line: String, text: &str) -> String {
        if !self.put.is_empty() {
            line = without_reasons(&line, &mut self.blanks);
        }
        let shown: String = text.chars().take(60).collect();
        if self.blanks > 0 {
            self.prose.asks.push(format!("{} 处空白【】：{shown}", self.blanks));
        }
        if !self.doubtful.is_empty() {
            self.prose.guessed.push(format!("照数猜的：{}（{shown}）", self.doubtful.join("、")));
            let note = self.doubtful.join("、").replace("#}", "＃}");
            let _ = write!(line, "{{# 请核对：{note} #}}");
        }
        line
    }
}

/// The figure that an amount speaks of, and whether its words say so.
fn spoken<'f>(
    amount: &Amount,
    chars: &[char],
    heading: &str,
    beside: &'f Beside<'_>,
) -> Option<(&'f Figure<'f>, bool)> {
    let clause: String = normal(&chars[amount.clause..amount.range.start].iter().collect::<String>());
    let near: String = normal(&chars[amount.sentence.start..amount.range.start].iter().collect::<String>());
    let score = |figure: &&Figure<'_>| {
        let mut score = 0.0;
        let ends = clause.trim_end_matches(|c: char| "为共计计是合额数".contains(c));
        let said = |words: &str| words.chars().count() >= 2 && clause.contains(words);
        if said(&figure.label) {
            score += if ends.ends_with(&figure.label) { 5.0 } else { 4.0 };
        }
        let heads = head_words(&figure.head);
        if heads.iter().any(|head| said(head)) {
            score += 3.0;
        } else if heads.iter().any(|head| near.contains(head.as_str())) {
            score += 1.0;
        }
        if figure.total {
            score +=
                if ["合计", "总计", "总额", "总"].iter().any(|word| clause.contains(word)) { 1.5 } else { 0.75 };
        }
        // A row that a code makes is spoken of by its name alone.
        let of_code = if figure.row.is_some() && !said(&figure.label) { -4.0 } else { 0.0 };
        score + of_code + 2.0 * titles_alike(figure.title, heading) + titles_alike(figure.title, &near)
    };
    let equal = beside.figures.iter().filter(|figure| amount.prints(figure.amount));
    // Rows that codes make are another department's no more: only where nothing else is named are they spoken of.
    let mut best: [Option<(&Figure<'_>, f64)>; 2] = [None; 2];
    for figure in equal {
        let score = score(&figure);
        let best = &mut best[usize::from(figure.row.is_some())];
        if best.is_none_or(|(_, known)| score > known + 1e-9) {
            *best = Some((figure, score));
        }
    }
    let [own, of_code] = best;
    let (figure, score) =
        own.filter(|(_, own)| *own >= 3.0 || of_code.is_none_or(|(_, other)| *own >= other)).or(of_code)?;
    // A round number equals some figure by chance.
    let enough = amount.significant() >= 3 || score >= 3.0;
    enough.then_some((figure, score >= 3.0))
}

/// What names a column: its heads without general words.
fn head_words(head: &str) -> Vec<String> {
    let mut words = head.to_owned();
    for general in ["合计", "小计", "总计", "预算数", "决算数", "金额", "项目", "本年"] {
        if words != "项目支出" {
            words = words.replace(general, "\u{1}");
        }
    }
    words.split('\u{1}').filter(|word| word.chars().count() >= 3).map(str::to_owned).collect()
}

/// The template for an amount, as it is written there.
fn template(expr: &str, amount: &Amount, look: &InSentences) -> String {
    let mut options = Vec::new();
    if amount.unit.name() != look.unit {
        options.push(format!("unit=\"{}\"", amount.unit.name()));
    }
    if amount.written.is_zero() {
        let zero = if amount.decimals == 2 { "0.00" } else { "0" };
        if zero != look.zero {
            options.push(format!("zero=\"{zero}\""));
        }
    } else if !look.short && amount.decimals != 2 {
        options.push(if amount.decimals == 0 {
            "trim=true".to_owned()
        } else {
            format!("decimals={}", amount.decimals)
        });
    }
    match options.is_empty() {
        true => format!("{{{{ {expr} }}}}"),
        false => format!("{{{{ {expr} | fmt({}) }}}}", options.join(", ")),
    }
}

/// The phrase that compares an amount with last year's: where it begins, the words for each sign, where it ends.
fn compared(chars: &[char], from: usize, amount: &Amount, next: Option<&Amount>) -> (usize, Phrase, usize) {
    let text = |from: usize, to: usize| chars[from.min(to)..to].iter().collect::<String>();
    let stop = |at: usize| "，；。：（".contains(chars[at]);
    let direction = |at: usize| {
        let rest = text(at, chars.len().min(at + 2));
        ["增加", "减少", "增长", "下降", "上升", "降低", "增列", "压减", "提高", "缩减"].contains(&rest.as_str())
    };
    let word = (from..amount.number.start).rev().find(|at| direction(*at)).unwrap_or(amount.number.start);
    let begins = (from..word).rev().find(|at| stop(*at)).map_or(from, |at| at + 1);
    let opens = |words: &str| ["比", "较", "与", "同比"].iter().any(|word| words.starts_with(word));
    let mut start = if opens(&text(begins, word)) { begins } else { word };
    // 与2023年度相比，收入增加…: the comparison stands before a comma.
    if start == word && begins > from {
        let before = (from..begins - 1).rev().find(|at| stop(*at)).map_or(from, |at| at + 1);
        if opens(&text(before, begins)) && text(before, begins).contains("相比") && begins == word {
            start = before;
        }
    }
    let own = if amount.is_money() { "{{ d.abs }}" } else { "{{ d.abs.ratio }}" };
    let mut up = text(start, amount.number.start) + own + &text(amount.number.end, amount.range.end);
    let mut end = amount.range.end;
    if let Some(next) = next {
        up += &text(amount.range.end, next.number.start);
        up += "{{ d.abs.ratio }}";
        up += &text(next.number.end, next.range.end);
        end = next.range.end;
    }
    let mut down = up.clone();
    for (more, less) in [("增加", "减少"), ("增长", "下降"), ("上升", "下降"), ("提高", "降低")] {
        up = up.replace(less, more);
        down = down.replace(more, less);
    }
    let prefix = text(start, word);
    let prefix = prefix.trim_end_matches(['，', '总', '各']);
    let same = match prefix.chars().next() {
        Some('比' | '较') => format!("与{}持平", prefix.chars().skip(1).collect::<String>()),
        Some('与') => format!("{}持平", prefix.trim_end_matches("相比")),
        _ => "持平".to_owned(),
    };
    (start, Phrase { up, down, same }, end)
}

/// 与上年持平, right behind an amount.
fn same_as(chars: &[char], from: usize) -> Option<(usize, usize)> {
    let rest: String = chars[from..].iter().take(40).collect();
    let rest = rest.split(['。', '；']).next().unwrap_or_default();
    let clause_at = ["与", "同"].iter().filter_map(|word| rest.find(word)).min()?;
    let before = &rest[..clause_at];
    let only_unit = before.trim_start_matches(['万', '亿', '元', '，']).is_empty();
    let end = rest.find("持平").map(|at| at + "持平".len())?;
    let inside = rest.get(clause_at..end)?;
    let count = |text: &str| text.chars().count();
    (only_unit && !inside.contains('，') && count(inside) <= 20)
        .then(|| (from + count(before), from + count(&rest[..end])))
}

impl Prose {
    /// The name of a phrase; one of the same words has it already.
    fn named(&mut self, phrase: Phrase, beside: &Beside<'_>) -> String {
        let put = |text: &str| beside.words.outside(&text.replace("{{ d", "\u{1}").replace(" }}", "\u{2}"));
        let back = |text: String| text.replace('\u{1}', "{{ d").replace('\u{2}', " }}");
        let phrase = Phrase { up: back(put(&phrase.up)), down: back(put(&phrase.down)), same: back(put(&phrase.same)) };
        let alike = |known: &Phrase| match phrase.up.is_empty() || known.up.is_empty() {
            true => known.same == phrase.same,
            false => known.up == phrase.up,
        };
        if let Some((name, known)) = self.say.iter_mut().find(|(_, known)| alike(known)) {
            if phrase.up.is_empty() {
                known.same = phrase.same;
            } else if known.up.is_empty() {
                known.up = phrase.up;
                known.down = phrase.down;
            }
            return name.clone();
        }
        let name = match self.say.len() {
            0 => "比上年".to_owned(),
            count => format!("比上年{}", count + 1),
        };
        self.say.insert(name.clone(), phrase);
        name
    }

    /// Phrases that were only met where nothing changed get words for more and less.
    pub fn complete(&mut self) {
        for phrase in self.say.values_mut().filter(|phrase| phrase.up.is_empty()) {
            let of = phrase.same.trim_end_matches("持平");
            let of = of.strip_prefix(['与', '同']).unwrap_or(of);
            phrase.up = format!("比{of}增加{{{{ d.abs }}}}万元");
            phrase.down = format!("比{of}减少{{{{ d.abs }}}}万元");
        }
    }
}

/// The file that a comparison speaks of: 执行数, 年初预算, else last year's.
fn file_of(words: &str, known: &Known) -> String {
    let like = || known.schema.files.values().filter(|file| file.like.as_deref() == Some("ledger"));
    let named = like().find(|file| {
        let title = file.title.trim_start_matches("上年");
        title.chars().count() >= 2
            && words.contains(title)
            && !file.title.starts_with("上年预算")
            && !file.title.starts_with("上年决算")
    });
    let former = || like().find(|file| file.title.starts_with("上年"));
    named.or_else(former).map_or_else(|| "prior".to_owned(), |file| file.id.clone())
}

/// The file like the ledger that a clause names: 上年执行, 年初预算.
fn named_file(clause: &str, known: &Known) -> Option<String> {
    let like = known.schema.files.values().filter(|file| file.like.as_deref() == Some("ledger"));
    let named = |title: &str| {
        let bare = title.trim_start_matches("上年");
        // 上年预算 is no name for a budget: this year's is one too.
        let own = bare.chars().count() >= 2 && !["预算", "决算"].contains(&bare) && clause.contains(bare);
        own || title != bare && clause.contains(title)
    };
    like.filter(|file| named(&file.title)).map(|file| file.id.clone()).next()
}

/// Which two figures a percentage is the share of.
fn share(amount: &Amount, put: &[Put]) -> Option<(String, String)> {
    let part = put.last().filter(|part| !part.expr.is_empty())?;
    let put = put.iter().filter(|put| !put.expr.is_empty());
    let of = |part: &Put, whole: &Put| {
        !whole.amount.is_zero() && amount.prints(part.amount / whole.amount * Decimal::ONE_HUNDRED)
    };
    let mut put = put;
    let whole = put.find(|whole| whole.expr != part.expr && of(part, whole))?;
    Some((part.expr.clone(), whole.expr.clone()))
}

/// Words between amounts. Counts of things are blanks.
fn literal(words: &str, begins: bool, beside: &Beside<'_>, blanks: &mut usize) -> String {
    let text = beside.words.outside(&as_words(words, !begins));
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit() || c == '{') {
        out += &rest[..at];
        rest = &rest[at..];
        if rest.starts_with('{') {
            let end = rest.find("}}").map_or(1, |end| end + 2);
            out += &rest[..end];
            rest = &rest[end..];
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let counts = ["个", "辆", "台", "家", "人", "批", "次", "项", "名", "户", "%", "％", "平方米"];
        let glued = number.ends_with('.') || out.ends_with(|c: char| c.is_ascii_alphanumeric() || "〔第".contains(c));
        let of_units = out.ends_with("单位共") && beside.known.schema.files.contains_key("units");
        if of_units && after.starts_with(['个', '家']) {
            out += "{{ count(\"units\") }}";
        } else if !glued && counts.iter().any(|unit| after.starts_with(unit)) {
            let _ = write!(out, "【{number}】");
            *blanks += 1;
        } else {
            out += number;
        }
        rest = after;
    }
    out + rest
}

/// What only this department and this year had as a reason or a use is a blank.
fn without_reasons(line: &str, blanks: &mut usize) -> String {
    let mut out = String::new();
    let mut rest = line;
    let marks = ["主要原因是", "主要是因为", "主要是由于", "主要用于", "原因是", "主要是", "主要为"];
    while let Some((at, mark)) = marks
        .iter()
        .filter_map(|mark| Some((rest.find(mark)?, *mark)))
        .min_by_key(|(at, mark)| (*at, std::cmp::Reverse(mark.len())))
    {
        let from = at + mark.len();
        let end = rest[from..].find(['。', '；']).map_or(rest.len(), |end| from + end);
        out += &rest[..from];
        let words = &rest[from..end];
        if words.contains("{{") || words.chars().count() < 2 {
            out += words;
        } else {
            out += "【】";
            *blanks += 1;
        }
        rest = &rest[end..];
    }
    out + rest
}

/// What compares a figure with another file's, where that is known.
pub const THAN: &str = "{% macro than(x, file, how) %}{% if x.on(file) is known %}{{ diff(x, x.on(file)) | say(how) }}{% else %}【】{% endif %}{% endmacro -%}\n";
/// What per cent one figure is of another, where that is known and not nought.
pub const SHARE: &str = "{% macro share(a, b) %}{% if a is known and b is known and not b is zero %}{{ percent(a, b) }}{% else %}【】{% endif %}{% endmacro -%}\n";
/// A figure of another file, where that is known.
pub const OF: &str =
    "{% macro of(x, file) %}{% if x.on(file) is known %}{{ x.on(file) }}{% else %}【】{% endif %}{% endmacro -%}\n";
