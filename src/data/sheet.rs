//! One file of records, opened: a CSV's text or a sheet's cells, and its headings.

use super::classification::Class;
use super::csv_file::{Broken, FieldPlace, Row, Rows, separator_of};
use super::given::Content;
use super::head_row::{Head, find_head};
use super::heading::{Headings, has_required, is_level, known_headings, match_headings};
use super::schema::{FileDecl, Kind};
use super::typed::shown;
use crate::cell_name::letters;
use crate::diagnostic::Diagnostic;
use crate::file_findings::FileFindings;
use crate::workbook::{CellRow, Cells, Differing};
use indexmap::IndexMap;
use std::borrow::Cow;
use std::sync::Arc;

/// How many columns of a sheet are read; officers' have two dozen.
const MOST_COLUMNS: u32 = 512;

pub(super) struct Sheet {
    rows: AllRows,
    pub headings: Headings,
    /// Rows up to and including the heading line.
    above: usize,
}

/// The classifications of a schema, by their ids.
pub(super) type Classes = IndexMap<String, Class>;

/// The rows of a file, blank ones among them.
pub(super) enum AllRows {
    Text { text: String, separator: u8 },
    Cells(Arc<Cells>),
}

impl AllRows {
    fn of(content: Content, file: &FileDecl) -> AllRows {
        match content {
            Content::Text(text) => {
                let separator = separator_of(&text, |row| known_headings(row, file));
                AllRows::Text { text, separator }
            }
            Content::Cells(cells) => AllRows::Cells(cells),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Result<Row<'_>, Broken>> {
        let (text, cells) = match self {
            AllRows::Text { text, separator } => (Some(Rows::new(text, *separator)), None),
            AllRows::Cells(cells) => (None, Some(cells.rows.iter().map(|row| Ok(fields_of_cells(row))))),
        };
        text.into_iter().flatten().chain(cells.into_iter().flatten())
    }
}

/// The rows of a sheet among which its heading line is looked for.
fn rows_at_head(cells: &Cells) -> impl Iterator<Item = Row<'_>> {
    cells.rows.iter().map(fields_of_cells).filter(|row| !row.is_blank()).take(super::head_row::LOOK_DOWN)
}

/// A row of a sheet as the fields of a record, up to its last cell.
fn fields_of_cells(row: &CellRow) -> Row<'_> {
    let mut fields: Vec<Cow<'_, str>> = Vec::with_capacity(row.cells.len());
    for cell in row.cells.iter().take_while(|cell| cell.column <= MOST_COLUMNS) {
        fields.resize(cell.column as usize - 1, Cow::Borrowed(""));
        fields.push(Cow::Borrowed(&cell.text));
    }
    Row { line: row.number, fields, after_quote: None, cells: Some(row) }
}

impl Sheet {
    /// Finds separator and headings. None, with a finding, when there is no heading line to read by.
    pub fn open(content: Content, file: &FileDecl, classes: &Classes, findings: &mut FileFindings) -> Option<Sheet> {
        let mut rows = AllRows::of(content, file);
        let differing = match &mut rows {
            AllRows::Cells(cells) if cells.has_formulas() => Arc::make_mut(cells).compute(),
            AllRows::Cells(_) => Vec::new(),
            AllRows::Text { .. } => Vec::new(),
        };
        let first = rows.iter().enumerate().find(|(_, row)| !row.as_ref().is_ok_and(Row::is_blank));
        let Some((index, row)) = first else {
            let place = findings.place(0, 0);
            findings.error(|| Diagnostic::error("E114", "文件是空的").at(place).hint("首行写列名，以下每行一条"));
            return None;
        };
        let row = row.map_err(|broken| report_broken(broken, findings)).ok()?;
        // Nearly always the first row is the heading line, and whole.
        let (headings, above) = if has_required(&row, file) {
            (match_headings(&Head::of(row), file, classes, findings), index + 1)
        } else {
            let Some((head, above)) = find_head(&rows, file, classes) else {
                no_headings(&row, file, findings);
                return None;
            };
            (match_headings(&head, file, classes, findings), above)
        };
        if let AllRows::Cells(cells) = &mut rows {
            let below = headings.line;
            let fills =
                |field: usize| file.fields[field].kind != Kind::Amount && file.fields[field].kind != Kind::Number;
            let columns = headings.of_field.iter().enumerate().filter(|(field, _)| fills(*field));
            let columns: Vec<u32> = columns.filter_map(|(_, column)| Some((*column)? as u32 + 1)).collect();
            if !cells.merged.is_empty() {
                Arc::make_mut(cells).fill_down(&columns, below);
            }
            report_hidden(cells, findings);
            report_differing(differing.iter().filter(|differing| differing.cell.0 > below), findings);
        }
        Some(Sheet { headings, above, rows })
    }

