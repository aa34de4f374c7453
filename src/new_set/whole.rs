//! A set of a form that no other set knows: every table, every section, and the schema of the records.

use super::account::Account;
use super::known::{Known, normal};
use super::prose::{Beside, InSentences, OF, Prose, SHARE, THAN, is_item, paragraph, paragraphs};
use super::table::{Likes, MadeTable, Printing, is_bare, is_empty, printing, table, usual};
use super::{NewSet, Work};
use crate::check::amounts_of;
use crate::layout::narrative_lines::END;
use crate::published::as_folder::as_words;
use crate::published::words::Words;
use crate::published::{PaperTable, PaperText, Part};
use crate::toml_tree::toml_string;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A part of the document, in its order.
pub(super) enum Piece<'p> {
    Table(usize, &'p PaperTable, Vec<String>),
    Section(Vec<&'p PaperText>),
}

/// The document's parts: notes go to the table before them, prose is cut at its widest headings.
pub(super) fn pieces(parts: &[Part]) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut tables = 0;
    let mut texts: Vec<&PaperText> = Vec::new();
    for part in parts {
        match part {
            Part::Table(table) => {
                pieces.extend(sections(std::mem::take(&mut texts)));
                pieces.push(Piece::Table(tables, table, Vec::new()));
                tables += 1;
            }
            Part::Text(text) => {
                let is_note = ["注：", "注:", "备注：", "说明："].iter().any(|note| text.text.starts_with(note));
                match pieces.last_mut() {
                    Some(Piece::Table(_, _, notes)) if is_note && texts.is_empty() => notes.push(text.text.clone()),
                    _ => texts.push(text),
                }
            }
        }
    }
    pieces.extend(sections(texts));
    pieces
}

fn sections(texts: Vec<&PaperText>) -> Vec<Piece<'_>> {
    let widest = texts.iter().filter(|text| text.level > 0).map(|text| text.level).min().unwrap_or(0);
    let mut sections: Vec<Vec<&PaperText>> = Vec::new();
    for text in texts {
        match sections.last_mut() {
            Some(section) if text.level == 0 || text.level > widest => section.push(text),
            _ => sections.push(vec![text]),
        }
    }
    sections.into_iter().map(Piece::Section).collect()
}

