//! What a screen shows of a department, as JSON. Amounts are strings, exact, in 元; places on pages are in pt as the page is
//! read; nothing in it is HTML.

use super::desk::{Desk, Version};
use super::edit::{CellEdit, Edit};
use super::journal::Journal;
use crate::check::figures::names_of;
use crate::compose::{Basis, file_name};
use crate::data::grid::{decl_of, grid_of, grids, names_of_codes};
use crate::data::{Class, Dataset, Kind, Record, Schema};
use crate::diagnostic::{Diagnostic, Place};
use crate::diff::{Diff, compare_all};
use crate::document::{Block, plain_text};
use crate::edition::{self, Reasons};
use crate::made::Made;
use crate::on_page::Area;
use crate::prepare::report;
use crate::tell::findings::level;
use crate::tell::rules::{Explained, SetRule, explained};
use crate::tell::{differences, why};
use crate::write::svg;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the frame of a department shows: documents, files, findings, edits and what they move.
pub fn desk(desk: &Desk, id: usize, rules: &[SetRule]) -> Value {
    let (now, shown) = (desk.now(), desk.shown());
    let mut unheard = crate::diagnostic::Diagnostics::default();
    let report = report(&now.folder, &mut unheard);
    let folder_name = desk.path.file_name().map(|n| n.to_string_lossy().into_owned());
    let tally = now.found.tally();
    json!({
        "id": id,
        "path": desk.path.display().to_string(),
        "folder": folder_name,
        "code": report.as_ref().map(|r| r.code.as_str()),
        "name": report.as_ref().map(|r| r.name.as_str()),
        "year": report.as_ref().map(|r| r.year),
        "date": report.as_ref().and_then(|r| r.date.clone()),
        "version": now.number,
        "shown": shown.number,
        "stale": shown.number != now.number,
        "documents": shown.made.iter().map(|made| document(made, desk)).collect::<Vec<Value>>(),
        "files": files(desk),
        "texts": texts(desk),
        "editions": edition::ids(&desk.path),
        "findings": findings(now, shown, desk.schema()),
        "rules": of_rules(now, rules),
        "tally": { "errors": tally.errors, "warnings": tally.warnings, "notes": tally.notes, "acknowledged": tally.acknowledged },
        "edits": desk.edits().map(|e| edit(e, desk)).collect::<Vec<Value>>(),
        "undone": desk.undone(),
        "moved": desk.moved().map(|diff| moved(diff, desk)),
        "conflicts": desk.conflicts(),
        "restored": desk.restored,
        "reread": desk.reread,
        "workbook": now.folder.is_workbook(),
    })
}

/// A document's pages and its contents.
fn document(made: &Made, desk: &Desk) -> Value {
    let pages = made.pages(&desk.workshop().fonts);
    let size = |page| {
        let (width, height) = svg::size(page);
        json!({ "label": page.label, "w": rounded(width), "h": rounded(height), "box": print_area(page) })
    };
    let entry = |entry: &crate::typeset::frame::OutlineEntry| {
        let place = pages.anchors.get(&entry.anchor)?;
        let table = made.document().tables().find(|t| t.title.as_ref().is_some_and(|t| t.anchor == entry.anchor));
        Some(json!({
            "level": entry.level, "title": entry.title, "page": place.page, "y": rounded(place.y),
            "table": table.map(|t| t.id.as_str()),
        }))
    };
    json!({
        "name": made.name,
        "title": made.document().meta.title,
        "pages": pages.pages.iter().map(size).collect::<Vec<Value>>(),
        "outline": pages.outline.iter().filter_map(entry).collect::<Vec<Value>>(),
    })
}

