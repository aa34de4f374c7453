//! Rows of a side: codes, names, totals; what each asks, which stand under which, how they are written.

use super::{Holds, Item, Maker, children, depth_of, items_have_one, number, short};
use crate::new_set::known::{Reading, is_total, normal, without_number};
use crate::new_set::terms::{Terms, are_apart, joined, merged};
use crate::published::PaperCell;
use crate::toml_tree::toml_string;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

impl Maker<'_> {
    pub(super) fn items(&mut self, side: &Range<usize>) -> Vec<Item> {
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
            let is_plain = leading
                .iter()
                .all(|cell| cell.colspan == 1 && (Some(cell.column) == label || cell.text.trim().is_empty()));
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
    pub(super) fn read_items(&mut self, items: &mut [Item], side: &Range<usize>) {
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
    pub(super) fn rows_text(&mut self, side: &Range<usize>, items: &[Item], foot: usize) -> (String, String) {
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
    pub(super) fn empty_tree(&mut self, side: &Range<usize>, items: &[Item]) -> String {
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
    pub(super) fn coded(&mut self, run: &[&Item], of_total: Option<Terms>) -> String {
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

    pub(super) fn row_text(&mut self, items: &[Item], at: usize) -> String {
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
    pub(super) fn sums(&self, items: &[Item], whole: usize, parts: &[usize]) -> bool {
        let slack = Decimal::new(5 * (parts.len() as i64 + 1), 3);
        let columns = items[whole].amounts.len();
        (0..columns).all(|column| {
            let sum: Decimal = parts.iter().filter_map(|part| items[*part].amounts[column]).sum();
            items[whole].amounts[column].is_none_or(|whole| (whole - sum).abs() <= slack)
        })
    }

    /// What a row is the sum of, as the layout says it. None: of nothing that is known.
    pub(super) fn parts_of(&self, items: &[Item], at: usize) -> Option<String> {
        let known = |part: &usize| {
            items[*part].reading.is_some() || !items[*part].code.is_empty() || items[*part].named.is_some()
        };
        let own = children(items, at);
        if !own.is_empty() {
            let sums = self.sums(items, at, &own) && own.iter().all(known);
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
            return (self.sums(items, at, &parts) && parts.iter().all(known)).then(|| format!("[{}]", keys.join(", ")));
        }
        let before: Vec<usize> = match totals.len() {
            1 => (0..items.len()).filter(top).collect(),
            _ => (0..at).filter(top).collect(),
        };
        before.iter().all(known).then(|| "\"*\"".to_owned())
    }
}
