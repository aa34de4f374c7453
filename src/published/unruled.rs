//! Tables of a PDF without ruled columns: which figure is of which column only the eye tells, so they are not read. Their
//! lines are no prose either.

use super::arrange::is_unit;
use super::lines::Line;

/// Lines of figures in columns that make a table.
const TABLE: usize = 3;
/// Lines between two such lines that belong to the table: names over several lines, rows without figures.
const BETWEEN: usize = 4;
/// Lines of heads above them.
const HEADS: usize = 5;

/// Takes the lines of such tables out of each page. The places of the pages that had some.
pub fn leave_out<'l>(pages: impl Iterator<Item = &'l mut Vec<Line>>) -> Vec<usize> {
    let mut pages: Vec<&mut Vec<Line>> = pages.collect();
    if !pages.iter().any(|lines| !tables(lines, TABLE).is_empty()) {
        return Vec::new();
    }
    let mut with_some = Vec::new();
    for (at, lines) in pages.iter_mut().enumerate() {
        // A table ends on the next page with a row or two.
        let tables = tables(lines, 1);
        if !tables.is_empty() {
            with_some.push(at);
        }
        for range in tables.into_iter().rev() {
            // What follows goes on with nothing above the table, however full that is.
            lines.get_mut(range.end).into_iter().for_each(|line| line.first = f32::NEG_INFINITY);
            lines.drain(range);
        }
    }
    with_some
}

/// The lines of each table, from the top.
fn tables(lines: &[Line], enough: usize) -> Vec<std::ops::Range<usize>> {
    let mut tables: Vec<(std::ops::Range<usize>, usize)> = Vec::new();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| is_row(line)) {
        match tables.last_mut() {
            Some((table, rows)) if at - table.end <= BETWEEN && lines[table.end..at].iter().all(could_be_part) => {
                (table.end, *rows) = (at + 1, *rows + 1);
            }
            last => {
                let free = last.map_or(0, |(table, _)| table.end);
                let near: Vec<&Line> =
                    lines[free..at].iter().rev().take(HEADS).take_while(|line| could_be_part(line)).collect();
                let heads = near.iter().rposition(|line| is_head(line)).map_or(0, |highest| highest + 1);
                tables.push((at - heads..at + 1, 1));
            }
        }
    }
    tables.into_iter().filter(|(_, rows)| *rows >= enough).map(|(table, _)| table).collect()
}

/// A line of words and amounts, or of amounts, that stand far apart.
fn is_row(line: &Line) -> bool {
    let amounts = line.text.split_whitespace().filter(|word| is_amount(word)).count();
    let last = line.gaps.last().and_then(|&at| line.text.get(at..)).map_or("", str::trim);
    (amounts > 1 || is_amount(last) || amounts > 0 && !line.gaps.is_empty()) && !line.text.contains(['。', '，', '；'])
}

/// `1,564.07`, `-3.20`: a number of the kind that sums are printed as.
fn is_amount(word: &str) -> bool {
    let plain = word.replace(',', "");
    let decimals = plain.rsplit_once('.').map_or("", |(_, decimals)| decimals);
    matches!(decimals.len(), 2..=6) && plain.parse::<f64>().is_ok_and(f64::is_finite)
}

fn could_be_part(line: &Line) -> bool {
    let text = line.text.as_str();
    !text.contains(['。', '；']) && !text.ends_with('：') && (!line.gaps.is_empty() || text.chars().count() <= 30)
}

/// Heads stand far apart; the unit stands over them.
fn is_head(line: &Line) -> bool {
    !line.gaps.is_empty() || is_unit(&line.text) && line.text.chars().count() <= 40
}
