//! Pages become one text: what repeats on each is left out, tables go on over pages, lines become paragraphs.

use super::as_folder::department;
use super::figure;
use super::grid::{Grid, Grids, grids};
use super::lines::{Line, joined, lines_of};
use super::pdf::Ink;
use super::unpaged::{rows_over, take_notes};
use super::unruled;
use super::{PaperCell, PaperRow, PaperTable, PaperText, Part, Spot};
use std::collections::{BTreeMap, HashMap};

/// What stands on a page.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// From 1.
    pub page: u32,
    width: f32,
    height: f32,
    tables: Vec<Grid>,
    lines: Vec<Line>,
    /// Its rules were too many to be read.
    pub crowded: bool,
    /// Charts, whose words are not read.
    pub charts: usize,
}

/// A page's tables and lines.
pub fn arrange_page(page: u32, ink: Ink) -> Sheet {
    let Grids { mut tables, outside, crowded } = grids(&ink, page);
    let mut lines = lines_of(outside);
    let charts = figure::leave_out(&ink, &mut tables, &mut lines);
    Sheet { page, width: ink.width, height: ink.height, tables, lines, crowded, charts }
}

/// Takes the tables without ruled columns out of the lines of pages. The pages that had some.
pub fn leave_out_unruled(pages: &mut [Sheet]) -> Vec<u32> {
    let with_some = unruled::leave_out(pages.iter_mut().map(|page| &mut page.lines));
    with_some.into_iter().map(|at| pages[at].page).collect()
}

/// A document's parts, from its pages.
pub fn arrange(mut pages: Vec<Sheet>) -> Vec<Part> {
    leave_out_running(&mut pages);
    let measure = Measure::of(&pages);
    let mut flow = Flow { measure, parts: Vec::new(), edges: None, last: None };
    for page in pages {
        flow.page(page);
    }
    // Notes in the last rows of a table stand below it.
    let with_notes = |part| match part {
        Part::Table(mut table) => {
            let notes = take_notes(&mut table.rows);
            [Part::Table(table)].into_iter().chain(notes.into_iter().map(Part::Text)).collect()
        }
        text => vec![text],
    };
    flow.parts.into_iter().flat_map(with_notes).collect()
}

// ------------------------------------------------------------------------------------------------- what repeats on pages

/// Takes out page numbers and heads that run over pages.
fn leave_out_running(pages: &mut [Sheet]) {
    // At the same height on three pages or more, digits aside: nothing else repeats so.
    let key = |sheet: &Sheet, line: &Line| {
        let words: String = line.text.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect();
        ((line.y / 3.0).round() as i32, sheet.width as i32, words)
    };
    let is_at_edge = |sheet: &Sheet, line: &Line| {
        let of_tables = sheet.tables.iter().flat_map(|grid| [grid.ys[0], grid.ys[grid.ys.len() - 1]]);
        let of_lines = sheet.lines.iter().map(|line| line.y);
        let (mut above, mut below) = (0, 0);
        for y in of_tables.chain(of_lines) {
            above += usize::from(y < line.y - 1.0);
            below += usize::from(y > line.y + 1.0);
        }
        (above < 2 && line.y < sheet.height * 0.2, below < 2 && line.y > sheet.height * 0.8)
    };
    let mut seen: HashMap<(i32, i32, String), usize> = HashMap::new();
    for sheet in pages.iter() {
        for line in &sheet.lines {
            let (top, bottom) = is_at_edge(sheet, line);
            if top || bottom {
                *seen.entry(key(sheet, line)).or_default() += 1;
            }
        }
    }
    let enough = if pages.len() > 3 { 3 } else { 2 };
    for sheet in pages.iter_mut() {
        let whole = sheet.clone();
        sheet.lines.retain(|line| {
            let (top, bottom) = is_at_edge(&whole, line);
            let repeats = seen.get(&key(&whole, line)).copied().unwrap_or(0) >= enough;
            // A title that stands over each of several tables is theirs.
            let is_title = top
                && !whole.tables.is_empty()
                && !line.text.chars().any(|c| c.is_ascii_digit())
                && line.text.contains('表');
            // So are its unit and the line that says whose it is.
            let is_over = line.text.contains("单位") || !whole.tables.is_empty() && says_whose(&line.text);
            !((top || bottom) && (is_page_number(&line.text) || repeats && !is_title && !is_over))
        });
    }
}

