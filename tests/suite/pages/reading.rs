//! What a screen reader is given, as other programs read it down the structure tree, against the composed document: every
//! text in order, character for character, and each table's cells with their spans.

use super::{CASES, FONTS, notation, sample};
use crate::common;
use gongkai::diagnostic::Diagnostics;
use gongkai::document::*;
use gongkai::typeset::Pages;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// What is read, a line for each heading, paragraph, entry, caption, note, and row.
fn expected(document: &Document, pages: &Pages) -> Vec<String> {
    let mut lines = Vec::new();
    let blocks = document.sections.iter().enumerate().flat_map(|(s, section)| {
        section.blocks.iter().enumerate().map(move |(n, block)| (format!("title_{s}_{n}"), block))
    });
    for (anchor, block) in blocks {
        match block {
            Block::Heading(heading) => lines.push(of_heading(heading)),
            // A title that is no heading of the outline's chapters is a bookmark all the same.
            Block::Paragraph(paragraph) => {
                let bookmark = pages.outline.iter().find(|entry| entry.anchor == anchor);
                let kind = bookmark.map_or("P".to_string(), |entry| format!("H{}", entry.level));
                lines.push(format!("{kind} {}", text(&paragraph.inlines)));
            }
            Block::Contents => lines.extend(document.headings().filter(|h| h.contents).map(|heading| {
                let label = &pages.pages[pages.anchors[&heading.anchor].page].label;
                format!("TOCI {}{label}", text(&heading.inlines))
            })),
            Block::Table(table) => of_table(table, &mut lines),
            Block::Chart(_) | Block::Picture(_) => lines.push("Figure".into()),
            Block::PageBreak => {}
        }
    }
    lines
}

/// Line breaks within a title are no characters of it.
fn text(inlines: &[Inline]) -> String {
    plain_text(inlines).replace('\n', "")
}

fn of_heading(heading: &Heading) -> String {
    match heading.level {
        0 => format!("P {}", text(&heading.inlines)),
        level => format!("H{level} {}", text(&heading.inlines)),
    }
}

fn of_table(table: &Table, lines: &mut Vec<String>) {
    lines.extend(table.title.as_ref().map(of_heading));
    lines.push("Table".into());
    lines.extend(table.above.iter().filter(|a| !a.is_empty()).map(|a| format!("P {}", text(a))));
    for (index, row) in table.header.iter().chain(&table.body).enumerate() {
        let heads = index < table.header.len() || row.kind == RowKind::Header;
        let cells = row.cells.iter().map(|cell| {
            let kind = if heads || cell.header { "TH" } else { "TD" };
            format!("{kind} {}×{} “{}”", cell.colspan, cell.rowspan, text(&cell.inlines))
        });
        lines.push(format!("TR {}", cells.collect::<Vec<_>>().join(" ")));
    }
    lines.extend(table.notes.iter().map(|note| format!("Note {}", text(note))));
}

/// Files for another program to read, and what it is to find.
struct Shelf {
    folder: tempfile::TempDir,
    expected: String,
}

impl Shelf {
    fn new() -> Shelf {
        Shelf { folder: tempfile::tempdir().expect("a folder"), expected: String::new() }
    }

    /// Adds a document; the names are to be in order.
    fn add(&mut self, name: &str, document: &Document, pages: &Pages) {
        let bytes = gongkai::write::pdf::write(document, pages, &FONTS).expect("writes");
        std::fs::write(self.folder.path().join(format!("{name}.pdf")), bytes).expect("written");
        self.expected += &format!("== {name}\n{}\n", expected(document, pages).join("\n"));
    }

    fn check(&self) {
        let read = common::python("structure.py", &[self.folder.path()]);
        assert!(read == self.expected, "{}", super::difference(&self.expected, &read));
    }
}

fn ready() -> bool {
    common::have_python(&["pdfplumber", "pikepdf"])
}

#[test]
fn the_sample_and_the_cases_are_read_as_composed() {
    if !ready() {
        return;
    }
    let mut shelf = Shelf::new();
    let (document, pages) = sample();
    shelf.add("631-2023", &document, &pages);
    for case in CASES.iter() {
        let (pages, found) = case.set();
        if !found.has_errors() {
            shelf.add(&case.name, &case.document, &pages);
        }
    }
    shelf.check();
}

/// Words of budget documents, and what is awkward among them.
fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[部门预算公开财政拨款收入支出的了和项目资金喆䶮𬭚]{1,8}",
        2 => "[，。、；：？！）】》”’（【《“‘·～—…]{1,3}",
        1 => Just("——".to_string()),
        2 => "[≥≤￥+-]?[0-9]{1,9}(\\.[0-9]{2})?[%‰℃年]?",
        1 => "[a-zA-Z]{1,12}( [a-zA-Z]{1,8})?",
        1 => Just("甲\u{FE0E}乙".to_string()),
    ];
    proptest::collection::vec(piece, 1..30).prop_map(|pieces| format!("文{}", pieces.concat()))
}

/// A table with spans: `<` anywhere but in the first column, `^` in the first.
fn table() -> impl Strategy<Value = String> {
    let row = (0..6_u8, proptest::collection::vec((0..6_u8, "[0-9]{0,6}[项目支出]{0,9}"), 4));
    (1..=4_usize, proptest::collection::vec(row, 1..70), any::<bool>()).prop_map(|(columns, rows, note)| {
        let kinds = ["text", "number", "code", "text"][..columns].join(",");
        let mut lines =
            vec![format!("table 目标 kinds={kinds}"), "  title: 表（{n}）".into(), "  above: 甲 |  | 乙".into()];
        for (index, (join, cells)) in rows.iter().enumerate() {
            let texts = cells[..columns].iter().enumerate().map(|(c, (across, text))| match c {
                0 if *join < 3 && index > 2 => "^".to_string(),
                c if c > 1 && *across == 0 => "<".to_string(),
                _ => text.clone(),
            });
            let kind = match index {
                0 | 1 => "head",
                n if n % 17 == 0 => "blank",
                _ => "row",
            };
            lines.push(format!("  {kind}: {}", texts.collect::<Vec<_>>().join(" | ")));
        }
        if note {
            lines.push("  note: 注：数据四舍五入。".into());
        }
        lines.join("\n") + "\n"
    })
}

fn document() -> impl Strategy<Value = String> {
    let block = prop_oneof![
        4 => words().prop_map(|w| format!("正文: {w}\n")),
        1 => words().prop_map(|w| format!("标题2 >1: {}\n", w.chars().take(30).collect::<String>())),
        2 => table(),
        1 => Just("break\n".to_string()),
    ];
    proptest::collection::vec(block, 1..12)
        .prop_map(|blocks| format!("page 正文\n目录标题: 目　录\ncontents\npage 正文\n{}", blocks.concat()))
}

/// Random documents, the same ones each time: one program reads them all at once.
#[test]
fn random_documents_are_read_as_composed() {
    if !ready() {
        return;
    }
    let mut runner = TestRunner::deterministic();
    let mut shelf = Shelf::new();
    for n in 10..40 {
        let source = document().new_tree(&mut runner).expect("a document").current();
        let (document, style) = notation::read(&source).expect("a case");
        let mut found = Diagnostics::default();
        let pages = gongkai::typeset::typeset(&document, &style, &FONTS, &mut found);
        assert!(!found.has_errors(), "{source}\n{:?}", found.sorted());
        shelf.add(&format!("random-{n}"), &document, &pages);
    }
    shelf.check();
}
