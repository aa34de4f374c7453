//! A file without pages (DOCX, workbook, HTML): which of its lines stand over a table, which rows of a table are lines over or
//! below it, where one table ends and another begins, and which goes on with the one before.

use super::arrange::{
    heads, is_form_number, is_head_like, is_title, is_unit, number_of, numbers, repeated, says_nothing, without_goes_on,
};
use super::{PaperCell, PaperRow, PaperTable, PaperText, Part, Spot, is_note};

/// Lines that a title, its number, the department and the unit take at most.
const OVER: usize = 5;
/// What lines over a table begin with: 单位：万元, 编制部门：…, 预算年度：2023; a head may speak of its unit within.
const BEGINS: [&str; 7] = ["单位", "金额单位", "编制", "部门", "预算年度", "年度", "填报"];
/// What lines below a table begin with that say who made it.
const SIGNS: [&str; 12] = [
    "填表人",
    "填报人",
    "制表",
    "单位负责人",
    "部门负责人",
    "财务负责人",
    "分管负责人",
    "负责人",
    "审核人",
    "复核人",
    "经办人",
    "联系电话",
];

/// What a reader found, in its order.
pub(super) enum Piece {
    /// A heading or a paragraph.
    Text(PaperText),
    /// Rows of cells.
    Rows(Rows),
    /// A sheet begins, of this name.
    Sheet(String),
}

/// A table as it stands in the file.
pub(super) struct Rows {
    pub(super) rows: Vec<PaperRow>,
    /// How many rows it says are heads; 0: it does not say.
    pub(super) heads: usize,
    pub(super) spot: Spot,
}

/// A document's parts, from its pieces.
pub(super) fn arrange(pieces: Vec<Piece>) -> Vec<Part> {
    let mut flow = Flow::default();
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Text(text) => flow.waiting.push(text),
            Piece::Sheet(name) => {
                flow.waiting_is_text();
                flow.sheet = Some(name);
                flow.blank = 0;
                flow.begins_sheet = true;
            }
            Piece::Rows(table) if is_over_another(&table.rows, matches!(pieces.peek(), Some(Piece::Rows(_)))) => {
                let spot = table.spot;
                flow.waiting.extend(texts_of(&table.rows).map(|text| PaperText { text, level: 0, spot }));
            }
            Piece::Rows(table) => {
                for one in parted(table) {
                    flow.table(one);
                    flow.begins_sheet = false;
                }
            }
        }
    }
    flow.waiting_is_text();
    flow.parts
}

#[derive(Default)]
struct Flow {
    parts: Vec<Part>,
    /// Texts since the last table.
    waiting: Vec<PaperText>,
    sheet: Option<String>,
    /// Nothing of the sheet was read yet.
    begins_sheet: bool,
    /// Blank columns at the left of the last table.
    blank: usize,
}

impl Flow {
    fn waiting_is_text(&mut self) {
        self.parts.extend(self.waiting.drain(..).map(Part::Text));
    }

    fn table(&mut self, Rows { mut rows, heads: said, spot }: Rows) {
        let lifted = rows_over(&rows, self.sheet.is_some()).min(rows.len().saturating_sub(1));
        let lifted: Vec<PaperRow> = rows.drain(..lifted).collect();
        let from = self.waiting.len() - over(&self.waiting);
        let lines: Vec<String> = self.waiting.split_off(from).into_iter().map(|line| line.text).collect();
        self.waiting_is_text();
        let lines: Vec<String> = lines.into_iter().chain(texts_of(&lifted)).collect();
        let notes = take_notes(&mut rows);
        rows.retain(|row| !row.cells.is_empty());
        let columns = self.cropped(&mut rows);
        if rows.is_empty() {
            self.parts.extend(notes.into_iter().map(Part::Text));
            return;
        }
        let heads = match said.saturating_sub(lifted.len()) {
            0 => heads(&rows),
            said => said.min(rows.len()),
        };
        let (title, above, of_sheet) = self.titled(lines);
        let table = PaperTable { title, above, columns, heads, rows, spot, of_sheet };
        if let Some(again) = self.goes_on(&table)
            && let Some(Part::Table(before)) = self.parts.last_mut()
        {
            before.rows.extend(table.rows.into_iter().skip(again));
        } else {
            self.parts.push(Part::Table(table));
        }
        self.waiting.extend(notes);
    }

    /// Takes the columns at the left in which no row says anything, of a sheet those at the right too: how wide that is, it
    /// does not say. How many are left.
    fn cropped(&mut self, rows: &mut [PaperRow]) -> usize {
        let all = rows.iter().flat_map(|row| &row.cells).map(|cell| cell.column + cell.colspan).max().unwrap_or(0);
        let end =
            filled(rows).map(|cell| cell.column + cell.colspan).max().filter(|_| self.sheet.is_some()).unwrap_or(all);
        let first = filled(rows).map(|cell| cell.column).min().unwrap_or(0);
        // Rows without heads go on with others, whose blank columns these have.
        let has_heads = rows.first().is_some_and(|row| !numbers(row).contains(&true));
        let first = if has_heads { first } else { first.min(self.blank) };
        self.blank = first;
        let count = rows.len();
        for (at, row) in rows.iter_mut().enumerate() {
            row.cells.retain(|cell| cell.column < end && cell.column + cell.colspan > first);
            for PaperCell { column, colspan, rowspan, .. } in &mut row.cells {
                let last = (*column + *colspan).min(end);
                *column = column.saturating_sub(first);
                *colspan = last - first - *column;
                *rowspan = (*rowspan).min(count - at);
            }
        }
        end - first
    }