/// Makes it, for records as the set `schema` reads them.
pub(super) fn whole(work: &Work<'_>, schema: &str) -> Option<NewSet> {
    let known = Known::gather(schema, work.sets, work.layouts)?;
    known.schema.files.get("ledger")?;
    let words = Words::of(work.whose);
    let looks = usual(work.published.tables().map(printing).filter(|look| !look.unit.is_empty()));
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut account = Account { schema: schema.to_owned(), ..Account::default() };
    let mut pieces = pieces(&work.published.parts);
    let cover = cover(&mut pieces);
    let mut made: BTreeMap<usize, MadeTable> = BTreeMap::new();
    let tables = || work.published.tables();
    let mut likes = Likes { bare: tables().any(is_bare), ..Likes::default() };
    // Those with money first: empty ones are like them.
    let mut order: Vec<(usize, &PaperTable, &Vec<String>)> = pieces
        .iter()
        .filter_map(
            |piece| if let Piece::Table(index, paper, notes) = piece { Some((*index, *paper, notes)) } else { None },
        )
        .collect();
    let numbers: BTreeMap<usize, usize> = order.iter().enumerate().map(|(at, (index, ..))| (*index, at + 1)).collect();
    order.sort_by_key(|(index, paper, _)| (is_empty(paper), *index));
    let mut lost: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (index, paper, notes) in order {
        account.tables.1 += 1;
        let at = numbers[&index];
        if let Some(why) = work.refused.get(&format!("table-{at:02}.toml")) {
            account.asks.push(format!("《{}》没有做成：{why}", titled(paper)));
            continue;
        }
        let one = table(paper, notes, &known, &words, (&format!("b{at}"), &format!("table-{at:02}")), &looks, &likes);
        // What is mostly not understood is no table of the ledger's.
        let Some(one) = one.filter(|one| one.understood.0 * 2 >= one.understood.1 && one.understood.0 > 0) else {
            lost.entry(paper.columns).or_default().push(titled(paper).to_owned());
            continue;
        };
        told(&one, &mut account);
        if let Some((form, rows, foot)) = one.rows.clone() {
            likes.rows.entry(form).or_insert((one.title.clone(), rows, foot));
        }
        files.insert(format!("{}.toml", one.file), one.text.clone());
        made.insert(index, one);
    }
    for (columns, titles) in lost {
        let others = if titles.len() > 1 { format!("等 {} 张", titles.len()) } else { String::new() };
        account
            .asks
            .push(format!("《{}》{others}（{columns} 列）没有做成：不是由明细汇总的数，或列名没有认出", titles[0]));
    }
    // Several tables of one file's records are forms, one a project.
    let mut of_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, one) in &made {
        if let Some(file) = &one.records {
            of_file.entry(file.clone()).or_default().push(*index);
        }
    }
    for (file, indexes) in of_file.into_iter().filter(|(_, indexes)| indexes.len() > 1) {
        let title = made[&indexes[0]].title.clone();
        for index in &indexes {
            if let Some(one) = made.remove(index) {
                files.remove(&format!("{}.toml", one.file));
                account.forget(&one.title, (one.understood.0, one.understood.1));
            }
        }
        account.asks.push(format!("《{title}》等 {} 张是一种表，逐个印出 {file} 的记录：照 layouts/README.md“像表格一样的表”写一张，在正文里逐个放", indexes.len()));
    }
    if made.is_empty() {
        return None;
    }
    let look = InSentences::of(work.published.texts());
    let mut parts: Vec<(String, String)> = Vec::new();
    let mut prose = Prose::default();
    if !cover.is_empty() && !work.refused.contains_key("cover.md") {
        files.insert("cover.md".to_owned(), cover_text(&cover, &words));
        parts.push(("cover".to_owned(), ", page = \"封面\", numbering = \"none\"".to_owned()));
        parts.push(("contents".to_owned(), ", numbering = \"roman\", restart = true".to_owned()));
    }
    // The tables stand first, so that sentences find their figures.
    let tables: Vec<(String, String)> = made.values().map(|one| (one.file.clone(), String::new())).collect();
    files.insert("schema.toml".to_owned(), schema_text(&known, &made));
    files.insert("set.toml".to_owned(), set_text(work, &words, &looks, &look, &tables, &prose));
    let given = work.given(&files);
    let views = given.as_ref().map_or(&[][..], |given| &given.views);
    let beside = Beside::of(views, &known, &words);
    let mut depth = Depth::default();
    let mut begun = false;
    for piece in &pieces {
        let first = if begun { "" } else { ", start = \"odd\", numbering = \"decimal\", restart = true" };
        let first = if cover.is_empty() { "" } else { first };
        match piece {
            Piece::Table(index, ..) => {
                let Some(one) = made.get(index) else { continue };
                let when = one.given.as_ref().map_or(String::new(), |file| format!(", when = \"given('{file}')\""));
                parts.push((one.file.clone(), format!("{first}{when}")));
                depth.at = 1;
            }
            Piece::Section(texts) => {
                account.sections += 1;
                let stem = format!("text-{:02}", account.sections);
                let file = format!("{stem}.md");
                let text = match work.refused.get(&file) {
                    None => section(texts, &known, &words, &look, &beside, &mut depth, &mut prose),
                    Some(why) => {
                        account.asks.push(format!("{file} 照公开的原样印，数不会变：{why}"));
                        as_it_is(texts, &mut depth)
                    }
                };
                files.insert(file, text);
                parts.push((stem, first.to_owned()));
            }
        }
        begun = true;
    }
    prose.complete();
    account.bound = prose.bound;
    account.guessed.append(&mut prose.guessed);
    account.asks.append(&mut prose.asks);
    files.insert("set.toml".to_owned(), set_text(work, &words, &looks, &look, &parts, &prose));
    files.insert("README.md".to_owned(), account.written(&work.wanted.name, work.shown));
    Some(NewSet { files, account })
}