/// Left, top, right and bottom of what is printed on a page beside its number.
fn print_area(page: &crate::typeset::frame::Page) -> Value {
    use crate::typeset::frame::Item;
    let (width, height) = svg::size(page);
    let mut area = (width, height, 0.0_f64, 0.0_f64);
    let mut take = |x: f64, y: f64| area = (area.0.min(x), area.1.min(y), area.2.max(x), area.3.max(y));
    for item in &page.items {
        match item {
            Item::Run(run) => {
                take(run.x, run.y - run.size);
                let last = run.glyphs.last().map_or(0.0, |glyph| glyph.x);
                take(run.x + last + run.size, run.y + run.size * 0.2);
            }
            Item::Rule(rule) => {
                take(rule.from.0, rule.from.1);
                take(rule.to.0, rule.to.1);
            }
            Item::Image(image) => {
                let (left, top, width, height) = image.area;
                take(left, top);
                take(left + width, top + height);
            }
            Item::Link(_) | Item::Path(_) | Item::Shade(_) | Item::Anchor(..) => {}
        }
    }
    if area.2 <= area.0 || area.3 <= area.1 {
        area = (0.0, 0.0, width, height);
    }
    json!([rounded(area.0), rounded(area.1), rounded(area.2), rounded(area.3)])
}

fn files(desk: &Desk) -> Vec<Value> {
    let grids = grids(&desk.now().folder, desk.schema());
    grids.iter().map(|g| json!({ "id": g.id, "title": g.title, "file": &*g.file, "rows": g.rows.len() })).collect()
}

/// The department's own prose, each with the heading that it stands under.
fn texts(desk: &Desk) -> Vec<Value> {
    let mut headings: BTreeMap<String, (String, Value)> = BTreeMap::new();
    for (d, (made, on_page)) in desk.shown().made.iter().zip(&desk.shown().on_page).enumerate() {
        let mut last = String::new();
        for block in made.document().blocks() {
            let source = match block {
                Block::Heading(heading) => {
                    last = plain_text(&heading.inlines);
                    heading.source.as_ref()
                }
                Block::Paragraph(paragraph) => paragraph.source.as_ref(),
                Block::Table(_) | Block::Chart(_) | Block::Picture(_) | Block::Contents | Block::PageBreak => None,
            };
            if let Some(source) = source.filter(|source| source.own) {
                let first =
                    || on_page.of_place(&Place::new(source.file.clone(), source.line, 0)).first().map(|a| area(d, a));
                headings.entry(source.file.to_string()).or_insert_with(|| (last.clone(), json!(first())));
            }
        }
    }
    let names = desk.now().folder.files_of_text();
    let names = names.into_iter().filter(|name| name.starts_with("text/") && name.ends_with(".md"));
    let text = |name: String| {
        let known = headings.get(&name);
        json!({ "title": known.map(|(title, _)| title), "area": known.map(|(_, area)| area), "file": name })
    };
    names.map(text).collect()
}

/// Findings as they are told, each with its boxes on the pages shown.
fn findings(now: &Version, shown: &Version, schema: &Schema) -> Vec<Value> {
    now.found.sorted().into_iter().enumerate().map(|(n, found)| finding(n, found, shown, schema)).collect()
}

pub(super) fn finding(n: usize, found: &Diagnostic, shown: &Version, schema: &Schema) -> Value {
    let place = |place: &Place| {
        let title =
            schema.files.values().find(|decl| is_file_of(&place.file, decl)).map(|decl| (&decl.id, &decl.title));
        json!({
            "file": &*place.file,
            "line": (place.line > 0).then_some(place.line),
            "column": place.column.number(),
            "id": title.map(|(id, _)| id),
            "title": title.map(|(_, title)| title),
            "said": place.to_string(),
        })
    };
    let areas: Vec<Value> = shown
        .on_page
        .iter()
        .enumerate()
        .find_map(|(d, page)| Some((d, page.of_finding(found))).filter(|(_, areas)| !areas.is_empty()))
        .map(|(d, areas)| areas.iter().take(MOST_AREAS).map(|a| area(d, a)).collect())
        .unwrap_or_default();
    json!({
        "n": n,
        "code": found.code,
        "severity": level(found.severity),
        "message": found.message,
        "hint": found.hint,
        "place": found.place.as_ref().map(place),
        "text": found.text,
        "address": found.address,
        "fix": found.fix.as_ref().map(|fix| json!({ "old": fix.old, "new": fix.new })),
        "acknowledged": found.acknowledged.as_ref().map(|a| a.reason.as_str()),
        "related": found.related.iter().map(|(p, says)| json!({ "place": place(p), "says": says })).collect::<Vec<Value>>(),
        "areas": areas,
        "can_acknowledge": !found.code.is_mistake() && (found.text.is_some() || found.address.is_some()),
    })
}