    /// Which of the lines over a table is its title; where none is worded as one, the name of its sheet may be.
    fn titled(&self, mut lines: Vec<String>) -> (String, Vec<String>, bool) {
        let could = |text: &String| !is_unit(text) && !is_form_number(text) && !says_whose(text) && !is_below(text);
        let worded = lines.iter().rposition(|text| could(text) && is_title(text));
        let sheet = self.sheet.as_deref().unwrap_or_default();
        let named = worded.or_else(|| lines.iter().rposition(could).filter(|_| !self.begins_sheet || !is_title(sheet)));
        match named {
            Some(at) => (lines.remove(at), lines, false),
            None if self.begins_sheet => (sheet.to_owned(), lines, true),
            None => (String::new(), lines, false),
        }
    }

    /// Whether a table goes on with the one before it: no other title, the same columns, and its heads once more or none. Some:
    /// so many of its rows are heads that were there.
    fn goes_on(&self, table: &PaperTable) -> Option<usize> {
        let Some(Part::Table(before)) = self.parts.last() else { return None };
        let title = without_goes_on(&table.title);
        let says_so = title.len() < table.title.len();
        let is_named = says_so && (title.is_empty() || plain(title) == plain(without_goes_on(&before.title)));
        let is_narrower = self.sheet.is_some() && table.columns < before.columns;
        if table.columns != before.columns && !is_narrower
            || !is_named && (!table.title.is_empty() || self.begins_sheet)
        {
            return None;
        }
        let again = repeated(before, &table.rows);
        if again > 0 && again >= before.heads {
            return Some(again);
        }
        let first = table.rows.first()?;
        let is_data = if is_named { !is_head_like(first) } else { has_amount(first) };
        (again == 0 && is_data).then_some(0)
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn texts_of(rows: &[PaperRow]) -> impl Iterator<Item = String> {
    rows.iter().flat_map(|row| &row.cells).map(|cell| cell.text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn texts(row: &PaperRow) -> Vec<&str> {
    row.cells.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty()).collect()
}

/// A row has an amount with decimals.
fn has_amount(row: &PaperRow) -> bool {
    let is_amount = |text: &&str| text.contains('.') && text.replace([',', '，'], "").parse::<f64>().is_ok();
    texts(row).iter().any(is_amount)
}

/// How many of the paragraphs before a table stand over it.
fn over(before: &[PaperText]) -> usize {
    let could = |text: &&PaperText| {
        let words = text.text.as_str();
        let is_numbered = number_of(words).is_some() && !without_goes_on(words).ends_with('表');
        words.chars().count() <= 60 && (is_unit(words) || !words.ends_with(['。', '：', '；', '，']) && !is_numbered)
    };
    let near: Vec<&PaperText> = before.iter().rev().take(OVER).take_while(could).collect();
    let says = |text: &&PaperText| {
        let text = text.text.as_str();
        let is_over = is_title(text) || is_unit(text) || is_form_number(text) || without_goes_on(text).is_empty();
        is_over && !is_below(text)
    };
    near.iter().rposition(says).map_or(0, |last| last + 1)
}

/// 单位：万元, 编制部门：…
fn says_whose(text: &str) -> bool {
    BEGINS.iter().any(|begin| text.starts_with(begin)) && (text.contains(['：', ':']) || is_unit(text))
}

/// `（2026年度）`.
fn is_year(text: &str) -> bool {
    let plain = plain(text);
    let year = plain.trim_start_matches(['（', '(']).trim_end_matches(['）', ')', '度']);
    year.strip_suffix('年').is_some_and(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
}

/// A note, or who made the table.
fn is_below(text: &str) -> bool {
    let signs = || SIGNS.iter().filter_map(|sign| plain(text).strip_prefix(sign).map(str::to_owned)).next();
    is_note(text)
        || signs()
            .is_some_and(|rest| rest.trim_start_matches(['人', '（', '签', '章', '字', '）']).starts_with(['：', ':']))
}

/// Whether a table is only what stands over the next: one row that spreads 部门 and 单位 over the width, or lines of a title.
fn is_over_another(rows: &[PaperRow], followed: bool) -> bool {
    let all: Vec<String> = texts_of(rows).collect();
    let is_one = rows.len() == 1 && all.len() <= 4;
    let are_lines = rows.len() <= OVER && rows_over(rows, false) == rows.len();
    !all.is_empty() && (is_one || are_lines) && (followed || all.iter().any(|text| is_unit(text)))
}

/// How many rows at the top of a table are lines over it: its title, its number, whose it is, the unit. `of_sheet`: any words
/// alone in their row may be.
pub(super) fn rows_over(rows: &[PaperRow], of_sheet: bool) -> usize {
    let first = filled(rows).map(|cell| cell.column).min().unwrap_or(0);
    let columns = filled(rows).map(|cell| cell.column + cell.colspan).max().unwrap_or(0) - first;
    let (mut over, mut lines, mut has_unit) = (0, 0, false);
    for (at, row) in rows.iter().enumerate() {
        let texts = texts(row);
        if texts.is_empty() {
            continue;
        }
        lines += 1;
        let cell = row.cells.iter().find(|cell| !cell.text.trim().is_empty());
        let Some(cell) = cell.filter(|cell| lines <= OVER && cell.rowspan == 1) else { break };
        let says = texts.len() <= 3 && texts.iter().any(|text| says_whose(text));
        let is_alone = texts.len() == 1 && columns > 1;
        let (text, is_first) = (texts[0], cell.column == first);
        let is_wide = cell.colspan > 1 && cell.colspan * 2 > columns;
        // Below the unit words over the width may be a head.
        let could = !has_unit && number_of(text).is_none();
        let is_line = says
            || is_alone && (is_unit(text) || is_form_number(text) || is_year(text))
            || is_alone && is_first && is_title(text) && (is_wide || !has_unit || cell.colspan == 1)
            || is_alone && could && of_sheet;
        // Other words alone in their row are a line where one that is known for it follows.
        if is_line {
            over = at + 1;
        } else if !(is_alone && could && (cell.colspan == 1 || is_wide && is_first)) {
            break;
        }
        has_unit |= texts.iter().any(|text| is_unit(text));
    }
    over + rows[over..].iter().take_while(|row| over > 0 && says_nothing(row)).count()
}

/// Takes the rows at the end of a table that are notes to it, or say who made it; what follows such a row in one cell is
/// more of it.
pub(super) fn take_notes(rows: &mut Vec<PaperRow>) -> Vec<PaperText> {
    let is_note = |row: &PaperRow| {
        let texts = texts(row);
        let all = texts.iter().all(|text| is_below(text) || text.starts_with("日期") || text.ends_with('日'));
        texts.len() <= 6 && texts.first().is_some_and(|text| is_below(text)) && (texts.len() == 1 || all)
    };
    let mut first = rows.len();
    for at in (1..rows.len()).rev() {
        match (is_note(&rows[at]), texts(&rows[at]).len()) {
            (true, _) => first = at,
            (false, 0 | 1) => {}
            _ => break,
        }
    }
    let notes = rows.split_off(first);
    if !notes.is_empty() {
        let kept = rows.iter().rposition(|row| !says_nothing(row)).map_or(0, |last| last + 1);
        rows.truncate(kept);
    }
    let notes = notes.into_iter().flat_map(|row| row.cells).filter(|cell| !cell.text.trim().is_empty());
    notes.map(|cell| PaperText { text: cell.text, level: 0, spot: Spot { of_table: true, ..cell.spot } }).collect()
}

/// The tables that stand one below the other in one: a title or a unit of its own begins another.
fn parted(table: Rows) -> Vec<Rows> {
    let Rows { mut rows, heads, spot } = table;
    let mut from = Vec::new();
    let mut at = 1 + rows_over(&rows, false);
    while at + 2 < rows.len() {
        let over = begins_another(&rows, at);
        if over > 0 {
            from.push(at);
        }
        at += over.max(1);
    }
    let mut parts = Vec::new();
    for at in from.into_iter().rev() {
        let below = rows.split_off(at);
        let first = below.iter().flat_map(|row| &row.cells).next().map_or(0, |cell| cell.spot.row);
        parts.push(Rows { rows: below, heads: 0, spot: Spot { row: first, ..spot } });
    }
    parts.push(Rows { rows, heads, spot });
    parts.reverse();
    parts
}

/// How many rows from one on are lines over another table; 0: none begins there.
fn begins_another(rows: &[PaperRow], at: usize) -> usize {
    if says_nothing(&rows[at]) || texts(&rows[at]).len() > 3 {
        return 0;
    }
    let over = rows_over(&rows[at..rows.len().min(at + 2 * OVER)], false);
    let lines = || rows[at..at + over].iter().flat_map(texts);
    let is_apart = says_nothing(&rows[at - 1]) || texts(&rows[at - 1]).first().is_some_and(|text| is_below(text));
    let says_so = |text: &str| text.starts_with("续表") || text.ends_with(['表', '）', ')']);
    let goes_on = lines().any(|text| says_so(text) && without_goes_on(text).len() < text.len());
    let named = || is_apart && lines().any(|text| is_title(text) && text.contains('表'));
    let says = goes_on || lines().any(is_unit) || named();
    let is_followed = rows.get(at + over).is_some_and(|row| goes_on || is_head_like(row)) && at + over + 1 < rows.len();
    if over > 0 && says && is_followed { over } else { 0 }
}

fn filled(rows: &[PaperRow]) -> impl Iterator<Item = &PaperCell> {
    rows.iter().flat_map(|row| &row.cells).filter(|cell| !cell.text.trim().is_empty())
}
