//! What the sets there are declare, as knowledge for a new one: how the schema calls things, and what stands behind the
//! heads, labels and titles of their tables.

use super::terms::{Ask, Terms, merged, terms};
use crate::data::Schema;
use crate::data::schema::{FieldDecl, Filter, Kind};
use crate::diagnostic::Diagnostics;
use crate::layout::narrative_lines::END;
use crate::layout::{Layer, LayoutSet, Layouts, ListEntry, RowDecl, SetFiles, Template, load};
use crate::published::recognise::titles_alike;
use std::collections::{BTreeMap, BTreeSet};

/// Knowledge for a new set that takes the data of one schema.
pub struct Known {
    /// What records the new set reads.
    pub schema: Schema,
    /// The schema as it is written.
    pub schema_text: String,
    /// Whose schema it is.
    pub of: String,
    /// What the schema calls things, the longest first.
    names: Vec<Name>,
    /// What stands behind a head or a label.
    heads: BTreeMap<String, BTreeSet<Terms>>,
    /// What stands behind a title.
    titles: Vec<(String, Terms)>,
    /// Heads of lists that ask another file: its id by the head.
    files_of_heads: BTreeMap<String, Option<String>>,
    /// A word of a heading, and the name of the department's own text that stands under it.
    own_texts: Vec<(String, String)>,
}

struct Name {
    key: String,
    terms: Terms,
    /// It is a view, not a value.
    view: bool,
}

/// What words ask of the ledger.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The conditions.
    pub terms: Terms,
    /// No word was left over.
    pub sure: bool,
}

/// A schema with its text; `text`: that of the set itself or, where it only changes one, of the set below.
fn schema_of(id: &str, layouts: &Layouts) -> Option<(LayoutSet, String)> {
    let mut unheard = Diagnostics::default();
    let files = SetFiles::find(id, None, layouts, None, &mut unheard)?;
    let set = load(&files, &Layer::default(), &mut unheard)?;
    let text = files.layers.iter().find_map(|layer| layer.files.get("schema.toml"))?.clone();
    Some((set, text))
}

impl Known {
    /// What `sets` know, for records as the set `of` reads them.
    pub fn gather(of: &str, sets: &[String], layouts: &Layouts) -> Option<Known> {
        let (own, schema_text) = schema_of(of, layouts)?;
        let mut known = Known {
            names: names(&own.schema),
            files_of_heads: files_of_heads(&own),
            schema: own.schema,
            schema_text,
            of: of.to_owned(),
            heads: BTreeMap::new(),
            titles: Vec::new(),
            own_texts: Vec::new(),
        };
        let loaded: Vec<LayoutSet> = sets.iter().filter_map(|id| Some(schema_of(id, layouts)?.0)).collect();
        loaded.iter().for_each(|set| known.learn(set));
        Some(known)
    }

    fn learn(&mut self, set: &LayoutSet) {
        for table in set.tables.values().filter(|table| table.from == "ledger") {
            if let Some(title) = &table.title
                && let Some(asked) = terms(&table.filter, &set.schema, &self.schema)
            {
                self.titles.push((words_of(title), asked));
            }
            let columns = table.columns.iter().chain(table.sides.iter().flat_map(|side| &side.columns));
            for column in columns.filter(|column| column.key.is_some() && column.from.is_none()) {
                let head = column.head.last().map(words_of).unwrap_or_default();
                self.keep(&head, &column.filter, set);
            }
            for side in &table.sides {
                self.learn_rows(&side.rows, set);
                self.learn_rows(&side.foot, set);
            }
        }
        for (words, text) in own_texts(set) {
            if !self.own_texts.iter().any(|(known, _)| *known == words) {
                self.own_texts.push((words, text));
            }
        }
    }

    fn learn_rows(&mut self, rows: &[RowDecl], set: &LayoutSet) {
        for row in rows.iter().filter(|row| row.each.is_none() && row.from.is_none()) {
            let label = row.label.as_ref().map(words_of).unwrap_or_default();
            self.keep(&label, &row.filter, set);
            self.learn_rows(&row.rows, set);
        }
    }

    fn keep(&mut self, words: &str, filter: &Filter, set: &LayoutSet) {
        let Some(asked) = terms(filter, &set.schema, &self.schema).filter(|asked| !asked.is_empty()) else { return };
        let key = normal(words);
        if !key.is_empty() && !is_total(&key) {
            self.heads.entry(key).or_default().insert(asked);
        }
    }

