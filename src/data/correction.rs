//! A correction of one cell, as a user says it: `ledger.csv:11 金额=108300.00`.

use super::findings::FileFindings;
use super::given::Content;
use super::schema::FileDecl;
use super::sheet::Sheet;
use super::typed::words;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::folder::Folder;

/// One cell to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Relative to the data folder: `ledger.csv`.
    pub file: String,
    /// The line the record begins on, from 1.
    pub line: u32,
    /// Heading of the column, with or without its unit.
    pub head: String,
    /// In the column's unit, as it would be typed.
    pub value: String,
}

impl Correction {
    /// What is said of a correction of a file that the layout set does not know.
    pub fn no_such_file(&self) -> Diagnostic {
        Diagnostic::error("E612", format!("没有“{}”这个数据文件", self.file))
    }

    /// Reads `FILE:LINE HEADING=VALUE`; E160 says what is wrong with it.
    pub fn read(text: &str) -> Result<Correction, Diagnostic> {
        let wrong = || {
            Diagnostic::error("E160", format!("更正“{text}”读不懂"))
                .hint("写作 文件:行 列名=新值，如 'ledger.csv:11 金额=108300.00'")
        };
        let (place, change) = text.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
        let (file, line) = place.rsplit_once([':', '：']).ok_or_else(wrong)?;
        let (head, value) = change.split_once(['=', '＝']).ok_or_else(wrong)?;
        let line: u32 = line.parse().map_err(|_| wrong())?;
        if file.is_empty() || line == 0 || head.trim().is_empty() {
            return Err(wrong());
        }
        let (head, value) = (head.trim().to_string(), value.trim().to_string());
        Ok(Correction { file: file.to_string(), line, head, value })
    }
}

/// A folder with one cell of one of its files changed, the rest of the file as it was. Errors: E161, and those of
/// [`Folder::text`] and [`Folder::with_text`].
pub fn correct(folder: &Folder, decl: &FileDecl, correction: &Correction) -> Result<Folder, Diagnostic> {
    let text = corrected(folder.text(&correction.file)?, decl, correction)?;
    folder.with_text(&correction.file, &text)
}

/// The text of a file with one cell changed; E161 where it has no such line or column.
pub fn corrected(text: String, decl: &FileDecl, correction: &Correction) -> Result<String, Diagnostic> {
    let Correction { file, line, head, value } = correction;
    let place = Place::new(file.as_str(), *line, 0);
    let wrong = |what: String| Diagnostic::error("E161", what).at(place.clone());
    let lines = text.lines().count();
    let Some(sheet) = Sheet::open(Content::Text(text), decl, &mut FileFindings::new(file.as_str().into())) else {
        return Err(wrong("首行不是列名，无法更正".to_string()).hint("先用 gongkai check 检查这个文件"));
    };
    let headings: Vec<&str> = sheet.headings.columns.iter().map(|column| column.heading.as_str()).collect();
    let named = |heading: &&str| words(heading) == words(head);
    let by_field = || {
        let field =
            decl.fields.iter().position(|f| words(&f.head) == words(head) || f.also.iter().any(|a| a == head))?;
        sheet.headings.of_field[field]
    };
    let Some(column) = headings.iter().position(named).or_else(by_field) else {
        let hint = match nearest(head, headings.iter().copied()) {
            Some(near) => format!("您是否指“{near}”？"),
            None => format!("这个文件的列：{}", headings.join("、")),
        };
        return Err(wrong(format!("没有“{head}”这一列")).hint(hint));
    };
    if *line == sheet.headings.line {
        return Err(wrong("这一行是列名".to_string()).hint("记录从下一行起"));
    }
    sheet.with_field(*line, column, value).ok_or_else(|| {
        wrong(format!("第 {line} 行不是一条记录的开头"))
            .hint(format!("这个文件共 {lines} 行；行号从 1 数起，首行是列名"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_correction_is_a_place_a_heading_and_a_value() {
        let read = Correction::read("ledger.csv:11 金额 = 108,300.00").expect("a correction");
        assert_eq!((&*read.file, read.line, &*read.head, &*read.value), ("ledger.csv", 11, "金额", "108,300.00"));
        for wrong in
            ["", "ledger.csv", "ledger.csv:11", "ledger.csv:x 金额=1", "ledger.csv:0 金额=1", ":1 金额=1", "a:1 =2"]
        {
            assert!(Correction::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_cell_is_changed_and_the_rest_stays() {
        let schema = example::schema();
        let decl = &schema.files["ledger"];
        let heads: Vec<&str> = decl.fields.iter().map(|f| f.head.as_str()).collect();
        let row = vec!["\"甲,\n乙\""; heads.len()].join(",");
        let text = format!("{}\n\n{row}\n{row}\n", heads.join(","));
        let correction =
            Correction { file: "ledger.csv".into(), line: 3, head: heads[1].into(), value: "新,值".into() };
        let new = corrected(text.clone(), decl, &correction).expect("corrected");
        assert_eq!(new, text.replacen(&row, &row.replacen(",\"甲,\n乙\"", ",\"新,值\"", 1), 1));
        let inside = Correction { line: 4, ..correction };
        let found = corrected(text, decl, &inside).expect_err("inside a record").to_string();
        assert!(found.contains("不是一条记录的开头"), "{found}");
    }
}
