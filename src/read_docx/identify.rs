//! Which figure each text is. A control's tag says it; where the tag is gone, or two controls have the same, the
//! place in the table does: the table by the tags in it or its title, the row by its labels, the column by its
//! number. Whatever is doubtful is reported.

use super::content::{Content, Control, OwnParagraph, ReadCell, ReadTable};
use super::map::{Map, MappedFigure, MappedTable, label};
use super::package::Package;
use super::{
    Identity, Prose, ProseFigure, ReadFigure, Reading, TableTexts, address_of_tag, column_key, number, table_key,
};
use crate::diagnostic::{Diagnostic, Severity};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// `original`: the view before tracked changes.
pub fn identify(package: Package, original: bool) -> Reading {
    let Package { mut content, properties, map, charts, pictures } = package;
    name_marks(&mut content, &properties);
    let mut findings = Vec::new();
    let places = Places::new(&content, &map);
    let mut figures = from_controls(&content, &places, &mut findings);
    figures.extend(from_places(&content, &places, &figures, &mut findings));
    for (id, order) in &content.charts {
        let of_chart = charts.get(id).into_iter().flatten();
        figures.extend(of_chart.map(|(tag, text)| Identified { tag: tag.clone(), text: text.clone(), order: *order }));
    }
    figures.sort_by_key(|f| f.order);
    lost(&map, &figures, &content.tracked_away, original, &mut findings);
    let unread = |what: &String| Diagnostic::warning("E559", format!("没有读取：{what}")).hint("请改成普通的文字");
    findings.extend(content.unread.iter().take(MOST).map(unread));
    let units = Units { properties: &properties };
    let texts = |table: &ReadTable| TableTexts {
        title: table.titles.first().cloned().unwrap_or_default(),
        rows: table.rows.iter().map(|r| r.iter().filter(|c| !c.covered).map(|c| c.text.clone()).collect()).collect(),
    };
    Reading {
        tables: content.tables.iter().map(texts).collect(),
        identity: identity(&properties),
        figures: figures.into_iter().map(|f| units.read(f)).collect(),
        prose: prose(&content, &properties, original, &mut findings),
        paragraphs: content.paragraphs,
        unread: content.unread,
        pictures,
        findings,
    }
}

/// Figures in bookmarks `f_…` get the tags that the properties give them; a bookmark of someone else's is none.
fn name_marks(content: &mut Content, properties: &BTreeMap<String, String>) {
    let tag = |name: &str| properties.get(&format!("gongkai.{name}")).cloned();
    for control in content.controls.iter_mut().filter(|c| c.tag.starts_with("f_")) {
        control.tag = tag(&control.tag).unwrap_or_default();
    }
    for (_, name) in content.prose.iter_mut().flat_map(|p| &mut p.figures).filter(|(_, n)| n.starts_with("f_")) {
        *name = tag(name).unwrap_or_default();
    }
    content.prose.iter_mut().for_each(|p| p.figures.retain(|(_, name)| !name.is_empty()));
    let away: Vec<String> = content.tracked_away.iter().filter_map(|name| tag(name)).collect();
    content.tracked_away.extend(away);
}

/// A figure whose tag is known.
struct Identified {
    tag: String,
    text: String,
    order: usize,
}

/// Which figure belongs in which cell: (table, row, cell) of the content.
#[derive(Default)]
struct Places<'a> {
    figures: HashMap<(usize, usize, usize), &'a MappedFigure>,
    /// Where each tag belongs.
    by_tag: HashMap<&'a str, (usize, usize, usize)>,
}

