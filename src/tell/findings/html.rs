//! Findings as one page of HTML that holds everything it needs: to print, or to send to whoever must mend them.

use super::text::{difference, summary};
use super::{Group, Shown, Sources};
use crate::cell_name::letters;
use crate::check;
use crate::diagnostic::{Column, Severity};
use crate::layout::Layouts;
use crate::markup::{escape, escape_lines};
use std::collections::HashSet;
use std::fmt::Write;

const STYLE: &str = "\
body{font-family:\"Noto Sans CJK SC\",\"Source Han Sans SC\",\"Microsoft YaHei\",\"PingFang SC\",sans-serif;\
max-width:52em;margin:2em auto;padding:0 1em;color:#222;line-height:1.6}\
h1{font-size:1.5em;margin-bottom:.2em}h2{font-size:1.1em;border-bottom:2px solid #444;margin-top:2em;padding-bottom:.2em}\
.sum{color:#555}.f{border:1px solid #ccc;border-left:6px solid #888;padding:.5em .9em;margin:.7em 0;break-inside:avoid}\
.error{border-left-color:#b3261e}.warning{border-left-color:#b8860b}.note{border-left-color:#3b6ea5}\
.ack{border-left-color:#9a9a9a;color:#666}.k{font-weight:bold}.m{font-weight:bold;margin:0 0 .3em}\
.p{color:#666;font-size:.9em}p{margin:.2em 0}mark{background:#ffe58a;padding:0 .1em}\
.pic{overflow-x:auto;margin:.4em 0;border:1px solid #ddd;background:#fff}.pic svg{display:block;max-width:100%;height:auto}\
.q{background:#f6f6f4;padding:.3em .6em;border-radius:3px}\
@media print{body{margin:0;max-width:none;font-size:10.5pt}h2{break-after:avoid}}";

/// The whole page.
pub fn as_html(shown: &[Shown<'_>], layouts: &Layouts) -> String {
    let mut page = String::from("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ =
        write!(page, "<title>公开文本检查</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>公开文本检查</h1>\n");
    for folder in shown {
        folder_part(&mut page, folder, &Sources::new(folder.folder, layouts));
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn folder_part(page: &mut String, shown: &Shown<'_>, sources: &Sources<'_>) {
    let summary = match summary(shown.diagnostics) {
        nothing if nothing.is_empty() => "没有发现问题".to_string(),
        some => some,
    };
    let _ = writeln!(page, "<p class=\"sum\">{}：{summary}</p>", escape(&shown.folder.shown().to_string_lossy()));
    let mut file = None;
    let mut told = HashSet::new();
    for group in shown.groups() {
        let found = group.finding;
        let now = found.place.as_ref().map_or("其他", |p| &*p.file);
        if file != Some(now) {
            let _ = writeln!(page, "<h2>{}</h2>", escape(now));
            file = Some(now);
        }
        let picture = found.on_page.as_ref().and_then(|on| shown.pictures.get(on.as_ref()));
        finding(page, &group, sources, told.insert(&*found.code), picture.map(String::as_str));
    }
}

/// `first`: the first of its rule, which tells the rule's reason.
fn finding(page: &mut String, group: &Group<'_>, sources: &Sources<'_>, first: bool, picture: Option<&str>) {
    let found = group.finding;
    let class = match (found.acknowledged.is_some(), found.severity) {
        (true, _) => "ack",
        (_, Severity::Error) => "error",
        (_, Severity::Warning) => "warning",
        (_, Severity::Note) => "note",
    };
    let place = match &found.place {
        Some(p) if p.line > 0 => match p.column {
            Column::Unknown | Column::Cell(0) => format!("第 {} 行", p.line),
            Column::Character(n) => format!("第 {} 行第 {n} 字", p.line),
            Column::Field(n) => format!("第 {} 行第 {n} 格", p.line),
            Column::Cell(n) => format!("{}{}", letters(n), p.line),
        },
        _ => String::new(),
    };
    let _ = writeln!(
        page,
        "<div class=\"f {class}\"><p class=\"m\">{}</p><p class=\"p\">{} {} {place}</p>",
        escape(&found.message),
        found.severity.word(),
        escape(&found.code),
    );
    if let Some(e) = sources.excerpt(found) {
        let words = if e.words.is_empty() { String::new() } else { format!("<mark>{}</mark>", escape(&e.words)) };
        let _ = writeln!(page, "<p class=\"q\">{}{words}{}</p>", escape(&e.before), escape(&e.after));
    }
    if let Some(picture) = picture {
        let _ = writeln!(page, "<div class=\"pic\">{picture}</div>");
    }
    let mut line = |what: &str, text: &str| {
        let _ = writeln!(page, "<p><span class=\"k\">{what}：</span>{}</p>", escape_lines(text));
    };
    if let Some(compared) = &found.compared {
        line("金额", &difference(compared));
    }
    for (place, says) in &found.related {
        line("相关", &format!("{place} {says}"));
    }
    if let Some(hint) = &found.hint {
        line("怎么改", hint);
    }
    if let Some(accepted) = &found.acknowledged {
        line("已确认", &accepted.reason);
    }
    if let Some(others) = group.others() {
        line("其他", &others);
    }
    if let Some(rule) = check::page(&found.code).filter(|_| first) {
        line("为什么", &format!("{}（{}）", rule.reason, rule.source));
    }
    page.push_str("</div>\n");
}
