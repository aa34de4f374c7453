//! Names of cells (`G17`) and of sheets (`数据.xlsx 预算明细`), as Excel and messages write them.

/// How the names of workbooks end.
pub const WORKBOOKS: [&str; 4] = [".xlsx", ".xlsm", ".xls", ".ods"];
/// The most columns and rows a sheet of Excel has.
pub const MOST_COLUMNS: u32 = 16_384;
/// See [`MOST_COLUMNS`].
pub const MOST_ROWS: u32 = 1_048_576;

/// By its name, a workbook.
pub fn is_workbook(name: &str) -> bool {
    WORKBOOKS.iter().any(|ending| ends_with(name, ending))
}

fn ends_with(name: &str, ending: &str) -> bool {
    let start = name.len().wrapping_sub(ending.len());
    name.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

/// What messages call a sheet of a workbook.
pub fn sheet_name(workbook: &str, sheet: &str) -> String {
    format!("{workbook} {sheet}")
}

/// The workbook and the sheet of such a name; none where it is that of a file.
pub fn sheet_of(name: &str) -> Option<(&str, &str)> {
    name.match_indices(' ').map(|(at, _)| (&name[..at], &name[at + 1..])).find(|(workbook, _)| is_workbook(workbook))
}

/// The letters of a column, from 1: 7 → `G`, 28 → `AB`.
pub fn letters(column: u32) -> String {
    let mut rest = column;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(b'A' + (rest % 26) as u8);
        rest /= 26;
    }
    letters.iter().rev().map(|&letter| char::from(letter)).collect()
}

/// The column and the row of a cell's name, from 1; `$` is passed over. None where it is no cell of a sheet.
pub fn read(name: &str) -> Option<(u32, u32)> {
    let name = name.strip_prefix('$').unwrap_or(name);
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = name.split_at(letters);
    let row = row.strip_prefix('$').unwrap_or(row);
    if !row.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (column, row) = (read_letters(column)?, row.parse().ok()?);
    (1..=MOST_ROWS).contains(&row).then_some((column, row))
}

/// The number of a column's letters, from 1.
pub fn read_letters(letters: &str) -> Option<u32> {
    let digit = |letter: u8| letter.is_ascii_alphabetic().then(|| u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().try_fold(0, |column, letter| Some(column * 26 + digit(letter)?))?;
    (column <= MOST_COLUMNS).then_some(column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (column, name) in [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")] {
            assert_eq!(letters(column), name);
            assert_eq!(read_letters(name), Some(column));
        }
        assert_eq!(read("$G$17"), Some((7, 17)));
        assert_eq!(read("xfd1048576"), Some((MOST_COLUMNS, MOST_ROWS)));
        for wrong in ["", "G", "17", "G0", "XFE1", "A1048577", "G1a", "G+1", "AAAA1"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_sheet_is_told_from_a_file() {
        assert_eq!(sheet_of("2026 数据.XLSX 预算 明细"), Some(("2026 数据.XLSX", "预算 明细")));
        for file in ["ledger.csv", "数据.xlsx", "我的 ledger.csv", ""] {
            assert_eq!(sheet_of(file), None, "{file}");
        }
        assert!(is_workbook("甲.Ods") && !is_workbook("甲.csv") && !is_workbook("xls"));
    }
}