/// `12`, `- 12 -`, `— 12 —`, `第 12 页`, `第12页 共30页`, `12/30`, `iv`.
fn is_page_number(text: &str) -> bool {
    let words: String = text.chars().filter(|c| !c.is_whitespace() && !"-—–－·~".contains(*c)).collect();
    let digits = |text: &str| !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    let roman = words.len() <= 6 && !words.is_empty() && words.bytes().all(|b| b"ivxlIVXL".contains(&b));
    let of = |text: &str| {
        let text = text.trim_start_matches(['第', '，', '/']).trim_start_matches("Page").trim_start_matches("共");
        text.trim_end_matches('页').to_owned()
    };
    let parts: Vec<String> = match words.split_once('页').filter(|(_, rest)| !rest.is_empty()) {
        Some((one, other)) => vec![of(one), of(other)],
        None => words.split('/').map(of).collect(),
    };
    roman || parts.len() <= 2 && parts.iter().all(|part| digits(part))
}

// ------------------------------------------------------------------------------------------------------ lines to paragraphs

/// What prose looks like in a document.
struct Measure {
    /// The size of most of its characters.
    body: f32,
    /// The face of most of its characters.
    face: u32,
    /// Numbered lines are told from the text by their face.
    faces_tell: bool,
    /// Left and right ends of its lines, for each width of page.
    ends: BTreeMap<i32, (f32, f32)>,
}

impl Measure {
    fn of(pages: &[Sheet]) -> Measure {
        let mut sizes: BTreeMap<i32, usize> = BTreeMap::new();
        for line in pages.iter().flat_map(|sheet| &sheet.lines) {
            *sizes.entry((line.size * 4.0).round() as i32).or_default() += line.text.chars().count();
        }
        let body = sizes.iter().max_by_key(|(_, count)| **count).map_or(12.0, |(size, _)| *size as f32 / 4.0);
        let mut faces: BTreeMap<u32, usize> = BTreeMap::new();
        for line in pages.iter().flat_map(|sheet| &sheet.lines) {
            *faces.entry(line.face).or_default() += line.text.chars().count();
        }
        let face = faces.iter().max_by_key(|(_, count)| **count).map_or(0, |(face, _)| *face);
        let numbered = |line: &&Line| number_of(&line.text).is_some_and(|level| level < 4);
        let faces_tell = pages.iter().flat_map(|sheet| &sheet.lines).filter(numbered).any(|line| line.face != face);
        let mut of_width: BTreeMap<i32, (Vec<f32>, Vec<f32>)> = BTreeMap::new();
        for sheet in pages {
            let of_body = sheet.lines.iter().filter(|line| (line.size - body).abs() < body * 0.12);
            let (lefts, rights) = of_width.entry(sheet.width as i32).or_default();
            for line in of_body {
                lefts.push(line.left);
                rights.push(line.right);
            }
        }
        let ends = |(width, (mut lefts, mut rights)): (i32, (Vec<f32>, Vec<f32>))| {
            lefts.sort_by(f32::total_cmp);
            rights.sort_by(f32::total_cmp);
            // One line in fifty may stand out.
            let odd = lefts.len() / 50;
            let left = lefts.get(odd).copied().unwrap_or(0.0);
            let right = rights.len().checked_sub(odd + 1).map_or(f32::MAX, |last| rights[last]);
            (width, (left, right))
        };
        Measure { body, face, faces_tell, ends: of_width.into_iter().map(ends).collect() }
    }
}

