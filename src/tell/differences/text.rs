//! For reading on a terminal.

use super::{Group, change, groups, kind_word, marks, or_none, page};
use crate::diff::{Cause, Diff, DocumentDiff, PageChanges, TextChange, TextKind};
use std::fmt::Write;

/// The whole comparison in Chinese, by cause.
pub fn as_text(diff: &Diff) -> String {
    let mut out = String::new();
    for document in &diff.documents {
        if let Some(name) = document.name.as_ref().filter(|_| diff.documents.len() > 1) {
            let _ = writeln!(out, "【{name}】");
        }
        of_document(document, &mut out);
    }
    for one in &diff.not_compared {
        let _ = writeln!(out, "没有能够比较：{one}");
    }
    for one in &diff.limits {
        let _ = writeln!(out, "不在比较之列：{one}");
    }
    out
}

fn of_document(diff: &DocumentDiff, out: &mut String) {
    if diff.is_same() {
        out.push_str("印出来的完全相同\n");
        return;
    }
    let _ = writeln!(out, "{}", summary(diff));
    for (causes, group) in &groups(diff) {
        out.push('\n');
        for cause in super::causes(diff, causes) {
            let _ = writeln!(out, "{cause}");
        }
        of_group(group, out);
    }
    if !diff.layout.is_empty() {
        out.push_str("\n版式\n");
        for line in &diff.layout {
            let _ = writeln!(out, "  {line}");
        }
    }
    if let Some(pages) = &diff.pages {
        let _ = writeln!(out, "\n{}", of_pages(pages));
    }
}

fn summary(diff: &DocumentDiff) -> String {
    let causes = diff.causes.iter().filter(|cause| **cause != Cause::Program).count();
    let sentences = diff.texts.iter().filter(|text| text.kind == TextKind::Sentence).count();
    let counts = [
        (diff.figures.len(), "个数字"),
        (sentences, "句话"),
        (diff.texts.len() - sentences, "处其他文字"),
        (diff.rows.len(), "行增减"),
        (diff.layout.len(), "处版式"),
    ];
    let told: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    match (causes, told.is_empty()) {
        (_, true) => "文字和数字都相同，只是排法不同".to_string(),
        (0, _) => format!("变了 {}", told.join("、")),
        _ => format!("改动 {causes} 处，变了 {}", told.join("、")),
    }
}

fn of_group(group: &Group, out: &mut String) {
    let mut title = String::new();
    for figure in &group.figures {
        for printing in figure.printings.iter().filter(|p| p.spot.table.is_some()) {
            // A figure of a row that came or went stands with its row.
            let in_row = group.rows.iter().any(|row| row.figures.contains(&figure.address));
            if in_row && (printing.old.is_none() || printing.new.is_none()) {
                continue;
            }
            let here = format!("《{}》", printing.spot.title);
            if here != title {
                let _ = writeln!(out, "  {here}{}", page(&printing.spot));
                title = here;
            }
            let at: Vec<&str> =
                [&*printing.spot.row, &*printing.spot.column].into_iter().filter(|s| !s.is_empty()).collect();
            let (old, new) = (or_none(printing.old.as_deref()), or_none(printing.new.as_deref()));
            let _ = writeln!(out, "    {}  {old} → {new}  {}  {}", at.join(" / "), change(figure), figure.address);
        }
    }
    for row in &group.rows {
        let what = if row.added { "增加一行" } else { "减少一行" };
        let cells: Vec<String> = row.cells.iter().map(|(head, text)| join(head, text)).collect();
        let _ = writeln!(out, "  《{}》{}{what}：{}", row.spot.title, page(&row.spot), cells.join("，"));
    }
    let mut heading = String::new();
    for text in &group.texts {
        let here =
            if text.spot.table.is_some() { format!("《{}》", text.spot.title) } else { text.spot.title.clone() };
        if here != heading {
            let _ = writeln!(out, "  {here}{}{}", if text.spot.table.is_some() { "" } else { " " }, page(&text.spot));
            heading = here;
        }
        let _ = writeln!(out, "    {}", of_text(text));
    }
}

fn join(head: &str, text: &str) -> String {
    if head.is_empty() { text.to_string() } else { format!("{head} {text}") }
}

fn of_text(text: &TextChange) -> String {
    let what = kind_word(text.kind);
    let at = if text.spot.row.is_empty() || text.kind != TextKind::Cell {
        String::new()
    } else {
        format!("{} ", join(&text.spot.row, &text.spot.column))
    };
    match (&text.old, &text.new) {
        (Some(old), Some(new)) if text.kind == TextKind::Sequence => format!("{what}顺延 {old} → {new}"),
        (Some(old), Some(new)) => format!("{at}{}", marks::one_line(old, new)),
        (None, Some(new)) => format!("{at}新增{what}：{}", new.replace('\n', " ")),
        (Some(old), None) => format!("{at}删去{what}：{}", old.replace('\n', " ")),
        (None, None) => String::new(),
    }
}

/// Which pages and sheets to replace.
pub fn of_pages(pages: &PageChanges) -> String {
    if pages.is_same() {
        return "各页都没有变".to_string();
    }
    let name = |page: &crate::diff::PageChange| match page.label.is_empty() {
        true => format!("PDF 第 {} 页（无页码）", page.index + 1),
        false => page.label.clone(),
    };
    let names: Vec<String> = pages.changed.iter().map(name).collect();
    let all = pages.changed.len() == pages.new_count;
    let which = if all { "全部".to_string() } else { format!("{} 页：{}", names.len(), names.join("、")) };
    let count = match pages.old_count == pages.new_count {
        true => format!("共 {} 页", pages.new_count),
        false => format!("由 {} 页变为 {} 页", pages.old_count, pages.new_count),
    };
    let sheets: Vec<String> = pages.sheets().iter().map(usize::to_string).collect();
    let sheets = if all { String::new() } else { format!("；双面印刷换第 {} 张", sheets.join("、")) };
    format!("需要更换的页（{count}）：{which}{sheets}")
}