/// What a table is called in the account.
pub(super) fn titled(paper: &PaperTable) -> &str {
    if paper.title.is_empty() { "没有表题的一张表" } else { &paper.title }
}

/// A section in the published words.
fn as_it_is(texts: &[&PaperText], depth: &mut Depth) -> String {
    let line = |text: &&PaperText| match text.level {
        0 => format!("{}\n\n", as_words(&text.text, false)),
        level => format!("{} {}\n\n", "#".repeat(depth.of(level)), as_words(&text.text, true)),
    };
    texts.iter().map(line).collect()
}

/// A table's part of the account.
pub(super) fn told(one: &MadeTable, account: &mut Account) {
    account.tables.0 += 1;
    account.understood.0 += one.understood.0;
    account.understood.1 += one.understood.1;
    account.guessed.extend(one.guessed.iter().cloned());
    account.asks.extend(one.asks.iter().cloned());
    account.done.push(format!(
        "《{}》→ {}.toml（{}）：列和行 {} 个，认出 {} 个",
        one.title, one.file, one.id, one.understood.1, one.understood.0
    ));
}

/// The lines of the first page, taken out of the parts.
fn cover<'p>(pieces: &mut Vec<Piece<'p>>) -> Vec<&'p PaperText> {
    let Some(Piece::Section(texts)) = pieces.first_mut() else { return Vec::new() };
    let is_long = |text: &PaperText| text.text.chars().count() > 40 || text.text.contains('。');
    let numbered = |text: &PaperText| crate::published::is_numbered(&text.text);
    let page = texts[0].spot.page;
    let count =
        texts.iter().take(6).take_while(|text| !is_long(text) && !numbered(text) && text.spot.page == page).count();
    let says = |text: &&PaperText| text.text.contains("预算") || text.text.contains("决算");
    if count == 0 || !texts[..count].iter().any(says) {
        return Vec::new();
    }
    let cover: Vec<&PaperText> = texts.drain(..count).collect();
    if texts.is_empty() {
        pieces.remove(0);
    }
    // Each line of it may have been taken for a heading of its own.
    let mut cover = cover;
    while let Some(Piece::Section(texts)) = pieces.first_mut() {
        let same = page > 0
            && texts.iter().all(|text| text.spot.page == page && !is_long(text))
            && cover.len() + texts.len() <= 6;
        if !same {
            break;
        }
        cover.append(texts);
        pieces.remove(0);
    }
    cover
}

fn cover_text(cover: &[&PaperText], words: &Words) -> String {
    let is_date = |text: &str| text.contains('年') && text.ends_with(['日', '月']);
    let title: Vec<String> =
        cover.iter().filter(|text| !is_date(&text.text)).map(|text| words.put_in(&text.text)).collect();
    let mut text = format!("{{.封面标题}} {}\n", title.join("<br>"));
    if cover.iter().any(|line| is_date(&line.text)) {
        text += "{% if report.date %}\n{.封面日期} {{ report.date | date }}\n{% endif %}\n";
    }
    text
}

/// Depth of headings, which may not leap.
#[derive(Default)]
pub(super) struct Depth {
    at: usize,
}

impl Depth {
    /// That of a set's own section, whose first heading may lie below another.
    pub(super) fn of_first(source: &str) -> Depth {
        let line = source
            .lines()
            .map(|line| line.rsplit_once(END).map_or(line, |(_, words)| words))
            .find(|line| line.starts_with('#'));
        Depth { at: line.map_or(0, |line| line.chars().take_while(|c| *c == '#').count().saturating_sub(1)) }
    }