impl Measure {
    /// The level of a text as a heading, by its number, size, face and place; 0: it is none.
    fn level(&self, text: &str, line: &Line, middle: f32) -> u8 {
        let short = text.chars().count() <= 45 && !text.ends_with(['。', '；', '，']) && !text.contains('。');
        let stands_out = line.face != self.face || line.size > self.body * 1.1;
        let in_middle = (line.left + line.right - middle).abs() < 12.0;
        match number_of(text) {
            _ if !short => 0,
            Some(level) if level < 4 && (stands_out || !self.faces_tell && !text.ends_with('：')) => level,
            Some(4) if line.size > self.body * 1.1 => 4,
            None if line.size > self.body * 1.15 || stands_out && in_middle => 1,
            _ => 0,
        }
    }
}

/// The end of the last line that was read.
struct Last {
    line: Line,
    page: u32,
    /// Right end of the lines of its page.
    right: f32,
    /// Twice the middle of its page.
    middle: f32,
}

struct Flow {
    measure: Measure,
    parts: Vec<Part>,
    /// Edges of the columns of the last part, where it is a table.
    edges: Option<Vec<f32>>,
    last: Option<Last>,
}

impl Flow {
    fn page(&mut self, sheet: Sheet) {
        let mut tables = sheet.tables.into_iter().peekable();
        let mut waiting: Vec<Line> = Vec::new();
        for line in sheet.lines {
            while let Some(grid) = tables.next_if(|grid| grid.ys[0] < line.y - line.size * 0.3) {
                self.table(grid, std::mem::take(&mut waiting), sheet.page, sheet.width);
            }
            waiting.push(line);
        }
        for grid in tables {
            self.table(grid, std::mem::take(&mut waiting), sheet.page, sheet.width);
        }
        self.prose(waiting, sheet.page, sheet.width);
    }

    fn prose(&mut self, lines: Vec<Line>, page: u32, width: f32) {
        let (left, right) = self.measure.ends.get(&(width as i32)).copied().unwrap_or((0.0, f32::MAX));
        for line in lines {
            if is_of_contents(&line.text) {
                self.last = None;
                continue;
            }
            let spot = spot(&line, page);
            if self.goes_on(&line, page, left) {
                if let Some(Part::Text(text)) = self.parts.last_mut() {
                    text.text = joined(std::mem::take(&mut text.text), &line.text);
                    text.spot = text.spot.around(spot);
                }
            } else {
                self.close();
                self.parts.push(Part::Text(PaperText { text: line.text.clone(), level: 0, spot }));
            }
            self.edges = None;
            self.last = Some(Last { line, page, right, middle: width });
        }
        self.close();
    }

    /// Whether a line goes on where the one before it had no more room.
    fn goes_on(&self, line: &Line, page: u32, left: f32) -> bool {
        let Some(Last { line: before, page: page_before, right, .. }) = &self.last else { return false };
        if !matches!(self.parts.last(), Some(Part::Text(_))) {
            return false;
        }
        let same_size = (before.size - line.size).abs() < 0.12 * before.size;
        let near = page != *page_before || line.y - before.y < 2.8 * before.size;
        if line.size > self.measure.body * 1.3 && same_size && page == *page_before {
            // A title over several lines.
            let is_date = line.text.ends_with('日');
            return line.y - before.y < 2.2 * line.size
                && centred(before, line)
                && number_of(&line.text).is_none()
                && !is_date;
        }
        let indented = line.left - left > 0.9 * line.size;
        let full = before.right + line.first + 0.3 * before.size > *right;
        let is_note = ["注：", "注:", "备注", "说明："].iter().any(|note| line.text.starts_with(note));
        let begins_anew = before.text.ends_with(['。', '：', '；']) && (number_of(&line.text).is_some() || is_note);
        same_size && near && !indented && full && !begins_anew
    }

    /// Whether the last text is a heading, now that it is whole.
    fn close(&mut self) {
        let Some(Part::Text(text)) = self.parts.last_mut() else { return };
        let Some(last) = &self.last else { return };
        text.level = self.measure.level(&text.text, &last.line, last.middle);
    }