/// A finding of a whole table marks no more lines than these.
const MOST_AREAS: usize = 12;

/// A record file as messages call it: its path, or a sheet of a workbook of its title.
fn is_file_of(file: &str, decl: &crate::data::FileDecl) -> bool {
    file == decl.path || crate::cell_name::sheet_of(file).is_some_and(|(_, sheet)| sheet == decl.title)
}

fn area(document: usize, area: &Area) -> Value {
    json!({ "d": document, "p": area.page, "x": rounded(area.left), "y": rounded(area.top), "w": rounded(area.width), "h": rounded(area.height) })
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Why there is each rule that something was found by.
fn of_rules(version: &Version, rules: &[SetRule]) -> Value {
    let codes: BTreeSet<String> = version.found.iter().map(|found| found.code.to_string()).collect();
    let mut all = Map::new();
    for code in codes {
        let said = match explained(&code, rules) {
            Explained::Page(page) => json!({ "title": page.title, "why": page.reason, "source": page.source }),
            Explained::OfSets(of_sets) => {
                let word = |name: &str| of_sets[0].words.iter().find(|(n, _)| *n == name).map(|(_, text)| text.clone());
                json!({ "title": word("要求"), "why": word("为什么"), "source": word("依据") })
            }
            Explained::Mistake(_, title) => json!({ "title": title }),
            Explained::Unknown(_) => continue,
        };
        all.insert(code, said);
    }
    Value::Object(all)
}

/// An edit in the user's words.
fn edit(edit: &Edit, desk: &Desk) -> Value {
    let title = |id: &str| desk.schema().files.get(id).map(|decl| decl.title.clone());
    let grid = |id: &str| grid_of(&desk.now().folder, desk.schema(), id).ok();
    match edit {
        Edit::Cells { file, cells } => {
            let (grid, labels) = (grid(file), labels(desk.shown(), file));
            let cell = |cell: &CellEdit| {
                let head = grid.as_ref().and_then(|g| Some(g.columns.get(cell.column)?.head.clone()));
                json!({
                    "line": cell.line, "column": cell.column, "head": head, "was": cell.was(), "value": cell.value,
                    "row": labels.get(&cell.line),
                })
            };
            let cells: Vec<Value> = cells.iter().map(cell).collect();
            json!({ "kind": "cells", "file": file, "title": title(file), "cells": cells })
        }
        Edit::Insert { file, after, rows, .. } => {
            json!({ "kind": "insert", "file": file, "title": title(file), "after": after, "rows": rows.len() })
        }
        Edit::Delete { file, rows } => {
            let lines: Vec<u32> = rows.iter().map(|(line, _)| *line).collect();
            let labels = labels(desk.saved(), file);
            let said: Vec<&String> = rows.iter().filter_map(|(line, _)| labels.get(line)).collect();
            json!({ "kind": "delete", "file": file, "title": title(file), "lines": lines, "said": said })
        }
        Edit::Text { file, was, text } => {
            json!({ "kind": "text", "file": file, "was": was, "text": text })
        }
    }
}

/// The words by which a record is known: its first text, else what its last code is called, else its last choice.
fn label(dataset: &Dataset, record: &Record, classes: &IndexMap<String, Class>) -> String {
    let each = || dataset.fields.iter().zip(&record.values).filter(|(_, value)| !value.text().trim().is_empty());
    let text = each().find(|(field, _)| matches!(field.kind, Kind::Text)).map(|(_, value)| value.text().to_string());
    let name = || {
        let mut codes = each().filter_map(|(field, value)| match &field.kind {
            Kind::Code { class, .. } => classes.get(class)?.names.get(value.text()).cloned(),
            _ => None,
        });
        codes.next_back()
    };
    let choice = || each().next_back().map(|(_, value)| value.text().to_string());
    text.or_else(name).or_else(choice).unwrap_or_default()
}

/// What each record of a file is called, by its line.
fn labels(version: &Version, id: &str) -> BTreeMap<u32, String> {
    let made = version.made.iter().find(|made| made.job().data.datasets.contains_key(id));
    let Some(job) = made.map(|made| made.job()) else { return BTreeMap::new() };
    let dataset = &job.data.datasets[id];
    dataset.records.iter().map(|r| (r.origin.line, label(dataset, r, &job.set.schema.classes))).collect()
}

/// What the edits move, with findings that come and go.
fn moved(diff: &Diff, desk: &Desk) -> Value {
    let mut value = differences::as_json(diff);
    let (before, after) = (desk.saved().found.sorted(), desk.now().found.sorted());
    // The same said of another amount, or of another line, is no other finding.
    let said = |found: &Diagnostic| (found.code.to_string(), found.message.clone());
    let place = |found: &Diagnostic| (found.code.to_string(), found.place.as_ref().map(ToString::to_string));
    let of = |all: &[&Diagnostic]| -> (BTreeSet<_>, BTreeSet<_>) {
        (all.iter().map(|f| said(f)).collect(), all.iter().filter(|f| f.place.is_some()).map(|f| place(f)).collect())
    };
    let (known, left) = (of(&before), of(&after));
    let is_in = |found: &Diagnostic, all: &(BTreeSet<_>, BTreeSet<_>)| {
        all.0.contains(&said(found)) || all.1.contains(&place(found))
    };
    let new: Vec<usize> = after.iter().enumerate().filter(|(_, f)| !is_in(f, &known)).map(|(n, _)| n).collect();
    let gone = before.iter().filter(|found| !is_in(found, &left)).count();
    let reasons = new.iter().filter(|&&n| after[n].code == "X120").count();
    value["new_findings"] = json!(new);
    value["gone_findings"] = json!(gone);
    value["stale_reasons"] = json!(reasons);
    value
}

/// What differs between two versions: as [`differences::as_json`] tells it, with the pages of both, and each cause with the
/// key of its reason and the reason given for it.
pub fn compared(old: &Version, new: &Version, desk: &Desk, since: &str) -> Value {
    let fonts = &desk.workshop().fonts;
    let diff = compare_all(&old.made, &new.made, Some(fonts));
    let mut value = differences::as_json(&diff);
    let mut unheard = crate::diagnostic::Diagnostics::default();
    let reasons = Reasons::read(&desk.now().folder, since, &mut unheard);
    let causes = diff.documents.iter().flat_map(|document| {
        document.causes.iter().enumerate().map(|(n, cause)| {
            let figures = document.figures.iter().filter(|f| f.causes.contains(&n)).count();
            let texts = document.texts.iter().filter(|t| t.causes.contains(&n)).count();
            let reason = reasons.of(None, &[cause], &mut crate::diagnostic::Diagnostics::default());
            json!({ "key": cause.key(), "text": cause.to_string(), "figures": figures, "texts": texts, "reason": reason })
        })
    });
    value["causes"] = causes.collect();
    let pages = |version: &Version| -> Value { version.made.iter().map(|made| document(made, desk)).collect() };
    value["old"] = pages(old);
    value["new"] = pages(new);
    value
}

/// A page: its picture, and over it every figure that stands on it.
pub fn page(version: &Version, desk: &Desk, document: usize, page: usize) -> Option<Value> {
    let fonts = &desk.workshop().fonts;
    let made = version.made.get(document)?;
    let laid = made.pages(fonts).pages.get(page)?;
    let on_page = version.on_page.get(document)?;
    let here = || on_page.figures().iter().filter(|figure| figure.areas.iter().any(|area| area.page == page));
    let names = names_of(&made.composition, here().map(|figure| figure.address.as_str()));
    let figures = here().map(|figure| {
        let boxes = figure.areas.iter().filter(|area| area.page == page).map(|a| area(document, a));
        let known = made.composition.figure(&figure.address);
        json!({
            "a": figure.address,
            "t": figure.text,
            "name": names.get(&figure.address),
            "exact": known.and_then(|f| f.amount).map(|amount| amount.to_string()),
            "unit": known.map(|f| f.look.unit.name()),
            "boxes": boxes.collect::<Vec<Value>>(),
        })
    });
    let figures: Vec<Value> = figures.collect();
    Some(json!({ "svg": svg::page(laid, fonts), "figures": figures }))
}

/// Why a figure is what it is, with every box that prints it.
pub fn why(version: &Version, document: usize, address: &str, schema: &Schema) -> Option<Value> {
    let made = version.made.get(document)?;
    let found = why::why(&made.composition, address)?;
    let mut value = why::as_json(std::slice::from_ref(&found))["figures"][0].take();
    let on_page = version.on_page.get(document)?;
    value["areas"] = on_page.of_figure(address).iter().map(|a| area(document, a)).collect();
    let names = names_of(&made.composition, found.dependents.iter().map(|(address, _)| address.as_str()));
    for dependent in value["dependents"].as_array_mut().into_iter().flatten() {
        dependent["name"] = dependent["address"].as_str().and_then(|a| names.get(a)).map_or(Value::Null, |n| json!(n));
    }
    // Which of the user's files the lines are in, and what each line is called.
    if let Basis::Lines { file, .. } = &found.source {
        let decl = schema.files.values().find(|decl| is_file_of(file, decl));
        value["source"]["id"] = json!(decl.map(|decl| &decl.id));
        value["source"]["title"] = json!(decl.map(|decl| &decl.title));
        let labels = decl.map(|decl| labels(version, &decl.id)).unwrap_or_default();
        for line in value["source"]["lines"].as_array_mut().into_iter().flatten() {
            let number = line["line"].as_u64().and_then(|n| u32::try_from(n).ok());
            line["label"] = json!(number.and_then(|n| labels.get(&n)));
        }
    }
    if let Basis::Record(origin) = &found.source {
        let decl = schema.files.values().find(|decl| is_file_of(&origin.file, decl));
        value["source"]["id"] = json!(decl.map(|decl| &decl.id));
        value["source"]["title"] = json!(decl.map(|decl| &decl.title));
    }
    if let Basis::Figures(of) = &found.source {
        let names = names_of(&made.composition, of.iter().map(AsRef::as_ref));
        let each = of.iter().map(|address| {
            let figure = made.composition.figure(address);
            json!({ "address": &**address, "name": names.get(&**address), "text": figure.map(|f| f.text()), "exact": figure.and_then(|f| f.amount).map(|a| a.to_string()) })
        });
        value["source"]["figures"] = each.collect();
    }
    Some(value)
}

/// A record file as a sheet, with what its columns hold and the cells that edits have changed.
pub fn grid(desk: &Desk, id: &str) -> Result<Value, Diagnostic> {
    let folder = &desk.now().folder;
    let (grid, decl) = (grid_of(folder, desk.schema(), id)?, decl_of(desk.schema(), id)?);
    let classes = desk.shown().made.first().map_or(&desk.schema().classes, |made| &made.job().set.schema.classes);
    let names = names_of_codes(&grid, decl, classes);
    let column = |(index, column): (usize, &crate::data::grid::GridColumn)| {
        let field = column.field.map(|field| &decl.fields[field]);
        let (kind, choices, class) = match field.map(|field| &field.kind) {
            Some(Kind::Amount) => ("amount", None, None),
            Some(Kind::Number) => ("number", None, None),
            Some(Kind::Code { class, .. }) => ("code", None, Some(class)),
            Some(Kind::Choice { values, .. }) => ("choice", Some(values), None),
            Some(Kind::Date) => ("date", None, None),
            Some(Kind::Ref { .. }) => ("ref", None, None),
            Some(Kind::Text) => ("text", None, None),
            None => ("unused", None, None),
        };
        json!({
            "head": column.head, "kind": kind, "choices": choices, "class": class, "names": names.get(&index),
            "scale": column.scale.to_string(), "required": field.is_some_and(|f| f.required),
        })
    };
    let before = grid_of(&desk.saved().folder, desk.schema(), id).ok();
    let mut changed: BTreeSet<(u32, usize)> = BTreeSet::new();
    let inserted =
        desk.edits().any(|edit| matches!(edit, Edit::Insert { file, .. } | Edit::Delete { file, .. } if file == id));
    if let Some(before) = &before {
        // With rows that came or went, lines no longer tell rows apart: a row that is nowhere in the file before is new.
        let known: BTreeSet<&[String]> = before.rows.iter().map(|row| &row.cells[..]).collect();
        let by_line: BTreeMap<u32, &[String]> = before.rows.iter().map(|row| (row.line, &row.cells[..])).collect();
        for row in &grid.rows {
            let old = by_line.get(&row.line).copied().filter(|_| !inserted);
            match old {
                Some(old) => {
                    let at = |cells: &[String], n: usize| cells.get(n).cloned().unwrap_or_default();
                    let width = old.len().max(row.cells.len());
                    changed.extend((0..width).filter(|&n| at(old, n) != at(&row.cells, n)).map(|n| (row.line, n)));
                }
                None if !known.contains(&row.cells[..]) => changed.extend((0..row.cells.len()).map(|n| (row.line, n))),
                None => {}
            }
        }
    }
    Ok(json!({
        "id": grid.id,
        "title": grid.title,
        "file": &*grid.file,
        "version": desk.now().number,
        "heading": grid.heading,
        "columns": grid.columns.iter().enumerate().map(column).collect::<Vec<Value>>(),
        "rows": grid.rows.iter().map(|row| json!([row.line, row.cells])).collect::<Vec<Value>>(),
        "changed": changed.into_iter().collect::<Vec<_>>(),
    }))
}

/// A file of the department's own text.
pub fn text(desk: &Desk, name: &str) -> Result<Value, Diagnostic> {
    let text = desk.now().folder.text(name)?;
    let mut figures = Map::new();
    for made in &desk.shown().made {
        let addresses: Vec<&str> = addresses_in(&text);
        let names = names_of(&made.composition, addresses.iter().copied());
        for address in addresses {
            let Some(figure) = made.composition.figure(address) else { continue };
            let printed = made.composition.in_sentences(figure);
            let exact = figure.amount.map(|a| a.to_string());
            figures
                .entry(address.to_string())
                .or_insert_with(|| json!({ "text": printed, "name": names.get(address), "exact": exact }));
        }
    }
    Ok(json!({ "file": name, "text": text, "figures": figures, "version": desk.now().number }))
}

/// The addresses in `f("…")` of a text.
fn addresses_in(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("f(\"") {
        rest = &rest[at + 3..];
        let Some(end) = rest.find('"') else { break };
        found.push(&rest[..end]);
        rest = &rest[end..];
    }
    found
}

/// Figures whose names, addresses or printed texts hold what is typed, for whoever puts one into a sentence.
pub fn figures(desk: &Desk, typed: &str) -> Value {
    const MOST: usize = 40;
    let typed = typed.trim();
    let mut all: Vec<Value> = Vec::new();
    for made in desk.shown().made.iter().take(1) {
        let composition = &made.composition;
        let addresses: Vec<&str> = composition.figures().map(|figure| &*figure.address).collect();
        let names = names_of(composition, addresses.iter().copied());
        for figure in composition.figures() {
            let name = names.get(&*figure.address);
            let printed = composition.in_sentences(figure);
            let fits =
                figure.address.contains(typed) || printed == typed || name.is_some_and(|name| name.contains(typed));
            if fits && all.len() < MOST {
                let exact = figure.amount.map(|a| a.to_string());
                all.push(json!({ "address": &*figure.address, "name": name, "text": printed, "exact": exact }));
            }
        }
    }
    json!({ "figures": all })
}

/// Where words stand on the pages.
pub fn find(version: &Version, words: &str) -> Value {
    const MOST: usize = 500;
    let mut all: Vec<Value> = Vec::new();
    for (d, on_page) in version.on_page.iter().enumerate() {
        for areas in on_page.find(words, MOST - all.len().min(MOST)) {
            all.push(areas.iter().map(|a| area(d, a)).collect());
        }
    }
    json!({ "found": all })
}

/// What a department is, before it is opened.
pub fn summary(path: &std::path::Path, id: usize) -> Value {
    let folder = crate::folder::Folder::at(path);
    let mut unheard = crate::diagnostic::Diagnostics::default();
    let report = report(&folder, &mut unheard);
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    json!({
        "id": id,
        "folder": file_name(&name),
        "path": path.display().to_string(),
        "code": report.as_ref().map(|r| r.code.as_str()),
        "name": report.as_ref().map(|r| r.name.as_str()),
        "year": report.as_ref().map(|r| r.year),
        "edition": edition::ids(path).pop(),
        "unsaved": Journal::of(path).read().len(),
    })
}