impl<'a> Places<'a> {
    fn new(content: &Content, map: &'a Map) -> Places<'a> {
        let mut places = Places::default();
        for (mapped, table) in map.tables.iter().zip(matching(content, map)) {
            let Some(table) = table else { continue };
            let rows = match_rows(mapped, &content.tables[table], &content.controls);
            for (row, found) in mapped.rows.iter().zip(rows) {
                let Some(found) = found else { continue };
                for (cell, read) in content.tables[table].rows[found].iter().enumerate() {
                    if let Some(figure) = row.figures.get(&read.column)
                        && !read.covered
                    {
                        places.figures.insert((table, found, cell), figure);
                        places.by_tag.insert(&figure.tag, (table, found, cell));
                    }
                }
            }
        }
        places
    }
}

/// For each mapped table the table of the content that it is: by the tags in it, by title, by order and width.
fn matching(content: &Content, map: &Map) -> Vec<Option<usize>> {
    let mut home: HashMap<&str, usize> = HashMap::new();
    for (index, table) in map.tables.iter().enumerate() {
        home.extend(table.rows.iter().flat_map(|r| r.figures.values()).map(|f| (f.tag.as_str(), index)));
    }
    let mut votes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for control in &content.controls {
        if let (Some((table, ..)), Some(&mapped)) = (control.place, home.get(control.tag.as_str())) {
            *votes.entry((mapped, table)).or_default() += 1;
        }
    }
    let mut votes: Vec<((usize, usize), usize)> = votes.into_iter().collect();
    votes.sort_by_key(|(pair, count)| (std::cmp::Reverse(*count), *pair));
    let mut found = vec![None; map.tables.len()];
    let mut taken = vec![false; content.tables.len()];
    for ((mapped, table), _) in votes {
        if found[mapped].is_none() && !taken[table] {
            found[mapped] = Some(table);
            taken[table] = true;
        }
    }
    let same = |a: &str, b: &str| label([a].into_iter()) == label([b].into_iter());
    let titled = |mapped: &MappedTable, table: &ReadTable| {
        !mapped.title.is_empty() && table.titles.iter().any(|t| same(t, &mapped.title))
    };
    let as_wide = |mapped: &MappedTable, table: &ReadTable| mapped.columns == columns(table);
    for fits in [&titled as &dyn Fn(&MappedTable, &ReadTable) -> bool, &as_wide] {
        let mut from = 0;
        for (index, mapped) in map.tables.iter().enumerate() {
            if let Some(table) = found[index] {
                from = from.max(table + 1);
                continue;
            }
            let next = (from..taken.len())
                .find(|&t| !taken[t] && as_wide(mapped, &content.tables[t]) && fits(mapped, &content.tables[t]));
            if let Some(table) = next {
                found[index] = Some(table);
                taken[table] = true;
                from = table + 1;
            }
        }
    }
    found
}

fn columns(table: &ReadTable) -> usize {
    table.rows.iter().filter_map(|row| row.last()).map(|cell| cell.end).max().unwrap_or(0)
}

/// For each mapped row the row of the table that it is: of those with the same labels the one with most of its
/// figures, else the next; where the labels were edited, the one with most of its figures, else the one between its
/// neighbours.
fn match_rows(mapped: &MappedTable, table: &ReadTable, controls: &[Control]) -> Vec<Option<usize>> {
    let figures = mapped.figure_columns();
    let is_label = |cell: &&ReadCell| !figures.get(cell.column).copied().unwrap_or(false);
    let labels: Vec<String> =
        table.rows.iter().map(|row| label(row.iter().filter(is_label).map(|c| c.text.as_str()))).collect();
    // Of each label the rows that are not taken yet.
    let mut by_label: HashMap<&str, BTreeSet<usize>> = HashMap::new();
    for (index, label) in labels.iter().enumerate() {
        by_label.entry(label).or_default().insert(index);
    }
    let holders = rows_of_tags(table, controls);
    let mut found = vec![None; mapped.rows.len()];
    let mut used = BTreeSet::new();
    let mut from = 0;
    for (index, row) in mapped.rows.iter().enumerate() {
        let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
        for figure in row.figures.values() {
            for holder in holders.get(figure.tag.as_str()).into_iter().flatten() {
                *votes.entry(*holder).or_default() += 1;
            }
        }
        let same = by_label.get(row.label.as_str());
        let is_same = |r: &usize| same.is_some_and(|same| same.contains(r));
        // The most votes, then in order, then the first: a row sorted elsewhere is still known by its labels.
        let rank = |(r, n): &(&usize, &usize)| (is_same(r), **n, **r >= from, std::cmp::Reverse(**r));
        let voted = votes.iter().filter(|(r, _)| !used.contains(*r)).max_by_key(rank).map(|(r, _)| *r);
        let in_order = || same.and_then(|same| same.range(from..).next().or_else(|| same.first()).copied());
        let next = voted.filter(is_same).or_else(in_order).or(voted);
        if let Some(next) = next {
            found[index] = Some(next);
            used.insert(next);
            if let Some(same) = by_label.get_mut(labels[next].as_str()) {
                same.remove(&next);
            }
            from = next + 1;
        }
    }
    fill_between(&mut found, &used, table.rows.len());
    found
}

/// Rows that one tag, copied over and over, is sought in.
const COPIES: usize = 64;

/// The rows in which each tag stands.
fn rows_of_tags<'a>(table: &ReadTable, controls: &'a [Control]) -> HashMap<&'a str, Vec<usize>> {
    let mut rows: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, row) in table.rows.iter().enumerate() {
        for control in row.iter().flat_map(|cell| &cell.controls) {
            let rows = rows.entry(&controls[*control].tag).or_default();
            if rows.len() < COPIES {
                rows.push(index);
            }
        }
    }
    rows
}

