//! What a published document words otherwise than its set is printed again as it was published.

use super::files::{gongkai, stderr};
use super::own::written_otherwise;
use super::plain;
use crate::common;
use gongkai::document::{Block, Inline, plain_text};
use gongkai::write::Format;

/// Words of the set, and those of the document in their place.
const TITLE: (&str, &str) = ("收入预算总表", "收入预算情况总表");
const HEAD: (&str, &str) = ("财政拨款收入", "财政性资金收入");
const ABOVE: (&str, &str) = ("编制单位：", "填报单位：");
const LABEL: (&str, &str) = ("事业单位经营收入", "事业单位经营性收入");
const NOTE: (&str, &str) = ("故本表为空表", "因此本表没有数据");
const SENTENCE: (&str, &str) = ("支出的主要内容如下", "支出主要用于以下方面");

fn replace(inlines: &mut [Inline], (from, to): (&str, &str)) -> bool {
    // Words that several inlines share stand in none of them.
    let before = plain_text(inlines);
    inlines.iter_mut().for_each(|inline| inline.text = inline.text.replace(from, to));
    plain_text(inlines) != before
}

#[test]
fn reworded_titles_heads_rows_notes_and_sentences_are_printed_as_published() {
    let made = common::made(&common::root().join("data/shanghai-unit-sample")).remove(0);
    let changed = std::cell::RefCell::new(Vec::new());
    let change = |document: &mut gongkai::document::Document| {
        let changed = &mut *changed.borrow_mut();
        for block in document.sections.iter_mut().flat_map(|section| &mut section.blocks) {
            match block {
                Block::Table(table) if table.id == "t2" => {
                    let title = table.title.as_mut().expect("a title");
                    changed.push(("title", replace(&mut title.inlines, TITLE)));
                    let heads = table.header.iter_mut().flat_map(|row| &mut row.cells);
                    changed
                        .push(("head", heads.map(|cell| replace(&mut cell.inlines, HEAD)).fold(false, |a, b| a | b)));
                    let above = table.above.iter_mut();
                    changed.push(("above", above.map(|line| replace(line, ABOVE)).fold(false, |a, b| a | b)));
                }
                Block::Table(table) if table.id == "t1" => {
                    let cells = table.body.iter_mut().flat_map(|row| &mut row.cells);
                    changed
                        .push(("label", cells.map(|cell| replace(&mut cell.inlines, LABEL)).fold(false, |a, b| a | b)));
                }
                Block::Table(table) if table.id == "t6" => {
                    let notes = table.notes.iter_mut();
                    changed.push(("note", notes.map(|note| replace(note, NOTE)).fold(false, |a, b| a | b)));
                }
                Block::Paragraph(paragraph) if plain_text(&paragraph.inlines).contains(SENTENCE.0) => {
                    changed.push(("sentence", replace(&mut paragraph.inlines, SENTENCE)));
                }
                _ => {}
            }
        }
    };
    for (format, name) in [(Format::Pdf, "公开.pdf"), (Format::Docx, "公开.docx")] {
        changed.borrow_mut().clear();
        let desk = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(desk.path().join(name), written_otherwise(&made, format, change)).expect("writes");
        let done: Vec<_> = changed.borrow().clone();
        assert!(done.len() == 6 && done.iter().all(|(_, done)| *done), "{done:?}");
        let imported = gongkai(desk.path(), &["import", name, "新"]);
        assert!(imported.status.success(), "{}", stderr(&imported));
        let report = desk.path().join("新/report.toml");
        let text = std::fs::read_to_string(&report).expect("a report");
        std::fs::write(&report, text.replacen("code = \"\"", "code = \"318\"", 1)).expect("writes");
        let built = gongkai(desk.path(), &["build", "新", "-o", "成", "--format", "pdf"]);
        let told = format!("{}\n{}", stderr(&imported), stderr(&built));
        let files = std::fs::read_dir(desk.path().join("成/新")).unwrap_or_else(|_| panic!("{told}"));
        let file = files.map(|entry| entry.expect("an entry").path()).next().expect("a file");
        let again = super::read(&std::fs::read(file).expect("a PDF"));
        let table = |word: &str| {
            let found = again.tables().find(|table| plain(&table.title).contains(word));
            found.unwrap_or_else(|| panic!("{word}: {:?}", again.tables().map(|t| &t.title).collect::<Vec<_>>()))
        };
        let incomes = table(TITLE.1);
        assert!(
            incomes.rows[..incomes.heads].iter().flat_map(|row| &row.cells).any(|cell| plain(&cell.text) == HEAD.1),
            "{name}: {incomes:#?}"
        );
        assert!(incomes.above.iter().any(|line| plain(line).starts_with(ABOVE.1)), "{name}: {:?}", incomes.above);
        let of_all = &again.tables().next().expect("tables").rows;
        let labels: Vec<String> = of_all.iter().flat_map(|row| &row.cells).map(|cell| plain(&cell.text)).collect();
        let printed = |label: &str| labels.iter().filter(|text| text.ends_with(label)).count();
        assert_eq!((printed(LABEL.1), printed(LABEL.0)), (1, 0), "{name}: {labels:?}");
        let others = again.tables().filter(|table| !plain(&table.title).contains(TITLE.1));
        assert!(others.flat_map(|table| &table.above).all(|line| !plain(line).contains(ABOVE.1)), "{name}");
        let texts: Vec<String> = again.texts().map(|text| plain(&text.text)).collect();
        let says = |words: &str| texts.iter().filter(|text| text.contains(words)).count();
        assert_eq!((says(NOTE.1), says(SENTENCE.1), says(SENTENCE.0)), (1, 1, 0), "{name}: {texts:#?}\n{told}");
    }
}
