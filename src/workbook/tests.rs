//! What is refused at the door.

use super::*;

fn said(bytes: &[u8]) -> String {
    match Workbook::open(&Bytes::from(bytes), "数据.xlsx") {
        Ok(_) => String::new(),
        Err(wrong) => wrong.to_string(),
    }
}

#[test]
fn what_is_no_workbook_is_told_apart() {
    let mut locked = OLE.to_vec();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    for (bytes, expected) in [
        (&b""[..], "数据.xlsx 错误[E171] 工作簿是空文件"),
        (b"<html><table>", "数据.xlsx 错误[E171] 文件是网页或 XML，不是工作簿"),
        (b"PK\x03\x04 cut short", "数据.xlsx 错误[E171] 工作簿已损坏或不完整，无法打开"),
        (b"\x89PNG", "数据.xlsx 错误[E171] 文件不是工作簿，或已损坏"),
        (&locked, "数据.xlsx 错误[E171] 工作簿设有打开密码，无法读取"),
    ] {
        let said = said(bytes);
        assert!(said.starts_with(expected) && said.contains("\n  提示："), "{said}");
    }
}

fn cell(column: u32, kind: CellKind, text: &str, formula: Option<(&str, Option<u32>)>) -> Cell {
    let formula = formula.map(|(text, shared)| Formula { text: text.to_owned(), shared });
    Cell { column, kind, text: text.into(), more: Some(Box::new(More { shown: None, formula })) }
}

/// A row of numbers in A, B, C, and a formula in E with the result that the file has.
fn row(number: u32, numbers: &[&str], formula: (&str, Option<u32>), stored: Option<&str>) -> CellRow {
    let mut cells: Vec<Cell> = (1..).zip(numbers).map(|(column, n)| cell(column, CellKind::Number, n, None)).collect();
    cells.push(match stored {
        Some(stored) => cell(5, CellKind::Number, stored, Some(formula)),
        None => cell(5, CellKind::NoResult, "=", Some(formula)),
    });
    CellRow { number, hidden: false, cells }
}

#[test]
fn formulas_come_to_what_they_say() {
    let of = |formula: &str| {
        let rows = vec![
            row(1, &["0.1", "0.2", "3"], ("", None), Some("0")),
            row(2, &["10", "20", "30"], (formula, None), None),
        ];
        let mut cells = Cells { rows, ..Cells::default() };
        cells.compute();
        let cell = cells.rows[1].at(5).unwrap().clone();
        (cell.kind == CellKind::Number).then(|| cell.text.to_string())
    };
    for (formula, expected) in [
        ("A2+B2", Some("30")),
        ("A+B", Some("30")),
        ("SUM(A,B,C)", Some("60")),
        ("SUM($A$1:$B$1)", Some("0.3")),
        ("SUM(A1:C2, 1)", Some("64.3")),
        ("sum(A1:A2)*2-C2/3", Some("10.2")),
        ("-(A2-B2)×2", Some("20")),
        ("C2÷4", Some("7.5")),
        ("A1*50%", Some("0.05")),
        ("of:=SUM([.A2:.B2])", None),
        ("SUM([.A2:.B2])", Some("30")),
        ("Z9+1", Some("1")),
        ("1/3", Some("0.333333333333333")),
        ("1/0", None),
        ("E2+1", None),
        ("VLOOKUP(A2,B:C,1)", None),
        ("SUM(A2", None),
        ("A2 B2", None),
        ("", None),
        ("'别的'!A1", None),
    ] {
        assert_eq!(of(formula).as_deref(), expected, "{formula}");
    }
    for hostile in ["(".repeat(900), "-".repeat(999), "SUM(".repeat(200), "A1+".repeat(300)] {
        assert_eq!(of(&hostile), None);
    }
}

#[test]
fn a_stale_result_is_told_and_a_circle_has_none() {
    let rows = vec![
        row(1, &["1", "2"], ("A1+B1", Some(0)), Some("3")),
        row(2, &["1", "5"], ("", Some(0)), Some("3")),
        row(3, &["4"], ("E4", None), Some("9")),
        row(4, &["4"], ("E3", None), None),
        row(5, &["0.1", "0.2"], ("A5+B5", None), Some("0.3")),
        row(6, &["1"], ("E3+A6", None), Some("7")),
    ];
    let mut cells = Cells { rows, ..Cells::default() };
    let differing = cells.compute();
    assert_eq!(differing.len(), 1);
    let Differing { cell, formula, stored, comes_to } = &differing[0];
    assert_eq!((*cell, formula.as_str(), stored.as_str(), comes_to.as_str()), ((2, 5), "A1+B1", "3", "6"));
    assert_eq!(&*cells.rows[1].at(5).unwrap().text, "6");
    let circles = [2, 3, 5].map(|row: usize| cells.rows[row].at(5).unwrap()).map(|cell| (cell.kind, &*cell.text));
    assert_eq!(circles, ["=E4", "=E3", "=E3+A6"].map(|formula| (CellKind::Circle, formula)));
}

#[test]
fn a_long_chain_of_formulas_ends() {
    const ROWS: u32 = 20_000;
    let mut rows = vec![row(1, &["1"], ("A1", None), None)];
    rows.extend((2..=ROWS).map(|n| row(n, &["1"], ("", Some(7)), None)));
    let formula = Formula { text: "E1+A2".to_owned(), shared: Some(7) };
    rows[1].cells[1].more = Some(Box::new(More { shown: None, formula: Some(formula) }));
    let mut cells = Cells { rows, ..Cells::default() };
    assert!(cells.compute().is_empty());
    assert_eq!(&*cells.rows.last().unwrap().at(5).unwrap().text, "20000");
}