    /// Whether a sheet has the headings of a file: all that it requires, its codes perhaps in parts.
    pub fn has_headings(cells: &Cells, file: &FileDecl, classes: &Classes) -> bool {
        let without_codes = |row: &Row| {
            let of_records = file.fields.iter().filter(|field| !matches!(field.kind, Kind::Code { .. }));
            let file = FileDecl { fields: of_records.cloned().collect(), ..file.clone() };
            row.fields.iter().filter(|text| is_level(text, classes)).count() >= 2 && has_required(row, &file)
        };
        rows_at_head(cells).any(|row| has_required(&row, file) || without_codes(&row))
    }

    /// The text with fields replaced, each by its line, column (from 0) and value, and every other byte kept; a row too
    /// short gets the separators it lacks, and of a field that is replaced twice the last value counts. With the lines
    /// that no row begins on. None: it is no text.
    pub fn with_fields(&self, changes: &[(u32, usize, &str)]) -> Option<(String, Vec<u32>)> {
        let AllRows::Text { text, separator } = &self.rows else { return None };
        let mut missing = Vec::new();
        let mut wanted: Vec<_> = changes.iter().collect();
        wanted.reverse();
        wanted.sort_by_key(|(line, column, _)| (*line, *column));
        wanted.dedup_by_key(|(line, column, _)| (*line, *column));
        let mut rest = Rows::new(text, *separator);
        let mut new = String::with_capacity(text.len());
        let mut done = 0;
        for of_row in wanted.chunk_by(|a, b| a.0 == b.0) {
            let line = of_row[0].0;
            let row = rest.up_to(line);
            let place = |column| row?.clone().place(column);
            let Some(places) = of_row.iter().map(|&&(_, column, _)| place(column)).collect::<Option<Vec<_>>>() else {
                missing.push(line);
                continue;
            };
            let mut written = 0;
            for (&&(.., value), place) in of_row.iter().zip(places) {
                let (at, lacking) = match place {
                    FieldPlace::At(at) => (at, 0),
                    FieldPlace::Beyond { end, lacking } => (end..end, lacking - written),
                };
                let old = &text[at.clone()];
                let value = as_typed(value, old.trim_start_matches(' ').starts_with('"'), *separator);
                new += &text[done..at.start];
                new.extend(std::iter::repeat_n(char::from(*separator), lacking));
                new += &value;
                (done, written) = (at.end, written + lacking);
            }
        }
        new += &text[done..];
        Some((new, missing))
    }