/// How many rows that stand elsewhere in the map are looked over between two neighbours.
const NEAR: usize = 1_000;

/// Gives a run of unmatched rows the unused rows between the matched neighbours, if there are as many.
fn fill_between(found: &mut [Option<usize>], used: &BTreeSet<usize>, rows: usize) {
    let mut index = 0;
    while index < found.len() {
        if found[index].is_some() {
            index += 1;
            continue;
        }
        let end = (index..found.len()).find(|&i| found[i].is_some()).unwrap_or(found.len());
        let before = if index == 0 { None } else { found[index - 1] };
        let after = found.get(end).copied().flatten().unwrap_or(rows);
        let first = before.map_or(after.saturating_sub(end - index), |b| b + 1);
        // Far more rows than are sought cannot be as many as are sought.
        let near = first..after.min(first.saturating_add(end - index).saturating_add(NEAR));
        let free: Vec<usize> = near.filter(|r| !used.contains(r)).collect();
        if free.len() == end - index {
            for (slot, row) in found[index..end].iter_mut().zip(free) {
                *slot = Some(row);
            }
        }
        index = end;
    }
}

/// Every control by its tag; of several with one tag, the one in the right place, else the first.
fn from_controls(content: &Content, places: &Places, findings: &mut Vec<Diagnostic>) -> Vec<Identified> {
    let mut by_tag: BTreeMap<&str, Vec<&Control>> = BTreeMap::new();
    for control in content.controls.iter().filter(|c| !c.tag.is_empty()) {
        by_tag.entry(&control.tag).or_default().push(control);
    }
    let aliases = content.controls.iter().filter(|c| c.by_alias).count();
    if aliases > 0 {
        findings.push(Diagnostic::new(
            Severity::Note,
            "E551",
            format!("{aliases} 个数字的内容控件失去了标记，已按控件标题读取"),
        ));
    }
    let mut found = Vec::with_capacity(content.controls.len());
    let mut unsaid = 0;
    for (tag, controls) in by_tag {
        let home = places.by_tag.get(tag);
        let kept = home.and_then(|home| controls.iter().position(|c| c.place == Some(*home))).unwrap_or(0);
        for (index, control) in controls.iter().enumerate() {
            if index != kept && findings.len() >= MOST {
                unsaid += 1;
            } else if index == kept {
                found.push(Identified { tag: tag.to_owned(), text: control.text.clone(), order: control.order });
            } else {
                findings.push(doubled(tag, control, controls[kept]));
            }
        }
        if let (Some(home), Some(place)) = (home, controls[kept].place)
            && place != *home
        {
            if findings.len() >= MOST {
                unsaid += 1;
                continue;
            }
            findings.push(
                Diagnostic::warning("E553", format!("数字“{tag}”不在原来的单元格里，已按控件的标记读取"))
                    .hint("如是误移，请把它移回原处"),
            );
        }
    }
    if unsaid > 0 {
        let message = format!("另有 {unsaid} 处被复制或移动的内容控件没有列出");
        findings.push(Diagnostic::warning("E558", message).hint("请先处理以上各处，再读取一次"));
    }
    found
}

