//! Text to rows of fields (RFC 4180, with tabs and semicolons too). Written here and not left to the csv crate
//! because messages need what it does not tell: where a quote began that never ends, what follows a closed quote,
//! and the true line of a record after blank lines and line breaks in quotes. The tests compare with the csv crate.

use crate::diagnostic::{Diagnostic, Place};
use crate::workbook::CellRow;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// The most columns a sheet of Excel has.
pub const MAX_COLUMNS: usize = 16_384;

/// One record of a CSV file, or one row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// The line it begins on, from 1.
    pub line: u32,
    pub fields: Vec<Cow<'a, str>>,
    /// A field (from 0) whose closing quote is followed by more text, and that text.
    pub after_quote: Option<(usize, &'a str)>,
    /// The row of the sheet that the fields are of.
    pub cells: Option<&'a CellRow>,
}

impl Row<'_> {
    /// Nothing in it but blanks: the `,,,` lines that Excel leaves behind.
    pub fn is_blank(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }
}

/// What ends the reading of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// A quote that never ends: the line and the field (from 0) where it begins.
    OpenQuote { line: u32, field: usize },
    /// More than [`MAX_COLUMNS`] fields in the record that begins on this line.
    TooManyColumns { line: u32 },
}

/// The rows of `text`, whose only line end is `\n` ([`crate::folder::decode`]). Empty lines are skipped and
/// counted. After a [`Broken`] there is no further row.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    text: &'a str,
    separator: u8,
    at: usize,
    line: u32,
    /// Where the field last read ends: before the separator, the line end or the end of the text.
    field_end: usize,
}

/// Where a field stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldPlace {
    /// The field's bytes between its separators, quotes and blanks included.
    At(Range<usize>),
    /// The record ends here, so many separators too soon.
    Beyond { end: usize, lacking: usize },
}

impl Broken {
    /// As told to the user of `file`.
    pub fn diagnostic(self, file: &Arc<str>) -> Diagnostic {
        match self {
            Broken::OpenQuote { line, field } => Diagnostic::error("E115", "这一格的英文引号（\"）没有结束")
                .at(Place::field(file.clone(), line, field as u32 + 1))
                .hint("引号要成对；文字里的英文引号写成两个（\"\"），或改用中文引号“ ”"),
            Broken::TooManyColumns { line } => {
                Diagnostic::error("E119", format!("这一行超过 {MAX_COLUMNS} 列，以下没有读取"))
                    .at(Place::new(file.clone(), line, 0))
                    .hint("请确认这是逗号、制表符或分号分隔的 CSV 文件")
            }
        }
    }
}

/// The separator under which the first record that is not blank has the most of what `known` counts, then the most
/// fields; comma first. One under which nothing is left but blanks is the separator of an empty file.
pub fn separator_of(text: &str, known: impl Fn(&Row) -> usize) -> u8 {
    let score = |&separator: &u8| {
        let mut rows = Rows::new(text, separator).filter_map(Result::ok);
        rows.find(|row| !row.is_blank()).map_or((usize::MAX, 0), |row| (known(&row), row.fields.len()))
    };
    // Of equals, max_by_key takes the last.
    b";\t,".iter().max_by_key(|s| score(s)).copied().unwrap_or(b',')
}

/// Where the fields of the record stand that `text` begins with: the bytes between their separators, quotes and blanks
/// included. A quote that never ends takes the rest of the text.
pub fn fields_of(text: &str, separator: u8) -> Vec<Range<usize>> {
    let mut rows = Rows::new(text, separator);
    let mut row = Row { line: 1, fields: Vec::new(), after_quote: None, cells: None };
    let mut places = Vec::new();
    while places.len() < MAX_COLUMNS {
        let from = rows.at;
        match rows.field(&mut row) {
            Ok(end) => {
                places.push(from..rows.field_end);
                if end == End::Record {
                    break;
                }
            }
            Err(_) => {
                places.push(from..text.len());
                break;
            }
        }
    }
    places
}

/// What follows a field.
#[derive(PartialEq)]
enum End {
    Separator,
    Record,
}

impl<'a> Rows<'a> {
    /// `separator` is an ASCII character.
    pub fn new(text: &'a str, separator: u8) -> Rows<'a> {
        Rows { text, separator, at: 0, line: 1, field_end: 0 }
    }

    /// Goes on to the record that begins on `line`; None if none does. Lines are asked for in order.
    pub fn up_to(&mut self, line: u32) -> Option<&Rows<'a>> {
        loop {
            self.skip_empty_lines();
            if self.at >= self.text.len() || self.line > line {
                return None;
            }
            if self.line == line {
                return Some(self);
            }
            self.record().ok()?;
        }
    }