    /// The text with rows after the one that begins on a line, be it that of the headings; none if no row begins there.
    pub fn with_rows(&self, after: u32, rows: &[Vec<String>]) -> Option<String> {
        let AllRows::Text { text, separator } = &self.rows else { return None };
        if after < self.headings.line {
            return None;
        }
        let at = Rows::new(text, *separator).range(after)?.end;
        let separator_text = char::from(*separator).to_string();
        let mut new = text[..at].to_owned();
        if !new.ends_with('\n') {
            new.push('\n');
        }
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| as_typed(cell, false, *separator)).collect();
            new += &cells.join(&separator_text);
            new.push('\n');
        }
        new += &text[at..];
        Some(new)
    }

    /// The text without the rows that begin on these lines. The error is a line that no record begins on.
    pub fn without_rows(&self, lines: &[u32]) -> Result<String, u32> {
        let AllRows::Text { text, separator } = &self.rows else { return Err(0) };
        let mut lines = lines.to_vec();
        lines.sort_unstable();
        lines.dedup();
        let mut rest = Rows::new(text, *separator);
        let mut new = String::with_capacity(text.len());
        let mut done = 0;
        for line in lines {
            if line <= self.headings.line {
                return Err(line);
            }
            let range = rest.up_to(line).and_then(|row| row.clone().range(line)).ok_or(line)?;
            new += &text[done..range.start];
            done = range.end;
        }
        new += &text[done..];
        Ok(new)
    }

    /// The rows below the headings that are not blank.
    pub fn rows(&self) -> impl Iterator<Item = Result<Row<'_>, Broken>> {
        self.rows.iter().skip(self.above).filter(|row| !row.as_ref().is_ok_and(Row::is_blank))
    }
}

/// A value as it is written into a field: in quotes where the old one stood in quotes, or where it must.
fn as_typed(value: &str, was_quoted: bool, separator: u8) -> String {
    match was_quoted || value.contains([char::from(separator), '"', '\n', '\r']) {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value.to_owned(),
    }
}

pub(super) fn report_broken(broken: Broken, findings: &mut FileFindings) {
    let file = findings.file().clone();
    findings.error(|| broken.diagnostic(&file));
}

/// What is hidden counts all the same, and is told: nobody saw it who looked the sheet over.
fn report_hidden(cells: &Cells, findings: &mut FileFindings) {
    const LISTED: usize = 5;
    let rows: Vec<u32> = cells.rows.iter().filter(|row| row.hidden).map(|row| row.number).collect();
    let listed: Vec<String> = rows.iter().take(LISTED).map(u32::to_string).collect();
    let more = if rows.len() > LISTED { "…" } else { "" };
    let mut hidden = Vec::new();
    if !rows.is_empty() {
        let why = if cells.filtered { "筛选后没有显示的" } else { "隐藏的" };
        hidden.push(format!("{why}行 {} 行（第 {}{more} 行）", rows.len(), listed.join("、")));
    }
    let last = cells.rows.iter().filter_map(|row| Some(row.cells.last()?.column)).max().unwrap_or_default();
    let columns = cells.hidden_columns.iter().filter(|(first, _)| *first <= last);
    let columns: Vec<String> = columns
        .map(|&(first, to)| {
            let (first, to) = (letters(first), letters(to.min(last)));
            if first == to { first } else { format!("{first}–{to}") }
        })
        .collect();
    if !columns.is_empty() {
        hidden.push(format!("隐藏的列 {}", columns.join("、")));
    }
    if !hidden.is_empty() {
        let place = findings.place(rows.first().copied().unwrap_or_default(), 0);
        findings.warning(|| {
            Diagnostic::warning("E129", format!("有{}，照样读取", hidden.join("，")))
                .at(place)
                .hint("不要的行请删去；要的，取消隐藏或筛选后核对一遍")
        });
    }
}

/// Formulas whose results in the file are stale, or were never computed. Totals print 0 on platforms: they are compared as
/// totals are.
fn report_differing<'a>(differing: impl Iterator<Item = &'a Differing>, findings: &mut FileFindings) {
    for Differing { cell: (row, column), formula, stored, comes_to } in differing {
        let place = findings.place(*row, *column);
        findings.warning(|| {
            let message = format!("公式“={}”应得 {comes_to}，文件里存的结果是 {stored}，采用前者", shown(formula));
            Diagnostic::warning("E178", message).at(place).hint("在 Excel 或 WPS 中打开，重新计算后保存")
        });
    }
}

