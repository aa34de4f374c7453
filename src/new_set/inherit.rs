//! A set that stands on one there is, which knows nearly all of the document: only what differs is declared.

use super::account::Account;
use super::known::{Known, normal, words_of};
use super::prose::{Beside, InSentences, Prose};
use super::table::{Likes, Printing, number, printing, table};
use super::whole::{Depth, Piece, pieces, section, titled, told};
use super::{Given, NewSet, Work};
use crate::compose::{Composition, TableView};
use crate::layout::{CellContent, LayoutSet, LookPatch, RowDecl, TableLayout};
use crate::money::Look;
use crate::published::reword;
use crate::published::words::Words;
use crate::published::{PaperTable, PaperText};
use crate::toml_tree::toml_string;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Makes it, on the set that was recognised.
pub(super) fn inherited(work: &Work<'_>, given: &Given) -> Option<NewSet> {
    let base = given.recognised.set.clone();
    let words = Words::of(work.whose);
    let known = Known::gather(&base, work.sets, work.layouts)?;
    let mut account = Account { stands_on: Some(base.clone()), schema: base.clone(), ..Account::default() };
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    // Keys of `parts` in set.toml, in order.
    let mut parts: Vec<(String, String)> = Vec::new();
    let set = given.recognised.set();
    let all = pieces(&work.published.parts);
    let mut order: Vec<String> = Vec::new();
    let mut before: Option<String> = None;
    // The number of the last table of its own.
    let mut own = 0;
    for piece in &all {
        let Piece::Table(index, paper, notes) = piece else { continue };
        account.tables.1 += 1;
        let taken = given.recognised.tables[*index].as_ref();
        let layout = taken.and_then(|taken| set.tables.values().find(|layout| layout.id == taken.id));
        if taken.is_none()
            && let Some(title) = of_one_form(paper, set)
        {
            account.tables.0 += 1;
            account.done.push(format!("《{}》与《{title}》是一种，由已有的版式逐个印出", paper.title));
            continue;
        }
        let Some((layout, view)) = layout.and_then(|layout| Some((layout, given.recognised.forms.table(&layout.id)?)))
        else {
            other_table(
                paper,
                notes,
                &Other { work, set, known: &known, words: &words, before: before.as_deref() },
                &mut own,
                &mut files,
                &mut parts,
                &mut account,
            );
            continue;
        };
        account.tables.0 += 1;
        let file = format!("{}.toml", layout.file);
        let changes = match work.refused.get(&file) {
            None => changes(paper, notes, layout, &view, set, &words, &mut account),
            Some(why) => {
                account.asks.push(format!("《{}》与 {base} 的不同没有写成：{why}", titled(paper)));
                String::new()
            }
        };
        if !changes.is_empty() {
            let shown: String = paper.title.chars().filter(|c| !c.is_control()).collect();
            files.insert(file, format!("# 公开的《{shown}》与 {base} 不同的地方。\n{changes}"));
            account.done.push(format!("《{shown}》→ {}.toml，只写不同之处", layout.file));
        } else {
            account.done.push(format!("《{}》与 {base} 的 {} 相同", paper.title, layout.file));
        }
        if set.parts.iter().any(|part| part.file == layout.file) {
            order.push(layout.file.clone());
            before = Some(layout.file.clone());
        }
    }
    moved(set, &order, &mut parts, &mut account);
    for part in &set.parts {
        let Some(layout) = set.tables.get(&part.file) else { continue };
        let title = given.recognised.forms.table(&layout.id).map(|view| view.title);
        if part.when.is_none() && title.is_some_and(|title| given.recognised.missing.contains(&title)) {
            parts.push((part.file.clone(), "false".to_owned()));
            account.guessed.push(format!("公开的文本没有 {} 这张表，去掉了", part.file));
        }
    }
    let mut prose = Prose::default();
    let worded = Worded { work, given, known: &known, words: &words };
    worded.sections(&all, &mut files, &mut prose, &mut account);
    prose.complete();
    account.bound = prose.bound;
    account.guessed.append(&mut prose.guessed);
    account.asks.append(&mut prose.asks);
    let plain = |text: &str| text.replace(|c: char| c.is_control(), " ");
    let mut text =
        format!("# {}：照公开的《{}》做成；哪些是猜的，看 README.md\n", plain(&work.wanted.name), plain(work.shown));
    let _ = writeln!(text, "inherits = {}", toml_string(&base));
    if !parts.is_empty() {
        text += "\n[parts]\n";
    }
    for (file, value) in &parts {
        let _ = writeln!(text, "{} = {value}", toml_string(file));
    }
    if !prose.say.is_empty() {
        text += "\n[say]\n";
    }
    for (name, phrase) in &prose.say {
        let _ = writeln!(
            text,
            "{} = {{ up = {}, down = {}, same = {} }}",
            toml_string(name),
            toml_string(&phrase.up),
            toml_string(&phrase.down),
            toml_string(&phrase.same)
        );
    }
    files.insert("set.toml".to_owned(), text);
    files.insert("README.md".to_owned(), account.written(&work.wanted.name, work.shown));
    Some(NewSet { files, account })
}

