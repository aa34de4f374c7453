//! One page to send round: no script, nothing fetched.

use super::marks::{Stretch, stretches};
use super::text::of_pages;
use super::{Group, change, groups, kind_word, or_none, page};
use crate::diff::{Diff, DocumentDiff, RowChange, TextChange};
use crate::markup::escape_lines;
use std::fmt::Write;

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>前后对照</title><style>\
body{font:16px/1.7 \"Noto Sans SC\",\"Microsoft YaHei\",sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}\
h2{font-size:1.1em;border-left:4px solid #999;padding-left:.6em;margin-top:2em}\
table{border-collapse:collapse;width:100%;margin:.5em 0}th,td{border:1px solid #bbb;padding:.2em .6em;text-align:left;\
vertical-align:top}td.n{text-align:right;white-space:nowrap}del{background:#fdd}ins{background:#dfd}\
code{color:#666;font-size:.85em}</style></head><body>\n";

/// The whole comparison as an HTML page.
pub fn as_html(diff: &Diff) -> String {
    let mut out = String::from(HEAD);
    out.push_str("<h1>前后对照</h1>\n");
    for document in &diff.documents {
        if let Some(name) = document.name.as_ref().filter(|_| diff.documents.len() > 1) {
            let _ = writeln!(out, "<h1>{}</h1>", escape_lines(name));
        }
        of_document(document, &mut out);
    }
    for one in &diff.not_compared {
        let _ = writeln!(out, "<p>没有能够比较：{}</p>", escape_lines(one));
    }
    for one in &diff.limits {
        let _ = writeln!(out, "<p>不在比较之列：{}</p>", escape_lines(one));
    }
    out.push_str("</body></html>\n");
    out
}

fn of_document(diff: &DocumentDiff, out: &mut String) {
    if diff.is_same() {
        out.push_str("<p>印出来的完全相同。</p>\n");
        return;
    }
    for (causes, group) in &groups(diff) {
        let causes: Vec<String> = super::causes(diff, causes).iter().map(|cause| escape_lines(cause)).collect();
        let _ = writeln!(out, "<h2>{}</h2>", causes.join("<br>"));
        figures(group, out);
        for row in &group.rows {
            let _ = writeln!(out, "<p>{}</p>", of_row(row));
        }
        for text in &group.texts {
            let _ = writeln!(out, "<p>{}</p>", of_text(text));
        }
    }
    if !diff.layout.is_empty() {
        out.push_str("<h2>版式</h2>\n");
        for line in &diff.layout {
            let _ = writeln!(out, "<p>{}</p>", escape_lines(line));
        }
    }
    if let Some(pages) = &diff.pages {
        let _ = writeln!(out, "<h2>{}</h2>", escape_lines(&of_pages(pages)));
    }
}

fn figures(group: &Group, out: &mut String) {
    let printings = || group.figures.iter().flat_map(|f| f.printings.iter().map(move |p| (f, p)));
    let mut in_tables = printings().filter(|(_, p)| p.spot.table.is_some()).peekable();
    if in_tables.peek().is_none() {
        return;
    }
    out.push_str(
        "<table><tr><th>表</th><th>行</th><th>列</th><th>页</th><th>更正前</th><th>更正后</th><th>差额</th></tr>\n",
    );
    for (figure, p) in in_tables {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}<br><code>{}</code></td><td>{}</td><td>{}</td>\
             <td class=\"n\"><del>{}</del></td><td class=\"n\"><ins>{}</ins></td><td class=\"n\">{}</td></tr>",
            escape_lines(&p.spot.title),
            escape_lines(&p.spot.row),
            escape_lines(&figure.address),
            escape_lines(&p.spot.column),
            escape_lines(&page(&p.spot)),
            escape_lines(or_none(p.old.as_deref())),
            escape_lines(or_none(p.new.as_deref())),
            escape_lines(&change(figure)),
        );
    }
    out.push_str("</table>\n");
}

fn of_row(row: &RowChange) -> String {
    let what = if row.added { "增加一行" } else { "减少一行" };
    let cells: Vec<String> =
        row.cells.iter().map(|(head, text)| escape_lines(format!("{head} {text}").trim())).collect();
    let tag = if row.added { "ins" } else { "del" };
    format!("《{}》{}{what}：<{tag}>{}</{tag}>", escape_lines(&row.spot.title), page(&row.spot), cells.join("，"))
}

fn of_text(text: &TextChange) -> String {
    let at = format!("{} {} {}", escape_lines(&text.spot.title), page(&text.spot), kind_word(text.kind));
    let (old, new) = (text.old.as_deref().unwrap_or(""), text.new.as_deref().unwrap_or(""));
    let mut marked = String::new();
    for stretch in stretches(old, new) {
        match stretch {
            Stretch::Same(same) => marked.push_str(&escape_lines(&same)),
            Stretch::Changed(old, new) => {
                let tagged = |tag: &str, text: &str| match text.is_empty() {
                    true => String::new(),
                    false => format!("<{tag}>{}</{tag}>", escape_lines(text)),
                };
                marked.push_str(&tagged("del", &old));
                marked.push_str(&tagged("ins", &new));
            }
        }
    }
    format!("{at}：{marked}")
}