    fn of(&mut self, level: u8) -> usize {
        self.at = usize::from(level).clamp(1, self.at + 1).min(6);
        self.at
    }
}

/// A section as a narrative.
pub(super) fn section(
    texts: &[&PaperText],
    known: &Known,
    words: &Words,
    look: &InSentences,
    beside: &Beside<'_>,
    depth: &mut Depth,
    prose: &mut Prose,
) -> String {
    let mut body = String::new();
    let mut heading = String::new();
    let mut own: Option<String> = None;
    let mut headings: Vec<(u8, String)> = Vec::new();
    let mut skip = 0;
    for (at, text) in texts.iter().enumerate() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        if text.level > 0 {
            own = None;
            heading.clone_from(&text.text);
            headings.retain(|(level, _)| *level < text.level);
            headings.push((text.level, text.text.clone()));
            let marks = "#".repeat(depth.of(text.level));
            let _ = writeln!(body, "{marks} {}", words.outside(&as_words(&text.text, true)));
            let below = || texts[at + 1..].iter().take_while(|text| text.level == 0);
            let has_amounts = below().any(|text| !amounts_of(&text.text.chars().collect::<Vec<_>>(), &[]).is_empty());
            let is_glossary = below().filter(|text| text.text.contains("：指")).count() > 1;
            if below().next().is_some() && !has_amounts && !is_glossary && known.own_text(&text.text).is_none() {
                prose.asks.push(format!(
                    "“{}”下面没有金额，照公开的印；是这个部门自己的话的，换成 {{{{ prose(\"名称\") }}}}",
                    text.text
                ));
            }
            if let Some(name) = known.own_text(&text.text).filter(|_| !has_amounts) {
                let _ = writeln!(body, "{{{{ prose(\"{name}\", optional=true) }}}}");
                prose.asks.push(format!("“{}”由部门自己写：数据文件夹 text/{name}.md", text.text));
                own = Some(name.to_owned());
            }
            continue;
        }
        if own.is_some() {
            continue;
        }
        let around: String = headings.iter().map(|(_, heading)| heading.as_str()).collect::<Vec<_>>().join(" ");
        let around = if normal(&heading).is_empty() { String::new() } else { around };
        let run: Vec<&str> =
            texts[at..].iter().take_while(|text| text.level == 0).map(|text| text.text.as_str()).collect();
        if is_item(&text.text) {
            let taken = paragraphs(&run, &around, look, beside, prose, &mut body);
            if taken > 0 {
                skip = taken - 1;
                continue;
            }
        }
        body += &paragraph(&text.text, &around, look, beside, prose);
        body.push('\n');
    }
    let macros = [("{{ than(", THAN), ("{{ of(", OF), ("{{ share(", SHARE)];
    let needed: String = macros.iter().filter(|(call, _)| body.contains(call)).map(|(_, text)| *text).collect();
    needed + &body
}

