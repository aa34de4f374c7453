//! Columns that stand side by side: what each asks, which are totals of which, how they are written.

use super::{Holds, Item, Likes, Maker, NOTHING, foot_of, form, number, short};
use crate::new_set::known::{Reading, is_total, normal};
use crate::new_set::terms::{Terms, joined, merged};
use crate::toml_tree::toml_string;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

impl Maker<'_> {
    /// How a column prints nought, where it is otherwise than the table.
    pub(super) fn zero_of(&self, column: usize) -> Option<&'static str> {
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

    pub(super) fn of_ledger(&mut self, like: &Likes) -> Option<String> {
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

    pub(super) fn guess(&mut self, what: String) {
        self.made.guessed.push(what);
    }

    /// Columns that stand side by side: words, then figures.
    pub(super) fn sides(&self) -> Vec<Range<usize>> {
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

    pub(super) fn amounts(&self, side: &Range<usize>) -> Vec<usize> {
        side.clone().filter(|column| self.columns[*column].holds == Holds::Amount).collect()
    }

    pub(super) fn head_words(&self, column: usize) -> String {
        self.columns[column].path.iter().map(|head| normal(head)).collect::<Vec<_>>().join("·")
    }

    /// What the columns of a side ask.
    pub(super) fn read_columns(&mut self, side: &Range<usize>) {
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
    pub(super) fn find_parts(&mut self, column: usize, amounts: &[usize], from: usize) {
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

    pub(super) fn columns_text(&self, columns: &[usize]) -> String {
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
    pub(super) fn code_field(&self, column: usize, codes: &[usize]) -> String {
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
    pub(super) fn codes(&self, columns: &[usize]) -> Vec<String> {
        let code = |row: usize| {
            let line = self.paper.line(row);
            let parts = columns.iter().filter_map(|column| line.get(*column)).map(|text| text.trim());
            parts.filter(|text| text.bytes().all(|b| b.is_ascii_digit())).collect::<String>()
        };
        self.body().map(code).collect()
    }

    pub(super) fn key(&self, path: &[String], most: usize) -> String {
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
}