/// The title of a form of the set that prints a table for each of its records, and that this is one of: its fixed words
/// stand in it.
fn of_one_form(paper: &PaperTable, set: &LayoutSet) -> Option<String> {
    let there: BTreeSet<String> = paper.rows.iter().flat_map(|row| &row.cells).map(|cell| normal(&cell.text)).collect();
    fn fixed(rows: &[RowDecl], words: &mut BTreeSet<String>) {
        for row in rows {
            for cell in &row.cells {
                if let CellContent::Text(text) = &cell.content
                    && !text.source.contains("{{")
                {
                    words.insert(normal(&text.source));
                }
            }
            fixed(&row.rows, words);
        }
    }
    set.tables.values().find_map(|layout| {
        let mut words = BTreeSet::new();
        layout.sides.iter().for_each(|side| fixed(&side.rows, &mut words));
        words.remove("");
        let found = words.iter().filter(|word| there.contains(*word)).count();
        let title = layout.title.as_ref().map_or(layout.id.clone(), words_of);
        (words.len() >= 3 && found * 10 >= words.len() * 7).then_some(title)
    })
}

struct Other<'a> {
    work: &'a Work<'a>,
    set: &'a LayoutSet,
    known: &'a Known,
    words: &'a Words,
    /// The table before it.
    before: Option<&'a str>,
}

/// A table that the set below does not have.
fn other_table(
    paper: &PaperTable,
    notes: &[String],
    of: &Other<'_>,
    own: &mut usize,
    files: &mut BTreeMap<String, String>,
    parts: &mut Vec<(String, String)>,
    account: &mut Account,
) {
    let usual = look_of(&LookPatch::default().apply(&of.set.numbers));
    let is_free = |at: &usize| !of.set.tables.values().any(|table| table.id == format!("n{at}"));
    let at = (*own + 1..).find(is_free).unwrap_or(1);
    let made = table(
        paper,
        notes,
        of.known,
        of.words,
        (&format!("n{at}"), &format!("own-{at:02}")),
        &usual,
        &Likes::default(),
    );
    let Some(made) = made.filter(|made| made.understood.0 * 2 >= made.understood.1 && made.understood.0 > 1) else {
        account.asks.push(format!(
            "《{}》（{} 行）没有另外做成：由版式逐个印出的、由记录印出的不必管，其余请照 layouts/README.md 写",
            titled(paper),
            paper.rows.len()
        ));
        return;
    };
    *own = at;
    if let Some(why) = of.work.refused.get(&format!("{}.toml", made.file)) {
        account.asks.push(format!("《{}》没有做成：{why}", titled(paper)));
        return;
    }
    told(&made, account);
    account.guessed.push(format!("《{}》是已有的版式没有的，新写在 {}.toml", paper.title, made.file));
    files.insert(format!("{}.toml", made.file), made.text.clone());
    let mut keys = Vec::new();
    keys.extend(of.before.map(|file| format!("after = {}", toml_string(file))));
    keys.extend(made.given.as_ref().map(|file| format!("when = \"given('{file}')\"")));
    parts.push((made.file, format!("{{ {} }}", keys.join(", "))));
}

/// How a set's figures look.
fn look_of(look: &Look) -> Printing {
    Printing { unit: look.unit.name().to_owned(), commas: look.commas, zero: look.zero.clone().unwrap_or_default() }
}

