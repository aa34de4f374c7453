//! What the layout language prints: a file each in `tests/layout-cases`, in the form of `tests/layout-errors`, with the
//! document as text behind `--- 输出`. `GONGKAI_UPDATE=1` writes what is printed now into the files.

use super::layout_errors::{cases_in, composed, read_case};
use gongkai::document::{Block, Document, Inline, Row};
use std::path::Path;

/// A line of text: stressed words in 【】, line breaks within it as ⏎.
fn line(inlines: &[Inline]) -> String {
    let text = |i: &Inline| if i.strong { format!("【{}】", i.text) } else { i.text.clone() };
    inlines.iter().map(text).collect::<String>().replace('\n', "⏎")
}

fn cells(row: &Row) -> String {
    row.cells.iter().map(|cell| line(&cell.inlines)).collect::<Vec<_>>().join("｜")
}

fn lines(document: &Document) -> String {
    let mut out = vec![format!("标题：{}", document.meta.title)];
    for block in document.blocks() {
        match block {
            Block::Heading(heading) => {
                out.push(format!("{} {}", "#".repeat(heading.level.into()), line(&heading.inlines)))
            }
            Block::Paragraph(paragraph) => out.push(format!("[{}] {}", paragraph.role, line(&paragraph.inlines))),
            Block::Table(table) => {
                let title = table.title.as_ref().map(|t| line(&t.inlines)).unwrap_or_default();
                out.push(format!("表 {} {title}", table.id));
                out.extend(table.body.iter().map(|row| format!("  {}", cells(row))));
                out.extend(table.notes.iter().map(|note| format!("  {}", line(note))));
            }
            Block::Chart(chart) => out.push(format!("图 {} {:?} {}", chart.id, chart.kind, chart.description)),
            Block::Picture(picture) => {
                out.push(format!("图片 {} {} {:?}", picture.image.file, picture.words, picture.width));
            }
            Block::Contents => out.push("目录".to_string()),
            Block::PageBreak => out.push("换页".to_string()),
        }
    }
    out.join("\n")
}

#[test]
fn every_case_prints_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layout-cases");
    let mut wrong = Vec::new();
    for (name, path) in cases_in(&folder) {
        let text = std::fs::read_to_string(&path).expect("readable");
        let case = read_case(&text);
        let (documents, found) = composed(&case);
        let mut printed: Vec<String> = documents.iter().map(|c| lines(&c.document)).collect();
        printed.extend(found.sorted().iter().map(ToString::to_string));
        let printed = printed.join("\n");
        if std::env::var_os("GONGKAI_UPDATE").is_some() {
            let before = text.split("\n--- 输出").next().unwrap_or(&text).trim_end();
            std::fs::write(&path, format!("{before}\n--- 输出\n{printed}\n")).expect("written");
        } else if printed != case.expected {
            wrong.push(format!("{name}:\n{printed}\n--- expected:\n{}", case.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