fn no_headings(row: &Row, file: &FileDecl, findings: &mut FileFindings) {
    let place = findings.place(row.line, 1);
    if let [only] = row.fields.as_slice()
        && only.contains('，')
    {
        // Not taken for a separator: it stands in the texts themselves.
        findings.error(|| {
            Diagnostic::error("E120", "列之间用了全角逗号“，”")
                .at(place)
                .hint("请改用英文逗号“,”，或从 Excel、WPS 另存为“CSV UTF-8（逗号分隔）”")
        });
        return;
    }
    findings.error(|| {
        let heads: Vec<&str> = file.fields.iter().map(|f| f.head.as_str()).collect();
        let first = row.fields.iter().find(|f| !f.trim().is_empty()).map_or("", |f| f.trim());
        Diagnostic::error("E126", format!("首行“{}”不是列名", shown(first))).at(place).hint(match first {
            _ if first.starts_with('<') => {
                "文件像是网页：请用 Excel 或 WPS 打开，另存为“CSV UTF-8（逗号分隔）”".to_owned()
            }
            _ => format!("首行要写列名，如：{}", heads.join("、")),
        })
    });
}

#[cfg(test)]
mod tests {
    use super::super::example::{decl, file};
    use super::super::schema::Kind;
    use super::*;
    use crate::folder::{ExactText, decode};
    use encoding_rs::GB18030;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn of(text: &str) -> Sheet {
        let fields = ["甲", "乙", "丙"].map(|head| decl(head, head, Kind::Text)).to_vec();
        Sheet::open(
            Content::Text(text.to_owned()),
            &file("f", "表", fields),
            &Classes::new(),
            &mut FileFindings::new(Arc::from("f.csv")),
        )
        .expect("a sheet")
    }

    #[test]
    fn one_cell_of_a_quoted_row_is_written_and_the_row_keeps_its_quotes() {
        let text = "甲,乙,丙\n\"2010350\",\"基本支出\",\"8,300.00\"\n\"a\",b,1\n";
        let with = |line, column, value: &str| of(text).with_fields(&[(line, column, value)]);
        let made = |text: String| Some((text, Vec::new()));
        assert_eq!(with(2, 2, "9"), made(text.replace("\"8,300.00\"", "\"9\"")));
        assert_eq!(with(3, 2, "9"), made(text.replace("b,1\n", "b,9\n")));
        assert_eq!(with(3, 1, "说“好”, \"是\""), made(text.replace(",b,", ",\"说“好”, \"\"是\"\"\",")));
        assert_eq!(with(4, 0, "x"), Some((text.to_owned(), vec![4])), "no such line");
    }

    #[test]
    fn a_short_row_gets_the_separators_it_lacks() {
        for (row, expected) in [("a", "a,,9"), ("a,b", "a,b,9"), ("a,\"b\" ", "a,\"b\" ,9"), ("a,b,", "a,b,9")] {
            for end in ["", "\n", "\nx,y,z\n"] {
                let sheet = of(&format!("甲,乙,丙\n\n{row}{end}"));
                let (new, missing) = sheet.with_fields(&[(3, 2, "9")]).expect("a text");
                assert_eq!(new, format!("甲,乙,丙\n\n{expected}{end}"), "{row}{end}");
                assert!(missing.is_empty());
            }
        }
    }