    /// What a head or a label asks of the ledger; None: nothing that is known.
    pub fn read(&self, text: &str) -> Option<Reading> {
        let text = normal(text);
        if text.is_empty() {
            return None;
        }
        let sure = |terms: &Terms| Reading { terms: terms.clone(), sure: true };
        if let Some(name) = self.names.iter().find(|name| name.key == text) {
            return Some(sure(&name.terms));
        }
        // Of several rows of one label, what all of them ask: the rest is said by the row they stand under.
        if let Some(known) = self.heads.get(&text).and_then(|all| all.iter().min_by_key(|terms| terms.len())) {
            return Some(sure(known));
        }
        let read = self.contained(&text);
        if read.as_ref().is_some_and(|read| read.sure) {
            return read;
        }
        // One thing is called otherwise in budgets and in final accounts.
        let others = [("年末", "年终"), ("年终", "年末"), ("年初", "上年"), ("上年", "年初")];
        let other = others.iter().filter(|(one, _)| text.contains(one)).find_map(|(one, other)| {
            let text = text.replace(one, other);
            let bare = text.replace("财政拨款", "");
            self.contained(&text).filter(|read| read.sure || self.contained(&bare).is_some_and(|bare| bare.sure))
        });
        other.or(read).or_else(|| self.alike(&text))
    }

    /// The names that stand in a text, the longest first.
    fn contained(&self, text: &str) -> Option<Reading> {
        let chars: Vec<char> = text.chars().collect();
        let mut covered = vec![false; chars.len()];
        let mut found: Option<Terms> = None;
        for name in &self.names {
            let key: Vec<char> = name.key.chars().collect();
            if key.len() < if name.view { 2 } else { 3 } {
                continue;
            }
            for at in 0..(chars.len() + 1).saturating_sub(key.len()) {
                let range = at..at + key.len();
                let negated = at > 0 && chars[at - 1] == '非';
                if chars[range.clone()] != key[..] || covered[range.clone()].contains(&true) || negated {
                    continue;
                }
                covered[range].fill(true);
                found = Some(match found {
                    Some(terms) => merged(&terms, &name.terms)?,
                    None => name.terms.clone(),
                });
            }
        }
        // A long name with one character left out.
        let mut short = false;
        for name in self.names.iter().filter(|name| name.key.chars().count() >= 6 && !text.contains(&name.key)) {
            let key: Vec<char> = name.key.chars().collect();
            let found_at = (1..key.len() - 1).find_map(|left| {
                let less: Vec<char> = key.iter().enumerate().filter(|(at, _)| *at != left).map(|(_, c)| *c).collect();
                chars.windows(less.len()).position(|window| window == less).map(|at| at..at + less.len())
            });
            let Some(range) = found_at.filter(|range| !covered[range.clone()].contains(&true)) else { continue };
            covered[range].fill(true);
            short = true;
            found = Some(match found {
                Some(terms) => merged(&terms, &name.terms)?,
                None => name.terms.clone(),
            });
        }
        let filler =
            |c: char| "收入支出预决算拨款财政资金经费合小总计本年的及和数额项目安排其中表部门结转余：:、()".contains(c);
        let left = chars.iter().zip(&covered).filter(|(c, covered)| !**covered && !filler(**c)).count();
        found.map(|terms| Reading { terms, sure: left == 0 && !short })
    }

    /// What a head asks below another: one of the things that the other asks for, by most of its characters.
    pub fn read_within(&self, text: &str, of: &Terms) -> Option<Reading> {
        let text = normal(text);
        if of.is_empty() || text.chars().count() < 2 {
            return None;
        }
        let is_part = |name: &&Name| name.terms != *of && merged(of, &name.terms).as_ref() == Some(&name.terms);
        let within = |name: &&Name| is_within(&text, &name.key);
        let all: BTreeSet<&Terms> = self.names.iter().filter(is_part).filter(within).map(|name| &name.terms).collect();
        (all.len() == 1).then(|| all.into_iter().next().cloned()).flatten().map(|terms| Reading { terms, sure: true })
    }