/// Parts whose order is another.
fn moved(set: &LayoutSet, order: &[String], parts: &mut Vec<(String, String)>, account: &mut Account) {
    let own: Vec<&String> = set.parts.iter().map(|part| &part.file).filter(|file| order.contains(file)).collect();
    let published: Vec<&String> = order.iter().collect();
    let kept: BTreeSet<usize> = capture_diff_slices(Algorithm::Myers, &own, &published)
        .iter()
        .filter(|op| matches!(op, DiffOp::Equal { .. }))
        .flat_map(DiffOp::new_range)
        .collect();
    for (at, file) in published.iter().enumerate().filter(|(at, _)| !kept.contains(at)) {
        let place = match at.checked_sub(1) {
            Some(before) => format!("{{ after = {} }}", toml_string(published[before])),
            None => match published.get(1) {
                Some(next) => format!("{{ before = {} }}", toml_string(next)),
                None => continue,
            },
        };
        parts.push(((*file).clone(), place));
        account.done.push(format!("{file} 的先后与已有的版式不同，照公开的"));
    }
}

/// What a table prints otherwise than the set, as a layer over its layout.
fn changes(
    paper: &PaperTable,
    notes: &[String],
    layout: &TableLayout,
    view: &TableView,
    set: &LayoutSet,
    words: &Words,
    account: &mut Account,
) -> String {
    let mut top = String::new();
    let same = |one: &str, other: &str| {
        let bare = |text: &str| -> String { normal(text).chars().filter(|c| !c.is_ascii_digit()).collect() };
        bare(one) == bare(other)
    };
    if !paper.title.is_empty() && !same(&paper.title, &view.title) {
        let _ = writeln!(top, "title = {}", toml_string(&words.put_in(&paper.title)));
    }
    let usual = look_of(&layout.numbers.apply(&set.numbers));
    let own = printing(paper);
    if !own.unit.is_empty() && own.unit != usual.unit {
        let _ = writeln!(top, "numbers = {{ unit = {} }}", toml_string(&own.unit));
    }
    let figures =
        || paper.rows.iter().skip(paper.heads).flat_map(|row| &row.cells).filter_map(|cell| number(&cell.text));
    let has_money = figures().any(|number| !number.is_zero());
    let note = layout.empty.as_ref().and_then(|empty| empty.note.as_ref()).map_or("", |note| note.source.as_str());
    let worded: Option<String> = notes.first().map(|note| words.put_in(note));
    if let Some(own) = worded.filter(|own| !has_money && !same(own, note) && !note.contains("report.")) {
        let _ = writeln!(top, "empty = {{ note = {} }}", toml_string(&own));
    }
    top + &labels(paper, view, words, set, account) + &heads(paper, view, words, account)
}

/// `[head]`: columns of figures that are headed otherwise.
fn heads(paper: &PaperTable, view: &TableView, words: &Words, account: &mut Account) -> String {
    if view.printed_columns.len() != paper.columns {
        account.asks.push(format!(
            "《{}》公开的有 {} 列，已有的版式是 {} 列：多出、少了的列请照 layouts/README.md“继承与覆盖”写",
            paper.title,
            paper.columns,
            view.printed_columns.len()
        ));
        return String::new();
    }
    let said = reword::heads(paper, view, words);
    let text: String = said.iter().map(|(key, heads)| format!("{key} = {heads}\n")).collect();
    if text.is_empty() { text } else { format!("\n[head]\n{text}") }
}

/// `[label]`: fixed rows that are called otherwise.
fn labels(paper: &PaperTable, view: &TableView, words: &Words, set: &LayoutSet, account: &mut Account) -> String {
    let (called, missing) = reword::labels(paper, view, words, &set.schema);
    if !view.empty && paper.rows.len() > paper.heads + 1 {
        let ask = |label: &String| format!("《{}》公开的文本没有“{label}”这一行，已有的版式有", paper.title);
        account.asks.extend(missing.iter().map(ask));
    }
    let text: String = called.iter().map(|(key, label)| format!("{key} = {label}\n")).collect();
    if text.is_empty() { text } else { format!("\n[label]\n{text}") }
}

struct Worded<'a> {
    work: &'a Work<'a>,
    given: &'a Given,
    known: &'a Known,
    words: &'a Words,
}

