//! How far a composed document is a published one: a line a table, each difference with its place, the sums at the end.

use crate::against::{Comparison, Difference, TableComparison, Tally};
use serde_json::{Value, json};

/// How many differences of a table, and sentences, are listed.
const LISTED: usize = 40;

/// In words. No line end at the end.
pub fn as_text(comparison: &Comparison) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (index, table) in comparison.tables.iter().enumerate() {
        of_table(index + 1, table, &mut lines);
    }
    lines.extend(comparison.ours_only.iter().map(|title| format!("公开的文本没有这张表：{title}")));
    for (published, ours) in comparison.other_sentences.iter().take(LISTED) {
        lines.push(format!("句子：公开的“{published}”"));
        lines.push(match ours {
            Some(ours) => format!("      本套“{ours}”"),
            None => "      本套没有这句话".to_string(),
        });
    }
    more(comparison.other_sentences.len(), "句", &mut lines);
    let whole = comparison.tables.iter().filter(|table| table.ours.is_some() && table.differences.is_empty()).count();
    let tables = Tally { equal: whole, of: comparison.tables.len() };
    let mut sums = vec![format!("全同的表 {}", shown(tables))];
    let (heads, cells) = (comparison.heads(), comparison.cells());
    sums.extend((heads.of > 0).then(|| format!("表头 {}", shown(heads))));
    sums.push(format!("单元格 {}", shown(cells)));
    sums.extend((comparison.sentences.of > 0).then(|| format!("句子 {}", shown(comparison.sentences))));
    lines.push(format!("合计：{}", sums.join("，")));
    lines.join("\n")
}

/// For programs: every difference, none left out.
pub fn as_json(comparison: &Comparison) -> Value {
    let tally = |tally: Tally| json!({ "equal": tally.equal, "of": tally.of });
    let difference = |d: &Difference| {
        json!({
            "head": d.head,
            "row": d.row,
            "column": d.column,
            "label": d.label,
            "head_words": d.head_words,
            "published": d.published,
            "ours": d.ours,
            "address": d.address,
            "of_writing": d.is_of_writing(),
        })
    };
    let table = |table: &TableComparison| {
        json!({
            "title": table.title,
            "ours": table.ours,
            "heads": tally(table.heads),
            "cells": tally(table.cells),
            "rows": tally(table.rows),
            "differences": table.differences.iter().map(difference).collect::<Vec<_>>(),
        })
    };
    let sentence = |(published, ours): &(String, Option<String>)| json!({ "published": published, "ours": ours });
    json!({
        "same": comparison.is_same(),
        "heads": tally(comparison.heads()),
        "cells": tally(comparison.cells()),
        "rows": tally(comparison.rows()),
        "sentences": tally(comparison.sentences),
        "tables": comparison.tables.iter().map(table).collect::<Vec<_>>(),
        "ours_only": comparison.ours_only,
        "other_sentences": comparison.other_sentences.iter().map(sentence).collect::<Vec<_>>(),
    })
}

fn of_table(number: usize, table: &TableComparison, lines: &mut Vec<String>) {
    let Some(ours) = &table.ours else {
        lines.push(format!("表 {number}《{}》：本套没有这张表，单元格 {}", table.title, shown(table.cells)));
        return;
    };
    let heads = if table.heads.of > 0 { format!("表头 {}，", shown(table.heads)) } else { String::new() };
    let named = if *ours == table.title { String::new() } else { format!("（本套《{ours}》）") };
    lines.push(format!("表 {number}《{}》{named}：{heads}单元格 {}", table.title, shown(table.cells)));
    lines.extend(table.differences.iter().take(LISTED).map(|difference| format!("  {}", of_cell(difference))));
    more(table.differences.len(), "处", lines);
}

fn of_cell(difference: &Difference) -> String {
    let row = format!("第 {} 行", difference.row);
    let label = if difference.label.is_empty() { String::new() } else { format!("“{}”", difference.label) };
    match (&difference.published, &difference.ours) {
        (Some(published), None) if difference.column == 0 => format!("{row}{label}：本套没有这一行（{published}）"),
        (None, Some(ours)) if difference.column == 0 => format!("本套{row}{label}：公开的没有这一行（{ours}）"),
        (published, ours) => {
            let kind = if difference.head { "表头" } else { "" };
            let head = match difference.head_words.as_str() {
                "" => String::new(),
                words => format!("“{words}”"),
            };
            let text = |text: &Option<String>| match text.as_deref() {
                None | Some("") => "空白".to_string(),
                Some(text) => text.to_string(),
            };
            let writing = if difference.is_of_writing() { "；数相同，写法不同" } else { "" };
            let address = difference.address.as_ref().map(|address| format!("（{address}）")).unwrap_or_default();
            format!(
                "{kind}{row}{label}第 {} 列{head}：公开的是{}，本套是{}{address}{writing}",
                difference.column,
                text(published),
                text(ours)
            )
        }
    }
}

fn more(count: usize, of: &str, lines: &mut Vec<String>) {
    if count > LISTED {
        lines.push(format!("  ……还有 {} {of}", count - LISTED));
    }
}

fn shown(tally: Tally) -> String {
    format!("{}/{}", tally.equal, tally.of)
}