    /// The one name that a text is a part of, or most characters of, in order.
    fn alike(&self, text: &str) -> Option<Reading> {
        let only = |of: &dyn Fn(&Name) -> bool| {
            let all: BTreeSet<&Terms> = self.names.iter().filter(|name| of(name)).map(|name| &name.terms).collect();
            (all.len() == 1).then(|| all.into_iter().next().cloned()).flatten()
        };
        let core = ["收入", "支出", "拨款", "预算", "决算", "资金", "数"]
            .iter()
            .fold(text, |text, end| text.strip_suffix(end).unwrap_or(text));
        for words in [text, core].into_iter().filter(|words| words.chars().count() >= 2) {
            if let Some(terms) = only(&|name| name.key.contains(words)) {
                return Some(Reading { terms, sure: words == text });
            }
        }
        let count = |text: &str| text.chars().count();
        let near = |name: &Name| {
            let (short, long) =
                if count(&name.key) < count(text) { (name.key.as_str(), text) } else { (text, name.key.as_str()) };
            count(short) >= 4 && count(short) * 2 >= count(long) && is_within(short, long)
        };
        only(&near).map(|terms| Reading { terms, sure: false })
    }

    /// What a table of this title asks of the ledger.
    pub fn read_title(&self, title: &str) -> Reading {
        let best = self.titles.iter().map(|(known, terms)| (titles_alike(known, title), terms));
        if let Some((_, terms)) = best.filter(|(alike, _)| *alike >= 0.85).max_by(|a, b| a.0.total_cmp(&b.0)) {
            return Reading { terms: terms.clone(), sure: true };
        }
        // A table of two things has its filters in its columns.
        let of_two = normal(title).contains("和机关") || normal(title).contains("及机关");
        let title = normal(title).replace("收支", "");
        match self.contained(&title).filter(|_| !of_two) {
            Some(reading) => reading,
            None => Reading { terms: Terms::default(), sure: true },
        }
    }

    /// The file that a column asks by the lowest of its heads: 预算数 beside 决算数. None: it says nothing of it.
    pub fn file_of(&self, head: &str) -> Option<&Option<String>> {
        self.files_of_heads.get(&normal(head))
    }

    /// The department's own text under a heading.
    pub fn own_text(&self, heading: &str) -> Option<&str> {
        let heading = normal(heading);
        self.own_texts.iter().find(|(word, _)| heading.contains(word.as_str())).map(|(_, text)| text.as_str())
    }

    /// The field of the ledger that holds codes of a classification.
    pub fn field_of_class(&self, class: &str) -> Option<&FieldDecl> {
        let ledger = self.schema.files.get("ledger")?;
        ledger.fields.iter().find(|field| matches!(&field.kind, Kind::Code { class: of, .. } if of == class))
    }

    /// The classification that most codes are of; without codes, that which the words name.
    pub fn class_of(&self, codes: &[String], words: &str) -> Option<&str> {
        let known = |class: &crate::data::Class| codes.iter().filter(|code| class.names.contains_key(*code)).count();
        let best = self.schema.classes.values().max_by_key(|class| known(class)).filter(|class| known(class) > 0);
        let named = || {
            self.schema.classes.values().find(|class| {
                let field = self.field_of_class(&class.id).map_or("", |field| field.head.as_str());
                let word: String = field.chars().take(2).collect();
                !word.is_empty() && words.contains(&word)
            })
        };
        best.or_else(named).map(|class| class.id.as_str())
    }

    /// The code of the widest level that has this name.
    pub fn widest_named(&self, name: &str) -> Option<(&str, &str)> {
        let name = normal(name);
        self.schema.classes.values().find_map(|class| {
            let length = *class.lengths.first()?;
            let mut named = class.names.iter().filter(|(code, _)| code.len() == length);
            named.find(|(_, known)| normal(known) == name).map(|(code, _)| (class.id.as_str(), code.as_str()))
        })
    }
}

/// Heads of a list's entries, each with the file that it asks.
fn files_of_heads(set: &LayoutSet) -> BTreeMap<String, Option<String>> {
    let mut files = BTreeMap::new();
    for list in set.lists.values() {
        let entries: Vec<_> = list
            .iter()
            .filter_map(|entry| if let ListEntry::Entry(named) = entry { Some(named) } else { None })
            .collect();
        if entries.iter().any(|entry| entry.from.is_some()) {
            files.extend(
                entries.iter().filter_map(|entry| Some((normal(&words_of(entry.head.as_ref()?)), entry.from.clone()))),
            );
        }
    }
    files
}