    fn table(&mut self, mut grid: Grid, lines: Vec<Line>, page: u32, width: f32) {
        let middle = grid.xs[0] + grid.xs[grid.xs.len() - 1];
        let (mut prose, mut over) = over_table(lines, self.measure.body, middle);
        let named = title(&over);
        // What stands above the title is not the table's, but for its number.
        let is_numbered = named.start > 0 && is_form_number(&over[named.start - 1].text);
        let first = named.start - usize::from(is_numbered);
        let mut title = over[named].iter().fold(String::new(), |text, line| joined(text, &line.text));
        prose.extend(over.drain(..first));
        let mut above: Vec<String> = over.iter().filter(|line| !title.contains(&line.text)).flat_map(pieces).collect();
        // Its first rows may be its title and its unit.
        let lifted = rows_over(&grid.rows, false).min(grid.rows.len() - 1);
        let lifted = grid.rows.drain(..lifted).flat_map(|row| row.cells).map(|cell| cell.text.trim().to_owned());
        let mut lifted: Vec<String> = lifted.collect();
        let worded = lifted.iter().rposition(|text| is_title(text) && !is_unit(text) && !says_whose(text));
        if let Some(worded) = worded {
            above.insert(0, std::mem::replace(&mut title, lifted.remove(worded)));
        }
        above.extend(lifted);
        above.retain(|text| !text.is_empty());
        let at_top = prose.is_empty();
        self.prose(prose, page, width);
        let goes_on = at_top && self.continues(&grid, &title);
        let Grid { mut xs, ys, mut rows } = grid;
        let spot = Spot {
            page,
            left: xs[0],
            top: ys[0],
            right: xs[xs.len() - 1],
            bottom: ys[ys.len() - 1],
            ..Spot::default()
        };
        match self.parts.last_mut() {
            Some(Part::Table(table)) if goes_on => {
                // Rows of one page may be parted where those of another are not.
                let edges = self.edges.take().unwrap_or_default();
                let all = united(&edges, &xs);
                spread(&mut table.rows, &edges, &all);
                spread(&mut rows, &xs, &all);
                table.columns = all.len() - 1;
                xs = all;
                let again = repeated(table, &rows);
                table.rows.extend(rows.into_iter().skip(again));
            }
            _ => {
                let columns = xs.len() - 1;
                let heads = heads(&rows);
                self.parts.push(Part::Table(PaperTable { title, above, columns, heads, rows, spot, of_sheet: false }));
            }
        }
        self.edges = Some(xs);
        self.last = None;
    }

    /// Whether a grid at the top of a page goes on with the table before it: the same columns, and no title of its own.
    fn continues(&self, grid: &Grid, title: &str) -> bool {
        let Some(Part::Table(table)) = self.parts.last() else { return false };
        let Some(edges) = &self.edges else { return false };
        let shift = edges[0] - grid.xs[0];
        let moved: Vec<f32> = grid.xs.iter().map(|x| x + shift).collect();
        let within = |some: &[f32], all: &[f32]| some.iter().all(|x| all.iter().any(|other| (x - other).abs() < EDGE));
        let same_width = (edges[edges.len() - 1] - moved[moved.len() - 1]).abs() < EDGE;
        let same = same_width && (within(edges, &moved) || within(&moved, edges));
        let plain = |text: &str| -> String { without_goes_on(text).chars().filter(|c| !c.is_whitespace()).collect() };
        same && (title.is_empty() || plain(title).is_empty() || plain(title) == plain(&table.title))
    }
}

/// Whether two lines have one middle.
fn centred(one: &Line, other: &Line) -> bool {
    (one.left + one.right - other.left - other.right).abs() < 8.0
}

fn spot(line: &Line, page: u32) -> Spot {
    Spot {
        page,
        left: line.left,
        top: line.y - line.size * 0.88,
        right: line.right,
        bottom: line.y + line.size * 0.12,
        ..Spot::default()
    }
}

/// Edges of columns on two pages that are one, in points.
const EDGE: f32 = 4.0;