    /// Where field `column` (from 0) of the record at hand stands.
    pub fn place(mut self, column: usize) -> Option<FieldPlace> {
        self.find_field(column).ok()
    }

    /// Where the record stands that begins on `line`, its line end included.
    pub fn range(mut self, line: u32) -> Option<Range<usize>> {
        self.up_to(line)?;
        let start = self.at;
        self.record().ok()?;
        Some(start..self.at)
    }

    fn find_field(&mut self, column: usize) -> Result<FieldPlace, Broken> {
        let mut row = Row { line: self.line, fields: Vec::new(), after_quote: None, cells: None };
        loop {
            let (from, index) = (self.at, row.fields.len());
            let end = self.field(&mut row)?;
            if index == column {
                return Ok(FieldPlace::At(from..self.field_end));
            }
            if end == End::Record {
                return Ok(FieldPlace::Beyond { end: self.field_end, lacking: column - index });
            }
        }
    }

    fn skip_empty_lines(&mut self) {
        while self.text.as_bytes().get(self.at) == Some(&b'\n') {
            self.at += 1;
            self.line += 1;
        }
    }

    fn record(&mut self) -> Result<Row<'a>, Broken> {
        let mut row = Row { line: self.line, fields: Vec::new(), after_quote: None, cells: None };
        loop {
            let end = self.field(&mut row)?;
            if end == End::Record {
                return Ok(row);
            }
            if row.fields.len() >= MAX_COLUMNS {
                return Err(Broken::TooManyColumns { line: row.line });
            }
        }
    }

    fn field(&mut self, row: &mut Row<'a>) -> Result<End, Broken> {
        if self.opens_quote() { self.quoted(row) } else { Ok(self.plain(row)) }
    }

    /// Whether the field at hand is quoted; spaces typed before the quote do not count.
    fn opens_quote(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let spaces = rest.iter().take_while(|&&b| b == b' ').count();
        let quoted = rest.get(spaces) == Some(&b'"');
        if quoted {
            self.at += spaces;
        }
        quoted
    }

    fn plain(&mut self, row: &mut Row<'a>) -> End {
        let (field, end) = self.up_to_end();
        row.fields.push(Cow::Borrowed(field));
        end
    }

    fn quoted(&mut self, row: &mut Row<'a>) -> Result<End, Broken> {
        let open = Broken::OpenQuote { line: self.line, field: row.fields.len() };
        self.at += 1;
        let mut value = Cow::Borrowed("");
        loop {
            let piece = self.up_to_quote().ok_or(open)?;
            value += piece;
            if self.text.as_bytes().get(self.at) != Some(&b'"') {
                break;
            }
            value += "\""; // two quotes stand for one
            self.at += 1;
        }
        let (rest, end) = self.up_to_end();
        if !rest.trim().is_empty() {
            row.after_quote.get_or_insert((row.fields.len(), rest));
            value += rest;
        }
        row.fields.push(value);
        Ok(end)
    }

    /// The text before the next quote; moves past the quote. None if there is none.
    fn up_to_quote(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let piece = &rest[..rest.find('"')?];
        self.line += piece.bytes().filter(|&b| b == b'\n').count() as u32;
        self.at += piece.len() + 1;
        Some(piece)
    }

    /// The text before the next separator or line end; moves past that.
    fn up_to_end(&mut self) -> (&'a str, End) {
        let rest = &self.text[self.at..];
        let length = rest.bytes().position(|b| b == self.separator || b == b'\n').unwrap_or(rest.len());
        let end = if rest.as_bytes().get(length) == Some(&self.separator) { End::Separator } else { End::Record };
        if rest.as_bytes().get(length) == Some(&b'\n') {
            self.line += 1;
        }
        self.field_end = self.at + length;
        self.at = (self.field_end + 1).min(self.text.len());
        (&rest[..length], end)
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_empty_lines();
        if self.at >= self.text.len() {
            return None;
        }
        let row = self.record();
        if row.is_err() {
            self.at = self.text.len();
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        Rows::new(text, b',')
            .map(|row| row.expect("a row"))
            .map(|row| (row.line, row.fields.into_iter().map(Cow::into_owned).collect()))
            .collect()
    }

    fn row(line: u32, fields: &[&str]) -> (u32, Vec<String>) {
        (line, fields.iter().map(|f| (*f).to_owned()).collect())
    }

    #[test]
    fn fields_stand_where_they_were_typed() {
        let of = |text: &'static str, separator| -> Vec<&'static str> {
            fields_of(text, separator).into_iter().map(|at| &text[at]).collect()
        };
        assert_eq!(of("a;b, \"c,\nd\" ,e\nf,g", b','), ["a;b", " \"c,\nd\" ", "e"]);
        assert_eq!(of("a,\"b,c\nd", b','), ["a", "\"b,c\nd"]);
        assert_eq!(of("", b','), [""]);
        assert_eq!(separator_of("\n甲;乙,丙;丁\n1,2,3,4,5\n", |_| 0), b';');
    }

    #[test]
    fn fields_and_lines() {
        assert_eq!(rows(""), []);
        assert_eq!(rows("\n\n"), []);
        assert_eq!(rows("a,b"), [row(1, &["a", "b"])]);
        assert_eq!(rows("a,\n,b\n"), [row(1, &["a", ""]), row(2, &["", "b"])]);
        assert_eq!(rows("\n\na\n\n\nb"), [row(3, &["a"]), row(6, &["b"])]);
        assert_eq!(rows("\"a\n\nb\",c\n\nd"), [row(1, &["a\n\nb", "c"]), row(5, &["d"])]);
        assert_eq!(rows("\"a\"\"b\",\"\"\"\",\"\""), [row(1, &["a\"b", "\"", ""])]);
        assert_eq!(rows("5\"管, \"a,b\" ,c"), [row(1, &["5\"管", "a,b", "c"])]);
    }

    #[test]
    fn what_follows_a_quote_is_told_and_kept() {
        let row = Rows::new("x,\"十四五\"规划,y\n", b',').next().expect("a row").expect("whole");
        assert_eq!(row.fields, ["x", "十四五规划", "y"]);
        assert_eq!(row.after_quote, Some((1, "规划")));
    }

    #[test]
    fn an_open_quote_is_told_where_it_begins() {
        let mut rows = Rows::new("a,b\n\n1,\"2\n3,4\n", b',');
        assert!(rows.next().is_some_and(|row| row.is_ok()));
        assert_eq!(rows.next(), Some(Err(Broken::OpenQuote { line: 3, field: 1 })));
        assert_eq!(rows.next(), None);
    }

    #[test]
    fn columns_have_a_limit() {
        let wide = ",".repeat(MAX_COLUMNS - 1);
        assert!(Rows::new(&wide, b',').next().is_some_and(|row| row.is_ok()));
        let too_wide = format!("a\n{}", ",".repeat(MAX_COLUMNS));
        let broken = Rows::new(&too_wide, b',').nth(1).expect("a row").expect_err("too wide");
        assert_eq!(
            broken.diagnostic(&Arc::from("ledger.csv")).to_string(),
            "ledger.csv:2 错误[E119] 这一行超过 16384 列，以下没有读取\n  提示：请确认这是逗号、制表符或分号分隔的 CSV 文件"
        );
    }

    fn cell() -> impl Strategy<Value = String> {
        proptest::string::string_regex("([a-c ,;\t\"\n]|[\u{4E00}-\u{4E20}]){0,8}").expect("a pattern")
    }

    proptest! {
        /// What the csv crate writes is read back as it reads it, under each separator.
        #[test]
        fn as_the_csv_crate(
            table in proptest::collection::vec(proptest::collection::vec(cell(), 2..5), 1..8),
            separator in proptest::sample::select(b",;\t".to_vec()),
        ) {
            let mut writer = csv::WriterBuilder::new()
                .delimiter(separator)
                .flexible(true)
                .quote_style(csv::QuoteStyle::Always)
                .from_writer(Vec::new());
            for fields in &table {
                writer.write_record(fields).expect("written");
            }
            let text = String::from_utf8(writer.into_inner().expect("flushed")).expect("UTF-8");
            let mut line = 1;
            let read: Vec<Row> = Rows::new(&text, separator).map(|row| row.expect("a row")).collect();
            prop_assert_eq!(read.len(), table.len());
            for (row, fields) in read.iter().zip(&table) {
                prop_assert_eq!(&row.fields, fields);
                prop_assert_eq!(row.line, line);
                line += 1 + fields.iter().map(|f| f.matches('\n').count() as u32).sum::<u32>();
            }
        }

        #[test]
        fn any_text_ends(text in "[a\",;\n 中]{0,60}", separator in proptest::sample::select(b",;\t".to_vec())) {
            let lines = text.matches('\n').count() as u32 + 1;
            for row in Rows::new(&text, separator).flatten() {
                prop_assert!((1..=lines).contains(&row.line));
            }
        }
    }
}
