//! Where the departments of a bureau stand: a line each, totals, what to do next.

use super::differences;
use super::findings::json;
use super::form::cells_wide;
use crate::bureau::{Board, Compared, Department, Fate, LATE, Line, Looked, Standing};
use crate::diagnostic::Diagnostic;
use crate::markup::escape;
use crate::write::xlsx::list::List;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The headings of the board, in every form that is read by people.
const HEADS: [&str; 11] =
    ["代码", "部门", "负责人", "情况", "错误", "警告", "已确认", "控制数", "公开", "到期", "下一步"];

/// A department's cells under [`HEADS`].
fn cells(line: &Line) -> [String; 11] {
    let department = &line.department;
    let name = if department.name.is_empty() { &department.folder } else { &department.name };
    let count = |number: usize| if line.brief.is_some() { number.to_string() } else { String::new() };
    let published = line.published.as_ref().map(|published| match published.changed {
        true => format!("{}，改过", published.edition),
        false => published.edition.clone(),
    });
    [
        department.code.clone(),
        name.clone(),
        department.person.clone().unwrap_or_default(),
        line.standing.word().to_string(),
        count(line.errors()),
        count(line.warnings()),
        count(line.brief.as_ref().map_or(0, |brief| brief.acknowledged)),
        line.control(),
        published.unwrap_or_default(),
        department.due.clone().unwrap_or_default(),
        line.next.clone(),
    ]
}

/// What it comes to, in a sentence.
pub(crate) fn summary(board: &Board) -> String {
    let totals = board.totals();
    let mut says = format!("{} 个部门，交来 {} 个", totals.departments, totals.given);
    let mut also = |number: usize, what: &str| {
        if number > 0 {
            let _ = write!(says, "，{what} {number} 个");
        }
    };
    also(totals.wrong, "有错误");
    also(totals.off, "与控制数不等");
    also(totals.published, "已公开");
    also(totals.changed, "公开后改过");
    let _ = write!(says, "；错误 {} 处，警告 {} 处，共 {} 页", totals.errors, totals.warnings, totals.pages);
    says
}

fn title(board: &Board) -> String {
    match (board.name.is_empty(), board.year) {
        (true, _) => "各部门公开情况".to_string(),
        (false, Some(year)) => format!("{} {year}年度各部门公开情况", board.name),
        (false, None) => format!("{}各部门公开情况", board.name),
    }
}

/// Every finding of the board: of the list and the control figures, then of each department.
pub fn findings(board: &Board) -> Vec<&Diagnostic> {
    board.found.sorted().into_iter().chain(board.lines.iter().flat_map(|line| line.found.sorted())).collect()
}

/// The board as a table for a terminal, columns that say nothing left out, and what it comes to. No line end at the end.
pub fn as_text(board: &Board) -> String {
    let rows: Vec<[String; 11]> = board.lines.iter().map(cells).collect();
    let says = |column: &usize| rows.iter().any(|row| !row[*column].is_empty() && row[*column] != "0");
    // 到期 of those that are there already says nothing.
    let columns: Vec<usize> = (0..HEADS.len()).filter(|column| *column < 2 || *column == 3 || says(column)).collect();
    let width = |&column: &usize| {
        let all = rows.iter().map(|row| cells_wide(&row[column])).chain([cells_wide(HEADS[column])]);
        all.max().unwrap_or(0)
    };
    let widths: Vec<usize> = columns.iter().map(width).collect();
    let line = |texts: &dyn Fn(usize) -> String| -> String {
        let padded = columns.iter().zip(&widths).map(|(&column, &width)| {
            let text = texts(column);
            let blank = " ".repeat(width - cells_wide(&text));
            if matches!(HEADS[column], "错误" | "警告" | "已确认") { blank + &text } else { text + &blank }
        });
        padded.collect::<Vec<String>>().join("  ").trim_end().to_string()
    };
    let mut lines = vec![line(&|column| HEADS[column].to_string())];
    lines.extend(rows.iter().map(|row| line(&|column| row[column].clone())));
    lines.push(summary(board));
    lines.join("\n")
}

/// The board for other programs; amounts are exact, in 元, as texts.
pub fn as_json(board: &Board) -> Value {
    let totals = board.totals();
    json!({
        "name": board.name,
        "year": board.year,
        "departments": board.lines.iter().map(line_json).collect::<Vec<Value>>(),
        "findings": board.found.sorted().into_iter().map(|found| json::finding(found, "")).collect::<Vec<Value>>(),
        "totals": {
            "departments": totals.departments,
            "given": totals.given,
            "wrong": totals.wrong,
            "off": totals.off,
            "published": totals.published,
            "changed": totals.changed,
            "errors": totals.errors,
            "warnings": totals.warnings,
            "pages": totals.pages,
        },
    })
}

