//! What was published, as facts (`tests/published`): each table's heads with their spans, its rows, its blank rows; and what
//! a document or a file has of them, cell by cell.

use gongkai::document::{Row, Table, plain_text};
use gongkai::published::PaperTable;
use serde_json::{Value, json};
use std::path::Path;

/// Cells of the unit's budget that its records do not give: the publication's own mistakes.
pub const OF_UNIT: [&str; 14] = [
    // Table 1 moves 101,200 元 between 人员 and 公用 and prints some amounts without decimals.
    "1/0/4 \"12,604,173\" 12,604,173.00",
    "1/0/5 \"1,744,680\" 1,744,680.34",
    "1/0/6 \"64,840,547\" 64,840,547.00",
    "1/1/4 \"2,925,857.00\" 2,824,657.00",
    "1/1/5 \"0.00\" 101,200.00",
    "1/7/4 \"20,374,181\" 20,272,981.00",
    "1/7/5 \"1,744,680\" 1,845,880.34",
    "1/7/6 \"64,840,547\" 64,840,547.00",
    // Tables 3 and 5 print 项目支出 of 2040601 that its parts do not have, and mix decimals.
    "3/2/6 \"64,840,547.00\" 0.00",
    "3/20/6 \"0\" 0.00",
    "3/21/5 \"22,118,861\" 22,118,861.34",
    "5/2/6 \"64,840,547.00\" 0.00",
    "5/20/6 \"0\" 0.00",
    "5/21/5 \"22,118,861\" 22,118,861.34",
];

/// Cells of the final account likewise: 326.71 and 326.72 are printed for one quantity.
pub const OF_ACCOUNT: [&str; 3] = ["1/7/3 \"326.71\" 326.72", "4/7/3 \"326.71\" 326.72", "4/7/4 \"326.71\" 326.72"];

/// What a table says of its heads: text, row, column, rows and columns it spans.
pub type Head = (String, usize, usize, usize, usize);

/// The tables of a publication.
pub fn facts(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("the facts");
    let facts: Value = serde_json::from_str(&text).expect("JSON");
    facts["tables"].as_array().expect("tables").clone()
}

/// A table as it stands somewhere.
pub struct Grid {
    pub heads: Vec<Head>,
    /// Rows below the heads: a spanning cell's text stands in its first place.
    pub lines: Vec<Vec<String>>,
    /// It has notes.
    pub noted: bool,
}

impl Grid {
    pub fn of_document(table: &Table) -> Grid {
        let rows = table.header.iter().enumerate();
        let cells = rows.flat_map(|(row, line)| line.cells.iter().map(move |cell| (row, cell)));
        Grid {
            heads: cells.map(|(row, c)| (plain_text(&c.inlines), row, c.column, c.rowspan, c.colspan)).collect(),
            lines: table.body.iter().map(|row| line(row, table.columns.len())).collect(),
            noted: table.notes.iter().any(|note| !note.is_empty()),
        }
    }

    /// Blanks between words are no matter of what a file says.
    pub fn of_paper(table: &PaperTable) -> Grid {
        let rows = table.rows[..table.heads].iter().enumerate();
        let cells = rows.flat_map(|(row, line)| line.cells.iter().map(move |cell| (row, cell)));
        let line = |row: usize| table.line(row).into_iter().map(unspaced).collect();
        let heads = cells.map(|(row, c)| (unspaced(&c.text), row, c.column, c.rowspan, c.colspan)).collect();
        let is_blank = |row: &usize| table.rows[*row].cells.iter().all(|cell| cell.text.is_empty());
        Grid {
            heads: without_rows(heads, (0..table.heads).filter(is_blank)),
            lines: (table.heads..table.rows.len()).map(line).collect(),
            noted: false,
        }
    }
}