/// The edges of a table that goes on over a page, from the left: those of both.
fn united(edges: &[f32], others: &[f32]) -> Vec<f32> {
    let shift = edges[0] - others[0];
    let new = others.iter().map(|x| x + shift).filter(|x| edges.iter().all(|edge| (edge - x).abs() >= EDGE));
    let mut all: Vec<f32> = edges.iter().copied().chain(new).collect();
    all.sort_by(f32::total_cmp);
    all
}

/// Cells of a grid of some edges as cells of one that has more.
fn spread(rows: &mut [PaperRow], edges: &[f32], all: &[f32]) {
    if edges.len() == all.len() {
        return;
    }
    let shift = all[0] - edges[0];
    let nearest = |x: f32| {
        let after = all.partition_point(|edge| *edge < x + shift);
        let near = [after.wrapping_sub(1), after].into_iter().filter(|at| *at < all.len());
        near.min_by(|&a, &b| (all[a] - x - shift).abs().total_cmp(&(all[b] - x - shift).abs())).unwrap_or(0)
    };
    for cell in rows.iter_mut().flat_map(|row| &mut row.cells) {
        let (from, to) = (nearest(edges[cell.column]), nearest(edges[cell.column + cell.colspan]));
        (cell.column, cell.colspan) = (from, to.max(from + 1) - from);
    }
}

/// How many rows at the top of a page are the table's heads once more.
pub(super) fn repeated(table: &PaperTable, rows: &[PaperRow]) -> usize {
    let same = |one: &PaperRow, other: &PaperRow| {
        let text = |cell: &PaperCell| (cell.column, cell.text.split_whitespace().collect::<String>());
        one.cells.iter().map(text).eq(other.cells.iter().map(text))
    };
    let from = |at: usize| table.rows[at..].iter().zip(rows).take_while(|(one, other)| same(one, other)).count();
    let again = from(0);
    if again > 0 && again >= table.heads {
        // One data row that is the same by chance is no head.
        return again.min(table.heads);
    }
    // Heads that stand below the first rows, as in forms.
    let says = |row: &PaperRow| row.cells.len() > 2 && row.cells.iter().all(|cell| !cell.text.is_empty());
    let is_head = |at: &usize| says(&table.rows[*at]) && from(*at) > 0;
    (1..table.rows.len().min(6)).find(is_head).map_or(0, |_| 1)
}

/// A title without what says that its table goes on: 续表, （续）, 续表1.
pub(super) fn without_goes_on(title: &str) -> &str {
    let title = title.trim();
    let title = match title.strip_prefix("续表") {
        Some(rest) => {
            let rest = rest.trim_start_matches(['：', ':', ' ']);
            let numbers = |c: char| c.is_ascii_digit() || "一二三四五六七八九十（）()".contains(c);
            if rest.chars().all(numbers) { "" } else { rest }
        }
        None => title,
    };
    let mut ends = ["（续表）", "(续表)", "（续）", "(续)", "续表", "续"].iter();
    ends.find_map(|end| title.strip_suffix(end)).unwrap_or(title).trim_end()
}

/// How many rows at the top are heads: as far as the spans of heads reach, and the row of column numbers.
pub(super) fn heads(rows: &[PaperRow]) -> usize {
    let mut heads = usize::from(!rows.is_empty());
    let mut row = 0;
    while row < heads {
        let cells = &rows[row].cells;
        let deepest = cells.iter().map(|cell| cell.rowspan).max().unwrap_or(1);
        // A head over several columns has heads below it.
        let spans = cells.iter().any(|cell| cell.colspan > 1);
        let over_several = row == 0 && cells.len() > 1 && spans || spans && is_over_heads(&rows[row + 1..]);
        // Some print a row of heads without a word in it.
        let next = || 1 + rows[row + 1..].iter().take_while(|row| says_nothing(row)).count();
        heads = heads.max(row + deepest).max(if over_several { row + next() + 1 } else { 1 }).min(rows.len());
        row += 1;
    }
    let is_numbering = |row: &PaperRow| {
        let texts: Vec<&str> = row.cells.iter().map(|c| c.text.as_str()).filter(|text| !text.is_empty()).collect();
        texts.first().is_some_and(|text| *text == "栏次" || *text == "1")
            && texts.len() > 1
            && texts.iter().skip(1).all(|text| {
                text.chars().count() <= 16 && text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains('.')
            })
    };
    if rows.get(heads).is_some_and(is_numbering) {
        heads += 1;
    }
    heads
}