/// set.toml.
fn set_text(
    work: &Work<'_>,
    words: &Words,
    looks: &Printing,
    look: &InSentences,
    parts: &[(String, String)],
    prose: &Prose,
) -> String {
    let is_account = work.published.tables().any(|table| table.title.contains("决算"));
    let kind = if is_account { "年度部门决算" } else { "年部门预算" };
    let first = work.published.texts().take(4).map(|text| text.text.as_str());
    let said = first.filter(|text| text.contains("预算") || text.contains("决算")).map(|text| words.put_in(text));
    let named = said
        .into_iter()
        .find(|title| title.contains("report.name") && title.contains("year") && title.chars().count() < 60);
    let title = named.unwrap_or_else(|| format!("{{{{ report.name }}}}{{{{ year }}}}{kind}"));
    let plain = |text: &str| text.replace(|c: char| c.is_control(), " ");
    let mut text =
        format!("# {}：照公开的《{}》做成；哪些是猜的，看 README.md\n", plain(&work.wanted.name), plain(work.shown));
    text += "inherits = \"common\"\n";
    let _ = writeln!(text, "title = {}", toml_string(&title));
    let stem = if title.contains("report.code") { title.clone() } else { format!("{{{{ report.code }}}}{title}") };
    let _ = writeln!(text, "file_stem = {}\n\nparts = [", toml_string(&stem));
    for (file, rest) in parts {
        let _ = writeln!(text, "  {{ file = {}{rest} }},", toml_string(file));
    }
    text += "]\n\n[numbers]\n";
    let unit = if looks.unit.is_empty() { look.unit } else { &looks.unit };
    let _ = writeln!(
        text,
        "unit = {}\ndecimals = 2\ncommas = {}\nzero = {}",
        toml_string(unit),
        looks.commas,
        toml_string(&looks.zero)
    );
    let decimals = |short: bool| if short { "[0, 2]" } else { "2" };
    let _ = writeln!(
        text,
        "\n[numbers.text]\nfrom = \"printed\"\nunit = {}\ndecimals = {}\ncommas = {}\nzero = {}",
        toml_string(look.unit),
        decimals(look.short),
        look.commas,
        toml_string(look.zero)
    );
    let _ = writeln!(text, "\n[numbers.percent]\ndecimals = {}", decimals(look.short_percent));
    if !prose.say.is_empty() {
        text += "\n[say]\n";
    }
    for (name, phrase) in &prose.say {
        let _ = writeln!(
            text,
            "{} = {{ up = {}, down = {}, same = {}, base0 = {} }}",
            toml_string(name),
            toml_string(&phrase.up),
            toml_string(&phrase.down),
            toml_string(&phrase.same),
            toml_string(&without_ratio(&phrase.up))
        );
    }
    let _ = writeln!(
        text,
        "\n[correction]\ntitle = {}\nfile_stem = {}\nparts = [{{ file = \"correction\", page = \"正文\", numbering = \"decimal\" }}]",
        toml_string(&format!("{title}更正说明")),
        toml_string(&format!("{stem}更正说明"))
    );
    text
}

/// A phrase without its percentage: of what was nothing last year.
fn without_ratio(phrase: &str) -> String {
    let Some(at) = phrase.find("{{ d.abs.ratio }}") else { return phrase.to_owned() };
    // A phrase of a percentage alone has nothing to say.
    let Some(from) = phrase[..at].rfind(['，', '、', '（']) else { return "上年为零".to_owned() };
    let rest = &phrase[at + "{{ d.abs.ratio }}".len()..];
    format!("{}{}", &phrase[..from], rest.trim_start_matches(['%', '％', '）']))
}

/// The schema of the records. Files that only other tables and sentences need may be missing.
fn schema_text(known: &Known, made: &BTreeMap<usize, MadeTable>) -> String {
    let needed = |file: &str| {
        let ledger = known.schema.files.get("ledger");
        let referred = ledger.is_some_and(|ledger| {
            ledger
                .fields
                .iter()
                .any(|field| matches!(&field.kind, crate::data::Kind::Ref { file: of, .. } if of == file))
        });
        file == "ledger"
            || referred
            || made.values().any(|one| one.text.contains(&format!("from = \"{file}\"")) && one.given.is_none())
    };
    let mut text = String::new();
    let mut section = String::new();
    for line in known.schema_text.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            name.clone_into(&mut section);
        }
        let of_file = section.strip_prefix("file.").filter(|name| !name.contains('.'));
        if line.trim() == "required = true" && of_file.is_some_and(|file| !needed(file)) {
            continue;
        }
        let line = if section == "report" { line.replace(", required = true", "") } else { line.to_owned() };
        text += &line;
        text.push('\n');
    }
    format!("# 数据的写法照 {}。\n{text}", known.of)
}
