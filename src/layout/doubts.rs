//! What a set says and probably does not mean: it loads and makes documents, and one day prints a wrong unit, a total
//! that nobody proved, or a rule that was never asked. Seen without data; each doubt has its place in the set's file.

use super::rule::{CellPattern, Demand, FigureRule, RowsDemand};
use super::*;
use crate::data::Kind;
use crate::diagnostic::{Diagnostic, Diagnostics};
use std::collections::{HashMap, HashSet};

/// Every doubt about a set that loads. Warnings all; codes E290 to E296.
pub fn doubts(set: &LayoutSet) -> Diagnostics {
    let tables = set.tables.values().map(|table| (table.id.as_str(), table)).collect();
    let mut doubts = Doubts { set, texts: texts(set), tables, found: Diagnostics::default() };
    doubts.rules();
    doubts.units();
    doubts.sides();
    doubts.names();
    doubts.signs();
    doubts.parts();
    doubts.unused();
    doubts.found
}

struct Doubts<'a> {
    set: &'a LayoutSet,
    /// The narratives as they are written, by stem.
    texts: Vec<(&'a Narrative, &'a str)>,
    /// By id.
    tables: HashMap<&'a str, &'a TableLayout>,
    found: Diagnostics,
}

fn texts(set: &LayoutSet) -> Vec<(&Narrative, &str)> {
    let written = |n: &Narrative| set.sources.get(&*n.file).map(String::as_str);
    set.narratives.values().filter_map(|n| Some((n, written(n)?))).collect()
}

/// A tag of a template: its first two signs, what stands in it, where it ends, its line.
struct Tag<'t> {
    kind: u8,
    inner: &'t str,
    end: usize,
    line: u32,
}

/// The tags of a text, in order; an open one ends them.
fn tags(text: &str) -> Vec<Tag<'_>> {
    let (mut tags, mut at, mut line, mut counted) = (Vec::new(), 0, 1, 0);
    while let Some(found) = text[at..].find('{') {
        let start = at + found;
        let (kind, close) = match text.as_bytes().get(start + 1) {
            Some(b'{') => (b'{', "}}"),
            Some(b'%') => (b'%', "%}"),
            Some(b'#') => (b'#', "#}"),
            _ => {
                at = start + 1;
                continue;
            }
        };
        let Some(length) = text[start..].find(close) else { break };
        line += text[counted..start].matches('\n').count() as u32;
        counted = start;
        let (inner, end) = (text[start + 2..start + length].trim_matches(['-', '+']).trim(), start + length + 2);
        tags.push(Tag { kind, inner, end, line });
        at = end;
    }
    tags
}

/// The first quoted text behind `before`: `b2` of `rows("b2", side=1)`.
fn quoted<'t>(inner: &'t str, before: &str) -> Option<&'t str> {
    let rest = inner[inner.find(before)? + before.len()..].trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split(quote).next()
}

const FUNCTIONS: [&str; 13] = [
    "f", "diff", "percent", "total", "rows", "lookup", "count", "prose", "table", "contents", "given", "empty", "range",
];
const FACTS: [&str; 3] = ["report", "year", "scope"];

/// Words of a head or a label that say it is a total.
fn is_total(words: &str) -> bool {
    let words: String = words.chars().filter(|c| !c.is_whitespace()).collect();
    ["合计", "总计", "小计"].iter().any(|end| words.ends_with(end))
}

