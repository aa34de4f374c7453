//! Files without pages: what stands over a table and below it, in its own rows or beside it, and tables in two pieces, in
//! Word, HTML and workbooks alike.

use super::{lines, said, texts};
use crate::docx::structure::package;
use crate::workbooks::made::{Book, Sheet, number, text};
use gongkai::diagnostic::Diagnostics;
use gongkai::layout::Layouts;
use gongkai::published::{PaperTable, Published};
use std::path::Path;

/// A piece of a document.
enum Piece {
    Line(&'static str),
    /// Rows; `收入<3` is a cell over three columns.
    Table(Vec<Vec<&'static str>>),
}
use Piece::{Line, Table};

fn spanned(cell: &str) -> (&str, usize) {
    cell.split_once('<').map_or((cell, 1), |(words, span)| (words, span.parse().expect("a span")))
}

fn word(pieces: &[Piece]) -> Vec<u8> {
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let cell = |cell: &&str| {
        let (words, span) = spanned(cell);
        format!("<w:tc><w:tcPr><w:gridSpan w:val=\"{span}\"/></w:tcPr>{}</w:tc>", paragraph(words))
    };
    let row = |row: &Vec<&str>| format!("<w:tr>{}</w:tr>", row.iter().map(cell).collect::<String>());
    let piece = |piece: &Piece| match piece {
        Line(text) => paragraph(text),
        Table(rows) => format!("<w:tbl><w:tblPr/>{}</w:tbl><w:p/>", rows.iter().map(row).collect::<String>()),
    };
    let body: String = pieces.iter().map(piece).collect();
    let document = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" \
        ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" \
        ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
    let relations = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" \
        Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>\
        </Relationships>";
    package(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", relations.as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ])
}

fn html(pieces: &[Piece]) -> Vec<u8> {
    let cell = |cell: &&str| {
        let (words, span) = spanned(cell);
        format!("<td colspan={span}>{words}</td>")
    };
    let row = |row: &Vec<&str>| format!("<tr>{}</tr>", row.iter().map(cell).collect::<String>());
    let piece = |piece: &Piece| match piece {
        Line(text) => format!("<p>{text}</p>"),
        Table(rows) => format!("<table>{}</table>", rows.iter().map(row).collect::<String>()),
    };
    format!("<html><body>{}</body></html>", pieces.iter().map(piece).collect::<String>()).into_bytes()
}

/// All on one sheet, from a cell on, with a blank row after each table.
fn sheet(name: &str, pieces: &[Piece], (left, top): (usize, usize)) -> Sheet {
    let mut rows = vec![Vec::new(); top];
    let mut merged = String::new();
    for piece in pieces {
        let table = match piece {
            Line(text) => vec![vec![*text]],
            Table(rows) => rows.iter().cloned().chain([vec![]]).collect(),
        };
        for row in table {
            let mut cells = vec![text(""); left];
            for (words, span) in row.iter().map(|cell| spanned(cell)) {
                if span > 1 {
                    let name = |column: usize| format!("{}{}", (b'A' + column as u8) as char, rows.len() + 1);
                    merged += &format!("<mergeCell ref=\"{}:{}\"/>", name(cells.len()), name(cells.len() + span - 1));
                }
                cells.push(text(words));
                cells.extend(std::iter::repeat_with(|| text("")).take(span - 1));
            }
            rows.push(cells);
        }
    }
    let after = if merged.is_empty() { merged } else { format!("<mergeCells>{merged}</mergeCells>") };
    Sheet { after, ..Sheet::new(name, rows) }
}

fn workbook(sheets: Vec<Sheet>) -> Published {
    let bytes = Book { sheets, ..Book::default() }.bytes();
    gongkai::published::read(&bytes, "公开.xlsx").unwrap_or_else(|found| panic!("{found}"))
}

/// What each kind of file makes of the same pieces.
fn by_kind(pieces: &[Piece]) -> Vec<(&'static str, Published)> {
    let read =
        |bytes: &[u8], name: &str| gongkai::published::read(bytes, name).unwrap_or_else(|found| panic!("{found}"));
    vec![
        ("Word", read(&word(pieces), "公开.docx")),
        ("HTML", read(&html(pieces), "公开.html")),
        ("sheet", workbook(vec![sheet("Sheet1", pieces, (0, 0))])),
        ("sheet from C4", workbook(vec![sheet("Sheet1", pieces, (2, 3))])),
    ]
}

fn over(table: &PaperTable) -> (&str, Vec<&str>) {
    (&table.title, table.above.iter().map(String::as_str).collect())
}

fn head() -> Vec<Vec<&'static str>> {
    vec![vec!["科目<2", "支出<2"], vec!["编码", "名称", "基本支出", "项目支出"]]
}

fn rows(codes: &[&'static str]) -> Vec<Vec<&'static str>> {
    codes.iter().map(|code| vec![*code, "服务", "5.00", ""]).collect()
}

fn table(parts: &[Vec<Vec<&'static str>>]) -> Piece {
    Table(parts.concat())
}

#[test]
fn first_rows_of_a_table_that_are_its_title_and_unit_stand_over_it() {
    let title = vec![vec!["2026年支出总表<4"]];
    let whose = vec![vec!["编制部门：水务局<3", "单位：万元"]];
    let unit = vec![vec!["单位：万元<4"]];
    let year = vec![vec!["（2026年度）<4"]];
    for (tops, above) in [
        (vec![title.clone()], vec![]),
        (vec![title.clone(), unit.clone()], vec!["单位：万元"]),
        (vec![title.clone(), whose.clone()], vec!["编制部门：水务局", "单位：万元"]),
        (vec![title.clone(), year.clone(), unit.clone()], vec!["（2026年度）", "单位：万元"]),
    ] {
        let parts: Vec<_> = tops.into_iter().chain([head(), rows(&["201", "202"])]).collect();
        for (kind, published) in by_kind(&[table(&parts)]) {
            let read = published.tables().next().expect("a table");
            assert_eq!(over(read), ("2026年支出总表", above.clone()), "{kind}");
            assert_eq!((read.heads, read.columns), (2, 4), "{kind}");
            assert_eq!(lines(read)[2], ["201", "服务", "5.00", ""], "{kind}");
        }
    }
}

#[test]
fn a_head_over_the_whole_width_is_no_title() {
    let parts = [vec![vec!["财政拨款“三公”经费<4"]], vec![vec!["合计<2", "公务接待费<2"]], rows(&["1.00"])];
    let pieces = [Line("“三公”经费支出表"), Line("单位：万元"), table(&parts)];
    for (kind, published) in by_kind(&pieces).into_iter().filter(|(kind, _)| !kind.contains("sheet")) {
        let read = published.tables().next().expect("a table");
        assert_eq!(over(read), ("“三公”经费支出表", vec!["单位：万元"]), "{kind}");
        assert_eq!(lines(read)[0][0], "财政拨款“三公”经费", "{kind}");
    }
    // Nor is one below the unit, beside a blank corner.
    let parts = [vec![vec!["单位：万元<4"]], vec![vec!["", "2026年预算<3"]], head(), rows(&["201"])];
    for (kind, published) in by_kind(&[Line("支出总表"), table(&parts)]) {
        assert_eq!(lines(published.tables().next().expect("a table"))[0][1], "2026年预算", "{kind}");
    }
}

#[test]
fn rows_below_a_table_that_are_notes_or_signatures_are_no_rows_of_it() {
    let foot = vec![
        vec!["注：本表由财务科填报。<4"],
        vec!["2.金额为万元。<4"],
        vec!["填表人：王某<2", "审核人：李某", "日期：2月12日"],
    ];
    let parts = [vec![vec!["支出总表<4"]], head(), rows(&["201", "202"]), foot];
    for (kind, published) in by_kind(&[table(&parts), Line("说明如下。")]) {
        let read = published.tables().next().expect("a table");
        assert_eq!((read.rows.len(), lines(read)[3][0]), (4, "202"), "{kind}");
        let below = ["注：本表由财务科填报。", "2.金额为万元。", "填表人：王某", "审核人：李某", "日期：2月12日"];
        assert_eq!(texts(&published)[..5], below, "{kind}");
    }
    // A last row of words alone is a row.
    let parts = [vec![vec!["支出总表<4"]], head(), rows(&["201"]), vec![vec!["其他支出", "", "", ""]]];
    for (kind, published) in by_kind(&[table(&parts)]) {
        assert_eq!(published.tables().next().map(|table| table.rows.len()), Some(4), "{kind}");
    }
}

#[test]
fn the_second_half_of_a_table_goes_on_with_the_first() {
    let first = || table(&[head(), rows(&["201", "202"])]);
    let again = || table(&[head(), rows(&["203", "204"])]);
    let bare = || table(&[rows(&["203", "204"])]);
    let title = || Line("支出总表");
    let cases: Vec<(&str, Vec<Piece>)> = vec![
        ("续表", vec![title(), first(), Line("续表"), again()]),
        ("续表 without heads", vec![title(), first(), Line("续表"), bare()]),
        ("（续）", vec![title(), first(), Line("支出总表（续）"), Line("单位：万元"), again()]),
        ("续表 in its row", vec![title(), first(), table(&[vec![vec!["续表1<4"]], head(), rows(&["203", "204"])])]),
        ("heads once more", vec![title(), first(), again()]),
        ("no heads", vec![title(), first(), bare()]),
    ];
    for (case, pieces) in cases {
        for (kind, published) in by_kind(&pieces) {
            // On one sheet a blank row alone parts no table, and heads stand there once more as rows do.
            if kind.starts_with("sheet") && !case.contains('续') {
                continue;
            }
            let tables: Vec<&PaperTable> = published.tables().collect();
            assert_eq!(tables.len(), 1, "{case}, {kind}: {tables:#?}");
            let codes: Vec<&str> = lines(tables[0]).iter().map(|line| line[0]).collect();
            assert_eq!(codes, ["科目", "编码", "201", "202", "203", "204"], "{case}, {kind}");
            assert_eq!((tables[0].title.as_str(), tables[0].heads), ("支出总表", 2), "{case}, {kind}");
            assert!(texts(&published).is_empty(), "{case}, {kind}");
        }
    }
}

#[test]
fn tables_that_only_look_alike_stay_apart() {
    let form = |name: &'static str| Table(vec![vec!["项目名称", name], vec!["目标", "水质达标"], vec!["金额", "5.00"]]);
    let other = || Table(vec![vec!["车辆", "台数", "房屋", "面积"], vec!["一般", "3", "办公", "120.00"]]);
    let cases: Vec<(&str, Vec<Piece>)> = vec![
        ("forms of one title", vec![Line("项目绩效目标表"), form("河道"), Line("项目绩效目标表"), form("水库")]),
        ("forms without a title", vec![form("河道"), form("水库")]),
        ("other heads", vec![Line("支出总表"), table(&[head(), rows(&["201"])]), other()]),
        ("other heads, 续表", vec![Line("支出总表"), table(&[head(), rows(&["201"])]), Line("续表"), other()]),
        (
            "prose between",
            vec![Line("支出总表"), table(&[head(), rows(&["201"])]), Line("说明如下。"), table(&[rows(&["202"])])],
        ),
        (
            "another title",
            vec![
                Line("支出总表"),
                table(&[head(), rows(&["201"])]),
                Line("收入总表"),
                table(&[head(), rows(&["202"])]),
            ],
        ),
    ];
    for (case, pieces) in cases {
        for (kind, published) in by_kind(&pieces).into_iter().filter(|(kind, _)| !kind.contains("sheet")) {
            assert_eq!(published.tables().count(), 2, "{case}, {kind}");
        }
    }
}

#[test]
fn a_table_of_lines_over_another_is_its_title_and_unit() {
    let of_one = Table(vec![vec!["部门：水务局", "单位：万元"]]);
    let of_two = Table(vec![vec!["2026年支出总表<2"], vec!["部门：水务局", "单位：万元"]]);
    let below = || table(&[head(), rows(&["201"])]);
    for pieces in [vec![Line("2026年支出总表"), of_one, below()], vec![of_two, below()]] {
        for (kind, published) in by_kind(&pieces).into_iter().filter(|(kind, _)| !kind.contains("sheet")) {
            let tables: Vec<&PaperTable> = published.tables().collect();
            assert_eq!(tables.len(), 1, "{kind}");
            assert_eq!(over(tables[0]), ("2026年支出总表", vec!["部门：水务局", "单位：万元"]), "{kind}");
        }
    }
}

#[test]
fn a_title_in_the_cell_that_arranges_the_page_is_the_tables() {
    let page = "<html><body><table><tr><td><p>水务局说明如下。</p><p>支出总表</p><div>单位：万元</div><table><tr><td>科目</td><td>合计</td></tr>\
                <tr><td>201<br>服务</td><td>5.00</td></tr></table></td></tr></table></body></html>";
    let published = gongkai::published::read(page.as_bytes(), "公开.html").unwrap_or_else(|found| panic!("{found}"));
    let read = published.tables().next().expect("a table");
    assert_eq!(over(read), ("支出总表", vec!["单位：万元"]));
    assert_eq!(lines(read), [["科目", "合计"], ["201服务", "5.00"]]);
    assert_eq!(texts(&published), ["水务局说明如下。"]);
}

#[test]
fn the_name_of_a_sheet_is_the_title_where_no_line_is_worded_as_one() {
    let whose = [Line("水务局"), Line("单位：万元"), table(&[head(), rows(&["201"])])];
    let published = workbook(vec![sheet("支出总表", &whose, (0, 0)), sheet("Sheet2", &whose, (0, 0))]);
    let tables: Vec<&PaperTable> = published.tables().collect();
    assert_eq!((over(tables[0]), tables[0].of_sheet), (("支出总表", vec!["水务局", "单位：万元"]), true));
    assert_eq!((over(tables[1]), tables[1].of_sheet), (("水务局", vec!["单位：万元"]), false));
}

#[test]
fn tables_one_below_the_other_on_a_sheet_are_two() {
    let pieces = [
        table(&[vec![vec!["支出总表<4"]], vec![vec!["单位：万元<4"]], head(), rows(&["201", "202"])]),
        table(&[vec![vec!["收入总表<4"]], vec![vec!["单位：元<4"]], head(), rows(&["301", "302"])]),
    ];
    for corner in [(0, 0), (2, 3)] {
        let published = workbook(vec![sheet("Sheet1", &pieces, corner)]);
        let read: Vec<_> = published.tables().map(|table| (over(table), table.heads, table.rows.len())).collect();
        assert_eq!(
            read,
            [(("支出总表", vec!["单位：万元"]), 2, 4), (("收入总表", vec!["单位：元"]), 2, 4)],
            "{corner:?}"
        );
        assert_eq!(published.tables().nth(1).map(|table| table.rows[0].cells[0].spot.row), Some(corner.1 as u32 + 10));
    }
}

#[test]
fn amounts_in_characters_of_full_width_are_numbers() {
    let mut of_sheet = sheet("Sheet1", &[table(&[vec![vec!["支出总表<4"]], head(), rows(&["２０１"])])], (0, 0));
    of_sheet.rows.push([text("２０２"), text("第１批"), text("－１，２３４．５６"), number("7.5")].to_vec());
    let published = workbook(vec![of_sheet]);
    let read = lines(published.tables().next().expect("a table"));
    assert_eq!(read[2][0], "201");
    assert_eq!(read.last().expect("a row"), &["202", "第１批", "-1,234.56", "7.5"]);
}

#[test]
fn a_row_of_a_table_without_a_title_is_called_once_a_row_of_a_table() {
    let page = html(&[Table(vec![
        vec!["项目", "甲", "乙", "合计"],
        vec!["一", "1.00", "2.00", "3.00"],
        vec!["二", "1.00", "5.00", "6.00"],
        vec!["三", "4.00", "4.00", "9.00"],
        vec!["合计", "6.00", "11.00", "17.00"],
    ])]);
    let mut found = Diagnostics::default();
    let published =
        gongkai::published::import::audit(&page, Path::new("公开.html"), None, &Layouts::default(), &mut found);
    assert!(published.is_some());
    let told = said(&found);
    assert!(told.iter().any(|line| line.contains("第 1 张表第 4 行")), "{told:?}");
    assert!(!told.iter().any(|line| line.contains("表表")), "{told:?}");
}