pub fn unspaced(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A row as published: a spanning cell's text stands in its first place.
pub fn line(row: &Row, width: usize) -> Vec<String> {
    let mut line = vec![String::new(); width];
    row.cells.iter().for_each(|cell| line[cell.column] = plain_text(&cell.inlines));
    line
}

fn head_of(fact: &Value) -> Head {
    let number = |key: &str| fact[key].as_u64().expect("a number") as usize;
    let text = fact["text"].as_str().expect("a text").to_string();
    (text, number("row"), number("col"), number("rowspan"), number("colspan"))
}

/// Heads without the rows in which the publication prints nothing.
fn heads_of(fact: &Value) -> Vec<Head> {
    let grid = fact["header"].as_array().expect("rows");
    let heads: Vec<Head> = fact["header_cells"].as_array().expect("cells").iter().map(head_of).collect();
    let is_blank = |row: &usize| grid[*row].as_array().expect("cells").iter().all(|cell| cell == "");
    without_rows(heads, (0..grid.len()).filter(is_blank))
}

fn without_rows(mut heads: Vec<Head>, blank: impl DoubleEndedIterator<Item = usize>) -> Vec<Head> {
    for blank in blank.rev() {
        for (_, row, _, rows, _) in &mut heads {
            match (*row).cmp(&blank) {
                std::cmp::Ordering::Greater => *row -= 1,
                _ if *row + *rows > blank => *rows -= 1,
                _ => {}
            }
        }
    }
    heads
}

/// How tables stand to the facts: header cells and cells that are equal, of how many; every difference.
#[derive(Debug)]
pub struct Compared {
    pub heads: (usize, usize),
    pub cells: (usize, usize),
    pub differences: Vec<String>,
}

/// Tables in the order of the publication, with no other before or between them.
pub fn compare(tables: &[Grid], facts: &[Value]) -> Compared {
    assert!(tables.len() >= facts.len(), "{} tables of {}", tables.len(), facts.len());
    let mut all = Compared { heads: (0, 0), cells: (0, 0), differences: Vec::new() };
    for (table, fact) in tables.iter().zip(facts) {
        let no = fact["no"].to_string().replace('"', "");
        let (wanted, mine) = (heads_of(fact), &table.heads);
        all.heads.1 += wanted.len();
        all.heads.0 += wanted.iter().filter(|h| mine.contains(h)).count();
        all.differences.extend(wanted.iter().filter(|h| !mine.contains(h)).map(|h| format!("{no} 表头 {h:?}")));
        let extra = mine.iter().filter(|h| !wanted.contains(h) && !h.0.is_empty());
        all.differences.extend(extra.map(|h| format!("{no} 多了表头 {h:?}")));
        let lines: Vec<_> = table.lines.iter().filter(|l| l.iter().any(|text| !text.is_empty())).collect();
        let rows = fact["rows"].as_array().expect("rows");
        if lines.len() != rows.len() {
            all.differences.push(format!("{no} 有 {} 行，应为 {} 行", lines.len(), rows.len()));
        }
        let blank = table.lines.len() - lines.len();
        let wanted = fact["blank_rows"].as_u64().expect("a number") as usize;
        // Blank rows that fill a side are the form's own; those of an empty table are printed as published.
        if table.noted && blank != wanted {
            all.differences.push(format!("{no} 有 {blank} 个空行，应为 {wanted}"));
        }
        for (index, row) in rows.iter().enumerate() {
            for (column, cell) in row.as_array().expect("cells").iter().enumerate() {
                all.cells.1 += 1;
                let mine = lines.get(index).and_then(|line| line.get(column)).map_or("", String::as_str);
                match cell == mine {
                    true => all.cells.0 += 1,
                    false => all.differences.push(format!("{no}/{index}/{column} {cell} {mine}")),
                }
            }
        }
    }
    all
}

/// The same without blanks in any words.
pub fn unspaced_facts(facts: &[Value]) -> Vec<Value> {
    fn all(value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(unspaced(text)),
            Value::Array(items) => items.iter().map(all).collect(),
            Value::Object(items) => Value::Object(items.iter().map(|(key, value)| (key.clone(), all(value))).collect()),
            other => other.clone(),
        }
    }
    facts.iter().map(all).collect()
}

/// The tables as `tests/outside/printed_by.py` takes them: blank rows stand over the last row, where a form fills them in.
pub fn as_parts(facts: &[Value]) -> Value {
    let texts = |row: &Value| -> Vec<String> { serde_json::from_value(row.clone()).expect("texts") };
    let part = |fact: &Value| {
        let depth = fact["header"].as_array().expect("rows").len();
        let columns = texts(&fact["header"][0]).len();
        let mut rows: Vec<Vec<Value>> = vec![Vec::new(); depth];
        for (text, row, column, rowspan, colspan) in fact["header_cells"].as_array().expect("cells").iter().map(head_of)
        {
            rows[row].push(json!({ "row": row, "column": column, "rowspan": rowspan, "colspan": colspan, "text": text, "number": false }));
        }
        let mut body: Vec<Vec<String>> = fact["rows"].as_array().expect("rows").iter().map(texts).collect();
        let last = body.pop();
        let blank = fact["blank_rows"].as_u64().expect("a number") as usize;
        body.extend(vec![vec![String::new(); columns]; blank]);
        body.extend(last);
        for (at, line) in body.into_iter().enumerate() {
            let cell = |(column, text): (usize, String)| {
                let number = text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.');
                json!({ "row": depth + at, "column": column, "rowspan": 1, "colspan": 1, "text": text, "number": number })
            };
            rows.push(line.into_iter().enumerate().map(cell).collect());
        }
        let said = |key: &str| fact[key].as_str().map(str::to_owned);
        let unit = said("unit").map(|unit| format!("单位：{unit}"));
        let above: Vec<String> = said("prepared_by").into_iter().chain(unit).collect();
        json!({ "title": fact["title"], "above": above, "heads": depth, "columns": columns, "rows": rows, "notes": fact["notes"] })
    };
    facts.iter().map(part).collect()
}