impl Worded<'_> {
    /// Sections whose words are others than the set's.
    fn sections(
        &self,
        all: &[Piece<'_>],
        files: &mut BTreeMap<String, String>,
        prose: &mut Prose,
        account: &mut Account,
    ) {
        let set = self.given.recognised.set();
        let composition = Composition::of_printed(&self.given.forms, &self.given.views);
        let look = InSentences::of(self.work.published.texts());
        let beside = Beside::of(&self.given.views, self.known, self.words);
        // The texts of each of the set's sections, as the import gave them.
        let texts: Vec<&PaperText> = all
            .iter()
            .filter_map(|piece| if let Piece::Section(texts) = piece { Some(texts) } else { None })
            .flatten()
            .copied()
            .collect();
        for stem in &self.given.imported.sections {
            account.sections += 1;
            let Some(body) = self.given.imported.files.get(&format!("text/{stem}.md")) else { continue };
            let origins = &self.given.imported.origins[&format!("text/{stem}.md")];
            let own: Vec<&PaperText> = origins
                .iter()
                .filter_map(|origin| {
                    texts.iter().copied().find(|text| text.spot == origin.spot && body.contains(text.text.as_str()))
                })
                .collect();
            let source = set.narratives.get(stem).map_or("", |narrative| narrative.template.source.as_str());
            let model = composition.models().iter().find(|model| *model.file == *format!("text/{stem}.md"));
            let said: BTreeSet<String> = model
                .into_iter()
                .flat_map(|model| &model.sentences)
                .flat_map(|sentence| sentences(&sentence.chars.iter().collect::<String>()))
                .collect();
            let is_body = |text: &&&PaperText| text.level == 0;
            let published: Vec<String> = own.iter().filter(is_body).flat_map(|text| sentences(&text.text)).collect();
            let equal = published.iter().filter(|sentence| said.contains(*sentence)).count();
            if equal == published.len() || published.is_empty() {
                account.done.push(format!("{stem}：与已有的版式相同"));
                continue;
            }
            let has_tables = body.contains("{{ table(") || source.contains("{{ table(");
            let all_own = source.contains("prose(") && !source.contains("{{ f(") && !source.contains("{% for");
            if let Some(why) = self.work.refused.get(&format!("{stem}.md")) {
                account.asks.push(format!("{stem} 用的是已有版式的话，公开的与它不同：{why}"));
                continue;
            }
            if all_own || has_tables {
                account.done.push(format!("{stem}：部门自己的话，或逐个放表，照已有的版式"));
                continue;
            }
            let mut tried = Prose { say: prose.say.clone(), ..Prose::default() };
            let text = section(&own, self.known, self.words, &look, &beside, &mut Depth::of_first(source), &mut tried);
            let whole = text
                .lines()
                .filter(|line| !line.starts_with(['#', '{']))
                .flat_map(|line| line.split_inclusive('。'))
                .filter(|sentence| !sentence.contains('【'))
                .count();
            // The set's own words, where more of them are right than the published ones would be without a hand.
            if equal >= whole {
                let others: Vec<&String> =
                    published.iter().filter(|sentence| !said.contains(*sentence)).take(5).collect();
                for other in others {
                    account.asks.push(format!(
                        "{stem} 用的是已有版式的话，公开的另有：{}",
                        other.chars().take(60).collect::<String>()
                    ));
                }
                continue;
            }
            prose.say = tried.say;
            prose.bound.0 += tried.bound.0;
            prose.bound.1 += tried.bound.1;
            prose.guessed.extend(tried.guessed);
            prose.asks.extend(tried.asks);
            account.guessed.push(format!("{stem}：公开的话与已有的版式不同，照公开的写"));
            files.insert(format!("{stem}.md"), text);
        }
        for rest in self.given.imported.rest.iter().filter(|rest| rest.level > 0).take(20) {
            account.asks.push(format!("“{}”不在已有版式的哪一节里", rest.text.chars().take(40).collect::<String>()));
        }
    }
}

/// Sentences without blanks and numbers.
fn sentences(text: &str) -> Vec<String> {
    let bare = |text: &str| -> String {
        text.chars().filter(|c| !c.is_whitespace() && !c.is_ascii_digit() && !",.-？".contains(*c)).collect()
    };
    text.split(['。', '；', '\n']).map(bare).filter(|sentence| !sentence.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn sentences_are_compared_without_their_numbers() {
        assert_eq!(sentences("收入12.30万元。支出？万元；"), ["收入万元", "支出万元"]);
    }
}