/// Findings that are said one by one.
const MOST: usize = 200;

fn doubled(tag: &str, control: &Control, kept: &Control) -> Diagnostic {
    let text = &control.text;
    let message = if control.text == kept.text {
        format!("数字“{tag}”的内容控件被复制，多出的一处“{text}”未读取")
    } else {
        format!("数字“{tag}”的内容控件有两处，内容不同：已读取“{}”，未读取“{text}”", kept.text)
    };
    Diagnostic::warning("E552", message).hint("请删去多余的一处，或取消它的内容控件")
}

/// Cells that have no control of their own figure, but text: read by their place.
fn from_places(
    content: &Content,
    places: &Places,
    known: &[Identified],
    findings: &mut Vec<Diagnostic>,
) -> Vec<Identified> {
    let known: BTreeSet<&str> = known.iter().map(|f| f.tag.as_str()).collect();
    let mut found = Vec::new();
    let (mut untagged, mut typed) = (Vec::new(), Vec::new());
    let mut cells: Vec<_> = places.figures.iter().collect();
    cells.sort_unstable_by_key(|(place, _)| **place);
    for (&(table, row, cell), figure) in cells {
        let read = &content.tables[table].rows[row][cell];
        let text = read.text.trim();
        if text.is_empty() || known.contains(figure.tag.as_str()) {
            continue;
        }
        let own = read.controls.iter().any(|&c| !places.by_tag.contains_key(content.controls[c].tag.as_str()));
        if own {
            continue; // a figure that was moved here is reported as such
        }
        if figure.blank { &mut typed } else { &mut untagged }.push(figure.tag.clone());
        found.push(Identified { tag: figure.tag.clone(), text: read.text.clone(), order: read.order });
    }
    if !untagged.is_empty() {
        findings.push(
            Diagnostic::warning(
                "E554",
                format!("{} 个数字失去了内容控件，已按表、行、列读取：{}", untagged.len(), some(&untagged)),
            )
            .hint("数值已读到；如表格改动较大，请核对这些数字"),
        );
    }
    if !typed.is_empty() {
        let message = format!("{} 个原为空白的单元格填入了内容，已按表、行、列读取：{}", typed.len(), some(&typed));
        findings.push(Diagnostic::new(Severity::Note, "E555", message));
    }
    found
}

/// The first few, and how many there are.
fn some(tags: &[String]) -> String {
    let shown = tags.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("、");
    if tags.len() > 5 { format!("{shown} 等") } else { shown }
}

/// Figures that were printed and are nowhere.
fn lost(
    map: &Map,
    figures: &[Identified],
    tracked_away: &BTreeSet<String>,
    original: bool,
    findings: &mut Vec<Diagnostic>,
) {
    let known: BTreeSet<&str> = figures.iter().map(|f| f.tag.as_str()).collect();
    let printed = map.tables.iter().flat_map(|t| &t.rows).flat_map(|r| r.figures.values()).filter(|f| !f.blank);
    let printed = printed.map(|f| &f.tag).chain(&map.sentences);
    // In the view before the changes, what they added is not lost.
    let missing = |tag: &&String| !(known.contains(tag.as_str()) || original && tracked_away.contains(*tag));
    let lost: Vec<String> = printed.filter(missing).cloned().collect();
    if !lost.is_empty() {
        findings.push(
            Diagnostic::warning("E556", format!("{} 个数字在文件里找不到了：{}", lost.len(), some(&lost)))
                .hint("它们可能被删除，或连同内容控件一起改写成了普通文字"),
        );
    }
}