/// Whether rows begin with one of words alone and end in nameless figures: under a head over several columns that is a head.
fn is_over_heads(rows: &[PaperRow]) -> bool {
    let is_wide = |row: &PaperRow| row.cells.last().is_some_and(|cell| cell.column + cell.colspan > 2);
    let of_figures = |row: &PaperRow| numbers(row).len() > 1 && numbers(row).iter().all(|is| *is) && is_wide(row);
    let mut said = rows.iter().filter(|row| !says_nothing(row));
    said.next().is_some_and(is_head_like) && said.next_back().is_some_and(of_figures)
}

/// Whether a row is of several words and no number, as heads are.
pub(super) fn is_head_like(row: &PaperRow) -> bool {
    numbers(row).len() > 1 && !numbers(row).iter().any(|is| *is)
}

/// For each cell of a row that says something, whether it is a number.
pub(super) fn numbers(row: &PaperRow) -> Vec<bool> {
    let texts = row.cells.iter().map(|cell| cell.text.trim().replace(',', ""));
    texts.filter(|text| !text.is_empty()).map(|text| text.parse::<f64>().is_ok()).collect()
}

pub(super) fn says_nothing(row: &PaperRow) -> bool {
    row.cells.iter().all(|cell| cell.text.trim().is_empty())
}

/// Lines before a table: those of the prose, and those that stand over it. `middle`: twice the middle of the table.
fn over_table(mut lines: Vec<Line>, body: f32, middle: f32) -> (Vec<Line>, Vec<Line>) {
    let in_middle = |line: &Line| (line.left + line.right - middle).abs() < 16.0 && line.text.chars().count() <= 40;
    let is_over = |line: &Line| {
        let text = line.text.trim();
        let short = text.chars().count() <= 60;
        let is_numbered = number_of(text).is_some() && !without_goes_on(text).ends_with('表');
        short && !text.ends_with(['。', '：', '；', '，']) && !is_numbered && !is_of_contents(text)
            || is_unit(text) && short
            || line.size > body * 1.6 && short
    };
    let from = lines.iter().rposition(|line| !is_over(line)).map_or(0, |last| last + 1);
    // A title, its number, the department and the unit: no table has more over it.
    let from = from.max(lines.len().saturating_sub(5));
    let mut over = lines.split_off(from);
    // What ends a paragraph is not over a table: nothing there is called a table.
    let says_title =
        |line: &Line| is_title(&line.text) || is_unit(&line.text) || line.size > body * 1.15 || in_middle(line);
    let first = over.iter().position(says_title).unwrap_or(over.len());
    let with_number = first > 0 && is_form_number(&over[first - 1].text);
    let rest = over.split_off(first - usize::from(with_number));
    lines.extend(over);
    let mut over = rest;
    // A title of several lines may begin with a number.
    let begins_it = |(before, first): (&Line, &Line)| {
        let same = (before.size - first.size).abs() < 0.5 && centred(before, first);
        let near = first.y - before.y < 2.2 * first.size;
        same && near && is_title(&first.text) && !before.text.ends_with(['。', '：', '；'])
    };
    while lines.last().zip(over.first()).is_some_and(begins_it) {
        over.splice(0..0, lines.pop());
    }
    (lines, over)
}

pub(super) fn is_unit(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    plain.contains("单位：") || plain.contains("单位:") || plain.contains("金额单位")
}

/// `编制部门：上海市普陀区司法局`.
fn says_whose(text: &str) -> bool {
    department(text).is_some()
}