impl Doubts<'_> {
    fn push(&mut self, code: &'static str, message: String, place: Place, hint: &str) {
        self.found.push(Diagnostic::warning(code, message).at(place).hint(hint));
    }

    fn table(&self, id: &str) -> Option<&TableLayout> {
        self.tables.get(id).copied()
    }

    /// Rules that no data is ever held against, though each name in them is right.
    fn rules(&mut self) {
        for rule in self.set.rules.iter() {
            let Some(why) = self.never(rule) else { continue };
            self.push(
                "E290",
                format!("规则 {} 永远查不到什么：{why}", rule.code),
                rule.place.clone(),
                "改成表里有的行，或删去这条规则",
            );
        }
    }

    fn never(&self, rule: &FigureRule) -> Option<String> {
        if rule.severity.is_none() {
            return Some("severity 是 off".to_string());
        }
        let tables = || rule.each.tables.iter().filter_map(|id| self.table(id));
        if let Demand::Rows(demand) = rule.demand {
            let coded: Vec<bool> = tables().map(|t| !self.levels(t).is_empty()).collect();
            if !coded.is_empty() && !coded.contains(&true) {
                return Some("这些表没有由科目展开的行".to_string());
            }
            let all = tables().all(|t| self.levels(t).len() < 2);
            return (all && matches!(demand, RowsDemand::Whole | RowsDemand::Deep))
                .then(|| "这些表的科目只展开一级".to_string());
        }
        let Demand::Relation(relation) = &rule.demand else { return None };
        let cells = relation.left.cells().into_iter().chain(relation.right.cells());
        let of_cells = cells
            .filter(|cell| cell.table != "{table}")
            .filter_map(|cell: &CellPattern| Some((vec![self.table(&cell.table)?], cell.row.as_str())));
        let of_each = rule.each.rows.iter().filter_map(|row| match row.split_once('/') {
            Some((id, row)) => Some((vec![self.table(id)?], row)),
            None => Some((tables().collect(), row.as_str())),
        });
        // Where each row is one of those that are not there, nothing is asked.
        of_each.chain(of_cells.filter(|(_, row)| row.starts_with('['))).find_map(|(tables, row)| {
            let why: Option<Vec<String>> = tables.iter().map(|table| self.no_such_rows(table, row)).collect();
            why?.into_iter().next()
        })
    }

    /// Why a table has no row of a selector.
    fn no_such_rows(&self, table: &TableLayout, row: &str) -> Option<String> {
        let levels = self.levels(table);
        let id = &table.id;
        let name = row.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match name {
            Some("左" | "右") if table.sides.len() < 2 => Some(format!("表 {id} 只有一侧，没有“{row}”")),
            Some("上级") if levels.len() < 2 && !nested(table) => Some(format!("表 {id} 的行只有一级，没有“[上级]”")),
            Some("左" | "右" | "正文" | "上级" | "末级") => None,
            Some(level) => {
                (!levels.iter().any(|known| known == level)).then(|| format!("表 {id} 没有{level}这一级的行"))
            }
            None if row.ends_with('*') && row.len() > 1 && levels.is_empty() => {
                Some(format!("表 {id} 没有由科目展开的行，没有“{row}”"))
            }
            None => None,
        }
    }

    /// The levels of codes that rows of a table stand for.
    fn levels(&self, table: &TableLayout) -> Vec<String> {
        let mut levels = Vec::new();
        for side in &table.sides {
            self.levels_of(&table.from, side.rows.iter().chain(&side.foot), &mut levels);
        }
        levels.sort();
        levels.dedup();
        levels
    }

    fn levels_of<'r>(&self, from: &str, rows: impl Iterator<Item = &'r RowDecl>, levels: &mut Vec<String>) {
        for row in rows {
            let from = row.from.as_deref().unwrap_or(from);
            if let Some(Each::Field(name)) = &row.each
                && let Some(Kind::Code { class, .. }) =
                    self.set.schema.files.get(from).and_then(|file| Some(&file.field(name)?.kind))
                && let Some(class) = self.set.schema.classes.get(class)
            {
                levels.extend(if row.levels.is_empty() { class.levels.clone() } else { row.levels.clone() });
            }
            self.levels_of(from, row.rows.iter(), levels);
        }
    }

    /// A figure with a unit behind it that is not the one it prints in.
    fn units(&mut self) {
        let of_text = self.set.text_numbers.apply(&self.set.numbers);
        let phrases = self.set.say.iter().flat_map(|(name, say)| {
            let all = [Some(&say.up), Some(&say.down), Some(&say.same), say.base0.as_ref()];
            all.into_iter().flatten().map(move |template| (name, template))
        });
        let mut wrong = Vec::new();
        for (name, template) in phrases {
            let figures = ["d".to_string()];
            for (tag, unit, written) in typed_units(&template.source, &figures, of_text.unit) {
                let message = format!("说法“{name}”里 {{{{ {} }}}} 印的是{unit}，后面写的是{written}", tag.inner);
                wrong.push((message, template.place.clone()));
            }
        }
        for (narrative, text) in &self.texts {
            let unit = narrative.numbers.apply(&of_text).unit;
            for (tag, unit, written) in typed_units(text, &figures_of(text), unit) {
                let message = format!("{{{{ {} }}}} 印的是{unit}，后面写的是{written}", tag.inner);
                wrong.push((message, Place::new(narrative.file.clone(), tag.line, 0)));
            }
        }
        for table in self.set.tables.values() {
            let unit = table.numbers.apply(&self.set.numbers).unit;
            for above in &table.above {
                let said =
                    ["单位：", "单位:"].iter().find_map(|w| above.source.split_once(w)).map(|(_, said)| said.trim());
                if let Some(said) =
                    said.filter(|said| UNITS.iter().any(|(word, _)| word == said) && *said != unit.name())
                {
                    let message = format!("表 {} 印的是{}，表上写的是{said}", table.id, unit.name());
                    wrong.push((message, above.place.clone()));
                }
            }
        }
        for (message, place) in wrong {
            self.push(
                "E291",
                message,
                place,
                "改单位，或用 fmt(unit=\"…\")、numbers 换一个样子；表上可写 {{ look.unit }}",
            );
        }
    }

    /// `rows(…, side=N)` of a side that the table does not have.
    fn sides(&mut self) {
        let mut wrong = Vec::new();
        for (narrative, text) in &self.texts {
            for tag in tags(text).iter().filter(|tag| tag.kind != b'#') {
                let Some(id) = quoted(tag.inner, "rows(") else { continue };
                let side = tag.inner.split_once("side=").map(|(_, rest)| rest.trim_start());
                let digits = side.map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
                let (Some(side), Some(table)) = (digits.and_then(|d| d.parse::<usize>().ok()), self.table(id)) else {
                    continue;
                };
                if side >= table.sides.len() {
                    let message = format!("表“{id}”有 {} 侧，写了 side={side}", table.sides.len());
                    wrong.push((message, Place::new(narrative.file.clone(), tag.line, 0)));
                }
            }
        }
        for (message, place) in wrong {
            self.push("E292", message, place, "side 从 0 数起：左侧是 0，右侧是 1；只有一侧的不用写");
        }
    }

    /// Names of which one hides another.
    fn names(&mut self) {
        let set = self.set;
        let mut wrong: Vec<(String, Place, &str)> = Vec::new();
        for (stem, table) in set.tables.iter() {
            if let Some(narrative) = set.narratives.get(stem) {
                let message = format!("{stem}.toml 与 {} 同名，parts 里的“{stem}”只能是其中一个", narrative.file);
                wrong.push((message, table.place.clone(), "给其中一个换个文件名"));
            }
            for side in &table.sides {
                let coded = side.rows.iter().any(|row| matches!(&row.each, Some(Each::Field(_))));
                for row in side.rows.iter().chain(&side.foot) {
                    let Some(key) = row.key.as_deref().filter(|k| k.bytes().all(|b| b.is_ascii_digit())) else {
                        continue;
                    };
                    if coded && row.each.is_none() && [3, 5, 7].contains(&key.len()) {
                        let message = format!("表 {} 的行 key“{key}”像科目编码，会与展开的行同址", table.id);
                        wrong.push((message, row.place.clone(), "换一个不是编码的键"));
                    }
                }
            }
        }
        let fields = set.schema.files.values().flat_map(|file| file.fields.iter().map(move |field| (file, field)));
        let mut by_id: HashMap<&str, _> = HashMap::new();
        for (file, field) in fields {
            by_id.entry(field.id.as_str()).or_insert((file, field));
        }
        let lists = set.lists.keys().chain(set.tables.values().flat_map(|table| table.lists.keys()));
        for name in lists {
            if let Some((file, field)) = by_id.get(name.as_str()) {
                let message =
                    format!("清单“{name}”与 {} 的字段同名，each = \"{name}\" 用的是字段 {}", file.path, field.head);
                wrong.push((message, file.place.clone(), "给清单换个名称"));
            }
        }
        for (narrative, text) in &self.texts {
            for tag in tags(text).iter().filter(|tag| tag.kind == b'%') {
                let mut words = tag.inner.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty());
                let (verb, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                if ["set", "macro", "for"].contains(&verb) && (FUNCTIONS.contains(&name) || FACTS.contains(&name)) {
                    let message = format!("{{% {verb} {name} %}} 盖住了“{name}”，后面用不到它了");
                    wrong.push((message, Place::new(narrative.file.clone(), tag.line, 0), "换一个名称"));
                }
            }
        }
        for (message, place, hint) in wrong {
            self.push("E293", message, place, hint);
        }
    }

    /// A `#` that prints: a heading without its blank, or one that a tag glues to the line before.
    fn signs(&mut self) {
        let mut wrong = Vec::new();
        for (narrative, text) in &self.texts {
            let front = text.strip_prefix("+++").and_then(|rest| rest.find("+++"));
            let first = front.map_or(0, |at| at + 6);
            let before = text[..first].matches('\n').count();
            let mut last = "";
            for (index, line) in text[first..].lines().enumerate() {
                let place = || Place::new(narrative.file.clone(), (before + index) as u32 + 1, 0);
                let level = line.bytes().take_while(|&b| b == b'#').count();
                let tag = last.trim_end();
                let glued = ["-%}", "-}}"].iter().any(|end| tag.ends_with(end)) && has_words(tag);
                match level {
                    0 => {}
                    1..=6 if line[level..].starts_with(' ') && glued => {
                        let message = "前一行行尾的“-”吃掉了换行，这里的标题接在前一段后面，“#”会照印".to_string();
                        wrong.push((message, place()));
                    }
                    1..=6 if line[level..].starts_with(' ') => {}
                    _ => {
                        let message = format!("行首的“{}”后面没有空格，不是标题，会照印", &line[..level]);
                        wrong.push((message, place()));
                    }
                }
                if !line.trim().is_empty() {
                    last = line;
                }
            }
        }
        for (message, place) in wrong {
            self.push("E294", message, place, "标题写作“# 文字”，另起一行；要印“#”本身，写“\\#”");
        }
    }

    /// Totals that nobody proves: of columns, of rows, of sentences.
    fn parts(&mut self) {
        let mut wrong: Vec<(String, Place)> = Vec::new();
        for table in self.set.tables.values() {
            for side in &table.sides {
                let own = if side.columns.is_empty() { &table.columns } else { &side.columns };
                let sums: Vec<&ColumnDecl> = own.iter().filter(|c| c.key.is_some() && c.calc.is_none()).collect();
                for column in sums.iter().filter(|c| sums.len() > 2 && is_unproven(&c.parts, c.of.as_deref())) {
                    let head = column.head.last().map_or("", |head| head.source.as_str());
                    if is_total(head) && column.each.is_none() {
                        wrong.push((format!("表 {} 的列“{head}”是合计，没有写 parts", table.id), column.place.clone()));
                    }
                }
                let rows: Vec<&RowDecl> = side.rows.iter().chain(&side.foot).collect();
                for row in rows.iter().filter(|r| rows.len() > 1 && r.each.is_none() && r.cells.is_empty()) {
                    let label = row.label.as_ref().map(|label| label.source.as_str()).or(row.key.as_deref());
                    let label = label.unwrap_or_default();
                    if is_total(label) && is_unproven(&row.parts, row.of.as_deref()) {
                        wrong.push((format!("表 {} 的行“{label}”是合计，没有写 parts", table.id), row.place.clone()));
                    }
                }
            }
        }
        for (narrative, text) in &self.texts {
            let figures = figures_of(text);
            let mut open = 0_usize;
            for (index, line) in text.lines().enumerate() {
                let within = open > 0 || ["filter parts", "filter within"].iter().any(|f| line.contains(f));
                open = (open + line.matches("filter parts").count() + line.matches("filter within").count())
                    .saturating_sub(line.matches("endfilter").count());
                let word =
                    ["其中：", "其中:", "其中，", "主要包括", "包括："].iter().filter_map(|word| line.find(word)).min();
                let Some(at) = word.filter(|_| !within) else { continue };
                let listed = line[at..].split('。').next().unwrap_or_default();
                let count =
                    tags(listed).iter().filter(|tag| tag.kind == b'{' && is_figure(tag.inner, &figures)).count();
                if count > 1 {
                    let message = format!("“其中”“包括”列出 {count} 个数，没有证明它们是合计的分项");
                    wrong.push((message, Place::new(narrative.file.clone(), index as u32 + 1, 0)));
                }
            }
        }
        for (message, place) in wrong {
            self.push(
                "E295",
                message,
                place,
                "表里写 parts = \"*\" 或各部分的键；句子里用 {% filter parts(合计) %}…{% endfilter %} 括起来",
            );
        }
    }

    /// Figures of tables that are not printed, and that no sentence, table or rule names.
    fn unused(&mut self) {
        let set = self.set;
        let parts = set.parts.iter().chain(set.correction.iter().flat_map(|notice| &notice.parts));
        let printed: Vec<&str> = parts.map(|part| part.file.as_str()).collect();
        let uses = Uses::of(set);
        let asked: HashSet<&str> = set.rules.iter().flat_map(|rule| rule.tables()).collect();
        let of_all_rows: HashSet<&str> = set.rules.iter().flat_map(by_no_key).collect();
        let mut wrong = Vec::new();
        for (stem, table) in set.tables.iter().filter(|(stem, _)| !printed.contains(&stem.as_str())) {
            let id = table.id.as_str();
            if uses.whole.contains(id) {
                continue;
            }
            if !uses.named.contains(id) && !asked.contains(id) {
                let message = format!("表 {id}（{stem}.toml）没有印出来，也没有一处用到它的数字");
                wrong.push((message, table.place.clone()));
                continue;
            }
            for side in &table.sides {
                let rows: Vec<&RowDecl> = side.rows.iter().chain(&side.foot).collect();
                let of_a_total = |key: &str| {
                    rows.iter().any(|row| match &row.parts {
                        Parts::Rest => row.key.as_deref() != Some(key),
                        Parts::Named(parts) => parts.iter().any(|part| part == key),
                        Parts::None => false,
                    })
                };
                for row in rows.iter().filter(|row| row.each.is_none() && row.parts == Parts::None) {
                    let Some(key) = row.key.as_deref().filter(|key| !of_a_total(key)) else { continue };
                    let whole = of_all_rows.contains(id) || uses.rows.contains(&(id, "*"));
                    if !whole && !uses.rows.contains(&(id, key)) {
                        let message = format!("表 {id} 没有印出来，它的行“{key}”没有一处用到");
                        wrong.push((message, row.place.clone()));
                    }
                }
            }
        }
        for (message, place) in wrong {
            self.push(
                "E296",
                message,
                place,
                "删去它，或在 parts、正文里用到它；只有部门自己的文字（text/*.md）用到的，不必改",
            );
        }
    }
}