/// The units the file's properties tell of.
struct Units<'a> {
    properties: &'a BTreeMap<String, String>,
}

impl Units<'_> {
    fn read(&self, figure: Identified) -> ReadFigure {
        let (address, printing) = address(self.properties, &figure.tag);
        let value = number::value(&figure.text);
        let amount = value.zip(self.scale(&figure.tag, &address)).and_then(|(v, s)| v.checked_mul(s));
        ReadFigure { address, printing, text: figure.text, amount: amount.map(|a| a.normalize()) }
    }

    /// How many 元 make one of the printed unit: by printing, address, column, table, document.
    fn scale(&self, tag: &str, address: &str) -> Option<Decimal> {
        let column = column_key(address);
        let keys = [tag, address, &column, table_key(address)];
        let rule = |key: &&str| self.properties.get(&format!("gongkai.scale.{key}"));
        let rule = keys.iter().find_map(rule).or_else(|| self.properties.get("gongkai.scale"))?;
        rule.parse().ok()
    }
}

/// What the writer said of the document.
fn identity(properties: &BTreeMap<String, String>) -> Option<Identity> {
    Some(Identity {
        code: properties.get("gongkai.code")?.clone(),
        year: properties.get("gongkai.year")?.trim().parse().ok()?,
        file_stem: properties.get("gongkai.stem")?.clone(),
        data: properties.get("gongkai.data").cloned(),
    })
}

/// The address behind a tag, spelled out in the properties where the tag was too short for it, and the printing.
fn address(properties: &BTreeMap<String, String>, tag: &str) -> (String, u32) {
    let spelled = properties.get(&format!("gongkai.tag.{tag}"));
    let (address, printing) = address_of_tag(tag);
    (spelled.map_or(address, String::as_str).to_owned(), printing)
}

fn prose(
    content: &Content,
    properties: &BTreeMap<String, String>,
    original: bool,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Prose> {
    let mut seen = BTreeSet::new();
    let mut prose = Vec::new();
    for OwnParagraph { bookmark: name, text, figures } in &content.prose {
        if content.tracked_away.contains(name) {
            continue;
        }
        let named = |kind: &str| properties.get(&format!("gongkai.{kind}{name}"));
        let source = named("").or_else(|| named("was.").filter(|_| !text.is_empty()));
        let Some((file, paragraph)) = source.and_then(|s| s.rsplit_once('#')) else { continue };
        if !seen.insert(name) {
            continue;
        }
        let paragraph = paragraph.parse().unwrap_or(0);
        let figures = figures.iter().map(|(range, tag)| {
            let (address, printing) = address(properties, tag);
            ProseFigure { range: range.clone(), address, printing }
        });
        prose.push(Prose { file: file.to_owned(), paragraph, text: text.clone(), figures: figures.collect() });
    }
    let sources = properties.iter().filter(|(name, _)| name.starts_with("gongkai.p_"));
    let lost: Vec<String> = sources
        .filter(|(name, _)| {
            let name = name["gongkai.".len()..].to_owned();
            !(seen.contains(&name) || original && content.tracked_away.contains(&name))
        })
        .map(|(_, source)| source.clone())
        .collect();
    if !lost.is_empty() {
        findings.push(
            Diagnostic::warning("E557", format!("{} 段文字的书签不见了：{}", lost.len(), some(&lost)))
                .hint("这些段落可能被删除，或整段换成了新的文字"),
        );
    }
    prose
}