    /// A field as it may stand in a file, under `separator`; line breaks in it are `\n`.
    fn typed_field() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-c0-9中文. ]{0,5}",
            "[a-c中文]{0,2}",
            proptest::string::string_regex(" {0,1}\"([a-c,;\t\n中 ]|\"\"){0,6}\" {0,1}").expect("a pattern"),
        ]
    }

    fn encoded(text: &str, form: usize) -> Vec<u8> {
        let wide = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
        };
        match form {
            0 => text.as_bytes().to_vec(),
            1 => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            2 => wide([0xFF, 0xFE], u16::to_le_bytes),
            3 => wide([0xFE, 0xFF], u16::to_be_bytes),
            _ => GB18030.encode(text).0.into_owned(),
        }
    }

    proptest! {
        /// In every encoding, under every separator, with any line ends between rows and inside quotes.
        #[test]
        fn every_byte_outside_the_cell_is_kept(
            rows in proptest::collection::vec(proptest::collection::vec(typed_field(), 1..4), 1..6),
            separator in proptest::sample::select(vec![',', ';', '\t']),
            (row_end, inner_end) in proptest::sample::select(
                vec![("\n", "\n"), ("\r\n", "\n"), ("\r\n", "\r\n"), ("\r", "\r"), ("\n", "\r\n")]),
            form in 0..5usize,
            (pick, column) in (any::<proptest::sample::Index>(), 0..3usize),
            value in prop_oneof!["[a-c0-9中文.]{1,6}", "[a-c,;\"\n中]{1,6}"],
            last_end in any::<bool>(),
        ) {
            let heads = ["甲", "乙", "丙功能科目"].join(&separator.to_string());
            let mut texts = vec![heads];
            for fields in &rows {
                // What is not quoted holds no separator; a row of nothing would be no row.
                let fields: Vec<String> = fields.iter().map(|f| f.replace('\n', inner_end)).collect();
                texts.push(format!("行{}", fields.join(&separator.to_string())));
            }
            let text = texts.join(row_end) + if last_end { row_end } else { "" };
            let bytes = encoded(&text, form);
            let (Ok(read), Some(exact)) = (decode(bytes.clone(), "f.csv"), ExactText::of(&bytes)) else {
                return Ok(());
            };
            prop_assume!(!value.trim().is_empty(), "a row of nothing is no row");
            prop_assume!(exact.text == text, "a few bytes of GB18030 may be UTF-8 too");
            let sheet = of(&read);
            prop_assume!(matches!(sheet.rows, AllRows::Text { separator: found, .. } if found == separator as u8));
            let found: Vec<(u32, Vec<String>)> = sheet
                .rows()
                .map_while(Result::ok)
                .map(|row| (row.line, row.fields.iter().map(|f| f.to_string()).collect()))
                .collect();
            prop_assume!(!found.is_empty());
            let (line, old) = &found[pick.index(found.len())];
            let (new_text, missing) = sheet.with_fields(&[(*line, column, value.as_str())]).expect("a text");
            prop_assert!(missing.is_empty());
            let new = exact.bytes_of_lines(&new_text).expect("it can be encoded");

            // Where the cell's bytes lie, found here without the reader: the text before and after it as it was.
            let exact_new = ExactText::of(&new).expect("it comes back").text;
            let start = text.bytes().zip(exact_new.bytes()).take_while(|(a, b)| a == b).count();
            let end = text.bytes().rev().zip(exact_new.bytes().rev()).take_while(|(a, b)| a == b).count();
            let end = end.min(text.len() - start).min(exact_new.len() - start);
            let gone = &text.as_bytes()[start..text.len() - end];
            let put = &exact_new.as_bytes()[start..exact_new.len() - end];
            let old_cell = old.get(column).map_or("", String::as_str);
            let longest = |cell: &str| 2 * cell.len() + 2 + cell.matches('\n').count() + 2;
            prop_assert!(gone.len() <= longest(old_cell), "{:?} gone for {old_cell:?}", String::from_utf8_lossy(gone));
            prop_assert!(put.len() <= longest(&value) + 3, "{:?} put for {value:?}", String::from_utf8_lossy(put));

            // And read again, nothing but this cell differs.
            let mut expected = found.clone();
            let row = expected.iter_mut().find(|(at, _)| at == line).expect("the row");
            row.1.resize(row.1.len().max(column + 1), String::new());
            row.1[column] = value.clone();
            let again = of(&decode(new, "f.csv").expect("text"));
            let read_again: Vec<Vec<String>> = again
                .rows()
                .map_while(Result::ok)
                .map(|row| row.fields.iter().map(|f| f.to_string()).collect())
                .collect();
            let expected: Vec<Vec<String>> = expected.into_iter().map(|(_, fields)| fields).collect();
            prop_assert_eq!(read_again, expected);
        }
    }
}