fn line_json(line: &Line) -> Value {
    let department = &line.department;
    let control = |held: &crate::bureau::Held| {
        json!({
            "head": held.head,
            "approved": held.approved.to_string(),
            "actual": held.actual.map(|amount| amount.to_string()),
            "equal": held.is_equal(),
        })
    };
    let brief = line.brief.as_ref();
    json!({
        "code": department.code,
        "name": department.name,
        "folder": department.folder,
        "of": department.of,
        "person": department.person,
        "due": department.due,
        "standing": line.standing.id(),
        "errors": line.errors(),
        "warnings": line.warnings(),
        "notes": brief.map_or(0, |brief| brief.notes),
        "acknowledged": brief.map_or(0, |brief| brief.acknowledged),
        "pages": brief.map_or(0, |brief| brief.pages),
        "first": brief.and_then(|brief| brief.first.as_deref()),
        "control": line.held.iter().map(control).collect::<Vec<Value>>(),
        "looked": Looked { brief: line.brief.clone(), published: line.published.clone() },
        "edition": line.published.as_ref().map(|published| published.edition.as_str()),
        "changed": line.published.as_ref().map(|published| published.changed),
        "findings": line.found.sorted().into_iter().map(|found| json::finding(found, &department.folder)).collect::<Vec<Value>>(),
        "between": line.between,
        "next": line.next,
    })
}

const STYLE: &str = "\
body{font-family:\"Noto Sans CJK SC\",\"Source Han Sans SC\",\"Microsoft YaHei\",\"PingFang SC\",sans-serif;\
margin:2em auto;max-width:90em;padding:0 1em;color:#222;line-height:1.5}\
h1{font-size:1.4em;margin-bottom:.2em}h2{font-size:1.1em;margin-top:2em}.sum{color:#555}\
table{border-collapse:collapse;width:100%;font-size:.92em}\
th,td{border-bottom:1px solid #ddd;padding:.35em .6em;text-align:left;vertical-align:top}\
th{border-bottom:2px solid #444;white-space:nowrap;position:sticky;top:0;background:#fff}\
th button{all:unset;cursor:pointer;font-weight:bold}th button:focus-visible{outline:2px solid #3b6ea5}\
th[aria-sort=ascending] button::after{content:\" ▲\"}th[aria-sort=descending] button::after{content:\" ▼\"}\
td.n{text-align:right;font-variant-numeric:tabular-nums}td.c{white-space:nowrap}\
.s{white-space:nowrap;font-weight:bold}.absent .s{color:#666}.errors .s{color:#b3261e}.warnings .s{color:#8a6200}\
.good .s{color:#1f6f3f}tr.errors td:first-child{border-left:4px solid #b3261e}\
tr.warnings td:first-child{border-left:4px solid #b8860b}tr.good td:first-child{border-left:4px solid #2e8b57}\
tr.absent td:first-child{border-left:4px solid #999}code{background:#f6f6f4;padding:0 .2em}\
.f{border-left:4px solid #b3261e;padding:.2em .8em;margin:.5em 0}.f.w{border-color:#b8860b}.p{color:#666;font-size:.9em}\
@media print{body{margin:0;max-width:none;font-size:9pt}th{position:static}tr{break-inside:avoid}}";

/// Sorts the rows by a column: numbers as numbers, the rest as Chinese is sorted.
const SCRIPT: &str = "\
document.querySelectorAll('th button').forEach(function(b){b.addEventListener('click',function(){\
var th=b.parentNode,row=th.parentNode,i=[].indexOf.call(row.children,th),body=document.querySelector('tbody'),\
up=th.getAttribute('aria-sort')!=='ascending';\
[].forEach.call(row.children,function(t){t.removeAttribute('aria-sort')});\
th.setAttribute('aria-sort',up?'ascending':'descending');\
var key=function(r){var c=r.children[i];return c.hasAttribute('data-v')?c.getAttribute('data-v'):c.textContent};\
[].slice.call(body.rows).sort(function(a,b){var x=key(a),y=key(b),\
d=x!==''&&y!==''&&!isNaN(x)&&!isNaN(y)?x-y:x.localeCompare(y,'zh');return up?d:-d}).forEach(function(r){body.appendChild(r)})})});";

