//! One CSV file, opened: its text, its separator, its headings.

use super::csv_file::{Broken, Row, Rows};
use super::findings::Findings;
use super::heading::{Headings, known_headings, match_headings};
use super::schema::FileDecl;
use super::value::shown;
use crate::diagnostic::Diagnostic;

/// How far down a heading line is looked for, to tell the user where it is.
const LOOK_DOWN: usize = 20;

pub(super) struct Sheet {
    pub text: String,
    pub headings: Headings,
    separator: u8,
    /// Rows up to and including the heading line.
    above: usize,
}

impl Sheet {
    /// Finds separator and headings. None, with a finding, when there is no heading line to read by.
    pub fn open(text: String, file: &FileDecl, findings: &mut Findings) -> Option<Sheet> {
        let separator = find_separator(&text, file);
        let first = Rows::new(&text, separator).enumerate().find(|(_, row)| !row.as_ref().is_ok_and(Row::is_blank));
        let Some((index, row)) = first else {
            let place = findings.place(0, 0);
            findings.error(|| Diagnostic::error("E114", "文件是空的").at(place).hint("首行写列名，以下每行一条"));
            return None;
        };
        let row = row.map_err(|broken| report_broken(broken, findings)).ok()?;
        if known_headings(&row, file) == 0 {
            no_headings(&row, &text, separator, file, findings);
            return None;
        }
        let headings = match_headings(&row, file, findings);
        Some(Sheet { headings, separator, above: index + 1, text })
    }

    /// The text with one field of the row that begins on `line` replaced; None if no row does.
    pub fn with_field(&self, line: u32, column: usize, value: &str) -> Option<String> {
        let mut rows = Rows::new(&self.text, self.separator);
        loop {
            let from = rows.at();
            let row = rows.next()?.ok()?;
            if row.line != line {
                continue;
            }
            let old = &self.text[from..rows.at()];
            let blank = old.len() - old.trim_start_matches('\n').len();
            let mut fields: Vec<&str> = row.fields.iter().map(AsRef::as_ref).collect();
            fields.resize(fields.len().max(column + 1), "");
            fields[column] = value;
            let separator = char::from(self.separator);
            let quoted = |field: &&str| match field.contains([separator, '"', '\n']) {
                true => format!("\"{}\"", field.replace('"', "\"\"")),
                false => field.to_string(),
            };
            let fields: Vec<String> = fields.iter().map(quoted).collect();
            let (before, after) = (&self.text[..from + blank], &self.text[rows.at()..]);
            return Some(format!("{before}{}\n{after}", fields.join(&separator.to_string())));
        }
    }

    /// The rows below the headings that are not blank.
    pub fn rows(&self) -> impl Iterator<Item = Result<Row<'_>, Broken>> {
        Rows::new(&self.text, self.separator).skip(self.above).filter(|row| !row.as_ref().is_ok_and(Row::is_blank))
    }
}

pub(super) fn report_broken(broken: Broken, findings: &mut Findings) {
    let file = findings.file().clone();
    findings.error(|| broken.diagnostic(&file));
}

/// The separator under which the first line has the most known headings, then the most columns; comma first. One
/// under which nothing is left but blanks is the separator of an empty file.
fn find_separator(text: &str, file: &FileDecl) -> u8 {
    let score = |&separator: &u8| {
        let mut rows = Rows::new(text, separator).filter_map(Result::ok);
        rows.find(|row| !row.is_blank()).map_or((usize::MAX, 0), |row| (known_headings(&row, file), row.fields.len()))
    };
    // Of equals, max_by_key takes the last.
    b";\t,".iter().max_by_key(|s| score(s)).copied().unwrap_or(b',')
}

fn no_headings(row: &Row, text: &str, separator: u8, file: &FileDecl, findings: &mut Findings) {
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
    let below = Rows::new(text, separator).filter_map(Result::ok).take(LOOK_DOWN).find(|row| {
        let filled = row.fields.iter().filter(|f| !f.trim().is_empty()).count();
        known_headings(row, file) * 2 >= filled.max(1)
    });
    findings.error(|| {
        let heads: Vec<&str> = file.fields.iter().map(|f| f.head.as_str()).collect();
        let first = row.fields.iter().find(|f| !f.trim().is_empty()).map_or("", |f| f.trim());
        Diagnostic::error("E126", format!("首行“{}”不是列名", shown(first))).at(place).hint(match below {
            _ if first.starts_with('<') => {
                "文件像是网页：请用 Excel 或 WPS 打开，另存为“CSV UTF-8（逗号分隔）”".to_owned()
            }
            Some(row) => format!("第 {} 行像是列名：请删去它上面的行", row.line),
            None => format!("首行要写列名，如：{}", heads.join("、")),
        })
    });
}