/// `表1`, `附件1`, `公开01表`.
pub(super) fn is_form_number(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    plain.chars().count() <= 8
        && plain.chars().any(|c| c.is_ascii_digit())
        && (plain.contains('表') || plain.contains("附件"))
}

pub(super) fn is_title(text: &str) -> bool {
    let plain = without_goes_on(text).trim_end_matches(['）', ')', ' ']);
    text.contains('表') && !is_form_number(text)
        || plain.ends_with("情况")
        || plain.ends_with("构成")
        || plain.ends_with("目标")
        || plain.ends_with("预算")
}

/// Which lines over a table are its title: the lowest that is worded as one, else the largest that is no unit and no form
/// number; with the lines of its size around it.
fn title(over: &[Line]) -> std::ops::Range<usize> {
    let could = |line: &Line| !is_unit(&line.text) && !is_form_number(&line.text) && !says_whose(&line.text);
    let worded = over.iter().rposition(|line| could(line) && is_title(&line.text));
    let largest = || {
        let candidates = over.iter().enumerate().filter(|(_, line)| could(line));
        candidates.max_by(|a, b| a.1.size.total_cmp(&b.1.size)).map(|(at, _)| at)
    };
    let Some(at) = worded.or_else(largest) else { return 0..0 };
    let belongs = |one: &Line, next: &Line| {
        let alike = (one.size - next.size).abs() < 0.5 && one.face == next.face && centred(one, next);
        could(one) && could(next) && alike && next.y - one.y < 2.2 * next.size
    };
    let mut range = at..at + 1;
    while range.start > 0
        && belongs(&over[range.start - 1], &over[range.start])
        && !is_title(&over[range.start - 1].text)
    {
        range.start -= 1;
    }
    while range.end < over.len() && belongs(&over[range.end - 1], &over[range.end]) {
        range.end += 1;
    }
    range
}

/// The pieces of a line that stand far apart.
fn pieces(line: &Line) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for &at in line.gaps.iter().chain([&line.text.len()]) {
        let at = at.min(line.text.len());
        if let Some(piece) = line.text.get(from..at) {
            pieces.push(piece.trim().to_owned());
            from = at;
        }
    }
    pieces
}

/// A line of the contents: its title, dots, a page.
pub(super) fn is_of_contents(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let without_page = plain.trim_end_matches(|c: char| c.is_ascii_digit() || "ivxlIVXL()（）-—".contains(c));
    let dots = without_page.chars().rev().take_while(|c| ".…·．。".contains(*c)).count();
    plain == "目录" || dots >= 4 || dots >= 2 && (without_page.ends_with('…') || without_page.len() < plain.len())
}

/// What numbers a heading or a paragraph: 1 第一部分, 2 一、, 3 （一）, 4 1.
pub(super) fn number_of(text: &str) -> Option<u8> {
    const CN: &str = "一二三四五六七八九十百〇零";
    let text = text.trim_start_matches(['*', ' ', '\u{3000}']);
    let digits =
        |text: &str, of: &dyn Fn(char) -> bool| text.chars().take_while(|c| of(*c)).map(char::len_utf8).sum::<usize>();
    let cn = |c: char| CN.contains(c);
    if let Some(rest) = text.strip_prefix('第') {
        let end = digits(rest, &|c| cn(c) || c.is_ascii_digit());
        return (end > 0 && (rest[end..].starts_with("部分") || rest[end..].starts_with('章'))).then_some(1);
    }
    if let Some(rest) = text.strip_prefix(['（', '(']) {
        let end = digits(rest, &cn);
        return (end > 0 && rest[end..].starts_with(['）', ')'])).then_some(3);
    }
    let end = digits(text, &cn);
    if end > 0 && text[end..].starts_with(['、', '．', '.']) {
        return Some(2);
    }
    let end = digits(text, &|c| c.is_ascii_digit());
    let after = &text[end..];
    let is_decimal = after.starts_with('.') && after[1..].starts_with(|c: char| c.is_ascii_digit());
    (end > 0 && end <= 2 && after.starts_with(['、', '．', '.']) && !is_decimal).then_some(4)
}