/// One page that holds everything it needs; its columns sort. Without script it is the table in the order of the list.
pub fn as_html(board: &Board) -> String {
    let title = escape(&title(board));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p class=\"sum\">{}</p>\n\
         <table>\n<thead><tr>",
        escape(&summary(board))
    );
    for head in HEADS {
        let _ = write!(page, "<th scope=\"col\"><button type=\"button\">{head}</button></th>");
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for line in &board.lines {
        row(&mut page, line);
    }
    page.push_str("</tbody>\n</table>\n");
    let found = findings(board);
    if !found.is_empty() {
        page.push_str("<h2>部门之间、与名单和控制数相比</h2>\n");
    }
    for found in found {
        let class = if found.severity == crate::diagnostic::Severity::Error { "f" } else { "f w" };
        let place = found.place.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(
            page,
            "<div class=\"{class}\">{} <span class=\"p\">{} {} {}</span></div>",
            escape(&found.message),
            found.severity.word(),
            escape(&found.code),
            escape(&place),
        );
    }
    let _ = write!(page, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
    page
}

fn row(page: &mut String, line: &Line) {
    let _ = write!(page, "<tr class=\"{}\">", line.standing.id());
    for (head, text) in HEADS.iter().zip(cells(line)) {
        let text = escape(&text);
        let _ = match *head {
            "错误" | "警告" | "已确认" => write!(page, "<td class=\"n\">{text}</td>"),
            "情况" => write!(page, "<td class=\"s\" data-v=\"{}\">{text}</td>", line.standing as u8),
            "代码" | "负责人" | "公开" | "到期" => write!(page, "<td class=\"c\">{text}</td>"),
            // Of several lines that are off the worst one is looked for.
            "控制数" => write!(page, "<td data-v=\"{}\">{text}</td>", largest(line)),
            _ => match text.split_once("gongkai ") {
                Some((before, command)) => write!(page, "<td>{before}<code>gongkai {command}</code></td>"),
                None => write!(page, "<td>{text}</td>"),
            },
        };
    }
    page.push_str("</tr>\n");
}

/// The largest amount by which a department is off, in 元; empty where nothing was approved.
fn largest(line: &Line) -> String {
    let off = line.held.iter().filter_map(|held| Some((held.actual? - held.approved).abs()));
    off.max().map_or_else(String::new, |largest| largest.to_string())
}

/// What boards as JSON say was found in each department, by its folder, added to `joined`. False: it is no board.
pub fn joined(json: &Value, joined: &mut BTreeMap<String, Looked>) -> bool {
    let Some(departments) = json["departments"].as_array() else { return false };
    departments.iter().all(|department| {
        let looked = serde_json::from_value(department["looked"].clone()).ok();
        let folder = department["folder"].as_str();
        let found = folder.zip(looked);
        found.map(|(folder, looked)| joined.insert(folder.to_string(), looked)).is_some()
    })
}

/// What differs between two bureaus, a heading a department; those that are the same are counted. No line end at the end.
pub fn differences_as_text(all: &[Compared]) -> String {
    let mut text = String::new();
    for one in all.iter().filter(|one| !one.is_same()) {
        let _ = writeln!(text, "{}", title_of(one));
        let _ = match &one.fate {
            Fate::Added => writeln!(text, "新增，全部是新的\n"),
            Fate::Removed => writeln!(text, "不在新的一方里了\n"),
            Fate::NotCompared(why) => writeln!(text, "没有比较：{why}\n"),
            Fate::Compared(diff) => writeln!(text, "{}\n", differences::as_text(diff).trim_end()),
            Fate::Same => Ok(()),
        };
    }
    let same = all.iter().filter(|one| one.is_same()).count();
    let _ = write!(text, "{} 个部门，{same} 个相同，{} 个不同", all.len(), all.len() - same);
    text
}

fn title_of(one: &Compared) -> String {
    let Department { code, name, folder, .. } = &one.department;
    if code.is_empty() { folder.clone() } else { format!("{code} {name}") }
}

/// The same for other programs.
pub fn differences_as_json(all: &[Compared]) -> Value {
    let one = |one: &Compared| {
        let (fate, diff) = match &one.fate {
            Fate::Same => ("same", Value::Null),
            Fate::Added => ("added", Value::Null),
            Fate::Removed => ("removed", Value::Null),
            Fate::NotCompared(_) => ("not-compared", Value::Null),
            Fate::Compared(diff) if diff.is_same() => ("same", Value::Null),
            Fate::Compared(diff) => ("different", differences::as_json(diff)),
        };
        let why = if let Fate::NotCompared(why) = &one.fate { Some(why) } else { None };
        let Department { code, name, folder, .. } = &one.department;
        json!({ "code": code, "name": name, "folder": folder, "fate": fate, "why": why, "diff": diff })
    };
    json!({ "departments": all.iter().map(one).collect::<Vec<Value>>() })
}

/// A notice to each department that has something to do: the name of its file without ending, and its text.
pub fn notices(board: &Board) -> Vec<(String, String)> {
    let lines = board.lines.iter().filter(|line| !line.next.is_empty());
    lines.map(|line| (format!("{}{}", line.department.code, line.department.name), notice(board, line))).collect()
}

fn notice(board: &Board, line: &Line) -> String {
    let department = &line.department;
    let year = board.year.map(|year| format!("{year}年度")).unwrap_or_default();
    let mut text = format!("关于{year}部门预算公开的通知\n\n{}：\n", department.name);
    let mut number = 0;
    let mut item = |words: String| {
        number += 1;
        let _ = writeln!(text, "    {number}. {words}。");
    };
    let late = line.found.sorted().into_iter().any(|found| found.code == LATE);
    match &line.brief {
        // That it is late says so.
        None if late => {}
        None => item("还没有收到你们的公开数据".to_string()),
        Some(brief) if brief.errors > 0 => {
            let first = brief.first.as_ref().map(|first| format!("，第一处：{first}")).unwrap_or_default();
            item(format!("数据有 {} 处错误{first}", brief.errors));
        }
        Some(brief) if brief.warnings > 0 => item(format!("有 {} 处警告，请逐处看过，改正或说明理由", brief.warnings)),
        Some(_) => {}
    }
    for found in line.found.sorted() {
        item(found.message.clone());
    }
    line.between.iter().for_each(|words| item(format!("与有关部门核对：{words}")));
    if line.standing == Standing::Good && line.between.is_empty() {
        item(format!("数据已经无误。{}", line.next));
    } else if late {
        text += "    请立即办好后交来。\n";
    } else if let Some(due) = &department.due {
        let _ = writeln!(text, "    请在 {due} 前办好后交来。");
    }
    if !board.name.is_empty() {
        let _ = write!(text, "\n{}\n", board.name);
    }
    text
}

/// The board as lists: the departments, and what was found between them.
pub fn as_lists(board: &Board) -> Vec<List> {
    const WIDTHS: [f64; 11] = [10.0, 28.0, 10.0, 9.0, 7.0, 7.0, 8.0, 36.0, 22.0, 12.0, 70.0];
    let mut lists = vec![List {
        name: "各部门",
        heads: HEADS.into_iter().zip(WIDTHS).collect(),
        rows: board.lines.iter().map(|line| cells(line).to_vec()).collect(),
        numbers: vec![4, 5, 6],
        note: summary(board),
    }];
    let row = |found: &Diagnostic| {
        let place = found.place.as_ref().map(ToString::to_string).unwrap_or_default();
        vec![found.severity.word().to_string(), found.code.to_string(), place, found.message.clone()]
    };
    let rows: Vec<Vec<String>> = findings(board).into_iter().map(row).collect();
    if !rows.is_empty() {
        let heads = vec![("程度", 8.0), ("编号", 8.0), ("位置", 40.0), ("说明", 110.0)];
        lists.push(List { name: "部门之间", heads, rows, numbers: Vec::new(), note: String::new() });
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bureau::{Brief, Department, Held, Standing};
    use crate::diagnostic::Diagnostics;
    use rust_decimal::Decimal;

    fn line(code: &str, name: &str, standing: Standing) -> Line {
        Line {
            department: Department { code: code.into(), name: name.into(), ..Department::default() },
            standing,
            brief: (standing != Standing::Absent).then(Brief::default),
            held: Vec::new(),
            found: Diagnostics::default(),
            between: Vec::new(),
            published: None,
            next: String::new(),
        }
    }

    fn board(lines: Vec<Line>) -> Board {
        Board { name: "某县".into(), year: Some(2024), has_control: true, lines, found: Diagnostics::default() }
    }

    #[test]
    fn columns_stand_under_each_other_and_empty_ones_are_left_out() {
        let mut off = line("631", "教育", Standing::Wrong);
        let amount = |fen: i64| Decimal::new(fen, 2);
        off.held.push(Held { head: "支出".into(), approved: amount(100_000), actual: Some(amount(110_000)) });
        let text = as_text(&board(vec![off, line("1", "机关事务管理局", Standing::Absent)]));
        let expected = "代码  部门            情况    控制数\n\
                        631   教育            有错误  支出多 100.00 元\n\
                        1     机关事务管理局  未交\n\
                        2 个部门，交来 1 个，有错误 1 个，与控制数不等 1 个；错误 0 处，警告 0 处，共 0 页";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_name_is_text_on_the_page() {
        let page = as_html(&board(vec![line("1", "<script>alert(1)</script>&", Standing::Good)]));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;"));
        assert_eq!(page.matches("<script>").count(), 1, "its own");
    }
}