/// Words of headings under which only the department writes, as the set asks for them, with the name of what it writes.
fn own_texts(set: &LayoutSet) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let words: Vec<&String> = set.complete.sections.values().flat_map(|words| &words.words).collect();
    for narrative in set.narratives.values().filter(|narrative| !narrative.own) {
        // Under each heading: the texts that stand there, and whether anything else does.
        let mut under: Vec<(String, Vec<String>, bool)> = Vec::new();
        for line in narrative.template.source.lines() {
            let line = line.rsplit_once(END).map_or(line, |(_, words)| words).trim();
            let named = line.strip_prefix("{{ prose(\"").and_then(|rest| rest.split('"').next());
            match (under.last_mut(), named) {
                _ if line.starts_with('#') => {
                    under.push((normal(line.trim_start_matches(['#', ' '])), Vec::new(), true))
                }
                (Some((_, names, _)), Some(name)) => names.push(name.to_owned()),
                (Some((.., alone)), None) if !line.is_empty() => *alone = false,
                _ => {}
            }
        }
        for (heading, names, _) in under.iter().filter(|(_, names, alone)| *alone && names.len() == 1) {
            let bare: String = heading.chars().filter(|c| !"第一二三四五六七八九十部分、".contains(*c)).collect();
            all.extend((bare.chars().count() >= 4 && !bare.contains('{')).then(|| (bare, names[0].clone())));
            // Where one word of the set's own finds the heading, so it does in another's.
            let word = words.iter().filter(|word| word.chars().count() >= 2 && heading.contains(word.as_str()));
            all.extend(word.map(|word| ((*word).clone(), names[0].clone())));
        }
    }
    all
}

fn names(schema: &Schema) -> Vec<Name> {
    let mut names = Vec::new();
    let mut add = |text: &str, terms: Terms, view: bool| {
        let key = normal(text);
        if !terms.is_empty() && !key.is_empty() {
            names.push(Name { key, terms, view });
        }
    };
    for (name, filter) in &schema.views {
        add(name, terms(filter, schema, schema).unwrap_or_default(), true);
    }
    let ledger = schema.files.get("ledger").map_or(&[][..], |file| &file.fields);
    for field in ledger {
        let Kind::Choice { values, groups } = &field.kind else { continue };
        let is = |values: &[String]| Terms::of(&field.id, Ask::Any(values.iter().cloned().collect()));
        values.iter().for_each(|value| add(value, is(std::slice::from_ref(value)), false));
        groups.iter().for_each(|(group, values)| add(group, is(values), false));
        field.words.iter().for_each(|(word, value)| add(word, is(std::slice::from_ref(value)), false));
    }
    // The longest first; of as long, views.
    names.sort_by_key(|name| (std::cmp::Reverse(name.key.chars().count()), !name.view));
    names
}

/// A template's words without what it puts in.
pub fn words_of(template: &Template) -> String {
    let mut words = String::new();
    let mut rest = template.source.as_str();
    while let Some(at) = rest.find("{{") {
        words += &rest[..at];
        rest = rest[at..].split_once("}}").map_or("", |(_, rest)| rest);
    }
    words + rest
}

/// Words as they are compared: no blanks, quotes, numbers of order; brackets half as wide.
pub fn normal(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !"“”‘’\"《》".contains(*c))
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            c => c,
        })
        .collect();
    let plain = plain.replace("收入支出", "收支");
    let plain = plain.strip_prefix("其中:").or_else(|| plain.strip_prefix("其中：")).unwrap_or(&plain);
    without_number(plain).to_owned()
}

/// A label without the number before it.
pub fn without_number(label: &str) -> &str {
    let label = label.trim_start();
    let cn = |c: char| "一二三四五六七八九十".contains(c);
    let bracketed = label.strip_prefix(['(', '（']).map(|rest| (rest.trim_start_matches(cn), rest));
    if let Some((after, rest)) = bracketed
        && after.len() < rest.len()
        && let Some(after) = after.strip_prefix([')', '）'])
    {
        return after;
    }
    for of in [&cn as &dyn Fn(char) -> bool, &|c: char| c.is_ascii_digit()] {
        let after = label.trim_start_matches(of);
        if after.len() < label.len()
            && let Some(after) = after.strip_prefix(['、', '.', '．'])
        {
            return after.trim_start();
        }
    }
    label
}

/// 合计, 本年收入合计, 小计, 支出总计.
pub fn is_total(words: &str) -> bool {
    ["合计", "小计", "总计", "总额"].iter().any(|total| words.ends_with(total) || words.starts_with(total))
}

/// Whether the characters of one stand in the other, in order.
fn is_within(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    short.chars().all(|c| rest.any(|other| other == c))
}