/// The tables of which a rule is asked by no key of a row.
fn by_no_key(rule: &FigureRule) -> Vec<&str> {
    let of_rows = rule.each.rows.iter().filter_map(|row| Some(row.split_once('/')?.0));
    rule.each.tables.iter().map(String::as_str).chain(of_rows).collect()
}

/// What the texts of a set name of its tables.
#[derive(Default)]
struct Uses<'a> {
    /// Tables that are placed, looped over or named by an address that is put together: all of their rows are used.
    whole: HashSet<&'a str>,
    /// Tables that some address names.
    named: HashSet<&'a str>,
    /// Tables and rows that some address names.
    rows: HashSet<(&'a str, &'a str)>,
}

impl<'a> Uses<'a> {
    fn of(set: &'a LayoutSet) -> Uses<'a> {
        let mut uses = Uses::default();
        uses.named.extend(set.charts.values().flat_map(|c| &c.items).filter_map(|item| item.rows.as_deref()));
        for (_, text) in set.sources.iter().filter(|(name, _)| !name.ends_with(".csv")) {
            for call in ["table(", "rows("] {
                for (at, _) in text.match_indices(call) {
                    let id = quoted(&text[at..], call).unwrap_or_default();
                    if call == "table(" {
                        uses.whole.insert(id);
                    } else {
                        uses.named.insert(id);
                    }
                }
            }
            let parts = |c: char| c.is_whitespace() || "\"'(){}=+,;".contains(c);
            let mut at = 0;
            for word in text.split(parts) {
                let end = at + word.len();
                at = end + text[end..].chars().next().map_or(0, char::len_utf8);
                let Some((table, rest)) = word.split_once('/') else { continue };
                let table = table.split('.').next().unwrap_or_default();
                uses.named.insert(table);
                if rest.is_empty() && text[at..].trim_start().starts_with('~') {
                    uses.whole.insert(table);
                }
                uses.rows.insert((table, rest.split('/').next().unwrap_or_default()));
            }
        }
        uses
    }
}

fn is_unproven(parts: &Parts, of: Option<&str>) -> bool {
    *parts == Parts::None && of.is_none()
}

fn nested(table: &TableLayout) -> bool {
    table.sides.iter().flat_map(|side| side.rows.iter().chain(&side.foot)).any(|row| !row.rows.is_empty())
}

/// Whether a line prints words besides its tags; what a macro holds is printed elsewhere.
fn has_words(line: &str) -> bool {
    let within = tags(line);
    let macros = within.iter().rposition(|tag| tag.kind == b'%' && tag.inner.starts_with("endmacro"));
    let first = macros.map_or(0, |at| at + 1);
    let mut at = macros.map_or(0, |last| within[last].end);
    for tag in &within[first..] {
        let start = line[at..tag.end].find('{').map_or(tag.end, |found| at + found);
        if !line[at..start].trim().is_empty() || tag.kind == b'{' {
            return true;
        }
        at = tag.end;
    }
    !line[at..].trim().is_empty()
}

const UNITS: [(&str, &str); 3] = [("万元", "万元"), ("亿元", "亿元"), ("元", "元")];

/// Names that a text gives to figures: `{% set d = diff(…) %}`.
fn figures_of(text: &str) -> Vec<String> {
    let set = tags(text).into_iter().filter(|tag| tag.kind == b'%').filter_map(|tag| {
        let (name, value) = tag.inner.strip_prefix("set ")?.split_once('=')?;
        let figure = ["f(", "diff(", "total("].iter().any(|call| value.trim_start().starts_with(call));
        figure.then(|| name.trim().to_string())
    });
    set.collect()
}

fn is_figure(inner: &str, figures: &[String]) -> bool {
    let named = inner.split(['.', '|', '[', ' ']).next().unwrap_or_default();
    ["f(", "diff(", "total("].iter().any(|call| inner.starts_with(call)) || figures.iter().any(|f| f == named)
}

/// Figures of a text with a unit behind them that is not `unit`: the tag, the unit it prints in, the one written.
fn typed_units<'t>(text: &'t str, figures: &[String], unit: Unit) -> Vec<(Tag<'t>, &'static str, &'static str)> {
    let mut wrong = Vec::new();
    for tag in tags(text) {
        let written = UNITS.iter().find(|(word, _)| text[tag.end..].starts_with(word));
        let (Some((_, written)), true) = (written, tag.kind == b'{' && is_figure(tag.inner, figures)) else { continue };
        let filters: Vec<&str> = tag.inner.split('|').skip(1).map(str::trim).collect();
        let own = filters.iter().find_map(|filter| quoted(filter, "unit="));
        let printed = match own {
            Some(own) => UNITS.iter().find(|(word, _)| *word == own).map(|(_, name)| *name),
            None if filters.iter().any(|filter| !filter.starts_with("fmt")) => None,
            None => UNITS.iter().find(|(word, _)| *word == unit.name()).map(|(_, name)| *name),
        };
        if let Some(printed) = printed.filter(|printed| printed != written) {
            wrong.push((tag, printed, *written));
        }
    }
    wrong
}
